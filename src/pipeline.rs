//! The flow as data: which stage reads and writes what, in which order. The only module that knows the order.

use crate::config::Config;
use crate::error::Result;
use crate::model::{Date, Period};
use crate::rules::Rules;
use crate::schema::{self, Table};
use crate::store::Store;
use crate::{analysis, classify, ingest, matching, report, resolve};

/// What a stage may know: resolved settings and rules, never the command line, the clock or the environment.
pub struct Context {
    /// Settings of the workspace.
    pub config: Config,
    /// Dated rules and parameters.
    pub rules: Rules,
    /// Key of the hashes that stand for personal numbers. It lives outside the lake.
    pub privacy_key: [u8; 32],
    /// Tells the person that waits what goes on.
    pub progress: Progress,
}

/// Takes the stage's name, the units done and the units in all (0 when unknown).
pub type Progress = Box<dyn Fn(&str, u64, u64) + Send + Sync>;

impl Context {
    /// The day that the figures describe: the setting `as_of`, else the last day of the last month with lines.
    pub fn as_of(&self, store: &Store) -> Date {
        self.config.as_of.unwrap_or_else(|| {
            let last = store.files(&schema::INVOICE_LINE).iter().filter_map(|f| f.period.as_deref()).filter_map(Period::parse).max();
            last.map_or(Date::from_days(0), Period::last_day)
        })
    }
}

/// One stage of the flow.
pub struct Stage {
    /// The verb, which is also the command.
    pub name: &'static str,
    /// One line for the help text and docs.
    pub doc: &'static str,
    /// Schemas it reads.
    pub reads: &'static [&'static str],
    /// Tables it writes; metric tables are declared by their queries.
    pub writes: &'static [&'static Table],
    /// Does it. Skips by itself when what it reads has not changed.
    pub run: fn(&Context, &mut Store) -> Result<()>,
}

/// The flow.
pub const STAGES: &[Stage] = &[
    Stage {
        name: "ingest",
        doc: "read new exports into the lake; keep or reject each row",
        reads: &[],
        writes: &[
            &schema::SOURCE_FILE,
            &schema::REJECT,
            &schema::INVOICE_LINE,
            &schema::CONTRACT,
            &schema::CONTRACT_AMENDMENT,
            &schema::PURCHASE_ORDER,
            &schema::APPROVED_EXCEPTION,
            &schema::TENDER,
            &schema::AWARD,
            &schema::BID,
            &schema::VENDOR_RECORD,
            &schema::ORGANISATIONAL_UNIT,
            &schema::PRICE_LIST_ITEM,
            &schema::SUPPLIER_REGISTER,
            &schema::SPEND_CATEGORY,
            &schema::CATEGORY_RULE,
            &schema::LEDGER_BALANCE,
            &schema::EXCHANGE_RATE,
            &schema::FINDING,
            &schema::CATEGORY_ATTRIBUTE,
            &schema::EMISSION_FACTOR,
            &schema::PRICE_INDEX,
            &schema::TIER2_REPORT,
            &schema::DIVERSITY_GOAL,
            &schema::DEVIATION_REPORT,
            &schema::DIRECT_AWARD_RECORD,
        ],
        run: ingest::run,
    },
    Stage {
        name: "resolve",
        doc: "find out which real supplier each vendor record is",
        reads: &["lake"],
        writes: &[
            &schema::SUPPLIER,
            &schema::VENDOR_SUPPLIER,
            &schema::SUPPLIER_CLASS,
            &schema::CONTRACT_SUPPLIER,
            &schema::SUPPLIER_OVERRIDE,
            &schema::VENDOR_FINDING,
            &schema::SUPPLIER_REVIEW,
        ],
        run: resolve::run,
    },
    Stage {
        name: "classify",
        doc: "give each kind of line a spend category",
        reads: &["lake", "resolved"],
        writes: &[&schema::LINE_CATEGORY],
        run: classify::run,
    },
    Stage {
        name: "match",
        doc: "decide for each line which contract covers it, and if none, why",
        reads: &["lake", "resolved", "classified"],
        writes: &[&schema::SPEND, &schema::CONTRACT_TERM],
        run: matching::run,
    },
    Stage {
        name: "analyse",
        doc: "make every figure, in parallel",
        reads: &["lake", "resolved", "classified", "matched"],
        writes: &[&schema::RUN, &schema::CALENDAR, &schema::DAY, &schema::COST_COMPONENT, &schema::COST_TEXT, &schema::THRESHOLD, &schema::PARAMETER],
        run: analysis::run,
    },
    Stage {
        name: "report",
        doc: "write the report, the tables and the key figures",
        reads: &["lake", "resolved", "classified", "matched", "rule", "metric"],
        writes: &[],
        run: report::run,
    },
];

/// Runs the stages from the first to the one named `last`, or all.
///
/// # Errors
/// Those of the stages; `Reconcile` when a file that an earlier run wrote is damaged, whether or not a stage has to read it.
pub fn run(context: &Context, store: &mut Store, last: Option<&str>) -> Result<()> {
    store.verify()?;
    for stage in STAGES {
        (context.progress)(stage.name, 0, 0);
        (stage.run)(context, store)?;
        if last == Some(stage.name) {
            break;
        }
    }
    Ok(())
}
