//! The first look at a file: bytes → encoding → dialect → header → plan → typed rows, without a panic.

#![no_main]

use std::io::Read as _;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use spendtrace_fuzz::ingest::convert::{Converter, Worker};
use spendtrace_fuzz::ingest::mapping::{Mapping, PersonalNumbers};
use spendtrace_fuzz::ingest::privacy::Privacy;
use spendtrace_fuzz::ingest::split::Records;
use spendtrace_fuzz::ingest::{source, understand};

const MAPPING: &str = include_str!("../../tests/hostile/mappings/ledger.toml");

fuzz_target!(|data: &[u8]| {
    static MAP: OnceLock<Mapping> = OnceLock::new();
    let mapping = MAP.get_or_init(|| Mapping::parse("ledger", MAPPING).expect("a valid mapping"));
    let path = std::env::temp_dir().join(format!("spendtrace-fuzz-{}", std::process::id()));
    std::fs::write(&path, data).expect("a writable folder");
    let Ok(inputs) = source::find_one(&path) else { return };
    for input in inputs.iter().take(4) {
        let Ok(content) = input.scan() else { continue };
        let Ok(encoding) = content.profile.decide() else { continue };
        let Ok(found) = understand::understand(input, encoding, mapping, "SEK") else { continue };
        let mut text = String::new();
        if input.open().map(|r| encoding.reader(r)).is_ok_and(|mut r| r.read_to_string(&mut text).is_ok()) {
            let privacy = Privacy::new([7; 32], PersonalNumbers::Se);
            let converter = Converter { plan: &found.plan, source_name: "ledger", privacy: &privacy, quote: found.dialect.quote };
            let data = text.get(found.data_byte..).unwrap_or_default();
            let mut records = Records::new(data, found.dialect);
            let converted = converter.convert(data, &mut Worker::default(), |fields| records.next(fields).map(|place| (place, records.is_too_long)));
            let kept: usize = converted.chunks.iter().map(|c| c.row_count()).sum();
            assert!(converted.undecided.is_some() || kept + converted.rejects.len() == converted.record_count as usize, "read = kept + rejected");
        }
    }
});
