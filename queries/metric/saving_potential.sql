-- title: Möjliga besparingar och deras antaganden | Possible savings and their assumptions
-- what: For each category of the last twelve months: what could be saved by buying on the contract that exists, by claiming back prices above the agreed, and by consolidating the tail; each with the share that is assumed.
-- why: An amount without its assumption is a promise; here the assumption can be seen and changed.
-- caution: Antagandena är parametrar, inte mätningar, och spakarna kan träffa samma krona: de läggs inte ihop. | The assumptions are parameters, not measurements, and levers can meet on the same krona: they are not added.
-- grain: one lever × category, and `all` categories
-- key: lever_code, category_code
-- column: lever_code text! leakage (M2: a contract was passed by), price_deviation (paid above the agreed price) or tail (the smallest suppliers of the category).
-- column: category_code text! Category; `all` = all together.
-- column: category_name text! Its name.
-- column: base_net money! What the assumption is applied to, in the last twelve months.
-- column: saving_ratio float! The assumption: parameters saving_leakage_ratio, saving_price_ratio and saving_tail_ratio.
-- column: saving_net float! base_net × saving_ratio.
-- column: supplier_count int! Suppliers behind the base.
-- column: invoice_count int! Invoices behind the base.
-- column: assumption_source text! Where the assumption comes from.
-- chart: bar; x=lever_code; y=saving_net
-- policy: 5, 21, 33
-- source: own definition; tail = suppliers that share the last part of a category’s spend (parameter tail_share), from the smallest up
with lines as (
    select category_code, category_name, supplier_id, invoice_key, reason, month_index, spend_net, price_deviation_net
    from matched.spend
    where is_addressable
),
run as (
    select as_of_month_index
    from rule.run
),
levers as (
    select case parameter_code when 'saving_leakage_ratio' then 'leakage' when 'saving_price_ratio' then 'price_deviation' else 'tail' end as lever_code,
        parameter_value as saving_ratio, parameter_source as assumption_source
    from rule.parameter
    where parameter_code = 'saving_leakage_ratio' or parameter_code = 'saving_price_ratio' or parameter_code = 'saving_tail_ratio'
),
tail_shares as (
    select parameter_value as tail_share
    from rule.parameter
    where parameter_code = 'tail_share'
),
recent as (
    select l.category_code as category_code, l.category_name as category_name, l.supplier_id as supplier_id, l.invoice_key as invoice_key, coalesce(l.reason, '') as reason,
        l.spend_net as spend_net, l.price_deviation_net as price_deviation_net
    from lines l
    cross join run r
    where case when l.month_index > r.as_of_month_index - 12 and l.month_index <= r.as_of_month_index then true else false end
),
pairs as (
    select category_code, supplier_id, sum(spend_net) as spend_net
    from recent
    group by category_code, supplier_id
),
positive as (
    select category_code, supplier_id, spend_net, -spend_net as negative_net
    from pairs
    where spend_net > 0
),
cumulated as (
    select category_code, supplier_id, spend_net,
        sum(spend_net) over (partition by category_code order by negative_net, supplier_id rows between unbounded preceding and current row) as cumulative_net
    from positive
),
totals as (
    select category_code, sum(spend_net) as spend_net
    from positive
    group by category_code
),
tail_pairs as (
    select c.category_code as category_code, c.supplier_id as supplier_id
    from cumulated c
    join totals t on t.category_code = c.category_code
    cross join tail_shares p
    where case when cast(c.cumulative_net - c.spend_net as double) >= (1 - p.tail_share) * cast(t.spend_net as double) then true else false end
),
bases as (
    select 'leakage' as lever_code, category_code, category_name, supplier_id, invoice_key, spend_net as base_net
    from recent
    where reason = 'M2'
    union all
    select 'price_deviation' as lever_code, category_code, category_name, supplier_id, invoice_key, price_deviation_net as base_net
    from recent
    where price_deviation_net > 0
    union all
    select 'tail' as lever_code, r.category_code as category_code, r.category_name as category_name, r.supplier_id as supplier_id, r.invoice_key as invoice_key,
        r.spend_net as base_net
    from recent r
    join tail_pairs t on t.category_code = r.category_code and t.supplier_id = r.supplier_id
),
scoped as (
    select lever_code, category_code, category_name, supplier_id, invoice_key, base_net
    from bases
    union all
    select lever_code, 'all' as category_code, 'all' as category_name, supplier_id, invoice_key, base_net
    from bases
),
sums as (
    select lever_code, category_code, min(category_name) as category_name, sum(base_net) as base_net, count(distinct supplier_id) as supplier_count,
        count(distinct invoice_key) as invoice_count
    from scoped
    group by lever_code, category_code
)
select
    s.lever_code as lever_code,
    s.category_code as category_code,
    s.category_name as category_name,
    s.base_net as base_net,
    l.saving_ratio as saving_ratio,
    cast(s.base_net as double) * l.saving_ratio as saving_net,
    s.supplier_count as supplier_count,
    s.invoice_count as invoice_count,
    l.assumption_source as assumption_source
from sums s
join levers l on l.lever_code = s.lever_code
order by lever_code, category_code
