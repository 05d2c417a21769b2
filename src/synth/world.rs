//! What stands still: units, categories, accounts, suppliers with their vendor records, contracts and prices. Its size grows
//! with the 0.6th power of the lines, so that 100 million lines still fit in memory.

use std::collections::HashSet;
use std::ops::Range;

use super::Options;
use super::rng::{Rng, mix, power_three_fifths};
use super::words::*;
use crate::model::{Date, Period};

/// Stands for "no such index".
pub const NONE: u32 = u32::MAX;

/// The administrations: each keeps its own ledger and exports it in its own layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ledger {
    /// The region's own: `raindance-kontering`.
    Main,
    /// The transport company: `unit4-kontering`.
    Transport,
    /// Culture: `oppen-reskontra-vgr`.
    Culture,
    /// Property: `oppen-reskontra-goteborg`.
    Property,
}

/// All administrations; a ledger's position here is its number.
pub const LEDGERS: [Ledger; 4] = [Ledger::Main, Ledger::Transport, Ledger::Culture, Ledger::Property];

/// A leaf of the category tree.
pub struct Leaf {
    /// Six digits.
    pub code: String,
    /// Name.
    pub name: &'static str,
    /// Four digits: the group above.
    pub group: String,
    /// Ledger account; several leaves may share one.
    pub account: u16,
    /// Whether the account alone tells the category.
    pub has_own_account: bool,
    /// Median amount of a line, in öre.
    pub median: i64,
}

/// A ledger account.
pub struct Account {
    /// Four digits.
    pub code: String,
    /// Name.
    pub name: String,
}

/// A buying unit.
pub struct Unit {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Code of the department above; empty for a department.
    pub parent: String,
    /// Number of the ledger that its invoices are in.
    pub ledger: u8,
    /// Department number within the main ledger.
    pub department: u16,
}

/// What a supplier is in law; it decides the form of its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Legal {
    /// Aktiebolag.
    Company,
    /// Handelsbolag.
    Partnership,
    /// Ekonomisk förening.
    Cooperative,
    /// Ideell förening.
    Association,
    /// Enskild firma: the number is a personal number.
    SoleTrader,
    /// Abroad, without a Swedish number.
    Foreign,
}

/// What a supplier is for in the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Holds contracts.
    Contracted,
    /// Sells what no contract covers, or what another supplier's contract covers.
    Outside,
    /// Sells only on accounts that no rule classifies.
    Unclassified,
    /// Paid once, under a shared vendor number.
    OneOff,
    /// A person whose name the export hides.
    Redacted,
    /// The region's own company.
    Own,
    /// Another public body.
    Public,
    /// Kept for planned sequences.
    Planned,
}

/// A real organisation.
pub struct Supplier {
    /// Name as registered.
    pub name: String,
    /// Ten digits; empty when it has none.
    pub number: String,
    /// Legal form.
    pub legal: Legal,
    /// Part in the plan.
    pub role: Role,
    /// Number of the top category that it sells in.
    pub top: u8,
    /// Its vendor records in each ledger.
    pub records: [Range<u32>; 4],
    /// Supplier number of the parent company; `NONE` without.
    pub parent: u32,
}

/// A row of an ERP's vendor master.
pub struct VendorRecord {
    /// The supplier it is.
    pub supplier: u32,
    /// Vendor number in the ledger; empty where the layout has none.
    pub id: String,
    /// Name as keyed.
    pub name: String,
    /// Organisation number as keyed.
    pub number: String,
    /// Bankgiro as keyed.
    pub bankgiro: String,
    /// How the record differs from the register.
    pub variant: &'static str,
    /// Whether an identifier in the record proves who it is.
    pub is_proved: bool,
}

/// Who may use a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entitled {
    /// Everyone: `*`.
    All,
    /// The catalogue does not say.
    NotStated,
    /// Departments with these numbers modulo the count.
    Part(u16, u16),
}

/// The catalogue that holds a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Catalogue {
    /// `kommers-avtal`.
    Kommers,
    /// `e-avrop-avtal`.
    EAvrop,
    /// `goteborg-avtal`.
    Goteborg,
}

/// A lot of a contract.
pub struct Lot {
    /// Name; empty when the contract has no lots.
    pub id: String,
    /// Category codes; empty = not stated.
    pub scope: Vec<String>,
    /// Suppliers with rank (0 = not ranked).
    pub holders: Vec<(u32, u8)>,
}

/// A contract.
pub struct Contract {
    /// Contract number.
    pub id: String,
    /// Title.
    pub title: String,
    /// Index of the framework that it is called off from; `NONE` otherwise.
    pub framework: u32,
    /// Award form in the catalogue's words.
    pub form: &'static str,
    /// First day.
    pub starts: Date,
    /// Last day.
    pub ends: Date,
    /// Last day with all options.
    pub extendable: Option<Date>,
    /// Planned ceiling in öre; `None` = one well above the burn is written, or none.
    pub ceiling: Option<i64>,
    /// Limit of renewed competition in öre.
    pub limit: Option<i64>,
    /// Units.
    pub entitled: Entitled,
    /// Where it is on file.
    pub catalogue: Catalogue,
    /// Whether the catalogue has the suppliers' numbers; without them their names must do.
    pub has_numbers: bool,
    /// Lots; at least one.
    pub lots: Vec<Lot>,
    /// Items of its price list.
    pub items: Range<u32>,
}

/// An item on a price list.
pub struct Item {
    /// Seller's item number.
    pub id: String,
    /// Name.
    pub name: String,
    /// Unit of measure.
    pub unit: &'static str,
    /// Price in öre until the change of prices.
    pub price: i64,
    /// Price in öre from then on.
    pub price_after: i64,
}

/// How contracts stand to a category and a set of units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// One framework, one supplier.
    Single,
    /// Ranked suppliers.
    Ranked,
    /// Competition is renewed above a limit.
    Renewed,
    /// Lots with a category each.
    Lots,
    /// A contract and its successor with the same supplier.
    SameSuccessor,
    /// A contract and its successor with another supplier.
    OtherSuccessor,
    /// A contract that ends without a successor.
    Expired,
    /// A contract that begins late.
    Late,
    /// Only some units may use it, and the others have none.
    Restricted,
    /// A framework that ends, and a call-off that outlives it.
    CallOff,
    /// Two contracts that nothing tells apart.
    Twin,
    /// Two contracts of which one has the item on its price list.
    PriceTwin,
    /// A broad contract and a more specific one.
    Specific,
    /// A planned sequence of purchases runs into the ceiling.
    Ceiling,
    /// The catalogue does not say who may use it.
    UnitNotStated,
}

/// A category and a set of units, with the contracts that cover them.
pub struct Slot {
    /// How.
    pub kind: Kind,
    /// Leaves: one, or one for each lot.
    pub leaves: Vec<u16>,
    /// First and second contract.
    pub contracts: [u32; 2],
    /// Units.
    pub entitled: Entitled,
    /// Date on which the situation turns, where it does: the last day of the old order.
    pub turns: Date,
}

/// A contract that does not say what it covers.
pub struct Unscoped {
    /// Supplier.
    pub supplier: u32,
    /// Contract.
    pub contract: u32,
    /// What is bought from the supplier.
    pub leaf: u16,
}

/// The region.
pub struct World {
    /// Seed of everything.
    pub seed: u64,
    /// First month.
    pub first: Period,
    /// Months.
    pub months: u32,
    /// Units.
    pub units: Vec<Unit>,
    /// Unit numbers that invoices of each ledger may be for.
    pub ledger_units: [Vec<u16>; 4],
    /// Departments of the main ledger.
    pub departments: u16,
    /// Category leaves.
    pub leaves: Vec<Leaf>,
    /// Accounts.
    pub accounts: Vec<Account>,
    /// Leaves that no contract covers.
    pub open_leaves: Vec<u16>,
    /// Suppliers.
    pub suppliers: Vec<Supplier>,
    /// Supplier numbers by role.
    pub by_role: Vec<(Role, Vec<u32>)>,
    /// Vendor records.
    pub vendors: Vec<VendorRecord>,
    /// Contracts.
    pub contracts: Vec<Contract>,
    /// Contract numbers that each supplier holds.
    pub held: Vec<Vec<u32>>,
    /// Items.
    pub items: Vec<Item>,
    /// First day of the new prices.
    pub prices_change: Date,
    /// Slots.
    pub slots: Vec<Slot>,
    /// Contracts without a scope.
    pub unscoped: Vec<Unscoped>,
    /// Number of the region.
    pub own_number: String,
    /// Accounts of what is no purchase: salary, tax, grant, transfer, financial; then the one that no rule knows.
    pub special_accounts: [u16; 6],
}

/// Ten digits with their check digit, by the modulus-10 method over the first nine.
fn with_check_digit(nine: &str) -> String {
    let sum: u32 = nine
        .bytes()
        .enumerate()
        .map(|(i, b)| {
            let digit = u32::from(b - b'0') * if i % 2 == nine.len() % 2 { 1 } else { 2 };
            digit / 10 + digit % 10
        })
        .sum();
    // For nine digits the first is doubled; for seven (bankgiro) too: the last before the check digit always is.
    format!("{nine}{}", (10 - sum % 10) % 10)
}

/// `5590001234` → `559000-1234`.
pub fn hyphened(number: &str) -> String {
    if number.len() == 10 { format!("{}-{}", &number[..6], &number[6..]) } else { number.to_string() }
}

fn bankgiro(n: u64) -> String {
    let digits = with_check_digit(&format!("{:07}", 5_100_000 + n % 800_000));
    format!("{}-{}", &digits[..4], &digits[4..])
}

impl World {
    /// Makes the region of these options.
    pub fn new(options: &Options) -> World {
        let seed = options.seed;
        let first = options.first_period;
        let mut world = World {
            seed,
            first,
            months: options.months,
            units: Vec::new(),
            ledger_units: Default::default(),
            departments: 0,
            leaves: Vec::new(),
            accounts: Vec::new(),
            open_leaves: Vec::new(),
            suppliers: Vec::new(),
            by_role: Vec::new(),
            vendors: Vec::new(),
            contracts: Vec::new(),
            held: Vec::new(),
            items: Vec::new(),
            prices_change: first.plus(options.months as i32 / 2).first_day(),
            slots: Vec::new(),
            unscoped: Vec::new(),
            own_number: with_check_digit("232199000"),
            special_accounts: [0; 6],
        };
        // √n contracts: a region of 20,000 lines has some hundred; the largest have a few thousand.
        let contracts = (options.lines.isqrt() * 9 / 10).clamp(40, 5_000) as usize;
        world.make_categories();
        world.make_units(contracts);
        world.make_slots(contracts);
        world.make_other_suppliers((power_three_fifths(options.lines) * 22 / 10).max(120) as usize);
        world.make_vendors();
        world
    }

    /// First day of the window.
    pub fn first_day(&self) -> Date {
        self.first.first_day()
    }

    /// Last day of the window.
    pub fn last_day(&self) -> Date {
        self.first.plus(self.months as i32 - 1).last_day()
    }

    /// Suppliers of a role.
    pub fn role(&self, role: Role) -> &[u32] {
        self.by_role.iter().find(|(r, _)| *r == role).map_or(&[], |(_, list)| list)
    }

    /// Whether a unit may use what is entitled so.
    pub fn entitles(&self, entitled: &Entitled, unit: u16) -> bool {
        let unit = &self.units[usize::from(unit)];
        match entitled {
            Entitled::All | Entitled::NotStated => true,
            Entitled::Part(part, parts) => unit.ledger == 0 && unit.department % parts == *part,
        }
    }

    fn make_categories(&mut self) {
        for (i, (top, groups)) in TREE.iter().enumerate() {
            let base = 5_000 + i * 100;
            let shared = self.accounts.len() as u16;
            self.accounts.push(Account { code: (base + 90).to_string(), name: format!("Övrigt {}", top.to_lowercase()) });
            let mut number = 0;
            for (j, (_, leaves)) in groups.iter().enumerate() {
                for (k, name) in leaves.iter().enumerate() {
                    let code = format!("{:02}{:02}{:02}", 10 + i, j + 1, k + 1);
                    let has_own_account = !mix(self.seed ^ (i * 10_000 + j * 100 + k) as u64).is_multiple_of(8);
                    let account = if has_own_account {
                        self.accounts.push(Account { code: (base + 10 + number * 3).to_string(), name: (*name).to_string() });
                        self.accounts.len() as u16 - 1
                    } else {
                        shared
                    };
                    number += 1;
                    let median = 100 * (400 + (mix(self.seed ^ 77 ^ self.leaves.len() as u64) % 9_000) as i64);
                    self.leaves.push(Leaf { group: code[..4].to_string(), code, name, account, has_own_account, median });
                }
            }
        }
        for (i, (code, name)) in [
            ("4010", "Löner månadsavlönade"),
            ("4110", "Arbetsgivaravgifter"),
            ("7410", "Lämnade bidrag"),
            ("7510", "Transfereringar till enskilda"),
            ("8410", "Räntekostnader"),
            ("7990", "Övriga verksamhetskostnader"),
        ]
        .into_iter()
        .enumerate()
        {
            self.special_accounts[i] = self.accounts.len() as u16;
            self.accounts.push(Account { code: code.into(), name: name.into() });
        }
    }

    fn make_units(&mut self, contracts: usize) {
        self.departments = (contracts / 14).clamp(6, DEPARTMENTS.len()) as u16;
        for d in 0..self.departments {
            let code = (100 + 10 * d).to_string();
            self.units.push(Unit { code: code.clone(), name: DEPARTMENTS[usize::from(d)].into(), parent: String::new(), ledger: 0, department: d });
            let short = DEPARTMENTS[usize::from(d)].trim_start_matches("Förvaltning ");
            for (u, name) in UNITS.iter().enumerate().take(4 + usize::from(d) * 5 % 5) {
                let unit = Unit { code: format!("{code}{}", 10 + u), name: format!("{name} {short}"), parent: code.clone(), ledger: 0, department: d };
                self.ledger_units[0].push(self.units.len() as u16);
                self.units.push(unit);
            }
        }
        let others: [(u8, &str, &str, &[&str]); 3] = [
            (1, "800", "Granmarkstrafiken", TRANSPORT_UNITS),
            (2, "810", "Förvaltning Kultur", CULTURE_UNITS),
            (3, "820", "Förvaltning Fastighet", PROPERTY_UNITS),
        ];
        for (ledger, code, name, below) in others {
            self.units.push(Unit { code: code.into(), name: name.into(), parent: String::new(), ledger, department: u16::MAX });
            for (i, name) in below.iter().enumerate() {
                self.ledger_units[usize::from(ledger)].push(self.units.len() as u16);
                self.units.push(Unit { code: format!("{code}{}", 10 + i), name: (*name).into(), parent: code.into(), ledger, department: u16::MAX });
            }
        }
    }

    fn make_slots(&mut self, target: usize) {
        let mut rng = Rng::at(&[self.seed, 1]);
        let groups: Vec<String> = {
            let mut groups: Vec<String> = self.leaves.iter().map(|l| l.group.clone()).collect();
            groups.dedup();
            groups
        };
        // Whole groups for broad contracts with a specific one inside; then single leaves for the rest.
        let mut specific_groups: Vec<String> = groups.iter().filter(|g| self.leaves.iter().filter(|l| &l.group == *g).count() >= 3).cloned().collect();
        shuffle(&mut specific_groups, &mut rng);
        specific_groups.truncate((target / 60).clamp(1, 6));
        let mut free: Vec<u16> = (0..self.leaves.len() as u16).filter(|i| !specific_groups.contains(&self.leaves[usize::from(*i)].group)).collect();
        shuffle(&mut free, &mut rng);
        let open = free.len() * 35 / 100;
        self.open_leaves = free.drain(..open).collect();
        self.open_leaves.sort_unstable();
        let restricted: Vec<u16> = free.drain(..(target / 18).clamp(2, free.len() / 8)).collect();

        // Beyond one contract for each leaf, the units are split in parts that contract on their own, except for regional
        // leaves; the small administrations buy on those alone.
        let parts = (target / 150).clamp(1, usize::from(self.departments)) as u16;
        let mut places: Vec<(u16, Entitled)> = Vec::new();
        for (i, leaf) in free.iter().enumerate() {
            if parts == 1 || i % 3 == 0 {
                places.push((*leaf, Entitled::All));
            } else {
                places.extend((0..parts).map(|part| (*leaf, Entitled::Part(part, parts))));
            }
        }
        shuffle(&mut places, &mut rng);
        // A contract that does not say who may use it would overlap with those of the parts: it gets regional leaves.
        places.sort_by_key(|(_, entitled)| usize::from(*entitled != Entitled::All));
        let regional = places.iter().filter(|(_, entitled)| *entitled == Entitled::All).count();
        let not_stated = (target / 40).clamp(1, regional / 4);
        shuffle(&mut places[not_stated..], &mut rng);
        // Each slot has 1.2 contracts; a target below the number of places leaves the rest open.
        let wanted = (target * 5 / 6).min(places.len());
        let rest: Vec<(u16, Entitled)> = places.split_off(wanted);
        if parts == 1 {
            self.open_leaves.extend(rest.iter().map(|(leaf, _)| *leaf));
            self.open_leaves.sort_unstable();
        }
        let share = |n: usize, least: usize| (target / n).max(least);
        let mut kinds = Vec::new();
        for (kind, count) in [
            (Kind::UnitNotStated, not_stated),
            (Kind::Ceiling, share(20, 2).min(250)),
            (Kind::Expired, share(18, 2)),
            (Kind::Late, share(30, 1)),
            (Kind::SameSuccessor, share(25, 1)),
            (Kind::OtherSuccessor, share(25, 2)),
            (Kind::CallOff, share(25, 2)),
            (Kind::Twin, share(50, 1)),
            (Kind::PriceTwin, share(60, 1)),
        ] {
            kinds.extend(std::iter::repeat_n(kind, count));
        }
        let mut places = places.into_iter();
        for (kind, (leaf, entitled)) in kinds.into_iter().zip(places.by_ref()) {
            // The text of an open ledger names units, contracts list codes: only contracts for all units meet both.
            self.make_slot(kind, vec![leaf], if kind == Kind::UnitNotStated { Entitled::NotStated } else { entitled }, &mut rng);
        }
        while let Some((leaf, entitled)) = places.next() {
            match rng.below(100) {
                0..45 => self.make_slot(Kind::Single, vec![leaf], entitled, &mut rng),
                45..65 => self.make_slot(Kind::Ranked, vec![leaf], entitled, &mut rng),
                65..85 => self.make_slot(Kind::Renewed, vec![leaf], entitled, &mut rng),
                _ => {
                    let mut leaves = vec![leaf];
                    if let Some((next, _)) = places.as_slice().first().filter(|(next, e)| *e == entitled && *next != leaf).cloned() {
                        leaves.push(next);
                        places.next();
                    }
                    self.make_slot(Kind::Lots, leaves, entitled, &mut rng);
                }
            }
        }
        for leaf in restricted {
            let parts = 2 + rng.below(2) as u16;
            let part = rng.below(u64::from(parts)) as u16;
            self.make_slot(Kind::Restricted, vec![leaf], Entitled::Part(part, parts), &mut rng);
        }
        for group in specific_groups {
            let leaves: Vec<u16> = (0..self.leaves.len() as u16).filter(|i| self.leaves[usize::from(*i)].group == group).collect();
            self.make_slot(Kind::Specific, leaves, Entitled::All, &mut rng);
        }
        for (catalogue, count) in [(Catalogue::EAvrop, share(30, 2)), (Catalogue::Goteborg, share(30, 2)), (Catalogue::Kommers, share(60, 1))] {
            for _ in 0..count.min(60) {
                let leaf = *rng.pick(&self.open_leaves);
                let supplier = self.new_supplier(Role::Contracted, self.top_of(leaf), &mut rng);
                let title = format!("{} {}", self.leaves[usize::from(leaf)].name, self.first.year_month().0 - 1);
                let lot = Lot { id: String::new(), scope: Vec::new(), holders: vec![(supplier, 0)] };
                let contract = self.new_contract(title, "", Entitled::NotStated, vec![lot], &mut rng);
                self.contracts[contract as usize].catalogue = catalogue;
                self.unscoped.push(Unscoped { supplier, contract, leaf });
            }
        }
        self.held = vec![Vec::new(); self.suppliers.len()];
        for (i, contract) in self.contracts.iter().enumerate() {
            for (supplier, _) in contract.lots.iter().flat_map(|l| &l.holders) {
                let held = &mut self.held[*supplier as usize];
                if held.last() != Some(&(i as u32)) {
                    held.push(i as u32);
                }
            }
        }
    }

    /// A contract whose term holds the whole window, and the deliveries before it.
    fn new_contract(&mut self, title: String, form: &'static str, entitled: Entitled, lots: Vec<Lot>, rng: &mut Rng) -> u32 {
        let index = self.contracts.len() as u32;
        let starts = self.first_day().plus_days(-(90 + rng.below(600) as i32));
        let ends = self.last_day().plus_days(20 + rng.below(700) as i32);
        let extendable = rng.chance(500).then(|| ends.plus_months(12 * (1 + rng.below(2) as i32)));
        let id = format!("RG-{}-{:04}", starts.ymd().0, index + 101);
        self.contracts.push(Contract {
            id,
            title,
            framework: NONE,
            form,
            starts,
            ends,
            extendable,
            ceiling: None,
            limit: None,
            entitled,
            catalogue: Catalogue::Kommers,
            has_numbers: true,
            lots,
            items: 0..0,
        });
        index
    }

    fn make_slot(&mut self, kind: Kind, leaves: Vec<u16>, entitled: Entitled, rng: &mut Rng) {
        let leaf = usize::from(leaves[0]);
        let (code, name, group, median) = (self.leaves[leaf].code.clone(), self.leaves[leaf].name, self.leaves[leaf].group.clone(), self.leaves[leaf].median);
        let title = |what: &str| format!("{name}{what}");
        let plain = |scope: String, holders: Vec<(u32, u8)>| vec![Lot { id: String::new(), scope: vec![scope], holders }];
        let (first, window) = (self.first_day(), self.last_day().days() - self.first_day().days());
        // In the middle third of the window, so that both sides have lines.
        let turns = first.plus_days(window / 3 + rng.below((window / 3).max(1) as u64) as i32);
        let supplier = self.contracted_supplier(leaves[0], matches!(kind, Kind::Single | Kind::Ranked | Kind::Renewed), rng);
        let mut contracts = [NONE, NONE];
        match kind {
            Kind::Single | Kind::Restricted | Kind::UnitNotStated => {
                contracts[0] = self.new_contract(title(""), "single", entitled.clone(), plain(code, vec![(supplier, 0)]), rng);
                if kind == Kind::Single {
                    if rng.chance(550) {
                        self.add_prices(contracts[0], median, rng);
                    }
                    self.contracts[contracts[0] as usize].has_numbers = !rng.chance(120);
                }
            }
            Kind::Ranked => {
                let mut holders = vec![(supplier, 1)];
                for rank in 2..=2 + rng.below(3) as u8 {
                    holders.push((self.contracted_supplier(leaves[0], false, rng), rank));
                }
                contracts[0] = self.new_contract(title(" ramavtal"), "ranked", entitled.clone(), plain(code, holders), rng);
            }
            Kind::Renewed => {
                let mut holders = vec![(supplier, 0)];
                for _ in 0..1 + rng.below(4) {
                    holders.push((self.contracted_supplier(leaves[0], false, rng), 0));
                }
                contracts[0] = self.new_contract(title(" ramavtal"), "renewed_competition", entitled.clone(), plain(code, holders), rng);
                self.contracts[contracts[0] as usize].limit = Some((median * 40 / 5_000_000 + 1) * 5_000_000);
            }
            Kind::Lots => {
                let mut lots = Vec::new();
                for (i, leaf) in leaves.iter().enumerate() {
                    let holder = if i == 0 || rng.chance(300) { supplier } else { self.contracted_supplier(leaves[0], false, rng) };
                    lots.push(Lot { id: format!("D{}", i + 1), scope: vec![self.leaves[usize::from(*leaf)].code.clone()], holders: vec![(holder, 0)] });
                }
                contracts[0] = self.new_contract(title(" med delområden"), "single", entitled.clone(), lots, rng);
            }
            Kind::SameSuccessor | Kind::OtherSuccessor => {
                let next = if kind == Kind::SameSuccessor { supplier } else { self.contracted_supplier(leaves[0], false, rng) };
                contracts[0] = self.new_contract(title(""), "single", entitled.clone(), plain(code.clone(), vec![(supplier, 0)]), rng);
                contracts[1] = self.new_contract(title(" ny period"), "single", entitled.clone(), plain(code, vec![(next, 0)]), rng);
                self.contracts[contracts[0] as usize].ends = turns;
                self.contracts[contracts[0] as usize].extendable = None;
                self.contracts[contracts[1] as usize].starts = turns.plus_days(1);
            }
            Kind::Expired => {
                contracts[0] = self.new_contract(title(""), "single", entitled.clone(), plain(code, vec![(supplier, 0)]), rng);
                let contract = &mut self.contracts[contracts[0] as usize];
                contract.ends = turns;
                contract.extendable = rng.chance(400).then(|| turns.plus_months(12));
            }
            Kind::Late => {
                contracts[0] = self.new_contract(title(""), "single", entitled.clone(), plain(code, vec![(supplier, 0)]), rng);
                self.contracts[contracts[0] as usize].starts = turns.plus_days(1);
            }
            Kind::CallOff => {
                contracts[0] = self.new_contract(title(" ramavtal"), "single", entitled.clone(), plain(code.clone(), vec![(supplier, 0)]), rng);
                contracts[1] = self.new_contract(title(" avrop"), "call_off", entitled.clone(), plain(code, vec![(supplier, 0)]), rng);
                let framework = contracts[0];
                self.contracts[framework as usize].ends = turns;
                self.contracts[framework as usize].extendable = None;
                let id = format!("{}-A1", self.contracts[framework as usize].id);
                let call_off = &mut self.contracts[contracts[1] as usize];
                call_off.framework = framework;
                call_off.id = id;
                call_off.starts = first.plus_days(-80);
            }
            Kind::Twin | Kind::PriceTwin => {
                contracts[0] = self.new_contract(title(" A"), "single", entitled.clone(), plain(code.clone(), vec![(supplier, 0)]), rng);
                contracts[1] = self.new_contract(title(" B"), "single", entitled.clone(), plain(code, vec![(supplier, 0)]), rng);
                if kind == Kind::PriceTwin {
                    self.add_prices(contracts[1], median, rng);
                }
            }
            Kind::Specific => {
                contracts[0] = self.new_contract(title(" m.m."), "single", entitled.clone(), plain(group, vec![(supplier, 0)]), rng);
                contracts[1] = self.new_contract(title(" särskilt"), "single", entitled.clone(), plain(code, vec![(supplier, 0)]), rng);
            }
            Kind::Ceiling => {
                let second = self.contracted_supplier(leaves[0], false, rng);
                contracts[0] = self.new_contract(title(" med takvolym"), "", entitled.clone(), plain(code.clone(), vec![(supplier, 0), (second, 0)]), rng);
                if rng.chance(400) {
                    // A call-off of the second supplier burns the same ceiling.
                    contracts[1] = self.new_contract(title(" avrop"), "call_off", entitled.clone(), plain(code, vec![(second, 0)]), rng);
                    let framework = contracts[0];
                    self.contracts[contracts[1] as usize].framework = framework;
                    self.contracts[contracts[1] as usize].id = format!("{}-A1", self.contracts[framework as usize].id);
                }
            }
        }
        self.slots.push(Slot { kind, leaves, contracts, entitled, turns });
    }

    /// A supplier to hold a contract; where the plan allows it, one that holds others already.
    fn contracted_supplier(&mut self, leaf: u16, may_reuse: bool, rng: &mut Rng) -> u32 {
        if may_reuse && rng.chance(300) {
            // Only suppliers whose other contracts hold through the whole window: their lines stay easy to judge.
            let stable: Vec<u32> = self
                .slots
                .iter()
                .rev()
                .take(200)
                .filter(|s| matches!(s.kind, Kind::Single | Kind::Ranked | Kind::Renewed) && self.top_of(s.leaves[0]) == self.top_of(leaf))
                .map(|s| self.contracts[s.contracts[0] as usize].lots[0].holders[0].0)
                .collect();
            if !stable.is_empty() {
                return *rng.pick(&stable);
            }
        }
        self.new_supplier(Role::Contracted, self.top_of(leaf), rng)
    }

    /// Number of the top category of a leaf.
    pub fn top_of(&self, leaf: u16) -> u8 {
        self.leaves[usize::from(leaf)].code[..2].parse::<u8>().expect("codes are digits") - 10
    }

    /// The open leaf of the n-th sequence of direct awards.
    pub fn planned_leaf(&self, n: usize) -> u16 {
        self.open_leaves[n * 7 % self.open_leaves.len()]
    }

    fn add_prices(&mut self, contract: u32, median: i64, rng: &mut Rng) {
        let from = self.items.len() as u32;
        for i in 0..6 + rng.below(8) {
            let price = (median / (2 + rng.between(0, 60))).max(250) / 5 * 5;
            let noun = rng.pick(ITEMS);
            let unit = *rng.pick(&["ST", "FRP", "KRT"]);
            // Between 2 and 6 % more from the change of prices on, in whole 5 öre.
            let price_after = (price + price * rng.between(20, 60) / 1_000) / 5 * 5;
            self.items.push(Item { id: format!("A{}{:02}", contract + 1_000, i + 1), name: format!("{noun} {}", i + 1), unit, price, price_after });
        }
        self.contracts[contract as usize].items = from..self.items.len() as u32;
    }

    fn new_supplier(&mut self, role: Role, top: u8, rng: &mut Rng) -> u32 {
        let index = self.suppliers.len() as u32;
        let draw = rng.below(100);
        let legal = match role {
            Role::Own => Legal::Company,
            Role::Redacted | Role::OneOff => Legal::Foreign,
            Role::Contracted | Role::Planned => match draw {
                0..6 => Legal::Cooperative,
                6..10 => Legal::Association,
                10..12 => Legal::SoleTrader,
                _ => Legal::Company,
            },
            _ => match draw {
                0..7 => Legal::SoleTrader,
                7..12 => Legal::Association,
                12..16 => Legal::Partnership,
                16..18 => Legal::Cooperative,
                18..21 => Legal::Foreign,
                _ => Legal::Company,
            },
        };
        self.suppliers.push(Supplier { name: String::new(), number: String::new(), legal, role, top, records: [0..0, 0..0, 0..0, 0..0], parent: NONE });
        index
    }

    fn make_other_suppliers(&mut self, wanted: usize) {
        let mut rng = Rng::at(&[self.seed, 2]);
        let rest = wanted.saturating_sub(self.suppliers.len()).max(wanted / 2);
        for (role, count) in [
            (Role::Own, 2),
            (Role::Public, 3 + rest / 200),
            (Role::Redacted, 1),
            (Role::Planned, 8 + rest / 100),
            (Role::Unclassified, 3 + rest / 30),
            (Role::OneOff, 4 + rest / 25),
            (Role::Outside, rest),
        ] {
            for i in 0..count {
                let top = match role {
                    Role::Planned => self.top_of(self.planned_leaf(i)),
                    _ => (i * TREE.len() / count) as u8,
                };
                self.new_supplier(role, top, &mut rng);
            }
        }
        self.held.resize(self.suppliers.len(), Vec::new());
        let mut names = HashSet::new();
        let mut sole_traders = 0u64;
        for i in 0..self.suppliers.len() {
            let mut rng = Rng::at(&[self.seed, 3, i as u64]);
            let supplier = &mut self.suppliers[i];
            let stem = i * 487 % (STEMS.len() * ENDINGS.len());
            let mut name = format!("{}{} {}", STEMS[stem % STEMS.len()], ENDINGS[stem / STEMS.len()], rng.pick(TRADES[usize::from(supplier.top)]));
            while !names.insert(name.clone()) {
                name = format!("{}{} {} {}", rng.pick(STEMS), rng.pick(ENDINGS), rng.pick(TRADES[usize::from(supplier.top)]), rng.pick(FAMILY));
            }
            let serial = (i as u64 * 7_919 + self.seed % 1_000) % 300_000;
            (supplier.name, supplier.number) = match (supplier.role, supplier.legal) {
                (Role::Own, _) => {
                    (format!("{} {} AB", REGION, if i % 2 == 0 { "Fastighet" } else { "Utveckling" }), with_check_digit(&format!("559699{:03}", i % 1000)))
                }
                (Role::Public, _) => (format!("{} kommun", name.split(' ').next().unwrap_or("")), with_check_digit(&format!("212099{:03}", i % 1000))),
                (Role::Redacted, _) => ("[innehåller personuppgifter]".into(), String::new()),
                (Role::OneOff, _) => (name, String::new()),
                (_, Legal::Company) => (format!("{name} AB"), with_check_digit(&format!("559{:06}", 700_000 + serial))),
                (_, Legal::Partnership) => (format!("{name} HB"), with_check_digit(&format!("969{:06}", 700_000 + serial))),
                (_, Legal::Cooperative) => (format!("{name} ek. för."), with_check_digit(&format!("769{:06}", 700_000 + serial))),
                (_, Legal::Association) => (format!("Föreningen {name}"), with_check_digit(&format!("802{:06}", 700_000 + serial))),
                (_, Legal::SoleTrader) => {
                    // The birth numbers 980 to 999 belong to test persons.
                    sole_traders += 1;
                    let day = Date::from_ymd(1950, 1, 1).expect("a day").plus_days((sole_traders / 20 * 13 % 18_000) as i32).ymd();
                    (name, with_check_digit(&format!("{:02}{:02}{:02}{}", day.0 % 100, day.1, day.2, 980 + sole_traders % 20)))
                }
                (_, Legal::Foreign) => (format!("{name} {}", rng.pick(&["GmbH", "Ltd", "ApS", "Oy"])), String::new()),
            };
            if supplier.legal == Legal::Company && i > 40 && rng.chance(60) {
                supplier.parent = (i as u32) / 2;
            }
        }
        for i in 0..self.suppliers.len() {
            let parent = self.suppliers[i].parent;
            if parent != NONE && (self.suppliers[parent as usize].legal != Legal::Company || self.suppliers[parent as usize].role == Role::Own) {
                self.suppliers[i].parent = NONE;
            }
        }
        for role in [Role::Contracted, Role::Outside, Role::Unclassified, Role::OneOff, Role::Redacted, Role::Own, Role::Public, Role::Planned] {
            let list = (0..self.suppliers.len() as u32).filter(|i| self.suppliers[*i as usize].role == role).collect();
            self.by_role.push((role, list));
        }
    }

    fn make_vendors(&mut self) {
        let factor = bankgiro(799_999);
        for i in 0..self.suppliers.len() {
            let h = mix(self.seed ^ mix(i as u64 + 17));
            let (name, number, role, legal) = {
                let s = &self.suppliers[i];
                (s.name.clone(), s.number.clone(), s.role, s.legal)
            };
            let giro = bankgiro(h);
            for ledger in 0..4usize {
                // The smaller ledgers know the contract holders and a third each of the others.
                let knows = ledger == 0
                    || !matches!(role, Role::Outside | Role::Planned | Role::Unclassified | Role::OneOff)
                    || (role == Role::Outside && i % 3 == ledger - 1);
                let from = self.vendors.len() as u32;
                if knows {
                    let id = |n: u64| match ledger {
                        0 => (10_000 + i as u64 * 4 + n).to_string(),
                        1 => (600_000 + i as u64 * 2 + n).to_string(),
                        _ => String::new(),
                    };
                    let mut add = |id: String, name: String, number: String, bankgiro: String, variant: &'static str, is_proved: bool| {
                        self.vendors.push(VendorRecord { supplier: i as u32, id, name, number, bankgiro, variant, is_proved });
                    };
                    let keyed = if ledger >= 2 { number.clone() } else { hyphened(&number) };
                    let is_loose = matches!(role, Role::Outside);
                    match (role, legal) {
                        (Role::Redacted, _) => {
                            add(if ledger < 2 { id(0) } else { String::new() }, name.clone(), String::new(), String::new(), "redacted", false)
                        }
                        (Role::OneOff, _) => add("99999".into(), name.clone(), String::new(), String::new(), "one_off", false),
                        (_, Legal::Foreign) if is_loose && h.is_multiple_of(3) => {
                            add(id(0), name.clone(), if ledger >= 2 { "9999999999" } else { "999999-9999" }.into(), String::new(), "dummy_number", false);
                        }
                        (_, Legal::Foreign) => add(id(0), name.clone(), String::new(), String::new(), "no_number", false),
                        (_, Legal::Company) if is_loose && h % 100 < 5 => add(id(0), name.clone(), String::new(), giro.clone(), "no_number", false),
                        (_, Legal::Company) if is_loose && h % 100 < 8 => {
                            let wrong = (number.as_bytes()[9] - b'0' + 3) % 10;
                            let wrong = format!("{}{wrong}", &number[..9]);
                            add(id(0), name.clone(), if ledger >= 2 { wrong } else { hyphened(&wrong) }, giro.clone(), "invalid_number", false);
                        }
                        _ => add(id(0), name.clone(), keyed.clone(), giro.clone(), "plain", true),
                    }
                    let is_plain =
                        !matches!(role, Role::Redacted | Role::OneOff | Role::Own | Role::Public) && legal == Legal::Company && !(is_loose && h % 100 < 8);
                    let stem = name.trim_end_matches(" AB");
                    if is_plain && ledger == 0 {
                        match (h >> 20) % 20 {
                            0..4 => add(id(1), format!("{} AKTIEBOLAG", stem.to_uppercase()), number.clone(), giro.clone(), "upper_case", true),
                            4 => add(id(1), typo(&name, h), String::new(), giro.clone(), "typo", false),
                            5 => add(id(1), format!("{name} T/A {}", stem.split(' ').next().unwrap_or(stem)), keyed.clone(), giro.clone(), "trading_as", true),
                            6 => add(id(1), format!("{name}, Granmark Fakturaköp"), keyed.clone(), factor.clone(), "factoring", true),
                            7 => add(id(1), format!("Aktiebolaget {stem}"), format!("16{keyed}"), giro.clone(), "twelve_digits", true),
                            8 => add(id(1), stem.to_string(), String::new(), String::new(), "no_form", false),
                            9 => add(id(1), name.to_uppercase(), String::new(), giro.clone(), "no_number", false),
                            _ => {}
                        }
                    } else if is_plain && (h >> 20) % 20 < 3 {
                        add(id(1), name.to_uppercase(), keyed.clone(), giro.clone(), "upper_case", true);
                    }
                }
                self.suppliers[i].records[ledger] = from..self.vendors.len() as u32;
            }
        }
    }
}

/// Swaps two letters inside the first word.
fn typo(name: &str, h: u64) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let word = letters.iter().position(|c| *c == ' ').unwrap_or(letters.len());
    let at = 2 + (h % (word.max(5) as u64 - 4)) as usize;
    if letters[at] == letters[at + 1] {
        letters.insert(at, letters[at])
    } else {
        letters.swap(at, at + 1)
    }
    letters.into_iter().collect()
}

fn shuffle<T>(items: &mut [T], rng: &mut Rng) {
    for i in (1..items.len()).rev() {
        items.swap(i, rng.index(i + 1));
    }
}
