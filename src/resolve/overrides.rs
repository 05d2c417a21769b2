//! The verdicts of people: a text file that is read, never written.
//!
//! ```text
//! same SE5560360793 "Acme Bygg"              # procurement 2025-03-01 same people, new name
//! different "Norrbygg AB" "Norrbygg HB"      # controller 2025-03-02 two firms at one address
//! name "Acme i Umeå" is SE5560360793         # controller 2025-03-02 seen on the invoice
//! parent SE5560360793 of SE5560125790        # annual report 2024
//! rename SE5560360793 "Acme"                 # so that people know it
//! rename SE5560360793 "Acme Nya" from 2025-03-01   # new name: from that day records of that name are this supplier too
//! ```
//!
//! A supplier is named by its id (`SE5560360793`, `name:…`), by an organisation number, by a vendor key (16 hex digits) or by
//! its name in quotes. What stands after `#` says who, when and why.

use std::path::Path;

use crate::error::{Error, Result};
use crate::model::Date;
use crate::model::identifier::{self, Scheme};

/// How a line points at a supplier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// A supplier id or organisation number, in the form of supplier ids.
    Id(String),
    /// A vendor key.
    Key(String),
    /// A name as written.
    Name(String),
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Both are one supplier.
    Same(Reference, Reference),
    /// They are two.
    Different(Reference, Reference),
    /// Records with this name and no number of their own are this supplier.
    NameIs(String, String),
    /// The first is the parent company of the second.
    Parent(String, String),
    /// The supplier is shown under this name, always or from a day on; with a day, records of the name and without a number
    /// of their own are this supplier.
    Rename(String, String, Option<Date>),
}

/// One line with a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number in the file, from 1.
    pub number: usize,
    /// What it says.
    pub verdict: Verdict,
    /// The line as written, without its note.
    pub text: String,
    /// Who, when and why.
    pub note: String,
}

/// Reads the file; a missing file has no lines.
pub fn read(path: &Path, home: Option<Scheme>) -> Result<(Vec<Line>, String)> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(e) => return Err(Error::io("read", path, &e)),
    };
    let lines = parse(&text, home).map_err(|e| Error::Rules(format!("{}:{e}", path.display())))?;
    Ok((lines, text))
}

/// Parses the text of a file. An error begins with the number of the line.
pub fn parse(text: &str, home: Option<Scheme>) -> std::result::Result<Vec<Line>, String> {
    let mut lines = Vec::new();
    for (index, raw) in text.lines().enumerate() {
        let number = index + 1;
        let (words, note) = split(raw).map_err(|e| format!("{number}: {e}"))?;
        if words.is_empty() {
            continue;
        }
        let wrong = || {
            format!(
                "{number}: \"{}\" is no verdict; write `same A B`, `different A B`, `name \"…\" is ID`, `parent ID of ID` or `rename ID \"…\" [from YYYY-MM-DD]`",
                raw.trim()
            )
        };
        let reference = |word: &Word| match word {
            Word::Quoted(text) => Some(Reference::Name(text.clone())),
            Word::Plain(text) if text.len() == 16 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) => {
                Some(Reference::Key(text.clone()))
            }
            Word::Plain(text) => id(text, home).map(Reference::Id),
        };
        let plain_id = |word: &Word| match word {
            Word::Plain(text) => id(text, home),
            Word::Quoted(_) => None,
        };
        let verdict = match &words[..] {
            [Word::Plain(verb), a, b] if verb == "same" => reference(a).zip(reference(b)).map(|(a, b)| Verdict::Same(a, b)),
            [Word::Plain(verb), a, b] if verb == "different" => reference(a).zip(reference(b)).map(|(a, b)| Verdict::Different(a, b)),
            [Word::Plain(verb), Word::Quoted(name), Word::Plain(is), b] if verb == "name" && is == "is" => {
                plain_id(b).map(|b| Verdict::NameIs(name.clone(), b))
            }
            [Word::Plain(verb), a, Word::Plain(of), b] if verb == "parent" && of == "of" => plain_id(a).zip(plain_id(b)).map(|(a, b)| Verdict::Parent(a, b)),
            [Word::Plain(verb), a, Word::Quoted(name)] if verb == "rename" => plain_id(a).map(|a| Verdict::Rename(a, name.clone(), None)),
            [Word::Plain(verb), a, Word::Quoted(name), Word::Plain(from), Word::Plain(day)] if verb == "rename" && from == "from" => {
                plain_id(a).zip(Date::parse_iso(day)).map(|(a, day)| Verdict::Rename(a, name.clone(), Some(day)))
            }
            _ => None,
        };
        let text = raw.trim().strip_suffix(&note).map_or(raw.trim(), |t| t.trim_end().trim_end_matches('#').trim_end()).to_string();
        lines.push(Line { number, verdict: verdict.ok_or_else(wrong)?, text, note });
    }
    Ok(lines)
}

/// The id that a word stands for: a supplier id as printed, or an organisation number.
fn id(text: &str, home: Option<Scheme>) -> Option<String> {
    if ["person:", "name:", "vat:", "lei:"].iter().any(|p| text.starts_with(p)) {
        return Some(text.to_string());
    }
    let of_scheme = |scheme: Scheme, text: &str| {
        let verdict = identifier::parse(scheme, text);
        verdict.is_valid().then(|| format!("{}{}", scheme.country(), verdict.normalised))
    };
    let by_prefix = Scheme::ALL.iter().filter(|s| !s.country().is_empty()).find_map(|s| text.strip_prefix(s.country()).and_then(|rest| of_scheme(*s, rest)));
    by_prefix.or_else(|| of_scheme(home?, text))
}

enum Word {
    Plain(String),
    Quoted(String),
}

fn split(line: &str) -> std::result::Result<(Vec<Word>, String), String> {
    let mut words = Vec::new();
    let mut rest = line.trim_start_matches('\u{feff}').trim();
    while !rest.is_empty() {
        if let Some(note) = rest.strip_prefix('#') {
            return Ok((words, note.trim().to_string()));
        }
        if let Some(quoted) = rest.strip_prefix('"') {
            let end = quoted.find('"').ok_or("a quoted name has no closing \"")?;
            words.push(Word::Quoted(quoted[..end].to_string()));
            rest = quoted[end + 1..].trim_start();
        } else {
            let end = rest.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(rest.len());
            words.push(Word::Plain(rest[..end].to_string()));
            rest = rest[end..].trim_start();
        }
    }
    Ok((words, String::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_are_read() {
        let named = |t: &str| Reference::Name(t.to_string());
        let id = |t: &str| Reference::Id(t.to_string());
        for (text, expect) in [
            ("same 556036-0793 \"Acme Bygg\" # controller 2025", Verdict::Same(id("SE5560360793"), named("Acme Bygg"))),
            ("different \"A\"  SE5560360793", Verdict::Different(named("A"), id("SE5560360793"))),
            ("same 0123456789abcdef name:00", Verdict::Same(Reference::Key("0123456789abcdef".to_string()), id("name:00"))),
            ("name \"Acme # 1\" is SE5560360793", Verdict::NameIs("Acme # 1".to_string(), "SE5560360793".to_string())),
            ("parent SE5560360793 of 5560125790", Verdict::Parent("SE5560360793".to_string(), "SE5560125790".to_string())),
            ("rename SE5560360793 \"Acme\"", Verdict::Rename("SE5560360793".to_string(), "Acme".to_string(), None)),
            (
                "rename SE5560360793 \"Acme Nya\" from 2025-03-01",
                Verdict::Rename("SE5560360793".to_string(), "Acme Nya".to_string(), Date::parse_iso("2025-03-01")),
            ),
        ] {
            assert_eq!(parse(text, Some(Scheme::SeOrganisation)).unwrap()[0].verdict, expect, "{text}");
        }
        assert_eq!(parse("\n# only a note\n", None), Ok(vec![]));
    }

    #[test]
    fn faults_name_the_line() {
        for (text, part) in [
            ("# x\nsame SE5560360793", "2: \"same SE5560360793\" is no verdict"),
            ("same SE5560360794 \"x\"", "1: "),
            ("name \"x is SE5560360793", "1: a quoted name has no closing"),
            ("merge \"a\" \"b\"", "1: "),
            ("rename SE5560360793 \"x\" from 2025-13-01", "1: "),
        ] {
            let error = parse(text, Some(Scheme::SeOrganisation)).unwrap_err();
            assert!(error.starts_with(part), "{error}");
        }
    }
}
