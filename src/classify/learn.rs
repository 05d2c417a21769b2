//! The model's part of the stage: which lines it learns from, and its answers on the lines that nothing else gave a category.

use std::collections::BTreeMap;
use std::ops::Range;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::decide::{Decision, Evidence};
use super::model::{self, Example, LIMITS, Model, Words};
use super::{Block, Coded};
use crate::error::Result;
use crate::schema;
use crate::store::{FileEntry, Store};

const COLUMNS: &[&str] = &["vendor_key", "account_code", "account_name", "line_text"];

/// A supplier with more than one in so many of all kinds of lines is not kept aside as a whole.
const GROUP_SHARE_PARTS: usize = 10;

/// A kind of line to learn from.
struct Kind {
    rank: u64,
    features: Vec<u32>,
    category: String,
    supplier: u32,
}

/// Lets the lines that are still open follow a model of the others. Without open lines nothing is read.
pub(super) fn answer_open_lines(
    store: &Store,
    files: &[FileEntry],
    blocks: &[(usize, Range<usize>)],
    decided: &mut [Block],
    evidence: &Evidence,
) -> Result<()> {
    let is_open = |block: &Block| block.decisions.iter().any(Decision::is_open);
    if !decided.iter().any(is_open) {
        return Ok(());
    }
    let kinds = blocks
        .par_iter()
        .zip(&*decided)
        .map(|((at, range), block)| kinds_of(store, &files[*at], range, block, evidence))
        .try_reduce(Vec::new, |a, b| Ok(least(a, b, evidence.model_example_max)))?;
    let mut classes: Vec<String> = kinds.iter().map(|k| k.category.clone()).collect();
    classes.sort_unstable();
    classes.dedup();
    let mut kind_counts: FxHashMap<u32, usize> = FxHashMap::default();
    kinds.iter().for_each(|k| *kind_counts.entry(k.supplier).or_default() += 1);
    // A record that stands for many payees, or for none, is no supplier of its own to measure on.
    let is_one = |supplier: u32| supplier != 0 && kind_counts[&supplier] * GROUP_SHARE_PARTS <= kinds.len();
    let examples: Vec<Example> = kinds
        .iter()
        .map(|kind| Example {
            features: kind.features.clone(),
            class: classes.binary_search(&kind.category).expect("the classes are those of the examples") as u32,
            // Spread: numbers of suppliers follow their ids, and kinds of suppliers have ids of a kind.
            group: if is_one(kind.supplier) { u64::from(kind.supplier).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20 } else { kind.rank >> 20 },
        })
        .collect();
    let Some(model) = Model::train(&examples, classes.len(), &LIMITS) else { return Ok(()) };
    decided
        .par_iter_mut()
        .zip(blocks)
        .filter(|(block, _)| is_open(block))
        .try_for_each(|(block, (at, range))| answer(store, &files[*at], range, block, evidence, &model, &classes))
}

/// The kinds of two lists that have the least ranks, in their order, each once.
fn least(mut a: Vec<Kind>, b: Vec<Kind>, most: usize) -> Vec<Kind> {
    a.extend(b);
    a.sort_by_key(|k| (k.rank, k.supplier));
    a.dedup_by_key(|k| k.rank);
    a.truncate(most);
    a
}

/// The columns of a block with their distinct values.
struct Texts<'a> {
    vendors: Vec<u32>,
    vendor: Coded<'a>,
    account: Coded<'a>,
    account_name: Coded<'a>,
    text: Coded<'a>,
}

impl<'a> Texts<'a> {
    fn of(batch: &'a arrow::record_batch::RecordBatch, evidence: &Evidence) -> Texts<'a> {
        let column = |name: &str| Coded::new(batch.column_by_name(name));
        let vendor = column("vendor_key");
        let vendors = vendor.values(|key| evidence.vendor(key));
        Texts { vendors, vendor, account: column("account_code"), account_name: column("account_name"), text: column("line_text") }
    }

    /// What tells kinds of rows apart.
    fn key(&self, row: usize) -> [u32; 4] {
        let code = |column: &Coded| column.code(row).map_or(0, |c| c as u32 + 1);
        [self.vendor(row), code(&self.account), code(&self.account_name), code(&self.text)]
    }

    fn vendor(&self, row: usize) -> u32 {
        self.vendor.code(row).map_or(0, |c| self.vendors[c])
    }

    fn words<'b>(&self, row: usize, evidence: &'b Evidence) -> Words<'b>
    where
        'a: 'b,
    {
        let text = |column: &Coded<'a>| column.code(row).map_or("", |c| column.text(c));
        let (vendor, _) = evidence.vendor_name(self.vendor(row));
        Words { text: text(&self.text), account: text(&self.account), account_name: text(&self.account_name), vendor }
    }
}

fn kinds_of(store: &Store, file: &FileEntry, range: &Range<usize>, block: &Block, evidence: &Evidence) -> Result<Vec<Kind>> {
    if !block.decisions.iter().any(Decision::teaches) {
        return Ok(Vec::new());
    }
    let batch = store.read_rows(&schema::INVOICE_LINE, file, COLUMNS, COLUMNS, std::slice::from_ref(range))?;
    let texts = Texts::of(&batch, evidence);
    let mut seen: FxHashSet<([u32; 4], u32)> = FxHashSet::default();
    // Only the least ranks of the block can be among the least of all.
    let mut rows: BTreeMap<(u64, u32), usize> = BTreeMap::new();
    for (row, decision) in block.rows.iter().enumerate() {
        let decided = &block.decisions[*decision as usize];
        let Some(category) = decided.category.as_deref().filter(|_| decided.teaches()) else { continue };
        if seen.insert((texts.key(row), *decision)) {
            rows.entry((model::rank(&texts.words(row, evidence), category), decided.supplier)).or_insert(row);
            if rows.len() > evidence.model_example_max {
                rows.pop_last();
            }
        }
    }
    let kind = |((rank, supplier), row): ((u64, u32), usize)| {
        let category = block.decisions[block.rows[row] as usize].category.clone().expect("only rows with a category were kept");
        Kind { rank, features: model::features(&texts.words(row, evidence)), category, supplier }
    };
    Ok(rows.into_iter().map(kind).collect())
}

fn answer(store: &Store, file: &FileEntry, range: &Range<usize>, block: &mut Block, evidence: &Evidence, model: &Model, classes: &[String]) -> Result<()> {
    let batch = store.read_rows(&schema::INVOICE_LINE, file, COLUMNS, COLUMNS, std::slice::from_ref(range))?;
    let texts = Texts::of(&batch, evidence);
    let mut known: FxHashMap<([u32; 4], u32), u32> = FxHashMap::default();
    for row in 0..block.rows.len() {
        let open = block.rows[row];
        if !block.decisions[open as usize].is_open() {
            continue;
        }
        let decisions = &mut block.decisions;
        block.rows[row] = *known.entry((texts.key(row), open)).or_insert_with(|| {
            let answer = model.answer(&model::features(&texts.words(row, evidence)));
            let probability = (f64::from(answer.probability) * 1e4).round() / 1e4;
            if probability < evidence.model_probability_min {
                return open;
            }
            decisions.push(decisions[open as usize].learnt(&classes[answer.class as usize], probability, model.example_count));
            decisions.len() as u32 - 1
        });
    }
    Ok(())
}
