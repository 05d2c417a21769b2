//! E-invoices in UBL and CII, and notices: any XML.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| spendtrace_fuzz::drain(data));
