-- title: Dokumentationsplikt vid direktupphandling | Duty to document direct awards
-- what: Pairs of supplier and category bought off contract for at least the documentation limit within twelve months, whether a record of the direct award is on file, and the range of a penalty where the direct award limit is passed.
-- why: Direct awards from the limit up must be documented; above the direct award limit a penalty can follow.
-- caution: En summa över tolv månader prövar löpande köp av samma slag; skilda behov räknas var för sig. Saknas register över direktupphandlingar är frågan obesvarad, inte nekad. | A sum over twelve months tests recurring purchases of one kind; separate needs count apart. Without a register of direct awards the question is open, not answered with no.
-- grain: one supplier × category
-- key: supplier_id, category_code
-- column: supplier_id text! Supplier.
-- column: supplier_name text! Its name.
-- column: category_code text! Category.
-- column: category_name text! Its name.
-- column: first_period text! First month of the twelve with the highest sum.
-- column: last_period text! Last month of them.
-- column: highest_net money! That sum excluding VAT.
-- column: largest_invoice_net money! The largest single invoice of the pair.
-- column: documentation_limit money! The limit of the duty in force in the last month.
-- column: direct_award_limit money The limit of direct award then; empty when none is on file.
-- column: record_count int! Records of direct awards with this supplier and this category or none, dated at most record_months_max months before the first month and not after the last.
-- column: is_documented bool Whether there is one; empty when the register of direct awards is not loaded.
-- column: is_over_limit bool! Whether the direct award limit is passed.
-- column: penalty_min float Smallest penalty when the limit is passed.
-- column: penalty_max float Largest penalty then: the lower of the law’s amount and its share of the value.
-- chart: table
-- policy: 18
-- source: LOU (2016:1145) 19 a kap. 11 § (documentation), 21 kap. 4–5 §§ (penalty); limits by data/rules/thresholds.toml; recurring contracts by the value of twelve months, 5 kap. 11 §
with lines as (
    select supplier_id, supplier_name, category_code, category_name, invoice_key, month_index, spend_net
    from matched.spend
    where outcome = 'off_contract'
),
run as (
    select currency
    from rule.run
),
calendar as (
    select month_index, period, first_on, last_on
    from rule.calendar
),
parameters as (
    select
        max(case when parameter_code = 'penalty_max' then parameter_value end) as penalty_max,
        max(case when parameter_code = 'penalty_min' then parameter_value end) as penalty_min,
        max(case when parameter_code = 'penalty_ratio_max' then parameter_value end) as penalty_ratio_max,
        max(case when parameter_code = 'record_months_max' then parameter_value end) as record_months_max
    from rule.parameter
),
limits as (
    select t.threshold_code as threshold_code, t.first_month_index as first_month_index, t.last_month_index as last_month_index, t.limit_value as limit_value,
        t.limit_operator as limit_operator
    from rule.threshold t
    join run r on r.currency = t.limit_unit
    where t.threshold_code = 'documentation_duty' or t.threshold_code = 'direct_award'
),
smallest as (
    select min(limit_value) as limit_value
    from limits
    where threshold_code = 'documentation_duty'
),
pairs as (
    select supplier_id, category_code, min(supplier_name) as supplier_name, min(category_name) as category_name,
        sum(case when spend_net > 0 then spend_net else 0 end) as positive_net
    from lines
    group by supplier_id, category_code
),
large as (
    select p.supplier_id as supplier_id, p.category_code as category_code, p.supplier_name as supplier_name, p.category_name as category_name
    from pairs p
    cross join smallest s
    where case when p.positive_net >= s.limit_value then true else false end
),
kept as (
    select l.supplier_id as supplier_id, l.category_code as category_code, l.invoice_key as invoice_key, l.month_index as month_index, l.spend_net as spend_net
    from lines l
    join large g on g.supplier_id = l.supplier_id and g.category_code = l.category_code
),
invoice_sums as (
    select supplier_id, category_code, invoice_key, sum(spend_net) as spend_net
    from kept
    group by supplier_id, category_code, invoice_key
),
largest_invoices as (
    select supplier_id, category_code, max(spend_net) as largest_invoice_net
    from invoice_sums
    group by supplier_id, category_code
),
months as (
    select supplier_id, category_code, month_index, sum(spend_net) as spend_net
    from kept
    group by supplier_id, category_code, month_index
),
rolling as (
    select e.supplier_id as supplier_id, e.category_code as category_code, e.month_index as last_month_index, min(m.month_index) as first_month_index,
        sum(m.spend_net) as rolling_net
    from months e
    join months m on m.supplier_id = e.supplier_id and m.category_code = e.category_code
    where m.month_index <= e.month_index and m.month_index > e.month_index - 12
    group by e.supplier_id, e.category_code, e.month_index
),
ends as (
    select distinct last_month_index as month_index
    from rolling
),
limits_at as (
    select e.month_index as month_index, max(case when t.threshold_code = 'documentation_duty' then t.limit_value end) as documentation_limit,
        max(case when t.threshold_code = 'direct_award' then t.limit_value end) as direct_award_limit,
        max(case when t.threshold_code = 'direct_award' then t.limit_operator end) as limit_operator
    from ends e
    cross join limits t
    where case when e.month_index >= t.first_month_index and e.month_index <= t.last_month_index then true else false end
    group by e.month_index
),
judged as (
    select w.supplier_id as supplier_id, w.category_code as category_code, w.first_month_index as first_month_index, w.last_month_index as last_month_index,
        w.rolling_net as rolling_net, -w.rolling_net as negative_net, l.documentation_limit as documentation_limit, l.direct_award_limit as direct_award_limit,
        case
            when l.direct_award_limit is null then false
            when w.rolling_net > l.direct_award_limit then true
            else w.rolling_net = l.direct_award_limit and l.limit_operator = '<'
        end as is_over_limit
    from rolling w
    join limits_at l on l.month_index = w.last_month_index
    where w.rolling_net >= l.documentation_limit
),
ranked as (
    select supplier_id, category_code, first_month_index, last_month_index, rolling_net, documentation_limit, direct_award_limit, is_over_limit,
        row_number() over (partition by supplier_id, category_code order by negative_net, last_month_index) as window_rank
    from judged
),
highest as (
    select r.supplier_id as supplier_id, r.category_code as category_code, r.first_month_index as first_month_index, r.last_month_index as last_month_index,
        r.rolling_net as rolling_net, r.documentation_limit as documentation_limit, r.direct_award_limit as direct_award_limit, r.is_over_limit as is_over_limit,
        t.last_on as last_on
    from ranked r
    join calendar t on t.month_index = r.last_month_index
    where r.window_rank = 1
),
records as (
    select record_id, awarded_on, upper(vendor_name) as vendor_name, coalesce(organisation_number, '') as organisation_number, coalesce(category_code, '') as category_code
    from lake.direct_award_record
),
register as (
    select count(*) as record_count
    from records
),
suppliers as (
    select supplier_id, upper(supplier_name) as supplier_name, coalesce(organisation_number, '') as organisation_number
    from resolved.supplier
),
recorded as (
    select r.record_id as record_id, r.awarded_on as awarded_on, r.category_code as category_code, s.supplier_id as supplier_id
    from records r
    join suppliers s on s.organisation_number = r.organisation_number
    where r.organisation_number <> ''
    union
    select r.record_id as record_id, r.awarded_on as awarded_on, r.category_code as category_code, s.supplier_id as supplier_id
    from records r
    join suppliers s on s.supplier_name = r.vendor_name
    where r.organisation_number = ''
),
record_days as (
    select r.record_id as record_id, r.awarded_on as awarded_on, r.category_code as category_code, r.supplier_id as supplier_id, d.month_index as month_index
    from recorded r
    join rule.day d on d.day_on = r.awarded_on
),
documented as (
    select h.supplier_id as supplier_id, h.category_code as category_code, count(*) as record_count
    from highest h
    join record_days r on r.supplier_id = h.supplier_id
    cross join parameters p
    where case
        when r.category_code <> '' and r.category_code <> h.category_code then false
        when r.awarded_on > h.last_on or cast(h.first_month_index - r.month_index as double) > p.record_months_max then false
        else true
    end
    group by h.supplier_id, h.category_code
)
select
    h.supplier_id as supplier_id,
    g.supplier_name as supplier_name,
    h.category_code as category_code,
    g.category_name as category_name,
    f.period as first_period,
    t.period as last_period,
    h.rolling_net as highest_net,
    i.largest_invoice_net as largest_invoice_net,
    h.documentation_limit as documentation_limit,
    h.direct_award_limit as direct_award_limit,
    coalesce(d.record_count, 0) as record_count,
    case when n.record_count > 0 then d.record_count is not null end as is_documented,
    h.is_over_limit as is_over_limit,
    case when h.is_over_limit then p.penalty_min end as penalty_min,
    case
        when not h.is_over_limit then null
        when cast(h.rolling_net as double) * p.penalty_ratio_max < p.penalty_max then cast(h.rolling_net as double) * p.penalty_ratio_max
        else p.penalty_max
    end as penalty_max
from highest h
join large g on g.supplier_id = h.supplier_id and g.category_code = h.category_code
join largest_invoices i on i.supplier_id = h.supplier_id and i.category_code = h.category_code
join calendar f on f.month_index = h.first_month_index
join calendar t on t.month_index = h.last_month_index
cross join register n
cross join parameters p
left join documented d on d.supplier_id = h.supplier_id and d.category_code = h.category_code
order by supplier_id, category_code
