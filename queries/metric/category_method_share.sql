-- title: Hur raderna fick sin kategori | How lines got their category
-- what: Addressable spend by the way the category was decided.
-- why: Rules rot: the share of kronor with no category, or one given by a weak rule, says how far category figures can be trusted.
-- grain: one method
-- key: category_method
-- column: category_method text! line, rule_vendor, rule_account, rule_text, contract, supplier_account, supplier_majority, model or unclassified.
-- column: line_count int! Lines.
-- column: supplier_count int! Suppliers.
-- column: category_count int! Categories given.
-- column: spend_net money! Addressable spend.
-- column: addressable_spend_net money! Denominator: all addressable spend.
-- column: spend_ratio float spend_net / addressable_spend_net.
-- chart: bar; x=category_method; y=spend_ratio
-- policy: 16
-- source: own definition
with lines as (
    select category_method, category_code, supplier_id, spend_net
    from matched.spend
    where is_addressable
),
sums as (
    select category_method, count(*) as line_count, count(distinct supplier_id) as supplier_count, count(distinct category_code) as category_count, sum(spend_net) as spend_net
    from lines
    group by category_method
),
total as (
    select sum(spend_net) as addressable_spend_net
    from sums
)
select
    s.category_method as category_method,
    s.line_count as line_count,
    s.supplier_count as supplier_count,
    s.category_count as category_count,
    s.spend_net as spend_net,
    t.addressable_spend_net as addressable_spend_net,
    cast(s.spend_net as double) / cast(nullif(t.addressable_spend_net, 0) as double) as spend_ratio
from sums s
cross join total t
order by category_method
