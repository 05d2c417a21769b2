-- title: Användning av avtal | Use of contracts
-- what: What was bought on each contract, by whom and when; contracts without a single call-off; what passed it by; and which fields needed for follow-up are filled.
-- why: A contract that nobody uses, or that cannot be followed up, gives nothing back for the work of making it.
-- grain: one contract
-- key: contract_id
-- column: contract_id text! Contract.
-- column: framework_contract_id text! Its framework, or itself.
-- column: contract_title text! Title.
-- column: supplier_names text! Its suppliers.
-- column: award_form text! single, ranked, renewed_competition, call_off or unknown.
-- column: starts_on date First day of the term.
-- column: ends_on date Last day of the term.
-- column: is_live bool! Whether the as-of date lies within the term.
-- column: loaded_months int! Months of the term for which lines are loaded.
-- column: use_status text! used, not_used, too_few_months (nothing bought, but under zero_call_off_months loaded months: not to be judged) or not_live.
-- column: line_count int! Lines covered by it.
-- column: invoice_count int! Invoices with such lines.
-- column: unit_count int! Units that used it.
-- column: supplier_count int! Suppliers that were used on it.
-- column: first_used_on date First day of use.
-- column: last_used_on date Last day of use.
-- column: spend_net money! Bought on it, credits taken off.
-- column: trailing_net money! Of it, in the last twelve months.
-- column: passed_by_net money! Bought from others though this contract covered it (M2).
-- column: use_ratio float spend_net / (spend_net + passed_by_net): how faithfully it is used.
-- column: after_end_net money! Bought outside its term from its supplier (M4).
-- column: followable_field_count int! Of nine fields needed for follow-up, those filled.
-- column: has_owner bool! Whether an owner's role is on file.
-- column: is_followed_up_12m bool! Whether it was followed up in the last twelve months.
-- column: has_code_of_conduct bool Whether the code of conduct is part of it; empty = not stated.
-- column: has_sustainability_clause bool Whether it has sustainability clauses; empty = not stated.
-- chart: bar; x=contract_title; y=spend_net,passed_by_net
-- policy: 7, 31, 32, 33, 37
-- source: own definition; a zero call-off is not judged below twelve loaded months
with terms as (
    select contract_id, framework_contract_id, contract_title, supplier_names, award_form, starts_on, ends_on, is_live, loaded_months,
        followable_field_count, has_owner, is_followed_up_12m, has_code_of_conduct, has_sustainability_clause
    from matched.contract_term
),
lines as (
    select contract_id, passed_by_contract_id, outcome, reason, invoice_key, organisational_unit_id, supplier_id, covered_on, month_index,
        coalesce(spend_net, 0) as spend_net
    from matched.spend
    where contract_id <> '' or passed_by_contract_id <> ''
),
run as (
    select as_of_month_index
    from rule.run
),
used as (
    select l.contract_id as contract_id, count(*) as line_count, count(distinct l.invoice_key) as invoice_count,
        count(distinct l.organisational_unit_id) as unit_count, count(distinct l.supplier_id) as supplier_count,
        min(l.covered_on) as first_used_on, max(l.covered_on) as last_used_on, sum(l.spend_net) as spend_net,
        sum(case when l.month_index > r.as_of_month_index - 12 and l.month_index <= r.as_of_month_index then l.spend_net else 0 end) as trailing_net
    from lines l
    cross join run r
    where l.outcome = 'compliant' or l.outcome = 'deviating' or l.reason = 'M6'
    group by l.contract_id
),
passed as (
    select passed_by_contract_id as contract_id, sum(spend_net) as passed_by_net
    from lines
    where reason = 'M2'
    group by passed_by_contract_id
),
after_end as (
    select contract_id, sum(spend_net) as after_end_net
    from lines
    where reason = 'M4'
    group by contract_id
),
months as (
    select parameter_value
    from rule.parameter
    where parameter_code = 'zero_call_off_months'
)
select
    t.contract_id as contract_id,
    t.framework_contract_id as framework_contract_id,
    t.contract_title as contract_title,
    t.supplier_names as supplier_names,
    t.award_form as award_form,
    t.starts_on as starts_on,
    t.ends_on as ends_on,
    t.is_live as is_live,
    t.loaded_months as loaded_months,
    case
        when coalesce(u.line_count, 0) > 0 then 'used'
        when not t.is_live then 'not_live'
        when cast(t.loaded_months as double) < m.parameter_value then 'too_few_months'
        else 'not_used'
    end as use_status,
    coalesce(u.line_count, 0) as line_count,
    coalesce(u.invoice_count, 0) as invoice_count,
    coalesce(u.unit_count, 0) as unit_count,
    coalesce(u.supplier_count, 0) as supplier_count,
    u.first_used_on as first_used_on,
    u.last_used_on as last_used_on,
    coalesce(u.spend_net, 0) as spend_net,
    coalesce(u.trailing_net, 0) as trailing_net,
    coalesce(p.passed_by_net, 0) as passed_by_net,
    cast(coalesce(u.spend_net, 0) as double) / cast(nullif(coalesce(u.spend_net, 0) + coalesce(p.passed_by_net, 0), 0) as double) as use_ratio,
    coalesce(a.after_end_net, 0) as after_end_net,
    t.followable_field_count as followable_field_count,
    t.has_owner as has_owner,
    t.is_followed_up_12m as is_followed_up_12m,
    t.has_code_of_conduct as has_code_of_conduct,
    t.has_sustainability_clause as has_sustainability_clause
from terms t
cross join months m
left join used u on u.contract_id = t.contract_id
left join passed p on p.contract_id = t.contract_id
left join after_end a on a.contract_id = t.contract_id
order by contract_id
