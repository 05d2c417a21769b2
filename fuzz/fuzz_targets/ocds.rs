//! OCDS releases and records, and ledgers in JSON: any JSON.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| spendtrace_fuzz::targets::ocds(data));
