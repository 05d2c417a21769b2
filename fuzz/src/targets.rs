//! The targets: each takes any bytes and asserts what must hold of them.

use std::io::{Read as _, Write as _};
use std::sync::OnceLock;

use crate::ingest::convert::{Converter, Worker};
use crate::ingest::day::{self, DayForm, SERIAL_1900, SERIAL_1904};
use crate::ingest::encoding::Encoding;
use crate::ingest::formats::{self, content::Content};
use crate::ingest::mapping::{DateOrder, Mapping, PersonalNumbers};
use crate::ingest::number::{self, Decimal, Grouping, NumberForm};
use crate::ingest::privacy::Privacy;
use crate::ingest::split::{Blocks, Dialect, FieldKind, LineEnd, Records, field_text};
use crate::ingest::{faults, sniff, source, understand};
use crate::model::identifier::{Scheme, organisation_of_vat, parse, personal_number_ranges};

/// A target by its name, which is also the folder of its seeds.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: &[Target] = &[
    ("number", number),
    ("date", date),
    ("identifier", identifier),
    ("csv", csv),
    ("sniffer", sniffer),
    ("xlsx", xlsx),
    ("einvoice", einvoice),
    ("ocds", ocds),
];

/// Most records that a target takes from a document.
const RECORDS_MAX: usize = 200_000;
const MAPPING: &str = include_str!("../../tests/hostile/mappings/ledger.toml");

/// No text makes the reader of numbers panic, and what it reads it reads again from its plainest form.
pub fn number(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let marks = ["CR".to_string(), "K".to_string()];
    for decimal in [None, Some(Decimal::Comma), Some(Decimal::Dot)] {
        for group in [None, Some(Grouping::Blank), Some(Grouping::Mark), Some(Grouping::Apostrophe)] {
            for scale in [0, 2, 4, 8] {
                let form = NumberForm { decimal, grouping: group, scale, credit_marks: &marks, currency: "SEK" };
                if let Ok(value) = number::parse(text, &form) {
                    let unit = 10u64.pow(scale);
                    let sign = if value < 0 { "-" } else { "" };
                    let (whole, rest) = (value.unsigned_abs() / unit, value.unsigned_abs() % unit);
                    let plain = if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest:0width$}", width = scale as usize) };
                    let again = NumberForm { decimal: Some(Decimal::Dot), grouping: None, scale, credit_marks: &[], currency: "" };
                    assert_eq!(number::parse(&plain, &again), Ok(value), "{text:?} as {plain}");
                }
                let _ = (number::evidence(text, &form), number::grouping(text, &form));
            }
        }
    }
}

/// No text makes the reader of days panic; what it reads lies within its years and is read again from ISO form.
pub fn date(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for order in [None, Some(DateOrder::Ymd), Some(DateOrder::Dmy), Some(DateOrder::Mdy)] {
        for serial_from in [None, Some(SERIAL_1900), Some(SERIAL_1904)] {
            for months in [false, true] {
                let form = DayForm { order, year_min: 1990, year_max: 2099, months, serial_from };
                if let Ok(date) = day::parse(text, &form) {
                    assert!((1990..=2099).contains(&date.ymd().0), "{text:?} is {date}");
                    assert_eq!(day::parse(&date.to_string(), &form), Ok(date), "{text:?} is {date}");
                }
                let _ = (day::orders(text, &form), day::is_day(text, &form));
            }
        }
    }
}

/// No text makes a check of an identifier panic, and no personal number that is recognised is left in a masked text.
pub fn identifier(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for scheme in Scheme::ALL {
        let verdict = parse(*scheme, text);
        let again = parse(*scheme, &verdict.normalised);
        assert!(!verdict.is_valid() || again.is_valid(), "{scheme:?}: {text:?} is valid and {:?} is not", verdict.normalised);
    }
    let _ = organisation_of_vat(text);
    for range in personal_number_ranges(text) {
        assert!(text.get(range).is_some(), "a range within the text");
    }
    let privacy = Privacy::new([7; 32], PersonalNumbers::Se);
    let masked = privacy.mask(text);
    assert!(personal_number_ranges(&masked).is_empty(), "{text:?} is masked as {masked:?}");
    let _ = (privacy.identifier(text), privacy.organisation_number(text));
}

/// Blocks and records of delimited text agree with each other and with the text, whatever the dialect.
pub fn csv(data: &[u8]) {
    let [separator, line_end, rest @ ..] = data else { return };
    // Bytes that are no text are replaced, not passed over: most inputs made by chance hold some.
    let text = &*String::from_utf8_lossy(rest);
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
            }
            all.push(fields.iter().map(|f| field_text(text, *f, dialect.quote).into_owned()).collect::<Vec<_>>());
        }
        all
    };
    let whole = read(text);
    let input: Box<dyn std::io::Read + Send> = Box::new(std::io::Cursor::new(text.as_bytes().to_vec()));
    let mut blocks = Blocks::new(input, dialect, Encoding::Utf8 { bom: false }, 0, 0).expect("memory can be read");
    let mut by_block = Vec::new();
    while let Some(block) = blocks.next(Vec::new()).expect("text in memory, shorter than a record may be") {
        by_block.extend(read(block.text(&mut String::new()).expect("UTF-8")));
    }
    assert_eq!(whole, by_block);
}

/// The first look at a file: bytes → encoding → dialect → header → plan → typed rows, without a panic.
pub fn sniffer(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        let dialect = sniff::dialect(text);
        let rows: Vec<sniff::Row> = understand::first_records(text, dialect, 200)
            .into_iter()
            .map(|(line, _, cells)| sniff::Row { line: u64::from(line) + 1, cells: cells.into_iter().map(|c| (c, FieldKind::Plain)).collect() })
            .collect();
        let head = sniff::head(&rows);
        assert!(head.rows.end <= rows.len() && head.data <= rows.len(), "a header among the rows");
        std::hint::black_box(sniff::names(&rows, &head));
    }
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
            let converter = Converter { plan: &found.plan, source_name: "ledger", privacy: &privacy, dialect: Some(found.dialect) };
            let data = text.get(found.data_byte..).unwrap_or_default();
            let mut records = Records::new(data, found.dialect);
            let converted = converter.convert(data, &mut Worker::default(), |fields| records.next(fields).map(|place| (place, records.is_too_long)));
            let kept: usize = converted.chunks.iter().map(|c| c.row_count()).sum();
            assert!(converted.undecided.is_some() || kept + converted.rejects.len() == converted.record_count as usize, "read = kept + rejected");
        }
    }
}

/// Workbooks: a sheet around the input, or the input as the whole file.
pub fn xlsx(data: &[u8]) {
    let [first, rest @ ..] = data else { return };
    if first % 4 == 0 {
        return drain(rest);
    }
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let whole = |part: &[u8], is_whole: bool| if is_whole { rest.to_vec() } else { part.to_vec() };
    let sheet = [b"<worksheet><sheetData>", rest, b"</sheetData></worksheet>"].concat();
    let strings = b"<sst><si><t>plain</t></si><si><r><t>rich</t></r></si></sst>";
    let styles = b"<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>";
    let one_cell = b"<worksheet><sheetData><row><c t=\"s\" s=\"1\"><v>0</v></c></row></sheetData></worksheet>".to_vec();
    for (name, part) in [
        ("[Content_Types].xml", b"<Types/>".to_vec()),
        ("xl/workbook.xml", b"<workbook xmlns:r=\"r\"><sheets><sheet name=\"S\" r:id=\"r1\"/></sheets></workbook>".to_vec()),
        ("xl/_rels/workbook.xml.rels", b"<Relationships><Relationship Id=\"r1\" Type=\"x/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>".to_vec()),
        ("xl/styles.xml", whole(styles, first % 4 == 2)),
        ("xl/sharedStrings.xml", whole(strings, first % 4 == 3)),
        ("xl/worksheets/sheet1.xml", if first % 4 == 1 { sheet } else { one_cell }),
    ] {
        if zip.start_file(name, stored).is_err() || zip.write_all(&part).is_err() {
            return;
        }
    }
    if let Ok(file) = zip.finish() {
        drain(&file.into_inner());
    }
}

/// E-invoices in UBL and CII, and notices: any XML.
pub fn einvoice(data: &[u8]) {
    drain(data);
}

/// OCDS releases and records, and ledgers in JSON: any JSON.
pub fn ocds(data: &[u8]) {
    if data.first().is_some_and(|b| matches!(b, b'{' | b'[')) {
        drain(data);
    }
}

/// Opens bytes as a document and reads it to its end.
fn drain(bytes: &[u8]) {
    let Ok(Some(document)) = formats::open(&Content::Memory(bytes.into()), std::path::Path::new("input")) else { return };
    for table in document.tables {
        let mut cells = 0;
        for record in table.records.take(RECORDS_MAX) {
            match record {
                Ok(record) => cells += record.cells.len(),
                Err(fault) if fault.fault == faults::DOCUMENT_BROKEN => break,
                Err(_) => {}
            }
        }
        std::hint::black_box(cells);
    }
    std::hint::black_box(document.notes.list());
}
