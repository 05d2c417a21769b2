//! The cube, filtered by unit, category, supplier and period.

use super::markup::Markup;
use super::page::{Page, paragraph};

/// The section: filled by the page's script.
pub fn body(page: &Page<'_>) -> Markup {
    let mut m = Markup::new();
    m.push(&paragraph(page.say(
        "Välj enhet, kategori, leverantör och period. Siffrorna räknas om ur kuben i filen och går att följa till raderna.",
        "Choose unit, category, supplier and period. The figures are computed anew from the cube in this file and can be followed to the lines.",
    )));
    m.element(
        "p class=\"empty unscripted\"",
        page.say("Urvalet kräver att skript får köras i webbläsaren.", "The selection needs scripts to be allowed in the browser."),
    );
    m.raw("<div class=\"explore\"><div class=\"filters\">");
    for (dimension, name, everything) in [
        ("u", page.say("Enhet", "Unit"), page.say("Alla enheter", "All units")),
        ("g", page.say("Huvudkategori", "Main category"), page.say("Alla kategorier", "All categories")),
        ("s", page.say("Leverantör", "Supplier"), page.say("Alla leverantörer", "All suppliers")),
        ("from", page.say("Från och med", "From"), page.say("Första månaden", "First month")),
        ("to", page.say("Till och med", "To"), page.say("Sista månaden", "Last month")),
    ] {
        m.raw("<label>").text(name).raw("<select").attr("data-d", dimension).raw("><option value=\"\">").text(everything).raw("</option></select></label>");
    }
    m.raw("</div><p class=\"controls-row\"><button type=\"button\" data-do=\"explore-reset\">").text(page.say("Visa allt", "Show all")).raw("</button> ");
    m.raw("<button type=\"button\" data-do=\"explore-rows\" data-q=\"[]\" hidden>").text(page.say("Visa raderna", "Show the rows"));
    m.raw("</button></p><div class=\"explore-out\" aria-live=\"polite\"></div></div>");
    m
}
