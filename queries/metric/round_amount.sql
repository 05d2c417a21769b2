-- title: Runda belopp | Round amounts
-- what: Suppliers whose invoices unusually often come to a whole number of thousands (parameter round_step), excluding or including VAT, beside the share among all invoices.
-- why: Real deliveries seldom come to even thousands; made-up ones often do.
-- caution: Vanliga oskyldiga orsaker: arvoden, hyror, bidrag, à conto-fakturor, fasta priser enligt avtal. | Common innocent causes: fees, rents, grants, invoices on account, fixed prices by contract.
-- grain: one supplier with round_count_min invoices or more of which round_ratio_min or more are round
-- key: supplier_id
-- column: supplier_id text! Supplier.
-- column: supplier_name text! Its name.
-- column: invoice_count int! Invoices of at least round_amount_min.
-- column: round_net_count int! Of them, round excluding VAT.
-- column: round_gross_count int! Of them, round including VAT; 0 where the lines state no VAT.
-- column: round_count int! Of them, round either way.
-- column: round_ratio float round_count / invoice_count.
-- column: all_round_ratio float The same share over all invoices of all suppliers.
-- column: distinct_amount_count int! Different amounts among the round ones: 1 = always the same fee.
-- column: round_spend_net money! Spend on the round ones.
-- column: off_contract_net money! Of it, off contract (M1 to M6).
-- column: unit_count int! Units with round invoices.
-- column: vat_known_ratio float Invoices whose VAT is known / invoice_count.
-- column: false_positive_cause text! What else could explain it: recurring_fee (one amount), on_contract (most of it by contract) or round_price.
-- chart: table
-- policy: 19
-- source: Nigrini, Benford’s Law (2012), chapter 8: round numbers
with lines as (
    select supplier_id, supplier_name, invoice_key, organisational_unit_id, outcome, spend_net, net_amount, vat_amount
    from matched.spend
    where is_addressable
),
parameters as (
    select
        max(case when parameter_code = 'round_step' then parameter_value end) as step,
        max(case when parameter_code = 'round_amount_min' then parameter_value end) as amount_min,
        max(case when parameter_code = 'round_count_min' then parameter_value end) as count_min,
        max(case when parameter_code = 'round_ratio_min' then parameter_value end) as ratio_min
    from rule.parameter
),
invoices as (
    select supplier_id, invoice_key, min(supplier_name) as supplier_name, min(organisational_unit_id) as organisational_unit_id, sum(spend_net) as spend_net,
        sum(net_amount) as net_amount, sum(vat_amount) as vat_amount, sum(case when vat_amount is null then 1 else 0 end) as unknown_count,
        sum(case when outcome = 'off_contract' then spend_net else 0 end) as off_contract_net
    from lines
    group by supplier_id, invoice_key
),
tested as (
    select i.supplier_id as supplier_id, i.supplier_name as supplier_name, i.organisational_unit_id as organisational_unit_id, i.spend_net as spend_net,
        i.net_amount as net_amount, i.off_contract_net as off_contract_net, case when i.unknown_count = 0 then 1 else 0 end as vat_known,
        case when floor(cast(i.net_amount as double) / p.step) * p.step = cast(i.net_amount as double) then 1 else 0 end as is_net_round,
        case
            when i.unknown_count > 0 then 0
            when floor(cast(i.net_amount + i.vat_amount as double) / p.step) * p.step = cast(i.net_amount + i.vat_amount as double) then 1
            else 0
        end as is_gross_round
    from invoices i
    cross join parameters p
    where case when cast(i.net_amount as double) >= p.amount_min then true else false end
),
marked as (
    select supplier_id, supplier_name, organisational_unit_id, spend_net, net_amount, off_contract_net, vat_known, is_net_round, is_gross_round,
        case when is_net_round = 1 or is_gross_round = 1 then 1 else 0 end as is_round
    from tested
),
everyone as (
    select cast(sum(is_round) as double) / cast(nullif(count(*), 0) as double) as all_round_ratio
    from marked
),
sums as (
    select supplier_id, min(supplier_name) as supplier_name, count(*) as invoice_count, sum(is_net_round) as round_net_count, sum(is_gross_round) as round_gross_count,
        sum(is_round) as round_count, sum(vat_known) as vat_known_count,
        count(distinct case when is_round = 1 then net_amount end) as distinct_amount_count,
        sum(case when is_round = 1 then spend_net else 0 end) as round_spend_net,
        sum(case when is_round = 1 then off_contract_net else 0 end) as off_contract_net,
        count(distinct case when is_round = 1 then organisational_unit_id end) as unit_count
    from marked
    group by supplier_id
)
select
    s.supplier_id as supplier_id,
    s.supplier_name as supplier_name,
    s.invoice_count as invoice_count,
    s.round_net_count as round_net_count,
    s.round_gross_count as round_gross_count,
    s.round_count as round_count,
    cast(s.round_count as double) / cast(s.invoice_count as double) as round_ratio,
    e.all_round_ratio as all_round_ratio,
    s.distinct_amount_count as distinct_amount_count,
    s.round_spend_net as round_spend_net,
    s.off_contract_net as off_contract_net,
    s.unit_count as unit_count,
    cast(s.vat_known_count as double) / cast(s.invoice_count as double) as vat_known_ratio,
    case
        when s.distinct_amount_count = 1 then 'recurring_fee'
        when s.off_contract_net + s.off_contract_net < s.round_spend_net then 'on_contract'
        else 'round_price'
    end as false_positive_cause
from sums s
cross join everyone e
cross join parameters p
where case
    when cast(s.invoice_count as double) < p.count_min or cast(s.round_count as double) < p.ratio_min * cast(s.invoice_count as double) then false
    else true
end
order by supplier_id
