//! Every figure, in SQL, in parallel: `matched.*` → `metric.*`.
//!
//! Each analysis is one file of `queries/metric`, declared by its own header ([`crate::schema::metric`]). The stage writes the
//! `rule.*` tables first, so that no query holds a date, a limit or a parameter; then all metric tables, the invariants of
//! `queries/check` over them, and the key figures of `data/kpi`, in one transaction: figures that break an invariant are
//! never committed.

mod holiday;
mod key_figure;
mod rule_table;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::mpsc::{SyncSender, sync_channel};

pub mod life_cycle;
pub mod tender_flags;

pub use crate::schema::metric as catalogue;
pub use key_figure::{KeyFigure, Kind, Target, Unit, key_figures};

use crate::assets;
use crate::error::{Error, Result};
use crate::model::LineId;
use crate::pipeline::Context;
use crate::schema::{self, Table, Type};
use crate::store::{FileEntry, Frame, SqlSession, StageEntry, Store, Transaction, fingerprint, words};

/// Raised when the Rust of this stage changes what it writes; the text of the queries counts by itself.
const VERSION: &str = "1";
/// Memory that the lines of a table may take to be held for all queries: about a million and a half of decided lines.
const HELD_BYTES_MAX: u64 = 1 << 30;

/// Makes all figures, unless what they are made from is unchanged.
pub fn run(context: &Context, store: &mut Store) -> Result<()> {
    let print = stage_fingerprint(context, store)?;
    if store.manifest().stages.get("analyse").is_some_and(|s| s.fingerprint == print) {
        return Ok(());
    }
    let figures = key_figures(&context.config.workspace)?;
    let rule_batches = rule_table::batches(context, store)?;
    let mut transaction = store.begin();
    let mut session = SqlSession::open(transaction.store(), data_tables())?;
    let mut written: Vec<(&'static Table, FileEntry)> = Vec::new();
    for (table, batch) in rule_batches {
        written.push((table, write_one(&transaction, table, &[batch])?));
    }
    for (table, file) in &written {
        session.replace_view(transaction.store(), table, std::slice::from_ref(file))?;
    }

    let waves = waves();
    let mut shared = session_of(&session, transaction.store(), &waves.concat())?;
    for wave in waves {
        for (table, file) in run_queries(context, &transaction, &shared, &wave)? {
            for one in [&mut session, &mut shared] {
                one.replace_view(transaction.store(), table, std::slice::from_ref(&file))?;
            }
            written.push((table, file));
        }
    }
    drop(shared);
    let inside: Vec<&str> = checks().map(|(name, _, _)| name).filter(|name| !OUTSIDE.contains(name)).collect();
    let broken: Vec<String> = check_session(&session, &inside)?.into_iter().filter(|c| c.rows.num_rows() > 0).map(|c| c.message()).collect();
    if !broken.is_empty() {
        return Err(Error::Reconcile(format!("the figures contradict each other and were not kept:\n{}", broken.join("\n"))));
    }
    // Procurements and tenders come from files of the workspace, not from the lake; key figures may ask for them.
    for (table, batch) in life_cycle::batches(context, transaction.store())?.into_iter().chain(tender_flags::batches(context)?) {
        let file = write_one(&transaction, table, &[batch])?;
        session.replace_view(transaction.store(), table, std::slice::from_ref(&file))?;
        written.push((table, file));
    }
    for (table, batch) in key_figure::batches(context, transaction.store(), &session, &figures)? {
        written.push((table, write_one(&transaction, table, &[batch])?));
    }
    for (table, file) in written {
        transaction.replace(table, vec![file]);
    }
    transaction.commit("analyse", StageEntry { fingerprint: print })
}

/// The checks that `check reconcile` asks: from the files to the decisions, and with the totals that others state.
pub const RECONCILE: &[&str] = &["source_file_reconciles", "decided_equals_lake", "control_totals_reconcile", "ledger_reconciles"];
/// Those of them that compare with figures from outside. A file that disagrees with its own total row, or with the ledger, is shown and
/// refused by `check`; it does not keep the figures from being made.
const OUTSIDE: &[&str] = &["control_totals_reconcile", "ledger_reconciles"];

/// One invariant of `queries/check`, asked.
pub struct Check {
    /// Name of the file.
    pub name: &'static str,
    /// What must hold, from its header.
    pub what: &'static str,
    /// The rows that break it: none when it holds.
    pub rows: Frame,
}

impl Check {
    /// The name, what must hold, and the first rows that break it.
    pub fn message(&self) -> String {
        let mut text = format!("{}: {} ({} rows break it)", self.name, self.what, self.rows.num_rows());
        let names: Vec<_> = self.rows.schema().fields().iter().map(|f| f.name().clone()).collect();
        for row in 0..self.rows.num_rows().min(3) {
            let cells: Vec<_> = names.iter().enumerate().map(|(c, name)| format!("{name}={}", cell_text(&self.rows, c, row))).collect();
            let _ = write!(text, "\n  {}", cells.join(", "));
        }
        text
    }
}

/// Asks the invariants of those names, or all when none is named, over the committed store, every file of which is checked first.
/// `reconcile` stands for those of [`RECONCILE`]. An unknown name is an error.
pub fn check(store: &Store, names: &[&str]) -> Result<Vec<Check>> {
    store.verify()?;
    let names: Vec<&str> = names.iter().flat_map(|n| if *n == "reconcile" { RECONCILE.to_vec() } else { vec![*n] }).collect();
    let names = names.as_slice();
    let session = SqlSession::open(store, all_tables())?;
    check_session(&session, names)
}

/// The invariants: (name, what must hold, SQL). The SQL of `keys_are_unique` follows from the declared keys and is empty here.
pub fn checks() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let files = assets::below("queries/check/").map(|(path, sql)| {
        let name = path.trim_start_matches("queries/check/").trim_end_matches(".sql");
        let what = sql.lines().next().and_then(|l| l.strip_prefix("-- what: ")).unwrap_or_default();
        (name, what, sql)
    });
    files.chain([(KEYS_CHECK, "No two rows of a metric table share its key.", "")])
}

fn check_session(session: &SqlSession, names: &[&str]) -> Result<Vec<Check>> {
    if let Some(unknown) = names.iter().find(|n| checks().all(|(name, _, _)| name != **n)) {
        let known: Vec<_> = checks().map(|(name, _, _)| name).collect();
        return Err(Error::Config(format!("no check is called \"{unknown}\"; there are {}", known.join(", "))));
    }
    checks()
        .filter(|(name, _, _)| names.is_empty() || names.contains(name))
        .map(|(name, what, sql)| {
            let rows = if name == KEYS_CHECK { repeated_keys(session)? } else { session.query(&format!("check {name}"), sql)? };
            Ok(Check { name, what, rows })
        })
        .collect()
}

/// The one check that is not a file: its SQL follows from the declared keys.
const KEYS_CHECK: &str = "keys_are_unique";

/// The analyses with keys that stand in more than one row, and how many; table by table, for the sake of memory.
fn repeated_keys(session: &SqlSession) -> Result<Frame> {
    let mut found = Vec::new();
    for table in catalogue::analyses().iter().map(|a| a.table) {
        let (name, key) = (table.full_name(), table.key.join(", "));
        let sql = format!(
            "with key_counts as (select {key}, count(*) as row_count from {name} group by {key}), repeated as (select '{name}' as table_name, row_count \
             from key_counts where row_count > 1) select table_name, count(*) as repeated_key_count from repeated group by table_name order by table_name"
        );
        found.push(session.query(&format!("check {KEYS_CHECK}"), &sql)?);
    }
    Ok(arrow::compute::concat_batches(&found[0].schema(), &found)?)
}

/// Any SQL over the lake, the decisions and the results. Only the tables that the text names are opened.
pub fn query(store: &Store, sql: &str) -> Result<Frame> {
    let lower = sql.to_ascii_lowercase();
    let session = SqlSession::open(store, all_tables().filter(|t| lower.contains(&t.full_name())))?;
    session.query("query", sql)
}

/// The analyses that take up a line of `matched.spend`: the first step of their query that reads the decisions keeps it, or they are cuts of
/// an analysis that does. Later steps may still leave it out of what they list, as a search for duplicates does with most.
///
/// # Errors
/// [`Error::Reconcile`] when a file is not the one that was written.
pub fn entered(store: &Store, line_id: &LineId) -> Result<Vec<&'static str>> {
    let spend = &schema::SPEND;
    let own = store.files(spend).iter().filter(|f| f.path.contains(&line_id.source_file_id)).cloned().collect::<Vec<_>>();
    let sql: Vec<String> = catalogue::analyses().iter().map(|a| body(a.sql)).collect();
    let named = |t: &&Table| t.full_name() != spend.full_name() && sql.iter().any(|s| s.contains(&t.full_name()));
    let mut session = SqlSession::open(store, data_tables().filter(named))?;
    session.replace_view(store, spend, if own.is_empty() { store.files(spend) } else { &own })?;
    session.hold(spend, &format!("select * from {} where line_id = '{line_id}'", spend.full_name()))?;
    let mut entered: Vec<&'static str> = Vec::new();
    for analysis in waves().into_iter().flatten() {
        let takes_up = match session.rows_of_first_step_over(spend, analysis.name, &body(analysis.sql))? {
            Some(rows) => rows > 0,
            None => metrics_read(analysis.sql).iter().any(|name| entered.contains(name)),
        };
        if takes_up {
            entered.push(analysis.name);
        }
    }
    entered.sort_by_key(|name| catalogue::ANALYSES.iter().position(|n| n == name));
    Ok(entered)
}

/// `views.sql`: every table of the store as a DuckDB view over its files, with paths from the output folder, so that
/// `cd out && duckdb -init views.sql` has the names that the queries use.
pub fn views_sql(store: &Store) -> String {
    let mut text = String::from(
        "-- The tables of this folder as views for DuckDB: cd here, then `duckdb -init views.sql`.\n-- Files that are not named here do not count.\n",
    );
    for name in crate::store::SCHEMAS {
        let _ = writeln!(text, "create schema if not exists {name};");
    }
    for table in all_tables() {
        let files = store.files(table);
        let body = if files.is_empty() {
            let columns: Vec<_> = table.columns.iter().map(|c| format!("cast(null as {}) as {}", duckdb_type(c.ty), c.name)).collect();
            format!("select {} where false", columns.join(", "))
        } else {
            let paths: Vec<_> = files.iter().map(|f| format!("'{}'", f.path.replace('\'', "''"))).collect();
            format!("select * from read_parquet([{}], hive_partitioning = false)", paths.join(", "))
        };
        let _ = writeln!(text, "create or replace view {} as {body};", table.full_name());
    }
    text
}

const fn duckdb_type(ty: Type) -> &'static str {
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

/// What the queries read, the rules left out: those are made here.
fn data_tables() -> impl Iterator<Item = &'static Table> {
    schema::TABLES.iter().copied()
}

/// Everything that SQL may name.
pub fn all_tables() -> impl Iterator<Item = &'static Table> {
    schema::TABLES.iter().copied().chain(catalogue::metric_tables())
}

fn stage_fingerprint(context: &Context, store: &Store) -> Result<String> {
    let config = context.config.fingerprint_text();
    let rules = context.rules.fingerprint_text();
    let as_of = context.as_of(store).to_string();
    let mut texts: Vec<&str> = vec![VERSION, &config, &rules, &as_of];
    texts.extend(
        assets::below("queries/")
            .chain(assets::below("data/kpi/"))
            .chain(assets::below("data/reference/cost_components"))
            .chain(assets::below("data/reference/holidays"))
            .map(|(_, text)| text),
    );
    let own = key_figure::workspace_texts(&context.config.workspace)?;
    texts.extend(own.iter().map(|(_, text)| text.as_str()));
    let of_workspace = [life_cycle::fingerprint_text(&context.config.workspace)?, tender_flags::fingerprint_text(&context.config.workspace)?];
    texts.extend(of_workspace.iter().map(String::as_str));
    let tables = schema::TABLES.iter().copied().filter(|t| t.schema != "rule");
    Ok(fingerprint(store, tables, &texts))
}

/// The analyses in the order that they can be made in: first those over the decisions alone, then those that read a table of the waves before.
fn waves() -> Vec<Vec<&'static catalogue::Analysis>> {
    let mut left: Vec<_> = catalogue::analyses().iter().map(|a| (a, metrics_read(a.sql))).collect();
    let mut waves = Vec::new();
    while !left.is_empty() {
        let open: BTreeSet<&str> = left.iter().map(|(a, _)| a.name).collect();
        let (now, later): (Vec<_>, Vec<_>) = left.into_iter().partition(|(_, read)| read.is_disjoint(&open));
        assert!(!now.is_empty(), "queries that read each other in a ring can never be made");
        waves.push(now.into_iter().map(|(a, _)| a).collect());
        left = later;
    }
    waves
}

/// The metric tables that a query names.
fn metrics_read(sql: &'static str) -> BTreeSet<&'static str> {
    let mut follows_schema = false;
    words(sql).filter(|word| std::mem::replace(&mut follows_schema, *word == "metric")).collect()
}

/// The session with the table of lines that most of these analyses read held in memory: decoded once, not once for each. A table that would take more
/// than [`HELD_BYTES_MAX`] stays in its files.
pub fn session_of(session: &SqlSession, store: &Store, analyses: &[&catalogue::Analysis]) -> Result<SqlSession> {
    let mut shared = session.clone();
    for table in data_tables().filter(|t| t.is_partitioned) {
        let name = table.full_name();
        let readers: Vec<String> = analyses.iter().map(|a| body(a.sql)).filter(|sql| sql.contains(&name)).collect();
        let columns: BTreeSet<&str> = readers.iter().flat_map(|sql| words(sql)).collect();
        let held: Vec<_> = table.columns.iter().filter(|c| columns.contains(c.name)).collect();
        let row_bytes: u64 = held.iter().map(|c| held_bytes(c.ty)).sum();
        if 2 * readers.len() > analyses.len() && store.row_count(table) * row_bytes <= HELD_BYTES_MAX {
            let names: Vec<_> = held.iter().map(|c| c.name).collect();
            shared.hold(table, &format!("select {} from {name}", names.join(", ")))?;
        }
    }
    Ok(shared)
}

/// Bytes of a value in memory. Longer texts lie once for each page of their file.
const fn held_bytes(ty: Type) -> u64 {
    match ty {
        Type::Text | Type::Money | Type::Quantity | Type::Rate => 16,
        Type::Int | Type::Float => 8,
        Type::Date => 4,
        Type::Bool => 1,
    }
}

/// The statement without its header.
fn body(sql: &str) -> String {
    sql.lines().filter(|l| !l.starts_with("--")).collect::<Vec<_>>().join("\n")
}

/// Runs analyses and writes their files; the files count when the caller names them.
fn run_queries(
    context: &Context,
    transaction: &Transaction<'_>,
    session: &SqlSession,
    analyses: &[&'static catalogue::Analysis],
) -> Result<Vec<(&'static Table, FileEntry)>> {
    // One query at a time: the engine works on all cores within each, and a second one beside it took no less time and twice the memory.
    // The writing of its result fills what the next query leaves idle.
    let (sender, receiver) = sync_channel(1);
    std::thread::scope(|scope| {
        let writer = scope.spawn(move || receiver.iter().map(|(table, frame)| Ok((table, write_one(transaction, table, &[frame])?))).collect());
        let made = send_results(context, session, analyses, sender);
        let written = writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        made.and(written)
    })
}

/// Makes the tables one by one. It owns the sender: that it ends tells the writer that no more will come.
fn send_results(context: &Context, session: &SqlSession, analyses: &[&'static catalogue::Analysis], sender: SyncSender<(&'static Table, Frame)>) -> Result<()> {
    for (done, analysis) in (1..).zip(analyses) {
        let frame = session.query_as(analysis.table, analysis.sql)?;
        (context.progress)("analyse", done, analyses.len() as u64);
        // The writer hangs up only when it failed, and then it says why.
        if sender.send((analysis.table, frame)).is_err() {
            break;
        }
    }
    Ok(())
}

fn write_one(transaction: &Transaction<'_>, table: &'static Table, batches: &[Frame]) -> Result<FileEntry> {
    let mut writer = transaction.writer(table, None, table.name)?;
    for batch in batches {
        writer.write(batch)?;
    }
    writer.finish()
}

/// A cell as plain text, for messages.
fn cell_text(frame: &Frame, column: usize, row: usize) -> String {
    use arrow::array::{Array, AsArray};
    use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Float64Type, Int64Type};
    let array = frame.column(column);
    if array.is_null(row) {
        return "NULL".to_string();
    }
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Decimal128(_, _) => array.as_primitive::<Decimal128Type>().value_as_string(row),
        DataType::Date32 => crate::model::Date::from_days(array.as_primitive::<Date32Type>().value(row)).to_string(),
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).to_string(),
        other => other.to_string(),
    }
}
