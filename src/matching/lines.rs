//! Lines as the files hold them: `lake.invoice_line` beside `classified.line_category`, a chunk at a time, each distinct text looked up once.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::{Arc, Mutex};

use arrow::array::{Array, ArrayRef, AsArray, Date32Array, Decimal128Array, Float64Array, Int32Array, StringArray, new_null_array};
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Float64Type, Int32Type};
use arrow::record_batch::RecordBatch;
use rustc_hash::FxHasher;

use super::ceiling::At;
use super::coverage::Basis;
use super::credit;
use super::decide::Line;
use super::index::{Category, Index, NamedUnit, Reference, Vendor};
use super::practice::Keys;
use super::price::Paid;
use super::reference::{self, InvoiceName};
use crate::error::{Error, Result};
use crate::model::Date;
use crate::schema::{INVOICE_LINE, LINE_CATEGORY};
use crate::store::{FileEntry, Store};

/// Rows of a chunk, which is also a row group of `matched.spend`. A constant: it shapes the files, so it must not follow the machine.
pub const CHUNK_ROWS: usize = 131_072;

/// Columns that are looked up by distinct value, wherever they are read.
const DICTIONARIES: &[&str] = &[
    "vendor_key",
    "organisational_unit_id",
    "organisational_unit_name",
    "account_code",
    "item_id",
    "unit_of_measure",
    "currency",
    "contract_reference",
    "order_reference",
    "source_name",
    "category_code",
    "category_method",
    "exclusion",
];

/// What finds credits and their originals.
const FOR_CREDIT: &[&str] = &["vendor_key", "account_code", "currency", "invoice_on", "booked_on", "delivered_on", "paid_on", "line_text", "net_amount"];
/// What decides, beside that.
const FOR_DECISION: &[&str] =
    &["organisational_unit_id", "organisational_unit_name", "item_id", "unit_of_measure", "contract_reference", "order_reference", "unit_price"];
/// What names the invoice.
const FOR_INVOICE: &[&str] = &["invoice_number", "voucher_number", "source_name", "line_id"];
/// What is only written.
const FOR_WRITING: &[&str] = &["buyer_id", "vendor_id", "bank_account", "due_on", "account_name", "channel", "invoiced_quantity", "vat_amount"];

/// Columns of the classification.
const CLASSIFICATION: &[&str] = &["category_code", "category_method", "category_confidence", "exclusion"];

/// The files of both tables, side by side.
pub struct Files {
    /// Lake and classification, in manifest order.
    pub pairs: Vec<(FileEntry, FileEntry)>,
}

/// A part of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkAt {
    /// Position in [`Files::pairs`].
    pub file: usize,
    /// Rows of the file.
    pub rows: Range<usize>,
}

impl Files {
    /// Pairs the files by period and stem. An error when a file has no companion, or another number of rows, or other lines.
    pub fn pair(store: &Store) -> Result<Files> {
        let classified: HashMap<(&str, &str), &FileEntry> = store.files(&LINE_CATEGORY).iter().map(|f| (place(f), f)).collect();
        let pairs = store
            .files(&INVOICE_LINE)
            .iter()
            .map(|lake| {
                let class = classified
                    .get(&place(lake))
                    .filter(|c| c.rows == lake.rows)
                    .ok_or_else(|| Error::Reconcile(format!("{}: no classification of the same lines; run again from the stage classify", lake.path)))?;
                Ok((lake.clone(), (*class).clone()))
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Files { pairs })
    }

    /// The chunks of all files, in order.
    pub fn chunks(&self) -> Vec<ChunkAt> {
        let mut chunks = Vec::new();
        for (file, (lake, _)) in self.pairs.iter().enumerate() {
            let rows = usize::try_from(lake.rows).expect("a file's rows fit memory addresses");
            assert!(u32::try_from(rows).is_ok(), "{}: a file has fewer than 2^32 rows", lake.path);
            chunks.extend((0..rows).step_by(CHUNK_ROWS).map(|first| ChunkAt { file, rows: first..rows.min(first + CHUNK_ROWS) }));
        }
        chunks
    }

    /// Checks the hash of every file once, and that the first and last lines of each pair are the same.
    pub fn verify(&self, store: &Store) -> Result<()> {
        super::parallel::in_order(
            self.pairs.len(),
            |i| {
                let (lake, class) = &self.pairs[i];
                let rows = usize::try_from(lake.rows).expect("a file's rows fit memory addresses");
                let ends: Vec<Range<usize>> = if rows > 1 { vec![0..1, rows - 1..rows] } else { std::iter::once(0..rows).collect() };
                let ours = store.read_rows(&INVOICE_LINE, lake, &["line_id"], &[], &ends)?;
                let theirs = store.read_rows(&LINE_CATEGORY, class, &["line_id"], &[], &ends)?;
                if ours != theirs {
                    return Err(Error::Reconcile(format!("{}: its lines are not those of {}; run again from the stage classify", class.path, lake.path)));
                }
                Ok(())
            },
            |_, ()| Ok(()),
        )
    }
}

/// Period folder and stem of a file: what two row-aligned files share.
fn place(entry: &FileEntry) -> (&str, &str) {
    (entry.period.as_deref().unwrap_or_default(), stem(entry))
}

/// The name of a file without the hash of its content.
pub fn stem(entry: &FileEntry) -> &str {
    let name = entry.path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('-').map_or(name, |(stem, _)| stem)
}

/// A column by distinct value.
struct Lookup<T> {
    keys: Int32Array,
    values: Vec<T>,
}

impl<T> Lookup<T> {
    fn new(batch: &RecordBatch, name: &str, mut of: impl FnMut(&str) -> T) -> Lookup<T> {
        let Some(column) = batch.column_by_name(name) else {
            return Lookup { keys: Int32Array::new_null(batch.num_rows()), values: Vec::new() };
        };
        let column = column.as_dictionary::<Int32Type>();
        let texts = column.values().as_string::<i32>();
        // A value that no row uses may be null.
        let values = (0..texts.len()).map(|i| of(if texts.is_null(i) { "" } else { texts.value(i) })).collect();
        Lookup { keys: column.keys().clone(), values }
    }

    fn at(&self, row: usize) -> Option<&T> {
        (!self.keys.is_null(row)).then(|| &self.values[self.keys.value(row) as usize])
    }
}

/// Categories met so far, shared by the workers: each is looked up in the tree once.
#[derive(Default)]
pub struct Categories {
    known: Mutex<HashMap<Box<str>, Arc<Category>>>,
}

impl Categories {
    /// The category of that code.
    pub fn get(&self, index: &Index, code: &str) -> Arc<Category> {
        let mut known = self.known.lock().expect("no panic while holding");
        if let Some(category) = known.get(code) {
            return category.clone();
        }
        let category = Arc::new(index.category(code));
        known.insert(code.into(), category.clone());
        category
    }
}

/// A chunk of lines, looked up.
pub struct Chunk<'i> {
    index: &'i Index,
    /// Which file and rows.
    pub at: ChunkAt,
    /// Columns of the lake; keys as dictionaries.
    pub lake: RecordBatch,
    /// Columns of the classification.
    pub class: RecordBatch,
    vendors: Lookup<Option<Vendor>>,
    units: Lookup<u32>,
    named_units: Lookup<NamedUnit>,
    accounts: Lookup<u64>,
    items: Lookup<Option<u32>>,
    unit_of_measure: Lookup<Box<str>>,
    currencies: Lookup<Box<str>>,
    contract_references: Lookup<Reference<'i>>,
    order_references: Lookup<Reference<'i>>,
    order_numbers: Lookup<u64>,
    sources: Lookup<Box<str>>,
    categories: Lookup<Option<Arc<Category>>>,
    exclusions: Lookup<bool>,
    category_confidence: Float64Array,
    delivered_on: Date32Array,
    invoice_on: Date32Array,
    booked_on: Date32Array,
    paid_on: Date32Array,
    quantity: Decimal128Array,
    unit_price: Decimal128Array,
    net_amount: Decimal128Array,
    line_id: StringArray,
    invoice_number: StringArray,
    voucher_number: StringArray,
    line_text: StringArray,
}

/// Which columns a pass needs. Columns that it does not read are null.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// Those that find credits.
    Credit,
    /// Those, and those that decide.
    Decide,
    /// Those, and those that name the invoice.
    Invoice,
    /// Those, and those that are only written: all.
    Write,
}

impl Need {
    fn columns(self) -> Vec<&'static str> {
        let parts = [(Need::Credit, FOR_CREDIT), (Need::Decide, FOR_DECISION), (Need::Invoice, FOR_INVOICE), (Need::Write, FOR_WRITING)];
        parts.into_iter().filter(|(need, _)| *need <= self).flat_map(|(_, columns)| columns).copied().collect()
    }
}

/// A column of a batch as it was read, or nulls where it was not.
fn column_or_nulls(batch: &RecordBatch, name: &str, ty: &DataType) -> ArrayRef {
    batch.column_by_name(name).cloned().unwrap_or_else(|| new_null_array(ty, batch.num_rows()))
}

impl<'i> Chunk<'i> {
    /// Reads a chunk and looks its texts up.
    pub fn read(store: &Store, files: &Files, at: ChunkAt, need: Need, index: &'i Index, categories: &Categories) -> Result<Chunk<'i>> {
        let ranges = [at.rows.clone()];
        Chunk::read_rows(store, files, at, &ranges, need, index, categories)
    }

    /// Reads some rows of a file, which count from 0 in the chunk.
    pub fn read_rows(
        store: &Store,
        files: &Files,
        at: ChunkAt,
        ranges: &[Range<usize>],
        need: Need,
        index: &'i Index,
        categories: &Categories,
    ) -> Result<Chunk<'i>> {
        let (lake, class) = &files.pairs[at.file];
        let lake = store.read_rows(&INVOICE_LINE, lake, &need.columns(), DICTIONARIES, ranges)?;
        let class = store.read_rows(&LINE_CATEGORY, class, CLASSIFICATION, DICTIONARIES, ranges)?;
        Ok(Chunk::new(index, at, lake, class, categories))
    }

    fn new(index: &'i Index, at: ChunkAt, lake: RecordBatch, class: RecordBatch, categories: &Categories) -> Chunk<'i> {
        let mut scratch = String::new();
        let column = |name: &str| column_or_nulls(&lake, name, &INVOICE_LINE.column(name).expect("a declared column").ty.arrow());
        let text = |name: &str| column(name).as_string::<i32>().clone();
        let date = |name: &str| column(name).as_primitive::<Date32Type>().clone();
        let decimal = |name: &str| column(name).as_primitive::<Decimal128Type>().clone();
        Chunk {
            index,
            vendors: Lookup::new(&lake, "vendor_key", |t| index.vendor(t)),
            units: Lookup::new(&lake, "organisational_unit_id", |t| index.unit(t)),
            named_units: Lookup::new(&lake, "organisational_unit_name", |t| index.unit_named(t)),
            accounts: Lookup::new(&lake, "account_code", credit::text_hash),
            items: Lookup::new(&lake, "item_id", |t| index.prices.item(t)),
            unit_of_measure: Lookup::new(&lake, "unit_of_measure", |t| Box::from(t)),
            currencies: Lookup::new(&lake, "currency", |t| Box::from(t)),
            contract_references: Lookup::new(&lake, "contract_reference", |t| index.reference(t, &mut scratch)),
            order_references: Lookup::new(&lake, "order_reference", |t| index.order_reference(t, &mut String::new())),
            order_numbers: Lookup::new(&lake, "order_reference", credit::text_hash),
            sources: Lookup::new(&lake, "source_name", |t| Box::from(t)),
            categories: Lookup::new(&class, "category_code", |t| (!t.is_empty()).then(|| categories.get(index, t))),
            exclusions: Lookup::new(&class, "exclusion", |t| !t.is_empty()),
            category_confidence: class.column_by_name("category_confidence").expect("a column we asked for").as_primitive::<Float64Type>().clone(),
            delivered_on: date("delivered_on"),
            invoice_on: date("invoice_on"),
            booked_on: date("booked_on"),
            paid_on: date("paid_on"),
            quantity: decimal("invoiced_quantity"),
            unit_price: decimal("unit_price"),
            net_amount: decimal("net_amount"),
            line_id: text("line_id"),
            invoice_number: text("invoice_number"),
            voucher_number: text("voucher_number"),
            line_text: text("line_text"),
            at,
            lake,
            class,
        }
    }

    /// Rows.
    pub fn len(&self) -> usize {
        self.lake.num_rows()
    }

    /// The place of a row, in a chunk of consecutive rows.
    pub fn place(&self, row: usize) -> At {
        At { file: self.at.file as u32, row: (self.at.rows.start + row) as u32 }
    }

    /// The vendor record of a row.
    pub fn vendor(&self, row: usize) -> Option<Vendor> {
        self.vendors.at(row).copied().flatten()
    }

    /// The category of a row.
    pub fn category(&self, row: usize) -> Option<&Category> {
        self.categories.at(row)?.as_deref()
    }

    /// Net amount in minor units of the line's currency.
    pub fn net_minor(&self, row: usize) -> i64 {
        i64::try_from(self.net_amount.value(row)).expect("Decimal(18,2) fits i64")
    }

    /// Currency of the line.
    pub fn currency(&self, row: usize) -> &str {
        self.currencies.at(row).map_or("", |c| c)
    }

    /// Hash of the account.
    pub fn account(&self, row: usize) -> u64 {
        self.accounts.at(row).copied().unwrap_or_default()
    }

    /// Net amount in minor units of the workspace's currency; `None` without a rate.
    pub fn spend_minor(&self, row: usize) -> Option<i64> {
        self.index.parameters.converted(self.net_minor(row), self.currency(row), self.day(row).0)
    }

    /// The day of the rate that gave [`Chunk::spend_minor`].
    pub fn exchange_rate_on(&self, row: usize) -> Option<Date> {
        self.index.parameters.exchange_rate_on(self.currency(row), self.day(row).0)
    }

    /// The day that terms are tested by, and which it is.
    pub fn day(&self, row: usize) -> (Option<Date>, Basis) {
        for (column, basis) in
            [(&self.delivered_on, Basis::Delivered), (&self.invoice_on, Basis::Invoiced), (&self.booked_on, Basis::Booked), (&self.paid_on, Basis::Paid)]
        {
            if !column.is_null(row) {
                return (Some(Date::from_days(column.value(row))), basis);
            }
        }
        (None, Basis::Booked)
    }

    /// The line's id.
    pub fn line_id(&self, row: usize) -> &str {
        self.line_id.value(row)
    }

    /// The code of the buying unit; where the line has but a name, the code of the unit so called, or else the name. `None` when it has neither.
    pub fn unit_id(&self, row: usize) -> Option<&str> {
        let units = self.lake.column_by_name("organisational_unit_id")?.as_dictionary::<Int32Type>();
        let stated = units.key(row).map(|key| units.values().as_string::<i32>().value(key));
        stated.or_else(|| self.named_units.at(row).map(|unit| &*unit.id))
    }

    /// The free text of a row.
    pub fn line_text(&self, row: usize) -> Option<&str> {
        (!self.line_text.is_null(row)).then(|| self.line_text.value(row))
    }

    /// What the line is decided by. `scratch` is working space for the numbers in its text.
    pub fn line(&self, row: usize, scratch: &mut String) -> Line<'_> {
        let vendor = self.vendor(row);
        let supplier = vendor.filter(|v| !v.is_unresolved).map(|v| v.supplier);
        let (day, basis) = self.day(row);
        let exact = |column: &Decimal128Array| (!column.is_null(row)).then(|| i64::try_from(column.value(row)).expect("Decimal(18,4) fits i64"));
        let currency = self.currency(row);
        let contract_reference = self.contract_references.at(row).copied().unwrap_or_default();
        let order_reference = self.order_references.at(row).copied().unwrap_or_default();
        let mut text_reference = Reference::default();
        if contract_reference.contracts.is_empty()
            && order_reference.contracts.is_empty()
            && let (Some(text), Some(supplier)) = (self.line_text(row), supplier)
            && !self.index.suppliers[supplier as usize].entries.is_empty()
        {
            text_reference = self.index.reference_in_text(text, supplier, scratch);
        }
        Line {
            is_excluded: self.exclusions.at(row).copied().unwrap_or_default(),
            lacks_exchange_rate: currency != self.index.parameters.currency && self.spend_minor(row).is_none(),
            supplier,
            link_score: vendor.map_or(0.0, |v| v.link_score),
            is_via_factor: vendor.is_some_and(|v| v.is_via_factor),
            is_factor: vendor.is_some_and(|v| v.is_factor),
            unit: self.units.at(row).copied().or_else(|| self.named_units.at(row)?.position),
            category: self.category(row),
            category_confidence: self.category_confidence.value(row),
            day,
            basis,
            item: self.items.at(row).copied().flatten(),
            contract_reference,
            order_reference,
            text_reference,
            paid: Paid {
                unit_price: exact(&self.unit_price),
                quantity: exact(&self.quantity),
                unit_of_measure: self.unit_of_measure.at(row).map(|t| &**t),
                net_minor: self.net_minor(row),
                currency,
            },
        }
    }

    /// What a line has in common with others of its supplier.
    pub fn practice_keys(&self, row: usize, line: &Line<'_>) -> Keys {
        let Some(supplier) = line.supplier else { return Keys::default() };
        let key = |what: u8, parts: [u64; 3]| {
            let mut hasher = FxHasher::default();
            (what, supplier, parts).hash(&mut hasher);
            hasher.finish()
        };
        let place = [line.unit.map_or(u64::MAX, u64::from), self.account(row)];
        let category = line.category.map_or(0, |c| credit::text_hash(&c.code));
        Keys {
            number: self.order_numbers.at(row).map(|&number| key(0, [number, 0, 0])),
            amount: (line.paid.net_minor > 0).then(|| key(1, [place[0], place[1], line.paid.net_minor.unsigned_abs()])),
            kind: Some(key(2, [place[0], place[1], category])),
        }
    }

    /// Normalised invoice number, into `number`, and the key of the invoice, into `key`.
    pub fn write_invoice(&self, row: usize, number: &mut String, key: &mut String) {
        number.clear();
        if !self.invoice_number.is_null(row) {
            reference::normalised_invoice_number(self.invoice_number.value(row), number);
        }
        let year = if self.invoice_on.is_null(row) { &self.booked_on } else { &self.invoice_on };
        InvoiceName {
            supplier_id: self.vendor(row).map_or(UNRESOLVED, |v| &self.index.suppliers[v.supplier as usize].id),
            year: if year.is_null(row) { self.day(row).0.map_or(0, |d| d.ymd().0) } else { Date::from_days(year.value(row)).ymd().0 },
            number,
            voucher: (!self.voucher_number.is_null(row)).then(|| self.voucher_number.value(row)),
            source_name: self.sources.at(row).map_or("", |s| s),
            line_id: self.line_id.value(row),
        }
        .write_key(key);
    }

    /// A column of the lake as plain text, whatever way it was read.
    pub fn plain(&self, name: &str) -> Result<ArrayRef> {
        plain(self.lake.column_by_name(name).expect("a column we asked for"))
    }
}

/// The supplier id of a vendor record that resolve does not know.
pub const UNRESOLVED: &str = "unresolved";

/// A text column as plain text.
pub fn plain(column: &ArrayRef) -> Result<ArrayRef> {
    match column.as_any_dictionary_opt() {
        Some(dictionary) => Ok(arrow::compute::take(dictionary.values(), dictionary.keys(), None)?),
        None => Ok(column.clone()),
    }
}
