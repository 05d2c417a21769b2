-- title: Rapporterade avvikelser och deras status | Reported deviations and their status
-- what: Each deviation in the register that units keep, with its latest status, its history and how long it has been open.
-- why: A deviation that is reported and never closed teaches nobody anything.
-- grain: one reported deviation
-- key: deviation_id
-- column: deviation_id text! Number in the register.
-- column: organisational_unit_id text! The unit that reported.
-- column: reported_on date! Day of the report.
-- column: status_code text! Latest status: open, in_progress or closed.
-- column: status_on date! Day of it.
-- column: history text! All statuses in order, each with its day, separated by `; `.
-- column: status_count int! How many.
-- column: open_days int! Days from the report to its closing, or to the as-of date while it is not closed.
-- column: reason text M1 to M9; empty for other deviations.
-- column: contract_id text Contract.
-- column: vendor_name text Supplier as named.
-- column: deviation_net money Amount as last stated, in its currency.
-- column: currency text! Its currency.
-- chart: table
-- policy: 20, 35
-- source: lake.deviation_report; statuses dated after the as-of date are left out
with reports as (
    select d.deviation_id as deviation_id, d.organisational_unit_id as organisational_unit_id, d.reported_on as reported_on, d.status_on as status_on, d.status_code as status_code,
        d.reason as reason, d.contract_id as contract_id, d.vendor_name as vendor_name, d.deviation_net as deviation_net, d.currency as currency
    from lake.deviation_report d
    cross join rule.run r
    where case when d.status_on <= r.as_of_on then true else false end
),
days as (
    select day_on, day_index
    from rule.day
),
as_of as (
    select d.day_index as day_index
    from rule.run r
    join days d on d.day_on = r.as_of_on
),
dated as (
    select r.deviation_id as deviation_id, r.status_on as status_on, r.status_code as status_code, -d.day_index as negative_index
    from reports r
    join days d on d.day_on = r.status_on
),
ranked as (
    select deviation_id, status_on, status_code, row_number() over (partition by deviation_id order by negative_index, status_code) as status_rank,
        row_number() over (partition by deviation_id order by status_on, status_code) as step_number
    from dated
),
latest as (
    select deviation_id, status_on, status_code
    from ranked
    where status_rank = 1
),
steps as (
    select deviation_id, count(*) as status_count,
        max(case when step_number = 1 then status_code || ' ' || cast(status_on as varchar) end) as step_1,
        max(case when step_number = 2 then '; ' || status_code || ' ' || cast(status_on as varchar) end) as step_2,
        max(case when step_number = 3 then '; ' || status_code || ' ' || cast(status_on as varchar) end) as step_3,
        max(case when step_number = 4 then '; ' || status_code || ' ' || cast(status_on as varchar) end) as step_4,
        max(case when step_number = 5 then '; …' end) as more
    from ranked
    group by deviation_id
),
facts as (
    select r.deviation_id as deviation_id, min(r.organisational_unit_id) as organisational_unit_id, min(r.reported_on) as reported_on, min(r.currency) as currency,
        max(case when r.status_on = l.status_on then r.reason end) as reason, max(case when r.status_on = l.status_on then r.contract_id end) as contract_id,
        max(case when r.status_on = l.status_on then r.vendor_name end) as vendor_name, max(case when r.status_on = l.status_on then r.deviation_net end) as deviation_net
    from reports r
    join latest l on l.deviation_id = r.deviation_id
    group by r.deviation_id
)
select
    f.deviation_id as deviation_id,
    f.organisational_unit_id as organisational_unit_id,
    f.reported_on as reported_on,
    l.status_code as status_code,
    l.status_on as status_on,
    s.step_1 || coalesce(s.step_2, '') || coalesce(s.step_3, '') || coalesce(s.step_4, '') || coalesce(s.more, '') as history,
    s.status_count as status_count,
    case when l.status_code = 'closed' then b.day_index else a.day_index end - c.day_index as open_days,
    f.reason as reason,
    f.contract_id as contract_id,
    f.vendor_name as vendor_name,
    f.deviation_net as deviation_net,
    f.currency as currency
from facts f
join latest l on l.deviation_id = f.deviation_id
join steps s on s.deviation_id = f.deviation_id
join days b on b.day_on = l.status_on
join days c on c.day_on = f.reported_on
cross join as_of a
order by deviation_id
