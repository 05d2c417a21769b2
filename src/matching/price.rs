//! The price paid against the price list in force: exact, with units of measure converted.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::index::Contract;
use super::inputs::{Inputs, PriceRow};
use crate::assets;
use crate::model::Date;
use crate::model::money::divide_rounded;

/// Units of measure that convert into each other: alias → (base, numerator, denominator).
pub struct Units {
    aliases: FxHashMap<String, (&'static str, i64, i64)>,
}

static UNITS: LazyLock<Units> = LazyLock::new(|| {
    let text = assets::text("data/reference/units_of_measure.csv").expect("embedded by build.rs");
    Units::parse(text).unwrap_or_else(|line| panic!("data/reference/units_of_measure.csv: \"{line}\" is not alias;base;numerator;denominator"))
});

impl Units {
    fn parse(text: &'static str) -> Result<Units, String> {
        let mut aliases = FxHashMap::default();
        for line in text.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')) {
            let parts: Vec<&'static str> = line.split(';').collect();
            let &[alias, base, numerator, denominator] = parts.as_slice() else { return Err(line.to_string()) };
            let number = |t: &str| t.parse::<i64>().ok().filter(|n| *n > 0).ok_or_else(|| line.to_string());
            aliases.insert(alias.to_string(), (base, number(numerator)?, number(denominator)?));
        }
        Ok(Units { aliases })
    }

    /// How many of `to` one `from` is, as numerator and denominator; `None` when they do not convert.
    fn factor(&self, from: &str, to: &str) -> Option<(i64, i64)> {
        let fold = |t: &str| t.trim().trim_end_matches('.').to_lowercase();
        let (from, to) = (fold(from), fold(to));
        if from == to {
            return Some((1, 1));
        }
        let &(from_base, from_n, from_d) = self.aliases.get(&from)?;
        let &(to_base, to_n, to_d) = self.aliases.get(&to)?;
        (from_base == to_base).then(|| (from_n * to_d, from_d * to_n))
    }
}

/// One agreed price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// Supplier it is agreed with; `None` = every supplier of the contract.
    pub supplier: Option<u32>,
    /// In 10^−4 of the currency's unit.
    pub unit_price: i64,
    /// Unit of measure.
    pub unit_of_measure: Option<Box<str>>,
    /// Currency.
    pub currency: Box<str>,
    /// First and last day.
    pub term: (i32, i32),
}

/// Agreed prices by contract and item.
#[derive(Debug, Default)]
pub struct PriceList {
    items: FxHashMap<Box<str>, u32>,
    prices: FxHashMap<(u32, u32), Vec<Price>>,
}

/// What a line says of its price.
#[derive(Debug, Clone, Copy, Default)]
pub struct Paid<'a> {
    /// Price of one unit in 10^−4.
    pub unit_price: Option<i64>,
    /// Quantity in 10^−4.
    pub quantity: Option<i64>,
    /// Unit of the quantity and of the price.
    pub unit_of_measure: Option<&'a str>,
    /// Net amount in minor units.
    pub net_minor: i64,
    /// Currency of all of them.
    pub currency: &'a str,
}

/// The outcome of the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// The item has no price in force under the contract, or the line gives none that compares.
    NotComparable,
    /// At or below the agreed price, tolerance included.
    Within,
    /// Above it by so many thousandths.
    Above {
        /// Thousandths above the agreed price, rounded, at most `i32::MAX`.
        per_mille: i32,
    },
}

impl PriceList {
    /// From the rows of price lists.
    pub fn build(rows: &[PriceRow], inputs: &Inputs, contract_of: &FxHashMap<&str, u32>, contracts: &[Contract]) -> PriceList {
        let mut list = PriceList::default();
        for row in rows {
            let Some(&contract) = contract_of.get(row.contract_id.as_str()) else { continue };
            let holders = &contracts[contract as usize].suppliers;
            let names_supplier = row.organisation_number.is_some() || row.vendor_name.is_some();
            let supplier = holders.iter().copied().find(|&s| is_supplier(row, inputs, s));
            if names_supplier && supplier.is_none() && holders.len() > 1 {
                // Somebody's price, and we cannot tell whose: it must not be held against the others.
                continue;
            }
            let next = list.items.len() as u32;
            let item = *list.items.entry(row.item_id.trim().into()).or_insert(next);
            list.prices.entry((contract, item)).or_default().push(Price {
                supplier,
                unit_price: row.unit_price,
                unit_of_measure: row.unit_of_measure.as_deref().map(Box::from),
                currency: row.currency.as_str().into(),
                term: (row.starts_on.map_or(i32::MIN, Date::days), row.ends_on.map_or(i32::MAX, Date::days)),
            });
        }
        for prices in list.prices.values_mut() {
            // The latest list first; of equal dates the higher price, so that nobody is accused on a doubtful row.
            prices.sort_by_key(|p| std::cmp::Reverse((p.term.0, p.supplier, p.unit_price)));
        }
        list
    }

    /// For each contract, whether it has prices.
    pub fn listed_contracts(&self, contract_count: usize) -> Vec<bool> {
        let mut listed = vec![false; contract_count];
        for &(contract, _) in self.prices.keys() {
            listed[contract as usize] = true;
        }
        listed
    }

    /// The number of an item that any list names.
    pub fn item(&self, item_id: &str) -> Option<u32> {
        self.items.get(item_id.trim()).copied()
    }

    /// The price in force for a supplier under a contract.
    pub fn in_force(&self, contract: u32, supplier: u32, item: u32, day: Option<Date>) -> Option<&Price> {
        let day = day?.days();
        let prices = self.prices.get(&(contract, item))?;
        prices.iter().find(|p| p.term.0 <= day && day <= p.term.1 && p.supplier.is_none_or(|s| s == supplier))
    }
}

fn is_supplier(row: &PriceRow, inputs: &Inputs, supplier: u32) -> bool {
    let Some(known) = inputs.suppliers.get(supplier as usize) else { return false };
    match (&row.organisation_number, &known.organisation_number) {
        (Some(a), Some(b)) => a == b,
        _ => row.vendor_name.as_ref().is_some_and(|name| {
            name.to_lowercase() == known.supplier_name.to_lowercase()
                // The catalogue's own spelling of a holder counts as its name.
                || inputs.contracts.iter().any(|c| c.contract_id == row.contract_id && c.vendor_name == *name && c.organisation_number.is_some() && c.organisation_number == known.organisation_number)
        }),
    }
}

/// Compares a price with the agreed one.
pub fn compare(paid: &Paid<'_>, agreed: &Price, tolerance_ppm: i64) -> Comparison {
    let Some((paid_price, agreed_price)) = scaled_prices(paid, agreed) else { return Comparison::NotComparable };
    if agreed_price <= 0 {
        return Comparison::NotComparable;
    }
    if paid_price * 1_000_000 <= agreed_price * i128::from(1_000_000 + tolerance_ppm) {
        return Comparison::Within;
    }
    let per_mille = divide_rounded((paid_price - agreed_price) * 1_000, agreed_price).and_then(|v| i32::try_from(v).ok()).unwrap_or(i32::MAX);
    Comparison::Above { per_mille }
}

/// Paid above (+) or below (−) the agreed price, in minor units of the line's currency: quantity × (price paid − price agreed), rounded once. Without a quantity it is
/// taken as net amount / unit price. Credits are negative.
pub fn deviation_minor(paid: &Paid<'_>, agreed: &Price) -> Option<i64> {
    let (paid_price, agreed_price) = scaled_prices(paid, agreed)?;
    let difference = paid_price - agreed_price;
    let magnitude = match paid.quantity {
        Some(quantity) => {
            // 10^−4 (quantity) × 10^−4 (price) → 10^−2: divide by 10^6 and by the scale of the converted prices.
            let scale = paid_price.checked_div(i128::from(paid.unit_price?)).filter(|s| *s > 0)?;
            let scaled = i128::from(quantity.abs()).checked_mul(difference)?;
            divide_rounded(scaled, 1_000_000 * scale)?
        }
        None => divide_rounded(i128::from(paid.net_minor.abs()).checked_mul(difference)?, paid_price)?,
    };
    Some(if paid.net_minor < 0 { -magnitude } else { magnitude })
}

/// The price paid and the agreed price of the paid unit, both scaled by the denominator of the conversion, so that they stay whole.
fn scaled_prices(paid: &Paid<'_>, agreed: &Price) -> Option<(i128, i128)> {
    if paid.currency != &*agreed.currency {
        return None;
    }
    let unit_price = paid.unit_price.filter(|p| *p > 0)?;
    let (numerator, denominator) = match (paid.unit_of_measure, &agreed.unit_of_measure) {
        (Some(from), Some(to)) => UNITS.factor(from, to)?,
        // One of them does not say: the item is the same, and so, we take it, is its unit.
        _ => (1, 1),
    };
    Some((i128::from(unit_price) * i128::from(denominator), i128::from(agreed.unit_price) * i128::from(numerator)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agreed(price: i64, unit: &str) -> Price {
        Price { supplier: None, unit_price: price, unit_of_measure: Some(unit.into()), currency: "SEK".into(), term: (i32::MIN, i32::MAX) }
    }

    #[test]
    fn prices_with_units_and_tolerance() {
        // (paid in 10^-4, unit, quantity in 10^-4, net öre, agreed, unit, comparison, deviation in öre)
        for (paid, unit, quantity, net, list, list_unit, expect, deviation) in [
            (1_000_000, "st", Some(20_000), 20_000, 1_000_000, "st", Comparison::Within, Some(0)),
            (1_010_000, "st", Some(20_000), 20_200, 1_000_000, "st", Comparison::Within, Some(200)),
            (1_010_001, "st", Some(20_000), 20_200, 1_000_000, "st", Comparison::Above { per_mille: 10 }, Some(200)),
            (1_200_000, "st", Some(30_000), 36_000, 1_000_000, "STYCK", Comparison::Above { per_mille: 200 }, Some(6_000)),
            (1_200_000, "st", Some(-30_000), -36_000, 1_000_000, "st", Comparison::Above { per_mille: 200 }, Some(-6_000)),
            // 120 kr per 100 = 1.20 each, agreed 1.00 each, 5 hundreds.
            (1_200_000, "100-st", Some(50_000), 60_000, 10_000, "st", Comparison::Above { per_mille: 200 }, Some(10_000)),
            // 0.50 per g, agreed 400 per kg.
            (5_000, "g", Some(10_000_000), 50_000, 4_000_000, "kg", Comparison::Above { per_mille: 250 }, Some(10_000)),
            // No quantity: 360 kr at 120 each against 100 each.
            (1_200_000, "st", None, 36_000, 1_000_000, "st", Comparison::Above { per_mille: 200 }, Some(6_000)),
            (1_200_000, "förp", Some(10_000), 12_000, 1_000_000, "st", Comparison::NotComparable, None),
            (900_000, "st", Some(10_000), 9_000, 1_000_000, "st", Comparison::Within, Some(-1_000)),
        ] {
            let paid = Paid { unit_price: Some(paid), quantity, unit_of_measure: Some(unit), net_minor: net, currency: "SEK" };
            let list = agreed(list, list_unit);
            assert_eq!(compare(&paid, &list, 10_000), expect, "{paid:?}");
            assert_eq!(deviation_minor(&paid, &list), deviation, "{paid:?}");
        }
        let euro = Paid { unit_price: Some(1), quantity: Some(1), unit_of_measure: None, net_minor: 1, currency: "EUR" };
        assert_eq!(compare(&euro, &agreed(1, "st"), 0), Comparison::NotComparable);
    }
}
