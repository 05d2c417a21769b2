//! Open Contracting Data Standard 1.0 and 1.1: releases, records and packages of them, as JSON or JSON Lines.
//!
//! A process that is published many times counts once: of the releases with the same `ocid`, the one with the latest date that
//! states awards or contracts gives the contracts, and the latest that states a tender gives the tender and the bids.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::super::cells::{CellFault, CellRecord};
use super::super::faults;
use super::content::Content;
use super::json::{Flaw, Json, JsonFault};
use super::json_ledger::{Elements, Form, Lines, Survey, whole};
use super::notice::{BID, CONTRACT, Records, Row, TENDER, joined, table};
use super::{Document, Notes, broken};

/// Whether a surveyed file holds releases or records, and where: the path of the array, or `""`.
pub fn place(survey: &Survey) -> Option<String> {
    let root = |key: &str| survey.root_keys.iter().any(|k| k == key);
    match survey.form {
        Form::Lines => survey.tables.iter().any(|(_, c)| c.has("ocid") || c.begins("releases.") || c.begins("records.")).then(String::new),
        _ if root("ocid") => Some(String::new()),
        _ => survey
            .tables
            .iter()
            .find(|(p, c)| matches!(p.as_str(), "" | "releases" | "records") && (c.has("ocid") || root("publisher") && root("uri")))
            .map(|(p, _)| p.clone()),
    }
}

/// The releases of a file, one after the other.
enum Source {
    Lines(Lines),
    Elements(Elements),
    One(Option<(Json, Option<Flaw>)>),
}

/// A value with its line and flaw, or why there is none.
type Item = Result<(u64, Json, Option<Flaw>), (JsonFault, bool)>;

impl Source {
    fn open(content: &Content, survey_form: Form, path: &str, is_whole: bool) -> io::Result<Source> {
        Ok(match survey_form {
            Form::Lines => Source::Lines(Lines::open(content)?),
            _ if is_whole => Source::One(Some(whole(content)?)),
            _ => Source::Elements(Elements::open(content, path)?),
        })
    }
}

impl Iterator for Source {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        match self {
            Source::Lines(lines) => match lines.next_value() {
                Ok(None) => None,
                Ok(Some((line, Ok((value, flaw))))) => Some(Ok((line, value, flaw))),
                Ok(Some((line, Err(fault)))) => Some(Err((JsonFault { line, ..fault }, false))),
                Err(error) => Some(Err((JsonFault { line: 0, message: error.to_string() }, true))),
            },
            Source::Elements(elements) => elements.next().map(|e| e.map_err(|f| (f, true))),
            Source::One(value) => value.take().map(|(value, flaw)| Ok((1, value, flaw))),
        }
    }
}

/// The releases inside one value: itself, those of a package, or the compiled one of a record.
fn releases(value: &Json) -> Vec<&Json> {
    if let Some(compiled) = value.get("compiledRelease") {
        return vec![compiled];
    }
    let inside = |key: &str| value.get(key).map(Json::elements).unwrap_or_default();
    let all: Vec<&Json> = inside("records").iter().chain(inside("releases")).flat_map(releases).collect();
    // A record may only link its releases; it is then at fault itself, once.
    if all.is_empty() || all.iter().all(|r| r.get("url").is_some() && r.get("ocid").is_none()) { vec![value] } else { all }
}

/// Which release of each process counts: its place among all releases of the file.
#[derive(Default)]
struct Latest {
    /// By process: date and place of the release that gives contracts, and of that which gives the tender.
    by_process: BTreeMap<String, [Option<(String, u64)>; 2]>,
}

impl Latest {
    fn note(&mut self, release: &Json, at: u64) {
        let Some(process) = release.text_at("ocid") else { return };
        let date = release.text_at("date").unwrap_or_default().to_string();
        let has = |key: &str| release.get(key).is_some_and(|v| !v.elements().is_empty());
        let states = [has("awards") || has("contracts"), release.get("tender").is_some() || release.get("bids").is_some()];
        let slots = self.by_process.entry(process.to_string()).or_default();
        for (slot, _) in slots.iter_mut().zip(states).filter(|(_, is)| *is) {
            // Dates of one publisher are written alike; of equal ones the later release counts.
            if slot.as_ref().is_none_or(|(latest, _)| *latest <= date) {
                *slot = Some((date.clone(), at));
            }
        }
    }

    fn counts(&self, release: &Json, at: u64, kind: usize) -> bool {
        let slot = usize::from(kind > 0);
        release.text_at("ocid").and_then(|p| self.by_process.get(p)).and_then(|s| s[slot].as_ref()).is_some_and(|(_, latest)| *latest == at)
    }
}

/// Opens the file whose releases are at `path`.
pub fn open(content: &Content, survey: &Survey, path: &str) -> io::Result<Document> {
    let is_whole = survey.root_keys.iter().any(|k| k == "ocid");
    let notes = Notes::default();
    let mut latest = Latest::default();
    let mut at = 0;
    for item in Source::open(content, survey.form, path, is_whole)? {
        let Ok((_, value, _)) = item else { continue };
        for release in releases(&value) {
            at += 1;
            latest.note(release, at);
        }
    }
    let used: BTreeSet<u64> = latest.by_process.values().flatten().flatten().map(|(_, at)| *at).collect();
    if used.len() as u64 != at {
        notes.add(format!("of {at} releases, {} are superseded by later ones of their process or state nothing, and give no rows", at - used.len() as u64));
    }
    let latest = std::sync::Arc::new(latest);
    let mut tables = Vec::new();
    for kind in 0..3 {
        let source = Source::open(content, survey.form, path, is_whole)?;
        let latest = latest.clone();
        let mut at = 0u64;
        let records = source.flat_map(move |item| -> Records {
            let (line, value, flaw) = match item {
                Ok(item) => item,
                Err((fault, true)) => return vec![Err(broken(fault.line, fault.message))],
                Err((fault, false)) => return vec![Err(element(fault.line, None, fault.message))],
            };
            let releases = releases(&value);
            if let Some(flaw) = flaw {
                at += releases.len() as u64;
                let reason = "a key stands twice, or a text is too long".to_string();
                return vec![Err(CellFault { fault: flaw.fault, ..element(flaw.line, Some(flaw.key), reason) })];
            }
            let mut rows = Vec::new();
            for release in releases {
                at += 1;
                if release.text_at("ocid").is_none() {
                    // Told once, with the contracts.
                    if kind == 0 {
                        rows.push(Err(element(line, Some("ocid".into()), "a release without its process (ocid)".into())));
                    }
                } else if kind == 0 && release.get("releases").is_some() {
                    rows.push(Err(element(line, Some("releases".into()), "a record that only links its releases; ask for one with the releases in it".into())));
                } else if latest.counts(release, at, kind) {
                    match kind {
                        0 => contracts(release, line, &mut rows),
                        1 => rows.push(Ok(tender(release, line))),
                        _ => bids(release, line, &mut rows),
                    }
                }
            }
            rows
        });
        tables.push(table(kind, Box::new(records)));
    }
    Ok(Document { format: "ocds", encoding: survey.encoding.into(), tables, notes })
}

fn element(line: u64, column: Option<String>, reason: String) -> CellFault {
    CellFault { line, column: column.filter(|c| !c.is_empty()), value: Some(reason), net_amount: None, fault: faults::ELEMENT_BROKEN }
}

fn of<'a>(value: &'a Json, path: &str) -> &'a str {
    value.text_at(path).unwrap_or_default()
}

/// Classification codes of an object and its items.
fn categories(values: &[Option<&Json>]) -> String {
    let mut codes = Vec::new();
    for value in values.iter().flatten() {
        let items = value.get("items").map(Json::elements).unwrap_or_default();
        for holder in std::iter::once(*value).chain(items) {
            codes.extend(holder.text_at("classification/id"));
            codes.extend(holder.get("additionalClassifications").map(Json::elements).unwrap_or_default().iter().filter_map(|c| c.text_at("id")));
        }
        // The first that states a scope decides: the award is narrower than the tender.
        if !codes.is_empty() {
            break;
        }
    }
    joined(codes.into_iter())
}

/// The party of an organisation reference: the whole entry when the release has one.
fn party<'a>(release: &'a Json, reference: &'a Json) -> &'a Json {
    let id = reference.text_at("id");
    let parties = release.get("parties").map(Json::elements).unwrap_or_default();
    parties.iter().find(|p| id.is_some() && p.text_at("id") == id).unwrap_or(reference)
}

fn party_id<'a>(party: &'a Json, reference: &'a Json) -> &'a str {
    party.text_at("identifier/id").or_else(|| reference.text_at("identifier/id")).or_else(|| reference.text_at("id")).unwrap_or_default()
}

fn party_name<'a>(party: &'a Json, reference: &'a Json) -> &'a str {
    reference.text_at("name").or_else(|| party.text_at("name")).or_else(|| party.text_at("identifier/legalName")).unwrap_or_default()
}

fn contracts(release: &Json, line: u64, rows: &mut Records) {
    let nothing = Json::Null;
    let awards = release.get("awards").map(Json::elements).unwrap_or_default();
    let signed = release.get("contracts").map(Json::elements).unwrap_or_default();
    // Each contract with its award; then each award that no contract came of.
    let mut pairs: Vec<(Option<&Json>, &Json)> = Vec::new();
    for contract in signed {
        let award = contract.text_at("awardID").and_then(|id| awards.iter().find(|a| a.text_at("id") == Some(id)));
        pairs.push((Some(contract), award.unwrap_or(&nothing)));
    }
    for award in awards {
        let has_contract = signed.iter().any(|c| c.text_at("awardID").is_some() && c.text_at("awardID") == award.text_at("id"));
        if !has_contract {
            pairs.push((None, award));
        }
    }
    let process = of(release, "ocid");
    let buyer = release.get("buyer").or_else(|| release.at("tender/procuringEntity")).unwrap_or(&nothing);
    for (at, (contract, award)) in pairs.into_iter().enumerate() {
        let status = contract.and_then(|c| c.text_at("status")).or_else(|| award.text_at("status")).unwrap_or_default();
        if matches!(status, "cancelled" | "unsuccessful") {
            continue;
        }
        let main = contract.unwrap_or(award);
        // An id is unique within its process only, and some publishers leave it out: then the place in the release is the id.
        let id = main.text_at("id").unwrap_or_default();
        let first = |paths: &[&str]| -> &str {
            let holders = [contract, Some(award), release.get("tender")];
            paths.iter().zip(holders).filter_map(|(path, holder)| holder.and_then(|h| h.text_at(path))).next().unwrap_or_default()
        };
        let related =
            [contract, Some(award), Some(release)].into_iter().flatten().flat_map(|h| h.get("relatedProcesses").map(Json::elements).unwrap_or_default());
        let framework = related
            .filter(|p| p.get("relationship").map(Json::elements).unwrap_or_default().iter().any(|r| r.text() == Some("framework")))
            .find_map(|p| p.text_at("identifier"))
            .unwrap_or_default();
        let is_framework = release.at("tender/techniques/hasFrameworkAgreement").map(|v| *v == Json::Bool(true));
        let amount = contract.and_then(|c| c.text_at("value/amount")).or_else(|| award.text_at("value/amount")).unwrap_or_default();
        let currency = contract.and_then(|c| c.text_at("value/currency")).or_else(|| award.text_at("value/currency")).unwrap_or_default();
        let contract_id = match id {
            "" => format!("{process}/{}", at + 1),
            id if id.starts_with(process) => id.to_string(),
            id => format!("{process}/{id}"),
        };
        let own = contract.and_then(|c| c.get("suppliers")).map(Json::elements).filter(|s| !s.is_empty());
        let suppliers = own.unwrap_or_else(|| award.get("suppliers").map(Json::elements).unwrap_or_default());
        if suppliers.is_empty() {
            rows.push(Err(element(line, Some("suppliers".into()), format!("{contract_id}: no supplier is stated"))));
            continue;
        }
        let lots: Vec<&str> =
            main.get("relatedLots").or_else(|| award.get("relatedLots")).map(Json::elements).unwrap_or_default().iter().filter_map(Json::text).collect();
        let lots = if lots.is_empty() { vec![""] } else { lots };
        for lot in &lots {
            for supplier in suppliers {
                let party = party(release, supplier);
                let buyer_party = self::party(release, buyer);
                let row = Row::new(CONTRACT)
                    .text("process_id", process)
                    .text("contract_id", &contract_id)
                    .text("contract_reference", id)
                    .text("lot_id", lot)
                    .text("framework_contract_id", framework)
                    .text("contract_title", first(&["title", "title", "title"]))
                    .text("supplier_name", party_name(party, supplier))
                    .text("supplier_id", party_id(party, supplier))
                    .text("supplier_country", of(party, "address/countryName"))
                    .text("supplier_scale", of(party, "details/scale"))
                    .text("award_form", if framework.is_empty() { "" } else { "call_off" })
                    .text("is_framework", is_framework.map_or("", |is| if is { "true" } else { "false" }))
                    .day("awarded_on", of(award, "date"))
                    .day("starts_on", first(&["period/startDate", "contractPeriod/startDate", "contractPeriod/startDate"]))
                    .day("ends_on", first(&["period/endDate", "contractPeriod/endDate", "contractPeriod/endDate"]))
                    .day("extendable_until_on", first(&["period/maxExtentDate", "contractPeriod/maxExtentDate", "contractPeriod/maxExtentDate"]))
                    .number("ceiling_net", amount)
                    .text("currency", currency)
                    .text("category_codes", &categories(&[contract, Some(award), release.get("tender")]))
                    .text("buyer_name", party_name(buyer_party, buyer))
                    .text("buyer_id", party_id(buyer_party, buyer))
                    .text("procurement_method", of(release, "tender/procurementMethod"))
                    .number("tender_count", of(release, "tender/numberOfTenderers"))
                    .text("status", status);
                rows.push(Ok(row.at(line)));
            }
        }
    }
}

fn tender(release: &Json, line: u64) -> CellRecord {
    let nothing = Json::Null;
    let tender = release.get("tender").unwrap_or(&nothing);
    let buyer = release.get("buyer").or_else(|| tender.get("procuringEntity")).unwrap_or(&nothing);
    let buyer_party = party(release, buyer);
    Row::new(TENDER)
        .text("process_id", of(release, "ocid"))
        .text("tender_title", of(tender, "title"))
        .text("buyer_name", party_name(buyer_party, buyer))
        .text("buyer_id", party_id(buyer_party, buyer))
        .text("procurement_method", of(tender, "procurementMethod"))
        .day("published_on", tender.text_at("datePublished").or_else(|| release.text_at("date")).unwrap_or_default())
        .day("closes_on", of(tender, "tenderPeriod/endDate"))
        .number("estimated_net", of(tender, "value/amount"))
        .text("currency", of(tender, "value/currency"))
        .text("category_codes", &categories(&[release.get("tender")]))
        .number("tender_count", of(tender, "numberOfTenderers"))
        .text("status", of(tender, "status"))
        .at(line)
}

fn bids(release: &Json, line: u64, rows: &mut Records) {
    let awards = release.get("awards").map(Json::elements).unwrap_or_default();
    let winners: Vec<&str> = awards
        .iter()
        .filter(|a| !matches!(a.text_at("status"), Some("cancelled" | "unsuccessful")))
        .flat_map(|a| a.get("suppliers").map(Json::elements).unwrap_or_default())
        .filter_map(|s| s.text_at("id"))
        .collect();
    for bid in release.at("bids/details").map(Json::elements).unwrap_or_default() {
        for tenderer in bid.get("tenderers").map(Json::elements).unwrap_or_default() {
            let party = party(release, tenderer);
            let is_winner = tenderer.text_at("id").is_some_and(|id| winners.contains(&id));
            let row = Row::new(BID)
                .text("process_id", of(release, "ocid"))
                .text("lot_id", &joined(bid.get("relatedLots").map(Json::elements).unwrap_or_default().iter().filter_map(Json::text)))
                .text("bid_id", of(bid, "id"))
                .text("tenderer_name", party_name(party, tenderer))
                .text("tenderer_id", party_id(party, tenderer))
                .number("bid_net", of(bid, "value/amount"))
                .text("currency", of(bid, "value/currency"))
                .text("is_winner", if is_winner { "true" } else { "false" })
                .text("status", of(bid, "status"));
            rows.push(Ok(row.at(line)));
        }
    }
}
