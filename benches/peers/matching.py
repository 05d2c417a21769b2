"""The same lines, the same tests, as a join in DuckDB: which contract covers each line by supplier, term, scope and unit.

    python3 benches/peers/matching.py FOLDER [THREADS]

FOLDER is the one that `cargo bench --bench matching -- LINES FOLDER` kept. Prints seconds and CPU seconds of the join, once with the contract of each
line alone and once with the columns of matched.spend that the joined tables hold, and whether the lines that it covers are those that our stage covered.
What the stage does beside it (references, credits, ceilings, ranks, prices, another supplier's contract, evidence) is not asked of the peer.
"""

import glob
import os
import resource
import sys
import time

import duckdb

SQL = """
copy (
    with scope as (
        select c.contract_id, s.supplier_id, c.starts_on, c.ends_on, c.entitled_unit_ids, unnest(string_split(c.category_codes, '|')) as code
        from contract c
        join contract_supplier s on s.contract_id = c.contract_id
    ),
    units as (
        select contract_id, unnest(string_split(entitled_unit_ids, '|')) as unit
        from contract
    ),
    lines as (
        select i.line_id, v.supplier_id, i.organisational_unit_id as unit, coalesce(i.delivered_on, i.invoice_on, i.booked_on) as day,
            case when i.delivered_on is null then 30 else 0 end as grace_days, k.category_code as category
        from invoice_line i
        join line_category k on k.line_id = i.line_id
        join vendor_supplier v on v.vendor_key = i.vendor_key
        where k.exclusion is null and k.category_code is not null
    ),
    passed as (
        select l.line_id, s.contract_id, l.day <= s.ends_on as is_full, length(l.category) - length(s.code) as distance
        from lines l
        join scope s on s.supplier_id = l.supplier_id
        left join units u on u.contract_id = s.contract_id and (u.unit = l.unit or u.unit = '*')
        where l.day >= s.starts_on and l.day <= s.ends_on + l.grace_days and starts_with(l.category, s.code) and u.unit is not null
    ),
    chosen as (
        select line_id, contract_id, row_number() over (partition by line_id order by is_full desc, distance, contract_id) as place
        from passed
    )
    select {columns}
    from invoice_line i
    left join chosen c on c.line_id = i.line_id and c.place = 1
    {joins}
) to '{out}' (format parquet, compression zstd)
"""


def shared_columns(con):
    """The columns of matched.spend that a joined table has under the same name."""
    names = {table: [row[0] for row in con.execute(f"describe {table}").fetchall()] for table in ["spend", "invoice_line", "line_category", "vendor_supplier"]}
    taken = {"line_id", "contract_id"}
    chosen = []
    for table, alias in [("invoice_line", "i"), ("line_category", "k"), ("vendor_supplier", "v")]:
        for name in names[table]:
            if name in names["spend"] and name not in taken:
                taken.add(name)
                chosen.append(f"{alias}.{name}")
    return ", ".join(chosen)


def main():
    folder = sys.argv[1]
    threads = int(sys.argv[2]) if len(sys.argv) > 2 else os.cpu_count()
    con = duckdb.connect()
    con.execute(f"set threads = {threads}")
    for schema, table in [
        ("lake", "contract"),
        ("lake", "invoice_line"),
        ("resolved", "contract_supplier"),
        ("resolved", "vendor_supplier"),
        ("classified", "line_category"),
        ("matched", "spend"),
    ]:
        files = sorted(glob.glob(f"{folder}/out/**/{schema}/{table}/**/*.parquet", recursive=True) or glob.glob(f"{folder}/out/{schema}/{table}/**/*.parquet", recursive=True))
        con.execute(f"create view {table} as select * from read_parquet({files}, hive_partitioning = false)")
    out = os.path.join(folder, "peer.parquet")
    alone = "i.line_id, c.contract_id"
    joins = "left join line_category k on k.line_id = i.line_id left join vendor_supplier v on v.vendor_key = i.vendor_key"
    for what, columns, joins in [("all columns", f"{alone}, {shared_columns(con)}", joins), ("the contract alone", alone, "")]:
        before = resource.getrusage(resource.RUSAGE_SELF)
        start = time.perf_counter()
        con.execute(SQL.format(columns=columns, joins=joins, out=out))
        seconds = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_SELF)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(f"DuckDB {duckdb.__version__}, {threads} threads, {what}: {seconds:.2f} s, CPU {cpu:.2f} s")
    ours = "outcome in ('compliant', 'deviating', 'ambiguous') or reason = 'M6'"
    # A credit that follows another line has that line's decision, which no join of single lines can give.
    both, only_ours, only_peer = con.execute(
        f"""
        select count(*) filter (where o and p), count(*) filter (where o and not p), count(*) filter (where p and not o)
        from (
            select {ours} as o, r.contract_id is not null as p
            from spend s
            join read_parquet('{out}') r on r.line_id = s.line_id
            where not s.is_credit
        )
        """
    ).fetchone()
    print(f"lines that are no credits: covered by both {both}, by ours alone {only_ours}, by the peer alone {only_peer}")
    os.remove(out)


main()
