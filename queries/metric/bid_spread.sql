-- title: Spridning mellan anbud | Spread of bids
-- what: For each tender with at least three priced bids: how far apart they lie, and how the gap to the winner compares with the spread among the losers.
-- why: Cover bids sit close to each other and keep a distance to the winner; prices of one catalogue lie close too. A reason to read the bids, never a finding.
-- grain: one procurement × lot
-- key: process_id, lot_id
-- column: process_id text! The procurement.
-- column: lot_id text! Lot; empty text when bids are not told by lot.
-- column: currency text! Currency of the bids.
-- column: bid_count int! Priced bids.
-- column: lowest_bid_net money! The lowest.
-- column: second_bid_net money! The second lowest.
-- column: highest_bid_net money! The highest.
-- column: gap_ratio float (second − lowest) / lowest.
-- column: variation_ratio float Coefficient of variation: standard deviation of the bids (n − 1) / their mean.
-- column: relative_distance float (second − lowest) / standard deviation of the bids without the lowest; empty when those are all equal.
-- column: is_low_variation bool! Whether variation_ratio is at most the parameter cover_variation_ratio.
-- column: is_distant_winner bool! Whether relative_distance is above the parameter cover_relative_distance.
-- column: is_screened bool! Whether both hold.
-- chart: scatter; x=variation_ratio; y=relative_distance
-- policy: 13
-- source: variance screen and cover-bidding screen of Imhof, Karagök & Rutz, Screening for Bid Rigging – Does It Work?, Journal of Competition Law & Economics 14(2), 2018; Konkurrensverket, Tolv sätt att upptäcka fuskande anbudsgivare, signs 3 and 7
with limits as (
    select
        max(case when parameter_code = 'cover_variation_ratio' then parameter_value end) as variation_max,
        max(case when parameter_code = 'cover_relative_distance' then parameter_value end) as distance_min
    from rule.parameter
),
-- One price per bid: a bid of several tenderers has a row for each. Lots of one process without lots of their own are one tender.
priced as (
    select process_id, coalesce(lot_id, '') as lot_id, coalesce(bid_id, lower(coalesce(tenderer_id, tenderer_name, ''))) as bid_key, currency, bid_net
    from lake.bid
    where bid_net is not null and bid_net > 0 and coalesce(bid_status, '') <> 'invited' and coalesce(bid_status, '') <> 'withdrawn'
        and coalesce(bid_status, '') <> 'disqualified'
),
bids as (
    select process_id, lot_id, bid_key, currency, min(bid_net) as bid_net
    from priced
    group by process_id, lot_id, bid_key, currency
),
numbered as (
    select process_id, lot_id, currency, bid_net, cast(bid_net as double) as bid_value,
        row_number() over (partition by process_id, lot_id, currency order by bid_net, bid_key) as bid_number
    from bids
),
sums as (
    select process_id, lot_id, currency, count(*) as bid_count, min(bid_net) as lowest_bid_net, max(bid_net) as highest_bid_net,
        max(case when bid_number = 2 then bid_net end) as second_bid_net,
        sum(bid_value) / cast(count(*) as double) as mean_value,
        sum(case when bid_number > 1 then bid_value else 0.0 end) / cast(nullif(count(*) - 1, 0) as double) as losing_mean_value
    from numbered
    group by process_id, lot_id, currency
),
-- Amounts in two currencies are not compared.
currency_counts as (
    select process_id, lot_id, count(*) as currency_count
    from sums
    group by process_id, lot_id
),
squares as (
    select n.process_id as process_id, n.lot_id as lot_id,
        sum((n.bid_value - s.mean_value) * (n.bid_value - s.mean_value)) as square_sum,
        sum(case when n.bid_number > 1 then (n.bid_value - s.losing_mean_value) * (n.bid_value - s.losing_mean_value) else 0.0 end) as losing_square_sum
    from numbered n
    join sums s on s.process_id = n.process_id and s.lot_id = n.lot_id and s.currency = n.currency
    group by n.process_id, n.lot_id
),
ratios as (
    select s.process_id as process_id, s.lot_id as lot_id, s.currency as currency, s.bid_count as bid_count, s.lowest_bid_net as lowest_bid_net,
        s.second_bid_net as second_bid_net, s.highest_bid_net as highest_bid_net,
        cast(s.second_bid_net - s.lowest_bid_net as double) / cast(s.lowest_bid_net as double) as gap_ratio,
        sqrt(cast(q.square_sum as double) / cast(s.bid_count - 1 as double)) / s.mean_value as variation_ratio,
        sqrt(cast(q.losing_square_sum as double) / cast(s.bid_count - 2 as double)) as losing_deviation
    from sums s
    join currency_counts c on c.process_id = s.process_id and c.lot_id = s.lot_id
    join squares q on q.process_id = s.process_id and q.lot_id = s.lot_id
    where s.bid_count >= 3 and c.currency_count = 1
),
distances as (
    select process_id, lot_id, currency, bid_count, lowest_bid_net, second_bid_net, highest_bid_net, gap_ratio, variation_ratio,
        case when losing_deviation > 0.0 then cast(second_bid_net - lowest_bid_net as double) / losing_deviation end as relative_distance
    from ratios
)
select
    d.process_id as process_id,
    d.lot_id as lot_id,
    d.currency as currency,
    d.bid_count as bid_count,
    d.lowest_bid_net as lowest_bid_net,
    d.second_bid_net as second_bid_net,
    d.highest_bid_net as highest_bid_net,
    d.gap_ratio as gap_ratio,
    d.variation_ratio as variation_ratio,
    d.relative_distance as relative_distance,
    coalesce(d.variation_ratio <= l.variation_max, false) as is_low_variation,
    coalesce(d.relative_distance > l.distance_min, false) as is_distant_winner,
    coalesce(d.variation_ratio <= l.variation_max and d.relative_distance > l.distance_min, false) as is_screened
from distances d
cross join limits l
order by process_id, lot_id
