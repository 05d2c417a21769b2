//! Red flags of tenders: the eleven indicators of the Open Contracting Partnership's Cardinal, from OCDS releases.
//!
//! Definitions, settings and exclusions are Cardinal's (`ocdscardinal` 0.0.8, MIT), written anew here with exact amounts and shares
//! and in a fixed order; `docs/tender-flags.md` lists the flags, what each needs, and where the figures may differ. A flag is a reason
//! to look, never a finding: each carries the innocent causes that raise it ([`catalogue`]).

mod exact;
mod flags;
mod release;

pub use exact::{Amount, Fence, Ratio};

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::assets;
use crate::error::{Error, Result};
use crate::pipeline::Context;
use crate::schema::Table;
use crate::schema::tender_flag::{COVERAGE, FLAG, REJECT};
use crate::store::{Frame, TableBuilder};
use release::Release;

/// The folder of the workspace that holds OCDS releases, one JSON text per line, `.jsonl` or `.jsonl.gz`.
pub const FOLDER: &str = "tenders";
/// The settings, in that folder.
pub const SETTINGS_FILE: &str = "flags.toml";

/// A flag, by Cardinal's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Code {
    /// Short submission period.
    R003,
    /// Single bid received.
    R018,
    /// Price close to the winning bid.
    R024,
    /// Excessive unsuccessful bids.
    R025,
    /// Identical bid prices.
    R028,
    /// Late bid won.
    R030,
    /// All except the winning bid disqualified.
    R035,
    /// Lowest bid disqualified.
    R036,
    /// Excessive disqualified bids.
    R038,
    /// Heterogeneous supplier.
    R048,
    /// Heavily discounted bid.
    R058,
}

impl Code {
    /// All, in order.
    pub const ALL: [Code; 11] =
        [Code::R003, Code::R018, Code::R024, Code::R025, Code::R028, Code::R030, Code::R035, Code::R036, Code::R038, Code::R048, Code::R058];

    /// Cardinal's code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Code::R003 => "R003",
            Code::R018 => "R018",
            Code::R024 => "R024",
            Code::R025 => "R025",
            Code::R028 => "R028",
            Code::R030 => "R030",
            Code::R035 => "R035",
            Code::R036 => "R036",
            Code::R038 => "R038",
            Code::R048 => "R048",
            Code::R058 => "R058",
        }
    }
}

/// What a flag is raised on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Object {
    /// A contracting process, by its `ocid`.
    Process,
    /// A buyer, by `buyer/id`.
    Buyer,
    /// A procuring entity, by `tender/procuringEntity/id`.
    ProcuringEntity,
    /// A tenderer or supplier, by its id among the tenderers of bids or the suppliers of awards.
    Tenderer,
}

impl Object {
    /// The word in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Object::Process => "process",
            Object::Buyer => "buyer",
            Object::ProcuringEntity => "procuring_entity",
            Object::Tenderer => "tenderer",
        }
    }
}

/// One flag that is raised.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flag {
    /// Which.
    pub code: Code,
    /// On what.
    pub object: Object,
    /// Its id.
    pub object_id: String,
    /// The indicator's value: a ratio, a count, or 1. `None` on a tenderer that is named because of a process: the value is there.
    pub value: Option<f64>,
    /// The processes that it comes from, sorted; empty when it is the process itself or a count over all processes.
    pub process_ids: Vec<String>,
    /// The figures behind the value.
    pub evidence: String,
}

/// What a flag could see: without the fields that it needs it stays silent, which is no clean bill.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coverage {
    /// Which flag.
    pub code: Code,
    /// On what it is computed.
    pub object: Object,
    /// Objects that it could be computed for.
    pub evaluable_count: u64,
    /// Objects flagged.
    pub flagged_count: u64,
    /// First quartile of the values, where the limit comes from them.
    pub first_quartile: Option<f64>,
    /// Third quartile.
    pub third_quartile: Option<f64>,
    /// The limit that was compared with, where it is one number.
    pub limit: Option<f64>,
}

/// A line that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reject {
    /// Line of the input, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub message: String,
}

/// The result over one input.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Findings {
    /// The flags, by code, object and id.
    pub flags: Vec<Flag>,
    /// What each flag could see, by code and object.
    pub coverage: Vec<Coverage>,
    /// Contracting processes that were looked at.
    pub process_count: u64,
    /// Currency of the amounts that were compared; bids in others are left out.
    pub currency: Option<String>,
    /// Lines that could not be read.
    pub rejects: Vec<Reject>,
}

/// Which release of a contracting process counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Releases {
    /// The one with the latest date, the last of equals: for files of single releases.
    #[default]
    Latest,
    /// Every line is a process of its own, as Cardinal takes them: for compiled releases.
    AsGiven,
}

/// Settings, with Cardinal's names and defaults.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Which release of a process counts.
    pub releases: Releases,
    /// Currency of amounts; the first that is observed when `None`.
    pub currency: Option<String>,
    /// Methods (`procurementMethodDetails`) whose processes are left out of every flag.
    pub excluded_procurement_method_details: BTreeSet<String>,
    /// Methods in which prices are not compared, such as prices set by the buyer: left out of R024, R028, R036 and R058.
    pub no_price_comparison_procurement_methods: BTreeSet<String>,
    /// The only methods in which prices are compared; when given, the list before has no effect.
    pub price_comparison_procurement_methods: BTreeSet<String>,
    /// R003.
    pub r003: ShortPeriod,
    /// R018.
    pub r018: SingleBid,
    /// R024: the lower fence instead of the one from the quartiles.
    pub r024: RatioLimit,
    /// R025.
    pub r025: UnsuccessfulBids,
    /// R035.
    pub r035: AllDisqualified,
    /// R038.
    pub r038: DisqualifiedBids,
    /// R048.
    pub r048: Heterogeneous,
    /// R058: the upper fence instead of the one from the quartiles.
    pub r058: RatioLimit,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            releases: Releases::default(),
            currency: None,
            excluded_procurement_method_details: BTreeSet::new(),
            no_price_comparison_procurement_methods: BTreeSet::new(),
            price_comparison_procurement_methods: BTreeSet::new(),
            r003: ShortPeriod { threshold: 15, procurement_methods: BTreeSet::new(), procurement_method_details: BTreeMap::new() },
            r018: SingleBid { procurement_methods: ["open", "selective"].map(String::from).into() },
            r024: RatioLimit::default(),
            r025: UnsuccessfulBids { percentile: 75, threshold: None },
            r035: AllDisqualified { threshold: 1 },
            r038: DisqualifiedBids { threshold: None, minimum_submitted_bids: 2, minimum_contracting_processes: 2 },
            r048: Heterogeneous { digits: 2, threshold: None, minimum_contracting_processes: 20 },
            r058: RatioLimit::default(),
        }
    }
}

macro_rules! default_from_settings {
    ($($ty:ty: $field:ident,)+) => {
        $(impl Default for $ty {
            fn default() -> $ty {
                Settings::default().$field
            }
        })+
    };
}

default_from_settings! {
    ShortPeriod: r003,
    SingleBid: r018,
    UnsuccessfulBids: r025,
    AllDisqualified: r035,
    DisqualifiedBids: r038,
    Heterogeneous: r048,
}

/// Settings of R003.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ShortPeriod {
    /// Whole days; a shorter period is flagged.
    pub threshold: i64,
    /// Methods (`procurementMethod`) to look at; all when empty.
    pub procurement_methods: BTreeSet<String>,
    /// Other thresholds by `procurementMethodDetails`.
    pub procurement_method_details: BTreeMap<String, i64>,
}

/// Settings of R018.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SingleBid {
    /// Competitive methods (`procurementMethod`); all when empty.
    pub procurement_methods: BTreeSet<String>,
}

/// A limit instead of the fence.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RatioLimit {
    /// The limit as a ratio.
    pub threshold: Option<Ratio>,
}

/// Settings of R025.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UnsuccessfulBids {
    /// Percentile of the number of bids from which a tenderer is a top one.
    pub percentile: u32,
    /// Lower fence of the share of wins.
    pub threshold: Option<Ratio>,
}

/// Settings of R035.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AllDisqualified {
    /// Other tenderers that must be disqualified, at least 1.
    pub threshold: usize,
}

/// Settings of R038.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DisqualifiedBids {
    /// Upper fence of the share of disqualified bids.
    pub threshold: Option<Ratio>,
    /// Tenderers with fewer bids are left out.
    pub minimum_submitted_bids: u64,
    /// Buyers and procuring entities with fewer are left out. Cardinal compares the number of bids with it, and so do we.
    pub minimum_contracting_processes: u64,
}

/// Settings of R048.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Heterogeneous {
    /// Leading characters of an item's classification that tell its class.
    pub digits: usize,
    /// Upper fence of the number of classes.
    pub threshold: Option<u32>,
    /// Suppliers with awards in fewer processes are left out.
    pub minimum_contracting_processes: u64,
}

impl Settings {
    /// Reads settings; what is not stated has its default.
    ///
    /// # Errors
    /// `Error::Config` with the place and what is wrong.
    pub fn parse(text: &str) -> Result<Settings> {
        let settings: Settings = toml::from_str(text).map_err(|e| Error::Config(e.to_string().trim_end().to_string()))?;
        if settings.r025.percentile > 100 {
            return Err(Error::Config(format!("r025: percentile {} is not one; write 0 to 100", settings.r025.percentile)));
        }
        Ok(settings)
    }
}

/// Computes the flags of OCDS releases, one JSON text per line. The bids of all lines are held in memory.
///
/// # Errors
/// `Error::Input` when the reader fails. A line that is no release is a [`Reject`], not an error.
pub fn evaluate(reader: impl BufRead, settings: &Settings) -> Result<Findings> {
    let mut processes = Processes::default();
    let rejects = processes.read(reader, settings.releases)?;
    Ok(Findings { rejects, ..flags::all(&processes.releases, settings) })
}

/// Releases as they are read, from one input or several.
#[derive(Default)]
struct Processes {
    releases: Vec<Release>,
    place_of: BTreeMap<String, usize>,
}

impl Processes {
    /// Adds the releases of one input; the lines that are none come back.
    fn read(&mut self, reader: impl BufRead, which: Releases) -> Result<Vec<Reject>> {
        let mut rejects = Vec::new();
        for (line, bytes) in (1..).zip(reader.split(b'\n')) {
            let bytes = bytes.map_err(|e| Error::Input(format!("line {line}: {e}")))?;
            if bytes.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let release = match serde_json::from_slice(&bytes) {
                Ok(value) => Release::from_json(&value).ok_or_else(|| "no release with an ocid; give one release per line".to_string()),
                Err(e) => Err(format!("not a JSON text: {e}; give one release per line")),
            };
            match release {
                Ok(release) => self.add(release, which),
                Err(message) => rejects.push(Reject { line, message }),
            }
        }
        Ok(rejects)
    }

    fn add(&mut self, release: Release, which: Releases) {
        if which == Releases::Latest {
            if let Some(&place) = self.place_of.get(&release.ocid) {
                if !is_before(&release, &self.releases[place]) {
                    self.releases[place] = release;
                }
                return;
            }
            self.place_of.insert(release.ocid.clone(), self.releases.len());
        }
        self.releases.push(release);
    }
}

/// Whether a release was published before another. Dates that are no instants are compared as text, as ISO dates can be.
fn is_before(release: &Release, other: &Release) -> bool {
    match (&release.date, &other.date) {
        (Some(a), Some(b)) => flags::is_later(b, a),
        (None, Some(_)) => true,
        _ => false,
    }
}

/// What a flag means, and what else may have raised it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Which flag.
    pub code: Code,
    /// Title in Swedish.
    pub title_sv: String,
    /// Title in English.
    pub title_en: String,
    /// Why it is worth a look, in Swedish.
    pub why_sv: String,
    /// Why it is worth a look, in English.
    pub why_en: String,
    /// Innocent causes, in Swedish.
    pub innocent_sv: String,
    /// Innocent causes, in English.
    pub innocent_en: String,
    /// OCDS fields that it needs.
    pub needs: String,
}

/// The flags with their texts, in order, from `data/reference/tender_flags.toml`.
pub fn catalogue() -> &'static [Entry] {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Texts {
        flag: Vec<Entry>,
    }
    static ALL: OnceLock<Vec<Entry>> = OnceLock::new();
    ALL.get_or_init(|| {
        let text = assets::text("data/reference/tender_flags.toml").expect("the texts of the flags are embedded");
        toml::from_str::<Texts>(text).expect("the texts of the flags are valid").flag
    })
}

/// The text of every file that the flags depend on is not small: their names, sizes and hashes stand for it in the fingerprint.
///
/// # Errors
/// `Error::Store` when a file cannot be read.
pub fn fingerprint_text(workspace: &Path) -> Result<String> {
    let mut text = String::new();
    let settings = workspace.join(FOLDER).join(SETTINGS_FILE);
    for path in files(workspace)?.into_iter().chain(settings.is_file().then_some(settings)) {
        let (hash, bytes) = crate::store::sha256_of(&path)?;
        text += &format!("{} {bytes} {hash}\n", path.file_name().unwrap_or_default().to_string_lossy());
    }
    Ok(text)
}

/// Computes the flags of the workspace's releases: the rows of [`crate::schema::tender_flag::TABLES`]; none of any without releases.
///
/// # Errors
/// `Error::Config` for faulty settings, `Error::Store` when a file cannot be read.
pub fn batches(context: &Context) -> Result<Vec<(&'static Table, Frame)>> {
    let workspace = &context.config.workspace;
    let files = files(workspace)?;
    let mut flag = TableBuilder::new(&FLAG);
    let mut coverage = TableBuilder::new(&COVERAGE);
    let mut reject = TableBuilder::new(&REJECT);
    if !files.is_empty() {
        let path = workspace.join(FOLDER).join(SETTINGS_FILE);
        let settings = match path.is_file() {
            true => {
                let text = fs::read_to_string(&path).map_err(|e| Error::io("read", &path, &e))?;
                Settings::parse(&text).map_err(|e| Error::Config(format!("{}: {e}", path.display())))?
            }
            false => Settings::default(),
        };
        // Tenderers are compared across all files.
        let mut processes = Processes::default();
        for path in &files {
            let reader = open_lines(path).map_err(|e| Error::io("open", path, &e))?;
            let rejects = processes.read(reader, settings.releases).map_err(|e| Error::Input(format!("{}: {e}", path.display())))?;
            for row in rejects {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                reject.text("file_name", Some(&name)).int("line_number", i64::try_from(row.line).ok()).text("message", Some(&row.message)).end_row();
            }
        }
        let findings = flags::all(&processes.releases, &settings);
        for row in &findings.flags {
            flag.text("flag_code", Some(row.code.as_str())).text("object_kind", Some(row.object.as_str())).text("object_id", Some(&row.object_id));
            flag.float("flag_value", row.value).text("process_ids", Some(&row.process_ids.join("; ")).filter(|t| !t.is_empty()).map(String::as_str));
            flag.text("evidence", Some(&row.evidence)).end_row();
        }
        for row in &findings.coverage {
            let count = |n: u64| i64::try_from(n).ok();
            coverage.text("flag_code", Some(row.code.as_str())).text("object_kind", Some(row.object.as_str()));
            coverage.int("process_count", count(findings.process_count)).int("evaluable_count", count(row.evaluable_count));
            coverage.int("flagged_count", count(row.flagged_count)).float("first_quartile", row.first_quartile);
            coverage.float("third_quartile", row.third_quartile).float("flag_limit", row.limit).text("currency", findings.currency.as_deref()).end_row();
        }
    }
    Ok(vec![(&FLAG, flag.finish()), (&COVERAGE, coverage.finish()), (&REJECT, reject.finish())])
}

fn open_lines(path: &Path) -> std::io::Result<Box<dyn BufRead>> {
    let file = File::open(path)?;
    Ok(match path.extension().is_some_and(|e| e == "gz") {
        true => Box::new(BufReader::new(flate2::read::MultiGzDecoder::new(file))),
        false => Box::new(BufReader::new(file)),
    })
}

fn files(workspace: &Path) -> Result<Vec<PathBuf>> {
    let folder = workspace.join(FOLDER);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(&folder).map_err(|e| Error::io("list", &folder, &e))?;
    let mut paths = entries.map(|e| e.map(|e| e.path())).collect::<std::io::Result<Vec<_>>>().map_err(|e| Error::io("list", &folder, &e))?;
    paths.retain(|p| p.file_name().is_some_and(|n| [".jsonl", ".jsonl.gz"].iter().any(|end| n.to_string_lossy().ends_with(end))));
    paths.sort();
    Ok(paths)
}
