//! Resolve and classify as stages: tables in, tables out, the same bytes whatever the threads and the order of rows.

use std::path::Path;

use spendtrace::config::Config;
use spendtrace::model::{Money, vendor_key};
use spendtrace::pipeline::Context;
use spendtrace::rules::Rules;
use spendtrace::schema::{self, Table};
use spendtrace::store::{Columns, StageEntry, Store, TableBuilder};
use spendtrace::{classify, resolve};

use crate::support::Scratch;

/// Lines as `role|vendor id|name|number|account|category|contract reference`; the role is the line id.
const LINES: &[(&str, &[&str])] = &[
    (
        "2024-01",
        &[
            "l-1|17|Acme Bygg AB|5560360793|4010|45|",
            "l-2|17|ACME BYGG AKTIEBOLAG||4010|45|",
            "l-3||Acme Bygg||4010|45|",
            "l-4|18|Norrlands Städservice HB||6110||",
            "l-5|19|Diverse leverantörer||6110||",
        ],
    ),
    (
        "2024-02",
        &[
            "l-6|17|Acme Bygg AB|5560360793|4010|45|",
            "l-7|17|Acme Bygg AB|5560360793|4010|45|",
            "l-8|17|Acme Bygg AB|5560360793|5999||",
            "l-9|20|Volvo AB||5999||AVT-1",
            "l-10|21|Länsbolaget AB|2120000142|5999||",
            "l-11|18|Norrlands Städservice HB||8410||",
        ],
    ),
];

fn context(workspace: &Path) -> Context {
    let settings = "own_organisation_numbers = [\"212000-0142\"]\nexcluded_accounts = [\"84=financial\"]\nlocal_municipalities = [\"2480\"]\n";
    Context {
        config: Config::parse(workspace, settings).unwrap(),
        rules: Rules::load(workspace).unwrap(),
        privacy_key: [7; 32],
        progress: Box::new(|_, _, _| {}),
    }
}

fn lake(folder: &Path, is_reversed: bool) -> Store {
    let mut store = Store::open_for_writing(folder, false).unwrap();
    let mut transaction = store.begin();
    let mut files = Vec::new();
    for (period, lines) in LINES {
        let mut rows = TableBuilder::new(&schema::INVOICE_LINE);
        let mut lines = lines.to_vec();
        if is_reversed {
            lines.reverse();
        }
        for line in lines {
            let [id, vendor, name, number, account, category, contract] = line.split('|').collect::<Vec<_>>()[..] else { panic!("{line}") };
            let some = |t: &'static str| (!t.is_empty()).then_some(t);
            rows.text("line_id", Some(id))
                .text("source_file_id", Some("0123456789"))
                .int("source_line", Some(2))
                .text("source_name", Some("ledger"))
                .text("period", Some(period))
                .text("vendor_key", Some(&vendor_key("ledger", vendor, name, number)))
                .text("vendor_id", some(vendor))
                .text("vendor_name", some(name))
                .text("organisation_number", some(number))
                .text("account_code", some(account))
                .text("category_code", some(category))
                .text("contract_reference", some(contract))
                .money("net_amount", Money::from_minor(10_000))
                .text("currency", Some("SEK"))
                .int("row_fingerprint", Some(1));
            rows.end_row();
        }
        let mut writer = transaction.writer(&schema::INVOICE_LINE, Some(period), "lines").unwrap();
        writer.write(&rows.finish()).unwrap();
        files.push(writer.finish().unwrap());
    }
    transaction.replace(&schema::INVOICE_LINE, files);
    let place = |rows: &mut TableBuilder, line: i64| {
        rows.text("source_file_id", Some("abcdef0123")).int("source_line", Some(line));
    };
    let mut contracts = TableBuilder::new(&schema::CONTRACT);
    for (line, (id, lot, name, number, categories)) in
        [("AVT-1", "", "AB Volvo", "556012-5790", "34"), ("AVT-2", "A", "Acme Bygg", "", "45|44"), ("AVT-2", "B", "Norrlands städservice", "", "90")]
            .into_iter()
            .enumerate()
    {
        place(&mut contracts, line as i64);
        contracts.text("contract_id", Some(id)).text("vendor_name", Some(name)).text("category_codes", Some(categories)).text("currency", Some("SEK"));
        contracts.text("lot_id", Some(lot).filter(|l| !l.is_empty())).text("organisation_number", Some(number).filter(|n| !n.is_empty()));
        contracts.end_row();
    }
    transaction.replace_with(&schema::CONTRACT, &[contracts.finish()]).unwrap();
    let mut register = TableBuilder::new(&schema::SUPPLIER_REGISTER);
    place(&mut register, 1);
    register.text("organisation_number", Some("5560360793")).text("organisation_name", Some("Acme Bygg AB")).int("employee_count", Some(8));
    register
        .money("turnover_eur", Money::from_minor(100_000_000))
        .text("municipality_code", Some("2480"))
        .text("parent_organisation_number", Some("5560125790"));
    register.end_row();
    transaction.replace_with(&schema::SUPPLIER_REGISTER, &[register.finish()]).unwrap();
    let mut rules = TableBuilder::new(&schema::CATEGORY_RULE);
    place(&mut rules, 2);
    rules.text("account_prefix", Some("61")).text("category_code", Some("90"));
    rules.end_row();
    transaction.replace_with(&schema::CATEGORY_RULE, &[rules.finish()]).unwrap();
    transaction.commit("ingest", StageEntry::default()).unwrap();
    store
}

fn texts(store: &Store, table: &Table, columns: &[&str]) -> Vec<String> {
    let mut rows = Vec::new();
    for batch in store.read(table).unwrap() {
        for row in 0..batch.num_rows() {
            rows.push(columns.iter().map(|c| Columns(&batch).text_at(c, row).unwrap_or("-")).collect::<Vec<_>>().join("|"));
        }
    }
    rows
}

#[test]
fn lake_becomes_suppliers_and_categories() {
    let scratch = Scratch::new("resolve");
    let context = context(scratch.path());
    let mut store = lake(&scratch.path().join("out"), false);
    resolve::run(&context, &mut store).unwrap();
    classify::run(&context, &mut store).unwrap();

    let acme = "SE5560360793";
    let by_vendor: Vec<String> = texts(&store, &schema::VENDOR_SUPPLIER, &["vendor_name", "supplier_id", "link_method", "finding"]);
    for expect in [
        format!("Acme Bygg AB|{acme}|identifier|-"),
        format!("ACME BYGG AKTIEBOLAG|{acme}|master|-"),
        format!("Acme Bygg|{acme}|name|-"),
        "Volvo AB|SE5560125790|name|-".to_string(),
        "Länsbolaget AB|SE2120000142|identifier|-".to_string(),
    ] {
        assert!(by_vendor.contains(&expect), "{expect} in {by_vendor:#?}");
    }
    assert!(by_vendor.iter().any(|v| v.starts_with("Diverse leverantörer|name:") && v.ends_with("|alone|placeholder")), "{by_vendor:#?}");
    let suppliers = texts(&store, &schema::SUPPLIER, &["supplier_id", "supplier_name", "supplier_group_id", "size_class"]);
    assert!(suppliers.contains(&format!("{acme}|Acme Bygg AB|SE5560125790|micro")), "{suppliers:#?}");
    let holders = texts(&store, &schema::CONTRACT_SUPPLIER, &["contract_id", "lot_id", "supplier_id"]);
    assert!(holders.contains(&format!("AVT-2|A|{acme}")) && holders.contains(&"AVT-1||SE5560125790".to_string()), "{holders:#?}");
    let classes = texts(&store, &schema::SUPPLIER_CLASS, &["supplier_id", "class_code", "class_status"]);
    for class in ["sme|member", "local|member", "newly_started|unknown"] {
        assert!(classes.contains(&format!("{acme}|{class}")), "{class} in {classes:#?}");
    }

    assert_eq!(
        texts(&store, &schema::LINE_CATEGORY, &["line_id", "category_code", "category_method", "exclusion"]),
        [
            "l-1|45|line|-",
            "l-2|45|line|-",
            "l-3|45|line|-",
            "l-4|90|rule_account|-",
            "l-5|90|rule_account|-",
            "l-6|45|line|-",
            "l-7|45|line|-",
            "l-8|45|supplier_majority|-",
            "l-9|34|contract|-",
            "l-10|-|unclassified|internal",
            "l-11|-|unclassified|financial",
        ]
    );
    let rows = |table: &Table| store.files(table).iter().map(|f| (f.period.clone(), f.rows)).collect::<Vec<_>>();
    assert_eq!(rows(&schema::LINE_CATEGORY), rows(&schema::INVOICE_LINE), "a file for a file");

    let before = store.manifest().clone();
    resolve::run(&context, &mut store).unwrap();
    classify::run(&context, &mut store).unwrap();
    assert_eq!(*store.manifest(), before, "nothing changed, nothing is done");
}

#[test]
fn bytes_do_not_hang_on_threads_or_order() {
    let mut seen = Vec::new();
    for (threads, is_reversed) in [(1, false), (2, false), (4, true)] {
        let scratch = Scratch::new("resolve-same");
        let context = context(scratch.path());
        let mut store = lake(&scratch.path().join("out"), is_reversed);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            resolve::run(&context, &mut store).unwrap();
            classify::run(&context, &mut store).unwrap();
        });
        let hashes = |table: &Table| store.files(table).iter().map(|f| f.sha256.clone()).collect::<Vec<_>>();
        seen.push([&schema::SUPPLIER, &schema::VENDOR_SUPPLIER, &schema::SUPPLIER_CLASS, &schema::CONTRACT_SUPPLIER].map(hashes));
    }
    assert!(seen.windows(2).all(|w| w[0] == w[1]));
}

#[test]
fn the_review_asks_by_money() {
    let scratch = Scratch::new("resolve-review");
    let context = context(scratch.path());
    let mut store = lake(&scratch.path().join("out"), false);
    resolve::run(&context, &mut store).unwrap();
    let columns = ["record", "verdict"];
    let questions = texts(&store, &schema::SUPPLIER_REVIEW, &columns);
    let at_risk: Vec<i64> = store
        .read(&schema::SUPPLIER_REVIEW)
        .unwrap()
        .iter()
        .flat_map(|b| (0..b.num_rows()).map(|r| Columns(b).money_at("at_risk_net", r).unwrap().minor()).collect::<Vec<_>>())
        .collect();
    assert!(at_risk.windows(2).all(|w| w[0] >= w[1]), "{at_risk:?}");
    let key = vendor_key("ledger", "", "Acme Bygg", "");
    let verdict = format!("different {key} SE5560360793");
    assert!(questions.contains(&format!("ledger: Acme Bygg|{verdict}")), "a name link is a question: {questions:#?}");
    // Taking the advice ends the link, and the question.
    std::fs::write(scratch.path().join("suppliers.overrides"), format!("{verdict} # controller 2024-03-01\n")).unwrap();
    resolve::run(&context, &mut store).unwrap();
    let again = texts(&store, &schema::SUPPLIER_REVIEW, &columns);
    assert!(!again.iter().any(|q| q.ends_with(&verdict)), "{again:#?}");
    assert!(texts(&store, &schema::VENDOR_SUPPLIER, &["vendor_name", "supplier_id"]).iter().all(|v| v != "Acme Bygg|SE5560360793"));
}
