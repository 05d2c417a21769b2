//! How well lines get a category that nobody gave them: on labelled descriptions that nobody here made, and on the sample with a
//! third of its rules taken away.

use std::collections::BTreeMap;
use std::path::Path;

use spendtrace::config::Config;
use spendtrace::model::{Money, stable_key, vendor_key};
use spendtrace::pipeline::{self, Context};
use spendtrace::rules::Rules;
use spendtrace::schema;
use spendtrace::store::{Columns, StageEntry, Store, TableBuilder};
use spendtrace::{classify, resolve};

use crate::support::{Scratch, copy_folder, corpus, project};

fn context(workspace: &Path) -> Context {
    let config = if workspace.join("spendtrace.toml").exists() { Config::load(workspace, &[]) } else { Config::parse(workspace, "") };
    Context {
        config: config.expect("valid settings"),
        rules: Rules::load(workspace).expect("valid rules"),
        privacy_key: [7; 32],
        progress: Box::new(|_, _, _| {}),
    }
}

/// What the classify stage said of each line: category, method, confidence.
fn said(store: &Store) -> BTreeMap<String, (Option<String>, String, f64)> {
    let mut said = BTreeMap::new();
    for batch in store.read(&schema::LINE_CATEGORY).expect("the stage wrote it") {
        let columns = Columns(&batch);
        for row in 0..batch.num_rows() {
            let text = |name: &str| columns.text_at(name, row).map(str::to_string);
            let confidence = columns.float_at("category_confidence", row).expect("required");
            said.insert(text("line_id").expect("required"), (text("category_code"), text("category_method").expect("required"), confidence));
        }
    }
    said
}

/// Lines with these texts; `None` as category is a line to be classified.
fn classified(lines: &[(String, Option<String>)], probability_min: &str) -> BTreeMap<String, (Option<String>, String, f64)> {
    let scratch = Scratch::new("classify-quality");
    std::fs::create_dir_all(scratch.path().join("rules")).expect("the scratch folder is writable");
    let rule = format!(
        "[parameter.category_model_probability_min]\ndoc = \"for the test\"\nunit = \"ratio\"\nvalues = [{{ from = \"2000-01-01\", value = \"{probability_min}\", source = \"test\" }}]\n"
    );
    std::fs::write(scratch.path().join("rules/test.toml"), rule).expect("the scratch folder is writable");
    let context = context(scratch.path());
    let mut store = Store::open_for_writing(&scratch.path().join("out"), false).expect("a new store");
    let mut rows = TableBuilder::new(&schema::INVOICE_LINE);
    for (at, (text, category)) in lines.iter().enumerate() {
        rows.text("line_id", Some(&format!("l-{at}")))
            .text("source_file_id", Some("0123456789"))
            .int("source_line", Some(at as i64 + 2))
            .text("source_name", Some("set"))
            .text("period", Some("2024-01"))
            .text("vendor_key", Some(&vendor_key("set", "", "", "")))
            .text("line_text", Some(text))
            .text("category_code", category.as_deref())
            .money("net_amount", Money::from_minor(10_000))
            .text("currency", Some("SEK"))
            .int("row_fingerprint", Some(at as i64));
        rows.end_row();
    }
    let mut transaction = store.begin();
    let mut writer = transaction.writer(&schema::INVOICE_LINE, Some("2024-01"), "lines").expect("a writer");
    writer.write(&rows.finish()).expect("rows");
    let file = writer.finish().expect("a file");
    transaction.replace(&schema::INVOICE_LINE, vec![file]);
    transaction.commit("ingest", StageEntry::default()).expect("a commit");
    resolve::run(&context, &mut store).expect("resolve");
    classify::run(&context, &mut store).expect("classify");
    said(&store)
}

/// Share of lines answered, share of answers right, share of answers said to be right.
#[derive(Debug, Default)]
struct Score {
    lines: usize,
    answered: usize,
    right: usize,
    said: f64,
}

impl Score {
    fn coverage(&self) -> f64 {
        self.answered as f64 / self.lines.max(1) as f64
    }
    fn precision(&self) -> f64 {
        self.right as f64 / self.answered.max(1) as f64
    }
}

/// Every fifth text, by its hash, is asked; a text that stands twice is on one side only.
fn is_asked(text: &str) -> bool {
    u8::from_str_radix(&stable_key(&[text])[..2], 16).expect("hex digits").is_multiple_of(5)
}

fn score(texts: &[(String, Vec<String>)], probability_min: &str) -> Score {
    let lines: Vec<(String, Option<String>)> = texts.iter().map(|(text, labels)| (text.clone(), (!is_asked(text)).then(|| labels[0].clone()))).collect();
    let said = classified(&lines, probability_min);
    let mut score = Score::default();
    for (at, (text, labels)) in texts.iter().enumerate().filter(|(_, (text, _))| is_asked(text)) {
        let (category, method, confidence) = &said[&format!("l-{at}")];
        score.lines += 1;
        if method == "model" {
            score.answered += 1;
            score.said += confidence;
            score.right += usize::from(labels.contains(category.as_ref().unwrap_or_else(|| panic!("an answer on {text}"))));
        }
    }
    score
}

#[test]
fn labelled_descriptions() {
    struct Set {
        name: &'static str,
        /// Each text with the categories that people gave it.
        texts: Vec<(String, Vec<String>)>,
        /// Floors: right where all are answered; answered and right as shipped.
        right_min: f64,
        coverage_min: f64,
        precision_min: f64,
    }
    let mut sets: Vec<Set> = Vec::new();
    if let Some(folder) = corpus("cat-canada-spend-classification") {
        let file = std::fs::File::open(folder.join("combined_descriptions_to_category.csv.gz")).expect("a file of the set");
        let mut reader = csv::Reader::from_reader(flate2::read::GzDecoder::new(file));
        let rows = reader.deserialize::<BTreeMap<String, String>>().map(|r| r.expect("a row"));
        // Only what people labelled.
        let texts = rows.filter(|r| r["source"] == "manual").map(|r| (r["d_description_en"].clone(), vec![r["category"].clone()])).collect();
        sets.push(Set { name: "Canadian descriptions", texts, right_min: 0.79, coverage_min: 0.6, precision_min: 0.9 });
    }
    if let Some(folder) = corpus("cat-cpv-spanish-tenders") {
        let mut reader = csv::Reader::from_path(folder.join("train10.csv")).expect("a file of the set");
        let header = reader.headers().expect("a header").clone();
        let rows = reader.records().map(|r| r.expect("a row"));
        let labels = |r: &csv::StringRecord| (2..r.len()).filter(|i| &r[*i] == "1").map(|i| header[i].to_string()).collect::<Vec<_>>();
        let texts = rows.map(|r| (r[1].to_string(), labels(&r))).filter(|(_, l)| !l.is_empty()).collect();
        sets.push(Set { name: "Spanish tenders", texts, right_min: 0.69, coverage_min: 0.4, precision_min: 0.8 });
    }
    for Set { name, texts, right_min, coverage_min, precision_min } in sets {
        let all = score(&texts, "0");
        let shipped = score(&texts, "0.7");
        println!(
            "{name}: {} asked, all answered: right {:.3}; as shipped: answered {:.3}, right {:.3}, said {:.3}",
            all.lines,
            all.right as f64 / all.lines as f64,
            shipped.coverage(),
            shipped.precision(),
            shipped.said / shipped.answered.max(1) as f64
        );
        assert!(all.right as f64 >= right_min * all.lines as f64, "{name} fell below its floor: {all:?}");
        assert!(shipped.coverage() >= coverage_min && shipped.precision() >= precision_min, "{name} fell below its floors: {shipped:?}");
    }
}

/// The sample without a third of its rules: what the rules gave is the truth for what the tables and the model now give.
#[test]
fn a_third_of_the_rules_taken_away() {
    let run = |has_all_rules: bool| {
        let scratch = Scratch::new("classify-sample");
        copy_folder(&project().join("data/sample"), scratch.path());
        let rules = scratch.path().join("register/category-rules.csv");
        let text = std::fs::read_to_string(&rules).expect("the sample has rules");
        let kept: Vec<&str> = text
            .lines()
            .enumerate()
            .filter(|(at, line)| has_all_rules || *at == 0 || at % 3 != 0 || line.ends_with(|c: char| c != ';'))
            .map(|(_, l)| l)
            .collect();
        std::fs::write(&rules, kept.join("\n") + "\n").expect("the scratch folder is writable");
        let context = context(scratch.path());
        let mut store = Store::open_for_writing(&context.config.out_folder(), false).expect("a new store");
        pipeline::run(&context, &mut store, Some("classify")).expect("the sample is classified");
        said(&store)
    };
    let (truth, found) = (run(true), run(false));
    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    for (id, (category, method, confidence)) in &found {
        let (expected, by, _) = &truth[id];
        if by.starts_with("rule") && !method.starts_with("rule") && method != "line" {
            let score = scores.entry(method.as_str()).or_default();
            score.lines += 1;
            score.answered += usize::from(category.is_some());
            score.right += usize::from(category.is_some() && category == expected);
            score.said += confidence;
        }
    }
    for (method, score) in &scores {
        println!("{method}: {} lines, right {:.3}, said {:.3}", score.lines, score.precision(), score.said / score.lines as f64);
    }
    for method in ["supplier_majority", "supplier_account", "model"] {
        if let Some(score) = scores.get(method).filter(|s| s.lines >= 100) {
            assert!(score.precision() >= score.said / score.lines as f64 - 0.1, "{method} says more than it knows: {score:?}");
        }
    }
    assert!(scores.values().map(|s| s.lines).sum::<usize>() > 500, "the rules taken away ruled many lines: {scores:?}");
}
