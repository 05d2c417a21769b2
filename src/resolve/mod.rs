//! Who the vendor records really are: from the many writings in ledgers, masters, catalogues and registers to suppliers, each
//! link with its probability and its evidence.
//!
//! [`decide`](decide::decide) is pure; only [`run`] and [`review`] read and write tables.

pub mod class;
mod cut;
pub mod decide;
pub mod finding;
pub mod linkage;
pub mod name;
pub mod overrides;
pub mod record;
pub mod review;
pub mod sets;
pub mod similar;

use std::collections::{BTreeMap, BTreeSet};

use class::{Certificate, Facts, Limits};
use decide::{Options, Resolution};
use record::{Origin, Record};

use crate::error::Result;
use crate::model::identifier::Scheme;
use crate::pipeline::Context;
use crate::schema;
use crate::store::{Columns, StageEntry, Store, TableBuilder, fingerprint};

/// Version of the stage: a change of what it decides changes it, so that old results are made again.
const VERSION: &str = "resolve 3";

/// Reads the lake's vendor records and writes `resolved.*`. Skips itself when nothing that it reads has changed.
pub fn run(context: &Context, store: &mut Store) -> Result<()> {
    let home = Scheme::of_organisations_in(&context.config.currency);
    let path = context.config.workspace.join(&context.config.supplier_overrides);
    let (lines, override_text) = overrides::read(&path, home)?;
    let as_of = context.as_of(store);
    let read = [&schema::INVOICE_LINE, &schema::VENDOR_RECORD, &schema::CONTRACT, &schema::PRICE_LIST_ITEM, &schema::SUPPLIER_REGISTER];
    let settings = [context.config.fingerprint_text(), context.rules.fingerprint_text(), as_of.to_string(), override_text];
    let more: Vec<&str> = std::iter::once(VERSION).chain(settings.iter().map(String::as_str)).collect();
    let fingerprint = fingerprint(store, read, &more);
    if store.manifest().stages.get("resolve").is_some_and(|s| s.fingerprint == fingerprint) {
        return Ok(());
    }

    let mut gathered = record::gather(store)?;
    let mut own_numbers = context.config.own_organisation_numbers.clone();
    own_numbers.append(&mut gathered.buyer_ids);
    let options = Options { home, own_numbers: &own_numbers, link_score_min: context.config.name_link_score_min, overrides: &lines, as_of };
    let resolution = decide::decide(&gathered.records, &options)?;
    let facts = register_facts(store, &gathered.records, &resolution)?;
    let limits = Limits::at(&context.rules, as_of, &context.config.local_municipalities)?;

    let suppliers = supplier_rows(&gathered.records, &resolution, &facts, &limits);
    let vendors = vendor_rows(&gathered.records, &resolution);
    let contracts = contract_rows(store, &gathered.records, &resolution)?;
    let verdicts = override_rows(&lines, &resolution);
    let findings = finding::rows(&gathered.records, &resolution);
    let questions = review::rows(&review::questions(store, &gathered.records, &resolution, &context.config.currency)?);
    let mut transaction = store.begin();
    transaction.replace_with(&schema::SUPPLIER, &[suppliers.0])?;
    transaction.replace_with(&schema::SUPPLIER_CLASS, &[suppliers.1])?;
    transaction.replace_with(&schema::VENDOR_SUPPLIER, &[vendors])?;
    transaction.replace_with(&schema::CONTRACT_SUPPLIER, &[contracts])?;
    transaction.replace_with(&schema::SUPPLIER_OVERRIDE, &[verdicts])?;
    transaction.replace_with(&schema::VENDOR_FINDING, &[findings])?;
    transaction.replace_with(&schema::SUPPLIER_REVIEW, &[questions])?;
    transaction.commit("resolve", StageEntry { fingerprint })
}

/// The latest facts of the registers, by supplier id.
fn register_facts(store: &Store, records: &[Record], resolution: &Resolution) -> Result<BTreeMap<String, Facts>> {
    let mut facts: BTreeMap<String, Facts> = BTreeMap::new();
    // A parent is given by number; the number's supplier is the one that holds a record of it.
    let mut by_number: BTreeMap<&str, &str> = BTreeMap::new();
    for supplier in &resolution.suppliers {
        if let Some(number) = &supplier.organisation_number {
            by_number.insert(number, &supplier.id);
        }
    }
    for batch in store.read(&schema::SUPPLIER_REGISTER)? {
        let columns = Columns(&batch);
        for row in 0..batch.num_rows() {
            let text = |name: &str| columns.text_at(name, row).unwrap_or_default().trim().to_string();
            let key = record::elsewhere_key(
                Origin::Register,
                columns.text_at("organisation_name", row).unwrap_or_default(),
                columns.text_at("organisation_number", row).unwrap_or_default(),
            );
            let Ok(at) = records.binary_search_by(|r| r.key.cmp(&key)) else { continue };
            let id = &resolution.supplier_of(at).id;
            let parent_number = text("parent_organisation_number");
            let parent_key = record::elsewhere_key(Origin::Register, columns.text_at("parent_organisation_name", row).unwrap_or_default(), &parent_number);
            let by_record = records.binary_search_by(|r| r.key.cmp(&parent_key)).ok().map(|at| resolution.supplier_of(at).id.clone());
            let by_number = by_number.get(parent_number.as_str()).map(|p| (*p).to_string());
            let unknown = || (!parent_number.is_empty()).then(|| decide::supplier_id_of(&parent_number, id));
            let parent = by_number.or(by_record).or_else(unknown);
            let certificates = text("certified_classes")
                .split('|')
                .map(|c| c.trim().to_lowercase())
                .filter(|c| !c.is_empty())
                .map(|class| Certificate {
                    class,
                    number: text("certificate_number"),
                    issuer: text("certified_by"),
                    valid_from: columns.date_at("certified_from_on", row),
                    valid_to: columns.date_at("certified_until_on", row),
                })
                .collect();
            let found = Facts {
                name: text("organisation_name"),
                registered_on: columns.date_at("registered_on", row),
                deregistered_on: columns.date_at("deregistered_on", row),
                employee_count: columns.int_at("employee_count", row),
                turnover_eur: columns.money_at("turnover_eur", row),
                balance_sheet_eur: columns.money_at("balance_sheet_eur", row),
                is_idea_based_registered: columns.bool_at("is_idea_based_registered", row),
                is_idea_based_declared: columns.bool_at("is_idea_based_declared", row),
                municipality_code: text("municipality_code"),
                parent: parent.filter(|p| p != id),
                certificates,
                status_on: columns.date_at("status_on", row),
            };
            facts.entry(id.clone()).or_default().absorb(found);
        }
    }
    Ok(facts)
}

type Batch = arrow::record_batch::RecordBatch;

/// `resolved.supplier` and `resolved.supplier_class`: suppliers of ledgers and contracts, and the parents above them.
fn supplier_rows(records: &[Record], resolution: &Resolution, facts: &BTreeMap<String, Facts>, limits: &Limits) -> (Batch, Batch) {
    let mut shown: BTreeSet<String> = BTreeSet::new();
    let mut tops: BTreeMap<String, String> = BTreeMap::new();
    for supplier in &resolution.suppliers {
        // Registers may hold a whole country; only those we deal with are suppliers.
        if supplier.records.iter().any(|r| records[*r as usize].origin != Origin::Register) {
            let top = class::topmost(&supplier.id, &resolution.parents, facts);
            shown.insert(top.clone());
            shown.insert(supplier.id.clone());
            tops.insert(supplier.id.clone(), top);
        }
    }
    let find = |id: &str| resolution.suppliers.binary_search_by(|s| s.id.as_str().cmp(id)).ok().map(|at| &resolution.suppliers[at]);
    let mut rows = TableBuilder::new(&schema::SUPPLIER);
    let mut classes = TableBuilder::new(&schema::SUPPLIER_CLASS);
    for id in &shown {
        let found = find(id);
        let facts = facts.get(id);
        let name = found.map_or(id.as_str(), |s| s.name.as_str());
        let vendors = found.map_or(0, |s| s.records.iter().filter(|r| records[**r as usize].origin == Origin::Line).count());
        let number = found.and_then(|s| s.organisation_number.as_deref());
        let top = tops.get(id).unwrap_or(id);
        let basis = match (top == id, resolution.parents.contains_key(id)) {
            (true, _) => None,
            (false, true) => Some("override"),
            (false, false) => Some("register"),
        };
        rows.text("supplier_id", Some(id))
            .text("supplier_name", Some(name))
            .text("organisation_number", number)
            .text("supplier_group_id", Some(top))
            .text("supplier_group_name", Some(find(top).map_or(top.as_str(), |s| s.name.as_str())))
            .text("supplier_group_basis", basis)
            .text("municipality_code", facts.map(|f| f.municipality_code.as_str()).filter(|c| !c.is_empty()))
            .date("registered_on", facts.and_then(|f| f.registered_on))
            .date("deregistered_on", facts.and_then(|f| f.deregistered_on))
            .text("size_class", Some(limits.size_class(facts)))
            .int("vendor_record_count", Some(vendors as i64));
        rows.end_row();
        for statement in limits.statements(id, facts) {
            classes
                .text("supplier_id", Some(id))
                .text("class_code", Some(&statement.class))
                .text("class_status", Some(statement.status.word()))
                .text("evidence_tier", Some(statement.tier))
                .text("evidence", Some(&statement.evidence))
                .date("valid_from_on", statement.valid_from)
                .date("valid_to_on", statement.valid_to);
            classes.end_row();
        }
    }
    (rows.finish(), classes.finish())
}

fn filled(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn vendor_rows(records: &[Record], resolution: &Resolution) -> Batch {
    let mut rows = TableBuilder::new(&schema::VENDOR_SUPPLIER);
    for (record, link) in records.iter().zip(&resolution.links).filter(|(r, _)| r.origin == Origin::Line) {
        rows.text("vendor_key", Some(&record.key))
            .text("source_name", Some(&record.source_name))
            .text("vendor_id", filled(&record.vendor_id))
            .text("vendor_name", filled(&record.name))
            .text("organisation_number", filled(&record.organisation_number))
            .text("supplier_id", Some(&resolution.suppliers[link.supplier as usize].id))
            .float("link_score", Some(rounded(link.score)))
            .text("link_method", Some(link.method.word()))
            .text("link_evidence", Some(&link.evidence))
            .text("finding", link.finding.map(|f| f.word()));
        rows.end_row();
    }
    rows.finish()
}

/// A probability to four decimals: more would pretend, and a file should not change with the last bit.
fn rounded(score: f32) -> f64 {
    (f64::from(score) * 1e4).round() / 1e4
}

fn contract_rows(store: &Store, records: &[Record], resolution: &Resolution) -> Result<Batch> {
    type Grain = (String, String, String);
    let mut found: BTreeMap<Grain, (Option<i64>, f32, String)> = BTreeMap::new();
    for batch in store.read(&schema::CONTRACT)? {
        let columns = Columns(&batch);
        for row in 0..batch.num_rows() {
            let text = |name: &str| columns.text_at(name, row).unwrap_or_default();
            let key = record::elsewhere_key(Origin::Contract, text("vendor_name"), text("organisation_number"));
            let at = records.binary_search_by(|r| r.key.cmp(&key)).expect("each contract row made a record");
            let link = &resolution.links[at];
            let id = &resolution.suppliers[link.supplier as usize].id;
            let rank = columns.int_at("supplier_rank", row);
            let grain = (text("contract_id").to_string(), text("lot_id").to_string(), id.clone());
            let entry = found.entry(grain).or_insert((rank, link.score, link.evidence.clone()));
            // Two writings of one supplier in one lot: the better rank and the surer link stand.
            entry.0 = match (entry.0, rank) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
            if link.score > entry.1 {
                (entry.1, entry.2) = (link.score, link.evidence.clone());
            }
        }
    }
    let mut rows = TableBuilder::new(&schema::CONTRACT_SUPPLIER);
    for ((contract, lot, supplier), (rank, score, evidence)) in &found {
        rows.text("contract_id", Some(contract))
            .text("lot_id", Some(lot))
            .text("supplier_id", Some(supplier))
            .int("supplier_rank", *rank)
            .float("link_score", Some(rounded(*score)))
            .text("link_evidence", Some(evidence));
        rows.end_row();
    }
    Ok(rows.finish())
}

fn override_rows(lines: &[overrides::Line], resolution: &Resolution) -> Batch {
    let stale: BTreeMap<usize, &str> = resolution.stale.iter().map(|(line, why)| (*line, why.as_str())).collect();
    let mut rows = TableBuilder::new(&schema::SUPPLIER_OVERRIDE);
    for line in lines {
        let why = stale.get(&line.number);
        rows.int("line_number", Some(line.number as i64))
            .text("override_text", Some(&line.text))
            .text("override_note", filled(&line.note))
            .text("override_status", Some(if why.is_some() { "stale" } else { "in_force" }))
            .text("remedy", why.map(|w| format!("{w}; correct the line or remove it")).as_deref());
        rows.end_row();
    }
    rows.finish()
}
