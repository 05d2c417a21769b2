//! Key figures: data in `data/kpi`, values in `metric.key_figure`, shown with target, trend, coverage and one plain sentence.

use super::data::Data;
use super::format::{self, Language};
use super::grid::Row;
use super::summary::SummaryFigure;

/// What a value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Ratio,
    Money,
    Count,
}

/// One key figure with its value.
pub struct KeyFigure {
    /// Code in `data/kpi`.
    pub code: String,
    /// Target in the figure's own unit: for money in whole units.
    pub target: Option<f64>,
    /// Values by month, oldest first.
    pub trend: Vec<Option<f64>>,
    /// The analysis that it can be followed into.
    pub metric: String,
    name: [String; 2],
    question: [String; 2],
    sentence: [String; 2],
    unit: Unit,
    higher_is_better: bool,
    is_met: Option<bool>,
    value: Option<f64>,
    numerator: Option<i64>,
    denominator: Option<i64>,
    is_money: bool,
    coverage: Option<f64>,
    target_on: Option<crate::model::Date>,
    last_year: Option<f64>,
    window: (String, String),
    months: i64,
    policy: String,
    goals: String,
}

/// The key figures, in the order of the report.
pub fn read(data: &Data) -> Vec<KeyFigure> {
    let months = data.metric("key_figure_month");
    let mut rows: Vec<Row<'_>> = data.metric("key_figure").rows().collect();
    rows.sort_by_key(|r| (r.int("figure_order"), r.text("figure_code")));
    let figures = rows.into_iter().map(|row| {
        let code = row.text("figure_code").to_string();
        let text = |sv: &str, en: &str| [row.text(sv).to_string(), row.text(en).to_string()];
        KeyFigure {
            trend: months.rows().filter(|m| m.text("figure_code") == code).map(|m| m.float("value")).collect(),
            target: row.float("target_value"),
            metric: row.text("metric_table").to_string(),
            name: text("name_sv", "name_en"),
            question: text("question_sv", "question_en"),
            sentence: text("sentence_sv", "sentence_en"),
            unit: match row.text("unit") {
                "ratio" => Unit::Ratio,
                "money" => Unit::Money,
                _ => Unit::Count,
            },
            higher_is_better: row.text("good_direction") == "up",
            is_met: row.bool("is_target_met"),
            value: row.float("value"),
            numerator: row.money("numerator"),
            denominator: row.money("denominator"),
            is_money: row.text("numerator_unit") != "count",
            coverage: row.float("coverage_ratio"),
            target_on: row.date("target_on"),
            last_year: row.float("last_year_value"),
            window: (row.text("first_period").to_string(), row.text("last_period").to_string()),
            months: row.int("month_count").unwrap_or(0),
            policy: row.text("policy_sentences").to_string(),
            goals: row.text("goals").to_string(),
            code,
        }
    });
    figures.map(|figure| if figure.has_ground(data) { figure } else { KeyFigure { value: None, is_met: None, coverage: None, ..figure } }).collect()
}

/// Beginnings of the tables whose figures compare purchases with the contract catalogue.
const OF_CONTRACTS: [&str; 8] = ["compliance_", "spend_outcome", "maverick_", "off_contract_", "contract_", "ceiling_", "direct_award_", "documentation_"];

fn in_language(texts: &[String; 2], language: Language) -> &str {
    match language {
        Language::Sv => &texts[0],
        Language::En => &texts[1],
    }
}

/// `{name}` in a part of a sentence of `data/kpi`, filled in one pass: a value that holds braces is not filled again. `None` when
/// a value is not known.
fn filled(part: &str, value_of: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut out = String::new();
    let mut rest = part;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}').map(|c| open + c) else { break };
        out.push_str(&rest[..open]);
        out.push_str(&value_of(&rest[open + 1..close])?);
        rest = &rest[close + 1..];
    }
    Some(out + rest)
}

/// A sentence with its places filled. What follows a semicolon says how much is known, and is left out where that is not known;
/// `None` when the first part lacks a value.
fn told(sentence: &str, value_of: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut parts = sentence.split("; ");
    let mut out = filled(parts.next()?, &value_of)?;
    for part in parts.filter_map(|part| filled(part, &value_of)) {
        out.push_str("; ");
        out.push_str(&part);
    }
    if !out.ends_with('.') {
        out.push('.');
    }
    Some(out)
}

impl KeyFigure {
    /// Whether there was anything to make the figure from: a count out of none, or a comparison with no catalogue, is no figure.
    fn has_ground(&self, data: &Data) -> bool {
        let counts_out_of_none = self.unit == Unit::Count && self.sentence[0].contains("{denominator}") && self.denominator.unwrap_or(0) == 0;
        let is_without_register = self.metric == "supplier_alert" && data.row_count("lake.supplier_register") == 0;
        !counts_out_of_none && !is_without_register && (data.has_contracts() || !OF_CONTRACTS.iter().any(|start| self.metric.starts_with(start)))
    }

    /// Name.
    pub fn name(&self, language: Language) -> &str {
        in_language(&self.name, language)
    }

    /// The question that it answers.
    pub fn question(&self, language: Language) -> &str {
        in_language(&self.question, language)
    }

    /// The value when it is a share.
    pub fn ratio(&self) -> Option<f64> {
        self.value.filter(|_| self.unit == Unit::Ratio)
    }

    /// The value when it is an amount, in minor units.
    pub fn money(&self) -> Option<i64> {
        self.numerator.filter(|_| self.unit == Unit::Money && self.value.is_some())
    }

    /// The value when it is a count.
    pub fn number(&self) -> Option<f64> {
        self.value.filter(|_| self.unit == Unit::Count)
    }

    /// Whether the target is met; `None` without one.
    pub fn is_met(&self) -> Option<bool> {
        self.is_met
    }

    /// Whether there is a value.
    pub fn has_value(&self) -> bool {
        self.value.is_some()
    }

    /// Any value of this figure as people read it.
    pub fn quantity(&self, language: Language, currency: &str, value: f64) -> String {
        match self.unit {
            Unit::Ratio => format::percent(language, value),
            Unit::Count => format::number(language, value, 0),
            Unit::Money => format::headline_money(language, currency, (value * 100.0).round() as i128),
        }
    }

    /// Its value as people read it.
    pub fn shown(&self, language: Language, currency: &str) -> String {
        match (self.money(), self.value) {
            (Some(minor), _) => format::headline_money(language, currency, i128::from(minor)),
            (None, Some(value)) => self.quantity(language, currency, value),
            (None, None) => language.say("inget underlag", "no data").to_string(),
        }
    }

    /// The target as people read it, with whether it is met; empty without one.
    pub fn target_text(&self, language: Language, currency: &str) -> String {
        let Some(target) = self.target else { return String::new() };
        let bound = if self.higher_is_better { language.say("Mål minst", "Target at least") } else { language.say("Mål högst", "Target at most") };
        // A target without an end is kept with the last day of the century.
        let by = self.target_on.filter(|d| d.ymd().0 < 2099).map_or_else(String::new, |d| format!(" {} {d}", language.say("till", "by")));
        let met = match self.is_met {
            Some(true) => language.say(", nått", ", met"),
            Some(false) => language.say(", inte nått", ", not met"),
            None => "",
        };
        format!("{bound} {}{by}{met}", self.quantity(language, currency, target))
    }

    /// The trend in words: first and last month.
    pub fn trend_text(&self, language: Language, currency: &str) -> String {
        let mut known = self.trend.iter().flatten();
        match (known.next(), known.last()) {
            (Some(first), Some(last)) => format!(
                "{} {} {} {}",
                language.say("Från", "From"),
                self.quantity(language, currency, *first),
                language.say("till", "to"),
                self.quantity(language, currency, *last)
            ),
            _ => String::new(),
        }
    }

    /// The plain sentence.
    pub fn sentence(&self, language: Language, currency: &str) -> String {
        let exact = |minor: Option<i64>| {
            minor.map(|m| if self.is_money { format::headline_money(language, currency, i128::from(m)) } else { format::whole(language, i128::from(m / 100)) })
        };
        let told = told(in_language(&self.sentence, language), |place| match place {
            "value" => self.has_value().then(|| self.shown(language, currency)),
            "numerator" => exact(self.numerator),
            "denominator" => exact(self.denominator),
            "coverage" => self.coverage.map(|c| format::percent(language, c)),
            "target" => self.target.map(|t| self.quantity(language, currency, t)),
            _ => None,
        });
        told.filter(|_| self.has_value()).unwrap_or_else(|| self.question(language).to_string())
    }

    /// Coverage, window and comparison: what must be known to read the figure.
    pub fn meta(&self, language: Language, currency: &str) -> String {
        let mut parts = Vec::new();
        if let Some(coverage) = self.coverage {
            parts.push(format!("{} {}", language.say("Bedömt:", "Judged:"), format::percent(language, coverage)));
        }
        parts.push(if self.window.0 == self.window.1 {
            self.window.1.clone()
        } else {
            format!("{} – {} ({}\u{a0}{})", self.window.0, self.window.1, self.months, language.say("månader", "months"))
        });
        // Beside no figure, an earlier one would be read as the figure.
        if let Some(before) = self.last_year.filter(|_| self.has_value()) {
            parts.push(format!("{} {}", language.say("Året före:", "Year before:"), self.quantity(language, currency, before)));
        }
        parts.join(" · ")
    }

    /// For the terminal.
    pub fn summary(&self, data: &Data, language: Language) -> SummaryFigure {
        SummaryFigure {
            code: self.code.clone(),
            name: self.name(language).to_string(),
            value: self.shown(language, &data.currency),
            target: self.target_text(language, &data.currency),
            is_met: self.is_met,
            has_value: self.has_value(),
            coverage_ratio: self.coverage,
        }
    }
}

/// `kpi.json`: the figures for machines, money as decimal text since JSON numbers may not hold it.
pub fn to_json(data: &Data) -> serde_json::Value {
    let decimal = |minor: Option<i64>| minor.map(|m| crate::model::Total::from_minor(i128::from(m)).to_string());
    let figures: Vec<serde_json::Value> = read(data)
        .iter()
        .map(|f| {
            serde_json::json!({
                "code": f.code,
                "name": { "sv": f.name[0], "en": f.name[1] },
                "question": { "sv": f.question[0], "en": f.question[1] },
                "unit": match f.unit { Unit::Ratio => "ratio", Unit::Money => "money", Unit::Count => "count" },
                "value": f.value,
                "numerator": decimal(f.numerator),
                "denominator": decimal(f.denominator),
                "numerator_unit": if f.is_money { data.currency.as_str() } else { "count" },
                "coverage_ratio": f.coverage,
                "target": f.target,
                "target_on": f.target_on.map(|d| d.to_string()),
                "good_direction": if f.higher_is_better { "up" } else { "down" },
                "is_target_met": f.is_met,
                "last_year_value": f.last_year,
                "first_period": f.window.0,
                "last_period": f.window.1,
                "month_count": f.months,
                "metric_table": f.metric,
                "policy_sentences": f.policy,
                "goals": f.goals.split('|').filter(|g| !g.is_empty()).collect::<Vec<_>>(),
                "trend": f.trend,
            })
        })
        .collect();
    serde_json::json!({
        "name": data.name,
        "currency": data.currency,
        "as_of_on": data.as_of.to_string(),
        "first_period": data.window.0,
        "last_period": data.window.1,
        "spendtrace": env!("CARGO_PKG_VERSION"),
        "figures": figures,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_filled_once_and_say_nothing_unknown() {
        let value = |place: &str| match place {
            "a" => Some("{b}".to_string()),
            "b" => Some("B".to_string()),
            _ => None,
        };
        for (sentence, expect) in [
            ("x {a} y {b}.", Some("x {b} y B.")),
            ("{b} of them; known for {c}.", Some("B of them.")),
            ("{b} of them; the rest is not on file, and {b} is; known for {c}.", Some("B of them; the rest is not on file, and B is.")),
            ("{c} of {b}; always.", None),
        ] {
            assert_eq!(told(sentence, value).as_deref(), expect);
        }
    }
}
