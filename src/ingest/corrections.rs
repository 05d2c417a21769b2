//! Which file corrects which: by their names, since only people know which of two exports is the right one.
//!
//! `2025-03-rättad.csv`, `2025-03_v2.csv` and `2025-03 korrigerad 2.csv` correct `2025-03.csv`: same source, same folder, the same
//! name with words behind it that say so. A correction replaces whole months: those that it has rows of. Time stamps are not asked,
//! as a copy changes them, nor is the content, as a file that repeats another may be right or wrong.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization as _;

/// Words that make a file a correction, lower case, composed.
const WORDS: &[&str] = &[
    "rättad",
    "rattad",
    "rättat",
    "rattat",
    "rättelse",
    "rattelse",
    "korrigerad",
    "korrigerat",
    "korrigering",
    "korr",
    "corrected",
    "correction",
    "corr",
    "revised",
];
/// Letters that a version number stands behind.
const VERSIONS: &[&str] = &["version", "ver", "rev", "v"];

/// A name without the words of corrections, and how it is corrected: the later list is the later correction; empty = an original.
pub fn version(path: &str) -> (String, Vec<u32>) {
    let (folder, name) = path.rsplit_once(['/', '!']).unwrap_or(("", path));
    // The first dot that is not part of a date such as 2025.03 begins the endings: `a.csv.gz` is a.
    let stem = name.char_indices().find(|(i, c)| *c == '.' && !name[i + 1..].starts_with(|d: char| d.is_ascii_digit())).map_or(name, |(i, _)| &name[..i]);
    let mut rest: String = stem.nfc().flat_map(char::to_lowercase).collect();
    let mut numbers = Vec::new();
    loop {
        let trimmed = rest.trim_end_matches([' ', '-', '_', '.', '(', ')']);
        let digits = trimmed.len() - trimmed.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let (before, number) = trimmed.split_at(trimmed.len() - digits);
        let number = number.parse::<u32>().ok();
        let before = before.trim_end_matches([' ', '-', '_']);
        let is_apart = |stem: &str| stem.ends_with([' ', '-', '_', '.', '(']);
        let word = WORDS.iter().find_map(|w| before.strip_suffix(w)).map(|r| (r, number.unwrap_or(1)));
        let found = word.or_else(|| VERSIONS.iter().find_map(|v| before.strip_suffix(v)).zip(number)).filter(|(stem, _)| is_apart(stem));
        let Some((stem, number)) = found else { break };
        numbers.insert(0, number);
        rest = stem.to_string();
    }
    let stem = rest.trim_end_matches([' ', '-', '_', '.', '(', ')']);
    (format!("{folder}/{stem}"), numbers)
}

/// The versions of one export: numbers in the name, position of the path.
type Versions = Vec<(Vec<u32>, usize)>;

/// For each path its corrections, as positions in `paths`, the last word first. Two paths that claim to be the same version are
/// given back as an error.
pub fn of(paths: &[(&str, &str)]) -> Result<Vec<Vec<usize>>, (usize, usize)> {
    let mut families: BTreeMap<(&str, String), Versions> = BTreeMap::new();
    for (index, (source, path)) in paths.iter().enumerate() {
        let (stem, version) = version(path);
        families.entry((*source, stem)).or_default().push((version, index));
    }
    let mut corrections = vec![Vec::new(); paths.len()];
    for family in families.values_mut().filter(|f| f.len() > 1) {
        family.sort();
        if let Some(twice) = family.windows(2).find(|w| w[0].0 == w[1].0 && !w[0].0.is_empty()) {
            return Err((twice[0].1, twice[1].1));
        }
        for (position, (version, index)) in family.iter().enumerate() {
            corrections[*index] = family[position + 1..].iter().rev().filter(|(v, _)| v > version).map(|(_, i)| *i).collect();
        }
    }
    Ok(corrections)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_corrects_what() {
        for (path, stem, numbers) in [
            ("in/2025-03.csv", "in/2025-03", &[][..]),
            ("in/2025-03-rättad.csv", "in/2025-03", &[1]),
            ("in/2025-03 Ra\u{308}ttad.csv", "in/2025-03", &[1]),
            ("in/2025-03_v2.csv", "in/2025-03", &[2]),
            ("in/2025-03 (korrigerad 2).csv.gz", "in/2025-03", &[2]),
            ("in/2025-03-rättad-v2.csv", "in/2025-03", &[1, 2]),
            ("in/2025-03_rev10.xlsx", "in/2025-03", &[10]),
            ("in/2025.03.csv", "in/2025.03", &[]),
            ("in/2025-03-2.csv", "in/2025-03-2", &[]),
            ("in/2025-03 (1).csv", "in/2025-03 (1", &[]),
            ("in/oskrivrättad.csv", "in/oskrivrättad", &[]),
            ("in/nov2.csv", "in/nov2", &[]),
            ("all.zip!mars-v2.csv", "all.zip/mars", &[2]),
            ("v2.csv", "/v2", &[]),
        ] {
            assert_eq!(version(path), (stem.to_string(), numbers.to_vec()), "{path}");
        }
    }

    #[test]
    fn the_last_correction_has_the_last_word() {
        let a = |path| ("ledger", path);
        assert_eq!(of(&[a("m.csv"), a("m-v10.csv"), a("m-v2.csv"), a("n.csv")]), Ok(vec![vec![1, 2], vec![], vec![1], vec![]]));
        assert_eq!(of(&[a("m.csv"), ("other", "m-v2.csv")]), Ok(vec![vec![], vec![]]));
        assert_eq!(of(&[a("m.csv"), a("m.xlsx")]), Ok(vec![vec![], vec![]]));
        assert_eq!(of(&[a("m.csv"), a("m-rättad.csv"), a("m_korrigerad.csv")]), Err((1, 2)));
    }
}
