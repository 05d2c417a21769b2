-- title: Mål för leverantörsmångfald | Goals for supplier diversity
-- what: Each goal on file beside the share of addressable spend in the last twelve months and in the twelve before, with the kronor that are missing.
-- why: A goal without a date and a distance is a wish.
-- grain: one goal
-- key: class_code, due_on
-- column: class_code text! Class, or `any`.
-- column: due_on date! The day by which it is to be reached.
-- column: goal_ratio float! Share of addressable spend to reach.
-- column: member_spend_net money! Numerator: spend with members in the last twelve months.
-- column: spend_net money! Denominator: addressable spend of the last twelve months.
-- column: member_ratio float member_spend_net / spend_net.
-- column: previous_ratio float The same over the twelve months before; empty when they are not all loaded.
-- column: missing_net float goal_ratio × spend_net − member_spend_net, at least 0: more to buy from members in twelve months.
-- column: months_to_due int! Months from the as-of month to that of the goal; negative when it has passed.
-- column: goal_status text! reached, under_way (not yet due) or missed; unknown when the class has no statements at all.
-- column: coverage_ratio float Share of kronor whose status in this class is known.
-- column: goal_source text The decision.
-- chart: bar; x=class_code; y=member_ratio,goal_ratio
-- policy: 14, 29
-- source: goals by lake.diversity_goal; classes as diversity_class
with lines as (
    select supplier_id, month_index, spend_net
    from matched.spend
    where is_addressable
),
run as (
    select as_of_month_index
    from rule.run
),
calendar as (
    select month_index, first_on, last_on, is_loaded
    from rule.calendar
),
days as (
    select day_on, month_index
    from rule.day
),
goals as (
    select class_code, due_on, cast(goal_ratio as double) as goal_ratio, goal_source
    from lake.diversity_goal
),
classes as (
    select supplier_id, class_code, class_status, valid_from_on, valid_to_on
    from resolved.supplier_class
),
code_count as (
    select count(distinct class_code) as code_count
    from classes
),
dated as (
    select l.supplier_id as supplier_id, l.month_index as month_index, case when l.month_index > r.as_of_month_index - 12 then 1 else 0 end as is_recent, l.spend_net as spend_net
    from lines l
    cross join run r
    where case when l.month_index > r.as_of_month_index - 24 and l.month_index <= r.as_of_month_index then true else false end
),
months as (
    select supplier_id, month_index, is_recent, sum(spend_net) as spend_net
    from dated
    group by supplier_id, month_index, is_recent
),
valid as (
    select m.supplier_id as supplier_id, m.month_index as month_index, k.class_code as class_code, k.class_status as class_status
    from months m
    join classes k on k.supplier_id = m.supplier_id
    join calendar c on c.month_index = m.month_index
    where (k.valid_from_on is null or k.valid_from_on <= c.last_on) and (k.valid_to_on is null or k.valid_to_on >= c.first_on)
),
any_counts as (
    select supplier_id, month_index, sum(case when class_status = 'member' then 1 else 0 end) as member_count,
        sum(case when class_status = 'not_member' then 1 else 0 end) as not_member_count
    from valid
    group by supplier_id, month_index
),
statuses as (
    select supplier_id, month_index, class_code, class_status
    from valid
    union all
    select a.supplier_id as supplier_id, a.month_index as month_index, 'any' as class_code,
        case when a.member_count > 0 then 'member' when a.not_member_count = n.code_count then 'not_member' else 'unknown' end as class_status
    from any_counts a
    cross join code_count n
),
sums as (
    select s.class_code as class_code, sum(case when m.is_recent = 1 and s.class_status = 'member' then m.spend_net else 0 end) as member_net,
        sum(case when m.is_recent = 0 and s.class_status = 'member' then m.spend_net else 0 end) as previous_member_net,
        sum(case when m.is_recent = 1 and s.class_status <> 'unknown' then m.spend_net else 0 end) as known_net
    from months m
    join statuses s on s.supplier_id = m.supplier_id and s.month_index = m.month_index
    group by s.class_code
),
total as (
    select coalesce(sum(case when is_recent = 1 then spend_net else 0 end), 0) as spend_net, coalesce(sum(case when is_recent = 0 then spend_net else 0 end), 0) as previous_net
    from months
),
loaded as (
    select count(*) as previous_count
    from calendar c
    cross join run r
    where case when c.is_loaded and c.month_index > r.as_of_month_index - 24 and c.month_index <= r.as_of_month_index - 12 then true else false end
)
select
    g.class_code as class_code,
    g.due_on as due_on,
    g.goal_ratio as goal_ratio,
    coalesce(s.member_net, 0) as member_spend_net,
    t.spend_net as spend_net,
    cast(coalesce(s.member_net, 0) as double) / cast(nullif(t.spend_net, 0) as double) as member_ratio,
    case when l.previous_count = 12 then cast(coalesce(s.previous_member_net, 0) as double) / cast(nullif(t.previous_net, 0) as double) end as previous_ratio,
    case
        when g.goal_ratio * cast(t.spend_net as double) > cast(coalesce(s.member_net, 0) as double)
            then g.goal_ratio * cast(t.spend_net as double) - cast(coalesce(s.member_net, 0) as double)
        else 0.0
    end as missing_net,
    d.month_index - r.as_of_month_index as months_to_due,
    case
        when s.class_code is null then 'unknown'
        when cast(s.member_net as double) >= g.goal_ratio * cast(t.spend_net as double) then 'reached'
        when d.month_index < r.as_of_month_index then 'missed'
        else 'under_way'
    end as goal_status,
    cast(coalesce(s.known_net, 0) as double) / cast(nullif(t.spend_net, 0) as double) as coverage_ratio,
    g.goal_source as goal_source
from goals g
join days d on d.day_on = g.due_on
cross join run r
cross join total t
cross join loaded l
left join sums s on s.class_code = g.class_code
order by class_code, due_on
