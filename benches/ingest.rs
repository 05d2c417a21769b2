//! Speed and memory of ingest: one posting export made by `synth` → typed, exact, checked, partitioned Parquet; beside DuckDB's and
//! Polars' own conversion of the same rows, in turn, when they are there.
//!
//! `cargo bench --bench ingest -- [LINES] [FOLDER]` (10 million lines, the temporary folder). The export is made once and kept.
//! `SPENDTRACE_PEERS_PYTHON` names a Python that has duckdb or polars; `SPENDTRACE_BENCH_ROUNDS` says how often each runs (3).

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use spendtrace::config::{self, Config};
use spendtrace::ingest;
use spendtrace::pipeline::Context;
use spendtrace::rules::Rules;
use spendtrace::schema::INVOICE_LINE;
use spendtrace::store::{self, Store};
use spendtrace::synth::{self, Layout, Options};

/// What one conversion came to.
struct Run {
    seconds: f64,
    rows: u64,
    total: String,
    peak_kb: u64,
}

fn main() {
    spendtrace::cli::keep_freed_memory();
    let mut arguments = std::env::args().skip(1).filter(|a| a != "--bench").peekable();
    if arguments.next_if(|a| a == "--one").is_some() {
        let run = ours(Path::new(&arguments.next().expect("a folder")));
        println!("{:.3} {} {} {}", run.seconds, run.rows, run.total, run.peak_kb);
        return;
    }
    let lines: u64 = arguments.next().map_or(10_000_000, |a| a.parse().expect("the first argument is a number of lines"));
    let folder = arguments.next().map_or_else(|| std::env::temp_dir().join(format!("spendtrace-bench-{lines}")), PathBuf::from);
    if !folder.join(config::FILE).is_file() {
        let options = Options { layout: Layout::Single, has_truth: false, ..Options::new(lines, &folder) };
        let made = synth::generate(&options).expect("synth writes the export");
        println!("made {} lines, {} MB, in {}", made.lines, made.bytes >> 20, folder.display());
    }
    let program = std::env::current_exe().expect("this program has a path");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/ingest.py");
    let python = std::env::var_os("SPENDTRACE_PEERS_PYTHON");
    let has = |tool: &str| python.as_ref().is_some_and(|p| Command::new(p).args(["-c", &format!("import {tool}")]).status().is_ok_and(|s| s.success()));
    let peers: Vec<&str> = ["duckdb", "polars"].into_iter().filter(|tool| has(tool)).collect();
    let copy = folder.join("peers.csv");
    if !peers.is_empty() && !copy.is_file() {
        transcode(&export(&folder), &copy);
    }
    let rounds: usize = std::env::var("SPENDTRACE_BENCH_ROUNDS").ok().and_then(|r| r.parse().ok()).unwrap_or(3);
    let mut all: Vec<(&str, Vec<Run>)> = std::iter::once("spendtrace").chain(peers).map(|tool| (tool, Vec::new())).collect();
    for _ in 0..rounds {
        for (tool, runs) in &mut all {
            let mut command = match *tool {
                "spendtrace" => Command::new(&program),
                _ => Command::new(python.as_ref().expect("peers come with a Python")),
            };
            match *tool {
                "spendtrace" => command.arg("--one").arg(&folder),
                tool => command.arg(&script).arg(tool).arg(&copy).arg(folder.join(format!("{tool}.parquet"))),
            };
            let output = command.output().expect("the program starts");
            assert!(output.status.success(), "{tool}: {}", String::from_utf8_lossy(&output.stderr));
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let words: Vec<&str> = text.split_whitespace().collect();
            let [seconds, rows, total, peak] = words.as_slice() else { panic!("{tool}: {text}") };
            let number = |word: &str| word.parse::<u64>().expect("a number");
            runs.push(Run { seconds: seconds.parse().expect("seconds"), rows: number(rows), total: (*total).to_string(), peak_kb: number(peak) });
        }
    }
    let median = |runs: &[Run]| {
        let mut seconds: Vec<f64> = runs.iter().map(|r| r.seconds).collect();
        seconds.sort_by(f64::total_cmp);
        seconds[seconds.len() / 2]
    };
    let own = median(&all[0].1);
    for (tool, runs) in &all {
        let peak = runs.iter().map(|r| r.peak_kb).max().unwrap_or(0);
        let each: Vec<String> = runs.iter().map(|r| format!("{:.2}", r.seconds)).collect();
        println!(
            "{tool:<10} {:>8.2} s median of {} ({}), {:>6.2} million rows a second, peak {:>5} MiB, {} rows, sum {}, time ÷ ours {:.2}",
            median(runs),
            runs.len(),
            each.join(" "),
            runs[0].rows as f64 / median(runs) / 1e6,
            peak >> 10,
            runs[0].rows,
            runs[0].total,
            median(runs) / own
        );
    }
}

/// Ingest of the folder's export, in this process.
fn ours(folder: &Path) -> Run {
    let _ = std::fs::remove_dir_all(folder.join("out"));
    let context = Context {
        config: Config::load(folder, &[]).expect("the settings are valid"),
        rules: Rules::load(folder).expect("the rules are valid"),
        privacy_key: [1; 32],
        progress: Box::new(|_, _, _| {}),
    };
    let started = Instant::now();
    let mut lake = Store::open_for_writing(&context.config.out_folder(), false).expect("the folder is writable");
    ingest::run(&context, &mut lake).expect("the export is read");
    let seconds = started.elapsed().as_secs_f64();
    // Linux only; elsewhere the memory is not known.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
    let total = store::totals(&lake, &INVOICE_LINE).get("net_amount").copied().unwrap_or(0);
    Run { seconds, rows: lake.row_count(&INVOICE_LINE), total: format!("{}.{:02}", total / 100, total.abs() % 100), peak_kb: peak.unwrap_or(0) }
}

/// The one export of the folder.
fn export(folder: &Path) -> PathBuf {
    let config = Config::load(folder, &[]).expect("the settings are valid");
    let lines = config.sources.iter().find(|s| s.mapping == "raindance-kontering").expect("the export's source");
    folder.join(&lines.path)
}

/// Windows-1252 to UTF-8, block by block.
fn transcode(from: &Path, to: &Path) {
    use std::io::{Read as _, Write as _};
    let mut input = std::fs::File::open(from).expect("the export");
    let mut output = std::io::BufWriter::new(std::fs::File::create(to).expect("the folder is writable"));
    let mut block = vec![0; 1 << 20];
    loop {
        let n = input.read(&mut block).expect("the export is read");
        if n == 0 {
            break;
        }
        output.write_all(encoding_rs::WINDOWS_1252.decode_without_bom_handling(&block[..n]).0.as_bytes()).expect("the folder is writable");
    }
    output.flush().expect("the folder is writable");
}
