//! The decision as a table: each reason, each edge. Ids tell the role.

use super::ceiling::{self, At, Burn};
use super::coverage::Basis;
use super::decide::{self, Ledger, Line};
use super::exchange::Exchange;
use super::index::{Index, Parameters, Reference};
use super::inputs::{
    AmendmentKind, AmendmentRow, CategoryRow, ContractRow, ExceptionRow, HolderRow, Inputs, OrderRow, PriceRow, SupplierRow, UnitRow, VendorRow,
};
use super::price::Paid;
use crate::model::{Date, Money};

fn day(text: &str) -> Date {
    Date::parse_iso(text).expect("a date")
}

fn parameters() -> Parameters {
    Parameters {
        term_grace_days: 30,
        explicit_scope_confidence_min: 0.9,
        credit_window_months: 12,
        followed_up_months: 12,
        confidence_explicit: 0.99,
        confidence_by_order: 0.98,
        confidence_in_text: 0.97,
        confidence_unique_scope: 0.96,
        confidence_chosen: 0.9,
        confidence_grace: 0.7,
        confidence_unit_not_stated: 0.9,
        confidence_credit_loose: 0.9,
        confidence_credit_amount: 0.97,
        confidence_off_contract: 0.95,
        confidence_ambiguous: 0.5,
        confidence_undetermined: 0.0,
        confidence_by_case: 0.97,
        confidence_likely: 0.9,
        confidence_practice: 0.8,
        confidence_via_parent: 0.8,
        confidence_via_factor: 0.9,
        practice_lines_min: 5,
        practice_share_min: 0.9,
        price_tolerance_ppm: 10_000,
        currency: "SEK".into(),
        exchange: Exchange::default(),
    }
}

/// `id supplier starts ends scope units`, `-` for not stated; then `key=value` for the rest.
fn contract(text: &str) -> (ContractRow, HolderRow) {
    let mut words = text.split_whitespace();
    let mut word = || words.next().expect("id supplier starts ends scope units");
    let (id, supplier, starts, ends, scope, units) = (word(), word(), word(), word(), word(), word());
    let list = |t: &str| if t == "-" { Vec::new() } else { t.split('|').map(String::from).collect() };
    let date = |t: &str| (t != "-").then(|| day(t));
    let mut row = ContractRow {
        contract_id: id.into(),
        vendor_name: supplier.into(),
        starts_on: date(starts),
        ends_on: date(ends),
        category_codes: list(scope),
        entitled_unit_ids: list(units),
        currency: "SEK".into(),
        ..ContractRow::default()
    };
    for pair in words {
        let (key, value) = pair.split_once('=').expect("key=value");
        match key {
            "lot" => row.lot_id = value.into(),
            "framework" => row.framework_contract_id = Some(value.into()),
            "rank" => {
                row.supplier_rank = value.parse().ok();
                row.award_form = Some("ranked".into());
            }
            "ceiling" => row.ceiling = Money::from_minor(value.parse().expect("öre")),
            "signed" => row.signed_on = Some(day(value)),
            "case" => row.case_reference = Some(value.into()),
            "instalment" => row.instalment = Money::from_minor(value.parse().expect("öre")),
            "limit" => row.renewed_competition_limit = Money::from_minor(value.parse().expect("öre")),
            other => panic!("no {other}"),
        }
    }
    let holder = HolderRow {
        contract_id: id.into(),
        lot_id: row.lot_id.clone(),
        supplier_id: supplier.into(),
        supplier_rank: row.supplier_rank,
        link_score: 1.0,
        link_evidence: String::new(),
    };
    (row, holder)
}

fn world(contracts: &[&str]) -> Inputs {
    let (contracts, holders): (Vec<_>, Vec<_>) = contracts.iter().map(|t| contract(t)).unzip();
    let suppliers = ["S-A", "S-B", "S-NONE"].map(|id| SupplierRow {
        supplier_id: id.into(),
        supplier_name: format!("{id} AB"),
        supplier_group_id: id.into(),
        ..SupplierRow::default()
    });
    let vendor = |key: &str, id: &str, finding: Option<&str>| VendorRow {
        vendor_key: key.into(),
        supplier_id: Some(id.into()),
        link_score: 1.0,
        finding: finding.map(Into::into),
        ..VendorRow::default()
    };
    let category = |code: &str, parent: Option<&str>| CategoryRow {
        category_code: code.into(),
        category_name: code.to_lowercase(),
        parent_category_code: parent.map(Into::into),
    };
    let unit = |id: &str, parent: Option<&str>| UnitRow {
        organisational_unit_id: id.into(),
        organisational_unit_name: id.to_lowercase(),
        parent_unit_id: parent.map(Into::into),
    };
    Inputs {
        contracts,
        holders,
        suppliers: suppliers.into(),
        vendors: vec![
            vendor("S-A", "S-A", None),
            vendor("S-B", "S-B", None),
            vendor("S-NONE", "S-NONE", None),
            vendor("S-REDACTED", "S-NONE", Some("redacted")),
        ],
        categories: vec![category("IT", None), category("IT-SW", Some("IT")), category("IT-HW", Some("IT")), category("FOOD", None)],
        units: vec![unit("U-HOSPITAL", None), unit("U-WARD", Some("U-HOSPITAL")), unit("U-SCHOOL", None)],
        ..Inputs::default()
    }
}

/// A line in words: `supplier category unit date`, then `key=value`; `-` is none.
fn decided(inputs: &Inputs, text: &str, ledger: Ledger) -> String {
    let index = Index::build(inputs, parameters());
    let mut words = text.split_whitespace();
    let mut word = || words.next().expect("supplier category unit date");
    let (vendor, category, unit, date) = (word(), word(), word(), word());
    let category = (category != "-").then(|| index.category(category));
    let vendor = index.vendor(vendor);
    let (mut scratch, mut text_words) = (String::new(), String::new());
    let mut line = Line {
        is_excluded: false,
        lacks_exchange_rate: false,
        supplier: vendor.filter(|v| !v.is_unresolved).map(|v| v.supplier),
        link_score: 1.0,
        is_via_factor: vendor.is_some_and(|v| v.is_via_factor),
        is_factor: vendor.is_some_and(|v| v.is_factor),
        unit: (unit != "-").then(|| index.unit(unit)),
        category: category.as_ref(),
        category_confidence: 1.0,
        day: (date != "-").then(|| day(date)),
        basis: Basis::Delivered,
        item: None,
        contract_reference: Reference::default(),
        order_reference: Reference::default(),
        text_reference: Reference::default(),
        paid: Paid { net_minor: 10_000, currency: "SEK", ..Paid::default() },
    };
    for pair in words {
        let (key, value) = pair.split_once('=').expect("key=value");
        match key {
            "excluded" => line.is_excluded = true,
            "no_rate" => line.lacks_exchange_rate = true,
            "sure" => line.category_confidence = value.parse().expect("a share"),
            "basis" => line.basis = if value == "booked" { Basis::Booked } else { Basis::Invoiced },
            "contract" => line.contract_reference = index.reference(value, &mut scratch),
            "order" => line.order_reference = index.order_reference(value, &mut scratch),
            "text" => {
                text_words = value.replace('_', " ");
                line.text_reference = line.supplier.map_or_else(Reference::default, |s| index.reference_in_text(&text_words, s, &mut scratch));
            }
            "item" => line.item = index.prices.item(value),
            "price" => line.paid.unit_price = value.parse().ok(),
            "amount" => line.paid.net_minor = value.parse().expect("öre"),
            other => panic!("no {other}"),
        }
    }
    assert!(text_words.is_empty() || line.supplier.is_some());
    let mut decision = decide::decide(&line, &index);
    decide::settle(&mut decision, &index, ledger);
    assert!((0.0..=1.0).contains(&decision.confidence), "{decision:?}");
    let id = |c: Option<u32>| c.map_or("-", |c| &index.contracts[c as usize].id);
    format!(
        "{} {} {} L{} {} {} {}",
        decision.outcome.word(),
        decision.class.word(),
        decision.reason.map_or("-", decide::Reason::word),
        decision.ladder_level.map_or("-".into(), |l| l.to_string()),
        id(decision.contract),
        id(decision.passed_by),
        decision.evidence
    )
}

#[track_caller]
fn check(name: &str, inputs: &Inputs, line: &str, expect: &str) {
    assert_eq!(decided(inputs, line, Ledger::default()), expect, "{name}: {line}");
}

#[test]
fn own_contracts_by_term_scope_and_unit() {
    let w = world(&["C-LIVE S-A 2024-01-01 2024-12-31 IT U-HOSPITAL ceiling=1000"]);
    for (name, line, expect) in [
        ("all pass", "S-A IT-SW U-HOSPITAL 2024-06-01", "compliant unique_scope - L2 C-LIVE - CAT_IN;UNIT_IN"),
        ("first day", "S-A IT U-HOSPITAL 2024-01-01", "compliant unique_scope - L2 C-LIVE - CAT_IN;UNIT_IN"),
        ("last day", "S-A IT U-HOSPITAL 2024-12-31", "compliant unique_scope - L2 C-LIVE - CAT_IN;UNIT_IN"),
        ("day before", "S-A IT U-HOSPITAL 2023-12-31", "off_contract out_of_scope M4 L0 C-LIVE - PRE_START:1;CAT_IN;UNIT_IN"),
        ("day after, delivered", "S-A IT U-HOSPITAL 2025-01-01", "off_contract out_of_scope M4 L0 C-LIVE - POST_END:1;CAT_IN;UNIT_IN"),
        ("grace", "S-A IT U-HOSPITAL 2025-01-30 basis=invoiced", "compliant unique_scope - L2 C-LIVE - POST_END_GRACE:30;CAT_IN;UNIT_IN"),
        ("after grace", "S-A IT U-HOSPITAL 2025-01-31 basis=booked", "off_contract out_of_scope M4 L0 C-LIVE - POST_END:31;CAT_IN;UNIT_IN"),
        ("a unit below an entitled one", "S-A IT U-WARD 2024-06-01", "compliant unique_scope - L2 C-LIVE - CAT_IN;UNIT_IN"),
        ("unit not entitled", "S-A IT U-SCHOOL 2024-06-01", "off_contract out_of_scope M5 L1 C-LIVE - CAT_IN;UNIT_OUT"),
        ("unit nobody knows", "S-A IT U-OTHER 2024-06-01", "off_contract out_of_scope M5 L1 C-LIVE - CAT_IN;UNIT_OUT"),
        ("no unit", "S-A IT - 2024-06-01", "undetermined unresolved M9 L1 C-LIVE - CAT_IN;UNIT_UNKNOWN"),
        ("outside the scope", "S-A FOOD U-HOSPITAL 2024-06-01", "off_contract out_of_scope M3 L1 C-LIVE - CAT_OUT;UNIT_IN"),
        ("scope and unit fail", "S-A FOOD U-SCHOOL 2024-06-01", "off_contract out_of_scope M3 L1 C-LIVE - CAT_OUT;UNIT_OUT"),
        ("term and unit fail", "S-A IT U-SCHOOL 2025-06-01", "off_contract out_of_scope M1 L0 - - CAT_OUT"),
        ("category unknown", "S-A - U-HOSPITAL 2024-06-01", "undetermined unresolved M9 L1 C-LIVE - CAT_UNKNOWN;UNIT_IN"),
        ("category unknown, term over", "S-A - U-HOSPITAL 2025-06-01", "off_contract out_of_scope M4 L0 C-LIVE - POST_END:152;CAT_UNKNOWN;UNIT_IN"),
        ("category unknown, all else fails", "S-A - U-SCHOOL 2025-06-01", "undetermined unresolved M9 L0 - - CAT_UNKNOWN"),
        ("no date", "S-A IT U-HOSPITAL -", "undetermined unresolved M9 L0 C-LIVE - DATE_UNKNOWN;CAT_IN;UNIT_IN"),
        ("no contract, other holds one", "S-NONE IT U-HOSPITAL 2024-06-01", "off_contract no_contract M2 L-1 - C-LIVE OTHER_CONTRACT;SUPPLIER_NO_CONTRACT"),
        ("no contract, unit not entitled", "S-NONE IT U-SCHOOL 2024-06-01", "off_contract no_contract M1 L-1 - - SUPPLIER_NO_CONTRACT"),
        ("no contract, in another's grace", "S-NONE IT U-HOSPITAL 2025-01-01 basis=invoiced", "off_contract no_contract M1 L-1 - - SUPPLIER_NO_CONTRACT"),
        ("no contract, category unknown", "S-NONE - U-HOSPITAL 2024-06-01", "undetermined no_contract M9 L-1 - - SUPPLIER_NO_CONTRACT;CAT_UNKNOWN"),
        ("redacted", "S-REDACTED IT U-HOSPITAL 2024-06-01", "undetermined unresolved M9 L- - - SUPPLIER_UNRESOLVED"),
        ("no such vendor", "S-MISSING IT U-HOSPITAL 2024-06-01", "undetermined unresolved M9 L- - - SUPPLIER_UNRESOLVED"),
        ("excluded", "S-A IT U-HOSPITAL 2024-06-01 excluded=1", "not_addressable not_contractable - L- - - EXCLUDED"),
        ("no rate", "S-A IT U-HOSPITAL 2024-06-01 no_rate=1", "not_addressable not_contractable - L- - - NO_EXCHANGE_RATE"),
    ] {
        check(name, &w, line, expect);
    }
}

#[test]
fn what_the_catalogue_does_not_state() {
    let w = world(&["C-NO-SCOPE S-A 2024-01-01 2024-12-31 - *", "C-NO-UNITS S-B - - FOOD - ceiling=1"]);
    for (name, line, expect) in [
        ("scope not stated", "S-A IT U-WARD 2024-06-01", "undetermined unresolved M9 L1 C-NO-SCOPE - SCOPE_NOT_STATED;UNIT_IN"),
        ("scope not stated, other's covers", "S-A FOOD U-WARD 2024-06-01", "undetermined unresolved M9 L1 C-NO-SCOPE - SCOPE_NOT_STATED;UNIT_IN"),
        ("scope not stated, term over, other's covers", "S-A FOOD U-WARD 2025-06-01", "off_contract no_contract M2 L0 - C-NO-UNITS OTHER_CONTRACT"),
        ("scope not stated, term over", "S-A IT U-WARD 2025-06-01", "off_contract out_of_scope M4 L0 C-NO-SCOPE - POST_END:152;SCOPE_NOT_STATED;UNIT_IN"),
        ("units and dates not stated", "S-B FOOD - 1999-01-01", "compliant unique_scope - L2 C-NO-UNITS - CAT_IN;UNIT_NOT_STATED"),
    ] {
        check(name, &w, line, expect);
    }
}

#[test]
fn references() {
    let w = world(&[
        "AVT-2024-007 S-A 2024-01-01 2024-12-31 IT U-WARD ceiling=1",
        "AVT-2024-008 S-A 2024-01-01 2024-12-31 IT * ceiling=1",
        "AVT-OTHER S-B 2024-01-01 2024-12-31 FOOD * ceiling=1",
        "CALL-1 S-B 2024-01-01 2025-12-31 FOOD * framework=FW-9",
    ]);
    for (name, line, expect) in [
        ("exact", "S-A IT U-WARD 2024-06-01 contract=AVT-2024-007", "compliant explicit - L2 AVT-2024-007 - REF_EXACT;CAT_IN;UNIT_IN"),
        ("retyped", "S-A IT U-WARD 2024-06-01 contract=avt/2024/7", "compliant explicit - L2 AVT-2024-007 - REF_NORMALISED;CAT_IN;UNIT_IN"),
        ("as one word", "S-A IT U-WARD 2024-06-01 contract=avt2024007", "compliant explicit - L2 AVT-2024-007 - REF_NORMALISED;CAT_IN;UNIT_IN"),
        ("by order", "S-A IT U-WARD 2024-06-01 order=AVT-2024-007", "compliant by_order - L2 AVT-2024-007 - ORDER_REF;CAT_IN;UNIT_IN"),
        ("in the text", "S-A IT U-WARD 2024-06-01 text=enl._avt-2024-007,_maj", "compliant explicit - L2 AVT-2024-007 - REF_TEXT;CAT_IN;UNIT_IN"),
        ("somebody else's in the text", "S-A FOOD U-WARD 2024-06-01 text=AVT-OTHER", "off_contract no_contract M2 L1 - AVT-OTHER OTHER_CONTRACT"),
        ("term over", "S-A IT U-WARD 2025-02-14 contract=AVT-2024-007", "off_contract explicit M4 L0 AVT-2024-007 - REF_EXACT;POST_END:45;CAT_IN;UNIT_IN"),
        (
            "in grace",
            "S-A IT U-WARD 2025-01-05 contract=AVT-2024-007 basis=booked",
            "compliant explicit - L2 AVT-2024-007 - REF_EXACT;POST_END_GRACE:5;CAT_IN;UNIT_IN",
        ),
        (
            "out of scope, sure",
            "S-A FOOD U-WARD 2024-06-01 contract=AVT-2024-007 sure=0.9",
            "off_contract explicit M3 L1 AVT-2024-007 - REF_EXACT;CAT_OUT;UNIT_IN",
        ),
        (
            "out of scope, not sure",
            "S-A FOOD U-WARD 2024-06-01 contract=AVT-2024-007 sure=0.89",
            "compliant explicit - L2 AVT-2024-007 - REF_EXACT;CAT_OUT;UNIT_IN",
        ),
        ("category unknown", "S-A - U-WARD 2024-06-01 contract=AVT-2024-007 sure=0", "compliant explicit - L2 AVT-2024-007 - REF_EXACT;CAT_UNKNOWN;UNIT_IN"),
        ("unit out", "S-A IT U-SCHOOL 2024-06-01 contract=AVT-2024-007", "off_contract explicit M5 L1 AVT-2024-007 - REF_EXACT;CAT_IN;UNIT_OUT"),
        ("conflict", "S-A IT U-SCHOOL 2024-06-01 contract=AVT-OTHER", "compliant unique_scope - L2 AVT-2024-008 - REF_CONFLICT;CAT_IN;UNIT_IN"),
        (
            "conflict, then order",
            "S-A IT U-WARD 2024-06-01 contract=AVT-OTHER order=AVT-2024-008",
            "compliant by_order - L2 AVT-2024-008 - ORDER_REF;CAT_IN;UNIT_IN;REF_CONFLICT",
        ),
        ("unknown number", "S-A IT U-SCHOOL 2024-06-01 contract=4711", "compliant unique_scope - L2 AVT-2024-008 - CAT_IN;UNIT_IN"),
        (
            "framework of a held call-off",
            "S-B FOOD U-WARD 2025-06-01 contract=FW-9",
            "compliant explicit - L2 CALL-1 - REF_EXACT;CAT_IN;UNIT_IN;NO_CEILING_ON_FILE",
        ),
    ] {
        check(name, &w, line, expect);
    }
}

#[test]
fn several_contracts() {
    let w = world(&[
        "C-BROAD S-A 2024-01-01 2024-12-31 IT *",
        "C-NARROW S-A 2024-01-01 2024-12-31 IT-SW *",
        "C-TWIN-1 S-B 2024-01-01 2024-12-31 FOOD *",
        "C-TWIN-2 S-B 2024-01-01 2024-12-31 FOOD *",
        "FW S-B 2024-01-01 2024-12-31 IT-HW *",
        "CALL S-B 2024-06-01 2025-12-31 IT-HW * framework=FW",
        "C-LOTS S-NONE 2024-01-01 2024-12-31 IT * lot=1",
        "C-LOTS S-NONE 2024-01-01 2024-12-31 IT * lot=2",
    ]);
    for (name, line, expect) in [
        ("nearest category", "S-A IT-SW U-WARD 2024-06-01", "compliant chosen - L2 C-NARROW - CHOSEN_SPECIFIC;CAT_IN;UNIT_IN;NO_CEILING_ON_FILE"),
        ("only the broad one", "S-A IT-HW U-WARD 2024-06-01", "compliant unique_scope - L2 C-BROAD - CAT_IN;UNIT_IN;NO_CEILING_ON_FILE"),
        ("tie", "S-B FOOD U-WARD 2024-06-01", "ambiguous ambiguous - L2 - - AMBIGUOUS:2;CAT_IN;UNIT_IN"),
        ("call-off over framework", "S-B IT-HW U-WARD 2024-07-01", "compliant chosen - L2 CALL - CHOSEN_CALL_OFF;CAT_IN;UNIT_IN;NO_CEILING_ON_FILE"),
        ("before the call-off", "S-B IT-HW U-WARD 2024-05-01", "compliant unique_scope - L2 FW - CAT_IN;UNIT_IN;NO_CEILING_ON_FILE"),
        ("call-off outlives the framework", "S-B IT-HW U-WARD 2025-07-01", "compliant unique_scope - L2 CALL - CAT_IN;UNIT_IN;NO_CEILING_ON_FILE"),
        ("lots of one contract are no tie", "S-NONE IT U-WARD 2024-06-01", "compliant chosen - L2 C-LOTS - CAT_IN;UNIT_IN;NO_CEILING_ON_FILE"),
    ] {
        check(name, &w, line, expect);
    }
}

#[test]
fn misses_go_by_priority() {
    let w = world(&[
        "C-EXPIRED S-A 2022-01-01 2022-12-31 IT *",
        "C-OTHER-UNIT S-A 2024-01-01 2024-12-31 IT U-SCHOOL",
        "C-FOOD S-A 2023-01-01 2024-12-31 FOOD *",
        "C-OPEN S-A 2020-01-01 2020-12-31 - *",
    ]);
    for (name, line, expect) in [
        ("unit before term and scope", "S-A IT U-WARD 2024-06-01", "off_contract out_of_scope M5 L1 C-OTHER-UNIT - CAT_IN;UNIT_OUT"),
        ("the nearest term before scope", "S-A IT U-WARD 2023-01-10", "off_contract out_of_scope M4 L1 C-EXPIRED - POST_END:10;CAT_IN;UNIT_IN"),
        ("not known before all", "S-A IT U-WARD 2020-06-01", "undetermined unresolved M9 L1 C-OPEN - SCOPE_NOT_STATED;UNIT_IN"),
    ] {
        check(name, &w, line, expect);
    }
}

#[test]
fn rank_price_and_ledger() {
    let mut w = world(&[
        "C-RANKED S-A 2024-01-01 2024-12-31 IT * rank=1 ceiling=1000",
        "C-RANKED S-B 2024-01-01 2024-12-31 IT * rank=2 ceiling=1000",
        "C-LIST S-A 2024-01-01 2024-12-31 FOOD * ceiling=1000",
        "C-PLAIN S-A 2024-01-01 2024-12-31 FOOD * ceiling=1000",
    ]);
    let price = |item: &str, price: i64, starts: &str| PriceRow {
        contract_id: "C-LIST".into(),
        item_id: item.into(),
        unit_price: price,
        currency: "SEK".into(),
        starts_on: Some(day(starts)),
        ..PriceRow::default()
    };
    w.prices = vec![price("APPLE", 100_000, "2024-01-01"), price("APPLE", 200_000, "2024-07-01")];
    for (name, line, ledger, expect) in [
        ("rank 1", "S-A IT U-WARD 2024-06-01", (false, false), "compliant unique_scope - L2 C-RANKED - CAT_IN;UNIT_IN"),
        ("rank 2", "S-B IT U-WARD 2024-06-01", (false, false), "deviating unique_scope M8 L2 C-RANKED - CAT_IN;UNIT_IN;RANK_BYPASSED:2"),
        ("rank 2 by call-off", "S-B IT U-WARD 2024-06-01 order=C-RANKED", (false, false), "compliant by_order - L2 C-RANKED - ORDER_REF;CAT_IN;UNIT_IN"),
        (
            "rank 2 over the ceiling",
            "S-B IT U-WARD 2024-06-01",
            (true, false),
            "off_contract unique_scope M6 L2 C-RANKED - CEILING_OVER;CAT_IN;UNIT_IN;RANK_BYPASSED:2",
        ),
        ("limit", "S-A IT U-WARD 2024-06-01", (false, true), "deviating unique_scope M8 L2 C-RANKED - CAT_IN;UNIT_IN;COMPETITION_LIMIT"),
        (
            "price chooses and holds",
            "S-A FOOD U-WARD 2024-06-01 item=APPLE price=101000",
            (false, false),
            "compliant chosen - L3 C-LIST - CHOSEN_PRICE_LIST;CAT_IN;UNIT_IN;PRICE_OK",
        ),
        (
            "price over",
            "S-A FOOD U-WARD 2024-06-30 item=APPLE price=110000",
            (false, false),
            "deviating chosen M7 L2 C-LIST - CHOSEN_PRICE_LIST;CAT_IN;UNIT_IN;PRICE_OVER:100",
        ),
        (
            "price list in force",
            "S-A FOOD U-WARD 2024-07-01 item=APPLE price=200000",
            (false, false),
            "compliant chosen - L3 C-LIST - CHOSEN_PRICE_LIST;CAT_IN;UNIT_IN;PRICE_OK",
        ),
        (
            "no price on the line",
            "S-A FOOD U-WARD 2024-06-30 item=APPLE",
            (false, false),
            "compliant chosen - L2 C-LIST - CHOSEN_PRICE_LIST;CAT_IN;UNIT_IN;PRICE_UNKNOWN",
        ),
        (
            "price over, limit",
            "S-A FOOD U-WARD 2024-06-30 item=APPLE price=110000",
            (false, true),
            "deviating chosen M8 L2 C-LIST - CHOSEN_PRICE_LIST;CAT_IN;UNIT_IN;PRICE_OVER:100;COMPETITION_LIMIT",
        ),
        (
            "nothing of this touches off contract",
            "S-NONE - U-WARD 2024-06-30",
            (true, true),
            "undetermined no_contract M9 L-1 - - SUPPLIER_NO_CONTRACT;CAT_UNKNOWN",
        ),
    ] {
        let ledger = Ledger { is_over_ceiling: ledger.0, reaches_competition_limit: ledger.1 };
        assert_eq!(decided(&w, line, ledger), expect, "{name}: {line}");
    }
}

#[test]
fn ceilings_burn_in_date_order_over_the_framework() {
    let index = Index::build(
        &world(&["FW S-A - - IT * ceiling=1000", "FW S-B - - IT * ceiling=1000", "CALL S-B - - IT * framework=FW ceiling=500", "C-FREE S-A - - FOOD *"]),
        parameters(),
    );
    let at = |row: u32| At { file: 0, row };
    let position = |id: &str| index.contract_position(id).unwrap();
    // (contract, date, minor) by row; the rows that lie above.
    for (name, lines, expect) in [
        ("at the ceiling is within", &[("FW", 1, 600), ("FW", 2, 400)][..], &[][..]),
        ("the crossing line is over", &[("FW", 1, 600), ("FW", 2, 401), ("FW", 3, 1)], &[1, 2]),
        ("dates, not rows", &[("FW", 9, 600), ("FW", 1, 600)], &[0]),
        ("one day: the order of the rows", &[("FW", 1, 600), ("FW", 1, 600)], &[1]),
        ("a credit gives back", &[("FW", 1, 900), ("FW", 2, -300), ("FW", 3, 400), ("FW", 4, 1)], &[3]),
        ("a credit above the ceiling nets out", &[("FW", 1, 1100), ("FW", 2, -200), ("FW", 3, 100)], &[0, 1]),
        ("call-offs burn the framework and their own", &[("CALL", 1, 400), ("FW", 2, 500), ("CALL", 3, 101)], &[2]),
        ("the framework through its call-off", &[("FW", 1, 900), ("CALL", 2, 101)], &[1]),
    ] {
        let mut burns = Vec::new();
        for (row, &(id, day, minor)) in lines.iter().enumerate() {
            burns.extend(ceiling::groups(&index, position(id)).map(|group| Burn { group, day, at: at(row as u32), minor }));
        }
        let over: Vec<u32> = ceiling::lines_over(&index, burns).into_iter().map(|a| a.row).collect();
        assert_eq!(over, expect, "{name}");
    }
    assert_eq!(ceiling::groups(&index, position("C-FREE")).count(), 0, "no ceiling on file is not a ceiling of 0");
}

#[test]
fn lots_with_ceilings_of_their_own_add_up() {
    for (name, contracts, expect) in [
        ("one value on every row is the contract's", &["C S-A - - IT * lot=1 ceiling=1000", "C S-B - - IT * lot=2 ceiling=1000"][..], Some(1000)),
        ("lots differ", &["C S-A - - IT * lot=1 ceiling=1000", "C S-B - - IT * lot=1 ceiling=1000", "C S-B - - IT * lot=2 ceiling=300"], Some(1300)),
        ("none", &["C S-A - - IT *"], None),
    ] {
        assert_eq!(Index::build(&world(contracts), parameters()).contracts[0].ceiling, expect, "{name}");
    }
}

fn amendment(contract: &str, effective: &str, ends: &str, scope: &str) -> AmendmentRow {
    AmendmentRow {
        contract_id: contract.into(),
        effective_on: Some(day(effective)),
        ends_on: (ends != "-").then(|| day(ends)),
        category_codes: scope.split('|').filter(|c| *c != "-").map(String::from).collect(),
        currency: "SEK".into(),
        ..AmendmentRow::default()
    }
}

#[test]
fn amendments_hold_from_their_day() {
    let mut w = world(&["C S-A 2024-01-01 2024-12-31 IT * ceiling=1000"]);
    w.amendments = vec![
        AmendmentRow { ceiling: Money::from_minor(3_000), ..amendment("C", "2024-07-01", "2025-06-30", "FOOD") },
        AmendmentRow { kind: AmendmentKind::Original, signed_on: Some(day("2024-01-15")), ..amendment("C", "2024-01-01", "2024-12-31", "-") },
    ];
    for (name, line, expect) in [
        ("before it", "S-A IT - 2024-06-30", "compliant unique_scope - L2 C - CAT_IN;UNIT_IN"),
        ("before it, its scope", "S-A FOOD - 2024-06-30", "off_contract out_of_scope M4 L1 C - PRE_START:1;CAT_IN;UNIT_IN"),
        ("from it", "S-A FOOD - 2024-07-01", "compliant unique_scope - L2 C - CAT_IN;UNIT_IN"),
        ("from it, the old scope", "S-A IT - 2024-07-01", "off_contract out_of_scope M4 L1 C - POST_END:1;CAT_IN;UNIT_IN"),
        ("extended", "S-A FOOD - 2025-06-30", "compliant unique_scope - L2 C - CAT_IN;UNIT_IN"),
        ("no further", "S-A FOOD - 2025-07-01", "off_contract out_of_scope M4 L0 C - POST_END:1;CAT_IN;UNIT_IN"),
        ("before it was signed", "S-A IT - 2024-01-05", "compliant unique_scope - L2 C - CAT_IN;UNIT_IN;RETROACTIVE:10"),
    ] {
        check(name, &w, line, expect);
    }
    let index = Index::build(&w, parameters());
    let at = |text: &str| index.contracts[0].ceiling_at(day(text).days());
    assert_eq!([at("2020-01-01"), at("2024-06-30"), at("2024-07-01")], [Some(1_000), Some(1_000), Some(3_000)]);
    assert_eq!((index.contracts[0].amendment_count, index.contracts[0].signed_on), (1, Some(day("2024-01-15"))));
    w.amendments.push(AmendmentRow { kind: AmendmentKind::Termination, ..amendment("C", "2024-10-01", "-", "-") });
    check("terminated", &w, "S-A FOOD - 2024-10-02", "off_contract out_of_scope M4 L0 C - POST_END:1;CAT_IN;UNIT_IN");
}

#[test]
fn orders_and_cases_lead_to_contracts() {
    let mut w = world(&[
        "C-1 S-A 2024-01-01 2024-12-31 IT * ceiling=1 case=RS-2023/441",
        "C-2 S-A 2024-01-01 2024-12-31 IT * ceiling=1 case=RS-2023/442 instalment=777",
        "C-3 S-A 2024-01-01 2024-12-31 IT * ceiling=1 case=RS-2023/442",
        "FW S-A 2024-01-01 2024-12-31 FOOD * ceiling=1",
        "CALL S-A 2024-06-01 2026-05-31 FOOD * framework=FW ceiling=1",
    ]);
    let order = |id: &str, contract: Option<&str>| OrderRow { order_id: id.into(), contract_id: contract.map(Into::into), ordered_on: Some(day("2024-12-20")) };
    w.orders = vec![order("PO-1001", Some("c-1")), order("PO-1002", None)];
    for (name, line, expect) in [
        ("by order, its hyphen left out", "S-A IT - 2024-12-24 order=po1001", "compliant by_order - L2 C-1 - ORDER_CONTRACT;CAT_IN;UNIT_IN"),
        ("by order, written alike", "S-A IT - 2024-12-24 order=PO/1001", "compliant by_order - L2 C-1 - ORDER_CONTRACT;CAT_IN;UNIT_IN"),
        (
            "ordered in term, delivered after",
            "S-A IT - 2025-03-01 order=PO-1001",
            "compliant by_order - L2 C-1 - ORDER_CONTRACT;CAT_IN;UNIT_IN;ORDERED_IN_TERM:60",
        ),
        ("order without a contract", "S-A FOOD - 2024-03-01 order=PO-1002", "compliant unique_scope - L2 FW - ORDER_NO_CONTRACT;CAT_IN;UNIT_IN"),
        ("by case", "S-A IT - 2024-03-01 order=RS_2023-441", "compliant by_order - L2 C-1 - CASE_REF;CAT_IN;UNIT_IN"),
        ("a case of two contracts", "S-A IT - 2024-03-01 contract=RS-2023/442", "ambiguous ambiguous - L2 - - CASE_REF;AMBIGUOUS:2;CAT_IN;UNIT_IN"),
        (
            "a case of two, the amount of one",
            "S-A IT - 2024-03-01 contract=RS-2023/442 amount=777",
            "compliant explicit - L2 C-2 - CASE_REF;CHOSEN_INSTALMENT;CAT_IN;UNIT_IN",
        ),
        ("the amount of an instalment alone", "S-A IT - 2024-03-01 amount=777", "compliant chosen - L2 C-2 - CHOSEN_INSTALMENT;CAT_IN;UNIT_IN"),
        ("a call-off outlives its framework", "S-A FOOD - 2025-05-01 contract=FW", "compliant explicit - L2 CALL - REF_EXACT;CAT_IN;UNIT_IN;CALL_OFF_TAIL"),
    ] {
        check(name, &w, line, expect);
    }
}

#[test]
fn parents_factors_and_groups() {
    let mut w = world(&["C-PARENT S-A 2024-01-01 2024-12-31 IT * ceiling=1", "C-SISTER S-B 2024-01-01 2024-12-31 FOOD * ceiling=1"]);
    for supplier in &mut w.suppliers {
        supplier.supplier_group_id = "S-A".into();
    }
    let factor = |key: &str, name: &str, evidence: &str| VendorRow {
        vendor_key: key.into(),
        vendor_name: Some(name.into()),
        supplier_id: Some("S-NONE".into()),
        link_score: 1.0,
        link_evidence: evidence.into(),
        ..VendorRow::default()
    };
    w.vendors.push(factor("S-FACTOR", "Granmark Fakturaköp AB", ""));
    w.vendors.push(factor("S-BESIDE", "Granmark Fakturaköp re Snickaren", "the name holds a factor and a seller: the seller counts"));
    for (name, line, expect) in [
        ("the parent's contract", "S-NONE IT - 2024-03-01", "compliant unique_scope - L2 C-PARENT - SUPPLIER_NO_CONTRACT;VIA_PARENT;CAT_IN;UNIT_IN"),
        ("the parent's, by number", "S-B IT - 2024-03-01 contract=C-PARENT", "compliant explicit - L2 C-PARENT - REF_EXACT;CAT_IN;UNIT_IN;VIA_PARENT"),
        ("the parent's, over", "S-NONE IT - 2025-03-01", "off_contract no_contract M1 L-1 - - SUPPLIER_NO_CONTRACT"),
        ("a sister's is another's", "S-NONE FOOD - 2024-03-01", "off_contract no_contract M2 L-1 - C-SISTER OTHER_CONTRACT;SUPPLIER_NO_CONTRACT;GROUP_HOLDS"),
        (
            "a factor, the seller by number",
            "S-FACTOR FOOD - 2024-03-01 contract=C-SISTER",
            "compliant explicit - L2 C-SISTER - REF_EXACT;CAT_IN;UNIT_IN;VIA_FACTOR",
        ),
        ("the seller beside the factor", "S-BESIDE IT - 2025-03-01", "off_contract no_contract M1 L-1 - - VIA_FACTOR;SUPPLIER_NO_CONTRACT"),
    ] {
        check(name, &w, line, expect);
    }
}

#[test]
fn approved_exceptions_fit_by_supplier_category_unit_and_day() {
    let mut w = world(&[]);
    w.suppliers[0].organisation_number = Some("5560000001".into());
    let exception = |id: &str| ExceptionRow {
        exception_id: id.into(),
        organisation_number: Some("5560000001".into()),
        category_codes: vec!["IT".into()],
        organisational_unit_ids: vec!["U-HOSPITAL".into()],
        starts_on: Some(day("2024-01-01")),
        expires_on: Some(day("2024-06-30")),
        ..ExceptionRow::default()
    };
    w.exceptions = vec![
        exception("X-2"),
        ExceptionRow { expires_on: None, ..exception("X-1-NO-EXPIRY") },
        ExceptionRow { organisation_number: Some("9999999999".into()), ..exception("X-1-NOBODY") },
        ExceptionRow { organisation_number: None, category_codes: vec!["FOOD".into()], organisational_unit_ids: Vec::new(), ..exception("X-3-ANY") },
    ];
    let index = Index::build(&w, parameters());
    for (supplier, category, unit, date, expect) in [
        ("S-A", "IT-SW", "U-WARD", "2024-06-30", Some("X-2")),
        ("S-A", "IT-SW", "U-WARD", "2024-07-01", None),
        ("S-A", "IT-SW", "U-SCHOOL", "2024-06-30", None),
        ("S-B", "IT-SW", "U-WARD", "2024-06-30", None),
        ("S-B", "FOOD", "U-SCHOOL", "2024-06-30", Some("X-3-ANY")),
    ] {
        let category = index.category(category);
        let line = Line {
            is_excluded: false,
            lacks_exchange_rate: false,
            supplier: index.vendor(supplier).map(|v| v.supplier),
            link_score: 1.0,
            is_via_factor: false,
            is_factor: false,
            unit: Some(index.unit(unit)),
            category: Some(&category),
            category_confidence: 1.0,
            day: Some(day(date)),
            basis: Basis::Delivered,
            item: None,
            contract_reference: Reference::default(),
            order_reference: Reference::default(),
            text_reference: Reference::default(),
            paid: Paid { net_minor: 1, currency: "SEK", ..Paid::default() },
        };
        let decision = decide::decide(&line, &index);
        let found = decide::exception(&line, &index, &decision).map(|e| &*index.exceptions[e as usize].id);
        assert_eq!(found, expect, "{supplier} {date}");
        assert_eq!(decision.outcome.word(), "off_contract");
    }
}
