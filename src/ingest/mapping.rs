//! Mappings: how the columns of an export become the columns of a lake table. `docs/mappings.md` describes the files.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::convert::constant_array;
use crate::assets;
use crate::error::{Error, Result};
use crate::model::SourceFileId;
use crate::schema::{self, Table, Type};
use crate::store::hex;

/// One mapping file, checked against the declared table.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// The file's stem, which sources name.
    pub name: String,
    /// The lake table that the rows belong to.
    pub table: &'static Table,
    /// What the file says.
    pub file: MappingFile,
    /// Column instructions by target column, in the order of the table.
    pub columns: Vec<(usize, ColumnRule)>,
    /// SHA-256 of the text, in hex: part of the fingerprint of a reading.
    pub sha256: String,
}

/// A mapping as it stands in TOML.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MappingFile {
    /// One line: which system writes this.
    pub doc: String,
    /// The lake table, such as `invoice_line`.
    pub kind: String,
    /// Name of the table to read, of a file that holds several: a sheet, an array, or the `tender`, `contract` and `bid` of
    /// procurement notices. Absent = every table that the columns fit.
    #[serde(default)]
    pub table: Option<String>,
    /// Encoding, when the bytes cannot show it: a WHATWG label, or cp437, cp850.
    #[serde(default)]
    pub encoding: Option<String>,
    /// Separator, when it must not be sniffed.
    #[serde(default)]
    pub separator: Option<String>,
    /// What stands around fields with separators in them, when it is not `"`.
    #[serde(default)]
    pub quote: Option<String>,
    /// Decimal mark of every number column: `,` or `.`; absent = decided for each column by its values.
    #[serde(default)]
    pub decimal: Option<String>,
    /// Order of every date column: `ymd`, `dmy` or `mdy`; absent = decided for each column by its values.
    #[serde(default)]
    pub date_order: Option<DateOrder>,
    /// Whether dates may be spreadsheet serial numbers (`45322`), and in which system: `1900` or `1904`.
    #[serde(default)]
    pub date_serial: Option<String>,
    /// Texts that stand for no value, beside the empty one.
    #[serde(default)]
    pub empty: Vec<String>,
    /// Marks after a number that make it a credit (negative), such as `CR` or `K`.
    #[serde(default)]
    pub credit_marks: Vec<String>,
    /// Whose personal numbers to look for: `se` (default) or `none`.
    #[serde(default = "default_personal_numbers")]
    pub personal_numbers: PersonalNumbers,
    /// The date columns that give the period, the first that has a value; default booked_on, then invoice_on, then paid_on.
    #[serde(default)]
    pub period_from: Vec<String>,
    /// Whether `vendor_id` holds organisation numbers, which then fill `organisation_number` too.
    #[serde(default)]
    pub vendor_id_is_organisation_number: bool,
    /// First words of rows that are totals, beside the built-in Swedish and English ones.
    #[serde(default)]
    pub total_words: Vec<String>,
    /// Values that hold for every row, by target column.
    #[serde(default)]
    pub constants: BTreeMap<String, String>,
    /// Where each target column comes from.
    pub columns: BTreeMap<String, ColumnFile>,
    /// For a table with a column for each of something, such as currencies: how it becomes a row for each.
    #[serde(default)]
    pub unpivot: Option<Unpivot>,
    /// Layouts of files without a header, told apart by their number of columns.
    #[serde(default)]
    pub headerless: Vec<Headerless>,
}

fn default_personal_numbers() -> PersonalNumbers {
    PersonalNumbers::Se
}

/// Whose personal numbers may stand in identifiers and texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PersonalNumbers {
    /// Sweden's: personnummer and samordningsnummer.
    Se,
    /// None: ten digits are only digits.
    None,
}

/// Order of day, month and year in a date written with digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DateOrder {
    /// Year, month, day.
    Ymd,
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
}

/// A column instruction in TOML: one name, several, or a table of settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum ColumnFile {
    /// One column name.
    Name(String),
    /// Alternatives: the first that the header has.
    Names(Vec<String>),
    /// With settings.
    Rule(ColumnRule),
}

/// Where a target column comes from and how its values are read.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnRule {
    /// Alternatives: the first that the header has.
    pub names: Vec<String>,
    /// Whether the header must have it (amounts, keys and the period's dates must anyway).
    #[serde(default)]
    pub required: bool,
    /// Decimal mark of this column: `,` or `.`.
    #[serde(default)]
    pub decimal: Option<String>,
    /// Date order of this column.
    #[serde(default)]
    pub date_order: Option<DateOrder>,
    /// Whether the sign is turned: for ledgers that show costs as negative.
    #[serde(default)]
    pub reversed: bool,
    /// Meanings of values, compared without regard to case: left as in the file, right as in the lake.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
    /// Whether a value without an entry in `values` is a fault.
    #[serde(default)]
    pub values_only: bool,
    /// Characters that separate the entries of a list column, beside `|`.
    #[serde(default)]
    pub split: Option<String>,
}

/// Every column of the file that no target names becomes a row of its own, with two columns that targets may name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unpivot {
    /// The column that holds the name of the file's column.
    pub name: String,
    /// The column that holds its value.
    pub value: String,
}

/// A layout by position.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Headerless {
    /// The target column of each position; empty for positions that are not used.
    pub columns: Vec<String>,
}

/// Target columns that ingest makes itself; a mapping cannot fill them.
pub const COMPUTED: &[&str] = &["line_id", "source_file_id", "source_line", "source_name", "period", "vendor_key", "row_fingerprint"];

/// Kinds that one file may give beside another, each read by a source of its own: what a notice tells, and what a ledger says of its suppliers.
const KINDS_BESIDE_OTHERS: &[&str] = &["tender", "award", "bid", "supplier_register"];

impl Mapping {
    /// The id of the rows of a file: its content names it, and the kind too where one file gives several.
    pub fn source_file_id(&self, sha256: &str) -> SourceFileId {
        if KINDS_BESIDE_OTHERS.contains(&self.table.name) {
            return SourceFileId::from_sha256_hex(&hex(&Sha256::digest(format!("{sha256} {}", self.table.name))));
        }
        SourceFileId::from_sha256_hex(sha256)
    }

    /// The mapping of that name: the workspace's `mappings/` first, then the built-in ones.
    pub fn load(workspace: &Path, name: &str) -> Result<Mapping> {
        if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') || name.is_empty() {
            return Err(Error::Config(format!("mapping \"{name}\": a name has letters, digits, - and _ only")));
        }
        let own = workspace.join("mappings").join(format!("{name}.toml"));
        if own.is_file() {
            let text = std::fs::read_to_string(&own).map_err(|e| Error::Rules(format!("{}: cannot read: {e}", own.display())))?;
            return Mapping::parse(name, &text).map_err(|e| Error::Rules(format!("{}: {e}", own.display())));
        }
        match assets::text(&format!("data/mappings/{name}.toml")) {
            Some(text) => Mapping::parse(name, text).map_err(|e| Error::Rules(format!("mapping {name}: {e}"))),
            None => {
                let known: Vec<_> = built_in().collect();
                Err(Error::Config(format!(
                    "mapping \"{name}\" is not known; write mappings/{name}.toml in the workspace, let `spendtrace profile FILE` propose one, or use one of: {}",
                    known.join(", ")
                )))
            }
        }
    }

    /// A mapping from its text.
    pub fn parse(name: &str, text: &str) -> Result<Mapping, String> {
        let file: MappingFile = toml::from_str(text).map_err(|e| e.to_string())?;
        let table = schema::table(&format!("lake.{}", file.kind))
            .filter(|t| !["source_file", "reject", "finding"].contains(&t.name))
            .ok_or_else(|| format!("kind = \"{}\" is not a table that ingest fills", file.kind))?;
        let settable = |target: &str| -> Result<usize, String> {
            if COMPUTED.contains(&target) {
                return Err(format!("{target} is made by ingest and cannot be mapped"));
            }
            table.columns.iter().position(|c| c.name == target).ok_or_else(|| {
                let known: Vec<_> = table.columns.iter().map(|c| c.name).filter(|n| !COMPUTED.contains(n)).collect();
                format!("lake.{} has no column {target}; it has {}", table.name, known.join(", "))
            })
        };
        let mut columns = Vec::new();
        for (target, rule) in &file.columns {
            let index = settable(target)?;
            let rule = match rule.clone() {
                ColumnFile::Name(name) => ColumnRule { names: vec![name], ..ColumnRule::default() },
                ColumnFile::Names(names) => ColumnRule { names, ..ColumnRule::default() },
                ColumnFile::Rule(rule) => rule,
            };
            if rule.names.is_empty() || rule.names.iter().any(|n| fold_name(n).is_empty()) {
                return Err(format!("columns.{target}: names must hold at least one column name"));
            }
            columns.push((index, rule));
        }
        columns.sort_by_key(|(index, _)| *index);
        for (target, value) in &file.constants {
            let declared = &table.columns[settable(target)?];
            if constant_array(value, declared.ty, 1).is_none() {
                let word = declared.ty.word();
                return Err(format!("constants.{target} = \"{value}\" is no {word}; write numbers with a point, days as YYYY-MM-DD, true or false"));
            }
        }
        for mark in file.decimal.iter().chain(columns.iter().filter_map(|(_, r)| r.decimal.as_ref())) {
            if mark != "," && mark != "." {
                return Err(format!("decimal = \"{mark}\" is not a decimal mark; write \",\" or \".\""));
            }
        }
        if file.date_serial.as_ref().is_some_and(|s| s != "1900" && s != "1904") {
            return Err("date_serial: write \"1900\" or \"1904\"".to_string());
        }
        for column in &file.period_from {
            if table.column(column).is_none_or(|c| c.ty != Type::Date) {
                return Err(format!("period_from: {column} is not a date column of lake.{}", table.name));
            }
        }
        for target in file.headerless.iter().flat_map(|h| &h.columns).filter(|c| !c.is_empty()) {
            settable(target)?;
        }
        if file.separator.as_ref().is_some_and(|s| s.len() != 1) {
            return Err("separator: write one ASCII character".to_string());
        }
        if file.quote.as_ref().is_some_and(|s| s.len() != 1) {
            return Err("quote: write one ASCII character".to_string());
        }
        let sha256 = hex(&Sha256::digest(text));
        Ok(Mapping { name: name.to_string(), table, file, columns, sha256 })
    }

    /// What stands around fields that hold separators.
    pub fn quote(&self) -> u8 {
        self.file.quote.as_ref().and_then(|q| q.bytes().next()).unwrap_or(b'"')
    }

    /// The date columns that give the period, in order of preference.
    pub fn period_columns(&self) -> Vec<usize> {
        if !self.table.is_partitioned {
            return Vec::new();
        }
        if self.file.period_from.is_empty() {
            ["booked_on", "invoice_on", "paid_on"].iter().map(|c| self.table.index_of(c)).collect()
        } else {
            self.file.period_from.iter().map(|c| self.table.index_of(c)).collect()
        }
    }

    /// Target columns that a header must have for this mapping to fit: each group needs one of its members.
    pub fn required_groups(&self) -> Vec<Vec<usize>> {
        let mapped = |index: usize| self.columns.iter().any(|(i, _)| *i == index);
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (index, column) in self.table.columns.iter().enumerate() {
            let is_stated = self.columns.iter().any(|(i, rule)| *i == index && rule.required);
            let is_needed = column.required && !COMPUTED.contains(&column.name) && column.name != "currency" && !self.file.constants.contains_key(column.name);
            if is_stated || is_needed {
                groups.push(vec![index]);
            }
        }
        if self.table.is_partitioned {
            groups.push(self.period_columns().into_iter().filter(|i| mapped(*i)).collect());
        }
        groups
    }
}

/// Names of the built-in mappings.
pub fn built_in() -> impl Iterator<Item = &'static str> {
    assets::below("data/mappings/").filter_map(|(path, _)| path.strip_prefix("data/mappings/")?.strip_suffix(".toml"))
}

/// The text of a built-in mapping.
pub fn built_in_text(name: &str) -> Option<&'static str> {
    assets::text(&format!("data/mappings/{name}.toml"))
}

/// A column name as it is compared: letters and digits only, lower case, so that `Lev.nr (T)`, `lev_nr(t)` and a name with
/// stray blanks are one. A final `#2` of a repeated name is kept.
pub fn fold_name(name: &str) -> String {
    let (base, repeat) = match name.rsplit_once('#') {
        Some((base, digits)) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => (base, digits),
        _ => (name, ""),
    };
    let mut folded: String = base.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if !repeat.is_empty() && !folded.is_empty() {
        folded.push('#');
        folded.push_str(repeat);
    }
    folded
}

/// Header names as they are compared, with `#2`, `#3` on repeated ones; empty names stay empty.
pub fn fold_header(names: &[String]) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    names
        .iter()
        .map(|name| {
            let folded = fold_name(name);
            if folded.is_empty() {
                return folded;
            }
            let count = seen.entry(folded.clone()).or_default();
            *count += 1;
            if *count == 1 { folded } else { format!("{folded}#{count}") }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_mapping_is_valid() {
        for name in built_in() {
            let mapping = Mapping::load(Path::new("/nonexistent"), name).unwrap();
            assert!(!mapping.columns.is_empty(), "{name}");
            assert!(mapping.required_groups().iter().all(|g| !g.is_empty()), "{name}: a required column has no source");
        }
    }

    #[test]
    fn names_are_compared_by_letters_and_digits() {
        for (a, b) in [("Lev.nr(T)", "lev nr (t)"), ("\u{feff}kopare_id", "Kopare ID"), ("À-pris", "à pris")] {
            assert_eq!(fold_name(a), fold_name(b));
        }
        assert_ne!(fold_name("Konto"), fold_name("Konto(T)"));
        let names: Vec<String> = ["Datum", "Belopp", "", "datum "].iter().map(ToString::to_string).collect();
        assert_eq!(fold_header(&names), ["datum", "belopp", "", "datum#2"]);
    }

    #[test]
    fn wrong_mappings_are_refused_with_the_place() {
        for (text, part) in [
            ("doc = \"\"\nkind = \"invoice\"\n[columns]\n", "not a table"),
            ("doc = \"\"\nkind = \"invoice_line\"\n[columns]\nnett = \"a\"\n", "has no column nett"),
            ("doc = \"\"\nkind = \"invoice_line\"\n[columns]\nline_id = \"a\"\n", "made by ingest"),
            ("doc = \"\"\nkind = \"invoice_line\"\ndecimal = \";\"\n[columns]\nnet_amount = \"a\"\n", "decimal mark"),
            ("doc = \"\"\nkind = \"invoice_line\"\nperiod_from = [\"currency\"]\n[columns]\n", "not a date column"),
            ("doc = \"\"\nkind = \"emission_factor\"\n[constants]\nprice_year = \"MMXXI\"\n[columns]\n", "is no int"),
            ("doc = \"\"\nkind = \"invoice_line\"\n[constants]\nnet_amount = \"0.005\"\n[columns]\n", "is no money"),
            ("doc = \"\"\nkind = \"invoice_line\"\ncolour = 1\n[columns]\n", "unknown field"),
        ] {
            let error = Mapping::parse("m", text).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
