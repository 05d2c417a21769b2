-- what: The components of observed total cost add up to the total and to what the invoices say, and every cut of them gives the same total.
with cells as (
    select 'tco_cell ' || supplier_id as part, agreed_price_net, price_deviation_net, lost_discount_net, freight_net, fee_net, process_cost_net, order_cost_net, late_interest_net,
        early_payment_cost_net, payment_term_cost_net, carbon_cost_net, total_cost_net, spend_net
    from metric.tco_cell
    union all
    select 'tco_supplier ' || supplier_id as part, agreed_price_net, price_deviation_net, lost_discount_net, freight_net, fee_net, process_cost_net, order_cost_net, late_interest_net,
        early_payment_cost_net, payment_term_cost_net, carbon_cost_net, total_cost_net, spend_net
    from metric.tco_supplier
    union all
    select 'tco_category ' || category_code as part, agreed_price_net, price_deviation_net, lost_discount_net, freight_net, fee_net, process_cost_net, order_cost_net, late_interest_net,
        early_payment_cost_net, payment_term_cost_net, carbon_cost_net, total_cost_net, spend_net
    from metric.tco_category
    union all
    select 'tco_contract ' || contract_id as part, agreed_price_net, price_deviation_net, lost_discount_net, freight_net, fee_net, process_cost_net, order_cost_net, late_interest_net,
        early_payment_cost_net, payment_term_cost_net, carbon_cost_net, total_cost_net, spend_net
    from metric.tco_contract
    union all
    select 'tco_unit ' || organisational_unit_id as part, agreed_price_net, price_deviation_net, lost_discount_net, freight_net, fee_net, process_cost_net, order_cost_net,
        late_interest_net, early_payment_cost_net, payment_term_cost_net, carbon_cost_net, total_cost_net, spend_net
    from metric.tco_unit
),
totals as (
    select 'tco_supplier' as part, coalesce(sum(total_cost_net), 0) as total_cost_net, coalesce(sum(invoice_count), 0) as invoice_count
    from metric.tco_supplier
    union all
    select 'tco_category' as part, coalesce(sum(total_cost_net), 0) as total_cost_net, coalesce(sum(invoice_count), 0) as invoice_count
    from metric.tco_category
    union all
    select 'tco_contract' as part, coalesce(sum(total_cost_net), 0) as total_cost_net, coalesce(sum(invoice_count), 0) as invoice_count
    from metric.tco_contract
    union all
    select 'tco_unit' as part, coalesce(sum(total_cost_net), 0) as total_cost_net, coalesce(sum(invoice_count), 0) as invoice_count
    from metric.tco_unit
),
all_cells as (
    select coalesce(sum(total_cost_net), 0) as total_cost_net, coalesce(sum(invoice_count), 0) as invoice_count, coalesce(sum(spend_net), 0) as spend_net
    from metric.tco_cell
),
all_lines as (
    select coalesce(sum(spend_net), 0) as spend_net
    from matched.spend
    where is_addressable
),
faults as (
    select part, agreed_price_net + price_deviation_net + lost_discount_net + freight_net + fee_net as found_net, spend_net as expected_net
    from cells
    where agreed_price_net + price_deviation_net + lost_discount_net + freight_net + fee_net <> spend_net
    union all
    select part, agreed_price_net + price_deviation_net + lost_discount_net + freight_net + fee_net + process_cost_net + order_cost_net + late_interest_net
            + early_payment_cost_net + payment_term_cost_net + carbon_cost_net as found_net, total_cost_net as expected_net
    from cells
    where agreed_price_net + price_deviation_net + lost_discount_net + freight_net + fee_net + process_cost_net + order_cost_net + late_interest_net + early_payment_cost_net
            + payment_term_cost_net + carbon_cost_net <> total_cost_net
    union all
    select t.part || ' against tco_cell' as part, t.total_cost_net as found_net, a.total_cost_net as expected_net
    from totals t
    cross join all_cells a
    where t.total_cost_net <> a.total_cost_net or t.invoice_count <> a.invoice_count
    union all
    select 'tco_cell against matched.spend' as part, a.spend_net as found_net, l.spend_net as expected_net
    from all_cells a
    cross join all_lines l
    where a.spend_net <> l.spend_net
)
select part, found_net, expected_net
from faults
order by part, found_net
