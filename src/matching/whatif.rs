//! What would change if a contract were changed, added or taken away: every line decided against both catalogues by the same kernel. Nothing is written.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::decide::{self, Decision, Outcome};
use super::index::Index;
use super::inputs::{ContractRow, HolderRow, Inputs};
use super::lines::{Categories, Chunk, Files, Need};
use super::{Facts, Pass, credit, index_of, parallel};
use crate::error::{Error, Result};
use crate::model::{Date, Money, Total, saying};
use crate::pipeline::Context;
use crate::store::Store;

/// A change of the catalogue. What is not stated stays as it is; a contract that is not on file is added.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // The columns of `lake.contract`.
pub struct Change {
    pub contract_id: String,
    /// Lot; without it every lot of the contract changes.
    pub lot_id: Option<String>,
    /// Takes the contract, or the lot, out of the catalogue.
    #[serde(default)]
    pub remove: bool,
    pub vendor_name: Option<String>,
    pub organisation_number: Option<String>,
    pub framework_contract_id: Option<String>,
    pub contract_title: Option<String>,
    pub supplier_rank: Option<i64>,
    pub award_form: Option<String>,
    pub starts_on: Option<String>,
    pub ends_on: Option<String>,
    pub ceiling_net: Option<Amount>,
    pub renewed_competition_limit_net: Option<Amount>,
    pub instalment_net: Option<Amount>,
    pub category_codes: Option<Vec<String>>,
    pub entitled_unit_ids: Option<Vec<String>>,
    pub signed_on: Option<String>,
    pub currency: Option<String>,
}

/// Money in a file of changes: whole, or text with a decimal point.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Amount {
    /// `5000000`
    Whole(i64),
    /// `"5000000.50"`
    Text(String),
}

impl Amount {
    fn money(&self) -> Option<Money> {
        let minor = match self {
            Amount::Whole(whole) => whole.checked_mul(100)?,
            Amount::Text(text) => {
                let (whole, decimals) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
                let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
                if whole.is_empty() || decimals.len() > 2 || !digits(whole) || !digits(decimals) {
                    return None;
                }
                whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(format!("{decimals:0<2}").parse().ok()?)?
            }
        };
        Money::from_minor(minor)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeFile {
    #[serde(default)]
    contract: Vec<Change>,
}

/// The changes that a TOML text states: blocks `[[contract]]` with the columns of `lake.contract`, and `remove = true`.
///
/// # Errors
/// `Config` with the place when the text is no such file.
pub fn parse(path: &Path, text: &str) -> Result<Vec<Change>> {
    let file: ChangeFile = toml::from_str(text).map_err(|e| Error::Config(format!("{}: {e}", path.display())))?;
    if file.contract.is_empty() {
        return Err(Error::Config(format!("{}: it changes nothing; add a block [[contract]] with contract_id and what changes", path.display())));
    }
    Ok(file.contract)
}

/// The small tables with changed contracts.
///
/// # Errors
/// `Config` when a date or an amount cannot be read, or a new contract lacks what it needs.
pub fn changed(inputs: &Inputs, changes: &[Change], currency: &str) -> Result<Inputs> {
    let mut after = inputs.clone();
    for change in changes {
        let is_meant = |r: &ContractRow| r.contract_id == change.contract_id && change.lot_id.as_ref().is_none_or(|lot| r.lot_id == *lot);
        if change.remove {
            let before = after.contracts.len();
            after.contracts.retain(|r| !is_meant(r));
            after.amendments.retain(|a| a.contract_id != change.contract_id || change.lot_id.as_ref().is_some_and(|lot| a.lot_id != *lot));
            if after.contracts.len() == before {
                return Err(Error::Config(format!("{}: no such contract in the catalogue; nothing to remove", change.contract_id)));
            }
            continue;
        }
        let mut rows: Vec<usize> = (0..after.contracts.len()).filter(|&i| is_meant(&after.contracts[i])).collect();
        let names_holder = change.organisation_number.is_some() || change.vendor_name.is_some();
        if rows.is_empty() {
            if !names_holder {
                return Err(Error::Config(format!(
                    "{}: not in the catalogue, so it is a new contract; state vendor_name or organisation_number",
                    change.contract_id
                )));
            }
            rows.push(after.contracts.len());
            after.contracts.push(ContractRow {
                contract_id: change.contract_id.clone(),
                lot_id: change.lot_id.clone().unwrap_or_default(),
                currency: currency.to_string(),
                ..ContractRow::default()
            });
        }
        for &at in &rows {
            apply(change, &mut after.contracts[at])?;
        }
        // What an amendment on file set, the change sets again.
        for amendment in after.amendments.iter_mut().filter(|a| a.contract_id == change.contract_id) {
            if change.ends_on.is_some() {
                amendment.ends_on = None;
            }
            if change.ceiling_net.is_some() {
                amendment.ceiling = None;
            }
            if change.category_codes.is_some() {
                amendment.category_codes.clear();
            }
            if change.entitled_unit_ids.is_some() {
                amendment.entitled_unit_ids.clear();
            }
        }
        if names_holder {
            let row = after.contracts[rows[0]].clone();
            hold(&mut after, &row);
        }
    }
    Ok(after)
}

fn apply(change: &Change, row: &mut ContractRow) -> Result<()> {
    let id = &change.contract_id;
    let day = |text: &Option<String>, name: &str, into: &mut Option<Date>| -> Result<()> {
        if let Some(text) = text {
            let date = Date::parse_iso(text).ok_or_else(|| Error::Config(format!("{id}: {name} \"{text}\" is not a date; write YYYY-MM-DD")))?;
            *into = Some(date);
        }
        Ok(())
    };
    let money = |amount: &Option<Amount>, name: &str, into: &mut Option<Money>| -> Result<()> {
        if let Some(amount) = amount {
            let read = amount.money().ok_or_else(|| Error::Config(format!("{id}: {name} is not an amount; write 5000000 or \"5000000.50\"")))?;
            *into = Some(read);
        }
        Ok(())
    };
    day(&change.starts_on, "starts_on", &mut row.starts_on)?;
    day(&change.ends_on, "ends_on", &mut row.ends_on)?;
    day(&change.signed_on, "signed_on", &mut row.signed_on)?;
    money(&change.ceiling_net, "ceiling_net", &mut row.ceiling)?;
    money(&change.renewed_competition_limit_net, "renewed_competition_limit_net", &mut row.renewed_competition_limit)?;
    money(&change.instalment_net, "instalment_net", &mut row.instalment)?;
    let text = |from: &Option<String>, into: &mut Option<String>| {
        if from.is_some() {
            into.clone_from(from);
        }
    };
    text(&change.framework_contract_id, &mut row.framework_contract_id);
    text(&change.contract_title, &mut row.contract_title);
    text(&change.award_form, &mut row.award_form);
    text(&change.organisation_number, &mut row.organisation_number);
    row.supplier_rank = change.supplier_rank.or(row.supplier_rank);
    if let Some(name) = &change.vendor_name {
        row.vendor_name.clone_from(name);
    }
    if let Some(currency) = &change.currency {
        row.currency.clone_from(currency);
    }
    if let Some(codes) = &change.category_codes {
        row.category_codes.clone_from(codes);
    }
    if let Some(units) = &change.entitled_unit_ids {
        row.entitled_unit_ids.clone_from(units);
    }
    Ok(())
}

/// Makes the supplier that a changed row names the holder of its contract and lot: by organisation number, else by a name that some record of it bears. A supplier
/// that the ledger does not know has bought nothing and holds nothing here; its contract still covers its categories.
fn hold(inputs: &mut Inputs, row: &ContractRow) {
    let digits = |t: &str| t.chars().filter(char::is_ascii_digit).collect::<String>();
    let by_number = row.organisation_number.as_ref().and_then(|number| {
        inputs.suppliers.iter().find(|s| s.organisation_number.as_ref().is_some_and(|known| known == number || digits(known) == digits(number)))
    });
    let name = row.vendor_name.trim().to_lowercase();
    let by_name = || {
        let is_same = |n: &str| !name.is_empty() && n.trim().to_lowercase() == name;
        let record = inputs.vendors.iter().find(|v| v.vendor_name.as_deref().is_some_and(is_same));
        let id = record.and_then(|v| v.supplier_id.clone());
        id.or_else(|| inputs.suppliers.iter().find(|s| is_same(&s.supplier_name)).map(|s| s.supplier_id.clone()))
    };
    let found = by_number.map(|s| s.supplier_id.clone()).or_else(by_name);
    inputs.holders.retain(|h| h.contract_id != row.contract_id || h.lot_id != row.lot_id);
    if let Some(supplier_id) = found {
        inputs.holders.push(HolderRow {
            contract_id: row.contract_id.clone(),
            lot_id: row.lot_id.clone(),
            supplier_id,
            supplier_rank: row.supplier_rank,
            link_score: 1.0,
            link_evidence: saying::WHAT_IF.with([]),
        });
    }
}

/// The small tables with the rows of another catalogue in the place of those of the same contracts.
pub fn replaced(inputs: &Inputs, rows: &[ContractRow]) -> Inputs {
    let mut after = inputs.clone();
    let is_new = |id: &str| rows.iter().any(|r| r.contract_id == id);
    after.contracts.retain(|r| !is_new(&r.contract_id));
    after.amendments.retain(|a| !is_new(&a.contract_id));
    after.holders.retain(|h| !is_new(&h.contract_id));
    for row in rows {
        after.contracts.push(row.clone());
        // A lot may have several holders, each with a row of its own.
        let others: Vec<HolderRow> = after.holders.iter().filter(|h| h.contract_id == row.contract_id && h.lot_id == row.lot_id).cloned().collect();
        hold(&mut after, row);
        after.holders.extend(others);
    }
    after
}

/// What changes.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct WhatIf {
    pub currency: String,
    pub line_count: u64,
    pub changed_line_count: u64,
    /// Net amount of the lines whose outcome, reason or contract changes.
    pub changed_net: String,
    pub compliant_before_net: String,
    pub compliant_after_net: String,
    pub off_contract_before_net: String,
    pub off_contract_after_net: String,
    /// From and to outcome and reason, most kronor first.
    pub by_outcome: Vec<Moved>,
    /// Units with changed lines, most kronor first.
    pub by_unit: Vec<UnitMoved>,
    /// The largest changed lines.
    pub lines: Vec<LineMoved>,
    #[serde(skip)]
    is_swedish: bool,
}

/// Lines that move from one outcome to another.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct Moved {
    pub before: String,
    pub after: String,
    pub line_count: u64,
    pub net: String,
    #[serde(skip)]
    minor: i128,
}

/// The changed lines of a unit.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct UnitMoved {
    pub organisational_unit_id: String,
    pub organisational_unit_name: String,
    pub line_count: u64,
    pub net: String,
    /// Compliant after less compliant before.
    pub compliant_change_net: String,
    #[serde(skip)]
    minor: i128,
}

/// A changed line.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct LineMoved {
    pub line_id: String,
    pub supplier_name: String,
    pub organisational_unit_id: String,
    pub covered_on: Option<String>,
    pub net: String,
    pub before: String,
    pub after: String,
    pub contract_before: Option<String>,
    pub contract_after: Option<String>,
    #[serde(skip)]
    minor: i128,
}

#[derive(Default)]
struct Sums {
    line_count: u64,
    changed: (u64, i128),
    /// Compliant and off contract, before and after.
    totals: [[i128; 2]; 2],
    moved: BTreeMap<(String, String), (u64, i128)>,
    units: BTreeMap<String, (u64, i128, i128)>,
    lines: Vec<LineMoved>,
}

/// Decides every line against the catalogue on file and against the changed one. `lines_max` lines are listed.
///
/// # Errors
/// As the stage: `Reconcile` when lake and classification do not hold the same lines, `Rules` when a parameter is missing.
pub fn whatif(context: &Context, store: &Store, after: &Inputs, lines_max: usize) -> Result<WhatIf> {
    let before = Inputs::read(store)?;
    let files = Files::pair(store)?;
    files.verify(store)?;
    let indexes = [index_of(context, store, &before)?, index_of(context, store, after)?];
    let pass = |index| Pass { context, store, files: &files, index, categories: Categories::default(), chunks: files.chunks() };
    let passes = [pass(&indexes[0]), pass(&indexes[1])];
    let facts = [passes[0].facts()?, passes[1].facts()?];
    let mut sums = Sums::default();
    parallel::in_order(
        passes[0].chunks.len(),
        |i| compare(&passes, &facts, i, lines_max),
        |_, found| {
            sums.merge(found, lines_max);
            Ok(())
        },
    )?;
    Ok(sums.result(context, &indexes[0]))
}

/// One chunk against both catalogues.
fn compare(passes: &[Pass<'_>; 2], facts: &[Facts; 2], i: usize, lines_max: usize) -> Result<Sums> {
    let (old, new) = (read(&passes[0], i)?, read(&passes[1], i)?);
    let mut sums = Sums::default();
    let (mut scratch, mut number, mut key) = (String::new(), String::new(), String::new());
    for row in 0..old.len() {
        let mut decided = |which: usize| -> Decision {
            let chunk = [&old, &new][which];
            let line = chunk.line(row, &mut scratch);
            facts[which].decide(&line, passes[which].index, chunk.place(row), || {
                chunk.write_invoice(row, &mut number, &mut key);
                credit::text_hash(&key)
            })
        };
        let (a, b) = (decided(0), decided(1));
        let minor = i128::from(old.spend_minor(row).unwrap_or_default());
        sums.line_count += 1;
        for (which, decision) in [&a, &b].into_iter().enumerate() {
            sums.totals[0][which] += if decision.outcome == Outcome::Compliant { minor } else { 0 };
            sums.totals[1][which] += if decision.outcome == Outcome::OffContract { minor } else { 0 };
        }
        let contract = |which: usize, d: &Decision| d.contract.or(d.passed_by).map(|c| passes[which].index.contracts[c as usize].id.to_string());
        let contracts = (contract(0, &a), contract(1, &b));
        if (a.outcome, a.reason) == (b.outcome, b.reason) && contracts.0 == contracts.1 {
            continue;
        }
        let words = |d: &Decision| format!("{} {}", d.outcome.word(), d.reason.map_or("", decide::Reason::word)).trim().to_string();
        let (before, after) = (words(&a), words(&b));
        sums.changed = (sums.changed.0 + 1, sums.changed.1 + minor);
        let moved = sums.moved.entry((before.clone(), after.clone())).or_default();
        *moved = (moved.0 + 1, moved.1 + minor);
        let unit = old.unit_id(row).unwrap_or(super::emit::UNKNOWN_UNIT).to_string();
        let gain = [(b.outcome, 1), (a.outcome, -1)].into_iter().filter(|(o, _)| *o == Outcome::Compliant).map(|(_, sign)| sign * minor).sum::<i128>();
        let of_unit = sums.units.entry(unit.clone()).or_default();
        *of_unit = (of_unit.0 + 1, of_unit.1 + minor, of_unit.2 + gain);
        sums.lines.push(LineMoved {
            line_id: old.line_id(row).to_string(),
            supplier_name: old.vendor(row).map_or_else(String::new, |v| passes[0].index.suppliers[v.supplier as usize].name.to_string()),
            organisational_unit_id: unit,
            covered_on: old.day(row).0.map(|d| d.to_string()),
            net: Total::from_minor(minor).to_string(),
            before,
            after,
            contract_before: contracts.0,
            contract_after: contracts.1,
            minor,
        });
        if sums.lines.len() > 2 * lines_max.max(1_000) {
            keep_largest(&mut sums.lines, lines_max);
        }
    }
    keep_largest(&mut sums.lines, lines_max);
    Ok(sums)
}

fn read<'a>(pass: &Pass<'a>, i: usize) -> Result<Chunk<'a>> {
    Chunk::read(pass.store, pass.files, pass.chunks[i].clone(), Need::Invoice, pass.index, &pass.categories)
}

fn keep_largest(lines: &mut Vec<LineMoved>, most: usize) {
    lines.sort_by(|a, b| b.minor.abs().cmp(&a.minor.abs()).then_with(|| a.line_id.cmp(&b.line_id)));
    lines.truncate(most);
}

impl Sums {
    fn merge(&mut self, other: Sums, lines_max: usize) {
        self.line_count += other.line_count;
        self.changed = (self.changed.0 + other.changed.0, self.changed.1 + other.changed.1);
        for (mine, theirs) in self.totals.iter_mut().flatten().zip(other.totals.iter().flatten()) {
            *mine += theirs;
        }
        for (key, (n, minor)) in other.moved {
            let mine = self.moved.entry(key).or_default();
            *mine = (mine.0 + n, mine.1 + minor);
        }
        for (key, (n, minor, gain)) in other.units {
            let mine = self.units.entry(key).or_default();
            *mine = (mine.0 + n, mine.1 + minor, mine.2 + gain);
        }
        self.lines.extend(other.lines);
        keep_largest(&mut self.lines, lines_max);
    }

    fn result(self, context: &Context, index: &Index) -> WhatIf {
        let shown = |minor: i128| Total::from_minor(minor).to_string();
        let mut by_outcome: Vec<Moved> =
            self.moved.into_iter().map(|((before, after), (line_count, minor))| Moved { before, after, line_count, net: shown(minor), minor }).collect();
        by_outcome.sort_by_key(|m| std::cmp::Reverse(m.minor.abs()));
        let mut by_unit: Vec<UnitMoved> = self
            .units
            .into_iter()
            .map(|(id, (line_count, minor, gain))| UnitMoved {
                organisational_unit_name: index.unit_name(&id).unwrap_or(&id).to_string(),
                organisational_unit_id: id,
                line_count,
                net: shown(minor),
                compliant_change_net: shown(gain),
                minor,
            })
            .collect();
        by_unit.sort_by_key(|u| std::cmp::Reverse(u.minor.abs()));
        let [[compliant_before, compliant_after], [off_before, off_after]] = self.totals;
        WhatIf {
            currency: context.config.currency.clone(),
            line_count: self.line_count,
            changed_line_count: self.changed.0,
            changed_net: shown(self.changed.1),
            compliant_before_net: shown(compliant_before),
            compliant_after_net: shown(compliant_after),
            off_contract_before_net: shown(off_before),
            off_contract_after_net: shown(off_after),
            by_outcome,
            by_unit,
            lines: self.lines,
            is_swedish: context.config.language == "sv",
        }
    }
}

impl fmt::Display for WhatIf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let say = |sv: &'static str, en: &'static str| if self.is_swedish { sv } else { en };
        writeln!(
            f,
            "{}: {} {} {}, {} {}",
            say("Ändrade beslut", "Changed decisions"),
            self.changed_line_count,
            say("av", "of"),
            self.line_count,
            self.changed_net,
            self.currency
        )?;
        writeln!(f, "  {:<22} {:>18} → {:>18}", say("enligt avtal", "compliant"), self.compliant_before_net, self.compliant_after_net)?;
        writeln!(f, "  {:<22} {:>18} → {:>18}", say("utanför avtal", "off contract"), self.off_contract_before_net, self.off_contract_after_net)?;
        if self.changed_line_count == 0 {
            return Ok(());
        }
        writeln!(f, "\n{}", say("Utfall före → efter", "Outcome before → after"))?;
        for m in &self.by_outcome {
            writeln!(f, "  {:<18} → {:<18} {:>8} {:>18}", m.before, m.after, m.line_count, m.net)?;
        }
        writeln!(f, "\n{}", say("Enheter: rader, belopp, ändrad avtalstrohet i belopp", "Units: lines, amount, change of the compliant amount"))?;
        let width = self.by_unit.iter().map(|u| u.organisational_unit_name.chars().count()).max().unwrap_or(0);
        for u in &self.by_unit {
            writeln!(
                f,
                "  {:<10} {:<width$} {:>8} {:>18} {:>18}",
                u.organisational_unit_id, u.organisational_unit_name, u.line_count, u.net, u.compliant_change_net
            )?;
        }
        writeln!(f, "\n{}", say("Största raderna", "Largest lines"))?;
        for l in &self.lines {
            let contract = |c: &Option<String>| c.clone().unwrap_or_else(|| "–".to_string());
            writeln!(
                f,
                "  {} {} {:>16}  {} ({}) → {} ({})  {}",
                l.line_id,
                l.covered_on.as_deref().unwrap_or("?"),
                l.net,
                l.before,
                contract(&l.contract_before),
                l.after,
                contract(&l.contract_after),
                l.supplier_name
            )?;
        }
        Ok(())
    }
}
