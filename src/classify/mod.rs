//! What was bought: a category for each line, the way it was found and how sure that is, or why the line is no purchase.
//!
//! The ways, first that answers: the category on the line, the buyer's rules (vendor, account, text), the contract that the
//! line refers to, the category that nearly all other lines of the supplier have on the account or at all, and last what the
//! words of the line tell a model that has learnt from the lines with a category. Lines with the same vendor, account, category
//! and reference share one decision, which is made once for each block of rows.

mod decide;
mod learn;
mod model;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, DictionaryArray, Float64Array, StringArray, StringBuilder};
use arrow::datatypes::Int32Type;
use arrow::record_batch::RecordBatch;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::error::Result;
use crate::pipeline::Context;
use crate::schema;
use crate::store::{FileEntry, RowGroupEncoder, StageEntry, Store, TableWriter, fingerprint};
use decide::{Basis, Decision, Evidence};

/// Version of the stage: a change of what it decides changes it, so that old results are made again.
const VERSION: &str = "classify 4";

/// Rows decided at a time, and in a row group of the output.
const BLOCK_ROWS: usize = 262_144;

/// Reads lines and rules, writes `classified.line_category`. Skips itself when nothing that it reads has changed.
pub fn run(context: &Context, store: &mut Store) -> Result<()> {
    let read = [
        &schema::INVOICE_LINE,
        &schema::CONTRACT,
        &schema::SPEND_CATEGORY,
        &schema::CATEGORY_RULE,
        &schema::SUPPLIER,
        &schema::VENDOR_SUPPLIER,
        &schema::CONTRACT_SUPPLIER,
    ];
    let as_of = context.as_of(store);
    let settings = [context.config.fingerprint_text(), context.rules.fingerprint_text(), as_of.to_string()];
    let more: Vec<&str> = std::iter::once(VERSION).chain(settings.iter().map(String::as_str)).collect();
    let fingerprint = fingerprint(store, read, &more);
    if store.manifest().stages.get("classify").is_some_and(|s| s.fingerprint == fingerprint) {
        return Ok(());
    }

    let evidence = Evidence::read(context, store, as_of)?;
    let files: Vec<FileEntry> = store.files(&schema::INVOICE_LINE).to_vec();
    let blocks: Vec<(usize, Range<usize>)> = files.iter().enumerate().flat_map(|(at, file)| ranges(file).map(move |range| (at, range))).collect();
    let mut decided: Vec<Block> = blocks.par_iter().map(|(at, range)| decide_block(store, &files[*at], range.clone(), &evidence)).collect::<Result<_>>()?;
    follow_majorities(&mut decided, &evidence);
    learn::answer_open_lines(store, &files, &blocks, &mut decided, &evidence)?;

    let mut transaction = store.begin();
    let encoder = RowGroupEncoder::new(&schema::LINE_CATEGORY)?;
    let mut written: Vec<FileEntry> = Vec::new();
    let mut writer: Option<(usize, TableWriter)> = None;
    // A bounded number of encoded groups at a time, written in the order of the lake's rows.
    let window = 4 * rayon::current_num_threads();
    for (places, parts) in blocks.chunks(window).zip(decided.chunks(window)) {
        let lake = transaction.store();
        let groups = places
            .par_iter()
            .zip(parts)
            .map(|((at, range), block)| encoder.encode(&[batch(lake, &files[*at], range.clone(), block)?]))
            .collect::<Result<Vec<_>>>()?;
        for ((at, _), group) in places.iter().zip(groups) {
            if writer.as_ref().is_none_or(|(open, _)| open != at) {
                if let Some((_, done)) = writer.take() {
                    written.push(done.finish()?);
                }
                let file = &files[*at];
                writer = Some((*at, transaction.writer(&schema::LINE_CATEGORY, file.period.as_deref(), stem(file))?));
            }
            writer.as_mut().expect("a writer was opened above").1.append(group)?;
        }
    }
    if let Some((_, done)) = writer {
        written.push(done.finish()?);
    }
    transaction.replace(&schema::LINE_CATEGORY, written);
    transaction.commit("classify", StageEntry { fingerprint })
}

/// The name of a file without its hash: what row-aligned files share.
fn stem(file: &FileEntry) -> &str {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('-').map_or(name, |(stem, _)| stem)
}

fn ranges(file: &FileEntry) -> impl Iterator<Item = Range<usize>> + use<> {
    let rows = usize::try_from(file.rows).expect("rows of a file fit the address space");
    (0..rows.max(1)).step_by(BLOCK_ROWS).map(move |start| start..(start + BLOCK_ROWS).min(rows))
}

/// The decisions of a block, and which of them each row has.
struct Block {
    decisions: Vec<Decision>,
    rows: Vec<u32>,
}

fn decide_block(store: &Store, file: &FileEntry, range: Range<usize>, evidence: &Evidence) -> Result<Block> {
    const ALWAYS: &[&str] = &["vendor_key", "account_code", "category_code", "contract_reference"];
    const FOR_TEXT: &[&str] = &["vendor_key", "account_code", "account_name", "category_code", "line_text", "contract_reference"];
    let columns = if evidence.has_text_rules() { FOR_TEXT } else { ALWAYS };
    let batch = store.read_rows(&schema::INVOICE_LINE, file, columns, columns, std::slice::from_ref(&range))?;
    let column = |name: &str| Coded::new(batch.column_by_name(name));
    let (vendor, account, category, contract) = (column("vendor_key"), column("account_code"), column("category_code"), column("contract_reference"));
    // Each distinct value is looked up once.
    let vendors: Vec<u32> = vendor.values(|key| evidence.vendor(key));
    let contracts: Vec<u32> = contract.values(|reference| evidence.contract(reference));
    let accounts: Vec<u32> = account.values(account_number);
    let (account_name, line_text) = (column("account_name"), column("line_text"));
    let mut text_sets = decide::TextSets::default();
    let name_sets: Vec<u32> = account_name.values(|text| text_sets.of(evidence, text));
    let line_sets: Vec<u32> = line_text.values(|text| text_sets.of(evidence, text));

    let mut decisions: Vec<Decision> = Vec::new();
    let mut known: FxHashMap<[u32; 6], u32> = FxHashMap::default();
    let mut rows = Vec::with_capacity(batch.num_rows());
    let at = |list: &[u32], code: Option<usize>| code.map_or(0, |c| list[c]);
    for row in 0..batch.num_rows() {
        let (category_code, account_code) = (category.code(row), account.code(row));
        let key = [
            at(&vendors, vendor.code(row)),
            account_code.map_or(0, |c| c as u32 + 1),
            category_code.map_or(0, |c| c as u32 + 1),
            at(&contracts, contract.code(row)),
            at(&name_sets, account_name.code(row)),
            at(&line_sets, line_text.code(row)),
        ];
        let decision = *known.entry(key).or_insert_with(|| {
            let text = text_sets.union(key[4], key[5]);
            decisions.push(evidence.decide(&Basis {
                vendor: key[0],
                account: account_code.map_or("", |c| account.text(c)),
                account_number: at(&accounts, account_code),
                category: category_code.map_or("", |c| category.text(c)),
                contract: key[3],
                text_rules: &text,
            }));
            decisions.len() as u32 - 1
        });
        rows.push(decision);
    }
    Ok(Block { decisions, rows })
}

/// A number for an account that is the same in each block; two accounts with one number are as likely as any two of 2^32.
fn account_number(code: &str) -> u32 {
    use std::hash::Hasher;
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(code.as_bytes());
    (hasher.finish() >> 32) as u32 | 1
}

/// A text column as codes into its distinct values.
struct Coded<'a> {
    parts: Option<(&'a DictionaryArray<Int32Type>, &'a StringArray)>,
}

impl<'a> Coded<'a> {
    fn new(column: Option<&'a ArrayRef>) -> Coded<'a> {
        Coded {
            parts: column.map(|c| {
                let dictionary = c.as_dictionary::<Int32Type>();
                (dictionary, dictionary.values().as_string::<i32>())
            }),
        }
    }

    fn values(&self, mut of: impl FnMut(&str) -> u32) -> Vec<u32> {
        self.parts.map_or(Vec::new(), |(_, values)| (0..values.len()).map(|i| if values.is_null(i) { 0 } else { of(values.value(i)) }).collect())
    }

    fn code(&self, row: usize) -> Option<usize> {
        let (dictionary, _) = self.parts?;
        (!dictionary.is_null(row)).then(|| dictionary.keys().value(row) as usize)
    }

    fn text(&self, code: usize) -> &'a str {
        self.parts.map_or("", |(_, values)| values.value(code))
    }
}

/// Lines that nothing else told follow the category that nearly all other lines of their supplier have.
fn follow_majorities(blocks: &mut [Block], evidence: &Evidence) {
    let mut counts: BTreeMap<(u32, u32, &str), u64> = BTreeMap::new();
    for block in blocks.iter() {
        let mut lines = vec![0u64; block.decisions.len()];
        block.rows.iter().for_each(|d| lines[*d as usize] += 1);
        for (decision, lines) in block.decisions.iter().zip(lines) {
            if let Some(category) = decision.category.as_deref()
                && decision.counts_for_majority()
            {
                *counts.entry((decision.supplier, decision.account, category)).or_default() += lines;
            }
        }
    }
    let majorities = evidence.majorities(&counts);
    for decision in blocks.iter_mut().flat_map(|b| &mut b.decisions) {
        decision.follow(&majorities);
    }
}

fn batch(store: &Store, file: &FileEntry, range: Range<usize>, block: &Block) -> Result<RecordBatch> {
    let ids = store.read_rows(&schema::INVOICE_LINE, file, &["line_id", "period"], &[], std::slice::from_ref(&range))?;
    let n = block.rows.len();
    let of = |row: &u32| &block.decisions[*row as usize];
    let mut category = StringBuilder::with_capacity(n, 8 * n);
    let mut method = StringBuilder::with_capacity(n, 12 * n);
    let mut why = StringBuilder::with_capacity(n, 24 * n);
    let mut exclusion = StringBuilder::with_capacity(n, n);
    for decision in block.rows.iter().map(of) {
        category.append_option(decision.category.as_deref());
        method.append_value(decision.method.word());
        why.append_value(&decision.evidence);
        exclusion.append_option(decision.exclusion.as_deref());
    }
    let confidence = Float64Array::from_iter_values(block.rows.iter().map(|row| of(row).confidence));
    let columns: Vec<ArrayRef> = vec![
        ids.column(0).clone(),
        ids.column(1).clone(),
        Arc::new(category.finish()),
        Arc::new(method.finish()),
        Arc::new(why.finish()),
        Arc::new(confidence),
        Arc::new(exclusion.finish()),
    ];
    Ok(RecordBatch::try_new(schema::LINE_CATEGORY.arrow(), columns)?)
}
