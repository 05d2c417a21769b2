-- title: Kategorier efter försörjningsrisk (Kraljic) | Categories by supply risk (Kraljic)
-- what: Each category with what its place in the Kraljic matrix is made of: share of spend, effective suppliers, contracts in force and the judgements on file; with the quadrant by the parameters kraljic_*.
-- why: Says which categories need partners, which need competition and which need a second source before anything happens.
-- grain: one category with spend in the last twelve months, or marked critical
-- key: category_code
-- column: category_code text! Category.
-- column: category_name text! Its name; the code where nothing was bought.
-- column: spend_net money! Addressable spend of the last twelve months with suppliers of positive spend.
-- column: spend_ratio float spend_net / the sum over categories.
-- column: supplier_count int! Suppliers with positive spend.
-- column: effective_supplier_count float 10,000 / HHI over suppliers; empty when nothing was bought.
-- column: top_supplier_name text The largest supplier.
-- column: top_1_ratio float Its share.
-- column: live_contract_count int! Frameworks in force whose scope covers the category.
-- column: live_supplier_count int! Suppliers on them.
-- column: has_second_source bool! Whether at least two suppliers are on frameworks in force that cover the category.
-- column: is_critical bool Whether care or preparedness hangs on it; empty = not judged.
-- column: switching_effort int 1 easy to 3 hard; empty = not judged.
-- column: price_sensitivity int 1 little to 3 much; empty = not judged.
-- column: attribute_source text Source of the judgements.
-- column: impact_score float Profit impact, 0 to 1: spend_ratio / kraljic_spend_ratio_full, at most 1, by its weight, and (price_sensitivity − 1) / 2 by its own where judged.
-- column: risk_score float Supply risk, 0 to 1: 1 / effective_supplier_count, (switching_effort − 1) / 2 and is_critical, each by its weight, over those that are known.
-- column: risk_input_count int! How many of the three inputs of risk are known.
-- column: quadrant text! strategic, leverage, bottleneck or non_critical by the parameters kraljic_impact_min and kraljic_risk_min; not_placed when nothing was bought.
-- chart: scatter; x=impact_score; y=risk_score
-- policy: 11, 22, 23
-- source: Kraljic, Purchasing must become supply management (HBR 1983); weights and cut-offs are parameters. Criticality comes from a file, never from spend
with lines as (
    select category_code, category_name, supplier_id, supplier_name, month_index, spend_net
    from matched.spend
    where is_addressable and category_code <> 'unclassified'
),
run as (
    select as_of_month_index
    from rule.run
),
parameters as (
    select
        max(case when parameter_code = 'kraljic_spend_ratio_full' then parameter_value end) as ratio_full,
        max(case when parameter_code = 'kraljic_weight_spend' then parameter_value end) as weight_spend,
        max(case when parameter_code = 'kraljic_weight_price' then parameter_value end) as weight_price,
        max(case when parameter_code = 'kraljic_weight_suppliers' then parameter_value end) as weight_suppliers,
        max(case when parameter_code = 'kraljic_weight_switching' then parameter_value end) as weight_switching,
        max(case when parameter_code = 'kraljic_weight_critical' then parameter_value end) as weight_critical,
        max(case when parameter_code = 'kraljic_impact_min' then parameter_value end) as impact_min,
        max(case when parameter_code = 'kraljic_risk_min' then parameter_value end) as risk_min
    from rule.parameter
),
pairs as (
    select l.category_code as category_code, l.supplier_id as supplier_id, min(l.category_name) as category_name, min(l.supplier_name) as supplier_name,
        sum(l.spend_net) as spend_net, -sum(l.spend_net) as negative_net
    from lines l
    cross join run r
    where case when l.month_index > r.as_of_month_index - 12 and l.month_index <= r.as_of_month_index then true else false end
    group by l.category_code, l.supplier_id
),
ranked as (
    select category_code, supplier_id, category_name, supplier_name, spend_net, row_number() over (partition by category_code order by negative_net, supplier_id) as supplier_rank
    from pairs
    where spend_net > 0
),
sums as (
    select category_code, min(category_name) as category_name, count(*) as supplier_count, sum(spend_net) as spend_net,
        max(case when supplier_rank = 1 then supplier_name end) as top_supplier_name, max(case when supplier_rank = 1 then spend_net end) as top_net
    from ranked
    group by category_code
),
total as (
    select sum(spend_net) as total_net
    from sums
),
-- Shares as whole numbers of 10^-8, so that the sum of squares is exact and no order of adding can change it.
shares as (
    select r.category_code as category_code, cast(round(100000000 * (cast(r.spend_net as double) / cast(s.spend_net as double))) as bigint) as share_8
    from ranked r
    join sums s on s.category_code = r.category_code
),
concentrations as (
    select category_code, cast(sum(share_8 * share_8) as double) * 0.0000000000000001 as concentration
    from shares
    group by category_code
),
-- A critical category that nothing was bought in, not even below it, is shown too: it may lack a contract all the same.
bought_below as (
    select a.category_code as category_code, count(*) as category_count
    from lake.category_attribute a
    cross join sums s
    where case when substr(s.category_code, 1, length(a.category_code)) = a.category_code then true else false end
    group by a.category_code
),
critical as (
    select a.category_code as category_code
    from lake.category_attribute a
    left join bought_below b on b.category_code = a.category_code
    where a.is_critical and b.category_count is null
),
codes as (
    select category_code
    from sums
    union
    select category_code
    from critical
),
attribute_fits as (
    select c.category_code as category_code, a.is_critical as is_critical, a.switching_effort as switching_effort, a.price_sensitivity as price_sensitivity,
        a.attribute_source as attribute_source, -length(a.category_code) as negative_length
    from codes c
    cross join lake.category_attribute a
    where case when substr(c.category_code, 1, length(a.category_code)) = a.category_code then true else false end
),
attribute_ranks as (
    select category_code, is_critical, switching_effort, price_sensitivity, attribute_source,
        row_number() over (partition by category_code order by negative_length) as fit_rank
    from attribute_fits
),
attributes as (
    select category_code, is_critical, switching_effort, price_sensitivity, attribute_source
    from attribute_ranks
    where fit_rank = 1
),
calendar as (
    select month_index
    from rule.calendar
),
numbers as (
    select c.month_index - r.as_of_month_index as n
    from calendar c
    cross join run r
    where case when c.month_index > r.as_of_month_index and c.month_index <= r.as_of_month_index + 60 then true else false end
),
scopes as (
    select t.contract_id as contract_id, t.framework_contract_id as framework_contract_id, split_part(t.category_codes, '|', n.n) as category_code
    from matched.contract_term t
    cross join numbers n
    where t.is_live and split_part(t.category_codes, '|', n.n) <> ''
),
covers as (
    select distinct c.category_code as category_code, s.framework_contract_id as framework_contract_id, s.contract_id as contract_id
    from codes c
    cross join scopes s
    where case when substr(c.category_code, 1, length(s.category_code)) = s.category_code then true else false end
),
contract_counts as (
    select category_code, count(distinct framework_contract_id) as live_contract_count
    from covers
    group by category_code
),
holders as (
    select c.category_code as category_code, count(distinct h.supplier_id) as live_supplier_count
    from covers c
    join resolved.contract_supplier h on h.contract_id = c.contract_id
    group by c.category_code
),
inputs as (
    select c.category_code as category_code, coalesce(s.category_name, c.category_code) as category_name, coalesce(s.spend_net, 0) as spend_net,
        cast(s.spend_net as double) / cast(nullif(t.total_net, 0) as double) as spend_ratio, coalesce(s.supplier_count, 0) as supplier_count, k.concentration as concentration,
        s.top_supplier_name as top_supplier_name, cast(s.top_net as double) / cast(nullif(s.spend_net, 0) as double) as top_1_ratio,
        coalesce(n.live_contract_count, 0) as live_contract_count, coalesce(h.live_supplier_count, 0) as live_supplier_count, a.is_critical as is_critical,
        a.switching_effort as switching_effort, a.price_sensitivity as price_sensitivity, a.attribute_source as attribute_source
    from codes c
    cross join total t
    left join sums s on s.category_code = c.category_code
    left join concentrations k on k.category_code = c.category_code
    left join attributes a on a.category_code = c.category_code
    left join contract_counts n on n.category_code = c.category_code
    left join holders h on h.category_code = c.category_code
),
weighed as (
    select i.category_code as category_code,
        p.weight_spend * (case when i.spend_ratio >= p.ratio_full then 1.0 else i.spend_ratio / p.ratio_full end)
            + case when i.price_sensitivity is null then 0.0 else p.weight_price * (cast(i.price_sensitivity - 1 as double) / 2) end as impact_part,
        p.weight_spend + case when i.price_sensitivity is null then 0.0 else p.weight_price end as impact_weight,
        case when i.concentration is null then 0.0 else p.weight_suppliers * i.concentration end
            + case when i.switching_effort is null then 0.0 else p.weight_switching * (cast(i.switching_effort - 1 as double) / 2) end
            + case when i.is_critical then p.weight_critical else 0.0 end as risk_part,
        case when i.concentration is null then 0.0 else p.weight_suppliers end + case when i.switching_effort is null then 0.0 else p.weight_switching end
            + case when i.is_critical is null then 0.0 else p.weight_critical end as risk_weight,
        case when i.concentration is null then 0 else 1 end + case when i.switching_effort is null then 0 else 1 end
            + case when i.is_critical is null then 0 else 1 end as risk_input_count
    from inputs i
    cross join parameters p
),
scores as (
    select category_code, cast(impact_part as double) / nullif(impact_weight, 0) as impact_score, cast(risk_part as double) / nullif(risk_weight, 0) as risk_score, risk_input_count
    from weighed
)
select
    i.category_code as category_code,
    i.category_name as category_name,
    i.spend_net as spend_net,
    i.spend_ratio as spend_ratio,
    i.supplier_count as supplier_count,
    1 / i.concentration as effective_supplier_count,
    i.top_supplier_name as top_supplier_name,
    i.top_1_ratio as top_1_ratio,
    i.live_contract_count as live_contract_count,
    i.live_supplier_count as live_supplier_count,
    i.live_supplier_count >= 2 as has_second_source,
    i.is_critical as is_critical,
    i.switching_effort as switching_effort,
    i.price_sensitivity as price_sensitivity,
    i.attribute_source as attribute_source,
    s.impact_score as impact_score,
    s.risk_score as risk_score,
    s.risk_input_count as risk_input_count,
    case
        when i.supplier_count = 0 then 'not_placed'
        when s.impact_score >= p.impact_min and s.risk_score >= p.risk_min then 'strategic'
        when s.impact_score >= p.impact_min then 'leverage'
        when s.risk_score >= p.risk_min then 'bottleneck'
        else 'non_critical'
    end as quadrant
from inputs i
join scores s on s.category_code = i.category_code
cross join parameters p
order by category_code
