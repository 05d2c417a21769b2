-- title: Leverantörsmångfald i andra ledet | Second-tier supplier diversity
-- what: For each class, beside what we buy from its members: what our suppliers report that they bought from members for us (direct), and our share of what they bought for all their customers (indirect); the last twelve months, never added together.
-- why: A large supplier can pass work on to small ones; the three figures answer different questions.
-- grain: one class × tier
-- key: class_code, tier_code
-- column: class_code text! Class.
-- column: tier_code text! tier_1, tier_2_direct or tier_2_indirect.
-- column: counted_net money Empty when no report could be counted. Tier 1: spend with members. Direct: as reported. Indirect: reported × our spend with the supplier in the time / its sales.
-- column: report_count int! Reports counted; 0 for tier 1.
-- column: uncounted_count int! Reports that could not be counted: the supplier is not found, or its sales are missing; 0 for tier 1.
-- column: supplier_count int! Tier 1: members with spend. Tier 2: suppliers that reported.
-- column: prime_spend_net money! Our spend of the last twelve months with them.
-- column: spend_net money! Addressable spend of the last twelve months.
-- column: counted_ratio float counted_net / spend_net.
-- column: coverage_ratio float prime_spend_net / spend_net: tier 2 can say nothing of suppliers that do not report.
-- chart: bar; x=class_code; y=counted_ratio; series=tier_code
-- policy: 14
-- source: direct and indirect second tier as in US supplier diversity programmes; a report counts when it ends within the last twelve months
with lines as (
    select supplier_id, month_index, spend_net
    from matched.spend
    where is_addressable
),
run as (
    select as_of_month_index, currency
    from rule.run
),
calendar as (
    select month_index, first_on, last_on
    from rule.calendar
),
days as (
    select day_on, month_index
    from rule.day
),
months as (
    select supplier_id, month_index, sum(spend_net) as spend_net
    from lines
    group by supplier_id, month_index
),
recent as (
    select m.supplier_id as supplier_id, m.month_index as month_index, m.spend_net as spend_net
    from months m
    cross join run r
    where case when m.month_index > r.as_of_month_index - 12 and m.month_index <= r.as_of_month_index then true else false end
),
recent_suppliers as (
    select supplier_id, sum(spend_net) as spend_net
    from recent
    group by supplier_id
),
total as (
    select coalesce(sum(spend_net), 0) as spend_net
    from recent
),
reports as (
    select t.source_file_id || '-' || cast(t.source_line as varchar) as report_id, t.class_code as class_code, t.method_code as method_code,
        coalesce(t.prime_organisation_number, '') as organisation_number, upper(t.prime_name) as prime_name, f.month_index as first_month_index,
        l.month_index as last_month_index, t.diverse_spend_net as diverse_spend_net, t.prime_sales_net as prime_sales_net
    from lake.tier2_report t
    join days f on f.day_on = t.starts_on
    join days l on l.day_on = t.ends_on
    join run r on r.currency = t.currency
    where l.month_index > r.as_of_month_index - 12 and l.month_index <= r.as_of_month_index
),
suppliers as (
    select supplier_id, upper(supplier_name) as supplier_name, coalesce(organisation_number, '') as organisation_number
    from resolved.supplier
),
found as (
    select r.report_id as report_id, s.supplier_id as supplier_id
    from reports r
    join suppliers s on s.organisation_number = r.organisation_number
    where r.organisation_number <> ''
    union
    select r.report_id as report_id, s.supplier_id as supplier_id
    from reports r
    join suppliers s on s.supplier_name = r.prime_name
    where r.organisation_number = ''
),
primes as (
    select report_id, min(supplier_id) as supplier_id
    from found
    group by report_id
),
bought as (
    select r.report_id as report_id, sum(m.spend_net) as our_spend_net
    from reports r
    join primes p on p.report_id = r.report_id
    join months m on m.supplier_id = p.supplier_id
    where m.month_index >= r.first_month_index and m.month_index <= r.last_month_index
    group by r.report_id
),
-- Indirect amounts in whole öre, so that no order of adding can change the sum.
counted as (
    select r.report_id as report_id, r.class_code as class_code, case r.method_code when 'direct' then 'tier_2_direct' else 'tier_2_indirect' end as tier_code,
        p.supplier_id as supplier_id,
        case
            when p.supplier_id is null then null
            when r.method_code = 'direct' then cast(floor(100 * cast(r.diverse_spend_net as double) + 0.5) as bigint)
            when r.prime_sales_net > 0
                then cast(floor(100 * (cast(r.diverse_spend_net as double) * (cast(coalesce(b.our_spend_net, 0) as double) / cast(r.prime_sales_net as double))) + 0.5) as bigint)
        end as counted_minor
    from reports r
    left join primes p on p.report_id = r.report_id
    left join bought b on b.report_id = r.report_id
),
tier_2_suppliers as (
    select distinct class_code, tier_code, supplier_id
    from counted
    where counted_minor is not null
),
tier_2_spend as (
    select t.class_code as class_code, t.tier_code as tier_code, count(*) as supplier_count, coalesce(sum(s.spend_net), 0) as prime_spend_net
    from tier_2_suppliers t
    left join recent_suppliers s on s.supplier_id = t.supplier_id
    group by t.class_code, t.tier_code
),
tier_2 as (
    select class_code, tier_code, coalesce(sum(counted_minor), 0) as counted_minor, sum(case when counted_minor is null then 0 else 1 end) as report_count,
        sum(case when counted_minor is null then 1 else 0 end) as uncounted_count
    from counted
    group by class_code, tier_code
),
members as (
    select supplier_id, class_code, valid_from_on, valid_to_on
    from resolved.supplier_class
    where class_status = 'member'
),
tier_1 as (
    select k.class_code as class_code, count(distinct m.supplier_id) as supplier_count, sum(m.spend_net) as spend_net
    from recent m
    join members k on k.supplier_id = m.supplier_id
    join calendar c on c.month_index = m.month_index
    where (k.valid_from_on is null or k.valid_from_on <= c.last_on) and (k.valid_to_on is null or k.valid_to_on >= c.first_on)
    group by k.class_code
),
tiers as (
    select class_code, 'tier_1' as tier_code, cast(spend_net as decimal(18, 2)) as counted_net, 0 as report_count, 0 as uncounted_count, supplier_count, spend_net as prime_spend_net
    from tier_1
    union all
    select t.class_code as class_code, t.tier_code as tier_code, case when t.report_count > 0 then cast(cast(t.counted_minor as double) / 100 as decimal(18, 2)) end as counted_net, t.report_count as report_count,
        t.uncounted_count as uncounted_count, coalesce(s.supplier_count, 0) as supplier_count, coalesce(s.prime_spend_net, 0) as prime_spend_net
    from tier_2 t
    left join tier_2_spend s on s.class_code = t.class_code and s.tier_code = t.tier_code
)
select
    x.class_code as class_code,
    x.tier_code as tier_code,
    x.counted_net as counted_net,
    x.report_count as report_count,
    x.uncounted_count as uncounted_count,
    x.supplier_count as supplier_count,
    x.prime_spend_net as prime_spend_net,
    t.spend_net as spend_net,
    cast(x.counted_net as double) / cast(nullif(t.spend_net, 0) as double) as counted_ratio,
    cast(x.prime_spend_net as double) / cast(nullif(t.spend_net, 0) as double) as coverage_ratio
from tiers x
cross join total t
order by class_code, tier_code
