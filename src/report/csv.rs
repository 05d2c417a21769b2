//! Tables as CSV, for people who open them in a Swedish Excel and for programs.

use std::fmt::Write as _;
use std::io::Write;

use arrow::record_batch::RecordBatch;

use super::grid::{Value, for_each_batch, value_at};
use super::output::Folder;
use crate::error::{Error, Result};
use crate::store::Store;

/// Who reads the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `;`, decimal comma, UTF-8 with BOM, no `sep=` line: opens by double click where the list separator is `;`.
    Excel,
    /// RFC 4180: `,`, decimal point, UTF-8 without BOM, CRLF.
    Machine,
}

impl Dialect {
    const fn separator(self) -> char {
        match self {
            Dialect::Excel => ';',
            Dialect::Machine => ',',
        }
    }

    /// Bytes before the header.
    pub const fn prologue(self) -> &'static [u8] {
        match self {
            Dialect::Excel => b"\xEF\xBB\xBF",
            Dialect::Machine => b"",
        }
    }
}

/// Writes a table of the store as `csv/<name>.csv` and `csv/machine/<name>.csv`, batch by batch; returns its rows. A table
/// without files gives no file.
pub fn export(folder: &mut Folder, store: &Store, full_name: &str, name: &str) -> Result<u64> {
    let mut files = None;
    let mut rows = 0u64;
    for_each_batch(store, full_name, None, |batch| {
        if files.is_none() {
            let mut excel = folder.start(&format!("csv/{name}.csv"))?;
            let mut machine = folder.start(&format!("csv/machine/{name}.csv"))?;
            put(&mut excel, &start(batch, Dialect::Excel))?;
            put(&mut machine, &start(batch, Dialect::Machine))?;
            files = Some((excel, machine));
        }
        let (excel, machine) = files.as_mut().expect("opened above");
        rows += batch.num_rows() as u64;
        put(excel, body(batch, Dialect::Excel).as_bytes())?;
        put(machine, body(batch, Dialect::Machine).as_bytes())
    })?;
    if let Some((excel, machine)) = files {
        folder.finish(excel)?;
        folder.finish(machine)?;
    }
    Ok(rows)
}

fn put(file: &mut impl Write, bytes: &[u8]) -> Result<()> {
    file.write_all(bytes).map_err(|e| Error::Store(format!("a CSV file of the report cannot be written: {e}")))
}

fn start(batch: &RecordBatch, dialect: Dialect) -> Vec<u8> {
    let schema = batch.schema();
    let names: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
    let mut bytes = dialect.prologue().to_vec();
    bytes.extend_from_slice(record(names.into_iter().map(|n| Value::Text(n.to_string())), dialect).as_bytes());
    bytes
}

fn body(batch: &RecordBatch, dialect: Dialect) -> String {
    let mut out = String::with_capacity(batch.num_rows() * batch.num_columns() * 10);
    for row in 0..batch.num_rows() {
        for (i, column) in batch.columns().iter().enumerate() {
            if i > 0 {
                out.push(dialect.separator());
            }
            cell_into(&mut out, &value_at(column.as_ref(), row), dialect);
        }
        out.push_str("\r\n");
    }
    out
}

/// One record with its line end.
pub fn record(values: impl IntoIterator<Item = Value>, dialect: Dialect) -> String {
    let mut out = String::new();
    for (i, value) in values.into_iter().enumerate() {
        if i > 0 {
            out.push(dialect.separator());
        }
        cell_into(&mut out, &value, dialect);
    }
    out.push_str("\r\n");
    out
}

fn cell_into(out: &mut String, value: &Value, dialect: Dialect) {
    let decimal = |out: &mut String, value: i64, decimals: u32| {
        let unit = 10u64.pow(decimals);
        let sign = if value < 0 { "-" } else { "" };
        let comma = if dialect == Dialect::Excel { ',' } else { '.' };
        let _ = write!(out, "{sign}{}{comma}{:0width$}", value.unsigned_abs() / unit, value.unsigned_abs() % unit, width = decimals as usize);
    };
    match value {
        Value::Null => {}
        Value::Text(text) => text_into(out, text, dialect),
        Value::Int(v) => {
            let _ = write!(out, "{v}");
        }
        Value::Money(v) => decimal(out, *v, 2),
        Value::Quantity(v) => decimal(out, *v, 4),
        // The shortest text that reads back as the same number.
        Value::Float(v) if dialect == Dialect::Excel => out.push_str(&v.to_string().replace('.', ",")),
        Value::Float(v) => out.push_str(&v.to_string()),
        Value::Date(v) => {
            let _ = write!(out, "{v}");
        }
        Value::Bool(v) => out.push_str(if *v { "true" } else { "false" }),
    }
}

/// Whether a spreadsheet could take text that begins so for a formula (CWE-1236), full-width forms included.
pub fn looks_like_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠'])
}

fn text_into(out: &mut String, text: &str, dialect: Dialect) {
    let guard = if looks_like_formula(text) { "'" } else { "" };
    // NUL ends strings in some readers; it can mean nothing in a name.
    let text = text.replace('\0', "\u{fffd}");
    if text.contains([dialect.separator(), '"', '\n', '\r', '\t']) || text.starts_with(' ') || text.ends_with(' ') {
        let _ = write!(out, "\"{guard}{}\"", text.replace('"', "\"\""));
    } else {
        out.push_str(guard);
        out.push_str(&text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Date;

    #[test]
    fn cells_of_both_dialects() {
        for (value, excel, machine) in [
            (Value::Null, "", ""),
            (Value::Money(-123_450), "-1234,50", "-1234.50"),
            (Value::Money(-5), "-0,05", "-0.05"),
            (Value::Quantity(12_345), "1,2345", "1.2345"),
            (Value::Float(0.25), "0,25", "0.25"),
            (Value::Int(-7), "-7", "-7"),
            (Value::Bool(true), "true", "true"),
            (Value::Date(Date::from_ymd(2024, 2, 29).unwrap()), "2024-02-29", "2024-02-29"),
            (Value::Text("Å; \"B\"".into()), "\"Å; \"\"B\"\"\"", "\"Å; \"\"B\"\"\""),
            (Value::Text("a,b".into()), "a,b", "\"a,b\""),
            (Value::Text("=1+1".into()), "'=1+1", "'=1+1"),
            (Value::Text("-10".into()), "'-10", "'-10"),
            (Value::Text("\tx".into()), "\"'\tx\"", "\"'\tx\""),
            (Value::Text("＝cmd|' /C calc'!A0".into()), "'＝cmd|' /C calc'!A0", "'＝cmd|' /C calc'!A0"),
        ] {
            let mut cells = (String::new(), String::new());
            cell_into(&mut cells.0, &value, Dialect::Excel);
            cell_into(&mut cells.1, &value, Dialect::Machine);
            assert_eq!((cells.0.as_str(), cells.1.as_str()), (excel, machine), "{value:?}");
        }
    }
}
