-- what: The total row of each file, where it has one, is the sum of its rows.
select source_file_id, path, net_amount_read, control_total, control_difference_net
from metric.source_reconciliation
where control_difference_net <> 0
order by source_file_id
