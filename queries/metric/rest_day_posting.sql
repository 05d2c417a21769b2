-- title: Bokfört på helg | Posted on weekends and holidays
-- what: Lines of each unit that were booked on a Saturday, Sunday or public holiday, beside the share among all units.
-- why: Postings when nobody is at work are worth a look when one unit has more of them than others.
-- caution: Vanliga oskyldiga orsaker: automatisk bokföring och nattkörningar, skiftarbete, bokslut, bokföringsdatum som sätts till fakturans datum. | Common innocent causes: automatic posting and night runs, shift work, closing of the books, booking dates copied from the invoice.
-- grain: one organisational unit × kind of rest day
-- key: organisational_unit_id, rest_day_kind
-- column: organisational_unit_id text! Unit.
-- column: organisational_unit_name text! Its name.
-- column: rest_day_kind text! holiday, sunday or saturday.
-- column: line_count int! Lines booked on such days.
-- column: invoice_count int! Invoices with such lines.
-- column: supplier_count int! Suppliers of them.
-- column: spend_net money! Spend on them; lines without an exchange rate count as zero.
-- column: dated_line_count int! Denominator: the unit’s lines with a booking date.
-- column: line_ratio float line_count / dated_line_count.
-- column: all_line_ratio float The same share over all units.
-- column: times_usual float line_ratio / all_line_ratio.
-- column: first_line_id text! The first such line by its id, as `explain` takes it.
-- column: dated_ratio float Lines with a booking date / lines of the unit.
-- chart: bar; x=organisational_unit_name; y=line_ratio; series=rest_day_kind
-- policy: 19
-- source: own definition; public holidays by lag (1989:253) where the currency is SEK, weekends alone elsewhere
with lines as (
    select line_id, organisational_unit_id, organisational_unit_name, supplier_id, invoice_key, booked_on, coalesce(spend_net, 0) as spend_net
    from matched.spend
),
rest_days as (
    select day_on, rest_day_kind
    from rule.day
    where rest_day_kind <> ''
),
units as (
    select organisational_unit_id, min(organisational_unit_name) as organisational_unit_name, count(*) as line_count,
        sum(case when booked_on is not null then 1 else 0 end) as dated_line_count
    from lines
    group by organisational_unit_id
),
posted as (
    select l.organisational_unit_id as organisational_unit_id, d.rest_day_kind as rest_day_kind, count(*) as line_count, count(distinct l.invoice_key) as invoice_count,
        count(distinct l.supplier_id) as supplier_count, sum(l.spend_net) as spend_net, min(l.line_id) as first_line_id
    from lines l
    join rest_days d on d.day_on = l.booked_on
    group by l.organisational_unit_id, d.rest_day_kind
),
total as (
    select sum(dated_line_count) as dated_line_count
    from units
),
kinds as (
    select rest_day_kind, sum(line_count) as line_count
    from posted
    group by rest_day_kind
),
ratios as (
    select p.organisational_unit_id as organisational_unit_id, p.rest_day_kind as rest_day_kind,
        cast(p.line_count as double) / cast(nullif(u.dated_line_count, 0) as double) as line_ratio,
        cast(k.line_count as double) / cast(nullif(t.dated_line_count, 0) as double) as all_line_ratio
    from posted p
    join units u on u.organisational_unit_id = p.organisational_unit_id
    join kinds k on k.rest_day_kind = p.rest_day_kind
    cross join total t
)
select
    p.organisational_unit_id as organisational_unit_id,
    u.organisational_unit_name as organisational_unit_name,
    p.rest_day_kind as rest_day_kind,
    p.line_count as line_count,
    p.invoice_count as invoice_count,
    p.supplier_count as supplier_count,
    p.spend_net as spend_net,
    u.dated_line_count as dated_line_count,
    r.line_ratio as line_ratio,
    r.all_line_ratio as all_line_ratio,
    r.line_ratio / nullif(r.all_line_ratio, 0) as times_usual,
    p.first_line_id as first_line_id,
    cast(u.dated_line_count as double) / cast(u.line_count as double) as dated_ratio
from posted p
join units u on u.organisational_unit_id = p.organisational_unit_id
join ratios r on r.organisational_unit_id = p.organisational_unit_id and r.rest_day_kind = p.rest_day_kind
order by organisational_unit_id, rest_day_kind
