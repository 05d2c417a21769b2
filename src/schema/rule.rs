//! `rule.*`: what queries need to know of the run, the calendar and the dated rules, as tables.

use super::{Table, boolean, date, float, int, money, text};

/// One row: this run.
pub const RUN: Table = Table {
    schema: "rule",
    name: "run",
    grain: "one row: the run",
    key: &["as_of_on"],
    is_partitioned: false,
    doc: "The as-of date and the window of data.",
    columns: &[
        date("as_of_on", "The day that the figures describe.").required(),
        int("as_of_month_index", "Its month index.").required(),
        text("as_of_period", "Its month.").required(),
        text("first_period", "First month with lines.").required(),
        text("last_period", "Last month with lines.").required(),
        int("loaded_month_count", "Months with lines.").required(),
        text("currency", "The workspace's currency.").required(),
        text("home_country", "ISO 3166 code of the country that the currency tells; empty for currencies of several countries."),
    ],
};

/// One row per month from 1970 to 2089.
pub const CALENDAR: Table = Table {
    schema: "rule",
    name: "calendar",
    grain: "one month",
    key: &["month_index"],
    is_partitioned: false,
    doc: "Months as numbers, text and dates, so that queries need no date functions.",
    columns: &[
        int("month_index", "year × 12 + month − 1.").required(),
        text("period", "YYYY-MM.").required(),
        int("year_number", "Year.").required(),
        int("month_number", "Month, 1 to 12.").required(),
        int("tertial_number", "Tertial, 1 to 3.").required(),
        date("first_on", "First day.").required(),
        date("last_on", "Last day.").required(),
        boolean("is_loaded", "Whether any line of this month is in the lake.").required(),
    ],
};

/// One row per day of the same years.
pub const DAY: Table = Table {
    schema: "rule",
    name: "day",
    grain: "one day",
    key: &["day_on"],
    is_partitioned: false,
    doc: "Days as numbers, so that queries can count days between two dates by equality joins and a subtraction.",
    columns: &[
        date("day_on", "The day.").required(),
        int("day_index", "Days since 1970-01-01.").required(),
        int("month_index", "Index of its month.").required(),
        int("weekday_number", "1 Monday to 7 Sunday.").required(),
        text(
            "rest_day_kind",
            "holiday, sunday or saturday, the first that fits; empty on working days. Holidays by data/reference/holidays.toml for the workspace's currency.",
        ),
    ],
};

/// One row per component of observed total cost.
pub const COST_COMPONENT: Table = Table {
    schema: "rule",
    name: "cost_component",
    grain: "one component of observed total cost",
    key: &["component_code"],
    is_partitioned: false,
    doc: "The components of observed total cost with their switches, from data/reference/cost_components.toml and the setting cost_components.",
    columns: &[
        text("component_code", "Code: the column of the tco tables without its `_net`.").required(),
        int("component_order", "Order, from 1.").required(),
        text("name_sv", "Name in Swedish.").required(),
        text("name_en", "Name in English.").required(),
        boolean("is_included", "Whether it is counted; zero in every table when not.").required(),
        text("component_source", "What it is made from.").required(),
    ],
};

/// One row per text that tells a cost component.
pub const COST_TEXT: Table = Table {
    schema: "rule",
    name: "cost_text",
    grain: "one text that tells a cost component",
    key: &["text_place", "match_text"],
    is_partitioned: false,
    doc: "Texts that make a line freight or a fee in the observed total cost, from data/reference/cost_components.toml.",
    columns: &[
        text("text_place", "account_name: the account's name contains it; line_text: it is the first word of the line's text.").required(),
        text("match_text", "The text, lower case.").required(),
        text("component_code", "freight or fee.").required(),
        text("text_source", "Where the text comes from.").required(),
    ],
};

/// One row per dated legal threshold.
pub const THRESHOLD: Table = Table {
    schema: "rule",
    name: "threshold",
    grain: "one threshold from one date",
    key: &["threshold_code", "starts_on"],
    is_partitioned: false,
    doc: "Thresholds of law and policy with the dates they are in force, from data/rules.",
    columns: &[
        text("threshold_code", "Such as direct_award, eu_goods_services or documentation_duty.").required(),
        date("starts_on", "First day in force.").required(),
        date("ends_on", "Last day in force; empty while it is."),
        int("first_month_index", "First month wholly or partly in force.").required(),
        int("last_month_index", "Last month in which this entry is the one in force on the last day; far away while in force.").required(),
        money("limit_value", "The value.").required(),
        text("limit_unit", "Its unit, such as SEK.").required(),
        text("limit_operator", "`<` or `<=`: what an amount must satisfy to be within the limit.").required(),
        text("limit_source", "Official source.").required(),
    ],
};

/// One row per parameter.
pub const PARAMETER: Table = Table {
    schema: "rule",
    name: "parameter",
    grain: "one parameter of the analyses",
    key: &["parameter_code"],
    is_partitioned: false,
    doc: "Parameters such as the tail share or the process cost of an invoice, in force at the as-of date.",
    columns: &[
        text("parameter_code", "Name.").required(),
        float("parameter_value", "Value; for money the same in whole units, for display only.").required(),
        money("parameter_money", "Value as exact money, when the unit is a currency."),
        text("parameter_unit", "Unit.").required(),
        text("parameter_source", "Where the value comes from.").required(),
    ],
};
