-- title: Takvolymer: utnyttjande och när de tar slut | Ceilings: utilisation and when they run out
-- what: For each framework or contract of its own: what was called off within it over all its suppliers, lots and call-offs, against its ceiling; against the ceiling's share of the elapsed term; and the month when the pace of the last twelve months uses it up.
-- why: A framework has no further effect once its ceiling is reached; buying on is a direct award.
-- grain: one framework, or one contract that belongs to none
-- key: contract_id
-- column: contract_id text! Framework or contract.
-- column: contract_title text! Title.
-- column: supplier_names text! Its suppliers.
-- column: starts_on date First day of the term.
-- column: ends_on date Last day of the term.
-- column: is_live bool! Whether the as-of date lies within the term.
-- column: ceiling_status text! on_file, no_ceiling_on_file or other_currency.
-- column: ceiling_net money The ceiling excluding VAT; empty when none is on file.
-- column: burned_net money! Called off: net excluding VAT, credits give back; over-ceiling lines (M6) included.
-- column: remaining_net money Ceiling − burned; negative when passed.
-- column: over_ceiling_net money! Spend on lines that came after the ceiling was passed (M6).
-- column: utilisation_ratio float burned_net / ceiling_net.
-- column: term_months int Months of the term.
-- column: elapsed_months int Months of the term begun by the as-of date.
-- column: loaded_months int! Elapsed months for which lines are loaded.
-- column: elapsed_ratio float elapsed_months / term_months.
-- column: time_normalised_ratio float burned_net / (ceiling_net × elapsed_ratio): above 1 = faster than the term allows.
-- column: trailing_month_count int! Loaded months of the term among the last twelve.
-- column: trailing_net money! Called off in the last twelve months.
-- column: run_out_months float Months from the as-of month until the ceiling is used up at the trailing pace; 0 when it is passed; empty without ceiling or pace.
-- column: run_out_period text Month in which that happens, YYYY-MM; empty when it lies beyond the calendar.
-- column: passed_period text Month in which the ceiling was reached, when it was.
-- column: is_run_out_before_end bool Whether the run-out month comes before the end of the term.
-- column: alert_level int 0 to 3: how many of the alert limits (parameters ceiling_alert_1, _2, _3) are reached; empty without a ceiling.
-- column: month_coverage_ratio float loaded_months / elapsed_months: below 1, the true utilisation is higher.
-- column: entitled_unit_count int Units that may call off; empty when not stated.
-- column: unit_count int! Units with lines on it.
-- column: unit_coverage_ratio float unit_count / entitled_unit_count, at most 1; a unit that did not buy and a unit whose data is missing look alike.
-- chart: bar; x=contract_title; y=utilisation_ratio,time_normalised_ratio
-- policy: 6, 18, 33
-- source: CJEU C-216/17 (Coopservice) and C-23/20 (Simonsen & Weel): a maximum must be stated and the framework has no effect beyond it; HFD 2022 ref. 4: older agreements may lack one
with terms as (
    select contract_id, framework_contract_id, contract_title, supplier_names, starts_on, ends_on, is_live, ceiling_net, term_months, elapsed_months,
        loaded_months, entitled_unit_count
    from matched.contract_term
),
lines as (
    select contract_id, organisational_unit_id, month_index, reason, coalesce(spend_net, 0) as spend_net
    from matched.spend
    where contract_id <> '' and (outcome = 'compliant' or outcome = 'deviating' or reason = 'M6')
),
run as (
    select as_of_month_index, currency
    from rule.run
),
calendar as (
    select month_index, period, first_on, last_on, is_loaded
    from rule.calendar
),
ceiling_currency as (
    select contract_id, min(currency) as first_currency, max(currency) as last_currency
    from lake.contract
    group by contract_id
),
frames as (
    select contract_id
    from terms
    where contract_id = framework_contract_id
),
members as (
    select t.contract_id as contract_id, coalesce(f.contract_id, t.contract_id) as frame_id
    from terms t
    left join frames f on f.contract_id = t.framework_contract_id
),
burn_lines as (
    select m.frame_id as frame_id, l.organisational_unit_id as organisational_unit_id, l.month_index as month_index, l.reason as reason, l.spend_net as spend_net
    from lines l
    join members m on m.contract_id = l.contract_id
),
burns as (
    select b.frame_id as frame_id,
        sum(b.spend_net) as burned_net,
        sum(case when b.reason = 'M6' then b.spend_net else 0 end) as over_ceiling_net,
        sum(case when b.month_index > r.as_of_month_index - 12 and b.month_index <= r.as_of_month_index then b.spend_net else 0 end) as trailing_net,
        count(distinct b.organisational_unit_id) as unit_count
    from burn_lines b
    cross join run r
    group by b.frame_id
),
burn_months as (
    select frame_id, month_index, sum(spend_net) as spend_net
    from burn_lines
    group by frame_id, month_index
),
burn_sums as (
    select frame_id, month_index,
        sum(spend_net) over (partition by frame_id order by month_index rows between unbounded preceding and current row) as cumulative_net
    from burn_months
),
passed as (
    select s.frame_id as frame_id, min(s.month_index) as month_index
    from burn_sums s
    join terms t on t.contract_id = s.frame_id
    where s.cumulative_net >= t.ceiling_net
    group by s.frame_id
),
trailing_months as (
    select t.contract_id as contract_id, count(*) as month_count
    from terms t
    cross join run r
    cross join calendar c
    where case
        when not c.is_loaded or c.month_index <= r.as_of_month_index - 12 or c.month_index > r.as_of_month_index then false
        when c.last_on < t.starts_on or c.first_on > t.ends_on then false
        else true
    end
    group by t.contract_id
),
limits as (
    select
        max(case when parameter_code = 'ceiling_alert_1' then parameter_value end) as alert_1,
        max(case when parameter_code = 'ceiling_alert_2' then parameter_value end) as alert_2,
        max(case when parameter_code = 'ceiling_alert_3' then parameter_value end) as alert_3
    from rule.parameter
),
joined as (
    select t.contract_id as contract_id, t.contract_title as contract_title, t.supplier_names as supplier_names, t.starts_on as starts_on,
        t.ends_on as ends_on, t.is_live as is_live, t.term_months as term_months, t.elapsed_months as elapsed_months, t.loaded_months as loaded_months,
        t.entitled_unit_count as entitled_unit_count, r.as_of_month_index as as_of_month_index,
        case
            when t.ceiling_net is null then 'no_ceiling_on_file'
            when k.first_currency is not null and (k.first_currency <> r.currency or k.last_currency <> r.currency) then 'other_currency'
            else 'on_file'
        end as ceiling_status,
        t.ceiling_net as ceiling_net,
        coalesce(b.burned_net, 0) as burned_net,
        coalesce(b.over_ceiling_net, 0) as over_ceiling_net,
        coalesce(b.trailing_net, 0) as trailing_net,
        coalesce(b.unit_count, 0) as unit_count,
        coalesce(m.month_count, 0) as trailing_month_count,
        p.month_index as passed_month_index
    from terms t
    join members g on g.contract_id = t.contract_id and g.frame_id = t.contract_id
    cross join run r
    left join ceiling_currency k on k.contract_id = t.contract_id
    left join burns b on b.frame_id = t.contract_id
    left join trailing_months m on m.contract_id = t.contract_id
    left join passed p on p.frame_id = t.contract_id
),
ratios as (
    select contract_id,
        cast(burned_net as double) / cast(nullif(ceiling_net, 0) as double) as utilisation_ratio,
        cast(elapsed_months as double) / cast(nullif(term_months, 0) as double) as elapsed_ratio,
        case
            when burned_net >= ceiling_net then 0.0
            when trailing_net > 0 and trailing_month_count > 0
                then cast(ceiling_net - burned_net as double) / (cast(trailing_net as double) / cast(trailing_month_count as double))
        end as run_out_months
    from joined
    where ceiling_status = 'on_file'
),
run_outs as (
    select r.contract_id as contract_id, j.as_of_month_index + cast(ceil(r.run_out_months) as bigint) as month_index
    from ratios r
    join joined j on j.contract_id = r.contract_id
    where r.run_out_months < 1200
),
run_out_periods as (
    select o.contract_id as contract_id, c.period as period, c.last_on as last_on
    from run_outs o
    join calendar c on c.month_index = o.month_index
),
passed_periods as (
    select j.contract_id as contract_id, c.period as period
    from joined j
    join calendar c on c.month_index = j.passed_month_index
)
select
    j.contract_id as contract_id,
    j.contract_title as contract_title,
    j.supplier_names as supplier_names,
    j.starts_on as starts_on,
    j.ends_on as ends_on,
    j.is_live as is_live,
    j.ceiling_status as ceiling_status,
    j.ceiling_net as ceiling_net,
    j.burned_net as burned_net,
    case when j.ceiling_status = 'on_file' then j.ceiling_net - j.burned_net end as remaining_net,
    j.over_ceiling_net as over_ceiling_net,
    r.utilisation_ratio as utilisation_ratio,
    j.term_months as term_months,
    j.elapsed_months as elapsed_months,
    j.loaded_months as loaded_months,
    r.elapsed_ratio as elapsed_ratio,
    r.utilisation_ratio / nullif(r.elapsed_ratio, 0) as time_normalised_ratio,
    j.trailing_month_count as trailing_month_count,
    j.trailing_net as trailing_net,
    r.run_out_months as run_out_months,
    o.period as run_out_period,
    case when j.ceiling_status = 'on_file' then p.period end as passed_period,
    case
        when j.ceiling_status <> 'on_file' then null
        when j.ends_on is null then null
        else coalesce(o.last_on < j.ends_on, false)
    end as is_run_out_before_end,
    case
        when j.ceiling_status <> 'on_file' then null
        when r.utilisation_ratio >= l.alert_3 then 3
        when r.utilisation_ratio >= l.alert_2 then 2
        when r.utilisation_ratio >= l.alert_1 then 1
        else 0
    end as alert_level,
    cast(j.loaded_months as double) / cast(nullif(j.elapsed_months, 0) as double) as month_coverage_ratio,
    j.entitled_unit_count as entitled_unit_count,
    j.unit_count as unit_count,
    case
        when j.unit_count >= j.entitled_unit_count then 1.0
        else cast(j.unit_count as double) / cast(nullif(j.entitled_unit_count, 0) as double)
    end as unit_coverage_ratio
from joined j
cross join limits l
left join ratios r on r.contract_id = j.contract_id
left join run_out_periods o on o.contract_id = j.contract_id
left join passed_periods p on p.contract_id = j.contract_id
order by contract_id
