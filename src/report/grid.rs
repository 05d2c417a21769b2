//! Tables of the store as the report reads them: small ones whole, large ones batch by batch.

use std::fs::File;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Float64Type, Int64Type};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::error::Result;
use crate::model::Date;
use crate::store::Store;

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing on file.
    Null,
    /// Text.
    Text(String),
    /// Whole number.
    Int(i64),
    /// Money in minor units.
    Money(i64),
    /// Quantity or unit price in units of 10^−4.
    Quantity(i64),
    /// Ratio, score or index.
    Float(f64),
    /// Calendar day.
    Date(Date),
    /// True or false.
    Bool(bool),
}

/// A table in memory.
#[derive(Debug, Clone, Default)]
pub struct Grid {
    batches: Vec<RecordBatch>,
    rows: usize,
}

impl Grid {
    /// A table without rows.
    pub const EMPTY: Grid = Grid { batches: Vec::new(), rows: 0 };

    /// Reads the first rows of a table that may be large.
    pub fn read_first(store: &Store, full_name: &str, limit: usize) -> Result<Grid> {
        let mut grid = Grid::default();
        for_each_batch(store, full_name, None, |batch| {
            let batch = batch.slice(0, batch.num_rows().min(limit - grid.rows));
            grid.rows += batch.num_rows();
            if batch.num_rows() > 0 {
                grid.batches.push(batch);
            }
            Ok(())
        })?;
        Ok(grid)
    }

    /// Reads a whole table; one that the store does not have is empty.
    pub fn read(store: &Store, full_name: &str) -> Result<Grid> {
        let mut grid = Grid::default();
        for_each_batch(store, full_name, None, |batch| {
            grid.rows += batch.num_rows();
            grid.batches.push(batch.clone());
            Ok(())
        })?;
        Ok(grid)
    }

    /// Names of the columns.
    pub fn column_names(&self) -> Vec<String> {
        self.batches.first().map_or_else(Vec::new, |b| b.schema().fields().iter().map(|f| f.name().clone()).collect())
    }

    /// Rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The rows, in the order of the store.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |index| Row { batch, index }))
    }

    /// The first row, for tables of one row.
    pub fn first(&self) -> Option<Row<'_>> {
        self.rows().next()
    }
}

/// One row of a [`Grid`]. A column that is not there reads as nothing: an older store gives an emptier page, not a failure.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    batch: &'a RecordBatch,
    index: usize,
}

impl<'a> Row<'a> {
    /// A row of a batch.
    pub fn of(batch: &'a RecordBatch, index: usize) -> Row<'a> {
        Row { batch, index }
    }

    /// The value of a column.
    pub fn value(self, column: &str) -> Value {
        self.batch.column_by_name(column).map_or(Value::Null, |array| value_at(array.as_ref(), self.index))
    }

    /// Text; empty when there is none.
    pub fn text(self, column: &str) -> &'a str {
        match self.batch.column_by_name(column) {
            Some(array) if array.data_type() == &DataType::Utf8 && !array.is_null(self.index) => array.as_string::<i32>().value(self.index),
            _ => "",
        }
    }

    /// Money in minor units.
    pub fn money(self, column: &str) -> Option<i64> {
        match self.value(column) {
            Value::Money(v) => Some(v),
            _ => None,
        }
    }

    /// A whole number.
    pub fn int(self, column: &str) -> Option<i64> {
        match self.value(column) {
            Value::Int(v) => Some(v),
            _ => None,
        }
    }

    /// A ratio or index.
    pub fn float(self, column: &str) -> Option<f64> {
        match self.value(column) {
            Value::Float(v) => Some(v),
            _ => None,
        }
    }

    /// A day.
    pub fn date(self, column: &str) -> Option<Date> {
        match self.value(column) {
            Value::Date(v) => Some(v),
            _ => None,
        }
    }

    /// True or false.
    pub fn bool(self, column: &str) -> Option<bool> {
        match self.value(column) {
            Value::Bool(v) => Some(v),
            _ => None,
        }
    }
}

/// The value at a place of a column.
pub fn value_at(array: &dyn Array, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    let narrow = |v: i128| i64::try_from(v).expect("declared decimals have 18 digits");
    match array.data_type() {
        DataType::Utf8 => Value::Text(array.as_string::<i32>().value(row).to_string()),
        DataType::Int64 => Value::Int(array.as_primitive::<Int64Type>().value(row)),
        DataType::Decimal128(_, 2) => Value::Money(narrow(array.as_primitive::<Decimal128Type>().value(row))),
        DataType::Decimal128(_, 4) => Value::Quantity(narrow(array.as_primitive::<Decimal128Type>().value(row))),
        // A rate is read digit by digit: it is shown with all that it has.
        DataType::Decimal128(_, 8) => {
            Value::Text(array.as_primitive::<Decimal128Type>().value_as_string(row).trim_end_matches('0').trim_end_matches('.').to_string())
        }
        DataType::Float64 => Value::Float(array.as_primitive::<Float64Type>().value(row)),
        DataType::Date32 => Value::Date(Date::from_days(array.as_primitive::<Date32Type>().value(row))),
        DataType::Boolean => Value::Bool(array.as_boolean().value(row)),
        other => unreachable!("no declared type is stored as {other}"),
    }
}

/// Gives each batch of a table to `each`, in the order of the store, with only `columns` when they are named.
pub fn for_each_batch(store: &Store, full_name: &str, columns: Option<&[&str]>, mut each: impl FnMut(&RecordBatch) -> Result<()>) -> Result<()> {
    // Metric tables are declared by their queries, which are the analysis' own; the files themselves say their columns.
    for entry in store.manifest().tables.get(full_name).map_or(&[][..], Vec::as_slice) {
        let path = store.verified_path(entry)?;
        let file = File::open(&path).map_err(|e| crate::error::Error::io("open", &path, &e))?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
        let mask = match columns {
            None => ProjectionMask::all(),
            Some(names) => ProjectionMask::columns(builder.parquet_schema(), names.iter().copied()),
        };
        for batch in builder.with_projection(mask).with_batch_size(64 * 1024).build()? {
            each(&batch?)?;
        }
    }
    Ok(())
}
