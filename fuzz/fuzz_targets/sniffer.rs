//! The first look at a file: bytes → encoding → dialect → header → plan → typed rows, without a panic.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| spendtrace_fuzz::targets::sniffer(data));
