//! Rows of `matched.spend`: what passes through from the lake, and what was decided.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder, Int64Builder, StringArray, StringBuilder};
use arrow::datatypes::{DataType, Decimal128Type};
use arrow::record_batch::RecordBatch;

use super::coverage::Basis;
use super::decide::{Decision, Line, Outcome};
use super::index::Index;
use super::lines::{self, Chunk, UNRESOLVED};
use super::{decide, price};
use crate::error::Result;
use crate::model::{Date, Period};
use crate::schema::{SPEND, Type};

/// Category code and name of lines that could not be classified.
pub const UNCLASSIFIED: &str = "unclassified";
/// Unit id and name of lines that have none.
pub const UNKNOWN_UNIT: &str = "unknown";

/// Builds the decided columns of one chunk, row by row.
pub struct SpendBuilder<'c, 'i> {
    chunk: &'c Chunk<'i>,
    index: &'i Index,
    period: Period,
    covered_on: Date32Builder,
    covered_on_basis: StringBuilder,
    unit_id: StringBuilder,
    unit_name: StringBuilder,
    unit_names: StringArray,
    supplier_id: StringBuilder,
    supplier_name: StringBuilder,
    supplier_group_id: StringBuilder,
    invoice_key: StringBuilder,
    invoice_number: StringBuilder,
    is_credit: BooleanBuilder,
    category_code: StringBuilder,
    category_name: StringBuilder,
    category_group_code: StringBuilder,
    category_group_name: StringBuilder,
    spend_net: Decimal128Builder,
    exchange_rate_on: Date32Builder,
    is_addressable: BooleanBuilder,
    exclusion: StringBuilder,
    outcome: StringBuilder,
    match_class: StringBuilder,
    ladder_level: Int64Builder,
    contract_id: StringBuilder,
    lot_id: StringBuilder,
    passed_by: StringBuilder,
    reason: StringBuilder,
    is_category_covered: BooleanBuilder,
    price_deviation: Decimal128Builder,
    confidence: Float64Builder,
    candidate_count: Int64Builder,
    evidence: StringBuilder,
    exception: StringBuilder,
    exclusions: ArrayRef,
    number: String,
    key: String,
    text: String,
}

fn money(rows: usize) -> Decimal128Builder {
    let DataType::Decimal128(precision, scale) = Type::Money.arrow() else { unreachable!("money is a decimal") };
    Decimal128Builder::with_capacity(rows).with_precision_and_scale(precision, scale).expect("a declared decimal is valid")
}

impl<'c, 'i> SpendBuilder<'c, 'i> {
    /// For the rows of a chunk that was read with what passes through.
    pub fn new(chunk: &'c Chunk<'i>, index: &'i Index, period: Period) -> Result<SpendBuilder<'c, 'i>> {
        let rows = chunk.len();
        let text = |width: usize| StringBuilder::with_capacity(rows, rows * width);
        Ok(SpendBuilder {
            chunk,
            index,
            period,
            covered_on: Date32Builder::with_capacity(rows),
            covered_on_basis: text(9),
            unit_id: text(8),
            unit_name: text(20),
            unit_names: chunk.plain("organisational_unit_name")?.as_string::<i32>().clone(),
            supplier_id: text(14),
            supplier_name: text(24),
            supplier_group_id: text(14),
            invoice_key: text(32),
            invoice_number: text(12),
            is_credit: BooleanBuilder::with_capacity(rows),
            category_code: text(8),
            category_name: text(24),
            category_group_code: text(4),
            category_group_name: text(24),
            spend_net: money(rows),
            exchange_rate_on: Date32Builder::with_capacity(rows),
            is_addressable: BooleanBuilder::with_capacity(rows),
            exclusion: text(4),
            outcome: text(12),
            match_class: text(12),
            ladder_level: Int64Builder::with_capacity(rows),
            contract_id: text(12),
            lot_id: text(2),
            passed_by: text(4),
            reason: text(2),
            is_category_covered: BooleanBuilder::with_capacity(rows),
            price_deviation: money(rows),
            confidence: Float64Builder::with_capacity(rows),
            candidate_count: Int64Builder::with_capacity(rows),
            evidence: text(32),
            exception: text(4),
            exclusions: lines::plain(chunk.class.column_by_name("exclusion").expect("a column we asked for"))?,
            number: String::new(),
            key: String::new(),
            text: String::new(),
        })
    }

    /// Adds the next row. Rows come in order, each once.
    pub fn push(&mut self, row: usize, line: &Line<'_>, decision: &Decision) {
        let (chunk, index) = (self.chunk, self.index);
        self.covered_on.append_option(line.day.map(Date::days));
        self.covered_on_basis.append_option(line.day.map(|_| Basis::word(line.basis)));
        self.push_unit(row);
        match chunk.vendor(row) {
            Some(vendor) => {
                let supplier = &index.suppliers[vendor.supplier as usize];
                self.supplier_id.append_value(&supplier.id);
                self.supplier_name.append_value(&supplier.name);
                self.supplier_group_id.append_value(&supplier.group_id);
            }
            None => {
                for column in [&mut self.supplier_id, &mut self.supplier_name, &mut self.supplier_group_id] {
                    column.append_value(UNRESOLVED);
                }
            }
        }
        chunk.write_invoice(row, &mut self.number, &mut self.key);
        self.invoice_key.append_value(&self.key);
        self.invoice_number.append_option((!self.number.is_empty()).then_some(&self.number));
        let net = chunk.net_minor(row);
        self.is_credit.append_value(net < 0);
        match line.category {
            Some(category) => {
                self.category_code.append_value(&category.code);
                self.category_name.append_value(&category.name);
                self.category_group_code.append_value(&category.group_code);
                self.category_group_name.append_value(&category.group_name);
            }
            None => {
                for column in [&mut self.category_code, &mut self.category_name, &mut self.category_group_code, &mut self.category_group_name] {
                    column.append_value(UNCLASSIFIED);
                }
            }
        }
        self.spend_net.append_option(chunk.spend_minor(row).map(i128::from));
        self.exchange_rate_on.append_option(chunk.exchange_rate_on(row).map(Date::days));
        self.is_addressable.append_value(decision.outcome != Outcome::NotAddressable);
        let stated = self.exclusions.as_string::<i32>();
        if line.is_excluded {
            self.exclusion.append_value(stated.value(row));
        } else {
            self.exclusion.append_option(line.lacks_exchange_rate.then_some("no_exchange_rate"));
        }
        self.push_decision(line, decision);
    }

    fn push_unit(&mut self, row: usize) {
        let id = self.chunk.unit_id(row).unwrap_or(UNKNOWN_UNIT);
        self.unit_id.append_value(id);
        use arrow::array::Array as _;
        let on_line = (!self.unit_names.is_null(row)).then(|| self.unit_names.value(row)).filter(|n| !n.is_empty());
        self.unit_name.append_value(self.index.unit_name(id).or(on_line).unwrap_or(id));
    }

    fn push_decision(&mut self, line: &Line<'_>, decision: &Decision) {
        let index = self.index;
        let contract = |position: u32| &*index.contracts[position as usize].id;
        self.outcome.append_value(decision.outcome.word());
        self.match_class.append_value(decision.class.word());
        self.ladder_level.append_option(decision.ladder_level.map(i64::from));
        self.contract_id.append_option(decision.contract.map(contract));
        self.lot_id.append_option(decision.lot.map(|l| &*index.lots[l as usize]).filter(|l| !l.is_empty()));
        self.passed_by.append_option(decision.passed_by.map(contract));
        self.reason.append_option(decision.reason.map(decide::Reason::word));
        self.is_category_covered.append_value(decision.is_category_covered);
        self.price_deviation.append_option(price_deviation(line, decision, index).map(i128::from));
        self.confidence.append_value(decision.confidence);
        self.candidate_count.append_value(i64::from(decision.candidate_count));
        self.text.clear();
        decision.evidence.write(&mut self.text).expect("writing to a string");
        self.evidence.append_value(&self.text);
        self.exception.append_option(decide::exception(line, index, decision).map(|e| &*index.exceptions[e as usize].id));
    }

    /// The rows, with what passes through.
    pub fn finish(mut self) -> Result<RecordBatch> {
        let rows = self.chunk.len();
        let period = self.period.to_string();
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(SPEND.columns.len());
        for column in SPEND.columns {
            let array: ArrayRef = match column.name {
                "period" => Arc::new(StringArray::from_iter_values(std::iter::repeat_n(&period, rows))),
                "month_index" => Arc::new(arrow::array::Int64Array::from_value(i64::from(self.period.index()), rows)),
                "covered_on" => Arc::new(self.covered_on.finish()),
                "covered_on_basis" => Arc::new(self.covered_on_basis.finish()),
                "organisational_unit_id" => Arc::new(self.unit_id.finish()),
                "organisational_unit_name" => Arc::new(self.unit_name.finish()),
                "supplier_id" => Arc::new(self.supplier_id.finish()),
                "supplier_name" => Arc::new(self.supplier_name.finish()),
                "supplier_group_id" => Arc::new(self.supplier_group_id.finish()),
                "invoice_key" => Arc::new(self.invoice_key.finish()),
                "invoice_number_normalised" => Arc::new(self.invoice_number.finish()),
                "is_credit" => Arc::new(self.is_credit.finish()),
                "category_code" => Arc::new(self.category_code.finish()),
                "category_name" => Arc::new(self.category_name.finish()),
                "category_group_code" => Arc::new(self.category_group_code.finish()),
                "category_group_name" => Arc::new(self.category_group_name.finish()),
                "category_method" => lines::plain(self.chunk.class.column_by_name("category_method").expect("a column we asked for"))?,
                "spend_net" => Arc::new(self.spend_net.finish()),
                "exchange_rate_on" => Arc::new(self.exchange_rate_on.finish()),
                "is_addressable" => Arc::new(self.is_addressable.finish()),
                "exclusion" => Arc::new(self.exclusion.finish()),
                "outcome" => Arc::new(self.outcome.finish()),
                "match_class" => Arc::new(self.match_class.finish()),
                "ladder_level" => Arc::new(self.ladder_level.finish()),
                "contract_id" => Arc::new(self.contract_id.finish()),
                "lot_id" => Arc::new(self.lot_id.finish()),
                "passed_by_contract_id" => Arc::new(self.passed_by.finish()),
                "reason" => Arc::new(self.reason.finish()),
                "is_category_covered" => Arc::new(self.is_category_covered.finish()),
                "price_deviation_net" => Arc::new(self.price_deviation.finish()),
                "confidence" => Arc::new(self.confidence.finish()),
                "candidate_count" => Arc::new(self.candidate_count.finish()),
                "evidence" => Arc::new(self.evidence.finish()),
                "approved_exception_id" => Arc::new(self.exception.finish()),
                name => self.chunk.plain(name)?,
            };
            arrays.push(array);
        }
        let batch = RecordBatch::try_new(SPEND.arrow(), arrays)?;
        // What is written is what was read, to the öre: no row is lost or made between the two.
        let sum = |batch: &RecordBatch| batch.column_by_name("net_amount").expect("declared").as_primitive::<Decimal128Type>().iter().flatten().sum::<i128>();
        assert_eq!(sum(&batch), sum(&self.chunk.lake), "kronor are conserved");
        Ok(batch)
    }
}

/// Paid above or below the agreed price on a covered line, in minor units of the workspace's currency.
pub fn price_deviation(line: &Line<'_>, decision: &Decision, index: &Index) -> Option<i64> {
    let entry = &index.entries[decision.covering? as usize];
    let minor = price::deviation_minor(&line.paid, decide::agreed(line, index, entry)?)?;
    index.parameters.converted(minor, line.paid.currency, line.day)
}
