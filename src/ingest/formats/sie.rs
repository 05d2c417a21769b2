//! SIE 4 (the Swedish exchange format for ledgers, type 4B): control totals. It names no suppliers, so it is no source of
//! invoice lines; the sum of its transactions for each account and month is what the lines are checked against.
//!
//! The text is CP437 (`#FORMAT PC8`). Accounts, dates and amounts are ASCII, so no byte of a name needs to be decoded.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Read};

use super::super::cells::{Cell, CellFault, CellRecord, CellTable};
use super::super::faults;
use super::content::{Content, invalid};
use super::{Document, Notes, decimal};
use crate::model::Date;

/// Longest line, in bytes.
const LINE_BYTES_MAX: u64 = 1 << 20;
/// Most accounts times months.
const TOTALS_MAX: usize = 5_000_000;

/// Whether the first bytes are SIE: every file begins with the label `#FLAGGA`.
pub fn is_sie(head: &[u8]) -> bool {
    head.trim_ascii_start().strip_prefix(b"#FLAGGA").is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_whitespace))
}

/// Sums the transactions by account and month (`control_total`) and gives the closing balances (`balance`).
pub fn open(content: &Content) -> io::Result<Document> {
    let mut source = content.stream()?;
    let mut totals: BTreeMap<(String, String), i128> = BTreeMap::new();
    let mut balances: Vec<CellRecord> = Vec::new();
    let mut broken: Vec<CellFault> = Vec::new();
    let mut voucher_on: Option<Date> = None;
    let mut is_whole = true;
    let mut number = 0u64;
    loop {
        let mut bytes = Vec::new();
        (&mut source).take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            break;
        }
        number += 1;
        if bytes.len() as u64 == LINE_BYTES_MAX {
            return Err(invalid(format!("line {number}: longer than one megabyte")));
        }
        let fields = fields(&bytes);
        let field = |at: usize| fields.get(at).map(String::as_str).unwrap_or_default();
        let fault = |column: &str, value: &str| CellFault {
            line: number,
            column: Some(column.into()),
            value: Some(value.chars().take(200).collect()),
            net_amount: None,
            fault: faults::ELEMENT_BROKEN,
        };
        match field(0).to_ascii_uppercase().as_str() {
            "#VER" => voucher_on = day(field(3)),
            "{" => is_whole = false,
            "}" => is_whole = true,
            // #BTRANS is a transaction that was taken away and #RTRANS one that was added; the latter stands as #TRANS too.
            "#TRANS" => {
                let Some(amount) = minor(field(3)) else {
                    broken.push(fault("#TRANS", field(3)));
                    continue;
                };
                let Some(on) = day(field(4)).or(voucher_on) else {
                    broken.push(fault("#VER", "a transaction without a date"));
                    continue;
                };
                *totals.entry((field(1).to_string(), on.period().to_string())).or_default() += amount;
                if totals.len() > TOTALS_MAX {
                    return Err(invalid("more than five million totals of account and month"));
                }
            }
            "#UB" => match minor(field(3)) {
                Some(amount) => balances.push(CellRecord { line: number, cells: vec![text(field(2)), text(field(1)), money(amount)] }),
                None => broken.push(fault("#UB", field(3))),
            },
            _ => {}
        }
    }
    if !is_whole {
        return Err(invalid(format!("line {number}: the file is cut: a voucher is not closed")));
    }
    let sums = totals
        .into_iter()
        .enumerate()
        .map(|(i, ((account, period), amount))| CellRecord { line: i as u64 + 1, cells: vec![text(&account), text(&period), money(amount)] });
    let records: Vec<_> = broken.into_iter().map(Err).chain(sums.map(Ok)).collect();
    let table = |name: &str, columns: [&str; 3], records: Vec<Result<CellRecord, CellFault>>| CellTable {
        name: name.into(),
        header_line: 0,
        columns: columns.map(str::to_string).to_vec(),
        records: Box::new(records.into_iter()),
    };
    let tables = vec![
        table("control_total", ["account_code", "period", "net_amount"], records),
        table("balance", ["account_code", "year", "balance"], balances.into_iter().map(Ok).collect()),
    ];
    Ok(Document { format: "sie", encoding: "CP437".into(), tables, notes: Notes::default() })
}

fn text(text: &str) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_string()) }
}

fn money(minor: i128) -> Cell {
    Cell::Number(crate::model::Total::from_minor(minor).to_string())
}

/// Öre of an amount with at most two decimals that are not zero.
fn minor(text: &str) -> Option<i128> {
    let text = decimal::exact(text)?;
    let (sign, digits) = text.strip_prefix('-').map_or((1, text.as_str()), |d| (-1, d));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > 2 || whole.len() > 18 {
        return None;
    }
    format!("{whole}{fraction:0<2}").parse::<i128>().ok().map(|m| sign * m)
}

fn day(text: &str) -> Option<Date> {
    (text.len() == 8 && text.is_ascii()).then(|| Date::parse_iso(&format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..8])))?
}

/// The fields of a line: separated by blanks, in quotation marks when they hold blanks, a list of objects in braces as one.
fn fields(line: &[u8]) -> Vec<String> {
    let mut fields = Vec::new();
    let mut at = 0;
    while at < line.len() {
        match line[at] {
            byte if byte.is_ascii_whitespace() => at += 1,
            b'{' if !fields.is_empty() => {
                let end = line[at..].iter().position(|b| *b == b'}').map_or(line.len(), |e| at + e + 1);
                fields.push("{}".to_string());
                at = end;
            }
            b'"' => {
                let mut field = Vec::new();
                at += 1;
                while at < line.len() && line[at] != b'"' {
                    if line[at] == b'\\' && line.get(at + 1) == Some(&b'"') {
                        at += 1;
                    }
                    field.push(line[at]);
                    at += 1;
                }
                at += 1;
                fields.push(field.iter().map(|b| char::from(*b)).collect());
            }
            _ => {
                let end = line[at..].iter().position(u8::is_ascii_whitespace).map_or(line.len(), |e| at + e);
                fields.push(line[at..end].iter().map(|b| char::from(*b)).collect());
                at = end;
            }
        }
    }
    fields
}
