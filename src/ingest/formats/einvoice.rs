//! E-invoices of EN 16931 in both its syntaxes, UBL 2.1 and UN/CEFACT CII D16B, as Peppol BIS Billing 3, XRechnung and Factur-X
//! use them: one record for each line, and one for each allowance or charge of the whole document, so that the records'
//! net amounts add up to the document's total without VAT (BT-109) to the öre.
//!
//! A document whose totals do not follow from its lines gives faults and no records: a wrong sum is worse than a missing one.
//! Credit notes are stated in positive numbers; here they are negative. BT and BR numbers are those of EN 16931-1.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader};

use super::super::cells::{Cell, CellFault, CellRecord, CellTable};
use super::super::faults;
use super::archive::Archive;
use super::content::{Content, invalid};
use super::xml::{Element, Piece, Pieces, Tag, XmlFault};
use super::{Document, Notes, broken, decimal};
use crate::model::Date;

/// Most elements of one line or of the head of a document.
const NODES_MAX: usize = 200_000;
/// Most lines of one document.
const LINES_MAX: usize = 1_000_000;

/// The columns of the records, in order.
pub const COLUMNS: &[&str] = &[
    "document",
    "syntax",
    "type_code",
    "invoice_number",
    "issued_on",
    "due_on",
    "discount_until_on",
    "discount_percent",
    "delivered_on",
    "buyer_name",
    "buyer_organisation_number",
    "buyer_vat_number",
    "seller_name",
    "seller_organisation_number",
    "seller_vat_number",
    "seller_endpoint",
    "seller_country",
    "payee_name",
    "buyer_reference",
    "order_reference",
    "contract_reference",
    "tender_reference",
    "preceding_invoice",
    "accounting_code",
    "payment_account",
    "line_kind",
    "line_id",
    "line_text",
    "seller_item_id",
    "buyer_item_id",
    "standard_item_id",
    "classification_code",
    "classification_scheme",
    "quantity",
    "unit_of_measure",
    "unit_price",
    "net_amount",
    "vat_category",
    "vat_rate",
    "vat_amount",
    "currency",
];

/// A decimal number in units of 10^−8, exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Fixed(i128);

impl Fixed {
    const ONE: i128 = 100_000_000;
    /// Largest absolute value: sums and products of any document stay inside `i128`.
    const LIMIT: i128 = 1_000_000_000_000_000_000 * Fixed::ONE;

    /// Reads decimal text of at most eight decimals.
    fn parse(text: &str) -> Option<Fixed> {
        let text = decimal::exact(text.trim())?;
        let (sign, digits) = text.strip_prefix('-').map_or((1, text.as_str()), |d| (-1, d));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > 8 || whole.len() > 18 {
            return None;
        }
        let value: i128 = format!("{whole}{fraction:0<8}").parse().ok()?;
        Some(Fixed(sign * value)).filter(|f| f.0.abs() < Fixed::LIMIT)
    }

    /// Rounded half away from zero to `decimals` (at most 8).
    fn round(self, decimals: u32) -> Fixed {
        let unit = 10i128.pow(8 - decimals);
        let half = if self.0 < 0 { -unit / 2 } else { unit / 2 };
        Fixed((self.0 + half) / unit * unit)
    }

    /// The product, rounded half away from zero to eight decimals; `None` when it is too large.
    fn times(self, other: Fixed) -> Option<Fixed> {
        let product = self.0.checked_mul(other.0)?;
        let half = if product < 0 { -Fixed::ONE / 2 } else { Fixed::ONE / 2 };
        Some(Fixed((product + half) / Fixed::ONE))
    }

    /// The quotient, rounded half away from zero to eight decimals; `None` when it has none.
    fn over(self, other: Fixed) -> Option<Fixed> {
        crate::model::money::divide_rounded(self.0.checked_mul(Fixed::ONE)?, other.0).map(|q| Fixed(i128::from(q)))
    }

    fn minus(self, other: Fixed) -> Fixed {
        Fixed(self.0 - other.0)
    }

    fn abs(self) -> Fixed {
        Fixed(self.0.abs())
    }
}

impl std::ops::Neg for Fixed {
    type Output = Fixed;
    fn neg(self) -> Fixed {
        Fixed(-self.0)
    }
}

impl std::iter::Sum for Fixed {
    fn sum<I: Iterator<Item = Fixed>>(numbers: I) -> Fixed {
        // At most LINES_MAX numbers below LIMIT: 10^6 × 10^26 is far inside i128.
        Fixed(numbers.map(|n| n.0).sum())
    }
}

impl std::fmt::Display for Fixed {
    /// Plain text with at least two decimals.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fraction = format!("{:08}", self.0.unsigned_abs() % Fixed::ONE as u128);
        let kept = fraction.trim_end_matches('0').len().max(2);
        write!(f, "{sign}{}.{}", self.0.unsigned_abs() / Fixed::ONE as u128, &fraction[..kept])
    }
}

/// A buyer, seller or payee.
#[derive(Debug, Default, Clone)]
struct Party {
    name: String,
    /// Identifier of the legal registration (BT-30, BT-47).
    legal_id: String,
    vat_number: String,
    /// Electronic address (BT-34, BT-49), its scheme before it.
    endpoint: String,
    country: String,
}

/// A discount for payment by a day: `percent` of the amounts, stated as 2 for two per cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Discount {
    percent: Fixed,
    until: Date,
}

impl Discount {
    /// Most days that a term of discount may have: more is a misreading.
    const DAYS_MAX: i128 = 3_660;

    fn new(percent: Fixed, until: Option<Date>) -> Option<Discount> {
        let is_discount = percent.0 > 0 && percent.0 <= 100 * Fixed::ONE;
        until.filter(|_| is_discount).map(|until| Discount { percent, until })
    }

    /// So many days after `from`.
    fn within(percent: Fixed, from: Option<Date>, days: Fixed) -> Option<Discount> {
        let whole = days.0 / Fixed::ONE;
        let is_term = days.0 % Fixed::ONE == 0 && (0..=Discount::DAYS_MAX).contains(&whole);
        Discount::new(percent, from.filter(|_| is_term).map(|f| f.plus_days(whole as i32)))
    }

    /// The terms that a note of XRechnung states (BR-DE-18), each as `#SKONTO#TAGE=14#PROZENT=2.00#`.
    fn of_note(note: &str, issued: Option<Date>) -> Vec<Discount> {
        let term = |part: &str| {
            let value = |key: &str| part.split('#').find_map(|p| Fixed::parse(p.strip_prefix(key)?));
            Discount::within(value("PROZENT=")?, issued, value("TAGE=")?)
        };
        note.split("#SKONTO").skip(1).filter_map(term).collect()
    }
}

/// An allowance (negative for the document) or a charge.
#[derive(Debug, Clone, Default)]
struct Adjustment {
    is_charge: bool,
    amount: Option<Fixed>,
    text: String,
    category: String,
    rate: Option<Fixed>,
    at: u64,
}

impl Adjustment {
    fn signed(&self) -> Fixed {
        let amount = self.amount.unwrap_or_default();
        if self.is_charge { amount } else { -amount }
    }
}

#[derive(Debug, Default)]
struct Line {
    id: String,
    text: String,
    quantity: Option<Fixed>,
    unit: String,
    net: Option<Fixed>,
    price: Option<Fixed>,
    price_quantity: Option<Fixed>,
    order_reference: String,
    accounting_code: String,
    seller_item_id: String,
    buyer_item_id: String,
    standard_item_id: String,
    class: String,
    class_scheme: String,
    category: String,
    rate: Option<Fixed>,
    adjustments: Vec<Adjustment>,
    at: u64,
}

#[derive(Debug)]
struct Tax {
    category: String,
    rate: Option<Fixed>,
    base: Option<Fixed>,
    amount: Option<Fixed>,
}

/// The totals of a document (BG-22).
#[derive(Debug, Default)]
struct Totals {
    lines: Option<Fixed>,
    allowances: Option<Fixed>,
    charges: Option<Fixed>,
    without_vat: Option<Fixed>,
    vat: Option<Fixed>,
    with_vat: Option<Fixed>,
    prepaid: Option<Fixed>,
    rounding: Option<Fixed>,
    payable: Option<Fixed>,
    /// More than one total VAT in the document's currency.
    has_vat_twice: bool,
}

/// An invoice or credit note.
#[derive(Debug, Default)]
pub struct Invoice {
    syntax: &'static str,
    is_credit: bool,
    number: String,
    type_code: String,
    issued_on: String,
    due_on: String,
    discount: Option<Discount>,
    delivered_on: String,
    currency: String,
    buyer: Party,
    seller: Party,
    payee: String,
    buyer_reference: String,
    order_reference: String,
    contract_reference: String,
    tender_reference: String,
    preceding_invoice: String,
    accounting_code: String,
    payment_account: String,
    lines: Vec<Line>,
    adjustments: Vec<Adjustment>,
    taxes: Vec<Tax>,
    totals: Totals,
    /// Numbers in the document that are none: path and text.
    unreadable: Vec<String>,
    at: u64,
}

/// The syntax that a root element begins, if it is one of ours.
pub fn syntax(root: &Tag) -> Option<&'static str> {
    let space = |part: &str| root.attributes.iter().any(|(n, v)| n.starts_with("xmlns") && v.contains(part));
    match root.name.as_str() {
        "Invoice" if space("ubl:schema:xsd:Invoice-2") => Some("ubl"),
        "CreditNote" if space("ubl:schema:xsd:CreditNote-2") => Some("ubl"),
        "CrossIndustryInvoice" if space("CrossIndustryInvoice:100") => Some("cii"),
        _ => None,
    }
}

/// Opens one document.
pub fn open(content: &Content, name: &str) -> std::io::Result<Document> {
    let mut pieces = Pieces::new(content.stream()?).map_err(refused)?;
    let encoding = pieces.encoding();
    let root = pieces.root().map_err(refused)?;
    let invoice = read(&mut pieces, root).map_err(refused)?;
    let format = invoice.syntax;
    let records = records(&invoice, name);
    Ok(Document { format, encoding: encoding.into(), tables: vec![table(Box::new(records.into_iter()))], notes: Notes::default() })
}

/// What the rules of calculation say of one document, also of one that is refused or is a fragment.
///
/// # Errors
/// The document is no UBL or CII invoice, or it is not well-formed.
pub fn verdicts(content: &Content) -> std::io::Result<Vec<Verdict>> {
    let mut pieces = Pieces::new(content.stream()?).map_err(refused)?;
    let root = pieces.root().map_err(refused)?;
    Ok(read(&mut pieces, root).map_err(refused)?.verdicts())
}

/// Opens an archive of documents: a folder that was sent as one file. Files that are no XML are named in the notes.
pub fn open_archive(archive: Archive) -> std::io::Result<Document> {
    let notes = Notes::default();
    let documents = Documents { archive, at: 0, records: VecDeque::new(), notes: notes.clone() };
    Ok(Document { format: "e-invoices in a zip", encoding: "UTF-8".into(), tables: vec![table(Box::new(documents))], notes })
}

fn table(records: Box<dyn Iterator<Item = Result<CellRecord, CellFault>> + Send>) -> CellTable {
    CellTable { name: "invoice_line".into(), header_line: 0, columns: COLUMNS.iter().map(|c| c.to_string()).collect(), records }
}

fn refused(fault: XmlFault) -> std::io::Error {
    invalid(format!("line {}: {}", fault.line, fault.message))
}

/// The records of each document of an archive in turn.
struct Documents {
    archive: Archive,
    at: usize,
    records: VecDeque<Result<CellRecord, CellFault>>,
    notes: Notes,
}

impl Iterator for Documents {
    type Item = Result<CellRecord, CellFault>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(record) = self.records.pop_front() {
                return Some(record);
            }
            let entry = self.archive.entries().get(self.at)?.clone();
            self.at += 1;
            if !entry.name.to_ascii_lowercase().ends_with(".xml") {
                self.notes.add(format!("\"{}\" in the archive is no XML and was not read", entry.name.escape_debug()));
                continue;
            }
            let source = match self.archive.read(&entry) {
                Ok(source) => BufReader::new(source),
                Err(error) => {
                    self.at = usize::MAX;
                    return Some(Err(broken(0, format!("{}: {error}", entry.name.escape_debug()))));
                }
            };
            let read = || -> Result<Option<Invoice>, XmlFault> {
                let mut pieces = Pieces::new(source)?;
                let root = pieces.root()?;
                if syntax(&root).is_none() { Ok(None) } else { read(&mut pieces, root).map(Some) }
            };
            match read() {
                Ok(Some(invoice)) => self.records = records(&invoice, &entry.name).into(),
                Ok(None) => self.notes.add(format!("\"{}\" in the archive is no e-invoice and was not read", entry.name.escape_debug())),
                // One broken document among many is one fault; the archive itself is whole.
                Err(fault) => {
                    let value = Some(format!("{}, line {}: {}", entry.name.escape_debug(), fault.line, fault.message));
                    return Some(Err(CellFault { line: fault.line, column: None, value, net_amount: None, fault: faults::ELEMENT_BROKEN }));
                }
            }
        }
    }
}

/// Reads a document whose root element was just begun. Lines are made small one by one; the head is a tree.
pub fn read<R: BufRead>(pieces: &mut Pieces<R>, root: Tag) -> Result<Invoice, XmlFault> {
    let syntax =
        syntax(&root).ok_or_else(|| XmlFault { line: pieces.line(), message: format!("\"{}\" is no e-invoice of EN 16931", root.name.escape_debug()) })?;
    let mut invoice = Invoice { syntax, is_credit: root.name == "CreditNote", at: pieces.line(), ..Invoice::default() };
    let mut head = Element { tag: root, ..Element::default() };
    // In CII the lines stand one level down, inside the transaction.
    let mut depth = 1usize;
    loop {
        match pieces.piece()? {
            Piece::Start(tag) => match tag.name.as_str() {
                "SupplyChainTradeTransaction" if syntax == "cii" && depth == 1 => depth = 2,
                "InvoiceLine" | "CreditNoteLine" | "IncludedSupplyChainTradeLineItem" => {
                    if invoice.lines.len() == LINES_MAX {
                        return Err(XmlFault { line: pieces.line(), message: format!("more than {LINES_MAX} lines") });
                    }
                    let element = pieces.tree(tag, NODES_MAX, is_dropped)?;
                    let mut numbers = Numbers::default();
                    let line = if syntax == "ubl" { ubl_line(&element, &mut numbers) } else { cii_line(&element, &mut numbers) };
                    invoice.unreadable.append(&mut numbers.unreadable);
                    invoice.lines.extend(line);
                }
                _ => head.children.push(pieces.tree(tag, NODES_MAX, is_dropped)?),
            },
            Piece::End => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            Piece::Text(_) => {}
            Piece::Eof => return Err(XmlFault { line: pieces.line(), message: "the document ends inside an element".into() }),
        }
        if head.children.len() > NODES_MAX {
            return Err(XmlFault { line: pieces.line(), message: "the head of the document has too many elements".into() });
        }
    }
    // What follows the root must be nothing.
    while pieces.piece()? != Piece::Eof {}
    let mut numbers = Numbers::default();
    if syntax == "ubl" {
        ubl_head(&mut invoice, &head, &mut numbers)
    } else {
        cii_head(&mut invoice, &head, &mut numbers)
    }
    invoice.unreadable.append(&mut numbers.unreadable);
    Ok(invoice)
}

/// Attachments are no data of the invoice.
fn is_dropped(name: &str) -> bool {
    matches!(name, "EmbeddedDocumentBinaryObject" | "AttachmentBinaryObject" | "UBLExtensions" | "Signature")
}

/// Reads numbers and remembers the texts that are none.
#[derive(Default)]
struct Numbers {
    unreadable: Vec<String>,
}

impl Numbers {
    fn read(&mut self, element: Option<&Element>) -> Option<Fixed> {
        let element = element?;
        let text = element.text.trim();
        if text.is_empty() {
            return None;
        }
        let number = Fixed::parse(text);
        if number.is_none() {
            let text: String = text.chars().take(60).collect();
            self.unreadable.push(format!("{} \"{}\" is no number of at most eight decimals", element.name(), text.escape_debug()));
        }
        number
    }
}

fn owned(text: Option<&str>) -> String {
    text.unwrap_or_default().to_string()
}

/// The first day in a text such as `2024-01-31` or `2024-01-31+01:00`.
fn day(text: Option<&str>) -> String {
    text.and_then(|t| t.get(..10)).and_then(Date::parse_iso).map(|d| d.to_string()).unwrap_or_default()
}

/// A day of CII: `20240131` under format 102.
fn cii_day(element: Option<&Element>) -> String {
    let Some(text) = element.map(|e| e.text.trim()).filter(|t| t.len() >= 8 && t.is_ascii()) else { return String::new() };
    match text.as_bytes()[4] {
        b'-' => day(Some(text)),
        _ => day(Some(&format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..8]))),
    }
}

/// Name and description, once each.
fn item_text(name: Option<&str>, description: Option<&str>, note: Option<&str>) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in [name, description, note].into_iter().flatten() {
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts.join(" – ")
}

fn ubl_line(e: &Element, numbers: &mut Numbers) -> Option<Line> {
    let quantity = e.find("InvoicedQuantity").or_else(|| e.find("CreditedQuantity"));
    let class = e.find("Item/CommodityClassification/ItemClassificationCode");
    Some(Line {
        id: owned(e.value("ID")),
        text: item_text(e.value("Item/Name"), e.value("Item/Description"), e.value("Note")),
        quantity: numbers.read(quantity),
        unit: owned(quantity.and_then(|q| q.tag.attribute("unitCode"))),
        net: numbers.read(e.find("LineExtensionAmount")),
        price: numbers.read(e.find("Price/PriceAmount")),
        price_quantity: numbers.read(e.find("Price/BaseQuantity")),
        order_reference: owned(e.value("OrderLineReference/OrderReference/ID")),
        accounting_code: owned(e.value("AccountingCost")),
        seller_item_id: owned(e.value("Item/SellersItemIdentification/ID")),
        buyer_item_id: owned(e.value("Item/BuyersItemIdentification/ID")),
        standard_item_id: owned(e.value("Item/StandardItemIdentification/ID")),
        class: owned(class.map(|c| c.text.trim())),
        class_scheme: owned(class.and_then(|c| c.tag.attribute("listID"))),
        category: owned(e.value("Item/ClassifiedTaxCategory/ID")),
        rate: numbers.read(e.find("Item/ClassifiedTaxCategory/Percent")),
        adjustments: e.all("AllowanceCharge").map(|a| ubl_adjustment(a, numbers)).collect(),
        at: e.line,
    })
}

fn ubl_adjustment(e: &Element, numbers: &mut Numbers) -> Adjustment {
    Adjustment {
        is_charge: e.value("ChargeIndicator") == Some("true"),
        amount: numbers.read(e.find("Amount")),
        text: owned(e.value("AllowanceChargeReason").or_else(|| e.value("AllowanceChargeReasonCode"))),
        category: owned(e.value("TaxCategory/ID")),
        rate: numbers.read(e.find("TaxCategory/Percent")),
        at: e.line,
    }
}

fn ubl_party(e: Option<&Element>) -> Party {
    let Some(e) = e else { return Party::default() };
    let endpoint = e.find("EndpointID");
    let vat = e.all("PartyTaxScheme").find(|t| t.value("TaxScheme/ID").is_some_and(|i| i.eq_ignore_ascii_case("VAT"))).and_then(|t| t.value("CompanyID"));
    Party {
        name: owned(e.value("PartyLegalEntity/RegistrationName").or_else(|| e.value("PartyName/Name"))),
        legal_id: owned(e.value("PartyLegalEntity/CompanyID")),
        vat_number: owned(vat),
        endpoint: endpoint_text(endpoint.and_then(|p| p.tag.attribute("schemeID")), endpoint.map(|p| p.text.trim())),
        country: owned(e.value("PostalAddress/Country/IdentificationCode")),
    }
}

fn endpoint_text(scheme: Option<&str>, id: Option<&str>) -> String {
    match (scheme, id.filter(|i| !i.is_empty())) {
        (Some(scheme), Some(id)) => format!("{scheme}:{id}"),
        (_, id) => owned(id),
    }
}

/// The largest discount of the payment terms: its loss is what paying after its day costs. Terms that cannot be read are no fault
/// of the document, since no amount of it rests on them.
fn ubl_discount(head: &Element, issued: Option<Date>) -> Option<Discount> {
    let mut terms = Vec::new();
    for e in head.all("PaymentTerms") {
        let until = Date::parse_iso(&day(e.value("SettlementPeriod/EndDate")));
        terms.extend(e.value("SettlementDiscountPercent").and_then(Fixed::parse).and_then(|percent| Discount::new(percent, until)));
        terms.extend(e.all("Note").flat_map(|n| Discount::of_note(&n.text, issued)));
    }
    terms.into_iter().max_by_key(|d| (d.percent, d.until))
}

/// Likewise of CII: structured in the extended profiles, else in the description.
fn cii_discount(settlement: &Element, issued: Option<Date>) -> Option<Discount> {
    let mut terms = Vec::new();
    for e in settlement.all("SpecifiedTradePaymentTerms") {
        for d in e.all("ApplicableTradePaymentDiscountTerms") {
            let from = Date::parse_iso(&cii_day(d.find("BasisDateTime/DateTimeString"))).or(issued);
            let days = match d.find("BasisPeriodMeasure") {
                // Without a period the day that it is counted from is the last one.
                None => Some(Fixed(0)),
                Some(period) if period.tag.attribute("unitCode").is_none_or(|unit| unit == "DAY") => Fixed::parse(&period.text),
                Some(_) => None,
            };
            let percent = d.value("CalculationPercent").and_then(Fixed::parse);
            terms.extend(percent.zip(days).and_then(|(percent, days)| Discount::within(percent, from, days)));
        }
        terms.extend(e.all("Description").flat_map(|n| Discount::of_note(&n.text, issued)));
    }
    terms.into_iter().max_by_key(|d| (d.percent, d.until))
}

fn ubl_head(invoice: &mut Invoice, head: &Element, numbers: &mut Numbers) {
    invoice.number = owned(head.value("ID"));
    invoice.type_code = owned(head.value("InvoiceTypeCode").or_else(|| head.value("CreditNoteTypeCode")));
    invoice.issued_on = day(head.value("IssueDate"));
    invoice.due_on = day(head.value("DueDate").or_else(|| head.value("PaymentMeans/PaymentDueDate")));
    invoice.discount = ubl_discount(head, Date::parse_iso(&invoice.issued_on));
    invoice.delivered_on = day(head.value("Delivery/ActualDeliveryDate"));
    invoice.currency = owned(head.value("DocumentCurrencyCode"));
    invoice.buyer = ubl_party(head.find("AccountingCustomerParty/Party"));
    invoice.seller = ubl_party(head.find("AccountingSupplierParty/Party"));
    invoice.payee = owned(head.value("PayeeParty/PartyName/Name"));
    invoice.buyer_reference = owned(head.value("BuyerReference"));
    invoice.order_reference = owned(head.value("OrderReference/ID"));
    invoice.contract_reference = owned(head.value("ContractDocumentReference/ID"));
    invoice.tender_reference = owned(head.value("OriginatorDocumentReference/ID"));
    invoice.preceding_invoice = owned(head.value("BillingReference/InvoiceDocumentReference/ID"));
    invoice.accounting_code = owned(head.value("AccountingCost"));
    invoice.payment_account = owned(head.value("PaymentMeans/PayeeFinancialAccount/ID"));
    invoice.adjustments = head.all("AllowanceCharge").map(|a| ubl_adjustment(a, numbers)).collect();
    // A second tax total may state the VAT in the seller's accounting currency (BT-111); it has no breakdown and adds nothing.
    let currency = invoice.currency.clone();
    let is_own = |e: &&Element| e.find("TaxAmount").and_then(|a| a.tag.attribute("currencyID")).is_none_or(|c| c == currency);
    let taxes: Vec<&Element> = head.all("TaxTotal").filter(is_own).collect();
    invoice.taxes = taxes
        .iter()
        .flat_map(|t| t.all("TaxSubtotal"))
        .map(|t| Tax {
            category: owned(t.value("TaxCategory/ID")),
            rate: numbers.read(t.find("TaxCategory/Percent").or_else(|| t.find("Percent"))),
            base: numbers.read(t.find("TaxableAmount")),
            amount: numbers.read(t.find("TaxAmount")),
        })
        .collect();
    let total = |name: &str, numbers: &mut Numbers| {
        numbers.read(head.children.iter().find(|c| c.name() == "LegalMonetaryTotal").and_then(|t| t.children.iter().find(|c| c.name() == name)))
    };
    invoice.totals = Totals {
        lines: total("LineExtensionAmount", numbers),
        allowances: total("AllowanceTotalAmount", numbers),
        charges: total("ChargeTotalAmount", numbers),
        without_vat: total("TaxExclusiveAmount", numbers),
        vat: taxes.first().and_then(|t| numbers.read(t.find("TaxAmount"))),
        with_vat: total("TaxInclusiveAmount", numbers),
        prepaid: total("PrepaidAmount", numbers),
        rounding: total("PayableRoundingAmount", numbers),
        payable: total("PayableAmount", numbers),
        has_vat_twice: taxes.len() > 1,
    };
}

fn cii_line(e: &Element, numbers: &mut Numbers) -> Option<Line> {
    // Extended profiles: a group states the sum of the lines below it, and an information line is no amount at all.
    let status = e.value("AssociatedDocumentLineDocument/LineStatusReasonCode");
    if matches!(status, Some("GROUP" | "INFORMATION")) {
        return None;
    }
    let quantity = e.find("SpecifiedLineTradeDelivery/BilledQuantity");
    let class = e.find("SpecifiedTradeProduct/DesignatedProductClassification/ClassCode");
    let price = e.find("SpecifiedLineTradeAgreement/NetPriceProductTradePrice");
    let settlement = e.find("SpecifiedLineTradeSettlement");
    let tax = settlement.and_then(|s| s.find("ApplicableTradeTax"));
    Some(Line {
        id: owned(e.value("AssociatedDocumentLineDocument/LineID")),
        text: item_text(
            e.value("SpecifiedTradeProduct/Name"),
            e.value("SpecifiedTradeProduct/Description"),
            e.value("AssociatedDocumentLineDocument/IncludedNote/Content"),
        ),
        quantity: numbers.read(quantity),
        unit: owned(quantity.and_then(|q| q.tag.attribute("unitCode"))),
        net: numbers.read(settlement.and_then(|s| s.find("SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount"))),
        price: numbers.read(price.and_then(|p| p.find("ChargeAmount"))),
        price_quantity: numbers.read(price.and_then(|p| p.find("BasisQuantity"))),
        order_reference: owned(e.value("SpecifiedLineTradeAgreement/BuyerOrderReferencedDocument/IssuerAssignedID")),
        accounting_code: owned(settlement.and_then(|s| s.value("ReceivableSpecifiedTradeAccountingAccount/ID"))),
        seller_item_id: owned(e.value("SpecifiedTradeProduct/SellerAssignedID")),
        buyer_item_id: owned(e.value("SpecifiedTradeProduct/BuyerAssignedID")),
        standard_item_id: owned(e.value("SpecifiedTradeProduct/GlobalID")),
        class: owned(class.map(|c| c.text.trim())),
        class_scheme: owned(class.and_then(|c| c.tag.attribute("listID"))),
        category: owned(tax.and_then(|t| t.value("CategoryCode"))),
        rate: numbers.read(tax.and_then(|t| t.find("RateApplicablePercent"))),
        adjustments: settlement.iter().flat_map(|s| s.all("SpecifiedTradeAllowanceCharge")).map(|a| cii_adjustment(a, numbers)).collect(),
        at: e.line,
    })
}

fn cii_adjustment(e: &Element, numbers: &mut Numbers) -> Adjustment {
    Adjustment {
        is_charge: e.value("ChargeIndicator/Indicator") == Some("true"),
        amount: numbers.read(e.find("ActualAmount")),
        text: owned(e.value("Reason").or_else(|| e.value("ReasonCode"))),
        category: owned(e.value("CategoryTradeTax/CategoryCode")),
        rate: numbers.read(e.find("CategoryTradeTax/RateApplicablePercent")),
        at: e.line,
    }
}

fn cii_party(e: Option<&Element>) -> Party {
    let Some(e) = e else { return Party::default() };
    let endpoint = e.find("URIUniversalCommunication/URIID");
    let vat = e.all("SpecifiedTaxRegistration").filter_map(|t| t.find("ID")).find(|i| i.tag.attribute("schemeID") == Some("VA"));
    Party {
        name: owned(e.value("Name")),
        legal_id: owned(e.value("SpecifiedLegalOrganization/ID")),
        vat_number: owned(vat.map(|v| v.text.trim())),
        endpoint: endpoint_text(endpoint.and_then(|p| p.tag.attribute("schemeID")), endpoint.map(|p| p.text.trim())),
        country: owned(e.value("PostalTradeAddress/CountryID")),
    }
}

/// Type codes of UNTDID 1001 that the standard counts as credit notes.
fn is_credit_code(code: &str) -> bool {
    matches!(code, "81" | "83" | "261" | "262" | "296" | "308" | "381" | "396" | "420" | "458" | "532")
}

fn cii_head(invoice: &mut Invoice, head: &Element, numbers: &mut Numbers) {
    let empty = Element::default();
    let part = |name: &str| head.children.iter().find(|c| c.name() == name).unwrap_or(&empty);
    let (document, agreement) = (part("ExchangedDocument"), part("ApplicableHeaderTradeAgreement"));
    let (delivery, settlement) = (part("ApplicableHeaderTradeDelivery"), part("ApplicableHeaderTradeSettlement"));
    invoice.number = owned(document.value("ID"));
    invoice.type_code = owned(document.value("TypeCode"));
    invoice.is_credit = is_credit_code(&invoice.type_code);
    invoice.issued_on = cii_day(document.find("IssueDateTime/DateTimeString"));
    invoice.due_on = cii_day(settlement.find("SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString"));
    invoice.discount = cii_discount(settlement, Date::parse_iso(&invoice.issued_on));
    invoice.delivered_on = cii_day(delivery.find("ActualDeliverySupplyChainEvent/OccurrenceDateTime/DateTimeString"));
    invoice.currency = owned(settlement.value("InvoiceCurrencyCode"));
    invoice.buyer = cii_party(agreement.find("BuyerTradeParty"));
    invoice.seller = cii_party(agreement.find("SellerTradeParty"));
    invoice.payee = owned(settlement.value("PayeeTradeParty/Name"));
    invoice.buyer_reference = owned(agreement.value("BuyerReference"));
    invoice.order_reference = owned(agreement.value("BuyerOrderReferencedDocument/IssuerAssignedID"));
    invoice.contract_reference = owned(agreement.value("ContractReferencedDocument/IssuerAssignedID"));
    let tender = agreement.all("AdditionalReferencedDocument").find(|d| d.value("TypeCode") == Some("50"));
    invoice.tender_reference = owned(tender.and_then(|d| d.value("IssuerAssignedID")));
    invoice.preceding_invoice = owned(settlement.value("InvoiceReferencedDocument/IssuerAssignedID"));
    invoice.accounting_code = owned(settlement.value("ReceivableSpecifiedTradeAccountingAccount/ID"));
    let account = settlement.find("SpecifiedTradeSettlementPaymentMeans/PayeePartyCreditorFinancialAccount");
    invoice.payment_account = owned(account.and_then(|a| a.value("IBANID").or_else(|| a.value("ProprietaryID"))));
    invoice.adjustments = settlement.all("SpecifiedTradeAllowanceCharge").map(|a| cii_adjustment(a, numbers)).collect();
    // Factur-X EXTENDED: charges for logistics are charges of the document.
    invoice.adjustments.extend(settlement.all("SpecifiedLogisticsServiceCharge").map(|e| Adjustment {
        is_charge: true,
        amount: numbers.read(e.find("AppliedAmount")),
        text: owned(e.value("Description")),
        category: owned(e.value("AppliedTradeTax/CategoryCode")),
        rate: numbers.read(e.find("AppliedTradeTax/RateApplicablePercent")),
        at: e.line,
    }));
    invoice.taxes = settlement
        .all("ApplicableTradeTax")
        .map(|t| Tax {
            category: owned(t.value("CategoryCode")),
            rate: numbers.read(t.find("RateApplicablePercent")),
            base: numbers.read(t.find("BasisAmount")),
            amount: numbers.read(t.find("CalculatedAmount")),
        })
        .collect();
    let summation = settlement.children.iter().find(|c| c.name() == "SpecifiedTradeSettlementHeaderMonetarySummation").unwrap_or(&empty);
    let total = |name: &str, numbers: &mut Numbers| numbers.read(summation.children.iter().find(|c| c.name() == name));
    let is_own = |e: &&Element| e.tag.attribute("currencyID").is_none_or(|c| c == invoice.currency);
    let vat = numbers.read(summation.all("TaxTotalAmount").find(is_own));
    let has_vat_twice = summation.all("TaxTotalAmount").filter(is_own).count() > 1;
    invoice.totals = Totals {
        lines: total("LineTotalAmount", numbers),
        allowances: total("AllowanceTotalAmount", numbers),
        charges: total("ChargeTotalAmount", numbers),
        without_vat: total("TaxBasisTotalAmount", numbers),
        vat,
        with_vat: total("GrandTotalAmount", numbers),
        prepaid: total("TotalPrepaidAmount", numbers),
        rounding: total("RoundingAmount", numbers),
        payable: total("DuePayableAmount", numbers),
        has_vat_twice,
    };
}

/// What a rule of EN 16931 says of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The rule, such as `BR-CO-10`.
    pub rule: &'static str,
    /// The contradiction, when there is one.
    pub fault: Option<String>,
}

impl Invoice {
    /// The rules of calculation, each that has something to say about this document. Sums hold to the last decimal. A VAT amount
    /// may differ from base × rate by less than one unit of the currency, and a line from quantity × price by 0.02, as the
    /// official rule sets allow: programs round in different places.
    pub fn verdicts(&self) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        let totals = &self.totals;
        let mut equal = |rule: &'static str, stated: Option<Fixed>, follows: Option<Fixed>, what: &str| {
            let (Some(stated), Some(follows)) = (stated, follows) else { return };
            let fault = (stated.round(2) != follows.round(2)).then(|| format!("{rule}: {what} is stated as {stated}, but {follows} follows"));
            verdicts.push(Verdict { rule, fault });
        };
        let lines = (!self.lines.is_empty()).then(|| self.lines.iter().map(|l| l.net.unwrap_or_default()).sum::<Fixed>());
        equal("BR-CO-10", totals.lines, lines, "the sum of the lines");
        let side = |is_charge: bool| {
            let some: Vec<_> = self.adjustments.iter().filter(|a| a.is_charge == is_charge).collect();
            (!some.is_empty()).then(|| some.iter().map(|a| a.amount.unwrap_or_default()).sum::<Fixed>())
        };
        let (allowances, charges) = (side(false), side(true));
        equal("BR-CO-11", totals.allowances.or(allowances.map(|_| Fixed(0))), allowances.or(totals.allowances.map(|_| Fixed(0))), "the sum of the allowances");
        equal("BR-CO-12", totals.charges.or(charges.map(|_| Fixed(0))), charges.or(totals.charges.map(|_| Fixed(0))), "the sum of the charges");
        let basis = totals.lines.map(|l| [l, -totals.allowances.unwrap_or_default(), totals.charges.unwrap_or_default()].into_iter().sum());
        equal("BR-CO-13", totals.without_vat, basis, "the total without VAT");
        let taxes = (!self.taxes.is_empty()).then(|| self.taxes.iter().map(|t| t.amount.unwrap_or_default()).sum::<Fixed>());
        equal("BR-CO-14", totals.vat.or(taxes.map(|_| Fixed(0))), taxes, "the total VAT");
        let with_vat = totals.without_vat.map(|t| [t, totals.vat.unwrap_or_default()].into_iter().sum());
        equal("BR-CO-15", totals.with_vat, with_vat, "the total with VAT");
        let payable = totals.with_vat.map(|t| [t, -totals.prepaid.unwrap_or_default(), totals.rounding.unwrap_or_default()].into_iter().sum());
        equal("BR-CO-16", totals.payable, payable, "the amount due");
        if totals.has_vat_twice {
            let fault = Some("BR-CO-15: the total VAT stands twice in the document's currency".to_string());
            verdicts.push(Verdict { rule: "BR-CO-15", fault });
        }
        for tax in &self.taxes {
            if let (Some(base), Some(rate), Some(amount)) = (tax.base, tax.rate, tax.amount) {
                let follows = base.abs().times(rate).map(|p| Fixed(p.0 / 100).round(2));
                let is_near = follows.is_some_and(|f| if rate.0 == 0 { amount.round(0).0 == 0 } else { amount.abs().minus(f).abs().0 < Fixed::ONE });
                let fault = (!is_near).then(|| format!("BR-CO-17: VAT of {amount} is no {rate} % of {base}"));
                verdicts.push(Verdict { rule: "BR-CO-17", fault });
            }
        }
        for line in &self.lines {
            // The rule sets read a missing quantity as one and a missing amount as nothing.
            if let Some(price) = line.price {
                let (quantity, net) = (line.quantity.unwrap_or(Fixed(Fixed::ONE)), line.net.unwrap_or_default());
                let per = line.price_quantity.filter(|q| q.0 != 0).unwrap_or(Fixed(Fixed::ONE));
                let gross = quantity.times(price).and_then(|p| p.over(per)).map(|p| p.round(2));
                let follows: Option<Fixed> = gross.map(|g| std::iter::once(g).chain(line.adjustments.iter().map(Adjustment::signed)).sum());
                let is_near = follows.is_some_and(|f| f.minus(net).abs().0 <= Fixed::ONE / 50);
                let fault = (!is_near).then(|| format!("line {}: {quantity} × {price} / {per} gives {}, not {net}", line.id, follows.unwrap_or_default()));
                verdicts.push(Verdict { rule: "PEPPOL-EN16931-R120", fault });
            }
        }
        verdicts
    }

    /// Why the document cannot be taken, if so: a number that is none, a total that is missing, or one that does not follow.
    /// Quantity × price is told by [`Invoice::verdicts`] but refuses nothing: what is owed is the line's stated amount.
    fn refusal(&self) -> Option<(&'static faults::Fault, String)> {
        if let Some(unreadable) = self.unreadable.first() {
            return Some((faults::ELEMENT_BROKEN, unreadable.clone()));
        }
        for (name, value) in
            [("the total without VAT", self.totals.without_vat), ("the total with VAT", self.totals.with_vat), ("the amount due", self.totals.payable)]
        {
            if value.is_none() {
                return Some((faults::ELEMENT_BROKEN, format!("{name} is missing")));
            }
        }
        if let Some(line) = self.lines.iter().find(|l| l.net.is_none()) {
            return Some((faults::ELEMENT_BROKEN, format!("line {} has no net amount", line.id)));
        }
        if self.number.is_empty() || self.currency.is_empty() {
            return Some((faults::ELEMENT_BROKEN, "the document has no number or no currency".into()));
        }
        let wrong = self.verdicts().into_iter().filter(|v| v.rule != "PEPPOL-EN16931-R120").find_map(|v| v.fault);
        wrong.map(|reason| (faults::TOTAL_NOT_EQUAL, reason))
    }

    /// Credit notes state positive amounts that reduce what is owed.
    fn sign(&self) -> i128 {
        if self.is_credit { -1 } else { 1 }
    }
}

/// One amount of the document that becomes a record.
struct Posting<'a> {
    kind: &'static str,
    net: Fixed,
    line: Option<&'a Line>,
    adjustment: Option<&'a Adjustment>,
    at: u64,
}

/// The records of a document, or a fault for each of them.
pub fn records(invoice: &Invoice, name: &str) -> Vec<Result<CellRecord, CellFault>> {
    let mut postings: Vec<Posting<'_>> = Vec::new();
    for line in &invoice.lines {
        postings.push(Posting { kind: "line", net: line.net.unwrap_or_default(), line: Some(line), adjustment: None, at: line.at });
    }
    for adjustment in &invoice.adjustments {
        let kind = if adjustment.is_charge { "charge" } else { "allowance" };
        postings.push(Posting { kind, net: adjustment.signed(), line: None, adjustment: Some(adjustment), at: adjustment.at });
    }
    // Factur-X MINIMUM and BASIC WL have no lines: the document itself is the line.
    if invoice.lines.is_empty() {
        postings.clear();
        postings.push(Posting { kind: "document", net: invoice.totals.without_vat.unwrap_or_default(), line: None, adjustment: None, at: invoice.at });
    }
    if let Some((fault, reason)) = invoice.refusal() {
        let value = Some(format!("{name} {}: {reason}", invoice.number));
        return postings
            .iter()
            .map(|p| {
                let net_amount = Some(Fixed(p.net.0 * invoice.sign()).to_string());
                Err(CellFault { line: p.at, column: None, value: value.clone(), net_amount, fault })
            })
            .collect();
    }
    let vat = vat_of(invoice, &postings);
    postings.iter().zip(vat).map(|(posting, vat)| Ok(record(invoice, name, posting, vat))).collect()
}

fn record(invoice: &Invoice, name: &str, posting: &Posting<'_>, vat: Option<Fixed>) -> CellRecord {
    let text = |s: &str| if s.is_empty() { Cell::Empty } else { Cell::Text(s.to_string()) };
    let date = |s: &str| if s.is_empty() { Cell::Empty } else { Cell::Date(s.to_string()) };
    let number = |f: Option<Fixed>| f.map_or(Cell::Empty, |f| Cell::Number(f.to_string()));
    let blank = Line::default();
    let line = posting.line.unwrap_or(&blank);
    let first = |a: &str, b: &str| if a.is_empty() { text(b) } else { text(a) };
    // The lake's quantities and prices have four decimals; amounts are never rounded.
    let four = |f: Option<Fixed>| number(f.map(|f| f.round(4)));
    let per = line.price_quantity.filter(|q| q.0 != 0).unwrap_or(Fixed(Fixed::ONE));
    let (category, rate) = match posting.adjustment {
        Some(adjustment) => (&adjustment.category, adjustment.rate),
        None => (&line.category, line.rate),
    };
    let cells = vec![
        text(name),
        text(invoice.syntax),
        text(&invoice.type_code),
        text(&invoice.number),
        date(&invoice.issued_on),
        date(&invoice.due_on),
        invoice.discount.map_or(Cell::Empty, |d| Cell::Date(d.until.to_string())),
        number(invoice.discount.map(|d| d.percent)),
        date(&invoice.delivered_on),
        text(&invoice.buyer.name),
        text(&invoice.buyer.legal_id),
        text(&invoice.buyer.vat_number),
        text(&invoice.seller.name),
        text(&invoice.seller.legal_id),
        text(&invoice.seller.vat_number),
        text(&invoice.seller.endpoint),
        text(&invoice.seller.country),
        text(&invoice.payee),
        text(&invoice.buyer_reference),
        first(&line.order_reference, &invoice.order_reference),
        text(&invoice.contract_reference),
        text(&invoice.tender_reference),
        text(&invoice.preceding_invoice),
        first(&line.accounting_code, &invoice.accounting_code),
        text(&invoice.payment_account),
        text(posting.kind),
        text(&line.id),
        text(posting.adjustment.map_or(line.text.as_str(), |a| &a.text)),
        text(&line.seller_item_id),
        text(&line.buyer_item_id),
        text(&line.standard_item_id),
        text(&line.class),
        text(&line.class_scheme),
        four(line.quantity.map(|q| Fixed(q.0 * invoice.sign()))),
        text(&line.unit),
        four(line.price.and_then(|p| p.over(per))),
        number(Some(Fixed(posting.net.0 * invoice.sign()))),
        text(category),
        number(rate),
        number(vat.map(|v| Fixed(v.0 * invoice.sign()))),
        text(&invoice.currency),
    ];
    CellRecord { line: posting.at, cells }
}

/// The VAT of each posting: the breakdown's amount of its category and rate, shared out by net amount so that the parts are
/// whole öre and add up exactly (largest remainder, ties to the earlier line). The standard states VAT only for the document.
fn vat_of(invoice: &Invoice, postings: &[Posting<'_>]) -> Vec<Option<Fixed>> {
    let key = |p: &Posting<'_>| match (p.line, p.adjustment) {
        (Some(l), _) => (l.category.clone(), l.rate.unwrap_or_default()),
        (_, Some(a)) => (a.category.clone(), a.rate.unwrap_or_default()),
        _ => (String::new(), Fixed(0)),
    };
    let mut shares = vec![None; postings.len()];
    if let [posting] = postings
        && posting.kind == "document"
    {
        return vec![invoice.totals.vat];
    }
    for tax in &invoice.taxes {
        let Some(amount) = tax.amount else { continue };
        let group: Vec<usize> = (0..postings.len()).filter(|i| key(&postings[*i]) == (tax.category.clone(), tax.rate.unwrap_or_default())).collect();
        let weight: i128 = group.iter().map(|i| postings[*i].net.0).sum();
        let minor = amount.round(2).0 / (Fixed::ONE / 100);
        if weight == 0 {
            // Nothing to share by: exact only when there is nothing to share.
            for i in &group {
                shares[*i] = (minor == 0).then_some(Fixed(0));
            }
            continue;
        }
        let mut parts: Vec<(usize, i128, i128)> = Vec::new();
        for i in group {
            let Some(product) = minor.checked_mul(postings[i].net.0) else { return vec![None; postings.len()] };
            parts.push((i, product.div_euclid(weight), product.rem_euclid(weight)));
        }
        let mut left = minor - parts.iter().map(|(_, whole, _)| whole).sum::<i128>();
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_by_key(|p| (-parts[*p].2.abs(), *p));
        for p in order.into_iter().cycle().take(parts.len().saturating_mul(2)) {
            if left == 0 {
                break;
            }
            let step = left.signum();
            parts[p].1 += step;
            left -= step;
        }
        for (i, whole, _) in parts {
            shares[i] = Some(Fixed(whole * (Fixed::ONE / 100)));
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    fn discount_of(xml: &str) -> Option<(String, String)> {
        let mut pieces = Pieces::new(xml.as_bytes()).ok()?;
        let root = pieces.root().ok()?;
        let invoice = read(&mut pieces, root).ok()?;
        assert_eq!(invoice.issued_on, "2024-03-01", "the document is read");
        invoice.discount.map(|d| (d.percent.to_string(), d.until.to_string()))
    }

    fn ubl(terms: &str) -> Option<(String, String)> {
        let name = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2";
        discount_of(&format!("<Invoice xmlns=\"{name}\"><IssueDate>2024-03-01</IssueDate><PaymentTerms>{terms}</PaymentTerms></Invoice>"))
    }

    fn cii(terms: &str) -> Option<(String, String)> {
        let name = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100";
        let day = "<IssueDateTime><DateTimeString format=\"102\">20240301</DateTimeString></IssueDateTime>";
        let terms = format!("<SpecifiedTradePaymentTerms>{terms}</SpecifiedTradePaymentTerms>");
        discount_of(&format!(
            "<CrossIndustryInvoice xmlns=\"{name}\"><ExchangedDocument>{day}</ExchangedDocument><SupplyChainTradeTransaction>\
             <ApplicableHeaderTradeSettlement>{terms}</ApplicableHeaderTradeSettlement></SupplyChainTradeTransaction></CrossIndustryInvoice>"
        ))
    }

    #[test]
    fn discounts_of_payment_terms_are_read_in_every_form() {
        let is = |percent: &str, until: &str| Some((percent.to_string(), until.to_string()));
        let (note, structured) = ("#SKONTO#TAGE=7#PROZENT=1.00#\n#SKONTO#TAGE=14#PROZENT=2.25#BASISBETRAG=357.93#\n", "ApplicableTradePaymentDiscountTerms");
        assert_eq!(ubl(&format!("<Note>{note}</Note>")), is("2.25", "2024-03-15"));
        assert_eq!(
            ubl("<SettlementDiscountPercent>3</SettlementDiscountPercent><SettlementPeriod><EndDate>2024-03-11</EndDate></SettlementPeriod>"),
            is("3.00", "2024-03-11")
        );
        assert_eq!(cii(&format!("<Description>{note}</Description>")), is("2.25", "2024-03-15"));
        let days = "<BasisPeriodMeasure unitCode=\"DAY\">10</BasisPeriodMeasure><CalculationPercent>2.00</CalculationPercent>";
        assert_eq!(cii(&format!("<{structured}>{days}</{structured}>")), is("2.00", "2024-03-11"));
        let from = "<BasisDateTime><DateTimeString format=\"102\">20240401</DateTimeString></BasisDateTime>";
        assert_eq!(cii(&format!("<{structured}>{from}{days}</{structured}>")), is("2.00", "2024-04-11"));
        // Months are no number of days, a whole amount is no discount, and prose is no term.
        assert_eq!(cii(&format!("<{structured}>{}</{structured}>", days.replace("DAY", "MON"))), None);
        assert_eq!(ubl("<Note>#SKONTO#TAGE=7#PROZENT=0.00#</Note>"), None);
        assert_eq!(ubl("<Note>#SKONTO#TAGE=99999999999#PROZENT=2.00#</Note>"), None);
        assert_eq!(ubl("<Note>2 % within ten days, net thirty</Note>"), None);
    }
}
