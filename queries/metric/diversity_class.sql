-- title: Leverantörsmångfald per klass | Supplier diversity by class
-- what: Addressable spend, suppliers and invoices by diversity class and status, unknown as a status of its own; `any` counts each krona once.
-- why: Shares by value, by number of suppliers and by invoices tell different stories, and are often mixed up.
-- grain: one class × status
-- key: class_code, class_status
-- column: class_code text! sme, micro, idea_based, newly_started, local, a certified class, or `any` = member of at least one of them.
-- column: class_status text! member, not_member or unknown.
-- column: spend_net money! Addressable spend with suppliers of that status in that month.
-- column: supplier_count int! Suppliers with that status in any month with purchases.
-- column: invoice_count int! Invoices of such suppliers, each in its first month.
-- column: total_spend_net money! Denominator: addressable spend.
-- column: total_supplier_count int! Denominator: suppliers with addressable lines.
-- column: total_invoice_count int! Denominator: invoices with addressable lines.
-- column: spend_ratio float spend_net / total_spend_net.
-- column: supplier_ratio float supplier_count / total_supplier_count.
-- column: invoice_ratio float invoice_count / total_invoice_count.
-- column: coverage_ratio float Share of kronor whose status in this class is known.
-- chart: stacked; x=class_code; y=spend_ratio; series=class_status
-- policy: 12, 14
-- source: size classes by Commission Recommendation 2003/361/EC on the supplier's own figures (linked enterprises not added); idea-based by lag (2022:900) and weaker evidence tiers: resolved.supplier_class
with lines as (
    select supplier_id, month_index, invoice_key, spend_net
    from matched.spend
    where is_addressable
),
calendar as (
    select month_index, first_on, last_on
    from rule.calendar
),
classes as (
    select supplier_id, class_code, class_status, valid_from_on, valid_to_on
    from resolved.supplier_class
),
class_codes as (
    select distinct class_code
    from classes
),
supplier_months as (
    select supplier_id, month_index, sum(spend_net) as spend_net
    from lines
    group by supplier_id, month_index
),
invoice_months as (
    select supplier_id, invoice_key, min(month_index) as month_index
    from lines
    group by supplier_id, invoice_key
),
invoice_counts as (
    select supplier_id, month_index, count(*) as invoice_count
    from invoice_months
    group by supplier_id, month_index
),
months as (
    select s.supplier_id as supplier_id, s.month_index as month_index, c.first_on as first_on, c.last_on as last_on, s.spend_net as spend_net,
        coalesce(i.invoice_count, 0) as invoice_count
    from supplier_months s
    join calendar c on c.month_index = s.month_index
    left join invoice_counts i on i.supplier_id = s.supplier_id and i.month_index = s.month_index
),
valid as (
    select m.supplier_id as supplier_id, m.month_index as month_index, c.class_code as class_code, c.class_status as class_status
    from months m
    join classes c on c.supplier_id = m.supplier_id
    where (c.valid_from_on is null or c.valid_from_on <= m.last_on) and (c.valid_to_on is null or c.valid_to_on >= m.first_on)
),
by_class as (
    select k.class_code as class_code, m.supplier_id as supplier_id, coalesce(v.class_status, 'unknown') as class_status, m.spend_net as spend_net, m.invoice_count as invoice_count
    from months m
    cross join class_codes k
    left join valid v on v.supplier_id = m.supplier_id and v.month_index = m.month_index and v.class_code = k.class_code
),
code_count as (
    select count(*) as code_count
    from class_codes
),
any_counts as (
    select supplier_id, month_index,
        sum(case when class_status = 'member' then 1 else 0 end) as member_count,
        sum(case when class_status = 'not_member' then 1 else 0 end) as not_member_count
    from valid
    group by supplier_id, month_index
),
any_class as (
    select 'any' as class_code, m.supplier_id as supplier_id,
        case
            when a.member_count > 0 then 'member'
            when n.code_count > 0 and a.not_member_count = n.code_count then 'not_member'
            else 'unknown'
        end as class_status,
        m.spend_net as spend_net, m.invoice_count as invoice_count
    from months m
    cross join code_count n
    left join any_counts a on a.supplier_id = m.supplier_id and a.month_index = m.month_index
),
combined as (
    select class_code, supplier_id, class_status, spend_net, invoice_count
    from by_class
    union all
    select class_code, supplier_id, class_status, spend_net, invoice_count
    from any_class
),
sums as (
    select class_code, class_status, sum(spend_net) as spend_net, count(distinct supplier_id) as supplier_count, sum(invoice_count) as invoice_count
    from combined
    group by class_code, class_status
),
total as (
    select sum(spend_net) as spend_net, count(distinct supplier_id) as supplier_count, sum(invoice_count) as invoice_count
    from months
),
known as (
    select class_code, sum(case when class_status = 'unknown' then 0 else spend_net end) as spend_net
    from sums
    group by class_code
)
select
    s.class_code as class_code,
    s.class_status as class_status,
    s.spend_net as spend_net,
    s.supplier_count as supplier_count,
    s.invoice_count as invoice_count,
    t.spend_net as total_spend_net,
    t.supplier_count as total_supplier_count,
    t.invoice_count as total_invoice_count,
    cast(s.spend_net as double) / cast(nullif(t.spend_net, 0) as double) as spend_ratio,
    cast(s.supplier_count as double) / cast(nullif(t.supplier_count, 0) as double) as supplier_ratio,
    cast(s.invoice_count as double) / cast(nullif(t.invoice_count, 0) as double) as invoice_ratio,
    cast(k.spend_net as double) / cast(nullif(t.spend_net, 0) as double) as coverage_ratio
from sums s
join known k on k.class_code = s.class_code
cross join total t
order by class_code, class_status
