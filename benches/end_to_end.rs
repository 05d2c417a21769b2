//! The whole flow on a planted region: time and peak memory of each stage.
//!
//! `cargo bench --bench end_to_end -- [LINES] [FOLDER] [THREADS]` (1 million lines, the temporary folder, all cores). The exports are made once and kept; the output
//! folder is made anew. The last line is the SHA-256 of the manifest, which must not depend on the threads.

use std::path::PathBuf;
use std::time::Instant;

use sha2::{Digest, Sha256};
use spendtrace::config::{self, Config};
use spendtrace::pipeline::{Context, STAGES};
use spendtrace::rules::Rules;
use spendtrace::schema::INVOICE_LINE;
use spendtrace::store::{MANIFEST, Store, hex};
use spendtrace::synth::{self, Options};

/// Starts the kernel's account of peak memory anew; where it keeps none, the peaks printed are those since the start.
fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// Peak resident memory in MiB since [`forget_peak`]; `None` where the kernel keeps no account.
fn peak_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    line.trim().split(' ').next()?.parse::<u64>().ok().map(|kib| kib / 1024)
}

fn main() {
    spendtrace::cli::keep_freed_memory();
    let mut arguments = std::env::args().skip(1).filter(|a| !a.starts_with("--"));
    let lines: u64 = arguments.next().map_or(1_000_000, |a| a.parse().expect("the first argument is a number of lines"));
    let folder = arguments.next().map_or_else(|| std::env::temp_dir().join(format!("spendtrace-region-{lines}")), PathBuf::from);
    let threads: usize = arguments.next().map_or(0, |a| a.parse().expect("the third argument is a number of threads"));
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().expect("the pool is built once");
    if !folder.join(config::FILE).is_file() {
        let made = synth::generate(&Options { has_truth: false, ..Options::new(lines, &folder) }).expect("synth writes the exports");
        println!("made {} lines, {} MB, in {}", made.lines, made.bytes >> 20, folder.display());
    }
    let _ = std::fs::remove_dir_all(folder.join("out"));
    let context = Context {
        config: Config::load(&folder, &[]).expect("the settings are valid"),
        rules: Rules::load(&folder).expect("the rules are valid"),
        privacy_key: [1; 32],
        progress: Box::new(|_, _, _| {}),
    };
    let mut store = Store::open_for_writing(&context.config.out_folder(), false).expect("the folder is writable");
    let started = Instant::now();
    for stage in STAGES {
        forget_peak();
        let begun = Instant::now();
        (stage.run)(&context, &mut store).unwrap_or_else(|e| panic!("{}: {e}", stage.name));
        let seconds = begun.elapsed().as_secs_f64();
        let rows = store.row_count(&INVOICE_LINE) as f64;
        let peak = peak_mib().map_or_else(|| "unknown".to_string(), |m| m.to_string());
        println!("{:<9} {seconds:>8.2} s {:>10.0} rows/s  peak {peak:>6} MiB", stage.name, rows / seconds);
    }
    println!("{:<9} {:>8.2} s for {} lines", "all", started.elapsed().as_secs_f64(), store.row_count(&INVOICE_LINE));
    let manifest = std::fs::read(context.config.out_folder().join(MANIFEST)).expect("a run leaves its manifest");
    println!("manifest {}", hex(&Sha256::digest(manifest)));
}
