//! What can be wrong with a record, declared once: `docs/faults.md` and every `lake.reject` row come from here.

/// One kind of fault of a record.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// The code in `lake.reject.fault`.
    pub code: &'static str,
    /// What is wrong, in English.
    pub en: &'static str,
    /// What is wrong, in Swedish.
    pub sv: &'static str,
    /// A value that has this fault.
    pub example: &'static str,
    /// What to do, in English.
    pub remedy: &'static str,
    /// What to do, in Swedish.
    pub remedy_sv: &'static str,
}

macro_rules! faults {
    ($($name:ident = $code:literal { en: $en:literal, sv: $sv:literal, example: $example:literal, remedy: $remedy:literal, remedy_sv: $remedy_sv:literal })+) => {
        $(
            #[doc = $en]
            pub const $name: &Fault = &Fault { code: $code, en: $en, sv: $sv, example: $example, remedy: $remedy, remedy_sv: $remedy_sv };
        )+

        /// Every fault, in the order of the documentation.
        pub const FAULTS: &[&Fault] = &[$($name),+];
    };
}

faults! {
    COLUMN_COUNT = "column_count" {
        en: "The record has another number of columns than the header.",
        sv: "Posten har ett annat antal kolumner än rubrikraden.",
        example: "a;b;c;d under a header of three",
        remedy: "correct the row in the export: an unquoted separator or line break inside a text is the usual cause",
        remedy_sv: "rätta raden i exporten: vanligen ett avgränsartecken eller radbrott i en text utan citattecken"
    }
    FIELD_TOO_LONG = "field_too_long" {
        en: "A field is longer than one megabyte.",
        sv: "Ett fält är längre än en megabyte.",
        example: "a quotation mark that is never closed",
        remedy: "close the quotation mark, or cut the text in the export",
        remedy_sv: "avsluta citattecknet, eller korta texten i exporten"
    }
    VALUE_MISSING = "value_missing" {
        en: "A required value is empty.",
        sv: "Ett obligatoriskt värde saknas.",
        example: "an empty amount",
        remedy: "fill the cell in the export, or map another column",
        remedy_sv: "fyll i cellen i exporten, eller peka ut en annan kolumn i mappningen"
    }
    AMOUNT_NOT_NUMBER = "amount_not_number" {
        en: "The value is not a number in the column's form.",
        sv: "Värdet är inte ett tal i kolumnens form.",
        example: "12,5 in a column with decimal points; n/a",
        remedy: "correct the cell, or state the decimal mark of the column in the mapping",
        remedy_sv: "rätta cellen, eller ange kolumnens decimaltecken i mappningen"
    }
    AMOUNT_TOO_PRECISE = "amount_too_precise" {
        en: "The amount has more decimals than the currency, and they are not zero. It is never rounded.",
        sv: "Beloppet har fler decimaler än valutan, och de är inte noll. Det avrundas aldrig.",
        example: "10.005",
        remedy: "export the amount with two decimals",
        remedy_sv: "exportera beloppet med två decimaler"
    }
    AMOUNT_TOO_LARGE = "amount_too_large" {
        en: "The number does not fit: at most 16 digits before the decimal mark (14 for quantities).",
        sv: "Talet ryms inte: högst 16 siffror före decimaltecknet (14 för kvantiteter).",
        example: "99999999999999999.00",
        remedy: "correct the cell: two numbers may have run together",
        remedy_sv: "rätta cellen: två tal kan ha flutit ihop"
    }
    AMOUNT_CURRENCY = "amount_currency" {
        en: "The amount carries another currency than the row.",
        sv: "Beloppet bär en annan valuta än raden.",
        example: "€ 100 in a column of kronor",
        remedy: "map the currency column, or correct the cell",
        remedy_sv: "peka ut valutakolumnen i mappningen, eller rätta cellen"
    }
    DATE_NOT_DATE = "date_not_date" {
        en: "The value is not a day in the column's form.",
        sv: "Värdet är inte en dag i kolumnens form.",
        example: "2023-13-01; 31/02/2024",
        remedy: "correct the cell, or state the column's date order in the mapping",
        remedy_sv: "rätta cellen, eller ange kolumnens datumordning i mappningen"
    }
    DATE_OUT_OF_RANGE = "date_out_of_range" {
        en: "The day lies outside the years that the table can hold.",
        sv: "Dagen ligger utanför de år som tabellen kan hålla.",
        example: "0026-01-31; 2206-05-01 on an invoice",
        remedy: "correct the year in the export",
        remedy_sv: "rätta året i exporten"
    }
    NUMBER_NOT_WHOLE = "number_not_whole" {
        en: "The value is not a whole number.",
        sv: "Värdet är inte ett heltal.",
        example: "1.5 as a rank",
        remedy: "correct the cell, or leave it empty",
        remedy_sv: "rätta cellen, eller lämna den tom"
    }
    TRUTH_NOT_KNOWN = "truth_not_known" {
        en: "The value is neither yes nor no.",
        sv: "Värdet är varken ja eller nej.",
        example: "perhaps",
        remedy: "write ja or nej, or give the word a meaning under `values` in the mapping",
        remedy_sv: "skriv ja eller nej, eller ge ordet en betydelse under `values` i mappningen"
    }
    VALUE_NOT_KNOWN = "value_not_known" {
        en: "The value is not one of those that the mapping knows.",
        sv: "Värdet är inte ett av dem som mappningen känner.",
        example: "an award form that has no entry under `values`",
        remedy: "add the word under `values` in the mapping",
        remedy_sv: "lägg till ordet under `values` i mappningen"
    }
    CURRENCY_NOT_CODE = "currency_not_code" {
        en: "The currency is not a code of three letters (ISO 4217).",
        sv: "Valutan är inte en kod om tre bokstäver (ISO 4217).",
        example: "kronor",
        remedy: "export the code, or give the word a meaning under `values` in the mapping",
        remedy_sv: "exportera koden, eller ge ordet en betydelse under `values` i mappningen"
    }
    TEXT_NOT_CLEAN = "text_not_clean" {
        en: "An identifier holds a control character.",
        sv: "En identifierare innehåller ett styrtecken.",
        example: "a NUL byte in an invoice number",
        remedy: "export again: the file may be damaged",
        remedy_sv: "exportera igen: filen kan vara skadad"
    }
    CELL_ERROR = "cell_error" {
        en: "The cell holds a spreadsheet error or a formula without a value.",
        sv: "Cellen innehåller ett kalkylbladsfel eller en formel utan värde.",
        example: "#REF!",
        remedy: "correct the formula, save the workbook and export again",
        remedy_sv: "rätta formeln, spara arbetsboken och exportera igen"
    }
    ELEMENT_BROKEN = "element_broken" {
        en: "The element cannot be read as its format says.",
        sv: "Elementet kan inte läsas som formatet säger.",
        example: "an object with the same key twice",
        remedy: "correct the document, or ask its sender for a new one",
        remedy_sv: "rätta dokumentet, eller be avsändaren om ett nytt"
    }
    DOCUMENT_BROKEN = "document_broken" {
        en: "From this place on the file cannot be read: it is cut, damaged or passes a bound.",
        sv: "Från det här stället kan filen inte läsas: den är avhuggen, skadad eller passerar en gräns.",
        example: "a workbook whose download stopped half way",
        remedy: "fetch or export the file again; nothing of it was kept",
        remedy_sv: "hämta eller exportera filen igen; inget av den har sparats"
    }
    TOTAL_NOT_EQUAL = "total_not_equal" {
        en: "The document's total does not follow from its lines.",
        sv: "Dokumentets summa följer inte av dess rader.",
        example: "lines of 100 and 50 under a total of 160",
        remedy: "ask the sender for a corrected document",
        remedy_sv: "be avsändaren om ett rättat dokument"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_told_in_full() {
        let mut codes = std::collections::BTreeSet::new();
        for fault in FAULTS {
            assert!(codes.insert(fault.code), "{} is declared twice", fault.code);
            for text in [fault.en, fault.sv, fault.example, fault.remedy, fault.remedy_sv] {
                assert!(!text.is_empty(), "{}", fault.code);
            }
        }
    }
}
