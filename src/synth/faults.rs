//! Faulty records: each is a good row of its layout with one thing broken, and the code that ingest must refuse it with.

use super::world::Ledger;

/// How a row is broken.
#[derive(Debug, Clone, Copy)]
pub enum Break {
    /// The field of this column holds that.
    Value(&'static str, &'static str),
    /// The last fields are cut off.
    Short(usize),
    /// Fields too many.
    Long,
}

/// A planted fault.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    /// What is done to the row.
    pub how: Break,
    /// Expected `lake.reject.fault`.
    pub code: &'static str,
    /// Whether the row's amount can still be read.
    pub has_amount: bool,
}

const fn value(column: &'static str, value: &'static str, code: &'static str) -> Fault {
    Fault { how: Break::Value(column, value), code, has_amount: true }
}

const fn amount(column: &'static str, value: &'static str, code: &'static str) -> Fault {
    Fault { how: Break::Value(column, value), code, has_amount: false }
}

const SHORT: Fault = Fault { how: Break::Short(2), code: "column_count", has_amount: true };
const LONG: Fault = Fault { how: Break::Long, code: "column_count", has_amount: true };

const MAIN: &[Fault] = &[
    value("Verdatum", "2025-13-05", "date_not_date"),
    value("Verdatum", "2025-02-30", "date_not_date"),
    value("Fakturadatum", "05/02/2025", "date_not_date"),
    value("Verdatum", "0025-03-04", "date_out_of_range"),
    // A point among decimal commas groups thousands, or nothing.
    amount("Belopp", "1.23", "amount_not_number"),
    amount("Belopp", "123,456", "amount_too_precise"),
    amount("Belopp", "12x,50", "amount_not_number"),
    amount("Belopp", "", "value_missing"),
    amount("Belopp", "99999999999999999,00", "amount_too_large"),
    amount("Belopp", "1,23456E+02", "amount_too_precise"),
    value("Valuta", "KRONOR", "currency_not_code"),
    value("Antal", "tre", "amount_not_number"),
    SHORT,
    LONG,
];
const TRANSPORT: &[Fault] = &[
    value("Ver.datum", "2025-04-31", "date_not_date"),
    amount("Belopp", "saknas", "amount_not_number"),
    SHORT,
    amount("Belopp", "10,005", "amount_too_precise"),
];
const CULTURE: &[Fault] = &[
    value("bokforingsdatum", "2025-06-00", "date_not_date"),
    amount("nettobelopp", "1.234,50", "amount_not_number"),
    amount("nettobelopp", "", "value_missing"),
    LONG,
];
const PROPERTY: &[Fault] = &[value("datum", "i går", "date_not_date"), amount("belopp", "77,777", "amount_too_precise"), SHORT];

/// The faults that a ledger's export gets.
pub fn faults_of(ledger: Ledger) -> &'static [Fault] {
    match ledger {
        Ledger::Main => MAIN,
        Ledger::Transport => TRANSPORT,
        Ledger::Culture => CULTURE,
        Ledger::Property => PROPERTY,
    }
}
