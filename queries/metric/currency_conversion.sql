-- title: Valutaomräkning | Currency conversion
-- what: For each foreign currency and rate used: the lines, their sum, the rate with its day and source, and the sum in the workspace's currency.
-- why: An amount converted without its rate, day and source cannot be checked; lines without a rate stand apart.
-- grain: one foreign currency × day of the rate; lines without a rate are one row for each currency
-- key: currency, exchange_rate_day
-- column: currency text! Currency of the lines.
-- column: target_currency text! The workspace's currency.
-- column: exchange_rate_day text! Day of the rate, YYYY-MM-DD: the line's own, or the last one before it with a rate; empty without a rate.
-- column: rate_source text! Path of the file with the rates; `rules` when a parameter exchange_rate_… gave it; empty without a rate.
-- column: base_currency text! The currency that both rates are stated against; empty for rules and without a rate.
-- column: base_rate rate Units of the line's currency for one unit of the base; empty when it is the base.
-- column: target_rate rate Units of the workspace's currency for one unit of the base; empty when it is the base.
-- column: line_count int! Lines.
-- column: net_amount money! Sum in their currency.
-- column: spend_net money Sum in the workspace's currency: net_amount × target_rate / base_rate, each line rounded once to hundredths, half away from zero; empty without a rate.
-- chart: table
-- policy: 1, 21
-- source: rates as their publisher states them (lake.exchange_rate), cross rates through the base; or the dated parameters exchange_rate_…
with spend as (
    select s.currency as currency, r.currency as target_currency, s.exchange_rate_on as exchange_rate_on, s.net_amount as net_amount, s.spend_net as spend_net
    from matched.spend s
    cross join rule.run r
),
foreign_sums as (
    select currency, target_currency, exchange_rate_on, count(*) as line_count, sum(net_amount) as net_amount, sum(spend_net) as spend_net
    from spend
    where currency <> target_currency
    group by currency, target_currency, exchange_rate_on
),
rates as (
    select rate_on, base_currency, quote_currency, max(exchange_rate) as exchange_rate, min(source_file_id) as source_file_id
    from lake.exchange_rate
    group by rate_on, base_currency, quote_currency
    union all
    select rate_on, base_currency, base_currency as quote_currency, max(nullif(exchange_rate, exchange_rate)) as exchange_rate, min(source_file_id) as source_file_id
    from lake.exchange_rate
    group by rate_on, base_currency
),
bases as (
    select f.currency as currency, f.exchange_rate_on as exchange_rate_on, min(q.base_currency) as base_currency
    from foreign_sums f
    join rates q on q.rate_on = f.exchange_rate_on and q.quote_currency = f.currency
    join rates t on t.rate_on = q.rate_on and t.base_currency = q.base_currency and t.quote_currency = f.target_currency
    group by f.currency, f.exchange_rate_on
),
files as (
    select source_file_id, path
    from lake.source_file
)
select
    f.currency as currency,
    f.target_currency as target_currency,
    coalesce(cast(f.exchange_rate_on as varchar), '') as exchange_rate_day,
    coalesce(files.path, case when f.exchange_rate_on is null then '' else 'rules' end) as rate_source,
    coalesce(b.base_currency, '') as base_currency,
    q.exchange_rate as base_rate,
    t.exchange_rate as target_rate,
    f.line_count as line_count,
    f.net_amount as net_amount,
    f.spend_net as spend_net
from foreign_sums f
left join bases b on b.currency = f.currency and b.exchange_rate_on = f.exchange_rate_on
left join rates q on q.rate_on = b.exchange_rate_on and q.base_currency = b.base_currency and q.quote_currency = b.currency
left join rates t on t.rate_on = b.exchange_rate_on and t.base_currency = b.base_currency and t.quote_currency = f.target_currency
left join files on files.source_file_id = q.source_file_id
order by currency, exchange_rate_day
