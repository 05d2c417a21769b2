-- title: Fakturor strax under beloppsgränser | Invoices just below limits
-- what: Invoices without a contract whose amount lies just below and just above each limit in force, excluding and including VAT, in all and by unit.
-- why: Amounts that gather right below a limit can mean that purchases are cut to fit.
-- caution: Vanliga oskyldiga orsaker: listpriser och schablonbelopp strax under gränsen, budgetar satta efter gränsen, en enda leverantör med fast pris. | Common innocent causes: list prices and standard amounts right below the limit, budgets set by the limit, a single supplier with a fixed price.
-- grain: one limit × VAT basis × organisational unit, and `all` units
-- key: threshold_code, vat_basis, organisational_unit_id
-- column: threshold_code text! Limit, from rule.threshold; a workspace may add its own, such as approval limits.
-- column: vat_basis text! excluding_vat or including_vat: which amount is held against the limit.
-- column: organisational_unit_id text! Unit of the invoice; `all` = all together.
-- column: organisational_unit_name text! Its name.
-- column: below_count int! Invoices from limit × (1 − width) up to what the limit allows.
-- column: above_count int! Invoices beyond it up to limit × (1 + width).
-- column: below_net money! Their amount, on the row's VAT basis.
-- column: above_net money! Their amount, on the row's VAT basis.
-- column: below_supplier_count int! Suppliers with invoices below.
-- column: above_supplier_count int! Suppliers with invoices above.
-- column: top_below_count int! Invoices below of the supplier with the most of them.
-- column: top_supplier_id text That supplier; the smaller id when two are equal.
-- column: top_supplier_name text Its name.
-- column: density_ratio float below_count / above_count; empty when none is above, so that nothing is endless.
-- column: cluster_z float Sum over suppliers of (below − above) / square root of the sum of its squares: a supplier with many invoices counts as one voice.
-- column: width_ratio float! Width of each bin as a share of the limit (parameter bunching_width_ratio).
-- column: amount_coverage_ratio float Invoices whose amount on this basis is known / invoices that could be held against limits.
-- column: band text! too_few (under bunching_count_min invoices in both bins), even or bunched (more below than above beyond bunching_z_min).
-- chart: bar; x=threshold_code; y=below_count,above_count
-- policy: 3, 18, 19
-- source: density below and above a threshold as in bunching studies; cluster-robust z in place of a bootstrap over suppliers. Call-offs under contracts are left out
with lines as (
    select supplier_id, supplier_name, invoice_key, organisational_unit_id, organisational_unit_name, month_index, spend_net, net_amount, vat_amount
    from matched.spend
    where is_addressable and outcome <> 'compliant' and outcome <> 'deviating'
),
run as (
    select currency
    from rule.run
),
parameters as (
    select
        max(case when parameter_code = 'bunching_width_ratio' then parameter_value end) as width_ratio,
        max(case when parameter_code = 'bunching_count_min' then parameter_value end) as count_min,
        max(case when parameter_code = 'bunching_z_min' then parameter_value end) as z_min
    from rule.parameter
),
limits as (
    select t.threshold_code as threshold_code, t.first_month_index as first_month_index, t.last_month_index as last_month_index, t.limit_value as limit_value,
        t.limit_operator as limit_operator, cast(t.limit_value as double) * (1 - p.width_ratio) as from_value,
        cast(t.limit_value as double) * (1 + p.width_ratio) as to_value
    from rule.threshold t
    join run r on r.currency = t.limit_unit
    cross join parameters p
),
smallest as (
    select min(from_value) as from_value
    from limits
),
-- VAT is in the line's own currency: where that is not the workspace's, net and spend differ and VAT is not known here.
invoices as (
    select supplier_id, invoice_key, min(supplier_name) as supplier_name, min(organisational_unit_id) as organisational_unit_id,
        min(organisational_unit_name) as organisational_unit_name, min(month_index) as month_index, sum(spend_net) as spend_net, sum(vat_amount) as vat_net,
        sum(case when vat_amount is null or net_amount <> spend_net then 1 else 0 end) as unknown_count
    from lines
    group by supplier_id, invoice_key
),
large as (
    select i.supplier_id as supplier_id, i.supplier_name as supplier_name, i.organisational_unit_id as organisational_unit_id,
        i.organisational_unit_name as organisational_unit_name, i.month_index as month_index, i.spend_net as spend_net, i.vat_net as vat_net, i.unknown_count as unknown_count
    from invoices i
    cross join smallest s
    where case when cast(i.spend_net as double) * 2 >= s.from_value then true else false end
),
amounts as (
    select 'excluding_vat' as vat_basis, supplier_id, supplier_name, organisational_unit_id, organisational_unit_name, month_index, spend_net as amount
    from large
    union all
    select 'including_vat' as vat_basis, supplier_id, supplier_name, organisational_unit_id, organisational_unit_name, month_index, spend_net + vat_net as amount
    from large
    where unknown_count = 0
),
coverage as (
    select 'excluding_vat' as vat_basis, count(*) as known_count, count(*) as all_count
    from large
    union all
    select 'including_vat' as vat_basis, sum(case when unknown_count = 0 then 1 else 0 end) as known_count, count(*) as all_count
    from large
),
near_limits as (
    select l.threshold_code as threshold_code, a.vat_basis as vat_basis, a.supplier_id as supplier_id, a.supplier_name as supplier_name,
        a.organisational_unit_id as organisational_unit_id, a.organisational_unit_name as organisational_unit_name, a.amount as amount,
        case when a.amount < l.limit_value then 1 when a.amount = l.limit_value and l.limit_operator = '<=' then 1 else 0 end as is_below
    from amounts a
    cross join limits l
    where case
        when a.month_index < l.first_month_index or a.month_index > l.last_month_index then false
        when cast(a.amount as double) >= l.from_value and cast(a.amount as double) < l.to_value then true
        else false
    end
),
scoped as (
    select threshold_code, vat_basis, organisational_unit_id, organisational_unit_name, supplier_id, supplier_name, amount, is_below
    from near_limits
    union all
    select threshold_code, vat_basis, 'all' as organisational_unit_id, 'all' as organisational_unit_name, supplier_id, supplier_name, amount, is_below
    from near_limits
),
suppliers as (
    select threshold_code, vat_basis, organisational_unit_id, supplier_id, min(organisational_unit_name) as organisational_unit_name,
        min(supplier_name) as supplier_name, sum(is_below) as below_count, sum(1 - is_below) as above_count,
        sum(case when is_below = 1 then amount else 0 end) as below_net, sum(case when is_below = 0 then amount else 0 end) as above_net
    from scoped
    group by threshold_code, vat_basis, organisational_unit_id, supplier_id
),
ordered as (
    select threshold_code, vat_basis, organisational_unit_id, supplier_id, organisational_unit_name, supplier_name, below_count, above_count, below_net, above_net,
        -below_count as negative_count
    from suppliers
),
ranked as (
    select threshold_code, vat_basis, organisational_unit_id, supplier_id, organisational_unit_name, supplier_name, below_count, above_count, below_net, above_net,
        row_number() over (partition by threshold_code, vat_basis, organisational_unit_id order by negative_count, supplier_id) as supplier_rank
    from ordered
),
sums as (
    select threshold_code, vat_basis, organisational_unit_id, min(organisational_unit_name) as organisational_unit_name,
        sum(below_count) as below_count, sum(above_count) as above_count, sum(below_net) as below_net, sum(above_net) as above_net,
        sum(case when below_count > 0 then 1 else 0 end) as below_supplier_count, sum(case when above_count > 0 then 1 else 0 end) as above_supplier_count,
        max(below_count) as top_below_count,
        max(case when supplier_rank = 1 and below_count > 0 then supplier_id end) as top_supplier_id,
        max(case when supplier_rank = 1 and below_count > 0 then supplier_name end) as top_supplier_name,
        sum((below_count - above_count) * (below_count - above_count)) as square_count
    from ranked
    group by threshold_code, vat_basis, organisational_unit_id
),
scored as (
    select threshold_code, vat_basis, organisational_unit_id, organisational_unit_name, below_count, above_count, below_net, above_net, below_supplier_count,
        above_supplier_count, top_below_count, top_supplier_id, top_supplier_name,
        cast(below_count - above_count as double) / sqrt(cast(nullif(square_count, 0) as double)) as cluster_z
    from sums
)
select
    s.threshold_code as threshold_code,
    s.vat_basis as vat_basis,
    s.organisational_unit_id as organisational_unit_id,
    s.organisational_unit_name as organisational_unit_name,
    s.below_count as below_count,
    s.above_count as above_count,
    s.below_net as below_net,
    s.above_net as above_net,
    s.below_supplier_count as below_supplier_count,
    s.above_supplier_count as above_supplier_count,
    s.top_below_count as top_below_count,
    s.top_supplier_id as top_supplier_id,
    s.top_supplier_name as top_supplier_name,
    cast(s.below_count as double) / cast(nullif(s.above_count, 0) as double) as density_ratio,
    s.cluster_z as cluster_z,
    p.width_ratio as width_ratio,
    cast(c.known_count as double) / cast(nullif(c.all_count, 0) as double) as amount_coverage_ratio,
    case
        when cast(s.below_count + s.above_count as double) < p.count_min then 'too_few'
        when s.cluster_z >= p.z_min then 'bunched'
        else 'even'
    end as band
from scored s
join coverage c on c.vat_basis = s.vat_basis
cross join parameters p
order by threshold_code, vat_basis, organisational_unit_id
