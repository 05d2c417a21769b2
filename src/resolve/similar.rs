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
    /// How many of the words, at the end, stood after the legal form.
    pub tail: u8,
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

/// Letters from which a misspelt word still says who it is.
const LONG_WORD_LETTERS: usize = 10;

/// Weights and limits of the comparison.
pub struct Weights {
    /// Names that a file is thought to lack when the rarity of a word is taken.
    pub rarity_prior: f32,
    /// Least Jaro–Winkler similarity of two words that may be one misspelt.
    pub word_similarity_min: f32,
    /// Similarity given to a word and a beginning of it, at its least (`tech`, `technology`).
    pub prefix_similarity: f32,
    /// Letters that such a beginning needs.
    pub prefix_length_min: usize,
    /// Similarity given to joined words (`data stream`, `datastream`).
    pub joined_similarity: f32,
    /// Similarity given to initials (`hm`, `hennes mauritz`).
    pub initials_similarity: f32,
    /// Taken off, times the smaller leftover share, when words are left over on both sides.
    pub leftover_penalty: f32,
    /// Factor on words that stand after the legal form.
    pub tail: f32,
    /// Factor on the rarity of a common word that its misspellings get.
    pub misspelt_rarity: f32,
    /// Similarity of long words that one edit makes equal.
    pub one_edit_similarity: f32,
    /// Taken off the similarity of words that begin with different letters.
    pub first_letter_penalty: f32,
    /// Factor when no word is equal and none is long: short names are alike by chance.
    pub no_equal_word: f32,
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
    prefix_similarity: 0.7,
    prefix_length_min: 4,
    joined_similarity: 0.97,
    initials_similarity: 0.8,
    leftover_penalty: 0.45,
    tail: 0.6,
    misspelt_rarity: 1.2,
    one_edit_similarity: 0.9,
    first_letter_penalty: 0.04,
    no_equal_word: 0.93,
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
        let is_same = |a: &Name, b: &Name| a.words == b.words && a.kind() == b.kind() && a.other_words == b.other_words && a.tail == b.tail;
        {
            use rayon::slice::ParallelSliceMut;
            order.par_sort_unstable_by(|a, b| {
                let (a, b) = (&names[*a as usize], &names[*b as usize]);
                a.words.cmp(&b.words).then_with(|| a.kind().cmp(b.kind())).then_with(|| a.other_words.cmp(&b.other_words)).then(a.tail.cmp(&b.tail))
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
                entries.push(Entry { key: name.key(), words: own, other, tail: name.tail.min(255) as u8, form: name.form });
                last = Some(at);
            }
            positions[at as usize] = entries.len() as u32 - 1;
        }
        // Smoothed: in a file of ten names no word is known to be common or rare.
        let all = entries.len() as f32 + WEIGHTS.rarity_prior;
        let mut rarity: Vec<f32> = frequency.iter().map(|df| (all / (*df as f32 + 0.5)).ln().max(0.1)).collect();
        soften_misspellings(&words, &frequency, &mut rarity);
        (Names { entries, words, rarity, frequency }, positions)
    }

    /// Compares the own names of two entries.
    pub fn compare(&self, a: u32, b: u32, memory: &mut WordMemory) -> Comparison {
        let (a, b) = (&self.entries[a as usize], &self.entries[b as usize]);
        let mut best = self.compare_words(&a.words, usize::from(a.tail), &b.words, usize::from(b.tail), memory);
        // The other name counts too, a little less: a shop's name is shared more easily than a company's.
        for (x, y) in [(&a.other, &b.words), (&a.words, &b.other)] {
            if !x.is_empty() && !y.is_empty() {
                let other = self.compare_words(x, 0, y, 0, memory);
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

    fn compare_words(&self, a: &[u32], tail_a: usize, b: &[u32], tail_b: usize, memory: &mut WordMemory) -> Comparison {
        const WORDS_MAX: usize = 32;
        let (mut left, mut right) = (Side::new(self, a, tail_a, WORDS_MAX), Side::new(self, b, tail_b, WORDS_MAX));
        let mut dot = 0.0f32;
        for i in 0..left.words.len() {
            if let Some(j) = (0..right.words.len()).find(|j| right.is_open(*j) && right.words[*j] == left.words[i]) {
                dot += answer(&mut left, i..i + 1, &mut right, j..j + 1, 1.0);
            }
        }
        if !left.is_done() && !right.is_done() {
            dot += self.joined(&mut left, &mut right);
            dot += self.joined(&mut right, &mut left);
        }
        if !left.is_done() && !right.is_done() {
            // Best first, so that a good pair is not lost to an earlier fair one.
            let mut pairs: Vec<(f32, usize, usize)> = Vec::new();
            for i in (0..left.words.len()).filter(|i| left.is_open(*i)) {
                for j in (0..right.words.len()).filter(|j| right.is_open(*j)) {
                    let similarity = memory.similarity(self, left.words[i], right.words[j]);
                    if similarity > 0.0 {
                        pairs.push((similarity, i, j));
                    }
                }
            }
            pairs.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)).then(x.2.cmp(&y.2)));
            for (similarity, i, j) in pairs {
                if left.is_open(i) && right.is_open(j) {
                    dot += answer(&mut left, i..i + 1, &mut right, j..j + 1, similarity);
                }
            }
        }
        if !left.is_done() && !right.is_done() {
            dot += self.initials(&mut left, &mut right);
            dot += self.initials(&mut right, &mut left);
        }
        let (norm_a, norm_b) = (left.norm(), right.norm());
        let (leftover_left, leftover_right) = (left.leftover() / norm_a, right.leftover() / norm_b);
        let is_vague = !left.words.iter().any(|w| right.words.contains(w) && self.words[*w as usize].len() >= 3)
            && !left.words.iter().chain(right.words).any(|w| self.words[*w as usize].len() >= LONG_WORD_LETTERS);
        let (number_a, number_b) = (left.has_open_number(self), right.has_open_number(self));
        let cosine = (dot / (norm_a * norm_b)).min(1.0);
        let mut score = cosine - WEIGHTS.leftover_penalty * leftover_left.min(leftover_right);
        if is_vague {
            score *= WEIGHTS.no_equal_word;
        }
        if number_a && number_b {
            score *= WEIGHTS.numbers_differ;
        } else if number_a || number_b {
            score *= WEIGHTS.number_missing;
        }
        if score < WEIGHTS.joined_similarity && a.len() != b.len() && self.is_same_text(a, b) {
            score = WEIGHTS.joined_similarity;
        }
        Comparison { score: score.max(0.0), cosine, leftover_left, leftover_right, numbers_differ: number_a && number_b, class_differs: false }
    }

    /// Whether two names are one text with its spaces elsewhere.
    fn is_same_text(&self, a: &[u32], b: &[u32]) -> bool {
        fn letters<'a>(names: &'a Names, words: &'a [u32]) -> impl Iterator<Item = u8> + 'a {
            words.iter().flat_map(|w| names.words[*w as usize].bytes())
        }
        letters(self, a).eq(letters(self, b))
    }

    /// Words in a row on one side that are one word on the other.
    fn joined(&self, apart: &mut Side, whole: &mut Side) -> f32 {
        let mut dot = 0.0;
        for j in (0..whole.words.len()).filter(|j| whole.is_open(*j)).collect::<Vec<_>>() {
            let text = self.words[whole.words[j] as usize].as_bytes();
            for from in 0..apart.words.len().saturating_sub(1) {
                let (mut at, mut to) = (0, from);
                while to < apart.words.len() && apart.is_open(to) && text[at..].starts_with(self.words[apart.words[to] as usize].as_bytes()) {
                    at += self.words[apart.words[to] as usize].len();
                    to += 1;
                }
                if at == text.len() && to > from + 1 {
                    dot += answer(apart, from..to, whole, j..j + 1, WEIGHTS.joined_similarity);
                    break;
                }
            }
        }
        dot
    }

    /// A short word of one side that is the initials of words in a row on the other.
    fn initials(&self, short: &mut Side, long: &mut Side) -> f32 {
        let mut dot = 0.0;
        for i in (0..short.words.len()).filter(|i| short.is_open(*i)).collect::<Vec<_>>() {
            let letters = self.words[short.words[i] as usize].as_bytes();
            let n = letters.len();
            if !(2..=5).contains(&n) || n > long.words.len() {
                continue;
            }
            let run =
                (0..=long.words.len() - n).find(|j| (0..n).all(|k| long.is_open(j + k) && self.words[long.words[j + k] as usize].as_bytes()[0] == letters[k]));
            if let Some(j) = run {
                dot += answer(short, i..i + 1, long, j..j + n, WEIGHTS.initials_similarity);
            }
        }
        dot
    }
}

/// One name in a comparison: its words with their weights, and which of them are answered.
struct Side<'a> {
    words: &'a [u32],
    weights: Vec<f32>,
    answered: u32,
}

impl<'a> Side<'a> {
    fn new(names: &Names, words: &'a [u32], tail: usize, most: usize) -> Side<'a> {
        let words = &words[..words.len().min(most)];
        let weight = |(i, w): (usize, &u32)| names.rarity[*w as usize] * if i + tail >= words.len() { WEIGHTS.tail } else { 1.0 };
        Side { words, weights: words.iter().enumerate().map(weight).collect(), answered: 0 }
    }

    fn is_open(&self, i: usize) -> bool {
        self.answered & (1 << i) == 0
    }

    fn is_done(&self) -> bool {
        self.answered.count_ones() as usize == self.words.len()
    }

    fn norm(&self) -> f32 {
        self.weights.iter().map(|w| w * w).sum::<f32>().sqrt().max(f32::MIN_POSITIVE)
    }

    fn leftover(&self) -> f32 {
        self.weights.iter().enumerate().filter(|(i, _)| self.is_open(*i)).map(|(_, w)| w * w).sum::<f32>().sqrt()
    }

    fn has_open_number(&self, names: &Names) -> bool {
        (0..self.words.len()).any(|i| self.is_open(i) && names.words[self.words[i] as usize].as_bytes()[0].is_ascii_digit())
    }

    /// Marks words as answered and scales their weights.
    fn settle(&mut self, range: std::ops::Range<usize>, factor: f32) {
        range.clone().for_each(|k| self.answered |= 1 << k);
        self.weights[range].iter_mut().for_each(|w| *w *= factor);
    }

    fn weight(&self, range: &std::ops::Range<usize>) -> f32 {
        self.weights[range.clone()].iter().map(|w| w * w).sum::<f32>().sqrt()
    }
}

/// Lets words of one side answer words of the other; gives what they add to the product. Both weigh what the commoner of the
/// two weighs: a misspelt word is rare only for being misspelt.
fn answer(a: &mut Side, i: std::ops::Range<usize>, b: &mut Side, j: std::ops::Range<usize>, similarity: f32) -> f32 {
    let (x, y) = (a.weight(&i), b.weight(&j));
    let common = x.min(y);
    a.settle(i, common / x);
    b.settle(j, common / y);
    similarity * common * common
}

/// Words far rarer than a word one letter away are misspellings of it: they weigh little more than it does.
fn soften_misspellings(words: &[String], frequency: &[u32], rarity: &mut [f32]) {
    const LETTERS_MIN: usize = 6;
    const COMMON_NAMES_MIN: u32 = 10;
    const TIMES_RARER_MIN: u32 = 10;
    let hash = |parts: [&[u8]; 2]| {
        use std::hash::Hasher;
        let mut hasher = rustc_hash::FxHasher::default();
        parts.iter().flat_map(|p| p.iter()).for_each(|b| hasher.write_u8(*b));
        hasher.finish()
    };
    // Every text that is a common word with one letter left out, and the words themselves.
    let mut near: FxHashMap<u64, u32> = FxHashMap::default();
    let mut add = |key: u64, word: u32| {
        let known = near.entry(key).or_insert(word);
        if (frequency[word as usize], words[*known as usize].as_str()) > (frequency[*known as usize], words[word as usize].as_str()) {
            *known = word;
        }
    };
    for (word, text) in words.iter().enumerate() {
        if frequency[word] >= COMMON_NAMES_MIN && text.len() >= LETTERS_MIN && !text.as_bytes()[0].is_ascii_digit() {
            let text = text.as_bytes();
            add(hash([text, b""]), word as u32);
            (0..text.len()).for_each(|i| add(hash([&text[..i], &text[i + 1..]]), word as u32));
        }
    }
    let softened: Vec<(usize, f32)> = words
        .iter()
        .enumerate()
        .filter(|(_, text)| text.len() >= LETTERS_MIN && !text.as_bytes()[0].is_ascii_digit())
        .filter_map(|(word, text)| {
            let text = text.as_bytes();
            let keys = std::iter::once(hash([text, b""])).chain((0..text.len()).map(|i| hash([&text[..i], &text[i + 1..]])));
            let common = keys.filter_map(|k| near.get(&k)).max_by_key(|c| (frequency[**c as usize], std::cmp::Reverse(**c)))?;
            let is_misspelt = *common as usize != word && frequency[*common as usize] >= TIMES_RARER_MIN * frequency[word];
            is_misspelt.then(|| (word, rarity[*common as usize] * WEIGHTS.misspelt_rarity))
        })
        .collect();
    for (word, soft) in softened {
        rarity[word] = rarity[word].min(soft);
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
        let share = shorter as f32 / x.len().max(y.len()) as f32;
        return WEIGHTS.prefix_similarity + (1.0 - WEIGHTS.prefix_similarity) * share;
    }
    if shorter < 4 {
        return 0.0;
    }
    // In a short word one other letter makes another word.
    let most = if shorter < 9 { 1 } else { 2 };
    let edits = edits(x, y, most);
    if edits > most {
        return 0.0;
    }
    let mut similarity = jaro_winkler(x, y);
    if x[0] != y[0] {
        // People and machines seldom get the first letter wrong; other words do.
        similarity -= WEIGHTS.first_letter_penalty;
    }
    if similarity >= WEIGHTS.word_similarity_min {
        similarity
    } else if shorter >= 6 && edits == 1 {
        WEIGHTS.one_edit_similarity
    } else {
        0.0
    }
}

/// Letters to change, add, leave out or swap with their neighbour to make the words equal (optimal string alignment); more
/// than `most` may be given as `most + 1`.
fn edits(x: &[u8], y: &[u8], most: usize) -> usize {
    if x.len().abs_diff(y.len()) > most {
        return most + 1;
    }
    let start = x.iter().zip(y).take_while(|(a, b)| a == b).count();
    let (x, y) = (&x[start..], &y[start..]);
    let end = x.iter().rev().zip(y.iter().rev()).take_while(|(a, b)| a == b).count();
    let (x, y) = (&x[..x.len() - end], &y[..y.len() - end]);
    if x.len().max(y.len()) > 64 {
        return most + 1;
    }
    let (mut before, mut last, mut row) = ([0usize; 65], [0usize; 65], [0usize; 65]);
    (0..=y.len()).for_each(|j| last[j] = j);
    for i in 1..=x.len() {
        row[0] = i;
        for j in 1..=y.len() {
            let change = last[j - 1] + usize::from(x[i - 1] != y[j - 1]);
            row[j] = change.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        (before, last) = (last, row);
    }
    last[y.len()]
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
            ("technology", "tech", 0.8, 0.95),
            ("philips", "phillips", 0.9, 1.0),
            ("vital", "vitax", 0.9, 1.0),
            ("petrochemical", "petromechanical", 0.0, 0.0),
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
            // Initials alone: no word is equal, so a little less than `initials_similarity`.
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
