//! What was procured: life-cycle cost of bids and its outcome, competition for tenders, red flags.

use super::data::Data;
use super::markup::Markup;
use super::page::{Page, empty, paragraph};
use super::table::{Kind, Table, drill};

use Kind::{Bool, Code, Id, Int, Money, Names, Number, Share, Text};

/// Its tables.
pub fn tables(data: &Data) -> Vec<Table> {
    let limit = data.rows_max;
    let none = |_: super::grid::Row<'_>| String::new();
    vec![
        Table::sorted(
            ("tco_contract", "tco_contract"),
            data.metric("tco_contract"),
            &[
                ("contract_id", Id),
                ("contract_title", Text),
                ("supplier_names", Names),
                ("spend_net", Money),
                ("price_deviation_net", Money),
                ("process_cost_net", Money),
                ("late_interest_net", Money),
                ("total_cost_net", Money),
                ("total_cost_ratio", Share),
                ("credit_ratio", Share),
            ],
            limit,
            |r| !r.text("contract_id").is_empty(),
            |r| drill(&[("k", r.text("contract_id"))]),
            |r| -r.money("total_cost_net").unwrap_or(0),
        ),
        Table::sorted(
            ("tco_unit", "tco_unit"),
            data.metric("tco_unit"),
            &[
                ("organisational_unit_name", Text),
                ("spend_net", Money),
                ("price_deviation_net", Money),
                ("process_cost_net", Money),
                ("late_interest_net", Money),
                ("total_cost_net", Money),
                ("total_cost_ratio", Share),
                ("invoice_count", Int),
            ],
            limit,
            |_| true,
            |r| drill(&[("u", r.text("organisational_unit_id"))]),
            |r| -r.money("total_cost_net").unwrap_or(0),
        ),
        Table::of(
            ("life_cycle_bid", "life_cycle_bid"),
            data.metric("life_cycle_bid"),
            &[
                ("procurement_name", Text),
                ("bid_id", Id),
                ("supplier_name", Text),
                ("life_years", Int),
                ("price_net", Money),
                ("price_rank", Int),
                ("life_cycle_cost", Money),
                ("external_cost", Money),
                ("equivalent_annual_cost", Money),
                ("life_cycle_rank", Int),
                ("carbon_price_per_kg", Number),
            ],
            limit,
            |_| true,
            none,
        ),
        Table::of(
            ("life_cycle_follow_up", "life_cycle_follow_up"),
            data.metric("life_cycle_follow_up"),
            &[
                ("procurement_id", Id),
                ("contract_id", Id),
                ("year_number", Id),
                ("component_code", Code),
                ("calculated_net", Money),
                ("actual_net", Money),
                ("difference_net", Money),
                ("is_complete", Bool),
            ],
            limit,
            |_| true,
            |r| drill(&[("k", r.text("contract_id"))]),
        ),
        Table::of(
            ("life_cycle_sensitivity", "life_cycle_sensitivity"),
            data.metric("life_cycle_sensitivity"),
            &[
                ("procurement_id", Id),
                ("factor_code", Code),
                ("change_text", Text),
                ("bid_id", Id),
                ("life_cycle_cost", Money),
                ("equivalent_annual_cost", Money),
                ("life_cycle_rank", Int),
                ("is_winner_changed", Bool),
            ],
            limit,
            |_| true,
            none,
        ),
        Table::of(
            ("competition_year", "competition_year"),
            data.metric("competition_year"),
            &[
                ("year_number", Id),
                ("category_division", Id),
                ("tender_count", Int),
                ("bids_per_tender", Number),
                ("single_bid_count", Int),
                ("single_bid_ratio", Share),
                ("bidder_count", Int),
                ("new_bidder_ratio", Share),
                ("winner_count", Int),
                ("new_winner_ratio", Share),
                ("coverage_ratio", Share),
            ],
            limit,
            |_| true,
            none,
        ),
        Table::sorted(
            ("tender_competition", "tender_competition"),
            data.metric("tender_competition"),
            &[
                ("process_id", Id),
                ("tender_title", Text),
                ("procurement_method", Code),
                ("published_on", Kind::Date),
                ("bidder_count", Int),
                ("is_single_bid", Bool),
                ("winner_count", Int),
                ("award_net", Money),
            ],
            limit,
            |_| true,
            none,
            // A single bid is what one looks for.
            |r| i64::from(r.bool("is_single_bid") != Some(true)),
        ),
        Table::sorted(
            ("bid_rotation", "bid_rotation"),
            data.metric("bid_rotation"),
            &[
                ("bidder_name", Text),
                ("other_bidder_name", Text),
                ("shared_tender_count", Int),
                ("bidder_win_count", Int),
                ("other_bidder_win_count", Int),
                ("alternation_ratio", Share),
                ("first_period", Id),
                ("last_period", Id),
            ],
            limit,
            |r| r.bool("is_screened") == Some(true),
            none,
            |r| -r.int("shared_tender_count").unwrap_or(0),
        ),
        Table::of(
            ("bid_spread", "bid_spread"),
            data.metric("bid_spread"),
            &[
                ("process_id", Id),
                ("bid_count", Int),
                ("lowest_bid_net", Money),
                ("second_bid_net", Money),
                ("gap_ratio", Share),
                ("variation_ratio", Share),
                ("relative_distance", Number),
            ],
            limit,
            |r| r.bool("is_screened") == Some(true),
            none,
        ),
        Table::of(
            ("tender_flag", "tender_flag"),
            data.metric("tender_flag"),
            &[("flag_code", Code), ("object_kind", Code), ("object_id", Id), ("flag_value", Number), ("evidence", Text), ("process_ids", Names)],
            limit,
            |_| true,
            none,
        ),
    ]
}

/// Total cost by contract and unit, and life-cycle cost: the end of the section on cost.
pub fn cost(page: &Page<'_>) -> Markup {
    let mut m = Markup::new();
    let none = page.say("Inga kostnader att visa.", "No cost to show.");
    m.push(&page.block(page.say("Kostnad per avtal", "Cost by contract"), "", "tco_contract", none));
    m.push(&page.block(page.say("Kostnad per enhet", "Cost by unit"), "", "tco_unit", none));
    if !page.has_rows("life_cycle_bid") {
        m.push(&empty(page.say(
            "Ingen livscykelkalkyl finns i mappen lcc, så pris och livscykelkostnad kan inte jämföras.",
            "There is no life-cycle calculation in the folder lcc, so price and life-cycle cost cannot be compared.",
        )));
        return m;
    }
    m.push(&page.block(
        page.say("Anbud efter pris och efter livscykelkostnad", "Bids by price and by life-cycle cost"),
        page.say(
            "Livscykelkostnaden är nuvärdet av alla kostnader under livslängden, även utsläpp till det pris som står i tabellen.",
            "Life-cycle cost is the present value of all costs over the life, emissions at the price in the table among them.",
        ),
        "life_cycle_bid",
        none,
    ));
    m.push(&page.block(
        page.say("Utfall mot kalkylen vid tilldelningen", "Outcome against the calculation at award"),
        page.say("Fakturarader på avtalet, per år sedan start.", "Invoice lines on the contract, by year since the start."),
        "life_cycle_follow_up",
        page.say("Ingen kalkyl följs upp ännu.", "No calculation is followed up yet."),
    ));
    m.push(&page.block(
        page.say("Känslighet", "Sensitivity"),
        page.say("En sak ändras i taget.", "One thing is varied at a time."),
        "life_cycle_sensitivity",
        page.say("Kalkylen prövar inga andra värden.", "The calculation tries no other values."),
    ));
    m
}

/// The section on competition.
pub fn competition(page: &Page<'_>) -> Markup {
    let mut m = Markup::new();
    if !page.has_rows("tender_competition") && !page.has_rows("tender_flag") {
        m.push(&empty(page.say(
            "Inga upphandlingsannonser är inlästa. Lägg OCDS eller eForms i arbetsmappen så visas anbud per upphandling, nya anbudsgivare och varningsflaggor.",
            "No procurement notices are loaded. Put OCDS or eForms into the workspace to see bids per tender, new bidders and red flags.",
        )));
        return m;
    }
    m.push(&paragraph(page.say(
        "Hur många som lämnar anbud, vilka som är nya och vilka mönster som är värda att läsa anbuden för. En flagga är ett skäl att titta, aldrig ett fynd.",
        "How many bid, who is new, and which patterns are worth reading the bids for. A flag is a reason to look, never a finding.",
    )));
    m.push(&page.block(page.say("Konkurrens per år", "Competition by year"), "", "competition_year", page.say("Inga år att visa.", "No years to show.")));
    m.push(&page.block(
        page.say("Upphandlingar", "Tenders"),
        page.say("De med ett enda anbud står först.", "Those with a single bid stand first."),
        "tender_competition",
        page.say("Inga upphandlingar att visa.", "No tenders to show."),
    ));
    m.push(&page.block(
        page.say("Anbudsgivare som vinner i tur och ordning", "Bidders that win in turns"),
        page.say("Även jämnstarka konkurrenter kan turas om.", "Rivals of equal strength may take turns too."),
        "bid_rotation",
        page.say("Inga par turas om.", "No pairs take turns."),
    ));
    m.push(&page.block(
        page.say("Anbud som ligger tätt med avstånd till vinnaren", "Bids close together, away from the winner"),
        page.say("Så ser stödanbud ut, men också listpriser.", "Cover bids look like this, but list prices do too."),
        "bid_spread",
        page.say("Ingen upphandling ser ut så.", "No tender looks like this."),
    ));
    m.push(&page.block(
        page.say("Varningsflaggor", "Red flags"),
        page.say("Vad varje flagga betyder står i dokumentationen.", "The documentation says what each flag means."),
        "tender_flag",
        page.say("Ingen flagga är rest.", "No flag is raised."),
    ));
    m
}
