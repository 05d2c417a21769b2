//! The shape of the house: who imports whom, what may stand in queries, what must not stand anywhere.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::support::project;

/// Stages meet in declared tables and never call each other; `pipeline` only for its `Context`.
const STAGE: &[&str] = &["model", "schema", "rules", "store", "assets", "pipeline"];

/// For each module: the modules of ours it may name. `error` and `config` are free to all.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("schema", &["model", "assets"]),
    ("rules", &["model", "assets"]),
    ("synth", &["model"]),
    ("store", &["model", "schema", "rules"]),
    ("ingest", STAGE),
    ("resolve", STAGE),
    ("classify", STAGE),
    ("matching", STAGE),
    ("analysis", STAGE),
    ("report", STAGE),
    ("assets", &[]),
    ("error", &[]),
    ("config", &["model"]),
    ("pipeline", &["model", "schema", "rules", "store", "ingest", "resolve", "classify", "matching", "analysis", "report"]),
];

fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.map(|e| e.expect("a readable entry").path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// The module of a file below `src`: `store/sql.rs` and `store.rs` are both `store`.
fn module_of(relative: &Path) -> String {
    let first = relative.iter().next().expect("a file has a name").to_string_lossy();
    first.trim_end_matches(".rs").to_string()
}

/// Source text without its unit tests, which stand at the end of the file.
fn without_unit_tests(text: &str) -> &str {
    text.split("\n#[cfg(test)]").next().unwrap_or_default()
}

/// The modules that follow `crate::`. `use crate::{a, b::c}` names a and b.
fn named_modules(text: &str) -> BTreeSet<String> {
    let word = |t: &str| t.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
    let mut names = BTreeSet::new();
    for line in without_unit_tests(text).lines().filter(|l| !l.trim_start().starts_with("//")) {
        for (at, _) in line.match_indices("crate::") {
            let rest = &line[at + "crate::".len()..];
            let Some(list) = rest.strip_prefix('{') else {
                names.insert(word(rest));
                continue;
            };
            let mut depth = 0;
            for item in list.split_inclusive([',', '{', '}']) {
                if depth == 0 && !word(item.trim()).is_empty() {
                    names.insert(word(item.trim()));
                }
                depth += item.matches('{').count() as i32 - item.matches('}').count() as i32;
            }
        }
    }
    names
}

#[test]
fn modules_import_only_what_the_architecture_allows() {
    let root = project().join("src");
    let mut faults = Vec::new();
    for file in files_below(&root, "rs") {
        let relative = file.strip_prefix(&root).expect("below the root");
        let module = module_of(relative);
        if ["cli", "main", "lib"].contains(&module.as_str()) {
            continue;
        }
        let allowed = MAY_IMPORT.iter().find(|(name, _)| *name == module).map(|(_, allowed)| *allowed);
        let allowed = allowed.unwrap_or_else(|| panic!("{} is not in the table of layers", relative.display()));
        let text = std::fs::read_to_string(&file).expect("sources are UTF-8");
        for name in named_modules(&text) {
            if name != module && name != "error" && name != "config" && !allowed.contains(&name.as_str()) {
                faults.push(format!("{} names crate::{name}", relative.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn only_cli_knows_the_clock_the_environment_and_the_terminal() {
    let root = project().join("src");
    let mut faults = Vec::new();
    for file in files_below(&root, "rs") {
        let relative = file.strip_prefix(&root).expect("below the root");
        if ["cli", "main"].contains(&module_of(relative).as_str()) {
            continue;
        }
        let text = std::fs::read_to_string(&file).expect("sources are UTF-8");
        for word in ["SystemTime", "Instant::now", "env::var", "env::args", "println!", "eprintln!", "process::exit", "thread_rng", "unsafe "] {
            if without_unit_tests(&text).contains(word) {
                faults.push(format!("{} uses {word}", relative.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_layer_test_reads_use_lines() {
    let text = "use crate::model::{Date, Money};\nuse crate::{error::Result, store::{Store, sql}};\n// crate::cli\nfn f() -> crate::rules::Rules {}\n#[cfg(test)]\nuse crate::synth;";
    assert_eq!(named_modules(text), ["error", "model", "rules", "store"].map(String::from).into());
}
