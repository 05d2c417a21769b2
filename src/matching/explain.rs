//! The whole trail of one line: where it stood, who the supplier is and why, what was bought, each contract that was considered with each test, and the decision.

use std::fmt::{self, Write as _};
use std::ops::Range;

use arrow::array::Array as _;
use serde::Serialize;

use super::ceiling::{self, At};
use super::coverage::{Basis, Coverage, Scope, Term, Unit, Verdict};
use super::credit::{Credit, Credits};
use super::evidence::{Code, REASONS};
use super::index::{Entry, Index, NO_SUPPLIER};
use super::inputs::Inputs;
use super::lines::{Categories, Chunk, ChunkAt, Files, Need};
use super::{Pass, credit, decide, index_of};
use crate::error::{Error, Result};
use crate::model::{Date, LineId, Money, saying};
use crate::pipeline::Context;
use crate::schema::{INVOICE_LINE, LINE_CATEGORY, SOURCE_FILE, SPEND, Type};
use crate::store::{Columns, Store};

/// The trail of a line. [`Explanation::text`] is for people, in the workspace's language; `Serialize` for machines.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// The line.
    pub line_id: String,
    /// Where it stood.
    pub source: Source,
    /// What the line says, column by column, without what is empty.
    pub line: Vec<(String, String)>,
    /// Who the supplier is.
    pub supplier: SupplierLink,
    /// What was bought.
    pub category: CategoryLink,
    /// The contracts that were considered, the chosen one first.
    pub candidates: Vec<Candidate>,
    /// What was decided.
    pub decision: Decided,
    /// The ceiling of the contract's framework, when one is on file.
    pub ceiling: Option<CeilingState>,
    /// The price compared.
    pub price: Option<PriceState>,
    /// The line that a credit follows.
    pub credited_line_id: Option<String>,
    /// Metric tables that the line enters.
    pub metrics: Vec<String>,
    #[serde(skip)]
    is_swedish: bool,
}

/// How people read codes and columns.
pub struct Words<'a> {
    /// A code of a column.
    pub code: &'a dyn Fn(&str, &str) -> String,
    /// The name of a column.
    pub column: &'a dyn Fn(&str) -> String,
}

impl Words<'_> {
    /// The word for a code, with the code behind it, by which it is asked for in SQL.
    fn with_code(&self, column: &str, code: &str) -> String {
        let word = (self.code)(column, code);
        if word == code { word } else { format!("{word} ({code})") }
    }
}

/// Where a line stood.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct Source {
    pub source_name: String,
    pub path: String,
    /// The line of the file on which the record starts, from 1.
    pub source_line: i64,
    /// The data record, from 1.
    pub record: u64,
    pub mapping: String,
}

/// A vendor record and the supplier it is: the columns of `resolved.vendor_supplier`.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct SupplierLink {
    pub vendor_key: String,
    pub vendor_name: String,
    pub supplier_id: String,
    pub supplier_name: String,
    pub link_score: f64,
    pub link_method: String,
    pub link_evidence: String,
    pub finding: Option<String>,
}

/// The category of the line: the columns of `classified.line_category`.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct CategoryLink {
    pub category_code: Option<String>,
    pub category_name: String,
    pub category_method: String,
    pub category_evidence: String,
    pub category_confidence: f64,
    pub exclusion: Option<String>,
}

/// A contract that was considered.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct Candidate {
    pub contract_id: String,
    pub contract_title: String,
    pub lot_id: String,
    pub supplier_name: String,
    pub is_chosen: bool,
    pub tests: Vec<Test>,
}

/// One test of one contract.
#[derive(Debug, Clone, Serialize)]
pub struct Test {
    /// supplier, term, scope or unit.
    pub name: &'static str,
    /// passed, failed or unknown.
    pub result: &'static str,
    /// Why, in the workspace's language.
    pub why: String,
}

/// The recorded decision: the columns of `matched.spend`.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct Decided {
    pub outcome: String,
    pub match_class: String,
    pub reason: Option<String>,
    pub reason_text: Option<String>,
    pub ladder_level: Option<i64>,
    pub contract_id: Option<String>,
    pub lot_id: Option<String>,
    pub passed_by_contract_id: Option<String>,
    pub approved_exception_id: Option<String>,
    pub confidence: f64,
    pub candidate_count: i64,
    /// Code, value and what it says.
    pub evidence: Vec<EvidenceText>,
}

/// One code of the evidence with its text.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct EvidenceText {
    pub code: String,
    pub text: String,
}

/// A ceiling around the line, in the workspace's currency.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct CeilingState {
    pub contract_id: String,
    pub ceiling_net: String,
    /// Burnt before this line, in date order.
    pub burnt_before_net: String,
    pub burnt_after_net: String,
}

/// Prices of one unit, with four decimals.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct PriceState {
    pub unit_price: String,
    pub agreed_unit_price: String,
    pub agreed_unit_of_measure: String,
    pub price_deviation_net: Option<String>,
}

fn is_on_contract(d: &Decided) -> bool {
    ["compliant", "deviating"].contains(&&*d.outcome) || d.reason.as_deref() == Some("M6")
}

/// Explains one line, by what the store holds. `metrics` are the metric tables that it enters.
///
/// # Errors
/// `Config` when there is no such line, or when lines have not been matched since they were read.
pub fn explain(context: &Context, store: &Store, line_id: &LineId, metrics: Vec<String>) -> Result<Explanation> {
    let is_swedish = context.config.language == "sv";
    let inputs = Inputs::read(store)?;
    let index = index_of(context, store, &inputs)?;
    let files = Files::pair(store)?;
    let at = find(store, &files, line_id)?;
    let (lake, class) = &files.pairs[at.file as usize];
    let row = at.row as usize;
    let one: [Range<usize>; 1] = std::array::from_fn(|_| row..row + 1);
    let all = |table: &crate::schema::Table| table.columns.iter().map(|c| c.name).collect::<Vec<_>>();
    let said = store.read_rows(&INVOICE_LINE, lake, &all(&INVOICE_LINE), &[], &one)?;
    let classified = store.read_rows(&LINE_CATEGORY, class, &all(&LINE_CATEGORY), &[], &one)?;
    let spend = store
        .files(&SPEND)
        .iter()
        .find(|f| f.period == lake.period && super::lines::stem(f) == super::lines::stem(lake) && f.rows == lake.rows)
        .ok_or_else(|| Error::Config(format!("{line_id}: its file has not been matched yet; run `spendtrace run` first")))?;
    let spend = store.read_rows(&SPEND, spend, &all(&SPEND), &[], &one)?;
    let (said_columns, spend_columns, class_columns) = (Columns(&said), Columns(&spend), Columns(&classified));
    let categories = Categories::default();
    let chunk_at = ChunkAt { file: at.file as usize, rows: row..row + 1 };
    let chunk = Chunk::read_rows(store, &files, chunk_at, &one, Need::Write, &index, &categories)?;
    let mut scratch = String::new();
    let line = chunk.line(0, &mut scratch);

    let text = |c: Columns<'_>, name: &str| c.text_at(name, 0).map(str::to_string);
    let reason = text(spend_columns, "reason");
    let decision = Decided {
        outcome: text(spend_columns, "outcome").unwrap_or_default(),
        match_class: text(spend_columns, "match_class").unwrap_or_default(),
        reason_text: REASONS.iter().find(|r| Some(r.name) == reason.as_deref()).map(|r| if is_swedish { r.sv } else { r.en }.to_string()),
        reason,
        ladder_level: spend_columns.int_at("ladder_level", 0),
        contract_id: text(spend_columns, "contract_id"),
        lot_id: text(spend_columns, "lot_id"),
        passed_by_contract_id: text(spend_columns, "passed_by_contract_id"),
        approved_exception_id: text(spend_columns, "approved_exception_id"),
        confidence: spend_columns.float_at("confidence", 0).unwrap_or_default(),
        candidate_count: spend_columns.int_at("candidate_count", 0).unwrap_or_default(),
        evidence: text(spend_columns, "evidence").unwrap_or_default().split(';').filter_map(|t| evidence_text(t, is_swedish)).collect(),
    };
    let deviation = spend_columns.money_at("price_deviation_net", 0);
    let pass = Pass { context, store, files: &files, index: &index, categories, chunks: files.chunks() };
    let credited = if decision.evidence.iter().any(|e| e.code == Code::CreditLinked.text().name) { credited_line(&pass, &chunk, at)? } else { None };
    let vendor = inputs.vendors.iter().find(|v| Some(v.vendor_key.as_str()) == said_columns.text_at("vendor_key", 0));
    Ok(Explanation {
        line_id: line_id.to_string(),
        source: source_of(store, &said, line_id)?,
        line: stated(&said),
        supplier: SupplierLink {
            vendor_key: text(said_columns, "vendor_key").unwrap_or_default(),
            vendor_name: text(said_columns, "vendor_name").unwrap_or_default(),
            supplier_id: text(spend_columns, "supplier_id").unwrap_or_default(),
            supplier_name: text(spend_columns, "supplier_name").unwrap_or_default(),
            link_score: vendor.map_or(0.0, |v| v.link_score),
            link_method: vendor.map(|v| v.link_method.clone()).unwrap_or_default(),
            link_evidence: vendor.map(|v| v.link_evidence.clone()).unwrap_or_default(),
            finding: vendor.and_then(|v| v.finding.clone()),
        },
        category: CategoryLink {
            category_code: text(class_columns, "category_code"),
            category_name: text(spend_columns, "category_name").unwrap_or_default(),
            category_method: text(class_columns, "category_method").unwrap_or_default(),
            category_evidence: text(class_columns, "category_evidence").unwrap_or_default(),
            category_confidence: class_columns.float_at("category_confidence", 0).unwrap_or_default(),
            exclusion: text(spend_columns, "exclusion"),
        },
        candidates: candidates(&index, &inputs, &line, &decision, is_swedish),
        ceiling: ceiling_state(store, &index, &decision, line_id, line.day)?,
        price: price_state(&index, &line, &decision, deviation),
        credited_line_id: credited,
        metrics,
        decision,
        is_swedish,
    })
}

/// The place of a line: the files that bear its source file's id first, then all.
fn find(store: &Store, files: &Files, line_id: &LineId) -> Result<At> {
    let wanted = line_id.to_string();
    let mut order: Vec<usize> = (0..files.pairs.len()).collect();
    order.sort_by_key(|&f| !super::lines::stem(&files.pairs[f].0).contains(&line_id.source_file_id));
    for file in order {
        let mut first = 0;
        for batch in store.read_file(&INVOICE_LINE, &files.pairs[file].0, Some(&["line_id"]), 64 * 1024)? {
            let batch = batch?;
            if let Some(row) = Columns(&batch).text("line_id").iter().position(|t| t == Some(&*wanted)) {
                return Ok(At { file: file as u32, row: first + row as u32 });
            }
            first += batch.num_rows() as u32;
        }
    }
    Err(Error::Config(format!("{line_id}: no such line in the lake; line ids are in the column line_id of matched.spend")))
}

fn source_of(store: &Store, said: &arrow::record_batch::RecordBatch, line_id: &LineId) -> Result<Source> {
    let columns = Columns(said);
    let mut source = Source {
        source_name: columns.text_at("source_name", 0).unwrap_or_default().to_string(),
        path: String::new(),
        source_line: columns.int_at("source_line", 0).unwrap_or_default(),
        record: line_id.record,
        mapping: String::new(),
    };
    for batch in store.read(&SOURCE_FILE)? {
        let c = Columns(&batch);
        for row in (0..batch.num_rows()).filter(|&row| c.text_at("source_file_id", row) == Some(&*line_id.source_file_id)) {
            source.path = c.text_at("path", row).unwrap_or_default().to_string();
            source.mapping = c.text_at("mapping", row).unwrap_or_default().to_string();
        }
    }
    Ok(source)
}

/// The columns of the line that hold something.
fn stated(said: &arrow::record_batch::RecordBatch) -> Vec<(String, String)> {
    let c = Columns(said);
    let ours = ["line_id", "source_file_id", "source_line", "source_name", "vendor_key", "row_fingerprint"];
    let value = |name: &str, ty: Type| match ty {
        Type::Text => c.text_at(name, 0).map(str::to_string),
        Type::Int => c.int_at(name, 0).map(|v| v.to_string()),
        Type::Money => c.money_at(name, 0).map(|v| v.to_string()),
        Type::Quantity => c.quantity_at(name, 0).map(quantity),
        Type::Rate => c.rate_at(name, 0).map(|v| v.to_string()),
        Type::Date => c.date_at(name, 0).map(|v| v.to_string()),
        Type::Bool => c.bool_at(name, 0).map(|v| v.to_string()),
        Type::Float => c.float_at(name, 0).map(|v| v.to_string()),
    };
    let columns = INVOICE_LINE.columns.iter().filter(|column| !ours.contains(&column.name));
    columns.filter_map(|column| Some((column.name.to_string(), value(column.name, column.ty)?))).collect()
}

/// A quantity or price from 10^−4.
fn quantity(value: i64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{}.{:04}", value.unsigned_abs() / 10_000, value.unsigned_abs() % 10_000)
}

fn evidence_text(stated: &str, is_swedish: bool) -> Option<EvidenceText> {
    let (declared, value) = Code::parse(stated)?;
    let text = if is_swedish { declared.sv } else { declared.en };
    let value = match value {
        Some(tenths) if declared.code == Code::PriceOver => per_cent(tenths, is_swedish),
        value => value.unwrap_or("?").to_string(),
    };
    Some(EvidenceText { code: stated.to_string(), text: text.replace("{}", &value) })
}

/// Tenths of a per cent as per cent: `199` is 19.9.
fn per_cent(tenths: &str, is_swedish: bool) -> String {
    let (whole, tenth) = tenths.split_at(tenths.len().saturating_sub(1));
    format!("{}{}{tenth}", if whole.is_empty() { "0" } else { whole }, if is_swedish { "," } else { "." })
}

/// Own contracts, those of the stated numbers, and the one passed by.
fn candidates(index: &Index, inputs: &Inputs, line: &decide::Line<'_>, decision: &Decided, is_swedish: bool) -> Vec<Candidate> {
    let named = |e: &Entry| [line.contract_reference, line.order_reference, line.text_reference].iter().any(|r| r.contracts.contains(&e.contract));
    let grace = decide::grace_days(line, index);
    let mut all: Vec<Candidate> = index
        .entries
        .iter()
        .filter(|e| {
            let is_passed_by = decision.passed_by_contract_id.as_deref() == Some(&*index.contracts[e.contract as usize].id);
            let is_parents = line.supplier.is_some_and(|s| index.suppliers[s as usize].parent == Some(e.supplier));
            Some(e.supplier) == line.supplier || named(e) || is_passed_by || is_parents
        })
        .map(|entry| {
            let contract = &index.contracts[entry.contract as usize];
            let lot = &*index.lots[entry.lot as usize];
            let tested = Coverage::test(entry, line.day, grace, line.category, line.unit);
            let row = inputs.contracts.iter().find(|r| *r.contract_id == *contract.id && r.lot_id == lot);
            Candidate {
                contract_id: contract.id.to_string(),
                contract_title: row.and_then(|r| r.contract_title.clone()).unwrap_or_default(),
                lot_id: lot.to_string(),
                supplier_name: if entry.supplier == NO_SUPPLIER {
                    row.map(|r| r.vendor_name.clone()).unwrap_or_default()
                } else {
                    index.suppliers[entry.supplier as usize].name.to_string()
                },
                is_chosen: decision.contract_id.as_deref() == Some(&*contract.id)
                    && decision.lot_id.as_deref().is_none_or(|l| l == lot)
                    && (Some(entry.supplier) == line.supplier || decision.evidence.iter().any(|e| e.code == "VIA_PARENT" || e.code == "VIA_FACTOR")),
                tests: tests(entry, tested, line, index, is_swedish),
            }
        })
        .collect();
    all.sort_by_key(|c| !c.is_chosen);
    all
}

fn tests(entry: &Entry, tested: Coverage, line: &decide::Line<'_>, index: &Index, is_swedish: bool) -> Vec<Test> {
    let word = |v: Verdict| match v {
        Verdict::Passed => "passed",
        Verdict::Unknown => "unknown",
        Verdict::Failed => "failed",
    };
    let say = |sv: &str, en: &str| if is_swedish { sv.to_string() } else { en.to_string() };
    let end = |days: i32| if days == i32::MIN || days == i32::MAX { "…".to_string() } else { Date::from_days(days).to_string() };
    let is_own = line.supplier == Some(entry.supplier);
    let day = line.day.map_or("?".to_string(), |d| d.to_string());
    let basis = match line.basis {
        Basis::Delivered => say("levererad", "delivered"),
        Basis::Invoiced => say("fakturerad", "invoiced"),
        Basis::Booked => say("bokförd", "booked"),
        Basis::Paid => say("betald", "paid"),
    };
    let term = format!("{day} ({basis}), {} – {}", end(entry.term.0), end(entry.term.1));
    let codes = match &entry.scope {
        super::index::ScopeSet::NotStated => String::new(),
        super::index::ScopeSet::Codes(codes) => codes.iter().map(|&c| &*index.scope_codes[c as usize]).collect::<Vec<_>>().join(", "),
    };
    let category = line.category.map_or("?", |c| &c.code);
    vec![
        Test {
            name: "supplier",
            result: if is_own { "passed" } else { "failed" },
            why: if is_own {
                say("leverantören har avtalet", "the supplier holds it")
            } else {
                say("en annan leverantör har avtalet", "another supplier holds it")
            },
        },
        Test {
            name: "term",
            result: word(tested.term.verdict()),
            why: match tested.term {
                Term::Within => term,
                Term::Grace(days) => format!("{term}: {}", say(&format!("{days} dagar efter, inom respit"), &format!("{days} days after, within grace"))),
                Term::Before(days) => format!("{term}: {}", say(&format!("{days} dagar före"), &format!("{days} days before"))),
                Term::After(days) => format!("{term}: {}", say(&format!("{days} dagar efter"), &format!("{days} days after"))),
                Term::Unknown => say("raden har inget datum", "the line has no date"),
            },
        },
        Test {
            name: "scope",
            result: word(tested.scope.verdict()),
            why: match tested.scope {
                Scope::Within(steps) => format!("{category} {} {codes} ({steps})", say("inom", "within")),
                Scope::Outside => format!("{category} {} {codes}", say("utanför", "outside")),
                Scope::NotStated => say("avtalets kategorier är inte angivna", "the contract's categories are not stated"),
                Scope::CategoryUnknown => say("radens kategori är okänd", "the line's category is not known"),
            },
        },
        Test {
            name: "unit",
            result: word(tested.unit.verdict()),
            why: match tested.unit {
                Unit::Entitled => say("enheten får avropa", "the unit may call off"),
                Unit::NotEntitled => say("enheten får inte avropa", "the unit may not call off"),
                Unit::NotStated => say("avropsberättigade är inte angivna", "entitled units are not stated"),
                Unit::Unknown => say("raden har ingen enhet", "the line has no unit"),
            },
        },
    ]
}

/// The ceiling around the line: what covered lines had burnt before it, in date order and the order of the files.
fn ceiling_state(store: &Store, index: &Index, decision: &Decided, line_id: &LineId, day: Option<Date>) -> Result<Option<CeilingState>> {
    let Some(contract) = decision.contract_id.as_deref().and_then(|id| index.contract_position(id)).filter(|_| is_on_contract(decision)) else {
        return Ok(None);
    };
    let Some(group) = ceiling::groups(index, contract).next() else { return Ok(None) };
    let ceiling = index.contracts[group as usize].ceiling.and_then(Money::from_minor).expect("a group has a ceiling");
    let wanted = line_id.to_string();
    let (mut before, mut own) = (0i128, 0i128);
    let mut is_past = false;
    for file in store.files(&SPEND) {
        let columns = ["line_id", "covered_on", "spend_net", "outcome", "contract_id", "reason"];
        for batch in store.read_file(&SPEND, file, Some(&columns), 64 * 1024)? {
            let batch = batch?;
            let c = Columns(&batch);
            let (contracts, amounts) = (c.text("contract_id"), c.decimal("spend_net"));
            for row in (0..batch.num_rows()).filter(|&row| !contracts.is_null(row) && !amounts.is_null(row)) {
                let outcome = c.text_at("outcome", row).unwrap_or_default();
                let is_covered = ["compliant", "deviating"].contains(&outcome) || c.text_at("reason", row) == Some("M6");
                let burns = is_covered && index.contract_position(contracts.value(row)).is_some_and(|p| ceiling::groups(index, p).any(|g| g == group));
                if !burns {
                    continue;
                }
                let this_day = c.date_at("covered_on", row);
                if c.text_at("line_id", row) == Some(&*wanted) {
                    own = amounts.value(row);
                    is_past = true;
                } else if this_day < day || (this_day == day && !is_past) {
                    before += amounts.value(row);
                }
            }
        }
    }
    let shown = |minor: i128| crate::model::Total::from_minor(minor).to_string();
    Ok(Some(CeilingState {
        contract_id: index.contracts[group as usize].id.to_string(),
        ceiling_net: ceiling.to_string(),
        burnt_before_net: shown(before),
        burnt_after_net: shown(before + own),
    }))
}

fn price_state(index: &Index, line: &decide::Line<'_>, decision: &Decided, deviation: Option<Money>) -> Option<PriceState> {
    let contract = index.contract_position(decision.contract_id.as_deref()?)?;
    let entry = index.entries_of(line.supplier?).iter().find(|e| e.contract == contract)?;
    let agreed = decide::agreed(line, index, entry)?;
    Some(PriceState {
        unit_price: quantity(line.paid.unit_price?),
        agreed_unit_price: quantity(agreed.unit_price),
        agreed_unit_of_measure: agreed.unit_of_measure.as_deref().unwrap_or_default().to_string(),
        price_deviation_net: deviation.map(|m| m.to_string()),
    })
}

/// The line that a credit follows, found as the stage finds it.
fn credited_line(pass: &Pass<'_>, chunk: &Chunk<'_>, at: At) -> Result<Option<String>> {
    let (mut scratch, mut numbers) = (String::new(), Vec::new());
    let line = chunk.line(0, &mut scratch);
    let (Some(supplier), Some(day), Some(spend_minor)) = (line.supplier, line.day, chunk.spend_minor(0)) else { return Ok(None) };
    credit::numbers_in(chunk.line_text(0).unwrap_or_default(), &mut scratch, &mut numbers);
    let mut credits = Credits::default();
    let currency = credit::text_hash(chunk.currency(0));
    credits.add(Credit { at, supplier, account: chunk.account(0), minor: -line.paid.net_minor, currency, day: day.days(), spend_minor }, &numbers);
    let mut found = Vec::new();
    super::parallel::in_order(
        pass.chunks.len(),
        |i| Ok(pass.find(pass.chunks[i].clone(), &credits)?.originals),
        |_, originals| {
            found.extend(originals);
            Ok(())
        },
    )?;
    found.into_iter().for_each(|original| credits.offer(original));
    let Some(original) = credits.original_at(at).map(|o| o.at) else { return Ok(None) };
    let row = original.row as usize;
    let one: [Range<usize>; 1] = std::array::from_fn(|_| row..row + 1);
    let batch = pass.store.read_rows(&INVOICE_LINE, &pass.files.pairs[original.file as usize].0, &["line_id"], &[], &one)?;
    Ok(Columns(&batch).text_at("line_id", 0).map(str::to_string))
}

impl Explanation {
    /// The trail in words.
    pub fn text(&self, words: &Words<'_>) -> String {
        let mut text = String::new();
        self.write(&mut text, words).expect("writing to a string");
        text
    }

    fn write(&self, f: &mut String, words: &Words<'_>) -> fmt::Result {
        let say = |sv: &'static str, en: &'static str| if self.is_swedish { sv } else { en };
        let evidence = |stored: &str| if self.is_swedish { saying::in_swedish(stored) } else { stored.to_string() };
        let percent = |share: f64| format!("{:.0} %", share * 100.0);
        writeln!(f, "{} {}", say("Rad", "Line"), self.line_id)?;
        writeln!(f, "  {}:{}  ({} {}, {})", self.source.path, self.source.source_line, say("post", "record"), self.source.record, self.source.mapping)?;
        for (name, value) in &self.line {
            writeln!(f, "  {:<28} {value}", (words.column)(name))?;
        }
        let s = &self.supplier;
        writeln!(f, "\n{}", say("Leverantör", "Supplier"))?;
        writeln!(
            f,
            "  {} → {} ({}), {} {}",
            s.vendor_name,
            s.supplier_name,
            s.supplier_id,
            percent(s.link_score),
            words.with_code("link_method", &s.link_method)
        )?;
        writeln!(f, "  {}", evidence(&s.link_evidence))?;
        if let Some(finding) = &s.finding {
            writeln!(f, "  ! {}", words.with_code("finding", finding))?;
        }
        let c = &self.category;
        writeln!(f, "\n{}", say("Kategori", "Category"))?;
        let code = c.category_code.as_deref().unwrap_or(say("okänd", "not known"));
        writeln!(f, "  {code} {}, {} {}", c.category_name, percent(c.category_confidence), words.with_code("category_method", &c.category_method))?;
        writeln!(f, "  {}", evidence(&c.category_evidence))?;
        if let Some(exclusion) = &c.exclusion {
            writeln!(f, "  {}: {}", say("inte påverkbart", "not addressable"), words.with_code("exclusion", exclusion))?;
        }
        writeln!(f, "\n{} ({})", say("Prövade avtal", "Contracts considered"), self.candidates.len())?;
        for candidate in &self.candidates {
            let mark = if candidate.is_chosen { "→" } else { " " };
            let lot = if candidate.lot_id.is_empty() { String::new() } else { format!(" / {}", candidate.lot_id) };
            writeln!(f, "{mark} {}{lot}  {}  {}", candidate.contract_id, candidate.contract_title, candidate.supplier_name)?;
            for test in &candidate.tests {
                let sign = match test.result {
                    "passed" => "✓",
                    "failed" => "✗",
                    _ => "?",
                };
                let name = match test.name {
                    "supplier" => say("leverantör", "supplier"),
                    "term" => say("löptid", "term"),
                    "scope" => say("kategori", "scope"),
                    _ => say("enhet", "unit"),
                };
                writeln!(f, "    {sign} {name:<11} {}", test.why)?;
            }
        }
        let d = &self.decision;
        writeln!(f, "\n{}", say("Beslut", "Decision"))?;
        // Below the ladder: the supplier holds no contract.
        let ladder = d.ladder_level.filter(|l| *l >= 0).map_or("–".to_string(), |l| format!("L{l}"));
        let (outcome, class) = (words.with_code("outcome", &d.outcome), words.with_code("match_class", &d.match_class));
        writeln!(f, "  {outcome} · {class} · {ladder} · {}", percent(d.confidence))?;
        if let (Some(reason), Some(text)) = (&d.reason, &d.reason_text) {
            writeln!(f, "  {reason}: {text}")?;
        }
        if let Some(contract) = &d.contract_id {
            writeln!(f, "  {}: {contract}", say("avtal", "contract"))?;
        }
        if let Some(contract) = &d.passed_by_contract_id {
            writeln!(f, "  {}: {contract}", say("avtal som skulle ha använts", "contract that should have been used"))?;
        }
        if let Some(exception) = &d.approved_exception_id {
            writeln!(f, "  {}: {exception}", say("godkänt undantag", "approved exception"))?;
        }
        for evidence in &d.evidence {
            writeln!(f, "    {:<22} {}", evidence.code, evidence.text)?;
        }
        if let Some(ceiling) = &self.ceiling {
            let words = say("förbrukat före och efter raden", "burnt before and after the line");
            writeln!(
                f,
                "  {} {}: {}; {words}: {} → {}",
                say("takvolym", "ceiling of"),
                ceiling.contract_id,
                ceiling.ceiling_net,
                ceiling.burnt_before_net,
                ceiling.burnt_after_net
            )?;
        }
        if let Some(price) = &self.price {
            writeln!(
                f,
                "  {}: {} / {} {}",
                say("pris betalt / avtalat", "price paid / agreed"),
                price.unit_price,
                price.agreed_unit_price,
                price.agreed_unit_of_measure
            )?;
            if let Some(deviation) = &price.price_deviation_net {
                writeln!(f, "  {}: {deviation}", say("prisavvikelse", "price deviation"))?;
            }
        }
        if let Some(original) = &self.credited_line_id {
            writeln!(f, "  {}: {original}", say("krediterar raden", "credits the line"))?;
        }
        if !self.metrics.is_empty() {
            writeln!(f, "\n{}\n  {}", say("Ingår i", "Enters"), self.metrics.join(", "))?;
        }
        Ok(())
    }
}
