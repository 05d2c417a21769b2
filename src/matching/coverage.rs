//! The tests that a contract must pass to cover a line: term, category scope, entitled unit. Each answers yes, no or not known, and says why.

use super::evidence::{Code, Evidence};
use super::index::{Category, Entry, ScopeSet, UnitSet};
use crate::model::Date;

/// Whether a test passed. What is not known is never a breach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Passed.
    Passed,
    /// Missing evidence.
    Unknown,
    /// Failed.
    Failed,
}

/// Which date a line is tested by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// The delivery date.
    Delivered,
    /// The invoice date, since no delivery date is known.
    Invoiced,
    /// The booking date, since neither is known.
    Booked,
    /// The payment date, since no other is known.
    Paid,
}

impl Basis {
    /// As in the column `covered_on_basis`.
    pub const fn word(self) -> &'static str {
        match self {
            Basis::Delivered => "delivered",
            Basis::Invoiced => "invoiced",
            Basis::Booked => "booked",
            Basis::Paid => "paid",
        }
    }
}

/// The day within the term, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// Within.
    Within,
    /// So many days after the end, within the grace for lines whose delivery date is not known.
    Grace(i32),
    /// So many days before the start.
    Before(i32),
    /// So many days after the end.
    After(i32),
    /// The line has no date.
    Unknown,
}

/// The category within the scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// In the subtree of a scope code, so many steps below it.
    Within(u16),
    /// In none.
    Outside,
    /// The catalogue does not state the contract's categories.
    NotStated,
    /// The line's category is not known.
    CategoryUnknown,
}

/// The unit among the entitled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Entitled.
    Entitled,
    /// Not entitled.
    NotEntitled,
    /// The catalogue does not state the units: passes, but is less sure.
    NotStated,
    /// The line has no unit, and not all units are entitled.
    Unknown,
}

/// What one entry says of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// Term.
    pub term: Term,
    /// Scope.
    pub scope: Scope,
    /// Unit.
    pub unit: Unit,
}

impl Term {
    /// Tests a day. `grace_days` is 0 when the delivery date is known.
    pub fn test(term: (i32, i32), day: Option<Date>, grace_days: i32) -> Term {
        let Some(day) = day.map(Date::days) else { return Term::Unknown };
        let (first, last) = term;
        if day < first {
            Term::Before(first - day)
        } else if day <= last {
            Term::Within
        } else if day - last <= grace_days {
            Term::Grace(day - last)
        } else {
            Term::After(day - last)
        }
    }

    /// Passed, with or without grace.
    pub const fn verdict(self) -> Verdict {
        match self {
            Term::Within | Term::Grace(_) => Verdict::Passed,
            Term::Unknown => Verdict::Unknown,
            Term::Before(_) | Term::After(_) => Verdict::Failed,
        }
    }
}

impl Scope {
    /// Tests a category.
    pub fn test(scope: &ScopeSet, category: Option<&Category>) -> Scope {
        match (scope, category) {
            (_, None) => Scope::CategoryUnknown,
            (ScopeSet::NotStated, _) => Scope::NotStated,
            (ScopeSet::Codes(codes), Some(category)) => {
                category.covers.iter().find(|(code, _)| codes.binary_search(code).is_ok()).map_or(Scope::Outside, |&(_, distance)| Scope::Within(distance))
            }
        }
    }

    /// Passed, failed or not known.
    pub const fn verdict(self) -> Verdict {
        match self {
            Scope::Within(_) => Verdict::Passed,
            Scope::Outside => Verdict::Failed,
            Scope::NotStated | Scope::CategoryUnknown => Verdict::Unknown,
        }
    }
}

impl Unit {
    /// Tests a unit.
    pub fn test(units: &UnitSet, unit: Option<u32>) -> Unit {
        match (units, unit) {
            (UnitSet::NotStated, _) => Unit::NotStated,
            (UnitSet::All, _) => Unit::Entitled,
            (UnitSet::Bits(_), None) => Unit::Unknown,
            (set, Some(unit)) => {
                if set.holds(unit) {
                    Unit::Entitled
                } else {
                    Unit::NotEntitled
                }
            }
        }
    }

    /// Passed, failed or not known.
    pub const fn verdict(self) -> Verdict {
        match self {
            Unit::Entitled | Unit::NotStated => Verdict::Passed,
            Unit::Unknown => Verdict::Unknown,
            Unit::NotEntitled => Verdict::Failed,
        }
    }
}

impl Coverage {
    /// Tests one entry.
    pub fn test(entry: &Entry, day: Option<Date>, grace_days: i32, category: Option<&Category>, unit: Option<u32>) -> Coverage {
        Coverage { term: Term::test(entry.term, day, grace_days), scope: Scope::test(&entry.scope, category), unit: Unit::test(&entry.units, unit) }
    }

    /// The worst of the three: passed only when all passed, failed when any failed.
    pub fn verdict(self) -> Verdict {
        self.term.verdict().max(self.scope.verdict()).max(self.unit.verdict())
    }

    /// Passed without grace.
    pub fn is_full(self) -> bool {
        self.term == Term::Within && self.verdict() == Verdict::Passed
    }

    /// How many tests failed.
    pub fn failed_count(self) -> usize {
        [self.term.verdict(), self.scope.verdict(), self.unit.verdict()].into_iter().filter(|v| *v == Verdict::Failed).count()
    }

    /// Adds what the tests say, the term first when it says anything.
    pub fn add_to(self, evidence: &mut Evidence) {
        match self.term {
            Term::Within => {}
            Term::Grace(days) => evidence.add_value(Code::PostEndGrace, days),
            Term::Before(days) => evidence.add_value(Code::PreStart, days),
            Term::After(days) => evidence.add_value(Code::PostEnd, days),
            Term::Unknown => evidence.add(Code::DateUnknown),
        }
        evidence.add(match self.scope {
            Scope::Within(_) => Code::CatIn,
            Scope::Outside => Code::CatOut,
            Scope::NotStated => Code::ScopeNotStated,
            Scope::CategoryUnknown => Code::CatUnknown,
        });
        evidence.add(match self.unit {
            Unit::Entitled => Code::UnitIn,
            Unit::NotEntitled => Code::UnitOut,
            Unit::NotStated => Code::UnitNotStated,
            Unit::Unknown => Code::UnitUnknown,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_include_both_ends() {
        let day = |t: &str| Date::parse_iso(t).unwrap();
        let term = (day("2024-01-01").days(), day("2024-12-31").days());
        for (date, grace, expect) in [
            ("2023-12-31", 30, Term::Before(1)),
            ("2024-01-01", 30, Term::Within),
            ("2024-12-31", 30, Term::Within),
            ("2025-01-01", 0, Term::After(1)),
            ("2025-01-01", 30, Term::Grace(1)),
            ("2025-01-30", 30, Term::Grace(30)),
            ("2025-01-31", 30, Term::After(31)),
        ] {
            assert_eq!(Term::test(term, Some(day(date)), grace), expect, "{date}");
        }
        assert_eq!(Term::test(term, None, 30), Term::Unknown);
        assert_eq!(Term::test((i32::MIN, i32::MAX), Some(day("1900-01-01")), 0), Term::Within);
    }

    #[test]
    fn units() {
        let bits = UnitSet::Bits(vec![0b10, 0b1].into());
        for (set, unit, expect) in [
            (&bits, Some(1), Unit::Entitled),
            (&bits, Some(64), Unit::Entitled),
            (&bits, Some(0), Unit::NotEntitled),
            (&bits, Some(u32::MAX), Unit::NotEntitled),
            (&bits, None, Unit::Unknown),
            (&UnitSet::All, None, Unit::Entitled),
            (&UnitSet::NotStated, Some(3), Unit::NotStated),
        ] {
            assert_eq!(Unit::test(set, unit), expect, "{set:?} {unit:?}");
        }
    }
}
