//! Public holidays from `data/reference/holidays.toml`, so that no query reckons dates.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use serde::Deserialize;

use crate::assets;
use crate::error::{Error, Result};
use crate::model::Date;

const PATH: &str = "data/reference/holidays.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    holiday: Vec<Holiday>,
}

/// One holiday: a day of the year, a number of days after Easter, or a weekday on or after a day of the year.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Holiday {
    name: String,
    currency: String,
    month: Option<u32>,
    day: Option<u32>,
    easter: Option<i32>,
    weekday: Option<i64>,
    year_first: Option<i32>,
    year_last: Option<i32>,
    #[allow(dead_code, reason = "the file must say where a holiday comes from; people read it there")]
    source: String,
}

impl Holiday {
    fn on(&self, year: i32) -> Result<Date> {
        let wrong = || Error::Rules(format!("{PATH}: {} has neither a day of the year nor days after Easter; write month and day, or easter", self.name));
        match (self.easter, self.month, self.day) {
            (Some(days), None, None) => Ok(easter(year).plus_days(days)),
            (None, Some(month), Some(day)) => {
                let date = Date::from_ymd(year, month, day).ok_or_else(wrong)?;
                Ok(self.weekday.map_or(date, |weekday| date.plus_days((weekday - weekday_number(date)).rem_euclid(7) as i32)))
            }
            _ => Err(wrong()),
        }
    }
}

/// The holidays of the country whose currency that is. None is known of other countries.
pub fn days(currency: &str, years: RangeInclusive<i32>) -> Result<BTreeSet<Date>> {
    let text = assets::text(PATH).ok_or_else(|| Error::Internal(format!("{PATH} is not embedded")))?;
    let file: File = toml::from_str(text).map_err(|e| Error::Rules(format!("{PATH}: {e}")))?;
    let mut days = BTreeSet::new();
    for holiday in file.holiday.iter().filter(|h| h.currency == currency) {
        for year in years.clone().filter(|y| holiday.year_first.is_none_or(|f| f <= *y) && holiday.year_last.is_none_or(|l| *y <= l)) {
            days.insert(holiday.on(year)?);
        }
    }
    Ok(days)
}

/// 1 Monday to 7 Sunday.
pub fn weekday_number(day: Date) -> i64 {
    // 1970-01-01 was a Thursday.
    i64::from(day.days() + 3).rem_euclid(7) + 1
}

/// Easter Sunday of a Gregorian year (Meeus, Jones and Butcher: Astronomical Algorithms, chapter 8).
fn easter(year: i32) -> Date {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e, f) = (b / 4, b % 4, (b + 8) / 25);
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    Date::from_ymd(year, (n / 31) as u32, (n % 31 + 1) as u32).expect("the rule gives a day of March or April")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse_iso(text).unwrap()
    }

    #[test]
    fn swedish_holidays_of_known_years() {
        let days = days("SEK", 2000..=2026).unwrap();
        for holiday in [
            "2004-05-31", // annandag pingst, the last time
            "2024-03-29", // långfredagen
            "2024-04-01", // annandag påsk
            "2024-05-09", // Kristi himmelsfärdsdag
            "2024-06-06", // nationaldagen
            "2024-06-21", // midsommarafton
            "2024-06-22", // midsommardagen
            "2024-11-02", // alla helgons dag
            "2025-04-20", // påskdagen
            "2025-11-01", // alla helgons dag
            "2026-01-06", // trettondedag jul
        ] {
            assert!(days.contains(&day(holiday)), "{holiday}");
        }
        for workday in ["2005-05-16", "2004-06-07", "2024-06-20", "2024-10-31", "2025-04-22"] {
            assert!(!days.contains(&day(workday)), "{workday}");
        }
        assert!(super::days("GBP", 2024..=2024).unwrap().is_empty());
    }

    #[test]
    fn weekdays_count_from_monday() {
        for (text, number) in [("1970-01-01", 4), ("2024-12-30", 1), ("2024-12-29", 7), ("1969-12-31", 3)] {
            assert_eq!(weekday_number(day(text)), number, "{text}");
        }
    }
}
