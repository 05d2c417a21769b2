//! The decision on one kind of line, pure: what is known of vendor, account, text and contract in, category and why out.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::error::{Error, Result};
use crate::model::{Date, saying};
use crate::pipeline::Context;
use crate::schema;
use crate::store::{Columns, Store};

/// How a category was found, surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Method {
    Line,
    RuleVendor,
    RuleAccount,
    RuleText,
    Contract,
    SupplierAccount,
    SupplierMajority,
    Model,
    Unclassified,
}

impl Method {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Method::Line => "line",
            Method::RuleVendor => "rule_vendor",
            Method::RuleAccount => "rule_account",
            Method::RuleText => "rule_text",
            Method::Contract => "contract",
            Method::SupplierAccount => "supplier_account",
            Method::SupplierMajority => "supplier_majority",
            Method::Model => "model",
            Method::Unclassified => "unclassified",
        }
    }

    /// Probability that a category found this way is right. What accuses a purchase of being out of scope needs 0.9: a category
    /// that was only inferred stays below.
    const fn confidence(self) -> f64 {
        match self {
            Method::Line | Method::RuleVendor => 0.97,
            Method::RuleAccount => 0.95,
            Method::RuleText => 0.92,
            Method::Contract => 0.85,
            Method::SupplierAccount => 0.88,
            Method::SupplierMajority | Method::Model => 0.85,
            Method::Unclassified => 0.0,
        }
    }
}

/// Confidence in a stated category that the workspace's tree does not know.
const CONFIDENCE_OUTSIDE_TREE: f64 = 0.6;

/// The decision on a kind of line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Decision {
    pub category: Option<String>,
    pub method: Method,
    pub evidence: String,
    pub confidence: f64,
    pub exclusion: Option<String>,
    /// Number of the supplier; 0 when the vendor is not resolved.
    pub supplier: u32,
    /// Number of the account; 0 when none is stated.
    pub account: u32,
}

impl Decision {
    /// Whether others may learn from it: only what was stated or ruled teaches.
    pub(super) fn teaches(&self) -> bool {
        self.exclusion.is_none() && matches!(self.method, Method::Line | Method::RuleVendor | Method::RuleAccount | Method::RuleText)
    }

    /// Whether its lines tell what the supplier sells.
    pub(super) fn counts_for_majority(&self) -> bool {
        self.supplier != 0 && self.teaches()
    }

    /// Whether nothing has told the category of a purchase yet.
    pub(super) fn is_open(&self) -> bool {
        self.method == Method::Unclassified && self.exclusion.is_none()
    }

    /// Takes the category of the supplier's other lines on the account, else of all its other lines, when nothing else gave one.
    pub(super) fn follow(&mut self, majorities: &Majorities) {
        if !self.is_open() {
            return;
        }
        let on_account = majorities.on_account.get(&(self.supplier, self.account)).map(|m| (m, Method::SupplierAccount, saying::MAJORITY_ON_ACCOUNT));
        // What the supplier sells on its other accounts is worth what it has been worth on accounts of this ledger.
        let worth = if self.account == 0 { 1.0 } else { majorities.on_new_account };
        let on_others = || majorities.of_all.get(&self.supplier).filter(|_| worth >= NEW_ACCOUNT_RIGHT_MIN);
        let found = on_account.or_else(|| on_others().map(|m| (m, Method::SupplierMajority, saying::MAJORITY)));
        if let Some((majority, method, says)) = found {
            self.category = Some(majority.category.clone());
            self.method = method;
            self.evidence = says.with([&majority.lines, &majority.all]);
            self.confidence = method.confidence().min(majority.lower_bound());
            if method == Method::SupplierMajority {
                self.confidence = self.confidence.min(worth);
            }
        }
    }

    /// The model's answer on a line that nothing else gave a category.
    pub(super) fn learnt(&self, category: &str, probability: f64, example_count: usize) -> Decision {
        Decision {
            category: Some(category.to_string()),
            method: Method::Model,
            evidence: saying::LEARNT.with([&format!("{:.0}", probability * 100.0), &example_count]),
            confidence: Method::Model.confidence().min(probability),
            ..self.clone()
        }
    }
}

/// What the other lines of each supplier tell.
#[derive(Debug, Default)]
pub(super) struct Majorities {
    of_all: FxHashMap<u32, Majority>,
    on_account: FxHashMap<(u32, u32), Majority>,
    /// How often a supplier's majority on its other accounts is right on one more account: measured on each that it has, kept aside.
    on_new_account: f64,
}

/// Below this the majority of other accounts is wrong more often than right, and says nothing of a new one.
const NEW_ACCOUNT_RIGHT_MIN: f64 = 0.5;
/// Accounts kept aside before their share counts; with fewer nothing is known against the majority.
const NEW_ACCOUNTS_MEASURED_MIN: u64 = 30;

/// The category that nearly all classified lines of a supplier have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Majority {
    pub category: String,
    pub lines: u64,
    pub all: u64,
}

impl Majority {
    /// Lower end of Wilson's 95 % interval of the share (Wilson 1927), to four decimals.
    fn lower_bound(&self) -> f64 {
        wilson(self.lines, self.all)
    }
}

fn wilson(part: u64, all: u64) -> f64 {
    let (n, p, z) = (all as f64, part as f64 / all as f64, 1.96);
    let centre = p + z * z / (2.0 * n);
    let spread = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    ((centre - spread) / (1.0 + z * z / n) * 1e4).round() / 1e4
}

/// What is known of a kind of line.
pub(super) struct Basis<'a> {
    /// Number of the vendor record; 0 = unknown.
    pub vendor: u32,
    pub account: &'a str,
    /// Number of the account over the whole ledger; 0 = none.
    pub account_number: u32,
    pub category: &'a str,
    /// Number of the contract referred to; 0 = none.
    pub contract: u32,
    /// Text rules that the line's texts meet, in order.
    pub text_rules: &'a [u32],
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    account_prefix: String,
    vendor: String,
    text: String,
    category: String,
    exclusion: String,
    /// The line of its file.
    line: i64,
}

impl Rule {
    fn method(&self) -> Method {
        if !self.vendor.is_empty() {
            Method::RuleVendor
        } else if !self.account_prefix.is_empty() {
            Method::RuleAccount
        } else {
            Method::RuleText
        }
    }

    /// The more a rule asks, the earlier it is tried; of two alike, the first in the file.
    fn order(&self) -> (Method, std::cmp::Reverse<usize>, std::cmp::Reverse<usize>, std::cmp::Reverse<usize>) {
        let asked = [&self.account_prefix, &self.vendor, &self.text].iter().filter(|f| !f.is_empty()).count();
        (self.method(), std::cmp::Reverse(asked), std::cmp::Reverse(self.account_prefix.len()), std::cmp::Reverse(self.text.len()))
    }
}

struct Vendor {
    supplier: u32,
    supplier_id: String,
    name: String,
    /// What rules may call the vendor by.
    ids: Vec<String>,
    is_own: bool,
}

struct Contract {
    id: String,
    category: String,
    holders: BTreeSet<String>,
}

/// Rules and facts that decisions are made from.
pub(super) struct Evidence {
    rules: Vec<Rule>,
    excluded_accounts: Vec<(String, String)>,
    vendors: Vec<Vendor>,
    vendor_numbers: FxHashMap<String, u32>,
    contracts: Vec<Contract>,
    contract_numbers: FxHashMap<String, u32>,
    tree: BTreeSet<String>,
    majority_ratio_min: f64,
    majority_count_min: u64,
    /// Probability from which an answer of the model is given.
    pub model_probability_min: f64,
    /// Examples that the model learns from at most.
    pub model_example_max: usize,
}

/// An identifier as rules and lines may write it: letters and digits only, upper case.
fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

impl Evidence {
    pub(super) fn read(context: &Context, store: &Store, as_of: Date) -> Result<Evidence> {
        let parameter = |code: &str| -> Result<f64> {
            let rule = context.rules.parameter(code)?;
            let value = rule.at(as_of).or_else(|| rule.values.first());
            let value = value.ok_or_else(|| Error::Rules(format!("parameter \"{code}\" has no value at {as_of}; add one to data/rules")))?;
            // Parameters that are no money are kept in units of 10^−4.
            Ok(value.value as f64 / 1e4)
        };
        let mut evidence = Evidence {
            rules: Vec::new(),
            excluded_accounts: excluded_accounts(&context.config.excluded_accounts)?,
            vendors: Vec::new(),
            vendor_numbers: FxHashMap::default(),
            contracts: Vec::new(),
            contract_numbers: FxHashMap::default(),
            tree: BTreeSet::new(),
            majority_ratio_min: parameter("supplier_majority_ratio_min")?,
            majority_count_min: parameter("supplier_majority_count_min")? as u64,
            model_probability_min: parameter("category_model_probability_min")?,
            model_example_max: parameter("category_model_example_max")? as usize,
        };
        evidence.read_rules(store)?;
        evidence.read_vendors(store, &context.config.own_organisation_numbers)?;
        evidence.read_contracts(store)?;
        for batch in store.read(&schema::SPEND_CATEGORY)? {
            let codes = Columns(&batch).text("category_code");
            evidence.tree.extend(codes.iter().flatten().map(str::to_string));
        }
        Ok(evidence)
    }

    fn read_rules(&mut self, store: &Store) -> Result<()> {
        for batch in store.read(&schema::CATEGORY_RULE)? {
            let columns = Columns(&batch);
            for row in 0..batch.num_rows() {
                let text = |name: &str| columns.text_at(name, row).unwrap_or_default().trim().to_string();
                self.rules.push(Rule {
                    account_prefix: text("account_prefix"),
                    vendor: bare(&text("vendor_id")),
                    text: text("text_contains").to_lowercase(),
                    category: text("category_code"),
                    exclusion: text("exclusion"),
                    line: columns.int_at("source_line", row).unwrap_or_default(),
                });
            }
        }
        // A rule that asks nothing would rule everything: it is a blank row of the file.
        self.rules.retain(|r| !(r.account_prefix.is_empty() && r.vendor.is_empty() && r.text.is_empty()));
        self.rules.sort_by_key(Rule::order);
        Ok(())
    }

    fn read_vendors(&mut self, store: &Store, own_numbers: &[String]) -> Result<()> {
        let own: BTreeSet<String> = own_numbers.iter().map(|n| bare(n)).collect();
        let mut numbers: FxHashMap<String, String> = FxHashMap::default();
        for batch in store.read(&schema::SUPPLIER)? {
            let columns = Columns(&batch);
            for row in 0..batch.num_rows() {
                if let (Some(id), Some(number)) = (columns.text_at("supplier_id", row), columns.text_at("organisation_number", row)) {
                    numbers.insert(id.to_string(), bare(number));
                }
            }
        }
        let mut suppliers: FxHashMap<String, u32> = FxHashMap::default();
        for batch in store.read(&schema::VENDOR_SUPPLIER)? {
            let columns = Columns(&batch);
            for row in 0..batch.num_rows() {
                let text = |name: &str| columns.text_at(name, row).unwrap_or_default();
                let supplier_id = text("supplier_id").to_string();
                let next = suppliers.len() as u32 + 1;
                let supplier = *suppliers.entry(supplier_id.clone()).or_insert(next);
                let number = numbers.get(&supplier_id).cloned().unwrap_or_default();
                let mut ids: Vec<String> = [bare(text("vendor_id")), bare(text("organisation_number")), number].into();
                ids.retain(|id| !id.is_empty());
                let is_own = ids[..].iter().skip(usize::from(!text("vendor_id").is_empty())).any(|id| own.contains(id));
                ids.sort();
                ids.dedup();
                self.vendors.push(Vendor { supplier, supplier_id, name: text("vendor_name").to_string(), ids, is_own });
                self.vendor_numbers.insert(text("vendor_key").to_string(), self.vendors.len() as u32);
            }
        }
        Ok(())
    }

    fn read_contracts(&mut self, store: &Store) -> Result<()> {
        let mut holders: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for batch in store.read(&schema::CONTRACT_SUPPLIER)? {
            let columns = Columns(&batch);
            for row in 0..batch.num_rows() {
                let text = |name: &str| columns.text_at(name, row).unwrap_or_default().to_string();
                holders.entry(text("contract_id")).or_default().insert(text("supplier_id"));
            }
        }
        let mut scopes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for batch in store.read(&schema::CONTRACT)? {
            let columns = Columns(&batch);
            for row in 0..batch.num_rows() {
                let scope = scopes.entry(columns.text_at("contract_id", row).unwrap_or_default().to_string()).or_default();
                let codes = columns.text_at("category_codes", row).unwrap_or_default();
                scope.extend(codes.split('|').map(str::trim).filter(|c| !c.is_empty()).map(str::to_string));
            }
        }
        for (id, scope) in scopes {
            let mut scope = scope.into_iter();
            if let (Some(category), None) = (scope.next(), scope.next()) {
                let holders = holders.remove(&id).unwrap_or_default();
                self.contracts.push(Contract { id: id.clone(), category, holders });
                self.contract_numbers.insert(bare(&id), self.contracts.len() as u32);
            }
        }
        Ok(())
    }

    /// The number of a vendor key; 0 when it is not resolved.
    pub(super) fn vendor(&self, key: &str) -> u32 {
        self.vendor_numbers.get(key).copied().unwrap_or(0)
    }

    /// The name of a vendor and the number of its supplier; empty and 0 for vendor 0.
    pub(super) fn vendor_name(&self, vendor: u32) -> (&str, u32) {
        (vendor as usize).checked_sub(1).map_or(("", 0), |at| (self.vendors[at].name.as_str(), self.vendors[at].supplier))
    }

    /// The number of the contract with one category that a reference names; 0 for none.
    pub(super) fn contract(&self, reference: &str) -> u32 {
        self.contract_numbers.get(&bare(reference)).copied().unwrap_or(0)
    }

    pub(super) fn has_text_rules(&self) -> bool {
        self.rules.iter().any(|r| !r.text.is_empty())
    }

    /// Positions of the text rules that a text meets.
    fn text_rules(&self, text: &str) -> Vec<u32> {
        let folded = text.to_lowercase();
        (0..self.rules.len() as u32).filter(|r| !self.rules[*r as usize].text.is_empty() && folded.contains(&self.rules[*r as usize].text)).collect()
    }

    pub(super) fn decide(&self, basis: &Basis) -> Decision {
        let vendor = (basis.vendor != 0).then(|| &self.vendors[basis.vendor as usize - 1]);
        let fits = |(at, rule): &(usize, &Rule)| {
            basis.account.starts_with(&rule.account_prefix)
                && (rule.vendor.is_empty() || vendor.is_some_and(|v| v.ids.contains(&rule.vendor)))
                && (rule.text.is_empty() || basis.text_rules.contains(&(*at as u32)))
        };
        let ruled = self.rules.iter().enumerate().filter(fits).find(|(_, r)| !r.category.is_empty()).map(|(_, r)| r);
        let excluding = self.rules.iter().enumerate().filter(fits).find(|(_, r)| !r.exclusion.is_empty()).map(|(_, r)| r);
        // A rule on the vendor knows more than one on the account; of equal rank the exclusion stands.
        let excluding = excluding.filter(|e| ruled.is_none_or(|r| e.method() <= r.method()));

        let mut decision = self.categorise(basis, vendor, ruled);
        decision.exclusion = if vendor.is_some_and(|v| v.is_own) {
            Some("internal".to_string())
        } else if let Some(rule) = excluding {
            decision.evidence = format!("{}; {}", saying::EXCLUDED_BY_RULE.with([&rule.line]), decision.evidence);
            Some(rule.exclusion.clone())
        } else if let Some((prefix, reason)) = self.excluded_accounts.iter().find(|(prefix, _)| basis.account.starts_with(prefix)) {
            decision.evidence = format!("{}; {}", saying::EXCLUDED_ACCOUNT.with([prefix]), decision.evidence);
            Some(reason.clone())
        } else {
            None
        };
        decision
    }

    fn categorise(&self, basis: &Basis, vendor: Option<&Vendor>, ruled: Option<&Rule>) -> Decision {
        let decided = |category: &str, method: Method, evidence: String| Decision {
            category: Some(category.to_string()),
            method,
            evidence,
            confidence: method.confidence(),
            exclusion: None,
            supplier: vendor.map_or(0, |v| v.supplier),
            account: basis.account_number,
        };
        if !basis.category.is_empty() {
            let code = self.in_tree(basis.category);
            let mut decision = decided(code.unwrap_or(basis.category), Method::Line, saying::STATED.with([&basis.category]));
            if code.is_none() {
                decision.confidence = CONFIDENCE_OUTSIDE_TREE;
                decision.evidence = saying::STATED_OUTSIDE_TREE.with([&basis.category]);
            }
            return decision;
        }
        if let Some(rule) = ruled {
            return decided(&rule.category, rule.method(), saying::RULE.with([&rule.line]));
        }
        if basis.contract != 0 {
            let contract = &self.contracts[basis.contract as usize - 1];
            if vendor.is_some_and(|v| contract.holders.contains(&v.supplier_id)) {
                return decided(&contract.category, Method::Contract, saying::ONE_CATEGORY.with([&contract.id]));
            }
        }
        Decision { category: None, evidence: saying::NOTHING_TELLS.with([]), ..decided("", Method::Unclassified, String::new()) }
    }

    /// The code as the tree writes it; `None` when the tree has neither it nor a code that it begins with.
    fn in_tree<'a>(&'a self, code: &'a str) -> Option<&'a str> {
        let is_known = |code: &str| self.tree.contains(code);
        if self.tree.is_empty() || is_known(code) {
            return Some(code);
        }
        // CPV codes come with and without their check digit.
        if let Some((stem, _)) = code.rsplit_once('-')
            && is_known(stem)
        {
            return Some(stem);
        }
        let prefix = code.char_indices().skip(2).any(|(end, _)| is_known(&code[..end]));
        prefix.then_some(code)
    }

    /// The majorities among counts of lines by (supplier, account, category).
    pub(super) fn majorities(&self, counts: &BTreeMap<(u32, u32, &str), u64>) -> Majorities {
        let mut of_all: BTreeMap<(u32, &str), u64> = BTreeMap::new();
        counts.iter().for_each(|((supplier, _, category), lines)| *of_all.entry((*supplier, category)).or_default() += lines);
        let on_account = counts.iter().filter(|((_, account, _), _)| *account != 0);
        Majorities {
            of_all: self.pure(of_all.iter().map(|((supplier, category), lines)| (*supplier, *category, *lines))),
            on_account: self.pure(on_account.map(|((supplier, account, category), lines)| ((*supplier, *account), *category, *lines))),
            on_new_account: self.on_new_account(counts),
        }
    }

    /// How often the majority of a supplier's other accounts is the majority of one that was kept aside; 1 when there is too little to measure on.
    fn on_new_account(&self, counts: &BTreeMap<(u32, u32, &str), u64>) -> f64 {
        let rows: Vec<(u32, u32, &str, u64)> = counts.iter().filter(|((_, account, _), _)| *account != 0).map(|((s, a, c), n)| (*s, *a, *c, *n)).collect();
        let (mut measured, mut right) = (0u64, 0u64);
        for supplier in rows.chunk_by(|a, b| a.0 == b.0) {
            let mut all: BTreeMap<&str, u64> = BTreeMap::new();
            supplier.iter().for_each(|(_, _, category, lines)| *all.entry(category).or_default() += lines);
            for account in supplier.chunk_by(|a, b| a.1 == b.1) {
                let mut others = all.clone();
                account.iter().for_each(|(_, _, category, lines)| *others.get_mut(category).expect("counted above") -= lines);
                let of_others = self.pure(others.into_iter().map(|(category, lines)| ((), category, lines)));
                let Some(majority) = of_others.get(&()) else { continue };
                let most = account.iter().max_by_key(|(_, _, category, lines)| (*lines, std::cmp::Reverse(*category))).expect("a chunk has a row");
                measured += 1;
                right += u64::from(majority.category == most.2);
            }
        }
        if measured < NEW_ACCOUNTS_MEASURED_MIN { 1.0 } else { wilson(right, measured) }
    }

    /// The majorities that are large and pure enough; counts come in order of the key.
    fn pure<'a, K: Copy + Eq + std::hash::Hash>(&self, counts: impl Iterator<Item = (K, &'a str, u64)>) -> FxHashMap<K, Majority> {
        let mut best: FxHashMap<K, Majority> = FxHashMap::default();
        for (key, category, lines) in counts {
            let majority = best.entry(key).or_insert(Majority { category: String::new(), lines: 0, all: 0 });
            majority.all += lines;
            if lines > majority.lines {
                (majority.category, majority.lines) = (category.to_string(), lines);
            }
        }
        best.retain(|_, m| m.all >= self.majority_count_min && m.lines as f64 >= self.majority_ratio_min * m.all as f64);
        best
    }
}

/// `prefix=reason` of the settings, longest prefix first.
fn excluded_accounts(settings: &[String]) -> Result<Vec<(String, String)>> {
    let mut accounts = Vec::new();
    for setting in settings {
        let pair = setting.split_once('=').map(|(p, r)| (p.trim(), r.trim())).filter(|(p, r)| !p.is_empty() && !r.is_empty());
        let (prefix, reason) =
            pair.ok_or_else(|| Error::Config(format!("excluded_accounts: \"{setting}\" is not prefix=reason; write for instance 84=financial")))?;
        accounts.push((prefix.to_string(), reason.to_string()));
    }
    accounts.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
    Ok(accounts)
}

/// Sets of text rules, numbered: most texts meet none, which is number 0.
pub(super) struct TextSets {
    sets: Vec<Vec<u32>>,
    numbers: FxHashMap<Vec<u32>, u32>,
}

impl Default for TextSets {
    fn default() -> TextSets {
        TextSets { sets: vec![Vec::new()], numbers: FxHashMap::from_iter([(Vec::new(), 0)]) }
    }
}

impl TextSets {
    /// The number of the set of rules that a text meets.
    pub(super) fn of(&mut self, evidence: &Evidence, text: &str) -> u32 {
        let set = evidence.text_rules(text);
        let next = self.sets.len() as u32;
        *self.numbers.entry(set).or_insert_with_key(|set| {
            self.sets.push(set.clone());
            next
        })
    }

    /// Rules of either set.
    pub(super) fn union(&self, a: u32, b: u32) -> Vec<u32> {
        let mut all = [self.sets[a as usize].as_slice(), &self.sets[b as usize]].concat();
        all.sort_unstable();
        all.dedup();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rules as `account;vendor;text;category;exclusion`, as in the buyers' files.
    fn evidence(rules: &[&str]) -> Evidence {
        let mut rules: Vec<Rule> = rules
            .iter()
            .enumerate()
            .map(|(at, rule)| {
                let [account, vendor, text, category, exclusion] = rule.split(';').collect::<Vec<_>>()[..] else { panic!("five fields: {rule}") };
                Rule {
                    account_prefix: account.to_string(),
                    vendor: bare(vendor),
                    text: text.to_lowercase(),
                    category: category.to_string(),
                    exclusion: exclusion.to_string(),
                    line: at as i64 + 2,
                }
            })
            .collect();
        rules.sort_by_key(Rule::order);
        let vendor = |supplier, id: &str, ids: &[&str], is_own| Vendor {
            supplier,
            supplier_id: id.to_string(),
            name: String::new(),
            ids: ids.iter().map(|i| bare(i)).collect(),
            is_own,
        };
        Evidence {
            rules,
            excluded_accounts: excluded_accounts(&["84=financial".to_string()]).unwrap(),
            vendors: vec![vendor(1, "S-A", &["17", "556036-0793"], false), vendor(2, "S-OWN", &["212000-0142"], true)],
            vendor_numbers: FxHashMap::default(),
            contracts: vec![Contract { id: "C-ONE".to_string(), category: "33".to_string(), holders: BTreeSet::from(["S-A".to_string()]) }],
            contract_numbers: FxHashMap::default(),
            tree: ["10", "20", "30", "33"].map(str::to_string).into(),
            majority_ratio_min: 0.9,
            majority_count_min: 5,
            model_probability_min: 0.7,
            model_example_max: 1_000,
        }
    }

    #[test]
    fn the_first_way_that_answers_decides() {
        let rules = ["61;;;20;", ";556036-0793;;30;", ";;Kopiering;10;", "615;17;;33;", "75;;;;transfer", ";556036-0793;provision;;financial"];
        let evidence = evidence(&rules);
        for (case, vendor, account, category, contract, text, expect) in [
            ("the line's own word", 1, "6110", "10", 0, "", (Some("10"), Method::Line, None)),
            ("with the check digit that the tree lacks", 0, "", "10-4", 0, "", (Some("10"), Method::Line, None)),
            ("below a code of the tree", 0, "", "1044", 0, "", (Some("1044"), Method::Line, None)),
            ("vendor before account", 1, "6110", "", 0, "", (Some("30"), Method::RuleVendor, None)),
            ("vendor and account before vendor", 1, "6150", "", 0, "", (Some("33"), Method::RuleVendor, None)),
            ("account", 0, "6110", "", 0, "", (Some("20"), Method::RuleAccount, None)),
            ("text, in any case", 0, "4", "", 0, "Färgkopiering A4", (Some("10"), Method::RuleText, None)),
            ("contract of the supplier", 0, "4", "", 1, "", (None, Method::Unclassified, None)),
            ("excluded by account rule", 0, "7510", "", 0, "", (None, Method::Unclassified, Some("transfer"))),
            ("a vendor's category beats an account's exclusion", 1, "7510", "", 0, "", (Some("30"), Method::RuleVendor, None)),
            ("an exclusion that asks more stands", 1, "4", "", 0, "Provision", (Some("30"), Method::RuleVendor, Some("financial"))),
            ("excluded by setting, the category stays", 0, "8410", "10", 0, "", (Some("10"), Method::Line, Some("financial"))),
            ("the buyer itself", 2, "6110", "", 0, "", (Some("20"), Method::RuleAccount, Some("internal"))),
            ("nothing", 0, "", "", 0, "", (None, Method::Unclassified, None)),
        ] {
            let text_rules = evidence.text_rules(text);
            let found = evidence.decide(&Basis { vendor, account, account_number: 0, category, contract, text_rules: &text_rules });
            assert_eq!((found.category.as_deref(), found.method, found.exclusion.as_deref()), expect, "{case}: {}", found.evidence);
        }
        let outside = evidence.decide(&Basis { vendor: 0, account: "", account_number: 0, category: "99", contract: 0, text_rules: &[] });
        assert!(outside.confidence < 0.9, "a code that no tree knows accuses nobody");
    }

    #[test]
    fn a_contract_tells_for_its_holder() {
        let evidence = evidence(&[]);
        let of = |vendor| evidence.decide(&Basis { vendor, account: "", account_number: 0, category: "", contract: 1, text_rules: &[] });
        assert_eq!((of(1).category.as_deref(), of(1).method), (Some("33"), Method::Contract));
        assert_eq!(of(0).method, Method::Unclassified);
        assert!(of(1).confidence < 0.9);
    }

    #[test]
    fn majorities_need_purity_and_number() {
        let evidence = evidence(&[]);
        let counts = [((1, 7, "10"), 90), ((1, 8, "10"), 5), ((1, 8, "20"), 5), ((2, 7, "10"), 4), ((3, 7, "10"), 8), ((3, 9, "20"), 5)];
        let majorities = evidence.majorities(&BTreeMap::from(counts));
        assert_eq!(majorities.of_all.keys().collect::<Vec<_>>(), [&1]);
        let of = |vendor, account_number| {
            let mut open = evidence.decide(&Basis { vendor, account: "4", account_number, category: "", contract: 0, text_rules: &[] });
            open.supplier = vendor.max(open.supplier);
            open.follow(&majorities);
            open
        };
        let on_another_account = of(1, 5);
        assert_eq!((on_another_account.category.as_deref(), on_another_account.method), (Some("10"), Method::SupplierMajority));
        assert!(on_another_account.confidence > 0.8 && on_another_account.confidence < 0.9, "{}", on_another_account.confidence);
        assert!(on_another_account.evidence.contains("95 of 100"), "{}", on_another_account.evidence);
        let on_account = of(1, 7);
        assert_eq!((on_account.category.as_deref(), on_account.method), (Some("10"), Method::SupplierAccount));
        // The supplier sells two kinds, and the account tells which.
        let two_kinds = Decision { supplier: 3, account: 9, ..of(1, 5) };
        let mut open = Decision { category: None, method: Method::Unclassified, ..two_kinds };
        open.follow(&majorities);
        assert_eq!((open.category.as_deref(), open.method), (Some("20"), Method::SupplierAccount));
    }

    #[test]
    fn a_new_account_is_told_by_others_only_where_that_has_been_right() {
        let evidence = evidence(&[]);
        // Forty suppliers with two accounts each: of one kind on both, or of one kind on each.
        for (is_one_kind, expect) in [(true, Some("10")), (false, None)] {
            let second = if is_one_kind { "10" } else { "20" };
            let counts = (1..41).flat_map(|supplier| [((supplier, 7, "10"), 9), ((supplier, 8, second), if is_one_kind { 9 } else { 6 })]);
            let counts: BTreeMap<(u32, u32, &str), u64> = counts.chain([((50, 7, "10"), 9)]).collect();
            let majorities = evidence.majorities(&counts);
            let mut open = evidence.decide(&Basis { vendor: 0, account: "9", account_number: 9, category: "", contract: 0, text_rules: &[] });
            open.supplier = 50;
            open.follow(&majorities);
            assert_eq!(open.category.as_deref(), expect);
        }
    }

    #[test]
    fn settings_are_prefix_and_reason() {
        assert!(excluded_accounts(&["84".to_string()]).is_err());
        assert_eq!(excluded_accounts(&["8=a".to_string(), "84 = b".to_string()]).unwrap()[0], ("84".to_string(), "b".to_string()));
    }
}
