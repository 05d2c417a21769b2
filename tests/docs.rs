//! Pages generated from the declarations: `UPDATE=1 cargo test --release` rewrites them, and a stale page fails.

use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;
use spendtrace::analysis::catalogue::{self, Analysis};
use spendtrace::analysis::{self, KeyFigure, Kind};
use spendtrace::config::SETTINGS;
use spendtrace::ingest::faults::FAULTS;
use spendtrace::ingest::findings::FINDINGS;
use spendtrace::matching::evidence::{CODES, REASONS};
use spendtrace::schema::{TABLES, Table};
use spendtrace::{pipeline, store};

use super::support::project;

const NOTE: &str = "<!-- Generated from the declarations in the code; `UPDATE=1 cargo test --release` rewrites it. -->\n\n";

/// Fails when the committed page differs from the generated one; rewrites it when asked to.
pub fn assert_page(name: &str, body: &str) {
    let path = project().join("docs").join(name);
    let page = format!("{NOTE}{}\n", body.trim_end());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &page).expect("docs is writable");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == page, "docs/{name} is stale: run UPDATE=1 cargo test --release and commit it");
}

/// One table as Markdown: its doc, grain, key and columns.
fn table_section(table: &Table) -> String {
    let mut text = format!("### {}\n\n{}\n\nOne row: {}. Key: `{}`.", table.full_name(), table.doc, table.grain, table.key.join("`, `"));
    if table.is_partitioned {
        text.push_str(" Partitioned by `period`.");
    }
    text.push_str("\n\n| column | type | | |\n| --- | --- | --- | --- |\n");
    for column in table.columns {
        let required = if column.required { "required" } else { "" };
        writeln!(text, "| `{}` | {} | {required} | {} |", column.name, column.ty.word(), column.doc.replace('|', "\\|")).expect("writing to a string");
    }
    text
}

#[test]
fn tables_page_is_current() {
    let mut text = String::from(
        "# Tables\n\nEvery table of the store: folders of Parquet files below the output folder, views in `query`. Types: text; int 64 bits; money\n\
         `DECIMAL(18,2)`; quantity `DECIMAL(18,4)`; date; bool; float 64 bits. The tables of `metric` are described in analyses.md.\n",
    );
    for schema in store::SCHEMAS.iter().filter(|s| **s != "metric") {
        let stage = pipeline::STAGES.iter().find(|stage| stage.writes.iter().any(|t| t.schema == *schema)).expect("a stage writes each schema");
        write!(text, "\n## {schema}\n\nWritten by `{}`.\n", stage.name).expect("writing to a string");
        for table in TABLES.iter().filter(|t| t.schema == *schema) {
            write!(text, "\n{}", table_section(table)).expect("writing to a string");
        }
    }
    assert_page("tables.md", &text);
}

#[test]
fn every_table_is_written_by_one_stage() {
    for table in TABLES {
        let writers: Vec<_> = pipeline::STAGES.iter().filter(|s| s.writes.iter().any(|t| t == table)).map(|s| s.name).collect();
        assert_eq!(writers.len(), 1, "{} is written by {writers:?}", table.full_name());
    }
}

#[test]
fn config_page_is_current() {
    let mut text = String::from(
        "# Settings\n\nIn `spendtrace.toml` at the root of a workspace. A flag `--set name=value` beats a variable `SPENDTRACE_NAME`, which beats the\n\
         file, which beats the default; `spendtrace config show --origin` says which it was.\n\n| setting | default | |\n| --- | --- | --- |\n",
    );
    for (name, _, default, doc) in SETTINGS {
        writeln!(text, "| `{name}` | `{default}` | {} |", doc.trim()).expect("writing to a string");
    }
    text.push_str(
        "\nEach `[[source]]` block names exports to read:\n\n| key | |\n| --- | --- |\n| `name` | Name of the source; it enters the vendor keys, so keep it. |\n\
         | `path` | File or glob (`*` within one folder), relative to the workspace. |\n| `mapping` | A mapping in the workspace's `mappings/`, or a built-in one. |\n\
         | `encoding` | Only when the file's own encoding is not found out: a WHATWG label, or cp437, cp850. |\n\
         | `accept_columns` | Columns that may come and go from one file of the source to the next, by their names; `[\"*\"]` for any. Without it a new column, or one that \
         the mapping read and that is gone, refuses the file (exit 3). |\n\
         | `exclude` | Files of the path that are not read, by their names, entries of a zip too; `*` stands for any run of characters. |\n",
    );
    assert_page("config.md", &text);
}

/// The name of an analysis as the anchor of its section.
fn contents_line(analysis: &Analysis) -> String {
    format!("- [{}](#{}): {}\n", analysis.name, analysis.name, analysis.title_en)
}

/// One analysis as Markdown, under the headings that a reader of red flags and figures knows: what, why, how, output.
fn analysis_section(analysis: &Analysis, measured_by: &[&KeyFigure]) -> String {
    let policy = analysis.policy.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    let mut text = format!(
        "\n## {}\n\n*{} · {}*\n\n{} {}\n\nSource: {}. Policy sentences: {policy}. Chart: `{}`. SQL: `queries/metric/{}.sql`.\n",
        analysis.name,
        analysis.title_sv,
        analysis.title_en,
        analysis.what,
        analysis.why,
        analysis.source.trim_end_matches('.'),
        analysis.chart,
        analysis.name
    );
    if !analysis.caution_en.is_empty() {
        write!(text, "\nA list for review, never a verdict. {}\n", analysis.caution_en).expect("writing to a string");
    }
    if !measured_by.is_empty() {
        let names: Vec<String> = measured_by.iter().map(|f| format!("{} (`data/kpi/{}.toml`)", f.name_en, f.code)).collect();
        write!(text, "\nKey figures made from it: {}.\n", names.join(", ")).expect("writing to a string");
    }
    let table = table_section(analysis.table);
    // The title and the doc stand above already.
    let columns = table.split_once("\n\nOne row: ").map(|(_, rest)| rest).expect("a table section tells its grain");
    write!(text, "\nOne row: {columns}").expect("writing to a string");
    text
}

#[test]
fn analyses_page_is_current() {
    let figures = spendtrace::analysis::key_figures(Path::new("")).expect("the built-in key figures parse");
    let analyses = catalogue::analyses();
    let mut text = String::from(
        "# Analyses\n\nEvery figure is a row of a table of `metric`, made by one SQL file over the lake and the decisions, or in Rust where the method is no SQL.\n\
         `spendtrace query \"select * from metric.NAME\"` shows it; each file of `queries/metric` runs unchanged on Polars and on DuckDB.\n\n",
    );
    text.extend(analyses.iter().map(contents_line));
    for analysis in analyses {
        let measured_by: Vec<&KeyFigure> = figures.iter().filter(|f| f.metric == analysis.name).collect();
        text.push_str(&analysis_section(analysis, &measured_by));
    }
    text.push_str("\n# Made in Rust\n");
    for table in catalogue::DERIVED {
        write!(text, "\n{}", table_section(table)).expect("writing to a string");
    }
    text.push_str("\n# Invariants\n\nEach must return no row; `analyse` keeps no figure that breaks one, and `spendtrace check` asks them again.\n\n| check | what must hold |\n| --- | --- |\n");
    for (name, what, _) in spendtrace::analysis::checks() {
        writeln!(text, "| `{name}` | {what} |").expect("writing to a string");
    }
    assert_page("analyses.md", &text);
}

/// Text in a Markdown cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[test]
fn faults_page_is_current() {
    let mut text = String::from(
        "# Faults, reasons and evidence\n\n## How the program ends\n\n| exit code | when |\n| --- | --- |\n| 0 | all is well |\n| 1 | a check failed |\n\
         | 2 | the command line, the settings, a mapping, rule or override file is wrong |\n| 3 | an export is refused: it cannot be read as it is, or too many of its rows are at fault |\n\
         | 4 | totals or hashes do not reconcile: no figure is made |\n| 5 | another run holds the lock |\n| 6 | out of disk or memory |\n| 70 | a defect of spendtrace |\n| 130 | interrupted |\n\n\
         ## Faults of rows\n\nA row at fault lands in `lake.reject` with file, line, byte, column, value, code and remedy; its amount is counted.\n\n\
         | code | what is wrong | example | what to do | på svenska |\n| --- | --- | --- | --- | --- |\n",
    );
    for f in FAULTS {
        writeln!(text, "| `{}` | {} | {} | {} | {} Åtgärd: {}. |", f.code, cell(f.en), cell(f.example), cell(f.remedy), cell(f.sv), cell(f.remedy_sv))
            .expect("writing to a string");
    }
    text.push_str("\n## Findings on files\n\nWhat was noticed about a file whose rows were kept (`lake.finding`); no row is lost by it.\n\n| code | what was found | what to do | på svenska |\n| --- | --- | --- | --- |\n");
    for f in FINDINGS {
        writeln!(text, "| `{}` | {} | {} | {} Åtgärd: {}. |", f.code, cell(f.en), cell(f.remedy), cell(f.sv), cell(f.remedy_sv)).expect("writing to a string");
    }
    text.push_str("\n## Reasons\n\nThe one reason of a line that no contract covers, or whose terms were broken, in order of priority (`matched.spend.reason`).\n\n| code | | på svenska |\n| --- | --- | --- |\n");
    for r in REASONS {
        writeln!(text, "| {} | {} | {} |", r.name, cell(r.en), cell(r.sv)).expect("writing to a string");
    }
    text.push_str("\n## Evidence\n\nWhy a line was decided as it was (`matched.spend.evidence`, strongest first). `{}` is the value after the colon.\n\n| code | | på svenska |\n| --- | --- | --- |\n");
    for c in CODES {
        writeln!(text, "| `{}` | {} | {} |", c.name, cell(c.en), cell(c.sv)).expect("writing to a string");
    }
    assert_page("faults.md", &text);
}

/// `data/reference/policy.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Policy {
    sentence: Vec<Sentence>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sentence {
    number: u32,
    section: String,
    text_sv: String,
    /// Tables that are made in Rust and measure it: they have no header to say so.
    #[serde(default)]
    tables: Vec<String>,
    #[serde(default)]
    missing_sv: String,
    #[serde(default)]
    missing_en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Goals {
    goal: Vec<Goal>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Goal {
    code: String,
    name_sv: String,
    name_en: String,
    source: String,
}

#[test]
fn policy_page_is_current_and_leaves_no_sentence_blank() {
    let read = |path: &str| std::fs::read_to_string(project().join(path)).expect("reference data");
    let policy: Policy = toml::from_str(&read("data/reference/policy.toml")).expect("a valid file");
    let goals: Goals = toml::from_str(&read("data/reference/policy_goals.toml")).expect("a valid file");
    let figures = analysis::key_figures(Path::new("no workspace")).expect("the built-in figures are sound");
    assert_eq!(policy.sentence.iter().map(|s| s.number).collect::<Vec<_>>(), (1..=37).collect::<Vec<_>>());
    let mut text = String::from(
        "# The policy, sentence by sentence\n\nWhat each sentence of the purchasing policy is measured by: key figures (`data/kpi`) in bold, then analyses \
         (`queries/metric`). Where data is missing, it says which; a sentence without a figure is not measured, and the missing data is the reason. \
         Made from `data/kpi`, the headers of the queries and `data/reference/policy.toml`.\n\n| | Policy | State | Measured by | Missing data |\n| --- | --- | --- | --- | --- |\n",
    );
    for sentence in &policy.sentence {
        let own = figures.iter().filter(|f| f.policy.contains(&sentence.number)).map(|f| format!("**{}** (`{}`)", f.name_en, f.code));
        let analyses = catalogue::analyses().iter().filter(|a| a.policy.contains(&sentence.number)).map(|a| format!("`{}`", a.name));
        for table in &sentence.tables {
            assert!(catalogue::metric_tables().any(|t| t.name == table), "data/reference/policy.toml: {table} is no table");
        }
        let tables = sentence.tables.iter().map(|t| format!("`{t}`"));
        let measured: Vec<String> = own.chain(analyses).chain(tables).collect();
        assert_eq!(sentence.missing_sv.is_empty(), sentence.missing_en.is_empty(), "sentence {}: the missing data in both languages", sentence.number);
        assert!(!measured.is_empty() || !sentence.missing_en.is_empty(), "sentence {} has neither a figure nor the data that is missing", sentence.number);
        let state = match (measured.is_empty(), sentence.missing_en.is_empty()) {
            (true, _) => "not measured",
            (false, false) => "in part",
            (false, true) => "measured",
        };
        let (number, section, quote, missing) = (sentence.number, &sentence.section, &sentence.text_sv, &sentence.missing_en);
        writeln!(text, "| {number} | {section}: ”{quote}” | {state} | {} | {missing} |", measured.join(", ")).expect("writing to a string");
    }
    text.push_str("\n## Key figures\n\nA flow is shown for the month, the tertial, the year to date and the rolling twelve months (`metric.key_figure_period`), by unit where units can be compared (`metric.key_figure_unit`). Coverage needed: the share that must be judged before the figure says anything.\n\n| Figure | Question | Kind | Good | Target | Coverage needed | By unit | Goals | Sentences |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for figure in &figures {
        let target = figure.target.last().map(|t| format!("{} by {} ({})", t.value, t.by, t.source)).unwrap_or_default();
        let coverage = figure.coverage_min.map(|c| format!("{c}")).unwrap_or_default();
        let kind = if figure.kind == Kind::Flow { "flow" } else { "state" };
        let unit = if figure.unit_sql.is_some() { "yes" } else { "" };
        let sentences: Vec<String> = figure.policy.iter().map(u32::to_string).collect();
        let good = if figure.is_up_good() { "up" } else { "down" };
        writeln!(
            text,
            "| {} (`{}`) | {} | {kind} | {good} | {target} | {coverage} | {unit} | {} | {} |",
            figure.name_en,
            figure.code,
            figure.question_en,
            figure.goals.join(", "),
            sentences.join(", ")
        )
        .expect("writing to a string");
    }
    text.push_str("\n## Goals\n\nThe policy follows the strategy of 2016; the roadmap of 2025 took its place. Of the roadmap's ten goals only those below are on file: the others are added in `data/reference/policy_goals.toml` when their names are at hand.\n\n| Goal | Name | Figures | Source |\n| --- | --- | --- | --- |\n");
    for goal in &goals.goal {
        let served: Vec<String> = figures.iter().filter(|f| f.goals.contains(&goal.code)).map(|f| format!("`{}`", f.code)).collect();
        let (code, sv, en) = (&goal.code, &goal.name_sv, &goal.name_en);
        writeln!(text, "| {code} | {sv} – {en} | {} | {} |", served.join(", "), goal.source).expect("writing to a string");
    }
    assert_page("policy.md", &text);
}
