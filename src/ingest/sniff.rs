//! The shape of a table that nobody has described: separator, quote and header row, from the text alone.
//!
//! The dialect is the one under which the records are most alike and their cells most often of a kind, after van den Burg,
//! Nazábal and Sutton, *Wrangling messy CSV files by detecting row and type patterns* (Data Mining and Knowledge Discovery 33,
//! 2019): score = pattern score × share of typed cells. The header is the first full row whose cells are names where the rows
//! below hold numbers and days.

use std::collections::BTreeMap;

use super::convert::trim;
use super::day::{self, DayForm};
use super::number::{self, Evidence, NumberForm};
use super::split::{Dialect, FieldKind, LineEnd};
use super::understand::{SEPARATORS, first_records, line_end};

/// Records that the dialect is decided by.
const DIALECT_RECORDS: usize = 500;
/// Bytes of text that the dialect is decided by: a long header alone must not use up the records.
const DIALECT_BYTES: usize = 1 << 18;
/// Rows among which the header is looked for.
const HEADER_ROWS_MAX: usize = 100;
/// Rows by which the columns of the body are told.
const BODY_ROWS: usize = 1_000;
/// Most rows of one header.
const HEADER_HEIGHT_MAX: usize = 4;
/// Share of a column's filled cells that must be of a type for the column to be.
const TYPED_MIN_PERCENT: usize = 80;
/// The same for columns that a second row of the header is told by.
const MOSTLY_TYPED_MIN_PERCENT: usize = 50;
/// Share of the usual filled cells of a row that the first row of the table has.
const FULL_MIN_PERCENT: usize = 60;
/// What a record with one field is worth beside those with more: a file of one column must still win over nothing.
const SINGLE_FIELD: f64 = 0.001;
/// How usual each separator is, where the rest says the same. Colons and blanks stand inside times and texts.
const USUAL: &[(u8, f64)] = &[(b':', 0.5), (b' ', 0.3)];

/// Codes of currencies that stand in public ledgers; three letters alone are an abbreviation like any other.
pub const CURRENCIES: &[&str] = &[
    "SEK", "EUR", "USD", "GBP", "NOK", "DKK", "ISK", "CHF", "CZK", "PLN", "HUF", "RON", "BGN", "JPY", "CNY", "AUD", "NZD", "CAD", "BRL", "INR", "ZAR", "TRY",
    "UAH", "SGD", "HKD", "KWD",
];

/// What a cell looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Nothing.
    Empty,
    /// A number in some form.
    Number,
    /// A day or a time of day.
    Day,
    /// Anything else.
    Text,
}

impl Look {
    /// The look of a cell.
    pub fn of(text: &str, kind: FieldKind) -> Look {
        let text = trim(text);
        match kind {
            _ if text.is_empty() => Look::Empty,
            FieldKind::Number => Look::Number,
            FieldKind::Date => Look::Day,
            _ => {
                let day = DayForm { order: None, year_min: 1600, year_max: 2999, months: false, serial_from: None };
                let is_short = text.len() <= 40;
                if is_number(text.trim_end_matches('%')) || matches!(text, "NaN" | "nan" | "inf" | "-inf") {
                    Look::Number
                } else if is_short && text.contains(|c: char| c.is_ascii_digit()) && (is_time(text) || day::is_day(text, &day)) {
                    Look::Day
                } else {
                    Look::Text
                }
            }
        }
    }

    const fn is_typed(self) -> bool {
        matches!(self, Look::Number | Look::Day)
    }
}

/// Whether a text is a number in some form. Three capital letters before digits are a reference unless they name a currency.
pub fn is_number(text: &str) -> bool {
    let form = NumberForm { decimal: None, grouping: None, scale: 2, credit_marks: &[], currency: "" };
    let letters: String = text.chars().filter(|c| c.is_alphabetic()).collect();
    let may_be = letters.is_empty()
        || CURRENCIES.contains(&letters.as_str())
        || matches!(letters.as_str(), "kr" | "Kč" | "R" | "E" | "e")
        || letters.eq_ignore_ascii_case("kr");
    may_be && text.len() <= 60 && number::evidence(text, &form) != Evidence::NotNumber
}

fn is_time(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    (2..=3).contains(&parts.len())
        && parts.iter().all(|p| (1..=6).contains(&p.len()) && p.starts_with(|c: char| c.is_ascii_digit()) && p.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
}

/// The dialect of a text.
pub fn dialect(text: &str) -> Dialect {
    let line_end = line_end(text);
    let mut end = text.len().min(DIALECT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = &text[..end];
    let mut best: Option<(f64, Dialect)> = None;
    for &separator in SEPARATORS.iter().chain(b" ") {
        if memchr::memchr(separator, text.as_bytes()).is_none() && separator != b',' {
            continue;
        }
        let dialect = Dialect { separator, quote: b'"', line_end };
        let apostrophe = Dialect { quote: b'\'', ..dialect };
        let dialect = if encloses(text, apostrophe) { apostrophe } else { dialect };
        let score = score(text, dialect);
        // The usual ones come first, and a later one must be better.
        if best.is_none_or(|(s, _)| score > s * 1.000_001) {
            best = Some((score, dialect));
        }
    }
    best.map_or(Dialect { separator: b',', quote: b'"', line_end: LineEnd::Lf }, |(_, d)| d)
}

/// Whether the quote really encloses fields: nearly every field that begins with it ends with it, and double quotes do not.
fn encloses(text: &str, dialect: Dialect) -> bool {
    let plain = Dialect { quote: 0, ..dialect };
    let quote = char::from(dialect.quote);
    let (mut begun, mut closed) = (0, 0);
    for (.., fields) in first_records(text, plain, DIALECT_RECORDS) {
        for field in fields {
            if field.starts_with('"') && field.ends_with('"') && field.len() > 1 {
                return false;
            }
            begun += usize::from(field.starts_with(quote));
            closed += usize::from(field.len() > 1 && field.starts_with(quote) && field.ends_with(quote));
        }
    }
    closed >= 2 && closed * 10 >= begun * 9
}

fn score(text: &str, dialect: Dialect) -> f64 {
    let mut patterns: BTreeMap<usize, usize> = BTreeMap::new();
    let (mut cells, mut known) = (0usize, 0usize);
    for (.., fields) in first_records(text, dialect, DIALECT_RECORDS) {
        if fields.iter().all(String::is_empty) {
            continue;
        }
        *patterns.entry(fields.len()).or_default() += 1;
        cells += fields.len();
        known += fields.iter().filter(|f| is_known(f, dialect)).count();
    }
    let rows: usize = patterns.values().sum();
    if rows == 0 {
        return 0.0;
    }
    let share = |(length, count): (&usize, &usize)| *count as f64 / rows as f64 * ((*length as f64 - 1.0) / *length as f64).max(SINGLE_FIELD);
    let pattern = patterns.iter().map(share).sum::<f64>() / patterns.len() as f64;
    let usual = USUAL.iter().find(|(s, _)| *s == dialect.separator).map_or(1.0, |(_, u)| *u);
    pattern * (known as f64 / cells as f64) * usual
}

/// Whether a cell is of a kind that cells are of: empty, a number, a day, or words without another separator or a loose quote.
fn is_known(cell: &str, dialect: Dialect) -> bool {
    if Look::of(cell, FieldKind::Plain) != Look::Text {
        return true;
    }
    let quotes = cell.bytes().filter(|b| *b == dialect.quote).count();
    let is_loose = quotes % 2 == 1 && (cell.starts_with(char::from(dialect.quote)) || cell.ends_with(char::from(dialect.quote)));
    !is_loose && !cell.bytes().any(|b| matches!(b, b';' | b'\t' | b'|'))
}

/// One row of cells with what each looks like.
#[derive(Debug, Clone)]
pub struct Row {
    /// Line in the file or the sheet, from 1.
    pub line: u64,
    /// The cells, blanks at their ends off.
    pub cells: Vec<(String, FieldKind)>,
}

impl Row {
    /// Cells that hold something.
    pub fn filled(&self) -> usize {
        self.cells.iter().filter(|(t, _)| !t.is_empty()).count()
    }

    fn look(&self, column: usize) -> Look {
        self.cells.get(column).map_or(Look::Empty, |(t, k)| Look::of(t, *k))
    }
}

/// Where the table begins among the first rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Rows of the header, as positions; empty when there is none.
    pub rows: std::ops::Range<usize>,
    /// Position of the first row of data.
    pub data: usize,
}

/// Finds the header among the first rows of a table.
pub fn head(rows: &[Row]) -> Head {
    let mut fills: Vec<usize> = rows.iter().take(BODY_ROWS).map(Row::filled).filter(|f| *f > 1).collect();
    fills.sort_unstable();
    let usual = fills.get(fills.len() / 2).copied().unwrap_or(1);
    let enough = (usual * FULL_MIN_PERCENT).div_ceil(100).max(1);
    let Some(mut first) = rows.iter().take(HEADER_ROWS_MAX).position(|r| r.filled() >= enough) else { return Head { rows: 0..0, data: 0 } };
    let width = rows[first..].iter().take(BODY_ROWS).map(|r| r.cells.len()).max().unwrap_or(0);
    // A column's type is that of the rows well below, so that neither the header's own rows nor a few blanks blur it.
    let below = |from: usize, percent: usize| -> Vec<bool> {
        (0..width)
            .map(|column| {
                let (mut filled, mut typed) = (0, 0);
                for row in rows[(from + 1).min(rows.len())..].iter().take(BODY_ROWS) {
                    let look = row.look(column);
                    filled += usize::from(look != Look::Empty);
                    typed += usize::from(look.is_typed());
                }
                filled > 0 && typed * 100 >= filled * percent
            })
            .collect()
    };
    let typed_columns = below(first, TYPED_MIN_PERCENT);
    let is_all_text = |r: &Row| r.filled() > 0 && (0..r.cells.len()).all(|c| !r.look(c).is_typed());
    // Whether the row below names columns that the row above leaves open, as in headers of two rows.
    let completes = |above: usize, below: usize| (0..width).any(|c| rows[below].look(c) == Look::Text && rows[above].look(c) == Look::Empty);
    // Of two full rows of words above columns of numbers the lower one has the names, and the upper one is a title.
    let has_typed = typed_columns.iter().any(|t| *t);
    while has_typed
        && first + 1 < rows.len().min(HEADER_ROWS_MAX)
        && rows[first + 1].filled() >= enough
        && is_all_text(&rows[first + 1])
        && (0..width).filter(|c| typed_columns[*c]).all(|c| rows[first + 1].look(c) == Look::Text)
        && !completes(first, first + 1)
    {
        first += 1;
    }
    let row = &rows[first];
    let is_named = if has_typed {
        let (mut named, mut typed) = (0, 0);
        for column in (0..width).filter(|c| typed_columns[*c]) {
            let look = row.look(column);
            named += usize::from(look == Look::Text);
            typed += usize::from(look.is_typed());
        }
        named > typed || (named + typed > 0 && are_years(row, &typed_columns)) || (named + typed == 0 && is_all_text(row))
    } else {
        // All is text: a header's words do not come back as values of their columns.
        let again = (0..width)
            .filter(|c| row.look(*c) == Look::Text)
            .filter(|c| rows[first + 1..].iter().take(BODY_ROWS).any(|r| r.cells.get(*c).is_some_and(|(t, _)| *t == row.cells[*c].0)))
            .count();
        is_all_text(row) && again * 2 <= row.filled()
    };
    if !is_named {
        return Head { rows: first..first, data: first };
    }
    let mut from = first;
    while from > 0 && first - from + 1 < HEADER_HEIGHT_MAX && rows[from - 1].filled() >= 2 && is_all_text(&rows[from - 1]) && completes(from - 1, from) {
        from -= 1;
    }
    // Rows of names below: they have words where most rows of data have something typed, in columns that are open so far.
    let mostly_typed = below(first, MOSTLY_TYPED_MIN_PERCENT);
    let mut to = first + 1;
    while to < rows.len() && to - from < HEADER_HEIGHT_MAX && is_all_text(&rows[to]) {
        let words = (0..width).filter(|c| mostly_typed[*c] && rows[to].look(*c) == Look::Text).count();
        let is_rest_of_a_name = rows[to].look(0) == Look::Empty && words == rows[to].filled();
        if words == 0 || !((rows[to].filled() >= 2 && completes(to - 1, to)) || is_rest_of_a_name) {
            break;
        }
        to += 1;
    }
    Head { rows: from..to, data: to }
}

/// Years or months in a row as the names of number columns: `2021;2022;2023` under a first name.
fn are_years(row: &Row, typed_columns: &[bool]) -> bool {
    let has_name = row.look(0) == Look::Text;
    let years: Vec<u32> = (0..row.cells.len())
        .filter(|c| typed_columns.get(*c).copied().unwrap_or(false) && !row.cells[*c].0.is_empty())
        .map(|c| row.cells[c].0.get(..4).and_then(|y| y.parse().ok()).unwrap_or(0))
        .collect();
    has_name && years.len() > 1 && years.iter().all(|y| (1900..2100).contains(y)) && years.windows(2).all(|w| w[0].abs_diff(w[1]) <= 1)
}

/// The names of a header of one or more rows: an upper name holds for the columns to its right that have none of their own.
pub fn names(rows: &[Row], head: &Head) -> Vec<String> {
    let width = rows[head.rows.clone()].iter().map(|r| r.cells.len()).max().unwrap_or(0);
    let mut names = vec![String::new(); width];
    for (index, row) in rows[head.rows.clone()].iter().enumerate() {
        let is_last = index + 1 == head.rows.len();
        let mut group = String::new();
        for (column, name) in names.iter_mut().enumerate() {
            let own = row.cells.get(column).map_or("", |(t, _)| t.as_str());
            let below = rows[head.rows.start + index + 1..head.rows.end].iter().any(|r| r.cells.get(column).is_some_and(|(t, _)| !t.is_empty()));
            if !own.is_empty() {
                group = own.to_string();
            }
            let text = if !own.is_empty() {
                own
            } else if !is_last && below {
                group.as_str()
            } else {
                ""
            };
            if !text.is_empty() {
                if !name.is_empty() {
                    name.push(' ');
                }
                name.push_str(text);
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Row> {
        first_records(text, dialect(text), 1000)
            .into_iter()
            .map(|(line, _, cells)| Row { line: u64::from(line) + 1, cells: cells.into_iter().map(|c| (c, FieldKind::Plain)).collect() })
            .collect()
    }

    #[test]
    fn separators_and_quotes() {
        for (case, text, separator, quote) in [
            ("commas", "a,b,c\n1,2,3\n", b',', b'"'),
            ("semicolons over decimal commas", "a;b\n1,5;2,5\n3,5;4,5\n", b';', b'"'),
            ("tabs", "a\tb\n1\t2\n", b'\t', b'"'),
            ("bars", "a|b c\n1|2 d\n", b'|', b'"'),
            ("commas in quotes", "\"a\";\"b,c\"\n\"x\";\"y,z\"\n", b';', b'"'),
            ("apostrophes as quotes", "1,'a','b'\n2,'c','d'\n", b',', b'\''),
            ("apostrophes in names", "name,n\nO'Neil,1\n'tHooft,2\n", b',', b'"'),
            ("times", "at;n\n12:30:00;1\n12:31:00;2\n", b';', b'"'),
            ("titles above", "Report of the year\n\na;b;c\n1;2;3\n4;5;6\n", b';', b'"'),
            ("nothing", "", b',', b'"'),
        ] {
            let found = dialect(text);
            assert_eq!((char::from(found.separator), char::from(found.quote)), (char::from(separator), char::from(quote)), "{case}");
        }
    }

    #[test]
    fn headers() {
        for (case, text, expect_rows, expect_data, expect_names) in [
            ("one row", "a;b\n1;2\n3;4\n", 0..1, 1, vec!["a", "b"]),
            ("none", "1;2\n3;4\n", 0..0, 0, vec![]),
            ("titles", "Uttag\n\nDatum;Belopp\n2025-01-31;1\n2025-01-31;2\n", 2..3, 3, vec!["Datum", "Belopp"]),
            ("text only", "name;town\nA;X\nB;Y\n", 0..1, 1, vec!["name", "town"]),
            ("years", "unit;2021;2022\nA;1;2\nB;3;4\n", 0..1, 1, vec!["unit", "2021", "2022"]),
            ("two rows", "on;travel;;n\n;air;rail;\n2025-01-31;1;2;3\n2025-02-28;1;2;3\n", 0..2, 2, vec!["on", "travel air", "travel rail", "n"]),
        ] {
            let rows = rows(text);
            let found = head(&rows);
            assert_eq!((found.rows.clone(), found.data), (expect_rows, expect_data), "{case}");
            assert_eq!(names(&rows, &found), expect_names, "{case}");
        }
    }
}
