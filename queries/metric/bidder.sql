-- title: Anbudsgivare | Bidders
-- what: Every firm that bid or won: in how many tenders, how many it won, how often it was alone, and when it was first and last seen.
-- why: Shows who comes, who stays away and who never wins.
-- grain: one bidder
-- key: bidder_key
-- column: bidder_key text! Its identifier in the notices, lower case; its name where there is none.
-- column: bidder_name text! Its name.
-- column: tender_count int! Tenders that it bid in or won, by lot where notices tell bids by lot.
-- column: win_count int! Of them, won.
-- column: single_bid_count int! Of them, with no other bidder.
-- column: other_bidder_count int! Other firms that it met in tenders.
-- column: award_net money Value of its awards in the workspace's currency; awards to several suppliers count whole with each. Empty without any.
-- column: first_period text First month, YYYY-MM.
-- column: last_period text Last month.
-- column: is_new bool Whether it was first seen in the twelve months that end with the as-of month; empty when less than 24 months of tenders are on file.
-- column: win_ratio float win_count / tender_count.
-- chart: bar; x=bidder_name; y=tender_count,win_count
-- policy: 11, 12
-- source: own definition
with tenders as (
    select process_id, lot_id, month_index, period, is_single_bid
    from metric.tender_competition
),
run as (
    select as_of_month_index, currency
    from rule.run
),
history as (
    select min(month_index) as first_month_index
    from tenders
),
history_rule as (
    select max(case when parameter_code = 'new_supplier_history_months' then parameter_value end) as history_months
    from rule.parameter
),
awards as (
    select process_id, coalesce(lot_id, '') as lot_id, lower(coalesce(supplier_id, supplier_name)) as bidder_key, supplier_name as bidder_name, award_id, award_net, currency
    from lake.award
),
bids as (
    select process_id, coalesce(lot_id, '') as lot_id, lower(coalesce(tenderer_id, tenderer_name)) as bidder_key, coalesce(tenderer_name, tenderer_id) as bidder_name
    from lake.bid
    where coalesce(tenderer_id, tenderer_name) is not null and coalesce(bid_status, '') <> 'invited' and coalesce(bid_status, '') <> 'withdrawn'
),
placed as (
    select t.process_id as process_id, t.lot_id as lot_id, b.bidder_key as bidder_key, b.bidder_name as bidder_name, 0 as won
    from tenders t
    join bids b on b.process_id = t.process_id
    where t.lot_id = b.lot_id or t.lot_id = ''
    union all
    select t.process_id as process_id, t.lot_id as lot_id, a.bidder_key as bidder_key, a.bidder_name as bidder_name, 1 as won
    from tenders t
    join awards a on a.process_id = t.process_id
    where t.lot_id = a.lot_id or t.lot_id = ''
),
presence as (
    select process_id, lot_id, bidder_key, min(bidder_name) as bidder_name, max(won) as won
    from placed
    group by process_id, lot_id, bidder_key
),
dated as (
    select p.process_id as process_id, p.lot_id as lot_id, p.bidder_key as bidder_key, p.bidder_name as bidder_name, p.won as won, t.month_index as month_index,
        t.period as period, case when t.is_single_bid then 1 else 0 end as single_bid
    from presence p
    join tenders t on t.process_id = p.process_id and t.lot_id = p.lot_id
),
sums as (
    select bidder_key, min(bidder_name) as bidder_name, count(*) as tender_count, sum(won) as win_count, sum(single_bid) as single_bid_count,
        min(period) as first_period, max(period) as last_period, min(month_index) as first_month_index
    from dated
    group by bidder_key
),
others as (
    select a.bidder_key as bidder_key, count(distinct b.bidder_key) as other_bidder_count
    from presence a
    join presence b on b.process_id = a.process_id and b.lot_id = a.lot_id
    where a.bidder_key <> b.bidder_key
    group by a.bidder_key
),
award_values as (
    select a.bidder_key as bidder_key, a.process_id as process_id, a.award_id as award_id, max(a.award_net) as award_net
    from awards a
    join run r on r.currency = a.currency
    group by a.bidder_key, a.process_id, a.award_id
),
award_sums as (
    select bidder_key, sum(award_net) as award_net
    from award_values
    group by bidder_key
)
select
    s.bidder_key as bidder_key,
    s.bidder_name as bidder_name,
    s.tender_count as tender_count,
    s.win_count as win_count,
    s.single_bid_count as single_bid_count,
    coalesce(o.other_bidder_count, 0) as other_bidder_count,
    w.award_net as award_net,
    s.first_period as first_period,
    s.last_period as last_period,
    case when r.as_of_month_index - h.first_month_index + 1 >= m.history_months then s.first_month_index > r.as_of_month_index - 12 end as is_new,
    cast(s.win_count as double) / cast(s.tender_count as double) as win_ratio
from sums s
cross join run r
cross join history h
cross join history_rule m
left join others o on o.bidder_key = s.bidder_key
left join award_sums w on w.bidder_key = s.bidder_key
order by bidder_key
