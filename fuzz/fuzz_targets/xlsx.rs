//! Workbooks: a sheet around the input, or the input as the whole file.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| spendtrace_fuzz::targets::xlsx(data));
