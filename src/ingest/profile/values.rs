//! What the values of one column show, whatever its name: numbers, days, numbers of organisations, names of companies, codes.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, BuildHasherDefault};
use std::sync::LazyLock;

use rustc_hash::{FxHashSet, FxHasher};

use super::super::convert::truth;
use super::super::day::{self, DayForm};
use super::super::mapping::{DateOrder, fold_name};
use super::super::number::{self, Decimal, NumberForm};
use super::super::plan::{ColumnEvidence, Verdict};
use super::super::privacy::Privacy;
use super::super::sniff::{CURRENCIES, is_number};
use super::super::split::FieldKind;
use crate::assets;
use crate::model::identifier::{self, Scheme, Status};

/// Different values that are counted; beyond, a column is one of many.
const DISTINCT_MAX: usize = 100_000;
/// Examples that are kept.
const EXAMPLES: usize = 3;
/// Most characters of an example.
const EXAMPLE_CHARS_MAX: usize = 40;
/// Different texts among numbers or days that are remembered.
const ODD_MAX: usize = 20;
/// Share of the filled cells that must be of a kind for the column to be of it.
const MOST_PERCENT: u64 = 80;
/// Serial numbers of days from 1990 to 2064 in the 1900 system.
const SERIALS: std::ops::RangeInclusive<u32> = 32_874..=59_999;
/// Signs of currencies beside amounts and in headers.
pub const SIGNS: &[(&str, &str)] = &[("£", "GBP"), ("€", "EUR"), ("$", "USD"), ("Kč", "CZK"), ("R$", "BRL")];
/// Marks behind a number that make it a credit in some ledgers.
const CREDIT_MARKS: &[&str] = &["CR", "Cr", "cr", "K"];
/// Texts that stand for no value in number and day columns.
pub const EMPTY_WORDS: &[&str] =
    &["-", "–", "—", ".", "n/a", "#n/a", "na", "null", "none", "nil", "nan", "(tom)", "saknas", "uppgift saknas", "not applicable"];

/// Words that make a name one of a company.
static LEGAL_FORMS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let text = assets::text("data/reference/legal_forms.csv").unwrap_or_default();
    let words = text.lines().skip(1).filter_map(|l| l.split(';').next());
    words.filter(|w| !w.contains(' ') && w.chars().count() >= 2).map(str::to_lowercase).collect()
});

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Nothing at all.
    Empty,
    /// Numbers with decimals, signs or a currency.
    Amount,
    /// Digits alone: counts, codes, numbers of things.
    Whole,
    /// Days.
    Day,
    /// Months.
    Month,
    /// Yes and no.
    Truth,
    /// Numbers of organisations with right check digits.
    OrganisationNumber,
    /// Currency codes.
    Currency,
    /// Names of companies.
    CompanyName,
    /// Short texts with digits.
    Code,
    /// Texts.
    Text,
}

impl Kind {
    /// The word for people.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Empty => "empty",
            Kind::Amount => "amount",
            Kind::Whole => "whole number",
            Kind::Day => "date",
            Kind::Month => "month",
            Kind::Truth => "yes or no",
            Kind::OrganisationNumber => "organisation number",
            Kind::Currency => "currency",
            Kind::CompanyName => "company name",
            Kind::Code => "code",
            Kind::Text => "text",
        }
    }
}

/// A count with the first value that showed it.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// How many.
    pub count: u64,
    /// The first, masked.
    pub example: String,
}

/// The values of one column.
#[derive(Debug, Clone, Default)]
pub struct Values {
    /// Cells that hold something.
    pub filled: u64,
    /// Different values, up to a bound.
    distinct: FxHashSet<u64>,
    /// First different values, masked.
    pub examples: Vec<String>,
    /// Evidence on the decimal mark.
    pub number: ColumnEvidence,
    /// Evidence on the order of day, month and year.
    pub day: ColumnEvidence,
    numbers: u64,
    plain_digits: u64,
    with_mark: u64,
    signed: u64,
    days: u64,
    /// Days with a mark between their parts, or eight digits: what a code hardly ever is.
    sure_days: u64,
    months: u64,
    /// Spreadsheet serial numbers.
    pub serials: u64,
    truths: u64,
    /// Organisation numbers with a right check digit.
    pub organisations: Seen,
    /// Personal numbers among them.
    pub persons: u64,
    /// Texts of the form of an organisation number with a wrong check digit.
    pub organisations_wrong: u64,
    bankgiros: u64,
    ibans: u64,
    currencies: u64,
    companies: Seen,
    /// Texts with a digit.
    with_digit: u64,
    /// Texts with letters.
    with_letter: u64,
    lengths: BTreeMap<usize, u64>,
    cost_accounts: u64,
    /// Currency signs beside numbers, by code.
    pub signs: BTreeMap<&'static str, u64>,
    /// Credit marks behind numbers.
    pub credits: BTreeMap<String, u64>,
    /// What is neither number nor day, with counts.
    pub odd: BTreeMap<String, u64>,
    /// Values with a separator of lists in them, by separator.
    pub lists: BTreeMap<char, u64>,
    typed_cells: u64,
}

impl Values {
    /// Takes one cell.
    pub fn add(&mut self, text: &str, kind: FieldKind, privacy: &Privacy) {
        if text.is_empty() || kind == FieldKind::Error {
            return;
        }
        self.filled += 1;
        if self.distinct.len() < DISTINCT_MAX {
            let is_new = self.distinct.insert(BuildHasherDefault::<FxHasher>::default().hash_one(text));
            if is_new && self.examples.len() < EXAMPLES {
                self.examples.push(shown(text, privacy));
            }
        }
        let length = text.chars().count();
        if self.lengths.len() < 100 {
            *self.lengths.entry(length).or_default() += 1;
        }
        self.with_digit += u64::from(text.bytes().any(|b| b.is_ascii_digit()));
        self.with_letter += u64::from(text.chars().any(char::is_alphabetic));
        for mark in [',', ';'] {
            if text.contains(mark) {
                *self.lists.entry(mark).or_default() += 1;
            }
        }
        match kind {
            FieldKind::Number => {
                self.typed_cells += 1;
                self.numbers += 1;
                self.with_mark += u64::from(text.contains('.'));
                self.signed += u64::from(text.starts_with('-'));
                let is_digits = text.bytes().all(|b| b.is_ascii_digit());
                self.plain_digits += u64::from(is_digits);
                if is_digits {
                    self.add_identifier(text, privacy);
                    self.cost_accounts += u64::from((4..=6).contains(&length) && matches!(text.as_bytes()[0], b'3'..=b'8'));
                }
            }
            FieldKind::Date => {
                self.typed_cells += 1;
                self.days += 1;
                self.sure_days += 1;
            }
            _ => self.add_text(text, length, privacy),
        }
    }

    fn add_text(&mut self, text: &str, length: usize, privacy: &Privacy) {
        let has_number = is_number(text);
        if has_number {
            let form = NumberForm { decimal: None, grouping: None, scale: 2, credit_marks: &[], currency: "" };
            self.numbers += 1;
            self.number.add_number(text, &form);
            self.with_mark += u64::from(text.contains([',', '.']));
            self.signed += u64::from(text.starts_with(['-', '\u{2212}', '\u{2013}', '(']) || text.ends_with('-'));
            for (sign, code) in SIGNS {
                if text.contains(sign) {
                    *self.signs.entry(code).or_default() += 1;
                    break;
                }
            }
        }
        let is_digits = text.bytes().all(|b| b.is_ascii_digit());
        self.plain_digits += u64::from(is_digits);
        self.cost_accounts += u64::from(is_digits && (4..=6).contains(&length) && matches!(text.as_bytes()[0], b'3'..=b'8'));
        if is_digits && length == 5 && text.parse().is_ok_and(|n| SERIALS.contains(&n)) {
            self.serials += 1;
        }
        let form = DayForm { order: None, year_min: 1600, year_max: 9999, months: false, serial_from: None };
        let mut is_day = false;
        if length <= 40 && text.bytes().any(|b| b.is_ascii_digit()) {
            is_day = day::is_day(text, &form);
            let is_month = !is_day && day::is_day(text, &DayForm { months: true, ..form });
            self.days += u64::from(is_day);
            self.months += u64::from(is_month || (length == 6 && is_digits && day::is_day(text, &DayForm { months: true, ..form })));
            let year = text.get(..4).and_then(|y| y.parse::<u32>().ok());
            self.sure_days += u64::from(is_day && (!is_digits || (length == 8 && year.is_some_and(|y| (1900..2100).contains(&y)))));
            if is_day {
                self.day.add_day(text, &form);
            }
        }
        if !has_number && !is_day && self.odd.len() < ODD_MAX {
            let credit = CREDIT_MARKS.iter().find(|m| text.strip_suffix(**m).is_some_and(|r| is_number(r.trim_end())));
            match credit {
                Some(mark) => *self.credits.entry((*mark).to_string()).or_default() += 1,
                None => *self.odd.entry(shown(text, privacy)).or_default() += 1,
            }
        }
        self.truths += u64::from(truth(text).is_some());
        self.currencies += u64::from(length == 3 && CURRENCIES.contains(&text.to_ascii_uppercase().as_str()));
        self.ibans += u64::from(identifier::parse(Scheme::Iban, text).is_valid());
        self.add_identifier(text, privacy);
        if !has_number && !is_day && text.chars().any(char::is_alphabetic) {
            let is_company = text.split(|c: char| !c.is_alphanumeric()).any(|w| w.chars().count() >= 2 && LEGAL_FORMS.contains(&w.to_lowercase()));
            if is_company {
                note(&mut self.companies, text, privacy);
            }
        }
    }

    fn add_identifier(&mut self, text: &str, privacy: &Privacy) {
        if text.len() > 20 || text.bytes().filter(u8::is_ascii_digit).count() < 7 {
            return;
        }
        let verdict = identifier::parse(Scheme::SeOrganisation, text);
        match verdict.status {
            Status::Valid => note(&mut self.organisations, text, privacy),
            Status::Person => {
                self.persons += 1;
                note(&mut self.organisations, text, privacy);
            }
            Status::InvalidCheck | Status::Dummy if verdict.normalised.len() == 10 => self.organisations_wrong += 1,
            _ => {}
        }
        self.bankgiros += u64::from(identifier::parse(Scheme::Bankgiro, text).is_valid());
    }

    /// Different values, up to a bound.
    pub fn distinct(&self) -> u64 {
        self.distinct.len() as u64
    }

    fn most(&self, count: u64) -> bool {
        self.filled > 0 && count * 100 >= self.filled * MOST_PERCENT
    }

    /// Whether nearly all values are numbers, once words for nothing are left out.
    pub fn are_numbers(&self) -> bool {
        let left = self.filled - self.empty_words().map(|(_, n)| n).sum::<u64>() - self.credits.values().sum::<u64>();
        self.numbers > 0 && self.numbers * 100 >= left * MOST_PERCENT
    }

    /// Whether nearly all values are days.
    pub fn are_days(&self) -> bool {
        let left = self.filled - self.empty_words().map(|(_, n)| n).sum::<u64>();
        self.days > 0 && self.days * 100 >= left * MOST_PERCENT
    }

    /// Whether nearly all are days that no code looks like.
    pub fn are_sure_days(&self) -> bool {
        self.are_days() && self.sure_days * 100 >= self.days * MOST_PERCENT
    }

    /// Whether nearly all values are months.
    pub fn are_months(&self) -> bool {
        self.most(self.months)
    }

    /// Whether nearly all values are serial numbers of days.
    pub fn are_serials(&self) -> bool {
        self.most(self.serials) || (self.serials > 0 && self.most(self.serials + self.days))
    }

    /// Whether the numbers look like money: decimals, signs or a currency.
    pub fn are_amounts(&self) -> bool {
        self.are_numbers() && !self.most(self.sure_days) && (self.with_mark + self.signed > 0 || !self.signs.is_empty() || !self.credits.is_empty())
    }

    /// Whether nearly all values are digits alone.
    pub fn are_whole(&self) -> bool {
        self.most(self.plain_digits)
    }

    /// Whether nearly all values are yes or no.
    pub fn are_truths(&self) -> bool {
        self.most(self.truths) && self.distinct() <= 4
    }

    /// Whether nearly all values are organisation numbers with a right check digit.
    pub fn are_organisations(&self) -> bool {
        self.most(self.organisations.count)
    }

    /// Whether nearly all values are currency codes.
    pub fn are_currencies(&self) -> bool {
        self.most(self.currencies)
    }

    /// Whether nearly all values are bankgiro numbers with a right check digit.
    pub fn are_bankgiros(&self) -> bool {
        self.most(self.bankgiros)
    }

    /// Whether nearly all values are IBANs.
    pub fn are_ibans(&self) -> bool {
        self.most(self.ibans)
    }

    /// Whether some of the names carry a legal form: AB, Ltd, GmbH.
    pub fn are_companies(&self) -> bool {
        !self.are_numbers() && self.companies.count * 10 >= self.filled && self.companies.count > 0 && self.distinct() > 1
    }

    /// Whether the values look like accounts of a chart: 4 to 6 digits, one length, from class 3 to 8, each used often.
    pub fn are_accounts(&self) -> bool {
        self.most(self.cost_accounts) && self.lengths.len() == 1 && self.filled >= 10 && self.distinct() * 2 <= self.filled
    }

    /// Whether texts with letters prevail.
    pub fn are_words(&self) -> bool {
        self.most(self.with_letter)
    }

    /// Whether most values have a digit.
    pub fn have_digits(&self) -> bool {
        self.with_digit * 2 >= self.filled
    }

    /// The share of values with a decimal mark, in percent.
    pub fn with_mark_percent(&self) -> u64 {
        (self.with_mark * 100).checked_div(self.filled).unwrap_or(0)
    }

    /// Words among numbers or days that stand for no value.
    pub fn empty_words(&self) -> impl Iterator<Item = (&str, u64)> {
        self.odd.iter().filter(|(t, _)| EMPTY_WORDS.contains(&t.to_lowercase().as_str())).map(|(t, n)| (t.as_str(), *n))
    }

    /// What the column holds.
    pub fn kind(&self) -> Kind {
        if self.filled == 0 {
            Kind::Empty
        } else if self.are_organisations() {
            Kind::OrganisationNumber
        } else if self.are_sure_days() {
            Kind::Day
        } else if self.are_months() {
            Kind::Month
        } else if self.are_amounts() {
            Kind::Amount
        } else if self.are_whole() {
            Kind::Whole
        } else if self.are_currencies() {
            Kind::Currency
        } else if self.are_truths() {
            Kind::Truth
        } else if self.are_companies() {
            Kind::CompanyName
        } else if self.have_digits() && self.lengths.keys().all(|l| *l <= 30) {
            Kind::Code
        } else {
            Kind::Text
        }
    }

    /// What proves the type, in sentences.
    pub fn evidence(&self) -> Vec<String> {
        let mut all = Vec::new();
        let kind = self.kind();
        if matches!(kind, Kind::Amount | Kind::Whole) && self.typed_cells < self.filled {
            match self.number.decimal() {
                Verdict::Decided(decimal) => {
                    let (mark, seen) = match decimal {
                        Decimal::Comma => ("comma", &self.number.comma),
                        Decimal::Dot => ("point", &self.number.dot),
                    };
                    all.push(format!("decimal {mark}: {} values can be read in no other way, such as \"{}\"", seen.0, seen.1));
                    let against = if decimal == Decimal::Comma { &self.number.dot } else { &self.number.comma };
                    if against.0 > 0 {
                        all.push(format!("against it: {} values such as \"{}\", which will be rejected", against.0, against.1));
                    }
                }
                Verdict::TwoReadings(example) => all.push(format!("two readings: \"{example}\" may be thousands or decimals, and no value decides")),
                Verdict::Conflict(comma, dot) => all.push(format!("two conventions: \"{comma}\" has a decimal comma, \"{dot}\" a decimal point")),
                Verdict::Open => all.push("no value has a decimal mark or a group mark".to_string()),
            }
            if let Some(grouping) = self.number.grouping() {
                all.push(format!(
                    "digits are grouped by {}",
                    match grouping {
                        number::Grouping::Blank => "blanks",
                        number::Grouping::Mark => "the other mark",
                        number::Grouping::Apostrophe => "apostrophes",
                    }
                ));
            }
        }
        if matches!(kind, Kind::Amount | Kind::Whole | Kind::Day) && self.typed_cells > 0 {
            all.push(format!("{} cells are typed by the file itself", self.typed_cells));
        }
        if kind == Kind::Day && self.typed_cells < self.filled {
            all.push(match self.day.order() {
                Verdict::Decided(order) => format!(
                    "{}: the only order in which {} such as \"{}\" are days",
                    order_words(order),
                    if self.day.open.0 == 1 { "values".to_string() } else { format!("all {} values", self.day.open.0) },
                    self.day.proof(order).unwrap_or(&self.day.open.1)
                ),
                Verdict::TwoReadings(example) => format!("two readings: \"{example}\" fits more than one order of day, month and year, and no value decides"),
                Verdict::Conflict(example, _) => format!("mixed orders: no order of day, month and year fits \"{example}\" and the others"),
                Verdict::Open => "each value shows its year, month and day by itself".to_string(),
            });
        }
        if self.organisations.count > 0 && (kind == Kind::OrganisationNumber || self.organisations.count * 2 >= self.filled) {
            let mut text = format!(
                "organisation numbers: {} of {} values have ten digits and a right check digit, such as \"{}\"",
                self.organisations.count, self.filled, self.organisations.example
            );
            if self.persons > 0 {
                text.push_str(&format!("; {} of them are personal numbers of sole traders, which are stored as keyed hashes", self.persons));
            }
            if self.organisations_wrong > 0 {
                text.push_str(&format!("; {} have a wrong one", self.organisations_wrong));
            }
            all.push(text);
        }
        if kind == Kind::CompanyName {
            all.push(format!("names with a legal form: {} of {}, such as \"{}\"", self.companies.count, self.filled, self.companies.example));
        }
        if self.are_serials() {
            all.push("five digits that would be days as spreadsheet serial numbers".to_string());
        }
        if self.are_accounts() {
            all.push(format!("{} codes of one length from classes 3 to 8, as accounts are", self.distinct()));
        }
        let words: Vec<String> = self.empty_words().map(|(t, n)| format!("\"{t}\" {n} times")).collect();
        if !words.is_empty() && (self.are_numbers() || self.are_days()) {
            all.push(format!("stand for no value: {}", words.join(", ")));
        }
        all
    }
}

/// An order in words.
pub const fn order_words(order: DateOrder) -> &'static str {
    match order {
        DateOrder::Ymd => "year, month, day",
        DateOrder::Dmy => "day, month, year",
        DateOrder::Mdy => "month, day, year",
    }
}

fn note(seen: &mut Seen, text: &str, privacy: &Privacy) {
    if seen.count == 0 || (seen.example.starts_with("[personal number]") && privacy.mask(text) == text) {
        seen.example = shown(text, privacy);
    }
    seen.count += 1;
}

/// A value for people: personal numbers masked, control characters visible, cut.
pub fn shown(text: &str, privacy: &Privacy) -> String {
    let cut: String = text.chars().take(EXAMPLE_CHARS_MAX * 2).collect();
    let masked = privacy.mask(&cut);
    let shown: String =
        masked.chars().take(EXAMPLE_CHARS_MAX).flat_map(|c| if c.is_control() { c.escape_default().collect::<Vec<_>>() } else { vec![c] }).collect();
    if masked.chars().count() > EXAMPLE_CHARS_MAX { format!("{shown}…") } else { shown }
}

/// The currency that a column's name states: `Amount (£)`, `Belopp SEK`.
pub fn currency_in_name(name: &str) -> Option<&'static str> {
    let by_sign = SIGNS.iter().rev().find(|(sign, _)| name.contains(sign)).map(|(_, code)| *code);
    by_sign.or_else(|| {
        let words: Vec<String> = name.split(|c: char| !c.is_alphanumeric()).map(fold_name).collect();
        CURRENCIES.iter().copied().find(|code| words.iter().any(|w| w == &code.to_lowercase()))
    })
}
