-- title: Vilka underlag finns | Which inputs are there
-- what: Each input that some analyses need: on how many lines it stands, or how many rows the file has, and which analyses are empty or partial without it.
-- why: An empty list can mean that all is well or that nothing was loaded; here is which.
-- grain: one input
-- key: input_code
-- column: input_code text! The input: a column of the lines, or a side file by its kind.
-- column: present_count int! Lines that state it, or rows of the file.
-- column: total_count int Lines in all; empty for files.
-- column: coverage_ratio float present_count / total_count; empty for files.
-- column: status text! missing, partial (on some lines) or present.
-- column: needed_by text! Analyses that need it, separated by `, `.
-- chart: table
-- policy: 16
-- source: own definition
with lines as (
    select count(*) as total_count, sum(case when bank_account <> '' then 1 else 0 end) as bank_account_count,
        sum(case when vat_amount is not null then 1 else 0 end) as vat_count, sum(case when booked_on is not null then 1 else 0 end) as booked_count,
        sum(case when invoice_number_normalised <> '' then 1 else 0 end) as number_count, sum(case when item_id <> '' and invoiced_quantity is not null then 1 else 0 end) as quantity_count,
        sum(case when due_on is not null and paid_on is not null then 1 else 0 end) as paid_count, sum(case when category_code <> 'unclassified' then 1 else 0 end) as category_count
    from matched.spend
),
line_inputs as (
    select 'bank_account' as input_code, bank_account_count as present_count, total_count, 'bank_account_change, bank_account_shared' as needed_by
    from lines
    union all
    select 'vat_amount' as input_code, vat_count as present_count, total_count, 'limit_bunching, round_amount, emission_category' as needed_by
    from lines
    union all
    select 'booked_on' as input_code, booked_count as present_count, total_count, 'rest_day_posting' as needed_by
    from lines
    union all
    select 'invoice_number' as input_code, number_count as present_count, total_count, 'duplicate_invoice' as needed_by
    from lines
    union all
    select 'item_and_quantity' as input_code, quantity_count as present_count, total_count, 'price_deviation, price_spread, emission_category' as needed_by
    from lines
    union all
    select 'due_and_payment_date' as input_code, paid_count as present_count, total_count, 'tco_supplier, tco_category' as needed_by
    from lines
    union all
    select 'category' as input_code, category_count as present_count, total_count, 'direct_award_accumulation, category_risk, emission_category, diversity_category' as needed_by
    from lines
),
contract_rows as (
    select count(*) as row_count
    from lake.contract
),
register_rows as (
    select count(*) as row_count, sum(case when category_codes <> '' then 1 else 0 end) as offer_count, sum(case when country <> '' then 1 else 0 end) as country_count,
        sum(case when insolvent_on is not null or deregistered_on is not null then 1 else 0 end) as alert_count
    from lake.supplier_register
),
attribute_rows as (
    select count(*) as row_count
    from lake.category_attribute
),
factor_rows as (
    select count(*) as row_count
    from lake.emission_factor
),
index_rows as (
    select count(*) as row_count
    from lake.price_index
),
tier_rows as (
    select count(*) as row_count
    from lake.tier2_report
),
goal_rows as (
    select count(*) as row_count
    from lake.diversity_goal
),
deviation_rows as (
    select count(*) as row_count
    from lake.deviation_report
),
award_rows as (
    select count(*) as row_count
    from lake.direct_award_record
),
price_rows as (
    select count(*) as row_count
    from lake.price_list_item
),
file_inputs as (
    select 'contract' as input_code, row_count as present_count, 'compliance_total, contract_use, contract_followability' as needed_by
    from contract_rows
    union all
    select 'supplier_register' as input_code, row_count as present_count, 'diversity_class, supplier_alert, foreign_supply' as needed_by
    from register_rows
    union all
    select 'supplier_register_category' as input_code, coalesce(offer_count, 0) as present_count, 'diversity_opportunity' as needed_by
    from register_rows
    union all
    select 'supplier_register_country' as input_code, coalesce(country_count, 0) as present_count, 'foreign_supply' as needed_by
    from register_rows
    union all
    select 'supplier_register_status' as input_code, coalesce(alert_count, 0) as present_count, 'supplier_alert' as needed_by
    from register_rows
    union all
    select 'category_attribute' as input_code, row_count as present_count, 'category_risk, dependency_supplier, sustainability_category, circular_spend' as needed_by
    from attribute_rows
    union all
    select 'emission_factor' as input_code, row_count as present_count, 'emission_category' as needed_by
    from factor_rows
    union all
    select 'price_index' as input_code, row_count as present_count, 'emission_category' as needed_by
    from index_rows
    union all
    select 'tier2_report' as input_code, row_count as present_count, 'diversity_tier2' as needed_by
    from tier_rows
    union all
    select 'diversity_goal' as input_code, row_count as present_count, 'diversity_goal' as needed_by
    from goal_rows
    union all
    select 'deviation_report' as input_code, row_count as present_count, 'deviation_register, deviation_reporting' as needed_by
    from deviation_rows
    union all
    select 'direct_award_record' as input_code, row_count as present_count, 'documentation_duty' as needed_by
    from award_rows
    union all
    select 'price_list_item' as input_code, row_count as present_count, 'price_deviation' as needed_by
    from price_rows
),
inputs as (
    select input_code, present_count, total_count, needed_by
    from line_inputs
    where total_count > 0
    union all
    select f.input_code as input_code, f.present_count as present_count, cast(null as bigint) as total_count, f.needed_by as needed_by
    from file_inputs f
    cross join lines l
    where l.total_count > 0
)
select
    input_code,
    present_count,
    total_count,
    cast(present_count as double) / cast(nullif(total_count, 0) as double) as coverage_ratio,
    case
        when present_count = 0 then 'missing'
        when present_count < total_count then 'partial'
        else 'present'
    end as status,
    needed_by
from inputs
order by input_code
