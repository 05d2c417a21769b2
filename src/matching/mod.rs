//! Which contract covers each line, and if none, why.
//!
//! A pure kernel over Arrow batches. [`index::Index`] holds the contracts by supplier, by category and by number; [`decide::decide`] takes a line and the
//! index and gives one decision. No candidate pairs are made and nothing is joined back, so that memory does not grow with the lines.
//! The stage passes over the lines twice: first for what only the whole ledger knows ([`ceiling`], [`credit`]), then to write.
//!
//! Order of the decision: what is no purchase; credits follow what they credit; a stated contract number; the supplier's own contracts by term,
//! scope and unit; another supplier's; then, on covered lines, ceiling, rank and renewed competition, price. `docs/matching.md` has it in full.

pub mod ceiling;
mod contract_term;
pub mod coverage;
pub mod credit;
pub mod decide;
mod emit;
pub mod evidence;
mod exchange;
mod explain;
pub mod index;
pub mod inputs;
mod lines;
mod parallel;
pub mod practice;
pub mod price;
pub mod reference;
#[cfg(test)]
mod tests;
pub mod whatif;

pub use explain::{Explanation, Words, explain};

use std::collections::BTreeSet;
use std::ops::Range;

use ceiling::{At, Burn, InvoiceTotals, LargeInvoices};
use credit::{Candidate, Credit, Credits, Original};
use decide::{Decision, Ledger, Line};
use index::{Index, Parameters};
use inputs::Inputs;
use practice::{Keys, Practice};
use rustc_hash::FxHashMap;

use lines::{Categories, Chunk, ChunkAt, Files, Need};

use crate::assets;
use crate::error::Result;
use crate::model::Period;
use crate::pipeline::Context;
use crate::schema::{
    APPROVED_EXCEPTION, CONTRACT, CONTRACT_AMENDMENT, CONTRACT_SUPPLIER, CONTRACT_TERM, EXCHANGE_RATE, INVOICE_LINE, LINE_CATEGORY, ORGANISATIONAL_UNIT,
    PRICE_LIST_ITEM, PURCHASE_ORDER, SPEND, SPEND_CATEGORY, SUPPLIER, Table, VENDOR_SUPPLIER,
};
use crate::store::{self, EncodedRowGroup, FileEntry, RowGroupEncoder, StageEntry, Store, TableWriter};

/// Name of the stage.
const STAGE: &str = "match";
/// Raised when the same inputs give other rows.
const VERSION: &str = "3";
/// Tables that the stage reads.
const READS: &[&Table] = &[
    &INVOICE_LINE,
    &LINE_CATEGORY,
    &CONTRACT,
    &CONTRACT_AMENDMENT,
    &PURCHASE_ORDER,
    &APPROVED_EXCEPTION,
    &CONTRACT_SUPPLIER,
    &SUPPLIER,
    &VENDOR_SUPPLIER,
    &SPEND_CATEGORY,
    &ORGANISATIONAL_UNIT,
    &PRICE_LIST_ITEM,
    &EXCHANGE_RATE,
];

/// Decides every line and writes `matched.spend` and `matched.contract_term`.
///
/// # Errors
/// `Rules` when a parameter is missing; `Reconcile` when lake and classification do not hold the same lines; `Store` when the disk fails.
pub fn run(context: &Context, store: &mut Store) -> Result<()> {
    let as_of = context.as_of(store);
    let reference: Vec<&str> = assets::below("data/reference/").map(|(_, text)| text).collect();
    let more = [VERSION, &as_of.to_string(), &context.config.fingerprint_text(), &context.rules.fingerprint_text(), &reference.concat()];
    let fingerprint = store::fingerprint(store, READS.iter().copied(), &more);
    if store.manifest().stages.get(STAGE).is_some_and(|s| s.fingerprint == fingerprint) {
        return Ok(());
    }
    let inputs = Inputs::read(store)?;
    let index = index_of(context, store, &inputs)?;
    let files = Files::pair(store)?;
    files.verify(store)?;

    let mut transaction = store.begin();
    let pass = Pass { context, store: transaction.store(), files: &files, index: &index, categories: Categories::default(), chunks: files.chunks() };
    let facts = pass.facts()?;
    let written = pass.write(&facts, |entry| transaction.writer(&SPEND, entry.period.as_deref(), lines::stem(entry)))?;
    let loaded: BTreeSet<Period> = files.pairs.iter().filter_map(|(lake, _)| Period::parse(lake.period.as_deref()?)).collect();
    let terms = contract_term::contract_terms(&inputs, &index, as_of, &loaded);
    transaction.replace(&SPEND, written);
    transaction.replace_with(&CONTRACT_TERM, &[terms])?;
    transaction.commit(STAGE, StageEntry { fingerprint })
}

/// The index of the workspace's contracts, with the parameters in force on the as-of date.
fn index_of(context: &Context, store: &Store, inputs: &Inputs) -> Result<Index> {
    let config = &context.config;
    let mut parameters = Parameters::at(&context.rules, &config.currency, config.price_tolerance_ratio, context.as_of(store))?;
    parameters.exchange.read(store, &config.currency, config.exchange_rate_age_days_max)?;
    Ok(Index::build(inputs, parameters))
}

/// One run over the lines of a store.
struct Pass<'a> {
    context: &'a Context,
    store: &'a Store,
    files: &'a Files,
    index: &'a Index,
    categories: Categories,
    chunks: Vec<ChunkAt>,
}

/// What the whole ledger says of single lines.
struct Facts {
    credits: Credits,
    over: Vec<At>,
    large: LargeInvoices,
    /// Of lines that were open between contracts: the entry that practice speaks for, and how many lines it rests on.
    practice: FxHashMap<At, (u32, u32)>,
}

impl Facts {
    fn ledger(&self, index: &Index, decision: &Decision, at: At, invoice: impl FnOnce() -> u64) -> Ledger {
        let has_limit = decision.is_covered() && decision.contract.is_some_and(|c| index.contracts[c as usize].renewed_competition_limit.is_some());
        Ledger {
            is_over_ceiling: self.over.binary_search(&at).is_ok(),
            reaches_competition_limit: has_limit && decision.contract.is_some_and(|c| self.large.contains(&(invoice(), c))),
        }
    }

    fn by_practice(&self, decision: &Decision, index: &Index, at: At) -> Decision {
        self.practice.get(&at).map_or(*decision, |&(position, lines)| decide::by_practice(decision, index, position, lines))
    }

    /// The decision of a line, with credits and the whole ledger.
    fn decide(&self, line: &Line<'_>, index: &Index, at: At, invoice: impl FnOnce() -> u64) -> Decision {
        let is_credit = line.paid.net_minor < 0;
        if is_credit && let Some(original) = self.credits.original_at(at) {
            let mut settled = self.by_practice(&original.decision, index, original.at);
            let ledger = self.ledger(index, &settled, original.at, || original.invoice);
            decide::settle(&mut settled, index, ledger);
            return credit::followed(original, &settled, index);
        }
        let mut decision = self.by_practice(&decide::decide(line, index), index, at);
        let ledger = self.ledger(index, &decision, at, invoice);
        decide::settle(&mut decision, index, ledger);
        if is_credit && decision.outcome != decide::Outcome::NotAddressable {
            credit::loose(&mut decision, index);
        }
        decision
    }
}

/// What the first pass finds in one chunk.
#[derive(Default)]
struct Found {
    burns: Vec<Burn>,
    /// Burns of credits by their own decision, which count only when no original is found.
    credit_burns: Vec<Burn>,
    totals: InvoiceTotals,
    originals: Vec<Original>,
    practice: Practice,
    ties: Vec<Tie>,
}

/// A line that is open between contracts.
struct Tie {
    at: At,
    day: Option<crate::model::Date>,
    spend_minor: i64,
    is_credit: bool,
    keys: Keys,
    /// One entry of each contract.
    entries: Box<[u32]>,
    decision: Decision,
}

impl Pass<'_> {
    /// The first pass: credits, then ceilings, invoice totals and originals.
    fn facts(&self) -> Result<Facts> {
        let mut credits = self.credits()?;
        let (mut burns, mut credit_burns, mut totals) = (Vec::new(), Vec::new(), InvoiceTotals::default());
        let (mut practice, mut ties) = (Practice::default(), Vec::new());
        let needs_ledger = self.index.contracts.iter().any(|c| c.ceiling.is_some() || c.renewed_competition_limit.is_some());
        let may_tie = self.index.suppliers.iter().any(|s| s.may_tie);
        if needs_ledger || may_tie || !credits.is_empty() {
            let mut originals = Vec::new();
            parallel::in_order(
                self.chunks.len(),
                |i| self.find(self.chunks[i].clone(), &credits),
                |_, found: Found| {
                    burns.extend(found.burns);
                    credit_burns.extend(found.credit_burns);
                    totals.merge(found.totals);
                    originals.extend(found.originals);
                    practice.merge(found.practice);
                    ties.extend(found.ties);
                    Ok(())
                },
            )?;
            for original in originals {
                credits.offer(original);
            }
        }
        let practice = self.settle_ties(&ties, &practice, &mut burns, &mut credit_burns);
        burns.extend(credit_burns.into_iter().filter(|b: &Burn| credits.original_at(b.at).is_none()));
        for (credit, original) in credits.linked() {
            let decision = practice.get(&original.at).map_or(original.decision, |&(p, n)| decide::by_practice(&original.decision, self.index, p, n));
            ceiling::add_burns(self.index, &decision, Some(crate::model::Date::from_days(credit.day)), credit.at, credit.spend_minor, &mut burns);
        }
        Ok(Facts { credits, over: ceiling::lines_over(self.index, burns), large: totals.large(self.index), practice })
    }

    /// Which of the open lines practice decides; what they then burn.
    fn settle_ties(&self, ties: &[Tie], practice: &Practice, burns: &mut Vec<Burn>, credit_burns: &mut Vec<Burn>) -> FxHashMap<At, (u32, u32)> {
        let mut settled = FxHashMap::default();
        for tie in ties {
            let contract = |position: u32| self.index.entries[position as usize].contract;
            let candidates: Vec<u32> = tie.entries.iter().map(|&o| contract(o)).collect();
            let Some((chosen, lines)) = practice.choose(tie.keys, &candidates, &self.index.parameters) else { continue };
            let position = *tie.entries.iter().find(|&&o| contract(o) == chosen).expect("chosen among them");
            settled.insert(tie.at, (position, lines));
            let decision = decide::by_practice(&tie.decision, self.index, position, lines);
            let into = if tie.is_credit { &mut *credit_burns } else { &mut *burns };
            ceiling::add_burns(self.index, &decision, tie.day, tie.at, tie.spend_minor, into);
        }
        settled
    }

    /// Indexes the credit lines: rows with a negative amount, at addressable lines of known suppliers.
    fn credits(&self) -> Result<Credits> {
        let mut credits = Credits::default();
        parallel::in_order(
            self.chunks.len(),
            |i| {
                let at = &self.chunks[i];
                let rows = self.negative_rows(at)?;
                if rows.is_empty() {
                    return Ok(Vec::new());
                }
                let ranges: Vec<Range<usize>> = rows.iter().map(|&r| r..r + 1).collect();
                let chunk = Chunk::read_rows(self.store, self.files, at.clone(), &ranges, Need::Credit, self.index, &self.categories)?;
                let (mut scratch, mut numbers) = (String::new(), Vec::new());
                let mut found = Vec::new();
                for (row, &in_file) in rows.iter().enumerate() {
                    let line = chunk.line(row, &mut scratch);
                    let (Some(supplier), Some(day), Some(spend_minor)) = (line.supplier, line.day, chunk.spend_minor(row)) else { continue };
                    if line.is_excluded {
                        continue;
                    }
                    credit::numbers_in(chunk.line_text(row).unwrap_or_default(), &mut scratch, &mut numbers);
                    let credit = Credit {
                        at: At { file: at.file as u32, row: in_file as u32 },
                        supplier,
                        account: chunk.account(row),
                        minor: -chunk.net_minor(row),
                        currency: credit::text_hash(chunk.currency(row)),
                        day: day.days(),
                        spend_minor,
                    };
                    found.push((credit, numbers.clone()));
                }
                Ok(found)
            },
            |_, found| {
                found.into_iter().for_each(|(credit, numbers)| credits.add(credit, &numbers));
                Ok(())
            },
        )?;
        Ok(credits)
    }

    fn negative_rows(&self, at: &ChunkAt) -> Result<Vec<usize>> {
        let lake = &self.files.pairs[at.file].0;
        let batch = self.store.read_rows(&INVOICE_LINE, lake, &["net_amount"], &[], std::slice::from_ref(&at.rows))?;
        let amounts = store::Columns(&batch).decimal("net_amount");
        Ok(amounts.values().iter().zip(at.rows.clone()).filter(|(v, _)| **v < 0).map(|(_, row)| row).collect())
    }

    fn find(&self, at: ChunkAt, credits: &Credits) -> Result<Found> {
        let has_limits = self.index.contracts.iter().any(|c| c.renewed_competition_limit.is_some());
        let need = if has_limits || credits.name_numbers() { Need::Invoice } else { Need::Decide };
        let chunk = Chunk::read(self.store, self.files, at, need, self.index, &self.categories)?;
        let mut found = Found::default();
        let (mut scratch, mut number, mut key) = (String::new(), String::new(), String::new());
        for row in 0..chunk.len() {
            let line = chunk.line(row, &mut scratch);
            let decision = decide::decide(&line, self.index);
            let Some(spend) = chunk.spend_minor(row).filter(|_| decision.outcome != decide::Outcome::NotAddressable) else { continue };
            let place = chunk.place(row);
            let is_credit = line.paid.net_minor < 0;
            if line.supplier.is_some_and(|s| self.index.suppliers[s as usize].may_tie) {
                let keys = chunk.practice_keys(row, &line);
                match decision.contract {
                    // What was bought before is what was found by better evidence.
                    Some(contract) if !is_credit && decision.is_covered() => found.practice.add(keys, contract),
                    Some(_) => {}
                    None => {
                        let entries: Box<[u32]> = decide::tied(&line, self.index, &decision).into();
                        if !entries.is_empty() {
                            found.ties.push(Tie { at: place, day: line.day, spend_minor: spend, is_credit, keys, entries, decision });
                        }
                    }
                }
            }
            ceiling::add_burns(self.index, &decision, line.day, place, spend, if is_credit { &mut found.credit_burns } else { &mut found.burns });
            let limited = decision.contract.filter(|&c| decision.is_covered() && self.index.contracts[c as usize].renewed_competition_limit.is_some());
            let may_be_credited = !is_credit && line.supplier.is_some() && !credits.is_empty();
            if limited.is_none() && !may_be_credited {
                continue;
            }
            if limited.is_some() || credits.name_numbers() {
                chunk.write_invoice(row, &mut number, &mut key);
            }
            let invoice = credit::text_hash(&key);
            if let Some(contract) = limited {
                found.totals.add(invoice, contract, spend);
            }
            if may_be_credited && let (Some(supplier), Some(day)) = (line.supplier, line.day) {
                let candidate = Candidate {
                    at: place,
                    supplier,
                    account: chunk.account(row),
                    minor: line.paid.net_minor,
                    currency: credit::text_hash(line.paid.currency),
                    day: day.days(),
                    number: (credits.name_numbers() && !number.is_empty()).then(|| credit::text_hash(&number)),
                    invoice,
                };
                credits.originals_of(&candidate, self.index.parameters.credit_window_months, &decision, &mut found.originals);
            }
        }
        Ok(found)
    }

    /// The second pass: decides again, with what the first found, and writes.
    fn write(&self, facts: &Facts, writer: impl Fn(&FileEntry) -> Result<TableWriter>) -> Result<Vec<FileEntry>> {
        let encoder = RowGroupEncoder::new(&SPEND)?;
        let total: u64 = self.files.pairs.iter().map(|(lake, _)| lake.rows).sum();
        let mut done = 0;
        let mut entries = Vec::new();
        let mut open: Option<(usize, TableWriter)> = None;
        parallel::in_order(
            self.chunks.len(),
            |i| self.encode(self.chunks[i].clone(), facts, &encoder),
            |i, group: EncodedRowGroup| {
                let file = self.chunks[i].file;
                if open.as_ref().is_none_or(|(at, _)| *at != file) {
                    if let Some((_, finished)) = open.take() {
                        entries.push(finished.finish()?);
                    }
                    open = Some((file, writer(&self.files.pairs[file].0)?));
                }
                done += group.rows();
                (self.context.progress)(STAGE, done, total);
                open.as_mut().expect("opened above").1.append(group)
            },
        )?;
        if let Some((_, finished)) = open {
            entries.push(finished.finish()?);
        }
        Ok(entries)
    }

    fn encode(&self, at: ChunkAt, facts: &Facts, encoder: &RowGroupEncoder) -> Result<EncodedRowGroup> {
        let period = self.files.pairs[at.file].0.period.as_deref().and_then(Period::parse).expect("lines are partitioned by period");
        let chunk = Chunk::read(self.store, self.files, at, Need::Write, self.index, &self.categories)?;
        let mut builder = emit::SpendBuilder::new(&chunk, self.index, period)?;
        let (mut scratch, mut number, mut key) = (String::new(), String::new(), String::new());
        for row in 0..chunk.len() {
            let line = chunk.line(row, &mut scratch);
            let decision = facts.decide(&line, self.index, chunk.place(row), || {
                chunk.write_invoice(row, &mut number, &mut key);
                credit::text_hash(&key)
            });
            builder.push(row, &line, &decision);
        }
        let batch = builder.finish()?;
        drop(chunk);
        encoder.encode(&[batch])
    }
}
