-- title: Hantering av fakturor per enhet och väg in | Handling of invoices by unit and channel
-- what: Invoices of each unit by the way they came, and what handling them cost by the assumptions on file.
-- why: An invoice on paper costs a multiple of an electronic one; the units and channels where that adds up are the ones to move.
-- grain: one organisational unit × channel
-- key: organisational_unit_id, channel
-- column: organisational_unit_id text! Buying unit; an invoice shared by units counts in the one that has most of it.
-- column: organisational_unit_name text! Its name.
-- column: channel text! e_invoice, pdf, paper, card or another word of the ledger; `unknown` when it does not say.
-- column: is_cost_known bool! Whether the channel has a cost of its own on file; else that of unknown channels is used.
-- column: invoice_count int! Invoices with addressable lines.
-- column: small_invoice_count int! Of them, below the parameter small_invoice_amount.
-- column: spend_net money! What they come to.
-- column: unit_cost_net money Cost of handling one; empty when none is on file in the workspace's currency.
-- column: process_cost_net money Invoices × that cost.
-- column: process_cost_ratio float process_cost_net / spend_net.
-- column: small_invoice_ratio float small_invoice_count / invoice_count.
-- column: channel_ratio float Share of the unit's invoices that came this way.
-- chart: stacked; x=organisational_unit_name; y=process_cost_net; series=channel
-- policy: 4, 10
-- source: own definition; costs are the parameters process_cost_* with the source that stands there
with lines as (
    select supplier_id, invoice_key, organisational_unit_id, organisational_unit_name, coalesce(channel, 'unknown') as channel, spend_net
    from matched.spend
    where is_addressable
),
invoice_parts as (
    select supplier_id, invoice_key, organisational_unit_id, min(organisational_unit_name) as organisational_unit_name, min(channel) as channel,
        sum(spend_net) as spend_net, -sum(spend_net) as negative_net
    from lines
    group by supplier_id, invoice_key, organisational_unit_id
),
invoice_sums as (
    select supplier_id, invoice_key, count(*) as part_count, min(organisational_unit_id) as organisational_unit_id,
        min(organisational_unit_name) as organisational_unit_name, min(channel) as channel, sum(spend_net) as spend_net
    from invoice_parts
    group by supplier_id, invoice_key
),
shared as (
    select supplier_id, invoice_key, channel, spend_net
    from invoice_sums
    where part_count > 1
),
numbered as (
    select s.channel as channel, s.spend_net as spend_net, p.organisational_unit_id as organisational_unit_id,
        p.organisational_unit_name as organisational_unit_name,
        row_number() over (partition by p.supplier_id, p.invoice_key order by p.negative_net, p.organisational_unit_id) as part_number
    from invoice_parts p
    join shared s on s.supplier_id = p.supplier_id and s.invoice_key = p.invoice_key
),
placed as (
    select organisational_unit_id, organisational_unit_name, channel, spend_net
    from invoice_sums
    where part_count = 1
    union all
    select organisational_unit_id, organisational_unit_name, channel, spend_net
    from numbered
    where part_number = 1
),
small as (
    select max(case when parameter_code = 'small_invoice_amount' then parameter_value end) as small_invoice_amount
    from rule.parameter
),
invoices as (
    select i.organisational_unit_id as organisational_unit_id, i.organisational_unit_name as organisational_unit_name, i.channel as channel,
        i.spend_net as spend_net, case when cast(i.spend_net as double) < p.small_invoice_amount then 1 else 0 end as small_count
    from placed i
    cross join small p
),
costs as (
    select p.parameter_code as parameter_code, p.parameter_money as cost_net
    from rule.parameter p
    join rule.run r on r.currency = p.parameter_unit
    where p.parameter_money is not null
),
unknown_cost as (
    select max(case when parameter_code = 'process_cost_unknown' then cost_net end) as cost_net
    from costs
),
priced as (
    select i.organisational_unit_id as organisational_unit_id, i.organisational_unit_name as organisational_unit_name, i.channel as channel,
        i.spend_net as spend_net, i.small_count as small_count, k.cost_net is not null and i.channel <> 'unknown' as is_cost_known,
        coalesce(k.cost_net, u.cost_net) as cost_net
    from invoices i
    cross join unknown_cost u
    left join costs k on k.parameter_code = 'process_cost_' || i.channel
),
sums as (
    select organisational_unit_id, channel, min(organisational_unit_name) as organisational_unit_name, count(*) as invoice_count, sum(small_count) as small_invoice_count,
        sum(spend_net) as spend_net, max(cost_net) as unit_cost_net, sum(cost_net) as process_cost_net,
        max(case when is_cost_known then 1 else 0 end) as known_flag
    from priced
    group by organisational_unit_id, channel
),
units as (
    select organisational_unit_id, sum(invoice_count) as invoice_count
    from sums
    group by organisational_unit_id
)
select
    s.organisational_unit_id as organisational_unit_id,
    s.organisational_unit_name as organisational_unit_name,
    s.channel as channel,
    s.known_flag = 1 as is_cost_known,
    s.invoice_count as invoice_count,
    s.small_invoice_count as small_invoice_count,
    s.spend_net as spend_net,
    s.unit_cost_net as unit_cost_net,
    case when s.unit_cost_net is not null then s.process_cost_net end as process_cost_net,
    cast(case when s.unit_cost_net is not null then s.process_cost_net end as double) / cast(nullif(s.spend_net, 0) as double) as process_cost_ratio,
    cast(s.small_invoice_count as double) / cast(s.invoice_count as double) as small_invoice_ratio,
    cast(s.invoice_count as double) / cast(u.invoice_count as double) as channel_ratio
from sums s
join units u on u.organisational_unit_id = s.organisational_unit_id
order by organisational_unit_id, channel
