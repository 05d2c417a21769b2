//! `lake.*`: what the exports said, typed, one row per record. Ingest writes these; nothing else does.

use super::{Column, Table, boolean, date, int, money, quantity, rate, text};

const SOURCE_FILE_ID: Column = text("source_file_id", "The file the row came from: first 10 hex digits of its SHA-256.").required();
const SOURCE_LINE: Column = int("source_line", "The line in that file on which the record starts, from 1.").required();

/// One row per file read.
pub const SOURCE_FILE: Table = Table {
    schema: "lake",
    name: "source_file",
    grain: "one source file",
    key: &["source_file_id"],
    is_partitioned: false,
    doc: "What was read, how it was understood, and the control totals: rows and amounts read = kept + rejected.",
    columns: &[
        text(
            "source_file_id",
            "First 10 hex digits of the file's SHA-256; for tenders, awards, bids and registers of the file and the kind, since one file may give several.",
        )
        .required(),
        text("source_name", "The source of `spendtrace.toml` that named the file.").required(),
        text("path", "Path relative to the workspace when it was first read.").required(),
        text("kind", "The lake table that its rows belong to, such as invoice_line.").required(),
        text("mapping", "The mapping that was used.").required(),
        text("reading", "Fingerprint of how it was read: mapping, settings, version. Another reading reads the file again.").required(),
        text("sha256", "SHA-256 of the bytes, in hex.").required(),
        int("byte_count", "Size in bytes.").required(),
        text("encoding", "The encoding that the bytes were decoded from.").required(),
        text("dialect", "Separator, quoting and line end of delimited text, as found.").required(),
        int("header_line", "Line of the header, from 1; 0 when the file has none.").required(),
        text("header_names", "The header's names in order, as a JSON array; empty when the file has none."),
        text("header_change", "How the header differs from that of the file before it in its source, as the settings accept it; empty when it does not."),
        int("row_read_count", "Data records read.").required(),
        int("row_kept_count", "Records kept in the lake.").required(),
        int("row_rejected_count", "Records rejected: read = kept + rejected.").required(),
        int("row_skipped_count", "Blank, title and total rows: not data, counted apart.").required(),
        money("net_amount_read", "Sum of the net amounts that could be read, kept and rejected; empty for files without amounts."),
        money("net_amount_kept", "Sum of the net amounts kept."),
        money("net_amount_rejected", "Sum of the readable net amounts among the rejected rows."),
        int("amount_unreadable_count", "Rejected records whose net amount itself could not be read."),
        money("control_total", "The file's own total row, when it has one."),
        text("first_period", "First month among the kept rows, YYYY-MM."),
        text("last_period", "Last month among the kept rows, YYYY-MM."),
    ],
};

/// One row per refused record.
pub const REJECT: Table = Table {
    schema: "lake",
    name: "reject",
    grain: "one rejected record of a source file",
    key: &["source_file_id", "source_record"],
    is_partitioned: false,
    doc: "Each record that could not be kept, with the place, the value, the fault's code and the remedy. Nothing is dropped in silence.",
    columns: &[
        SOURCE_FILE_ID,
        text("path", "Path of the file, relative to the workspace.").required(),
        text("kind", "The lake table that the row was meant for.").required(),
        int("source_record", "Number of the data record in the file, from 1.").required(),
        SOURCE_LINE,
        int("source_byte", "Byte of the file (after decompression) at which the record starts, from 0.").required(),
        text("column_name", "The file's column with the fault; empty when the whole row is at fault."),
        text("value", "The value as it stands in the file, cut at 200 characters, personal numbers masked."),
        text("fault", "Code of the fault: see docs/faults.md.").required(),
        text("remedy", "What to do about it.").required(),
        money("net_amount", "The record's net amount when it could be read."),
    ],
};

/// One row per posting line of an invoice.
pub const INVOICE_LINE: Table = Table {
    schema: "lake",
    name: "invoice_line",
    grain: "one posting line (kontering) of an invoice, as exported",
    key: &["line_id"],
    is_partitioned: true,
    doc: "Every invoice line that was kept. An invoice spans lines; amounts carry their currency; credit notes are negative.",
    columns: &[
        text("line_id", "`<source_file_id>-<record>`: stable, and what `explain` takes.").required(),
        SOURCE_FILE_ID,
        SOURCE_LINE,
        text("source_name", "The source of `spendtrace.toml` that named the file.").required(),
        text("period", "Month of the booking date, else of the invoice date: YYYY-MM.").required(),
        text("vendor_key", "Key of the vendor record: 16 hex digits over source, vendor id, vendor name and organisation number.").required(),
        text("buyer_id", "The contracting authority's identifier, as in the file."),
        text("buyer_name", "The contracting authority's name, as in the file."),
        text("organisational_unit_id", "The buying unit's code; its name where the file has no code."),
        text("organisational_unit_name", "The buying unit's name."),
        text("vendor_id", "The vendor's number in the ledger."),
        text("vendor_name", "The vendor's name as in the file, white space folded."),
        text("organisation_number", "The vendor's organisation number, digits only; a sole trader's is a keyed hash `person:…`."),
        text("invoice_number", "The vendor's invoice number."),
        text("voucher_number", "The ledger's voucher number."),
        date("invoice_on", "Invoice date."),
        date("booked_on", "Booking date."),
        date("delivered_on", "Delivery date."),
        date("due_on", "Due date."),
        date("paid_on", "Payment date."),
        date("discount_until_on", "Last day of payment on which the discount of the payment terms may be taken."),
        rate("discount_percent", "That discount in per cent of the net amount: 2 = two per cent. Of several, the largest."),
        text("account_code", "Ledger account."),
        text("account_name", "Name of the account."),
        text("category_code", "Spend category stated on the line, in the workspace's tree or CPV/UNSPSC."),
        text("item_id", "The seller's item number."),
        text("line_text", "Free text; only when the mapping names it, personal numbers masked."),
        text("line_kind", "Part of an e-invoice that the row is: line, charge, allowance or document; empty for ledgers."),
        quantity("invoiced_quantity", "Quantity."),
        text("unit_of_measure", "Unit of the quantity and of the price."),
        quantity("unit_price", "Net price of one unit."),
        money("net_amount", "Net amount excluding VAT, signed: credits are negative.").required(),
        money("vat_amount", "VAT, signed as the net amount."),
        text("currency", "ISO 4217 code of the amounts.").required(),
        text("contract_reference", "Contract number stated on the line."),
        text("order_reference", "Purchase order number stated on the line."),
        text("bank_account", "Bankgiro, plusgiro or IBAN paid to, normalised."),
        text("channel", "How the invoice came: e_invoice, pdf, paper, card or as the file says."),
        int("row_fingerprint", "Hash of the record's content, to find the same row in another file.").required(),
    ],
};

/// One row per contract, lot and supplier in the catalogue.
pub const CONTRACT: Table = Table {
    schema: "lake",
    name: "contract",
    grain: "one row of a contract catalogue: contract × lot × supplier",
    key: &["source_file_id", "source_line"],
    is_partitioned: false,
    doc: "The contract catalogue as exported. A framework with several suppliers or lots has a row for each.",
    columns: &[
        SOURCE_FILE_ID,
        SOURCE_LINE,
        text("contract_id", "The contract number.").required(),
        text("lot_id", "Lot (delområde), when the contract has lots."),
        text("framework_contract_id", "For a call-off: the framework it was called off from."),
        text("contract_title", "Title."),
        text("vendor_name", "Supplier as named in the catalogue.").required(),
        text("organisation_number", "Supplier's organisation number, digits only, or a keyed hash `person:…`."),
        int("supplier_rank", "Rank among the lot's suppliers, from 1; empty when they are not ranked."),
        text("award_form", "single, ranked, renewed_competition or call_off; empty when the catalogue does not say."),
        date("starts_on", "First day of the term."),
        date("ends_on", "Last day of the term, extensions already made included."),
        date("extendable_until_on", "Last day if every remaining option is used."),
        money("ceiling_net", "Largest total value (takvolym) excluding VAT; empty = no ceiling on file."),
        money("renewed_competition_limit_net", "Order value from which competition must be renewed."),
        text("category_codes", "Category scope: codes separated by `|`; a code covers the subtree below it. Empty = not stated."),
        text("entitled_unit_ids", "Units that may call off, separated by `|`; `*` = all units. Empty = not stated."),
        text("currency", "ISO 4217 code of the amounts.").required(),
        text("owner_role", "Role or function that owns the contract; never a person's name."),
        date("followed_up_on", "Date of the latest follow-up."),
        boolean("has_code_of_conduct", "Whether the national code of conduct is part of the contract."),
        boolean("has_sustainability_clause", "Whether it has sustainability clauses."),
        date("signed_on", "Day on which it was signed; a purchase before it is retroactive."),
        text("case_reference", "Case number (diarienummer) of the procurement or the contract, when lines or orders may state it."),
        money("instalment_net", "Amount of one instalment excluding VAT, such as a monthly fee or rent."),
    ],
};

/// One row per change of a contract.
pub const CONTRACT_AMENDMENT: Table = Table {
    schema: "lake",
    name: "contract_amendment",
    grain: "one change of one contract: extension, changed terms or termination",
    key: &["source_file_id", "source_line"],
    is_partitioned: false,
    doc: "Amendments and extensions. What a row states holds from its date; what it leaves empty stays as it was.",
    columns: &[
        SOURCE_FILE_ID,
        SOURCE_LINE,
        text("contract_id", "The contract number.").required(),
        text("lot_id", "Lot that is changed; empty = the whole contract."),
        text("amendment_id", "Number of the amendment."),
        text("amendment_kind", "original (the contract itself, which gives its date of signature), amendment or termination; empty = amendment."),
        date("signed_on", "Day on which it was signed."),
        date("effective_on", "First day of the changed terms; empty = the day of signature."),
        date("ends_on", "The contract's last day from then on."),
        money("ceiling_net", "Largest total value of the contract from then on, excluding VAT."),
        money("instalment_net", "Amount of one instalment from then on, excluding VAT."),
        text("category_codes", "Category scope from then on, separated by `|`."),
        text("entitled_unit_ids", "Entitled units from then on, separated by `|`; `*` = all."),
        text("currency", "ISO 4217 code of the amounts.").required(),
    ],
};

/// One row per purchase order.
pub const PURCHASE_ORDER: Table = Table {
    schema: "lake",
    name: "purchase_order",
    grain: "one purchase order or commitment, or one line of it",
    key: &["source_file_id", "source_line"],
    is_partitioned: false,
    doc: "Purchase orders, call-offs and budget commitments: what ties an order number on a line to a contract.",
    columns: &[
        SOURCE_FILE_ID,
        SOURCE_LINE,
        text("order_id", "The order number, as lines state it.").required(),
        text("contract_id", "The contract that it was ordered under, when it says so."),
        text("vendor_name", "Supplier as named on the order."),
        text("organisation_number", "Supplier's organisation number, digits only, or a keyed hash `person:…`."),
        text("organisational_unit_id", "Ordering unit."),
        date("ordered_on", "Day of the order: held against the contract's term in place of the delivery."),
        money("ordered_net", "Value of the order excluding VAT."),
        text("category_code", "Spend category of what was ordered."),
        text("currency", "ISO 4217 code of the amounts.").required(),
    ],
};

/// One row per exception that was approved.
pub const APPROVED_EXCEPTION: Table = Table {
    schema: "lake",
    name: "approved_exception",
    grain: "one approved exception from buying on contract",
    key: &["exception_id"],
    is_partitioned: false,
    doc: "The register of approved exceptions. A line that one fits stays off contract and is shown as excepted, with a figure of its own.",
    columns: &[
        SOURCE_FILE_ID,
        SOURCE_LINE,
        text("exception_id", "Number of the exception.").required(),
        text("vendor_name", "Supplier that may be bought from; empty with an empty organisation number = any."),
        text("organisation_number", "Its organisation number, digits only, or a keyed hash `person:…`."),
        text("category_codes", "Categories, separated by `|`; a code covers the subtree below it. Empty = any."),
        text("organisational_unit_ids", "Units that may, with the units below them, separated by `|`; empty or `*` = all."),
        date("approved_on", "Day of the approval."),
        date("starts_on", "First day of purchases that it covers; empty = the day of the approval."),
        date("expires_on", "Last day. An exception without an expiry excepts nothing."),
        text("owner_role", "Role or function that answers for it; never a person's name.").required(),
        text("exception_reason", "Why it was approved."),
    ],
};

/// One row per tender or lot that was published.
pub const TENDER: Table = Table {
    schema: "lake",
    name: "tender",
    grain: "one tender of a procurement notice, by lot where the notice has lots",
    key: &["source_file_id", "source_line", "lot_id"],
    is_partitioned: false,
    doc: "What was put out to tender, from OCDS releases and eForms notices. Several notices of one procurement give a row each.",
    columns: &[
        SOURCE_FILE_ID,
        SOURCE_LINE,
        text("process_id", "The procurement: OCID, or the procedure identifier of eForms.").required(),
        text("lot_id", "Lot, when the notice has lots."),
        text("tender_title", "Title."),
        text("buyer_name", "The contracting authority."),
        text("buyer_id", "Its identifier in the notice."),
        text("procurement_method", "Procedure in the words of the standard: OCDS procurementMethod, or the eForms procedure type."),
        date("published_on", "Day of publication."),
        date("closes_on", "Last day for tenders."),
        money("estimated_net", "Estimated value."),
        text("currency", "ISO 4217 code of the amounts.").required(),
        text("category_codes", "Classification codes, separated by `|`."),
        int("tender_count", "Tenders received, when the notice says."),
        text("tender_status", "Status, or the result of the lot, in the words of the standard."),
    ],
};

/// One row per award and supplier.
pub const AWARD: Table = Table {
    schema: "lake",
    name: "award",
    grain: "one award of a procurement notice: award × lot × supplier",
    key: &["source_file_id", "source_line", "award_id", "lot_id", "supplier_id"],
    is_partitioned: false,
    doc: "Who won, from OCDS releases and eForms notices. Contracts to match invoices against are in contract; this is the tender's own result.",
    columns: &[
        SOURCE_FILE_ID,
        SOURCE_LINE,
        text("process_id", "The procurement.").required(),
        text("lot_id", "Lot, when the award names one."),
        text("award_id", "The award or contract.").required(),
        text("award_title", "Title."),
        text("supplier_name", "The winner as named.").required(),
        text("supplier_id", "Its identifier in the notice."),
        date("awarded_on", "Day of the award."),
        money("award_net", "Value of the award; of a framework its maximum."),
        text("currency", "ISO 4217 code of the amounts.").required(),
        text("award_status", "Status in the words of the standard; cancelled and unsuccessful awards are left out."),
    ],
};

/// One row per bid and tenderer.
pub const BID: Table = Table {
    schema: "lake",
    name: "bid",
    grain: "one bid of a procurement notice × tenderer",
    key: &["source_file_id", "source_line", "bid_id", "tenderer_id"],
    is_partitioned: false,
    doc: "Who bid and at what price, from OCDS releases and eForms notices. Many notices tell the winners only.",
    columns: &[
        SOURCE_FILE_ID,
        SOURCE_LINE,
        text("process_id", "The procurement.").required(),
        text("lot_id", "Lot; lots of one bid over several are separated by `|`."),
        text("bid_id", "The bid."),
        text("tenderer_name", "The tenderer as named."),
        text("tenderer_id", "Its identifier in the notice."),
        money("bid_net", "Price of the bid."),
        text("currency", "ISO 4217 code of the amounts.").required(),
        int("bid_rank", "Rank of the bid, when the notice says."),
        boolean("is_winner", "Whether the tenderer has an award of the procurement."),
        text("bid_status", "Status in the words of the standard, such as valid or disqualified."),
    ],
};

/// One row per vendor in an ERP's master data.
pub const VENDOR_RECORD: Table = Table {
    schema: "lake",
    name: "vendor_record",
    grain: "one vendor of one vendor master",
    key: &["source_file_id", "source_line"],
    is_partitioned: false,
    doc: "The vendor master as exported: many records may be one supplier, and that is what resolve finds out.",
    columns: &[
        SOURCE_FILE_ID,
        SOURCE_LINE,
        text("vendor_id", "The vendor's number in the ledger.").required(),
        text("vendor_name", "Name.").required(),
        text("organisation_number", "Organisation number, digits only, or a keyed hash `person:…`."),
        text("vat_number", "VAT number."),
        text("bankgiro", "Bankgiro number, digits only."),
        text("plusgiro", "Plusgiro number, digits only."),
        text("iban", "IBAN."),
        text("lei", "Legal Entity Identifier."),
        text("street", "Street address."),
        text("postcode", "Postcode."),
        text("city", "Post town."),
        text("country", "ISO 3166 country code."),
    ],
};

/// One row per unit of the buyer.
pub const ORGANISATIONAL_UNIT: Table = Table {
    schema: "lake",
    name: "organisational_unit",
    grain: "one organisational unit of the buyer",
    key: &["organisational_unit_id"],
    is_partitioned: false,
    doc: "Units with their place in the organisation.",
    columns: &[
        SOURCE_FILE_ID,
        SOURCE_LINE,
        text("organisational_unit_id", "Code of the unit.").required(),
        text("organisational_unit_name", "Name of the unit.").required(),
        text("parent_unit_id", "Code of the unit above."),
    ],
};

/// One row per price of an item under a contract.
pub const PRICE_LIST_ITEM: Table = Table {
    schema: "lake",
    name: "price_list_item",
    grain: "one item price of one contract from one date",
    key: &["source_file_id", "source_line"],
    is_partitioned: false,
    doc: "Agreed prices.",
    columns: &[
        SOURCE_FILE_ID,
        SOURCE_LINE,
        text("contract_id", "The contract number.").required(),
        text("vendor_name", "Supplier, where the contract has several."),
        text("organisation_number", "Supplier's organisation number, digits only."),
        text("item_id", "The seller's item number.").required(),
        text("item_name", "Name of the item."),
        text("category_code", "Spend category of the item."),
        text("unit_of_measure", "Unit that the price is for."),
        quantity("unit_price", "Agreed net price of one unit.").required(),
        text("currency", "ISO 4217 code.").required(),
        date("starts_on", "First day of the price."),
        date("ends_on", "Last day of the price."),
    ],
};

/// One row per organisation in a register of suppliers.
pub const SUPPLIER_REGISTER: Table = Table {
    schema: "lake",
    name: "supplier_register",
    grain: "one organisation in one register file",
    key: &["source_file_id", "source_line"],
    is_partitioned: false,
    doc: "Facts on organisations from public or bought registers: size, form, start, place, certificates.",
    columns: &[
        SOURCE_FILE_ID,
        SOURCE_LINE,
        text("organisation_number", "Organisation number, digits only, or a keyed hash `person:…`."),
        text("organisation_name", "Name in the register.").required(),
        date("registered_on", "Date of registration."),
        date("deregistered_on", "Date of deregistration."),
        int("employee_count", "Headcount."),
        money("turnover_eur", "Yearly turnover in euro."),
        money("balance_sheet_eur", "Balance sheet total in euro."),
        boolean("is_idea_based_registered", "In the register of idea-based organisations (lag 2022:900)."),
        boolean("is_idea_based_declared", "Declares itself idea-based."),
        text("municipality_code", "Municipality of the seat."),
        text("parent_organisation_number", "Organisation number of the parent company."),
        text("parent_organisation_name", "Name of the parent company, for registers that do not give its number."),
        text("certified_classes", "Other certified classes, separated by `|`."),
        text("certificate_number", "Number of the certificate that the row's classes rest on."),
        text("certified_by", "Who issued it."),
        date("certified_from_on", "First day of the certificate; empty = no limit."),
        date("certified_until_on", "Last day of the certificate; empty = no limit."),
        text("category_codes", "Spend categories that the organisation offers, separated by `|`; a code covers the subtree below it."),
        text("country", "ISO 3166 country code of the seat."),
        date("insolvent_on", "Day that bankruptcy, reorganisation or liquidation was opened."),
        text("insolvency_status", "bankruptcy, reorganisation or liquidation, as the register says."),
        date("status_on", "The date that the facts describe."),
    ],
};

/// One row per node of the category tree.
pub const SPEND_CATEGORY: Table = Table {
    schema: "lake",
    name: "spend_category",
    grain: "one node of the buyer's category tree",
    key: &["category_code"],
    is_partitioned: false,
    doc: "The tree that spend is reported in. A code's ancestors are its parents here, else its prefixes.",
    columns: &[
        SOURCE_FILE_ID,
        SOURCE_LINE,
        text("category_code", "Code of the category.").required(),
        text("category_name", "Name of the category.").required(),
        text("parent_category_code", "Code of the category above."),
    ],
};

/// One row per rule that gives lines a category.
pub const CATEGORY_RULE: Table = Table {
    schema: "lake",
    name: "category_rule",
    grain: "one classification rule",
    key: &["source_file_id", "source_line"],
    is_partitioned: false,
    doc: "Rules kept by the buyer: account, vendor or text → category, or not addressable and why.",
    columns: &[
        SOURCE_FILE_ID,
        SOURCE_LINE,
        text("account_prefix", "Accounts that begin with this; empty = any."),
        text("vendor_id", "This vendor number or organisation number; empty = any."),
        text("text_contains", "Text that the line or account name contains, case folded; empty = any."),
        text("category_code", "The category given; empty when the rule excludes."),
        text("exclusion", "Why the line is no purchase: salary, tax, transfer, grant, internal, public_body, financial; empty when it is one."),
    ],
};

/// One row per total of the ledger.
pub const LEDGER_BALANCE: Table = Table {
    schema: "lake",
    name: "ledger_balance",
    grain: "one total of the ledger: account × month",
    key: &["source_file_id", "source_line"],
    is_partitioned: false,
    doc: "What the ledger itself says was booked, from a SIE file or a list of totals: invoice lines are reconciled with it.",
    columns: &[
        SOURCE_FILE_ID,
        SOURCE_LINE,
        text("account_code", "Ledger account; empty = all accounts together."),
        date("month_on", "First day of the month.").required(),
        money("net_amount", "Sum booked in the month, signed as the invoice lines.").required(),
        text("currency", "ISO 4217 code of the amount.").required(),
        text("controlled_source_name", "The source whose lines the total is of; empty = all sources of invoice lines."),
    ],
};

/// One row per exchange rate.
pub const EXCHANGE_RATE: Table = Table {
    schema: "lake",
    name: "exchange_rate",
    grain: "one rate of one pair of currencies on one day",
    key: &["source_file_id", "source_line", "quote_currency"],
    is_partitioned: false,
    doc: "Exchange rates as their publisher states them. Lines in other currencies are converted by these and no others.",
    columns: &[
        SOURCE_FILE_ID,
        SOURCE_LINE,
        date("rate_on", "The day of the rate.").required(),
        text("base_currency", "The currency of which there is one.").required(),
        text("quote_currency", "The currency that it is stated in.").required(),
        rate("exchange_rate", "Units of `quote_currency` for one unit of `base_currency`.").required(),
    ],
};

/// One row per finding on a file.
pub const FINDING: Table = Table {
    schema: "lake",
    name: "finding",
    grain: "one finding on one source file: for a column, a month or another file where the kind has one",
    key: &["source_file_id", "finding", "column_name", "period", "other_source_file_id", "detail"],
    is_partitioned: false,
    doc: "What a person should know about a file that was read: repeated rows, replaced months, totals that differ, marks that cannot be seen.",
    columns: &[
        SOURCE_FILE_ID,
        text("path", "Path of the file, relative to the workspace.").required(),
        text("finding", "Code of the finding: see docs/faults.md.").required(),
        text("column_name", "The file's column, where the finding is on one."),
        text("period", "The month, where the finding is on one: YYYY-MM."),
        text("other_source_file_id", "The other file, where two are concerned."),
        text("other_path", "Its path."),
        int("row_count", "Rows concerned."),
        money("net_amount", "Their net amount in the lines' currencies; for `total_differs` the total less the rows read."),
        int("source_line", "The first line concerned."),
        text("detail", "An example or what the document says, personal numbers masked."),
    ],
};

/// One row per category with what people know of it.
pub const CATEGORY_ATTRIBUTE: Table = Table {
    schema: "lake",
    name: "category_attribute",
    grain: "one category with attributes that people decided",
    key: &["category_code"],
    is_partitioned: false,
    doc: "What no invoice can say of a category: whether care or preparedness hangs on it, how hard a change of supplier is, the risk to people in its supply chain, and whether it is reuse or repair. A code covers the subtree below it; the longest code that fits counts.",
    columns: &[
        SOURCE_FILE_ID,
        SOURCE_LINE,
        text("category_code", "Code of the category.").required(),
        boolean("is_critical", "Whether care or preparedness hangs on it; empty = not judged."),
        int("switching_effort", "How hard a change of supplier is: 1 easy, 2 some work, 3 hard; empty = not judged."),
        int("price_sensitivity", "How much the price moves the buyer's result beyond its spend: 1 little, 2 some, 3 much; empty = not judged."),
        text("risk_level", "Risk to people and environment in the supply chain: low, medium or high; empty = not judged."),
        text("circular_tag", "reuse, repair, rental or another word of the buyer for purchases that keep things in use; empty = none."),
        text("attribute_source", "Who judged, or the list that it follows."),
        date("status_on", "Date of the judgement."),
    ],
};

/// One row per emission factor.
pub const EMISSION_FACTOR: Table = Table {
    schema: "lake",
    name: "emission_factor",
    grain: "one emission factor of one method for one category",
    key: &["source_file_id", "source_line"],
    is_partitioned: false,
    doc: "Emission factors with all that is needed to use them rightly: what they are per, the year and kind of price, and whether VAT is in it. Methods are never mixed in one total.",
    columns: &[
        SOURCE_FILE_ID,
        SOURCE_LINE,
        text("method_code", "Method, such as input_output, life_cycle or quantity; one total per method.").required(),
        text("category_code", "Spend category; a code covers the subtree below it. Empty = all that has the item."),
        text("item_id", "The seller's item number, for factors of one item."),
        quantity("kg_co2e", "Kilograms of carbon dioxide equivalents for `per_quantity` of `per_unit`.").required(),
        quantity("per_quantity", "How many units the kilograms are for; empty = one."),
        text("per_unit", "A currency code for factors per amount, or a unit of measure for factors per quantity.").required(),
        int("price_year", "Factors per amount: the year whose prices they are for."),
        text("price_basis", "Factors per amount: purchaser or basic prices."),
        text("vat_basis", "Factors per amount: excluding or including VAT."),
        text("factor_source", "Database, version and publisher.").required(),
    ],
};

/// One row per year of a price index or rate of exchange.
pub const PRICE_INDEX: Table = Table {
    schema: "lake",
    name: "price_index",
    grain: "one year of one series",
    key: &["series_code", "year_number"],
    is_partitioned: false,
    doc: "Price index of what the buyer buys (series `price`), and rates of exchange (series named by the currency: the workspace's currency for one unit of it). Spend is taken to a factor's price year and currency with these.",
    columns: &[
        SOURCE_FILE_ID,
        SOURCE_LINE,
        text("series_code", "`price`, or a currency code.").required(),
        int("year_number", "Year.").required(),
        quantity("index_value", "Index in the year, or the year's average rate.").required(),
        text("index_source", "Publisher and series.").required(),
    ],
};

/// One row per statement of second-tier spend.
pub const TIER2_REPORT: Table = Table {
    schema: "lake",
    name: "tier2_report",
    grain: "one statement by a supplier on what it bought from a diverse subcontractor",
    key: &["source_file_id", "source_line"],
    is_partitioned: false,
    doc: "What suppliers pass on to diverse subcontractors: direct = traced to our contract; indirect = their whole diverse spend, of which our share of their sales counts.",
    columns: &[
        SOURCE_FILE_ID,
        SOURCE_LINE,
        text("prime_name", "The supplier that reports.").required(),
        text("prime_organisation_number", "Its organisation number, digits only."),
        text("class_code", "Diversity class of the subcontractor.").required(),
        text("method_code", "direct or indirect.").required(),
        text("subcontractor_name", "The subcontractor; empty for sums."),
        date("starts_on", "First day reported on.").required(),
        date("ends_on", "Last day reported on.").required(),
        money("diverse_spend_net", "Bought from subcontractors of the class, VAT excluded.").required(),
        money("prime_sales_net", "Indirect: the supplier's sales to all its customers in the time, VAT excluded."),
        text("currency", "ISO 4217 code of the amounts.").required(),
    ],
};

/// One row per goal on supplier diversity.
pub const DIVERSITY_GOAL: Table = Table {
    schema: "lake",
    name: "diversity_goal",
    grain: "one goal for one class by one date",
    key: &["class_code", "due_on"],
    is_partitioned: false,
    doc: "Goals that the buyer has set itself: the share of addressable spend over twelve months that a class is to reach by a date.",
    columns: &[
        SOURCE_FILE_ID,
        SOURCE_LINE,
        text("class_code", "Diversity class, or `any`.").required(),
        quantity("goal_ratio", "Share of addressable spend, 0 to 1.").required(),
        date("due_on", "The day by which it is to be reached.").required(),
        text("goal_source", "The decision."),
    ],
};

/// One row per status of a reported deviation.
pub const DEVIATION_REPORT: Table = Table {
    schema: "lake",
    name: "deviation_report",
    grain: "one status of one reported deviation from one day",
    key: &["deviation_id", "status_on"],
    is_partitioned: false,
    doc: "The register of deviations that units keep: each change of status is a row of its own, so that the history stays.",
    columns: &[
        SOURCE_FILE_ID,
        SOURCE_LINE,
        text("deviation_id", "Number of the deviation.").required(),
        text("organisational_unit_id", "The unit that reported.").required(),
        date("reported_on", "Day of the report.").required(),
        date("status_on", "Day of this status.").required(),
        text("status_code", "open, in_progress or closed.").required(),
        text("reason", "M1 to M9, when it is about an invoice; empty for other deviations."),
        text("contract_id", "Contract."),
        text("vendor_name", "Supplier as named."),
        text("organisation_number", "Supplier's organisation number, digits only."),
        money("deviation_net", "Amount, VAT excluded."),
        text("currency", "ISO 4217 code of the amount.").required(),
    ],
};

/// One row per documented direct award.
pub const DIRECT_AWARD_RECORD: Table = Table {
    schema: "lake",
    name: "direct_award_record",
    grain: "one documented direct award",
    key: &["source_file_id", "source_line"],
    is_partitioned: false,
    doc: "The register of documented direct awards: what the duty to document asks for, from its limit up.",
    columns: &[
        SOURCE_FILE_ID,
        SOURCE_LINE,
        text("record_id", "Reference of the documentation.").required(),
        date("awarded_on", "Day of the award.").required(),
        text("vendor_name", "Supplier.").required(),
        text("organisation_number", "Supplier's organisation number, digits only."),
        text("category_code", "Spend category; empty = not stated."),
        text("organisational_unit_id", "The unit that bought."),
        money("award_net", "Value, VAT excluded."),
        text("currency", "ISO 4217 code of the value.").required(),
    ],
};
