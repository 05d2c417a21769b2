-- title: Nya leverantörer som växer fort | New suppliers that grow fast
-- what: Suppliers first seen within growth_new_months whose last three months are growth_ratio_min times their first three, at least growth_amount_min.
-- why: A newcomer that soon sells for much, often to one unit, deserves a look at how it came in.
-- caution: Vanliga oskyldiga orsaker: ett nytt avtal som trappas upp, säsong, ett projekt, byte av organisationsnummer eller namn hos en känd leverantör. | Common innocent causes: a new contract that is ramped up, season, a project, a known supplier under a new number or name.
-- grain: one supplier
-- key: supplier_id
-- column: supplier_id text! Supplier.
-- column: supplier_name text! Its name.
-- column: first_period text! Month of its first line.
-- column: active_month_count int! Months from the first line to the as-of month, both included.
-- column: first_3_net money! Addressable spend in its first three months.
-- column: last_3_net money! Addressable spend in the last three months.
-- column: growth_ratio float last_3_net / first_3_net; empty when the first three months come to nothing.
-- column: spend_net money! Addressable spend in all.
-- column: off_contract_net money! Of it, off contract (M1 to M6).
-- column: unit_count int! Units that bought.
-- column: top_unit_id text! The unit that bought most; the smaller id when two are equal.
-- column: top_unit_ratio float Its spend / spend_net: near 1 = the supplier hangs on one unit.
-- column: registered_on date Date of registration, from the register.
-- column: history_month_count int! Loaded months before its first line, counted from the first loaded month.
-- column: is_judged bool! Whether there are growth_history_months of them, so that it can be called new.
-- chart: scatter; x=growth_ratio; y=last_3_net
-- policy: 3, 19
-- source: own definition
with lines as (
    select supplier_id, supplier_name, month_index, organisational_unit_id, outcome, spend_net
    from matched.spend
    where is_addressable
),
run as (
    select as_of_month_index, first_period
    from rule.run
),
calendar as (
    select month_index, period
    from rule.calendar
),
parameters as (
    select
        max(case when parameter_code = 'growth_new_months' then parameter_value end) as new_months,
        max(case when parameter_code = 'growth_history_months' then parameter_value end) as history_months,
        max(case when parameter_code = 'growth_ratio_min' then parameter_value end) as ratio_min,
        max(case when parameter_code = 'growth_amount_min' then parameter_value end) as amount_min
    from rule.parameter
),
span as (
    select r.as_of_month_index as as_of_month_index, c.month_index as first_loaded_index
    from run r
    join calendar c on c.period = r.first_period
),
sums as (
    select supplier_id, organisational_unit_id, month_index, min(supplier_name) as supplier_name, sum(spend_net) as spend_net,
        sum(case when outcome = 'off_contract' then spend_net else 0 end) as off_contract_net
    from lines
    group by supplier_id, organisational_unit_id, month_index
),
firsts as (
    select supplier_id, min(month_index) as first_month_index
    from sums
    group by supplier_id
),
newcomers as (
    select f.supplier_id as supplier_id, f.first_month_index as first_month_index, w.as_of_month_index as as_of_month_index,
        w.as_of_month_index - f.first_month_index + 1 as active_month_count, f.first_month_index - w.first_loaded_index as history_month_count
    from firsts f
    cross join span w
    cross join parameters p
    where case
        when f.first_month_index <= w.first_loaded_index or w.as_of_month_index - f.first_month_index + 1 < 6 then false
        when cast(w.as_of_month_index - f.first_month_index + 1 as double) <= p.new_months then true
        else false
    end
),
units as (
    select s.supplier_id as supplier_id, s.organisational_unit_id as organisational_unit_id, min(s.supplier_name) as supplier_name, min(n.first_month_index) as first_month_index,
        min(n.active_month_count) as active_month_count, min(n.history_month_count) as history_month_count, sum(s.spend_net) as spend_net,
        sum(s.off_contract_net) as off_contract_net, -sum(s.spend_net) as negative_net,
        sum(case when s.month_index < n.first_month_index + 3 then s.spend_net else 0 end) as first_3_net,
        sum(case when s.month_index > n.as_of_month_index - 3 and s.month_index <= n.as_of_month_index then s.spend_net else 0 end) as last_3_net
    from sums s
    join newcomers n on n.supplier_id = s.supplier_id
    group by s.supplier_id, s.organisational_unit_id
),
ranked as (
    select supplier_id, organisational_unit_id, supplier_name, first_month_index, active_month_count, history_month_count, spend_net, off_contract_net, first_3_net, last_3_net,
        row_number() over (partition by supplier_id order by negative_net, organisational_unit_id) as unit_rank
    from units
),
suppliers as (
    select supplier_id, min(supplier_name) as supplier_name, min(first_month_index) as first_month_index, min(active_month_count) as active_month_count,
        min(history_month_count) as history_month_count, sum(spend_net) as spend_net, sum(off_contract_net) as off_contract_net, sum(first_3_net) as first_3_net,
        sum(last_3_net) as last_3_net, count(*) as unit_count, max(case when unit_rank = 1 then organisational_unit_id end) as top_unit_id,
        max(case when unit_rank = 1 then spend_net end) as top_unit_net
    from ranked
    group by supplier_id
),
register as (
    select supplier_id, registered_on
    from resolved.supplier
)
select
    s.supplier_id as supplier_id,
    s.supplier_name as supplier_name,
    c.period as first_period,
    s.active_month_count as active_month_count,
    s.first_3_net as first_3_net,
    s.last_3_net as last_3_net,
    cast(s.last_3_net as double) / cast(nullif(s.first_3_net, 0) as double) as growth_ratio,
    s.spend_net as spend_net,
    s.off_contract_net as off_contract_net,
    s.unit_count as unit_count,
    s.top_unit_id as top_unit_id,
    cast(s.top_unit_net as double) / cast(nullif(s.spend_net, 0) as double) as top_unit_ratio,
    r.registered_on as registered_on,
    s.history_month_count as history_month_count,
    cast(s.history_month_count as double) >= p.history_months as is_judged
from suppliers s
join calendar c on c.month_index = s.first_month_index
cross join parameters p
left join register r on r.supplier_id = s.supplier_id
where case
    when cast(s.last_3_net as double) < p.amount_min then false
    else cast(s.last_3_net as double) >= p.ratio_min * cast(s.first_3_net as double)
end
order by supplier_id
