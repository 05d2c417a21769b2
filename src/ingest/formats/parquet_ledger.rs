//! Parquet ledgers: one table, typed by the file itself.

use std::fs::File;
use std::io;

use arrow::array::{Array, RecordBatch};
use arrow::datatypes::DataType;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::super::cells::{Cell, CellFault, CellRecord, CellTable};
use super::content::{Content, invalid};
use super::{Document, Notes, broken, decimal};

/// Rows held in memory at a time.
const BATCH_ROWS: usize = 8_192;
/// Most columns.
const COLUMNS_MAX: usize = 4_096;

/// Opens a file.
pub fn open(content: &Content) -> io::Result<Document> {
    let Content::File(path) = content else {
        return Err(invalid("a Parquet file inside an archive; unpack it first"));
    };
    let refused = |e: parquet::errors::ParquetError| invalid(format!("not a readable Parquet file: {e}"));
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?).map_err(refused)?;
    let columns: Vec<String> = builder.schema().fields().iter().map(|f| f.name().clone()).collect();
    if columns.len() > COLUMNS_MAX {
        return Err(invalid(format!("more than {COLUMNS_MAX} columns")));
    }
    if let Some(nested) = builder.schema().fields().iter().find(|f| f.data_type().is_nested()) {
        return Err(invalid(format!("the column \"{}\" is nested; export it as columns of its own", nested.name().escape_debug())));
    }
    let reader = builder.with_batch_size(BATCH_ROWS).build().map_err(refused)?;
    let rows = Rows { reader, batch: None, at: 0, row: 0, is_done: false };
    let tables = vec![CellTable { name: String::new(), header_line: 0, columns, records: Box::new(rows) }];
    Ok(Document { format: "parquet", encoding: "UTF-8".into(), tables, notes: Notes::default() })
}

struct Rows {
    reader: ParquetRecordBatchReader,
    batch: Option<RecordBatch>,
    at: usize,
    row: u64,
    is_done: bool,
}

impl Iterator for Rows {
    type Item = Result<CellRecord, CellFault>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_done {
            if let Some(batch) = &self.batch
                && self.at < batch.num_rows()
            {
                let cells: Result<Vec<Cell>, _> = batch.columns().iter().map(|c| cell(c, self.at)).collect();
                self.at += 1;
                self.row += 1;
                return Some(cells.map(|cells| CellRecord { line: self.row, cells }).map_err(|e| broken(self.row, e.to_string())));
            }
            match self.reader.next() {
                Some(Ok(batch)) => {
                    self.batch = Some(batch);
                    self.at = 0;
                }
                Some(Err(error)) => {
                    self.is_done = true;
                    return Some(Err(broken(self.row + 1, error.to_string())));
                }
                None => self.is_done = true,
            }
        }
        None
    }
}

fn cell(column: &dyn Array, row: usize) -> Result<Cell, arrow::error::ArrowError> {
    if column.is_null(row) {
        return Ok(Cell::Empty);
    }
    let text = ArrayFormatter::try_new(column, &FormatOptions::default())?.value(row).try_to_string()?;
    let number = |number: Option<String>| number.map_or_else(|| Cell::Error(text.clone()), Cell::Number);
    let kind = match column.data_type() {
        DataType::Dictionary(_, values) => values.as_ref(),
        kind => kind,
    };
    Ok(match kind {
        k if k.is_integer() => Cell::Number(text),
        DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal128(..) | DataType::Decimal256(..) => number(decimal::exact(&text)),
        k if k.is_floating() => number(text.parse().ok().and_then(decimal::from_f64)),
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => match text.get(..10).and_then(crate::model::Date::parse_iso) {
            Some(day) => Cell::Date(day.to_string()),
            None => Cell::Text(text),
        },
        _ if text.is_empty() => Cell::Empty,
        _ => Cell::Text(text),
    })
}
