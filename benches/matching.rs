//! Matching: lines per CPU second of the decision alone, and the whole stage with reading and writing, on a made ledger in a scratch folder.
//!
//! `cargo bench --bench matching -- [LINES] [FOLDER]` (default 1,000,000 lines; FOLDER keeps the store, for a peer to read). The ledger is shaped as the prototype's: 5,000 contracts, 2,000
//! suppliers, 300 units, 24 months.

use std::path::PathBuf;
use std::time::Instant;

use rustc_hash::FxHashMap;
use spendtrace::config::Config;
use spendtrace::matching::coverage::Basis;
use spendtrace::matching::decide::{Line, decide};
use spendtrace::matching::index::{Index, Parameters, Reference};
use spendtrace::matching::inputs::Inputs;
use spendtrace::matching::price::Paid;
use spendtrace::model::{Date, Money, Period};
use spendtrace::pipeline::Context;
use spendtrace::rules::Rules;
use spendtrace::schema::{self, Table};
use spendtrace::store::{StageEntry, Store, TableBuilder};

const SUPPLIERS: u64 = 2_000;
const UNITS: u64 = 300;
const CATEGORIES: u64 = 400;
const CONTRACTS: u64 = 5_000;
const MONTHS: u64 = 24;

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }
    /// Small numbers more often: suppliers and units have long tails.
    fn tail(&mut self, sides: u64) -> u64 {
        let a = self.roll(sides);
        self.roll(a + 1)
    }
}

fn supplier(n: u64) -> String {
    format!("SE556{n:07}")
}
fn category(n: u64) -> String {
    format!("{:02}{:02}", n % 20, n / 20)
}
fn unit(n: u64) -> String {
    format!("E{:02}{:03}", n % 20, n)
}

/// Seconds of CPU that this process has used, all threads, from the kernel's accounting (ticks of 1/100 s); 0 where there is none.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    after_name.split_whitespace().skip(11).take(2).filter_map(|t| t.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// A contract as the ledger buys from it.
struct Deal {
    supplier: u64,
    categories: [u64; 2],
    /// Empty = all.
    units: Vec<u64>,
    first: u64,
    days: u64,
}

fn deals() -> Vec<Deal> {
    let mut dice = Dice(2);
    let deal = |n: u64| Deal {
        supplier: dice.tail(SUPPLIERS),
        categories: [dice.roll(CATEGORIES), dice.roll(CATEGORIES)],
        units: if n.is_multiple_of(3) { Vec::new() } else { (0..100).map(|_| dice.roll(UNITS)).collect() },
        first: dice.roll(900),
        days: 365 + dice.roll(1000),
    };
    (0..CONTRACTS).map(deal).collect()
}

/// Supplier, category and unit of a line: half of them bought under some contract, the other half anything.
fn purchase(dice: &mut Dice, deals: &[Deal]) -> (u64, u64, u64) {
    if dice.roll(2) == 0 {
        return (dice.tail(SUPPLIERS), dice.tail(CATEGORIES), dice.tail(UNITS));
    }
    let deal = &deals[dice.roll(deals.len() as u64) as usize];
    let unit = if deal.units.is_empty() { dice.tail(UNITS) } else { deal.units[dice.roll(deal.units.len() as u64) as usize] };
    (deal.supplier, deal.categories[dice.roll(2) as usize], unit)
}

fn main() {
    spendtrace::cli::keep_freed_memory();
    let mut words = std::env::args().skip(1).filter(|a| !a.starts_with("--"));
    let lines: u64 = words.next().map_or(1_000_000, |t| t.replace('_', "").parse().expect("a number of lines"));
    let kept = words.next().map(PathBuf::from);
    let folder = kept.clone().unwrap_or_else(|| std::env::temp_dir().join(format!("spendtrace-bench-{}", std::process::id())));
    let mut store = Store::open_for_writing(&folder.join("out"), false).expect("a writable folder");
    let start = Instant::now();
    fill(&mut store, lines);
    println!("made {lines} lines in {:.1} s", start.elapsed().as_secs_f64());

    let context = Context {
        config: Config::parse(&folder, "").expect("defaults"),
        rules: Rules::load(&folder).expect("built-in rules"),
        privacy_key: [0; 32],
        progress: Box::new(|_, _, _| {}),
    };
    core(&context, &store, lines.min(2_000_000));
    let threads = rayon::current_num_threads();
    let (start, cpu) = (Instant::now(), cpu_seconds());
    spendtrace::matching::run(&context, &mut store).expect("the stage runs");
    let (seconds, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    println!("whole stage, {threads} threads: {seconds:.2} s, CPU {cpu:.2} s, {:.2} million lines per second", lines as f64 / seconds / 1e6);
    if kept.is_none() {
        std::fs::remove_dir_all(&folder).expect("the scratch folder is ours");
    }
}

/// The decision alone, on lines that are looked up already, on one thread.
fn core(context: &Context, store: &Store, count: u64) {
    let inputs = Inputs::read(store).expect("the small tables");
    let start = Instant::now();
    let parameters = Parameters::at(&context.rules, "SEK", 0.01, context.as_of(store)).expect("parameters");
    let index = Index::build(&inputs, parameters);
    println!("index of {} entries in {:.0} ms", index.entries.len(), start.elapsed().as_secs_f64() * 1e3);
    let categories: FxHashMap<u64, _> = (0..CATEGORIES).map(|n| (n, index.category(&category(n)))).collect();
    let mut dice = Dice(1);
    let deals = deals();
    let lines: Vec<Line<'_>> = (0..count)
        .map(|_| {
            let (s, c, u) = purchase(&mut dice, &deals);
            Line {
                is_excluded: false,
                lacks_exchange_rate: false,
                supplier: index.vendor(&supplier(s)).map(|v| v.supplier),
                link_score: 1.0,
                is_via_factor: false,
                is_factor: false,
                unit: Some(index.unit(&unit(u))),
                category: (c > 0).then(|| &categories[&c]),
                category_confidence: 1.0,
                day: Some(Date::from_days(19_723 + dice.roll(730) as i32)),
                basis: Basis::Invoiced,
                item: None,
                contract_reference: Reference::default(),
                order_reference: Reference::default(),
                text_reference: Reference::default(),
                paid: Paid { net_minor: 1, currency: "SEK", ..Paid::default() },
            }
        })
        .collect();
    let cpu = cpu_seconds();
    let mut covered = 0u64;
    for line in &lines {
        covered += u64::from(decide(line, &index).is_covered());
    }
    let seconds = cpu_seconds() - cpu;
    println!("decision: {:.2} million lines per CPU second ({:.0} % covered)", count as f64 / seconds / 1e6, covered as f64 * 100.0 / count as f64);
}

fn fill(store: &mut Store, lines: u64) {
    let deals = deals();
    let mut transaction = store.begin();
    let mut small = |table: &'static Table, fill: &dyn Fn(&mut TableBuilder)| {
        let mut builder = TableBuilder::new(table);
        fill(&mut builder);
        transaction.replace_with(table, &[builder.finish()]).expect("a small table");
    };
    let day = |n: u64| Date::from_days(19_000 + n as i32);
    small(&schema::CONTRACT, &|b| {
        for (n, deal) in deals.iter().enumerate() {
            b.text("source_file_id", Some("aaaaaaaaaa")).int("source_line", Some(n as i64)).text("contract_id", Some(&format!("AVT-{n:05}")));
            b.text("vendor_name", Some("x")).text("currency", Some("SEK")).text("award_form", Some("single"));
            b.date("starts_on", Some(day(deal.first))).date("ends_on", Some(day(deal.first + deal.days)));
            b.text("category_codes", Some(&deal.categories.map(category).join("|")));
            let units: Vec<String> = deal.units.iter().map(|&u| unit(u)).collect();
            b.text("entitled_unit_ids", Some(&if units.is_empty() { "*".to_string() } else { units.join("|") }));
            b.money("ceiling_net", (n % 2 == 0).then(|| Money::from_minor(500_000_000).expect("fits"))).end_row();
        }
    });
    small(&schema::CONTRACT_SUPPLIER, &|b| {
        for (n, deal) in deals.iter().enumerate() {
            b.text("contract_id", Some(&format!("AVT-{n:05}"))).text("lot_id", Some("")).text("supplier_id", Some(&supplier(deal.supplier)));
            b.float("link_score", Some(1.0)).text("link_evidence", Some("x")).end_row();
        }
    });
    small(&schema::SUPPLIER, &|b| {
        for n in 0..SUPPLIERS {
            b.text("supplier_id", Some(&supplier(n))).text("supplier_name", Some(&format!("Leverantör {n} AB"))).text("supplier_group_id", Some(&supplier(n)));
            b.text("size_class", Some("unknown")).int("vendor_record_count", Some(1)).end_row();
        }
    });
    small(&schema::VENDOR_SUPPLIER, &|b| {
        for n in 0..SUPPLIERS {
            b.text("vendor_key", Some(&supplier(n))).text("source_name", Some("ledger")).text("supplier_id", Some(&supplier(n)));
            b.float("link_score", Some(1.0)).text("link_method", Some("identifier")).text("link_evidence", Some("x")).end_row();
        }
    });
    small(&schema::SPEND_CATEGORY, &|b| {
        for n in 0..CATEGORIES {
            b.text("source_file_id", Some("bbbbbbbbbb")).int("source_line", Some(n as i64)).text("category_code", Some(&category(n)));
            b.text("category_name", Some(&format!("Kategori {n}"))).end_row();
        }
    });
    let (mut lake, mut classified) = (Vec::new(), Vec::new());
    for month in 0..MONTHS {
        let period = Period::from_index(2024 * 12 + month as i32);
        let name = period.to_string();
        let mut writers = (
            transaction.writer(&schema::INVOICE_LINE, Some(&name), "0123456789").expect("a writer"),
            transaction.writer(&schema::LINE_CATEGORY, Some(&name), "0123456789").expect("a writer"),
        );
        let mut dice = Dice(month + 100);
        let count = lines / MONTHS + u64::from(month < lines % MONTHS);
        for first in (0..count).step_by(65_536) {
            let (mut a, mut b) = (TableBuilder::new(&schema::INVOICE_LINE), TableBuilder::new(&schema::LINE_CATEGORY));
            for n in first..count.min(first + 65_536) {
                let id = format!("0123456789-{}", month * lines + n);
                let date = period.first_day().plus_days(dice.roll(28) as i32);
                let (s, c, u) = purchase(&mut dice, &deals);
                let (s, u) = (supplier(s), unit(u));
                let account = format!("{}", 4000 + dice.tail(900));
                let amount = 100 + dice.tail(5_000_000) as i64;
                a.text("line_id", Some(&id))
                    .text("source_file_id", Some("0123456789"))
                    .int("source_line", Some(n as i64 + 2))
                    .text("source_name", Some("ledger"));
                a.text("period", Some(&name)).text("vendor_key", Some(&s)).text("buyer_id", Some("2321000131")).text("organisational_unit_id", Some(&u));
                a.text("organisational_unit_name", Some(&u)).text("vendor_id", Some(&s)).text("vendor_name", Some(&s));
                a.text("invoice_number", Some(&format!("{}", 100_000 + n / 2))).text("voucher_number", Some(&format!("V{n}")));
                a.date("invoice_on", Some(date)).date("booked_on", Some(date.plus_days(3))).text("account_code", Some(&account));
                a.text("account_name", Some(&format!("Konto {account}")))
                    .money("net_amount", Money::from_minor(if dice.roll(40) == 0 { -amount } else { amount }));
                a.text("currency", Some("SEK")).int("row_fingerprint", Some(n as i64)).end_row();
                b.text("line_id", Some(&id)).text("period", Some(&name)).text("category_code", (c > 0).then(|| category(c)).as_deref());
                b.text("category_method", Some("rule_account")).text("category_evidence", Some("rule 17")).float("category_confidence", Some(0.95)).end_row();
            }
            writers.0.write(&a.finish()).expect("lines");
            writers.1.write(&b.finish()).expect("categories");
        }
        lake.push(writers.0.finish().expect("a file"));
        classified.push(writers.1.finish().expect("a file"));
    }
    transaction.replace(&schema::INVOICE_LINE, lake);
    transaction.replace(&schema::LINE_CATEGORY, classified);
    transaction.commit("bench", StageEntry::default()).expect("a commit");
}
