//! Life-cycle costing of bids and assets, and follow-up of the calculation with what was paid.
//!
//! The lowest price is not the lowest cost where energy, service or disposal weigh more than the price, or where lives differ.
//! Article 68 of Directive 2014/24/EU (LOU 16 kap.) lets a buyer award on life-cycle cost, with the emissions that can be priced.
//! A procurement is a file in the workspace's `lcc` folder: see `docs/life-cycle-costing.md` for its form, the formulas and their
//! sources.

mod evaluate;
mod follow_up;
mod input;
mod tables;

pub use evaluate::{BidResult, CashFlow, ComponentResult, Evaluation, Factor, Scenario, ScenarioBid, annuity, evaluate};
pub use follow_up::{ActualLine, FollowUp, follow_up};
pub use input::{Bid, CarbonPrice, Component, Cost, Decimal, Due, FollowUpPlan, FollowUpRule, Procurement, RateKind, Sensitivity, Timing};

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::model::{Date, Money};
use crate::pipeline::Context;
use crate::rules::Rules;
use crate::schema::{self, Table};
use crate::store::{Columns, Frame, Store};

/// The folder of the workspace that holds the procurements.
pub const FOLDER: &str = "lcc";

/// A procurement and the name of its file, which is its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Name of the file without its ending.
    pub id: String,
    /// What it says.
    pub procurement: Procurement,
}

/// Reads the procurements of a workspace, in the order of their file names; none when there is no such folder.
///
/// # Errors
/// `Error::Input` with the file, what is wrong and the remedy.
pub fn read_folder(workspace: &Path, rules: &Rules) -> Result<Vec<Named>> {
    let mut all = Vec::new();
    for path in files(workspace, "toml")? {
        let at = |e: Error| Error::Input(format!("{}: {e}", path.display()));
        let mut procurement = Procurement::parse_with_rules(&read(&path)?, rules).map_err(at)?;
        if let Some(name) = &procurement.costs_csv {
            let csv = path.with_file_name(name);
            procurement = procurement.clone().with_costs_csv(&read(&csv)?).map_err(at)?;
        }
        let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        all.push(Named { id, procurement });
    }
    Ok(all)
}

/// The text of every file that the figures depend on, for the fingerprint of the stage.
///
/// # Errors
/// `Error::Store` when a file cannot be read.
pub fn fingerprint_text(workspace: &Path) -> Result<String> {
    let mut text = String::new();
    for path in files(workspace, "toml")?.into_iter().chain(files(workspace, "csv")?) {
        text += &format!("{}\n{}\n", path.file_name().unwrap_or_default().to_string_lossy(), read(&path)?);
    }
    Ok(text)
}

/// Evaluates the workspace's procurements: the rows of [`crate::schema::life_cycle::TABLES`]; none of any without procurements.
///
/// # Errors
/// Those of [`read_folder`] and [`evaluate`]; `Error::Input` when a procurement to be followed up is not in the workspace's currency.
pub fn batches(context: &Context, store: &Store) -> Result<Vec<(&'static Table, Frame)>> {
    let all = read_folder(&context.config.workspace, &context.rules)?;
    let as_of = context.as_of(store);
    let mut rows = tables::Rows::default();
    let mut lines = lines_of_contracts(store, &all)?;
    for Named { id, procurement } in &all {
        let at = |e: Error| Error::Input(format!("{FOLDER}/{id}.toml: {e}"));
        rows.add_evaluation(id, procurement, &evaluate(procurement).map_err(at)?);
        let Some(plan) = &procurement.follow_up else { continue };
        if procurement.currency != context.config.currency {
            let (own, theirs) = (&context.config.currency, &procurement.currency);
            return Err(at(Error::Input(format!("follow_up: amounts are in {theirs}, invoice lines in {own}; state the procurement in {own}"))));
        }
        let paid = lines.remove(plan.contract_id.as_str()).unwrap_or_default();
        let actual = follow_up(procurement, plan, as_of, paid.iter().map(PaidLine::as_actual)).map_err(at)?;
        rows.add_follow_up(id, plan, &actual);
        lines.insert(plan.contract_id.clone(), paid);
    }
    Ok(rows.finish())
}

/// An invoice line of a contract that is followed up.
struct PaidLine {
    covered_on: Date,
    account_code: String,
    category_code: String,
    amount: Money,
}

impl PaidLine {
    fn as_actual(&self) -> ActualLine<'_> {
        ActualLine { covered_on: self.covered_on, account_code: &self.account_code, category_code: &self.category_code, amount: self.amount }
    }
}

/// Invoice lines of the contracts that are followed up, in the order of the lake. Lines without an amount in the workspace's
/// currency or without any date cannot be compared with a year's cost.
fn lines_of_contracts(store: &Store, all: &[Named]) -> Result<BTreeMap<String, Vec<PaidLine>>> {
    let mut lines: BTreeMap<String, Vec<PaidLine>> =
        all.iter().filter_map(|n| n.procurement.follow_up.as_ref()).map(|plan| (plan.contract_id.clone(), Vec::new())).collect();
    if lines.is_empty() {
        return Ok(lines);
    }
    let columns = ["covered_on", "account_code", "category_code", "spend_net", "contract_id"];
    for entry in store.files(&schema::SPEND) {
        for batch in store.read_file(&schema::SPEND, entry, Some(&columns), 64 * 1024)? {
            let batch = batch?;
            let c = Columns(&batch);
            for row in 0..batch.num_rows() {
                let Some(of_contract) = c.text_at("contract_id", row).and_then(|id| lines.get_mut(id)) else { continue };
                let (Some(covered_on), Some(amount)) = (c.date_at("covered_on", row), c.money_at("spend_net", row)) else { continue };
                of_contract.push(PaidLine {
                    covered_on,
                    account_code: c.text_at("account_code", row).unwrap_or_default().to_string(),
                    category_code: c.text_at("category_code", row).unwrap_or_default().to_string(),
                    amount,
                });
            }
        }
    }
    Ok(lines)
}

fn files(workspace: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let folder = workspace.join(FOLDER);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(&folder).map_err(|e| Error::io("list", &folder, &e))?;
    let mut paths = entries.map(|e| e.map(|e| e.path())).collect::<std::io::Result<Vec<_>>>().map_err(|e| Error::io("list", &folder, &e))?;
    paths.retain(|p| p.extension().is_some_and(|e| e == extension));
    paths.sort();
    Ok(paths)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|e| Error::io("read", path, &e))
}
