//! The tables that life-cycle costing writes.

use crate::error::Result;
use crate::model::Money;
use crate::schema::{Table, boolean, float, int, money, quantity, text};
use crate::store::{TableBuilder, Transaction};

use super::evaluate::Evaluation;
use super::follow_up::FollowUp;
use super::input::{FollowUpPlan, Procurement, RateKind};

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

/// Rows under way.
pub(super) struct Rows {
    bid: TableBuilder,
    component: TableBuilder,
    cash_flow: TableBuilder,
    sensitivity: TableBuilder,
    follow_up: TableBuilder,
}

impl Default for Rows {
    fn default() -> Rows {
        Rows {
            bid: TableBuilder::new(&BID),
            component: TableBuilder::new(&COMPONENT),
            cash_flow: TableBuilder::new(&CASH_FLOW),
            sensitivity: TableBuilder::new(&SENSITIVITY),
            follow_up: TableBuilder::new(&FOLLOW_UP),
        }
    }
}

impl Rows {
    pub(super) fn add_evaluation(&mut self, id: &str, procurement: &Procurement, evaluation: &Evaluation) {
        let rate_kind = match evaluation.rate_kind {
            RateKind::Real => "real",
            RateKind::Nominal => "nominal",
        };
        for bid in &evaluation.bids {
            let row = &mut self.bid;
            row.text("procurement_id", Some(id)).text("procurement_name", Some(&procurement.name)).text("bid_id", Some(&bid.bid_id));
            row.text("supplier_name", Some(&bid.supplier_name)).text("currency", Some(&evaluation.currency));
            row.int("life_years", Some(i64::from(bid.life_years))).money("price_net", Some(bid.price));
            row.money("life_cycle_cost", Some(bid.life_cycle_cost)).money("internal_cost", Some(bid.internal_cost));
            row.money("external_cost", Some(bid.external_cost)).money("equivalent_annual_cost", Some(bid.equivalent_annual_cost));
            row.int("reference_years", Some(i64::from(evaluation.reference_years))).money("reference_cost", Some(bid.reference_cost));
            row.set_decimal(BID.index_of("emission_kg"), ten_thousandths(bid.emission_kg.micro()));
            row.int("price_rank", Some(i64::from(bid.price_rank))).int("life_cycle_rank", Some(i64::from(bid.life_cycle_rank)));
            row.boolean("is_winner_changed", Some(evaluation.is_winner_changed)).float("discount_rate", Some(evaluation.rate.as_f64()));
            row.text("rate_kind", Some(rate_kind)).text("rate_source", Some(&evaluation.rate_source));
            row.set_decimal(BID.index_of("carbon_price_per_kg"), ten_thousandths(evaluation.carbon_price_per_kg.micro()));
            row.text("carbon_price_source", Some(&evaluation.carbon_price_source)).end_row();
            for part in &bid.components {
                let row = &mut self.component;
                row.text("procurement_id", Some(id)).text("bid_id", Some(&bid.bid_id));
                row.int("component_number", Some(part.component as i64 + 1)).text("component_code", Some(part.component.code()));
                row.boolean("is_external", Some(part.component.is_external())).money("present_value", Some(part.present_value)).end_row();
            }
            for flow in &bid.cash_flow {
                let row = &mut self.cash_flow;
                row.text("procurement_id", Some(id)).text("bid_id", Some(&bid.bid_id)).int("year_number", Some(i64::from(flow.year)));
                row.text("component_code", Some(flow.component.code())).money("due_amount", Some(flow.amount));
                row.money("present_value", Some(flow.present_value)).end_row();
            }
        }
        for (number, scenario) in (0..).zip(&evaluation.sensitivity) {
            for bid in &scenario.bids {
                let row = &mut self.sensitivity;
                row.text("procurement_id", Some(id)).int("scenario_number", Some(number)).text("factor_code", Some(scenario.factor.code()));
                row.text("change_text", Some(&scenario.change)).text("change_source", Some(&scenario.source).filter(|s| !s.is_empty()).map(String::as_str));
                row.text("bid_id", Some(&bid.bid_id)).money("life_cycle_cost", Some(bid.life_cycle_cost));
                row.money("equivalent_annual_cost", Some(bid.equivalent_annual_cost)).int("life_cycle_rank", Some(i64::from(bid.life_cycle_rank)));
                row.boolean("is_winner_changed", Some(scenario.is_winner_changed)).end_row();
            }
        }
    }

    pub(super) fn add_follow_up(&mut self, id: &str, plan: &FollowUpPlan, rows: &[FollowUp]) {
        for follow_up in rows {
            let difference = Money::from_minor(follow_up.actual.minor() - follow_up.calculated.minor());
            let row = &mut self.follow_up;
            row.text("procurement_id", Some(id)).text("contract_id", Some(&plan.contract_id)).text("bid_id", Some(&plan.bid_id));
            row.int("year_number", Some(i64::from(follow_up.year)));
            row.text("component_code", Some(follow_up.component.map_or("unmapped", |c| c.code())));
            row.money("calculated_net", Some(follow_up.calculated)).money("actual_net", Some(follow_up.actual));
            row.money("difference_net", difference).int("line_count", i64::try_from(follow_up.line_count).ok());
            row.boolean("is_complete", Some(follow_up.is_complete)).end_row();
        }
    }

    pub(super) fn write(mut self, transaction: &mut Transaction<'_>) -> Result<()> {
        transaction.replace_with(&BID, &[self.bid.finish()])?;
        transaction.replace_with(&COMPONENT, &[self.component.finish()])?;
        transaction.replace_with(&CASH_FLOW, &[self.cash_flow.finish()])?;
        transaction.replace_with(&SENSITIVITY, &[self.sensitivity.finish()])?;
        transaction.replace_with(&FOLLOW_UP, &[self.follow_up.finish()])
    }
}

/// 10^−6 to the 10^−4 of quantity columns, half away from zero.
fn ten_thousandths(micro: i128) -> i64 {
    crate::model::money::divide_rounded(micro, 100).expect("checked inputs fit a quantity column")
}
