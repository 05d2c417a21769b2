//! `metric.*`: the figures. Each table is declared by the header of the SQL file that makes it, `queries/metric/<name>.sql`, so
//! that a query cannot drift from its declaration; this module lists the files and reads the headers.

use std::sync::OnceLock;

use super::{Column, Table, Type, boolean, date, float, int, life_cycle, money, tender_flag, text};
use crate::assets;

/// The analyses, in the order that documents and reports show them. One line per file of `queries/metric`.
pub const ANALYSES: &[&str] = &[
    "compliance_total",
    "compliance_month",
    "compliance_unit",
    "compliance_category",
    "spend_outcome",
    "off_contract_reason",
    "maverick_spend",
    "deviation_unit",
    "deviation_line",
    "deviation_register",
    "deviation_reporting",
    "direct_award_accumulation",
    "documentation_duty",
    "uncontracted_supplier",
    "ceiling_utilisation",
    "ceiling_month",
    "contract_ending",
    "contract_use",
    "retroactive_contract",
    "approved_exception",
    "contract_followability",
    "price_deviation",
    "price_spread",
    "saving_potential",
    "duplicate_invoice",
    "limit_bunching",
    "split_purchase",
    "fast_growing_supplier",
    "bank_account_change",
    "bank_account_shared",
    "round_amount",
    "rest_day_posting",
    "relative_size",
    "benford_scope",
    "benford_digit",
    "tco_cell",
    "tco_supplier",
    "tco_category",
    "tco_contract",
    "tco_unit",
    "process_cost_channel",
    "diversity_class",
    "diversity_unit",
    "diversity_month",
    "diversity_category",
    "diversity_goal",
    "diversity_supplier",
    "diversity_opportunity",
    "diversity_tier2",
    "new_supplier",
    "concentration_category",
    "dependency_supplier",
    "category_risk",
    "supplier_alert",
    "foreign_supply",
    "supplier_shared",
    "supplier_pareto",
    "supplier_group",
    "supplier_finding",
    "emission_category",
    "sustainability_category",
    "circular_spend",
    "tender_competition",
    "competition_year",
    "bidder",
    "bid_rotation",
    "bid_spread",
    "spend_cube",
    "spend_change",
    "exclusion",
    "source_reconciliation",
    "ledger_reconciliation",
    "source_finding",
    "currency_conversion",
    "unit_completeness",
    "input_coverage",
    "category_method_share",
    "category_review",
];

/// The key figures with their comparisons, made from `data/kpi/*.toml`.
pub const KEY_FIGURE: Table = Table {
    schema: "metric",
    name: "key_figure",
    grain: "one key figure",
    key: &["figure_code"],
    is_partitioned: false,
    doc: "The key figures of data/kpi: value with numerator, denominator, coverage and target, beside the period before and the year before.",
    columns: &[
        text("figure_code", "Code of the figure: the name of its file in data/kpi.").required(),
        int("figure_order", "Order in the report, from 1.").required(),
        text("name_sv", "Name in Swedish.").required(),
        text("name_en", "Name in English.").required(),
        text("question_sv", "The question that it answers, in Swedish.").required(),
        text("question_en", "The question that it answers, in English.").required(),
        text("sentence_sv", "One plain sentence in Swedish with places {value}, {numerator}, {denominator}, {coverage}, {target} to fill.").required(),
        text("sentence_en", "The same in English.").required(),
        text("unit", "ratio (0 to 1), count or money.").required(),
        text("good_direction", "up or down: the way that is better.").required(),
        text("kind", "flow (over the window of months) or state (as it stands on the as-of date).").required(),
        text("policy_sentences", "Numbers of the policy sentences that it measures, separated by `,`.").required(),
        text("goals", "Goals that it serves, separated by `|`.").required(),
        text("metric_table", "The analysis that it can be followed into.").required(),
        text("first_period", "First month of the window; for a state the as-of month.").required(),
        text("last_period", "Last month of the window.").required(),
        int("month_count", "Months with data in the window.").required(),
        float("value", "The figure; empty when the denominator is zero or nothing could be judged."),
        money("numerator", "Exact numerator: an amount, or a count as a whole number."),
        money("denominator", "Exact denominator; empty for counts and amounts."),
        text("numerator_unit", "Currency code, or count.").required(),
        float("coverage_ratio", "Share of what the figure is about that could be judged; empty when the figure has no such share."),
        float("target_value", "Target in force at the as-of date; empty when none is set."),
        date("target_on", "The day by which the target is to be reached."),
        boolean("is_target_met", "Whether the value reaches the target; empty without value or target."),
        float("previous_value", "Flow: the window that ended one month earlier. State: empty, since no earlier state is kept."),
        float("last_year_value", "Flow: the twelve months before the window; empty when not all of them are loaded."),
        float("coverage_min", "Share that must be judged before the figure says anything; empty when the figure states none."),
        boolean("is_coverage_enough", "Whether coverage_ratio reaches coverage_min; empty when either is."),
    ],
};

/// The figures over each kind of period that ends on the as-of date.
pub const KEY_FIGURE_PERIOD: Table = Table {
    schema: "metric",
    name: "key_figure_period",
    grain: "one key figure × kind of period",
    key: &["figure_code", "period_kind"],
    is_partitioned: false,
    doc: "Key figures in the month, the tertial so far, the year to date and the rolling twelve months that end with the as-of month, against the period before, the year before and the target. A state has one row.",
    columns: &[
        text("figure_code", "Code of the figure.").required(),
        text("period_kind", "month, tertial, year_to_date, rolling_12 or state.").required(),
        int("period_order", "Order of the kinds, from 1.").required(),
        text("first_period", "First month; for a state the as-of month.").required(),
        text("last_period", "Last month: that of the as-of date.").required(),
        int("month_count", "Months of the period.").required(),
        int("loaded_month_count", "Of them, with lines.").required(),
        money("numerator", "Exact numerator."),
        money("denominator", "Exact denominator; empty for counts and amounts."),
        float("value", "The figure; empty when the denominator is zero or nothing could be judged."),
        float("coverage_ratio", "Share of what the figure is about that could be judged."),
        boolean("is_coverage_enough", "Whether that reaches what the figure needs; empty when it needs or has none."),
        text(
            "previous_first_period",
            "First month of the period before: the month before, the whole tertial before, the twelve months that ended a month earlier; none for the year to date.",
        ),
        float("previous_value", "Value of it; empty when not all its months are loaded."),
        float("previous_change", "value − previous_value."),
        float("last_year_value", "Value of the same months a year earlier; empty when not all of them are loaded."),
        float("last_year_change", "value − last_year_value."),
        float("target_value", "Target in force at the as-of date."),
        date("target_on", "The day by which it is to be reached."),
        float("target_gap", "value − target_value."),
        boolean("is_target_met", "Whether the value reaches the target."),
    ],
};

/// The figures of each unit beside the others.
pub const KEY_FIGURE_UNIT: Table = Table {
    schema: "metric",
    name: "key_figure_unit",
    grain: "one key figure × organisational unit",
    key: &["figure_code", "organisational_unit_id"],
    is_partitioned: false,
    doc: "Key figures that units can be compared by: each unit's value over the figure's window, its rank, and its distance to the whole buyer and to the best unit.",
    columns: &[
        text("figure_code", "Code of the figure.").required(),
        text("organisational_unit_id", "Unit; `unknown` when the lines name none.").required(),
        text("organisational_unit_name", "Its name.").required(),
        money("numerator", "Exact numerator.").required(),
        money("denominator", "Exact denominator; empty for counts and amounts."),
        float("value", "The unit's value; empty when the denominator is zero."),
        float("coverage_ratio", "Share of what the figure is about that could be judged in the unit."),
        boolean("is_coverage_enough", "Whether that reaches what the figure needs; empty when it needs or has none."),
        float("whole_value", "Value of all units together over the same months."),
        float("whole_difference", "value − whole_value."),
        float("best_value", "Value of the best unit."),
        float("best_difference", "value − best_value."),
        int("unit_rank", "1 = the best; units of equal value share a rank. Empty without a value."),
        int("unit_count", "Units with a value.").required(),
    ],
};

/// The same figures month by month, for trends.
pub const KEY_FIGURE_MONTH: Table = Table {
    schema: "metric",
    name: "key_figure_month",
    grain: "one key figure of the flow kind × month",
    key: &["figure_code", "period"],
    is_partitioned: false,
    doc: "Key figures of the flow kind in each month, and over the twelve months that end there.",
    columns: &[
        text("figure_code", "Code of the figure.").required(),
        text("period", "Month, YYYY-MM.").required(),
        money("numerator", "Numerator of the month.").required(),
        money("denominator", "Denominator of the month; empty for counts and amounts."),
        float("value", "Value of the month."),
        float("rolling_value", "Value over the twelve months that end there, or as many of them as are loaded."),
    ],
};

/// Tables of figures that are made in Rust, not by a query of their own.
pub const DERIVED: &[&Table] = &[
    &KEY_FIGURE,
    &KEY_FIGURE_MONTH,
    &KEY_FIGURE_PERIOD,
    &KEY_FIGURE_UNIT,
    &life_cycle::BID,
    &life_cycle::COMPONENT,
    &life_cycle::CASH_FLOW,
    &life_cycle::SENSITIVITY,
    &life_cycle::FOLLOW_UP,
    &tender_flag::FLAG,
    &tender_flag::COVERAGE,
    &tender_flag::REJECT,
];

/// One analysis: a query, what it is for, and the table that it makes.
#[derive(Debug, Clone, Copy)]
pub struct Analysis {
    /// Name: the SQL file and the table.
    pub name: &'static str,
    /// Title in Swedish.
    pub title_sv: &'static str,
    /// Title in English.
    pub title_en: &'static str,
    /// What it shows.
    pub what: &'static str,
    /// Why anyone should care.
    pub why: &'static str,
    /// For lists to review: what innocent causes a row can have, in Swedish; empty for other analyses.
    pub caution_sv: &'static str,
    /// The same in English.
    pub caution_en: &'static str,
    /// The chart that suits it: kind, then `x=`, `y=` and `series=` with columns, separated by `; `.
    pub chart: &'static str,
    /// Sentences of the buyer's policy that it measures.
    pub policy: &'static [u32],
    /// Source of definitions and formulas.
    pub source: &'static str,
    /// The table it makes.
    pub table: &'static Table,
    /// The SQL, header included.
    pub sql: &'static str,
}

/// Every analysis, in the order of [`ANALYSES`]. Panics on a header that does not parse, which a test of the catalogue finds first.
pub fn analyses() -> &'static [Analysis] {
    static ALL: OnceLock<Vec<Analysis>> = OnceLock::new();
    ALL.get_or_init(|| {
        ANALYSES
            .iter()
            .map(|name| {
                let path = format!("queries/metric/{name}.sql");
                let sql = assets::text(&path).unwrap_or_else(|| panic!("{path} is not embedded"));
                parse(name, sql).unwrap_or_else(|e| panic!("{path}: {e}"))
            })
            .collect()
    })
}

/// The analysis of that name.
pub fn analysis(name: &str) -> Option<&'static Analysis> {
    analyses().iter().find(|a| a.name == name)
}

/// Every metric table: those of the analyses, then those derived in Rust.
pub fn metric_tables() -> impl Iterator<Item = &'static Table> {
    analyses().iter().map(|a| a.table).chain(DERIVED.iter().copied())
}

/// Reads the header of a query. The strings live as long as the program, as those of declared tables do.
pub fn parse(name: &'static str, sql: &'static str) -> Result<Analysis, String> {
    const KEYS: &[&str] = &["title", "what", "why", "caution", "grain", "key", "column", "chart", "policy", "source"];
    let mut columns: Vec<Column> = Vec::new();
    let mut values: Vec<(&str, &str)> = Vec::new();
    for line in sql.lines().take_while(|l| l.starts_with("--")) {
        let (key, value) = line[2..].trim().split_once(": ").ok_or_else(|| format!("the header line \"{line}\" is not `-- key: value`"))?;
        if !KEYS.contains(&key) {
            return Err(format!("the header key \"{key}\" is not one of {KEYS:?}"));
        }
        if key == "column" {
            columns.push(column(value)?);
        } else if values.iter().any(|(k, _)| *k == key) {
            return Err(format!("the header has two lines \"{key}\""));
        } else {
            values.push((key, value));
        }
    }
    let value = |key: &str| values.iter().find(|(k, _)| *k == key).map(|(_, v)| *v).ok_or_else(|| format!("the header has no line \"{key}\""));
    let key: Vec<&'static str> = value("key")?.split(',').map(str::trim).collect();
    for k in &key {
        let column = columns.iter().find(|c| c.name == *k).ok_or_else(|| format!("the key column {k} is not declared"))?;
        if !column.required {
            return Err(format!("the key column {k} is not required"));
        }
    }
    let policy = value("policy")?
        .split(',')
        .map(|n| n.trim().parse::<u32>().map_err(|_| format!("policy sentence \"{n}\" is not a number")))
        .collect::<Result<Vec<_>, _>>()?;
    let (title_sv, title_en) = value("title")?.split_once(" | ").ok_or("the title is `svenska | English`")?;
    let (what, why) = (value("what")?, value("why")?);
    let (caution_sv, caution_en) = match value("caution") {
        Ok(caution) => caution.split_once(" | ").ok_or("the caution is `svenska | English`")?,
        Err(_) => ("", ""),
    };
    let table = Table {
        schema: "metric",
        name,
        grain: value("grain")?,
        key: key.leak(),
        is_partitioned: false,
        doc: format!("{what} {why}").leak(),
        columns: columns.leak(),
    };
    Ok(Analysis {
        name,
        title_sv,
        title_en,
        what,
        why,
        caution_sv,
        caution_en,
        chart: value("chart")?,
        policy: policy.leak(),
        source: value("source")?,
        table: Box::leak(Box::new(table)),
        sql,
    })
}

/// `name type doc` or `name type! doc`, where `!` says that every row has a value.
fn column(value: &'static str) -> Result<Column, String> {
    let mut parts = value.splitn(3, ' ');
    let (Some(name), Some(word), Some(doc)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(format!("the column \"{value}\" is not `name type doc`"));
    };
    let (word, required) = word.strip_suffix('!').map_or((word, false), |w| (w, true));
    let ty = Type::from_word(word).ok_or_else(|| format!("the type \"{word}\" of column {name} is not known"))?;
    Ok(Column { name, ty, required, doc })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_or_refused() {
        let head = "-- title: a | b\n-- what: w\n-- why: y\n-- grain: g\n-- key: k\n-- column: k text! The key.\n-- column: v money A value.\n-- chart: table\n-- policy: 1, 2\n-- source: s\nselect 1";
        let good = parse("good", head).unwrap();
        assert_eq!((good.title_sv, good.title_en, good.policy, good.table.columns.len()), ("a", "b", [1, 2].as_slice(), 2));
        assert_eq!((good.table.columns[1].ty, good.table.columns[1].required, good.table.columns[0].required), (Type::Money, false, true));
        for (from, to, part) in [
            ("-- why: y\n", "", "no line \"why\""),
            ("text!", "text", "not required"),
            ("money", "decimal", "not known"),
            ("-- key: k\n", "-- key: x\n", "not declared"),
            ("-- policy: 1, 2", "-- policy: one", "not a number"),
            ("-- grain: g\n", "-- grain: g\n-- grain: h\n", "two lines"),
            ("-- grain: g\n", "-- grain: g\n-- colour: red\n", "not one of"),
        ] {
            let error = parse("bad", head.replace(from, to).leak()).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
