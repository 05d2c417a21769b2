-- title: Avvikelser per enhet | Deviations by unit
-- what: Off-contract and deviating spend of each unit by reason.
-- why: Each unit is bound to report its deviations; here is what it has to explain.
-- grain: one organisational unit × reason
-- key: organisational_unit_id, reason
-- column: organisational_unit_id text! Unit.
-- column: organisational_unit_name text! Its name.
-- column: reason text! M1 to M9.
-- column: outcome text! deviating, off_contract or undetermined.
-- column: line_count int! Lines.
-- column: invoice_count int! Invoices.
-- column: supplier_count int! Suppliers.
-- column: spend_net money! Spend.
-- column: unit_addressable_spend_net money! Denominator: the unit's addressable spend.
-- column: spend_ratio float spend_net / unit_addressable_spend_net.
-- chart: stacked; x=organisational_unit_name; y=spend_net; series=reason
-- policy: 34, 35, 36
-- source: own definition
with lines as (
    select organisational_unit_id, organisational_unit_name, coalesce(reason, '') as reason, outcome, invoice_key, supplier_id, spend_net
    from matched.spend
    where is_addressable
),
units as (
    select organisational_unit_id, min(organisational_unit_name) as organisational_unit_name, sum(spend_net) as unit_addressable_spend_net
    from lines
    group by organisational_unit_id
),
sums as (
    select organisational_unit_id, reason, min(outcome) as outcome, count(*) as line_count, count(distinct invoice_key) as invoice_count,
        count(distinct supplier_id) as supplier_count, sum(spend_net) as spend_net
    from lines
    where reason <> ''
    group by organisational_unit_id, reason
)
select
    s.organisational_unit_id as organisational_unit_id,
    u.organisational_unit_name as organisational_unit_name,
    s.reason as reason,
    s.outcome as outcome,
    s.line_count as line_count,
    s.invoice_count as invoice_count,
    s.supplier_count as supplier_count,
    s.spend_net as spend_net,
    u.unit_addressable_spend_net as unit_addressable_spend_net,
    cast(s.spend_net as double) / cast(nullif(u.unit_addressable_spend_net, 0) as double) as spend_ratio
from sums s
join units u on u.organisational_unit_id = s.organisational_unit_id
order by organisational_unit_id, reason
