//! Actual cost from invoice lines beside the calculation at award, by component and year of use.

use std::collections::BTreeMap;

use serde::Serialize;

use super::evaluate::{Flows, half_power, rounded};
use super::input::{Component, FollowUpPlan, Procurement, RateKind, Timing};
use crate::error::{Error, Result};
use crate::model::{Date, Money, Total};

/// What follow-up needs to know of an invoice line.
#[derive(Debug, Clone, Copy)]
pub struct ActualLine<'a> {
    /// The date against contract terms.
    pub covered_on: Date,
    /// Ledger account.
    pub account_code: &'a str,
    /// Spend category.
    pub category_code: &'a str,
    /// Net amount in the procurement's currency; credits are negative.
    pub amount: Money,
}

/// One component in one year: what was calculated and what was paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FollowUp {
    /// 0 = the start (acquisition and delivery, whenever invoiced), 1 = the first year of use.
    pub year: u32,
    /// The component; `None` for lines that no rule maps.
    pub component: Option<Component>,
    /// What the calculation expected, in the money of that year.
    #[serde(serialize_with = "as_minor")]
    pub calculated: Money,
    /// What the invoice lines add up to.
    #[serde(serialize_with = "as_minor")]
    pub actual: Money,
    /// How many lines that is.
    pub line_count: u64,
    /// Whether the year had ended on the as-of date: before that, actual is not yet all.
    pub is_complete: bool,
}

fn as_minor<S: serde::Serializer>(amount: &Money, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(amount)
}

/// Compares the calculation of the awarded bid with invoice lines of its contract, for the years that have begun.
///
/// A calculation in real terms is brought to the money of each year with the stated inflation, since invoices are paid in that
/// money. Emissions and residual value are not invoiced and are left out. Rows come by year and component; lines that no rule
/// maps come last in their year, so that nothing paid under the contract is left out.
///
/// # Errors
/// `Error::Input` when an amount leaves the range of money.
pub fn follow_up<'a>(procurement: &Procurement, plan: &FollowUpPlan, as_of: Date, lines: impl IntoIterator<Item = ActualLine<'a>>) -> Result<Vec<FollowUp>> {
    let bid = procurement.bids.iter().find(|b| b.id == plan.bid_id);
    let bid = bid.ok_or_else(|| Error::Input(format!("follow_up: there is no bid \"{}\"; name the bid that won", plan.bid_id)))?;
    let flows = Flows::planned(procurement, bid);
    let current_year = year_of(plan.starts_on, as_of);

    let mut rows: BTreeMap<(u32, u8), (Money, Total, u64)> = BTreeMap::new();
    for component in Component::ALL.into_iter().filter(|c| !c.is_external() && *c != Component::ResidualValue) {
        for (year, amount) in (0..).zip(&flows.amount[component as usize]) {
            if *amount != 0.0 && year <= current_year {
                let inflation = match procurement.rate_kind {
                    RateKind::Real => half_power(1.0 + procurement.inflation.as_f64(), half_years(year, procurement.timing)),
                    RateKind::Nominal => 1.0,
                };
                rows.insert((year, component as u8), (rounded(amount * inflation)?, Total::ZERO, 0));
            }
        }
    }
    for line in lines.into_iter().filter(|l| l.covered_on <= as_of) {
        let component = plan.rules.iter().find(|r| fits(r, &line)).map(|r| r.component);
        let year = match component {
            Some(Component::Acquisition | Component::Delivery) => 0,
            _ => year_of(plan.starts_on, line.covered_on),
        };
        let row = rows.entry((year, component.map_or(UNMAPPED, |c| c as u8))).or_default();
        row.1.add(line.amount);
        row.2 += 1;
    }
    rows.into_iter()
        .map(|((year, code), (calculated, actual, line_count))| {
            let actual = i64::try_from(actual.minor()).ok().and_then(Money::from_minor);
            let actual = actual.ok_or_else(|| Error::Input(format!("follow_up: the lines of {} are too large together", plan.contract_id)))?;
            let is_complete = plan.starts_on.plus_months(12 * year as i32).plus_days(-1) <= as_of;
            Ok(FollowUp { year, component: Component::ALL.get(code as usize).copied(), calculated, actual, line_count, is_complete })
        })
        .collect()
}

/// Sorts after every component.
const UNMAPPED: u8 = u8::MAX;

fn fits(rule: &super::input::FollowUpRule, line: &ActualLine<'_>) -> bool {
    line.account_code.starts_with(&rule.account_prefix) && line.category_code.starts_with(&rule.category_prefix)
}

/// 0 before the start; else the year of use that holds the day, from 1.
fn year_of(starts_on: Date, day: Date) -> u32 {
    if day < starts_on {
        return 0;
    }
    let months = day.period().index() - starts_on.period().index();
    let is_month_begun = starts_on.plus_months(months) <= day;
    let whole = if is_month_begun { months } else { months - 1 };
    whole as u32 / 12 + 1
}

/// The time of a year's costs from the start, as the evaluation has it for yearly costs; one-off costs of a year fall at its end.
const fn half_years(year: u32, timing: Timing) -> u32 {
    match (year, timing) {
        (0, _) => 0,
        (_, Timing::YearEnd) => 2 * year,
        (_, Timing::MidYear) => 2 * year - 1,
        (_, Timing::YearStart) => 2 * year - 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_of_use_begin_on_the_day_of_the_start() {
        let day = |t| Date::parse_iso(t).unwrap();
        for (start, at, expect) in [
            ("2024-03-15", "2024-03-14", 0),
            ("2024-03-15", "2024-03-15", 1),
            ("2024-03-15", "2025-03-14", 1),
            ("2024-03-15", "2025-03-15", 2),
            ("2024-02-29", "2025-02-28", 2),
            ("2024-01-01", "2033-12-31", 10),
        ] {
            assert_eq!(year_of(day(start), day(at)), expect, "{start} {at}");
        }
    }
}
