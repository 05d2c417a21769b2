//! For analysts' own tools: `datapackage.json` over the CSV files and `views.sql` over the Parquet files.

use std::fmt::Write as _;

use super::data::Data;
use super::output::Folder;
use crate::schema::{self, Column, Type, metric};
use crate::store::Store;

/// The Frictionless data package of the files written so far.
pub fn datapackage(data: &Data, folder: &Folder) -> serde_json::Value {
    let mut resources = Vec::new();
    for (path, written) in folder.written() {
        let Some(name) = path.strip_suffix(".csv") else {
            resources.push(serde_json::json!({
                "name": resource_name(path), "path": path, "mediatype": mediatype(path), "bytes": written.bytes, "hash": format!("sha256:{}", written.sha256),
            }));
            continue;
        };
        let stem = name.rsplit('/').next().unwrap_or(name);
        let is_machine = path.starts_with("csv/machine/");
        let mut resource = serde_json::json!({
            "name": resource_name(name), "path": path, "profile": "tabular-data-resource", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8",
            "bytes": written.bytes, "hash": format!("sha256:{}", written.sha256),
            "dialect": if is_machine { serde_json::json!({ "delimiter": ",", "lineTerminator": "\r\n" }) } else { serde_json::json!({ "delimiter": ";", "lineTerminator": "\r\n" }) },
        });
        let decimal = if is_machine { "." } else { "," };
        if let Some(table) = table_of(path, stem) {
            let fields: Vec<serde_json::Value> = table.columns.iter().map(|c| field(c, decimal)).collect();
            resource["title"] = table.grain.into();
            resource["description"] = table.doc.into();
            resource["schema"] = serde_json::json!({ "fields": fields, "primaryKey": table.key });
        }
        resources.push(resource);
    }
    serde_json::json!({
        "profile": "data-package",
        "name": format!("spendtrace-{}", data.as_of.period()),
        "title": format!("{}, {}", data.name, data.as_of.period()),
        "description": "Figures of procurement by spendtrace. Money excludes VAT. Text that a spreadsheet could take for a formula begins with an apostrophe.",
        "version": env!("CARGO_PKG_VERSION"),
        "currency": data.currency,
        "asOf": data.as_of.to_string(),
        "resources": resources,
    })
}

/// The table whose rows a CSV file holds.
fn table_of(path: &str, stem: &str) -> Option<&'static schema::Table> {
    let metric = |name: &str| metric::metric_tables().find(|t| t.name == name);
    match stem {
        "rejects" => Some(&schema::REJECT),
        "sources" => Some(&schema::SOURCE_FILE),
        "deviations" if path.starts_with("units/") => metric("deviation_line"),
        name => metric(name),
    }
}

fn resource_name(path: &str) -> String {
    path.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect()
}

fn mediatype(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html",
        Some("json") => "application/json",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Some("sql") => "application/sql",
        _ => "application/octet-stream",
    }
}

fn field(column: &Column, decimal: &str) -> serde_json::Value {
    let kind = match column.ty {
        Type::Text => "string",
        Type::Int => "integer",
        Type::Money | Type::Quantity | Type::Rate | Type::Float => "number",
        Type::Date => "date",
        Type::Bool => "boolean",
    };
    let mut field = serde_json::json!({ "name": column.name, "type": kind, "description": column.doc });
    if kind == "number" && decimal != "." {
        field["decimalChar"] = decimal.into();
    }
    field
}

/// Views over the Parquet files that count, for DuckDB and alike. Paths are relative to the output folder.
pub fn views(data: &Data, store: &Store) -> String {
    let mut sql = format!(
        "-- Every table of the store as a view. Run in the output folder:\n--   duckdb -init {}/views.sql\n-- The views name the files that the manifest counts; write them anew after each run.\n",
        data.as_of.period()
    );
    for schema in crate::store::SCHEMAS {
        let _ = writeln!(sql, "create schema if not exists {schema};");
    }
    for (full_name, files) in &store.manifest().tables {
        if files.is_empty() {
            continue;
        }
        let paths: Vec<String> = files.iter().map(|f| format!("    '{}'", f.path.replace('\'', "''"))).collect();
        let _ = writeln!(sql, "create or replace view {full_name} as select * from read_parquet([\n{}\n], hive_partitioning = false);", paths.join(",\n"));
    }
    for table in schema::TABLES {
        if store.files(table).is_empty() {
            let columns: Vec<String> = table.columns.iter().map(|c| format!("cast(null as {}) as {}", sql_type(c.ty), c.name)).collect();
            let _ = writeln!(sql, "create or replace view {} as select {} where false;", table.full_name(), columns.join(", "));
        }
    }
    sql
}

const fn sql_type(ty: Type) -> &'static str {
    match ty {
        Type::Text => "varchar",
        Type::Int => "bigint",
        Type::Money => "decimal(18,2)",
        Type::Quantity => "decimal(18,4)",
        Type::Rate => "decimal(18,8)",
        Type::Date => "date",
        Type::Bool => "boolean",
        Type::Float => "double",
    }
}
