-- title: Benfords lag: hur väl beloppen följer den | Benford’s law: how well amounts follow it
-- what: Mean absolute deviation of first two digits from Benford’s law for all lines, each ledger and each unit, with the band it falls in; not judged below benford_count_min lines.
-- why: Says where the digits are worth a look at all.
-- caution: En sållning, aldrig ett fynd: måttet bortser från antalet rader, och hyror, prislistor och schabloner bryter mönstret av goda skäl. | A screen, never a finding: the measure ignores the number of lines, and rents, price lists and standard amounts break the pattern for good reasons.
-- grain: one scope: all lines, one ledger or one unit
-- key: scope_kind, scope_id
-- column: scope_kind text! all, ledger or unit.
-- column: scope_id text! `all`, the source, or the unit.
-- column: scope_name text! Its name.
-- column: line_count int! Lines: positive amounts of at least benford_amount_min.
-- column: excluded_count int! Addressable lines left out: smaller, zero or negative.
-- column: mad float Mean over 90 pairs of digits of |observed − expected|; empty when not judged.
-- column: band text! too_few, close, acceptable, marginal or nonconforming, by parameters benford_mad_close, _acceptable and _marginal.
-- chart: table
-- policy: 3, 19
-- source: Nigrini, Benford’s Law (2012), critical values for first two digits; cautions of Cerqueti and Lupi, arXiv 2202.05237
with lines as (
    select line_id, organisational_unit_id, organisational_unit_name, floor(cast(net_amount as double)) as whole_amount
    from matched.spend
    where is_addressable
),
parameters as (
    select
        max(case when parameter_code = 'benford_amount_min' then parameter_value end) as amount_min,
        max(case when parameter_code = 'benford_count_min' then parameter_value end) as count_min,
        max(case when parameter_code = 'benford_mad_close' then parameter_value end) as mad_close,
        max(case when parameter_code = 'benford_mad_acceptable' then parameter_value end) as mad_acceptable,
        max(case when parameter_code = 'benford_mad_marginal' then parameter_value end) as mad_marginal
    from rule.parameter
),
files as (
    select source_file_id, source_name
    from lake.source_file
),
digits as (
    select day_index as first_digits
    from rule.day
    where day_index >= 10 and day_index <= 99
),
beginnings as (
    select split_part(l.line_id, '-', 1) as source_file_id, l.organisational_unit_id as organisational_unit_id, l.organisational_unit_name as organisational_unit_name,
        case
            when l.whole_amount >= p.amount_min and l.whole_amount >= 10 then cast(substr(cast(cast(l.whole_amount as bigint) as varchar), 1, 2) as bigint)
            else 0
        end as first_digits
    from lines l
    cross join parameters p
),
counts as (
    select source_file_id, organisational_unit_id, first_digits, min(organisational_unit_name) as organisational_unit_name, count(*) as line_count
    from beginnings
    group by source_file_id, organisational_unit_id, first_digits
),
scoped as (
    select 'all' as scope_kind, 'all' as scope_id, 'all' as scope_name, first_digits, line_count
    from counts
    union all
    select 'ledger' as scope_kind, f.source_name as scope_id, f.source_name as scope_name, c.first_digits as first_digits, c.line_count as line_count
    from counts c
    join files f on f.source_file_id = c.source_file_id
    union all
    select 'unit' as scope_kind, organisational_unit_id as scope_id, organisational_unit_name as scope_name, first_digits, line_count
    from counts
),
sums as (
    select scope_kind, scope_id, first_digits, sum(line_count) as line_count
    from scoped
    group by scope_kind, scope_id, first_digits
),
scopes as (
    select scope_kind, scope_id, min(scope_name) as scope_name, sum(case when first_digits > 0 then line_count else 0 end) as line_count,
        sum(case when first_digits = 0 then line_count else 0 end) as excluded_count
    from scoped
    group by scope_kind, scope_id
),
judged as (
    select s.scope_kind as scope_kind, s.scope_id as scope_id, s.line_count as line_count
    from scopes s
    cross join parameters p
    where case when cast(s.line_count as double) >= p.count_min then true else false end
),
-- Deviations as whole numbers of 10^-12, so that their sum is exact and no order of adding can change it.
deviations as (
    select j.scope_kind as scope_kind, j.scope_id as scope_id,
        cast(round(1000000000000 * abs(cast(coalesce(s.line_count, 0) as double) / cast(j.line_count as double) - log10(1 + 1 / cast(d.first_digits as double)))) as bigint)
            as deviation_12
    from judged j
    cross join digits d
    left join sums s on s.scope_kind = j.scope_kind and s.scope_id = j.scope_id and s.first_digits = d.first_digits
),
mads as (
    select scope_kind, scope_id, cast(sum(deviation_12) as double) / cast(90000000000000 + 0 * count(*) as double) as mad
    from deviations
    group by scope_kind, scope_id
)
select
    s.scope_kind as scope_kind,
    s.scope_id as scope_id,
    s.scope_name as scope_name,
    s.line_count as line_count,
    s.excluded_count as excluded_count,
    m.mad as mad,
    case
        when m.mad is null then 'too_few'
        when m.mad <= p.mad_close then 'close'
        when m.mad <= p.mad_acceptable then 'acceptable'
        when m.mad <= p.mad_marginal then 'marginal'
        else 'nonconforming'
    end as band
from scopes s
cross join parameters p
left join mads m on m.scope_kind = s.scope_kind and m.scope_id = s.scope_id
order by scope_kind, scope_id
