//! A seeded region: exports in the layouts that Swedish systems write, with every outcome and fault planted and its truth
//! beside it. The sample, the tests' oracle and the benches' input come from here.
//!
//! [`generate`] streams: lines are drawn from counters, so memory does not grow with them, any thread can make any part, and
//! the same [`Options`] give the same bytes. The truth follows from how a line was put together (`lines`, `plan`) and is
//! independent of the matching code.
//!
//! Files below `out`: `spendtrace.toml`, one folder for each ledger, `contracts/`, `register/`, `tenders/`, `lcc/`, and `truth/` with
//! `cases.csv` (situation → outcome, reason), `lines/` with a file for each invoice file, `rejects.csv`, `vendors.csv`, `suppliers.csv`, `duplicates.csv`,
//! `direct_awards.csv` and `tenders.csv`. A line is named by its file and the number of its record there, from 1, faulty ones included.

mod faults;
mod layout;
mod lines;
mod plan;
mod procurement;
mod rng;
mod side;
mod words;
mod world;

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::model::{Date, Period};
use lines::{Invoice, Maker, Place, Repeat, credit_of, is_plain, loosened, repeat_of};
use plan::Plan;
use rng::Rng;
use world::{LEDGERS, NONE, World};

/// How the invoices are spread over files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Four administrations, each with a file for each month in a layout of its own.
    Region,
    /// One file in the main ledger's layout: input for benches.
    Single,
}

/// What to generate.
#[derive(Debug, Clone)]
pub struct Options {
    /// Invoice lines, from 1,000 to 100 million. Regions too small for what is planned in them get somewhat more.
    pub lines: u64,
    /// Seed: another seed is another region.
    pub seed: u64,
    /// Months of lines.
    pub months: u32,
    /// First month.
    pub first_period: Period,
    /// Files.
    pub layout: Layout,
    /// Whether faulty records are planted.
    pub has_faults: bool,
    /// Whether the truth is written.
    pub has_truth: bool,
    /// Folder to write to; it is made when missing, and files of the same names are replaced.
    pub out: PathBuf,
}

impl Options {
    /// Twenty-four months of a region with that many lines.
    pub fn new(lines: u64, out: impl Into<PathBuf>) -> Options {
        Options {
            lines,
            seed: 1,
            months: 24,
            first_period: Period::from_index(2024 * 12),
            layout: Layout::Region,
            has_faults: true,
            has_truth: true,
            out: out.into(),
        }
    }

    /// The region of `data/sample`.
    pub fn sample(out: impl Into<PathBuf>) -> Options {
        Options { months: 12, first_period: Period::from_index(2025 * 12), ..Options::new(SAMPLE_LINES, out) }
    }
}

/// Lines of `data/sample`: as many as fit in 5 MB with their truth.
const SAMPLE_LINES: u64 = 18_500;

/// What was generated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Invoice records written, faulty ones included.
    pub lines: u64,
    /// Faulty records planted, in all files.
    pub rejects: u64,
    /// Bytes of the invoice files.
    pub bytes: u64,
    /// Invoice files.
    pub files: u64,
    /// Vendor records that occur on lines.
    pub vendors: u64,
    /// Contracts.
    pub contracts: u64,
}

/// Records of a part that is made at once, on one thread.
const PART: u64 = 4_096;
/// Parts that are made before they are written: enough for every thread, and some 30 MB.
const PARTS_AT_ONCE: usize = 32;
/// Invoices that may still be credited or repeated.
const RECENT: usize = 48;
/// Share of a year's lines in each month, in per mille: quiet in July, a rush in December.
const SEASON: [u64; 12] = [80, 78, 88, 84, 84, 90, 58, 72, 86, 90, 92, 98];
/// Share of lines in each ledger, in per mille.
const LEDGER_SHARES: [u64; 4] = [780, 90, 80, 50];

/// One month of one ledger.
struct Month {
    ledger: usize,
    month: usize,
    records: u64,
    /// Records of the file, and of all files, before this month.
    before_in_file: u64,
    before: u64,
}

/// A part of a month.
struct Part<'m> {
    month: &'m Month,
    /// Records of the month before this part.
    from: u64,
    records: u64,
    /// Planned invoices of the month that fall in this part.
    planned: std::ops::Range<usize>,
}

/// What a part became.
struct Made {
    bytes: Vec<u8>,
    truth: String,
    duplicates: String,
    rejects: Vec<Reject>,
    /// Lines of the file beyond one for each record.
    extra_lines: u64,
    total: i128,
}

/// A faulty record of an invoice file.
struct Reject {
    record: u64,
    /// Extra lines of the part above it.
    extra_lines: u64,
    fault: u8,
    amount: i64,
}

struct Output {
    path: String,
    ledger: usize,
    months: Vec<Month>,
}

/// Generates a region.
///
/// # Errors
/// [`Error::Config`] when the options make no sense, [`Error::Store`] when a file cannot be written.
pub fn generate(options: &Options) -> Result<Summary> {
    if !(1_000..=100_000_000).contains(&options.lines) || !(6..=60).contains(&options.months) {
        return Err(Error::Config(format!(
            "cannot generate {} lines over {} months: ask for 1,000 to 100,000,000 lines over 6 to 60 months",
            options.lines, options.months
        )));
    }
    let mut world = World::new(options);
    let ledgers = if options.layout == Layout::Single { 1 } else { LEDGERS.len() };
    let plan = Plan::new(&mut world, options.has_faults, ledgers);
    let outputs = outputs(options, &plan, ledgers);
    let maker = Maker::new(&world);
    let burnt: Vec<AtomicI64> = world.contracts.iter().map(|_| AtomicI64::new(0)).collect();
    let seen: Vec<AtomicBool> = world.vendors.iter().map(|_| AtomicBool::new(false)).collect();

    let mut truth = Truths::new();
    let mut summary = Summary { contracts: world.contracts.len() as u64, ..Summary::default() };
    for output in &outputs {
        let ledger = LEDGERS[output.ledger];
        let mut file = create(&options.out.join(&output.path))?;
        let put = |file: &mut Writer, bytes: &[u8]| file.write_all(bytes).map_err(|e| Error::io("write", &options.out.join(&output.path), &e));
        let (head, head_lines) = layout::head(ledger, &world.first.plus(output.months[0].month as i32).to_string());
        let head = layout::encode(ledger, &head, true);
        put(&mut file, &head)?;
        summary.bytes += head.len() as u64;
        summary.files += 1;
        truth.begin(options, &output.path)?;
        let (mut total, mut extra_lines) = (0, 0);
        let parts: Vec<Part> = output.months.iter().flat_map(|month| parts(month, plan.of(month.ledger, month.month))).collect();
        for batch in parts.chunks(PARTS_AT_ONCE) {
            let made: Vec<Made> = batch.par_iter().map(|part| make(&world, &maker, &plan, part, &output.path, options.has_truth, &burnt, &seen)).collect();
            for (part, made) in batch.iter().zip(made) {
                put(&mut file, &made.bytes)?;
                truth.add(&made)?;
                for reject in &made.rejects {
                    truth_of_reject(&mut truth.rejects, ledger, reject, &output.path, head_lines + extra_lines);
                }
                extra_lines += made.extra_lines;
                summary.lines += part.records;
                summary.bytes += made.bytes.len() as u64;
                summary.rejects += made.rejects.len() as u64;
                total += made.total;
            }
        }
        let foot = layout::encode(ledger, &layout::foot(ledger, total), false);
        put(&mut file, &foot)?;
        summary.bytes += foot.len() as u64;
        file.flush().map_err(|e| Error::io("write", &options.out.join(&output.path), &e))?;
    }
    summary.vendors = seen.iter().filter(|s| s.load(Ordering::Relaxed)).count() as u64;
    let burnt: Vec<i64> = burnt.into_iter().map(AtomicI64::into_inner).collect();
    let seen: Vec<bool> = seen.into_iter().map(AtomicBool::into_inner).collect();
    let rejects = side::write(options, &world, &burnt, ledgers)?;
    summary.rejects += rejects.lines().count() as u64;
    truth.finish(options, &world, &plan, &seen, &rejects, ledgers)?;
    Ok(summary)
}

/// Spreads the lines over ledgers and months.
fn outputs(options: &Options, plan: &Plan, ledgers: usize) -> Vec<Output> {
    let months = options.months as usize;
    let shares = if ledgers == 1 { [1, 0, 0, 0] } else { LEDGER_SHARES };
    let weight = |ledger: usize, month: usize| shares[ledger] * SEASON[(options.first_period.index() as usize + month) % 12];
    let all: u64 = (0..ledgers).flat_map(|l| (0..months).map(move |m| (l, m))).map(|(l, m)| weight(l, m)).sum();
    let mut outputs: Vec<Output> = Vec::new();
    let (mut before, mut done) = (0, 0);
    for (ledger, system) in LEDGERS.into_iter().enumerate().take(ledgers) {
        for month in 0..months {
            // The running share, so that the parts sum to the whole.
            done += weight(ledger, month);
            let upto = (u128::from(options.lines) * u128::from(done) / u128::from(all)) as u64;
            let planned: u64 = plan.of(ledger, month).iter().map(|i| i.lines.len() as u64).sum();
            let records = upto.saturating_sub(before).max(planned + 1);
            let period = options.first_period.plus(month as i32);
            let path = match (options.layout, system) {
                (Layout::Single, _) => "raindance/lines.csv".to_string(),
                (_, world::Ledger::Main) => format!("raindance/{period}.csv"),
                (_, world::Ledger::Transport) => format!("unit4/{period}.txt"),
                (_, world::Ledger::Culture) => format!("kultur/{period}.csv"),
                (_, world::Ledger::Property) => format!("fastighet/{period}.csv"),
            };
            if outputs.last().is_none_or(|o| o.path != path) {
                outputs.push(Output { path, ledger, months: Vec::new() });
            }
            let output = outputs.last_mut().expect("just pushed");
            let before_in_file = output.months.iter().map(|m| m.records).sum();
            output.months.push(Month { ledger, month, records, before_in_file, before });
            before += records;
        }
    }
    outputs
}

/// Cuts a month in parts and deals its planned invoices out among them, in order.
fn parts<'m>(month: &'m Month, planned: &[Invoice]) -> Vec<Part<'m>> {
    let mut parts = Vec::new();
    let (mut from, mut next) = (0, 0);
    while from < month.records {
        let records = PART.min(month.records - from);
        let is_last = from + records == month.records;
        let start = next;
        let mut room = records;
        let upto = if is_last { planned.len() } else { planned.len() * (from + records) as usize / month.records as usize };
        while next < upto && room >= planned[next].lines.len() as u64 {
            room -= planned[next].lines.len() as u64;
            next += 1;
        }
        parts.push(Part { month, from, records, planned: start..next });
        from += records;
    }
    assert_eq!(next, planned.len(), "every planned invoice has its place");
    parts
}

/// The workday on which a share of the month has gone.
fn booking_day(period: Period, done: u64, of: u64) -> Date {
    let (first, last) = (period.first_day(), period.last_day());
    let day = first.plus_days((u64::from((last.days() - first.days() + 1) as u32) * done / of.max(1)) as i32);
    // 1970-01-01 was a Thursday.
    let ahead = match (day.days() + 3).rem_euclid(7) {
        5 => 2,
        6 => 1,
        _ => 0,
    };
    if day.days() + ahead > last.days() { day.plus_days(ahead - 3) } else { day.plus_days(ahead) }
}

#[allow(clippy::too_many_arguments, reason = "what the parts of a file share, borrowed once")]
fn make(world: &World, maker: &Maker, plan: &Plan, part: &Part, path: &str, has_truth: bool, burnt: &[AtomicI64], seen: &[AtomicBool]) -> Made {
    let month = part.month;
    let ledger = LEDGERS[month.ledger];
    let period = world.first.plus(month.month as i32);
    let planned = &plan.of(month.ledger, month.month)[part.planned.clone()];
    let planned_records: u64 = planned.iter().map(|i| i.lines.len() as u64).sum();
    let mut rng = Rng::at(&[world.seed, 11, month.before + part.from]);
    let mut text = String::with_capacity(part.records as usize * 260);
    let mut made = Made { bytes: Vec::new(), truth: String::new(), duplicates: String::new(), rejects: Vec::new(), extra_lines: 0, total: 0 };
    let mut recent: Vec<(Invoice, u64)> = Vec::with_capacity(RECENT);
    let mut waiting: Option<Invoice> = None;
    let (mut done, mut planned_done, mut planned_at) = (0, 0, 0);
    while done < part.records {
        let free = part.records - done - (planned_records - planned_done);
        let record = month.before_in_file + part.from + done + 1;
        let place = Place { ledger: month.ledger, booked: booking_day(period, part.from + done, month.records), number: month.before + part.from + done + 1 };
        let is_due = planned_at < planned.len()
            && (free == 0 || (done - planned_done) * (planned.len() as u64 + 1) >= (planned_at as u64 + 1) * (part.records - planned_records));
        let mut invoice = if is_due {
            planned_at += 1;
            planned_done += planned[planned_at - 1].lines.len() as u64;
            planned[planned_at - 1].clone()
        } else if let Some(rebill) = waiting.take() {
            Invoice { booked: place.booked, ..rebill }
        } else {
            drawn(world, maker, place, free, &mut recent, &mut waiting, &mut rng)
        };
        if !is_due {
            invoice.lines.truncate(free as usize);
        }
        if !is_due && is_plain(world, &invoice) {
            if recent.len() == RECENT {
                recent.remove(0);
            }
            recent.push((invoice.clone(), record));
        }
        seen[invoice.vendor as usize].store(true, Ordering::Relaxed);
        for (i, line) in invoice.lines.iter().enumerate() {
            let (extra_lines, above) = layout::row(&mut text, world, ledger, &invoice, line, 1_000_000 + place.number);
            made.total += i128::from(line.amount);
            if line.truth.contract != NONE && line.amount > 0 {
                let contract = &world.contracts[line.truth.contract as usize];
                let root = if contract.framework == NONE { line.truth.contract } else { contract.framework };
                burnt[root as usize].fetch_add(line.amount, Ordering::Relaxed);
            }
            let record = record + i as u64;
            if let Some(fault) = invoice.fault {
                made.rejects.push(Reject { record, extra_lines: made.extra_lines + above, fault, amount: line.amount });
            } else if has_truth {
                truth_of_line(&mut made.truth, world, record, invoice.vendor, line);
            }
            made.extra_lines += extra_lines;
        }
        if let Some((repeat, original)) = invoice.repeats {
            let (kind, is_duplicate) = match repeat {
                Repeat::Exact => ("exact", true),
                Repeat::OtherVendor => ("other_vendor", true),
                Repeat::CleanedNumber => ("cleaned_number", true),
                Repeat::Reversal => ("reversal", false),
                Repeat::Rebill => ("rebill", false),
            };
            let _ = writeln!(made.duplicates, "{kind},{},{path},{original},{record},{}", u8::from(is_duplicate), invoice.lines.len());
        }
        done += invoice.lines.len() as u64;
    }
    made.bytes = layout::encode(ledger, &text, false);
    made
}

/// An invoice that is not planned: a new one, or one that looks back on a recent one, each of which is looked back on once.
fn drawn(world: &World, maker: &Maker, place: Place, free: u64, recent: &mut Vec<(Invoice, u64)>, waiting: &mut Option<Invoice>, rng: &mut Rng) -> Invoice {
    let roll = rng.below(1_000);
    if recent.is_empty() || roll >= 37 {
        return maker.draw(place);
    }
    if roll >= 33 {
        let invoice = maker.draw(place);
        return if is_plain(world, &invoice) { loosened(invoice) } else { invoice };
    }
    let (original, record) = recent.remove(rng.index(recent.len()));
    if roll < 25 {
        return credit_of(&original, place, rng);
    }
    // Kronor enough for a test of duplicates to look at, and room for a reversal with its new bill. Ledgers without voucher
    // numbers book the same number twice on a day as one invoice.
    let total: i64 = original.lines.iter().map(|l| l.amount).sum();
    let is_told_apart = matches!(LEDGERS[place.ledger], world::Ledger::Main | world::Ledger::Culture) || original.booked != place.booked;
    if total < 100_000 || original.lines.len() as u64 * 2 > free || !is_told_apart {
        return maker.draw(place);
    }
    if roll >= 30 {
        *waiting = Some(repeat_of(world, &original, record, Repeat::Rebill, place));
        return repeat_of(world, &original, record, Repeat::Reversal, place);
    }
    let supplier = world.vendors[original.vendor as usize].supplier;
    let records = world.suppliers[supplier as usize].records[place.ledger].clone();
    let has_other = records.clone().any(|v| v != original.vendor && world.vendors[v as usize].is_proved);
    let repeat = match rng.below(3) {
        0 => Repeat::CleanedNumber,
        1 if has_other => Repeat::OtherVendor,
        _ => Repeat::Exact,
    };
    repeat_of(world, &original, record, repeat, place)
}

fn truth_of_line(out: &mut String, world: &World, record: u64, vendor: u32, line: &lines::Line) {
    let truth = &line.truth;
    let _ = write!(out, "{record},{},", truth.case.name);
    if truth.contract != NONE {
        let contract = &world.contracts[truth.contract as usize];
        out.push_str(&contract.id);
        out.push(',');
        if let Some(lot) = contract.lots.get(usize::from(truth.lot)) {
            out.push_str(&lot.id);
        }
    } else {
        out.push(',');
    }
    out.push(',');
    if truth.passed_by != NONE {
        out.push_str(&world.contracts[truth.passed_by as usize].id);
    }
    out.push(',');
    if truth.ladder != 9 {
        let _ = write!(out, "{}", truth.ladder);
    }
    let credit = ["", "linked", "loose"][usize::from(truth.credit)];
    let _ = writeln!(out, ",S{},{},{credit}", world.vendors[vendor as usize].supplier, u8::from(truth.has_all_evidence));
}

fn truth_of_reject(out: &mut String, ledger: world::Ledger, reject: &Reject, path: &str, lines_above: u64) {
    let fault = &faults::faults_of(ledger)[usize::from(reject.fault)];
    let (column, value) = match fault.how {
        faults::Break::Value(column, value) => (column, value),
        faults::Break::Short(_) | faults::Break::Long => ("", ""),
    };
    let amount = if fault.has_amount && !column.is_empty() { format!("{}.{:02}", reject.amount / 100, reject.amount % 100) } else { String::new() };
    let line = lines_above + reject.record + reject.extra_lines;
    let _ = writeln!(out, "{path},{},{line},{column},\"{value}\",{},{amount}", reject.record, fault.code);
}

type Writer = BufWriter<File>;

fn create(path: &Path) -> Result<Writer> {
    let folder = path.parent().expect("files lie in a folder");
    std::fs::create_dir_all(folder).map_err(|e| Error::io("make the folder", folder, &e))?;
    Ok(BufWriter::with_capacity(1 << 20, File::create(path).map_err(|e| Error::io("create", path, &e))?))
}

/// The files that say what was planted.
struct Truths {
    lines: Option<(Writer, PathBuf)>,
    duplicates: String,
    rejects: String,
}

impl Truths {
    fn new() -> Truths {
        Truths {
            lines: None,
            duplicates: "kind,is_duplicate,file,original_record,record,lines\n".into(),
            rejects: "file,record,line,column,value,fault,net_amount\n".into(),
        }
    }

    /// Begins the truth of an invoice file.
    fn begin(&mut self, options: &Options, file: &str) -> Result<()> {
        self.end()?;
        if options.has_truth {
            let path = options.out.join("truth/lines").join(file);
            let mut file = create(&path)?;
            file.write_all(b"record,case,contract,lot,passed_by,ladder,supplier,has_all_evidence,credit\n").map_err(|e| Error::io("write", &path, &e))?;
            self.lines = Some((file, path));
        }
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        if let Some((mut file, path)) = self.lines.take() {
            file.flush().map_err(|e| Error::io("write", &path, &e))?;
        }
        Ok(())
    }

    fn add(&mut self, made: &Made) -> Result<()> {
        if let Some((file, path)) = &mut self.lines {
            file.write_all(made.truth.as_bytes()).map_err(|e| Error::io("write", path, &e))?;
        }
        self.duplicates.push_str(&made.duplicates);
        Ok(())
    }

    fn finish(mut self, options: &Options, world: &World, plan: &Plan, seen: &[bool], rejects: &str, ledgers: usize) -> Result<()> {
        self.end()?;
        if !options.has_truth {
            return Ok(());
        }
        self.rejects.push_str(rejects);
        let mut cases = String::from("case,outcome,reason,match_class\n");
        for case in lines::CASES {
            let _ = writeln!(cases, "{},{},{},{}", case.name, case.outcome, case.reason, case.class);
        }
        let mut awards = String::from("supplier,organisation_number,category_code,invoice_count,net_amount,band\n");
        for award in &plan.awards {
            let (supplier, leaf) = (&world.suppliers[award.supplier as usize], &world.leaves[usize::from(award.leaf)]);
            let _ = writeln!(
                awards,
                "S{},{},{},{},{}.{:02},{}",
                award.supplier,
                supplier.number,
                leaf.code,
                award.count,
                award.total / 100,
                award.total % 100,
                award.band
            );
        }
        for (name, text) in [
            ("cases", cases),
            ("duplicates", self.duplicates),
            ("rejects", self.rejects),
            ("direct_awards", awards),
            ("vendors", side::vendor_truth(world, seen, ledgers)),
            ("suppliers", side::supplier_truth(world, seen)),
        ] {
            let path = options.out.join(format!("truth/{name}.csv"));
            std::fs::write(&path, text).map_err(|e| Error::io("write", &path, &e))?;
        }
        Ok(())
    }
}
