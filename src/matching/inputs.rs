//! The small tables that the index is built from, as rows: what `whatif` changes and tests write down.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Result;
use crate::model::{Date, Money};
use crate::schema;
use crate::store::{Columns, Store};

/// A row of `lake.contract`: see there for the columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct ContractRow {
    pub contract_id: String,
    pub lot_id: String,
    pub framework_contract_id: Option<String>,
    pub contract_title: Option<String>,
    pub vendor_name: String,
    pub organisation_number: Option<String>,
    pub supplier_rank: Option<i64>,
    pub award_form: Option<String>,
    pub starts_on: Option<Date>,
    pub ends_on: Option<Date>,
    pub extendable_until_on: Option<Date>,
    pub ceiling: Option<Money>,
    pub renewed_competition_limit: Option<Money>,
    pub category_codes: Vec<String>,
    pub entitled_unit_ids: Vec<String>,
    pub currency: String,
    pub owner_role: Option<String>,
    pub followed_up_on: Option<Date>,
    pub has_code_of_conduct: Option<bool>,
    pub has_sustainability_clause: Option<bool>,
    pub signed_on: Option<Date>,
    pub case_reference: Option<String>,
    pub instalment: Option<Money>,
}

/// A row of `lake.contract_amendment`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct AmendmentRow {
    pub contract_id: String,
    /// Empty = the whole contract.
    pub lot_id: String,
    pub kind: AmendmentKind,
    pub signed_on: Option<Date>,
    pub effective_on: Option<Date>,
    pub ends_on: Option<Date>,
    pub ceiling: Option<Money>,
    pub instalment: Option<Money>,
    pub category_codes: Vec<String>,
    pub entitled_unit_ids: Vec<String>,
    pub currency: String,
}

/// What a change does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum AmendmentKind {
    /// The contract itself.
    Original,
    /// Changed terms.
    #[default]
    Amendment,
    /// The end.
    Termination,
}

impl AmendmentRow {
    /// First day of the changed terms.
    pub fn from(&self) -> Option<Date> {
        self.effective_on.or(self.signed_on)
    }
}

/// A row of `lake.purchase_order`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct OrderRow {
    pub order_id: String,
    pub contract_id: Option<String>,
    pub ordered_on: Option<Date>,
}

/// A row of `lake.approved_exception`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct ExceptionRow {
    pub exception_id: String,
    pub vendor_name: Option<String>,
    pub organisation_number: Option<String>,
    pub category_codes: Vec<String>,
    pub organisational_unit_ids: Vec<String>,
    pub starts_on: Option<Date>,
    pub expires_on: Option<Date>,
}

/// A row of `resolved.contract_supplier`.
#[derive(Debug, Clone, Default, PartialEq)]
#[allow(missing_docs)]
pub struct HolderRow {
    pub contract_id: String,
    pub lot_id: String,
    pub supplier_id: String,
    pub supplier_rank: Option<i64>,
    pub link_score: f64,
    pub link_evidence: String,
}

/// A row of `resolved.supplier`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct SupplierRow {
    pub supplier_id: String,
    pub supplier_name: String,
    pub organisation_number: Option<String>,
    pub supplier_group_id: String,
}

/// A row of `resolved.vendor_supplier`.
#[derive(Debug, Clone, Default, PartialEq)]
#[allow(missing_docs)]
pub struct VendorRow {
    pub vendor_key: String,
    pub vendor_name: Option<String>,
    pub supplier_id: Option<String>,
    pub link_score: f64,
    pub link_method: String,
    pub link_evidence: String,
    pub finding: Option<String>,
}

/// A row of `lake.spend_category`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct CategoryRow {
    pub category_code: String,
    pub category_name: String,
    pub parent_category_code: Option<String>,
}

/// A row of `lake.organisational_unit`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct UnitRow {
    pub organisational_unit_id: String,
    pub organisational_unit_name: String,
    pub parent_unit_id: Option<String>,
}

/// A row of `lake.price_list_item`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct PriceRow {
    pub contract_id: String,
    pub vendor_name: Option<String>,
    pub organisation_number: Option<String>,
    pub item_id: String,
    pub unit_of_measure: Option<String>,
    /// In 10^−4 of the currency's unit.
    pub unit_price: i64,
    pub currency: String,
    pub starts_on: Option<Date>,
    pub ends_on: Option<Date>,
}

/// All small tables.
#[derive(Debug, Clone, Default, PartialEq)]
#[allow(missing_docs)]
pub struct Inputs {
    pub contracts: Vec<ContractRow>,
    pub holders: Vec<HolderRow>,
    /// Sorted by id.
    pub suppliers: Vec<SupplierRow>,
    pub vendors: Vec<VendorRow>,
    pub categories: Vec<CategoryRow>,
    pub units: Vec<UnitRow>,
    pub prices: Vec<PriceRow>,
    pub amendments: Vec<AmendmentRow>,
    pub orders: Vec<OrderRow>,
    pub exceptions: Vec<ExceptionRow>,
}

impl Inputs {
    /// Reads the tables of a store.
    pub fn read(store: &Store) -> Result<Inputs> {
        let mut inputs = Inputs::default();
        let text = |c: Columns<'_>, name: &str, row: usize| c.text_at(name, row).map(str::to_string);
        let words = |c: Columns<'_>, name: &str, row: usize| -> Vec<String> {
            c.text_at(name, row).into_iter().flat_map(|t| t.split('|')).map(str::trim).filter(|t| !t.is_empty()).map(str::to_string).collect()
        };
        each_row(store, &schema::CONTRACT, |c, row| {
            inputs.contracts.push(ContractRow {
                contract_id: text(c, "contract_id", row).unwrap_or_default(),
                lot_id: text(c, "lot_id", row).unwrap_or_default(),
                framework_contract_id: text(c, "framework_contract_id", row).filter(|t| !t.is_empty()),
                contract_title: text(c, "contract_title", row),
                vendor_name: text(c, "vendor_name", row).unwrap_or_default(),
                organisation_number: text(c, "organisation_number", row),
                supplier_rank: c.int_at("supplier_rank", row),
                award_form: text(c, "award_form", row),
                starts_on: c.date_at("starts_on", row),
                ends_on: c.date_at("ends_on", row),
                extendable_until_on: c.date_at("extendable_until_on", row),
                ceiling: c.money_at("ceiling_net", row),
                renewed_competition_limit: c.money_at("renewed_competition_limit_net", row),
                category_codes: words(c, "category_codes", row),
                entitled_unit_ids: words(c, "entitled_unit_ids", row),
                currency: text(c, "currency", row).unwrap_or_default(),
                owner_role: text(c, "owner_role", row),
                followed_up_on: c.date_at("followed_up_on", row),
                has_code_of_conduct: c.bool_at("has_code_of_conduct", row),
                has_sustainability_clause: c.bool_at("has_sustainability_clause", row),
                signed_on: c.date_at("signed_on", row),
                case_reference: text(c, "case_reference", row).filter(|t| !t.is_empty()),
                instalment: c.money_at("instalment_net", row),
            });
        })?;
        each_row(store, &schema::CONTRACT_AMENDMENT, |c, row| {
            inputs.amendments.push(AmendmentRow {
                contract_id: text(c, "contract_id", row).unwrap_or_default(),
                lot_id: text(c, "lot_id", row).unwrap_or_default(),
                kind: match c.text_at("amendment_kind", row) {
                    Some("original") => AmendmentKind::Original,
                    Some("termination") => AmendmentKind::Termination,
                    _ => AmendmentKind::Amendment,
                },
                signed_on: c.date_at("signed_on", row),
                effective_on: c.date_at("effective_on", row),
                ends_on: c.date_at("ends_on", row),
                ceiling: c.money_at("ceiling_net", row),
                instalment: c.money_at("instalment_net", row),
                category_codes: words(c, "category_codes", row),
                entitled_unit_ids: words(c, "entitled_unit_ids", row),
                currency: text(c, "currency", row).unwrap_or_default(),
            });
        })?;
        each_row(store, &schema::PURCHASE_ORDER, |c, row| {
            inputs.orders.push(OrderRow {
                order_id: text(c, "order_id", row).unwrap_or_default(),
                contract_id: text(c, "contract_id", row).filter(|t| !t.is_empty()),
                ordered_on: c.date_at("ordered_on", row),
            });
        })?;
        each_row(store, &schema::APPROVED_EXCEPTION, |c, row| {
            inputs.exceptions.push(ExceptionRow {
                exception_id: text(c, "exception_id", row).unwrap_or_default(),
                vendor_name: text(c, "vendor_name", row).filter(|t| !t.is_empty()),
                organisation_number: text(c, "organisation_number", row).filter(|t| !t.is_empty()),
                category_codes: words(c, "category_codes", row),
                organisational_unit_ids: words(c, "organisational_unit_ids", row),
                starts_on: c.date_at("starts_on", row).or(c.date_at("approved_on", row)),
                expires_on: c.date_at("expires_on", row),
            });
        })?;
        each_row(store, &schema::CONTRACT_SUPPLIER, |c, row| {
            inputs.holders.push(HolderRow {
                contract_id: text(c, "contract_id", row).unwrap_or_default(),
                lot_id: text(c, "lot_id", row).unwrap_or_default(),
                supplier_id: text(c, "supplier_id", row).unwrap_or_default(),
                supplier_rank: c.int_at("supplier_rank", row),
                link_score: c.float_at("link_score", row).unwrap_or_default(),
                link_evidence: text(c, "link_evidence", row).unwrap_or_default(),
            });
        })?;
        each_row(store, &schema::SUPPLIER, |c, row| {
            inputs.suppliers.push(SupplierRow {
                supplier_id: text(c, "supplier_id", row).unwrap_or_default(),
                supplier_name: text(c, "supplier_name", row).unwrap_or_default(),
                organisation_number: text(c, "organisation_number", row),
                supplier_group_id: text(c, "supplier_group_id", row).unwrap_or_default(),
            });
        })?;
        each_row(store, &schema::VENDOR_SUPPLIER, |c, row| {
            inputs.vendors.push(VendorRow {
                vendor_key: text(c, "vendor_key", row).unwrap_or_default(),
                vendor_name: text(c, "vendor_name", row),
                supplier_id: text(c, "supplier_id", row),
                link_score: c.float_at("link_score", row).unwrap_or_default(),
                link_method: text(c, "link_method", row).unwrap_or_default(),
                link_evidence: text(c, "link_evidence", row).unwrap_or_default(),
                finding: text(c, "finding", row).filter(|t| !t.is_empty()),
            });
        })?;
        each_row(store, &schema::SPEND_CATEGORY, |c, row| {
            inputs.categories.push(CategoryRow {
                category_code: text(c, "category_code", row).unwrap_or_default(),
                category_name: text(c, "category_name", row).unwrap_or_default(),
                parent_category_code: text(c, "parent_category_code", row),
            });
        })?;
        each_row(store, &schema::ORGANISATIONAL_UNIT, |c, row| {
            inputs.units.push(UnitRow {
                organisational_unit_id: text(c, "organisational_unit_id", row).unwrap_or_default(),
                organisational_unit_name: text(c, "organisational_unit_name", row).unwrap_or_default(),
                parent_unit_id: text(c, "parent_unit_id", row),
            });
        })?;
        each_row(store, &schema::PRICE_LIST_ITEM, |c, row| {
            inputs.prices.push(PriceRow {
                contract_id: text(c, "contract_id", row).unwrap_or_default(),
                vendor_name: text(c, "vendor_name", row),
                organisation_number: text(c, "organisation_number", row),
                item_id: text(c, "item_id", row).unwrap_or_default(),
                unit_of_measure: text(c, "unit_of_measure", row),
                unit_price: c.quantity_at("unit_price", row).unwrap_or_default(),
                currency: text(c, "currency", row).unwrap_or_default(),
                starts_on: c.date_at("starts_on", row),
                ends_on: c.date_at("ends_on", row),
            });
        })?;
        inputs.suppliers.sort_by(|a, b| a.supplier_id.cmp(&b.supplier_id));
        inputs.suppliers.dedup_by(|a, b| a.supplier_id == b.supplier_id);
        Ok(inputs)
    }

    /// Units by the unit above them.
    pub fn units_by_parent(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut children: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for unit in &self.units {
            if let Some(parent) = unit.parent_unit_id.as_deref() {
                children.entry(parent).or_default().push(&unit.organisational_unit_id);
            }
        }
        children
    }
}

/// Units with all units below them: who may call off for a hospital may do so for its wards.
pub fn with_subunits<'a>(ids: &'a [String], children: &BTreeMap<&'a str, Vec<&'a str>>) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&'a str> = ids.iter().map(String::as_str).collect();
    while let Some(id) = open.pop() {
        if found.insert(id) {
            open.extend(children.get(id).into_iter().flatten());
        }
    }
    found
}

fn each_row(store: &Store, table: &schema::Table, mut take: impl FnMut(Columns<'_>, usize)) -> Result<()> {
    for batch in store.read(table)? {
        for row in 0..batch.num_rows() {
            take(Columns(&batch), row);
        }
    }
    Ok(())
}
