-- what: Addressable spend is the same amount wherever it is a denominator or a sum of parts.
with reference as (
    select coalesce(sum(spend_net), 0) as spend_net
    from matched.spend
    where is_addressable
),
parts as (
    select 'exclusion' as part, coalesce(sum(spend_net), 0) as spend_net
    from metric.exclusion
    where exclusion = 'addressable'
    union all
    select 'spend_outcome' as part, coalesce(sum(spend_net), 0) as spend_net
    from metric.spend_outcome
    where outcome <> 'not_addressable'
    union all
    select 'spend_cube' as part, coalesce(sum(addressable_spend_net), 0) as spend_net
    from metric.spend_cube
    union all
    select 'compliance_unit' as part, coalesce(sum(addressable_spend_net), 0) as spend_net
    from metric.compliance_unit
    union all
    select 'compliance_category' as part, coalesce(sum(addressable_spend_net), 0) as spend_net
    from metric.compliance_category
    union all
    select 'compliance_total' as part, coalesce(sum(addressable_spend_net), 0) as spend_net
    from metric.compliance_total
    where period = 'all'
    union all
    select 'compliance_month, all' as part, coalesce(sum(addressable_spend_net), 0) as spend_net
    from metric.compliance_month
    where organisational_unit_id = 'all'
    union all
    select 'category_method_share' as part, coalesce(sum(spend_net), 0) as spend_net
    from metric.category_method_share
    union all
    select 'supplier_pareto' as part, coalesce(sum(spend_net), 0) as spend_net
    from metric.supplier_pareto
    union all
    select 'concentration_category' as part, coalesce(sum(spend_net + excluded_net), 0) as spend_net
    from metric.concentration_category
    where category_code <> 'all'
    union all
    select 'concentration_category, all' as part, coalesce(sum(spend_net + excluded_net), 0) as spend_net
    from metric.concentration_category
    where category_code = 'all'
    union all
    select 'tco_supplier' as part, coalesce(sum(spend_net), 0) as spend_net
    from metric.tco_supplier
    union all
    select 'tco_category' as part, coalesce(sum(spend_net), 0) as spend_net
    from metric.tco_category
    union all
    select 'diversity_class, any' as part, coalesce(sum(spend_net), 0) as spend_net
    from metric.diversity_class
    where class_code = 'any'
    union all
    select 'diversity_unit, any' as part, coalesce(sum(spend_net), 0) as spend_net
    from metric.diversity_unit
    where class_code = 'any'
    union all
    select 'diversity_month, any' as part, coalesce(sum(spend_net), 0) as spend_net
    from metric.diversity_month
    where class_code = 'any'
)
select p.part as part, p.spend_net as spend_net, r.spend_net as expected_net
from parts p
cross join reference r
where p.spend_net <> r.spend_net
order by part
