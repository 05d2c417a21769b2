//! Tables of the page: the first rows stand in the file as HTML in both languages; all rows that the page may show stand
//! once, as compressed data, for sorting, searching and copying.

use super::format::{self, Language};
use super::grid::{Grid, Row, Value};
use super::markup::Markup;
use super::texts;
use crate::assets;

/// Rows that stand in the file as HTML; the page's script shows the others on demand.
pub const PREVIEW: usize = 10;

/// How the values of a column are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// As it is.
    Text,
    /// As it is, on one line: numbers of contracts, lines, invoices.
    Id,
    /// Names separated by `; `: the first two and how many more.
    Names,
    /// A code of the tables, by its word.
    Code,
    /// Several codes or names of analyses, separated by `|` or `, `, by their words.
    Codes,
    /// Whole kronor.
    Money,
    /// Kronor and öre.
    Exact,
    /// Whole number.
    Int,
    /// Share of 0 to 1, as a percentage.
    Share,
    /// Two decimals.
    Number,
    /// Four decimals: quantities and unit prices.
    Quantity,
    /// Calendar day.
    Date,
    /// Yes or no.
    Bool,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Id => "id",
            Kind::Names => "names",
            Kind::Code => "code",
            Kind::Codes => "codes",
            Kind::Money => "money",
            Kind::Exact => "exact",
            Kind::Int => "int",
            Kind::Share => "share",
            Kind::Number => "number",
            Kind::Quantity => "quantity",
            Kind::Date => "date",
            Kind::Bool => "bool",
        }
    }

    /// Whether values stand to the right.
    pub const fn is_number(self) -> bool {
        matches!(self, Kind::Money | Kind::Exact | Kind::Int | Kind::Share | Kind::Number | Kind::Quantity)
    }
}

/// A table of the page.
#[derive(Debug, Clone)]
pub struct Table {
    /// Name within the page.
    pub name: &'static str,
    /// The metric that it shows, which is also the name of the CSV file and of the query; empty when it shows none.
    pub metric: &'static str,
    /// Columns with the way they are shown.
    pub columns: &'static [(&'static str, Kind)],
    /// Rows, in the order in which they are shown.
    pub rows: Vec<Vec<Value>>,
    /// Rows of the whole table: `rows` may hold only the first.
    pub total: usize,
    /// Drill-down of each row; empty when the table has none.
    pub drills: Vec<String>,
    /// Whether no section shows it by hand.
    pub is_generic: bool,
}

impl Table {
    /// The table `name` over `metric`: columns of a grid, its rows in its order, at most `limit` of those that `keep` lets through.
    pub fn of(
        (name, metric): (&'static str, &'static str),
        grid: &Grid,
        columns: &'static [(&'static str, Kind)],
        limit: usize,
        keep: impl Fn(Row<'_>) -> bool,
        drill: impl Fn(Row<'_>) -> String,
    ) -> Table {
        Table::sorted((name, metric), grid, columns, limit, keep, drill, |_| 0)
    }

    /// As [`Table::of`], ordered by a rank: smallest first, ties in the grid's order.
    pub fn sorted(
        (name, metric): (&'static str, &'static str),
        grid: &Grid,
        columns: &'static [(&'static str, Kind)],
        limit: usize,
        keep: impl Fn(Row<'_>) -> bool,
        drill: impl Fn(Row<'_>) -> String,
        rank: impl Fn(Row<'_>) -> i64,
    ) -> Table {
        let mut kept: Vec<Row<'_>> = grid.rows().filter(|r| keep(*r)).collect();
        kept.sort_by_key(|r| rank(*r));
        let total = kept.len();
        kept.truncate(limit);
        let drills: Vec<String> = kept.iter().map(|r| drill(*r)).collect();
        let rows = kept.iter().map(|row| columns.iter().map(|(column, kind)| held(*row, column, *kind)).collect()).collect();
        Table { name, metric, columns, rows, total, drills: if drills.iter().all(String::is_empty) { Vec::new() } else { drills }, is_generic: false }
    }

    /// The table as HTML with its tools.
    pub fn html(&self, language: Language, caption: &str) -> Markup {
        let mut m = Markup::new();
        m.raw("<div class=\"tabled\"").attr("data-table", self.name).raw(">");
        m.raw("<div class=\"tools\">");
        if self.rows.len() > PREVIEW {
            let label = format!("{}: {caption}", language.say("Sök i tabellen", "Search the table"));
            m.raw("<input type=\"search\"").attr("aria-label", &label).attr("placeholder", language.say("Sök", "Search")).raw(">");
        }
        m.raw("<button type=\"button\" data-do=\"copy\">").text(language.say("Kopiera", "Copy")).raw("</button>");
        if !self.metric.is_empty() {
            m.raw("<a class=\"button\" download")
                .attr("href", &format!("csv/{}.csv", self.metric))
                .raw(">CSV<span class=\"visually-hidden\">")
                .text(&format!(": {caption}"))
                .raw("</span></a>");
        }
        if has_query(self.metric) {
            m.raw("<button type=\"button\" data-do=\"sql\"").attr("data-name", self.metric).raw(">SQL<span class=\"visually-hidden\">");
            m.text(&format!(": {caption}")).raw("</span></button>");
        }
        m.raw("<span class=\"count\" role=\"status\">");
        if self.total > self.rows.len().min(PREVIEW) {
            let count = texts_of(language, "count");
            let (n, all) = (self.rows.len().min(PREVIEW) as i128, self.total as i128);
            m.text(&count.replace("{n}", &format::whole(language, n)).replace("{m}", &format::whole(language, all)));
        }
        m.raw("</span></div>");
        m.raw("<div class=\"scroll\" tabindex=\"0\" role=\"region\"").attr("aria-label", caption).raw("><table>");
        m.element("caption class=\"visually-hidden\"", caption);
        m.raw("<thead><tr>");
        for (column, kind) in self.columns {
            m.raw("<th scope=\"col\"");
            if kind.is_number() {
                m.raw(" class=\"n\"");
            }
            m.raw("><button type=\"button\">").text(&texts::column(language, column)).raw("</button></th>");
        }
        m.raw("</tr></thead><tbody>");
        for (i, row) in self.rows.iter().take(PREVIEW).enumerate() {
            m.raw("<tr>");
            for (c, (value, (_, kind))) in row.iter().zip(self.columns).enumerate() {
                let text = shown(language, *kind, value);
                if c > 0 {
                    m.raw("<td").attr("class", class_of(*kind, &text)).raw(">").text(&text).raw("</td>");
                    continue;
                }
                m.raw(if class_of(*kind, "") == "d" { "<th scope=\"row\" class=\"d\">" } else { "<th scope=\"row\">" });
                // The name of a row leads to the lines behind it.
                match self.drills.get(i).filter(|drill| !drill.is_empty()) {
                    Some(drill) => {
                        m.raw("<button type=\"button\" class=\"row-link\"").attr("data-q", drill);
                        m.attr("aria-label", &format!("{text}: {}", texts_of(language, "rows"))).raw(">");
                        m.text(if text.is_empty() { texts_of(language, "rows") } else { &text }).raw("</button>");
                    }
                    None => {
                        m.text(&text);
                    }
                }
                m.raw("</th>");
            }
            m.raw("</tr>");
        }
        m.raw("</tbody></table></div>");
        if self.rows.len() > PREVIEW {
            m.raw("<button type=\"button\" class=\"only-script\" data-do=\"whole\" aria-expanded=\"false\">");
            let key = if self.rows.len() < self.total { "first" } else { "whole" };
            m.text(&texts_of(language, key).replace("{n}", &format::whole(language, self.rows.len() as i128))).raw("</button>");
        }
        m.raw("</div>");
        m
    }

    /// The rows as data for the page's script.
    pub fn json(&self) -> serde_json::Value {
        let rows: Vec<Vec<serde_json::Value>> = self.rows.iter().map(|row| row.iter().map(json_of).collect()).collect();
        let kinds: Vec<&str> = self.columns.iter().map(|(_, kind)| kind.word()).collect();
        let mut value = serde_json::json!({ "kinds": kinds, "rows": rows, "total": self.total });
        if !self.drills.is_empty() {
            value["drill"] = serde_json::json!(self.drills);
        }
        value
    }
}

/// Whether the SQL of a metric is on file.
pub fn has_query(metric: &str) -> bool {
    !metric.is_empty() && assets::text(&format!("queries/metric/{metric}.sql")).is_some()
}

/// The word of the page's script that tables use as well.
pub fn texts_of(language: Language, key: &str) -> &'static str {
    texts::SCRIPT.iter().find(|(k, _)| *k == key).map_or("", |(_, text)| text.of(language))
}

/// Characters from which a text has a wide column: narrower, it would make its row tall.
const LONG_TEXT_MIN: usize = 40;

fn class_of(kind: Kind, text: &str) -> &'static str {
    match kind {
        Kind::Date | Kind::Id => "d",
        _ if kind.is_number() => "n",
        _ if text.chars().count() > LONG_TEXT_MIN => "t w",
        _ => "t",
    }
}

/// The value of a column as the page holds it.
fn held(row: Row<'_>, column: &str, kind: Kind) -> Value {
    match (kind, row.value(column)) {
        (Kind::Code, Value::Text(_)) if column == "fault" || column == "remedy" => Value::Text(format!("{column}.{}", row.text("fault"))),
        (Kind::Code, Value::Text(code)) => Value::Text(texts::qualified(column, &code)),
        (Kind::Codes, Value::Text(codes)) => {
            Value::Text(codes.split('|').flat_map(|c| c.split(", ")).map(|c| texts::qualified(column, c)).collect::<Vec<_>>().join("|"))
        }
        // Settings are shown with the digits that they have.
        (Kind::Quantity, Value::Float(number)) => Value::Quantity((number * 1e4).round() as i64),
        // Amounts that were multiplied are not decimal in the store.
        (Kind::Money | Kind::Exact, Value::Float(amount)) => Value::Money((amount * 100.0).round() as i64),
        (_, value) => value,
    }
}

/// A code, or the name of an analysis, as people read it.
fn word(language: Language, code: &str) -> &str {
    match crate::schema::metric::analysis(code) {
        Some(analysis) if !texts::CODES.iter().any(|(key, _)| *key == code) => language.say(analysis.title_sv, analysis.title_en),
        _ => texts::code(language, code),
    }
}

/// A value as people read it; nothing on file is empty.
pub fn shown(language: Language, kind: Kind, value: &Value) -> String {
    match (kind, value) {
        (_, Value::Null) => String::new(),
        (Kind::Code, Value::Text(v)) => texts::code(language, v).to_string(),
        (Kind::Codes, Value::Text(v)) => v.split('|').map(|code| word(language, code)).collect::<Vec<_>>().join(", "),
        (Kind::Names, Value::Text(v)) => {
            let names: Vec<&str> = v.split("; ").collect();
            if names.len() <= 3 { v.clone() } else { format!("{} + {}", names[..2].join("; "), names.len() - 2) }
        }
        (Kind::Text | Kind::Id, Value::Text(v)) => texts::name(language, v).to_string(),
        (_, Value::Text(v)) => v.clone(),
        (Kind::Exact, Value::Money(v)) => format::exact(language, i128::from(*v)),
        (_, Value::Money(v)) => format::kronor(language, i128::from(*v)),
        (_, Value::Quantity(v)) => format::quantity(language, *v),
        (Kind::Id, Value::Int(v)) => v.to_string(),
        (_, Value::Int(v)) => format::whole(language, i128::from(*v)),
        (Kind::Share, Value::Float(v)) => format::percent(language, *v),
        (_, Value::Float(v)) => format::number(language, *v, 2),
        (_, Value::Date(v)) => v.to_string(),
        (_, Value::Bool(v)) => texts_of(language, if *v { "yes" } else { "no" }).to_string(),
    }
}

fn json_of(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        // The script shows text with textContent, which needs the same visible form of control characters.
        Value::Text(v) => super::markup::visible(v).into_owned().into(),
        Value::Int(v) | Value::Money(v) | Value::Quantity(v) => (*v).into(),
        // Ratios are shown with at most four digits; more would only make the file larger.
        Value::Float(v) => serde_json::json!((v * 1e6).round() / 1e6),
        Value::Date(v) => v.days().into(),
        Value::Bool(v) => (*v).into(),
    }
}

/// A drill-down: dimensions with the key that each must have. See [`super::lines`].
pub fn drill(parts: &[(&str, &str)]) -> String {
    serde_json::json!(parts).to_string()
}
