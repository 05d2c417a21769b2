-- what: No decision contradicts itself: reason, outcome, contract and addressability agree on every line.
with lines as (
    select line_id, outcome, coalesce(reason, '') as reason, coalesce(contract_id, '') as contract_id, coalesce(passed_by_contract_id, '') as passed_by_contract_id,
        is_addressable, spend_net, ladder_level
    from matched.spend
),
faults as (
    select line_id, outcome, reason,
        case
            when is_addressable and outcome = 'not_addressable' then 'addressable, but its outcome is not'
            when not is_addressable and outcome <> 'not_addressable' then 'not addressable, but has an outcome'
            when is_addressable and spend_net is null then 'addressable without an amount'
            when outcome = 'deviating' and reason <> 'M7' and reason <> 'M8' then 'deviating without M7 or M8'
            when outcome = 'undetermined' and reason <> 'M9' then 'undetermined without M9'
            when outcome = 'off_contract' and (reason = '' or reason = 'M7' or reason = 'M8' or reason = 'M9') then 'off contract without M1 to M6'
            when (outcome = 'compliant' or outcome = 'ambiguous' or outcome = 'not_addressable') and reason <> '' then 'a reason where none belongs'
            when (outcome = 'compliant' or outcome = 'deviating') and contract_id = '' then 'covered by no contract'
            when (outcome = 'compliant' or outcome = 'deviating') and coalesce(ladder_level, -1) < 0 then 'covered, but not on the ladder'
            when reason = 'M2' and passed_by_contract_id = '' then 'M2 without the contract that was passed by'
        end as fault
    from lines
)
select line_id, outcome, reason, fault
from faults
where fault is not null
order by line_id
limit 100
