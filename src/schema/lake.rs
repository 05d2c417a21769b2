//! `lake.*`: what the exports said, typed, one row per record. Ingest writes these; nothing else does.

use super::{Column, Table, boolean, date, int, money, quantity, text};

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
            "First 10 hex digits of the file's SHA-256; for tenders, awards and bids of the file and the kind, since one notice holds all three.",
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
        text("certified_classes", "Other certified classes, separated by `|`."),
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
