-- title: Möjligheter: leverantörer i register som inte används | Opportunities: suppliers in registers that are not used
-- what: For each category with spend and each diversity class: how many organisations of the class the register files offer for it, how many we buy from, and what it comes to.
-- why: Says where an invitation would reach somebody, before the next procurement is written.
-- caution: Registret säger vad företaget erbjuder, inte att det räcker till i volym eller kvalitet. | The register says what a firm offers, not that it suffices in volume or quality.
-- grain: one class × category with at least one organisation on offer
-- key: class_code, category_code
-- column: class_code text! sme, idea_based or a certified class, by the register files.
-- column: category_code text! Category with spend in the last twelve months.
-- column: category_name text! Its name.
-- column: register_count int! Organisations of the class in the registers that offer the category, certificates in force at the as-of date.
-- column: used_count int! Suppliers of the class with positive spend in the category.
-- column: member_spend_net money! Spend with them.
-- column: spend_net money! Addressable spend of the category in the last twelve months.
-- column: off_contract_net money! Of it, off contract: what could be bought from others at once.
-- column: is_unused bool! Whether nothing is bought from the class though it is on offer.
-- column: example_names text! The first two organisations on offer by name, separated by `; `.
-- chart: bar; x=category_name; y=spend_net; series=class_code
-- policy: 12, 14
-- source: own definition; needs category codes in a register file
with lines as (
    select supplier_id, category_code, category_name, outcome, month_index, spend_net
    from matched.spend
    where is_addressable and category_code <> 'unclassified'
),
run as (
    select as_of_on, as_of_month_index
    from rule.run
),
calendar as (
    select month_index
    from rule.calendar
),
numbers as (
    select c.month_index - r.as_of_month_index as n
    from calendar c
    cross join run r
    where case when c.month_index > r.as_of_month_index and c.month_index <= r.as_of_month_index + 60 then true else false end
),
parameters as (
    select
        max(case when parameter_code = 'eu_medium_headcount_max' then parameter_value end) as headcount_max,
        max(case when parameter_code = 'eu_medium_turnover_max' then parameter_value end) as turnover_max,
        max(case when parameter_code = 'eu_medium_balance_sheet_max' then parameter_value end) as balance_sheet_max
    from rule.parameter
),
register as (
    select g.source_file_id || '-' || cast(g.source_line as varchar) as row_id, coalesce(nullif(g.organisation_number, ''), upper(g.organisation_name)) as organisation_id,
        g.organisation_name as organisation_name, coalesce(g.certified_classes, '') as certified_classes, coalesce(g.category_codes, '') as category_codes,
        g.is_idea_based_registered as is_registered, g.is_idea_based_declared as is_declared, g.employee_count as employee_count, g.turnover_eur as turnover_eur,
        g.balance_sheet_eur as balance_sheet_eur
    from lake.supplier_register g
    cross join run r
    where case
        when g.category_codes is null or g.deregistered_on <= r.as_of_on or g.insolvent_on <= r.as_of_on then false
        when g.certified_from_on > r.as_of_on or g.certified_until_on < r.as_of_on then false
        else true
    end
),
register_classes as (
    select g.row_id as row_id, split_part(g.certified_classes, '|', n.n) as class_code
    from register g
    cross join numbers n
    where split_part(g.certified_classes, '|', n.n) <> ''
    union
    select row_id, 'idea_based' as class_code
    from register
    where is_registered or is_declared
    union
    select g.row_id as row_id, 'sme' as class_code
    from register g
    cross join parameters p
    where case
        when cast(g.employee_count as double) >= p.headcount_max then false
        when g.employee_count is null then false
        when cast(g.turnover_eur as double) <= p.turnover_max or cast(g.balance_sheet_eur as double) <= p.balance_sheet_max then true
        else false
    end
),
-- Some registers pack more behind the code: what follows a hyphen is not part of it.
offers as (
    select distinct g.row_id as row_id, g.organisation_id as organisation_id, g.organisation_name as organisation_name,
        split_part(split_part(g.category_codes, '|', n.n), '-', 1) as offered_code
    from register g
    cross join numbers n
    where split_part(g.category_codes, '|', n.n) <> ''
),
recent as (
    select l.supplier_id as supplier_id, l.category_code as category_code, l.category_name as category_name, l.outcome as outcome, l.spend_net as spend_net
    from lines l
    cross join run r
    where case when l.month_index > r.as_of_month_index - 12 and l.month_index <= r.as_of_month_index then true else false end
),
categories as (
    select category_code, min(category_name) as category_name, sum(spend_net) as spend_net, sum(case when outcome = 'off_contract' then spend_net else 0 end) as off_contract_net
    from recent
    group by category_code
),
offered as (
    select distinct c.category_code as category_code, k.class_code as class_code, o.organisation_id as organisation_id, o.organisation_name as organisation_name
    from offers o
    join register_classes k on k.row_id = o.row_id
    cross join categories c
    where case
        when substr(o.offered_code, 1, length(c.category_code)) = c.category_code then true
        else substr(c.category_code, 1, length(o.offered_code)) = o.offered_code
    end
),
offered_ranks as (
    select category_code, class_code, organisation_id, organisation_name,
        row_number() over (partition by category_code, class_code order by organisation_name, organisation_id) as organisation_rank
    from offered
),
offer_counts as (
    select category_code, class_code, count(distinct organisation_id) as register_count,
        max(case when organisation_rank = 1 then organisation_name end) as first_name, max(case when organisation_rank = 2 then organisation_name end) as second_name
    from offered_ranks
    group by category_code, class_code
),
member_classes as (
    select k.supplier_id as supplier_id, k.class_code as class_code
    from resolved.supplier_class k
    cross join run r
    where case
        when k.class_status <> 'member' or k.valid_from_on > r.as_of_on or k.valid_to_on < r.as_of_on then false
        else true
    end
),
pairs as (
    select supplier_id, category_code, sum(spend_net) as spend_net
    from recent
    group by supplier_id, category_code
),
used as (
    select p.category_code as category_code, k.class_code as class_code, sum(case when p.spend_net > 0 then 1 else 0 end) as used_count, sum(p.spend_net) as member_spend_net
    from pairs p
    join member_classes k on k.supplier_id = p.supplier_id
    group by p.category_code, k.class_code
)
select
    o.class_code as class_code,
    o.category_code as category_code,
    c.category_name as category_name,
    o.register_count as register_count,
    coalesce(u.used_count, 0) as used_count,
    coalesce(u.member_spend_net, 0) as member_spend_net,
    c.spend_net as spend_net,
    c.off_contract_net as off_contract_net,
    coalesce(u.used_count, 0) = 0 as is_unused,
    o.first_name || coalesce('; ' || o.second_name, '') as example_names
from offer_counts o
join categories c on c.category_code = o.category_code
left join used u on u.category_code = o.category_code and u.class_code = o.class_code
order by class_code, category_code
