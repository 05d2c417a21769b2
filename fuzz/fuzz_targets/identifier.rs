//! Identifiers: no text makes a check panic, and no personal number that is recognised is left in a masked text.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| spendtrace_fuzz::targets::identifier(data));
