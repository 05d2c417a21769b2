-- title: Avtalstrohet per enhet och månad | Contract compliance by unit and month
-- what: The compliance sums of each unit in each month, with the sums of the twelve months that end there.
-- why: A single month swings; twelve months show whether a unit is on its way.
-- grain: one organisational unit × month with lines
-- key: organisational_unit_id, period
-- column: organisational_unit_id text! Buying unit; `all` = all units together.
-- column: organisational_unit_name text! Its name.
-- column: period text! Month, YYYY-MM.
-- column: month_index int! Month as a number.
-- column: addressable_spend_net money! The part of the month's spend that contracts could cover.
-- column: contract_supplier_spend_net money! Of it, at suppliers that hold any contract.
-- column: compliant_spend_net money! Of it, bought on contract by its terms.
-- column: deviating_spend_net money! Of it, on contract with price or ranking not followed.
-- column: off_contract_spend_net money! Of it, off contract.
-- column: undetermined_spend_net money! Of it, ambiguous or undetermined.
-- column: supplier_compliance_ratio float contract_supplier_spend_net / addressable_spend_net.
-- column: contract_compliance_ratio float compliant_spend_net / addressable_spend_net.
-- column: coverage_ratio float 1 − undetermined_spend_net / addressable_spend_net.
-- column: rolling_month_count int! Months with lines of this unit among the twelve that end here.
-- column: rolling_addressable_spend_net money! Addressable spend of the twelve months that end here.
-- column: rolling_compliant_spend_net money! Compliant spend of those months.
-- column: rolling_contract_compliance_ratio float rolling_compliant_spend_net / rolling_addressable_spend_net.
-- chart: line; x=period; y=contract_compliance_ratio,rolling_contract_compliance_ratio; series=organisational_unit_name
-- policy: 8, 34
-- source: supplier compliance (leverantörstrohet) and contract compliance (avtalstrohet) as told apart by Inköpsrådet, "Ekonomisk uppföljning i praktiken"; category coverage as avtaledekning of DFØ (anskaffelser.no)
with lines as (
    select organisational_unit_id, organisational_unit_name, period, month_index, is_addressable, outcome, ladder_level,
        coalesce(spend_net, 0) as spend_net
    from matched.spend
),
unit_months as (
    select organisational_unit_id, min(organisational_unit_name) as organisational_unit_name, period, min(month_index) as month_index,
        sum(case when is_addressable then spend_net else 0 end) as addressable_spend_net,
        sum(case when is_addressable and ladder_level >= 0 then spend_net else 0 end) as contract_supplier_spend_net,
        sum(case when outcome = 'compliant' then spend_net else 0 end) as compliant_spend_net,
        sum(case when outcome = 'deviating' then spend_net else 0 end) as deviating_spend_net,
        sum(case when outcome = 'off_contract' then spend_net else 0 end) as off_contract_spend_net,
        sum(case when outcome = 'ambiguous' or outcome = 'undetermined' then spend_net else 0 end) as undetermined_spend_net
    from lines
    group by organisational_unit_id, period
),
all_months as (
    select 'all' as organisational_unit_id, 'all' as organisational_unit_name, period, min(month_index) as month_index,
        sum(addressable_spend_net) as addressable_spend_net,
        sum(contract_supplier_spend_net) as contract_supplier_spend_net,
        sum(compliant_spend_net) as compliant_spend_net,
        sum(deviating_spend_net) as deviating_spend_net,
        sum(off_contract_spend_net) as off_contract_spend_net,
        sum(undetermined_spend_net) as undetermined_spend_net
    from unit_months
    group by period
),
months as (
    select * from unit_months
    union all
    select * from all_months
),
rolling as (
    select e.organisational_unit_id, e.period,
        count(*) as rolling_month_count,
        sum(m.addressable_spend_net) as rolling_addressable_spend_net,
        sum(m.compliant_spend_net) as rolling_compliant_spend_net
    from months e
    join months m on m.organisational_unit_id = e.organisational_unit_id
    where m.month_index <= e.month_index and m.month_index > e.month_index - 12
    group by e.organisational_unit_id, e.period
)
select
    m.organisational_unit_id as organisational_unit_id,
    m.organisational_unit_name as organisational_unit_name,
    m.period as period,
    m.month_index as month_index,
    m.addressable_spend_net as addressable_spend_net,
    m.contract_supplier_spend_net as contract_supplier_spend_net,
    m.compliant_spend_net as compliant_spend_net,
    m.deviating_spend_net as deviating_spend_net,
    m.off_contract_spend_net as off_contract_spend_net,
    m.undetermined_spend_net as undetermined_spend_net,
    cast(m.contract_supplier_spend_net as double) / cast(nullif(m.addressable_spend_net, 0) as double) as supplier_compliance_ratio,
    cast(m.compliant_spend_net as double) / cast(nullif(m.addressable_spend_net, 0) as double) as contract_compliance_ratio,
    1 - cast(m.undetermined_spend_net as double) / cast(nullif(m.addressable_spend_net, 0) as double) as coverage_ratio,
    r.rolling_month_count as rolling_month_count,
    r.rolling_addressable_spend_net as rolling_addressable_spend_net,
    r.rolling_compliant_spend_net as rolling_compliant_spend_net,
    cast(r.rolling_compliant_spend_net as double) / cast(nullif(r.rolling_addressable_spend_net, 0) as double) as rolling_contract_compliance_ratio
from months m
join rolling r on r.organisational_unit_id = m.organisational_unit_id and r.period = m.period
order by organisational_unit_id, period
