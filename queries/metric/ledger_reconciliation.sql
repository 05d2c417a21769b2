-- title: Avstämning mot huvudboken | Reconciliation with the ledger
-- what: For each account and month that the ledger states a total of: that total, the sum of the invoice lines, and the difference.
-- why: An export can be whole in itself and still lack a day; only the ledger can tell.
-- grain: one account × month × currency, for a controlled source or all of them
-- key: controlled_source_name, account_code, period, currency
-- column: controlled_source_name text! The source whose lines the total is of; empty = all sources.
-- column: account_code text! Account; empty = all accounts together.
-- column: period text! Month, YYYY-MM.
-- column: currency text! Currency of the total and of the lines that it is compared with.
-- column: ledger_net_amount money! What the ledger says; zero when it has no total for an account that was bought on.
-- column: line_net_amount money! Sum of the lines in the lake.
-- column: line_count int! Those lines.
-- column: difference_net money! ledger_net_amount − line_net_amount.
-- column: is_compared bool! Whether any line of any month is on the account: bank, payables and salaries are in a ledger and no purchases.
-- column: is_reconciled bool Whether the difference is zero; empty when not compared.
-- chart: table
-- policy: 1, 21
-- source: own definition: the sum of the lines of an account and month = the ledger's
with ledger as (
    select coalesce(b.controlled_source_name, '') as controlled_source_name, coalesce(b.account_code, '') as account_code, c.period as period,
        b.currency as currency, b.net_amount as net_amount
    from lake.ledger_balance b
    join rule.calendar c on c.first_on = b.month_on
),
ledger_sums as (
    select controlled_source_name, account_code, period, currency, sum(net_amount) as net_amount
    from ledger
    group by controlled_source_name, account_code, period, currency
),
line_sums as (
    select source_name, coalesce(account_code, '') as account_code, period, currency, count(*) as line_count, sum(net_amount) as net_amount
    from lake.invoice_line
    group by source_name, coalesce(account_code, ''), period, currency
),
-- A line without an account can only be compared as part of all.
line_views as (
    select source_name as controlled_source_name, account_code, period, currency, line_count, net_amount, 'account' as grain_code
    from line_sums
    where account_code <> ''
    union all
    select '' as controlled_source_name, account_code, period, currency, line_count, net_amount, 'account' as grain_code
    from line_sums
    where account_code <> ''
    union all
    select source_name as controlled_source_name, '' as account_code, period, currency, line_count, net_amount, 'all' as grain_code
    from line_sums
    union all
    select '' as controlled_source_name, '' as account_code, period, currency, line_count, net_amount, 'all' as grain_code
    from line_sums
),
line_totals as (
    select controlled_source_name, account_code, period, currency, grain_code, sum(line_count) as line_count, sum(net_amount) as net_amount
    from line_views
    group by controlled_source_name, account_code, period, currency, grain_code
),
graded_ledger as (
    select controlled_source_name, account_code, period, currency, net_amount, case when account_code = '' then 'all' else 'account' end as grain_code
    from ledger_sums
),
covered as (
    select distinct controlled_source_name, period, currency, grain_code
    from graded_ledger
),
covered_lines as (
    select t.controlled_source_name as controlled_source_name, t.account_code as account_code, t.period as period, t.currency as currency,
        t.grain_code as grain_code, t.line_count as line_count, t.net_amount as net_amount
    from line_totals t
    join covered c on c.controlled_source_name = t.controlled_source_name and c.period = t.period and c.currency = t.currency and c.grain_code = t.grain_code
),
sides as (
    select controlled_source_name, account_code, period, currency, grain_code, net_amount as ledger_net_amount, 0 * net_amount as line_net_amount, 0 as line_count
    from graded_ledger
    union all
    select controlled_source_name, account_code, period, currency, grain_code, 0 * net_amount as ledger_net_amount, net_amount as line_net_amount, line_count
    from covered_lines
),
totals as (
    select controlled_source_name, account_code, period, currency, grain_code, sum(ledger_net_amount) as ledger_net_amount,
        sum(line_net_amount) as line_net_amount, sum(line_count) as line_count
    from sides
    group by controlled_source_name, account_code, period, currency, grain_code
),
bought as (
    select distinct controlled_source_name, account_code, currency, grain_code
    from line_totals
)
select
    t.controlled_source_name as controlled_source_name,
    t.account_code as account_code,
    t.period as period,
    t.currency as currency,
    t.ledger_net_amount as ledger_net_amount,
    t.line_net_amount as line_net_amount,
    t.line_count as line_count,
    t.ledger_net_amount - t.line_net_amount as difference_net,
    b.currency is not null as is_compared,
    case when b.currency is not null then t.ledger_net_amount = t.line_net_amount end as is_reconciled
from totals t
left join bought b on b.controlled_source_name = t.controlled_source_name and b.account_code = t.account_code and b.currency = t.currency
    and b.grain_code = t.grain_code
order by controlled_source_name, account_code, period, currency
