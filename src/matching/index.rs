//! What a line is decided against: contracts by supplier, by category and by number, built once from small tables.
//!
//! A line only ever meets this index. It never grows with the lines, so that a file, a machine or a cluster of them can decide lines apart.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rustc_hash::FxHashMap;

use super::exchange::Exchange;
use super::inputs::{ContractRow, Inputs, with_subunits};
use super::price::PriceList;
use super::reference;
use crate::error::{Error, Result};
use crate::model::{Date, Money};
use crate::rules::{Rule, Rules};

/// No supplier: the holder of a contract that could not be resolved.
pub const NO_SUPPLIER: u32 = u32::MAX;

/// Shortest word of a free text that may be a contract number.
const TEXT_REFERENCE_LEN_MIN: usize = 5;

/// Parameters of the decision, in force on the as-of date. Ratios are 0 to 1.
#[derive(Debug, Clone)]
#[allow(missing_docs)] // Each is the parameter of that name in data/rules/matching.toml, with its doc there.
pub struct Parameters {
    pub term_grace_days: i32,
    pub explicit_scope_confidence_min: f64,
    pub credit_window_months: i32,
    pub followed_up_months: i32,
    pub confidence_explicit: f64,
    pub confidence_by_order: f64,
    pub confidence_in_text: f64,
    pub confidence_unique_scope: f64,
    pub confidence_chosen: f64,
    pub confidence_grace: f64,
    pub confidence_unit_not_stated: f64,
    pub confidence_credit_loose: f64,
    pub confidence_credit_amount: f64,
    pub confidence_off_contract: f64,
    pub confidence_ambiguous: f64,
    pub confidence_undetermined: f64,
    /// Millionths above the agreed price that are tolerated.
    pub price_tolerance_ppm: i64,
    /// The workspace's currency.
    pub currency: String,
    /// Exchange rates to the workspace's currency: parameters `exchange_rate_<from>_<to>` in lower case, and what is published.
    pub exchange: Exchange,
}

impl Parameters {
    /// From the rules and settings of a workspace.
    pub fn at(rules: &Rules, currency: &str, price_tolerance_ratio: f64, as_of: Date) -> Result<Parameters> {
        let value = |code: &str| -> Result<i64> {
            let rule = rules.parameter(code)?;
            rule.at(as_of).map(|v| v.value).ok_or_else(|| Error::Rules(format!("parameter \"{code}\" has no value in force on {as_of}; add one in data/rules")))
        };
        let whole = |code: &str| -> Result<i32> { Ok(i32::try_from(value(code)? / 10_000).expect("a count of days or months fits")) };
        let ratio = |code: &str| -> Result<f64> { Ok(value(code)? as f64 / 10_000.0) };
        let suffix = format!("_{}", currency.to_ascii_lowercase());
        let exchange_rates: BTreeMap<String, Rule> =
            rules.parameters().filter_map(|r| Some((r.code.strip_prefix("exchange_rate_")?.strip_suffix(&suffix)?.to_ascii_uppercase(), r.clone()))).collect();
        Ok(Parameters {
            term_grace_days: whole("term_grace_days")?,
            explicit_scope_confidence_min: ratio("explicit_scope_confidence_min")?,
            credit_window_months: whole("credit_window_months")?,
            followed_up_months: whole("followed_up_months")?,
            confidence_explicit: ratio("confidence_explicit")?,
            confidence_by_order: ratio("confidence_by_order")?,
            confidence_in_text: ratio("confidence_in_text")?,
            confidence_unique_scope: ratio("confidence_unique_scope")?,
            confidence_chosen: ratio("confidence_chosen")?,
            confidence_grace: ratio("confidence_grace")?,
            confidence_unit_not_stated: ratio("confidence_unit_not_stated")?,
            confidence_credit_loose: ratio("confidence_credit_loose")?,
            confidence_credit_amount: ratio("confidence_credit_amount")?,
            confidence_off_contract: ratio("confidence_off_contract")?,
            confidence_ambiguous: ratio("confidence_ambiguous")?,
            confidence_undetermined: ratio("confidence_undetermined")?,
            price_tolerance_ppm: (price_tolerance_ratio * 1e6).round() as i64,
            currency: currency.to_string(),
            exchange: Exchange::of_rules(exchange_rates),
        })
    }

    /// Minor units of `currency` on a day in minor units of the workspace's; `None` without a rate in force.
    pub fn converted(&self, minor: i64, currency: &str, day: Option<Date>) -> Option<i64> {
        if currency == self.currency { Some(minor) } else { self.exchange.convert(minor, currency, day?).map(|(minor, _)| minor) }
    }

    /// The day of the rate by which amounts of `currency` are converted on a day; `None` for the workspace's own, and without a rate.
    pub fn exchange_rate_on(&self, currency: &str, day: Option<Date>) -> Option<Date> {
        if currency == self.currency { None } else { self.exchange.convert(0, currency, day?).map(|(_, on)| on) }
    }
}

/// A contract, all its lots and suppliers together.
#[derive(Debug, Clone)]
pub struct Contract {
    /// The contract number.
    pub id: Box<str>,
    /// The framework it was called off from; itself when it is none.
    pub framework: u32,
    /// Whether it is a call-off.
    pub is_call_off: bool,
    /// Ceiling in minor units of the workspace's currency; `None` when none is on file, or in another currency.
    pub ceiling: Option<i64>,
    /// Order value from which competition must be renewed, in minor units.
    pub renewed_competition_limit: Option<i64>,
    /// Whether prices are on file.
    pub has_price_list: bool,
    /// Suppliers that hold any of it.
    pub suppliers: Vec<u32>,
}

/// Category scope of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScopeSet {
    /// The catalogue does not say.
    NotStated,
    /// Scope codes, as sorted positions in [`Index::scope_codes`].
    Codes(Box<[u32]>),
}

/// Entitled units of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitSet {
    /// The catalogue does not say.
    NotStated,
    /// All units.
    All,
    /// One bit for each unit the index knows.
    Bits(Box<[u64]>),
}

impl UnitSet {
    /// Whether a known unit is in a set of bits.
    pub fn holds(&self, unit: u32) -> bool {
        match self {
            UnitSet::NotStated | UnitSet::All => true,
            UnitSet::Bits(bits) => bits.get(unit as usize / 64).is_some_and(|word| word >> (unit % 64) & 1 == 1),
        }
    }
}

/// One supplier's place on one lot of one contract: what a line is tested against.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Position in [`Index::contracts`].
    pub contract: u32,
    /// Position in [`Index::lots`]; 0 is no lot.
    pub lot: u32,
    /// Position in [`Index::suppliers`], or [`NO_SUPPLIER`].
    pub supplier: u32,
    /// First and last day, both included, in days since 1970; open ends are the ends of `i32`.
    pub term: (i32, i32),
    /// Categories.
    pub scope: ScopeSet,
    /// Units.
    pub units: UnitSet,
    /// Rank among the lot's suppliers, when they are ranked.
    pub rank: Option<i32>,
    /// Whether the award form is `ranked`.
    pub is_ranked: bool,
}

/// A supplier as lines show it.
#[derive(Debug, Clone)]
pub struct Supplier {
    /// Resolved id.
    pub id: Box<str>,
    /// Name.
    pub name: Box<str>,
    /// Topmost parent.
    pub group_id: Box<str>,
    /// Its entries: a range of [`Index::entries`].
    pub entries: Range<u32>,
}

/// What a vendor record is.
#[derive(Debug, Clone, Copy)]
pub struct Vendor {
    /// Position in [`Index::suppliers`].
    pub supplier: u32,
    /// Probability that the link is right.
    pub link_score: f64,
    /// Whether the record names nobody: redacted, a placeholder or a one-off account.
    pub is_unresolved: bool,
}

/// A category as lines show it, with the scope codes that cover it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Code.
    pub code: Box<str>,
    /// Name; the code when it has none.
    pub name: Box<str>,
    /// Topmost category above it.
    pub group_code: Box<str>,
    /// Its name.
    pub group_name: Box<str>,
    /// Scope codes that cover it with the distance to each, nearest first.
    pub covers: Box<[(u32, u16)]>,
}

/// The contracts that a stated number may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reference<'a> {
    /// Positions in [`Index::contracts`].
    pub contracts: &'a [u32],
    /// Whether the number was written exactly as in the catalogue.
    pub is_exact: bool,
}

/// Everything a line is decided against.
pub struct Index {
    /// Parameters in force.
    pub parameters: Parameters,
    /// Contracts, by id.
    pub contracts: Vec<Contract>,
    /// Lot names; the first is empty: no lot.
    pub lots: Vec<Box<str>>,
    /// Entries by supplier, then rank, contract and lot.
    pub entries: Vec<Entry>,
    /// Suppliers, by id.
    pub suppliers: Vec<Supplier>,
    /// Distinct category codes in contract scopes.
    pub scope_codes: Vec<Box<str>>,
    /// Agreed prices.
    pub prices: PriceList,
    /// Entries by scope code.
    entries_by_scope: Vec<Vec<u32>>,
    vendors: FxHashMap<Box<str>, Vendor>,
    units: FxHashMap<Box<str>, u32>,
    unit_names: FxHashMap<Box<str>, Box<str>>,
    tree: Tree,
    exact_references: FxHashMap<Box<str>, Vec<u32>>,
    normal_references: FxHashMap<Box<str>, Vec<u32>>,
}

impl Index {
    /// Builds the index. The order of the rows does not matter.
    pub fn build(inputs: &Inputs, parameters: Parameters) -> Index {
        let tree = Tree::build(inputs);
        let (mut suppliers, vendors) = suppliers_and_vendors(inputs);
        let supplier_of: FxHashMap<&str, u32> = inputs.suppliers.iter().map(|s| s.supplier_id.as_str()).zip(0..).collect();
        debug_assert!(suppliers.windows(2).all(|w| w[0].id < w[1].id), "suppliers are sorted by id");

        let mut ids: BTreeSet<&str> = inputs.contracts.iter().map(|c| c.contract_id.as_str()).collect();
        ids.extend(inputs.contracts.iter().filter_map(|c| c.framework_contract_id.as_deref()));
        let contract_of: FxHashMap<&str, u32> = ids.iter().copied().zip(0..).collect();
        let lots: BTreeSet<&str> = std::iter::once("").chain(inputs.contracts.iter().map(|c| c.lot_id.as_str())).collect();
        let lot_of: FxHashMap<&str, u32> = lots.iter().copied().zip(0..).collect();

        let mut rows_of: BTreeMap<&str, Vec<&ContractRow>> = BTreeMap::new();
        for row in &inputs.contracts {
            rows_of.entry(&row.contract_id).or_default().push(row);
        }
        let mut contracts: Vec<Contract> = ids
            .iter()
            .map(|id| {
                let rows = rows_of.get(id).map_or(&[][..], Vec::as_slice);
                let framework = rows.iter().filter_map(|r| r.framework_contract_id.as_deref()).min();
                let in_currency: Vec<&ContractRow> = rows.iter().copied().filter(|r| r.currency == parameters.currency).collect();
                Contract {
                    id: (*id).into(),
                    framework: contract_of[framework.unwrap_or(id)],
                    is_call_off: framework.is_some_and(|f| f != *id),
                    ceiling: ceiling_of(&in_currency).map(Money::minor),
                    renewed_competition_limit: in_currency.iter().filter_map(|r| r.renewed_competition_limit).min().map(Money::minor),
                    has_price_list: false,
                    suppliers: Vec::new(),
                }
            })
            .collect();

        let scope_codes: Vec<Box<str>> = {
            let distinct: BTreeSet<&str> = inputs.contracts.iter().flat_map(|c| c.category_codes.iter().map(String::as_str)).collect();
            distinct.into_iter().map(Box::from).collect()
        };
        let scope_of: FxHashMap<&str, u32> = scope_codes.iter().map(|c| &**c).zip(0..).collect();
        let units = units_of(inputs);
        let children = inputs.units_by_parent();

        let mut entries = Vec::new();
        for (contract_id, lot_id, holder) in holdings(inputs) {
            let rows = rows_of.get(contract_id).map_or(&[][..], Vec::as_slice);
            let supplier = holder.map_or(NO_SUPPLIER, |h| supplier_of.get(h.supplier_id.as_str()).copied().unwrap_or(NO_SUPPLIER));
            let contract = contract_of[contract_id];
            if supplier != NO_SUPPLIER && !contracts[contract as usize].suppliers.contains(&supplier) {
                contracts[contract as usize].suppliers.push(supplier);
            }
            let number = holder.and_then(|_| inputs.suppliers.get(supplier as usize)).and_then(|s| s.organisation_number.as_deref());
            let rank = holder.and_then(|h| h.supplier_rank);
            for row in rows_for(rows, lot_id, number, rank) {
                let entry = Entry {
                    contract,
                    lot: lot_of[lot_id],
                    supplier,
                    term: (row.starts_on.map_or(i32::MIN, Date::days), row.ends_on.map_or(i32::MAX, Date::days)),
                    scope: scope_set(row, &scope_of, &tree),
                    units: unit_set(row, &units, &children),
                    rank: rank.or(row.supplier_rank).map(|r| i32::try_from(r).unwrap_or(i32::MAX)),
                    is_ranked: row.award_form.as_deref() == Some("ranked"),
                };
                entries.push(entry);
            }
        }
        entries.sort_by_key(entry_order);
        entries.dedup_by(|a, b| entry_order(a) == entry_order(b) && a.scope == b.scope && a.units == b.units);
        for (position, supplier) in suppliers.iter_mut().enumerate() {
            let first = entries.partition_point(|e| (e.supplier as usize) < position) as u32;
            let last = entries.partition_point(|e| (e.supplier as usize) <= position) as u32;
            supplier.entries = first..last;
        }
        let mut entries_by_scope = vec![Vec::new(); scope_codes.len()];
        // By preference: the best ranked supplier of the first contract is the one that should have been used.
        let mut by_preference: Vec<u32> = (0..entries.len() as u32).collect();
        by_preference.sort_by_key(|&e| (entries[e as usize].rank.unwrap_or(1), e_key(&entries[e as usize])));
        for position in by_preference {
            if let ScopeSet::Codes(codes) = &entries[position as usize].scope {
                for &code in codes {
                    entries_by_scope[code as usize].push(position);
                }
            }
        }

        let prices = PriceList::build(&inputs.prices, inputs, &contract_of, &contracts);
        for (contract, is_listed) in contracts.iter_mut().zip(prices.listed_contracts(contract_of.len())) {
            contract.has_price_list = is_listed;
        }
        let (exact_references, normal_references) = references(&contracts);
        let unit_names = inputs.units.iter().map(|u| (Box::from(u.organisational_unit_id.as_str()), Box::from(u.organisational_unit_name.as_str()))).collect();
        let lots = lots.into_iter().map(Box::from).collect();
        Index {
            parameters,
            contracts,
            lots,
            entries,
            suppliers,
            scope_codes,
            prices,
            entries_by_scope,
            vendors,
            units,
            unit_names,
            tree,
            exact_references,
            normal_references,
        }
    }

    /// The vendor record of that key.
    pub fn vendor(&self, key: &str) -> Option<Vendor> {
        self.vendors.get(key).copied()
    }

    /// A unit's number in the bit sets; [`u32::MAX`] for a unit that no contract and no unit table names.
    pub fn unit(&self, id: &str) -> u32 {
        self.units.get(id).copied().unwrap_or(u32::MAX)
    }

    /// A unit's name, from the table of units.
    pub fn unit_name(&self, id: &str) -> Option<&str> {
        self.unit_names.get(id).map(|n| &**n)
    }

    /// A category by its code, in the tree or not.
    pub fn category(&self, code: &str) -> Category {
        let (name, group) = self.tree.names(code);
        let (group_code, group_name) = (group, self.tree.name(group).unwrap_or(group));
        let mut covers: Vec<(u32, u16)> =
            self.scope_codes.iter().zip(0..).filter_map(|(scope, position)| Some((position, self.tree.distance(scope, code)?))).collect();
        covers.sort_by_key(|&(position, distance)| (distance, position));
        Category { code: code.into(), name: name.into(), group_code: group_code.into(), group_name: group_name.into(), covers: covers.into() }
    }

    /// The contracts that a stated number may mean. `scratch` is working space.
    pub fn reference(&self, text: &str, scratch: &mut String) -> Reference<'_> {
        if let Some(contracts) = self.exact_references.get(text.trim()) {
            return Reference { contracts, is_exact: true };
        }
        for normalise in [reference::normalised_reference, reference::stripped_reference] {
            normalise(text, scratch);
            if let Some(contracts) = self.normal_references.get(scratch.as_str()) {
                return Reference { contracts, is_exact: false };
            }
        }
        Reference::default()
    }

    /// The contracts that a free text names, among those that the supplier holds: words with a digit and at least five letters or digits. A number of
    /// somebody else's contract in a text says nothing.
    pub fn reference_in_text(&self, text: &str, supplier: u32, scratch: &mut String) -> Reference<'_> {
        for word in text.split(|c: char| c.is_whitespace() || ",;:()[]\"'#|".contains(c)) {
            if word.len() < TEXT_REFERENCE_LEN_MIN || !word.bytes().any(|b| b.is_ascii_digit()) {
                continue;
            }
            let reference = self.reference(word, scratch);
            let is_held = |contract: u32| self.contracts[contract as usize].suppliers.contains(&supplier);
            if reference.contracts.iter().any(|&c| is_held(c)) {
                return reference;
            }
        }
        Reference::default()
    }

    /// Entries of a supplier.
    pub fn entries_of(&self, supplier: u32) -> &[Entry] {
        let range = &self.suppliers[supplier as usize].entries;
        &self.entries[range.start as usize..range.end as usize]
    }

    /// Entries whose scope names this code, best first, as positions in [`Index::entries`].
    pub fn entries_in_scope(&self, scope: u32) -> &[u32] {
        &self.entries_by_scope[scope as usize]
    }

    /// The contract of that number.
    pub fn contract_position(&self, id: &str) -> Option<u32> {
        self.contracts.binary_search_by(|c| (*c.id).cmp(id)).ok().map(|p| p as u32)
    }
}

fn e_key(entry: &Entry) -> (u32, u32, u32, (i32, i32)) {
    (entry.contract, entry.lot, entry.supplier, entry.term)
}

fn entry_order(entry: &Entry) -> (u32, i32, u32, u32, (i32, i32), Option<i32>) {
    // Unranked suppliers stand beside rank 1: there is nobody before them.
    (entry.supplier, entry.rank.unwrap_or(1), entry.contract, entry.lot, entry.term, entry.rank)
}

/// The ceiling of a contract from its rows. Equal values are the whole contract's; where lots have ceilings of their own, the contract's is their sum.
pub fn ceiling_of(rows: &[&ContractRow]) -> Option<Money> {
    let mut by_lot: BTreeMap<&str, Money> = BTreeMap::new();
    for row in rows {
        if let Some(ceiling) = row.ceiling {
            let lot = by_lot.entry(&row.lot_id).or_insert(ceiling);
            *lot = (*lot).max(ceiling);
        }
    }
    let first = *by_lot.values().next()?;
    if by_lot.values().all(|v| *v == first) {
        return Some(first);
    }
    by_lot.values().try_fold(0i64, |sum, v| sum.checked_add(v.minor())).and_then(Money::from_minor)
}

/// The rows of a contract that speak of one holder of one lot: those with its organisation number, else with its rank, else all of the lot.
fn rows_for<'a>(rows: &[&'a ContractRow], lot_id: &str, number: Option<&str>, rank: Option<i64>) -> Vec<&'a ContractRow> {
    let of_lot: Vec<&ContractRow> = rows.iter().copied().filter(|r| r.lot_id == lot_id).collect();
    let by_number: Vec<&ContractRow> = of_lot.iter().copied().filter(|r| number.is_some() && r.organisation_number.as_deref() == number).collect();
    if !by_number.is_empty() {
        return by_number;
    }
    let by_rank: Vec<&ContractRow> = of_lot.iter().copied().filter(|r| rank.is_some() && r.supplier_rank == rank).collect();
    if by_rank.is_empty() { of_lot } else { by_rank }
}

type Holding<'a> = (&'a str, &'a str, Option<&'a super::inputs::HolderRow>);

/// Who holds which lot; a lot that nobody could be resolved for is held by nobody, and still covers its categories.
fn holdings(inputs: &Inputs) -> Vec<Holding<'_>> {
    let on_file: BTreeSet<(&str, &str)> = inputs.contracts.iter().map(|c| (c.contract_id.as_str(), c.lot_id.as_str())).collect();
    let mut all: Vec<Holding<'_>> =
        inputs.holders.iter().map(|h| (h.contract_id.as_str(), h.lot_id.as_str(), Some(h))).filter(|(c, l, _)| on_file.contains(&(c, l))).collect();
    let held: BTreeSet<(&str, &str)> = all.iter().map(|&(c, l, _)| (c, l)).collect();
    all.extend(on_file.difference(&held).map(|&(c, l)| (c, l, None)));
    all
}

fn suppliers_and_vendors(inputs: &Inputs) -> (Vec<Supplier>, FxHashMap<Box<str>, Vendor>) {
    let suppliers = inputs
        .suppliers
        .iter()
        .map(|s| Supplier {
            id: s.supplier_id.as_str().into(),
            name: s.supplier_name.as_str().into(),
            group_id: s.supplier_group_id.as_str().into(),
            entries: 0..0,
        })
        .collect();
    let position: FxHashMap<&str, u32> = inputs.suppliers.iter().map(|s| s.supplier_id.as_str()).zip(0..).collect();
    let vendors = inputs
        .vendors
        .iter()
        .filter_map(|v| {
            let supplier = *position.get(v.supplier_id.as_deref()?)?;
            // A bad identifier weakens the link and its score; only a record that names nobody leaves the supplier open.
            let is_unresolved = matches!(v.finding.as_deref(), Some("redacted" | "placeholder" | "one_off"));
            Some((v.vendor_key.as_str().into(), Vendor { supplier, link_score: v.link_score, is_unresolved }))
        })
        .collect();
    (suppliers, vendors)
}

fn scope_set(row: &ContractRow, scope_of: &FxHashMap<&str, u32>, tree: &Tree) -> ScopeSet {
    // A catalogue with groups of its own ("Varor och tjänster") states them in no tree of ours: what it covers is not known,
    // and what is not known accuses nobody.
    let codes: BTreeSet<u32> = row.category_codes.iter().filter(|c| tree.has_code(c)).map(|c| scope_of[c.as_str()]).collect();
    if codes.is_empty() { ScopeSet::NotStated } else { ScopeSet::Codes(codes.into_iter().collect()) }
}

fn units_of(inputs: &Inputs) -> FxHashMap<Box<str>, u32> {
    let mut ids: BTreeSet<&str> = inputs.units.iter().map(|u| u.organisational_unit_id.as_str()).collect();
    ids.extend(inputs.contracts.iter().flat_map(|c| c.entitled_unit_ids.iter().map(String::as_str)));
    ids.into_iter().map(Box::from).zip(0..).collect()
}

fn unit_set<'a>(row: &'a ContractRow, units: &FxHashMap<Box<str>, u32>, children: &BTreeMap<&'a str, Vec<&'a str>>) -> UnitSet {
    if row.entitled_unit_ids.is_empty() {
        return UnitSet::NotStated;
    }
    if row.entitled_unit_ids.iter().any(|u| u == "*") {
        return UnitSet::All;
    }
    let mut bits = vec![0u64; units.len().div_ceil(64)];
    for unit in with_subunits(&row.entitled_unit_ids, children) {
        let position = units[unit];
        bits[position as usize / 64] |= 1 << (position % 64);
    }
    UnitSet::Bits(bits.into())
}

type ReferenceMap = FxHashMap<Box<str>, Vec<u32>>;

fn references(contracts: &[Contract]) -> (ReferenceMap, ReferenceMap) {
    let (mut exact, mut normal) = (ReferenceMap::default(), ReferenceMap::default());
    let mut scratch = String::new();
    for (contract, position) in contracts.iter().zip(0..) {
        exact.entry(contract.id.trim().into()).or_default().push(position);
        for normalise in [reference::normalised_reference, reference::stripped_reference] {
            normalise(&contract.id, &mut scratch);
            if !scratch.is_empty() {
                let known = normal.entry(scratch.as_str().into()).or_default();
                if known.last() != Some(&position) {
                    known.push(position);
                }
            }
        }
    }
    (exact, normal)
}

/// The category tree: parents where they are on file, else prefixes.
#[derive(Default)]
struct Tree {
    nodes: FxHashMap<Box<str>, Node>,
}

struct Node {
    name: Box<str>,
    parent: Option<Box<str>>,
}

/// Steps up a tree after which parents must be going in a circle.
const DEPTH_MAX: u16 = 64;

impl Tree {
    fn build(inputs: &Inputs) -> Tree {
        let nodes = inputs
            .categories
            .iter()
            .map(|c| {
                let parent = c.parent_category_code.as_deref().filter(|p| !p.is_empty() && *p != c.category_code);
                (c.category_code.as_str().into(), Node { name: c.category_name.as_str().into(), parent: parent.map(Box::from) })
            })
            .collect();
        Tree { nodes }
    }

    /// Whether a text can be a category code of this workspace: one of its tree, or, as every scheme of codes has them, one with
    /// digits or in capitals alone; any text where no tree is on file. Words in small letters are a catalogue's own groups.
    fn has_code(&self, text: &str) -> bool {
        self.nodes.is_empty()
            || self.nodes.contains_key(text)
            || text.chars().any(|c| c.is_ascii_digit())
            || !text.chars().any(|c| c.is_lowercase() || c.is_whitespace())
    }

    fn name(&self, code: &str) -> Option<&str> {
        self.nodes.get(code).map(|node| &*node.name)
    }

    fn parent(&self, code: &str) -> Option<&str> {
        self.nodes.get(code).and_then(|node| node.parent.as_deref())
    }

    /// The name of a code and the code of its topmost ancestor.
    fn names<'a>(&'a self, code: &'a str) -> (&'a str, &'a str) {
        let name = self.name(code).unwrap_or(code);
        // A code below the tree's leaves hangs on the longest code of the tree that begins it.
        let mut top = code;
        if !self.nodes.contains_key(code)
            && let Some(end) = (1..code.len()).rev().find(|&end| code.is_char_boundary(end) && self.nodes.contains_key(&code[..end]))
        {
            top = &code[..end];
        }
        for _ in 0..DEPTH_MAX {
            match self.parent(top) {
                Some(parent) => top = parent,
                None => break,
            }
        }
        (name, top)
    }

    /// Steps from `code` up to `scope`: by parents when both are in the tree, else characters after the common prefix. `None` when `code` is
    /// not in the subtree of `scope`.
    fn distance(&self, scope: &str, code: &str) -> Option<u16> {
        if scope == code {
            return Some(0);
        }
        if self.nodes.contains_key(scope) && self.nodes.contains_key(code) {
            let mut at = code;
            for steps in 1..=DEPTH_MAX {
                at = self.parent(at)?;
                if at == scope {
                    return Some(steps);
                }
            }
            return None;
        }
        let prefix = significant(scope);
        code.starts_with(prefix).then(|| (code.len() - prefix.len()).min(usize::from(u16::MAX)) as u16)
    }
}

/// The part of a code that its subtree shares: CPV and UNSPSC fill the levels below with zeros (33100000 covers 33140000).
fn significant(code: &str) -> &str {
    let digits = code.split('-').next().unwrap_or(code);
    if digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_digit()) {
        let cut = digits.trim_end_matches('0');
        return &digits[..cut.len().max(2)];
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::inputs::CategoryRow;

    #[test]
    fn distances_in_tree_and_by_prefix() {
        let row = |code: &str, parent: Option<&str>| CategoryRow {
            category_code: code.into(),
            category_name: format!("name of {code}"),
            parent_category_code: parent.map(Into::into),
        };
        let inputs = Inputs {
            categories: vec![row("IT", None), row("IT-SW", Some("IT")), row("SUB", Some("IT-SW")), row("LOOP1", Some("LOOP2")), row("LOOP2", Some("LOOP1"))],
            ..Inputs::default()
        };
        let tree = Tree::build(&inputs);
        for (scope, code, expect) in [
            ("IT", "IT", Some(0)),
            ("IT", "SUB", Some(2)),
            ("IT-SW", "IT", None),
            ("I", "IT", Some(1)),
            ("IT", "IT-HW", Some(3)),
            ("LOOP1", "IT", None),
            ("LOOP1", "LOOP2", Some(1)),
            ("33100000", "33140000", Some(5)),
            ("33000000-0", "33140000-3", Some(8)),
            ("33140000", "33100000", None),
        ] {
            assert_eq!(tree.distance(scope, code), expect, "{scope} > {code}");
        }
        for (text, expect) in [("Varor och tjänster", false), ("33100000", true), ("11", true), ("HW", true), ("Livsmedel", false)] {
            assert_eq!(tree.has_code(text), expect, "{text}");
        }
        assert!(Tree::default().has_code("Varor och tjänster"), "without a tree any text can be a code");
        assert_eq!(tree.names("SUB"), ("name of SUB", "IT"));
        assert_eq!(tree.names("IT-SW-77"), ("IT-SW-77", "IT"));
    }
}
