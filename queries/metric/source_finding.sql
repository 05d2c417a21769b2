-- title: Iakttagelser om källfilerna | Findings on the source files
-- what: What was noticed about each file that was read: rows that also stand in another file, months replaced by a correction, totals that differ, marks that cannot be seen.
-- why: Nothing of this is dropped or changed in silence; each is a question to whoever exported the file.
-- grain: one finding on one file, for a column, a month or another file where the kind has one
-- key: source_file_id, finding, column_name, period, other_source_file_id, detail
-- column: source_file_id text! The file.
-- column: path text! Its path.
-- column: finding text! Code: see docs/faults.md.
-- column: column_name text! The file's column; empty when the finding is on none.
-- column: period text! The month; empty when the finding is on none.
-- column: other_source_file_id text! The other file; empty when only one is concerned.
-- column: other_path text! Its path.
-- column: row_count int Rows concerned.
-- column: net_amount money Their net amount in the lines' currencies; for total_differs the total less the rows read.
-- column: source_line int First line concerned.
-- column: detail text! Example or what the document says.
-- chart: table
-- policy: 1, 21
-- source: own definition: ingest writes the findings beside the rows
with findings as (
    select *
    from lake.finding
)
select
    source_file_id,
    path,
    finding,
    coalesce(column_name, '') as column_name,
    coalesce(period, '') as period,
    coalesce(other_source_file_id, '') as other_source_file_id,
    coalesce(other_path, '') as other_path,
    row_count,
    net_amount,
    source_line,
    coalesce(detail, '') as detail
from findings
order by source_file_id, finding, column_name, period, other_source_file_id, detail
