-- title: Hur väl avtalen går att följa upp | How well contracts can be followed up
-- what: For each contract which of the nine fields needed for follow-up are filled, who owns it and when it was last followed up.
-- why: What is not filled in cannot be checked: a contract without a price list cannot be overbilled on paper.
-- grain: one contract
-- key: contract_id
-- column: contract_id text! Contract.
-- column: contract_title text! Title.
-- column: supplier_names text! Its suppliers.
-- column: is_live bool! Whether the as-of date lies within the term.
-- column: has_organisation_number bool! Whether every row has the supplier’s organisation number.
-- column: has_start bool! Whether the first day is on file.
-- column: has_end bool! Whether the last day is on file.
-- column: has_ceiling bool! Whether a ceiling is on file.
-- column: has_category bool! Whether the category scope is on file.
-- column: has_unit bool! Whether the entitled units are on file.
-- column: has_price_list bool! Whether prices are on file.
-- column: has_code_statement bool! Whether it is stated if the code of conduct is part of it.
-- column: has_owner bool! Whether an owner’s role is on file.
-- column: followable_field_count int! How many of the nine are filled.
-- column: followable_ratio float followable_field_count / 9.
-- column: missing_fields text! Those that are not, separated by `|`; empty text when all are filled.
-- column: followed_up_on date Date of the latest follow-up.
-- column: is_followed_up_12m bool! Whether it was followed up in the twelve months before the as-of date.
-- column: trailing_net money! Bought on it in the last twelve months: what hangs on the follow-up.
-- chart: bar; x=contract_title; y=followable_ratio
-- policy: 7, 32, 37
-- source: own definition of nine fields
with terms as (
    select contract_id, contract_title, supplier_names, is_live, starts_on is not null as has_start, ends_on is not null as has_end, ceiling_net is not null as has_ceiling,
        coalesce(category_codes, '') <> '' as has_category, coalesce(entitled_unit_ids, '') <> '' as has_unit, has_price_list, has_code_of_conduct is not null as has_code_statement,
        has_owner, followable_field_count, followed_up_on, is_followed_up_12m
    from matched.contract_term
),
numbers as (
    select contract_id, sum(case when coalesce(organisation_number, '') = '' then 1 else 0 end) as missing_count
    from lake.contract
    group by contract_id
),
run as (
    select as_of_month_index
    from rule.run
),
bought as (
    select l.contract_id as contract_id, sum(l.spend_net) as trailing_net
    from matched.spend l
    cross join run r
    where (l.outcome = 'compliant' or l.outcome = 'deviating' or l.reason = 'M6')
        and case when l.month_index > r.as_of_month_index - 12 and l.month_index <= r.as_of_month_index then true else false end
    group by l.contract_id
),
fields as (
    select t.contract_id as contract_id, t.contract_title as contract_title, t.supplier_names as supplier_names, t.is_live as is_live,
        coalesce(n.missing_count, 1) = 0 as has_organisation_number, t.has_start as has_start, t.has_end as has_end, t.has_ceiling as has_ceiling, t.has_category as has_category,
        t.has_unit as has_unit, t.has_price_list as has_price_list, t.has_code_statement as has_code_statement, t.has_owner as has_owner,
        t.followable_field_count as followable_field_count, t.followed_up_on as followed_up_on, t.is_followed_up_12m as is_followed_up_12m,
        coalesce(b.trailing_net, 0) as trailing_net
    from terms t
    left join numbers n on n.contract_id = t.contract_id
    left join bought b on b.contract_id = t.contract_id
),
named as (
    select contract_id,
        case when has_organisation_number then '' else '|organisation_number' end || case when has_start then '' else '|start' end || case when has_end then '' else '|end' end
            || case when has_ceiling then '' else '|ceiling' end || case when has_category then '' else '|category' end || case when has_unit then '' else '|unit' end
            || case when has_price_list then '' else '|price_list' end || case when has_code_statement then '' else '|code_statement' end
            || case when has_owner then '' else '|owner' end as missing_fields
    from fields
)
select
    f.contract_id as contract_id,
    f.contract_title as contract_title,
    f.supplier_names as supplier_names,
    f.is_live as is_live,
    f.has_organisation_number as has_organisation_number,
    f.has_start as has_start,
    f.has_end as has_end,
    f.has_ceiling as has_ceiling,
    f.has_category as has_category,
    f.has_unit as has_unit,
    f.has_price_list as has_price_list,
    f.has_code_statement as has_code_statement,
    f.has_owner as has_owner,
    f.followable_field_count as followable_field_count,
    cast(f.followable_field_count as double) / cast(9 + 0 * f.followable_field_count as double) as followable_ratio,
    substr(n.missing_fields, 2) as missing_fields,
    f.followed_up_on as followed_up_on,
    f.is_followed_up_12m as is_followed_up_12m,
    f.trailing_net as trailing_net
from fields f
join named n on n.contract_id = f.contract_id
order by contract_id
