//! Ceilings and competition limits: what a line cannot know alone, since it is the sum of other lines.
//!
//! A framework's ceiling burns in date order over all its suppliers, lots and call-offs (C-216/17: it has no further effect once reached). A line is over when the
//! total after it exceeds the ceiling; a credit is over when the total before it did, so that what is over nets out.

use rustc_hash::{FxHashMap, FxHashSet};

use super::decide::Decision;
use super::index::Index;
use crate::model::Date;

/// A line by its place: file in the order of the manifest, row in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At {
    /// File.
    pub file: u32,
    /// Row.
    pub row: u32,
}

/// One amount that burns a ceiling. 24 bytes, since there may be one for every line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Burn {
    /// The contract with the ceiling.
    pub group: u32,
    /// Day, in days since 1970; lines without a day burn last.
    pub day: i32,
    /// The line; within a day the order of the files and rows decides.
    pub at: At,
    /// Minor units of the workspace's currency.
    pub minor: i64,
}

/// The contracts whose ceilings a line on that contract burns: its framework's, and its own when it is a call-off with one.
pub fn groups(index: &Index, contract: u32) -> impl Iterator<Item = u32> {
    let framework = index.contracts[contract as usize].framework;
    let own = (contract != framework).then_some(contract);
    std::iter::once(framework).chain(own).filter(|&c| index.contracts[c as usize].ceiling.is_some())
}

/// Adds what a line burns, if it is covered.
pub fn add_burns(index: &Index, decision: &Decision, day: Option<Date>, at: At, minor: i64, burns: &mut Vec<Burn>) {
    if let (true, Some(contract)) = (decision.is_covered(), decision.contract) {
        let day = day.map_or(i32::MAX, Date::days);
        burns.extend(groups(index, contract).map(|group| Burn { group, day, at, minor }));
    }
}

/// The lines that lie above a ceiling, in order of place.
pub fn lines_over(index: &Index, mut burns: Vec<Burn>) -> Vec<At> {
    burns.sort_unstable();
    let mut over = Vec::new();
    for group in burns.chunk_by(|a, b| a.group == b.group) {
        let contract = &index.contracts[group[0].group as usize];
        let mut total = 0i128;
        for burn in group {
            // Amendments change the ceiling from their day.
            let ceiling = i128::from(contract.ceiling_at(burn.day).expect("only contracts with a ceiling burn"));
            let before = total;
            total += i128::from(burn.minor);
            if before.max(total) > ceiling {
                over.push(burn.at);
            }
        }
    }
    over.sort_unstable();
    over.dedup();
    over
}

/// Totals of invoices under contracts with a limit for renewed competition, by the hash of the invoice's key and the contract.
#[derive(Debug, Default)]
pub struct InvoiceTotals {
    totals: FxHashMap<(u64, u32), i64>,
}

/// Invoices that reach the limit.
pub type LargeInvoices = FxHashSet<(u64, u32)>;

impl InvoiceTotals {
    /// Adds a line.
    pub fn add(&mut self, invoice: u64, contract: u32, minor: i64) {
        let total = self.totals.entry((invoice, contract)).or_default();
        *total = total.checked_add(minor).expect("an invoice stays within Decimal(18,2)");
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: InvoiceTotals) {
        for ((invoice, contract), minor) in other.totals {
            self.add(invoice, contract, minor);
        }
    }

    /// The invoices that reach the limit of their contract.
    pub fn large(self, index: &Index) -> LargeInvoices {
        let reaches = |contract: u32, total: i64| index.contracts[contract as usize].renewed_competition_limit.is_some_and(|limit| total >= limit);
        self.totals.into_iter().filter(|&((_, contract), total)| reaches(contract, total)).map(|(key, _)| key).collect()
    }
}
