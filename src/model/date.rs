//! Calendar days and months. No clock: nothing here knows what day it is.

use std::fmt;

/// A calendar day, counted in days since 1970-01-01 (Arrow's `Date32`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

impl Date {
    /// A day of the proleptic Gregorian calendar; `None` when there is no such day.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Date> {
        let date = jiff::civil::Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
        Some(Date::from_civil(date))
    }

    /// From days since 1970-01-01.
    pub const fn from_days(days: i32) -> Date {
        Date(days)
    }

    /// Days since 1970-01-01.
    pub const fn days(self) -> i32 {
        self.0
    }

    /// Parses `YYYY-MM-DD` and nothing else.
    pub fn parse_iso(text: &str) -> Option<Date> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        let number = |range: std::ops::Range<usize>| {
            let part = &text[range];
            part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<u32>().ok()).flatten()
        };
        Date::from_ymd(number(0..4)? as i32, number(5..7)?, number(8..10)?)
    }

    /// (year, month 1–12, day 1–31).
    pub fn ymd(self) -> (i32, u32, u32) {
        // Howard Hinnant's civil_from_days: exact over the whole range, no branch on month lengths.
        let z = i64::from(self.0) + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let day = (doy - (153 * mp + 2) / 5 + 1) as u32;
        let month = if mp < 10 { mp + 3 } else { mp - 9 } as u32;
        let year = (yoe + era * 400) as i32 + i32::from(month <= 2);
        (year, month, day)
    }

    /// The month that holds this day.
    pub fn period(self) -> Period {
        let (year, month, _) = self.ymd();
        Period { index: year * 12 + month as i32 - 1 }
    }

    /// This day moved by whole days.
    pub const fn plus_days(self, days: i32) -> Date {
        Date(self.0 + days)
    }

    /// The same day of another month; the last day of that month when it is shorter.
    pub fn plus_months(self, months: i32) -> Date {
        let (_, _, day) = self.ymd();
        let period = self.period().plus(months);
        let last = period.last_day();
        let (_, _, last_day) = last.ymd();
        if day >= last_day { last } else { Date(period.first_day().0 + day as i32 - 1) }
    }

    fn from_civil(date: jiff::civil::Date) -> Date {
        let (y, m, d) = (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
        let y = if m <= 2 { y - 1 } else { y };
        let era = y.div_euclid(400);
        let yoe = y.rem_euclid(400);
        let doy = (153 * (if m > 2 { m - 3 } else { m + 9 }) + 2) / 5 + d - 1;
        let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
        Date((era * 146_097 + doe - 719_468) as i32)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// A calendar month, written `YYYY-MM`; `index` = year × 12 + month − 1, so that months can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    index: i32,
}

impl Period {
    /// A month from its index (year × 12 + month − 1).
    pub const fn from_index(index: i32) -> Period {
        Period { index }
    }

    /// Parses `YYYY-MM` and nothing else.
    pub fn parse(text: &str) -> Option<Period> {
        let bytes = text.as_bytes();
        if bytes.len() != 7 || bytes[4] != b'-' || !bytes.iter().enumerate().all(|(i, b)| i == 4 || b.is_ascii_digit()) {
            return None;
        }
        let month: i32 = text[5..7].parse().ok()?;
        (1..=12).contains(&month).then(|| Period { index: text[..4].parse::<i32>().unwrap_or(0) * 12 + month - 1 })
    }

    /// year × 12 + month − 1.
    pub const fn index(self) -> i32 {
        self.index
    }

    /// (year, month 1–12).
    pub const fn year_month(self) -> (i32, u32) {
        (self.index.div_euclid(12), self.index.rem_euclid(12) as u32 + 1)
    }

    /// This month moved by whole months.
    pub const fn plus(self, months: i32) -> Period {
        Period { index: self.index + months }
    }

    /// The first day of the month.
    pub fn first_day(self) -> Date {
        let (year, month) = self.year_month();
        Date::from_ymd(year, month, 1).expect("every month has a first day")
    }

    /// The last day of the month.
    pub fn last_day(self) -> Date {
        Date(self.plus(1).first_day().0 - 1)
    }

    /// Tertial of the year, 1 to 3: the four-month periods in which Swedish regions report.
    pub const fn tertial(self) -> u32 {
        (self.year_month().1 - 1) / 4 + 1
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = self.year_month();
        write!(f, "{year:04}-{month:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_ymd_agree_for_three_centuries() {
        let mut days = Date::from_ymd(1890, 1, 1).unwrap().days();
        let end = Date::from_ymd(2210, 1, 1).unwrap().days();
        while days < end {
            let (y, m, d) = Date::from_days(days).ymd();
            assert_eq!(Date::from_ymd(y, m, d).unwrap().days(), days);
            days += 1;
        }
    }

    #[test]
    fn parses_iso_only() {
        assert_eq!(Date::parse_iso("2024-02-29").unwrap().to_string(), "2024-02-29");
        for bad in ["2023-02-29", "2024-13-01", "24-01-01", "2024-1-01", "2024-01-01 ", "+024-01-01", ""] {
            assert_eq!(Date::parse_iso(bad), None, "{bad}");
        }
    }

    #[test]
    fn months_move_and_clamp() {
        let date = |t| Date::parse_iso(t).unwrap();
        assert_eq!(date("2024-01-31").plus_months(1), date("2024-02-29"));
        assert_eq!(date("2024-03-15").plus_months(-3), date("2023-12-15"));
        assert_eq!(date("2024-12-31").period().plus(1).to_string(), "2025-01");
        assert_eq!(Period::parse("2025-05").unwrap().tertial(), 2);
        assert_eq!(Period::parse("2025-13"), None);
    }
}
