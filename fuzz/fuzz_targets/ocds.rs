//! OCDS releases and records, and ledgers in JSON: any JSON.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if data.first().is_some_and(|b| matches!(b, b'{' | b'[')) {
        spendtrace_fuzz::drain(data);
    }
});
