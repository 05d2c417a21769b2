//! Every other table of figures: an analysis that no section draws by hand still stands on the page, with its title, its query, its
//! rows, or the data that it would need. A new analysis appears here by itself.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use super::data::{Data, LARGE};
use super::markup::Markup;
use super::page::{Page, paragraph};
use super::table::{Kind, Table, drill};
use super::texts::{self, Text};
use super::workbook::is_code;
use crate::schema::{self, Type, metric};

/// Columns of a table on the page: more do not fit; the CSV file has all.
const COLUMNS_MAX: usize = 12;

/// Tables of figures that the page shows in another form: the key figures as cards, by period and by unit.
const ELSEWHERE: &[&str] = &["key_figure", "key_figure_month", "key_figure_period", "key_figure_unit"];

/// What a group of tables is about.
pub struct Topic {
    /// The section that they stand in, or below.
    pub id: &'static str,
    /// What it says first, when it has a section of its own.
    lead: Text,
    /// Tables whose names begin so, whatever policy sentence they serve.
    names: &'static [&'static str],
    /// Sentences of the policy that it answers.
    policy: &'static [u32],
    /// What has to be read in for its tables to have rows.
    needs: Text,
}

/// The topics; the first that fits a table takes it, the last takes the rest.
pub const TOPICS: &[Topic] = &[
    Topic {
        id: "competition",
        lead: Text {
            sv: "Anbud och tilldelningar, ur annonser och upphandlingsdata. En varning är en fråga att ställa, med möjliga oskyldiga förklaringar, inte ett bevis.",
            en: "Bids and awards, from notices and tender data. A flag is a question to ask, with possible innocent causes, not proof.",
        },
        names: &["tender_", "bid", "competition"],
        policy: &[11, 12, 13],
        needs: Text { sv: "upphandlingsdata med anbud (OCDS eller eForms)", en: "tender data with bids (OCDS or eForms)" },
    },
    Topic {
        id: "cost",
        lead: Text { sv: "", en: "" },
        names: &["life_cycle", "tco_", "saving", "price_", "process_cost"],
        policy: &[9, 28],
        needs: Text {
            sv: "kostnadsuppgifter: prislista och artikelnummer, eller livscykelkalkyler i arbetsytan",
            en: "cost data: a price list and item numbers, or life-cycle calculations in the workspace",
        },
    },
    Topic {
        id: "contracts",
        lead: Text { sv: "", en: "" },
        names: &["contract_", "ceiling_"],
        policy: &[6, 15],
        needs: Text { sv: "en avtalskatalog med datum, takvolym och ansvarig", en: "a contract catalogue with dates, ceilings and owners" },
    },
    Topic {
        id: "suppliers",
        lead: Text { sv: "", en: "" },
        names: &["diversity", "supplier_"],
        policy: &[14],
        needs: Text {
            sv: "ett företagsregister med storlek, form och säte, och beslutade mål",
            en: "a supplier register with size, form and seat, and goals decided on",
        },
    },
    Topic {
        id: "resilience",
        lead: Text {
            sv: "Var verksamheten hänger på få leverantörer. Vad som är kritiskt avgör verksamheten, inte beloppet.",
            en: "Where operations hang on few suppliers. What is critical is decided by operations, not by the amount.",
        },
        names: &["category_risk", "dependency", "foreign_supply", "supplier_alert"],
        policy: &[22, 23],
        needs: Text {
            sv: "en bedömning av vilka kategorier som är kritiska, och företagsuppgifter om insolvens och land",
            en: "a judgement of which categories are critical, and company facts on insolvency and country",
        },
    },
    Topic {
        id: "climate",
        lead: Text {
            sv: "Klimatpåverkan räknas ur beloppet med utsläppsfaktorer, eller ur antal där sådana finns. Metoder blandas aldrig i en summa.",
            en: "Emissions are computed from spend by emission factors, or from quantities where they are known. Methods are never mixed in one total.",
        },
        names: &["emission", "circular", "sustainability"],
        policy: &[26, 27, 29, 30, 31],
        needs: Text {
            sv: "utsläppsfaktorer med år, valuta, prisbas och källa, och avtal med uppgift om hållbarhetsvillkor",
            en: "emission factors with year, currency, price basis and source, and contracts that state their sustainability clauses",
        },
    },
    Topic {
        id: "review",
        lead: Text { sv: "", en: "" },
        names: &["duplicate", "benford", "bank_account", "fast_growing", "relative_size", "rest_day", "round_amount"],
        policy: &[3, 19],
        needs: Text { sv: "fakturanummer, datum och betalkonto på raderna", en: "invoice numbers, dates and payment accounts on the lines" },
    },
    Topic {
        id: "awards",
        lead: Text { sv: "", en: "" },
        names: &["direct_award", "documentation_duty", "limit_bunching", "split_purchase"],
        policy: &[18],
        needs: Text { sv: "ett register över dokumenterade direktupphandlingar", en: "a register of documented direct awards" },
    },
    Topic {
        id: "quality",
        lead: Text { sv: "", en: "" },
        names: &["input_coverage", "supplier_finding", "supplier_group", "source_", "category_method", "unit_completeness"],
        policy: &[1],
        needs: Text { sv: "leverantörsregister och kategoriregler", en: "a vendor master and category rules" },
    },
    Topic {
        id: "follow",
        lead: Text {
            sv: "Hur uppföljningen själv går till: vad som rapporteras, följs upp och kan följas upp.",
            en: "How follow-up itself is done: what is reported, followed up and can be followed up.",
        },
        names: &["deviation_", "contract_followability", "approved_exception"],
        policy: &[7, 20, 21, 32, 35, 36, 37],
        needs: Text {
            sv: "avtal med ansvarig och uppföljningsdatum, och enheternas register över avvikelser",
            en: "contracts with owner and follow-up date, and the units’ registers of deviations",
        },
    },
];

/// Titles of the tables that are made in Rust and so have no header of a query.
const DERIVED_TITLES: &[(&str, Text)] = &[
    ("key_figure_period", Text { sv: "Nyckeltalen per period", en: "Key figures by period" }),
    ("key_figure_unit", Text { sv: "Nyckeltalen per enhet", en: "Key figures by unit" }),
    ("life_cycle_bid", Text { sv: "Livscykelkostnad per anbud", en: "Life-cycle cost by bid" }),
    ("life_cycle_component", Text { sv: "Livscykelkostnadens delar", en: "Components of life-cycle cost" }),
    ("life_cycle_cash_flow", Text { sv: "Livscykelkostnad år för år", en: "Life-cycle cost year by year" }),
    ("life_cycle_sensitivity", Text { sv: "Känslighet för antaganden", en: "Sensitivity to assumptions" }),
    ("life_cycle_follow_up", Text { sv: "Kalkyl mot fakturerat utfall", en: "Calculation against invoiced cost" }),
    ("tender_flag", Text { sv: "Varningsflaggor i upphandlingar", en: "Red flags of tenders" }),
    ("tender_flag_coverage", Text { sv: "Vad varningsflaggorna kunde bedöma", en: "What the red flags could judge" }),
    ("tender_flag_reject", Text { sv: "Upphandlingsdata som inte kunde användas", en: "Tender data that could not be used" }),
];

/// Title of a table of figures.
pub fn title(language: super::format::Language, name: &str) -> String {
    match (metric::analysis(name), DERIVED_TITLES.iter().find(|(n, _)| *n == name)) {
        (Some(a), _) => language.say(a.title_sv, a.title_en).to_string(),
        (None, Some((_, text))) => text.of(language).to_string(),
        (None, None) => texts::column(language, name),
    }
}

/// The topic that a table belongs to.
fn topic_of(name: &str) -> &'static str {
    let policy = metric::analysis(name).map_or(&[][..], |a| a.policy);
    // The longest beginning that fits: supplier_alert before supplier_.
    let fit = |t: &Topic| t.names.iter().filter(|n| name.starts_with(**n)).map(|n| n.len()).max();
    let by_name = TOPICS.iter().filter_map(|t| fit(t).map(|length| (length, t))).max_by_key(|(length, _)| *length).map(|(_, t)| t);
    let by_policy = || policy.iter().find_map(|p| TOPICS.iter().find(|t| t.policy.contains(p)));
    by_name.or_else(by_policy).unwrap_or(&TOPICS[TOPICS.len() - 1]).id
}

/// The section where a table of figures stands or is drawn.
pub fn section_of(metric: &str) -> &'static str {
    const DRAWN_IN: &[(&str, &str)] =
        &[("compliance", "compliance"), ("spend", "compliance"), ("maverick", "maverick"), ("off_contract", "compliance"), ("concentration", "suppliers")];
    DRAWN_IN.iter().find(|(start, _)| metric.starts_with(start)).map_or_else(|| topic_of(metric), |(_, section)| section)
}

/// How a column is shown.
pub fn kind_of(column: &schema::Column) -> Kind {
    let name = column.name;
    match column.ty {
        Type::Money => Kind::Money,
        Type::Quantity => Kind::Quantity,
        // A year is a name: it has no digit groups.
        Type::Int if name == "year_number" || name == "price_year" => Kind::Id,
        Type::Int => Kind::Int,
        Type::Float if name.ends_with("_ratio") => Kind::Share,
        Type::Float if name.ends_with("_net") => Kind::Money,
        Type::Float | Type::Rate => Kind::Number,
        Type::Date => Kind::Date,
        Type::Bool => Kind::Bool,
        Type::Text if is_code(name) => Kind::Code,
        Type::Text if name == "missing_fields" || name == "needed_by" => Kind::Codes,
        Type::Text if name.ends_with("_names") => Kind::Names,
        Type::Text if name.ends_with("_id") || name == "period" || name.ends_with("_period") || name.ends_with("_code") => Kind::Id,
        Type::Text => Kind::Text,
    }
}

/// Columns of a table in the order of the page: a name before numbers, no code beside its name, no helper.
fn columns_of(table: &'static schema::Table) -> Vec<(&'static str, Kind)> {
    let has = |name: &str| table.columns.iter().any(|c| c.name == name);
    let mut shown: Vec<&schema::Column> = table
        .columns
        .iter()
        .filter(|c| {
            let stem = ["_id", "_code"].iter().find_map(|s| c.name.strip_suffix(s));
            let is_named = stem.is_some_and(|s| has(&format!("{s}_name")) || has(&format!("{s}_title")) || has(&format!("{s}_names")));
            // Evidence is written for who checks a row, in English: it is in the CSV file.
            !is_named && c.name != "evidence" && c.name != "assumption_source" && c.name != "month_index" && !c.name.ends_with("_order")
        })
        .collect();
    // What names the row comes first: the row's heading.
    shown.sort_by_key(|c| !(c.name.ends_with("_name") || c.name.ends_with("_title")));
    shown.truncate(COLUMNS_MAX);
    shown.into_iter().map(|c| (c.name, kind_of(c))).collect()
}

/// A table with the columns that the page shows.
type Shown = (&'static schema::Table, Vec<(&'static str, Kind)>);

/// Names of the tables of figures that no section shows by hand, with their columns.
fn generic() -> &'static [Shown] {
    static ALL: OnceLock<Vec<Shown>> = OnceLock::new();
    ALL.get_or_init(|| metric::metric_tables().filter(|t| !LARGE.contains(&t.name) && !ELSEWHERE.contains(&t.name)).map(|t| (t, columns_of(t))).collect())
}

/// Tables for what `shown` (names of metrics) does not hold.
pub fn tables(data: &Data, shown: &BTreeSet<&'static str>) -> Vec<Table> {
    generic()
        .iter()
        .filter(|(table, _)| !shown.contains(table.name))
        .map(|(table, columns)| {
            let by_money = columns.iter().find(|(_, kind)| *kind == Kind::Money).map(|c| c.0);
            let is_series = table.key.contains(&"period");
            Table::sorted(
                (table.name, table.name),
                data.metric(table.name),
                columns,
                data.rows_max,
                |_| true,
                |row| {
                    let parts: Vec<(&str, &str)> = [
                        ("u", "organisational_unit_id"),
                        ("s", "supplier_id"),
                        ("c", "category_code"),
                        ("k", "contract_id"),
                        ("m", "period"),
                        ("r", "reason"),
                        ("o", "outcome"),
                    ]
                    .into_iter()
                    .filter(|(_, column)| table.key.contains(column))
                    .map(|(letter, column)| (letter, row.text(column)))
                    .filter(|(_, key)| !key.is_empty() && *key != "all")
                    .collect();
                    if parts.is_empty() { String::new() } else { drill(&parts) }
                },
                |row| if is_series { 0 } else { by_money.and_then(|c| row.money(c)).map_or(0, |v| -v) },
            )
        })
        .collect()
}

/// Whether a topic has tables of its own that no section shows by hand.
pub fn has_topic(page: &Page<'_>, id: &str) -> bool {
    generic().iter().any(|(t, _)| page.is_generic(t.name) && topic_of(t.name) == id)
}

/// What a topic says first.
pub fn lead(page: &Page<'_>, id: &str) -> Markup {
    TOPICS.iter().find(|t| t.id == id).map_or_else(Markup::new, |topic| paragraph(topic.lead.of(page.language)))
}

/// The section of a topic that has no charts of its own.
pub fn body(page: &Page<'_>, id: &'static str) -> Markup {
    let mut m = lead(page, id);
    m.push(&below(page, id));
    m
}

/// Tables that a section draws a chart of, and shows beside it.
const DRAWN: &[&str] = &["category_risk", "diversity_month"];

/// What must be known to read a table that no section draws by hand.
const NOTES: &[(&str, Text)] = &[(
    "saving_potential",
    Text {
        sv: "Antagandet är en parameter: byt den mot egen erfarenhet innan beloppet används. Källan står i CSV-filen.",
        en: "The assumption is a parameter: replace it by your own experience before the amount is used. Its source is in the CSV file.",
    },
)];

/// Whether a table says something: one of supplier classes says nothing when no supplier's class is known.
fn is_told(page: &Page<'_>, name: &str) -> bool {
    let knows_classes = || page.data.metric("diversity_class").rows().any(|r| r.text("class_status") != "unknown" && r.money("spend_net").unwrap_or(0) != 0);
    page.has_rows(name) && (!name.starts_with("diversity_") || knows_classes())
}

/// The tables of a topic that no section draws by hand, for the end of its section: first those with rows, then a list of those
/// without, with what they would need.
pub fn below(page: &Page<'_>, id: &'static str) -> Markup {
    let mut m = Markup::new();
    let own: Vec<&'static schema::Table> = generic().iter().map(|(t, _)| *t).filter(|t| page.is_generic(t.name) && topic_of(t.name) == id).collect();
    for table in own.iter().filter(|t| is_told(page, t.name) && !DRAWN.contains(&t.name)) {
        let note = NOTES.iter().find(|(name, _)| *name == table.name).map_or("", |(_, note)| note.of(page.language));
        m.push(&page.block(&title(page.language, table.name), note, table.name, ""));
    }
    let without: Vec<String> = own.iter().filter(|t| !is_told(page, t.name) && !t.name.ends_with("_reject")).map(|t| title(page.language, t.name)).collect();
    if !without.is_empty() {
        let needs = TOPICS.iter().find(|t| t.id == id).map_or("", |t| t.needs.of(page.language));
        m.raw("<div class=\"block\">").element("h3", page.say("Utan rader i det här underlaget", "Without rows in this data"));
        m.element("p class=\"note\"", &page.say("Kräver {needs}.", "Needs {needs}.").replace("{needs}", needs));
        m.raw("<ul>");
        for name in without {
            m.element("li", &name);
        }
        m.raw("</ul></div>");
    }
    m
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_of_figures_has_a_topic_and_a_heading() {
        for (table, columns) in generic() {
            assert!(!columns.is_empty() && TOPICS.iter().any(|t| t.id == topic_of(table.name)), "{}", table.name);
        }
        for table in metric::DERIVED.iter().filter(|t| !ELSEWHERE.contains(&t.name)) {
            assert!(DERIVED_TITLES.iter().any(|(n, _)| *n == table.name), "{} has no title in both languages", table.name);
        }
    }
}
