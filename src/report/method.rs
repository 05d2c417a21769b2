//! Method: what the figures mean, what was left out, which rules were in force, which queries made them.

use super::markup::Markup;
use super::page::Page;
use super::{quality, texts};
use crate::schema::metric;

/// Terms with their definitions, in both languages.
const DEFINITIONS: &[(texts::Text, texts::Text)] = &[
    (
        texts::Text { sv: "Påverkbara inköp", en: "Addressable spend" },
        texts::Text {
            sv: "Inköp som ett avtal kan omfatta. Löner, skatter, bidrag, transfereringar, interna köp och andra offentliga organ räknas bort och redovisas var för sig.",
            en: "Spend that a contract can cover. Salaries, taxes, grants, transfers, internal purchases and other public bodies are taken off, each accounted for.",
        },
    ),
    (
        texts::Text { sv: "Leverantörstrohet", en: "Supplier compliance" },
        texts::Text {
            sv: "Påverkbara inköp hos leverantörer som har något avtal, delat med alla påverkbara inköp. Säger inget om köpet följde avtalet.",
            en: "Addressable spend at suppliers that hold any contract, divided by all addressable spend. It does not say that the purchase followed the contract.",
        },
    ),
    (
        texts::Text { sv: "Avtalstrohet", en: "Contract compliance" },
        texts::Text {
            sv: "Påverkbara inköp som gjordes på avtal enligt avtalets villkor, delat med alla påverkbara inköp.",
            en: "Addressable spend bought on contract by its terms, divided by all addressable spend.",
        },
    ),
    (
        texts::Text { sv: "Bedömd andel", en: "Share judged" },
        texts::Text {
            sv: "Den del av de påverkbara inköpen som kunde bedömas: ett minus det som passar flera avtal eller saknar underlag. Ett nyckeltal med låg bedömd andel ska läsas med försiktighet.",
            en: "The part of addressable spend that could be judged: one minus what fits several contracts or lacks evidence. A key figure with a low share judged is to be read with care.",
        },
    ),
    (
        texts::Text { sv: "Utanför avtal", en: "Off contract" },
        texts::Text { sv: "Inget avtal täcker raden. Skälen M1 till M6 säger varför.", en: "No contract covers the line. The reasons M1 to M6 say why." },
    ),
    (
        texts::Text { sv: "Vid sidan av avtal", en: "Maverick spend" },
        texts::Text {
            sv: "Del av det som köptes utanför avtal: ett gällande avtal med en annan leverantör täckte enheten, kategorin och dagen, men användes inte (M2).",
            en: "Part of what was bought off contract: a contract in force with another supplier covered the unit, the category and the day and was not used (M2).",
        },
    ),
    (
        texts::Text { sv: "Datum mot avtalstid", en: "Date against the term" },
        texts::Text {
            sv: "Leveransdatum, annars fakturadatum, annars bokföringsdatum. Avtalets första och sista dag räknas båda in.",
            en: "Delivery date, else invoice date, else booking date. The first and the last day of the term both count.",
        },
    ),
    (
        texts::Text { sv: "Koncentration (HHI)", en: "Concentration (HHI)" },
        texts::Text {
            sv: "Summan av leverantörernas kvadrerade andelar, 0 till 10 000. På egna inköp mäter den beroende, inte marknadsmakt. 10 000 delat med HHI är antalet lika stora leverantörer som skulle ge samma tal.",
            en: "The sum of the suppliers’ squared shares, 0 to 10,000. On a buyer’s own spend it measures dependency, not market power. 10,000 divided by HHI is the number of equal suppliers that would give the same figure.",
        },
    ),
    (
        texts::Text { sv: "Belopp", en: "Amounts" },
        texts::Text {
            sv: "Exklusive moms. Kreditfakturor räknas av. Summor görs i hela ören; avrundning sker först när talet visas. En rad i annan valuta utan inlagd kurs räknas inte in utan visas för sig.",
            en: "VAT excluded. Credit notes are taken off. Sums are made in whole minor units; rounding comes last, when the number is shown. A line in another currency without a rate on file is not counted in, but shown apart.",
        },
    ),
];

/// The section.
pub fn body(page: &Page<'_>) -> Markup {
    let mut m = Markup::new();
    m.raw("<div class=\"block\">").element("h3", page.say("Definitioner", "Definitions")).raw("<dl class=\"definitions\">");
    for (term, definition) in DEFINITIONS {
        m.element("dt", term.of(page.language)).element("dd", definition.of(page.language));
    }
    m.raw("</dl></div>");
    m.push(&quality::bridge(page));
    m.push(&page.block(
        page.say("Regler som gäller den dag siffrorna avser", "Rules in force on the as-of date"),
        page.say("Daterade värden med officiell källa, delvis på engelska.", "Dated values with their official source."),
        "thresholds",
        page.say("Inga gränser är inlagda.", "No limits are on file."),
    ));
    m.push(&page.block(
        page.say("Parametrar", "Parameters"),
        page.say(
            "Vikter och gränser som analyserna använder, med de namn som de har i reglernas filer och källan på engelska.",
            "Weights and limits that the analyses use, by their names in the rule files, with their source.",
        ),
        "parameters",
        page.say("Inga parametrar är inlagda.", "No parameters are on file."),
    ));
    m.raw("<div class=\"block\">").element("h3", page.say("Analyser och deras frågor", "Analyses and their queries"));
    m.element(
        "p class=\"note\"",
        page.say(
            "Varje siffra kommer ur en SQL-fråga som går att läsa och köra. CSV-filerna ligger bredvid den här filen.",
            "Every figure comes from an SQL query that can be read and run. The CSV files lie beside this file.",
        ),
    );
    m.raw("<ul class=\"queries\">");
    for head in metric::analyses() {
        m.raw("<li>").text(page.say(head.title_sv, head.title_en)).raw(" <a class=\"note\"").attr("href", &format!("csv/{}.csv", head.name)).raw(">");
        m.text(&format!("{}.csv", head.name)).raw("</a> <button type=\"button\" class=\"row-link\" data-do=\"sql\"").attr("data-name", head.name);
        m.raw(">SQL<span class=\"visually-hidden\">").text(&format!(": {}", page.say(head.title_sv, head.title_en))).raw("</span></button></li>");
    }
    m.raw("</ul></div>");
    m
}
