//! `matched.contract_term`: each contract as it stands on the as-of date, with the figures that need a calendar.

use std::collections::{BTreeMap, BTreeSet};

use arrow::record_batch::RecordBatch;

use super::index::{Index, ceiling_of};
use super::inputs::{ContractRow, Inputs};
use crate::model::{Date, Money, Period};
use crate::schema::CONTRACT_TERM;
use crate::store::TableBuilder;

/// Whole months from `first` up to and including `last`, begun months counted; 0 when `last` lies before.
pub fn begun_months(first: Date, last: Date) -> i32 {
    if last < first {
        return 0;
    }
    let months = last.period().index() - first.period().index();
    // The month that begins on `first + months` has begun by `last`, or it has not.
    if first.plus_months(months) <= last { months + 1 } else { months }
}

/// The rows of the table, by contract number.
pub fn contract_terms(inputs: &Inputs, index: &Index, as_of: Date, loaded: &BTreeSet<Period>) -> RecordBatch {
    let mut rows_of: BTreeMap<&str, Vec<&ContractRow>> = BTreeMap::new();
    for row in &inputs.contracts {
        rows_of.entry(&row.contract_id).or_default().push(row);
    }
    let children = inputs.units_by_parent();
    let mut last_days: BTreeMap<&str, i32> = BTreeMap::new();
    for entry in &index.entries {
        let last = last_days.entry(&*index.contracts[entry.contract as usize].id).or_insert(i32::MIN);
        *last = (*last).max(entry.term.1);
    }
    let mut builder = TableBuilder::new(&CONTRACT_TERM);
    for (id, rows) in rows_of {
        let contract = &index.contracts[index.contract_position(id).expect("every contract is in the index") as usize];
        let framework = &index.contracts[contract.framework as usize].id;
        // An open end of one row is an open end of the contract.
        let starts_on = rows.iter().map(|r| r.starts_on).min().flatten();
        let stated_end = rows.iter().map(|r| r.ends_on).collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().max());
        // The index knows what amendments made of it.
        let ends_on = stated_end.and_then(|stated| last_days.get(id).map_or(Some(stated), |&last| (last < i32::MAX).then(|| Date::from_days(last))));
        let first_of = |of: fn(&ContractRow) -> Option<&String>| rows.iter().filter_map(|r| of(r)).min().map(String::as_str);
        let union = |of: fn(&ContractRow) -> &[String]| rows.iter().flat_map(|r| of(r)).map(String::as_str).collect::<BTreeSet<_>>();
        let (categories, units) = (union(|r| &r.category_codes), union(|r| &r.entitled_unit_ids));
        let suppliers: BTreeSet<&str> = contract.suppliers.iter().map(|&s| &*index.suppliers[s as usize].name).collect();
        let named: BTreeSet<&str> = rows.iter().map(|r| r.vendor_name.as_str()).collect();
        let names = if suppliers.is_empty() { &named } else { &suppliers };
        let join = |words: &BTreeSet<&str>, separator: &str| (!words.is_empty()).then(|| words.iter().copied().collect::<Vec<_>>().join(separator));
        // Of a contract in another currency the catalogue's own value stands.
        let ceiling = contract.ceiling.and_then(Money::from_minor).or_else(|| ceiling_of(&rows));
        let term_months = starts_on.zip(ends_on).map(|(first, last)| begun_months(first, last));
        let elapsed = term_months.zip(starts_on).map(|(all, first)| begun_months(first, as_of).min(all));
        let reached = ends_on.map_or(as_of, |e| e.min(as_of)).period();
        let loaded_months = loaded.iter().filter(|p| starts_on.is_none_or(|s| s.period() <= **p) && **p <= reached).count();
        let entitled = if units.contains("*") {
            (!inputs.units.is_empty()).then_some(inputs.units.len())
        } else {
            let all: BTreeSet<&str> = rows.iter().flat_map(|r| super::inputs::with_subunits(&r.entitled_unit_ids, &children)).collect();
            (!all.is_empty()).then_some(all.len())
        };
        let followed_up_on = rows.iter().filter_map(|r| r.followed_up_on).max();
        let is_followed_up = followed_up_on.is_some_and(|d| d <= as_of && as_of.plus_months(-index.parameters.followed_up_months) <= d);
        // A clause holds for the contract only when every row that speaks of it says so.
        let clause = |of: fn(&ContractRow) -> Option<bool>| rows.iter().filter_map(|r| of(r)).min();
        let has_code_of_conduct = clause(|r| r.has_code_of_conduct);
        let owner = first_of(|r| r.owner_role.as_ref());
        let followable = [
            rows.iter().all(|r| r.organisation_number.is_some()),
            starts_on.is_some(),
            ends_on.is_some(),
            ceiling.is_some(),
            !categories.is_empty(),
            !units.is_empty(),
            contract.has_price_list,
            has_code_of_conduct.is_some(),
            owner.is_some(),
        ];
        builder
            .text("contract_id", Some(id))
            .text("framework_contract_id", Some(framework))
            .text("contract_title", Some(first_of(|r| r.contract_title.as_ref()).unwrap_or(id)))
            .text("supplier_names", Some(&join(names, "; ").unwrap_or_default()))
            .int("supplier_count", Some(names.len() as i64))
            .text("award_form", Some(first_of(|r| r.award_form.as_ref()).unwrap_or("unknown")))
            .date("starts_on", starts_on)
            .date("ends_on", ends_on)
            .date("extendable_until_on", rows.iter().filter_map(|r| r.extendable_until_on).max())
            .money("ceiling_net", ceiling)
            .text("category_codes", join(&categories, "|").as_deref())
            .text("entitled_unit_ids", join(&units, "|").as_deref())
            .boolean("is_live", Some(starts_on.is_none_or(|s| s <= as_of) && ends_on.is_none_or(|e| as_of <= e)))
            .int("days_to_end", ends_on.map(|e| i64::from(e.days() - as_of.days())))
            .int("term_months", term_months.map(i64::from))
            .int("elapsed_months", elapsed.map(i64::from))
            .int("loaded_months", Some(loaded_months as i64))
            .int("entitled_unit_count", entitled.map(|n| n as i64))
            .int("followable_field_count", Some(followable.iter().filter(|f| **f).count() as i64))
            .boolean("has_price_list", Some(contract.has_price_list))
            .boolean("has_owner", Some(owner.is_some()))
            .date("followed_up_on", followed_up_on)
            .boolean("is_followed_up_12m", Some(is_followed_up))
            .boolean("has_code_of_conduct", has_code_of_conduct)
            .boolean("has_sustainability_clause", clause(|r| r.has_sustainability_clause))
            .date("signed_on", contract.signed_on)
            .int("amendment_count", Some(i64::from(contract.amendment_count)))
            .end_row();
    }
    builder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn begun_months_count() {
        let day = |t: &str| Date::parse_iso(t).unwrap();
        for (first, last, expect) in [
            ("2023-01-01", "2024-12-31", 24),
            ("2023-01-15", "2024-01-14", 12),
            ("2023-01-15", "2024-01-15", 13),
            ("2023-01-31", "2023-02-28", 2),
            ("2023-01-31", "2023-02-27", 1),
            ("2023-01-01", "2023-01-01", 1),
            ("2023-01-02", "2023-01-01", 0),
        ] {
            assert_eq!(begun_months(day(first), day(last)), expect, "{first}–{last}");
        }
    }
}
