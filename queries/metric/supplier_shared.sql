-- title: Leverantörer som många enheter delar | Suppliers shared by many units
-- what: Suppliers that at least shared_unit_min units bought from in the last twelve months, with how much of it went by contract.
-- why: What many units buy from one supplier, each on its own, could be one contract.
-- grain: one supplier
-- key: supplier_id
-- column: supplier_id text! Supplier.
-- column: supplier_name text! Its name.
-- column: unit_count int! Units that bought in the last twelve months.
-- column: all_unit_count int! Units with addressable spend then.
-- column: category_count int! Categories bought.
-- column: invoice_count int! Invoices.
-- column: spend_net money! Addressable spend of the last twelve months.
-- column: contract_spend_net money! Of it, covered by a contract (compliant or deviating).
-- column: off_contract_net money! Of it, off contract (M1 to M6).
-- column: contract_ratio float contract_spend_net / spend_net.
-- column: top_unit_id text! The unit that bought most; the smaller id when two are equal.
-- column: top_unit_ratio float Its share of the spend with the supplier.
-- chart: scatter; x=unit_count; y=off_contract_net
-- policy: 5, 36
-- source: own definition
with lines as (
    select supplier_id, supplier_name, organisational_unit_id, category_code, invoice_key, outcome, month_index, spend_net
    from matched.spend
    where is_addressable
),
run as (
    select as_of_month_index
    from rule.run
),
parameters as (
    select parameter_value as unit_min
    from rule.parameter
    where parameter_code = 'shared_unit_min'
),
recent as (
    select l.supplier_id as supplier_id, l.supplier_name as supplier_name, l.organisational_unit_id as organisational_unit_id, l.category_code as category_code,
        l.invoice_key as invoice_key, l.outcome as outcome, l.spend_net as spend_net
    from lines l
    cross join run r
    where case when l.month_index > r.as_of_month_index - 12 and l.month_index <= r.as_of_month_index then true else false end
),
units as (
    select count(distinct organisational_unit_id) as all_unit_count
    from recent
),
pairs as (
    select supplier_id, organisational_unit_id, sum(spend_net) as spend_net, -sum(spend_net) as negative_net
    from recent
    group by supplier_id, organisational_unit_id
),
ranked as (
    select supplier_id, organisational_unit_id, spend_net, row_number() over (partition by supplier_id order by negative_net, organisational_unit_id) as unit_rank
    from pairs
),
top_units as (
    select supplier_id, organisational_unit_id, spend_net
    from ranked
    where unit_rank = 1
),
sums as (
    select supplier_id, min(supplier_name) as supplier_name, count(distinct organisational_unit_id) as unit_count, count(distinct category_code) as category_count,
        count(distinct invoice_key) as invoice_count, sum(spend_net) as spend_net,
        sum(case when outcome = 'compliant' or outcome = 'deviating' then spend_net else 0 end) as contract_spend_net,
        sum(case when outcome = 'off_contract' then spend_net else 0 end) as off_contract_net
    from recent
    group by supplier_id
)
select
    s.supplier_id as supplier_id,
    s.supplier_name as supplier_name,
    s.unit_count as unit_count,
    u.all_unit_count as all_unit_count,
    s.category_count as category_count,
    s.invoice_count as invoice_count,
    s.spend_net as spend_net,
    s.contract_spend_net as contract_spend_net,
    s.off_contract_net as off_contract_net,
    cast(s.contract_spend_net as double) / cast(nullif(s.spend_net, 0) as double) as contract_ratio,
    t.organisational_unit_id as top_unit_id,
    cast(t.spend_net as double) / cast(nullif(s.spend_net, 0) as double) as top_unit_ratio
from sums s
join top_units t on t.supplier_id = s.supplier_id
cross join units u
cross join parameters p
where case when cast(s.unit_count as double) >= p.unit_min then true else false end
order by supplier_id
