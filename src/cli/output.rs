//! Talking to people and to pipes: results on stdout, talk on stderr, nothing from data can steer the terminal.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Float64Type, Int64Type};

use super::args::{Common, Format, When};
use crate::error::{Error, Result};
use crate::model::Date;
use crate::pipeline::Progress;

/// How to talk in this call.
pub struct Console {
    /// Results as JSON.
    pub json: bool,
    /// Colours on stdout.
    pub has_colour: bool,
    is_quiet: bool,
    is_verbose: bool,
}

impl Console {
    /// From the flags and the terminal.
    pub fn new(common: &Common) -> Console {
        let has_colour = match common.color {
            When::Always => true,
            When::Never => false,
            When::Auto => std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()),
        };
        Console { json: common.json, has_colour, is_quiet: common.quiet, is_verbose: common.verbose }
    }

    /// A result, on stdout. A closed pipe (`| head`) is the reader's choice and no fault.
    pub fn result(&self, text: &str) -> Result<()> {
        let mut stdout = std::io::stdout().lock();
        let written =
            stdout.write_all(text.as_bytes()).and_then(|()| if text.ends_with('\n') { Ok(()) } else { stdout.write_all(b"\n") }).and_then(|()| stdout.flush());
        match written {
            Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(Error::io("write to", Path::new("standard output"), &e)),
            _ => Ok(()),
        }
    }

    /// A value as JSON, on stdout.
    pub fn json_result(&self, value: &impl serde::Serialize) -> Result<()> {
        let text = serde_json::to_string_pretty(value).map_err(|e| Error::Internal(format!("json: {e}")))?;
        self.result(&text)
    }

    /// Talk, on stderr.
    pub fn say(&self, text: &str) {
        if !self.is_quiet {
            let _ = writeln!(std::io::stderr(), "{}", inert(text));
        }
    }

    /// What stopped us, on stderr.
    pub fn error(&self, error: &Error) {
        let _ = writeln!(std::io::stderr(), "spendtrace: {}", inert(&error.to_string()));
    }

    /// The progress of stages: a line that rewrites itself on a terminal, a line for each stage with `-v`, else nothing.
    pub fn progress(&self) -> Progress {
        let is_live = !self.is_quiet && !self.is_verbose && std::io::stderr().is_terminal();
        let is_verbose = self.is_verbose && !self.is_quiet;
        if !is_live && !is_verbose {
            return Box::new(|_, _, _| {});
        }
        let start = Instant::now();
        let last = std::sync::Mutex::new((String::new(), start, start));
        Box::new(move |stage, done, total| {
            let now = Instant::now();
            let mut last = last.lock().expect("no panic while holding");
            let is_new = last.0 != stage;
            if is_verbose {
                if is_new {
                    if !last.0.is_empty() {
                        let _ = writeln!(std::io::stderr(), "{:<9} {:>8.2} s", last.0, now.duration_since(last.1).as_secs_f64());
                    }
                    *last = (stage.to_string(), now, now);
                }
                return;
            }
            if is_new {
                *last = (stage.to_string(), now, now);
            } else if now.duration_since(last.2).as_millis() < 200 {
                return;
            }
            last.2 = now;
            let mut text = format!("\r\x1b[2K{stage}");
            if total > 0 {
                let seconds = now.duration_since(last.1).as_secs_f64();
                let left = if done > 0 { seconds * (total - done.min(total)) as f64 / done as f64 } else { 0.0 };
                text.push_str(&format!(" {:>3} %  {left:.0} s left", done * 100 / total));
            }
            if stage.is_empty() {
                text = "\r\x1b[2K".to_string();
            }
            let _ = write!(std::io::stderr(), "{text}");
            let _ = std::io::stderr().flush();
        })
    }
}

/// Text from data with its control characters shown, so that it cannot steer the terminal. Line ends and tabs stay.
pub fn inert(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if (c.is_control() && c != '\n' && c != '\t') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') {
            out.push_str(&c.escape_default().to_string());
        } else {
            out.push(c);
        }
    }
    out
}

/// A query result in the asked form; to a file when one is named.
pub fn write_frame(console: &Console, frame: &RecordBatch, format: Format, out: Option<&Path>) -> Result<()> {
    let bytes = match (format, out) {
        (Format::Parquet, None) => return Err(Error::Config("parquet goes to a file: add --out FILE".to_string())),
        (Format::Parquet, Some(path)) => {
            let mut bytes = Vec::new();
            let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, frame.schema(), None)?;
            writer.write(frame)?;
            writer.close()?;
            return crate::store::write_durably(path, &bytes);
        }
        (Format::Csv, _) => csv_text(frame)?,
        (Format::Json, _) => json_text(frame)?,
        (Format::Table, _) => table_text(frame),
    };
    match out {
        Some(path) => crate::store::write_durably(path, bytes.as_bytes()),
        None => console.result(&bytes),
    }
}

/// One cell as text; `None` when null. Decimals keep all their digits.
fn cell(column: &Arc<dyn Array>, row: usize) -> Option<String> {
    if column.is_null(row) {
        return None;
    }
    Some(match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).to_string(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Boolean => column.as_boolean().value(row).to_string(),
        DataType::Date32 => Date::from_days(column.as_primitive::<Date32Type>().value(row)).to_string(),
        DataType::Decimal128(_, _) => column.as_primitive::<Decimal128Type>().value_as_string(row),
        other => format!("{other}"),
    })
}

fn table_text(frame: &RecordBatch) -> String {
    use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Disabled);
    let schema = frame.schema();
    table.set_header(schema.fields().iter().map(|f| inert(f.name())));
    for row in 0..frame.num_rows() {
        table.add_row(frame.columns().iter().map(|column| {
            let is_number = column.data_type().is_numeric();
            Cell::new(inert(&cell(column, row).unwrap_or_default())).set_alignment(if is_number { CellAlignment::Right } else { CellAlignment::Left })
        }));
    }
    format!("{table}\n{} rows\n", frame.num_rows())
}

fn csv_text(frame: &RecordBatch) -> Result<String> {
    let internal = |e: csv::Error| Error::Internal(format!("csv: {e}"));
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(frame.schema().fields().iter().map(|f| f.name())).map_err(internal)?;
    for row in 0..frame.num_rows() {
        writer.write_record(frame.columns().iter().map(|c| cell(c, row).unwrap_or_default())).map_err(internal)?;
    }
    let bytes = writer.into_inner().map_err(|e| Error::Internal(format!("csv: {e}")))?;
    String::from_utf8(bytes).map_err(|e| Error::Internal(format!("csv: {e}")))
}

fn json_text(frame: &RecordBatch) -> Result<String> {
    let schema = frame.schema();
    let mut rows = Vec::with_capacity(frame.num_rows());
    for row in 0..frame.num_rows() {
        let mut object = serde_json::Map::new();
        for (field, column) in schema.fields().iter().zip(frame.columns()) {
            let value = match (cell(column, row), column.data_type()) {
                (None, _) => serde_json::Value::Null,
                (Some(_), DataType::Boolean) => column.as_boolean().value(row).into(),
                (Some(_), DataType::Int64) => column.as_primitive::<Int64Type>().value(row).into(),
                (Some(_), DataType::Float64) => column.as_primitive::<Float64Type>().value(row).into(),
                (Some(text), _) => text.into(),
            };
            object.insert(field.name().clone(), value);
        }
        rows.push(serde_json::Value::Object(object));
    }
    serde_json::to_string_pretty(&rows).map(|t| t + "\n").map_err(|e| Error::Internal(format!("json: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_cannot_steer_the_terminal() {
        assert_eq!(inert("a\x1b]8;;x\x07b\u{202e}c\tå\n"), "a\\u{1b}]8;;x\\u{7}b\\u{202e}c\tå\n");
    }
}
