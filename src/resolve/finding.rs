//! What is odd about vendor records and is no link: each is for a person to look at, and none is a merge.

use std::collections::{BTreeMap, BTreeSet};

use arrow::record_batch::RecordBatch;

use super::decide::{self, Finding, Resolution};
use super::name::Blank;
use super::record::{Origin, Record};
use crate::schema;
use crate::store::TableBuilder;

/// Suppliers beside one account from which it is a payment agent's or the bank's own: said once more for each, it would drown the rest.
const SUPPLIERS_OF_ACCOUNT_MAX: usize = 200;

/// `resolved.vendor_finding`: of records that stand on invoice lines.
pub(super) fn rows(records: &[Record], resolution: &Resolution) -> RecordBatch {
    let mut found: BTreeSet<(&str, &str, String)> = BTreeSet::new();
    let mut holders: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for (at, record) in records.iter().enumerate().filter(|(_, r)| r.origin == Origin::Line) {
        if let Some(finding) = resolution.links[at].finding {
            found.insert((&record.key, finding.word(), subject(record, finding)));
        }
        if resolution.links[at].finding.is_none() {
            for account in record.more.iter().flat_map(|m| &m.bank_accounts).filter(|a| decide::is_account(a)) {
                holders.entry(account).or_default().push(at as u32);
            }
        }
    }
    for (account, holders) in holders {
        let suppliers: BTreeSet<u32> = holders.iter().map(|r| resolution.links[*r as usize].supplier).collect();
        if (2..=SUPPLIERS_OF_ACCOUNT_MAX).contains(&suppliers.len()) {
            found.extend(holders.iter().map(|r| (records[*r as usize].key.as_str(), "shared_bank_account", account.to_string())));
        }
    }
    let mut rows = TableBuilder::new(&schema::VENDOR_FINDING);
    for (key, finding, subject) in &found {
        let at = records.binary_search_by(|r| r.key.as_str().cmp(key)).expect("findings are of records");
        rows.text("vendor_key", Some(key))
            .text("finding", Some(finding))
            .text("subject", Some(subject))
            .text("supplier_id", Some(&resolution.supplier_of(at).id));
        rows.end_row();
    }
    rows.finish()
}

/// What the records of a finding have in common.
fn subject(record: &Record, finding: Finding) -> String {
    let source = &record.source_name;
    match finding {
        Finding::Blank(Blank::OneOff) if !record.vendor_id.is_empty() => format!("{source} {}", record.vendor_id),
        // A number with a wrong check digit may be a person's with one digit wrong: it is not repeated.
        Finding::DummyIdentifier | Finding::SharedIdentifier if !record.organisation_number.is_empty() => record.organisation_number.clone(),
        _ => source.clone(),
    }
}
