//! Speed and memory of ingest: one posting export made by `synth` → typed, checked, partitioned Parquet.
//!
//! `cargo bench --bench ingest -- [LINES] [FOLDER]` (10 million lines, the temporary folder). The export is made once and kept, so
//! that another tool can be timed on the same file.

use std::path::PathBuf;
use std::time::Instant;

use spendtrace::config::{self, Config};
use spendtrace::ingest;
use spendtrace::pipeline::Context;
use spendtrace::rules::Rules;
use spendtrace::schema::INVOICE_LINE;
use spendtrace::store::Store;
use spendtrace::synth::{self, Layout, Options};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|a| !a.starts_with("--"));
    let lines: u64 = arguments.next().map_or(10_000_000, |a| a.parse().expect("the first argument is a number of lines"));
    let folder = arguments.next().map_or_else(|| std::env::temp_dir().join(format!("spendtrace-bench-{lines}")), PathBuf::from);
    if !folder.join(config::FILE).is_file() {
        let options = Options { layout: Layout::Single, has_truth: false, ..Options::new(lines, &folder) };
        let made = synth::generate(&options).expect("synth writes the export");
        println!("made {} lines, {} MB, in {}", made.lines, made.bytes >> 20, folder.display());
    }
    let _ = std::fs::remove_dir_all(folder.join("out"));
    let context = Context {
        config: Config::load(&folder, &[]).expect("the settings are valid"),
        rules: Rules::load(&folder).expect("the rules are valid"),
        privacy_key: [1; 32],
        progress: Box::new(|_, _, _| {}),
    };
    let started = Instant::now();
    let mut store = Store::open_for_writing(&context.config.out_folder(), false).expect("the folder is writable");
    ingest::run(&context, &mut store).expect("the export is read");
    let seconds = started.elapsed().as_secs_f64();
    let rows = store.row_count(&INVOICE_LINE);
    let bytes: u64 = store.files(&INVOICE_LINE).iter().map(|f| f.bytes).sum();
    println!("{rows} rows in {seconds:.2} s: {:.2} million rows a second, {} MB of Parquet", rows as f64 / seconds / 1e6, bytes >> 20);
    // Linux only; elsewhere the line is left out.
    if let Ok(status) = std::fs::read_to_string("/proc/self/status")
        && let Some(peak) = status.lines().find(|l| l.starts_with("VmHWM"))
    {
        println!("peak memory {}", peak.trim_start_matches("VmHWM:").trim());
    }
}
