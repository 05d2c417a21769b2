//! Values in force at a date: thresholds of law, rates, parameters. Read from `data/rules/*.toml`, never literals in code.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::assets;
use crate::error::{Error, Result};
use crate::model::{Date, Money};

/// How an amount must compare with a limit to be within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Operator {
    /// Below the limit ("understiger").
    #[serde(rename = "<")]
    Below,
    /// At most the limit ("högst").
    #[serde(rename = "<=")]
    AtMost,
}

impl Operator {
    /// `<` or `<=`.
    pub const fn symbol(self) -> &'static str {
        match self {
            Operator::Below => "<",
            Operator::AtMost => "<=",
        }
    }
}

/// A value from a date on, until the next one.
#[derive(Debug, Clone)]
pub struct Dated {
    /// First day in force.
    pub from: Date,
    /// Last day in force; `None` while it is.
    pub to: Option<Date>,
    /// The value in minor units (money) or 10^−4 (other units).
    pub value: i64,
    /// Unit, such as SEK or ratio.
    pub unit: String,
    /// For limits: what an amount must satisfy.
    pub operator: Operator,
    /// Official source.
    pub source: String,
}

/// One rule: a code and its dated values, oldest first, without overlap.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Such as `direct_award`.
    pub code: String,
    /// One line of what it is.
    pub doc: String,
    /// Values by date.
    pub values: Vec<Dated>,
}

impl Rule {
    /// The value in force on a day; `None` before the first or after the last: never a default.
    pub fn at(&self, day: Date) -> Option<&Dated> {
        self.values.iter().rev().find(|v| v.from <= day && v.to.is_none_or(|to| day <= to))
    }
}

/// All rules: limits of law and policy, and parameters of the analyses.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    thresholds: BTreeMap<String, Rule>,
    parameters: BTreeMap<String, Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRule {
    doc: String,
    unit: String,
    #[serde(default)]
    operator: Option<Operator>,
    values: Vec<FileValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileValue {
    from: String,
    #[serde(default)]
    to: Option<String>,
    value: String,
    #[serde(default)]
    operator: Option<Operator>,
    #[serde(default)]
    unit: Option<String>,
    source: String,
}

impl Rules {
    /// The built-in rules with those of the workspace's `rules/` folder on top: a rule given there replaces ours whole.
    pub fn load(workspace: &std::path::Path) -> Result<Rules> {
        let mut rules = Rules::default();
        for (path, text) in assets::below("data/rules/") {
            rules.add_file(path, text)?;
        }
        let folder = workspace.join("rules");
        let mut paths: Vec<_> =
            std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "toml")).collect();
        paths.sort();
        for path in paths {
            let text = std::fs::read_to_string(&path).map_err(|e| Error::io("read", &path, &e))?;
            rules.add_file(&path.display().to_string(), &text)?;
        }
        Ok(rules)
    }

    fn add_file(&mut self, path: &str, text: &str) -> Result<()> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            #[serde(default)]
            threshold: BTreeMap<String, FileRule>,
            #[serde(default)]
            parameter: BTreeMap<String, FileRule>,
        }
        let file: File = toml::from_str(text).map_err(|e| Error::Rules(format!("{path}: {e}")))?;
        for (code, rule) in file.threshold {
            let rule = checked(&code, rule).map_err(|e| Error::Rules(format!("{path}: threshold {code}: {e}")))?;
            self.thresholds.insert(code, rule);
        }
        for (code, rule) in file.parameter {
            let rule = checked(&code, rule).map_err(|e| Error::Rules(format!("{path}: parameter {code}: {e}")))?;
            self.parameters.insert(code, rule);
        }
        Ok(())
    }

    /// The threshold of that code; an error that names it when there is none.
    pub fn threshold(&self, code: &str) -> Result<&Rule> {
        self.thresholds.get(code).ok_or_else(|| Error::Rules(format!("no threshold \"{code}\" in data/rules; add it with its dates and source")))
    }

    /// The parameter of that code; an error that names it when there is none.
    pub fn parameter(&self, code: &str) -> Result<&Rule> {
        self.parameters.get(code).ok_or_else(|| Error::Rules(format!("no parameter \"{code}\" in data/rules; add it with its date and source")))
    }

    /// Thresholds by code.
    pub fn thresholds(&self) -> impl Iterator<Item = &Rule> {
        self.thresholds.values()
    }

    /// Parameters by code.
    pub fn parameters(&self) -> impl Iterator<Item = &Rule> {
        self.parameters.values()
    }

    /// Everything, as text, for the fingerprints of stages.
    pub fn fingerprint_text(&self) -> String {
        format!("{self:?}")
    }
}

/// Whether values of this unit are money, in minor units; others are kept in 10^−4.
pub fn is_money(unit: &str) -> bool {
    unit.len() == 3 && unit.bytes().all(|b| b.is_ascii_uppercase())
}

fn checked(code: &str, rule: FileRule) -> Result<Rule, String> {
    let mut values: Vec<Dated> = Vec::new();
    for value in rule.values {
        let day = |text: &str| Date::parse_iso(text).ok_or_else(|| format!("\"{text}\" is not a date; write YYYY-MM-DD"));
        let unit = value.unit.unwrap_or_else(|| rule.unit.clone());
        let scaled = scaled_decimal(&value.value, if is_money(&unit) { 2 } else { 4 })
            .ok_or_else(|| format!("\"{}\" is not a number; write it with a decimal point, as text", value.value))?;
        if is_money(&unit) && Money::from_minor(scaled).is_none() {
            return Err(format!("\"{}\" is too large", value.value));
        }
        let from = day(&value.from)?;
        let to = value.to.as_deref().map(day).transpose()?;
        if let Some(last) = values.last_mut() {
            if last.from >= from {
                return Err(format!("{from} does not come after {}; list the values oldest first", last.from));
            }
            // An entry ends where the next begins, unless it says that it ended earlier.
            last.to = Some(last.to.map_or(from.plus_days(-1), |to| to.min(from.plus_days(-1))));
        }
        values.push(Dated { from, to, value: scaled, unit, operator: value.operator.or(rule.operator).unwrap_or(Operator::AtMost), source: value.source });
    }
    if values.is_empty() {
        return Err("no values".to_string());
    }
    Ok(Rule { code: code.to_string(), doc: rule.doc, values })
}

/// Parses a plain decimal (`-12.5`) into units of 10^−scale; `None` when it is none or has more decimals.
fn scaled_decimal(text: &str, scale: usize) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || fraction.len() > scale || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i64 = format!("{whole}{fraction:0<scale$}").parse().ok()?;
    Some(sign * number)
}
