-- what: In each compliance row the outcomes add up to addressable spend.
with cells as (
    select 'compliance_total' as part, period as cell, addressable_spend_net, compliant_spend_net, deviating_spend_net, off_contract_spend_net,
        ambiguous_spend_net + undetermined_spend_net as unjudged_spend_net
    from metric.compliance_total
    union all
    select 'compliance_unit' as part, organisational_unit_id as cell, addressable_spend_net, compliant_spend_net, deviating_spend_net, off_contract_spend_net,
        ambiguous_spend_net + undetermined_spend_net as unjudged_spend_net
    from metric.compliance_unit
    union all
    select 'compliance_category' as part, category_code as cell, addressable_spend_net, compliant_spend_net, deviating_spend_net, off_contract_spend_net,
        ambiguous_spend_net + undetermined_spend_net as unjudged_spend_net
    from metric.compliance_category
    union all
    select 'compliance_month' as part, organisational_unit_id || ' ' || period as cell, addressable_spend_net, compliant_spend_net, deviating_spend_net,
        off_contract_spend_net, undetermined_spend_net as unjudged_spend_net
    from metric.compliance_month
)
select part, cell, addressable_spend_net, compliant_spend_net + deviating_spend_net + off_contract_spend_net + unjudged_spend_net as parts_net
from cells
where addressable_spend_net <> compliant_spend_net + deviating_spend_net + off_contract_spend_net + unjudged_spend_net
order by part, cell
