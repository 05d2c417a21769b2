//! Delimited text: blocks and records agree with each other and with the text, whatever the dialect.

#![no_main]

use libfuzzer_sys::fuzz_target;
use spendtrace_fuzz::ingest::encoding::Encoding;
use spendtrace_fuzz::ingest::split::{Blocks, Dialect, LineEnd, Records, field_text};

fuzz_target!(|data: &[u8]| {
    let [separator, line_end, rest @ ..] = data else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let separator = b";,\t|"[usize::from(separator % 4)];
    let line_end = [LineEnd::Lf, LineEnd::Cr, LineEnd::Any][usize::from(line_end % 3)];
    let dialect = Dialect { separator, quote: b'"', line_end };
    let read = |text: &str| {
        let mut all = Vec::new();
        let mut records = Records::new(text, dialect);
        let mut fields = Vec::new();
        let mut last = 0;
        while let Some(place) = records.next(&mut fields) {
            assert!(place.byte >= last && (place.byte as usize) < text.len(), "records go forward");
            last = place.byte;
            let mut end = place.byte;
            for field in &fields {
                assert!(field.start >= end && field.start <= field.end, "fields go forward");
                end = field.end;
                std::hint::black_box(field_text(text, *field, dialect.quote));
            }
            all.push(fields.iter().map(|f| field_text(text, *f, dialect.quote).into_owned()).collect::<Vec<_>>());
        }
        all
    };
    let whole = read(text);
    let input: Box<dyn std::io::Read + Send> = Box::new(std::io::Cursor::new(text.as_bytes().to_vec()));
    let mut blocks = Blocks::new(input, dialect, Encoding::Utf8 { bom: false }, 0, 0).expect("memory can be read");
    let mut by_block = Vec::new();
    while let Some(block) = blocks.next().expect("text in memory, shorter than a record may be") {
        by_block.extend(read(&block.into_text().expect("UTF-8")));
    }
    assert_eq!(whole, by_block);
});
