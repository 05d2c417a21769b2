//! From a file's first megabyte to a plan: line ends, separator, header row, and the form of each column. Columns whose form
//! the sample does not prove are looked at in the whole file; what is still open then is refused, never guessed.

use std::collections::BTreeSet;
use std::io::Read;

use super::convert::trim;
use super::encoding::Encoding;
use super::mapping::{Mapping, fold_name};
use super::plan::{ColumnEvidence, Plan, Reading, Verdict};
use super::source::Input;
use super::split::{Blocks, Dialect, Field, FieldKind, LineEnd, Records, field_text};
use crate::error::{Error, Result};

/// Bytes of text that the first look takes.
const SAMPLE_BYTES: usize = 1 << 20;
/// Records among which the header is looked for.
const HEADER_RECORDS_MAX: usize = 100;
/// Most columns of a file.
pub const COLUMNS_MAX: usize = 4096;
/// Separators, the usual first.
pub const SEPARATORS: &[u8] = b";,\t|^~:\x1f";

/// How a delimited file is to be read.
#[derive(Debug, Clone)]
pub struct Understanding {
    /// The dialect.
    pub dialect: Dialect,
    /// Line of the header, from 1; 0 when there is none.
    pub header_line: u64,
    /// Bytes of text (UTF-8) before the first data record.
    pub data_byte: usize,
    /// The same in bytes of the file, byte-order mark not counted.
    pub data_file_bytes: u64,
    /// Line of the first data record, from 1.
    pub data_line: u64,
    /// Filled rows above the header.
    pub title_count: u64,
    /// The names of the header; empty when there is none.
    pub header: Vec<String>,
    /// The plan.
    pub plan: Plan,
}

/// The beginning of a file as text, ending with a whole line where the file is longer, and whether that is all of it.
pub fn sample(input: &Input, encoding: Encoding) -> Result<(String, bool)> {
    let mut bytes = Vec::new();
    let mut reader = encoding.reader(input.open()?).take(SAMPLE_BYTES as u64 + 1);
    reader
        .read_to_end(&mut bytes)
        .map_err(|e| Error::Input(format!("{}: cannot be decoded as {encoding}: {e}; state `encoding` for the source", input.path)))?;
    let is_whole = bytes.len() <= SAMPLE_BYTES;
    if !is_whole {
        let end = memchr::memrchr2(b'\n', b'\r', &bytes).map_or(SAMPLE_BYTES, |i| i + 1);
        bytes.truncate(end);
    }
    let valid = match std::str::from_utf8(&bytes) {
        Ok(_) => bytes.len(),
        Err(e) => e.valid_up_to(),
    };
    bytes.truncate(valid);
    Ok((String::from_utf8(bytes).expect("cut where it is valid"), is_whole))
}

/// What ends the lines of a text.
pub fn line_end(text: &str) -> LineEnd {
    let bytes = text.as_bytes();
    let lf = memchr::memchr_iter(b'\n', bytes).count();
    let bare_cr = memchr::memchr_iter(b'\r', bytes).filter(|i| bytes.get(i + 1).is_some_and(|b| *b != b'\n')).count();
    if bare_cr == 0 {
        // A last CR without anything behind it ends the only line.
        if lf == 0 && bytes.ends_with(b"\r") { LineEnd::Cr } else { LineEnd::Lf }
    } else if lf == 0 {
        LineEnd::Cr
    } else if bare_cr * 10 >= lf {
        LineEnd::Any
    } else {
        // A CR here and there is text, such as a line break inside a cell.
        LineEnd::Lf
    }
}

/// The first records of a text, as texts, with their place. Of a record with more than [`COLUMNS_MAX`] fields one more than that is
/// given: it still says where it stands, and that it is too wide.
pub fn first_records(text: &str, dialect: Dialect, count: usize) -> Vec<(u32, u32, Vec<String>)> {
    let mut records = Records::new(text, dialect);
    let mut fields = Vec::new();
    let mut all = Vec::new();
    while all.len() < count
        && let Some(place) = records.next(&mut fields)
    {
        all.push((place.line, place.byte, fields.iter().take(COLUMNS_MAX + 1).map(|f| trim(&field_text(text, *f, dialect.quote)).to_string()).collect()));
    }
    all
}

/// Understands a delimited file with its mapping.
pub fn understand(input: &Input, encoding: Encoding, mapping: &Mapping, default_currency: &str) -> Result<Understanding> {
    let (text, is_whole) = sample(input, encoding)?;
    let line_end = line_end(&text);
    let separators: Vec<u8> = mapping.file.separator.as_ref().map_or_else(|| SEPARATORS.to_vec(), |s| s.bytes().collect());
    let mut best: Option<Understanding> = None;
    let mut nearest: (usize, String) = (0, String::new());
    let rule_names: BTreeSet<String> = mapping.columns.iter().flat_map(|(_, rule)| &rule.names).map(|n| fold_name(n)).collect();
    for separator in separators {
        let dialect = Dialect { separator, quote: mapping.quote(), line_end };
        let records = first_records(&text, dialect, HEADER_RECORDS_MAX + 1);
        let mut titles = 0;
        for (index, (line, _, names)) in records.iter().enumerate().take(HEADER_RECORDS_MAX) {
            titles += u64::from(index > 0 && records[index - 1].2.iter().any(|n| !n.is_empty()));
            // Most rows are data, and hold no name at all.
            let known = names.iter().filter(|n| rule_names.contains(&fold_name(n))).count();
            if known == 0 {
                continue;
            }
            match Plan::new(mapping, names, default_currency) {
                Ok(plan) if best.as_ref().is_none_or(|b| b.plan.matched() < plan.matched()) => {
                    let next = records.get(index + 1);
                    best = Some(Understanding {
                        dialect,
                        header_line: u64::from(*line) + 1,
                        data_byte: next.map_or(text.len(), |n| n.1 as usize),
                        data_file_bytes: 0,
                        data_line: next.map_or(u64::from(*line) + 2, |n| u64::from(n.0) + 1),
                        title_count: titles,
                        header: names.clone(),
                        plan,
                    });
                }
                Ok(_) => {}
                Err(missing) => {
                    if known > nearest.0 {
                        nearest = (known, format!("line {} is nearest to a header and lacks {missing}", line + 1));
                    }
                }
            }
        }
    }
    if best.is_none() {
        best = headerless(&text, line_end, mapping, default_currency);
    }
    let Some(mut found) = best else {
        let why = if nearest.0 > 0 { nearest.1 } else { "no row holds the column names that it knows".to_string() };
        return Err(Error::Input(format!(
            "{}: the mapping {} does not fit: {why}; add the file's own names to the mapping (`spendtrace profile {}` proposes one), or name another mapping",
            input.path, mapping.name, input.path
        )));
    };
    if found.data_byte >= SAMPLE_BYTES {
        return Err(Error::Input(format!("{}: no data within the first megabyte; remove the rows above the header", input.path)));
    }
    found.data_file_bytes = encoding.file_len(&text[..found.data_byte]);
    decide(input, encoding, &mut found, &text, is_whole)?;
    Ok(found)
}

fn headerless(text: &str, line_end: LineEnd, mapping: &Mapping, default_currency: &str) -> Option<Understanding> {
    for separator in SEPARATORS {
        let dialect = Dialect { separator: *separator, quote: mapping.quote(), line_end };
        let records = first_records(text, dialect, HEADER_RECORDS_MAX);
        let filled = |r: &&(u32, u32, Vec<String>)| r.2.iter().any(|f| !f.is_empty());
        let Some(first) = records.iter().find(filled) else { continue };
        for layout in &mapping.file.headerless {
            if layout.columns.len() > 1
                && records.iter().filter(filled).all(|r| r.2.len() == layout.columns.len())
                && let Ok(plan) = Plan::headerless(mapping, &layout.columns, default_currency)
            {
                return Some(Understanding {
                    dialect,
                    header_line: 0,
                    data_byte: first.1 as usize,
                    data_file_bytes: 0,
                    data_line: u64::from(first.0) + 1,
                    title_count: 0,
                    header: Vec::new(),
                    plan,
                });
            }
        }
    }
    None
}

/// Whether each slot is still open: a number or day column without a stated or proved form.
fn is_open(plan: &Plan, slot: usize) -> bool {
    match &plan.slots[slot].reading {
        Reading::Number { decimal, .. } => decimal.is_none(),
        Reading::Day(form) => form.order.is_none(),
        Reading::Text(_) | Reading::Truth => false,
    }
}

/// Decides the form of every open column by the sample, or by the whole file where the sample shows two readings. A column
/// without any marked value stays open until one turns up; see [`decide_wholly`].
fn decide(input: &Input, encoding: Encoding, found: &mut Understanding, sample: &str, is_whole: bool) -> Result<()> {
    let mut evidence = Gathered::new(&found.plan);
    evidence.add(&found.plan, &sample[found.data_byte..], found.dialect);
    let is_unclear = (0..found.plan.slots.len()).any(|s| is_open(&found.plan, s) && evidence.is_unclear(&found.plan, s));
    if is_unclear && !is_whole { decide_wholly(input, encoding, found) } else { evidence.settle(&input.path, &mut found.plan) }
}

/// Decides the form of every open column by all values of the file.
pub fn decide_wholly(input: &Input, encoding: Encoding, found: &mut Understanding) -> Result<()> {
    let mut evidence = Gathered::new(&found.plan);
    let mut blocks = open_blocks(input, encoding, found)?;
    let (mut room, mut decoded) = (Vec::new(), String::new());
    while let Some(block) = blocks.next(room).map_err(|e| e.into_error(&input.path))? {
        evidence.add(&found.plan, block.text(&mut decoded).map_err(|e| e.into_error(&input.path))?, found.dialect);
        room = block.into_room();
    }
    evidence.settle(&input.path, &mut found.plan)
}

/// Decides the forms of a table of cells by its first records: `next` yields them, fields of `text`.
pub fn decide_cells(path: &str, plan: &mut Plan, text: &str, next: impl FnMut(&mut Vec<Field>) -> bool) -> Result<()> {
    let mut evidence = Gathered::new(plan);
    evidence.add_records(plan, text, b'"', next);
    evidence.settle(path, plan)
}

/// The blocks of the data of a file, behind title rows and header.
pub fn open_blocks(input: &Input, encoding: Encoding, found: &Understanding) -> Result<Blocks> {
    Blocks::new(input.open()?, found.dialect, encoding, found.data_byte as u64, found.data_file_bytes)
        .map_err(|e| Error::Input(format!("{}: cannot be read: {e}", input.path)))
}

/// Evidence on the open columns, and both readings of the net amount for the control total to choose from.
struct Gathered {
    columns: Vec<ColumnEvidence>,
    sums: [Option<i128>; 2],
    totals: [Option<i64>; 2],
}

impl Gathered {
    fn new(plan: &Plan) -> Gathered {
        Gathered { columns: vec![ColumnEvidence::default(); plan.slots.len()], sums: [Some(0); 2], totals: [None; 2] }
    }

    fn is_unclear(&self, plan: &Plan, slot: usize) -> bool {
        match plan.slots[slot].reading {
            Reading::Number { .. } => !matches!(self.columns[slot].decimal(), Verdict::Decided(_) | Verdict::Open),
            _ => !matches!(self.columns[slot].order(), Verdict::Decided(_) | Verdict::Open),
        }
    }

    fn add(&mut self, plan: &Plan, text: &str, dialect: Dialect) {
        let mut records = Records::new(text, dialect);
        self.add_records(plan, text, dialect.quote, |fields| records.next(fields).is_some());
    }

    fn add_records(&mut self, plan: &Plan, text: &str, quote: u8, mut next: impl FnMut(&mut Vec<Field>) -> bool) {
        let open: Vec<usize> = (0..plan.slots.len()).filter(|s| is_open(plan, *s)).collect();
        // Numbers with a stated decimal mark still show how they group digits.
        let numbers: Vec<usize> = (0..plan.slots.len()).filter(|s| matches!(plan.slots[*s].reading, Reading::Number { .. }) && !open.contains(s)).collect();
        let open: Vec<usize> = open.into_iter().chain(numbers).collect();
        let mut fields: Vec<Field> = Vec::new();
        while next(&mut fields) {
            if fields.len() < plan.field_count_min {
                continue;
            }
            let value = |slot: usize| {
                let value = field_text(text, fields[plan.slots[slot].field], quote);
                trim(&value).to_string()
            };
            for &slot in &open {
                // A typed number or day has one reading.
                if matches!(fields[plan.slots[slot].field].kind, FieldKind::Number | FieldKind::Date | FieldKind::Error) {
                    continue;
                }
                let value = value(slot);
                if plan.is_empty(&value) {
                    continue;
                }
                match &plan.slots[slot].reading {
                    Reading::Number { .. } => self.columns[slot].add_number(&value, &plan.number_form(&plan.slots[slot]).expect("a number slot")),
                    Reading::Day(form) => self.columns[slot].add_day(&value, form),
                    Reading::Text(_) | Reading::Truth => unreachable!("only numbers and days are open"),
                }
            }
            if let Some(net) = plan.net.filter(|n| is_open(plan, *n)) {
                let is_total = plan.period.iter().all(|s| value(*s).is_empty() || plan.is_total_word(&value(*s)))
                    && fields.iter().any(|f| plan.is_total_word(trim(&text[f.start as usize..f.end as usize])));
                self.add_net(plan, net, &value(net), is_total);
            }
        }
    }

    fn add_net(&mut self, plan: &Plan, net: usize, value: &str, is_total: bool) {
        use super::number::{self, Decimal};
        for (index, decimal) in [Decimal::Comma, Decimal::Dot].into_iter().enumerate() {
            let form = number::NumberForm { decimal: Some(decimal), ..plan.number_form(&plan.slots[net]).expect("a number slot") };
            match (number::parse(value, &form), is_total) {
                (Ok(v), true) => self.totals[index] = Some(v),
                (Ok(v), false) => self.sums[index] = self.sums[index].and_then(|s| s.checked_add(i128::from(v))),
                (Err(_), true) => {}
                // A value that this reading cannot read speaks against it, unless it is none.
                (Err(_), false) if value.is_empty() => {}
                (Err(_), false) => self.sums[index] = None,
            }
        }
    }

    /// The reading under which the rows add up to the file's own total.
    fn by_control_total(&self) -> Option<super::number::Decimal> {
        use super::number::Decimal;
        let fits = |i: usize| self.totals[i].is_some() && self.sums[i] == self.totals[i].map(i128::from);
        match (fits(0), fits(1)) {
            (true, false) => Some(Decimal::Comma),
            (false, true) => Some(Decimal::Dot),
            _ => None,
        }
    }

    fn settle(&self, path: &str, plan: &mut Plan) -> Result<()> {
        let by_total = self.by_control_total();
        let net = plan.net;
        for (index, slot) in plan.slots.iter_mut().enumerate() {
            let evidence = &self.columns[index];
            let place = format!("{path}: column \"{}\"", slot.name);
            if let Reading::Number { grouping, .. } = &mut slot.reading {
                *grouping = evidence.grouping();
            }
            match &mut slot.reading {
                Reading::Number { decimal, .. } if decimal.is_none() => match evidence.decimal() {
                    Verdict::Decided(found) => *decimal = Some(found),
                    Verdict::Open => {}
                    Verdict::TwoReadings(_) | Verdict::Conflict(..) if net == Some(index) && by_total.is_some() => *decimal = by_total,
                    Verdict::TwoReadings(example) => {
                        return Err(Error::Input(format!(
                            "{place} has two readings: \"{example}\" may be thousands or decimals, and no value or total row decides; state decimal = \",\" or \".\" for the column in the mapping"
                        )));
                    }
                    Verdict::Conflict(comma, dot) => {
                        return Err(Error::Input(format!(
                            "{place} mixes two conventions: \"{comma}\" has a decimal comma, \"{dot}\" a decimal point; state decimal = \",\" or \".\" for the column in the mapping, and the others are rejected row by row"
                        )));
                    }
                },
                Reading::Day(form) if form.order.is_none() => match evidence.order() {
                    Verdict::Decided(found) => form.order = Some(found),
                    Verdict::Open => {}
                    Verdict::TwoReadings(example) => {
                        return Err(Error::Input(format!(
                            "{place} has two readings: no value shows what \"{example}\" means; state date_order = \"ymd\", \"dmy\" or \"mdy\" for the column in the mapping"
                        )));
                    }
                    Verdict::Conflict(example, _) => {
                        return Err(Error::Input(format!(
                            "{place} mixes orders of day, month and year (\"{example}\" and others); state date_order for the column in the mapping, and the others are rejected row by row"
                        )));
                    }
                },
                _ => {}
            }
        }
        Ok(())
    }
}
