//! `report.xlsx`: a sheet for each question, as a named table. Text is only ever written as text; the few formulas are ours,
//! and recompute the headline figures from the rows of the sheet beside them, so that finance can audit.

use std::collections::{BTreeMap, BTreeSet};

use rust_xlsxwriter::{
    Chart, ChartType, ConditionalFormat2ColorScale, ConditionalFormatDataBar, ConditionalFormatText, ConditionalFormatTextRule, DocProperties, ExcelDateTime,
    Format, FormatAlign, Formula, Table, TableColumn, TableStyle, Workbook, Worksheet, XlsxError,
};

use super::data::Data;
use super::format::Language;
use super::grid::{Grid, Row, Value, for_each_batch};
use super::{key_figure, markup, more, texts};
use crate::error::{Error, Result};
use crate::schema::{Type, metric};
use crate::store::Store;

/// Rows of a sheet: far below Excel's 1 048 576, so that the workbook opens at once; the rest is in the CSV files.
const SHEET_ROWS_MAX: usize = 20_000;
/// Characters of a sheet's name, by Excel's own limit.
const SHEET_NAME_MAX: usize = 31;
/// Characters of a cell, by Excel's own limit.
const CELL_CHARACTERS_MAX: usize = 32_767;

/// Metrics that get a sheet, in this order, with the sheet's name and its chart: (category column, value columns).
const SHEETS: &[(&str, &str, &str, Option<ChartPlan>)] = &[
    ("compliance_unit", "Enheter", "Units", Some(ChartPlan { kind: ChartType::Bar, by: "organisational_unit_name", values: &["contract_compliance_ratio"] })),
    ("compliance_category", "Kategorier", "Categories", None),
    (
        "compliance_month",
        "Månader",
        "Months",
        Some(ChartPlan { kind: ChartType::Line, by: "period", values: &["supplier_compliance_ratio", "contract_compliance_ratio"] }),
    ),
    ("off_contract_reason", "Skäl", "Reasons", Some(ChartPlan { kind: ChartType::Bar, by: "reason", values: &["spend_net"] })),
    ("maverick_spend", "Vid sidan av avtal", "Maverick", None),
    (
        "spend_change",
        "Förändring",
        "Change",
        Some(ChartPlan {
            kind: ChartType::BarStacked,
            by: "category_name",
            values: &["price_net", "volume_net", "assortment_net", "supplier_new_net", "supplier_lost_net", "not_told_net"],
        }),
    ),
    ("ceiling_utilisation", "Takvolymer", "Ceilings", Some(ChartPlan { kind: ChartType::Bar, by: "contract_title", values: &["utilisation_ratio"] })),
    ("ceiling_month", "Takvolymer per månad", "Ceilings by month", None),
    ("contract_ending", "Avtal som löper ut", "Contracts ending", None),
    ("contract_use", "Avtalens användning", "Contract use", None),
    ("supplier_pareto", "Leverantörer", "Suppliers", None),
    ("concentration_category", "Koncentration", "Concentration", None),
    ("diversity_class", "Leverantörsklasser", "Supplier classes", None),
    ("new_supplier", "Nya leverantörer", "New suppliers", None),
    ("tco_supplier", "Kostnad leverantör", "Cost by supplier", None),
    ("tco_category", "Kostnad kategori", "Cost by category", None),
    ("price_deviation", "Prisavvikelser", "Price deviations", None),
    ("direct_award_accumulation", "Direktupphandling", "Direct awards", None),
    ("duplicate_invoice", "Dubbletter", "Duplicates", None),
    ("exclusion", "Undantag", "Exclusions", None),
    ("source_reconciliation", "Avstämning", "Reconciliation", None),
    ("ledger_reconciliation", "Huvudbok", "Ledger", None),
    ("source_finding", "Iakttagelser", "Findings", None),
    ("currency_conversion", "Valutor", "Currencies", None),
    ("unit_completeness", "Fullständighet", "Completeness", None),
];

#[derive(Clone, Copy)]
struct ChartPlan {
    kind: ChartType,
    by: &'static str,
    values: &'static [&'static str],
}

/// The measures of the rows sheet, by the column of the cube.
const MEASURES: [&str; 7] = [
    "spend_net",
    "addressable_spend_net",
    "contract_supplier_spend_net",
    "compliant_spend_net",
    "deviating_spend_net",
    "off_contract_spend_net",
    "undetermined_spend_net",
];

struct Formats {
    money: Format,
    share: Format,
    number: Format,
    int: Format,
    date: Format,
    title: Format,
    wrap: Format,
    head: Format,
    money_head: Format,
}

/// The workbook as bytes.
pub fn render(data: &Data, store: &Store) -> Result<Vec<u8>> {
    build(data, store).map_err(|e| match e {
        Fault::Ours(error) => error,
        Fault::Theirs(error) => Error::Internal(format!("report.xlsx: {error}")),
    })
}

enum Fault {
    Ours(Error),
    Theirs(XlsxError),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        Fault::Ours(error)
    }
}

impl From<XlsxError> for Fault {
    fn from(error: XlsxError) -> Fault {
        Fault::Theirs(error)
    }
}

fn build(data: &Data, store: &Store) -> std::result::Result<Vec<u8>, Fault> {
    let language = Language::from_tag(&data.language);
    let mut workbook = Workbook::new();
    let (year, month, day) = data.as_of.ymd();
    // The as-of date stands for the clock: equal inputs give equal bytes.
    let created = ExcelDateTime::from_ymd(u16::try_from(year.clamp(1900, 9999)).expect("clamped"), month as u8, day as u8)?;
    let title = format!("{} – {}", language.say("Inköpsuppföljning", "Procurement follow-up"), data.name);
    workbook.set_properties(&DocProperties::new().set_title(title.as_str()).set_company("").set_author("spendtrace").set_creation_datetime(&created));
    let formats = Formats {
        money: Format::new().set_num_format("#,##0.00"),
        share: Format::new().set_num_format("0.0%"),
        number: Format::new().set_num_format("#,##0.00"),
        int: Format::new().set_num_format("#,##0"),
        date: Format::new().set_num_format("yyyy-mm-dd"),
        title: Format::new().set_bold().set_font_size(16),
        wrap: Format::new().set_text_wrap().set_align(FormatAlign::Top),
        head: Format::new().set_bold(),
        money_head: Format::new().set_num_format("#,##0.00").set_bold(),
    };
    let rows = roll_up(store, language)?;
    let front_name = language.say("Översikt", "Overview");
    let rows_name = language.say("Underlag", "Rows");
    let cross_name = language.say("Korstabell", "Crosstab");
    let plans = sheets(data, language, &[front_name, rows_name, cross_name]);
    front(workbook.add_worksheet().set_name(front_name)?, data, language, &rows, rows_name, cross_name, &plans, &formats)?;
    rows_sheet(workbook.add_worksheet().set_name(rows_name)?, language, &rows, &formats)?;
    crosstab(workbook.add_worksheet().set_name(cross_name)?, data, language, &rows, rows_name, &formats)?;
    for plan in &plans {
        let sheet = workbook.add_worksheet().set_name(&plan.sheet)?;
        metric_sheet(sheet, plan.metric, &plan.title, data.metric(plan.metric), language, plan.chart, &formats)?;
    }
    dictionary(workbook.add_worksheet().set_name(language.say("Ordlista", "Dictionary"))?, language, &plans, &formats)?;
    Ok(workbook.save_to_buffer()?)
}

/// A sheet to come: one metric with rows.
struct SheetPlan {
    metric: &'static str,
    sheet: String,
    title: String,
    rows: usize,
    chart: Option<ChartPlan>,
}

/// The sheets of metrics with rows: those with a name of their own first, then every other under its title.
fn sheets(data: &Data, language: Language, taken: &[&str]) -> Vec<SheetPlan> {
    let listed = SHEETS.iter().map(|(name, sv, en, chart)| (*name, language.say(sv, en).to_string(), *chart));
    let others = metric::metric_tables()
        .map(|t| t.name)
        .filter(|name| !SHEETS.iter().any(|s| s.0 == *name) && !["compliance_total", "key_figure", "key_figure_month"].contains(name))
        .map(|name| (name, more::title(language, name), None));
    let mut used: BTreeSet<String> = taken.iter().map(|t| t.to_lowercase()).collect();
    listed
        .chain(others)
        .filter(|(name, ..)| !data.metric(name).is_empty())
        .map(|(metric, name, chart)| {
            // Excel allows 31 characters, none of []:*?/\\, and no two that differ in case only.
            let clean: String = name.chars().map(|c| if "[]:*?/\\'".contains(c) { ' ' } else { c }).collect();
            let mut sheet = fitted(&clean, SHEET_NAME_MAX);
            let mut n = 2;
            while !used.insert(sheet.to_lowercase()) {
                sheet = format!("{} {n}", fitted(&clean, SHEET_NAME_MAX - 3));
                n += 1;
            }
            SheetPlan { metric, sheet, title: more::title(language, metric), rows: data.metric(metric).len(), chart }
        })
        .collect()
}

/// The words of a name that fit in so many characters; the first word cut when it alone does not.
fn fitted(name: &str, characters: usize) -> String {
    let mut out = String::new();
    for word in name.split_whitespace() {
        if out.chars().count() + 1 + word.chars().count() > characters + usize::from(out.is_empty()) {
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    if out.is_empty() { name.chars().take(characters).collect() } else { out }
}

/// Units by main categories, each cell a formula over the rows, with sums both ways and the check that they are the whole.
fn crosstab(sheet: &mut Worksheet, data: &Data, language: Language, rows: &Rolled, rows_name: &str, formats: &Formats) -> std::result::Result<(), Fault> {
    // Of the measures: addressable spend, the second.
    const MEASURE: usize = 1;
    let letter = char::from(b'D' + MEASURE as u8);
    let mut units: BTreeMap<&str, i128> = BTreeMap::new();
    let mut groups: BTreeMap<&str, i128> = BTreeMap::new();
    let mut cells: BTreeMap<(&str, &str), i128> = BTreeMap::new();
    for ([_, unit, group], sums) in rows {
        *units.entry(unit).or_default() += sums[MEASURE];
        *groups.entry(group).or_default() += sums[MEASURE];
        *cells.entry((unit, group)).or_default() += sums[MEASURE];
    }
    let ordered = |sums: &BTreeMap<&str, i128>| {
        let mut list: Vec<(String, i128)> = sums.iter().map(|(k, v)| ((*k).to_string(), *v)).collect();
        list.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        list
    };
    let (units, groups) = (ordered(&units), ordered(&groups));
    let caption = format!("{}, {}", texts::column(language, "addressable_spend_net"), data.currency);
    sheet.write_string_with_format(0, 0, &caption, &formats.head)?;
    let last = rows.len() + 1;
    let range = |column: char| format!("'{rows_name}'!${column}$2:${column}${last}");
    for (c, (group, _)) in groups.iter().enumerate() {
        sheet.write_string_with_format(0, c as u16 + 1, text(group), &formats.head)?;
    }
    let all = language.say("Summa", "Total");
    let sum_column = groups.len() as u16 + 1;
    sheet.write_string_with_format(0, sum_column, all, &formats.head)?;
    for (r, (unit, whole)) in units.iter().enumerate() {
        let row = r as u32 + 1;
        sheet.write_string(row, 0, text(unit))?;
        for (c, (group, _)) in groups.iter().enumerate() {
            let column = c as u16 + 1;
            let value = cells.get(&(unit.as_str(), group.as_str())).copied().unwrap_or(0);
            // Equality by comparison, not by SUMIFS: its criteria would read a name that begins with = or > as a test.
            let formula = format!("=SUMPRODUCT(({}=$A{})*({}={}$1)*{})", range('B'), row + 1, range('C'), column_name(column), range(letter));
            sheet.write_formula_with_format(row, column, Formula::new(formula).set_result(cell_money(value).to_string()), &formats.money)?;
        }
        let formula = format!("=SUM(B{0}:{1}{0})", row + 1, column_name(sum_column - 1));
        sheet.write_formula_with_format(row, sum_column, Formula::new(formula).set_result(cell_money(*whole).to_string()), &formats.money_head)?;
    }
    let bottom = units.len() as u32 + 1;
    sheet.write_string_with_format(bottom, 0, all, &formats.head)?;
    let whole: i128 = units.iter().map(|u| u.1).sum();
    for column in 1..=sum_column {
        let value = groups.get(usize::from(column) - 1).map_or(whole, |g| g.1);
        let formula = format!("=SUM({0}2:{0}{1})", column_name(column), bottom);
        sheet.write_formula_with_format(bottom, column, Formula::new(formula).set_result(cell_money(value).to_string()), &formats.money_head)?;
    }
    if !units.is_empty() && !groups.is_empty() {
        let scale = ConditionalFormat2ColorScale::new().set_minimum_color("FFFFFF").set_maximum_color("8FC1CB");
        sheet.add_conditional_format(1, 1, bottom - 1, sum_column - 1, &scale)?;
    }
    sheet.set_column_width(0, 36)?.set_column_range_width(1, sum_column, 18)?.set_freeze_panes(1, 1)?;
    Ok(())
}

/// `0` → `A`, `26` → `AA`.
fn column_name(column: u16) -> String {
    let mut name = String::new();
    let mut rest = u32::from(column) + 1;
    while rest > 0 {
        rest -= 1;
        name.insert(0, char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    name
}

/// What each column of each sheet means.
fn dictionary(sheet: &mut Worksheet, language: Language, plans: &[SheetPlan], formats: &Formats) -> std::result::Result<(), Fault> {
    let heads: Vec<String> = [
        language.say("Blad", "Sheet"),
        language.say("Rubrik", "Heading"),
        language.say("Kolumn", "Column"),
        language.say("Slag", "Kind"),
        language.say("Betydelse (engelska)", "Meaning"),
    ]
    .map(str::to_string)
    .to_vec();
    let mut row = 0u32;
    for plan in plans {
        for column in metric::metric_tables().find(|t| t.name == plan.metric).map_or(&[][..], |t| t.columns) {
            row += 1;
            sheet.write_string(row, 0, &plan.sheet)?;
            sheet.write_string(row, 1, texts::column(language, column.name))?;
            sheet.write_string(row, 2, format!("{}.{}", plan.metric, column.name))?;
            let kind = match column.ty {
                Type::Text => language.say("text", "text"),
                Type::Int => language.say("heltal", "whole number"),
                Type::Money => language.say("belopp exkl. moms", "amount excl. VAT"),
                Type::Quantity => language.say("antal", "quantity"),
                Type::Rate => language.say("växelkurs", "exchange rate"),
                Type::Float if column.name.ends_with("_ratio") => language.say("andel", "share"),
                Type::Float => language.say("tal", "number"),
                Type::Date => language.say("datum", "date"),
                Type::Bool => language.say("ja eller nej", "yes or no"),
            };
            sheet.write_string(row, 3, kind)?;
            sheet.write_string_with_format(row, 4, column.doc, &formats.wrap)?;
        }
    }
    add_table(sheet, "Dictionary", language.say("Vad kolumnerna betyder", "What the columns mean"), &heads, row as usize)?;
    sheet.set_column_width(0, 26)?.set_column_width(1, 30)?.set_column_width(2, 44)?.set_column_width(3, 18)?.set_column_width(4, 90)?;
    Ok(())
}

/// Unit × main category × month with the measures of the cube.
type Rolled = BTreeMap<[String; 3], [i128; MEASURES.len()]>;

fn roll_up(store: &Store, language: Language) -> Result<Rolled> {
    let mut rows = Rolled::new();
    for_each_batch(store, "metric.spend_cube", None, |batch| {
        for index in 0..batch.num_rows() {
            let row = Row::of(batch, index);
            let key = ["period", "organisational_unit_name", "category_group_name"].map(|c| texts::name(language, row.text(c)).to_string());
            let sums = rows.entry(key).or_default();
            for (sum, column) in sums.iter_mut().zip(MEASURES) {
                *sum += i128::from(row.money(column).unwrap_or(0));
            }
        }
        Ok(())
    })?;
    // Past the limit the months are put together, so that the formulas still see every krona.
    if rows.len() > SHEET_ROWS_MAX {
        let mut fewer = Rolled::new();
        for (key, sums) in rows {
            let [_, unit, group] = key;
            let into = fewer.entry([String::new(), unit, group]).or_default();
            for (a, b) in into.iter_mut().zip(sums) {
                *a += b;
            }
        }
        return Ok(fewer);
    }
    Ok(rows)
}

/// Minor units as the number that a cell holds. A double holds 15 digits: amounts to the öre up to 10^13.
fn cell_money(minor: i128) -> f64 {
    minor as f64 / 100.0
}

#[allow(clippy::too_many_arguments)]
fn front(
    sheet: &mut Worksheet,
    data: &Data,
    language: Language,
    rows: &Rolled,
    rows_name: &str,
    cross_name: &str,
    plans: &[SheetPlan],
    formats: &Formats,
) -> std::result::Result<(), Fault> {
    sheet.set_column_width(0, 46)?.set_column_width(1, 20)?.set_column_width(2, 16)?.set_column_width(3, 22)?.set_column_width(4, 16)?;
    sheet.write_string_with_format(0, 0, text(&data.name), &formats.title)?;
    let window = format!("{} – {}, {} {}, {}", data.window.0, data.window.1, language.say("läget", "as of"), data.as_of, data.currency);
    sheet.write_string(1, 0, &window)?;
    let heads = [
        language.say("Räknat ur bladet Underlag", "Computed from the sheet Rows"),
        language.say("Belopp", "Amount"),
        language.say("Av påverkbart", "Of addressable"),
        language.say("Enligt analysen", "By the analysis"),
        language.say("Skillnad", "Difference"),
    ];
    for (i, head) in heads.iter().enumerate() {
        sheet.write_string_with_format(3, i as u16, *head, &formats.head)?;
    }
    let sums: Vec<i128> = (0..MEASURES.len()).map(|i| rows.values().map(|v| v[i]).sum()).collect();
    let last = rows.len() + 1;
    for (i, measure) in MEASURES.iter().enumerate() {
        let row = 4 + i as u32;
        let label = if *measure == "spend_net" { language.say("Alla inköp", "All spend").to_string() } else { texts::column(language, measure) };
        sheet.write_string(row, 0, &label)?;
        // Columns A to C of the rows sheet are month, unit and category; the measures follow.
        let letter = char::from(b'D' + i as u8);
        let formula = Formula::new(format!("=SUM('{rows_name}'!{letter}2:{letter}{last})")).set_result(cell_money(sums[i]).to_string());
        sheet.write_formula_with_format(row, 1, formula, &formats.money)?;
        if i >= 2 && sums[1] != 0 {
            let ratio = sums[i] as f64 / sums[1] as f64;
            let formula = Formula::new(format!("=B{}/B6", row + 1)).set_result(ratio.to_string());
            sheet.write_formula_with_format(row, 2, formula, &formats.share)?;
        }
        // The same figure from the analysis, so that finance sees that the two ways agree.
        if let Some(of_metric) = data.total().and_then(|t| t.money(if *measure == "undetermined_spend_net" { "" } else { measure })) {
            sheet.write_number_with_format(row, 3, cell_money(i128::from(of_metric)), &formats.money)?;
            let difference = cell_money(sums[i] - i128::from(of_metric));
            let formula = Formula::new(format!("=ROUND(B{0}-D{0},2)", row + 1)).set_result(difference.to_string());
            sheet.write_formula_with_format(row, 4, formula, &formats.money)?;
        }
    }
    let mut row = 4 + MEASURES.len() as u32 + 2;
    sheet.write_string_with_format(row, 0, language.say("Nyckeltal", "Key figures"), &formats.head)?;
    sheet.write_string_with_format(row, 1, language.say("Värde", "Value"), &formats.head)?;
    sheet.write_string_with_format(row, 2, language.say("Mål", "Target"), &formats.head)?;
    sheet.write_string_with_format(row, 3, language.say("Läge", "Status"), &formats.head)?;
    sheet.write_string_with_format(row, 4, language.say("Vad det säger", "What it says"), &formats.head)?;
    let first_figure = row + 1;
    let (met, missed) = (language.say("Nått", "Met"), language.say("Inte nått", "Not met"));
    for figure in key_figure::read(data) {
        row += 1;
        sheet.write_string(row, 0, text(figure.name(language)))?;
        match (figure.ratio(), figure.money(), figure.number()) {
            (Some(v), ..) => sheet.write_number_with_format(row, 1, v, &formats.share)?,
            (_, Some(v), _) => sheet.write_number_with_format(row, 1, cell_money(i128::from(v)), &formats.money)?,
            (.., Some(v)) => sheet.write_number_with_format(row, 1, v, &formats.int)?,
            _ => sheet.write_string(row, 1, "")?,
        };
        if let Some(target) = figure.target {
            let format = if figure.ratio().is_some() { &formats.share } else { &formats.number };
            sheet.write_number_with_format(row, 2, target, format)?;
        }
        if let Some(is_met) = figure.is_met() {
            sheet.write_string(row, 3, if is_met { met } else { missed })?;
        }
        sheet.write_string(row, 4, text(&figure.sentence(language, &data.currency)))?;
    }
    if row >= first_figure {
        for (word, ink, paper) in [(met, "0E5A6B", "DCEAEC"), (missed, "8F3A10", "F6E4D8")] {
            let format = Format::new().set_font_color(ink).set_background_color(paper);
            let rule = ConditionalFormatText::new().set_rule(ConditionalFormatTextRule::BeginsWith(word.to_string())).set_format(format);
            sheet.add_conditional_format(first_figure, 3, row, 3, &rule)?;
        }
    }
    row += 2;
    for (i, head) in [language.say("Blad", "Sheet"), language.say("Rader", "Rows"), "", language.say("Fråga", "Question")].iter().enumerate() {
        sheet.write_string_with_format(row, i as u16, *head, &formats.head)?;
    }
    let ours = [
        (
            rows_name,
            rows.len(),
            language.say(
                "Enhet × huvudkategori × månad: det som siffrorna ovan räknas ur",
                "Unit × main category × month: what the figures above are computed from",
            ),
        ),
        (cross_name, 0, language.say("Enheter mot huvudkategorier, räknat med formler", "Units against main categories, by formulas")),
    ];
    let listed = ours.iter().map(|(s, n, t)| (*s, *n, *t)).chain(plans.iter().map(|p| (p.sheet.as_str(), p.rows, p.title.as_str())));
    for (name, count, title) in listed {
        row += 1;
        sheet.write_url_with_text(row, 0, format!("internal:'{name}'!A1").as_str(), name)?;
        if count > 0 {
            sheet.write_number_with_format(row, 1, count as f64, &formats.int)?;
        }
        sheet.write_string(row, 3, text(title))?;
    }
    Ok(())
}

fn rows_sheet(sheet: &mut Worksheet, language: Language, rows: &Rolled, formats: &Formats) -> std::result::Result<(), Fault> {
    let names: Vec<String> =
        ["period", "organisational_unit_name", "category_group_name"].iter().chain(&MEASURES).map(|c| texts::column(language, c)).collect();
    for (i, (key, sums)) in rows.iter().enumerate() {
        let row = i as u32 + 1;
        for (c, part) in key.iter().enumerate() {
            sheet.write_string(row, c as u16, text(part))?;
        }
        for (c, sum) in sums.iter().enumerate() {
            sheet.write_number_with_format(row, (3 + c) as u16, cell_money(*sum), &formats.money)?;
        }
    }
    let caption =
        language.say("Enhet × huvudkategori × månad: det som översikten räknas ur", "Unit × main category × month: what the overview is computed from");
    add_table(sheet, "Rows", caption, &names, rows.len())?;
    sheet.set_column_width(1, 34)?.set_column_width(2, 30)?.set_column_range_width(3, 9, 17)?;
    Ok(())
}

fn add_table(sheet: &mut Worksheet, name: &str, caption: &str, columns: &[String], rows: usize) -> std::result::Result<(), XlsxError> {
    // A table needs a row; an empty one gets a blank row below its header.
    let mut used = BTreeSet::new();
    let headed: Vec<TableColumn> = columns
        .iter()
        .map(|c| {
            let mut name = c.clone();
            while !used.insert(name.to_lowercase()) {
                name.push(' ');
                name.push('2');
            }
            TableColumn::new().set_header(name)
        })
        .collect();
    let table = Table::new().set_name(name).set_columns(&headed).set_style(TableStyle::Light1).set_alt_text_title(caption).set_alt_text(caption);
    sheet.add_table(0, 0, rows.max(1) as u32, (columns.len() - 1) as u16, &table)?;
    sheet.set_freeze_panes(1, 1)?;
    Ok(())
}

fn metric_sheet(
    sheet: &mut Worksheet,
    metric: &str,
    title: &str,
    grid: &Grid,
    language: Language,
    plan: Option<ChartPlan>,
    formats: &Formats,
) -> std::result::Result<(), Fault> {
    let columns = grid.column_names();
    let shown: Vec<Row<'_>> = grid.rows().take(SHEET_ROWS_MAX).collect();
    for (r, row) in shown.iter().enumerate() {
        for (c, column) in columns.iter().enumerate() {
            write(sheet, r as u32 + 1, c as u16, column, &row.value(column), language, formats)?;
        }
    }
    let names: Vec<String> = columns.iter().map(|c| texts::column(language, c)).collect();
    let caption = if grid.len() > shown.len() {
        format!("{title} ({} {} {} {})", language.say("visar", "showing"), shown.len(), language.say("av", "of"), grid.len())
    } else {
        title.to_string()
    };
    add_table(sheet, metric, &text(&caption), &names, shown.len())?;
    for (c, column) in columns.iter().enumerate() {
        let width = match () {
            () if column.ends_with("_name") || column.ends_with("_title") || column.ends_with("_names") => 34,
            () if column.ends_with("_net") => 17,
            () if column.ends_with("_on") => 12,
            () => 15,
        };
        sheet.set_column_width(c as u16, width)?;
        if column.ends_with("_ratio") && !shown.is_empty() {
            let bar = ConditionalFormatDataBar::new().set_fill_color("B5D3DA").set_solid_fill(true);
            sheet.add_conditional_format(1, c as u16, shown.len() as u32, c as u16, &bar)?;
        }
    }
    let at = |column: &str| columns.iter().position(|c| c == column).map(|i| i as u16);
    if let Some((plan, by)) = plan.and_then(|p| at(p.by).map(|by| (p, by))) {
        let name = sheet.name();
        // A chart of hundreds of bars says nothing: the first ones are drawn.
        let last = shown.len().min(30) as u32;
        let mut chart = Chart::new(plan.kind);
        for column in plan.values {
            if let Some(c) = at(column) {
                chart.add_series().set_name(texts::column(language, column).as_str()).set_categories((name.as_str(), 1, by, last, by)).set_values((
                    name.as_str(),
                    1,
                    c,
                    last,
                    c,
                ));
            }
        }
        chart.title().set_name(text(title).as_str());
        chart.set_alt_text(text(title));
        if plan.kind == ChartType::Bar {
            chart.y_axis().set_reverse();
        }
        chart.set_width(720).set_height(420);
        sheet.insert_chart(1, columns.len() as u16 + 1, &chart)?;
    }
    Ok(())
}

fn write(sheet: &mut Worksheet, row: u32, column: u16, name: &str, value: &Value, language: Language, formats: &Formats) -> std::result::Result<(), Fault> {
    match value {
        Value::Null => {}
        Value::Text(v) if is_code(name) => {
            sheet.write_string(row, column, text(texts::code(language, &texts::qualified(name, v))))?;
        }
        Value::Text(v) if name.ends_with("_name") => {
            sheet.write_string(row, column, text(texts::name(language, v)))?;
        }
        Value::Text(v) => {
            sheet.write_string(row, column, text(v))?;
        }
        // A year has no digit groups.
        Value::Int(v) if name == "year_number" || name == "price_year" => {
            sheet.write_number(row, column, *v as f64)?;
        }
        Value::Int(v) => {
            sheet.write_number_with_format(row, column, *v as f64, &formats.int)?;
        }
        Value::Money(v) => {
            sheet.write_number_with_format(row, column, cell_money(i128::from(*v)), &formats.money)?;
        }
        Value::Quantity(v) => {
            sheet.write_number_with_format(row, column, *v as f64 / 10_000.0, &formats.number)?;
        }
        Value::Float(v) => {
            sheet.write_number_with_format(row, column, *v, if name.ends_with("_ratio") { &formats.share } else { &formats.number })?;
        }
        Value::Date(v) => {
            let (year, month, day) = v.ymd();
            match ExcelDateTime::from_ymd(u16::try_from(year).unwrap_or(0), month as u8, day as u8) {
                Ok(date) => sheet.write_datetime_with_format(row, column, &date, &formats.date)?,
                // Excel's calendar begins in 1900.
                Err(_) => sheet.write_string(row, column, v.to_string())?,
            };
        }
        Value::Bool(v) => {
            sheet.write_boolean(row, column, *v)?;
        }
    }
    Ok(())
}

/// Columns that hold codes of the tables rather than words of the data.
pub fn is_code(column: &str) -> bool {
    matches!(
        column,
        "reason"
            | "band"
            | "outcome"
            | "exclusion"
            | "award_form"
            | "use_status"
            | "ceiling_status"
            | "class_code"
            | "kind"
            | "category_method"
            | "class_status"
            | "status"
            | "limit_status"
            | "window_kind"
            | "dependency_band"
            | "newly_started_status"
            | "test_code"
            | "confidence_band"
            | "false_positive_cause"
            | "channel"
            | "flag_code"
            | "component_code"
            | "cost_component"
            | "method_code"
            | "covered_on_basis"
            | "match_class"
            | "quadrant"
            | "bidder_count_basis"
            | "circular_tag"
            | "contract_status"
            | "evidence_tier"
            | "factor_code"
            | "input_code"
            | "ladder_step"
            | "level"
            | "lever_code"
            | "risk_level"
            | "size_hint"
            | "threshold_code"
            | "tier_code"
            | "vat_basis"
    ) || ["_status", "_band", "_kind", "_method", "_level_code"].iter().any(|end| column.ends_with(end))
}

/// Text as a cell can hold it.
fn text(value: &str) -> String {
    markup::visible(value).chars().take(CELL_CHARACTERS_MAX).collect()
}
