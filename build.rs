//! Embeds the data files (mappings, rules, key figures, reference lists, queries), so that the binary works alone and a new
//! layout, rule or key figure is a new file and no Rust.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const FOLDERS: &[&str] = &["data/mappings", "data/rules", "data/kpi", "data/reference", "queries"];

fn main() {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in FOLDERS {
        println!("cargo:rerun-if-changed={folder}");
        collect(&root.join(folder), &mut files);
    }
    // Directory order is not deterministic; the binary must be.
    files.sort();
    let mut code = String::from("const FILES: &[(&str, &str)] = &[\n");
    for file in &files {
        let name = file.strip_prefix(&root).expect("collected below the root").to_str().expect("file names are UTF-8").replace('\\', "/");
        writeln!(code, "    ({name:?}, include_str!({:?})),", file.display()).expect("writing to a string");
    }
    code.push_str("];\n");
    let out = PathBuf::from(std::env::var("OUT_DIR").expect("cargo sets OUT_DIR")).join("assets.rs");
    std::fs::write(out, code).expect("OUT_DIR is writable");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.map(|e| e.expect("a readable folder")) {
        let path = entry.path();
        if path.is_dir() {
            println!("cargo:rerun-if-changed={}", path.display());
            collect(&path, files);
        } else if path.extension().is_some_and(|e| ["toml", "sql", "csv", "txt"].iter().any(|k| e == *k)) {
            files.push(path);
        }
    }
}
