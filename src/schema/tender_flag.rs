//! `metric.tender_flag*`: red flags of tenders from OCDS releases. Made in Rust: fences need exact quartiles.

use super::{Table, float, int, text};

/// One row per flag raised.
pub const FLAG: Table = Table {
    schema: "metric",
    name: "tender_flag",
    grain: "one red flag on one object",
    key: &["flag_code", "object_kind", "object_id"],
    is_partitioned: false,
    doc: "Red flags of tenders with their evidence. A flag is a reason to look, never a finding.",
    columns: &[
        text("flag_code", "Code of the flag, R003 to R058; texts are in data/reference/tender_flags.toml.").required(),
        text("object_kind", "process, buyer, procuring_entity or tenderer.").required(),
        text("object_id", "Its id in the releases.").required(),
        float("flag_value", "The indicator's value; empty on a tenderer that is named because of a process."),
        text("process_ids", "Processes that it comes from, separated by `; `."),
        text("evidence", "The figures behind the value.").required(),
    ],
};

/// One row per flag and kind of object.
pub const COVERAGE: Table = Table {
    schema: "metric",
    name: "tender_flag_coverage",
    grain: "one flag on one kind of object",
    key: &["flag_code", "object_kind"],
    is_partitioned: false,
    doc: "What each flag could see: without the fields that it needs it stays silent, which is no clean bill.",
    columns: &[
        text("flag_code", "Code of the flag.").required(),
        text("object_kind", "What it is computed on.").required(),
        int("process_count", "Contracting processes in the releases.").required(),
        int("evaluable_count", "Objects that the flag could be computed for.").required(),
        int("flagged_count", "Objects flagged.").required(),
        float("first_quartile", "First quartile of the values, where the limit comes from them."),
        float("third_quartile", "Third quartile of the values."),
        float("flag_limit", "The limit, where it is one number."),
        text("currency", "Currency of the amounts that were compared."),
    ],
};

/// One row per line that is no release.
pub const REJECT: Table = Table {
    schema: "metric",
    name: "tender_flag_reject",
    grain: "one line of a file of releases",
    key: &["file_name", "line_number"],
    is_partitioned: false,
    doc: "Lines of the files of releases that could not be read.",
    columns: &[
        text("file_name", "The file in the workspace's tenders folder.").required(),
        int("line_number", "Its line, from 1.").required(),
        text("message", "What is wrong, and the remedy.").required(),
    ],
};

/// All of them.
pub const TABLES: &[&Table] = &[&FLAG, &COVERAGE, &REJECT];
