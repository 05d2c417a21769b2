//! Ingest, from files on disk to rows of the lake.

use std::collections::BTreeMap;
use std::path::Path;

use spendtrace::config::{self, Config};
use spendtrace::error::Result;
use spendtrace::ingest;
use spendtrace::model::Total;
use spendtrace::pipeline::Context;
use spendtrace::rules::Rules;
use spendtrace::schema::{self, Table};
use spendtrace::store::{self, Columns, Store};

use super::support::{Scratch, corpus, unpack};

/// Ingests the workspace and gives its store.
fn ingest(workspace: &Path) -> Result<Store> {
    let config = Config::load(workspace, &[])?;
    let context = Context { rules: Rules::load(workspace)?, config, privacy_key: [7; 32], progress: Box::new(|_, _, _| {}) };
    let mut store = Store::open_for_writing(&context.config.out_folder(), false)?;
    ingest::run(&context, &mut store)?;
    Ok(store)
}

/// A workspace with one source of the given files.
fn workspace(name: &str, mapping: &str, settings: &str, files: &[(&str, &[u8])]) -> Scratch {
    let scratch = Scratch::new(name);
    std::fs::create_dir(scratch.path().join("in")).unwrap();
    for (file, bytes) in files {
        std::fs::write(scratch.path().join("in").join(file), bytes).unwrap();
    }
    settle(scratch.path(), mapping, settings);
    scratch
}

fn settle(folder: &Path, mapping: &str, settings: &str) {
    settle_accepting(folder, mapping, settings, &[]);
}

fn settle_accepting(folder: &Path, mapping: &str, settings: &str, accept: &[&str]) {
    let text = format!("{settings}\n[[source]]\nname = \"ledger\"\npath = \"in/*\"\nmapping = \"{mapping}\"\naccept_columns = {accept:?}\n");
    std::fs::write(folder.join(config::FILE), text).unwrap();
}

/// The values of some columns of a table, row by row, as text.
fn rows(store: &Store, table: &'static Table, columns: &[&str]) -> Vec<String> {
    let mut rows = Vec::new();
    for batch in store.read(table).unwrap() {
        let all = Columns(&batch);
        for row in 0..batch.num_rows() {
            let value = |name: &&str| {
                let text = match table.column(name).unwrap().ty {
                    schema::Type::Text => all.text_at(name, row).map(str::to_string),
                    schema::Type::Int => all.int_at(name, row).map(|v| v.to_string()),
                    schema::Type::Money => all.money_at(name, row).map(|v| v.to_string()),
                    schema::Type::Quantity => all.quantity_at(name, row).map(|v| v.to_string()),
                    schema::Type::Rate => all.rate_at(name, row).map(|v| v.to_string()),
                    schema::Type::Date => all.date_at(name, row).map(|v| v.to_string()),
                    schema::Type::Bool => all.bool_at(name, row).map(|v| v.to_string()),
                    schema::Type::Float => all.float_at(name, row).map(|v| v.to_string()),
                };
                text.unwrap_or_default()
            };
            rows.push(columns.iter().map(value).collect::<Vec<_>>().join("|"));
        }
    }
    rows.sort();
    rows
}

/// Ingests files of the corpus and gives (files, read, kept, rejected, skipped, kept sum in minor units).
fn load_corpus(name: &str, mapping: &str, settings: &str, files: &Path) -> (usize, i64, i64, i64, i64, i128) {
    let scratch = Scratch::new(name);
    super::support::copy_folder(files, &scratch.path().join("in"));
    // Nearly every publisher changes its header in the middle of a series.
    settle_accepting(scratch.path(), mapping, settings, &["*"]);
    let store = ingest(scratch.path()).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut sums = [0i64; 4];
    let mut count = 0;
    for batch in store.read(&schema::SOURCE_FILE).unwrap() {
        let columns = Columns(&batch);
        for row in 0..batch.num_rows() {
            count += 1;
            for (sum, column) in sums.iter_mut().zip(["row_read_count", "row_kept_count", "row_rejected_count", "row_skipped_count"]) {
                *sum += columns.int_at(column, row).unwrap();
            }
        }
    }
    assert_eq!(sums[0], sums[1] + sums[2]);
    let net = store::totals(&store, &schema::INVOICE_LINE).get("net_amount").copied().unwrap_or(0);
    let mut faults: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows(&store, &schema::REJECT, &["fault", "column_name"]) {
        *faults.entry(row).or_default() += 1;
    }
    eprintln!("{name}: {count} files, read {} kept {} rejected {} skipped {} sum {} {faults:?}", sums[0], sums[1], sums[2], sums[3], Total::from_minor(net));
    (count, sums[0], sums[1], sums[2], sums[3], net)
}

#[test]
fn real_ledgers_are_accounted_for() {
    // Rows kept, rejected and the sum in minor units, as an independent reading with exact decimals gives them.
    let expect: BTreeMap<&str, (i64, i64, i128)> = [
        ("uk-oxford-spend", (57_692, 3_837, 21_404_426_812)),
        ("uk-bradford-spend", (245_986, 0, 110_777_613_206)),
        ("uk-calderdale-spend", (445_049, 0, 201_286_033_694)),
        ("uk-leeds-raw-spend", (361_446, 1, 285_736_069_935)),
        ("uk-hyndburn-raw-monthly", (35_961, 3, 24_126_291_131)),
    ]
    .into();
    for (folder, archive, inside, mapping) in [
        ("uk-oxford-spend", "oxford_quarterly_csv.tar.zst", "csv", "uk-oxford"),
        ("uk-bradford-spend", "bradford_monthly_csv.tar.zst", "bradford", "uk-bradford"),
        ("uk-calderdale-spend", "calderdale_monthly_csv.tar.zst", "calderdale", "uk-calderdale"),
        ("uk-leeds-raw-spend", "leeds_raw_csv.tar.zst", "leeds/raw", "uk-leeds"),
        ("uk-hyndburn-raw-monthly", "hyndburn_monthly_csv.tar.zst", "csv", "uk-hyndburn"),
    ] {
        let Some(folder_path) = corpus(folder) else { continue };
        let scratch = Scratch::new("unpack");
        unpack(&folder_path.join(archive), scratch.path());
        let (_, _, kept, rejected, _, sum) = load_corpus(folder, mapping, "currency = \"GBP\"\nreject_ratio_max = 1.0", &scratch.path().join(inside));
        assert_eq!((kept, rejected, sum), expect[folder], "{folder}");
    }
}

#[test]
fn the_sample_rejects_what_was_planted_and_nothing_else() {
    let scratch = Scratch::new("sample");
    super::support::copy_folder(&super::support::project().join("data/sample"), scratch.path());
    let store = ingest(scratch.path()).unwrap_or_else(|e| panic!("{e}"));
    let truth = std::fs::read_to_string(scratch.path().join("truth/rejects.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(truth.as_bytes());
    let mut expect: Vec<String> = reader
        .records()
        .map(|r| {
            let r = r.unwrap();
            [0, 1, 2, 3, 5, 6].map(|i| r[i].to_string()).join("|")
        })
        .collect();
    expect.sort();
    assert_eq!(rows(&store, &schema::REJECT, &["path", "source_record", "source_line", "column_name", "fault", "net_amount"]), expect);
}

const VGR: &str = "kopare_id;kopare;verifikationsnummer;leverantor;leverantor_id;konto_nr;konto_text;bokforingsdatum;forvaltning;fakturanummer;nettobelopp\r\
    2321990000;Region Åsele;1;Äkeri Öst AB;5560360793;5022;Blåprov;2025-01-07;Säffle;-;136.98\r\
    2321990000;Region Åsele;2;Äkeri Öst AB;5560360793;5022;Blåprov;2025-02-07;Säffle;-;-5058332.75\r";

/// What the lake says, whatever the file was.
fn content(store: &Store) -> Vec<String> {
    rows(
        store,
        &schema::INVOICE_LINE,
        &["period", "vendor_key", "vendor_name", "organisation_number", "booked_on", "net_amount", "organisational_unit_name", "row_fingerprint"],
    )
}

#[test]
fn encodings_line_ends_and_separators_change_nothing() {
    let utf16 = |text: &str| -> Vec<u8> { std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect() };
    let cp1252 = |text: &str| -> Vec<u8> { text.chars().map(|c| c as u32 as u8).collect() };
    let gzip = |text: &str| -> Vec<u8> {
        use std::io::Write as _;
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        writer.write_all(text.as_bytes()).unwrap();
        writer.finish().unwrap()
    };
    let expect = content(&ingest(workspace("vgr", "oppen-reskontra-vgr", "", &[("a.csv", VGR.as_bytes())]).path()).unwrap());
    assert_eq!(expect.len(), 2);
    let lf = VGR.replace('\r', "\n");
    for (name, bytes) in [
        ("LF", lf.clone().into_bytes()),
        ("CRLF", VGR.replace('\r', "\r\n").into_bytes()),
        ("BOM", format!("\u{feff}{VGR}").into_bytes()),
        ("commas", VGR.replace(';', ",").into_bytes()),
        ("tabs", lf.replace(';', "\t").into_bytes()),
        ("bars", lf.replace(';', "|").into_bytes()),
        ("UTF-16", utf16(VGR)),
        ("windows-1252", cp1252(&lf)),
        ("gzip", gzip(VGR)),
        ("titles", format!("Öppen reskontra\n\nUttag 2025\n{lf}").into_bytes()),
        ("a total row", format!("{lf}Summa;;;;;;;;;;-5058195.77\n").into_bytes()),
        ("blank rows", lf.replace('\n', "\n;;;;;;;;;;\n\n").into_bytes()),
        ("no last line end", lf.trim_end().to_string().into_bytes()),
    ] {
        let scratch = workspace("forms", "oppen-reskontra-vgr", "", &[("a.csv", &bytes)]);
        let store = ingest(scratch.path()).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(content(&store), expect, "{name}");
        assert_eq!(rows(&store, &schema::REJECT, &["fault"]), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn a_column_with_two_readings_is_refused_unless_a_total_decides() {
    let head = "datum;leverantor;belopp\n";
    for (name, rows_of_file, expect) in [
        ("thousands or decimals", "2025-01-13;A;1.234\n2025-01-13;B;2.500\n", Err("two readings")),
        ("the total says thousands", "2025-01-13;A;1.234\n2025-01-13;B;2.500\nSumma;;3.734\n", Ok(vec!["1234.00", "2500.00"])),
        ("one value proves a comma", "2025-01-13;A;1.234\n2025-01-13;B;2.500,50\n", Ok(vec!["1234.00", "2500.50"])),
        ("one value proves a point", "2025-01-13;A;1,234\n2025-01-13;B;2,500.50\n", Ok(vec!["1234.00", "2500.50"])),
        ("day or month", "01/02/2026;A;1\n", Err("two readings")),
        ("a day beyond twelve", "01/02/2026;A;1\n13/02/2026;B;2\n", Ok(vec!["1.00", "2.00"])),
        ("both conventions", "2025-01-13;A;1,50\n2025-01-13;B;1.50\n", Err("two conventions")),
        ("too many rejects", "2025-01-13;A;x\n2025-01-13;B;1\n", Err("reject_ratio_max")),
        ("no header that fits", "", Err("does not fit")),
    ] {
        let text = if rows_of_file.is_empty() { "a;b;c\n1;2;3\n".to_string() } else { format!("{head}{rows_of_file}") };
        let scratch = workspace("two", "oppen-reskontra", "", &[("a.csv", text.as_bytes())]);
        match (ingest(scratch.path()), expect) {
            (Ok(store), Ok(amounts)) => assert_eq!(rows(&store, &schema::INVOICE_LINE, &["net_amount"]), amounts, "{name}"),
            (Err(error), Err(part)) => {
                assert!(error.to_string().contains(part), "{name}: {error}");
                assert_eq!(error.exit_code(), 3, "{name}");
            }
            (result, expect) => panic!("{name}: expected {expect:?}, got {:?}", result.map(|_| ())),
        }
    }
}

#[test]
fn the_lake_follows_the_files_and_not_their_history() {
    let lake = |store: &Store| (store.manifest().tables.clone(), store.manifest().stages.clone());
    let january = VGR.replace('\r', "\n");
    let february = january.replace("2025-0", "2025-1").replace("136.98", "77.00");
    let fresh = |files: &[(&str, &str)]| {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(n, t)| (*n, t.as_bytes())).collect();
        let scratch = workspace("fresh", "oppen-reskontra-vgr", "", &files);
        lake(&ingest(scratch.path()).unwrap())
    };
    let scratch = workspace("history", "oppen-reskontra-vgr", "", &[("a.csv", january.as_bytes())]);
    let write = |name: &str, text: &str| std::fs::write(scratch.path().join("in").join(name), text).unwrap();
    let first = lake(&ingest(scratch.path()).unwrap());
    assert_eq!(lake(&ingest(scratch.path()).unwrap()), first, "the same again");
    write("copy.csv", &january);
    assert_eq!(lake(&ingest(scratch.path()).unwrap()), first, "a renamed copy");
    std::fs::remove_file(scratch.path().join("in/copy.csv")).unwrap();
    write("b.csv", &february);
    assert_eq!(lake(&ingest(scratch.path()).unwrap()), fresh(&[("b.csv", &february), ("a.csv", &january)]), "one more file");
    let corrected = february.replace("77.00", "78.00");
    write("b.csv", &corrected);
    assert_eq!(lake(&ingest(scratch.path()).unwrap()), fresh(&[("a.csv", &january), ("b.csv", &corrected)]), "a corrected file");
    write("b.csv", "no ledger");
    assert!(ingest(scratch.path()).is_err());
    std::fs::remove_file(scratch.path().join("in/b.csv")).unwrap();
    assert_eq!(lake(&ingest(scratch.path()).unwrap()), first, "a file that went away");
}

#[test]
fn a_header_that_drifts_is_refused_until_it_is_accepted() {
    let first = "datum;leverantor;belopp;konto\n2025-01-13;A;1.50;5010\n";
    for (case, second, accept, expect) in [
        ("the same in another order", "belopp;konto;datum;leverantor\n2.50;5010;2025-02-13;B\n", vec![], Ok("")),
        ("a new column", "datum;leverantor;belopp;konto;Projekt\n2025-02-13;B;2.50;5010;7\n", vec![], Err("accept_columns = [\"Projekt\"]")),
        ("a new column, accepted", "datum;leverantor;belopp;konto;Projekt\n2025-02-13;B;2.50;5010;7\n", vec!["projekt"], Ok("the column \"Projekt\" is new")),
        ("a column that was read is gone", "datum;leverantor;belopp\n2025-02-13;B;2.50\n", vec![], Err("read as account_code, is gone")),
        ("anything goes", "datum;leverantor;belopp\n2025-02-13;B;2.50\n", vec!["*"], Ok("read as account_code, is gone")),
    ] {
        let scratch = workspace("drift", "oppen-reskontra", "", &[("2025-01.csv", first.as_bytes())]);
        ingest(scratch.path()).unwrap_or_else(|e| panic!("{case}: {e}"));
        std::fs::write(scratch.path().join("in/2025-02.csv"), second).unwrap();
        settle_accepting(scratch.path(), "oppen-reskontra", "", &accept);
        match (ingest(scratch.path()), expect) {
            (Ok(store), Ok(change)) => {
                let changes = rows(&store, &schema::SOURCE_FILE, &["path", "header_change"]);
                assert!(changes[1].contains(change) && (change.is_empty() == changes[1].ends_with('|')), "{case}: {changes:?}");
                // A fresh load says the same.
                std::fs::remove_dir_all(scratch.path().join("out")).unwrap();
                assert_eq!(rows(&ingest(scratch.path()).unwrap(), &schema::SOURCE_FILE, &["path", "header_change"]), changes, "{case}");
            }
            (Err(error), Err(part)) => {
                assert!(error.to_string().contains(part), "{case}: {error}");
                assert_eq!(error.exit_code(), 3, "{case}");
                std::fs::remove_dir_all(scratch.path().join("out")).unwrap();
                assert!(ingest(scratch.path()).is_err(), "{case}: a fresh load is refused too");
            }
            (result, expect) => panic!("{case}: expected {expect:?}, got {:?}", result.map(|_| ())),
        }
    }
}

#[test]
fn all_that_drifts_is_named_at_once_with_what_was_accepted_before() {
    let files: [(&str, &[u8]); 4] = [
        ("2025-01.csv", b"datum;leverantor;belopp;konto\n2025-01-13;A;1.50;5010\n"),
        ("2025-02.csv", b"datum;leverantor;belopp;konto;Projekt\n2025-02-13;B;2.50;5010;7\n"),
        ("2025-03.csv", b"datum;leverantor;belopp;konto;Projekt;Moms\n2025-03-13;B;2.50;5010;7;1.00\n"),
        ("2025-04.csv", b"datum;leverantor;belopp;Projekt;Moms;Bilaga\n2025-04-13;B;2.50;7;1.00;x\n"),
    ];
    let scratch = workspace("drifts", "oppen-reskontra", "", &files);
    settle_accepting(scratch.path(), "oppen-reskontra", "", &["Projekt"]);
    let message = ingest(scratch.path()).map(|_| ()).unwrap_err().to_string();
    for part in ["2025-03.csv: its header", "\"Moms\" is new", "2025-04.csv: its header", "\"Bilaga\" is new", "\"konto\", read as account_code, is gone"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert!(!message.contains("2025-02.csv: its header"), "{message}");
    let accept = ["Projekt", "Moms", "Bilaga", "konto"];
    assert!(message.ends_with(&format!("accept_columns = [{}]", accept.map(|a| format!("{a:?}")).join(", "))), "{message}");
    settle_accepting(scratch.path(), "oppen-reskontra", "", &accept);
    assert_eq!(ingest(scratch.path()).unwrap().row_count(&schema::INVOICE_LINE), 4);
}

#[test]
fn what_the_record_before_said_changes_nothing() {
    // Days, vendors and texts that stand as they stood in the record before are not read again: each order of these records gives the same rows.
    let records = [
        "2025-01-13;1;2X;559000-0001;5010;e-faktura",
        "2025-01-13;1;2X;559000-0001;5010;papper",
        "2025-01-31;12;X;559000-0001;5010;papper",
        "2025-01-3;1;2X;;5010;",
        "2025-02-13;1;2X;;;pdf",
        ";12;X;559000-0002;;pdf",
        "2025-01-13;;2X;559000-0001;5011;e-faktura",
    ];
    let mapping = "doc = \"x\"\nkind = \"invoice_line\"\ndecimal = \".\"\ndate_order = \"ymd\"\nperiod_from = [\"booked_on\"]\n[columns]\nbooked_on = [\"day\"]\n\
                   vendor_id = [\"id\"]\nvendor_name = [\"name\"]\norganisation_number = [\"number\"]\naccount_code = [\"account\"]\nnet_amount = \"net\"\n\
                   channel = { names = [\"way\"], values = { \"e-faktura\" = \"e_invoice\", \"papper\" = \"paper\", \"*\" = \"other\" } }\n";
    let columns = ["booked_on", "vendor_id", "vendor_name", "organisation_number", "account_code", "channel", "net_amount", "vendor_key", "row_fingerprint"];
    let mut expect: Option<(Vec<String>, usize)> = None;
    for shift in 0..records.len() {
        for step in [1, 2, 3] {
            let mut text = String::from("day;id;name;number;account;way;net\n");
            for i in 0..records.len() {
                let at = (shift + i * step) % records.len();
                text += &format!("{};{at}.25\n", records[at]);
            }
            let scratch = workspace("before", "own", "reject_ratio_max = 0.5\n", &[("a.csv", text.as_bytes())]);
            std::fs::create_dir(scratch.path().join("mappings")).unwrap();
            std::fs::write(scratch.path().join("mappings/own.toml"), mapping).unwrap();
            let store = ingest(scratch.path()).unwrap();
            let found = (rows(&store, &schema::INVOICE_LINE, &columns), rows(&store, &schema::REJECT, &["fault"]).len());
            assert_eq!(found.0.len() + found.1, records.len());
            assert_eq!(*expect.get_or_insert_with(|| found.clone()), found, "{text}");
        }
    }
    let (kept, rejected) = expect.unwrap();
    assert_eq!((kept.len(), rejected), (6, 1), "{kept:?}");
    assert!(kept[0].starts_with("2025-01-03|1|2X||5010||3.25") && kept[5].starts_with("2025-02-13|1|2X|||other|4.25"), "{kept:?}");
}

#[test]
fn threads_change_no_byte() {
    let mut text = String::from("datum;leverantor;leverantor_id;belopp;faktura_nr\n");
    for i in 0..60_000u32 {
        let (month, day) = (i * 7 % 12 + 1, i % 28 + 1);
        text.push_str(&format!("2025-{month:02}-{day:02};Leverantör {};{};{}.{:02};\"F\"\"{i}\"\n", i % 997, i % 997, i, i % 100));
    }
    let run = |threads: usize| {
        let scratch = workspace("threads", "oppen-reskontra", "", &[("a.csv", text.as_bytes())]);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let store = pool.install(|| ingest(scratch.path())).unwrap();
        assert_eq!(store.row_count(&schema::INVOICE_LINE), 60_000);
        store.manifest().tables.clone()
    };
    let one = run(1);
    assert_eq!(one, run(2));
    assert_eq!(one, run(5));
}

#[test]
fn personal_numbers_stay_outside() {
    // 640823-3234 is the tax authority's own example of a number.
    let text = "leverantor;leverantor_id;belopp;datum;leverantor_orgnr\n\
        Odlare 640823-3234;640823-3234;1.50;2025-01-13;19640823-3234\n\
        Bolaget AB;556036-0793;2.50;2025-01-13;556036-0793\n\
        Felet;6408233234;x;2025-01-13;6408233234\n";
    let scratch = workspace("person", "oppen-reskontra", "reject_ratio_max = 1.0", &[("a.csv", text.as_bytes())]);
    let store = ingest(scratch.path()).unwrap();
    let found = rows(&store, &schema::INVOICE_LINE, &["vendor_name", "organisation_number", "net_amount"]);
    assert_eq!(found[0], "Bolaget AB|5560360793|2.50");
    assert!(found[1].starts_with("Odlare [personal number]|person:"), "{found:?}");
    for table in [&schema::INVOICE_LINE, &schema::REJECT] {
        let columns: Vec<&str> = table.columns.iter().map(|c| c.name).collect();
        let all = rows(&store, table, &columns).join("\n");
        assert!(!all.contains("640823"), "{all}");
    }
}

#[test]
fn other_formats_come_the_same_way() {
    let json = "{\"results\":[{\"datum\":\"2025-01-01\",\"\u{feff}kopare_id\":\"2120002080\",\"leverantor_id\":\"10004007\",\"belopp\":\"-1302,03\",\"leverantor\":\"Vården AB\"},\
        {\"datum\":\"2025-01-01\",\"\u{feff}kopare_id\":\"2120002080\",\"leverantor_id\":\"10004007\",\"belopp\":\"x\",\"leverantor\":\"Vården AB\"}]}";
    let scratch = workspace("json", "oppen-reskontra", "reject_ratio_max = 0.5", &[("a.json", json.as_bytes())]);
    let store = ingest(scratch.path()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(rows(&store, &schema::INVOICE_LINE, &["buyer_id", "vendor_name", "net_amount"]), ["2120002080|Vården AB|-1302.03"]);
    assert_eq!(rows(&store, &schema::REJECT, &["column_name", "value", "fault"]), ["belopp|x|amount_not_number"]);
}
