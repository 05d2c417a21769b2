//! Rows of the tables that life-cycle costing writes.

use crate::model::Money;
use crate::schema::Table;
use crate::schema::life_cycle::{BID, CASH_FLOW, COMPONENT, FOLLOW_UP, SENSITIVITY};
use crate::store::{Frame, TableBuilder};

use super::evaluate::Evaluation;
use super::follow_up::FollowUp;
use super::input::{FollowUpPlan, Procurement, RateKind};

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

    pub(super) fn finish(mut self) -> Vec<(&'static Table, Frame)> {
        vec![
            (&BID, self.bid.finish()),
            (&COMPONENT, self.component.finish()),
            (&CASH_FLOW, self.cash_flow.finish()),
            (&SENSITIVITY, self.sensitivity.finish()),
            (&FOLLOW_UP, self.follow_up.finish()),
        ]
    }
}

/// 10^−6 to the 10^−4 of quantity columns, half away from zero.
fn ten_thousandths(micro: i128) -> i64 {
    crate::model::money::divide_rounded(micro, 100).expect("checked inputs fit a quantity column")
}
