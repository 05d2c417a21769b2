//! Privacy at the door: personal numbers never enter the lake. A sole trader's organisation number is a personal number; it
//! becomes a keyed hash, so that counts and joins work while the number cannot be had back without the key.

use std::borrow::Cow;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::mapping::PersonalNumbers;
use crate::model::identifier::{self, Scheme, Status};
use crate::store::hex;

/// Makes the stand-ins for personal numbers.
#[derive(Clone)]
pub struct Privacy {
    key: [u8; 32],
    numbers: PersonalNumbers,
}

impl Privacy {
    /// With the workspace's key.
    pub fn new(key: [u8; 32], numbers: PersonalNumbers) -> Privacy {
        Privacy { key, numbers }
    }

    /// An organisation number as it is stored: digits only; `person:…` for a personal number; letters and digits, upper case,
    /// for a number of another country; `None` when there is no number in the text.
    pub fn organisation_number(&self, text: &str) -> Option<String> {
        if !text.bytes().any(|b| b.is_ascii_digit()) {
            return None;
        }
        if self.numbers == PersonalNumbers::Se {
            let verdict = identifier::parse(Scheme::SeOrganisation, text);
            if verdict.status == Status::Person {
                return Some(self.stand_in(&verdict.normalised));
            }
            if verdict.normalised.len() == 10 {
                return Some(verdict.normalised);
            }
        }
        Some(text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect())
    }

    /// The stand-in of another identifier, such as a vendor number or a VAT number, when it is a personal number.
    pub fn identifier(&self, text: &str) -> Option<String> {
        if !self.may_hold(text) {
            return None;
        }
        let bare = text.trim();
        let is_whole = |t: &str| identifier::personal_number_ranges(t).first().is_some_and(|r| *r == (0..t.len()));
        // A Swedish VAT number is the organisation number between SE and 01.
        let vat = bare.get(..2).filter(|p| p.eq_ignore_ascii_case("SE") && bare.len() == 14).and_then(|_| bare.get(2..12));
        let number = [Some(bare), vat].into_iter().flatten().find(|t| is_whole(t))?;
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        // The same person is written with and without the century.
        Some(self.stand_in(&digits[digits.len() - 10..]))
    }

    fn stand_in(&self, ten: &str) -> String {
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&self.key).expect("a key of any length is valid");
        mac.update(ten.as_bytes());
        format!("person:{}", hex(&mac.finalize().into_bytes()[..8]))
    }

    /// Whether `text` holds enough digits to hide a personal number: a quick look before [`Privacy::mask`].
    pub fn may_hold(&self, text: &str) -> bool {
        self.numbers == PersonalNumbers::Se && text.len() >= 10 && text.bytes().filter(u8::is_ascii_digit).count() >= 10
    }

    /// Free text with every personal number replaced by `[personal number]`.
    pub fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if !self.may_hold(text) {
            return Cow::Borrowed(text);
        }
        let ranges = identifier::personal_number_ranges(text);
        if ranges.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        let mut copied = 0;
        for range in ranges {
            out.push_str(&text[copied..range.start]);
            out.push_str("[personal number]");
            copied = range.end;
        }
        out.push_str(&text[copied..]);
        Cow::Owned(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The date and serial with a right check digit behind: numbers made here belong to nobody.
    fn number(date_and_serial: &str) -> String {
        (0..10).map(|d| format!("{date_and_serial}{d}")).find(|n| !identifier::personal_number_ranges(n).is_empty()).expect("one check digit is right")
    }

    #[test]
    fn numbers_of_persons_and_of_companies() {
        let person = number("640823323");
        let coordination = number("640883323");
        let privacy = Privacy::new([7; 32], PersonalNumbers::Se);
        let stand_in = privacy.organisation_number(&person).unwrap();
        assert!(stand_in.starts_with("person:") && stand_in.len() == 23);
        for same in [format!("19{person}"), format!("{}-{}", &person[..6], &person[6..]), format!("SE{person}01"), format!("{}+{}", &person[..6], &person[6..])]
        {
            assert_eq!(privacy.organisation_number(&same).as_deref(), Some(stand_in.as_str()), "{same}");
        }
        assert!(privacy.organisation_number(&coordination).unwrap().starts_with("person:"));
        assert_ne!(Privacy::new([8; 32], PersonalNumbers::Se).organisation_number(&person), Some(stand_in));
        for (text, expect) in [
            ("556036-0793", Some("5560360793")),
            ("16556036-0793", Some("5560360793")),
            ("SE556036079301", Some("5560360793")),
            ("0012345678", Some("0012345678")),
            ("SC 123 456", Some("SC123456")),
            ("[innehåller personuppgifter]", None),
            ("", None),
        ] {
            assert_eq!(privacy.organisation_number(text).as_deref(), expect, "{text}");
        }
        assert_eq!(Privacy::new([7; 32], PersonalNumbers::None).organisation_number(&person), Some(person.clone()));
        assert_eq!(privacy.identifier("1042"), None);
        assert!(privacy.identifier(&person).is_some());
    }

    #[test]
    fn free_text_is_masked() {
        let privacy = Privacy::new([7; 32], PersonalNumbers::Se);
        let person = number("640823323");
        let dashed = format!("{}-{}", &person[..6], &person[6..]);
        for (text, expect) in [
            (format!("resa {dashed} åter"), "resa [personal number] åter".to_string()),
            (format!("19{person}"), "[personal number]".to_string()),
            (format!("{person},{dashed}"), "[personal number],[personal number]".to_string()),
            (format!("7{person}"), format!("7{person}")),
            ("faktura 5560360793".to_string(), "faktura 5560360793".to_string()),
        ] {
            assert_eq!(privacy.mask(&text), expect);
        }
    }
}
