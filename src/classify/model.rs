//! A category from the words of a line, learnt from the lines of the same ledger that have one.
//!
//! One linear classifier for each category over hashed words and letters, trained by dual coordinate descent (Hsieh, Chang, Lin,
//! Keerthi and Sundararajan, "A dual coordinate descent method for large-scale linear SVM", 2008, squared hinge loss). It sees each
//! example in a fixed order and uses no randomness. What it is worth is measured on suppliers that it was not shown (cross-validation: Stone 1974), and
//! isotonic regression (Ayer et al. 1955) makes of that the probability that an answer is right; below the least one it abstains.

use std::cmp::Reverse;
use std::hash::Hasher;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHasher};

/// What the trainer may use.
pub(super) struct Limits {
    /// Cost of an error against the cost of large weights; 1 is the usual choice for texts of length one.
    pub cost: f32,
    /// Passes over the examples for each category.
    pub passes: usize,
    /// A pass that moves no example by more than this is the last.
    pub tolerance: f32,
    /// Features kept, the commonest first.
    pub features_max: usize,
    /// Examples that a feature must stand in.
    pub feature_examples_min: u32,
    /// One group of this many is kept to measure on.
    pub held_out: u64,
    /// Examples up to which all groups are kept to measure on in turn.
    pub measured_in_turn_max: usize,
}

pub(super) const LIMITS: Limits =
    Limits { cost: 1.0, passes: 6, tolerance: 0.1, features_max: 1 << 18, feature_examples_min: 2, held_out: 5, measured_in_turn_max: 20_000 };

/// Share of its weight below which a category's weight for a feature is dropped: most are dust.
const WEIGHT_SHARE_MIN: f32 = 0.002;

/// An example to learn from.
#[derive(Debug, Clone)]
pub(super) struct Example {
    /// Hashed features, sorted, each once.
    pub features: Vec<u32>,
    /// Number of the category.
    pub class: u32,
    /// What must not be on both sides of the measurement: the supplier.
    pub group: u64,
}

/// The parts of a line that tell what was bought.
pub(super) struct Words<'a> {
    pub text: &'a str,
    pub account: &'a str,
    pub account_name: &'a str,
    pub vendor: &'a str,
}

/// A number for what a kind of line says, digits left out: an even sample of kinds takes those of the least numbers.
pub(super) fn rank(words: &Words, category: &str) -> u64 {
    let mut hasher = FxHasher::default();
    for part in [words.text, words.account, words.account_name, words.vendor, category] {
        part.bytes().filter(|b| !b.is_ascii_digit()).for_each(|b| hasher.write_u8(b));
        hasher.write_u8(0);
    }
    // The accounts' digits are what tells them apart.
    hasher.write(words.account.as_bytes());
    // Spread over all bits, since the least numbers are taken.
    hasher.finish().wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Text in lower-case ASCII letters; digits as 0, since their values name invoices and people rather than goods.
fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut push = |c: char| {
        let c = if c.is_ascii_digit() { '0' } else { c.to_ascii_lowercase() };
        let c = if c.is_ascii_alphanumeric() { c } else { ' ' };
        if !(matches!(c, ' ' | '0') && out.ends_with(c)) {
            out.push(c);
        }
    };
    for c in text.chars() {
        if c.is_ascii() {
            push(c);
        } else {
            any_ascii::any_ascii_char(c).chars().for_each(&mut push);
        }
    }
    out
}

fn hash(kind: u8, parts: &[&[u8]]) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write_u8(kind);
    for part in parts {
        hasher.write(part);
        hasher.write_u8(0);
    }
    // The hasher's low bits are the weaker ones.
    (hasher.finish() >> 32) as u32
}

/// Lengths of the runs of letters within a word.
const LETTERS: std::ops::RangeInclusive<usize> = 3..=5;
/// Words of one field that are read: a description that goes on says the same again.
const WORDS_MAX: usize = 80;

/// The features of a line. Words and word pairs, runs of letters (for endings, compounds and slips), and the account.
pub(super) fn features(words: &Words) -> Vec<u32> {
    let mut found: Vec<u32> = Vec::with_capacity(128);
    for (field, text) in [(0u8, words.text), (1, words.account_name), (2, words.vendor)] {
        let folded = folded(text);
        let mut last = "";
        for word in folded.split(' ').filter(|w| !w.is_empty()).take(WORDS_MAX) {
            found.push(hash(field, &[word.as_bytes()]));
            if !last.is_empty() {
                found.push(hash(8 + field, &[last.as_bytes(), word.as_bytes()]));
            }
            last = word;
            // Letters mean the same wherever they stand: a supplier's name tells what it sells.
            let edged = [b" ", word.as_bytes(), b" "].concat();
            for n in LETTERS {
                found.extend(edged.windows(n).map(|run| hash(LETTER_KIND, &[run])));
            }
        }
    }
    let account = words.account.as_bytes();
    // Accounts are trees: 6411 is a 641 and a 64.
    found.extend((2..=account.len().min(6)).map(|n| hash(ACCOUNT_KIND, &[&account[..n]])));
    found.sort_unstable();
    found.dedup();
    found
}

const LETTER_KIND: u8 = 32;
const ACCOUNT_KIND: u8 = 33;

/// Features by number, with their weights.
struct Sparse {
    at: Vec<u32>,
    weight: Vec<f32>,
}

/// Which features count, and how rare each is.
struct Vocabulary {
    numbers: FxHashMap<u32, u32>,
    rarity: Vec<f32>,
}

impl Vocabulary {
    fn of(examples: &[&Example], limits: &Limits) -> Vocabulary {
        let mut counts: FxHashMap<u32, u32> = FxHashMap::default();
        examples.iter().flat_map(|e| &e.features).for_each(|f| *counts.entry(*f).or_default() += 1);
        let mut kept: Vec<(u32, u32)> = counts.into_iter().filter(|(_, n)| *n >= limits.feature_examples_min).collect();
        kept.sort_unstable_by_key(|(feature, n)| (Reverse(*n), *feature));
        kept.truncate(limits.features_max);
        let all = examples.len() as f32;
        let rarity = kept.iter().map(|(_, n)| ((1.0 + all) / (1.0 + *n as f32)).ln() + 1.0).collect();
        Vocabulary { numbers: kept.iter().zip(0..).map(|((feature, _), i)| (*feature, i)).collect(), rarity }
    }

    /// The known features, of length one together.
    fn sparse(&self, features: &[u32]) -> Sparse {
        let mut at: Vec<u32> = features.iter().filter_map(|f| self.numbers.get(f).copied()).collect();
        at.sort_unstable();
        let mut weight: Vec<f32> = at.iter().map(|i| self.rarity[*i as usize]).collect();
        let norm = weight.iter().map(|w| w * w).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        weight.iter_mut().for_each(|w| *w /= norm);
        Sparse { at, weight }
    }
}

/// A trained set of classifiers.
struct Classifiers {
    vocabulary: Vocabulary,
    /// Of each feature: (category, weight).
    weights: Vec<Vec<(u32, f32)>>,
    bias: Vec<f32>,
}

impl Classifiers {
    fn train(examples: &[&Example], class_count: usize, limits: &Limits) -> Classifiers {
        let vocabulary = Vocabulary::of(examples, limits);
        let rows: Vec<Sparse> = examples.par_iter().map(|e| vocabulary.sparse(&e.features)).collect();
        let one = |class: u32| {
            let (mut weights, bias) = separate(&rows, |i| examples[i].class == class, vocabulary.rarity.len(), limits);
            let most = weights.iter().fold(0.0f32, |m, w| m.max(w.abs()));
            weights.iter_mut().for_each(|w| *w = if w.abs() < WEIGHT_SHARE_MIN * most { 0.0 } else { *w });
            let kept: Vec<(u32, f32)> = (0u32..).zip(weights).filter(|(_, w)| *w != 0.0).collect();
            (kept, bias)
        };
        let mut weights: Vec<Vec<(u32, f32)>> = vec![Vec::new(); vocabulary.rarity.len()];
        let mut bias = Vec::with_capacity(class_count);
        let classes: Vec<u32> = (0..class_count as u32).collect();
        // A few categories at a time: each needs a weight for every feature while it is trained.
        for chunk in classes.chunks(4 * rayon::current_num_threads()) {
            let parts: Vec<_> = chunk.par_iter().map(|class| one(*class)).collect();
            for (class, (kept, b)) in chunk.iter().zip(parts) {
                kept.into_iter().for_each(|(feature, w)| weights[feature as usize].push((*class, w)));
                bias.push(b);
            }
        }
        Classifiers { vocabulary, weights, bias }
    }

    /// Distance to each category's border.
    fn scores(&self, features: &[u32]) -> Vec<f32> {
        let row = self.vocabulary.sparse(features);
        let mut scores = self.bias.clone();
        for (feature, value) in row.at.iter().zip(&row.weight) {
            self.weights[*feature as usize].iter().for_each(|(class, w)| scores[*class as usize] += w * value);
        }
        scores
    }
}

/// The hyperplane between the examples of a category and the others.
fn separate(rows: &[Sparse], is_member: impl Fn(usize) -> bool, feature_count: usize, limits: &Limits) -> (Vec<f32>, f32) {
    let mut weights = vec![0.0f32; feature_count];
    let mut bias = 0.0f32;
    let mut alpha = vec![0.0f32; rows.len()];
    let sign: Vec<f32> = (0..rows.len()).map(|i| if is_member(i) { 1.0 } else { -1.0 }).collect();
    let diagonal = 0.5 / limits.cost;
    // Rows are of length one, and the bias is a feature of value one.
    let step = 2.0 + diagonal;
    let mut order: Vec<u32> = (0..rows.len() as u32).collect();
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut active = rows.len();
    let mut limit_above = f32::INFINITY;
    for _ in 0..limits.passes {
        // Another order in each pass, the same in each run (xorshift, Marsaglia 2003).
        for i in 0..active {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            order.swap(i, i + (state % (active - i) as u64) as usize);
        }
        let (mut highest, mut lowest) = (f32::NEG_INFINITY, f32::INFINITY);
        let mut at = 0;
        while at < active {
            let i = order[at] as usize;
            let row = &rows[i];
            let dot: f32 = row.at.iter().zip(&row.weight).map(|(f, x)| weights[*f as usize] * x).sum::<f32>() + bias;
            let gradient = sign[i] * dot - 1.0 + diagonal * alpha[i];
            if alpha[i] == 0.0 && gradient > limit_above {
                // Far on the right side: it will not move the border any more.
                active -= 1;
                order.swap(at, active);
                continue;
            }
            let projected = if alpha[i] == 0.0 { gradient.min(0.0) } else { gradient };
            (highest, lowest) = (highest.max(projected), lowest.min(projected));
            if projected.abs() > 1e-6 {
                let new = (alpha[i] - gradient / step).max(0.0);
                let change = (new - alpha[i]) * sign[i];
                alpha[i] = new;
                row.at.iter().zip(&row.weight).for_each(|(f, x)| weights[*f as usize] += change * x);
                bias += change;
            }
            at += 1;
        }
        if highest - lowest <= limits.tolerance {
            if active == rows.len() {
                break;
            }
            active = rows.len();
            limit_above = f32::INFINITY;
        } else {
            limit_above = if highest <= 0.0 { f32::INFINITY } else { highest };
        }
    }
    (weights, bias)
}

/// How sure an answer is made to be: steps of (share of the best answer, probability that it is right, examples).
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Calibration {
    steps: Vec<(f32, f32, u32)>,
}

impl Calibration {
    /// The rising step function that fits (value, right) best: pool adjacent violators. Each step takes Wilson's lower
    /// bound at one standard deviation, so that a step of few examples is not sure.
    fn fit(mut answers: Vec<(f32, bool)>) -> Calibration {
        answers.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut pools: Vec<(f32, f32, u32)> = Vec::new();
        for (value, is_right) in answers {
            pools.push((value, f32::from(u8::from(is_right)), 1));
            while let [.., (_, r0, n0), (_, r1, n1)] = pools[..]
                && r0 * n1 as f32 >= r1 * n0 as f32
            {
                pools.pop();
                let last = pools.last_mut().expect("two pools were matched");
                (last.1, last.2) = (r0 + r1, n0 + n1);
            }
        }
        let steps = pools.into_iter().map(|(value, right, n)| (value, wilson(right / n as f32, n as f32), n));
        Calibration { steps: steps.collect() }
    }

    fn probability(&self, value: f32) -> f32 {
        let at = self.steps.partition_point(|(v, ..)| *v <= value);
        // A step's bound may lie below that of a fuller one before it; what is surer by its value is not less sure.
        self.steps[..at].iter().map(|(_, p, _)| *p).fold(0.0, f32::max)
    }
}

/// Lower end of Wilson's interval (1927) at one standard deviation.
fn wilson(p: f32, n: f32) -> f32 {
    let centre = p + 0.5 / n;
    let spread = (p * (1.0 - p) / n + 0.25 / (n * n)).sqrt();
    ((centre - spread) / (1.0 + 1.0 / n)).max(0.0)
}

/// A model and what it is worth.
pub(super) struct Model {
    classifiers: Classifiers,
    temperature: f32,
    calibration: Calibration,
    /// Examples learnt from.
    pub example_count: usize,
}

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Answer {
    pub class: u32,
    /// Probability that it is right, as measured on suppliers kept aside.
    pub probability: f32,
}

impl Model {
    /// Learns; `None` when the examples are of one category, or too few to measure on. `examples` must come in an order of their own.
    pub(super) fn train(examples: &[Example], class_count: usize, limits: &Limits) -> Option<Model> {
        const MEASURED_MIN: usize = 30;
        let trial = |part: u64| {
            let (held, shown): (Vec<&Example>, Vec<&Example>) = examples.iter().partition(|e| e.group % limits.held_out == part);
            if held.len() < MEASURED_MIN || shown.len() < 2 * MEASURED_MIN {
                return Vec::new();
            }
            let trial = Classifiers::train(&shown, class_count, limits);
            held.par_iter().map(|e| (trial.scores(&e.features), e.class)).collect::<Vec<_>>()
        };
        // Few examples measure little: then each part is measured by a model of the others.
        let parts = if examples.len() <= limits.measured_in_turn_max { limits.held_out } else { 1 };
        let scores: Vec<(Vec<f32>, u32)> = (0..parts).flat_map(trial).collect();
        if scores.is_empty() || class_count < 2 {
            return None;
        }
        let temperature = temperature(&scores);
        let answers = scores.iter().map(|(s, class)| {
            let (best, share) = best(s, temperature);
            (share, best == *class)
        });
        let calibration = Calibration::fit(answers.collect());
        let all: Vec<&Example> = examples.iter().collect();
        Some(Model { classifiers: Classifiers::train(&all, class_count, limits), temperature, calibration, example_count: all.len() })
    }

    /// The likeliest category.
    pub(super) fn answer(&self, features: &[u32]) -> Answer {
        let (class, share) = best(&self.classifiers.scores(features), self.temperature);
        Answer { class, probability: self.calibration.probability(share) }
    }
}

/// The best category and its share of the exponentials of all scores.
fn best(scores: &[f32], temperature: f32) -> (u32, f32) {
    let top = scores.iter().enumerate().fold(0, |best, (i, s)| if *s > scores[best] { i } else { best });
    let all: f32 = scores.iter().map(|s| ((s - scores[top]) * temperature).exp()).sum();
    (top as u32, 1.0 / all)
}

/// The factor under which the shares tell most of the truth (least logarithmic loss), of a few.
fn temperature(scores: &[(Vec<f32>, u32)]) -> f32 {
    let loss = |t: f32| {
        let of = |(s, class): &(Vec<f32>, u32)| {
            let top = s.iter().fold(f32::NEG_INFINITY, |m, x| m.max(*x));
            let all: f64 = s.iter().map(|x| f64::from((x - top) * t).exp()).sum();
            all.ln() - f64::from((s[*class as usize] - top) * t)
        };
        scores.iter().map(of).sum::<f64>()
    };
    [1.0f32, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0].into_iter().min_by(|a, b| loss(*a).total_cmp(&loss(*b))).unwrap_or(4.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<u32> {
        features(&Words { text, account: "", account_name: "", vendor: "" })
    }

    /// 360 lines of two kinds, with numbers, slips and words that say nothing; every eleventh is labelled wrong.
    fn examples() -> Vec<Example> {
        let (paint, clean) = (["målning", "färg", "tapetsering", "målare", "lackning"], ["städning", "golvvård", "fönsterputs", "städ", "sanering"]);
        let places = ["av hus", "enligt offert", "mars", "vecka 12", "skola", "trapphus"];
        let mut examples = Vec::new();
        for n in 0..360usize {
            let is_paint = n % 2 == 0;
            let words = if is_paint { paint } else { clean };
            let text = format!("{} {} {} {n}", words[n / 2 % 5], places[n % 6], places[n / 7 % 6]);
            let class = u32::from(is_paint != (n % 11 == 5));
            examples.push(Example { features: of(&text), class, group: n as u64 / 3 });
        }
        examples
    }

    #[test]
    fn words_tell_the_category_and_strangers_do_not() {
        let model = Model::train(&examples(), 2, &LIMITS).expect("enough of both kinds");
        for (text, class) in [("Målning fasad", 1), ("lackning av dörrar", 1), ("Golvvård april", 0), ("STADNING kontor 17", 0)] {
            let answer = model.answer(&of(text));
            assert!(answer.class == class && answer.probability > 0.75, "{text}: {answer:?}");
            // Some labels are wrong, and the model knows that it is.
            assert!(answer.probability < 0.97, "{text}: {answer:?}");
        }
        let stranger = model.answer(&of("xyzzy qwrt"));
        let known = model.answer(&of("målning"));
        assert!(stranger.probability < known.probability, "{stranger:?} {known:?}");
    }

    #[test]
    fn learning_again_learns_the_same() {
        let answers = |examples: &[Example]| {
            let model = Model::train(examples, 2, &LIMITS).expect("enough of both kinds");
            ["målning", "städ", "hus"].map(|t| model.answer(&of(t)))
        };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
        assert_eq!(answers(&examples()), pool.install(|| answers(&examples())));
    }

    #[test]
    fn too_little_to_learn_from() {
        assert!(Model::train(&examples()[..40], 2, &LIMITS).is_none());
        assert!(Model::train(&examples(), 1, &LIMITS).is_none());
    }

    #[test]
    fn calibration_rises_with_the_value() {
        let answers: Vec<(f32, bool)> = (0..400).map(|n| (n as f32 / 400.0, n % 4 != 0 && n > 150 || n % 3 == 0)).collect();
        let calibration = Calibration::fit(answers);
        let at = [0.0, 0.2, 0.5, 0.9, 1.0].map(|v| calibration.probability(v));
        assert!(at.windows(2).all(|w| w[0] <= w[1]), "{at:?}");
        assert!(at[4] > 0.7 && at[4] < 0.9, "{at:?}");
        assert_eq!(Calibration::default().probability(1.0), 0.0);
    }

    #[test]
    fn numbers_do_not_tell_lines_apart() {
        assert_eq!(of("Faktura 12345"), of("FAKTURA 9"));
        let words = |text, account| Words { text, account, account_name: "", vendor: "" };
        assert_eq!(rank(&words("Städ 1", "6110"), "90"), rank(&words("Städ 22", "6110"), "90"));
        assert_ne!(rank(&words("Städ 1", "6110"), "90"), rank(&words("Städ 1", "6120"), "90"));
    }
}
