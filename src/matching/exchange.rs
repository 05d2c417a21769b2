//! Amounts in other currencies: by a rate that is on file, of the line's own day or the last one before it, and by no other.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::model::money::divide_rounded;
use crate::model::{Date, Money};
use crate::rules::Rule;
use crate::schema::EXCHANGE_RATE;
use crate::store::{Columns, Store};

/// A day on which both currencies of a pair have a rate against one base, in 10^−8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cross {
    day: i32,
    /// Units of the foreign currency for one of the base.
    from: i64,
    /// Units of the workspace's currency for one of the base.
    to: i64,
}

/// One unit in 10^−8.
const ONE: i64 = 100_000_000;

/// Exchange rates into the workspace's currency.
#[derive(Debug, Clone, Default)]
pub struct Exchange {
    /// Parameters `exchange_rate_<from>_<to>`, by foreign currency; they are stronger than published rates.
    rules: BTreeMap<String, Rule>,
    /// Published rates, by foreign currency, in order of days.
    crosses: BTreeMap<String, Vec<Cross>>,
    age_days_max: i32,
}

impl Exchange {
    /// With the rates that rules state.
    pub fn of_rules(rules: BTreeMap<String, Rule>) -> Exchange {
        Exchange { rules, ..Exchange::default() }
    }

    /// Adds the published rates of the lake: a rate of up to `age_days_max` days before the line's day stands for days without
    /// one, such as weekends and holidays.
    ///
    /// # Errors
    /// [`Error::Input`] when two files state different rates for a pair and day.
    pub fn read(&mut self, store: &Store, currency: &str, age_days_max: u32) -> Result<()> {
        self.age_days_max = i32::try_from(age_days_max).unwrap_or(i32::MAX);
        let mut days: BTreeMap<(i32, String), BTreeMap<String, (i64, String)>> = BTreeMap::new();
        for batch in store.read(&EXCHANGE_RATE)? {
            let c = Columns(&batch);
            for row in 0..batch.num_rows() {
                let required = |name: &str| c.text_at(name, row).unwrap_or_default().to_string();
                let (day, rate) = (c.date("rate_on").value(row), c.rate_at("exchange_rate", row).unwrap_or_default());
                let place = format!("{}, line {}", required("source_file_id"), c.int_at("source_line", row).unwrap_or_default());
                let (base, quote) = (required("base_currency"), required("quote_currency"));
                if rate <= 0 {
                    return Err(Error::Input(format!(
                        "the exchange rate of {quote} per {base} on {} is not above zero ({place}); correct the file",
                        Date::from_days(day)
                    )));
                }
                let known = days.entry((day, base.clone())).or_default().entry(quote.clone()).or_insert_with(|| (rate, place.clone()));
                if known.0 != rate {
                    return Err(Error::Input(format!(
                        "two exchange rates of {quote} per {base} on {}: {} and {place}; take one of the files away",
                        Date::from_days(day),
                        known.1
                    )));
                }
            }
        }
        for ((day, base), mut quotes) in days {
            quotes.insert(base, (ONE, String::new()));
            let Some((to, _)) = quotes.remove(currency) else { continue };
            for (from_currency, (from, _)) in quotes {
                let crosses = self.crosses.entry(from_currency).or_default();
                // Days come in order, and bases in order within: the first base of a day has it.
                if crosses.last().is_none_or(|last| last.day < day) {
                    crosses.push(Cross { day, from, to });
                }
            }
        }
        Ok(())
    }

    /// Minor units of `currency` on a day in minor units of the workspace's, and the day of the rate: amount × to ÷ from, exact, rounded
    /// once, half away from zero. `None` without a rate. Amounts of every currency are kept in hundredths, so that no currency's number of
    /// decimals enters.
    pub fn convert(&self, minor: i64, currency: &str, day: Date) -> Option<(i64, Date)> {
        if let Some(rate) = self.rules.get(currency).and_then(|rule| rule.at(day)) {
            // Rules are kept in 10^−4.
            return Some((within(divide_rounded(i128::from(minor) * i128::from(rate.value), 10_000))?, rate.from));
        }
        let crosses = self.crosses.get(currency)?;
        let cross = crosses[..crosses.partition_point(|c| c.day <= day.days())].last()?;
        if day.days() - cross.day > self.age_days_max {
            return None;
        }
        // At most 10^18 × 10^18: within i128.
        Some((within(divide_rounded(i128::from(minor) * i128::from(cross.to), i128::from(cross.from)))?, Date::from_days(cross.day)))
    }
}

/// An amount that money can hold.
fn within(minor: Option<i64>) -> Option<i64> {
    minor.and_then(Money::from_minor).map(Money::minor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Date {
        Date::parse_iso(text).expect("a date")
    }

    fn exchange() -> Exchange {
        let cross = |on: &str, from: i64, to: i64| Cross { day: day(on).days(), from, to };
        let crosses = vec![cross("2026-10-29", 111_300_000, 1_099_950_000), cross("2026-10-30", 111_720_000, 1_097_800_000)];
        Exchange { crosses: [("USD".to_string(), crosses)].into(), age_days_max: 7, ..Exchange::default() }
    }

    #[test]
    fn the_rate_of_the_day_or_the_last_before() {
        for (on, minor, expect) in [
            ("2026-10-29", 10_000, Some((98_827, "2026-10-29"))),
            // 100 × 10.978 ÷ 1.1172 = 982.6351…
            ("2026-10-30", 10_000, Some((98_264, "2026-10-30"))),
            ("2026-10-30", -10_000, Some((-98_264, "2026-10-30"))),
            ("2026-11-01", 10_000, Some((98_264, "2026-10-30"))),
            ("2026-11-06", 10_000, Some((98_264, "2026-10-30"))),
            ("2026-11-07", 10_000, None),
            ("2026-10-28", 10_000, None),
            ("2026-10-30", 0, Some((0, "2026-10-30"))),
        ] {
            assert_eq!(exchange().convert(minor, "USD", day(on)), expect.map(|(m, d)| (m, day(d))), "{on}");
        }
        assert_eq!(exchange().convert(1, "NOK", day("2026-10-30")), None);
    }

    proptest! {
        /// The result is the exact quotient, at most half a unit away, whatever the amount and the rates.
        #[test]
        fn rounded_once(minor in -999_999_999_999_999_999i64..=999_999_999_999_999_999, from in 1i64..=1_000_000_000_000, to in 1i64..=1_000_000_000_000) {
            let crosses = vec![Cross { day: 0, from, to }];
            let exchange = Exchange { crosses: [("USD".to_string(), crosses)].into(), age_days_max: 0, ..Exchange::default() };
            let exact = i128::from(minor) * i128::from(to);
            match exchange.convert(minor, "USD", Date::from_days(0)) {
                Some((found, _)) => prop_assert!((2 * (i128::from(found) * i128::from(from) - exact)).abs() <= i128::from(from)),
                None => prop_assert!(exact.abs() / i128::from(from) >= i128::from(Money::MAX_MINOR)),
            }
        }
    }
}
