-- title: Avtalstrohet per kategori | Contract compliance by category
-- what: The compliance figures of each category over all loaded months.
-- why: Shows in which categories contracts exist and are not used, and in which none exists.
-- grain: one category
-- key: category_code
-- column: category_group_code text! Topmost category.
-- column: category_group_name text! Its name.
-- column: category_code text! Category; `unclassified` when none could be given.
-- column: category_name text! Its name.
-- column: line_count int! Invoice lines, addressable or not.
-- column: invoice_count int! Invoices with at least one addressable line.
-- column: supplier_count int! Suppliers with addressable lines.
-- column: spend_net money! All spend excluding VAT; lines without an exchange rate count as zero.
-- column: addressable_spend_net money! Denominator: the part that contracts could cover.
-- column: contract_supplier_spend_net money! Numerator of supplier compliance: addressable, at suppliers that hold any contract (ladder step 0).
-- column: ladder_1_spend_net money! Of it, within the term of the supplier's contract (ladder step 1).
-- column: ladder_2_spend_net money! Of it, within scope and entitled unit of the same contract (ladder step 2).
-- column: ladder_3_spend_net money! Of it, at an agreed price within tolerance (ladder step 3; needs price lists and item numbers).
-- column: category_covered_spend_net money! Addressable spend in categories that some live contract covered for that unit on that day: the catalogue's reach.
-- column: compliant_spend_net money! Numerator of contract compliance: bought on contract by its terms.
-- column: deviating_spend_net money! Covered by a contract whose price or ranking was not followed (M7, M8).
-- column: off_contract_spend_net money! No contract covers the line (M1 to M6).
-- column: maverick_spend_net money! Of off contract: a contract with another supplier covered it and was passed by (M2).
-- column: excepted_spend_net money! Of off contract and deviating: under an approved exception.
-- column: ambiguous_spend_net money! Several contracts fit and nothing tells them apart.
-- column: undetermined_spend_net money! Evidence is missing (M9).
-- column: supplier_compliance_ratio float contract_supplier_spend_net / addressable_spend_net; empty when nothing is addressable.
-- column: contract_compliance_ratio float compliant_spend_net / addressable_spend_net.
-- column: category_covered_ratio float category_covered_spend_net / addressable_spend_net.
-- column: maverick_ratio float maverick_spend_net / addressable_spend_net.
-- column: coverage_ratio float Share of addressable kronor that could be judged: 1 − (ambiguous + undetermined) / addressable.
-- chart: bar; x=category_name; y=compliant_spend_net,deviating_spend_net,off_contract_spend_net,ambiguous_spend_net,undetermined_spend_net
-- policy: 8, 16, 34
-- source: supplier compliance (leverantörstrohet) and contract compliance (avtalstrohet) as told apart by Inköpsrådet, "Ekonomisk uppföljning i praktiken"; category coverage as avtaledekning of DFØ (anskaffelser.no)
with lines as (
    select category_group_code, category_group_name, category_code, category_name, is_addressable, outcome, reason, ladder_level, is_category_covered, coalesce(spend_net, 0) as spend_net,
        coalesce(approved_exception_id, '') <> '' as is_excepted,
        case when is_addressable then invoice_key end as addressable_invoice_key,
        case when is_addressable then supplier_id end as addressable_supplier_id
    from matched.spend
),
sums as (
    select category_code, min(category_group_code) as category_group_code, min(category_group_name) as category_group_name, min(category_name) as category_name,
        count(*) as line_count,
        count(distinct addressable_invoice_key) as invoice_count,
        count(distinct addressable_supplier_id) as supplier_count,
        sum(spend_net) as spend_net,
        sum(case when is_addressable then spend_net else 0 end) as addressable_spend_net,
        sum(case when is_addressable and ladder_level >= 0 then spend_net else 0 end) as contract_supplier_spend_net,
        sum(case when is_addressable and ladder_level >= 1 then spend_net else 0 end) as ladder_1_spend_net,
        sum(case when is_addressable and ladder_level >= 2 then spend_net else 0 end) as ladder_2_spend_net,
        sum(case when is_addressable and ladder_level >= 3 then spend_net else 0 end) as ladder_3_spend_net,
        sum(case when is_addressable and is_category_covered then spend_net else 0 end) as category_covered_spend_net,
        sum(case when outcome = 'compliant' then spend_net else 0 end) as compliant_spend_net,
        sum(case when outcome = 'deviating' then spend_net else 0 end) as deviating_spend_net,
        sum(case when outcome = 'off_contract' then spend_net else 0 end) as off_contract_spend_net,
        sum(case when outcome = 'off_contract' and reason = 'M2' then spend_net else 0 end) as maverick_spend_net,
        sum(case when is_excepted then spend_net else 0 end) as excepted_spend_net,
        sum(case when outcome = 'ambiguous' then spend_net else 0 end) as ambiguous_spend_net,
        sum(case when outcome = 'undetermined' then spend_net else 0 end) as undetermined_spend_net
    from lines
    group by category_code
)
select
    category_group_code,
    category_group_name,
    category_code,
    category_name,
    line_count,
    invoice_count,
    supplier_count,
    spend_net,
    addressable_spend_net,
    contract_supplier_spend_net,
    ladder_1_spend_net,
    ladder_2_spend_net,
    ladder_3_spend_net,
    category_covered_spend_net,
    compliant_spend_net,
    deviating_spend_net,
    off_contract_spend_net,
    maverick_spend_net,
    excepted_spend_net,
    ambiguous_spend_net,
    undetermined_spend_net,
    cast(contract_supplier_spend_net as double) / cast(nullif(addressable_spend_net, 0) as double) as supplier_compliance_ratio,
    cast(compliant_spend_net as double) / cast(nullif(addressable_spend_net, 0) as double) as contract_compliance_ratio,
    cast(category_covered_spend_net as double) / cast(nullif(addressable_spend_net, 0) as double) as category_covered_ratio,
    cast(maverick_spend_net as double) / cast(nullif(addressable_spend_net, 0) as double) as maverick_ratio,
    1 - cast(ambiguous_spend_net + undetermined_spend_net as double) / cast(nullif(addressable_spend_net, 0) as double) as coverage_ratio
from sums
order by category_code
