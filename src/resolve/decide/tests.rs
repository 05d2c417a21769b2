use super::super::overrides;
use super::super::record::More;
use super::*;

const HOME: Option<Scheme> = Some(Scheme::SeOrganisation);

/// A record from `role | name | organisation number | vendor id | bank account | source`; the role is its key. `R-` registers, `C-`
/// contracts, else lines.
fn record(text: &str) -> Record {
    let mut fields = text.split('|').map(|f| f.trim().to_string()).chain(std::iter::repeat(String::new()));
    let mut next = || fields.next().expect("the fields never end");
    let (key, name, organisation_number, vendor_id, bank, source) = (next(), next(), next(), next(), next(), next());
    let source_name = if source.is_empty() { "ledger".to_string() } else { source };
    let origin = match &key[..2] {
        "R-" => Origin::Register,
        "C-" => Origin::Contract,
        _ => Origin::Line,
    };
    let more = (!bank.is_empty()).then(|| Box::new(More { bank_accounts: vec![bank], ..More::default() }));
    Record { key, origin, source_name, vendor_id, name, organisation_number, line_count: 1, more }
}

fn decided(records: &[&str], verdicts: &str) -> (Vec<Record>, Result<Resolution>) {
    let mut records: Vec<Record> = records.iter().map(|r| record(r)).collect();
    records.sort_by(|a, b| a.key.cmp(&b.key));
    let lines = overrides::parse(verdicts, HOME).unwrap();
    let own = ["212000-0142".to_string()];
    let resolution =
        decide(&records, &Options { home: HOME, own_numbers: &own, link_score_min: 0.92, overrides: &lines, as_of: Date::parse_iso("2025-01-31").unwrap() });
    (records, resolution)
}

/// The partition as text: sets of keys in order, such as `A B, C`.
fn partition(records: &[&str], verdicts: &str) -> String {
    let (records, resolution) = decided(records, verdicts);
    let mut sets: Vec<String> =
        resolution.unwrap().suppliers.iter().map(|s| s.records.iter().map(|r| records[*r as usize].key.as_str()).collect::<Vec<_>>().join(" ")).collect();
    sets.sort();
    sets.join(", ")
}

#[test]
fn records_become_suppliers() {
    for (case, records, expect) in [
        ("one number in two writings", vec!["L-A|Acme AB|556036-0793", "L-B|Other words entirely|5560360793"], "L-A L-B"),
        ("two valid numbers never meet on a name", vec!["L-A|Acme AB|556036-0793", "L-B|Acme AB|556012-5790"], "L-A, L-B"),
        ("an equal name joins the number", vec!["L-A|Acme AB|556036-0793", "L-B|ACME Aktiebolag|"], "L-A L-B"),
        ("a dummy number is no number", vec!["L-A|Acme AB|999999-9999", "L-B|Other HB|999999-9999"], "L-A, L-B"),
        ("a failed check is no number", vec!["L-A|Acme AB|556036-0794", "L-B|Norr HB|556036-0794"], "L-A, L-B"),
        ("two holders of the name: the third stays alone", vec!["L-A|Acme AB|556036-0793", "L-B|Acme AB|556012-5790", "L-C|Acme|"], "L-A, L-B, L-C"),
        ("the legal form decides between them", vec!["L-A|Acme AB|556036-0793", "L-B|Acme HB|9697011234", "L-C|Acme HB|"], "L-A, L-B L-C"),
        ("other legal form, no numbers", vec!["L-A|Acme AB|", "L-B|Acme HB|"], "L-A, L-B"),
        ("no form fits the only form", vec!["L-A|Acme AB|", "L-B|Acme|"], "L-A L-B"),
        ("placeholders never meet", vec!["L-A|Diverse leverantörer|", "L-B|Diverse leverantörer|", "L-C|[innehåller personuppgifter]|"], "L-A, L-B, L-C"),
        ("the buyer's own vendor number", vec!["L-A|Acme AB||17", "L-B|Acme i Umeå AB||17"], "L-A L-B"),
        (
            "one vendor number for many payees",
            vec!["L-A|Alfa AB||17", "L-B|Beta Bygg AB||17", "L-C|Gamma Glas HB||17", "L-D|Delta Data AB||17", "L-E|Epsilon El AB||17"],
            "L-A, L-B, L-C, L-D, L-E",
        ),
        ("a shared account of unlike names", vec!["L-A|Alfa Bygg AB|||50501055", "L-B|Beta Glas HB|||50501055"], "L-A, L-B"),
        ("a shared account of like names", vec!["L-A|Alfa Bygg AB|||50501055", "L-B|Alfa Bygg Norr AB|||50501055"], "L-A L-B"),
        ("contract and register", vec!["C-A|Acme Aktiebolag|", "R-A|Acme AB|556036-0793", "L-A|ACME|"], "C-A L-A R-A"),
        (
            "the buyer's number beside another's name",
            vec!["L-A|Acme AB|212000-0142", "R-A|Acme AB|556036-0793", "L-B|Stockholms stad|212000-0142"],
            "L-A R-A, L-B",
        ),
        ("one number of no scheme in two ledgers, unlike names", vec!["L-A|Alfa Bygg AB|100234", "L-B|Beta Glas HB|100234|||other"], "L-A, L-B"),
        ("one number of no scheme in two ledgers, like names", vec!["L-A|Alfa Bygg AB|FI100234", "L-B|Alfa Bygg Norr AB|FI100234|||other"], "L-A L-B"),
        ("sole traders by their hash only", vec!["L-A|Anders Måleri|person:aa", "L-B|Anders Måleri|person:bb"], "L-A, L-B"),
    ] {
        assert_eq!(partition(&records, ""), expect, "{case}");
        let mut reversed = records.clone();
        reversed.reverse();
        assert_eq!(partition(&reversed, ""), expect, "{case}, reversed");
    }
}

#[test]
fn verdicts_of_people_come_first() {
    let acme = ["L-A|Acme AB|556036-0793", "L-B|Acme Nya AB|556012-5790", "L-C|ACME|", "L-D|Norrbygg AB|"];
    for (case, records, verdicts, expect) in [
        ("same beats two numbers", acme.to_vec(), "same SE5560360793 SE5560125790 # merged 2024", "L-A L-B L-C, L-D"),
        ("different beats equal names", acme.to_vec(), "different SE5560360793 \"ACME\"", ""),
        ("same by names", acme.to_vec(), "same \"Norrbygg\" \"Acme Nya AB\"", "L-A L-C, L-B L-D"),
        ("a new name from a day is the same supplier", acme.to_vec(), "rename SE5560125790 \"Norrbygg\" from 2025-03-01", "L-A L-C, L-B L-D"),
        ("a name is given a number", acme.to_vec(), "name \"Norrbygg AB\" is SE5560125790", "L-A L-C, L-B L-D"),
    ] {
        if expect.is_empty() {
            let (_, resolution) = decided(&records, verdicts);
            let message = resolution.err().expect(case).to_string();
            assert!(message.contains("line 1"), "{message}");
        } else {
            assert_eq!(partition(&records, verdicts), expect, "{case}");
        }
    }
    let (_, resolution) = decided(&acme, "same \"Norrbygg AB\" SE5560125790\ndifferent \"Norrbygg AB\" SE5560125790");
    let message = resolution.err().unwrap().to_string();
    assert!(message.contains("line 1") && message.contains("line 2"), "{message}");
    let (_, resolution) =
        decided(&acme, "parent SE5560125790 of SE5560360793\nrename SE5560360793 \"Acme Group\"\nrename SE2120000142 \"x\"\nsame \"Nobody\" \"ACME\"");
    let resolution = resolution.unwrap();
    assert_eq!(resolution.parents.get("SE5560360793").map(String::as_str), Some("SE5560125790"));
    assert_eq!(resolution.suppliers.iter().find(|s| s.id == "SE5560360793").unwrap().name, "Acme Group");
    assert_eq!(resolution.stale.iter().map(|s| s.0).collect::<Vec<_>>(), [3, 4]);
}

#[test]
fn links_say_why() {
    let (records, resolution) = decided(
        &[
            "L-A|Acme AB|556036-0793",
            "L-B|ACME|",
            "L-C|Norr AB|999999-9999",
            "L-D|Söder AB|556036-0794",
            "L-E|Diverse|",
            "L-F|Anders Måleri|person:0123456789abcdef",
        ],
        "",
    );
    let resolution = resolution.unwrap();
    for (key, id, method, finding, part) in [
        ("L-A", "SE5560360793", Method::Identifier, None, "check digits right"),
        ("L-B", "SE5560360793", Method::Name, None, "name equals \"Acme AB\""),
        ("L-C", "name:", Method::Alone, Some(Finding::DummyIdentifier), "dummy"),
        ("L-D", "name:", Method::Alone, Some(Finding::InvalidIdentifier), "check digit"),
        ("L-E", "name:", Method::Alone, Some(Finding::Blank(Blank::Placeholder)), "names nobody"),
        ("L-F", "person:0123456789abcdef", Method::Identifier, None, "sole trader"),
    ] {
        let link = &resolution.links[records.iter().position(|r| r.key == key).unwrap()];
        let supplier = &resolution.suppliers[link.supplier as usize];
        assert!(supplier.id.starts_with(id), "{key}: {}", supplier.id);
        assert_eq!((link.method, link.finding), (method, finding), "{key}");
        assert!(link.evidence.contains(part), "{key}: {}", link.evidence);
    }
    let trader = resolution.suppliers.iter().find(|s| s.id.starts_with("person:")).unwrap();
    assert_eq!(trader.name, "Enskild näringsidkare #012345");
}

#[test]
fn vendor_ids_that_are_organisation_numbers_are_noticed() {
    let records = ["L-A|Acme AB||5560360793", "L-B|Norr AB||5560125790", "L-C|Acme i Umeå||5560360793", "R-A|Volvo|556012-5790"];
    assert_eq!(partition(&records, ""), "L-A L-C, L-B R-A");
}

#[test]
fn a_new_name_is_shown_from_its_day() {
    for (day, expect) in [("2025-01-31", "Nya Acme"), ("2025-02-01", "Acme AB")] {
        let (_, resolution) = decided(&["L-A|Acme AB|556036-0793"], &format!("rename SE5560360793 \"Nya Acme\" from {day}"));
        assert_eq!(resolution.unwrap().suppliers[0].name, expect, "{day}");
    }
}

/// A ledger whose column of organisation numbers holds its own vendor numbers: one of them passes the check by chance, and another ledger has the real one.
#[test]
fn own_numbers_where_organisation_numbers_should_stand() {
    let own = ["L-A|Alfa Bygg AB|5560360793", "L-B|Beta Glas HB|1000400701", "L-C|Beta Glas Norr|1000400701"];
    let rest = ["L-D|Gamma AB|1000400702", "L-E|Delta AB|1000400703", "L-F|Epsilon AB|1000400704", "L-G|Zeta AB|1000400706", "L-H|Eta AB|10004007"];
    let other = ["M-A|Acme AB|5560360793|||other", "M-B|Norr AB|5560125790|||other"];
    let records: Vec<&str> = own.iter().chain(&rest).chain(&other).copied().collect();
    assert_eq!(partition(&records, ""), "L-A, L-B L-C, L-D, L-E, L-F, L-G, L-H, M-A, M-B");
    let (records, resolution) = decided(&records, "");
    let resolution = resolution.unwrap();
    let of = |key: &str| &resolution.links[records.iter().position(|r| r.key == key).unwrap()];
    assert_eq!(of("L-A").finding, Some(Finding::OwnIdentifier));
    assert_eq!((of("L-C").finding, of("L-C").method), (None, Method::Identifier));
    assert_eq!(of("M-A").finding, None);
}
