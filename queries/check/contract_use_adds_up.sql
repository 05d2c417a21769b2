-- what: What contracts were used for adds up to the covered lines of contracts in the catalogue, and what was burned on ceilings to the same.
with covered as (
    select coalesce(sum(l.spend_net), 0) as spend_net
    from matched.spend l
    join matched.contract_term t on t.contract_id = l.contract_id
    where l.outcome = 'compliant' or l.outcome = 'deviating' or l.reason = 'M6'
),
parts as (
    select 'contract_use' as part, coalesce(sum(spend_net), 0) as spend_net
    from metric.contract_use
    union all
    select 'ceiling_utilisation' as part, coalesce(sum(burned_net), 0) as spend_net
    from metric.ceiling_utilisation
)
select p.part as part, p.spend_net as spend_net, c.spend_net as expected_net
from parts p
cross join covered c
where p.spend_net <> c.spend_net
order by part
