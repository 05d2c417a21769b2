//! Tables, declared once. From these constants come the Arrow schemas, the typing of ingest, the writer's check, the SQL
//! registration, the empty tables that queries are planned on, and `docs/tables.md`.

mod classified;
pub mod faults;
mod lake;
pub mod life_cycle;
mod matched;
pub mod metric;
mod resolved;
mod rule;
pub mod tender_flag;

pub use classified::*;
pub use lake::*;
pub use matched::*;
pub use resolved::*;
pub use rule::*;

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema};

/// What a column holds. The Arrow and Parquet types follow from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    /// UTF-8 text.
    Text,
    /// Whole number, 64 bits.
    Int,
    /// Exact money in the row's currency: `Decimal(18,2)`.
    Money,
    /// Quantity or unit price: `Decimal(18,4)`.
    Quantity,
    /// Exchange rate: `Decimal(18,8)`.
    Rate,
    /// Calendar day.
    Date,
    /// True or false.
    Bool,
    /// A ratio, score or other inexact number: 64-bit float. Never money.
    Float,
}

impl Type {
    /// The Arrow type of a column of this type.
    pub fn arrow(self) -> DataType {
        match self {
            Type::Text => DataType::Utf8,
            Type::Int => DataType::Int64,
            Type::Money => DataType::Decimal128(18, 2),
            Type::Quantity => DataType::Decimal128(18, 4),
            Type::Rate => DataType::Decimal128(18, 8),
            Type::Date => DataType::Date32,
            Type::Bool => DataType::Boolean,
            Type::Float => DataType::Float64,
        }
    }

    /// The word used in SQL headers and docs.
    pub const fn word(self) -> &'static str {
        match self {
            Type::Text => "text",
            Type::Int => "int",
            Type::Money => "money",
            Type::Quantity => "quantity",
            Type::Rate => "rate",
            Type::Date => "date",
            Type::Bool => "bool",
            Type::Float => "float",
        }
    }

    /// The type that a word of an SQL header names.
    pub fn from_word(word: &str) -> Option<Type> {
        [Type::Text, Type::Int, Type::Money, Type::Quantity, Type::Rate, Type::Date, Type::Bool, Type::Float].into_iter().find(|t| t.word() == word)
    }
}

/// One column of a [`Table`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Name: lower case, unit last.
    pub name: &'static str,
    /// What it holds.
    pub ty: Type,
    /// Whether every row has a value.
    pub required: bool,
    /// One line of documentation.
    pub doc: &'static str,
}

impl Column {
    const fn new(name: &'static str, ty: Type, doc: &'static str) -> Column {
        Column { name, ty, required: false, doc }
    }

    /// The same column, with a value in every row.
    pub const fn required(mut self) -> Column {
        self.required = true;
        self
    }
}

/// A text column.
pub const fn text(name: &'static str, doc: &'static str) -> Column {
    Column::new(name, Type::Text, doc)
}
/// A whole-number column.
pub const fn int(name: &'static str, doc: &'static str) -> Column {
    Column::new(name, Type::Int, doc)
}
/// A money column.
pub const fn money(name: &'static str, doc: &'static str) -> Column {
    Column::new(name, Type::Money, doc)
}
/// A quantity or unit-price column.
pub const fn quantity(name: &'static str, doc: &'static str) -> Column {
    Column::new(name, Type::Quantity, doc)
}
/// An exchange-rate column.
pub const fn rate(name: &'static str, doc: &'static str) -> Column {
    Column::new(name, Type::Rate, doc)
}
/// A date column.
pub const fn date(name: &'static str, doc: &'static str) -> Column {
    Column::new(name, Type::Date, doc)
}
/// A true-or-false column.
pub const fn boolean(name: &'static str, doc: &'static str) -> Column {
    Column::new(name, Type::Bool, doc)
}
/// A ratio or score column.
pub const fn float(name: &'static str, doc: &'static str) -> Column {
    Column::new(name, Type::Float, doc)
}

/// A declared table: one grain, typed columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// The SQL schema, which is also a folder: `lake`, `resolved`, `classified`, `matched`, `rule` or `metric`.
    pub schema: &'static str,
    /// The name within the schema, singular.
    pub name: &'static str,
    /// What one row is.
    pub grain: &'static str,
    /// The columns that identify a row.
    pub key: &'static [&'static str],
    /// Whether the files are partitioned by the column `period`.
    pub is_partitioned: bool,
    /// One or two sentences: what the table is for.
    pub doc: &'static str,
    /// The columns, in order.
    pub columns: &'static [Column],
}

impl Table {
    /// `schema.name`.
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }

    /// The Arrow schema; required columns are not nullable.
    pub fn arrow(&self) -> Arc<Schema> {
        Arc::new(Schema::new(self.columns.iter().map(|c| Field::new(c.name, c.ty.arrow(), !c.required)).collect::<Vec<_>>()))
    }

    /// The position of a column; panics on a name that is not declared, which is a defect of the caller.
    pub fn index_of(&self, column: &str) -> usize {
        self.columns.iter().position(|c| c.name == column).unwrap_or_else(|| panic!("{} has no column {column}", self.full_name()))
    }

    /// The column of that name, if declared.
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|c| c.name == name)
    }
}

/// Every table that stages write and queries may read, in the order of the flow. Metric tables are declared by the headers
/// of their SQL files: see `analysis::catalogue`.
pub const TABLES: &[&Table] = &[
    &SOURCE_FILE,
    &REJECT,
    &INVOICE_LINE,
    &CONTRACT,
    &CONTRACT_AMENDMENT,
    &PURCHASE_ORDER,
    &APPROVED_EXCEPTION,
    &TENDER,
    &AWARD,
    &BID,
    &VENDOR_RECORD,
    &ORGANISATIONAL_UNIT,
    &PRICE_LIST_ITEM,
    &SUPPLIER_REGISTER,
    &SPEND_CATEGORY,
    &CATEGORY_RULE,
    &LEDGER_BALANCE,
    &EXCHANGE_RATE,
    &FINDING,
    &CATEGORY_ATTRIBUTE,
    &EMISSION_FACTOR,
    &PRICE_INDEX,
    &TIER2_REPORT,
    &DIVERSITY_GOAL,
    &DEVIATION_REPORT,
    &DIRECT_AWARD_RECORD,
    &SUPPLIER,
    &VENDOR_SUPPLIER,
    &SUPPLIER_CLASS,
    &CONTRACT_SUPPLIER,
    &SUPPLIER_OVERRIDE,
    &VENDOR_FINDING,
    &SUPPLIER_REVIEW,
    &LINE_CATEGORY,
    &SPEND,
    &CONTRACT_TERM,
    &RUN,
    &CALENDAR,
    &DAY,
    &COST_COMPONENT,
    &COST_TEXT,
    &THRESHOLD,
    &PARAMETER,
];

/// The table of that full name (`lake.invoice_line`), if declared.
pub fn table(full_name: &str) -> Option<&'static Table> {
    TABLES.iter().copied().find(|t| t.full_name() == full_name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn declarations_hold_together() {
        let mut names = BTreeSet::new();
        for table in TABLES {
            assert!(names.insert(table.full_name()), "{} is declared twice", table.full_name());
            assert!(!table.doc.is_empty() && !table.grain.is_empty(), "{}", table.full_name());
            let columns: BTreeSet<_> = table.columns.iter().map(|c| c.name).collect();
            assert_eq!(columns.len(), table.columns.len(), "{} repeats a column", table.full_name());
            for key in table.key {
                assert!(columns.contains(key), "{}: key {key} is not a column", table.full_name());
            }
            assert!(!table.is_partitioned || table.column("period").is_some_and(|c| c.required), "{}", table.full_name());
            for column in table.columns {
                assert!(!column.doc.is_empty(), "{}.{} has no doc", table.full_name(), column.name);
            }
        }
    }
}
