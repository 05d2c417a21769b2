//! `metric.life_cycle_*`: bids by price and by life-cycle cost, and their follow-up. Made in Rust: discounting is no SQL.

use super::{Table, boolean, float, int, money, quantity, text};

/// One row per bid of a procurement.
pub const BID: Table = Table {
    schema: "metric",
    name: "life_cycle_bid",
    grain: "one bid of one procurement",
    key: &["procurement_id", "bid_id"],
    is_partitioned: false,
    doc: "Price and life-cycle cost of each bid side by side, with the rank by each.",
    columns: &[
        text("procurement_id", "Name of the file in the workspace's lcc folder.").required(),
        text("procurement_name", "Name of the procurement.").required(),
        text("bid_id", "The bid.").required(),
        text("supplier_name", "The bidder.").required(),
        text("currency", "ISO 4217 code of the amounts.").required(),
        int("life_years", "Years of use.").required(),
        money("price_net", "Acquisition and delivery, paid at the start.").required(),
        money("life_cycle_cost", "Present value of all costs over the life.").required(),
        money("internal_cost", "The part that the buyer bears.").required(),
        money("external_cost", "The priced emission.").required(),
        money("equivalent_annual_cost", "Yearly amount with the same present value: what bids of unequal lives are ranked by.").required(),
        int("reference_years", "Years that the reference cost is for.").required(),
        money("reference_cost", "Present value of the equivalent annual cost over the reference years.").required(),
        quantity("emission_kg", "Emission over the life, kg CO2e.").required(),
        int("price_rank", "1 = lowest price.").required(),
        int("life_cycle_rank", "1 = lowest equivalent annual cost.").required(),
        boolean("is_winner_changed", "Whether no bid of the procurement is lowest by both.").required(),
        float("discount_rate", "Discount rate per year.").required(),
        text("rate_kind", "real or nominal.").required(),
        text("rate_source", "Where the rate comes from.").required(),
        quantity("carbon_price_per_kg", "Price per kg CO2e; 0 = emissions not priced.").required(),
        text("carbon_price_source", "Where that price comes from.").required(),
    ],
};

/// One row per component of a bid.
pub const COMPONENT: Table = Table {
    schema: "metric",
    name: "life_cycle_component",
    grain: "one cost component of one bid",
    key: &["procurement_id", "bid_id", "component_code"],
    is_partitioned: false,
    doc: "Present values by component: they add up to the life-cycle cost of the bid.",
    columns: &[
        text("procurement_id", "The procurement.").required(),
        text("bid_id", "The bid.").required(),
        int("component_number", "Order of the components, from 1.").required(),
        text("component_code", "acquisition, delivery, energy, other_use, maintenance, replacement, administration, end_of_life, residual_value or emission.")
            .required(),
        boolean("is_external", "Whether others than the buyer bear it.").required(),
        money("present_value", "Present value; the residual value is negative.").required(),
    ],
};

/// One row per component and year of a bid.
pub const CASH_FLOW: Table = Table {
    schema: "metric",
    name: "life_cycle_cash_flow",
    grain: "one cost component of one bid in one year",
    key: &["procurement_id", "bid_id", "year_number", "component_code"],
    is_partitioned: false,
    doc: "What falls due each year, and its present value: these add up to the component.",
    columns: &[
        text("procurement_id", "The procurement.").required(),
        text("bid_id", "The bid.").required(),
        int("year_number", "0 = the start, 1 = the first year of use.").required(),
        text("component_code", "The component.").required(),
        money("due_amount", "What falls due, price growth included, not discounted; real or nominal as the rate is.").required(),
        money("present_value", "Its present value.").required(),
    ],
};

/// One row per bid and scenario.
pub const SENSITIVITY: Table = Table {
    schema: "metric",
    name: "life_cycle_sensitivity",
    grain: "one bid under one variation of the calculation",
    key: &["procurement_id", "scenario_number", "bid_id"],
    is_partitioned: false,
    doc: "The calculation with one thing varied at a time: rate, life, price of energy, carbon price.",
    columns: &[
        text("procurement_id", "The procurement.").required(),
        int("scenario_number", "0 = the calculation itself.").required(),
        text("factor_code", "base, rate, life, energy_price or carbon_price.").required(),
        text("change_text", "The addition with its sign, or the carbon price that is tried.").required(),
        text("change_source", "Where a tried price comes from."),
        text("bid_id", "The bid.").required(),
        money("life_cycle_cost", "Present value of all costs.").required(),
        money("equivalent_annual_cost", "Yearly amount with the same present value.").required(),
        int("life_cycle_rank", "1 = lowest.").required(),
        boolean("is_winner_changed", "Whether another bid than in the calculation wins.").required(),
    ],
};

/// One row per component and year that is followed up.
pub const FOLLOW_UP: Table = Table {
    schema: "metric",
    name: "life_cycle_follow_up",
    grain: "one cost component of one awarded bid in one year of use",
    key: &["procurement_id", "year_number", "component_code"],
    is_partitioned: false,
    doc: "Actual cost from invoice lines beside the calculation at award.",
    columns: &[
        text("procurement_id", "The procurement.").required(),
        text("contract_id", "The contract whose lines are the actual cost.").required(),
        text("bid_id", "The awarded bid.").required(),
        int("year_number", "0 = the start, 1 = the first year of use.").required(),
        text("component_code", "The component; `unmapped` for lines that no rule maps.").required(),
        money("calculated_net", "What the calculation expected, in the money of the year.").required(),
        money("actual_net", "What the invoice lines add up to.").required(),
        money("difference_net", "Actual less calculated.").required(),
        int("line_count", "Invoice lines.").required(),
        boolean("is_complete", "Whether the year had ended on the as-of date.").required(),
    ],
};

/// All of them.
pub const TABLES: &[&Table] = &[&BID, &COMPONENT, &CASH_FLOW, &SENSITIVITY, &FOLLOW_UP];
