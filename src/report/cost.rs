//! Cost beyond the price, direct awards against the limit, and invoices to look at again.

use super::chart::{self, Bar, Caption, Part};
use super::data::Data;
use super::grid::Row;
use super::markup::Markup;
use super::more;
use super::page::{Page, empty, paragraph};
use super::table::{Kind, Table, drill};

use Kind::{Code, Date, Exact, Id, Int, Money, Share, Text};

const BARS_MAX: usize = 12;

/// What comes on top of the agreed price in the observed cost: column, class.
const COMPONENTS: [(&str, &str); 10] = [
    ("price_deviation_net", "c-c3"),
    ("lost_discount_net", "c-ambiguous"),
    ("freight_net", "c-c2"),
    ("fee_net", "c-c5"),
    ("process_cost_net", "c-c1"),
    ("order_cost_net", "c-outside"),
    ("late_interest_net", "c-c4"),
    ("early_payment_cost_net", "c-option"),
    ("payment_term_cost_net", "c-maverick"),
    ("carbon_cost_net", "c-undetermined"),
];

/// Its tables.
pub fn tables(data: &Data) -> Vec<Table> {
    let limit = data.rows_max;
    vec![
        Table::sorted(
            ("tco_supplier", "tco_supplier"),
            data.metric("tco_supplier"),
            &[
                ("supplier_name", Text),
                ("spend_net", Money),
                ("price_deviation_net", Money),
                ("freight_net", Money),
                ("fee_net", Money),
                ("process_cost_net", Money),
                ("late_interest_net", Money),
                ("total_cost_net", Money),
                ("total_cost_ratio", Share),
                ("invoice_count", Int),
            ],
            limit,
            |_| true,
            |r| drill(&[("s", r.text("supplier_id"))]),
            |r| -r.money("total_cost_net").unwrap_or(0),
        ),
        Table::sorted(
            ("tco_category", "tco_category"),
            data.metric("tco_category"),
            &[
                ("category_name", Text),
                ("spend_net", Money),
                ("price_deviation_net", Money),
                ("freight_net", Money),
                ("fee_net", Money),
                ("process_cost_net", Money),
                ("late_interest_net", Money),
                ("total_cost_net", Money),
                ("total_cost_ratio", Share),
                ("invoice_count", Int),
            ],
            limit,
            |_| true,
            |r| drill(&[("c", r.text("category_code"))]),
            |r| -r.money("total_cost_net").unwrap_or(0),
        ),
        Table::sorted(
            ("price_deviation", "price_deviation"),
            data.metric("price_deviation"),
            &[
                ("supplier_name", Text),
                ("contract_id", Id),
                ("item_id", Id),
                ("line_count", Int),
                ("deviating_line_count", Int),
                ("spend_net", Money),
                ("overpaid_net", Money),
                ("underpaid_net", Money),
                ("price_deviation_ratio", Share),
            ],
            limit,
            |r| r.bool("is_compared") == Some(true) && r.money("price_deviation_net").unwrap_or(0) != 0,
            |r| drill(&[("s", r.text("supplier_id")), ("k", r.text("contract_id"))]),
            |r| -r.money("overpaid_net").unwrap_or(0),
        ),
        Table::sorted(
            ("direct_award_accumulation", "direct_award_accumulation"),
            data.metric("direct_award_accumulation"),
            &[
                ("category_name", Text),
                ("supplier_name", Text),
                ("window_kind", Code),
                ("first_period", Id),
                ("last_period", Id),
                ("accumulated_net", Money),
                ("limit_value", Money),
                ("limit_ratio", Share),
                ("limit_status", Code),
                ("maverick_net", Money),
            ],
            limit,
            // The sums per supplier; those over all suppliers of a category stand in a table of their own.
            |r| r.text("level") == "supplier_category",
            |r| drill(&[("s", r.text("supplier_id")), ("c", r.text("category_code")), ("o", "off_contract")]),
            |r| -r.money("accumulated_net").unwrap_or(0),
        ),
        Table::sorted(
            ("direct_award_category", "direct_award_accumulation"),
            data.metric("direct_award_accumulation"),
            &[
                ("category_name", Text),
                ("supplier_count", Int),
                ("window_kind", Code),
                ("first_period", Id),
                ("last_period", Id),
                ("accumulated_net", Money),
                ("limit_value", Money),
                ("limit_ratio", Share),
                ("limit_status", Code),
            ],
            limit,
            |r| r.text("level") == "category",
            |r| drill(&[("c", r.text("category_code")), ("o", "off_contract")]),
            |r| -r.money("accumulated_net").unwrap_or(0),
        ),
        Table::sorted(
            ("duplicate_invoice", "duplicate_invoice"),
            data.metric("duplicate_invoice"),
            &[
                ("supplier_name", Text),
                ("amount_net", Exact),
                ("currency", Id),
                ("test_code", Code),
                ("confidence_band", Code),
                ("false_positive_cause", Code),
                ("document_on", Date),
                ("invoice_number", Id),
                ("original_document_on", Date),
                ("original_invoice_number", Id),
                ("voucher_number", Id),
                ("original_voucher_number", Id),
                ("line_id", Id),
                ("original_line_id", Id),
            ],
            limit,
            |_| true,
            |r| drill(&[("s", r.text("supplier_id"))]),
            // The surest first, then the largest.
            |r| {
                let band = match r.text("confidence_band") {
                    "high" => 0,
                    "medium" => 1,
                    _ => 2,
                };
                band * 1_000_000_000_000_000_000 - r.money("amount_net").unwrap_or(0)
            },
        ),
    ]
}

/// The section on cost.
pub fn body(page: &Page<'_>) -> Markup {
    let mut m = Markup::new();
    m.push(&paragraph(page.say(
        "Vad leverantören kostar utöver priset: hantering av fakturor, pris över avtalat pris och ränta för sen betalning. Bara det som går att se i underlaget räknas in.",
        "What a supplier costs beyond the price: handling of invoices, price above the agreed price and interest for late payment. Only what the data shows is counted.",
    )));
    m.push(&components(page));
    m.push(&page.block(page.say("Kostnad per kategori", "Cost by category"), "", "tco_category", page.say("Inga kostnader att visa.", "No cost to show.")));
    m.push(&page.block(
        page.say("Pris mot avtalat pris", "Price against the agreed price"),
        page.say("Kräver prislista och artikelnummer på fakturaraden.", "Needs a price list and item numbers on the invoice line."),
        "price_deviation",
        page.say(
            "Ingen rad kunde jämföras med ett avtalat pris, eller så följdes alla.",
            "No line could be compared with an agreed price, or all were followed.",
        ),
    ));
    m.push(&super::procurement::cost(page));
    m.push(&more::below(page, "cost"));
    m
}

fn components(page: &Page<'_>) -> Markup {
    let mut rows: Vec<Row<'_>> = page.data.metric("tco_supplier").rows().collect();
    // The price itself would hide the rest: what comes on top of it is what this chart is for.
    let extra = |r: &Row<'_>| COMPONENTS.iter().map(|(c, _)| r.money(c).unwrap_or(0).max(0)).sum::<i64>();
    rows.retain(|r| extra(r) > 0);
    rows.sort_by_key(|r| (-extra(r), r.text("supplier_id")));
    rows.truncate(BARS_MAX);
    let title = page.say("Kostnad utöver priset, per leverantör", "Cost beyond the price, by supplier");
    if rows.is_empty() {
        return empty(page.say("Underlaget visar ingen kostnad utöver priset.", "The data shows no cost beyond the price."));
    }
    let highest = rows.iter().map(extra).max().unwrap_or(0) as f64 / 100.0;
    let bars: Vec<Bar> = rows
        .iter()
        .map(|row| Bar {
            label: row.text("supplier_name").to_string(),
            parts: COMPONENTS
                .iter()
                .map(|(column, class)| {
                    let value = row.money(column).unwrap_or(0);
                    Part {
                        class,
                        length: value.max(0) as f64 / 100.0,
                        tip: format!("{}: {}", super::texts::column(page.language, column), page.kronor(i128::from(value))),
                        drill: String::new(),
                    }
                })
                .collect(),
            value: page.kronor(i128::from(extra(row))),
            mark: None,
            drill: drill(&[("s", row.text("supplier_id"))]),
        })
        .collect();
    let shown = COMPONENTS.iter().filter(|(c, _)| rows.iter().any(|r| r.money(c).unwrap_or(0) > 0));
    let names: Vec<(&'static str, String)> = shown.map(|(c, class)| (*class, super::texts::column(page.language, c))).collect();
    let legend: Vec<(&'static str, &str)> = names.iter().map(|(class, name)| (*class, name.as_str())).collect();
    page.figure(title, "", &legend, &chart::bars(&Caption { title, description: "" }, &bars, highest), "tco_supplier")
}

/// The section on direct awards.
pub fn awards(page: &Page<'_>) -> Markup {
    let mut m = Markup::new();
    m.push(&paragraph(page.say(
        "Inköp utan avtal läggs ihop per slag och leverantör och jämförs med den direktupphandlingsgräns som gällde. En summa över gränsen är en fråga att utreda, inte en överträdelse i sig.",
        "Purchases without a contract are added up by kind and supplier and compared with the direct award limit in force. A sum above the limit is a question to look into, not a breach in itself.",
    )));
    if !page.data.has_contracts() {
        m.push(&super::page::empty(page.say(
            "Ingen avtalskatalog har lästs in, så alla inköp räknas som gjorda utan avtal.",
            "No contract catalogue was read, so that all purchases count as made without a contract.",
        )));
    }
    m.push(&limits(page));
    let none = page.say("Inga inköp utan avtal att lägga ihop.", "No purchases without a contract to add up.");
    m.push(&page.block(page.say("Per leverantör och kategori", "By supplier and category"), "", "direct_award_accumulation", none));
    m.push(&page.block(
        page.say("Per kategori, alla leverantörer", "By category, all suppliers"),
        page.say(
            "Köp av samma slag läggs ihop även när de gjorts hos olika leverantörer.",
            "Purchases of the same kind are added up even when they went to different suppliers.",
        ),
        "direct_award_category",
        none,
    ));
    m.push(&more::below(page, "awards"));
    m
}

/// The largest sums of one supplier and category against the limit in force.
fn limits(page: &Page<'_>) -> Markup {
    let grid = page.data.metric("direct_award_accumulation");
    let mut rows: Vec<Row<'_>> =
        grid.rows().filter(|r| r.text("level") == "supplier_category" && r.text("window_kind") == "rolling_12" && r.float("limit_ratio").is_some()).collect();
    rows.sort_by_key(|r| (-r.money("accumulated_net").unwrap_or(0), r.text("category_code"), r.text("supplier_id")));
    rows.truncate(BARS_MAX);
    if rows.is_empty() {
        return Markup::new();
    }
    let highest = rows.iter().map(|r| r.money("accumulated_net").unwrap_or(0).max(r.money("limit_value").unwrap_or(0))).max().unwrap_or(0) as f64 / 100.0;
    let bars: Vec<Bar> = rows
        .iter()
        .map(|row| {
            let sum = row.money("accumulated_net").unwrap_or(0);
            let is_over = matches!(row.text("limit_status"), "over_limit" | "over_eu");
            Bar {
                label: format!("{}, {}", page.name(*row, "category_name"), row.text("supplier_name")),
                parts: vec![Part {
                    class: if is_over { "c-off" } else { "c-deviating" },
                    length: sum.max(0) as f64 / 100.0,
                    tip: format!("{} – {}: {}", row.text("first_period"), row.text("last_period"), page.kronor(i128::from(sum))),
                    drill: String::new(),
                }],
                value: page.money(i128::from(sum)),
                mark: row.money("limit_value").map(|v| v as f64 / 100.0),
                drill: drill(&[("s", row.text("supplier_id")), ("c", row.text("category_code")), ("o", "off_contract")]),
            }
        })
        .collect();
    let title = page.say("De största summorna under tolv månader", "The largest sums over twelve months");
    let note = page.say("Strecket är direktupphandlingsgränsen som gällde.", "The tick is the direct award limit in force.");
    let legend = [("c-off", page.say("över gränsen", "above the limit")), ("c-deviating", page.say("under gränsen", "below the limit"))];
    page.figure(title, note, &legend, &chart::bars(&Caption { title, description: note }, &bars, highest), "")
}

/// One sentence for the front page.
pub fn awards_finding(page: &Page<'_>) -> Option<String> {
    let above = page
        .data
        .metric("direct_award_accumulation")
        .rows()
        .filter(|r| {
            r.text("level") == "supplier_category" && r.text("window_kind") == "rolling_12" && matches!(r.text("limit_status"), "over_limit" | "over_eu")
        })
        .count();
    (above > 0).then(|| {
        page.say(
            "{n} leverantörer har i en kategori fått inköp utan avtal över direktupphandlingsgränsen under tolv månader.",
            "{n} suppliers had purchases without a contract above the direct award limit in one category over twelve months.",
        )
        .replace("{n}", &page.count(above as i128))
    })
}

/// The section on invoices to look at again.
pub fn review(page: &Page<'_>) -> Markup {
    let mut m = Markup::new();
    m.push(&paragraph(page.say(
        "Fakturor som liknar varandra så mycket att de bör granskas. Krediterade fakturor är borträknade. Listan är ett urval att granska, inte en lista över fel.",
        "Invoices so alike that they should be looked at. Credited invoices are taken off. The list is a selection for review, not a list of errors.",
    )));
    m.push(&page.table(
        "duplicate_invoice",
        page.say("Möjliga dubbletter", "Possible duplicates"),
        page.say("Inga fakturor liknar varandra så att de behöver granskas.", "No invoices are so alike that they need review."),
    ));
    m.push(&more::below(page, "review"));
    m
}

/// One sentence for the front page: only what the strictest tests found.
pub fn duplicates_finding(page: &Page<'_>) -> Option<String> {
    let sure: Vec<Row<'_>> =
        page.data.metric("duplicate_invoice").rows().filter(|r| r.text("confidence_band") == "high" && r.text("currency") == page.data.currency).collect();
    let sum: i128 = sure.iter().map(|r| i128::from(r.money("amount_net").unwrap_or(0))).sum();
    (!sure.is_empty()).then(|| {
        page.say("{n} fakturor är med hög sannolikhet dubbletter, {sum} att granska.", "{n} invoices are duplicates with high confidence, {sum} to review.")
            .replace("{n}", &page.count(sure.len() as i128))
            .replace("{sum}", &page.money(sum))
    })
}
