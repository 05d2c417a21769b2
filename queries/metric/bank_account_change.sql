-- title: Bytta betalkonton | Changed bank accounts
-- what: Each account that a supplier was paid to after having been paid to another, with what went there since.
-- why: A changed account is how a supplier’s payments are diverted.
-- caution: Vanliga oskyldiga orsaker: bankbyte, factoring, fusion, skilda konton för skilda verksamheter hos leverantören. Utan kontonummer på raderna är listan tom och säger inget. | Common innocent causes: a new bank, factoring, a merger, separate accounts for parts of the supplier. Without account numbers on the lines the list is empty and says nothing.
-- grain: one supplier × account that was not its first
-- key: supplier_id, bank_account
-- column: supplier_id text! Supplier.
-- column: supplier_name text! Its name.
-- column: bank_account text! The account.
-- column: first_on date! First day it was used: payment date, else booking date, else invoice date.
-- column: last_on date! Last day.
-- column: previous_account text! The account that was new before it.
-- column: previous_last_on date! Last day that one was used.
-- column: account_count int! Accounts of the supplier.
-- column: sharing_supplier_count int! Suppliers that were paid to this account, this one included.
-- column: invoice_count int! Invoices paid to it.
-- column: spend_net money! Spend on them; lines without an exchange rate count as zero.
-- column: false_positive_cause text! What else could explain it: alternating_accounts (the previous one was used again), shared_account (factor or group) or new_bank.
-- chart: table
-- policy: 3, 19
-- source: own definition; redacted and placeholder vendors are left out
with lines as (
    select supplier_id, supplier_name, vendor_key, bank_account, invoice_key, coalesce(paid_on, booked_on, invoice_on) as used_on, coalesce(spend_net, 0) as spend_net
    from matched.spend
    where bank_account <> ''
),
hidden as (
    select vendor_key
    from resolved.vendor_supplier
    where finding = 'redacted' or finding = 'placeholder'
),
kept as (
    select l.supplier_id as supplier_id, l.supplier_name as supplier_name, l.bank_account as bank_account, l.invoice_key as invoice_key, l.used_on as used_on,
        l.spend_net as spend_net
    from lines l
    left join hidden h on h.vendor_key = l.vendor_key
    where h.vendor_key is null and l.used_on is not null
),
accounts as (
    select supplier_id, bank_account, min(supplier_name) as supplier_name, min(used_on) as first_on, max(used_on) as last_on, count(distinct invoice_key) as invoice_count,
        sum(spend_net) as spend_net
    from kept
    group by supplier_id, bank_account
),
ordered as (
    select supplier_id, bank_account, supplier_name, first_on, last_on, invoice_count, spend_net,
        row_number() over (partition by supplier_id order by first_on, bank_account) as account_rank,
        lag(bank_account, 1) over (partition by supplier_id order by first_on, bank_account) as previous_account,
        lag(last_on, 1) over (partition by supplier_id order by first_on, bank_account) as previous_last_on
    from accounts
),
account_counts as (
    select supplier_id, count(*) as account_count
    from accounts
    group by supplier_id
),
sharing as (
    select bank_account, count(*) as supplier_count
    from accounts
    group by bank_account
)
select
    o.supplier_id as supplier_id,
    o.supplier_name as supplier_name,
    o.bank_account as bank_account,
    o.first_on as first_on,
    o.last_on as last_on,
    o.previous_account as previous_account,
    o.previous_last_on as previous_last_on,
    c.account_count as account_count,
    s.supplier_count as sharing_supplier_count,
    o.invoice_count as invoice_count,
    o.spend_net as spend_net,
    case
        when o.previous_last_on > o.first_on then 'alternating_accounts'
        when s.supplier_count > 1 then 'shared_account'
        else 'new_bank'
    end as false_positive_cause
from ordered o
join account_counts c on c.supplier_id = o.supplier_id
join sharing s on s.bank_account = o.bank_account
where o.account_rank > 1
order by supplier_id, bank_account
