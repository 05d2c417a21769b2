-- title: Vad som förändrats sedan förra perioden, och varför | What changed since the period before, and why
-- what: Addressable spend of the latest months against as many months just before, by category, split into price, quantity, assortment, suppliers that came and went, and what the lines do not tell apart.
-- why: A rise that comes from the price asks for another step than one that comes from buying more.
-- grain: one category, and one row for all categories together
-- key: category_code
-- column: category_code text! Category; `all` = all categories.
-- column: category_name text! Its name.
-- column: before_first_period text! First month of the period before, YYYY-MM.
-- column: before_last_period text! Its last month.
-- column: first_period text! First month of the latest period: twelve months, or half of the months from the first to the last loaded one when they are fewer than 24.
-- column: last_period text! Its last month.
-- column: before_month_count int! Months of the period before for which lines are loaded.
-- column: month_count int! Months of the latest period for which lines are loaded.
-- column: before_spend_net money! Addressable spend of the period before.
-- column: spend_net money! Addressable spend of the latest period.
-- column: change_net money! spend_net − before_spend_net: the sum of the six causes.
-- column: price_net money! The same item of the same supplier in both periods: latest spend − spend before × quantity now / quantity before.
-- column: volume_net money! The same items: spend before × quantity now / quantity before − spend before.
-- column: assortment_net money! Items of a supplier with spend in both periods that were bought in one of them only.
-- column: supplier_new_net money! Suppliers without spend in the category in the period before.
-- column: supplier_lost_net money! Suppliers without spend in the category in the latest period.
-- column: not_told_net money! Suppliers with spend in both periods, lines without item number or quantity: price and quantity cannot be told apart.
-- column: change_ratio float change_net / before_spend_net.
-- column: coverage_ratio float Share of the spend of both periods whose change has a cause: 1 − spend of lines under not_told_net / (before_spend_net + spend_net).
-- chart: bar; x=category_name; y=price_net,volume_net,assortment_net,supplier_new_net,supplier_lost_net,not_told_net
-- policy: 5, 16
-- source: own definition: price at the latest quantity (Paasche), quantity at the price before (Laspeyres), so that the two add up to the change without a remainder
with lines as (
    select category_code, category_name, supplier_id, month_index, spend_net,
        case when item_id is null or item_id = '' or invoiced_quantity is null then '' else item_id end as item_id,
        case when item_id is null or item_id = '' or invoiced_quantity is null then 0 else invoiced_quantity end as quantity
    from matched.spend
    where is_addressable and spend_net is not null
),
run as (
    select as_of_month_index
    from rule.run
),
calendar as (
    select month_index, period, is_loaded
    from rule.calendar
),
bounds as (
    select min(c.month_index) as first_index, max(c.month_index) as last_index
    from calendar c
    cross join run r
    where c.is_loaded and c.month_index <= r.as_of_month_index
),
windows as (
    select last_index,
        case
            when last_index - first_index >= 23 then 12
            else cast(floor(cast(last_index - first_index + 1 as double) / 2) as bigint)
        end as length_months
    from bounds
),
months as (
    select c.month_index as month_index, c.period as period, c.is_loaded as is_loaded,
        case when c.month_index > w.last_index - w.length_months then 1 else 0 end as is_now
    from calendar c
    cross join windows w
    where c.month_index > w.last_index - 2 * w.length_months and c.month_index <= w.last_index
),
spans as (
    select
        min(case when is_now = 0 then period end) as before_first_period,
        max(case when is_now = 0 then period end) as before_last_period,
        min(case when is_now = 1 then period end) as first_period,
        max(case when is_now = 1 then period end) as last_period,
        sum(case when is_now = 0 and is_loaded then 1 else 0 end) as before_month_count,
        sum(case when is_now = 1 and is_loaded then 1 else 0 end) as month_count
    from months
),
cells as (
    select l.category_code as category_code, min(l.category_name) as category_name, l.supplier_id as supplier_id, l.item_id as item_id,
        sum(case when m.is_now = 0 then 1 else 0 end) as before_line_count,
        sum(case when m.is_now = 1 then 1 else 0 end) as line_count,
        sum(case when m.is_now = 0 then l.spend_net else 0 end) as before_spend_net,
        sum(case when m.is_now = 1 then l.spend_net else 0 end) as spend_net,
        sum(case when m.is_now = 0 then l.quantity else 0 end) as before_quantity,
        sum(case when m.is_now = 1 then l.quantity else 0 end) as quantity
    from lines l
    join months m on m.month_index = l.month_index
    group by l.category_code, l.supplier_id, l.item_id
),
pairs as (
    select category_code, supplier_id, sum(before_line_count) as before_line_count, sum(line_count) as line_count
    from cells
    group by category_code, supplier_id
),
causes as (
    select c.category_code as category_code, c.category_name as category_name, c.before_spend_net as before_spend_net, c.spend_net as spend_net,
        case
            when p.before_line_count = 0 then 'new'
            when p.line_count = 0 then 'lost'
            when c.item_id = '' then 'not_told'
            when c.before_line_count = 0 or c.line_count = 0 then 'assortment'
            -- More came back than was bought: no price can be told.
            when c.before_quantity <= 0 or c.quantity <= 0 then 'not_told'
            else 'same'
        end as cause,
        -- Whole minor units, rounded once for each item; the price takes the remainder, so that the two add up exactly.
        case
            when c.item_id <> '' and c.before_quantity > 0 and c.quantity > 0
                then cast(floor(cast(c.before_spend_net as double) * 100 * (cast(c.quantity as double) / cast(nullif(c.before_quantity, 0) as double)) + 0.5) / 100 as decimal(18, 2))
        end as before_price_net
    from cells c
    join pairs p on p.category_code = c.category_code and p.supplier_id = c.supplier_id
),
categories as (
    select category_code, min(category_name) as category_name, 'all' as total_code,
        sum(before_spend_net) as before_spend_net,
        sum(spend_net) as spend_net,
        sum(case when cause = 'same' then spend_net - before_price_net else 0 end) as price_net,
        sum(case when cause = 'same' then before_price_net - before_spend_net else 0 end) as volume_net,
        sum(case when cause = 'assortment' then spend_net - before_spend_net else 0 end) as assortment_net,
        sum(case when cause = 'new' then spend_net else 0 end) as supplier_new_net,
        sum(case when cause = 'lost' then -before_spend_net else 0 end) as supplier_lost_net,
        sum(case when cause = 'not_told' then spend_net - before_spend_net else 0 end) as not_told_net,
        sum(case when cause = 'not_told' then spend_net + before_spend_net else 0 end) as not_told_spend_net
    from causes
    group by category_code
),
all_rows as (
    select category_code, category_name, before_spend_net, spend_net, price_net, volume_net, assortment_net, supplier_new_net, supplier_lost_net,
        not_told_net, not_told_spend_net
    from categories
    union all
    select total_code as category_code, total_code as category_name, sum(before_spend_net) as before_spend_net, sum(spend_net) as spend_net,
        sum(price_net) as price_net, sum(volume_net) as volume_net, sum(assortment_net) as assortment_net, sum(supplier_new_net) as supplier_new_net,
        sum(supplier_lost_net) as supplier_lost_net, sum(not_told_net) as not_told_net, sum(not_told_spend_net) as not_told_spend_net
    from categories
    group by total_code
)
select
    a.category_code as category_code,
    a.category_name as category_name,
    s.before_first_period as before_first_period,
    s.before_last_period as before_last_period,
    s.first_period as first_period,
    s.last_period as last_period,
    s.before_month_count as before_month_count,
    s.month_count as month_count,
    a.before_spend_net as before_spend_net,
    a.spend_net as spend_net,
    a.spend_net - a.before_spend_net as change_net,
    a.price_net as price_net,
    a.volume_net as volume_net,
    a.assortment_net as assortment_net,
    a.supplier_new_net as supplier_new_net,
    a.supplier_lost_net as supplier_lost_net,
    a.not_told_net as not_told_net,
    cast(a.spend_net - a.before_spend_net as double) / cast(nullif(a.before_spend_net, 0) as double) as change_ratio,
    1 - cast(a.not_told_spend_net as double) / cast(nullif(a.before_spend_net + a.spend_net, 0) as double) as coverage_ratio
from all_rows a
cross join spans s
order by category_code
