//! JSON (RFC 8259) as a stream of values. Numbers stay the text that the file holds; nesting, texts and values are bounded.

use std::io::BufRead;

use super::super::faults::{self, Fault};
use super::content::{Declared, Utf8Reader};

/// Deepest nesting of arrays and objects.
pub const DEPTH_MAX: usize = 128;
/// Longest text, in bytes; a longer one is a fault of its record.
const TEXT_BYTES_MAX: usize = 1 << 20;
/// Most values inside one record.
const VALUES_MAX: usize = 1_000_000;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it stands; also `NaN` and `Infinity`, which some programs write.
    Number(String),
    /// A text.
    Text(String),
    /// An array.
    Array(Vec<Json>),
    /// An object, keys in the order of the file, each once.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The value of a key of an object.
    pub fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Json::Object(entries) => entries.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The value along keys separated by `/`.
    pub fn at(&self, path: &str) -> Option<&Json> {
        path.split('/').try_fold(self, |value, key| value.get(key))
    }

    /// The elements of an array; none for anything else.
    pub fn elements(&self) -> &[Json] {
        match self {
            Json::Array(elements) => elements,
            _ => &[],
        }
    }

    /// The text of a text or the digits of a number, trimmed; `None` when it is empty or something else.
    pub fn text(&self) -> Option<&str> {
        match self {
            Json::Text(text) | Json::Number(text) => Some(text.trim()).filter(|t| !t.is_empty()),
            _ => None,
        }
    }

    /// The text at a path, as [`Json::text`].
    pub fn text_at(&self, path: &str) -> Option<&str> {
        self.at(path).and_then(Json::text)
    }
}

/// Why the text is no JSON, and the line. What follows is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonFault {
    /// Line, from 1.
    pub line: u64,
    /// What is wrong.
    pub message: String,
}

/// What is wrong with one value of a text that is JSON nevertheless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// Line, from 1.
    pub line: u64,
    /// The key at fault.
    pub key: String,
    /// What is wrong.
    pub fault: &'static Fault,
}

/// A reader of JSON values.
pub struct Parser<R> {
    source: Utf8Reader<R>,
    window: Vec<u8>,
    at: usize,
    line: u64,
    values: usize,
    depth: usize,
    flaw: Option<Flaw>,
}

impl<R: BufRead> Parser<R> {
    /// Starts at the beginning of a text, passing over a byte order mark.
    pub fn new(source: R) -> Result<Parser<R>, JsonFault> {
        let source = Utf8Reader::new(source, Declared::Nothing).map_err(|e| JsonFault { line: 1, message: e.to_string() })?;
        Ok(Parser { source, window: Vec::new(), at: 0, line: 1, values: 0, depth: 0, flaw: None })
    }

    /// The encoding that the text is in.
    pub fn encoding(&self) -> &'static str {
        self.source.encoding()
    }

    /// The line of the next byte, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The first flaw since the last call.
    pub fn flaw(&mut self) -> Option<Flaw> {
        self.flaw.take()
    }

    fn fault<T>(&self, message: impl Into<String>) -> Result<T, JsonFault> {
        Err(JsonFault { line: self.line, message: message.into() })
    }

    fn peek(&mut self) -> Result<Option<u8>, JsonFault> {
        if self.at == self.window.len() {
            let line = self.line;
            let more = self.source.fill_buf().map_err(|e| JsonFault { line, message: e.to_string() })?;
            let count = more.len();
            self.window.clear();
            self.window.extend_from_slice(more);
            self.source.consume(count);
            self.at = 0;
        }
        Ok(self.window.get(self.at).copied())
    }

    fn take(&mut self) -> Result<u8, JsonFault> {
        let Some(byte) = self.peek()? else { return self.fault("the file is cut: a value is not finished") };
        self.at += 1;
        self.line += u64::from(byte == b'\n');
        Ok(byte)
    }

    /// The next byte that is no white space, without taking it; `None` at the end.
    pub fn ahead(&mut self) -> Result<Option<u8>, JsonFault> {
        while let Some(byte) = self.peek()? {
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Ok(Some(byte));
            }
            self.take()?;
        }
        Ok(None)
    }

    /// Takes one byte after white space, which must be `expected`.
    fn expect(&mut self, expected: u8) -> Result<(), JsonFault> {
        match self.ahead()? {
            Some(byte) if byte == expected => {
                self.at += 1;
                Ok(())
            }
            Some(byte) => self.fault(format!("\"{}\" stands where \"{}\" must", char::from(byte).escape_default(), char::from(expected))),
            None => self.fault("the file is cut: a value is not finished"),
        }
    }

    /// Enters an array or object (`open` is its bracket).
    pub fn enter(&mut self, open: u8) -> Result<(), JsonFault> {
        self.expect(open)?;
        self.depth += 1;
        if self.depth > DEPTH_MAX { self.fault(format!("values are nested more than {DEPTH_MAX} deep")) } else { Ok(()) }
    }

    /// Whether another element follows in the array or object that closes with `close`; takes the comma before it or the
    /// bracket after the last one.
    pub fn more(&mut self, is_first: bool, close: u8) -> Result<bool, JsonFault> {
        match self.ahead()? {
            Some(byte) if byte == close => {
                self.at += 1;
                self.depth -= 1;
                Ok(false)
            }
            _ if is_first => Ok(true),
            _ => {
                self.expect(b',')?;
                Ok(true)
            }
        }
    }

    /// A key and its colon. A byte order mark inside the key, as some open-data servers write, is taken away.
    pub fn key(&mut self) -> Result<String, JsonFault> {
        if self.ahead()? != Some(b'"') {
            return self.fault("a key in quotation marks is missing");
        }
        let key = self.string()?;
        self.expect(b':')?;
        Ok(key.trim_start_matches('\u{feff}').to_string())
    }

    /// Resets the bound on the values of one record.
    pub fn begin_record(&mut self) {
        self.values = 0;
        self.flaw = None;
    }

    /// The next value, whole. Recursion is bounded by [`DEPTH_MAX`].
    pub fn value(&mut self) -> Result<Json, JsonFault> {
        self.values += 1;
        if self.values > VALUES_MAX {
            return self.fault(format!("one record has more than {VALUES_MAX} values"));
        }
        match self.ahead()? {
            Some(b'{') => {
                self.enter(b'{')?;
                let mut entries: Vec<(String, Json)> = Vec::new();
                let mut names = rustc_hash::FxHashSet::default();
                let mut is_first = true;
                while self.more(is_first, b'}')? {
                    is_first = false;
                    let key = self.key()?;
                    let value = self.value()?;
                    if names.insert(key.clone()) {
                        entries.push((key, value));
                    } else if self.flaw.is_none() {
                        self.flaw = Some(Flaw { line: self.line, key, fault: faults::ELEMENT_BROKEN });
                    }
                }
                Ok(Json::Object(entries))
            }
            Some(b'[') => {
                self.enter(b'[')?;
                let mut elements = Vec::new();
                while self.more(elements.is_empty(), b']')? {
                    elements.push(self.value()?);
                }
                Ok(Json::Array(elements))
            }
            Some(b'"') => Ok(Json::Text(self.string()?)),
            Some(_) => self.word(),
            None => self.fault("the file is cut: a value is missing"),
        }
    }

    /// Passes over the next value without keeping it.
    pub fn skip(&mut self) -> Result<(), JsonFault> {
        match self.ahead()? {
            Some(b'{') => {
                self.enter(b'{')?;
                let mut is_first = true;
                while self.more(is_first, b'}')? {
                    is_first = false;
                    self.key()?;
                    self.skip()?;
                }
                Ok(())
            }
            Some(b'[') => {
                self.enter(b'[')?;
                let mut is_first = true;
                while self.more(is_first, b']')? {
                    is_first = false;
                    self.skip()?;
                }
                Ok(())
            }
            Some(b'"') => self.string().map(drop),
            Some(_) => self.word().map(drop),
            None => self.fault("the file is cut: a value is missing"),
        }
    }

    fn word(&mut self) -> Result<Json, JsonFault> {
        let mut word = String::new();
        while let Some(byte) = self.peek()? {
            if !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')) {
                break;
            }
            if word.len() == 512 {
                return self.fault("a number of more than 512 characters");
            }
            word.push(char::from(byte));
            self.at += 1;
        }
        Ok(match word.as_str() {
            "null" => Json::Null,
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            "NaN" | "Infinity" | "-Infinity" => Json::Number(word),
            number if is_number(number) => Json::Number(word),
            "" => return self.fault("a value is missing"),
            _ => return self.fault(format!("\"{word}\" is no JSON value")),
        })
    }

    fn string(&mut self) -> Result<String, JsonFault> {
        self.expect(b'"')?;
        let start = self.line;
        let mut bytes = Vec::new();
        let mut is_too_long = false;
        loop {
            let byte = self.take()?;
            match byte {
                b'"' => break,
                b'\\' => {
                    let mut utf8 = [0; 4];
                    bytes.extend_from_slice(self.escape()?.encode_utf8(&mut utf8).as_bytes());
                }
                byte => bytes.push(byte),
            }
            if bytes.len() > TEXT_BYTES_MAX {
                is_too_long = true;
                bytes.clear();
            }
        }
        if is_too_long {
            self.flaw.get_or_insert(Flaw { line: start, key: String::new(), fault: faults::FIELD_TOO_LONG });
            bytes.clear();
        }
        String::from_utf8(bytes).map_err(|_| JsonFault { line: start, message: "a text is not UTF-8; save the file again as UTF-8".into() })
    }

    fn escape(&mut self) -> Result<char, JsonFault> {
        Ok(match self.take()? {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.code_unit()?;
                let is_pair = (0xd800..0xdc00).contains(&first) && self.peek()? == Some(b'\\');
                if is_pair {
                    self.take()?;
                    if self.take()? != b'u' {
                        return self.fault("half of a character (a lone surrogate) in a text");
                    }
                    let second = self.code_unit()?;
                    let units = [first as u16, second as u16];
                    match char::decode_utf16(units).next() {
                        Some(Ok(character)) if (0xdc00..0xe000).contains(&second) => character,
                        _ => return self.fault("half of a character (a lone surrogate) in a text"),
                    }
                } else {
                    match char::from_u32(first) {
                        Some(character) => character,
                        None => return self.fault("half of a character (a lone surrogate) in a text"),
                    }
                }
            }
            other => return self.fault(format!("\"\\{}\" is no escape of JSON", char::from(other).escape_default())),
        })
    }

    fn code_unit(&mut self) -> Result<u32, JsonFault> {
        let mut unit = 0;
        for _ in 0..4 {
            let byte = self.take()?;
            let Some(digit) = char::from(byte).to_digit(16) else { return self.fault("an escape without four hexadecimal digits") };
            unit = unit * 16 + digit;
        }
        Ok(unit)
    }
}

/// The grammar of numbers: no leading zeros, no plus, no lone point.
fn is_number(text: &str) -> bool {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let whole = rest.bytes().take_while(u8::is_ascii_digit).count();
    if whole == 0 || whole > 1 && rest.starts_with('0') {
        return false;
    }
    let mut rest = &rest[whole..];
    if let Some(fraction) = rest.strip_prefix('.') {
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return false;
        }
        rest = &fraction[digits..];
    }
    match rest.strip_prefix(['e', 'E']) {
        Some(exponent) => {
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
        }
        None => rest.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &[u8]) -> Result<(Json, Option<Flaw>), JsonFault> {
        let mut parser = Parser::new(text)?;
        let value = parser.value()?;
        let flaw = parser.flaw();
        match parser.ahead()? {
            None => Ok((value, flaw)),
            Some(_) => parser.fault("more"),
        }
    }

    #[test]
    fn values_are_what_the_file_says() {
        for (text, expect) in [
            ("1.50", Json::Number("1.50".into())),
            ("9007199254740993", Json::Number("9007199254740993".into())),
            ("-0.0", Json::Number("-0.0".into())),
            ("NaN", Json::Number("NaN".into())),
            ("\"\\u00e5\\ud83d\\ude00\\n\"", Json::Text("å😀\n".into())),
            ("\u{feff}[null, true]", Json::Array(vec![Json::Null, Json::Bool(true)])),
            ("{\"\u{feff}a\": {}}", Json::Object(vec![("a".into(), Json::Object(vec![]))])),
            ("{\"\\ufeffa\": []}", Json::Object(vec![("a".into(), Json::Array(vec![]))])),
        ] {
            assert_eq!(read(text.as_bytes()).unwrap().0, expect, "{text}");
        }
        let utf16: Vec<u8> = "[\"å\"]".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&utf16).unwrap().0, Json::Array(vec![Json::Text("å".into())]));
    }

    #[test]
    fn what_is_no_json_is_refused_with_its_line() {
        let deep = "[".repeat(1_000_000);
        let deep_objects = "{\"a\":".repeat(1_000_000);
        for (text, line, part) in [
            (deep.as_str(), 1, "deep"),
            (&deep_objects, 1, "deep"),
            ("", 1, "missing"),
            ("[1,\n2", 2, "cut"),
            ("{\"a\"", 1, "cut"),
            ("\"a", 1, "cut"),
            ("\"\\u12", 1, "cut"),
            ("[1,]", 1, "missing"),
            ("[1 2]", 1, "must"),
            ("{a:1}", 1, "key"),
            ("01", 1, "no JSON"),
            ("1.", 1, "no JSON"),
            ("tru", 1, "no JSON"),
            ("\"\\ud800\"", 1, "surrogate"),
            ("\"\\ud800\\u0041\"", 1, "surrogate"),
            ("\"\\x\"", 1, "escape"),
        ] {
            let fault = read(text.as_bytes()).expect_err(text.get(..20).unwrap_or(text));
            assert!(fault.message.contains(part) && fault.line == line, "{:?}: {fault:?}", text.get(..20));
        }
        assert!(read(b"\"\xe5\"").unwrap_err().message.contains("UTF-8"));
    }

    #[test]
    fn a_repeated_key_is_a_flaw() {
        let (_, flaw) = read(b"{\"a\": 1,\n\"a\": 2}").unwrap();
        assert_eq!(flaw, Some(Flaw { line: 2, key: "a".into(), fault: faults::ELEMENT_BROKEN }));
        let long = format!("[\"{}\"]", "x".repeat(2 << 20));
        assert_eq!(read(long.as_bytes()).unwrap().1.unwrap().fault, faults::FIELD_TOO_LONG);
    }

    proptest! {
        #[test]
        fn agrees_with_another_reader(text in "(\\{|\\}|\\[|\\]|,|:|\"|a|\\\\u00e5|\\\\n|1|-|0|\\.|e|null|true| ){0,24}") {
            let theirs: Result<serde_json::Value, _> = serde_json::from_str(&text);
            let ours = read(text.as_bytes());
            // Ours takes control characters in texts, which theirs refuses; the alphabet here has none.
            prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{}: {:?} {:?}", text, ours, theirs);
        }

        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = read(&bytes);
        }
    }
}
