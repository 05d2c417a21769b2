//! Matching against real truth: the register, the history and the invoices of a Brazilian regulator, whose invoices name their contract. The number is hidden in
//! tiers; what is then named is held against it. Figures are printed, floors are asserted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;
use spendtrace::config::Config;
use spendtrace::model::{LineId, stable_key};
use spendtrace::pipeline::{self, Context};
use spendtrace::rules::Rules;
use spendtrace::schema;
use spendtrace::store::{Columns, Store};

use crate::support::{Scratch, corpus};

/// The records of a corpus file, in its order.
fn records(path: &Path) -> Vec<Value> {
    let bytes = std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut root: Value = serde_json::from_reader(flate2::read::GzDecoder::new(bytes.as_slice())).expect("JSON");
    match root.get_mut("dados").map(Value::take) {
        Some(Value::Array(records)) => records,
        _ => panic!("{}: no records", path.display()),
    }
}

fn write(path: PathBuf, records: &[Value]) {
    std::fs::write(path, serde_json::to_vec(&serde_json::json!({ "dados": records })).expect("JSON")).expect("the scratch folder is writable");
}

fn text<'a>(record: &'a Value, key: &str) -> &'a str {
    record.get(key).and_then(Value::as_str).unwrap_or("")
}

/// An amount of the file in hundredths.
fn minor(record: &Value, key: &str) -> i64 {
    (record.get(key).and_then(|v| v.to_string().parse::<f64>().ok()).unwrap_or(0.0) * 100.0).round() as i64
}

/// The corpus as one buyer keeps it.
struct Register {
    invoices: Vec<Value>,
    contracts: Vec<Value>,
    amendments: Vec<Value>,
    commitments: Vec<Value>,
}

impl Register {
    fn read(folder: &Path) -> Register {
        Register {
            invoices: records(&folder.join("faturas_2025-10-31.json.gz")),
            contracts: records(&folder.join("contratos_2026-01.json.gz")),
            amendments: records(&folder.join("historico_2026-01.json.gz")),
            commitments: records(&folder.join("empenhos_2026-01.json.gz")),
        }
    }
}

/// What was decided of an invoice.
#[derive(Debug, Clone, Default)]
struct Decided {
    outcome: String,
    reason: String,
    class: String,
    contract: String,
    confidence: f64,
    evidence: String,
    supplier: String,
}

/// Runs the register with the invoices' columns in `hidden` taken away and the contracts in `dropped` left out. By position of the invoice.
fn decide(register: &Register, hidden: &[&str], dropped: &BTreeSet<String>) -> Vec<Decided> {
    let scratch = Scratch::new("contracts");
    let mut invoices = register.invoices.clone();
    for invoice in &mut invoices {
        let fields = invoice.as_object_mut().expect("an object");
        for name in hidden {
            fields.insert((*name).to_string(), Value::Null);
        }
    }
    let is_kept = |number: &str| !dropped.contains(number);
    let kept = |all: &[Value], number: fn(&Value) -> &str| all.iter().filter(|c| is_kept(number(c))).cloned().collect::<Vec<_>>();
    write(scratch.path().join("invoices.json"), &invoices);
    write(scratch.path().join("contracts.json"), &kept(&register.contracts, |c| text(c, "numeroContrato")));
    write(scratch.path().join("amendments.json"), &kept(&register.amendments, |c| text(&c["dados"], "Número Contrato")));
    write(scratch.path().join("commitments.json"), &kept(&register.commitments, |c| text(&c["dados"], "Número Contrato")));
    let mut settings = String::from("currency = \"BRL\"\nreject_ratio_max = 1.0\n");
    for name in ["invoices", "contracts", "amendments", "commitments"] {
        let _ = writeln!(settings, "[[source]]\nname = \"{name}\"\npath = \"{name}.json\"\nmapping = \"br-anp-{name}\"");
    }
    std::fs::write(scratch.path().join("spendtrace.toml"), settings).expect("the scratch folder is writable");
    let store = run(scratch.path());
    let mut decided = vec![Decided::default(); invoices.len()];
    each_spend(&store, |row, i| {
        let id: LineId = row.text_at("line_id", i).expect("required").parse().expect("a line id");
        let word = |name: &str| row.text_at(name, i).unwrap_or("").to_string();
        decided[id.record as usize - 1] = Decided {
            outcome: word("outcome"),
            reason: word("reason"),
            class: word("match_class"),
            contract: word("contract_id"),
            confidence: row.float_at("confidence", i).expect("required"),
            evidence: word("evidence"),
            supplier: word("supplier_name"),
        };
    });
    decided
}

/// Runs a workspace up to the decisions.
fn run(workspace: &Path) -> Store {
    let config = Config::load(workspace, &[]).expect("the settings are valid");
    let rules = Rules::load(workspace).expect("the rules are valid");
    let out = config.out_folder();
    let context = Context { config, rules, privacy_key: [7; 32], progress: Box::new(|_, _, _| {}) };
    let mut store = Store::open_for_writing(&out, false).expect("the output folder is free");
    pipeline::run(&context, &mut store, Some("match")).unwrap_or_else(|e| panic!("{e}"));
    store
}

fn each_spend(store: &Store, mut with: impl FnMut(Columns<'_>, usize)) {
    for batch in store.read(&schema::SPEND).expect("decisions") {
        for i in 0..batch.num_rows() {
            with(Columns(&batch), i);
        }
    }
}

/// Answers by count and by money. Money is absolute: a credit of the wrong contract is as wrong as a bill.
#[derive(Default, Clone, Copy)]
struct Tally {
    all: (u64, i128),
    answered: (u64, i128),
    right: (u64, i128),
}

impl Tally {
    fn add(&mut self, is_answered: bool, is_right: bool, minor: i64) {
        for (is, sum) in [(true, &mut self.all), (is_answered, &mut self.answered), (is_answered && is_right, &mut self.right)] {
            if is {
                sum.0 += 1;
                sum.1 += i128::from(minor.abs());
            }
        }
    }

    fn precision(&self) -> f64 {
        self.right.0 as f64 / self.answered.0.max(1) as f64
    }

    fn coverage(&self) -> f64 {
        self.answered.0 as f64 / self.all.0.max(1) as f64
    }

    fn row(&self, name: &str) -> String {
        let share = |a: i128, b: i128| 100.0 * a as f64 / b.max(1) as f64;
        format!(
            "{name:<44} {:>6} {:>6} {:>6}   {:>7.2} {:>7.2}   {:>7.2} {:>7.2}\n",
            self.all.0,
            self.answered.0,
            self.right.0,
            100.0 * self.precision(),
            100.0 * self.coverage(),
            share(self.right.1, self.answered.1),
            share(self.answered.1, self.all.1),
        )
    }
}

const HEAD: &str = "                                             lines  named  right   precision coverage   the same by money, per cent\n";

/// What is hidden, and the least precision and coverage, a little below what the run reached.
struct Tier {
    name: &'static str,
    hidden: &'static [&'static str],
    precision_min: f64,
    coverage_min: f64,
}

const TIERS: &[Tier] = &[
    Tier { name: "nothing hidden", hidden: &[], precision_min: 0.996, coverage_min: 0.99 },
    Tier { name: "contract number hidden", hidden: &["contrato"], precision_min: 0.995, coverage_min: 0.915 },
    Tier { name: "and case number", hidden: &["contrato", "processo"], precision_min: 0.993, coverage_min: 0.765 },
    Tier { name: "and the supplier's number", hidden: &["contrato", "processo", "cnpj_fornecedor"], precision_min: 0.993, coverage_min: 0.735 },
];

/// What the plain rule reaches that sees the supplier's number: "one contract of the same number is live on the day".
const PLAIN_RULE: (f64, f64) = (0.988, 0.72);

/// The half of the suppliers that no parameter was chosen on.
fn is_test(invoice: &Value) -> bool {
    stable_key(&[text(invoice, "nome_fornecedor")]).as_bytes()[0].is_multiple_of(2)
}

/// How sure decisions say they are against how often they are right.
#[derive(Default)]
struct Reliability {
    bands: BTreeMap<u32, (u64, u64, f64)>,
}

impl Reliability {
    fn add(&mut self, confidence: f64, is_right: bool) {
        let band = self.bands.entry((confidence * 20.0).floor() as u32).or_default();
        band.0 += 1;
        band.1 += u64::from(is_right);
        band.2 += confidence;
    }

    /// Decisions at least this sure, the share of them that are right, and how sure they say they are.
    fn from(&self, least: f64) -> (u64, f64, f64) {
        let of = self.bands.range((least * 20.0 + 1e-9).floor() as u32..).map(|(_, b)| b);
        let (n, right, sum) = of.fold((0, 0, 0.0), |(n, r, s), b| (n + b.0, r + b.1, s + b.2));
        (n, right as f64 / n.max(1) as f64, sum / n.max(1) as f64)
    }

    fn table(&self) -> String {
        let mut text = String::from("said to be sure          lines   said   right\n");
        for (band, (n, right, sum)) in &self.bands {
            let from = f64::from(*band) / 20.0;
            let _ = writeln!(text, "{from:.2} to {:.2}      {n:>10}   {:.3}   {:.3}", from + 0.05, sum / *n as f64, *right as f64 / *n as f64);
        }
        text
    }
}

#[test]
fn contracts_are_named_with_their_number_hidden() {
    let Some(folder) = corpus("br-anp-contracts-invoices") else { return };
    let register = Register::read(&folder);
    let known: BTreeSet<&str> = register.contracts.iter().map(|c| text(c, "numeroContrato")).collect();
    let mut report = String::from(HEAD);
    let mut reliability = Reliability::default();
    let mut failures = String::new();
    for tier in TIERS {
        let decided = decide(&register, tier.hidden, &BTreeSet::new());
        let (mut tally, mut unseen) = (Tally::default(), Tally::default());
        let mut by_class: BTreeMap<String, Tally> = BTreeMap::new();
        let mut wrong: Vec<(i64, String)> = Vec::new();
        let mut outcomes: BTreeMap<String, u64> = BTreeMap::new();
        for (invoice, decision) in register.invoices.iter().zip(&decided) {
            let (truth, amount) = (text(invoice, "contrato"), minor(invoice, "valor_original"));
            let (is_answered, is_right) = (!decision.contract.is_empty(), decision.contract == truth);
            tally.add(is_answered, is_right, amount);
            if is_test(invoice) {
                unseen.add(is_answered, is_right, amount);
            }
            *outcomes.entry(format!("{} {}", decision.outcome, decision.reason)).or_default() += 1;
            let first = decision.evidence.split([';', ':']).next().unwrap_or("");
            by_class.entry(format!("    {} {} {first}", decision.class, decision.reason)).or_default().add(is_answered, is_right, amount);
            if is_answered {
                reliability.add(decision.confidence, is_right);
                if !is_right {
                    let known = if known.contains(truth) { "" } else { " (not in the register)" };
                    wrong.push((
                        -amount.abs(),
                        format!(
                            "{} {} {}: named {}, truth {truth}{known}; {:.2} {}",
                            decision.supplier,
                            text(invoice, "data_emissao"),
                            amount,
                            decision.contract,
                            decision.confidence,
                            decision.evidence
                        ),
                    ));
                }
            }
        }
        report.push_str(&tally.row(tier.name));
        report.push_str(&unseen.row("  of suppliers that nothing was chosen on"));
        for (class, tally) in &by_class {
            report.push_str(&tally.row(class));
        }
        let _ = writeln!(report, "    {outcomes:?}");
        wrong.sort();
        for (_, line) in wrong.iter().take(12) {
            let _ = writeln!(report, "      wrong: {line}");
        }
        for (half, tally, precision_min, coverage_min) in [
            ("all", &tally, tier.precision_min, tier.coverage_min),
            ("suppliers not chosen on", &unseen, PLAIN_RULE.0, 0.0),
            ("all", &tally, PLAIN_RULE.0, PLAIN_RULE.1),
        ] {
            if tally.precision() < precision_min || tally.coverage() < coverage_min {
                let (precision, coverage) = (tally.precision(), tally.coverage());
                let _ = writeln!(
                    failures,
                    "{}, {half}: precision {precision:.4}, at least {precision_min}; coverage {coverage:.4}, at least {coverage_min}",
                    tier.name
                );
            }
        }
    }
    println!("{report}\n{}", reliability.table());
    let (n, right, said) = reliability.from(0.9);
    assert!(failures.is_empty(), "{failures}{report}");
    assert!(n > 10_000 && right >= 0.9 && right >= said - 0.02, "of {n} decisions said to be {said:.3} sure {right:.4} are right");
}

#[test]
fn invoices_of_dropped_contracts_are_off_contract() {
    let Some(folder) = corpus("br-anp-contracts-invoices") else { return };
    let register = Register::read(&folder);
    // Every tenth contract that was invoiced, by its place in the register: no draw of the lot, and the same each time.
    let invoiced: BTreeSet<&str> = register.invoices.iter().map(|i| text(i, "contrato")).collect();
    let numbers = register.contracts.iter().map(|c| text(c, "numeroContrato")).filter(|n| invoiced.contains(n));
    let dropped: BTreeSet<String> = numbers.enumerate().filter(|(i, _)| i % 10 == 3).map(|(_, n)| n.to_string()).collect();
    let (mut report, mut failures) = (String::from(HEAD), String::new());
    for tier in TIERS {
        let decided = decide(&register, tier.hidden, &dropped);
        // Of the invoices whose contract is gone: which are found off contract, which are given to another contract, and for which another is only named
        // as the one that it would be. Of the others: which are accused.
        let [mut lost, mut alone, mut covered, mut likely, mut accused] = [Tally::default(); 5];
        let holders: BTreeSet<String> =
            register.contracts.iter().filter(|c| !dropped.contains(text(c, "numeroContrato"))).map(|c| text(c, "niFornecedor").to_string()).collect();
        let digits = |t: &str| t.chars().filter(char::is_ascii_digit).collect::<String>();
        for (invoice, decision) in register.invoices.iter().zip(&decided) {
            let amount = minor(invoice, "valor_original");
            let is_off = decision.outcome == "off_contract";
            if dropped.contains(text(invoice, "contrato")) {
                let is_covered = matches!(decision.outcome.as_str(), "compliant" | "deviating");
                lost.add(true, is_off, amount);
                covered.add(true, is_covered, amount);
                likely.add(true, !is_covered && !is_off && !decision.contract.is_empty(), amount);
                if !holders.contains(&digits(text(invoice, "cnpj_fornecedor"))) && !text(invoice, "cnpj_fornecedor").is_empty() {
                    alone.add(true, is_off, amount);
                }
            } else if decision.reason != "M4" && decision.reason != "M6" {
                // That a term is over or a ceiling passed is true of the register whatever was dropped.
                accused.add(true, is_off, amount);
            }
        }
        let _ = writeln!(report, "{}", tier.name);
        report.push_str(&lost.row("    found off contract"));
        report.push_str(&alone.row("      of suppliers without another contract"));
        report.push_str(&covered.row("    covered by another contract, wrongly"));
        report.push_str(&likely.row("    undetermined, another contract named"));
        report.push_str(&accused.row("    the others: accused, wrongly"));
        let share = |t: &Tally| t.right.0 as f64 / t.answered.0.max(1) as f64;
        let money = |t: &Tally| t.right.1 as f64 / t.answered.1.max(1) as f64;
        // A line that states the case of other suppliers' contracts was tendered, and its own contract lacks in the register: nobody is accused.
        let (alone_min, lost_min) = if tier.hidden.contains(&"processo") { (0.97, 0.7) } else { (0.84, 0.79) };
        let accused_max = 0.01;
        for (what, is_met) in [
            ("found off contract", share(&alone) >= alone_min && share(&lost) >= lost_min),
            ("covered wrongly", covered.right.0 == 0 && share(&likely) <= 0.12),
            ("accused wrongly", share(&accused) <= accused_max && money(&accused) <= accused_max),
        ] {
            if !is_met {
                let _ = writeln!(failures, "{}: {what}", tier.name);
            }
        }
    }
    assert!(failures.is_empty(), "{failures}{report}");
    println!("dropped {} contracts\n{report}", dropped.len());
}

/// Pounds and pence of a record.
fn pence(record: &Value) -> i64 {
    minor(record, "amount")
}

/// Writes the records of one kind and the settings for them, and runs up to the decisions.
fn run_burnley(records: &[Value], orders_mapping: Option<&str>, register: Option<&Path>) -> (Scratch, Store) {
    let scratch = Scratch::new("burnley");
    let of_kind = |kind: &str| records.iter().filter(|r| text(r, "type") == kind).cloned().collect::<Vec<_>>();
    std::fs::create_dir_all(scratch.path().join("mappings")).expect("the scratch folder is writable");
    let mut settings = String::from("currency = \"GBP\"\nreject_ratio_max = 1.0\n");
    let mut source = |name: &str, path: &str, mapping: &str| {
        let _ = writeln!(settings, "[[source]]\nname = \"{name}\"\npath = \"{path}\"\nmapping = \"{mapping}\"");
    };
    write(scratch.path().join("payments.json"), &of_kind("spend"));
    source("payments", "payments.json", "uk-burnley");
    if let Some(mapping) = orders_mapping {
        write(scratch.path().join("orders.json"), &of_kind("contracts"));
        std::fs::write(scratch.path().join("mappings/orders.toml"), mapping).expect("the scratch folder is writable");
        source("orders", "orders.json", "orders");
    }
    if let Some(path) = register {
        std::fs::copy(path, scratch.path().join("register.json")).expect("the scratch folder is writable");
        source("register", "register.json", "uk-contracts-finder");
    }
    std::fs::write(scratch.path().join("spendtrace.toml"), settings).expect("the scratch folder is writable");
    let store = run(scratch.path());
    (scratch, store)
}

fn burnley() -> Option<(Vec<Value>, PathBuf)> {
    let folder = corpus("uk-burnley-spend-po-pcard")?;
    let bytes = std::fs::read(folder.join("burnley_spend_po_pcard.json.gz")).expect("a file of the set");
    let records: Vec<Value> = serde_json::from_reader(flate2::read::GzDecoder::new(bytes.as_slice())).expect("JSON");
    Some((records, folder))
}

/// An order is a contract of its own value with one supplier, from its day.
const ORDER_AS_CONTRACT: &str = "doc = \"Orders\"\nkind = \"contract\"\npersonal_numbers = \"none\"\ndecimal = \".\"\ndate_order = \"ymd\"\n[constants]\ncurrency = \"GBP\"\n[columns]\ncontract_id = \"reference\"\nvendor_name = \"supplier\"\norganisation_number = [\"supplier_company_number\"]\nstarts_on = [\"date\"]\ninstalment_net = [\"amount\"]\nceiling_net = [\"amount\"]\n";

#[test]
fn payments_find_their_purchase_orders() {
    let Some((records, _)) = burnley() else { return };
    let (_scratch, store) = run_burnley(&records, Some(ORDER_AS_CONTRACT), None);
    // The plain rule: the only order of the same name and amount, placed before the payment.
    let mut orders: BTreeMap<(&str, i64), Vec<(&str, &str)>> = BTreeMap::new();
    for order in records.iter().filter(|r| text(r, "type") == "contracts") {
        orders.entry((text(order, "supplier_canonical"), pence(order))).or_default().push((text(order, "date"), text(order, "reference")));
    }
    let payments: Vec<&Value> = records.iter().filter(|r| text(r, "type") == "spend").collect();
    let (mut tally, mut all) = (Tally::default(), Tally::default());
    let mut wrong: Vec<(i64, String)> = Vec::new();
    let mut found: BTreeSet<String> = BTreeSet::new();
    each_spend(&store, |row, i| {
        let id: LineId = row.text_at("line_id", i).expect("required").parse().expect("a line id");
        let payment = payments[id.record as usize - 1];
        let amount = pence(payment);
        let named = row.text_at("contract_id", i).unwrap_or("");
        if !named.is_empty() && row.text_at("reason", i) != Some("M4") {
            found.insert(named.to_string());
        }
        all.add(!named.is_empty(), true, amount);
        let before: Vec<&str> = orders
            .get(&(text(payment, "supplier_canonical"), amount))
            .into_iter()
            .flatten()
            .filter(|(day, _)| *day <= text(payment, "date"))
            .map(|(_, reference)| *reference)
            .collect();
        if let [only] = before[..] {
            tally.add(!named.is_empty(), named == only, amount);
            if !named.is_empty() && named != only {
                wrong.push((
                    -amount.abs(),
                    format!(
                        "{} {} {amount}: named {named}, the only one of its amount is {only}; {}",
                        text(payment, "supplier_canonical"),
                        text(payment, "date"),
                        row.text_at("evidence", i).unwrap_or("")
                    ),
                ));
            }
        }
    });
    let mut report =
        format!("{HEAD}{}{}orders with a payment: {}\n", tally.row("payments with one order of their amount"), all.row("all payments"), found.len());
    wrong.sort();
    for (_, line) in wrong.iter().take(12) {
        let _ = writeln!(report, "  {line}");
    }
    println!("{report}");
    assert!(tally.precision() >= 0.99 && tally.coverage() >= 0.9, "{report}");
}

#[test]
fn a_sparse_register_accuses_nobody_of_passing_it_by() {
    let Some((records, _)) = burnley() else { return };
    let Some(register) = corpus("uk-lancashire-contracts-finder") else { return };
    let (_scratch, store) = run_burnley(&records, None, Some(&register.join("burnley.json")));
    let mut by_outcome: BTreeMap<String, Tally> = BTreeMap::new();
    let mut largest: Vec<(i64, String)> = Vec::new();
    let (mut all, mut with_contract) = (0i128, 0i128);
    each_spend(&store, |row, i| {
        let amount = row.money_at("spend_net", i).map_or(0, |m| m.minor());
        let word = |name: &str| row.text_at(name, i).unwrap_or("");
        let is_held = row.int_at("ladder_level", i).is_some_and(|l| l >= 0);
        all += i128::from(amount);
        with_contract += if is_held { i128::from(amount) } else { 0 };
        by_outcome.entry(format!("{} {} {}", word("outcome"), word("reason"), word("match_class"))).or_default().add(is_held, true, amount);
        if is_held {
            largest.push((
                -amount,
                format!(
                    "{} {} {amount} {} {} {} {}",
                    word("supplier_name"),
                    word("covered_on_basis"),
                    word("outcome"),
                    word("reason"),
                    word("contract_id"),
                    word("evidence")
                ),
            ));
        }
    });
    let mut report = String::from("                                             lines   held      -      -             -         -     share of money held\n");
    for (name, tally) in &by_outcome {
        report.push_str(&tally.row(name));
    }
    let share = with_contract as f64 / all as f64;
    let _ = writeln!(report, "spend at suppliers with a notice: {:.1} %", 100.0 * share);
    largest.sort();
    for (_, line) in largest.iter().take(12) {
        let _ = writeln!(report, "  {line}");
    }
    println!("{report}");
    // By exact name it is about 18 %.
    assert!(share >= 0.18, "{report}");
    // No payment has a category here, so that nobody can say that another's contract was passed by, or that a scope was left.
    for accused in by_outcome.keys() {
        assert!(["M2", "M3", "M5"].iter().all(|r| !accused.contains(r)), "{report}");
    }
}
