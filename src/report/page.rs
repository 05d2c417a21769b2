//! `report.html`: one file, both languages, no network. The shell, the parts that sections share, and the data inside.

use std::collections::BTreeMap;
use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use sha2::{Digest, Sha256};

use super::cube::Cube;
use super::data::Data;
use super::format::{self, Language};
use super::grid::Row;
use super::markup::{Markup, base64, script_json};
use super::table::{PREVIEW, Table};
use super::{compliance, contracts, cost, explore, front, lines, method, more, procurement, quality, resilience, spend, suppliers, tables, texts};
use crate::error::Result;
use crate::schema::metric;
use crate::store::Store;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// A page under construction, in one language.
pub struct Page<'a> {
    /// What it is made from.
    pub data: &'a Data,
    /// Its language.
    pub language: Language,
    /// The cube; `None` when there is none.
    pub cube: Option<&'a Cube>,
    /// Tables by name.
    tables: &'a BTreeMap<&'static str, Table>,
}

/// One section of the page: its id, its heading in both languages and what it says.
pub struct Section {
    /// Anchor; the language tag is put before it.
    pub id: &'static str,
    /// Heading and entry in the list of contents.
    pub title: texts::Text,
    /// The body.
    pub body: fn(&Page<'_>) -> Markup,
}

/// The sections after the front page, in reading order.
pub const SECTIONS: &[Section] = &[
    Section { id: "spend", title: texts::Text { sv: "Inköpen i stort", en: "Spend as a whole" }, body: spend::body },
    Section { id: "compliance", title: texts::Text { sv: "Avtalstrohet", en: "Contract compliance" }, body: compliance::body },
    Section { id: "maverick", title: texts::Text { sv: "Köp vid sidan av avtal", en: "Maverick spend" }, body: compliance::maverick },
    Section { id: "contracts", title: texts::Text { sv: "Avtal", en: "Contracts" }, body: contracts::body },
    Section { id: "suppliers", title: texts::Text { sv: "Leverantörer", en: "Suppliers" }, body: suppliers::body },
    Section { id: "cost", title: texts::Text { sv: "Kostnader", en: "Cost" }, body: cost::body },
    Section { id: "competition", title: texts::Text { sv: "Konkurrens", en: "Competition" }, body: competition },
    Section { id: "awards", title: texts::Text { sv: "Direktupphandling", en: "Direct awards" }, body: cost::awards },
    Section { id: "resilience", title: texts::Text { sv: "Försörjning", en: "Resilience" }, body: resilience::body },
    Section { id: "climate", title: texts::Text { sv: "Klimat och hållbarhet", en: "Climate and sustainability" }, body: |page| more::body(page, "climate") },
    Section { id: "review", title: texts::Text { sv: "Att granska", en: "For review" }, body: cost::review },
    Section { id: "explore", title: texts::Text { sv: "Utforska", en: "Explore" }, body: explore::body },
    Section { id: "follow", title: texts::Text { sv: "Uppföljningen själv", en: "Follow-up itself" }, body: |page| more::body(page, "follow") },
    Section { id: "quality", title: texts::Text { sv: "Underlagets kvalitet", en: "Data quality" }, body: quality::body },
    Section { id: "method", title: texts::Text { sv: "Metod och definitioner", en: "Method and definitions" }, body: method::body },
];

/// Sections that exist only when tables of their topic do.
const OPTIONAL: &[&str] = &["resilience", "climate", "follow"];

/// Competition: what is drawn by hand, then the other tables of figures of that topic.
fn competition(page: &Page<'_>) -> Markup {
    let mut m = procurement::competition(page);
    m.push(&more::below(page, "competition"));
    m
}

/// Whether a section is on the page.
pub fn has_section(page: &Page<'_>, id: &str) -> bool {
    sections(page).any(|s| s.id == id)
}

/// The sections of a page.
fn sections(page: &Page<'_>) -> impl Iterator<Item = &'static Section> {
    SECTIONS.iter().filter(move |s| !OPTIONAL.contains(&s.id) || more::has_topic(page, s.id))
}

impl<'a> Page<'a> {
    /// One of two texts.
    pub fn say(&self, sv: &'static str, en: &'static str) -> &'static str {
        self.language.say(sv, en)
    }

    /// Whole units of money with digit groups.
    pub fn kronor(&self, minor: i128) -> String {
        let (number, space, currency) = (format::kronor(self.language, minor), format::NO_BREAK_SPACE, self.data.currency.as_str());
        match self.language {
            Language::Sv => format!("{number}{space}{}", if currency == "SEK" { "kr" } else { currency }),
            Language::En => format!("{currency}{space}{number}"),
        }
    }

    /// Money as a headline shows it.
    pub fn money(&self, minor: i128) -> String {
        format::headline_money(self.language, &self.data.currency, minor)
    }

    /// Money as a headline shows it, with its sign.
    pub fn signed_money(&self, minor: i128) -> String {
        spend::signed_money(self, minor)
    }

    /// A name of the data; those that stand for nothing on file in the reader's language.
    pub fn name(&self, row: Row<'a>, column: &str) -> &'a str {
        texts::name(self.language, row.text(column))
    }

    /// A share as a percentage.
    pub fn percent(&self, ratio: f64) -> String {
        format::percent(self.language, ratio)
    }

    /// A count.
    pub fn count(&self, value: impl TryInto<i128>) -> String {
        format::whole(self.language, value.try_into().unwrap_or(0))
    }

    /// A table of that name with its caption; a sentence that says why when it has no row.
    pub fn table(&self, name: &str, caption: &str, when_empty: &str) -> Markup {
        match self.tables.get(name).filter(|t| !t.rows.is_empty()) {
            Some(table) => table.html(self.language, caption),
            None => empty(when_empty),
        }
    }

    /// Rows of the table of that name.
    pub fn row_count(&self, name: &str) -> usize {
        self.tables.get(name).map_or(0, |t| t.rows.len())
    }

    /// Whether the table of that name has rows.
    pub fn has_rows(&self, name: &str) -> bool {
        self.tables.get(name).is_some_and(|t| !t.rows.is_empty())
    }

    /// Whether the table of that name is one that no section shows by hand.
    pub fn is_generic(&self, name: &str) -> bool {
        self.tables.get(name).is_some_and(|t| t.is_generic)
    }

    /// A chart with its heading, a note, a legend and its table, which leads to the query.
    pub fn figure(&self, title: &str, note: &str, legend: &[(&'static str, &str)], svg: &Markup, table: &str) -> Markup {
        self.figure_of("", title, note, legend, svg, table)
    }

    /// The same with a way to the query of `metric` where the chart has no table of its own.
    pub fn figure_of(&self, metric: &'static str, title: &str, note: &str, legend: &[(&'static str, &str)], svg: &Markup, table: &str) -> Markup {
        let mut m = Markup::new();
        m.raw("<figure><figcaption>").element("h3", title);
        if !note.is_empty() {
            m.element("p", note);
        }
        m.raw("</figcaption>");
        if !legend.is_empty() {
            m.raw("<ul class=\"legend\">");
            for (class, name) in legend {
                m.raw("<li><svg viewBox=\"0 0 14 14\" aria-hidden=\"true\"><rect width=\"14\" height=\"14\" rx=\"2\"").attr("class", class).raw("/></svg>");
                m.text(name).raw("</li>");
            }
            m.raw("</ul>");
        }
        // A drawing may be wider than a narrow window: the keyboard has to be able to scroll it.
        m.raw("<div class=\"plot\" tabindex=\"0\" role=\"group\"").attr("aria-label", title).raw(">").push(svg).raw("</div>");
        if self.has_rows(table) {
            m.raw("<details><summary>").text(self.say("Tabell till diagrammet", "Table of the chart")).raw("<span class=\"visually-hidden\">");
            m.text(&format!(": {title}")).raw("</span></summary>").push(&self.table(table, title, "")).raw("</details>");
        }
        if !metric.is_empty() {
            m.raw("<p class=\"only-script\"><button type=\"button\" class=\"row-link\" data-do=\"sql\"").attr("data-name", metric).raw(">SQL");
            m.raw("<span class=\"visually-hidden\">").text(&format!(": {title}")).raw("</span></button></p>");
        }
        m.raw("</figure>");
        m
    }

    /// A heading with a note and a table.
    pub fn block(&self, title: &str, note: &str, table: &str, when_empty: &str) -> Markup {
        let mut m = Markup::new();
        m.raw("<div class=\"block\">").element("h3", title);
        if !note.is_empty() {
            m.element("p class=\"note\"", note);
        }
        m.push(&self.table(table, title, when_empty)).raw("</div>");
        m
    }
}

/// A sentence in the place of a figure that cannot be shown.
pub fn empty(reason: &str) -> Markup {
    let mut m = Markup::new();
    m.element("p class=\"empty\"", reason);
    m
}

/// A paragraph.
pub fn paragraph(text: &str) -> Markup {
    let mut m = Markup::new();
    m.element("p", text);
    m
}

/// The whole file.
pub fn render(data: &Data, store: &Store) -> Result<String> {
    let tables = tables::all(data);
    let cube = Cube::read(store)?;
    let mut m = Markup::new();
    let opening = Language::from_tag(&data.language);
    m.raw("<!doctype html>\n<html").attr("lang", opening.tag()).raw("><head><meta charset=\"utf-8\">");
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        base64(&Sha256::digest(STYLE)),
        base64(&Sha256::digest(SCRIPT))
    );
    m.raw("<meta http-equiv=\"Content-Security-Policy\"").attr("content", &policy).raw(">");
    m.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"referrer\" content=\"no-referrer\">");
    // An empty icon: a browser would otherwise ask for one.
    m.raw("<link rel=\"icon\" href=\"data:,\">");
    m.element("title", &title(data, opening));
    m.raw("<style>").raw(STYLE).raw("</style></head>\n<body>");
    patterns(&mut m);
    // The language that the reader opens stands first, so that a reader without script meets it first.
    let mut order = Language::ALL;
    order.sort_by_key(|l| *l != opening);
    for language in order {
        let page = Page { data, language, cube: cube.as_ref(), tables: &tables };
        one_language(&mut m, &page, language != opening);
    }
    m.raw("<dialog id=\"detail\" aria-labelledby=\"detail-title\"><header><h2 id=\"detail-title\">&#8203;</h2><button type=\"button\" data-do=\"close\">&#215;</button></header><div id=\"detail-body\"></div></dialog>\n");
    m.raw("<script type=\"application/json\" id=\"meta\">").json(&meta(data)).raw("</script>\n");
    let all_tables: serde_json::Map<String, serde_json::Value> = tables.iter().map(|(name, t)| ((*name).to_string(), t.json())).collect();
    let queries: serde_json::Map<String, serde_json::Value> = metric::analyses().iter().map(|a| (a.name.to_string(), a.sql.into())).collect();
    for (id, value) in [
        ("tables", serde_json::Value::from(all_tables)),
        ("queries", queries.into()),
        ("lines", lines::collect(store)?),
        ("cube", cube.as_ref().map_or(serde_json::Value::Null, Cube::json)),
    ] {
        m.raw("<script type=\"text/plain\"").attr("id", id).raw(">").compressed(&value).raw("</script>\n");
    }
    m.raw("<script>").raw(SCRIPT).raw("</script></body></html>\n");
    Ok(m.as_str().to_string())
}

impl Markup {
    /// JSON inside a script element.
    fn json(&mut self, value: &serde_json::Value) -> &mut Self {
        let text = script_json(value);
        self.trusted(&text)
    }

    /// JSON, compressed and in base64: letters, digits, `+`, `/` and `=` only.
    fn compressed(&mut self, value: &serde_json::Value) -> &mut Self {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(9));
        encoder.write_all(value.to_string().as_bytes()).expect("writing to memory");
        let text = base64(&encoder.finish().expect("writing to memory"));
        self.trusted(&text)
    }
}

fn title(data: &Data, language: Language) -> String {
    format!("{} – {}, {}", language.say("Inköpsuppföljning", "Procurement follow-up"), data.name, data.as_of.period())
}

fn meta(data: &Data) -> serde_json::Value {
    let words = |list: &[(&str, texts::Text)], language: Language| -> serde_json::Map<String, serde_json::Value> {
        list.iter().map(|(key, text)| ((*key).to_string(), text.of(language).into())).collect()
    };
    let by_language = |make: &dyn Fn(Language) -> serde_json::Value| serde_json::json!({ "sv": make(Language::Sv), "en": make(Language::En) });
    serde_json::json!({
        "currency": data.currency,
        "has_contracts": data.has_contracts(),
        "preview": PREVIEW,
        "titles": by_language(&|l| title(data, l).into()),
        "names": by_language(&|l| words(texts::NAMES, l).into()),
        "codes": by_language(&|l| {
            let titles = metric::analyses().iter().map(|a| (a.name.to_string(), l.say(a.title_sv, a.title_en).into()));
            let faults = texts::faults().map(|(key, text)| (key, text.of(l).into()));
            titles.chain(faults).chain(words(texts::CODES, l)).collect::<serde_json::Map<_, _>>().into()
        }),
        "texts": by_language(&|l| {
            let mut all = words(texts::SCRIPT, l);
            all.insert("passed_heads".into(), serde_json::json!(texts::PASSED_HEADS.iter().map(|t| t.of(l)).collect::<Vec<_>>()));
            all.insert("row_heads".into(), serde_json::json!(texts::ROW_HEADS.iter().map(|t| t.of(l)).collect::<Vec<_>>()));
            all.into()
        }),
    })
}

fn patterns(m: &mut Markup) {
    m.raw("<svg class=\"defs\" aria-hidden=\"true\" focusable=\"false\"><defs>");
    m.raw("<pattern id=\"p-ambiguous\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect width=\"6\" height=\"6\" class=\"p-ground\"/><path d=\"M0 0V6\" stroke-width=\"5\" class=\"p-ink-ambiguous\"/></pattern>");
    m.raw("<pattern id=\"p-undetermined\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\"><rect width=\"5\" height=\"5\" class=\"p-ground\"/><circle cx=\"2.5\" cy=\"2.5\" r=\"1.6\" class=\"p-ink-undetermined\"/></pattern>");
    m.raw("<pattern id=\"p-option\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><path d=\"M0 0V6\" stroke-width=\"3\" class=\"p-ink-option\"/></pattern>");
    m.raw("</defs></svg>\n");
}

fn one_language(m: &mut Markup, page: &Page<'_>, is_hidden: bool) {
    let (data, tag) = (page.data, page.language.tag());
    let anchor = |id: &str| format!("{tag}-{id}");
    m.raw("<div class=\"page\"").attr("id", tag).attr("lang", tag);
    if is_hidden {
        m.raw(" hidden");
    }
    // Inside the header, so that every part of the page lies in a landmark whichever language is shown.
    m.raw("><header class=\"top\"><a class=\"skip\"")
        .attr("href", &format!("#{}", anchor("main")))
        .raw(">")
        .text(page.say("Hoppa till innehållet", "Skip to the content"))
        .raw("</a>");
    m.raw("<div>").element("h1", &format!("{} – {}", page.say("Inköpsuppföljning", "Procurement follow-up"), data.name));
    let window = if data.window.0.is_empty() {
        format!("{} {}", page.say("Läget den", "As of"), data.as_of)
    } else {
        format!(
            "{} {} {} {}, {} {}. {} {}.",
            page.say("Fakturor från", "Invoices from"),
            data.window.0,
            page.say("till", "to"),
            data.window.1,
            page.say("läget den", "as of"),
            data.as_of,
            page.say("Belopp exklusive moms i", "Amounts excluding VAT in"),
            data.currency
        )
    };
    m.element("p", &window).raw("</div><div class=\"controls\"><button type=\"button\" data-do=\"theme\">");
    m.text(page.say("Utseende: automatiskt", "Appearance: automatic")).raw("</button><button type=\"button\" data-do=\"language\"");
    m.attr("lang", page.say("en", "sv")).raw(">").text(page.say("English", "Svenska")).raw("</button></div></header>");
    m.raw("<nav").attr("aria-label", page.say("Innehåll", "Contents")).raw("><ul>");
    let front = page.say("Översikt", "Overview");
    m.raw("<li><a").attr("href", &format!("#{}", anchor("front"))).raw(">").text(front).raw("</a></li>");
    for section in sections(page) {
        m.raw("<li><a").attr("href", &format!("#{}", anchor(section.id))).raw(">").text(section.title.of(page.language)).raw("</a></li>");
    }
    m.raw("</ul></nav><main").attr("id", &anchor("main")).raw(" tabindex=\"-1\">");
    m.raw("<section class=\"front\"").attr("id", &anchor("front")).raw(">").push(&front::body(page)).raw("</section>");
    for section in sections(page) {
        m.raw("<section")
            .attr("id", &anchor(section.id))
            .raw(">")
            .element("h2", section.title.of(page.language))
            .push(&(section.body)(page))
            .raw("</section>\n");
    }
    m.raw("</main><footer>");
    m.text(&format!(
        "spendtrace {}. {}",
        env!("CARGO_PKG_VERSION"),
        page.say(
            "Varje siffra kan följas till fakturaraden: ett understruket namn i en tabell och varje del av ett diagram visar raderna bakom, SQL visar frågan.",
            "Every figure can be followed to the invoice line: an underlined name in a table and every part of a chart show the lines behind, SQL shows the query."
        )
    ));
    m.raw("</footer></div>\n");
}

/// A link to another section.
pub fn link_to(m: &mut Markup, page: &Page<'_>, id: &'static str, text: &str) {
    m.raw("<a").attr("href", &format!("#{}-{id}", page.language.tag())).raw(">").text(text).raw("</a>");
}
