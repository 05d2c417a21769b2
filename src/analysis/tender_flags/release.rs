//! What the flags read of an OCDS release, typed once.

use serde_json::{Map, Value};

use super::exact::Amount;

/// A contracting process as one release tells it. What is missing or of another type is `None` or empty.
#[derive(Debug, Clone, Default)]
pub struct Release {
    pub ocid: String,
    /// When the release was published.
    pub date: Option<String>,
    pub tender_status: Option<String>,
    pub procurement_method: Option<String>,
    pub procurement_method_details: Option<String>,
    pub tender_start: Option<String>,
    pub tender_end: Option<String>,
    pub tenderer_count: Option<u64>,
    pub buyer_id: Option<String>,
    pub procuring_entity_id: Option<String>,
    pub bids: Vec<Bid>,
    pub awards: Vec<Award>,
}

/// A bid.
#[derive(Debug, Clone)]
pub struct Bid {
    pub status: Option<String>,
    pub date: Option<String>,
    pub price: Option<Price>,
    /// One entry per tenderer, `None` when it has no id: their number counts.
    pub tenderers: Vec<Option<String>>,
}

/// An amount and its currency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price {
    pub amount: Amount,
    pub currency: String,
}

/// An award.
#[derive(Debug, Clone)]
pub struct Award {
    pub status: Option<String>,
    /// One entry per supplier, `None` when it has no id.
    pub suppliers: Vec<Option<String>>,
    /// Classification of each item that has one.
    pub item_classes: Vec<String>,
}

impl Release {
    /// Reads a release; `None` without an `ocid`, which nothing can be reported on.
    pub fn from_json(value: &Value) -> Option<Release> {
        let release = value.as_object()?;
        let empty = Map::new();
        let tender = object(release, "tender").unwrap_or(&empty);
        let period = object(tender, "tenderPeriod").unwrap_or(&empty);
        let bids = object(release, "bids").map_or(&[][..], |b| array(b, "details"));
        Some(Release {
            ocid: text(release, "ocid")?,
            date: text(release, "date"),
            tender_status: text(tender, "status"),
            procurement_method: text(tender, "procurementMethod"),
            procurement_method_details: text(tender, "procurementMethodDetails"),
            tender_start: text(period, "startDate"),
            tender_end: text(period, "endDate"),
            tenderer_count: tender.get("numberOfTenderers").and_then(Value::as_u64),
            buyer_id: object(release, "buyer").and_then(|b| text(b, "id")),
            procuring_entity_id: object(tender, "procuringEntity").and_then(|p| text(p, "id")),
            bids: bids.iter().filter_map(Value::as_object).map(bid).collect(),
            awards: array(release, "awards").iter().filter_map(Value::as_object).map(award).collect(),
        })
    }

    /// Bids that were handed in: pending, valid or disqualified, not invited or withdrawn.
    pub fn submitted_bids(&self) -> impl Iterator<Item = &Bid> {
        self.bids.iter().filter(|b| b.status.as_deref().is_some_and(|s| s != "invited" && s != "withdrawn"))
    }

    /// The awards in force, when every award is decided: in force, cancelled or unsuccessful. `None` while one is open, since the
    /// process may still end otherwise.
    pub fn active_awards_when_all_final(&self) -> Option<Vec<&Award>> {
        let is_final = |s: &str| ["active", "cancelled", "unsuccessful"].contains(&s);
        let all_final = self.awards.iter().filter_map(|a| a.status.as_deref()).all(is_final);
        all_final.then(|| self.active_awards().collect())
    }

    /// The awards in force.
    pub fn active_awards(&self) -> impl Iterator<Item = &Award> {
        self.awards.iter().filter(|a| a.status.as_deref() == Some("active"))
    }

    /// The one supplier of the one award in force, when all awards are final. With several, the release does not tell which bids
    /// competed for which award.
    pub fn only_winner(&self) -> Option<&str> {
        match self.active_awards_when_all_final()?.as_slice() {
            [award] => only(&award.suppliers),
            _ => None,
        }
    }
}

/// The id of the only one, when there is one and it has an id.
pub fn only(ids: &[Option<String>]) -> Option<&str> {
    match ids {
        [Some(id)] => Some(id),
        _ => None,
    }
}

fn bid(bid: &Map<String, Value>) -> Bid {
    let price = object(bid, "value").and_then(|value| {
        let Value::Number(amount) = value.get("amount")? else { return None };
        Some(Price { amount: Amount::parse(&amount.to_string())?, currency: text(value, "currency")? })
    });
    Bid { status: text(bid, "status"), date: text(bid, "date"), price, tenderers: ids(bid, "tenderers") }
}

fn award(award: &Map<String, Value>) -> Award {
    let class = |item: &Value| text(object(item.as_object()?, "classification")?, "id");
    Award { status: text(award, "status"), suppliers: ids(award, "suppliers"), item_classes: array(award, "items").iter().filter_map(class).collect() }
}

fn ids(parent: &Map<String, Value>, key: &str) -> Vec<Option<String>> {
    array(parent, key).iter().map(|v| v.as_object().and_then(|o| text(o, "id"))).collect()
}

fn object<'a>(parent: &'a Map<String, Value>, key: &str) -> Option<&'a Map<String, Value>> {
    parent.get(key).and_then(Value::as_object)
}

fn array<'a>(parent: &'a Map<String, Value>, key: &str) -> &'a [Value] {
    parent.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text(parent: &Map<String, Value>, key: &str) -> Option<String> {
    parent.get(key).and_then(Value::as_str).map(str::to_string)
}
