-- title: Uppförandekod och hållbarhetsvillkor per riskkategori | Code of conduct and sustainability clauses by risk category
-- what: Addressable spend of the last twelve months in each category by whether the contract that covered it holds the code of conduct and sustainability clauses, with the category’s risk level.
-- why: The code counts where the risk is, and by what is bought, not by how many contracts hold it.
-- grain: one category
-- key: category_code
-- column: category_code text! Category.
-- column: category_name text! Its name.
-- column: risk_level text! low, medium, high or not_judged, by lake.category_attribute.
-- column: spend_net money! Addressable spend of the last twelve months.
-- column: contract_spend_net money! Of it, covered by a contract (compliant or deviating).
-- column: code_spend_net money! Of contract_spend_net, under contracts with the code of conduct.
-- column: no_code_spend_net money! Under contracts stated to be without it.
-- column: code_unknown_spend_net money! Under contracts that do not say.
-- column: clause_spend_net money! Of contract_spend_net, under contracts with sustainability clauses.
-- column: no_clause_spend_net money! Under contracts stated to be without them.
-- column: clause_unknown_spend_net money! Under contracts that do not say.
-- column: code_ratio float code_spend_net / spend_net.
-- column: clause_ratio float clause_spend_net / spend_net.
-- column: coverage_ratio float (code_spend_net + no_code_spend_net) / spend_net: what could be told; spend without a contract cannot hold a code.
-- chart: bar; x=category_name; y=code_ratio,clause_ratio
-- policy: 30, 31
-- source: hållbarupphandling.se: advanced clauses in prioritised risk categories, basic ones otherwise
with lines as (
    select category_code, category_name, coalesce(contract_id, '') as contract_id, outcome, month_index, spend_net
    from matched.spend
    where is_addressable
),
run as (
    select as_of_month_index
    from rule.run
),
contracts as (
    select contract_id, has_code_of_conduct, has_sustainability_clause
    from matched.contract_term
),
sums as (
    select l.category_code as category_code, l.contract_id as contract_id, min(l.category_name) as category_name, sum(l.spend_net) as spend_net,
        sum(case when l.outcome = 'compliant' or l.outcome = 'deviating' then l.spend_net else 0 end) as contract_spend_net
    from lines l
    cross join run r
    where case when l.month_index > r.as_of_month_index - 12 and l.month_index <= r.as_of_month_index then true else false end
    group by l.category_code, l.contract_id
),
categories as (
    select s.category_code as category_code, min(s.category_name) as category_name, sum(s.spend_net) as spend_net, sum(s.contract_spend_net) as contract_spend_net,
        sum(case when c.has_code_of_conduct then s.contract_spend_net else 0 end) as code_spend_net,
        sum(case when c.has_code_of_conduct = false then s.contract_spend_net else 0 end) as no_code_spend_net,
        sum(case when c.has_sustainability_clause then s.contract_spend_net else 0 end) as clause_spend_net,
        sum(case when c.has_sustainability_clause = false then s.contract_spend_net else 0 end) as no_clause_spend_net
    from sums s
    left join contracts c on c.contract_id = s.contract_id
    group by s.category_code
),
attribute_fits as (
    select c.category_code as category_code, a.risk_level as risk_level, -length(a.category_code) as negative_length
    from categories c
    cross join lake.category_attribute a
    where case when substr(c.category_code, 1, length(a.category_code)) = a.category_code then a.risk_level is not null else false end
),
attribute_ranks as (
    select category_code, risk_level, row_number() over (partition by category_code order by negative_length) as fit_rank
    from attribute_fits
),
attributes as (
    select category_code, risk_level
    from attribute_ranks
    where fit_rank = 1
)
select
    c.category_code as category_code,
    c.category_name as category_name,
    coalesce(a.risk_level, 'not_judged') as risk_level,
    c.spend_net as spend_net,
    c.contract_spend_net as contract_spend_net,
    c.code_spend_net as code_spend_net,
    c.no_code_spend_net as no_code_spend_net,
    c.contract_spend_net - c.code_spend_net - c.no_code_spend_net as code_unknown_spend_net,
    c.clause_spend_net as clause_spend_net,
    c.no_clause_spend_net as no_clause_spend_net,
    c.contract_spend_net - c.clause_spend_net - c.no_clause_spend_net as clause_unknown_spend_net,
    cast(c.code_spend_net as double) / cast(nullif(c.spend_net, 0) as double) as code_ratio,
    cast(c.clause_spend_net as double) / cast(nullif(c.spend_net, 0) as double) as clause_ratio,
    cast(c.code_spend_net + c.no_code_spend_net as double) / cast(nullif(c.spend_net, 0) as double) as coverage_ratio
from categories c
left join attributes a on a.category_code = c.category_code
order by category_code
