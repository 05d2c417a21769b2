"""Every query of queries/metric on our engine and on DuckDB, one by one over the same Parquet files: seconds of each and the ratio of the sums.

    python3 benches/peers/analyses.py STORE [THREADS]

STORE is the output folder of a run. Each query is asked twice on each side and the better time counts. Both sides read the rows to the end; neither
writes them. Start it in the checkout: it calls `cargo bench --bench analyses`.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import duckdb


def ours(store, threads):
    command = ["cargo", "bench", "--quiet", "--bench", "analyses", "--", str(store)]
    env = {**os.environ, "POLARS_MAX_THREADS": str(threads)}
    output = subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout
    rows = [line.split() for line in output.splitlines() if line.strip()]
    return {name: (float(seconds), int(count)) for name, seconds, count in rows}


def theirs(store, threads):
    con = duckdb.connect()
    con.execute(f"set threads = {threads}")
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(Path("queries/metric").glob("*.sql"))}
    here = Path.cwd()
    os.chdir(store)
    con.execute(max(Path().glob("*/views.sql")).read_text(encoding="utf-8"))
    # Ours reads the lines once for all queries; the peer keeps what it has read of a file by itself.
    times = {"reading": (0.0, 0)}
    for name, sql in texts.items():
        begun = time.perf_counter()
        count = con.sql(sql).to_arrow_table().num_rows
        times[name] = (time.perf_counter() - begun, count)
    os.chdir(here)
    return times


def better(a, b):
    return {name: min(a[name], b[name]) for name in a}


store = Path(sys.argv[1]).resolve()
threads = int(sys.argv[2]) if len(sys.argv) > 2 else os.cpu_count()
subprocess.run(["cargo", "bench", "--quiet", "--bench", "analyses", "--no-run"], check=True)
rounds = [(ours(store, threads), theirs(store, threads)) for _ in range(2)]
mine, peer = better(rounds[0][0], rounds[1][0]), better(rounds[0][1], rounds[1][1])
for name in sorted(mine, key=lambda n: -mine[n][0]):
    if mine[name][1] != peer[name][1]:
        sys.exit(f"{name}: {mine[name][1]} rows here, {peer[name][1]} there")
    ratio = f"  ratio {mine[name][0] / peer[name][0]:>6.2f}" if peer[name][0] else ""
    print(f"{name:<32} {mine[name][0]:>8.3f} s  duckdb {peer[name][0]:>8.3f} s{ratio}")
a, b = sum(t for t, _ in mine.values()), sum(t for t, _ in peer.values())
print(f"{'all ' + str(len(mine) - 1):<32} {a:>8.3f} s  duckdb {b:>8.3f} s  ratio {a / b:>6.2f}")
