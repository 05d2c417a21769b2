//! The targets without a fuzzer's compiler: inputs made from the seeds by chance, for a stated time, on the stable compiler.
//!
//! `cargo run --release --bin mutate -- TARGET|all SECONDS [SEED] [FOLDER of more seeds]`. The first input that fails is written to
//! `artifacts/` and its path printed; the exit code is then 1. The same SEED makes the same inputs.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use spendtrace_fuzz::targets::TARGETS;

/// Longest input that is made.
const INPUT_BYTES_MAX: usize = 1 << 16;
/// Longest seed that is taken from a folder.
const SEED_BYTES_MAX: u64 = 1 << 18;
/// Time after which one input counts as a hang.
const INPUT_SECONDS_MAX: u64 = 20;
/// Pieces that parsers know, put in by chance.
const PIECES: &[&str] = &[
    "\"", "\"\"", ";", ",", "\t", "\r", "\n", "\r\n", "\u{feff}", "\0", "-", "\u{2212}", "(", ")", "1.234", "1,5", "1e9", "-0", "99999999999999999", "E-7", "SEK",
    "kr", ":-", "2025-01-31", "31/12/25", "20250131", "T00:00:00", "45322", "jan", "19640823-3234", "SE556036079301", "summa", "datum;leverantör;belopp\n", "<", "/>",
    "</", "<![CDATA[", "]]>", "&amp;", "&#x0;", "<!DOCTYPE x>", "<?xml version=\"1.0\" encoding=\"UTF-16\"?>", "<row r=\"1048576\">", "<c r=\"XFD1\" t=\"s\">", "<v>1</v>",
    "<f/>", "_x0000_", "{", "}", "[", "]", "null", "true", "\\u0000", "\\ud800", ":", "{\"a\":", "Å", "å", "\u{202e}", "😀",
];

/// Numbers by chance, the same for the same seed: xorshift.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.next() % end as u64) as usize }
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, seconds, rest @ ..] = arguments.as_slice() else {
        eprintln!("mutate TARGET|all SECONDS [SEED] [FOLDER]");
        return ExitCode::from(2);
    };
    let seconds: u64 = seconds.parse().expect("the second argument is a number of seconds");
    let seed: u64 = rest.first().map_or(1, |s| s.parse().expect("the third argument is a number"));
    for (target, run) in TARGETS.iter().filter(|(t, _)| name == "all" || name == t) {
        let mut seeds = read_seeds(&Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target));
        if let Some(folder) = rest.get(1) {
            seeds.extend(read_seeds(Path::new(folder)));
        }
        assert!(!seeds.is_empty(), "{target} has no seeds");
        if let Some(path) = fuzz(target, *run, &seeds, Duration::from_secs(seconds), seed) {
            println!("{target}: FAILED on {}", path.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn read_seeds(folder: &Path) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).map(|all| all.filter_map(|e| Some(e.ok()?.path())).collect()).unwrap_or_default();
    paths.sort();
    paths.iter().filter(|p| p.metadata().is_ok_and(|m| m.is_file() && m.len() <= SEED_BYTES_MAX)).filter_map(|p| std::fs::read(p).ok()).collect()
}

/// Runs one target; the path of the input that failed, if one did.
fn fuzz(target: &str, run: fn(&[u8]), seeds: &[Vec<u8>], limit: Duration, seed: u64) -> Option<PathBuf> {
    let started = Instant::now();
    let current: Arc<Mutex<(Instant, Vec<u8>)>> = Arc::new(Mutex::new((Instant::now(), Vec::new())));
    let is_over = Arc::new(AtomicBool::new(false));
    let watch = {
        let (current, is_over, target) = (current.clone(), is_over.clone(), target.to_string());
        std::thread::spawn(move || {
            while !is_over.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(200));
                let held = current.lock().expect("no panic while holding");
                if held.0.elapsed() > Duration::from_secs(INPUT_SECONDS_MAX) {
                    println!("{target}: HANGS on {}", keep(&target, &held.1).display());
                    std::process::exit(1);
                }
            }
        })
    };
    let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut count = 0u64;
    let mut failed = None;
    while started.elapsed() < limit && failed.is_none() {
        let input = if count < seeds.len() as u64 { seeds[count as usize].clone() } else { mutated(seeds, &mut chance) };
        *current.lock().expect("no panic while holding") = (Instant::now(), input.clone());
        if catch_unwind(AssertUnwindSafe(|| run(&input))).is_err() {
            failed = Some(keep(target, &input));
        }
        count += 1;
    }
    is_over.store(true, Ordering::Relaxed);
    watch.join().expect("the watch does not panic");
    println!("{target}: {count} inputs in {:.0} s", started.elapsed().as_secs_f64());
    failed
}

fn keep(target: &str, input: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("artifacts");
    let hash = input.iter().fold(0xcbf2_9ce4_8422_2325u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
    let path = folder.join(format!("{target}-{hash:016x}"));
    std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, input)).expect("a writable folder");
    path
}

/// A seed with a few changes.
fn mutated(seeds: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let mut input = seeds[chance.below(seeds.len())].clone();
    for _ in 0..=chance.below(6) {
        let at = chance.below(input.len() + 1);
        let end = at + chance.below((input.len() - at).min(64) + 1);
        match chance.below(9) {
            0 if at < input.len() => input[at] ^= 1 << chance.below(8),
            1 if at < input.len() => input[at] = chance.next() as u8,
            2 => input.insert(at, chance.next() as u8),
            3 => drop(input.drain(at..end)),
            4 => {
                let part = input[at..end].to_vec();
                for _ in 0..=chance.below(4) {
                    input.splice(at..at, part.iter().copied());
                }
            }
            5 => {
                let other = &seeds[chance.below(seeds.len())];
                let from = chance.below(other.len() + 1);
                let to = from + chance.below(other.len() - from + 1);
                input.splice(at..end, other[from..to].iter().copied());
            }
            6 if chance.below(4) == 0 => input.truncate(at),
            7 => {
                // Digits next to digits: the edges of numbers, days and places.
                if let Some(digit) = input[at..].iter().position(u8::is_ascii_digit) {
                    input[at + digit] = b'0' + chance.below(10) as u8;
                }
            }
            _ => drop(input.splice(at..at, PIECES[chance.below(PIECES.len())].bytes())),
        }
    }
    input.truncate(INPUT_BYTES_MAX);
    input
}
