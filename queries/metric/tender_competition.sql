-- title: Konkurrens per upphandling | Competition by tender
-- what: For each tender, by lot where notices tell bids by lot: how many bid, who won, and whether a single bid came in.
-- why: A single bid presses no price; where it recurs, requirements, timing or the market need another look.
-- grain: one procurement × lot
-- key: process_id, lot_id
-- column: process_id text! The procurement.
-- column: lot_id text! Lot; empty text when notices do not tell bids by lot.
-- column: tender_title text! Title; empty text when there is none.
-- column: buyer_name text! Contracting authority; empty text when there is none.
-- column: procurement_method text! Procedure in the words of the notice; `unknown` when it does not say.
-- column: is_competitive bool! Whether the procedure is open to tenderers: OCDS open or selective; eForms open, restricted, negotiated with call, dialogue or innovation.
-- column: category_division text! First two digits of the first classification code; `unknown` without one.
-- column: category_codes text! Classification codes, separated by `|`.
-- column: month_index int Month of publication, else of the last day for tenders, else of the award.
-- column: period text The same as YYYY-MM.
-- column: year_number int The same as a year.
-- column: published_on date Day of publication.
-- column: closes_on date Last day for tenders.
-- column: awarded_on date Day of the first award.
-- column: estimated_net money Estimated value.
-- column: currency text! Currency of the amounts.
-- column: tender_count int Tenders received, as the notice says.
-- column: bidder_count int Bidders: as the notice says, else those with a bid on file; empty when neither is known.
-- column: bidder_count_basis text! stated, bids or unknown: where the number comes from.
-- column: is_single_bid bool Whether there was one bidder only; empty when the number is not known.
-- column: winner_count int! Suppliers with an award.
-- column: award_net money Value of the awards, where all are in one currency.
-- chart: table
-- policy: 11, 12, 13
-- source: bids per tender and single bidding: European Commission, Single Market Scoreboard, public procurement indicators 1 and 2; OCP red flag R018
with tenders as (
    select process_id, coalesce(lot_id, '') as lot_id, tender_title, buyer_name, procurement_method, published_on, closes_on, estimated_net, currency, category_codes, tender_count
    from lake.tender
),
awards as (
    select process_id, coalesce(lot_id, '') as lot_id, award_id, lower(coalesce(supplier_id, supplier_name)) as supplier_key, awarded_on, award_net, currency
    from lake.award
),
bids as (
    select process_id, coalesce(lot_id, '') as lot_id, lower(coalesce(tenderer_id, tenderer_name, bid_id)) as bidder_key, coalesce(bid_status, '') as bid_status
    from lake.bid
),
submitted as (
    select process_id, lot_id, bidder_key
    from bids
    where bid_status <> 'invited' and bid_status <> 'withdrawn'
),
-- Lots count only where notices tell tenders or bids by lot; else one number for the whole would stand with each lot.
lots as (
    select process_id, lot_id
    from tenders
    where lot_id <> ''
    union
    select process_id, lot_id
    from submitted
    where lot_id <> ''
),
by_lot as (
    select distinct process_id
    from lots
),
processes as (
    select process_id
    from tenders
    union
    select process_id
    from awards
    union
    select process_id
    from submitted
),
places as (
    select process_id, lot_id
    from lots
    union all
    select p.process_id as process_id, '' as lot_id
    from processes p
    left join by_lot l on l.process_id = p.process_id
    where l.process_id is null
),
-- What the notice says of the whole holds for each lot that says nothing of its own.
process_facts as (
    select process_id, max(tender_title) as tender_title, max(buyer_name) as buyer_name, max(procurement_method) as procurement_method,
        min(published_on) as published_on, max(closes_on) as closes_on, max(estimated_net) as estimated_net, max(currency) as currency,
        max(category_codes) as category_codes, max(tender_count) as tender_count
    from tenders
    group by process_id
),
lot_facts as (
    select process_id, lot_id, max(tender_title) as tender_title, min(published_on) as published_on, max(closes_on) as closes_on,
        max(estimated_net) as estimated_net, max(currency) as currency, max(category_codes) as category_codes, max(tender_count) as tender_count
    from tenders
    where lot_id <> ''
    group by process_id, lot_id
),
bid_counts as (
    select p.process_id as process_id, p.lot_id as lot_id, count(distinct s.bidder_key) as bidder_count
    from places p
    join submitted s on s.process_id = p.process_id
    where p.lot_id = s.lot_id or p.lot_id = ''
    group by p.process_id, p.lot_id
),
award_sums as (
    select p.process_id as process_id, p.lot_id as lot_id, count(distinct a.supplier_key) as winner_count, min(a.awarded_on) as awarded_on,
        min(a.currency) as first_currency, max(a.currency) as last_currency
    from places p
    join awards a on a.process_id = p.process_id
    where p.lot_id = a.lot_id or p.lot_id = ''
    group by p.process_id, p.lot_id
),
-- An award to several suppliers has a row for each: its value counts once.
award_values as (
    select p.process_id as process_id, p.lot_id as lot_id, a.award_id as award_id, max(a.award_net) as award_net
    from places p
    join awards a on a.process_id = p.process_id
    where p.lot_id = a.lot_id or p.lot_id = ''
    group by p.process_id, p.lot_id, a.award_id
),
award_totals as (
    select process_id, lot_id, sum(award_net) as award_net
    from award_values
    group by process_id, lot_id
),
days as (
    select day_on, month_index
    from rule.day
),
calendar as (
    select month_index, period, year_number
    from rule.calendar
),
joined as (
    select p.process_id as process_id, p.lot_id as lot_id,
        coalesce(l.tender_title, f.tender_title, '') as tender_title,
        coalesce(f.buyer_name, '') as buyer_name,
        coalesce(f.procurement_method, 'unknown') as procurement_method,
        coalesce(l.category_codes, f.category_codes, '') as category_codes,
        coalesce(l.published_on, f.published_on) as published_on,
        coalesce(l.closes_on, f.closes_on) as closes_on,
        a.awarded_on as awarded_on,
        coalesce(l.published_on, f.published_on, l.closes_on, f.closes_on, a.awarded_on) as counted_on,
        case when p.lot_id = '' then f.estimated_net else l.estimated_net end as estimated_net,
        coalesce(l.currency, f.currency, a.first_currency, r.currency) as currency,
        case when p.lot_id = '' then f.tender_count else l.tender_count end as tender_count,
        b.bidder_count as bid_bidder_count,
        coalesce(a.winner_count, 0) as winner_count,
        case when a.first_currency = a.last_currency then t.award_net end as award_net
    from places p
    cross join rule.run r
    left join process_facts f on f.process_id = p.process_id
    left join lot_facts l on l.process_id = p.process_id and l.lot_id = p.lot_id
    left join bid_counts b on b.process_id = p.process_id and b.lot_id = p.lot_id
    left join award_sums a on a.process_id = p.process_id and a.lot_id = p.lot_id
    left join award_totals t on t.process_id = p.process_id and t.lot_id = p.lot_id
)
select
    j.process_id as process_id,
    j.lot_id as lot_id,
    j.tender_title as tender_title,
    j.buyer_name as buyer_name,
    j.procurement_method as procurement_method,
    j.procurement_method in ('open', 'selective', 'restricted', 'neg-w-call', 'comp-dial', 'innovation', 'comp-tend') as is_competitive,
    case when j.category_codes = '' then 'unknown' else substr(j.category_codes, 1, 2) end as category_division,
    j.category_codes as category_codes,
    d.month_index as month_index,
    c.period as period,
    c.year_number as year_number,
    j.published_on as published_on,
    j.closes_on as closes_on,
    j.awarded_on as awarded_on,
    j.estimated_net as estimated_net,
    j.currency as currency,
    j.tender_count as tender_count,
    coalesce(j.tender_count, j.bid_bidder_count) as bidder_count,
    case when j.tender_count is not null then 'stated' when j.bid_bidder_count is not null then 'bids' else 'unknown' end as bidder_count_basis,
    case when coalesce(j.tender_count, j.bid_bidder_count) is not null then coalesce(j.tender_count, j.bid_bidder_count) = 1 end as is_single_bid,
    j.winner_count as winner_count,
    j.award_net as award_net
from joined j
left join days d on d.day_on = j.counted_on
left join calendar c on c.month_index = d.month_index
order by process_id, lot_id
