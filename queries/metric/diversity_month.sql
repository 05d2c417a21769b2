-- title: Leverantörsmångfald per månad | Supplier diversity by month
-- what: Addressable spend of each month by diversity class and status of the supplier at the time.
-- why: A goal is followed by its trend, not by one figure.
-- grain: one class × month
-- key: class_code, period
-- column: class_code text! Class, or `any` = member of at least one.
-- column: period text! Month, YYYY-MM.
-- column: month_index int! Month as a number.
-- column: member_spend_net money! Numerator: spend with members.
-- column: not_member_spend_net money! Spend with suppliers known not to be members.
-- column: unknown_spend_net money! Spend with suppliers of unknown status.
-- column: spend_net money! Denominator: addressable spend of the month.
-- column: member_ratio float member_spend_net / spend_net.
-- column: coverage_ratio float Share of kronor whose status is known.
-- chart: line; x=period; y=member_ratio; series=class_code
-- policy: 12, 14
-- source: as diversity_class
with lines as (
    select supplier_id, month_index, period, spend_net
    from matched.spend
    where is_addressable
),
calendar as (
    select month_index, first_on, last_on
    from rule.calendar
),
classes as (
    select supplier_id, class_code, class_status, valid_from_on, valid_to_on
    from resolved.supplier_class
),
class_codes as (
    select distinct class_code
    from classes
),
code_count as (
    select count(*) as code_count
    from class_codes
),
sums as (
    select supplier_id, month_index, min(period) as period, sum(spend_net) as spend_net
    from lines
    group by supplier_id, month_index
),
months as (
    select s.supplier_id as supplier_id, s.month_index as month_index, s.period as period, c.first_on as first_on, c.last_on as last_on, s.spend_net as spend_net
    from sums s
    join calendar c on c.month_index = s.month_index
),
valid as (
    select m.supplier_id as supplier_id, m.month_index as month_index, c.class_code as class_code, c.class_status as class_status
    from months m
    join classes c on c.supplier_id = m.supplier_id
    where (c.valid_from_on is null or c.valid_from_on <= m.last_on) and (c.valid_to_on is null or c.valid_to_on >= m.first_on)
),
any_counts as (
    select supplier_id, month_index,
        sum(case when class_status = 'member' then 1 else 0 end) as member_count,
        sum(case when class_status = 'not_member' then 1 else 0 end) as not_member_count
    from valid
    group by supplier_id, month_index
),
statuses as (
    select supplier_id, month_index, class_code, class_status
    from valid
    union all
    select a.supplier_id as supplier_id, a.month_index as month_index, 'any' as class_code,
        case
            when a.member_count > 0 then 'member'
            when a.not_member_count = n.code_count then 'not_member'
            else 'unknown'
        end as class_status
    from any_counts a
    cross join code_count n
),
codes as (
    select class_code
    from class_codes
    union all
    select 'any' as class_code
    from code_count
),
joined as (
    select k.class_code as class_code, m.month_index as month_index, m.period as period, coalesce(s.class_status, 'unknown') as class_status, m.spend_net as spend_net
    from months m
    cross join codes k
    left join statuses s on s.supplier_id = m.supplier_id and s.month_index = m.month_index and s.class_code = k.class_code
),
totals as (
    select class_code, month_index, min(period) as period,
        sum(case when class_status = 'member' then spend_net else 0 end) as member_spend_net,
        sum(case when class_status = 'not_member' then spend_net else 0 end) as not_member_spend_net,
        sum(case when class_status = 'unknown' then spend_net else 0 end) as unknown_spend_net,
        sum(spend_net) as spend_net
    from joined
    group by class_code, month_index
)
select
    class_code,
    period,
    month_index,
    member_spend_net,
    not_member_spend_net,
    unknown_spend_net,
    spend_net,
    cast(member_spend_net as double) / cast(nullif(spend_net, 0) as double) as member_ratio,
    cast(member_spend_net + not_member_spend_net as double) / cast(nullif(spend_net, 0) as double) as coverage_ratio
from totals
order by class_code, period
