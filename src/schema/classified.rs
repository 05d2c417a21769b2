//! `classified.*`: what was bought. Classify writes these.

use super::{Table, float, text};

/// One row per invoice line, in the order of the lake's files.
pub const LINE_CATEGORY: Table = Table {
    schema: "classified",
    name: "line_category",
    grain: "one invoice line",
    key: &["line_id"],
    is_partitioned: true,
    doc: "The category of each line, or why it is no purchase, and the way it was decided. Each file has the rows of one file of lake.invoice_line, in its order, so that the two are read side by side without a join.",
    columns: &[
        text("line_id", "The invoice line.").required(),
        text("period", "Month: YYYY-MM.").required(),
        text("category_code", "Category in the workspace's tree; empty when none could be given."),
        text("category_method", "line, rule_vendor, rule_account, rule_text, contract, supplier_account, supplier_majority, model or unclassified.").required(),
        text("category_evidence", "The rule or the code that decided.").required(),
        float("category_confidence", "Probability that the category is right, 0 to 1.").required(),
        text("exclusion", "Why the line is not addressable: salary, tax, transfer, grant, internal, public_body, financial; empty when it is."),
    ],
};
