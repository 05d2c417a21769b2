-- title: Rapporterade mot upptäckta avvikelser per enhet | Reported against detected deviations by unit
-- what: For each unit with spend: the deviations of the last twelve months that the decisions on its invoices show, beside those that it reported itself, and what is still open.
-- why: Each unit is bound to report its deviations; where far fewer are reported than found, the register is not used.
-- grain: one organisational unit
-- key: organisational_unit_id
-- column: organisational_unit_id text! Unit.
-- column: organisational_unit_name text! Its name.
-- column: detected_count int! Invoices of the last twelve months with a line off contract or deviating (M1 to M8).
-- column: detected_net money! Spend on such lines.
-- column: reported_count int! Deviations reported in the last twelve months; 0 says nothing when the register is not loaded: see is_register_loaded.
-- column: reported_net money! Their amounts as last stated, in the workspace’s currency.
-- column: reported_ratio float reported_count / detected_count; empty when the register is not loaded.
-- column: reported_net_ratio float reported_net / detected_net; empty when the register is not loaded.
-- column: open_count int! Of all its reports, those not closed.
-- column: closed_count int! Of all its reports, those closed.
-- column: oldest_open_on date Day of the oldest report that is not closed.
-- column: is_register_loaded bool! Whether any unit’s reports are loaded.
-- chart: bar; x=organisational_unit_name; y=detected_count,reported_count
-- policy: 34, 35, 36
-- source: own definition
with lines as (
    select organisational_unit_id, organisational_unit_name, invoice_key, outcome, month_index, spend_net
    from matched.spend
    where is_addressable
),
run as (
    select as_of_on, as_of_month_index, currency
    from rule.run
),
days as (
    select day_on, day_index, month_index
    from rule.day
),
units as (
    select organisational_unit_id, min(organisational_unit_name) as organisational_unit_name
    from lines
    group by organisational_unit_id
),
detected as (
    select l.organisational_unit_id as organisational_unit_id, count(distinct l.invoice_key) as detected_count, sum(l.spend_net) as detected_net
    from lines l
    cross join run r
    where (l.outcome = 'off_contract' or l.outcome = 'deviating')
        and case when l.month_index > r.as_of_month_index - 12 and l.month_index <= r.as_of_month_index then true else false end
    group by l.organisational_unit_id
),
dated as (
    select d.deviation_id as deviation_id, d.organisational_unit_id as organisational_unit_id, d.reported_on as reported_on, d.status_code as status_code,
        d.deviation_net as deviation_net, d.currency as currency, -y.day_index as negative_index
    from lake.deviation_report d
    join days y on y.day_on = d.status_on
    cross join run r
    where case when d.status_on <= r.as_of_on then true else false end
),
reports as (
    select deviation_id, organisational_unit_id, reported_on, status_code, deviation_net, currency,
        row_number() over (partition by deviation_id order by negative_index, status_code) as status_rank
    from dated
),
latest as (
    select p.organisational_unit_id as organisational_unit_id, p.reported_on as reported_on, p.status_code as status_code, p.currency as currency, p.deviation_net as deviation_net,
        d.month_index as month_index
    from reports p
    join days d on d.day_on = p.reported_on
    where p.status_rank = 1
),
reported as (
    select l.organisational_unit_id as organisational_unit_id,
        sum(case when l.month_index > r.as_of_month_index - 12 and l.month_index <= r.as_of_month_index then 1 else 0 end) as reported_count,
        sum(case
            when l.month_index > r.as_of_month_index - 12 and l.month_index <= r.as_of_month_index and l.currency = r.currency then coalesce(l.deviation_net, 0)
            else 0
        end) as reported_net,
        sum(case when l.status_code = 'closed' then 0 else 1 end) as open_count, sum(case when l.status_code = 'closed' then 1 else 0 end) as closed_count,
        min(case when l.status_code <> 'closed' then l.reported_on end) as oldest_open_on
    from latest l
    cross join run r
    group by l.organisational_unit_id
),
register as (
    select count(*) as report_count
    from latest
)
select
    u.organisational_unit_id as organisational_unit_id,
    u.organisational_unit_name as organisational_unit_name,
    coalesce(d.detected_count, 0) as detected_count,
    coalesce(d.detected_net, 0) as detected_net,
    coalesce(p.reported_count, 0) as reported_count,
    coalesce(p.reported_net, 0) as reported_net,
    case when g.report_count > 0 then cast(coalesce(p.reported_count, 0) as double) / cast(nullif(d.detected_count, 0) as double) end as reported_ratio,
    case when g.report_count > 0 then cast(coalesce(p.reported_net, 0) as double) / cast(nullif(d.detected_net, 0) as double) end as reported_net_ratio,
    coalesce(p.open_count, 0) as open_count,
    coalesce(p.closed_count, 0) as closed_count,
    p.oldest_open_on as oldest_open_on,
    g.report_count > 0 as is_register_loaded
from units u
cross join register g
left join detected d on d.organisational_unit_id = u.organisational_unit_id
left join reported p on p.organisational_unit_id = u.organisational_unit_id
order by organisational_unit_id
