-- title: Köp vid sidan av avtal (avtal fanns hos annan leverantör) | Maverick spend: a contract with another supplier was passed by
-- what: Purchases that a live contract with another supplier covered for that unit, category and day (M2), by supplier, category, unit and the contract that was passed by.
-- why: This is the part of off-contract spend that can move to a contract at once; each row names the contract to use.
-- grain: one supplier × category × unit × passed-by contract
-- key: supplier_id, category_code, organisational_unit_id, passed_by_contract_id
-- column: supplier_id text! The supplier that was used.
-- column: supplier_name text! Its name.
-- column: category_code text! Category.
-- column: category_name text! Its name.
-- column: organisational_unit_id text! Buying unit.
-- column: organisational_unit_name text! Its name.
-- column: passed_by_contract_id text! The contract that should have been used.
-- column: passed_by_contract_title text! Its title; empty text when it is not in the catalogue.
-- column: passed_by_supplier_names text! Its suppliers.
-- column: line_count int! Invoice lines.
-- column: invoice_count int! Invoices.
-- column: first_covered_on date First day of such a purchase.
-- column: last_covered_on date Last day of such a purchase.
-- column: spend_net money! Spend excluding VAT.
-- column: maverick_spend_net money! Denominator: all maverick spend.
-- column: spend_ratio float spend_net / maverick_spend_net.
-- chart: bar; x=passed_by_contract_title; y=spend_net
-- policy: 33, 34, 35
-- source: domain definition M2: a contract with another supplier covered the line (docs/glossary.md, maverick_spend)
with lines as (
    select supplier_id, supplier_name, category_code, category_name, organisational_unit_id, organisational_unit_name,
        coalesce(passed_by_contract_id, '') as passed_by_contract_id, invoice_key, covered_on, spend_net
    from matched.spend
    where outcome = 'off_contract' and reason = 'M2'
),
contracts as (
    select contract_id, contract_title, supplier_names
    from matched.contract_term
),
total as (
    select coalesce(sum(spend_net), 0) as maverick_spend_net
    from lines
),
sums as (
    select supplier_id, category_code, organisational_unit_id, passed_by_contract_id,
        min(supplier_name) as supplier_name, min(category_name) as category_name, min(organisational_unit_name) as organisational_unit_name,
        count(*) as line_count, count(distinct invoice_key) as invoice_count,
        min(covered_on) as first_covered_on, max(covered_on) as last_covered_on, sum(spend_net) as spend_net
    from lines
    group by supplier_id, category_code, organisational_unit_id, passed_by_contract_id
)
select
    s.supplier_id as supplier_id,
    s.supplier_name as supplier_name,
    s.category_code as category_code,
    s.category_name as category_name,
    s.organisational_unit_id as organisational_unit_id,
    s.organisational_unit_name as organisational_unit_name,
    s.passed_by_contract_id as passed_by_contract_id,
    coalesce(c.contract_title, '') as passed_by_contract_title,
    coalesce(c.supplier_names, '') as passed_by_supplier_names,
    s.line_count as line_count,
    s.invoice_count as invoice_count,
    s.first_covered_on as first_covered_on,
    s.last_covered_on as last_covered_on,
    s.spend_net as spend_net,
    t.maverick_spend_net as maverick_spend_net,
    cast(s.spend_net as double) / cast(nullif(t.maverick_spend_net, 0) as double) as spend_ratio
from sums s
cross join total t
left join contracts c on c.contract_id = s.passed_by_contract_id
order by supplier_id, category_code, organisational_unit_id, passed_by_contract_id
