//! Suppliers: the curve, the dependency, the classes, the new ones.

use super::chart::{self, Bar, Caption, Part};
use super::data::Data;
use super::grid::Row;
use super::markup::Markup;
use super::page::{Page, empty, paragraph};
use super::table::{Kind, Table, drill};
use super::{more, texts};

use Kind::{Bool, Code, Exact, Id, Int, Money, Number, Share, Text};

const BARS_MAX: usize = 12;
/// Points of the curve: more than the drawing has pixels would only make the file larger.
const POINTS_MAX: usize = 160;

/// Its tables.
pub fn tables(data: &Data) -> Vec<Table> {
    let limit = data.rows_max;
    let supplier = |r: Row<'_>| drill(&[("s", r.text("supplier_id"))]);
    vec![
        Table::of(
            ("supplier_pareto", "supplier_pareto"),
            data.metric("supplier_pareto"),
            &[
                ("supplier_name", Text),
                ("supplier_rank", Int),
                ("spend_net", Money),
                ("spend_ratio", Share),
                ("cumulative_ratio", Share),
                ("compliant_spend_net", Money),
                ("off_contract_spend_net", Money),
                ("invoice_count", Int),
                ("unit_count", Int),
                ("is_tail", Bool),
            ],
            limit,
            |_| true,
            supplier,
        ),
        Table::of(
            ("supplier_group", "supplier_group"),
            data.metric("supplier_group"),
            &[
                ("supplier_group_name", Text),
                ("group_rank", Int),
                ("supplier_count", Int),
                ("spend_net", Money),
                ("spend_ratio", Share),
                ("largest_supplier_spend_net", Money),
                ("compliant_spend_net", Money),
                ("off_contract_spend_net", Money),
            ],
            limit,
            |r| r.bool("is_group") == Some(true),
            |_| String::new(),
        ),
        Table::sorted(
            ("concentration_category", "concentration_category"),
            data.metric("concentration_category"),
            &[
                ("category_name", Text),
                ("spend_net", Money),
                ("supplier_count", Int),
                ("effective_supplier_count", Number),
                ("hhi", Number),
                ("top_supplier_name", Text),
                ("top_1_ratio", Share),
                ("top_5_ratio", Share),
                ("tail_supplier_count", Int),
                ("dependency_band", Code),
            ],
            limit,
            |r| r.text("category_code") != "all",
            |r| drill(&[("c", r.text("category_code"))]),
            |r| -r.money("spend_net").unwrap_or(0),
        ),
        Table::of(
            ("diversity_class", "diversity_class"),
            data.metric("diversity_class"),
            &[
                ("class_code", Code),
                ("class_status", Code),
                ("spend_net", Exact),
                ("spend_ratio", Share),
                ("supplier_count", Int),
                ("supplier_ratio", Share),
                ("invoice_count", Int),
                ("invoice_ratio", Share),
            ],
            limit,
            |_| true,
            |_| String::new(),
        ),
        Table::sorted(
            ("new_supplier", "new_supplier"),
            data.metric("new_supplier"),
            &[
                ("supplier_name", Text),
                ("first_period", Id),
                ("spend_net", Money),
                ("contract_spend_net", Money),
                ("invoice_count", Int),
                ("unit_count", Int),
                ("newly_started_status", Code),
            ],
            limit,
            // With too short a history every supplier would be new.
            |r| r.bool("is_judged") != Some(false),
            supplier,
            |r| -r.money("spend_net").unwrap_or(0),
        ),
    ]
}

/// The section.
pub fn body(page: &Page<'_>) -> Markup {
    let mut m = Markup::new();
    m.push(&pareto(page));
    m.push(&page.block(
        page.say("Koncerner", "Corporate groups"),
        page.say(
            "Leverantörer med ett känt moderbolag, summerade. Moderbolag kommer från företagsuppgifter och beslut, aldrig från likhet i namn. Avtal hör till bolaget, inte till koncernen.",
            "Suppliers with a known parent, summed. Parents come from register files and verdicts, never from likeness of names. Contracts belong to the company, not to the group.",
        ),
        "supplier_group",
        page.say("Inga moderbolag är kända.", "No parents are known."),
    ));
    m.push(&concentration(page));
    // The way from the key figures of classes.
    m.raw("<div").attr("id", &format!("{}-classes", page.language.tag())).raw(">").push(&diversity(page)).push(&class_trends(page)).raw("</div>");
    m.push(&page.block(
        page.say("Nya leverantörer", "New suppliers"),
        page.say(
            "Leverantörer vars första faktura kom de senaste tolv månaderna. Kräver minst 24 månaders historik för att säga något säkert.",
            "Suppliers whose first invoice came in the last twelve months. It takes at least 24 months of history to be certain.",
        ),
        "new_supplier",
        page.say("Inga nya leverantörer, eller för kort historik för att veta.", "No new suppliers, or too short a history to know."),
    ));
    m.push(&more::below(page, "suppliers"));
    m
}

fn pareto(page: &Page<'_>) -> Markup {
    let grid = page.data.metric("supplier_pareto");
    let mut m = Markup::new();
    let ratios: Vec<f64> = grid.rows().filter_map(|r| r.float("cumulative_ratio")).collect();
    let count = ratios.len();
    if count == 0 {
        return empty(page.say("Inga leverantörer har påverkbara inköp.", "No supplier has addressable spend."));
    }
    let step = (ratios.len() / POINTS_MAX).max(1);
    let points: Vec<(f64, f64)> = ratios
        .iter()
        .enumerate()
        .filter(|(i, _)| i % step == 0 || i + 1 == ratios.len())
        .map(|(i, y)| ((i + 1) as f64 / ratios.len() as f64, y.clamp(0.0, 1.0)))
        .collect();
    let at_80 = ratios.iter().position(|r| *r >= 0.8).map_or(count, |i| i + 1);
    let share = at_80 as f64 / count as f64;
    let label = page
        .say("{n} leverantörer ({p}) står för 80 % av beloppet", "{n} suppliers ({p}) make 80% of the amount")
        .replace("{n}", &page.count(at_80 as i128))
        .replace("{p}", &page.percent(share));
    m.push(&paragraph(
        &page
            .say(
                "{m} leverantörer har påverkbara inköp. {n} av dem står för 80 % av beloppet; de övriga {k} är svansen, som kostar fakturor mer än den kostar kronor.",
                "{m} suppliers have addressable spend. {n} of them make 80% of the amount; the other {k} are the tail, which costs more in invoices than in money.",
            )
            .replace("{m}", &page.count(count as i128))
            .replace("{n}", &page.count(at_80 as i128))
            .replace("{k}", &page.count((count - at_80) as i128)),
    ));
    let title = page.say("Hur inköpen samlas hos få leverantörer", "How spend gathers at few suppliers");
    let named = [(share, ratios.get(at_80.saturating_sub(1)).copied().unwrap_or(0.8), label.clone())];
    let tick = |v: f64| super::compliance::percent_tick(page, v);
    let svg = chart::curve(
        &Caption { title, description: &label },
        &points,
        &named,
        page.say("Andel av leverantörerna, störst först", "Share of suppliers, the largest first"),
        page.say("Andel av beloppet", "Share of the amount"),
        &tick,
    );
    m.push(&page.figure(
        title,
        page.say("Den streckade linjen är helt jämn fördelning.", "The dashed line is a perfectly even division."),
        &[],
        &svg,
        "supplier_pareto",
    ));
    m
}

fn concentration(page: &Page<'_>) -> Markup {
    let mut rows: Vec<Row<'_>> =
        page.data.metric("concentration_category").rows().filter(|r| r.float("top_1_ratio").is_some() && r.text("category_code") != "all").collect();
    rows.sort_by_key(|r| -r.money("spend_net").unwrap_or(0));
    rows.truncate(BARS_MAX);
    if rows.is_empty() {
        return Markup::new();
    }
    let bars: Vec<Bar> = rows
        .iter()
        .map(|row| {
            let first = row.float("top_1_ratio").unwrap_or(0.0).clamp(0.0, 1.0);
            let five = row.float("top_5_ratio").unwrap_or(first).clamp(first, 1.0);
            Bar {
                label: page.name(*row, "category_name").to_string(),
                parts: vec![
                    Part {
                        class: "c-compliant",
                        length: first,
                        tip: format!("{} {}", row.text("top_supplier_name"), page.percent(first)),
                        drill: String::new(),
                    },
                    Part { class: "c-deviating", length: five - first, tip: page.percent(five), drill: String::new() },
                ],
                value: row.float("effective_supplier_count").map_or_else(String::new, |v| super::format::number(page.language, v, 1)),
                mark: None,
                drill: drill(&[("c", row.text("category_code"))]),
            }
        })
        .collect();
    let title = page.say("Beroende per kategori", "Dependency by category");
    let note = page.say(
        "De största kategorierna. Talet till höger är antalet verksamma leverantörer: hur många lika stora som skulle ge samma koncentration.",
        "The largest categories. The number at the right is the effective number of suppliers: how many equal ones would give the same concentration.",
    );
    let legend = [("c-compliant", page.say("största leverantören", "largest supplier")), ("c-deviating", page.say("de fem största", "five largest"))];
    page.figure(title, note, &legend, &chart::bars(&Caption { title, description: note }, &bars, 1.0), "concentration_category")
}

fn diversity(page: &Page<'_>) -> Markup {
    let grid = page.data.metric("diversity_class");
    let title = page.say("Mindre, idéburna och nystartade leverantörer", "Small, idea-based and newly started suppliers");
    let rows: Vec<Row<'_>> = grid.rows().filter(|r| r.text("class_status") == "member").collect();
    if rows.is_empty() {
        return empty(page.say(
            "Inget företagsregister har lästs in, så leverantörernas storlek och form är okända.",
            "No supplier register was read, so the suppliers’ size and form are unknown.",
        ));
    }
    let bars: Vec<Bar> = rows
        .iter()
        .map(|row| {
            let unknown = grid
                .rows()
                .find(|r| r.text("class_code") == row.text("class_code") && r.text("class_status") == "unknown")
                .and_then(|r| r.float("spend_ratio"))
                .unwrap_or(0.0);
            let member = row.float("spend_ratio").unwrap_or(0.0);
            Bar {
                label: texts::code(page.language, row.text("class_code")).to_string(),
                parts: vec![
                    Part { class: "c-compliant", length: member.clamp(0.0, 1.0), tip: page.percent(member), drill: String::new() },
                    Part {
                        class: "c-undetermined",
                        length: unknown.clamp(0.0, 1.0 - member.clamp(0.0, 1.0)),
                        tip: page.percent(unknown),
                        drill: String::new(),
                    },
                ],
                value: page.percent(member),
                mark: None,
                drill: String::new(),
            }
        })
        .collect();
    let note = page.say(
        "Andel av det påverkbara beloppet. Klasserna överlappar och går inte att lägga ihop; i minst en av klasserna räknas varje krona en gång. Okänt betyder att uppgiften saknas, inte att leverantören är stor.",
        "Share of the addressable amount. The classes overlap and do not add up; at least one of the classes counts each krona once. Unknown means that the fact is missing, not that the supplier is large.",
    );
    let legend = [("c-compliant", page.say("ingår i klassen", "in the class")), ("c-undetermined", page.say("okänt", "unknown"))];
    page.figure(title, note, &legend, &chart::bars(&Caption { title, description: note }, &bars, 1.0), "diversity_class")
}

/// One class over the months loaded.
#[derive(Default)]
struct ClassMonths {
    /// Share of addressable spend by month.
    ratios: Vec<Option<f64>>,
    /// Spend with members and all spend by month, in minor units.
    sums: Vec<(i64, i64)>,
}

/// Share of a run of months.
fn share_of(months: &[(i64, i64)]) -> Option<f64> {
    let (member, whole) = months.iter().fold((0i128, 0i128), |sum, m| (sum.0 + i128::from(m.0), sum.1 + i128::from(m.1)));
    (whole > 0).then(|| member as f64 / whole as f64)
}

/// Whether the classes gained: each class by month, and the later half of the months against the earlier.
fn class_trends(page: &Page<'_>) -> Markup {
    let grid = page.data.metric("diversity_month");
    let mut classes: std::collections::BTreeMap<&str, ClassMonths> = std::collections::BTreeMap::new();
    for row in grid.rows() {
        let class = classes.entry(row.text("class_code")).or_default();
        class.ratios.push(row.float("member_ratio"));
        class.sums.push((row.money("member_spend_net").unwrap_or(0), row.money("spend_net").unwrap_or(0)));
    }
    classes.retain(|_, class| class.sums.len() >= 4 && class.sums.iter().any(|m| m.0 > 0));
    let mut m = Markup::new();
    let Some(months) = classes.values().map(|c| c.sums.len()).max() else { return m };
    // Twelve months against the twelve before, where they are loaded: seasons then cancel.
    let span = if months >= 24 { 12 } else { months / 2 };
    m.raw("<div class=\"block\">").element("h3", page.say("Vinner eller förlorar klasserna?", "Do the classes gain or lose?"));
    let note = page.say(
        "Andel av de påverkbara inköpen per månad. Texten jämför de senaste {n} månaderna med de {n} före dem. Varje kurva har sin egen skala.",
        "Share of addressable spend by month. The text compares the latest {n} months with the {n} before them. Each curve has its own scale.",
    );
    m.element("p class=\"note\"", &note.replace("{n}", &page.count(span as i128))).raw("<ul class=\"cards small\">");
    for (code, class) in &classes {
        let end = class.sums.len();
        let (Some(now), Some(before)) =
            (share_of(&class.sums[end - span.min(end)..]), share_of(&class.sums[end.saturating_sub(2 * span)..end - span.min(end)]))
        else {
            continue;
        };
        // The difference of the shares as shown, so that a reader who subtracts finds the same.
        let tenths = (now * 1000.0).round() as i64 - (before * 1000.0).round() as i64;
        let change = match tenths {
            0 => page.say("oförändrat", "unchanged").to_string(),
            _ => format!(
                "{}{}\u{a0}{}",
                if tenths > 0 { "+" } else { "" },
                super::format::scaled(page.language, i128::from(tenths), 1),
                page.say("procentenheter", "percentage points")
            ),
        };
        let says = format!("{} {} {} ({change})", page.percent(before), page.say("till", "to"), page.percent(now));
        let name = texts::code(page.language, code);
        m.raw("<li class=\"multiple\"><b>").text(name).raw("</b>");
        m.push(&chart::sparkline(&Caption { title: name, description: &says }, &class.ratios)).element("p", &says).raw("</li>");
    }
    m.raw("</ul><details><summary>").text(page.say("Tabell till diagrammen", "Table of the charts")).raw("</summary>");
    m.push(&page.table("diversity_month", page.say("Leverantörsmångfald per månad", "Supplier diversity by month"), "")).raw("</details></div>");
    m
}
