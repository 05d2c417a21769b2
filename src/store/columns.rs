//! Rows of declared tables as typed values: reading by column name, building row by row.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, BooleanBuilder, Date32Array, Date32Builder, Decimal128Array, Decimal128Builder, Float64Array, Float64Builder,
    Int64Array, Int64Builder, StringArray, StringBuilder,
};
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Float64Type, Int64Type};
use arrow::record_batch::RecordBatch;

use crate::model::{Date, Money};
use crate::schema::{Table, Type};

/// Typed access to the columns of a batch, by name. Asking for a column that is not there, or as another type, is a defect
/// of the caller and panics.
#[derive(Clone, Copy)]
pub struct Columns<'a>(pub &'a RecordBatch);

impl<'a> Columns<'a> {
    fn column(self, name: &str) -> &'a ArrayRef {
        self.0.column_by_name(name).unwrap_or_else(|| panic!("the batch has no column {name}"))
    }

    /// A text column.
    pub fn text(self, name: &str) -> &'a StringArray {
        self.column(name).as_string::<i32>()
    }

    /// A whole-number column.
    pub fn int(self, name: &str) -> &'a Int64Array {
        self.column(name).as_primitive::<Int64Type>()
    }

    /// A money, quantity or rate column, in units of 10^−2, 10^−4 or 10^−8.
    pub fn decimal(self, name: &str) -> &'a Decimal128Array {
        self.column(name).as_primitive::<Decimal128Type>()
    }

    /// A date column, in days since 1970-01-01.
    pub fn date(self, name: &str) -> &'a Date32Array {
        self.column(name).as_primitive::<Date32Type>()
    }

    /// A true-or-false column.
    pub fn boolean(self, name: &str) -> &'a BooleanArray {
        self.column(name).as_boolean()
    }

    /// A float column.
    pub fn float(self, name: &str) -> &'a Float64Array {
        self.column(name).as_primitive::<Float64Type>()
    }

    /// The text of a row, `None` when null.
    pub fn text_at(self, name: &str, row: usize) -> Option<&'a str> {
        let column = self.text(name);
        (!column.is_null(row)).then(|| column.value(row))
    }

    /// The money of a row, `None` when null.
    pub fn money_at(self, name: &str, row: usize) -> Option<Money> {
        let column = self.decimal(name);
        (!column.is_null(row)).then(|| i64::try_from(column.value(row)).ok().and_then(Money::from_minor).expect("Decimal(18,2) fits Money"))
    }

    /// The quantity or unit price of a row in units of 10^−4, `None` when null.
    pub fn quantity_at(self, name: &str, row: usize) -> Option<i64> {
        let column = self.decimal(name);
        (!column.is_null(row)).then(|| i64::try_from(column.value(row)).expect("Decimal(18,4) fits i64"))
    }

    /// The exchange rate of a row in units of 10^−8, `None` when null.
    pub fn rate_at(self, name: &str, row: usize) -> Option<i64> {
        let column = self.decimal(name);
        (!column.is_null(row)).then(|| i64::try_from(column.value(row)).expect("Decimal(18,8) fits i64"))
    }

    /// The day of a row, `None` when null.
    pub fn date_at(self, name: &str, row: usize) -> Option<Date> {
        let column = self.date(name);
        (!column.is_null(row)).then(|| Date::from_days(column.value(row)))
    }

    /// The number of a row, `None` when null.
    pub fn int_at(self, name: &str, row: usize) -> Option<i64> {
        let column = self.int(name);
        (!column.is_null(row)).then(|| column.value(row))
    }

    /// The truth of a row, `None` when null.
    pub fn bool_at(self, name: &str, row: usize) -> Option<bool> {
        let column = self.boolean(name);
        (!column.is_null(row)).then(|| column.value(row))
    }

    /// The float of a row, `None` when null.
    pub fn float_at(self, name: &str, row: usize) -> Option<f64> {
        let column = self.float(name);
        (!column.is_null(row)).then(|| column.value(row))
    }
}

enum Builder {
    Text(StringBuilder),
    Int(Int64Builder),
    Decimal(Decimal128Builder),
    Date(Date32Builder),
    Bool(BooleanBuilder),
    Float(Float64Builder),
}

/// Builds batches of a declared table. Positions come from [`Table::index_of`], once, outside the loop; the convenience
/// setters by name are for small tables.
///
/// Every row sets each column at most once, then calls [`TableBuilder::end_row`]: columns not set are null.
pub struct TableBuilder {
    table: &'static Table,
    builders: Vec<Builder>,
    rows: usize,
}

impl TableBuilder {
    /// An empty builder for rows of `table`.
    pub fn new(table: &'static Table) -> TableBuilder {
        let builders = table
            .columns
            .iter()
            .map(|c| match c.ty {
                Type::Text => Builder::Text(StringBuilder::new()),
                Type::Int => Builder::Int(Int64Builder::new()),
                Type::Money | Type::Quantity | Type::Rate => {
                    let DataType::Decimal128(precision, scale) = c.ty.arrow() else { unreachable!("money and quantity are decimals") };
                    Builder::Decimal(Decimal128Builder::new().with_precision_and_scale(precision, scale).expect("a declared decimal is valid"))
                }
                Type::Date => Builder::Date(Date32Builder::new()),
                Type::Bool => Builder::Bool(BooleanBuilder::new()),
                Type::Float => Builder::Float(Float64Builder::new()),
            })
            .collect();
        TableBuilder { table, builders, rows: 0 }
    }

    /// The table of the rows.
    pub const fn table(&self) -> &'static Table {
        self.table
    }

    /// Rows ended so far.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether no row was ended.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Sets a text by position.
    pub fn set_text(&mut self, column: usize, value: &str) {
        let Builder::Text(b) = &mut self.builders[column] else { panic!("{} is not text", self.table.columns[column].name) };
        b.append_value(value);
    }

    /// Sets a number by position.
    pub fn set_int(&mut self, column: usize, value: i64) {
        let Builder::Int(b) = &mut self.builders[column] else { panic!("{} is not int", self.table.columns[column].name) };
        b.append_value(value);
    }

    /// Sets money (minor units) or a quantity (10^−4) by position.
    pub fn set_decimal(&mut self, column: usize, value: i64) {
        let Builder::Decimal(b) = &mut self.builders[column] else { panic!("{} is not a decimal", self.table.columns[column].name) };
        b.append_value(i128::from(value));
    }

    /// Sets a day by position.
    pub fn set_date(&mut self, column: usize, value: Date) {
        let Builder::Date(b) = &mut self.builders[column] else { panic!("{} is not a date", self.table.columns[column].name) };
        b.append_value(value.days());
    }

    /// Sets a truth by position.
    pub fn set_bool(&mut self, column: usize, value: bool) {
        let Builder::Bool(b) = &mut self.builders[column] else { panic!("{} is not bool", self.table.columns[column].name) };
        b.append_value(value);
    }

    /// Sets a float by position.
    pub fn set_float(&mut self, column: usize, value: f64) {
        let Builder::Float(b) = &mut self.builders[column] else { panic!("{} is not float", self.table.columns[column].name) };
        b.append_value(value);
    }

    /// Sets a text by name; `None` stays null.
    pub fn text(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        if let Some(v) = value {
            self.set_text(self.table.index_of(name), v);
        }
        self
    }

    /// Sets a number by name; `None` stays null.
    pub fn int(&mut self, name: &str, value: Option<i64>) -> &mut Self {
        if let Some(v) = value {
            self.set_int(self.table.index_of(name), v);
        }
        self
    }

    /// Sets money by name; `None` stays null.
    pub fn money(&mut self, name: &str, value: Option<Money>) -> &mut Self {
        if let Some(v) = value {
            self.set_decimal(self.table.index_of(name), v.minor());
        }
        self
    }

    /// Sets a day by name; `None` stays null.
    pub fn date(&mut self, name: &str, value: Option<Date>) -> &mut Self {
        if let Some(v) = value {
            self.set_date(self.table.index_of(name), v);
        }
        self
    }

    /// Sets a truth by name; `None` stays null.
    pub fn boolean(&mut self, name: &str, value: Option<bool>) -> &mut Self {
        if let Some(v) = value {
            self.set_bool(self.table.index_of(name), v);
        }
        self
    }

    /// Sets a float by name; `None` stays null.
    pub fn float(&mut self, name: &str, value: Option<f64>) -> &mut Self {
        if let Some(v) = value {
            self.set_float(self.table.index_of(name), v);
        }
        self
    }

    /// Ends the row: columns that were not set become null. Panics when a required column was not set.
    pub fn end_row(&mut self) {
        self.rows += 1;
        for (declared, builder) in self.table.columns.iter().zip(&mut self.builders) {
            macro_rules! pad {
                ($b:expr) => {{
                    use arrow::array::ArrayBuilder as _;
                    if $b.len() < self.rows {
                        assert!(!declared.required, "{}.{} is required and was not set", self.table.full_name(), declared.name);
                        $b.append_null();
                    }
                    assert_eq!($b.len(), self.rows, "{}.{} was set twice", self.table.full_name(), declared.name);
                }};
            }
            match builder {
                Builder::Text(b) => pad!(b),
                Builder::Int(b) => pad!(b),
                Builder::Decimal(b) => pad!(b),
                Builder::Date(b) => pad!(b),
                Builder::Bool(b) => pad!(b),
                Builder::Float(b) => pad!(b),
            }
        }
    }

    /// The rows ended so far, as a batch; the builder is empty afterwards.
    pub fn finish(&mut self) -> RecordBatch {
        self.rows = 0;
        let arrays: Vec<ArrayRef> = self
            .builders
            .iter_mut()
            .map(|builder| -> ArrayRef {
                match builder {
                    Builder::Text(b) => Arc::new(b.finish()),
                    Builder::Int(b) => Arc::new(b.finish()),
                    Builder::Decimal(b) => Arc::new(b.finish()),
                    Builder::Date(b) => Arc::new(b.finish()),
                    Builder::Bool(b) => Arc::new(b.finish()),
                    Builder::Float(b) => Arc::new(b.finish()),
                }
            })
            .collect();
        RecordBatch::try_new(self.table.arrow(), arrays).expect("the builders follow the declared schema")
    }
}
