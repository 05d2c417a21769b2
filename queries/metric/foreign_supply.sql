-- title: Leverantörer utomlands per kategori | Foreign supply by category
-- what: Addressable spend of the last twelve months with suppliers seated at home, abroad and unknown, by category.
-- why: Deliveries from abroad stop at borders first; the share says where a domestic source is missing.
-- grain: one category, and `all` together
-- key: category_code
-- column: category_code text! Category; `all` = all together.
-- column: category_name text! Its name.
-- column: domestic_spend_net money! With suppliers seated in the country of the workspace’s currency.
-- column: foreign_spend_net money! With suppliers seated elsewhere.
-- column: unknown_spend_net money! With suppliers whose country no file states.
-- column: spend_net money! All three.
-- column: foreign_ratio float foreign_spend_net / (domestic_spend_net + foreign_spend_net); empty when no country is known.
-- column: foreign_supplier_count int! Suppliers seated elsewhere.
-- column: country_count int! Countries other than the home country.
-- column: top_country text The one with the most spend; the first by its code when two are equal.
-- column: coverage_ratio float Share of kronor whose country is known.
-- chart: stacked; x=category_name; y=domestic_spend_net,foreign_spend_net,unknown_spend_net
-- policy: 22, 23
-- source: country of the seat: register files, then a valid Swedish organisation number, then the vendor master. Where goods are made is not in any ledger
with lines as (
    select category_code, category_name, supplier_id, vendor_key, month_index, spend_net
    from matched.spend
    where is_addressable
),
run as (
    select as_of_month_index, home_country
    from rule.run
),
pairs as (
    select l.category_code as category_code, l.supplier_id as supplier_id, min(l.category_name) as category_name, sum(l.spend_net) as spend_net
    from lines l
    cross join run r
    where case when l.month_index > r.as_of_month_index - 12 and l.month_index <= r.as_of_month_index then true else false end
    group by l.category_code, l.supplier_id
),
register as (
    select organisation_number, min(upper(country)) as country
    from lake.supplier_register
    where organisation_number <> '' and country <> ''
    group by organisation_number
),
masters as (
    select v.supplier_id as supplier_id, min(upper(m.country)) as country
    from resolved.vendor_supplier v
    join lake.vendor_record m on m.vendor_id = v.vendor_id and m.vendor_name = v.vendor_name
    where m.country <> ''
    group by v.supplier_id
),
suppliers as (
    select s.supplier_id as supplier_id,
        coalesce(r.country, case when substr(s.supplier_id, 1, 2) = 'SE' and s.organisation_number <> '' then 'SE' end, m.country, '') as country
    from resolved.supplier s
    left join register r on r.organisation_number = s.organisation_number
    left join masters m on m.supplier_id = s.supplier_id
),
seated as (
    select p.category_code as category_code, p.category_name as category_name, p.supplier_id as supplier_id, p.spend_net as spend_net, coalesce(s.country, '') as country,
        case when coalesce(s.country, '') = '' then 'unknown' when s.country = r.home_country then 'domestic' else 'foreign' end as seat
    from pairs p
    cross join run r
    left join suppliers s on s.supplier_id = p.supplier_id
),
scoped as (
    select category_code, category_name, supplier_id, spend_net, country, seat
    from seated
    union all
    select 'all' as category_code, 'all' as category_name, supplier_id, spend_net, country, seat
    from seated
),
countries as (
    select category_code, country, sum(spend_net) as spend_net, -sum(spend_net) as negative_net
    from scoped
    where seat = 'foreign'
    group by category_code, country
),
country_ranks as (
    select category_code, country, row_number() over (partition by category_code order by negative_net, country) as country_rank
    from countries
),
top_countries as (
    select category_code, max(case when country_rank = 1 then country end) as top_country, count(*) as country_count
    from country_ranks
    group by category_code
),
sums as (
    select category_code, min(category_name) as category_name, sum(case when seat = 'domestic' then spend_net else 0 end) as domestic_spend_net,
        sum(case when seat = 'foreign' then spend_net else 0 end) as foreign_spend_net, sum(case when seat = 'unknown' then spend_net else 0 end) as unknown_spend_net,
        sum(spend_net) as spend_net, count(distinct case when seat = 'foreign' then supplier_id end) as foreign_supplier_count
    from scoped
    group by category_code
)
select
    s.category_code as category_code,
    s.category_name as category_name,
    s.domestic_spend_net as domestic_spend_net,
    s.foreign_spend_net as foreign_spend_net,
    s.unknown_spend_net as unknown_spend_net,
    s.spend_net as spend_net,
    cast(s.foreign_spend_net as double) / cast(nullif(s.domestic_spend_net + s.foreign_spend_net, 0) as double) as foreign_ratio,
    s.foreign_supplier_count as foreign_supplier_count,
    coalesce(t.country_count, 0) as country_count,
    t.top_country as top_country,
    cast(s.domestic_spend_net + s.foreign_spend_net as double) / cast(nullif(s.spend_net, 0) as double) as coverage_ratio
from sums s
left join top_countries t on t.category_code = s.category_code
order by category_code
