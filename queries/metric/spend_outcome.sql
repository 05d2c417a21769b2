-- title: Utfall: varje krona har ett | Outcomes: each krona has one
-- what: All spend by outcome, the way it was matched and the step of the ladder.
-- why: The parts add up to the lake: nothing is left out of the compliance figures in silence.
-- grain: one outcome × match class × ladder step
-- key: outcome, match_class, ladder_step
-- column: outcome text! compliant, deviating, off_contract, ambiguous, undetermined or not_addressable.
-- column: outcome_order int! Order of the outcomes.
-- column: match_class text! explicit, by_order, unique_scope, chosen, approved, ambiguous, out_of_scope, no_contract, not_contractable or unresolved.
-- column: ladder_step text! none, L0, L1, L2, L3 or unknown.
-- column: line_count int! Invoice lines.
-- column: invoice_count int! Invoices.
-- column: spend_net money! Spend excluding VAT; lines without an exchange rate count as zero.
-- column: no_rate_line_count int! Of the lines, those without an exchange rate.
-- column: total_spend_net money! Denominator: all spend.
-- column: spend_ratio float spend_net / total_spend_net.
-- chart: stacked; x=outcome; y=spend_net; series=match_class
-- policy: 18, 34
-- source: own definition: docs/glossary.md
with lines as (
    select outcome, match_class, ladder_level, invoice_key, spend_net
    from matched.spend
),
steps as (
    select outcome, match_class, invoice_key, spend_net,
        case
            when ladder_level is null then 'unknown'
            when ladder_level = 0 then 'L0'
            when ladder_level = 1 then 'L1'
            when ladder_level = 2 then 'L2'
            when ladder_level = 3 then 'L3'
            else 'none'
        end as ladder_step
    from lines
),
sums as (
    select outcome, match_class, ladder_step, count(*) as line_count, count(distinct invoice_key) as invoice_count,
        coalesce(sum(spend_net), 0) as spend_net, sum(case when spend_net is null then 1 else 0 end) as no_rate_line_count
    from steps
    group by outcome, match_class, ladder_step
),
total as (
    select sum(spend_net) as total_spend_net
    from sums
)
select
    s.outcome as outcome,
    case s.outcome
        when 'compliant' then 1
        when 'deviating' then 2
        when 'off_contract' then 3
        when 'ambiguous' then 4
        when 'undetermined' then 5
        else 6
    end as outcome_order,
    s.match_class as match_class,
    s.ladder_step as ladder_step,
    s.line_count as line_count,
    s.invoice_count as invoice_count,
    s.spend_net as spend_net,
    s.no_rate_line_count as no_rate_line_count,
    t.total_spend_net as total_spend_net,
    cast(s.spend_net as double) / cast(nullif(t.total_spend_net, 0) as double) as spend_ratio
from sums s
cross join total t
order by outcome_order, match_class, ladder_step
