//! Numbers: no text makes the reader panic, and what it reads it reads again from its plainest form.

#![no_main]

use libfuzzer_sys::fuzz_target;
use spendtrace_fuzz::ingest::number::{Decimal, Grouping, NumberForm, evidence, grouping, parse};

fuzz_target!(|text: &str| {
    let marks = ["CR".to_string(), "K".to_string()];
    for decimal in [None, Some(Decimal::Comma), Some(Decimal::Dot)] {
        for group in [None, Some(Grouping::Blank), Some(Grouping::Mark), Some(Grouping::Apostrophe)] {
            for scale in [0, 2, 4, 8] {
                let form = NumberForm { decimal, grouping: group, scale, credit_marks: &marks, currency: "SEK" };
                if let Ok(value) = parse(text, &form) {
                    let unit = 10u64.pow(scale);
                    let sign = if value < 0 { "-" } else { "" };
                    let (whole, rest) = (value.unsigned_abs() / unit, value.unsigned_abs() % unit);
                    let plain = if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest:0width$}", width = scale as usize) };
                    let again = NumberForm { decimal: Some(Decimal::Dot), grouping: None, scale, credit_marks: &[], currency: "" };
                    assert_eq!(parse(&plain, &again), Ok(value), "{text:?} as {plain}");
                }
                let _ = (evidence(text, &form), grouping(text, &form));
            }
        }
    }
});
