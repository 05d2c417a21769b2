//! The sample is what the generator makes; the generator is deterministic and writes what it promises.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use spendtrace::synth::{Layout, Options, generate};

use crate::support::{Scratch, project};

/// Every file below a folder, by relative path.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(at) = folders.pop() {
        for entry in std::fs::read_dir(&at).unwrap_or_else(|e| panic!("{}: {e}", at.display())) {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).expect("below the folder").to_path_buf(), std::fs::read(&path).expect("a readable file"));
            }
        }
    }
    found
}

fn assert_same(expect: &BTreeMap<PathBuf, Vec<u8>>, found: &BTreeMap<PathBuf, Vec<u8>>, hint: &str) {
    assert_eq!(expect.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>(), "{hint}");
    for (path, bytes) in expect {
        assert!(*bytes == found[path], "{}: {hint}", path.display());
    }
}

#[test]
fn sample_is_what_the_generator_makes() {
    let sample = project().join("data/sample");
    if std::env::var_os("UPDATE").is_some() {
        // Only what the generator writes; an `out` folder of a tour stays.
        for path in files(&sample).keys().filter(|p| !p.starts_with("out")) {
            std::fs::remove_file(sample.join(path)).expect("a removable file");
        }
        generate(&Options::sample(&sample)).expect("the sample is generated");
        return;
    }
    let scratch = Scratch::new("sample");
    generate(&Options::sample(scratch.path())).expect("the sample is generated");
    let mut committed = files(&sample);
    committed.retain(|path, _| !path.starts_with("out"));
    assert_same(&committed, &files(scratch.path()), "run UPDATE=1 cargo test --release sample_is_what");
    let size: usize = committed.values().map(Vec::len).sum();
    assert!(size < 5_000_000, "the sample has {size} bytes");
}

#[test]
fn same_options_same_bytes_whatever_the_threads() {
    let run = |threads: usize| {
        let scratch = Scratch::new("synth");
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        let summary = pool.install(|| generate(&Options { seed: 7, ..Options::new(30_000, scratch.path()) })).expect("generated");
        (summary, files(scratch.path()))
    };
    let (one, two) = (run(1), run(3));
    assert_eq!(one.0, two.0);
    assert_same(&one.1, &two.1, "threads must not matter");
}

#[test]
fn line_counts_are_as_asked() {
    for (lines, layout) in [(1_000, Layout::Region), (20_000, Layout::Region), (60_000, Layout::Single), (1_000, Layout::Single)] {
        let scratch = Scratch::new("synth");
        let summary = generate(&Options { layout, ..Options::new(lines, scratch.path()) }).expect("generated");
        assert!(summary.lines >= lines, "{summary:?}");
        assert!(lines < 20_000 || summary.lines < lines * 102 / 100, "{summary:?}");
        let truths = files(&scratch.path().join("truth/lines"));
        let truth: String = truths.values().map(|bytes| std::str::from_utf8(bytes).expect("the truth is UTF-8")).collect();
        let rejects = std::fs::read_to_string(scratch.path().join("truth/rejects.csv")).expect("the truth is written");
        let side = rejects.lines().filter(|l| l.starts_with("contracts/") || l.starts_with("register/")).count();
        assert_eq!(truth.lines().count() - truths.len() + rejects.lines().count() - 1 - side, summary.lines as usize);
        let cases = std::fs::read_to_string(scratch.path().join("truth/cases.csv")).expect("the truth is written");
        if lines >= 20_000 {
            for case in cases.lines().skip(1).map(|l| l.split(',').next().expect("a first field")) {
                assert!(truth.contains(&format!(",{case},")), "{layout:?}: {case} is not planted");
            }
        }
    }
}
