//! Sequences that need memory, made ahead and in full: purchases that run into a ceiling, orders above a limit of renewed
//! competition, direct awards that add up, the days around a contract's first and last, and the faulty records. Their number
//! is bounded by the contracts, so that the region still streams.

use super::faults::faults_of;
use super::lines::*;
use super::rng::{Rng, round_up};
use super::world::*;
use crate::model::Date;

/// Numbers of planned invoices start here; drawn ones stay below.
pub const PLANNED_NUMBERS: u64 = 900_000_000;

/// A sequence of direct awards to one supplier.
pub struct Award {
    /// Supplier.
    pub supplier: u32,
    /// Category.
    pub leaf: u16,
    /// Sum in öre.
    pub total: i64,
    /// Invoices.
    pub count: u32,
    /// How the sum stands to the limits of 2024 and later.
    pub band: &'static str,
}

/// What is planned.
pub struct Plan {
    /// Invoices by ledger and month number, in order of booking.
    pub invoices: Vec<Vec<Invoice>>,
    /// Direct awards that add up.
    pub awards: Vec<Award>,
    months: usize,
    first: i32,
    next_number: u64,
}

impl Plan {
    /// The planned invoices of a ledger's month.
    pub fn of(&self, ledger: usize, month: usize) -> &[Invoice] {
        &self.invoices[ledger * self.months + month]
    }

    /// Plans for a region; sets the ceilings of its contracts.
    pub fn new(world: &mut World, with_faults: bool, ledgers: usize) -> Plan {
        let months = world.months as usize;
        let mut plan = Plan { invoices: vec![Vec::new(); 4 * months], awards: Vec::new(), months, first: world.first.index(), next_number: PLANNED_NUMBERS };
        plan.ceilings(world);
        plan.limits(world);
        plan.turns(world);
        plan.awards(world);
        if with_faults {
            plan.faults(world, ledgers);
        }
        for invoices in &mut plan.invoices {
            invoices.sort_by_key(|i| (i.booked, i.number));
        }
        plan
    }

    fn add(&mut self, ledger: usize, mut invoice: Invoice) {
        let month = invoice.booked.period().index() - self.first;
        if month >= 0 && (month as usize) < self.months {
            invoice.number = self.next_number;
            self.next_number += 1;
            self.invoices[ledger * self.months + month as usize].push(invoice);
        }
    }

    /// Ceilings are met to the öre by a last purchase, so that no line is half inside: what follows is over.
    fn ceilings(&mut self, world: &mut World) {
        let slots: Vec<(Vec<u16>, [u32; 2], Entitled)> =
            world.slots.iter().filter(|s| s.kind == Kind::Ceiling).map(|s| (s.leaves.clone(), s.contracts, s.entitled.clone())).collect();
        for (n, (leaves, contracts, entitled)) in slots.into_iter().enumerate() {
            let mut rng = Rng::at(&[world.seed, 20, n as u64]);
            let leaf = leaves[0];
            let days = world.last_day().days() - world.first_day().days() - 10;
            // Some two purchases a month, each on a day of its own.
            let count = (world.months as i32 * 2).min(days / 4);
            let full_at = count * rng.between(55, 85) as i32 / 100;
            let credited = full_at / 2;
            let median = world.leaves[usize::from(leaf)].median;
            let holders = world.contracts[contracts[0] as usize].lots[0].holders.clone();
            let mut burnt = 0;
            let mut ceiling = i64::MAX;
            let mut earlier: Option<Invoice> = None;
            for i in 0..count {
                let day = world.first_day().plus_days(i * days / count);
                let by_call_off = contracts[1] != NONE && i % 2 == 1;
                let supplier = if i % 2 == 1 { holders[1].0 } else { holders[0].0 };
                let contract = if by_call_off { contracts[1] } else { contracts[0] };
                if i == credited
                    && let Some(original) = &earlier
                {
                    // A credit gives back what it takes off, before the ceiling is met.
                    let mut credit = credit_of(original, Place { ledger: 0, booked: day.plus_days(8), number: 0 }, &mut rng);
                    credit.invoiced = day.plus_days(3);
                    credit.delivered = Some(day);
                    burnt += credit.lines[0].amount;
                    self.add(0, credit);
                    continue;
                }
                let mut amount = rng.long_tailed(median).clamp(10_000, 40_000_000) + 2_000_000;
                if i == full_at {
                    ceiling = round_up(burnt + amount, 10_000_000);
                    amount = ceiling - burnt;
                }
                burnt += amount;
                let case = match (burnt > ceiling, by_call_off) {
                    (true, _) => m6_over_ceiling,
                    // The call-off is more particular than the framework above it.
                    (false, true) => chosen_call_off,
                    (false, false) => unique_scope,
                };
                let unit = unit_of(world, &entitled, &mut rng);
                let truth = Truth { contract, ..Truth::of(case, 2) };
                let invoice = planned(world, supplier, leaf, unit, day, Some(day), amount, truth);
                self.add(0, invoice.clone());
                if i < credited {
                    let number = self.next_number - 1;
                    earlier = Some(Invoice { number, ..invoice });
                }
            }
            world.contracts[contracts[0] as usize].ceiling = Some(if ceiling == i64::MAX { burnt + 100_000_000 } else { ceiling });
        }
    }

    /// Orders that reach the limit of renewed competition: at it, and above it in two lines.
    fn limits(&mut self, world: &World) {
        let slots: Vec<&Slot> = world.slots.iter().filter(|s| s.kind == Kind::Renewed).collect();
        for (n, slot) in slots.iter().enumerate().take(400) {
            let mut rng = Rng::at(&[world.seed, 21, n as u64]);
            let contract = slot.contracts[0];
            let limit = world.contracts[contract as usize].limit.expect("renewed competition has a limit");
            let truth = Truth { contract, ..Truth::of(m8_limit, 2) };
            for (i, amounts) in [vec![limit], vec![limit / 2 + 1_234, limit / 2 + 50_000]].into_iter().enumerate() {
                let (supplier, _) = *rng.pick(&world.contracts[contract as usize].lots[0].holders);
                let unit = unit_of(world, &slot.entitled, &mut rng);
                let span = (world.last_day().days() - world.first_day().days() - 40) as u64;
                let day = world.first_day().plus_days(rng.below(span) as i32);
                let mut invoice = planned(world, supplier, slot.leaves[0], unit, day, Some(day), amounts[0], truth);
                if i == 1 {
                    let mut line = invoice.lines[0].clone();
                    line.amount = amounts[1];
                    invoice.lines.push(line);
                }
                self.add(0, invoice);
            }
        }
    }

    /// The first and last days of terms: the day itself counts, the day beyond does not.
    fn turns(&mut self, world: &World) {
        for (n, slot) in world.slots.iter().enumerate() {
            let mut rng = Rng::at(&[world.seed, 22, n as u64]);
            let contract = slot.contracts[0];
            let (holder, _) = world.contracts[contract as usize].lots[0].holders[0];
            let days: &[(i32, Case)] = match slot.kind {
                Kind::Expired => &[(0, unique_scope), (1, m4_after_end)],
                Kind::Late => &[(0, m4_before_start), (1, unique_scope)],
                _ => continue,
            };
            for (after, case) in days {
                let unit = unit_of(world, &slot.entitled, &mut rng);
                let day = slot.turns.plus_days(*after);
                let amount = 100 * rng.between(500, 40_000);
                let ladder = if case.outcome == "compliant" { 2 } else { 0 };
                let truth = Truth { contract, ..Truth::of(*case, ladder) };
                let invoice = planned(world, holder, slot.leaves[0], unit, day, Some(day), amount, truth);
                self.add(0, invoice);
            }
            if slot.kind == Kind::Expired {
                // Invoiced within the days of grace, and nobody says when it was delivered.
                let unit = unit_of(world, &slot.entitled, &mut rng);
                let day = slot.turns.plus_days(rng.between(2, 30) as i32);
                let truth = Truth { contract, ..Truth::of(grace, 2) };
                let invoice = planned(world, holder, slot.leaves[0], unit, day, None, 123_400, truth);
                self.add(0, invoice);
            }
        }
    }

    /// Direct awards of one kind to one supplier, each below the limit, which add up to one band or another.
    fn awards(&mut self, world: &World) {
        let bands: [(&'static str, i64, u32); 4] =
            [("below_documentation", 6_000_000, 3), ("documentation_duty", 42_000_000, 3), ("over_limit", 95_000_000, 4), ("over_eu", 320_000_000, 6)];
        for (n, supplier) in world.role(Role::Planned).to_vec().into_iter().rev().skip(1).enumerate() {
            let mut rng = Rng::at(&[world.seed, 23, n as u64]);
            let (band, base, count) = bands[n % bands.len()];
            let count = count.min(world.months);
            let leaf = world.planned_leaf(n);
            let mut total = 0;
            // All in the last months of the window, so that both a calendar year and twelve rolling months hold them.
            for i in 0..count {
                let month = world.first.plus((world.months - count + i) as i32);
                let day = month.first_day().plus_days(rng.below(14) as i32);
                let amount = base / i64::from(count) + rng.between(-4_000, 4_000) * 100;
                total += amount;
                let unit = *rng.pick(&world.ledger_units[0]);
                let mut invoice = planned(world, supplier, leaf, unit, day, None, amount, Truth::of(m1_no_contract, -1));
                invoice.lines[0].states_category = true;
                self.add(0, invoice);
            }
            self.awards.push(Award { supplier, leaf, total, count, band });
        }
    }

    /// Each kind of faulty record in each layout that can have it.
    fn faults(&mut self, world: &World, ledgers: usize) {
        for (ledger, layout) in LEDGERS.into_iter().enumerate().take(ledgers) {
            for index in 0..faults_of(layout).len() {
                let mut rng = Rng::at(&[world.seed, 24, ledger as u64, index as u64]);
                let month = world.first.plus((index as i32 * 5 + ledger as i32) % world.months as i32);
                let day = month.first_day().plus_days(3 + rng.below(16) as i32);
                let outside = world.role(Role::Outside);
                let mut at = rng.index(outside.len());
                while world.suppliers[outside[at] as usize].records[ledger].is_empty() {
                    at = (at + 1) % outside.len();
                }
                let leaf = *rng.pick(&world.open_leaves);
                let unit = *rng.pick(&world.ledger_units[ledger]);
                let amount = 100 * rng.between(200, 90_000) + rng.between(0, 99);
                let mut invoice = planned(world, outside[at], leaf, unit, day, Some(day), amount, Truth::of(m1_no_contract, -1));
                invoice.booked = day;
                invoice.fault = Some(index as u8);
                self.add(ledger, invoice);
            }
        }
        // A good record that spans lines, at the start of each quarter, shifts the lines of what follows.
        for (n, month) in (0..world.months as usize).step_by(3).enumerate() {
            let mut rng = Rng::at(&[world.seed, 25, n as u64]);
            let suppliers = world.role(Role::Planned);
            let leaf = *rng.pick(&world.open_leaves);
            let unit = *rng.pick(&world.ledger_units[0]);
            let day = world.first.plus(month as i32).first_day();
            let mut invoice = planned(world, suppliers[suppliers.len() - 1], leaf, unit, day, None, 1_000 + n as i64, Truth::of(m1_no_contract, -1));
            invoice.booked = day;
            invoice.lines[0].text = Text::TwoLines;
            self.add(0, invoice);
        }
    }
}

fn unit_of(world: &World, entitled: &Entitled, rng: &mut Rng) -> u16 {
    let units: Vec<u16> = world.ledger_units[0].iter().copied().filter(|u| world.entitles(entitled, *u)).collect();
    *rng.pick(&units)
}

/// An invoice of one line; `day` is the delivery or, without one, the invoice date.
#[allow(clippy::too_many_arguments, reason = "the parts of an invoice, each used once")]
fn planned(world: &World, supplier: u32, leaf: u16, unit: u16, day: Date, delivered: Option<Date>, amount: i64, truth: Truth) -> Invoice {
    let invoiced = if delivered.is_some() { day.plus_days(3) } else { day };
    let account = world.leaves[usize::from(leaf)].account;
    Invoice {
        vendor: world.suppliers[supplier as usize].records[0].start,
        style: 1,
        number: 0,
        is_variant: false,
        booked: day.plus_days(8),
        invoiced,
        delivered,
        unit,
        currency: "SEK",
        contract: Reference::None,
        order: Reference::None,
        lines: vec![Line { leaf, account, states_category: true, amount, quantity: 0, price: 0, item: NONE, text: Text::None, truth }],
        repeats: None,
        fault: None,
    }
}
