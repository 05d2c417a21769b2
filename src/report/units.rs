//! A folder for each unit with its own deviations, ready to send.

use std::io::Write as _;

use super::compliance::OUTCOMES;
use super::csv::{Dialect, record};
use super::data::Data;
use super::format::{self, Language};
use super::grid::{Row, Value, for_each_batch};
use super::markup::{Markup, base64};
use super::output::{Folder, OpenFile, safe_name};
use super::table::shown;
use super::{table::Kind, texts};
use crate::error::{Error, Result};
use crate::store::Store;
use sha2::{Digest, Sha256};

/// Rows of a unit's page; its CSV has all.
const PAGE_ROWS_MAX: usize = 200;

/// Columns of a unit's page.
const COLUMNS: &[(&str, Kind)] = &[
    ("covered_on", Kind::Date),
    ("supplier_name", Kind::Text),
    ("category_name", Kind::Text),
    ("invoice_number", Kind::Text),
    ("spend_net", Kind::Exact),
    ("reason", Kind::Code),
    ("passed_by_contract_id", Kind::Text),
    ("contract_id", Kind::Text),
];

/// One unit's files under construction.
struct Pack {
    unit_id: String,
    unit_name: String,
    csv: OpenFile,
    rows: Vec<Vec<Value>>,
    total: usize,
}

/// Writes `units/<unit>/deviations.csv` and `deviations.html` for each unit that has deviations.
pub fn write(data: &Data, store: &Store, folder: &mut Folder) -> Result<()> {
    let mut done = std::collections::BTreeSet::new();
    let mut open: Option<Pack> = None;
    for_each_batch(store, "metric.deviation_line", None, |batch| {
        let names: Vec<String> = batch.schema().fields().iter().map(|f| f.name().clone()).collect();
        for index in 0..batch.num_rows() {
            let row = Row::of(batch, index);
            let unit = row.text("organisational_unit_id");
            if open.as_ref().is_none_or(|p| p.unit_id != unit) {
                if let Some(pack) = open.take() {
                    finish(pack, data, folder)?;
                }
                if !done.insert(unit.to_string()) {
                    return Err(Error::Internal("metric.deviation_line is not ordered by unit".to_string()));
                }
                let mut csv = folder.start(&format!("units/{}/deviations.csv", safe_name(unit)))?;
                put(&mut csv, Dialect::Excel.prologue())?;
                put(&mut csv, record(names.iter().map(|n| Value::Text(n.clone())), Dialect::Excel).as_bytes())?;
                open = Some(Pack { unit_id: unit.to_string(), unit_name: row.text("organisational_unit_name").to_string(), csv, rows: Vec::new(), total: 0 });
            }
            let pack = open.as_mut().expect("opened above");
            put(&mut pack.csv, record(names.iter().map(|n| row.value(n)), Dialect::Excel).as_bytes())?;
            pack.total += 1;
            if pack.rows.len() < PAGE_ROWS_MAX {
                pack.rows.push(COLUMNS.iter().map(|(c, _)| row.value(c)).collect());
            }
        }
        Ok(())
    })?;
    open.take().map_or(Ok(()), |pack| finish(pack, data, folder))
}

fn put(file: &mut OpenFile, bytes: &[u8]) -> Result<()> {
    file.write_all(bytes).map_err(|e| Error::Store(format!("a unit's file of the report cannot be written: {e}")))
}

fn finish(pack: Pack, data: &Data, folder: &mut Folder) -> Result<()> {
    let name = format!("units/{}/deviations.html", safe_name(&pack.unit_id));
    let html = page(&pack, data, Language::from_tag(&data.language));
    folder.finish(pack.csv)?;
    folder.write(&name, html.as_str().as_bytes())
}

/// A plain table of a unit's page.
fn table(caption: &str, language: Language, columns: &[(&'static str, Kind)], rows: &[Vec<Value>]) -> Markup {
    let mut m = Markup::new();
    m.raw("<div class=\"scroll\" tabindex=\"0\" role=\"region\"").attr("aria-label", caption).raw("><table>");
    m.element("caption class=\"visually-hidden\"", caption).raw("<thead><tr>");
    for (column, kind) in columns {
        m.raw(if kind.is_number() { "<th scope=\"col\" class=\"n\">" } else { "<th scope=\"col\">" }).text(&texts::column(language, column)).raw("</th>");
    }
    m.raw("</tr></thead><tbody>");
    for row in rows {
        m.raw("<tr>");
        for (c, (value, (_, kind))) in row.iter().zip(columns).enumerate() {
            let text = shown(language, *kind, value);
            match (c, kind.is_number()) {
                (0, _) => m.raw("<th scope=\"row\">").text(&text).raw("</th>"),
                (_, true) => m.raw("<td class=\"n\">").text(&text).raw("</td>"),
                (_, false) => m.raw("<td>").text(&text).raw("</td>"),
            };
        }
        m.raw("</tr>");
    }
    m.raw("</tbody></table></div>");
    m
}

fn rows_of(data: &Data, metric: &str, unit_id: &str, columns: &[(&'static str, Kind)]) -> Vec<Vec<Value>> {
    let mut rows: Vec<Row<'_>> = data.metric(metric).rows().filter(|r| r.text("organisational_unit_id") == unit_id).collect();
    rows.sort_by_key(|r| -r.money("spend_net").unwrap_or(0));
    rows.iter().map(|row| columns.iter().map(|(column, _)| row.value(column)).collect()).collect()
}

/// What the unit has to explain, by reason.
fn reasons(pack: &Pack, data: &Data, language: Language) -> Markup {
    const SHOWN: &[(&str, Kind)] =
        &[("reason", Kind::Code), ("outcome", Kind::Code), ("invoice_count", Kind::Int), ("spend_net", Kind::Exact), ("spend_ratio", Kind::Share)];
    let rows = rows_of(data, "deviation_unit", &pack.unit_id, SHOWN);
    let mut m = Markup::new();
    if rows.is_empty() {
        return m;
    }
    let title = language.say("Skälen", "The reasons");
    m.raw("<section>").element("h2", title).push(&table(title, language, SHOWN, &rows)).raw("</section>");
    m
}

/// The contracts that should have been used, with their suppliers.
fn instead(pack: &Pack, data: &Data, language: Language) -> Markup {
    const SHOWN: &[(&str, Kind)] = &[
        ("category_name", Kind::Text),
        ("supplier_name", Kind::Text),
        ("spend_net", Kind::Exact),
        ("passed_by_contract_id", Kind::Id),
        ("passed_by_contract_title", Kind::Text),
        ("passed_by_supplier_names", Kind::Text),
    ];
    let mut rows = rows_of(data, "maverick_spend", &pack.unit_id, SHOWN);
    let mut m = Markup::new();
    if rows.is_empty() {
        return m;
    }
    rows.truncate(PAGE_ROWS_MAX);
    let title = language.say("Avtal som skulle ha använts", "Contracts that should have been used");
    let note = language.say(
        "Ett gällande avtal med en annan leverantör täckte köpet. Leverantören i den sista kolumnen är den att beställa av.",
        "A contract in force with another supplier covered the purchase. The supplier in the last column is the one to order from.",
    );
    m.raw("<section>").element("h2", title).element("p", note).push(&table(title, language, SHOWN, &rows)).raw("</section>");
    m
}

fn page(pack: &Pack, data: &Data, language: Language) -> Markup {
    const STYLE: &str = include_str!("style.css");
    let mut m = Markup::new();
    let name = if pack.unit_name.is_empty() { &pack.unit_id } else { &pack.unit_name };
    let title = format!("{} – {name}", language.say("Avvikelser från avtal", "Deviations from contracts"));
    m.raw("<!doctype html>\n<html").attr("lang", language.tag()).raw("><head><meta charset=\"utf-8\">");
    let policy = format!("default-src 'none'; style-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'", base64(&Sha256::digest(STYLE)));
    m.raw("<meta http-equiv=\"Content-Security-Policy\"")
        .attr("content", &policy)
        .raw("><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><link rel=\"icon\" href=\"data:,\">");
    m.element("title", &title).raw("<style>").raw(STYLE).raw("</style></head><body><div class=\"page single\"><header class=\"top\"><div>");
    m.element("h1", &title);
    let window = format!(
        "{}, {} – {}. {} {}.",
        data.name,
        data.window.0,
        data.window.1,
        language.say("Belopp exklusive moms i", "Amounts excluding VAT in"),
        data.currency
    );
    m.element("p", &window).raw("</div></header><main>");
    let row = data.metric("compliance_unit").rows().find(|r| r.text("organisational_unit_id") == pack.unit_id);
    if let Some(row) = row {
        m.raw("<section class=\"front\"><dl class=\"strip\">");
        let money = |column: &str| format::headline_money(language, &data.currency, i128::from(row.money(column).unwrap_or(0)));
        let mut entry = |name: &str, value: &str| {
            m.raw("<div>").element("dt", name).element("dd", value).raw("</div>");
        };
        entry(language.say("Påverkbara inköp", "Addressable spend"), &money("addressable_spend_net"));
        for column in ["contract_compliance_ratio", "coverage_ratio"] {
            entry(&texts::column(language, column), &row.float(column).map_or_else(String::new, |r| format::percent(language, r)));
        }
        for (code, column, _) in OUTCOMES.iter().skip(1).take(2) {
            entry(texts::code(language, code), &money(column));
        }
        m.raw("</dl></section>");
    }
    m.push(&reasons(pack, data, language)).push(&instead(pack, data, language));
    m.raw("<section>").element("h2", language.say("Raderna, störst först", "The lines, largest first"));
    let note = language
        .say(
            "Visar {n} av {m} rader. Alla finns i deviations.csv. Säg till om något är fel: en förklaring eller ett avtal som saknas i katalogen är också ett svar.",
            "Showing {n} of {m} lines. All are in deviations.csv. Say so if something is wrong: an explanation, or a contract that the catalogue lacks, is an answer too.",
        )
        .replace("{n}", &format::whole(language, pack.rows.len() as i128))
        .replace("{m}", &format::whole(language, pack.total as i128));
    m.element("p", &note);
    m.push(&table(&title, language, COLUMNS, &pack.rows)).raw("</section></main></div></body></html>\n");
    m
}
