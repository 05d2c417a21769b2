-- title: Leverantörsmångfald per kategori | Supplier diversity by category
-- what: Addressable spend of each category by diversity class and status of the supplier at the time.
-- why: A share that is high in catering and nil in IT is two different tasks.
-- grain: one category × class
-- key: category_code, class_code
-- column: category_code text! Category.
-- column: category_name text! Its name.
-- column: class_code text! Class, or `any` = member of at least one.
-- column: member_spend_net money! Numerator: spend with members.
-- column: not_member_spend_net money! Spend with suppliers known not to be members.
-- column: unknown_spend_net money! Spend with suppliers of unknown status.
-- column: spend_net money! Denominator: the category's addressable spend.
-- column: member_ratio float member_spend_net / spend_net.
-- column: coverage_ratio float Share of kronor whose status is known.
-- chart: bar; x=category_name; y=member_ratio; series=class_code
-- policy: 12, 14
-- source: as diversity_class
with lines as (
    select category_code, category_name, supplier_id, month_index, spend_net
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
code_count as (
    select count(*) as code_count
    from class_codes
),
months as (
    select category_code, supplier_id, month_index, min(category_name) as category_name, sum(spend_net) as spend_net
    from lines
    group by category_code, supplier_id, month_index
),
supplier_months as (
    select distinct m.supplier_id as supplier_id, m.month_index as month_index, c.first_on as first_on, c.last_on as last_on
    from months m
    join calendar c on c.month_index = m.month_index
),
valid as (
    select m.supplier_id as supplier_id, m.month_index as month_index, c.class_code as class_code, c.class_status as class_status
    from supplier_months m
    join classes c on c.supplier_id = m.supplier_id
    where (c.valid_from_on is null or c.valid_from_on <= m.last_on) and (c.valid_to_on is null or c.valid_to_on >= m.first_on)
),
any_counts as (
    select supplier_id, month_index,
        sum(case when class_status = 'member' then 1 else 0 end) as member_count,
        sum(case when class_status = 'not_member' then 1 else 0 end) as not_member_count
    from valid
    group by supplier_id, month_index
),
statuses as (
    select supplier_id, month_index, class_code, class_status
    from valid
    union all
    select a.supplier_id as supplier_id, a.month_index as month_index, 'any' as class_code,
        case
            when a.member_count > 0 then 'member'
            when a.not_member_count = n.code_count then 'not_member'
            else 'unknown'
        end as class_status
    from any_counts a
    cross join code_count n
),
codes as (
    select class_code
    from class_codes
    union all
    select 'any' as class_code
    from code_count
),
joined as (
    select m.category_code as category_code, m.category_name as category_name, k.class_code as class_code,
        coalesce(s.class_status, 'unknown') as class_status, m.spend_net as spend_net
    from months m
    cross join codes k
    left join statuses s on s.supplier_id = m.supplier_id and s.month_index = m.month_index and s.class_code = k.class_code
),
sums as (
    select category_code, class_code, min(category_name) as category_name,
        sum(case when class_status = 'member' then spend_net else 0 end) as member_spend_net,
        sum(case when class_status = 'not_member' then spend_net else 0 end) as not_member_spend_net,
        sum(case when class_status = 'unknown' then spend_net else 0 end) as unknown_spend_net,
        sum(spend_net) as spend_net
    from joined
    group by category_code, class_code
)
select
    category_code,
    category_name,
    class_code,
    member_spend_net,
    not_member_spend_net,
    unknown_spend_net,
    spend_net,
    cast(member_spend_net as double) / cast(nullif(spend_net, 0) as double) as member_ratio,
    cast(member_spend_net + not_member_spend_net as double) / cast(nullif(spend_net, 0) as double) as coverage_ratio
from sums
order by category_code, class_code
