-- what: Each source file agrees from rows read to decisions made, in rows and in amounts.
select source_file_id, path, row_read_count, row_kept_count, row_replaced_count, lake_line_count, decided_line_count, net_amount_kept, net_amount_replaced, lake_net_amount, decided_net_amount
from metric.source_reconciliation
where not is_reconciled
order by source_file_id
