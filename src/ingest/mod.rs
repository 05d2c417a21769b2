//! Exports in, typed rows out. Each record of each file is kept in its lake table or lands in `lake.reject`; a file's rows and
//! amounts read are those kept and those rejected, to the öre.
//!
//! The way of a file: [`source`] finds and hashes it, [`encoding`] makes it text, [`understand`] finds its dialect, header and the
//! form of each column with the help of its [`mapping`], [`split`] cuts records, [`convert`] types them, [`load`] writes them.
//! Records of other formats come in as [`cells`].

pub mod cells;
mod convert;
mod corrections;
mod day;
mod drift;
mod encoding;
pub use crate::schema::faults;
pub mod findings;
pub mod formats;
mod load;
pub mod mapping;
mod number;
mod plan;
mod privacy;
pub mod profile;
mod repeats;
pub mod sniff;
mod source;
mod split;
mod understand;
mod unpivot;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use self::findings::FindingRow;
use self::load::{Loaded, Loader, SourceRow};
use self::mapping::Mapping;
use self::privacy::Privacy;
use self::source::{Content, Form, Input};
use crate::config::Source;
use crate::error::{Error, Result};
use crate::model::Money;
use crate::pipeline::Context;
use crate::schema::{self, FINDING, INVOICE_LINE, REJECT, SOURCE_FILE, Table};
use crate::store::{Columns, FileEntry, StageEntry, Store, TableBuilder, Transaction, hex};

/// Raised when the same bytes would give other rows than before: the lake is then read anew.
const VERSION: &str = "3";
/// Refused files whose reasons one message holds.
const REFUSALS_SHOWN: usize = 20;
/// Files from this size on are read one at a time, with all threads on each.
const LARGE_BYTES: u64 = 32 << 20;

/// One file to be in the lake.
struct Wanted<'a> {
    source: &'a Source,
    mapping: &'a Mapping,
    input: Input,
    content: Content,
    id: String,
    reading: String,
    /// Ids of the files that correct it, the last word first.
    corrections: Vec<String>,
}

/// Reads the sources of the workspace into the lake. Files that are there already, by content, are left alone; files that changed
/// or went away lose their rows; months that a correction has replace those of the file it corrects ([`corrections`]); rows that
/// stand in two files of a source are findings ([`repeats`]). The order of files does not matter, nor what the lake held before.
pub fn run(context: &Context, store: &mut Store) -> Result<()> {
    let config = &context.config;
    if config.sources.is_empty() {
        return Err(Error::Config("spendtrace.toml names no source; add a [[source]] with name, path and mapping".to_string()));
    }
    let mappings = config.sources.iter().map(|s| Mapping::load(&config.workspace, &s.mapping)).collect::<Result<Vec<_>>>()?;
    let wanted = find(context, &mappings)?;
    let known = known_files(store)?;
    let is_there = |w: &Wanted| known.get(&w.id).is_some_and(|row| row.reading == w.reading);
    let stays: BTreeSet<&str> = wanted.iter().filter(|w| is_there(w)).map(|w| w.id.as_str()).collect();
    let gone: BTreeSet<String> = known.keys().filter(|id| !stays.contains(id.as_str())).cloned().collect();
    let new: Vec<&Wanted> = wanted.iter().filter(|w| !is_there(w)).collect();
    if new.is_empty() && gone.is_empty() && store.manifest().stages.contains_key("ingest") {
        return Ok(());
    }
    let fingerprint = hex(&Sha256::digest(wanted.iter().map(|w| format!("{} {}\n", w.id, w.reading)).collect::<String>()));
    let mut transaction = store.begin();
    let total: u64 = new.iter().map(|w| w.content.byte_count).sum();
    let done = std::sync::atomic::AtomicU64::new(0);
    let load = |w: &&Wanted| -> Result<Loaded> {
        let privacy = Privacy::new(context.privacy_key, w.mapping.file.personal_numbers);
        let loader = Loader {
            transaction: &transaction,
            source_name: &w.source.name,
            mapping: w.mapping,
            privacy: &privacy,
            currency: &config.currency,
            encoding: w.source.encoding.as_deref(),
            reject_ratio_max: config.reject_ratio_max,
        };
        let mut loaded = load_one(&loader, w)?;
        loaded.row.reading = w.reading.clone();
        let bytes = done.fetch_add(w.content.byte_count, std::sync::atomic::Ordering::Relaxed) + w.content.byte_count;
        (context.progress)("ingest", bytes, total);
        Ok(loaded)
    };
    // The result keeps the order of `new`, whatever the order of the work.
    let (large, small): (Vec<_>, Vec<_>) = new.iter().partition(|w| w.content.byte_count >= LARGE_BYTES);
    let mut results: Vec<_> = small.into_par_iter().map(|w| (w, load(w))).collect();
    results.extend(large.into_iter().map(|w| (w, load(w))));
    let loaded = all_or_refusals(results.into_iter().map(|(w, result)| (w.source, &w.input, result)))?;
    let mut files: BTreeMap<String, Vec<FileEntry>> = BTreeMap::new();
    let mut rows: Vec<SourceRow> = known.into_values().filter(|row| !gone.contains(&row.source_file_id)).collect();
    let fresh: BTreeSet<String> = loaded.iter().map(|one| one.row.source_file_id.clone()).collect();
    let stay = |id: &String| !gone.contains(id) && !fresh.contains(id);
    let mut found: Vec<FindingRow> = known_findings(transaction.store())?;
    found.retain(|f| stay(&f.source_file_id) && f.other_source_file_id.as_ref().is_none_or(stay));
    for mut one in loaded {
        found.append(&mut one.findings);
        files.entry(one.row.kind.clone()).or_default().extend(one.files);
        files.entry(REJECT.name.to_string()).or_default().extend(one.rejects);
        rows.push(one.row);
    }
    for table in lake_tables() {
        transaction.remove(table, |f| gone.contains(file_id(f)));
        transaction.add(table, files.remove(table.name).unwrap_or_default());
    }
    rows.sort();
    drift::check(&config.sources, &mappings, &mut rows)?;
    found.extend(replace_periods(&mut transaction, &wanted, &fresh));
    let is_known = |a: &str, b: &str| !fresh.contains(a) && !fresh.contains(b);
    found.extend(repeats::find(transaction.store(), transaction.files(&INVOICE_LINE), &rows, is_known)?);
    found.sort();
    found.dedup();
    let mut builder = TableBuilder::new(&FINDING);
    found.iter().for_each(|row| row.write(&mut builder));
    transaction.replace_with(&FINDING, &[builder.finish()])?;
    let mut builder = TableBuilder::new(&SOURCE_FILE);
    rows.iter().for_each(|row| row.write(&mut builder));
    transaction.replace_with(&SOURCE_FILE, &[builder.finish()])?;
    transaction.commit("ingest", StageEntry { fingerprint })
}

/// What had been read at some moment, to say what a run changed. The lake itself follows the files and keeps no history.
pub struct Read {
    files: BTreeMap<String, SourceRow>,
    findings: BTreeSet<FindingRow>,
}

impl Read {
    /// The files in the lake, and the findings on them.
    pub fn of(store: &Store) -> Result<Read> {
        Ok(Read { files: known_files(store)?, findings: known_findings(store)?.into_iter().collect() })
    }

    /// In words, what was replaced since `before`, and which rows are there twice since.
    pub fn since(&self, before: &Read) -> Vec<String> {
        let months = |row: &SourceRow| match (&row.first_period, &row.last_period) {
            (Some(first), Some(last)) if first != last => format!(" of {first} to {last}"),
            (Some(one), _) => format!(" of {one}"),
            _ => String::new(),
        };
        let mut lines = Vec::new();
        for new in self.files.values().filter(|f| !before.files.contains_key(&f.source_file_id)) {
            let is_old = |old: &&SourceRow| old.path == new.path && old.source_name == new.source_name && !self.files.contains_key(&old.source_file_id);
            if let Some(old) = before.files.values().find(is_old) {
                lines.push(format!(
                    "{}: corrected since it was read: its {} rows{} replace {}{}",
                    new.path,
                    new.row_kept_count,
                    months(new),
                    old.row_kept_count,
                    months(old)
                ));
            }
        }
        for f in self.findings.difference(&before.findings) {
            let (period, other, rows) = (f.period.as_deref().unwrap_or_default(), f.other_path.as_deref().unwrap_or_default(), f.row_count.unwrap_or_default());
            if f.finding == findings::PERIOD_REPLACED.code {
                lines.push(format!("{other}: replaces the {rows} rows of {period} in {}", f.path));
            } else if f.finding == findings::ROWS_REPEATED.code {
                lines.push(format!("{}: {rows} rows of {period} stand in {other} too and are counted twice: see metric.source_finding", f.path));
            }
        }
        lines
    }
}

/// What all files gave; else every refusal at once, so that one run shows all there is to correct, and how to go on without them.
fn all_or_refusals<'a, T>(results: impl Iterator<Item = (&'a Source, &'a Input, Result<T>)>) -> Result<Vec<T>> {
    let mut all = Vec::new();
    let mut refusals = Vec::new();
    let mut left_out: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (source, input, result) in results {
        match result {
            Ok(one) => all.push(one),
            Err(Error::Input(why)) => {
                refusals.push(why);
                let known = source.exclude.iter().map(|e| format!("{e:?}"));
                left_out.entry(&source.name).or_insert_with(|| known.collect()).push(format!("{:?}", input.name()));
            }
            Err(other) => return Err(other),
        }
    }
    if refusals.is_empty() {
        return Ok(all);
    }
    let count = refusals.len();
    let more = if count > REFUSALS_SHOWN { format!("\n… and {} files more", count - REFUSALS_SHOWN) } else { String::new() };
    refusals.truncate(REFUSALS_SHOWN);
    let remedy: Vec<String> =
        left_out.iter().map(|(source, names)| format!("exclude = [{}] in the [[source]] block \"{source}\" of spendtrace.toml", names.join(", "))).collect();
    Err(Error::Input(format!("{}{more}\nto read the rest without: {}", refusals.join("\n"), remedy.join("; "))))
}

fn load_one(loader: &Loader, wanted: &Wanted) -> Result<Loaded> {
    let Wanted { input, content, .. } = wanted;
    if content.form == Form::Pdf {
        return Err(Error::Input(format!("{}: a PDF shows data and does not hold them; ask for the export behind it", input.path)));
    }
    if content.form == Form::Text
        && let Some(unpivot) = &loader.mapping.file.unpivot
    {
        let encoding = loader.encoding_of(input, content)?;
        return loader.load_document(input, content, unpivot::open(input, encoding, loader.mapping, unpivot)?);
    }
    // The ledger exchange format is text, and yet no table.
    if content.form == Form::Text && !formats::is_sie(&content.profile.head) {
        return loader.load(input, content);
    }
    match formats::open(&input.content()?, Path::new(&input.path))? {
        Some(document) => loader.load_document(input, content, document),
        None if content.form == Form::Json => loader.load(input, content),
        None => Err(Error::Input(format!("{}: its format is not known; export it as CSV, XLSX, JSON, UBL or Parquet", input.path))),
    }
}

/// Takes the lines out that a correction replaces: whole months, of each file that has one. What is left of a file's month is
/// nothing or all of it.
fn replace_periods(transaction: &mut Transaction<'_>, wanted: &[Wanted], fresh: &BTreeSet<String>) -> Vec<FindingRow> {
    let mut periods: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in transaction.files(&INVOICE_LINE) {
        periods.entry(file_id(file).to_string()).or_default().extend(file.period.clone());
    }
    let by_id: BTreeMap<&str, &Wanted> = wanted.iter().map(|w| (w.id.as_str(), w)).collect();
    let mut found = Vec::new();
    // A file that is corrected is read anew when its corrections change, so that only fresh ones have months to lose.
    for corrected in wanted.iter().filter(|w| fresh.contains(&w.id) && !w.corrections.is_empty()) {
        let last_word = |period: &str| corrected.corrections.iter().find(|id| periods.get(*id).is_some_and(|p| p.contains(period)));
        let mut lost = Vec::new();
        for file in transaction.files(&INVOICE_LINE).iter().filter(|f| file_id(f) == corrected.id) {
            let period = file.period.as_deref().unwrap_or_default();
            let Some(by) = last_word(period) else { continue };
            lost.push(file.path.clone());
            found.push(FindingRow {
                period: Some(period.to_string()),
                other_source_file_id: Some(by.clone()),
                other_path: by_id.get(by.as_str()).map(|w| w.input.path.clone()),
                row_count: Some(file.rows as i64),
                net_amount: file.totals.get("net_amount").and_then(|t| i64::try_from(*t).ok()),
                ..FindingRow::new(&corrected.id, &corrected.input.path, findings::PERIOD_REPLACED)
            });
        }
        transaction.remove(&INVOICE_LINE, |f| lost.contains(&f.path));
    }
    found
}

/// The tables that files are loaded into, and the rejects.
fn lake_tables() -> impl Iterator<Item = &'static Table> {
    schema::TABLES.iter().copied().filter(|t| load::is_loadable(t) || *t == &REJECT)
}

/// The source file that a lake file holds the rows of: its name begins with the id.
fn file_id(file: &FileEntry) -> &str {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    name.split('-').next().unwrap_or_default()
}

/// The files of all sources, each content once, once for each kind of a notice: the first source that names it has it.
fn find<'a>(context: &'a Context, mappings: &'a [Mapping]) -> Result<Vec<Wanted<'a>>> {
    let config = &context.config;
    let mut inputs = Vec::new();
    for (source, mapping) in config.sources.iter().zip(mappings) {
        inputs.extend(source::find(&config.workspace, source)?.into_iter().map(|input| (source, mapping, input)));
    }
    let scanned: Vec<Result<Content>> = inputs.par_iter().map(|(_, _, input)| input.scan()).collect();
    let scanned = all_or_refusals(inputs.iter().zip(scanned).map(|((source, _, input), content)| (*source, input, content)))?;
    let mut seen = BTreeSet::new();
    let mut wanted = Vec::new();
    for ((source, mapping, input), content) in inputs.into_iter().zip(scanned) {
        let id = mapping.source_file_id(&content.sha256).to_string();
        if !seen.insert(id.clone()) {
            continue;
        }
        wanted.push(Wanted { source, mapping, input, content, id, reading: String::new(), corrections: Vec::new() });
    }
    let paths: Vec<(&str, &str)> = wanted.iter().map(|w| (w.source.name.as_str(), w.input.path.as_str())).collect();
    let corrections = corrections::of(&paths).map_err(|(a, b)| {
        Error::Input(format!("{} and {}: both are named as the same correction; rename or remove one", wanted[a].input.path, wanted[b].input.path))
    })?;
    for (index, positions) in corrections.into_iter().enumerate() {
        wanted[index].corrections = positions.into_iter().map(|p| wanted[p].id.clone()).collect();
        wanted[index].reading = reading(context, wanted[index].source, wanted[index].mapping, &wanted[index].corrections);
    }
    Ok(wanted)
}

/// Fingerprint of everything beside the bytes that decides what a file becomes.
fn reading(context: &Context, source: &Source, mapping: &Mapping, corrections: &[String]) -> String {
    let mut hasher = Sha256::new();
    for part in [VERSION, &source.name, &mapping.name, &mapping.sha256, source.encoding.as_deref().unwrap_or_default(), &context.config.currency] {
        hasher.update(part);
        hasher.update([0x1f]);
    }
    for id in corrections {
        hasher.update(id);
    }
    hasher.update(context.config.reject_ratio_max.to_le_bytes());
    // Another key gives other stand-ins. Only a hash of it may be written down.
    hasher.update(Sha256::digest(context.privacy_key));
    hex(&hasher.finalize()[..8])
}

fn known_findings(store: &Store) -> Result<Vec<FindingRow>> {
    let batches = store.read(&FINDING)?;
    Ok(batches.iter().flat_map(|batch| (0..batch.num_rows()).map(|row| FindingRow::read(Columns(batch), row))).collect())
}

fn known_files(store: &Store) -> Result<BTreeMap<String, SourceRow>> {
    let mut known = BTreeMap::new();
    for batch in store.read(&SOURCE_FILE)? {
        let columns = Columns(&batch);
        for index in 0..batch.num_rows() {
            let row = SourceRow::read(columns, index);
            known.insert(row.source_file_id.clone(), row);
        }
    }
    Ok(known)
}

impl SourceRow {
    fn read(columns: Columns, row: usize) -> SourceRow {
        let text = |name: &str| columns.text_at(name, row).map(str::to_string);
        let required = |name: &str| text(name).unwrap_or_default();
        let int = |name: &str| columns.int_at(name, row).unwrap_or_default();
        let sum = |name: &str| columns.money_at(name, row).map(|m| i128::from(m.minor()));
        SourceRow {
            source_file_id: required("source_file_id"),
            source_name: required("source_name"),
            path: required("path"),
            kind: required("kind"),
            mapping: required("mapping"),
            reading: required("reading"),
            sha256: required("sha256"),
            byte_count: int("byte_count"),
            encoding: required("encoding"),
            dialect: required("dialect"),
            header_line: int("header_line"),
            header_names: text("header_names"),
            header_change: text("header_change"),
            row_kept_count: int("row_kept_count"),
            row_rejected_count: int("row_rejected_count"),
            row_skipped_count: int("row_skipped_count"),
            net_amount_kept: sum("net_amount_kept"),
            net_amount_rejected: sum("net_amount_rejected"),
            amount_unreadable_count: columns.int_at("amount_unreadable_count", row),
            control_total: columns.money_at("control_total", row).map(Money::minor),
            first_period: text("first_period"),
            last_period: text("last_period"),
        }
    }

    fn write(&self, builder: &mut TableBuilder) {
        // A file's sum beyond Decimal(18,2) is ten quadrillion kronor: the rows hold, the summary stays empty.
        let money = |sum: Option<i128>| sum.and_then(|s| i64::try_from(s).ok()).and_then(Money::from_minor);
        let read = self.net_amount_kept.zip(self.net_amount_rejected).map(|(a, b)| a + b);
        builder
            .text("source_file_id", Some(&self.source_file_id))
            .text("source_name", Some(&self.source_name))
            .text("path", Some(&self.path))
            .text("kind", Some(&self.kind))
            .text("mapping", Some(&self.mapping))
            .text("reading", Some(&self.reading))
            .text("sha256", Some(&self.sha256))
            .int("byte_count", Some(self.byte_count))
            .text("encoding", Some(&self.encoding))
            .text("dialect", Some(&self.dialect))
            .int("header_line", Some(self.header_line))
            .text("header_names", self.header_names.as_deref())
            .text("header_change", self.header_change.as_deref())
            .int("row_read_count", Some(self.row_kept_count + self.row_rejected_count))
            .int("row_kept_count", Some(self.row_kept_count))
            .int("row_rejected_count", Some(self.row_rejected_count))
            .int("row_skipped_count", Some(self.row_skipped_count))
            .money("net_amount_read", money(read))
            .money("net_amount_kept", money(self.net_amount_kept))
            .money("net_amount_rejected", money(self.net_amount_rejected))
            .int("amount_unreadable_count", self.amount_unreadable_count)
            .money("control_total", money(self.control_total.map(i128::from)))
            .text("first_period", self.first_period.as_deref())
            .text("last_period", self.last_period.as_deref());
        builder.end_row();
    }
}
