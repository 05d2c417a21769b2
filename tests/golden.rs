//! Every analysis on a lake small enough to check by hand: `tests/golden/lake/*.csv` → `tests/golden/<name>.csv`, and those that need
//! other inputs or other lines on a second one: `tests/golden/review/lake/*.csv` → `tests/golden/review/<name>.csv`.
//!
//! How the golden values were checked: `tests/golden/README.md`. `UPDATE=1` rewrites them; the diff is then read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Float64Type, Int64Type};
use arrow::record_batch::RecordBatch;
use spendtrace::analysis;
use spendtrace::analysis::catalogue;
use spendtrace::config::Config;
use spendtrace::model::{Date, Money};
use spendtrace::pipeline::Context;
use spendtrace::rules::Rules;
use spendtrace::schema::{self, Table, Type};
use spendtrace::store::{StageEntry, Store, TableBuilder};

use super::support::{Scratch, project};

/// A context with the built-in rules, the day 2024-12-31 and that many threads.
pub fn context(workspace: &Path, threads: usize) -> Context {
    let config = Config::parse(workspace, &format!("as_of_on = \"2024-12-31\"\nthreads = {threads}\n")).expect("valid settings");
    Context { config, rules: Rules::load(workspace).expect("valid rules"), privacy_key: [0; 32], progress: Box::new(|_, _, _| {}) }
}

type Row = BTreeMap<String, String>;

fn csv_rows(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let headers: Vec<String> = reader.headers().expect("a header").iter().map(str::to_string).collect();
    let row = |record: csv::StringRecord| headers.iter().cloned().zip(record.iter().map(str::to_string)).collect();
    reader.records().map(|r| row(r.expect("a whole row"))).collect()
}

fn hundredths(text: &str) -> i64 {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |d| (-1, d));
    let (whole, fraction) = digits.split_once('.').expect("amounts are written with two decimals");
    assert_eq!(fraction.len(), 2, "{text}");
    sign * format!("{whole}{fraction}").parse::<i64>().expect("digits")
}

/// Rows of `table` from texts by column name; columns that are not named, or empty, are null.
fn batch(table: &'static Table, rows: &[Row]) -> RecordBatch {
    let mut builder = TableBuilder::new(table);
    for row in rows {
        for name in row.keys() {
            assert!(table.column(name).is_some(), "{} has no column {name}", table.full_name());
        }
        for (at, column) in table.columns.iter().enumerate() {
            // A column that another stage came to require, and that no analysis reads, need not be written out here.
            let unread = match column.ty {
                Type::Bool => "false",
                Type::Int => "0",
                _ => "",
            };
            let value = row.get(column.name).map(String::as_str).filter(|v| !v.is_empty());
            let value = if column.required { Some(value.unwrap_or(unread)) } else { value };
            let Some(value) = value else { continue };
            match column.ty {
                Type::Text => builder.set_text(at, value),
                Type::Int => builder.set_int(at, value.parse().expect("a whole number")),
                Type::Money => builder.set_decimal(at, hundredths(value)),
                Type::Quantity => builder.set_decimal(at, hundredths(value) * 100),
                Type::Rate => builder.set_decimal(at, hundredths(value) * 1_000_000),
                Type::Date => builder.set_date(at, Date::parse_iso(value).expect("a date")),
                Type::Bool => builder.set_bool(at, value == "true"),
                Type::Float => builder.set_float(at, value.parse().expect("a number")),
            }
        }
        builder.end_row();
    }
    builder.finish()
}

/// The decided lines: the columns of the file and those that follow from them.
fn spend_rows(folder: &Path) -> Vec<Row> {
    csv_rows(&folder.join("matched.spend.csv"))
        .into_iter()
        .map(|short| {
            let get = |name: &str| short.get(name).map_or("", String::as_str);
            let day = Date::parse_iso(get("covered_on")).expect("a date");
            let category = get("category");
            let group = category.split('.').next().unwrap_or_default();
            let units: BTreeMap<_, _> = [("U1", "Sjukhuset"), ("U2", "Tandvården"), ("U3", "Folkhögskolan")].into();
            let number: String = get("invoice").trim_start_matches('0').to_uppercase();
            let is_foreign = get("exclusion") == "no_exchange_rate";
            let pairs = [
                ("line_id", get("line_id")),
                ("period", &get("covered_on")[..7]),
                ("month_index", &day.period().index().to_string()),
                ("covered_on", get("covered_on")),
                ("covered_on_basis", "invoiced"),
                ("organisational_unit_id", get("unit")),
                ("organisational_unit_name", units[get("unit")]),
                ("vendor_key", &format!("key-{}", get("supplier"))),
                ("supplier_id", get("supplier")),
                ("supplier_name", &format!("Name of {}", get("supplier"))),
                // One group in the fixture: the small one belongs to the office supplier.
                ("supplier_group_id", if get("supplier") == "S-SMALL" { "S-OFFICE" } else { get("supplier") }),
                ("invoice_number", get("invoice")),
                ("voucher_number", get("voucher")),
                ("invoice_key", &format!("{}-{}-{}", get("supplier"), if number.is_empty() { get("voucher") } else { &number }, &get("covered_on")[..4])),
                ("invoice_number_normalised", &number),
                ("invoice_on", get("covered_on")),
                ("booked_on", get("covered_on")),
                ("due_on", get("due_on")),
                ("paid_on", get("paid_on")),
                ("is_credit", if get("amount").starts_with('-') { "true" } else { "false" }),
                ("account_code", "4000"),
                ("account_name", get("account_name")),
                ("category_code", category),
                ("category_name", &format!("Category {category}")),
                ("category_group_code", group),
                ("category_group_name", &format!("Group {group}")),
                ("category_method", if category == "unclassified" { "unclassified" } else { "line" }),
                ("item_id", get("item")),
                ("invoiced_quantity", get("quantity")),
                ("channel", get("channel")),
                ("net_amount", get("amount")),
                ("currency", get("currency")),
                ("spend_net", if is_foreign { "" } else { get("amount") }),
                ("is_addressable", if get("exclusion").is_empty() { "true" } else { "false" }),
                ("exclusion", get("exclusion")),
                ("outcome", get("outcome")),
                ("match_class", get("match_class")),
                ("ladder_level", get("ladder")),
                ("contract_id", get("contract")),
                ("passed_by_contract_id", get("passed_by")),
                ("reason", get("reason")),
                ("is_category_covered", if get("contract").is_empty() && get("passed_by").is_empty() { "false" } else { "true" }),
                ("price_deviation_net", get("price_deviation")),
                ("confidence", "1.0"),
                ("candidate_count", "1"),
                ("evidence", "FIXTURE"),
                ("approved_exception_id", short.get("exception").map_or("", String::as_str)),
            ];
            let mut row: Row = pairs.into_iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
            // A column that the file states under its own name stands.
            row.extend(short.iter().filter(|(name, value)| schema::SPEND.column(name).is_some() && !value.is_empty()).map(|(k, v)| (k.clone(), v.clone())));
            row
        })
        .collect()
}

/// Builds the fixture lake in `root`.
pub fn build_lake(root: &Path) -> Store {
    build(root, &project().join("tests/golden/lake"))
}

/// Builds the second fixture lake in `root`, and puts its rules where [`context`] finds them.
pub fn build_review_lake(root: &Path) -> Store {
    let folder = project().join("tests/golden/review");
    std::fs::create_dir_all(root.join("rules")).expect("a writable workspace");
    std::fs::copy(folder.join("rules/review.toml"), root.join("rules/review.toml")).expect("the rules of the fixture");
    build(root, &folder.join("lake"))
}

fn build(root: &Path, folder: &Path) -> Store {
    let mut store = Store::open_for_writing(root, false).expect("a new store");
    let spend = spend_rows(folder);
    // What some lines say beside their amounts: orders, texts, parts of e-invoices.
    let said_path = folder.join("lake.invoice_line.csv");
    let said = if said_path.is_file() { csv_rows(&said_path) } else { Vec::new() };
    let said: BTreeMap<String, Row> = said.into_iter().map(|r| (r["line_id"].clone(), r)).collect();
    let lines: Vec<Row> = spend
        .iter()
        .enumerate()
        .map(|(at, row)| {
            let source = row["line_id"].split('-').next().unwrap_or_default();
            let pairs = [
                ("line_id", row["line_id"].as_str()),
                ("source_file_id", source),
                ("source_line", &(at + 2).to_string()),
                ("source_name", "fixture"),
                ("period", &row["period"]),
                ("vendor_key", &row["vendor_key"]),
                ("net_amount", &row["net_amount"]),
                ("currency", &row["currency"]),
                ("row_fingerprint", &at.to_string()),
            ];
            let mut line: Row = pairs.into_iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
            line.extend(said.get(&row["line_id"]).cloned().unwrap_or_default());
            line
        })
        .collect();
    let file_ids: BTreeSet<&str> = lines.iter().map(|l| l["source_file_id"].as_str()).collect();
    let files: Vec<Row> = file_ids
        .into_iter()
        .map(|file| {
            let own: Vec<_> = lines.iter().filter(|l| l["source_file_id"] == file).collect();
            let kept: i64 = own.iter().map(|l| hundredths(&l["net_amount"])).sum();
            // One row of the second file was rejected: 100.00 read and not kept.
            let (rejected_rows, rejected) = if file == "f2" { (1, 10_000) } else { (0, 0) };
            let amount = |minor: i64| Money::from_minor(minor).expect("small").to_string();
            let pairs = [
                ("source_file_id", file.to_string()),
                ("source_name", "fixture".to_string()),
                ("path", format!("exports/{file}.csv")),
                ("kind", "invoice_line".to_string()),
                ("mapping", "fixture".to_string()),
                ("sha256", "0".repeat(64)),
                ("byte_count", "1".to_string()),
                ("encoding", "utf-8".to_string()),
                ("dialect", ";".to_string()),
                ("header_line", "1".to_string()),
                ("row_read_count", (own.len() + rejected_rows).to_string()),
                ("row_kept_count", own.len().to_string()),
                ("row_rejected_count", rejected_rows.to_string()),
                ("row_skipped_count", "0".to_string()),
                ("net_amount_read", amount(kept + rejected)),
                ("net_amount_kept", amount(kept)),
                ("net_amount_rejected", amount(rejected)),
                ("amount_unreadable_count", "0".to_string()),
                ("control_total", if file == "f2" { amount(kept + rejected) } else { String::new() }),
            ];
            pairs.into_iter().map(|(k, v)| (k.to_string(), v)).collect()
        })
        .collect();
    let mut vendors: BTreeMap<String, Row> = BTreeMap::new();
    for row in &spend {
        let finding = if row["supplier_id"] == "S-RED" { "redacted" } else { "" };
        let pairs = [
            ("vendor_key", row["vendor_key"].as_str()),
            ("source_name", "fixture"),
            ("supplier_id", &row["supplier_id"]),
            ("link_score", "1.0"),
            ("link_method", "alone"),
            ("link_evidence", "fixture"),
            ("finding", finding),
        ];
        vendors.insert(row["vendor_key"].clone(), pairs.into_iter().map(|(k, v)| (k.to_string(), v.to_string())).collect());
    }
    let mut vendors: Vec<Row> = vendors.into_values().collect();
    // A name that was taken out, and one bank account beside two suppliers.
    let findings: Vec<Row> = [("S-RED", "redacted", "fixture"), ("S-OFFICE", "shared_bank_account", "50501055"), ("S-NEW", "shared_bank_account", "50501055")]
        .iter()
        .map(|(supplier, finding, subject)| {
            let pairs = [
                ("vendor_key", format!("key-{supplier}")),
                ("finding", finding.to_string()),
                ("subject", subject.to_string()),
                ("supplier_id", supplier.to_string()),
            ];
            pairs.into_iter().map(|(k, v)| (k.to_string(), v)).collect()
        })
        .collect();
    let mut others: Vec<(&'static Table, Vec<Row>)> = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the fixture lake") {
        let name = entry.expect("an entry").file_name().to_string_lossy().trim_end_matches(".csv").to_string();
        let table = schema::table(&name).unwrap_or_else(|| panic!("{name} is not a table"));
        let rows = || csv_rows(&folder.join(format!("{name}.csv")));
        if *table == schema::VENDOR_SUPPLIER {
            vendors.extend(rows());
        } else if *table != schema::SPEND && *table != schema::INVOICE_LINE {
            others.push((table, rows()));
        }
    }
    let mut transaction = store.begin();
    for (table, rows) in [(&schema::SPEND, &spend), (&schema::INVOICE_LINE, &lines)] {
        let mut by_period: BTreeMap<&str, Vec<Row>> = BTreeMap::new();
        for row in rows {
            by_period.entry(&row["period"]).or_default().push(row.clone());
        }
        let mut entries = Vec::new();
        for (period, rows) in by_period {
            let mut writer = transaction.writer(table, Some(period), "fixture").expect("a writer");
            writer.write(&batch(table, &rows)).expect("rows");
            entries.push(writer.finish().expect("a file"));
        }
        transaction.replace(table, entries);
    }
    for (table, rows) in [(&schema::SOURCE_FILE, &files), (&schema::VENDOR_SUPPLIER, &vendors), (&schema::VENDOR_FINDING, &findings)] {
        transaction.replace_with(table, &[batch(table, rows)]).expect("a table");
    }
    for (table, rows) in &others {
        transaction.replace_with(table, &[batch(table, rows)]).expect("a table");
    }
    transaction.commit("fixture", StageEntry::default()).expect("a commit");
    store
}

/// A cell as text: decimals exact, floats shortest, dates ISO; `None` when null.
pub fn cell(array: &dyn Array, row: usize) -> Option<String> {
    if array.is_null(row) {
        return None;
    }
    Some(match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Decimal128(_, _) => array.as_primitive::<Decimal128Type>().value_as_string(row),
        DataType::Date32 => Date::from_days(array.as_primitive::<Date32Type>().value(row)).to_string(),
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).to_string(),
        other => panic!("no table has a column of type {other}"),
    })
}

/// The rows of a table as texts.
pub fn cells(store: &Store, table: &Table) -> Vec<Vec<Option<String>>> {
    let batches = store.read(table).expect("a readable table");
    batches.iter().flat_map(|b| (0..b.num_rows()).map(|r| b.columns().iter().map(|c| cell(c, r)).collect())).collect()
}

fn as_csv(table: &Table, rows: &[Vec<Option<String>>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(table.columns.iter().map(|c| c.name)).expect("memory");
    for row in rows {
        writer.write_record(row.iter().map(|c| c.as_deref().unwrap_or_default())).expect("memory");
    }
    String::from_utf8(writer.into_inner().expect("memory")).expect("texts are UTF-8")
}

/// The tables of this stage: the analyses and the key figures.
pub fn written_tables() -> impl Iterator<Item = &'static Table> {
    catalogue::analyses().iter().map(|a| a.table).chain([
        &catalogue::KEY_FIGURE,
        &catalogue::KEY_FIGURE_MONTH,
        &catalogue::KEY_FIGURE_PERIOD,
        &catalogue::KEY_FIGURE_UNIT,
    ])
}

/// Analyses whose golden figures come from the second lake.
const REVIEW: &[&str] = &[
    "documentation_duty",
    "uncontracted_supplier",
    "deviation_register",
    "deviation_reporting",
    "contract_followability",
    "price_spread",
    "saving_potential",
    "limit_bunching",
    "split_purchase",
    "fast_growing_supplier",
    "bank_account_change",
    "bank_account_shared",
    "round_amount",
    "rest_day_posting",
    "relative_size",
    "benford_scope",
    "benford_digit",
    "diversity_category",
    "diversity_goal",
    "diversity_supplier",
    "diversity_opportunity",
    "diversity_tier2",
    "dependency_supplier",
    "category_risk",
    "supplier_alert",
    "foreign_supply",
    "supplier_shared",
    "emission_category",
    "sustainability_category",
    "circular_spend",
    "input_coverage",
];

/// Analyses that have golden figures from both.
const BOTH: &[&str] = &["duplicate_invoice"];

#[test]
fn golden_figures() {
    let scratch = Scratch::new("golden");
    let mut store = build_lake(scratch.path());
    analysis::run(&context(scratch.path(), 0), &mut store).expect("the analyses run");
    assert_golden(&store, &project().join("tests/golden"), written_tables().filter(|t| !REVIEW.contains(&t.name)));
}

#[test]
fn golden_figures_of_lists_to_review() {
    let scratch = Scratch::new("golden-review");
    let mut store = build_review_lake(scratch.path());
    analysis::run(&context(scratch.path(), 0), &mut store).expect("the analyses run");
    assert_golden(&store, &project().join("tests/golden/review"), written_tables().filter(|t| REVIEW.contains(&t.name) || BOTH.contains(&t.name)));
}

/// Each table equals its file in the folder, which holds no other.
fn assert_golden(store: &Store, folder: &Path, tables: impl Iterator<Item = &'static Table>) {
    let is_update = std::env::var_os("UPDATE").is_some();
    let mut stale = Vec::new();
    let mut expected_files = Vec::new();
    for table in tables {
        let rows = cells(store, table);
        assert!(!rows.is_empty(), "{}: the fixture gives no row, so the golden file would prove nothing", table.full_name());
        // Texts of key figures are checked where they are declared; here they would only be copied.
        let text = as_csv(table, &rows);
        let path = folder.join(format!("{}.csv", table.name));
        expected_files.push(format!("{}.csv", table.name));
        if is_update {
            std::fs::write(&path, &text).expect("a writable project");
        } else if std::fs::read_to_string(&path).unwrap_or_default() != text {
            stale.push(format!("{}: run with UPDATE=1 and read the diff", path.display()));
        }
    }
    assert!(stale.is_empty(), "{}", stale.join("\n"));
    for entry in std::fs::read_dir(folder).expect("the golden folder") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        assert!(!name.ends_with(".csv") || expected_files.contains(&name), "{}: {name} belongs to no analysis", folder.display());
    }
}

#[test]
fn same_bytes_from_one_and_two_threads_and_skipped_when_unchanged() {
    for build in [build_lake, build_review_lake] {
        same_bytes(build);
    }
}

fn same_bytes(build: fn(&Path) -> Store) {
    let [one, two] = [1, 2].map(|threads| {
        let scratch = Scratch::new("threads");
        let mut store = build(scratch.path());
        analysis::run(&context(scratch.path(), threads), &mut store).expect("the analyses run");
        let before = store.manifest().clone();
        analysis::run(&context(scratch.path(), threads), &mut store).expect("the second run is skipped");
        assert_eq!(*store.manifest(), before);
        (scratch, store)
    });
    let (tables, others) = (&one.1.manifest().tables, &two.1.manifest().tables);
    assert_eq!(tables.keys().collect::<Vec<_>>(), others.keys().collect::<Vec<_>>());
    if let Some((name, files)) = tables.iter().find(|(name, files)| others[*name] != **files) {
        let rows = |store| schema::table(name).map(|t| as_csv(t, &cells(store, t)));
        panic!("{name}: other bytes from two threads, {files:?} beside {:?}\n{:?}\n{:?}", others[name], rows(&one.1), rows(&two.1));
    }
}

#[test]
fn a_contradiction_is_found_and_not_committed() {
    let scratch = Scratch::new("contradiction");
    let mut store = build_lake(scratch.path());
    // A line disappears from the lake behind the decisions' back.
    let mut transaction = store.begin();
    transaction.remove(&schema::INVOICE_LINE, |f| f.period.as_deref() == Some("2024-09"));
    transaction.commit("fixture", StageEntry::default()).expect("a commit");
    let error = analysis::run(&context(scratch.path(), 0), &mut store).unwrap_err();
    assert_eq!(error.exit_code(), 4);
    for name in ["decided_equals_lake", "source_file_reconciles"] {
        assert!(error.to_string().contains(name), "{error}");
    }
    assert!(store.files(catalogue::analyses()[0].table).is_empty());
}
