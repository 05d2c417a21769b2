//! The catalogue of analyses and the folder of queries: nothing unlisted, nothing that plans on one engine only.

use std::collections::BTreeSet;

use arrow::array::AsArray;
use arrow::datatypes::Decimal128Type;
use spendtrace::analysis::{self, catalogue};
use spendtrace::store::{SqlSession, Store};

use super::support::{Scratch, project};

fn sql_files(folder: &str) -> Vec<(String, String)> {
    let mut files: Vec<_> = std::fs::read_dir(project().join(folder))
        .expect("the queries are there")
        .map(|e| e.expect("a readable entry").path())
        .map(|p| (p.file_name().expect("a name").to_string_lossy().into_owned(), std::fs::read_to_string(&p).expect("queries are UTF-8")))
        .collect();
    files.sort();
    files
}

#[test]
fn every_file_is_listed_and_every_listed_file_is_there() {
    let listed: BTreeSet<String> = catalogue::ANALYSES.iter().map(|n| format!("{n}.sql")).collect();
    assert_eq!(listed.len(), catalogue::ANALYSES.len(), "an analysis is listed twice");
    let files: BTreeSet<String> = sql_files("queries/metric").into_iter().map(|(n, _)| n).collect();
    assert_eq!(listed, files);
    for (name, text) in sql_files("queries/check") {
        assert!(text.starts_with("-- what: "), "queries/check/{name} does not say what must hold");
    }
}

#[test]
fn every_query_plans_on_empty_tables_and_gives_the_declared_columns() {
    let session = SqlSession::empty(analysis::all_tables());
    for analysis in catalogue::analyses() {
        let frame = session.query_as(analysis.table, analysis.sql).unwrap_or_else(|e| panic!("{}: {e}", analysis.name));
        assert_eq!(frame.num_rows(), 0, "{} makes rows out of nothing", analysis.name);
    }
    let store = Store::open(Scratch::new("empty").path()).expect("an empty store");
    for check in analysis::check(&store, &[]).expect("checks run on an empty store") {
        assert_eq!(check.rows.num_rows(), 0, "{}", check.message());
    }
}

#[test]
fn headers_name_charts_of_declared_columns_and_policy_sentences_that_exist() {
    const KINDS: &[&str] = &["table", "line", "bar", "stacked", "pareto", "scatter", "heat"];
    for analysis in catalogue::analyses() {
        let mut parts = analysis.chart.split("; ");
        let kind = parts.next().unwrap_or_default();
        assert!(KINDS.contains(&kind), "{}: chart {kind}", analysis.name);
        for part in parts {
            let (axis, columns) = part.split_once('=').unwrap_or_else(|| panic!("{}: chart part {part}", analysis.name));
            assert!(["x", "y", "series"].contains(&axis), "{}: chart axis {axis}", analysis.name);
            for column in columns.split(',') {
                assert!(analysis.table.column(column).is_some(), "{}: chart column {column} is not declared", analysis.name);
            }
        }
        assert!(analysis.policy.iter().all(|n| (1..=37).contains(n)), "{}: the policy has 37 sentences", analysis.name);
        for column in analysis.table.columns {
            // Every ratio can be checked by hand: its doc says what is divided by what.
            assert!(column.doc.ends_with('.') || column.doc.contains(':'), "{}.{}: the doc is not a sentence", analysis.name, column.name);
        }
    }
}

#[test]
fn a_cut_of_another_metric_reads_one_that_is_made_before_it() {
    // The metrics that a query names, its header left out.
    let named = |sql: &str| -> BTreeSet<String> {
        let text = bare(sql);
        let word = |rest: &str| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
        text.match_indices(" metric.").map(|(at, found)| word(&text[at + found.len()..])).collect()
    };
    let reads: Vec<(&str, BTreeSet<String>)> = catalogue::analyses().iter().map(|a| (a.name, named(a.sql))).collect();
    let first = reads.iter().filter(|(_, names)| names.is_empty()).count();
    // Wave by wave, a query can be made when all that it reads is made.
    let mut made: BTreeSet<String> = BTreeSet::new();
    while made.len() < reads.len() {
        let next: Vec<String> =
            reads.iter().filter(|(name, names)| !made.contains(*name) && names.is_subset(&made)).map(|(name, _)| (*name).to_string()).collect();
        let open = || reads.iter().filter(|(name, _)| !made.contains(*name)).collect::<Vec<_>>();
        assert!(!next.is_empty(), "these read each other, or a metric that is no analysis: {:?}", open());
        made.extend(next);
    }
    assert!(first < reads.len(), "no query is a cut of another");
}

#[test]
fn unknown_checks_are_named() {
    let store = Store::open(Scratch::new("unknown").path()).expect("an empty store");
    let error = analysis::check(&store, &["no_such"]).err().expect("an error").to_string();
    assert!(error.contains("no_such") && error.contains("spend_adds_up"), "{error}");
}

/// Text without comments and string literals, lower case, white space folded.
fn bare(sql: &str) -> String {
    let code: String = sql.lines().map(|l| l.split("--").next().unwrap_or_default()).collect::<Vec<_>>().join(" ");
    let mut out = String::new();
    for (at, part) in code.split('\'').enumerate() {
        out.push_str(if at % 2 == 0 { part } else { "''" });
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// What breaks the portable subset, for one query.
fn faults(sql: &str) -> Vec<String> {
    let text = bare(sql).replace("rows between", "rows");
    let words: BTreeSet<&str> = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let mut faults = Vec::new();
    for word in
        ["exists", "qualify", "rollup", "cube", "lateral", "recursive", "extract", "date_trunc", "interval", "avg", "between", "ilike", "using", "date", "desc"]
    {
        if words.contains(word) {
            faults.push(format!("uses {word}"));
        }
    }
    for phrase in ["distinct on", "grouping sets", "read_parquet", "select *, ", "group by all", "order by all"] {
        if text.contains(phrase) {
            faults.push(format!("uses {phrase}"));
        }
    }
    // Joins hold equalities only; ranges go to where, behind `case` when the join is a cross join: the engine would turn a bare
    // range into a join that its streaming side lacks.
    for join in text.split(" join ").skip(1) {
        let Some((_, rest)) = join.split_once(" on ") else { continue };
        let ends = [" join ", " left ", " cross ", " where ", " group by ", " order by ", " union ", ")"];
        let end = ends.iter().filter_map(|e| rest.find(e)).min().unwrap_or(rest.len());
        for sign in ["<", ">", "!=", " or ", " like ", " is "] {
            if rest[..end].contains(sign) {
                faults.push(format!("joins on {sign}: {}", &rest[..end]));
            }
        }
    }
    // Division on doubles only: what stands left of `/` is a cast, a ratio or a number, never a bare amount.
    for (at, _) in text.match_indices(" / ") {
        let left = text[..at].trim_end();
        let operand = left.rsplit([' ', '(']).next().unwrap_or_default();
        if !(left.ends_with(')') || operand.ends_with("_ratio") || operand.chars().all(|c| c.is_ascii_digit())) {
            faults.push(format!("divides {operand}, which may be a decimal"));
        }
        if left.ends_with("sum)") {
            faults.push("divides a sum".to_string());
        }
        // The engine multiplies a column by 1/x where x is a literal, but divides where a batch has one row: the last bit would
        // depend on how rows are batched. Halves are exact; a rounding after the division hides the bit; floor of a whole number and
        // a half cannot meet it.
        let right = text[at + 3..].trim_start();
        let divisor: String = right.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let rest = &right[divisor.len()..];
        if !divisor.is_empty() && divisor != "2" && !rest.starts_with(" as decimal(") && !left.ends_with("+ 0.5)") {
            faults.push(format!("divides by the literal {divisor}: multiply, or round what comes out"));
        }
    }
    // A date or a year in a query is a rule that belongs in data/rules.
    let digits: Vec<&str> = sql.split(|c: char| !c.is_ascii_digit() && c != '-').collect();
    let code_digits: BTreeSet<&str> = sql.lines().filter(|l| !l.starts_with("--")).flat_map(|l| l.split(|c: char| !c.is_ascii_digit() && c != '-')).collect();
    if digits.iter().any(|d| d.len() == 10 && d.as_bytes()[4] == b'-' && code_digits.contains(d)) {
        faults.push("holds a date".to_string());
    }
    let last_select = text.rsplit(" from ").next().unwrap_or_default();
    if !last_select.contains(" order by ") {
        faults.push("has no total order at its end".to_string());
    }
    faults
}

#[test]
fn queries_keep_to_the_portable_subset() {
    let mut all = Vec::new();
    for folder in ["queries/metric", "queries/check"] {
        for (name, text) in sql_files(folder) {
            all.extend(faults(&text).into_iter().map(|f| format!("{folder}/{name} {f}")));
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn the_linter_sees_what_it_should() {
    for (sql, part) in [
        ("select a from t where exists (select 1 from u) order by a", "exists"),
        ("select t.a from t join u on u.a >= t.a order by a", "joins on >"),
        ("select sum(a) over (order by b desc) as s from t order by s", "desc"),
        ("select avg(a) as a from t order by a", "avg"),
        ("select a / b as r from t order by r", "divides a"),
        ("select cast(a as double) / 100 as r from t order by r", "divides by the literal 100"),
        ("select a from t where d >= '2024-01-01' order by a", "date"),
        ("select a from t", "order"),
        ("select distinct on (a) a from t order by a", "distinct on"),
    ] {
        let found = faults(sql);
        assert!(found.iter().any(|f| f.contains(part)), "{sql}: {found:?}");
    }
    assert_eq!(faults("-- 2024-01-01 exists\nselect cast(a as double) / cast(b as double) as r from t join u on u.a = t.a order by r"), Vec::<String>::new());
}

#[test]
fn what_analysts_type_first_runs() {
    let scratch = Scratch::new("typed");
    let store = super::golden::build_lake(scratch.path());
    let amounts = |sql: &str| -> Vec<i128> {
        let frame = analysis::query(&store, sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
        frame.column_by_name("spend_net").expect("the column was asked for").as_primitive::<Decimal128Type>().values().to_vec()
    };
    let mut all = amounts("select spend_net from matched.spend where spend_net is not null");
    all.sort_unstable_by_key(|a| -a);
    assert_eq!(amounts("select supplier_name, spend_net from matched.spend where spend_net is not null order by spend_net desc limit 3"), all[..3]);
    assert_eq!(amounts("select * from matched.spend where spend_net is not null order by spend_net limit 2;"), [all[all.len() - 1], all[all.len() - 2]]);
    let error = analysis::query(&store, "select nope from matched.spend").expect_err("no such column").to_string();
    assert!(error.contains("nope") && error.contains("spend_net"), "{error}");
}
