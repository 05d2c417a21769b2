-- what: Every line of the lake has exactly one decision, with its own amount.
with lake_sums as (
    select currency, count(*) as line_count, sum(net_amount) as net_amount
    from lake.invoice_line
    group by currency
),
decided_sums as (
    select currency, count(*) as line_count, sum(net_amount) as net_amount
    from matched.spend
    group by currency
),
currencies as (
    select currency
    from lake_sums
    union
    select currency
    from decided_sums
)
select c.currency as currency, l.line_count as lake_line_count, d.line_count as decided_line_count, l.net_amount as lake_net_amount,
    d.net_amount as decided_net_amount
from currencies c
left join lake_sums l on l.currency = c.currency
left join decided_sums d on d.currency = c.currency
where coalesce(l.line_count, 0) <> coalesce(d.line_count, 0) or coalesce(l.net_amount, 0) <> coalesce(d.net_amount, 0)
order by currency
