//! The cube, filtered by unit, category, supplier and month.

use super::markup::Markup;
use super::page::{Page, paragraph};

/// The section: filled by the page's script.
pub fn body(page: &Page<'_>) -> Markup {
    let mut m = Markup::new();
    m.push(&paragraph(page.say(
        "Välj enhet, kategori, leverantör och månad. Siffrorna räknas om ur kuben i filen och går att följa till raderna.",
        "Choose unit, category, supplier and month. The figures are computed anew from the cube in this file and can be followed to the lines.",
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
        ("m", page.say("Månad", "Month"), page.say("Alla månader", "All months")),
    ] {
        m.raw("<label>").text(name).raw("<select").attr("data-d", dimension).raw("><option value=\"\">").text(everything).raw("</option></select></label>");
    }
    m.raw("</div><p><button type=\"button\" data-do=\"explore-rows\" data-q=\"[]\" hidden>").text(page.say("Visa raderna", "Show the rows"));
    m.raw("</button></p><div class=\"explore-out\"></div></div>");
    m
}
