//! What a line is decided against: contracts by supplier, by category and by number, built once from small tables.
//!
//! A line only ever meets this index. It never grows with the lines, so that a file, a machine or a cluster of them can decide lines apart.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rustc_hash::FxHashMap;

use super::exchange::Exchange;
use super::inputs::{AmendmentKind, AmendmentRow, ContractRow, Inputs, with_subunits};
use super::price::PriceList;
use super::reference;
use crate::assets;
use crate::error::{Error, Result};
use crate::model::{Date, Money, saying};
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
    pub confidence_by_case: f64,
    pub confidence_likely: f64,
    pub confidence_practice: f64,
    pub confidence_via_parent: f64,
    pub confidence_via_factor: f64,
    pub practice_lines_min: i32,
    pub practice_share_min: f64,
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
            confidence_by_case: ratio("confidence_by_case")?,
            confidence_likely: ratio("confidence_likely")?,
            confidence_practice: ratio("confidence_practice")?,
            confidence_via_parent: ratio("confidence_via_parent")?,
            confidence_via_factor: ratio("confidence_via_factor")?,
            practice_lines_min: whole("practice_lines_min")?,
            practice_share_min: ratio("practice_share_min")?,
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
    /// The latest ceiling in minor units of the workspace's currency; `None` when none is on file, or in another currency.
    pub ceiling: Option<i64>,
    /// Ceilings by the first day from which an amendment sets them, oldest first; before the first day the catalogue's own, which comes first.
    pub ceilings: Box<[(i32, i64)]>,
    /// Day of signature.
    pub signed_on: Option<Date>,
    /// Amendments on file.
    pub amendment_count: u32,
    /// Order value from which competition must be renewed, in minor units.
    pub renewed_competition_limit: Option<i64>,
    /// Whether prices are on file.
    pub has_price_list: bool,
    /// Suppliers that hold any of it.
    pub suppliers: Vec<u32>,
    /// Amounts of one instalment by the first day from which they hold, in minor units of the workspace's currency.
    pub instalments: Box<[(i32, i64)]>,
}

impl Contract {
    /// The ceiling in force on a day.
    pub fn ceiling_at(&self, day: i32) -> Option<i64> {
        self.ceilings.iter().rev().find(|(from, _)| *from <= day).or(self.ceilings.first()).map(|&(_, ceiling)| ceiling)
    }

    /// Whether an amount is that of one instalment. Any that was ever agreed counts: bills follow an amendment late.
    pub fn is_instalment(&self, minor: i64) -> bool {
        minor > 0 && self.instalments.iter().any(|&(_, instalment)| (instalment - minor).abs() <= INSTALMENT_ROUNDING_MINOR)
    }
}

/// An instalment is a share of a total: the shares are rounded, and the last one takes up the rest.
const INSTALMENT_ROUNDING_MINOR: i64 = 2;

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
    /// The topmost parent, when it is another supplier that holds contracts.
    pub parent: Option<u32>,
    /// Whether two of its contracts have a day in common, so that one line may fall under both.
    pub may_tie: bool,
}

/// What a vendor record is.
#[derive(Debug, Clone, Copy)]
pub struct Vendor {
    /// Position in [`Index::suppliers`].
    pub supplier: u32,
    /// Probability that the link is right.
    pub link_score: f64,
    /// Whether the record names nobody: redacted, a placeholder, a one-off account, or a name of several that hold contracts.
    pub is_unresolved: bool,
    /// Whether the record names a factor and a seller, and the seller counts as the supplier.
    pub is_via_factor: bool,
    /// Whether the record names a factor alone: who sold stands nowhere but in what the line refers to.
    pub is_factor: bool,
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
    /// What kind of number it is.
    pub number: Number,
    /// For an order: its day.
    pub ordered_on: Option<i32>,
}

/// Kinds of numbers that lead to a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Number {
    /// The contract's own.
    #[default]
    Contract,
    /// The case's that the contract came from.
    Case,
    /// A purchase order's.
    Order,
}

/// An exception that was approved.
#[derive(Debug, Clone)]
pub struct Exception {
    /// Its number.
    pub id: Box<str>,
    /// Supplier; `None` = any.
    pub supplier: Option<u32>,
    /// Categories; not stated = any.
    pub scope: ScopeSet,
    /// Units.
    pub units: UnitSet,
    /// First and last day.
    pub term: (i32, i32),
}

/// The unit of a line that has but its name.
pub struct NamedUnit {
    /// Code of the one unit of that name in the table of units; the name itself when there is none, or several.
    pub id: Box<str>,
    /// What entitlement is tested by; `None` where the name tells no unit of the table: that it may not call off is not known.
    pub position: Option<u32>,
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
    /// Whether any contract on file states what it covers.
    pub states_scopes: bool,
    /// Approved exceptions, by number.
    pub exceptions: Vec<Exception>,
    /// Entries by scope code.
    entries_by_scope: Vec<Vec<u32>>,
    vendors: FxHashMap<Box<str>, Vendor>,
    units: FxHashMap<Box<str>, u32>,
    unit_names: FxHashMap<Box<str>, Box<str>>,
    /// By names in small letters; `None` where several units share one.
    units_by_name: FxHashMap<Box<str>, Option<Box<str>>>,
    tree: Tree,
    exact_references: FxHashMap<Box<str>, Vec<u32>>,
    normal_references: FxHashMap<Box<str>, Vec<u32>>,
    cases: FxHashMap<Box<str>, Vec<u32>>,
    orders: FxHashMap<Box<str>, Order>,
}

/// What an order number leads to.
#[derive(Debug, Default)]
struct Order {
    contracts: Vec<u32>,
    ordered_on: Option<i32>,
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
        let mut amendments_of: BTreeMap<&str, Vec<&AmendmentRow>> = BTreeMap::new();
        for row in &inputs.amendments {
            amendments_of.entry(&row.contract_id).or_default().push(row);
        }
        for rows in amendments_of.values_mut() {
            rows.sort_by_key(|a| (a.from(), a.signed_on, a.kind, a.ends_on, a.ceiling, a.instalment));
        }
        let amended = |id: &str| amendments_of.get(id).map_or(&[][..], Vec::as_slice);
        let mut contracts: Vec<Contract> = ids
            .iter()
            .map(|id| {
                let rows = rows_of.get(id).map_or(&[][..], Vec::as_slice);
                let framework = rows.iter().filter_map(|r| r.framework_contract_id.as_deref()).min();
                let in_currency: Vec<&ContractRow> = rows.iter().copied().filter(|r| r.currency == parameters.currency).collect();
                let own_ceiling = ceiling_of(&in_currency).map(Money::minor);
                let changes: Vec<&AmendmentRow> = amended(id).iter().copied().filter(|a| a.currency == parameters.currency).collect();
                let ceilings: Box<[(i32, i64)]> = own_ceiling.map(|c| (i32::MIN, c)).into_iter().chain(dated(&changes, |a| a.ceiling)).collect();
                Contract {
                    id: (*id).into(),
                    framework: contract_of[framework.unwrap_or(id)],
                    is_call_off: framework.is_some_and(|f| f != *id),
                    ceiling: ceilings.last().map(|&(_, ceiling)| ceiling),
                    ceilings,
                    signed_on: signature(rows, amended(id)),
                    amendment_count: amended(id).iter().filter(|a| a.kind != AmendmentKind::Original).count() as u32,
                    instalments: instalments(&in_currency, &changes, own_ceiling),
                    renewed_competition_limit: in_currency.iter().filter_map(|r| r.renewed_competition_limit).min().map(Money::minor),
                    has_price_list: false,
                    suppliers: Vec::new(),
                }
            })
            .collect();

        let scope_codes: Vec<Box<str>> = {
            let stated = inputs.contracts.iter().map(|c| &c.category_codes).chain(inputs.amendments.iter().map(|a| &a.category_codes));
            let excepted = inputs.exceptions.iter().map(|e| &e.category_codes);
            let distinct: BTreeSet<&str> = stated.chain(excepted).flatten().map(String::as_str).collect();
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
                    scope: scope_set(&row.category_codes, &scope_of, &tree),
                    units: unit_set(&row.entitled_unit_ids, &units, &children),
                    rank: rank.or(row.supplier_rank).map(|r| i32::try_from(r).unwrap_or(i32::MAX)),
                    is_ranked: row.award_form.as_deref() == Some("ranked"),
                };
                let changes = amended(contract_id).iter().copied().filter(|a| a.lot_id.is_empty() || a.lot_id == lot_id);
                entries.extend(versions(entry, changes, |codes| scope_set(codes, &scope_of, &tree), |ids| unit_set(ids, &units, &children)));
            }
        }
        entries.sort_by_key(entry_order);
        entries.dedup_by(|a, b| entry_order(a) == entry_order(b) && a.scope == b.scope && a.units == b.units);
        for (position, supplier) in suppliers.iter_mut().enumerate() {
            let first = entries.partition_point(|e| (e.supplier as usize) < position) as u32;
            let last = entries.partition_point(|e| (e.supplier as usize) <= position) as u32;
            supplier.entries = first..last;
            supplier.may_tie = may_tie(&entries[first as usize..last as usize]);
        }
        let parents: Vec<Option<u32>> = suppliers
            .iter()
            .map(|s| Some(*supplier_of.get(&*s.group_id)?).filter(|&p| suppliers[p as usize].id != s.id && !suppliers[p as usize].entries.is_empty()))
            .collect();
        for (supplier, parent) in suppliers.iter_mut().zip(parents) {
            supplier.parent = parent;
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
        let states_scopes = entries.iter().any(|e| e.scope != ScopeSet::NotStated);
        let (exact_references, normal_references) = references(&contracts);
        let cases = cases_of(inputs, &contract_of);
        let orders = orders_of(inputs, &exact_references, &normal_references);
        let exceptions = exceptions_of(inputs, &supplier_of, |codes| scope_set(codes, &scope_of, &tree), |ids| unit_set(ids, &units, &children));
        let unit_names = inputs.units.iter().map(|u| (Box::from(u.organisational_unit_id.as_str()), Box::from(u.organisational_unit_name.as_str()))).collect();
        let mut units_by_name: FxHashMap<Box<str>, Option<Box<str>>> = FxHashMap::default();
        for unit in &inputs.units {
            let id = Box::from(unit.organisational_unit_id.as_str());
            units_by_name.entry(unit.organisational_unit_name.to_lowercase().into()).and_modify(|known| *known = None).or_insert(Some(id));
        }
        let lots = lots.into_iter().map(Box::from).collect();
        Index {
            parameters,
            contracts,
            lots,
            entries,
            suppliers,
            scope_codes,
            prices,
            states_scopes,
            exceptions,
            entries_by_scope,
            vendors,
            units,
            unit_names,
            units_by_name,
            tree,
            exact_references,
            normal_references,
            cases,
            orders,
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

    /// The unit of a line that has but a name.
    pub fn unit_named(&self, name: &str) -> NamedUnit {
        match self.units_by_name.get(name.to_lowercase().as_str()) {
            Some(Some(id)) => NamedUnit { id: id.clone(), position: Some(self.unit(id)) },
            _ => NamedUnit { id: name.into(), position: None },
        }
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

    /// The contracts that a stated number may mean: a contract's own number, an order's, a case's. `scratch` is working space.
    pub fn reference(&self, text: &str, scratch: &mut String) -> Reference<'_> {
        let own = self.contract_number(text, scratch);
        if own.contracts.is_empty() { self.other_number(text, scratch).unwrap_or_default() } else { own }
    }

    /// The same for a column of order numbers, where an order goes before a contract of that number.
    pub fn order_reference(&self, text: &str, scratch: &mut String) -> Reference<'_> {
        let other = self.other_number(text, scratch).filter(|r| r.number == Number::Order && !r.contracts.is_empty());
        other.unwrap_or_else(|| self.reference(text, scratch))
    }

    fn contract_number(&self, text: &str, scratch: &mut String) -> Reference<'_> {
        if let Some(contracts) = self.exact_references.get(text.trim()) {
            return Reference { contracts, is_exact: true, ..Reference::default() };
        }
        for normalise in [reference::normalised_reference, reference::stripped_reference] {
            normalise(text, scratch);
            if let Some(contracts) = self.normal_references.get(scratch.as_str()) {
                return Reference { contracts, ..Reference::default() };
            }
        }
        Reference::default()
    }

    fn other_number(&self, text: &str, scratch: &mut String) -> Option<Reference<'_>> {
        if self.orders.is_empty() && self.cases.is_empty() {
            return None;
        }
        reference::normalised_reference(text, scratch);
        if let Some(order) = self.orders.get(scratch.as_str()) {
            return Some(Reference { contracts: &order.contracts, is_exact: false, number: Number::Order, ordered_on: order.ordered_on });
        }
        let contracts = self.cases.get(scratch.as_str())?;
        Some(Reference { contracts, is_exact: false, number: Number::Case, ordered_on: None })
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

/// Whether two contracts among the entries have a day in common.
fn may_tie(entries: &[Entry]) -> bool {
    let overlap = |a: &Entry, b: &Entry| a.contract != b.contract && a.term.0 <= b.term.1 && b.term.0 <= a.term.1;
    entries.iter().enumerate().any(|(i, a)| entries[i + 1..].iter().any(|b| overlap(a, b)))
}

/// What amendments set from which day, oldest first; those without a date hold from the start.
fn dated<'a>(changes: &'a [&AmendmentRow], of: impl Fn(&AmendmentRow) -> Option<Money> + 'a) -> impl Iterator<Item = (i32, i64)> + 'a {
    changes.iter().filter_map(move |a| Some((a.from().map_or(i32::MIN, Date::days), of(a)?.minor())))
}

/// The day on which a contract was signed: the earliest on file, since an amendment never signs what went before.
fn signature(rows: &[&ContractRow], changes: &[&AmendmentRow]) -> Option<Date> {
    let originals = changes.iter().filter(|a| a.kind == AmendmentKind::Original).filter_map(|a| a.signed_on);
    rows.iter().filter_map(|r| r.signed_on).chain(originals).min()
}

/// Months over which the value of a contract without stated instalments is taken to be spread, when a line is exactly that share of it.
const INSTALMENTS_PER_YEAR: i64 = 12;

fn instalments(rows: &[&ContractRow], changes: &[&AmendmentRow], ceiling: Option<i64>) -> Box<[(i32, i64)]> {
    let stated = rows.iter().filter_map(|r| Some((i32::MIN, r.instalment?.minor()))).chain(dated(changes, |a| a.instalment));
    // The twelfth of a yearly value, as stated or as the whole: what a monthly bill comes to.
    let whole: Vec<(i32, i64)> = stated.chain(ceiling.map(|c| (i32::MIN, c))).collect();
    let monthly = whole.iter().map(|&(from, minor)| (from, minor / INSTALMENTS_PER_YEAR));
    let mut all: Vec<(i32, i64)> = whole.iter().copied().chain(monthly).filter(|&(_, minor)| minor > 0).collect();
    all.sort_unstable();
    all.dedup();
    all.into()
}

/// The versions of an entry: one until the first change of scope or units, one from each such change. The last day is that of the latest
/// change, or the catalogue's own when it is later; a termination's holds as it is.
fn versions<'a>(
    entry: Entry,
    changes: impl Iterator<Item = &'a AmendmentRow>,
    scope: impl Fn(&[String]) -> ScopeSet,
    units: impl Fn(&[String]) -> UnitSet,
) -> Vec<Entry> {
    let mut all = vec![entry];
    let own_last_day = all[0].term.1;
    let mut last_day = own_last_day;
    for change in changes {
        match (change.kind, change.ends_on.map(Date::days)) {
            (AmendmentKind::Termination, end) => last_day = end.or(change.from().map(Date::days)).unwrap_or(last_day),
            // The catalogue's own day may know of extensions that are not on file here.
            (_, Some(end)) => last_day = own_last_day.max(end),
            (_, None) => {}
        }
        let from = change.from().map_or(i32::MIN, Date::days);
        if change.category_codes.is_empty() && change.entitled_unit_ids.is_empty() {
            continue;
        }
        let current = all.last_mut().expect("begins with one");
        let mut next = current.clone();
        if !change.category_codes.is_empty() {
            next.scope = scope(&change.category_codes);
        }
        if !change.entitled_unit_ids.is_empty() {
            next.units = units(&change.entitled_unit_ids);
        }
        if from <= current.term.0 {
            *current = next;
        } else {
            current.term.1 = from - 1;
            next.term.0 = from;
            all.push(next);
        }
    }
    all.last_mut().expect("begins with one").term.1 = last_day;
    all.retain(|e| e.term.0 <= e.term.1);
    all
}

fn cases_of(inputs: &Inputs, contract_of: &FxHashMap<&str, u32>) -> FxHashMap<Box<str>, Vec<u32>> {
    let mut cases: FxHashMap<Box<str>, Vec<u32>> = FxHashMap::default();
    let mut scratch = String::new();
    for row in &inputs.contracts {
        reference::normalised_reference(row.case_reference.as_deref().unwrap_or_default(), &mut scratch);
        if scratch.len() >= TEXT_REFERENCE_LEN_MIN {
            cases.entry(scratch.as_str().into()).or_default().push(contract_of[row.contract_id.as_str()]);
        }
    }
    for contracts in cases.values_mut() {
        contracts.sort_unstable();
        contracts.dedup();
    }
    cases
}

fn orders_of(inputs: &Inputs, exact: &ReferenceMap, normal: &ReferenceMap) -> FxHashMap<Box<str>, Order> {
    let mut orders: FxHashMap<Box<str>, Order> = FxHashMap::default();
    let mut scratch = String::new();
    for row in &inputs.orders {
        reference::normalised_reference(&row.order_id, &mut scratch);
        if scratch.is_empty() {
            continue;
        }
        let order = orders.entry(scratch.as_str().into()).or_default();
        order.ordered_on = order.ordered_on.into_iter().chain(row.ordered_on.map(Date::days)).min();
        let Some(contract) = row.contract_id.as_deref() else { continue };
        reference::normalised_reference(contract, &mut scratch);
        order.contracts.extend(exact.get(contract.trim()).or_else(|| normal.get(scratch.as_str())).into_iter().flatten());
    }
    for order in orders.values_mut() {
        order.contracts.sort_unstable();
        order.contracts.dedup();
    }
    orders
}

fn exceptions_of(
    inputs: &Inputs,
    supplier_of: &FxHashMap<&str, u32>,
    scope: impl Fn(&[String]) -> ScopeSet,
    units: impl Fn(&[String]) -> UnitSet,
) -> Vec<Exception> {
    let named = |row: &super::inputs::ExceptionRow| -> Option<u32> {
        let by_number = |number: &String| inputs.suppliers.iter().find(|s| s.organisation_number.as_ref() == Some(number)).map(|s| s.supplier_id.as_str());
        let by_name = |name: &String| {
            let name = name.trim().to_lowercase();
            let record = inputs.vendors.iter().find(|v| v.vendor_name.as_ref().is_some_and(|n| n.trim().to_lowercase() == name));
            record.and_then(|v| v.supplier_id.as_deref())
        };
        let id = row.organisation_number.as_ref().and_then(by_number).or_else(|| row.vendor_name.as_ref().and_then(by_name))?;
        supplier_of.get(id).copied()
    };
    let mut exceptions: Vec<Exception> = inputs
        .exceptions
        .iter()
        .filter_map(|row| {
            let supplier = named(row);
            // Who names a supplier that nobody knows excepts nobody, and an exception without an end is no exception.
            let is_for_any = row.organisation_number.is_none() && row.vendor_name.is_none();
            let last = row.expires_on.filter(|_| supplier.is_some() || is_for_any)?;
            let term = (row.starts_on.map_or(i32::MIN, Date::days), last.days());
            let ids = &row.organisational_unit_ids;
            let units = if ids.is_empty() { UnitSet::All } else { units(ids) };
            Some(Exception { id: row.exception_id.as_str().into(), supplier, scope: scope(&row.category_codes), units, term })
        })
        .collect();
    exceptions.sort_by(|a, b| a.id.cmp(&b.id));
    exceptions
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
            parent: None,
            may_tie: false,
        })
        .collect();
    let factor_words = factor_words();
    let position: FxHashMap<&str, u32> = inputs.suppliers.iter().map(|s| s.supplier_id.as_str()).zip(0..).collect();
    let vendors = inputs
        .vendors
        .iter()
        .filter_map(|v| {
            let supplier = *position.get(v.supplier_id.as_deref()?)?;
            // A bad identifier weakens the link and its score; only a record that names nobody, or any of several, leaves the supplier open.
            let is_unresolved = matches!(v.finding.as_deref(), Some("redacted" | "placeholder" | "one_off" | "shared_name"));
            let is_via_factor = saying::FACTORED.is_in(&v.link_evidence);
            let is_factor = !is_via_factor && v.vendor_name.as_deref().is_some_and(|name| names_factor(name, &factor_words));
            Some((v.vendor_key.as_str().into(), Vendor { supplier, link_score: v.link_score, is_unresolved, is_via_factor, is_factor }))
        })
        .collect();
    (suppliers, vendors)
}

/// Words of the names of companies that buy invoices.
fn factor_words() -> BTreeSet<&'static str> {
    let text = assets::text("data/reference/name_phrases.csv").expect("embedded by build.rs");
    text.lines().filter_map(|l| l.strip_suffix(";factor_word")).collect()
}

fn names_factor(name: &str, words: &BTreeSet<&str>) -> bool {
    let folded = name.to_lowercase().replace(['å', 'ä'], "a").replace('ö', "o");
    folded.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(word))
}

fn scope_set(category_codes: &[String], scope_of: &FxHashMap<&str, u32>, tree: &Tree) -> ScopeSet {
    // A catalogue with groups of its own ("Varor och tjänster") states them in no tree of ours: what it covers is not known,
    // and what is not known accuses nobody.
    let codes: BTreeSet<u32> = category_codes.iter().filter(|c| tree.has_code(c)).map(|c| scope_of[c.as_str()]).collect();
    if codes.is_empty() { ScopeSet::NotStated } else { ScopeSet::Codes(codes.into_iter().collect()) }
}

fn units_of(inputs: &Inputs) -> FxHashMap<Box<str>, u32> {
    let mut ids: BTreeSet<&str> = inputs.units.iter().map(|u| u.organisational_unit_id.as_str()).collect();
    ids.extend(inputs.contracts.iter().flat_map(|c| c.entitled_unit_ids.iter().map(String::as_str)));
    ids.extend(inputs.amendments.iter().flat_map(|a| a.entitled_unit_ids.iter().map(String::as_str)));
    ids.extend(inputs.exceptions.iter().flat_map(|e| e.organisational_unit_ids.iter().map(String::as_str)));
    ids.into_iter().map(Box::from).zip(0..).collect()
}

fn unit_set(ids: &[String], units: &FxHashMap<Box<str>, u32>, children: &BTreeMap<&str, Vec<&str>>) -> UnitSet {
    if ids.is_empty() {
        return UnitSet::NotStated;
    }
    if ids.iter().any(|u| u == "*") {
        return UnitSet::All;
    }
    let mut bits = vec![0u64; units.len().div_ceil(64)];
    for unit in with_subunits(ids, children) {
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
