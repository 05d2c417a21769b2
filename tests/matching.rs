//! Matching against a second opinion: a plain lines × contracts implementation, written apart from the kernel and with none of its data structures, on
//! small random worlds; and the stage's promises: kronor conserved, same bytes from any number of threads and any row groups.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use spendtrace::config::Config;
use spendtrace::model::{Date, Money};
use spendtrace::pipeline::Context;
use spendtrace::rules::Rules;
use spendtrace::schema::{self, Table};
use spendtrace::store::{Columns, RowGroupEncoder, StageEntry, Store, TableBuilder};

use super::support::Scratch;

/// A small deterministic generator (SplitMix64): worlds grow by their numbers, so that shrinking the numbers shrinks the world.
struct Dice(u64);

impl Dice {
    fn at(seed: u64, what: u64, n: u64) -> Dice {
        Dice(seed ^ what.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ n.wrapping_mul(0xbf58_476d_1ce4_e5b9))
    }
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }
    fn one_in(&mut self, sides: u64) -> bool {
        self.roll(sides) == 0
    }
    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len() as u64) as usize]
    }
}

#[derive(Debug, Clone)]
struct Row {
    contract: String,
    lot: String,
    supplier: &'static str,
    framework: Option<String>,
    rank: Option<i64>,
    starts: Option<Date>,
    ends: Option<Date>,
    ceiling: Option<i64>,
    limit: Option<i64>,
    scope: Vec<&'static str>,
    units: Vec<&'static str>,
}

#[derive(Debug, Clone)]
struct Item {
    contract: String,
    item: &'static str,
    price: i64,
    starts: Date,
}

#[derive(Debug, Clone)]
struct Bill {
    id: String,
    vendor: &'static str,
    unit: Option<&'static str>,
    category: Option<&'static str>,
    sure: f64,
    exclusion: Option<&'static str>,
    delivered: Option<Date>,
    invoiced: Date,
    booked: Option<Date>,
    account: &'static str,
    number: Option<String>,
    voucher: Option<String>,
    text: Option<String>,
    contract_reference: Option<String>,
    order_reference: Option<String>,
    item: Option<&'static str>,
    price: Option<i64>,
    amount: i64,
    currency: &'static str,
}

#[derive(Debug, Clone, Default)]
struct World {
    rows: Vec<Row>,
    items: Vec<Item>,
    bills: Vec<Bill>,
}

const SUPPLIERS: &[&str] = &["S-A", "S-B", "S-C"];
/// Code, parent.
const TREE: &[(&str, Option<&str>)] = &[("A", None), ("A1", Some("A")), ("A2", Some("A")), ("A11", Some("A1")), ("B", None), ("B1", Some("B"))];
const UNITS: &[(&str, Option<&str>)] = &[("U-1", None), ("U-1-WARD", Some("U-1")), ("U-2", None)];
const ITEMS: &[&str] = &["APPLE", "PEAR"];

fn start() -> Date {
    Date::parse_iso("2024-01-01").unwrap()
}

fn random_world(seed: u64, contract_count: u64, bill_count: u64) -> World {
    let mut world = World::default();
    for c in 0..contract_count {
        let mut dice = Dice::at(seed, 1, c);
        let contract = format!("AVT-{:03}", c + 1);
        let framework = (c > 0 && dice.one_in(4)).then(|| format!("AVT-{:03}", dice.roll(c) + 1));
        let ceiling = dice.one_in(2).then(|| dice.roll(400_000) as i64);
        let limit = dice.one_in(4).then(|| 20_000 + dice.roll(40_000) as i64);
        let is_ranked = dice.one_in(3);
        for n in 0..1 + dice.roll(3) {
            let first = start().plus_days(dice.roll(400) as i32 - 100);
            let mut scope = Vec::new();
            for _ in 0..dice.roll(3) {
                scope.push(dice.pick(&["A", "A1", "A11", "A2", "B", "B1", "Z", "A11-9"]));
            }
            let mut units = Vec::new();
            for _ in 0..dice.roll(3) {
                units.push(dice.pick(&["U-1", "U-1-WARD", "U-2", "*"]));
            }
            world.rows.push(Row {
                contract: contract.clone(),
                lot: dice.pick(&["", "", "LOT-1", "LOT-2"]).to_string(),
                supplier: dice.pick(SUPPLIERS),
                framework: framework.clone(),
                rank: is_ranked.then_some(n as i64 + 1),
                starts: (!dice.one_in(8)).then_some(first),
                ends: (!dice.one_in(8)).then(|| first.plus_days(dice.roll(500) as i32)),
                ceiling,
                limit,
                scope,
                units,
            });
        }
        for _ in 0..dice.roll(3) {
            world.items.push(Item {
                contract: contract.clone(),
                item: dice.pick(ITEMS),
                price: 90_000 + dice.roll(3) as i64 * 10_000,
                starts: start().plus_days(dice.roll(200) as i32),
            });
        }
    }
    for b in 0..bill_count {
        let mut dice = Dice::at(seed, 2, b);
        let invoiced = start().plus_days(dice.roll(700) as i32);
        let amount = 5_000 * (1 + dice.roll(8) as i64);
        let is_credit = dice.one_in(5);
        let named = |dice: &mut Dice| {
            let number = dice.roll(contract_count + 2) + 1;
            if dice.one_in(2) { format!("AVT-{number:03}") } else { format!("avt {number:03}") }
        };
        world.bills.push(Bill {
            id: format!("0123456789-{}", b + 1),
            vendor: dice.pick(&["S-A", "S-A", "S-B", "S-C", "S-REDACTED", "S-MISSING"]),
            unit: (!dice.one_in(8)).then(|| dice.pick(&["U-1", "U-1-WARD", "U-2", "U-STRANGE"])),
            category: (!dice.one_in(6)).then(|| dice.pick(&["A", "A1", "A11", "A11", "A2", "B1", "Z7", "A11-9"])),
            sure: [1.0, 0.9, 0.5][dice.roll(3) as usize],
            exclusion: dice.one_in(15).then_some("tax"),
            delivered: dice.one_in(2).then(|| invoiced.plus_days(-(dice.roll(20) as i32))),
            invoiced,
            booked: dice.one_in(2).then(|| invoiced.plus_days(dice.roll(40) as i32)),
            account: dice.pick(&["4010", "4020"]),
            number: (!dice.one_in(6)).then(|| format!("F-00{}", dice.roll(bill_count / 4 + 2))),
            voucher: dice.one_in(2).then(|| format!("V{}", dice.roll(9))),
            text: if is_credit && dice.one_in(2) {
                Some(format!("kredit faktura F-00{}, tack", dice.roll(bill_count / 4 + 2)))
            } else {
                dice.one_in(8).then(|| format!("enligt AVT-{:03}", dice.roll(contract_count + 2) + 1))
            },
            contract_reference: dice.one_in(6).then(|| named(&mut dice)),
            order_reference: dice.one_in(6).then(|| named(&mut dice)),
            item: dice.one_in(2).then(|| dice.pick(&["APPLE", "PEAR", "PLUM"])),
            price: dice.one_in(2).then(|| 90_000 + dice.roll(5) as i64 * 5_000),
            amount: if is_credit { -amount } else { amount },
            currency: if dice.one_in(15) { "EUR" } else { "SEK" },
        });
    }
    world
}

// ---- the second opinion -------------------------------------------------------------------------------------------------------------

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Says {
    Yes,
    Unknown,
    No,
}

#[derive(Debug, Clone, PartialEq)]
struct Verdict {
    outcome: &'static str,
    class: &'static str,
    reason: Option<&'static str>,
    ladder: Option<i64>,
    contract: Option<String>,
    passed_by: Option<String>,
    /// Row of the contract that covers.
    by: Option<usize>,
}

struct Second<'w> {
    world: &'w World,
    /// Rows of contracts in the order of preference: supplier, rank, number, lot, term.
    order: Vec<usize>,
}

fn tree_parent(code: &str) -> Option<Option<&'static str>> {
    TREE.iter().find(|(c, _)| *c == code).map(|(_, p)| *p)
}

/// Steps from a category up to a scope code.
fn steps(scope: &str, code: &str) -> Option<usize> {
    if tree_parent(scope).is_some() && tree_parent(code).is_some() {
        let mut at = code;
        let mut n = 0;
        while at != scope {
            at = tree_parent(at)??;
            n += 1;
        }
        return Some(n);
    }
    code.strip_prefix(scope).map(str::len)
}

fn folded(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase().trim_start_matches('0').to_string()
}

impl Bill {
    fn supplier(&self) -> Option<&'static str> {
        SUPPLIERS.contains(&self.vendor).then_some(self.vendor)
    }
    fn day(&self) -> Date {
        self.delivered.unwrap_or(self.invoiced)
    }
    /// Two partitions by odd and even months: enough to cross files, and few enough to be quick.
    fn period(&self) -> String {
        let month = self.booked.unwrap_or(self.invoiced).period().index();
        start().period().plus(month % 2).to_string()
    }
    fn invoice(&self) -> String {
        let year = self.invoiced.ymd().0;
        match (&self.number, &self.voucher) {
            (Some(number), _) if !folded(number).is_empty() => format!("{} {year} {}", self.vendor, folded(number)),
            (_, Some(voucher)) => format!("{} {year} voucher {voucher}", self.vendor),
            _ => format!("line {}", self.id),
        }
    }
}

impl<'w> Second<'w> {
    fn new(world: &'w World) -> Second<'w> {
        let mut order: Vec<usize> = (0..world.rows.len()).collect();
        order.sort_by_key(|&r| {
            let row = &world.rows[r];
            let far = Date::from_days(i32::MAX);
            let early = Date::from_days(i32::MIN);
            (row.rank.unwrap_or(1), &row.contract, &row.lot, row.starts.unwrap_or(early), row.ends.unwrap_or(far))
        });
        Second { world, order }
    }

    fn term(&self, row: &Row, bill: &Bill, grace: bool) -> (Says, i32) {
        let day = bill.day();
        if row.starts.is_some_and(|s| day < s) {
            return (Says::No, row.starts.unwrap().days() - day.days());
        }
        match row.ends {
            Some(end) if day > end => {
                let late = day.days() - end.days();
                if grace && bill.delivered.is_none() && late <= 30 { (Says::Yes, late) } else { (Says::No, late) }
            }
            _ => (Says::Yes, 0),
        }
    }

    fn scope(&self, row: &Row, bill: &Bill) -> (Says, usize) {
        match bill.category {
            None => (Says::Unknown, 0),
            Some(_) if row.scope.is_empty() => (Says::Unknown, 0),
            Some(code) => row.scope.iter().filter_map(|s| steps(s, code)).min().map_or((Says::No, 0), |n| (Says::Yes, n)),
        }
    }

    fn unit(&self, row: &Row, bill: &Bill) -> Says {
        if row.units.is_empty() || row.units.contains(&"*") {
            return Says::Yes;
        }
        let Some(unit) = bill.unit else { return Says::Unknown };
        let mut above = BTreeSet::from([unit]);
        let mut at = unit;
        while let Some(parent) = UNITS.iter().find(|(u, _)| *u == at).and_then(|(_, p)| *p) {
            above.insert(parent);
            at = parent;
        }
        if row.units.iter().any(|u| above.contains(u)) { Says::Yes } else { Says::No }
    }

    /// Term with grace, scope, unit.
    fn tests(&self, r: usize, bill: &Bill) -> [Says; 3] {
        let row = &self.world.rows[r];
        [self.term(row, bill, true).0, self.scope(row, bill).0, self.unit(row, bill)]
    }

    fn is_strict(&self, r: usize, bill: &Bill) -> bool {
        self.tests(r, bill).iter().all(|s| *s == Says::Yes) && self.term(&self.world.rows[r], bill, false).0 == Says::Yes
    }

    fn of<'s>(&'s self, supplier: &'s str) -> impl Iterator<Item = usize> + 's {
        self.order.iter().copied().filter(move |&r| self.world.rows[r].supplier == supplier)
    }

    fn agreed(&self, r: usize, bill: &Bill) -> Option<i64> {
        let row = &self.world.rows[r];
        let item = bill.item?;
        let list = |contract: &str| {
            let known = self.world.items.iter().filter(|i| i.contract == contract && i.item == item && i.starts <= bill.day());
            known.max_by_key(|i| (i.starts, i.price)).map(|i| i.price)
        };
        list(&row.contract).or_else(|| list(row.framework.as_ref()?))
    }

    fn decide(&self, bill: &Bill) -> Verdict {
        let verdict = |outcome, class, reason, ladder| Verdict { outcome, class, reason, ladder, contract: None, passed_by: None, by: None };
        if bill.exclusion.is_some() || bill.currency != "SEK" {
            return verdict("not_addressable", "not_contractable", None, None);
        }
        let Some(supplier) = bill.supplier() else { return verdict("undetermined", "unresolved", Some("M9"), None) };
        let own: Vec<usize> = self.of(supplier).collect();
        if let Some(v) = self.by_reference(bill, &own) {
            return v;
        }
        let rows = &self.world.rows;
        let m2 = || {
            let others = self.order.iter().copied().filter(|&r| rows[r].supplier != supplier && self.is_strict(r, bill));
            others.min_by_key(|&r| (self.scope(&rows[r], bill).1, self.rank_key(r))).map(|r| rows[r].contract.clone())
        };
        if own.is_empty() {
            let known: BTreeSet<&String> = rows.iter().flat_map(|r| std::iter::once(&r.contract).chain(r.framework.as_ref())).collect();
            let stated = [&bill.contract_reference, &bill.order_reference].into_iter().flatten();
            if let Some(contract) = stated.filter_map(|t| known.iter().find(|k| folded(k) == folded(t))).next() {
                return Verdict { contract: Some((**contract).clone()), ..verdict("undetermined", "no_contract", Some("M9"), Some(-1)) };
            }
            if bill.category.is_none() && self.world.rows.iter().all(|r| r.scope.is_empty()) {
                return verdict("off_contract", "no_contract", Some("M1"), Some(-1));
            }
            if bill.category.is_none() {
                return verdict("undetermined", "no_contract", Some("M9"), Some(-1));
            }
            return match m2() {
                Some(contract) => Verdict { passed_by: Some(contract), ..verdict("off_contract", "no_contract", Some("M2"), Some(-1)) },
                None => verdict("off_contract", "no_contract", Some("M1"), Some(-1)),
            };
        }
        let ladder = Some(i64::from(own.iter().any(|&r| self.term(&rows[r], bill, false).0 == Says::Yes)));
        let mut pass: Vec<usize> = own.iter().copied().filter(|&r| self.is_strict(r, bill)).collect();
        if pass.is_empty() {
            pass = own.iter().copied().filter(|&r| self.tests(r, bill).iter().all(|s| *s == Says::Yes)).collect();
        }
        if !pass.is_empty() {
            return self.among(bill, pass);
        }
        let open = self.open(bill, &own);
        if let Some(&first) = open.first() {
            let contracts: BTreeSet<&String> = open.iter().map(|&r| &rows[r].contract).collect();
            let contract = (contracts.len() == 1).then(|| rows[first].contract.clone());
            return Verdict { contract, ..verdict("undetermined", "unresolved", Some("M9"), ladder) };
        }
        if let Some(contract) = m2() {
            return Verdict { passed_by: Some(contract), ..verdict("off_contract", "no_contract", Some("M2"), ladder) };
        }
        let fails = |r: usize| self.tests(r, bill).map(|s| s == Says::No);
        let missed = |reason, r: usize| Verdict { contract: Some(rows[r].contract.clone()), ..verdict("off_contract", "out_of_scope", Some(reason), ladder) };
        if let Some(&r) = own.iter().find(|&&r| fails(r) == [false, false, true]) {
            return missed("M5", r);
        }
        if let Some(&r) = own.iter().filter(|&&r| fails(r) == [true, false, false]).min_by_key(|&&r| self.term(&rows[r], bill, true).1) {
            let is_later = rows[r].starts.is_some_and(|s| bill.day() < s) && self.scope(&rows[r], bill).0 == Says::Unknown;
            let missed = missed("M4", r);
            return Verdict { contract: missed.contract.filter(|_| !is_later), ..missed };
        }
        if let Some(&r) = own.iter().find(|&&r| !fails(r)[0] && fails(r)[1]) {
            return missed("M3", r);
        }
        if bill.category.is_none() {
            return verdict("undetermined", "unresolved", Some("M9"), ladder);
        }
        verdict("off_contract", "out_of_scope", Some("M1"), ladder)
    }

    /// Own rows that might cover the line, as far as anything tells them apart.
    fn open(&self, bill: &Bill, own: &[usize]) -> Vec<usize> {
        let rows = &self.world.rows;
        let mut open: Vec<usize> = own.iter().copied().filter(|&r| !self.tests(r, bill).contains(&Says::No)).collect();
        let keep = |open: &mut Vec<usize>, is_kept: &dyn Fn(usize) -> bool| {
            let is_one = open.iter().all(|&r| rows[r].contract == rows[open[0]].contract);
            if !is_one && open.iter().any(|&r| is_kept(r)) {
                open.retain(|&r| is_kept(r));
            }
        };
        keep(&mut open, &|r| self.is_instalment(r, bill));
        let frameworks: BTreeSet<String> = open.iter().filter_map(|&r| rows[r].framework.clone()).collect();
        keep(&mut open, &|r| !frameworks.contains(&rows[r].contract));
        open
    }

    fn ceiling_of(&self, r: usize) -> Option<i64> {
        self.world.rows.iter().find(|x| x.contract == self.world.rows[r].contract)?.ceiling
    }

    /// The whole value or the twelfth of it, but for rounding.
    fn is_instalment(&self, r: usize, bill: &Bill) -> bool {
        bill.amount > 0 && self.ceiling_of(r).is_some_and(|c| [c, c / 12].iter().any(|i| *i > 0 && (i - bill.amount).abs() <= 2))
    }

    fn may_tie(&self, supplier: &str) -> bool {
        let rows = &self.world.rows;
        let (first, last) = (|r: &Row| r.starts.unwrap_or(Date::from_days(i32::MIN)), |r: &Row| r.ends.unwrap_or(Date::from_days(i32::MAX)));
        let overlap = |a: &Row, b: &Row| a.contract != b.contract && first(a) <= last(b) && first(b) <= last(a) && first(a) <= last(a) && first(b) <= last(b);
        self.of(supplier).any(|a| self.of(supplier).any(|b| overlap(&rows[a], &rows[b])))
    }

    /// Contracts between which a line is open.
    fn tied(&self, bill: &Bill, verdict: &Verdict) -> Vec<usize> {
        let own: Vec<usize> = bill.supplier().map(|s| self.of(s).collect()).unwrap_or_default();
        match (verdict.outcome, verdict.class) {
            ("ambiguous", _) => {
                let strict: Vec<usize> = own.iter().copied().filter(|&r| self.is_strict(r, bill)).collect();
                let passing = || own.iter().copied().filter(|&r| self.tests(r, bill).iter().all(|s| *s == Says::Yes)).collect();
                if strict.is_empty() { passing() } else { strict }
            }
            ("undetermined", "unresolved") if verdict.contract.is_none() => self.open(bill, &own),
            _ => Vec::new(),
        }
    }

    /// The decisions after past practice has spoken.
    fn with_practice(&self, mut verdicts: Vec<Verdict>) -> Vec<Verdict> {
        let (bills, rows) = (&self.world.bills, &self.world.rows);
        let unit = |b: &Bill| b.unit.map(|u| if u == "U-STRANGE" { "" } else { u });
        let is_alike = |what: usize, a: &Bill, b: &Bill| {
            let place = unit(a) == unit(b) && a.account == b.account;
            a.supplier() == b.supplier()
                && match what {
                    0 => a.order_reference.is_some() && a.order_reference == b.order_reference,
                    1 => place && a.amount > 0 && a.amount == b.amount,
                    _ => place && a.category == b.category,
                }
        };
        let counts_for = |b: &Bill, v: &Verdict| b.amount > 0 && v.by.is_some() && b.supplier().is_some_and(|s| self.may_tie(s));
        let practice: Vec<(&Bill, String)> =
            bills.iter().zip(&verdicts).filter(|(b, v)| counts_for(b, v)).map(|(b, v)| (b, v.contract.clone().unwrap())).collect();
        for (bill, verdict) in bills.iter().zip(&mut verdicts) {
            if verdict.contract.is_some() || !bill.supplier().is_some_and(|s| self.may_tie(s)) {
                continue;
            }
            let tied = self.tied(bill, verdict);
            for (what, least) in [(0, 1), (1, 1), (2, 100)] {
                let alike: Vec<&String> = practice.iter().filter(|(b, _)| is_alike(what, bill, b)).map(|(_, c)| c).collect();
                let count = |c: &String| alike.iter().filter(|x| **x == c).count();
                let best = tied.iter().copied().map(|r| (count(&rows[r].contract), std::cmp::Reverse(rows[r].contract.clone()))).max();
                if let Some((n, std::cmp::Reverse(contract))) = best
                    && n >= least
                    && n as f64 >= 0.9 * alike.len() as f64
                {
                    if verdict.outcome == "ambiguous" {
                        (verdict.outcome, verdict.class) = ("compliant", "chosen");
                        verdict.by = tied.iter().copied().find(|&r| rows[r].contract == contract);
                    }
                    verdict.contract = Some(contract);
                    break;
                }
            }
        }
        verdicts
    }

    fn rank_key(&self, r: usize) -> usize {
        self.order.iter().position(|&o| o == r).unwrap()
    }

    fn by_reference(&self, bill: &Bill, own: &[usize]) -> Option<Verdict> {
        let rows = &self.world.rows;
        let known: BTreeSet<&String> = rows.iter().flat_map(|r| std::iter::once(&r.contract).chain(r.framework.as_ref())).collect();
        let mut stated: Vec<(&str, String)> = Vec::new();
        stated.extend(bill.contract_reference.iter().map(|t| ("explicit", t.clone())));
        stated.extend(bill.order_reference.iter().map(|t| ("by_order", t.clone())));
        let is_contract = |t: &str| known.iter().find(|k| folded(k) == folded(t)).map(|k| (*k).clone());
        let mut named: Vec<(&str, String)> = stated.iter().filter_map(|(class, t)| Some((*class, is_contract(t)?))).collect();
        if named.is_empty() {
            // A number in the text counts when the supplier holds it.
            let held = |c: &String| own.iter().any(|&r| rows[r].contract == *c);
            let words = bill.text.iter().flat_map(|t| t.split([' ', ',']));
            named.extend(words.filter_map(is_contract).filter(held).take(1).map(|c| ("explicit", c)));
        }
        for (class, contract) in named {
            let meant: Vec<usize> = own.iter().copied().filter(|&r| rows[r].contract == contract).collect();
            let under: Vec<usize> = own.iter().copied().filter(|&r| rows[r].contract != contract && rows[r].framework.as_ref() == Some(&contract)).collect();
            let tail = (!under.is_empty()).then(|| self.named(bill, class, &under));
            if meant.is_empty() && tail.is_none() {
                continue;
            }
            if meant.is_empty() {
                return tail;
            }
            let direct = self.named(bill, class, &meant);
            // A call-off may outlive its framework.
            return Some(tail.filter(|t| t.by.is_some() && direct.reason == Some("M4")).unwrap_or(direct));
        }
        None
    }

    fn named(&self, bill: &Bill, class: &'static str, meant: &[usize]) -> Verdict {
        let rows = &self.world.rows;
        let fit = |r: usize| {
            let (term, days) = self.term(&rows[r], bill, true);
            let (scope, n) = self.scope(&rows[r], bill);
            (term, days, scope, n, self.unit(&rows[r], bill))
        };
        let &best = meant.iter().min_by_key(|&&r| fit(r)).unwrap();
        let (term, _, scope, _, unit) = fit(best);
        let off = |reason, ladder| Verdict {
            outcome: "off_contract",
            class,
            reason: Some(reason),
            ladder: Some(ladder),
            contract: Some(rows[best].contract.clone()),
            passed_by: None,
            by: None,
        };
        if term == Says::No {
            return off("M4", 0);
        }
        if scope == Says::No && bill.sure >= 0.9 {
            return off("M3", 1);
        }
        if unit == Says::No {
            return off("M5", 1);
        }
        self.covered(bill, class, best)
    }

    fn among(&self, bill: &Bill, pass: Vec<usize>) -> Verdict {
        let rows = &self.world.rows;
        let lots: BTreeSet<(&String, &String)> = pass.iter().map(|&r| (&rows[r].contract, &rows[r].lot)).collect();
        if lots.len() == 1 {
            return self.covered(bill, "unique_scope", pass[0]);
        }
        let one = |left: &[usize]| left.iter().all(|&r| rows[r].contract == rows[left[0]].contract);
        let nearest = pass.iter().map(|&r| self.scope(&rows[r], bill).1).min().unwrap();
        let mut left: Vec<usize> = pass.into_iter().filter(|&r| self.scope(&rows[r], bill).1 == nearest).collect();
        if !one(&left) && left.iter().any(|&r| self.agreed(r, bill).is_some()) {
            left.retain(|&r| self.agreed(r, bill).is_some());
        }
        if !one(&left) {
            let frameworks: BTreeSet<String> = left.iter().filter_map(|&r| rows[r].framework.clone()).collect();
            let kept: Vec<usize> = left.iter().copied().filter(|&r| !frameworks.contains(&rows[r].contract)).collect();
            if !kept.is_empty() {
                left = kept;
            }
        }
        if !one(&left) && left.iter().any(|&r| self.is_instalment(r, bill)) {
            left.retain(|&r| self.is_instalment(r, bill));
        }
        if one(&left) {
            return self.covered(bill, "chosen", left[0]);
        }
        Verdict { outcome: "ambiguous", class: "ambiguous", reason: None, ladder: Some(2), contract: None, passed_by: None, by: None }
    }

    fn covered(&self, bill: &Bill, class: &'static str, r: usize) -> Verdict {
        let row = &self.world.rows[r];
        let mut v = Verdict { outcome: "compliant", class, reason: None, ladder: Some(2), contract: Some(row.contract.clone()), passed_by: None, by: Some(r) };
        if let (Some(agreed), Some(paid)) = (self.agreed(r, bill), bill.price) {
            if paid * 100 > agreed * 101 {
                (v.outcome, v.reason) = ("deviating", Some("M7"));
            } else {
                v.ladder = Some(3);
            }
        }
        if row.rank.is_some_and(|n| n >= 2) && class != "explicit" && class != "by_order" {
            (v.outcome, v.reason) = ("deviating", Some("M8"));
        }
        v
    }

    fn original(&self, at: usize) -> Option<usize> {
        let bills = &self.world.bills;
        let credit = &bills[at];
        let may_follow = |b: &Bill| b.exclusion.is_none() && b.currency == "SEK" && b.supplier().is_some();
        if credit.amount >= 0 || !may_follow(credit) {
            return None;
        }
        let words: BTreeSet<String> =
            credit.text.iter().flat_map(|t| t.split([' ', ','])).filter(|w| w.contains(|c: char| c.is_ascii_digit())).map(folded).collect();
        let window = credit.day().plus_months(-12)..=credit.day();
        let mut best: Option<(_, usize)> = None;
        for (i, bill) in bills.iter().enumerate() {
            if bill.amount <= 0 || bill.supplier() != credit.supplier() || !may_follow(bill) {
                continue;
            }
            let is_named = bill.number.as_ref().is_some_and(|n| folded(n).len() >= 3 && words.contains(&folded(n)));
            let is_equal = bill.amount == -credit.amount && bill.account == credit.account && window.contains(&bill.day());
            if is_named || is_equal {
                let score = (is_named, bill.amount == -credit.amount, bill.account == credit.account, bill.day(), std::cmp::Reverse(i));
                if best.as_ref().is_none_or(|(known, _)| *known < score) {
                    best = Some((score, i));
                }
            }
        }
        best.map(|(_, i)| i)
    }

    fn all(&self) -> Vec<Verdict> {
        let bills = &self.world.bills;
        let rows = &self.world.rows;
        let originals: Vec<Option<usize>> = (0..bills.len()).map(|i| self.original(i)).collect();
        let mut verdicts: Vec<Verdict> = self.with_practice(bills.iter().map(|b| self.decide(b)).collect());
        for (i, original) in originals.iter().enumerate() {
            if let Some(o) = original {
                verdicts[i] = verdicts[*o].clone();
            }
        }
        // Ceilings: every covered line, by date, then by place.
        let mut by_date: Vec<usize> = (0..bills.len()).collect();
        by_date.sort_by_key(|&i| (bills[i].day(), i));
        let ceiling = |c: &String| rows.iter().find(|r| r.contract == *c).and_then(|r| r.ceiling);
        let mut burnt: BTreeMap<String, i64> = BTreeMap::new();
        let mut over = BTreeSet::new();
        let mut invoices: BTreeMap<(String, String), i64> = BTreeMap::new();
        for i in by_date {
            let Some(r) = verdicts[i].by else { continue };
            let groups: BTreeSet<String> = [Some(rows[r].contract.clone()), rows[r].framework.clone()].into_iter().flatten().collect();
            for group in groups {
                if let Some(ceiling) = ceiling(&group) {
                    let total = burnt.entry(group).or_default();
                    let before = *total;
                    *total += bills[i].amount;
                    if before.max(*total) > ceiling {
                        over.insert(i);
                    }
                }
            }
        }
        // A credit's own decision counts towards its invoice, as that of any other line of it.
        for bill in bills {
            if let Some(own) = self.decide(bill).by {
                *invoices.entry((bill.invoice(), rows[own].contract.clone())).or_default() += bill.amount;
            }
        }
        let settled = |i: usize| {
            let mut v = verdicts[i].clone();
            if let Some(r) = v.by {
                let limit = rows.iter().filter(|x| x.contract == rows[r].contract).find_map(|x| x.limit);
                let total = invoices.get(&(bills[i].invoice(), rows[r].contract.clone())).copied();
                if limit.zip(total).is_some_and(|(limit, total)| total >= limit) {
                    (v.outcome, v.reason) = ("deviating", Some("M8"));
                }
                if over.contains(&i) {
                    (v.outcome, v.reason) = ("off_contract", Some("M6"));
                }
            }
            v
        };
        (0..bills.len()).map(|i| settled(originals[i].unwrap_or(i))).collect()
    }
}

// ---- the world as a store -----------------------------------------------------------------------------------------------------------

fn context(workspace: &std::path::Path) -> Context {
    Context { config: Config::parse(workspace, "").unwrap(), rules: Rules::load(workspace).unwrap(), privacy_key: [0; 32], progress: Box::new(|_, _, _| {}) }
}

fn number_of(supplier: &str) -> String {
    format!("55600000{:02}", SUPPLIERS.iter().position(|s| *s == supplier).unwrap())
}

/// Writes the world with row groups of `group` lines and returns the order in which the lines stand in the files.
fn store_of(world: &World, root: &std::path::Path, group: usize) -> Store {
    let mut store = Store::open_for_writing(root, false).unwrap();
    let mut transaction = store.begin();
    let mut small = |table: &'static Table, fill: &dyn Fn(&mut TableBuilder)| {
        let mut builder = TableBuilder::new(table);
        fill(&mut builder);
        transaction.replace_with(table, &[builder.finish()]).unwrap();
    };
    small(&schema::CONTRACT, &|b| {
        for (n, row) in world.rows.iter().enumerate() {
            b.text("source_file_id", Some("aaaaaaaaaa")).int("source_line", Some(n as i64 + 2)).text("contract_id", Some(&row.contract));
            b.text("lot_id", (!row.lot.is_empty()).then_some(&row.lot)).text("framework_contract_id", row.framework.as_deref());
            b.text("vendor_name", Some(row.supplier)).text("organisation_number", Some(&number_of(row.supplier)));
            b.int("supplier_rank", row.rank).text("award_form", Some(if row.rank.is_some() { "ranked" } else { "single" }));
            b.date("starts_on", row.starts).date("ends_on", row.ends);
            b.money("ceiling_net", row.ceiling.and_then(Money::from_minor)).money("renewed_competition_limit_net", row.limit.and_then(Money::from_minor));
            b.text("category_codes", (!row.scope.is_empty()).then(|| row.scope.join("|")).as_deref());
            b.text("entitled_unit_ids", (!row.units.is_empty()).then(|| row.units.join("|")).as_deref()).text("currency", Some("SEK"));
            b.end_row();
        }
    });
    small(&schema::CONTRACT_SUPPLIER, &|b| {
        let held: BTreeMap<(&str, &str, &str), i64> = world.rows.iter().map(|r| ((&*r.contract, &*r.lot, r.supplier), r.rank.unwrap_or(0))).collect();
        for (contract, lot, supplier) in held.keys() {
            b.text("contract_id", Some(contract)).text("lot_id", Some(lot)).text("supplier_id", Some(supplier));
            b.float("link_score", Some(1.0)).text("link_evidence", Some("ORGANISATION_NUMBER")).end_row();
        }
    });
    small(&schema::SUPPLIER, &|b| {
        for supplier in SUPPLIERS {
            b.text("supplier_id", Some(supplier)).text("supplier_name", Some(supplier)).text("organisation_number", Some(&number_of(supplier)));
            b.text("supplier_group_id", Some(supplier)).text("size_class", Some("unknown")).int("vendor_record_count", Some(1)).end_row();
        }
    });
    small(&schema::VENDOR_SUPPLIER, &|b| {
        for (key, finding) in SUPPLIERS.iter().map(|s| (*s, None)).chain([("S-REDACTED", Some("redacted"))]) {
            b.text("vendor_key", Some(key)).text("source_name", Some("ledger")).text("supplier_id", Some(if finding.is_some() { "S-C" } else { key }));
            b.float("link_score", Some(1.0)).text("link_method", Some("identifier")).text("link_evidence", Some("test")).text("finding", finding).end_row();
        }
    });
    small(&schema::SPEND_CATEGORY, &|b| {
        for (n, (code, parent)) in TREE.iter().enumerate() {
            b.text("source_file_id", Some("bbbbbbbbbb")).int("source_line", Some(n as i64)).text("category_code", Some(code));
            b.text("category_name", Some(&format!("name {code}"))).text("parent_category_code", *parent).end_row();
        }
    });
    small(&schema::ORGANISATIONAL_UNIT, &|b| {
        for (n, (unit, parent)) in UNITS.iter().enumerate() {
            b.text("source_file_id", Some("cccccccccc")).int("source_line", Some(n as i64)).text("organisational_unit_id", Some(unit));
            b.text("organisational_unit_name", Some(&format!("name {unit}"))).text("parent_unit_id", *parent).end_row();
        }
    });
    small(&schema::PRICE_LIST_ITEM, &|b| {
        for (n, item) in world.items.iter().enumerate() {
            b.text("source_file_id", Some("dddddddddd")).int("source_line", Some(n as i64)).text("contract_id", Some(&item.contract));
            b.text("item_id", Some(item.item)).text("currency", Some("SEK")).date("starts_on", Some(item.starts));
            let price = schema::PRICE_LIST_ITEM.index_of("unit_price");
            b.set_decimal(price, item.price);
            b.end_row();
        }
    });
    let mut files: BTreeMap<String, Vec<&Bill>> = BTreeMap::new();
    for bill in &world.bills {
        files.entry(bill.period()).or_default().push(bill);
    }
    let (mut lake, mut classified) = (Vec::new(), Vec::new());
    for (period, bills) in &files {
        let mut writers = [
            (transaction.writer(&schema::INVOICE_LINE, Some(period), "0123456789").unwrap(), RowGroupEncoder::new(&schema::INVOICE_LINE).unwrap()),
            (transaction.writer(&schema::LINE_CATEGORY, Some(period), "0123456789").unwrap(), RowGroupEncoder::new(&schema::LINE_CATEGORY).unwrap()),
        ];
        for part in bills.chunks(group) {
            let batches = [lines_of(part, period), categories_of(part, period)];
            for ((writer, encoder), batch) in writers.iter_mut().zip(batches) {
                writer.append(encoder.encode(&[batch]).unwrap()).unwrap();
            }
        }
        let [(a, _), (b, _)] = writers;
        lake.push(a.finish().unwrap());
        classified.push(b.finish().unwrap());
    }
    transaction.replace(&schema::INVOICE_LINE, lake);
    transaction.replace(&schema::LINE_CATEGORY, classified);
    transaction.commit("test", StageEntry::default()).unwrap();
    store
}

fn lines_of(bills: &[&Bill], period: &str) -> arrow::record_batch::RecordBatch {
    let mut b = TableBuilder::new(&schema::INVOICE_LINE);
    for (n, bill) in bills.iter().enumerate() {
        b.text("line_id", Some(&bill.id)).text("source_file_id", Some("0123456789")).int("source_line", Some(n as i64 + 2)).text("source_name", Some("ledger"));
        b.text("period", Some(period)).text("vendor_key", Some(bill.vendor)).text("organisational_unit_id", bill.unit).text("account_code", Some(bill.account));
        b.text("invoice_number", bill.number.as_deref()).text("voucher_number", bill.voucher.as_deref());
        b.date("invoice_on", Some(bill.invoiced)).date("booked_on", bill.booked).date("delivered_on", bill.delivered);
        b.text("item_id", bill.item).text("line_text", bill.text.as_deref());
        if let Some(price) = bill.price {
            b.set_decimal(schema::INVOICE_LINE.index_of("unit_price"), price);
        }
        b.money("net_amount", Money::from_minor(bill.amount)).text("currency", Some(bill.currency));
        b.text("contract_reference", bill.contract_reference.as_deref()).text("order_reference", bill.order_reference.as_deref());
        b.int("row_fingerprint", Some(0)).end_row();
    }
    b.finish()
}

fn categories_of(bills: &[&Bill], period: &str) -> arrow::record_batch::RecordBatch {
    let mut b = TableBuilder::new(&schema::LINE_CATEGORY);
    for bill in bills {
        b.text("line_id", Some(&bill.id)).text("period", Some(period)).text("category_code", bill.category);
        b.text("category_method", Some("line")).text("category_evidence", Some("test")).float("category_confidence", Some(bill.sure));
        b.text("exclusion", bill.exclusion).end_row();
    }
    b.finish()
}

/// Bytes of each file of the stage's tables, by path.
fn bytes_of(store: &Store) -> BTreeMap<String, String> {
    [&schema::SPEND, &schema::CONTRACT_TERM].iter().flat_map(|t| store.files(t)).map(|f| (f.path.clone(), f.sha256.clone())).collect()
}

fn matched(world: &World, group: usize, threads: usize) -> (Scratch, Store) {
    let scratch = Scratch::new("matching");
    let mut store = store_of(world, &scratch.path().join("out"), group);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| spendtrace::matching::run(&context(scratch.path()), &mut store)).unwrap();
    (scratch, store)
}

fn assert_agrees(world: &World) {
    let (_scratch, store) = matched(world, 3, 1);
    // In the order of the files: that is the order in which a day's lines burn.
    let mut in_files = world.clone();
    in_files.bills.sort_by_key(Bill::period);
    let expected: BTreeMap<&str, Verdict> = in_files.bills.iter().map(|b| &*b.id).zip(Second::new(&in_files).all()).collect();
    let mut seen = 0;
    for batch in store.read(&schema::SPEND).unwrap() {
        let c = Columns(&batch);
        for row in 0..batch.num_rows() {
            let id = c.text_at("line_id", row).unwrap();
            let expect = &expected[id];
            let bill = in_files.bills.iter().find(|b| b.id == id).unwrap();
            let text = |name: &str| c.text_at(name, row).map(str::to_string);
            assert_eq!(
                (text("outcome"), text("match_class"), text("reason"), c.int_at("ladder_level", row), text("contract_id"), text("passed_by_contract_id")),
                (
                    Some(expect.outcome.to_string()),
                    Some(expect.class.to_string()),
                    expect.reason.map(str::to_string),
                    expect.ladder,
                    expect.contract.clone(),
                    expect.passed_by.clone()
                ),
                "{bill:#?} evidence {:?}",
                text("evidence")
            );
            let own = Second::new(&in_files);
            if in_files.bills.iter().position(|b| b.id == id).and_then(|i| own.original(i)).is_none() {
                let is_covered = (0..in_files.rows.len()).any(|r| own.is_strict(r, bill));
                assert_eq!(c.bool_at("is_category_covered", row), Some(is_covered), "{bill:#?}");
            }
            seen += 1;
        }
    }
    assert_eq!(seen, world.bills.len());
    // Kronor are conserved in each period.
    let by_period = |table: &Table| {
        let mut sums: BTreeMap<Option<String>, i128> = BTreeMap::new();
        for file in store.files(table) {
            *sums.entry(file.period.clone()).or_default() += file.totals.get("net_amount").copied().unwrap_or_default();
        }
        sums
    };
    assert_eq!(by_period(&schema::INVOICE_LINE), by_period(&schema::SPEND));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn kernel_and_second_opinion_agree(seed in any::<u64>(), contracts in 0u64..7, bills in 1u64..60) {
        assert_agrees(&random_world(seed, contracts, bills));
    }
}

#[test]
fn random_worlds_reach_every_decision() {
    // A second opinion on worlds that never ask the question would prove nothing.
    let mut seen: BTreeSet<(&str, Option<&str>)> = BTreeSet::new();
    for seed in 0..60 {
        let mut world = random_world(seed, 6, 60);
        world.bills.sort_by_key(Bill::period);
        let second = Second::new(&world);
        seen.extend(second.all().into_iter().map(|v| (v.outcome, v.reason)));
    }
    for reason in ["M1", "M2", "M3", "M4", "M5", "M6", "M7", "M8", "M9"] {
        assert!(seen.iter().any(|(_, r)| *r == Some(reason)), "{reason} never occurs");
    }
    for outcome in ["compliant", "ambiguous", "not_addressable"] {
        assert!(seen.iter().any(|(o, _)| *o == outcome), "{outcome} never occurs");
    }
}

#[test]
fn same_bytes_whatever_the_threads_and_row_groups() {
    let world = random_world(7, 6, 400);
    let (_first, store) = matched(&world, 1_000, 1);
    let expect = bytes_of(&store);
    assert!(expect.len() == 3, "{expect:?}");
    for (group, threads) in [(1_000, 2), (7, 1), (5, 2)] {
        let (_scratch, store) = matched(&world, group, threads);
        assert_eq!(bytes_of(&store), expect, "groups of {group}, {threads} threads");
    }
}

#[test]
fn a_second_run_changes_nothing_and_a_wrong_classification_stops() {
    let world = random_world(3, 3, 30);
    let (scratch, mut store) = matched(&world, 10, 1);
    let before = store.manifest().clone();
    spendtrace::matching::run(&context(scratch.path()), &mut store).unwrap();
    assert_eq!(*store.manifest(), before);
    let mut transaction = store.begin();
    transaction.remove(&schema::LINE_CATEGORY, |f| f.period.as_deref() == Some("2024-02"));
    transaction.commit("test", StageEntry::default()).unwrap();
    let error = spendtrace::matching::run(&context(scratch.path()), &mut store).unwrap_err();
    assert_eq!(error.exit_code(), 4, "{error}");
}

/// The analyses that take the line up.
fn entered(store: &Store, line_id: &str) -> Vec<String> {
    spendtrace::analysis::entered(store, &line_id.parse().unwrap()).unwrap().into_iter().map(str::to_string).collect()
}

#[test]
fn every_line_can_be_explained() {
    let words = spendtrace::matching::Words { code: &|_, code| code.to_string(), column: &|name| name.to_string() };
    for seed in [1, 2, 3] {
        let world = random_world(seed, 6, 40);
        let (scratch, store) = matched(&world, 10, 1);
        let context = context(scratch.path());
        let mut credits_followed = 0;
        for bill in &world.bills {
            let explained = spendtrace::matching::explain(&context, &store, &bill.id.parse().unwrap(), entered(&store, &bill.id)).unwrap();
            let text = explained.text(&words);
            let d = &explained.decision;
            assert!(text.contains(&bill.id) && text.contains(&d.outcome), "{text}");
            assert_eq!(explained.metrics.contains(&"maverick_spend".to_string()), d.reason.as_deref() == Some("M2"), "{text}");
            let is_addressable = d.outcome != "not_addressable";
            for (table, expect) in [
                ("spend_cube", true),
                ("compliance_unit", true),
                ("off_contract_reason", is_addressable && d.reason.is_some()),
                ("direct_award_accumulation", d.outcome == "off_contract"),
                ("approved_exception", d.approved_exception_id.is_some()),
                ("diversity_unit", is_addressable),
                ("tco_cell", is_addressable),
                ("tco_unit", is_addressable),
                ("bidder", false),
            ] {
                assert_eq!(explained.metrics.iter().any(|m| m == table), expect, "{table}: {text}");
            }
            let follows = explained.credited_line_id.is_some();
            credits_followed += usize::from(follows);
            assert_eq!(follows, d.evidence.iter().any(|e| e.code == "CREDIT_LINKED"), "{text}");
            if let (Some(contract), false) = (&d.contract_id, follows) {
                let chosen = explained.candidates.first().unwrap();
                assert!(chosen.is_chosen && chosen.contract_id == *contract, "{text}");
                let all_passed = chosen.tests.iter().all(|t| t.result == "passed");
                // The trail must bear the decision out: what is covered by scope passed every test, what fell short did not.
                match d.match_class.as_str() {
                    "unique_scope" | "chosen" => {
                        assert!(explained.candidates.iter().any(|c| c.is_chosen && c.tests.iter().all(|t| t.result == "passed")), "{text}")
                    }
                    "out_of_scope" => assert!(!all_passed, "{text}"),
                    _ => {}
                }
            }
            if let (Some(ceiling), false) = (&explained.ceiling, bill.amount < 0) {
                let minor = |t: &str| t.replace('.', "").parse::<i64>().unwrap();
                if minor(&ceiling.burnt_after_net) > minor(&ceiling.ceiling_net) {
                    assert_eq!(d.reason.as_deref(), Some("M6"), "{text}");
                }
            }
            serde_json::to_string(&explained).unwrap();
        }
        assert!(credits_followed > 0, "the world has credits that follow a line");
        let error = spendtrace::matching::explain(&context, &store, &"ffffffffff-1".parse().unwrap(), Vec::new()).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{error}");
    }
}

/// Outcome, reason and contract of each line, with its amount.
fn outcomes(store: &Store) -> BTreeMap<String, (String, String, String, i128)> {
    let mut all = BTreeMap::new();
    for batch in store.read(&schema::SPEND).unwrap() {
        let c = Columns(&batch);
        for row in 0..batch.num_rows() {
            let text = |name: &str| c.text_at(name, row).unwrap_or("").to_string();
            let contract = if text("contract_id").is_empty() { text("passed_by_contract_id") } else { text("contract_id") };
            let net = c.money_at("spend_net", row).map_or(0, |m| i128::from(m.minor()));
            all.insert(text("line_id"), (text("outcome"), text("reason"), contract, net));
        }
    }
    all
}

#[test]
fn whatif_says_what_a_run_with_the_changed_catalogue_would() {
    for seed in 0..12 {
        let world = random_world(seed, 6, 80);
        let (scratch, store) = matched(&world, 7, 2);
        let before = store.manifest().clone();
        // One contract goes, another ends early, a third gets a ceiling.
        let mut changed = world.clone();
        changed.rows.retain(|r| r.contract != "AVT-001");
        for row in &mut changed.rows {
            match &*row.contract {
                "AVT-002" => row.ends = Some(start().plus_days(60)),
                "AVT-003" => row.ceiling = Some(50_000),
                _ => {}
            }
        }
        let (_other, after) = matched(&changed, 7, 2);
        let inputs = spendtrace::matching::inputs::Inputs::read(&after).unwrap();
        let found = spendtrace::matching::whatif::whatif(&context(scratch.path()), &store, &inputs, 1_000).unwrap();
        let (old, new) = (outcomes(&store), outcomes(&after));
        let moved: Vec<&String> = old.keys().filter(|id| old[*id] != new[*id]).collect();
        let listed: BTreeSet<&String> = found.lines.iter().map(|l| &l.line_id).collect();
        assert_eq!(listed, moved.iter().copied().collect::<BTreeSet<_>>(), "seed {seed}");
        let compliant = |all: &BTreeMap<String, (String, String, String, i128)>| {
            let sum: i128 = all.values().filter(|v| v.0 == "compliant").map(|v| v.3).sum();
            spendtrace::model::Total::from_minor(sum).to_string()
        };
        assert_eq!((found.compliant_before_net.clone(), found.compliant_after_net.clone()), (compliant(&old), compliant(&new)), "seed {seed}");
        assert_eq!(found.by_outcome.iter().map(|m| m.line_count).sum::<u64>(), found.changed_line_count);
        assert_eq!(*store.manifest(), before, "nothing is written");
        serde_json::to_string(&found).unwrap();
    }
}

#[test]
fn changes_of_the_catalogue_are_read_from_toml() {
    use spendtrace::matching::whatif;
    let world = random_world(1, 3, 5);
    let (_scratch, store) = matched(&world, 7, 1);
    let inputs = spendtrace::matching::inputs::Inputs::read(&store).unwrap();
    let change = |text: &str| whatif::parse(std::path::Path::new("c.toml"), text).and_then(|c| whatif::changed(&inputs, &c, "SEK"));
    let after = change(
        "[[contract]]\ncontract_id = \"AVT-001\"\nends_on = \"2030-01-31\"\nceiling_net = \"12.5\"\n\
         [[contract]]\ncontract_id = \"NEW\"\norganisation_number = \"556000-0002\"\ncategory_codes = [\"A\"]\n\
         [[contract]]\ncontract_id = \"AVT-002\"\nremove = true\n",
    )
    .unwrap();
    let rows = |id: &str| after.contracts.iter().filter(|r| r.contract_id == id).collect::<Vec<_>>();
    assert!(rows("AVT-001").iter().all(|r| r.ends_on == Date::parse_iso("2030-01-31") && r.ceiling == Money::from_minor(1_250)));
    assert!(rows("AVT-002").is_empty() && !rows("NEW").is_empty());
    let holders: Vec<&str> = after.holders.iter().filter(|h| h.contract_id == "NEW").map(|h| h.supplier_id.as_str()).collect();
    assert_eq!(holders, ["S-C"], "by its organisation number");
    for (text, part) in [
        ("", "changes nothing"),
        ("[[contract]]\ncontract_id = \"NEW\"\n", "state vendor_name or organisation_number"),
        ("[[contract]]\ncontract_id = \"NO\"\nremove = true\n", "no such contract"),
        ("[[contract]]\ncontract_id = \"AVT-001\"\nends_on = \"2030-02-31\"\n", "is not a date"),
        ("[[contract]]\ncontract_id = \"AVT-001\"\nceiling_net = \"1,5\"\n", "is not an amount"),
        ("[[contract]]\ncontract_id = \"AVT-001\"\ncolour = 1\n", "unknown field"),
    ] {
        let error = change(text).unwrap_err();
        assert!(error.to_string().contains(part) && error.exit_code() == 2, "{error}");
    }
}
