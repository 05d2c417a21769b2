//! The report in the terminal: what one wants to know when a run has ended.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

use super::data::Data;
use super::format::{self, Language};
use super::grid::Row;
use super::{key_figure, markup, texts};
use crate::error::Result;
use crate::pipeline::Context;
use crate::store::Store;

/// Deviations that the summary lists.
const DEVIATIONS_MAX: usize = 5;

/// What a run says when it ends. `Display` is for people, in the workspace's language; `Serialize` for `--json`. Money is in
/// minor units.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// Name of the buyer.
    pub name: String,
    /// ISO 4217.
    pub currency: String,
    /// The day that the figures describe.
    pub as_of_on: String,
    /// First and last month with lines.
    pub periods: (String, String),
    /// Invoice lines in the lake.
    pub line_count: u64,
    /// All spend.
    pub spend_net: i64,
    /// The part that contracts could cover.
    pub addressable_spend_net: i64,
    /// Outcomes of addressable spend: code, amount, share.
    pub outcomes: Vec<(String, i64, f64)>,
    /// Key figures.
    pub key_figures: Vec<SummaryFigure>,
    /// The largest deviations by reason and passed-by contract.
    pub deviations: Vec<SummaryDeviation>,
    /// Records read, kept and rejected, over all files.
    pub rows: (i64, i64, i64),
    /// Rejected records by fault.
    pub faults: Vec<(String, u64)>,
    /// Where the report lies.
    pub report: PathBuf,
    /// Whether a contract catalogue was read; without one the outcomes say nothing.
    pub has_contracts: bool,
    /// Whether text may carry terminal colours: the command line decides.
    #[serde(skip)]
    pub is_coloured: bool,
    #[serde(skip)]
    language: &'static str,
}

/// A key figure of the summary.
#[derive(Debug, Clone, Serialize)]
pub struct SummaryFigure {
    /// Its code in `data/kpi`.
    pub code: String,
    /// Its name in the workspace's language.
    pub name: String,
    /// Its value as people read it.
    pub value: String,
    /// Its target as people read it; empty when there is none.
    pub target: String,
    /// Whether the target is met; `None` without one.
    pub is_met: Option<bool>,
    /// Whether there was anything to make it from.
    pub has_value: bool,
    /// Share of kronor that could be judged, 0 to 1.
    pub coverage_ratio: Option<f64>,
}

/// A deviation of the summary.
#[derive(Debug, Clone, Serialize)]
pub struct SummaryDeviation {
    /// The supplier that was used.
    pub supplier: String,
    /// What was bought.
    pub category: String,
    /// The unit that bought.
    pub unit: String,
    /// The contract that should have been used.
    pub contract: String,
    /// Amount.
    pub spend_net: i64,
}

/// What the store says, for the terminal.
pub fn summary(context: &Context, store: &Store) -> Result<Summary> {
    let data = Data::read(context, store)?;
    let language = Language::from_tag(&data.language);
    let total = data.total();
    let money = |column: &str| total.and_then(|t| t.money(column)).unwrap_or(0);
    let addressable = money("addressable_spend_net");
    let outcomes = super::compliance::OUTCOMES
        .iter()
        .map(|(code, column, _)| ((*code).to_string(), money(column), if addressable > 0 { money(column) as f64 / addressable as f64 } else { 0.0 }))
        .collect();
    let mut deviations: Vec<Row<'_>> = data.metric("maverick_spend").rows().collect();
    deviations.sort_by_key(|r| (-r.money("spend_net").unwrap_or(0), r.text("supplier_id"), r.text("category_code"), r.text("organisational_unit_id")));
    let deviations = deviations
        .iter()
        .take(DEVIATIONS_MAX)
        .map(|r| SummaryDeviation {
            supplier: r.text("supplier_name").to_string(),
            category: r.text("category_name").to_string(),
            unit: r.text("organisational_unit_name").to_string(),
            contract: r.text("passed_by_contract_id").to_string(),
            spend_net: r.money("spend_net").unwrap_or(0),
        })
        .collect();
    let count = |column: &str| data.sources.rows().filter_map(|r| r.int(column)).sum::<i64>();
    Ok(Summary {
        name: data.name.clone(),
        currency: data.currency.clone(),
        as_of_on: data.as_of.to_string(),
        periods: data.window.clone(),
        line_count: data.row_count("lake.invoice_line"),
        spend_net: money("spend_net"),
        addressable_spend_net: addressable,
        outcomes,
        key_figures: key_figure::read(&data).iter().map(|f| f.summary(&data, language)).collect(),
        deviations,
        rows: (count("row_read_count"), count("row_kept_count"), count("row_rejected_count")),
        faults: faults(store)?,
        report: super::folder(context, store).join("report.html"),
        has_contracts: data.has_contracts(),
        is_coloured: false,
        language: language.tag(),
    })
}

fn faults(store: &Store) -> Result<Vec<(String, u64)>> {
    let mut counts = std::collections::BTreeMap::<String, u64>::new();
    super::grid::for_each_batch(store, "lake.reject", Some(&["fault"]), |batch| {
        for index in 0..batch.num_rows() {
            *counts.entry(Row::of(batch, index).text("fault").to_string()).or_default() += 1;
        }
        Ok(())
    })?;
    let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    Ok(counts)
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let l = Language::from_tag(self.language);
        let paint = |code: &str, text: &str| if self.is_coloured { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() };
        let (bold, dim, warn, good) = ("1", "2", "33", "36");
        let clean = |text: &str| markup::visible(&text.replace(['\n', '\t'], " ")).into_owned();
        let money = |minor: i64| format::headline_money(l, &self.currency, i128::from(minor));
        writeln!(f)?;
        writeln!(f, "{}  {}", paint(bold, &clean(&self.name)), paint(dim, &format!("{} – {}", self.periods.0, self.periods.1)))?;
        writeln!(
            f,
            "{} {}, {} {}",
            format::whole(l, i128::from(self.line_count)),
            l.say("fakturarader", "invoice lines"),
            money(self.addressable_spend_net),
            l.say("påverkbara inköp", "of addressable spend")
        )?;
        writeln!(f)?;
        if !self.has_contracts {
            let text = l.say(
                "Ingen avtalskatalog har lästs in, så inget köp kan jämföras med avtal.",
                "No contract catalogue was read, so that no purchase can be compared with contracts.",
            );
            writeln!(f, "  {text}")?;
        }
        // A bar of forty cells for the outcomes; the letters stand for them where there is no colour.
        let mut values = [0; super::compliance::OUTCOMES.len()];
        for (value, outcome) in values.iter_mut().zip(&self.outcomes) {
            *value = i128::from(outcome.1);
        }
        let shares = format::outcome_shares(&values);
        let names: Vec<&str> = self.outcomes.iter().map(|o| texts::code(l, &o.0)).collect();
        let width = names.iter().map(|n| n.chars().count()).max().unwrap_or(0);
        let amounts: Vec<String> = self.outcomes.iter().map(|o| money(o.1)).collect();
        let amount_width = amounts.iter().map(|a| a.chars().count()).max().unwrap_or(0);
        for ((name, amount), (outcome, share)) in names.iter().zip(&amounts).zip(self.outcomes.iter().zip(&shares)).filter(|_| self.has_contracts) {
            let cells = ((share.max(&0).to_owned() as f64 / 25.0).round() as usize).max(usize::from(*share > 0));
            let colour = match outcome.0.as_str() {
                "compliant" => good,
                "off_contract" => warn,
                _ => dim,
            };
            let percent = format::tenths_of_percent(l, *share);
            writeln!(f, "  {name}{}  {amount:>amount_width$}  {percent:>7}  {}", " ".repeat(width - name.chars().count()), paint(colour, &"█".repeat(cells)))?;
        }
        if !self.key_figures.is_empty() {
            writeln!(f, "\n{}", paint(bold, l.say("Nyckeltal", "Key figures")))?;
            let width = self.key_figures.iter().map(|k| k.name.chars().count()).max().unwrap_or(0);
            let values = self.key_figures.iter().map(|k| k.value.chars().count()).max().unwrap_or(0);
            let targets = self.key_figures.iter().map(|k| k.target.chars().count()).max().unwrap_or(0);
            for figure in self.key_figures.iter().filter(|f| f.has_value) {
                let mark = match figure.is_met {
                    Some(true) => paint(good, "●"),
                    Some(false) => paint(warn, "▲"),
                    None => " ".to_string(),
                };
                let coverage = figure.coverage_ratio.map_or_else(String::new, |c| format!("{} {}", l.say("bedömt", "judged"), format::percent(l, c)));
                let line = format!(
                    "{mark} {}{}  {}{}  {}{}  {}",
                    figure.name,
                    " ".repeat(width - figure.name.chars().count()),
                    " ".repeat(values - figure.value.chars().count()),
                    paint(bold, &figure.value),
                    figure.target,
                    " ".repeat(targets - figure.target.chars().count()),
                    paint(dim, &coverage)
                );
                writeln!(f, "{}", line.trim_end())?;
            }
            let without = self.key_figures.iter().filter(|f| !f.has_value).count();
            if without > 0 {
                let text =
                    l.say("{n} nyckeltal saknar underlag; rapporten säger vad de kräver.", "{n} key figures have no data; the report says what they need.");
                writeln!(f, "  {}", paint(dim, &text.replace("{n}", &format::whole(l, without as i128))))?;
            }
        }
        if !self.deviations.is_empty() {
            writeln!(f, "\n{}", paint(bold, l.say("Största köpen vid sidan av avtal", "Largest maverick purchases")))?;
            let amounts: Vec<String> = self.deviations.iter().map(|d| money(d.spend_net)).collect();
            let width = amounts.iter().map(|a| a.chars().count()).max().unwrap_or(0);
            for (deviation, amount) in self.deviations.iter().zip(&amounts) {
                writeln!(f, "  {amount:>width$}  {}, {}", clean(&deviation.unit), clean(&deviation.category))?;
                let instead = format!("{} {} {}", clean(&deviation.supplier), l.say("i stället för avtal", "instead of contract"), clean(&deviation.contract));
                writeln!(f, "  {}  {}", " ".repeat(width), paint(dim, &instead))?;
            }
        }
        let (read, kept, rejected) = self.rows;
        let whole = |n: i64| format::whole(l, i128::from(n));
        writeln!(f, "\n{}", paint(bold, l.say("Underlag", "Data")))?;
        writeln!(
            f,
            "  {} {}, {} {}, {} {}",
            whole(read),
            l.say("lästa rader", "rows read"),
            whole(kept),
            l.say("behållna", "kept"),
            whole(rejected),
            l.say("avvisade", "rejected")
        )?;
        for (fault, count) in self.faults.iter().take(5) {
            writeln!(f, "  {:>8}  {}", format::whole(l, i128::from(*count)), clean(texts::code(l, &format!("fault.{fault}"))))?;
        }
        writeln!(f, "\n{} {}", l.say("Rapporten:", "The report:"), self.report.display())
    }
}
