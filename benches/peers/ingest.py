"""The same posting export to typed, exact Parquet with DuckDB or Polars: what `benches/ingest.rs` is timed beside.

    python ingest.py duckdb|polars EXPORT.csv OUT.parquet

EXPORT is UTF-8: neither tool streams Windows-1252, so their copy is transcoded before the clock starts. Amounts are decimals, days are
dates, everything else stays text, compression is zstd 3. The export
holds rows at fault: what is no number or day becomes empty here, and rows with too many fields are dropped by DuckDB and cut by Polars. Neither
tool is asked to reject single rows, to find out forms, to mask, to hash or to partition. Prints seconds, rows, the sum of the amounts and the peak memory in KiB.
"""

import resource
import sys
import time

MONEY = ["Belopp", "Moms"]
QUANTITIES = ["Antal", "À-pris"]
DAYS = ["Verdatum", "Fakturadatum", "Leveransdatum", "Förfallodatum", "Betaldatum"]


def by_duckdb(source, target):
    import duckdb

    connection = duckdb.connect()
    names = [row[0] for row in connection.sql(f"describe select * from read_csv('{source}', delim=';', header=true, all_varchar=true)").fetchall()]

    def column(name):
        plain = f"replace(replace(\"{name}\", chr(160), ''), ',', '.')"
        if name in MONEY:
            return f'try_cast(nullif({plain}, \'\') as decimal(18,2)) as "{name}"'
        if name in QUANTITIES:
            return f'try_cast(nullif({plain}, \'\') as decimal(18,4)) as "{name}"'
        if name in DAYS:
            return f'try_cast(nullif("{name}", \'\') as date) as "{name}"'
        return f'"{name}"'

    columns = ", ".join(column(name) for name in names)
    scan = f"read_csv('{source}', delim=';', quote='\"', escape='\"', header=true, all_varchar=true, null_padding=false, strict_mode=false, ignore_errors=true)"
    connection.sql(f"copy (select {columns} from {scan}) to '{target}' (format parquet, compression zstd, compression_level 3)")
    return lambda: connection.sql(f"select count(*), sum(Belopp) from read_parquet('{target}')").fetchall()[0]


def by_polars(source, target):
    import polars as pl

    frame = pl.scan_csv(source, separator=";", infer_schema=False, truncate_ragged_lines=True)

    def number(name, scale):
        plain = pl.col(name).str.replace_all("\u00a0", "", literal=True).str.replace(",", ".", literal=True)
        return pl.when(plain != "").then(plain).cast(pl.Decimal(18, scale), strict=False).alias(name)

    columns = [number(name, 2) for name in MONEY] + [number(name, 4) for name in QUANTITIES]
    columns += [pl.when(pl.col(name) != "").then(pl.col(name)).str.to_date("%Y-%m-%d", strict=False).alias(name) for name in DAYS]
    frame.with_columns(columns).sink_parquet(target, compression="zstd", compression_level=3)
    return lambda: pl.scan_parquet(target).select(pl.len(), pl.col("Belopp").sum()).collect().row(0)


def main():
    tool, source, target = sys.argv[1:]
    convert = {"duckdb": by_duckdb, "polars": by_polars}[tool]
    started = time.perf_counter()
    totals = convert(source, target)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows, total = totals()
    print(f"{seconds:.3f} {rows} {total} {peak}")


main()
