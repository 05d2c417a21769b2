-- title: Kategorier att granska | Categories to review
-- what: Suppliers and accounts whose category nobody stated or ruled, the most spend first, each with the beginning of a rule that would settle it.
-- why: A rule written for the first rows of this list moves more kronor than a hundred others; what people decide here comes back as a rule.
-- grain: one supplier × account × category × method
-- key: supplier_id, account_code, category_code, category_method
-- column: review_rank int! Rank by |spend|, from 1; the first thousand.
-- column: category_method text! How the category was given: unclassified, model, supplier_majority, supplier_account or contract.
-- column: supplier_id text! Supplier.
-- column: supplier_name text! Its name.
-- column: account_code text! Account; empty text when the lines have none.
-- column: account_name text Name of the account.
-- column: category_code text! Category given; `unclassified` when none.
-- column: category_name text! Its name.
-- column: line_count int! Lines.
-- column: spend_net money! Addressable spend.
-- column: addressable_spend_net money! Denominator: all addressable spend.
-- column: spend_ratio float spend_net / addressable_spend_net.
-- column: rule text! A row for the rules file, category-rules.csv, without its category: account;vendor;text;category;exclusion.
-- chart: bar; x=supplier_name; y=spend_net
-- policy: 16
-- source: own definition: docs/categories.md
with lines as (
    select category_method, supplier_id, supplier_name, coalesce(account_code, '') as account_code, account_name, category_code, category_name, spend_net
    from matched.spend
    where is_addressable
),
unsure as (
    select category_method, supplier_id, min(supplier_name) as supplier_name, account_code, min(account_name) as account_name, category_code,
        min(category_name) as category_name, count(*) as line_count, sum(spend_net) as spend_net, -sum(spend_net) as negative_net
    from lines
    where category_method in ('unclassified', 'model', 'supplier_majority', 'supplier_account', 'contract')
    group by category_method, supplier_id, account_code, category_code
),
sized as (
    select category_method, supplier_id, supplier_name, account_code, account_name, category_code, category_name, line_count, spend_net,
        case when spend_net > 0 then negative_net else spend_net end as negative_size_net
    from unsure
),
ranked as (
    select category_method, supplier_id, supplier_name, account_code, account_name, category_code, category_name, line_count, spend_net,
        row_number() over (order by negative_size_net, supplier_id, account_code, category_code, category_method) as review_rank
    from sized
),
numbers as (
    select supplier_id, organisation_number
    from resolved.supplier
),
total as (
    select sum(spend_net) as addressable_spend_net
    from lines
)
select
    r.review_rank as review_rank,
    r.category_method as category_method,
    r.supplier_id as supplier_id,
    r.supplier_name as supplier_name,
    r.account_code as account_code,
    r.account_name as account_name,
    r.category_code as category_code,
    r.category_name as category_name,
    r.line_count as line_count,
    r.spend_net as spend_net,
    t.addressable_spend_net as addressable_spend_net,
    cast(r.spend_net as double) / cast(nullif(t.addressable_spend_net, 0) as double) as spend_ratio,
    concat(r.account_code, ';', coalesce(n.organisation_number, ''), ';;;') as rule
from ranked r
left join numbers n on n.supplier_id = r.supplier_id
cross join total t
where r.review_rank <= 1000
order by review_rank
