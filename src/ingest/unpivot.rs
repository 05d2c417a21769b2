//! Wide tables made long: a file with a column for each currency becomes a record for each filled cell, as the mapping's
//! `[unpivot]` says. Everything behind — names, types, faults — is as for any other table of cells.

use std::io::Read;

use super::cells::{Cell, CellFault, CellRecord, CellTable};
use super::encoding::Encoding;
use super::formats::{Document, Notes};
use super::mapping::{Mapping, Unpivot, fold_name};
use super::source::Input;
use super::understand::COLUMNS_MAX;
use crate::error::{Error, Result};

/// Records among which the header is looked for.
const HEADER_RECORDS_MAX: usize = 100;

/// Opens a delimited file as one long table.
pub fn open(input: &Input, encoding: Encoding, mapping: &Mapping, unpivot: &Unpivot) -> Result<Document> {
    let separators: Vec<u8> = mapping.file.separator.as_ref().map_or_else(|| b",;\t".to_vec(), |s| s.bytes().collect());
    let is_mapped = |name: &str| {
        let folded = fold_name(name);
        !folded.is_empty()
            && mapping.columns.iter().any(|(_, rule)| rule.names.iter().any(|n| fold_name(n) == folded && *n != unpivot.name && *n != unpivot.value))
    };
    for separator in separators {
        let mut records = reader(encoding.reader(input.open()?), separator).into_records();
        for _ in 0..HEADER_RECORDS_MAX {
            let Some(Ok(record)) = records.next() else { break };
            let names: Vec<String> = record.iter().map(|n| n.trim().to_string()).collect();
            if names.len() < 2 || !names.iter().any(|n| is_mapped(n)) {
                continue;
            }
            if names.len() > COLUMNS_MAX {
                return Err(Error::Input(format!("{}: its header has {} columns, at most {COLUMNS_MAX} are read", input.path, names.len())));
            }
            let header_line = record.position().map_or(1, csv::Position::line);
            let (kept, wide): (Vec<usize>, Vec<usize>) = (0..names.len()).filter(|i| !names[*i].is_empty()).partition(|i| is_mapped(&names[*i]));
            let mut columns: Vec<String> = kept.iter().map(|i| names[*i].clone()).collect();
            columns.extend([unpivot.name.clone(), unpivot.value.clone()]);
            let empty: Vec<String> = mapping.file.empty.iter().map(|e| e.to_lowercase()).collect();
            let long = records.flat_map(move |record| lengthen(record, &names, &kept, &wide, &empty));
            let table = CellTable { name: String::new(), header_line, columns, records: Box::new(long) };
            return Ok(Document { format: "wide table", encoding: encoding.to_string(), tables: vec![table], notes: Notes::default() });
        }
    }
    Err(Error::Input(format!("{}: the mapping {} does not fit: no row holds the column names that it knows", input.path, mapping.name)))
}

fn reader(input: Box<dyn Read + Send>, separator: u8) -> csv::Reader<Box<dyn Read + Send>> {
    csv::ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(input)
}

/// A record for each filled cell of the wide columns. The last separator of a line may have nothing behind it.
fn lengthen(
    record: csv::Result<csv::StringRecord>,
    names: &[String],
    kept: &[usize],
    wide: &[usize],
    empty: &[String],
) -> Vec<std::result::Result<CellRecord, CellFault>> {
    let record = match record {
        Ok(record) => record,
        Err(e) => {
            let line = e.position().map_or(0, csv::Position::line);
            return vec![Err(CellFault { line, column: None, value: Some(e.to_string()), net_amount: None, fault: super::faults::DOCUMENT_BROKEN })];
        }
    };
    let line = record.position().map_or(0, csv::Position::line);
    let text = |i: usize| record.get(i).unwrap_or_default().trim();
    let is_filled = |i: &usize| !text(*i).is_empty() && !empty.contains(&text(*i).to_lowercase());
    if record.len() > names.len() && (names.len()..record.len()).any(|i| !text(i).is_empty()) {
        return vec![Err(CellFault { line, column: None, value: None, net_amount: None, fault: super::faults::COLUMN_COUNT })];
    }
    let cell = |i: usize| if text(i).is_empty() { Cell::Empty } else { Cell::Text(text(i).to_string()) };
    wide.iter()
        .filter(|i| is_filled(i))
        .map(|i| {
            let mut cells: Vec<Cell> = kept.iter().map(|k| cell(*k)).collect();
            cells.extend([Cell::Text(names[*i].clone()), cell(*i)]);
            Ok(CellRecord { line, cells })
        })
        .collect()
}
