-- what: The analyses of the last twelve months add up to the same addressable spend, and tags and classes to that of their month or category.
with run as (
    select as_of_month_index
    from rule.run
),
reference as (
    select coalesce(sum(l.spend_net), 0) as spend_net
    from matched.spend l
    cross join run r
    where l.is_addressable and case when l.month_index > r.as_of_month_index - 12 and l.month_index <= r.as_of_month_index then true else false end
),
reference_all as (
    select coalesce(sum(spend_net), 0) as spend_net
    from matched.spend
    where is_addressable
),
recent_parts as (
    select 'sustainability_category' as part, coalesce(sum(spend_net), 0) as spend_net
    from metric.sustainability_category
    union all
    select 'foreign_supply' as part, coalesce(sum(domestic_spend_net + foreign_spend_net + unknown_spend_net), 0) as spend_net
    from metric.foreign_supply
    where category_code <> 'all'
    union all
    select 'foreign_supply, all' as part, coalesce(sum(spend_net), 0) as spend_net
    from metric.foreign_supply
    where category_code = 'all'
),
all_parts as (
    select 'circular_spend' as part, coalesce(sum(spend_net), 0) as spend_net
    from metric.circular_spend
    union all
    select 'diversity_category, any' as part, coalesce(sum(member_spend_net + not_member_spend_net + unknown_spend_net), 0) as spend_net
    from metric.diversity_category
    where class_code = 'any'
),
compared as (
    select p.part as part, p.spend_net as spend_net, r.spend_net as expected_net
    from recent_parts p
    cross join reference r
    union all
    select p.part as part, p.spend_net as spend_net, r.spend_net as expected_net
    from all_parts p
    cross join reference_all r
)
select part, spend_net, expected_net
from compared
where spend_net <> expected_net
order by part
