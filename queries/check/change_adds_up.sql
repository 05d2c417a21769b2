-- what: The causes of a change add up to it, and the categories add up to the row of all.
with rows_apart as (
    select category_code, before_spend_net, spend_net, change_net,
        price_net + volume_net + assortment_net + supplier_new_net + supplier_lost_net + not_told_net as causes_net
    from metric.spend_change
),
parts as (
    select coalesce(sum(change_net), 0) as change_net
    from rows_apart
    where category_code <> 'all'
),
faults as (
    select category_code as part, causes_net as found_net, change_net as expected_net
    from rows_apart
    where causes_net <> change_net or change_net <> spend_net - before_spend_net
    union all
    select 'all categories' as part, p.change_net as found_net, r.change_net as expected_net
    from rows_apart r
    cross join parts p
    where r.category_code = 'all' and p.change_net <> r.change_net
)
select part, found_net, expected_net
from faults
order by part, found_net
