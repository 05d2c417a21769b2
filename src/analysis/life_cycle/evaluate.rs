//! Present values, equivalent annual costs, ranks and sensitivity of the bids of a procurement.
//!
//! Amounts are exact until price growth and discounting make them irrational; from there on they are 64-bit floats, added in a
//! fixed order and with `+ − × ÷ √` only, which IEEE 754 defines to the last bit on every machine. Money is rounded once, in
//! [`rounded`], and the parts of a total are rounded to add up to it, in [`apportioned`].

use serde::Serialize;

use super::input::{Bid, Component, Cost, Decimal, Due, Procurement, RateKind, Timing, money_of_pico};
use crate::error::{Error, Result};
use crate::model::Money;

/// What an evaluation says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// Name of the procurement.
    pub name: String,
    /// Currency of every amount.
    pub currency: String,
    /// Discount rate per year.
    pub rate: Decimal,
    /// Whether it includes inflation.
    pub rate_kind: RateKind,
    /// Where it comes from.
    pub rate_source: String,
    /// The rate without inflation: (1 + nominal) = (1 + real)(1 + inflation). Equivalent annual costs use it.
    pub real_rate: f64,
    /// Inflation per year.
    pub inflation: Decimal,
    /// When yearly costs are paid.
    pub timing: Timing,
    /// Years that the reference cost is for.
    pub reference_years: u32,
    /// Price per kg CO2e: read no emission cost without it.
    pub carbon_price_per_kg: Decimal,
    /// Where it comes from.
    pub carbon_price_source: String,
    /// The bids, in the order of the input.
    pub bids: Vec<BidResult>,
    /// One scenario per variation, the calculation itself first.
    pub sensitivity: Vec<Scenario>,
    /// The bid or bids with the lowest price.
    pub lowest_price_bid_ids: Vec<String>,
    /// The bid or bids with the lowest equivalent annual cost.
    pub lowest_cost_bid_ids: Vec<String>,
    /// Whether no bid is lowest by both measures.
    pub is_winner_changed: bool,
}

/// One bid, evaluated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BidResult {
    /// Its id.
    pub bid_id: String,
    /// The bidder.
    pub supplier_name: String,
    /// Years of use.
    pub life_years: u32,
    /// What is paid at the start for the thing and its delivery: the figure that a comparison of prices looks at.
    #[serde(serialize_with = "as_text")]
    pub price: Money,
    /// Present value of all costs over the life, residual value off.
    #[serde(serialize_with = "as_text")]
    pub life_cycle_cost: Money,
    /// The part that the buyer bears.
    #[serde(serialize_with = "as_text")]
    pub internal_cost: Money,
    /// The priced emission.
    #[serde(serialize_with = "as_text")]
    pub external_cost: Money,
    /// The yearly amount, in the money of the start, that has the same present value over the life.
    #[serde(serialize_with = "as_text")]
    pub equivalent_annual_cost: Money,
    /// Present value of that yearly amount over the reference years.
    #[serde(serialize_with = "as_text")]
    pub reference_cost: Money,
    /// Emission over the life, kg CO2e.
    pub emission_kg: Decimal,
    /// 1 = lowest price; equal prices share a rank.
    pub price_rank: u32,
    /// 1 = lowest equivalent annual cost; with equal lives the order is that of the life-cycle cost.
    pub life_cycle_rank: u32,
    /// Present values by component: they add up to the life-cycle cost.
    pub components: Vec<ComponentResult>,
    /// The same by year, year 0 first, in the order of the components: they add up to the components.
    pub cash_flow: Vec<CashFlow>,
}

/// One component of a bid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ComponentResult {
    /// The component.
    pub component: Component,
    /// Its present value.
    #[serde(serialize_with = "as_text")]
    pub present_value: Money,
}

/// One component of a bid in one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CashFlow {
    /// 0 = the start, 1 = the first year of use.
    pub year: u32,
    /// The component.
    pub component: Component,
    /// What falls due, price growth included, not discounted: real or nominal as the rate is.
    #[serde(serialize_with = "as_text")]
    pub amount: Money,
    /// Its present value.
    #[serde(serialize_with = "as_text")]
    pub present_value: Money,
}

/// What a scenario varies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// Nothing: the calculation itself.
    Base,
    /// The discount rate.
    Rate,
    /// The life of every bid.
    Life,
    /// The price of energy.
    EnergyPrice,
    /// The carbon price.
    CarbonPrice,
}

impl Factor {
    /// The word in tables.
    pub const fn code(self) -> &'static str {
        match self {
            Factor::Base => "base",
            Factor::Rate => "rate",
            Factor::Life => "life",
            Factor::EnergyPrice => "energy_price",
            Factor::CarbonPrice => "carbon_price",
        }
    }
}

/// The bids under one variation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scenario {
    /// What is varied.
    pub factor: Factor,
    /// How: an addition with its sign, or the carbon price that is tried.
    pub change: String,
    /// Where the tried value comes from; empty for additions.
    pub source: String,
    /// The bids, in the order of the input.
    pub bids: Vec<ScenarioBid>,
    /// The bid or bids with the lowest equivalent annual cost.
    pub lowest_cost_bid_ids: Vec<String>,
    /// Whether another bid than in the calculation wins.
    pub is_winner_changed: bool,
}

/// One bid under one variation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScenarioBid {
    /// Its id.
    pub bid_id: String,
    /// Present value of all costs.
    #[serde(serialize_with = "as_text")]
    pub life_cycle_cost: Money,
    /// Yearly amount with the same present value.
    #[serde(serialize_with = "as_text")]
    pub equivalent_annual_cost: Money,
    /// 1 = lowest.
    pub life_cycle_rank: u32,
}

fn as_text<S: serde::Serializer>(amount: &Money, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_str(amount)
}

/// What is varied, resolved.
#[derive(Clone, Copy)]
struct Variation {
    rate: f64,
    life_added_years: i32,
    energy_price_factor: f64,
    carbon_price: f64,
}

/// Evaluates a procurement: for each bid with life n, rate r, costs C due at τ years and price growth g,
///
/// - life-cycle cost = Σ C (1 + g)^τ / (1 + r)^τ, the residual value counted off (ISO 15686-5; NIST Handbook 135);
/// - emission cost = Σ kg × price per kg, with the same growth and the same discounting as the rest;
/// - equivalent annual cost = life-cycle cost ÷ Σ_{t=1..n} (1 + ρ)^−t with the real rate ρ, which is LCC × ρ/(1 − (1 + ρ)^−n),
///   and LCC ÷ n when ρ is zero.
///
/// # Errors
/// `Error::Input` when an amount leaves the range of money.
pub fn evaluate(procurement: &Procurement) -> Result<Evaluation> {
    let base = Variation {
        rate: procurement.rate.as_f64(),
        life_added_years: 0,
        energy_price_factor: 1.0,
        carbon_price: procurement.carbon_price.price_per_kg.as_f64(),
    };
    let longest = procurement.bids.iter().map(|b| b.life_years).max().unwrap_or(1);
    let reference_years = procurement.reference_years.unwrap_or(longest);
    let mut bids = Vec::new();
    for bid in &procurement.bids {
        bids.push(bid_result(procurement, bid, base, reference_years).map_err(|e| Error::Input(format!("bid \"{}\": {e}", bid.id)))?);
    }
    let price_ranks = ranks(bids.iter().map(|b| b.price));
    let cost_ranks = ranks(bids.iter().map(|b| b.equivalent_annual_cost));
    for (bid, (price_rank, cost_rank)) in bids.iter_mut().zip(price_ranks.into_iter().zip(cost_ranks)) {
        bid.price_rank = price_rank;
        bid.life_cycle_rank = cost_rank;
    }
    let first = |rank: fn(&BidResult) -> u32| bids.iter().filter(|b| rank(b) == 1).map(|b| b.bid_id.clone()).collect::<Vec<_>>();
    let lowest_price_bid_ids = first(|b| b.price_rank);
    let lowest_cost_bid_ids = first(|b| b.life_cycle_rank);
    let sensitivity = scenarios(procurement, base, &lowest_cost_bid_ids)?;
    Ok(Evaluation {
        name: procurement.name.clone(),
        currency: procurement.currency.clone(),
        rate: procurement.rate,
        rate_kind: procurement.rate_kind,
        rate_source: procurement.rate_source.clone(),
        real_rate: real_rate(procurement, base.rate),
        inflation: procurement.inflation,
        timing: procurement.timing,
        reference_years,
        carbon_price_per_kg: procurement.carbon_price.price_per_kg,
        carbon_price_source: procurement.carbon_price.source.clone(),
        is_winner_changed: !lowest_cost_bid_ids.iter().any(|id| lowest_price_bid_ids.contains(id)),
        bids,
        sensitivity,
        lowest_price_bid_ids,
        lowest_cost_bid_ids,
    })
}

fn scenarios(procurement: &Procurement, base: Variation, winners: &[String]) -> Result<Vec<Scenario>> {
    let vary = &procurement.sensitivity;
    let mut variations = vec![(Factor::Base, String::new(), String::new(), base)];
    for added in &vary.rate {
        let rate = Decimal::from_micro(procurement.rate.micro() + added.micro()).as_f64();
        variations.push((Factor::Rate, signed(&added.to_string()), String::new(), Variation { rate, ..base }));
    }
    for &life_added_years in &vary.life_years {
        variations.push((Factor::Life, signed(&life_added_years.to_string()), String::new(), Variation { life_added_years, ..base }));
    }
    for added in &vary.energy_price {
        let energy_price_factor = 1.0 + added.as_f64();
        variations.push((Factor::EnergyPrice, signed(&added.to_string()), String::new(), Variation { energy_price_factor, ..base }));
    }
    for tried in &vary.carbon_prices {
        let carbon_price = tried.price_per_kg.as_f64();
        variations.push((Factor::CarbonPrice, tried.price_per_kg.to_string(), tried.source.clone(), Variation { carbon_price, ..base }));
    }
    let mut scenarios = Vec::new();
    for (factor, change, source, variation) in variations {
        let mut bids = Vec::new();
        for bid in &procurement.bids {
            let flows = Flows::of(procurement, bid, variation);
            let present = flows.total();
            let annual = present / annuity(real_rate(procurement, variation.rate), flows.life_years);
            bids.push(ScenarioBid { bid_id: bid.id.clone(), life_cycle_cost: rounded(present)?, equivalent_annual_cost: rounded(annual)?, life_cycle_rank: 0 });
        }
        let ranks = ranks(bids.iter().map(|b| b.equivalent_annual_cost));
        for (bid, rank) in bids.iter_mut().zip(ranks) {
            bid.life_cycle_rank = rank;
        }
        let lowest_cost_bid_ids: Vec<_> = bids.iter().filter(|b| b.life_cycle_rank == 1).map(|b| b.bid_id.clone()).collect();
        let is_winner_changed = !lowest_cost_bid_ids.iter().any(|id| winners.contains(id));
        scenarios.push(Scenario { factor, change, source, bids, lowest_cost_bid_ids, is_winner_changed });
    }
    Ok(scenarios)
}

fn signed(number: &str) -> String {
    if number.starts_with('-') { number.to_string() } else { format!("+{number}") }
}

fn bid_result(procurement: &Procurement, bid: &Bid, variation: Variation, reference_years: u32) -> Result<BidResult> {
    let flows = Flows::of(procurement, bid, variation);
    let real_rate = real_rate(procurement, variation.rate);
    let present = flows.total();
    let annual = present / annuity(real_rate, flows.life_years);
    let life_cycle_cost = rounded(present)?;

    let by_component: Vec<f64> = flows.present.iter().map(|years| years.iter().sum()).collect();
    let shares = apportioned(&by_component, life_cycle_cost)?;
    let mut components = Vec::new();
    let mut cash_flow = Vec::new();
    let mut external_minor = 0;
    for (index, component) in Component::ALL.into_iter().enumerate() {
        if !bid.costs.iter().any(|c| c.component == component || (component == Component::Emission && c.emission_pico != 0)) {
            continue;
        }
        components.push(ComponentResult { component, present_value: shares[index] });
        external_minor += if component.is_external() { shares[index].minor() } else { 0 };
        let years = apportioned(&flows.present[index], shares[index])?;
        for (year, (amount, present_value)) in (0..).zip(flows.amount[index].iter().zip(years)) {
            if *amount != 0.0 {
                cash_flow.push(CashFlow { year, component, amount: rounded(*amount)?, present_value });
            }
        }
    }
    cash_flow.sort_by_key(|row| (row.year, row.component));
    let too_large = || Error::Input("the sum of the costs is too large for an amount of money".to_string());
    let external_cost = Money::from_minor(external_minor).ok_or_else(too_large)?;
    let internal_cost = Money::from_minor(life_cycle_cost.minor() - external_minor).ok_or_else(too_large)?;
    let at_start = |c: &&Cost| matches!(c.component, Component::Acquisition | Component::Delivery) && c.due == Due::Start;
    Ok(BidResult {
        bid_id: bid.id.clone(),
        supplier_name: bid.supplier_name.clone(),
        life_years: bid.life_years,
        price: money_of_pico(bid.costs.iter().filter(at_start).map(|c| c.amount_pico).sum()).ok_or_else(too_large)?,
        life_cycle_cost,
        internal_cost,
        external_cost,
        equivalent_annual_cost: rounded(annual)?,
        reference_cost: rounded(annual * annuity(real_rate, reference_years))?,
        emission_kg: emission_of(bid)?,
        price_rank: 0,
        life_cycle_rank: 0,
        components,
        cash_flow,
    })
}

/// Largest emission over a life, in 10^−6 kg: ten thousand billion kg, two hundred times what the world emits in a year.
const EMISSION_MICRO_MAX: i128 = 10i128.pow(13 + 6);

fn emission_of(bid: &Bid) -> Result<Decimal> {
    let times = |cost: &Cost| dues(&cost.due, bid.life_years, Timing::YearEnd).len() as i128;
    let pico: i128 = bid.costs.iter().map(|c| c.emission_pico * times(c)).sum();
    let micro = pico / super::input::ONE;
    if micro.abs() > EMISSION_MICRO_MAX {
        return Err(Error::Input("the emission is above ten thousand billion kg; check the unit".to_string()));
    }
    Ok(Decimal::from_micro(micro))
}

/// What falls due, by component and year, in minor units.
pub(super) struct Flows {
    /// Years of use in this variation.
    pub life_years: u32,
    /// Not discounted.
    pub amount: Vec<Vec<f64>>,
    /// Discounted.
    present: Vec<Vec<f64>>,
}

impl Flows {
    fn of(procurement: &Procurement, bid: &Bid, variation: Variation) -> Flows {
        let life_years = bid.life_years.saturating_add_signed(variation.life_added_years).max(1);
        let empty = vec![vec![0.0; life_years as usize + 1]; Component::ALL.len()];
        let mut flows = Flows { life_years, amount: empty.clone(), present: empty };
        for cost in &bid.costs {
            let minor = cost.amount_pico as f64 / 1e10;
            let minor = match cost.component {
                Component::ResidualValue => -minor,
                Component::Energy => minor * variation.energy_price_factor,
                _ => minor,
            };
            flows.add(procurement, cost, cost.component, minor, variation);
            let emission_minor = cost.emission_pico as f64 / 1e12 * variation.carbon_price * 100.0;
            flows.add(procurement, cost, Component::Emission, emission_minor, variation);
        }
        flows
    }

    /// The calculation as it stands, for comparison with what was paid.
    pub(super) fn planned(procurement: &Procurement, bid: &Bid) -> Flows {
        let carbon_price = procurement.carbon_price.price_per_kg.as_f64();
        Flows::of(procurement, bid, Variation { rate: procurement.rate.as_f64(), life_added_years: 0, energy_price_factor: 1.0, carbon_price })
    }

    fn add(&mut self, procurement: &Procurement, cost: &Cost, component: Component, minor: f64, variation: Variation) {
        if minor == 0.0 {
            return;
        }
        let growth = 1.0 + procurement.growth_of(cost, component).as_f64();
        for (year, half_years) in dues(&cost.due, self.life_years, procurement.timing) {
            let amount = minor * half_power(growth, half_years);
            self.amount[component as usize][year as usize] += amount;
            self.present[component as usize][year as usize] += amount / half_power(1.0 + variation.rate, half_years);
        }
    }

    fn total(&self) -> f64 {
        self.present.iter().flatten().sum()
    }
}

/// When a cost falls due within a life: the year it belongs to, and the time from the start in half years.
fn dues(due: &Due, life_years: u32, timing: Timing) -> Vec<(u32, u32)> {
    match due {
        Due::Start => vec![(0, 0)],
        Due::End => vec![(life_years, 2 * life_years)],
        // A shorter life needs no replacement at or after its end.
        Due::AtYears(years) => years.iter().filter(|y| **y < life_years).map(|y| (*y, 2 * y)).collect(),
        Due::Yearly { first, last } => {
            let early = match timing {
                Timing::YearEnd => 0,
                Timing::MidYear => 1,
                Timing::YearStart => 2,
            };
            (*first..=last.unwrap_or(life_years).min(life_years)).map(|y| (y, 2 * y - early)).collect()
        }
    }
}

/// base^(half_years / 2) by multiplication and one square root: the same bits on every machine, which `powf` does not promise.
pub(super) fn half_power(base: f64, half_years: u32) -> f64 {
    let mut result = if half_years % 2 == 1 { base.sqrt() } else { 1.0 };
    let mut square = base;
    let mut exponent = half_years / 2;
    while exponent > 0 {
        if exponent % 2 == 1 {
            result *= square;
        }
        square *= square;
        exponent /= 2;
    }
    result
}

/// Present value of 1 a year for `years` years, paid at the end of each: Σ (1 + rate)^−t. The sum, and not its closed form, since
/// the closed form divides zero by zero at rate 0 and loses digits beside it.
pub fn annuity(rate: f64, years: u32) -> f64 {
    (1..=years).map(|t| 1.0 / half_power(1.0 + rate, 2 * t)).sum()
}

fn real_rate(procurement: &Procurement, rate: f64) -> f64 {
    match procurement.rate_kind {
        RateKind::Real => rate,
        RateKind::Nominal => (1.0 + rate) / (1.0 + procurement.inflation.as_f64()) - 1.0,
    }
}

/// The one place where computed money is rounded: to whole minor units, half away from zero.
pub(super) fn rounded(minor: f64) -> Result<Money> {
    let value = minor.round();
    let too_large = || Error::Input("a cost is too large for an amount of money; check amounts, growth and life".to_string());
    if value.abs() > Money::MAX_MINOR as f64 {
        return Err(too_large());
    }
    Money::from_minor(value as i64).ok_or_else(too_large)
}

/// Parts in whole minor units that add up to `total`: each rounded down, then one more for those with the largest remainders,
/// the first among equals. No part is further than one minor unit from its exact value.
fn apportioned(parts: &[f64], total: Money) -> Result<Vec<Money>> {
    let mut minor = parts.iter().map(|p| rounded(p.floor()).map(Money::minor)).collect::<Result<Vec<_>>>()?;
    let missing = total.minor() - minor.iter().sum::<i64>();
    let mut order: Vec<usize> = (0..parts.len()).filter(|&i| parts[i] != 0.0).collect();
    order.sort_by(|&a, &b| (parts[b] - parts[b].floor()).total_cmp(&(parts[a] - parts[a].floor())));
    assert!((0..=order.len() as i64).contains(&missing), "{missing} minor units are missing of {} parts", order.len());
    for &index in &order[..missing as usize] {
        minor[index] += 1;
    }
    Ok(minor.into_iter().map(|m| Money::from_minor(m).expect("a part of a total is within its range")).collect())
}

/// 1 for the lowest; equal amounts share a rank, and the next rank counts them all.
fn ranks(amounts: impl Iterator<Item = Money> + Clone) -> Vec<u32> {
    amounts.clone().map(|a| 1 + amounts.clone().filter(|b| *b < a).count() as u32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_to_the_total() {
        let money = |m| Money::from_minor(m).unwrap();
        for (parts, total, expect) in [
            (vec![33.4, 33.3, 33.3], 100, vec![34, 33, 33]),
            (vec![0.5, 0.5, 0.0], 1, vec![1, 0, 0]),
            (vec![10.7, -3.2, 0.0, 2.5], 10, vec![11, -3, 0, 2]),
            (vec![-0.4, -0.4], -1, vec![0, -1]),
        ] {
            let got: Vec<i64> = apportioned(&parts, money(total)).unwrap().into_iter().map(Money::minor).collect();
            assert_eq!(got, expect, "{parts:?}");
        }
    }

    #[test]
    fn powers_are_products() {
        for (base, half_years, expect) in [(1.5, 0, 1.0), (1.5, 2, 1.5), (2.0, 20, 1024.0), (4.0, 3, 8.0), (0.25, 1, 0.5)] {
            assert_eq!(half_power(base, half_years), expect, "{base}^({half_years}/2)");
        }
        assert_eq!(annuity(0.0, 12), 12.0);
    }
}
