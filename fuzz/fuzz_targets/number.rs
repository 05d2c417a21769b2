//! Numbers: no text makes the reader panic, and what it reads it reads again from its plainest form.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| spendtrace_fuzz::targets::number(data));
