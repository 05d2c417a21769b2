-- title: Leverantörer som vunnit och tappat, per klass | Suppliers that gained and lost, by class
-- what: Each member of a diversity class with its addressable spend in the last twelve months beside the twelve before, counted in months when it was a member.
-- why: A share that moves is made of firms that came, grew, shrank or left.
-- grain: one class × supplier
-- key: class_code, supplier_id
-- column: class_code text! Class, or `any` = member of at least one, each krona once.
-- column: supplier_id text! Supplier.
-- column: supplier_name text! Its name.
-- column: trailing_net money! Addressable spend in the twelve months that end with the as-of month.
-- column: previous_net money! In the twelve months before.
-- column: change_net money! trailing_net − previous_net.
-- column: change_kind text! came, grew, unchanged, shrank or left.
-- column: category_count int! Categories bought in the two years.
-- column: evidence_tier text! Strongest evidence of the membership: registered, legal_form or declared; for `any`, of any of its classes.
-- column: evidence text! Source and date of that statement.
-- column: valid_to_on date Last day of that statement; empty = no limit.
-- column: is_comparable bool! Whether lines of all 24 months are loaded.
-- chart: bar; x=supplier_name; y=change_net; series=change_kind
-- policy: 12, 14
-- source: as diversity_class
with lines as (
    select supplier_id, supplier_name, month_index, category_code, spend_net
    from matched.spend
    where is_addressable
),
run as (
    select as_of_month_index
    from rule.run
),
calendar as (
    select month_index, first_on, last_on, is_loaded
    from rule.calendar
),
loaded as (
    select count(*) as month_count
    from calendar c
    cross join run r
    where case when c.is_loaded and c.month_index > r.as_of_month_index - 24 and c.month_index <= r.as_of_month_index then true else false end
),
members as (
    select supplier_id, class_code, evidence_tier, evidence, valid_from_on, valid_to_on,
        case evidence_tier when 'registered' then 1 when 'legal_form' then 2 else 3 end as tier_order
    from resolved.supplier_class
    where class_status = 'member'
),
months as (
    select l.supplier_id as supplier_id, l.month_index as month_index, l.category_code as category_code, min(l.supplier_name) as supplier_name, sum(l.spend_net) as spend_net
    from lines l
    cross join run r
    where case when l.month_index > r.as_of_month_index - 24 and l.month_index <= r.as_of_month_index then true else false end
    group by l.supplier_id, l.month_index, l.category_code
),
supplier_months as (
    select distinct supplier_id, month_index
    from months
),
in_class as (
    select m.supplier_id as supplier_id, m.month_index as month_index, k.class_code as class_code
    from supplier_months m
    join members k on k.supplier_id = m.supplier_id
    join calendar c on c.month_index = m.month_index
    where (k.valid_from_on is null or k.valid_from_on <= c.last_on) and (k.valid_to_on is null or k.valid_to_on >= c.first_on)
),
in_any as (
    select supplier_id, month_index, class_code
    from in_class
    union
    select supplier_id, month_index, 'any' as class_code
    from in_class
),
statements as (
    select supplier_id, class_code, tier_order, evidence_tier, evidence, valid_to_on
    from members
    union all
    select supplier_id, 'any' as class_code, tier_order, evidence_tier, evidence, valid_to_on
    from members
),
statement_ranks as (
    select supplier_id, class_code, evidence_tier, evidence, valid_to_on,
        row_number() over (partition by supplier_id, class_code order by tier_order, evidence) as statement_rank
    from statements
),
sums as (
    select i.class_code as class_code, m.supplier_id as supplier_id, min(m.supplier_name) as supplier_name,
        sum(case when m.month_index > r.as_of_month_index - 12 then m.spend_net else 0 end) as trailing_net,
        sum(case when m.month_index > r.as_of_month_index - 12 then 0 else m.spend_net end) as previous_net,
        count(distinct m.category_code) as category_count
    from months m
    join in_any i on i.supplier_id = m.supplier_id and i.month_index = m.month_index
    cross join run r
    group by i.class_code, m.supplier_id
)
select
    s.class_code as class_code,
    s.supplier_id as supplier_id,
    s.supplier_name as supplier_name,
    s.trailing_net as trailing_net,
    s.previous_net as previous_net,
    s.trailing_net - s.previous_net as change_net,
    case
        when s.trailing_net = s.previous_net then 'unchanged'
        when s.previous_net = 0 then 'came'
        when s.trailing_net = 0 then 'left'
        when s.trailing_net > s.previous_net then 'grew'
        else 'shrank'
    end as change_kind,
    s.category_count as category_count,
    t.evidence_tier as evidence_tier,
    t.evidence as evidence,
    t.valid_to_on as valid_to_on,
    n.month_count = 24 as is_comparable
from sums s
join statement_ranks t on t.supplier_id = s.supplier_id and t.class_code = s.class_code
cross join loaded n
where t.statement_rank = 1
order by class_code, supplier_id
