//! XML as a stream of small trees. Any DOCTYPE is refused, so there are no entities to expand and nothing to fetch; depth,
//! attributes and the size of each piece are bounded, so no input can take the stack or the memory.

use std::borrow::Cow;
use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::content::{Declared, Utf8Reader};

/// Deepest nesting of elements. UBL, CII and eForms stay below 20.
const DEPTH_MAX: usize = 64;
/// Most attributes of one element, namespace declarations included.
const ATTRIBUTES_MAX: usize = 64;
/// Longest single piece: one tag, one text.
const PIECE_BYTES_MAX: u64 = 32 << 20;
/// Longest text that is kept of one element; a longer one (an embedded PDF) is not kept.
const TEXT_BYTES_MAX: usize = 1 << 20;

/// Why a document cannot be read, and the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XmlFault {
    /// Line of the document, from 1.
    pub line: u64,
    /// What is wrong.
    pub message: String,
}

/// A start tag.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tag {
    /// Name without its prefix.
    pub name: String,
    /// Attributes by their name without prefix, in order; namespace declarations keep `xmlns` or `xmlns:prefix`.
    pub attributes: Vec<(String, String)>,
}

impl Tag {
    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// One piece of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// `<name …>`; an empty element gives a start and an end.
    Start(Tag),
    /// `</name>`.
    End,
    /// Text between tags, entities resolved. Texts can follow each other.
    Text(String),
    /// The end of the document.
    Eof,
}

/// A document as a stream of pieces.
pub struct Pieces<R: BufRead> {
    reader: Reader<Utf8Reader<R>>,
    buffer: Vec<u8>,
    depth: usize,
    is_root_closed: bool,
    pending_end: bool,
}

impl<R: BufRead> Pieces<R> {
    /// Starts at the beginning of a document.
    pub fn new(source: R) -> Result<Pieces<R>, XmlFault> {
        let source = Utf8Reader::new(source, Declared::Xml).map_err(|e| XmlFault { line: 1, message: e.to_string() })?;
        Ok(Pieces { reader: Reader::from_reader(source), buffer: Vec::new(), depth: 0, is_root_closed: false, pending_end: false })
    }

    /// The line of the end of the latest piece, from 1.
    pub fn line(&self) -> u64 {
        self.reader.get_ref().line()
    }

    /// The encoding that the document is in.
    pub fn encoding(&self) -> &'static str {
        self.reader.get_ref().encoding()
    }

    fn fault(&self, message: impl Into<String>) -> XmlFault {
        XmlFault { line: self.line(), message: message.into() }
    }

    /// The next piece. Comments and processing instructions are passed over.
    pub fn piece(&mut self) -> Result<Piece, XmlFault> {
        if std::mem::take(&mut self.pending_end) {
            return self.end();
        }
        loop {
            self.buffer.clear();
            if self.buffer.capacity() > 1 << 20 {
                self.buffer.shrink_to(1 << 16);
            }
            self.reader.get_mut().allow(PIECE_BYTES_MAX);
            let line = self.reader.get_ref().line();
            let event = self.reader.read_event_into(&mut self.buffer).map_err(|e| XmlFault { line, message: format!("not well-formed XML: {e}") })?;
            let piece = match event {
                Event::Start(start) => Piece::Start(tag(&start, line)?),
                Event::Empty(start) => {
                    self.pending_end = true;
                    Piece::Start(tag(&start, line)?)
                }
                Event::End(_) => return self.end(),
                Event::Text(text) => Piece::Text(normalised_newlines(&text.into_inner()).into_owned()),
                Event::CData(text) => Piece::Text(normalised_newlines(&text.into_inner()).into_owned()),
                Event::GeneralRef(reference) => Piece::Text(
                    resolved(&reference.into_inner())
                        .ok_or_else(|| XmlFault { line, message: "an entity that only a DOCTYPE could define; write the character itself".into() })?,
                ),
                Event::DocType(_) => return Err(XmlFault { line, message: "the document has a DOCTYPE, which can name other files; remove it".into() }),
                Event::Eof if self.depth > 0 => return Err(self.fault("the document ends inside an element: the file is cut")),
                Event::Eof if !self.is_root_closed => return Err(self.fault("the document has no element")),
                Event::Eof => return Ok(Piece::Eof),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => continue,
            };
            match &piece {
                Piece::Start(_) => {
                    if self.depth == 0 && self.is_root_closed {
                        return Err(self.fault("a second root element follows the document"));
                    }
                    self.depth += 1;
                    if self.depth > DEPTH_MAX {
                        return Err(self.fault(format!("elements are nested more than {DEPTH_MAX} deep")));
                    }
                }
                Piece::Text(text) if self.depth == 0 => {
                    if text.trim_start_matches('\u{feff}').trim().is_empty() {
                        continue;
                    }
                    return Err(self.fault("text stands outside the root element"));
                }
                _ => {}
            }
            return Ok(piece);
        }
    }

    fn end(&mut self) -> Result<Piece, XmlFault> {
        // Unmatched ends are errors of the parser below, so the depth is at least 1 here.
        self.depth = self.depth.checked_sub(1).ok_or_else(|| self.fault("an end tag without its start tag"))?;
        self.is_root_closed = self.depth == 0;
        Ok(Piece::End)
    }

    /// The root element's start tag.
    pub fn root(&mut self) -> Result<Tag, XmlFault> {
        match self.piece()? {
            Piece::Start(tag) => Ok(tag),
            _ => Err(self.fault("the document has no element")),
        }
    }

    /// Passes over the rest of the element whose start was the latest piece.
    pub fn skip(&mut self) -> Result<(), XmlFault> {
        let mut open = 1usize;
        while open > 0 {
            match self.piece()? {
                Piece::Start(_) => open += 1,
                Piece::End => open -= 1,
                Piece::Text(_) => {}
                Piece::Eof => return Err(self.fault("the document ends inside an element")),
            }
        }
        Ok(())
    }

    /// The text of the element whose start was the latest piece, elements inside passed over.
    pub fn text(&mut self) -> Result<String, XmlFault> {
        let mut text = String::new();
        loop {
            match self.piece()? {
                Piece::Start(_) => self.skip()?,
                Piece::Text(more) => text.push_str(&more),
                Piece::End => return Ok(text),
                Piece::Eof => return Err(self.fault("the document ends inside an element")),
            }
        }
    }

    /// The whole element whose start was the latest piece, as a tree of at most `nodes_max` elements. Elements for which
    /// `is_dropped` holds are passed over.
    pub fn tree(&mut self, tag: Tag, nodes_max: usize, is_dropped: fn(&str) -> bool) -> Result<Element, XmlFault> {
        // An explicit stack: nesting costs heap that is bounded, never the call stack.
        let mut open = vec![Element { line: self.line(), tag, ..Element::default() }];
        let mut nodes = 1;
        loop {
            match self.piece()? {
                Piece::Start(tag) if is_dropped(&tag.name) => self.skip()?,
                Piece::Start(tag) => {
                    nodes += 1;
                    if nodes > nodes_max {
                        return Err(self.fault(format!("one part of the document has more than {nodes_max} elements")));
                    }
                    open.push(Element { line: self.line(), tag, ..Element::default() });
                }
                Piece::Text(text) => {
                    let top = open.last_mut().expect("the element itself is open");
                    if top.text.len() + text.len() <= TEXT_BYTES_MAX {
                        top.text.push_str(&text);
                    }
                }
                Piece::End => {
                    let done = open.pop().expect("the element itself is open");
                    match open.last_mut() {
                        Some(parent) => parent.children.push(done),
                        None => return Ok(done),
                    }
                }
                Piece::Eof => return Err(self.fault("the document ends inside an element")),
            }
        }
    }
}

fn tag(start: &BytesStart<'_>, line: u64) -> Result<Tag, XmlFault> {
    let mut attributes: Vec<(String, String)> = Vec::new();
    // Duplicate names are looked for only after the bound: the check inside the parser is quadratic in their number.
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|e| XmlFault { line, message: format!("not well-formed XML: {e}") })?;
        if attributes.len() == ATTRIBUTES_MAX {
            return Err(XmlFault { line, message: format!("an element has more than {ATTRIBUTES_MAX} attributes") });
        }
        let full = attribute.key.as_ref();
        let name = if full == "xmlns" || full.starts_with("xmlns:") { full } else { full.rsplit(':').next().unwrap_or(full) };
        let value = unescaped(&attribute.value).ok_or_else(|| XmlFault { line, message: "an attribute has an unknown entity".into() })?;
        if attributes.iter().any(|(n, _)| n == name) && full == name {
            return Err(XmlFault { line, message: format!("an element repeats the attribute {}", name.escape_debug()) });
        }
        attributes.push((name.to_string(), value));
    }
    Ok(Tag { name: start.local_name().as_ref().to_string(), attributes })
}

/// XML's five entities and character references; anything else needs a DOCTYPE.
pub(super) fn resolved(reference: &str) -> Option<String> {
    let code = match reference {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        number => {
            let digits = number.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code).filter(|c| *c != '\0')?
        }
    };
    Some(code.to_string())
}

fn unescaped(value: &str) -> Option<String> {
    let mut text = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('&') {
        text.push_str(&rest[..at]);
        let end = rest[at..].find(';')? + at;
        text.push_str(&resolved(&rest[at + 1..end])?);
        rest = &rest[end + 1..];
    }
    text.push_str(rest);
    Some(text)
}

/// XML 1.0 §2.11: a carriage return, alone or before a line feed, is read as a line feed.
fn normalised_newlines<'a>(text: &'a Cow<'a, str>) -> Cow<'a, str> {
    if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")) } else { Cow::Borrowed(text) }
}

/// An element with all that is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// Its start tag.
    pub tag: Tag,
    /// Its own text, all pieces joined.
    pub text: String,
    /// The elements in it, in order.
    pub children: Vec<Element>,
    /// Line of its start tag.
    pub line: u64,
}

impl Element {
    /// Name without prefix.
    pub fn name(&self) -> &str {
        &self.tag.name
    }

    /// Elements of that name directly below.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |c| c.tag.name == name)
    }

    /// The first element along a path such as `Party/PartyName/Name`, trying every branch.
    pub fn find<'a>(&'a self, path: &'a str) -> Option<&'a Element> {
        match path.split_once('/') {
            Some((first, rest)) => self.all(first).find_map(|c| c.find(rest)),
            None => self.children.iter().find(|c| c.tag.name == path),
        }
    }

    /// The trimmed text at a path; `None` when it is missing or blank.
    pub fn value<'a>(&'a self, path: &'a str) -> Option<&'a str> {
        match path.split_once('/') {
            Some((first, rest)) => self.all(first).find_map(|c| c.value(rest)),
            None => self.all(path).map(|c| c.text.trim()).find(|t| !t.is_empty()),
        }
    }

    /// Every element of that name at any depth below, in document order.
    pub fn descendants<'a>(&'a self, name: &str) -> Vec<&'a Element> {
        let mut found = Vec::new();
        let mut open: Vec<&Element> = self.children.iter().rev().collect();
        while let Some(element) = open.pop() {
            if element.tag.name == name {
                found.push(element);
            }
            open.extend(element.children.iter().rev());
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &[u8]) -> Result<Element, XmlFault> {
        let mut pieces = Pieces::new(text)?;
        let root = pieces.root()?;
        let tree = pieces.tree(root, 1_000, |_| false)?;
        match pieces.piece()? {
            Piece::Eof => Ok(tree),
            other => panic!("{other:?} after the root"),
        }
    }

    #[test]
    fn reads_texts_entities_and_encodings() {
        let root = read("\u{feff}<?xml version='1.0'?><a x='1 &lt; 2'>å&amp;<![CDATA[<b>]]><p:c/>&#228;</a>\n<!-- end -->".as_bytes()).unwrap();
        assert_eq!((root.text.as_str(), root.tag.attribute("x"), root.children[0].name()), ("å&<b>ä", Some("1 < 2"), "c"));
        assert_eq!(read(b"<?xml version='1.0' encoding='ISO-8859-1'?>\n<a>\xe5</a>").unwrap().text, "å");
        assert_eq!(read("<?xml version='1.0' encoding='utf-16'?><a>å</a>".as_bytes()).unwrap().text, "å");
        let utf16: Vec<u8> = "<?xml version='1.0' encoding='utf-16'?><a>å</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&utf16).unwrap().text, "å");
        let big: Vec<u8> = [0xfe, 0xff].into_iter().chain("<a>å</a>".encode_utf16().flat_map(u16::to_be_bytes)).collect();
        assert_eq!(read(&big).unwrap().text, "å");
    }

    #[test]
    fn refuses_attacks_with_a_reason() {
        let deep = "<a>".repeat(1_000_000);
        let attributes = format!("<a {}/>", (0..100_000).map(|i| format!("a{i}='1' ")).collect::<String>());
        let namespaces = format!("<a {}/>", (0..100_000).map(|i| format!("xmlns:n{i}='u' ")).collect::<String>());
        for (name, text, part) in [
            ("doctype", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "DOCTYPE"),
            ("doctype in lower case", "<!doctype a><a/>", "DOCTYPE"),
            ("external", "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>", "DOCTYPE"),
            ("unknown entity", "<a>&xxe;</a>", "DOCTYPE"),
            ("nul reference", "<a>&#0;</a>", "DOCTYPE"),
            ("deep", &deep, "deep"),
            ("attributes", &attributes, "attributes"),
            ("namespaces", &namespaces, "attributes"),
            ("repeated attribute", "<a b='1' b='2'/>", "repeats"),
            ("mismatch", "<a></b>", "well-formed"),
            ("cut", "<a><b>", "cut"),
            ("cut tag", "<a><b", "well-formed"),
            ("empty", "", "no element"),
            ("text only", "hello", "outside"),
            ("two roots", "<a/><b/>", "second root"),
            ("unknown encoding", "<?xml version='1.0' encoding='klingon'?><a/>", "not known"),
            ("null bytes", "\0\0\0\0", ""),
        ] {
            let fault = read(text.as_bytes()).expect_err(name);
            assert!(fault.message.contains(part), "{name}: {}", fault.message);
        }
        assert!(read(b"<?xml version='1.0' encoding='UTF-8'?><a>\xe5</a>").is_err(), "wrong declared encoding");
    }

    #[test]
    fn lines_are_counted() {
        let root = read(b"<a>\n<b/>\n\n<c>x</c></a>").unwrap();
        assert_eq!(root.children.iter().map(|c| c.line).collect::<Vec<_>>(), [2, 4]);
        assert_eq!(read(b"<a>\n<b>\n</a>").unwrap_err().line, 3);
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }

        #[test]
        fn never_panics_on_markup(text in "(<|>|/|a|b|=|'|\"|&|;|#|x|1|!|\\?|-|\\[|\\]| |CDATA|\n){0,60}") {
            let _ = read(text.as_bytes());
        }
    }
}
