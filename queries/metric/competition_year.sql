-- title: Konkurrens per år | Competition by year
-- what: Tenders by year and kind of purchase: bids per tender, share with a single bid, and how many bidders and winners were new.
-- why: More and new tenderers press prices and make cartels harder; the trend says whether the way of procuring invites them.
-- grain: one year × category division, and `all`
-- key: year_number, category_division
-- column: year_number int! Year.
-- column: category_division text! First two digits of the classification; `unknown` without one; `all` = all together.
-- column: tender_count int! Tenders, by lot where notices tell bids by lot.
-- column: competitive_count int! Of them, in procedures open to tenderers.
-- column: known_count int! Of the competitive, those with a known number of bidders.
-- column: bid_count int! Bids in those.
-- column: single_bid_count int! Of those, with a single bidder.
-- column: bidder_count int! Different bidders, of the tenders whose bids or awards name them.
-- column: new_bidder_count int Of them, not seen in any earlier year on file; empty in the first year, which has none before it.
-- column: winner_count int! Different winners.
-- column: new_winner_count int Of them, without an award in any earlier year on file; empty in the first year.
-- column: bids_per_tender float bid_count / known_count.
-- column: single_bid_ratio float single_bid_count / known_count.
-- column: new_bidder_ratio float new_bidder_count / bidder_count.
-- column: new_winner_ratio float new_winner_count / winner_count.
-- column: coverage_ratio float known_count / competitive_count: single bids among the rest cannot be seen.
-- chart: line; x=year_number; y=single_bid_ratio; series=category_division
-- policy: 11, 12
-- source: European Commission, Single Market Scoreboard, public procurement indicators 1 (one bidder) and 2; new bidders: own definition
with tenders as (
    select process_id, lot_id, year_number, category_division, is_competitive, bidder_count, is_single_bid
    from metric.tender_competition
    where year_number is not null
),
tender_rows as (
    select year_number, category_division, is_competitive, bidder_count, is_single_bid
    from tenders
    union all
    select year_number, 'all' as category_division, is_competitive, bidder_count, is_single_bid
    from tenders
),
process_years as (
    select process_id, min(year_number) as year_number, min(category_division) as category_division
    from tenders
    group by process_id
),
awards as (
    select process_id, lower(coalesce(supplier_id, supplier_name)) as firm_key
    from lake.award
),
bids as (
    select process_id, lower(coalesce(tenderer_id, tenderer_name)) as firm_key
    from lake.bid
    where coalesce(tenderer_id, tenderer_name) is not null and coalesce(bid_status, '') <> 'invited' and coalesce(bid_status, '') <> 'withdrawn'
),
-- Who won has bid, also where the notice names winners only.
bidders as (
    select process_id, firm_key
    from bids
    union
    select process_id, firm_key
    from awards
),
bid_years as (
    select distinct b.firm_key as firm_key, p.year_number as year_number, p.category_division as category_division
    from bidders b
    join process_years p on p.process_id = b.process_id
),
award_years as (
    select distinct a.firm_key as firm_key, p.year_number as year_number, p.category_division as category_division
    from awards a
    join process_years p on p.process_id = a.process_id
),
first_bids as (
    select firm_key, min(year_number) as first_year
    from bid_years
    group by firm_key
),
first_awards as (
    select firm_key, min(year_number) as first_year
    from award_years
    group by firm_key
),
first_year as (
    select min(year_number) as first_year
    from tenders
),
bidder_rows as (
    select firm_key, year_number, category_division
    from bid_years
    union
    select firm_key, year_number, 'all' as category_division
    from bid_years
),
winner_rows as (
    select firm_key, year_number, category_division
    from award_years
    union
    select firm_key, year_number, 'all' as category_division
    from award_years
),
bidder_sums as (
    select r.year_number as year_number, r.category_division as category_division, count(*) as bidder_count,
        sum(case when f.first_year = r.year_number then 1 else 0 end) as new_bidder_count
    from bidder_rows r
    join first_bids f on f.firm_key = r.firm_key
    group by r.year_number, r.category_division
),
winner_sums as (
    select r.year_number as year_number, r.category_division as category_division, count(*) as winner_count,
        sum(case when f.first_year = r.year_number then 1 else 0 end) as new_winner_count
    from winner_rows r
    join first_awards f on f.firm_key = r.firm_key
    group by r.year_number, r.category_division
),
tender_sums as (
    select year_number, category_division, count(*) as tender_count,
        sum(case when is_competitive then 1 else 0 end) as competitive_count,
        sum(case when is_competitive and bidder_count is not null then 1 else 0 end) as known_count,
        sum(case when is_competitive then coalesce(bidder_count, 0) else 0 end) as bid_count,
        sum(case when is_competitive and is_single_bid then 1 else 0 end) as single_bid_count
    from tender_rows
    group by year_number, category_division
),
joined as (
    select t.year_number as year_number, t.category_division as category_division, t.tender_count as tender_count, t.competitive_count as competitive_count,
        t.known_count as known_count, t.bid_count as bid_count, t.single_bid_count as single_bid_count,
        coalesce(b.bidder_count, 0) as bidder_count,
        case when t.year_number > y.first_year then coalesce(b.new_bidder_count, 0) end as new_bidder_count,
        coalesce(w.winner_count, 0) as winner_count,
        case when t.year_number > y.first_year then coalesce(w.new_winner_count, 0) end as new_winner_count
    from tender_sums t
    cross join first_year y
    left join bidder_sums b on b.year_number = t.year_number and b.category_division = t.category_division
    left join winner_sums w on w.year_number = t.year_number and w.category_division = t.category_division
)
select
    year_number,
    category_division,
    tender_count,
    competitive_count,
    known_count,
    bid_count,
    single_bid_count,
    bidder_count,
    new_bidder_count,
    winner_count,
    new_winner_count,
    cast(bid_count as double) / cast(nullif(known_count, 0) as double) as bids_per_tender,
    cast(single_bid_count as double) / cast(nullif(known_count, 0) as double) as single_bid_ratio,
    cast(new_bidder_count as double) / cast(nullif(bidder_count, 0) as double) as new_bidder_ratio,
    cast(new_winner_count as double) / cast(nullif(winner_count, 0) as double) as new_winner_ratio,
    cast(known_count as double) / cast(nullif(competitive_count, 0) as double) as coverage_ratio
from joined
order by year_number, category_division
