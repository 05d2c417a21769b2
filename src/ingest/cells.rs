//! Records that do not come from delimited text: a sheet, a JSON array, the lines of e-invoices. A reader of such a format
//! hands over tables of cells, and the same mapping, typing, faults and control totals apply as for text.

use super::faults::Fault;

/// One value of a record. Readers say what the format itself says, so that a typed number is never taken for text with two
/// readings: the spreadsheet number 1.234 is 1.234, while the text `1.234` may be one thousand two hundred and thirty-four.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Cell {
    /// No value.
    #[default]
    Empty,
    /// Text, as it stands.
    Text(String),
    /// A number that the format holds as a number: exact decimal text with a dot, such as `-1234.50`; never an exponent.
    Number(String),
    /// A day that the format holds as a day: `YYYY-MM-DD`.
    Date(String),
    /// What the format itself calls an error, as it stands: `#REF!`, or a formula that was saved without its value. A fault
    /// ([`super::faults::CELL_ERROR`]) of the record when the mapping reads the column, and nothing otherwise: an error in a
    /// column that nobody reads costs no row.
    Error(String),
}

impl Cell {
    /// The text of the cell, empty when there is none.
    pub fn as_str(&self) -> &str {
        match self {
            Cell::Empty => "",
            Cell::Text(s) | Cell::Number(s) | Cell::Date(s) | Cell::Error(s) => s,
        }
    }
}

impl From<Option<String>> for Cell {
    fn from(text: Option<String>) -> Cell {
        text.map_or(Cell::Empty, Cell::Text)
    }
}

/// One record: as many cells as the table has columns; fewer are filled with empty ones, more are a fault of the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellRecord {
    /// Row of the sheet, line of the file or ordinal of the element, from 1: where a person finds it.
    pub line: u64,
    /// The values, in the order of [`CellTable::columns`].
    pub cells: Vec<Cell>,
}

/// A record that the format itself makes unreadable, such as a `#REF!` or a broken element. It lands in `lake.reject`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellFault {
    /// As in [`CellRecord::line`].
    pub line: u64,
    /// The column at fault; `None` when the whole record is.
    pub column: Option<String>,
    /// The value as it stands, if there is one.
    pub value: Option<String>,
    /// The record's net amount as exact decimal text, when it could be read: it enters the totals of the rejected rows.
    pub net_amount: Option<String>,
    /// What is wrong. [`super::faults::DOCUMENT_BROKEN`] is the last item of its table and refuses the whole file (exit 3), with
    /// `value` as the reason: what comes after is unknown, so what came before must not be taken for all there is.
    pub fault: &'static Fault,
}

/// A table inside a file: a sheet, an array of objects, the lines of invoices.
pub struct CellTable {
    /// Name of the sheet or the path in the document, for messages; empty when the file is one table.
    pub name: String,
    /// Line of the header, from 1; 0 when names come from the format itself (JSON keys, XML elements). When it is 0 and
    /// `columns` is empty, the header is looked for among the first records by the names that the mapping knows.
    pub header_line: u64,
    /// Column names in order.
    pub columns: Vec<String>,
    /// The records, in order, streamed.
    pub records: Box<dyn Iterator<Item = Result<CellRecord, CellFault>> + Send>,
}
