-- title: Beroende av leverantörer och koncerner | Dependency on suppliers and groups
-- what: For each supplier group with spend in the last twelve months: its share, the categories where it is the only source or has most of the spend, and the critical ones among them.
-- why: One bankruptcy can stop several categories at once, and a group hides behind several suppliers.
-- grain: one supplier group
-- key: supplier_group_id
-- column: supplier_group_id text! Topmost parent, or the supplier itself.
-- column: supplier_name text! Name of the group’s largest supplier.
-- column: supplier_count int! Suppliers of the group with positive spend.
-- column: spend_net money! Addressable spend of the last twelve months with suppliers of positive spend.
-- column: total_spend_net money! Denominator: the same over all groups.
-- column: spend_ratio float spend_net / total_spend_net.
-- column: unit_count int! Units that bought.
-- column: category_count int! Categories bought.
-- column: single_category_count int! Categories where nobody else sold.
-- column: dominated_category_count int! Categories where it has at least dominance_ratio_min of the spend, single ones included.
-- column: dominated_spend_net money! Its spend in them.
-- column: critical_category_count int! Dominated categories that are marked critical.
-- column: judged_category_count int! Dominated categories for which it is stated whether they are critical.
-- column: live_contract_count int! Contracts in force that a supplier of the group holds.
-- chart: bar; x=supplier_name; y=dominated_spend_net
-- policy: 22, 23
-- source: own definition; criticality from lake.category_attribute, never from spend
with lines as (
    select supplier_id, supplier_name, supplier_group_id, category_code, organisational_unit_id, month_index, spend_net
    from matched.spend
    where is_addressable
),
run as (
    select as_of_month_index
    from rule.run
),
parameters as (
    select parameter_value as dominance_ratio
    from rule.parameter
    where parameter_code = 'dominance_ratio_min'
),
recent as (
    select l.supplier_id as supplier_id, l.supplier_name as supplier_name, l.supplier_group_id as supplier_group_id, l.category_code as category_code,
        l.organisational_unit_id as organisational_unit_id, l.spend_net as spend_net
    from lines l
    cross join run r
    where case when l.month_index > r.as_of_month_index - 12 and l.month_index <= r.as_of_month_index then true else false end
),
pairs as (
    select supplier_group_id, category_code, sum(spend_net) as spend_net
    from recent
    group by supplier_group_id, category_code
),
positive_pairs as (
    select supplier_group_id, category_code, spend_net
    from pairs
    where spend_net > 0
),
categories as (
    select category_code, sum(spend_net) as spend_net, count(*) as group_count
    from positive_pairs
    group by category_code
),
attribute_fits as (
    select c.category_code as category_code, a.is_critical as is_critical, -length(a.category_code) as negative_length
    from categories c
    cross join lake.category_attribute a
    where case when substr(c.category_code, 1, length(a.category_code)) = a.category_code then a.is_critical is not null else false end
),
attribute_ranks as (
    select category_code, is_critical, row_number() over (partition by category_code order by negative_length) as fit_rank
    from attribute_fits
),
attributes as (
    select category_code, is_critical
    from attribute_ranks
    where fit_rank = 1
),
shares as (
    select p.supplier_group_id as supplier_group_id, p.category_code as category_code, p.spend_net as spend_net, case when c.group_count = 1 then 1 else 0 end as is_single,
        case when cast(p.spend_net as double) >= d.dominance_ratio * cast(c.spend_net as double) then 1 else 0 end as is_dominated,
        case when a.is_critical then 1 else 0 end as is_critical, case when a.is_critical is null then 0 else 1 end as is_judged
    from positive_pairs p
    join categories c on c.category_code = p.category_code
    cross join parameters d
    left join attributes a on a.category_code = p.category_code
),
group_categories as (
    select supplier_group_id, count(*) as category_count, sum(is_single) as single_category_count, sum(is_dominated) as dominated_category_count,
        sum(case when is_dominated = 1 then spend_net else 0 end) as dominated_spend_net, sum(is_dominated * is_critical) as critical_category_count,
        sum(is_dominated * is_judged) as judged_category_count
    from shares
    group by supplier_group_id
),
suppliers as (
    select supplier_group_id, supplier_id, min(supplier_name) as supplier_name, sum(spend_net) as spend_net, -sum(spend_net) as negative_net
    from recent
    group by supplier_group_id, supplier_id
),
ranked as (
    select supplier_group_id, supplier_id, supplier_name, spend_net, row_number() over (partition by supplier_group_id order by negative_net, supplier_id) as supplier_rank
    from suppliers
    where spend_net > 0
),
group_sums as (
    select supplier_group_id, max(case when supplier_rank = 1 then supplier_name end) as supplier_name, count(*) as supplier_count, sum(spend_net) as spend_net
    from ranked
    group by supplier_group_id
),
group_units as (
    select supplier_group_id, count(distinct organisational_unit_id) as unit_count
    from recent
    group by supplier_group_id
),
total as (
    select sum(spend_net) as total_spend_net
    from group_sums
),
contracts as (
    select s.supplier_group_id as supplier_group_id, count(distinct h.contract_id) as live_contract_count
    from resolved.contract_supplier h
    join resolved.supplier s on s.supplier_id = h.supplier_id
    join matched.contract_term t on t.contract_id = h.contract_id
    where t.is_live
    group by s.supplier_group_id
)
select
    g.supplier_group_id as supplier_group_id,
    g.supplier_name as supplier_name,
    g.supplier_count as supplier_count,
    g.spend_net as spend_net,
    t.total_spend_net as total_spend_net,
    cast(g.spend_net as double) / cast(nullif(t.total_spend_net, 0) as double) as spend_ratio,
    u.unit_count as unit_count,
    coalesce(c.category_count, 0) as category_count,
    coalesce(c.single_category_count, 0) as single_category_count,
    coalesce(c.dominated_category_count, 0) as dominated_category_count,
    coalesce(c.dominated_spend_net, 0) as dominated_spend_net,
    coalesce(c.critical_category_count, 0) as critical_category_count,
    coalesce(c.judged_category_count, 0) as judged_category_count,
    coalesce(k.live_contract_count, 0) as live_contract_count
from group_sums g
join group_units u on u.supplier_group_id = g.supplier_group_id
cross join total t
left join group_categories c on c.supplier_group_id = g.supplier_group_id
left join contracts k on k.supplier_group_id = g.supplier_group_id
order by supplier_group_id
