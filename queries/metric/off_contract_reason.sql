-- title: Skäl till inköp utanför avtal | Reasons for buying off contract
-- what: Spend by reason M1 to M9; M1 (no contract covers it) split by what the supplier × category came to in the calendar year, against the limits in force.
-- why: Each reason has its own remedy: M2 is a contract not used, M1 above the limit is a purchase that should have been tendered.
-- grain: one reason × band
-- key: reason, band
-- column: reason text! M1 to M9.
-- column: reason_order int! Order of the reasons, 1 to 9.
-- column: band text! For M1: below_documentation, documentation_to_limit, limit_to_eu, eu_and_above, no_limit_on_file; for other reasons `all`.
-- column: band_order int! Order of the bands.
-- column: outcome text! deviating, off_contract or undetermined.
-- column: line_count int! Invoice lines.
-- column: invoice_count int! Invoices.
-- column: supplier_count int! Suppliers.
-- column: spend_net money! Spend excluding VAT.
-- column: addressable_spend_net money! Denominator: all addressable spend.
-- column: spend_ratio float spend_net / addressable_spend_net.
-- chart: bar; x=reason; y=spend_net; series=band
-- policy: 18, 33, 35
-- source: reasons M1 to M9 and the bands: docs/glossary.md; limits: rule.threshold (direct_award, documentation_duty, eu_goods_services; works and social services have limits of their own, which invoices do not tell)
with lines as (
    select reason, outcome, invoice_key, supplier_id, category_code, month_index, spend_net
    from matched.spend
    where is_addressable and reason <> ''
),
total as (
    select coalesce(sum(spend_net), 0) as addressable_spend_net
    from matched.spend
    where is_addressable
),
currency as (
    select currency
    from rule.run
),
limits as (
    select t.threshold_code as threshold_code, t.first_month_index as first_month_index, t.last_month_index as last_month_index,
        t.limit_value as limit_value, t.limit_operator as limit_operator
    from rule.threshold t
    join currency c on c.currency = t.limit_unit
),
calendar as (
    select month_index, year_number
    from rule.calendar
),
m1_years as (
    select l.supplier_id as supplier_id, l.category_code as category_code, c.year_number as year_number,
        sum(l.spend_net) as year_spend_net, max(l.month_index) as last_month_index
    from lines l
    join calendar c on c.month_index = l.month_index
    where l.reason = 'M1'
    group by l.supplier_id, l.category_code, c.year_number
),
documentation as (
    select y.supplier_id as supplier_id, y.category_code as category_code, y.year_number as year_number, t.limit_value as limit_value
    from m1_years y
    cross join limits t
    where t.threshold_code = 'documentation_duty' and case when y.last_month_index >= t.first_month_index and y.last_month_index <= t.last_month_index then true else false end
),
direct_award as (
    select y.supplier_id as supplier_id, y.category_code as category_code, y.year_number as year_number, t.limit_value as limit_value,
        t.limit_operator as limit_operator
    from m1_years y
    cross join limits t
    where t.threshold_code = 'direct_award' and case when y.last_month_index >= t.first_month_index and y.last_month_index <= t.last_month_index then true else false end
),
eu as (
    select y.supplier_id as supplier_id, y.category_code as category_code, y.year_number as year_number, t.limit_value as limit_value
    from m1_years y
    cross join limits t
    where t.threshold_code = 'eu_goods_services' and case when y.last_month_index >= t.first_month_index and y.last_month_index <= t.last_month_index then true else false end
),
m1_bands as (
    select y.supplier_id as supplier_id, y.category_code as category_code, y.year_number as year_number,
        case
            when a.limit_value is null then 'no_limit_on_file'
            when e.limit_value is not null and y.year_spend_net >= e.limit_value then 'eu_and_above'
            when y.year_spend_net > a.limit_value then 'limit_to_eu'
            when y.year_spend_net = a.limit_value and a.limit_operator = '<' then 'limit_to_eu'
            when d.limit_value is not null and y.year_spend_net >= d.limit_value then 'documentation_to_limit'
            else 'below_documentation'
        end as band
    from m1_years y
    left join documentation d on d.supplier_id = y.supplier_id and d.category_code = y.category_code and d.year_number = y.year_number
    left join direct_award a on a.supplier_id = y.supplier_id and a.category_code = y.category_code and a.year_number = y.year_number
    left join eu e on e.supplier_id = y.supplier_id and e.category_code = y.category_code and e.year_number = y.year_number
),
banded as (
    select l.reason as reason, l.outcome as outcome, l.invoice_key as invoice_key, l.supplier_id as supplier_id, l.spend_net as spend_net,
        case when l.reason = 'M1' then b.band else 'all' end as band
    from lines l
    join calendar c on c.month_index = l.month_index
    left join m1_bands b on b.supplier_id = l.supplier_id and b.category_code = l.category_code and b.year_number = c.year_number
),
sums as (
    select reason, band, min(outcome) as outcome, count(*) as line_count, count(distinct invoice_key) as invoice_count,
        count(distinct supplier_id) as supplier_count, sum(spend_net) as spend_net
    from banded
    group by reason, band
)
select
    s.reason as reason,
    cast(substr(s.reason, 2, 1) as bigint) as reason_order,
    s.band as band,
    case s.band
        when 'below_documentation' then 1
        when 'documentation_to_limit' then 2
        when 'limit_to_eu' then 3
        when 'eu_and_above' then 4
        when 'no_limit_on_file' then 5
        else 0
    end as band_order,
    s.outcome as outcome,
    s.line_count as line_count,
    s.invoice_count as invoice_count,
    s.supplier_count as supplier_count,
    s.spend_net as spend_net,
    t.addressable_spend_net as addressable_spend_net,
    cast(s.spend_net as double) / cast(nullif(t.addressable_spend_net, 0) as double) as spend_ratio
from sums s
cross join total t
order by reason_order, band_order
