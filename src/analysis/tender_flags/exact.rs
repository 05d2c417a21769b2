//! Exact amounts, shares and fences: no flag hangs on the last bit of a float.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Deserializer};

/// Decimals kept of an amount.
const SCALE: usize = 10;

/// An amount of money as a release states it, in units of 10^−10 of its currency. Further decimals, which only the conversion of
/// a float leaves behind, are rounded half away from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(i128);

impl Amount {
    /// Parses a JSON number: digits, a point, an exponent. `None` when it is none or too large.
    pub fn parse(text: &str) -> Option<Amount> {
        let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        if whole.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        // The place of the unit of 10^−10 within the digits.
        let kept = i64::try_from(whole.len() + SCALE).ok()? + i64::from(exponent);
        let significant = digits.trim_start_matches('0').len();
        if significant == 0 || kept < 0 {
            return Some(Amount(0));
        }
        let kept = usize::try_from(kept).ok()?;
        if kept + significant > digits.len() + 38 {
            return None;
        }
        let padded = format!("{digits:0<kept$}");
        let (integer, rest) = padded.split_at(kept);
        let integer: i128 = if integer.is_empty() { 0 } else { integer.parse().ok()? };
        let up = i128::from(rest.as_bytes().first().is_some_and(|b| *b >= b'5'));
        Some(Amount(sign * integer.checked_add(up)?))
    }

    /// Units of 10^−10.
    pub const fn units(self) -> i128 {
        self.0
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = 10u128.pow(SCALE as u32);
        let magnitude = self.0.unsigned_abs();
        let text = format!("{}.{:010}", magnitude / unit, magnitude % unit);
        write!(f, "{}{}", if self.0 < 0 { "-" } else { "" }, text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// A share or count that is not negative, as a fraction.
#[derive(Debug, Clone, Copy)]
pub struct Ratio {
    numerator: u128,
    denominator: u128,
}

impl Ratio {
    /// Panics when the denominator is zero: what has no denominator is not computed.
    pub fn new(numerator: u128, denominator: u128) -> Ratio {
        assert!(denominator > 0, "a ratio of {numerator} to nothing");
        Ratio { numerator, denominator }
    }

    /// A whole number.
    pub const fn whole(number: u128) -> Ratio {
        Ratio { numerator: number, denominator: 1 }
    }

    /// The nearest float, to show.
    pub fn as_f64(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }
}

impl PartialEq for Ratio {
    fn eq(&self, other: &Ratio) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ratio {}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Ratio) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Ratio) -> Ordering {
        match (self.numerator.checked_mul(other.denominator), other.numerator.checked_mul(self.denominator)) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => Natural::from(self.numerator).times(other.denominator).cmp(&Natural::from(other.numerator).times(self.denominator)),
        }
    }
}

impl<'de> Deserialize<'de> for Ratio {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Ratio, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Ratio;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number that is not negative")
            }
            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Ratio, E> {
                self.visit_str(&value.to_string())
            }
            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Ratio, E> {
                self.visit_str(&value.to_string())
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Ratio, E> {
                let amount = Amount::parse(text).and_then(|a| u128::try_from(a.units()).ok());
                let amount = amount.ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))?;
                Ok(Ratio::new(amount, 10u128.pow(SCALE as u32)))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// A weighted sum of ratios divided by a whole number: a quantile, or a fence made of two.
#[derive(Debug, Clone)]
pub struct Fence {
    terms: Vec<(i128, Ratio)>,
    scale: u128,
}

impl Fence {
    /// A limit that is given.
    pub fn given(limit: Ratio) -> Fence {
        Fence { terms: vec![(1, limit)], scale: 1 }
    }

    /// The quantile at `percent` of sorted values, by Hyndman and Fan's definition 8 (The American Statistician 50(4), 1996), as
    /// the peer's library has it: at rank h = (n + 1/3) p + 1/3, between two values in proportion. `None` without values.
    pub fn quantile(sorted: &[Ratio], percent: u32) -> Option<Fence> {
        let (first, last) = (*sorted.first()?, *sorted.last()?);
        // h in units of 1/300, so that nothing is rounded.
        let rank = (3 * sorted.len() + 1) * percent as usize + 100;
        let (below, fraction) = (rank / 300, (rank % 300) as i128);
        let terms = if below == 0 || percent == 0 {
            vec![(300, first)]
        } else if below >= sorted.len() || percent >= 100 {
            vec![(300, last)]
        } else {
            vec![(300 - fraction, sorted[below - 1]), (fraction, sorted[below])]
        };
        Some(Fence { terms, scale: 300 })
    }

    /// a/2 × `times` + b/2 × `other_times`: Tukey's fences are 5/2 of one quartile less 3/2 of the other.
    fn halves(&self, times: i128, other: &Fence, other_times: i128) -> Fence {
        assert_eq!(self.scale, other.scale, "quantiles share their scale");
        let weighted = |fence: &Fence, times: i128| fence.terms.iter().map(|(w, r)| (w * times, *r)).collect::<Vec<_>>();
        Fence { terms: [weighted(self, times), weighted(other, other_times)].concat(), scale: 2 * self.scale }
    }

    /// Q1 − 3/2 (Q3 − Q1).
    pub fn lower(q1: &Fence, q3: &Fence) -> Fence {
        q1.halves(5, q3, -3)
    }

    /// Q3 + 3/2 (Q3 − Q1).
    pub fn upper(q1: &Fence, q3: &Fence) -> Fence {
        q3.halves(5, q1, -3)
    }

    /// How a ratio stands to the fence.
    pub fn of(&self, ratio: Ratio) -> Ordering {
        // ratio × scale + the negative terms against the positive ones, all over the product of the denominators.
        let side = |is_positive: bool| self.terms.iter().filter(move |(w, _)| (*w > 0) == is_positive && *w != 0);
        let denominators: Vec<u128> = self.terms.iter().map(|(_, r)| r.denominator).chain([ratio.denominator]).collect();
        let over_all = |weight: u128, own: Ratio| {
            // The product of all denominators but one equal to its own.
            let mut is_skipped = false;
            denominators.iter().fold(Natural::from(weight).times(own.numerator), |product, d| {
                if !is_skipped && *d == own.denominator {
                    is_skipped = true;
                    return product;
                }
                product.times(*d)
            })
        };
        let sum = |terms: Vec<(u128, Ratio)>| terms.into_iter().fold(Natural::from(0), |sum, (w, r)| sum.plus(&over_all(w, r)));
        let left = side(false).map(|(w, r)| (w.unsigned_abs(), *r)).chain([(self.scale, ratio)]).collect();
        let right = side(true).map(|(w, r)| (w.unsigned_abs(), *r)).collect();
        sum(left).cmp(&sum(right))
    }

    /// Whether it lies above zero.
    pub fn is_positive(&self) -> bool {
        self.of(Ratio::whole(0)) == Ordering::Less
    }

    /// The nearest float or its neighbour, to show.
    pub fn as_f64(&self) -> f64 {
        self.terms.iter().map(|(w, r)| *w as f64 * r.as_f64()).sum::<f64>() / self.scale as f64
    }
}

/// A whole number of any size, limbs of 64 bits, lowest first, no zero on top.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Natural(Vec<u64>);

impl From<u128> for Natural {
    fn from(number: u128) -> Natural {
        let mut limbs = vec![number as u64, (number >> 64) as u64];
        trim(&mut limbs);
        Natural(limbs)
    }
}

fn trim(limbs: &mut Vec<u64>) {
    while limbs.last() == Some(&0) {
        limbs.pop();
    }
}

impl Natural {
    fn times(&self, factor: u128) -> Natural {
        let mut limbs = vec![0u64; self.0.len() + 2];
        for (shift, part) in [factor as u64, (factor >> 64) as u64].into_iter().enumerate() {
            let mut carry = 0u128;
            for (index, limb) in limbs.iter_mut().enumerate().skip(shift) {
                let product = self.0.get(index - shift).map_or(0, |own| u128::from(*own) * u128::from(part));
                let total = u128::from(*limb) + product + carry;
                *limb = total as u64;
                carry = total >> 64;
            }
            assert_eq!(carry, 0, "two more limbs hold any product with 128 bits");
        }
        trim(&mut limbs);
        Natural(limbs)
    }

    fn plus(&self, other: &Natural) -> Natural {
        let mut limbs = Vec::new();
        let mut carry = 0u128;
        for index in 0..=self.0.len().max(other.0.len()) {
            let part = |n: &Natural| u128::from(n.0.get(index).copied().unwrap_or(0));
            let total = part(self) + part(other) + carry;
            limbs.push(total as u64);
            carry = total >> 64;
        }
        trim(&mut limbs);
        Natural(limbs)
    }
}

impl PartialOrd for Natural {
    fn partial_cmp(&self, other: &Natural) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Natural {
    fn cmp(&self, other: &Natural) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_exactly() {
        for (text, expect) in [
            ("0", Some("0")),
            ("1", Some("1")),
            ("-12.50", Some("-12.5")),
            ("0.30000000000000004", Some("0.3")),
            ("0.00000000005", Some("0.0000000001")),
            ("0.000000000049", Some("0")),
            ("1e3", Some("1000")),
            ("1.5E+2", Some("150")),
            ("25e-1", Some("2.5")),
            ("1e-30", Some("0")),
            ("0e999999999", Some("0")),
            ("9007199254740993", Some("9007199254740993")),
            ("1e40", None),
            ("12345678901234567890123456789012345678901234567890", None),
            ("", None),
            (".5", None),
            ("1x", None),
        ] {
            assert_eq!(Amount::parse(text).map(|a| a.to_string()).as_deref(), expect, "{text}");
        }
    }

    #[test]
    fn quantiles_and_fences_are_exact() {
        let thirds: Vec<Ratio> = (1..=7).map(|n| Ratio::new(n, 3)).collect();
        // Rank of Q1 in seven values: 22/3 × 1/4 + 1/3 = 13/6; so 2/3 + 1/6 × 1/3 = 13/18, and Q3 = 35/18 by symmetry about 4/3.
        let q1 = Fence::quantile(&thirds, 25).unwrap();
        let q3 = Fence::quantile(&thirds, 75).unwrap();
        assert_eq!(q1.of(Ratio::new(13, 18)), Ordering::Equal);
        assert_eq!(q3.of(Ratio::new(35, 18)), Ordering::Equal);
        // 35/18 + 3/2 × 22/18 = 34/9... and the lower one is below zero.
        assert_eq!(Fence::upper(&q1, &q3).of(Ratio::new(34, 9)), Ordering::Equal);
        assert_eq!(Fence::upper(&q1, &q3).of(Ratio::new(34_000_000_001, 9_000_000_000)), Ordering::Greater);
        assert!(!Fence::lower(&q1, &q3).is_positive());
        assert!(Fence::quantile(&[], 25).is_none());
        let one = [Ratio::new(2, 3)];
        for percent in [0, 25, 75, 100] {
            assert_eq!(Fence::quantile(&one, percent).unwrap().of(Ratio::new(4, 6)), Ordering::Equal);
        }
    }

    #[test]
    fn large_fractions_are_compared_without_overflow() {
        let big = u128::MAX;
        assert!(Ratio::new(big, big - 1) < Ratio::new(big - 1, big - 2));
        assert_eq!(Ratio::new(big, big), Ratio::whole(1));
        let values = [Ratio::new(big - 4, big), Ratio::new(big - 3, big - 1), Ratio::new(big - 2, big - 2), Ratio::new(big, big - 5)];
        let fence = Fence::upper(&Fence::quantile(&values, 25).unwrap(), &Fence::quantile(&values, 75).unwrap());
        assert_eq!(fence.of(Ratio::whole(2)), Ordering::Greater);
        assert_eq!(fence.of(Ratio::new(1, 2)), Ordering::Less);
    }
}
