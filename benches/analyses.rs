//! Every analysis, one by one, on a store that was run before: seconds of the reading that they share, then of each query alone.
//!
//! `cargo bench --bench analyses -- STORE [NAME]` (a folder with a manifest, such as `out/2025-12`'s parent; all queries, or those whose name
//! holds NAME). `benches/peers/analyses.py` runs this and the same SQL in DuckDB, and prints the two side by side.

use std::path::PathBuf;
use std::time::Instant;

use spendtrace::analysis::{all_tables, catalogue, session_of};
use spendtrace::store::{SqlSession, Store};

fn main() {
    spendtrace::cli::keep_freed_memory();
    let mut arguments = std::env::args().skip(1).filter(|a| !a.starts_with("--"));
    let folder = PathBuf::from(arguments.next().expect("the first argument is a store: the output folder of a run"));
    let part = arguments.next().unwrap_or_default();
    let store = Store::open(&folder).expect("the folder is a store");
    let session = SqlSession::open(&store, all_tables()).expect("the files are those of the manifest");
    let analyses: Vec<_> = catalogue::analyses().iter().filter(|a| a.name.contains(&part)).collect();
    // As the stage does it: the lines are read once for all.
    let begun = Instant::now();
    let session = session_of(&session, &store, &analyses).expect("the lines can be read");
    println!("reading {:.3} 0", begun.elapsed().as_secs_f64());
    for analysis in analyses {
        let begun = Instant::now();
        let frame = session.query_as(analysis.table, analysis.sql).unwrap_or_else(|e| panic!("{e}"));
        println!("{} {:.3} {}", analysis.name, begun.elapsed().as_secs_f64(), frame.num_rows());
    }
}
