//! What a supplier is, by registers: size by the EU's definition, and the diversity classes. What is not known is a status of
//! its own, never "no".

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::model::identifier::{self, LegalGroup};
use crate::model::{Date, Money};
use crate::rules::Rules;

/// Facts on an organisation from a register.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Name in the register.
    pub name: String,
    /// Date of registration.
    pub registered_on: Option<Date>,
    /// Date of deregistration.
    pub deregistered_on: Option<Date>,
    /// Headcount.
    pub employee_count: Option<i64>,
    /// Yearly turnover in euro.
    pub turnover_eur: Option<Money>,
    /// Balance sheet total in euro.
    pub balance_sheet_eur: Option<Money>,
    /// In the register of idea-based organisations.
    pub is_idea_based_registered: Option<bool>,
    /// Declares itself idea-based.
    pub is_idea_based_declared: Option<bool>,
    /// Municipality of the seat.
    pub municipality_code: String,
    /// Supplier id of the parent company.
    pub parent: Option<String>,
    /// Certificates of other classes.
    pub certificates: Vec<Certificate>,
    /// The date that the facts describe.
    pub status_on: Option<Date>,
}

/// A certificate of one class.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Certificate {
    /// The class.
    pub class: String,
    /// First day that it holds; empty = no limit.
    pub valid_from: Option<Date>,
    /// Last day that it holds; empty = no limit.
    pub valid_to: Option<Date>,
    /// Its number; empty when the register has none.
    pub number: String,
    /// Who issued it; empty when the register does not say.
    pub issuer: String,
}

impl Facts {
    /// Takes in what another row of a register says of the same organisation: the later row's statements stand, of the same day
    /// those read last; what it does not state is left; certificates add up.
    pub fn absorb(&mut self, mut other: Facts) {
        if other.status_on < self.status_on {
            std::mem::swap(self, &mut other);
        }
        fn text(known: &mut String, stated: String) {
            if !stated.is_empty() {
                *known = stated;
            }
        }
        text(&mut self.name, other.name);
        text(&mut self.municipality_code, other.municipality_code);
        self.registered_on = other.registered_on.or(self.registered_on);
        self.deregistered_on = other.deregistered_on.or(self.deregistered_on);
        // The three sizes describe one year and are not mixed with another's.
        if other.employee_count.is_some() || other.turnover_eur.is_some() || other.balance_sheet_eur.is_some() {
            (self.employee_count, self.turnover_eur, self.balance_sheet_eur) = (other.employee_count, other.turnover_eur, other.balance_sheet_eur);
        }
        self.is_idea_based_registered = other.is_idea_based_registered.or(self.is_idea_based_registered);
        self.is_idea_based_declared = other.is_idea_based_declared.or(self.is_idea_based_declared);
        self.parent = other.parent.or(self.parent.take());
        self.status_on = other.status_on.or(self.status_on);
        self.certificates.append(&mut other.certificates);
        self.certificates.sort();
        self.certificates.dedup();
    }
}

/// Whether a supplier belongs to a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClassStatus {
    /// It does.
    Member,
    /// It does not.
    NotMember,
    /// Nothing tells.
    Unknown,
}

impl ClassStatus {
    /// The word in the column `class_status`.
    pub const fn word(self) -> &'static str {
        match self {
            ClassStatus::Member => "member",
            ClassStatus::NotMember => "not_member",
            ClassStatus::Unknown => "unknown",
        }
    }

    fn of(known: Option<bool>) -> ClassStatus {
        known.map_or(ClassStatus::Unknown, |is| if is { ClassStatus::Member } else { ClassStatus::NotMember })
    }
}

/// One statement on one supplier and class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The class.
    pub class: String,
    /// Whether it belongs to it.
    pub status: ClassStatus,
    /// registered, legal_form, declared or none.
    pub tier: &'static str,
    /// Source and date.
    pub evidence: String,
    /// First day that it holds.
    pub valid_from: Option<Date>,
    /// Last day that it holds.
    pub valid_to: Option<Date>,
}

/// One size limit of 2003/361/EC: fewer persons than `headcount`, and at most one of the two amounts.
#[derive(Debug, Clone, Copy)]
struct Limit {
    name: &'static str,
    headcount: i64,
    turnover: i64,
    balance_sheet: i64,
}

/// The limits in force at a date.
#[derive(Debug, Clone)]
pub struct Limits {
    sizes: [Limit; 3],
    newly_started_months: i32,
    as_of: Date,
    local_municipalities: Vec<String>,
}

impl Limits {
    /// The limits of `data/rules/diversity.toml` in force on `as_of`.
    pub fn at(rules: &Rules, as_of: Date, local_municipalities: &[String]) -> Result<Limits> {
        let value = |code: &str| -> Result<i64> {
            let rule = rules.parameter(code)?;
            // A lake without lines has no as-of date: nothing is classed by it.
            let dated = rule.at(as_of).or_else(|| rule.values.first());
            dated.map(|d| d.value).ok_or_else(|| Error::Rules(format!("parameter \"{code}\" has no value at {as_of}; add one to data/rules")))
        };
        // Parameters that are no money are kept in units of 10^−4.
        const UNIT: i64 = 10_000;
        let size = |name: &'static str| -> Result<Limit> {
            Ok(Limit {
                name,
                headcount: value(&format!("eu_{name}_headcount_max"))? / UNIT,
                turnover: value(&format!("eu_{name}_turnover_max"))?,
                balance_sheet: value(&format!("eu_{name}_balance_sheet_max"))?,
            })
        };
        Ok(Limits {
            sizes: [size("micro")?, size("small")?, size("medium")?],
            newly_started_months: (value("newly_started_months_max")? / UNIT) as i32,
            as_of,
            local_municipalities: local_municipalities.to_vec(),
        })
    }

    /// Whether the enterprise is within a limit; `None` when what is known does not tell.
    fn is_within(limit: Limit, facts: &Facts) -> Option<bool> {
        let headcount = facts.employee_count.map(|n| n < limit.headcount);
        let amount = |value: Option<Money>, most: i64| value.map(|v| v.minor() <= most);
        let amounts = match (amount(facts.turnover_eur, limit.turnover), amount(facts.balance_sheet_eur, limit.balance_sheet)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        };
        match (headcount, amounts) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        }
    }

    /// The EU class by 2003/361/EC of the enterprise alone: micro, small, medium, large or unknown. Partner and linked
    /// enterprises would have to be added; registers rarely say which they are.
    pub fn size_class(&self, facts: Option<&Facts>) -> &'static str {
        let Some(facts) = facts else { return "unknown" };
        for limit in self.sizes {
            match Self::is_within(limit, facts) {
                Some(true) => return limit.name,
                Some(false) => {}
                None => return "unknown",
            }
        }
        "large"
    }

    /// Everything that is known of a supplier's classes; `id` is the supplier's.
    pub fn statements(&self, id: &str, facts: Option<&Facts>) -> Vec<Statement> {
        let nothing = Facts::default();
        let known = facts.unwrap_or(&nothing);
        let source = match (facts, known.status_on) {
            (None, _) => "no register knows the supplier".to_string(),
            (_, Some(on)) => format!("supplier register, {on}"),
            (_, None) => "supplier register, undated".to_string(),
        };
        let plain = |class: &str, is: Option<bool>, evidence: String| Statement {
            class: class.to_string(),
            status: ClassStatus::of(is),
            tier: if is.is_some() { "registered" } else { "none" },
            evidence,
            valid_from: None,
            valid_to: None,
        };
        let size = format!("{source}: {}", size_words(known));
        let sme = Self::is_within(self.sizes[2], known);
        let micro = Self::is_within(self.sizes[0], known);
        let mut statements = vec![plain("sme", sme, size.clone()), plain("micro", micro, size), self.idea_based(id, known, &source)];

        let starts = known.registered_on;
        let ends = starts.map(|on| on.plus_months(self.newly_started_months).plus_days(-1));
        let is_new = ends.map(|end| self.as_of <= end);
        statements.push(Statement {
            valid_from: starts.filter(|_| is_new == Some(true)),
            valid_to: ends.filter(|_| is_new == Some(true)),
            ..plain("newly_started", is_new, starts.map_or_else(|| source.clone(), |on| format!("{source}: registered {on}")))
        });
        if !self.local_municipalities.is_empty() {
            let is_local = (!known.municipality_code.is_empty()).then(|| self.local_municipalities.contains(&known.municipality_code));
            statements.push(plain("local", is_local, format!("{source}: municipality {}", or_dash(&known.municipality_code))));
        }
        for certificate in &known.certificates {
            let number = if certificate.number.is_empty() { String::new() } else { format!(" {}", certificate.number) };
            let issuer = if certificate.issuer.is_empty() { String::new() } else { format!(" by {}", certificate.issuer) };
            statements.push(Statement {
                valid_from: certificate.valid_from,
                valid_to: certificate.valid_to,
                ..plain(&certificate.class, Some(true), format!("{source}: certificate{number}{issuer}"))
            });
        }
        // A certificate may repeat a class above, and be renewed: a member's statement stands, the one that holds longest.
        let end = |s: &Statement| s.valid_to.map_or(i32::MAX, Date::days);
        statements.sort_by(|a, b| a.class.cmp(&b.class).then(a.status.cmp(&b.status)).then(end(b).cmp(&end(a))));
        statements.dedup_by(|a, b| a.class == b.class);
        statements
    }

    /// Idea-based: registered, else by legal form, else by its own word. The register is voluntary and for welfare only, so
    /// absence from it says nothing.
    fn idea_based(&self, id: &str, facts: &Facts, source: &str) -> Statement {
        let group = id.strip_prefix("SE").and_then(identifier::legal_group);
        let (status, tier, evidence) = if facts.is_idea_based_registered == Some(true) {
            (ClassStatus::Member, "registered", format!("{source}: registered by lag (2022:900)"))
        } else if group == Some(LegalGroup::NonProfit) {
            (ClassStatus::Member, "legal_form", "organisation number of a non-profit association or foundation".to_string())
        } else if facts.is_idea_based_declared == Some(true) {
            (ClassStatus::Member, "declared", format!("{source}: by its own word"))
        } else if matches!(group, Some(LegalGroup::PublicBody)) {
            (ClassStatus::NotMember, "legal_form", "organisation number of a public body".to_string())
        } else if id.starts_with("person:") {
            (ClassStatus::NotMember, "legal_form", "sole traders are not idea-based".to_string())
        } else if facts.is_idea_based_registered == Some(false) && facts.is_idea_based_declared == Some(false) {
            (ClassStatus::NotMember, "declared", format!("{source}: neither registered nor by its own word"))
        } else if matches!(group, Some(LegalGroup::LimitedCompany | LegalGroup::Partnership)) && facts.is_idea_based_registered == Some(false) {
            (ClassStatus::NotMember, "legal_form", format!("{source}: not registered, and a company for profit by its form"))
        } else {
            (ClassStatus::Unknown, "none", source.to_string())
        };
        Statement { class: "idea_based".to_string(), status, tier, evidence, valid_from: None, valid_to: None }
    }
}

fn size_words(facts: &Facts) -> String {
    let amount = |value: Option<Money>| value.map_or_else(|| "–".to_string(), |v| format!("{v} EUR"));
    let persons = facts.employee_count.map_or_else(|| "–".to_string(), |n| n.to_string());
    format!("persons {persons}, turnover {}, balance sheet {}", amount(facts.turnover_eur), amount(facts.balance_sheet_eur))
}

fn or_dash(text: &str) -> &str {
    if text.is_empty() { "–" } else { text }
}

/// The topmost parent of a supplier, by people's word first, then by the register; the supplier itself when it has none.
/// A ring of parents ends at its smallest id.
pub fn topmost(id: &str, verdicts: &BTreeMap<String, String>, facts: &BTreeMap<String, Facts>) -> String {
    let mut chain = vec![id.to_string()];
    loop {
        let last = chain.last().expect("the chain begins with the supplier");
        let parent = verdicts.get(last).cloned().or_else(|| facts.get(last).and_then(|f| f.parent.clone()));
        match parent {
            None => return last.clone(),
            Some(parent) => match chain.iter().position(|c| *c == parent) {
                Some(start) => return chain[start..].iter().min().expect("the ring has a member").clone(),
                None => chain.push(parent),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn limits() -> Limits {
        let rules = Rules::load(Path::new("no such workspace")).unwrap();
        Limits::at(&rules, Date::parse_iso("2025-12-31").unwrap(), &["2480".to_string()]).unwrap()
    }

    fn facts(employees: Option<i64>, turnover: Option<i64>, balance: Option<i64>) -> Facts {
        let euro = |v: Option<i64>| v.map(|v| Money::from_minor(v * 100).unwrap());
        Facts { employee_count: employees, turnover_eur: euro(turnover), balance_sheet_eur: euro(balance), ..Facts::default() }
    }

    #[test]
    fn sizes_follow_the_recommendation() {
        const M: i64 = 1_000_000;
        for (employees, turnover, balance, expect) in [
            (Some(9), Some(2 * M), Some(9 * M), "micro"),
            (Some(9), Some(2 * M + 1), Some(2 * M), "micro"),
            (Some(10), Some(M), Some(M), "small"),
            (Some(9), Some(3 * M), Some(3 * M), "small"),
            (Some(49), Some(50 * M), Some(10 * M), "small"),
            (Some(249), Some(60 * M), Some(43 * M), "medium"),
            (Some(249), Some(60 * M), Some(43 * M + 1), "large"),
            (Some(250), Some(1), Some(1), "large"),
            (Some(250), None, None, "large"),
            (Some(5), None, None, "unknown"),
            (None, Some(1), Some(1), "unknown"),
            (None, Some(60 * M), Some(60 * M), "large"),
            (Some(5), Some(3 * M), None, "unknown"),
        ] {
            assert_eq!(limits().size_class(Some(&facts(employees, turnover, balance))), expect, "{employees:?} {turnover:?} {balance:?}");
        }
        assert_eq!(limits().size_class(None), "unknown");
    }

    #[test]
    fn classes_say_where_they_come_from() {
        let base = facts(Some(5), Some(3_000_000), None);
        let day = |t: &str| Date::parse_iso(t);
        for (case, id, facts, class, status, tier) in [
            ("an SME though the size class is not known", "SE5560360793", base.clone(), "sme", ClassStatus::Member, "registered"),
            ("too little for micro", "SE5560360793", base.clone(), "micro", ClassStatus::Unknown, "none"),
            ("group digit 8", "SE8020028711", Facts::default(), "idea_based", ClassStatus::Member, "legal_form"),
            (
                "registered beats form",
                "SE8020028711",
                Facts { is_idea_based_registered: Some(true), ..base.clone() },
                "idea_based",
                ClassStatus::Member,
                "registered",
            ),
            ("own word", "SE7696000000", Facts { is_idea_based_declared: Some(true), ..base.clone() }, "idea_based", ClassStatus::Member, "declared"),
            (
                "not registered and for profit",
                "SE5560360793",
                Facts { is_idea_based_registered: Some(false), ..base.clone() },
                "idea_based",
                ClassStatus::NotMember,
                "legal_form",
            ),
            ("nothing known", "SE5560360793", Facts::default(), "idea_based", ClassStatus::Unknown, "none"),
            (
                "the last day of three years",
                "x",
                Facts { registered_on: day("2023-01-01"), ..base.clone() },
                "newly_started",
                ClassStatus::Member,
                "registered",
            ),
            ("a day more", "x", Facts { registered_on: day("2022-12-31"), ..base.clone() }, "newly_started", ClassStatus::NotMember, "registered"),
            ("here", "x", Facts { municipality_code: "2480".to_string(), ..base.clone() }, "local", ClassStatus::Member, "registered"),
            ("there", "x", Facts { municipality_code: "0180".to_string(), ..base.clone() }, "local", ClassStatus::NotMember, "registered"),
            ("nowhere", "x", base.clone(), "local", ClassStatus::Unknown, "none"),
            (
                "certified",
                "x",
                Facts { certificates: vec![Certificate { class: "mbe".to_string(), ..Certificate::default() }], ..base.clone() },
                "mbe",
                ClassStatus::Member,
                "registered",
            ),
        ] {
            let statements = limits().statements(id, Some(&facts));
            let found = statements.iter().find(|s| s.class == class).unwrap_or_else(|| panic!("{case}: no statement"));
            assert_eq!((found.status, found.tier), (status, tier), "{case}");
        }
    }

    #[test]
    fn rows_of_one_organisation_add_up() {
        let day = |t: &str| Date::parse_iso(t);
        let certificate = |from: &str, to: &str| Certificate { class: "wbe".to_string(), valid_from: day(from), valid_to: day(to), ..Certificate::default() };
        let mut known = Facts { status_on: day("2024-12-31"), certificates: vec![certificate("2020-01-01", "2022-12-31")], ..facts(Some(5), Some(1), Some(1)) };
        known.absorb(Facts {
            status_on: day("2023-12-31"),
            municipality_code: "2480".to_string(),
            certificates: vec![certificate("2023-01-01", "2025-12-31")],
            ..facts(Some(400), None, None)
        });
        assert_eq!((known.employee_count, known.municipality_code.as_str(), known.certificates.len()), (Some(5), "2480", 2));
        let statements = limits().statements("x", Some(&known));
        let found: Vec<_> = statements.iter().filter(|s| s.class == "wbe").map(|s| (s.valid_from, s.valid_to)).collect();
        assert_eq!(found, [(day("2023-01-01"), day("2025-12-31"))]);
    }

    #[test]
    fn groups_end_at_the_top() {
        let parent = |p: &str| Facts { parent: Some(p.to_string()), ..Facts::default() };
        let facts = BTreeMap::from([
            ("a".to_string(), parent("b")),
            ("b".to_string(), parent("c")),
            ("r1".to_string(), parent("r2")),
            ("r2".to_string(), parent("r1")),
        ]);
        let verdicts = BTreeMap::from([("c".to_string(), "d".to_string())]);
        for (id, top) in [("a", "d"), ("d", "d"), ("x", "x"), ("r2", "r1"), ("r1", "r1")] {
            assert_eq!(topmost(id, &verdicts, &facts), top);
        }
    }
}
