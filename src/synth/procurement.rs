//! Tenders and a life-cycle calculation: what was procured before it was bought. Red flags and a rotation are planted, with their truth.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::Options;
use super::rng::Rng;
use super::words::REGION;
use super::world::*;
use crate::model::Date;

/// Tenders without a planted situation.
const PLAIN_TENDERS: usize = 26;
/// Tenders of the firms that take turns.
const TURNS: usize = 6;

/// What is planted in a tender: the red flag's code, or the rotation that no single tender shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Planted {
    Nothing,
    /// R003: eight days for tenders.
    ShortPeriod,
    /// R018: one tenderer.
    SingleBid,
    /// R028: two tenderers with one price.
    EqualPrices,
    /// R030: the winner's bid came after the deadline.
    LateWinner,
    /// R035: everyone but the winner was disqualified.
    AllDisqualified,
    /// R036: the lowest bid was disqualified.
    LowestDisqualified,
    /// The same three firms; two of them win in turns and the third is always highest.
    Turn,
}

impl Planted {
    const fn code(self) -> &'static str {
        match self {
            Planted::Nothing => "",
            Planted::ShortPeriod => "R003",
            Planted::SingleBid => "R018",
            Planted::EqualPrices => "R028",
            Planted::LateWinner => "R030",
            Planted::AllDisqualified => "R035",
            Planted::LowestDisqualified => "R036",
            Planted::Turn => "rotation",
        }
    }
}

/// A bid: supplier, price in kronor, whether it is valid, days from publication.
struct Bid {
    supplier: u32,
    price: i64,
    is_valid: bool,
    day: i32,
}

/// The releases, one a line, and the truth about them.
pub fn tenders(options: &Options, world: &World) -> (String, String) {
    let firms: Vec<u32> = world.role(Role::Contracted).iter().copied().filter(|s| world.suppliers[*s as usize].legal == Legal::Company).collect();
    let mut kinds = vec![Planted::Nothing; PLAIN_TENDERS];
    kinds.extend([Planted::ShortPeriod, Planted::SingleBid, Planted::EqualPrices, Planted::LateWinner, Planted::AllDisqualified, Planted::LowestDisqualified]);
    kinds.extend([Planted::SingleBid, Planted::ShortPeriod]);
    kinds.extend([Planted::Turn; TURNS]);
    let (mut text, mut truth) = (String::new(), String::from("process_id,planted\n"));
    let mut turn = 0;
    let mut rng = Rng::at(&[world.seed, 71]);
    // Two years, so that who is new can be told.
    let first = world.first.plus(options.months as i32 - 24).first_day();
    for (number, planted) in kinds.iter().copied().enumerate() {
        let leaf = &world.leaves[if planted == Planted::Turn { 0 } else { rng.index(world.leaves.len()) }];
        let drawn_day = (number as i32 * 17) % 590 + rng.below(20) as i32;
        let published = first.plus_days(if planted == Planted::Turn { turn * 100 } else { drawn_day });
        let days = if planted == Planted::ShortPeriod { 8 } else { 30 + rng.below(15) as i32 };
        let base = rng.between(300, 6_000) * 1_000;
        let mut bids = draw(planted, &firms, base, days, &mut rng);
        if planted == Planted::Turn {
            // The two change places from one tender to the next.
            let (winner, other) = if turn % 2 == 0 { (firms[0], firms[1]) } else { (firms[1], firms[0]) };
            bids[0].supplier = winner;
            bids[1].supplier = other;
            turn += 1;
        }
        let process = format!("ocds-granmk-{:04}", number + 1);
        let _ = writeln!(truth, "{process},{}", planted.code());
        let _ = writeln!(text, "{}", release(world, &process, leaf, published, days, base, &bids));
    }
    (text, truth)
}

/// The bids of a tender, the winner's first.
fn draw(planted: Planted, firms: &[u32], base: i64, days: i32, rng: &mut Rng) -> Vec<Bid> {
    let count = match planted {
        Planted::SingleBid => 1,
        Planted::Turn => 3,
        _ => 3 + rng.index(3),
    };
    let start = 3 + rng.index(firms.len().saturating_sub(count + 3).max(1));
    let mut bids: Vec<Bid> = Vec::new();
    for place in 0..count {
        let supplier = firms[if planted == Planted::Turn { place } else { (start + place) % firms.len() }];
        // Each price is its own: steps of the lowest, and a few hundred kronor that no two share.
        let price = base + base / 100 * (place as i64 * rng.between(4, 9)) + place as i64 * 137;
        bids.push(Bid { supplier, price, is_valid: true, day: 1 + rng.below(days as u64 - 1) as i32 });
    }
    match planted {
        Planted::EqualPrices => bids[2].price = bids[1].price,
        Planted::LateWinner => bids[0].day = days + 3,
        Planted::AllDisqualified => bids[1..].iter_mut().for_each(|b| b.is_valid = false),
        Planted::LowestDisqualified => {
            let last = bids.len() - 1;
            bids[last].price = base - base / 20;
            bids[last].is_valid = false;
        }
        // Cover bids lie close to each other, and away from the winner.
        Planted::Turn => {
            bids[1].price = base + base / 100 * 6;
            bids[2].price = bids[1].price + base / 400;
        }
        _ => {}
    }
    bids
}

fn release(world: &World, process: &str, leaf: &Leaf, published: Date, days: i32, base: i64, bids: &[Bid]) -> Value {
    let at = |day: Date, time: &str| format!("{day}T{time}Z");
    let firm = |s: u32| json!({ "id": world.suppliers[s as usize].number, "name": world.suppliers[s as usize].name });
    let value = |amount: i64| json!({ "amount": amount, "currency": "SEK" });
    let awarded = published.plus_days(days + 30);
    let details: Vec<Value> = (1..)
        .zip(bids)
        .map(|(number, bid)| {
            let status = if bid.is_valid { "valid" } else { "disqualified" };
            let day = at(published.plus_days(bid.day), "10:00:00");
            json!({ "id": format!("b{number}"), "date": day, "status": status, "tenderers": [firm(bid.supplier)], "value": value(bid.price) })
        })
        .collect();
    json!({
        "ocid": process,
        "id": format!("{process}-award"),
        "date": at(awarded, "08:00:00"),
        "tag": ["award"],
        "initiationType": "tender",
        "buyer": { "id": world.own_number, "name": REGION },
        "tender": {
            "id": process,
            "title": leaf.name,
            "status": "complete",
            "procurementMethod": "open",
            "datePublished": at(published, "08:00:00"),
            "tenderPeriod": { "startDate": at(published, "00:00:00"), "endDate": at(published.plus_days(days), "23:59:00") },
            "numberOfTenderers": bids.len(),
            "classification": { "scheme": "x_LfU", "id": leaf.code },
            "value": value(base + base / 10),
        },
        "bids": { "details": details },
        "awards": [{
            "id": format!("{process}-1"),
            "status": "active",
            "date": at(awarded, "08:00:00"),
            "suppliers": [firm(bids[0].supplier)],
            "value": value(bids[0].price),
        }],
    })
}

/// A calculation at award for the contract that most was bought on, so that its invoices can be followed up; `burnt` is what the
/// lines of each contract come to, in öre.
pub fn calculation(options: &Options, world: &World, burnt: &[i64]) -> String {
    let is_plain = |c: &Contract| c.framework == NONE && c.lots.len() == 1 && c.lots[0].holders.len() == 1 && c.lots[0].scope.len() == 1;
    let Some((at, contract)) = world.contracts.iter().enumerate().filter(|(_, c)| is_plain(c)).max_by_key(|(i, _)| burnt[*i]) else {
        return String::new();
    };
    let supplier = &world.suppliers[contract.lots[0].holders[0].0 as usize];
    let category = &contract.lots[0].scope[0];
    let start = world.first_day();
    // A year's need as it was calculated: somewhat below what was then bought.
    let yearly = burnt[at] / i64::from(options.months) * 1_200 / 107;
    let (equipment, kwh) = (yearly / 4, 5_200);
    format!(
        r#"# A made-up calculation at award: equipment lent free of charge with dear consumables, against equipment that is bought.
name = "{title}: utrustning och förbrukningsmaterial"
currency = "SEK"
priced_on = "{priced}"

[calculation]
rate = 0.025
rate_kind = "nominal"
rate_source = "antagen internränta"
inflation = 0.02
reference_years = 8

[price_growth]
energy = 0.03

[carbon]
price_per_kg = 7.00
source = "Trafikverket, ASEK: 7 kronor per kilo"

[sensitivity]
rate = [-0.01, 0.01]
life_years = [-2, 2]
energy_price = [-0.5, 0.5]
carbon_price_per_kg = [0.00, 1.70]

[[bid]]
id = "A-LÅN"
supplier = "{supplier}"
life_years = 8
[[bid.cost]]
component = "acquisition"
amount = 0
[[bid.cost]]
component = "delivery"
amount = 12000
[[bid.cost]]
component = "other_use"
item = "förbrukningsmaterial"
amount = {yearly}
[[bid.cost]]
component = "energy"
quantity = {kwh}
unit = "kWh"
unit_price = 1.20
emission_kg_per_unit = 0.03

[[bid]]
id = "B-KÖP"
supplier = "Björkhaga Apparat AB"
life_years = 10
[[bid.cost]]
component = "acquisition"
amount = {equipment}
[[bid.cost]]
component = "other_use"
item = "förbrukningsmaterial"
amount = {cheaper}
[[bid.cost]]
component = "maintenance"
amount = {service}
first_year = 3
[[bid.cost]]
component = "replacement"
item = "batterier"
amount = {battery}
year = 6
[[bid.cost]]
component = "energy"
quantity = {less}
unit = "kWh"
unit_price = 1.20
emission_kg_per_unit = 0.03
[[bid.cost]]
component = "residual_value"
amount = {residual}

[follow_up]
contract_id = "{contract}"
bid = "A-LÅN"
starts_on = "{start}"
[[follow_up.rule]]
component = "other_use"
category_prefix = "{category}"
"#,
        title = contract.title,
        priced = start.plus_months(-3),
        supplier = supplier.name,
        yearly = yearly / 100,
        cheaper = yearly * 97 / 10_000,
        equipment = equipment / 100,
        service = equipment / 1_500,
        battery = equipment / 1_000,
        residual = equipment / 1_000,
        less = kwh / 2,
        contract = contract.id,
    )
}
