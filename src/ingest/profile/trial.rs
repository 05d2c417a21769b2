//! What ingest would make of a file by a mapping: the same reading, converted and counted, and nothing written.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use rayon::prelude::*;

use super::super::cells::CellFault;
use super::super::convert::{Converted, Converter, Worker};
use super::super::encoding::Encoding;
use super::super::faults;
use super::super::formats;
use super::super::load::{CELL_SAMPLE_RECORDS, Cells, convert_block, read_wave};
use super::super::mapping::Mapping;
use super::super::number;
use super::super::plan::{Plan, Reading};
use super::super::privacy::Privacy;
use super::super::source::Input;
use super::super::split::FIELD_BYTES_MAX;
use super::super::understand::{self, Understanding};
use crate::error::{Error, Result};
use crate::model::Total;

/// Kinds of faults that are told.
const FAULTS_MAX: usize = 8;

/// Rows and amounts as ingest would count them.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Trial {
    /// Data records: kept and rejected.
    pub read: u64,
    /// Records that would be kept.
    pub kept: u64,
    /// Records that would be rejected.
    pub rejected: u64,
    /// Blank, title and total rows.
    pub skipped: u64,
    /// Sum of the net amounts kept, in the unit of the amounts; `None` for tables without amounts.
    pub net_amount_kept: Option<String>,
    /// Sum of the readable net amounts among the rejected.
    pub net_amount_rejected: Option<String>,
    /// The file's own total row.
    pub control_total: Option<String>,
    /// First and last month.
    pub periods: Option<(String, String)>,
    /// What is wrong with the rejected, the most frequent first.
    pub faults: Vec<FaultCount>,
    /// How numbers and days are read, by column.
    pub forms: BTreeMap<String, String>,
}

/// One kind of fault of one column.
#[derive(Debug, Clone, serde::Serialize)]
pub struct FaultCount {
    /// Its code.
    pub code: &'static str,
    /// The column; empty when the whole record is at fault.
    pub column: String,
    /// How many records have it.
    pub count: u64,
    /// The line of the first.
    pub first_line: u64,
    /// A value with it.
    pub example: String,
}

#[derive(Default)]
struct Tally {
    trial: Trial,
    net_kept: i128,
    net_rejected: i128,
    control_total: Option<i64>,
    bare: Vec<(Option<i64>, u64)>,
    faults: BTreeMap<(&'static str, String), (u64, u64, String)>,
}

impl Tally {
    fn take(&mut self, converted: &Converted, line_first: u64) {
        for chunk in &converted.chunks {
            self.trial.kept += chunk.row_count() as u64;
            if let Some(period) = chunk.period.filter(|_| chunk.row_count() > 0) {
                let period = period.to_string();
                let (first, last) = self.trial.periods.take().unwrap_or_else(|| (period.clone(), period.clone()));
                self.trial.periods = Some((first.min(period.clone()), last.max(period)));
            }
        }
        self.trial.skipped += u64::from(converted.skipped_count);
        self.net_kept += converted.net_kept;
        self.control_total = converted.control_total.or(self.control_total);
        for reject in &converted.rejects {
            let line = line_first + u64::from(reject.place.line);
            if reject.is_bare_amount {
                self.bare.push((reject.net, line));
            } else {
                self.reject(reject.fault.code, reject.column.clone().unwrap_or_default(), line, reject.value.clone().unwrap_or_default(), reject.net);
            }
        }
    }

    fn reject(&mut self, code: &'static str, column: String, line: u64, example: String, net: Option<i64>) {
        self.trial.rejected += 1;
        self.net_rejected += i128::from(net.unwrap_or(0));
        self.faults.entry((code, column)).or_insert((0, line, example.chars().take(60).collect())).0 += 1;
    }

    fn finish(mut self, has_amounts: bool) -> Trial {
        // As in ingest: an unnamed amount that equals the sum of all others is the file's total.
        let sum = self.net_kept + self.net_rejected;
        let bare = std::mem::take(&mut self.bare);
        if let [(Some(net), _)] = bare.as_slice()
            && i128::from(*net) == sum
        {
            self.control_total = Some(*net);
            self.trial.skipped += 1;
        } else {
            for (net, line) in bare {
                self.reject(faults::VALUE_MISSING.code, String::new(), line, String::new(), net);
            }
        }
        let mut trial = self.trial;
        trial.read = trial.kept + trial.rejected;
        if has_amounts {
            trial.net_amount_kept = Some(Total::from_minor(self.net_kept).to_string());
            trial.net_amount_rejected = Some(Total::from_minor(self.net_rejected).to_string());
        }
        trial.control_total = self.control_total.map(|t| Total::from_minor(i128::from(t)).to_string());
        let mut counts: Vec<FaultCount> =
            self.faults.into_iter().map(|((code, column), (count, first_line, example))| FaultCount { code, column, count, first_line, example }).collect();
        counts.sort_by_key(|f| (std::cmp::Reverse(f.count), f.first_line));
        counts.truncate(FAULTS_MAX);
        trial.faults = counts;
        trial
    }
}

/// How the columns of a plan are read, in words.
fn forms(plan: &Plan) -> BTreeMap<String, String> {
    plan.slots
        .iter()
        .filter_map(|slot| {
            let text = match &slot.reading {
                Reading::Number { decimal: Some(number::Decimal::Comma), .. } => "decimal comma".to_string(),
                Reading::Number { decimal: Some(number::Decimal::Dot), .. } => "decimal point".to_string(),
                Reading::Day(form) => super::values::order_words(form.order?).to_string(),
                _ => return None,
            };
            Some((slot.name.clone(), text))
        })
        .collect()
}

/// Reads delimited text by a mapping, as ingest does.
pub fn text(input: &Input, encoding: Encoding, mapping: &Mapping, currency: &str, privacy: &Privacy) -> Result<(Trial, Understanding)> {
    let mut found = understand::understand(input, encoding, mapping, currency)?;
    let tally = match pass(input, encoding, &found, privacy)? {
        Some(tally) => tally,
        None => {
            understand::decide_wholly(input, encoding, &mut found)?;
            pass(input, encoding, &found, privacy)?.ok_or_else(|| {
                Error::Input(format!("{}: a column has values whose reading nothing decides; state `decimal` and `date_order` in the mapping", input.path))
            })?
        }
    };
    let mut trial = tally.finish(found.plan.net.is_some());
    trial.skipped += found.title_count;
    trial.forms = forms(&found.plan);
    Ok((trial, found))
}

fn pass(input: &Input, encoding: Encoding, found: &Understanding, privacy: &Privacy) -> Result<Option<Tally>> {
    let converter = Converter { plan: &found.plan, source_name: "", privacy, dialect: Some(found.dialect) };
    let workers: Mutex<Vec<Worker>> = Mutex::default();
    let mut blocks = understand::open_blocks(input, encoding, found)?;
    let mut tally = Tally::default();
    let mut line_next = found.data_line;
    let mut rooms = Vec::new();
    loop {
        let wave = read_wave(&mut blocks, &mut rooms, &input.path)?;
        if wave.is_empty() {
            return Ok(Some(tally));
        }
        let done: Vec<_> = wave
            .into_par_iter()
            .map(|block| {
                let mut worker = workers.lock().expect("no panic while holding").pop().unwrap_or_default();
                let converted = convert_block(&converter, &block, found.dialect, encoding, &mut worker);
                workers.lock().expect("no panic while holding").push(worker);
                (converted, block.into_room())
            })
            .collect();
        for (converted, room) in done {
            rooms.push(room);
            let converted = converted.map_err(|e| e.into_error(&input.path))?;
            if converted.undecided.is_some() {
                return Ok(None);
            }
            tally.take(&converted, line_next);
            line_next += u64::from(converted.line_count);
        }
    }
}

/// Reads the tables of a document by a mapping, as ingest does: the trial, the tables read and those left out with the reason.
pub fn document(input: &Input, mapping: &Mapping, currency: &str, privacy: &Privacy) -> Result<(Trial, Vec<String>, Vec<String>)> {
    let refuse = || Error::Input(format!("{}: its format is not known; export it as CSV, XLSX, JSON, UBL or Parquet", input.path));
    let document = formats::open(&input.content()?, Path::new(&input.path))?.ok_or_else(refuse)?;
    let mut tally = Tally::default();
    let (mut read, mut left) = (Vec::new(), Vec::new());
    let mut has_amounts = false;
    let mut all_forms = BTreeMap::new();
    for table in document.tables {
        let name = table.name.clone();
        let place = if name.is_empty() { input.path.clone() } else { format!("{}, {name}", input.path) };
        let mut cells = Cells::new(table, place);
        let Some((plan, _, titles)) = cells.plan(mapping, currency)? else {
            left.push(format!("{name} ({})", cells.why));
            continue;
        };
        tally.trial.skipped += titles;
        has_amounts |= plan.net.is_some();
        all_forms.extend(forms(&plan));
        let converter = Converter { plan: &plan, source_name: "", privacy, dialect: None };
        let mut worker = Worker::default();
        while let Some(block) = cells.next_block()? {
            let mut records = block.records.into_iter();
            let converted = converter.convert(&block.text, &mut worker, |fields| {
                records.next().map(|(place, of_record)| {
                    *fields = of_record;
                    (place, fields.iter().any(|f| (f.end - f.start) as usize > FIELD_BYTES_MAX))
                })
            });
            if let Some(slot) = converted.undecided {
                return Err(Error::Input(format!(
                    "{}: column \"{}\" shows its form only after the first {CELL_SAMPLE_RECORDS} records; state decimal or date_order for it in the mapping",
                    cells.path, plan.slots[slot].name
                )));
            }
            tally.take(&converted, 0);
            if let Some(fault) = block.fault {
                take_fault(&mut tally, &converter, fault, &input.path)?;
            }
        }
        read.push(name);
    }
    if read.is_empty() {
        return Err(Error::Input(format!(
            "{}: the mapping fits no table of this {} file: {}; add the file's own names to the mapping, or leave it out",
            input.path,
            document.format,
            left.join("; ")
        )));
    }
    let mut trial = tally.finish(has_amounts);
    trial.forms = all_forms;
    Ok((trial, read, left))
}

fn take_fault(tally: &mut Tally, converter: &Converter, fault: CellFault, path: &str) -> Result<()> {
    if fault.fault == faults::DOCUMENT_BROKEN {
        return Err(Error::Input(format!("{path}: line {}: {}; {}", fault.line, fault.value.unwrap_or_default(), faults::DOCUMENT_BROKEN.remedy)));
    }
    let form = number::NumberForm { decimal: Some(number::Decimal::Dot), grouping: None, scale: 2, credit_marks: &[], currency: "" };
    let net = fault.net_amount.and_then(|n| number::parse(&n, &form).ok());
    tally.reject(fault.fault.code, fault.column.unwrap_or_default(), fault.line, fault.value.map(|v| converter.show(&v)).unwrap_or_default(), net);
    Ok(())
}
