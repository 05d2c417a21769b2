-- title: Klimatutsläpp per kategori och metod | Emissions by category and method
-- what: Kilograms of CO2e for each method, year and category: spend taken to the factor’s price year and currency times the factor, or quantity times the factor; with what could not be reckoned and why. Methods stand side by side and are never added.
-- why: A rise of prices looks like a rise of emissions, and a total of two methods means nothing: each total says its method and how much of the spend it covers.
-- caution: En praktisk indikator, inte en mätning: en krona är en genomsnittskrona i sin bransch. | A practical indicator, not a measurement: a krona is an average krona of its trade.
-- grain: one method × year × category, and `all` categories of the method and year
-- key: method_code, year_number, category_code
-- column: method_code text! Method of the factor file.
-- column: year_number int! Calendar year of the lines.
-- column: category_code text! Category; `all` = all together.
-- column: category_name text! Its name.
-- column: status text! covered, no_factor, no_index (no price index for the year or the factor’s), no_rate (no rate of exchange), no_vat (factor includes VAT and lines do not state it), no_quantity (no quantity in the factor’s unit), mixed (`all` rows).
-- column: spend_net money! Addressable spend of the category in the year.
-- column: covered_spend_net money! The part that kilograms were reckoned for.
-- column: coverage_ratio float covered_spend_net / spend_net.
-- column: kg_co2e float Kilograms; empty when nothing was covered.
-- column: kg_per_spend float kg_co2e / covered_spend_net, in kilograms for one unit of the workspace’s currency.
-- column: price_change float Index of the factor’s price year / index of the year: what spend was multiplied with; empty for quantities.
-- column: factor_kg float The factor: kilograms for one unit.
-- column: factor_unit text What it is per: a currency or a unit of measure.
-- column: price_year int Its price year.
-- column: vat_basis text excluding or including: whether VAT is in the amount that it is used on.
-- column: factor_source text Its source.
-- chart: stacked; x=year_number; y=kg_co2e; series=category_name
-- policy: 26, 28, 29
-- source: Upphandlingsmyndigheten, miljöspendanalys: CO2e = spend × factor; factors by lake.emission_factor, indices and rates by lake.price_index
with lines as (
    select category_code, category_name, month_index, coalesce(item_id, '') as item_id, invoiced_quantity, upper(coalesce(unit_of_measure, '')) as unit_name, spend_net, net_amount,
        vat_amount
    from matched.spend
    where is_addressable
),
run as (
    select currency
    from rule.run
),
calendar as (
    select month_index, year_number
    from rule.calendar
),
all_factors as (
    select method_code, coalesce(category_code, '') as category_code, coalesce(item_id, '') as item_id, cast(kg_co2e as double) / cast(coalesce(per_quantity, 1) as double) as factor_kg,
        per_unit as factor_unit, coalesce(price_year, 0) as price_year, coalesce(vat_basis, 'excluding') as vat_basis, factor_source,
        case when price_year is null then 'quantity' else 'amount' end as factor_kind, -length(coalesce(category_code, '')) as negative_length, -coalesce(price_year, 0) as negative_year
    from lake.emission_factor
),
methods as (
    select distinct method_code, factor_kind
    from all_factors
),
category_years as (
    select l.category_code as category_code, c.year_number as year_number, min(l.category_name) as category_name, sum(l.spend_net) as spend_net,
        sum(l.spend_net + coalesce(l.vat_amount, 0)) as spend_gross, sum(case when l.vat_amount is null or l.net_amount <> l.spend_net then 1 else 0 end) as vat_unknown_count
    from lines l
    join calendar c on c.month_index = l.month_index
    group by l.category_code, c.year_number
),
categories as (
    select category_code, min(category_name) as category_name
    from category_years
    group by category_code
),
-- Factors per amount: the longest code that fits, then the latest price year.
amount_fits as (
    select c.category_code as category_code, f.method_code as method_code, f.factor_kg as factor_kg, f.factor_unit as factor_unit, f.price_year as price_year,
        f.vat_basis as vat_basis, f.factor_source as factor_source, f.negative_length as negative_length, f.negative_year as negative_year
    from categories c
    cross join all_factors f
    where case
        when f.factor_kind <> 'amount' or f.category_code = '' then false
        else substr(c.category_code, 1, length(f.category_code)) = f.category_code
    end
),
amount_ranks as (
    select category_code, method_code, factor_kg, factor_unit, price_year, vat_basis, factor_source,
        row_number() over (partition by category_code, method_code order by negative_length, negative_year, factor_source, factor_kg) as fit_rank
    from amount_fits
),
amount_factors as (
    select category_code, method_code, factor_kg, factor_unit, price_year, vat_basis, factor_source
    from amount_ranks
    where fit_rank = 1
),
indices as (
    select year_number, cast(index_value as double) as index_value
    from lake.price_index
    where series_code = 'price'
),
rates as (
    select series_code, year_number, cast(index_value as double) as rate_value
    from lake.price_index
    where series_code <> 'price'
),
amount_inputs as (
    select m.method_code as method_code, y.year_number as year_number, y.category_code as category_code, y.category_name as category_name, y.spend_net as spend_net,
        case when f.vat_basis = 'including' then y.spend_gross else y.spend_net end as based_net, y.vat_unknown_count as vat_unknown_count, f.factor_kg as factor_kg,
        f.factor_unit as factor_unit, f.price_year as price_year, f.vat_basis as vat_basis, f.factor_source as factor_source,
        case when f.price_year = y.year_number then 1.0 else cast(g.index_value as double) / nullif(h.index_value, 0) end as price_change,
        case when f.factor_unit = r.currency then 1.0 else x.rate_value end as rate_value
    from category_years y
    cross join methods m
    cross join run r
    left join amount_factors f on f.category_code = y.category_code and f.method_code = m.method_code
    left join indices g on g.year_number = f.price_year
    left join indices h on h.year_number = y.year_number
    left join rates x on x.series_code = f.factor_unit and x.year_number = f.price_year
    where m.factor_kind = 'amount'
),
amount_statuses as (
    select method_code, year_number, category_code, category_name, spend_net, based_net, factor_kg, factor_unit, price_year, vat_basis, factor_source, price_change, rate_value,
        case
            when factor_kg is null then 'no_factor'
            when vat_basis = 'including' and vat_unknown_count > 0 then 'no_vat'
            when price_change is null then 'no_index'
            when rate_value is null then 'no_rate'
            else 'covered'
        end as status
    from amount_inputs
),
-- Kilograms as whole grams, so that no order of adding can change a sum; half a gram up, since engines round ties each their way.
amount_rows as (
    select method_code, year_number, category_code, category_name, status, spend_net, case when status = 'covered' then spend_net else 0 end as covered_spend_net,
        case
            when status = 'covered'
                then cast(floor(1000 * ((cast(based_net as double) * price_change) / rate_value) * factor_kg + 0.5) as bigint)
        end as gram_count,
        price_change, factor_kg, factor_unit, price_year, vat_basis, factor_source
    from amount_statuses
),
-- Factors per quantity: the item's own, else the longest code that fits, in the unit of the line.
quantity_lines as (
    select l.category_code as category_code, l.item_id as item_id, l.unit_name as unit_name, c.year_number as year_number, sum(l.invoiced_quantity) as quantity,
        sum(l.spend_net) as spend_net
    from lines l
    join calendar c on c.month_index = l.month_index
    where l.invoiced_quantity is not null and l.unit_name <> ''
    group by l.category_code, l.item_id, l.unit_name, c.year_number
),
quantity_kinds as (
    select distinct category_code, item_id, unit_name
    from quantity_lines
),
quantity_fits as (
    select k.category_code as category_code, k.item_id as item_id, k.unit_name as unit_name, f.method_code as method_code, f.factor_kg as factor_kg,
        f.factor_unit as factor_unit, f.factor_source as factor_source, f.negative_length as negative_length, case when f.item_id = '' then 1 else 0 end as item_order
    from quantity_kinds k
    cross join all_factors f
    where case
        when f.factor_kind <> 'quantity' or upper(f.factor_unit) <> k.unit_name then false
        when f.item_id <> '' then f.item_id = k.item_id and substr(k.category_code, 1, length(f.category_code)) = f.category_code
        when f.category_code = '' then false
        else substr(k.category_code, 1, length(f.category_code)) = f.category_code
    end
),
quantity_ranks as (
    select category_code, item_id, unit_name, method_code, factor_kg, factor_unit, factor_source,
        row_number() over (partition by category_code, item_id, unit_name, method_code order by item_order, negative_length, factor_source, factor_kg) as fit_rank
    from quantity_fits
),
quantity_sums as (
    select f.method_code as method_code, q.year_number as year_number, q.category_code as category_code, sum(q.spend_net) as covered_spend_net,
        sum(cast(floor(1000 * (cast(q.quantity as double) * f.factor_kg) + 0.5) as bigint)) as gram_count, min(f.factor_kg) as least_kg, max(f.factor_kg) as most_kg,
        min(f.factor_unit) as first_unit, max(f.factor_unit) as last_unit, min(f.factor_source) as factor_source
    from quantity_lines q
    join quantity_ranks f on f.category_code = q.category_code and f.item_id = q.item_id and f.unit_name = q.unit_name
    where f.fit_rank = 1
    group by f.method_code, q.year_number, q.category_code
),
quantity_rows as (
    select m.method_code as method_code, y.year_number as year_number, y.category_code as category_code, y.category_name as category_name,
        case when q.gram_count is null then 'no_quantity' else 'covered' end as status, y.spend_net as spend_net, coalesce(q.covered_spend_net, 0) as covered_spend_net,
        q.gram_count as gram_count, cast(null as double) as price_change, case when q.least_kg = q.most_kg then q.least_kg end as factor_kg,
        case when q.first_unit = q.last_unit then q.first_unit end as factor_unit, cast(null as bigint) as price_year, cast(null as varchar) as vat_basis, q.factor_source as factor_source
    from category_years y
    cross join methods m
    left join quantity_sums q on q.method_code = m.method_code and q.year_number = y.year_number and q.category_code = y.category_code
    where m.factor_kind = 'quantity'
),
reckoned as (
    select method_code, year_number, category_code, category_name, status, spend_net, covered_spend_net, gram_count, price_change, factor_kg, factor_unit, price_year, vat_basis,
        factor_source
    from amount_rows
    union all
    select method_code, year_number, category_code, category_name, status, spend_net, covered_spend_net, gram_count, price_change, factor_kg, factor_unit, price_year, vat_basis,
        factor_source
    from quantity_rows
),
combined as (
    select method_code, year_number, category_code, category_name, status, spend_net, covered_spend_net, gram_count, price_change, factor_kg, factor_unit, price_year, vat_basis,
        factor_source
    from reckoned
    union all
    select method_code, year_number, 'all' as category_code, 'all' as category_name, 'mixed' as status, sum(spend_net) as spend_net, sum(covered_spend_net) as covered_spend_net,
        sum(gram_count) as gram_count, cast(null as double) as price_change, cast(null as double) as factor_kg, cast(null as varchar) as factor_unit,
        cast(null as bigint) as price_year, cast(null as varchar) as vat_basis, cast(null as varchar) as factor_source
    from reckoned
    group by method_code, year_number
)
select
    method_code,
    year_number,
    category_code,
    category_name,
    status,
    spend_net,
    covered_spend_net,
    cast(covered_spend_net as double) / cast(nullif(spend_net, 0) as double) as coverage_ratio,
    cast(gram_count as double) * 0.001 as kg_co2e,
    cast(gram_count as double) / cast(nullif(covered_spend_net, 0) as double) * 0.001 as kg_per_spend,
    price_change,
    factor_kg,
    factor_unit,
    price_year,
    vat_basis,
    factor_source
from combined
order by method_code, year_number, category_code
