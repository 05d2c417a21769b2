//! Data quality: what was read and refused, what could be judged, what is missing.

use super::chart::{self, Bar, Caption, Part};
use super::data::Data;
use super::format;
use super::grid::Row;
use super::markup::Markup;
use super::page::{Page, paragraph};
use super::table::{Kind, Table, drill};
use super::texts;

use Kind::{Bool, Code, Exact, Id, Int, Share, Text};

/// Its tables.
pub fn tables(data: &Data) -> Vec<Table> {
    let limit = data.rows_max;
    let none = |_: Row<'_>| String::new();
    vec![
        Table::of(
            ("category_method_share", "category_method_share"),
            data.metric("category_method_share"),
            &[("category_method", Code), ("line_count", Int), ("supplier_count", Int), ("category_count", Int), ("spend_net", Exact), ("spend_ratio", Share)],
            limit,
            |_| true,
            none,
        ),
        Table::of(
            ("category_review", "category_review"),
            data.metric("category_review"),
            &[
                ("supplier_name", Text),
                ("account_name", Text),
                ("category_method", Code),
                ("category_name", Text),
                ("line_count", Int),
                ("spend_net", Exact),
                ("spend_ratio", Share),
                ("rule", Id),
            ],
            limit,
            |_| true,
            none,
        ),
        Table::of(
            ("supplier_finding", "supplier_finding"),
            data.metric("supplier_finding"),
            &[
                ("finding", Code),
                ("subject", Id),
                ("supplier_count", Int),
                ("vendor_record_count", Int),
                ("line_count", Int),
                ("spend_net", Exact),
                ("spend_ratio", Share),
            ],
            limit,
            |_| true,
            none,
        ),
        Table::sorted(
            ("unit_completeness", "unit_completeness"),
            data.metric("unit_completeness"),
            &[
                ("organisational_unit_name", Text),
                ("status", Code),
                ("month_count", Int),
                ("loaded_month_count", Int),
                ("gap_month_count", Int),
                ("first_period", Id),
                ("last_period", Id),
                ("line_count", Int),
            ],
            limit,
            |_| true,
            |r| drill(&[("u", r.text("organisational_unit_id"))]),
            |r| -r.int("missing_month_count").unwrap_or(0),
        ),
        Table::of(
            ("source_reconciliation", "source_reconciliation"),
            data.metric("source_reconciliation"),
            &[
                ("path", Text),
                ("first_period", Id),
                ("last_period", Id),
                ("row_read_count", Int),
                ("row_kept_count", Int),
                ("row_rejected_count", Int),
                ("row_replaced_count", Int),
                ("row_repeated_count", Int),
                ("net_amount_read", Exact),
                ("net_amount_rejected", Exact),
                ("lake_net_amount", Exact),
                ("decided_net_amount", Exact),
                ("control_difference_net", Exact),
                ("is_reconciled", Bool),
            ],
            limit,
            |_| true,
            none,
        ),
        Table::of(
            ("ledger_reconciliation", "ledger_reconciliation"),
            data.metric("ledger_reconciliation"),
            &[
                ("account_code", Id),
                ("period", Id),
                ("currency", Id),
                ("ledger_net_amount", Exact),
                ("line_net_amount", Exact),
                ("line_count", Int),
                ("difference_net", Exact),
                ("is_compared", Bool),
                ("is_reconciled", Bool),
            ],
            limit,
            |_| true,
            none,
        ),
        Table::of(
            ("source_finding", "source_finding"),
            data.metric("source_finding"),
            &[
                ("path", Text),
                ("finding", Code),
                ("period", Id),
                ("other_path", Text),
                ("column_name", Text),
                ("row_count", Int),
                ("net_amount", Exact),
                ("source_line", Int),
                ("detail", Text),
            ],
            limit,
            |_| true,
            none,
        ),
        Table::of(
            ("currency_conversion", "currency_conversion"),
            data.metric("currency_conversion"),
            &[
                ("currency", Id),
                ("exchange_rate_day", Id),
                ("rate_source", Text),
                ("base_currency", Id),
                ("base_rate", Id),
                ("target_rate", Id),
                ("line_count", Int),
                ("net_amount", Exact),
                ("spend_net", Exact),
            ],
            limit,
            |_| true,
            none,
        ),
        Table::of(
            ("exclusion", "exclusion"),
            data.metric("exclusion"),
            &[
                ("exclusion", Code),
                ("currency", Id),
                ("line_count", Int),
                ("supplier_count", Int),
                ("net_amount", Exact),
                ("spend_net", Exact),
                ("spend_ratio", Share),
            ],
            limit,
            |_| true,
            |r| if r.text("exclusion") == "addressable" { String::new() } else { drill(&[("x", r.text("exclusion"))]) },
        ),
        Table::of(
            ("parameters", ""),
            &data.parameters,
            &[("parameter_code", Text), ("parameter_value", Kind::Quantity), ("parameter_unit", Code), ("parameter_source", Text)],
            limit,
            |_| true,
            none,
        ),
    ]
}

/// The section.
pub fn body(page: &Page<'_>) -> Markup {
    let mut m = Markup::new();
    m.push(&paragraph(page.say(
        "Ingen rad försvinner: det som inte kunde läsas ligger kvar här med fil, rad, värde och vad som behöver göras. Varje fils summa går att stämma av mot reskontran.",
        "No row disappears: what could not be read stays here with file, line, value and what to do. The sum of each file can be checked against the ledger.",
    )));
    m.push(&page.block(
        page.say("Inlästa filer", "Files read"),
        page.say("Lästa rader och belopp = behållna + avvisade.", "Rows and amounts read = kept + rejected."),
        "sources",
        page.say("Inga filer har lästs in.", "No files were read."),
    ));
    m.push(&page.block(
        page.say("Avstämning från fil till beslut", "Reconciliation from file to decision"),
        page.say(
            "Samma rader och samma belopp i filen, i de inlästa raderna och i besluten. Kontrollsumman är filens egen summarad, när den har en.",
            "The same rows and amounts in the file, in the rows read and in the decisions. The control total is the file’s own total row, when it has one.",
        ),
        "source_reconciliation",
        page.say("Inga fakturafiler har lästs in.", "No invoice files were read."),
    ));
    m.push(&page.block(
        page.say("Avstämning mot huvudboken", "Reconciliation with the ledger"),
        page.say(
            "Huvudbokens summa per konto och månad mot de inlästa raderna. Konton som inga inköp finns på jämförs inte.",
            "The ledger’s sum for each account and month against the lines read. Accounts that nothing was bought on are not compared.",
        ),
        "ledger_reconciliation",
        page.say("Ingen SIE-fil eller saldolista har lästs in.", "No SIE file or list of balances was read."),
    ));
    m.push(&page.block(
        page.say("Iakttagelser om filerna", "Findings on the files"),
        page.say(
            "Inget av detta har ändrats eller tagits bort i det tysta. Rader som finns i två filer räknas i båda.",
            "Nothing of this was changed or dropped in silence. Rows that stand in two files are counted in both.",
        ),
        "source_finding",
        page.say("Inget att anmärka på.", "Nothing to note."),
    ));
    m.push(&page.block(
        page.say("Valutaomräkning", "Currency conversion"),
        page.say(
            "Varje kurs med dag och källa. Rader utan kurs läggs aldrig ihop med andra valutor.",
            "Each rate with its day and source. Lines without a rate are never added to other currencies.",
        ),
        "currency_conversion",
        page.say("Alla rader är i redovisningsvalutan.", "All lines are in the reporting currency."),
    ));
    let rejected = page.say("Avvisade rader", "Rejected rows");
    let note = if page.data.reject_count > page.data.rejects.len() as u64 {
        page.say("De första raderna visas; alla finns i csv/rejects.csv.", "The first rows are shown; all are in csv/rejects.csv.")
    } else {
        ""
    };
    m.push(&page.block(rejected, note, "rejects", page.say("Ingen rad avvisades.", "No row was rejected.")));
    m.push(&page.block(
        page.say("Hur kategorin bestämdes", "How the category was decided"),
        page.say(
            "Andel av inköpen per sätt att bestämma kategori. Oklassificerat går inte att bedöma mot avtal.",
            "Share of spend by the way the category was decided. What is unclassified cannot be judged against contracts.",
        ),
        "category_method_share",
        page.say("Underlaget saknar kategorier.", "The data has no categories."),
    ));
    m.push(&page.block(
        page.say("Kategorier att granska", "Categories to review"),
        page.say(
            "Leverantörer och konton vars kategori varken angavs eller följer av en regel, störst belopp först. Fyll i kategorin i regeln och lägg raden i regelfilen.",
            "Suppliers and accounts whose category was neither stated nor ruled, largest first. Fill in the category of the rule and add the row to the rules file.",
        ),
        "category_review",
        page.say("Alla kategorier är angivna eller följer av regler.", "All categories were stated or follow from rules."),
    ));
    m.push(&page.block(
        page.say("Leverantörsposter att granska", "Vendor records to review"),
        page.say(
            "Poster som med avsikt inte har slagits ihop. Ett delat bankkonto kan vara ett factoringbolag, en hyresvärd eller en koncern – eller ett fel i leverantörsregistret.",
            "Records that were kept apart on purpose. A shared bank account may be a factor’s, a landlord’s or a group’s – or an error in the vendor master.",
        ),
        "supplier_finding",
        page.say("Ingen post avviker.", "No record is odd."),
    ));
    m.push(&page.block(
        page.say("Enheter och månader", "Units and months"),
        page.say(
            "En enhet utan rader en månad kan ha köpt noll eller saknas i underlaget.",
            "A unit without lines in a month may have bought nothing, or be missing from the data.",
        ),
        "unit_completeness",
        page.say("Underlaget anger inga enheter.", "The data names no units."),
    ));
    m.push(&super::more::below(page, "quality"));
    m
}

/// From all spend to addressable spend, by reason.
pub fn bridge(page: &Page<'_>) -> Markup {
    let grid = page.data.metric("exclusion");
    let mut m = Markup::new();
    let Some(total) = page.data.total() else { return m };
    let excluded: Vec<Row<'_>> = grid.rows().filter(|r| r.text("exclusion") != "addressable").collect();
    let money = |v: Option<i64>| v.unwrap_or(0) as f64 / 100.0;
    let all = money(total.money("spend_net"));
    let mut bars = vec![Bar {
        label: page.say("Alla inköp", "All spend").to_string(),
        parts: vec![Part { class: "c-outside", length: all.max(0.0), ..Part::default() }],
        value: page.kronor(i128::from(total.money("spend_net").unwrap_or(0))),
        ..Bar::default()
    }];
    for row in &excluded {
        let value = row.money("spend_net").unwrap_or(0);
        bars.push(Bar {
            label: format!("{}{}", format::MINUS, texts::code(page.language, row.text("exclusion"))),
            parts: vec![Part { class: "c-quiet", length: money(Some(value)).max(0.0), ..Part::default() }],
            value: page.kronor(i128::from(-value)),
            mark: None,
            drill: drill(&[("x", row.text("exclusion"))]),
        });
    }
    bars.push(Bar {
        label: page.say("= Påverkbara inköp", "= Addressable spend").to_string(),
        parts: vec![Part { class: "c-compliant", length: money(total.money("addressable_spend_net")).max(0.0), ..Part::default() }],
        value: page.kronor(i128::from(total.money("addressable_spend_net").unwrap_or(0))),
        ..Bar::default()
    });
    let title = page.say("Från alla inköp till påverkbara", "From all spend to addressable spend");
    let note = page.say("Det som avtal inte kan omfatta räknas bort och redovisas här.", "What contracts cannot cover is taken off and accounted for here.");
    m.push(&page.figure(title, note, &[], &chart::bars(&Caption { title, description: note }, &bars, all), "exclusion"));
    m
}
