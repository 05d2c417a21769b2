-- what: For each diversity class, members, non-members and unknown add up to addressable spend: by class, by unit and by month.
with reference as (
    select coalesce(sum(spend_net), 0) as spend_net
    from matched.spend
    where is_addressable
),
parts as (
    select 'diversity_class' as part, class_code, sum(spend_net) as spend_net
    from metric.diversity_class
    group by class_code
    union all
    select 'diversity_unit' as part, class_code, sum(member_spend_net + not_member_spend_net + unknown_spend_net) as spend_net
    from metric.diversity_unit
    group by class_code
    union all
    select 'diversity_month' as part, class_code, sum(member_spend_net + not_member_spend_net + unknown_spend_net) as spend_net
    from metric.diversity_month
    group by class_code
)
select p.part as part, p.class_code as class_code, p.spend_net as spend_net, r.spend_net as expected_net
from parts p
cross join reference r
where p.spend_net <> r.spend_net
order by part, class_code
