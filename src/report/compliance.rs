//! Contract compliance: the ladder, the months, the reasons, the units, the categories, and what was passed by.

use std::collections::BTreeMap;

use super::chart::{self, Bar, Caption, Column, Line, Part, Tile};
use super::grid::Row;
use super::markup::Markup;
use super::page::{Page, empty};
use super::table::drill;
use super::{format, texts};

/// Bars that a chart shows at most: more cannot be read.
const BARS_MAX: usize = 15;
/// Tiles of the treemap.
const TILES_MAX: usize = 18;

/// The outcomes of addressable spend in the order in which they are drawn: code, column, class.
pub const OUTCOMES: [(&str, &str, &str); 5] = [
    ("compliant", "compliant_spend_net", "c-compliant"),
    ("deviating", "deviating_spend_net", "c-deviating"),
    ("off_contract", "off_contract_spend_net", "c-off"),
    ("ambiguous", "ambiguous_spend_net", "c-ambiguous"),
    ("undetermined", "undetermined_spend_net", "c-undetermined"),
];

/// Said in the place of figures that compare purchases with contracts, when there are none to compare with.
pub const NO_CATALOGUE: texts::Text = texts::Text {
    sv: "Ingen avtalskatalog har lästs in, så inget köp kan jämföras med avtal. Lägg till en källa med avtal för att få siffrorna här.",
    en: "No contract catalogue was read, so that no purchase can be compared with contracts. Add a source with contracts to get these figures.",
};

/// Said there when there are contracts and yet nothing could be judged: noughts would accuse.
pub const NOTHING_JUDGED: texts::Text = texts::Text {
    sv: "Det finns avtal, men inget köp gick att bedöma mot dem: kategori, enhet eller avtalens omfattning saknas. Underlagets kvalitet visar vad som fattas.",
    en: "There are contracts, but no purchase could be judged against them: categories, units or the scope of the contracts are missing. Data quality shows what is.",
};

/// A money column as a length for drawing.
pub fn length(row: Row<'_>, column: &str) -> f64 {
    row.money(column).map_or(0.0, |v| v as f64 / 100.0)
}

/// The section.
pub fn body(page: &Page<'_>) -> Markup {
    let mut m = Markup::new();
    let Some(total) = page.data.total() else {
        return empty(page.say("Inga påverkbara inköp finns i underlaget.", "There is no addressable spend in the data."));
    };
    m.element(
        "p",
        page.say(
            "Leverantörstrohet säger att leverantören har ett avtal. Avtalstrohet säger att köpet följer avtalet: rätt tid, omfattning, enhet och pris. De två blandas aldrig ihop.",
            "Supplier compliance says that the supplier holds a contract. Contract compliance says that the purchase follows it: the term, the scope, the unit and the price. The two are never mixed.",
        ),
    );
    if !page.data.has_contracts() {
        m.push(&empty(NO_CATALOGUE.of(page.language)));
        return m;
    }
    if !page.data.judges() {
        m.push(&empty(NOTHING_JUDGED.of(page.language))).push(&reach(page, total)).push(&reasons(page));
        return m;
    }
    m.push(&reach(page, total))
        .push(&ladder(page, total))
        .push(&months(page))
        .push(&month_amounts(page))
        .push(&reasons(page))
        .push(&units(page))
        .push(&unit_figures(page))
        .push(&unit_months(page))
        .push(&categories(page));
    m
}

/// How far the catalogue reaches, and what was excepted: a catalogue is no census, and its figures say nothing of what it does not hold.
fn reach(page: &Page<'_>, total: Row<'_>) -> Markup {
    let mut m = Markup::new();
    let share = total.float("category_covered_ratio").map_or_else(|| "–".to_string(), |ratio| page.percent(ratio));
    let text = page.say(
        "Avtalskatalogen täcker de kategorier där {share} av de påverkbara inköpen gjordes. Utanför dem kan avtal finnas som katalogen saknar, så där säger siffrorna mindre.",
        "The contract catalogue covers the categories in which {share} of the addressable spend was made. Outside them there may be contracts that the catalogue lacks, so the figures say less there.",
    );
    m.element("p", &text.replace("{share}", &share));
    let excepted = total.money("excepted_spend_net").unwrap_or(0);
    if excepted != 0 {
        let text = page.say(
            "Av det som ligger utanför avtal eller avviker omfattas {sum} av godkända undantag.",
            "Of what is off contract or deviating, {sum} falls under approved exceptions.",
        );
        m.element("p", &text.replace("{sum}", &page.kronor(i128::from(excepted))));
    }
    m
}

fn ladder(page: &Page<'_>, total: Row<'_>) -> Markup {
    let addressable = length(total, "addressable_spend_net");
    let steps = [
        ("addressable_spend_net", page.say("Påverkbara inköp", "Addressable spend"), "c-outside"),
        ("contract_supplier_spend_net", page.say("Leverantören har avtal", "The supplier holds a contract"), "c-deviating"),
        ("ladder_1_spend_net", page.say("… och inom avtalstiden", "… and within its term"), "c-deviating"),
        ("ladder_2_spend_net", page.say("… och rätt omfattning och enhet", "… and its scope and unit"), "c-compliant"),
        ("ladder_3_spend_net", page.say("… och till avtalat pris", "… and at the agreed price"), "c-compliant"),
    ];
    let bars: Vec<Bar> = steps
        .iter()
        .map(|(column, label, class)| {
            let value = length(total, column);
            let share = if addressable > 0.0 { page.percent(value / addressable) } else { String::new() };
            Bar {
                label: (*label).to_string(),
                parts: vec![Part { class, length: value, tip: page.kronor(i128::from(total.money(column).unwrap_or(0))), drill: String::new() }],
                value: share,
                ..Bar::default()
            }
        })
        .collect();
    let title = page.say("Trappan från leverantör till pris", "The ladder from supplier to price");
    let note = page.say(
        "Varje steg är en del av steget ovanför. Det sista steget kräver prislista och artikelnummer, så det visar vad som kunde kontrolleras.",
        "Each step is part of the one above. The last needs a price list and item numbers, so it shows what could be checked.",
    );
    page.figure(title, note, &[], &chart::bars(&Caption { title, description: note }, &bars, addressable), "ladder")
}

fn months(page: &Page<'_>) -> Markup {
    let rows: Vec<Row<'_>> = page.data.metric("compliance_month").rows().filter(|r| r.text("organisational_unit_id") == "all").collect();
    if rows.len() < 2 {
        return empty(
            page.say("Underlaget rymmer en månad, så det finns ingen utveckling att visa.", "The data holds one month, so there is no trend to show."),
        );
    }
    let labels: Vec<String> = rows.iter().map(|r| r.text("period").to_string()).collect();
    let series = |column: &str| rows.iter().map(|r| r.float(column)).collect::<Vec<_>>();
    let lines = [
        Line { class: "l-contract", name: texts::column(page.language, "contract_compliance_ratio"), points: series("contract_compliance_ratio") },
        Line { class: "l-supplier", name: texts::column(page.language, "supplier_compliance_ratio"), points: series("supplier_compliance_ratio") },
        Line { class: "l-coverage", name: texts::column(page.language, "coverage_ratio"), points: series("coverage_ratio") },
    ];
    let title = page.say("Utvecklingen månad för månad", "Month by month");
    let note = page.say("Andel av de påverkbara inköpen.", "Share of addressable spend.");
    let tick = |v: f64| percent_tick(page, v);
    page.figure(title, note, &[], &chart::lines(&Caption { title, description: note }, &labels, &lines, None, &tick), "compliance_month")
}

/// Addressable spend of each month by outcome.
fn month_amounts(page: &Page<'_>) -> Markup {
    const SERIES: [(&str, &str, &str); 4] = [
        ("compliant", "compliant_spend_net", "c-compliant"),
        ("deviating", "deviating_spend_net", "c-deviating"),
        ("off_contract", "off_contract_spend_net", "c-off"),
        ("undetermined", "undetermined_spend_net", "c-undetermined"),
    ];
    let columns: Vec<Column> = page
        .data
        .metric("compliance_month")
        .rows()
        .filter(|r| r.text("organisational_unit_id") == "all")
        .map(|row| Column {
            label: row.text("period").to_string(),
            parts: SERIES
                .iter()
                .map(|(code, column, class)| Part {
                    class,
                    length: length(row, column).max(0.0),
                    tip: format!("{} {}: {}", row.text("period"), texts::code(page.language, code), page.kronor(i128::from(row.money(column).unwrap_or(0)))),
                    drill: if *code == "undetermined" { drill(&[("m", row.text("period"))]) } else { drill(&[("m", row.text("period")), ("o", code)]) },
                })
                .collect(),
        })
        .collect();
    if columns.len() < 2 {
        return Markup::new();
    }
    let title = page.say("Påverkbara inköp per månad", "Addressable spend by month");
    let legend: Vec<(&'static str, &str)> = SERIES.iter().map(|(code, _, class)| (*class, texts::code(page.language, code))).collect();
    let tick = |v: f64| page.money((v * 100.0).round() as i128);
    page.figure(title, "", &legend, &chart::columns(&Caption { title, description: "" }, &columns, &tick), "")
}

/// A whole percentage for an axis.
pub fn percent_tick(page: &Page<'_>, value: f64) -> String {
    format::number(page.language, value * 100.0, 0) + page.say("\u{a0}%", "%")
}

fn reasons(page: &Page<'_>) -> Markup {
    let mut sums: BTreeMap<(i64, &str, &str), i64> = BTreeMap::new();
    let grid = page.data.metric("off_contract_reason");
    for row in grid.rows() {
        *sums.entry((row.int("reason_order").unwrap_or(0), row.text("reason"), row.text("outcome"))).or_default() += row.money("spend_net").unwrap_or(0);
    }
    let title = page.say("Varför inköp inte följde avtal", "Why purchases did not follow a contract");
    if sums.is_empty() {
        return empty(page.say("Alla inköp som kunde bedömas följde avtal.", "All purchases that could be judged followed a contract."));
    }
    let mut rows: Vec<_> = sums.into_iter().collect();
    rows.sort_by_key(|((order, ..), spend)| (-spend, *order));
    let highest = rows.iter().map(|r| r.1 as f64 / 100.0).fold(0.0, f64::max);
    let bars: Vec<Bar> = rows
        .iter()
        .map(|((_, reason, outcome), spend)| Bar {
            label: texts::code(page.language, reason).to_string(),
            parts: vec![Part {
                class: match *outcome {
                    "deviating" => "c-deviating",
                    "undetermined" => "c-undetermined",
                    _ if *reason == "M2" => "c-maverick",
                    _ => "c-off",
                },
                length: *spend as f64 / 100.0,
                tip: page.kronor(i128::from(*spend)),
                drill: String::new(),
            }],
            value: page.money(i128::from(*spend)),
            mark: None,
            drill: drill(&[("r", reason)]),
        })
        .collect();
    let note = page.say(
        "Varje rad får ett skäl, efter en fast ordning. M2 är det som ofta kallas vilda köp: avtalet fanns, men en annan leverantör användes.",
        "Each line gets one reason, by a fixed order. M2 is maverick buying in the strict sense: the contract was there and another supplier was used.",
    );
    let m2 = texts::code(page.language, "M2");
    let legend = [
        ("c-off", texts::code(page.language, "off_contract")),
        ("c-maverick", m2),
        ("c-deviating", texts::code(page.language, "deviating")),
        ("c-undetermined", texts::code(page.language, "undetermined")),
    ];
    page.figure(title, note, &legend, &chart::bars(&Caption { title, description: note }, &bars, highest), "off_contract_reason")
}

/// The bars of a compliance table: the share of each outcome of the largest rows.
fn outcome_bars(page: &Page<'_>, metric: &str, key: &str, dimension: &str, name: &str) -> (Vec<Bar>, usize) {
    let mut rows: Vec<Row<'_>> = page.data.metric(metric).rows().filter(|r| r.money("addressable_spend_net").unwrap_or(0) > 0).collect();
    rows.sort_by_key(|r| -r.money("addressable_spend_net").unwrap_or(0));
    let all = rows.len();
    rows.truncate(BARS_MAX);
    let bars = rows
        .iter()
        .map(|row| {
            let whole: f64 = OUTCOMES.iter().map(|(_, column, _)| length(*row, column).max(0.0)).sum();
            let parts = OUTCOMES
                .iter()
                .map(|(code, column, class)| {
                    let value = length(*row, column).max(0.0);
                    let share = if whole > 0.0 { value / whole } else { 0.0 };
                    Part {
                        class,
                        length: share,
                        tip: format!("{}: {}", texts::code(page.language, code), page.kronor(i128::from(row.money(column).unwrap_or(0)))),
                        drill: drill(&[(dimension, row.text(key)), ("o", code)]),
                    }
                })
                .collect();
            Bar {
                label: page.name(*row, name).to_string(),
                parts,
                value: row.float("contract_compliance_ratio").map_or_else(String::new, |r| page.percent(r)),
                mark: None,
                drill: String::new(),
            }
        })
        .collect();
    (bars, all)
}

/// The legend of the outcomes.
pub fn outcome_legend<'t>(page: &Page<'_>) -> Vec<(&'static str, &'t str)> {
    OUTCOMES.iter().map(|(code, _, class)| (*class, texts::code(page.language, code))).collect()
}

fn shown_of(page: &Page<'_>, all: usize, sv: &'static str, en: &'static str) -> String {
    if all > BARS_MAX { page.say(sv, en).replace("{n}", &page.count(BARS_MAX as i128)).replace("{m}", &page.count(all as i128)) } else { String::new() }
}

fn units(page: &Page<'_>) -> Markup {
    let (bars, all) = outcome_bars(page, "compliance_unit", "organisational_unit_id", "u", "organisational_unit_name");
    if bars.is_empty() {
        return empty(page.say("Underlaget anger inga enheter.", "The data names no units."));
    }
    let title = page.say("Enheterna", "The units");
    let note = format!(
        "{} {}",
        page.say(
            "Hur varje enhets påverkbara inköp fördelar sig, störst enhet först. Talet till höger är avtalstroheten.",
            "How each unit’s addressable spend divides, the largest unit first. The number at the right is contract compliance.",
        ),
        shown_of(page, all, "De {n} största av {m} enheter; alla finns i tabellen.", "The {n} largest of {m} units; all are in the table.")
    );
    page.figure(title, note.trim_end(), &outcome_legend(page), &chart::bars(&Caption { title, description: &note }, &bars, 1.0), "compliance_unit")
}

/// The key figures of the units beside each other; one unit alone has nobody to be compared with.
fn unit_figures(page: &Page<'_>) -> Markup {
    if page.row_count("key_figure_unit") < 2 {
        return Markup::new();
    }
    page.block(
        page.say("Enheterna sida vid sida", "Units side by side"),
        page.say(
            "Samma nyckeltal för varje enhet. En tom ruta betyder att enheten saknar underlag för talet.",
            "The same key figures for each unit. An empty cell means that the unit has no data for the figure.",
        ),
        "key_figure_unit",
        "",
    )
}

/// Small multiples: the rolling compliance of the largest units, one sparkline each.
fn unit_months(page: &Page<'_>) -> Markup {
    let mut points: BTreeMap<&str, Vec<Option<f64>>> = BTreeMap::new();
    let mut sizes: BTreeMap<&str, (i128, &str)> = BTreeMap::new();
    let grid = page.data.metric("compliance_month");
    for row in grid.rows().filter(|r| r.text("organisational_unit_id") != "all") {
        points.entry(row.text("organisational_unit_id")).or_default().push(row.float("contract_compliance_ratio"));
        let size = sizes.entry(row.text("organisational_unit_id")).or_insert((0, page.name(row, "organisational_unit_name")));
        size.0 += i128::from(row.money("addressable_spend_net").unwrap_or(0));
    }
    let mut order: Vec<_> = sizes.into_iter().filter(|(id, _)| points[id].iter().flatten().count() >= 3).collect();
    order.sort_by_key(|(id, (size, _))| (-size, *id));
    order.truncate(12);
    let mut m = Markup::new();
    if order.len() < 2 {
        return m;
    }
    m.raw("<div class=\"block\">").element("h3", page.say("Enheternas utveckling", "How the units develop"));
    m.element(
        "p class=\"note\"",
        page.say(
            "Avtalstrohet per månad. Varje kurva har sin egen skala; talet är den senaste månadens.",
            "Contract compliance by month. Each curve has its own scale; the number is the latest month’s.",
        ),
    );
    m.raw("<ul class=\"cards small\">");
    for (id, (_, name)) in order {
        let series = &points[id];
        let last = series.iter().rev().flatten().next().map_or_else(String::new, |v| page.percent(*v));
        m.raw("<li class=\"multiple\"><span>").text(name).raw("</span> <b>").text(&last).raw("</b>");
        let description = format!("{} {last}", page.say("Senast", "Latest"));
        m.push(&chart::sparkline(&Caption { title: name, description: &description }, series)).raw("</li>");
    }
    m.raw("</ul></div>");
    m
}

fn categories(page: &Page<'_>) -> Markup {
    let mut rows: Vec<Row<'_>> = page.data.metric("compliance_category").rows().filter(|r| r.money("addressable_spend_net").unwrap_or(0) > 0).collect();
    rows.sort_by_key(|r| -r.money("addressable_spend_net").unwrap_or(0));
    let all = rows.len();
    let rest = rows.split_off(rows.len().min(TILES_MAX));
    if rows.is_empty() {
        return empty(page.say("Inga inköp har fått en kategori.", "No purchase has been given a category."));
    }
    let mut tiles: Vec<Tile> = rows
        .iter()
        .map(|row| Tile {
            label: page.name(*row, "category_name").to_string(),
            value: format!(
                "{}, {}",
                page.money(i128::from(row.money("addressable_spend_net").unwrap_or(0))),
                row.float("contract_compliance_ratio").map_or_else(String::new, |r| page.percent(r))
            ),
            size: length(*row, "addressable_spend_net"),
            filled_ratio: row.float("contract_compliance_ratio"),
            drill: drill(&[("c", row.text("category_code"))]),
        })
        .collect();
    if !rest.is_empty() {
        let sum = |column: &str| rest.iter().map(|r| i128::from(r.money(column).unwrap_or(0))).sum::<i128>();
        let (addressable, compliant) = (sum("addressable_spend_net"), sum("compliant_spend_net"));
        let ratio = compliant as f64 / addressable as f64;
        tiles.push(Tile {
            label: page.say("Övriga {n}", "Other {n}").replace("{n}", &page.count(rest.len() as i128)),
            value: format!("{}, {}", page.money(addressable), page.percent(ratio)),
            size: addressable as f64 / 100.0,
            filled_ratio: Some(ratio),
            drill: String::new(),
        });
    }
    let title = page.say("Kategorierna", "The categories");
    let note = format!(
        "{} {}",
        page.say(
            "Ytan är påverkbara inköp; den fyllda delen är det som följde avtal.",
            "The area is addressable spend; the filled part is what followed a contract.",
        ),
        if all > TILES_MAX {
            page.say("De {n} största av {m} kategorier.", "The {n} largest of {m} categories.")
                .replace("{n}", &page.count(TILES_MAX as i128))
                .replace("{m}", &page.count(all as i128))
        } else {
            String::new()
        }
    );
    page.figure(title, note.trim_end(), &[], &chart::treemap(&Caption { title, description: &note }, &tiles), "compliance_category")
}

/// The section on purchases that passed a contract by.
pub fn maverick(page: &Page<'_>) -> Markup {
    let mut m = Markup::new();
    let grid = page.data.metric("maverick_spend");
    let sum = super::data::sum(grid, "spend_net");
    if !page.data.has_contracts() {
        return empty(NO_CATALOGUE.of(page.language));
    }
    if !page.data.judges() {
        return empty(NOTHING_JUDGED.of(page.language));
    }
    if grid.is_empty() {
        return empty(page.say("Inget köp gick vid sidan av ett avtal som täckte det.", "No purchase passed by a contract that covered it."));
    }
    m.element(
        "p",
        &page
            .say(
                "{sum} köptes av en leverantör utan avtal trots att ett gällande avtal med en annan leverantör täckte kategorin, enheten och dagen. Listan säger vilket avtal som skulle ha använts.",
                "{sum} went to a supplier without a contract although a contract in force with another supplier covered the category, the unit and the day. The list names the contract that should have been used.",
            )
            .replace("{sum}", &page.money(sum)),
    );
    let mut by_contract: BTreeMap<&str, (i64, &str, &str)> = BTreeMap::new();
    for row in grid.rows() {
        let entry =
            by_contract.entry(row.text("passed_by_contract_id")).or_insert((0, row.text("passed_by_contract_title"), row.text("passed_by_supplier_names")));
        entry.0 += row.money("spend_net").unwrap_or(0);
    }
    let mut order: Vec<_> = by_contract.into_iter().collect();
    order.sort_by_key(|(id, (spend, ..))| (-spend, *id));
    order.truncate(10);
    let highest = order.iter().map(|(_, v)| v.0 as f64 / 100.0).fold(0.0, f64::max);
    let bars: Vec<Bar> = order
        .iter()
        .map(|(id, (spend, title, names))| Bar {
            label: if title.is_empty() { (*id).to_string() } else { (*title).to_string() },
            parts: vec![Part { class: "c-maverick", length: *spend as f64 / 100.0, tip: format!("{id}: {names}"), drill: String::new() }],
            value: page.money(i128::from(*spend)),
            mark: None,
            drill: drill(&[("p", id)]),
        })
        .collect();
    let title = page.say("Avtal som oftast gicks förbi", "Contracts that were passed by the most");
    m.push(&page.figure(title, "", &[], &chart::bars(&Caption { title, description: "" }, &bars, highest), ""));
    let title = page.say("Köpen och avtalet som skulle ha använts", "The purchases and the contract that should have been used");
    m.push(&page.block(title, "", "maverick_spend", ""));
    let mut note = Markup::new();
    note.element(
        "p class=\"note\"",
        page.say(
            "Avtalskatalogen är sällan fullständig. Ett köp som saknar avtal här är inte bevis för fel, men en fråga att ställa.",
            "A contract catalogue is seldom complete. A purchase without a contract here proves no error, but it is a question to ask.",
        ),
    );
    m.push(&note);
    m
}
