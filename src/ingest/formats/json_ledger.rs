//! JSON and JSON Lines exports: each array of objects, wherever it stands, is a table; nested keys are joined by dots.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Read};

use super::super::cells::{Cell, CellFault, CellRecord, CellTable};
use super::super::faults;
use super::content::{Content, Declared, Utf8Reader, invalid};
use super::json::{Flaw, Json, JsonFault, Parser};
use super::{Document, Notes, broken, decimal};

/// Most columns of one table.
const COLUMNS_MAX: usize = 4_096;
/// Arrays inside a record are spread over columns up to this length; a longer one is one text.
const SPREAD_MAX: usize = 16;
/// Longest line of JSON Lines, in bytes.
const LINE_BYTES_MAX: u64 = 64 << 20;
/// Most tables of one file.
const TABLES_MAX: usize = 1_000;

type Source = Box<dyn BufRead + Send>;

/// How records lie in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Each line is a record: JSON Lines.
    Lines,
    /// The records are the elements of arrays.
    Arrays,
    /// The whole file is one record.
    One,
}

/// What a pass over the file found: where its records are.
pub struct Survey {
    /// Encoding of the text.
    pub encoding: &'static str,
    /// How the records lie in the file.
    pub form: Form,
    /// Keys of the root object, when there is one.
    pub root_keys: Vec<String>,
    /// The arrays of records by their path (`results`, `a.b`; empty = the root), in the order of the file.
    pub tables: Vec<(String, Columns)>,
}

/// The columns of a table, in the order in which they first appear.
#[derive(Default)]
pub struct Columns {
    names: Vec<String>,
    index: BTreeMap<String, usize>,
    /// Whether the records are arrays, which have no names.
    is_plain: bool,
}

impl Columns {
    /// Whether a column of that name exists.
    pub fn has(&self, name: &str) -> bool {
        self.index.contains_key(name)
    }

    /// Whether a column begins so.
    pub fn begins(&self, prefix: &str) -> bool {
        self.names.iter().any(|n| n.starts_with(prefix))
    }

    fn add(&mut self, record: &Json) -> Result<(), String> {
        match record {
            Json::Object(_) => {
                let mut names = Vec::new();
                flatten(record, String::new(), &mut |name, _| names.push(name));
                for name in names {
                    if !self.index.contains_key(&name) {
                        if self.names.len() == COLUMNS_MAX {
                            return Err(format!("the records have more than {COLUMNS_MAX} different keys"));
                        }
                        self.index.insert(name.clone(), self.names.len());
                        self.names.push(name);
                    }
                }
            }
            Json::Array(_) if self.names.is_empty() => self.is_plain = true,
            _ => {}
        }
        Ok(())
    }

    fn record(&self, line: u64, value: &Json) -> Result<CellRecord, CellFault> {
        let broken = |column: Option<String>| CellFault { line, column, value: None, net_amount: None, fault: faults::ELEMENT_BROKEN };
        match value {
            Json::Object(_) => {
                let mut cells = vec![Cell::Empty; self.names.len()];
                let mut clash = None;
                flatten(value, String::new(), &mut |name, value| {
                    if let Some(at) = self.index.get(&name) {
                        // {"a.b": 1, "a": {"b": 2}} gives one name twice.
                        if cells[*at] != Cell::Empty {
                            clash = Some(name);
                        } else {
                            cells[*at] = cell(value);
                        }
                    }
                });
                if clash.is_some() { Err(broken(clash)) } else { Ok(CellRecord { line, cells }) }
            }
            Json::Array(elements) if self.is_plain => Ok(CellRecord { line, cells: elements.iter().map(cell).collect() }),
            _ => Err(broken(None)),
        }
    }
}

/// Calls `give` with the dotted name and the value of each leaf.
fn flatten(value: &Json, name: String, give: &mut dyn FnMut(String, &Json)) {
    let below = |key: &str| if name.is_empty() { key.to_string() } else { format!("{name}.{key}") };
    match value {
        Json::Object(entries) => {
            for (key, value) in entries {
                flatten(value, below(key), give);
            }
        }
        Json::Array(elements) if elements.len() <= SPREAD_MAX => {
            for (at, value) in elements.iter().enumerate() {
                flatten(value, below(&at.to_string()), give);
            }
        }
        leaf => give(name, leaf),
    }
}

fn cell(value: &Json) -> Cell {
    match value {
        Json::Null => Cell::Empty,
        Json::Bool(is) => Cell::Text(is.to_string()),
        Json::Number(number) => decimal::exact(number).map_or_else(|| Cell::Error(number.clone()), Cell::Number),
        Json::Text(text) if text.is_empty() => Cell::Empty,
        Json::Text(text) => Cell::Text(text.clone()),
        Json::Array(elements) => Cell::Text(format!("[{} values]", elements.len())),
        Json::Object(_) => Cell::Empty,
    }
}

fn at(fault: JsonFault) -> io::Error {
    invalid(format!("line {}: {}", fault.line, fault.message))
}

/// Whether the first line is a whole value and more follows: JSON Lines.
fn is_lines(content: &Content) -> io::Result<bool> {
    let mut source = Utf8Reader::new(content.stream()?, Declared::Nothing)?;
    loop {
        let mut line = Vec::new();
        (&mut source).take(LINE_BYTES_MAX).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(false);
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let is_value = Parser::new(line.as_slice()).and_then(|mut p| p.skip().and_then(|()| p.ahead())).is_ok_and(|rest| rest.is_none());
        if !is_value {
            return Ok(false);
        }
        let mut rest = Vec::new();
        loop {
            rest.clear();
            if (&mut source).take(1 << 16).read_until(b'\n', &mut rest)? == 0 {
                return Ok(false);
            }
            if !rest.trim_ascii().is_empty() {
                return Ok(true);
            }
        }
    }
}

/// Reads the whole file once: it is well-formed or refused, and its tables and columns are known.
///
/// # Errors
/// The place where the text stops being JSON. Broken lines of JSON Lines are faults of their records instead, except the last.
pub fn survey(content: &Content) -> io::Result<Survey> {
    if is_lines(content)? {
        let mut columns = Columns::default();
        let mut lines = Lines::open(content)?;
        let encoding = lines.source.encoding();
        while let Some((line, value)) = lines.next_value()? {
            if let Ok((value, _)) = value {
                columns.add(&value).map_err(|reason| invalid(format!("line {line}: {reason}")))?;
            }
        }
        return Ok(Survey { encoding, form: Form::Lines, root_keys: Vec::new(), tables: vec![(String::new(), columns)] });
    }
    let mut parser = Parser::new(content.stream()?).map_err(at)?;
    let mut tables = Vec::new();
    let mut lone = Columns::default();
    let mut root_keys = Vec::new();
    explore(&mut parser, "", &mut tables, &mut root_keys).map_err(at)?;
    if parser.ahead().map_err(at)?.is_some() {
        return Err(invalid(format!("line {}: more text follows the document", parser.line())));
    }
    if tables.is_empty() {
        // One object without arrays of objects is one record.
        let mut parser = Parser::new(content.stream()?).map_err(at)?;
        let value = parser.value().map_err(at)?;
        if !matches!(value, Json::Object(_)) {
            return Err(invalid("line 1: no object and no array of objects: nothing that is a table"));
        }
        lone.add(&value).map_err(invalid)?;
        return Ok(Survey { encoding: parser.encoding(), form: Form::One, root_keys, tables: vec![(String::new(), lone)] });
    }
    Ok(Survey { encoding: parser.encoding(), form: Form::Arrays, root_keys, tables })
}

fn explore(parser: &mut Parser<Source>, path: &str, tables: &mut Vec<(String, Columns)>, root_keys: &mut Vec<String>) -> Result<(), JsonFault> {
    match parser.ahead()? {
        Some(b'{') => {
            parser.enter(b'{')?;
            let mut keys = std::collections::BTreeSet::new();
            let mut is_first = true;
            while parser.more(is_first, b'}')? {
                is_first = false;
                let key = parser.key()?;
                let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                if path.is_empty() {
                    root_keys.push(key.clone());
                }
                explore(parser, &below, tables, root_keys)?;
                if !keys.insert(key) && tables.iter().any(|(p, _)| p.starts_with(&below)) {
                    return Err(JsonFault { line: parser.line(), message: format!("the key \"{}\" stands twice", below.escape_debug()) });
                }
                if keys.len() > 100_000 {
                    return Err(JsonFault { line: parser.line(), message: "an object of more than 100,000 keys".into() });
                }
            }
            Ok(())
        }
        Some(b'[') => {
            parser.enter(b'[')?;
            let mut columns = Columns::default();
            let mut is_table = None;
            let mut is_first = true;
            while parser.more(is_first, b']')? {
                is_first = false;
                let is_record = matches!(parser.ahead()?, Some(b'{' | b'['));
                if *is_table.get_or_insert(is_record) {
                    parser.begin_record();
                    let value = parser.value()?;
                    columns.add(&value).map_err(|message| JsonFault { line: parser.line(), message })?;
                } else {
                    parser.skip()?;
                }
            }
            if is_table == Some(true) {
                if tables.len() == TABLES_MAX {
                    return Err(JsonFault { line: parser.line(), message: format!("more than {TABLES_MAX} arrays of objects") });
                }
                tables.push((path.to_string(), columns));
            }
            Ok(())
        }
        _ => parser.skip(),
    }
}

/// The tables of a surveyed file.
pub fn open(content: &Content, survey: Survey) -> io::Result<Document> {
    let mut tables = Vec::new();
    for (path, columns) in survey.tables {
        let names = columns.names.clone();
        let records: Box<dyn Iterator<Item = Result<CellRecord, CellFault>> + Send> = match survey.form {
            Form::Lines => Box::new(LineRecords { lines: Lines::open(content)?, columns, is_done: false }),
            Form::Arrays => Box::new(Elements::open(content, &path)?.map(move |element| match element {
                Ok((line, value, None)) => columns.record(line, &value),
                Ok((_, _, Some(flaw))) => Err(flawed(&flaw)),
                Err(fault) => Err(broken(fault.line, fault.message)),
            })),
            Form::One => {
                let (value, flaw) = whole(content)?;
                Box::new(std::iter::once(match flaw {
                    None => columns.record(1, &value),
                    Some(flaw) => Err(flawed(&flaw)),
                }))
            }
        };
        tables.push(CellTable { name: path, header_line: 0, columns: names, records });
    }
    let format = if survey.form == Form::Lines { "json lines" } else { "json" };
    Ok(Document { format, encoding: survey.encoding.into(), tables, notes: Notes::default() })
}

/// The whole file as one value, with its first flaw.
pub fn whole(content: &Content) -> io::Result<(Json, Option<Flaw>)> {
    let mut parser = Parser::new(content.stream()?).map_err(at)?;
    let value = parser.value().map_err(at)?;
    Ok((value, parser.flaw()))
}

fn flawed(flaw: &Flaw) -> CellFault {
    let column = Some(flaw.key.clone()).filter(|k| !k.is_empty());
    CellFault { line: flaw.line, column, value: None, net_amount: None, fault: flaw.fault }
}

/// The elements of the array at a path, one at a time, with their line and their first flaw.
pub struct Elements {
    parser: Parser<Source>,
    is_first: bool,
    is_done: bool,
}

impl Elements {
    /// Goes to the array. The path comes from a survey of the same content.
    pub fn open(content: &Content, path: &str) -> io::Result<Elements> {
        let mut parser = Parser::new(content.stream()?).map_err(at)?;
        let mut rest = path;
        while !rest.is_empty() {
            rest = descend(&mut parser, rest).map_err(at)?.ok_or_else(|| invalid("the file changed while it was read"))?;
        }
        parser.ahead().map_err(at)?;
        parser.enter(b'[').map_err(at)?;
        Ok(Elements { parser, is_first: true, is_done: false })
    }
}

/// Enters the object ahead and stops before the value whose key begins `path`; gives the rest of the path.
fn descend<'a>(parser: &mut Parser<Source>, path: &'a str) -> Result<Option<&'a str>, JsonFault> {
    parser.ahead()?;
    parser.enter(b'{')?;
    let mut is_first = true;
    while parser.more(is_first, b'}')? {
        is_first = false;
        let key = parser.key()?;
        if path == key {
            return Ok(Some(""));
        }
        // A key can hold dots itself; the kind of the value tells whether to go down.
        if let Some(rest) = path.strip_prefix(key.as_str()).and_then(|r| r.strip_prefix('.'))
            && parser.ahead()? == Some(b'{')
        {
            return Ok(Some(rest));
        }
        parser.skip()?;
    }
    Ok(None)
}

impl Iterator for Elements {
    type Item = Result<(u64, Json, Option<Flaw>), JsonFault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let mut read = || {
            if !self.parser.more(std::mem::take(&mut self.is_first), b']')? {
                return Ok(None);
            }
            self.parser.ahead()?;
            let line = self.parser.line();
            self.parser.begin_record();
            let value = self.parser.value()?;
            Ok(Some((line, value, self.parser.flaw())))
        };
        let element = read();
        self.is_done = !matches!(element, Ok(Some(_)));
        element.transpose()
    }
}

/// The values of JSON Lines.
pub struct Lines {
    source: Utf8Reader<Source>,
}

/// A value and its first flaw, or why the line holds none.
type LineValue = Result<(Json, Option<Flaw>), JsonFault>;

impl Lines {
    /// Starts at the first line.
    pub fn open(content: &Content) -> io::Result<Lines> {
        Ok(Lines { source: Utf8Reader::new(content.stream()?, Declared::Nothing)? })
    }

    /// The next line that is not blank: its number and its value.
    ///
    /// # Errors
    /// The last line is no value and has no line end: the file is cut.
    pub fn next_value(&mut self) -> io::Result<Option<(u64, LineValue)>> {
        loop {
            let number = self.source.line();
            let mut line = Vec::new();
            (&mut self.source).take(LINE_BYTES_MAX).read_until(b'\n', &mut line)?;
            if line.is_empty() {
                return Ok(None);
            }
            if line.trim_ascii().is_empty() {
                continue;
            }
            let is_whole = line.ends_with(b"\n");
            if !is_whole && line.len() as u64 == LINE_BYTES_MAX {
                return Err(invalid(format!("line {number}: longer than 64 MiB")));
            }
            let read = || -> LineValue {
                let mut parser = Parser::new(line.as_slice())?;
                parser.begin_record();
                let value = parser.value()?;
                let flaw = parser.flaw().map(|f| Flaw { line: number, ..f });
                match parser.ahead()? {
                    None => Ok((value, flaw)),
                    Some(_) => Err(JsonFault { line: number, message: "more than one value on the line".into() }),
                }
            };
            let value = read();
            if let (false, Err(fault)) = (is_whole, &value) {
                return Err(invalid(format!("line {number}: the last line is cut: {}", fault.message)));
            }
            return Ok(Some((number, value)));
        }
    }
}

struct LineRecords {
    lines: Lines,
    columns: Columns,
    is_done: bool,
}

impl Iterator for LineRecords {
    type Item = Result<CellRecord, CellFault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        match self.lines.next_value() {
            Ok(None) => None,
            Ok(Some((line, Ok((value, None))))) => Some(self.columns.record(line, &value)),
            Ok(Some((_, Ok((_, Some(flaw)))))) => Some(Err(flawed(&flaw))),
            Ok(Some((line, Err(fault)))) => {
                Some(Err(CellFault { line, column: None, value: Some(fault.message), net_amount: None, fault: faults::ELEMENT_BROKEN }))
            }
            Err(error) => {
                self.is_done = true;
                Some(Err(broken(0, error.to_string())))
            }
        }
    }
}
