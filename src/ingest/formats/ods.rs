//! ODS (OpenDocument 1.3, part 3, §9): the sheets of `content.xml`, streamed. Repeated cells and rows are counted before
//! they are made, so that `number-rows-repeated="1048576"` costs nothing.

use std::io::{BufReader, Read};

use super::super::cells::{Cell, CellFault, CellRecord, CellTable};
use super::archive::Archive;
use super::content::invalid;
use super::xlsx::{CELLS_MAX, COLUMNS_MAX, ROWS_MAX};
use super::xml::{Piece, Pieces, Tag, XmlFault};
use super::{Document, Notes, broken, decimal};
use crate::model::Date;

type Source = BufReader<Box<dyn Read + Send>>;

/// Opens the workbook. `content.xml` holds all sheets, so each table is a pass over it.
pub fn open(archive: &Archive) -> std::io::Result<Document> {
    if let Some(manifest) = archive.find("META-INF/manifest.xml") {
        let mut pieces = pieces(archive, &manifest.name).map_err(shown)?;
        loop {
            match pieces.piece().map_err(shown)? {
                Piece::Start(tag) if tag.name == "encryption-data" => return Err(invalid("the workbook is protected by a password; save it without one")),
                Piece::Eof => break,
                _ => {}
            }
        }
    }
    let notes = Notes::default();
    let mut tables = Vec::new();
    for (index, (name, is_hidden)) in sheets(archive).map_err(shown)?.into_iter().enumerate() {
        if is_hidden {
            notes.add(format!("the sheet \"{name}\" is hidden and was not read; show it in the workbook to have it read"));
            continue;
        }
        let rows = Rows::open(archive, index, &name, &notes).map_err(shown)?;
        tables.push(CellTable { name, header_line: 0, columns: Vec::new(), records: Box::new(rows) });
    }
    Ok(Document { format: "ods", encoding: "UTF-8".into(), tables, notes })
}

fn shown(fault: XmlFault) -> std::io::Error {
    invalid(format!("content.xml, line {}: {}", fault.line, fault.message))
}

fn pieces(archive: &Archive, name: &str) -> Result<Pieces<Source>, XmlFault> {
    let fault = |e: std::io::Error| XmlFault { line: 0, message: e.to_string() };
    let entry = archive.find(name).ok_or_else(|| XmlFault { line: 0, message: format!("{name} is missing") })?;
    Pieces::new(BufReader::with_capacity(1 << 16, archive.read(entry).map_err(fault)?))
}

/// Names of the sheets, and whether each is hidden by its style.
fn sheets(archive: &Archive) -> Result<Vec<(String, bool)>, XmlFault> {
    let mut pieces = pieces(archive, "content.xml")?;
    let mut hidden_styles = Vec::new();
    let mut style = String::new();
    let mut sheets = Vec::new();
    loop {
        match pieces.piece()? {
            Piece::Start(tag) if tag.name == "style" => style = tag.attribute("name").unwrap_or_default().to_string(),
            Piece::Start(tag) if tag.name == "table-properties" && tag.attribute("display") == Some("false") => hidden_styles.push(style.clone()),
            Piece::Start(tag) if tag.name == "table" => {
                if sheets.len() == 10_000 {
                    return Err(XmlFault { line: pieces.line(), message: "more than 10,000 sheets".into() });
                }
                let is_hidden = tag.attribute("style-name").is_some_and(|s| hidden_styles.iter().any(|h| h == s));
                sheets.push((tag.attribute("name").unwrap_or_default().to_string(), is_hidden));
                pieces.skip()?;
            }
            // Tracked changes hold tables of what was deleted.
            Piece::Start(tag) if tag.name == "tracked-changes" => pieces.skip()?,
            Piece::Eof => return Ok(sheets),
            _ => {}
        }
    }
}

/// The rows of one sheet.
struct Rows {
    pieces: Pieces<Source>,
    name: String,
    notes: Notes,
    row: u64,
    /// A row that the file repeats: how many times more, and what.
    repeat: Option<(u64, Vec<Cell>)>,
    cell_count: u64,
    hidden_rows: u64,
    merged: u64,
    is_done: bool,
}

impl Rows {
    fn open(archive: &Archive, index: usize, name: &str, notes: &Notes) -> Result<Rows, XmlFault> {
        let mut pieces = pieces(archive, "content.xml")?;
        let mut at = 0;
        loop {
            match pieces.piece()? {
                Piece::Start(tag) if tag.name == "tracked-changes" => pieces.skip()?,
                Piece::Start(tag) if tag.name == "table" => {
                    if at == index {
                        break;
                    }
                    at += 1;
                    pieces.skip()?;
                }
                Piece::Eof => return Err(XmlFault { line: pieces.line(), message: format!("the sheet \"{name}\" is missing") }),
                _ => {}
            }
        }
        Ok(Rows { pieces, name: name.to_string(), notes: notes.clone(), row: 0, repeat: None, cell_count: 0, hidden_rows: 0, merged: 0, is_done: false })
    }

    fn next_row(&mut self) -> Result<Option<CellRecord>, XmlFault> {
        loop {
            if let Some((times, cells)) = &mut self.repeat {
                self.row += 1;
                *times -= 1;
                let cells = if *times == 0 { self.repeat.take().map(|(_, cells)| cells).unwrap_or_default() } else { cells.clone() };
                self.count(cells.len())?;
                return Ok(Some(CellRecord { line: self.row, cells }));
            }
            match self.pieces.piece()? {
                Piece::Start(tag) if tag.name == "table-row" => {
                    let times = repeated(&tag, "number-rows-repeated");
                    if tag.attribute("visibility").is_some_and(|v| v != "visible") {
                        self.hidden_rows += times;
                    }
                    let cells = self.cells()?;
                    if self.row.saturating_add(times) > ROWS_MAX && !cells.is_empty() {
                        return Err(self.fault(format!("more than {ROWS_MAX} rows")));
                    }
                    if cells.is_empty() {
                        self.row = self.row.saturating_add(times);
                    } else {
                        self.repeat = Some((times, cells));
                    }
                }
                // Rows can stand in groups; what else is in a table holds no rows.
                Piece::Start(tag) if tag.name.starts_with("table-row") || tag.name == "table-header-rows" || tag.name == "table-rows" => {}
                Piece::Start(_) => self.pieces.skip()?,
                Piece::End | Piece::Text(_) => {}
                Piece::Eof => return Ok(None),
            }
            // The end of the table is an end at the depth where the table began: the next start outside it is another sheet,
            // which `skip` passes over, so reading to the end of the document is right and checks that it is whole.
        }
    }

    fn count(&mut self, cells: usize) -> Result<(), XmlFault> {
        self.cell_count += cells as u64;
        if self.cell_count > CELLS_MAX { Err(self.fault(format!("more than {CELLS_MAX} cells; split the workbook"))) } else { Ok(()) }
    }

    fn fault(&self, message: String) -> XmlFault {
        XmlFault { line: self.pieces.line(), message }
    }

    /// The cells of a row, without the empty ones after the last value.
    fn cells(&mut self) -> Result<Vec<Cell>, XmlFault> {
        let mut cells = Vec::new();
        // Empty cells wait until a value follows: rows end in `number-columns-repeated="16384"`.
        let mut waiting = 0u64;
        loop {
            match self.pieces.piece()? {
                Piece::Start(tag) if tag.name == "table-cell" || tag.name == "covered-table-cell" => {
                    let times = repeated(&tag, "number-columns-repeated");
                    self.merged += u64::from(tag.attribute("number-columns-spanned").or(tag.attribute("number-rows-spanned")).is_some_and(|s| s != "1"));
                    let text = self.cell_text()?;
                    let cell = cell(&tag, text);
                    if cell == Cell::Empty {
                        waiting = waiting.saturating_add(times);
                        continue;
                    }
                    if (cells.len() as u64).saturating_add(waiting).saturating_add(times) > COLUMNS_MAX as u64 {
                        return Err(self.fault(format!("more than {COLUMNS_MAX} columns")));
                    }
                    cells.resize(cells.len() + waiting as usize, Cell::Empty);
                    waiting = 0;
                    cells.resize(cells.len() + times as usize, cell);
                }
                Piece::Start(_) => self.pieces.skip()?,
                Piece::Text(_) => {}
                Piece::End => return Ok(cells),
                Piece::Eof => return Err(self.fault("the row is cut".into())),
            }
        }
    }

    /// The paragraphs of a cell, notes left out.
    fn cell_text(&mut self) -> Result<String, XmlFault> {
        let mut text = String::new();
        let mut open = 1usize;
        let mut paragraphs = 0;
        while open > 0 {
            match self.pieces.piece()? {
                Piece::Start(tag) if matches!(tag.name.as_str(), "annotation" | "frame" | "ruby-text" | "shape") => self.pieces.skip()?,
                Piece::Start(tag) => {
                    open += 1;
                    match tag.name.as_str() {
                        "p" => {
                            if paragraphs > 0 {
                                text.push('\n');
                            }
                            paragraphs += 1;
                        }
                        "s" => text.extend(std::iter::repeat_n(' ', tag.attribute("c").and_then(|c| c.parse().ok()).unwrap_or(1usize).min(1_000))),
                        "tab" => text.push('\t'),
                        "line-break" => text.push('\n'),
                        _ => {}
                    }
                }
                Piece::Text(more) if open > 1 => text.push_str(&more),
                Piece::Text(_) => {}
                Piece::End => open -= 1,
                Piece::Eof => return Err(self.fault("a cell is cut".into())),
            }
            if text.len() > 1 << 20 {
                return Err(self.fault("a cell with more than one megabyte of text".into()));
            }
        }
        Ok(text)
    }
}

fn repeated(tag: &Tag, name: &str) -> u64 {
    tag.attribute(name).and_then(|n| n.parse().ok()).unwrap_or(1).max(1)
}

fn cell(tag: &Tag, text: String) -> Cell {
    match tag.attribute("value-type") {
        Some("float" | "currency" | "percentage") => {
            let value = tag.attribute("value").unwrap_or_default();
            decimal::spreadsheet(value).map_or_else(|| Cell::Error(value.to_string()), Cell::Number)
        }
        Some("date") => {
            let value = tag.attribute("date-value").unwrap_or_default();
            match value.get(..10).and_then(Date::parse_iso) {
                Some(day) => Cell::Date(day.to_string()),
                None => Cell::Text(text),
            }
        }
        Some("boolean") => Cell::Text(if tag.attribute("boolean-value") == Some("true") { "TRUE" } else { "FALSE" }.into()),
        Some("string") => {
            // Errors are strings to the format; LibreOffice marks them by the text, and by `calcext:value-type`.
            let value = tag.attribute("string-value").map_or(text, str::to_string);
            if is_error(&value) && tag.attribute("formula").is_some() { Cell::Error(value) } else { text_cell(value) }
        }
        _ if tag.attribute("formula").is_some() && text.is_empty() => Cell::Error("formula without a value".into()),
        _ => text_cell(text),
    }
}

fn text_cell(text: String) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
}

fn is_error(text: &str) -> bool {
    matches!(text, "#REF!" | "#N/A" | "#NAME?" | "#VALUE!" | "#DIV/0!" | "#NUM!" | "#NULL!") || text.starts_with("Err:") || text.starts_with("#ERR")
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
            Err(fault) => {
                self.is_done = true;
                Some(Err(broken(self.row.max(1), format!("sheet \"{}\": {}", self.name, fault.message))))
            }
        }
    }
}
