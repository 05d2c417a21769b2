//! Every real file beside the project, through `profile`: read by the mapping that it proposes or by a built-in one, or refused
//! with what to do. What ingest then loads by that mapping is what the profile said, file by file, to the minor unit.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use spendtrace::config::{self, Config};
use spendtrace::error::Error;
use spendtrace::ingest::profile::{self, Options, Profile, Trial};
use spendtrace::pipeline::Context;
use spendtrace::rules::Rules;
use spendtrace::schema;
use spendtrace::store::{Columns, Store};

use super::support::{Scratch, copy_folder, corpus, project, unpack};

/// Files that are about the data and no data.
const NOT_DATA: &[&str] = &["md", "txt", "yml", "yaml", "rigour", "expected", "output", "ini", "svrl"];

/// What became of one file, or of one entry of an archive.
struct Outcome {
    path: PathBuf,
    mapping: Option<String>,
    built_in: Option<String>,
    trial: Option<Trial>,
    refusal: Option<String>,
}

fn data_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_lowercase();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some() && !NOT_DATA.contains(&extension.as_str()) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn look(path: &Path) -> Vec<Outcome> {
    let outcome = |profile: Profile| Outcome {
        path: path.to_path_buf(),
        mapping: profile.mapping.filter(|_| profile.trial.is_some()),
        built_in: profile.built_in,
        trial: profile.trial,
        refusal: profile.refusal,
    };
    match profile::profile(path, Options { encoding: None, currency: "SEK" }) {
        Ok(profiles) => profiles.into_iter().map(outcome).collect(),
        Err(Error::Input(why)) => vec![Outcome { path: path.to_path_buf(), mapping: None, built_in: None, trial: None, refusal: Some(why) }],
        Err(other) => panic!("{}: {other}", path.display()),
    }
}

fn minor(text: Option<&String>) -> i128 {
    text.map_or(0, |t| t.replace('.', "").parse().expect("two decimals"))
}

/// Rows and amounts by file as ingest loads them by the mappings of the profiles.
fn load(name: &str, outcomes: &[&Outcome]) -> BTreeMap<PathBuf, (i64, i64, i128)> {
    if outcomes.is_empty() {
        return BTreeMap::new();
    }
    let scratch = Scratch::new(name);
    let mut mappings: BTreeMap<&str, Vec<&Outcome>> = BTreeMap::new();
    for outcome in outcomes {
        mappings.entry(outcome.mapping.as_deref().expect("read files have one")).or_default().push(outcome);
    }
    let mut settings = String::from("reject_ratio_max = 1.0\n");
    let mut origins = BTreeMap::new();
    std::fs::create_dir_all(scratch.path().join("mappings")).unwrap();
    for (index, (text, files)) in mappings.iter().enumerate() {
        std::fs::write(scratch.path().join(format!("mappings/m{index}.toml")), text).unwrap();
        std::fs::create_dir_all(scratch.path().join(format!("in{index}"))).unwrap();
        for (number, file) in files.iter().enumerate() {
            let target = format!("in{index}/{number}-{}", file.path.file_name().unwrap().to_str().unwrap().replace('*', "_"));
            std::fs::copy(&file.path, scratch.path().join(&target)).unwrap();
            origins.insert(target, file.path.clone());
        }
        write!(settings, "[[source]]\nname = \"s{index}\"\npath = \"in{index}/*\"\nmapping = \"m{index}\"\naccept_columns = [\"*\"]\n").unwrap();
    }
    std::fs::write(scratch.path().join(config::FILE), settings).unwrap();
    let config = Config::load(scratch.path(), &[]).unwrap();
    let context = Context { rules: Rules::load(scratch.path()).unwrap(), config, privacy_key: [7; 32], progress: Box::new(|_, _, _| {}) };
    let mut store = Store::open_for_writing(&context.config.out_folder(), false).unwrap();
    spendtrace::ingest::run(&context, &mut store).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut found = BTreeMap::new();
    for batch in store.read(&schema::SOURCE_FILE).unwrap() {
        let columns = Columns(&batch);
        for row in 0..batch.num_rows() {
            let path = columns.text_at("path", row).unwrap().split('!').next().unwrap().to_string();
            let net = columns.money_at("net_amount_kept", row).map_or(0, |m| i128::from(m.minor()));
            let entry = found.entry(origins[&path].clone()).or_insert((0, 0, 0));
            entry.0 += columns.int_at("row_kept_count", row).unwrap();
            entry.1 += columns.int_at("row_rejected_count", row).unwrap();
            entry.2 += net;
        }
    }
    found
}

#[test]
fn every_file_is_read_or_refused_with_a_reason() {
    let Some(root) = corpus("") else { return };
    let mut folders: Vec<PathBuf> = std::fs::read_dir(&root).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    folders.sort();
    let only = std::env::var("CORPUS_FOLDER").ok();
    let mut table = String::from("folder,files,own mapping,built-in mapping,refused,rows read,kept,rejected,net amount kept,net amount rejected\n");
    let mut details = String::new();
    let mut silent = Vec::new();
    for folder in folders {
        let name = folder.file_name().unwrap().to_str().unwrap().to_string();
        if only.as_ref().is_some_and(|o| *o != name) {
            continue;
        }
        let scratch = Scratch::new("sweep");
        copy_folder(&folder, scratch.path());
        for archive in data_files(scratch.path()).iter().filter(|p| p.to_string_lossy().ends_with(".tar.zst")) {
            unpack(archive, scratch.path());
            std::fs::remove_file(archive).unwrap();
        }
        let files = data_files(scratch.path());
        let outcomes: Vec<Outcome> = files.par_iter().flat_map_iter(|f| look(f)).collect();
        let relative = |p: &Path| p.strip_prefix(scratch.path()).unwrap_or(p).display().to_string();
        for outcome in &outcomes {
            match (&outcome.trial, &outcome.refusal) {
                (Some(trial), _) => {
                    writeln!(
                        details,
                        "{name}/{}: {} read {} kept {} rejected {} net {:?} faults {:?}",
                        relative(&outcome.path),
                        outcome.built_in.as_deref().unwrap_or("own"),
                        trial.read,
                        trial.kept,
                        trial.rejected,
                        trial.net_amount_kept,
                        trial.faults.iter().map(|f| format!("{}×{} {} {:?}", f.count, f.code, f.column, f.example)).collect::<Vec<_>>()
                    )
                    .unwrap();
                }
                (None, Some(why)) => {
                    writeln!(details, "{name}/{}: refused: {why}", relative(&outcome.path)).unwrap();
                    if !why.contains("; ") && !why.contains(". If") {
                        silent.push(why.clone());
                    }
                }
                (None, None) => panic!("{}: neither read nor refused", outcome.path.display()),
            }
        }
        let read: Vec<&Outcome> = outcomes.iter().filter(|o| o.trial.is_some()).collect();
        let sum = |f: &dyn Fn(&Trial) -> i128| read.iter().filter_map(|o| o.trial.as_ref()).map(f).sum::<i128>();
        let money = |minor: i128| spendtrace::model::Total::from_minor(minor).to_string();
        writeln!(
            table,
            "{name},{},{},{},{},{},{},{},{},{}",
            outcomes.len(),
            read.iter().filter(|o| o.built_in.is_none()).count(),
            read.iter().filter(|o| o.built_in.is_some()).count(),
            outcomes.len() - read.len(),
            sum(&|t| i128::from(t.read)),
            sum(&|t| i128::from(t.kept)),
            sum(&|t| i128::from(t.rejected)),
            money(sum(&|t| minor(t.net_amount_kept.as_ref()))),
            money(sum(&|t| minor(t.net_amount_rejected.as_ref()))),
        )
        .unwrap();
        // Ingest itself says the same of each file; of two files with the same bytes it keeps one.
        for (path, loaded) in load(&name, &read) {
            let trials = read.iter().filter(|o| o.path == path).filter_map(|o| o.trial.as_ref());
            let told = trials.fold((0, 0, 0), |a, t| (a.0 + t.kept as i64, a.1 + t.rejected as i64, a.2 + minor(t.net_amount_kept.as_ref())));
            assert_eq!(loaded, told, "{name}: {} is loaded as it was profiled", relative(&path));
        }
    }
    if let Ok(path) = std::env::var("CORPUS_DETAILS") {
        std::fs::write(path, &details).unwrap();
    }
    eprintln!("{table}");
    assert!(silent.is_empty(), "these say not what to do: {silent:#?}");
    if only.is_some() {
        return;
    }
    let golden = project().join("tests/golden/corpus/read.csv");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&golden, &table).unwrap();
    }
    assert_eq!(table, std::fs::read_to_string(&golden).unwrap_or_default(), "what is read of the corpus has changed: look, then UPDATE=1");
}
