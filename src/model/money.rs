//! Exact money: whole minor units (öre, pence, cents), never a float.

use std::fmt;

/// An amount in minor units of its currency (1 kr = 100). Stored as `Decimal(18,2)`, so |value| < 10^18.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(i64);

impl Money {
    /// The largest amount that `Decimal(18,2)` holds: 9,999,999,999,999,999.99.
    pub const MAX_MINOR: i64 = 999_999_999_999_999_999;
    /// No money.
    pub const ZERO: Money = Money(0);

    /// An amount from minor units; `None` when it does not fit `Decimal(18,2)`.
    pub const fn from_minor(minor: i64) -> Option<Money> {
        if minor >= -Self::MAX_MINOR && minor <= Self::MAX_MINOR { Some(Money(minor)) } else { None }
    }

    /// Minor units (öre).
    pub const fn minor(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Money {
    /// Machine form: `-1234.50`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Total::from(*self).fmt(f)
    }
}

/// An exact sum of [`Money`], in minor units. `i128` holds 10^18 rows of the largest amount and more, and still
/// every addition is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Total(i128);

impl Total {
    /// The empty sum.
    pub const ZERO: Total = Total(0);

    /// A sum from minor units.
    pub const fn from_minor(minor: i128) -> Total {
        Total(minor)
    }

    /// Minor units (öre).
    pub const fn minor(self) -> i128 {
        self.0
    }

    /// Adds one amount. Panics on overflow of `i128`, which 10^20 rows cannot reach.
    pub fn add(&mut self, amount: Money) {
        self.0 = self.0.checked_add(i128::from(amount.0)).expect("a sum of money overflowed i128");
    }
}

impl From<Money> for Total {
    fn from(amount: Money) -> Total {
        Total(i128::from(amount.0))
    }
}

impl std::ops::Add for Total {
    type Output = Total;
    fn add(self, other: Total) -> Total {
        Total(self.0.checked_add(other.0).expect("a sum of money overflowed i128"))
    }
}

impl std::iter::Sum for Total {
    fn sum<I: Iterator<Item = Total>>(totals: I) -> Total {
        totals.fold(Total::ZERO, |a, b| a + b)
    }
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let minor = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", minor / 100, minor % 100)
    }
}

/// `numerator / denominator` rounded half away from zero: the one rounding rule of computed money.
/// `None` when the denominator is zero or the result leaves `i64`.
pub fn divide_rounded(numerator: i128, denominator: i128) -> Option<i64> {
    if denominator == 0 {
        return None;
    }
    let (n, d) = if denominator < 0 { (numerator.checked_neg()?, denominator.checked_neg()?) } else { (numerator, denominator) };
    let half = d / 2;
    let rounded = if n >= 0 { n.checked_add(half)? / d } else { n.checked_sub(half)? / d };
    i64::try_from(rounded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_sign_and_two_decimals() {
        for (minor, text) in [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (-123_450, "-1234.50"), (Money::MAX_MINOR, "9999999999999999.99")] {
            assert_eq!(Money::from_minor(minor).unwrap().to_string(), text);
        }
        assert_eq!(Money::from_minor(Money::MAX_MINOR + 1), None);
    }

    #[test]
    fn rounds_half_away_from_zero() {
        for (n, d, expect) in [(5, 10, Some(1)), (-5, 10, Some(-1)), (4, 10, Some(0)), (15, 10, Some(2)), (-15, -10, Some(2)), (1, 0, None)] {
            assert_eq!(divide_rounded(n, d), expect, "{n}/{d}");
        }
    }
}
