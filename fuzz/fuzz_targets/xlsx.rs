//! Workbooks: a sheet around the input, or the input as the whole file.

#![no_main]

use std::io::Write as _;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let [first, rest @ ..] = data else { return };
    if first % 4 == 0 {
        return spendtrace_fuzz::drain(rest);
    }
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let whole = |part: &[u8], is_whole: bool| if is_whole { rest.to_vec() } else { part.to_vec() };
    let sheet = [b"<worksheet><sheetData>", rest, b"</sheetData></worksheet>"].concat();
    let strings = b"<sst><si><t>plain</t></si><si><r><t>rich</t></r></si></sst>";
    let styles = b"<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>";
    for (name, part) in [
        ("[Content_Types].xml", b"<Types/>".to_vec()),
        ("xl/workbook.xml", b"<workbook xmlns:r=\"r\"><sheets><sheet name=\"S\" r:id=\"r1\"/></sheets></workbook>".to_vec()),
        ("xl/_rels/workbook.xml.rels", b"<Relationships><Relationship Id=\"r1\" Type=\"x/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>".to_vec()),
        ("xl/styles.xml", whole(styles, first % 4 == 2)),
        ("xl/sharedStrings.xml", whole(strings, first % 4 == 3)),
        ("xl/worksheets/sheet1.xml", if first % 4 == 1 { sheet } else { b"<worksheet><sheetData><row><c t=\"s\" s=\"1\"><v>0</v></c></row></sheetData></worksheet>".to_vec() }),
    ] {
        if zip.start_file(name, stored).is_err() || zip.write_all(&part).is_err() {
            return;
        }
    }
    if let Ok(file) = zip.finish() {
        spendtrace_fuzz::drain(&file.into_inner());
    }
});
