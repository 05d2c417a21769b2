//! Identifiers of organisations, accounts and categories: what a text is under a scheme, by its form and check digits.
//!
//! The schemes' lengths, weights and patterns are data ([`tables`]); the sample numbers that prove them are in
//! `data/reference/identifier_samples.csv`. A failed check weakens evidence and never drops a row, so every answer is a
//! [`Verdict`] and none is an error.

mod tables;

use std::ops::Range;

use tables::{DUMMIES, GB_PREFIXES, IBAN_LENGTHS, NATIONAL, National, VAT_PATTERNS};

/// A family of identifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// Swedish organisationsnummer: 10 digits, Luhn over all ten, digits 3–4 at least 20 (Skatteverket, SKV 709).
    SeOrganisation,
    /// VAT number with its country's prefix; the Swedish one is `SE`, the organisation number and two digits, usually 01.
    Vat,
    /// Bankgiro: 7 or 8 digits, Luhn.
    Bankgiro,
    /// Plusgiro: 2 to 8 digits, Luhn.
    Plusgiro,
    /// OCR reference: 2 to 25 digits, Luhn.
    Ocr,
    /// International bank account number (ISO 13616), mod 97.
    Iban,
    /// Legal Entity Identifier (ISO 17442): 20 characters, mod 97.
    Lei,
    /// Company number of the registrars in the United Kingdom: 8 characters, no check digit.
    GbCompany,
    /// CPV code (regulation (EC) 2195/2002): 8 digits and a check digit.
    Cpv,
    /// Norwegian organisasjonsnummer: 9 digits, mod 11.
    NoOrganisation,
    /// Danish CVR number: 8 digits, mod 11.
    DkOrganisation,
    /// Finnish Y-tunnus: 7 digits and a check digit, mod 11.
    FiOrganisation,
    /// Czech IČO: 8 digits, mod 11.
    CzOrganisation,
    /// Brazilian CNPJ: 14 digits, mod 11 twice.
    BrOrganisation,
}

impl Scheme {
    /// Every scheme.
    pub const ALL: &[Scheme] = &[
        Scheme::SeOrganisation,
        Scheme::Vat,
        Scheme::Bankgiro,
        Scheme::Plusgiro,
        Scheme::Ocr,
        Scheme::Iban,
        Scheme::Lei,
        Scheme::GbCompany,
        Scheme::Cpv,
        Scheme::NoOrganisation,
        Scheme::DkOrganisation,
        Scheme::FiOrganisation,
        Scheme::CzOrganisation,
        Scheme::BrOrganisation,
    ];

    /// Short name, as in data files: `se_organisation`.
    pub const fn code(self) -> &'static str {
        match self {
            Scheme::SeOrganisation => "se_organisation",
            Scheme::Vat => "vat",
            Scheme::Bankgiro => "bankgiro",
            Scheme::Plusgiro => "plusgiro",
            Scheme::Ocr => "ocr",
            Scheme::Iban => "iban",
            Scheme::Lei => "lei",
            Scheme::GbCompany => "gb_company",
            Scheme::Cpv => "cpv",
            Scheme::NoOrganisation => "no_organisation",
            Scheme::DkOrganisation => "dk_organisation",
            Scheme::FiOrganisation => "fi_organisation",
            Scheme::CzOrganisation => "cz_organisation",
            Scheme::BrOrganisation => "br_organisation",
        }
    }

    /// The scheme of national organisation numbers where the currency is the money; `None` where we know none.
    pub fn of_organisations_in(currency: &str) -> Option<Scheme> {
        Some(match currency {
            "SEK" => Scheme::SeOrganisation,
            "GBP" => Scheme::GbCompany,
            "NOK" => Scheme::NoOrganisation,
            "DKK" => Scheme::DkOrganisation,
            "CZK" => Scheme::CzOrganisation,
            "BRL" => Scheme::BrOrganisation,
            _ => return None,
        })
    }

    /// ISO 3166 code of the country whose organisations the scheme numbers; empty for the others.
    pub const fn country(self) -> &'static str {
        match self {
            Scheme::SeOrganisation => "SE",
            Scheme::GbCompany => "GB",
            Scheme::NoOrganisation => "NO",
            Scheme::DkOrganisation => "DK",
            Scheme::FiOrganisation => "FI",
            Scheme::CzOrganisation => "CZ",
            Scheme::BrOrganisation => "BR",
            _ => "",
        }
    }
}

/// What a text is under a scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// The form and the check digits are right.
    Valid,
    /// The form is right, a check digit is not.
    InvalidCheck,
    /// A number typed to fill a field: it names nobody, whatever its check digit says.
    Dummy,
    /// A personal or co-ordination number: a sole trader or a private person. Hash it before it is stored.
    Person,
    /// Not of the scheme's form.
    Malformed,
}

/// The normalised text and its status.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Verdict {
    /// The identifier without separators, upper case, in the scheme's canonical form; for a malformed text what is left of
    /// it. A person's is the ten digits without century, so that all ways to write it give one hash.
    pub normalised: String,
    /// What it is.
    pub status: Status,
}

impl Verdict {
    fn new(normalised: impl Into<String>, status: Status) -> Verdict {
        Verdict { normalised: normalised.into(), status }
    }

    /// Whether form and check digits are right and it names somebody who is not a person.
    pub fn is_valid(&self) -> bool {
        self.status == Status::Valid
    }
}

/// What the first digit of a Swedish organisation number says of the legal form (SKV 709).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LegalGroup {
    /// 1: estate of a deceased person.
    Estate,
    /// 2: state, region, municipality, congregation.
    PublicBody,
    /// 3: foreign company with business in Sweden.
    Foreign,
    /// 5: limited company (aktiebolag).
    LimitedCompany,
    /// 6: simple partnership (enkelt bolag).
    SimplePartnership,
    /// 7: economic association, tenant-owner association.
    EconomicAssociation,
    /// 8: non-profit association, foundation.
    NonProfit,
    /// 9: trading or limited partnership.
    Partnership,
}

/// The legal group of a normalised Swedish organisation number; `None` for 0 and 4, which are not given out.
pub fn legal_group(number: &str) -> Option<LegalGroup> {
    Some(match number.as_bytes().first()? {
        b'1' => LegalGroup::Estate,
        b'2' => LegalGroup::PublicBody,
        b'3' => LegalGroup::Foreign,
        b'5' => LegalGroup::LimitedCompany,
        b'6' => LegalGroup::SimplePartnership,
        b'7' => LegalGroup::EconomicAssociation,
        b'8' => LegalGroup::NonProfit,
        b'9' => LegalGroup::Partnership,
        _ => return None,
    })
}

/// Judges `text` as an identifier of `scheme`. Spaces, dots, hyphens and slashes between the characters do not matter.
pub fn parse(scheme: Scheme, text: &str) -> Verdict {
    let bare: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '.' | '/' | '+' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{feff}' | '\u{200b}'))
        .collect();
    let bare = bare.to_ascii_uppercase();
    if bare.is_empty() || !bare.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Verdict::new(bare, Status::Malformed);
    }
    let verdict = match scheme {
        Scheme::SeOrganisation => se_organisation(&bare),
        Scheme::Vat => vat(&bare),
        Scheme::Bankgiro => luhn_number(&bare, 7..=8),
        Scheme::Plusgiro => luhn_number(&bare, 2..=8),
        Scheme::Ocr => luhn_number(&bare, 2..=25),
        Scheme::Iban => iban(&bare),
        Scheme::Lei => lei(&bare),
        Scheme::GbCompany => gb_company(&bare),
        Scheme::Cpv => cpv(&bare),
        Scheme::NoOrganisation | Scheme::DkOrganisation | Scheme::FiOrganisation | Scheme::CzOrganisation | Scheme::BrOrganisation => national(scheme, &bare),
    };
    // A person whose number looks like a pattern is still a person.
    if matches!(verdict.status, Status::Valid | Status::InvalidCheck) && is_dummy(scheme, &verdict.normalised) {
        return Verdict { status: Status::Dummy, ..verdict };
    }
    verdict
}

/// Where in a free text Swedish personal or co-ordination numbers stand, as byte ranges in order. Only numbers with a right
/// date and check digit count, and only whole runs of digits: part of a longer number is not one.
///
/// Written forms: `YYMMDDNNNN`, `YYMMDD-NNNN`, `YYMMDD+NNNN`, `YYMMDD NNNN` and the same with the century.
pub fn personal_number_ranges(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let first = digit_run(bytes, at);
        let mut end = first;
        let mut digits = text[at..first].to_string();
        if matches!(digits.len(), 6 | 8) && first + 1 < bytes.len() && matches!(bytes[first], b'-' | b'+' | b' ') {
            let last = digit_run(bytes, first + 1);
            if last == first + 5 {
                digits.push_str(&text[first + 1..last]);
                end = last;
            }
        }
        let ten = match digits.len() {
            10 => Some(&digits[..]),
            12 if matches!(&digits[..2], "18" | "19" | "20") => Some(&digits[2..]),
            _ => None,
        };
        if ten.is_some_and(|d| is_personal_date(d) && luhn(d)) {
            found.push(at..end);
        }
        at = end;
    }
    found
}

fn digit_run(bytes: &[u8], from: usize) -> usize {
    from + bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count()
}

fn se_organisation(bare: &str) -> Verdict {
    // People put the VAT number in the field.
    let digits = match bare.strip_prefix("SE") {
        Some(rest) if rest.len() == 12 => &rest[..10],
        Some(rest) => rest,
        None => bare,
    };
    if !all_digits(digits) {
        return Verdict::new(bare, Status::Malformed);
    }
    let ten = match (digits.len(), digits.get(..2)) {
        (10, _) => digits,
        (12, Some("16")) => &digits[2..],
        (12, Some("18" | "19" | "20")) if is_personal_date(&digits[2..]) => return Verdict::new(&digits[2..], Status::Person),
        (12, _) if digits.ends_with("01") && &digits[2..4] >= "20" && luhn(&digits[..10]) => &digits[..10],
        _ => return Verdict::new(digits, Status::Malformed),
    };
    if &ten[2..4] < "20" {
        // Without the check: a mistyped personal number is still personal data.
        let status = if is_personal_date(ten) { Status::Person } else { Status::Malformed };
        return if ten.bytes().all(|b| b == b'0') { Verdict::new(ten, Status::Dummy) } else { Verdict::new(ten, status) };
    }
    let status = if legal_group(ten).is_none() {
        Status::Malformed
    } else if luhn(ten) {
        Status::Valid
    } else {
        Status::InvalidCheck
    };
    Verdict::new(ten, status)
}

/// Whether the first six of ten digits are a date YYMMDD, with 60 added to the day in a co-ordination number.
fn is_personal_date(ten: &str) -> bool {
    let number = |range: Range<usize>| ten[range].parse::<u32>().unwrap_or(0);
    let (year, month, day) = (number(0..2), number(2..4), number(4..6));
    let day = if day > 60 { day - 60 } else { day };
    // The century is not known, and only 1900 among the centuries in use is no leap year.
    let last = match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) => 29,
        2 => 28,
        1..=12 => 31,
        _ => return false,
    };
    (1..=last).contains(&day)
}

fn vat(bare: &str) -> Verdict {
    let bare = if bare.len() == 12 && all_digits(bare) && bare.ends_with("01") { format!("SE{bare}") } else { bare.to_string() };
    if let Some(rest) = bare.strip_prefix("SE") {
        if rest.len() != 12 || !all_digits(rest) {
            return Verdict::new(bare, Status::Malformed);
        }
        let organisation = se_organisation(&rest[..10]);
        return Verdict::new(bare.clone(), if is_dummy(Scheme::SeOrganisation, &organisation.normalised) { Status::Dummy } else { organisation.status });
    }
    let Some((_, patterns)) = bare.get(..2).and_then(|country| VAT_PATTERNS.iter().find(|(code, _)| *code == country)) else {
        return Verdict::new(bare, Status::Malformed);
    };
    if !patterns.iter().any(|p| fits(p, &bare[2..])) {
        return Verdict::new(bare, Status::Malformed);
    }
    let checked = match &bare[..2] {
        "DK" => national(Scheme::DkOrganisation, &bare[2..]).status,
        "FI" => national(Scheme::FiOrganisation, &bare[2..]).status,
        "NO" => national(Scheme::NoOrganisation, &bare[2..11]).status,
        _ => Status::Valid,
    };
    Verdict::new(bare, checked)
}

/// The organisation number inside a VAT number, with its scheme, where the country builds the one from the other.
pub fn organisation_of_vat(normalised: &str) -> Option<(Scheme, Verdict)> {
    let (scheme, text) = match normalised.get(..2)? {
        "SE" => (Scheme::SeOrganisation, normalised.get(2..12)?),
        "DK" => (Scheme::DkOrganisation, normalised.get(2..)?),
        "FI" => (Scheme::FiOrganisation, normalised.get(2..)?),
        "NO" => (Scheme::NoOrganisation, normalised.get(2..11)?),
        _ => return None,
    };
    Some((scheme, parse(scheme, text)))
}

/// Pattern letters: `9` a digit, `A` a letter, `X` either; anything else itself.
fn fits(pattern: &str, text: &str) -> bool {
    pattern.len() == text.len()
        && pattern.bytes().zip(text.bytes()).all(|(p, t)| match p {
            b'9' => t.is_ascii_digit(),
            b'A' => t.is_ascii_uppercase(),
            b'X' => t.is_ascii_alphanumeric(),
            other => t == other,
        })
}

fn luhn_number(bare: &str, lengths: std::ops::RangeInclusive<usize>) -> Verdict {
    if !all_digits(bare) || !lengths.contains(&bare.len()) {
        return Verdict::new(bare, Status::Malformed);
    }
    Verdict::new(bare, if luhn(bare) { Status::Valid } else { Status::InvalidCheck })
}

/// Whether an OCR reference also carries its length, mod 10, in the digit before the last, as Bankgirot's hard level with
/// length check asks.
pub fn has_ocr_length_digit(normalised: &str) -> bool {
    let bytes = normalised.as_bytes();
    bytes.len() >= 2 && bytes[bytes.len() - 2] == b'0' + (bytes.len() % 10) as u8
}

fn iban(bare: &str) -> Verdict {
    let length = bare.get(..2).and_then(|country| IBAN_LENGTHS.iter().find(|(code, _)| *code == country)).map(|(_, length)| *length);
    if length != Some(bare.len()) || !bare.as_bytes()[2..4].iter().all(u8::is_ascii_digit) {
        return Verdict::new(bare, Status::Malformed);
    }
    let moved = format!("{}{}", &bare[4..], &bare[..4]);
    Verdict::new(bare, if mod_97(&moved) == 1 { Status::Valid } else { Status::InvalidCheck })
}

fn lei(bare: &str) -> Verdict {
    if bare.len() != 20 || !bare.as_bytes()[18..].iter().all(u8::is_ascii_digit) {
        return Verdict::new(bare, Status::Malformed);
    }
    Verdict::new(bare, if mod_97(bare) == 1 { Status::Valid } else { Status::InvalidCheck })
}

fn gb_company(bare: &str) -> Verdict {
    let letters = bare.bytes().take_while(u8::is_ascii_uppercase).count();
    let (prefix, digits) = bare.split_at(letters);
    // The registers print leading zeros that spreadsheets eat.
    let width = 8 - letters.min(8);
    let is_form = all_digits(digits) && digits.len() <= width && digits.len() + 3 >= width && (letters == 0 || letters == 2 && GB_PREFIXES.contains(&prefix));
    if !is_form {
        return Verdict::new(bare, Status::Malformed);
    }
    Verdict::new(format!("{prefix}{digits:0>width$}"), Status::Valid)
}

fn cpv(bare: &str) -> Verdict {
    if !all_digits(bare) || !matches!(bare.len(), 8 | 9) {
        return Verdict::new(bare, Status::Malformed);
    }
    let check = weighted_sum(&bare.as_bytes()[..8], tables::CPV_WEIGHTS) % 10;
    let right = format!("{}-{check}", &bare[..8]);
    match bare.as_bytes().get(8) {
        Some(given) if u32::from(given - b'0') != check => Verdict::new(format!("{}-{}", &bare[..8], &bare[8..]), Status::InvalidCheck),
        _ => Verdict::new(right, Status::Valid),
    }
}

fn national(scheme: Scheme, bare: &str) -> Verdict {
    let National { length, checks, can_pad, .. } = NATIONAL.iter().find(|n| n.scheme == scheme).expect("every national scheme is in the table");
    let bare = bare.strip_prefix(scheme.country()).unwrap_or(bare);
    let bare = bare.strip_suffix("MVA").filter(|_| scheme == Scheme::NoOrganisation).unwrap_or(bare);
    if !all_digits(bare) || bare.len() > *length || bare.len() < *length && !(*can_pad && bare.len() + 2 >= *length) {
        return Verdict::new(bare, Status::Malformed);
    }
    let number = format!("{bare:0>width$}", width = length);
    let bytes = number.as_bytes();
    let is_right = checks.iter().all(|check| {
        let digits = &bytes[..check.weights.len()];
        let remainder = weighted_sum(digits, check.weights) % 11;
        let expect = (check.digit_of)(remainder);
        expect.is_some_and(|digit| u32::from(bytes[check.weights.len()] - b'0') == digit)
    });
    Verdict::new(number, if is_right { Status::Valid } else { Status::InvalidCheck })
}

fn is_dummy(scheme: Scheme, normalised: &str) -> bool {
    let bytes = normalised.as_bytes();
    let digits = bytes.iter().filter(|b| b.is_ascii_digit()).count();
    // 222222-2222 and 555555-5555 pass Luhn: one digit repeated is a filled-in field.
    let is_one_digit = digits == bytes.len() && digits >= 6 && bytes.iter().all(|b| *b == bytes[0]);
    is_one_digit || DUMMIES.iter().any(|(s, number)| *s == scheme && *number == normalised)
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Luhn's formula (ISO/IEC 7812-1, annex B), the Swedish 10-modul: doubling from the digit before the last, leftwards.
fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, b)| {
            let digit = u32::from(b - b'0') * (1 + i as u32 % 2);
            digit / 10 + digit % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

/// ISO 7064 mod 97-10 with letters as 10 to 35.
fn mod_97(text: &str) -> u32 {
    text.bytes().fold(0, |rest, b| match b {
        b'0'..=b'9' => (rest * 10 + u32::from(b - b'0')) % 97,
        _ => (rest * 100 + u32::from(b - b'A') + 10) % 97,
    })
}

fn weighted_sum(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum()
}

#[cfg(test)]
mod tests;
