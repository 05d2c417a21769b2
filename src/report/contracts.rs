//! Contracts: ceilings, ends, use.

use super::chart::{self, Bar, BurnDown, Caption, Part, Span};
use super::grid::Row;
use super::markup::Markup;
use super::more;
use super::page::{Page, empty};
use super::table::drill;
use super::texts;
use crate::model::Period;

const BARS_MAX: usize = 15;
/// Burn-downs that stand side by side.
const BURN_DOWNS_MAX: usize = 9;
/// Months ahead that count as about to end.
const HORIZON_MONTHS: i32 = 18;

/// The section.
pub fn body(page: &Page<'_>) -> Markup {
    let mut m = Markup::new();
    let used = page.data.metric("contract_use");
    if used.is_empty() {
        return empty(super::compliance::NO_CATALOGUE.of(page.language));
    }
    let count = |status: &str| used.rows().filter(|r| r.text("use_status") == status).count();
    let live = used.rows().filter(|r| r.bool("is_live") == Some(true)).count();
    let ceilings = page.data.metric("ceiling_utilisation");
    let no_ceiling = ceilings.rows().filter(|r| r.text("ceiling_status") == "no_ceiling_on_file" && r.bool("is_live") == Some(true)).count();
    let ending = page.data.metric("contract_ending").len();
    let passed = ceilings.rows().filter(|r| r.float("utilisation_ratio").unwrap_or(0.0) >= 1.0 && r.bool("is_live") == Some(true)).count();
    let soon = ceilings.rows().filter(|r| r.bool("is_live") == Some(true) && runs_out_soon(*r)).count();
    m.raw("<dl class=\"strip\">");
    for (name, value) in [
        (page.say("Avtal som gäller", "Contracts in force"), live),
        (page.say("Löper ut inom 18 månader", "Ending within 18 months"), ending),
        (page.say("Gäller men har inga avrop", "In force without call-offs"), count("not_used")),
        (page.say("Taket passerat", "Ceiling passed"), passed),
        (page.say("Taket tar slut inom tolv månader", "Ceiling runs out within twelve months"), soon),
        (page.say("Utan inlagd takvolym", "Without a ceiling on file"), no_ceiling),
    ] {
        m.raw("<div>").element("dt", name).element("dd", &page.count(value as i128)).raw("</div>");
    }
    m.raw("</dl>");
    m.push(&ceiling(page)).push(&burn_downs(page)).push(&endings(page)).push(&usage(page)).push(&more::below(page, "contracts"));
    m
}

/// Whether the ceiling is used up within twelve months at the present pace, before the contract ends.
fn runs_out_soon(row: Row<'_>) -> bool {
    row.bool("is_run_out_before_end") == Some(true)
        && row.float("utilisation_ratio").unwrap_or(0.0) < 1.0
        && row.float("run_out_months").is_some_and(|m| m <= 12.0)
}

fn ceiling(page: &Page<'_>) -> Markup {
    let grid = page.data.metric("ceiling_utilisation");
    let mut rows: Vec<Row<'_>> = grid.rows().filter(|r| r.float("utilisation_ratio").is_some()).collect();
    rows.sort_by(|a, b| {
        b.float("utilisation_ratio")
            .partial_cmp(&a.float("utilisation_ratio"))
            .unwrap_or(std::cmp::Ordering::Equal)
            .then(a.text("contract_id").cmp(b.text("contract_id")))
    });
    rows.truncate(BARS_MAX);
    let title = page.say("Takvolymer", "Ceilings");
    if rows.is_empty() {
        return empty(page.say(
            "Inget avtal har en takvolym inlagd. Det betyder inte att taket är noll eller att det saknas: uppgiften finns inte i katalogen.",
            "No contract has a ceiling on file. That does not mean that it is zero or that there is none: the catalogue does not say.",
        ));
    }
    let scale = rows.iter().filter_map(|r| r.float("utilisation_ratio")).fold(1.0, f64::max).min(2.0);
    let bars: Vec<Bar> = rows
        .iter()
        .map(|row| {
            let ratio = row.float("utilisation_ratio").unwrap_or(0.0).max(0.0);
            let runs_out = row.text("run_out_period");
            let when = if ratio >= 1.0 {
                page.say("taket passerat", "ceiling passed").to_string()
            } else if runs_out.is_empty() {
                String::new()
            } else {
                format!("{} {runs_out}", page.say("slut", "out"))
            };
            let class = if ratio >= 1.0 {
                "c-off"
            } else if row.int("alert_level").unwrap_or(0) > 0 {
                "c-deviating"
            } else {
                "c-compliant"
            };
            Bar {
                label: row.text("contract_title").to_string(),
                parts: vec![Part {
                    class,
                    length: ratio.min(scale),
                    tip: format!(
                        "{} / {}",
                        page.kronor(i128::from(row.money("burned_net").unwrap_or(0))),
                        page.kronor(i128::from(row.money("ceiling_net").unwrap_or(0)))
                    ),
                    drill: String::new(),
                }],
                value: if when.is_empty() { page.percent(ratio) } else { format!("{}, {when}", page.percent(ratio)) },
                mark: row.float("elapsed_ratio").map(|r| r.min(scale)),
                drill: drill(&[("k", row.text("contract_id"))]),
            }
        })
        .collect();
    let note = page.say(
        "Andel av takvolymen som är avropad. Strecket visar hur stor del av avtalstiden som har gått: en stapel förbi strecket går fortare än avtalet räcker. Beräknat slut följer takten de senaste tolv månaderna.",
        "Share of the ceiling that is called off. The tick shows how much of the term has passed: a bar beyond it runs faster than the contract lasts. The month in which it runs out follows the pace of the last twelve months.",
    );
    let legend = [
        ("c-compliant", page.say("under varningsgränserna", "below the alert limits")),
        ("c-deviating", page.say("över en varningsgräns", "above an alert limit")),
        ("c-off", page.say("taket passerat", "ceiling passed")),
    ];
    page.figure(title, note, &legend, &chart::bars(&Caption { title, description: note }, &bars, scale), "ceiling_utilisation")
}

/// Small multiples: what remains of the ceilings that are used the most, month by month, with the forecast.
fn burn_downs(page: &Page<'_>) -> Markup {
    let mut rows: Vec<Row<'_>> = page
        .data
        .metric("ceiling_utilisation")
        .rows()
        .filter(|r| r.text("ceiling_status") == "on_file" && r.bool("is_live") == Some(true) && r.money("burned_net").unwrap_or(0) > 0)
        .filter(|r| r.date("starts_on").is_some() && r.date("ends_on").is_some() && r.money("ceiling_net").unwrap_or(0) > 0)
        .collect();
    // Those that do not last come first, the soonest first; then those that are used the most.
    let soonest = |r: &Row<'_>| if r.bool("is_run_out_before_end") == Some(true) { r.float("run_out_months").unwrap_or(f64::MAX) } else { f64::MAX };
    rows.sort_by(|a, b| {
        let used = |r: &Row<'_>| r.float("utilisation_ratio").unwrap_or(0.0);
        soonest(a).total_cmp(&soonest(b)).then(used(b).total_cmp(&used(a))).then(a.text("contract_id").cmp(b.text("contract_id")))
    });
    rows.truncate(BURN_DOWNS_MAX);
    let mut m = Markup::new();
    if rows.is_empty() {
        return m;
    }
    let months = page.data.metric("ceiling_month");
    m.raw("<div class=\"block\">").element("h3", page.say("Så räcker takvolymerna", "How the ceilings last"));
    m.element(
        "p class=\"note\"",
        page.say(
            "Det som återstår av takvolymen, från avtalets första månad till dess sista. Den tunna linjen är jämn takt, den streckade en prognos i de senaste tolv månadernas takt, den lodräta den dag siffrorna avser. Avrop före de inlästa månaderna syns inte.",
            "What remains of the ceiling, from the first month of the contract to its last. The thin line is an even pace, the dashed one a forecast at the pace of the last twelve months, the upright one the as-of date. Call-offs before the months loaded do not show.",
        ),
    );
    m.raw("<ul class=\"burns\">");
    for row in rows {
        let id = row.text("contract_id");
        let (start, end) = (row.date("starts_on").expect("filtered").period().index(), row.date("ends_on").expect("filtered").period().index());
        let since = |index: i32| f64::from(index - start + 1);
        let ceiling = row.money("ceiling_net").unwrap_or(1) as f64;
        let today = since(page.data.as_of.period().index());
        let remaining: Vec<(f64, f64)> = months
            .rows()
            .filter(|r| r.text("contract_id") == id)
            .filter_map(|r| Some((since(i32::try_from(r.int("month_index")?).ok()?), r.money("remaining_net")? as f64 / ceiling)))
            .filter(|p| p.0 <= today)
            .collect();
        let left = row.money("remaining_net").unwrap_or(0) as f64 / ceiling;
        let pace = row.money("trailing_net").unwrap_or(0) as f64 / ceiling / row.int("trailing_month_count").unwrap_or(0).max(1) as f64;
        let term = since(end);
        let ahead = row.float("run_out_months").filter(|_| left > 0.0);
        let forecast = match ahead {
            Some(months) if today + months <= term => Some((today + months, 0.0)),
            _ if left > 0.0 && pace > 0.0 => Some((term, left - pace * (term - today))),
            _ => None,
        };
        let says = if left <= 0.0 {
            page.say("Taket passerat {month}.", "Ceiling passed {month}.").replace("{month}", row.text("passed_period"))
        } else if row.bool("is_run_out_before_end") == Some(true) {
            page.say(
                "{left} kvar. I nuvarande takt slut {month}, före avtalets slut.",
                "{left} left. At the present pace out in {month}, before the contract ends.",
            )
            .replace("{month}", row.text("run_out_period"))
        } else {
            page.say("{left} kvar. Räcker avtalstiden ut i nuvarande takt.", "{left} left. Lasts the term at the present pace.").to_string()
        }
        .replace("{left}", &page.percent(left));
        let burn = BurnDown {
            remaining,
            term,
            today,
            forecast,
            ends: (
                row.date("starts_on").map_or_else(String::new, |d| d.period().to_string()),
                row.date("ends_on").map_or_else(String::new, |d| d.period().to_string()),
            ),
        };
        let title = row.text("contract_title");
        m.raw("<li class=\"multiple\"><b>").text(if title.is_empty() { id } else { title }).raw("</b> <span class=\"note\">").text(id).raw("</span>");
        m.push(&chart::burn_down(&Caption { title: if title.is_empty() { id } else { title }, description: &says }, &burn, ("100 %", "0")));
        m.element("p", &says);
        m.raw("<p><button type=\"button\" class=\"row-link\"")
            .attr("data-q", &drill(&[("k", id)]))
            .raw(">")
            .text(super::table::texts_of(page.language, "rows"));
        m.raw("<span class=\"visually-hidden\">").text(&format!(": {id}")).raw("</span></button></p></li>");
    }
    m.raw("</ul>");
    let caption = texts::column(page.language, "remaining_net");
    m.raw("<details><summary>").text(page.say("Tabell till diagrammen", "Table of the charts")).raw("</summary>");
    m.push(&page.table("ceiling_month", &caption, "")).raw("</details></div>");
    m
}

fn endings(page: &Page<'_>) -> Markup {
    let grid = page.data.metric("contract_ending");
    let title = page.say("Avtal som löper ut", "Contracts about to end");
    if grid.is_empty() {
        return empty(page.say("Inget avtal löper ut inom 18 månader.", "No contract ends within 18 months."));
    }
    let mut rows: Vec<Row<'_>> = grid.rows().collect();
    rows.sort_by_key(|r| (-r.money("trailing_net").unwrap_or(0), r.text("contract_id")));
    rows.truncate(20);
    rows.sort_by_key(|r| (r.date("ends_on"), r.text("contract_id")));
    let start = Period::from_index(page.data.as_of.period().index() - 2);
    let first = start.first_day();
    let end = Period::from_index(page.data.as_of.period().index() + HORIZON_MONTHS).last_day();
    let day = |date: crate::model::Date| f64::from(date.days() - first.days());
    let spans: Vec<Span> = rows
        .iter()
        .filter_map(|row| {
            let ends = row.date("ends_on")?;
            Some(Span {
                label: row.text("contract_title").to_string(),
                from: 0.0,
                to: day(ends),
                extendable_to: row.date("extendable_until_on").map(day),
                value: ends.to_string(),
                // No successor is what asks for action; unknown is not the same.
                class: match row.bool("has_successor") {
                    Some(false) => "c-off",
                    Some(true) => "c-compliant",
                    None => "c-undetermined",
                },
            })
        })
        .collect();
    let months: Vec<(f64, String)> = (0..=HORIZON_MONTHS + 2)
        .filter(|n| n % 3 == 0)
        .map(|n| {
            let period = Period::from_index(start.index() + n);
            (day(period.first_day()), period.to_string())
        })
        .collect();
    let note = page.say(
        "De största avtalen efter köp de senaste tolv månaderna, i den ordning de löper ut. Den streckade linjen är den dag som siffrorna avser; den randiga delen är option att förlänga.",
        "The largest contracts by the last twelve months’ purchases, in the order in which they end. The dashed line is the as-of date; the striped part is an option to extend.",
    );
    let legend = [
        ("c-off", page.say("ingen efterföljare", "no successor")),
        ("c-compliant", page.say("efterföljare finns", "has a successor")),
        ("c-undetermined", page.say("omfattning ej angiven", "scope not stated")),
        ("c-option", page.say("option", "option")),
    ];
    let svg = chart::gantt(&Caption { title, description: note }, &spans, day(end), day(page.data.as_of), &months);
    page.figure(title, note, &legend, &svg, "contract_ending")
}

fn usage(page: &Page<'_>) -> Markup {
    let mut m = Markup::new();
    m.push(&page.block(
        page.say("Avtal utan avrop", "Contracts without call-offs"),
        page.say(
            "Avtal som gäller och inte har använts under de månader som är inlästa. Avtal med för få månaders data bedöms inte.",
            "Contracts in force that were not used in the months loaded. Contracts with too few months of data are not judged.",
        ),
        "contract_unused",
        page.say("Inget avtal som kan bedömas saknar avrop.", "No contract that can be judged is without call-offs."),
    ));
    m.push(&page.block(page.say("Användning av avtalen", "Use of the contracts"), "", "contract_use", ""));
    m
}
