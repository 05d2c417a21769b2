//! XLSB ([MS-XLSB]): the parts of an XLSX as binary records. Every field is read through a checked slice.

use std::io::{BufReader, Read};
use std::sync::Arc;

use super::super::cells::{Cell, CellFault, CellRecord, CellTable};
use super::archive::Archive;
use super::content::invalid;
use super::xlsx::{CELLS_MAX, COLUMNS_MAX, Format, ROWS_MAX, Relation, SharedStrings, format_of_code, format_of_id, number_cell, relations};
use super::{Document, Notes, broken, decimal};

/// Longest record; a cell's text has at most 32,767 characters.
const RECORD_BYTES_MAX: usize = 16 << 20;

/// Opens the workbook: each visible sheet a table without a header of its own.
pub fn open(archive: &Archive) -> std::io::Result<Document> {
    let book = Book::read(archive).map_err(invalid)?;
    let notes = Notes::default();
    let mut tables = Vec::new();
    for sheet in &book.sheets {
        if sheet.is_hidden {
            notes.add(format!("the sheet \"{}\" is hidden and was not read; show it in the workbook to have it read", sheet.name));
            continue;
        }
        if !sheet.path.contains("worksheets/") {
            notes.add(format!("\"{}\" is no worksheet and was not read", sheet.name));
            continue;
        }
        let Some(entry) = archive.find(&sheet.path) else {
            return Err(invalid(format!("the sheet \"{}\" is missing in the workbook; save it again", sheet.name)));
        };
        let rows = Rows {
            records: Records::new(archive.read(entry)?),
            name: sheet.name.clone(),
            is_1904: book.is_1904,
            formats: book.formats.clone(),
            strings: book.strings.clone(),
            notes: notes.clone(),
            row: 0,
            cells: Vec::new(),
            cell_count: 0,
            hidden_rows: 0,
            merged: 0,
            is_done: false,
        };
        tables.push(CellTable { name: sheet.name.clone(), header_line: 0, columns: Vec::new(), records: Box::new(rows) });
    }
    Ok(Document { format: "xlsb", encoding: "UTF-16LE".into(), tables, notes })
}

/// The records of a part: type, length, bytes.
struct Records {
    source: BufReader<Box<dyn Read + Send>>,
    bytes: Vec<u8>,
}

impl Records {
    fn new(source: Box<dyn Read + Send>) -> Records {
        Records { source: BufReader::with_capacity(1 << 16, source), bytes: Vec::new() }
    }

    fn byte(&mut self) -> Result<Option<u8>, String> {
        let mut byte = [0];
        match self.source.read(&mut byte) {
            Ok(0) => Ok(None),
            Ok(_) => Ok(Some(byte[0])),
            Err(e) => Err(e.to_string()),
        }
    }

    /// The type of the next record, its bytes in `self.bytes`; `None` at the end of the part.
    fn next(&mut self) -> Result<Option<u16>, String> {
        let Some(first) = self.byte()? else { return Ok(None) };
        let mut kind = u16::from(first & 0x7f);
        if first & 0x80 != 0 {
            kind |= u16::from(self.byte()?.ok_or("a record is cut")? & 0x7f) << 7;
        }
        let mut length = 0usize;
        for shift in 0..4 {
            let byte = self.byte()?.ok_or("a record is cut")?;
            length |= usize::from(byte & 0x7f) << (7 * shift);
            if byte & 0x80 == 0 {
                break;
            }
        }
        if length > RECORD_BYTES_MAX {
            return Err("a record is longer than 16 MiB".into());
        }
        self.bytes.clear();
        (&mut self.source).take(length as u64).read_to_end(&mut self.bytes).map_err(|e| e.to_string())?;
        if self.bytes.len() < length { Err("a record is cut".into()) } else { Ok(Some(kind)) }
    }
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Result<u16, String> {
    Ok(u16::from_le_bytes(bytes.get(at..at + 2).ok_or("a record is too short")?.try_into().expect("two bytes")))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Result<u32, String> {
    Ok(u32::from_le_bytes(bytes.get(at..at + 4).ok_or("a record is too short")?.try_into().expect("four bytes")))
}

pub(super) fn f64_at(bytes: &[u8], at: usize) -> Result<f64, String> {
    Ok(f64::from_le_bytes(bytes.get(at..at + 8).ok_or("a record is too short")?.try_into().expect("eight bytes")))
}

/// The text of UTF-16 code units, strictly.
pub(super) fn utf16(bytes: &[u8]) -> Result<String, String> {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]])).collect();
    String::from_utf16(&units).map_err(|_| "a text is not UTF-16".to_string())
}

/// A text with its length before it, and the place after it.
fn wide(bytes: &[u8], at: usize) -> Result<(String, usize), String> {
    let length = u32_at(bytes, at)? as usize;
    let end = length.checked_mul(2).and_then(|l| l.checked_add(at + 4)).ok_or("a text is too long")?;
    Ok((utf16(bytes.get(at + 4..end).ok_or("a text is cut")?)?, end))
}

/// The number of an RK value: 30 bits of a double or of an integer, perhaps in hundredths. As exact text.
pub(super) fn rk(value: u32) -> Option<String> {
    let is_hundredths = value & 1 != 0;
    let text = if value & 2 != 0 {
        let whole = i64::from((value as i32) >> 2);
        return decimal::exact(&if is_hundredths { format!("{whole}e-2") } else { whole.to_string() })
            .map(|t| t.strip_suffix(".00").map_or(t.clone(), str::to_string));
    } else {
        decimal::from_f64(f64::from_bits(u64::from(value & !3) << 32))?
    };
    if is_hundredths { decimal::spreadsheet(&format!("{text}e-2")) } else { Some(text) }
}

/// The name of an error code, as spreadsheets show it.
pub(super) fn error_name(code: u8) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0f => "#VALUE!",
        0x17 => "#REF!",
        0x1d => "#NAME?",
        0x24 => "#NUM!",
        0x2a => "#N/A",
        _ => "#ERROR",
    }
}

struct Sheet {
    name: String,
    path: String,
    is_hidden: bool,
}

struct Book {
    sheets: Vec<Sheet>,
    is_1904: bool,
    formats: Arc<[Format]>,
    strings: Arc<SharedStrings>,
}

impl Book {
    fn read(archive: &Archive) -> Result<Book, String> {
        let part = |path: &str| archive.find(path).map(|e| archive.read(e).map(Records::new)).transpose().map_err(|e| e.to_string());
        let relations = relations(archive, "xl/workbook.bin").map_err(|e| e.to_string())?;
        let mut sheets = Vec::new();
        let mut is_1904 = false;
        let mut records = part("xl/workbook.bin")?.ok_or("no workbook in the archive")?;
        while let Some(kind) = records.next()? {
            match kind {
                0x99 => is_1904 = u32_at(&records.bytes, 0)? & 1 != 0,
                0x9c => {
                    let state = u32_at(&records.bytes, 0)?;
                    let (id, at) = if u32_at(&records.bytes, 8)? == u32::MAX { (String::new(), 12) } else { wide(&records.bytes, 8)? };
                    let (name, _) = wide(&records.bytes, at)?;
                    let path = relations.iter().find(|r| r.id == id).map(|r: &Relation| r.target.clone());
                    sheets.push(Sheet { path: path.ok_or_else(|| format!("the sheet \"{name}\" has no place in the archive"))?, name, is_hidden: state != 0 });
                }
                _ => {}
            }
        }
        let mut custom: Vec<(u32, Format)> = Vec::new();
        let mut formats = Vec::new();
        if let Some(mut records) = part("xl/styles.bin")? {
            let mut in_cells = false;
            while let Some(kind) = records.next()? {
                match kind {
                    0x2c => custom.push((u16_at(&records.bytes, 0)?.into(), format_of_code(&wide(&records.bytes, 2)?.0))),
                    0x269 => in_cells = true,
                    0x26a => in_cells = false,
                    0x2f if in_cells => {
                        let id = u32::from(u16_at(&records.bytes, 2)?);
                        formats.push(custom.iter().find(|(i, _)| *i == id).map_or_else(|| format_of_id(id), |(_, f)| *f));
                    }
                    _ => {}
                }
            }
        }
        let mut strings = SharedStrings::default();
        if let Some(mut records) = part("xl/sharedStrings.bin")? {
            while let Some(kind) = records.next()? {
                if kind == 0x13 {
                    strings.push(&wide(&records.bytes, 1)?.0)?;
                }
            }
        }
        Ok(Book { sheets, is_1904, formats: formats.into(), strings: Arc::new(strings) })
    }
}

struct Rows {
    records: Records,
    name: String,
    is_1904: bool,
    formats: Arc<[Format]>,
    strings: Arc<SharedStrings>,
    notes: Notes,
    /// Row at hand, from 1; 0 before the first.
    row: u64,
    cells: Vec<Cell>,
    cell_count: u64,
    hidden_rows: u64,
    merged: u64,
    is_done: bool,
}

impl Rows {
    fn next_row(&mut self) -> Result<Option<CellRecord>, String> {
        while let Some(kind) = self.records.next()? {
            match kind {
                0x00 => {
                    let row = u64::from(u32_at(&self.records.bytes, 0)?) + 1;
                    if row > ROWS_MAX || row <= self.row {
                        return Err("row numbers do not rise".into());
                    }
                    self.hidden_rows += u64::from(self.records.bytes.get(11).is_some_and(|b| b & 0x10 != 0));
                    let done = self.taken();
                    self.row = row;
                    if done.is_some() {
                        return Ok(done);
                    }
                }
                0x02..=0x0b | 0x3e => self.cell(kind)?,
                0xb0 => self.merged += 1,
                0x92 => {
                    if let Some(done) = self.taken() {
                        return Ok(Some(done));
                    }
                }
                _ => {}
            }
        }
        Ok(self.taken())
    }

    fn taken(&mut self) -> Option<CellRecord> {
        (!self.cells.is_empty()).then(|| CellRecord { line: self.row, cells: std::mem::take(&mut self.cells) })
    }

    fn cell(&mut self, kind: u16) -> Result<(), String> {
        let bytes = &self.records.bytes;
        let column = u32_at(bytes, 0)? as usize;
        if column >= COLUMNS_MAX || self.row == 0 {
            return Err("a cell outside the sheet".into());
        }
        let style = (u32_at(bytes, 4)? & 0x00ff_ffff) as usize;
        let format = self.formats.get(style).copied().unwrap_or(Format::Number);
        let number = |text: Option<String>| match text {
            Some(text) => number_cell(&text, format, self.is_1904),
            None => Cell::Error("a number without a value".into()),
        };
        let one = |at: usize| bytes.get(at).copied().ok_or_else(|| "a record is too short".to_string());
        let cell = match kind {
            0x02 => number(rk(u32_at(bytes, 8)?)),
            0x03 | 0x0b => Cell::Error(error_name(one(8)?).into()),
            0x04 | 0x0a => Cell::Text(if one(8)? != 0 { "TRUE" } else { "FALSE" }.into()),
            0x05 | 0x09 => number(decimal::from_f64(f64_at(bytes, 8)?)),
            0x06 | 0x08 => Cell::Text(wide(bytes, 8)?.0),
            0x3e => Cell::Text(wide(bytes, 9)?.0),
            _ => Cell::Text(self.strings.get(u32_at(bytes, 8)? as usize).ok_or("a text is not among the shared texts")?.to_string()),
        };
        if cell == Cell::Text(String::new()) {
            return Ok(());
        }
        if column < self.cells.len() {
            return Err("a cell stands twice".into());
        }
        self.cell_count += (column + 1 - self.cells.len()) as u64;
        if self.cell_count > CELLS_MAX {
            return Err(format!("more than {CELLS_MAX} cells; split the workbook"));
        }
        self.cells.resize(column, Cell::Empty);
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
