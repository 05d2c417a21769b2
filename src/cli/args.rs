//! What can be typed. What it means is in `commands`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, CommandFactory, Parser, Subcommand, ValueEnum};

const EXAMPLES: &str = "\
Examples:
  spendtrace run data/sample              everything: ingest, resolve, classify, match, analyse, report
  spendtrace explain 3fa9c1d20b-1042      why this line was decided as it was
  spendtrace query \"select * from metric.compliance_total\"
  spendtrace review -n 10                 which supplier links a person should look at
  spendtrace profile export.csv           what is in a file, and a mapping for it
  spendtrace init my-region               a new workspace

Exit codes: 0 ok, 1 a check failed, 2 usage or settings, 3 input refused, 4 totals or hashes do not reconcile,
5 another run holds the lock, 6 out of disk or memory, 70 a defect of spendtrace.";

/// Traces every krona of public spend from the invoice line to the contract that covers it, or to the reason why none does.
#[derive(Debug, Parser)]
#[command(name = "spendtrace", version, before_help = EXAMPLES, disable_help_subcommand = true, subcommand_required = true, arg_required_else_help = true)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Flags of every command.
    #[command(flatten)]
    pub common: Common,
}

/// The tree of commands: completions and man pages come from it too.
pub fn command() -> clap::Command {
    Args::command()
}

/// Flags that every command takes.
#[derive(Debug, Clone, ClapArgs)]
pub struct Common {
    /// Workspace: the folder with spendtrace.toml, or one below it
    #[arg(long, short = 'w', global = true, value_name = "FOLDER")]
    pub workspace: Option<PathBuf>,
    /// A setting for this call, such as --set threads=2 (repeatable)
    #[arg(long = "set", global = true, value_name = "NAME=VALUE")]
    pub settings: Vec<String>,
    /// The day that the figures describe (YYYY-MM-DD)
    #[arg(long, global = true, value_name = "DAY")]
    pub as_of: Option<String>,
    /// Results as JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// Say only what went wrong
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Say more: time of each stage
    #[arg(long, short, global = true)]
    pub verbose: bool,
    /// Colours on the terminal
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: When,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// When stdout is a terminal and NO_COLOR is not set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Everything, incrementally: ingest what is new, resolve, classify, match, analyse, report
    Run(RunArgs),
    /// Read new exports into the lake; keep or reject each row
    Ingest(RunArgs),
    /// Find out which real supplier each vendor record is (and what comes before)
    Resolve(RunArgs),
    /// Give each line a spend category (and what comes before)
    Classify(RunArgs),
    /// Decide for each line which contract covers it (and what comes before)
    Match(RunArgs),
    /// Make every figure (and what comes before)
    Analyse(RunArgs),
    /// Write the report (and what comes before)
    Report(ReportArgs),
    /// The supplier ledger as open data: the Swedish specification 1.1, one CSV file per month, personal data masked
    Export {
        /// Folder to write to
        #[arg(long, short, value_name = "FOLDER", default_value = "open-data")]
        out: PathBuf,
    },
    /// The whole trail of one line: source, supplier, category, each contract considered, the decision
    Explain {
        /// The line, as in the column line_id
        line_id: String,
    },
    /// What a changed, new or removed contract would do to every line and its kronor; writes nothing
    Whatif {
        /// Changes as TOML (blocks [[contract]] with columns of lake.contract), or a catalogue export
        file: PathBuf,
        /// Mapping of the export; its contracts take the place of those of the same number
        #[arg(long, value_name = "NAME")]
        mapping: Option<String>,
        /// Largest changed lines to list
        #[arg(long, value_name = "N", default_value_t = 20)]
        lines: usize,
    },
    /// Any SQL over the lake and the results
    Query {
        /// A statement, or the path of a .sql file
        sql: String,
        /// Form of the result
        #[arg(long, short, value_name = "FORM", default_value = "table")]
        format: Format,
        /// Write to this file instead of stdout (required for parquet)
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Links between vendor records that a person should look at, the most money at risk first, each with the line for the file of verdicts
    Review {
        /// How many
        #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 20)]
        most: usize,
        /// Form of the result
        #[arg(long, short, value_name = "FORM", default_value = "table")]
        format: Format,
        /// Write to this file instead of stdout (required for parquet)
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// The invariants: silent and 0 when all hold
    Check {
        /// Names of checks, or reconcile for those of rows and amounts against files, totals and ledger; all when none is given
        names: Vec<String>,
    },
    /// What is in a file: encoding, dialect, header, column types, and a proposed mapping as TOML
    Profile {
        /// The file
        file: PathBuf,
        /// Encoding to decode with
        #[arg(long, value_name = "LABEL")]
        encoding: Option<String>,
        /// Only the proposed mapping, ready to keep
        #[arg(long)]
        mapping: bool,
    },
    /// A new workspace with a commented settings file
    Init {
        /// The folder
        #[arg(default_value = ".")]
        folder: PathBuf,
    },
    /// Planted data: exports of a whole region with the truth beside them
    Synth {
        /// The folder to write to
        folder: PathBuf,
        /// Invoice lines, 1,000 to 100,000,000
        #[arg(long, default_value_t = 20_000)]
        lines: u64,
        /// Seed: the same seed and size give the same bytes
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Months of data
        #[arg(long, default_value_t = 24)]
        months: u32,
        /// All lines in one file of one layout, for timing
        #[arg(long)]
        single: bool,
    },
    /// Settings
    Config {
        /// What to show
        #[command(subcommand)]
        action: ConfigAction,
    },
    /// A completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// What `config` does.
#[derive(Debug, Subcommand)]
pub enum ConfigAction {
    /// Settings in force
    Show {
        /// Where each value comes from
        #[arg(long)]
        origin: bool,
    },
}

/// Arguments of `run` and of the single stages.
#[derive(Debug, Clone, ClapArgs)]
pub struct RunArgs {
    /// Workspace: the folder with spendtrace.toml
    #[arg(value_name = "WORKSPACE")]
    pub folder: Option<PathBuf>,
    /// Output folder
    #[arg(long, short, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// Threads; 0 = one for each core
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Wait when another run holds the lock
    #[arg(long)]
    pub wait: bool,
}

/// Arguments of `report`.
#[derive(Debug, Clone, ClapArgs)]
pub struct ReportArgs {
    /// As for every stage.
    #[command(flatten)]
    pub run: RunArgs,
    /// Print it to report.pdf as well, tagged for screen readers (needs Chromium, Chrome or Edge)
    #[arg(long)]
    pub pdf: bool,
}

/// Forms of a query result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Aligned for reading.
    Table,
    /// RFC 4180.
    Csv,
    /// An array of objects; money and other decimals as text, so that none is rounded.
    Json,
    /// Parquet, to a file.
    Parquet,
}
