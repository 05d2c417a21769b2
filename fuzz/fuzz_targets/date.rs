//! Days: no text makes the reader panic; what it reads lies within its years and is read again from ISO form.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| spendtrace_fuzz::targets::date(data));
