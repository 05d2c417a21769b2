//! Pages generated from the declarations: `UPDATE=1 cargo test --release` rewrites them, and a stale page fails.

use std::fmt::Write as _;

use spendtrace::config::SETTINGS;
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
         | `encoding` | Only when the file's own encoding is not found out: a WHATWG label, or cp437, cp850. |\n",
    );
    assert_page("config.md", &text);
}
