-- title: Inköpskub: enhet, kategori, leverantör och månad | Spend cube: unit, category, supplier and month
-- what: Spend by unit, category, supplier and month, with how much of it contracts cover.
-- why: Every question that the report does not ask can be asked here: the cells add up to the lake.
-- grain: one organisational unit × category × supplier × month
-- key: period, organisational_unit_id, category_code, supplier_id
-- column: period text! Month, YYYY-MM.
-- column: month_index int! Month as a number: year × 12 + month − 1.
-- column: organisational_unit_id text! Buying unit.
-- column: organisational_unit_name text! Its name.
-- column: category_group_code text! Topmost category.
-- column: category_group_name text! Its name.
-- column: category_code text! Category.
-- column: category_name text! Its name.
-- column: supplier_id text! Supplier.
-- column: supplier_name text! Its name.
-- column: line_count int! Invoice lines.
-- column: spend_net money! Spend excluding VAT in the workspace's currency; lines without an exchange rate count as zero.
-- column: addressable_spend_net money! The part that contracts could cover.
-- column: contract_supplier_spend_net money! Of the addressable: at suppliers that hold any contract (ladder step 0 and above).
-- column: compliant_spend_net money! Of the addressable: bought on contract by its terms.
-- column: deviating_spend_net money! Of the addressable: covered by a contract whose price or ranking was not followed (M7, M8).
-- column: off_contract_spend_net money! Of the addressable: no contract covers the line (M1 to M6).
-- column: undetermined_spend_net money! Of the addressable: ambiguous or undetermined.
-- chart: table
-- policy: 5, 16
-- source: own definition; measures as in compliance_total
with lines as (
    select period, month_index, organisational_unit_id, organisational_unit_name, category_group_code, category_group_name,
        category_code, category_name, supplier_id, supplier_name, is_addressable, outcome, ladder_level,
        coalesce(spend_net, 0) as spend_net
    from matched.spend
)
select
    period,
    min(month_index) as month_index,
    organisational_unit_id,
    min(organisational_unit_name) as organisational_unit_name,
    min(category_group_code) as category_group_code,
    min(category_group_name) as category_group_name,
    category_code,
    min(category_name) as category_name,
    supplier_id,
    min(supplier_name) as supplier_name,
    count(*) as line_count,
    sum(spend_net) as spend_net,
    sum(case when is_addressable then spend_net else 0 end) as addressable_spend_net,
    sum(case when is_addressable and ladder_level >= 0 then spend_net else 0 end) as contract_supplier_spend_net,
    sum(case when outcome = 'compliant' then spend_net else 0 end) as compliant_spend_net,
    sum(case when outcome = 'deviating' then spend_net else 0 end) as deviating_spend_net,
    sum(case when outcome = 'off_contract' then spend_net else 0 end) as off_contract_spend_net,
    sum(case when outcome = 'ambiguous' or outcome = 'undetermined' then spend_net else 0 end) as undetermined_spend_net
from lines
group by period, organisational_unit_id, category_code, supplier_id
order by period, organisational_unit_id, category_code, supplier_id
