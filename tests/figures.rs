//! Figures on the sample against the truth that was planted in it: direct awards to the öre, duplicates by precision and recall.

use std::collections::{BTreeMap, BTreeSet};

use spendtrace::analysis;
use spendtrace::config::Config;
use spendtrace::pipeline::{self, Context};
use spendtrace::rules::Rules;
use spendtrace::store::Store;

use super::golden::cell;
use super::support::{Scratch, project};

fn truth(name: &str) -> Vec<BTreeMap<String, String>> {
    let path = project().join("data/sample/truth").join(name);
    let mut reader = csv::Reader::from_path(&path).expect("the sample has its truth");
    let headers: Vec<String> = reader.headers().expect("a header").iter().map(str::to_string).collect();
    reader.records().map(|r| headers.iter().cloned().zip(r.expect("a row").iter().map(str::to_string)).collect()).collect()
}

fn rows(store: &Store, sql: &str) -> Vec<Vec<String>> {
    let frame = analysis::query(store, sql).expect("a query");
    (0..frame.num_rows()).map(|row| frame.columns().iter().map(|c| cell(c, row).unwrap_or_default()).collect()).collect()
}

#[test]
fn planted_direct_awards_and_duplicates_are_found() {
    let scratch = Scratch::new("figures");
    let workspace = project().join("data/sample");
    let context = Context {
        config: Config::load(&workspace, &[]).expect("the sample's settings"),
        rules: Rules::load(&workspace).expect("valid rules"),
        privacy_key: [0; 32],
        progress: Box::new(|_, _, _| {}),
    };
    let mut store = Store::open_for_writing(scratch.path(), false).expect("a new store");
    pipeline::run(&context, &mut store, Some("analyse")).expect("the stages run");

    // Every planted run of direct awards is added up to the öre, and judged against the right limit.
    let found: BTreeMap<String, (String, String)> = rows(
        &store,
        "select supplier_id, category_code, accumulated_net, limit_status from metric.direct_award_accumulation
         where level = 'supplier_category' and window_kind = 'rolling_12' order by supplier_id, category_code",
    )
    .into_iter()
    .map(|r| (format!("{} {}", r[0], r[1]), (r[2].clone(), r[3].clone())))
    .collect();
    let mut judged = 0;
    for award in truth("direct_awards.csv") {
        let key = format!("SE{} {}", award["organisation_number"], award["category_code"]);
        let status = &award["band"];
        if status == "below_documentation" {
            assert!(!found.contains_key(&key), "{key}: below every limit, and yet listed");
            continue;
        }
        assert_eq!(found.get(&key), Some(&(award["net_amount"].clone(), status.to_string())), "{key}");
        judged += 1;
    }
    assert!(judged >= 6, "{judged}");

    // Duplicates: a planted pair is found by either of its lines; a reversal or a new bill after one never is.
    let files: BTreeMap<String, String> =
        rows(&store, "select path, source_file_id from lake.source_file order by path").into_iter().map(|r| (r[0].clone(), r[1].clone())).collect();
    let mut listed: BTreeSet<String> =
        rows(&store, "select line_id from metric.duplicate_invoice order by line_id").into_iter().map(|mut r| r.swap_remove(0)).collect();
    let all = listed.len();
    let (mut hits, mut planted) = (0, 0);
    for pair in truth("duplicates.csv") {
        let file = &files[&pair["file"]];
        let number = |name: &str| pair[name].parse::<u64>().expect("a number");
        let ids: Vec<String> =
            (0..number("lines")).flat_map(|n| [number("record") + n, number("original_record") + n]).map(|n| format!("{file}-{n}")).collect();
        // Every id of the pair is taken from the list, so no short cut at the first.
        let is_listed = ids.iter().filter(|id| listed.remove(*id)).count() > 0;
        if pair["is_duplicate"] == "1" {
            planted += 1;
            hits += usize::from(is_listed);
        } else {
            assert!(!is_listed, "{pair:?} was reversed and is no duplicate");
        }
    }
    assert!(planted >= 30, "{planted}");
    // One planted pair was credited by a note of the same amount: nothing is left to claim back.
    assert!(hits + 1 >= planted, "{hits} of {planted} planted duplicates");
    assert!(listed.len() * 50 <= all, "{} of {all} are not planted: {listed:?}", listed.len());
}
