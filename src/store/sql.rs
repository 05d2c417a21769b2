//! SQL over the store: every declared table as a view of its verified files, on Polars' streaming engine.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, StringArray, new_null_array};
use arrow::datatypes::{DataType as ArrowType, Field, Schema};
use arrow::record_batch::RecordBatch;
use polars::prelude::{AnyValue, Column, DataFrame, DataType, Engine, IntoLazy, LazyFrame, PlRefPath, ScanArgsParquet, Series};
use polars::sql::SQLContext;

use super::{FileEntry, Store};
use crate::error::{Error, Result};
use crate::schema::{Table, Type};

/// The result of a query: one batch.
pub type Frame = RecordBatch;

/// A set of named views, ready to be queried. Build it once and clone it for each thread.
#[derive(Clone)]
pub struct SqlSession {
    context: SQLContext,
}

impl SqlSession {
    /// Views over the files of `tables`, each file verified against the manifest; a table without files is an empty view.
    pub fn open<'a>(store: &Store, tables: impl IntoIterator<Item = &'a Table>) -> Result<SqlSession> {
        let mut session = SqlSession { context: SQLContext::new() };
        for table in tables {
            session.replace_view(store, table, store.files(table))?;
        }
        Ok(session)
    }

    /// Adds or replaces the view of one table, over files that may not be committed yet.
    pub fn replace_view(&mut self, store: &Store, table: &Table, files: &[FileEntry]) -> Result<()> {
        let paths = files.iter().map(|f| store.verified_path(f)).collect::<Result<Vec<_>>>()?;
        let frame = if paths.is_empty() {
            empty_frame(table)
        } else {
            let paths = paths.iter().map(|p| p.to_str().map(PlRefPath::new)).collect::<Option<Vec<_>>>();
            let paths = paths.ok_or_else(|| Error::Config(format!("{}: the path is not UTF-8; choose another output folder", store.root().display())))?;
            // The period stands in each file; a hive column beside it would be a second truth. A path may hold `*`.
            let args = ScanArgsParquet { glob: false, hive_options: polars::io::HiveOptions::new_disabled(), ..ScanArgsParquet::default() };
            LazyFrame::scan_parquet_files(paths.into(), args).map_err(|e| engine_error(&table.full_name(), &e))?
        };
        self.context.register(&view_name(table.schema, table.name), frame);
        Ok(())
    }

    /// Empty views of `tables`: to plan queries without data.
    pub fn empty<'a>(tables: impl IntoIterator<Item = &'a Table>) -> SqlSession {
        let context = SQLContext::new();
        for table in tables {
            context.register(&view_name(table.schema, table.name), empty_frame(table));
        }
        SqlSession { context }
    }

    /// Runs one statement and returns its rows with the types that the engine gave. `what` names the query in messages.
    pub fn query(&self, what: &str, sql: &str) -> Result<Frame> {
        let frame = self.collect(what, sql)?;
        let mut fields = Vec::new();
        let mut arrays = Vec::new();
        for column in frame.columns() {
            let array = natural_array(column).map_err(|e| Error::Config(format!("{what}: column {}: {e}", column.name())))?;
            fields.push(Field::new(column.name().as_str(), array.data_type().clone(), true));
            arrays.push(array);
        }
        let options = arrow::record_batch::RecordBatchOptions::new().with_row_count(Some(frame.height()));
        Ok(RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)?)
    }

    /// Runs one statement whose columns must be those of `table`, in order, with its types.
    pub fn query_as(&self, table: &Table, sql: &str) -> Result<Frame> {
        let what = table.full_name();
        let frame = self.collect(&what, sql)?;
        let names: Vec<_> = frame.columns().iter().map(|c| c.name().to_string()).collect();
        let declared: Vec<_> = table.columns.iter().map(|c| c.name.to_string()).collect();
        if names != declared {
            return Err(Error::Internal(format!("{what}: the query gives {names:?}, its header declares {declared:?}")));
        }
        let arrays = frame
            .columns()
            .iter()
            .zip(table.columns)
            .map(|(column, declared)| typed_array(column, declared.ty).map_err(|e| Error::Internal(format!("{what}.{}: {e}", declared.name))))
            .collect::<Result<Vec<_>>>()?;
        RecordBatch::try_new(table.arrow(), arrays).map_err(|e| Error::Internal(format!("{what}: {e}")))
    }

    fn collect(&self, what: &str, sql: &str) -> Result<DataFrame> {
        let text = with_view_names(sql);
        let text = text.trim().trim_end_matches(';');
        // Each call works on its own copy: the engine keeps CTEs and aliases in the context.
        let mut context = self.context.clone();
        let lazy = context.execute(text).map_err(|e| engine_error(what, &e))?;
        let result = lazy.collect_with_engine(Engine::Streaming).map_err(|e| engine_error(what, &e))?;
        Ok(result.unwrap_single())
    }
}

fn engine_error(what: &str, error: &polars::error::PolarsError) -> Error {
    Error::Config(format!("{what}: {error}"))
}

fn view_name(schema: &str, table: &str) -> String {
    format!("{schema}__{table}")
}

/// `schema.table` → the flat name that the engine knows, outside of quotes and comments.
fn with_view_names(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let taken = if rest.starts_with("--") {
            rest.find('\n').unwrap_or(rest.len())
        } else if first == '\'' || first == '"' {
            rest[1..].find(first).map_or(rest.len(), |end| end + 2)
        } else if first.is_ascii_alphabetic() || first == '_' {
            let word = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            if super::SCHEMAS.contains(&rest[..word].to_ascii_lowercase().as_str()) && rest[word..].starts_with('.') && !out.ends_with('.') {
                out.push_str(&rest[..word].to_ascii_lowercase());
                out.push_str("__");
                rest = &rest[word + 1..];
                continue;
            }
            word
        } else {
            first.len_utf8()
        };
        out.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    out
}

fn empty_frame(table: &Table) -> LazyFrame {
    let columns = table
        .columns
        .iter()
        .map(|c| {
            let ty = match c.ty {
                Type::Text => DataType::String,
                Type::Int => DataType::Int64,
                Type::Money => DataType::Decimal(18, 2),
                Type::Quantity => DataType::Decimal(18, 4),
                Type::Date => DataType::Date,
                Type::Bool => DataType::Boolean,
                Type::Float => DataType::Float64,
            };
            Column::from(Series::new_empty(c.name.into(), &ty))
        })
        .collect();
    DataFrame::new(0, columns).expect("declared columns are distinct and empty").lazy()
}

fn natural_array(column: &Column) -> std::result::Result<ArrayRef, String> {
    let ty = match column.dtype() {
        DataType::String => Type::Text,
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 | DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => {
            Type::Int
        }
        DataType::Float32 | DataType::Float64 => Type::Float,
        DataType::Boolean => Type::Bool,
        DataType::Date => Type::Date,
        DataType::Decimal(_, scale) => return decimal_array(column, 38, *scale as i8),
        DataType::Null => return Ok(new_null_array(&ArrowType::Utf8, column.len())),
        other => return Err(format!("type {other} cannot be shown; cast it to text, number or date")),
    };
    typed_array(column, ty)
}

fn typed_array(column: &Column, ty: Type) -> std::result::Result<ArrayRef, String> {
    if column.dtype() == &DataType::Null {
        return Ok(new_null_array(&ty.arrow(), column.len()));
    }
    let series = column.as_materialized_series();
    let cast = |to: DataType| series.strict_cast(&to).map_err(|e| e.to_string());
    let wrong = || format!("the query gives {}, declared is {}", series.dtype(), ty.word());
    Ok(match ty {
        Type::Text => Arc::new(series.str().map_err(|_| wrong())?.iter().collect::<StringArray>()),
        Type::Int if series.dtype().is_integer() => Arc::new(cast(DataType::Int64)?.i64().map_err(|_| wrong())?.iter().collect::<Int64Array>()),
        Type::Float if series.dtype().is_primitive_numeric() => Arc::new(cast(DataType::Float64)?.f64().map_err(|_| wrong())?.iter().collect::<Float64Array>()),
        Type::Bool => Arc::new(series.bool().map_err(|_| wrong())?.iter().collect::<BooleanArray>()),
        Type::Date if series.dtype() == &DataType::Date => Arc::new(cast(DataType::Int32)?.i32().map_err(|_| wrong())?.iter().collect::<Date32Array>()),
        Type::Money => decimal_array(column, 18, 2)?,
        Type::Quantity => decimal_array(column, 18, 4)?,
        _ => return Err(wrong()),
    })
}

/// Decimals and integers at the asked scale; an error when a value does not fit, never a rounded or wrapped one.
fn decimal_array(column: &Column, precision: u8, scale: i8) -> std::result::Result<ArrayRef, String> {
    let series = column.as_materialized_series();
    let limit = 10i128.pow(u32::from(precision));
    let rescale = |value: i128, from: i8| -> std::result::Result<i128, String> {
        let too_large = || format!("a value does not fit decimal({precision},{scale})");
        let scaled = if from <= scale {
            value.checked_mul(10i128.pow((scale - from) as u32)).ok_or_else(too_large)?
        } else {
            let unit = 10i128.pow((from - scale) as u32);
            if value % unit != 0 {
                return Err(format!("a value has more than {scale} decimals; round it where the query makes it"));
            }
            value / unit
        };
        if scaled.abs() < limit { Ok(scaled) } else { Err(too_large()) }
    };
    let values = series
        .iter()
        .map(|value| match value {
            AnyValue::Null => Ok(None),
            AnyValue::Decimal(v, _, from) => rescale(v, from as i8).map(Some),
            other => match other.extract::<i128>() {
                Some(v) if series.dtype().is_integer() => rescale(v, 0).map(Some),
                _ => Err(format!("the query gives {}, declared is a decimal", series.dtype())),
            },
        })
        .collect::<std::result::Result<Vec<Option<i128>>, String>>()?;
    let array = Decimal128Array::from(values).with_precision_and_scale(precision, scale).map_err(|e| e.to_string())?;
    Ok(Arc::new(array))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_flattened_outside_quotes_only() {
        for (sql, expect) in [
            ("select s.period from matched.spend s", "select s.period from matched__spend s"),
            ("select 'lake.x', \"rule.y\" from Rule.run -- lake.z", "select 'lake.x', \"rule.y\" from rule__run -- lake.z"),
            ("select lake.x", "select lake__x"),
            ("select a.rule.x", "select a.rule.x"),
        ] {
            assert_eq!(with_view_names(sql), expect);
        }
    }
}
