//! Total cost, key figures, competition and life-cycle follow-up on the sample: against the truth that was planted in it, and
//! against another program that computes them anew from single lines.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use spendtrace::analysis;
use spendtrace::config::Config;
use spendtrace::pipeline::{self, Context};
use spendtrace::rules::Rules;
use spendtrace::store::Store;

use super::golden::cell;
use super::oracle::python;
use super::support::{Scratch, copy_folder, project};

/// The sample with what its exports do not have, through `analyse`, once for all tests of this file: a ledger with discounts of the
/// payment terms, emission factors of two methods, and every component of the total cost counted.
fn sample() -> &'static Sample {
    static RUN: OnceLock<Sample> = OnceLock::new();
    RUN.get_or_init(|| {
        let scratch = Scratch::new("cost");
        let (workspace, root) = (scratch.path().join("workspace"), scratch.path().join("store"));
        copy_folder(&project().join("data/sample"), &workspace);
        let write = |name: &str, text: &str| std::fs::write(workspace.join(name), text).expect("a writable workspace");
        std::fs::create_dir_all(workspace.join("mappings")).expect("a writable workspace");
        write("mappings/discounts.toml", DISCOUNT_MAPPING);
        write("discounts.csv", &discount_ledger());
        write("factors.csv", FACTORS);
        let settings = std::fs::read_to_string(workspace.join("spendtrace.toml")).expect("the sample's settings");
        let components =
            "price price_deviation lost_discount freight fee process_cost order_cost late_interest early_payment_cost payment_term_cost carbon_cost";
        let components: Vec<&str> = components.split(' ').collect();
        let more = [("discounts", "discounts.csv", "discounts"), ("factors", "factors.csv", "emission-factors")]
            .map(|(name, path, mapping)| format!("[[source]]\nname = \"{name}\"\npath = \"{path}\"\nmapping = \"{mapping}\"\n"))
            .concat();
        write("spendtrace.toml", &format!("cost_components = {components:?}\n{settings}\n{more}"));
        let context = Context {
            config: Config::load(&workspace, &[]).expect("valid settings"),
            rules: Rules::load(&workspace).expect("valid rules"),
            privacy_key: [0; 32],
            progress: Box::new(|_, _, _| {}),
        };
        let mut store = Store::open_for_writing(&root, false).expect("a new store");
        pipeline::run(&context, &mut store, Some("analyse")).expect("the stages run");
        std::fs::write(root.join("views.sql"), analysis::views_sql(&store)).expect("a writable store");
        Sample { _folder: scratch, workspace, root }
    })
}

struct Sample {
    /// Removed when the tests end.
    _folder: Scratch,
    workspace: PathBuf,
    root: PathBuf,
}

const DISCOUNT_MAPPING: &str = r#"
doc = "A ledger that states the discounts of the payment terms."
kind = "invoice_line"
decimal = "."
date_order = "ymd"
[columns]
vendor_name = "vendor"
organisational_unit_name = "unit"
account_code = "account"
account_name = "account_name"
invoice_number = "invoice"
invoice_on = "invoice_on"
due_on = "due_on"
paid_on = "paid_on"
discount_until_on = "discount_until"
discount_percent = "percent"
net_amount = "net"
"#;

/// Lines paid on the day of the discount, before and after it, on no day; credits; percentages with two decimals and none.
fn discount_ledger() -> String {
    let mut text = String::from("vendor,unit,account,account_name,invoice,invoice_on,due_on,paid_on,discount_until,percent,net\n");
    for line in 0..240 {
        let percent = ["2", "2.25", "", "0.75", "3.00"][line % 5];
        let until = if percent.is_empty() { "" } else { ["2025-05-11", "2025-05-14"][line % 2] };
        let paid = ["2025-05-11", "2025-05-12", "2025-05-31", ""][line / 2 % 4];
        let (vendor, unit, account) =
            (["Rabattbolaget AB", "Villkorsgruppen AB", "Kontantia AB"][line % 3], ["Regionmuseet", "Regionteatern"][line % 2], 5622 + line % 4);
        // Some lines are freight or fees: what was lost on those is no part of the price.
        let account_name = ["Material", "Material", "Material", "Frakter", "Material", "Material", "Material", "Bankavgifter"][line % 8];
        let due = ["2025-05-31", "2025-05-21"][line / 3 % 2];
        let sign = if line % 7 == 0 { "-" } else { "" };
        text += &format!(
            "{vendor},{unit},{account},{account_name},R{},2025-05-01,{due},{paid},{until},{percent},{sign}{}.{:02}\n",
            line / 3,
            137 * (line + 1),
            line * 37 % 100
        );
    }
    text
}

/// Two methods that overlap; the one that covers more is not the first by name.
const FACTORS: &str = "Method,Category code,kg_co2e,Per quantity,Per unit,Price year,VAT basis,Source
a_narrow,10,30,1000,SEK,2025,excluding,made up
wide,10,20,1000,SEK,2025,excluding,made up
wide,11,12.5,1000,SEK,2025,excluding,made up
wide,12,7.125,1000,SEK,2025,excluding,made up
wide,16,3,1000,SEK,2025,excluding,made up
";

fn rows(sql: &str) -> Vec<Vec<String>> {
    let store = Store::open(&sample().root).expect("a store");
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
        .arg(&sample().root)
        .arg(&sample().workspace)
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
