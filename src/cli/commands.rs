//! What each command does, in terms of the library.

use std::path::{Path, PathBuf};

use clap_complete::Generator;

use super::args::{Args, Command, Common, ConfigAction, RunArgs};
use super::output::{Console, inert, write_frame};
use super::{args, key, pdf};
use crate::config::{Config, FILE, Origin, Override, SETTINGS};
use crate::error::{Error, Result};
use crate::model::{LineId, Total};
use crate::pipeline::{self, Context};
use crate::rules::Rules;
use crate::store::{Columns, Frame, Store};
use crate::{analysis, ingest, matching, report, schema, synth};

/// Does what was typed.
pub fn dispatch(args: &Args, console: &Console) -> Result<()> {
    let common = &args.common;
    match &args.command {
        Command::Run(run) => stages(common, run, console, None),
        Command::Ingest(run) => stages(common, run, console, Some("ingest")),
        Command::Resolve(run) => stages(common, run, console, Some("resolve")),
        Command::Classify(run) => stages(common, run, console, Some("classify")),
        Command::Match(run) => stages(common, run, console, Some("match")),
        Command::Analyse(run) => stages(common, run, console, Some("analyse")),
        Command::Report(report) => {
            stages(common, &report.run, console, Some("report"))?;
            if report.pdf { print_pdf(common, &report.run, console) } else { Ok(()) }
        }
        Command::Export { out } => export(common, out, console),
        Command::Explain { line_id } => explain(common, line_id, console),
        Command::Whatif { file, mapping, lines } => whatif(common, file, mapping.as_deref(), *lines, console),
        Command::Query { sql, format, out } => query(common, sql, *format, out.as_deref(), console),
        Command::Review { most, format, out } => review(common, *most, *format, out.as_deref(), console),
        Command::Check { names } => check(common, names),
        Command::Profile { file, encoding, mapping } => profile(common, file, encoding.as_deref(), *mapping, console),
        Command::Init { folder } => init(folder, console),
        Command::Synth { folder, lines, seed, months, single } => {
            let layout = if *single { synth::Layout::Single } else { synth::Layout::Region };
            let made = synth::generate(&synth::Options { seed: *seed, months: *months, layout, ..synth::Options::new(*lines, folder) })?;
            console.say(&format!(
                "{} invoice lines in {} files ({} bytes), {} of them faulty; {} vendor records, {} contracts\nnext: spendtrace run {}",
                made.lines,
                made.files,
                made.bytes,
                made.rejects,
                made.vendors,
                made.contracts,
                folder.display()
            ));
            Ok(())
        }
        Command::Config { action: ConfigAction::Show { origin } } => config_show(common, *origin, console),
        Command::Completions { shell } => {
            let mut command = args::command();
            command.set_bin_name("spendtrace");
            command.build();
            let mut script = Vec::new();
            shell.generate(&command, &mut script);
            console.result(&String::from_utf8_lossy(&script))
        }
    }
}

fn load_config(common: &Common, folder: Option<&Path>, run: Option<&RunArgs>) -> Result<Config> {
    let mut overrides = Vec::new();
    let mut set = |name: &str, value: String, origin| overrides.push(Override { name: name.to_string(), value, origin });
    for (name, ..) in SETTINGS {
        if let Some(value) = std::env::var_os(format!("SPENDTRACE_{}", name.to_ascii_uppercase())) {
            let value = value.into_string().map_err(|_| Error::Config(format!("SPENDTRACE_{}: not UTF-8", name.to_ascii_uppercase())))?;
            set(name, value, Origin::Environment);
        }
    }
    for setting in &common.settings {
        let (name, value) = setting.split_once('=').ok_or_else(|| Error::Config(format!("--set {setting}: write NAME=VALUE")))?;
        set(name.trim(), value.trim().to_string(), Origin::Flag);
    }
    if let Some(day) = &common.as_of {
        set("as_of_on", day.clone(), Origin::Flag);
    }
    if let Some(run) = run {
        if let Some(out) = &run.out {
            // A path on the command line is relative to where the user stands, not to the workspace.
            let absolute = std::path::absolute(out).map_err(|e| Error::io("find", out, &e))?;
            set("out", absolute.to_str().ok_or_else(|| Error::Config(format!("{}: the path is not UTF-8", out.display())))?.to_string(), Origin::Flag);
        }
        if let Some(threads) = run.threads {
            set("threads", threads.to_string(), Origin::Flag);
        }
    }
    let start = folder.map(Path::to_path_buf).or_else(|| common.workspace.clone()).unwrap_or_else(|| PathBuf::from("."));
    let start = start.canonicalize().map_err(|e| Error::Config(format!("{}: {e}; give the folder of a workspace", start.display())))?;
    Config::load(&start, &overrides)
}

fn context(config: Config, console: &Console) -> Result<Context> {
    let rules = Rules::load(&config.workspace)?;
    let privacy_key = key::load_or_create(&config)?;
    Ok(Context { config, rules, privacy_key, progress: console.progress() })
}

fn stages(common: &Common, run: &RunArgs, console: &Console, last: Option<&str>) -> Result<()> {
    let config = load_config(common, run.folder.as_deref(), Some(run))?;
    limit_threads(config.threads)?;
    let context = context(config, console)?;
    let mut store = Store::open_for_writing(&context.config.out_folder(), run.wait)?;
    let before = ingest::Read::of(&store)?;
    pipeline::run(&context, &mut store, last)?;
    (context.progress)("", 0, 0);
    ingest::Read::of(&store)?.since(&before).iter().for_each(|line| console.say(line));
    match last {
        None | Some("report") => {
            let mut summary = report::summary(&context, &store)?;
            summary.is_coloured = console.has_colour;
            if console.json { console.json_result(&summary) } else { console.result(&summary.to_string()) }
        }
        Some(stage) => {
            let position = pipeline::STAGES.iter().position(|s| s.name == stage).expect("commands name stages");
            for table in pipeline::STAGES[position].writes {
                console.say(&format!("{:<28} {:>12} rows", table.full_name(), store.row_count(table)));
            }
            if let Some(next) = pipeline::STAGES.get(position + 1) {
                console.say(&format!("next: spendtrace {}", next.name));
            }
            Ok(())
        }
    }
}

/// The variable from which the engine reads the size of its thread pool, once, before its first query.
const ENGINE_THREADS: &str = "POLARS_MAX_THREADS";

/// Sizes both pools: ours directly; the engine's by starting this program again with its variable set, since a process
/// cannot change its own environment safely.
fn limit_threads(threads: usize) -> Result<()> {
    if threads == 0 {
        return Ok(());
    }
    #[cfg(unix)]
    if std::env::var(ENGINE_THREADS).ok() != Some(threads.to_string()) {
        use std::os::unix::process::CommandExt;
        let program = std::env::current_exe().map_err(|e| Error::io("find", Path::new("spendtrace"), &e))?;
        let error = std::process::Command::new(&program).args(std::env::args_os().skip(1)).env(ENGINE_THREADS, threads.to_string()).exec();
        return Err(Error::io("start again", &program, &error));
    }
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().map_err(|e| Error::Internal(format!("threads: {e}")))
}

fn explain(common: &Common, line_id: &str, console: &Console) -> Result<()> {
    let line_id: LineId = line_id.parse().map_err(Error::Config)?;
    let config = load_config(common, None, None)?;
    let store = Store::open(&config.out_folder())?;
    let context = context(config, console)?;
    let metrics = analysis::entered(&store, &line_id)?.into_iter().map(str::to_string).collect();
    let explanation = matching::explain(&context, &store, &line_id, metrics)?;
    if console.json {
        return console.json_result(&explanation);
    }
    let language = &context.config.language;
    let words = matching::Words { code: &|column, code| report::code(language, column, code), column: &|name| report::column(language, name) };
    console.result(&inert(&explanation.text(&words)))
}

fn whatif(common: &Common, file: &Path, mapping: Option<&str>, lines: usize, console: &Console) -> Result<()> {
    let config = load_config(common, None, None)?;
    let store = Store::open(&config.out_folder())?;
    let context = context(config, console)?;
    let before = matching::inputs::Inputs::read(&store)?;
    let after = match mapping {
        Some(mapping) => matching::whatif::replaced(&before, &contracts_of(&context, file, mapping)?),
        None if file.extension().is_some_and(|e| e == "toml") => {
            let text = std::fs::read_to_string(file).map_err(|e| Error::Config(format!("{}: cannot read: {e}", file.display())))?;
            matching::whatif::changed(&before, &matching::whatif::parse(file, &text)?, &context.config.currency)?
        }
        None => return Err(Error::Config(format!("{}: name the mapping of the export with --mapping, or write the changes as .toml", file.display()))),
    };
    let result = matching::whatif::whatif(&context, &store, &after, lines)?;
    if console.json { console.json_result(&result) } else { console.result(&super::output::inert(&result.to_string())) }
}

/// The rows of a catalogue export, read as a source is read, into a lake of its own that is gone afterwards.
fn contracts_of(context: &Context, file: &Path, mapping: &str) -> Result<Vec<matching::inputs::ContractRow>> {
    let path = file.canonicalize().map_err(|e| Error::Config(format!("{}: {e}", file.display())))?;
    let path = path.to_str().ok_or_else(|| Error::Config(format!("{}: the path is not UTF-8", path.display())))?.to_string();
    let source = crate::config::Source {
        name: "whatif".to_string(),
        path,
        mapping: mapping.to_string(),
        encoding: None,
        accept_columns: vec!["*".to_string()],
        exclude: Vec::new(),
    };
    let folder = std::env::temp_dir().join(format!("spendtrace-whatif-{}", std::process::id()));
    let config = Config { sources: vec![source], out: folder.clone(), ..context.config.clone() };
    let own = Context { config, rules: context.rules.clone(), privacy_key: context.privacy_key, progress: Box::new(|_, _, _| {}) };
    let read = || -> Result<Vec<matching::inputs::ContractRow>> {
        let mut store = Store::open_for_writing(&folder, false)?;
        crate::ingest::run(&own, &mut store)?;
        Ok(matching::inputs::Inputs::read(&store)?.contracts)
    };
    let rows = read();
    let _ = std::fs::remove_dir_all(&folder);
    let rows = rows?;
    if rows.is_empty() {
        return Err(Error::Input(format!("{}: the mapping {mapping} found no contract in it; name a mapping of the kind contract", file.display())));
    }
    Ok(rows)
}

fn query(common: &Common, sql: &str, format: args::Format, out: Option<&Path>, console: &Console) -> Result<()> {
    let config = load_config(common, None, None)?;
    let store = Store::open(&config.out_folder())?;
    let text = if sql.ends_with(".sql") && !sql.contains(char::is_whitespace) {
        std::fs::read_to_string(sql).map_err(|e| Error::io("read", Path::new(sql), &e))?
    } else {
        sql.to_string()
    };
    let frame = analysis::query(&store, &text)?;
    let format = if console.json { args::Format::Json } else { format };
    write_frame(console, &frame, format, out)
}

/// The questions of the last run, and which lines of the file of verdicts point at nothing any more.
fn review(common: &Common, most: usize, format: args::Format, out: Option<&Path>, console: &Console) -> Result<()> {
    let config = load_config(common, None, None)?;
    let store = Store::open(&config.out_folder())?;
    let frame = analysis::query(
        &store,
        &format!(
            "select review_rank, at_risk_net, amount_net, probability, is_linked, record, other, evidence, verdict from resolved.supplier_review where review_rank <= {most} order by review_rank"
        ),
    )?;
    match (if console.json { args::Format::Json } else { format }, out) {
        (args::Format::Table, None) => console.result(&review_text(&frame))?,
        (format, out) => write_frame(console, &frame, format, out)?,
    }
    for batch in store.read(&schema::SUPPLIER_OVERRIDE)? {
        let columns = Columns(&batch);
        for row in (0..batch.num_rows()).filter(|row| columns.text_at("override_status", *row) == Some("stale")) {
            let text = |name: &str| columns.text_at(name, row).unwrap_or_default();
            let line = columns.int_at("line_number", row).unwrap_or_default();
            console.say(&format!("{}:{line}: {} – {}", config.supplier_overrides.display(), text("override_text"), text("remedy")));
        }
    }
    console.say(&format!("next: add the verdict of a link that is wrong to {}, then spendtrace run", config.supplier_overrides.display()));
    Ok(())
}

/// The questions as paragraphs: names, evidence and verdict are each as long as a line of the terminal.
fn review_text(frame: &Frame) -> String {
    let columns = Columns(frame);
    let mut out = String::new();
    for row in 0..frame.num_rows() {
        let text = |name: &str| columns.text_at(name, row).unwrap_or_default();
        let money = |name: &str| columns.money_at(name, row).map_or_else(String::new, |m| m.to_string());
        out.push_str(&inert(&format!(
            "{:>4}  {} at risk of {}, {:.0} % sure that they are one; {}\n      record   {}\n      other    {}\n      why      {}\n      verdict  {}\n",
            columns.int_at("review_rank", row).unwrap_or_default(),
            money("at_risk_net"),
            money("amount_net"),
            100.0 * columns.float_at("probability", row).unwrap_or_default(),
            if columns.bool_at("is_linked", row) == Some(true) { "linked now" } else { "not linked now" },
            text("record"),
            text("other"),
            text("evidence"),
            text("verdict"),
        )));
    }
    out + &format!("{} links\n", frame.num_rows())
}

/// The report that stands there, printed.
fn print_pdf(common: &Common, run: &RunArgs, console: &Console) -> Result<()> {
    let config = load_config(common, run.folder.as_deref(), Some(run))?;
    let context = context(config, console)?;
    let store = Store::open(&context.config.out_folder())?;
    let folder = report::folder(&context, &store);
    let written = pdf::print(&folder.join("report.html"), &folder.join("report.pdf"))?;
    console.say(&format!("{} ({} kB)", folder.join("report.pdf").display(), written / 1000));
    Ok(())
}

fn export(common: &Common, out: &Path, console: &Console) -> Result<()> {
    let config = load_config(common, None, None)?;
    let context = context(config, console)?;
    let store = Store::open(&context.config.out_folder())?;
    let done = report::export_open_data(&context, &store, out)?;
    let sums: Vec<String> = done.sums.iter().map(|(currency, sum)| format!("{} {currency}", Total::from_minor(*sum))).collect();
    console.say(&format!(
        "{} rows in {} files below {}, {}; the supplier is masked in {} rows\nread them before you publish: free text is left out, but a name in a company name or an account name is not found",
        done.rows,
        done.files,
        out.display(),
        sums.join(", "),
        done.masked
    ));
    Ok(())
}

fn check(common: &Common, names: &[String]) -> Result<()> {
    let config = load_config(common, None, None)?;
    let store = Store::open(&config.out_folder())?;
    // On tables that no run has filled most invariants hold, and say nothing.
    if !store.manifest().stages.contains_key("analyse") {
        return Err(Error::Config("there are no figures to check yet; make them with `spendtrace run`".to_string()));
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let broken: Vec<analysis::Check> = analysis::check(&store, &names)?.into_iter().filter(|c| c.rows.num_rows() > 0).collect();
    let messages = broken.iter().map(analysis::Check::message).collect::<Vec<_>>().join("\n");
    match broken.as_slice() {
        [] => Ok(()),
        some if some.iter().any(|c| analysis::RECONCILE.contains(&c.name)) => Err(Error::Reconcile(messages)),
        _ => Err(Error::Check(messages)),
    }
}

fn profile(common: &Common, file: &Path, encoding: Option<&str>, mapping_only: bool, console: &Console) -> Result<()> {
    // A file may be looked at before there is a workspace.
    let currency = load_config(common, None, None).map_or_else(|_| "SEK".to_string(), |c| c.currency);
    let profiles = ingest::profile::profile(file, ingest::profile::Options { encoding, currency: &currency })?;
    if mapping_only {
        let mut mappings: Vec<&str> = Vec::new();
        for profile in &profiles {
            let text = profile.mapping.as_deref().ok_or_else(|| Error::Input(profile.refusal.clone().unwrap_or_default()))?;
            if !mappings.contains(&text) {
                mappings.push(text);
            }
        }
        return match mappings.as_slice() {
            [one] => console.result(one),
            _ => Err(Error::Input(format!(
                "{}: its files need {} different mappings; unpack it and profile them one by one, or run profile without --mapping",
                file.display(),
                mappings.len()
            ))),
        };
    }
    if console.json {
        return console.json_result(&profiles);
    }
    let mut text = String::new();
    for profile in &profiles {
        text.push_str(&format!("{}\n{}\n", profile.path, super::profile::text(profile)));
    }
    console.result(&super::output::inert(&text))?;
    if let [one] = profiles.as_slice() {
        match (&one.built_in, &one.mapping) {
            (Some(name), _) => console.say(&format!("next: name it in spendtrace.toml: mapping = \"{name}\"")),
            (None, Some(_)) => {
                console.say(&format!("next: spendtrace profile {} --mapping > mappings/NAME.toml, and name it in spendtrace.toml", file.display()))
            }
            (None, None) => {}
        }
    }
    Ok(())
}

fn init(folder: &Path, console: &Console) -> Result<()> {
    let path = folder.join(FILE);
    if path.exists() {
        return Err(Error::Config(format!("{}: there is a workspace here already; edit it, or choose another folder", path.display())));
    }
    let mut text = String::from("# A spendtrace workspace. Every setting below stands at its default; remove the # to change it.\n\n");
    for (name, _, default, doc) in SETTINGS {
        text.push_str(&format!("#{doc}\n# {name} = {default}\n\n"));
    }
    text.push_str(
        "# Exports to read: one block for each. `spendtrace profile FILE` proposes a mapping; keep it in mappings/NAME.toml.\n\
         # [[source]]\n# name = \"ledger\"\n# path = \"exports/ledger/*.csv\"\n# mapping = \"raindance-kontering\"\n",
    );
    crate::store::write_durably(&path, text.as_bytes())?;
    for name in ["exports", "mappings", "rules"] {
        let sub = folder.join(name);
        std::fs::create_dir_all(&sub).map_err(|e| Error::io("create the folder", &sub, &e))?;
    }
    console.say(&format!("made {}\nnext: put exports into {}, then spendtrace profile FILE", path.display(), folder.join("exports").display()));
    Ok(())
}

fn config_show(common: &Common, origin: bool, console: &Console) -> Result<()> {
    let config = load_config(common, None, None)?;
    if console.json {
        let object: serde_json::Map<_, _> =
            config.show().into_iter().map(|(name, value, from)| (name.to_string(), serde_json::json!({"value": value, "origin": from.word()}))).collect();
        return console.json_result(&object);
    }
    let mut text = String::new();
    for (name, value, from) in config.show() {
        text.push_str(&if origin { format!("{:<12} {name} = {value}\n", from.word()) } else { format!("{name} = {value}\n") });
    }
    console.result(&text)
}
