-- title: Avvikelserader att skicka till enheterna | Deviating lines, ready to send to the units
-- what: The largest lines of each unit that were off contract, deviating or undetermined (parameter deviation_lines_per_unit), with reason, contract to use and evidence.
-- why: A figure becomes action when the unit sees its own invoices and what to do about each.
-- grain: one invoice line
-- key: line_id
-- column: organisational_unit_id text! Unit.
-- column: organisational_unit_name text! Its name.
-- column: deviation_rank int! Rank within the unit by amount, largest first.
-- column: line_id text! The line, as `explain` takes it.
-- column: period text! Month.
-- column: covered_on date Date that was held against the contract terms.
-- column: supplier_id text! Supplier.
-- column: supplier_name text! Its name.
-- column: invoice_number text The supplier's invoice number.
-- column: voucher_number text The ledger's voucher number.
-- column: account_code text Account.
-- column: account_name text Its name.
-- column: category_code text! Category.
-- column: category_name text! Its name.
-- column: spend_net money! Amount excluding VAT.
-- column: outcome text! deviating, off_contract or undetermined.
-- column: reason text! M1 to M9.
-- column: contract_id text The contract that was fallen short of, if any.
-- column: passed_by_contract_id text For M2: the contract to use.
-- column: price_deviation_net money Paid above (+) or below (−) the agreed price.
-- column: confidence float! How sure the decision is.
-- column: evidence text! Reason codes.
-- chart: table
-- policy: 34, 35
-- source: own definition
with lines as (
    select organisational_unit_id, line_id, spend_net, -spend_net as negative_net
    from matched.spend
    where is_addressable and reason <> ''
),
ranked as (
    select line_id, row_number() over (partition by organisational_unit_id order by negative_net, line_id) as deviation_rank
    from lines
),
most as (
    select parameter_value
    from rule.parameter
    where parameter_code = 'deviation_lines_per_unit'
),
chosen as (
    select r.line_id as line_id, r.deviation_rank as deviation_rank
    from ranked r
    cross join most m
    where case when cast(r.deviation_rank as double) <= m.parameter_value then true else false end
)
select
    s.organisational_unit_id as organisational_unit_id,
    s.organisational_unit_name as organisational_unit_name,
    c.deviation_rank as deviation_rank,
    s.line_id as line_id,
    s.period as period,
    s.covered_on as covered_on,
    s.supplier_id as supplier_id,
    s.supplier_name as supplier_name,
    s.invoice_number as invoice_number,
    s.voucher_number as voucher_number,
    s.account_code as account_code,
    s.account_name as account_name,
    s.category_code as category_code,
    s.category_name as category_name,
    s.spend_net as spend_net,
    s.outcome as outcome,
    s.reason as reason,
    s.contract_id as contract_id,
    s.passed_by_contract_id as passed_by_contract_id,
    s.price_deviation_net as price_deviation_net,
    s.confidence as confidence,
    s.evidence as evidence
from matched.spend s
join chosen c on c.line_id = s.line_id
order by organisational_unit_id, deviation_rank
