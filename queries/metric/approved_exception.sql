-- title: Godkända undantag | Approved exceptions
-- what: Each approved exception with what was bought under it, its owner and its expiry.
-- why: An approved exception is no disloyalty, but it is bought off contract all the same: it has a figure, an owner and an end.
-- grain: one approved exception
-- key: exception_id
-- column: exception_id text! Exception.
-- column: owner_role text! Role or function that answers for it.
-- column: vendor_name text Supplier that may be bought from; empty = any.
-- column: category_codes text Categories; empty = any.
-- column: approved_on date Day of the approval.
-- column: expires_on date Last day; empty = without an expiry, so that it excepts nothing.
-- column: exception_status text! in_force, expired, no_expiry or not_yet, on the as-of date.
-- column: line_count int! Lines off contract or deviating that it fits.
-- column: unit_count int! Units that used it.
-- column: spend_net money! Their amount.
-- column: last_used_on date Day of the latest of them.
-- chart: bar; x=exception_id; y=spend_net
-- policy: 34, 35
-- source: own definition; the first exception by number that fits a line counts it
with exceptions as (
    select exception_id, owner_role, vendor_name, category_codes, approved_on, coalesce(starts_on, approved_on) as starts_on, expires_on
    from lake.approved_exception
),
run as (
    select as_of_on
    from rule.run
),
used as (
    select approved_exception_id as exception_id, count(*) as line_count, count(distinct organisational_unit_id) as unit_count,
        sum(coalesce(spend_net, 0)) as spend_net, max(covered_on) as last_used_on
    from matched.spend
    where approved_exception_id <> ''
    group by approved_exception_id
)
select
    e.exception_id as exception_id,
    e.owner_role as owner_role,
    e.vendor_name as vendor_name,
    e.category_codes as category_codes,
    e.approved_on as approved_on,
    e.expires_on as expires_on,
    case
        when e.expires_on is null then 'no_expiry'
        when e.expires_on < r.as_of_on then 'expired'
        when e.starts_on > r.as_of_on then 'not_yet'
        else 'in_force'
    end as exception_status,
    coalesce(u.line_count, 0) as line_count,
    coalesce(u.unit_count, 0) as unit_count,
    coalesce(u.spend_net, 0) as spend_net,
    u.last_used_on as last_used_on
from exceptions e
cross join run r
left join used u on u.exception_id = e.exception_id
order by exception_id
