//! XLSX (ECMA-376): each sheet a stream of rows, numbers as the text that the file holds.
//!
//! The text of `<v>` is read and never a float, so that an amount is what the file says. A date is a number under a date
//! format (part 1, §18.8.30), counted from 1900 or 1904.

use std::io::{BufReader, Read};
use std::sync::Arc;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::super::cells::{Cell, CellFault, CellRecord, CellTable};
use super::archive::{Archive, Entry};
use super::content::{Declared, Utf8Reader, invalid};
use super::xml::{Element, Piece, Pieces, XmlFault, resolved};
use super::{Document, Notes, broken, decimal};
use crate::model::Date;

/// Most cells of one sheet, empty ones between the first and the last of a row included.
pub const CELLS_MAX: u64 = 50_000_000;
/// Columns of a sheet (XFD).
pub const COLUMNS_MAX: usize = 16_384;
/// Rows of a sheet.
pub const ROWS_MAX: u64 = 1_048_576;
/// Empty cells in a row from which room for just them is taken.
const GAP_RESERVED_MIN: usize = 256;
/// Longest text of a cell, in bytes; the format allows 32,767 characters.
const CELL_BYTES_MAX: usize = 1 << 20;
/// Most bytes of shared strings that are held in memory.
const SHARED_BYTES_MAX: usize = 256 << 20;
/// Most shared strings, empty ones included.
const SHARED_MAX: usize = 50_000_000;
/// Deepest nesting of elements in a sheet.
const DEPTH_MAX: usize = 64;
/// Most elements of the small parts: the list of sheets, the styles.
const PART_NODES_MAX: usize = 1_000_000;

type Stream = BufReader<Box<dyn Read + Send>>;

/// Opens the workbook: the sheets that can be seen, each a table without a header of its own.
pub fn open(archive: &Archive) -> std::io::Result<Document> {
    let book = Book::read(archive)?;
    let notes = Notes::default();
    let mut tables = Vec::new();
    for sheet in &book.sheets {
        if sheet.is_hidden {
            notes.add(format!("the sheet \"{}\" is hidden and was not read; show it in the workbook to have it read", sheet.name));
            continue;
        }
        let Some(entry) = archive.find(&sheet.path) else {
            return Err(invalid(format!("the sheet \"{}\" is missing in the workbook; save it again", sheet.name)));
        };
        let Some(rows) = Rows::open(archive, entry, &book, &sheet.name, &notes)? else {
            notes.add(format!("\"{}\" is no worksheet and was not read", sheet.name));
            continue;
        };
        tables.push(CellTable { name: sheet.name.clone(), header_line: 0, columns: Vec::new(), records: Box::new(rows) });
    }
    Ok(Document { format: "xlsx", encoding: "UTF-8".into(), tables, notes })
}

fn stream(archive: &Archive, entry: &Entry) -> std::io::Result<Stream> {
    Ok(BufReader::with_capacity(1 << 16, archive.read(entry)?))
}

fn part(archive: &Archive, path: &str) -> std::io::Result<Option<Element>> {
    let Some(entry) = archive.find(path) else { return Ok(None) };
    let read = || -> Result<Element, XmlFault> {
        let mut pieces = Pieces::new(stream(archive, entry).map_err(|e| XmlFault { line: 0, message: e.to_string() })?)?;
        let root = pieces.root()?;
        pieces.tree(root, PART_NODES_MAX, |_| false)
    };
    read().map(Some).map_err(|fault| invalid(format!("{path}, line {}: {}", fault.line, fault.message)))
}

struct Sheet {
    name: String,
    path: String,
    is_hidden: bool,
}

/// What a number under a style is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Number,
    Date,
}

struct Book {
    sheets: Vec<Sheet>,
    is_1904: bool,
    formats: Arc<[Format]>,
    strings: Arc<SharedStrings>,
}

impl Book {
    fn read(archive: &Archive) -> std::io::Result<Book> {
        let office = relations(archive, "")?.into_iter().find(|r| r.kind == "officeDocument").map(|r| r.target);
        let path = office.unwrap_or_else(|| "xl/workbook.xml".into());
        let Some(workbook) = part(archive, &path)? else {
            return Err(invalid("a zip archive with parts of an office document but no workbook in it; is it a .docx?"));
        };
        if workbook.name() != "workbook" {
            return Err(invalid("an office document that is no workbook"));
        }
        let is_1904 = workbook.find("workbookPr").and_then(|p| p.tag.attribute("date1904")).is_some_and(is_true);
        let relations = relations(archive, &path)?;
        let mut sheets = Vec::new();
        for sheet in workbook.find("sheets").iter().flat_map(|s| s.all("sheet")) {
            let name = sheet.tag.attribute("name").unwrap_or_default().to_string();
            let id = sheet.tag.attribute("id").unwrap_or_default();
            let Some(relation) = relations.iter().find(|r| r.id == id) else {
                return Err(invalid(format!("the workbook does not say where the sheet \"{name}\" is; save it again")));
            };
            let is_hidden = sheet.tag.attribute("state").is_some_and(|s| s != "visible");
            sheets.push(Sheet { name, path: relation.target.clone(), is_hidden });
        }
        let target = |kind: &str, default: &str| relations.iter().find(|r| r.kind == kind).map_or(default.to_string(), |r| r.target.clone());
        let formats = match part(archive, &target("styles", "xl/styles.xml"))? {
            Some(styles) => formats(&styles),
            None => Vec::new(),
        };
        let strings = match archive.find(&target("sharedStrings", "xl/sharedStrings.xml")) {
            Some(entry) => SharedStrings::read(stream(archive, entry)?).map_err(|f| invalid(format!("shared strings, line {}: {}", f.line, f.message)))?,
            None => SharedStrings::default(),
        };
        Ok(Book { sheets, is_1904, formats: formats.into(), strings: Arc::new(strings) })
    }
}

pub(super) struct Relation {
    pub id: String,
    pub kind: String,
    pub target: String,
}

/// The relations of a part (`""` = of the package), targets as paths from the root of the archive.
pub(super) fn relations(archive: &Archive, of: &str) -> std::io::Result<Vec<Relation>> {
    let (folder, file) = of.rsplit_once('/').unwrap_or(("", of));
    let slash = if folder.is_empty() { "" } else { "/" };
    let Some(root) = part(archive, &format!("{folder}{slash}_rels/{file}.rels"))? else { return Ok(Vec::new()) };
    Ok(root
        .all("Relationship")
        .filter(|r| r.tag.attribute("TargetMode") != Some("External"))
        .map(|r| {
            let target = r.tag.attribute("Target").unwrap_or_default();
            let target = match target.strip_prefix('/') {
                Some(absolute) => absolute.to_string(),
                None => joined(folder, target),
            };
            let kind = r.tag.attribute("Type").unwrap_or_default().rsplit('/').next().unwrap_or_default().to_string();
            Relation { id: r.tag.attribute("Id").unwrap_or_default().to_string(), kind, target }
        })
        .collect())
}

fn joined(folder: &str, target: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn is_true(text: &str) -> bool {
    matches!(text, "1" | "true" | "on")
}

fn formats(styles: &Element) -> Vec<Format> {
    let custom: Vec<(u32, Format)> = styles
        .find("numFmts")
        .iter()
        .flat_map(|f| f.all("numFmt"))
        .filter_map(|f| Some((f.tag.attribute("numFmtId")?.parse().ok()?, format_of_code(f.tag.attribute("formatCode")?))))
        .collect();
    let of = |id: u32| custom.iter().find(|(i, _)| *i == id).map_or_else(|| format_of_id(id), |(_, f)| *f);
    let xfs = styles.find("cellXfs");
    xfs.iter().flat_map(|x| x.all("xf")).map(|xf| of(xf.tag.attribute("numFmtId").and_then(|i| i.parse().ok()).unwrap_or(0))).collect()
}

/// The built-in formats that show a day (ECMA-376 part 1, §18.8.30, with those of East Asian languages). 18–21 and 45–47 show
/// a time of day or a duration only.
pub fn format_of_id(id: u32) -> Format {
    match id {
        14..=17 | 22 | 27..=31 | 34..=36 | 50..=54 | 57 | 58 => Format::Date,
        _ => Format::Number,
    }
}

/// Whether a format code shows a day: it has `y` or `d` outside quotes, escapes and brackets, or `m` with neither `h` nor `s`.
pub fn format_of_code(code: &str) -> Format {
    let (mut has_day, mut has_month, mut has_time) = (false, false, false);
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                chars.by_ref().find(|c| *c == '"');
            }
            '\\' | '_' | '*' => {
                chars.next();
            }
            '[' => {
                // [h], [mm] and [ss] are durations; [Red], [$-41D] and conditions say nothing.
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                has_time |= !inside.is_empty() && inside.chars().all(|c| matches!(c.to_ascii_lowercase(), 'h' | 'm' | 's'));
            }
            // Positive numbers are shown by the first section, and a date is one.
            ';' => break,
            'y' | 'Y' | 'd' | 'D' => has_day = true,
            'm' | 'M' => has_month = true,
            'h' | 'H' | 's' | 'S' => has_time = true,
            // "General" and the era and weekday letters of other languages: only `y`, `d` and `m` make a day here.
            _ => {}
        }
        if code.eq_ignore_ascii_case("general") {
            return Format::Number;
        }
    }
    if has_day || has_month && !has_time { Format::Date } else { Format::Number }
}

/// The day of a serial number; `None` outside the calendar of the date system. The 1900 system counts a 29 February 1900 that
/// never was: serial 60 is no day.
pub fn day_of_serial(serial: &str, is_1904: bool) -> Option<Date> {
    let whole = serial.split('.').next().unwrap_or(serial);
    let days: i32 = whole.parse().ok()?;
    let base = if is_1904 {
        Date::from_ymd(1904, 1, 1)?
    } else if days >= 61 {
        Date::from_ymd(1899, 12, 30)?
    } else if (1..60).contains(&days) {
        Date::from_ymd(1899, 12, 31)?
    } else {
        return None;
    };
    let in_range = if is_1904 { (0..=2_957_003).contains(&days) } else { days <= 2_958_465 };
    in_range.then(|| base.plus_days(days))
}

/// A number of a workbook as a cell: a day under a date format, else the exact number.
pub fn number_cell(text: &str, format: Format, is_1904: bool) -> Cell {
    let Some(number) = decimal::spreadsheet(text) else { return Cell::Error(text.to_string()) };
    match format {
        Format::Date => day_of_serial(&number, is_1904).map_or(Cell::Number(number), |day| Cell::Date(day.to_string())),
        Format::Number => Cell::Number(number),
    }
}

/// All shared strings in one text, for a workbook has millions of short ones.
#[derive(Default)]
pub(super) struct SharedStrings {
    text: String,
    ends: Vec<u32>,
}

impl SharedStrings {
    fn read(source: Stream) -> Result<SharedStrings, XmlFault> {
        let mut strings = SharedStrings::default();
        let mut pieces = Pieces::new(source)?;
        pieces.root()?;
        loop {
            match pieces.piece()? {
                Piece::Start(tag) if tag.name == "si" => {
                    let start = strings.text.len();
                    // Text stands in <t> and in <r><t>; <rPh> holds how it is pronounced.
                    let mut open = 1usize;
                    let mut in_text = 0usize;
                    while open > 0 {
                        match pieces.piece()? {
                            Piece::Start(tag) if tag.name == "rPh" => pieces.skip()?,
                            Piece::Start(tag) => {
                                open += 1;
                                if tag.name == "t" {
                                    in_text = open;
                                }
                            }
                            Piece::End => {
                                if in_text == open {
                                    in_text = 0;
                                }
                                open -= 1;
                            }
                            Piece::Text(text) if in_text > 0 => strings.text.push_str(&text),
                            Piece::Text(_) => {}
                            Piece::Eof => return Err(XmlFault { line: pieces.line(), message: "the strings are cut".into() }),
                        }
                    }
                    if strings.text[start..].contains("_x") {
                        let plain = without_escapes(&strings.text[start..]);
                        strings.text.truncate(start);
                        strings.text.push_str(&plain);
                    }
                    strings.end().map_err(|message| XmlFault { line: pieces.line(), message })?;
                }
                Piece::Start(_) => pieces.skip()?,
                Piece::End | Piece::Text(_) => {}
                Piece::Eof => return Ok(strings),
            }
        }
    }

    /// Adds a text.
    pub fn push(&mut self, text: &str) -> Result<(), String> {
        self.text.push_str(text);
        self.end()
    }

    fn end(&mut self) -> Result<(), String> {
        if self.text.len() > SHARED_BYTES_MAX || self.ends.len() >= SHARED_MAX {
            return Err("the workbook has more than 256 MiB of different texts; split it".into());
        }
        self.ends.push(self.text.len() as u32);
        Ok(())
    }

    /// The text of that number.
    pub fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)? as usize;
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        Some(&self.text[start..end])
    }
}

/// Resolves `_xHHHH_`, which stands for a character that XML cannot hold; `_x005F_` is the underscore itself.
pub fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let code = rest.get(at + 2..at + 6).filter(|_| rest.as_bytes().get(at + 6) == Some(&b'_'));
        let character = code.filter(|c| c.bytes().all(|b| b.is_ascii_hexdigit())).and_then(|c| u32::from_str_radix(c, 16).ok()).and_then(char::from_u32);
        match character {
            Some(character) => {
                plain.push_str(&rest[..at]);
                plain.push(character);
                rest = &rest[at + 7..];
            }
            None => {
                plain.push_str(&rest[..at + 2]);
                rest = &rest[at + 2..];
            }
        }
    }
    plain.push_str(rest);
    plain
}

/// The zero-based column of a reference such as `AB12`, and the row from 1 when it states one.
fn place(reference: &str) -> Option<(usize, Option<u64>)> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic).count();
    if letters == 0 || letters > 3 {
        return None;
    }
    let column = reference[..letters].bytes().fold(0usize, |n, b| n * 26 + usize::from(b.to_ascii_uppercase() - b'A') + 1);
    let digits = &reference[letters..];
    let row = if digits.is_empty() { None } else { Some(digits.parse().ok().filter(|r| (1..=ROWS_MAX).contains(r))?) };
    (column <= COLUMNS_MAX).then_some((column - 1, row))
}

/// The letters of a zero-based column, as spreadsheets name it.
pub fn letters(column: usize) -> String {
    let mut name = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        name.push(b'A' + ((rest - 1) % 26) as u8);
        rest = (rest - 1) / 26;
    }
    name.iter().rev().map(|b| char::from(*b)).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Kind {
    #[default]
    Number,
    Shared,
    Inline,
    Text,
    Bool,
    Error,
    Day,
}

/// The cell being read.
#[derive(Default)]
struct Open {
    column: usize,
    kind: Kind,
    style: usize,
    has_formula: bool,
    text: String,
}

/// Where the text at hand belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Into {
    Nothing,
    Value,
    Inline,
}

/// The rows of one sheet, streamed. Rows without a value are passed over.
struct Rows {
    reader: Reader<Utf8Reader<Stream>>,
    buffer: Vec<u8>,
    name: String,
    is_1904: bool,
    formats: Arc<[Format]>,
    strings: Arc<SharedStrings>,
    notes: Notes,
    row: u64,
    next_column: usize,
    cells: Vec<Cell>,
    cell_count: u64,
    hidden_rows: u64,
    merged: u64,
    depth: usize,
    is_done: bool,
}

impl Rows {
    /// Reads up to the sheet's data; `None` when the part is no worksheet (a chart, a dialog).
    fn open(archive: &Archive, entry: &Entry, book: &Book, name: &str, notes: &Notes) -> std::io::Result<Option<Rows>> {
        let source = Utf8Reader::new(stream(archive, entry)?, Declared::Xml)?;
        let mut reader = Reader::from_reader(source);
        reader.config_mut().expand_empty_elements = true;
        let mut rows = Rows {
            reader,
            buffer: Vec::new(),
            name: name.to_string(),
            is_1904: book.is_1904,
            formats: book.formats.clone(),
            strings: book.strings.clone(),
            notes: notes.clone(),
            row: 0,
            next_column: 0,
            cells: Vec::new(),
            cell_count: 0,
            hidden_rows: 0,
            merged: 0,
            depth: 0,
            is_done: false,
        };
        loop {
            rows.buffer.clear();
            rows.reader.get_mut().allow(1 << 24);
            match rows.reader.read_event_into(&mut rows.buffer).map_err(|e| invalid(format!("the sheet \"{name}\": not well-formed XML: {e}")))? {
                Event::Start(e) => {
                    rows.depth = 1;
                    return Ok((e.local_name().as_ref() == "worksheet").then_some(rows));
                }
                Event::Eof => return Ok(None),
                Event::DocType(_) => return Err(invalid(format!("the sheet \"{name}\" has a DOCTYPE"))),
                _ => {}
            }
        }
    }

    fn next_row(&mut self) -> Result<Option<CellRecord>, String> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let mut cell: Option<Open> = None;
        let mut into = Into::Nothing;
        loop {
            buffer.clear();
            self.reader.get_mut().allow(1 << 24);
            let event = self.reader.read_event_into(&mut buffer).map_err(|e| format!("not well-formed XML: {e}"))?;
            match event {
                Event::Start(e) => {
                    self.depth += 1;
                    if self.depth > DEPTH_MAX {
                        return Err("elements are nested too deep".into());
                    }
                    match (e.local_name().as_ref(), &mut cell) {
                        ("row", None) => {
                            self.row = match attribute(&e, "r")? {
                                Some(r) => r.parse().ok().filter(|r| *r > self.row).ok_or("row numbers do not rise")?,
                                None => self.row + 1,
                            };
                            if self.row > ROWS_MAX {
                                return Err(format!("more than {ROWS_MAX} rows"));
                            }
                            self.next_column = 0;
                            self.cells.clear();
                            self.hidden_rows += u64::from(attribute(&e, "hidden")?.is_some_and(|h| is_true(&h)));
                        }
                        ("c", None) => cell = Some(self.opened(&e)?),
                        ("v", Some(c)) => {
                            c.text.clear();
                            into = Into::Value;
                        }
                        ("t", Some(c)) if c.kind == Kind::Inline => into = Into::Inline,
                        ("f", Some(c)) => c.has_formula = true,
                        ("rPh", Some(_)) => {
                            let end = e.to_end().into_owned();
                            self.reader.read_to_end_into(end.name(), &mut Vec::new()).map_err(|e| e.to_string())?;
                            self.depth -= 1;
                        }
                        ("mergeCell", None) => self.merged += 1,
                        _ => {}
                    }
                }
                Event::Text(text) if into != Into::Nothing => append(&mut cell, &text.into_inner())?,
                Event::CData(text) if into != Into::Nothing => append(&mut cell, &text.into_inner())?,
                Event::GeneralRef(reference) if into != Into::Nothing => {
                    append(&mut cell, &resolved(&reference.into_inner()).ok_or("an unknown entity")?)?;
                }
                Event::End(e) => {
                    self.depth = self.depth.saturating_sub(1);
                    match e.local_name().as_ref() {
                        "v" | "t" => into = Into::Nothing,
                        "c" => {
                            if let Some(open) = cell.take() {
                                self.close(open)?;
                            }
                        }
                        "row" if self.cells.iter().any(|c| *c != Cell::Empty) => {
                            self.buffer = buffer;
                            return Ok(Some(CellRecord { line: self.row, cells: std::mem::take(&mut self.cells) }));
                        }
                        _ => {}
                    }
                }
                Event::DocType(_) => return Err("a DOCTYPE".into()),
                Event::Eof if self.depth > 0 => return Err("the sheet is cut".into()),
                Event::Eof => return Ok(None),
                _ => {}
            }
        }
    }

    fn opened(&mut self, e: &BytesStart<'_>) -> Result<Open, String> {
        let mut open = Open { column: self.next_column, ..Open::default() };
        for (count, attribute) in e.attributes().with_checks(false).enumerate() {
            let attribute = attribute.map_err(|e| e.to_string())?;
            if count > 32 {
                return Err("a cell with too many attributes".into());
            }
            let value = attribute.value.as_ref();
            match attribute.key.as_ref() {
                "r" => {
                    let (column, row) = place(value).ok_or_else(|| format!("a cell at \"{}\", which is no place on a sheet", value.escape_debug()))?;
                    if row.is_some_and(|r| r != self.row) {
                        return Err(format!("a cell of row {} inside row {}", row.unwrap_or(0), self.row));
                    }
                    open.column = column;
                }
                "s" => open.style = value.parse().unwrap_or(0),
                "t" => {
                    open.kind = match value {
                        "s" => Kind::Shared,
                        "inlineStr" => Kind::Inline,
                        "str" => Kind::Text,
                        "b" => Kind::Bool,
                        "e" => Kind::Error,
                        "d" => Kind::Day,
                        _ => Kind::Number,
                    }
                }
                _ => {}
            }
        }
        if open.column >= COLUMNS_MAX {
            return Err(format!("more than {COLUMNS_MAX} columns"));
        }
        Ok(open)
    }

    fn close(&mut self, open: Open) -> Result<(), String> {
        self.next_column = open.column + 1;
        let text = open.text;
        let cell = match open.kind {
            // A formula that was never computed says nothing: an empty amount would be a silent loss.
            _ if open.has_formula && text.is_empty() && open.kind != Kind::Text => Cell::Error("formula without a value".into()),
            Kind::Error => Cell::Error(text),
            _ if text.is_empty() => return Ok(()),
            Kind::Shared => match text.trim().parse().ok().and_then(|i| self.strings.get(i)) {
                Some("") => return Ok(()),
                Some(shared) => Cell::Text(shared.to_string()),
                None => return Err(format!("text number {} is not among the shared texts", text.escape_debug())),
            },
            Kind::Inline | Kind::Text => Cell::Text(if text.contains("_x") { without_escapes(&text) } else { text }),
            Kind::Bool => Cell::Text(if is_true(text.trim()) { "TRUE" } else { "FALSE" }.into()),
            Kind::Day => match text.get(..10).and_then(Date::parse_iso) {
                Some(day) => Cell::Date(day.to_string()),
                None => Cell::Text(text),
            },
            Kind::Number => number_cell(text.trim(), self.formats.get(open.style).copied().unwrap_or(Format::Number), self.is_1904),
        };
        if open.column < self.cells.len() {
            if self.cells[open.column] != Cell::Empty {
                return Err(format!("the cell {}{} stands twice", letters(open.column), self.row));
            }
            self.cells[open.column] = cell;
            return Ok(());
        }
        self.cell_count += (open.column + 1 - self.cells.len()) as u64;
        if self.cell_count > CELLS_MAX {
            return Err(format!("more than {CELLS_MAX} cells; split the workbook"));
        }
        // A gap is filled at once; the room that a vector takes ahead would double a row as wide as the sheet may be.
        let gap = open.column - self.cells.len();
        if gap > GAP_RESERVED_MIN {
            self.cells.reserve_exact(gap + 1);
        }
        self.cells.resize(open.column, Cell::Empty);
        self.cells.push(cell);
        Ok(())
    }
}

impl Iterator for Rows {
    type Item = Result<CellRecord, CellFault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        match self.next_row() {
            Ok(Some(record)) => Some(Ok(record)),
            Ok(None) => {
                self.is_done = true;
                self.notes.sheet(&self.name, self.hidden_rows, self.merged);
                None
            }
            Err(reason) => {
                self.is_done = true;
                Some(Err(broken(self.row.max(1), format!("sheet \"{}\": {reason}", self.name))))
            }
        }
    }
}

fn attribute(e: &BytesStart<'_>, name: &str) -> Result<Option<String>, String> {
    for (count, attribute) in e.attributes().with_checks(false).enumerate() {
        let attribute = attribute.map_err(|e| e.to_string())?;
        if count > 64 {
            return Err("an element with too many attributes".into());
        }
        if attribute.key.as_ref() == name {
            return Ok(Some(attribute.value.into_owned()));
        }
    }
    Ok(None)
}

fn append(cell: &mut Option<Open>, text: &str) -> Result<(), String> {
    let Some(cell) = cell else { return Ok(()) };
    if cell.text.len() + text.len() > CELL_BYTES_MAX {
        return Err("a cell with more than one megabyte of text".into());
    }
    cell.text.push_str(text);
    Ok(())
}
