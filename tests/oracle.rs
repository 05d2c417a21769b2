//! A second engine: every query of `queries/`, unchanged, on DuckDB over the same Parquet files, row by row.
//!
//! Needs Python with the package `duckdb`: `SPENDTRACE_PYTHON` names the interpreter. Without it the test is skipped and says
//! so; `SPENDTRACE_REQUIRE_ORACLE=1` makes that a failure.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use spendtrace::analysis::{self, catalogue};
use spendtrace::schema::{Table, Type};
use spendtrace::store::Store;

use super::golden::{build_lake, build_review_lake, cells, context};
use super::support::{Scratch, project};

type Rows = Vec<Vec<Option<String>>>;

/// The interpreter, when it has the package; else the reason why not.
pub fn python() -> Result<String, String> {
    let python = std::env::var("SPENDTRACE_PYTHON").unwrap_or_else(|_| "python3".to_string());
    match Command::new(&python).args(["-c", "import duckdb"]).output() {
        Ok(output) if output.status.success() => Ok(python),
        Ok(_) => Err(format!("{python} has no package duckdb")),
        Err(e) => Err(format!("{python} does not start: {e}")),
    }
}

/// Runs every query over the store on DuckDB: rows by `metric/<name>` and `check/<name>`.
fn duckdb(python: &str, store: &Store) -> BTreeMap<String, Rows> {
    std::fs::write(store.root().join("views.sql"), analysis::views_sql(store)).expect("a writable store");
    let output = Command::new(python)
        .arg(project().join("tests/oracle/duckdb_oracle.py"))
        .arg(store.root())
        .arg(project().join("queries"))
        .output()
        .expect("the oracle starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("the oracle prints JSON")
}

/// Decimals, texts, dates and numbers exactly; floats to 1e-9 of their size.
fn differences(table: &Table, ours: &Rows, theirs: &Rows) -> Vec<String> {
    let name = table.full_name();
    if ours.len() != theirs.len() {
        return vec![format!("{name}: {} rows here, {} there", ours.len(), theirs.len())];
    }
    let mut found = Vec::new();
    for (row, (a, b)) in ours.iter().zip(theirs).enumerate() {
        for ((column, a), b) in table.columns.iter().zip(a).zip(b) {
            let same = match (column.ty, a, b) {
                (Type::Float, Some(a), Some(b)) => {
                    let (a, b): (f64, f64) = (a.parse().expect("a float"), b.parse().expect("a float"));
                    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
                }
                _ => a == b,
            };
            if !same {
                found.push(format!("{name} row {row} {}: {a:?} here, {b:?} there", column.name));
            }
        }
    }
    found
}

/// Compares the analyses in the store with DuckDB's.
fn compare(python: &str, store: &Store) -> Vec<String> {
    let theirs = duckdb(python, store);
    let mut found = Vec::new();
    for analysis in catalogue::analyses() {
        let rows = theirs.get(&format!("metric/{}", analysis.name)).unwrap_or_else(|| panic!("the oracle left out {}", analysis.name));
        found.extend(differences(analysis.table, &cells(store, analysis.table), rows));
    }
    // Invariants that the figures are committed without may be broken: then they are on both engines.
    for check in analysis::check(store, &[]).expect("the invariants are asked") {
        let rows = theirs.get(&format!("check/{}", check.name)).map_or(0, Vec::len);
        if rows != check.rows.num_rows() {
            found.push(format!("{}: {} rows break it here, {rows} there", check.name, check.rows.num_rows()));
        }
    }
    found
}

#[test]
fn duckdb_gives_the_same_rows() {
    let python = match python() {
        Ok(python) => python,
        Err(reason) => {
            assert!(std::env::var_os("SPENDTRACE_REQUIRE_ORACLE").is_none(), "the oracle is required: {reason}");
            eprintln!("skipped: {reason}; set SPENDTRACE_PYTHON to an interpreter with the package duckdb");
            return;
        }
    };
    for build in [build_lake, build_review_lake] {
        let scratch = Scratch::new("oracle");
        let mut store = build(scratch.path());
        analysis::run(&context(scratch.path(), 0), &mut store).expect("the analyses run");
        let found = compare(&python, &store);
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
    // A store that was run before, such as a workspace of real files: its figures on both engines.
    if let Some(folder) = std::env::var_os("SPENDTRACE_ORACLE_STORE") {
        let store = Store::open(Path::new(&folder)).expect("a store");
        let found = compare(&python, &store);
        assert!(found.is_empty(), "{} differences\n{}", found.len(), found[..found.len().min(20)].join("\n"));
    }
}
