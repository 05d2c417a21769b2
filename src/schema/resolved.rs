//! `resolved.*`: who the vendor records really are. Resolve writes these.

use super::{Table, boolean, date, float, int, money, text};

/// One row per real organisation.
pub const SUPPLIER: Table = Table {
    schema: "resolved",
    name: "supplier",
    grain: "one supplier: a real organisation",
    key: &["supplier_id"],
    is_partitioned: false,
    doc: "Suppliers found among all vendor records. The id is the smallest anchor, so it stays from run to run.",
    columns: &[
        text("supplier_id", "`SE5560000000` for an organisation number, `person:…` for a sole trader, else `name:` and a hash.").required(),
        text("supplier_name", "The most used name among its records.").required(),
        text("organisation_number", "Organisation number, when one is valid."),
        text("supplier_group_id", "Supplier id of the topmost parent, or the supplier itself.").required(),
        text("supplier_group_name", "Name of the topmost parent, or of the supplier itself."),
        text("supplier_group_basis", "What says that there is a parent: override (a person's verdict) or register; empty when the supplier has none."),
        text("municipality_code", "Municipality of the seat, from the register."),
        date("registered_on", "Date of registration, from the register."),
        date("deregistered_on", "Date of deregistration, from the register."),
        text("size_class", "EU class by 2003/361/EC: micro, small, medium, large or unknown.").required(),
        int("vendor_record_count", "Vendor records that are this supplier.").required(),
    ],
};

/// One row per vendor record.
pub const VENDOR_SUPPLIER: Table = Table {
    schema: "resolved",
    name: "vendor_supplier",
    grain: "one distinct vendor record: source, vendor id, name, organisation number",
    key: &["vendor_key"],
    is_partitioned: false,
    doc: "Each vendor record with the supplier it is, how sure that is and why.",
    columns: &[
        text("vendor_key", "Key of the vendor record, as on the invoice line.").required(),
        text("source_name", "Source of the record.").required(),
        text("vendor_id", "The vendor's number in the ledger."),
        text("vendor_name", "Name in the record."),
        text("organisation_number", "Organisation number in the record, as found."),
        text("supplier_id", "The supplier it is.").required(),
        float("link_score", "Probability that the link is right, 0 to 1.").required(),
        text("link_method", "identifier, master, override, name or alone.").required(),
        text("link_evidence", "The evidence, strongest first, separated by `; `.").required(),
        text(
            "finding",
            "placeholder, redacted, dummy_identifier, invalid_identifier, shared_identifier, own_identifier, shared_name or one_off: why no link was made; empty otherwise.",
        ),
    ],
};

/// One row per supplier and class.
pub const SUPPLIER_CLASS: Table = Table {
    schema: "resolved",
    name: "supplier_class",
    grain: "one supplier × one diversity class",
    key: &["supplier_id", "class_code"],
    is_partitioned: false,
    doc: "Diversity classes of each supplier, with unknown as a status of its own and the source of each statement.",
    columns: &[
        text("supplier_id", "Supplier.").required(),
        text("class_code", "sme, micro, idea_based, newly_started, local or a certified class.").required(),
        text("class_status", "member, not_member or unknown.").required(),
        text("evidence_tier", "registered, legal_form, declared or none.").required(),
        text("evidence", "Source and date of the statement.").required(),
        date("valid_from_on", "First day that the statement holds; empty = no limit."),
        date("valid_to_on", "Last day that the statement holds; empty = no limit."),
    ],
};

/// One row per contract, lot and resolved supplier.
pub const CONTRACT_SUPPLIER: Table = Table {
    schema: "resolved",
    name: "contract_supplier",
    grain: "one contract × lot × supplier",
    key: &["contract_id", "lot_id", "supplier_id"],
    is_partitioned: false,
    doc: "Who holds each contract, as resolved suppliers, with rank.",
    columns: &[
        text("contract_id", "The contract number.").required(),
        text("lot_id", "Lot; empty text when the contract has none.").required(),
        text("supplier_id", "The supplier.").required(),
        int("supplier_rank", "Rank among the lot's suppliers, from 1; empty when they are not ranked."),
        float("link_score", "Probability that the catalogue's name is this supplier, 0 to 1.").required(),
        text("link_evidence", "The evidence, strongest first, separated by `; `.").required(),
    ],
};

/// One row per verdict of the override file.
pub const SUPPLIER_OVERRIDE: Table = Table {
    schema: "resolved",
    name: "supplier_override",
    grain: "one line of the file of supplier verdicts",
    key: &["line_number"],
    is_partitioned: false,
    doc: "What people decided on suppliers, and whether each line still points at something.",
    columns: &[
        int("line_number", "Line in the file, from 1.").required(),
        text("override_text", "The verdict as written.").required(),
        text("override_note", "Who, when and why."),
        text("override_status", "in_force or stale.").required(),
        text("remedy", "What to do about a stale line."),
    ],
};

/// One row per vendor record and finding.
pub const VENDOR_FINDING: Table = Table {
    schema: "resolved",
    name: "vendor_finding",
    grain: "one finding on one vendor record",
    key: &["vendor_key", "finding", "subject"],
    is_partitioned: false,
    doc: "What is odd about vendor records and is no link: accounts that several suppliers share, one number for many payees, names of nobody, numbers that prove nothing.",
    columns: &[
        text("vendor_key", "The vendor record.").required(),
        text(
            "finding",
            "shared_bank_account, one_off, redacted, placeholder, dummy_identifier, invalid_identifier, shared_identifier, own_identifier or shared_name.",
        )
        .required(),
        text("subject", "What the records have in common: the account, the vendor number with its source, the identifier, or the source.").required(),
        text("supplier_id", "The supplier that the record was given.").required(),
    ],
};

/// One row per question to people.
pub const SUPPLIER_REVIEW: Table = Table {
    schema: "resolved",
    name: "supplier_review",
    grain: "one link between vendor records that a person should look at",
    key: &["review_rank"],
    is_partitioned: false,
    doc: "Links that were made and may be wrong, and links that were not made and may be missed, by the money that hangs on them. `spendtrace review` shows it.",
    columns: &[
        int("review_rank", "From 1, the most money at risk first.").required(),
        boolean("is_linked", "Whether the link stands now; else it is one that was not made.").required(),
        text("record", "The record in question: source, number and name.").required(),
        text("other", "The supplier that it is linked to, or the record that it is like.").required(),
        float("probability", "Probability that the two are one supplier, 0 to 1.").required(),
        money("amount_net", "Sum of |net amount| of the record's lines in the workspace's currency.").required(),
        money("at_risk_net", "amount_net times the probability that what stands now is wrong: an estimate, never part of a sum.").required(),
        text("evidence", "Why they may be one.").required(),
        text("verdict", "The line to add to the file of supplier verdicts when the answer is not what stands now.").required(),
    ],
};
