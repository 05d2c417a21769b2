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

/// Month, unit, main category, supplier; an empty supplier stands for all that are not named.
type Key = [String; 4];

/// Places in a [`Key`].
const UNIT: usize = 1;
const GROUP: usize = 2;
const SUPPLIER: usize = 3;

/// The cube, small enough to be held.
pub struct Cube {
    cells: BTreeMap<Key, Sums>,
    /// Names by id of units, main categories and suppliers.
    units: BTreeMap<String, String>,
    groups: BTreeMap<String, String>,
    suppliers: BTreeMap<String, (String, i128)>,
    /// Suppliers that stand by name, sorted.
    named: Vec<String>,
}

impl Cube {
    /// Reads the cube; `None` when the store has none.
    pub fn read(store: &Store) -> Result<Option<Cube>> {
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
            let mut ids: Vec<String> = by_size.iter().take(count).map(|(id, _)| (*id).clone()).collect();
            ids.sort_unstable();
            ids
        };
        let mut named = largest(SUPPLIERS[0]);
        let mut units: BTreeMap<String, String> = BTreeMap::new();
        let mut groups: BTreeMap<String, String> = BTreeMap::new();
        let mut cells: BTreeMap<Key, Sums> = BTreeMap::new();
        for_each_batch(store, "metric.spend_cube", None, |batch| {
            for index in 0..batch.num_rows() {
                let row = Row::of(batch, index);
                let mut key = ["period", "organisational_unit_id", "category_group_code", "supplier_id"].map(|c| row.text(c).to_string());
                // Of several names of one unit the first by the alphabet, as the queries take it.
                for (names, id, column) in [(&mut units, &key[UNIT], "organisational_unit_name"), (&mut groups, &key[GROUP], "category_group_name")] {
                    let name = row.text(column);
                    match names.get_mut(id) {
                        Some(known) if name < known.as_str() => *known = name.to_string(),
                        Some(_) => {}
                        None => {
                            names.insert(id.clone(), name.to_string());
                        }
                    }
                }
                if named.binary_search(&key[SUPPLIER]).is_err() {
                    key[SUPPLIER].clear();
                }
                let sums = cells.entry(key).or_default();
                for (sum, (_, column)) in sums.iter_mut().zip(MEASURES) {
                    *sum += i128::from(row.money(column).unwrap_or(0));
                }
            }
            Ok(())
        })?;
        if cells.is_empty() {
            return Ok(None);
        }
        for count in SUPPLIERS.into_iter().skip(1) {
            if cells.len() <= CELLS_MAX {
                break;
            }
            named = largest(count);
            cells = roll_up(&cells, &named);
        }
        Ok(Some(Cube { cells, units, groups, suppliers, named }))
    }

    /// As columns of small numbers.
    pub fn json(&self) -> serde_json::Value {
        let periods: Vec<&str> = self.cells.keys().map(|k| k[0].as_str()).collect::<std::collections::BTreeSet<_>>().into_iter().collect();
        let unit_ids: Vec<&str> = self.units.keys().map(String::as_str).collect();
        let group_ids: Vec<&str> = self.groups.keys().map(String::as_str).collect();
        let named: Vec<&str> = self.named.iter().map(String::as_str).collect();
        let at = |list: &[&str], key: &str| list.binary_search(&key).map_or(-1, |i| i as i64);
        let mut out = serde_json::Map::new();
        for (d, letter, list) in [(0, "m", &periods), (UNIT, "u", &unit_ids), (GROUP, "g", &group_ids), (SUPPLIER, "s", &named)] {
            out.insert(letter.to_string(), serde_json::json!(self.cells.keys().map(|k| at(list, &k[d])).collect::<Vec<_>>()));
        }
        for (i, (name, _)) in MEASURES.iter().enumerate() {
            out.insert((*name).to_string(), serde_json::json!(self.cells.values().map(|v| v[i] as i64).collect::<Vec<_>>()));
        }
        let readable = |text: &str| visible(text).into_owned();
        let shown = |names: &BTreeMap<String, String>| names.iter().map(|(id, name)| readable(if name.is_empty() { id } else { name })).collect::<Vec<_>>();
        out.insert(
            "names".into(),
            serde_json::json!({
                "m": periods,
                "u": shown(&self.units),
                "g": shown(&self.groups),
                "s": named.iter().map(|id| readable(&self.suppliers[*id].0)).collect::<Vec<_>>(),
            }),
        );
        out.insert("keys".into(), serde_json::json!({ "m": periods, "u": unit_ids, "g": group_ids, "s": named }));
        out.insert("others".into(), (named.len() < self.suppliers.len()).into());
        out.into()
    }

    /// Addressable spend from units over main categories to suppliers: the largest of each by name, the others as one.
    pub fn flows(&self, largest: [usize; 3]) -> Flows {
        const ADDRESSABLE: usize = 1;
        let layers: [Vec<FlowNode>; 3] = [UNIT, GROUP, SUPPLIER].map(|d| {
            let mut sums: BTreeMap<&str, i128> = BTreeMap::new();
            for (key, values) in &self.cells {
                *sums.entry(&key[d]).or_default() += values[ADDRESSABLE];
            }
            let mut order: Vec<(&str, i128)> = sums.into_iter().filter(|(_, v)| *v > 0).collect();
            order.sort_by(|a, b| a.0.is_empty().cmp(&b.0.is_empty()).then(b.1.cmp(&a.1)).then(a.0.cmp(b.0)));
            let limit = largest[d - 1];
            let room = if order.len() > limit || order.iter().any(|o| o.0.is_empty()) { limit.saturating_sub(1) } else { limit };
            let count_of_named = order.iter().filter(|o| !o.0.is_empty()).count();
            let mut nodes: Vec<FlowNode> = order
                .iter()
                .filter(|o| !o.0.is_empty())
                .take(room)
                .map(|(id, sum)| FlowNode { id: (*id).to_string(), name: self.name(d, id), spend: *sum })
                .collect();
            if count_of_named > nodes.len() || order.len() > count_of_named {
                let rest: i128 = order.iter().map(|o| o.1).sum::<i128>() - nodes.iter().map(|n| n.spend).sum::<i128>();
                nodes.push(FlowNode { id: String::new(), name: String::new(), spend: rest });
            }
            nodes
        });
        let mut links: BTreeMap<(usize, usize, usize), i128> = BTreeMap::new();
        let place = |layer: usize, id: &str| {
            let nodes: &[FlowNode] = &layers[layer];
            nodes.iter().position(|n| n.id == id && !id.is_empty()).or_else(|| nodes.iter().position(|n| n.id.is_empty()))
        };
        for (key, values) in &self.cells {
            let at = [place(0, &key[UNIT]), place(1, &key[GROUP]), place(2, &key[SUPPLIER])];
            for layer in 0..2 {
                if let (Some(from), Some(to)) = (at[layer], at[layer + 1]) {
                    *links.entry((layer, from, to)).or_default() += values[ADDRESSABLE];
                }
            }
        }
        Flows { links: links.into_iter().filter(|(_, v)| *v > 0).collect(), layers }
    }

    fn name(&self, dimension: usize, id: &str) -> String {
        let name = match dimension {
            UNIT => self.units.get(id),
            GROUP => self.groups.get(id),
            _ => self.suppliers.get(id).map(|s| &s.0),
        };
        name.filter(|n| !n.is_empty()).map_or_else(|| id.to_string(), Clone::clone)
    }
}

/// The cube as three layers of nodes with what flows between neighbours.
pub struct Flows {
    /// Units, main categories, suppliers: largest first, the others last.
    pub layers: [Vec<FlowNode>; 3],
    /// Addressable spend in minor units by (layer, node, node of the next layer).
    pub links: Vec<((usize, usize, usize), i128)>,
}

/// A node of [`Flows`]; without an id it stands for all others.
pub struct FlowNode {
    /// Key; empty for the others.
    pub id: String,
    /// Name; empty for the others.
    pub name: String,
    /// Addressable spend in minor units.
    pub spend: i128,
}

/// The cells with the suppliers that are not `named` (sorted) put together under an empty key.
fn roll_up(cells: &BTreeMap<Key, Sums>, named: &[String]) -> BTreeMap<Key, Sums> {
    let mut out: BTreeMap<Key, Sums> = BTreeMap::new();
    for (key, sums) in cells {
        let mut key = key.clone();
        if named.binary_search(&key[SUPPLIER]).is_err() {
            key[SUPPLIER].clear();
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

    fn key(unit: &str, group: &str, supplier: &str) -> Key {
        ["2024-01", unit, group, supplier].map(str::to_string)
    }

    #[test]
    fn rolling_up_keeps_the_sums() {
        let cells = BTreeMap::from([(key("U", "G", "A"), [1; 6]), (key("U", "G", "B"), [20; 6]), (key("U", "G", "C"), [300; 6])]);
        assert_eq!(roll_up(&cells, &["B".to_string()]), BTreeMap::from([(key("U", "G", "B"), [20; 6]), (key("U", "G", ""), [301; 6])]));
    }

    #[test]
    fn flows_put_the_small_together_and_keep_the_sum() {
        let cells =
            BTreeMap::from([(key("U1", "G1", "A"), [100; 6]), (key("U1", "G2", "B"), [30; 6]), (key("U2", "G2", "C"), [7; 6]), (key("U3", "G1", ""), [2; 6])]);
        let names = |ids: &[&str]| ids.iter().map(|i| ((*i).to_string(), format!("Name of {i}"))).collect::<BTreeMap<_, _>>();
        let cube = Cube {
            cells,
            units: names(&["U1", "U2", "U3"]),
            groups: names(&["G1", "G2"]),
            suppliers: ["A", "B", "C", "D"].iter().map(|s| ((*s).to_string(), ((*s).to_string(), 0))).collect(),
            named: ["A", "B", "C"].map(str::to_string).to_vec(),
        };
        let flows = cube.flows([2, 2, 3]);
        let shown: Vec<Vec<(&str, i128)>> = flows.layers.iter().map(|l| l.iter().map(|n| (n.id.as_str(), n.spend)).collect()).collect();
        assert_eq!(shown, [vec![("U1", 130), ("", 9)], vec![("G1", 102), ("G2", 37)], vec![("A", 100), ("B", 30), ("", 9)]]);
        for layer in 0..2 {
            assert_eq!(flows.links.iter().filter(|((l, ..), _)| *l == layer).map(|(_, v)| v).sum::<i128>(), 139);
        }
    }
}
