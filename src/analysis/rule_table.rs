//! The `rule.*` tables: what queries must know of the run, the calendar and the dated rules.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::holiday;
use crate::assets;
use crate::error::{Error, Result};
use crate::model::identifier::Scheme;
use crate::model::{Date, Money, Period};
use crate::pipeline::Context;
use crate::rules::is_money;
use crate::schema::{CALENDAR, COST_COMPONENT, COST_TEXT, DAY, INVOICE_LINE, PARAMETER, RUN, THRESHOLD, Table};
use crate::store::{Frame, Store, TableBuilder};

/// First and last month of the calendar: it holds every contract term and run-out month worth naming, and the as-of day of a lake without lines.
const FIRST: Period = Period::from_index(1970 * 12);
const LAST: Period = Period::from_index(2089 * 12 + 11);

/// The rows of every rule table.
pub fn batches(context: &Context, store: &Store) -> Result<Vec<(&'static Table, Frame)>> {
    let as_of = context.as_of(store);
    if as_of.period() < FIRST || as_of.period() > LAST {
        return Err(Error::Config(format!("as_of_on {as_of} lies outside the calendar, {FIRST} to {LAST}")));
    }
    let loaded: BTreeSet<Period> = store.files(&INVOICE_LINE).iter().filter(|f| f.rows > 0).filter_map(|f| Period::parse(f.period.as_deref()?)).collect();
    let [components, texts] = cost_components(&context.config.cost_components)?;
    Ok(vec![
        (&RUN, run_table(as_of, &loaded, &context.config.currency)),
        (&CALENDAR, calendar(&loaded)),
        (&DAY, days(&context.config.currency)?),
        (&COST_COMPONENT, components),
        (&COST_TEXT, texts),
        (&THRESHOLD, thresholds(context)),
        (&PARAMETER, parameters(context, as_of)),
    ])
}

fn run_table(as_of: Date, loaded: &BTreeSet<Period>, currency: &str) -> Frame {
    let own = as_of.period();
    let mut rows = TableBuilder::new(&RUN);
    rows.date("as_of_on", Some(as_of))
        .int("as_of_month_index", Some(i64::from(own.index())))
        .text("as_of_period", Some(&own.to_string()))
        .text("first_period", Some(&loaded.first().unwrap_or(&own).to_string()))
        .text("last_period", Some(&loaded.last().unwrap_or(&own).to_string()))
        .int("loaded_month_count", Some(loaded.len() as i64))
        .text("currency", Some(currency))
        .text("home_country", Scheme::of_organisations_in(currency).map(Scheme::country).filter(|c| !c.is_empty()))
        .end_row();
    rows.finish()
}

fn calendar(loaded: &BTreeSet<Period>) -> Frame {
    let mut rows = TableBuilder::new(&CALENDAR);
    for period in (FIRST.index()..=LAST.index()).map(Period::from_index) {
        let (year, month) = period.year_month();
        rows.int("month_index", Some(i64::from(period.index())))
            .text("period", Some(&period.to_string()))
            .int("year_number", Some(i64::from(year)))
            .int("month_number", Some(i64::from(month)))
            .int("tertial_number", Some(i64::from(period.tertial())))
            .date("first_on", Some(period.first_day()))
            .date("last_on", Some(period.last_day()))
            .boolean("is_loaded", Some(loaded.contains(&period)))
            .end_row();
    }
    rows.finish()
}

fn days(currency: &str) -> Result<Frame> {
    let holidays = holiday::days(currency, FIRST.year_month().0..=LAST.year_month().0)?;
    let mut rows = TableBuilder::new(&DAY);
    for day in (FIRST.first_day().days()..=LAST.last_day().days()).map(Date::from_days) {
        let weekday = holiday::weekday_number(day);
        let rest = match weekday {
            _ if holidays.contains(&day) => Some("holiday"),
            7 => Some("sunday"),
            6 => Some("saturday"),
            _ => None,
        };
        rows.date("day_on", Some(day))
            .int("day_index", Some(i64::from(day.days())))
            .int("month_index", Some(i64::from(day.period().index())))
            .int("weekday_number", Some(weekday))
            .text("rest_day_kind", rest)
            .end_row();
    }
    Ok(rows.finish())
}

/// The components with their switches, and the texts that tell them. `counted` are the codes of the setting; empty = as the file says.
fn cost_components(counted: &[String]) -> Result<[Frame; 2]> {
    const PATH: &str = "data/reference/cost_components.toml";
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        component: Vec<Component>,
        text: Vec<Text>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Component {
        code: String,
        name_sv: String,
        name_en: String,
        is_included: bool,
        source: String,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Text {
        place: String,
        text: String,
        component: String,
        source: String,
    }
    let text = assets::text(PATH).ok_or_else(|| Error::Internal(format!("{PATH} is not embedded")))?;
    let file: File = toml::from_str(text).map_err(|e| Error::Rules(format!("{PATH}: {e}")))?;
    let codes: Vec<&str> = file.component.iter().map(|c| c.code.as_str()).collect();
    if let Some(unknown) = counted.iter().find(|c| !codes.contains(&c.as_str())) {
        return Err(Error::Config(format!("cost_components: \"{unknown}\" is no component of the total cost; there are {}", codes.join(", "))));
    }
    let mut components = TableBuilder::new(&COST_COMPONENT);
    for (order, component) in (1..).zip(&file.component) {
        // The price itself is what the rest comes on top of.
        let is_included = if counted.is_empty() { component.is_included } else { component.code == "price" || counted.contains(&component.code) };
        components
            .text("component_code", Some(&component.code))
            .int("component_order", Some(order))
            .text("name_sv", Some(&component.name_sv))
            .text("name_en", Some(&component.name_en))
            .boolean("is_included", Some(is_included))
            .text("component_source", Some(&component.source))
            .end_row();
    }
    let mut texts = TableBuilder::new(&COST_TEXT);
    for text in &file.text {
        if !["freight", "fee"].contains(&text.component.as_str()) || !["account_name", "line_text"].contains(&text.place.as_str()) {
            return Err(Error::Rules(format!("{PATH}: \"{}\": a text is for freight or fee, in account_name or line_text", text.text)));
        }
        texts
            .text("text_place", Some(&text.place))
            .text("match_text", Some(&text.text.to_lowercase()))
            .text("component_code", Some(&text.component))
            .text("text_source", Some(&text.source))
            .end_row();
    }
    Ok([components.finish(), texts.finish()])
}

fn thresholds(context: &Context) -> Frame {
    let mut rows = TableBuilder::new(&THRESHOLD);
    for rule in context.rules.thresholds() {
        for value in &rule.values {
            // A month's limit is the one in force on its last day.
            let last = value.to.map_or(LAST, |to| if to == to.period().last_day() { to.period() } else { to.period().plus(-1) });
            let scaled = if is_money(&value.unit) { value.value } else { value.value / 100 };
            rows.text("threshold_code", Some(&rule.code))
                .date("starts_on", Some(value.from))
                .date("ends_on", value.to)
                .int("first_month_index", Some(i64::from(value.from.period().index())))
                .int("last_month_index", Some(i64::from(last.index())))
                .money("limit_value", Money::from_minor(scaled))
                .text("limit_unit", Some(&value.unit))
                .text("limit_operator", Some(value.operator.symbol()))
                .text("limit_source", Some(&value.source))
                .end_row();
        }
    }
    rows.finish()
}

fn parameters(context: &Context, as_of: Date) -> Frame {
    let mut rows = TableBuilder::new(&PARAMETER);
    for rule in context.rules.parameters() {
        let Some(value) = rule.at(as_of) else { continue };
        let is_amount = is_money(&value.unit);
        let number = value.value as f64 / if is_amount { 100.0 } else { 10_000.0 };
        rows.text("parameter_code", Some(&rule.code))
            .float("parameter_value", Some(number))
            .money("parameter_money", if is_amount { Money::from_minor(value.value) } else { None })
            .text("parameter_unit", Some(&value.unit))
            .text("parameter_source", Some(&value.source))
            .end_row();
    }
    rows.finish()
}
