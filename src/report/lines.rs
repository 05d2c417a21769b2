//! The invoice rows that travel inside the page: all of a small workspace, the most telling of a large one.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, Date32Array, Decimal128Array, StringArray};
use arrow::datatypes::{Date32Type, Decimal128Type};
use arrow::record_batch::RecordBatch;

use super::grid::for_each_batch;
use super::markup::visible;
use crate::error::Result;
use crate::store::Store;

/// Rows that the page holds at most: about 25 bytes each when compressed, so that the file stays far below 5 MB.
pub const ROWS_MAX: usize = 20_000;
/// Of these, rows that are not off contract: enough to see what lies behind a compliant bar.
const COMPLIANT_ROWS_MAX: usize = 5_000;

const COLUMNS: &[&str] = &[
    "line_id",
    "period",
    "covered_on",
    "organisational_unit_id",
    "organisational_unit_name",
    "supplier_id",
    "supplier_name",
    "invoice_number",
    "category_code",
    "category_name",
    "category_group_code",
    "category_group_name",
    "spend_net",
    "exclusion",
    "outcome",
    "contract_id",
    "passed_by_contract_id",
    "reason",
    "evidence",
];

/// One invoice row as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    /// Largest first; ties by id, so that the choice is the same on every machine.
    rank: std::cmp::Reverse<i64>,
    line_id: String,
    covered_on: Option<i32>,
    amount: Option<i64>,
    invoice_number: String,
    evidence: String,
    /// Keys of u, s, c, g, o, r, k, p, m, x; empty = none.
    keys: [String; DIMENSIONS.len()],
    /// Names of the keys of u, s, c, g.
    names: [String; NAMED],
}

/// The first dimensions have names beside their keys.
const NAMED: usize = 4;

/// Letters of the dimensions that a drill-down may name, with the column of the key and of the name.
const DIMENSIONS: [(&str, &str, &str); 10] = [
    ("u", "organisational_unit_id", "organisational_unit_name"),
    ("s", "supplier_id", "supplier_name"),
    ("c", "category_code", "category_name"),
    ("g", "category_group_code", "category_group_name"),
    ("o", "outcome", ""),
    ("r", "reason", ""),
    ("k", "contract_id", ""),
    ("p", "passed_by_contract_id", ""),
    ("m", "period", ""),
    ("x", "exclusion", ""),
];

/// Keeps the `limit` largest amounts without sorting on every step.
#[derive(Default)]
struct Largest {
    lines: Vec<Line>,
    /// Once `ROWS_MAX` are kept, a smaller amount cannot come in.
    amount_min: i64,
}

impl Largest {
    fn offer(&mut self, line: Line) {
        self.lines.push(line);
        if self.lines.len() > ROWS_MAX * 2 {
            self.shrink();
        }
    }

    fn shrink(&mut self) {
        self.lines.sort_unstable();
        self.lines.truncate(ROWS_MAX);
        if self.lines.len() == ROWS_MAX {
            self.amount_min = self.lines[ROWS_MAX - 1].rank.0;
        }
    }
}

/// The rows as columns of small numbers, ready to be compressed, and how many there are in all.
pub fn collect(store: &Store) -> Result<serde_json::Value> {
    let mut total = 0usize;
    let mut telling = Largest::default();
    let mut compliant = Largest::default();
    for_each_batch(store, "matched.spend", Some(COLUMNS), |batch| {
        total += batch.num_rows();
        let columns = Columns::of(batch);
        for row in 0..batch.num_rows() {
            let keep = if matches!(columns.outcome.value(row), "compliant" | "not_addressable") { &mut compliant } else { &mut telling };
            // Most rows of a large store end here: nothing of them is copied.
            if columns.amount(row).unwrap_or(0).abs() >= keep.amount_min {
                keep.offer(columns.line(row));
            }
        }
        Ok(())
    })?;
    telling.shrink();
    compliant.shrink();
    let for_compliant = compliant.lines.len().min(COMPLIANT_ROWS_MAX.max(ROWS_MAX.saturating_sub(telling.lines.len())));
    telling.lines.truncate(ROWS_MAX - for_compliant);
    compliant.lines.truncate(for_compliant);
    let mut lines = telling.lines;
    lines.append(&mut compliant.lines);
    lines.sort_unstable_by(|a, b| a.line_id.cmp(&b.line_id));
    Ok(to_json(&lines, total))
}

fn to_json(lines: &[Line], total: usize) -> serde_json::Value {
    let mut out = serde_json::Map::new();
    let mut all_keys = serde_json::Map::new();
    let mut all_names = serde_json::Map::new();
    for (d, (letter, _, name_column)) in DIMENSIONS.iter().enumerate() {
        let distinct: Vec<&str> = distinct(lines.iter().map(|l| l.keys[d].as_str()).filter(|k| !k.is_empty()));
        let at: Vec<i64> = lines.iter().map(|l| if l.keys[d].is_empty() { -1 } else { position(&distinct, &l.keys[d]) }).collect();
        if !name_column.is_empty() {
            // The name on the first line by id stands for the key.
            let mut names: BTreeMap<&str, &str> = BTreeMap::new();
            for line in lines {
                names.entry(&line.keys[d]).or_insert(&line.names[d]);
            }
            let named: Vec<String> = distinct.iter().map(|k| visible(names.get(k).copied().unwrap_or(k)).into_owned()).collect();
            all_names.insert((*letter).to_string(), serde_json::json!(named));
        }
        all_keys.insert((*letter).to_string(), serde_json::json!(distinct));
        out.insert((*letter).to_string(), serde_json::json!(at));
    }
    // A line id is a file and a record: the file is one of few.
    let parts: Vec<(&str, &str)> = lines.iter().map(|l| l.line_id.rsplit_once('-').unwrap_or((&l.line_id, ""))).collect();
    let files = distinct(parts.iter().map(|p| p.0));
    let evidence = distinct(lines.iter().map(|l| l.evidence.as_str()));
    out.insert("f".into(), serde_json::json!(files));
    out.insert("lf".into(), serde_json::json!(parts.iter().map(|p| position(&files, p.0)).collect::<Vec<_>>()));
    out.insert("ln".into(), serde_json::json!(parts.iter().map(|p| p.1).collect::<Vec<_>>()));
    out.insert("e".into(), serde_json::json!(evidence));
    out.insert("le".into(), serde_json::json!(lines.iter().map(|l| position(&evidence, &l.evidence)).collect::<Vec<_>>()));
    out.insert("d".into(), serde_json::json!(lines.iter().map(|l| l.covered_on).collect::<Vec<_>>()));
    out.insert("a".into(), serde_json::json!(lines.iter().map(|l| l.amount).collect::<Vec<_>>()));
    out.insert("i".into(), serde_json::json!(lines.iter().map(|l| visible(&l.invoice_number).into_owned()).collect::<Vec<_>>()));
    out.insert("keys".into(), all_keys.into());
    out.insert("names".into(), all_names.into());
    out.insert("total".into(), total.into());
    out.insert("cut".into(), (total > lines.len()).into());
    out.into()
}

fn distinct<'a>(values: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    values.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}

fn position(sorted: &[&str], value: &str) -> i64 {
    sorted.binary_search(&value).map_or(-1, |i| i as i64)
}

fn text<'a>(batch: &'a RecordBatch, name: &str) -> &'a StringArray {
    batch.column_by_name(name).expect("a declared column of matched.spend").as_string::<i32>()
}

struct Columns<'a> {
    line_id: &'a StringArray,
    covered_on: &'a Date32Array,
    amount: &'a Decimal128Array,
    invoice_number: &'a StringArray,
    evidence: &'a StringArray,
    outcome: &'a StringArray,
    keys: [&'a StringArray; DIMENSIONS.len()],
    names: [&'a StringArray; NAMED],
}

impl<'a> Columns<'a> {
    fn of(batch: &'a RecordBatch) -> Columns<'a> {
        Columns {
            line_id: text(batch, "line_id"),
            covered_on: batch.column_by_name("covered_on").expect("a declared column").as_primitive::<Date32Type>(),
            amount: batch.column_by_name("spend_net").expect("a declared column").as_primitive::<Decimal128Type>(),
            invoice_number: text(batch, "invoice_number"),
            evidence: text(batch, "evidence"),
            outcome: text(batch, "outcome"),
            keys: DIMENSIONS.map(|(_, key, _)| text(batch, key)),
            names: std::array::from_fn(|d| text(batch, DIMENSIONS[d].2)),
        }
    }

    fn amount(&self, row: usize) -> Option<i64> {
        (!self.amount.is_null(row)).then(|| i64::try_from(self.amount.value(row)).expect("Decimal(18,2) fits i64"))
    }

    fn line(&self, row: usize) -> Line {
        let string = |array: &StringArray| if array.is_null(row) { String::new() } else { array.value(row).to_string() };
        let amount = self.amount(row);
        Line {
            rank: std::cmp::Reverse(amount.unwrap_or(0).abs()),
            line_id: self.line_id.value(row).to_string(),
            covered_on: (!self.covered_on.is_null(row)).then(|| self.covered_on.value(row)),
            amount,
            invoice_number: string(self.invoice_number),
            evidence: string(self.evidence),
            keys: self.keys.map(string),
            names: self.names.map(string),
        }
    }
}
