-- title: Fakturor som är mycket större än leverantörens övriga | Invoices far larger than the supplier’s others
-- what: Suppliers whose largest invoice is relative_size_min times the second largest or more (relative size factor), among relative_size_count_min invoices or more.
-- why: Catches a decimal mark in the wrong place and an invoice posted to the wrong supplier.
-- caution: Vanliga oskyldiga orsaker: årsavgift bredvid småköp, en enskild stor leverans, ett projekt, slutfaktura. | Common innocent causes: a yearly fee beside small purchases, one large delivery, a project, a final invoice.
-- grain: one supplier
-- key: supplier_id
-- column: supplier_id text! Supplier.
-- column: supplier_name text! Its name.
-- column: invoice_count int! Invoices with a positive amount.
-- column: largest_net money! The largest.
-- column: second_net money! The second largest.
-- column: relative_size float largest_net / second_net.
-- column: line_id text! First line of the largest invoice, as `explain` takes it.
-- column: invoice_number text Its number as printed.
-- column: period text! Its month.
-- column: organisational_unit_id text! Its unit.
-- column: outcome text! Outcome of its first line.
-- column: size_hint text! decimal_slip (10, 100 or 1,000 times the second largest, to one per cent) or large.
-- chart: table
-- policy: 19, 21
-- source: Nigrini, Forensic Analytics (2011), chapter 11: relative size factor
with lines as (
    select line_id, supplier_id, supplier_name, invoice_key, invoice_number, period, organisational_unit_id, outcome, spend_net
    from matched.spend
    where is_addressable
),
parameters as (
    select
        max(case when parameter_code = 'relative_size_min' then parameter_value end) as size_min,
        max(case when parameter_code = 'relative_size_count_min' then parameter_value end) as count_min
    from rule.parameter
),
invoices as (
    select supplier_id, invoice_key, min(supplier_name) as supplier_name, min(line_id) as line_id, sum(spend_net) as spend_net, -sum(spend_net) as negative_net
    from lines
    group by supplier_id, invoice_key
),
ranked as (
    select supplier_id, supplier_name, line_id, spend_net, row_number() over (partition by supplier_id order by negative_net, line_id) as invoice_rank
    from invoices
    where spend_net > 0
),
suppliers as (
    select supplier_id, min(supplier_name) as supplier_name, count(*) as invoice_count, max(case when invoice_rank = 1 then spend_net end) as largest_net,
        max(case when invoice_rank = 2 then spend_net end) as second_net, max(case when invoice_rank = 1 then line_id end) as line_id
    from ranked
    group by supplier_id
),
found as (
    select s.supplier_id as supplier_id, s.supplier_name as supplier_name, s.invoice_count as invoice_count, s.largest_net as largest_net, s.second_net as second_net,
        s.line_id as line_id, cast(s.largest_net as double) / cast(nullif(s.second_net, 0) as double) as relative_size
    from suppliers s
    cross join parameters p
    where case
        when cast(s.invoice_count as double) < p.count_min then false
        else cast(s.largest_net as double) >= p.size_min * cast(s.second_net as double)
    end
)
select
    f.supplier_id as supplier_id,
    f.supplier_name as supplier_name,
    f.invoice_count as invoice_count,
    f.largest_net as largest_net,
    f.second_net as second_net,
    f.relative_size as relative_size,
    f.line_id as line_id,
    l.invoice_number as invoice_number,
    l.period as period,
    l.organisational_unit_id as organisational_unit_id,
    l.outcome as outcome,
    case
        when abs(f.relative_size - 10) <= 0.1 or abs(f.relative_size - 100) <= 1 or abs(f.relative_size - 1000) <= 10 then 'decimal_slip'
        else 'large'
    end as size_hint
from found f
join lines l on l.line_id = f.line_id
order by supplier_id
