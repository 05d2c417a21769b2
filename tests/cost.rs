//! Total cost, key figures, competition and life-cycle follow-up on the sample: against the truth that was planted in it, and
//! against another program that computes them anew from single lines.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::OnceLock;

use spendtrace::analysis;
use spendtrace::config::Config;
use spendtrace::pipeline::{self, Context};
use spendtrace::rules::Rules;
use spendtrace::store::Store;

use super::golden::cell;
use super::oracle::python;
use super::support::{Scratch, project};

/// The sample, through `analyse`, once for all tests of this file.
fn sample() -> &'static Scratch {
    static RUN: OnceLock<Scratch> = OnceLock::new();
    RUN.get_or_init(|| {
        let scratch = Scratch::new("cost");
        let workspace = project().join("data/sample");
        let context = Context {
            config: Config::load(&workspace, &[]).expect("the sample's settings"),
            rules: Rules::load(&workspace).expect("valid rules"),
            privacy_key: [0; 32],
            progress: Box::new(|_, _, _| {}),
        };
        let mut store = Store::open_for_writing(scratch.path(), false).expect("a new store");
        pipeline::run(&context, &mut store, Some("analyse")).expect("the stages run");
        std::fs::write(scratch.path().join("views.sql"), analysis::views_sql(&store)).expect("a writable store");
        scratch
    })
}

fn rows(sql: &str) -> Vec<Vec<String>> {
    let store = Store::open(sample().path()).expect("a store");
    let frame = analysis::query(&store, sql).expect("a query");
    (0..frame.num_rows()).map(|row| frame.columns().iter().map(|c| cell(c, row).unwrap_or_default()).collect()).collect()
}

#[test]
fn another_program_gives_the_same_figures() {
    let python = match python() {
        Ok(python) => python,
        Err(reason) => {
            assert!(std::env::var_os("SPENDTRACE_REQUIRE_ORACLE").is_none(), "the oracle is required: {reason}");
            eprintln!("skipped: {reason}; set SPENDTRACE_PYTHON to an interpreter with the package duckdb");
            return;
        }
    };
    let output = Command::new(python)
        .arg(project().join("tests/oracle/cost_oracle.py"))
        .arg(sample().path())
        .arg(project().join("data/sample"))
        .output()
        .expect("the oracle starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let differences = String::from_utf8_lossy(&output.stdout);
    assert!(differences.trim().is_empty(), "{differences}");
}

#[test]
fn planted_red_flags_are_raised_and_no_others() {
    // Flags with fences stand where the values of the file put them; the others where they were planted.
    const ABSOLUTE: [&str; 6] = ["R003", "R018", "R028", "R030", "R035", "R036"];
    let mut reader = csv::Reader::from_path(project().join("data/sample/truth/tenders.csv")).expect("the sample has its truth");
    let planted: BTreeSet<(String, String)> = reader
        .records()
        .map(|r| r.expect("a whole row"))
        .map(|r| (r[0].to_string(), r[1].to_string()))
        .filter(|(_, code)| ABSOLUTE.contains(&code.as_str()))
        .collect();
    assert_eq!(planted.iter().map(|(_, code)| code.as_str()).collect::<BTreeSet<_>>(), BTreeSet::from(ABSOLUTE));
    let raised: BTreeSet<(String, String)> =
        rows("select object_id, flag_code from metric.tender_flag where object_kind = 'process' order by object_id, flag_code")
            .into_iter()
            .map(|r| (r[0].clone(), r[1].clone()))
            .filter(|(_, code)| ABSOLUTE.contains(&code.as_str()))
            .collect();
    assert_eq!(raised, planted);
}

#[test]
fn an_award_is_followed_up_and_every_cut_of_the_total_cost_agrees() {
    let bids = rows("select bid_id, price_rank, life_cycle_rank from metric.life_cycle_bid order by bid_id");
    assert_eq!(bids.len(), 2, "{bids:?}");
    let follow_up =
        rows("select year_number, component_code, calculated_net, actual_net from metric.life_cycle_follow_up where is_complete order by year_number");
    assert!(follow_up.iter().any(|r| r[1] == "other_use" && r[3].parse::<f64>().is_ok_and(|v| v > 0.0)), "{follow_up:?}");
    let totals: BTreeMap<&str, Vec<Vec<String>>> = ["tco_cell", "tco_supplier", "tco_category", "tco_contract", "tco_unit"]
        .map(|t| (t, rows(&format!("select sum(total_cost_net) as total, sum(spend_net) as spend from metric.{t}"))))
        .into();
    let distinct: BTreeSet<&Vec<Vec<String>>> = totals.values().collect();
    assert_eq!(distinct.len(), 1, "{totals:?}");
}
