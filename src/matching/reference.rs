//! Numbers as people retype them: contract and order references, invoice numbers, and the key of an invoice.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::LazyLock;

use crate::assets;

/// A contract or order number with what typing varies taken away: upper case, letters and digits only, and leading zeros
/// off each run of digits, so that `dnr 2023/0045-2` and `DNR2023-45-2` are one. Runs stay apart: `23-45` and `234-5` differ.
pub fn normalised_reference(text: &str, out: &mut String) {
    out.clear();
    let mut zeros_held = false;
    let mut in_digits = false;
    let mut run_ended = false;
    for c in text.chars() {
        if !c.is_alphanumeric() {
            if zeros_held {
                out.push('0');
            }
            (zeros_held, in_digits, run_ended) = (false, false, true);
            continue;
        }
        if c.is_ascii_digit() {
            if !in_digits {
                // Two runs of digits with only punctuation between them must not melt into one number.
                if run_ended && out.ends_with(|l: char| l.is_ascii_digit()) {
                    out.push('-');
                }
                in_digits = true;
                zeros_held = true;
            }
            if zeros_held && c == '0' {
                continue;
            }
            zeros_held = false;
            out.push(c);
        } else {
            if zeros_held {
                out.push('0');
            }
            (zeros_held, in_digits) = (false, false);
            out.extend(c.to_uppercase());
        }
        run_ended = false;
    }
    if zeros_held {
        out.push('0');
    }
}

/// The same without any punctuation, for numbers retyped as one word: `AVT-2023-014` and `avt2023014`. Two contracts may share it; the supplier
/// tells them apart.
pub fn stripped_reference(text: &str, out: &mut String) {
    out.clear();
    for c in text.chars().filter(|c| c.is_alphanumeric()) {
        if c != '0' || !out.is_empty() {
            out.extend(c.to_uppercase());
        }
    }
}

static PLACEHOLDERS: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let text = assets::text("data/reference/placeholder_invoice_numbers.txt").expect("embedded by build.rs");
    text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')).collect()
});

/// An invoice number in upper case, letters and digits only, leading zeros off. `false`, with `out` empty, when nothing is left or what is left is
/// a placeholder such as `saknas`.
pub fn normalised_invoice_number(text: &str, out: &mut String) -> bool {
    out.clear();
    for c in text.chars().filter(|c| c.is_alphanumeric()) {
        if c == '0' && out.is_empty() {
            continue;
        }
        if c.is_ascii() { out.push(c.to_ascii_uppercase()) } else { out.extend(c.to_uppercase()) }
    }
    // Most numbers begin with a digit and most placeholders do not: the set is asked only where it can answer.
    if !out.is_empty() && (!out.starts_with(|c: char| c.is_ascii_digit() && c != '9') && PLACEHOLDERS.contains(out.as_str())) {
        out.clear();
    }
    !out.is_empty()
}

/// What names an invoice: supplier and year, and the normalised number; else the voucher within its source; else the line.
pub struct InvoiceName<'a> {
    /// Resolved supplier.
    pub supplier_id: &'a str,
    /// Year of the invoice date, else of the booking date: numbers may restart every year.
    pub year: i32,
    /// Normalised invoice number; empty when there is none.
    pub number: &'a str,
    /// Voucher number, if any.
    pub voucher: Option<&'a str>,
    /// Source of the file: vouchers are numbered by ledger.
    pub source_name: &'a str,
    /// The line.
    pub line_id: &'a str,
}

impl InvoiceName<'_> {
    /// Writes the key, `supplier|year|number`; `supplier|year|voucher:source/number` or `supplier|year|line:id` without a number.
    pub fn write_key(&self, out: &mut String) {
        out.clear();
        out.push_str(self.supplier_id);
        write!(out, "|{:04}|", self.year).expect("writing to a string");
        match self.voucher.map(str::trim).filter(|v| !v.is_empty()) {
            _ if !self.number.is_empty() => out.push_str(self.number),
            Some(voucher) => {
                out.push_str("voucher:");
                out.push_str(self.source_name);
                out.push('/');
                out.push_str(voucher);
            }
            None => {
                out.push_str("line:");
                out.push_str(self.line_id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        let norm = |t: &str| {
            let mut out = String::new();
            normalised_reference(t, &mut out);
            out
        };
        for (text, expect) in [
            ("dnr 2023/0045-2", "DNR2023-45-2"),
            ("DNR2023-45-2", "DNR2023-45-2"),
            ("A-001", "A1"),
            ("a 1", "A1"),
            ("  C-KOPIA ", "CKOPIA"),
            ("00", "0"),
            ("A0B", "A0B"),
            ("23-45", "23-45"),
            ("234-5", "234-5"),
            ("Å-7", "Å7"),
            ("-", ""),
            ("RS 2021-0", "RS2021-0"),
        ] {
            assert_eq!(norm(text), expect, "{text}");
        }
    }

    #[test]
    fn invoice_numbers() {
        for (text, expect) in [
            ("0012345", "12345"),
            ("12-345 a", "12345A"),
            ("F0012", "F0012"),
            ("N/A", ""),
            ("saknas", ""),
            ("0000", ""),
            ("", ""),
            ("okänd", ""),
            ("99999", ""),
            ("9999123", "9999123"),
        ] {
            let mut out = String::new();
            assert_eq!(normalised_invoice_number(text, &mut out), !expect.is_empty(), "{text}");
            assert_eq!(out, expect, "{text}");
        }
    }

    #[test]
    fn invoice_keys() {
        let name = InvoiceName { supplier_id: "S-A", year: 2024, number: "77", voucher: Some("V1"), source_name: "ledger", line_id: "0000000000-1" };
        let key = |n: &InvoiceName<'_>| {
            let mut out = String::new();
            n.write_key(&mut out);
            out
        };
        assert_eq!(key(&name), "S-A|2024|77");
        assert_eq!(key(&InvoiceName { number: "", ..name }), "S-A|2024|voucher:ledger/V1");
        assert_eq!(key(&InvoiceName { number: "", voucher: Some(" "), ..name }), "S-A|2024|line:0000000000-1");
    }
}
