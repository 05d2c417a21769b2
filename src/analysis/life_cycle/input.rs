//! What is compared: a procurement with its bids and their costs, read from TOML, the costs of a bid also from CSV.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::error::{Error, Result};
use crate::model::{Date, Money};
use crate::rules::{Rules, is_money};

/// Decimals of a [`Decimal`].
const SCALE: u32 = 6;
/// 1 as a [`Decimal`].
pub(super) const ONE: i128 = 10i128.pow(SCALE);

/// A number of the input as it was written, in units of 10^−6: prices, quantities, rates and emissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Decimal(i128);

impl Decimal {
    /// Nothing.
    pub const ZERO: Decimal = Decimal(0);

    /// From units of 10^−6.
    pub const fn from_micro(micro: i128) -> Decimal {
        Decimal(micro)
    }

    /// Units of 10^−6.
    pub const fn micro(self) -> i128 {
        self.0
    }

    /// Parses `-1234.5`: a decimal point, at most six decimals, at most 18 digits before it.
    pub fn parse(text: &str) -> Option<Decimal> {
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let is_plain = whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit());
        if whole.is_empty() || whole.len() > 18 || fraction.len() > SCALE as usize || !is_plain {
            return None;
        }
        let number: i128 = format!("{whole}{fraction:0<width$}", width = SCALE as usize).parse().ok()?;
        Some(Decimal(sign * number))
    }

    /// The nearest float, for discounting only.
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / ONE as f64
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.unsigned_abs();
        let text = format!("{}.{:06}", magnitude / ONE as u128, magnitude % ONE as u128);
        write!(f, "{}{}", if self.0 < 0 { "-" } else { "" }, text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl Serialize for Decimal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Decimal;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number with a decimal point and at most six decimals")
            }
            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Decimal, E> {
                self.visit_str(&value.to_string())
            }
            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Decimal, E> {
                // The shortest text that reads back as this float is what the person wrote, up to 15 digits.
                self.visit_str(&value.to_string())
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Decimal, E> {
                Decimal::parse(text).ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// A kind of cost, in the order of the cost breakdown of ISO 15686-5 and of article 68(1) of Directive 2014/24/EU: (a)(i)
/// acquisition, (ii) use, (iii) maintenance, (iv) end of life, and (b) the environmental externality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Component {
    /// The price of the thing itself.
    Acquisition,
    /// Delivery, installation, commissioning, first training.
    Delivery,
    /// Energy in use.
    Energy,
    /// Other resources in use: consumables, water, licences.
    OtherUse,
    /// Service, spare parts, repair.
    Maintenance,
    /// Parts replaced at a given year.
    Replacement,
    /// The buyer's own administration, insurance, inspections.
    Administration,
    /// Removal, collection, recycling.
    EndOfLife,
    /// What it is worth at the end: stated as a positive amount, counted off.
    ResidualValue,
    /// The priced emission of greenhouse gases: borne by others.
    Emission,
}

impl Component {
    /// All, in order.
    pub const ALL: [Component; 10] = [
        Component::Acquisition,
        Component::Delivery,
        Component::Energy,
        Component::OtherUse,
        Component::Maintenance,
        Component::Replacement,
        Component::Administration,
        Component::EndOfLife,
        Component::ResidualValue,
        Component::Emission,
    ];

    /// The word in files and tables.
    pub const fn code(self) -> &'static str {
        match self {
            Component::Acquisition => "acquisition",
            Component::Delivery => "delivery",
            Component::Energy => "energy",
            Component::OtherUse => "other_use",
            Component::Maintenance => "maintenance",
            Component::Replacement => "replacement",
            Component::Administration => "administration",
            Component::EndOfLife => "end_of_life",
            Component::ResidualValue => "residual_value",
            Component::Emission => "emission",
        }
    }

    /// The component of that word.
    pub fn from_code(code: &str) -> Option<Component> {
        Component::ALL.into_iter().find(|c| c.code() == code)
    }

    /// Whether others than the buyer bear it.
    pub const fn is_external(self) -> bool {
        matches!(self, Component::Emission)
    }

    /// When it falls due unless the cost says so itself.
    const fn usual_time(self) -> Option<Due> {
        match self {
            Component::Acquisition | Component::Delivery => Some(Due::Start),
            Component::EndOfLife | Component::ResidualValue => Some(Due::End),
            Component::Replacement => None,
            _ => Some(Due::Yearly { first: 1, last: None }),
        }
    }
}

/// When a cost falls due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// At the start: year 0, not discounted.
    Start,
    /// In each year of the life from `first` to `last` (the life's last when `None`).
    Yearly {
        /// First year, from 1.
        first: u32,
        /// Last year.
        last: Option<u32>,
    },
    /// At the end of these years, as far as they lie before the end of the life.
    AtYears(Vec<u32>),
    /// At the end of the life.
    End,
}

/// One cost of a bid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    /// Its kind; `Emission` for emissions without a cost of their own.
    pub component: Component,
    /// What it is, in the bidder's words.
    pub item: String,
    /// When.
    pub due: Due,
    /// Exact amount each time, at the price level of the start, in units of 10^−12 of the currency: quantity × unit price.
    pub amount_pico: i128,
    /// Emission each time, exact, in units of 10^−12 kg CO2e.
    pub emission_pico: i128,
    /// Price growth per year; the component's when `None`.
    pub price_growth: Option<Decimal>,
}

/// One bid, or one asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bid {
    /// Its id within the procurement.
    pub id: String,
    /// The bidder.
    pub supplier_name: String,
    /// Years of use.
    pub life_years: u32,
    /// Its costs, in the order of the file.
    pub costs: Vec<Cost>,
}

/// Whether rate and price growths include inflation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RateKind {
    /// Without inflation: amounts stay in the money of the start.
    Real,
    /// With inflation.
    Nominal,
}

/// When in the year yearly costs are paid. What is paid at the start of a year is discounted one year less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// At the end, as NIST Handbook 135 and most tables of annuity factors have it.
    #[default]
    YearEnd,
    /// In the middle.
    MidYear,
    /// At the start.
    YearStart,
}

/// A carbon price to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarbonPrice {
    /// Per kg CO2e, in the procurement's currency.
    pub price_per_kg: Decimal,
    /// Where it comes from.
    pub source: String,
}

/// What to vary, one thing at a time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sensitivity {
    /// Added to the rate.
    pub rate: Vec<Decimal>,
    /// Added to the life of every bid; no life falls below one year.
    pub life_years: Vec<i32>,
    /// Share added to the price of energy.
    pub energy_price: Vec<Decimal>,
    /// Carbon prices instead of the one of the calculation.
    pub carbon_prices: Vec<CarbonPrice>,
}

/// Which invoice lines are which component, when actual cost is followed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUpRule {
    /// The component.
    pub component: Component,
    /// Accounts that begin with this; empty = any.
    pub account_prefix: String,
    /// Categories that begin with this; empty = any.
    pub category_prefix: String,
}

/// What to follow up, after award.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUpPlan {
    /// The contract whose invoice lines are the actual cost.
    pub contract_id: String,
    /// The bid that won.
    pub bid_id: String,
    /// First day of use: year 1 begins here.
    pub starts_on: Date,
    /// The first rule that fits a line decides.
    pub rules: Vec<FollowUpRule>,
}

/// A procurement to be evaluated by life-cycle cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Procurement {
    /// Name.
    pub name: String,
    /// ISO 4217 code of every amount.
    pub currency: String,
    /// The day of the price level; rules are asked at this day.
    pub priced_on: Option<Date>,
    /// Discount rate per year.
    pub rate: Decimal,
    /// Whether it includes inflation.
    pub rate_kind: RateKind,
    /// Where the rate comes from.
    pub rate_source: String,
    /// Inflation per year; zero when not stated with a real rate.
    pub inflation: Decimal,
    /// When yearly costs are paid.
    pub timing: Timing,
    /// Years that bids of unequal lives are shown for; the bids are ranked the same for any number.
    pub reference_years: Option<u32>,
    /// Price growth per year by component, in the terms of the rate; inflation (nominal) or zero (real) when not stated.
    pub price_growth: BTreeMap<Component, Decimal>,
    /// Price per kg CO2e; zero leaves the externality out of the cost, the kilograms are still shown.
    pub carbon_price: CarbonPrice,
    /// The bids.
    pub bids: Vec<Bid>,
    /// What to vary.
    pub sensitivity: Sensitivity,
    /// What to follow up.
    pub follow_up: Option<FollowUpPlan>,
    /// File with more costs, relative to this one.
    pub costs_csv: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileProcurement {
    name: String,
    currency: String,
    priced_on: Option<String>,
    calculation: FileCalculation,
    #[serde(default)]
    price_growth: BTreeMap<Component, Decimal>,
    carbon: Option<FileCarbon>,
    #[serde(default)]
    exchange_rate: BTreeMap<String, Decimal>,
    sensitivity: Option<FileSensitivity>,
    #[serde(default, rename = "bid")]
    bids: Vec<FileBid>,
    costs_csv: Option<String>,
    follow_up: Option<FileFollowUp>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileCalculation {
    rate: Option<Decimal>,
    rate_rule: Option<String>,
    rate_kind: Option<RateKind>,
    rate_source: Option<String>,
    inflation: Option<Decimal>,
    #[serde(default)]
    timing: Timing,
    reference_years: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileCarbon {
    price_per_kg: Option<Decimal>,
    price_rule: Option<String>,
    source: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileSensitivity {
    #[serde(default)]
    rate: Vec<Decimal>,
    #[serde(default)]
    life_years: Vec<i32>,
    #[serde(default)]
    energy_price: Vec<Decimal>,
    #[serde(default)]
    carbon_price_per_kg: Vec<Decimal>,
    #[serde(default)]
    carbon_price_rules: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileBid {
    id: String,
    supplier: String,
    life_years: u32,
    #[serde(default, rename = "cost")]
    costs: Vec<FileCost>,
}

#[derive(Deserialize, Default)]
#[serde(untagged)]
enum Years {
    #[default]
    None,
    One(u32),
    Several(Vec<u32>),
}

/// One cost, in TOML and in CSV alike: the columns of the CSV are these names.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileCost {
    component: Component,
    #[serde(default)]
    item: String,
    amount: Option<Decimal>,
    quantity: Option<Decimal>,
    unit_price: Option<Decimal>,
    #[serde(default, rename = "unit")]
    _unit: String,
    emission_kg: Option<Decimal>,
    emission_kg_per_unit: Option<Decimal>,
    #[serde(default)]
    year: Years,
    first_year: Option<u32>,
    last_year: Option<u32>,
    price_growth: Option<Decimal>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileFollowUp {
    contract_id: String,
    bid: String,
    starts_on: String,
    #[serde(default, rename = "rule")]
    rules: Vec<FileFollowUpRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileFollowUpRule {
    component: Component,
    #[serde(default)]
    account_prefix: String,
    #[serde(default)]
    category_prefix: String,
}

/// Longest life in years. Beyond it, growth compounds out of every meaning.
const LIFE_YEARS_MAX: u32 = 100;
/// Largest rate, growth and inflation, in 10^−6: 50 % a year, either way.
const RATE_MICRO_MAX: i128 = ONE / 2;
/// Largest single amount, in 10^−12: a thousand billion.
const AMOUNT_PICO_MAX: i128 = 10i128.pow(12 + 12);

impl Procurement {
    /// Reads a procurement that states everything itself.
    ///
    /// # Errors
    /// `Error::Input` with what is wrong, where and the remedy; also when a rule is named, which needs
    /// [`Procurement::parse_with_rules`].
    pub fn parse(text: &str) -> Result<Procurement> {
        Procurement::parse_with_rules(text, &Rules::default())
    }

    /// Reads a procurement that may take its rate, inflation and carbon prices from dated rules, asked at `priced_on`.
    ///
    /// # Errors
    /// `Error::Input` with what is wrong, where and the remedy; `Error::Rules` when a rule has no value on that day.
    pub fn parse_with_rules(text: &str, rules: &Rules) -> Result<Procurement> {
        let file: FileProcurement = toml::from_str(text).map_err(|e| Error::Input(e.to_string().trim_end().to_string()))?;
        let priced_on = file.priced_on.as_deref().map(|text| day("priced_on", text)).transpose()?;
        let dated = Dated { rules, priced_on, currency: &file.currency, exchange_rate: &file.exchange_rate };
        if !is_money(&file.currency) {
            return fault(format!("currency \"{}\" is not an ISO 4217 code; write for instance SEK", file.currency));
        }
        let calculation = file.calculation;
        let (rate, rate_kind, rate_source) = match (calculation.rate, calculation.rate_rule) {
            (Some(rate), None) => {
                let kind = calculation.rate_kind.ok_or_else(|| Error::Input("calculation: rate without rate_kind; write real or nominal".to_string()))?;
                (rate, kind, calculation.rate_source.unwrap_or_else(|| "stated in the procurement".to_string()))
            }
            (None, Some(code)) => {
                let (rate, source) = dated.ratio(&code)?;
                (rate, calculation.rate_kind.unwrap_or(RateKind::Nominal), format!("{code}: {source}"))
            }
            _ => return fault("calculation: give either rate or rate_rule".to_string()),
        };
        let inflation = match calculation.inflation {
            Some(inflation) => inflation,
            None if rate_kind == RateKind::Nominal => match dated.ratio(INFLATION_RULE) {
                Ok((inflation, _)) => inflation,
                Err(_) => return fault("calculation: a nominal rate needs inflation; state it, or priced_on so that the rule can be asked".to_string()),
            },
            None => Decimal::ZERO,
        };
        let carbon_price = match file.carbon {
            None => CarbonPrice { price_per_kg: Decimal::ZERO, source: "no carbon price stated".to_string() },
            Some(FileCarbon { price_per_kg: Some(price_per_kg), price_rule: None, source }) => {
                CarbonPrice { price_per_kg, source: source.unwrap_or_else(|| "stated in the procurement".to_string()) }
            }
            Some(FileCarbon { price_per_kg: None, price_rule: Some(code), .. }) => dated.carbon_price(&code)?,
            Some(_) => return fault("carbon: give either price_per_kg or price_rule".to_string()),
        };
        let sensitivity = file.sensitivity.map_or_else(|| Ok(Sensitivity::default()), |s| dated.sensitivity(s))?;
        let bids = file.bids.into_iter().map(bid_from_file).collect::<Result<Vec<_>>>()?;
        let follow_up = file.follow_up.map(follow_up_from_file).transpose()?;
        let procurement = Procurement {
            name: file.name,
            currency: file.currency,
            priced_on,
            rate,
            rate_kind,
            rate_source,
            inflation,
            timing: calculation.timing,
            reference_years: calculation.reference_years,
            price_growth: file.price_growth,
            carbon_price,
            bids,
            sensitivity,
            follow_up,
            costs_csv: file.costs_csv,
        };
        if procurement.costs_csv.is_none() {
            procurement.checked()?;
        }
        Ok(procurement)
    }

    /// Adds the costs of a CSV file: `;` between fields, decimal point, a header with `bid_id`, `component` and those of
    /// `item`, `amount`, `quantity`, `unit_price`, `unit`, `emission_kg`, `emission_kg_per_unit`, `year`, `first_year`,
    /// `last_year`, `price_growth` that are used; `supplier` and `life_years` on the first row of a bid that the TOML does not name.
    ///
    /// # Errors
    /// `Error::Input` with the line, what is wrong and the remedy.
    pub fn with_costs_csv(mut self, text: &str) -> Result<Procurement> {
        let mut reader = csv::ReaderBuilder::new().delimiter(b';').trim(csv::Trim::All).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let header = reader.headers().map_err(|e| Error::Input(format!("costs_csv: {e}")))?.clone();
        let known = ["bid_id", "supplier", "life_years"];
        for row in reader.records() {
            let row = row.map_err(|e| Error::Input(format!("costs_csv: {e}")))?;
            let line = row.position().map_or(0, csv::Position::line);
            let at = |e: String| Error::Input(format!("costs_csv line {line}: {e}"));
            let fields: BTreeMap<&str, &str> = header.iter().zip(row.iter()).filter(|(_, value)| !value.is_empty()).collect();
            let bid_id = *fields.get("bid_id").ok_or_else(|| at("no bid_id; fill the column".to_string()))?;
            // One reader for both forms: the row becomes the table that the TOML would have.
            let mut table = toml::Table::new();
            for (name, value) in fields.iter().filter(|(name, _)| !known.contains(name)) {
                let is_year = ["year", "first_year", "last_year"].contains(name);
                let value = match value.parse::<i64>() {
                    Ok(number) if is_year => toml::Value::Integer(number),
                    _ => toml::Value::String((*value).to_string()),
                };
                table.insert((*name).to_string(), value);
            }
            let cost: FileCost = table.try_into().map_err(|e: toml::de::Error| at(e.message().to_string()))?;
            let index = match self.bids.iter().position(|b| b.id == bid_id) {
                Some(index) => index,
                None => {
                    let life_years = fields.get("life_years").and_then(|v| v.parse().ok());
                    let (Some(supplier), Some(life_years)) = (fields.get("supplier"), life_years) else {
                        return Err(at(format!("bid \"{bid_id}\" is new; give its supplier and life_years on its first row")));
                    };
                    self.bids.push(Bid { id: bid_id.to_string(), supplier_name: (*supplier).to_string(), life_years, costs: Vec::new() });
                    self.bids.len() - 1
                }
            };
            let cost = cost_from_file(cost).map_err(|e| at(e.to_string()))?;
            self.bids[index].costs.push(cost);
        }
        self.checked()?;
        Ok(self)
    }

    /// Checks what the types cannot say.
    fn checked(&self) -> Result<()> {
        if self.bids.is_empty() {
            return fault("no bid; add a [[bid]] for each, or costs_csv".to_string());
        }
        let growths = self.price_growth.values().chain(self.bids.iter().flat_map(|b| &b.costs).filter_map(|c| c.price_growth.as_ref()));
        for (what, rate) in [("rate", self.rate), ("inflation", self.inflation)].into_iter().chain(growths.map(|g| ("price_growth", *g))) {
            within_rate(what, rate)?;
        }
        for added in &self.sensitivity.rate {
            within_rate("sensitivity: rate", Decimal(self.rate.0 + added.0))?;
        }
        if let Some(&added) = self.sensitivity.energy_price.iter().find(|a| a.0 < -ONE) {
            return fault(format!("sensitivity: energy_price {added} takes off more than the whole price; write at least -1"));
        }
        if !(0..=1_000_000 * ONE).contains(&self.carbon_price.price_per_kg.0) {
            return fault(format!("carbon: price_per_kg {} is not a price per kg; write it in the currency's whole units", self.carbon_price.price_per_kg));
        }
        if self.reference_years.is_some_and(|n| n == 0 || n > LIFE_YEARS_MAX) {
            return fault(format!("calculation: reference_years must be 1 to {LIFE_YEARS_MAX}"));
        }
        let mut ids = BTreeSet::new();
        for bid in &self.bids {
            let at = |e: String| Err(Error::Input(format!("bid \"{}\": {e}", bid.id)));
            if !ids.insert(&bid.id) {
                return at("the id is used twice; give each bid its own".to_string());
            }
            if bid.life_years == 0 || bid.life_years > LIFE_YEARS_MAX {
                return at(format!("life_years {} is outside 1 to {LIFE_YEARS_MAX}", bid.life_years));
            }
            if !bid.costs.iter().any(|c| c.component == Component::Acquisition) {
                return at("no acquisition cost; the price must be stated, if only as 0".to_string());
            }
            for (number, cost) in (1..).zip(&bid.costs) {
                let late = match &cost.due {
                    // What is replaced when the life ends serves nobody; the end-of-life and residual components are due then.
                    Due::AtYears(years) => years.iter().find(|y| **y == 0 || **y >= bid.life_years).copied(),
                    Due::Yearly { first, last } => {
                        let last = last.unwrap_or(bid.life_years);
                        if *first == 0 || *first > last { Some(*first) } else { (last > bid.life_years).then_some(last) }
                    }
                    Due::Start | Due::End => None,
                };
                if let Some(year) = late {
                    let (code, life) = (cost.component.code(), bid.life_years);
                    return at(format!("cost {number} ({code}): year {year} does not lie within the life of {life} years; correct the year or the life"));
                }
            }
        }
        if let Some(plan) = &self.follow_up
            && !ids.contains(&plan.bid_id)
        {
            return fault(format!("follow_up: there is no bid \"{}\"; name the bid that won", plan.bid_id));
        }
        Ok(())
    }

    /// Price growth of a cost, in the terms of the rate.
    pub(super) fn growth_of(&self, cost: &Cost, component: Component) -> Decimal {
        let usual = match self.rate_kind {
            RateKind::Real => Decimal::ZERO,
            RateKind::Nominal => self.inflation,
        };
        let own = if component == Component::Emission { None } else { cost.price_growth };
        own.or_else(|| self.price_growth.get(&component).copied()).unwrap_or(usual)
    }
}

/// The rule that a nominal rate takes its inflation from when none is stated.
const INFLATION_RULE: &str = "inflation_target";

/// Rules asked at the day of the price level.
struct Dated<'a> {
    rules: &'a Rules,
    priced_on: Option<Date>,
    currency: &'a str,
    exchange_rate: &'a BTreeMap<String, Decimal>,
}

impl Dated<'_> {
    fn value(&self, code: &str) -> Result<crate::rules::Dated> {
        let day = self.priced_on.ok_or_else(|| Error::Input(format!("the rule {code} needs a day to be asked at; state priced_on")))?;
        let value = self.rules.parameter(code)?.at(day).cloned();
        value.ok_or_else(|| Error::Rules(format!("the rule {code} has no value on {day}; add one to the workspace's rules with its source")))
    }

    fn ratio(&self, code: &str) -> Result<(Decimal, String)> {
        let value = self.value(code)?;
        if value.unit != "ratio" {
            return Err(Error::Rules(format!("the rule {code} is in {}, not a ratio; name another", value.unit)));
        }
        // Rules keep ratios in 10^−4.
        Ok((Decimal(i128::from(value.value) * 100), value.source))
    }

    fn carbon_price(&self, code: &str) -> Result<CarbonPrice> {
        let value = self.value(code)?;
        if !is_money(&value.unit) {
            return Err(Error::Rules(format!("the rule {code} is in {}, not a currency per kg; name another", value.unit)));
        }
        // Rules keep money in minor units.
        let price = i128::from(value.value) * 10_000;
        if value.unit == self.currency {
            return Ok(CarbonPrice { price_per_kg: Decimal(price), source: format!("{code}: {}", value.source) });
        }
        let Some(rate) = self.exchange_rate.get(&value.unit) else {
            let (unit, currency) = (&value.unit, self.currency);
            return fault(format!("the rule {code} is in {unit}: state how many {currency} one {unit} is, under [exchange_rate]"));
        };
        let source = format!("{code}: {}; {} {} at {rate}", value.source, Decimal(price), value.unit);
        Ok(CarbonPrice { price_per_kg: Decimal(price * rate.0 / ONE), source })
    }

    fn sensitivity(&self, file: FileSensitivity) -> Result<Sensitivity> {
        let mut carbon_prices: Vec<_> =
            file.carbon_price_per_kg.into_iter().map(|price_per_kg| CarbonPrice { price_per_kg, source: "stated in the procurement".to_string() }).collect();
        for code in &file.carbon_price_rules {
            carbon_prices.push(self.carbon_price(code)?);
        }
        Ok(Sensitivity { rate: file.rate, life_years: file.life_years, energy_price: file.energy_price, carbon_prices })
    }
}

fn bid_from_file(file: FileBid) -> Result<Bid> {
    let mut costs = Vec::new();
    for (number, cost) in (1..).zip(file.costs) {
        let code = cost.component.code();
        costs.push(cost_from_file(cost).map_err(|e| Error::Input(format!("bid \"{}\", cost {number} ({code}): {e}", file.id)))?);
    }
    Ok(Bid { id: file.id, supplier_name: file.supplier, life_years: file.life_years, costs })
}

fn cost_from_file(file: FileCost) -> Result<Cost> {
    let amount_pico = match (file.amount, file.quantity, file.unit_price) {
        (Some(amount), None, None) => {
            if amount.0 % 10_000 != 0 {
                return fault(format!("amount {amount} has more than two decimals; money is stated in whole minor units"));
            }
            amount.0 * ONE
        }
        (None, Some(quantity), Some(price)) => quantity.0.checked_mul(price.0).unwrap_or(i128::MAX),
        (None, None, None) if file.component == Component::Emission => 0,
        (None, Some(_), None) if file.component == Component::Emission => 0,
        _ => return fault("give either amount, or quantity and unit_price".to_string()),
    };
    if !(0..=AMOUNT_PICO_MAX).contains(&amount_pico) {
        return fault("the amount is negative or above a thousand billion; state costs, and a residual value, as positive amounts".to_string());
    }
    if file.component == Component::Emission && amount_pico != 0 {
        return fault("an emission is stated in kg, not in money: the carbon price makes it a cost".to_string());
    }
    let emission_pico = match (file.emission_kg, file.emission_kg_per_unit, file.quantity) {
        (None, None, _) => 0,
        (Some(kg), None, _) => kg.0 * ONE,
        (None, Some(kg), Some(quantity)) => quantity.0.checked_mul(kg.0).unwrap_or(i128::MAX),
        (None, Some(_), None) => return fault("emission_kg_per_unit needs a quantity".to_string()),
        (Some(_), Some(_), _) => return fault("give either emission_kg or emission_kg_per_unit".to_string()),
    };
    if emission_pico.abs() > AMOUNT_PICO_MAX {
        return fault("the emission is above a thousand billion kg; check the unit".to_string());
    }
    let due = match (file.year, file.first_year, file.last_year) {
        (Years::One(year), None, None) => Due::AtYears(vec![year]),
        (Years::Several(years), None, None) => Due::AtYears(years),
        (Years::None, None, None) => match file.component.usual_time() {
            Some(due) => due,
            None => return fault("a replacement needs its year; write year = 5, or year = [5, 10]".to_string()),
        },
        (Years::None, first, last) => Due::Yearly { first: first.unwrap_or(1), last },
        _ => return fault("give either year, or first_year and last_year".to_string()),
    };
    // Year 0 is the start, for any component: embodied emissions, a first stock of consumables.
    let due = if due == Due::AtYears(vec![0]) { Due::Start } else { due };
    Ok(Cost { component: file.component, item: file.item, due, amount_pico, emission_pico, price_growth: file.price_growth })
}

fn follow_up_from_file(file: FileFollowUp) -> Result<FollowUpPlan> {
    let starts_on = day("follow_up: starts_on", &file.starts_on)?;
    let mut rules = Vec::new();
    for rule in file.rules {
        if rule.component.is_external() || rule.component == Component::ResidualValue {
            return fault(format!("follow_up: {} is not invoiced; map invoice lines to the other components", rule.component.code()));
        }
        rules.push(FollowUpRule { component: rule.component, account_prefix: rule.account_prefix, category_prefix: rule.category_prefix });
    }
    Ok(FollowUpPlan { contract_id: file.contract_id, bid_id: file.bid, starts_on, rules })
}

fn day(what: &str, text: &str) -> Result<Date> {
    Date::parse_iso(text).ok_or_else(|| Error::Input(format!("{what} \"{text}\" is not a date; write YYYY-MM-DD")))
}

fn within_rate(what: &str, rate: Decimal) -> Result<()> {
    if rate.0.abs() > RATE_MICRO_MAX {
        return fault(format!("{what} {rate} is more than 50 % a year; write two and a half per cent as 0.025"));
    }
    Ok(())
}

fn fault<T>(message: String) -> Result<T> {
    Err(Error::Input(message))
}

/// Money of an exact amount that is a whole number of minor units times 10^10, else rounded half away from zero.
pub(super) fn money_of_pico(pico: i128) -> Option<Money> {
    crate::model::money::divide_rounded(pico, 10i128.pow(10)).and_then(Money::from_minor)
}
