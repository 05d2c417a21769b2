-- title: Benfords lag: första två siffrorna | Benford’s law: first two digits
-- what: How often each pair of first digits begins an amount, beside what Benford’s law expects, for all lines, each ledger and each unit with enough of them.
-- why: Shows which amounts stand out, so that the lines behind them can be looked at.
-- caution: En sållning, aldrig ett fynd: hyror, prislistor, schabloner och beloppsgränser bryter mönstret av goda skäl, och bland 90 siffror överskrider 4–5 gränsen av slumpen. | A screen, never a finding: rents, price lists, standard amounts and limits break the pattern for good reasons, and of 90 digits 4 to 5 pass the limit by chance.
-- grain: one scope × pair of first digits
-- key: scope_kind, scope_id, first_digits
-- column: scope_kind text! all, ledger or unit.
-- column: scope_id text! `all`, the source, or the unit.
-- column: scope_name text! Its name.
-- column: first_digits int! 10 to 99.
-- column: line_count int! Lines whose amount begins with them.
-- column: scope_line_count int! Lines of the scope: positive amounts of at least benford_amount_min.
-- column: observed_ratio float line_count / scope_line_count.
-- column: expected_ratio float log10(1 + 1 / first_digits).
-- column: z float (|observed − expected| − 1 / 2n) / √(expected × (1 − expected) / n), the correction left out where it is the larger.
-- column: is_standing_out bool! Whether z is above benford_z_min and the digits come more often than expected.
-- chart: bar; x=first_digits; y=observed_ratio,expected_ratio
-- policy: 3, 19
-- source: Nigrini, Benford’s Law (2012); test of first two digits
with lines as (
    select line_id, organisational_unit_id, organisational_unit_name, floor(cast(net_amount as double)) as whole_amount
    from matched.spend
    where is_addressable and net_amount > 0
),
parameters as (
    select
        max(case when parameter_code = 'benford_amount_min' then parameter_value end) as amount_min,
        max(case when parameter_code = 'benford_count_min' then parameter_value end) as count_min,
        max(case when parameter_code = 'benford_z_min' then parameter_value end) as z_min
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
        cast(substr(cast(cast(l.whole_amount as bigint) as varchar), 1, 2) as bigint) as first_digits
    from lines l
    cross join parameters p
    where case when l.whole_amount >= p.amount_min and l.whole_amount >= 10 then true else false end
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
    select scope_kind, scope_id, min(scope_name) as scope_name, sum(line_count) as scope_line_count
    from scoped
    group by scope_kind, scope_id
),
judged as (
    select s.scope_kind as scope_kind, s.scope_id as scope_id, s.scope_name as scope_name, s.scope_line_count as scope_line_count
    from scopes s
    cross join parameters p
    where case when cast(s.scope_line_count as double) >= p.count_min then true else false end
),
ratios as (
    select j.scope_kind as scope_kind, j.scope_id as scope_id, j.scope_name as scope_name, d.first_digits as first_digits, coalesce(s.line_count, 0) as line_count,
        j.scope_line_count as scope_line_count, cast(coalesce(s.line_count, 0) as double) / cast(j.scope_line_count as double) as observed_ratio,
        log10(1 + 1 / cast(d.first_digits as double)) as expected_ratio
    from judged j
    cross join digits d
    left join sums s on s.scope_kind = j.scope_kind and s.scope_id = j.scope_id and s.first_digits = d.first_digits
),
scored as (
    select scope_kind, scope_id, scope_name, first_digits, line_count, scope_line_count, observed_ratio, expected_ratio,
        (case
            when abs(observed_ratio - expected_ratio) > 1 / (2 * cast(scope_line_count as double))
                then abs(observed_ratio - expected_ratio) - 1 / (2 * cast(scope_line_count as double))
            else abs(observed_ratio - expected_ratio)
        end) / sqrt((expected_ratio * (1 - expected_ratio)) / cast(scope_line_count as double)) as z
    from ratios
)
select
    s.scope_kind as scope_kind,
    s.scope_id as scope_id,
    s.scope_name as scope_name,
    s.first_digits as first_digits,
    s.line_count as line_count,
    s.scope_line_count as scope_line_count,
    s.observed_ratio as observed_ratio,
    s.expected_ratio as expected_ratio,
    s.z as z,
    s.z > p.z_min and s.observed_ratio > s.expected_ratio as is_standing_out
from scored s
cross join parameters p
order by scope_kind, scope_id, first_digits
