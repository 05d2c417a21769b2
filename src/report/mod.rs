//! The report: what people open. One folder for each as-of month, `out/<YYYY-MM>/`:
//!
//! - `report.html`: one file, Swedish and English, works without a network;
//! - `report.xlsx`: a sheet for each question, headline figures recomputed by formulas;
//! - `csv/<metric>.csv` for a Swedish Excel and `csv/machine/<metric>.csv` for programs; `csv/rejects.csv`;
//! - `kpi.json`, `datapackage.json`, `views.sql`;
//! - `units/<unit>/`: each unit's own deviations, ready to send.
//!
//! [`export_open_data`] writes the ledger in the Swedish open-data specification, when asked.
//!
//! The same store and settings give the same bytes: nothing here reads the clock.

mod chart;
mod compliance;
mod contracts;
mod cost;
mod csv;
mod cube;
mod data;
mod explore;
mod format;
mod front;
mod grid;
mod key_figure;
mod lines;
mod markup;
mod method;
mod more;
mod open_data;
mod output;
mod package;
mod page;
mod procurement;
mod quality;
mod resilience;
mod spend;
mod summary;
mod suppliers;
mod table;
mod tables;
mod texts;
mod units;
mod workbook;

pub use csv::looks_like_formula;
pub use open_data::{COLUMNS as OPEN_DATA_COLUMNS, Exported, export as export_open_data};
pub use summary::{Summary, summary};

use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::pipeline::Context;
use crate::schema::metric;
use crate::store::{StageEntry, Store, hex};
use data::Data;
use format::Language;
use output::Folder;

/// Changes whenever the same store would give other files.
const STAGE_VERSION: &str = "5";

/// A code of a column as people read it in `sv` or `en`; the code itself when it has no words.
pub fn code(language: &str, column: &str, code: &str) -> String {
    texts::code(Language::from_tag(language), &texts::qualified(column, code)).to_string()
}

/// The heading of a column in `sv` or `en`.
pub fn column(language: &str, name: &str) -> String {
    texts::column(Language::from_tag(language), name)
}

/// Where the report of this store lies or will lie.
pub fn folder(context: &Context, store: &Store) -> PathBuf {
    store.root().join(context.as_of(store).period().to_string())
}

/// Writes the report, unless it stands there already and nothing that it shows has changed.
pub fn run(context: &Context, store: &mut Store) -> Result<()> {
    let fingerprint = fingerprint(context, store)?;
    let root = folder(context, store);
    let is_current = store.manifest().stages.get("report").is_some_and(|s| s.fingerprint == fingerprint);
    // The data package is written last: when it is there, so is the rest.
    if is_current && root.join("datapackage.json").is_file() && root.join("report.html").is_file() {
        return Ok(());
    }
    write(context, store, Folder::create(root)?)?;
    store.begin().commit("report", StageEntry { fingerprint })
}

fn write(context: &Context, store: &Store, mut folder: Folder) -> Result<()> {
    let data = Data::read(context, store)?;
    let names: Vec<&str> = metric::metric_tables().map(|t| t.name).collect();
    let steps = names.len() as u64 + 4;
    let progress = |done: usize| (context.progress)("report", done as u64, steps);
    for (i, name) in names.iter().enumerate() {
        progress(i);
        csv::export(&mut folder, store, &format!("metric.{name}"), name)?;
    }
    csv::export(&mut folder, store, "lake.reject", "rejects")?;
    csv::export(&mut folder, store, "lake.source_file", "sources")?;
    progress(names.len());
    folder.write("report.html", page::render(&data, store)?.as_bytes())?;
    progress(names.len() + 1);
    folder.write("report.xlsx", &workbook::render(&data, store)?)?;
    progress(names.len() + 2);
    units::write(&data, store, &mut folder)?;
    progress(names.len() + 3);
    folder.write("kpi.json", json(&key_figure::to_json(&data)).as_bytes())?;
    folder.write("views.sql", package::views(&data, store).as_bytes())?;
    for sub in ["csv", "units"] {
        folder.remove_stale(sub)?;
    }
    let package = package::datapackage(&data, &folder);
    folder.write("datapackage.json", json(&package).as_bytes())
}

fn json(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

fn fingerprint(context: &Context, store: &Store) -> Result<String> {
    let mut hasher = Sha256::new();
    let tables = serde_json::to_string(&store.manifest().tables).map_err(|e| Error::Internal(format!("manifest: {e}")))?;
    for part in [STAGE_VERSION, env!("CARGO_PKG_VERSION"), &context.config.fingerprint_text(), &context.rules.fingerprint_text(), &tables] {
        hasher.update(part);
        hasher.update([0]);
    }
    for (path, text) in crate::assets::below("queries/metric/").chain(crate::assets::below("data/kpi/")) {
        hasher.update(path);
        hasher.update(text);
    }
    Ok(hex(&hasher.finalize()[..16]))
}
