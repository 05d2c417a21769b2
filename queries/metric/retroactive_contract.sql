-- title: Avtal som undertecknats i efterhand | Contracts signed after the first purchase
-- what: Contracts whose first covered purchase lies before the day of signature, and what was bought before it.
-- why: A contract made to fit purchases already done covers them on paper; how the purchases came about is to be asked apart.
-- grain: one contract signed after its first covered purchase
-- key: contract_id
-- column: contract_id text! Contract.
-- column: contract_title text! Title.
-- column: supplier_names text! Its suppliers.
-- column: starts_on date First day of the term.
-- column: signed_on date! Day of signature.
-- column: first_used_on date! Day of the first covered purchase.
-- column: line_count int! Covered lines before the signature.
-- column: unit_count int! Units that bought before it.
-- column: spend_net money! Bought on the contract before it was signed; counted as on contract in every other figure.
-- column: all_spend_net money! All that was bought on the contract.
-- column: spend_ratio float spend_net / all_spend_net.
-- chart: bar; x=contract_title; y=spend_net
-- policy: 32, 33
-- source: own definition; a contract without a day of signature on file is not judged
with terms as (
    select contract_id, contract_title, supplier_names, starts_on, signed_on
    from matched.contract_term
    where signed_on is not null
),
lines as (
    select contract_id, organisational_unit_id, covered_on, coalesce(spend_net, 0) as spend_net
    from matched.spend
    where outcome = 'compliant' or outcome = 'deviating' or reason = 'M6'
),
covered as (
    select t.contract_id as contract_id, t.contract_title as contract_title, t.supplier_names as supplier_names, t.starts_on as starts_on,
        t.signed_on as signed_on, l.covered_on as covered_on, l.spend_net as spend_net,
        case when l.covered_on < t.signed_on then l.organisational_unit_id end as unit_before,
        case when l.covered_on < t.signed_on then 1 else 0 end as is_before
    from lines l
    join terms t on t.contract_id = l.contract_id
),
sums as (
    select contract_id, min(contract_title) as contract_title, min(supplier_names) as supplier_names, min(starts_on) as starts_on,
        min(signed_on) as signed_on, min(covered_on) as first_used_on, sum(is_before) as line_count,
        count(distinct unit_before) as unit_count,
        sum(case when is_before = 1 then spend_net else 0 end) as spend_net, sum(spend_net) as all_spend_net
    from covered
    group by contract_id
)
select
    contract_id,
    contract_title,
    supplier_names,
    starts_on,
    signed_on,
    first_used_on,
    cast(line_count as bigint) as line_count,
    unit_count,
    spend_net,
    all_spend_net,
    cast(spend_net as double) / cast(nullif(all_spend_net, 0) as double) as spend_ratio
from sums
where line_count > 0
order by contract_id
