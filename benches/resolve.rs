//! Resolve: labelled sets for the comparison with peers, and the speed on a made file of vendor records.
//!
//! `cargo bench --bench resolve -- sets FOLDER` clusters each set of FOLDER as `benches/peers/suppliers.py` describes.
//! `cargo bench --bench resolve -- speed [RECORDS] [FILE]` resolves made records (default 1,000,000) and writes them to FILE for a peer. The
//! makers of names, errors and truth are in this file and seeded: a speed and regression set, not a proof of quality.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use spendtrace::model::Date;
use spendtrace::model::identifier::Scheme;
use spendtrace::resolve::decide::{Options, Resolution, decide};
use spendtrace::resolve::linkage::probability;
use spendtrace::resolve::record::{More, Origin, Record};

/// Likenesses from which names link, from loose to strict; the shipped setting is written as the probability itself.
const LIKENESS: &[f32] = &[0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.96];

/// The setting that links are made from without asking.
const LINK_SCORE_MIN: f64 = 0.92;

fn main() {
    spendtrace::cli::keep_freed_memory();
    // `cargo bench` adds --bench to the arguments.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["sets", folder] => sets(Path::new(folder)),
        ["speed", ref rest @ ..] => speed(rest.first().map_or(1_000_000, |n| n.parse().expect("a number of records")), rest.get(1).copied()),
        _ => eprintln!("usage: sets FOLDER | speed [RECORDS] [FILE]"),
    }
}

fn record(key: u64, name: &str, number: &str, street: &str, postcode: &str) -> Record {
    let more = More { street: street.to_string(), postcode: postcode.to_string(), ..More::default() };
    Record {
        key: format!("{key:016}"),
        origin: Origin::Line,
        source_name: "set".to_string(),
        vendor_id: String::new(),
        name: name.to_string(),
        organisation_number: number.to_string(),
        line_count: 1,
        more: (!street.is_empty() || !postcode.is_empty()).then(|| Box::new(more)),
    }
}

fn resolved(records: &[Record], home: Option<Scheme>, link_score_min: f64) -> Resolution {
    decide(records, &Options { home, own_numbers: &[], link_score_min, overrides: &[], as_of: Date::from_days(0) })
        .expect("there are no verdicts to contradict")
}

fn sets(folder: &Path) {
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("a folder of sets").map(|e| e.expect("a readable entry").path()).collect();
    files.retain(|p| p.file_name().is_some_and(|n| n.to_string_lossy().ends_with(".csv") && n.to_string_lossy().matches('.').count() == 1));
    files.sort();
    for file in files {
        let started = Instant::now();
        let mut reader = csv::Reader::from_path(&file).expect("a set");
        let mut halves: BTreeMap<String, Vec<Record>> = BTreeMap::new();
        for row in reader.deserialize::<BTreeMap<String, String>>() {
            let row = row.expect("a row of the set");
            let of_row = record(row["id"].parse().expect("ids are numbers"), &row["name"], "", &row["street"], &row["postcode"]);
            halves.entry(row["half"].clone()).or_default().push(of_row);
        }
        let mut out = csv::Writer::from_path(file.with_extension("spendtrace.csv")).expect("the folder is writable");
        out.write_record(["half", "threshold", "id", "cluster"]).expect("a row");
        for (half, records) in &mut halves {
            records.sort_by(|a, b| a.key.cmp(&b.key));
            let thresholds = LIKENESS.iter().map(|l| (f64::from(*l), f64::from(probability(*l)))).chain([(LINK_SCORE_MIN, LINK_SCORE_MIN)]);
            for (shown, link_score_min) in thresholds {
                let resolution = resolved(records, None, link_score_min);
                for (record, link) in records.iter().zip(&resolution.links) {
                    let id = record.key.trim_start_matches('0');
                    out.write_record([half.as_str(), &format!("{shown:.3}"), if id.is_empty() { "0" } else { id }, &link.supplier.to_string()]).expect("a row");
                }
            }
        }
        out.flush().expect("the file is written");
        println!("{}: {:.1} s for {} thresholds", file.display(), started.elapsed().as_secs_f64(), LIKENESS.len() + 1);
    }
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }
    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.roll(list.len() as u64) as usize]
    }
    fn one_in(&mut self, n: u64) -> bool {
        self.roll(n) == 0
    }
}

const STARTS: &[&str] =
    &["Al", "Bro", "Dal", "Ek", "Fur", "Gran", "Hol", "Is", "Jär", "Kal", "Lin", "Mo", "Nor", "Os", "Pil", "Ras", "Sten", "Tor", "Ul", "Väs", "Åk", "Öst"];
const MIDDLES: &[&str] = &["be", "da", "fors", "ga", "hag", "ke", "la", "man", "na", "ra", "sa", "ta", "vi", "ste", "ni", "mar", "lo", "re"];
const ENDS: &[&str] = &["by", "dal", "gren", "holm", "kvist", "lund", "näs", "ström", "torp", "vik", "berg", "sta", "a", "ia", "ex", "on", "tek", "ma"];
const TRADES: &[&str] = &[
    "Bygg",
    "Måleri",
    "El",
    "Rör",
    "Städ",
    "Transport",
    "Data",
    "Konsult",
    "Vård",
    "Medicin",
    "Livsmedel",
    "Kontor",
    "Möbler",
    "Fastighet",
    "Mark",
    "Energi",
    "Teknik",
    "Service",
    "Tryckeri",
    "Reklam",
    "Bevakning",
    "Ventilation",
    "Kemi",
    "Textil",
    "Utbildning",
    "Juridik",
    "Revision",
    "Trädgård",
    "Maskin",
    "Plåt",
];
const STREETS: &[&str] = &["Storgatan", "Kungsgatan", "Industrivägen", "Skolgatan", "Ringvägen", "Hamngatan", "Kyrkogatan", "Drottninggatan", "Verkstadsgatan"];
const FORMS: &[&str] = &["AB", "AB", "AB", "AB", "HB", "Ek. för.", "KB", ""];

struct Company {
    name: String,
    form: &'static str,
    number: String,
    street: String,
    postcode: String,
}

/// An organisation number of a company with its check digit (Luhn).
fn number(n: u64) -> String {
    let body = format!("556{:06}", n % 1_000_000);
    let sum: u32 = body.bytes().enumerate().map(|(i, b)| u32::from(b - b'0') * if i % 2 == 0 { 2 } else { 1 }).map(|d| d / 10 + d % 10).sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

fn company(n: u64, dice: &mut Dice) -> Company {
    let own = format!("{}{}{}", dice.of(STARTS), dice.of(MIDDLES), dice.of(ENDS));
    let second = if dice.one_in(3) { format!(" {}{}", dice.of(STARTS), dice.of(ENDS)) } else { String::new() };
    let trade = dice.of(TRADES);
    let name = match dice.roll(4) {
        0 => format!("{own}{second} {trade}"),
        1 => format!("{own} {trade} & {}", dice.of(TRADES)),
        2 => format!("{trade} i {own}{second}"),
        _ => format!("{own}{} {trade}{second}", dice.of(ENDS)),
    };
    Company {
        name,
        form: dice.of(FORMS),
        number: number(n),
        street: format!("{} {}", dice.of(STREETS), 1 + dice.roll(200)),
        postcode: format!("{}", 10_000 + dice.roll(88_000)),
    }
}

/// The name as another clerk writes it.
fn written(name: &str, form: &str, dice: &mut Dice) -> String {
    let mut text: Vec<char> = name.chars().collect();
    if dice.one_in(6) && text.len() > 6 {
        let at = 1 + dice.roll(text.len() as u64 - 2) as usize;
        match dice.roll(3) {
            0 => {
                text.remove(at);
            }
            1 => text.swap(at, at - 1),
            _ => text.insert(at, text[at]),
        }
    }
    let mut text: String = text.into_iter().collect();
    if dice.one_in(5) {
        text = text.replace('&', "och");
    }
    let form = match (form, dice.roll(6)) {
        ("AB", 0) => "Aktiebolag",
        (_, 1) => "",
        (form, _) => form,
    };
    text = if form == "AB" && dice.one_in(12) { format!("AB {text}") } else { format!("{text} {form}") };
    if dice.one_in(3) {
        text = text.to_uppercase();
    }
    if dice.one_in(25) {
        text.push_str(" (EJ ANVÄND)");
    }
    text.trim().to_string()
}

/// Records and the number of the company that each is.
fn made(count: usize) -> (Vec<Record>, Vec<u64>) {
    let mut dice = Dice(7);
    let (mut records, mut truth) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let mut n = 0;
    while records.len() < count {
        let company = company(n, &mut dice);
        for _ in 0..1 + dice.roll(3) {
            let name = written(&company.name, company.form, &mut dice);
            // Masters lack every second number, and a few are another company's.
            let own = match dice.roll(250) {
                0 => number(n + 1 + dice.roll(50)),
                1..=110 => company.number.clone(),
                _ => String::new(),
            };
            let (street, postcode) = if dice.one_in(2) { (company.street.as_str(), company.postcode.as_str()) } else { ("", "") };
            records.push(record(records.len() as u64, &name, &own, street, postcode));
            truth.push(n);
        }
        n += 1;
    }
    records.truncate(count);
    truth.truncate(count);
    (records, truth)
}

/// Peak memory of the process in MiB, from the kernel; 0 where there is none.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn speed(count: usize, file: Option<&str>) {
    let (records, truth) = made(count);
    if let Some(file) = file {
        let mut out = std::io::BufWriter::new(std::fs::File::create(file).expect("the file is writable"));
        writeln!(out, "id,name,organisation_number,street,postcode,truth").expect("a row");
        for ((i, r), t) in records.iter().enumerate().zip(&truth) {
            let (street, postcode) = r.more.as_ref().map_or(("", ""), |m| (m.street.as_str(), m.postcode.as_str()));
            writeln!(out, "{i},{},{},{street},{postcode},{t}", r.name, r.organisation_number).expect("a row");
        }
        out.flush().expect("the file is written");
    }
    let before = peak_mib();
    let started = Instant::now();
    let resolution = resolved(&records, Some(Scheme::SeOrganisation), LINK_SCORE_MIN);
    let seconds = started.elapsed().as_secs_f64();
    let pairs = |n: u64| (n * n.saturating_sub(1) / 2) as f64;
    let (mut found, mut real, mut both) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (link, t) in resolution.links.iter().zip(&truth) {
        *found.entry(link.supplier).or_insert(0u64) += 1;
        *real.entry(*t).or_insert(0u64) += 1;
        *both.entry((link.supplier, *t)).or_insert(0u64) += 1;
    }
    let sum = |counts: &mut dyn Iterator<Item = u64>| counts.map(pairs).sum::<f64>();
    let right = sum(&mut both.values().copied());
    let (precision, recall) = (right / sum(&mut found.values().copied()), right / sum(&mut real.values().copied()));
    println!(
        "spendtrace: {count} records, {} suppliers, {seconds:.1} s, peak {} MiB (records alone {before} MiB), {} threads; pairs P {precision:.4} R {recall:.4} F1 {:.4}",
        resolution.suppliers.len(),
        peak_mib(),
        rayon::current_num_threads(),
        2.0 * precision * recall / (precision + recall)
    );
}
