-- title: Samma artikel, olika pris mellan enheter | Same item, different price between units
-- what: Items of one supplier, in one unit of measure, that at least two units bought in the last twelve months: the average price that each paid, lowest and highest, and what the others would have saved at the lowest.
-- why: The region is one buyer; two prices for one item mean that somebody pays too much.
-- caution: Vanliga oskyldiga orsaker: mängdrabatter, frakt i priset, olika förpackningar under samma nummer, priser som ändrats under året. | Common innocent causes: quantity discounts, freight in the price, different packs under one number, prices that changed in the year.
-- grain: one supplier × item × unit of measure × currency
-- key: supplier_id, item_id, unit_of_measure, currency
-- column: supplier_id text! Supplier.
-- column: supplier_name text! Its name.
-- column: item_id text! The seller’s item number.
-- column: unit_of_measure text! Unit, upper case; empty text when the lines do not say.
-- column: currency text! Currency of the prices.
-- column: unit_count int! Organisational units that bought.
-- column: line_count int! Lines with a positive quantity.
-- column: quantity quantity! Quantity bought.
-- column: paid_net money! Paid for it, in the currency.
-- column: lowest_price float! Lowest of the units’ average prices.
-- column: lowest_unit_id text! The unit that paid it; the smaller id when two are equal.
-- column: highest_price float! Highest of them.
-- column: highest_unit_id text! The unit that paid it; the smaller id when two are equal.
-- column: spread_ratio float highest_price / lowest_price − 1.
-- column: spread_net float! paid_net − quantity × lowest_price: what all would have saved at the lowest average.
-- chart: bar; x=item_id; y=spread_net
-- policy: 5, 21, 36
-- source: own definition; price = net amount / quantity, credits and lines without item number or quantity left out
with lines as (
    select supplier_id, supplier_name, item_id, upper(coalesce(unit_of_measure, '')) as unit_of_measure, currency, organisational_unit_id, month_index, invoiced_quantity, net_amount
    from matched.spend
    where is_addressable and item_id <> '' and invoiced_quantity > 0 and net_amount > 0
),
run as (
    select as_of_month_index
    from rule.run
),
by_unit as (
    select l.supplier_id as supplier_id, l.item_id as item_id, l.unit_of_measure as unit_of_measure, l.currency as currency, l.organisational_unit_id as organisational_unit_id,
        min(l.supplier_name) as supplier_name, count(*) as line_count, sum(l.invoiced_quantity) as quantity, sum(l.net_amount) as paid_net
    from lines l
    cross join run r
    where case when l.month_index > r.as_of_month_index - 12 and l.month_index <= r.as_of_month_index then true else false end
    group by l.supplier_id, l.item_id, l.unit_of_measure, l.currency, l.organisational_unit_id
),
priced as (
    select supplier_id, item_id, unit_of_measure, currency, organisational_unit_id, supplier_name, line_count, quantity, paid_net,
        cast(paid_net as double) / cast(quantity as double) as price, -(cast(paid_net as double) / cast(quantity as double)) as negative_price
    from by_unit
),
ranked as (
    select supplier_id, item_id, unit_of_measure, currency, organisational_unit_id, supplier_name, line_count, quantity, paid_net, price,
        row_number() over (partition by supplier_id, item_id, unit_of_measure, currency order by price, organisational_unit_id) as lowest_rank,
        row_number() over (partition by supplier_id, item_id, unit_of_measure, currency order by negative_price, organisational_unit_id) as highest_rank
    from priced
),
sums as (
    select supplier_id, item_id, unit_of_measure, currency, min(supplier_name) as supplier_name, count(*) as unit_count, sum(line_count) as line_count, sum(quantity) as quantity,
        sum(paid_net) as paid_net, max(case when lowest_rank = 1 then price end) as lowest_price, max(case when lowest_rank = 1 then organisational_unit_id end) as lowest_unit_id,
        max(case when highest_rank = 1 then price end) as highest_price, max(case when highest_rank = 1 then organisational_unit_id end) as highest_unit_id
    from ranked
    group by supplier_id, item_id, unit_of_measure, currency
)
select
    supplier_id,
    supplier_name,
    item_id,
    unit_of_measure,
    currency,
    unit_count,
    line_count,
    quantity,
    paid_net,
    lowest_price,
    lowest_unit_id,
    highest_price,
    highest_unit_id,
    cast(highest_price as double) / nullif(lowest_price, 0) - 1 as spread_ratio,
    cast(paid_net as double) - cast(quantity as double) * lowest_price as spread_net
from sums
where unit_count > 1
order by supplier_id, item_id, unit_of_measure, currency
