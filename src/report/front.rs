//! The front page: what a leader needs in a minute.

use super::chart::{self, Caption, Part};
use super::compliance::OUTCOMES;
use super::format;
use super::grid::Row;
use super::key_figure::KeyFigure;
use super::markup::Markup;
use super::page::{Page, empty, has_section, link_to};
use super::table::{drill, has_query};
use super::{key_figure, more, spend, texts};

/// Key figures that stand as cards: more than a handful is no longer an overview.
const CARDS_MAX: usize = 6;

/// The front page.
pub fn body(page: &Page<'_>) -> Markup {
    let mut m = Markup::new();
    let Some(total) = page.data.total() else {
        m.element("h2 class=\"headline\"", page.say("Underlaget rymmer inga inköp ännu.", "The data holds no purchases yet."));
        m.push(&reconciliation(page));
        return m;
    };
    headline(&mut m, page, total);
    if page.data.has_contracts() {
        m.push(&outcomes(page, total));
    }
    m.push(&cards(page)).push(&spend::changes(page)).push(&findings(page)).push(&reconciliation(page)).push(&all_figures(page));
    m
}

fn money(row: Row<'_>, column: &str) -> i128 {
    i128::from(row.money(column).unwrap_or(0))
}

fn headline(m: &mut Markup, page: &Page<'_>, total: Row<'_>) {
    let addressable = money(total, "addressable_spend_net");
    m.raw("<h2 class=\"headline\">");
    match total.float("contract_compliance_ratio") {
        None => {
            m.text(page.say("Inga av inköpen är sådana som avtal kan omfatta.", "None of the purchases are such as contracts can cover."));
        }
        // A share of what nobody could judge would accuse without evidence.
        Some(_) if !page.data.judges() => {
            m.text(page.say("Påverkbara inköp för ", "Addressable spend of ")).element("b", &page.money(addressable));
            m.text(page.say(
                " har lästs in. De kan inte bedömas mot avtal: avtalskatalog eller kategorier saknas i underlaget.",
                " was read. It cannot be judged against contracts: the data has no contract catalogue or no categories.",
            ));
        }
        Some(ratio) => {
            m.text(page.say("Av ", "Of ")).text(&page.money(addressable)).text(page.say(" i påverkbara inköp följde ", " of addressable spend, "));
            m.element("b", &page.percent(ratio)).text(page.say(" avtal. ", " followed a contract. "));
            m.element("b class=\"off\"", &page.money(money(total, "off_contract_spend_net")))
                .text(page.say(" köptes utanför avtal", " was bought off contract"));
            let maverick = money(total, "maverick_spend_net");
            if maverick > 0 {
                m.text(page.say(", varav ", ", of which ")).text(&page.money(maverick));
                m.text(page.say(" trots att det fanns avtal med en annan leverantör", " although another supplier held a contract"));
            }
            m.text(".");
        }
    }
    m.raw("</h2>");
}

fn outcomes(page: &Page<'_>, total: Row<'_>) -> Markup {
    let mut m = Markup::new();
    let values = OUTCOMES.map(|(_, column, _)| money(total, column));
    let shares = format::outcome_shares(&values);
    let parts: Vec<(Part, String)> = OUTCOMES
        .iter()
        .zip(values.iter().zip(&shares))
        .map(|((code, _, class), (value, share))| {
            let text = format::tenths_of_percent(page.language, *share);
            let part = Part {
                class,
                length: (*value as f64).max(0.0),
                tip: format!("{}: {}, {text}", texts::code(page.language, code), page.kronor(*value)),
                drill: drill(&[("o", code)]),
            };
            (part, text)
        })
        .collect();
    let title = page.say("Så fördelar sig de påverkbara inköpen", "How addressable spend divides");
    let legend: Vec<(&'static str, String)> = OUTCOMES
        .iter()
        .zip(values.iter().zip(&shares))
        .filter(|(_, (value, _))| **value != 0)
        .map(|((code, _, class), (value, share))| {
            (*class, format!("{} {} ({})", texts::code(page.language, code), page.money(*value), format::tenths_of_percent(page.language, *share)))
        })
        .collect();
    let legend: Vec<(&'static str, &str)> = legend.iter().map(|(class, text)| (*class, text.as_str())).collect();
    let description = legend.iter().map(|l| l.1).collect::<Vec<_>>().join("; ");
    m.push(&page.figure(title, "", &legend, &chart::whole_bar(&Caption { title, description: &description }, &parts), "outcome"));
    m
}

fn cards(page: &Page<'_>) -> Markup {
    let mut m = Markup::new();
    let mut figures = key_figure::read(page.data);
    if figures.is_empty() {
        return m;
    }
    // A figure without data says nothing on a front page as long as another has some; all stand in the table.
    figures.sort_by_key(|f| !f.has_value());
    figures.truncate(CARDS_MAX);
    m.raw("<h3 class=\"visually-hidden\">").text(page.say("Nyckeltal", "Key figures")).raw("</h3><ul class=\"cards\">");
    let (language, currency) = (page.language, page.data.currency.as_str());
    for figure in &figures {
        m.raw("<li class=\"card\">").element("h4", figure.name(language));
        m.raw(if figure.has_value() { "<p class=\"figure\">" } else { "<p class=\"figure none\">" }).text(&figure.shown(language, currency)).raw("</p>");
        let target = figure.target_text(language, currency);
        if !target.is_empty() {
            // A shape beside the colour: a met target is a disc, a missed one a triangle.
            let (class, mark) = match figure.is_met() {
                Some(false) => ("status miss", "▲"),
                Some(true) => ("status hit", "●"),
                None => ("status", ""),
            };
            m.raw("<p").attr("class", class).raw(">");
            if !mark.is_empty() {
                m.raw("<span aria-hidden=\"true\">").text(mark).raw("</span>");
            }
            m.raw("<span>").text(&target).raw("</span></p>");
        }
        if let (Some(value), Some(goal)) = (figure.ratio(), figure.target) {
            let description = format!("{}. {target}", figure.shown(language, currency));
            m.push(&chart::bullet(&Caption { title: figure.name(language), description: &description }, value, goal, 1.0f64.max(value).max(goal)));
        }
        if figure.has_value() && figure.trend.iter().flatten().count() > 2 {
            let title = page.say("Utveckling per månad", "Trend by month");
            m.push(&chart::sparkline(&Caption { title, description: &figure.trend_text(language, currency) }, &figure.trend));
        }
        m.element("p", &figure.sentence(language, currency));
        m.element("p class=\"meta\"", &figure.meta(language, currency));
        m.raw("<p class=\"more\">");
        let section = match more::section_of(&figure.metric) {
            "suppliers" if figure.metric.starts_with("diversity_") => "classes",
            id if has_section(page, id) => id,
            _ => "method",
        };
        m.raw("<a").attr("href", &format!("#{}-{section}", language.tag())).raw(">").text(page.say("Läs mer", "Read more"));
        m.raw("<span class=\"visually-hidden\">").text(&format!(": {}", figure.name(language))).raw("</span></a>");
        if has_query(&figure.metric) {
            m.raw("<button type=\"button\" class=\"row-link\" data-do=\"sql\"").attr("data-name", &figure.metric).raw(">SQL<span class=\"visually-hidden\">");
            m.text(&format!(": {}", figure.name(language))).raw("</span></button>");
        }
        m.raw("</p></li>");
    }
    m.raw("</ul>");
    m
}

/// What asks for a decision, each in one sentence with the way to it.
fn findings(page: &Page<'_>) -> Markup {
    let data = page.data;
    let mut items: Vec<(&'static str, String)> = Vec::new();
    if let Some(row) = data.metric("maverick_spend").rows().max_by_key(|r| (r.money("spend_net"), std::cmp::Reverse(r.text("supplier_id")))) {
        items.push((
            "maverick",
            page.say(
                "{unit} köpte {category} för {sum} av {supplier}, fast avtal {contract} skulle ha använts.",
                "{unit} bought {category} for {sum} from {supplier}, although contract {contract} should have been used.",
            )
            .replace("{unit}", page.name(row, "organisational_unit_name"))
            .replace("{category}", page.name(row, "category_name"))
            .replace("{sum}", &page.money(money(row, "spend_net")))
            .replace("{contract}", row.text("passed_by_contract_id"))
            .replace("{supplier}", row.text("supplier_name")),
        ));
    }
    let passed = data.metric("ceiling_utilisation").rows().filter(|r| r.float("utilisation_ratio").unwrap_or(0.0) >= 1.0).count();
    let soon = data
        .metric("ceiling_utilisation")
        .rows()
        .filter(|r| r.bool("is_run_out_before_end") == Some(true) && r.float("utilisation_ratio").unwrap_or(0.0) < 1.0)
        .count();
    if passed + soon > 0 {
        items.push((
            "contracts",
            page.say(
                "Passerade takvolymer: {n}. Tar i nuvarande takt slut före avtalets slut: {m}.",
                "Ceilings passed: {n}. Running out before the contract ends at the present pace: {m}.",
            )
            .replace("{n}", &page.count(passed as i128))
            .replace("{m}", &page.count(soon as i128)),
        ));
    }
    let urgent: Vec<Row<'_>> =
        data.metric("contract_ending").rows().filter(|r| r.int("months_to_end").unwrap_or(99) <= 6 && r.bool("has_successor") == Some(false)).collect();
    if !urgent.is_empty() {
        let sum: i128 = urgent.iter().map(|r| money(*r, "trailing_net")).sum();
        items.push((
            "contracts",
            page.say(
                "Avtal som löper ut inom sex månader utan efterföljare: {n}. Inköp på dem det senaste året: {sum}.",
                "Contracts ending within six months without a successor: {n}. Bought on them in the last year: {sum}.",
            )
            .replace("{n}", &page.count(urgent.len() as i128))
            .replace("{sum}", &page.money(sum)),
        ));
    }
    if let Some(text) = super::cost::awards_finding(page).filter(|_| data.has_contracts()) {
        items.push(("awards", text));
    }
    if let Some(text) = super::cost::duplicates_finding(page) {
        items.push(("review", text));
    }
    let mut m = Markup::new();
    if items.is_empty() {
        return m;
    }
    m.raw("<div class=\"block\">").element("h3", page.say("Att ta ställning till", "For decision")).raw("<ol class=\"findings\">");
    for (section, text) in items {
        m.raw("<li>").text(&text).raw(" ");
        link_to(&mut m, page, section, page.say("Läs mer", "Read more"));
        m.raw("</li>");
    }
    m.raw("</ol></div>");
    m
}

fn reconciliation(page: &Page<'_>) -> Markup {
    let sources: Vec<Row<'_>> = page.data.sources.rows().filter(|r| r.text("kind") == "invoice_line").collect();
    if sources.is_empty() {
        return empty(page.say("Inga fakturafiler har lästs in.", "No invoice files were read."));
    }
    let rows = |column: &str| sources.iter().map(|r| i128::from(r.int(column).unwrap_or(0))).sum::<i128>();
    let amount = |column: &str| sources.iter().map(|r| money(*r, column)).sum::<i128>();
    let mut m = Markup::new();
    m.raw("<div class=\"block\">").element("h3", page.say("Stämmer underlaget?", "Does the data reconcile?")).raw("<dl class=\"strip\">");
    for (name, value, more) in [
        (
            page.say("Fakturafiler", "Invoice files"),
            page.count(sources.len() as i128),
            format!("{} {}", page.count(rows("row_read_count")), page.say("lästa rader", "rows read")),
        ),
        (page.say("Behållna rader", "Rows kept"), page.count(rows("row_kept_count")), page.kronor(amount("net_amount_kept"))),
        (page.say("Avvisade rader", "Rows rejected"), page.count(rows("row_rejected_count")), page.kronor(amount("net_amount_rejected"))),
        {
            let rows_hold = rows("row_read_count") == rows("row_kept_count") + rows("row_rejected_count");
            let money_holds = amount("net_amount_read") == amount("net_amount_kept") + amount("net_amount_rejected");
            let text = if rows_hold && money_holds { page.say("Ja", "Yes") } else { page.say("Nej", "No") };
            (
                page.say("Läst = behållet + avvisat", "Read = kept + rejected"),
                text.to_string(),
                page.say("i rader och på decimalen", "in rows and to the last decimal").to_string(),
            )
        },
    ] {
        m.raw("<div>").element("dt", name).raw("<dd>").text(&value).raw("<small>").text(&more).raw("</small></dd></div>");
    }
    m.raw("</dl><p class=\"note\">").text(page.say("Vad som avvisades och varför står under ", "What was rejected and why is in "));
    link_to(&mut m, page, "quality", page.say("Underlagets kvalitet", "Data quality"));
    m.text(".").raw("</p></div>");
    m
}

/// Every key figure in one table, with what must be known to read it.
fn all_figures(page: &Page<'_>) -> Markup {
    let figures = key_figure::read(page.data);
    let mut m = Markup::new();
    if figures.is_empty() {
        return m;
    }
    let (language, currency) = (page.language, page.data.currency.as_str());
    let caption = page.say("Alla nyckeltal", "All key figures");
    m.raw("<details><summary>").text(&format!("{caption} ({})", page.count(figures.len() as i128))).raw("</summary>");
    m.raw("<div class=\"scroll\" tabindex=\"0\" role=\"region\"").attr("aria-label", caption).raw("><table>");
    m.element("caption class=\"visually-hidden\"", caption).raw("<thead><tr>");
    for (heading, is_number) in [
        (page.say("Nyckeltal", "Key figure"), false),
        (page.say("Värde", "Value"), true),
        (page.say("Mål", "Target"), false),
        (page.say("Vad det säger", "What it says"), false),
        (page.say("Underlag", "Data"), false),
    ] {
        m.raw(if is_number { "<th scope=\"col\" class=\"n\">" } else { "<th scope=\"col\">" }).text(heading).raw("</th>");
    }
    m.raw("</tr></thead><tbody>");
    for figure in &figures {
        m.raw("<tr>").element("th scope=\"row\"", figure.name(language)).element("td class=\"n\"", &figure.shown(language, currency));
        m.element("td", &figure.target_text(language, currency)).element("td", &figure.sentence(language, currency));
        m.element("td", &figure.meta(language, currency)).raw("</tr>");
    }
    m.raw("</tbody></table></div></details>");
    m.push(&figures_by_period(page, &figures));
    m
}

/// Kinds of period in the order of the columns.
const PERIODS: [&str; 4] = ["month", "tertial", "year_to_date", "rolling_12"];

/// The key figures over a month, a tertial, the year to date and twelve months, with the year before and the target.
fn figures_by_period(page: &Page<'_>, figures: &[KeyFigure]) -> Markup {
    let grid = page.data.metric("key_figure_period");
    let (language, currency) = (page.language, page.data.currency.as_str());
    let row_of = |code: &str, kind: &str| grid.rows().find(|r| r.text("figure_code") == code && r.text("period_kind") == kind);
    let shown: Vec<&KeyFigure> = figures.iter().filter(|f| row_of(&f.code, "rolling_12").is_some_and(|r| r.float("value").is_some())).collect();
    let mut m = Markup::new();
    if shown.is_empty() {
        return m;
    }
    let caption = page.say("Nyckeltalen per period", "Key figures by period");
    m.raw("<details><summary>").text(&format!("{caption} ({})", page.count(shown.len() as i128))).raw("</summary>");
    m.element(
        "p class=\"note\"",
        page.say(
            "Perioder som slutar med den sista månaden. Året före är samma tolv månader ett år tidigare, och är tomt när de inte är inlästa.",
            "Periods that end with the last month. The year before is the same twelve months a year earlier, and is empty when they are not loaded.",
        ),
    );
    m.raw("<div class=\"scroll\" tabindex=\"0\" role=\"region\"").attr("aria-label", caption).raw("><table>");
    m.element("caption class=\"visually-hidden\"", caption).raw("<thead><tr>").element("th scope=\"col\"", page.say("Nyckeltal", "Key figure"));
    for heading in [
        page.say("Månaden", "Month"),
        page.say("Tertialet hittills", "Tertial so far"),
        page.say("Året hittills", "Year to date"),
        page.say("Tolv månader", "Twelve months"),
        page.say("Året före", "Year before"),
        page.say("Mål", "Target"),
    ] {
        m.element("th scope=\"col\" class=\"n\"", heading);
    }
    m.raw("</tr></thead><tbody>");
    for figure in shown {
        m.raw("<tr>").element("th scope=\"row\"", figure.name(language));
        let values = PERIODS.iter().map(|kind| row_of(&figure.code, kind).and_then(|r| r.float("value")));
        let before = row_of(&figure.code, "rolling_12").and_then(|r| r.float("last_year_value"));
        for value in values.chain([before, figure.target]) {
            m.element("td class=\"n\"", &value.map_or_else(String::new, |v| figure.quantity(language, currency, v)));
        }
        m.raw("</tr>");
    }
    m.raw("</tbody></table></div></details>");
    m
}
