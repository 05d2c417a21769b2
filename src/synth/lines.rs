//! The invoices: each is drawn from its own stream of randomness with the decision that it must get, which follows from how it
//! was put together and never from the matching code.

use super::rng::{Rng, mix};
use super::world::*;
use crate::model::Date;

/// What a line must be decided as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case {
    /// Name of the situation that was planted.
    pub name: &'static str,
    /// Expected `matched.spend.outcome`.
    pub outcome: &'static str,
    /// Expected `reason`.
    pub reason: &'static str,
    /// Expected `match_class`; empty = not stated.
    pub class: &'static str,
}

macro_rules! cases {
    ($($name:ident: $outcome:ident $reason:literal $class:literal;)+) => {
        $(
            #[doc = concat!("`", stringify!($name), "`: ", stringify!($outcome), " ", $reason)]
            #[allow(non_upper_case_globals, reason = "named as in the truth files")]
            pub const $name: Case = Case { name: stringify!($name), outcome: stringify!($outcome), reason: $reason, class: $class };
        )+
        /// Every case, for the documentation of the truth files.
        pub const CASES: &[Case] = &[$($name),+];
    };
}

cases! {
    unique_scope: compliant "" "unique_scope";
    explicit: compliant "" "explicit";
    by_order: compliant "" "by_order";
    chosen_call_off: compliant "" "chosen";
    chosen_specific: compliant "" "chosen";
    chosen_price: compliant "" "chosen";
    grace: compliant "" "";
    unit_not_stated: compliant "" "unique_scope";
    reference_conflict: compliant "" "unique_scope";
    m1_no_contract: off_contract "M1" "";
    m1_otherwise: off_contract "M1" "";
    m2_passed_by: off_contract "M2" "";
    m2_after_succession: off_contract "M2" "";
    m3_outside_scope: off_contract "M3" "";
    m3_by_reference: off_contract "M3" "";
    m4_before_start: off_contract "M4" "";
    m4_after_end: off_contract "M4" "";
    m4_by_reference: off_contract "M4" "";
    m5_unit_not_entitled: off_contract "M5" "";
    m5_by_reference: off_contract "M5" "";
    m6_over_ceiling: off_contract "M6" "";
    m7_price: deviating "M7" "";
    m8_rank: deviating "M8" "";
    m8_limit: deviating "M8" "";
    m9_redacted: undetermined "M9" "unresolved";
    m9_one_off: undetermined "M9" "unresolved";
    m9_unclassified: undetermined "M9" "";
    m9_scope_unknown: undetermined "M9" "";
    ambiguous_twin: ambiguous "" "ambiguous";
    salary: not_addressable "" "not_contractable";
    tax: not_addressable "" "not_contractable";
    grant: not_addressable "" "not_contractable";
    transfer: not_addressable "" "not_contractable";
    financial: not_addressable "" "not_contractable";
    internal: not_addressable "" "not_contractable";
    public_body: not_addressable "" "not_contractable";
    no_exchange_rate: not_addressable "" "not_contractable";
}

/// The truth about a line.
#[derive(Debug, Clone, Copy)]
pub struct Truth {
    /// The decision.
    pub case: Case,
    /// Contract that covers it or under which it fell short; `NONE` = none, or more than one may be named.
    pub contract: u32,
    /// Lot number within the contract.
    pub lot: u8,
    /// For M2: the contract passed by.
    pub passed_by: u32,
    /// Step of the ladder; 9 = not stated.
    pub ladder: i8,
    /// Whether the line carries all evidence that the decision needs.
    pub has_all_evidence: bool,
    /// Credit lines: 0 none, 1 follows a line, 2 on its own.
    pub credit: u8,
}

impl Truth {
    /// A decision with all evidence and nothing else stated.
    pub fn of(case: Case, ladder: i8) -> Truth {
        Truth { case, contract: NONE, lot: 0, passed_by: NONE, ladder, has_all_evidence: true, credit: 0 }
    }
}

/// What a line says in free text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// Nothing.
    None,
    /// That it credits an invoice of that style, number and year.
    Credits(u8, u64, i32),
    /// Something.
    Words(&'static str),
    /// Something on two lines, with the separator and quotation marks in it, below a blank line of the file.
    TwoLines,
}

/// A posting line.
#[derive(Debug, Clone)]
pub struct Line {
    /// Leaf bought; `u16::MAX` = unknown.
    pub leaf: u16,
    /// Account posted on.
    pub account: u16,
    /// Whether the line states its category.
    pub states_category: bool,
    /// Net amount in öre.
    pub amount: i64,
    /// Quantity; 0 = not stated.
    pub quantity: i64,
    /// Unit price in öre.
    pub price: i64,
    /// Item; `NONE` = none.
    pub item: u32,
    /// Free text.
    pub text: Text,
    /// Expected decision.
    pub truth: Truth,
}

/// A contract or order number on an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// None.
    None,
    /// The number of a contract, keyed in one of several ways.
    Contract(u32, u8),
    /// A purchase order of the ledger's own, which is no contract.
    Order(u64),
}

/// How a repeated invoice stands to its original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Same number: a duplicate.
    Exact,
    /// Same number under another vendor number of the supplier: a duplicate.
    OtherVendor,
    /// Number keyed in another way: a duplicate.
    CleanedNumber,
    /// The reversal of a reversed and rebilled invoice: no duplicate.
    Reversal,
    /// The new bill after a reversal: no duplicate.
    Rebill,
}

/// An invoice.
#[derive(Debug, Clone)]
pub struct Invoice {
    /// Vendor record.
    pub vendor: u32,
    /// How the vendor writes its numbers.
    pub style: u8,
    /// The number.
    pub number: u64,
    /// Keyed in another way than the vendor writes it.
    pub is_variant: bool,
    /// Booking date.
    pub booked: Date,
    /// Invoice date.
    pub invoiced: Date,
    /// Delivery date.
    pub delivered: Option<Date>,
    /// Buying unit.
    pub unit: u16,
    /// Currency.
    pub currency: &'static str,
    /// Contract reference.
    pub contract: Reference,
    /// Order reference.
    pub order: Reference,
    /// Lines.
    pub lines: Vec<Line>,
    /// First record of the invoice that this one repeats, in the same file.
    pub repeats: Option<(Repeat, u64)>,
    /// Mangle the rendered row of the first line: index of a fault.
    pub fault: Option<u8>,
}

/// Where and when an invoice is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Ledger number.
    pub ledger: usize,
    /// Booking date.
    pub booked: Date,
    /// A number that no other invoice has.
    pub number: u64,
}

/// Draws invoices.
pub struct Maker<'w> {
    world: &'w World,
    /// Slots that each ledger may buy under, by situation, most used first.
    lists: [Lists; 4],
}

#[derive(Default)]
struct Lists {
    /// Slots that cover lines for the whole window.
    stable: Vec<u32>,
    turning: Vec<u32>,
    ranked: Vec<u32>,
    priced: Vec<u32>,
    restricted: Vec<u32>,
    call_off: Vec<u32>,
    twin: Vec<u32>,
    price_twin: Vec<u32>,
    specific: Vec<u32>,
    not_stated: Vec<u32>,
    open_leaves: Vec<u16>,
}

/// Situations with their shares of invoices in per mille: the main ledger's, and those of the others, whose layouts cannot
/// carry references, items or units as codes.
const SHARES: &[(Draw, u64, u64)] = &[
    (Draw::Covered, 415, 510),
    (Draw::Referenced, 150, 0),
    (Draw::Outside, 125, 170),
    (Draw::PassedBy, 60, 80),
    (Draw::OtherScope, 30, 40),
    (Draw::Turning, 50, 60),
    (Draw::NotEntitled, 25, 0),
    (Draw::Priced, 30, 0),
    (Draw::Ranked, 12, 10),
    (Draw::Redacted, 8, 12),
    (Draw::Unclassified, 10, 10),
    (Draw::Unscoped, 12, 12),
    (Draw::Twin, 10, 10),
    (Draw::CallOff, 14, 12),
    (Draw::Specific, 8, 8),
    (Draw::PriceTwin, 8, 0),
    (Draw::NotStated, 10, 0),
    (Draw::Conflict, 4, 0),
    (Draw::Foreign, 3, 0),
    (Draw::OneOff, 4, 0),
    (Draw::NoPurchase, 80, 60),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Draw {
    Covered,
    Referenced,
    Outside,
    PassedBy,
    OtherScope,
    Turning,
    NotEntitled,
    Priced,
    Ranked,
    Redacted,
    Unclassified,
    Unscoped,
    Twin,
    CallOff,
    Specific,
    PriceTwin,
    NotStated,
    Conflict,
    Foreign,
    OneOff,
    NoPurchase,
}

const WORDS: &[&str] = &["Enligt beställning", "Leverans", "Månadsfaktura", "Avrop – etapp 2", "Service", "Akut behov", "Årsavgift"];

/// What of an invoice is settled before its lines are.
struct Head {
    supplier: u32,
    leaf: u16,
    truth: Truth,
    contract_reference: bool,
    order_reference: bool,
    items: std::ops::Range<u32>,
    /// Share of the item's price, in per mille; 0 = not from the price list.
    price_per_mille: i64,
    total_max: i64,
    unit: u16,
}

impl<'w> Maker<'w> {
    /// Prepares the lists of slots.
    pub fn new(world: &'w World) -> Maker<'w> {
        let mut lists: [Lists; 4] = Default::default();
        for (ledger, list) in lists.iter_mut().enumerate() {
            for (i, slot) in world.slots.iter().enumerate() {
                let i = i as u32;
                if ledger != 0 && slot.entitled != Entitled::All {
                    continue;
                }
                // Only the main ledger can state a category that its account does not tell.
                if ledger != 0 && slot.leaves.iter().any(|l| !world.leaves[usize::from(*l)].has_own_account) {
                    continue;
                }
                match slot.kind {
                    Kind::Single | Kind::Ranked | Kind::Renewed | Kind::Lots => {
                        list.stable.push(i);
                        if slot.kind == Kind::Ranked {
                            list.ranked.push(i);
                        }
                        if !world.contracts[slot.contracts[0] as usize].items.is_empty() {
                            list.priced.push(i);
                        }
                    }
                    Kind::SameSuccessor | Kind::OtherSuccessor | Kind::Expired | Kind::Late => list.turning.push(i),
                    Kind::Restricted => list.restricted.push(i),
                    Kind::CallOff => list.call_off.push(i),
                    Kind::Twin => list.twin.push(i),
                    Kind::PriceTwin => list.price_twin.push(i),
                    Kind::Specific => list.specific.push(i),
                    Kind::UnitNotStated => list.not_stated.push(i),
                    Kind::Ceiling => {}
                }
            }
            list.open_leaves = world.open_leaves.iter().copied().filter(|l| ledger == 0 || world.leaves[usize::from(*l)].has_own_account).collect();
        }
        Maker { world, lists }
    }

    /// The lot of a contract that holds a leaf.
    fn lot_of(&self, contract: u32, leaf: u16) -> u8 {
        let code = &self.world.leaves[usize::from(leaf)].code;
        self.world.contracts[contract as usize].lots.iter().position(|l| l.scope.iter().any(|s| code.starts_with(s.as_str()))).unwrap_or(0) as u8
    }

    fn unit_for(&self, ledger: usize, entitled: &Entitled, wants: bool, rng: &mut Rng) -> Option<u16> {
        let units = &self.world.ledger_units[ledger];
        if *entitled == Entitled::All || *entitled == Entitled::NotStated {
            return wants.then(|| *rng.pick(units));
        }
        let start = rng.index(units.len());
        (0..units.len()).map(|i| units[(start + i) % units.len()]).find(|u| self.world.entitles(entitled, *u) == wants)
    }

    /// A supplier outside contracts that sells this leaf in this ledger.
    fn outsider(&self, ledger: usize, leaf: u16, rng: &mut Rng) -> u32 {
        let all = self.world.role(Role::Outside);
        // Those of a top category stand together; each leaf has its own sellers among them, a few of them big.
        let tops = super::words::TREE.len();
        let top = usize::from(self.world.top_of(leaf));
        let (from, to) = (all.len() * top / tops, all.len() * (top + 1) / tops);
        let start = mix(u64::from(leaf) ^ self.world.seed) as usize % (to - from);
        let mut at = from + (start + rng.tail_index(((to - from) / 3).clamp(2, 400))) % (to - from);
        while self.world.suppliers[all[at] as usize].records[ledger].is_empty() {
            at = from + (at + 1 - from) % (to - from);
        }
        all[at]
    }

    /// Draws the invoice of a place.
    pub fn draw(&self, place: Place) -> Invoice {
        let mut rng = Rng::at(&[self.world.seed, 10, place.number]);
        let rng = &mut rng;
        let (invoiced, delivered) = self.dates(place, rng);
        let covered = delivered.unwrap_or(invoiced);
        let is_booked_only = place.ledger != 0;
        let (covered, has_grace) = if is_booked_only { (place.booked, true) } else { (covered, delivered.is_none()) };
        let mut left = rng.below(SHARES.iter().map(|s| if place.ledger == 0 { s.1 } else { s.2 }).sum());
        let mut draw = Draw::Covered;
        for (what, main, other) in SHARES {
            let share = if place.ledger == 0 { *main } else { *other };
            if left < share {
                draw = *what;
                break;
            }
            left -= share;
        }
        if draw == Draw::NoPurchase {
            return self.no_purchase(place, invoiced, delivered, rng);
        }
        // A situation that this ledger or date does not have becomes an ordinary purchase, and one outside contracts at last.
        let head = self
            .head(draw, place.ledger, covered, has_grace, rng)
            .or_else(|| self.head(Draw::Covered, place.ledger, covered, has_grace, rng))
            .or_else(|| self.head(Draw::Outside, place.ledger, covered, has_grace, rng))
            .expect("every ledger has open leaves");
        self.invoice(place, invoiced, delivered, head, draw == Draw::Foreign, rng)
    }

    fn dates(&self, place: Place, rng: &mut Rng) -> (Date, Option<Date>) {
        let invoiced = place.booked.plus_days(-(1 + rng.below(18) as i32));
        let delivered = rng.chance(600).then(|| invoiced.plus_days(-(rng.below(12) as i32)));
        (invoiced, delivered)
    }

    fn plain_head(&self, supplier: u32, leaf: u16, unit: u16, truth: Truth) -> Head {
        Head { supplier, leaf, truth, contract_reference: false, order_reference: false, items: 0..0, price_per_mille: 0, total_max: i64::MAX, unit }
    }

    fn slot_from<'a>(&'a self, list: &[u32], rng: &mut Rng) -> Option<&'a Slot> {
        (!list.is_empty()).then(|| &self.world.slots[list[rng.tail_index(list.len())] as usize])
    }

    /// A purchase that a slot covers through the whole window.
    fn stable_head(&self, slot: &Slot, ledger: usize, with_reference: bool, rng: &mut Rng) -> Option<Head> {
        let contract = slot.contracts[0];
        let unit = self.unit_for(ledger, &slot.entitled, true, rng)?;
        let leaf = *rng.pick(&slot.leaves);
        let lot = self.lot_of(contract, leaf);
        let held = &self.world.contracts[contract as usize];
        let holders = &held.lots[usize::from(lot)].holders;
        let (supplier, rank) = if slot.kind == Kind::Ranked && rng.chance(850) && !with_reference { holders[0] } else { *rng.pick(holders) };
        let case = match (with_reference, rank) {
            (true, _) => explicit,
            (false, 2..) => m8_rank,
            (false, _) => unique_scope,
        };
        let mut head = self.plain_head(supplier, leaf, unit, Truth { contract, lot, ..Truth::of(case, 2) });
        if with_reference {
            if rng.chance(250) {
                head.order_reference = true;
                head.truth.case = by_order;
            } else {
                head.contract_reference = true;
            }
        }
        head.items = held.items.clone();
        if let Some(limit) = held.limit {
            head.total_max = limit * 8 / 10;
        }
        if !head.items.is_empty() && ledger == 0 {
            // Two in three from the list at its price, some a little below it; the rest outside the assortment.
            head.price_per_mille = if rng.chance(650) { if rng.chance(100) { 970 } else { 1_000 } } else { 0 };
        }
        Some(head)
    }

    fn head(&self, draw: Draw, ledger: usize, covered: Date, has_grace: bool, rng: &mut Rng) -> Option<Head> {
        let w = self.world;
        let lists = &self.lists[ledger];
        let any_unit = |rng: &mut Rng| *rng.pick(&w.ledger_units[ledger]);
        match draw {
            Draw::Covered => self.stable_head(self.slot_from(&lists.stable, rng)?, ledger, false, rng),
            Draw::Referenced => self.stable_head(self.slot_from(&lists.stable, rng)?, ledger, true, rng),
            Draw::Ranked => {
                let mut head = self.stable_head(self.slot_from(&lists.ranked, rng)?, ledger, false, rng)?;
                let (supplier, _) = w.contracts[head.truth.contract as usize].lots[0].holders[1];
                head.supplier = supplier;
                head.truth.case = m8_rank;
                Some(head)
            }
            Draw::Priced => {
                let mut head = self.stable_head(self.slot_from(&lists.priced, rng)?, ledger, false, rng)?;
                head.price_per_mille = 1_000 + rng.between(30, 250);
                head.truth.case = m7_price;
                Some(head)
            }
            Draw::Conflict => {
                let mut head = self.stable_head(self.slot_from(&lists.stable, rng)?, ledger, false, rng)?;
                if head.truth.case != unique_scope {
                    return None;
                }
                head.truth.case = reference_conflict;
                head.contract_reference = true;
                Some(head)
            }
            Draw::Outside | Draw::Foreign => {
                let leaf = *rng.pick(&lists.open_leaves);
                let supplier = self.outsider(ledger, leaf, rng);
                Some(self.plain_head(
                    supplier,
                    leaf,
                    any_unit(rng),
                    if draw == Draw::Foreign { Truth::of(no_exchange_rate, 9) } else { Truth::of(m1_no_contract, -1) },
                ))
            }
            Draw::OneOff => {
                let leaf = *rng.pick(&lists.open_leaves);
                let supplier = *rng.pick(w.role(Role::OneOff));
                Some(self.plain_head(supplier, leaf, any_unit(rng), Truth::of(m9_one_off, 9)))
            }
            Draw::PassedBy => {
                let slot = self.slot_from(&lists.stable, rng)?;
                let unit = self.unit_for(ledger, &slot.entitled, true, rng)?;
                let leaf = *rng.pick(&slot.leaves);
                let supplier = self.outsider(ledger, leaf, rng);
                Some(self.plain_head(supplier, leaf, unit, Truth { passed_by: slot.contracts[0], ..Truth::of(m2_passed_by, -1) }))
            }
            Draw::OtherScope => {
                let slot = self.slot_from(&lists.stable, rng)?;
                let contract = slot.contracts[0];
                let unit = self.unit_for(ledger, &slot.entitled, true, rng)?;
                let leaf = *rng.pick(&lists.open_leaves);
                let (supplier, _) = *rng.pick(&w.contracts[contract as usize].lots[0].holders);
                let is_only = w.held[supplier as usize].len() == 1;
                let lot = u8::MAX;
                let mut head =
                    self.plain_head(supplier, leaf, unit, Truth { contract: if is_only { contract } else { NONE }, lot, ..Truth::of(m3_outside_scope, 1) });
                if ledger == 0 && is_only && rng.chance(150) {
                    head.contract_reference = true;
                    head.truth.case = m3_by_reference;
                }
                Some(head)
            }
            Draw::Turning => self.turning_head(self.slot_from(&lists.turning, rng)?, ledger, covered, has_grace, rng),
            Draw::NotEntitled => {
                let slot = self.slot_from(&lists.restricted, rng)?;
                let contract = slot.contracts[0];
                let is_inside = rng.chance(450);
                let unit = self.unit_for(ledger, &slot.entitled, is_inside, rng)?;
                let leaf = slot.leaves[0];
                let (holder, _) = w.contracts[contract as usize].lots[0].holders[0];
                if is_inside {
                    return Some(self.plain_head(holder, leaf, unit, Truth { contract, ..Truth::of(unique_scope, 2) }));
                }
                if rng.chance(200) {
                    // Nobody's contract covers these units.
                    return Some(self.plain_head(self.outsider(ledger, leaf, rng), leaf, unit, Truth::of(m1_no_contract, -1)));
                }
                let mut head = self.plain_head(holder, leaf, unit, Truth { contract, ..Truth::of(m5_unit_not_entitled, 1) });
                if rng.chance(150) {
                    head.contract_reference = true;
                    head.truth.case = m5_by_reference;
                }
                Some(head)
            }
            Draw::Redacted => {
                let leaf = *rng.pick(&lists.open_leaves);
                Some(self.plain_head(w.role(Role::Redacted)[0], leaf, any_unit(rng), Truth::of(m9_redacted, 9)))
            }
            Draw::Unclassified => {
                let suppliers = w.role(Role::Unclassified);
                let supplier = suppliers[rng.tail_index(suppliers.len())];
                if w.suppliers[supplier as usize].records[ledger].is_empty() {
                    return None;
                }
                Some(self.plain_head(supplier, u16::MAX, any_unit(rng), Truth::of(m9_unclassified, 9)))
            }
            Draw::Unscoped => {
                let unscoped = rng.pick(&w.unscoped);
                if ledger != 0 && !w.leaves[usize::from(unscoped.leaf)].has_own_account {
                    return None;
                }
                let mut head =
                    self.plain_head(unscoped.supplier, unscoped.leaf, any_unit(rng), Truth { contract: unscoped.contract, ..Truth::of(m9_scope_unknown, 9) });
                if ledger == 0 && rng.chance(300) {
                    head.contract_reference = true;
                    head.truth.case = explicit;
                }
                Some(head)
            }
            Draw::Twin => {
                let slot = self.slot_from(&lists.twin, rng)?;
                let unit = self.unit_for(ledger, &slot.entitled, true, rng)?;
                let (holder, _) = w.contracts[slot.contracts[0] as usize].lots[0].holders[0];
                let mut head = self.plain_head(holder, slot.leaves[0], unit, Truth::of(ambiguous_twin, 9));
                if ledger == 0 && rng.chance(300) {
                    head.contract_reference = true;
                    head.truth = Truth { contract: slot.contracts[rng.index(2)], ..Truth::of(explicit, 2) };
                }
                Some(head)
            }
            Draw::PriceTwin => {
                let slot = self.slot_from(&lists.price_twin, rng)?;
                let unit = self.unit_for(ledger, &slot.entitled, true, rng)?;
                let (holder, _) = w.contracts[slot.contracts[0] as usize].lots[0].holders[0];
                let mut head = self.plain_head(holder, slot.leaves[0], unit, Truth { contract: slot.contracts[1], ..Truth::of(chosen_price, 2) });
                head.items = w.contracts[slot.contracts[1] as usize].items.clone();
                head.price_per_mille = 1_000;
                Some(head)
            }
            Draw::CallOff => {
                let slot = self.slot_from(&lists.call_off, rng)?;
                let unit = self.unit_for(ledger, &slot.entitled, true, rng)?;
                let (holder, _) = w.contracts[slot.contracts[0] as usize].lots[0].holders[0];
                let case = if covered <= slot.turns { chosen_call_off } else { unique_scope };
                if covered > slot.turns && covered <= slot.turns.plus_days(30) {
                    // The framework's days of grace leave open whether it still competes.
                    return None;
                }
                let mut head = self.plain_head(holder, slot.leaves[0], unit, Truth { contract: slot.contracts[1], ..Truth::of(case, 2) });
                if ledger == 0 && rng.chance(400) {
                    head.order_reference = true;
                    head.truth.case = by_order;
                }
                Some(head)
            }
            Draw::Specific => {
                let slot = self.slot_from(&lists.specific, rng)?;
                let unit = self.unit_for(ledger, &slot.entitled, true, rng)?;
                let (holder, _) = w.contracts[slot.contracts[0] as usize].lots[0].holders[0];
                let at = rng.index(slot.leaves.len());
                let (case, contract) = if at == 0 { (chosen_specific, slot.contracts[1]) } else { (unique_scope, slot.contracts[0]) };
                Some(self.plain_head(holder, slot.leaves[at], unit, Truth { contract, ..Truth::of(case, 2) }))
            }
            Draw::NotStated => {
                let slot = self.slot_from(&lists.not_stated, rng)?;
                let contract = slot.contracts[0];
                let (holder, _) = w.contracts[contract as usize].lots[0].holders[0];
                Some(self.plain_head(holder, slot.leaves[0], any_unit(rng), Truth { contract, ..Truth::of(unit_not_stated, 2) }))
            }
            Draw::NoPurchase => None,
        }
    }

    /// A purchase around a turn: before it, after it, within the days of grace, or from the supplier that lost the contract.
    fn turning_head(&self, slot: &Slot, ledger: usize, covered: Date, has_grace: bool, rng: &mut Rng) -> Option<Head> {
        let unit = self.unit_for(ledger, &slot.entitled, true, rng)?;
        let leaf = slot.leaves[0];
        let [old, new] = slot.contracts;
        let holder = |contract: u32| self.world.contracts[contract as usize].lots[0].holders[0].0;
        let days_after = covered.days() - slot.turns.days();
        let mut truth = Truth { contract: old, ..Truth::of(unique_scope, 2) };
        let mut supplier = holder(old);
        let mut contract_reference = false;
        match slot.kind {
            Kind::SameSuccessor if days_after > 0 => truth.contract = new,
            Kind::OtherSuccessor if days_after > 0 => {
                if days_after > 30 && rng.chance(500) {
                    truth = Truth { passed_by: new, ..Truth::of(m2_after_succession, 0) };
                    if ledger == 0 && days_after > 60 && rng.chance(200) {
                        contract_reference = true;
                        truth = Truth { contract: old, ..Truth::of(m4_by_reference, 0) };
                    }
                } else {
                    supplier = holder(new);
                    truth.contract = new;
                }
            }
            Kind::Expired if days_after > 0 => {
                if days_after > 45 && rng.chance(150) {
                    let open = &self.lists[ledger].open_leaves;
                    return Some(self.plain_head(supplier, *rng.pick(open), unit, Truth::of(m1_otherwise, 0)));
                }
                truth = Truth { contract: old, ..Truth::of(m4_after_end, 0) };
                if has_grace && days_after <= 30 {
                    truth = Truth { contract: old, ..Truth::of(grace, 2) };
                }
            }
            Kind::Late if days_after <= 0 => truth = Truth { contract: old, ..Truth::of(m4_before_start, 0) },
            _ => {}
        }
        Some(Head { contract_reference, ..self.plain_head(supplier, leaf, unit, truth) })
    }

    /// Vendor record of a supplier: mostly its first.
    fn vendor_of(&self, supplier: u32, ledger: usize, rng: &mut Rng) -> u32 {
        let records = &self.world.suppliers[supplier as usize].records[ledger];
        assert!(!records.is_empty(), "supplier {supplier} sells to a ledger that does not know it");
        if records.len() == 1 || rng.chance(700) { records.start } else { records.start + rng.index(records.len()) as u32 }
    }

    fn invoice(&self, place: Place, invoiced: Date, delivered: Option<Date>, head: Head, is_foreign: bool, rng: &mut Rng) -> Invoice {
        let w = self.world;
        let vendor = self.vendor_of(head.supplier, place.ledger, rng);
        let mut truth = head.truth;
        let is_holder = w.suppliers[head.supplier as usize].role == Role::Contracted;
        if !w.vendors[vendor as usize].is_proved && ![m9_redacted, m9_one_off].contains(&truth.case) {
            // Without a number the name must do; what no contract holder sells is off contract either way.
            truth.has_all_evidence &= !is_holder && w.vendors[vendor as usize].variant != "dummy_number";
        }
        // The same holds when the catalogue lacks the numbers of one of the supplier's contracts.
        truth.has_all_evidence &=
            w.held[head.supplier as usize].iter().all(|c| w.contracts[*c as usize].has_numbers || w.contracts[*c as usize].catalogue != Catalogue::Kommers);
        let own = place.ledger;
        let covered = delivered.unwrap_or(invoiced);
        let (leaf, median) = if head.leaf == u16::MAX { (u16::MAX, 150_000) } else { (head.leaf, w.leaves[usize::from(head.leaf)].median) };
        let count = 1 + [0, 0, 0, 1, 1, 2, 3, 5][rng.index(8)];
        let mut lines = Vec::with_capacity(count);
        let mut total = 0;
        for _ in 0..count {
            let (account, states_category) = if leaf == u16::MAX {
                (w.special_accounts[5], false)
            } else {
                let leaf = &w.leaves[usize::from(leaf)];
                // A decision by reference alone needs the best evidence of the category.
                (leaf.account, own == 0 && (!leaf.has_own_account || truth.case == m3_by_reference || rng.chance(550)))
            };
            let mut line = Line { leaf, account, states_category, amount: 0, quantity: 0, price: 0, item: NONE, text: Text::None, truth };
            if head.price_per_mille > 0 {
                line.item = head.items.start + rng.index(head.items.len()) as u32;
                let item = &w.items[line.item as usize];
                let agreed = if covered < w.prices_change { item.price } else { item.price_after };
                line.price = if head.price_per_mille == 1_000 { agreed } else { (agreed * head.price_per_mille / 1_000).max(1) };
                if truth.case == m7_price {
                    line.price = line.price.max(agreed + agreed / 50 + 2);
                }
                let wanted = (rng.long_tailed(median) / line.price.max(1)).clamp(1, 5_000);
                line.quantity = if wanted > 20 { wanted / 10 * 10 } else { wanted };
                line.amount = line.quantity * line.price;
                line.truth.ladder = if truth.ladder == 2 && truth.case != m7_price { 3 } else { truth.ladder };
            } else {
                line.amount = rng.long_tailed(median).min(900_000_000);
                if own == 0 && rng.chance(120) {
                    // Items that are on no price list.
                    line.quantity = rng.between(1, 24);
                    line.price = (line.amount / line.quantity).max(1);
                    line.amount = line.price * line.quantity;
                }
            }
            if own == 0 && rng.chance(60) {
                line.text = Text::Words(WORDS[rng.index(WORDS.len())]);
            }
            if !lines.is_empty() && total + line.amount > head.total_max {
                break;
            }
            if line.amount > head.total_max {
                (line.amount, line.quantity, line.price, line.item) = (head.total_max / 2, 0, 0, NONE);
                line.truth.ladder = line.truth.ladder.min(2);
            }
            total += line.amount;
            lines.push(line);
        }
        let contract = if head.contract_reference {
            let named = if truth.case == reference_conflict {
                // The number of a contract that the supplier does not hold.
                let mut other = rng.index(w.contracts.len()) as u32;
                while w.held[head.supplier as usize].contains(&other) {
                    other = (other + 1) % w.contracts.len() as u32;
                }
                other
            } else {
                truth.contract
            };
            Reference::Contract(named, rng.below(8) as u8)
        } else {
            Reference::None
        };
        let order = if head.order_reference {
            Reference::Contract(truth.contract, rng.below(4) as u8)
        } else if own == 0 && rng.chance(350) {
            Reference::Order(place.number)
        } else {
            Reference::None
        };
        Invoice {
            vendor,
            style: (mix(u64::from(head.supplier) ^ 5) % 4) as u8,
            number: place.number,
            is_variant: false,
            booked: place.booked,
            invoiced,
            delivered,
            unit: head.unit,
            currency: if is_foreign && truth.case == no_exchange_rate { "NOK" } else { "SEK" },
            contract,
            order,
            lines,
            repeats: None,
            fault: None,
        }
    }

    /// Salaries, taxes, grants and the like: postings of the ledger that no contract could cover.
    fn no_purchase(&self, place: Place, invoiced: Date, delivered: Option<Date>, rng: &mut Rng) -> Invoice {
        let w = self.world;
        let publics = w.role(Role::Public);
        let owns = w.role(Role::Own);
        let (case, account, supplier, leaf) = match rng.below(80) {
            0..18 => (salary, w.special_accounts[0], owns[0], u16::MAX),
            18..26 => (tax, w.special_accounts[1], publics[0], u16::MAX),
            26..38 => (grant, w.special_accounts[2], self.outsider(place.ledger, 0, rng), u16::MAX),
            38..44 => (transfer, w.special_accounts[3], w.role(Role::Redacted)[0], u16::MAX),
            44..50 => (financial, w.special_accounts[4], self.outsider(place.ledger, 1, rng), u16::MAX),
            50..70 => {
                let leaf = *rng.pick(&self.lists[place.ledger].open_leaves);
                (internal, w.leaves[usize::from(leaf)].account, *rng.pick(owns), leaf)
            }
            _ => {
                let leaf = *rng.pick(&self.lists[place.ledger].open_leaves);
                (public_body, w.leaves[usize::from(leaf)].account, publics[rng.tail_index(publics.len())], leaf)
            }
        };
        let amount = rng.long_tailed(900_000).min(5_000_000_000);
        let line = Line { leaf, account, states_category: false, amount, quantity: 0, price: 0, item: NONE, text: Text::None, truth: Truth::of(case, 9) };
        Invoice {
            vendor: w.suppliers[supplier as usize].records[place.ledger].start,
            style: (mix(u64::from(supplier) ^ 5) % 4) as u8,
            number: place.number,
            is_variant: false,
            booked: place.booked,
            invoiced,
            delivered,
            unit: *rng.pick(&w.ledger_units[place.ledger]),
            currency: "SEK",
            contract: Reference::None,
            order: Reference::None,
            lines: vec![line],
            repeats: None,
            fault: None,
        }
    }
}

/// Whether an invoice may be credited, repeated or reversed: one whose decision depends on nothing but itself.
pub fn is_plain(world: &World, invoice: &Invoice) -> bool {
    // A repeated invoice under a limit of renewed competition could pass the limit.
    let has_limit = |contract: u32| contract != NONE && world.contracts[contract as usize].limit.is_some();
    invoice.repeats.is_none()
        && invoice.fault.is_none()
        && invoice.lines.iter().all(|l| {
            l.truth.has_all_evidence
                && l.amount > 0
                && !has_limit(l.truth.contract)
                && [unique_scope, explicit, m1_no_contract, m2_passed_by, m3_outside_scope, m5_unit_not_entitled].contains(&l.truth.case)
        })
}

/// The credit note of one line of an earlier invoice.
pub fn credit_of(original: &Invoice, place: Place, rng: &mut Rng) -> Invoice {
    let mut line = rng.pick(&original.lines).clone();
    line.amount = -line.amount;
    line.quantity = -line.quantity;
    line.truth.credit = 1;
    // Ledgers without text columns leave the amount and the account to tell.
    line.text = Text::Credits(original.style, original.number, original.invoiced.ymd().0);
    Invoice { number: place.number, booked: place.booked, invoiced: place.booked.plus_days(-1), delivered: None, lines: vec![line], ..original.clone() }
}

/// A repetition of an earlier invoice, whose first record is given.
pub fn repeat_of(world: &World, original: &Invoice, record: u64, repeat: Repeat, place: Place) -> Invoice {
    let mut copy = Invoice { booked: place.booked, repeats: Some((repeat, record)), ..original.clone() };
    match repeat {
        Repeat::Exact => {}
        Repeat::OtherVendor => {
            let supplier = &world.suppliers[world.vendors[original.vendor as usize].supplier as usize];
            let other = supplier.records[place.ledger].clone().find(|v| *v != original.vendor && world.vendors[*v as usize].is_proved);
            copy.vendor = other.unwrap_or(original.vendor);
        }
        Repeat::CleanedNumber => copy.is_variant = true,
        Repeat::Reversal => {
            for line in &mut copy.lines {
                line.amount = -line.amount;
                line.quantity = -line.quantity;
                line.text = Text::Credits(original.style, original.number, original.invoiced.ymd().0);
                line.truth.credit = 1;
            }
        }
        Repeat::Rebill => {}
    }
    copy
}

/// A credit note that refers to nothing.
pub fn loosened(mut invoice: Invoice) -> Invoice {
    for line in &mut invoice.lines {
        // Prices times quantities repeat, and would seem to credit another line.
        (line.amount, line.quantity, line.price, line.item) = (-line.amount - 7, 0, 0, NONE);
        line.truth.ladder = line.truth.ladder.min(2);
        line.truth.credit = 2;
    }
    invoice
}
