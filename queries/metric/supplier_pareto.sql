-- title: Leverantörer efter inköpsvolym | Suppliers by spend
-- what: Every supplier by addressable spend, largest first, with the running share and whether it belongs to the tail.
-- why: Few suppliers make most of the spend; the tail makes most of the invoices.
-- grain: one supplier
-- key: supplier_id
-- column: supplier_rank int! Rank by spend, from 1.
-- column: supplier_id text! Supplier.
-- column: supplier_name text! Its name.
-- column: spend_net money! Addressable spend.
-- column: cumulative_net money! Sum of this and all larger suppliers.
-- column: total_spend_net money! Denominator: the sum of all suppliers with positive spend.
-- column: spend_ratio float spend_net / total_spend_net; empty for a supplier whose sum is not positive.
-- column: cumulative_ratio float cumulative_net / total_spend_net; empty likewise.
-- column: is_tail bool! Whether it lies in the last part of spend (parameter tail_share).
-- column: invoice_count int! Invoices.
-- column: unit_count int! Units that buy from it.
-- column: category_count int! Categories bought.
-- column: contract_supplier_spend_net money! Of its spend, while it held any contract (ladder step 0).
-- column: compliant_spend_net money! Of its spend, compliant.
-- column: off_contract_spend_net money! Of its spend, off contract.
-- chart: pareto; x=supplier_rank; y=spend_net,cumulative_ratio
-- policy: 4, 5
-- source: Pareto by spend; tail = suppliers after the first 1 − tail_share of spend
with lines as (
    select supplier_id, supplier_name, invoice_key, organisational_unit_id, category_code, ladder_level, outcome, spend_net
    from matched.spend
    where is_addressable
),
sums as (
    select supplier_id, min(supplier_name) as supplier_name, sum(spend_net) as spend_net, -sum(spend_net) as negative_net,
        count(distinct invoice_key) as invoice_count, count(distinct organisational_unit_id) as unit_count, count(distinct category_code) as category_count,
        sum(case when ladder_level >= 0 then spend_net else 0 end) as contract_supplier_spend_net,
        sum(case when outcome = 'compliant' then spend_net else 0 end) as compliant_spend_net,
        sum(case when outcome = 'off_contract' then spend_net else 0 end) as off_contract_spend_net
    from lines
    group by supplier_id
),
ranked as (
    select supplier_id, supplier_name, spend_net, invoice_count, unit_count, category_count, contract_supplier_spend_net, compliant_spend_net, off_contract_spend_net,
        row_number() over (order by negative_net, supplier_id) as supplier_rank,
        sum(spend_net) over (order by negative_net, supplier_id rows between unbounded preceding and current row) as cumulative_net
    from sums
),
total as (
    select coalesce(sum(case when spend_net > 0 then spend_net else 0 end), 0) as total_spend_net
    from sums
),
tail as (
    select parameter_value
    from rule.parameter
    where parameter_code = 'tail_share'
)
select
    r.supplier_rank as supplier_rank,
    r.supplier_id as supplier_id,
    r.supplier_name as supplier_name,
    r.spend_net as spend_net,
    r.cumulative_net as cumulative_net,
    t.total_spend_net as total_spend_net,
    case when r.spend_net > 0 then cast(r.spend_net as double) / cast(nullif(t.total_spend_net, 0) as double) end as spend_ratio,
    case when r.spend_net > 0 then cast(r.cumulative_net as double) / cast(nullif(t.total_spend_net, 0) as double) end as cumulative_ratio,
    case
        when r.spend_net <= 0 then true
        else cast(r.cumulative_net - r.spend_net as double) >= (1 - p.parameter_value) * cast(t.total_spend_net as double)
    end as is_tail,
    r.invoice_count as invoice_count,
    r.unit_count as unit_count,
    r.category_count as category_count,
    r.contract_supplier_spend_net as contract_supplier_spend_net,
    r.compliant_spend_net as compliant_spend_net,
    r.off_contract_spend_net as off_contract_spend_net
from ranked r
cross join total t
cross join tail p
order by supplier_rank
