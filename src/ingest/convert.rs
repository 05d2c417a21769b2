//! Records → typed columns. One block is one job; jobs share nothing but the plan, so they run in parallel, and what they give
//! depends on the block alone.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int64Array, StringArray, StringBuilder, new_null_array};
use arrow::buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};
use arrow::record_batch::RecordBatch;
use rustc_hash::FxHashMap;

use super::day;
use super::faults::{self, Fault};
use super::findings::marks;
use super::number::{self, is_blank};
use super::plan::{Plan, Reading, Slot, TextRule};
use super::privacy::Privacy;
use super::split::{Dialect, Field, FieldKind, Place, field_text};
use crate::model::{Date, Money, Period, vendor_key};
use crate::schema::Type;

/// The value of a number, day or truth slot that has none.
const NONE: i64 = i64::MIN;
/// Most characters of a value that a reject shows.
const VALUE_CHARS_MAX: usize = 200;
/// Vendors that a worker remembers; the cache is emptied when it is full.
const VENDOR_CACHE_MAX: usize = 100_000;
/// Texts of a column that a worker remembers; all are forgotten when it is full.
const KNOWN_TEXTS_MAX: usize = 16_384;
/// Longest text that is remembered.
const KNOWN_TEXT_BYTES_MAX: usize = 64;
/// Bytes of a vendor key.
const VENDOR_KEY_BYTES: usize = 16;

/// A rejected record, placed within its block.
#[derive(Debug)]
pub struct Rejected {
    /// Number of the record in the block, from 0.
    pub record: u32,
    /// Where it starts.
    pub place: Place,
    /// The column at fault, by its name in the file.
    pub column: Option<String>,
    /// The value, masked and cut.
    pub value: Option<String>,
    /// What is wrong.
    pub fault: &'static Fault,
    /// The net amount, when it could be read.
    pub net: Option<i64>,
    /// The byte of the file at which it starts.
    pub file_byte: u64,
    /// Whether nothing but the amount is filled: the total row of a file that does not name it, if it equals the sum.
    pub is_bare_amount: bool,
}

/// Kept rows of one period of one block, by column.
pub struct Chunk {
    /// The month; `None` for tables without partitions.
    pub period: Option<Period>,
    /// For each row: the number of its record in the block.
    pub records: Vec<u32>,
    /// For each row: its line in the block.
    pub lines: Vec<u32>,
    columns: Vec<Values>,
    vendor_keys: Option<StringBuilder>,
    /// Organisation numbers that come from vendor ids.
    organisations: Option<StringBuilder>,
    fingerprints: Vec<i64>,
}

enum Values {
    Text(StringBuilder),
    Number(Vec<i64>),
}

impl Values {
    fn text_bytes(&self) -> usize {
        match self {
            Values::Text(builder) => builder.values_slice().len(),
            Values::Number(_) => 0,
        }
    }
}

/// What a block became.
pub struct Converted {
    /// Kept rows by period, in order of first appearance.
    pub chunks: Vec<Chunk>,
    /// Rejected records in order.
    pub rejects: Vec<Rejected>,
    /// Data records: kept and rejected.
    pub record_count: u32,
    /// Line ends in the block.
    pub line_count: u32,
    /// Blank, title and total rows.
    pub skipped_count: u32,
    /// Sum of the net amounts of the kept rows, minor units.
    pub net_kept: i128,
    /// The last named total row's amount.
    pub control_total: Option<i64>,
    /// The slot whose form must be decided before the file can be read.
    pub undecided: Option<usize>,
    /// Rows whose vendor shows each of [`marks::ALL`]: how many, the first line of them in the block, what it says.
    pub marked: [Option<(u64, u32, String)>; marks::ALL.len()],
    /// Whether the block ends within a line.
    pub is_open: bool,
}

/// What a worker keeps from block to block: what it knows, and room, since memory that was never used is dear.
#[derive(Default)]
pub struct Worker {
    vendors: FxHashMap<Box<[u8]>, u32>,
    known: Vec<Vendor>,
    /// What stood for the vendor of the last record, and its place in `known`. Lines of one invoice follow each other.
    key: Vec<u8>,
    last_vendor: Option<u32>,
    last: Row,
    current: Row,
    /// For each slot: what the texts of columns of few values became.
    texts: Vec<KnownTexts>,
    /// For the text of a block that has to be decoded.
    pub decoded: String,
    sizes: Sizes,
}

/// A record taken apart, and its numbers and days as they were read.
#[derive(Default)]
struct Row {
    fields: Vec<Field>,
    values: Vec<i64>,
}

/// Texts as they stand in a column, each with what the lake holds for it.
#[derive(Default)]
struct KnownTexts {
    made: Vec<(Box<str>, Option<Box<str>>)>,
    places: FxHashMap<Box<str>, u32>,
    /// The place of the text asked for last.
    last: usize,
}

/// How large the last block's chunks became.
#[derive(Default)]
struct Sizes {
    /// Rows of all.
    rows: usize,
    /// Rows of the largest.
    chunk_rows: usize,
    /// Bytes of the largest, for each slot; 0 for numbers.
    bytes: Vec<usize>,
}

struct Vendor {
    key: String,
    id: Option<String>,
    name: Option<String>,
    organisation: Option<String>,
    /// What the texts hold that cannot be seen.
    marks: u8,
}

/// Everything a job needs.
pub struct Converter<'a> {
    /// How records are read.
    pub plan: &'a Plan,
    /// The source's name: part of the vendor key.
    pub source_name: &'a str,
    /// Stand-ins for personal numbers.
    pub privacy: &'a Privacy,
    /// How the text was split; `None` for the cells of a document.
    pub dialect: Option<Dialect>,
}

struct Refused<'s> {
    slot: Option<&'s Slot>,
    fault: &'static Fault,
}

impl Converter<'_> {
    fn quote(&self) -> u8 {
        self.dialect.map_or(b'"', |d| d.quote)
    }

    /// Converts the records that `next` yields out of `text`.
    pub fn convert(&self, text: &str, worker: &mut Worker, mut next: impl FnMut(&mut Vec<Field>) -> Option<(Place, bool)>) -> Converted {
        let mut out = Converted {
            chunks: Vec::new(),
            rejects: Vec::new(),
            record_count: 0,
            line_count: 0,
            skipped_count: 0,
            net_kept: 0,
            control_total: None,
            undecided: None,
            marked: Default::default(),
            is_open: false,
        };
        let (mut row, mut last) = (std::mem::take(&mut worker.current), std::mem::take(&mut worker.last));
        // What the last record of another block says lies in another text.
        last.fields.clear();
        let mut current = 0;
        let is_plain = self.dialect.is_some_and(|d| d.is_plain(text.as_bytes()));
        let mut rows_left = worker.sizes.rows;
        while let Some((place, is_too_long)) = next(&mut row.fields) {
            match self.read(text, &mut row, &last) {
                Ok(period) if !is_too_long => {
                    if out.chunks.get(current).is_none_or(|c| c.period != period) {
                        current = out.chunks.iter().position(|c| c.period == period).unwrap_or_else(|| {
                            out.chunks.push(self.chunk(period, &worker.sizes, &mut rows_left));
                            out.chunks.len() - 1
                        });
                    }
                    match self.append(text, is_plain, &row, worker, &mut out.chunks[current]) {
                        Ok(vendor) => {
                            if let Some(vendor) = vendor.map(|v| &worker.known[v]).filter(|v| v.marks != 0) {
                                for (_, marked) in out.marked.iter_mut().enumerate().filter(|(bit, _)| vendor.marks & (1 << bit) != 0) {
                                    let say = || self.show(vendor.name.as_deref().or(vendor.id.as_deref()).unwrap_or_default());
                                    marked.get_or_insert_with(|| (0, place.line, say())).0 += 1;
                                }
                            }
                            let chunk = &mut out.chunks[current];
                            chunk.records.push(out.record_count);
                            chunk.lines.push(place.line);
                            if let Some(net) = self.plan.net {
                                out.net_kept += i128::from(row.values[net]);
                            }
                            out.record_count += 1;
                            std::mem::swap(&mut row, &mut last);
                        }
                        Err(refused) => self.refuse(text, &row.fields, place, refused, &mut out),
                    }
                }
                Ok(_) => self.refuse(text, &row.fields, place, Refused { slot: None, fault: faults::FIELD_TOO_LONG }, &mut out),
                Err(ReadError::Refused(refused)) => self.refuse(text, &row.fields, place, refused, &mut out),
                Err(ReadError::Undecided(slot)) => {
                    // A total row may show a form that no data row has; it does not decide.
                    if self.row_kind(text, &row.fields) == RowKind::Data {
                        out.undecided = Some(slot);
                        break;
                    }
                    out.skipped_count += 1;
                }
            }
        }
        (worker.current, worker.last) = (row, last);
        if let Some(largest) = out.chunks.iter().max_by_key(|c| c.row_count()) {
            worker.sizes.rows = out.chunks.iter().map(Chunk::row_count).sum();
            worker.sizes.chunk_rows = largest.row_count();
            worker.sizes.bytes = largest.columns.iter().map(Values::text_bytes).collect();
        }
        out
    }

    #[inline]
    fn field<'t>(&self, text: &'t str, fields: &[Field], slot: &Slot) -> (Cow<'t, str>, FieldKind) {
        match fields.get(slot.field) {
            Some(field) => {
                let value = match field_text(text, *field, self.quote()) {
                    Cow::Borrowed(t) => Cow::Borrowed(trim(t)),
                    Cow::Owned(t) => Cow::Owned(trim(&t).to_string()),
                };
                (if self.plan.is_empty(&value) { Cow::Borrowed("") } else { value }, field.kind)
            }
            None => (Cow::Borrowed(""), FieldKind::Plain),
        }
    }

    /// Reads what can fail: numbers, days, truths, required texts. The period of the row, when all is well.
    /// What stands as it stood in the last record was read there.
    fn read<'s>(&'s self, text: &str, row: &mut Row, last: &Row) -> Result<Option<Period>, ReadError<'s>> {
        let plan = self.plan;
        let Row { fields, values } = row;
        values.clear();
        if fields.len() < plan.field_count_min || (fields.len() > plan.field_count_max && self.has_more(text, fields)) {
            return Err(ReadError::Refused(Refused { slot: None, fault: faults::COLUMN_COUNT }));
        }
        for (index, slot) in plan.slots.iter().enumerate() {
            let refuse = |fault| ReadError::Refused(Refused { slot: Some(slot), fault });
            let value = match &slot.reading {
                Reading::Text(_) => {
                    if slot.required && self.field(text, fields, slot).0.is_empty() {
                        return Err(refuse(faults::VALUE_MISSING));
                    }
                    NONE
                }
                Reading::Day(_) if stands_alike(text, fields.get(slot.field), last.fields.get(slot.field)) => last.values[index],
                reading => {
                    let (value, kind) = self.field(text, fields, slot);
                    if kind == FieldKind::Error {
                        return Err(refuse(faults::CELL_ERROR));
                    }
                    if value.is_empty() {
                        if slot.required {
                            return Err(refuse(faults::VALUE_MISSING));
                        }
                        NONE
                    } else {
                        self.typed(&value, kind, slot, reading).map_err(|e| match e {
                            Some(fault) => refuse(fault),
                            None => ReadError::Undecided(index),
                        })?
                    }
                }
            };
            values.push(value);
        }
        if !plan.table.is_partitioned {
            return Ok(None);
        }
        match plan.period.iter().map(|s| values[*s]).find(|v| *v != NONE) {
            Some(days) => Ok(Some(Date::from_days(days as i32).period())),
            None => Err(ReadError::Refused(Refused { slot: plan.period.first().map(|s| &plan.slots[*s]), fault: faults::VALUE_MISSING })),
        }
    }

    /// The typed value; `Err(None)` when the column's form is not decided.
    #[inline]
    fn typed(&self, value: &str, kind: FieldKind, slot: &Slot, reading: &Reading) -> Result<i64, Option<&'static Fault>> {
        let meant = slot.meaning(value);
        let value = meant.map_or(value, String::as_str);
        match reading {
            Reading::Number { reversed, scale, .. } => {
                let mut form = self.plan.number_form(slot).expect("a number slot");
                if kind == FieldKind::Number {
                    form.decimal = Some(number::Decimal::Dot);
                }
                let value = number::parse(value, &form).map_err(|e| match e {
                    number::Refusal::Fault(f) if *scale == 0 && f == faults::AMOUNT_NOT_NUMBER => Some(faults::NUMBER_NOT_WHOLE),
                    number::Refusal::Fault(f) => Some(f),
                    number::Refusal::Undecided => None,
                })?;
                Ok(if *reversed { -value } else { value })
            }
            Reading::Day(form) => match day::parse(value, form) {
                Ok(date) => Ok(i64::from(date.days())),
                Err(day::Refusal::Fault(f)) => Err(Some(f)),
                Err(day::Refusal::Undecided) => Err(None),
            },
            Reading::Truth => truth(value).map(i64::from).ok_or(Some(faults::TRUTH_NOT_KNOWN)),
            Reading::Text(_) => unreachable!("texts are not typed"),
        }
    }

    fn has_more(&self, text: &str, fields: &[Field]) -> bool {
        fields[self.plan.field_count_max..].iter().any(|f| !trim(&text[f.start as usize..f.end as usize]).is_empty())
    }

    /// A chunk with room for as much as the last block's largest one, as long as the block's rows suffice.
    fn chunk(&self, period: Option<Period>, last: &Sizes, rows_left: &mut usize) -> Chunk {
        let with_margin = |n: usize| n + n / 16;
        let room = last.chunk_rows <= *rows_left && last.bytes.len() == self.plan.slots.len();
        let rows = if room { with_margin(last.chunk_rows) } else { 0 };
        *rows_left -= if room { last.chunk_rows } else { 0 };
        let bytes = |slot: usize| if room { with_margin(last.bytes[slot]) } else { 0 };
        let columns = self
            .plan
            .slots
            .iter()
            .enumerate()
            .map(|(i, s)| match s.reading {
                Reading::Text(_) => Values::Text(StringBuilder::with_capacity(rows, bytes(i))),
                _ => Values::Number(Vec::with_capacity(rows)),
            })
            .collect();
        let makes_organisation = self.plan.vendor_id_is_organisation_number && self.plan.vendor.is_some_and(|v| v[2].is_none());
        Chunk {
            period,
            records: Vec::with_capacity(rows),
            lines: Vec::with_capacity(rows),
            columns,
            vendor_keys: self.plan.vendor.map(|_| StringBuilder::with_capacity(rows, VENDOR_KEY_BYTES * rows)),
            organisations: makes_organisation.then(StringBuilder::new),
            fingerprints: Vec::with_capacity(rows),
        }
    }

    /// Appends a row whose typed values were read, and gives its vendor's place among those the worker knows. Texts can still
    /// refuse it, before anything is appended.
    fn append<'s>(&'s self, text: &str, is_plain: bool, row: &Row, worker: &mut Worker, chunk: &mut Chunk) -> Result<Option<usize>, Refused<'s>> {
        let plan = self.plan;
        let Row { fields, values } = row;
        let vendor_index = plan.vendor.map(|slots| self.vendor(text, fields, slots, worker));
        let vendor = vendor_index.map(|index| &worker.known[index]);
        worker.texts.resize_with(plan.slots.len(), KnownTexts::default);
        let mut hash = Fingerprint::new();
        let mut done = 0;
        let mut refusal = None;
        for (index, (slot, column)) in plan.slots.iter().zip(&mut chunk.columns).enumerate() {
            match column {
                Values::Number(numbers) => {
                    hash.number(values[index]);
                    numbers.push(values[index]);
                }
                Values::Text(builder) => {
                    let made;
                    let value = match (vendor, slot.vendor_part) {
                        (Some(v), Some(0)) => v.id.as_deref(),
                        (Some(v), Some(1)) => v.name.as_deref(),
                        (Some(v), Some(_)) => v.organisation.as_deref(),
                        _ => match self.clean(text, is_plain, fields, slot) {
                            Some(value) => (!value.is_empty()).then_some(value),
                            None => {
                                let found = self.known_text(text, fields, slot, &mut worker.texts[index]);
                                match found {
                                    Ok(value) => {
                                        made = value;
                                        made.as_deref()
                                    }
                                    Err(fault) => {
                                        refusal = Some(Refused { slot: Some(slot), fault });
                                        break;
                                    }
                                }
                            }
                        },
                    };
                    match value {
                        Some(value) => {
                            hash.text(value);
                            builder.append_value(value);
                        }
                        None => {
                            hash.number(NONE);
                            builder.append_null();
                        }
                    }
                }
            }
            done = index + 1;
        }
        if let Some(refused) = refusal {
            self.take_back(chunk, done);
            return Err(refused);
        }
        if let (Some(keys), Some(vendor)) = (&mut chunk.vendor_keys, vendor) {
            keys.append_value(&vendor.key);
        }
        if let (Some(organisations), Some(vendor)) = (&mut chunk.organisations, vendor) {
            organisations.append_option(vendor.organisation.as_deref());
        }
        chunk.fingerprints.push(hash.finish());
        Ok(vendor_index)
    }

    /// Takes the last value off the first `done` columns. Rare: a text was refused after others were appended.
    fn take_back(&self, chunk: &mut Chunk, done: usize) {
        for column in &mut chunk.columns[..done] {
            match column {
                Values::Number(numbers) => {
                    numbers.pop();
                }
                Values::Text(builder) => {
                    let array = builder.finish();
                    let mut rebuilt = StringBuilder::with_capacity(array.len(), array.value_data().len());
                    array.iter().take(array.len() - 1).for_each(|v| rebuilt.append_option(v));
                    *builder = rebuilt;
                }
            }
        }
    }

    /// The text of a slot when it needs no work: nothing to trim, fold, mask or translate. `None` sends it the long way. In a block that
    /// `is_plain` no field has a control character.
    #[inline]
    fn clean<'t>(&self, text: &'t str, is_plain: bool, fields: &[Field], slot: &Slot) -> Option<&'t str> {
        let field = fields.get(slot.field).filter(|f| slot.is_simple && f.kind == FieldKind::Plain)?;
        let value = &text[field.start as usize..field.end as usize];
        let bytes = value.as_bytes();
        let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return Some("") };
        // Every byte is looked at whatever the others are, so that the loop runs on many at a time.
        let has_controls = || bytes.iter().fold(0u8, |n, b| n | u8::from(*b < 0x20) | u8::from(*b == 0x7f)) != 0;
        let is_clean = first.is_ascii_graphic() && last.is_ascii_graphic() && (is_plain || !has_controls());
        let is_short = bytes.len() < 10 || !self.privacy.may_hold(value);
        let is_single = !matches!(slot.reading, Reading::Text(TextRule::Name)) || !has_double_blank(bytes);
        (is_clean && is_short && is_single).then_some(value)
    }

    /// The text of a slot as the lake holds it. Where the mapping gives values a meaning, or forms of writing are folded, few values stand
    /// for all rows, and what became of each is remembered.
    fn known_text<'t>(&self, text: &'t str, fields: &[Field], slot: &Slot, known: &'t mut KnownTexts) -> Result<Option<Cow<'t, str>>, &'static Fault> {
        let raw = fields.get(slot.field).filter(|f| !slot.is_simple && f.kind == FieldKind::Plain && (f.end - f.start) as usize <= KNOWN_TEXT_BYTES_MAX);
        let Some(raw) = raw.map(|f| &text[f.start as usize..f.end as usize]) else { return self.text(text, fields, slot) };
        if known.made.get(known.last).is_none_or(|(text, _)| **text != *raw) {
            known.last = match known.places.get(raw) {
                Some(place) => *place as usize,
                None => {
                    let made = self.text(text, fields, slot)?.map(|t| t.into_owned().into_boxed_str());
                    if known.made.len() >= KNOWN_TEXTS_MAX {
                        known.made.clear();
                        known.places.clear();
                    }
                    known.places.insert(raw.into(), known.made.len() as u32);
                    known.made.push((raw.into(), made));
                    known.made.len() - 1
                }
            };
        }
        Ok(known.made[known.last].1.as_deref().map(Cow::Borrowed))
    }

    /// The text of a slot as the lake holds it.
    fn text<'t>(&self, text: &'t str, fields: &[Field], slot: &Slot) -> Result<Option<Cow<'t, str>>, &'static Fault> {
        let Reading::Text(rule) = slot.reading else { unreachable!("a text slot") };
        let (value, kind) = self.field(text, fields, slot);
        if kind == FieldKind::Error {
            return Err(faults::CELL_ERROR);
        }
        if value.is_empty() {
            return Ok((rule == TextRule::Currency).then(|| Cow::Owned(self.plan.currency_default.clone())));
        }
        if !slot.values.is_empty() || slot.values_only {
            match slot.meaning(&value) {
                Some(meant) if meant.is_empty() => return Ok(None),
                Some(meant) => return Ok(Some(Cow::Owned(meant.clone()))),
                None if slot.values_only => return Err(faults::VALUE_NOT_KNOWN),
                None => {}
            }
        }
        match self.ruled(value, rule, &slot.split)? {
            None if slot.required => Err(faults::VALUE_MISSING),
            value => Ok(value),
        }
    }

    fn ruled<'t>(&self, value: Cow<'t, str>, rule: TextRule, split: &str) -> Result<Option<Cow<'t, str>>, &'static Fault> {
        let has_control = value.bytes().any(|b| b < 0x20 || b == 0x7f);
        let value = match rule {
            TextRule::Identifier => {
                if has_control && value.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
                    return Err(faults::TEXT_NOT_CLEAN);
                }
                match self.privacy.identifier(&value) {
                    Some(stand_in) => Cow::Owned(stand_in),
                    None if has_control => Cow::Owned(fold_blanks(&value)),
                    None => value,
                }
            }
            TextRule::Name => {
                let folded = if has_control || value.contains("  ") { Cow::Owned(fold_blanks(&value)) } else { value };
                if self.privacy.may_hold(&folded) { Cow::Owned(self.privacy.mask(&folded).into_owned()) } else { folded }
            }
            TextRule::Organisation => return Ok(self.privacy.organisation_number(&value).map(Cow::Owned)),
            TextRule::Currency => {
                if value.len() != 3 || !value.bytes().all(|b| b.is_ascii_alphabetic()) {
                    return Err(faults::CURRENCY_NOT_CODE);
                }
                if value.bytes().all(|b| b.is_ascii_uppercase()) { value } else { Cow::Owned(value.to_ascii_uppercase()) }
            }
            TextRule::Compact => match self.privacy.identifier(&value) {
                Some(stand_in) => Cow::Owned(stand_in),
                None => Cow::Owned(value.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()),
            },
            TextRule::Digits => Cow::Owned(value.chars().filter(|c| c.is_alphanumeric()).collect()),
            TextRule::List => {
                let entries: Vec<&str> = value.split(|c| c == '|' || split.contains(c)).map(trim).filter(|e| !e.is_empty()).collect();
                Cow::Owned(entries.join("|"))
            }
            TextRule::Plain if has_control => Cow::Owned(fold_blanks(&value)),
            TextRule::Plain => value,
        };
        Ok((!value.is_empty()).then_some(value))
    }

    /// The vendor of a record, by what stands in its fields: each vendor is cleaned, masked and hashed once for each worker.
    fn vendor(&self, text: &str, fields: &[Field], slots: [Option<usize>; 3], worker: &mut Worker) -> usize {
        let parts = slots.map(|slot| slot.and_then(|s| fields.get(self.plan.slots[s].field)).map_or(&[][..], |f| raw(text, f)));
        if let Some(last) = worker.last_vendor
            && parts.iter().try_fold(worker.key.as_slice(), |key, part| key.strip_prefix(*part)?.strip_prefix(&[0x1f])).is_some_and(<[u8]>::is_empty)
        {
            return last as usize;
        }
        worker.key.clear();
        for part in parts {
            worker.key.extend_from_slice(part);
            worker.key.push(0x1f);
        }
        if let Some(index) = worker.vendors.get(worker.key.as_slice()) {
            worker.last_vendor = Some(*index);
            return *index as usize;
        }
        // A control character in a vendor number does not refuse the row: the name still says who it is.
        let clean = |slot: Option<usize>| slot.and_then(|s| self.text(text, fields, &self.plan.slots[s]).ok().flatten()).map(Cow::into_owned);
        let marks = slots.iter().flatten().map(|s| marks::of(&self.field(text, fields, &self.plan.slots[*s]).0)).fold(0, |a, b| a | b);
        let raw_id = slots[0].map(|s| self.field(text, fields, &self.plan.slots[s]).0);
        let (id, name, mut organisation) = (clean(slots[0]), clean(slots[1]), clean(slots[2]));
        if organisation.is_none() && self.plan.vendor_id_is_organisation_number {
            organisation = raw_id.as_deref().and_then(|id| self.privacy.organisation_number(id));
        }
        // A vendor number that is a personal number without a right check digit is one all the same.
        let id = match &organisation {
            Some(o) if self.plan.vendor_id_is_organisation_number && o.starts_with("person:") => Some(o.clone()),
            _ => id,
        };
        let or_empty = |o: &Option<String>| o.clone().unwrap_or_default();
        let key = vendor_key(self.source_name, &or_empty(&id), &or_empty(&name), &or_empty(&organisation));
        if worker.known.len() >= VENDOR_CACHE_MAX {
            worker.known.clear();
            worker.vendors.clear();
        }
        let index = worker.known.len();
        worker.known.push(Vendor { key, id, name, organisation, marks });
        worker.vendors.insert(worker.key.as_slice().into(), index as u32);
        worker.last_vendor = Some(index as u32);
        index
    }

    /// Takes a record that could not be kept: a blank, title or total row is skipped, all else is rejected.
    fn refuse(&self, text: &str, fields: &[Field], place: Place, refused: Refused, out: &mut Converted) {
        // Fields that have slipped say nothing about the amount.
        let net = if refused.fault == faults::COLUMN_COUNT { None } else { self.net(text, fields) };
        let is_bare_amount = match self.row_kind(text, fields) {
            RowKind::Blank | RowKind::Header => {
                out.skipped_count += 1;
                return;
            }
            RowKind::Total => {
                out.skipped_count += 1;
                out.control_total = self.net(text, fields).or(out.control_total);
                return;
            }
            RowKind::BareAmount => net.is_some(),
            RowKind::Data => false,
        };
        let value = match refused.slot {
            Some(slot) => fields.get(slot.field).map(|f| field_text(text, *f, self.quote()).into_owned()),
            None => Some(match fields {
                [] => String::new(),
                [first, .., last] => text[first.start as usize..last.end as usize].to_string(),
                [one] => text[one.start as usize..one.end as usize].to_string(),
            }),
        };
        out.rejects.push(Rejected {
            record: out.record_count,
            place,
            column: refused.slot.map(|s| s.name.clone()),
            value: value.filter(|v| !v.is_empty()).map(|v| self.show(&v)),
            fault: refused.fault,
            net,
            file_byte: 0,
            is_bare_amount,
        });
        out.record_count += 1;
    }

    fn net(&self, text: &str, fields: &[Field]) -> Option<i64> {
        let slot = &self.plan.slots[self.plan.net?];
        let (value, kind) = self.field(text, fields, slot);
        (!value.is_empty()).then(|| self.typed(&value, kind, slot, &slot.reading).ok()).flatten()
    }

    /// A value for people: personal numbers masked, control characters visible, cut.
    pub fn show(&self, value: &str) -> String {
        let cut: String = value.chars().take(VALUE_CHARS_MAX + 20).collect();
        self.privacy
            .mask(&cut)
            .chars()
            .take(VALUE_CHARS_MAX)
            .flat_map(|c| if c.is_control() { c.escape_default().collect::<Vec<_>>() } else { vec![c] })
            .collect()
    }

    fn row_kind(&self, text: &str, fields: &[Field]) -> RowKind {
        let value = |f: &Field| trim(&text[f.start as usize..f.end as usize]);
        let mut filled = fields.iter().enumerate().filter(|(_, f)| !value(f).is_empty());
        let Some((first, field)) = filled.next() else { return RowKind::Blank };
        let count = 1 + filled.count();
        let has_date = self.plan.period.iter().any(|s| {
            let slot = &self.plan.slots[*s];
            let value = self.field(text, fields, slot).0;
            matches!(&slot.reading, Reading::Day(form) if day::is_day(&value, form))
        });
        if !has_date {
            // A total row has its word, its amounts and little else.
            if count <= 6 && self.plan.is_total_word(value(field)) {
                return RowKind::Total;
            }
            if count == 1 && self.plan.net.is_some_and(|s| self.plan.slots[s].field == first) {
                return RowKind::BareAmount;
            }
        }
        let is_header = self.plan.slots.iter().all(|s| !s.name.is_empty() && fields.get(s.field).is_some_and(|f| value(f) == s.name.trim()));
        if is_header { RowKind::Header } else { RowKind::Data }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RowKind {
    Blank,
    Header,
    Total,
    BareAmount,
    Data,
}

/// The bytes of a field as they stand.
#[inline]
fn raw<'t>(text: &'t str, field: &Field) -> &'t [u8] {
    &text.as_bytes()[field.start as usize..field.end as usize]
}

/// Whether both fields are there and the same stands in them.
#[inline]
fn stands_alike(text: &str, field: Option<&Field>, other: Option<&Field>) -> bool {
    field.zip(other).is_some_and(|(a, b)| a.kind == b.kind && raw(text, a) == raw(text, b))
}

enum ReadError<'s> {
    Refused(Refused<'s>),
    Undecided(usize),
}

/// Text without blanks and byte-order marks at its ends.
#[inline]
pub fn trim(text: &str) -> &str {
    let bytes = text.as_bytes();
    match (bytes.first(), bytes.last()) {
        (Some(first), Some(last)) if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim_matches(|c: char| c.is_whitespace() || is_blank(c) || matches!(c, '\u{feff}' | '\u{200b}')),
    }
}

/// Whether two blanks stand beside each other. All pairs are looked at, many at a time: names are short, and a search that stops
/// early takes longer to set up.
#[inline]
fn has_double_blank(bytes: &[u8]) -> bool {
    bytes.iter().zip(bytes.get(1..).unwrap_or_default()).fold(0u8, |n, (a, b)| n | (u8::from(*a == b' ') & u8::from(*b == b' '))) != 0
}

/// Runs of white space and control characters as one blank.
fn fold_blanks(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Yes and no in Swedish and English.
pub fn truth(value: &str) -> Option<bool> {
    match value.to_lowercase().as_str() {
        "ja" | "yes" | "true" | "sant" | "1" | "x" | "j" | "y" => Some(true),
        "nej" | "no" | "false" | "falskt" | "0" | "n" => Some(false),
        _ => None,
    }
}

/// What the rows of a file have in common.
pub struct FileConstants<'a> {
    /// First 10 hex digits of the file's hash.
    pub source_file_id: &'a str,
    /// The source of the settings.
    pub source_name: &'a str,
}

impl Chunk {
    /// Rows.
    pub fn row_count(&self) -> usize {
        self.records.len()
    }

    /// Bytes that the rows take until they are written, about.
    pub fn byte_count(&self) -> usize {
        let columns: usize = self
            .columns
            .iter()
            .map(|c| match c {
                Values::Text(b) => b.values_slice().len() + 4 * self.records.len(),
                Values::Number(n) => 8 * n.len(),
            })
            .sum();
        columns + 32 * self.records.len()
    }

    /// The rows as a batch of the table, the first record of the block being record `record_first` of the file (from 1) and
    /// its first line `line_first`.
    pub fn into_batch(mut self, plan: &Plan, file: &FileConstants, record_first: u64, line_first: u64) -> RecordBatch {
        let rows = self.records.len();
        let constant = |value: &str| -> ArrayRef { Arc::new(StringArray::from_iter_values(std::iter::repeat_n(value, rows))) };
        let period = self.period.map(|p| p.to_string());
        let mut slots: Vec<Option<Values>> = self.columns.drain(..).map(Some).collect();
        let arrays: Vec<ArrayRef> = plan
            .table
            .columns
            .iter()
            .enumerate()
            .map(|(index, declared)| -> ArrayRef {
                if let Some(slot) = plan.slots.iter().position(|s| s.column == index) {
                    return match slots[slot].take().expect("each slot fills one column") {
                        Values::Text(mut builder) => Arc::new(builder.finish()),
                        Values::Number(numbers) => numbers_as(numbers, declared.ty),
                    };
                }
                match declared.name {
                    "source_file_id" => constant(file.source_file_id),
                    "source_name" => constant(file.source_name),
                    "source_line" => Arc::new(Int64Array::from_iter_values(self.lines.iter().map(|l| (line_first + u64::from(*l)) as i64))),
                    "line_id" => {
                        let mut ids = StringBuilder::with_capacity(rows, rows * 19);
                        let mut id = format!("{}-", file.source_file_id);
                        let prefix = id.len();
                        for record in &self.records {
                            use std::fmt::Write as _;
                            id.truncate(prefix);
                            write!(id, "{}", record_first + u64::from(*record)).expect("writing to a string");
                            ids.append_value(&id);
                        }
                        Arc::new(ids.finish())
                    }
                    "period" => constant(period.as_deref().expect("a partitioned table has periods")),
                    "vendor_key" => Arc::new(self.vendor_keys.take().expect("a table with vendor keys").finish()),
                    "row_fingerprint" => Arc::new(Int64Array::from(std::mem::take(&mut self.fingerprints))),
                    "organisation_number" if self.organisations.is_some() => Arc::new(self.organisations.take().expect("just seen").finish()),
                    _ => match plan.constants.get(&index) {
                        Some(value) => constant_array(value, declared.ty, rows).expect("the mapping was refused if not"),
                        None => new_null_array(&declared.ty.arrow(), rows),
                    },
                }
            })
            .collect();
        RecordBatch::try_new(plan.table.arrow(), arrays).expect("the plan follows the declared schema")
    }
}

/// The value that a mapping states for all rows, in the column's type: whole numbers and decimals with a point, days as YYYY-MM-DD,
/// `true` or `false`. `None` when it is not of the type, or has more decimals than the column.
pub fn constant_array(value: &str, ty: Type, rows: usize) -> Option<ArrayRef> {
    let one = match ty {
        Type::Text => return Some(Arc::new(StringArray::from_iter_values(std::iter::repeat_n(value, rows)))),
        Type::Date => i64::from(Date::parse_iso(value)?.days()),
        Type::Bool => i64::from(value.parse::<bool>().ok()?),
        Type::Int => value.parse().ok()?,
        Type::Float => return None,
        Type::Money => scaled(value, 2)?,
        Type::Quantity => scaled(value, 4)?,
        Type::Rate => scaled(value, 8)?,
    };
    (one != NONE).then(|| numbers_as(vec![one; rows], ty))
}

/// `1234.5` at scale 2 → 123450.
fn scaled(value: &str, scale: usize) -> Option<i64> {
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    (decimals.len() <= scale && decimals.bytes().all(|b| b.is_ascii_digit())).then(|| format!("{whole}{decimals:0<scale$}").parse().ok())?
}

fn numbers_as(numbers: Vec<i64>, ty: Type) -> ArrayRef {
    let nulls = numbers.contains(&NONE).then(|| NullBuffer::new(BooleanBuffer::collect_bool(numbers.len(), |i| numbers[i] != NONE)));
    let or_zero = |n: &i64| if *n == NONE { 0 } else { *n };
    match ty {
        Type::Money | Type::Quantity | Type::Rate => {
            let values: ScalarBuffer<i128> = numbers.iter().map(|n| i128::from(or_zero(n))).collect();
            Arc::new(Decimal128Array::new(values, nulls).with_data_type(ty.arrow()))
        }
        Type::Date => Arc::new(Date32Array::new(numbers.iter().map(|n| or_zero(n) as i32).collect(), nulls)),
        Type::Int => Arc::new(Int64Array::new(numbers.iter().map(or_zero).collect(), nulls)),
        Type::Bool => Arc::new(BooleanArray::new(BooleanBuffer::collect_bool(numbers.len(), |i| or_zero(&numbers[i]) != 0), nulls)),
        Type::Text | Type::Float => unreachable!("no number slot fills {}", ty.word()),
    }
}

/// A 64-bit hash of a row's typed values, the same on every machine and in every version: multiply and fold over words of eight
/// bytes. It finds equal rows in other files; it protects nothing.
struct Fingerprint(u64);

impl Fingerprint {
    const fn new() -> Fingerprint {
        Fingerprint(0x9e37_79b9_7f4a_7c15)
    }

    #[inline]
    fn word(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word) * 0xa076_1d64_78bd_642f;
        self.0 = (product as u64) ^ ((product >> 64) as u64);
        self.0 = self.0.rotate_left(23).wrapping_add(0x9e37_79b9_7f4a_7c15);
    }

    #[inline]
    fn number(&mut self, number: i64) {
        self.word(number as u64);
    }

    #[inline]
    fn text(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            self.word(u64::from_le_bytes(word.try_into().expect("eight bytes")));
        }
        let rest = words.remainder();
        self.word(match bytes.last_chunk() {
            // The last eight bytes without those that were taken.
            Some(last) if !rest.is_empty() => u64::from_le_bytes(*last) >> (64 - 8 * rest.len()),
            _ => short_word(rest),
        });
        self.word(text.len() as u64);
    }

    const fn finish(&self) -> i64 {
        (self.0 ^ (self.0 >> 31)) as i64
    }
}

/// Up to seven bytes as the low ones of a word, by loads that overlap: copied byte by byte into a buffer, the processor would wait for
/// the buffer.
#[inline]
fn short_word(bytes: &[u8]) -> u64 {
    match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>(), bytes) {
        (Some(low), Some(high), _) => u64::from(u32::from_le_bytes(*low)) | u64::from(u32::from_le_bytes(*high)) << (8 * (bytes.len() - 4)),
        (_, _, [low, middle, high]) => u64::from(*low) | u64::from(*middle) << 8 | u64::from(*high) << 16,
        (_, _, [low, high]) => u64::from(*low) | u64::from(*high) << 8,
        (_, _, [low]) => u64::from(*low),
        _ => 0,
    }
}

/// Money of a reject; amounts that were read fit by construction.
pub fn money(minor: Option<i64>) -> Option<Money> {
    minor.and_then(Money::from_minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_text_are_its_bytes() {
        let text = "abcdefghijklmnopqrs";
        for length in 0..=text.len() {
            let mut padded = text.as_bytes()[..length].to_vec();
            padded.resize(length / 8 * 8 + 8, 0);
            let mut expect = Fingerprint::new();
            padded.chunks_exact(8).for_each(|w| expect.word(u64::from_le_bytes(w.try_into().unwrap())));
            expect.word(length as u64);
            let mut found = Fingerprint::new();
            found.text(&text[..length]);
            assert_eq!(found.finish(), expect.finish(), "{length}");
        }
    }

    #[test]
    fn constants_have_the_type_of_their_column() {
        for (value, ty, expect) in [
            ("2021", Type::Int, Some("2021")),
            ("1.5", Type::Int, None),
            ("1234.5", Type::Money, Some("1234.50")),
            ("-0.05", Type::Money, Some("-0.05")),
            ("0.005", Type::Money, None),
            ("1,5", Type::Quantity, None),
            ("2024-02-29", Type::Date, Some("2024-02-29")),
            ("2023-02-29", Type::Date, None),
            ("true", Type::Bool, Some("true")),
            ("ja", Type::Bool, None),
            ("x", Type::Text, Some("x")),
        ] {
            let found = constant_array(value, ty, 2);
            assert_eq!(found.is_some(), expect.is_some(), "{value}");
            if let (Some(array), Some(expect)) = (found, expect) {
                assert_eq!((array.len(), array.data_type()), (2, &ty.arrow()));
                assert_eq!(arrow::util::display::array_value_to_string(&array, 1).unwrap(), expect);
            }
        }
    }
}
