//! Days: no text makes the reader panic; what it reads lies within its years and is read again from ISO form.

#![no_main]

use libfuzzer_sys::fuzz_target;
use spendtrace_fuzz::ingest::day::{DayForm, SERIAL_1900, SERIAL_1904, is_day, orders, parse};
use spendtrace_fuzz::ingest::mapping::DateOrder;

fuzz_target!(|text: &str| {
    for order in [None, Some(DateOrder::Ymd), Some(DateOrder::Dmy), Some(DateOrder::Mdy)] {
        for serial_from in [None, Some(SERIAL_1900), Some(SERIAL_1904)] {
            for months in [false, true] {
                let form = DayForm { order, year_min: 1990, year_max: 2099, months, serial_from };
                if let Ok(date) = parse(text, &form) {
                    assert!((1990..=2099).contains(&date.ymd().0), "{text:?} is {date}");
                    assert_eq!(parse(&date.to_string(), &form), Ok(date), "{text:?} is {date}");
                }
                let _ = (orders(text, &form), is_day(text, &form));
            }
        }
    }
});
