//! What is in a file that nobody has described: encoding, dialect, header, the type of each column with what proves it, and a
//! mapping that ingest can keep. The file is then read by that mapping as ingest would read it, so that what is shown is what
//! will be loaded or refused.

mod propose;
mod trial;
mod values;

use std::path::Path;

use super::cells::CellFault;
use super::convert::trim;
use super::encoding::Encoding;
use super::faults;
use super::formats::{self, sie};
use super::load::{CELL_SAMPLE_CELLS, CELL_SAMPLE_RECORDS};
use super::mapping::{self, Mapping, PersonalNumbers, fold_header, fold_name};
use super::plan::Plan;
use super::privacy::Privacy;
use super::sniff::{self, Row};
use super::source::{self, Content, Form, Input};
use super::split::{Dialect, FieldKind, Records, field_text};
use super::understand::{self, COLUMNS_MAX};
use crate::error::{Error, Result};
use propose::{Facts, Fit};
pub use trial::{FaultCount, Trial};
pub use values::Kind;
use values::Values;

/// Rows among which a header of known names is looked for.
const HEADER_ROWS_MAX: usize = 100;
/// Built-in mappings that are named.
const BUILT_IN_MAX: usize = 3;
/// Rows with another number of columns that are pointed at.
const RAGGED_SHOWN: usize = 3;

/// What was found in one file, or in one entry of an archive.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Profile {
    /// The path, as given; an entry of an archive stands behind `!`.
    pub path: String,
    /// `delimited text`, `xlsx`, `ubl`, …
    pub format: String,
    /// The encoding of its text.
    pub encoding: String,
    /// Bytes after decompression.
    pub byte_count: u64,
    /// Separator, quote and line end of delimited text.
    pub dialect: Option<String>,
    /// The tables: one for delimited text, one for all sheets with the same header.
    pub tables: Vec<TableProfile>,
    /// The lake table that the file fits.
    pub kind: Option<&'static str>,
    /// The name of the built-in mapping that fits entirely, if one does.
    pub built_in: Option<String>,
    /// Other built-in mappings that can read it.
    pub others: Vec<BuiltIn>,
    /// The mapping, in TOML.
    pub mapping: Option<String>,
    /// Columns without a target.
    pub unplaced: Vec<String>,
    /// What has two readings, for a person to decide.
    pub open: Vec<String>,
    /// What ingest would make of the file by the mapping.
    pub trial: Option<Trial>,
    /// Why ingest would refuse the file, or why there is no mapping.
    pub refusal: Option<String>,
    /// What else a person should know.
    pub findings: Vec<String>,
}

/// A built-in mapping and how many of its columns the file has.
#[derive(Debug, Clone, serde::Serialize)]
pub struct BuiltIn {
    /// Its name.
    pub name: String,
    /// Columns that the file has.
    pub matched: usize,
    /// Columns that the mapping knows.
    pub of: usize,
}

/// One table, or several with the same header.
#[derive(Debug, Clone, serde::Serialize)]
pub struct TableProfile {
    /// Names of the sheets or paths; empty for delimited text.
    pub names: Vec<String>,
    /// Line of the header, from 1; 0 when there is none, or when the format itself names the columns.
    pub header_line: u64,
    /// Records looked at.
    pub record_count: u64,
    /// Whether that is all of them.
    pub is_whole: bool,
    /// The columns.
    pub columns: Vec<ColumnProfile>,
}

/// One column.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ColumnProfile {
    /// Its name in the header; `column 3` when there is no header.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Cells that hold something.
    pub filled: u64,
    /// Different values among them.
    pub distinct: u64,
    /// First different values, personal numbers masked.
    pub examples: Vec<String>,
    /// What proves the type.
    pub evidence: Vec<String>,
    /// The column of the lake that it goes to.
    pub target: Option<&'static str>,
    /// What the target was found by: `name`, `values`, or both.
    pub found_by: Option<&'static str>,
}

/// A column of the file and its target.
#[derive(Debug, Clone, Copy)]
pub struct PlacedColumn {
    /// Position in the header.
    pub column: usize,
    /// Position in the lake table.
    pub target: usize,
    /// How well it fits.
    pub score: i64,
    /// How much of that is the name.
    pub name_score: i64,
}

/// Tables with the same header, and what their columns hold.
pub struct Group {
    titles: Vec<String>,
    header_line: u64,
    /// Names of the columns; empty ones where there is no header.
    pub names: Vec<String>,
    /// Their values.
    pub values: Vec<Values>,
    record_count: u64,
    is_whole: bool,
    has_header: bool,
}

/// How to look.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// The encoding, when it is known.
    pub encoding: Option<&'a str>,
    /// The currency of amounts that state none.
    pub currency: &'a str,
}

/// Looks into a file: a profile for each thing in it that can be read.
///
/// # Errors
/// [`Error::Input`] when the file cannot be read at all; a file that fits no table has a profile without a mapping.
pub fn profile(path: &Path, options: Options) -> Result<Vec<Profile>> {
    source::find_one(path)?.iter().map(|input| look(input, options)).collect()
}

/// A delimited file as a plain table: the names of its header, and every filled record as it stands.
#[derive(Debug)]
pub struct Plain {
    /// How it is delimited.
    pub dialect: Dialect,
    /// The names; those of a header of several rows are joined; `None` when it has no header.
    pub names: Option<Vec<String>>,
    /// The records, blank ones left out.
    pub records: Vec<Vec<String>>,
    /// What a person should know.
    pub findings: Vec<String>,
}

/// Reads a whole delimited file without a mapping: what the sniffer is measured by. It holds the file in memory.
///
/// # Errors
/// [`Error::Input`] when the file is not text that can be decoded.
pub fn plain(path: &Path) -> Result<Plain> {
    let privacy = Privacy::new([0; 32], PersonalNumbers::None);
    let input = source::find_one(path)?.into_iter().next().ok_or_else(|| Error::Input(format!("{}: holds no file", path.display())))?;
    let content = input.scan()?;
    let encoding = content.profile.decide().map_err(|why| Error::Input(format!("{}: {why}", input.path)))?;
    let mut text = String::new();
    std::io::Read::read_to_string(&mut encoding.reader(input.open()?), &mut text)
        .map_err(|e| Error::Input(format!("{}: cannot be decoded as {encoding}: {e}", input.path)))?;
    let dialect = sniff::dialect(&text);
    let rows = text_rows(&text, dialect);
    let head = sniff::head(&rows);
    let mut findings = Vec::new();
    let group = group_of(&rows, Vec::new(), true, &mut findings, &privacy);
    ragged(&rows, &group, &mut findings);
    oddities(&text, &rows, &group, &mut findings);
    let (mut records, mut header) = (Vec::new(), None);
    let mut all = Records::new(&text, dialect);
    let mut fields = Vec::new();
    let mut index = 0;
    while all.next(&mut fields).is_some() {
        if index == head.rows.start {
            header = Some(fields.iter().map(|f| field_text(&text, *f, dialect.quote).into_owned()).collect());
        }
        if index >= head.data && rows.get(index).is_some_and(|r| r.filled() > 0) {
            records.push(fields.iter().map(|f| field_text(&text, *f, dialect.quote).into_owned()).collect());
        }
        index += 1;
    }
    // The names of a single row as they stand, blanks and all.
    let names = match head.rows.len() {
        0 => None,
        1 => header,
        _ => Some(sniff::names(&rows, &head)),
    };
    Ok(Plain { dialect, names, records, findings })
}

fn look(input: &Input, options: Options) -> Result<Profile> {
    // Nothing is stored, so the key of the stand-ins does not matter; masking does.
    let privacy = Privacy::new([0; 32], PersonalNumbers::Se);
    let content = input.scan()?;
    let head = content.profile.head.as_slice();
    let is_edifact = head.starts_with(b"UNA") || head.starts_with(b"UNB");
    match content.form {
        Form::Pdf => Err(Error::Input(format!("{}: a PDF shows data and does not hold them; ask for the export behind it", input.path))),
        Form::Text if !sie::is_sie(head) && !is_edifact => look_at_text(input, &content, options, &privacy),
        form => match formats::open(&input.content()?, Path::new(&input.path))? {
            Some(document) => look_at_document(input, &content, document, options, &privacy),
            None if matches!(form, Form::Json | Form::Text) => look_at_text(input, &content, options, &privacy),
            None => Err(Error::Input(format!("{}: its format is not known; export it as CSV, XLSX, JSON, UBL or Parquet", input.path))),
        },
    }
}

fn look_at_text(input: &Input, content: &Content, options: Options, privacy: &Privacy) -> Result<Profile> {
    let encoding = match options.encoding {
        Some(label) => Encoding::from_label(label, &content.profile)
            .ok_or_else(|| Error::Config(format!("encoding \"{label}\" is not known; write for instance utf-8, windows-1252, macintosh, cp850 or cp437")))?,
        None => content.profile.decide().map_err(|why| Error::Input(format!("{}: {why}", input.path)))?,
    };
    let mut profile = empty_profile(input, content, "delimited text", &encoding.to_string());
    if content.byte_count <= encoding.bom_len() {
        profile.findings.push("the file is empty".to_string());
        profile.refusal = Some(format!("{}: the file is empty; it has no row, and ingest takes it as read", input.path));
        return Ok(profile);
    }
    let (text, is_whole) = understand::sample(input, encoding)?;
    let dialect = sniff::dialect(&text);
    profile.dialect = Some(dialect.to_string());
    let rows = text_rows(&text, dialect);
    if rows.iter().any(|r| r.cells.len() > COLUMNS_MAX) {
        return Err(Error::Input(format!("{}: more than {COLUMNS_MAX} columns; export fewer", input.path)));
    }
    let group = group_of(&rows, Vec::new(), is_whole, &mut profile.findings, privacy);
    ragged(&rows, &group, &mut profile.findings);
    oddities(&text, &rows, &group, &mut profile.findings);
    let quote = (dialect.quote != b'"').then_some(char::from(dialect.quote));
    let read = |mapping: &Mapping, profile: &mut Profile| -> Result<Trial> {
        let (trial, found) = trial::text(input, encoding, mapping, options.currency, privacy)?;
        profile.dialect = Some(found.dialect.to_string());
        Ok(trial)
    };
    settle(profile, vec![group], options, quote, &read)
}

fn look_at_document(input: &Input, content: &Content, document: formats::Document, options: Options, privacy: &Privacy) -> Result<Profile> {
    let mut profile = empty_profile(input, content, document.format, &document.encoding);
    let mut groups: Vec<Group> = Vec::new();
    for table in document.tables {
        let mut rows = Vec::new();
        let mut is_whole = true;
        let (mut faults, mut cells) = (0u64, 0);
        for record in table.records {
            match record {
                Ok(record) => rows.push(Row {
                    line: record.line,
                    cells: record
                        .cells
                        .into_iter()
                        .map(|cell| {
                            let kind = match &cell {
                                super::cells::Cell::Empty | super::cells::Cell::Text(_) => FieldKind::Plain,
                                super::cells::Cell::Number(_) => FieldKind::Number,
                                super::cells::Cell::Date(_) => FieldKind::Date,
                                super::cells::Cell::Error(_) => FieldKind::Error,
                            };
                            (trim(cell.as_str()).to_string(), kind)
                        })
                        .collect(),
                }),
                Err(fault) => {
                    refuse_broken(&input.path, &fault)?;
                    faults += 1;
                }
            }
            cells += rows.last().map_or(0, |r| r.cells.len());
            if rows.len() == CELL_SAMPLE_RECORDS || cells >= CELL_SAMPLE_CELLS {
                is_whole = false;
                break;
            }
        }
        if faults > 0 {
            profile.findings.push(format!("{}{faults} records cannot be read as the format says; they will be rejected", place(&table.name)));
        }
        let group = if table.columns.is_empty() {
            if rows.iter().all(|r| r.filled() == 0) {
                continue;
            }
            group_of(&rows, vec![table.name.clone()], is_whole, &mut profile.findings, privacy)
        } else {
            let mut group = new_group(vec![table.name.clone()], table.header_line, table.columns.clone(), is_whole, true);
            rows.iter().for_each(|r| group.add(r, privacy));
            group
        };
        let folded = fold_header(&group.names);
        match groups.iter_mut().find(|g| g.has_header && group.has_header && fold_header(&g.names) == folded) {
            Some(same) => {
                same.titles.extend(group.titles);
                same.is_whole &= is_whole;
                same.record_count += group.record_count;
                if let [one, ..] = same.titles.as_slice()
                    && !table.columns.is_empty()
                    && one.is_empty()
                {
                    continue;
                }
                rows.iter().filter(|r| r.line > group.header_line).for_each(|r| same.add_values(r, privacy));
            }
            None => groups.push(group),
        }
    }
    profile.findings.extend(document.notes.list());
    if document.format == "sie" {
        profile
            .findings
            .push("a SIE file holds totals by account and month and names no supplier: it is checked against, and is no source of lines".to_string());
        profile.tables = groups.iter().map(|g| table_profile(g, None)).collect();
        profile.refusal = Some(format!(
            "{}: a SIE file is no source of invoice lines; ask for the ledger's posting export, and keep this file to check its totals",
            input.path
        ));
        return Ok(profile);
    }
    let read = |mapping: &Mapping, profile: &mut Profile| -> Result<Trial> {
        let (trial, read, left) = trial::document(input, mapping, options.currency, privacy)?;
        if !left.is_empty() && read.iter().any(|n| !n.is_empty()) {
            profile.findings.push(format!("read: {}; left out: {}", read.join(", "), left.join("; ")));
        }
        Ok(trial)
    };
    settle(profile, groups, options, None, &read)
}

fn refuse_broken(path: &str, fault: &CellFault) -> Result<()> {
    if fault.fault == faults::DOCUMENT_BROKEN {
        return Err(Error::Input(format!("{path}: line {}: {}; {}", fault.line, fault.value.clone().unwrap_or_default(), faults::DOCUMENT_BROKEN.remedy)));
    }
    Ok(())
}

fn place(table: &str) -> String {
    if table.is_empty() { String::new() } else { format!("{table}: ") }
}

fn empty_profile(input: &Input, content: &Content, format: &str, encoding: &str) -> Profile {
    Profile {
        path: input.path.clone(),
        format: format.to_string(),
        encoding: encoding.to_string(),
        byte_count: content.byte_count,
        dialect: None,
        tables: Vec::new(),
        kind: None,
        built_in: None,
        others: Vec::new(),
        mapping: None,
        unplaced: Vec::new(),
        open: Vec::new(),
        trial: None,
        refusal: None,
        findings: Vec::new(),
    }
}

/// The records of a text as rows, blank ones too.
pub fn text_rows(text: &str, dialect: Dialect) -> Vec<Row> {
    let mut records = Records::new(text, dialect);
    let mut fields = Vec::new();
    let mut rows = Vec::new();
    while let Some(place) = records.next(&mut fields) {
        let cell = |f: &super::split::Field| (trim(&field_text(text, *f, dialect.quote)).to_string(), FieldKind::Plain);
        rows.push(Row { line: u64::from(place.line) + 1, cells: fields.iter().map(cell).collect() });
        if fields.len() > COLUMNS_MAX {
            break;
        }
    }
    rows
}

fn new_group(titles: Vec<String>, header_line: u64, names: Vec<String>, is_whole: bool, has_header: bool) -> Group {
    let values = vec![Values::default(); names.len()];
    Group { titles, header_line, names, values, record_count: 0, is_whole, has_header }
}

impl Group {
    fn add(&mut self, row: &Row, privacy: &Privacy) {
        self.record_count += u64::from(row.filled() > 0);
        self.add_values(row, privacy);
    }

    fn add_values(&mut self, row: &Row, privacy: &Privacy) {
        for ((text, kind), values) in row.cells.iter().zip(&mut self.values) {
            values.add(text, *kind, privacy);
        }
    }
}

/// The columns of a table whose header has to be found.
fn group_of(rows: &[Row], titles: Vec<String>, is_whole: bool, findings: &mut Vec<String>, privacy: &Privacy) -> Group {
    let texts = |row: &Row| row.cells.iter().map(|(t, _)| t.clone()).collect::<Vec<String>>();
    // A row of names that are known is a header wherever it stands, as for ingest; else the shape tells.
    let known = rows
        .iter()
        .enumerate()
        .take(HEADER_ROWS_MAX)
        .map(|(index, row)| (propose::known_names(&texts(row)), index))
        .filter(|(count, index)| *count >= 2 && count * 4 >= rows[*index].filled())
        .max_by_key(|(count, index)| (*count, std::cmp::Reverse(*index)));
    let head = sniff::head(rows);
    let (header, data) = match known {
        Some((_, index)) => (Some(index), index + 1),
        None if !head.rows.is_empty() => {
            let index = head.rows.clone().max_by_key(|i| rows[*i].filled()).expect("a header has rows");
            (Some(index), head.data)
        }
        None => (None, head.data),
    };
    if known.is_none() && head.rows.len() > 1 {
        findings.push(format!("the header has {} rows; the names are taken from line {}", head.rows.len(), header.map_or(0, |i| rows[i].line)));
    }
    let above = rows[..header.unwrap_or(data).min(rows.len())].iter().filter(|r| r.filled() > 0).count();
    if above > 0 {
        findings.push(format!("{}{above} title rows stand above the table", place(titles.first().map_or("", String::as_str))));
    }
    let mut names = header.map(|i| texts(&rows[i])).unwrap_or_default();
    if header.is_none() {
        let width = rows[data.min(rows.len())..].iter().map(|r| r.cells.len()).max().unwrap_or(0);
        names = vec![String::new(); width];
        findings.push(format!("{}no row is a header: columns are named by their place", place(titles.first().map_or("", String::as_str))));
    }
    // Without a header the layout is told by its number of columns, empty ones too.
    while header.is_some()
        && names.len() > 1
        && names.last().is_some_and(String::is_empty)
        && rows[data.min(rows.len())..].iter().all(|r| r.cells.get(names.len() - 1).is_none_or(|(t, _)| t.is_empty()))
    {
        names.pop();
    }
    let mut seen = std::collections::BTreeSet::new();
    let repeated: Vec<&String> = names.iter().filter(|n| !n.is_empty() && !seen.insert(fold_name(n))).collect();
    if !repeated.is_empty() {
        findings.push(format!("names that are repeated: {repeated:?}; the second is \"NAME#2\" in a mapping"));
    }
    let mut group = new_group(titles, header.map_or(0, |i| rows[i].line), names, is_whole, header.is_some());
    rows[data.min(rows.len())..].iter().for_each(|r| group.add(r, privacy));
    group
}

/// What the text itself tells: letters that another program read wrongly, quotes that stand behind blanks, a header that comes back.
fn oddities(text: &str, rows: &[Row], group: &Group, findings: &mut Vec<String>) {
    let is_wrong = |c: char| ('\u{80}'..='\u{9f}').contains(&c);
    let doubled = ["Ã¥", "Ã¤", "Ã¶", "Ã…", "Ã„", "Ã–", "Ã©", "Ã¼", "â€", "Â£", "Â "];
    let wrong = text.chars().filter(|c| is_wrong(*c)).count() + doubled.iter().map(|d| text.matches(d).count()).sum::<usize>();
    if wrong > 0 {
        let line = text.lines().position(|l| l.contains(is_wrong) || doubled.iter().any(|d| l.contains(d))).map_or(0, |i| i + 1);
        findings
            .push(format!("{wrong} characters were read in a wrong encoding before they were written here, first in line {line}; they are kept as they stand"));
    }
    let behind_blanks = rows.iter().flat_map(|r| &r.cells).filter(|(t, _)| t.len() > 1 && t.starts_with('"') && t.ends_with('"')).count();
    if behind_blanks > 0 {
        findings.push(format!("{behind_blanks} values have their quotes behind a blank: the quotes are part of the value"));
    }
    let again: Vec<u64> = rows
        .iter()
        .filter(|r| r.line > group.header_line && group.has_header && r.filled() > 1)
        .filter(|r| r.cells.iter().zip(&group.names).all(|((t, _), n)| t == n))
        .map(|r| r.line)
        .collect();
    if let Some(first) = again.first() {
        findings.push(format!("the header comes back {} times, first in line {first}: there may be several tables", again.len()));
    }
    let width = group.names.len();
    let unnamed: Vec<usize> = (0..width).filter(|c| group.has_header && group.names[*c].is_empty() && group.values[*c].filled > 0).map(|c| c + 1).collect();
    if !unnamed.is_empty() {
        findings.push(format!("columns without a name have values: {unnamed:?}"));
    }
    let few = rows.iter().filter(|r| r.line > group.header_line && r.filled() == 1 && width > 2).count();
    if few > 0 {
        findings.push(format!("{few} rows have a single value, as titles, notes and further tables have"));
    }
    let blank = rows.iter().filter(|r| r.filled() == 0).count();
    if blank > 0 {
        findings.push(format!("{blank} rows are blank"));
    }
}

/// Rows with more cells than the header has names, or fewer than it has.
fn ragged(rows: &[Row], group: &Group, findings: &mut Vec<String>) {
    let width = group.names.len();
    let is_ragged = |r: &&Row| {
        let last = r.cells.iter().rposition(|(t, _)| !t.is_empty()).map_or(0, |i| i + 1);
        r.line > group.header_line && last > 0 && (last > width || r.cells.len() < width)
    };
    let odd: Vec<&Row> = rows.iter().filter(is_ragged).collect();
    if !odd.is_empty() && width > 1 {
        let lines: Vec<String> = odd.iter().take(RAGGED_SHOWN).map(|r| r.line.to_string()).collect();
        findings.push(format!("{} rows have another number of columns than the header's {width}, first in line {}", odd.len(), lines.join(", ")));
    }
}

fn table_profile(group: &Group, fit: Option<&Fit>) -> TableProfile {
    let columns = group
        .names
        .iter()
        .zip(&group.values)
        .enumerate()
        .map(|(index, (name, values))| {
            let placed = fit.and_then(|f| f.placed.iter().find(|p| p.column == index).map(|p| (f, p)));
            ColumnProfile {
                name: if name.is_empty() { format!("column {}", index + 1) } else { name.clone() },
                kind: values.kind(),
                filled: values.filled,
                distinct: values.distinct(),
                examples: values.examples.clone(),
                evidence: values.evidence(),
                target: placed.map(|(f, p)| f.table.columns[p.target].name),
                found_by: placed.map(|(_, p)| match (p.name_score > 0, p.score > p.name_score) {
                    (true, true) => "name and values",
                    (true, false) => "name",
                    _ => "values",
                }),
            }
        })
        .collect();
    TableProfile { names: group.titles.clone(), header_line: group.header_line, record_count: group.record_count, is_whole: group.is_whole, columns }
}

type Read<'a> = dyn Fn(&Mapping, &mut Profile) -> Result<Trial> + 'a;

/// Chooses the lake table, writes the mapping and tries it on the file.
fn settle(mut profile: Profile, groups: Vec<Group>, options: Options, quote: Option<char>, read: &Read) -> Result<Profile> {
    let folded: Vec<Vec<(String, &Values)>> = groups.iter().map(|g| fold_header(&g.names).into_iter().zip(&g.values).collect()).collect();
    let fits: Vec<Vec<Fit>> = folded.iter().map(|columns| propose::fits(columns)).collect();
    // The table with most in it among those that fit best; one without a header counts only where nothing else fits.
    let main = (0..groups.len())
        .filter(|i| fits[*i].first().is_some_and(|f| f.missing.is_empty()))
        .max_by_key(|i| (groups[*i].has_header, fits[*i][0].score.min(500), groups[*i].record_count, std::cmp::Reverse(*i)));
    profile.others = built_in_fits(&groups, options.currency);
    let Some(main) = main else {
        profile.tables = groups.iter().map(|g| table_profile(g, None)).collect();
        profile.refusal = Some(no_mapping(&profile.path, &fits));
        if let Some(best) = profile.others.first().cloned() {
            take_built_in(&mut profile, &best.name, read)?;
        }
        return Ok(profile);
    };
    let table = fits[main][0].table;
    let of_kind = |i: usize| fits[i].iter().find(|f| f.table == table && f.missing.is_empty());
    let mut chosen: Vec<(&Group, &Fit)> = vec![(&groups[main], &fits[main][0])];
    chosen.extend((0..groups.len()).filter(|i| *i != main && groups[*i].has_header == groups[main].has_header).filter_map(|i| Some((&groups[i], of_kind(i)?))));
    let file = profile.path.rsplit(['/', '!']).next().unwrap_or_default().to_string();
    let headerless = (!groups[main].has_header).then_some(groups[main].names.len());
    let proposal = propose::write(&chosen, &Facts { file: &file, encoding: options.encoding, quote, headerless });
    profile.kind = Some(table.name);
    profile.open = proposal.open;
    profile.tables = (0..groups.len()).map(|i| table_profile(&groups[i], chosen.iter().find(|(g, _)| std::ptr::eq(*g, &groups[i])).map(|(_, f)| *f))).collect();
    profile.unplaced = groups[main]
        .names
        .iter()
        .enumerate()
        .filter(|(c, n)| !n.is_empty() && !fits[main][0].placed.iter().any(|p| p.column == *c))
        .map(|(_, n)| n.clone())
        .collect();
    // A mapping of ours that has all its columns here is the better one: it knows what the words mean.
    let placed = fits[main][0].placed.len();
    let entire = profile.others.iter().find(|b| b.matched == b.of && b.matched >= placed && headerless.is_none()).cloned();
    if let Some(entire) = entire {
        profile.others.retain(|b| b.name != entire.name);
        take_built_in(&mut profile, &entire.name, read)?;
        return Ok(profile);
    }
    let mapping = Mapping::parse("proposed", &proposal.toml).map_err(|e| Error::Internal(format!("the proposed mapping is not valid: {e}")))?;
    profile.mapping = Some(proposal.toml);
    attempt(&mut profile, &mapping, read)?;
    Ok(profile)
}

/// Tries a mapping; what ingest would refuse is told and is no error of the profile.
fn attempt(profile: &mut Profile, mapping: &Mapping, read: &Read) -> Result<()> {
    match read(mapping, profile) {
        Ok(trial) => {
            profile.trial = Some(trial);
            // What the values alone left open, the file's own total has decided.
            profile.refusal = None;
            profile.open.clear();
            Ok(())
        }
        Err(Error::Input(why)) => {
            profile.refusal = Some(why);
            Ok(())
        }
        Err(other) => Err(other),
    }
}

fn take_built_in(profile: &mut Profile, name: &str, read: &Read) -> Result<()> {
    let mapping = Mapping::load(Path::new(""), name)?;
    profile.kind = Some(mapping.table.name);
    profile.built_in = Some(name.to_string());
    profile.mapping = mapping::built_in_text(name).map(str::to_string);
    attempt(profile, &mapping, read)
}

/// The built-in mappings that can read one of the tables, the fullest first. Those of one buyer are left out: their constants
/// would name that buyer.
fn built_in_fits(groups: &[Group], currency: &str) -> Vec<BuiltIn> {
    let mut all: Vec<BuiltIn> = mapping::built_in()
        .filter_map(|name| {
            let mapping = Mapping::load(Path::new(""), name).ok()?;
            if mapping.file.constants.contains_key("buyer_name") {
                return None;
            }
            let matched = groups.iter().filter(|g| g.has_header).filter_map(|g| Plan::new(&mapping, &g.names, currency).ok()).map(|p| p.matched()).max()?;
            Some(BuiltIn { name: name.to_string(), matched, of: mapping.columns.len() })
        })
        .collect();
    all.sort_by(|a, b| b.matched.cmp(&a.matched).then(a.of.cmp(&b.of)).then(a.name.cmp(&b.name)));
    all.truncate(BUILT_IN_MAX);
    all
}

fn no_mapping(path: &str, fits: &[Vec<Fit>]) -> String {
    let nearest = fits.iter().flatten().filter(|f| !f.placed.is_empty()).max_by_key(|f| f.score - 50 * f.missing.len() as i64);
    let what = nearest.map_or_else(
        || "no column is one that a table of the lake needs".to_string(),
        |f| format!("nearest is {}, which lacks {}", f.table.name, f.missing.join(", ")),
    );
    format!("{path}: no table of the lake fits: {what}. If the file has these, name its columns in mappings/NAME.toml (docs/mappings.md); else leave it out")
}
