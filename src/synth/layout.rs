//! The exports as the systems write them: columns, separators, encodings, digit groups and signs of each layout.

use std::fmt::Write;

use super::faults::{Break, faults_of};
use super::lines::*;
use super::words::REGION;
use super::world::*;
use crate::model::Date;

/// Column names of a ledger's layout.
pub fn columns(ledger: Ledger) -> &'static [&'static str] {
    match ledger {
        Ledger::Main => &[
            "Leverantörsnr",
            "Leverantör",
            "Organisationsnr",
            "Fakturanr",
            "Vernr",
            "Verdatum",
            "Fakturadatum",
            "Leveransdatum",
            "Förfallodatum",
            "Betaldatum",
            "Konto",
            "Konto(T)",
            "Ansvar",
            "Ansvar(T)",
            "Verksamhet",
            "Projekt",
            "Motpart",
            "Belopp",
            "Moms",
            "Valuta",
            "Avtalsnr",
            "Ordernr",
            "Kategori",
            "Artikelnr",
            "Antal",
            "Enhet",
            "À-pris",
            "Fakturatyp",
            "Bankgiro",
            "Text",
        ],
        Ledger::Transport => {
            &["Period", "Ver.datum", "Organisationsnr.", "Lev.nr", "Lev.nr(T)", "Belopp", "Konto", "Konto(T)", "Ansvar", "Ansvar(T)", "Fakturanr"]
        }
        Ledger::Culture => &[
            "kopare_id",
            "kopare",
            "verifikationsnummer",
            "leverantor",
            "leverantor_id",
            "konto_nr",
            "konto_text",
            "bokforingsdatum",
            "forvaltning",
            "fakturanummer",
            "nettobelopp",
        ],
        Ledger::Property => &["kopare", "kopare_id", "faktura_nr", "leverantor", "leverantor_id", "forvaltning", "konto_nr", "konto_text", "belopp", "datum"],
    }
}

/// Name of the mapping that reads the layout.
pub fn mapping(ledger: Ledger) -> &'static str {
    match ledger {
        Ledger::Main => "raindance-kontering",
        Ledger::Transport => "unit4-kontering",
        Ledger::Culture => "oppen-reskontra-vgr",
        Ledger::Property => "oppen-reskontra-goteborg",
    }
}

/// Separator of the layout.
fn separator(ledger: Ledger) -> char {
    match ledger {
        Ledger::Transport => '\t',
        Ledger::Property => ',',
        Ledger::Main | Ledger::Culture => ';',
    }
}

/// Line end of the layout.
fn line_end(ledger: Ledger) -> &'static str {
    match ledger {
        Ledger::Main => "\r\n",
        Ledger::Culture => "\r",
        Ledger::Transport | Ledger::Property => "\n",
    }
}

/// What stands above the first record, with the number of lines that it takes.
pub fn head(ledger: Ledger, month: &str) -> (String, u64) {
    let names = columns(ledger).join(&separator(ledger).to_string());
    let end = line_end(ledger);
    match ledger {
        Ledger::Transport => (format!("Granmarkstrafiken: konteringar{end}Urval: period {month}{end}{end}{names}{end}"), 4),
        _ => (format!("{names}{end}"), 1),
    }
}

/// What stands below the last record.
pub fn foot(ledger: Ledger, total: i128) -> String {
    if ledger != Ledger::Transport {
        return String::new();
    }
    let mut text = String::from("Summa\t\t\t\t\t");
    grouped(&mut text, total, '\u{2212}');
    text.push_str("\t\t\t\t\t\n");
    text
}

/// Encodes a piece of text as the ledger's files are.
pub fn encode(ledger: Ledger, text: &str, is_first: bool) -> Vec<u8> {
    match ledger {
        Ledger::Main => windows_1252(text),
        Ledger::Transport => {
            let mut bytes = if is_first { b"\xef\xbb\xbf".to_vec() } else { Vec::new() };
            bytes.extend_from_slice(text.as_bytes());
            bytes
        }
        Ledger::Culture => text.as_bytes().to_vec(),
        Ledger::Property => {
            let mut bytes = Vec::with_capacity(text.len() * 2 + 2);
            if is_first {
                bytes.extend_from_slice(&[0xff, 0xfe]);
            }
            bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
            bytes
        }
    }
}

/// All that we write lies in Latin-1, which Windows-1252 equals there, but for the dash that tells the two apart.
fn windows_1252(text: &str) -> Vec<u8> {
    text.chars().map(|c| if c == '–' { 0x96 } else { u8::try_from(u32::from(c)).expect("the region's texts are Latin-1") }).collect()
}

fn number(out: &mut String, mut n: u64) {
    let mut digits = [0u8; 20];
    let mut at = 20;
    loop {
        at -= 1;
        digits[at] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            break;
        }
    }
    out.push_str(std::str::from_utf8(&digits[at..]).expect("digits are ASCII"));
}

fn two(out: &mut String, n: u64) {
    out.push((b'0' + (n / 10) as u8) as char);
    out.push((b'0' + (n % 10) as u8) as char);
}

fn plain(out: &mut String, minor: i64, mark: char) {
    if minor < 0 {
        out.push('-');
    }
    number(out, minor.unsigned_abs() / 100);
    out.push(mark);
    two(out, minor.unsigned_abs() % 100);
}

/// `−12 345,60` with no-break spaces.
fn grouped(out: &mut String, minor: i128, minus: char) {
    if minor < 0 {
        out.push(minus);
    }
    let whole = (minor.unsigned_abs() / 100) as u64;
    let mut powers = [0u64; 7];
    let mut count = 0;
    let mut rest = whole;
    loop {
        powers[count] = rest % 1_000;
        rest /= 1_000;
        count += 1;
        if rest == 0 {
            break;
        }
    }
    number(out, powers[count - 1]);
    for part in powers[..count - 1].iter().rev() {
        out.push('\u{a0}');
        out.push((b'0' + (part / 100) as u8) as char);
        two(out, part % 100);
    }
    out.push(',');
    two(out, (minor.unsigned_abs() % 100) as u64);
}

fn date(out: &mut String, date: Date) {
    let (year, month, day) = date.ymd();
    number(out, year as u64);
    out.push('-');
    two(out, u64::from(month));
    out.push('-');
    two(out, u64::from(day));
}

fn quoted(out: &mut String, text: &str, separator: char) {
    if text.contains([separator, '"', '\n', '\r']) {
        out.push('"');
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(text);
    }
}

/// An invoice number as the vendor writes it, or as a clerk keys it.
pub fn invoice_number(out: &mut String, style: u8, value: u64, year: i32, is_variant: bool) {
    match (style, is_variant) {
        (0, false) => number(out, value),
        (0, true) => {
            out.push_str("00");
            number(out, value);
        }
        (1, false) => _ = write!(out, "F{year}-{value}"),
        (1, true) => _ = write!(out, "F{year} {value}"),
        (2, false) => _ = write!(out, "{}-{value}", year % 100),
        (2, true) => _ = write!(out, "{}/{value}", year % 100),
        (_, false) => _ = write!(out, "INV{value}"),
        (_, true) => _ = write!(out, "inv {value}"),
    }
}

fn reference(out: &mut String, world: &World, reference: Reference) {
    match reference {
        Reference::None => {}
        Reference::Order(number) => _ = write!(out, "IO{number}"),
        Reference::Contract(contract, form) => {
            let id = &world.contracts[contract as usize].id;
            match form {
                0 => out.push_str(&id.to_lowercase()),
                1 => out.push_str(&id.replace('-', " ")),
                2 => out.push_str(&id.replace('-', "")),
                _ => out.push_str(id),
            }
        }
    }
}

/// Writes one line of an invoice as a row of its ledger's layout, line end included. Returns the lines of the file that it takes
/// beyond one, and how many of them stand above the row.
pub fn row(out: &mut String, world: &World, ledger: Ledger, invoice: &Invoice, line: &Line, voucher: u64) -> (u64, u64) {
    let is_odd = line.text == Text::TwoLines && ledger == Ledger::Main;
    if is_odd {
        out.push_str(line_end(ledger));
    }
    let start = out.len();
    match ledger {
        Ledger::Main => main_row(out, world, invoice, line, voucher),
        Ledger::Transport => transport_row(out, world, invoice, line),
        Ledger::Culture => culture_row(out, world, invoice, line, voucher),
        Ledger::Property => property_row(out, world, invoice, line),
    }
    if let Some(fault) = invoice.fault {
        let broken = broken(&out[start..], ledger, fault);
        out.truncate(start);
        out.push_str(&broken);
    }
    out.push_str(line_end(ledger));
    if is_odd { (2, 1) } else { (0, 0) }
}

fn broken(row: &str, ledger: Ledger, fault: u8) -> String {
    let separator = separator(ledger);
    let mut fields: Vec<String> = Vec::new();
    // Planned rows quote nothing but amounts with decimal commas.
    let mut is_quoted = false;
    let mut field = String::new();
    for c in row.chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            c if c == separator && !is_quoted => fields.push(std::mem::take(&mut field)),
            c => field.push(c),
        }
    }
    fields.push(field);
    match faults_of(ledger)[usize::from(fault)].how {
        Break::Value(column, value) => {
            let at = columns(ledger).iter().position(|c| *c == column).expect("the fault names a column of the layout");
            fields[at] = value.to_string();
        }
        Break::Short(n) => fields.truncate(fields.len() - n),
        Break::Long => fields.extend(["x".to_string(), "y".to_string()]),
    }
    let mut out = String::new();
    for (i, field) in fields.iter().enumerate() {
        if i > 0 {
            out.push(separator);
        }
        quoted(&mut out, field, separator);
    }
    out
}

fn main_row(out: &mut String, world: &World, invoice: &Invoice, line: &Line, voucher: u64) {
    let vendor = &world.vendors[invoice.vendor as usize];
    let unit = &world.units[usize::from(invoice.unit)];
    let account = &world.accounts[usize::from(line.account)];
    let year = invoice.invoiced.ymd().0;
    out.push_str(&vendor.id);
    out.push(';');
    out.push_str(&vendor.name);
    out.push(';');
    out.push_str(&vendor.number);
    out.push(';');
    invoice_number(out, invoice.style, invoice.number, year, invoice.is_variant);
    out.push(';');
    number(out, voucher);
    out.push(';');
    date(out, invoice.booked);
    out.push(';');
    date(out, invoice.invoiced);
    out.push(';');
    if let Some(delivered) = invoice.delivered {
        date(out, delivered);
    }
    out.push(';');
    date(out, invoice.invoiced.plus_days(30));
    out.push(';');
    // Every seventh is not paid yet.
    if !invoice.number.is_multiple_of(7) {
        date(out, invoice.invoiced.plus_days(28 + (invoice.number % 5) as i32));
    }
    out.push(';');
    out.push_str(&account.code);
    out.push(';');
    out.push_str(&account.name);
    out.push(';');
    out.push_str(&unit.code);
    out.push(';');
    out.push_str(&unit.name);
    out.push(';');
    // Activity, project and counterpart.
    number(out, 100 + u64::from(invoice.unit) % 40 * 10);
    out.push_str(";;;");
    grouped(out, i128::from(line.amount), '-');
    out.push(';');
    // A quarter, rounded half away from zero, as ledgers book VAT.
    grouped(out, i128::from((line.amount + 2 * line.amount.signum()) / 4), '-');
    out.push(';');
    out.push_str(invoice.currency);
    out.push(';');
    reference(out, world, invoice.contract);
    out.push(';');
    reference(out, world, invoice.order);
    out.push(';');
    if line.states_category && line.leaf != u16::MAX {
        out.push_str(&world.leaves[usize::from(line.leaf)].code);
    }
    out.push(';');
    if line.item != NONE {
        out.push_str(&world.items[line.item as usize].id);
    } else if line.quantity != 0 {
        out.push('X');
        number(out, line.price as u64);
    }
    out.push(';');
    if line.quantity != 0 {
        if line.quantity < 0 {
            out.push('-');
        }
        number(out, line.quantity.unsigned_abs());
        out.push(';');
        out.push_str(if line.item != NONE { world.items[line.item as usize].unit } else { "ST" });
        out.push(';');
        plain(out, line.price, ',');
    } else {
        out.push_str(";;");
    }
    out.push(';');
    out.push_str(if line.amount < 0 {
        "KREDIT"
    } else if invoice.number.is_multiple_of(9) {
        "PDF"
    } else {
        "E-FAKTURA"
    });
    out.push(';');
    out.push_str(&vendor.bankgiro);
    out.push(';');
    match line.text {
        Text::None => {}
        Text::Words(words) => out.push_str(words),
        Text::TwoLines => quoted(out, "Enligt avtal; se \"bilaga\"\nDel 2", ';'),
        Text::Credits(style, value, year) => {
            out.push_str("Kredit av faktura ");
            invoice_number(out, style, value, year, false);
        }
    }
}

fn transport_row(out: &mut String, world: &World, invoice: &Invoice, line: &Line) {
    let vendor = &world.vendors[invoice.vendor as usize];
    let unit = &world.units[usize::from(invoice.unit)];
    let account = &world.accounts[usize::from(line.account)];
    let (year, month, _) = invoice.booked.ymd();
    number(out, year as u64);
    two(out, u64::from(month));
    out.push('\t');
    date(out, invoice.booked);
    for text in [&vendor.number, &vendor.id, &vendor.name] {
        out.push('\t');
        out.push_str(text);
    }
    out.push('\t');
    grouped(out, i128::from(line.amount), '\u{2212}');
    for text in [&account.code, &account.name, &unit.code, &unit.name] {
        out.push('\t');
        out.push_str(text);
    }
    out.push('\t');
    invoice_number(out, invoice.style, invoice.number, invoice.invoiced.ymd().0, invoice.is_variant);
}

fn culture_row(out: &mut String, world: &World, invoice: &Invoice, line: &Line, voucher: u64) {
    let vendor = &world.vendors[invoice.vendor as usize];
    let unit = &world.units[usize::from(invoice.unit)];
    let account = &world.accounts[usize::from(line.account)];
    out.push_str(&world.own_number);
    out.push(';');
    out.push_str(REGION);
    out.push(';');
    number(out, voucher);
    out.push(';');
    out.push_str(&vendor.name);
    out.push(';');
    out.push_str(&vendor.number);
    out.push(';');
    out.push_str(&account.code);
    out.push(';');
    out.push_str(&account.name);
    out.push(';');
    date(out, invoice.booked);
    out.push(';');
    out.push_str(&unit.name);
    out.push(';');
    invoice_number(out, invoice.style, invoice.number, invoice.invoiced.ymd().0, invoice.is_variant);
    out.push(';');
    plain(out, line.amount, '.');
}

fn property_row(out: &mut String, world: &World, invoice: &Invoice, line: &Line) {
    let vendor = &world.vendors[invoice.vendor as usize];
    let unit = &world.units[usize::from(invoice.unit)];
    let account = &world.accounts[usize::from(line.account)];
    out.push_str(REGION);
    out.push(',');
    out.push_str(&world.own_number);
    out.push(',');
    invoice_number(out, invoice.style, invoice.number, invoice.invoiced.ymd().0, invoice.is_variant);
    out.push(',');
    quoted(out, &vendor.name, ',');
    out.push(',');
    out.push_str(&vendor.number);
    out.push(',');
    out.push_str(&unit.name);
    out.push(',');
    out.push_str(&account.code);
    out.push(',');
    quoted(out, &account.name, ',');
    out.push_str(",\"");
    plain(out, line.amount, ',');
    out.push_str("\",");
    date(out, invoice.booked);
}
