-- title: Beroende av leverantörer per kategori | Dependency on suppliers by category
-- what: How the spend of each category is spread over suppliers: HHI, effective suppliers, the largest shares and the tail.
-- why: A category with one supplier is a risk to supply; one with a long tail costs work. On a buyer's own spend this measures dependency, not market power.
-- grain: one category, and one row for all categories together
-- key: category_code
-- column: category_code text! Category; `all` = all together.
-- column: category_name text! Its name.
-- column: supplier_count int! Suppliers with positive spend: those that the shares are made of.
-- column: spend_net money! Spend with them: the denominator of the shares.
-- column: excluded_net money! Spend with suppliers whose sum is zero or negative: left out of the shares.
-- column: hhi float Sum of squared shares in percent, 0 to 10,000.
-- column: effective_supplier_count float 10,000 / HHI: as many suppliers of equal size would give the same HHI.
-- column: top_supplier_id text The largest supplier; the smaller id when two are equal.
-- column: top_supplier_name text Its name.
-- column: top_1_spend_net money Spend with it.
-- column: top_1_ratio float Its share.
-- column: top_5_ratio float Share of the five largest.
-- column: tail_supplier_count int! Suppliers that share the last part of spend (parameter tail_share), from the smallest up.
-- column: dependency_band text! single, high, moderate or low, by parameters hhi_high and hhi_moderate.
-- chart: scatter; x=supplier_count; y=hhi
-- policy: 11, 22, 23
-- source: Herfindahl-Hirschman index as in the US Merger Guidelines 2023, guideline 1 (cut-offs are parameters)
with lines as (
    select category_code, category_name, supplier_id, supplier_name, spend_net
    from matched.spend
    where is_addressable
),
by_category as (
    select category_code, supplier_id, min(category_name) as category_name, min(supplier_name) as supplier_name, sum(spend_net) as spend_net
    from lines
    group by category_code, supplier_id
),
in_all as (
    select 'all' as category_code, supplier_id, 'all' as category_name, min(supplier_name) as supplier_name, sum(spend_net) as spend_net
    from by_category
    group by supplier_id
),
suppliers as (
    select category_code, supplier_id, category_name, supplier_name, spend_net
    from by_category
    union all
    select category_code, supplier_id, category_name, supplier_name, spend_net
    from in_all
),
totals as (
    select category_code, min(category_name) as category_name,
        sum(case when spend_net > 0 then 1 else 0 end) as supplier_count,
        sum(case when spend_net > 0 then spend_net else 0 end) as spend_net,
        sum(case when spend_net > 0 then 0 else spend_net end) as excluded_net
    from suppliers
    group by category_code
),
positive as (
    select category_code, supplier_id, supplier_name, spend_net, -spend_net as negative_net
    from suppliers
    where spend_net > 0
),
ranked as (
    select category_code, supplier_id, supplier_name, spend_net,
        row_number() over (partition by category_code order by negative_net, supplier_id) as supplier_rank,
        sum(spend_net) over (partition by category_code order by negative_net, supplier_id rows between unbounded preceding and current row) as cumulative_net
    from positive
),
parameters as (
    select
        max(case when parameter_code = 'tail_share' then parameter_value end) as tail_share,
        max(case when parameter_code = 'hhi_high' then parameter_value end) as hhi_high,
        max(case when parameter_code = 'hhi_moderate' then parameter_value end) as hhi_moderate
    from rule.parameter
),
-- Shares as whole numbers of 10^-8, so that the sum of squares is exact and no order of adding can change it.
shares as (
    select r.category_code as category_code, r.supplier_rank as supplier_rank, r.supplier_id as supplier_id, r.supplier_name as supplier_name, r.spend_net as spend_net,
        cast(round(100000000 * (cast(r.spend_net as double) / cast(t.spend_net as double))) as bigint) as share_8,
        case
            when cast(r.cumulative_net - r.spend_net as double) >= (1 - p.tail_share) * cast(t.spend_net as double) then 1
            else 0
        end as tail_count
    from ranked r
    join totals t on t.category_code = r.category_code
    cross join parameters p
),
sums as (
    select category_code, cast(sum(share_8 * share_8) as double) * 0.000000000001 as hhi, sum(tail_count) as tail_supplier_count,
        max(case when supplier_rank = 1 then supplier_id end) as top_supplier_id,
        max(case when supplier_rank = 1 then supplier_name end) as top_supplier_name,
        max(case when supplier_rank = 1 then spend_net end) as top_1_spend_net,
        sum(case when supplier_rank <= 5 then spend_net else 0 end) as top_5_spend_net
    from shares
    group by category_code
)
select
    t.category_code as category_code,
    t.category_name as category_name,
    t.supplier_count as supplier_count,
    t.spend_net as spend_net,
    t.excluded_net as excluded_net,
    s.hhi as hhi,
    10000 / s.hhi as effective_supplier_count,
    s.top_supplier_id as top_supplier_id,
    s.top_supplier_name as top_supplier_name,
    s.top_1_spend_net as top_1_spend_net,
    cast(s.top_1_spend_net as double) / cast(nullif(t.spend_net, 0) as double) as top_1_ratio,
    cast(s.top_5_spend_net as double) / cast(nullif(t.spend_net, 0) as double) as top_5_ratio,
    coalesce(s.tail_supplier_count, 0) as tail_supplier_count,
    case
        when t.supplier_count = 0 then 'none'
        when t.supplier_count = 1 then 'single'
        when s.hhi > p.hhi_high then 'high'
        when s.hhi > p.hhi_moderate then 'moderate'
        else 'low'
    end as dependency_band
from totals t
cross join parameters p
left join sums s on s.category_code = t.category_code
order by category_code
