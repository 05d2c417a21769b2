//! How well names alone tell suppliers apart, on labelled sets that nobody here made: pairwise and B³ precision, recall, F1.
//! Skipped, with the reason printed, where the sets are not beside the project.

use std::collections::{BTreeMap, BTreeSet};

use spendtrace::model::Date;
use spendtrace::resolve::decide::{Options, decide};
use spendtrace::resolve::linkage::probability;
use spendtrace::resolve::name;
use spendtrace::resolve::record::{More, Origin, Record};
use spendtrace::resolve::similar::{Names, WordMemory};

use crate::support::corpus;

/// One labelled record.
struct Labelled {
    name: String,
    truth: String,
    more: Option<Box<More>>,
}

fn csv_rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(|h| h.trim_start_matches('\u{feff}').to_string()).collect();
    reader.records().map(|r| header.iter().cloned().zip(r.unwrap().iter().map(str::to_string)).collect()).collect()
}

fn read(folder: &str, file: &str) -> Option<Vec<BTreeMap<String, String>>> {
    let bytes = std::fs::read(corpus(folder)?.join(file)).expect("a file of the set");
    Some(csv_rows(&String::from_utf8_lossy(&bytes)))
}

fn named(rows: Vec<BTreeMap<String, String>>, name: &str, truth: &str) -> Vec<Labelled> {
    rows.into_iter().map(|r| Labelled { name: r[name].clone(), truth: r[truth].clone(), more: None }).collect()
}

fn sets() -> Vec<(&'static str, Vec<Labelled>)> {
    let mut sets = Vec::new();
    if let Some(rows) = read("er-patent-assignees", "air_umass_names.csv") {
        sets.push(("AIR-UMass", named(rows, "name", "cluster")));
    }
    if let (Some(rows), Some(reference)) = (read("er-patstat-leuven", "patstat_input.csv"), read("er-patstat-leuven", "patstat_reference.csv")) {
        let known: BTreeMap<String, (String, String)> =
            reference.into_iter().map(|r| (r["person_id"].clone(), (r["person_name"].clone(), r["leuven_id"].clone()))).collect();
        let rows =
            rows.iter().filter_map(|r| known.get(&r["person_id"])).map(|(name, truth)| Labelled { name: name.clone(), truth: truth.clone(), more: None });
        sets.push(("PATSTAT", rows.collect()));
    }
    if let Some(rows) = read("er-patent-assignees", "nber_subset_names.csv") {
        sets.push(("NBER", named(rows, "name", "cluster")));
    }
    if let Some(rows) = read("er-canada-vendor-normalisation", "vendor_normalization_data.csv") {
        sets.push(("Canada parents", named(rows, "company_name", "parent_company")));
    }
    if let Some(rows) = read("er-chicago-sites", "csv_example_input_with_true_ids.csv") {
        let labelled = rows.into_iter().map(|r| {
            let more = More { street: r["Address"].clone(), postcode: r["Zip"].clone(), ..More::default() };
            Labelled { name: r["Site name"].clone(), truth: r["True Id"].clone(), more: Some(Box::new(more)) }
        });
        sets.push(("Chicago sites", labelled.collect()));
    }
    sets
}

/// Precision, recall and F1.
#[derive(Debug, Clone, Copy)]
struct Quality {
    precision: f64,
    recall: f64,
}

impl Quality {
    fn f1(self) -> f64 {
        2.0 * self.precision * self.recall / (self.precision + self.recall).max(f64::MIN_POSITIVE)
    }
}

/// Pairwise and B³ (Bagga and Baldwin 1998) quality of a partition.
fn quality(found: &[u32], truth: &[String]) -> (Quality, Quality) {
    let mut sizes: BTreeMap<u32, f64> = BTreeMap::new();
    let mut true_sizes: BTreeMap<&str, f64> = BTreeMap::new();
    let mut both: BTreeMap<(u32, &str), f64> = BTreeMap::new();
    for (f, t) in found.iter().zip(truth) {
        *sizes.entry(*f).or_default() += 1.0;
        *true_sizes.entry(t).or_default() += 1.0;
        *both.entry((*f, t)).or_default() += 1.0;
    }
    let pairs = |n: f64| n * (n - 1.0) / 2.0;
    let right: f64 = both.values().map(|n| pairs(*n)).sum();
    let pairwise = Quality {
        precision: right / sizes.values().map(|n| pairs(*n)).sum::<f64>().max(1.0),
        recall: right / true_sizes.values().map(|n| pairs(*n)).sum::<f64>().max(1.0),
    };
    let n = found.len() as f64;
    let b_cubed = Quality {
        precision: both.iter().map(|((f, _), m)| m * m / sizes[f]).sum::<f64>() / n,
        recall: both.iter().map(|((_, t), m)| m * m / true_sizes[t]).sum::<f64>() / n,
    };
    (pairwise, b_cubed)
}

fn resolved(labelled: &[&Labelled], link_score_min: f64) -> Vec<u32> {
    let mut records: Vec<Record> = labelled
        .iter()
        .enumerate()
        .map(|(i, l)| Record {
            key: format!("{i:016}"),
            origin: Origin::Line,
            source_name: "set".to_string(),
            vendor_id: String::new(),
            name: l.name.clone(),
            organisation_number: String::new(),
            line_count: 1,
            more: l.more.clone(),
        })
        .collect();
    records.sort_by(|a, b| a.key.cmp(&b.key));
    let resolution = decide(&records, &Options { home: None, own_numbers: &[], link_score_min, overrides: &[], as_of: Date::from_days(0) }).unwrap();
    resolution.links.iter().map(|l| l.supplier).collect()
}

/// The half of the entities that thresholds and weights were not chosen on.
fn is_test(truth: &str) -> bool {
    spendtrace::model::stable_key(&[truth]).as_bytes()[0].is_multiple_of(2)
}

/// Likenesses chosen on the other half of the entities, one for each measure, and what this half then reached, less a little.
/// Anchors are the best of what other tools and prototypes reached on the same sets, with thresholds chosen in the same way.
struct Expected {
    set: &'static str,
    at_pairs: f32,
    at_b_cubed: f32,
    pairs_min: f64,
    b_cubed_min: f64,
    anchors: (f64, f64),
}

const EXPECTED: &[Expected] = &[
    Expected { set: "AIR-UMass", at_pairs: 0.3, at_b_cubed: 0.3, pairs_min: 0.8, b_cubed_min: 0.84, anchors: (0.937, 0.950) },
    Expected { set: "PATSTAT", at_pairs: 0.35, at_b_cubed: 0.25, pairs_min: 0.8, b_cubed_min: 0.9, anchors: (0.987, 0.985) },
    Expected { set: "NBER", at_pairs: 0.35, at_b_cubed: 0.55, pairs_min: 0.74, b_cubed_min: 0.86, anchors: (0.796, 0.892) },
    // Parents, not identities: names alone cannot tell them, and must not pretend to.
    Expected { set: "Canada parents", at_pairs: 0.25, at_b_cubed: 0.25, pairs_min: 0.55, b_cubed_min: 0.7, anchors: (0.478, 0.709) },
    // Sites, not organisations: one supplier at two addresses is one supplier to us.
    Expected { set: "Chicago sites", at_pairs: 0.55, at_b_cubed: 0.45, pairs_min: 0.85, b_cubed_min: 0.91, anchors: (0.969, 0.982) },
];

#[test]
fn labelled_sets() {
    for (set, labelled) in sets() {
        let expected = EXPECTED.iter().find(|e| e.set == set).expect("each set has its floors");
        let half: Vec<&Labelled> = labelled.iter().filter(|l| is_test(&l.truth)).collect();
        let truth: Vec<String> = half.iter().map(|l| l.truth.clone()).collect();
        let at = |likeness: f32| quality(&resolved(&half, f64::from(probability(likeness))), &truth);
        let (pairs, _) = at(expected.at_pairs);
        let (_, b_cubed) = at(expected.at_b_cubed);
        let (shipped, shipped_b) = quality(&resolved(&half, LINK_SCORE_MIN), &truth);
        println!(
            "{set}: {} names; pairs P {:.3} R {:.3} F1 {:.3} (anchor {:.3}); B3 P {:.3} R {:.3} F1 {:.3} (anchor {:.3}); as shipped: pairs P {:.3} R {:.3}, B3 P {:.3} R {:.3}",
            half.len(),
            pairs.precision,
            pairs.recall,
            pairs.f1(),
            expected.anchors.0,
            b_cubed.precision,
            b_cubed.recall,
            b_cubed.f1(),
            expected.anchors.1,
            shipped.precision,
            shipped.recall,
            shipped_b.precision,
            shipped_b.recall,
        );
        assert!(pairs.f1() >= expected.pairs_min && b_cubed.f1() >= expected.b_cubed_min, "{set} fell below its floors");
    }
}

/// The setting that links are made from without asking.
const LINK_SCORE_MIN: f64 = 0.92;

/// Names of three British buyers. Truth are their own vendor numbers: two names of one number are one supplier; two names
/// of two numbers mostly are not, but buyers enter suppliers twice, so the precision is a lower bound.
#[test]
fn british_ledgers() {
    let Some(folder) = corpus("er-uk-supplier-aliases") else { return };
    let mut text = String::new();
    let file = std::fs::File::open(folder.join("supplier_names_by_id.csv.gz")).expect("a file of the set");
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(file), &mut text).expect("UTF-8");
    let rows = csv_rows(&text);
    let positive = read("er-uk-supplier-aliases", "positive_pairs.csv").expect("the folder is there");
    let mut names: Vec<&str> = rows.iter().map(|r| r["supplier_name"].as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let labelled: Vec<Labelled> = names.iter().map(|n| Labelled { name: (*n).to_string(), truth: String::new(), more: None }).collect();
    let found = resolved(&labelled.iter().collect::<Vec<_>>(), LINK_SCORE_MIN);
    let supplier = |name: &str| found[names.binary_search(&name).expect("the pairs' names are in the list")];

    let mut ids: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for row in rows.iter().filter(|r| r["flag"].is_empty()) {
        ids.entry((&row["buyer"], &row["supplier_name"])).or_default().insert(&row["id"]);
    }
    type NamesWithIds<'a> = Vec<(&'a str, &'a BTreeSet<&'a str>)>;
    let mut together: BTreeMap<(&str, u32), NamesWithIds> = BTreeMap::new();
    for ((buyer, name), ids) in &ids {
        together.entry((buyer, supplier(name))).or_default().push((name, ids));
    }
    // Equal names under two numbers are one supplier entered twice: they say nothing of the likeness.
    let (mut one_number, mut two_numbers) = (0, 0);
    for group in together.values() {
        for (i, (name, ids)) in group.iter().enumerate() {
            for (other, theirs) in &group[..i] {
                if name::parse(name).words != name::parse(other).words {
                    *(if ids.is_disjoint(theirs) { &mut two_numbers } else { &mut one_number }) += 1;
                }
            }
        }
    }
    let differing: Vec<_> = positive.iter().filter(|r| r["differs_after_alnum_lowercase"] == "1").collect();
    let hit = differing.iter().filter(|r| supplier(&r["name_a"]) == supplier(&r["name_b"])).count();
    println!(
        "British ledgers, {} names: {hit} of {} differing pairs found; like names linked within one buyer: {one_number} under one number, {two_numbers} under two",
        names.len(),
        differing.len()
    );
    assert!(hit * 100 >= 20 * differing.len() && two_numbers <= one_number * 2, "British ledgers fell below their floors");
}

/// Pairs of organisation names; the likeness was chosen beforehand, on other sets.
#[test]
fn organisation_pairs() {
    let Some(rows) = read("er-opensanctions-names", "organisation_cases_scored_logicv2.csv") else { return };
    let parsed: Vec<_> = rows.iter().flat_map(|r| [name::parse(&r["name1"]), name::parse(&r["name2"])]).collect();
    let (names, at) = Names::collect(&parsed);
    let mut memory = WordMemory::default();
    let scores: Vec<f32> = (0..rows.len()).map(|i| names.compare(at[2 * i], at[2 * i + 1], &mut memory).score).collect();
    const LIKENESS: f32 = 0.65;
    let f1 = |is_found: &dyn Fn(usize) -> bool| {
        let count = |truth: bool, found: bool| (0..rows.len()).filter(|i| (rows[*i]["is_match"] == "true") == truth && is_found(*i) == found).count() as f64;
        2.0 * count(true, true) / (2.0 * count(true, true) + count(false, true) + count(true, false))
    };
    let (ours, theirs) = (f1(&|i| scores[i] >= LIKENESS), f1(&|i| rows[i]["score"].parse::<f32>().is_ok_and(|s| s >= 0.7)));
    println!("organisation pairs, {}: F1 {ours:.3}, logic-v2 on the same pairs {theirs:.3}", rows.len());
    assert!(ours >= 0.8, "organisation pairs fell below their floor: {ours}");
}
