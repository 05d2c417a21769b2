-- title: Ackumulerade direktinköp mot gränsen för direktupphandling | Direct awards accumulated against the limit in force
-- what: Off-contract purchases of the whole region, added up by supplier × category and by category over all suppliers, in rolling twelve months and in calendar years; of each, the window that goes highest above the limit in force at its end.
-- why: The limit holds for the sum of what is of the same kind, bought by the whole authority; no unit sees that sum alone.
-- grain: one level × category × supplier × kind of window: its highest window
-- key: level, category_code, supplier_id, window_kind
-- column: level text! supplier_category, or category (all suppliers; supplier_id = `*`).
-- column: category_code text! Category, which stands for "the same kind".
-- column: category_name text! Its name.
-- column: supplier_id text! Supplier, or `*`.
-- column: supplier_name text! Its name; empty text for `*`.
-- column: window_kind text! rolling_12 or calendar_year.
-- column: first_period text! First month of the window.
-- column: last_period text! Last month of the window with a purchase; the limit is the one in force on its last day.
-- column: supplier_count int! Suppliers in the window.
-- column: accumulated_net money! Off-contract spend in the window, credits taken off.
-- column: maverick_net money! Of it, where a contract with another supplier covered the purchase (M2).
-- column: documentation_limit money Amount from which the award must be documented; empty when no limit is on file for that day and currency.
-- column: limit_value money Limit of direct award in force; empty when none is on file.
-- column: limit_operator text `<` or `<=`: what the sum must satisfy to be within.
-- column: eu_limit_value money EU threshold for goods and services in force.
-- column: over_limit_net money Accumulated − limit, when the limit is broken.
-- column: limit_ratio float accumulated_net / limit_value.
-- column: limit_status text! below_documentation, documentation_duty, over_limit, over_eu or no_limit_on_file.
-- column: penalty_max float Upper bound of the procurement penalty, kronor: the smaller of its largest amount and its share of the value, by the rules in force on the as-of date; an estimate, only when the limit is broken.
-- chart: bar; x=category_name; y=accumulated_net; series=limit_status
-- policy: 5, 18
-- source: LOU (2016:1145) 5 kap. (value over 12 months of recurring contracts), 19 a kap. (direct award, documentation); penalty 21 kap.; limits by date in rule.threshold. A catalogue is no census: spend listed here may rest on a contract that is not on file.
with lines as (
    select supplier_id, supplier_name, category_code, category_name, month_index, reason, coalesce(spend_net, 0) as spend_net
    from matched.spend
    where outcome = 'off_contract'
),
run as (
    select currency, as_of_month_index
    from rule.run
),
calendar as (
    select month_index, year_number, period
    from rule.calendar
),
limits as (
    select t.threshold_code as threshold_code, t.first_month_index as first_month_index, t.last_month_index as last_month_index,
        t.limit_value as limit_value, t.limit_operator as limit_operator
    from rule.threshold t
    join run r on r.currency = t.limit_unit
),
pair_months as (
    select supplier_id, category_code, month_index, min(supplier_name) as supplier_name, min(category_name) as category_name,
        sum(spend_net) as spend_net, sum(case when reason = 'M2' then spend_net else 0 end) as maverick_net
    from lines
    group by supplier_id, category_code, month_index
),
-- Pairs that never reach the smallest limit of all would only fill the table; the totals by category keep them.
smallest as (
    select min(limit_value) as limit_value
    from limits
    where threshold_code = 'documentation_duty'
),
pair_sums as (
    select supplier_id, category_code, sum(case when spend_net > 0 then spend_net else 0 end) as positive_net
    from pair_months
    group by supplier_id, category_code
),
pairs as (
    select p.supplier_id as supplier_id, p.category_code as category_code
    from pair_sums p
    cross join smallest s
    where case when s.limit_value is null then p.positive_net > 0 else p.positive_net >= s.limit_value end
),
category_months as (
    select category_code, month_index, min(category_name) as category_name, sum(spend_net) as spend_net, sum(maverick_net) as maverick_net
    from pair_months
    group by category_code, month_index
),
level_months as (
    select 'supplier_category' as level, m.supplier_id as supplier_id, m.supplier_name as supplier_name, m.category_code as category_code,
        m.category_name as category_name, m.month_index as month_index, m.spend_net as spend_net, m.maverick_net as maverick_net
    from pair_months m
    join pairs p on p.supplier_id = m.supplier_id and p.category_code = m.category_code
    union all
    select 'category' as level, '*' as supplier_id, '' as supplier_name, category_code as category_code,
        category_name as category_name, month_index as month_index, spend_net as spend_net, maverick_net as maverick_net
    from category_months
),
rolling as (
    select 'rolling_12' as window_kind, e.level as level, e.supplier_id as supplier_id, e.category_code as category_code, e.month_index as last_month_index,
        min(m.month_index) as first_month_index, sum(m.spend_net) as accumulated_net, sum(m.maverick_net) as maverick_net
    from level_months e
    join level_months m on m.level = e.level and m.supplier_id = e.supplier_id and m.category_code = e.category_code
    where m.month_index <= e.month_index and m.month_index > e.month_index - 12
    group by e.level, e.supplier_id, e.category_code, e.month_index
),
yearly as (
    select 'calendar_year' as window_kind, m.level as level, m.supplier_id as supplier_id, m.category_code as category_code,
        max(m.month_index) as last_month_index, min(m.month_index) as first_month_index, sum(m.spend_net) as accumulated_net, sum(m.maverick_net) as maverick_net
    from level_months m
    join calendar c on c.month_index = m.month_index
    group by m.level, m.supplier_id, m.category_code, c.year_number
),
windows as (
    select window_kind, level, supplier_id, category_code, last_month_index, first_month_index, accumulated_net, maverick_net
    from rolling
    union all
    select window_kind, level, supplier_id, category_code, last_month_index, first_month_index, accumulated_net, maverick_net
    from yearly
),
ends as (
    select distinct last_month_index as month_index
    from windows
),
limits_at as (
    select e.month_index as month_index,
        max(case when t.threshold_code = 'documentation_duty' then t.limit_value end) as documentation_limit,
        max(case when t.threshold_code = 'direct_award' then t.limit_value end) as limit_value,
        max(case when t.threshold_code = 'direct_award' then t.limit_operator end) as limit_operator,
        max(case when t.threshold_code = 'eu_goods_services' then t.limit_value end) as eu_limit_value
    from ends e
    cross join limits t
    where case when e.month_index >= t.first_month_index and e.month_index <= t.last_month_index then true else false end
    group by e.month_index
),
judged as (
    select w.window_kind as window_kind, w.level as level, w.supplier_id as supplier_id, w.category_code as category_code,
        w.first_month_index as first_month_index, w.last_month_index as last_month_index, w.accumulated_net as accumulated_net, w.maverick_net as maverick_net,
        l.documentation_limit as documentation_limit, l.limit_value as limit_value, l.limit_operator as limit_operator, l.eu_limit_value as eu_limit_value,
        case
            when l.limit_value is null then 'no_limit_on_file'
            when l.eu_limit_value is not null and w.accumulated_net >= l.eu_limit_value then 'over_eu'
            when w.accumulated_net > l.limit_value then 'over_limit'
            when w.accumulated_net = l.limit_value and l.limit_operator = '<' then 'over_limit'
            when l.documentation_limit is not null and w.accumulated_net >= l.documentation_limit then 'documentation_duty'
            else 'below_documentation'
        end as limit_status
    from windows w
    left join limits_at l on l.month_index = w.last_month_index
),
ordered as (
    select window_kind, level, supplier_id, category_code, first_month_index, last_month_index, accumulated_net, maverick_net, documentation_limit, limit_value,
        limit_operator, eu_limit_value, limit_status,
        case limit_status when 'over_eu' then 1 when 'over_limit' then 2 when 'documentation_duty' then 3 when 'below_documentation' then 4 else 5 end as status_order,
        -accumulated_net as negative_net
    from judged
),
ranked as (
    select window_kind, level, supplier_id, category_code, first_month_index, last_month_index, accumulated_net, maverick_net, documentation_limit, limit_value,
        limit_operator, eu_limit_value, limit_status,
        row_number() over (partition by window_kind, level, supplier_id, category_code order by status_order, negative_net, last_month_index) as window_rank
    from ordered
),
highest as (
    select window_kind, level, supplier_id, category_code, first_month_index, last_month_index, accumulated_net, maverick_net, documentation_limit, limit_value,
        limit_operator, eu_limit_value, limit_status
    from ranked
    where window_rank = 1
),
names as (
    select level, supplier_id, category_code, min(supplier_name) as supplier_name, min(category_name) as category_name
    from level_months
    group by level, supplier_id, category_code
),
-- Suppliers of a window are counted on the pairs, since the category level has none.
category_windows as (
    select window_kind, category_code, first_month_index, last_month_index
    from highest
    where supplier_id = '*'
),
supplier_counts as (
    select w.window_kind as window_kind, w.category_code as category_code, count(distinct p.supplier_id) as supplier_count
    from category_windows w
    join pair_months p on p.category_code = w.category_code
    where p.month_index >= w.first_month_index and p.month_index <= w.last_month_index
    group by w.window_kind, w.category_code
),
penalty as (
    select
        max(case when parameter_code = 'penalty_max' then parameter_value end) as penalty_max,
        max(case when parameter_code = 'penalty_ratio_max' then parameter_value end) as penalty_ratio_max
    from rule.parameter
)
select
    h.level as level,
    h.category_code as category_code,
    n.category_name as category_name,
    h.supplier_id as supplier_id,
    n.supplier_name as supplier_name,
    h.window_kind as window_kind,
    f.period as first_period,
    t.period as last_period,
    case when h.supplier_id = '*' then s.supplier_count else 1 end as supplier_count,
    h.accumulated_net as accumulated_net,
    h.maverick_net as maverick_net,
    h.documentation_limit as documentation_limit,
    h.limit_value as limit_value,
    h.limit_operator as limit_operator,
    h.eu_limit_value as eu_limit_value,
    case when h.limit_status = 'over_limit' or h.limit_status = 'over_eu' then h.accumulated_net - h.limit_value end as over_limit_net,
    cast(h.accumulated_net as double) / cast(nullif(h.limit_value, 0) as double) as limit_ratio,
    h.limit_status as limit_status,
    case
        when h.limit_status <> 'over_limit' and h.limit_status <> 'over_eu' then null
        when cast(h.accumulated_net as double) * p.penalty_ratio_max < p.penalty_max then cast(h.accumulated_net as double) * p.penalty_ratio_max
        else p.penalty_max
    end as penalty_max
from highest h
join names n on n.level = h.level and n.supplier_id = h.supplier_id and n.category_code = h.category_code
join calendar f on f.month_index = h.first_month_index
join calendar t on t.month_index = h.last_month_index
left join supplier_counts s on s.window_kind = h.window_kind and s.category_code = h.category_code
cross join penalty p
order by level, category_code, supplier_id, window_kind
