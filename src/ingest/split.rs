//! Delimited text into blocks, records and fields.
//!
//! One definition of a record serves the cutting of blocks and the splitting of fields: a field is quoted when its first byte
//! is the quote; inside, a doubled quote is a quote, and a quote that is not followed by a separator or a line end is text
//! (`"the "big" one",` is one field). Elsewhere a quote is text.

use std::io::{self, Read};

use memchr::{memchr, memrchr};

use super::encoding::Encoding;
use crate::error::Error;

/// Bytes of a block. The bytes of the lake do not depend on threads since blocks do not.
const BLOCK_BYTES: usize = 1 << 20;
/// Longest record; a longer one is a quotation mark that is never closed.
const RECORD_BYTES_MAX: usize = 16 << 20;
/// Longest field.
pub const FIELD_BYTES_MAX: usize = 1 << 20;

/// What ends a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum LineEnd {
    /// LF or CRLF.
    Lf,
    /// CR alone, as old Macs and one region's open ledger write.
    Cr,
    /// CR, LF and CRLF mixed.
    Any,
}

/// How delimited text is delimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// Between fields, ASCII.
    pub separator: u8,
    /// Around fields that hold separators, line ends or quotes.
    pub quote: u8,
    /// Between records.
    pub line_end: LineEnd,
}

impl std::fmt::Display for Dialect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let separator = match self.separator {
            b'\t' => "tab".to_string(),
            b' ' => "blank".to_string(),
            b => char::from(b).to_string(),
        };
        let line_end = match self.line_end {
            LineEnd::Lf => "LF or CRLF",
            LineEnd::Cr => "CR",
            LineEnd::Any => "mixed",
        };
        write!(f, "separator {separator}, quote {}, line end {line_end}", char::from(self.quote))
    }
}

impl Dialect {
    const fn ends_line(self, byte: u8) -> bool {
        match self.line_end {
            LineEnd::Lf => byte == b'\n',
            LineEnd::Cr => byte == b'\r',
            LineEnd::Any => byte == b'\n' || byte == b'\r',
        }
    }

    /// Whether no field of the text can hold a control character: there are none but those that end fields, and no quotes around any.
    pub fn is_plain(self, text: &[u8]) -> bool {
        let ends = |b: u8| b == self.separator || self.ends_line(b) || (b == b'\r' && self.line_end == LineEnd::Lf);
        // Every byte is looked at whatever the others are, so that the loop runs on many at a time.
        let others = text.iter().fold(0u8, |n, b| n | (u8::from(*b < 0x20 || *b == 0x7f) & u8::from(!ends(*b))) | u8::from(*b == self.quote));
        let strays = || text.iter().zip(text.get(1..).unwrap_or_default()).fold(0u8, |n, (a, b)| n | (u8::from(*a == b'\r') & u8::from(*b != b'\n')));
        others == 0 && (self.line_end != LineEnd::Lf || strays() == 0)
    }

    /// Whether a quote at `at` closes its field: what follows is a separator, a line end or the end.
    fn closes(self, bytes: &[u8], at: usize) -> bool {
        match bytes.get(at + 1) {
            None => true,
            Some(b'\r') if self.line_end == LineEnd::Lf => matches!(bytes.get(at + 2), None | Some(b'\n')),
            Some(&b) => b == self.separator || self.ends_line(b),
        }
    }

    fn last_line_end(self, bytes: &[u8]) -> Option<usize> {
        match self.line_end {
            LineEnd::Lf => memrchr(b'\n', bytes),
            LineEnd::Cr => memrchr(b'\r', bytes),
            LineEnd::Any => memchr::memrchr2(b'\n', b'\r', bytes),
        }
    }
}

/// The length of the whole records at the beginning of `bytes`, which begin a record; 0 when not even one is whole.
fn whole_records(bytes: &[u8], dialect: Dialect) -> usize {
    let mut end = 0;
    let mut from = 0;
    loop {
        let Some(quote) = memchr(dialect.quote, &bytes[from..]).map(|i| from + i) else {
            return dialect.last_line_end(&bytes[from..]).map_or(end, |i| from + i + 1);
        };
        if let Some(i) = dialect.last_line_end(&bytes[from..quote]) {
            end = from + i + 1;
        }
        let before = quote.checked_sub(1).map(|i| bytes[i]);
        if before.is_some_and(|b| b != dialect.separator && !dialect.ends_line(b)) {
            from = quote + 1;
            continue;
        }
        let mut inside = quote + 1;
        from = loop {
            let Some(next) = memchr(dialect.quote, &bytes[inside..]).map(|i| inside + i) else { return end };
            if next + 1 == bytes.len() || (bytes[next + 1] == b'\r' && next + 2 == bytes.len()) {
                // Whether it is doubled or closes stands in the next bytes.
                return end;
            }
            if bytes[next + 1] == dialect.quote {
                inside = next + 2;
            } else if dialect.closes(bytes, next) {
                break next + 1;
            } else {
                inside = next + 1;
            }
        };
    }
}

/// Whole records of a file. Single-byte encodings agree with ASCII on separators, quotes and line ends, so their blocks are cut
/// as they are and decoded by whoever converts them; the rest is decoded on the way in.
pub struct Block {
    bytes: Vec<u8>,
    encoding: Encoding,
    /// Where it begins in the file (after decompression), in bytes of the file.
    pub file_byte: u64,
}

impl Block {
    /// The text, which begins and ends with a record. Where the bytes are not the text, `room` takes it.
    pub fn text<'a>(&'a self, room: &'a mut String) -> Result<&'a str, BlockError> {
        match self.encoding {
            Encoding::Single(single) => {
                single.decode(&self.bytes, room);
                Ok(room)
            }
            _ => std::str::from_utf8(&self.bytes).map_err(|_| BlockError::NotText(self.file_byte)),
        }
    }

    /// The room that the block took, for another one.
    pub fn into_room(self) -> Vec<u8> {
        self.bytes
    }
}

/// Cuts a file into blocks of whole records.
pub struct Blocks {
    input: Box<dyn Read + Send>,
    dialect: Dialect,
    encoding: Encoding,
    carry: Vec<u8>,
    file_byte: u64,
    ended: bool,
    block_bytes: usize,
}

impl Blocks {
    /// Over the bytes of a file in `encoding`, behind its first `skip` characters, which take `skip_bytes` bytes of UTF-8 and
    /// `skip_file_bytes` bytes of the file.
    pub fn new(input: Box<dyn Read + Send>, dialect: Dialect, encoding: Encoding, skip_bytes: u64, skip_file_bytes: u64) -> io::Result<Blocks> {
        let (mut input, skip) = match encoding {
            Encoding::Single(_) => (input, skip_file_bytes),
            _ => (encoding.reader(input), skip_bytes),
        };
        io::copy(&mut input.by_ref().take(skip), &mut io::sink())?;
        let file_byte = encoding.bom_len() + skip_file_bytes;
        Ok(Blocks { input, dialect, encoding, carry: Vec::new(), file_byte, ended: false, block_bytes: BLOCK_BYTES })
    }

    /// The next whole records, in `room`, whatever it held; `None` at the end. Memory that was never used costs more than reading into it,
    /// so rooms are handed on from block to block.
    pub fn next(&mut self, room: Vec<u8>) -> Result<Option<Block>, BlockError> {
        let mut bytes = room;
        bytes.clear();
        bytes.append(&mut self.carry);
        let mut wanted = self.block_bytes;
        loop {
            bytes.reserve((wanted + 1).saturating_sub(bytes.len()));
            while bytes.len() < wanted && !self.ended {
                let from = bytes.len();
                let read = (&mut self.input).take((wanted - from) as u64).read_to_end(&mut bytes).map_err(BlockError::Io)?;
                self.ended = read < wanted - from;
            }
            if bytes.is_empty() {
                return Ok(None);
            }
            let whole = if self.ended { bytes.len() } else { self.cut(&bytes) };
            if whole > 0 {
                self.carry.extend_from_slice(&bytes[whole..]);
                bytes.truncate(whole);
                let file_byte = self.file_byte;
                self.file_byte += match self.encoding {
                    Encoding::Utf8 { .. } | Encoding::Single(_) => bytes.len() as u64,
                    other => other.file_len(std::str::from_utf8(&bytes).map_err(|_| BlockError::NotText(file_byte))?),
                };
                return Ok(Some(Block { bytes, encoding: self.encoding, file_byte }));
            }
            if bytes.len() >= RECORD_BYTES_MAX {
                return Err(BlockError::RecordTooLong(self.file_byte));
            }
            wanted = (wanted * 2).min(RECORD_BYTES_MAX);
        }
    }

    fn cut(&self, bytes: &[u8]) -> usize {
        let whole = whole_records(bytes, self.dialect);
        // A CR at the very end may be the first half of a CRLF.
        if whole == bytes.len() && self.dialect.line_end == LineEnd::Any && bytes.ends_with(b"\r") {
            whole_records(&bytes[..whole - 1], self.dialect)
        } else {
            whole
        }
    }
}

/// Why no further block could be read.
#[derive(Debug)]
pub enum BlockError {
    /// The file or its container failed.
    Io(io::Error),
    /// The bytes from here are not UTF-8, although the first pass found them so.
    NotText(u64),
    /// A record that begins here has no end within bounds.
    RecordTooLong(u64),
}

impl BlockError {
    /// The error that stops the file at `path`.
    pub fn into_error(self, path: &str) -> Error {
        match self {
            BlockError::Io(e) => Error::Input(format!("{path}: cannot be read to its end: {e}; copy or export it again")),
            BlockError::NotText(byte) => Error::Input(format!("{path}: byte {byte}: the file changed while it was read; run again")),
            BlockError::RecordTooLong(byte) => Error::Input(format!(
                "{path}: byte {byte}: a record of more than {} megabytes begins here; a quotation mark is probably never closed: correct it in the export",
                RECORD_BYTES_MAX >> 20
            )),
        }
    }
}

/// What stands in a field, beside its place in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Text as it stands.
    Plain,
    /// Text with doubled quotes.
    Doubled,
    /// A number that the format holds as a number.
    Number,
    /// A day that the format holds as a day.
    Date,
    /// What the format calls an error.
    Error,
}

/// A field: its place in the block's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// First byte.
    pub start: u32,
    /// Byte behind the last.
    pub end: u32,
    /// What it holds.
    pub kind: FieldKind,
}

/// Finds the bytes that can end a field, 64 bytes at a step.
struct Marks<'a> {
    bytes: &'a [u8],
    /// The same one may stand several times.
    marks: [u8; 4],
    /// Start of the 64 bytes that `mask` describes.
    base: usize,
    mask: u64,
}

impl<'a> Marks<'a> {
    fn new(bytes: &'a [u8], marks: [u8; 4]) -> Marks<'a> {
        let mut found = Marks { bytes, marks, base: 0, mask: 0 };
        found.mask = found.scan(0);
        found
    }

    /// One bit for each of the 64 bytes from `base`, set where a mark stands.
    #[inline]
    fn scan(&self, base: usize) -> u64 {
        let rest = self.bytes.get(base..).unwrap_or(&[]);
        if let Some(chunk) = rest.first_chunk() {
            return self.scan64(chunk);
        }
        let mut last = [0; 64];
        last[..rest.len()].copy_from_slice(rest);
        self.scan64(&last) & ((1u64 << rest.len()) - 1)
    }

    #[inline]
    fn scan64(&self, chunk: &[u8; 64]) -> u64 {
        let [a, b, c, d] = self.marks;
        // Byte by byte and without branches, so that the loop runs on many at a time; then the lowest bits of eight bytes are gathered at once.
        let mut hits = [0u8; 64];
        for (hit, byte) in hits.iter_mut().zip(chunk) {
            *hit = u8::from(*byte == a) | u8::from(*byte == b) | u8::from(*byte == c) | u8::from(*byte == d);
        }
        let words = hits.chunks_exact(8).map(|w| u64::from_le_bytes(w.try_into().expect("eight bytes")));
        words.enumerate().fold(0, |mask, (i, word)| mask | (word.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (i * 8))
    }

    /// The next mark.
    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        while self.mask == 0 {
            self.base += 64;
            if self.base >= self.bytes.len() {
                return None;
            }
            self.mask = self.scan(self.base);
        }
        let at = self.base + self.mask.trailing_zeros() as usize;
        self.mask &= self.mask - 1;
        Some(at)
    }
}

/// Splits a block into records.
pub struct Records<'a> {
    bytes: &'a [u8],
    dialect: Dialect,
    marks: Marks<'a>,
    at: usize,
    /// Line ends seen so far: the next record starts on the line of this number, from 0 at the block's start.
    pub lines: u32,
    /// A field longer than [`FIELD_BYTES_MAX`] was seen in the last record.
    pub is_too_long: bool,
}

/// Where a record stands in its block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Line from 0 at the block's start.
    pub line: u32,
    /// Byte of the block's text.
    pub byte: u32,
}

impl<'a> Records<'a> {
    /// Over a block's text.
    pub fn new(text: &'a str, dialect: Dialect) -> Records<'a> {
        let bytes = text.as_bytes();
        let (end, other) = match dialect.line_end {
            LineEnd::Lf => (b'\n', b'\n'),
            LineEnd::Cr => (b'\r', b'\r'),
            LineEnd::Any => (b'\n', b'\r'),
        };
        // Without a quote in the block none has to be looked for.
        let quote = if memchr(dialect.quote, bytes).is_some() { dialect.quote } else { end };
        Records { bytes, dialect, marks: Marks::new(bytes, [dialect.separator, end, other, quote]), at: 0, lines: 0, is_too_long: false }
    }

    /// Fills `fields` with the next record; `None` at the end of the block.
    #[inline]
    pub fn next(&mut self, fields: &mut Vec<Field>) -> Option<Place> {
        fields.clear();
        self.is_too_long = false;
        if self.at >= self.bytes.len() {
            return None;
        }
        let place = Place { line: self.lines, byte: self.at as u32 };
        let mut start = self.at;
        loop {
            let Some(mark) = self.marks.next() else {
                self.push(fields, start, self.bytes.len(), FieldKind::Plain);
                self.at = self.bytes.len();
                self.lines += 1;
                return Some(place);
            };
            let byte = self.bytes[mark];
            if byte == self.dialect.separator {
                self.push(fields, start, mark, FieldKind::Plain);
                start = mark + 1;
            } else if self.dialect.ends_line(byte) {
                self.push(fields, start, mark, FieldKind::Plain);
                self.end_line(mark);
                return Some(place);
            } else if mark == start {
                // The quote begins the field.
                let (end, is_doubled) = self.quoted(start + 1);
                self.push(fields, start + 1, end, if is_doubled { FieldKind::Doubled } else { FieldKind::Plain });
                match self.marks.next() {
                    Some(next) if self.bytes[next] == self.dialect.separator => start = next + 1,
                    Some(next) => {
                        self.end_line(next);
                        return Some(place);
                    }
                    None => {
                        self.at = self.bytes.len();
                        self.lines += 1;
                        return Some(place);
                    }
                }
            }
        }
    }

    /// The end of a quoted field whose text begins at `from`, and whether it holds doubled quotes. The next mark is the
    /// separator or line end behind it.
    fn quoted(&mut self, from: usize) -> (usize, bool) {
        let mut is_doubled = false;
        let mut newline_at = usize::MAX;
        loop {
            let Some(mark) = self.marks.next() else { return (self.bytes.len().max(from), is_doubled) };
            let byte = self.bytes[mark];
            if byte == self.dialect.quote {
                if self.bytes.get(mark + 1) == Some(&self.dialect.quote) {
                    is_doubled = true;
                    self.marks.next();
                } else if self.dialect.closes(self.bytes, mark) {
                    return (mark, is_doubled);
                }
            } else if byte != self.dialect.separator {
                // A line end inside the field; CRLF counts once.
                if !(byte == b'\n' && newline_at.wrapping_add(1) == mark) {
                    self.lines += 1;
                }
                newline_at = if byte == b'\r' { mark } else { usize::MAX };
            }
        }
    }

    #[inline]
    fn end_line(&mut self, mark: usize) {
        self.lines += 1;
        self.at = mark + 1;
        if self.dialect.line_end == LineEnd::Any && self.bytes[mark] == b'\r' && self.bytes.get(mark + 1) == Some(&b'\n') {
            self.marks.next();
            self.at += 1;
        }
    }

    #[inline]
    fn push(&mut self, fields: &mut Vec<Field>, start: usize, mut end: usize, kind: FieldKind) {
        // CRLF, when LF alone ends a line.
        if end > start && self.bytes[end - 1] == b'\r' && matches!(self.bytes.get(end), None | Some(b'\n')) {
            end -= 1;
        }
        if end - start > FIELD_BYTES_MAX {
            self.is_too_long = true;
        }
        fields.push(Field { start: start as u32, end: end as u32, kind });
    }
}

/// The text of a field, doubled quotes made single.
#[inline]
pub fn field_text<'a>(text: &'a str, field: Field, quote: u8) -> std::borrow::Cow<'a, str> {
    let raw = &text[field.start as usize..field.end as usize];
    if field.kind == FieldKind::Doubled {
        let quote = char::from(quote);
        raw.replace(&format!("{quote}{quote}"), &quote.to_string()).into()
    } else {
        raw.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COMMA: Dialect = Dialect { separator: b',', quote: b'"', line_end: LineEnd::Lf };

    fn split(text: &str, dialect: Dialect) -> Vec<(u32, Vec<String>)> {
        let mut records = Records::new(text, dialect);
        let mut fields = Vec::new();
        let mut all = Vec::new();
        while let Some(place) = records.next(&mut fields) {
            all.push((place.line, fields.iter().map(|f| field_text(text, *f, dialect.quote).into_owned()).collect()));
        }
        all
    }

    proptest! {
        #[test]
        fn a_plain_text_has_no_control_character_in_any_field(text in "[a\\x01\\x7f\r\n\t,\"]{0,12}", tab in any::<bool>(), end in 0..3usize) {
            let line_end = [LineEnd::Lf, LineEnd::Cr, LineEnd::Any][end];
            let dialect = Dialect { separator: if tab { b'\t' } else { b',' }, line_end, ..COMMA };
            let is_clean = |field: &String| field.bytes().all(|b| b >= 0x20 && b != 0x7f);
            if dialect.is_plain(text.as_bytes()) {
                for (_, fields) in split(&text, dialect) {
                    prop_assert!(fields.iter().all(is_clean), "{text:?} {fields:?}");
                }
            }
        }
    }

    #[test]
    fn plain_texts_are_told_from_others() {
        let any = Dialect { line_end: LineEnd::Any, ..COMMA };
        for (text, dialect, expect) in [
            ("a,b\n1,å\n", COMMA, true),
            ("a,b\r\n1,2\r\n", COMMA, true),
            ("a,b\r1,2\n", COMMA, false),
            ("a,b\r1,2\n", any, true),
            ("a\tb\n", COMMA, false),
            ("a\tb\n", Dialect { separator: b'\t', ..COMMA }, true),
            ("\"a\",b\n", COMMA, false),
            ("a\u{7f},b\n", COMMA, false),
            ("a\0,b\n", COMMA, false),
        ] {
            assert_eq!(dialect.is_plain(text.as_bytes()), expect, "{text:?}");
        }
    }

    #[test]
    fn records_and_lines() {
        let any = Dialect { line_end: LineEnd::Any, ..COMMA };
        let cr = Dialect { line_end: LineEnd::Cr, ..COMMA };
        for (text, dialect, expect) in [
            ("a,b\n1,2\n", COMMA, "0:a|b 1:1|2"),
            ("a,b\r\n1,2", COMMA, "0:a|b 1:1|2"),
            ("a,b\r1,2\r", cr, "0:a|b 1:1|2"),
            ("a,b\r1,2\n3,4\r\n5,6", any, "0:a|b 1:1|2 2:3|4 3:5|6"),
            ("\"a,1\",b\n", COMMA, "0:a,1|b"),
            ("\"x\ny\",b\nc,d\n", COMMA, "0:x\ny|b 2:c|d"),
            ("\"x\r\ny\",b\r\nc,d\r\n", any, "0:x\r\ny|b 2:c|d"),
            ("\"say \"\"hi\"\"\",b\n", COMMA, "0:say \"hi\"|b"),
            ("\"the \"big\" one\",b\n", COMMA, "0:the \"big\" one|b"),
            ("5\" pipe,b\n", COMMA, "0:5\" pipe|b"),
            ("\"\",\"\"\n", COMMA, "0:|"),
            (",\n\n,", COMMA, "0:| 1: 2:|"),
            ("\"open,b\n", COMMA, "0:open,b\n"),
            ("a,\"b\"", COMMA, "0:a|b"),
            ("a,\"b\"\r", COMMA, "0:a|b"),
        ] {
            let found: Vec<String> = split(text, dialect).into_iter().map(|(line, fields)| format!("{line}:{}", fields.join("|"))).collect();
            assert_eq!(found.join(" "), expect, "{text:?}");
        }
    }

    fn blocks(text: &str, dialect: Dialect, block_bytes: usize) -> Vec<String> {
        let mut blocks = Blocks::new(Box::new(io::Cursor::new(text.as_bytes().to_vec())), dialect, Encoding::Utf8 { bom: false }, 0, 0).unwrap();
        blocks.block_bytes = block_bytes;
        std::iter::from_fn(|| blocks.next(Vec::new()).unwrap()).map(|b| b.text(&mut String::new()).unwrap().to_string()).collect()
    }

    proptest! {
        /// Cutting the text into blocks of any size changes no record.
        #[test]
        fn blocks_do_not_change_records(text in "[ab,\"\n\r]{0,60}", block_bytes in 1usize..20, line_end in 0usize..3) {
            let dialect = Dialect { line_end: [LineEnd::Lf, LineEnd::Cr, LineEnd::Any][line_end], ..COMMA };
            let parts = blocks(&text, dialect, block_bytes);
            prop_assert_eq!(parts.concat(), text.clone());
            let whole: Vec<_> = split(&text, dialect).into_iter().map(|r| r.1).collect();
            let pieces: Vec<_> = parts.iter().flat_map(|p| split(p, dialect)).map(|r| r.1).collect();
            prop_assert_eq!(whole, pieces);
        }

        /// The step of eight bytes finds what a loop finds.
        #[test]
        fn marks_are_exact(bytes in proptest::collection::vec(0u8..=255, 0..300)) {
            let mut marks = Marks::new(&bytes, [b';', b'\n', b'\r', b'"']);
            let found: Vec<usize> = std::iter::from_fn(|| marks.next()).collect();
            let expect: Vec<usize> = bytes.iter().enumerate().filter(|(_, b)| b";\n\r\"".contains(b)).map(|(i, _)| i).collect();
            prop_assert_eq!(found, expect);
        }

        /// What a CSV writer writes is read back.
        #[test]
        fn written_is_read(rows in proptest::collection::vec(proptest::collection::vec("[a-z,\";\n]{0,6}", 2..4), 1..6)) {
            let text: String = rows.iter().map(|r| r.iter().map(|f| format!("\"{}\"", f.replace('"', "\"\""))).collect::<Vec<_>>().join(",") + "\n").collect();
            let found: Vec<_> = split(&text, COMMA).into_iter().map(|r| r.1).collect();
            prop_assert_eq!(found, rows);
        }
    }
}
