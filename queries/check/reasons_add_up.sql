-- what: Reasons add up to their outcomes, in all and over units, and maverick spend to M2.
with total as (
    select deviating_spend_net, off_contract_spend_net, undetermined_spend_net, maverick_spend_net
    from metric.compliance_total
    where period = 'all'
),
parts as (
    select 'off_contract_reason, deviating' as part, coalesce(sum(case when outcome = 'deviating' then spend_net else 0 end), 0) as spend_net,
        'deviating' as outcome
    from metric.off_contract_reason
    union all
    select 'off_contract_reason, off_contract' as part, coalesce(sum(case when outcome = 'off_contract' then spend_net else 0 end), 0) as spend_net,
        'off_contract' as outcome
    from metric.off_contract_reason
    union all
    select 'off_contract_reason, undetermined' as part, coalesce(sum(case when outcome = 'undetermined' then spend_net else 0 end), 0) as spend_net,
        'undetermined' as outcome
    from metric.off_contract_reason
    union all
    select 'deviation_unit, off_contract' as part, coalesce(sum(case when outcome = 'off_contract' then spend_net else 0 end), 0) as spend_net,
        'off_contract' as outcome
    from metric.deviation_unit
    union all
    select 'maverick_spend' as part, coalesce(sum(spend_net), 0) as spend_net, 'maverick' as outcome
    from metric.maverick_spend
),
compared as (
    select p.part as part, p.spend_net as spend_net,
        case p.outcome
            when 'deviating' then t.deviating_spend_net
            when 'off_contract' then t.off_contract_spend_net
            when 'undetermined' then t.undetermined_spend_net
            else t.maverick_spend_net
        end as expected_net
    from parts p
    cross join total t
)
select part, spend_net, expected_net
from compared
where spend_net <> expected_net
order by part
