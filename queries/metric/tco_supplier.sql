-- title: Observerad totalkostnad per leverantör | Observed total cost by supplier
-- what: What dealing with each supplier cost, as far as invoices tell: price at agreed prices, price deviation, freight, fees, invoice handling, late and early payment.
-- why: The lowest total cost, not the lowest price, is the starting point of each purchase; many small invoices can cost more than a discount gives.
-- grain: one supplier
-- key: supplier_id
-- column: supplier_id text! Supplier.
-- column: supplier_name text! Its name.
-- column: line_count int! Addressable lines.
-- column: invoice_count int! Invoices.
-- column: agreed_price_net money! Price at agreed prices: what was paid less the deviation, freight and fees left out.
-- column: price_deviation_net money! Paid above (+) or below (−) agreed prices, where there is a price to compare.
-- column: freight_net money! Lines on accounts whose name says freight (rule.cost_component).
-- column: fee_net money! Lines on accounts whose name says fee or charge.
-- column: process_cost_net money! Invoices × the cost of handling one, by channel (parameters process_cost_*); zero when no cost is on file in the workspace's currency.
-- column: late_interest_net money! Calculated, not invoiced: interest on what was paid after the due date (parameter late_interest_ratio), rounded once per supplier and category.
-- column: early_payment_cost_net money! Calculated: cost of capital on what was paid before the due date (parameter capital_cost_ratio), rounded likewise.
-- column: total_cost_net money! The sum of the seven components.
-- column: spend_net money! What the invoices say: agreed price + deviation + freight + fees.
-- column: credit_net money! Of it, credit lines (negative).
-- column: compared_spend_net money! Of it, lines with an agreed price to compare.
-- column: dated_spend_net money! Of it, lines with both due and payment date.
-- column: late_spend_net money! Of the dated, paid after the due date.
-- column: total_cost_ratio float total_cost_net / spend_net.
-- column: price_coverage_ratio float compared_spend_net / spend_net.
-- column: payment_coverage_ratio float dated_spend_net / spend_net.
-- column: channel_coverage_ratio float Share of invoices whose channel has a cost on file.
-- chart: stacked; x=supplier_name; y=agreed_price_net,price_deviation_net,freight_net,fee_net,process_cost_net,late_interest_net,early_payment_cost_net
-- policy: 4, 9, 10
-- source: observed total cost (price paid + freight and fees + process cost + interest) after Directive 2014/24/EU art. 68(1)(a), acquisition costs; interest: räntelagen (1975:635) 6 §; actual days / 365
with lines as (
    select supplier_id, supplier_name, category_code, category_name, category_group_code, category_group_name, invoice_key, coalesce(account_code, '') as account_code,
        coalesce(account_name, '') as account_name, coalesce(channel, '') as channel, due_on, paid_on, is_credit, spend_net, price_deviation_net
    from matched.spend
    where is_addressable
),
run as (
    select currency
    from rule.run
),
days as (
    select day_on, day_index
    from rule.day
),
accounts as (
    select distinct account_code, account_name
    from lines
),
component_texts as (
    select account_text, component_code
    from rule.cost_component
),
account_components as (
    select a.account_code as account_code, a.account_name as account_name, min(t.component_code) as component_code
    from accounts a
    cross join component_texts t
    where strpos(lower(a.account_name), t.account_text) > 0
    group by a.account_code, a.account_name
),
priced as (
    select l.supplier_id as supplier_id, l.supplier_name as supplier_name, l.category_code as category_code, l.category_name as category_name,
        l.category_group_code as category_group_code, l.category_group_name as category_group_name, l.is_credit as is_credit, l.spend_net as spend_net,
        coalesce(c.component_code, 'price') as component_code,
        case when c.component_code is null then l.price_deviation_net end as price_deviation_net
    from lines l
    left join account_components c on c.account_code = l.account_code and c.account_name = l.account_name
),
price_cells as (
    select supplier_id, category_code, min(supplier_name) as supplier_name, min(category_name) as category_name, min(category_group_code) as category_group_code,
        min(category_group_name) as category_group_name, count(*) as line_count,
        sum(spend_net) as spend_net,
        sum(case when component_code = 'price' then spend_net else 0 end) - coalesce(sum(price_deviation_net), 0) as agreed_price_net,
        coalesce(sum(price_deviation_net), 0) as price_deviation_net,
        sum(case when component_code = 'freight' then spend_net else 0 end) as freight_net,
        sum(case when component_code = 'fee' then spend_net else 0 end) as fee_net,
        sum(case when is_credit then spend_net else 0 end) as credit_net,
        sum(case when price_deviation_net is not null then spend_net else 0 end) as compared_spend_net
    from priced
    group by supplier_id, category_code
),
-- An invoice costs its process cost once; it is put where most of the invoice is, so that both tables add up to the same total.
invoice_categories as (
    select supplier_id, invoice_key, category_code, min(channel) as channel, -sum(spend_net) as negative_net
    from lines
    group by supplier_id, invoice_key, category_code
),
invoice_tops as (
    select supplier_id, invoice_key, min(negative_net) as negative_net, min(category_code) as category_code, min(channel) as channel, count(*) as category_count
    from invoice_categories
    group by supplier_id, invoice_key
),
mixed_tops as (
    select supplier_id, invoice_key, negative_net, channel
    from invoice_tops
    where category_count > 1
),
invoice_places as (
    select supplier_id, invoice_key, category_code, channel
    from invoice_tops
    where category_count = 1
    union all
    select t.supplier_id as supplier_id, t.invoice_key as invoice_key, min(i.category_code) as category_code, min(t.channel) as channel
    from mixed_tops t
    join invoice_categories i on i.supplier_id = t.supplier_id and i.invoice_key = t.invoice_key and i.negative_net = t.negative_net
    group by t.supplier_id, t.invoice_key
),
channel_costs as (
    select p.parameter_code as parameter_code, p.parameter_money as cost_net
    from rule.parameter p
    join run r on r.currency = p.parameter_unit
    where p.parameter_money is not null
),
unknown_cost as (
    select max(cost_net) as cost_net
    from channel_costs
    where parameter_code = 'process_cost_unknown'
),
invoice_cells as (
    select i.supplier_id as supplier_id, i.category_code as category_code, count(*) as invoice_count,
        sum(case when k.cost_net is null then 0 else 1 end) as channel_known_invoice_count,
        coalesce(sum(coalesce(k.cost_net, u.cost_net)), 0) as process_cost_net
    from invoice_places i
    cross join unknown_cost u
    left join channel_costs k on k.parameter_code = 'process_cost_' || i.channel
    group by i.supplier_id, i.category_code
),
payments as (
    select supplier_id, category_code, due_on, paid_on, sum(spend_net) as spend_net
    from lines
    where due_on is not null and paid_on is not null
    group by supplier_id, category_code, due_on, paid_on
),
payment_days as (
    select p.supplier_id as supplier_id, p.category_code as category_code, p.spend_net as spend_net, cast(p.spend_net * 100 as bigint) as minor_units,
        a.day_index - d.day_index as late_days
    from payments p
    join days d on d.day_on = p.due_on
    join days a on a.day_on = p.paid_on
),
payment_sums as (
    select supplier_id, category_code, sum(spend_net) as dated_spend_net,
        sum(case when late_days > 0 then spend_net else 0 end) as late_spend_net,
        sum(case when late_days > 0 and minor_units > 0 then minor_units * late_days else 0 end) as late_minor_unit_days,
        sum(case when late_days < 0 and minor_units > 0 then minor_units * -late_days else 0 end) as early_minor_unit_days
    from payment_days
    group by supplier_id, category_code
),
rates as (
    select
        cast(round(10000 * max(case when parameter_code = 'late_interest_ratio' then parameter_value end)) as bigint) as late_interest_4,
        cast(round(10000 * max(case when parameter_code = 'capital_cost_ratio' then parameter_value end)) as bigint) as capital_cost_4
    from rule.parameter
),
-- The one rounding, once for each supplier and category: half up to whole minor units, floor((2n + d) / 2d) with d = 365 × 10^4, on
-- whole numbers, since engines round halves of doubles differently.
payment_cells as (
    select s.supplier_id as supplier_id, s.category_code as category_code, s.dated_spend_net as dated_spend_net, s.late_spend_net as late_spend_net,
        cast(floor((cast(2 * s.late_minor_unit_days * r.late_interest_4 + 3650000 as double) + 0.5) / 7300000) / 100 as decimal(18, 2)) as late_interest_net,
        cast(floor((cast(2 * s.early_minor_unit_days * r.capital_cost_4 + 3650000 as double) + 0.5) / 7300000) / 100 as decimal(18, 2)) as early_payment_cost_net
    from payment_sums s
    cross join rates r
),
cells as (
    select p.supplier_id as supplier_id, p.category_code as category_code, p.supplier_name as supplier_name, p.category_name as category_name,
        p.category_group_code as category_group_code, p.category_group_name as category_group_name, p.line_count as line_count, p.spend_net as spend_net,
        p.agreed_price_net as agreed_price_net, p.price_deviation_net as price_deviation_net, p.freight_net as freight_net, p.fee_net as fee_net,
        p.credit_net as credit_net, p.compared_spend_net as compared_spend_net,
        coalesce(i.invoice_count, 0) as invoice_count,
        coalesce(i.channel_known_invoice_count, 0) as channel_known_invoice_count,
        coalesce(i.process_cost_net, 0) as process_cost_net,
        coalesce(d.dated_spend_net, 0) as dated_spend_net,
        coalesce(d.late_spend_net, 0) as late_spend_net,
        coalesce(d.late_interest_net, 0) as late_interest_net,
        coalesce(d.early_payment_cost_net, 0) as early_payment_cost_net
    from price_cells p
    left join invoice_cells i on i.supplier_id = p.supplier_id and i.category_code = p.category_code
    left join payment_cells d on d.supplier_id = p.supplier_id and d.category_code = p.category_code
),
sums as (
    select supplier_id, min(supplier_name) as supplier_name,
        sum(line_count) as line_count, sum(invoice_count) as invoice_count, sum(channel_known_invoice_count) as channel_known_invoice_count,
        sum(spend_net) as spend_net, sum(agreed_price_net) as agreed_price_net, sum(price_deviation_net) as price_deviation_net, sum(freight_net) as freight_net,
        sum(fee_net) as fee_net, sum(process_cost_net) as process_cost_net, sum(late_interest_net) as late_interest_net,
        sum(early_payment_cost_net) as early_payment_cost_net, sum(credit_net) as credit_net, sum(compared_spend_net) as compared_spend_net,
        sum(dated_spend_net) as dated_spend_net, sum(late_spend_net) as late_spend_net
    from cells
    group by supplier_id
)
select
    supplier_id,
    supplier_name,
    line_count,
    invoice_count,
    agreed_price_net,
    price_deviation_net,
    freight_net,
    fee_net,
    process_cost_net,
    late_interest_net,
    early_payment_cost_net,
    agreed_price_net + price_deviation_net + freight_net + fee_net + process_cost_net + late_interest_net + early_payment_cost_net as total_cost_net,
    spend_net,
    credit_net,
    compared_spend_net,
    dated_spend_net,
    late_spend_net,
    cast(agreed_price_net + price_deviation_net + freight_net + fee_net + process_cost_net + late_interest_net + early_payment_cost_net as double)
        / cast(nullif(spend_net, 0) as double) as total_cost_ratio,
    cast(compared_spend_net as double) / cast(nullif(spend_net, 0) as double) as price_coverage_ratio,
    cast(dated_spend_net as double) / cast(nullif(spend_net, 0) as double) as payment_coverage_ratio,
    cast(channel_known_invoice_count as double) / cast(nullif(invoice_count, 0) as double) as channel_coverage_ratio
from sums
order by supplier_id
