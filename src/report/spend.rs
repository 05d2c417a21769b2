//! Spend as a whole: from which units over which categories to which suppliers it goes, and what changed since the period before.

use super::chart::{self, Caption, Flow, Node, Step};
use super::data::Data;
use super::format;
use super::grid::Row;
use super::markup::Markup;
use super::page::{Page, empty, paragraph};
use super::table::{Kind, Table, drill};
use super::texts;

use Kind::{Money, Share, Text};

/// Nodes of the diagram by layer: units, main categories, suppliers. More cannot be read.
const NODES: [usize; 3] = [9, 10, 11];

/// The causes of a change in the order of the waterfall: column of `metric.spend_change`.
const CAUSES: [&str; 6] = ["price_net", "volume_net", "assortment_net", "supplier_new_net", "supplier_lost_net", "not_told_net"];

/// Its tables.
pub fn tables(data: &Data) -> Vec<Table> {
    vec![Table::sorted(
        ("spend_change", "spend_change"),
        data.metric("spend_change"),
        &[
            ("category_name", Text),
            ("before_spend_net", Money),
            ("spend_net", Money),
            ("change_net", Money),
            ("price_net", Money),
            ("volume_net", Money),
            ("assortment_net", Money),
            ("supplier_new_net", Money),
            ("supplier_lost_net", Money),
            ("not_told_net", Money),
            ("coverage_ratio", Share),
        ],
        data.rows_max,
        |r| r.text("category_code") != "all",
        |r| drill(&[("c", r.text("category_code"))]),
        // The largest change first, whichever way it goes.
        |r| -r.money("change_net").unwrap_or(0).abs(),
    )]
}

/// The section.
pub fn body(page: &Page<'_>) -> Markup {
    let mut m = Markup::new();
    m.push(&paragraph(page.say(
        "Påverkbara inköp: vilka enheter som köpt, vad de köpt och av vem, och vad som skiljer den senaste perioden från den före.",
        "Addressable spend: which units bought, what they bought and from whom, and what sets the latest period apart from the one before.",
    )));
    m.push(&flows(page));
    m.push(&page.block(
        page.say("Förändringen per kategori", "The change by category"),
        &change(page).map_or_else(String::new, |c| c.compared),
        "spend_change",
        page.say("En jämförelse kräver fakturor från minst två månader.", "A comparison needs invoices of at least two months."),
    ));
    m
}

/// The change between the two periods, in words.
struct Change<'a> {
    row: Row<'a>,
    /// Which months are compared, and what to bear in mind.
    compared: String,
    /// The sentence for leadership.
    sentence: String,
}

fn amount(row: Row<'_>, column: &str) -> i128 {
    i128::from(row.money(column).unwrap_or(0))
}

fn change<'a>(page: &Page<'a>) -> Option<Change<'a>> {
    let grid = page.data.metric("spend_change");
    let row = grid.rows().find(|r| r.text("category_code") == "all")?;
    // Nothing to compare with: one month of data, or a first period without lines.
    if row.int("before_month_count").unwrap_or(0) == 0 || row.int("month_count").unwrap_or(0) == 0 {
        return None;
    }
    let span = |first: &str, last: &str| {
        let (first, last) = (row.text(first), row.text(last));
        if first == last { last.to_string() } else { format!("{first} – {last}") }
    };
    let mut compared = page
        .say("{now} jämfört med {before}.", "{now} compared with {before}.")
        .replace("{now}", &span("first_period", "last_period"))
        .replace("{before}", &span("before_first_period", "before_last_period"));
    if row.int("before_month_count") != row.int("month_count") {
        compared.push(' ');
        compared.push_str(
            &page
                .say(
                    "Perioderna har olika många inlästa månader ({n} och {m}), så en del av förändringen beror på underlaget.",
                    "The periods have different numbers of months loaded ({n} and {m}), so part of the change comes from the data.",
                )
                .replace("{n}", &page.count(row.int("month_count").unwrap_or(0)))
                .replace("{m}", &page.count(row.int("before_month_count").unwrap_or(0))),
        );
    }
    if let Some(coverage) = row.float("coverage_ratio") {
        compared.push(' ');
        compared.push_str(
            &page
                .say(
                    "För {p} av beloppet i de två perioderna går orsaken att avgöra; resten saknar artikelnummer eller antal på fakturaraden.",
                    "For {p} of the spend of both periods the cause can be told; the rest has no item number or quantity on the invoice line.",
                )
                .replace("{p}", &page.percent(coverage)),
        );
    }
    let changed = amount(row, "change_net");
    let mut sentence = page
        .say("De påverkbara inköpen {went} från {before} till {now}{ratio}.", "Addressable spend {went} from {before} to {now}{ratio}.")
        .replace(
            "{went}",
            match changed.signum() {
                1 => page.say("ökade", "rose"),
                -1 => page.say("minskade", "fell"),
                _ => page.say("var oförändrade,", "did not change,"),
            },
        )
        .replace("{before}", &page.money(amount(row, "before_spend_net")))
        .replace("{now}", &page.money(amount(row, "spend_net")))
        .replace("{ratio}", &row.float("change_ratio").map_or_else(String::new, |r| format!(" ({})", signed(r >= 0.0, &page.percent(r)))));
    let largest = CAUSES.iter().max_by_key(|c| (amount(row, c).abs(), std::cmp::Reverse(**c))).filter(|c| amount(row, c) != 0);
    if let Some(cause) = largest {
        sentence.push(' ');
        sentence.push_str(
            &page
                .say("Störst betydelse har posten ”{cause}”, {sum}.", "The largest part is “{cause}”, {sum}.")
                .replace("{cause}", &texts::column(page.language, cause).to_lowercase())
                .replace("{sum}", &page.signed_money(amount(row, cause))),
        );
    }
    let of_category = |rows: Option<Row<'_>>, sv: &'static str, en: &'static str| {
        rows.map_or_else(String::new, |r| {
            format!(" {}", page.say(sv, en).replace("{category}", page.name(r, "category_name")).replace("{sum}", &page.signed_money(amount(r, "change_net"))))
        })
    };
    let categories = || grid.rows().filter(|r| r.text("category_code") != "all");
    let by_change = |r: &Row<'_>| (r.money("change_net").unwrap_or(0), std::cmp::Reverse(r.text("category_code").to_string()));
    let rise = categories().filter(|r| amount(*r, "change_net") > 0).max_by_key(by_change);
    let fall = categories().filter(|r| amount(*r, "change_net") < 0).min_by_key(|r| (r.money("change_net").unwrap_or(0), r.text("category_code").to_string()));
    sentence.push_str(&of_category(rise, "Mest ökade {category} ({sum}).", "{category} rose the most ({sum})."));
    sentence.push_str(&of_category(fall, "Mest minskade {category} ({sum}).", "{category} fell the most ({sum})."));
    Some(Change { row, compared, sentence })
}

fn signed(is_rise: bool, text: &str) -> String {
    if is_rise { format!("+{text}") } else { text.to_string() }
}

/// What changed since the period before and why: the sentence and the waterfall, for the front page.
pub fn changes(page: &Page<'_>) -> Markup {
    let title = page.say("Vad som har förändrats, och varför", "What has changed, and why");
    let mut m = Markup::new();
    let Some(change) = change(page) else {
        m.raw("<div class=\"block\">").element("h3", title);
        m.push(&empty(page.say(
            "En jämförelse med perioden före kräver fakturor från minst två månader.",
            "A comparison with the period before needs invoices of at least two months.",
        )));
        m.raw("</div>");
        return m;
    };
    let mut steps: Vec<Step> = CAUSES
        .iter()
        .filter(|c| amount(change.row, c) != 0)
        .map(|cause| {
            let value = amount(change.row, cause);
            Step {
                label: texts::column(page.language, cause),
                change: value as f64 / 100.0,
                value: page.signed_money(value),
                tip: format!("{}: {}", texts::column(page.language, cause), page.kronor(value)),
                ..Step::default()
            }
        })
        .collect();
    let whole = amount(change.row, "change_net");
    steps.push(Step {
        label: texts::column(page.language, "change_net"),
        change: whole as f64 / 100.0,
        value: page.signed_money(whole),
        tip: page.kronor(whole),
        is_sum: true,
        ..Step::default()
    });
    let legend = [("c-rise", page.say("ökning", "rise")), ("c-fall", page.say("minskning", "fall"))];
    let svg = chart::waterfall(&Caption { title, description: &change.sentence }, &steps);
    m.push(&page.figure(title, &format!("{} {}", change.sentence, change.compared), &legend, &svg, "spend_change"));
    m
}

/// The Sankey diagram.
fn flows(page: &Page<'_>) -> Markup {
    let title = page.say("Från enhet till leverantör", "From unit to supplier");
    let Some(cube) = page.cube else {
        return empty(page.say("Underlaget rymmer inga inköp ännu.", "The data holds no purchases yet."));
    };
    let flows = cube.flows(NODES);
    if flows.links.is_empty() {
        return empty(page.say("Inga påverkbara inköp att visa.", "No addressable spend to show."));
    }
    const LETTERS: [&str; 3] = ["u", "g", "s"];
    let others =
        [page.say("Övriga enheter", "Other units"), page.say("Övriga kategorier", "Other categories"), page.say("Övriga leverantörer", "Other suppliers")];
    let name = |layer: usize, at: usize| {
        let node = &flows.layers[layer][at];
        if node.id.is_empty() { others[layer].to_string() } else { texts::name(page.language, &node.name).to_string() }
    };
    let layers: Vec<Vec<Node>> = flows
        .layers
        .iter()
        .enumerate()
        .map(|(layer, nodes)| {
            nodes
                .iter()
                .enumerate()
                .map(|(at, node)| Node {
                    label: name(layer, at),
                    value: page.money(node.spend),
                    drill: if node.id.is_empty() { String::new() } else { drill(&[(LETTERS[layer], node.id.as_str())]) },
                })
                .collect()
        })
        .collect();
    let links: Vec<Flow> = flows
        .links
        .iter()
        .map(|((layer, from, to), spend)| {
            let (a, b) = (flows.layers[*layer][*from].id.as_str(), flows.layers[layer + 1][*to].id.as_str());
            Flow {
                layer: *layer,
                from: *from,
                to: *to,
                size: *spend as f64 / 100.0,
                tip: format!("{} → {}: {}", name(*layer, *from), name(layer + 1, *to), page.kronor(*spend)),
                drill: if a.is_empty() || b.is_empty() { String::new() } else { drill(&[(LETTERS[*layer], a), (LETTERS[layer + 1], b)]) },
            }
        })
        .collect();
    let heads = [page.say("Enhet", "Unit"), page.say("Huvudkategori", "Main category"), page.say("Leverantör", "Supplier")];
    let note = page.say(
        "Bandens bredd är påverkbara inköp. De största visas med namn, resten som övriga. Ett band eller en ruta leder till raderna bakom.",
        "The width of a band is addressable spend. The largest stand by name, the rest as others. A band or a box leads to the lines behind it.",
    );
    let description = flows.layers[0].iter().take(3).enumerate().map(|(i, n)| format!("{} {}", name(0, i), page.money(n.spend))).collect::<Vec<_>>().join(", ");
    let description = format!("{}: {description}", page.say("Störst", "Largest"));
    page.figure_of("spend_cube", title, note, &[], &chart::sankey(&Caption { title, description: &description }, &heads, &layers, &links), "")
}

/// An amount with its sign, as a headline shows it: the plus sign stands where the minus sign would.
pub fn signed_money(page: &Page<'_>, minor: i128) -> String {
    format::signed_headline_money(page.language, &page.data.currency, minor)
}
