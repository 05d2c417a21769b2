-- title: Enheter: finns data varje månad? | Units: is there data every month?
-- what: For each unit, in how many of the loaded months it has lines, and which months are missing at the ends and in between.
-- why: A unit that stops reporting looks like a unit that stopped buying.
-- grain: one organisational unit
-- key: organisational_unit_id
-- column: organisational_unit_id text! Unit.
-- column: organisational_unit_name text! Its name.
-- column: is_in_register bool! Whether the unit is in the unit file; units found on lines only are listed too.
-- column: loaded_month_count int! Denominator: months with any lines.
-- column: month_count int! Numerator: months with lines of this unit.
-- column: missing_month_count int! Loaded months without lines of this unit.
-- column: gap_month_count int! Of them, between its first and last month.
-- column: first_period text First month with lines.
-- column: last_period text Last month with lines.
-- column: line_count int! Lines in all.
-- column: completeness_ratio float month_count / loaded_month_count.
-- column: status text! complete, gaps, ended (no lines in the last loaded month), started_late or no_lines.
-- chart: heat; x=organisational_unit_name; y=completeness_ratio
-- policy: 1
-- source: own definition
with unit_months as (
    select organisational_unit_id, month_index, min(organisational_unit_name) as organisational_unit_name, min(period) as period, count(*) as line_count
    from matched.spend
    group by organisational_unit_id, month_index
),
register as (
    select organisational_unit_id, min(organisational_unit_name) as organisational_unit_name
    from lake.organisational_unit
    group by organisational_unit_id
),
loaded as (
    select month_index
    from rule.calendar
    where is_loaded
),
loaded_bounds as (
    select count(*) as loaded_month_count, min(month_index) as first_month_index, max(month_index) as last_month_index
    from loaded
),
unit_sums as (
    select organisational_unit_id, min(organisational_unit_name) as organisational_unit_name, count(*) as month_count,
        min(month_index) as first_month_index, max(month_index) as last_month_index, min(period) as first_period, max(period) as last_period, sum(line_count) as line_count
    from unit_months
    group by organisational_unit_id
),
spans as (
    select u.organisational_unit_id as organisational_unit_id, count(*) as span_month_count
    from unit_sums u
    cross join loaded l
    where case when l.month_index >= u.first_month_index and l.month_index <= u.last_month_index then true else false end
    group by u.organisational_unit_id
),
units as (
    select organisational_unit_id
    from unit_sums
    union
    select organisational_unit_id
    from register
)
select
    k.organisational_unit_id as organisational_unit_id,
    coalesce(r.organisational_unit_name, u.organisational_unit_name, '') as organisational_unit_name,
    r.organisational_unit_id is not null as is_in_register,
    b.loaded_month_count as loaded_month_count,
    coalesce(u.month_count, 0) as month_count,
    b.loaded_month_count - coalesce(u.month_count, 0) as missing_month_count,
    coalesce(s.span_month_count - u.month_count, 0) as gap_month_count,
    u.first_period as first_period,
    u.last_period as last_period,
    coalesce(u.line_count, 0) as line_count,
    cast(coalesce(u.month_count, 0) as double) / cast(nullif(b.loaded_month_count, 0) as double) as completeness_ratio,
    case
        when u.month_count is null then 'no_lines'
        when u.month_count = b.loaded_month_count then 'complete'
        when s.span_month_count > u.month_count then 'gaps'
        when u.last_month_index < b.last_month_index then 'ended'
        else 'started_late'
    end as status
from units k
cross join loaded_bounds b
left join unit_sums u on u.organisational_unit_id = k.organisational_unit_id
left join spans s on s.organisational_unit_id = k.organisational_unit_id
left join register r on r.organisational_unit_id = k.organisational_unit_id
order by organisational_unit_id
