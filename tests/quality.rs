//! The pipeline against the planted truth of the sample: what was found, what was missed, who was accused without cause.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::OnceLock;

use spendtrace::config::Config;
use spendtrace::model::{LineId, Total, saying::in_swedish};
use spendtrace::pipeline::{self, Context};
use spendtrace::rules::Rules;
use spendtrace::schema::{self, Table};
use spendtrace::store::{Columns, Store};

use crate::support::{Scratch, copy_folder, project};

/// Least precision and recall where all evidence is present.
const FLOOR: f64 = 0.99;

/// The sample, run through every stage once for all tests of this file.
struct Run {
    scratch: Scratch,
    store: Store,
    /// Path of each invoice file by its id.
    paths: BTreeMap<String, String>,
}

fn run() -> &'static Run {
    static RUN: OnceLock<Run> = OnceLock::new();
    RUN.get_or_init(|| {
        let scratch = Scratch::new("quality");
        copy_folder(&project().join("data/sample"), scratch.path());
        let config = Config::load(scratch.path(), &[]).expect("the sample has settings");
        let rules = Rules::load(scratch.path()).expect("the rules are valid");
        let out = config.out_folder();
        let context = Context { config, rules, privacy_key: [7; 32], progress: Box::new(|_, _, _| {}) };
        let mut store = Store::open_for_writing(&out, false).expect("the output folder is free");
        pipeline::run(&context, &mut store, Some("analyse")).unwrap_or_else(|e| panic!("{e}"));
        let mut paths = BTreeMap::new();
        each(&store, &schema::SOURCE_FILE, |row, i| {
            paths.insert(row.text_at("source_file_id", i).expect("required").to_string(), row.text_at("path", i).expect("required").to_string());
        });
        Run { scratch, store, paths }
    })
}

/// Calls with each row of a table.
fn each(store: &Store, table: &Table, mut with: impl FnMut(Columns<'_>, usize)) {
    for batch in store.read(table).unwrap_or_else(|e| panic!("{}: {e}", table.full_name())) {
        for i in 0..batch.num_rows() {
            with(Columns(&batch), i);
        }
    }
}

/// Two of the sample's ledgers name their units and give no code: each is the unit of the register that is called so, and no two are one.
#[test]
fn units_that_are_known_by_name_are_told_apart() {
    let store = &run().store;
    let text = |row: Columns<'_>, name: &str, i: usize| row.text_at(name, i).unwrap_or_default().to_string();
    let mut register = BTreeMap::new();
    each(store, &schema::ORGANISATIONAL_UNIT, |row, i| {
        register.insert(text(row, "organisational_unit_name", i), text(row, "organisational_unit_id", i));
    });
    let mut named = BTreeMap::new();
    each(store, &schema::INVOICE_LINE, |row, i| {
        if row.text_at("organisational_unit_id", i).is_none() {
            named.insert(text(row, "line_id", i), text(row, "organisational_unit_name", i));
        }
    });
    let mut found = BTreeMap::new();
    each(store, &schema::SPEND, |row, i| {
        if let Some(name) = named.get(&text(row, "line_id", i)) {
            let (id, shown) = (text(row, "organisational_unit_id", i), text(row, "organisational_unit_name", i));
            assert_eq!((register.get(name), name), (Some(&id), &shown), "{}", text(row, "line_id", i));
            *found.entry(id).or_insert(0) += 1;
        }
    });
    assert!(found.len() > 3 && found.values().sum::<i32>() > 1_000, "{found:?}");
}

/// The rows of a truth file by column name.
fn truth(name: &str) -> Vec<BTreeMap<String, String>> {
    let path = project().join("data/sample/truth").join(name);
    let mut reader = csv::Reader::from_path(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    reader.deserialize().map(|row| row.unwrap_or_else(|e| panic!("{}: {e}", path.display()))).collect()
}

/// What a line must be decided as.
struct Planted {
    case: String,
    outcome: String,
    reason: String,
    match_class: String,
    contract: String,
    lot: String,
    passed_by: String,
    ladder: String,
    supplier: String,
    has_all_evidence: bool,
    credit: String,
}

/// The planted lines by path and record.
fn planted() -> BTreeMap<(String, u64), Planted> {
    let cases: BTreeMap<String, BTreeMap<String, String>> = truth("cases.csv").into_iter().map(|row| (row["case"].clone(), row)).collect();
    let mut lines = BTreeMap::new();
    for path in run().paths.values().filter(|p| project().join("data/sample/truth/lines").join(p).is_file()) {
        for row in truth(&format!("lines/{path}")) {
            let case = &cases[&row["case"]];
            let planted = Planted {
                case: row["case"].clone(),
                outcome: case["outcome"].clone(),
                reason: case["reason"].clone(),
                match_class: case["match_class"].clone(),
                contract: row["contract"].clone(),
                lot: row["lot"].clone(),
                passed_by: row["passed_by"].clone(),
                ladder: row["ladder"].clone(),
                supplier: row["supplier"].clone(),
                has_all_evidence: row["has_all_evidence"] == "1",
                credit: row["credit"].clone(),
            };
            lines.insert((path.clone(), row["record"].parse().expect("a number")), planted);
        }
    }
    assert!(!lines.is_empty(), "the run read no file that the truth knows");
    lines
}

/// Path and record of a line id.
fn place(id: &str) -> (String, u64) {
    let id: LineId = id.parse().expect("a line id");
    (run().paths[&id.source_file_id].clone(), id.record)
}

/// Found, expected and both, in lines and in öre.
#[derive(Default, Clone, Copy)]
struct Score {
    found: u64,
    expected: u64,
    both: u64,
    found_öre: i128,
    expected_öre: i128,
    both_öre: i128,
}

impl Score {
    fn add(&mut self, is_found: bool, is_expected: bool, öre: i128) {
        let öre = öre.abs();
        for (is, count, sum) in [
            (is_found, &mut self.found, &mut self.found_öre),
            (is_expected, &mut self.expected, &mut self.expected_öre),
            (is_found && is_expected, &mut self.both, &mut self.both_öre),
        ] {
            if is {
                *count += 1;
                *sum += öre;
            }
        }
    }

    fn precision(&self) -> f64 {
        if self.found == 0 { 1.0 } else { self.both as f64 / self.found as f64 }
    }

    fn recall(&self) -> f64 {
        if self.expected == 0 { 1.0 } else { self.both as f64 / self.expected as f64 }
    }

    fn row(&self, name: &str) -> String {
        let by_kronor = |of: i128| if of == 0 { 1.0 } else { self.both_öre as f64 / of as f64 };
        format!(
            "{name:<28} {:>6} {:>6}   {:>6.4} {:>6.4}   {:>6.4} {:>6.4}\n",
            self.expected,
            self.found,
            self.precision(),
            self.recall(),
            by_kronor(self.found_öre),
            by_kronor(self.expected_öre)
        )
    }
}

const HEAD: &str = "                             planted  found   precision recall   the same by kronor\n";

#[test]
fn every_outcome_and_reason_is_found() {
    let planted = planted();
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    let mut misses: BTreeMap<String, (u64, String)> = BTreeMap::new();
    let (mut seen, mut partial, mut partial_right) = (0, 0, 0);
    let mut accused = Score::default();
    each(&run().store, &schema::SPEND, |row, i| {
        let id = row.text_at("line_id", i).expect("required");
        let at = place(id);
        let truth = planted.get(&at).unwrap_or_else(|| panic!("{at:?} is in the lake and was never planted as a good line"));
        seen += 1;
        let text = |name: &str| row.text_at(name, i).unwrap_or("");
        let öre = row.money_at("net_amount", i).map_or(0, |m| i128::from(m.minor()));
        let found = (text("outcome"), text("reason"));
        let expected = (truth.outcome.as_str(), truth.reason.as_str());
        if !truth.has_all_evidence {
            partial += 1;
            partial_right += u64::from(found == expected);
            if found != expected {
                let key = format!("partly proved {}: found {} {}", truth.case, found.0, found.1);
                misses.entry(key).or_insert_with(|| (0, format!("{}:{} {id} {}", at.0, at.1, text("evidence")))).0 += 1;
            }
            return;
        }
        for name in BTreeSet::from([format!("{} {}", found.0, found.1), format!("{} {}", expected.0, expected.1)]) {
            scores.entry(name.clone()).or_default().add(name == format!("{} {}", found.0, found.1), name == format!("{} {}", expected.0, expected.1), öre);
        }
        accused.add(found.0 == "off_contract" || found.0 == "deviating", expected.0 == "off_contract" || expected.0 == "deviating", öre);
        // What the truth states beyond the outcome; where it states nothing, anything goes.
        let ladder = row.int_at("ladder_level", i).map(|l| l.to_string()).unwrap_or_default();
        let stated = [
            ("outcome", format!("{} {}", expected.0, expected.1), format!("{} {}", found.0, found.1)),
            ("contract", truth.contract.clone(), text("contract_id").to_string()),
            ("lot", truth.lot.clone(), text("lot_id").to_string()),
            ("passed_by", truth.passed_by.clone(), text("passed_by_contract_id").to_string()),
            ("match_class", if truth.credit == "linked" { String::new() } else { truth.match_class.clone() }, text("match_class").to_string()),
            ("ladder", truth.ladder.clone(), ladder),
            ("credit", truth.credit.clone(), credit_of(text("evidence")).to_string()),
        ];
        for (what, expect, found) in stated {
            if !expect.is_empty() {
                scores.entry(format!("  {what} right")).or_default().add(true, expect == found, öre);
                if expect != found {
                    let key = format!("{} {what}: planted {}, found {}", truth.case, shown(what, &expect), shown(what, &found));
                    let miss = misses.entry(key).or_insert_with(|| (0, format!("{}:{} {id} {}", at.0, at.1, text("evidence"))));
                    miss.0 += 1;
                }
            }
        }
    });
    assert_eq!(seen, planted.len(), "every good line that was planted has one decision");
    let mut report = String::from(HEAD);
    for (name, score) in &scores {
        report.push_str(&score.row(name));
    }
    report.push_str(&accused.row("accused at all"));
    let _ = writeln!(report, "lines without all evidence: {partial}, of which decided as planted: {partial_right}");
    for (miss, (count, example)) in &misses {
        let _ = writeln!(report, "{count:>6} × {miss}; first {example}");
    }
    println!("{report}");
    for (name, score) in &scores {
        assert!(score.precision() >= FLOOR && score.recall() >= FLOOR, "{name} is below {FLOOR}\n{report}");
    }
    assert!(partial_right as f64 >= partial as f64 * 0.9, "{report}");
}

/// Contract numbers differ from line to line: only their kind tells misses apart.
fn shown<'a>(what: &str, value: &'a str) -> &'a str {
    if ["contract", "passed_by"].contains(&what) && !value.is_empty() { "a contract" } else { value }
}

fn credit_of(evidence: &str) -> &str {
    if evidence.contains("CREDIT_LINKED") {
        "linked"
    } else if evidence.contains("CREDIT_LOOSE") {
        "loose"
    } else {
        ""
    }
}

#[test]
fn every_planted_fault_is_rejected_and_nothing_else() {
    type Found = (i64, String, String);
    let mut found: BTreeMap<(String, u64), (Found, Option<i64>)> = BTreeMap::new();
    each(&run().store, &schema::REJECT, |row, i| {
        let text = |name: &str| row.text_at(name, i).unwrap_or("").to_string();
        let at = (text("path"), row.int_at("source_record", i).expect("required") as u64);
        let fault = (row.int_at("source_line", i).expect("required"), text("column_name"), text("fault"));
        found.insert(at, (fault, row.money_at("net_amount", i).map(|m| m.minor())));
    });
    let mut wrong = String::new();
    for row in truth("rejects.csv") {
        let at = (row["file"].clone(), row["record"].parse().expect("a number"));
        let expect: Found = (row["line"].parse().expect("a number"), row["column"].clone(), row["fault"].clone());
        match found.remove(&at) {
            None => _ = writeln!(wrong, "{at:?} was kept; planted {expect:?}"),
            Some((fault, _)) if fault != expect => _ = writeln!(wrong, "{at:?}: found {fault:?}, planted {expect:?}"),
            Some((_, amount)) => {
                let planted = (!row["net_amount"].is_empty()).then(|| row["net_amount"].replace('.', "").parse::<i64>().expect("an amount"));
                if planted.is_some() && amount != planted {
                    let _ = writeln!(wrong, "{at:?}: found the amount {amount:?}, planted {planted:?}");
                }
            }
        }
    }
    for (at, fault) in found {
        let _ = writeln!(wrong, "{at:?} was rejected without cause: {fault:?}");
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn kronor_are_conserved_at_each_boundary() {
    let store = &run().store;
    let mut kept: BTreeMap<String, Total> = BTreeMap::new();
    let mut in_lake: BTreeMap<String, Total> = BTreeMap::new();
    each(store, &schema::INVOICE_LINE, |row, i| {
        let amount = row.money_at("net_amount", i).expect("required");
        kept.entry(row.text_at("source_file_id", i).expect("required").to_string()).or_default().add(amount);
        in_lake.entry(row.text_at("line_id", i).expect("required").to_string()).or_default().add(amount);
    });
    let mut files = 0;
    each(store, &schema::SOURCE_FILE, |row, i| {
        let [read, is_kept, rejected] = ["row_read_count", "row_kept_count", "row_rejected_count"].map(|name| row.int_at(name, i).expect("required"));
        let path = row.text_at("path", i).expect("required");
        assert_eq!(read, is_kept + rejected, "{path}");
        if row.text_at("kind", i) == Some("invoice_line") {
            files += 1;
            let [read, is_kept, rejected] =
                ["net_amount_read", "net_amount_kept", "net_amount_rejected"].map(|name| row.money_at(name, i).map_or(0, |m| i128::from(m.minor())));
            assert_eq!(read, is_kept + rejected, "{path}");
            assert_eq!(is_kept, kept[row.text_at("source_file_id", i).expect("required")].minor(), "{path}");
            if let (Some(total), 0) = (row.money_at("control_total", i), row.int_at("amount_unreadable_count", i).expect("required")) {
                assert_eq!(i128::from(total.minor()), read, "{path}: the file's own total row");
            }
        }
    });
    assert_eq!(files, 48, "four ledgers of twelve months");
    let mut decided = BTreeMap::new();
    each(store, &schema::SPEND, |row, i| {
        let id = row.text_at("line_id", i).expect("required").to_string();
        let amount = Total::from(row.money_at("net_amount", i).expect("required"));
        assert!(decided.insert(id.clone(), amount).is_none(), "{id} is decided twice");
        // In the workspace's own currency nothing is converted.
        if row.text_at("currency", i) == Some("SEK") {
            assert_eq!(row.money_at("spend_net", i).map(Total::from), Some(amount), "{id}");
        }
    });
    assert!(in_lake == decided, "the decisions have the lake's lines and amounts");
    let mut classified = BTreeSet::new();
    each(store, &schema::LINE_CATEGORY, |row, i| _ = classified.insert(row.text_at("line_id", i).expect("required").to_string()));
    assert!(classified.iter().eq(decided.keys()), "every line is classified once");
    assert!(run().scratch.path().is_dir());
}

/// A sentence that no one declared would stand in English in a Swedish trail.
#[test]
fn each_sentence_of_evidence_has_its_swedish() {
    let mut said: BTreeSet<String> = BTreeSet::new();
    for (table, column) in [
        (&schema::VENDOR_SUPPLIER, "link_evidence"),
        (&schema::CONTRACT_SUPPLIER, "link_evidence"),
        (&schema::SUPPLIER_REVIEW, "evidence"),
        (&schema::LINE_CATEGORY, "category_evidence"),
    ] {
        let mut rows = 0;
        each(&run().store, table, |row, i| {
            said.insert(row.text_at(column, i).expect("required").to_string());
            rows += 1;
        });
        assert!(rows > 0, "{} holds evidence", table.full_name());
    }
    for stored in &said {
        let told = in_swedish(stored);
        let left: Vec<&str> = stored.split("; ").filter(|sentence| told.split("; ").any(|t| t == *sentence)).collect();
        assert!(left.is_empty(), "{left:?} of {stored}");
    }
}

/// A vendor record of the lake.
struct Record {
    planted: String,
    found: String,
    is_proved: bool,
    öre: i128,
    why: String,
}

#[test]
fn vendor_records_become_the_suppliers_that_they_are() {
    let planted = planted();
    let mut records: BTreeMap<String, Record> = BTreeMap::new();
    let proved: BTreeSet<(String, String)> =
        truth("vendors.csv").into_iter().filter(|r| r["is_proved"] == "1").map(|r| (r["supplier"].clone(), r["vendor_name"].clone())).collect();
    let redacted = truth("vendors.csv").into_iter().find(|r| r["variant"] == "redacted").expect("a redacted record is planted")["supplier"].clone();
    let mut names = BTreeMap::new();
    each(&run().store, &schema::VENDOR_SUPPLIER, |row, i| {
        let [key, name, method, evidence] = ["vendor_key", "vendor_name", "link_method", "link_evidence"].map(|c| row.text_at(c, i).unwrap_or("").to_string());
        names.insert(key, (name, format!("{method}: {evidence}")));
    });
    each(&run().store, &schema::SPEND, |row, i| {
        let truth = &planted[&place(row.text_at("line_id", i).expect("required"))];
        let key = row.text_at("vendor_key", i).expect("required").to_string();
        let is_proved = proved.contains(&(truth.supplier.clone(), names[&key].0.clone()));
        let record = records.entry(key.clone()).or_insert_with(|| Record {
            planted: truth.supplier.clone(),
            found: row.text_at("supplier_id", i).expect("required").to_string(),
            is_proved,
            öre: 0,
            why: names[&key].1.clone(),
        });
        record.öre += row.money_at("net_amount", i).map_or(0, |m| i128::from(m.minor()).abs());
    });
    // Pairs of records: the same supplier by the truth, by resolve, by both. Pairs with a record that nothing proves count apart.
    let list: Vec<_> = records.values().collect();
    let (mut strict, mut all) = (Score::default(), Score::default());
    let mut wrong = String::new();
    for (i, a) in list.iter().enumerate() {
        for b in &list[i + 1..] {
            let (is_found, is_expected) = (a.found == b.found, a.planted == b.planted);
            // A hidden name is thousands of people: its records are one supplier in the truth only because nobody can tell.
            if (is_found || is_expected) && a.planted != redacted {
                all.add(is_found, is_expected, a.öre.min(b.öre));
                if a.is_proved && b.is_proved {
                    strict.add(is_found, is_expected, a.öre.min(b.öre));
                }
                if is_found != is_expected {
                    let _ = writeln!(wrong, "{} {} {} ({}) / {} ({})", if is_found { "merged" } else { "apart" }, a.found, a.planted, a.why, b.planted, b.why);
                }
            }
        }
    }
    let report = format!("{HEAD}{}{}{wrong}", strict.row("pairs with proof"), all.row("all pairs"));
    println!("{report}");
    assert!(strict.precision() >= FLOOR && strict.recall() >= FLOOR, "{report}");
    assert!(all.precision() >= FLOOR, "{report}");
}

#[test]
fn duplicates_are_found_and_reversals_are_not() {
    let planted = truth("duplicates.csv");
    let table = spendtrace::analysis::all_tables().find(|t| t.full_name() == "metric.duplicate_invoice").expect("the analysis is declared");
    // A duplicate is found when any of its pair is listed as repeating the other.
    let mut found: BTreeSet<((String, u64), (String, u64))> = BTreeSet::new();
    each(&run().store, table, |row, i| {
        // The loose tests are lists for review; the truth is about the same invoice twice.
        if ["all_same", "date_differs"].contains(&row.text_at("test_code", i).expect("required")) {
            let pair = [row.text_at("line_id", i), row.text_at("original_line_id", i)].map(|id| place(id.expect("required")));
            found.insert((pair[0].clone().min(pair[1].clone()), pair[0].clone().max(pair[1].clone())));
        }
    });
    let (mut both, mut expected) = (0, 0);
    let mut report = String::new();
    let count = found.len();
    for row in &planted {
        let number = |name: &str| row[name].parse::<u64>().expect("a number");
        // An invoice is named by one of its lines.
        let lines = |first: u64| (row["file"].clone(), first)..(row["file"].clone(), first + number("lines"));
        let (original, copy) = (lines(number("original_record")), lines(number("record")));
        let pair = found.iter().find(|(a, b)| original.contains(a) && copy.contains(b)).cloned();
        let is_found = pair.is_some_and(|pair| found.remove(&pair));
        expected += u32::from(row["is_duplicate"] == "1");
        both += u32::from(is_found && row["is_duplicate"] == "1");
        if is_found != (row["is_duplicate"] == "1") {
            let _ = writeln!(report, "{} {}:{} of {}", row["kind"], row["file"], row["record"], row["original_record"]);
        }
    }
    for pair in found {
        let _ = writeln!(report, "never planted: {pair:?}");
    }
    println!("duplicates: planted {expected}, found {count}, both {both}\n{report}");
    assert!(
        f64::from(both) >= FLOOR * f64::from(expected) && f64::from(both) >= FLOOR * count as f64,
        "planted {expected}, found {count}, both {both}\n{report}"
    );
}

#[test]
fn direct_awards_add_up_to_what_was_planted() {
    let table = spendtrace::analysis::all_tables().find(|t| t.full_name() == "metric.direct_award_accumulation").expect("the analysis is declared");
    let mut found: BTreeMap<(String, String), BTreeSet<(i64, String)>> = BTreeMap::new();
    each(&run().store, table, |row, i| {
        let text = |name: &str| row.text_at(name, i).expect("required").to_string();
        let amount = row.money_at("accumulated_net", i).expect("required").minor();
        found.entry((text("supplier_id"), text("category_code"))).or_default().insert((amount, text("limit_status")));
    });
    let mut planted = 0;
    for row in truth("direct_awards.csv") {
        // A sole trader's number is hashed, and the key is not the truth's to know.
        let number = &row["organisation_number"];
        if number.as_bytes()[2] >= b'2' {
            planted += 1;
            let key = (format!("SE{number}"), row["category_code"].clone());
            let expect = (row["net_amount"].replace('.', "").parse::<i64>().expect("an amount"), row["band"].clone());
            // One rolling window and one calendar year, and both hold all of it; what needs no documentation is not listed.
            let expect = (row["band"] != "below_documentation").then(|| BTreeSet::from([expect]));
            assert_eq!(found.get(&key), expect.as_ref(), "{key:?}");
        }
    }
    assert!(planted >= 8, "{planted}");
}

#[test]
fn decisions_are_as_sure_as_they_say() {
    let planted = planted();
    // By tenths of confidence: lines, right, said. Decisions that claim nothing are not among them.
    let mut bands: BTreeMap<u32, (u64, u64, f64)> = BTreeMap::new();
    let (mut accused, mut wrongly) = ((0u64, 0i128), (0u64, 0i128));
    let mut report = String::from("said to be sure    lines    said   right\n");
    let mut worst: Vec<(i128, String)> = Vec::new();
    each(&run().store, &schema::SPEND, |row, i| {
        let id = row.text_at("line_id", i).expect("required");
        let truth = &planted[&place(id)];
        let text = |name: &str| row.text_at(name, i).unwrap_or("");
        if ["undetermined", "not_addressable"].contains(&text("outcome")) {
            return;
        }
        let öre = row.money_at("net_amount", i).map_or(0, |m| i128::from(m.minor())).abs();
        let confidence = row.float_at("confidence", i).expect("required");
        let is_right = (text("outcome"), text("reason")) == (truth.outcome.as_str(), truth.reason.as_str());
        let band = bands.entry((confidence * 20.0 + 1e-9).floor() as u32).or_default();
        *band = (band.0 + 1, band.1 + u64::from(is_right), band.2 + confidence);
        let accuses = |outcome: &str| ["off_contract", "deviating"].contains(&outcome);
        if accuses(text("outcome")) {
            accused = (accused.0 + 1, accused.1 + öre);
            if !accuses(&truth.outcome) {
                wrongly = (wrongly.0 + 1, wrongly.1 + öre);
                worst.push((
                    -öre,
                    format!("{id} {} {} for {} ({}); {confidence:.2} {}", text("outcome"), text("reason"), truth.outcome, truth.case, text("evidence")),
                ));
            }
        }
    });
    for (band, (lines, right, said)) in &bands {
        let from = f64::from(*band) / 20.0;
        let _ = writeln!(report, "{from:.2} to {:.2} {lines:>10}   {:.3}   {:.3}", from + 0.05, said / *lines as f64, *right as f64 / *lines as f64);
    }
    let _ = writeln!(report, "accused: {} lines, {} öre; wrongly: {} lines, {} öre", accused.0, accused.1, wrongly.0, wrongly.1);
    worst.sort();
    for (_, line) in worst.iter().take(10) {
        let _ = writeln!(report, "  {line}");
    }
    println!("{report}");
    let (lines, right, said) = bands.range(18..).fold((0, 0, 0.0), |(n, r, s), (_, b)| (n + b.0, r + b.1, s + b.2));
    assert!(right as f64 >= 0.9 * lines as f64 && right as f64 >= said - 0.02 * lines as f64, "{report}");
    // False accusations weigh most: a tenth of a per cent of what was accused, in kronor.
    assert!(wrongly.1 * 1_000 <= accused.1, "{report}");
}

/// A run of the sample with more files beside it: (path, bytes, source and mapping). Nothing after the decisions unless `stage` says so.
fn run_with(more: &[(&str, String, &str)], stage: &str) -> (Scratch, Store) {
    let scratch = Scratch::new("quality-more");
    copy_folder(&project().join("data/sample"), scratch.path());
    let settings = scratch.path().join("spendtrace.toml");
    let mut text = std::fs::read_to_string(&settings).expect("the sample has settings");
    for (path, content, mapping) in more {
        std::fs::write(scratch.path().join(path), content).expect("the scratch folder is writable");
        let _ = writeln!(text, "\n[[source]]\nname = \"planted-{mapping}\"\npath = \"{path}\"\nmapping = \"{mapping}\"");
    }
    std::fs::write(&settings, text).expect("the scratch folder is writable");
    let config = Config::load(scratch.path(), &[]).expect("the settings are valid");
    let rules = Rules::load(scratch.path()).expect("the rules are valid");
    let out = config.out_folder();
    let context = Context { config, rules, privacy_key: [7; 32], progress: Box::new(|_, _, _| {}) };
    let mut store = Store::open_for_writing(&out, false).expect("the output folder is free");
    pipeline::run(&context, &mut store, Some(stage)).unwrap_or_else(|e| panic!("{e}"));
    (scratch, store)
}

/// A decided line of the sample with its planted case.
struct Decided {
    case: &'static str,
    supplier: String,
    contract: String,
    outcome: String,
    reason: String,
    exception: String,
    day: String,
    öre: i128,
}

/// The sample's lines of a run by path and record; lines that the truth does not know are left out.
fn decided(store: &Store) -> BTreeMap<(String, u64), Decided> {
    static PLANTED: OnceLock<BTreeMap<(String, u64), Planted>> = OnceLock::new();
    let planted = PLANTED.get_or_init(planted);
    let mut paths = BTreeMap::new();
    each(store, &schema::SOURCE_FILE, |row, i| {
        paths.insert(row.text_at("source_file_id", i).expect("required").to_string(), row.text_at("path", i).expect("required").to_string());
    });
    let mut all = BTreeMap::new();
    each(store, &schema::SPEND, |row, i| {
        let id: LineId = row.text_at("line_id", i).expect("required").parse().expect("a line id");
        let at = (paths[&id.source_file_id].clone(), id.record);
        let Some(truth) = planted.get(&at) else { return };
        let text = |name: &str| row.text_at(name, i).unwrap_or("").to_string();
        let line = Decided {
            case: &truth.case,
            supplier: text("supplier_id"),
            contract: truth.contract.clone(),
            outcome: text("outcome"),
            reason: text("reason"),
            exception: text("approved_exception_id"),
            day: row.date_at("covered_on", i).map(|d| d.to_string()).unwrap_or_default(),
            öre: row.money_at("net_amount", i).map_or(0, |m| i128::from(m.minor())),
        };
        all.insert(at, line);
    });
    all
}

/// Exceptions of suppliers that buy off contract: each of their lines in the time carries its number, keeps its outcome, and no other line does.
#[test]
fn approved_exceptions_are_found_on_their_lines_and_nowhere_else() {
    const TERM: (&str, &str) = ("2025-03-01", "2025-10-31");
    let before = decided(&run().store);
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for line in before.values().filter(|l| l.outcome == "off_contract" && l.supplier.starts_with("SE")) {
        *counts.entry(&line.supplier).or_default() += 1;
    }
    let excepted: Vec<&str> = counts.iter().filter(|(_, n)| **n >= 5).map(|(s, _)| *s).step_by(3).collect();
    assert!(excepted.len() >= 10, "{}", excepted.len());
    let mut register = String::from("Undantagsnr;Organisationsnr;Beslutsdatum;Gäller fr.o.m.;Gäller t.o.m.;Ansvarig funktion;Skäl\n");
    for (n, supplier) in excepted.iter().enumerate() {
        let _ = writeln!(register, "U-{n:03};{};2025-02-15;{};{};Inköpschef;Övergång till nytt avtal", &supplier[2..], TERM.0, TERM.1);
    }
    let (_scratch, store) = run_with(&[("register/exceptions.csv", register, "approved-exceptions")], "match");
    let after = decided(&store);
    let mut score = Score::default();
    for (at, line) in &after {
        let is_due = excepted.contains(&line.supplier.as_str())
            && (TERM.0..=TERM.1).contains(&line.day.as_str())
            && matches!(line.outcome.as_str(), "off_contract" | "deviating");
        score.add(!line.exception.is_empty(), is_due, line.öre);
        assert_eq!((&line.outcome, &line.reason), (&before[at].outcome, &before[at].reason), "an exception changes no outcome: {at:?}");
    }
    let report = format!("{HEAD}{}", score.row("approved exceptions"));
    println!("{report}");
    assert!(score.expected >= 50 && score.precision() == 1.0 && score.recall() == 1.0, "{report}");
}

/// An amendment for every second contract whose term or units were broken, and a termination of some that were kept.
#[test]
fn amendments_change_what_they_say_from_their_day() {
    const FROM: &str = "2025-07-01";
    let before = decided(&run().store);
    let of_case = |cases: &[&str]| -> Vec<String> {
        let contracts: BTreeSet<&str> = before.values().filter(|l| cases.contains(&l.case) && !l.contract.is_empty()).map(|l| l.contract.as_str()).collect();
        contracts.into_iter().step_by(2).map(str::to_string).collect()
    };
    let ended = of_case(&["m4_after_end", "m4_by_reference"]);
    let closed = of_case(&["m5_unit_not_entitled", "m5_by_reference"]);
    let mut kept = of_case(&["unique_scope", "explicit"]);
    kept.retain(|c| !ended.contains(c) && !closed.contains(c));
    kept.truncate(40);
    assert!(ended.len() >= 3 && closed.len() >= 3 && kept.len() >= 20, "{} {} {}", ended.len(), closed.len(), kept.len());
    let mut register = String::from("Avtalsnr;Tilläggsavtal;Slag;Undertecknat;Gäller fr.o.m.;Avtalsslut;Avropsberättigade\n");
    ended.iter().for_each(|c| _ = writeln!(register, "{c};1;Förlängning;2024-01-10;2024-01-10;2027-12-31;"));
    closed.iter().for_each(|c| _ = writeln!(register, "{c};1;Ändring;2025-06-10;{FROM};;alla"));
    kept.iter().for_each(|c| _ = writeln!(register, "{c};1;Uppsägning;2025-05-10;{FROM};2025-06-30;"));
    let (_scratch, store) = run_with(&[("register/amendments.csv", register, "contract-amendments")], "match");
    let after = decided(&store);
    let [mut extended, mut opened, mut terminated] = [Score::default(); 3];
    let mut wrong = String::new();
    for (at, line) in &after {
        let old = &before[at];
        let has = |contracts: &[String]| contracts.contains(&line.contract);
        let is_held = |l: &Decided| matches!(l.outcome.as_str(), "compliant" | "deviating") || l.reason == "M6";
        let mut tell = |score: &mut Score, is_found: bool, is_expected: bool| {
            score.add(is_found, is_expected, line.öre);
            if is_found != is_expected {
                let _ = writeln!(
                    wrong,
                    "{at:?} {} {} of {}: {} {} was {} {}",
                    line.case, line.day, line.contract, line.outcome, line.reason, old.outcome, old.reason
                );
            }
        };
        if old.reason == "M4" && has(&ended) {
            tell(&mut extended, is_held(line), line.case.starts_with("m4_after") || line.case == "m4_by_reference");
        }
        if old.reason == "M5" && has(&closed) {
            tell(&mut opened, is_held(line), line.day.as_str() >= FROM);
        }
        // Within the grace after the last day an invoice may be for what came before it.
        let is_in_grace = line.day.as_str() >= FROM && line.day.as_str() <= "2025-07-30";
        if is_held(old) && has(&kept) && ["unique_scope", "explicit"].contains(&line.case) && !is_in_grace && !line.day.is_empty() {
            tell(&mut terminated, !is_held(line), line.day.as_str() >= FROM);
        }
    }
    let report = format!("{HEAD}{}{}{}{wrong}", extended.row("extended"), opened.row("units added"), terminated.row("terminated"));
    println!("{report}");
    for score in [extended, opened, terminated] {
        assert!(score.expected >= 10 && score.precision() >= FLOOR && score.recall() >= FLOOR, "{report}");
    }
}

/// Purchases that were divided to stay below the limit of direct award, beside others that only look like it.
#[test]
fn split_purchases_are_found_and_look_alikes_are_not() {
    // Days and kronor of the invoices of one vendor, whether each is in a category of its own, and whether they are one divided purchase.
    type Shape = (&'static str, &'static [(&'static str, i64)], bool, bool);
    const SHAPES: &[Shape] = &[
        ("three in a week", &[("2025-03-03", 250_000), ("2025-03-05", 260_000), ("2025-03-07", 240_000)], false, true),
        ("two on a day, to the krona", &[("2025-04-02", 350_000), ("2025-04-02", 350_000)], false, true),
        ("just below, then more", &[("2025-05-05", 695_000), ("2025-05-16", 180_000)], false, true),
        ("over two weeks, the last day", &[("2025-09-01", 400_000), ("2025-09-14", 350_000)], false, true),
        ("a day too late", &[("2025-09-01", 400_000), ("2025-09-15", 350_000)], false, false),
        ("below the limit together", &[("2025-03-03", 340_000), ("2025-03-04", 340_000)], false, false),
        ("far apart", &[("2025-02-03", 300_000), ("2025-05-05", 300_000), ("2025-08-04", 300_000)], false, false),
        ("of different kinds", &[("2025-03-03", 250_000), ("2025-03-04", 250_000), ("2025-03-05", 250_000)], true, false),
        ("one large purchase", &[("2025-06-02", 900_000)], false, false),
        ("small running purchases", &[("2025-06-02", 90_000), ("2025-06-03", 90_000), ("2025-06-04", 90_000)], false, false),
        ("credited again", &[("2025-06-02", 360_000), ("2025-06-03", 360_000), ("2025-06-04", -360_000)], false, false),
    ];
    const ACCOUNTS: [&str; 3] = ["5010", "5019", "5022"];
    const VENDORS_OF_SHAPE: usize = 5;
    let number = |n: usize| {
        let body = format!("5598{n:05}");
        let sum: u32 = body.bytes().enumerate().map(|(i, b)| u32::from(b - b'0') * if i % 2 == 0 { 2 } else { 1 }).map(|d| d / 10 + d % 10).sum();
        format!("{body}{}", (10 - sum % 10) % 10)
    };
    let mut ledger = String::from("Leverantörsnr;Leverantör;Organisationsnr;Fakturanr;Vernr;Verdatum;Fakturadatum;Konto;Ansvar;Belopp;Valuta\n");
    let mut planted: BTreeMap<String, (&str, bool, i64)> = BTreeMap::new();
    for (n, (shape, invoices, is_of_kinds, is_split)) in SHAPES.iter().enumerate() {
        for copy in 0..VENDORS_OF_SHAPE {
            let organisation = number(90_000 + 10 * n + copy);
            for (at, (day, kronor)) in invoices.iter().enumerate() {
                let account = ACCOUNTS[if *is_of_kinds { at } else { copy % ACCOUNTS.len() }];
                let vendor = format!("Delköp {n}{copy} AB");
                let _ = writeln!(ledger, "P{n}{copy};{vendor};{organisation};F{n}{copy}{at};V{n}{copy}{at};{day};{day};{account};13010;{kronor},00;SEK");
            }
            planted.insert(format!("SE{organisation}"), (*shape, *is_split, invoices.iter().map(|(_, k)| k).sum()));
        }
    }
    let (_scratch, store) = run_with(&[("register/split.csv", ledger, "raindance-kontering")], "analyse");
    let table = spendtrace::analysis::all_tables().find(|t| t.full_name() == "metric.split_purchase").expect("the analysis is declared");
    let mut found: BTreeSet<String> = BTreeSet::new();
    let mut others: BTreeSet<String> = BTreeSet::new();
    each(&store, table, |row, i| {
        if row.text_at("threshold_code", i) == Some("direct_award") {
            let supplier = row.text_at("supplier_id", i).expect("required").to_string();
            if planted.contains_key(&supplier) {
                found.insert(supplier)
            } else {
                others.insert(supplier)
            };
        }
    });
    let mut score = Score::default();
    let mut wrong = String::new();
    for (supplier, (shape, is_split, kronor)) in &planted {
        score.add(found.contains(supplier), *is_split, i128::from(*kronor) * 100);
        if found.contains(supplier) != *is_split {
            let _ = writeln!(wrong, "{shape}: {supplier} is {}", if *is_split { "missed" } else { "accused" });
        }
    }
    let report = format!("{HEAD}{}suppliers of the sample itself: {}\n{wrong}", score.row("split purchases"), others.len());
    println!("{report}");
    assert!(score.precision() >= FLOOR && score.recall() >= FLOOR, "{report}");
}
