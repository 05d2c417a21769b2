//! The report over a small store with every outcome in it, made by hand so that no other stage can hide a defect of this one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use spendtrace::config::Config;
use spendtrace::model::{Date, Money, Period};
use spendtrace::pipeline::Context;
use spendtrace::report;
use spendtrace::rules::Rules;
use spendtrace::schema::{self, metric};
use spendtrace::store::{Columns, StageEntry, Store, TableBuilder};

use crate::support::Scratch;

/// Text that breaks renderers which forget to escape: in HTML, in JSON inside a script, in SVG, in CSV, in a workbook.
pub const HOSTILE: &[&str] = &[
    "</script><script>document.title='owned'</script>",
    "<svg onload=alert(1)>",
    "<img src=x onerror=alert(1)>",
    "\"><b>x</b>",
    "' onmouseover='alert(1)",
    "=1+1",
    "＝SUM(A1)",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+46 8 123",
    "-2+3",
    "javascript:alert(1)",
    "]]><!--",
    "&#60;b&#62; &amp;",
    "{{7*7}} {value} ${1}",
    "line\u{2028}separator\u{2029}",
    "\u{202e}rtl",
    "tab\there; semicolon, comma \"quote\"",
];

/// What a fixture is made with.
pub struct Plan {
    pub lines: u64,
    pub language: &'static str,
    pub is_hostile: bool,
}

/// Numbers that look like chance and are the same everywhere (Knuth's MMIX constants).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

const UNITS: &[&str] =
    &["Primärvården", "Akutsjukvården", "Psykiatrin", "Tandvården", "Fastighet och service", "Kollektivtrafiken", "IT-avdelningen", "Måltidsservice"];
const CATEGORIES: &[(&str, &str)] = &[
    ("V01", "Vårdmaterial"),
    ("V02", "Läkemedelsnära förbrukning"),
    ("V03", "Medicinteknisk utrustning"),
    ("T01", "Bemanning och konsulter"),
    ("T02", "Utbildning"),
    ("I01", "IT-utrustning"),
    ("I02", "Programvarulicenser"),
    ("F01", "Byggtjänster"),
    ("F02", "Städning och lokalvård"),
    ("L01", "Livsmedel"),
    ("K01", "Kontorsmaterial och möbler"),
    ("R01", "Transporter och resor"),
];
const GROUPS: &[(&str, &str)] =
    &[("V", "Vård"), ("T", "Tjänster"), ("I", "IT"), ("F", "Fastighet"), ("L", "Livsmedel"), ("K", "Kontor"), ("R", "Resor och transporter")];
const OUTCOMES: &[(&str, &str, i64, &str)] = &[
    ("compliant", "", 2, "unique_scope"),
    ("compliant", "", 2, "explicit"),
    ("compliant", "", 3, "explicit"),
    ("compliant", "", 2, "by_order"),
    ("compliant", "", 2, "unique_scope"),
    ("compliant", "", 2, "unique_scope"),
    ("off_contract", "M1", -1, "no_contract"),
    ("off_contract", "M2", -1, "no_contract"),
    ("off_contract", "M3", 1, "out_of_scope"),
    ("off_contract", "M4", 0, "out_of_scope"),
    ("off_contract", "M5", 1, "out_of_scope"),
    ("off_contract", "M6", 2, "unique_scope"),
    ("deviating", "M7", 2, "unique_scope"),
    ("deviating", "M8", 2, "unique_scope"),
    ("ambiguous", "", 0, "ambiguous"),
    ("undetermined", "M9", 0, "unresolved"),
    ("not_addressable", "", -1, "not_contractable"),
];

pub fn context(workspace: &Path, language: &str) -> Context {
    let settings = format!("name = \"Region Exempel\"\nlanguage = \"{language}\"\n");
    Context {
        config: Config::parse(workspace, &settings).expect("valid settings"),
        rules: Rules::load(workspace).expect("the built-in rules are valid"),
        privacy_key: [7; 32],
        progress: Box::new(|_, _, _| ()),
    }
}

fn money(minor: i64) -> Option<Money> {
    Some(Money::from_minor(minor).expect("fits"))
}

/// A store with decided lines and every metric made by the real queries.
pub fn fixture(root: &Path, plan: &Plan) -> Store {
    let mut store = Store::open_for_writing(root, false).expect("an empty folder");
    let mut chance = Chance(7);
    let first = Period::parse("2024-01").expect("a month");
    let suppliers: Vec<(String, String)> = (0..120)
        .map(|i| {
            let name = if plan.is_hostile && i < HOSTILE.len() {
                HOSTILE[i].to_string()
            } else {
                format!(
                    "{} {} AB",
                    ["Norrby", "Ekliden", "Sundqvist", "Hamnens", "Björkö", "Vättra"][i % 6],
                    ["Vård", "Teknik", "Bygg", "Data", "Mat", "Konsult", "Frakt"][i % 7]
                ) + &format!(" {i}")
            };
            (format!("SE55600{i:05}"), name)
        })
        .collect();
    let contracts: Vec<(String, String, usize)> =
        (0..40).map(|i| (format!("AVT-{:03}", i + 1), format!("{} {}", CATEGORIES[i % 12].1, 2020 + i % 5), i)).collect();

    let mut spend: BTreeMap<String, TableBuilder> = BTreeMap::new();
    let mut lines: BTreeMap<String, TableBuilder> = BTreeMap::new();
    let mut total = 0i64;
    for n in 0..plan.lines {
        let month = Period::from_index(first.index() + chance.below(12) as i32);
        let period = month.to_string();
        let day = month.first_day().plus_days(chance.below(28) as i32);
        let unit = (chance.below(8).min(chance.below(8))) as usize;
        let category = chance.below(12) as usize;
        // Few suppliers are large: the smaller of three draws.
        let supplier = chance.below(120).min(chance.below(120)).min(chance.below(120)) as usize;
        let (outcome, reason, ladder, class) = OUTCOMES[chance.below(OUTCOMES.len() as u64) as usize];
        let contract = &contracts[(category + 12 * chance.below(3) as usize) % 40];
        let mut amount = (100 + chance.below(9_000_000) as i64) / (1 + supplier as i64 % 7);
        if n % 31 == 0 {
            amount = -amount;
        }
        total += amount;
        let line_id = format!("0123456789-{n}");
        let invoice = format!("F{}", n / 2);
        let is_addressable = outcome != "not_addressable";
        let text = |v: &'static str| (!v.is_empty()).then_some(v);
        let b = spend.entry(period.clone()).or_insert_with(|| TableBuilder::new(&schema::SPEND));
        b.text("line_id", Some(&line_id)).text("period", Some(&period)).int("month_index", Some(i64::from(month.index())));
        b.date("covered_on", Some(day)).text("covered_on_basis", Some("invoiced"));
        b.text("organisational_unit_id", Some(&format!("{}", 1000 + unit))).text("organisational_unit_name", Some(UNITS[unit]));
        b.text("vendor_key", Some("0123456789abcdef")).text("vendor_id", Some("100"));
        b.text("supplier_id", Some(&suppliers[supplier].0))
            .text("supplier_name", Some(&suppliers[supplier].1))
            .text("supplier_group_id", Some(&suppliers[supplier].0));
        b.text("invoice_number", Some(&invoice)).text("invoice_key", Some(&format!("{supplier}-{invoice}"))).text("invoice_number_normalised", Some(&invoice));
        b.date("invoice_on", Some(day))
            .date("booked_on", Some(day))
            .date("due_on", Some(day.plus_days(30)))
            .date("paid_on", Some(day.plus_days(25 + chance.below(20) as i32)));
        b.boolean("is_credit", Some(amount < 0))
            .text("account_code", Some("4010"))
            .text("account_name", Some(if n % 40 == 0 { "Frakter" } else { "Material" }));
        b.text("category_code", Some(CATEGORIES[category].0)).text("category_name", Some(CATEGORIES[category].1));
        let group = GROUPS.iter().find(|g| CATEGORIES[category].0.starts_with(g.0)).expect("each category has a group");
        b.text("category_group_code", Some(group.0))
            .text("category_group_name", Some(group.1))
            .text("category_method", Some(["line", "rule_account", "rule_vendor"][category % 3]));
        b.text("channel", Some(["e_invoice", "pdf", "paper"][(n % 3) as usize]));
        b.money("net_amount", money(amount)).text("currency", Some("SEK")).money("spend_net", money(amount));
        b.boolean("is_addressable", Some(is_addressable))
            .text("exclusion", text(if is_addressable { "" } else { ["tax", "grant", "internal"][(n % 3) as usize] }));
        b.text("outcome", Some(outcome)).text("match_class", Some(class)).int("ladder_level", (outcome != "undetermined").then_some(ladder));
        b.text("contract_id", (ladder >= 0 && is_addressable).then_some(contract.0.as_str()))
            .text("passed_by_contract_id", (reason == "M2").then_some(contract.0.as_str()));
        b.text("reason", text(reason)).boolean("is_category_covered", Some(reason != "M1"));
        b.money("price_deviation_net", (reason == "M7").then(|| Money::from_minor(amount.abs() / 20).expect("fits")));
        b.float("confidence", Some(0.9)).int("candidate_count", Some(2)).text("evidence", Some("SUPPLIER_ID;SCOPE_SUBTREE"));
        b.end_row();
        let b = lines.entry(period.clone()).or_insert_with(|| TableBuilder::new(&schema::INVOICE_LINE));
        b.text("line_id", Some(&line_id)).text("source_file_id", Some("0123456789")).int("source_line", Some(n as i64 + 2)).text("source_name", Some("ledger"));
        b.text("period", Some(&period)).text("vendor_key", Some("0123456789abcdef")).money("net_amount", money(amount)).text("currency", Some("SEK"));
        b.int("row_fingerprint", Some(n as i64));
        b.end_row();
    }

    let mut small: Vec<(&'static schema::Table, TableBuilder)> = Vec::new();
    let mut b = TableBuilder::new(&schema::SOURCE_FILE);
    b.text("source_file_id", Some("0123456789"))
        .text("source_name", Some("ledger"))
        .text("path", Some("in/ledger-2024.csv"))
        .text("kind", Some("invoice_line"));
    b.text("mapping", Some("raindance-kontering"))
        .text("sha256", Some("00"))
        .int("byte_count", Some(1))
        .text("encoding", Some("windows-1252"))
        .text("dialect", Some(";"));
    b.int("header_line", Some(1))
        .int("row_read_count", Some(plan.lines as i64 + 2))
        .int("row_kept_count", Some(plan.lines as i64))
        .int("row_rejected_count", Some(2));
    b.text("reading", Some(""))
        .int("row_skipped_count", Some(0))
        .money("net_amount_read", money(total + 12_345))
        .money("net_amount_kept", money(total))
        .money("net_amount_rejected", money(12_345));
    b.int("amount_unreadable_count", Some(1)).text("first_period", Some("2024-01")).text("last_period", Some("2024-12"));
    b.end_row();
    small.push((&schema::SOURCE_FILE, b));
    let mut b = TableBuilder::new(&schema::REJECT);
    for (record, value, amount) in [(17, "2024-13-01", Some(12_345)), (90, "=cmd|' /C calc'!A0", None)] {
        b.text("source_file_id", Some("0123456789"))
            .text("path", Some("in/ledger-2024.csv"))
            .text("kind", Some("invoice_line"))
            .int("source_record", Some(record));
        b.int("source_line", Some(record + 1)).int("source_byte", Some(record * 100)).text("column_name", Some("Fakturadatum")).text("value", Some(value));
        b.text("fault", Some("date_invalid"))
            .text("remedy", Some("correct the row, or map another column"))
            .money("net_amount", amount.map(|a| Money::from_minor(a).expect("fits")));
        b.end_row();
    }
    small.push((&schema::REJECT, b));
    let as_of = Date::parse_iso("2024-12-31").expect("a day");
    let mut b = TableBuilder::new(&schema::CONTRACT_TERM);
    for (id, title, i) in &contracts {
        let ends = Date::from_ymd(2025 + *i as i32 % 3, 1 + *i as u32 % 12, 28).expect("a day");
        let starts = Date::from_ymd(2021, 1 + *i as u32 % 12, 1).expect("a day");
        b.text("contract_id", Some(id))
            .text("framework_contract_id", Some(id))
            .text("contract_title", Some(title))
            .text("supplier_names", Some(&suppliers[*i].1))
            .int("supplier_count", Some(1));
        b.text("award_form", Some(["single", "ranked", "renewed_competition"][i % 3])).date("starts_on", Some(starts)).date("ends_on", Some(ends));
        b.date("extendable_until_on", (i % 4 == 0).then(|| ends.plus_months(12)));
        b.money("ceiling_net", (i % 5 != 4).then(|| Money::from_minor(120_000_000 + 60_000_000 * (*i as i64 % 7)).expect("fits")))
            .text("category_codes", Some(CATEGORIES[i % 12].0));
        b.boolean("is_live", Some(true)).int("days_to_end", Some(i64::from(ends.days() - as_of.days())));
        b.int("term_months", Some(i64::from(ends.period().index() - starts.period().index()) + 1))
            .int("elapsed_months", Some(i64::from(as_of.period().index() - starts.period().index()) + 1));
        b.int("loaded_months", Some(12))
            // Start, end and category are always on file; the others as the columns of this contract say.
            .int("followable_field_count", Some(3 + [i % 5 != 4, i % 2 == 0, i % 3 == 0].into_iter().filter(|is_filled| *is_filled).count() as i64))
            .boolean("has_price_list", Some(i % 2 == 0))
            .boolean("has_owner", Some(i % 3 == 0));
        b.boolean("is_followed_up_12m", Some(i % 4 == 0)).int("amendment_count", Some(0));
        b.end_row();
    }
    small.push((&schema::CONTRACT_TERM, b));
    let mut b = TableBuilder::new(&schema::CONTRACT);
    for (id, title, i) in &contracts {
        b.text("source_file_id", Some("aaaaaaaaaa")).int("source_line", Some(*i as i64 + 2)).text("contract_id", Some(id)).text("contract_title", Some(title));
        b.text("vendor_name", Some(&suppliers[*i].1)).text("currency", Some("SEK"));
        b.end_row();
    }
    small.push((&schema::CONTRACT, b));
    let mut b = TableBuilder::new(&schema::SUPPLIER);
    for (id, name) in &suppliers {
        b.text("supplier_id", Some(id))
            .text("supplier_name", Some(name))
            .text("supplier_group_id", Some(id))
            .text("size_class", Some("small"))
            .int("vendor_record_count", Some(1));
        b.end_row();
    }
    small.push((&schema::SUPPLIER, b));
    let mut b = TableBuilder::new(&schema::SUPPLIER_CLASS);
    for (i, (id, _)) in suppliers.iter().enumerate() {
        for (c, class) in ["sme", "micro", "idea_based", "newly_started", "local"].iter().enumerate() {
            let status = ["member", "not_member", "unknown"][(i + c) % (2 + c % 2)];
            b.text("supplier_id", Some(id))
                .text("class_code", Some(class))
                .text("class_status", Some(status))
                .text("evidence_tier", Some("registered"))
                .text("evidence", Some("register 2024"));
            b.end_row();
        }
    }
    small.push((&schema::SUPPLIER_CLASS, b));
    let mut b = TableBuilder::new(&schema::VENDOR_SUPPLIER);
    b.text("vendor_key", Some("0123456789abcdef"))
        .text("source_name", Some("ledger"))
        .text("supplier_id", Some(&suppliers[0].0))
        .float("link_score", Some(1.0));
    b.text("link_method", Some("identifier")).text("link_evidence", Some("organisation number"));
    b.end_row();
    small.push((&schema::VENDOR_SUPPLIER, b));
    let mut b = TableBuilder::new(&schema::ORGANISATIONAL_UNIT);
    for (i, name) in UNITS.iter().enumerate() {
        b.text("source_file_id", Some("bbbbbbbbbb"))
            .int("source_line", Some(i as i64 + 2))
            .text("organisational_unit_id", Some(&format!("{}", 1000 + i)))
            .text("organisational_unit_name", Some(name));
        b.end_row();
    }
    small.push((&schema::ORGANISATIONAL_UNIT, b));

    let mut change = store.begin();
    for (table, months) in [(&schema::SPEND, &mut spend), (&schema::INVOICE_LINE, &mut lines)] {
        let files = months
            .iter_mut()
            .map(|(period, builder)| {
                let mut writer = change.writer(table, Some(period), "part").expect("writable");
                writer.write(&builder.finish()).expect("writable");
                writer.finish().expect("writable")
            })
            .collect();
        change.replace(table, files);
    }
    for (table, mut builder) in small {
        change.replace_with(table, &[builder.finish()]).expect("writable");
    }
    change.commit("match", StageEntry::default()).expect("writable");
    let context = context(root, plan.language);
    spendtrace::analysis::run(&context, &mut store).expect("the analyses run");
    store
}

/// A report of the fixture in a scratch folder: the folder, and where the report lies in it.
pub fn reported(name: &str, plan: &Plan) -> (Scratch, PathBuf) {
    let scratch = Scratch::new(name);
    let mut store = fixture(scratch.path(), plan);
    let context = context(scratch.path(), plan.language);
    report::run(&context, &mut store).expect("the report is written");
    let folder = report::folder(&context, &store);
    (scratch, folder)
}

fn files_below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").to_string_lossy().into_owned();
                files.insert(name, std::fs::read(&path).expect("a readable file"));
            }
        }
    }
    files
}

fn total(store: &Store, column: &str) -> i128 {
    let table = &metric::analysis("compliance_total").expect("an analysis").table;
    let mut sum = None;
    for batch in store.read(table).expect("a readable table") {
        let columns = Columns(&batch);
        for row in 0..batch.num_rows() {
            if columns.text_at("period", row) == Some("all") {
                sum = columns.money_at(column, row);
            }
        }
    }
    i128::from(sum.expect("a row over all months").minor())
}

/// `1234567` öre as the page shows it to the öre in Swedish.
fn exact_sv(minor: i128) -> String {
    let digits = (minor.abs() / 100).to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{a0}');
        }
        out.push(c);
    }
    format!("{}{out},{:02}", if minor < 0 { "\u{2212}" } else { "" }, minor.abs() % 100)
}

#[test]
fn the_same_store_gives_the_same_bytes() {
    let plan = Plan { lines: 600, language: "sv", is_hostile: true };
    let (first, second) = (reported("bytes-1", &plan), reported("bytes-2", &plan));
    let (first, second) = (files_below(&first.1), files_below(&second.1));
    assert_eq!(first.keys().collect::<Vec<_>>(), second.keys().collect::<Vec<_>>());
    for (name, bytes) in &first {
        assert!(bytes == &second[name], "{name} differs between two runs over the same lines");
        assert!(!name.ends_with(".tmp"), "{name} was left behind");
    }
    for name in
        ["report.html", "report.xlsx", "kpi.json", "datapackage.json", "views.sql", "csv/compliance_unit.csv", "csv/machine/spend_cube.csv", "csv/rejects.csv"]
    {
        assert!(first.contains_key(name), "{name} is missing");
    }
}

#[test]
fn a_current_report_is_left_alone_and_a_missing_one_written_again() {
    let scratch = Scratch::new("current");
    let mut store = fixture(scratch.path(), &Plan { lines: 200, language: "sv", is_hostile: false });
    let context = context(scratch.path(), "sv");
    report::run(&context, &mut store).expect("written");
    let page = report::folder(&context, &store).join("report.html");
    std::fs::write(&page, "touched").expect("writable");
    report::run(&context, &mut store).expect("left alone");
    assert_eq!(std::fs::read(&page).expect("readable"), b"touched");
    std::fs::remove_file(&page).expect("removable");
    report::run(&context, &mut store).expect("written again");
    assert!(std::fs::metadata(&page).expect("there again").len() > 100_000);
}

#[test]
fn figures_on_the_page_are_those_of_the_metrics_and_add_up() {
    let scratch = Scratch::new("figures");
    let mut store = fixture(scratch.path(), &Plan { lines: 2_000, language: "sv", is_hostile: false });
    let context = context(scratch.path(), "sv");
    report::run(&context, &mut store).expect("written");
    let html = std::fs::read_to_string(report::folder(&context, &store).join("report.html")).expect("readable");
    for place in ["{value}", "{numerator}", "{denominator}", "{coverage}", "{target}"] {
        assert!(!html.contains(place), "a sentence was left with {place}");
    }
    let columns = ["compliant_spend_net", "deviating_spend_net", "off_contract_spend_net", "ambiguous_spend_net", "undetermined_spend_net"];
    let mut sum = 0;
    for column in columns {
        let minor = total(&store, column);
        sum += minor;
        assert!(html.contains(&format!(">{}<", exact_sv(minor))), "{column} = {} is not on the page", exact_sv(minor));
    }
    assert_eq!(sum, total(&store, "addressable_spend_net"), "the outcomes add up to addressable spend");
    // The shares under the first heading add up to 100,0 % as shown.
    let legend = html.split("<ul class=\"legend\">").nth(1).and_then(|t| t.split("</ul>").next()).expect("a legend");
    let tenths: i64 = legend.split('(').skip(1).map(|t| t.split('\u{a0}').next().expect("a number").replace(',', "").parse::<i64>().expect("a share")).sum();
    assert_eq!(tenths, 1000, "{legend}");
    let summary = report::summary(&context, &store).expect("a summary");
    assert_eq!(i128::from(summary.addressable_spend_net), total(&store, "addressable_spend_net"));
    assert_eq!(summary.outcomes.iter().map(|o| i128::from(o.1)).sum::<i128>(), i128::from(summary.addressable_spend_net));
    assert_eq!(summary.rows, (2_002, 2_000, 2));
    assert!(serde_json::to_string(&summary).expect("serialisable").contains("\"key_figures\""));
}

#[test]
fn the_page_is_one_file_that_asks_for_nothing() {
    let (_scratch, folder) = reported("page", &Plan { lines: 500, language: "en", is_hostile: true });
    for name in ["report.html", "units/1000/deviations.html"] {
        let html = std::fs::read_to_string(folder.join(name)).expect("readable");
        for forbidden in
            ["<svg onload", "<img", "<b>x</b>", "onmouseover='", "owned'</script>", "src=\"", "@import", "url(http", " style=\"", "href=\"http", "href=\"//"]
        {
            assert!(!html.contains(forbidden), "{name} contains {forbidden}");
        }
        // Each inline block is named by its hash in the policy.
        let policy = html.split("Content-Security-Policy\" content=\"").nth(1).and_then(|t| t.split('"').next()).expect("a policy");
        assert!(policy.starts_with("default-src &#39;none&#39;;"), "{policy}");
        let handlers = ["onclick", "onload", "onerror", "onchange", "oninput", "onfocus"];
        for handler in handlers {
            assert!(!html.contains(&format!(" {handler}=\"")), "{name} has an inline {handler}");
        }
    }
    let html = std::fs::read_to_string(folder.join("report.html")).expect("readable");
    assert!(html.len() < 5_000_000, "{} bytes", html.len());
    assert!(html.contains("lang=\"sv\"") && html.contains("lang=\"en\""));
    assert!(html.contains("&lt;/script&gt;&lt;script&gt;document.title=&#39;owned&#39;&lt;/script&gt;"), "the hostile name stands as text");
}

#[test]
fn no_csv_cell_is_a_formula_and_programs_read_them_back() {
    let (_scratch, folder) = reported("csv", &Plan { lines: 800, language: "sv", is_hostile: true });
    let mut guarded = 0;
    for (name, bytes) in files_below(&folder) {
        if !name.ends_with(".csv") {
            continue;
        }
        let is_machine = name.starts_with("csv/machine/");
        let text = String::from_utf8(bytes).expect("UTF-8");
        assert_eq!(text.starts_with('\u{feff}'), !is_machine, "{name}: a BOM for Excel and for nobody else");
        let mut reader = csv::ReaderBuilder::new().delimiter(if is_machine { b',' } else { b';' }).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let width = reader.headers().expect("a header").len();
        for record in reader.records() {
            let record = record.expect("every record has the header's width");
            assert_eq!(record.len(), width);
            for cell in &record {
                let is_number = cell.trim_start_matches('-').bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',' || b == b'e' || b == b'-');
                assert!(is_number || !report::looks_like_formula(cell), "{name}: {cell:?}");
                guarded += usize::from(cell.strip_prefix('\'').is_some_and(report::looks_like_formula));
            }
        }
    }
    assert!(guarded > 10, "the hostile names reached the files: {guarded}");
}

#[test]
fn the_workbook_holds_text_as_text_and_recomputes_its_headline() {
    use calamine::{Data, Reader, Xlsx, open_workbook};
    let scratch = Scratch::new("xlsx");
    let mut store = fixture(scratch.path(), &Plan { lines: 800, language: "sv", is_hostile: true });
    let context = context(scratch.path(), "sv");
    report::run(&context, &mut store).expect("written");
    let mut book: Xlsx<_> = open_workbook(report::folder(&context, &store).join("report.xlsx")).expect("a workbook");
    let names = book.sheet_names();
    assert!(names.len() > 12, "{names:?}");
    let mut seen = 0;
    for name in &names {
        let formulas: Vec<String> = book.worksheet_formula(name).expect("a sheet").used_cells().filter(|c| !c.2.is_empty()).map(|c| c.2.clone()).collect();
        assert!(["Översikt", "Korstabell"].contains(&name.as_str()) || formulas.is_empty(), "{name}: {formulas:?}");
        for (_, _, cell) in book.worksheet_range(name).expect("a sheet").used_cells() {
            seen += usize::from(matches!(cell, Data::String(s) if HOSTILE.contains(&s.as_str())));
        }
    }
    assert!(seen > 10, "the hostile names stand in the sheets as they are: {seen}");
    let front = book.worksheet_range("Översikt").expect("the overview");
    let rows = book.worksheet_range("Underlag").expect("the rows");
    for (line, column) in
        ["spend_net", "addressable_spend_net", "contract_supplier_spend_net", "compliant_spend_net", "deviating_spend_net", "off_contract_spend_net"]
            .iter()
            .enumerate()
    {
        let expect = total(&store, column);
        let minor = |cell: Option<&Data>| match cell {
            Some(Data::Float(v)) => (v * 100.0).round() as i128,
            Some(Data::Int(v)) => i128::from(*v) * 100,
            other => panic!("{column}: {other:?}"),
        };
        assert_eq!(minor(front.get_value((4 + line as u32, 1))), expect, "{column}: the formula's cached value");
        let sum: i128 = (1..rows.height() as u32).map(|r| minor(rows.get_value((r, 3 + line as u32)))).sum();
        assert_eq!(sum, expect, "{column}: the sum of the rows");
    }
}

/// Runs LibreOffice over a workbook and gives the workbook that it saves; `None`, with the reason printed, where there is none.
fn saved_by_office(book: &Path, scratch: &Path) -> Option<PathBuf> {
    let is_required = std::env::var_os("SPENDTRACE_REQUIRE_OFFICE").is_some_and(|v| v == "1");
    let has = |name: &str| std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(name).is_file()));
    let Some(program) = ["soffice", "libreoffice"].into_iter().find(|n| has(n)) else {
        assert!(!is_required, "SPENDTRACE_REQUIRE_OFFICE=1 and there is no LibreOffice; install the package libreoffice-calc-nogui");
        eprintln!("skipped: there is no LibreOffice here");
        return None;
    };
    // By itself it trusts the values that stand in the file; we want its own.
    let profile = scratch.join("office");
    std::fs::create_dir_all(profile.join("user")).expect("writable");
    std::fs::write(
        profile.join("user/registrymodifications.xcu"),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<oor:items xmlns:oor=\"http://openoffice.org/2001/registry\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n<item oor:path=\"/org.openoffice.Office.Calc/Formula/Load\"><prop oor:name=\"OOXMLRecalcMode\" oor:op=\"fuse\"><value>0</value></prop></item>\n</oor:items>\n",
    )
    .expect("writable");
    let out = scratch.join("saved");
    let status = std::process::Command::new(program)
        .arg(format!("-env:UserInstallation=file://{}", profile.display()))
        .args(["--headless", "--norestore", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir"])
        .arg(&out)
        .arg(book)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .expect("the office starts");
    assert!(status.success(), "the office refused the workbook: {status}");
    Some(out.join(book.file_name().expect("a name")))
}

#[test]
fn a_spreadsheet_opens_the_workbook_and_computes_the_same_figures() {
    use calamine::{Data, Reader, Xlsx, open_workbook};
    let (scratch, folder) = reported("office", &Plan { lines: 900, language: "sv", is_hostile: true });
    let ours = folder.join("report.xlsx");
    let Some(theirs) = saved_by_office(&ours, scratch.path()) else { return };
    let mut ours: Xlsx<_> = open_workbook(&ours).expect("a workbook");
    let mut theirs: Xlsx<_> = open_workbook(&theirs).expect("what the office saved");
    assert_eq!(ours.sheet_names(), theirs.sheet_names());
    let mut formulas = 0;
    for name in ours.sheet_names() {
        let cells = |book: &mut Xlsx<_>| -> BTreeMap<(u32, u32), String> {
            let range = book.worksheet_formula(&name).expect("a sheet");
            let (top, left) = range.start().unwrap_or((0, 0));
            range.used_cells().filter(|c| !c.2.is_empty()).map(|c| ((c.0 as u32 + top, c.1 as u32 + left), c.2.clone())).collect()
        };
        let (a, mut b) = (cells(&mut ours), cells(&mut theirs));
        // The office writes a truth value as a call of TRUE or FALSE.
        let truths = ours.worksheet_range(&name).expect("a sheet");
        b.retain(|place, formula| {
            !matches!((truths.get_value(*place), formula.as_str()), (Some(Data::Bool(true)), "TRUE()") | (Some(Data::Bool(false)), "FALSE()"))
        });
        assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>(), "{name}: only our formulas are formulas");
        assert!(a.is_empty() || ["Översikt", "Korstabell"].contains(&name.as_str()), "{name} has formulas");
        let (a_values, b_values) = (ours.worksheet_range(&name).expect("a sheet"), theirs.worksheet_range(&name).expect("a sheet"));
        assert_eq!(a_values.get_size().0, b_values.get_size().0, "{name}: as many rows");
        for &(row, column) in a.keys() {
            let number = |cell: Option<&Data>| match cell {
                Some(Data::Float(v)) => *v,
                Some(Data::Int(v)) => *v as f64,
                other => panic!("{name} {row} {column}: {other:?}"),
            };
            let (expect, got) = (number(a_values.get_value((row, column))), number(b_values.get_value((row, column))));
            assert!((expect - got).abs() < 0.005, "{name} {row} {column}: we say {expect}, the office says {got}");
        }
        formulas += a.len();
        for (row, column, cell) in a_values.used_cells() {
            if let Data::String(text) = cell {
                assert_eq!(b_values.get((row, column)).map(ToString::to_string).as_deref(), Some(text.as_str()), "{name} {row} {column}");
            }
        }
    }
    assert!(formulas > 60, "the headline and the crosstab are formulas: {formulas}");
}

#[test]
fn open_data_holds_every_line_and_no_sole_trader() {
    let scratch = Scratch::new("open-data");
    let store = fixture(scratch.path(), &Plan { lines: 700, language: "sv", is_hostile: true });
    let context = context(scratch.path(), "sv");
    let out = scratch.path().join("open");
    let done = report::export_open_data(&context, &store, &out).expect("written");
    assert_eq!((done.files, done.rows), (12, 700));
    let (mut rows, mut sum) = (0, 0i128);
    for (name, bytes) in files_below(&out) {
        assert!(name.starts_with("2024/leverantorsreskontra-2024-") && name.ends_with(".csv"), "{name}");
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        assert_eq!(reader.headers().expect("a header").iter().collect::<Vec<_>>(), report::OPEN_DATA_COLUMNS);
        for record in reader.records() {
            let record = record.expect("every row has fifteen columns");
            rows += 1;
            sum += record[7].replace('.', "").parse::<i128>().expect("an amount with two decimals");
            assert!(record[8].starts_with(&name["2024/leverantorsreskontra-".len()..][..7]) && !record[3].is_empty(), "{record:?}");
            assert!(record.iter().all(|cell| cell.parse::<f64>().is_ok() || !report::looks_like_formula(cell)), "{record:?}");
        }
    }
    assert_eq!((rows, sum), (700, done.sums["SEK"]));
}

#[test]
fn every_unit_gets_its_own_lines_and_no_other() {
    let (_scratch, folder) = reported("units", &Plan { lines: 1_500, language: "sv", is_hostile: false });
    for (i, name) in UNITS.iter().enumerate() {
        let text = std::fs::read_to_string(folder.join(format!("units/{}/deviations.csv", 1000 + i))).expect("each unit has deviations");
        let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let column = reader.headers().expect("a header").iter().position(|h| h == "organisational_unit_name").expect("the unit's name");
        let mut rows = 0;
        for record in reader.records() {
            assert_eq!(&record.expect("a record")[column], *name);
            rows += 1;
        }
        assert!(rows > 5, "{name}: {rows}");
    }
}

#[test]
fn the_data_package_names_every_file_with_its_hash() {
    use sha2::{Digest, Sha256};
    let (_scratch, folder) = reported("package", &Plan { lines: 300, language: "sv", is_hostile: false });
    let package: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("datapackage.json")).expect("readable")).expect("JSON");
    let listed: BTreeMap<String, String> = package["resources"]
        .as_array()
        .expect("resources")
        .iter()
        .map(|r| (r["path"].as_str().expect("a path").to_string(), r["hash"].as_str().expect("a hash").to_string()))
        .collect();
    for (name, bytes) in files_below(&folder) {
        if name != "datapackage.json" {
            let hash: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
            assert_eq!(listed.get(&name), Some(&format!("sha256:{hash}")), "{name}");
        }
    }
}
