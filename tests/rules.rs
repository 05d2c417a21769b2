//! Dated rules: the day before and the day of each change, and the published limits once more, typed from another place.

use std::path::Path;

use spendtrace::model::Date;
use spendtrace::rules::{Operator, Rule, Rules, is_money};

fn rules() -> Rules {
    Rules::load(Path::new("no such workspace")).expect("the built-in rules are valid")
}

fn day(text: &str) -> Date {
    Date::parse_iso(text).expect("a date")
}

#[test]
fn each_change_holds_from_its_day_and_not_before() {
    let rules = rules();
    let all: Vec<&Rule> = rules.thresholds().chain(rules.parameters()).collect();
    assert!(all.len() > 20, "{}", all.len());
    let mut changes = 0;
    for rule in all {
        assert!(!rule.doc.is_empty());
        assert!(rule.at(rule.values[0].from.plus_days(-1)).is_none(), "{}: no value before the first, never a default", rule.code);
        for (at, value) in rule.values.iter().enumerate() {
            assert!(!value.source.is_empty(), "{}: {} has no source", rule.code, value.from);
            let on_the_day = rule.at(value.from).expect("a value on its first day");
            assert_eq!((on_the_day.value, on_the_day.from), (value.value, value.from), "{}", rule.code);
            if at > 0 {
                let before = rule.at(value.from.plus_days(-1));
                let last = &rule.values[at - 1];
                // The entry before, or nothing when it said that it ended earlier.
                assert_eq!(before.map(|v| v.from), (last.to == Some(value.from.plus_days(-1))).then_some(last.from), "{}", rule.code);
                changes += 1;
            }
            if let Some(to) = value.to {
                assert_eq!(rule.at(to).map(|v| v.from), Some(value.from), "{}", rule.code);
                assert_ne!(rule.at(to.plus_days(1)).map(|v| v.from), Some(value.from), "{}", rule.code);
            }
        }
    }
    assert!(changes >= 25, "{changes}");
}

/// Day, code, value in kronor and öre, operator: typed from the authorities' tables, not from the rule files.
type Published = (&'static str, &'static str, Option<(i64, Operator)>);
const PUBLISHED: &[Published] = &[
    ("2013-12-31", "direct_award", None),
    ("2014-06-30", "direct_award", Some((270_964, Operator::AtMost))),
    ("2014-07-01", "direct_award", Some((505_800, Operator::AtMost))),
    ("2015-12-31", "direct_award", Some((505_800, Operator::AtMost))),
    ("2016-01-01", "direct_award", Some((534_890, Operator::AtMost))),
    ("2018-06-01", "direct_award", Some((586_907, Operator::AtMost))),
    ("2021-12-31", "direct_award", Some((615_312, Operator::AtMost))),
    ("2022-01-31", "direct_award", Some((626_285, Operator::AtMost))),
    ("2022-02-01", "direct_award", Some((700_000, Operator::Below))),
    ("2026-11-22", "direct_award", Some((700_000, Operator::Below))),
    ("2014-06-30", "documentation_duty", None),
    ("2024-01-01", "documentation_duty", Some((100_000, Operator::Below))),
    ("2019-12-31", "eu_goods_services", Some((2_096_097, Operator::Below))),
    ("2020-01-01", "eu_goods_services", Some((2_197_545, Operator::Below))),
    ("2023-12-31", "eu_goods_services", Some((2_236_731, Operator::Below))),
    ("2025-12-31", "eu_goods_services", Some((2_389_585, Operator::Below))),
    ("2024-01-01", "eu_works", Some((59_880_179, Operator::Below))),
    ("2023-06-01", "eu_light", Some((7_802_550, Operator::Below))),
    ("2022-01-15", "direct_award_welfare", None),
    ("2022-02-01", "direct_award_welfare", Some((7_802_550, Operator::Below))),
];

#[test]
fn published_limits() {
    let rules = rules();
    for &(on, code, expect) in PUBLISHED {
        let found = rules.threshold(code).expect("a declared threshold").at(day(on));
        assert_eq!(found.map(|v| (v.value, v.operator)), expect.map(|(kronor, operator)| (kronor * 100, operator)), "{code} on {on}");
    }
    // From 2026 the EU thresholds in kronor are not on file: the entry is in euro, and no figure in kronor uses it.
    let eu = rules.threshold("eu_goods_services").unwrap().at(day("2026-01-01")).unwrap();
    assert_eq!((eu.unit.as_str(), eu.value), ("EUR", 21_600_000));
    assert!(is_money(&eu.unit));
}

#[test]
fn unknown_rules_are_errors_that_name_them() {
    for error in [rules().threshold("nothing").unwrap_err(), rules().parameter("nothing").unwrap_err()] {
        assert!(error.to_string().contains("nothing"), "{error}");
    }
}
