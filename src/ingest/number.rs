//! Numbers as people and systems write them, read exactly or refused.
//!
//! A column has one form. What a single value can prove about it is [`evidence`]; [`parse`] then reads every value of the
//! column in that form and in no other.

use super::faults::{self, Fault};

/// Which mark of a number column is the decimal mark. The other one, blanks and apostrophes may group digits in threes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Decimal {
    /// `1 234,50`.
    Comma,
    /// `1,234.50`.
    Dot,
}

impl Decimal {
    const fn mark(self) -> u8 {
        match self {
            Decimal::Comma => b',',
            Decimal::Dot => b'.',
        }
    }
}

/// What separates groups of three digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grouping {
    /// Blanks of any width.
    Blank,
    /// The mark that is not the decimal mark.
    Mark,
    /// Apostrophes.
    Apostrophe,
}

impl Grouping {
    const fn of(c: char) -> Grouping {
        match c {
            '.' | ',' => Grouping::Mark,
            '\'' | '\u{2019}' => Grouping::Apostrophe,
            _ => Grouping::Blank,
        }
    }
}

/// How a number column is read.
#[derive(Debug, Clone, Copy)]
pub struct NumberForm<'a> {
    /// The decimal mark; `None` while no value of the column has shown it.
    pub decimal: Option<Decimal>,
    /// What separates groups of digits; `None` while no value has shown it, and then any of them may.
    pub grouping: Option<Grouping>,
    /// Digits after the decimal mark that are kept: 2 for money, 4 for quantities, 0 for whole numbers.
    pub scale: u32,
    /// Marks behind the number that make it negative.
    pub credit_marks: &'a [String],
    /// The currency whose code and symbols may stand beside the number; empty when each row names its own.
    pub currency: &'a str,
}

/// Why a value is not a number of its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A fault of the record.
    Fault(&'static Fault),
    /// The value has a mark, and the column's form is not decided yet.
    Undecided,
}

const NOT_NUMBER: Refusal = Refusal::Fault(faults::AMOUNT_NOT_NUMBER);

/// What one value shows about the decimal mark of its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// No mark: fits every form.
    Neutral,
    /// Can only be read with this decimal mark.
    Proves(Decimal),
    /// One mark before exactly three digits: thousands or decimals, both can be meant.
    TwoReadings,
    /// Not a number in any form.
    NotNumber,
}

/// Symbols and words of currencies that may stand beside an amount.
const SYMBOLS: &[(&str, &str)] =
    &[("GBP", "£"), ("EUR", "€"), ("USD", "$"), ("SEK", "kr"), ("SEK", ":-"), ("NOK", "kr"), ("DKK", "kr"), ("CZK", "Kč"), ("BRL", "R$")];

struct Parts<'a> {
    negative: bool,
    /// Digits with marks and groups, ASCII.
    body: &'a str,
    exponent: i32,
}

/// Takes sign, brackets, currency and exponent off.
fn dissect<'a>(text: &'a str, form: &NumberForm) -> Result<Parts<'a>, Refusal> {
    let mut rest = text.trim_matches(is_blank);
    let mut signs = 0;
    if let Some(inner) = rest.strip_prefix('(').and_then(|r| r.strip_suffix(')')) {
        signs += 1;
        rest = inner.trim_matches(is_blank);
    }
    // `5:-` and `5,-` are whole kronor; the stroke is no minus.
    let mut has_currency = false;
    if let Some(r) = rest.strip_suffix(":-").or_else(|| rest.strip_suffix(",-")).filter(|r| r.ends_with(|c: char| c.is_ascii_digit())) {
        has_currency = true;
        rest = r;
    }
    // Sign and currency come in either order, before or behind: `-£5`, `£-5`, `5 kr-`.
    loop {
        let before = rest;
        if let Some(r) = rest.strip_prefix(is_minus).or_else(|| rest.strip_suffix(is_minus)) {
            signs += 1;
            rest = r.trim_matches(is_blank);
        } else if let Some(r) = rest.strip_prefix('+') {
            rest = r.trim_matches(is_blank);
        } else if let Some(r) = form.credit_marks.iter().find_map(|m| strip_suffix_fold(rest, m)) {
            signs += 1;
            rest = r.trim_matches(is_blank);
        } else if !has_currency && let Some((r, code)) = strip_currency(rest, form.currency) {
            if !form.currency.is_empty() && code != form.currency {
                return Err(Refusal::Fault(faults::AMOUNT_CURRENCY));
            }
            has_currency = true;
            rest = r.trim_matches(is_blank);
        }
        if rest.len() == before.len() {
            break;
        }
    }
    if signs > 1 || rest.is_empty() {
        return Err(NOT_NUMBER);
    }
    let (body, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (&rest[..at], rest[at + 1..].parse::<i32>().map_err(|_| NOT_NUMBER)?),
        None => (rest, 0),
    };
    Ok(Parts { negative: signs == 1, body, exponent })
}

fn strip_suffix_fold<'a>(text: &'a str, suffix: &str) -> Option<&'a str> {
    let at = text.len().checked_sub(suffix.len())?;
    (text.is_char_boundary(at) && text[at..].eq_ignore_ascii_case(suffix)).then(|| &text[..at])
}

/// The text without a currency beside it, and that currency's code.
fn strip_currency<'a>(text: &'a str, currency: &str) -> Option<(&'a str, String)> {
    for of_row in [true, false] {
        for (code, symbol) in SYMBOLS.iter().filter(|(code, _)| (*code == currency) == of_row) {
            if let Some(rest) = text.strip_prefix(symbol).or_else(|| strip_suffix_fold(text, symbol)) {
                return Some((rest, (*code).to_string()));
            }
        }
    }
    let is_code = |t: &str| t.len() == 3 && t.bytes().all(|b| b.is_ascii_uppercase());
    if let Some((code, rest)) = text.split_at_checked(3).filter(|(c, _)| is_code(c)) {
        return Some((rest, code.to_string()));
    }
    let (rest, code) = text.split_at_checked(text.len().checked_sub(3)?)?;
    is_code(code).then(|| (rest, code.to_string()))
}

const fn is_minus(c: char) -> bool {
    matches!(c, '-' | '\u{2212}' | '\u{2013}')
}

/// Blanks that may stand around a number or between groups of digits.
pub const fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{a0}' | '\u{202f}' | '\u{2009}')
}

const fn is_grouping(c: char) -> bool {
    is_blank(c) || matches!(c, '\'' | '\u{2019}')
}

/// What `text` shows about its column's decimal mark.
pub fn evidence(text: &str, form: &NumberForm) -> Evidence {
    let Ok(parts) = dissect(text, form) else { return Evidence::NotNumber };
    let as_comma = read(&parts, Decimal::Comma, form.grouping);
    let as_dot = read(&parts, Decimal::Dot, form.grouping);
    let has_mark = parts.body.contains([',', '.']);
    match (as_comma, as_dot) {
        (None, None) => Evidence::NotNumber,
        (Some(_), None) => Evidence::Proves(Decimal::Comma),
        (None, Some(_)) => Evidence::Proves(Decimal::Dot),
        (Some(_), Some(_)) if has_mark => Evidence::TwoReadings,
        (Some(_), Some(_)) => Evidence::Neutral,
    }
}

/// What separates the groups of digits in `text`, when it is a number with groups in some form.
pub fn grouping(text: &str, form: &NumberForm) -> Option<Grouping> {
    let parts = dissect(text, form).ok()?;
    // `1.234` may have a decimal point: it shows no grouping unless the column's decimal mark is the other one.
    let decimals: &[Decimal] = match form.decimal {
        Some(Decimal::Comma) => &[Decimal::Comma],
        Some(Decimal::Dot) => &[Decimal::Dot],
        None => &[Decimal::Comma, Decimal::Dot],
    };
    let readings: Vec<_> = decimals.iter().filter_map(|d| read(&parts, *d, None).map(|r| r.2)).collect();
    match readings.as_slice() {
        [one] => *one,
        [a, b] if a == b => *a,
        _ => None,
    }
}

/// Digits as an integer, the count of them behind the decimal mark, and what groups them; `None` when the body does not have the form.
fn read(parts: &Parts, decimal: Decimal, grouping: Option<Grouping>) -> Option<(i128, u32, Option<Grouping>)> {
    let mark = char::from(decimal.mark());
    let other = if decimal == Decimal::Comma { '.' } else { ',' };
    let (whole, fraction) = match parts.body.split_once(mark) {
        Some((w, f)) => (w, Some(f)),
        None => (parts.body, None),
    };
    let mut digits: i128 = 0;
    let mut count = 0u32;
    let mut push = |c: char| -> Option<()> {
        let digit = c.to_digit(10)?;
        count += 1;
        // 30 digits fit i128; a longer number is no amount.
        if count > 30 {
            return None;
        }
        digits = digits * 10 + i128::from(digit);
        Some(())
    };
    // Groups: one kind of mark, three digits each behind the first group of one to three.
    let mut group_mark: Option<char> = None;
    let mut since_mark = 0;
    for c in whole.chars() {
        if c.is_ascii_digit() {
            since_mark += 1;
            push(c)?;
        } else if c == other || is_grouping(c) {
            let is_first = group_mark.is_none();
            if group_mark.is_some_and(|g| g != c) || since_mark == 0 || (is_first && since_mark > 3) || (!is_first && since_mark != 3) {
                return None;
            }
            group_mark = Some(c);
            since_mark = 0;
        } else {
            return None;
        }
    }
    if group_mark.is_some() && since_mark != 3 {
        return None;
    }
    // A number that begins with nought is not grouped: `0,123` is a decimal and nothing else.
    if group_mark.is_some_and(|g| g == other) && whole.starts_with('0') {
        return None;
    }
    let mut decimals = 0;
    for c in fraction.unwrap_or("").chars() {
        push(c)?;
        decimals += 1;
    }
    let found = group_mark.map(Grouping::of);
    if grouping.is_some() && found.is_some() && found != grouping {
        return None;
    }
    (count > 0).then_some((digits, decimals, found))
}

/// Reads a number in its column's form, in units of 10^−scale, exactly.
pub fn parse(text: &str, form: &NumberForm) -> Result<i64, Refusal> {
    if let Some(value) = parse_plain(text.as_bytes(), form) {
        return Ok(value);
    }
    let parts = dissect(text, form)?;
    let (digits, decimals, _) = match form.decimal {
        Some(decimal) => read(&parts, decimal, form.grouping).ok_or(NOT_NUMBER)?,
        None => match (read(&parts, Decimal::Comma, form.grouping), read(&parts, Decimal::Dot, form.grouping)) {
            (Some(a), Some(b)) if a == b => a,
            (None, None) => return Err(NOT_NUMBER),
            _ => return Err(Refusal::Undecided),
        },
    };
    // value = digits × 10^(exponent − decimals); wanted × 10^−scale.
    let shift = parts.exponent.checked_sub(decimals as i32).and_then(|e| e.checked_add(form.scale as i32)).ok_or(NOT_NUMBER)?;
    let scaled = if shift >= 0 {
        if digits == 0 { Some(0) } else { 10i128.checked_pow(shift as u32).and_then(|p| digits.checked_mul(p)) }
    } else {
        match 10i128.checked_pow(shift.unsigned_abs()) {
            Some(unit) if digits % unit == 0 => Some(digits / unit),
            _ => return Err(Refusal::Fault(if form.scale == 0 { faults::NUMBER_NOT_WHOLE } else { faults::AMOUNT_TOO_PRECISE })),
        }
    };
    let limit = i128::from(crate::model::Money::MAX_MINOR);
    match scaled.filter(|v| *v <= limit) {
        Some(v) => Ok(if parts.negative { -(v as i64) } else { v as i64 }),
        None => Err(Refusal::Fault(faults::AMOUNT_TOO_LARGE)),
    }
}

/// The common form, `-1234.50` or `-1 234,50` with at most `scale` decimals, without looking twice. `None` means only that the long
/// way must be gone.
fn parse_plain(bytes: &[u8], form: &NumberForm) -> Option<i64> {
    let (negative, digits) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    // With the noughts of the scale behind them, at most 18 digits: no overflow.
    if digits.is_empty() || digits.len() > 18 - form.scale as usize {
        return None;
    }
    let mark = form.decimal.map_or(0, Decimal::mark);
    let may_group = matches!(form.grouping, None | Some(Grouping::Blank));
    let mut value: i64 = 0;
    let mut decimals: Option<u32> = None;
    // The blank that groups, by its first byte, and the digits since the last one.
    let (mut group, mut since) = (0u8, 0u32);
    let mut rest = digits.iter();
    while let Some(&b) = rest.next() {
        let digit = b.wrapping_sub(b'0');
        if digit < 10 {
            value = value.wrapping_mul(10).wrapping_add(i64::from(digit));
            match &mut decimals {
                Some(d) => *d = d.wrapping_add(1),
                None => since += 1,
            }
        } else if decimals.is_some() {
            return None;
        } else if b == mark {
            decimals = Some(0);
        } else if may_group && (b == b' ' || (b == 0xc2 && rest.next() == Some(&0xa0))) {
            if since == 0 || since > 3 || (group != 0 && (since != 3 || group != b)) {
                return None;
            }
            (group, since) = (b, 0);
        } else {
            return None;
        }
    }
    if group != 0 && since != 3 {
        return None;
    }
    let decimals = decimals.unwrap_or(0);
    if decimals > form.scale || !digits[0].is_ascii_digit() {
        return None;
    }
    for _ in decimals..form.scale {
        value = value.wrapping_mul(10);
    }
    (value <= crate::model::Money::MAX_MINOR).then_some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn form(decimal: Option<Decimal>, credit_marks: &[String]) -> NumberForm<'_> {
        NumberForm { decimal, grouping: None, scale: 2, credit_marks, currency: "SEK" }
    }

    #[test]
    fn forms_of_money() {
        use Decimal::{Comma, Dot};
        let marks = ["CR".to_string()];
        let large = Err(Refusal::Fault(faults::AMOUNT_TOO_LARGE));
        let precise = Err(Refusal::Fault(faults::AMOUNT_TOO_PRECISE));
        let no = Err(NOT_NUMBER);
        for (text, decimal, expect) in [
            ("1234,5", Comma, Ok(123_450)),
            ("1 234,50", Comma, Ok(123_450)),
            ("1\u{a0}234\u{a0}567,89", Comma, Ok(123_456_789)),
            ("1\u{202f}234,50", Comma, Ok(123_450)),
            ("1\u{2009}234,50", Comma, Ok(123_450)),
            ("1.234,50", Comma, Ok(123_450)),
            ("1'234.50", Dot, Ok(123_450)),
            ("1\u{2019}234.50", Dot, Ok(123_450)),
            ("1,234.50", Dot, Ok(123_450)),
            ("1.234", Comma, Ok(123_400)),
            ("1.234", Dot, precise),
            ("1.230", Dot, Ok(123)),
            ("2.500", Dot, Ok(250)),
            ("\u{2212}100", Dot, Ok(-10_000)),
            ("\u{2013}100", Dot, Ok(-10_000)),
            ("(1 234,50)", Comma, Ok(-123_450)),
            ("1.234,50-", Comma, Ok(-123_450)),
            ("1234,50 CR", Comma, Ok(-123_450)),
            ("-1234,50 CR", Comma, no),
            ("--5", Dot, no),
            ("(-5)", Dot, no),
            ("kr 5", Dot, Ok(500)),
            ("5:-", Dot, Ok(500)),
            ("-5,-", Comma, Ok(-500)),
            ("-5 SEK", Dot, Ok(-500)),
            ("€ 5", Dot, Err(Refusal::Fault(faults::AMOUNT_CURRENCY))),
            ("5 EUR", Dot, Err(Refusal::Fault(faults::AMOUNT_CURRENCY))),
            ("1,2E+05", Comma, Ok(12_000_000)),
            ("1.5e-2", Dot, precise),
            ("15e-2", Dot, Ok(15)),
            ("1e400", Dot, large),
            ("1e-400", Dot, precise),
            ("12 34", Dot, no),
            ("1,2,3", Comma, no),
            ("1,2,3", Dot, no),
            ("1 234.567,00", Comma, no),
            ("1,50", Dot, no),
            ("12.50", Comma, no),
            ("", Dot, no),
            ("-", Dot, no),
            (".", Dot, no),
            ("n/a", Dot, no),
            ("NaN", Dot, no),
            ("٣", Dot, no),
            (".5", Dot, Ok(50)),
            ("5.", Dot, Ok(500)),
            ("0,123", Comma, precise),
            ("9999999999999999.99", Dot, Ok(999_999_999_999_999_999)),
            ("10000000000000000.00", Dot, large),
            ("99999999999999.99", Dot, Ok(9_999_999_999_999_999)),
            ("1234567890123456789012345678901234567890", Dot, no),
            ("-0,00", Comma, Ok(0)),
            ("+5", Dot, Ok(500)),
        ] {
            assert_eq!(parse(text, &form(Some(decimal), &marks)), expect, "{text} with {decimal:?}");
        }
        assert_eq!(parse("12,50", &form(None, &[])), Err(Refusal::Undecided));
        assert_eq!(parse("1 250", &form(None, &[])), Ok(125_000));
    }

    #[test]
    fn long_numbers_do_not_wrap() {
        for (text, scale, expect) in [
            ("999999999999999", 4, Err(Refusal::Fault(faults::AMOUNT_TOO_LARGE))),
            ("99999999999999", 4, Ok(999_999_999_999_990_000)),
            ("9999999999", 8, Ok(999_999_999_900_000_000)),
            ("99999999999", 8, Err(Refusal::Fault(faults::AMOUNT_TOO_LARGE))),
            ("0.83578", 8, Ok(83_578_000)),
            ("999999999999999999", 0, Ok(999_999_999_999_999_999)),
        ] {
            assert_eq!(parse(text, &NumberForm { scale, ..form(Some(Decimal::Dot), &[]) }), expect, "{text} at scale {scale}");
        }
    }

    #[test]
    fn a_column_groups_in_one_way() {
        let of = |grouping| NumberForm { grouping, ..form(Some(Decimal::Comma), &[]) };
        for (text, grouping, is_read) in [
            ("1.234", None, true),
            ("1.234", Some(Grouping::Mark), true),
            ("1.234", Some(Grouping::Blank), false),
            ("1 234", Some(Grouping::Blank), true),
            ("1\u{a0}234", Some(Grouping::Blank), true),
            ("1 234", Some(Grouping::Apostrophe), false),
            ("1234,5", Some(Grouping::Blank), true),
        ] {
            assert_eq!(parse(text, &of(grouping)).is_ok(), is_read, "{text} {grouping:?}");
        }
        for (text, decimal, expect) in [
            ("1.234", None, None),
            ("1.234", Some(Decimal::Comma), Some(Grouping::Mark)),
            ("1 234,50", None, Some(Grouping::Blank)),
            ("1.234,50", None, Some(Grouping::Mark)),
            ("12,50", None, None),
        ] {
            assert_eq!(grouping(text, &form(decimal, &[])), expect, "{text}");
        }
    }

    #[test]
    fn what_a_value_proves() {
        for (text, expect) in [
            ("1234", Evidence::Neutral),
            ("1 234", Evidence::Neutral),
            ("1.234", Evidence::TwoReadings),
            ("123,456", Evidence::TwoReadings),
            ("1234,567", Evidence::Proves(Decimal::Comma)),
            ("0.123", Evidence::Proves(Decimal::Dot)),
            ("1,5", Evidence::Proves(Decimal::Comma)),
            ("1.234.567", Evidence::Proves(Decimal::Comma)),
            ("1.234,00", Evidence::Proves(Decimal::Comma)),
            ("1,234.00", Evidence::Proves(Decimal::Dot)),
            ("abc", Evidence::NotNumber),
        ] {
            assert_eq!(evidence(text, &form(None, &[])), expect, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(minor in -999_999_999_999_999_999i64..=999_999_999_999_999_999, comma: bool, group in 0usize..5, minus in 0usize..5) {
            let (mark, other, decimal) = if comma { (',', '.', Decimal::Comma) } else { ('.', ',', Decimal::Dot) };
            let whole = (minor.unsigned_abs() / 100).to_string();
            let mut text = String::new();
            for (i, c) in whole.chars().enumerate() {
                if i > 0 && (whole.len() - i) % 3 == 0 {
                    match group { 0 => {}, 1 => text.push(' '), 2 => text.push('\u{a0}'), 3 => text.push(other), _ => text.push('\'') }
                }
                text.push(c);
            }
            text.push(mark);
            text.push_str(&format!("{:02}", minor.unsigned_abs() % 100));
            if minor < 0 {
                text = match minus { 0 => format!("-{text}"), 1 => format!("\u{2212}{text}"), 2 => format!("{text}-"), 3 => format!("({text})"), _ => format!("\u{2013} {text}") };
            }
            prop_assert_eq!(parse(&text, &form(Some(decimal), &[])), Ok(minor));
        }

        #[test]
        fn nothing_makes_it_panic(text in ".{0,40}") {
            for decimal in [None, Some(Decimal::Comma), Some(Decimal::Dot)] {
                let _ = parse(&text, &form(decimal, &[]));
            }
            let _ = evidence(&text, &form(None, &[]));
        }
    }
}
