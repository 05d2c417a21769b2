-- title: Prisavvikelser mot avtalspris | Price deviations from agreed prices
-- what: For each contract, supplier and item: what was paid above and below the agreed price; lines on contract without a price to compare stand in rows of their own.
-- why: One to three per cent of spend is lost when invoices drift from agreed prices; it can be claimed back.
-- grain: one contract × supplier × item × whether there was a price to compare
-- key: contract_id, supplier_id, item_id, is_compared
-- column: contract_id text! Contract.
-- column: contract_title text! Its title.
-- column: supplier_id text! Supplier.
-- column: supplier_name text! Its name.
-- column: item_id text! The seller's item number; empty text when the lines have none.
-- column: is_compared bool! Whether an agreed price was on file for the day and the line had quantity and price.
-- column: line_count int! Lines.
-- column: invoice_count int! Invoices.
-- column: deviating_line_count int! Lines judged to deviate (M7: beyond the tolerance).
-- column: spend_net money! Paid for them.
-- column: overpaid_net money! Sum above the agreed price.
-- column: underpaid_net money! Sum below the agreed price, negative.
-- column: price_deviation_net money! overpaid + underpaid.
-- column: agreed_net money! What the agreed price would have come to: spend − deviation; equals spend when not compared.
-- column: price_deviation_ratio float price_deviation_net / agreed_net; empty when not compared.
-- column: first_covered_on date First day.
-- column: last_covered_on date Last day.
-- chart: bar; x=contract_title; y=overpaid_net
-- policy: 21
-- source: own definition; deviation = (unit price − agreed price in force) × quantity, computed line by line in matching
with lines as (
    select contract_id, supplier_id, supplier_name, coalesce(item_id, '') as item_id, price_deviation_net is not null as is_compared, invoice_key, reason, covered_on,
        coalesce(spend_net, 0) as spend_net, coalesce(price_deviation_net, 0) as price_deviation_net
    from matched.spend
    where contract_id <> '' and (outcome = 'compliant' or outcome = 'deviating' or reason = 'M6')
),
contracts as (
    select contract_id, contract_title
    from matched.contract_term
),
sums as (
    select contract_id, supplier_id, item_id, is_compared, min(supplier_name) as supplier_name, count(*) as line_count, count(distinct invoice_key) as invoice_count,
        sum(case when reason = 'M7' then 1 else 0 end) as deviating_line_count,
        sum(spend_net) as spend_net,
        sum(case when price_deviation_net > 0 then price_deviation_net else 0 end) as overpaid_net,
        sum(case when price_deviation_net < 0 then price_deviation_net else 0 end) as underpaid_net,
        sum(price_deviation_net) as price_deviation_net,
        min(covered_on) as first_covered_on, max(covered_on) as last_covered_on
    from lines
    group by contract_id, supplier_id, item_id, is_compared
)
select
    s.contract_id as contract_id,
    coalesce(c.contract_title, '') as contract_title,
    s.supplier_id as supplier_id,
    s.supplier_name as supplier_name,
    s.item_id as item_id,
    s.is_compared as is_compared,
    s.line_count as line_count,
    s.invoice_count as invoice_count,
    s.deviating_line_count as deviating_line_count,
    s.spend_net as spend_net,
    s.overpaid_net as overpaid_net,
    s.underpaid_net as underpaid_net,
    s.price_deviation_net as price_deviation_net,
    s.spend_net - s.price_deviation_net as agreed_net,
    case when s.is_compared then cast(s.price_deviation_net as double) / cast(nullif(s.spend_net - s.price_deviation_net, 0) as double) end as price_deviation_ratio,
    s.first_covered_on as first_covered_on,
    s.last_covered_on as last_covered_on
from sums s
left join contracts c on c.contract_id = s.contract_id
order by contract_id, supplier_id, item_id, is_compared
