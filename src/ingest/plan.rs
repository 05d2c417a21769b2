//! From a header to a plan: which field fills which column of the table, and how it is read.

use std::collections::BTreeMap;

use super::day::{self, DayForm, Orders};
use super::mapping::{ColumnRule, DateOrder, Mapping, fold_header, fold_name};
use super::number::{self, Decimal, Evidence, Grouping, NumberForm};
use crate::schema::{Table, Type};

/// How the text of one column becomes what the lake holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextRule {
    /// As it stands, blanks at the ends off.
    Plain,
    /// A key: control characters are a fault; a personal number becomes its stand-in.
    Identifier,
    /// A name: white space folded, personal numbers masked.
    Name,
    /// An organisation number.
    Organisation,
    /// Three capital letters.
    Currency,
    /// Letters and digits only, upper case: VAT, IBAN, LEI, country.
    Compact,
    /// Digits only, unless there are letters: bankgiro, plusgiro.
    Digits,
    /// Entries separated by `|`.
    List,
}

impl TextRule {
    fn of(column: &str) -> TextRule {
        match column {
            "organisation_number" | "parent_organisation_number" => TextRule::Organisation,
            "vendor_name" | "organisation_name" | "line_text" | "contract_title" | "tender_title" | "award_title" | "tenderer_name" | "supplier_name"
            | "item_name" | "buyer_name" => TextRule::Name,
            "currency" | "base_currency" | "quote_currency" => TextRule::Currency,
            "vat_number" | "iban" | "lei" | "country" => TextRule::Compact,
            "bankgiro" | "plusgiro" | "bank_account" => TextRule::Digits,
            "category_codes" | "entitled_unit_ids" | "certified_classes" => TextRule::List,
            _ if column.ends_with("_id") || column.ends_with("_number") || column.ends_with("_reference") => TextRule::Identifier,
            _ => TextRule::Plain,
        }
    }
}

/// How one column is read.
#[derive(Debug, Clone)]
pub enum Reading {
    /// Text.
    Text(TextRule),
    /// A number, kept in units of 10^−scale.
    Number { decimal: Option<Decimal>, grouping: Option<Grouping>, scale: u32, reversed: bool, currency: String },
    /// A day.
    Day(DayForm),
    /// Yes or no.
    Truth,
}

/// One column of the table that the file fills.
#[derive(Debug, Clone)]
pub struct Slot {
    /// Position in the table.
    pub column: usize,
    /// Position in the record.
    pub field: usize,
    /// The column's name in the file.
    pub name: String,
    /// How it is read.
    pub reading: Reading,
    /// Whether an empty value is a fault.
    pub required: bool,
    /// Meanings of values, by their lower-case form.
    pub values: BTreeMap<String, String>,
    /// Whether a value without a meaning is a fault.
    pub values_only: bool,
    /// Separators of a list, beside `|`.
    pub split: String,
    /// Whether a clean text is kept as it stands: a plain text, name or identifier without meanings.
    pub is_simple: bool,
    /// Which part of the vendor it is: 0 id, 1 name, 2 organisation number; for tables with a vendor key.
    pub vendor_part: Option<usize>,
}

/// How the records of one file are read.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The table that is filled.
    pub table: &'static Table,
    /// The columns that the file fills, in table order.
    pub slots: Vec<Slot>,
    /// Fields that a record must have: up to the last one that is read.
    pub field_count_min: usize,
    /// Fields that a record may have: the header's names and nothing filled behind them.
    pub field_count_max: usize,
    /// Slots of the date columns that give the period, in order of preference.
    pub period: Vec<usize>,
    /// Slot of `net_amount`.
    pub net: Option<usize>,
    /// Slots that make the vendor key: id, name, organisation number; `Some` for tables with a vendor key.
    pub vendor: Option<[Option<usize>; 3]>,
    /// Whether vendor ids are organisation numbers.
    pub vendor_id_is_organisation_number: bool,
    /// The currency of rows whose currency cell is empty.
    pub currency_default: String,
    /// Values that hold for every row, by position in the table.
    pub constants: BTreeMap<usize, String>,
    /// Texts that stand for no value.
    pub empty: Vec<String>,
    /// Marks of credits.
    pub credit_marks: Vec<String>,
    /// First words of total rows, lower case.
    pub total_words: Vec<String>,
    /// Names of columns that are read and that the header has more than once.
    pub repeated: Vec<String>,
}

/// First words of rows that are sums of the rows above.
const TOTAL_WORDS: &[&str] =
    &["summa", "slutsumma", "totalsumma", "totalt", "total", "delsumma", "sum", "grand total", "sub total", "subtotal", "report total"];

/// Stands in a mapping's `values` for every value that has no meaning of its own.
const ANY_OTHER: &str = "*";

impl Slot {
    /// What the mapping says that a value means, whatever its case.
    pub fn meaning(&self, value: &str) -> Option<&String> {
        if self.values.is_empty() {
            return None;
        }
        // A list of a few short words is read through sooner than a lower-case copy is made.
        let meant = if self.values.len() <= MEANINGS_READ_MAX && value.is_ascii() {
            self.values.iter().find(|(known, _)| known.eq_ignore_ascii_case(value)).map(|(_, meant)| meant)
        } else {
            self.values.get(&value.to_lowercase())
        };
        meant.or_else(|| self.values.get(ANY_OTHER))
    }
}

impl Plan {
    /// The plan of `mapping` for a file with this header; the message names the columns that are missing.
    pub fn new(mapping: &Mapping, header: &[String], default_currency: &str) -> Result<Plan, String> {
        let folded = fold_header(header);
        let found = |rule: &ColumnRule| {
            rule.names.iter().find_map(|n| {
                let name = fold_name(n);
                folded.iter().position(|h| *h == name)
            })
        };
        let placed: Vec<(usize, usize, ColumnRule)> =
            mapping.columns.iter().filter_map(|(column, rule)| found(rule).map(|field| (*column, field, rule.clone()))).collect();
        let named = header.iter().rposition(|h| !h.trim().is_empty()).map_or(0, |i| i + 1);
        Plan::build(mapping, placed, header, named, default_currency)
    }

    /// The plan of a layout without a header.
    pub fn headerless(mapping: &Mapping, layout: &[String], default_currency: &str) -> Result<Plan, String> {
        let rule_of = |column: usize| mapping.columns.iter().find(|(c, _)| *c == column).map_or_else(ColumnRule::default, |(_, r)| r.clone());
        let mut placed: Vec<(usize, usize, ColumnRule)> = layout
            .iter()
            .enumerate()
            .filter(|(_, target)| !target.is_empty())
            .map(|(field, target)| {
                let column = mapping.table.index_of(target);
                (column, field, rule_of(column))
            })
            .collect();
        placed.sort_by_key(|(column, ..)| *column);
        let header: Vec<String> =
            layout.iter().enumerate().map(|(i, target)| if target.is_empty() { String::new() } else { format!("column {}", i + 1) }).collect();
        Plan::build(mapping, placed, &header, layout.len(), default_currency)
    }

    fn build(
        mapping: &Mapping,
        placed: Vec<(usize, usize, ColumnRule)>,
        header: &[String],
        field_count_max: usize,
        default_currency: &str,
    ) -> Result<Plan, String> {
        let table = mapping.table;
        let file = &mapping.file;
        let has = |column: &usize| placed.iter().any(|(c, ..)| c == column);
        let missing: Vec<String> = mapping
            .required_groups()
            .iter()
            .filter(|group| !group.iter().any(has))
            .map(|group| {
                let one = |column: &usize| {
                    let names = mapping.columns.iter().find(|(c, _)| c == column).map(|(_, r)| r.names.join("\" or \"")).unwrap_or_default();
                    format!("{} (\"{names}\")", table.columns[*column].name)
                };
                group.iter().map(one).collect::<Vec<_>>().join(" or ")
            })
            .collect();
        if !missing.is_empty() {
            return Err(missing.join(", "));
        }
        // A table without required columns, such as the category rules: half of the names make a header.
        if placed.len() * 2 < mapping.columns.len() && mapping.required_groups().is_empty() {
            return Err("more than half of its columns".to_string());
        }
        let mut constants: BTreeMap<usize, String> = file.constants.iter().map(|(name, value)| (table.index_of(name), value.clone())).collect();
        let currency_column = table.columns.iter().position(|c| c.name == "currency");
        if let Some(column) = currency_column
            && !has(&column)
        {
            constants.entry(column).or_insert_with(|| default_currency.to_string());
        }
        let currency_default = currency_column.and_then(|c| constants.get(&c)).cloned().unwrap_or_else(|| default_currency.to_string());
        let folded = fold_header(header);
        let is_repeated = |field: usize| folded.get(field).is_some_and(|name| !name.is_empty() && folded.contains(&format!("{name}#2")));
        let repeated = placed.iter().filter(|(_, field, _)| is_repeated(*field)).map(|(_, field, _)| header[*field].clone()).collect();
        // A column of the file wins over a constant.
        constants.retain(|column, _| !has(column));
        // Without a currency of its own a table's money is in a currency that its column names say.
        let currency = currency_column.and_then(|c| constants.get(&c)).cloned().unwrap_or_default();
        let slots: Vec<Slot> = placed
            .into_iter()
            .map(|(column, field, rule)| {
                let declared = table.columns[column];
                let decimal = rule.decimal.as_ref().or(file.decimal.as_ref()).map(|d| if d == "," { Decimal::Comma } else { Decimal::Dot });
                let number = |scale| Reading::Number { decimal, grouping: None, scale, reversed: rule.reversed, currency: currency.clone() };
                let reading = match declared.ty {
                    Type::Text => Reading::Text(TextRule::of(declared.name)),
                    Type::Money => number(2),
                    Type::Quantity => number(4),
                    Type::Rate => number(8),
                    Type::Int | Type::Float => number(0),
                    Type::Date => {
                        // Invoices are recent; contracts may be open-ended and companies old.
                        let (year_min, year_max) = if table.is_partitioned { (1990, 2099) } else { (1600, 9999) };
                        let months = mapping.period_columns().contains(&column) || declared.name == "month_on";
                        let serial_from = file.date_serial.as_ref().map(|s| if s == "1904" { day::SERIAL_1904 } else { day::SERIAL_1900 });
                        Reading::Day(DayForm { order: rule.date_order.or(file.date_order), year_min, year_max, months, serial_from })
                    }
                    Type::Bool => Reading::Truth,
                };
                let is_simple = matches!(reading, Reading::Text(TextRule::Plain | TextRule::Name | TextRule::Identifier))
                    && rule.values.is_empty()
                    && !rule.values_only
                    && file.empty.is_empty();
                let parts = ["vendor_id", "vendor_name", "organisation_number"];
                let vendor_part = table.column("vendor_key").and_then(|_| parts.iter().position(|p| *p == declared.name));
                Slot {
                    is_simple,
                    vendor_part,
                    column,
                    field,
                    name: header.get(field).cloned().unwrap_or_default(),
                    reading,
                    required: (declared.required && declared.name != "currency") || rule.required,
                    values: rule.values.iter().map(|(k, v)| (k.to_lowercase(), v.clone())).collect(),
                    values_only: rule.values_only,
                    split: rule.split.unwrap_or_default(),
                }
            })
            .collect();
        let slot_of = |name: &str| table.columns.iter().position(|c| c.name == name).and_then(|column| slots.iter().position(|s| s.column == column));
        let vendor = table.column("vendor_key").map(|_| ["vendor_id", "vendor_name", "organisation_number"].map(slot_of));
        Ok(Plan {
            table,
            field_count_min: slots.iter().map(|s| s.field + 1).max().unwrap_or(0),
            field_count_max,
            period: mapping.period_columns().iter().filter_map(|c| slots.iter().position(|s| s.column == *c)).collect(),
            net: slot_of("net_amount"),
            vendor,
            vendor_id_is_organisation_number: file.vendor_id_is_organisation_number,
            currency_default,
            constants,
            empty: file.empty.iter().map(|e| e.to_lowercase()).collect(),
            credit_marks: file.credit_marks.clone(),
            total_words: TOTAL_WORDS.iter().map(ToString::to_string).chain(file.total_words.iter().map(|w| w.to_lowercase())).collect(),
            repeated,
            slots,
        })
    }

    /// The number form of a slot.
    pub fn number_form<'a>(&'a self, slot: &'a Slot) -> Option<NumberForm<'a>> {
        match &slot.reading {
            Reading::Number { decimal, grouping, scale, currency, .. } => {
                Some(NumberForm { decimal: *decimal, grouping: *grouping, scale: *scale, credit_marks: &self.credit_marks, currency })
            }
            _ => None,
        }
    }

    /// Whether a text stands for no value.
    #[inline]
    pub fn is_empty(&self, text: &str) -> bool {
        text.is_empty() || (!self.empty.is_empty() && self.empty.iter().any(|e| *e == text.to_lowercase()))
    }

    /// Whether a cell's text begins with a word that total rows begin with.
    pub fn is_total_word(&self, text: &str) -> bool {
        let text = text.trim_matches('"').to_lowercase();
        self.total_words.iter().any(|w| text.strip_prefix(w.as_str()).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)))
    }

    /// How many targets of the mapping the header has.
    pub fn matched(&self) -> usize {
        self.slots.len()
    }
}

/// What the values of a column show, gathered over a sample or the whole file.
#[derive(Debug, Clone, Default)]
pub struct ColumnEvidence {
    /// Values that can only be read with a decimal comma, with an example.
    pub comma: (u64, String),
    /// Values that can only be read with a decimal dot.
    pub dot: (u64, String),
    /// Values with two readings.
    pub two_readings: (u64, String),
    /// Values with digit groups, by what separates them: blank, mark, apostrophe.
    pub groupings: [u64; 3],
    /// Dates whose order is open, by the orders that fit: `[ymd, dmy, mdy]`, and in all.
    pub orders: [u64; 3],
    /// Dates written in digits without the year first.
    pub open: (u64, String),
    /// For each order: a date that fits no other.
    proofs: [Option<String>; 3],
}

/// Meanings of a column up to which they are compared one by one.
const MEANINGS_READ_MAX: usize = 16;
const ORDERS: [DateOrder; 3] = [DateOrder::Ymd, DateOrder::Dmy, DateOrder::Mdy];
/// Share of the values that must agree when a column has values of two conventions; the rest are rejected.
const AGREEMENT_MIN_PERCENT: u64 = 95;

/// What became of a column's form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict<T> {
    /// The values prove it.
    Decided(T),
    /// No value has shown it, and none needs it.
    Open,
    /// Values with two readings and none that decides; with an example.
    TwoReadings(String),
    /// Values of two conventions; with an example of each.
    Conflict(String, String),
}

impl ColumnEvidence {
    /// Takes one value of a number column.
    pub fn add_number(&mut self, text: &str, form: &NumberForm) {
        if let Some(grouping) = number::grouping(text, form) {
            self.groupings[grouping as usize] += 1;
        }
        let slot = match number::evidence(text, form) {
            Evidence::Proves(Decimal::Comma) => &mut self.comma,
            Evidence::Proves(Decimal::Dot) => &mut self.dot,
            Evidence::TwoReadings => &mut self.two_readings,
            Evidence::Neutral | Evidence::NotNumber => return,
        };
        note(slot, text);
    }

    /// Takes one value of a date column.
    pub fn add_day(&mut self, text: &str, form: &DayForm) {
        if let Some(orders) = day::orders(text, form)
            && orders != Orders::NONE
        {
            note(&mut self.open, text);
            for (count, order) in self.orders.iter_mut().zip(ORDERS) {
                *count += u64::from(orders.contains(order));
            }
            let fits = ORDERS.map(|o| orders.contains(o));
            if let ([true, false, false] | [false, true, false] | [false, false, true], Some(at)) = (fits, fits.iter().position(|f| *f)) {
                self.proofs[at].get_or_insert_with(|| text.chars().take(40).collect());
            }
        }
    }

    /// A date that can be read in this order only.
    pub fn proof(&self, order: DateOrder) -> Option<&str> {
        self.proofs[ORDERS.iter().position(|o| *o == order)?].as_deref()
    }

    /// The decimal mark that the values show.
    pub fn decimal(&self) -> Verdict<Decimal> {
        let (comma, dot) = (self.comma.0, self.dot.0);
        let (most, least, decimal) = if comma >= dot { (comma, dot, Decimal::Comma) } else { (dot, comma, Decimal::Dot) };
        if most == 0 {
            return if self.two_readings.0 > 0 { Verdict::TwoReadings(self.two_readings.1.clone()) } else { Verdict::Open };
        }
        // Values of the other convention are rejected; a value with two readings beside them would be a guess.
        if least > 0 && (self.two_readings.0 > 0 || most * 100 < (most + least) * AGREEMENT_MIN_PERCENT) {
            return Verdict::Conflict(self.comma.1.clone(), self.dot.1.clone());
        }
        Verdict::Decided(decimal)
    }

    /// What separates the digit groups of nearly all values that have them; `None` when none has, or when they differ.
    pub fn grouping(&self) -> Option<Grouping> {
        let all: u64 = self.groupings.iter().sum();
        let of = [Grouping::Blank, Grouping::Mark, Grouping::Apostrophe];
        of.into_iter().zip(self.groupings).find(|(_, n)| all > 0 && n * 100 >= all * AGREEMENT_MIN_PERCENT).map(|(g, _)| g)
    }

    /// The date order that the values show.
    pub fn order(&self) -> Verdict<DateOrder> {
        let all = self.open.0;
        if all == 0 {
            return Verdict::Open;
        }
        let fitting: Vec<DateOrder> = ORDERS.into_iter().zip(self.orders).filter(|(_, n)| *n == all).map(|(o, _)| o).collect();
        match fitting.as_slice() {
            [one] => Verdict::Decided(*one),
            [] => {
                let best = (0..3).max_by_key(|i| self.orders[*i]).expect("three orders");
                let is_clear = self.orders.iter().filter(|n| **n == self.orders[best]).count() == 1 && self.orders[best] * 100 >= all * AGREEMENT_MIN_PERCENT;
                if is_clear { Verdict::Decided(ORDERS[best]) } else { Verdict::Conflict(self.open.1.clone(), String::new()) }
            }
            _ => Verdict::TwoReadings(self.open.1.clone()),
        }
    }
}

fn note(slot: &mut (u64, String), text: &str) {
    if slot.0 == 0 {
        slot.1 = text.chars().take(40).collect();
    }
    slot.0 += 1;
}
