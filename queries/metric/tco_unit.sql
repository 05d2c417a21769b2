-- title: Observerad totalkostnad per enhet | Observed total cost by unit
-- what: The components of observed total cost for each unit.
-- why: Units that order in small lots or pay late see what that costs beside the others.
-- grain: one organisational unit
-- key: organisational_unit_id
-- column: organisational_unit_id text! Buying unit; `unknown` when the lines name none.
-- column: organisational_unit_name text! Its name.
-- column: line_count int! Addressable lines.
-- column: invoice_count int! Invoices, each counted once, where most of it is.
-- column: order_count int! Orders named on lines, likewise.
-- column: agreed_price_net money! Price at agreed prices: what was paid less the deviation, lost discounts, freight and fees.
-- column: price_deviation_net money! Paid above (+) or below (−) agreed prices, where there is a price to compare.
-- column: lost_discount_net money! Discounts lost by paying after their day: a part of what was paid.
-- column: freight_net money! Lines told as freight by the account's name, the first word of the text, or a charge of an e-invoice (rule.cost_text).
-- column: fee_net money! Lines told likewise as fees.
-- column: process_cost_net money! Invoices × the cost of handling one, by channel (parameters process_cost_*); zero when no cost is on file in the workspace's currency.
-- column: order_cost_net money! Orders × the cost of placing one (parameter process_cost_order).
-- column: late_interest_net money! Calculated, not invoiced: interest on what was paid after the due date (parameter late_interest_ratio).
-- column: early_payment_cost_net money! Calculated: cost of capital on what was paid before the due date (parameter capital_cost_ratio).
-- column: payment_term_cost_net money! Calculated: cost of capital of terms shorter than the reference (parameter payment_term_days); negative for longer ones.
-- column: carbon_cost_net money! Calculated, not paid: emissions × the parameter carbon_price; zero unless the component carbon_cost is counted.
-- column: total_cost_net money! The sum of the eleven components.
-- column: spend_net money! What the invoices say: agreed price + deviation + lost discounts + freight + fees.
-- column: credit_net money! Of it, credit lines (negative).
-- column: compared_spend_net money! Of it, lines with an agreed price to compare.
-- column: dated_spend_net money! Of it, lines with both due and payment date.
-- column: late_spend_net money! Of the dated, paid after the due date.
-- column: total_cost_ratio float total_cost_net / spend_net.
-- column: credit_ratio float Credited and returned: −credit_net / (spend_net − credit_net).
-- column: price_coverage_ratio float compared_spend_net / spend_net.
-- column: payment_coverage_ratio float dated_spend_net / spend_net.
-- column: channel_coverage_ratio float Share of invoices whose channel has a cost on file.
-- column: term_coverage_ratio float Share of spend_net on lines with both invoice and due date.
-- chart: stacked; x=organisational_unit_name; y=agreed_price_net,price_deviation_net,lost_discount_net,freight_net,fee_net,process_cost_net,order_cost_net,late_interest_net,early_payment_cost_net,payment_term_cost_net,carbon_cost_net
-- policy: 8, 9, 36
-- source: metric.tco_cell, which see; observed total cost after Directive 2014/24/EU art. 68(1)(a)
with cells as (
    select supplier_id, supplier_name, category_code, category_name, category_group_code, category_group_name, contract_id, organisational_unit_id,
        organisational_unit_name, line_count, invoice_count, channel_known_invoice_count, order_count, agreed_price_net, price_deviation_net,
        lost_discount_net, freight_net, fee_net, process_cost_net, order_cost_net, late_interest_net, early_payment_cost_net, payment_term_cost_net,
        carbon_cost_net, total_cost_net,
        spend_net, credit_net, compared_spend_net, dated_spend_net, late_spend_net, term_spend_net
    from metric.tco_cell
),
sums as (
    select organisational_unit_id, min(organisational_unit_name) as organisational_unit_name,
        sum(line_count) as line_count, sum(invoice_count) as invoice_count, sum(channel_known_invoice_count) as channel_known_invoice_count, sum(order_count) as order_count,
        sum(agreed_price_net) as agreed_price_net, sum(price_deviation_net) as price_deviation_net,
        sum(lost_discount_net) as lost_discount_net, sum(freight_net) as freight_net, sum(fee_net) as fee_net, sum(process_cost_net) as process_cost_net, sum(order_cost_net) as order_cost_net,
        sum(late_interest_net) as late_interest_net, sum(early_payment_cost_net) as early_payment_cost_net, sum(payment_term_cost_net) as payment_term_cost_net,
        sum(carbon_cost_net) as carbon_cost_net, sum(total_cost_net) as total_cost_net,
        sum(spend_net) as spend_net, sum(credit_net) as credit_net, sum(compared_spend_net) as compared_spend_net,
        sum(dated_spend_net) as dated_spend_net, sum(late_spend_net) as late_spend_net, sum(term_spend_net) as term_spend_net
    from cells
    group by organisational_unit_id
)
select
    organisational_unit_id,
    organisational_unit_name,
    line_count,
    invoice_count,
    order_count,
    agreed_price_net,
    price_deviation_net,
    lost_discount_net,
    freight_net,
    fee_net,
    process_cost_net,
    order_cost_net,
    late_interest_net,
    early_payment_cost_net,
    payment_term_cost_net,
    carbon_cost_net,
    total_cost_net,
    spend_net,
    credit_net,
    compared_spend_net,
    dated_spend_net,
    late_spend_net,
    cast(total_cost_net as double) / cast(nullif(spend_net, 0) as double) as total_cost_ratio,
    cast(-credit_net as double) / cast(nullif(spend_net - credit_net, 0) as double) as credit_ratio,
    cast(compared_spend_net as double) / cast(nullif(spend_net, 0) as double) as price_coverage_ratio,
    cast(dated_spend_net as double) / cast(nullif(spend_net, 0) as double) as payment_coverage_ratio,
    cast(channel_known_invoice_count as double) / cast(nullif(invoice_count, 0) as double) as channel_coverage_ratio,
    cast(term_spend_net as double) / cast(nullif(spend_net, 0) as double) as term_coverage_ratio
from sums
order by organisational_unit_id
