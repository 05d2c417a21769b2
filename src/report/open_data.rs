//! The supplier ledger as open data: one CSV file for each month in the fifteen columns of the Swedish specification
//! (leverantörsreskontra 1.1, lankadedata.se/spec/leverantorsreskontra), a folder for each calendar year, personal data masked.

use std::collections::BTreeMap;
use std::io::Write as _;

use super::csv::{Dialect, record};
use super::grid::{Row, Value, for_each_batch};
use super::output::{Folder, OpenFile};
use crate::error::{Error, Result};
use crate::model::identifier::personal_number_ranges;
use crate::pipeline::Context;
use crate::store::Store;

/// The columns of version 1.1 in its order; the first nine are mandatory.
pub const COLUMNS: [&str; 15] = [
    "kopare_id",
    "kopare",
    "verifikationsnummer",
    "leverantor",
    "leverantor_id",
    "konto_nr",
    "konto_text",
    "belopp",
    "datum",
    "forvaltning",
    "fakturanummer",
    "grund",
    "avtal",
    "kommun_id",
    "s_kod_nr",
];

/// What stands for a sole trader: no name, no number and no stand-in that would tie the rows of one person together.
const SOLE_TRADER: &str = "Enskild näringsidkare";

/// What was written.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Files: months.
    pub files: usize,
    /// Rows: posting lines.
    pub rows: u64,
    /// Their sum by currency, in minor units.
    pub sums: BTreeMap<String, i128>,
    /// Rows whose supplier is masked.
    pub masked: u64,
}

/// Writes `<folder>/<year>/leverantorsreskontra-<YYYY-MM>.csv` for each loaded month.
pub fn export(context: &Context, store: &Store, folder: &std::path::Path) -> Result<Exported> {
    const READ: &[&str] = &[
        "period",
        "covered_on",
        "buyer_id",
        "organisational_unit_name",
        "supplier_id",
        "supplier_name",
        "invoice_number",
        "voucher_number",
        "invoice_on",
        "booked_on",
        "account_code",
        "account_name",
        "net_amount",
        "currency",
        "contract_id",
    ];
    let mut folder = Folder::create(folder.to_path_buf())?;
    let mut done = Exported::default();
    let own = context.config.own_organisation_numbers.first().cloned().unwrap_or_default();
    // Lines lie in the order of their months: one file is open at a time.
    let mut open: Option<(String, OpenFile)> = None;
    let mut seen = std::collections::BTreeSet::new();
    for_each_batch(store, "matched.spend", Some(READ), |batch| {
        for index in 0..batch.num_rows() {
            let row = Row::of(batch, index);
            let period = row.text("period");
            if open.as_ref().is_none_or(|(p, _)| p != period) {
                if let Some((_, file)) = open.take() {
                    folder.finish(file)?;
                }
                if !seen.insert(period.to_string()) {
                    return Err(Error::Internal("matched.spend is not ordered by month".to_string()));
                }
                let year = period.get(..4).unwrap_or(period);
                let mut file = folder.start(&format!("{year}/leverantorsreskontra-{period}.csv"))?;
                put(&mut file, record(COLUMNS.map(|c| Value::Text(c.to_string())), Dialect::Machine).as_bytes())?;
                done.files += 1;
                open = Some((period.to_string(), file));
            }
            let (cells, is_masked) = cells(row, &own, &context.config.name);
            done.rows += 1;
            done.masked += u64::from(is_masked);
            *done.sums.entry(row.text("currency").to_string()).or_default() += i128::from(row.money("net_amount").unwrap_or(0));
            let (_, file) = open.as_mut().expect("opened above");
            put(file, record(cells, Dialect::Machine).as_bytes())?;
        }
        Ok(())
    })?;
    if let Some((_, file)) = open.take() {
        folder.finish(file)?;
    }
    Ok(done)
}

fn put(file: &mut OpenFile, bytes: &[u8]) -> Result<()> {
    file.write_all(bytes).map_err(|e| Error::Store(format!("a file of the open data cannot be written: {e}")))
}

/// One row, and whether its supplier is masked.
fn cells(row: Row<'_>, own_number: &str, own_name: &str) -> ([Value; 15], bool) {
    let text = |text: &str| if text.is_empty() { Value::Null } else { Value::Text(masked(text)) };
    let supplier_id = row.text("supplier_id");
    let is_person = supplier_id.starts_with("person:");
    let buyer_id = Some(row.text("buyer_id")).filter(|b| !b.is_empty()).unwrap_or(own_number);
    let date = ["booked_on", "invoice_on", "covered_on"].into_iter().find_map(|c| row.date(c));
    let unit = Some(row.text("organisational_unit_name")).filter(|u| *u != "unknown").unwrap_or_default();
    let cells = [
        text(buyer_id),
        text(own_name),
        text(row.text("voucher_number")),
        if is_person { Value::Text(SOLE_TRADER.to_string()) } else { text(row.text("supplier_name")) },
        // Only a number that is known to be an organisation's.
        text(supplier_id.strip_prefix("SE").filter(|n| n.len() == 10 && n.bytes().all(|b| b.is_ascii_digit())).unwrap_or_default()),
        text(row.text("account_code")),
        text(row.text("account_name")),
        row.value("net_amount"),
        date.map_or(Value::Null, Value::Date),
        text(unit),
        // A sole trader numbers invoices by hand: the number may hold a date of birth.
        if is_person { Value::Null } else { text(row.text("invoice_number")) },
        Value::Null,
        text(row.text("contract_id")),
        Value::Null,
        Value::Null,
    ];
    (cells, is_person)
}

/// Text with personal numbers taken out.
fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for range in personal_number_ranges(text) {
        out.push_str(&text[from..range.start]);
        out.push_str("[personnummer]");
        from = range.end;
    }
    out + &text[from..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn personal_numbers_are_taken_out() {
        for (text, expect) in [("Faktura 1234", "Faktura 1234"), ("Avser 121212-1212, hjälpmedel", "Avser [personnummer], hjälpmedel")] {
            assert_eq!(masked(text), expect);
        }
    }
}
