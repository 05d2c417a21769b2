-- title: Återbruk, reparation och hyra | Reuse, repair and rental
-- what: Addressable spend of each month in categories that are marked as reuse, repair, rental or another way of keeping things in use.
-- why: The policy asks for a circular economy; the share says how far purchases have got.
-- grain: one month × tag, and `none` for categories without a tag
-- key: period, circular_tag
-- column: period text! Month, YYYY-MM.
-- column: month_index int! Month as a number.
-- column: circular_tag text! Tag by lake.category_attribute; `none` when the category has none, `not_judged` when no row of the file is about it.
-- column: spend_net money! Addressable spend.
-- column: total_spend_net money! Denominator: addressable spend of the month.
-- column: spend_ratio float spend_net / total_spend_net.
-- column: category_count int! Categories.
-- column: supplier_count int! Suppliers.
-- chart: stacked; x=period; y=spend_net; series=circular_tag
-- policy: 27
-- source: own definition; tags are the buyer’s
with lines as (
    select category_code, supplier_id, period, month_index, spend_net
    from matched.spend
    where is_addressable
),
categories as (
    select distinct category_code
    from lines
),
attribute_fits as (
    select c.category_code as category_code, coalesce(nullif(a.circular_tag, ''), 'none') as circular_tag, -length(a.category_code) as negative_length
    from categories c
    cross join lake.category_attribute a
    where case when substr(c.category_code, 1, length(a.category_code)) = a.category_code then true else false end
),
attribute_ranks as (
    select category_code, circular_tag, row_number() over (partition by category_code order by negative_length) as fit_rank
    from attribute_fits
),
attributes as (
    select category_code, circular_tag
    from attribute_ranks
    where fit_rank = 1
),
tagged as (
    select l.period as period, l.month_index as month_index, coalesce(a.circular_tag, 'not_judged') as circular_tag, l.category_code as category_code,
        l.supplier_id as supplier_id, l.spend_net as spend_net
    from lines l
    left join attributes a on a.category_code = l.category_code
),
sums as (
    select period, circular_tag, min(month_index) as month_index, sum(spend_net) as spend_net, count(distinct category_code) as category_count,
        count(distinct supplier_id) as supplier_count
    from tagged
    group by period, circular_tag
),
months as (
    select period, sum(spend_net) as total_spend_net
    from sums
    group by period
)
select
    s.period as period,
    s.month_index as month_index,
    s.circular_tag as circular_tag,
    s.spend_net as spend_net,
    m.total_spend_net as total_spend_net,
    cast(s.spend_net as double) / cast(nullif(m.total_spend_net, 0) as double) as spend_ratio,
    s.category_count as category_count,
    s.supplier_count as supplier_count
from sums s
join months m on m.period = s.period
order by period, circular_tag
