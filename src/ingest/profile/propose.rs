//! From names and values to a table of the lake, a target for each column, and a mapping in TOML.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::LazyLock;

use super::super::mapping::{self, COMPUTED, ColumnRule, DateOrder, Mapping, fold_name};
use super::super::number::Decimal;
use super::super::plan::Verdict;
use super::values::{Values, currency_in_name, order_words};
use super::{Group, PlacedColumn};
use crate::assets;
use crate::schema::{self, Table, Type};

/// What an exact name is worth, less its place in the list of names.
const EXACT: i64 = 100;
/// Most that the place in the list takes away.
const PLACE_MAX: i64 = 30;
/// From this score of the name on a column counts as named.
const NAMED_MIN: i64 = 60;
/// What a name inside another is worth at most.
const PARTIAL: i64 = 45;
/// Shortest name that is looked for inside others, in letters and digits.
const PARTIAL_LETTERS_MIN: usize = 4;
/// Score below which a column stays unplaced.
const PLACED_MIN: i64 = 20;
/// Tables whose columns are so general that only exact names of all required ones tell them.
const GENERAL: &[&str] = &["vendor_record", "organisational_unit", "supplier_register", "spend_category", "category_rule"];
/// Dates that may give the month of a line when none of the usual ones is there.
const OTHER_PERIODS: &[&str] = &["due_on", "delivered_on"];
/// Most values of a column that are listed for a meaning.
const MEANINGS_MAX: usize = 40;

/// Names of one target, folded, the surest first.
struct Names {
    target: usize,
    folded: Vec<String>,
}

/// The names of all tables: the reference list, then what the mappings know.
static NAMES: LazyLock<Vec<(&'static Table, Vec<Names>)>> = LazyLock::new(|| {
    let text = assets::text("data/reference/column_names.toml").expect("the list of names is embedded");
    let listed: BTreeMap<String, BTreeMap<String, Vec<String>>> = toml::from_str(text).expect("the list of names is valid");
    let mappings: Vec<Mapping> = mapping::built_in().filter_map(|name| Mapping::load(Path::new(""), name).ok()).collect();
    schema::TABLES
        .iter()
        .copied()
        .filter(|table| super::super::load::is_loadable(table))
        .map(|table| {
            let of_table = (0..table.columns.len())
                .filter(|target| !COMPUTED.contains(&table.columns[*target].name))
                .map(|target| {
                    let name = table.columns[target].name;
                    let mut folded: Vec<String> = listed.get(table.name).and_then(|t| t.get(name)).into_iter().flatten().map(|n| fold_name(n)).collect();
                    let of_mappings = mappings.iter().filter(|m| m.table == table).flat_map(|m| &m.columns).filter(|(t, _)| *t == target);
                    folded.extend(of_mappings.flat_map(|(_, rule)| &rule.names).map(|n| fold_name(n)));
                    folded.push(fold_name(name));
                    let mut seen = BTreeSet::new();
                    folded.retain(|n| !n.is_empty() && seen.insert(n.clone()));
                    Names { target, folded }
                })
                .collect();
            (table, of_table)
        })
        .collect()
});

/// How many cells of a row are names that some table knows.
pub fn known_names(row: &[String]) -> usize {
    static ALL: LazyLock<BTreeSet<&'static str>> =
        LazyLock::new(|| NAMES.iter().flat_map(|(_, names)| names).flat_map(|n| &n.folded).map(String::as_str).collect());
    row.iter().filter(|name| ALL.contains(fold_name(name).as_str())).count()
}

/// How well the columns of a header fit a table.
pub struct Fit {
    /// The table.
    pub table: &'static Table,
    /// The columns that found a target.
    pub placed: Vec<PlacedColumn>,
    /// Sum of their scores.
    pub score: i64,
    /// Required targets that no column fills, in words.
    pub missing: Vec<String>,
}

fn name_score(folded: &str, names: &Names) -> i64 {
    let bare = folded.split('#').next().unwrap_or_default();
    if bare.is_empty() {
        return 0;
    }
    let mut best = 0;
    for (place, name) in names.folded.iter().enumerate() {
        let place = (place as i64).min(PLACE_MAX);
        let (short, long) = if name.len() <= bare.len() { (name.as_str(), bare) } else { (bare, name.as_str()) };
        let score = if name == folded {
            EXACT - place
        } else if name == bare {
            // The second column of a name is less sure than the first.
            EXACT - PLACE_MAX - place
        } else if short.chars().count() >= PARTIAL_LETTERS_MIN && long.contains(short) {
            PARTIAL * short.len() as i64 / long.len() as i64 - place / 4
        } else {
            0
        };
        best = best.max(score);
    }
    best
}

/// What the values add to a name for a target; `None` when they speak against it.
fn value_score(table: &Table, target: usize, values: &Values, name: i64) -> Option<i64> {
    let column = table.columns[target];
    let is_named = name >= NAMED_MIN;
    if values.filled == 0 {
        return is_named.then_some(-40);
    }
    match column.ty {
        Type::Money | Type::Quantity | Type::Rate => {
            if !values.are_numbers() || (values.are_sure_days() && !values.are_amounts()) {
                return None;
            }
            let is_net = column.name == "net_amount";
            // Percentages and counts have decimals too: only the amount itself is taken without any name.
            if name == 0 && !(is_net && values.are_amounts() && !values.are_organisations()) {
                return None;
            }
            Some(if values.are_amounts() { 15 } else { 0 } + if is_net { (values.with_mark_percent() / 10) as i64 } else { 0 })
        }
        Type::Int => (values.are_whole() && name > 0).then_some(5),
        Type::Float => None,
        Type::Date => {
            let may_be_month = table.is_partitioned && ["booked_on", "invoice_on", "paid_on"].contains(&column.name);
            let is_day = values.are_days() || (values.are_serials() && is_named) || (may_be_month && is_named && values.are_months());
            if !is_day || (name == 0 && !(values.are_sure_days() && ["booked_on", "starts_on"].contains(&column.name))) {
                return None;
            }
            // A name of a date alone is weak where the values are codes of six digits.
            (values.are_sure_days() || is_named || values.are_months()).then_some(15)
        }
        Type::Bool => (values.are_truths() && name > 0).then_some(10),
        Type::Text => text_score(column.name, values, name),
    }
}

fn text_score(target: &str, values: &Values, name: i64) -> Option<i64> {
    let is_named = name >= NAMED_MIN;
    if (values.are_sure_days() || values.are_amounts()) && !(is_named && values.are_whole()) {
        return None;
    }
    let score = match target {
        "organisation_number" | "parent_organisation_number" => {
            if values.are_organisations() {
                if target == "organisation_number" { 40 } else { 5 }
            } else if values.have_digits() && !values.are_truths() {
                0
            } else {
                return None;
            }
        }
        "currency" => {
            if !values.are_currencies() {
                return None;
            }
            30
        }
        "vendor_name" | "organisation_name" => {
            if !values.are_words() {
                return None;
            }
            if values.are_companies() { 35 } else { 0 }
        }
        "account_code" => {
            if values.are_organisations() || !values.have_digits() {
                return None;
            }
            if values.are_accounts() { 25 } else { 0 }
        }
        "bankgiro" | "plusgiro" => {
            if !values.have_digits() {
                return None;
            }
            if values.are_bankgiros() { 15 } else { 0 }
        }
        "iban" => {
            if !values.are_ibans() {
                return None;
            }
            30
        }
        _ if target.ends_with("_name") || target == "line_text" || target == "contract_title" => {
            if !values.are_words() {
                return None;
            }
            0
        }
        "account_prefix" | "text_contains" | "exclusion" => 0,
        _ if target.ends_with("_id") || target.ends_with("_number") || target.ends_with("_code") => {
            if values.are_truths() && values.are_words() {
                return None;
            }
            i64::from(values.have_digits()) * 5
        }
        _ => 0,
    };
    // Without a name only what the values prove is placed.
    if name == 0 && score < PLACED_MIN {
        return None;
    }
    // An organisation number in a column of another name is that of whom the row is about, unless it says otherwise.
    Some(score)
}

/// The tables, by how well the columns fit, the best first.
pub fn fits(columns: &[(String, &Values)]) -> Vec<Fit> {
    let mut all: Vec<Fit> = NAMES.iter().map(|(table, names)| fit(table, names, columns)).collect();
    // Stable: on a tie the order of the schema.
    all.sort_by_key(|f| (!f.missing.is_empty(), std::cmp::Reverse(f.score)));
    all
}

fn fit(table: &'static Table, names: &[Names], columns: &[(String, &Values)]) -> Fit {
    let mut candidates: Vec<(i64, usize, usize, i64)> = Vec::new();
    for (index, (folded, values)) in columns.iter().enumerate() {
        for (order, of_target) in names.iter().enumerate() {
            let name = name_score(folded, of_target);
            if let Some(by_value) = value_score(table, of_target.target, values, name)
                && name + by_value >= PLACED_MIN
            {
                candidates.push((name + by_value, index, order, name));
            }
        }
    }
    candidates.sort_by_key(|(score, index, order, _)| (std::cmp::Reverse(*score), *index, *order));
    let (mut used, mut filled) = (BTreeSet::new(), BTreeMap::new());
    for (score, index, order, name) in candidates {
        let target = names[order].target;
        if used.contains(&index) || filled.contains_key(&target) {
            continue;
        }
        used.insert(index);
        filled.insert(target, PlacedColumn { column: index, target, score, name_score: name });
    }
    let has = |name: &str| table.columns.iter().position(|c| c.name == name).is_some_and(|t| filled.contains_key(&t));
    let named = |target: usize| filled.get(&target).is_some_and(|p| p.name_score >= NAMED_MIN);
    let mut missing = Vec::new();
    for (target, column) in table.columns.iter().enumerate() {
        if column.required && !COMPUTED.contains(&column.name) && column.name != "currency" {
            let is_there =
                if GENERAL.contains(&table.name) { named(target) } else { filled.get(&target).is_some_and(|p| table.is_partitioned || p.name_score > 0) };
            if !is_there {
                missing.push(column.name.to_string());
            }
        }
    }
    if table.is_partitioned {
        if !["booked_on", "invoice_on", "paid_on"].iter().chain(OTHER_PERIODS).any(|c| has(c)) {
            missing.push("a date".to_string());
        }
        if !["vendor_name", "vendor_id", "organisation_number"].iter().any(|c| has(c)) {
            missing.push("who was paid".to_string());
        }
    }
    if table.name == "category_rule" && filled.values().filter(|p| p.name_score >= NAMED_MIN).count() < 3 {
        missing.push("half of its columns".to_string());
    }
    let score = filled.values().map(|p| p.score).sum();
    Fit { table, placed: filled.into_values().collect(), score, missing }
}

/// A mapping in TOML, and what about it a person has to decide.
pub struct Proposal {
    /// The text.
    pub toml: String,
    /// What has two readings.
    pub open: Vec<String>,
}

/// Everything that a proposal is made from, beside the columns.
pub struct Facts<'a> {
    /// The file's name, for the line that says what the mapping is for.
    pub file: &'a str,
    /// The encoding, when it was stated.
    pub encoding: Option<&'a str>,
    /// The quote, when it is not the usual one.
    pub quote: Option<char>,
    /// Number of columns of a file without a header.
    pub headerless: Option<usize>,
}

/// Writes the mapping of the groups of tables that fit the same lake table; the first group is the one that was fitted best.
pub fn write(groups: &[(&Group, &Fit)], facts: &Facts) -> Proposal {
    let (main, fit) = groups[0];
    let table = fit.table;
    let mut open = Vec::new();
    let columns: BTreeMap<usize, Vec<(&str, &Values)>> = {
        let mut all: BTreeMap<usize, Vec<(&str, &Values)>> = BTreeMap::new();
        for (group, fit) in groups {
            for placed in &fit.placed {
                let names = all.entry(placed.target).or_default();
                let name = group.names[placed.column].as_str();
                if !names.iter().any(|(n, _)| fold_name(n) == fold_name(name)) {
                    names.push((name, &group.values[placed.column]));
                }
            }
        }
        all
    };
    let values_of = |name: &str| table.columns.iter().position(|c| c.name == name).and_then(|t| columns.get(&t)).map(|c| c[0].1);
    let is = |ty: &[Type]| columns.iter().filter(|(t, _)| ty.contains(&table.columns[**t].ty)).flat_map(|(_, c)| c).copied().collect::<Vec<_>>();
    let numbers = is(&[Type::Money, Type::Quantity, Type::Int]);
    let days = is(&[Type::Date]);

    let mut head = String::new();
    let quoted = |text: &str| toml::Value::String(text.to_string()).to_string();
    let list = |texts: &[String]| format!("[{}]", texts.iter().map(|t| quoted(t)).collect::<Vec<_>>().join(", "));
    let line = |out: &mut String, key: &str, value: &str, why: &str| {
        writeln!(out, "{key} = {value}{}", if why.is_empty() { String::new() } else { format!("   # {}", one_line(why)) }).expect("writing to a string");
    };
    line(&mut head, "doc", &quoted(&format!("Proposed for {} by its names and values.", facts.file)), "");
    line(&mut head, "kind", &quoted(table.name), "");
    if let Some(encoding) = facts.encoding {
        line(&mut head, "encoding", &quoted(encoding), "as stated");
    }
    if let Some(quote) = facts.quote {
        line(&mut head, "quote", &quoted(&quote.to_string()), "");
    }
    // One mark for all columns when they agree, else a mark for each.
    let decimals: Vec<(&str, Decimal, String)> = numbers
        .iter()
        .filter_map(|(name, v)| match v.number.decimal() {
            Verdict::Decided(d) => Some((*name, d, if d == Decimal::Comma { v.number.comma.1.clone() } else { v.number.dot.1.clone() })),
            _ => None,
        })
        .collect();
    let mark = |d: Decimal| if d == Decimal::Comma { "\",\"" } else { "\".\"" };
    let is_one_mark = decimals.windows(2).all(|w| w[0].1 == w[1].1);
    if let ([first, ..], true) = (decimals.as_slice(), is_one_mark) {
        line(&mut head, "decimal", mark(first.1), &format!("\"{}\" in {:?}", first.2, first.0));
    }
    for (name, values) in &numbers {
        match values.number.decimal() {
            Verdict::TwoReadings(example) if decimals.is_empty() || !is_one_mark => {
                open.push(format!(
                    "the column \"{name}\": \"{example}\" may be thousands or decimals; state decimal = \",\" or \".\" unless the file's total row decides"
                ));
                writeln!(head, "# decimal = \",\"   # or \".\": {} has two readings of \"{}\"; state one", one_line(name), one_line(&example))
                    .expect("writing to a string");
            }
            Verdict::Conflict(comma, dot) => {
                open.push(format!("the column \"{name}\" mixes \"{comma}\" and \"{dot}\"; state the mark that holds, and the other values are rejected"));
                writeln!(head, "# decimal = \",\"   # or \".\": {} mixes \"{}\" and \"{}\"; state one", one_line(name), one_line(&comma), one_line(&dot))
                    .expect("writing to a string");
            }
            _ => {}
        }
    }
    let orders: Vec<(&str, DateOrder, String)> = days
        .iter()
        .filter_map(|(name, v)| match v.day.order() {
            Verdict::Decided(o) => Some((*name, o, v.day.proof(o).unwrap_or(&v.day.open.1).to_string())),
            _ => None,
        })
        .collect();
    let order_code = |o: DateOrder| match o {
        DateOrder::Ymd => "\"ymd\"",
        DateOrder::Dmy => "\"dmy\"",
        DateOrder::Mdy => "\"mdy\"",
    };
    let is_one_order = orders.windows(2).all(|w| w[0].1 == w[1].1);
    if let ([first, ..], true) = (orders.as_slice(), is_one_order) {
        line(&mut head, "date_order", order_code(first.1), &format!("{}: \"{}\" in {:?}", order_words(first.1), first.2, first.0));
    }
    for (name, values) in &days {
        let example = match values.day.order() {
            Verdict::TwoReadings(example) if orders.is_empty() || !is_one_order => example,
            Verdict::Conflict(example, _) => example,
            _ => continue,
        };
        open.push(format!("the column \"{name}\": \"{example}\" fits more than one order of day, month and year, or none fits all; state date_order"));
        writeln!(head, "# date_order = \"dmy\"   # or \"ymd\", \"mdy\": {} has two readings of \"{}\"; state one", one_line(name), one_line(&example))
            .expect("writing to a string");
    }
    if days.iter().any(|(_, v)| v.serials > 0) {
        line(&mut head, "date_serial", "\"1900\"", "five digits are days as spreadsheets count them; \"1904\" for old Mac files");
    }
    let empty: BTreeSet<String> =
        numbers.iter().chain(&days).filter(|(_, v)| v.are_numbers() || v.are_days()).flat_map(|(_, v)| v.empty_words()).map(|(t, _)| t.to_string()).collect();
    if !empty.is_empty() {
        line(&mut head, "empty", &list(&empty.into_iter().collect::<Vec<_>>()), "");
    }
    let credits: BTreeSet<String> = numbers.iter().flat_map(|(_, v)| v.credits.keys().cloned()).collect();
    if !credits.is_empty() {
        line(&mut head, "credit_marks", &list(&credits.into_iter().collect::<Vec<_>>()), "behind a number: a credit");
    }
    // The currency: a column of its own, a sign beside the amounts, or a word in their name.
    let currency = if values_of("currency").is_some() || !table.columns.iter().any(|c| c.name == "currency") {
        None
    } else {
        let by_sign = numbers.iter().flat_map(|(_, v)| v.signs.iter()).max_by_key(|(_, n)| **n).map(|(code, _)| *code);
        by_sign
            .or_else(|| columns.iter().filter(|(t, _)| table.columns[**t].ty == Type::Money).flat_map(|(_, c)| c).find_map(|(name, _)| currency_in_name(name)))
    };
    if currency.is_some_and(|c| c != "SEK") {
        line(&mut head, "personal_numbers", "\"none\"", "of another country; \"se\" looks for Swedish personal numbers");
    }
    if table.is_partitioned && !["booked_on", "invoice_on", "paid_on"].iter().any(|c| values_of(c).is_some()) {
        let dates: Vec<String> = OTHER_PERIODS.iter().filter(|c| values_of(c).is_some()).map(ToString::to_string).collect();
        line(&mut head, "period_from", &list(&dates), "the date that gives the month");
    }
    if table.column("vendor_key").is_some() && values_of("organisation_number").is_none() && values_of("vendor_id").is_some_and(Values::are_organisations) {
        line(&mut head, "vendor_id_is_organisation_number", "true", "its values have right check digits");
    }
    if let Some(currency) = currency {
        write!(head, "\n[constants]\ncurrency = {}\n", quoted(currency)).expect("writing to a string");
    }

    let (mut simple, mut tables) = (String::new(), String::new());
    for (target, names) in &columns {
        let column = table.columns[*target];
        let texts: Vec<String> = match facts.headerless {
            Some(_) => fit.placed.iter().filter(|p| p.target == *target).map(|p| format!("column {}", p.column + 1)).collect(),
            None => names.iter().map(|(n, _)| n.trim().to_string()).collect(),
        };
        let own_decimal = decimals.iter().find(|(n, ..)| !is_one_mark && names.iter().any(|(m, _)| m == n)).map(|d| mark(d.1));
        let own_order = orders.iter().find(|(n, ..)| !is_one_order && names.iter().any(|(m, _)| m == n)).map(|o| order_code(o.1));
        let meanings = meanings(table, *target, names);
        let split: String = if ["category_codes", "entitled_unit_ids", "certified_classes"].contains(&column.name) {
            [',', ';'].iter().filter(|m| names.iter().any(|(_, v)| v.lists.get(m).is_some_and(|n| n * 50 >= v.filled))).collect()
        } else {
            String::new()
        };
        let by_values = fit.placed.iter().any(|p| p.target == *target && p.name_score == 0);
        let why = if by_values { "by its values" } else { "" };
        if let Some((known, unknown)) = meanings {
            write!(tables, "\n[columns.{}]\nnames = {}\n\n[columns.{}.values]\n", column.name, list(&texts), column.name).expect("writing to a string");
            for (from, to) in known {
                writeln!(tables, "{} = {}", quoted(&from), quoted(&to)).expect("writing to a string");
            }
            for word in unknown {
                writeln!(tables, "# {} = \"\"   # what is this?", quoted(&word)).expect("writing to a string");
            }
        } else if own_decimal.is_some() || own_order.is_some() || !split.is_empty() {
            let mut rule = format!("{{ names = {}", list(&texts));
            own_decimal.iter().for_each(|d| rule.push_str(&format!(", decimal = {d}")));
            own_order.iter().for_each(|o| rule.push_str(&format!(", date_order = {o}")));
            if !split.is_empty() {
                rule.push_str(&format!(", split = {}", quoted(&split)));
            }
            rule.push_str(" }");
            line(&mut simple, column.name, &rule, why);
        } else if let [one] = texts.as_slice() {
            line(&mut simple, column.name, &quoted(one), why);
        } else {
            line(&mut simple, column.name, &list(&texts), why);
        }
    }
    let mut toml = format!("{head}\n[columns]\n{simple}");
    for (index, name) in main.names.iter().enumerate() {
        if !name.trim().is_empty() && !fit.placed.iter().any(|p| p.column == index) {
            writeln!(toml, "# not placed: {} ({})", one_line(name), main.values[index].kind().word()).expect("writing to a string");
        }
    }
    toml.push_str(&tables);
    if let Some(width) = facts.headerless {
        let layout: Vec<String> =
            (0..width).map(|c| fit.placed.iter().find(|p| p.column == c).map_or_else(String::new, |p| table.columns[p.target].name.to_string())).collect();
        write!(toml, "\n[[headerless]]\ncolumns = {}\n", list(&layout)).expect("writing to a string");
    }
    Proposal { toml, open }
}

/// A text for a comment: one line, no control characters.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(120).collect()
}

type Meanings = (Vec<(String, String)>, Vec<String>);

/// For columns whose words have meanings in the lake: those that the mappings know, and the words of the file that none knows.
fn meanings(table: &Table, target: usize, names: &[(&str, &Values)]) -> Option<Meanings> {
    let column = table.columns[target];
    if column.ty != Type::Text || !["award_form", "exclusion", "channel"].contains(&column.name) {
        return None;
    }
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for name in mapping::built_in() {
        let Ok(mapping) = Mapping::load(Path::new(""), name) else { continue };
        if mapping.table != table {
            continue;
        }
        for (_, ColumnRule { values, .. }) in mapping.columns.iter().filter(|(t, _)| *t == target) {
            known.extend(values.iter().map(|(k, v)| (k.to_lowercase(), v.clone())));
        }
    }
    let mut words: BTreeSet<String> = BTreeSet::new();
    for (_, values) in names {
        words.extend(values.odd.keys().map(|w| w.to_lowercase()));
    }
    let here: Vec<(String, String)> = known.into_iter().filter(|(k, _)| words.contains(k)).collect();
    if here.is_empty() {
        return None;
    }
    let unknown = words.iter().filter(|w| !here.iter().any(|(k, _)| k == *w)).take(MEANINGS_MAX).cloned().collect();
    Some((here, unknown))
}
