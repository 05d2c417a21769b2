-- title: Möjlig uppdelning av köp | Possible split purchases
-- what: For each limit, supplier and category: the window of split_window_days days in which invoices, each within the limit, together pass it; call-offs under contracts, and what was credited in full, left out.
-- why: A purchase may not be divided to stay below a limit.
-- caution: Vanliga oskyldiga orsaker: delleveranser av en beställning som prövats i sin helhet, löpande avgifter, flera enheters skilda behov samma vecka, avtal som saknas i katalogen. | Common innocent causes: part deliveries of one order that was judged as a whole, running fees, separate needs of several units in the same week, contracts missing from the catalogue.
-- grain: one limit × supplier × category: its largest window
-- key: threshold_code, supplier_id, category_code
-- column: threshold_code text! Limit, from rule.threshold.
-- column: supplier_id text! Supplier.
-- column: supplier_name text! Its name.
-- column: category_code text! Category.
-- column: category_name text! Its name.
-- column: first_on date! Day of the first invoice in the window.
-- column: last_on date! Day of the last.
-- column: invoice_count int! Invoices in the window.
-- column: unit_count int! Units that they belong to.
-- column: window_net money! Their sum excluding VAT.
-- column: smallest_net money! The smallest of them.
-- column: largest_net money! The largest of them.
-- column: limit_value money! The limit in force.
-- column: limit_ratio float window_net / limit_value.
-- column: window_count int! Windows of this supplier and category that pass the limit, one for each day that a window can begin on; they overlap.
-- column: first_line_id text! First line of the first invoice, as `explain` takes it.
-- column: false_positive_cause text! What else could explain it: instalments (equal amounts), several_units or part_deliveries.
-- chart: table
-- policy: 18, 19
-- source: own definition: same supplier and category, each below the limit, the sum in the window at or above it; parts under split_part_ratio_min of the limit are left out
with lines as (
    select line_id, supplier_id, supplier_name, category_code, category_name, invoice_key, organisational_unit_id, month_index,
        coalesce(invoice_on, booked_on) as document_on, spend_net
    from matched.spend
    where is_addressable and outcome <> 'compliant' and outcome <> 'deviating'
),
run as (
    select currency
    from rule.run
),
days as (
    select day_on, day_index
    from rule.day
),
parameters as (
    select
        max(case when parameter_code = 'split_window_days' then parameter_value end) as window_days,
        max(case when parameter_code = 'split_part_ratio_min' then parameter_value end) as part_ratio_min,
        max(case when parameter_code = 'duplicate_recurring_min' then parameter_value end) as recurring_min
    from rule.parameter
),
limits as (
    select t.threshold_code as threshold_code, t.first_month_index as first_month_index, t.last_month_index as last_month_index, t.limit_value as limit_value,
        t.limit_operator as limit_operator, cast(t.limit_value as double) * p.part_ratio_min as part_value
    from rule.threshold t
    join run r on r.currency = t.limit_unit
    cross join parameters p
),
smallest as (
    select min(part_value) as part_value
    from limits
),
invoices as (
    select supplier_id, category_code, invoice_key, min(supplier_name) as supplier_name, min(category_name) as category_name, min(line_id) as line_id,
        min(organisational_unit_id) as organisational_unit_id, min(month_index) as month_index, min(document_on) as document_on, sum(spend_net) as spend_net
    from lines
    where document_on is not null
    group by supplier_id, category_code, invoice_key
),
large as (
    select i.supplier_id as supplier_id, i.category_code as category_code, i.invoice_key as invoice_key, i.supplier_name as supplier_name,
        i.category_name as category_name, i.line_id as line_id, i.organisational_unit_id as organisational_unit_id, i.month_index as month_index,
        d.day_on as document_on, d.day_index as day_index, i.spend_net as spend_net
    from invoices i
    join days d on d.day_on = i.document_on
    cross join smallest s
    where case when cast(i.spend_net as double) >= s.part_value then true else false end
),
credits as (
    select i.supplier_id as supplier_id, i.category_code as category_code, -i.spend_net as credited_net
    from invoices i
    cross join smallest s
    where case when -cast(i.spend_net as double) >= s.part_value then true else false end
),
credited as (
    select supplier_id, category_code, credited_net, count(*) as credit_count
    from credits
    group by supplier_id, category_code, credited_net
),
numbered as (
    select supplier_id, category_code, supplier_name, category_name, line_id, organisational_unit_id, month_index, document_on, day_index, spend_net,
        row_number() over (partition by supplier_id, category_code, spend_net order by day_index, invoice_key) as amount_rank
    from large
),
-- Reversals first: as many invoices of an amount fall away as there are credits of it.
standing as (
    select n.supplier_id as supplier_id, n.category_code as category_code, n.supplier_name as supplier_name, n.category_name as category_name,
        n.line_id as line_id, n.organisational_unit_id as organisational_unit_id, n.month_index as month_index, n.document_on as document_on,
        n.day_index as day_index, n.spend_net as spend_net
    from numbered n
    left join credited c on c.supplier_id = n.supplier_id and c.category_code = n.category_code and c.credited_net = n.spend_net
    where case when c.credit_count is null then true when n.amount_rank > c.credit_count then true else false end
),
parts as (
    select l.threshold_code as threshold_code, l.limit_value as limit_value, l.limit_operator as limit_operator, i.supplier_id as supplier_id,
        i.category_code as category_code, i.supplier_name as supplier_name, i.category_name as category_name, i.line_id as line_id,
        i.organisational_unit_id as organisational_unit_id, i.document_on as document_on, i.day_index as day_index, i.spend_net as spend_net,
        cast(floor(cast(i.day_index as double) / p.window_days) as bigint) as bucket
    from standing i
    cross join limits l
    cross join parameters p
    where case
        when i.month_index < l.first_month_index or i.month_index > l.last_month_index or cast(i.spend_net as double) < l.part_value then false
        when i.spend_net < l.limit_value then true
        when i.spend_net = l.limit_value and l.limit_operator = '<=' then true
        else false
    end
),
anchors as (
    select distinct threshold_code, limit_value, limit_operator, supplier_id, category_code, day_index, bucket
    from parts
),
-- A window begins in one bucket of its own length and ends in the same or the next: each part is offered to both.
offered as (
    select threshold_code, limit_value, supplier_id, category_code, supplier_name, category_name, line_id, organisational_unit_id, document_on, day_index, spend_net, bucket
    from parts
    union all
    select threshold_code, limit_value, supplier_id, category_code, supplier_name, category_name, line_id, organisational_unit_id, document_on, day_index, spend_net,
        bucket - 1 as bucket
    from parts
),
windows as (
    select a.threshold_code as threshold_code, a.limit_value as limit_value, a.limit_operator as limit_operator, a.supplier_id as supplier_id,
        a.category_code as category_code, a.day_index as day_index, min(o.supplier_name) as supplier_name, min(o.category_name) as category_name,
        min(o.document_on) as first_on, max(o.document_on) as last_on, count(*) as invoice_count, count(distinct o.organisational_unit_id) as unit_count,
        sum(o.spend_net) as window_net, min(o.spend_net) as smallest_net, max(o.spend_net) as largest_net,
        min(case when o.day_index = a.day_index then o.line_id end) as first_line_id
    from anchors a
    join offered o on o.threshold_code = a.threshold_code and o.limit_value = a.limit_value and o.supplier_id = a.supplier_id and o.category_code = a.category_code
        and o.bucket = a.bucket
    cross join parameters p
    where case when o.day_index >= a.day_index and cast(o.day_index - a.day_index as double) < p.window_days then true else false end
    group by a.threshold_code, a.limit_value, a.limit_operator, a.supplier_id, a.category_code, a.day_index
),
passing as (
    select threshold_code, limit_value, supplier_id, category_code, day_index, supplier_name, category_name, first_on, last_on, invoice_count, unit_count, window_net,
        smallest_net, largest_net, first_line_id, -window_net as negative_net
    from windows
    where invoice_count > 1 and (window_net > limit_value or (window_net = limit_value and limit_operator = '<'))
),
ranked as (
    select threshold_code, limit_value, supplier_id, category_code, supplier_name, category_name, first_on, last_on, invoice_count, unit_count, window_net,
        smallest_net, largest_net, first_line_id,
        row_number() over (partition by threshold_code, supplier_id, category_code order by negative_net, day_index, limit_value) as window_rank
    from passing
),
counts as (
    select threshold_code, supplier_id, category_code, count(*) as window_count
    from passing
    group by threshold_code, supplier_id, category_code
)
select
    r.threshold_code as threshold_code,
    r.supplier_id as supplier_id,
    r.supplier_name as supplier_name,
    r.category_code as category_code,
    r.category_name as category_name,
    r.first_on as first_on,
    r.last_on as last_on,
    r.invoice_count as invoice_count,
    r.unit_count as unit_count,
    r.window_net as window_net,
    r.smallest_net as smallest_net,
    r.largest_net as largest_net,
    r.limit_value as limit_value,
    cast(r.window_net as double) / cast(nullif(r.limit_value, 0) as double) as limit_ratio,
    c.window_count as window_count,
    r.first_line_id as first_line_id,
    case
        when r.smallest_net = r.largest_net and cast(r.invoice_count as double) >= p.recurring_min then 'instalments'
        when r.unit_count > 1 then 'several_units'
        else 'part_deliveries'
    end as false_positive_cause
from ranked r
join counts c on c.threshold_code = r.threshold_code and c.supplier_id = r.supplier_id and c.category_code = r.category_code
cross join parameters p
where r.window_rank = 1
order by threshold_code, supplier_id, category_code
