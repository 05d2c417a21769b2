-- what: The components of observed total cost add up to the total and to what the invoices say, and suppliers and categories give the same total.
with rows_apart as (
    select 'tco_supplier ' || supplier_id as part,
        agreed_price_net + price_deviation_net + freight_net + fee_net as invoiced_net, spend_net,
        agreed_price_net + price_deviation_net + freight_net + fee_net + process_cost_net + late_interest_net + early_payment_cost_net as components_net, total_cost_net
    from metric.tco_supplier
    union all
    select 'tco_category ' || category_code as part,
        agreed_price_net + price_deviation_net + freight_net + fee_net as invoiced_net, spend_net,
        agreed_price_net + price_deviation_net + freight_net + fee_net + process_cost_net + late_interest_net + early_payment_cost_net as components_net, total_cost_net
    from metric.tco_category
),
supplier_total as (
    select coalesce(sum(total_cost_net), 0) as total_cost_net, coalesce(sum(invoice_count), 0) as invoice_count
    from metric.tco_supplier
),
category_total as (
    select coalesce(sum(total_cost_net), 0) as total_cost_net, coalesce(sum(invoice_count), 0) as invoice_count
    from metric.tco_category
),
faults as (
    select part, invoiced_net as found_net, spend_net as expected_net
    from rows_apart
    where invoiced_net <> spend_net
    union all
    select part, components_net as found_net, total_cost_net as expected_net
    from rows_apart
    where components_net <> total_cost_net
    union all
    select 'tco_category against tco_supplier' as part, c.total_cost_net as found_net, s.total_cost_net as expected_net
    from category_total c
    cross join supplier_total s
    where c.total_cost_net <> s.total_cost_net or c.invoice_count <> s.invoice_count
)
select part, found_net, expected_net
from faults
order by part, found_net
