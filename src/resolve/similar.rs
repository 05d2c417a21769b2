//! How alike two names are: a soft cosine of their words, weighted by how rare each word is in this very file, with the
//! conflicts that a cosine does not see.
//!
//! Soft TF-IDF: Cohen, Ravikumar and Fienberg, "A comparison of string distance metrics for name-matching tasks" (2003).

use rustc_hash::FxHashMap;

use super::name::{LegalForm, Name};

/// A distinct name: its words as numbers.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Words joined by single spaces; with `form` the identity of the entry.
    pub key: String,
    /// The words.
    pub words: Box<[u32]>,
    /// Words of the other name in the field.
    pub other: Box<[u32]>,
    /// The legal form.
    pub form: Option<&'static LegalForm>,
}

impl Entry {
    /// The class of the legal form; empty when none is written.
    pub fn class(&self) -> &'static str {
        self.form.map_or("", |f| f.class)
    }
}

/// Distinct names in order of their text, with the rarity of each word. The order of the input does not matter.
pub struct Names {
    /// The names, sorted.
    pub entries: Vec<Entry>,
    /// Text of each word.
    pub words: Vec<String>,
    /// ln((N + prior) / (df + 0.5)) of each word, over distinct names.
    pub rarity: Vec<f32>,
    /// Distinct names that hold the word.
    pub frequency: Vec<u32>,
}

/// Weights and limits of the comparison.
pub struct Weights {
    /// Names that a file is thought to lack when the rarity of a word is taken.
    pub rarity_prior: f32,
    /// Least Jaro–Winkler similarity of two words that may be one misspelt.
    pub word_similarity_min: f32,
    /// Similarity given to a word and its beginning (`tech`, `technology`).
    pub prefix_similarity: f32,
    /// Letters that such a beginning needs.
    pub prefix_length_min: usize,
    /// Similarity given to joined words (`data stream`, `datastream`).
    pub joined_similarity: f32,
    /// Similarity given to initials (`hm`, `hennes mauritz`).
    pub initials_similarity: f32,
    /// Taken off, times the smaller leftover share, when words are left over on both sides.
    pub leftover_penalty: f32,
    /// Factor when both have numbers of their own.
    pub numbers_differ: f32,
    /// Factor when one has a number that the other lacks.
    pub number_missing: f32,
    /// Factor when legal forms are of different classes (AB, HB).
    pub class_differs: f32,
    /// Factor when legal forms of one country differ within a class (GmbH, AG).
    pub form_differs: f32,
}

/// The shipped weights: set on half of each labelled set, see `tests/resolve_quality.rs`.
pub const WEIGHTS: Weights = Weights {
    rarity_prior: 500.0,
    word_similarity_min: 0.9,
    prefix_similarity: 0.9,
    prefix_length_min: 4,
    joined_similarity: 0.97,
    initials_similarity: 0.75,
    leftover_penalty: 0.45,
    numbers_differ: 0.35,
    number_missing: 0.85,
    class_differs: 0.7,
    form_differs: 0.93,
};

/// What a comparison found.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Comparison {
    /// Likeness after conflicts, 0 to 1.
    pub score: f32,
    /// Soft cosine before conflicts.
    pub cosine: f32,
    /// Share of the left name's weight that no word of the right answers.
    pub leftover_left: f32,
    /// The same of the right name.
    pub leftover_right: f32,
    /// Whether both have numbers that the other lacks.
    pub numbers_differ: bool,
    /// Whether the legal forms are of different classes.
    pub class_differs: bool,
}

impl Names {
    /// Collects the distinct names; gives them, and for each of `names` its position.
    pub fn collect(names: &[Name]) -> (Names, Vec<u32>) {
        let mut order: Vec<u32> = (0..names.len() as u32).collect();
        let is_same = |a: &Name, b: &Name| a.words == b.words && a.kind() == b.kind() && a.other_words == b.other_words;
        {
            use rayon::slice::ParallelSliceMut;
            order.par_sort_unstable_by(|a, b| {
                let (a, b) = (&names[*a as usize], &names[*b as usize]);
                a.words.cmp(&b.words).then_with(|| a.kind().cmp(b.kind())).then_with(|| a.other_words.cmp(&b.other_words))
            });
        }
        let mut ids: FxHashMap<String, u32> = FxHashMap::default();
        let mut words: Vec<String> = Vec::new();
        let mut frequency: Vec<u32> = Vec::new();
        let mut entries: Vec<Entry> = Vec::new();
        let mut positions = vec![0u32; names.len()];
        let mut last: Option<u32> = None;
        for at in order {
            let name = &names[at as usize];
            if last.is_none_or(|l| !is_same(&names[l as usize], name)) {
                let mut number = |texts: &[String]| -> Box<[u32]> {
                    texts
                        .iter()
                        .map(|t| {
                            *ids.entry(t.clone()).or_insert_with(|| {
                                words.push(t.clone());
                                words.len() as u32 - 1
                            })
                        })
                        .collect()
                };
                let own = number(&name.words);
                let other = number(&name.other_words);
                frequency.resize(words.len(), 0);
                let mut seen = own.to_vec();
                seen.sort_unstable();
                seen.dedup();
                seen.iter().for_each(|w| frequency[*w as usize] += 1);
                entries.push(Entry { key: name.key(), words: own, other, form: name.form });
                last = Some(at);
            }
            positions[at as usize] = entries.len() as u32 - 1;
        }
        // Smoothed: in a file of ten names no word is known to be common or rare.
        let all = entries.len() as f32 + WEIGHTS.rarity_prior;
        let rarity = frequency.iter().map(|df| (all / (*df as f32 + 0.5)).ln().max(0.1)).collect();
        (Names { entries, words, rarity, frequency }, positions)
    }

    /// Compares the own names of two entries.
    pub fn compare(&self, a: u32, b: u32, memory: &mut WordMemory) -> Comparison {
        let (a, b) = (&self.entries[a as usize], &self.entries[b as usize]);
        let mut best = self.compare_words(&a.words, &b.words, memory);
        // The other name counts too, a little less: a shop's name is shared more easily than a company's.
        for (x, y) in [(&a.other, &b.words), (&a.words, &b.other)] {
            if !x.is_empty() && !y.is_empty() {
                let other = self.compare_words(x, y, memory);
                if other.score * 0.95 > best.score {
                    best = Comparison { score: other.score * 0.95, ..other };
                }
            }
        }
        if let (Some(f), Some(g)) = (a.form, b.form) {
            if f.class != g.class {
                best.class_differs = true;
                best.score *= WEIGHTS.class_differs;
            } else if f.country == g.country && f.kind != g.kind {
                best.score *= WEIGHTS.form_differs;
            }
        }
        best
    }

    fn compare_words(&self, a: &[u32], b: &[u32], memory: &mut WordMemory) -> Comparison {
        const WORDS_MAX: usize = 32;
        let (a, b) = (&a[..a.len().min(WORDS_MAX)], &b[..b.len().min(WORDS_MAX)]);
        let weight = |w: u32| self.rarity[w as usize];
        let (mut left, mut right) = (0u32, 0u32); // bit sets of words answered
        let mut dot = 0.0f32;
        for (i, x) in a.iter().enumerate() {
            if let Some(j) = (0..b.len()).find(|j| right & (1 << j) == 0 && b[*j] == *x) {
                left |= 1 << i;
                right |= 1 << j;
                dot += weight(*x) * weight(*x);
            }
        }
        let is_done = |left: u32, right: u32| left.count_ones() as usize == a.len() || right.count_ones() as usize == b.len();
        if !is_done(left, right) {
            dot += self.joined(a, &mut left, b, &mut right);
            dot += self.joined(b, &mut right, a, &mut left);
        }
        if !is_done(left, right) {
            // Best first, so that a good pair is not lost to an earlier fair one.
            let mut pairs: Vec<(f32, usize, usize)> = Vec::new();
            for i in (0..a.len()).filter(|i| left & (1 << i) == 0) {
                for j in (0..b.len()).filter(|j| right & (1 << j) == 0) {
                    let similarity = memory.similarity(self, a[i], b[j]);
                    if similarity > 0.0 {
                        pairs.push((similarity, i, j));
                    }
                }
            }
            pairs.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)).then(x.2.cmp(&y.2)));
            for (similarity, i, j) in pairs {
                if left & (1 << i) == 0 && right & (1 << j) == 0 {
                    left |= 1 << i;
                    right |= 1 << j;
                    dot += similarity * weight(a[i]) * weight(b[j]);
                }
            }
        }
        if !is_done(left, right) {
            dot += self.initials(a, &mut left, b, &mut right);
            dot += self.initials(b, &mut right, a, &mut left);
        }
        let norm = |words: &[u32]| words.iter().map(|w| weight(*w).powi(2)).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        let leftover = |words: &[u32], answered: u32| {
            words.iter().enumerate().filter(|(i, _)| answered & (1 << i) == 0).map(|(_, w)| weight(*w).powi(2)).sum::<f32>().sqrt()
        };
        let (norm_a, norm_b) = (norm(a), norm(b));
        let (leftover_left, leftover_right) = (leftover(a, left) / norm_a, leftover(b, right) / norm_b);
        let has_number = |words: &[u32], answered: u32| {
            words.iter().enumerate().any(|(i, w)| answered & (1 << i) == 0 && self.words[*w as usize].as_bytes()[0].is_ascii_digit())
        };
        let (number_a, number_b) = (has_number(a, left), has_number(b, right));
        let cosine = (dot / (norm_a * norm_b)).min(1.0);
        let mut score = cosine - WEIGHTS.leftover_penalty * leftover_left.min(leftover_right);
        if number_a && number_b {
            score *= WEIGHTS.numbers_differ;
        } else if number_a || number_b {
            score *= WEIGHTS.number_missing;
        }
        Comparison { score: score.max(0.0), cosine, leftover_left, leftover_right, numbers_differ: number_a && number_b, class_differs: false }
    }

    /// Two words of `a` that are one word of `b`.
    fn joined(&self, a: &[u32], left: &mut u32, b: &[u32], right: &mut u32) -> f32 {
        let mut dot = 0.0;
        for i in 0..a.len().saturating_sub(1) {
            if *left & (0b11 << i) != 0 {
                continue;
            }
            let (first, second) = (&self.words[a[i] as usize], &self.words[a[i + 1] as usize]);
            let found = (0..b.len()).find(|j| {
                let whole = &self.words[b[*j] as usize];
                *right & (1 << j) == 0 && whole.len() == first.len() + second.len() && whole.starts_with(first.as_str()) && whole.ends_with(second.as_str())
            });
            if let Some(j) = found {
                *left |= 0b11 << i;
                *right |= 1 << j;
                let apart = self.rarity[a[i] as usize].hypot(self.rarity[a[i + 1] as usize]);
                dot += WEIGHTS.joined_similarity * apart * self.rarity[b[j] as usize];
            }
        }
        dot
    }

    /// A short word of `a` that is the initials of words in a row of `b`.
    fn initials(&self, a: &[u32], left: &mut u32, b: &[u32], right: &mut u32) -> f32 {
        let mut dot = 0.0;
        for (i, word) in a.iter().enumerate() {
            let short = self.words[*word as usize].as_bytes();
            let n = short.len();
            if *left & (1 << i) != 0 || !(2..=5).contains(&n) || n > b.len() {
                continue;
            }
            let run = (0..=b.len() - n).find(|j| (0..n).all(|k| *right & (1 << (j + k)) == 0 && self.words[b[j + k] as usize].as_bytes()[0] == short[k]));
            if let Some(j) = run {
                *left |= 1 << i;
                let mut together = 0.0f32;
                for k in 0..n {
                    *right |= 1 << (j + k);
                    together = together.hypot(self.rarity[b[j + k] as usize]);
                }
                dot += WEIGHTS.initials_similarity * together * self.rarity[*word as usize];
            }
        }
        dot
    }
}

/// Similarities of word pairs already compared: names share their words, so most pairs come again.
#[derive(Default)]
pub struct WordMemory {
    known: FxHashMap<(u32, u32), f32>,
}

impl WordMemory {
    fn similarity(&mut self, names: &Names, a: u32, b: u32) -> f32 {
        let (x, y) = (names.words[a as usize].as_bytes(), names.words[b as usize].as_bytes());
        // Cheap refusals first: they are most of the calls.
        if x.len().min(y.len()) < 3 || x[0].is_ascii_digit() || y[0].is_ascii_digit() {
            return 0.0;
        }
        let is_prefix = x.starts_with(y) || y.starts_with(x);
        if !is_prefix && (x.len().abs_diff(y.len()) > 4 || x[0] != y[0] && x.get(1) != y.get(1) && x.get(1) != y.first() && x.first() != y.get(1)) {
            return 0.0;
        }
        // A memory without bound would outgrow the names.
        if self.known.len() > 4_000_000 {
            self.known.clear();
        }
        *self.known.entry((a.min(b), a.max(b))).or_insert_with(|| word_similarity(x, y))
    }
}

/// Similarity of two words, 0 when they are not one word misspelt or cut.
fn word_similarity(x: &[u8], y: &[u8]) -> f32 {
    let shorter = x.len().min(y.len());
    if (x.starts_with(y) || y.starts_with(x)) && shorter >= WEIGHTS.prefix_length_min {
        // The more of the word is there, the surer.
        return WEIGHTS.prefix_similarity.max(shorter as f32 / x.len().max(y.len()) as f32);
    }
    if shorter < 4 {
        return 0.0;
    }
    let similarity = jaro_winkler(x, y);
    if similarity >= WEIGHTS.word_similarity_min { similarity } else { 0.0 }
}

/// Jaro–Winkler similarity of ASCII words (Winkler 1990: prefix weight 0.1, at most four letters).
fn jaro_winkler(x: &[u8], y: &[u8]) -> f32 {
    let (x, y) = (&x[..x.len().min(64)], &y[..y.len().min(64)]);
    let window = (x.len().max(y.len()) / 2).saturating_sub(1);
    let (mut used_x, mut used_y, mut matches) = (0u64, 0u64, 0u32);
    for (i, c) in x.iter().enumerate() {
        let from = i.saturating_sub(window);
        let to = (i + window + 1).min(y.len());
        if let Some(j) = (from..to).find(|j| used_y & (1 << j) == 0 && y[*j] == *c) {
            used_x |= 1 << i;
            used_y |= 1 << j;
            matches += 1;
        }
    }
    if matches == 0 {
        return 0.0;
    }
    let in_order = |word: &[u8], used: u64| (0..word.len()).filter(move |i| used & (1 << i) != 0).collect::<Vec<_>>();
    let (order_x, order_y) = (in_order(x, used_x), in_order(y, used_y));
    let transposed = order_x.iter().zip(&order_y).filter(|(i, j)| x[**i] != y[**j]).count() as f32 / 2.0;
    let m = matches as f32;
    let jaro = (m / x.len() as f32 + m / y.len() as f32 + (m - transposed) / m) / 3.0;
    let prefix = x.iter().zip(y).take(4).take_while(|(a, b)| a == b).count() as f32;
    jaro + prefix * 0.1 * (1.0 - jaro)
}

#[cfg(test)]
mod tests {
    use super::super::name;
    use super::*;

    #[test]
    fn words_are_alike_or_not() {
        for (x, y, least, most) in [
            ("martha", "marhta", 0.96, 0.97),
            ("dwayne", "duane", 0.0, 0.0),
            ("technology", "tech", 0.9, 0.9),
            ("philips", "phillips", 0.9, 1.0),
            ("north", "south", 0.0, 0.0),
        ] {
            let similarity = word_similarity(x.as_bytes(), y.as_bytes());
            assert!((least..=most).contains(&similarity), "{x} {y}: {similarity}");
        }
    }

    #[test]
    fn names_are_alike_or_not() {
        let texts = [
            "Acme Roofing Ltd",
            "ACME ROOFING LIMITED",
            "Acme Roofng",
            "Acme Plumbing Ltd",
            "Data Stream AB",
            "Datastream AB",
            "Skola 3 AB",
            "Skola 4 AB",
            "Norrbygg AB",
            "Norrbygg HB",
            "H&M AB",
            "Hennes Mauritz AB",
            "Umeå Kommun",
            "Luleå Kommun",
        ];
        let parsed: Vec<_> = texts.iter().map(|t| name::parse(t)).collect();
        let (names, at) = Names::collect(&parsed);
        let mut memory = WordMemory::default();
        for (a, b, least, most) in [
            (0, 1, 1.0, 1.0),
            (0, 2, 0.9, 1.0),
            (0, 3, 0.0, 0.5),
            (4, 5, 0.8, 1.0),
            (6, 7, 0.0, 0.3),
            (8, 9, 0.69, 0.71),
            (10, 11, 0.7, 0.8),
            (12, 13, 0.0, 0.4),
        ] {
            let found = names.compare(at[a], at[b], &mut memory);
            let back = names.compare(at[b], at[a], &mut memory);
            assert!((least..=most).contains(&found.score), "{} / {}: {found:?}", texts[a], texts[b]);
            assert!((found.score - back.score).abs() < 1e-6, "both ways: {} / {}", texts[a], texts[b]);
        }
    }
}
