-- title: Betalkonton som delas av leverantörer | Bank accounts shared by suppliers
-- what: Accounts that more than one supplier was paid to, with each of them.
-- why: One account behind several suppliers can be one business under several names.
-- caution: Vanliga oskyldiga orsaker: factoringbolag, koncernkonton, fastighetsförvaltare, ombud, samma leverantör med två poster i reskontran. | Common innocent causes: factoring companies, group accounts, property managers, agents, one supplier with two records in the ledger.
-- grain: one shared account × supplier
-- key: bank_account, supplier_id
-- column: bank_account text! Account.
-- column: supplier_id text! A supplier that was paid to it.
-- column: supplier_name text! Its name.
-- column: supplier_group_id text! Topmost parent of the supplier.
-- column: supplier_count int! Suppliers of the account.
-- column: group_count int! Groups among them: 1 = all of one group.
-- column: unit_count int! Units that paid this supplier to it.
-- column: invoice_count int! Invoices of this supplier paid to it.
-- column: spend_net money! Spend on them; lines without an exchange rate count as zero.
-- column: account_spend_net money! Spend of all suppliers paid to the account.
-- column: first_on date! First day: payment date, else booking date, else invoice date.
-- column: last_on date! Last day.
-- column: false_positive_cause text! What else could explain it: same_group, factor_or_agent (shared_account_agent_min suppliers or more) or double_record.
-- chart: table
-- policy: 3, 19
-- source: own definition; redacted and placeholder vendors are left out
with lines as (
    select supplier_id, supplier_name, supplier_group_id, vendor_key, bank_account, invoice_key, organisational_unit_id, coalesce(paid_on, booked_on, invoice_on) as used_on,
        coalesce(spend_net, 0) as spend_net
    from matched.spend
    where bank_account <> ''
),
hidden as (
    select vendor_key
    from resolved.vendor_supplier
    where finding = 'redacted' or finding = 'placeholder'
),
parameters as (
    select parameter_value as agent_min
    from rule.parameter
    where parameter_code = 'shared_account_agent_min'
),
suppliers as (
    select l.bank_account as bank_account, l.supplier_id as supplier_id, min(l.supplier_name) as supplier_name, min(l.supplier_group_id) as supplier_group_id,
        count(distinct l.organisational_unit_id) as unit_count, count(distinct l.invoice_key) as invoice_count, sum(l.spend_net) as spend_net,
        min(l.used_on) as first_on, max(l.used_on) as last_on
    from lines l
    left join hidden h on h.vendor_key = l.vendor_key
    where h.vendor_key is null and l.used_on is not null
    group by l.bank_account, l.supplier_id
),
accounts as (
    select bank_account, count(*) as supplier_count, count(distinct supplier_group_id) as group_count, sum(spend_net) as account_spend_net
    from suppliers
    group by bank_account
)
select
    s.bank_account as bank_account,
    s.supplier_id as supplier_id,
    s.supplier_name as supplier_name,
    s.supplier_group_id as supplier_group_id,
    a.supplier_count as supplier_count,
    a.group_count as group_count,
    s.unit_count as unit_count,
    s.invoice_count as invoice_count,
    s.spend_net as spend_net,
    a.account_spend_net as account_spend_net,
    s.first_on as first_on,
    s.last_on as last_on,
    case
        when a.group_count = 1 then 'same_group'
        when cast(a.supplier_count as double) >= p.agent_min then 'factor_or_agent'
        else 'double_record'
    end as false_positive_cause
from suppliers s
join accounts a on a.bank_account = s.bank_account
cross join parameters p
where a.supplier_count > 1
order by bank_account, supplier_id
