//! Every table of the page: which columns of which metric, in which order, and where each row leads.

use std::collections::{BTreeMap, BTreeSet};

use super::compliance::OUTCOMES;
use super::data::Data;
use super::format::Language;
use super::grid::{Row, Value};
use super::table::{Kind, Table, drill, shown};

use Kind::{Bool, Code, Date, Exact, Id, Int, Money, Names, Share, Text};

/// All tables by name.
pub fn all(data: &Data) -> BTreeMap<&'static str, Table> {
    let limit = data.rows_max;
    let every = |_: Row<'_>| true;
    let none = |_: Row<'_>| String::new();
    let largest = |column: &'static str| move |r: Row<'_>| -r.money(column).unwrap_or(0);
    let mut tables = vec![outcome(data), ladder(data), unit_figures(data)];
    tables.push(Table::of(
        ("compliance_month", "compliance_month"),
        data.metric("compliance_month"),
        &[
            ("period", Id),
            ("addressable_spend_net", Money),
            ("compliant_spend_net", Money),
            ("off_contract_spend_net", Money),
            ("supplier_compliance_ratio", Share),
            ("contract_compliance_ratio", Share),
            ("rolling_contract_compliance_ratio", Share),
            ("coverage_ratio", Share),
        ],
        limit,
        |r| r.text("organisational_unit_id") == "all",
        |r| drill(&[("m", r.text("period"))]),
    ));
    tables.push(Table::of(
        ("off_contract_reason", "off_contract_reason"),
        data.metric("off_contract_reason"),
        &[
            ("reason", Code),
            ("band", Code),
            ("outcome", Code),
            ("line_count", Int),
            ("invoice_count", Int),
            ("supplier_count", Int),
            ("spend_net", Exact),
            ("spend_ratio", Share),
        ],
        limit,
        every,
        |r| drill(&[("r", r.text("reason"))]),
    ));
    tables.push(Table::sorted(
        ("compliance_unit", "compliance_unit"),
        data.metric("compliance_unit"),
        &[
            ("organisational_unit_name", Text),
            ("addressable_spend_net", Money),
            ("supplier_compliance_ratio", Share),
            ("contract_compliance_ratio", Share),
            ("distance_to_best_ratio", Share),
            ("off_contract_spend_net", Money),
            ("maverick_spend_net", Money),
            ("coverage_ratio", Share),
        ],
        limit,
        every,
        |r| drill(&[("u", r.text("organisational_unit_id"))]),
        largest("addressable_spend_net"),
    ));
    tables.push(Table::sorted(
        ("compliance_category", "compliance_category"),
        data.metric("compliance_category"),
        &[
            ("category_name", Text),
            ("category_group_name", Text),
            ("addressable_spend_net", Money),
            ("category_covered_ratio", Share),
            ("supplier_compliance_ratio", Share),
            ("contract_compliance_ratio", Share),
            ("off_contract_spend_net", Money),
            ("coverage_ratio", Share),
        ],
        limit,
        every,
        |r| drill(&[("c", r.text("category_code"))]),
        largest("addressable_spend_net"),
    ));
    tables.push(maverick(data));
    tables.push(Table::sorted(
        ("ceiling_utilisation", "ceiling_utilisation"),
        data.metric("ceiling_utilisation"),
        &[
            ("contract_title", Text),
            ("contract_id", Id),
            ("supplier_names", Names),
            ("ends_on", Date),
            ("ceiling_status", Code),
            ("ceiling_net", Money),
            ("burned_net", Money),
            ("remaining_net", Money),
            ("utilisation_ratio", Share),
            ("elapsed_ratio", Share),
            ("run_out_period", Id),
            ("month_coverage_ratio", Share),
        ],
        limit,
        every,
        |r| drill(&[("k", r.text("contract_id"))]),
        |r| r.float("utilisation_ratio").map_or(i64::MAX, |v| -(v * 1e6) as i64),
    ));
    tables.push(Table::of(
        ("ceiling_month", "ceiling_month"),
        data.metric("ceiling_month"),
        &[("contract_id", Id), ("period", Id), ("called_off_net", Money), ("burned_net", Money), ("ceiling_net", Money), ("remaining_net", Money)],
        limit,
        every,
        |r| drill(&[("k", r.text("contract_id")), ("m", r.text("period"))]),
    ));
    tables.push(Table::sorted(
        ("contract_ending", "contract_ending"),
        data.metric("contract_ending"),
        &[
            ("contract_title", Text),
            ("contract_id", Id),
            ("supplier_names", Names),
            ("ends_on", Date),
            ("days_to_end", Int),
            ("extendable_until_on", Date),
            ("trailing_net", Money),
            ("has_successor", Bool),
            ("successor_contract_id", Id),
            ("has_owner", Bool),
        ],
        limit,
        every,
        |r| drill(&[("k", r.text("contract_id"))]),
        |r| i64::from(r.date("ends_on").map_or(i32::MAX, crate::model::Date::days)),
    ));
    const USE: &[(&str, Kind)] = &[
        ("contract_title", Text),
        ("contract_id", Id),
        ("supplier_names", Names),
        ("ends_on", Date),
        ("use_status", Code),
        ("spend_net", Money),
        ("passed_by_net", Money),
        ("use_ratio", Share),
        ("after_end_net", Money),
        ("unit_count", Int),
        ("followable_field_count", Int),
        ("is_followed_up_12m", Bool),
    ];
    let by_contract = |r: Row<'_>| drill(&[("k", r.text("contract_id"))]);
    tables.push(Table::sorted(("contract_use", "contract_use"), data.metric("contract_use"), USE, limit, every, by_contract, largest("spend_net")));
    tables.push(Table::sorted(
        ("contract_unused", "contract_use"),
        data.metric("contract_use"),
        &[
            ("contract_title", Text),
            ("contract_id", Id),
            ("supplier_names", Names),
            ("starts_on", Date),
            ("ends_on", Date),
            ("loaded_months", Int),
            ("passed_by_net", Money),
        ],
        limit,
        |r| r.text("use_status") == "not_used",
        |r| if r.money("passed_by_net").unwrap_or(0) > 0 { drill(&[("p", r.text("contract_id"))]) } else { String::new() },
        largest("passed_by_net"),
    ));
    let mut sources = Table::of(
        ("sources", ""),
        &data.sources,
        &[
            ("path", Text),
            ("kind", Code),
            ("first_period", Id),
            ("last_period", Id),
            ("row_read_count", Int),
            ("row_kept_count", Int),
            ("row_rejected_count", Int),
            ("net_amount_read", Exact),
            ("net_amount_kept", Exact),
            ("net_amount_rejected", Exact),
        ],
        limit,
        every,
        none,
    );
    // The store's order is by hash, which tells a reader nothing.
    sources.rows.sort_by(|a, b| [1, 0].map(|c| shown(Language::Sv, Text, &a[c])).cmp(&[1, 0].map(|c| shown(Language::Sv, Text, &b[c]))));
    tables.push(sources);
    tables.push(Table {
        total: usize::try_from(data.reject_count).unwrap_or(usize::MAX),
        ..Table::of(
            ("rejects", ""),
            &data.rejects,
            &[("path", Text), ("source_line", Int), ("column_name", Text), ("value", Text), ("fault", Code), ("remedy", Code), ("net_amount", Exact)],
            limit,
            every,
            none,
        )
    });
    tables.push(Table::of(
        ("thresholds", ""),
        &data.thresholds,
        &[("threshold_code", Code), ("starts_on", Date), ("ends_on", Date), ("limit_operator", Text), ("limit_value", Money), ("limit_source", Text)],
        limit,
        |r| r.date("starts_on").is_none_or(|d| d <= data.as_of) && r.date("ends_on").is_none_or(|d| d >= data.as_of),
        none,
    ));
    tables.extend(super::spend::tables(data));
    tables.extend(super::suppliers::tables(data));
    tables.extend(super::cost::tables(data));
    tables.extend(super::procurement::tables(data));
    tables.extend(super::quality::tables(data));
    let shown: BTreeSet<&'static str> = tables.iter().map(|t| t.metric).collect();
    tables.extend(super::more::tables(data, &shown).into_iter().map(|t| Table { is_generic: true, ..t }));
    tables.into_iter().map(|t| (t.name, t)).collect()
}

/// Purchases of each unit that the page holds, however small the unit: who answers for a unit finds its own.
const MAVERICK_ROWS_OF_UNIT: usize = 20;

/// The purchases that passed a contract by: the largest of all, and the largest of every unit.
fn maverick(data: &Data) -> Table {
    let grid = data.metric("maverick_spend");
    let key = |r: Row<'_>| ["supplier_id", "category_code", "organisational_unit_id", "passed_by_contract_id"].map(|c| r.text(c).to_string());
    let mut order: Vec<Row<'_>> = grid.rows().collect();
    order.sort_by_key(|r| (-r.money("spend_net").unwrap_or(0), key(*r)));
    let mut of_unit: BTreeMap<&str, usize> = BTreeMap::new();
    let mut kept: BTreeSet<[String; 4]> = BTreeSet::new();
    for (rank, row) in order.iter().enumerate() {
        let count = of_unit.entry(row.text("organisational_unit_id")).or_default();
        *count += 1;
        if rank < data.rows_max || *count <= MAVERICK_ROWS_OF_UNIT {
            kept.insert(key(*row));
        }
    }
    Table {
        total: grid.len(),
        ..Table::sorted(
            ("maverick_spend", "maverick_spend"),
            grid,
            &[
                ("supplier_name", Text),
                ("category_name", Text),
                ("organisational_unit_name", Text),
                ("spend_net", Money),
                ("last_covered_on", Date),
                ("passed_by_contract_id", Id),
                ("passed_by_contract_title", Text),
                ("passed_by_supplier_names", Names),
            ],
            usize::MAX,
            |r| kept.contains(&key(r)),
            |r| {
                drill(&[
                    ("s", r.text("supplier_id")),
                    ("c", r.text("category_code")),
                    ("u", r.text("organisational_unit_id")),
                    ("p", r.text("passed_by_contract_id")),
                ])
            },
            |r| -r.money("spend_net").unwrap_or(0),
        )
    }
}

/// The key figures that units can be compared by, each a column: its code is the column's name.
pub const UNIT_FIGURES: &[(&str, Kind)] = &[
    ("organisational_unit_name", Text),
    ("contract_compliance", Share),
    ("supplier_compliance", Share),
    ("maverick_share", Share),
    ("judged_share", Share),
    ("added_cost", Share),
    ("e_invoice_share", Share),
];

/// Units beside each other, a column for each key figure; the largest first.
fn unit_figures(data: &Data) -> Table {
    let mut units: BTreeMap<&str, (i64, Vec<Value>)> = BTreeMap::new();
    for row in data.metric("key_figure_unit").rows() {
        let Some(column) = UNIT_FIGURES.iter().position(|(code, _)| *code == row.text("figure_code")) else { continue };
        let (size, values) = units.entry(row.text("organisational_unit_id")).or_insert_with(|| (0, vec![Value::Null; UNIT_FIGURES.len()]));
        values[0] = Value::Text(row.text("organisational_unit_name").to_string());
        values[column] = row.value("value");
        // The denominator of the first figure is the unit's addressable spend.
        if column == 1 {
            *size = row.money("denominator").unwrap_or(0);
        }
    }
    let mut rows: Vec<(&str, (i64, Vec<Value>))> = units.into_iter().collect();
    rows.sort_by_key(|(id, (size, _))| (-size, *id));
    let total = rows.len();
    rows.truncate(data.rows_max);
    Table {
        name: "key_figure_unit",
        metric: "key_figure_unit",
        columns: UNIT_FIGURES,
        total,
        drills: rows.iter().map(|(id, _)| drill(&[("u", id)])).collect(),
        rows: rows.into_iter().map(|(_, (_, values))| values).collect(),
        is_generic: false,
    }
}

fn outcome(data: &Data) -> Table {
    let mut rows = Vec::new();
    let mut drills = Vec::new();
    if let Some(total) = data.total() {
        let whole = total.money("addressable_spend_net").unwrap_or(0);
        let values = OUTCOMES.map(|(_, column, _)| total.money(column).unwrap_or(0));
        // The same shares as in the bar above: rounded so that they add up to the whole.
        let shares = super::format::outcome_shares(&values.map(i128::from));
        for ((code, ..), (value, share)) in OUTCOMES.iter().zip(values.iter().zip(&shares)) {
            let share = if whole > 0 { Value::Float(*share as f64 / 1000.0) } else { Value::Null };
            rows.push(vec![Value::Text((*code).to_string()), Value::Money(*value), share]);
            drills.push(drill(&[("o", code)]));
        }
    }
    Table {
        name: "outcome",
        metric: "compliance_total",
        columns: &[("outcome", Code), ("spend_net", Exact), ("spend_ratio", Share)],
        total: rows.len(),
        rows,
        drills,
        is_generic: false,
    }
}

fn ladder(data: &Data) -> Table {
    const COLUMNS: &[(&str, Kind)] = &[
        ("addressable_spend_net", Exact),
        ("contract_supplier_spend_net", Exact),
        ("ladder_1_spend_net", Exact),
        ("ladder_2_spend_net", Exact),
        ("ladder_3_spend_net", Exact),
        ("category_covered_spend_net", Exact),
        ("compliant_spend_net", Exact),
    ];
    Table::of(("ladder", "compliance_total"), data.metric("compliance_total"), COLUMNS, 1, |r| r.text("period") == "all", |_| String::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_of_units_has_a_column() {
        for (path, _) in crate::assets::below("data/kpi/").filter(|(_, toml)| toml.contains("\nunit_sql = ")) {
            let code = path.trim_start_matches("data/kpi/").trim_end_matches(".toml");
            assert!(UNIT_FIGURES.iter().any(|(column, _)| *column == code), "{code} has no column");
        }
    }
}
