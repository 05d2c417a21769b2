//! Hostile files and moments: each folder of `tests/hostile` through the program itself, as `tests/hostile/README.md` says.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use spendtrace::config;
use spendtrace::model::Total;
use spendtrace::schema::{self, Table};
use spendtrace::store::{Columns, Store};

use super::support::{Scratch, project};

/// Bounds of time where a case states none: of reading, and of a run to the report.
const READ_SECONDS: i64 = 30;
const RUN_SECONDS: i64 = 60;
/// Bounds of memory, in MiB, where a case states none: of reading, and of a run, whose figures are planned whatever the input is.
const READ_MIB: i64 = 256;
const RUN_MIB: i64 = 384;

/// What a run of the program came to.
pub struct Outcome {
    /// Its exit code; 128 and more when a signal ended it.
    pub code: i32,
    /// What it said on stderr.
    pub said: String,
    /// What it gave on stdout.
    pub gave: String,
    /// Most memory that it held, in MiB; 0 where the system does not say.
    pub memory_mb: u64,
    /// How long it took.
    pub took: Duration,
}

/// The program, with nothing of this environment that could steer it.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spendtrace"));
    for (name, _) in std::env::vars_os().filter(|(n, _)| n.to_string_lossy().starts_with("SPENDTRACE_")) {
        command.env_remove(name);
    }
    command
}

/// Runs a command to its end and watches its memory.
pub fn run(mut command: Command) -> Outcome {
    let started = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let read = |mut pipe: Box<dyn std::io::Read + Send>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = pipe.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        })
    };
    let gave = read(Box::new(child.stdout.take().expect("piped")));
    let said = read(Box::new(child.stderr.take().expect("piped")));
    let status_file = format!("/proc/{}/status", child.id());
    let mut memory_kb = 0;
    let status = loop {
        // The high-water mark only rises: the last look before the end is within milliseconds of it.
        if let Ok(text) = fs::read_to_string(&status_file)
            && let Some(kb) = text.lines().find_map(|l| l.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok())
        {
            memory_kb = memory_kb.max(kb);
        }
        match child.try_wait().expect("our own child") {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(3)),
        }
    };
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal: Option<i32> = None;
    let code = status.code().unwrap_or_else(|| 128 + signal.unwrap_or(0));
    Outcome { code, said: said.join().expect("reads"), gave: gave.join().expect("reads"), memory_mb: memory_kb / 1024, took: started.elapsed() }
}

/// Runs the program on a workspace.
pub fn spendtrace(workspace: &Path, words: &[&str]) -> Outcome {
    let mut command = program();
    command.args(words).arg("--workspace").arg(workspace).current_dir(workspace);
    run(command)
}

/// Writes `spendtrace.toml` with one source.
pub fn settle(folder: &Path, mapping: &str, settings: &str, source: &str, path: &str) {
    let mappings = project().join("tests/hostile/mappings");
    super::support::copy_folder(&mappings, &folder.join("mappings"));
    let text = format!("{settings}\n[[source]]\nname = \"ledger\"\npath = \"{path}\"\nmapping = \"{mapping}\"\n{source}\n");
    fs::write(folder.join(config::FILE), text).expect("the scratch folder is writable");
}

/// Rows of a table as `a|b|c`, sorted.
pub fn rows(store: &Store, table: &'static Table, columns: &[&str]) -> Vec<String> {
    let mut rows = Vec::new();
    for batch in store.read(table).expect("a table that can be read") {
        for row in 0..batch.num_rows() {
            rows.push(columns.iter().map(|name| value(table, Columns(&batch), name, row)).collect::<Vec<_>>().join("|"));
        }
    }
    rows.sort();
    rows
}

fn value(table: &Table, all: Columns, name: &str, row: usize) -> String {
    let text = match table.column(name).unwrap_or_else(|| panic!("{} has no column {name}", table.full_name())).ty {
        schema::Type::Text => all.text_at(name, row).map(str::to_string),
        schema::Type::Int => all.int_at(name, row).map(|v| v.to_string()),
        schema::Type::Money => all.money_at(name, row).map(|v| v.to_string()),
        schema::Type::Quantity => all.quantity_at(name, row).map(|v| v.to_string()),
        schema::Type::Rate => all.rate_at(name, row).map(|v| v.to_string()),
        schema::Type::Date => all.date_at(name, row).map(|v| v.to_string()),
        schema::Type::Bool => all.bool_at(name, row).map(|v| v.to_string()),
        schema::Type::Float => all.float_at(name, row).map(|v| v.to_string()),
    };
    text.unwrap_or_default()
}

/// What the lake says, the file's own name left out: two exports of the same rows give the same.
fn content(store: &Store, table: &'static Table) -> Vec<String> {
    let columns: Vec<&str> = table.columns.iter().map(|c| c.name).filter(|c| !["line_id", "source_file_id", "source_line"].contains(c)).collect();
    rows(store, table, &columns)
}

/// Every file below a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(path) = open.pop() {
        let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
        if metadata.is_dir() {
            open.extend(fs::read_dir(&path).expect("a readable folder").map(|e| e.expect("a readable entry").path()));
        } else if metadata.is_file() && metadata.len() < 64 << 20 {
            found.insert(path.clone(), fs::read(&path).expect("a readable file"));
        }
    }
    found
}

/// One hostile folder.
struct Case {
    name: String,
    folder: PathBuf,
    expected: Value,
}

impl Case {
    fn text<'a>(&'a self, key: &str, default: &'a str) -> &'a str {
        self.expected.get(key).map_or(default, |v| v.as_str().unwrap_or_else(|| panic!("{}: {key} is text", self.name)))
    }

    fn list(&self, key: &str) -> Option<Vec<String>> {
        match self.expected.get(key)? {
            Value::String(one) => Some(vec![one.clone()]),
            Value::Array(all) => Some(all.iter().map(|v| v.as_str().expect("a list of texts").to_string()).collect()),
            other => panic!("{}: {key} is a text or a list of texts: {other}", self.name),
        }
    }

    fn number(&self, key: &str) -> Option<i64> {
        self.expected.get(key).map(|v| v.as_i64().unwrap_or_else(|| panic!("{}: {key} is a number", self.name)))
    }

    /// Fills the `in` folders of the workspaces that the case needs: name of each and its inputs.
    fn workspaces(&self) -> Vec<Scratch> {
        let each = self.expected.get("each").and_then(Value::as_bool).unwrap_or(false);
        let mut inputs: Vec<(String, Vec<u8>)> = Vec::new();
        let folder = self.folder.join("input");
        let from = if folder.is_dir() { &folder } else { &self.folder };
        for entry in fs::read_dir(from).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_file() && (folder.is_dir() || path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("input."))) {
                inputs.push((path.file_name().expect("a name").to_string_lossy().into_owned(), fs::read(&path).expect("a readable file")));
            }
        }
        let made = self.expected.get("make").map(|_| self.text("make", ""));
        if let Some(name) = made {
            inputs.extend(make_files(name));
        }
        inputs.sort();
        let new = |inputs: &[(String, Vec<u8>)]| {
            let scratch = Scratch::new(&self.name);
            let input = scratch.path().join("in");
            fs::create_dir(&input).expect("the scratch folder is writable");
            for (name, bytes) in inputs {
                fs::write(input.join(name), bytes).expect("the scratch folder is writable");
            }
            if let Some(name) = made {
                make_places(name, scratch.path());
            }
            settle(scratch.path(), self.text("mapping", "ledger"), self.text("settings", ""), self.text("source", ""), self.text("path", "in/*"));
            scratch
        };
        if each { inputs.chunks(1).map(new).collect() } else { vec![new(&inputs)] }
    }

    fn test(&self) {
        let known = [
            "about",
            "mapping",
            "settings",
            "source",
            "path",
            "make",
            "each",
            "commands",
            "exit_code",
            "message",
            "kept",
            "rejected",
            "skipped",
            "net",
            "control_total",
            "faults",
            "findings",
            "columns",
            "lines",
            "dialect",
            "seconds",
            "memory_mb",
            "table",
            "moment",
            "queries",
        ];
        for key in self.expected.as_object().expect("an object").keys() {
            assert!(known.contains(&key.as_str()), "{}: expected.json has no key {key}", self.name);
        }
        assert!(!self.text("about", "").is_empty(), "{}: about says what the fault is", self.name);
        if self.expected.get("moment").is_some() {
            return moment(self.text("moment", ""));
        }
        if self.folder.join("step-1").is_dir() {
            return self.steps();
        }
        let mut first: Option<Vec<String>> = None;
        let workspaces = self.workspaces();
        assert!(!workspaces.is_empty(), "{} has no input", self.name);
        for workspace in workspaces {
            let found = self.run(workspace.path());
            if let Some(first) = &first {
                assert_eq!(&found, first, "{}: {:?} gives another lake", self.name, fs::read_dir(workspace.path().join("in")).unwrap().next());
            }
            first = Some(found);
        }
    }

    /// The folders `step-1`, `step-2`, … are what the input folder holds, one after another; after the last the lake is the one that a
    /// new workspace gets from it.
    fn steps(&self) {
        let steps: Vec<PathBuf> = (1..).map(|n| self.folder.join(format!("step-{n}"))).take_while(|p| p.is_dir()).collect();
        let settle = |workspace: &Path, step: &Path| {
            let _ = fs::remove_dir_all(workspace.join("in"));
            super::support::copy_folder(step, &workspace.join("in"));
            settle(workspace, self.text("mapping", "ledger"), self.text("settings", ""), self.text("source", ""), self.text("path", "in/*"));
            // Stand-ins for persons are compared too: one key for both.
            fs::write(workspace.join("privacy.key"), "07".repeat(32)).expect("the scratch folder is writable");
        };
        let old = Scratch::new(&self.name);
        for step in &steps[..steps.len() - 1] {
            settle(old.path(), step);
            let outcome = spendtrace(old.path(), &["ingest"]);
            assert_eq!(outcome.code, 0, "{}: {}: {}", self.name, step.display(), outcome.said);
        }
        let last = steps.last().expect("at least one step");
        settle(old.path(), last);
        self.run(old.path());
        if self.number("exit_code") == Some(0) {
            let new = Scratch::new(&self.name);
            settle(new.path(), last);
            let commands = self.list("commands").unwrap_or_else(|| vec!["ingest".to_string()]);
            commands.iter().for_each(|c| assert_eq!(spendtrace(new.path(), &c.split(' ').collect::<Vec<_>>()).code, 0, "{}: {c}", self.name));
            let manifest = |workspace: &Path| fs::read_to_string(workspace.join("out/manifest.json")).expect("a manifest");
            assert_eq!(manifest(old.path()), manifest(new.path()), "{}: a lake with a history is the lake without one", self.name);
        }
    }

    /// Runs the case in its workspace and gives the lake's content.
    fn run(&self, workspace: &Path) -> Vec<String> {
        let name = &self.name;
        let before = files(&workspace.join("in"));
        let commands = self.list("commands").unwrap_or_else(|| vec!["ingest".to_string()]);
        let mut last = None;
        for (index, command) in commands.iter().enumerate() {
            let words: Vec<&str> = command.split(' ').collect();
            let outcome = spendtrace(workspace, &words);
            assert!(!outcome.said.contains("panicked"), "{name}: {}", outcome.said);
            assert!(index + 1 == commands.len() || outcome.code == 0, "{name}: {command}: {} {}", outcome.code, outcome.said);
            last = Some(outcome);
        }
        let outcome = last.expect("at least one command");
        let expect = self.number("exit_code").unwrap_or_else(|| panic!("{name} says its exit code"));
        assert_eq!(i64::from(outcome.code), expect, "{name}: {}", outcome.said);
        for part in self.list("message").unwrap_or_default() {
            assert!(outcome.said.contains(&part), "{name}: no \"{part}\" in: {}", outcome.said);
        }
        // All figures of a run take their time whatever the input is; the narrow bounds are on reading.
        let (usual_seconds, usual_mib) = if commands.last().is_some_and(|c| c == "run") { (RUN_SECONDS, RUN_MIB) } else { (READ_SECONDS, READ_MIB) };
        let seconds = self.number("seconds").unwrap_or(usual_seconds) as u64;
        assert!(outcome.took < Duration::from_secs(seconds), "{name} took {:?}", outcome.took);
        let memory = self.number("memory_mb").unwrap_or(usual_mib) as u64;
        assert!(outcome.memory_mb <= memory, "{name} took {} MiB", outcome.memory_mb);
        assert!(files(&workspace.join("in")) == before, "{name}: an input was changed");
        let store = Store::open(&workspace.join("out")).unwrap_or_else(|e| panic!("{name}: {e}"));
        if [2, 3].contains(&expect) {
            let is_new = !self.folder.join("step-1").is_dir() && commands.len() == 1;
            // What was read and told apart stays when a later stage refuses it; no decision and no figure does.
            let stands = |table: &str| commands[0] == "ingest" || table.starts_with("matched.") || table.starts_with("metric.");
            let left: Vec<&String> = store.manifest().tables.keys().filter(|t| is_new && stands(t)).collect();
            assert!(left.is_empty(), "{name}: a refused run leaves {left:?}");
            return Vec::new();
        }
        for (sql, expect) in self.expected.get("queries").and_then(Value::as_object).into_iter().flatten() {
            let outcome = spendtrace(workspace, &["query", "--format", "csv", sql]);
            let found: Vec<&str> = outcome.gave.lines().skip(1).collect();
            let expect: Vec<&str> = expect.as_array().expect("a list of rows").iter().map(|v| v.as_str().expect("a text")).collect();
            assert_eq!(found, expect, "{name}: {sql}: {}", outcome.said);
        }
        self.compare(&store)
    }

    fn compare(&self, store: &Store) -> Vec<String> {
        let name = &self.name;
        let sum = |column: &str| -> i64 { rows(store, &schema::SOURCE_FILE, &[column]).iter().map(|v| v.parse::<i64>().expect("a number")).sum() };
        for (key, column) in [("kept", "row_kept_count"), ("rejected", "row_rejected_count"), ("skipped", "row_skipped_count")] {
            if let Some(expect) = self.number(key) {
                assert_eq!(sum(column), expect, "{name}: {key}: {:?}", rows(store, &schema::REJECT, &["source_line", "column_name", "value", "fault"]));
            }
        }
        for (key, column) in [("net", "net_amount_kept"), ("control_total", "control_total")] {
            if self.expected.get(key).is_some() {
                let minor = |v: &String| v.replace('.', "").parse::<i128>().expect("an amount");
                let found: i128 = rows(store, &schema::SOURCE_FILE, &[column]).iter().filter(|v| !v.is_empty()).map(minor).sum();
                assert_eq!(Total::from_minor(found).to_string(), self.text(key, ""), "{name}: {key}");
            }
        }
        if let Some(expect) = self.list("faults") {
            assert_eq!(rows(store, &schema::REJECT, &["fault"]), sorted(expect), "{name}");
        }
        if let Some(expect) = self.list("findings") {
            assert_eq!(rows(store, &schema::FINDING, &["finding"]), sorted(expect), "{name}");
        }
        if let Some(expect) = self.list("dialect") {
            let found = rows(store, &schema::SOURCE_FILE, &["encoding", "dialect"]).join("\n");
            expect.iter().for_each(|part| assert!(found.contains(part), "{name}: no \"{part}\" in {found}"));
        }
        let table = schema::table(&format!("lake.{}", self.text("table", "invoice_line"))).expect("a declared table");
        if let Some(expect) = self.list("lines") {
            let columns = self.list("columns").unwrap_or_else(|| ["booked_on", "vendor_name", "net_amount"].map(str::to_string).to_vec());
            let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
            assert_eq!(rows(store, table, &columns), sorted(expect), "{name}");
        }
        let content = content(store, table);
        assert!(content.iter().all(|row| !row.contains('\u{fffd}')), "{name}: a replacement character is in the lake");
        content
    }
}

fn sorted(mut all: Vec<String>) -> Vec<String> {
    all.sort();
    all
}

/// The folders, one group of them for each test: they run beside each other. `SPENDTRACE_HOSTILE_ONLY` names part of a folder to try alone.
fn cases(numbers: std::ops::RangeInclusive<u32>) {
    let only = std::env::var("SPENDTRACE_HOSTILE_ONLY").ok();
    let mut count = 0;
    let mut failed = Vec::new();
    let mut entries: Vec<_> = fs::read_dir(project().join("tests/hostile")).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for folder in entries {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let Some(number) = name.split('-').next().and_then(|n| n.parse::<u32>().ok()) else { continue };
        if !numbers.contains(&number) {
            continue;
        }
        count += 1;
        if only.as_ref().is_some_and(|o| !name.contains(o)) {
            continue;
        }
        let started = Instant::now();
        let text = fs::read_to_string(folder.join("expected.json")).unwrap_or_else(|e| panic!("{name}: expected.json: {e}"));
        let expected = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: expected.json: {e}"));
        let case = Case { name, folder, expected };
        if cfg!(unix) || !case.text("make", "").starts_with("unix-") {
            // All folders are tried: one that fails says nothing of the others.
            if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| case.test())).is_err() {
                failed.push(case.name.clone());
            }
            eprintln!("{}: {:.1} s", case.name, started.elapsed().as_secs_f64());
        }
    }
    assert!(count > 0, "no folder of {numbers:?}");
    assert!(failed.is_empty(), "{} of {count} folders: {}", failed.len(), failed.join(", "));
}

#[test]
fn encodings_and_dialects() {
    cases(1..=4);
}

#[test]
fn numbers_dates_and_names() {
    cases(5..=9);
}

#[test]
fn sizes_and_cuts() {
    cases(10..=11);
}

#[test]
fn workbooks_documents_and_places() {
    cases(12..=16);
}

#[test]
fn kills_faults_and_pairs() {
    cases(17..=23);
}

#[test]
fn histories_and_damage() {
    cases(24..=29);
}

#[test]
fn money_and_totals() {
    cases(30..=35);
}

#[test]
fn persons_and_secrets() {
    cases(36..=99);
}

/// Inputs that are made: too large to commit, or the same in many forms.
fn make_files(name: &str) -> Vec<(String, Vec<u8>)> {
    let head = "datum;leverantör;belopp\n";
    let one = |name: &str, text: String| vec![(name.to_string(), text.into_bytes())];
    match name {
        "encodings" => encodings(),
        "days-in-twelve-forms" => days_in_twelve_forms(),
        "columns-100000" => one("a.csv", format!("{};{head}2025-01-31;A;1,50\n", "x;".repeat(99_997))),
        "blank-lines-10-million" => one("a.csv", format!("{head}2025-01-31;A;1,50\n{}2025-02-28;B;2,50\n", "\n".repeat(10_000_000))),
        "empty-fields-100000" => one("a.csv", format!("{head}2025-01-31;A;1,50{}\n2025-02-28;B;2,50\n", ";".repeat(100_000))),
        "fields-100000" => one("a.csv", format!("{head}2025-01-31;A;1,50\n2025-02-28;B;2,50{}\n", ";x".repeat(100_000))),
        "field-of-two-megabytes" => one("a.csv", format!("{head}2025-01-31;{};1,50\n2025-02-28;B;2,50\n", "a".repeat(2 << 20))),
        "quote-never-closed" => one("a.csv", format!("{head}2025-01-31;\"A;1,50\n{}", "2025-02-28;B;2,50\n".repeat(2_000_000))),
        "json-a-million-deep" => one("a.json", format!("[{}1{}]", "[".repeat(1_000_000), "]".repeat(1_000_000))),
        "json-a-million-objects-deep" => one("a.json", format!("[{}1{}]", "{\"a\":".repeat(1_000_000), "}".repeat(1_000_000))),
        "xml-a-million-deep" => one("a.xml", format!("<Invoice xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2\">{}", "<a>".repeat(1_000_000))),
        "gzip-cut-at-every-hundredth" => cut("a.csv.gz", &gzip(&ledger(2_000))),
        "zip-cut-at-every-hundredth" => {
            let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
            zip.start_file("a.csv", zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(ledger(2_000).as_bytes()).unwrap();
            cut("a.zip", &zip.finish().unwrap().into_inner())
        }
        "zstd-cut-at-every-hundredth" => cut("a.csv.zst", &zstd::encode_all(ledger(2_000).as_bytes(), 3).unwrap()),
        // A hundred megabytes of noughts in a hundred kilobytes.
        "gzip-bomb" => vec![("a.csv.gz".to_string(), gzip_of(head, 100 << 20))],
        _ => Vec::new(),
    }
}

/// A ledger of `count` rows whose values prove their forms.
fn ledger(count: usize) -> String {
    let mut text = String::from("datum;leverantör;belopp\n");
    for i in 0..count {
        text.push_str(&format!("2025-{:02}-{:02};Leverantör {} Åkeri;{},{:02}\n", i % 12 + 1, i % 28 + 1, i % 97, i * 7919 % 100_000, i % 100));
    }
    text
}

fn gzip(text: &str) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(text.as_bytes()).unwrap();
    writer.finish().unwrap()
}

fn gzip_of(head: &str, noughts: usize) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(head.as_bytes()).unwrap();
    let block = vec![b'0'; 1 << 20];
    (0..noughts >> 20).for_each(|_| writer.write_all(&block).unwrap());
    writer.finish().unwrap()
}

/// A file cut at each hundredth of its length; the usual run of the tests takes some of them.
fn cut(name: &str, bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    (1..100).step_by(100 / times(20).clamp(1, 100)).map(|i| (format!("{i:02}-{name}"), bytes[..bytes.len() * i / 100].to_vec())).collect()
}

/// A thousand rows in ten encodings: the same lake from each.
fn encodings() -> Vec<(String, Vec<u8>)> {
    let text = ledger(1_000).replace("Åkeri", "Åkeri på Östra Älvägen ÅÄÖ é ü");
    // The letters of the text in the two DOS code pages and in Mac Roman.
    let (dos, mac) = (
        [('å', 0x86), ('ä', 0x84), ('ö', 0x94), ('Å', 0x8f), ('Ä', 0x8e), ('Ö', 0x99), ('é', 0x82), ('ü', 0x81)],
        [('å', 0x8c), ('ä', 0x8a), ('ö', 0x9a), ('Å', 0x81), ('Ä', 0x80), ('Ö', 0x85), ('é', 0x8e), ('ü', 0x9f)],
    );
    let single = |table: &[(char, u8)]| -> Vec<u8> {
        text.chars().map(|c| if c.is_ascii() { c as u8 } else { table.iter().find(|(l, _)| *l == c).expect("a letter of the text").1 }).collect()
    };
    let latin: Vec<u8> = text.chars().map(|c| c as u32 as u8).collect();
    let utf16 = |bom: bool, little: bool| -> Vec<u8> {
        let units = bom.then_some(0xfeff).into_iter().chain(text.encode_utf16());
        units.flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect()
    };
    vec![
        ("cp437-and-cp850.csv".to_string(), single(&dos)),
        ("macroman.csv".to_string(), single(&mac)),
        ("utf-16be-bom.csv".to_string(), utf16(true, false)),
        ("utf-16be.csv".to_string(), utf16(false, false)),
        ("utf-16le-bom.csv".to_string(), utf16(true, true)),
        ("utf-16le.csv".to_string(), utf16(false, true)),
        ("utf-8-bom.csv".to_string(), format!("\u{feff}{text}").into_bytes()),
        ("utf-8.csv".to_string(), text.clone().into_bytes()),
        ("utf-8.csv.gz".to_string(), gzip(&text)),
        ("windows-1252.csv".to_string(), latin),
    ]
}

/// Every day of a leap year in twelve forms, one file for each: the same lake from each. The two digits of the year are no day of a
/// month, so that the values prove which is which.
fn days_in_twelve_forms() -> Vec<(String, Vec<u8>)> {
    let months = ["jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"];
    let long = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
    type Form = fn(u32, u32, &str, &str) -> String;
    let forms: [(&str, Form); 12] = [
        ("iso", |m, d, _, _| format!("1996-{m:02}-{d:02}")),
        ("iso-time", |m, d, _, _| format!("1996-{m:02}-{d:02}T00:00:00")),
        ("digits", |m, d, _, _| format!("1996{m:02}{d:02}")),
        ("six-digits", |m, d, _, _| format!("96{m:02}{d:02}")),
        ("slashes", |m, d, _, _| format!("1996/{m:02}/{d:02}")),
        ("dmy-slashes", |m, d, _, _| format!("{d:02}/{m:02}/1996")),
        ("dmy-dots", |m, d, _, _| format!("{d}.{m}.1996")),
        ("dmy-short", |m, d, _, _| format!("{d:02}-{m:02}-96")),
        ("mdy-slashes", |m, d, _, _| format!("{m}/{d}/1996")),
        ("swedish", |_, d, short, _| format!("{d} {short} 1996")),
        ("english", |_, d, _, long| format!("{d} {long} 1996")),
        ("english-short", |_, d, _, long| format!("{d:02}-{}-96", &long[..3])),
    ];
    let lengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    forms
        .into_iter()
        .map(|(name, form)| {
            let mut text = String::from("datum;leverantör;belopp\n");
            for (month, length) in lengths.into_iter().enumerate() {
                for day in 1..=length {
                    text.push_str(&format!("{};A;1,00\n", form(month as u32 + 1, day, months[month], long[month])));
                }
            }
            (format!("{name}.csv"), text.into_bytes())
        })
        .collect()
}

/// What is no regular file, or a file with more bytes than a disk should hold.
fn make_places(name: &str, workspace: &Path) {
    let input = workspace.join("in");
    let row = "datum;leverantör;belopp\n2025-01-31;A;1,50\n";
    match name {
        "folder-named-as-a-file" => fs::create_dir(input.join("a.csv")).unwrap(),
        "field-of-a-gigabyte" => {
            fs::write(input.join("a.csv"), format!("{row}2025-02-28;")).unwrap();
            // The rest is a hole in the file: a gigabyte of NUL that takes no room.
            fs::File::options().write(true).open(input.join("a.csv")).unwrap().set_len(1 << 30).unwrap();
        }
        #[cfg(unix)]
        "unix-link-out" => {
            fs::write(std::env::temp_dir().join("spendtrace-outside.csv"), row).unwrap();
            std::os::unix::fs::symlink(std::env::temp_dir().join("spendtrace-outside.csv"), input.join("a.csv")).unwrap();
        }
        #[cfg(unix)]
        "unix-link-inside" => {
            fs::write(workspace.join("real.csv"), row).unwrap();
            std::os::unix::fs::symlink("../real.csv", input.join("a.csv")).unwrap();
        }
        #[cfg(unix)]
        "unix-device" => std::os::unix::fs::symlink("/dev/zero", input.join("a.csv")).unwrap(),
        #[cfg(unix)]
        "unix-pipe" => assert!(Command::new("mkfifo").arg(input.join("a.csv")).status().unwrap().success()),
        _ => {}
    }
}

/// A workspace of a thousand lines in four months, with the key that stand-ins are made with.
fn small_region(name: &str) -> Scratch {
    let scratch = Scratch::new(name);
    let input = scratch.path().join("in");
    fs::create_dir(&input).unwrap();
    for month in 1..=4 {
        let mut text = String::from("datum;leverantör;levnr;orgnr;faktura;konto;belopp\n");
        for i in 0..250 {
            text.push_str(&format!("2025-{month:02}-{:02};Bolag {} AB;{};5560360793;F{month}{i};4010;{},{:02}\n", i % 28 + 1, i % 40, i % 40, i * 37, i % 100));
        }
        fs::write(input.join(format!("2025-{month:02}.csv")), text).unwrap();
    }
    fs::write(scratch.path().join("privacy.key"), "07".repeat(32)).unwrap();
    settle(scratch.path(), "ledger", "", "", "in/*");
    scratch
}

fn manifest(workspace: &Path) -> String {
    fs::read_to_string(workspace.join("out/manifest.json")).unwrap_or_default()
}

/// Numbers in an order that is the same in each run of the tests: xorshift.
fn numbers(mut seed: u64) -> impl Iterator<Item = u64> {
    std::iter::repeat_with(move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    })
}

/// Does what a folder without a file describes.
fn moment(name: &str) {
    match name {
        "killed" => killed(),
        "disk-full" => disk_full(),
        "write-fails" => write_fails(),
        "two-at-once" => two_at_once(),
        "bit-flips" => bit_flips(),
        "file-gone-or-added" => file_gone_or_added(),
        "manifest-edited" => manifest_edited(),
        "threads-and-order" => threads_and_order(),
        "personal-numbers" => personal_numbers(),
        "texts-with-personal-numbers" => texts_with_personal_numbers(),
        "canaries" => canaries(),
        other => panic!("no moment is called {other}"),
    }
}

/// How often a moment is tried: more of it outside the suite, by `SPENDTRACE_HOSTILE_TIMES`.
fn times(usual: usize) -> usize {
    std::env::var("SPENDTRACE_HOSTILE_TIMES").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

/// Nothing that counts is missing or damaged, and the lake is one of `versions`.
fn assert_version(workspace: &Path, versions: &[String], place: &str) {
    let store = Store::open(&workspace.join("out")).unwrap_or_else(|e| panic!("{place}: {e}"));
    store.verify().unwrap_or_else(|e| panic!("{place}: {e}"));
    assert!(versions.contains(&manifest(workspace)), "{place}: neither the old lake nor the new one");
}

/// Killed without warning at any moment: the lake is the old or the new one, and the next run makes the new one.
fn killed() {
    let scratch = small_region("killed");
    let april = scratch.path().join("in/2025-04.csv");
    let text = fs::read(&april).unwrap();
    fs::remove_file(&april).unwrap();
    assert_eq!(spendtrace(scratch.path(), &["ingest"]).code, 0);
    let old = manifest(scratch.path());
    fs::write(&april, text).unwrap();
    let started = Instant::now();
    assert_eq!(spendtrace(scratch.path(), &["ingest"]).code, 0);
    let whole = started.elapsed().max(Duration::from_millis(20));
    let new = manifest(scratch.path());
    assert_ne!(old, new);
    let mut states = [0; 2];
    for (index, random) in numbers(1).take(times(12)).enumerate() {
        // Back to the old lake, by a run of its own.
        let hidden = scratch.path().join("april");
        fs::rename(&april, &hidden).unwrap();
        assert_eq!(spendtrace(scratch.path(), &["ingest"]).code, 0);
        assert_eq!(manifest(scratch.path()), old);
        fs::rename(&hidden, &april).unwrap();
        let mut command = program();
        command.args(["ingest", "--workspace"]).arg(scratch.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        std::thread::sleep(whole.mul_f64((random % 1_000) as f64 / 900.0));
        let _ = child.kill();
        child.wait().unwrap();
        assert_version(scratch.path(), &[old.clone(), new.clone()], &format!("kill {index}"));
        states[usize::from(manifest(scratch.path()) == new)] += 1;
        let outcome = spendtrace(scratch.path(), &["ingest"]);
        assert_eq!((outcome.code, manifest(scratch.path()) == new), (0, true), "after kill {index}: {}", outcome.said);
        assert_no_leftovers(scratch.path());
    }
    eprintln!("killed {} times: {} times the old lake, {} times the new", states[0] + states[1], states[0], states[1]);
}

/// No temporary file and no Parquet file that does not count.
fn assert_no_leftovers(workspace: &Path) {
    let store = Store::open(&workspace.join("out")).unwrap();
    let counted: Vec<PathBuf> = store.manifest().tables.values().flatten().map(|f| workspace.join("out").join(&f.path)).collect();
    let found = files(&workspace.join("out"));
    let left: Vec<&PathBuf> = found.keys().filter(|p| p.extension().is_some_and(|e| e == "tmp" || (e == "parquet" && !counted.contains(p)))).collect();
    assert!(left.is_empty(), "left behind: {left:?}");
}

/// No room for a file beyond some size: exit 6, the old lake, and no rest. The limit grows until the run succeeds.
fn disk_full() {
    if !cfg!(unix) {
        return;
    }
    let scratch = small_region("full");
    let april = scratch.path().join("in/2025-04.csv");
    let hidden = scratch.path().join("april");
    fs::rename(&april, &hidden).unwrap();
    assert_eq!(spendtrace(scratch.path(), &["ingest"]).code, 0);
    let old = manifest(scratch.path());
    fs::rename(&hidden, &april).unwrap();
    for blocks in 0..200 {
        // With the signal ignored, a write beyond the limit fails as it does on a full disk.
        let mut command = Command::new("sh");
        let script = format!("trap '' XFSZ; ulimit -f {blocks} && exec \"$0\" ingest --workspace \"$1\"");
        command.args(["-c", &script]).arg(env!("CARGO_BIN_EXE_spendtrace")).arg(scratch.path());
        let outcome = run(command);
        if outcome.code == 0 {
            assert!(blocks > 2, "the limit was felt {blocks} times");
            assert_ne!(manifest(scratch.path()), old);
            return;
        }
        assert_eq!(outcome.code, 6, "{blocks} blocks: {}", outcome.said);
        assert_version(scratch.path(), std::slice::from_ref(&old), &format!("{blocks} blocks"));
    }
    panic!("even 200 blocks were not enough");
}

/// Each write, sync and rename in turn fails, as on a broken disk: exit 6 and the old lake, or the new one when the failure came after.
fn write_fails() {
    let can_inject = Command::new("strace").args(["-f", "-o", "/dev/null", "-e", "inject=fsync:error=EIO:when=9999", "true"]).status();
    if !can_inject.is_ok_and(|s| s.success()) {
        eprintln!("skipped: no strace that may inject faults");
        return;
    }
    let scratch = small_region("fails");
    let april = scratch.path().join("in/2025-04.csv");
    let hidden = scratch.path().join("april");
    fs::rename(&april, &hidden).unwrap();
    assert_eq!(spendtrace(scratch.path(), &["ingest"]).code, 0);
    let old = manifest(scratch.path());
    fs::rename(april.with_file_name("2025-03.csv"), scratch.path().join("march")).unwrap();
    fs::rename(&hidden, &april).unwrap();
    let out = scratch.path().join("out");
    for (call, error) in [("write", "ENOSPC"), ("fsync", "EIO"), ("rename", "EIO"), ("openat", "EMFILE"), ("unlink", "EIO")] {
        for nth in 1..=times(6) {
            let mut command = Command::new("strace");
            command.args(["-f", "-qq", "-o", "/dev/null", "-P"]).arg(&out);
            for folder in ["lake", "lake/invoice_line", "lake/source_file", "lake/finding", "lake/invoice_line/period=2025-04"] {
                command.arg("-P").arg(out.join(folder));
            }
            for temporary in files(&out).keys() {
                command.arg("-P").arg(temporary);
            }
            command.arg("-P").arg(out.join("manifest.json.tmp"));
            command.arg("-e").arg(format!("inject={call}:error={error}:when={nth}"));
            command.arg(env!("CARGO_BIN_EXE_spendtrace")).args(["ingest", "--workspace"]).arg(scratch.path());
            let outcome = run(command);
            let place = format!("{call} {nth} fails with {error}");
            assert!([0, 6].contains(&outcome.code), "{place}: exit {}: {}", outcome.code, outcome.said);
            let store = Store::open(&out).unwrap_or_else(|e| panic!("{place}: {e}"));
            store.verify().unwrap_or_else(|e| panic!("{place}: {e}"));
            assert!(outcome.code == 0 || !outcome.said.contains("defect"), "{place}: {}", outcome.said);
            if manifest(scratch.path()) != old {
                break;
            }
        }
        // Back to the old lake for the next call.
        fs::rename(scratch.path().join("march"), april.with_file_name("2025-03.csv")).unwrap();
        fs::rename(&april, &hidden).unwrap();
        assert_eq!(spendtrace(scratch.path(), &["ingest"]).code, 0);
        assert_eq!(manifest(scratch.path()), old);
        fs::rename(april.with_file_name("2025-03.csv"), scratch.path().join("march")).unwrap();
        fs::rename(&hidden, &april).unwrap();
    }
}

/// While one run holds the lock a second one ends at once with 5, and readers go on; two that start together never mix.
fn two_at_once() {
    let scratch = small_region("lock");
    assert_eq!(spendtrace(scratch.path(), &["ingest"]).code, 0);
    let lake = manifest(scratch.path());
    let held = Store::open_for_writing(&scratch.path().join("out"), false).unwrap();
    let second = spendtrace(scratch.path(), &["ingest"]);
    assert_eq!(second.code, 5, "{}", second.said);
    assert!(second.said.contains("another run"), "{}", second.said);
    let reader = spendtrace(scratch.path(), &["query", "--format", "csv", "select count(*) as n from lake.invoice_line"]);
    assert_eq!((reader.code, reader.gave.replace('\r', "").as_str()), (0, "n\n1000\n"), "{}", reader.said);
    drop(held);
    for _ in 0..times(4) {
        let fresh = small_region("pair");
        fs::remove_file(fresh.path().join("privacy.key")).unwrap();
        let pair: Vec<Outcome> = std::thread::scope(|scope| {
            let both: Vec<_> = (0..2).map(|_| scope.spawn(|| spendtrace(fresh.path(), &["ingest"]))).collect();
            both.into_iter().map(|t| t.join().unwrap()).collect()
        });
        let codes: Vec<i32> = pair.iter().map(|o| o.code).collect();
        assert!(codes.contains(&0) && codes.iter().all(|c| [0, 5].contains(c)), "{codes:?}: {} {}", pair[0].said, pair[1].said);
        assert_eq!(spendtrace(fresh.path(), &["ingest"]).code, 0);
        // Another key gives another fingerprint of the reading, and nothing else: there are no persons in these lines.
        let tables = |workspace: &Path| rows(&Store::open(&workspace.join("out")).unwrap(), &schema::INVOICE_LINE, &["line_id", "net_amount"]);
        assert_eq!(tables(fresh.path()), tables(scratch.path()));
    }
    let waiting: Vec<Outcome> = std::thread::scope(|scope| {
        let both: Vec<_> = (0..2).map(|_| scope.spawn(|| spendtrace(scratch.path(), &["ingest", "--wait"]))).collect();
        both.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert!(waiting.iter().all(|o| o.code == 0), "with --wait both succeed");
    assert_eq!(manifest(scratch.path()), lake);
}

/// One bit anywhere in any file that counts: no figure, exit 4, and the name of the file.
fn bit_flips() {
    let scratch = small_region("flips");
    assert_eq!(spendtrace(scratch.path(), &["run"]).code, 0);
    let out = scratch.path().join("out");
    let entries: Vec<_> = Store::open(&out).unwrap().manifest().tables.values().flatten().cloned().collect();
    let mut caught = 0;
    for (index, random) in numbers(7).take(times(300)).enumerate() {
        let entry = &entries[random as usize % entries.len()];
        let path = out.join(&entry.path);
        let mut bytes = fs::read(&path).unwrap();
        let bit = (random >> 20) as usize % (bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, &bytes).unwrap();
        let store = Store::open(&out).unwrap();
        let error = store.verify().expect_err("a changed file is found");
        assert_eq!(error.exit_code(), 4);
        assert!(error.to_string().contains(&entry.path), "{error}");
        // The program itself, in each of the ways to a figure, for some of them.
        if index % 60 == 0 {
            for words in [&["run"][..], &["check"], &["query", &format!("select * from {}", table_of(&entry.path))]] {
                let outcome = spendtrace(scratch.path(), words);
                assert_eq!((outcome.code, outcome.gave.as_str()), (4, ""), "{words:?}: {}", outcome.said);
                assert!(outcome.said.contains(&entry.path), "{words:?}: {}", outcome.said);
            }
        }
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, &bytes).unwrap();
        caught += 1;
    }
    assert_eq!(caught, times(300));
    assert_eq!(spendtrace(scratch.path(), &["check", "reconcile"]).code, 0, "the restored lake is whole");
}

fn table_of(path: &str) -> String {
    path.split('/').take(2).collect::<Vec<_>>().join(".")
}

fn file_gone_or_added() {
    let scratch = small_region("gone");
    assert_eq!(spendtrace(scratch.path(), &["run"]).code, 0);
    let out = scratch.path().join("out");
    let lake = manifest(scratch.path());
    let entry = Store::open(&out).unwrap().files(&schema::INVOICE_LINE)[0].clone();
    let bytes = fs::read(out.join(&entry.path)).unwrap();
    // A file that the manifest does not name adds nothing, and goes with the next run.
    let added = out.join("lake/invoice_line/period=2025-01/ffffffffff-00000000.parquet");
    fs::write(&added, &bytes).unwrap();
    let count = spendtrace(scratch.path(), &["query", "--format", "csv", "select count(*) as n from lake.invoice_line"]);
    assert_eq!(count.gave.replace('\r', ""), "n\n1000\n");
    assert_eq!(spendtrace(scratch.path(), &["run"]).code, 0);
    assert!(!added.exists());
    assert_eq!(manifest(scratch.path()), lake);
    for part in [&bytes[..0], &bytes[..bytes.len() / 2], &[bytes.as_slice(), b"x"].concat()] {
        fs::write(out.join(&entry.path), part).unwrap();
        let outcome = spendtrace(scratch.path(), &["check"]);
        assert_eq!(outcome.code, 4, "{}", outcome.said);
        assert!(outcome.said.contains(&entry.path), "{}", outcome.said);
    }
    fs::remove_file(out.join(&entry.path)).unwrap();
    for words in [&["run"][..], &["check"], &["query", "select * from lake.invoice_line"]] {
        let outcome = spendtrace(scratch.path(), words);
        assert_eq!((outcome.code, outcome.gave.as_str()), (4, ""), "{words:?}: {}", outcome.said);
        assert!(outcome.said.contains(&entry.path), "{words:?}: {}", outcome.said);
    }
}

fn manifest_edited() {
    let scratch = small_region("manifest");
    assert_eq!(spendtrace(scratch.path(), &["run"]).code, 0);
    let path = scratch.path().join("out/manifest.json");
    let text = manifest(scratch.path());
    let total = text.find("\"net_amount\": \"").expect("totals are in it") + "\"net_amount\": \"".len();
    let mut more = text.clone();
    more.insert(total, '9');
    for (name, edited) in [("a total", more), ("cut", text[..text.len() / 2].to_string()), ("empty", String::new()), ("no JSON", "manifest".to_string())] {
        fs::write(&path, edited).unwrap();
        for words in [&["run"][..], &["check"], &["query", "select 1 as n"]] {
            let outcome = spendtrace(scratch.path(), words);
            assert_eq!((outcome.code, outcome.gave.as_str()), (4, ""), "{name}: {words:?}: {}", outcome.said);
            assert!(outcome.said.contains("manifest"), "{name}: {}", outcome.said);
        }
    }
    fs::write(&path, text).unwrap();
    assert_eq!(spendtrace(scratch.path(), &["check"]).code, 0);
}

/// The same files, whatever the threads and the order in which they came: the same manifest.
fn threads_and_order() {
    let expect = {
        let scratch = small_region("order");
        assert_eq!(spendtrace(scratch.path(), &["ingest", "--threads", "1"]).code, 0);
        manifest(scratch.path())
    };
    for threads in ["2", "3", "5", "16"] {
        let scratch = small_region("order");
        assert_eq!(spendtrace(scratch.path(), &["ingest", "--threads", threads]).code, 0);
        assert_eq!(manifest(scratch.path()), expect, "{threads} threads");
    }
    for random in numbers(3).take(times(3)) {
        let scratch = small_region("order");
        let input = scratch.path().join("in");
        fs::rename(&input, scratch.path().join("all")).unwrap();
        fs::create_dir(&input).unwrap();
        let mut months = vec![1, 2, 3, 4];
        let mut seed = random;
        while !months.is_empty() {
            let month = months.remove(seed as usize % months.len());
            seed /= 7;
            let name = format!("2025-{month:02}.csv");
            fs::copy(scratch.path().join("all").join(&name), input.join(&name)).unwrap();
            assert_eq!(spendtrace(scratch.path(), &["ingest"]).code, 0);
        }
        assert_eq!(manifest(scratch.path()), expect, "{random}");
    }
}

/// The check digit behind nine digits (Luhn, from the left with weights 2 and 1).
fn check_digit(nine: &str) -> u32 {
    let sum: u32 = nine
        .bytes()
        .enumerate()
        .map(|(i, b)| {
            let product = u32::from(b - b'0') * if i % 2 == 0 { 2 } else { 1 };
            product / 10 + product % 10
        })
        .sum();
    (10 - sum % 10) % 10
}

/// A made-up personal number of ten digits, or a co-ordination number, out of a random one; with its century.
fn personal_number(random: u64) -> (String, u64) {
    let year = 1925 + random % 99;
    let (month, day) = (random / 100 % 12 + 1, random / 2_000 % 28 + 1);
    let day = if (random / 100_000).is_multiple_of(5) { day + 60 } else { day };
    let nine = format!("{:02}{month:02}{day:02}{:03}", year % 100, random / 1_000_000 % 1_000);
    (format!("{nine}{}", check_digit(&nine)), year / 100)
}

/// A made-up number of a legal person: the third digit is two or more.
fn legal_number(random: u64) -> String {
    let nine = format!("{}{}{:07}", [2, 5, 7, 8, 9][random as usize % 5], random / 10 % 10, 2_000_000 + random / 100 % 8_000_000);
    format!("{nine}{}", check_digit(&nine))
}

/// The number as people and systems write it.
fn written(ten: &str, century: u64, form: u64) -> String {
    match form % 6 {
        0 => ten.to_string(),
        1 => format!("{}-{}", &ten[..6], &ten[6..]),
        2 => format!("{century}{ten}"),
        3 => format!("{century}{}-{}", &ten[..6], &ten[6..]),
        4 => format!("SE{ten}01"),
        _ => format!("{}+{}", &ten[..6], &ten[6..]),
    }
}

/// Everything that a run left, as text: rows of tables, the parts of workbooks, all other files as they are.
fn all_output(workspace: &Path) -> Vec<(String, String)> {
    let out = workspace.join("out");
    let store = Store::open(&out).unwrap();
    let mut all = Vec::new();
    for (name, _) in store.manifest().tables.iter().filter(|(_, files)| !files.is_empty()) {
        if let Some(table) = spendtrace::analysis::all_tables().find(|t| t.full_name() == *name) {
            let columns: Vec<&str> = table.columns.iter().map(|c| c.name).collect();
            all.push((name.clone(), rows(&store, table, &columns).join("\n")));
        }
    }
    for (path, bytes) in files(&out) {
        let name = path.display().to_string();
        match path.extension().and_then(|e| e.to_str()) {
            Some("xlsx" | "zip") => {
                let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
                for index in 0..archive.len() {
                    let mut text = Vec::new();
                    archive.by_index(index).unwrap().read_to_end(&mut text).unwrap();
                    all.push((format!("{name}!{index}"), String::from_utf8_lossy(&text).into_owned()));
                }
            }
            _ => all.push((name, String::from_utf8_lossy(&bytes).into_owned())),
        }
    }
    all
}

/// Runs of ten or more digits of a text, a dash or a plus left out, with the byte behind each: where a number could stand.
fn digit_runs(text: &str) -> Vec<(String, usize)> {
    let mut runs = Vec::new();
    let mut run = String::new();
    let mut before = ' ';
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        if c.is_ascii_digit() {
            run.push(c);
        } else if !(matches!(c, '-' | '+') && before.is_ascii_digit() && (run.len() == 6 || run.len() == 8)) {
            if run.len() >= 10 {
                runs.push((std::mem::take(&mut run), at));
            }
            run.clear();
        }
        before = c;
    }
    runs
}

fn assert_no_number(places: &[(String, String)], numbers: &std::collections::BTreeSet<String>) {
    for (place, text) in places {
        for (run, end) in digit_runs(text) {
            for at in 0..=run.len() - 10 {
                let ten = &run[at..at + 10];
                // A longer run of digits is a hash or a sum, unless it is the number with its century or within a VAT number.
                let is_alone = run.len() == 10 || (run.len() == 12 && (at == 2 || at == 0));
                let around = || String::from_utf8_lossy(&text.as_bytes()[end.saturating_sub(60)..text.len().min(end + 30)]).into_owned();
                assert!(!(is_alone && numbers.contains(ten)), "{place} holds a personal number: {run} in …{}…", around());
            }
        }
    }
}

/// A hundred thousand numbers: every person's becomes a stand-in, every company's stays, the sums are unchanged; in no output, from
/// the lake to the report, is a person's number.
fn personal_numbers() {
    let count = times(100_000);
    let mut persons = std::collections::BTreeSet::new();
    let mut companies = std::collections::BTreeSet::new();
    let mut text = String::from("datum;leverantör;levnr;orgnr;faktura;konto;text;belopp\n");
    let mut small = text.clone();
    let mut sum = 0i128;
    for (index, random) in numbers(11).take(count).enumerate() {
        let random = random >> 8;
        let (ten, century) = personal_number(random);
        let is_person = index % 2 == 0;
        let company = legal_number(random);
        let number = if is_person { written(&ten, century, random >> 3) } else { written(&company, 16, (random >> 3) % 5) };
        // A person's number turns up in other columns too.
        let (vendor, free) = if is_person && index % 4 == 0 {
            (written(&ten, century, random >> 5), written(&ten, century, (random >> 7) % 4))
        } else {
            (index.to_string(), String::new())
        };
        let row = format!(
            "2025-01-{:02};Firma {} {free};{vendor};{number};F{index};4010;resa {free} åter;{},{:02}\n",
            index % 28 + 1,
            index % 997,
            index % 5_000,
            index % 100
        );
        sum += (index % 5_000 * 100 + index % 100) as i128;
        text.push_str(&row);
        if index < 2_000 {
            small.push_str(&row);
        }
        if is_person {
            persons.insert(ten)
        } else {
            companies.insert(company)
        };
    }
    let scratch = Scratch::new("persons");
    fs::create_dir(scratch.path().join("in")).unwrap();
    // The same key each time: a stand-in or a fingerprint may by chance hold ten digits that are somebody else's number.
    fs::write(scratch.path().join("privacy.key"), "5a".repeat(32)).unwrap();
    fs::write(scratch.path().join("in/a.csv"), &text).unwrap();
    settle(scratch.path(), "ledger", "", "", "in/*");
    let outcome = spendtrace(scratch.path(), &["ingest"]);
    assert_eq!(outcome.code, 0, "{}", outcome.said);
    let store = Store::open(&scratch.path().join("out")).unwrap();
    assert_eq!(spendtrace::store::totals(&store, &schema::INVOICE_LINE)["net_amount"], sum);
    let found = rows(&store, &schema::INVOICE_LINE, &["organisation_number"]);
    let hidden = found.iter().filter(|n| n.starts_with("person:")).count();
    assert_eq!((hidden, found.len()), (count.div_ceil(2), count), "each person and no company");
    assert!(found.iter().all(|n| n.starts_with("person:") || companies.contains(n)));
    let distinct: std::collections::BTreeSet<&String> = found.iter().filter(|n| n.starts_with("person:")).collect();
    assert_eq!(distinct.len(), persons.len(), "as many stand-ins as persons");
    assert_no_number(&all_output(scratch.path()), &persons);
    // To the report and back.
    fs::write(scratch.path().join("in/a.csv"), &small).unwrap();
    let outcome = spendtrace(scratch.path(), &["run"]);
    assert_eq!(outcome.code, 0, "{}", outcome.said);
    let mut places = all_output(scratch.path());
    assert!(places.iter().any(|(name, _)| name.ends_with(".html")) && places.iter().any(|(name, _)| name.contains(".xlsx!")), "the report is there");
    places.push(("stdout".to_string(), outcome.gave));
    places.push(("stderr".to_string(), outcome.said));
    assert_no_number(&places, &persons);
}

/// A thousand texts: without a mapping of the text nothing of it is kept; with one, no personal number is.
fn texts_with_personal_numbers() {
    let mut persons = std::collections::BTreeSet::new();
    let mut text = String::from("datum;leverantör;levnr;fritext;belopp\n");
    for (index, random) in numbers(13).take(1_000).enumerate() {
        let (ten, century) = personal_number(random >> 8);
        let number = written(&ten, century, random % 4);
        let around = ["sjukresa {} tur och retur", "patient {}", "avser {},", "({})", "pnr:{}", "{}", "Kanariefågel, född {}; diagnos", "{}/2"][index % 8];
        text.push_str(&format!("2025-01-{:02};Taxi AB;T1;\"{}\";{},00\n", index % 28 + 1, around.replace("{}", &number), index));
        persons.insert(ten);
    }
    for (mapping, is_kept) in [("ledger", false), ("ledger-with-text", true)] {
        let scratch = Scratch::new("texts");
        fs::create_dir(scratch.path().join("in")).unwrap();
        fs::write(scratch.path().join("in/a.csv"), &text).unwrap();
        settle(scratch.path(), mapping, "", "", "in/*");
        let outcome = spendtrace(scratch.path(), &["run"]);
        assert_eq!(outcome.code, 0, "{}", outcome.said);
        let mut places = all_output(scratch.path());
        places.extend([("stdout".to_string(), outcome.gave), ("stderr".to_string(), outcome.said)]);
        assert_no_number(&places, &persons);
        assert_eq!(places.iter().any(|(_, text)| text.contains("Kanariefågel")), is_kept, "free text enters only by the mapping");
    }
}

/// Secrets of the environment, the paths of the machine and the numbers in refused cells: in no output and no message.
fn canaries() {
    let (person, century) = personal_number(987_654_321_123);
    let number = written(&person, century, 3);
    let persons = [person].into();
    let head = "datum;leverantör;levnr;orgnr;faktura;valuta;belopp\n";
    let good = "2025-01-31;A;1;5560360793;F1;SEK;1,50\n";
    for (name, bad) in [
        ("amount", format!("2025-01-31;A;1;5560360793;F1;SEK;{number}\n")),
        ("date", format!("{number};A;1;5560360793;F1;SEK;1,50\n")),
        ("currency", format!("2025-01-31;A;1;5560360793;F1;{number};1,50\n")),
        ("too few fields", format!("2025-01-31;{number}\n")),
        ("too many fields", format!("2025-01-31;A;1;5560360793;F1;SEK;1,50;{number}\n")),
        ("a control character", format!("2025-01-31;A;1;5560360793;{number}\u{1};SEK;1,50\n")),
        ("a header", format!("{number};x\n")),
        ("an open quote", format!("2025-01-31;\"{number};1;5560360793;F1;SEK;1,50\n")),
        ("two orders", format!("13/02/2026;{number};1;;F;SEK;1,50\n02/13/2026;{number};1;;F;SEK;1,50\n")),
        ("two readings", format!("2025-01-31;{number};{number};{number};{number};SEK;1.234\n")),
        ("a total", format!("Summa;;;;{number};;9,99\n")),
    ] {
        for settings in ["reject_ratio_max = 1.0", "reject_ratio_max = 0.0"] {
            let scratch = Scratch::new("canary");
            fs::create_dir(scratch.path().join("in")).unwrap();
            let text = if name == "a header" {
                bad.clone()
            } else if name.starts_with("two") {
                format!("{head}{bad}")
            } else {
                format!("{head}{good}{bad}{good}")
            };
            fs::write(scratch.path().join("in/a.csv"), text).unwrap();
            settle(scratch.path(), "ledger", settings, "", "in/*");
            let mut command = program();
            command.args(["run", "-v", "--workspace"]).arg(scratch.path()).current_dir(scratch.path());
            command.env("SECRET_TOKEN", "KANARIEFAGEL").env("HTTPS_PROXY", "http://user:KANARIEFAGEL@nowhere.invalid");
            let outcome = run(command);
            assert!([0, 3].contains(&outcome.code), "{name}: {} {}", outcome.code, outcome.said);
            let mut places = all_output(scratch.path());
            let home = scratch.path().display().to_string();
            for (place, text) in &places {
                assert!(!text.contains(&home), "{name}: {place} names the folder of the machine");
            }
            places.extend([("stdout".to_string(), outcome.gave), ("stderr".to_string(), outcome.said)]);
            assert_no_number(&places, &persons);
            for (place, text) in &places {
                assert!(!text.contains("KANARIEFAGEL"), "{name}: {place} holds a secret of the environment");
            }
        }
    }
}
