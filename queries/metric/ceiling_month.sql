-- title: Takvolymer månad för månad | Ceilings month by month
-- what: For each framework or contract of its own with a ceiling on file: what was called off in each month, in all so far, and what remains of the ceiling.
-- why: The slope shows in time whether the ceiling lasts as long as the term.
-- grain: one framework, or one contract that belongs to none × month with call-offs
-- key: contract_id, period
-- column: contract_id text! Framework or contract.
-- column: period text! Month, YYYY-MM.
-- column: month_index int! Month as a number: year × 12 + month − 1.
-- column: called_off_net money! Called off in the month: net excluding VAT, credits give back; over-ceiling lines (M6) included.
-- column: burned_net money! Called off in all up to and with the month.
-- column: ceiling_net money! The ceiling excluding VAT.
-- column: remaining_net money! ceiling_net − burned_net; negative when passed.
-- chart: line; x=period; y=remaining_net; series=contract_id
-- policy: 6, 18, 33
-- source: as ceiling_utilisation
with terms as (
    select contract_id, framework_contract_id, ceiling_net
    from matched.contract_term
),
lines as (
    select contract_id, month_index, coalesce(spend_net, 0) as spend_net
    from matched.spend
    where contract_id <> '' and (outcome = 'compliant' or outcome = 'deviating' or reason = 'M6')
),
run as (
    select currency
    from rule.run
),
calendar as (
    select month_index, period
    from rule.calendar
),
ceiling_currency as (
    select contract_id, min(currency) as first_currency, max(currency) as last_currency
    from lake.contract
    group by contract_id
),
frames as (
    select t.contract_id as contract_id, t.ceiling_net as ceiling_net
    from terms t
    cross join run r
    left join ceiling_currency k on k.contract_id = t.contract_id
    where t.ceiling_net is not null and (k.first_currency is null or (k.first_currency = r.currency and k.last_currency = r.currency))
),
roots as (
    select contract_id
    from terms
    where contract_id = framework_contract_id
),
members as (
    select t.contract_id as contract_id, coalesce(f.contract_id, t.contract_id) as frame_id
    from terms t
    left join roots f on f.contract_id = t.framework_contract_id
),
months as (
    select m.frame_id as frame_id, l.month_index as month_index, sum(l.spend_net) as called_off_net
    from lines l
    join members m on m.contract_id = l.contract_id
    group by m.frame_id, l.month_index
),
sums as (
    select frame_id, month_index, called_off_net,
        sum(called_off_net) over (partition by frame_id order by month_index rows between unbounded preceding and current row) as burned_net
    from months
)
select
    s.frame_id as contract_id,
    c.period as period,
    s.month_index as month_index,
    s.called_off_net as called_off_net,
    s.burned_net as burned_net,
    f.ceiling_net as ceiling_net,
    f.ceiling_net - s.burned_net as remaining_net
from sums s
join frames f on f.contract_id = s.frame_id
join calendar c on c.month_index = s.month_index
order by contract_id, period
