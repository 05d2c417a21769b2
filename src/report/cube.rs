//! The cube that travels inside the page: unit × main category × supplier × month, rolled up until it fits.

use std::collections::BTreeMap;

use super::grid::{Row, for_each_batch};
use super::markup::visible;
use crate::error::Result;
use crate::store::Store;

/// Cells that the page holds at most.
const CELLS_MAX: usize = 40_000;
/// Suppliers shown by name, tried in this order until the cells fit; the others are one.
const SUPPLIERS: [usize; 6] = [300, 200, 100, 50, 20, 0];

const MEASURES: [(&str, &str); 6] = [
    ("spend", "spend_net"),
    ("addressable", "addressable_spend_net"),
    ("compliant", "compliant_spend_net"),
    ("deviating", "deviating_spend_net"),
    ("off", "off_contract_spend_net"),
    ("undetermined", "undetermined_spend_net"),
];

type Sums = [i128; MEASURES.len()];

/// The cube as columns of small numbers; `None` when the store has no cube.
pub fn collect(store: &Store) -> Result<Option<serde_json::Value>> {
    // Two passes: the cube of a large store has millions of cells, and all but the largest suppliers are put together at once.
    let mut suppliers: BTreeMap<String, (String, i128)> = BTreeMap::new();
    for_each_batch(store, "metric.spend_cube", Some(&["supplier_id", "supplier_name", "addressable_spend_net"]), |batch| {
        for index in 0..batch.num_rows() {
            let row = Row::of(batch, index);
            let size = i128::from(row.money("addressable_spend_net").unwrap_or(0).abs());
            match suppliers.get_mut(row.text("supplier_id")) {
                Some(supplier) => supplier.1 += size,
                None => {
                    suppliers.insert(row.text("supplier_id").to_string(), (row.text("supplier_name").to_string(), size));
                }
            }
        }
        Ok(())
    })?;
    let mut by_size: Vec<(&String, &(String, i128))> = suppliers.iter().collect();
    by_size.sort_by(|a, b| b.1.1.cmp(&a.1.1).then(a.0.cmp(b.0)));
    let largest = |count: usize| {
        let mut ids: Vec<&str> = by_size.iter().take(count).map(|(id, _)| id.as_str()).collect();
        ids.sort_unstable();
        ids
    };
    let mut named = largest(SUPPLIERS[0]);
    let mut units: BTreeMap<String, String> = BTreeMap::new();
    let mut groups: BTreeMap<String, String> = BTreeMap::new();
    let mut rolled: BTreeMap<[String; 4], Sums> = BTreeMap::new();
    for_each_batch(store, "metric.spend_cube", None, |batch| {
        for index in 0..batch.num_rows() {
            let row = Row::of(batch, index);
            let mut key = ["period", "organisational_unit_id", "category_group_code", "supplier_id"].map(|c| row.text(c).to_string());
            units.entry(key[1].clone()).or_insert_with(|| row.text("organisational_unit_name").to_string());
            groups.entry(key[2].clone()).or_insert_with(|| row.text("category_group_name").to_string());
            if named.binary_search(&key[3].as_str()).is_err() {
                key[3].clear();
            }
            let sums = rolled.entry(key).or_default();
            for (sum, (_, column)) in sums.iter_mut().zip(MEASURES) {
                *sum += i128::from(row.money(column).unwrap_or(0));
            }
        }
        Ok(())
    })?;
    if rolled.is_empty() {
        return Ok(None);
    }
    for count in SUPPLIERS.into_iter().skip(1) {
        if rolled.len() <= CELLS_MAX {
            break;
        }
        named = largest(count);
        rolled = roll_up(&rolled, &named);
    }
    let periods: Vec<&str> = rolled.keys().map(|k| k[0].as_str()).collect::<std::collections::BTreeSet<_>>().into_iter().collect();
    let unit_ids: Vec<&str> = units.keys().map(String::as_str).collect();
    let group_ids: Vec<&str> = groups.keys().map(String::as_str).collect();
    let at = |list: &[&str], key: &str| list.binary_search(&key).map_or(-1, |i| i as i64);
    let mut out = serde_json::Map::new();
    for (d, letter, list) in [(0, "m", &periods), (1, "u", &unit_ids), (2, "g", &group_ids), (3, "s", &named)] {
        out.insert(letter.to_string(), serde_json::json!(rolled.keys().map(|k| at(list, &k[d])).collect::<Vec<_>>()));
    }
    for (i, (name, _)) in MEASURES.iter().enumerate() {
        out.insert((*name).to_string(), serde_json::json!(rolled.values().map(|v| v[i] as i64).collect::<Vec<_>>()));
    }
    let readable = |text: &str| visible(text).into_owned();
    out.insert(
        "names".into(),
        serde_json::json!({
            "m": periods,
            "u": units.iter().map(|(id, name)| readable(if name.is_empty() { id } else { name })).collect::<Vec<_>>(),
            "g": groups.iter().map(|(id, name)| readable(if name.is_empty() { id } else { name })).collect::<Vec<_>>(),
            "s": named.iter().map(|id| readable(&suppliers[*id].0)).collect::<Vec<_>>(),
        }),
    );
    out.insert("keys".into(), serde_json::json!({ "m": periods, "u": unit_ids, "g": group_ids, "s": named }));
    out.insert("others".into(), (named.len() < suppliers.len()).into());
    Ok(Some(out.into()))
}

/// The cells with the suppliers that are not `named` (sorted) put together under an empty key.
fn roll_up(cells: &BTreeMap<[String; 4], Sums>, named: &[&str]) -> BTreeMap<[String; 4], Sums> {
    let mut out: BTreeMap<[String; 4], Sums> = BTreeMap::new();
    for (key, sums) in cells {
        let mut key = key.clone();
        if named.binary_search(&key[3].as_str()).is_err() {
            key[3].clear();
        }
        let into = out.entry(key).or_default();
        for (a, b) in into.iter_mut().zip(sums) {
            *a += b;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rolling_up_keeps_the_sums() {
        let key = |s: &str| ["2024-01".to_string(), "U".to_string(), "G".to_string(), s.to_string()];
        let cells = BTreeMap::from([(key("A"), [1; 6]), (key("B"), [20; 6]), (key("C"), [300; 6])]);
        assert_eq!(roll_up(&cells, &["B"]), BTreeMap::from([(key("B"), [20; 6]), (key(""), [301; 6])]));
    }
}
