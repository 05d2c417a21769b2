"""Runs every file of queries/ unchanged on DuckDB and prints all rows as JSON.

usage: duckdb_oracle.py STORE QUERIES

STORE holds views.sql, which names the Parquet files. Every cell is text or null: decimals as written, floats by repr, so that
nothing is rounded on the way.
"""

import json
import os
import sys
from pathlib import Path

import duckdb


def text(value):
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    return str(value)


def main():
    store, queries = sys.argv[1:3]
    queries = Path(queries).resolve()
    os.chdir(store)
    connection = duckdb.connect()
    connection.execute(Path("views.sql").read_text(encoding="utf-8"))
    results = {}
    for path in sorted(queries.glob("*/*.sql")):
        name = f"{path.parent.name}/{path.stem}"
        try:
            rows = connection.execute(path.read_text(encoding="utf-8")).fetchall()
        except duckdb.Error as error:
            sys.exit(f"{name}: {error}")
        results[name] = [[text(cell) for cell in row] for row in rows]
    json.dump(results, sys.stdout)


main()
