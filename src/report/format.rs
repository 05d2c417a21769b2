//! Numbers as people of each language write them. The page's script formats the same values by the same rules.

use crate::model::money::divide_rounded;

/// A language of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Swedish, as in Sweden.
    Sv,
    /// English, with the digits of British usage.
    En,
}

impl Language {
    /// Both, in the order in which they stand in the file.
    pub const ALL: [Language; 2] = [Language::Sv, Language::En];

    /// The language tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Language::Sv => "sv",
            Language::En => "en",
        }
    }

    /// The language of a tag; Swedish unless it says `en`.
    pub fn from_tag(tag: &str) -> Language {
        if tag == "en" { Language::En } else { Language::Sv }
    }
}

/// U+00A0: groups of digits, and between a number and its unit.
pub const NO_BREAK_SPACE: char = '\u{a0}';
/// U+2212: the minus sign of both languages.
pub const MINUS: char = '\u{2212}';

/// A whole number with grouped digits: `1 234 567` or `1,234,567`.
pub fn whole(language: Language, value: i128) -> String {
    let digits = value.unsigned_abs().to_string();
    let group = match language {
        Language::Sv => NO_BREAK_SPACE,
        Language::En => ',',
    };
    let mut out = String::new();
    if value < 0 {
        out.push(MINUS);
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(group);
        }
        out.push(digit);
    }
    out
}

/// A value in units of 10^−`decimals`, shown with all of them: `1 234,50`.
pub fn scaled(language: Language, value: i128, decimals: u32) -> String {
    let unit = 10u128.pow(decimals);
    let (head, tail) = (value.unsigned_abs() / unit, value.unsigned_abs() % unit);
    let head = whole(language, i128::try_from(head).unwrap_or(i128::MAX));
    let sign = if value < 0 { MINUS.to_string() } else { String::new() };
    let comma = match language {
        Language::Sv => ',',
        Language::En => '.',
    };
    if decimals == 0 { format!("{sign}{head}") } else { format!("{sign}{head}{comma}{tail:0width$}", width = decimals as usize) }
}

/// Minor units as whole kronor, rounded half away from zero.
pub fn kronor(language: Language, minor: i128) -> String {
    whole(language, divide_rounded(minor, 100).map_or(minor / 100, i128::from))
}

/// Minor units with both decimals.
pub fn exact(language: Language, minor: i128) -> String {
    scaled(language, minor, 2)
}

/// A share of 0 to 1 as a percentage with one decimal: `78,4 %` or `78.4%`.
pub fn percent(language: Language, ratio: f64) -> String {
    tenths_of_percent(language, (ratio * 1000.0).round() as i64)
}

/// Tenths of a per cent: 784 → `78,4 %`.
pub fn tenths_of_percent(language: Language, tenths: i64) -> String {
    let number = scaled(language, i128::from(tenths), 1);
    match language {
        Language::Sv => format!("{number}{NO_BREAK_SPACE}%"),
        Language::En => format!("{number}%"),
    }
}

/// A number with up to `decimals` decimals, trailing zeros kept: an index, a count of effective suppliers.
pub fn number(language: Language, value: f64, decimals: u32) -> String {
    let scaled_value = (value * 10f64.powi(decimals as i32)).round();
    scaled(language, scaled_value as i128, decimals)
}

/// Money for a headline: three significant figures or so with the unit, such as `412,3 mnkr` or `SEK 412.3m`.
pub fn headline_money(language: Language, currency: &str, minor: i128) -> String {
    let magnitude = minor.unsigned_abs();
    // (units of the short form in minor units, Swedish words, English letter)
    let (unit, sv, sv_other, en) = if magnitude >= 100_000_000_000 {
        (100_000_000_000i128, "mdkr", "md", "bn")
    } else if magnitude >= 100_000_000 {
        (100_000_000, "mnkr", "mn", "m")
    } else if magnitude >= 1_000_000 {
        (100_000, "tkr", "t", "k")
    } else {
        (100, "kr", "", "")
    };
    let decimals = if unit >= 100_000_000 { 1 } else { 0 };
    let value = divide_rounded(minor * 10i128.pow(decimals), unit).map_or(0, i128::from);
    let number = scaled(language, value, decimals);
    match language {
        Language::Sv if currency == "SEK" => format!("{number}{NO_BREAK_SPACE}{sv}"),
        Language::Sv if sv_other.is_empty() => format!("{number}{NO_BREAK_SPACE}{currency}"),
        Language::Sv => format!("{number}{NO_BREAK_SPACE}{sv_other}{NO_BREAK_SPACE}{currency}"),
        Language::En => format!("{currency}{NO_BREAK_SPACE}{number}{en}"),
    }
}

/// Whole numbers that stand for `parts` in units of `unit` and add up to the rounded whole: the largest remainders are
/// rounded up (Hamilton's method), ties to the earlier part. A column of rounded parts then adds up as shown.
pub fn apportion(parts: &[i128], unit: i128) -> Vec<i128> {
    let whole: i128 = parts.iter().sum();
    let rounded = divide_rounded(whole, unit).map_or(whole / unit, i128::from);
    let mut out: Vec<i128> = parts.iter().map(|p| p.div_euclid(unit)).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|&i| (-parts[i].rem_euclid(unit), i));
    let missing = rounded - out.iter().sum::<i128>();
    // Rounding half away from zero may also ask for less than the floors of negative parts give; never for more than one each.
    for &i in order.iter().take(usize::try_from(missing).unwrap_or(0)) {
        out[i] += 1;
    }
    out
}

/// Shares of `parts` in tenths of a per cent that add up to 1 000; all zero when the whole is not positive. The first part is
/// rounded by itself, since it also stands alone on the page; the others share what is left.
pub fn shares(parts: &[i128]) -> Vec<i64> {
    let whole: i128 = parts.iter().sum();
    let Some((first, rest)) = parts.split_first().filter(|_| whole > 0) else { return vec![0; parts.len()] };
    let first = divide_rounded(first * 1000, whole).unwrap_or(0);
    let left: i128 = rest.iter().sum();
    let mut out = vec![first];
    // The others in units of which exactly 1 000 − first make their sum.
    let shown = if first == 1000 || left == 0 {
        vec![0; rest.len()]
    } else {
        let scaled: Vec<i128> = rest.iter().map(|p| p * i128::from(1000 - first)).collect();
        apportion(&scaled, left)
    };
    out.extend(shown.into_iter().map(|v| v as i64));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_each_language() {
        for (minor, sv, en) in [
            (0, "0", "0"),
            (123_456_789, "1\u{a0}234\u{a0}568", "1,234,568"),
            (-100_050, "\u{2212}1\u{a0}001", "\u{2212}1,001"),
            (49, "0", "0"),
            (50, "1", "1"),
        ] {
            assert_eq!((kronor(Language::Sv, minor).as_str(), kronor(Language::En, minor).as_str()), (sv, en));
        }
        assert_eq!(exact(Language::Sv, -123_450), "\u{2212}1\u{a0}234,50");
        assert_eq!(percent(Language::Sv, 0.7836), "78,4\u{a0}%");
        assert_eq!(percent(Language::En, 1.0), "100.0%");
        assert_eq!(number(Language::Sv, 2.346, 2), "2,35");
    }

    #[test]
    fn headlines_keep_a_decimal_where_it_tells() {
        for (minor, currency, sv, en) in [
            (41_234_567_800, "SEK", "412,3\u{a0}mnkr", "SEK\u{a0}412.3m"),
            (140_000_000_000, "SEK", "1,4\u{a0}mdkr", "SEK\u{a0}1.4bn"),
            (-5_678_900, "SEK", "\u{2212}57\u{a0}tkr", "SEK\u{a0}\u{2212}57k"),
            (12_345, "GBP", "123\u{a0}GBP", "GBP\u{a0}123"),
            (140_000_000, "GBP", "1,4\u{a0}mn\u{a0}GBP", "GBP\u{a0}1.4m"),
        ] {
            assert_eq!((headline_money(Language::Sv, currency, minor), headline_money(Language::En, currency, minor)), (sv.into(), en.into()));
        }
    }

    #[test]
    fn parts_add_up_as_shown() {
        for parts in [vec![150, 150, 150], vec![33_333, 33_333, 33_334], vec![-150, 149, 51], vec![1, 1, 1, 99], vec![]] {
            let whole: i128 = parts.iter().sum();
            let shown = apportion(&parts, 100);
            assert_eq!(shown.iter().sum::<i128>(), i128::from(divide_rounded(whole, 100).unwrap()), "{parts:?}");
            for (part, shown) in parts.iter().zip(&shown) {
                assert!((part - shown * 100).abs() < 200, "{part} as {shown}");
            }
        }
        for (parts, expect) in [(vec![1, 1, 1], vec![333, 334, 333]), (vec![0, 0], vec![0, 0]), (vec![7, 0], vec![1000, 0]), (vec![0, 3, 1], vec![0, 750, 250])]
        {
            assert_eq!(shares(&parts), expect);
        }
    }
}
