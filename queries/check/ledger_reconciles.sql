-- what: The lines of each account and month that the ledger states a total of are that total.
select controlled_source_name, account_code, period, currency, ledger_net_amount, line_net_amount, difference_net
from metric.ledger_reconciliation
where not is_reconciled
order by controlled_source_name, account_code, period, currency
