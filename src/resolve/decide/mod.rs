//! Which records are one supplier. Pure: records in, suppliers out; the order of the input does not matter.
//!
//! The evidence is used strongest first: people's verdicts, identifiers, the buyer's own vendor numbers, equal names, bank
//! accounts of like names, and last the likeness of names. Whatever comes later cannot join what an identifier keeps apart.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::cut;
use super::linkage;
use super::name::{self, Blank, Name, Relation};
use super::overrides::{Line, Reference, Verdict};
use super::record::{Origin, Record};
use super::sets::{Merge, Method, Sets};
use super::similar::{Names, WordMemory};
use crate::error::{Error, Result};
use crate::model::identifier::{self, LegalGroup, Scheme, Status};
use crate::model::{Date, saying, stable_key};

/// What the decision hangs on beside the records.
pub struct Options<'a> {
    /// Scheme of bare organisation numbers in these files.
    pub home: Option<Scheme>,
    /// The buyer's own organisation numbers, as written.
    pub own_numbers: &'a [String],
    /// Probability from which a name link is made.
    pub link_score_min: f64,
    /// People's verdicts.
    pub overrides: &'a [Line],
    /// The day that the figures describe: a new name is shown from its day on.
    pub as_of: Date,
}

/// Unlike names under which an organisation number is no proof any more.
const NAMES_OF_NUMBER_MAX: usize = 8;
/// Unlike names under which the buyer's own vendor number is one for many payees.
const NAMES_OF_VENDOR_ID_MAX: usize = 4;
/// Likeness from which two names may be of one organisation, when something else says so too.
pub(super) const ALIKE_MIN: f32 = 0.5;

/// Probabilities that kinds of evidence are right. Measured where a labelled set has the kind, else cautious.
mod probability {
    pub const IDENTIFIER: f32 = 0.995;
    pub const MASTER: f32 = 0.99;
    pub const SAME_NUMBER_OTHER_NAME: f32 = 0.94;
    pub const BANK_ACCOUNT: f32 = 0.97;
    pub const EQUAL_NAME: f32 = 0.98;
    pub const EQUAL_COMMON_NAME: f32 = 0.9;
    pub const EQUAL_NAME_OF_SEVERAL: f32 = 0.9;
    pub const CUT_NAME: f32 = 0.97;
}

/// Why no link was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// The name names nobody.
    Blank(Blank),
    /// The number is a dummy.
    DummyIdentifier,
    /// The number's check digit is wrong.
    InvalidIdentifier,
    /// The number stands beside other organisations' names.
    SharedIdentifier,
    /// The column holds the buyer's own numbers.
    OwnIdentifier,
    /// Several organisations hold the name, one of them a contract, and nothing says which is meant.
    SharedName,
}

impl Finding {
    /// The word in the column `finding`.
    pub const fn word(self) -> &'static str {
        match self {
            Finding::Blank(blank) => blank.word(),
            Finding::DummyIdentifier => "dummy_identifier",
            Finding::InvalidIdentifier => "invalid_identifier",
            Finding::SharedIdentifier => "shared_identifier",
            Finding::OwnIdentifier => "own_identifier",
            Finding::SharedName => "shared_name",
        }
    }
}

/// Where a record belongs, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Position of the supplier in [`Resolution::suppliers`].
    pub supplier: u32,
    /// Probability that it is right.
    pub score: f32,
    /// What made it.
    pub method: Method,
    /// The evidence, strongest first.
    pub evidence: String,
    /// Why there is none.
    pub finding: Option<Finding>,
}

/// A real organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supplier {
    /// Stable id.
    pub id: String,
    /// Name to show.
    pub name: String,
    /// Organisation number without country, when one is valid.
    pub organisation_number: Option<String>,
    /// Its records.
    pub records: Vec<u32>,
}

/// The decision.
pub struct Resolution {
    /// Suppliers, by id.
    pub suppliers: Vec<Supplier>,
    /// A link for each record.
    pub links: Vec<Link>,
    /// Parent of each child id, by people's verdict.
    pub parents: BTreeMap<String, String>,
    /// Lines of the override file that point at nothing, with the reason.
    pub stale: Vec<(usize, String)>,
    /// Links that were not made and may deserve a person's eye: (record, record, probability, why).
    pub doubts: Vec<(u32, u32, f32, String)>,
}

impl Resolution {
    /// The supplier of a record.
    pub fn supplier_of(&self, record: usize) -> &Supplier {
        &self.suppliers[self.links[record].supplier as usize]
    }
}

/// The organisation number of a record, judged.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Number {
    None,
    /// In the form of supplier ids.
    Valid(String),
    /// A number of no scheme that we know.
    Other(String),
    /// A number of the buyer's own, where the organisation number should stand: it says something within its source only.
    Own(String),
    Dummy,
    Invalid,
    /// Valid, but dropped: it stands beside too many names, or is the buyer's own.
    Shared,
}

fn judge(text: &str, home: Option<Scheme>) -> Number {
    let text = text.trim();
    if text.is_empty() {
        return Number::None;
    }
    if text.starts_with("person:") {
        return Number::Valid(text.to_string());
    }
    if let Some(home) = home {
        let verdict = identifier::parse(home, text);
        match verdict.status {
            Status::Valid => return Number::Valid(format!("{}{}", home.country(), verdict.normalised)),
            // Ingest hashes persons' numbers; one that reaches us some other way is not printed either.
            Status::Person => return Number::Valid(format!("person:{}", stable_key(&["person", &verdict.normalised]))),
            Status::Dummy => return Number::Dummy,
            Status::InvalidCheck => return Number::Invalid,
            Status::Malformed => {}
        }
    }
    if let Some(vat) = vat_anchor(text) {
        return Number::Valid(vat);
    }
    let bare: String = text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    // Fewer characters are counters, not numbers of anybody.
    if bare.len() >= 6 && bare.bytes().any(|b| b.is_ascii_digit()) { Number::Other(bare) } else { Number::None }
}

/// The supplier id that a VAT number stands for.
fn vat_anchor(text: &str) -> Option<String> {
    let verdict = identifier::parse(Scheme::Vat, text);
    if !verdict.is_valid() {
        return None;
    }
    match identifier::organisation_of_vat(&verdict.normalised) {
        Some((scheme, organisation)) if organisation.is_valid() => Some(format!("{}{}", scheme.country(), organisation.normalised)),
        Some(_) => None,
        None => Some(format!("vat:{}", verdict.normalised)),
    }
}

/// Everything known of the records while the decision is made.
struct Case<'a> {
    records: &'a [Record],
    parsed: Vec<Name>,
    names: Names,
    /// Entry of each record's name.
    entry: Vec<u32>,
    numbers: Vec<Number>,
    sets: Sets,
    memory: WordMemory,
    doubts: Vec<(u32, u32, f32, String)>,
    /// Records whose name several organisations hold, one of them a contract.
    of_several: FxHashSet<u32>,
}

/// Decides. `records` must be in order of their keys.
pub fn decide(records: &[Record], options: &Options) -> Result<Resolution> {
    debug_assert!(records.windows(2).all(|w| w[0].key < w[1].key), "records come in order of their keys");
    let parsed: Vec<Name> = records.par_iter().map(|r| name::parse(&r.name)).collect();
    let (names, entry) = Names::collect(&parsed);
    let own_series = sources_of_own_numbers(records, options.home);
    let mut numbers: Vec<Number> =
        records.par_iter().map(|r| number_of(r, options.home, r.origin == Origin::Line && own_series.contains(r.source_name.as_str()))).collect();
    numbers_from_vendor_ids(records, &mut numbers, options.home);
    let mut case = Case {
        records,
        parsed,
        names,
        entry,
        numbers,
        sets: Sets::new(Vec::new()),
        memory: WordMemory::default(),
        doubts: Vec::new(),
        of_several: FxHashSet::default(),
    };
    case.drop_shared_numbers(options);

    let mut stale = Vec::new();
    let given = case.given_by_name(options.overrides, &mut stale);
    let anchors = case.number_anchors(&given);
    case.apply_overrides(options.overrides, &anchors, &mut stale)?;
    case.unite_equal_anchors(&anchors, &given);
    case.unite_secondary_identifiers();
    case.unite_vendor_ids();
    case.unite_equal_names();
    case.unite_cut_names();
    case.unite_bank_accounts();
    case.unite_like_names(options.link_score_min as f32);
    Ok(case.into_resolution(&anchors, &given, options, stale))
}

/// Sources that hold the buyer's own vendor numbers in the column of organisation numbers. That is told from the whole
/// source: of real organisation numbers nearly all pass their check, of others by chance one in ten.
fn sources_of_own_numbers(records: &[Record], home: Option<Scheme>) -> FxHashSet<&str> {
    const NUMBERS_MIN: usize = 6;
    const VALID_SHARE_MIN: f64 = 0.4;
    // Without a check digit every number of the length passes, and the share tells nothing.
    if home != Some(Scheme::SeOrganisation) {
        return FxHashSet::default();
    }
    let mut sources: BTreeMap<&str, BTreeMap<&str, bool>> = BTreeMap::new();
    for record in records.iter().filter(|r| r.origin == Origin::Line && !r.organisation_number.is_empty()) {
        sources
            .entry(&record.source_name)
            .or_default()
            .entry(&record.organisation_number)
            .or_insert_with(|| matches!(judge(&record.organisation_number, home), Number::Valid(_) | Number::Dummy));
    }
    let is_own = |numbers: &BTreeMap<&str, bool>| {
        numbers.len() >= NUMBERS_MIN && (numbers.values().filter(|v| **v).count() as f64) < VALID_SHARE_MIN * numbers.len() as f64
    };
    sources.into_iter().filter(|(_, numbers)| is_own(numbers)).map(|(source, _)| source).collect()
}

fn number_of(record: &Record, home: Option<Scheme>, is_own_series: bool) -> Number {
    let own = match judge(&record.organisation_number, home) {
        // A person's number was told by ingest, from more than its digits.
        Number::Valid(id) if is_own_series && !id.starts_with("person:") => Number::Own(record.organisation_number.clone()),
        Number::Invalid | Number::Other(_) | Number::Dummy if is_own_series => Number::Own(record.organisation_number.clone()),
        judged => judged,
    };
    if matches!(own, Number::Valid(_)) {
        return own;
    }
    let Some(more) = &record.more else { return own };
    let master = judge(&more.master_organisation_number, home);
    if matches!(master, Number::Valid(_)) {
        return master;
    }
    match vat_anchor(&more.vat_number) {
        Some(anchor) if !anchor.starts_with("vat:") => Number::Valid(anchor),
        _ if own == Number::None => master,
        _ => own,
    }
}

/// Some publishers put the organisation number in the column of the vendor's number. That is told from the whole source: its
/// ids of ten digits nearly all pass the check, which by chance one in twelve would.
fn numbers_from_vendor_ids(records: &[Record], numbers: &mut [Number], home: Option<Scheme>) {
    if home != Some(Scheme::SeOrganisation) {
        return;
    }
    const VALID_SHARE_MIN: f64 = 0.9;
    let mut sources: BTreeMap<&str, (BTreeSet<&str>, BTreeMap<&str, bool>)> = BTreeMap::new();
    for record in records.iter().filter(|r| r.origin == Origin::Line && !r.vendor_id.is_empty()) {
        let (all, ten) = sources.entry(&record.source_name).or_default();
        all.insert(&record.vendor_id);
        let verdict = identifier::parse(Scheme::SeOrganisation, &record.vendor_id);
        if verdict.status != Status::Malformed {
            ten.insert(&record.vendor_id, verdict.status != Status::InvalidCheck);
        }
    }
    for (record, number) in records.iter().zip(numbers) {
        let Some((all, ten)) = sources.get(record.source_name.as_str()) else { continue };
        let valid = ten.values().filter(|v| **v).count() as f64;
        let is_number = ten.len() >= 2 && ten.len() * 2 >= all.len() && valid >= VALID_SHARE_MIN * ten.len() as f64;
        if is_number && *number == Number::None {
            *number = judge(&record.vendor_id, home);
        }
    }
}

impl Case<'_> {
    fn alike(&mut self, a: u32, b: u32) -> f32 {
        let (x, y) = (self.entry[a as usize], self.entry[b as usize]);
        if x == y { 1.0 } else { self.names.compare(x, y, &mut self.memory).score }
    }

    /// Groups of records whose names are alike, each by its first record; stops at `most` groups.
    fn unlike_groups(&mut self, records: &[u32], most: usize) -> Vec<u32> {
        let mut groups: Vec<u32> = Vec::new();
        let mut seen = FxHashSet::default();
        for record in records {
            let entry = self.entry[*record as usize];
            if self.parsed[*record as usize].blank.is_some() || !seen.insert(entry) {
                continue;
            }
            if !(0..groups.len()).any(|g| self.alike(groups[g], *record) >= ALIKE_MIN) {
                groups.push(*record);
                if groups.len() >= most {
                    break;
                }
            }
        }
        groups
    }

    /// A number beside many unlike names proves nothing, unless it is a public body's (whose offices have names of their own)
    /// or a register knows it. The buyer's own number must not stand beside another organisation's name.
    fn drop_shared_numbers(&mut self, options: &Options) {
        let own: BTreeSet<String> = options
            .own_numbers
            .iter()
            .filter_map(|n| match judge(n, options.home) {
                Number::Valid(anchor) => Some(anchor),
                _ => None,
            })
            .collect();
        let mut by_number: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        let mut registered: FxHashSet<String> = FxHashSet::default();
        let mut owners: FxHashMap<u32, BTreeSet<String>> = FxHashMap::default();
        for (i, number) in self.numbers.iter().enumerate() {
            let Number::Valid(anchor) = number else { continue };
            by_number.entry(anchor.clone()).or_default().push(i as u32);
            if self.records[i].origin == Origin::Register {
                registered.insert(anchor.clone());
            }
        }
        for anchor in &own {
            for record in by_number.get(anchor).into_iter().flatten() {
                owners.insert(self.entry[*record as usize], BTreeSet::new());
            }
        }
        for (i, number) in self.numbers.iter().enumerate() {
            if let Number::Valid(anchor) = number
                && !own.contains(anchor)
                && let Some(owners) = owners.get_mut(&self.entry[i])
            {
                owners.insert(anchor.clone());
            }
        }
        for (anchor, records) in by_number {
            if own.contains(&anchor) {
                for record in records {
                    if owners.get(&self.entry[record as usize]).is_some_and(|o| !o.is_empty()) {
                        self.numbers[record as usize] = Number::Shared;
                    }
                }
                continue;
            }
            let is_public = anchor.strip_prefix("SE").is_some_and(|n| identifier::legal_group(n) == Some(LegalGroup::PublicBody));
            if records.len() > NAMES_OF_NUMBER_MAX
                && !is_public
                && !registered.contains(&anchor)
                && self.unlike_groups(&records, NAMES_OF_NUMBER_MAX + 1).len() > NAMES_OF_NUMBER_MAX
            {
                for record in records {
                    self.numbers[record as usize] = Number::Shared;
                }
            }
        }
    }

    /// Records that a `name "…" is ID` line, or a rename from a day, gives a number: record → (id, line).
    fn given_by_name(&self, lines: &[Line], stale: &mut Vec<(usize, String)>) -> BTreeMap<u32, (String, usize)> {
        let mut given = BTreeMap::new();
        for line in lines {
            if let Verdict::Rename(id, written, Some(_)) = &line.verdict {
                let open = self.named(written).into_iter().filter(|r| !matches!(self.numbers[*r as usize], Number::Valid(_)));
                given.extend(open.map(|record| (record, (id.clone(), line.number))));
            }
            let Verdict::NameIs(written, id) = &line.verdict else { continue };
            let before = given.len();
            for record in self.named(written) {
                if !matches!(self.numbers[record as usize], Number::Valid(_)) {
                    given.insert(record, (id.clone(), line.number));
                }
            }
            if given.len() == before {
                stale.push((line.number, format!("no record without a number of its own is named \"{written}\"")));
            }
        }
        given
    }

    fn named(&self, written: &str) -> Vec<u32> {
        let name = name::parse(written);
        let fits = |n: &Name| n.words == name.words && (name.form.is_none() || n.form.is_none() || n.class() == name.class());
        (0..self.records.len() as u32).filter(|i| fits(&self.parsed[*i as usize])).collect()
    }

    /// Gives each record the number of its anchor, from 1 in order of the anchors' texts, and sets up the sets.
    fn number_anchors(&mut self, given: &BTreeMap<u32, (String, usize)>) -> Vec<String> {
        let anchor_of = |i: usize| match (given.get(&(i as u32)), &self.numbers[i]) {
            (Some((id, _)), _) if !id.starts_with("name:") => Some(id.as_str()),
            // A foreign VAT number is no anchor: one company may have several.
            (_, Number::Valid(anchor)) if !anchor.starts_with("vat:") => Some(anchor.as_str()),
            _ => None,
        };
        let mut anchors: Vec<String> = (0..self.records.len()).filter_map(anchor_of).map(str::to_string).collect();
        anchors.sort();
        anchors.dedup();
        let position: FxHashMap<&str, u32> = anchors.iter().zip(1..).map(|(a, i)| (a.as_str(), i)).collect();
        self.sets = Sets::new((0..self.records.len()).map(|i| anchor_of(i).map_or(0, |a| position[a])).collect());
        anchors
    }

    fn apply_overrides(&mut self, lines: &[Line], anchors: &[String], stale: &mut Vec<(usize, String)>) -> Result<()> {
        let find = |case: &Self, reference: &Reference| -> Vec<u32> {
            match reference {
                Reference::Key(key) => case.records.binary_search_by(|r| r.key.as_str().cmp(key)).map_or(Vec::new(), |i| vec![i as u32]),
                Reference::Name(written) => case.named(written),
                Reference::Id(id) => match anchors.binary_search(id) {
                    Ok(at) => (0..case.records.len() as u32).filter(|i| case.sets.anchor(*i) == at as u32 + 1).collect(),
                    Err(_) => (0..case.records.len() as u32)
                        .filter(|i| {
                            name_id(&case.names.entries[case.entry[*i as usize] as usize]) == *id || secondary_ids(&case.records[*i as usize]).contains(id)
                        })
                        .collect(),
                },
            }
        };
        // What keeps apart comes first: then a contradiction shows where the file joins the same two.
        for line in lines {
            let Verdict::Different(a, b) = &line.verdict else { continue };
            let (left, right) = (find(self, a), find(self, b));
            if left.is_empty() || right.is_empty() {
                stale.push((line.number, "one of the two is not among the records".to_string()));
            }
            if left.iter().any(|l| right.contains(l)) {
                return Err(Error::Rules(format!("supplier overrides, line {}: both sides are the same record; point them out by vendor key", line.number)));
            }
            for l in &left {
                for r in &right {
                    self.sets.keep_apart(*l, *r);
                }
            }
        }
        for line in lines {
            let Verdict::Same(a, b) = &line.verdict else { continue };
            let (left, right) = (find(self, a), find(self, b));
            let (Some(first), Some(_)) = (left.first().copied(), right.first()) else {
                stale.push((line.number, "one of the two is not among the records".to_string()));
                continue;
            };
            let evidence = if line.note.is_empty() { saying::OVERRIDE.with([&line.number]) } else { saying::OVERRIDE_NOTED.with([&line.number, &line.note]) };
            let is_named = matches!((a, b), (Reference::Name(_), _) | (_, Reference::Name(_)));
            for other in left.iter().skip(1).chain(&right) {
                let merge = || Merge { method: Method::Override, score: 1.0, evidence: evidence.clone() };
                // A name may be several organisations'; a number or key is one.
                let is_joined = if is_named && !self.sets.may_meet(first, *other) && !self.sets.is_kept_apart(self.sets.find(first), self.sets.find(*other)) {
                    true
                } else {
                    self.sets.unite_by_verdict(first, *other, merge)
                };
                if !is_joined {
                    let against = lines.iter().find_map(|l| match &l.verdict {
                        Verdict::Different(x, y) => {
                            let (x, y) = (find(self, x), find(self, y));
                            let roots = |list: &[u32]| list.iter().map(|r| self.sets.find(*r)).collect::<Vec<_>>();
                            let (x, y) = (roots(&x), roots(&y));
                            let (f, o) = (self.sets.find(first), self.sets.find(*other));
                            (x.contains(&f) && y.contains(&o) || x.contains(&o) && y.contains(&f)).then_some(l.number)
                        }
                        _ => None,
                    });
                    return Err(Error::Rules(format!(
                        "supplier overrides: line {} says same, line {} says different, of the same two; remove one of the lines",
                        line.number,
                        against.unwrap_or(0)
                    )));
                }
            }
        }
        Ok(())
    }

    fn unite_equal_anchors(&mut self, anchors: &[String], given: &BTreeMap<u32, (String, usize)>) {
        let mut first: Vec<Option<u32>> = vec![None; anchors.len() + 1];
        let merge = || Merge { method: Method::Identifier, score: probability::IDENTIFIER, evidence: String::new() };
        for record in 0..self.records.len() as u32 {
            let anchor = self.sets.anchor(record) as usize;
            if anchor != 0 {
                match first[anchor] {
                    Some(other) => {
                        self.sets.unite(other, record, merge);
                    }
                    None => first[anchor] = Some(record),
                }
            }
        }
        // `name "…" is name:…` points at a supplier without a number.
        for (record, (id, line)) in given.iter().filter(|(_, (id, _))| id.starts_with("name:")) {
            if let Some(other) = (0..self.records.len() as u32).find(|i| name_id(&self.names.entries[self.entry[*i as usize] as usize]) == *id) {
                let merge = || Merge { method: Method::Override, score: 1.0, evidence: saying::OVERRIDE.with([line]) };
                self.sets.unite(other, *record, merge);
            }
        }
    }

    /// Foreign VAT numbers, LEIs and numbers of unknown schemes: equal ones join records whose names do not contradict it.
    fn unite_secondary_identifiers(&mut self) {
        let mut holders: BTreeMap<(&str, String), Vec<u32>> = BTreeMap::new();
        for (i, record) in self.records.iter().enumerate() {
            for id in secondary_ids(record) {
                let kind = if id.starts_with("lei:") { "LEI" } else { "VAT number" };
                holders.entry((kind, id)).or_default().push(i as u32);
            }
            match &self.numbers[i] {
                Number::Valid(id) if id.starts_with("vat:") => holders.entry(("VAT number", id.clone())).or_default().push(i as u32),
                Number::Other(number) => holders.entry(("number", number.clone())).or_default().push(i as u32),
                Number::Own(number) => holders.entry(("own number", format!("{}:{number}", record.source_name))).or_default().push(i as u32),
                _ => {}
            }
        }
        for ((kind, id), records) in holders {
            let groups = self.unlike_groups(&records, NAMES_OF_VENDOR_ID_MAX + 1);
            // A VAT group shares one number among its companies, and a payment agent lends his.
            if records.len() < 2 || groups.len() > NAMES_OF_VENDOR_ID_MAX {
                continue;
            }
            for record in &records[1..] {
                let likeness = self.alike(records[0], *record);
                if kind != "LEI" && likeness < ALIKE_MIN && groups.len() > 2 {
                    continue;
                }
                // Two buyers number their vendors 1001 without meaning one firm; within a source it is one unless the names tell.
                let is_one_source = self.records[records[0] as usize].source_name == self.records[*record as usize].source_name;
                if kind == "number" && likeness < ALIKE_MIN && !is_one_source {
                    continue;
                }
                let shown = id.rsplit_once(':').map_or(id.as_str(), |(_, n)| n).to_string();
                let (same, same_under_another_name) = match kind {
                    "LEI" => (saying::SAME_LEI, saying::SAME_LEI),
                    "VAT number" => (saying::SAME_VAT_NUMBER, saying::SAME_VAT_NUMBER),
                    "own number" => (saying::SAME_OWN_NUMBER, saying::SAME_OWN_NUMBER_OTHER_NAME),
                    _ => (saying::SAME_NUMBER, saying::SAME_NUMBER_OTHER_NAME),
                };
                if matches!(kind, "number" | "own number") && likeness < ALIKE_MIN {
                    self.sets.unite(records[0], *record, || Merge {
                        method: Method::Master,
                        score: probability::SAME_NUMBER_OTHER_NAME,
                        evidence: same_under_another_name.with([&shown]),
                    });
                    continue;
                }
                self.sets.unite(records[0], *record, || Merge { method: Method::Identifier, score: probability::IDENTIFIER, evidence: same.with([&shown]) });
            }
        }
    }

    /// One vendor number of one ledger is one supplier, unless it serves many payees.
    fn unite_vendor_ids(&mut self) {
        let mut holders: BTreeMap<(&str, &str), Vec<u32>> = BTreeMap::new();
        for (i, record) in self.records.iter().enumerate() {
            // Some ledgers hold the organisation number here, and then its dummies too.
            let is_blank_id = record.vendor_id.bytes().all(|b| matches!(b, b'0' | b'-' | b' '))
                || identifier::parse(Scheme::SeOrganisation, &record.vendor_id).status == Status::Dummy;
            if record.origin == Origin::Line && !is_blank_id && self.parsed[i].blank.is_none() {
                holders.entry((&record.source_name, &record.vendor_id)).or_default().push(i as u32);
            }
        }
        for ((source, id), records) in holders.into_iter().filter(|(_, r)| r.len() > 1) {
            if self.unlike_groups(&records, NAMES_OF_VENDOR_ID_MAX + 1).len() > NAMES_OF_VENDOR_ID_MAX {
                for record in records {
                    if self.parsed[record as usize].blank.is_none() && self.sets.anchor(record) == 0 {
                        self.parsed[record as usize].blank = Some(Blank::OneOff);
                    }
                }
                continue;
            }
            // The record with a number first: the others are explained by it.
            let mut order = records.clone();
            order.sort_by_key(|r| (self.sets.anchor(*r) == 0, *r));
            for at in 1..order.len() {
                let record = order[at];
                let mut best: Option<(f32, u32)> = None;
                for other in &order[..at] {
                    let likeness = self.alike(*other, record);
                    if self.sets.may_meet(*other, record) && best.is_none_or(|(l, _)| likeness > l) {
                        best = Some((likeness, *other));
                    }
                }
                if let Some((likeness, other)) = best {
                    let is_alike = likeness >= ALIKE_MIN;
                    let same = if is_alike { saying::SAME_VENDOR_NUMBER } else { saying::SAME_VENDOR_NUMBER_OTHER_NAME };
                    let evidence = same.with([&id, &source]);
                    let score = if is_alike { probability::MASTER } else { probability::SAME_NUMBER_OTHER_NAME };
                    self.sets.unite(other, record, || Merge { method: Method::Master, score, evidence });
                }
            }
        }
    }

    /// Equal names join, when at most one organisation of the legal form holds the name.
    fn unite_equal_names(&mut self) {
        let mut by_words: BTreeMap<&[u32], Vec<u32>> = BTreeMap::new();
        for (i, name) in self.parsed.iter().enumerate() {
            if name.blank.is_none() {
                by_words.entry(&self.names.entries[self.entry[i] as usize].words).or_default().push(i as u32);
            }
        }
        let mut groups: Vec<Vec<u32>> = by_words.into_values().filter(|r| r.len() > 1).collect();
        groups.sort();
        for records in groups {
            // One record for each set and legal form.
            let mut heads: Vec<u32> = Vec::new();
            let mut seen = FxHashSet::default();
            for record in &records {
                if seen.insert((self.sets.find(*record), self.parsed[*record as usize].kind())) {
                    heads.push(*record);
                }
            }
            if heads.len() < 2 {
                continue;
            }
            let anchored: Vec<u32> = heads.iter().copied().filter(|h| self.sets.anchor(*h) != 0).collect();
            let classes: BTreeSet<&str> = heads.iter().map(|h| self.parsed[*h as usize].class()).filter(|c| !c.is_empty()).collect();
            let loose: Vec<u32> = heads.iter().copied().filter(|h| self.sets.anchor(*h) == 0).collect();
            let class_count = classes.len();
            for head in loose {
                self.unite_equal_name(head, &heads, &anchored, class_count);
            }
        }
    }

    fn unite_equal_name(&mut self, head: u32, heads: &[u32], anchored: &[u32], class_count: usize) {
        let (class, kind) = (self.parsed[head as usize].class(), self.parsed[head as usize].kind());
        let fits = |case: &Self, other: u32| {
            let theirs = case.class_of(other);
            // Without a form of its own it could be any of several.
            class == theirs || class.is_empty() && class_count < 2 || theirs.is_empty() && (class_count < 2 || case.sets.anchor(other) == 0 && class.is_empty())
        };
        let mut candidates: Vec<u32> = anchored.iter().copied().filter(|o| fits(self, *o) && self.sets.may_meet(head, *o)).collect();
        let mut roots: BTreeSet<u32> = candidates.iter().map(|c| self.sets.find(*c)).collect();
        let is_several = roots.len() > 1;
        if is_several && !kind.is_empty() {
            let same_form: Vec<u32> = candidates.iter().copied().filter(|c| self.parsed[*c as usize].kind() == kind).collect();
            let same_roots: BTreeSet<u32> = same_form.iter().map(|c| self.sets.find(*c)).collect();
            if same_roots.len() == 1 {
                (candidates, roots) = (same_form, same_roots);
            }
        }
        if roots.len() > 1 {
            let postcode = postcode(&self.records[head as usize]).to_string();
            let near: Vec<u32> =
                candidates.iter().copied().filter(|c| !postcode.is_empty() && self::postcode(&self.records[*c as usize]) == postcode).collect();
            let near_roots: BTreeSet<u32> = near.iter().map(|c| self.sets.find(*c)).collect();
            if near_roots.len() == 1 {
                (candidates, roots) = (near, near_roots);
            }
        }
        let quoted = &self.records[head as usize].name;
        if roots.len() > 1 {
            let listed: Vec<&str> = candidates.iter().map(|c| self.records[*c as usize].organisation_number.as_str()).take(3).collect();
            self.doubts.push((head, candidates[0], 1.0 / roots.len() as f32, saying::NAME_OF_SEVERAL.with([quoted, &roots.len(), &listed.join(", ")])));
            let roots: Vec<u32> = roots.into_iter().collect();
            self.note_several(head, &roots);
            return;
        }
        let target = candidates.first().copied().or_else(|| {
            // No organisation with a number: the first record of the name that fits.
            if !anchored.is_empty() && anchored.iter().any(|o| fits(self, *o)) {
                return None;
            }
            heads.iter().copied().find(|o| *o != head && self.sets.anchor(*o) == 0 && fits(self, *o) && self.sets.may_meet(head, *o))
        });
        let Some(target) = target else { return };
        let words = &self.names.entries[self.entry[head as usize] as usize].words;
        let rarity: f32 = words.iter().map(|w| self.names.rarity[*w as usize]).sum();
        // One word that stands in one name of two hundred does not single anybody out.
        let is_common = self.names.entries.len() > 1_000 && rarity < 200f32.ln();
        let score = match (is_several, is_common) {
            (true, _) => probability::EQUAL_NAME_OF_SEVERAL,
            (_, true) => probability::EQUAL_COMMON_NAME,
            _ => probability::EQUAL_NAME,
        };
        let evidence = saying::SAME_NAME.with([&self.records[target as usize].name]);
        self.sets.unite(target, head, || Merge { method: Method::Name, score, evidence });
    }

    /// Who buys from one of several of a name may buy under the contract of any of them.
    fn note_several(&mut self, record: u32, roots: &[u32]) {
        let holds_contract = |root: &u32| self.sets.members(*root).iter().any(|r| self.records[*r as usize].origin == Origin::Contract);
        if roots.iter().any(holds_contract) {
            self.of_several.insert(record);
        }
    }

    /// The class of the legal form in the name, else the one that the organisation number tells.
    fn class_of(&self, record: u32) -> &'static str {
        let class = self.parsed[record as usize].class();
        if !class.is_empty() {
            return class;
        }
        let Number::Valid(anchor) = &self.numbers[record as usize] else { return "" };
        match anchor.strip_prefix("SE").and_then(identifier::legal_group) {
            Some(LegalGroup::LimitedCompany) => "company",
            Some(LegalGroup::Partnership) => "partnership",
            _ => "",
        }
    }

    /// Names that an export cut off at the width of its field: the only organisation whose name goes on like that is meant.
    fn unite_cut_names(&mut self) {
        let cut = cut::names(self.records);
        if cut.is_empty() {
            return;
        }
        // Full names in order, so that all that begin alike stand together.
        let is_cut: FxHashSet<u32> = cut.iter().map(|c| c.record).collect();
        let mut full: Vec<(String, u32)> = (0..self.records.len() as u32)
            .into_par_iter()
            .filter(|r| !is_cut.contains(r) && self.parsed[*r as usize].blank.is_none())
            .map(|r| (cut::spelled(&self.records[r as usize].name), r))
            .collect();
        full.par_sort_unstable();
        for cut::Cut { record, spelled, letters } in cut {
            if self.sets.anchor(record) != 0 || self.parsed[record as usize].blank.is_some() {
                continue;
            }
            let from = full.partition_point(|(name, _)| *name < spelled);
            let goes_on: Vec<u32> = full[from..].iter().take_while(|(name, _)| name.starts_with(&spelled)).map(|(_, r)| *r).collect();
            let mut roots: Vec<u32> = goes_on.iter().filter(|r| self.sets.may_meet(record, **r)).map(|r| self.sets.find(*r)).collect();
            roots.sort_unstable();
            roots.dedup();
            let quoted = &self.records[record as usize].name;
            match roots[..] {
                [_] => {
                    let target = *goes_on.iter().find(|r| self.sets.find(**r) == roots[0]).expect("the root is one of theirs");
                    let evidence = saying::CUT_NAME.with([&letters, &self.records[target as usize].name]);
                    self.sets.unite(target, record, || Merge { method: Method::Name, score: probability::CUT_NAME, evidence });
                }
                [_, _, ..] => {
                    let why = saying::CUT_NAME_OF_SEVERAL.with([quoted, &letters, &roots.len()]);
                    self.doubts.push((record, goes_on[0], 1.0 / roots.len() as f32, why));
                    self.note_several(record, &roots);
                }
                [] => {}
            }
        }
    }

    /// One bank account and like names. An account of unlike names is a factor's, a group's or a landlord's.
    fn unite_bank_accounts(&mut self) {
        let mut holders: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for (i, record) in self.records.iter().enumerate() {
            for account in record.more.iter().flat_map(|m| &m.bank_accounts) {
                if self.parsed[i].blank.is_none() && is_account(account) {
                    holders.entry(account).or_default().push(i as u32);
                }
            }
        }
        for (account, records) in holders {
            let mut heads = records;
            heads.sort_by_key(|r| (self.sets.anchor(*r) == 0, *r));
            heads.dedup_by_key(|r| (self.sets.find(*r), self.entry[*r as usize]));
            // A payment agent's account stands beside hundreds; comparing them all would be quadratic.
            const HOLDERS_MAX: usize = 50;
            if heads.len() < 2 || heads.len() > HOLDERS_MAX {
                continue;
            }
            for at in 1..heads.len() {
                for other in 0..at {
                    let (a, b) = (heads[other], heads[at]);
                    if self.sets.find(a) == self.sets.find(b) {
                        continue;
                    }
                    let (x, y) = (self.entry[a as usize], self.entry[b as usize]);
                    let found = self.names.compare(x, y, &mut self.memory);
                    if found.score >= ALIKE_MIN && !found.numbers_differ && !found.class_differs {
                        let evidence = saying::SAME_ACCOUNT.with([&account, &self.records[a as usize].name]);
                        self.sets.unite(a, b, || Merge { method: Method::Identifier, score: probability::BANK_ACCOUNT, evidence });
                    } else if self.sets.may_meet(a, b) {
                        self.doubts.push((a, b, 0.3, saying::ACCOUNT_OF_UNLIKE.with([&account])));
                    }
                }
            }
        }
    }

    fn unite_like_names(&mut self, score_min: f32) {
        let blank: Vec<bool> = self.parsed.iter().map(|p| p.blank.is_some()).collect();
        linkage::unite(self.records, &self.names, &self.entry, &blank, &mut self.sets, score_min, &mut self.doubts);
    }

    fn into_resolution(self, anchors: &[String], given: &BTreeMap<u32, (String, usize)>, options: &Options, mut stale: Vec<(usize, String)>) -> Resolution {
        let mut suppliers: Vec<Supplier> = self.sets.roots().map(|root| self.supplier(root, anchors)).collect();
        suppliers.sort_by(|a, b| a.id.cmp(&b.id).then_with(|| a.records.cmp(&b.records)));
        // Two sets of one least name, such as a name that several organisations hold, are told apart by their least record.
        for at in 1..suppliers.len() {
            if suppliers[at].id == suppliers[at - 1].id || suppliers[at - 1].id.starts_with(&format!("{}-", suppliers[at].id)) {
                let suffix = stable_key(&[&self.records[suppliers[at].records[0] as usize].key]);
                suppliers[at].id = format!("{}-{}", suppliers[at].id, &suffix[..8]);
            }
        }
        suppliers.sort_by(|a, b| a.id.cmp(&b.id));
        let mut links: Vec<Option<Link>> = vec![None; self.records.len()];
        for (position, supplier) in suppliers.iter().enumerate() {
            for record in &supplier.records {
                links[*record as usize] = Some(self.link(*record, position as u32, supplier, given));
            }
        }
        let mut parents = BTreeMap::new();
        for line in options.overrides {
            match &line.verdict {
                Verdict::Parent(parent, child) => {
                    if suppliers.binary_search_by(|s| s.id.cmp(child)).is_err() {
                        stale.push((line.number, format!("{child} is not among the suppliers")));
                    }
                    parents.insert(child.clone(), parent.clone());
                }
                Verdict::Rename(id, name, from) => match suppliers.binary_search_by(|s| s.id.cmp(id)) {
                    Ok(at) if from.is_none_or(|day| day <= options.as_of) => suppliers[at].name.clone_from(name),
                    Ok(_) => {}
                    Err(_) => stale.push((line.number, format!("{id} is not among the suppliers"))),
                },
                _ => {}
            }
        }
        stale.sort();
        let links = links.into_iter().map(|l| l.expect("each record is in one set")).collect();
        Resolution { suppliers, links, parents, stale, doubts: self.doubts }
    }

    fn supplier(&self, root: u32, anchors: &[String]) -> Supplier {
        let mut records = self.sets.members(root).to_vec();
        records.sort_unstable();
        let anchor = self.sets.anchor(root);
        let id = if anchor != 0 {
            anchors[anchor as usize - 1].clone()
        } else if self.parsed[records[0] as usize].blank.is_some() {
            // Names of nobody are not one supplier: each record is its own.
            format!("name:{}", stable_key(&["blank", &self.records[records[0] as usize].key]))
        } else {
            let secondary = records.iter().flat_map(|r| {
                let own = match &self.numbers[*r as usize] {
                    Number::Valid(id) => Some(id.clone()),
                    _ => None,
                };
                own.into_iter().chain(secondary_ids(&self.records[*r as usize]))
            });
            let least_name = || records.iter().map(|r| self.entry[*r as usize]).min_by_key(|e| self.names.entries[*e as usize].key.clone());
            secondary.min().unwrap_or_else(|| name_id(&self.names.entries[least_name().expect("a set has a record") as usize]))
        };
        let name = match id.strip_prefix("person:") {
            // A sole trader's name is personal data; the figures do not need it.
            Some(hash) => format!("Enskild näringsidkare #{}", hash.get(..6).unwrap_or(hash)),
            None => self.shown_name(&records),
        };
        let organisation_number = (anchor != 0 && !id.starts_with("person:")).then(|| id.trim_start_matches(|c: char| c.is_ascii_uppercase()).to_string());
        // GB numbers begin with letters of their own.
        let organisation_number = organisation_number.map(|n| id.strip_prefix("GB").map_or(n, str::to_string));
        Supplier { id, name, organisation_number, records }
    }

    /// The most used name of the set: by lines, else as registers and contracts have it; ties by text.
    fn shown_name(&self, records: &[u32]) -> String {
        let mut used: BTreeMap<&str, (u64, u8)> = BTreeMap::new();
        for record in records.iter().map(|r| &self.records[*r as usize]).filter(|r| !r.name.is_empty()) {
            let (lines, trust) = used.entry(&record.name).or_default();
            *lines += record.line_count;
            *trust = (*trust).max(match record.origin {
                Origin::Register => 2,
                Origin::Contract => 1,
                Origin::Line => 0,
            });
        }
        let best = used.iter().max_by(|a, b| a.1.cmp(b.1).then_with(|| b.0.cmp(a.0)));
        best.map_or_else(|| "?".to_string(), |(name, _)| (*name).to_string())
    }

    fn link(&self, record: u32, position: u32, supplier: &Supplier, given: &BTreeMap<u32, (String, usize)>) -> Link {
        let at = record as usize;
        let mut evidence: Vec<String> = Vec::new();
        let (mut score, mut method) = (1.0f32, Method::Alone);
        let number = &self.numbers[at];
        if let Some((id, line)) = given.get(&record) {
            evidence.push(saying::OVERRIDE_NAME.with([line, id]));
            method = Method::Override;
        } else if let Number::Valid(anchor) = number {
            let is_own = matches!(judge(&self.records[at].organisation_number, None), Number::Valid(_)) || !self.records[at].organisation_number.is_empty();
            evidence.push(match (anchor.starts_with("person:"), is_own) {
                (true, true) => saying::SOLE_TRADER.with([]),
                (true, false) => saying::SOLE_TRADER_OF_MASTER.with([]),
                (false, true) => saying::NUMBER.with([anchor]),
                (false, false) => saying::NUMBER_OF_MASTER.with([anchor]),
            });
            score = probability::IDENTIFIER;
            method = if is_own || *anchor == supplier.id { Method::Identifier } else { Method::Master };
        }
        let mut whys: Vec<&Merge> = self.sets.why(record).filter(|m| !m.evidence.is_empty()).collect();
        whys.sort_by(|a, b| a.method.cmp(&b.method).then(b.score.total_cmp(&a.score)));
        whys.dedup_by(|a, b| a.evidence == b.evidence);
        let is_numbered = matches!(method, Method::Identifier | Method::Override | Method::Master);
        for why in &whys {
            if !is_numbered {
                // The chain is as sure as its parts together; its weakest part names it.
                score *= why.score;
                method = if method == Method::Alone { why.method } else { method.max(why.method) };
            }
            evidence.push(format!("{} ({:.2})", why.evidence, why.score));
        }
        match self.parsed[at].relation {
            Some(Relation::Factored) => evidence.push(saying::FACTORED.with([])),
            Some(Relation::TradingAs) => evidence.push(saying::TRADING_AS.with([])),
            Some(Relation::Formerly) => evidence.push(saying::FORMERLY.with([])),
            _ => {}
        }
        match number {
            Number::Dummy => evidence.push(saying::DUMMY_NUMBER.with([])),
            Number::Invalid => evidence.push(saying::INVALID_NUMBER.with([])),
            Number::Shared => evidence.push(saying::SHARED_NUMBER.with([])),
            Number::Own(_) => evidence.push(saying::OWN_NUMBERS.with([])),
            _ => {}
        }
        let is_of_several = self.sets.anchor(record) == 0 && supplier.records.iter().any(|r| self.of_several.contains(r));
        let finding = match (self.parsed[at].blank, number) {
            _ if is_of_several => Some(Finding::SharedName),
            _ if method != Method::Alone => None,
            (Some(blank), _) => Some(Finding::Blank(blank)),
            (None, Number::Dummy) => Some(Finding::DummyIdentifier),
            (None, Number::Invalid) => Some(Finding::InvalidIdentifier),
            (None, Number::Shared) => Some(Finding::SharedIdentifier),
            (None, Number::Own(_)) => Some(Finding::OwnIdentifier),
            _ => None,
        };
        if is_of_several {
            evidence.insert(0, saying::SEVERAL_HOLD_NAME.with([]));
        } else if let Some(Finding::Blank(blank)) = finding {
            evidence.insert(0, saying::NAMES_NOBODY.with([&blank.word()]));
        } else if method == Method::Alone {
            let alone = if supplier.records.len() > 1 { saying::FIRST_OF_NAME } else { saying::NO_OTHER };
            evidence.insert(0, alone.with([]));
        }
        Link { supplier: position, score, method, evidence: evidence.join("; "), finding }
    }
}

/// The id of a supplier that has only its name.
fn name_id(entry: &super::similar::Entry) -> String {
    format!("name:{}", stable_key(&[&entry.key, entry.class()]))
}

/// VAT and LEI of the vendor master, in the form of supplier ids.
fn secondary_ids(record: &Record) -> Vec<String> {
    let Some(more) = &record.more else { return Vec::new() };
    let vat = vat_anchor(&more.vat_number).filter(|v| v.starts_with("vat:"));
    let lei = identifier::parse(Scheme::Lei, &more.lei);
    vat.into_iter().chain(lei.is_valid().then(|| format!("lei:{}", lei.normalised))).collect()
}

pub(super) fn postcode(record: &Record) -> &str {
    record.more.as_ref().map_or("", |m| m.postcode.as_str())
}

pub(super) fn is_account(text: &str) -> bool {
    [Scheme::Bankgiro, Scheme::Plusgiro, Scheme::Iban].into_iter().any(|s| text.len() >= 6 && identifier::parse(s, text).is_valid())
}

/// The supplier id that an organisation number stands for, in the scheme of another id.
pub(super) fn supplier_id_of(number: &str, like: &str) -> String {
    let home = Scheme::ALL.iter().copied().find(|s| !s.country().is_empty() && like.starts_with(s.country()));
    match judge(number, home) {
        Number::Valid(id) => id,
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests;
