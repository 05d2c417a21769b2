-- title: Avstämning per källfil | Reconciliation by source file
-- what: For each invoice file: rows and amounts read, kept and rejected, what stands in the lake, and what was decided; the differences are zero or the run is refused.
-- why: A figure can be trusted when every krona of the export is found again in it.
-- grain: one source file with invoice lines
-- key: source_file_id
-- column: source_file_id text! The file.
-- column: source_name text! Its source.
-- column: path text! Path relative to the workspace.
-- column: mapping text! Layout that it was read with.
-- column: first_period text First month in it.
-- column: last_period text Last month in it.
-- column: row_read_count int! Records read.
-- column: row_kept_count int! Records kept.
-- column: row_rejected_count int! Records rejected.
-- column: row_replaced_count int! Of these, rows of months that a correction replaced: they are not in the lake.
-- column: row_repeated_count int! Rows that also stand in another file of the source; they are counted in both.
-- column: lake_line_count int! Lines of it in the lake.
-- column: decided_line_count int! Lines of it with a decision.
-- column: net_amount_read money! Sum read, kept and rejected.
-- column: net_amount_kept money! Sum kept.
-- column: net_amount_rejected money! Readable sum rejected.
-- column: net_amount_replaced money! Sum of the replaced rows.
-- column: net_amount_repeated money! Sum of the repeated rows.
-- column: lake_net_amount money! Sum in the lake, in the lines' currencies.
-- column: decided_net_amount money! Sum of the decided lines.
-- column: control_total money The file's own total row, when it has one.
-- column: control_difference_net money control_total − net_amount_read.
-- column: rejected_ratio float row_rejected_count / row_read_count.
-- column: is_reconciled bool! Whether rows and amounts agree from the file to the decisions.
-- chart: table
-- policy: 1, 21
-- source: own definition: read = kept + rejected, kept − replaced = lake = decided
with files as (
    select source_file_id, source_name, path, mapping, first_period, last_period, row_read_count, row_kept_count, row_rejected_count,
        coalesce(net_amount_read, 0) as net_amount_read, coalesce(net_amount_kept, 0) as net_amount_kept, coalesce(net_amount_rejected, 0) as net_amount_rejected, control_total
    from lake.source_file
    where kind = 'invoice_line'
),
replaced as (
    select source_file_id, sum(row_count) as row_count, sum(net_amount) as net_amount
    from lake.finding
    where finding = 'period_replaced'
    group by source_file_id
),
repeated as (
    select source_file_id, sum(row_count) as row_count, sum(net_amount) as net_amount
    from lake.finding
    where finding = 'rows_repeated'
    group by source_file_id
),
lake_sums as (
    select source_file_id, count(*) as line_count, sum(net_amount) as net_amount
    from lake.invoice_line
    group by source_file_id
),
decided as (
    select split_part(line_id, '-', 1) as source_file_id, net_amount
    from matched.spend
),
decided_sums as (
    select source_file_id, count(*) as line_count, sum(net_amount) as net_amount
    from decided
    group by source_file_id
)
select
    f.source_file_id as source_file_id,
    f.source_name as source_name,
    f.path as path,
    f.mapping as mapping,
    f.first_period as first_period,
    f.last_period as last_period,
    f.row_read_count as row_read_count,
    f.row_kept_count as row_kept_count,
    f.row_rejected_count as row_rejected_count,
    coalesce(r.row_count, 0) as row_replaced_count,
    coalesce(p.row_count, 0) as row_repeated_count,
    coalesce(l.line_count, 0) as lake_line_count,
    coalesce(d.line_count, 0) as decided_line_count,
    f.net_amount_read as net_amount_read,
    f.net_amount_kept as net_amount_kept,
    f.net_amount_rejected as net_amount_rejected,
    coalesce(r.net_amount, 0) as net_amount_replaced,
    coalesce(p.net_amount, 0) as net_amount_repeated,
    coalesce(l.net_amount, 0) as lake_net_amount,
    coalesce(d.net_amount, 0) as decided_net_amount,
    f.control_total as control_total,
    f.control_total - f.net_amount_read as control_difference_net,
    cast(f.row_rejected_count as double) / cast(nullif(f.row_read_count, 0) as double) as rejected_ratio,
    f.row_read_count = f.row_kept_count + f.row_rejected_count
        and f.row_kept_count = coalesce(r.row_count, 0) + coalesce(l.line_count, 0)
        and coalesce(l.line_count, 0) = coalesce(d.line_count, 0)
        and f.net_amount_read = f.net_amount_kept + f.net_amount_rejected
        and f.net_amount_kept = coalesce(r.net_amount, 0) + coalesce(l.net_amount, 0)
        and coalesce(l.net_amount, 0) = coalesce(d.net_amount, 0) as is_reconciled
from files f
left join replaced r on r.source_file_id = f.source_file_id
left join repeated p on p.source_file_id = f.source_file_id
left join lake_sums l on l.source_file_id = f.source_file_id
left join decided_sums d on d.source_file_id = f.source_file_id
order by source_file_id
