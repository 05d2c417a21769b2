//! eForms notices of the European Union (regulation 2019/1780): of an award notice the contracts with their lots, winners and
//! framework maximum, and the tenders received; of a contract notice the lots that are out to tender. BT numbers as there.

use std::io;

use super::super::cells::CellFault;
use super::super::faults;
use super::content::{Content, invalid};
use super::notice::{BID, CONTRACT, Records, Row, TENDER, joined, table};
use super::xml::{Element, Pieces, Tag, XmlFault};
use super::{Document, Notes};

/// Most elements of a notice.
const NODES_MAX: usize = 2_000_000;

/// Whether a root element begins a notice, and whether it tells of awards.
pub fn kind(root: &Tag) -> Option<bool> {
    match root.name.as_str() {
        "ContractAwardNotice" => Some(true),
        "ContractNotice" => Some(false),
        _ => None,
    }
}

/// Opens one notice.
pub fn open(content: &Content) -> io::Result<Document> {
    let refused = |fault: XmlFault| invalid(format!("line {}: {}", fault.line, fault.message));
    let mut pieces = Pieces::new(content.stream()?).map_err(refused)?;
    let encoding = pieces.encoding();
    let root = pieces.root().map_err(refused)?;
    let is_award = kind(&root).ok_or_else(|| invalid("no contract or award notice"))?;
    let root = pieces.tree(root, NODES_MAX, |_| false).map_err(refused)?;
    pieces.piece().map_err(refused)?;
    let notice = Notice::read(&root).map_err(invalid)?;
    let (contracts, bids) = if is_award { notice.awards().map_err(invalid)? } else { (Vec::new(), Vec::new()) };
    let tables = [contracts, notice.tenders(), bids].into_iter().enumerate().map(|(kind, records)| table(kind, Box::new(records.into_iter()))).collect();
    Ok(Document { format: "eforms", encoding: encoding.into(), tables, notes: Notes::default() })
}

struct Notice<'a> {
    root: &'a Element,
    extension: Option<&'a Element>,
    process: &'a str,
    lots: Vec<&'a Element>,
}

/// The text of an element along a path, empty when there is none.
fn of<'a>(element: &'a Element, path: &'a str) -> &'a str {
    element.value(path).unwrap_or_default()
}

fn fault(element: &Element, reason: String) -> CellFault {
    CellFault { line: element.line, column: None, value: Some(reason), net_amount: None, fault: faults::ELEMENT_BROKEN }
}

/// A length of time in whole months, when it is one.
fn months(duration: &Element) -> Option<i32> {
    let count: i32 = duration.text.trim().parse().ok().filter(|n| (0..=1_200).contains(n))?;
    match duration.tag.attribute("unitCode") {
        Some("MONTH") => Some(count),
        Some("YEAR") => Some(count * 12),
        _ => None,
    }
}

impl<'a> Notice<'a> {
    fn read(root: &'a Element) -> Result<Notice<'a>, String> {
        let process = root.value("ContractFolderID").ok_or("the notice has no procedure identifier (BT-04)")?;
        if root.value("ID").is_none() {
            return Err("the notice has no identifier (BT-701)".into());
        }
        let lots: Vec<&Element> =
            root.all("ProcurementProjectLot").filter(|l| l.find("ID").and_then(|i| i.tag.attribute("schemeName")) == Some("Lot")).collect();
        if lots.is_empty() {
            return Err("the notice has no lots (BT-137)".into());
        }
        if root.find("ContractingParty/Party").is_none() {
            return Err("the notice has no buyer".into());
        }
        Ok(Notice { root, extension: root.find("UBLExtensions/UBLExtension/ExtensionContent/EformsExtension"), process, lots })
    }

    fn company(&self, id: &str) -> Option<&'a Element> {
        let organizations = self.extension?.find("Organizations")?;
        organizations.all("Organization").filter_map(|o| o.find("Company")).find(|c| c.value("PartyIdentification/ID") == Some(id))
    }

    fn buyer(&self) -> (&'a str, &'a str) {
        let id = self.root.value("ContractingParty/Party/PartyIdentification/ID").unwrap_or_default();
        let company = self.company(id);
        (company.map_or("", |c| of(c, "PartyName/Name")), company.and_then(|c| c.value("PartyLegalEntity/CompanyID")).unwrap_or(id))
    }

    fn method(&self) -> &'a str {
        of(self.root, "TenderingProcess/ProcedureCode")
    }

    fn categories(&self, lot: Option<&'a Element>) -> String {
        let project = lot.and_then(|l| l.find("ProcurementProject"));
        let codes = |p: &'a Element| {
            p.value("MainCommodityClassification/ItemClassificationCode")
                .into_iter()
                .chain(p.all("AdditionalCommodityClassification").filter_map(|c| c.value("ItemClassificationCode")))
        };
        let of_lot = project.map(|p| joined(codes(p))).unwrap_or_default();
        if of_lot.is_empty() { self.root.find("ProcurementProject").map(|p| joined(codes(p))).unwrap_or_default() } else { of_lot }
    }

    fn tenders(&self) -> Records {
        let (buyer_name, buyer_id) = self.buyer();
        let records = self.lots.iter().map(|lot| {
            let estimate = lot.find("ProcurementProject/RequestedTenderTotal/EstimatedOverallContractAmount");
            let received = self.results().find(|r| r.value("TenderLot/ID") == lot.value("ID")).map_or("", tender_count);
            let row = Row::new(TENDER)
                .text("process_id", self.process)
                .text("lot_id", of(lot, "ID"))
                .text("tender_title", of(lot, "ProcurementProject/Name"))
                .text("buyer_name", buyer_name)
                .text("buyer_id", buyer_id)
                .text("procurement_method", self.method())
                .day("published_on", of(self.root, "IssueDate"))
                .day("closes_on", of(lot, "TenderingProcess/TenderSubmissionDeadlinePeriod/EndDate"))
                .number("estimated_net", estimate.map_or("", |e| e.text.trim()))
                .text("currency", estimate.and_then(|e| e.tag.attribute("currencyID")).unwrap_or_default())
                .text("category_codes", &self.categories(Some(lot)))
                .number("tender_count", received)
                .text("status", self.results().find(|r| r.value("TenderLot/ID") == lot.value("ID")).map_or("", |r| of(r, "TenderResultCode")));
            Ok(row.at(lot.line))
        });
        records.collect()
    }

    fn results(&self) -> impl Iterator<Item = &'a Element> {
        self.extension.and_then(|e| e.find("NoticeResult")).into_iter().flat_map(|r| r.all("LotResult"))
    }

    /// Contracts and bids of an award notice.
    fn awards(&self) -> Result<(Records, Records), String> {
        let result = self.extension.and_then(|e| e.find("NoticeResult")).ok_or("the award notice has no result")?;
        let find = |name: &'static str, id: &str| result.all(name).find(|e| e.value("ID") == Some(id));
        let (buyer_name, buyer_id) = self.buyer();
        let mut contracts: Records = Vec::new();
        let mut bids: Records = Vec::new();
        let mut won: Vec<&str> = Vec::new();
        for lot_result in self.results() {
            let lot_id = of(lot_result, "TenderLot/ID");
            let Some(lot) = self.lots.iter().copied().find(|l| l.value("ID") == Some(lot_id)) else {
                contracts.push(Err(fault(lot_result, format!("a result for the lot \"{lot_id}\", which the notice does not have"))));
                continue;
            };
            // Notices of changes to a contract state no result of the award anew.
            if !matches!(of(lot_result, "TenderResultCode"), "selec-w" | "") {
                continue;
            }
            for reference in lot_result.all("SettledContract") {
                let id = of(reference, "ID");
                let Some(contract) = find("SettledContract", id) else {
                    contracts.push(Err(fault(lot_result, format!("the contract {id} is not in the notice"))));
                    continue;
                };
                for tender_id in contract.all("LotTender").filter_map(|t| t.value("ID")) {
                    let Some(tender) = find("LotTender", tender_id) else {
                        contracts.push(Err(fault(contract, format!("the tender {tender_id} is not in the notice"))));
                        continue;
                    };
                    // A contract over several lots stands with each of them.
                    let of_lot = of(tender, "TenderLot/ID");
                    if of_lot != lot_id && self.lots.iter().any(|l| l.value("ID") == Some(of_lot)) {
                        continue;
                    }
                    won.push(tender_id);
                    let party = tender.value("TenderingParty/ID").and_then(|p| find("TenderingParty", p));
                    let Some(party) = party else {
                        contracts.push(Err(fault(tender, format!("the tender {tender_id} has no tendering party in the notice"))));
                        continue;
                    };
                    for organisation in party.all("Tenderer").filter_map(|t| t.value("ID")) {
                        contracts.push(self.contract(lot_result, lot, contract, tender, organisation, (buyer_name, buyer_id)));
                    }
                }
            }
        }
        for tender in result.all("LotTender") {
            let id = of(tender, "ID");
            let party = tender.value("TenderingParty/ID").and_then(|p| find("TenderingParty", p));
            let amount = tender.find("LegalMonetaryTotal/PayableAmount");
            for organisation in party.into_iter().flat_map(|p| p.all("Tenderer")).filter_map(|t| t.value("ID")) {
                let company = self.company(organisation);
                let row = Row::new(BID)
                    .text("process_id", self.process)
                    .text("lot_id", of(tender, "TenderLot/ID"))
                    .text("bid_id", id)
                    .text("tenderer_name", company.map_or("", |c| of(c, "PartyName/Name")))
                    .text("tenderer_id", company.and_then(|c| c.value("PartyLegalEntity/CompanyID")).unwrap_or(organisation))
                    .number("bid_net", amount.map_or("", |a| a.text.trim()))
                    .text("currency", amount.and_then(|a| a.tag.attribute("currencyID")).unwrap_or_default())
                    .number("supplier_rank", of(tender, "RankCode"))
                    .text("is_winner", if won.contains(&id) { "true" } else { "false" });
                bids.push(Ok(row.at(tender.line)));
            }
        }
        Ok((contracts, bids))
    }

    fn contract(
        &self,
        lot_result: &'a Element,
        lot: &'a Element,
        contract: &'a Element,
        tender: &'a Element,
        organisation: &str,
        (buyer_name, buyer_id): (&str, &str),
    ) -> Result<super::super::cells::CellRecord, CellFault> {
        let company = self.company(organisation).ok_or_else(|| fault(tender, format!("the organisation {organisation} is not in the notice")))?;
        let maximum = lot_result.find("FrameworkAgreementValues/MaximumValueAmount");
        let systems = lot.find("TenderingProcess").into_iter().flat_map(|p| p.all("ContractingSystem"));
        let framework = systems.filter_map(|s| s.find("ContractingSystemTypeCode")).find(|c| c.tag.attribute("listName") == Some("framework-agreement"));
        let framework = framework.map_or("none", |c| c.text.trim());
        let is_framework = framework != "none" || of(contract, "ContractFrameworkIndicator") == "true" && maximum.is_some();
        // Of a framework the maximum is the ceiling; of a plain contract the value of its tender.
        let amount = if is_framework { maximum } else { tender.find("LegalMonetaryTotal/PayableAmount") };
        let reference = of(contract, "ContractReference/ID").trim_matches('-').trim();
        let id = of(contract, "ID");
        let contract_id = if reference.is_empty() { format!("{}/{id}", self.process) } else { reference.to_string() };
        let period = lot.find("ProcurementProject/PlannedPeriod");
        let starts = period.map_or("", |p| of(p, "StartDate"));
        let ends = period.map_or("", |p| of(p, "EndDate"));
        // A period may state how long instead of until when.
        let length = period.and_then(|p| p.find("DurationMeasure")).and_then(months);
        let until = starts.get(..10).and_then(crate::model::Date::parse_iso).zip(length).map(|(s, m)| s.plus_months(m).plus_days(-1).to_string());
        let row = Row::new(CONTRACT)
            .text("process_id", self.process)
            .text("contract_id", &contract_id)
            .text("contract_reference", reference)
            .text("lot_id", of(lot, "ID"))
            .text("contract_title", contract.value("Title").or_else(|| lot.value("ProcurementProject/Name")).unwrap_or_default())
            .text("supplier_name", of(company, "PartyName/Name"))
            .text("supplier_id", company.value("PartyLegalEntity/CompanyID").unwrap_or_default())
            .text("supplier_country", of(company, "PostalAddress/Country/IdentificationCode"))
            .text("supplier_scale", of(company, "CompanySizeCode"))
            .number("supplier_rank", of(tender, "RankCode"))
            .text(
                "award_form",
                match framework {
                    "fa-w-rc" => "renewed_competition",
                    "fa-wo-rc" if of(tender, "RankCode").is_empty() => "",
                    "fa-wo-rc" => "ranked",
                    _ => "",
                },
            )
            .text("is_framework", if is_framework { "true" } else { "false" })
            .day("awarded_on", of(contract, "AwardDate"))
            .day("starts_on", starts)
            .day("ends_on", if ends.is_empty() { until.as_deref().unwrap_or_default() } else { ends })
            .number("ceiling_net", amount.map_or("", |a| a.text.trim()))
            .text("currency", amount.and_then(|a| a.tag.attribute("currencyID")).unwrap_or_default())
            .text("category_codes", &self.categories(Some(lot)))
            .text("buyer_name", buyer_name)
            .text("buyer_id", buyer_id)
            .text("procurement_method", self.method())
            .number("tender_count", tender_count(lot_result))
            .text("status", "active");
        Ok(row.at(contract.line))
    }
}

/// Number of tenders received (BT-759 under the code `tenders` of BT-760).
fn tender_count(result: &Element) -> &str {
    let counts = result.all("ReceivedSubmissionsStatistics");
    counts
        .into_iter()
        .find(|s| s.children.iter().any(|c| c.name() == "StatisticsCode" && c.text.trim() == "tenders"))
        .map_or("", |s| of(s, "StatisticsNumeric"))
}
