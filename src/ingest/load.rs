//! One file into the lake: blocks are converted and row groups encoded in parallel, in waves of a fixed size, and everything is
//! appended in the order of the file. What is written depends on the file alone, never on threads; memory is bounded by the
//! wave and by [`PENDING_BYTES_MAX`], whatever the size of the file.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Mutex};

use rayon::prelude::*;

use super::cells::{Cell, CellFault, CellRecord, CellTable};
use super::convert::{Chunk, Converted, Converter, FileConstants, Rejected, Worker, money};
use super::drift;
use super::encoding::Encoding;
use super::faults;
use super::findings::{self, FindingRow, marks};
use super::formats::Document;
use super::mapping::Mapping;
use super::number;
use super::plan::Plan;
use super::privacy::Privacy;
use super::source::{Content, Input};
use super::split::{Block, BlockError, Blocks, Dialect, FIELD_BYTES_MAX, Field, FieldKind, Place, Records};
use super::understand::{self, Understanding};
use crate::error::{Error, Result};
use crate::model::{Period, SourceFileId};
use crate::schema::{REJECT, Table};
use crate::store::{EncodedRowGroup, FileEntry, RowGroupEncoder, TableBuilder, TableWriter, Transaction};

/// Blocks that are converted at a time.
const WAVE_BLOCKS: usize = 24;
/// Rows of a full row group.
const ROW_GROUP_ROWS: usize = 131_072;
/// Blocks without a row of a period after which the period is taken to be over, since most exports are in order of time, and rows
/// that make a row group then.
const OVER_BLOCKS: u64 = 12;
const OVER_ROWS: usize = 16_384;
/// Converted rows that wait for their row group, in bytes.
const PENDING_BYTES_MAX: usize = 96 << 20;
/// Months that one file may span: more is a wrong date column, and each is an open file.
const PERIODS_MAX: usize = 600;
/// Unnamed rows with nothing but an amount that may turn out to be a total.
const BARE_AMOUNTS_MAX: usize = 100;
/// Records of a cell table that make a block.
const CELL_BLOCK_RECORDS: usize = 16_384;
/// Bytes of text after which such a block ends.
const CELL_BLOCK_BYTES: usize = 4 << 20;
/// Cells after which such a block ends: a sheet may be 16,384 columns wide with nothing in them.
const CELL_BLOCK_CELLS: usize = 1 << 18;
/// Faults that the message of a refused file names.
const TOP_FAULTS: usize = 3;

/// Where a file is loaded to, and how.
pub struct Loader<'a, 't> {
    /// The change of the lake under way.
    pub transaction: &'a Transaction<'t>,
    /// Name of the source.
    pub source_name: &'a str,
    /// Its mapping.
    pub mapping: &'a Mapping,
    /// Stand-ins for personal numbers.
    pub privacy: &'a Privacy,
    /// The workspace's currency.
    pub currency: &'a str,
    /// Encoding stated for the source.
    pub encoding: Option<&'a str>,
    /// Largest share of rejected rows.
    pub reject_ratio_max: f64,
}

/// A row of `lake.source_file`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
#[allow(missing_docs, reason = "the columns of the table, documented there")]
pub struct SourceRow {
    pub source_file_id: String,
    pub source_name: String,
    pub path: String,
    pub kind: String,
    pub mapping: String,
    pub reading: String,
    pub sha256: String,
    pub byte_count: i64,
    pub encoding: String,
    pub dialect: String,
    pub header_line: i64,
    pub header_names: Option<String>,
    pub header_change: Option<String>,
    pub row_kept_count: i64,
    pub row_rejected_count: i64,
    pub row_skipped_count: i64,
    pub net_amount_kept: Option<i128>,
    pub net_amount_rejected: Option<i128>,
    pub amount_unreadable_count: Option<i64>,
    pub control_total: Option<i64>,
    pub first_period: Option<String>,
    pub last_period: Option<String>,
}

/// What a file became.
pub struct Loaded {
    /// Its row of `lake.source_file`.
    pub row: SourceRow,
    /// Files of its lake table.
    pub files: Vec<FileEntry>,
    /// Its file of `lake.reject`, when rows were rejected.
    pub rejects: Option<FileEntry>,
    /// What a person should know about it.
    pub findings: Vec<FindingRow>,
}

impl Loader<'_, '_> {
    /// Loads one input.
    pub fn load(&self, input: &Input, content: &Content) -> Result<Loaded> {
        let id = self.mapping.source_file_id(&content.sha256);
        let mut row = self.row(input, content, &id);
        let encoding = self.encoding_of(input, content)?;
        row.encoding = encoding.to_string();
        if content.byte_count <= encoding.bom_len() {
            row.dialect = "empty file".to_string();
            return Ok(Loaded { row, files: Vec::new(), rejects: None, findings: Vec::new() });
        }
        let mut found = understand::understand(input, encoding, self.mapping, self.currency)?;
        row.dialect = found.dialect.to_string();
        row.header_line = found.header_line as i64;
        row.header_names = drift::names_text(&found.header);
        // A second pass is needed only when a column showed its first mark after the sample.
        let mut sink = match self.pass(input, encoding, &found, &id)? {
            Some(sink) => sink,
            None => {
                understand::decide_wholly(input, encoding, &mut found)?;
                self.pass(input, encoding, &found, &id)?.ok_or_else(|| {
                    Error::Input(format!("{}: a column has values whose reading nothing decides; state `decimal` and `date_order` in the mapping", input.path))
                })?
            }
        };
        sink.skipped += found.title_count;
        sink.finish(row, self.reject_ratio_max)
    }

    /// Loads the tables of a document: sheets, arrays of objects, invoice lines. A table that the mapping does not fit is left
    /// out and named in the dialect, unless none fits.
    pub fn load_document(&self, input: &Input, content: &Content, document: Document) -> Result<Loaded> {
        let id = self.mapping.source_file_id(&content.sha256);
        let mut row = self.row(input, content, &id);
        row.encoding = document.encoding.clone();
        let mut sink: Option<Sink> = None;
        let (mut read, mut left) = (Vec::new(), Vec::new());
        let mut header: Vec<String> = Vec::new();
        for table in document.tables {
            let name = table.name.clone();
            let place = if name.is_empty() { input.path.clone() } else { format!("{}, {name}", input.path) };
            if self.mapping.file.table.as_ref().is_some_and(|wanted| *wanted != name) {
                left.push(format!("{name} (not the table that the mapping names)"));
                continue;
            }
            let mut cells = Cells::new(table, place);
            let Some((plan, header_line, titles)) = cells.plan(self.mapping, self.currency)? else {
                left.push(format!("{name} ({})", cells.why));
                continue;
            };
            let plan = Arc::new(plan);
            let sink = match &mut sink {
                Some(sink) => {
                    sink.plan = plan.clone();
                    sink
                }
                none => none.insert(Sink::new(self.transaction, plan.clone(), input, self.source_name, &id)?),
            };
            if read.is_empty() {
                row.header_line = header_line as i64;
            }
            // Sheets of one book may differ; what counts from file to file is what the book has in all.
            let new: Vec<String> = cells.header.iter().filter(|n| !header.contains(n)).cloned().collect();
            header.extend(new);
            sink.skipped += titles;
            // Lines of cells are rows of their sheet, not counted from block to block.
            sink.line_next = 0;
            let converter = Converter { plan: &plan, source_name: self.source_name, privacy: self.privacy, dialect: None };
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
                sink.take(converted)?;
                if let Some(fault) = block.fault {
                    sink.take_fault(&converter, fault)?;
                }
                sink.write_ready(false)?;
            }
            read.push(name);
        }
        let Some(mut sink) = sink else {
            return Err(Error::Input(format!(
                "{}: the mapping {} fits no table of this {} file: {}; add the file's own names to the mapping, or name another mapping",
                input.path,
                self.mapping.name,
                document.format,
                left.join("; ")
            )));
        };
        sink.write_ready(true)?;
        let mut parts = vec![document.format.to_string()];
        read.retain(|n| !n.is_empty());
        if !read.is_empty() {
            parts.push(format!("tables {}", read.join(", ")));
        }
        if !left.is_empty() {
            parts.push(format!("left out: {}", left.join("; ")));
        }
        for note in document.notes.list() {
            sink.findings.push(FindingRow { detail: Some(note.clone()), ..FindingRow::new(&sink.id, &sink.path, findings::DOCUMENT_NOTE) });
            parts.push(note);
        }
        row.dialect = parts.join("; ");
        row.header_names = drift::names_text(&header);
        sink.finish(row, self.reject_ratio_max)
    }

    fn row(&self, input: &Input, content: &Content, id: &SourceFileId) -> SourceRow {
        SourceRow {
            source_file_id: id.to_string(),
            source_name: self.source_name.to_string(),
            path: input.path.clone(),
            kind: self.mapping.table.name.to_string(),
            mapping: self.mapping.name.clone(),
            sha256: content.sha256.clone(),
            byte_count: content.byte_count as i64,
            ..SourceRow::default()
        }
    }

    /// The encoding that is stated, or that the bytes show.
    pub fn encoding_of(&self, input: &Input, content: &Content) -> Result<Encoding> {
        match self.encoding.or(self.mapping.file.encoding.as_deref()) {
            Some(label) => Encoding::from_label(label, &content.profile)
                .ok_or_else(|| Error::Config(format!("encoding \"{label}\" is not known; write for instance utf-8, windows-1252, macintosh, cp850 or cp437"))),
            None => content.profile.decide().map_err(|why| Error::Input(format!("{}: {why}", input.path))),
        }
    }

    /// Reads the whole file by its plan; `None` when a column must be decided first.
    fn pass<'s>(&'s self, input: &'s Input, encoding: Encoding, found: &'s Understanding, id: &SourceFileId) -> Result<Option<Sink<'s>>> {
        let converter = Converter { plan: &found.plan, source_name: self.source_name, privacy: self.privacy, dialect: Some(found.dialect) };
        let mut sink = Sink::new(self.transaction, Arc::new(found.plan.clone()), input, self.source_name, id)?;
        sink.line_next = found.data_line;
        let workers: Mutex<Vec<Worker>> = Mutex::default();
        let mut blocks = understand::open_blocks(input, encoding, found)?;
        let mut rooms = Vec::new();
        let mut wave = read_wave(&mut blocks, &mut rooms, &input.path)?;
        let mut groups: Vec<RowGroup> = Vec::new();
        let mut encoded = Vec::new();
        while !wave.is_empty() || !groups.is_empty() {
            let jobs: Vec<Job> = groups.drain(..).map(Job::Encode).chain(wave.drain(..).map(Job::Convert)).collect();
            let run = |job: Job| match job {
                Job::Encode(group) => Done::Encoded(group.period, sink.encoder.encode(group)),
                Job::Convert(block) => {
                    let mut worker = workers.lock().expect("no panic while holding").pop().unwrap_or_default();
                    let converted = convert_block(&converter, &block, found.dialect, encoding, &mut worker);
                    workers.lock().expect("no panic while holding").push(worker);
                    Done::Converted(converted, block.into_room())
                }
            };
            // Reading and writing go on while others convert and encode.
            let next = || {
                encoded.drain(..).try_for_each(|(period, group)| sink.writers.append(period, group))?;
                read_wave(&mut blocks, &mut rooms, &input.path)
            };
            let (next, done) = rayon::join(next, || jobs.into_par_iter().with_max_len(1).map(run).collect::<Vec<Done>>());
            wave = next?;
            for done in done {
                match done {
                    Done::Encoded(period, group) => encoded.push((period, group?)),
                    Done::Converted(converted, room) => {
                        rooms.push(room);
                        let converted = converted.map_err(|e| e.into_error(&input.path))?;
                        if converted.undecided.is_some() {
                            return Ok(None);
                        }
                        sink.take(converted)?;
                    }
                }
            }
            groups = sink.ready(wave.is_empty());
        }
        encoded.into_iter().try_for_each(|(period, group)| sink.writers.append(period, group))?;
        Ok(Some(sink))
    }
}

enum Job {
    Encode(RowGroup),
    Convert(Block),
}

enum Done {
    Encoded(Option<Period>, Result<EncodedRowGroup>),
    Converted(Result<Converted, BlockError>, Vec<u8>),
}

/// The next blocks, in rooms of earlier ones; none at the end of the file.
pub fn read_wave(blocks: &mut Blocks, rooms: &mut Vec<Vec<u8>>, path: &str) -> Result<Vec<Block>> {
    let mut wave = Vec::new();
    while wave.len() < WAVE_BLOCKS
        && let Some(block) = blocks.next(rooms.pop().unwrap_or_default()).map_err(|e| e.into_error(path))?
    {
        wave.push(block);
    }
    Ok(wave)
}

/// One block, converted, with each reject placed in the file.
pub fn convert_block(converter: &Converter, block: &Block, dialect: Dialect, encoding: Encoding, worker: &mut Worker) -> Result<Converted, BlockError> {
    let mut file_byte = block.file_byte;
    let mut decoded = std::mem::take(&mut worker.decoded);
    let text = block.text(&mut decoded)?;
    let mut records = Records::new(text, dialect);
    let mut converted = converter.convert(text, worker, |fields| records.next(fields).map(|place| (place, records.is_too_long)));
    converted.is_open = !text.ends_with(['\n', '\r']);
    converted.line_count = records.lines;
    let mut text_byte = 0;
    for reject in &mut converted.rejects {
        let at = reject.place.byte as usize;
        file_byte += encoding.file_len(&text[text_byte..at]);
        text_byte = at;
        reject.file_byte = file_byte;
    }
    worker.decoded = decoded;
    Ok(converted)
}

/// Rows of one period that make a row group, with the numbers of the records and lines that come before each chunk.
struct RowGroup {
    period: Option<Period>,
    chunks: Vec<PlacedChunk>,
}

/// A chunk, the plan it was read by, and the numbers of the first record and line of its block.
type PlacedChunk = (Chunk, Arc<Plan>, u64, u64);

#[derive(Default)]
struct Group {
    chunks: Vec<PlacedChunk>,
    rows: usize,
    bytes: usize,
    /// Number of the last block that had rows of it.
    block_last: u64,
}

/// Makes row groups of chunks.
struct Encoder<'a> {
    row_groups: RowGroupEncoder,
    id: String,
    source_name: &'a str,
}

impl Encoder<'_> {
    fn encode(&self, group: RowGroup) -> Result<EncodedRowGroup> {
        let file = FileConstants { source_file_id: &self.id, source_name: self.source_name };
        let batches: Vec<_> = group.chunks.into_par_iter().map(|(chunk, plan, record, line)| chunk.into_batch(&plan, &file, record, line)).collect();
        self.row_groups.encode(&batches)
    }
}

/// The files of the table, one for each period.
struct Writers<'a> {
    transaction: &'a Transaction<'a>,
    table: &'static Table,
    id: String,
    of: BTreeMap<Option<Period>, TableWriter>,
}

impl Writers<'_> {
    fn append(&mut self, period: Option<Period>, encoded: EncodedRowGroup) -> Result<()> {
        let writer = match self.of.entry(period) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(self.transaction.writer(self.table, period.map(|p| p.to_string()).as_deref(), &self.id)?),
        };
        writer.append(encoded)
    }
}

/// Collects what blocks became, in order, and writes it.
struct Sink<'a> {
    transaction: &'a Transaction<'a>,
    plan: Arc<Plan>,
    path: String,
    id: String,
    encoder: Encoder<'a>,
    writers: Writers<'a>,
    groups: BTreeMap<Option<Period>, Group>,
    pending_bytes: usize,
    /// Blocks taken.
    block_count: u64,
    /// Number of the next record, from 1.
    record_next: u64,
    /// Line on which the next block starts, from 1.
    line_next: u64,
    rejects: Rejects,
    bare_amounts: Vec<(Rejected, u64, u64)>,
    kept: u64,
    skipped: u64,
    net_kept: i128,
    control_total: Option<i64>,
    /// What the blocks so far show, for each of [`marks::ALL`]: rows, first line, example.
    marked: [Option<(u64, u64, String)>; marks::ALL.len()],
    /// Whether the last block ends within a line.
    is_open: bool,
    findings: Vec<FindingRow>,
}

/// Rejected rows on their way to the lake.
struct Rejects {
    builder: TableBuilder,
    writer: Option<TableWriter>,
    count: u64,
    net: i128,
    unreadable: u64,
    /// How often each fault of each column, and the first line that has it.
    faults: BTreeMap<(&'static str, String), (u64, u64)>,
}

impl<'a> Sink<'a> {
    fn new(transaction: &'a Transaction<'_>, plan: Arc<Plan>, input: &Input, source_name: &'a str, id: &SourceFileId) -> Result<Sink<'a>> {
        Ok(Sink {
            transaction,
            path: input.path.clone(),
            id: id.to_string(),
            encoder: Encoder { row_groups: RowGroupEncoder::new(plan.table)?, id: id.to_string(), source_name },
            writers: Writers { transaction, table: plan.table, id: id.to_string(), of: BTreeMap::new() },
            plan,
            groups: BTreeMap::new(),
            pending_bytes: 0,
            block_count: 0,
            record_next: 1,
            line_next: 1,
            rejects: Rejects { builder: TableBuilder::new(&REJECT), writer: None, count: 0, net: 0, unreadable: 0, faults: BTreeMap::new() },
            bare_amounts: Vec::new(),
            kept: 0,
            skipped: 0,
            net_kept: 0,
            control_total: None,
            marked: Default::default(),
            is_open: false,
            findings: Vec::new(),
        })
    }

    /// Takes what the next block became.
    fn take(&mut self, converted: Converted) -> Result<()> {
        let Converted { chunks, rejects, record_count, line_count, skipped_count, net_kept, control_total, marked, is_open, .. } = converted;
        for (all, (count, line, example)) in self.marked.iter_mut().zip(marked).filter_map(|(all, of_block)| Some((all, of_block?))) {
            all.get_or_insert((0, self.line_next + u64::from(line), example)).0 += count;
        }
        self.is_open = is_open;
        self.block_count += 1;
        for chunk in chunks {
            let bytes = chunk.byte_count();
            if chunk.row_count() == 0 {
                continue;
            }
            let group = self.groups.entry(chunk.period).or_default();
            self.kept += chunk.row_count() as u64;
            group.rows += chunk.row_count();
            group.bytes += bytes;
            group.block_last = self.block_count;
            self.pending_bytes += bytes;
            group.chunks.push((chunk, self.plan.clone(), self.record_next, self.line_next));
        }
        if self.groups.len() > PERIODS_MAX {
            return Err(Error::Input(format!(
                "{}: its dates span more than {PERIODS_MAX} months; is the period's date column the right one in the mapping?",
                self.path
            )));
        }
        for reject in rejects {
            if reject.is_bare_amount && self.bare_amounts.len() < BARE_AMOUNTS_MAX {
                self.bare_amounts.push((reject, self.record_next, self.line_next));
            } else {
                self.reject(&reject, self.record_next, self.line_next)?;
            }
        }
        self.skipped += u64::from(skipped_count);
        self.net_kept += net_kept;
        self.control_total = control_total.or(self.control_total);
        self.record_next += u64::from(record_count);
        self.line_next += u64::from(line_count);
        Ok(())
    }

    /// The row groups that are to be encoded now: full ones, those of periods that are over, the largest while too much waits, all
    /// at the end.
    fn ready(&mut self, is_end: bool) -> Vec<RowGroup> {
        let mut ready = Vec::new();
        loop {
            let next = if is_end {
                self.groups.iter().find(|(_, g)| g.rows > 0)
            } else {
                let is_over = |g: &Group| g.rows >= OVER_ROWS && self.block_count >= g.block_last + OVER_BLOCKS;
                self.groups.iter().find(|(_, g)| g.rows >= ROW_GROUP_ROWS || is_over(g)).or_else(|| {
                    // Ties go to the earlier period, so that the order is one.
                    (self.pending_bytes > PENDING_BYTES_MAX).then(|| self.groups.iter().rev().max_by_key(|(_, g)| g.bytes)).flatten()
                })
            };
            let Some((&period, _)) = next else { return ready };
            let group = self.groups.get_mut(&period).expect("just found");
            self.pending_bytes -= group.bytes;
            group.rows = 0;
            group.bytes = 0;
            ready.push(RowGroup { period, chunks: std::mem::take(&mut group.chunks) });
        }
    }

    /// Encodes and appends what [`Sink::ready`] gives.
    fn write_ready(&mut self, is_end: bool) -> Result<()> {
        let groups = self.ready(is_end);
        let encoded: Vec<_> = groups.into_par_iter().map(|g| (g.period, self.encoder.encode(g))).collect();
        encoded.into_iter().try_for_each(|(period, group)| self.writers.append(period, group?))
    }

    /// Takes a record that its format makes unreadable.
    fn take_fault(&mut self, converter: &Converter, fault: CellFault) -> Result<()> {
        if fault.fault == faults::DOCUMENT_BROKEN {
            let why = fault.value.unwrap_or_default();
            return Err(Error::Input(format!("{}: line {}: {why}; {}", self.path, fault.line, faults::DOCUMENT_BROKEN.remedy)));
        }
        let form = number::NumberForm { decimal: Some(number::Decimal::Dot), grouping: None, scale: 2, credit_marks: &[], currency: "" };
        let reject = Rejected {
            record: 0,
            place: Place { line: fault.line as u32, byte: 0 },
            column: fault.column,
            value: fault.value.map(|v| converter.show(&v)),
            fault: fault.fault,
            net: fault.net_amount.and_then(|n| number::parse(&n, &form).ok()),
            file_byte: 0,
            is_bare_amount: false,
        };
        self.reject(&reject, self.record_next, self.line_next)?;
        self.record_next += 1;
        Ok(())
    }

    fn reject(&mut self, reject: &Rejected, record_first: u64, line_first: u64) -> Result<()> {
        let all = &mut self.rejects;
        let line = line_first + u64::from(reject.place.line);
        let column = reject.column.as_deref();
        all.builder
            .text("source_file_id", Some(&self.id))
            .text("path", Some(&self.path))
            .text("kind", Some(self.plan.table.name))
            .int("source_record", Some((record_first + u64::from(reject.record)) as i64))
            .int("source_line", Some(line as i64))
            .int("source_byte", Some(reject.file_byte as i64))
            .text("column_name", column)
            .text("value", reject.value.as_deref())
            .text("fault", Some(reject.fault.code))
            .text("remedy", Some(reject.fault.remedy))
            .money("net_amount", money(reject.net));
        all.builder.end_row();
        all.count += 1;
        all.net += i128::from(reject.net.unwrap_or(0));
        all.unreadable += u64::from(reject.net.is_none());
        let tally = all.faults.entry((reject.fault.code, column.unwrap_or_default().to_string())).or_insert((0, line));
        tally.0 += 1;
        if all.builder.len() >= 8192 {
            self.flush_rejects()?;
        }
        Ok(())
    }

    fn flush_rejects(&mut self) -> Result<()> {
        if self.rejects.builder.is_empty() {
            return Ok(());
        }
        let batch = self.rejects.builder.finish();
        let writer = match &mut self.rejects.writer {
            Some(writer) => writer,
            none => none.insert(self.transaction.writer(&REJECT, None, &self.id)?),
        };
        writer.write(&batch)
    }

    fn finish(mut self, mut row: SourceRow, reject_ratio_max: f64) -> Result<Loaded> {
        // An unnamed amount that equals the sum of all others is the file's total; any other is a record without a date.
        let mut bare = std::mem::take(&mut self.bare_amounts);
        let sum = self.net_kept + self.rejects.net;
        let mut unnumbered = 0;
        if let [(one, ..)] = bare.as_slice()
            && one.net.map(i128::from) == Some(sum)
        {
            self.control_total = one.net;
            self.skipped += 1;
            unnumbered = 1;
            bare.clear();
        }
        for (reject, record, line) in &bare {
            self.reject(reject, *record, *line)?;
        }
        self.flush_rejects()?;
        let read = self.kept + self.rejects.count;
        assert_eq!(read + unnumbered, self.record_next - 1, "read = kept + rejected");
        if self.rejects.count as f64 > reject_ratio_max * read as f64 {
            return Err(self.refusal(read));
        }
        let has_amounts = self.plan.net.is_some();
        self.find(has_amounts);
        row.row_kept_count = self.kept as i64;
        row.row_rejected_count = self.rejects.count as i64;
        row.row_skipped_count = self.skipped as i64;
        row.net_amount_kept = has_amounts.then_some(self.net_kept);
        row.net_amount_rejected = has_amounts.then_some(self.rejects.net);
        row.amount_unreadable_count = has_amounts.then_some(self.rejects.unreadable as i64);
        row.control_total = self.control_total;
        row.first_period = self.groups.keys().next().copied().flatten().map(|p| p.to_string());
        row.last_period = self.groups.keys().next_back().copied().flatten().map(|p| p.to_string());
        // Each file waits for its own sync: together they take as long as one.
        let writers: Vec<TableWriter> = self.writers.of.into_values().collect();
        let files = writers.into_par_iter().map(TableWriter::finish).collect::<Vec<_>>().into_iter().collect::<Result<Vec<_>>>()?;
        let rows: u64 = files.iter().map(|f| f.rows).sum();
        let net: i128 = files.iter().filter_map(|f| f.totals.get("net_amount")).sum();
        if rows != self.kept || (has_amounts && net != self.net_kept) {
            return Err(Error::Internal(format!("{}: {} rows and {} öre were read, {rows} and {net} written", self.path, self.kept, self.net_kept)));
        }
        let rejects = self.rejects.writer.map(TableWriter::finish).transpose()?;
        Ok(Loaded { row, files, rejects, findings: self.findings })
    }

    /// Gathers what a person should know about the file.
    fn find(&mut self, has_amounts: bool) {
        let of = |finding| FindingRow::new(&self.id, &self.path, finding);
        let mut found = Vec::new();
        for (finding, marked) in marks::ALL.into_iter().zip(&self.marked) {
            if let Some((count, line, example)) = marked {
                found.push(FindingRow { row_count: Some(*count as i64), source_line: Some(*line as i64), detail: Some(example.clone()), ..of(finding) });
            }
        }
        for name in &self.plan.repeated {
            found.push(FindingRow { column_name: Some(name.clone()), ..of(findings::COLUMN_NAME_REPEATED) });
        }
        if self.is_open {
            found.push(of(findings::LAST_LINE_OPEN));
        }
        if let Some(total) = self.control_total.filter(|_| has_amounts) {
            let difference = i128::from(total) - self.net_kept - self.rejects.net;
            if difference != 0 {
                found.push(FindingRow { net_amount: i64::try_from(difference).ok(), ..of(findings::TOTAL_DIFFERS) });
            }
        }
        self.findings.extend(found);
    }

    fn refusal(&self, read: u64) -> Error {
        let mut tallies: Vec<_> = self.rejects.faults.iter().collect();
        tallies.sort_by_key(|(_, (count, line))| (std::cmp::Reverse(*count), *line));
        let shown: Vec<String> = tallies
            .iter()
            .take(TOP_FAULTS)
            .map(|((code, column), (count, line))| {
                let fault = faults::FAULTS.iter().find(|f| f.code == *code).expect("faults are declared");
                let place = if column.is_empty() { String::new() } else { format!(" in column \"{column}\"") };
                format!("{count} × {code}{place}, first in line {line} ({} {})", fault.en, fault.remedy)
            })
            .collect();
        Error::Input(format!(
            "{}: {} of {read} rows would be rejected, more than reject_ratio_max allows: {}. Nothing of this run was kept",
            self.path,
            self.rejects.count,
            shown.join("; ")
        ))
    }
}

/// Marks a table as one that a load can fill; the reject table is filled beside it.
pub fn is_loadable(table: &Table) -> bool {
    table.schema == "lake" && !["source_file", "reject", "finding"].contains(&table.name)
}

/// The records of a table of cells, as blocks that look like those of text.
pub struct Cells {
    table: CellTable,
    /// The file and the table in it, for messages.
    pub path: String,
    /// Records read ahead to find the header and the forms.
    ahead: std::collections::VecDeque<Result<CellRecord, CellFault>>,
    /// Why no plan fits.
    pub why: String,
    /// The names of the header, once a plan fits.
    pub header: Vec<String>,
}

/// Records by which the forms of cells are decided.
pub const CELL_SAMPLE_RECORDS: usize = 20_000;
/// Cells of them, empty ones too.
pub const CELL_SAMPLE_CELLS: usize = 1 << 20;
/// Records among which a header is looked for.
const CELL_HEADER_RECORDS: usize = 100;

/// Records of a table of cells, in the form that text has.
#[derive(Default)]
pub struct CellBlock {
    /// The texts of all cells.
    pub text: String,
    /// Each record's place and fields.
    pub records: Vec<(Place, Vec<Field>)>,
    /// A fault behind the last record.
    pub fault: Option<CellFault>,
    cell_count: usize,
}

impl CellBlock {
    fn add(&mut self, record: &CellRecord) {
        let mut fields = Vec::with_capacity(record.cells.len());
        self.cell_count += record.cells.len();
        for cell in &record.cells {
            let start = self.text.len() as u32;
            self.text.push_str(cell.as_str());
            let kind = match cell {
                Cell::Empty | Cell::Text(_) => FieldKind::Plain,
                Cell::Number(_) => FieldKind::Number,
                Cell::Date(_) => FieldKind::Date,
                Cell::Error(_) => FieldKind::Error,
            };
            fields.push(Field { start, end: self.text.len() as u32, kind });
        }
        self.records.push((Place { line: record.line as u32, byte: 0 }, fields));
    }
}

impl Cells {
    /// Over a table; `path` names it in messages.
    pub fn new(table: CellTable, path: String) -> Cells {
        Cells { table, path, ahead: std::collections::VecDeque::new(), why: String::new(), header: Vec::new() }
    }

    /// The plan, the line of the header and the number of title rows above it; `None` when the mapping does not fit.
    pub fn plan(&mut self, mapping: &Mapping, currency: &str) -> Result<Option<(Plan, u64, u64)>> {
        let mut found = None;
        if !self.table.columns.is_empty() {
            match Plan::new(mapping, &self.table.columns, currency) {
                Ok(plan) => {
                    found = Some((plan, self.table.header_line, 0));
                    self.header.clone_from(&self.table.columns);
                }
                Err(missing) => self.why = format!("lacks {missing}"),
            }
        }
        self.read_ahead(if found.is_some() { CELL_SAMPLE_RECORDS } else { CELL_HEADER_RECORDS });
        if found.is_none() {
            let mut titles = 0;
            for (index, record) in self.ahead.iter().enumerate() {
                let Ok(record) = record else { continue };
                let names: Vec<String> = record.cells.iter().map(|c| c.as_str().trim().to_string()).collect();
                if let Ok(plan) = Plan::new(mapping, &names, currency) {
                    found = Some((plan, record.line, titles));
                    self.header = names;
                    self.ahead.drain(..=index);
                    break;
                }
                titles += u64::from(names.iter().any(|n| !n.is_empty()));
            }
            if found.is_some() {
                self.read_ahead(CELL_SAMPLE_RECORDS - CELL_HEADER_RECORDS);
            } else if let Some(broken) = self.ahead.iter().filter_map(|r| r.as_ref().err()).find(|f| f.fault == faults::DOCUMENT_BROKEN) {
                // A header that cannot be reached is no fault of the mapping.
                let why = broken.value.clone().unwrap_or_default();
                return Err(Error::Input(format!("{}: line {}: {why}; {}", self.path, broken.line, faults::DOCUMENT_BROKEN.remedy)));
            } else if self.why.is_empty() {
                self.why = "no row holds the column names that the mapping knows".to_string();
            }
        }
        if let Some((plan, ..)) = &mut found {
            let mut block = CellBlock::default();
            self.ahead.iter().flatten().for_each(|r| block.add(r));
            let mut records = block.records.into_iter();
            understand::decide_cells(&self.path, plan, &block.text, |fields| records.next().map(|(_, of_record)| *fields = of_record).is_some())?;
        }
        Ok(found)
    }

    /// Reads that many records more, or fewer when they are wide.
    fn read_ahead(&mut self, count: usize) {
        let mut cells = 0;
        for record in self.table.records.by_ref().take(count) {
            cells += record.as_ref().map_or(0, |r| r.cells.len());
            self.ahead.push_back(record);
            if cells >= CELL_SAMPLE_CELLS {
                break;
            }
        }
    }

    /// The next records; `None` at the end.
    pub fn next_block(&mut self) -> Result<Option<CellBlock>> {
        let mut block = CellBlock::default();
        while block.records.len() < CELL_BLOCK_RECORDS && block.text.len() < CELL_BLOCK_BYTES && block.cell_count < CELL_BLOCK_CELLS {
            match self.ahead.pop_front().or_else(|| self.table.records.next()) {
                Some(Ok(record)) => block.add(&record),
                Some(Err(fault)) => {
                    block.fault = Some(fault);
                    break;
                }
                None => break,
            }
        }
        Ok((!block.records.is_empty() || block.fault.is_some()).then_some(block))
    }
}
