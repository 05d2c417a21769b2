//! Delimited text: blocks and records agree with each other and with the text, whatever the dialect.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| spendtrace_fuzz::targets::csv(data));
