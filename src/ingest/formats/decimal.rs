//! Numbers that files state as numbers, as exact decimal text: `1.5E+3` is `1500`, and nothing passes through a float.

/// Most digits that the plain form of a number may have; what needs more is no amount, quantity or identifier.
const DIGITS_MAX: usize = 40;

/// Significant digits that a spreadsheet keeps (IEEE 754 doubles as Excel shows and edits them). What stands beyond them is
/// noise of the binary form: `0.1+0.2` is stored as `0.30000000000000004`.
const SPREADSHEET_DIGITS: usize = 15;

/// A number taken apart: (−1)^negative × digits × 10^(−scale); no leading zeros, `digits` empty means zero.
struct Parts {
    is_negative: bool,
    digits: Vec<u8>,
    scale: i64,
}

fn parse(text: &str) -> Option<Parts> {
    let (is_negative, rest) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let exponent_at = rest.iter().position(|b| matches!(b, b'e' | b'E'));
    let (mantissa, exponent) = match exponent_at {
        Some(at) => (&rest[..at], std::str::from_utf8(&rest[at + 1..]).ok()?),
        None => (rest, "0"),
    };
    // Exponents are read as i32 and never multiplied out before the digit bound is checked.
    let exponent = i64::from(exponent.parse::<i32>().ok()?);
    let point = mantissa.iter().position(|b| *b == b'.');
    let (whole, fraction) = match point {
        Some(at) => (&mantissa[..at], &mantissa[at + 1..]),
        None => (mantissa, &[][..]),
    };
    if whole.is_empty() && fraction.is_empty() || !whole.iter().chain(fraction).all(u8::is_ascii_digit) {
        return None;
    }
    let digits: Vec<u8> = whole.iter().chain(fraction).copied().skip_while(|b| *b == b'0').collect();
    let scale = i64::try_from(fraction.len()).ok()? - exponent;
    Some(Parts { is_negative, digits, scale })
}

impl Parts {
    /// Plain decimal text. The written scale is kept (`1.50` stays `1.50`) unless the exponent made it negative.
    fn plain(&self) -> Option<String> {
        if self.digits.is_empty() {
            return Some("0".to_string());
        }
        let mut digits = self.digits.clone();
        let mut scale = self.scale;
        if scale < 0 {
            let zeros = usize::try_from(-scale).ok()?;
            if digits.len() + zeros > DIGITS_MAX {
                return None;
            }
            digits.resize(digits.len() + zeros, b'0');
            scale = 0;
        }
        let scale = usize::try_from(scale).ok()?;
        if scale > DIGITS_MAX || digits.len() > DIGITS_MAX {
            return None;
        }
        let mut text = String::with_capacity(digits.len() + 3);
        if self.is_negative {
            text.push('-');
        }
        let digits = if digits.len() <= scale { [vec![b'0'; scale + 1 - digits.len()], digits].concat() } else { digits };
        let whole = digits.len() - scale;
        text.extend(digits[..whole].iter().map(|b| char::from(*b)));
        if scale > 0 {
            text.push('.');
            text.extend(digits[whole..].iter().map(|b| char::from(*b)));
        }
        Some(text)
    }

    /// Rounds half away from zero to `count` significant digits.
    fn round(&mut self, count: usize) {
        if self.digits.len() <= count {
            return;
        }
        let is_up = self.digits[count] >= b'5';
        self.scale -= (self.digits.len() - count) as i64;
        self.digits.truncate(count);
        if is_up {
            for digit in self.digits.iter_mut().rev() {
                if *digit == b'9' {
                    *digit = b'0';
                } else {
                    *digit += 1;
                    return;
                }
            }
            self.digits.insert(0, b'1');
        }
    }

    fn strip_zeros(&mut self) {
        while self.scale > 0 && self.digits.last() == Some(&b'0') {
            self.digits.pop();
            self.scale -= 1;
        }
    }
}

/// The exact plain text of a number as JSON, XML or a spreadsheet writes it; `None` when it is no number (`NaN`, `1,5`) or
/// its plain form is longer than any real value (`1e400`).
pub fn exact(text: &str) -> Option<String> {
    parse(text)?.plain()
}

/// The plain text of a number that a spreadsheet program stored as a double. More than 15 significant digits are rounded to
/// 15, which takes away the noise of binary fractions; a number with more than 13 digits before the point keeps all it
/// states, for there a 16th digit is öre and no noise.
pub fn spreadsheet(text: &str) -> Option<String> {
    let mut parts = parse(text)?;
    let whole_digits = parts.digits.len() as i64 - parts.scale;
    if parts.digits.len() > SPREADSHEET_DIGITS && whole_digits <= 13 {
        parts.round(SPREADSHEET_DIGITS);
    }
    parts.strip_zeros();
    parts.plain()
}

/// The plain text of a double from a binary workbook; `None` for infinities and NaN.
pub fn from_f64(value: f64) -> Option<String> {
    // Rust's shortest form that reads back as the same double.
    if value.is_finite() { spreadsheet(&format!("{value:e}")) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_text_is_exact() {
        for (text, expect) in [
            ("0", Some("0")),
            ("-0", Some("0")),
            ("1.50", Some("1.50")),
            ("-0.05", Some("-0.05")),
            (".5", Some("0.5")),
            ("5.", Some("5")),
            ("007", Some("7")),
            ("1.5E+3", Some("1500")),
            ("1.23e-2", Some("0.0123")),
            ("1E-9", Some("0.000000001")),
            ("9007199254740993", Some("9007199254740993")),
            ("99999999999999.99", Some("99999999999999.99")),
            ("1e400", None),
            ("1e-400", None),
            ("1e99999999999999999999", None),
            ("NaN", None),
            ("1,5", None),
            ("", None),
            ("-", None),
            (".", None),
            ("1e", None),
            ("--1", None),
            ("1.2.3", None),
        ] {
            assert_eq!(exact(text).as_deref(), expect, "{text}");
        }
    }

    #[test]
    fn binary_noise_goes_and_ore_stay() {
        for (text, expect) in [
            ("0.30000000000000004", "0.3"),
            ("1234.5600000000001", "1234.56"),
            ("8124.9399999999996", "8124.94"),
            ("9.9999999999999995E-2", "0.1"),
            ("99999999999999.99", "99999999999999.99"),
            ("12345678901234567", "12345678901234567"),
            ("1E5", "100000"),
            ("999999999999.99949", "999999999999.999"),
        ] {
            assert_eq!(spreadsheet(text).as_deref(), Some(expect), "{text}");
        }
        assert_eq!(from_f64(0.1 + 0.2).as_deref(), Some("0.3"));
        assert_eq!(from_f64(f64::NAN), None);
    }

    proptest! {
        #[test]
        fn never_panics(text in "[-+0-9.eE]{0,40}|\\PC{0,20}") {
            let _ = (exact(&text), spreadsheet(&text));
        }

        #[test]
        fn money_survives_a_spreadsheet(minor in -9_999_999_999_999i64..=9_999_999_999_999) {
            let sign = if minor < 0 { "-" } else { "" };
            let text = format!("{sign}{}.{:02}", minor.unsigned_abs() / 100, minor.unsigned_abs() % 100);
            let double: f64 = text.parse().unwrap();
            let back = from_f64(double).unwrap();
            let (whole, fraction) = back.split_once('.').unwrap_or((&back, ""));
            prop_assert_eq!(format!("{whole}.{fraction:0<2}"), if minor == 0 { "0.00".to_string() } else { text });
        }
    }
}
