-- title: Turordning mellan anbudsgivare | Rotation between bidders
-- what: Pairs of firms that meet again and again: how often each won, and how often the win went from the one to the other from one tender to the next.
-- why: Firms that take turns leave a regular pattern; so do rivals of equal strength. It is a reason to read the bids, never a finding.
-- grain: one pair of bidders
-- key: bidder_key, other_bidder_key
-- column: bidder_key text! The one, by the order of the keys.
-- column: bidder_name text! Its name.
-- column: other_bidder_key text! The other.
-- column: other_bidder_name text! Its name.
-- column: shared_tender_count int! Tenders that both bid in, with a day and a named winner.
-- column: bidder_win_count int! Of them, won by the one.
-- column: other_bidder_win_count int! Won by the other.
-- column: third_win_count int! Won by neither.
-- column: alternation_count int! Of the tenders that one of the two won, in order: how often another of the two won than the time before.
-- column: first_period text! First month in which they met.
-- column: last_period text! Last month.
-- column: pair_win_ratio float Share of the shared tenders that one of the two won.
-- column: alternation_ratio float alternation_count / (wins of the two − 1): 1 = strictly in turns, about 0.5 by chance.
-- column: is_screened bool! Whether both ratios reach the parameters rotation_win_ratio and rotation_alternation_ratio, and both won at least twice.
-- chart: table
-- policy: 13
-- source: Konkurrensverket, Tolv sätt att upptäcka fuskande anbudsgivare, sign 8 (rotation); OECD Guidelines for Fighting Bid Rigging in Public Procurement; limits: own parameters
with tenders as (
    select process_id, lot_id, month_index, period, coalesce(closes_on, published_on, awarded_on) as counted_on
    from metric.tender_competition
    where month_index is not null
),
limits as (
    select
        max(case when parameter_code = 'rotation_shared_tenders_min' then parameter_value end) as shared_min,
        max(case when parameter_code = 'rotation_win_ratio' then parameter_value end) as win_ratio_min,
        max(case when parameter_code = 'rotation_alternation_ratio' then parameter_value end) as alternation_ratio_min
    from rule.parameter
),
awards as (
    select process_id, coalesce(lot_id, '') as lot_id, lower(coalesce(supplier_id, supplier_name)) as bidder_key
    from lake.award
),
bids as (
    select process_id, coalesce(lot_id, '') as lot_id, lower(coalesce(tenderer_id, tenderer_name)) as bidder_key, coalesce(tenderer_name, tenderer_id) as bidder_name
    from lake.bid
    where coalesce(tenderer_id, tenderer_name) is not null and coalesce(bid_status, '') <> 'invited' and coalesce(bid_status, '') <> 'withdrawn'
),
presence as (
    select t.process_id as process_id, t.lot_id as lot_id, b.bidder_key as bidder_key, min(b.bidder_name) as bidder_name
    from tenders t
    join bids b on b.process_id = t.process_id
    where t.lot_id = b.lot_id or t.lot_id = ''
    group by t.process_id, t.lot_id, b.bidder_key
),
winners as (
    select distinct t.process_id as process_id, t.lot_id as lot_id, a.bidder_key as bidder_key
    from tenders t
    join awards a on a.process_id = t.process_id
    where t.lot_id = a.lot_id or t.lot_id = ''
),
decided as (
    select distinct process_id, lot_id
    from winners
),
judged as (
    select p.process_id as process_id, p.lot_id as lot_id, p.bidder_key as bidder_key, p.bidder_name as bidder_name,
        case when w.bidder_key is null then 0 else 1 end as won
    from presence p
    join decided d on d.process_id = p.process_id and d.lot_id = p.lot_id
    left join winners w on w.process_id = p.process_id and w.lot_id = p.lot_id and w.bidder_key = p.bidder_key
),
pairs as (
    select a.bidder_key as bidder_key, b.bidder_key as other_bidder_key, a.bidder_name as bidder_name, b.bidder_name as other_bidder_name,
        a.process_id as process_id, a.lot_id as lot_id, a.won as won, b.won as other_won
    from judged a
    join judged b on b.process_id = a.process_id and b.lot_id = a.lot_id
    where a.bidder_key < b.bidder_key
),
pair_counts as (
    select bidder_key, other_bidder_key, min(bidder_name) as bidder_name, min(other_bidder_name) as other_bidder_name, count(*) as shared_tender_count,
        sum(won) as bidder_win_count, sum(other_won) as other_bidder_win_count, sum(case when won = 0 and other_won = 0 then 1 else 0 end) as third_win_count
    from pairs
    group by bidder_key, other_bidder_key
),
-- A tender that both won tells nothing about turns.
turns as (
    select p.bidder_key as bidder_key, p.other_bidder_key as other_bidder_key, p.won as won,
        row_number() over (partition by p.bidder_key, p.other_bidder_key order by t.counted_on, p.process_id, p.lot_id) as turn_number
    from pairs p
    join tenders t on t.process_id = p.process_id and t.lot_id = p.lot_id
    where p.won + p.other_won = 1
),
next_turns as (
    select bidder_key, other_bidder_key, won, turn_number - 1 as turn_number
    from turns
),
turn_sums as (
    select a.bidder_key as bidder_key, a.other_bidder_key as other_bidder_key, sum(case when a.won <> b.won then 1 else 0 end) as alternation_count
    from turns a
    join next_turns b on b.bidder_key = a.bidder_key and b.other_bidder_key = a.other_bidder_key and b.turn_number = a.turn_number
    group by a.bidder_key, a.other_bidder_key
),
turn_counts as (
    select bidder_key, other_bidder_key, count(*) as turn_count
    from turns
    group by bidder_key, other_bidder_key
),
pair_periods as (
    select p.bidder_key as bidder_key, p.other_bidder_key as other_bidder_key, min(t.period) as first_period, max(t.period) as last_period
    from pairs p
    join tenders t on t.process_id = p.process_id and t.lot_id = p.lot_id
    group by p.bidder_key, p.other_bidder_key
),
ratios as (
    select c.bidder_key as bidder_key, c.bidder_name as bidder_name, c.other_bidder_key as other_bidder_key, c.other_bidder_name as other_bidder_name,
        c.shared_tender_count as shared_tender_count, c.bidder_win_count as bidder_win_count, c.other_bidder_win_count as other_bidder_win_count,
        c.third_win_count as third_win_count, coalesce(s.alternation_count, 0) as alternation_count, d.first_period as first_period, d.last_period as last_period,
        cast(c.shared_tender_count - c.third_win_count as double) / cast(c.shared_tender_count as double) as pair_win_ratio,
        cast(coalesce(s.alternation_count, 0) as double) / cast(nullif(n.turn_count - 1, 0) as double) as alternation_ratio
    from pair_counts c
    join pair_periods d on d.bidder_key = c.bidder_key and d.other_bidder_key = c.other_bidder_key
    left join turn_counts n on n.bidder_key = c.bidder_key and n.other_bidder_key = c.other_bidder_key
    left join turn_sums s on s.bidder_key = c.bidder_key and s.other_bidder_key = c.other_bidder_key
)
select
    r.bidder_key as bidder_key,
    r.bidder_name as bidder_name,
    r.other_bidder_key as other_bidder_key,
    r.other_bidder_name as other_bidder_name,
    r.shared_tender_count as shared_tender_count,
    r.bidder_win_count as bidder_win_count,
    r.other_bidder_win_count as other_bidder_win_count,
    r.third_win_count as third_win_count,
    r.alternation_count as alternation_count,
    r.first_period as first_period,
    r.last_period as last_period,
    r.pair_win_ratio as pair_win_ratio,
    r.alternation_ratio as alternation_ratio,
    coalesce(
        r.bidder_win_count >= 2 and r.other_bidder_win_count >= 2 and r.pair_win_ratio >= l.win_ratio_min and r.alternation_ratio >= l.alternation_ratio_min, false
    ) as is_screened
from ratios r
cross join limits l
where case when r.shared_tender_count >= l.shared_min then 1 else 0 end = 1
order by bidder_key, other_bidder_key
