-- title: Nya leverantörer | New suppliers
-- what: Suppliers whose first invoice lies in the last twelve months, with what they sold since; not judged while the history is too short (parameter new_supplier_history_months).
-- why: New bidders are a sign of working competition; a new supplier that grows fast also deserves a look.
-- grain: one supplier first seen in the last twelve months
-- key: supplier_id
-- column: supplier_id text! Supplier.
-- column: supplier_name text! Its name.
-- column: first_period text! Month of its first line.
-- column: spend_net money! Addressable spend since.
-- column: invoice_count int! Invoices since.
-- column: unit_count int! Units that bought.
-- column: category_count int! Categories bought.
-- column: contract_spend_net money! Of it, compliant: bought on contract by its terms.
-- column: registered_on date Date of registration, from the register.
-- column: newly_started_status text! member, not_member or unknown: class newly_started.
-- column: history_month_count int! Months between the first loaded month and the as-of month, both included.
-- column: is_judged bool! Whether the history is long enough to call the supplier new.
-- chart: bar; x=first_period; y=spend_net
-- policy: 12, 14, 19
-- source: own definition: new entrant = first invoice to the buyer within twelve months
with lines as (
    select supplier_id, supplier_name, month_index, invoice_key, organisational_unit_id, category_code, outcome, spend_net
    from matched.spend
    where is_addressable
),
run as (
    select as_of_month_index, first_period
    from rule.run
),
calendar as (
    select month_index, period
    from rule.calendar
),
history as (
    select r.as_of_month_index as as_of_month_index, r.as_of_month_index - c.month_index + 1 as history_month_count
    from run r
    join calendar c on c.period = r.first_period
),
required as (
    select parameter_value
    from rule.parameter
    where parameter_code = 'new_supplier_history_months'
),
suppliers as (
    select supplier_id, registered_on
    from resolved.supplier
),
newly_started as (
    select supplier_id, class_status
    from resolved.supplier_class
    where class_code = 'newly_started'
),
sums as (
    select supplier_id, min(supplier_name) as supplier_name, min(month_index) as first_month_index, sum(spend_net) as spend_net,
        count(distinct invoice_key) as invoice_count, count(distinct organisational_unit_id) as unit_count, count(distinct category_code) as category_count,
        sum(case when outcome = 'compliant' then spend_net else 0 end) as contract_spend_net
    from lines
    group by supplier_id
)
select
    s.supplier_id as supplier_id,
    s.supplier_name as supplier_name,
    c.period as first_period,
    s.spend_net as spend_net,
    s.invoice_count as invoice_count,
    s.unit_count as unit_count,
    s.category_count as category_count,
    s.contract_spend_net as contract_spend_net,
    r.registered_on as registered_on,
    coalesce(n.class_status, 'unknown') as newly_started_status,
    h.history_month_count as history_month_count,
    cast(h.history_month_count as double) >= q.parameter_value as is_judged
from sums s
join calendar c on c.month_index = s.first_month_index
cross join history h
cross join required q
left join suppliers r on r.supplier_id = s.supplier_id
left join newly_started n on n.supplier_id = s.supplier_id
where case when s.first_month_index > h.as_of_month_index - 12 and s.first_month_index <= h.as_of_month_index then true else false end
order by supplier_id
