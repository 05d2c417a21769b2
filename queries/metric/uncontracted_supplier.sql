-- title: Leverantörer utan avtal över beloppsgräns | Suppliers without a contract above a limit
-- what: Suppliers that were paid uncontracted_limit or more within twelve months on lines that no contract of theirs was in force for, whatever the category.
-- why: The first list that auditors ask for: who is paid much without being an active contract supplier.
-- caution: Vanliga oskyldiga orsaker: avtalet saknas i katalogen, köpet görs genom ett annat företag i koncernen, monopol, hyror, köp undantagna från LOU. | Common innocent causes: the contract is missing from the catalogue, another company of the group holds it, a monopoly, rents, purchases outside procurement law.
-- grain: one supplier
-- key: supplier_id
-- column: supplier_id text! Supplier.
-- column: supplier_name text! Its name.
-- column: supplier_group_id text! Topmost parent.
-- column: first_period text! First month of the twelve with the highest sum.
-- column: last_period text! Last month of them.
-- column: highest_net money! That sum, excluding VAT.
-- column: trailing_net money! Sum of the twelve months that end with the as-of month.
-- column: limit_ratio float highest_net / uncontracted_limit.
-- column: category_count int! Categories on such lines, over all months.
-- column: unit_count int! Units on such lines, over all months.
-- column: contract_status text! none (no contract on file), group (another company of the group holds one), ended (not in force at the as-of date) or in_force.
-- column: is_over_now bool! Whether trailing_net reaches the limit.
-- chart: bar; x=supplier_name; y=highest_net
-- policy: 18, 19
-- source: own definition: lines below step 1 of the ladder; rolling twelve months by booking month
with lines as (
    select supplier_id, supplier_name, supplier_group_id, category_code, organisational_unit_id, month_index, spend_net
    from matched.spend
    where is_addressable and ladder_level < 1
),
run as (
    select as_of_month_index
    from rule.run
),
calendar as (
    select month_index, period
    from rule.calendar
),
parameters as (
    select parameter_value as limit_value
    from rule.parameter
    where parameter_code = 'uncontracted_limit'
),
suppliers as (
    select supplier_id, min(supplier_name) as supplier_name, min(supplier_group_id) as supplier_group_id, count(distinct category_code) as category_count,
        count(distinct organisational_unit_id) as unit_count, sum(case when spend_net > 0 then spend_net else 0 end) as positive_net
    from lines
    group by supplier_id
),
large as (
    select s.supplier_id as supplier_id
    from suppliers s
    cross join parameters p
    where case when cast(s.positive_net as double) >= p.limit_value then true else false end
),
months as (
    select l.supplier_id as supplier_id, l.month_index as month_index, sum(l.spend_net) as spend_net
    from lines l
    join large g on g.supplier_id = l.supplier_id
    group by l.supplier_id, l.month_index
),
rolling as (
    select e.supplier_id as supplier_id, e.month_index as last_month_index, min(m.month_index) as first_month_index, sum(m.spend_net) as rolling_net,
        -sum(m.spend_net) as negative_net
    from months e
    join months m on m.supplier_id = e.supplier_id
    where m.month_index <= e.month_index and m.month_index > e.month_index - 12
    group by e.supplier_id, e.month_index
),
ranked as (
    select supplier_id, last_month_index, first_month_index, rolling_net, row_number() over (partition by supplier_id order by negative_net, last_month_index) as window_rank
    from rolling
),
recent as (
    select m.supplier_id as supplier_id, sum(case when m.month_index > r.as_of_month_index - 12 and m.month_index <= r.as_of_month_index then m.spend_net else 0 end) as trailing_net
    from months m
    cross join run r
    group by m.supplier_id
),
holders as (
    select h.supplier_id as supplier_id, max(case when t.is_live then 1 else 0 end) as live_count
    from resolved.contract_supplier h
    join matched.contract_term t on t.contract_id = h.contract_id
    group by h.supplier_id
),
group_holders as (
    select s.supplier_group_id as supplier_group_id, max(h.live_count) as live_count
    from holders h
    join resolved.supplier s on s.supplier_id = h.supplier_id
    group by s.supplier_group_id
)
select
    s.supplier_id as supplier_id,
    s.supplier_name as supplier_name,
    s.supplier_group_id as supplier_group_id,
    f.period as first_period,
    t.period as last_period,
    w.rolling_net as highest_net,
    n.trailing_net as trailing_net,
    cast(w.rolling_net as double) / p.limit_value as limit_ratio,
    s.category_count as category_count,
    s.unit_count as unit_count,
    case
        when h.live_count = 1 then 'in_force'
        when g.live_count = 1 then 'group'
        when h.live_count = 0 then 'ended'
        else 'none'
    end as contract_status,
    cast(n.trailing_net as double) >= p.limit_value as is_over_now
from ranked w
join suppliers s on s.supplier_id = w.supplier_id
join recent n on n.supplier_id = w.supplier_id
join calendar f on f.month_index = w.first_month_index
join calendar t on t.month_index = w.last_month_index
cross join parameters p
left join holders h on h.supplier_id = w.supplier_id
left join group_holders g on g.supplier_group_id = s.supplier_group_id
where case when w.window_rank = 1 and cast(w.rolling_net as double) >= p.limit_value then true else false end
order by supplier_id
