//! What a person should know about a file that was read: no row is lost by it, and a figure may be wrong by it. Declared once;
//! `docs/faults.md` and every row of `lake.finding` come from here.

use crate::model::Money;
use crate::schema::FINDING;
use crate::store::{Columns, TableBuilder};

/// One kind of finding.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    /// The code in `lake.finding.finding`.
    pub code: &'static str,
    /// What was found, in English.
    pub en: &'static str,
    /// What was found, in Swedish.
    pub sv: &'static str,
    /// What to do, in English.
    pub remedy: &'static str,
    /// What to do, in Swedish.
    pub remedy_sv: &'static str,
}

macro_rules! findings {
    ($($name:ident = $code:literal { en: $en:literal, sv: $sv:literal, remedy: $remedy:literal, remedy_sv: $remedy_sv:literal })+) => {
        $(
            #[doc = $en]
            pub const $name: &Finding = &Finding { code: $code, en: $en, sv: $sv, remedy: $remedy, remedy_sv: $remedy_sv };
        )+

        /// Every finding, in the order of the documentation.
        pub const FINDINGS: &[&Finding] = &[$($name),+];
    };
}

findings! {
    TOTAL_DIFFERS = "total_differs" {
        en: "The file's own total row differs from the sum of its rows.",
        sv: "Filens egen summarad skiljer sig från summan av raderna.",
        remedy: "rows may be missing: export the file again, and compare with the ledger",
        remedy_sv: "rader kan saknas: exportera filen igen och jämför med reskontran"
    }
    ROWS_REPEATED = "rows_repeated" {
        en: "The same rows stand in another file of the source. They are counted in both.",
        sv: "Samma rader finns i en annan fil från källan. De räknas i båda.",
        remedy: "take one of the files away, or export months that do not overlap",
        remedy_sv: "ta bort den ena filen, eller exportera månader som inte överlappar"
    }
    PERIOD_REPLACED = "period_replaced" {
        en: "A correction replaced the rows of this month: they are not in the lake.",
        sv: "En rättelse har ersatt månadens rader: de finns inte i datasjön.",
        remedy: "nothing, when the correction holds the whole month; else name the file so that it is no correction",
        remedy_sv: "inget, om rättelsen innehåller hela månaden; döp annars om filen så att den inte är en rättelse"
    }
    LAST_LINE_OPEN = "last_line_open" {
        en: "The file ends without a line end: it may have been cut.",
        sv: "Filen slutar utan radslut: den kan vara avhuggen.",
        remedy: "compare its last row with the system's",
        remedy_sv: "jämför den sista raden med systemets"
    }
    COLUMN_NAME_REPEATED = "column_name_repeated" {
        en: "The header has the name of a column that is read more than once. The first is read.",
        sv: "Rubrikraden har namnet på en kolumn som läses mer än en gång. Den första läses.",
        remedy: "map the other as NAME#2 if it is the right one",
        remedy_sv: "peka ut den andra som NAMN#2 i mappningen om det är den rätta"
    }
    TEXT_ENCODED_TWICE = "text_encoded_twice" {
        en: "Names look as if they had been encoded twice (Ã¥ for å). They are kept as they stand.",
        sv: "Namn ser ut att ha teckenkodats två gånger (Ã¥ för å). De har behållits som de står.",
        remedy: "correct the export: one supplier may count as two",
        remedy_sv: "rätta exporten: en leverantör kan räknas som två"
    }
    TEXT_WITH_HIDDEN_MARKS = "text_with_hidden_marks" {
        en: "Names hold characters that cannot be seen: control, zero-width or direction marks.",
        sv: "Namn innehåller tecken som inte syns: styrtecken, tecken utan bredd eller riktningsmärken.",
        remedy: "correct the vendor register: such a name looks like another and is none",
        remedy_sv: "rätta leverantörsregistret: ett sådant namn ser ut som ett annat men är det inte"
    }
    TEXT_OF_TWO_SCRIPTS = "text_of_two_scripts" {
        en: "Names mix Latin letters with Cyrillic or Greek ones that look the same.",
        sv: "Namn blandar latinska bokstäver med kyrilliska eller grekiska som ser likadana ut.",
        remedy: "check the vendor: the name imitates another, or was typed on another keyboard",
        remedy_sv: "kontrollera leverantören: namnet efterliknar ett annat, eller skrevs på ett annat tangentbord"
    }
    DOCUMENT_NOTE = "document_note" {
        en: "The document holds something that cannot be seen in its rows, such as hidden sheets, hidden rows or merged areas.",
        sv: "Dokumentet innehåller något som inte syns i raderna, till exempel dolda blad, dolda rader eller sammanfogade områden.",
        remedy: "open the document and see whether it belongs to the data",
        remedy_sv: "öppna dokumentet och se om det hör till uppgifterna"
    }
}

/// A row of `lake.finding`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
#[allow(missing_docs, reason = "the columns of the table, documented there")]
pub struct FindingRow {
    pub source_file_id: String,
    pub path: String,
    pub finding: String,
    pub column_name: Option<String>,
    pub period: Option<String>,
    pub other_source_file_id: Option<String>,
    pub other_path: Option<String>,
    pub row_count: Option<i64>,
    pub net_amount: Option<i64>,
    pub source_line: Option<i64>,
    pub detail: Option<String>,
}

impl FindingRow {
    /// A finding on a file.
    pub fn new(source_file_id: &str, path: &str, finding: &Finding) -> FindingRow {
        FindingRow { source_file_id: source_file_id.to_string(), path: path.to_string(), finding: finding.code.to_string(), ..FindingRow::default() }
    }

    /// The row of a batch.
    pub fn read(columns: Columns, row: usize) -> FindingRow {
        let text = |name: &str| columns.text_at(name, row).map(str::to_string);
        FindingRow {
            source_file_id: text("source_file_id").unwrap_or_default(),
            path: text("path").unwrap_or_default(),
            finding: text("finding").unwrap_or_default(),
            column_name: text("column_name"),
            period: text("period"),
            other_source_file_id: text("other_source_file_id"),
            other_path: text("other_path"),
            row_count: columns.int_at("row_count", row),
            net_amount: columns.money_at("net_amount", row).map(Money::minor),
            source_line: columns.int_at("source_line", row),
            detail: text("detail"),
        }
    }

    /// Adds the row.
    pub fn write(&self, builder: &mut TableBuilder) {
        debug_assert_eq!(builder.table().name, FINDING.name);
        builder
            .text("source_file_id", Some(&self.source_file_id))
            .text("path", Some(&self.path))
            .text("finding", Some(&self.finding))
            .text("column_name", self.column_name.as_deref())
            .text("period", self.period.as_deref())
            .text("other_source_file_id", self.other_source_file_id.as_deref())
            .text("other_path", self.other_path.as_deref())
            .int("row_count", self.row_count)
            .money("net_amount", self.net_amount.and_then(Money::from_minor))
            .int("source_line", self.source_line)
            .text("detail", self.detail.as_deref());
        builder.end_row();
    }
}

/// Marks of a text that a person cannot see, as bits.
pub mod marks {
    use super::{Finding, TEXT_ENCODED_TWICE, TEXT_OF_TWO_SCRIPTS, TEXT_WITH_HIDDEN_MARKS};

    /// The findings, in the order of the bits.
    pub const ALL: [&Finding; 3] = [TEXT_ENCODED_TWICE, TEXT_WITH_HIDDEN_MARKS, TEXT_OF_TWO_SCRIPTS];

    /// What a text shows.
    pub fn of(text: &str) -> u8 {
        let has_control = text.bytes().any(|b| (b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r')) || b == 0x7f);
        if text.is_ascii() {
            return u8::from(has_control) << 1;
        }
        let is_hidden =
            |c: char| matches!(c, '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        let is_twice = is_encoded_twice(text);
        let has = |is: fn(char) -> bool| text.chars().any(is);
        let is_mixed = has(|c| c.is_ascii_alphabetic()) && has(|c| matches!(c, '\u{370}'..='\u{3ff}' | '\u{400}'..='\u{4ff}'));
        u8::from(is_twice) | (u8::from(has_control || (!is_twice && text.chars().any(is_hidden))) << 1) | (u8::from(is_mixed) << 2)
    }

    /// Whether the characters, as bytes of Windows-1252 or Latin-1, are UTF-8 of other characters.
    fn is_encoded_twice(text: &str) -> bool {
        let mut bytes = Vec::with_capacity(text.len());
        for c in text.chars() {
            if (c as u32) < 0x100 {
                bytes.push(c as u32 as u8);
            } else {
                let mut utf8 = [0; 4];
                let (encoded, _, is_unknown) = encoding_rs::WINDOWS_1252.encode(c.encode_utf8(&mut utf8));
                if is_unknown {
                    return false;
                }
                bytes.extend_from_slice(&encoded);
            }
        }
        std::str::from_utf8(&bytes).is_ok_and(|t| !t.is_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finding_is_told_in_full() {
        let mut codes = std::collections::BTreeSet::new();
        for finding in FINDINGS {
            assert!(codes.insert(finding.code), "{} is declared twice", finding.code);
            for text in [finding.en, finding.sv, finding.remedy, finding.remedy_sv] {
                assert!(!text.is_empty(), "{}", finding.code);
            }
        }
    }

    #[test]
    fn marks_that_cannot_be_seen() {
        for (text, expect) in [
            ("Göteborgs Åkeri AB", 0),
            ("GÃ¶teborgs Ã…keri", 1),
            ("GÃ¶teborgs \u{c3}\u{85}keri", 1),
            ("Bola\0get", 2),
            ("Bola\u{200b}get", 2),
            ("\u{202e}BA", 2),
            ("Bolaget \u{410}\u{412}", 4),
            ("Ёлка", 0),
            ("one\ntwo", 0),
            ("Société Générale", 0),
            ("Ã", 0),
        ] {
            assert_eq!(marks::of(text), expect, "{text:?}");
        }
    }
}
