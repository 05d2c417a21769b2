//! What the report is made from: the metric tables and a few others, read once.

use std::collections::BTreeMap;

use super::grid::{Grid, Row};
use crate::error::Result;
use crate::model::Date;
use crate::pipeline::Context;
use crate::store::Store;

/// Tables that grow with the lines: never read whole.
pub const LARGE: &[&str] = &["spend_cube", "deviation_line", "tco_cell"];

/// Rejected records that the page may show; the rest is in `rejects.csv`.
const REJECTS_MAX: usize = 2_000;

/// Everything that the renderers read.
pub struct Data {
    /// Name of the buyer.
    pub name: String,
    /// Currency of the figures.
    pub currency: String,
    /// Language that the page opens in.
    pub language: String,
    /// Rows that a table of the page may show.
    pub rows_max: usize,
    /// The day that the figures describe.
    pub as_of: Date,
    /// First and last month with lines.
    pub window: (String, String),
    /// `metric.*` by name, without the large ones.
    metrics: BTreeMap<String, Grid>,
    /// Rows of every table of the store by full name.
    pub row_counts: BTreeMap<String, u64>,
    /// `lake.source_file`.
    pub sources: Grid,
    /// `lake.reject`, at most the first 2 000.
    pub rejects: Grid,
    /// Rejected records in all.
    pub reject_count: u64,
    /// `rule.threshold`.
    pub thresholds: Grid,
    /// `rule.parameter`.
    pub parameters: Grid,
}

impl Data {
    /// Reads what the report needs.
    pub fn read(context: &Context, store: &Store) -> Result<Data> {
        let mut metrics = BTreeMap::new();
        let mut row_counts = BTreeMap::new();
        for (full_name, files) in &store.manifest().tables {
            row_counts.insert(full_name.clone(), files.iter().map(|f| f.rows).sum());
            if let Some(name) = full_name.strip_prefix("metric.").filter(|n| !LARGE.contains(n)) {
                metrics.insert(name.to_string(), Grid::read(store, full_name)?);
            }
        }
        let run = Grid::read(store, "rule.run")?;
        let window = run.first().map(|r| (r.text("first_period").to_string(), r.text("last_period").to_string())).unwrap_or_default();
        let as_of = context.as_of(store);
        Ok(Data {
            name: context.config.name.clone(),
            currency: context.config.currency.clone(),
            language: context.config.language.clone(),
            rows_max: context.config.report_rows_max,
            as_of,
            window,
            metrics,
            reject_count: row_counts.get("lake.reject").copied().unwrap_or(0),
            row_counts,
            sources: Grid::read(store, "lake.source_file")?,
            rejects: Grid::read_first(store, "lake.reject", REJECTS_MAX)?,
            thresholds: Grid::read(store, "rule.threshold")?,
            parameters: Grid::read(store, "rule.parameter")?,
        })
    }

    /// A metric table; one that the store does not have is empty.
    pub fn metric(&self, name: &str) -> &Grid {
        static EMPTY: Grid = Grid::EMPTY;
        self.metrics.get(name).unwrap_or(&EMPTY)
    }

    /// The row of `compliance_total` over all months.
    pub fn total(&self) -> Option<Row<'_>> {
        self.metric("compliance_total").rows().find(|r| r.text("period") == "all")
    }

    /// Whether a contract catalogue was read. Without one every purchase lies off contract, which says nothing of the buyer.
    pub fn has_contracts(&self) -> bool {
        self.row_count("lake.contract") > 0
    }

    /// Whether any purchase could be judged against them.
    pub fn judges(&self) -> bool {
        self.has_contracts() && self.total().is_some_and(|t| t.float("coverage_ratio").unwrap_or(0.0) > 0.0)
    }

    /// Rows of a table of the store.
    pub fn row_count(&self, full_name: &str) -> u64 {
        self.row_counts.get(full_name).copied().unwrap_or(0)
    }
}

/// Σ of a money column over all rows, in minor units.
pub fn sum(grid: &Grid, column: &str) -> i128 {
    grid.rows().filter_map(|r| r.money(column)).map(i128::from).sum()
}
