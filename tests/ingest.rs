//! Ingest, from files on disk to rows of the lake.

use std::collections::BTreeMap;
use std::path::Path;

use spendtrace::config::{self, Config};
use spendtrace::error::Result;
use spendtrace::ingest;
use spendtrace::model::Total;
use spendtrace::pipeline::Context;
use spendtrace::rules::Rules;
use spendtrace::schema::{self, Table};
use spendtrace::store::{self, Columns, Store};

use super::support::{Scratch, corpus};

/// Ingests the workspace and gives its store.
fn ingest(workspace: &Path) -> Result<Store> {
    let config = Config::load(workspace, &[])?;
    let context = Context { rules: Rules::load(workspace)?, config, privacy_key: [7; 32], progress: Box::new(|_, _, _| {}) };
    let mut store = Store::open_for_writing(&context.config.out_folder(), false)?;
    ingest::run(&context, &mut store)?;
    Ok(store)
}

#[allow(dead_code)]
/// A workspace with one source of the given files.
fn workspace(name: &str, mapping: &str, settings: &str, files: &[(&str, &[u8])]) -> Scratch {
    let scratch = Scratch::new(name);
    std::fs::create_dir(scratch.path().join("in")).unwrap();
    for (file, bytes) in files {
        std::fs::write(scratch.path().join("in").join(file), bytes).unwrap();
    }
    settle(scratch.path(), mapping, settings);
    scratch
}

fn settle(folder: &Path, mapping: &str, settings: &str) {
    let text = format!("{settings}\n[[source]]\nname = \"ledger\"\npath = \"in/*\"\nmapping = \"{mapping}\"\n");
    std::fs::write(folder.join(config::FILE), text).unwrap();
}

/// The values of some columns of a table, row by row, as text.
fn rows(store: &Store, table: &'static Table, columns: &[&str]) -> Vec<String> {
    let mut rows = Vec::new();
    for batch in store.read(table).unwrap() {
        let all = Columns(&batch);
        for row in 0..batch.num_rows() {
            let value = |name: &&str| {
                let text = match table.column(name).unwrap().ty {
                    schema::Type::Text => all.text_at(name, row).map(str::to_string),
                    schema::Type::Int => all.int_at(name, row).map(|v| v.to_string()),
                    schema::Type::Money => all.money_at(name, row).map(|v| v.to_string()),
                    schema::Type::Quantity => all.quantity_at(name, row).map(|v| v.to_string()),
                    schema::Type::Date => all.date_at(name, row).map(|v| v.to_string()),
                    schema::Type::Bool => all.bool_at(name, row).map(|v| v.to_string()),
                    schema::Type::Float => all.float_at(name, row).map(|v| v.to_string()),
                };
                text.unwrap_or_default()
            };
            rows.push(columns.iter().map(value).collect::<Vec<_>>().join("|"));
        }
    }
    rows.sort();
    rows
}

/// Ingests files of the corpus and gives (files, read, kept, rejected, skipped, kept sum in minor units).
fn load_corpus(name: &str, mapping: &str, settings: &str, files: &Path) -> (usize, i64, i64, i64, i64, i128) {
    let scratch = Scratch::new(name);
    super::support::copy_folder(files, &scratch.path().join("in"));
    settle(scratch.path(), mapping, settings);
    let store = ingest(scratch.path()).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut sums = [0i64; 4];
    let mut count = 0;
    for batch in store.read(&schema::SOURCE_FILE).unwrap() {
        let columns = Columns(&batch);
        for row in 0..batch.num_rows() {
            count += 1;
            for (sum, column) in sums.iter_mut().zip(["row_read_count", "row_kept_count", "row_rejected_count", "row_skipped_count"]) {
                *sum += columns.int_at(column, row).unwrap();
            }
        }
    }
    assert_eq!(sums[0], sums[1] + sums[2]);
    let net = store::totals(&store, &schema::INVOICE_LINE).get("net_amount").copied().unwrap_or(0);
    let mut faults: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows(&store, &schema::REJECT, &["fault", "column_name"]) {
        *faults.entry(row).or_default() += 1;
    }
    eprintln!("{name}: {count} files, read {} kept {} rejected {} skipped {} sum {} {faults:?}", sums[0], sums[1], sums[2], sums[3], Total::from_minor(net));
    (count, sums[0], sums[1], sums[2], sums[3], net)
}

/// Unpacks a tar.zst of the corpus into a folder.
fn unpack(archive: &Path, into: &Path) {
    let status = std::process::Command::new("sh")
        .arg("-c")
        .arg(format!("zstd -dc '{}' | tar -xf - -C '{}'", archive.display(), into.display()))
        .status()
        .expect("sh runs");
    assert!(status.success(), "{} can be unpacked", archive.display());
}

#[test]
fn real_ledgers_are_accounted_for() {
    for (folder, archive, inside, mapping) in [
        ("uk-oxford-spend", "oxford_quarterly_csv.tar.zst", "csv", "uk-oxford"),
        ("uk-bradford-spend", "bradford_monthly_csv.tar.zst", "bradford", "uk-bradford"),
        ("uk-calderdale-spend", "calderdale_monthly_csv.tar.zst", "calderdale", "uk-calderdale"),
        ("uk-leeds-raw-spend", "leeds_raw_csv.tar.zst", "leeds/raw", "uk-leeds"),
        ("uk-hyndburn-raw-monthly", "hyndburn_monthly_csv.tar.zst", "csv", "uk-hyndburn"),
    ] {
        let Some(folder_path) = corpus(folder) else { continue };
        let scratch = Scratch::new("unpack");
        unpack(&folder_path.join(archive), scratch.path());
        load_corpus(folder, mapping, "currency = \"GBP\"\nreject_ratio_max = 1.0", &scratch.path().join(inside));
    }
}

#[test]
fn the_sample_rejects_what_was_planted_and_nothing_else() {
    let scratch = Scratch::new("sample");
    super::support::copy_folder(&super::support::project().join("data/sample"), scratch.path());
    let store = ingest(scratch.path()).unwrap_or_else(|e| panic!("{e}"));
    let truth = std::fs::read_to_string(scratch.path().join("truth/rejects.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(truth.as_bytes());
    let mut expect: Vec<String> = reader
        .records()
        .map(|r| {
            let r = r.unwrap();
            [0, 1, 2, 3, 5, 6].map(|i| r[i].to_string()).join("|")
        })
        .collect();
    expect.sort();
    assert_eq!(rows(&store, &schema::REJECT, &["path", "source_record", "source_line", "column_name", "fault", "net_amount"]), expect);
}
