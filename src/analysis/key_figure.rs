//! Key figures as data: `data/kpi/<code>.toml`, and `kpi/<code>.toml` of the workspace on top.
//!
//! A figure's query gives exact numerators and denominators over the metric tables: for a flow one row per month
//! (`month_index, numerator, denominator, judged, judgeable`), for a state one row (the same without the month). A second query,
//! `unit_sql`, gives the same for each unit. Windows are summed here in whole minor units and divided once, at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::OnceLock;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Decimal128Type, Int64Type};
use serde::Deserialize;

use crate::assets;
use crate::error::{Error, Result};
use crate::model::{Date, Money, Period};
use crate::pipeline::Context;
use crate::schema::Table;
use crate::schema::metric::{self, KEY_FIGURE, KEY_FIGURE_MONTH, KEY_FIGURE_PERIOD, KEY_FIGURE_UNIT};
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

/// A target of a key figure.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// First day on which it is the one in force, YYYY-MM-DD.
    pub from: String,
    /// The day by which it is to be reached, YYYY-MM-DD.
    pub by: String,
    /// The target, in the figure's own unit.
    pub value: f64,
    /// Where it comes from.
    pub source: String,
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
    /// Share of what the figure is about that must be judged before it says anything.
    #[serde(default)]
    pub coverage_min: Option<f64>,
    /// The query.
    pub sql: String,
    /// The same by unit: with `organisational_unit_id` and `organisational_unit_name` in front.
    #[serde(default)]
    pub unit_sql: Option<String>,
    /// Targets, the oldest first.
    #[serde(default)]
    pub target: Vec<Target>,
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
    if metric::metric_tables().all(|t| t.name != figure.metric) {
        return Err(format!("metric \"{}\" is not an analysis; write the name of a file in queries/metric, or of a table made beside them", figure.metric));
    }
    if figure.policy.is_empty() && figure.goals.is_empty() {
        return Err("the figure serves no policy sentence and no goal".to_string());
    }
    if let Some(unknown) = figure.goals.iter().find(|code| !goal_codes().contains(*code)) {
        return Err(format!("goal \"{unknown}\" is not in data/reference/policy_goals.toml"));
    }
    if figure.coverage_min.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
        return Err("coverage_min is a share; write a number from 0 to 1".to_string());
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

/// Codes of the goals that figures may serve: `2016-1` is the first of the strategy of 2016.
fn goal_codes() -> &'static BTreeSet<String> {
    #[derive(Deserialize)]
    struct File {
        goal: Vec<Goal>,
    }
    #[derive(Deserialize)]
    struct Goal {
        code: String,
    }
    static CODES: OnceLock<BTreeSet<String>> = OnceLock::new();
    CODES.get_or_init(|| {
        let text = assets::text("data/reference/policy_goals.toml").expect("the goals are embedded");
        toml::from_str::<File>(text).expect("the goals are valid").goal.into_iter().map(|g| g.code).collect()
    })
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

/// A kind of period that ends with the as-of month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PeriodKind {
    Month,
    Tertial,
    YearToDate,
    Rolling12,
}

impl PeriodKind {
    const ALL: [PeriodKind; 4] = [PeriodKind::Month, PeriodKind::Tertial, PeriodKind::YearToDate, PeriodKind::Rolling12];

    const fn word(self) -> &'static str {
        match self {
            PeriodKind::Month => "month",
            PeriodKind::Tertial => "tertial",
            PeriodKind::YearToDate => "year_to_date",
            PeriodKind::Rolling12 => "rolling_12",
        }
    }

    /// Its first month when it ends with `last`. Months are year × 12 + month − 1.
    const fn first(self, last: i64) -> i64 {
        match self {
            PeriodKind::Month => last,
            PeriodKind::Tertial => last - last.rem_euclid(4),
            PeriodKind::YearToDate => last - last.rem_euclid(12),
            PeriodKind::Rolling12 => last - WINDOW_MONTHS + 1,
        }
    }

    /// The period before it, both months included.
    const fn previous(self, last: i64) -> Option<(i64, i64)> {
        let first = self.first(last);
        match self {
            PeriodKind::Month => Some((last - 1, last - 1)),
            PeriodKind::Tertial => Some((first - 4, first - 1)),
            PeriodKind::YearToDate => None,
            PeriodKind::Rolling12 => Some((first - 1, last - 1)),
        }
    }
}

/// Months' sums and which months have lines.
struct Months<'a> {
    by_month: &'a BTreeMap<i64, Sums>,
    loaded: &'a BTreeSet<i64>,
}

impl Months<'_> {
    fn sums(&self, first: i64, last: i64) -> Sums {
        let mut sums = Sums::default();
        self.by_month.range(first..=last).for_each(|(_, month)| sums.add(*month));
        sums
    }

    fn loaded_in(&self, first: i64, last: i64) -> i64 {
        self.loaded.range(first..=last).count() as i64
    }

    /// The value of months that are all loaded: a part of them would look like a change.
    fn value_of_all(&self, first: i64, last: i64, unit: Unit) -> Option<f64> {
        (self.loaded_in(first, last) == last - first + 1).then(|| self.sums(first, last).value(unit)).flatten()
    }
}

/// What every figure's rows need to know of the run.
struct Run<'a> {
    as_of: Date,
    end: i64,
    loaded: &'a BTreeSet<i64>,
}

impl KeyFigure {
    /// The target in force on a day.
    fn target_at(&self, day: Date) -> Option<&Target> {
        self.target.iter().rev().find(|t| Date::parse_iso(&t.from).is_some_and(|from| from <= day))
    }

    /// Whether a higher value is better.
    pub fn is_up_good(&self) -> bool {
        self.good == Good::Up
    }

    fn is_met(&self, value: Option<f64>, target: Option<&Target>) -> Option<bool> {
        value.zip(target).map(|(value, target)| match self.good {
            Good::Up => value >= target.value,
            Good::Down => value <= target.value,
        })
    }

    fn is_coverage_enough(&self, coverage: Option<f64>) -> Option<bool> {
        self.coverage_min.zip(coverage).map(|(least, coverage)| coverage >= least)
    }
}

fn month_text(index: i64) -> String {
    Period::from_index(index as i32).to_string()
}

/// The figure over each kind of period.
fn add_periods(rows: &mut TableBuilder, figure: &KeyFigure, by_month: &BTreeMap<i64, Sums>, run: &Run<'_>) -> Result<()> {
    let Run { as_of, end, loaded } = *run;
    let months = Months { by_month, loaded };
    let target = figure.target_at(as_of);
    let mut add =
        |word: &str, order: i64, first: i64, month_count: i64, sums: Sums, previous: Option<(i64, Option<f64>)>, last_year: Option<f64>| -> Result<()> {
            let value = sums.value(figure.unit);
            let previous_value = previous.and_then(|p| p.1);
            let less = |other: Option<f64>| value.zip(other).map(|(a, b)| a - b);
            rows.text("figure_code", Some(&figure.code))
                .text("period_kind", Some(word))
                .int("period_order", Some(order))
                .text("first_period", Some(&month_text(first)))
                .text("last_period", Some(&month_text(end)))
                .int("month_count", Some(month_count))
                .int("loaded_month_count", Some(months.loaded_in(end - month_count + 1, end)))
                .money("numerator", Some(money(sums.numerator)?))
                .money("denominator", if sums.has_denominator { Some(money(sums.denominator)?) } else { None })
                .float("value", value)
                .float("coverage_ratio", sums.coverage())
                .boolean("is_coverage_enough", figure.is_coverage_enough(sums.coverage()))
                .text("previous_first_period", previous.map(|p| month_text(p.0)).as_deref())
                .float("previous_value", previous_value)
                .float("previous_change", less(previous_value))
                .float("last_year_value", last_year)
                .float("last_year_change", less(last_year))
                .float("target_value", target.map(|t| t.value))
                .date("target_on", target.and_then(|t| Date::parse_iso(&t.by)))
                .float("target_gap", less(target.map(|t| t.value)))
                .boolean("is_target_met", figure.is_met(value, target))
                .end_row();
            Ok(())
        };
    if figure.kind == Kind::State {
        return add("state", 5, end, 1, by_month.get(&0).copied().unwrap_or_default(), None, None);
    }
    for (order, kind) in (1..).zip(PeriodKind::ALL) {
        let first = kind.first(end);
        let previous = kind.previous(end).map(|(first, last)| (first, months.value_of_all(first, last, figure.unit)));
        let last_year = months.value_of_all(first - 12, end - 12, figure.unit);
        add(kind.word(), order, first, end - first + 1, months.sums(first, end), previous, last_year)?;
    }
    Ok(())
}

/// The figure of each unit beside the others, over the figure's own window.
fn add_units(rows: &mut TableBuilder, figure: &KeyFigure, frame: &Frame, run: &Run<'_>) -> Result<(), String> {
    let Run { end, loaded, .. } = *run;
    let text = |name: &str| -> Result<Vec<String>, String> {
        let index = frame.schema().index_of(name).map_err(|_| format!("unit_sql has no column {name}"))?;
        let array = frame.column(index);
        if *array.data_type() != DataType::Utf8 {
            return Err(format!("column {name}: type {}; give text", array.data_type()));
        }
        Ok(array.as_string::<i32>().iter().map(|v| v.unwrap_or_default().to_string()).collect())
    };
    let (ids, names) = (text("organisational_unit_id")?, text("organisational_unit_name")?);
    let mut by_unit: BTreeMap<&str, (&str, Vec<usize>)> = BTreeMap::new();
    for (row, (id, name)) in ids.iter().zip(&names).enumerate() {
        by_unit.entry(id.as_str()).or_insert((name.as_str(), Vec::new())).1.push(row);
    }
    let all = row_sums(frame, figure.kind)?;
    let in_window = |month: i64| figure.kind == Kind::State || (end - WINDOW_MONTHS + 1..=end).contains(&month) && loaded.contains(&month);
    let sums_of = |at: &[usize]| {
        let mut sums = Sums::default();
        at.iter().map(|row| all[*row]).filter(|(month, _)| in_window(*month)).for_each(|(_, s)| sums.add(s));
        sums
    };
    let whole = sums_of(&(0..all.len()).collect::<Vec<_>>()).value(figure.unit);
    let units: Vec<(&str, &str, Sums)> = by_unit.iter().map(|(id, (name, at))| (*id, *name, sums_of(at))).collect();
    // A unit without anything in the window has no value to be ranked by.
    let value_of = |sums: &Sums| if figure.unit != Unit::Ratio && sums.judgeable == 0 && sums.numerator == 0 { None } else { sums.value(figure.unit) };
    let mut values: Vec<f64> = units.iter().filter_map(|(_, _, sums)| value_of(sums)).collect();
    values.sort_by(|a, b| if figure.good == Good::Up { b.total_cmp(a) } else { a.total_cmp(b) });
    let best = values.first().copied();
    for (id, name, sums) in &units {
        let value = value_of(sums);
        let less = |other: Option<f64>| value.zip(other).map(|(a, b)| a - b);
        rows.text("figure_code", Some(&figure.code))
            .text("organisational_unit_id", Some(id))
            .text("organisational_unit_name", Some(name))
            .money("numerator", Some(money(sums.numerator).map_err(|e| e.to_string())?))
            .money("denominator", if sums.has_denominator { Some(money(sums.denominator).map_err(|e| e.to_string())?) } else { None })
            .float("value", value)
            .float("coverage_ratio", sums.coverage())
            .boolean("is_coverage_enough", figure.is_coverage_enough(sums.coverage()))
            .float("whole_value", whole)
            .float("whole_difference", less(whole))
            .float("best_value", best)
            .float("best_difference", less(best))
            .int("unit_rank", value.and_then(|v| values.iter().position(|other| *other == v)).map(|at| at as i64 + 1))
            .int("unit_count", Some(values.len() as i64))
            .end_row();
    }
    Ok(())
}

/// The rows of the key figure tables.
pub fn batches(context: &Context, store: &Store, session: &SqlSession, figures: &[KeyFigure]) -> Result<Vec<(&'static Table, Frame)>> {
    let as_of = context.as_of(store);
    let end = i64::from(as_of.period().index());
    let loaded = loaded_months(session)?;
    let mut rows = TableBuilder::new(&KEY_FIGURE);
    let mut months = TableBuilder::new(&KEY_FIGURE_MONTH);
    let mut periods = TableBuilder::new(&KEY_FIGURE_PERIOD);
    let mut units = TableBuilder::new(&KEY_FIGURE_UNIT);
    let run = Run { as_of, end, loaded: &loaded };
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
        let target = figure.target_at(as_of);
        let is_met = figure.is_met(value, target);
        let period = month_text;
        add_periods(&mut periods, figure, &by_month, &run)?;
        if let Some(sql) = &figure.unit_sql {
            let frame = session.query(&format!("{what}, unit_sql"), sql)?;
            add_units(&mut units, figure, &frame, &run).map_err(|e| Error::Rules(format!("{what}: unit_sql: {e}")))?;
        }
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
            .float("coverage_min", figure.coverage_min)
            .boolean("is_coverage_enough", figure.is_coverage_enough(sums.coverage()))
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
    Ok(vec![(&KEY_FIGURE, rows.finish()), (&KEY_FIGURE_MONTH, months.finish()), (&KEY_FIGURE_PERIOD, periods.finish()), (&KEY_FIGURE_UNIT, units.finish())])
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
    if kind == Kind::State && frame.num_rows() > 1 {
        return Err(format!("the query of a state gives {} rows, not one", frame.num_rows()));
    }
    let mut sums: BTreeMap<i64, Sums> = BTreeMap::new();
    for (month, row) in row_sums(frame, kind)? {
        sums.entry(month).or_default().add(row);
    }
    Ok(sums)
}

/// Month and sums of each row.
fn row_sums(frame: &Frame, kind: Kind) -> Result<Vec<(i64, Sums)>, String> {
    let column = |name: &str| {
        let index = frame.schema().index_of(name).map_err(|_| format!("the query has no column {name}"))?;
        hundredths(frame.column(index)).map_err(|e| format!("column {name}: {e}"))
    };
    let numerator = column("numerator")?;
    let (denominator, judged, judgeable) = (column("denominator")?, column("judged")?, column("judgeable")?);
    let months = if kind == Kind::Flow { Some(column("month_index")?) } else { None };
    (0..frame.num_rows())
        .map(|row| {
            let month = match &months {
                None => 0,
                Some(months) => i64::try_from(months[row].ok_or("a month_index is empty")? / 100).map_err(|_| "a month_index is too large")?,
            };
            let sums = Sums {
                numerator: numerator[row].unwrap_or(0),
                denominator: denominator[row].unwrap_or(0),
                judged: judged[row].unwrap_or(0),
                judgeable: judgeable[row].unwrap_or(0),
                has_denominator: denominator[row].is_some(),
                has_coverage: judged[row].is_some() && judgeable[row].is_some(),
            };
            Ok((month, sums))
        })
        .collect()
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
    fn periods_end_with_the_month_and_have_one_before() {
        let month = |text: &str| i64::from(Period::parse(text).unwrap().index());
        let shown = |kind: PeriodKind, last: &str| {
            let last = month(last);
            let previous = kind.previous(last).map(|(a, b)| format!("{} {}", month_text(a), month_text(b)));
            format!("{} | {}", month_text(kind.first(last)), previous.unwrap_or_default())
        };
        assert_eq!(shown(PeriodKind::Month, "2025-01"), "2025-01 | 2024-12 2024-12");
        assert_eq!(shown(PeriodKind::Tertial, "2025-02"), "2025-01 | 2024-09 2024-12");
        assert_eq!(shown(PeriodKind::Tertial, "2025-08"), "2025-05 | 2025-01 2025-04");
        assert_eq!(shown(PeriodKind::YearToDate, "2025-12"), "2025-01 | ");
        assert_eq!(shown(PeriodKind::Rolling12, "2025-12"), "2025-01 | 2024-12 2025-11");
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
