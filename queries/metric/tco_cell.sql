-- title: Observerad totalkostnad, minsta delar | Observed total cost, smallest cells
-- what: The components of observed total cost for each supplier, category, contract and unit: the cells that the tables by supplier, category, contract and unit add up.
-- why: Every cut of the total cost rests on the same cells, so that all cuts give the same total to the minor unit.
-- grain: one supplier × category × contract × organisational unit
-- key: supplier_id, category_code, contract_id, organisational_unit_id
-- column: supplier_id text! Supplier.
-- column: category_code text! Category.
-- column: contract_id text! The contract that the lines are on; empty text when they are on none.
-- column: organisational_unit_id text! Buying unit.
-- column: supplier_name text! Name of the supplier.
-- column: category_name text! Name of the category.
-- column: category_group_code text! Topmost category above it.
-- column: category_group_name text! Its name.
-- column: organisational_unit_name text! Name of the unit.
-- column: line_count int! Addressable lines.
-- column: invoice_count int! Invoices, each counted in the cell that has most of it.
-- column: channel_known_invoice_count int! Of them, those whose channel has a cost on file.
-- column: order_count int! Orders named on lines, each counted in the cell that has most of it.
-- column: agreed_price_net money! Price at agreed prices: what was paid less the deviation, lost discounts, freight and fees.
-- column: price_deviation_net money! Paid above (+) or below (−) agreed prices, where there is a price to compare.
-- column: lost_discount_net money! Discounts of the payment terms that were lost by paying after their day, rounded once per cell: a part of what was paid.
-- column: freight_net money! Lines that rule.cost_text tells as freight: by the account's name, the first word of the text, or a charge of an e-invoice.
-- column: fee_net money! Lines told likewise as fees; a charge of an e-invoice that names nothing is a fee.
-- column: process_cost_net money! Invoices × the cost of handling one, by channel (parameters process_cost_*); zero when no cost is on file in the workspace's currency.
-- column: order_cost_net money! Orders × the cost of placing one (parameter process_cost_order).
-- column: late_interest_net money! Calculated, not invoiced: interest on what was paid after the due date (parameter late_interest_ratio), rounded once per cell.
-- column: early_payment_cost_net money! Calculated: cost of capital on what was paid before the due date (parameter capital_cost_ratio), rounded likewise.
-- column: payment_term_cost_net money! Calculated: cost of capital of terms shorter than the reference (parameter payment_term_days); negative for longer ones; rounded likewise.
-- column: carbon_cost_net money! Calculated, not paid: emissions of the method that covers most (metric.emission_category), each category’s and year’s shared out by spend, × the parameter carbon_price; zero unless the component carbon_cost is counted.
-- column: total_cost_net money! The sum of the eleven components.
-- column: spend_net money! What the invoices say: agreed price + deviation + lost discounts + freight + fees.
-- column: credit_net money! Of it, credit lines (negative).
-- column: compared_spend_net money! Of it, lines with an agreed price to compare.
-- column: dated_spend_net money! Of it, lines with both due and payment date.
-- column: late_spend_net money! Of the dated, paid after the due date.
-- column: term_spend_net money! Of it, lines with both invoice and due date.
-- chart: table
-- policy: 4, 9, 10
-- source: observed total cost (price paid + freight and fees + process cost + interest) after Directive 2014/24/EU art. 68(1)(a), acquisition costs; interest: räntelagen (1975:635) 6 §; actual days / 365; thirty days as reference term: Directive 2011/7/EU art. 4
with decided as (
    select line_id, supplier_id, supplier_name, category_code, category_name, category_group_code, category_group_name, organisational_unit_id,
        organisational_unit_name, invoice_key, coalesce(account_code, '') as account_code, coalesce(account_name, '') as account_name,
        coalesce(channel, '') as channel, month_index, invoice_on, due_on, paid_on, is_credit, spend_net, price_deviation_net,
        case when outcome = 'compliant' or outcome = 'deviating' or reason = 'M6' then coalesce(contract_id, '') else '' end as contract_id
    from matched.spend
    where is_addressable
),
said as (
    select line_id, coalesce(order_reference, '') as order_reference, coalesce(line_kind, '') as line_kind,
        split_part(replace(replace(lower(coalesce(line_text, '')), ':', ' '), ',', ' '), ' ', 1) as first_word, discount_until_on,
        cast(floor(100 * cast(discount_percent as double) + 0.5) as bigint) as discount_points
    from lake.invoice_line
    where order_reference is not null or line_kind is not null or line_text is not null or discount_percent is not null
),
run as (
    select currency
    from rule.run
),
days as (
    select day_on, day_index
    from rule.day
),
calendar as (
    select month_index, year_number
    from rule.calendar
),
switches as (
    select
        max(case when component_code = 'price_deviation' and is_included then 1 else 0 end) as has_price_deviation,
        max(case when component_code = 'lost_discount' and is_included then 1 else 0 end) as has_lost_discount,
        max(case when component_code = 'fee' and is_included then 1 else 0 end) as has_fee,
        max(case when component_code = 'process_cost' and is_included then 1 else 0 end) as has_process_cost,
        max(case when component_code = 'order_cost' and is_included then 1 else 0 end) as has_order_cost,
        max(case when component_code = 'late_interest' and is_included then 1 else 0 end) as has_late_interest,
        max(case when component_code = 'early_payment_cost' and is_included then 1 else 0 end) as has_early_payment_cost,
        max(case when component_code = 'payment_term_cost' and is_included then 1 else 0 end) as has_payment_term_cost,
        max(case when component_code = 'carbon_cost' and is_included then 1 else 0 end) as has_carbon_cost
    from rule.cost_component
),
texts as (
    select t.text_place as text_place, t.match_text as match_text, t.component_code as component_code
    from rule.cost_text t
    join rule.cost_component c on c.component_code = t.component_code
    where c.is_included
),
accounts as (
    select distinct account_code, account_name
    from decided
),
account_components as (
    select a.account_code as account_code, a.account_name as account_name, min(t.component_code) as component_code
    from accounts a
    cross join texts t
    where t.text_place = 'account_name' and strpos(lower(a.account_name), t.match_text) > 0
    group by a.account_code, a.account_name
),
-- The first word of the text, so that "Frakt och emballage" is freight and "Montering inkl. frakt" is not.
word_components as (
    select match_text, component_code
    from texts
    where text_place = 'line_text'
),
said_components as (
    select s.line_id as line_id, s.order_reference as order_reference, s.line_kind as line_kind, s.discount_until_on as discount_until_on,
        s.discount_points as discount_points, t.component_code as component_code
    from said s
    left join word_components t on t.match_text = s.first_word
),
lines as (
    select d.supplier_id as supplier_id, d.supplier_name as supplier_name, d.category_code as category_code, d.category_name as category_name,
        d.category_group_code as category_group_code, d.category_group_name as category_group_name, d.organisational_unit_id as organisational_unit_id,
        d.organisational_unit_name as organisational_unit_name, d.contract_id as contract_id, d.invoice_key as invoice_key, d.channel as channel,
        d.month_index as month_index, d.invoice_on as invoice_on, d.due_on as due_on, d.paid_on as paid_on, d.is_credit as is_credit, d.spend_net as spend_net,
        coalesce(s.order_reference, '') as order_reference,
        case
            when s.line_kind = 'charge' then coalesce(s.component_code, case when w.has_fee = 1 then 'fee' else 'price' end)
            else coalesce(a.component_code, s.component_code, 'price')
        end as component_code,
        case when w.has_price_deviation = 1 then d.price_deviation_net end as price_deviation_net,
        case
            when w.has_lost_discount = 1 and not d.is_credit and d.paid_on > s.discount_until_on then cast(d.spend_net * 100 as bigint) * coalesce(s.discount_points, 0)
            else 0
        end as lost_minor_unit_points
    from decided d
    cross join switches w
    left join account_components a on a.account_code = d.account_code and a.account_name = d.account_name
    left join said_components s on s.line_id = d.line_id
),
price_sums as (
    select supplier_id, category_code, contract_id, organisational_unit_id, min(supplier_name) as supplier_name, min(category_name) as category_name,
        min(category_group_code) as category_group_code, min(category_group_name) as category_group_name, min(organisational_unit_name) as organisational_unit_name,
        count(*) as line_count,
        sum(spend_net) as spend_net,
        sum(case when component_code = 'price' then spend_net else 0 end) as price_net,
        coalesce(sum(case when component_code = 'price' then price_deviation_net end), 0) as price_deviation_net,
        sum(case when component_code = 'price' then lost_minor_unit_points else 0 end) as lost_minor_unit_points,
        sum(case when component_code = 'freight' then spend_net else 0 end) as freight_net,
        sum(case when component_code = 'fee' then spend_net else 0 end) as fee_net,
        sum(case when is_credit then spend_net else 0 end) as credit_net,
        sum(case when component_code = 'price' and price_deviation_net is not null then spend_net else 0 end) as compared_spend_net
    from lines
    group by supplier_id, category_code, contract_id, organisational_unit_id
),
-- Rounded as interest is below, with d = 10^4: points are hundredths of a per cent.
price_cells as (
    select supplier_id, category_code, contract_id, organisational_unit_id, supplier_name, category_name, category_group_code, category_group_name,
        organisational_unit_name, line_count, spend_net, price_net, price_deviation_net,
        cast(floor((cast(2 * lost_minor_unit_points + 10000 as double) + 0.5) / 20000) / 100 as decimal(18, 2)) as lost_discount_net,
        freight_net, fee_net, credit_net, compared_spend_net
    from price_sums
),
-- An invoice costs its process cost once; it is put where most of the invoice is. An order likewise.
invoice_parts as (
    select supplier_id, invoice_key, category_code, contract_id, organisational_unit_id, min(channel) as channel, -sum(spend_net) as negative_net
    from lines
    group by supplier_id, invoice_key, category_code, contract_id, organisational_unit_id
),
invoices as (
    select supplier_id, invoice_key, min(channel) as channel, count(*) as part_count
    from invoice_parts
    group by supplier_id, invoice_key
),
mixed_parts as (
    select p.supplier_id as supplier_id, p.category_code as category_code, p.contract_id as contract_id, p.organisational_unit_id as organisational_unit_id,
        i.channel as channel,
        row_number() over (partition by p.supplier_id, p.invoice_key order by p.negative_net, p.category_code, p.contract_id, p.organisational_unit_id) as part_number
    from invoice_parts p
    join invoices i on i.supplier_id = p.supplier_id and i.invoice_key = p.invoice_key
    where i.part_count > 1
),
invoice_places as (
    select p.supplier_id as supplier_id, p.category_code as category_code, p.contract_id as contract_id, p.organisational_unit_id as organisational_unit_id,
        i.channel as channel
    from invoice_parts p
    join invoices i on i.supplier_id = p.supplier_id and i.invoice_key = p.invoice_key
    where i.part_count = 1
    union all
    select supplier_id, category_code, contract_id, organisational_unit_id, channel
    from mixed_parts
    where part_number = 1
),
order_parts as (
    select supplier_id, order_reference, category_code, contract_id, organisational_unit_id, -sum(spend_net) as negative_net
    from lines
    where order_reference <> ''
    group by supplier_id, order_reference, category_code, contract_id, organisational_unit_id
),
placed_orders as (
    select supplier_id, category_code, contract_id, organisational_unit_id,
        row_number() over (partition by supplier_id, order_reference order by negative_net, category_code, contract_id, organisational_unit_id) as part_number
    from order_parts
),
costs as (
    select p.parameter_code as parameter_code, p.parameter_money as cost_net
    from rule.parameter p
    join run r on r.currency = p.parameter_unit
    where p.parameter_money is not null
),
fixed_costs as (
    select max(case when parameter_code = 'process_cost_unknown' then cost_net end) as unknown_cost_net,
        max(case when parameter_code = 'process_cost_order' then cost_net end) as order_cost_net,
        cast(100 * coalesce(max(case when parameter_code = 'carbon_price' then cost_net end), 0) as bigint) as carbon_minor_units
    from costs
),
order_cells as (
    select o.supplier_id as supplier_id, o.category_code as category_code, o.contract_id as contract_id, o.organisational_unit_id as organisational_unit_id,
        count(*) as order_count, coalesce(sum(f.order_cost_net), 0) as order_cost_net
    from placed_orders o
    cross join fixed_costs f
    where o.part_number = 1
    group by o.supplier_id, o.category_code, o.contract_id, o.organisational_unit_id
),
invoice_cells as (
    select i.supplier_id as supplier_id, i.category_code as category_code, i.contract_id as contract_id, i.organisational_unit_id as organisational_unit_id,
        count(*) as invoice_count,
        sum(case when k.cost_net is null then 0 else 1 end) as channel_known_invoice_count,
        coalesce(sum(coalesce(k.cost_net, u.unknown_cost_net)), 0) as process_cost_net
    from invoice_places i
    cross join fixed_costs u
    left join costs k on k.parameter_code = 'process_cost_' || i.channel
    group by i.supplier_id, i.category_code, i.contract_id, i.organisational_unit_id
),
payments as (
    select supplier_id, category_code, contract_id, organisational_unit_id, invoice_on, due_on, paid_on, sum(spend_net) as spend_net
    from lines
    where due_on is not null and (paid_on is not null or invoice_on is not null)
    group by supplier_id, category_code, contract_id, organisational_unit_id, invoice_on, due_on, paid_on
),
payment_days as (
    select p.supplier_id as supplier_id, p.category_code as category_code, p.contract_id as contract_id, p.organisational_unit_id as organisational_unit_id,
        p.spend_net as spend_net, cast(p.spend_net * 100 as bigint) as minor_units,
        a.day_index - d.day_index as late_days, d.day_index - i.day_index as term_days
    from payments p
    join days d on d.day_on = p.due_on
    left join days a on a.day_on = p.paid_on
    left join days i on i.day_on = p.invoice_on
),
rates as (
    select
        cast(round(10000 * max(case when parameter_code = 'late_interest_ratio' then parameter_value end)) as bigint) as late_interest_4,
        cast(round(10000 * max(case when parameter_code = 'capital_cost_ratio' then parameter_value end)) as bigint) as capital_cost_4,
        cast(round(max(case when parameter_code = 'payment_term_days' then parameter_value end)) as bigint) as reference_days
    from rule.parameter
),
payment_sums as (
    select p.supplier_id as supplier_id, p.category_code as category_code, p.contract_id as contract_id, p.organisational_unit_id as organisational_unit_id,
        sum(case when p.late_days is not null then p.spend_net else 0 end) as dated_spend_net,
        sum(case when p.late_days > 0 then p.spend_net else 0 end) as late_spend_net,
        sum(case when p.term_days is not null then p.spend_net else 0 end) as term_spend_net,
        sum(case when p.late_days > 0 and p.minor_units > 0 then p.minor_units * p.late_days else 0 end) as late_minor_unit_days,
        sum(case when p.late_days < 0 and p.minor_units > 0 then p.minor_units * -p.late_days else 0 end) as early_minor_unit_days,
        sum(case when p.term_days is not null and p.minor_units > 0 then p.minor_units * (r.reference_days - p.term_days) else 0 end) as term_minor_unit_days
    from payment_days p
    cross join rates r
    group by p.supplier_id, p.category_code, p.contract_id, p.organisational_unit_id
),
-- The one rounding, once for each cell: half up to whole minor units, floor((2n + d) / 2d) with d = 365 × 10^4, on whole numbers, since
-- engines round halves of doubles differently.
payment_cells as (
    select s.supplier_id as supplier_id, s.category_code as category_code, s.contract_id as contract_id, s.organisational_unit_id as organisational_unit_id,
        s.dated_spend_net as dated_spend_net, s.late_spend_net as late_spend_net, s.term_spend_net as term_spend_net,
        cast(floor((cast(2 * s.late_minor_unit_days * r.late_interest_4 + 3650000 as double) + 0.5) / 7300000) / 100 as decimal(18, 2)) as late_interest_net,
        cast(floor((cast(2 * s.early_minor_unit_days * r.capital_cost_4 + 3650000 as double) + 0.5) / 7300000) / 100 as decimal(18, 2)) as early_payment_cost_net,
        cast(floor((cast(2 * s.term_minor_unit_days * r.capital_cost_4 + 3650000 as double) + 0.5) / 7300000) / 100 as decimal(18, 2)) as payment_term_cost_net
    from payment_sums s
    cross join rates r
),
-- Emissions of one method, the one that covers most, since methods are never added. What a category emitted in a year is shared out by
-- spend, in whole grams, so that no order of adding can change a sum.
carbon_methods as (
    select method_code, -sum(covered_spend_net) as negative_net
    from metric.emission_category
    where category_code <> 'all' and kg_co2e is not null
    group by method_code
),
carbon_method_ranks as (
    select method_code, row_number() over (order by negative_net, method_code) as method_rank
    from carbon_methods
),
carbon_years as (
    select e.category_code as category_code, e.year_number as year_number, e.kg_co2e as kg_co2e, cast(e.spend_net as double) as year_net
    from metric.emission_category e
    join carbon_method_ranks m on m.method_code = e.method_code
    where m.method_rank = 1 and e.category_code <> 'all' and e.kg_co2e is not null and e.spend_net <> 0
),
carbon_spend as (
    select l.supplier_id as supplier_id, l.category_code as category_code, l.contract_id as contract_id, l.organisational_unit_id as organisational_unit_id,
        c.year_number as year_number, cast(sum(l.spend_net) as double) as cell_net
    from lines l
    cross join switches w
    join calendar c on c.month_index = l.month_index
    where w.has_carbon_cost = 1
    group by l.supplier_id, l.category_code, l.contract_id, l.organisational_unit_id, c.year_number
),
carbon_sums as (
    select s.supplier_id as supplier_id, s.category_code as category_code, s.contract_id as contract_id, s.organisational_unit_id as organisational_unit_id,
        sum(cast(floor(1000 * ((s.cell_net * y.kg_co2e) / y.year_net) + 0.5) as bigint)) as gram_count
    from carbon_spend s
    join carbon_years y on y.category_code = s.category_code and y.year_number = s.year_number
    group by s.supplier_id, s.category_code, s.contract_id, s.organisational_unit_id
),
-- Rounded as interest is above, with d = 1000: the price is that of a kilogram.
carbon_cells as (
    select s.supplier_id as supplier_id, s.category_code as category_code, s.contract_id as contract_id, s.organisational_unit_id as organisational_unit_id,
        cast(floor((cast(2 * s.gram_count * f.carbon_minor_units + 1000 as double) + 0.5) / 2000) / 100 as decimal(18, 2)) as carbon_cost_net
    from carbon_sums s
    cross join fixed_costs f
),
cells as (
    select p.supplier_id as supplier_id, p.category_code as category_code, p.contract_id as contract_id, p.organisational_unit_id as organisational_unit_id,
        p.supplier_name as supplier_name, p.category_name as category_name, p.category_group_code as category_group_code,
        p.category_group_name as category_group_name, p.organisational_unit_name as organisational_unit_name, p.line_count as line_count,
        coalesce(i.invoice_count, 0) as invoice_count,
        coalesce(i.channel_known_invoice_count, 0) as channel_known_invoice_count,
        coalesce(o.order_count, 0) as order_count,
        p.price_net - p.price_deviation_net - p.lost_discount_net as agreed_price_net, p.price_deviation_net as price_deviation_net,
        p.lost_discount_net as lost_discount_net, p.freight_net as freight_net, p.fee_net as fee_net,
        case when w.has_process_cost = 1 then coalesce(i.process_cost_net, 0) else 0 end as process_cost_net,
        case when w.has_order_cost = 1 then coalesce(o.order_cost_net, 0) else 0 end as order_cost_net,
        case when w.has_late_interest = 1 then coalesce(d.late_interest_net, 0) else 0 end as late_interest_net,
        case when w.has_early_payment_cost = 1 then coalesce(d.early_payment_cost_net, 0) else 0 end as early_payment_cost_net,
        case when w.has_payment_term_cost = 1 then coalesce(d.payment_term_cost_net, 0) else 0 end as payment_term_cost_net,
        coalesce(e.carbon_cost_net, 0) as carbon_cost_net,
        p.spend_net as spend_net, p.credit_net as credit_net, p.compared_spend_net as compared_spend_net,
        coalesce(d.dated_spend_net, 0) as dated_spend_net,
        coalesce(d.late_spend_net, 0) as late_spend_net,
        coalesce(d.term_spend_net, 0) as term_spend_net
    from price_cells p
    cross join switches w
    left join invoice_cells i on i.supplier_id = p.supplier_id and i.category_code = p.category_code and i.contract_id = p.contract_id
        and i.organisational_unit_id = p.organisational_unit_id
    left join order_cells o on o.supplier_id = p.supplier_id and o.category_code = p.category_code and o.contract_id = p.contract_id
        and o.organisational_unit_id = p.organisational_unit_id
    left join payment_cells d on d.supplier_id = p.supplier_id and d.category_code = p.category_code and d.contract_id = p.contract_id
        and d.organisational_unit_id = p.organisational_unit_id
    left join carbon_cells e on e.supplier_id = p.supplier_id and e.category_code = p.category_code and e.contract_id = p.contract_id
        and e.organisational_unit_id = p.organisational_unit_id
)
select
    supplier_id,
    category_code,
    contract_id,
    organisational_unit_id,
    supplier_name,
    category_name,
    category_group_code,
    category_group_name,
    organisational_unit_name,
    line_count,
    invoice_count,
    channel_known_invoice_count,
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
    agreed_price_net + price_deviation_net + lost_discount_net + freight_net + fee_net + process_cost_net + order_cost_net + late_interest_net
        + early_payment_cost_net + payment_term_cost_net + carbon_cost_net as total_cost_net,
    spend_net,
    credit_net,
    compared_spend_net,
    dated_spend_net,
    late_spend_net,
    term_spend_net
from cells
order by supplier_id, category_code, contract_id, organisational_unit_id
