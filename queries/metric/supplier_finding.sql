-- title: Leverantörsposter att granska | Vendor records to review
-- what: What is odd about vendor records, with the spend behind it: bank accounts that several suppliers share, one vendor number for many payees, redacted and placeholder names, numbers that prove nothing.
-- why: These records were kept apart on purpose. A shared account may be a factor, a landlord or a group – or a wrong master record; a name that is taken out is thousands of people and not one supplier.
-- grain: one finding × subject
-- key: finding, subject
-- column: finding text! shared_bank_account, one_off, redacted, placeholder, dummy_identifier, invalid_identifier, shared_identifier, own_identifier or shared_name.
-- column: subject text! What the records have in common: the account, the vendor number with its source, the identifier, or the source.
-- column: supplier_count int! Suppliers.
-- column: vendor_record_count int! Vendor records.
-- column: line_count int! Invoice lines.
-- column: spend_net money! Spend of the records, purchases or not; lines without an exchange rate count as zero. A record with two findings counts under both.
-- column: total_spend_net money! Denominator: all spend.
-- column: spend_ratio float spend_net / total_spend_net.
-- chart: bar; x=finding; y=spend_net
-- policy: 18
-- source: own definition: docs/suppliers.md
with findings as (
    select vendor_key, finding, subject, supplier_id
    from resolved.vendor_finding
),
lines as (
    select vendor_key, spend_net
    from matched.spend
),
vendors as (
    select vendor_key, count(*) as line_count, sum(coalesce(spend_net, 0)) as spend_net
    from lines
    group by vendor_key
),
found as (
    select f.finding as finding, f.subject as subject, f.supplier_id as supplier_id, coalesce(v.line_count, 0) as line_count, coalesce(v.spend_net, 0) as spend_net
    from findings f
    left join vendors v on v.vendor_key = f.vendor_key
),
sums as (
    select finding, subject, count(distinct supplier_id) as supplier_count, count(*) as vendor_record_count, sum(line_count) as line_count, sum(spend_net) as spend_net
    from found
    group by finding, subject
),
total as (
    select sum(spend_net) as total_spend_net
    from vendors
)
select
    s.finding as finding,
    s.subject as subject,
    s.supplier_count as supplier_count,
    s.vendor_record_count as vendor_record_count,
    s.line_count as line_count,
    s.spend_net as spend_net,
    t.total_spend_net as total_spend_net,
    cast(s.spend_net as double) / cast(nullif(t.total_spend_net, 0) as double) as spend_ratio
from sums s
cross join total t
order by finding, subject
