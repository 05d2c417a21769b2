//! What procurement notices of either standard (OCDS, eForms) give: contracts, the tenders that led to them, and the bids.
//! A contract is one row for each lot and supplier, as in `lake.contract`.

use super::super::cells::{Cell, CellFault, CellRecord, CellTable};

/// Columns of the table `contract`.
pub const CONTRACT: &[&str] = &[
    "process_id",
    "contract_id",
    "contract_reference",
    "lot_id",
    "framework_contract_id",
    "contract_title",
    "supplier_name",
    "supplier_id",
    "supplier_country",
    "supplier_scale",
    "supplier_rank",
    "award_form",
    "is_framework",
    "awarded_on",
    "starts_on",
    "ends_on",
    "extendable_until_on",
    "ceiling_net",
    "currency",
    "category_codes",
    "buyer_name",
    "buyer_id",
    "procurement_method",
    "tender_count",
    "status",
];

/// Columns of the table `tender`.
pub const TENDER: &[&str] = &[
    "process_id",
    "lot_id",
    "tender_title",
    "buyer_name",
    "buyer_id",
    "procurement_method",
    "published_on",
    "closes_on",
    "estimated_net",
    "currency",
    "category_codes",
    "tender_count",
    "status",
];

/// Columns of the table `bid`.
pub const BID: &[&str] = &["process_id", "lot_id", "bid_id", "tenderer_name", "tenderer_id", "bid_net", "currency", "supplier_rank", "is_winner", "status"];

/// The tables, in the order of [`TABLES`].
pub const TABLES: [(&str, &[&str]); 3] = [("contract", CONTRACT), ("tender", TENDER), ("bid", BID)];

/// Records of one table.
pub type Records = Vec<Result<CellRecord, CellFault>>;

/// A row under construction: values by the name of their column.
pub struct Row {
    columns: &'static [&'static str],
    cells: Vec<Cell>,
}

impl Row {
    /// An empty row.
    pub fn new(columns: &'static [&'static str]) -> Row {
        Row { columns, cells: vec![Cell::Empty; columns.len()] }
    }

    /// Sets a column; a name that is not declared is a defect of the caller.
    pub fn cell(mut self, column: &str, cell: Cell) -> Row {
        let at = self.columns.iter().position(|c| *c == column).expect("the column is declared");
        self.cells[at] = cell;
        self
    }

    /// Sets a text; nothing when it is empty.
    pub fn text(self, column: &str, text: &str) -> Row {
        if text.is_empty() { self } else { self.cell(column, Cell::Text(text.to_string())) }
    }

    /// Sets the day at the beginning of a text; nothing when there is none. 2000-01-01 is what notices state for "not known".
    pub fn day(self, column: &str, text: &str) -> Row {
        match text.get(..10).and_then(crate::model::Date::parse_iso).map(|d| d.to_string()) {
            Some(day) if day != "2000-01-01" => self.cell(column, Cell::Date(day)),
            _ => self,
        }
    }

    /// Sets a number from its text.
    pub fn number(self, column: &str, text: &str) -> Row {
        if text.is_empty() {
            return self;
        }
        self.cell(column, super::decimal::exact(text).map_or_else(|| Cell::Error(text.to_string()), Cell::Number))
    }

    /// The record at a line.
    pub fn at(self, line: u64) -> CellRecord {
        CellRecord { line, cells: self.cells }
    }
}

/// A table of records.
pub fn table(kind: usize, records: Box<dyn Iterator<Item = Result<CellRecord, CellFault>> + Send>) -> CellTable {
    let (name, columns) = TABLES[kind];
    CellTable { name: name.into(), header_line: 0, columns: columns.iter().map(|c| c.to_string()).collect(), records }
}

/// Different texts, in order, joined by `|`.
pub fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut all: Vec<&str> = Vec::new();
    for text in texts.map(str::trim).filter(|t| !t.is_empty()) {
        if !all.contains(&text) {
            all.push(text);
        }
    }
    all.join("|")
}
