-- title: Bryggan till påverkbara inköp | The bridge to addressable spend
-- what: From all that is in the lake to addressable spend: each reason to leave lines out, with its amount.
-- why: A ratio can be lifted by leaving things out; here stands what was left out and why.
-- grain: one reason × currency
-- key: exclusion, currency
-- column: exclusion text! addressable, or why not: salary, tax, transfer, grant, internal, public_body, financial, no_exchange_rate.
-- column: step_order int! 1 for addressable, 2 for what is left out.
-- column: currency text! Currency of the lines.
-- column: line_count int! Invoice lines.
-- column: supplier_count int! Suppliers.
-- column: net_amount money! Sum in that currency.
-- column: spend_net money! Sum in the workspace's currency; zero without an exchange rate.
-- column: total_spend_net money! Denominator: all spend.
-- column: spend_ratio float spend_net / total_spend_net.
-- chart: bar; x=exclusion; y=spend_net
-- policy: 16, 18
-- source: own definition; reasons come from the buyer's rules and the account chart
with lines as (
    select case when is_addressable then 'addressable' else coalesce(exclusion, 'unknown') end as exclusion, currency, supplier_id, net_amount,
        coalesce(spend_net, 0) as spend_net
    from matched.spend
),
sums as (
    select exclusion, currency, count(*) as line_count, count(distinct supplier_id) as supplier_count, sum(net_amount) as net_amount, sum(spend_net) as spend_net
    from lines
    group by exclusion, currency
),
total as (
    select sum(spend_net) as total_spend_net
    from sums
)
select
    s.exclusion as exclusion,
    case when s.exclusion = 'addressable' then 1 else 2 end as step_order,
    s.currency as currency,
    s.line_count as line_count,
    s.supplier_count as supplier_count,
    s.net_amount as net_amount,
    s.spend_net as spend_net,
    t.total_spend_net as total_spend_net,
    cast(s.spend_net as double) / cast(nullif(t.total_spend_net, 0) as double) as spend_ratio
from sums s
cross join total t
order by step_order, exclusion, currency
