//! XLS: BIFF5 and BIFF8 records ([MS-XLS]) in a compound file ([MS-CFB]). The format holds at most 65,536 rows of 256 columns,
//! so the file is held in memory; cells are found through an index of 12 bytes each, never through a grid of the size that
//! the file states.

use std::io::Read;
use std::sync::Arc;

use encoding_rs::{DecoderResult, Encoding};

use super::super::cells::{Cell, CellFault, CellRecord, CellTable};
use super::content::{Content, invalid};
use super::xlsb::{error_name, f64_at, rk, u16_at, u32_at, utf16};
use super::xlsx::{Format, SharedStrings, format_of_code, format_of_id, number_cell};
use super::{Document, Notes, decimal};

/// Largest file read, in bytes.
const FILE_BYTES_MAX: u64 = 512 << 20;
const COLUMNS_MAX: u16 = 256;

/// Opens the workbook: each visible sheet a table without a header of its own.
pub fn open(content: &Content) -> std::io::Result<Document> {
    let mut file = Vec::new();
    content.open()?.take(FILE_BYTES_MAX + 1).read_to_end(&mut file)?;
    if file.len() as u64 > FILE_BYTES_MAX {
        return Err(invalid("an XLS file of more than 512 MiB; save it as XLSX"));
    }
    read(&file).map_err(invalid)
}

fn read(file: &[u8]) -> Result<Document, String> {
    let compound = Compound::read(file)?;
    if compound.find("EncryptedPackage").is_some() {
        return Err("the workbook is protected by a password; save it without one".into());
    }
    let stream = match (compound.find("Workbook"), compound.find("Book")) {
        (Some(at), _) | (None, Some(at)) => compound.stream(at)?,
        (None, None) => return Err("an OLE file without a workbook in it; is it a .doc or .msg?".into()),
    };
    let book = Book::read(stream)?;
    let notes = Notes::default();
    let mut tables = Vec::new();
    for sheet in &book.sheets {
        if sheet.is_hidden {
            notes.add(format!("the sheet \"{}\" is hidden and was not read; show it in the workbook to have it read", sheet.name));
            continue;
        }
        if !sheet.is_worksheet {
            notes.add(format!("\"{}\" is no worksheet and was not read", sheet.name));
            continue;
        }
        let index = Index::read(&book.stream, sheet.start, &book.sheets).map_err(|e| format!("sheet \"{}\": {e}", sheet.name))?;
        notes.sheet(&sheet.name, index.hidden_rows, index.merged);
        let rows = Rows { book: book.shared.clone(), stream: book.stream.clone(), places: index.places, at: 0 };
        tables.push(CellTable { name: sheet.name.clone(), header_line: 0, columns: Vec::new(), records: Box::new(rows) });
    }
    Ok(Document { format: "xls", encoding: book.shared.encoding.name().into(), tables, notes })
}

/// A file system in a file: sectors in chains.
struct Compound<'a> {
    file: &'a [u8],
    sector_bytes: usize,
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    mini_stream: Vec<u8>,
    mini_cutoff: u64,
    entries: Vec<(String, u32, u64)>,
}

impl<'a> Compound<'a> {
    fn read(file: &'a [u8]) -> Result<Compound<'a>, String> {
        let short = |_| "the file is cut".to_string();
        let shift = u16_at(file, 30).map_err(short)?;
        if shift != 9 && shift != 12 {
            return Err("the file's sectors have an unknown size".into());
        }
        let mut compound =
            Compound { file, sector_bytes: 1 << shift, fat: Vec::new(), mini_fat: Vec::new(), mini_stream: Vec::new(), mini_cutoff: 4096, entries: Vec::new() };
        let sectors = file.len() / compound.sector_bytes + 1;
        // The places of the allocation table's own sectors: 109 in the header, the rest in a chain.
        let mut places = Vec::new();
        for i in 0..109 {
            places.push(u32_at(file, 76 + 4 * i).map_err(short)?);
        }
        let mut next = u32_at(file, 68).map_err(short)?;
        for _ in 0..sectors {
            let Some(sector) = compound.sector(next) else { break };
            let ids: Vec<u32> = sector.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
            let Some((last, ids)) = ids.split_last() else { break };
            places.extend_from_slice(ids);
            next = *last;
        }
        for place in places.into_iter().filter(|p| *p < 0xffff_fffa) {
            let Some(sector) = compound.sector(place) else { continue };
            let ids: Vec<u32> = sector.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
            compound.fat.extend(ids);
            if compound.fat.len() > 2 * sectors + 4096 {
                return Err("the file's allocation table is larger than the file".into());
            }
        }
        let directory = compound.chain(u32_at(file, 48).map_err(short)?)?;
        for entry in directory.chunks_exact(128) {
            let length = usize::from(u16_at(entry, 64)?).saturating_sub(2).min(62);
            let name = utf16(&entry[..length & !1]).unwrap_or_default();
            compound.entries.push((name, u32_at(entry, 116)?, u64::from(u32_at(entry, 120)?)));
        }
        compound.mini_cutoff = u64::from(u32_at(file, 56).map_err(short)?);
        compound.mini_fat = compound
            .chain(u32_at(file, 60).map_err(short)?)
            .unwrap_or_default()
            .chunks_exact(4)
            .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect();
        if let Some((_, start, _)) = compound.entries.first().cloned() {
            compound.mini_stream = compound.chain(start).unwrap_or_default();
        }
        Ok(compound)
    }

    /// One sector; the last one of a file may be cut.
    fn sector(&self, id: u32) -> Option<&'a [u8]> {
        let start = (id as usize).checked_add(1)?.checked_mul(self.sector_bytes)?;
        let end = (start + self.sector_bytes).min(self.file.len());
        (start < end).then(|| &self.file[start..end])
    }

    fn chain(&self, start: u32) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let mut next = start;
        while next < 0xffff_fffa {
            bytes.extend_from_slice(self.sector(next).ok_or("the file is cut")?);
            // A chain that is longer than the file goes in a circle.
            if bytes.len() > self.file.len() + self.sector_bytes {
                return Err("the file's sectors go in a circle".into());
            }
            next = *self.fat.get(next as usize).ok_or("the file's allocation table is cut")?;
        }
        Ok(bytes)
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.entries.iter().position(|(n, _, _)| n.eq_ignore_ascii_case(name))
    }

    fn stream(&self, at: usize) -> Result<Vec<u8>, String> {
        let (_, start, length) = &self.entries[at];
        let mut bytes = if *length >= self.mini_cutoff {
            self.chain(*start)?
        } else {
            let mut bytes = Vec::new();
            let mut next = *start;
            while next < 0xffff_fffa && (bytes.len() as u64) < *length {
                let at = (next as usize) * 64;
                bytes.extend_from_slice(self.mini_stream.get(at..(at + 64).min(self.mini_stream.len())).ok_or("the file is cut")?);
                next = *self.mini_fat.get(next as usize).ok_or("the file's small allocation table is cut")?;
            }
            bytes
        };
        if (bytes.len() as u64) < *length {
            return Err("the file is cut".into());
        }
        bytes.truncate(usize::try_from(*length).unwrap_or(usize::MAX));
        Ok(bytes)
    }
}

/// The record at a place: its type, its bytes and the place after it.
fn record(stream: &[u8], at: usize) -> Option<(u16, &[u8], usize)> {
    let kind = u16_at(stream, at).ok()?;
    let end = at + 4 + usize::from(u16_at(stream, at + 2).ok()?);
    Some((kind, stream.get(at + 4..end)?, end))
}

/// A record and the CONTINUE records after it, as one text of several pieces.
struct Pieces<'a> {
    pieces: Vec<&'a [u8]>,
    piece: usize,
    at: usize,
}

impl<'a> Pieces<'a> {
    fn new(stream: &'a [u8], at: usize) -> Option<Pieces<'a>> {
        let (_, first, mut next) = record(stream, at)?;
        let mut pieces = vec![first];
        while let Some((0x3c, more, after)) = record(stream, next) {
            pieces.push(more);
            next = after;
        }
        Some(Pieces { pieces, piece: 0, at: 0 })
    }

    fn bytes(&mut self, mut count: usize) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        while count > 0 {
            let piece = self.pieces.get(self.piece).ok_or("the texts are cut")?;
            let take = count.min(piece.len() - self.at);
            bytes.extend_from_slice(&piece[self.at..self.at + take]);
            self.at += take;
            count -= take;
            if self.at == piece.len() {
                self.piece += 1;
                self.at = 0;
            }
        }
        Ok(bytes)
    }

    fn skip(&mut self, mut count: usize) -> Result<(), String> {
        while count > 0 {
            let piece = self.pieces.get(self.piece).ok_or("the texts are cut")?;
            let take = count.min(piece.len() - self.at);
            self.at += take;
            count -= take;
            if self.at == piece.len() {
                self.piece += 1;
                self.at = 0;
            }
        }
        Ok(())
    }

    /// `count` characters. Where they go on in the next record, that record begins with a byte that states their width anew.
    fn characters(&mut self, count: usize, mut is_wide: bool) -> Result<String, String> {
        let mut units: Vec<u16> = Vec::new();
        while units.len() < count {
            let piece = *self.pieces.get(self.piece).ok_or("the texts are cut")?;
            let width = if is_wide { 2 } else { 1 };
            let take = ((piece.len() - self.at) / width).min(count - units.len());
            let bytes = &piece[self.at..self.at + take * width];
            if is_wide {
                units.extend(bytes.chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]])));
            } else {
                units.extend(bytes.iter().map(|b| u16::from(*b)));
            }
            self.at += take * width;
            if units.len() < count {
                self.piece += 1;
                is_wide = self.pieces.get(self.piece).and_then(|p| p.first()).ok_or("the texts are cut")? & 1 != 0;
                self.at = 1;
            } else if self.at == piece.len() {
                self.piece += 1;
                self.at = 0;
            }
        }
        String::from_utf16(&units).map_err(|_| "a text is not UTF-16".into())
    }

    /// A text with the flags and the extras of the shared strings.
    fn rich_text(&mut self) -> Result<String, String> {
        let head = self.bytes(3)?;
        let count = usize::from(u16_at(&head, 0)?);
        let flags = head[2];
        let runs = if flags & 8 != 0 { usize::from(u16_at(&self.bytes(2)?, 0)?) } else { 0 };
        let extra = if flags & 4 != 0 { u32_at(&self.bytes(4)?, 0)? as usize } else { 0 };
        let text = self.characters(count, flags & 1 != 0)?;
        self.skip(4 * runs)?;
        self.skip(extra)?;
        Ok(text)
    }
}

struct Sheet {
    name: String,
    start: usize,
    is_hidden: bool,
    is_worksheet: bool,
}

/// What the cells of all sheets need.
struct Shared {
    is_biff8: bool,
    is_1904: bool,
    encoding: &'static Encoding,
    formats: Vec<Format>,
    strings: SharedStrings,
}

struct Book {
    stream: Arc<[u8]>,
    sheets: Vec<Sheet>,
    shared: Arc<Shared>,
}

impl Book {
    fn read(stream: Vec<u8>) -> Result<Book, String> {
        let mut shared = Shared { is_biff8: true, is_1904: false, encoding: encoding_rs::WINDOWS_1252, formats: Vec::new(), strings: SharedStrings::default() };
        let mut custom: Vec<(u32, Format)> = Vec::new();
        let mut format_ids = Vec::new();
        let mut sheets = Vec::new();
        let mut at = 0;
        while let Some((kind, bytes, next)) = record(&stream, at) {
            match kind {
                0x0809 if at == 0 => {
                    shared.is_biff8 = match u16_at(bytes, 0)? {
                        0x0600 => true,
                        0x0500 => false,
                        version => return Err(format!("a workbook of version {version:#x}, older than Excel 5; save it again")),
                    }
                }
                _ if at == 0 => return Err("the workbook does not begin as one".into()),
                0x002f => return Err("the workbook is protected by a password; save it without one".into()),
                0x0042 => shared.encoding = code_page(u16_at(bytes, 0)?),
                0x0022 => shared.is_1904 = u16_at(bytes, 0)? == 1,
                0x041e => {
                    let code = if shared.is_biff8 {
                        Pieces { pieces: vec![bytes], piece: 0, at: 2 }.rich_text().unwrap_or_default()
                    } else {
                        narrow(bytes, 3, usize::from(*bytes.get(2).unwrap_or(&0)), shared.encoding).unwrap_or_default()
                    };
                    custom.push((u16_at(bytes, 0)?.into(), format_of_code(&code)));
                }
                0x00e0 => format_ids.push(u32::from(u16_at(bytes, 2)?)),
                0x0085 => {
                    let length = usize::from(*bytes.get(6).ok_or("a record is too short")?);
                    let name = if shared.is_biff8 {
                        let is_wide = bytes.get(7).ok_or("a record is too short")? & 1 != 0;
                        Pieces { pieces: vec![bytes], piece: 0, at: 8 }.characters(length, is_wide)?
                    } else {
                        narrow(bytes, 7, length, shared.encoding)?
                    };
                    let name = name.replace('\0', "");
                    sheets.push(Sheet { name, start: u32_at(bytes, 0)? as usize, is_hidden: bytes[4] & 3 != 0, is_worksheet: bytes[5] == 0 });
                }
                0x00fc => {
                    let mut texts = Pieces::new(&stream, at).ok_or("the texts are cut")?;
                    let count = u32_at(&texts.bytes(8)?, 4)?;
                    for _ in 0..count {
                        // Some programs state more texts than there are.
                        if texts.piece >= texts.pieces.len() {
                            break;
                        }
                        shared.strings.push(&texts.rich_text()?)?;
                    }
                }
                0x000a => break,
                _ => {}
            }
            at = next;
        }
        shared.formats = format_ids.iter().map(|id| custom.iter().find(|(i, _)| i == id).map_or_else(|| format_of_id(*id), |(_, f)| *f)).collect();
        if sheets.is_empty() {
            return Err("the workbook has no sheets, or it is cut".into());
        }
        Ok(Book { stream: stream.into(), sheets, shared: Arc::new(shared) })
    }
}

fn code_page(number: u16) -> &'static Encoding {
    match number {
        1200 => encoding_rs::UTF_16LE,
        10000 | 0x8000 => encoding_rs::MACINTOSH,
        932 => encoding_rs::SHIFT_JIS,
        936 => encoding_rs::GBK,
        949 => encoding_rs::EUC_KR,
        950 => encoding_rs::BIG5,
        874 | 1250..=1258 => Encoding::for_label(format!("windows-{number}").as_bytes()).unwrap_or(encoding_rs::WINDOWS_1252),
        65001 => encoding_rs::UTF_8,
        _ => encoding_rs::WINDOWS_1252,
    }
}

/// A text of single bytes in the workbook's code page.
fn narrow(bytes: &[u8], at: usize, length: usize, encoding: &'static Encoding) -> Result<String, String> {
    let bytes = bytes.get(at..at + length).ok_or("a text is cut")?;
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(decoder.max_utf8_buffer_length_without_replacement(length).ok_or("a text is too long")?);
    match decoder.decode_to_string_without_replacement(bytes, &mut text, true).0 {
        DecoderResult::InputEmpty => Ok(text),
        _ => Err(format!("a text is not {}", encoding.name())),
    }
}

/// Where one cell is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    row: u16,
    column: u16,
    /// Place of its record in the stream.
    at: u32,
}

/// The cells of a sheet in order of row and column: programs write them in any order.
struct Index {
    places: Vec<Place>,
    hidden_rows: u64,
    merged: u64,
}

impl Index {
    fn read(stream: &[u8], start: usize, sheets: &[Sheet]) -> Result<Index, String> {
        let mut index = Index { places: Vec::new(), hidden_rows: 0, merged: 0 };
        let mut at = start;
        let mut open = 0usize;
        loop {
            // Another sheet's start inside this one: some programs leave out the end of a sheet.
            if at != start && open == 1 && sheets.iter().any(|s| s.start == at) {
                break;
            }
            let Some((kind, bytes, next)) = record(stream, at) else { return Err("the sheet is cut".into()) };
            match kind {
                0x0809 => open += 1,
                0x000a => {
                    open = open.saturating_sub(1);
                    if open == 0 {
                        break;
                    }
                }
                // Charts on the sheet are substreams of their own.
                _ if open != 1 => {}
                0x0203 | 0x027e | 0x00fd | 0x0204 | 0x00d6 | 0x0205 | 0x0006 | 0x00bd => {
                    let place = Place { row: u16_at(bytes, 0)?, column: u16_at(bytes, 2)?, at: u32::try_from(at).map_err(|_| "the workbook is too large")? };
                    if place.column >= COLUMNS_MAX {
                        return Err("a cell outside the sheet".into());
                    }
                    index.places.push(place);
                }
                0x0208 => index.hidden_rows += u64::from(u16_at(bytes, 12).is_ok_and(|flags| flags & 0x20 != 0)),
                0x00e5 => index.merged += u64::from(u16_at(bytes, 0)?),
                _ => {}
            }
            at = next;
        }
        // A cell that stands twice keeps the later value, as spreadsheet programs do.
        index.places.sort_unstable();
        Ok(index)
    }
}

struct Rows {
    book: Arc<Shared>,
    stream: Arc<[u8]>,
    places: Vec<Place>,
    at: usize,
}

impl Rows {
    fn put(&self, place: Place, cells: &mut Vec<Cell>) -> Result<(), String> {
        let (kind, bytes, next) = record(&self.stream, place.at as usize).ok_or("the sheet is cut")?;
        let mut set = |column: usize, cell: Cell| {
            if cell == Cell::Text(String::new()) || column >= usize::from(COLUMNS_MAX) {
                return;
            }
            if cells.len() <= column {
                cells.resize(column + 1, Cell::Empty);
            }
            cells[column] = cell;
        };
        let number = |text: Option<String>, style: u16| match text {
            Some(text) => number_cell(&text, self.book.formats.get(usize::from(style)).copied().unwrap_or(Format::Number), self.book.is_1904),
            None => Cell::Error("a number without a value".into()),
        };
        let column = usize::from(place.column);
        let style = u16_at(bytes, 4)?;
        match kind {
            0x0203 => set(column, number(decimal::from_f64(f64_at(bytes, 6)?), style)),
            0x027e => set(column, number(rk(u32_at(bytes, 6)?), style)),
            0x00bd => {
                let count = bytes.len().saturating_sub(6) / 6;
                for i in 0..count {
                    set(column + i, number(rk(u32_at(bytes, 6 + 6 * i)?), u16_at(bytes, 4 + 6 * i)?));
                }
            }
            0x00fd => {
                let text = self.book.strings.get(u32_at(bytes, 6)? as usize).ok_or("a text is not among the shared texts")?;
                set(column, Cell::Text(text.to_string()));
            }
            0x0204 | 0x00d6 => set(column, Cell::Text(self.text(place.at as usize, 6)?)),
            0x0205 => {
                let value = *bytes.get(6).ok_or("a record is too short")?;
                let is_error = *bytes.get(7).ok_or("a record is too short")? != 0;
                set(column, if is_error { Cell::Error(error_name(value).into()) } else { truth(value) });
            }
            _ => {
                let result = bytes.get(6..14).ok_or("a record is too short")?;
                let cell = match (result[6], result[7], result[0]) {
                    (0xff, 0xff, 0) => Cell::Text(self.formula_text(next)?),
                    (0xff, 0xff, 1) => truth(result[2]),
                    (0xff, 0xff, 2) => Cell::Error(error_name(result[2]).into()),
                    (0xff, 0xff, _) => Cell::Text(String::new()),
                    _ => number(decimal::from_f64(f64_at(bytes, 6)?), style),
                };
                set(column, cell);
            }
        }
        Ok(())
    }

    /// The text after `offset` bytes of the record at a place.
    fn text(&self, at: usize, offset: usize) -> Result<String, String> {
        let (_, bytes, _) = record(&self.stream, at).ok_or("the sheet is cut")?;
        let length = usize::from(u16_at(bytes, offset)?);
        if !self.book.is_biff8 {
            return narrow(bytes, offset + 2, length, self.book.encoding);
        }
        let is_wide = bytes.get(offset + 2).ok_or("a record is too short")? & 1 != 0;
        let mut pieces = Pieces::new(&self.stream, at).ok_or("the sheet is cut")?;
        pieces.at = offset + 3;
        if length == 0 { Ok(String::new()) } else { pieces.characters(length, is_wide) }
    }

    /// The text result of a formula stands in the STRING record after it, behind what describes a shared formula or a table.
    fn formula_text(&self, mut at: usize) -> Result<String, String> {
        while let Some((kind, _, next)) = record(&self.stream, at) {
            match kind {
                0x0207 => return self.text(at, 0),
                0x04bc | 0x0221 | 0x0236 | 0x003c => at = next,
                _ => break,
            }
        }
        Ok(String::new())
    }
}

fn truth(value: u8) -> Cell {
    Cell::Text(if value != 0 { "TRUE" } else { "FALSE" }.into())
}

impl Iterator for Rows {
    type Item = Result<CellRecord, CellFault>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let first = *self.places.get(self.at)?;
            let mut cells = Vec::new();
            let line = u64::from(first.row) + 1;
            while let Some(place) = self.places.get(self.at).copied().filter(|p| p.row == first.row) {
                self.at += 1;
                if let Err(reason) = self.put(place, &mut cells) {
                    self.at = self.places.len();
                    return Some(Err(super::broken(line, reason)));
                }
            }
            if !cells.is_empty() {
                return Some(Ok(CellRecord { line, cells }));
            }
        }
    }
}
