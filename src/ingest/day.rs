//! Days as people and systems write them. A column has one order of day, month and year, proved by its values or stated.

use super::faults::{self, Fault};
use super::mapping::DateOrder;
use crate::model::Date;

/// Orders that a value can be read in, as a set of bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Orders(u8);

impl Orders {
    /// No order: not a date written with digits whose order could matter.
    pub const NONE: Orders = Orders(0);

    const fn bit(order: DateOrder) -> u8 {
        match order {
            DateOrder::Ymd => 1,
            DateOrder::Dmy => 2,
            DateOrder::Mdy => 4,
        }
    }

    /// The set with one more order.
    pub const fn with(self, order: DateOrder) -> Orders {
        Orders(self.0 | Orders::bit(order))
    }

    /// Whether the set holds the order.
    pub const fn contains(self, order: DateOrder) -> bool {
        self.0 & Orders::bit(order) != 0
    }

    /// The one order of the set, if it has just one.
    #[cfg(test)]
    fn single(self) -> Option<DateOrder> {
        let mut orders = [DateOrder::Ymd, DateOrder::Dmy, DateOrder::Mdy].into_iter().filter(|o| self.contains(*o));
        orders.next().filter(|_| orders.next().is_none())
    }
}

/// How a date column is read.
#[derive(Debug, Clone, Copy)]
pub struct DayForm {
    /// The order; `None` while no value of the column has shown it.
    pub order: Option<DateOrder>,
    /// First year that the column may hold.
    pub year_min: i32,
    /// Last year that the column may hold.
    pub year_max: i32,
    /// Whether `YYYY-MM` and `YYYYMM` stand for the first day of the month.
    pub months: bool,
    /// Day 0 of the serial numbers that spreadsheets write when a date column lost its format, if they are allowed.
    pub serial_from: Option<i32>,
}

/// Day 0 of serial numbers in the 1900 system, which counts a 29 February 1900 that never was: right from 1 March 1900 on.
pub const SERIAL_1900: i32 = -25_569;
/// Day 0 in the 1904 system.
pub const SERIAL_1904: i32 = -24_107;

/// Why a value is not a day of its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A fault of the record.
    Fault(&'static Fault),
    /// The order of day, month and year matters, and it is not decided yet.
    Undecided,
}

const NOT_DATE: Refusal = Refusal::Fault(faults::DATE_NOT_DATE);

/// A value taken apart: what it means does not yet depend on the order only when `fixed` is set.
enum Shape {
    Fixed(i32, u32, u32),
    /// Three numbers whose order is open; with the count of digits of each.
    Open([(u32, usize); 3]),
}

/// What `text` shows: orders in which it is a day; `None` when it is a day whatever the order, or no day at all.
pub fn orders(text: &str, form: &DayForm) -> Option<Orders> {
    let Some(Shape::Open(parts)) = shape(text, form.months) else { return None };
    let mut set = Orders::NONE;
    for order in [DateOrder::Ymd, DateOrder::Dmy, DateOrder::Mdy] {
        if arrange(parts, order).and_then(|(y, m, d)| Date::from_ymd(y, m, d)).is_some() {
            set = set.with(order);
        }
    }
    (set != Orders::NONE).then_some(set)
}

/// Whether `text` is a day in some order.
pub fn is_day(text: &str, form: &DayForm) -> bool {
    match shape(text, form.months) {
        Some(Shape::Fixed(y, m, d)) => Date::from_ymd(y, m, d).is_some() && (form.year_min..=form.year_max).contains(&y),
        Some(Shape::Open(_)) => orders(text, form).is_some(),
        None => false,
    }
}

/// Reads a day in its column's form.
pub fn parse(text: &str, form: &DayForm) -> Result<Date, Refusal> {
    let (year, month, day) = match parse_iso(text.as_bytes()) {
        Some(ymd) => ymd,
        None => match serial(text, form).map(Ok).unwrap_or_else(|| shape(text, form.months).ok_or(NOT_DATE))? {
            Shape::Fixed(y, m, d) => (y, m, d),
            Shape::Open(parts) => match form.order {
                Some(order) => arrange(parts, order).ok_or(NOT_DATE)?,
                None => {
                    let mut days = [DateOrder::Ymd, DateOrder::Dmy, DateOrder::Mdy].into_iter().filter_map(|o| arrange(parts, o));
                    return Err(if days.any(|(y, m, d)| Date::from_ymd(y, m, d).is_some()) { Refusal::Undecided } else { NOT_DATE });
                }
            },
        },
    };
    if !(form.year_min..=form.year_max).contains(&year) {
        return Err(Refusal::Fault(if Date::from_ymd(year, month, day).is_some() { faults::DATE_OUT_OF_RANGE } else { faults::DATE_NOT_DATE }));
    }
    from_ymd(year, month, day).ok_or(NOT_DATE)
}

/// Days since 1970-01-01 without going through a calendar library: this is the hot path.
fn from_ymd(year: i32, month: u32, day: u32) -> Option<Date> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(is_leap),
        _ => return None,
    };
    if day == 0 || day > length || !(1..=9999).contains(&year) {
        return None;
    }
    // Howard Hinnant's days_from_civil.
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * ((month as i32 + 9) % 12) + 2) / 5 + day as i32 - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    Some(Date::from_days(era * 146_097 + doe - 719_468))
}

fn parse_iso(bytes: &[u8]) -> Option<(i32, u32, u32)> {
    let &[a, b, c, d, b'-', e, f, b'-', g, h] = bytes else { return None };
    let digit = |x: u8| {
        let v = x.wrapping_sub(b'0');
        (v < 10).then_some(u32::from(v))
    };
    let year = digit(a)? * 1000 + digit(b)? * 100 + digit(c)? * 10 + digit(d)?;
    Some((year as i32, digit(e)? * 10 + digit(f)?, digit(g)? * 10 + digit(h)?))
}

fn serial(text: &str, form: &DayForm) -> Option<Shape> {
    let from = form.serial_from?;
    let digits = text.split_once('.').map_or(text, |(whole, _)| whole);
    if digits.len() != 5 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (year, month, day) = Date::from_days(from + digits.parse::<i32>().ok()?).ymd();
    Some(Shape::Fixed(year, month, day))
}

fn arrange(parts: [(u32, usize); 3], order: DateOrder) -> Option<(i32, u32, u32)> {
    let [a, b, c] = parts;
    let (year, month, day) = match order {
        DateOrder::Ymd => (a, b, c),
        DateOrder::Dmy => (c, b, a),
        DateOrder::Mdy => (c, a, b),
    };
    if month.1 > 2 || day.1 > 2 {
        return None;
    }
    let year = match year {
        // Two digits: 1990 to 2089. Ledgers begin after the computers that wrote two digits.
        (y, 2) => (if y >= 90 { 1900 + y } else { 2000 + y }) as i32,
        (y, 4) => y as i32,
        _ => return None,
    };
    Some((year, month.0, day.0))
}

fn shape(text: &str, months: bool) -> Option<Shape> {
    let text = strip_time(text.trim_matches(super::number::is_blank));
    if text.len() > 40 {
        return None;
    }
    let bytes = text.as_bytes();
    if bytes.iter().all(u8::is_ascii_digit) {
        let number = |r: std::ops::Range<usize>| text[r].parse::<u32>().ok();
        return match bytes.len() {
            8 => Some(Shape::Fixed(number(0..4)? as i32, number(4..6)?, number(6..8)?)),
            6 if months && (19..=21).contains(&number(0..2)?) && (1..=12).contains(&number(4..6)?) => {
                Some(Shape::Fixed(number(0..4)? as i32, number(4..6)?, 1))
            }
            6 => Some(Shape::Open([(number(0..2)?, 2), (number(2..4)?, 2), (number(4..6)?, 2)])),
            _ => None,
        };
    }
    let mut parts: Vec<&str> = text.split(['-', '/', '.', ' ', ',']).filter(|p| !p.is_empty()).collect();
    // A weekday's name in front says nothing that the rest does not.
    if parts.len() == 4 && parts[0].len() >= 3 && parts[0].chars().all(char::is_alphabetic) && month_of(parts[0]).is_none() {
        parts.remove(0);
    }
    let number =
        |p: &str| (p.len() <= 4 && !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit())).then(|| p.parse::<u32>().ok().map(|n| (n, p.len()))).flatten();
    match parts.as_slice() {
        [year, month] if months => {
            let (year, digits) = number(year)?;
            let month = number(month).map(|m| m.0).or_else(|| month_of(month))?;
            (digits == 4).then_some(Shape::Fixed(year as i32, month, 1))
        }
        [a, b, c] => {
            if let Some(month) = month_of(b) {
                let open = arrange([number(a)?, (month, 2), number(c)?], if a.len() == 4 { DateOrder::Ymd } else { DateOrder::Dmy })?;
                return Some(Shape::Fixed(open.0, open.1, open.2));
            }
            if let Some(month) = month_of(a) {
                let open = arrange([(month, 2), number(b)?, number(c)?], DateOrder::Mdy)?;
                return Some(Shape::Fixed(open.0, open.1, open.2));
            }
            let three = [number(a)?, number(b)?, number(c)?];
            if three[0].1 == 4 {
                // Year first is always year, month, day.
                let (y, m, d) = arrange(three, DateOrder::Ymd)?;
                return Some(Shape::Fixed(y, m, d));
            }
            Some(Shape::Open(three))
        }
        _ => None,
    }
}

/// The text without a time of day behind the date.
fn strip_time(text: &str) -> &str {
    let Some(colon) = text.find(':') else { return text };
    let head = &text[..colon];
    head.rfind(['T', ' ']).map_or(text, |at| head[..at].trim_end())
}

/// Month by its Swedish or English name or its first three letters or more.
fn month_of(word: &str) -> Option<u32> {
    const NAMES: [[&str; 2]; 12] = [
        ["january", "januari"],
        ["february", "februari"],
        ["march", "mars"],
        ["april", "april"],
        ["may", "maj"],
        ["june", "juni"],
        ["july", "juli"],
        ["august", "augusti"],
        ["september", "september"],
        ["october", "oktober"],
        ["november", "november"],
        ["december", "december"],
    ];
    if word.len() < 3 || !word.bytes().all(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    let word = word.to_ascii_lowercase();
    NAMES.iter().position(|names| names.iter().any(|n| n.starts_with(&word))).map(|i| i as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FORM: DayForm = DayForm { order: None, year_min: 1990, year_max: 2100, months: true, serial_from: None };

    #[test]
    fn forms_of_days() {
        use DateOrder::{Dmy, Mdy, Ymd};
        for (text, order, expect) in [
            ("2024-02-29", None, Some("2024-02-29")),
            ("2024-02-29 00:00:00", None, Some("2024-02-29")),
            ("2024-02-29T12:00:00Z", None, Some("2024-02-29")),
            ("20240229", None, Some("2024-02-29")),
            ("2024/2/9", None, Some("2024-02-09")),
            ("202402", None, Some("2024-02-01")),
            ("2024-02", None, Some("2024-02-01")),
            ("03-May-2013", None, Some("2013-05-03")),
            ("3 maj 2013", None, Some("2013-05-03")),
            ("May 3, 2013", None, Some("2013-05-03")),
            ("5-Jan-21", None, Some("2021-01-05")),
            ("01/02/2026", Some(Dmy), Some("2026-02-01")),
            ("01/02/2026", Some(Mdy), Some("2026-01-02")),
            ("22-10-03", Some(Ymd), Some("2022-10-03")),
            ("22-10-03", Some(Dmy), Some("2003-10-22")),
            ("260131", Some(Ymd), Some("2026-01-31")),
            ("31.01.2026", Some(Dmy), Some("2026-01-31")),
            ("31/02/2024", Some(Dmy), None),
            ("2023-02-29", None, None),
            ("2023-13-01", None, None),
            ("00:00:00", None, None),
            ("0026-01-31", None, None),
            ("2206-05-01", None, None),
            ("", None, None),
            ("45322", None, None),
        ] {
            let day = parse(text, &DayForm { order, ..FORM }).ok().map(|d| d.to_string());
            assert_eq!(day.as_deref(), expect, "{text} as {order:?}");
        }
        for (text, from, expect) in [("43658", SERIAL_1900, "2019-07-12"), ("45322", SERIAL_1900, "2024-01-31"), ("43860.5", SERIAL_1904, "2024-01-31")] {
            assert_eq!(parse(text, &DayForm { serial_from: Some(from), ..FORM }).unwrap().to_string(), expect);
        }
        assert_eq!(parse("01/02/2026", &FORM), Err(Refusal::Undecided));
        assert_eq!(parse("2206-05-01", &FORM), Err(Refusal::Fault(faults::DATE_OUT_OF_RANGE)));
    }

    #[test]
    fn what_a_value_proves() {
        for (text, expect) in
            [("13/02/2026", Some(DateOrder::Dmy)), ("02/13/2026", Some(DateOrder::Mdy)), ("99-10-03", Some(DateOrder::Ymd)), ("01/02/2026", None)]
        {
            assert_eq!(orders(text, &FORM).unwrap().single(), expect, "{text}");
        }
        assert_eq!(orders("2024-01-01", &FORM), None);
    }

    proptest! {
        #[test]
        fn the_fast_calendar_is_the_calendar(days in -25_000i32..100_000) {
            let (y, m, d) = Date::from_days(days).ymd();
            prop_assert_eq!(from_ymd(y, m, d), Some(Date::from_days(days)));
        }

        #[test]
        fn nothing_makes_it_panic(text in ".{0,30}") {
            let _ = parse(&text, &FORM);
            let _ = orders(&text, &FORM);
        }
    }
}
