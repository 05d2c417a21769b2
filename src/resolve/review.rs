//! What people should look at: links that were made and may be wrong, and links that were not made and may be missed, by the
//! money that hangs on them.

use std::collections::BTreeMap;

use arrow::array::Array;
use rayon::prelude::*;

use super::decide::Resolution;
use super::record::{Origin, Record};
use super::sets::Method;
use crate::error::Result;
use crate::model::{Money, Total};
use crate::schema;
use crate::store::{Columns, FileEntry, Store, TableBuilder};

/// One question to people.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Whether the link stands now: else it is one that was not made.
    pub is_linked: bool,
    /// The record in question, as source, number and name.
    pub record: String,
    /// The supplier that it is linked to, or the record that it is like.
    pub other: String,
    /// Probability that the two are one supplier.
    pub probability: f64,
    /// Sum of |net amount| of the lines of the record in question, in the workspace's currency.
    pub amount: Total,
    /// `amount` times the probability that what stands now is wrong, rounded to minor units.
    pub at_risk: Total,
    /// Why they may be one.
    pub evidence: String,
    /// The line to add to the override file when the answer is not what stands now.
    pub verdict: String,
}

/// Questions that are kept: beyond these no person reads.
const QUESTIONS_MAX: usize = 10_000;

/// The questions on which the most money hangs, the largest first; ties by text.
pub(super) fn questions(store: &Store, records: &[Record], resolution: &Resolution, currency: &str) -> Result<Vec<Question>> {
    let amounts = amounts(store, currency)?;
    let amount = |record: u32| amounts.get(&records[record as usize].key).copied().unwrap_or(Total::ZERO);
    let id = |record: u32| resolution.suppliers[resolution.links[record as usize].supplier as usize].id.as_str();

    let mut questions = Vec::new();
    for (at, link) in (0u32..).zip(&resolution.links) {
        if records[at as usize].origin == Origin::Line && matches!(link.method, Method::Name | Method::Master) {
            let supplier = &resolution.suppliers[link.supplier as usize];
            questions.push(Question {
                is_linked: true,
                record: shown(&records[at as usize]),
                other: format!("{} {}", supplier.id, supplier.name),
                probability: f64::from(link.score),
                amount: amount(at),
                at_risk: share(amount(at), 1.0 - f64::from(link.score)),
                evidence: link.evidence.clone(),
                verdict: format!("different {} {}", pointer(&records[at as usize]), supplier.id),
            });
        }
    }
    for (a, b, probability, evidence) in &resolution.doubts {
        // Later evidence may have joined them after all.
        if id(*a) == id(*b) {
            continue;
        }
        // The smaller side would move to the other supplier: its money is what changes.
        let (moved, other) = if amount(*a) <= amount(*b) { (*a, *b) } else { (*b, *a) };
        questions.push(Question {
            is_linked: false,
            record: shown(&records[moved as usize]),
            other: format!("{} {}", id(other), shown(&records[other as usize])),
            probability: f64::from(*probability),
            amount: amount(moved),
            at_risk: share(amount(moved), f64::from(*probability)),
            evidence: evidence.clone(),
            verdict: format!("same {} {}", pointer(&records[moved as usize]), pointer(&records[other as usize])),
        });
    }
    questions.sort_by(|x, y| y.at_risk.cmp(&x.at_risk).then_with(|| x.verdict.cmp(&y.verdict)));
    questions.dedup_by(|x, y| x.verdict == y.verdict);
    questions.truncate(QUESTIONS_MAX);
    Ok(questions)
}

/// `resolved.supplier_review`.
pub(super) fn rows(questions: &[Question]) -> arrow::record_batch::RecordBatch {
    let mut rows = TableBuilder::new(&schema::SUPPLIER_REVIEW);
    // An amount beyond what a file holds is shown as the largest that it does: the order is right all the same.
    let money = |total: Total| Money::from_minor(total.minor().clamp(0, i128::from(Money::MAX_MINOR)) as i64);
    for (question, rank) in questions.iter().zip(1..) {
        rows.int("review_rank", Some(rank))
            .boolean("is_linked", Some(question.is_linked))
            .text("record", Some(&question.record))
            .text("other", Some(&question.other))
            .float("probability", Some((question.probability * 1e4).round() / 1e4))
            .money("amount_net", money(question.amount))
            .money("at_risk_net", money(question.at_risk))
            .text("evidence", Some(&question.evidence))
            .text("verdict", Some(&question.verdict));
        rows.end_row();
    }
    rows.finish()
}

fn shown(record: &Record) -> String {
    match record.origin {
        Origin::Line if record.vendor_id.is_empty() => format!("{}: {}", record.source_name, record.name),
        Origin::Line => format!("{} {}: {}", record.source_name, record.vendor_id, record.name),
        Origin::Contract => format!("contract: {}", record.name),
        Origin::Register => format!("register: {}", record.name),
    }
}

/// How the override file points at a record.
fn pointer(record: &Record) -> String {
    match record.origin {
        Origin::Line => record.key.clone(),
        // A quote inside a name cannot be written in the file; without it the words are the same.
        _ => format!("\"{}\"", record.name.replace('"', " ")),
    }
}

/// A share of an amount, rounded to minor units. The share is a probability, so the product is an estimate and never enters a sum of money.
fn share(amount: Total, of: f64) -> Total {
    const PARTS: i128 = 10_000;
    let parts = (of.clamp(0.0, 1.0) * PARTS as f64).round() as i128;
    Total::from_minor(amount.minor().saturating_mul(parts) / PARTS)
}

/// Sum of |net amount| by vendor key, of lines in the workspace's currency.
fn amounts(store: &Store, currency: &str) -> Result<BTreeMap<String, Total>> {
    let files = store.files(&schema::INVOICE_LINE);
    let parts: Vec<BTreeMap<String, Total>> = files.par_iter().map(|file| amounts_of(store, file, currency)).collect::<Result<_>>()?;
    let mut all: BTreeMap<String, Total> = BTreeMap::new();
    for (key, sum) in parts.into_iter().flatten() {
        let known = all.entry(key).or_default();
        *known = *known + sum;
    }
    Ok(all)
}

fn amounts_of(store: &Store, file: &FileEntry, currency: &str) -> Result<BTreeMap<String, Total>> {
    let mut sums: BTreeMap<String, Total> = BTreeMap::new();
    for batch in store.read_file(&schema::INVOICE_LINE, file, Some(&["vendor_key", "net_amount", "currency"]), 64 * 1024)? {
        let batch = batch?;
        let columns = Columns(&batch);
        let (keys, currencies) = (columns.text("vendor_key"), columns.text("currency"));
        for row in 0..batch.num_rows() {
            let amount = columns.money_at("net_amount", row).filter(|_| !currencies.is_null(row) && currencies.value(row) == currency);
            if let Some(amount) = amount.and_then(|a| Money::from_minor(a.minor().abs())) {
                match sums.get_mut(keys.value(row)) {
                    Some(sum) => sum.add(amount),
                    None => {
                        sums.insert(keys.value(row).to_string(), Total::from(amount));
                    }
                }
            }
        }
    }
    Ok(sums)
}
