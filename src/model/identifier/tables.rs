//! The schemes as data: lengths, weights, patterns, dummies.

use super::Scheme;

/// A national organisation number with check digits by weighted sum, mod 11.
pub(super) struct National {
    /// The scheme.
    pub scheme: Scheme,
    /// Digits.
    pub length: usize,
    /// Its check digits, in order: each stands right after the digits it weighs.
    pub checks: &'static [Check],
    /// Whether spreadsheets may have eaten leading zeros: only where the number can begin with one.
    pub can_pad: bool,
}

/// One check digit.
pub(super) struct Check {
    /// Weights of the digits before it, from the first.
    pub weights: &'static [u32],
    /// The digit for the weighted sum mod 11; `None` when no such number is given out.
    pub digit_of: fn(u32) -> Option<u32>,
}

/// 11 − r; 0 for 0; none for 1.
const fn complement(remainder: u32) -> Option<u32> {
    match remainder {
        0 => Some(0),
        1 => None,
        r => Some(11 - r),
    }
}

/// 11 − r; 1 for 0, 0 for 1 (IČO).
const fn complement_mod_10(remainder: u32) -> Option<u32> {
    Some((11 - remainder) % 10)
}

/// 11 − r; 0 for 0 and 1 (CNPJ).
const fn complement_or_zero(remainder: u32) -> Option<u32> {
    Some(if remainder < 2 { 0 } else { 11 - remainder })
}

pub(super) const NATIONAL: &[National] = &[
    National { scheme: Scheme::NoOrganisation, length: 9, checks: &[Check { weights: &[3, 2, 7, 6, 5, 4, 3, 2], digit_of: complement }], can_pad: false },
    National { scheme: Scheme::DkOrganisation, length: 8, checks: &[Check { weights: &[2, 7, 6, 5, 4, 3, 2], digit_of: complement }], can_pad: false },
    National { scheme: Scheme::FiOrganisation, length: 8, checks: &[Check { weights: &[7, 9, 10, 5, 8, 4, 2], digit_of: complement }], can_pad: true },
    National { scheme: Scheme::CzOrganisation, length: 8, checks: &[Check { weights: &[8, 7, 6, 5, 4, 3, 2], digit_of: complement_mod_10 }], can_pad: true },
    National {
        scheme: Scheme::BrOrganisation,
        length: 14,
        checks: &[
            Check { weights: &[5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2], digit_of: complement_or_zero },
            Check { weights: &[6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2], digit_of: complement_or_zero },
        ],
        can_pad: true,
    },
];

/// Weights of the eight digits of a CPV code; the check digit is the sum mod 10. The regulation prints the digits and not the
/// rule; these weights give the digit that it prints for every code in the samples.
pub(super) const CPV_WEIGHTS: &[u32] = &[3, 7, 1, 3, 7, 1, 3, 7];

/// Letters before a company number of the registrars in the United Kingdom.
pub(super) const GB_PREFIXES: &[&str] = &[
    "AC", "CE", "CS", "FC", "FE", "GE", "GN", "GS", "IC", "IP", "LP", "NA", "NC", "NF", "NI", "NL", "NO", "NP", "NR", "NV", "NZ", "OC", "OE", "PC", "RC", "RS",
    "SA", "SC", "SE", "SF", "SG", "SI", "SL", "SO", "SP", "SR", "SZ", "ZC",
];

/// VAT numbers after the country's prefix. `9` a digit, `A` a letter, `X` either (European Commission, VIES: VAT identification number structure).
pub(super) const VAT_PATTERNS: &[(&str, &[&str])] = &[
    ("AT", &["U99999999"]),
    ("BE", &["0999999999", "1999999999"]),
    ("BG", &["999999999", "9999999999"]),
    ("CY", &["99999999A"]),
    ("CZ", &["99999999", "999999999", "9999999999"]),
    ("DE", &["999999999"]),
    ("DK", &["99999999"]),
    ("EE", &["999999999"]),
    ("EL", &["999999999"]),
    ("ES", &["X9999999X"]),
    ("FI", &["99999999"]),
    ("FR", &["XX999999999"]),
    ("GB", &["999999999", "999999999999", "GD999", "HA999"]),
    ("HR", &["99999999999"]),
    ("HU", &["99999999"]),
    ("IE", &["9X99999A", "9999999AA"]),
    ("IT", &["99999999999"]),
    ("LT", &["999999999", "999999999999"]),
    ("LU", &["99999999"]),
    ("LV", &["99999999999"]),
    ("MT", &["99999999"]),
    ("NL", &["XXXXXXXXXXXX"]),
    ("NO", &["999999999", "999999999MVA"]),
    ("PL", &["9999999999"]),
    ("PT", &["999999999"]),
    ("RO", &["99", "999", "9999", "99999", "999999", "9999999", "99999999", "999999999", "9999999999"]),
    ("SI", &["99999999"]),
    ("SK", &["9999999999"]),
    ("XI", &["999999999", "999999999999", "GD999", "HA999"]),
];

/// Length of an IBAN by country (ISO 13616 registry).
pub(super) const IBAN_LENGTHS: &[(&str, usize)] = &[
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("BH", 22),
    ("BR", 29),
    ("BY", 28),
    ("CH", 21),
    ("CR", 22),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("DO", 28),
    ("EE", 20),
    ("EG", 29),
    ("ES", 24),
    ("FI", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GL", 18),
    ("GR", 27),
    ("GT", 28),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IQ", 23),
    ("IS", 26),
    ("IT", 27),
    ("JO", 30),
    ("KW", 30),
    ("KZ", 20),
    ("LB", 28),
    ("LC", 32),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("LY", 25),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MR", 27),
    ("MT", 31),
    ("MU", 30),
    ("NL", 18),
    ("NO", 15),
    ("PK", 24),
    ("PL", 28),
    ("PS", 29),
    ("PT", 25),
    ("QA", 29),
    ("RO", 24),
    ("RS", 22),
    ("SA", 24),
    ("SC", 31),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("ST", 25),
    ("SV", 28),
    ("TL", 23),
    ("TN", 24),
    ("TR", 26),
    ("UA", 29),
    ("VA", 22),
    ("VG", 24),
    ("XK", 20),
];

/// Numbers that people type to get past a field that must be filled, beside one digit repeated. 999999-9999 passes Luhn and
/// every rule of form, and stands in published ledgers.
pub(super) const DUMMIES: &[(Scheme, &str)] = &[
    (Scheme::SeOrganisation, "1234567890"),
    (Scheme::SeOrganisation, "1234567897"),
    (Scheme::SeOrganisation, "9876543210"),
    (Scheme::SeOrganisation, "9999999990"),
    (Scheme::SeOrganisation, "9999990000"),
    (Scheme::Bankgiro, "1234567"),
    (Scheme::Bankgiro, "12345674"),
    (Scheme::Bankgiro, "12345678"),
    (Scheme::Bankgiro, "9999990"),
    (Scheme::Bankgiro, "99999900"),
    (Scheme::Plusgiro, "1234566"),
    (Scheme::Plusgiro, "123455"),
    (Scheme::Plusgiro, "123456"),
    (Scheme::NoOrganisation, "123456785"),
    (Scheme::DkOrganisation, "12345678"),
    (Scheme::CzOrganisation, "12345678"),
    (Scheme::BrOrganisation, "12345678000195"),
];
