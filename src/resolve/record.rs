//! Vendor records and what else names organisations, gathered from the lake: one [`Record`] for each distinct writing.

use std::collections::BTreeMap;

use arrow::array::Array;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::error::Result;
use crate::model::vendor_key;
use crate::schema;
use crate::store::{Columns, Store};

/// Where a record comes from. The order is the order of trust in its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A register of organisations.
    Register,
    /// A contract catalogue or price list.
    Contract,
    /// Invoice lines.
    Line,
}

/// One way in which an organisation is written somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The vendor key for lines; else a key over the fields. Unique, and the order in which records are treated.
    pub key: String,
    /// Where it stands.
    pub origin: Origin,
    /// Source of lines.
    pub source_name: String,
    /// The vendor's number in the ledger; empty when not stated.
    pub vendor_id: String,
    /// Name as written; empty when not stated.
    pub name: String,
    /// Organisation number as written, or `person:…`; empty when not stated.
    pub organisation_number: String,
    /// Lines that carry the record; 0 outside ledgers.
    pub line_count: u64,
    /// What only some records have.
    pub more: Option<Box<More>>,
}

/// Further facts on a vendor record, from the vendor master and the payments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct More {
    /// Name in the vendor master, when it is another.
    pub master_name: String,
    /// Organisation number in the vendor master.
    pub master_organisation_number: String,
    /// VAT number.
    pub vat_number: String,
    /// Legal Entity Identifier.
    pub lei: String,
    /// Bank accounts: bankgiro, plusgiro, IBAN; sorted.
    pub bank_accounts: Vec<String>,
    /// Street address.
    pub street: String,
    /// Postcode.
    pub postcode: String,
}

/// Everything that resolve reads, and the buyer's own identifiers found on the lines.
pub struct Gathered {
    /// Records in order of their keys.
    pub records: Vec<Record>,
    /// Distinct `buyer_id` of the lines.
    pub buyer_ids: Vec<String>,
}

#[derive(Default)]
struct Seen {
    fields: [String; 4],
    lines: u64,
    bank_accounts: Vec<String>,
}

/// Bank accounts kept for a record: more tell nothing more.
const BANK_ACCOUNTS_MAX: usize = 8;

/// Gathers the records of the lake.
pub fn gather(store: &Store) -> Result<Gathered> {
    let files = store.files(&schema::INVOICE_LINE);
    let parts: Vec<(FxHashMap<u128, Seen>, Vec<String>)> = files.par_iter().map(|file| lines_of(store, file)).collect::<Result<_>>()?;
    let mut seen: BTreeMap<u128, Seen> = BTreeMap::new();
    let mut buyer_ids: Vec<String> = Vec::new();
    for (part, buyers) in parts {
        for (key, more) in part {
            match seen.entry(key) {
                std::collections::btree_map::Entry::Vacant(slot) => {
                    slot.insert(more);
                }
                std::collections::btree_map::Entry::Occupied(mut slot) => {
                    let slot = slot.get_mut();
                    slot.lines += more.lines;
                    slot.bank_accounts.extend(more.bank_accounts);
                }
            }
        }
        buyer_ids.extend(buyers);
    }
    buyer_ids.sort();
    buyer_ids.dedup();

    let masters = masters(store)?;
    let mut records: Vec<Record> = seen
        .into_iter()
        .map(|(key, mut seen)| {
            seen.bank_accounts.sort();
            seen.bank_accounts.dedup();
            // The least ones, so that which are kept does not hang on the order of files.
            seen.bank_accounts.truncate(BANK_ACCOUNTS_MAX);
            let [source_name, vendor_id, name, organisation_number] = seen.fields;
            let more = (!seen.bank_accounts.is_empty()).then(|| Box::new(More { bank_accounts: seen.bank_accounts, ..More::default() }));
            let key = String::from_utf8(key.to_be_bytes().to_vec()).expect("a vendor key is ASCII");
            let mut record = Record { key, origin: Origin::Line, source_name, vendor_id, name, organisation_number, line_count: seen.lines, more };
            if let Some(rows) = masters.get(&record.vendor_id) {
                enrich(&mut record, rows);
            }
            record
        })
        .collect();
    records.extend(named_elsewhere(store)?);
    records.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(Gathered { records, buyer_ids })
}

fn lines_of(store: &Store, file: &crate::store::FileEntry) -> Result<(FxHashMap<u128, Seen>, Vec<String>)> {
    const COLUMNS: &[&str] = &["vendor_key", "source_name", "vendor_id", "vendor_name", "organisation_number", "bank_account", "buyer_id"];
    let mut seen: FxHashMap<u128, Seen> = FxHashMap::default();
    let mut buyers: Vec<String> = Vec::new();
    for batch in store.read_file(&schema::INVOICE_LINE, file, Some(COLUMNS), 64 * 1024)? {
        let batch = batch?;
        let columns = Columns(&batch);
        let keys = columns.text("vendor_key");
        let fields = ["source_name", "vendor_id", "vendor_name", "organisation_number"].map(|name| columns.text(name));
        let (bank, buyer) = (columns.text("bank_account"), columns.text("buyer_id"));
        for row in 0..batch.num_rows() {
            let key = u128::from_be_bytes(keys.value(row).as_bytes().try_into().expect("a vendor key has 16 characters"));
            let slot = seen
                .entry(key)
                .or_insert_with(|| Seen { fields: fields.map(|f| if f.is_null(row) { String::new() } else { f.value(row).to_string() }), ..Seen::default() });
            slot.lines += 1;
            if !bank.is_null(row) && slot.bank_accounts.len() < 4 * BANK_ACCOUNTS_MAX && !slot.bank_accounts.iter().any(|b| b == bank.value(row)) {
                slot.bank_accounts.push(bank.value(row).to_string());
            }
            if !buyer.is_null(row) && buyers.last().is_none_or(|last| last != buyer.value(row)) && !buyers.iter().any(|b| b == buyer.value(row)) {
                buyers.push(buyer.value(row).to_string());
            }
        }
    }
    Ok((seen, buyers))
}

/// Name, organisation number and the rest.
type MasterRow = (String, String, More);

/// Rows of the vendor masters by vendor id.
fn masters(store: &Store) -> Result<BTreeMap<String, Vec<MasterRow>>> {
    let mut masters: BTreeMap<String, Vec<MasterRow>> = BTreeMap::new();
    for batch in store.read(&schema::VENDOR_RECORD)? {
        let columns = Columns(&batch);
        for row in 0..batch.num_rows() {
            let text = |name: &str| columns.text_at(name, row).unwrap_or_default().to_string();
            let mut bank_accounts: Vec<String> = ["bankgiro", "plusgiro", "iban"].map(text).into_iter().filter(|t| !t.is_empty()).collect();
            bank_accounts.sort();
            let more =
                More { vat_number: text("vat_number"), lei: text("lei"), bank_accounts, street: text("street"), postcode: text("postcode"), ..More::default() };
            masters.entry(text("vendor_id")).or_default().push((text("vendor_name"), text("organisation_number"), more));
        }
    }
    Ok(masters)
}

/// Adds what the vendor master says. Several masters may use one number for different vendors: then the name must agree.
fn enrich(record: &mut Record, rows: &[MasterRow]) {
    let words = super::name::parse(&record.name).words;
    let agrees = |name: &str| super::name::parse(name).words.iter().any(|w| words.contains(w));
    let Some((name, number, more)) = (match rows {
        [only] => Some(only),
        several => several.iter().find(|(name, ..)| *name == record.name).or_else(|| several.iter().find(|(name, ..)| agrees(name))),
    }) else {
        return;
    };
    let mut more = more.clone();
    if *name != record.name {
        more.master_name.clone_from(name);
    }
    more.master_organisation_number.clone_from(number);
    more.bank_accounts.extend(record.more.take().map(|m| m.bank_accounts).unwrap_or_default());
    more.bank_accounts.sort();
    more.bank_accounts.dedup();
    record.more = Some(Box::new(more));
}

/// Suppliers as contract catalogues, price lists and registers name them.
fn named_elsewhere(store: &Store) -> Result<Vec<Record>> {
    let mut found: BTreeMap<String, Record> = BTreeMap::new();
    for (table, origin, name_column, number_column) in [
        (&schema::CONTRACT, Origin::Contract, "vendor_name", "organisation_number"),
        (&schema::PRICE_LIST_ITEM, Origin::Contract, "vendor_name", "organisation_number"),
        (&schema::SUPPLIER_REGISTER, Origin::Register, "organisation_name", "organisation_number"),
        (&schema::SUPPLIER_REGISTER, Origin::Register, "parent_organisation_name", "parent_organisation_number"),
    ] {
        for batch in store.read(table)? {
            let columns = Columns(&batch);
            for row in 0..batch.num_rows() {
                let name = columns.text_at(name_column, row).unwrap_or_default();
                let number = columns.text_at(number_column, row).unwrap_or_default();
                if name.is_empty() && number.is_empty() {
                    continue;
                }
                let key = elsewhere_key(origin, name, number);
                found.entry(key.clone()).or_insert_with(|| Record {
                    key,
                    origin,
                    source_name: String::new(),
                    vendor_id: String::new(),
                    name: name.to_string(),
                    organisation_number: number.to_string(),
                    line_count: 0,
                    more: None,
                });
            }
        }
    }
    Ok(found.into_values().collect())
}

/// The key of a record that stands outside ledgers.
pub fn elsewhere_key(origin: Origin, name: &str, organisation_number: &str) -> String {
    // A prefix that no vendor key has, since those are hex digits.
    match origin {
        Origin::Register => format!("register-{}", vendor_key("", "", name, organisation_number)),
        _ => format!("contract-{}", vendor_key("", "", name, organisation_number)),
    }
}
