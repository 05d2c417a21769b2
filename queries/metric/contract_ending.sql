-- title: Avtal som löper ut | Contracts about to end
-- what: Live contracts whose term ends within the horizon (parameter contract_ending_months), with the options left, what is bought on them, and whether a successor is in the catalogue.
-- why: A new procurement takes months; openness about coming needs invites more bidders.
-- grain: one contract that ends within the horizon
-- key: contract_id
-- column: contract_id text! Contract.
-- column: contract_title text! Title.
-- column: supplier_names text! Its suppliers.
-- column: award_form text! single, ranked, renewed_competition, call_off or unknown.
-- column: category_codes text! Category scope; empty text when not stated.
-- column: ends_on date! Last day of the term.
-- column: end_period text! Its month, YYYY-MM.
-- column: days_to_end int! Days from the as-of date.
-- column: months_to_end int! Months from the as-of month to the month of the end.
-- column: extendable_until_on date Last day if every remaining option is used.
-- column: has_option bool! Whether the term can still be extended.
-- column: trailing_net money! Bought on it in the last twelve months.
-- column: successor_contract_id text A contract that covers the same categories and runs on after this one's end; the one with the smallest number.
-- column: successor_count int! How many such contracts there are.
-- column: has_successor bool Whether there is one; empty when the category scope is not stated, so that it cannot be known.
-- column: has_owner bool! Whether an owner's role is on file.
-- chart: bar; x=end_period; y=trailing_net
-- policy: 6, 15
-- source: own definition; successor = another framework with the same category code, or one above it, whose term reaches past this one's end and begins at most one day after it
with terms as (
    select contract_id, framework_contract_id, contract_title, supplier_names, award_form, category_codes, starts_on, ends_on, days_to_end, extendable_until_on, is_live, has_owner
    from matched.contract_term
),
run as (
    select as_of_month_index, as_of_on
    from rule.run
),
calendar as (
    select month_index, period, first_on, last_on
    from rule.calendar
),
months as (
    select parameter_value
    from rule.parameter
    where parameter_code = 'contract_ending_months'
),
horizon as (
    select r.as_of_on as as_of_on, r.as_of_month_index as as_of_month_index, c.last_on as last_on
    from run r
    cross join calendar c
    cross join months p
    where c.month_index = r.as_of_month_index + cast(p.parameter_value as bigint)
),
ending as (
    select t.contract_id as contract_id, t.framework_contract_id as framework_contract_id, t.contract_title as contract_title,
        t.supplier_names as supplier_names, t.award_form as award_form, coalesce(t.category_codes, '') as category_codes, t.ends_on as ends_on,
        t.days_to_end as days_to_end, t.extendable_until_on as extendable_until_on, t.has_owner as has_owner, h.as_of_month_index as as_of_month_index
    from terms t
    cross join horizon h
    where case when t.is_live and t.ends_on <= h.last_on then true else false end
),
end_months as (
    select e.contract_id as contract_id, c.month_index as month_index, c.period as period
    from ending e
    cross join calendar c
    where case when e.ends_on >= c.first_on and e.ends_on <= c.last_on then true else false end
),
days as (
    select day_on, day_index
    from rule.day
),
numbers as (
    select c.month_index - r.as_of_month_index as n
    from calendar c
    cross join run r
    where case when c.month_index > r.as_of_month_index and c.month_index <= r.as_of_month_index + 60 then true else false end
),
ending_codes as (
    select e.contract_id as contract_id, e.framework_contract_id as framework_contract_id, e.ends_on as ends_on, d.day_index as end_index,
        split_part(e.category_codes, '|', n.n) as category_code
    from ending e
    join days d on d.day_on = e.ends_on
    cross join numbers n
    where split_part(e.category_codes, '|', n.n) <> ''
),
all_codes as (
    select t.contract_id as contract_id, t.framework_contract_id as framework_contract_id, d.day_index as start_index, t.ends_on as ends_on,
        split_part(t.category_codes, '|', n.n) as category_code
    from terms t
    left join days d on d.day_on = t.starts_on
    cross join numbers n
    where split_part(t.category_codes, '|', n.n) <> ''
),
successor_codes as (
    select e.contract_id as contract_id, e.category_code as category_code, s.contract_id as successor_contract_id
    from ending_codes e
    cross join all_codes s
    where case
        when s.framework_contract_id = e.framework_contract_id or s.ends_on <= e.ends_on or s.start_index > e.end_index + 1 then false
        else substr(e.category_code, 1, length(s.category_code)) = s.category_code
    end
),
code_counts as (
    select contract_id, count(distinct category_code) as code_count
    from ending_codes
    group by contract_id
),
successor_counts as (
    select contract_id, successor_contract_id, count(distinct category_code) as code_count
    from successor_codes
    group by contract_id, successor_contract_id
),
successors as (
    select s.contract_id as contract_id, min(s.successor_contract_id) as successor_contract_id, count(*) as successor_count
    from successor_counts s
    join code_counts c on c.contract_id = s.contract_id and c.code_count = s.code_count
    group by s.contract_id
),
bought as (
    select l.contract_id as contract_id, sum(l.spend_net) as trailing_net
    from matched.spend l
    cross join run r
    where (l.outcome = 'compliant' or l.outcome = 'deviating' or l.reason = 'M6')
        and case when l.month_index > r.as_of_month_index - 12 and l.month_index <= r.as_of_month_index then true else false end
    group by l.contract_id
)
select
    e.contract_id as contract_id,
    e.contract_title as contract_title,
    e.supplier_names as supplier_names,
    e.award_form as award_form,
    e.category_codes as category_codes,
    e.ends_on as ends_on,
    m.period as end_period,
    e.days_to_end as days_to_end,
    m.month_index - e.as_of_month_index as months_to_end,
    e.extendable_until_on as extendable_until_on,
    coalesce(e.extendable_until_on > e.ends_on, false) as has_option,
    coalesce(b.trailing_net, 0) as trailing_net,
    s.successor_contract_id as successor_contract_id,
    coalesce(s.successor_count, 0) as successor_count,
    case when e.category_codes = '' then null else s.successor_count is not null end as has_successor,
    e.has_owner as has_owner
from ending e
join end_months m on m.contract_id = e.contract_id
left join successors s on s.contract_id = e.contract_id
left join bought b on b.contract_id = e.contract_id
order by ends_on, contract_id
