-- what: All spend is the same amount in the decisions, the outcomes, the bridge, the cube, and the compliance figures by unit, category and month.
with reference as (
    select coalesce(sum(spend_net), 0) as spend_net
    from matched.spend
),
parts as (
    select 'spend_outcome' as part, coalesce(sum(spend_net), 0) as spend_net
    from metric.spend_outcome
    union all
    select 'exclusion' as part, coalesce(sum(spend_net), 0) as spend_net
    from metric.exclusion
    union all
    select 'spend_cube' as part, coalesce(sum(spend_net), 0) as spend_net
    from metric.spend_cube
    union all
    select 'compliance_unit' as part, coalesce(sum(spend_net), 0) as spend_net
    from metric.compliance_unit
    union all
    select 'compliance_category' as part, coalesce(sum(spend_net), 0) as spend_net
    from metric.compliance_category
    union all
    select 'compliance_total, all' as part, coalesce(sum(case when period = 'all' then spend_net else 0 end), 0) as spend_net
    from metric.compliance_total
    union all
    select 'compliance_total, months' as part, coalesce(sum(case when period = 'all' then 0 else spend_net end), 0) as spend_net
    from metric.compliance_total
)
select p.part as part, p.spend_net as spend_net, r.spend_net as expected_net
from parts p
cross join reference r
where p.spend_net <> r.spend_net
order by part
