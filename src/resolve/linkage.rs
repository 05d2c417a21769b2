//! Links by likeness of names: which names to compare at all, and when likeness is enough.
//!
//! Candidates share a rare word, a rare word but for one letter, a beginning or initials; nothing is compared with everything.
//! Sets then join by average linkage (Sokal and Michener 1958): a name that is like one member only does not pull a whole
//! group along. Numbers and verdicts that differ keep sets apart, and a set that fits two organisations joins neither.

use std::collections::BinaryHeap;
use std::hash::Hasher;
use std::sync::OnceLock;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHasher};

use super::record::Record;
use super::sets::{Merge, Method, Sets};
use super::similar::{Names, WordMemory};
use crate::model::saying;

/// Limits of the search.
mod limit {
    /// Names that may share a key; a key of more names tells nothing.
    pub const BLOCK_NAMES: usize = 1_000;
    /// Pairs to compare for each name, on average: the smallest blocks come first.
    pub const PAIRS_PER_NAME: u64 = 40;
    /// Pairs that are compared however few the names.
    pub const PAIRS_MIN: u64 = 2_000_000;
    /// Rarest words of a name that make keys.
    pub const RARE_WORDS: usize = 3;
    /// Letters from which a word also makes keys with one letter left out.
    pub const DELETION_LETTERS: usize = 5;
    /// Beginning of a word of which letters are left out.
    pub const DELETION_PREFIX: usize = 7;
    /// Beginning of the joined name that makes a key.
    pub const JOINED_LETTERS: usize = 8;
    /// Sets that one name may stand for: a name of more is no evidence for any.
    pub const SETS_OF_NAME: usize = 6;
}

/// Likeness below which a pair of names counts as not alike at all.
const PAIR_SCORE_MIN: f32 = 0.25;
/// Likeness of pairs that were not compared, or were below the least.
const MISSING_SCORE: f32 = 0.2;
/// Share of what lacks to full likeness that one street address gives.
const SAME_ADDRESS: f32 = 0.6;
/// Factor when both have addresses and none is the same.
const OTHER_ADDRESS: f32 = 0.8;
/// A set joins an organisation only when it is liker to it by this much than to any other organisation.
const MARGIN_MIN: f32 = 0.04;
/// A missed link becomes a doubt for people when its probability is at least this.
const DOUBT_PROBABILITY_MIN: f32 = 0.5;

/// Likeness of two sets → share of true links among names that are not equal, rising, from
/// `data/reference/name_link_calibration.csv`. Measured on three British buyers' ledgers (22,234 names): a link within one vendor number
/// is right; of those between two numbers a sample was read, since buyers enter suppliers twice. `links` counts the links between the step
/// and the next. Between the steps it is interpolated; a step without links is a bound and not a measurement.
fn calibration() -> &'static [(f32, f32)] {
    static STEPS: OnceLock<Vec<(f32, f32)>> = OnceLock::new();
    let number = |text: &str| text.parse::<f32>().unwrap_or_else(|_| panic!("name_link_calibration.csv: {text} is not a number"));
    STEPS.get_or_init(|| super::name::rows("data/reference/name_link_calibration.csv").map(|[likeness, p, _links]| (number(likeness), number(p))).collect())
}

/// The probability that two sets of that likeness are one supplier.
pub fn probability(score: f32) -> f32 {
    let steps = calibration();
    let at = steps.partition_point(|(s, _)| *s <= score);
    if at == steps.len() {
        return steps[at - 1].1;
    }
    let ((s0, p0), (s1, p1)) = (steps[at - 1], steps[at]);
    p0 + (p1 - p0) * (score - s0) / (s1 - s0)
}

/// The likeness from which the probability is at least `p`.
fn score_of(p: f32) -> f32 {
    let steps = calibration();
    let at = steps.partition_point(|(_, q)| *q < p);
    if at == steps.len() {
        return f32::INFINITY;
    }
    if at == 0 {
        return 0.0;
    }
    let ((s0, p0), (s1, p1)) = (steps[at - 1], steps[at]);
    s0 + (s1 - s0) * (p - p0) / (p1 - p0)
}

/// A likeness of two sets, with the names that it comes from.
#[derive(Debug, Clone, Copy)]
struct Edge {
    a: u32,
    b: u32,
    score: f32,
    names: (u32, u32),
}

/// Joins sets whose names are alike with a probability of at least `probability_min`.
pub(super) fn unite(
    records: &[Record],
    names: &Names,
    entry: &[u32],
    blank: &[bool],
    sets: &mut Sets,
    probability_min: f32,
    doubts: &mut Vec<(u32, u32, f32, String)>,
) {
    // Sets by name: what stands behind each distinct name.
    let mut holders: Vec<(u32, u32)> = (0..records.len()).filter(|r| !blank[*r]).map(|r| (entry[r], sets.find(r as u32))).collect();
    holders.par_sort_unstable();
    holders.dedup();
    let mut starts = vec![0u32; names.entries.len() + 1];
    holders.iter().for_each(|(e, _)| starts[*e as usize + 1] += 1);
    (0..names.entries.len()).for_each(|e| starts[e + 1] += starts[e]);
    let sets_of = |e: u32| &holders[starts[e as usize] as usize..starts[e as usize + 1] as usize];

    let pairs = candidate_pairs(names, |e| !sets_of(e).is_empty());
    let mut edges: Vec<Edge> = pairs
        .par_chunks(16 * 1024)
        .map_init(WordMemory::default, |memory, chunk| {
            let mut edges = Vec::new();
            for (x, y) in chunk.iter().map(|p| ((p >> 32) as u32, *p as u32)) {
                let (of_x, of_y) = (sets_of(x), sets_of(y));
                if of_x.len() > limit::SETS_OF_NAME || of_y.len() > limit::SETS_OF_NAME {
                    continue;
                }
                let score = names.compare(x, y, memory).score;
                if score < PAIR_SCORE_MIN {
                    continue;
                }
                for (_, a) in of_x {
                    for (_, b) in of_y.iter().filter(|(_, b)| b != a) {
                        edges.push(Edge { a: *a.min(b), b: *a.max(b), score, names: (x, y) });
                    }
                }
            }
            edges
        })
        .flatten()
        .collect();
    drop(pairs);
    let places = Places::new(records, sets);
    edges.par_iter_mut().for_each(|e| e.score = places.adjusted(e));
    // The likest pair of names speaks for the two sets.
    edges.par_sort_unstable_by(|x, y| (x.a, x.b).cmp(&(y.a, y.b)).then(y.score.total_cmp(&x.score)).then(x.names.cmp(&y.names)));
    edges.dedup_by_key(|e| (e.a, e.b));
    join_by_average(records, names, &edges, sets, score_of(probability_min), doubts);
}

/// Addresses of the sets.
struct Places {
    by_root: FxHashMap<u32, Vec<u64>>,
}

impl Places {
    fn new(records: &[Record], sets: &Sets) -> Places {
        let mut by_root: FxHashMap<u32, Vec<u64>> = FxHashMap::default();
        for (i, record) in records.iter().enumerate() {
            let place = record.more.as_ref().and_then(|m| place(&m.street));
            if let Some(place) = place {
                let places = by_root.entry(sets.find(i as u32)).or_default();
                if !places.contains(&place) {
                    places.push(place);
                }
            }
        }
        Places { by_root }
    }

    /// One address makes likeness likelier; two are weak evidence against it, since firms have many.
    fn adjusted(&self, edge: &Edge) -> f32 {
        let (Some(a), Some(b)) = (self.by_root.get(&edge.a), self.by_root.get(&edge.b)) else { return edge.score };
        if a.iter().any(|p| b.contains(p)) { edge.score + SAME_ADDRESS * (1.0 - edge.score) } else { edge.score * OTHER_ADDRESS }
    }
}

/// A street address as one number: its house number and the first word of its street.
fn place(street: &str) -> Option<u64> {
    let folded = super::name::fold(street);
    let mut words = folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty());
    let number = words.clone().find(|w| w.as_bytes()[0].is_ascii_digit())?;
    let word = words.find(|w| w.len() > 2 && !w.as_bytes()[0].is_ascii_digit() && !matches!(*w, "north" | "south" | "east" | "west"))?;
    let mut hasher = FxHasher::default();
    hasher.write(number.as_bytes());
    hasher.write_u8(0);
    hasher.write(&word.as_bytes()[..word.len().min(5)]);
    Some(hasher.finish())
}

/// Pairs of distinct names that share a key, each once, as `left << 32 | right`.
fn candidate_pairs(names: &Names, is_used: impl Fn(u32) -> bool + Sync) -> Vec<u64> {
    let mut keys: Vec<(u64, u32)> = (0..names.entries.len() as u32)
        .into_par_iter()
        .filter(|e| is_used(*e))
        .fold(Vec::new, |mut keys, e| {
            let entry = &names.entries[e as usize];
            add_keys(names, &entry.words, e, &mut keys);
            if !entry.other.is_empty() {
                add_keys(names, &entry.other, e, &mut keys);
            }
            keys
        })
        .flatten()
        .collect();
    keys.par_sort_unstable();
    keys.dedup();
    let mut blocks: Vec<&[(u64, u32)]> = keys.chunk_by(|a, b| a.0 == b.0).filter(|b| b.len() > 1 && b.len() <= limit::BLOCK_NAMES).collect();
    // The rarest keys tell the most; common ones are taken while there is time. Blocks of one size stay or go together.
    let pairs_of_size = |n: usize| (n * (n - 1) / 2) as u64;
    let mut by_size = vec![0u64; limit::BLOCK_NAMES + 1];
    blocks.iter().for_each(|b| by_size[b.len()] += pairs_of_size(b.len()));
    let budget = limit::PAIRS_MIN.max(limit::PAIRS_PER_NAME * names.entries.len() as u64);
    let most = by_size
        .iter()
        .scan(0, |sum, pairs| {
            *sum += pairs;
            Some(*sum)
        })
        .take_while(|sum| *sum <= budget)
        .count();
    blocks.retain(|b| b.len() < most);
    let mut pairs: Vec<u64> = blocks
        .par_iter()
        .fold(Vec::new, |mut pairs, block| {
            for (i, (_, x)) in block.iter().enumerate() {
                pairs.extend(block[i + 1..].iter().map(|(_, y)| u64::from(*x) << 32 | u64::from(*y)));
            }
            pairs
        })
        .flatten()
        .collect();
    drop(keys);
    pairs.par_sort_unstable();
    pairs.dedup();
    pairs
}

fn add_keys(names: &Names, words: &[u32], entry: u32, keys: &mut Vec<(u64, u32)>) {
    let mut add = |kind: u8, parts: &[&[u8]]| {
        let mut hasher = FxHasher::default();
        hasher.write_u8(kind);
        for part in parts {
            hasher.write(part);
            hasher.write_u8(0);
        }
        // The hasher's low bits are weak, and the keys are only compared for being equal.
        keys.push((hasher.finish(), entry));
    };
    let text = |w: u32| names.words[w as usize].as_bytes();
    let mut rare: Vec<u32> = words.to_vec();
    rare.sort_by(|a, b| names.rarity[*b as usize].total_cmp(&names.rarity[*a as usize]).then_with(|| text(*a).cmp(text(*b))));
    rare.dedup();
    for word in rare.iter().take(limit::RARE_WORDS) {
        let word = text(*word);
        add(0, &[word]);
        if word.len() >= limit::DELETION_LETTERS && !word[0].is_ascii_digit() {
            let prefix = &word[..word.len().min(limit::DELETION_PREFIX)];
            add(1, &[prefix, b""]);
            for gone in 0..prefix.len() {
                add(1, &[&prefix[..gone], &prefix[gone + 1..]].concat().chunks(limit::DELETION_PREFIX).collect::<Vec<_>>());
            }
        }
    }
    // Names of common words only: two of them together are rarer.
    for (i, first) in rare.iter().take(limit::RARE_WORDS).enumerate() {
        for second in rare.iter().take(limit::RARE_WORDS + 1).skip(i + 1) {
            let (x, y) = (text(*first).min(text(*second)), text(*first).max(text(*second)));
            add(2, &[x, y]);
        }
    }
    let joined: Vec<u8> = words.iter().flat_map(|w| text(*w)).copied().take(limit::JOINED_LETTERS).collect();
    if joined.len() >= 4 {
        add(3, &[&joined]);
    }
    let initials: Vec<u8> = words.iter().map(|w| text(*w)[0]).collect();
    if (3..=5).contains(&initials.len()) {
        add(4, &[&initials]);
    }
    for word in words.iter().map(|w| text(*w)).filter(|w| (3..=5).contains(&w.len())).take(2) {
        add(4, &[word]);
    }
}

/// A candidate of the heap: the likest first, ties by the sets' numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Candidate {
    score: f32,
    a: u32,
    b: u32,
    stamp: (u32, u32),
}

impl Eq for Candidate {}

impl Ord for Candidate {
    fn cmp(&self, other: &Candidate) -> std::cmp::Ordering {
        self.score.total_cmp(&other.score).then_with(|| (other.a, other.b).cmp(&(self.a, self.b))).then_with(|| other.stamp.cmp(&self.stamp))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Candidate) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Sum of likenesses between two groups, how many pairs of sets it is over, and the likest edge.
#[derive(Debug, Clone, Copy)]
struct Tie {
    sum: f32,
    count: u32,
    best: u32,
}

/// Groups of sets while they join.
struct Groups<'a> {
    edges: &'a [Edge],
    /// Ties of each group to others.
    ties: Vec<FxHashMap<u32, Tie>>,
    size: Vec<u32>,
    /// Counts the changes of a group, so that old candidates are known.
    stamp: Vec<u32>,
    /// A record of the group.
    record: Vec<u32>,
}

impl Groups<'_> {
    fn average(&self, a: u32, b: u32, tie: &Tie) -> f32 {
        let all = self.size[a as usize] as f32 * self.size[b as usize] as f32;
        (tie.sum + (all - tie.count as f32) * MISSING_SCORE) / all
    }

    fn candidate(&self, a: u32, b: u32, tie: &Tie) -> Candidate {
        let (a, b) = (a.min(b), a.max(b));
        Candidate { score: self.average(a, b, tie), a, b, stamp: (self.stamp[a as usize], self.stamp[b as usize]) }
    }

    /// The other organisation that a group without a number is nearly as like to.
    fn rival(&self, a: u32, b: u32, score: f32, sets: &Sets) -> Option<u32> {
        let (own, organisation) = match (sets.anchor(self.record[a as usize]), sets.anchor(self.record[b as usize])) {
            (0, anchor) if anchor != 0 => (a, anchor),
            (anchor, 0) if anchor != 0 => (b, anchor),
            _ => return None,
        };
        let others = self.ties[own as usize].iter().filter(|(other, tie)| {
            let anchor = sets.anchor(self.record[**other as usize]);
            anchor != 0 && anchor != organisation && self.average(own, **other, tie) > score - MARGIN_MIN
        });
        others.map(|(other, _)| *other).min()
    }
}

fn join_by_average(records: &[Record], names: &Names, edges: &[Edge], sets: &mut Sets, score_min: f32, doubts: &mut Vec<(u32, u32, f32, String)>) {
    let mut record: Vec<u32> = edges.iter().flat_map(|e| [e.a, e.b]).collect();
    record.sort_unstable();
    record.dedup();
    let number: FxHashMap<u32, u32> = record.iter().zip(0..).map(|(r, i)| (*r, i)).collect();
    let n = record.len();
    let mut groups = Groups { edges, ties: vec![FxHashMap::default(); n], size: vec![1; n], stamp: vec![0; n], record };
    let mut heap = BinaryHeap::new();
    for (at, edge) in edges.iter().enumerate() {
        let (a, b) = (number[&edge.a], number[&edge.b]);
        let tie = Tie { sum: edge.score, count: 1, best: at as u32 };
        groups.ties[a as usize].insert(b, tie);
        groups.ties[b as usize].insert(a, tie);
        if edge.score >= score_min {
            heap.push(groups.candidate(a, b, &tie));
        } else if probability(edge.score) >= DOUBT_PROBABILITY_MIN && sets.may_meet(edge.a, edge.b) {
            doubts.push((edge.a, edge.b, probability(edge.score), explain(records, names, edge, None)));
        }
    }
    while let Some(Candidate { score, a, b, stamp }) = heap.pop() {
        if stamp != (groups.stamp[a as usize], groups.stamp[b as usize]) || score < score_min {
            continue;
        }
        let (x, y) = (groups.record[a as usize], groups.record[b as usize]);
        let best = groups.edges[groups.ties[a as usize][&b].best as usize];
        if !sets.may_meet(x, y) {
            continue;
        }
        if let Some(rival) = groups.rival(a, b, score, sets) {
            let rival_name = &records[groups.record[rival as usize] as usize].name;
            doubts.push((x, y, probability(score) / 2.0, explain(records, names, &best, Some(rival_name))));
            continue;
        }
        let merge = || Merge { method: Method::Name, score: probability(score), evidence: explain(records, names, &best, None) };
        if !sets.unite(x, y, merge) {
            continue;
        }
        // The group with fewer ties moves into the other.
        let (keep, gone) = if groups.ties[a as usize].len() >= groups.ties[b as usize].len() { (a, b) } else { (b, a) };
        let moved = std::mem::take(&mut groups.ties[gone as usize]);
        groups.size[keep as usize] += groups.size[gone as usize];
        groups.stamp[keep as usize] += 1;
        groups.stamp[gone as usize] += 1;
        groups.ties[keep as usize].remove(&gone);
        for (other, tie) in moved.into_iter().filter(|(other, _)| *other != keep) {
            groups.ties[other as usize].remove(&gone);
            let of_keep = groups.ties[keep as usize].entry(other).or_insert(Tie { sum: 0.0, count: 0, best: tie.best });
            of_keep.sum += tie.sum;
            of_keep.count += tie.count;
            let (old, new) = (&groups.edges[of_keep.best as usize], &groups.edges[tie.best as usize]);
            if new.score > old.score || new.score == old.score && tie.best < of_keep.best {
                of_keep.best = tie.best;
            }
            let of_keep = *of_keep;
            groups.ties[other as usize].insert(keep, of_keep);
        }
        for (other, tie) in &groups.ties[keep as usize] {
            let candidate = groups.candidate(keep, *other, tie);
            if candidate.score >= score_min {
                heap.push(candidate);
            }
        }
    }
}

/// The comparison in words: what answers what, and what is left over.
fn explain(records: &[Record], names: &Names, edge: &Edge, rival: Option<&str>) -> String {
    let (x, y) = (&names.entries[edge.names.0 as usize], &names.entries[edge.names.1 as usize]);
    let shown = |record: u32| &records[record as usize].name;
    let only = |a: &[u32], b: &[u32]| a.iter().filter(|w| !b.contains(w)).map(|w| names.words[*w as usize].as_str()).collect::<Vec<_>>().join(" ");
    let (left, right) = (only(&x.words, &y.words), only(&y.words, &x.words));
    let dash = |t: &str| if t.is_empty() { "–".to_string() } else { t.to_string() };
    let forms = x.form.zip(y.form).filter(|(f, g)| f.kind != g.kind);
    let (score, a, b, left, right) = (format!("{:.2}", edge.score), shown(edge.a), shown(edge.b), dash(&left), dash(&right));
    match (forms, rival) {
        (None, None) => saying::ALIKE.with([&score, a, b, &left, &right]),
        (None, Some(rival)) => saying::ALIKE_RIVAL.with([&score, a, b, &left, &right, &rival]),
        (Some((f, g)), None) => saying::ALIKE_FORMS.with([&score, a, b, &left, &right, &f.kind, &g.kind]),
        (Some((f, g)), Some(rival)) => saying::ALIKE_FORMS_RIVAL.with([&score, a, b, &left, &right, &f.kind, &g.kind, &rival]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calibration_rises_and_inverts() {
        assert!(calibration().windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 <= w[1].1));
        for p in [0.3, 0.6, 0.92, 0.95] {
            assert!((probability(score_of(p)) - p).abs() < 1e-5, "{p}");
        }
        assert_eq!(score_of(1.0), f32::INFINITY);
    }
}
