//! Exports that are not delimited text, as [`CellTable`]s: workbooks, e-invoices, procurement notices, JSON and Parquet ledgers.
//!
//! Every reader streams, states numbers as the exact text of the file, and is bounded in size, depth and number of cells, so
//! that no file can take the memory or the stack. What a format calls an error becomes [`Cell::Error`] or a [`CellFault`];
//! what cannot be read any further ends in [`faults::DOCUMENT_BROKEN`].

pub mod archive;
pub mod content;
mod decimal;
mod eforms;
pub mod einvoice;
mod json;
mod json_ledger;
mod notice;
mod ocds;
mod ods;
mod parquet_ledger;
pub mod sie;
mod xls;
mod xlsb;
mod xlsx;
pub mod xml;

use std::io::{self, Read as _};
use std::path::Path;
use std::sync::{Arc, Mutex};

use super::cells::{CellFault, CellTable};
use super::faults;
use crate::error::{Error, Result};
use content::Content;
pub use sie::is_sie;

/// What a file turned out to be.
pub struct Document {
    /// The format, in a word that people know: `xlsx`, `ubl`, `ocds`.
    pub format: &'static str,
    /// Encoding of the text inside, when there is a choice.
    pub encoding: String,
    /// The tables, in the order of the file. They stream from the file, each on its own.
    pub tables: Vec<CellTable>,
    /// What a person should know about the file.
    pub notes: Notes,
}

/// Findings about a file that are no faults: hidden sheets, merged cells. They grow while the tables are read, so look at them
/// after the last record.
#[derive(Debug, Clone, Default)]
pub struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    fn add(&self, note: String) {
        self.0.lock().unwrap_or_else(|e| e.into_inner()).push(note);
    }

    fn sheet(&self, name: &str, hidden_rows: u64, merged: u64) {
        if hidden_rows > 0 {
            self.add(format!("the sheet \"{name}\" has {hidden_rows} hidden rows; they were read"));
        }
        if merged > 0 {
            self.add(format!("the sheet \"{name}\" has {merged} merged areas; their value counts for the first cell only"));
        }
    }

    /// The findings, in the order of the file's tables.
    pub fn list(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(|e| e.into_inner()).clone()
    }
}

/// A fault that ends a table and refuses its file.
fn broken(line: u64, reason: impl Into<String>) -> CellFault {
    CellFault { line, column: None, value: Some(reason.into()), net_amount: None, fault: faults::DOCUMENT_BROKEN }
}

/// Recognises the content by its bytes and opens it; `None` when it is delimited text or nothing that is known. `path` is only
/// for messages.
///
/// # Errors
/// [`Error::Input`] when the format is known and the file cannot be read as such: protected by a password, cut, a bomb.
pub fn open(content: &Content, path: &Path) -> Result<Option<Document>> {
    let input = |e: io::Error| match e.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
            let why = e.to_string();
            // Many reasons say themselves what to do.
            let remedy = if why.contains("; ") { "" } else { "; export it again, or leave it out" };
            Error::Input(format!("{}: {why}{remedy}", path.display()))
        }
        _ => Error::io("read", path, &e),
    };
    let content = &content.unzipped().map_err(input)?;
    let head = content.head(4096).map_err(input)?;
    let document = match head.as_slice() {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => {
            let archive = archive::Archive::open(content).map_err(input)?;
            if archive.find("content.xml").is_some() && archive.find("mimetype").is_some() {
                ods::open(&archive)
            } else if archive.find("xl/workbook.bin").is_some() {
                xlsb::open(&archive)
            } else if archive.find("[Content_Types].xml").is_some() {
                xlsx::open(&archive)
            } else if archive.entries().iter().any(|e| e.name.to_ascii_lowercase().ends_with(".xml")) {
                einvoice::open_archive(archive)
            } else {
                return Ok(None);
            }
        }
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => xls::open(content),
        [b'P', b'A', b'R', b'1', ..] => parquet_ledger::open(content),
        head if sie::is_sie(head) => sie::open(content),
        [b'U', b'N', b'A' | b'B', ..] if head.get(3).is_some_and(|b| !b.is_ascii_alphanumeric()) => {
            Err(content::invalid("an EDIFACT message, which is not read; ask the sender for the same invoice in UBL or CII"))
        }
        _ => match first_character(content).map_err(input)? {
            Some('{' | '[') => json_ledger::survey(content).and_then(|survey| match ocds::place(&survey) {
                Some(place) => ocds::open(content, &survey, &place),
                None => json_ledger::open(content, survey),
            }),
            Some('<') => open_xml(content, path),
            _ => return Ok(None),
        },
    };
    document.map(Some).map_err(input)
}

fn open_xml(content: &Content, path: &Path) -> io::Result<Document> {
    let invalid = |fault: xml::XmlFault| content::invalid(format!("line {}: {}", fault.line, fault.message));
    let root = xml::Pieces::new(content.stream()?).and_then(|mut pieces| pieces.root()).map_err(invalid)?;
    if einvoice::syntax(&root).is_some() {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        return einvoice::open(content, &name);
    }
    if eforms::kind(&root).is_some() {
        return eforms::open(content);
    }
    Err(content::invalid(format!(
        "an XML document \"{}\", which is no format that is read: UBL or CII invoice, eForms contract or award notice; export it as one of these, or leave it out",
        root.name.escape_debug()
    )))
}

/// The first character that is no white space, in whatever encoding the text is.
fn first_character(content: &Content) -> io::Result<Option<char>> {
    let Ok(reader) = content::Utf8Reader::new(content.stream()?, content::Declared::Nothing) else { return Ok(None) };
    let mut head = Vec::new();
    // A text in another encoding is none of ours.
    if io::Read::take(reader, 512).read_to_end(&mut head).is_err() {
        return Ok(None);
    }
    Ok(head.iter().find(|b| !b.is_ascii_whitespace()).map(|b| char::from(*b)))
}
