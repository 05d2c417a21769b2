//! Credit notes follow the line they credit. Memory is bounded by the credits: they are indexed first, and one pass over the other lines finds their originals.

use std::cmp::Reverse;
use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use super::ceiling::At;
use super::decide::Decision;
use super::evidence::Code;
use super::index::Index;
use super::reference;
use crate::model::Date;

/// A 64-bit stand-in for a text. Texts only meet within one supplier and amount, so that a collision decides nothing in practice.
pub fn text_hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    text.hash(&mut hasher);
    hasher.finish()
}

/// What a credit line is looked up by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credit {
    /// Place.
    pub at: At,
    /// Supplier.
    pub supplier: u32,
    /// Hash of the account.
    pub account: u64,
    /// Amount credited, positive, in minor units of the line's currency.
    pub minor: i64,
    /// Hash of the currency.
    pub currency: u64,
    /// Day.
    pub day: i32,
    /// The amount in minor units of the workspace's currency, negative.
    pub spend_minor: i64,
}

/// A positive line that a credit may credit.
#[derive(Debug, Clone, Copy)]
pub struct Candidate {
    /// Place.
    pub at: At,
    /// Supplier.
    pub supplier: u32,
    /// Hash of the account.
    pub account: u64,
    /// Amount.
    pub minor: i64,
    /// Hash of the currency.
    pub currency: u64,
    /// Day.
    pub day: i32,
    /// Hash of the normalised invoice number; `None` when there is none.
    pub number: Option<u64>,
    /// Hash of the invoice's key.
    pub invoice: u64,
}

/// The line that a credit follows.
#[derive(Debug, Clone, Copy)]
pub struct Original {
    /// Which credit follows.
    pub credit: u32,
    /// Place.
    pub at: At,
    /// Whether the credit's text names its invoice.
    pub is_by_number: bool,
    /// Hash of its invoice's key.
    pub invoice: u64,
    is_same_amount: bool,
    is_same_account: bool,
    day: i32,
    /// Its decision, before ceilings.
    pub decision: Decision,
}

impl Original {
    /// The better original is greater: named before found, same amount, same account, the latest, the first in the files.
    fn rank(&self) -> (bool, bool, bool, i32, Reverse<At>) {
        (self.is_by_number, self.is_same_amount, self.is_same_account, self.day, Reverse(self.at))
    }
}

/// Credits by what their originals are found by.
#[derive(Debug, Default)]
pub struct Credits {
    credits: Vec<Credit>,
    by_number: FxHashMap<(u32, u64), Vec<u32>>,
    by_amount: FxHashMap<(u32, u64, i64), Vec<u32>>,
    originals: Vec<Option<Original>>,
}

impl Credits {
    /// Adds a credit with the hashes of the invoice numbers that its text may name. Credits come in order of place.
    pub fn add(&mut self, credit: Credit, numbers: &[u64]) {
        debug_assert!(self.credits.last().is_none_or(|last| last.at < credit.at), "credits come in order");
        let position = u32::try_from(self.credits.len()).expect("fewer than 2^32 credits");
        for &number in numbers {
            self.by_number.entry((credit.supplier, number)).or_default().push(position);
        }
        self.by_amount.entry((credit.supplier, credit.account, credit.minor)).or_default().push(position);
        self.credits.push(credit);
        self.originals.push(None);
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.credits.is_empty()
    }

    /// Whether any credit names a number, so that numbers must be read.
    pub fn name_numbers(&self) -> bool {
        !self.by_number.is_empty()
    }

    /// The credits that a line may be the original of, each with its decision.
    pub fn originals_of(&self, line: &Candidate, window_months: i32, decision: &Decision, found: &mut Vec<Original>) {
        let original = |credit: u32, is_by_number: bool| {
            let c = &self.credits[credit as usize];
            Original {
                credit,
                at: line.at,
                is_by_number,
                invoice: line.invoice,
                is_same_amount: c.minor == line.minor,
                is_same_account: c.account == line.account,
                day: line.day,
                decision: *decision,
            }
        };
        let named = line.number.and_then(|number| self.by_number.get(&(line.supplier, number))).map_or(&[][..], Vec::as_slice);
        found.extend(named.iter().filter(|&&c| self.credits[c as usize].currency == line.currency).map(|&c| original(c, true)));
        for &position in self.by_amount.get(&(line.supplier, line.account, line.minor)).map_or(&[][..], Vec::as_slice) {
            let credit = &self.credits[position as usize];
            let first = Date::from_days(credit.day).plus_months(-window_months).days();
            if credit.currency == line.currency && first <= line.day && line.day <= credit.day && !named.contains(&position) {
                found.push(original(position, false));
            }
        }
    }

    /// Keeps the better of the known and the new original. The result does not depend on the order of the calls.
    pub fn offer(&mut self, original: Original) {
        let known = &mut self.originals[original.credit as usize];
        if known.as_ref().is_none_or(|k| k.rank() < original.rank()) {
            *known = Some(original);
        }
    }

    /// The original that the credit at that place follows.
    pub fn original_at(&self, at: At) -> Option<&Original> {
        let position = self.credits.binary_search_by_key(&at, |c| c.at).ok()?;
        self.originals[position].as_ref()
    }

    /// Credits that follow another line, with it.
    pub fn linked(&self) -> impl Iterator<Item = (&Credit, &Original)> {
        self.credits.iter().zip(&self.originals).filter_map(|(c, o)| Some((c, o.as_ref()?)))
    }
}

/// The decision of a credit that follows `original`, whose decision is already settled.
pub fn followed(original: &Original, settled: &Decision, index: &Index) -> Decision {
    let mut decision = *settled;
    decision.evidence.put_first(Code::CreditLinked);
    if !original.is_by_number {
        decision.confidence *= index.parameters.confidence_credit_amount;
    }
    decision
}

/// Marks the own decision of a credit whose original was not found.
pub fn loose(decision: &mut Decision, index: &Index) {
    decision.evidence.put_first(Code::CreditLoose);
    decision.confidence *= index.parameters.confidence_credit_loose;
}

/// Hashes of the invoice numbers that a text may name: words with a digit and at least three letters or digits.
pub fn numbers_in(text: &str, scratch: &mut String, numbers: &mut Vec<u64>) {
    numbers.clear();
    for word in text.split(|c: char| c.is_whitespace() || ",;:()[]\"'#|".contains(c)) {
        if word.bytes().any(|b| b.is_ascii_digit()) && reference::normalised_invoice_number(word, scratch) && scratch.chars().count() >= 3 {
            let hash = text_hash(scratch);
            if !numbers.contains(&hash) {
                numbers.push(hash);
            }
        }
    }
}
