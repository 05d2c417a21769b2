//! One line, one decision. Pure: nothing here reads or writes, and no candidate pairs are kept.
//!
//! Steps 1 and 3 to 5 of the decision are [`decide`]; [`settle`] adds what only the whole ledger knows (ceilings, invoice totals). Credits that follow another line are
//! the business of [`super::credit`].

use super::coverage::{Basis, Coverage, Scope, Term, Unit, Verdict};
use super::evidence::{Code, Evidence};
use super::index::{Category, Entry, Index, NO_SUPPLIER, Number, Parameters, Reference};
use super::price::{self, Comparison, Paid};
use crate::model::Date;

/// What a line is decided by. Everything is looked up already, so that deciding touches no text.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// Why the line is no addressable purchase, if so.
    pub is_excluded: bool,
    /// No exchange rate into the workspace's currency.
    pub lacks_exchange_rate: bool,
    /// The supplier; `None` when it cannot be told.
    pub supplier: Option<u32>,
    /// Probability that it is the right one.
    pub link_score: f64,
    /// Whether the payee is a factor beside the seller, and the seller counts as the supplier.
    pub is_via_factor: bool,
    /// Whether the payee is a factor and nothing else.
    pub is_factor: bool,
    /// Buying unit, as the index numbers it; `None` when the line has none.
    pub unit: Option<u32>,
    /// Category; `None` when it could not be classified.
    pub category: Option<&'a Category>,
    /// Probability that the category is right.
    pub category_confidence: f64,
    /// The day it is tested by.
    pub day: Option<Date>,
    /// Which day that is.
    pub basis: Basis,
    /// Item, as the price lists number it.
    pub item: Option<u32>,
    /// Contracts that the contract reference may mean.
    pub contract_reference: Reference<'a>,
    /// Contracts that the order reference may mean.
    pub order_reference: Reference<'a>,
    /// Contracts that the free text names.
    pub text_reference: Reference<'a>,
    /// Price and quantity.
    pub paid: Paid<'a>,
}

/// The column `outcome`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // See the column's doc.
pub enum Outcome {
    Compliant,
    Deviating,
    OffContract,
    Ambiguous,
    Undetermined,
    NotAddressable,
}

/// The column `match_class`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // See the column's doc.
pub enum MatchClass {
    Explicit,
    ByOrder,
    UniqueScope,
    Chosen,
    Ambiguous,
    OutOfScope,
    NoContract,
    NotContractable,
    Unresolved,
}

/// The column `reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // See `evidence::REASONS`.
pub enum Reason {
    M1,
    M2,
    M3,
    M4,
    M5,
    M6,
    M7,
    M8,
    M9,
}

impl Outcome {
    /// As in the column.
    pub const fn word(self) -> &'static str {
        match self {
            Outcome::Compliant => "compliant",
            Outcome::Deviating => "deviating",
            Outcome::OffContract => "off_contract",
            Outcome::Ambiguous => "ambiguous",
            Outcome::Undetermined => "undetermined",
            Outcome::NotAddressable => "not_addressable",
        }
    }
}

impl MatchClass {
    /// As in the column.
    pub const fn word(self) -> &'static str {
        match self {
            MatchClass::Explicit => "explicit",
            MatchClass::ByOrder => "by_order",
            MatchClass::UniqueScope => "unique_scope",
            MatchClass::Chosen => "chosen",
            MatchClass::Ambiguous => "ambiguous",
            MatchClass::OutOfScope => "out_of_scope",
            MatchClass::NoContract => "no_contract",
            MatchClass::NotContractable => "not_contractable",
            MatchClass::Unresolved => "unresolved",
        }
    }
}

impl Reason {
    /// As in the column.
    pub const fn word(self) -> &'static str {
        match self {
            Reason::M1 => "M1",
            Reason::M2 => "M2",
            Reason::M3 => "M3",
            Reason::M4 => "M4",
            Reason::M5 => "M5",
            Reason::M6 => "M6",
            Reason::M7 => "M7",
            Reason::M8 => "M8",
            Reason::M9 => "M9",
        }
    }
}

/// What was decided of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision {
    /// Outcome.
    pub outcome: Outcome,
    /// How the contract was found, or why none was.
    pub class: MatchClass,
    /// Why not compliant.
    pub reason: Option<Reason>,
    /// Step of the ladder; `None` when nothing can be said or asked.
    pub ladder_level: Option<i8>,
    /// The contract that covers the line or under which it fell short.
    pub contract: Option<u32>,
    /// Its lot, when one lot is meant.
    pub lot: Option<u32>,
    /// The entry that covers the line; `None` when none does.
    pub covering: Option<u32>,
    /// For M2: the contract that was passed by.
    pub passed_by: Option<u32>,
    /// Whether any live contract covers this category and unit on the day.
    pub is_category_covered: bool,
    /// Contracts (× lots) that were considered.
    pub candidate_count: u32,
    /// How sure, 0 to 1.
    pub confidence: f64,
    /// Why, strongest first.
    pub evidence: Evidence,
}

impl Decision {
    fn new(outcome: Outcome, class: MatchClass, confidence: f64, evidence: Evidence) -> Decision {
        Decision {
            outcome,
            class,
            reason: None,
            ladder_level: None,
            contract: None,
            lot: None,
            covering: None,
            passed_by: None,
            is_category_covered: false,
            candidate_count: 0,
            confidence,
            evidence,
        }
    }

    fn off_contract(reason: Reason, class: MatchClass, confidence: f64, evidence: Evidence) -> Decision {
        Decision { reason: Some(reason), ..Decision::new(Outcome::OffContract, class, confidence, evidence) }
    }

    fn undetermined(line: &Line<'_>, index: &Index, class: MatchClass, evidence: Evidence) -> Decision {
        Decision {
            reason: Some(Reason::M9),
            is_category_covered: is_covered_by_any(line, index),
            ..Decision::new(Outcome::Undetermined, class, index.parameters.confidence_undetermined, evidence)
        }
    }

    /// Whether a contract covers the line, with or without a broken term.
    pub const fn is_covered(&self) -> bool {
        self.covering.is_some()
    }
}

/// Decides one line, all but what the whole ledger must say: see [`settle`].
pub fn decide(line: &Line<'_>, index: &Index) -> Decision {
    if line.is_excluded || line.lacks_exchange_rate {
        let mut evidence = Evidence::default();
        evidence.add(if line.is_excluded { Code::Excluded } else { Code::NoExchangeRate });
        let confidence = if line.is_excluded { line.category_confidence } else { 1.0 };
        let decision = Decision::new(Outcome::NotAddressable, MatchClass::NotContractable, confidence, evidence);
        return Decision { is_category_covered: is_covered_by_any(line, index), ..decision };
    }
    let mut evidence = Evidence::default();
    let Some(supplier) = line.supplier else {
        evidence.add(Code::SupplierUnresolved);
        return Decision::undetermined(line, index, MatchClass::Unresolved, evidence);
    };
    if line.is_via_factor {
        evidence.add(Code::ViaFactor);
    }
    if let Some(decision) = by_reference(line, index, supplier, &mut evidence) {
        return decision;
    }
    if index.suppliers[supplier as usize].entries.is_empty() {
        return without_contract(line, index, supplier, evidence);
    }
    among_own(line, index, supplier, evidence)
}

/// Days after a term in which the line still counts: none when its delivery date is known.
pub const fn grace_days(line: &Line<'_>, index: &Index) -> i32 {
    match line.basis {
        Basis::Delivered => 0,
        Basis::Invoiced | Basis::Booked => index.parameters.term_grace_days,
        // An invoice is paid as long again after it came.
        Basis::Paid => 2 * index.parameters.term_grace_days,
    }
}

fn coverage(line: &Line<'_>, index: &Index, entry: &Entry) -> Coverage {
    Coverage::test(entry, line.day, grace_days(line, index), line.category, line.unit)
}

/// Where on the line a number stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Contract,
    Order,
    Text,
}

/// What a stated number makes of the decision.
#[derive(Clone, Copy)]
struct Stated<'a> {
    reference: Reference<'a>,
    class: MatchClass,
    confidence: f64,
    code: Code,
}

impl<'a> Stated<'a> {
    fn new(reference: Reference<'a>, place: Place, p: &Parameters) -> Stated<'a> {
        let class = if place == Place::Order { MatchClass::ByOrder } else { MatchClass::Explicit };
        let (class, confidence, code) = match (reference.number, place) {
            (Number::Order, _) => (MatchClass::ByOrder, p.confidence_by_order, Code::OrderContract),
            (Number::Case, _) => (class, p.confidence_by_case, Code::CaseRef),
            (Number::Contract, Place::Order) => (class, p.confidence_by_order, Code::OrderRef),
            (Number::Contract, Place::Text) => (class, p.confidence_in_text, Code::RefInText),
            (Number::Contract, Place::Contract) => (class, p.confidence_explicit, if reference.is_exact { Code::RefExact } else { Code::RefNormalised }),
        };
        Stated { reference, class, confidence, code }
    }
}

/// Step 3: the line names a contract that its supplier holds, or its parent, or the seller behind a factor.
fn by_reference(line: &Line<'_>, index: &Index, supplier: u32, evidence: &mut Evidence) -> Option<Decision> {
    let (mut is_conflict, mut is_order_without_contract) = (false, false);
    for (reference, place) in [(line.contract_reference, Place::Contract), (line.order_reference, Place::Order), (line.text_reference, Place::Text)] {
        if reference.contracts.is_empty() {
            is_order_without_contract |= reference.number == Number::Order;
            continue;
        }
        let stated = Stated::new(reference, place, &index.parameters);
        let Some(mut decision) = named_by(line, index, supplier, &stated) else {
            // A number found by chance in a text accuses nobody.
            is_conflict |= place != Place::Text;
            continue;
        };
        if is_conflict {
            decision.evidence.add(Code::RefConflict);
        }
        if line.is_via_factor {
            decision.evidence.add(Code::ViaFactor);
        }
        return Some(decision);
    }
    if is_conflict {
        evidence.add(Code::RefConflict);
    }
    if is_order_without_contract {
        evidence.add(Code::OrderNoContract);
    }
    None
}

/// The decision by a stated number: under the supplier's own contracts, else its parent's, else those of the seller that a factor was paid for.
fn named_by(line: &Line<'_>, index: &Index, supplier: u32, stated: &Stated<'_>) -> Option<Decision> {
    if let Some(decision) = held_by(line, index, supplier, stated) {
        return Some(decision);
    }
    let p = &index.parameters;
    if let Some(parent) = index.suppliers[supplier as usize].parent
        && let Some(mut decision) = held_by(line, index, parent, stated)
    {
        decision.evidence.add(Code::ViaParent);
        decision.confidence *= p.confidence_via_parent;
        return Some(decision);
    }
    if line.is_factor {
        let mut sellers = stated.reference.contracts.iter().flat_map(|&c| &index.contracts[c as usize].suppliers);
        let seller = *sellers.next()?;
        if sellers.all(|&s| s == seller) {
            let mut decision = held_by(line, index, seller, stated)?;
            decision.evidence.add(Code::ViaFactor);
            decision.confidence *= p.confidence_via_factor;
            return Some(decision);
        }
    }
    None
}

fn held_by(line: &Line<'_>, index: &Index, holder: u32, stated: &Stated<'_>) -> Option<Decision> {
    let entries = index.entries_of(holder);
    let is_meant = |contract: u32| stated.reference.contracts.contains(&contract);
    let names = |e: &Entry| is_meant(e.contract);
    // A framework's number also means the call-offs that the supplier holds under it.
    let names_framework = |e: &Entry| !is_meant(e.contract) && is_meant(index.contracts[e.contract as usize].framework);
    let direct = entries.iter().any(names).then(|| explicit(line, index, holder, &names, stated));
    let under = || entries.iter().any(names_framework).then(|| explicit(line, index, holder, &names_framework, stated));
    match direct {
        // The framework is over, but a call-off under it is not: call-offs may outlive it.
        Some(over) if over.reason == Some(Reason::M4) => match under() {
            Some(mut tail) if tail.is_covered() => {
                tail.evidence.add(Code::CallOffTail);
                Some(tail)
            }
            _ => Some(over),
        },
        Some(decision) => Some(decision),
        None => under(),
    }
}

fn explicit(line: &Line<'_>, index: &Index, holder: u32, is_named: &dyn Fn(&Entry) -> bool, stated: &Stated<'_>) -> Decision {
    let &Stated { reference, class, confidence, code } = stated;
    let first = index.suppliers[holder as usize].entries.start;
    // What was ordered within the term may be delivered after it.
    let ordered_within = |e: &Entry| reference.ordered_on.is_some_and(|day| e.term.0 <= day && day <= e.term.1);
    let tested = |e: &Entry| {
        let tested = coverage(line, index, e);
        match tested.term {
            Term::After(_) | Term::Grace(_) if ordered_within(e) => Coverage { term: Term::Within, ..tested },
            _ => tested,
        }
    };
    let named = || index.entries_of(holder).iter().zip(first..).filter(|(e, _)| is_named(e)).map(|(e, position)| (position, tested(e)));
    // Lots and versions of the named contract: the one that fits best speaks for it. Term first, then scope, then unit.
    let fit = |c: &Coverage| {
        let term = match c.term {
            Term::Within => 0,
            Term::Grace(days) => 1 + days,
            Term::Unknown => 1_000,
            Term::Before(days) | Term::After(days) => 1_001i32.saturating_add(days),
        };
        let scope = match c.scope {
            Scope::Within(distance) => u32::from(distance),
            Scope::NotStated | Scope::CategoryUnknown => 1 << 16,
            Scope::Outside => 1 << 17,
        };
        (term, scope, c.unit.verdict())
    };
    let (mut position, best) = named().min_by_key(|(_, c)| fit(c)).expect("the holder has a named contract");
    let mut evidence = Evidence::default();
    evidence.add(code);
    if reference.number == Number::Case {
        // A case may have led to several contracts.
        let mut tied: Vec<u32> = named().filter(|(_, c)| *c == best).map(|(other, _)| other).collect();
        if !is_one_contract(index, &tied) && narrow(&mut tied, |&o| is_instalment(line, index, o)) {
            evidence.add(Code::ChosenInstalment);
        }
        if !is_one_contract(index, &tied) && best.term.verdict() == Verdict::Passed {
            return tie(line, index, &tied, evidence);
        }
        position = tied[0];
    }
    let entry = &index.entries[position as usize];
    let same = named().filter(|(_, c)| *c == best).map(|(other, _)| &index.entries[other as usize]);
    let is_one_lot = same.clone().all(|e| e.contract == entry.contract && e.lot == entry.lot);
    best.add_to(&mut evidence);
    if ordered_within(entry)
        && let Term::After(days) | Term::Grace(days) = coverage(line, index, entry).term
    {
        evidence.add_value(Code::OrderedInTerm, days);
    }
    let candidate_count = count_distinct(named().map(|(position, _)| &index.entries[position as usize]));
    let decided = |reason: Option<Reason>, ladder: i8, confidence: f64| Decision {
        outcome: if reason.is_some() { Outcome::OffContract } else { Outcome::Compliant },
        reason,
        ladder_level: Some(ladder),
        contract: Some(entry.contract),
        lot: is_one_lot.then_some(entry.lot),
        covering: reason.is_none().then_some(position),
        is_category_covered: best.is_full() || is_covered_by_any(line, index),
        candidate_count,
        ..Decision::new(Outcome::Compliant, class, confidence, evidence)
    };
    if best.term.verdict() == Verdict::Failed {
        return decided(Some(Reason::M4), 0, confidence);
    }
    if best.scope.verdict() == Verdict::Failed && line.category_confidence >= index.parameters.explicit_scope_confidence_min {
        return decided(Some(Reason::M3), 1, confidence * line.category_confidence);
    }
    if best.unit.verdict() == Verdict::Failed {
        return decided(Some(Reason::M5), 1, confidence);
    }
    let grace = if matches!(best.term, Term::Grace(_)) { index.parameters.confidence_grace } else { 1.0 };
    priced(line, index, holder, decided(None, 2, confidence.min(grace)))
}

fn is_one_contract(index: &Index, positions: &[u32]) -> bool {
    let contract = |o: u32| index.entries[o as usize].contract;
    positions.iter().all(|&o| contract(o) == contract(positions[0]))
}

/// Whether the line's amount is that of an instalment under an entry's contract.
fn is_instalment(line: &Line<'_>, index: &Index, position: u32) -> bool {
    line.paid.currency == index.parameters.currency && index.contracts[index.entries[position as usize].contract as usize].is_instalment(line.paid.net_minor)
}

/// Several contracts cover the line and nothing tells them apart.
fn tie(line: &Line<'_>, index: &Index, positions: &[u32], mut evidence: Evidence) -> Decision {
    let contracts: std::collections::BTreeSet<u32> = positions.iter().map(|&o| index.entries[o as usize].contract).collect();
    evidence.add_value(Code::Ambiguous, contracts.len() as i32);
    let tested = coverage(line, index, &index.entries[positions[0] as usize]);
    tested.add_to(&mut evidence);
    let confidence = index.parameters.confidence_ambiguous * line.link_score * line.category_confidence;
    let candidate_count = contracts.len() as u32;
    let is_category_covered = tested.is_full() || is_covered_by_any(line, index);
    Decision { ladder_level: Some(2), is_category_covered, candidate_count, ..Decision::new(Outcome::Ambiguous, MatchClass::Ambiguous, confidence, evidence) }
}

/// Step 4: the supplier holds no contract.
fn without_contract(line: &Line<'_>, index: &Index, supplier: u32, mut evidence: Evidence) -> Decision {
    evidence.add(Code::NoContract);
    if let Some(decision) = via_parent(line, index, supplier, evidence) {
        return decision;
    }
    if let Some(reference) = [line.contract_reference, line.order_reference].into_iter().find(|r| !r.contracts.is_empty()) {
        // It names a contract that is on file: either the number is wrong or we do not know who the supplier is, and neither accuses anybody.
        let contract = if let [only] = reference.contracts { Some(*only) } else { None };
        let confidence = if contract.is_some() { index.parameters.confidence_ambiguous * line.link_score } else { 0.0 };
        let decision = Decision::undetermined(line, index, MatchClass::NoContract, evidence);
        return Decision { ladder_level: Some(-1), contract, confidence, ..decision };
    }
    if line.category.is_none() {
        evidence.add(Code::CatUnknown);
        if !index.states_scopes {
            // No contract on file states what it covers, so that no category could make it another's: the supplier alone decides.
            let confidence = index.parameters.confidence_off_contract * line.link_score;
            return Decision { ladder_level: Some(-1), ..Decision::off_contract(Reason::M1, MatchClass::NoContract, confidence, evidence) };
        }
        return Decision { ladder_level: Some(-1), ..Decision::undetermined(line, index, MatchClass::NoContract, evidence) };
    }
    let decision = passed_by(line, index, supplier, evidence).unwrap_or_else(|| {
        let confidence = index.parameters.confidence_off_contract * line.link_score * line.category_confidence;
        Decision::off_contract(Reason::M1, MatchClass::NoContract, confidence, evidence)
    });
    Decision { ladder_level: Some(-1), ..decision }
}

/// The contract is with the supplier's topmost parent, and covers the line in full.
fn via_parent(line: &Line<'_>, index: &Index, supplier: u32, mut evidence: Evidence) -> Option<Decision> {
    let parent = index.suppliers[supplier as usize].parent?;
    let passes = |e: &Entry| coverage(line, index, e).is_full();
    let count = index.entries_of(parent).iter().filter(|e| passes(e)).count();
    if count == 0 {
        return None;
    }
    evidence.add(Code::ViaParent);
    let mut decision = covered(line, index, parent, &passes, count as u32, evidence);
    decision.candidate_count = count_distinct(index.entries_of(parent).iter());
    decision.confidence *= index.parameters.confidence_via_parent;
    Some(decision)
}

/// M2: another supplier's live contract covers the purchase.
fn passed_by(line: &Line<'_>, index: &Index, supplier: u32, mut evidence: Evidence) -> Option<Decision> {
    let entry = &index.entries[covering_other(line, index, Some(supplier))? as usize];
    evidence.put_first(Code::OtherContract);
    let is_same_group = entry.supplier != NO_SUPPLIER && index.suppliers[entry.supplier as usize].group_id == index.suppliers[supplier as usize].group_id;
    let group = if is_same_group {
        evidence.add(Code::GroupHolds);
        index.parameters.confidence_via_parent
    } else {
        1.0
    };
    let unit = if Unit::test(&entry.units, line.unit) == Unit::NotStated { index.parameters.confidence_unit_not_stated } else { 1.0 };
    let confidence = index.parameters.confidence_off_contract * line.link_score * line.category_confidence * unit * group;
    Some(Decision {
        passed_by: Some(entry.contract),
        is_category_covered: true,
        ..Decision::off_contract(Reason::M2, MatchClass::NoContract, confidence, evidence)
    })
}

/// The entry of another supplier that covers the line in full, the nearest scope and the best rank first.
fn covering_other(line: &Line<'_>, index: &Index, supplier: Option<u32>) -> Option<u32> {
    let category = line.category?;
    let day = line.day?.days();
    for &(scope, _) in &category.covers {
        for &position in index.entries_in_scope(scope) {
            let entry = &index.entries[position as usize];
            if entry.term.0 <= day
                && day <= entry.term.1
                && supplier.is_none_or(|s| entry.supplier != s)
                && Unit::test(&entry.units, line.unit).verdict() == Verdict::Passed
            {
                return Some(position);
            }
        }
    }
    None
}

fn is_covered_by_any(line: &Line<'_>, index: &Index) -> bool {
    covering_other(line, index, None).is_some()
}

/// Step 5: the supplier holds contracts.
fn among_own(line: &Line<'_>, index: &Index, supplier: u32, mut evidence: Evidence) -> Decision {
    let entries = index.entries_of(supplier);
    let first = index.suppliers[supplier as usize].entries.start;
    let candidate_count = count_distinct(entries.iter());
    // One pass: what passes, with grace only when nothing passes without; what is only unknown; the nearest miss.
    let (mut full, mut graced, mut open) = (0u32, 0u32, 0u32);
    let mut is_in_term = false;
    let mut miss: Option<(Miss, u32, Coverage)> = None;
    for (entry, position) in entries.iter().zip(first..) {
        let tested = coverage(line, index, entry);
        is_in_term |= tested.term == Term::Within;
        match tested.verdict() {
            Verdict::Passed if tested.is_full() => full += 1,
            Verdict::Passed => graced += 1,
            Verdict::Unknown => open += 1,
            Verdict::Failed => {
                if let Some(near) = Miss::of(tested)
                    && miss.is_none_or(|(best, _, _)| near < best)
                {
                    miss = Some((near, position, tested));
                }
            }
        }
    }
    let ladder = i8::from(is_in_term);
    if full + graced > 0 {
        let wants_full = full > 0;
        let passes = |e: &Entry| {
            let tested = coverage(line, index, e);
            tested.verdict() == Verdict::Passed && tested.is_full() == wants_full
        };
        let decision = covered(line, index, supplier, &passes, full.max(u32::from(!wants_full) * graced), evidence);
        return Decision { candidate_count, ..decision };
    }
    if open > 0 {
        let decision = likely(line, index, supplier, evidence);
        return Decision { ladder_level: Some(ladder), candidate_count, ..decision };
    }
    if let Some(decision) = via_parent(line, index, supplier, evidence) {
        return decision;
    }
    if let Some(decision) = passed_by(line, index, supplier, evidence) {
        return Decision { ladder_level: Some(ladder), candidate_count, ..decision };
    }
    if let Some((near, position, tested)) = miss {
        let entry = &index.entries[position as usize];
        tested.add_to(&mut evidence);
        let reason = match near {
            Miss::Unit => Reason::M5,
            Miss::Term(_) => Reason::M4,
            Miss::Scope => Reason::M3,
        };
        // A term that is over and a unit that may not call off are so whatever was bought.
        let category_confidence = if line.category.is_some() { line.category_confidence } else { 1.0 };
        let confidence = index.parameters.confidence_off_contract * line.link_score * category_confidence;
        // A contract that began later, and of which nobody can say whether it is for this, is not the one that was meant.
        let is_named = !(matches!(tested.term, Term::Before(_)) && tested.scope.verdict() == Verdict::Unknown);
        return Decision {
            contract: is_named.then_some(entry.contract),
            lot: is_named.then_some(entry.lot),
            ladder_level: Some(ladder),
            candidate_count,
            is_category_covered: is_covered_by_any(line, index),
            ..Decision::off_contract(reason, MatchClass::OutOfScope, confidence, evidence)
        };
    }
    if line.category.is_none() {
        // M1 says that no contract covers the category, which nobody can say of a category that is not known.
        evidence.add(Code::CatUnknown);
        let decision = Decision::undetermined(line, index, MatchClass::Unresolved, evidence);
        return Decision { ladder_level: Some(ladder), candidate_count, ..decision };
    }
    evidence.add(Code::CatOut);
    let confidence = index.parameters.confidence_off_contract * line.link_score * line.category_confidence;
    Decision { ladder_level: Some(ladder), candidate_count, ..Decision::off_contract(Reason::M1, MatchClass::OutOfScope, confidence, evidence) }
}

/// Own contracts that no test excludes, but of which one cannot be answered: M9, with the contract that it would be where one is left.
fn likely(line: &Line<'_>, index: &Index, supplier: u32, mut evidence: Evidence) -> Decision {
    let p = &index.parameters;
    let (left, chosen_by) = open_entries(line, index, supplier);
    let tested = coverage(line, index, &index.entries[left[0] as usize]);
    if let Some(code) = chosen_by {
        evidence.add(code);
    }
    tested.add_to(&mut evidence);
    let decision = Decision::undetermined(line, index, MatchClass::Unresolved, evidence);
    if !is_one_contract(index, &left) {
        return decision;
    }
    let grace = if matches!(tested.term, Term::Grace(_)) { p.confidence_grace } else { 1.0 };
    let confidence = p.confidence_likely.min(grace) * line.link_score;
    Decision { contract: Some(index.entries[left[0] as usize].contract), confidence, ..decision }
}

/// Positions of the own entries of which a test cannot be answered and none failed, narrowed as far as anything tells them apart; and what did. One that ended shortly
/// before stays beside the live one: at a change of contracts the invoice may be for what was delivered under the old.
fn open_entries(line: &Line<'_>, index: &Index, supplier: u32) -> (Vec<u32>, Option<Code>) {
    let first = index.suppliers[supplier as usize].entries.start;
    let mut left: Vec<u32> = index
        .entries_of(supplier)
        .iter()
        .zip(first..)
        .filter(|(e, _)| coverage(line, index, e).verdict() == Verdict::Unknown)
        .map(|(_, position)| position)
        .collect();
    let mut chosen_by = None;
    if !is_one_contract(index, &left) && narrow(&mut left, |&o| is_instalment(line, index, o)) {
        chosen_by = Some(Code::ChosenInstalment);
    }
    if !is_one_contract(index, &left) && narrow_to_call_offs(index, &mut left) {
        chosen_by = Some(Code::ChosenCallOff);
    }
    (left, chosen_by)
}

fn narrow_to_call_offs(index: &Index, left: &mut Vec<u32>) -> bool {
    let contract = |o: u32| index.entries[o as usize].contract;
    let frameworks: Vec<u32> = left.iter().map(|&o| &index.contracts[contract(o) as usize]).filter(|c| c.is_call_off).map(|c| c.framework).collect();
    narrow(left, |&o| !frameworks.contains(&contract(o)))
}

/// One entry of each contract between which a line is open, by position; none when it is not: an ambiguous line, or an undetermined one that names no contract.
pub fn tied(line: &Line<'_>, index: &Index, decision: &Decision) -> Vec<u32> {
    let Some(supplier) = line.supplier else { return Vec::new() };
    let mut left = match (decision.outcome, decision.class) {
        (Outcome::Ambiguous, _) => {
            let first = index.suppliers[supplier as usize].entries.start;
            let all = || index.entries_of(supplier).iter().zip(first..).map(|(e, o)| (coverage(line, index, e), o));
            let wants_full = all().any(|(c, _)| c.is_full());
            all().filter(|(c, _)| c.verdict() == Verdict::Passed && c.is_full() == wants_full).map(|(_, o)| o).collect()
        }
        (Outcome::Undetermined, MatchClass::Unresolved) if decision.contract.is_none() && decision.candidate_count > 1 => open_entries(line, index, supplier).0,
        _ => Vec::new(),
    };
    let mut seen: Vec<u32> = Vec::new();
    left.retain(|&o| {
        let contract = index.entries[o as usize].contract;
        let is_new = !seen.contains(&contract);
        seen.push(contract);
        is_new
    });
    left
}

/// The decision of a line that was open between contracts, by what was bought before: the weakest evidence, and so the last to be asked.
pub fn by_practice(decision: &Decision, index: &Index, position: u32, line_count: u32) -> Decision {
    let p = &index.parameters;
    let entry = &index.entries[position as usize];
    let mut chosen = *decision;
    chosen.contract = Some(entry.contract);
    chosen.evidence.put_first_value(Code::ChosenPractice, i32::try_from(line_count).unwrap_or(i32::MAX));
    if decision.outcome == Outcome::Ambiguous {
        chosen.outcome = Outcome::Compliant;
        chosen.class = MatchClass::Chosen;
        chosen.covering = Some(position);
        // An ambiguous decision is as sure as link and category, times how sure a tie is.
        let basis = if p.confidence_ambiguous > 0.0 { (decision.confidence / p.confidence_ambiguous).min(1.0) } else { 1.0 };
        chosen.confidence = p.confidence_practice * basis;
    } else {
        chosen.confidence = p.confidence_practice;
    }
    chosen
}

/// The approved exception that a line off contract or deviating falls under, the first by its number.
pub fn exception(line: &Line<'_>, index: &Index, decision: &Decision) -> Option<u32> {
    if !matches!(decision.outcome, Outcome::OffContract | Outcome::Deviating) {
        return None;
    }
    let day = line.day?.days();
    let fits = |e: &super::index::Exception| {
        e.term.0 <= day
            && day <= e.term.1
            && e.supplier.is_none_or(|s| Some(s) == line.supplier)
            && matches!(Scope::test(&e.scope, line.category), Scope::Within(_) | Scope::NotStated)
            && Unit::test(&e.units, line.unit) == Unit::Entitled
    };
    index.exceptions.iter().position(fits).map(|p| p as u32)
}

/// How an entry was missed, nearest first; `None` when more than one thing was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Miss {
    Unit,
    /// Days outside the term.
    Term(i32),
    Scope,
}

impl Miss {
    fn of(tested: Coverage) -> Option<Miss> {
        let alone = tested.failed_count() == 1;
        if alone && tested.unit.verdict() == Verdict::Failed {
            return Some(Miss::Unit);
        }
        match tested.term {
            Term::Before(days) | Term::After(days) if alone => Some(Miss::Term(days)),
            Term::Within | Term::Grace(_) if tested.scope.verdict() == Verdict::Failed => Some(Miss::Scope),
            _ => None,
        }
    }
}

fn count_distinct<'a>(entries: impl Iterator<Item = &'a Entry>) -> u32 {
    // Entries are sorted by rank before contract, so that versions of one lot stand together within a rank.
    let mut last = None;
    let mut count = 0;
    for entry in entries {
        let key = Some((entry.contract, entry.lot));
        count += u32::from(key != last);
        last = key;
    }
    count
}

/// One or several own contracts pass: the only one, the nearest, or none of them.
fn covered(line: &Line<'_>, index: &Index, supplier: u32, passes: &dyn Fn(&Entry) -> bool, count: u32, mut evidence: Evidence) -> Decision {
    let first = index.suppliers[supplier as usize].entries.start;
    let p = &index.parameters;
    let mut left: Vec<u32> = Vec::with_capacity(count as usize);
    left.extend(index.entries_of(supplier).iter().zip(first..).filter(|(e, _)| passes(e)).map(|(_, position)| position));
    let entry = |position: u32| &index.entries[position as usize];
    let is_one_lot = |left: &[u32]| left.iter().all(|&o| (entry(o).contract, entry(o).lot) == (entry(left[0]).contract, entry(left[0]).lot));
    let is_one_contract = |left: &[u32]| is_one_contract(index, left);

    let class = if is_one_lot(&left) { MatchClass::UniqueScope } else { MatchClass::Chosen };
    let mut chosen_by = None;
    if class == MatchClass::Chosen {
        let distance = |position: u32| match Scope::test(&entry(position).scope, line.category) {
            Scope::Within(distance) => distance,
            _ => u16::MAX,
        };
        let nearest = left.iter().map(|&o| distance(o)).min().expect("several pass");
        chosen_by = narrow(&mut left, |&o| distance(o) == nearest).then_some(Code::ChosenSpecific);
        if !is_one_contract(&left) && narrow(&mut left, |&o| agreed(line, index, entry(o)).is_some()) {
            chosen_by = Some(Code::ChosenPriceList);
        }
        if !is_one_contract(&left) && narrow_to_call_offs(index, &mut left) {
            chosen_by = Some(Code::ChosenCallOff);
        }
        if !is_one_contract(&left) && narrow(&mut left, |&o| is_instalment(line, index, o)) {
            chosen_by = Some(Code::ChosenInstalment);
        }
    }
    if !is_one_contract(&left) {
        return Decision { is_category_covered: true, ..tie(line, index, &left, evidence) };
    }
    let position = left[0];
    let tested = coverage(line, index, entry(position));
    if let Some(code) = chosen_by {
        evidence.add(code);
    }
    tested.add_to(&mut evidence);
    let mut confidence = if class == MatchClass::UniqueScope { p.confidence_unique_scope } else { p.confidence_chosen };
    confidence *= line.link_score * line.category_confidence;
    if tested.unit == Unit::NotStated {
        confidence *= p.confidence_unit_not_stated;
    }
    if matches!(tested.term, Term::Grace(_)) {
        confidence = confidence.min(p.confidence_grace);
    }
    let decision = Decision {
        ladder_level: Some(2),
        contract: Some(entry(position).contract),
        lot: is_one_lot(&left).then_some(entry(position).lot),
        covering: Some(position),
        is_category_covered: tested.is_full() || is_covered_by_any(line, index),
        ..Decision::new(Outcome::Compliant, class, confidence, evidence)
    };
    priced(line, index, supplier, decision)
}

/// Keeps those for which `is_kept` holds, unless that would keep none; whether any went.
fn narrow(left: &mut Vec<u32>, is_kept: impl Fn(&u32) -> bool) -> bool {
    let kept = left.iter().filter(|o| is_kept(o)).count();
    if kept == 0 || kept == left.len() {
        return false;
    }
    left.retain(is_kept);
    true
}

/// The agreed price of the line's item under an entry's contract, or under its framework.
pub fn agreed<'i>(line: &Line<'_>, index: &'i Index, entry: &Entry) -> Option<&'i price::Price> {
    let item = line.item?;
    if entry.supplier == NO_SUPPLIER {
        return None;
    }
    let framework = index.contracts[entry.contract as usize].framework;
    index.prices.in_force(entry.contract, entry.supplier, item, line.day).or_else(|| index.prices.in_force(framework, entry.supplier, item, line.day))
}

/// Compares the price of a covered line: the third step of the ladder, or M7.
fn priced(line: &Line<'_>, index: &Index, supplier: u32, mut decision: Decision) -> Decision {
    let Some(covering) = decision.covering else { return decision };
    let entry = &index.entries[covering as usize];
    debug_assert_eq!(entry.supplier, supplier, "a line is covered by its own supplier's contract");
    let contract = &index.contracts[entry.contract as usize];
    if let (Some(signed), Some(day)) = (contract.signed_on, line.day)
        && day < signed
    {
        decision.evidence.add_value(Code::Retroactive, signed.days() - day.days());
    }
    let comparison = agreed(line, index, entry).map(|price| price::compare(&line.paid, price, index.parameters.price_tolerance_ppm));
    match comparison {
        Some(Comparison::Within) => {
            decision.ladder_level = Some(3);
            decision.evidence.add(Code::PriceOk);
        }
        Some(Comparison::Above { per_mille }) => {
            decision.outcome = Outcome::Deviating;
            decision.reason = Some(Reason::M7);
            decision.evidence.add_value(Code::PriceOver, per_mille);
        }
        Some(Comparison::NotComparable) => decision.evidence.add(Code::PriceUnknown),
        None if contract.has_price_list && line.item.is_some() => decision.evidence.add(Code::PriceUnknown),
        None => {}
    }
    // M8 goes before M7: which supplier was due weighs more than what it charged.
    if entry.is_ranked && entry.rank.is_some_and(|r| r >= 2) && !matches!(decision.class, MatchClass::Explicit | MatchClass::ByOrder) {
        decision.outcome = Outcome::Deviating;
        decision.reason = Some(Reason::M8);
        decision.evidence.add_value(Code::RankBypassed, entry.rank.unwrap_or_default());
    }
    decision
}

/// What only the whole ledger knows of a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ledger {
    /// The line lies above its framework's ceiling.
    pub is_over_ceiling: bool,
    /// Its invoice reaches the limit from which competition must be renewed.
    pub reaches_competition_limit: bool,
}

/// Adds what the whole ledger says to a covered line. M6 goes before M8, M8 before M7.
pub fn settle(decision: &mut Decision, index: &Index, ledger: Ledger) {
    let Some(covering) = decision.covering else { return };
    let contract = &index.contracts[index.entries[covering as usize].contract as usize];
    let has_ceiling = contract.ceiling.is_some() || index.contracts[contract.framework as usize].ceiling.is_some();
    if ledger.reaches_competition_limit {
        decision.outcome = Outcome::Deviating;
        decision.reason = Some(Reason::M8);
        decision.evidence.add(Code::CompetitionLimit);
    }
    if ledger.is_over_ceiling {
        decision.outcome = Outcome::OffContract;
        decision.reason = Some(Reason::M6);
        decision.evidence.put_first(Code::CeilingOver);
    } else if !has_ceiling {
        decision.evidence.add(Code::NoCeilingOnFile);
    }
}
