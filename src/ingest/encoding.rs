//! From bytes to text: byte-order mark, strict UTF-8, UTF-16 by its zero bytes, then statistics over the single-byte encodings
//! that real exports use. What stays unclear is refused with a remedy; no replacement character ever enters the lake.

use std::io::{self, Read};

/// How the bytes of a file become text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8; `bom` is whether a byte-order mark stands first.
    Utf8 {
        /// Whether a byte-order mark stands first.
        bom: bool,
    },
    /// UTF-16, little-endian when `little`.
    Utf16 {
        /// Low byte first.
        little: bool,
        /// Whether a byte-order mark stands first.
        bom: bool,
    },
    /// One byte for each character.
    Single(SingleByte),
    /// Another encoding of the WHATWG standard, by its label; only when stated.
    Other(&'static encoding_rs::Encoding),
}

/// A single-byte encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SingleByte {
    /// Windows-1252, which covers ISO 8859-1.
    Windows1252,
    /// Mac OS Roman.
    MacRoman,
    /// DOS, Western Europe.
    Cp850,
    /// DOS, the original; SIE files say PC8.
    Cp437,
}

const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
const CP850: &str =
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";

impl SingleByte {
    const ALL: [SingleByte; 4] = [SingleByte::Windows1252, SingleByte::MacRoman, SingleByte::Cp850, SingleByte::Cp437];

    /// Bytes as text, in place of what `text` held.
    pub fn decode(self, bytes: &[u8], text: &mut String) {
        text.clear();
        text.reserve(bytes.len() + bytes.len() / 8);
        let mut rest = bytes;
        // The two that browsers know have a decoder that takes ASCII many bytes at a time.
        let known = match self {
            SingleByte::Windows1252 => Some(encoding_rs::WINDOWS_1252),
            SingleByte::MacRoman => Some(encoding_rs::MACINTOSH),
            SingleByte::Cp850 | SingleByte::Cp437 => None,
        };
        if let Some(known) = known {
            let mut decoder = known.new_decoder_without_bom_handling();
            loop {
                let (result, read, _) = decoder.decode_to_string(rest, text, true);
                if result == encoding_rs::CoderResult::InputEmpty {
                    return;
                }
                rest = &rest[read..];
                text.reserve(decoder.max_utf8_buffer_length(rest.len()).unwrap_or(3 * rest.len()));
            }
        }
        let table = self.table();
        while !rest.is_empty() {
            let ascii = rest.iter().position(|b| *b >= 128).unwrap_or(rest.len());
            text.push_str(std::str::from_utf8(&rest[..ascii]).expect("ASCII is UTF-8"));
            rest = &rest[ascii..];
            let high = rest.iter().position(|b| *b < 128).unwrap_or(rest.len());
            text.extend(rest[..high].iter().map(|b| table[usize::from(*b) - 128]));
            rest = &rest[high..];
        }
    }

    /// The characters of the bytes 128 to 255.
    fn table(self) -> [char; 128] {
        let bytes: Vec<u8> = (128..=255).collect();
        let text = match self {
            SingleByte::Windows1252 => encoding_rs::WINDOWS_1252.decode_without_bom_handling(&bytes).0.into_owned(),
            SingleByte::MacRoman => encoding_rs::MACINTOSH.decode_without_bom_handling(&bytes).0.into_owned(),
            SingleByte::Cp850 => CP850.to_string(),
            SingleByte::Cp437 => CP437.to_string(),
        };
        let mut table = ['\0'; 128];
        let mut count = 0;
        for (slot, c) in table.iter_mut().zip(text.chars()) {
            *slot = c;
            count += 1;
        }
        assert_eq!((count, text.chars().count()), (128, 128), "a code page has 128 upper characters");
        table
    }
}

impl std::fmt::Display for Encoding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Encoding::Utf8 { bom: false } => "UTF-8",
            Encoding::Utf8 { bom: true } => "UTF-8 with BOM",
            Encoding::Utf16 { little: true, bom: true } => "UTF-16LE with BOM",
            Encoding::Utf16 { little: true, bom: false } => "UTF-16LE",
            Encoding::Utf16 { little: false, bom: true } => "UTF-16BE with BOM",
            Encoding::Utf16 { little: false, bom: false } => "UTF-16BE",
            Encoding::Single(SingleByte::Windows1252) => "windows-1252",
            Encoding::Single(SingleByte::MacRoman) => "macintosh",
            Encoding::Single(SingleByte::Cp850) => "cp850",
            Encoding::Single(SingleByte::Cp437) => "cp437",
            Encoding::Other(e) => e.name(),
        })
    }
}

impl Encoding {
    /// The encoding that a label names: cp437, cp850, or a label of the WHATWG standard. `bom` as found in the file.
    pub fn from_label(label: &str, profile: &ByteProfile) -> Option<Encoding> {
        let folded = label.trim().to_ascii_lowercase();
        Some(match folded.as_str() {
            "cp437" | "ibm437" | "pc8" => Encoding::Single(SingleByte::Cp437),
            "cp850" | "ibm850" => Encoding::Single(SingleByte::Cp850),
            "macroman" => Encoding::Single(SingleByte::MacRoman),
            _ => match encoding_rs::Encoding::for_label(folded.as_bytes())? {
                e if e == encoding_rs::UTF_8 => Encoding::Utf8 { bom: profile.head.starts_with(b"\xEF\xBB\xBF") },
                e if e == encoding_rs::UTF_16LE => Encoding::Utf16 { little: true, bom: profile.head.starts_with(b"\xFF\xFE") },
                e if e == encoding_rs::UTF_16BE => Encoding::Utf16 { little: false, bom: profile.head.starts_with(b"\xFE\xFF") },
                e if e == encoding_rs::WINDOWS_1252 => Encoding::Single(SingleByte::Windows1252),
                e if e == encoding_rs::MACINTOSH => Encoding::Single(SingleByte::MacRoman),
                e => Encoding::Other(e),
            },
        })
    }

    /// Bytes of the byte-order mark.
    pub const fn bom_len(self) -> u64 {
        match self {
            Encoding::Utf8 { bom: true } => 3,
            Encoding::Utf16 { bom: true, .. } => 2,
            _ => 0,
        }
    }

    /// Bytes that `text` has in the file.
    pub fn file_len(self, text: &str) -> u64 {
        match self {
            Encoding::Utf8 { .. } => text.len() as u64,
            Encoding::Utf16 { .. } => text.chars().map(|c| 2 * c.len_utf16() as u64).sum(),
            Encoding::Single(_) => text.chars().count() as u64,
            Encoding::Other(e) => e.encode(text).0.len() as u64,
        }
    }

    /// A reader of UTF-8 over a reader of this encoding's bytes. It fails with `InvalidData` on bytes that are no characters.
    pub fn reader(self, inner: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
        match self {
            Encoding::Utf8 { bom: false } => inner,
            Encoding::Utf8 { bom: true } => Box::new(SkipFirst { inner, skip: 3 }),
            Encoding::Single(single) => Box::new(Decoding::new(inner, Decoder::Table(Box::new(single.table())))),
            Encoding::Utf16 { little, .. } => {
                let e = if little { encoding_rs::UTF_16LE } else { encoding_rs::UTF_16BE };
                Box::new(Decoding::new(inner, Decoder::Whatwg(e.new_decoder_with_bom_removal())))
            }
            Encoding::Other(e) => Box::new(Decoding::new(inner, Decoder::Whatwg(e.new_decoder_with_bom_removal()))),
        }
    }
}

struct SkipFirst {
    inner: Box<dyn Read + Send>,
    skip: usize,
}

impl Read for SkipFirst {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.skip > 0 {
            let mut mark = [0; 3];
            match self.inner.read(&mut mark[..self.skip])? {
                0 => return Ok(0),
                n => self.skip -= n,
            }
        }
        self.inner.read(buffer)
    }
}

enum Decoder {
    Table(Box<[char; 128]>),
    Whatwg(encoding_rs::Decoder),
}

struct Decoding {
    inner: Box<dyn Read + Send>,
    decoder: Decoder,
    raw: Vec<u8>,
    /// Bytes of `raw` not yet decoded.
    raw_from: usize,
    raw_to: usize,
    text: Vec<u8>,
    text_from: usize,
    ended: bool,
}

impl Decoding {
    fn new(inner: Box<dyn Read + Send>, decoder: Decoder) -> Decoding {
        Decoding { inner, decoder, raw: vec![0; 1 << 16], raw_from: 0, raw_to: 0, text: Vec::new(), text_from: 0, ended: false }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.text.clear();
        self.text_from = 0;
        while self.text.is_empty() && !self.ended {
            if self.raw_from == self.raw_to {
                self.raw_from = 0;
                self.raw_to = loop {
                    match self.inner.read(&mut self.raw) {
                        Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                        other => break other?,
                    }
                };
            }
            let at_end = self.raw_to == 0;
            self.ended = at_end;
            let bytes = &self.raw[self.raw_from..self.raw_to];
            match &mut self.decoder {
                Decoder::Table(table) => {
                    self.text.reserve(bytes.len() * 2);
                    for &b in bytes {
                        if b < 128 {
                            self.text.push(b);
                        } else {
                            let mut utf8 = [0; 4];
                            self.text.extend_from_slice(table[usize::from(b) - 128].encode_utf8(&mut utf8).as_bytes());
                        }
                    }
                    self.raw_from = self.raw_to;
                }
                Decoder::Whatwg(decoder) => {
                    let needed = decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(1 << 20);
                    self.text.resize(needed, 0);
                    let (result, read, written) = decoder.decode_to_utf8_without_replacement(bytes, &mut self.text, at_end);
                    self.text.truncate(written);
                    self.raw_from += read;
                    if let encoding_rs::DecoderResult::Malformed(..) = result {
                        return Err(io::Error::new(io::ErrorKind::InvalidData, "bytes that are no characters of its encoding"));
                    }
                }
            }
        }
        Ok(())
    }
}

impl Read for Decoding {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.text_from == self.text.len() {
            self.fill()?;
        }
        let n = buffer.len().min(self.text.len() - self.text_from);
        buffer[..n].copy_from_slice(&self.text[self.text_from..self.text_from + n]);
        self.text_from += n;
        Ok(n)
    }
}

/// What a pass over the bytes of a file shows about its encoding.
pub struct ByteProfile {
    /// The first bytes.
    pub head: Vec<u8>,
    length: u64,
    zeros: [u64; 2],
    /// The end of the last chunk, when it may be the beginning of a UTF-8 character.
    carry: Vec<u8>,
    is_utf8: bool,
    /// Valid multi-byte characters seen.
    multi_byte: u64,
    last: u8,
    /// For each byte from 128: how often it stands between neighbours of each two kinds (see [`Kind`]).
    high: Box<[[u32; KINDS * KINDS]; 128]>,
    high_count: u64,
}

/// High bytes after which the statistics have seen enough.
const HIGH_BYTES_ENOUGH: u64 = 200_000;

impl Default for ByteProfile {
    fn default() -> Self {
        ByteProfile {
            head: Vec::new(),
            length: 0,
            zeros: [0; 2],
            carry: Vec::new(),
            is_utf8: true,
            multi_byte: 0,
            last: 0,
            high: Box::new([[0; KINDS * KINDS]; 128]),
            high_count: 0,
        }
    }
}

impl ByteProfile {
    /// Takes the next bytes of the file.
    pub fn update(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if self.head.len() < 4096 {
            let n = bytes.len().min(4096 - self.head.len());
            self.head.extend_from_slice(&bytes[..n]);
        }
        let pure = self.carry.is_empty() && bytes.is_ascii();
        // UTF-16 shows in the first megabyte; ASCII text has no zero bytes to count.
        if self.length < 1 << 20 {
            for (i, &b) in bytes.iter().enumerate() {
                if b == 0 {
                    self.zeros[((self.length + i as u64) % 2) as usize] += 1;
                }
            }
        }
        if !pure {
            if self.is_utf8 {
                self.check_utf8(bytes);
            }
            if self.high_count < HIGH_BYTES_ENOUGH {
                self.count_high(bytes);
            }
        }
        self.length += bytes.len() as u64;
        self.last = bytes[bytes.len() - 1];
    }

    fn check_utf8(&mut self, bytes: &[u8]) {
        let joined;
        let mut rest = bytes;
        if !self.carry.is_empty() {
            joined = [self.carry.as_slice(), bytes].concat();
            rest = &joined;
        }
        let carry = match std::str::from_utf8(rest) {
            Ok(_) => Vec::new(),
            Err(e) if e.error_len().is_none() => rest[e.valid_up_to()..].to_vec(),
            Err(_) => {
                self.is_utf8 = false;
                Vec::new()
            }
        };
        if self.is_utf8 {
            self.multi_byte += rest.iter().filter(|b| **b >= 0xc0).count() as u64;
        }
        self.carry = carry;
    }

    fn count_high(&mut self, bytes: &[u8]) {
        for (i, &b) in bytes.iter().enumerate() {
            if b < 128 {
                continue;
            }
            let before = if i > 0 { bytes[i - 1] } else { self.last };
            let after = bytes.get(i + 1).copied().unwrap_or(b' ');
            let place = Kind::of(before) as usize * KINDS + Kind::of(after) as usize;
            let slot = &mut self.high[usize::from(b) - 128][place];
            *slot = slot.saturating_add(1);
            self.high_count += 1;
        }
    }

    /// The encoding that the bytes show, or what to do when they show none.
    pub fn decide(&self) -> Result<Encoding, String> {
        if self.head.starts_with(b"\xEF\xBB\xBF") && self.is_utf8 && self.carry.is_empty() {
            return Ok(Encoding::Utf8 { bom: true });
        }
        if self.head.starts_with(b"\xFF\xFE") {
            return Ok(Encoding::Utf16 { little: true, bom: true });
        }
        if self.head.starts_with(b"\xFE\xFF") {
            return Ok(Encoding::Utf16 { little: false, bom: true });
        }
        let seen = self.length.min(1 << 20);
        let [even, odd] = self.zeros;
        // Latin text in UTF-16 has a zero in nearly every second byte, always on the same side.
        if (even + odd) * 4 > seen && (even == 0 || odd == 0 || even.max(odd) > 20 * even.min(odd)) {
            return Ok(Encoding::Utf16 { little: odd > even, bom: false });
        }
        if self.is_utf8 && self.carry.is_empty() {
            return Ok(Encoding::Utf8 { bom: false });
        }
        if self.is_utf8 && self.multi_byte > 1 {
            return Err("the file ends in the middle of a character: it was cut; export or copy it again".to_string());
        }
        if self.head.starts_with(b"\xEF\xBB\xBF") {
            return Err(
                "the byte-order mark says UTF-8, and the bytes are not; export it again as UTF-8, or state `encoding` for the source in spendtrace.toml"
                    .to_string(),
            );
        }
        self.decide_single_byte()
    }

    fn decide_single_byte(&self) -> Result<Encoding, String> {
        let mut scores: Vec<(i64, SingleByte, [char; 128])> = SingleByte::ALL
            .into_iter()
            .map(|single| {
                let table = single.table();
                let score = self
                    .high
                    .iter()
                    .zip(table)
                    .map(|(places, c)| {
                        places.iter().enumerate().map(|(i, n)| i64::from(*n) * weight(c, Kind::ALL[i / KINDS], Kind::ALL[i % KINDS])).sum::<i64>()
                    })
                    .sum();
                (score, single, table)
            })
            .collect();
        // Stable: on a tie the more usual encoding, which stands first, wins when both give the same text.
        scores.sort_by_key(|(score, ..)| -score);
        let (best, single, table) = &scores[0];
        let (second, _, other) = &scores[1];
        let differ = self.high.iter().zip(table.iter().zip(other)).any(|(places, (a, b))| places.iter().any(|n| *n > 0) && a != b);
        if *best <= 0 || (differ && best == second) {
            return Err(format!(
                "the encoding cannot be told: not UTF-8, and neither Windows-1252, Mac Roman nor a DOS code page makes words of its {} other bytes; state `encoding` for the source in spendtrace.toml",
                self.high_count
            ));
        }
        Ok(Encoding::Single(*single))
    }
}

const KINDS: usize = 5;

/// What stands beside a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Lower,
    Upper,
    Digit,
    High,
    Other,
}

impl Kind {
    const ALL: [Kind; KINDS] = [Kind::Lower, Kind::Upper, Kind::Digit, Kind::High, Kind::Other];

    const fn of(byte: u8) -> Kind {
        match byte {
            b'a'..=b'z' => Kind::Lower,
            b'A'..=b'Z' => Kind::Upper,
            b'0'..=b'9' => Kind::Digit,
            128.. => Kind::High,
            _ => Kind::Other,
        }
    }
}

/// How likely a character is between two neighbours, in a Swedish or English export.
fn weight(c: char, before: Kind, after: Kind) -> i64 {
    let in_word = matches!(before, Kind::Lower | Kind::Upper) || matches!(after, Kind::Lower | Kind::Upper);
    let by_digit = before == Kind::Digit || after == Kind::Digit;
    // A capital behind a small letter, or a small letter between capitals, is the wrong alphabet.
    let is_misplaced = (c.is_uppercase() && before == Kind::Lower) || (c.is_lowercase() && before == Kind::Upper && after == Kind::Upper);
    match c {
        _ if c.is_alphabetic() && (is_misplaced || by_digit) && !matches!(c, 'α'..='ω' | 'Α'..='Ω') => -6,
        'å' | 'ä' | 'ö' | 'Å' | 'Ä' | 'Ö' => {
            if in_word {
                12
            } else {
                4
            }
        }
        'é' | 'ü' | 'É' | 'Ü' if in_word => 6,
        'è' | 'á' | 'ó' | 'í' | 'ñ' | 'ç' | 'ø' | 'Ø' | 'æ' | 'Æ' | 'ß' | 'ë' | 'ï' if in_word => 2,
        '\u{a0}' => {
            if by_digit {
                10
            } else {
                4
            }
        }
        '£' | '€' => 6,
        '’' | '–' | '‘' | '“' | '”' | '…' | '•' => 5,
        '§' | '°' | '´' | '½' | '²' | '³' | '®' | '™' | '·' | '»' | '«' | '±' | 'µ' | '©' | '—' => 2,
        '\u{80}'..='\u{9f}' => -20,
        '─'..='▟' | '■' => -8,
        'α'..='ω' | 'Α'..='Ω' | '⌐' | '⌠' | '⌡' | '∞' | '∩' | '≡' | '≥' | '≤' | '≈' | '√' | 'ⁿ' | '∙' | '‗' => -6,
        _ if c.is_alphabetic() && in_word => 1,
        _ => -3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "Leverantör;Belopp;Förvaltning\r\nÅkeri Östergötland AB;1\u{a0}234,50;Miljö- och hälsoskydd\r\nCafé Åäö;12,00;Räddningstjänsten Älvsbyn\r\n";

    fn decode(bytes: &[u8], encoding: Encoding) -> String {
        let mut text = String::new();
        encoding.reader(Box::new(io::Cursor::new(bytes.to_vec()))).read_to_string(&mut text).unwrap();
        text
    }

    fn single(text: &str, single: SingleByte) -> Vec<u8> {
        let table = single.table();
        text.chars().map(|c| if c.is_ascii() { c as u8 } else { table.iter().position(|t| *t == c).unwrap() as u8 + 128 }).collect()
    }

    #[test]
    fn ten_encodings_give_one_text() {
        let utf16 = |little: bool, bom: bool| -> Vec<u8> {
            let mark = bom.then_some(0xfeff);
            mark.into_iter().chain(TEXT.encode_utf16()).flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect()
        };
        for (bytes, expect) in [
            (TEXT.as_bytes().to_vec(), "UTF-8"),
            ([b"\xEF\xBB\xBF", TEXT.as_bytes()].concat(), "UTF-8 with BOM"),
            (utf16(true, true), "UTF-16LE with BOM"),
            (utf16(false, true), "UTF-16BE with BOM"),
            (utf16(true, false), "UTF-16LE"),
            (utf16(false, false), "UTF-16BE"),
            (single(TEXT, SingleByte::Windows1252), "windows-1252"),
            (single(TEXT, SingleByte::MacRoman), "macintosh"),
            (single(TEXT, SingleByte::Cp850), "cp850"),
        ] {
            for chunk in [1, 7, 4096] {
                let mut profile = ByteProfile::default();
                bytes.chunks(chunk).for_each(|c| profile.update(c));
                let encoding = profile.decide().unwrap();
                assert_eq!(encoding.to_string(), expect, "in chunks of {chunk}");
                assert_eq!(decode(&bytes, encoding), TEXT, "{expect}");
                if let Encoding::Single(single) = encoding {
                    let mut text = "before".to_string();
                    single.decode(&bytes, &mut text);
                    assert_eq!(text, TEXT, "{expect}");
                }
                assert_eq!(encoding.bom_len() + encoding.file_len(TEXT), bytes.len() as u64, "{expect}");
            }
        }
        assert_eq!(decode(&single(TEXT, SingleByte::Cp437), Encoding::Single(SingleByte::Cp437)), TEXT);
    }

    #[test]
    fn unclear_bytes_are_refused() {
        for (bytes, part) in [
            (b"a;\x81\x8d\x8f\n\xb0\xb1\xb2\n".as_slice(), "cannot be told"),
            ("åäö\u{e5}".as_bytes()[..7].to_vec().as_slice(), "cannot be told"),
            ("\u{feff}å\u{e5}".as_bytes()[..6].to_vec().as_slice(), "byte-order mark"),
        ] {
            let mut profile = ByteProfile::default();
            profile.update(bytes);
            let error = profile.decide();
            assert!(error.as_ref().is_err_and(|e| e.contains(part) || e.contains("cut")), "{error:?}");
        }
        let mut profile = ByteProfile::default();
        profile.update(b"\xff\xfea\0b\0\x00\xd8");
        let encoding = profile.decide().unwrap();
        let error = encoding.reader(Box::new(io::Cursor::new(b"\xff\xfea\0\x00\xd8b\0".to_vec()))).read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}
