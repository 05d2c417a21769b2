//! Red flags of tenders: Cardinal's fixtures, Cardinal's output on releases of our own, exactness, coverage, faults, tables.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use serde_json::Value;
use spendtrace::analysis::tender_flags::{self, Code, Findings, Object, Releases, Settings, catalogue, evaluate};
use spendtrace::config::Config;
use spendtrace::pipeline::Context;
use spendtrace::rules::Rules;
use spendtrace::schema::tender_flag::{COVERAGE, FLAG, REJECT, TABLES};
use spendtrace::store::{Columns, StageEntry, Store};

use super::support::{Scratch, corpus, project};

fn found(text: &str, settings: &str) -> Findings {
    evaluate(text.as_bytes(), &Settings::parse(settings).unwrap()).unwrap()
}

/// Flags as Cardinal prints them: group, id, code, value. A tenderer that is named because of a process has no value of its own
/// with us and 0 there.
fn as_cardinal(findings: &Findings, only: Option<Code>) -> BTreeMap<(String, String, String), f64> {
    let group = |object| match object {
        Object::Process => "OCID",
        Object::Buyer => "Buyer",
        Object::ProcuringEntity => "ProcuringEntity",
        Object::Tenderer => "Tenderer",
    };
    let flags = findings.flags.iter().filter(|f| only.is_none_or(|code| f.code == code));
    flags.map(|f| ((group(f.object).to_string(), f.object_id.clone(), f.code.as_str().to_string()), f.value.unwrap_or(0.0))).collect()
}

fn of_cardinal(text: &str) -> BTreeMap<(String, String, String), f64> {
    let Value::Object(groups) = serde_json::from_str(text).unwrap() else { panic!("{text}") };
    let mut flags = BTreeMap::new();
    for (group, ids) in groups.iter().filter(|(group, _)| *group != "Meta") {
        for (id, codes) in ids.as_object().unwrap() {
            for (code, value) in codes.as_object().unwrap() {
                flags.insert((group.clone(), id.clone(), code.clone()), value.as_f64().unwrap());
            }
        }
    }
    flags
}

#[track_caller]
fn assert_same(what: &str, ours: &BTreeMap<(String, String, String), f64>, theirs: &BTreeMap<(String, String, String), f64>) {
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>(), "{what}");
    for (key, value) in ours {
        let other = theirs[key];
        assert!((value - other).abs() <= 1e-9 * other.abs().max(1.0), "{what}: {key:?} {value}, Cardinal {other}");
    }
}

/// Files of a tar archive: name and text. Enough of the format for plain files with short names.
fn untar(bytes: &[u8]) -> BTreeMap<String, String> {
    let text = |field: &[u8]| String::from_utf8_lossy(field.split(|b| *b == 0).next().unwrap()).trim().to_string();
    let mut files = BTreeMap::new();
    let mut at = 0;
    while at + 512 <= bytes.len() && bytes[at] != 0 {
        let header = &bytes[at..at + 512];
        let size = usize::from_str_radix(&text(&header[124..136]), 8).unwrap();
        let body = &bytes[at + 512..at + 512 + size];
        files.insert(text(&header[..100]).trim_start_matches("./").to_string(), String::from_utf8_lossy(body).into_owned());
        at += 512 + size.next_multiple_of(512);
    }
    files
}

/// Settings that a fixture's name stands for: `R003-threshold-10`, as Cardinal's own build reads them.
fn settings_of(name: &str) -> String {
    let mut parts = name.split('-');
    let code = parts.next().unwrap().to_lowercase();
    let parts: Vec<_> = parts.collect();
    let list = |value: &str| value.split('+').map(|v| format!("\"{v}\"")).collect::<Vec<_>>().join(", ");
    let own = match parts.as_slice() {
        [] | ["tenderer"] => String::new(),
        [key, value] if value.bytes().all(|b| b.is_ascii_digit()) => format!("[{code}]\n{key} = {value}\n"),
        [key, value] => format!("[{code}]\n{key} = [{}]\n", list(value)),
        [key, pairs @ ..] => {
            let pairs: String = pairs.chunks(2).map(|p| format!("{} = {}\n", p[0], p[1])).collect();
            format!("[{code}.{key}]\n{pairs}")
        }
    };
    format!("releases = \"as_given\"\nno_price_comparison_procurement_methods = [\"NPC\"]\nexcluded_procurement_method_details = [\"EXC\"]\n{own}")
}

#[test]
fn cardinals_own_fixtures() {
    let Some(folder) = corpus("ocds-cardinal-fixtures") else { return };
    let mut bytes = Vec::new();
    let archive = std::fs::File::open(folder.join("cardinal_fixtures.tar.zst")).unwrap();
    zstd::Decoder::new(archive).unwrap().read_to_end(&mut bytes).unwrap();
    let files = untar(&bytes);
    let mut count = 0;
    for (path, input) in &files {
        let Some(name) = path.strip_prefix("tests/fixtures/indicators/").and_then(|p| p.strip_suffix(".jsonl")) else { continue };
        let expected = of_cardinal(&files[&path.replace(".jsonl", ".expected")]);
        let code = Code::ALL.into_iter().find(|c| name.starts_with(c.as_str())).unwrap();
        let findings = found(input, &settings_of(name));
        assert_same(name, &as_cardinal(&findings, Some(code)), &expected);
        assert!(findings.rejects.is_empty(), "{name}");
        count += 1;
    }
    assert_eq!(count, 15, "fixtures of the eleven flags");
}

/// `releases.jsonl` was drawn at random; `cardinal.json` is what `ocdscardinal indicators` 0.0.8 printed for it with all flags on,
/// `currency = SEK`, `no_price_comparison_procurement_methods = Fast pris` and three processes as the minimum of R048.
#[test]
fn the_same_flags_and_fences_as_cardinal_on_drawn_releases() {
    let folder = project().join("tests/data/tender_flags");
    let settings =
        "releases = \"as_given\"\ncurrency = \"SEK\"\nno_price_comparison_procurement_methods = [\"Fast pris\"]\n[r048]\nminimum_contracting_processes = 3\n";
    let findings = found(&std::fs::read_to_string(folder.join("releases.jsonl")).unwrap(), settings);
    let theirs = std::fs::read_to_string(folder.join("cardinal.json")).unwrap();
    let ours = as_cardinal(&findings, None);
    assert_same("drawn releases", &ours, &of_cardinal(&theirs));
    for code in Code::ALL {
        assert!(ours.keys().any(|(_, _, c)| c == code.as_str()), "{code:?} is not raised: the file shows nothing of it");
    }
    let Value::Object(groups) = serde_json::from_str(&theirs).unwrap() else { panic!("{theirs}") };
    let mut count = 0;
    for coverage in &findings.coverage {
        let Some(meta) = groups["Meta"].get(coverage.code.as_str()) else { continue };
        let prefix = match (coverage.code, coverage.object) {
            (Code::R038, Object::Buyer) => "Buyer_",
            (Code::R038, Object::ProcuringEntity) => "ProcuringEntity_",
            (Code::R038, _) => "Tenderer_",
            _ => "",
        };
        let end = if [Code::R024, Code::R025].contains(&coverage.code) { "lower_fence" } else { "upper_fence" };
        for (key, value) in [("q1", coverage.first_quartile), ("q3", coverage.third_quartile), (end, coverage.limit)] {
            let theirs = meta[format!("{prefix}{key}")].as_f64().unwrap();
            // Cardinal prints four decimals.
            assert!((value.unwrap() - theirs).abs() <= 0.000_051, "{:?} {prefix}{key}: {value:?}, Cardinal {theirs}", coverage.code);
            count += 1;
        }
    }
    assert_eq!(count, 21);
}

/// Notices of Contracts Finder tell no bids, no start of the tender period and no items of awards. Cardinal raises nothing on them
/// either; what matters is that the silence is told apart from a clean bill.
#[test]
fn real_notices_without_bids_raise_nothing_and_say_why() {
    let Some(folder) = corpus("ocds-uk-contracts-finder") else { return };
    let mut text = String::new();
    let file = std::fs::File::open(folder.join("releases_england.jsonl.gz")).unwrap();
    flate2::read::MultiGzDecoder::new(file).read_to_string(&mut text).unwrap();
    let findings = found(&text, "");
    assert_eq!((findings.flags.len(), findings.rejects.len(), findings.process_count), (0, 0, 190));
    assert!(findings.coverage.iter().all(|c| c.evaluable_count == 0), "{:?}", findings.coverage);
    assert_eq!(found(&text, "releases = \"as_given\"").process_count, 261);
    // The same notices with a start three days before the deadline, and one tenderer: both flags come alive.
    let mut count = 0;
    let mut with_more = String::new();
    for line in text.lines() {
        let mut value: Value = serde_json::from_str(line).unwrap();
        if let Some(end) = value.pointer("/tender/tenderPeriod/endDate").and_then(Value::as_str).map(str::to_string)
            && let Ok(instant) = end.parse::<jiff::Timestamp>()
        {
            let start = jiff::Timestamp::from_second(instant.as_second() - 3 * 86_400).unwrap();
            value["tender"]["tenderPeriod"]["startDate"] = start.to_string().into();
            count += 1;
        }
        value["tender"]["numberOfTenderers"] = 1.into();
        with_more += &format!("{value}\n");
    }
    let findings = found(&with_more, "releases = \"as_given\"");
    let coverage = |code| findings.coverage.iter().find(|c| c.code == code).map(|c| (c.evaluable_count, c.flagged_count)).unwrap();
    assert_eq!(coverage(Code::R003).0, count);
    // 261 releases, 153 of them open or selective; some processes have several releases.
    assert_eq!(coverage(Code::R018).0, 153);
    assert!(coverage(Code::R003).1 > 150 && coverage(Code::R018).1 > 100, "{:?}", findings.coverage);
}

fn process(ocid: &str, winner: &str, bids: &[(&str, &str, &str)]) -> String {
    let bids: Vec<_> = bids
        .iter()
        .map(|(id, status, amount)| {
            format!("{{\"status\":\"{status}\",\"tenderers\":[{{\"id\":\"{id}\"}}],\"value\":{{\"amount\":{amount},\"currency\":\"SEK\"}}}}")
        })
        .collect();
    format!(
        "{{\"ocid\":\"{ocid}\",\"bids\":{{\"details\":[{}]}},\"awards\":[{{\"status\":\"active\",\"suppliers\":[{{\"id\":\"{winner}\"}}]}}]}}\n",
        bids.join(",")
    )
}

#[test]
fn amounts_are_compared_as_they_are_written() {
    // As 64-bit floats these amounts are equal, and so are these differences.
    let cases = [
        ("exact amounts differ", ("9007199254740992", "9007199254740993"), false),
        ("written otherwise, the same", ("100.10", "1.001e2"), true),
        ("the last bit of a sum", ("0.3", "0.30000000000000004"), true),
        ("one hundredth of an öre", ("10.0000", "10.0001"), false),
    ];
    for (what, (a, b), is_same) in cases {
        let text = process("P", "A", &[("A", "valid", a), ("B", "valid", b)]);
        let flags = found(&text, "").flags;
        assert_eq!(flags.iter().any(|f| f.code == Code::R028), is_same, "{what}");
    }
    // Seven tenderers' shares of disqualified bids, whose upper fence is one half to the last digit. In floats it comes out above.
    let shares = [(1, 3), (1, 3), (2, 5), (2, 5), (1, 3), (2, 7), (2, 4)];
    let mut text = String::new();
    for (tenderer, (disqualified, bids)) in shares.into_iter().enumerate() {
        for bid in 0..bids {
            let status = if bid < disqualified { "disqualified" } else { "valid" };
            text += &process(&format!("P{tenderer}-{bid}"), "none", &[(&format!("T{tenderer}"), status, "1")]);
        }
    }
    let findings = found(&text, "");
    let flagged: Vec<_> = findings.flags.iter().filter(|f| f.code == Code::R038).map(|f| (f.object_id.as_str(), f.evidence.as_str())).collect();
    assert_eq!(flagged, [("T6", "2 of 4 submitted bids disqualified; limit 0.500000")]);
    // A third is a third: nine processes at exactly one third, where the fence is one third too, are all at or below it.
    let thirds: String =
        (1..=9).map(|n| process(&format!("P{n}"), "A", &[("A", "valid", &(3 * n).to_string()), ("B", "valid", &(4 * n).to_string())])).collect();
    assert_eq!(found(&thirds, "").flags.iter().filter(|f| f.code == Code::R024 && f.object == Object::Process).count(), 9);
}

#[test]
fn cases_by_name() {
    let count = |text: &str, settings: &str, code: Code| found(text, settings).flags.iter().filter(|f| f.code == code).count();
    let bids = |n: &str| process(n, "A", &[("A", "valid", "10"), ("B", "disqualified", "9")]);
    for (what, text, settings, code, expect) in [
        ("a winning bid of nothing has no share", process("P", "A", &[("A", "valid", "0"), ("B", "valid", "5")]), "[r058]\nthreshold = 0.1", Code::R058, 0),
        ("a share at the threshold is flagged", process("P", "A", &[("A", "valid", "10"), ("B", "valid", "11")]), "[r058]\nthreshold = \"0.1\"", Code::R058, 2),
        ("a share above it is not close", process("P", "A", &[("A", "valid", "10"), ("B", "valid", "11")]), "[r024]\nthreshold = 0.09", Code::R024, 0),
        ("other currency than the setting", bids("P"), "currency = \"EUR\"", Code::R036, 0),
        ("lowest bid disqualified", bids("P"), "", Code::R036, 1),
        ("two must be disqualified", bids("P"), "[r035]\nthreshold = 2", Code::R035, 0),
        ("process and winner", bids("P"), "", Code::R035, 2),
        ("the latest release of a process counts", bids("P") + &process("P", "A", &[("A", "valid", "10")]), "", Code::R036, 0),
        ("each line for itself", bids("P") + &process("P", "A", &[("A", "valid", "10")]), "releases = \"as_given\"", Code::R036, 1),
        (
            "a bid in another time zone is not late",
            "{\"ocid\":\"P\",\"tender\":{\"tenderPeriod\":{\"endDate\":\"2025-03-01T12:00:00Z\"}},\"awards\":[{\"status\":\"active\",\"suppliers\":[{\"id\":\"A\"}]}],\
             \"bids\":{\"details\":[{\"status\":\"valid\",\"date\":\"2025-03-01T12:30:00+01:00\",\"tenderers\":[{\"id\":\"A\"}]}]}}"
                .to_string(),
            "",
            Code::R030,
            0,
        ),
        (
            "dates without a time are compared as text",
            "{\"ocid\":\"P\",\"tender\":{\"tenderPeriod\":{\"endDate\":\"2025-03-01\"}},\"awards\":[{\"status\":\"active\",\"suppliers\":[{\"id\":\"A\"}]}],\
             \"bids\":{\"details\":[{\"status\":\"valid\",\"date\":\"2025-03-02\",\"tenderers\":[{\"id\":\"A\"}]}]}}"
                .to_string(),
            "",
            Code::R030,
            2,
        ),
    ] {
        assert_eq!(count(&text, settings, code), expect, "{what}");
    }
    for (settings, part) in [("colour = 1", "unknown field"), ("[r025]\npercentile = 101", "percentile 101"), ("[r024]\nthreshold = -1", "not negative")] {
        let error = Settings::parse(settings).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(Settings::parse("").unwrap(), Settings::default());
    assert_eq!(Settings::default().releases, Releases::Latest);
}

#[test]
fn a_bad_line_is_a_row() {
    let text = b"{\"ocid\":\"A\"}\n\n{\"ocid\":1}\n[1,2]\n{\"ocid\":\n\xff\xfe\n{\"ocid\":\"B\"}";
    let findings = evaluate(&text[..], &Settings::default()).unwrap();
    assert_eq!(findings.process_count, 2);
    assert_eq!(findings.rejects.iter().map(|r| r.line).collect::<Vec<_>>(), [3, 4, 5, 6]);
}

#[test]
fn every_flag_has_its_texts() {
    assert_eq!(catalogue().iter().map(|e| e.code).collect::<Vec<_>>(), Code::ALL);
    let page = std::fs::read_to_string(project().join("docs/tender-flags.md")).unwrap();
    for entry in catalogue() {
        for text in [&entry.title_sv, &entry.title_en, &entry.why_sv, &entry.why_en, &entry.innocent_sv, &entry.innocent_en, &entry.needs] {
            assert!(!text.trim().is_empty(), "{:?}", entry.code);
        }
        assert!(page.contains(&format!("| {} | {} |", entry.code.as_str(), entry.title_en)), "docs/tender-flags.md does not list {:?}", entry.code);
    }
}

#[test]
fn a_workspace_writes_its_tables() {
    let scratch = Scratch::new("tenders");
    let context = Context {
        config: Config::parse(scratch.path(), "").unwrap(),
        rules: Rules::load(Path::new("no workspace")).unwrap(),
        privacy_key: [0; 32],
        progress: Box::new(|_, _, _| ()),
    };
    let mut store = Store::open_for_writing(&context.config.out_folder(), false).unwrap();
    let run = |store: &mut Store| {
        let mut transaction = store.begin();
        for (table, batch) in tender_flags::batches(&context).unwrap() {
            transaction.replace_with(table, &[batch]).unwrap();
        }
        transaction.commit("test", StageEntry::default()).unwrap();
    };
    run(&mut store);
    assert_eq!(TABLES.iter().map(|t| store.row_count(t)).collect::<Vec<_>>(), [0, 0, 0]);
    assert_eq!(tender_flags::fingerprint_text(scratch.path()).unwrap(), "");

    let folder = scratch.path().join("tenders");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("a.jsonl"), process("P1", "A", &[("A", "valid", "10"), ("B", "disqualified", "9")]) + "no json").unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, process("P2", "A", &[("A", "valid", "7"), ("C", "disqualified", "6")]).as_bytes()).unwrap();
    std::fs::write(folder.join("b.jsonl.gz"), gzip.finish().unwrap()).unwrap();
    std::fs::write(folder.join("flags.toml"), "[r035]\nthreshold = 1\n").unwrap();
    run(&mut store);
    let batches = store.read(&FLAG).unwrap();
    let c = Columns(&batches[0]);
    let rows: Vec<_> = (0..batches[0].num_rows())
        .map(|row| {
            let text = |name| c.text_at(name, row).unwrap_or("-");
            format!("{} {} {} {:?} {}", text("flag_code"), text("object_kind"), text("object_id"), c.float_at("flag_value", row), text("process_ids"))
        })
        .collect();
    // One supplier won both processes, so the fence of R025 is its own share: the smallest files flag what is usual in them.
    assert_eq!(
        rows,
        [
            "R025 tenderer A Some(1.0) -",
            "R035 process P1 Some(1.0) -",
            "R035 process P2 Some(1.0) -",
            "R035 tenderer A None P1; P2",
            "R036 process P1 Some(1.0) -",
            "R036 process P2 Some(1.0) -"
        ]
    );
    assert_eq!(store.row_count(&COVERAGE), 13);
    let rejects = store.read(&REJECT).unwrap();
    let c = Columns(&rejects[0]);
    assert_eq!((c.text_at("file_name", 0), c.int_at("line_number", 0), rejects[0].num_rows()), (Some("a.jsonl"), Some(2), 1));
    assert_eq!(tender_flags::fingerprint_text(scratch.path()).unwrap().lines().count(), 3);
}
