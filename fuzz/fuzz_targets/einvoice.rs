//! E-invoices in UBL and CII, and notices: any XML.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| spendtrace_fuzz::targets::einvoice(data));
