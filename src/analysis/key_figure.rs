//! Key figures as data: `data/kpi/<code>.toml`, and `kpi/<code>.toml` of the workspace on top.
//!
//! A figure's query gives exact numerators and denominators over the metric tables: for a flow one row per month
//! (`month_index, numerator, denominator, judged, judgeable`), for a state one row (the same without the month). Windows are
//! summed here in whole minor units and divided once, at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Decimal128Type, Int64Type};
use serde::Deserialize;

use crate::assets;
use crate::error::{Error, Result};
use crate::model::{Date, Money, Period};
use crate::pipeline::Context;
use crate::schema::Table;
use crate::schema::metric::{self, KEY_FIGURE, KEY_FIGURE_MONTH};
use crate::store::{Frame, SqlSession, Store, TableBuilder};

/// Months of the window that a flow is taken over.
const WINDOW_MONTHS: i64 = 12;

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// A share, 0 to 1: numerator / denominator.
    Ratio,
    /// A number of things: the numerator; the denominator says out of how many.
    Count,
    /// An amount in the workspace's currency: the numerator.
    Money,
}

impl Unit {
    const fn word(self) -> &'static str {
        match self {
            Unit::Ratio => "ratio",
            Unit::Count => "count",
            Unit::Money => "money",
        }
    }
}

/// How a figure behaves over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Adds up over months; shown over the twelve that end with the as-of month.
    Flow,
    /// As it stands on the as-of date.
    State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Good {
    Up,
    Down,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Counted {
    Money,
    Count,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    from: String,
    by: String,
    value: f64,
    #[allow(dead_code, reason = "the file must say where a target comes from; people read it there")]
    source: String,
}

/// One key figure of `data/kpi`, as its file says it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFigure {
    /// The name of its file.
    #[serde(skip)]
    pub code: String,
    /// Order in the report.
    pub order: i64,
    /// Name in Swedish.
    pub name_sv: String,
    /// Name in English.
    pub name_en: String,
    /// The question it answers, in Swedish.
    pub question_sv: String,
    /// The question it answers, in English.
    pub question_en: String,
    /// One plain sentence in Swedish with places to fill.
    pub sentence_sv: String,
    /// One plain sentence in English with places to fill.
    pub sentence_en: String,
    /// What it counts.
    pub unit: Unit,
    /// What numerator and denominator are made of.
    numerator: Counted,
    good: Good,
    /// How it behaves over time.
    pub kind: Kind,
    /// Sentences of the policy that it measures.
    pub policy: Vec<u32>,
    /// Goals that it serves.
    pub goals: Vec<String>,
    /// The analysis that it can be followed into.
    pub metric: String,
    /// The query.
    pub sql: String,
    #[serde(default)]
    target: Vec<Target>,
}

/// The figures, in order: the built-in ones, with the workspace's own added or put in their place.
pub fn key_figures(workspace: &Path) -> Result<Vec<KeyFigure>> {
    let mut figures: BTreeMap<String, KeyFigure> = BTreeMap::new();
    let own = workspace_texts(workspace)?;
    let texts = assets::below("data/kpi/").map(|(path, text)| (path.to_string(), text)).chain(own.iter().map(|(path, text)| (path.clone(), text.as_str())));
    for (path, text) in texts {
        let fault = |e: String| Error::Rules(format!("{path}: {e}"));
        let mut figure: KeyFigure = toml::from_str(text).map_err(|e| fault(e.to_string()))?;
        let stem = Path::new(&path).file_stem().and_then(|s| s.to_str()).unwrap_or_default();
        figure.code = stem.to_string();
        settle(&figure).map_err(fault)?;
        figures.insert(figure.code.clone(), figure);
    }
    let mut figures: Vec<_> = figures.into_values().collect();
    figures.sort_by(|a, b| a.order.cmp(&b.order).then_with(|| a.code.cmp(&b.code)));
    Ok(figures)
}

/// Paths and texts of the workspace's own figures, in order of their names.
pub fn workspace_texts(workspace: &Path) -> Result<Vec<(String, String)>> {
    let folder = workspace.join("kpi");
    let mut paths: Vec<_> =
        std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "toml")).collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).map_err(|e| Error::io("read", &path, &e))?;
            Ok((path.display().to_string(), text))
        })
        .collect()
}

/// Checks what the types cannot say.
fn settle(figure: &KeyFigure) -> Result<(), String> {
    const PLACES: &[&str] = &["value", "numerator", "denominator", "coverage", "target"];
    for sentence in [&figure.sentence_sv, &figure.sentence_en] {
        for part in sentence.split('{').skip(1) {
            let place = part.split('}').next().unwrap_or_default();
            if !PLACES.contains(&place) {
                return Err(format!("the sentence has a place {{{place}}}; there are {PLACES:?}"));
            }
        }
    }
    if metric::analysis(&figure.metric).is_none() {
        return Err(format!("metric \"{}\" is not an analysis; write the name of a file in queries/metric", figure.metric));
    }
    if figure.policy.is_empty() && figure.goals.is_empty() {
        return Err("the figure serves no policy sentence and no goal".to_string());
    }
    let mut last = None;
    for target in &figure.target {
        let day = |text: &str| Date::parse_iso(text).ok_or_else(|| format!("target date \"{text}\" is not a date; write YYYY-MM-DD"));
        let (from, _) = (day(&target.from)?, day(&target.by)?);
        if last.is_some_and(|l| l >= from) {
            return Err("list the targets oldest first".to_string());
        }
        last = Some(from);
    }
    Ok(())
}

/// Exact sums in 10^−2: numerator, denominator, and what could be judged of what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sums {
    numerator: i128,
    denominator: i128,
    judged: i128,
    judgeable: i128,
    has_denominator: bool,
    has_coverage: bool,
}

impl Sums {
    fn add(&mut self, other: Sums) {
        self.numerator += other.numerator;
        self.denominator += other.denominator;
        self.judged += other.judged;
        self.judgeable += other.judgeable;
        self.has_denominator |= other.has_denominator;
        self.has_coverage |= other.has_coverage;
    }

    /// The figure; `None` where nothing could be judged: a nought that rests on no evidence is no nought.
    fn value(&self, unit: Unit) -> Option<f64> {
        if self.has_coverage && self.judged == 0 {
            return None;
        }
        match unit {
            Unit::Ratio => ratio(self.numerator, self.denominator),
            Unit::Count | Unit::Money => Some(self.numerator as f64 / 100.0),
        }
    }

    fn coverage(&self) -> Option<f64> {
        if self.has_coverage { ratio(self.judged, self.judgeable) } else { None }
    }
}

fn ratio(numerator: i128, denominator: i128) -> Option<f64> {
    (denominator != 0).then(|| numerator as f64 / denominator as f64)
}

/// The rows of both key figure tables.
pub fn batches(context: &Context, store: &Store, session: &SqlSession, figures: &[KeyFigure]) -> Result<Vec<(&'static Table, Frame)>> {
    let as_of = context.as_of(store);
    let end = i64::from(as_of.period().index());
    let loaded = loaded_months(session)?;
    let mut rows = TableBuilder::new(&KEY_FIGURE);
    let mut months = TableBuilder::new(&KEY_FIGURE_MONTH);
    for figure in figures {
        let what = format!("data/kpi/{}.toml", figure.code);
        let frame = session.query(&what, &figure.sql)?;
        let by_month = read_sums(&frame, figure.kind).map_err(|e| Error::Rules(format!("{what}: {e}")))?;
        let window = |last: i64| -> Sums {
            let mut sums = Sums::default();
            for month in by_month.range(last - WINDOW_MONTHS + 1..=last) {
                sums.add(*month.1);
            }
            sums
        };
        let loaded_in = |last: i64| loaded.range(last - WINDOW_MONTHS + 1..=last).count() as i64;
        let (sums, first, previous, last_year) = match figure.kind {
            Kind::State => (by_month.get(&0).copied().unwrap_or_default(), end, None, None),
            Kind::Flow => {
                let first = loaded.range(end - WINDOW_MONTHS + 1..=end).next().copied().unwrap_or(end);
                let previous = (loaded_in(end - 1) > 0).then(|| window(end - 1).value(figure.unit)).flatten();
                let last_year = (loaded_in(end - WINDOW_MONTHS) == WINDOW_MONTHS).then(|| window(end - WINDOW_MONTHS).value(figure.unit)).flatten();
                (window(end), first, previous, last_year)
            }
        };
        let value = sums.value(figure.unit);
        let target = figure.target.iter().rev().find(|t| Date::parse_iso(&t.from).is_some_and(|from| from <= as_of));
        let is_met = value.zip(target).map(|(value, target)| match figure.good {
            Good::Up => value >= target.value,
            Good::Down => value <= target.value,
        });
        let period = |index: i64| Period::from_index(index as i32).to_string();
        rows.text("figure_code", Some(&figure.code))
            .int("figure_order", Some(figure.order))
            .text("name_sv", Some(&figure.name_sv))
            .text("name_en", Some(&figure.name_en))
            .text("question_sv", Some(&figure.question_sv))
            .text("question_en", Some(&figure.question_en))
            .text("sentence_sv", Some(&figure.sentence_sv))
            .text("sentence_en", Some(&figure.sentence_en))
            .text("unit", Some(figure.unit.word()))
            .text("good_direction", Some(if figure.good == Good::Up { "up" } else { "down" }))
            .text("kind", Some(if figure.kind == Kind::Flow { "flow" } else { "state" }))
            .text("policy_sentences", Some(&figure.policy.iter().map(u32::to_string).collect::<Vec<_>>().join(",")))
            .text("goals", Some(&figure.goals.join("|")))
            .text("metric_table", Some(&figure.metric))
            .text("first_period", Some(&period(first)))
            .text("last_period", Some(&period(end)))
            .int("month_count", Some(if figure.kind == Kind::Flow { loaded_in(end) } else { loaded.len() as i64 }))
            .float("value", value)
            .money("numerator", Some(money(sums.numerator)?))
            .money("denominator", if sums.has_denominator { Some(money(sums.denominator)?) } else { None })
            .text("numerator_unit", Some(if figure.numerator == Counted::Count { "count" } else { &context.config.currency }))
            .float("coverage_ratio", sums.coverage())
            .float("target_value", target.map(|t| t.value))
            .date("target_on", target.and_then(|t| Date::parse_iso(&t.by)))
            .boolean("is_target_met", is_met)
            .float("previous_value", previous)
            .float("last_year_value", last_year)
            .end_row();
        if figure.kind == Kind::Flow {
            for (&month, sums) in &by_month {
                months
                    .text("figure_code", Some(&figure.code))
                    .text("period", Some(&period(month)))
                    .money("numerator", Some(money(sums.numerator)?))
                    .money("denominator", if sums.has_denominator { Some(money(sums.denominator)?) } else { None })
                    .float("value", sums.value(figure.unit))
                    .float("rolling_value", window(month).value(figure.unit))
                    .end_row();
            }
        }
    }
    Ok(vec![(&KEY_FIGURE, rows.finish()), (&KEY_FIGURE_MONTH, months.finish())])
}

fn money(minor: i128) -> Result<Money> {
    i64::try_from(minor).ok().and_then(Money::from_minor).ok_or_else(|| Error::Internal(format!("a key figure's sum {minor} does not fit an amount")))
}

fn loaded_months(session: &SqlSession) -> Result<BTreeSet<i64>> {
    let frame = session.query("rule.calendar", "select month_index from rule.calendar where is_loaded order by month_index")?;
    Ok(frame.column(0).as_primitive::<Int64Type>().iter().flatten().collect())
}

/// The rows of a figure's query by month; a state is month 0.
fn read_sums(frame: &Frame, kind: Kind) -> Result<BTreeMap<i64, Sums>, String> {
    let column = |name: &str| {
        let index = frame.schema().index_of(name).map_err(|_| format!("the query has no column {name}"))?;
        hundredths(frame.column(index)).map_err(|e| format!("column {name}: {e}"))
    };
    let numerator = column("numerator")?;
    let (denominator, judged, judgeable) = (column("denominator")?, column("judged")?, column("judgeable")?);
    let months = if kind == Kind::Flow { Some(column("month_index")?) } else { None };
    let mut sums: BTreeMap<i64, Sums> = BTreeMap::new();
    for row in 0..frame.num_rows() {
        let month = match &months {
            None => 0,
            Some(months) => i64::try_from(months[row].ok_or("a month_index is empty")? / 100).map_err(|_| "a month_index is too large")?,
        };
        sums.entry(month).or_default().add(Sums {
            numerator: numerator[row].unwrap_or(0),
            denominator: denominator[row].unwrap_or(0),
            judged: judged[row].unwrap_or(0),
            judgeable: judgeable[row].unwrap_or(0),
            has_denominator: denominator[row].is_some(),
            has_coverage: judged[row].is_some() && judgeable[row].is_some(),
        });
    }
    if kind == Kind::State && frame.num_rows() > 1 {
        return Err(format!("the query of a state gives {} rows, not one", frame.num_rows()));
    }
    Ok(sums)
}

/// Whole numbers and decimals in units of 10^−2; anything else is refused, floats above all.
fn hundredths(array: &dyn Array) -> Result<Vec<Option<i128>>, String> {
    match array.data_type() {
        DataType::Int64 => Ok(array.as_primitive::<Int64Type>().iter().map(|v| v.map(|v| i128::from(v) * 100)).collect()),
        DataType::Decimal128(_, 2) => Ok(array.as_primitive::<Decimal128Type>().iter().collect()),
        DataType::Utf8 if array.null_count() == array.len() => Ok(vec![None; array.len()]),
        other => Err(format!("type {other}; give whole numbers or money, never a float")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_figures_are_sound() {
        let figures = key_figures(Path::new("no such workspace")).unwrap();
        assert!(figures.len() >= 10, "{}", figures.len());
        let orders: BTreeSet<_> = figures.iter().map(|f| f.order).collect();
        assert_eq!(orders.len(), figures.len(), "two figures share an order");
    }

    #[test]
    fn faults_are_named() {
        let good = assets::text("data/kpi/contract_compliance.toml").unwrap();
        for (from, to, part) in [("{value}", "{share}", "{share}"), ("metric = \"compliance_total\"", "metric = \"nothing\"", "not an analysis")] {
            let text = good.replace(from, to);
            assert_ne!(text, good);
            let figure: KeyFigure = toml::from_str(&text).unwrap();
            let error = settle(&figure).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
