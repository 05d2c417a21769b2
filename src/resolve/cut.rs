//! Names that an export cut off at the width of its field.
//!
//! A single name does not tell that it was cut; a whole source does: its names pile up at one length, and hardly any is longer.

use std::collections::BTreeMap;

use super::name::fold;
use super::record::{Origin, Record};

/// Names of the full width before a pile of them says that the field ends there.
const PILE_NAMES_MIN: usize = 5;
/// So many times as many as at any of the three lengths below: lengths of whole names rise and fall gently.
const PILE_TIMES_MIN: usize = 3;
/// Of so many names of the width at most one may be longer (a second kind of payee, typed in by hand).
const LONGER_ONE_IN: usize = 8;
/// Letters and digits that a beginning needs to single anybody out.
const LETTERS_MIN: usize = 12;

/// A record whose name was cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// Its position.
    pub record: u32,
    /// What is left of the name, as [`spelled`].
    pub spelled: String,
    /// The width of the field, in characters.
    pub letters: usize,
}

/// The records whose names were cut, in order.
pub fn names(records: &[Record]) -> Vec<Cut> {
    let mut sources: BTreeMap<&str, Vec<(u32, usize)>> = BTreeMap::new();
    for (record, at) in records.iter().zip(0..).filter(|(r, _)| r.origin == Origin::Line && !r.name.is_empty()) {
        sources.entry(&record.source_name).or_default().push((at, record.name.trim().chars().count()));
    }
    let mut all = Vec::new();
    for lengths in sources.values() {
        let Some(width) = width(lengths.iter().map(|(at, length)| (records[*at as usize].name.trim(), *length))) else { continue };
        for &(record, length) in lengths {
            let mut spelled = spelled(&records[record as usize].name);
            // One character short, it was cut at a space: the word before it is whole.
            if length + 1 == width {
                spelled.push(' ');
            }
            if length <= width && length + 1 >= width && spelled.chars().filter(|c| *c != ' ').count() >= LETTERS_MIN {
                all.push(Cut { record, spelled, letters: width });
            }
        }
    }
    all.sort_by_key(|c| c.record);
    all
}

/// The width at which names of a source are cut; `None` when they are not. One name under several numbers counts once.
fn width<'a>(names: impl Iterator<Item = (&'a str, usize)>) -> Option<usize> {
    let mut distinct: Vec<(&str, usize)> = names.collect();
    distinct.sort_unstable();
    distinct.dedup();
    let mut of_length: BTreeMap<usize, usize> = BTreeMap::new();
    for (_, length) in distinct {
        *of_length.entry(length).or_default() += 1;
    }
    let count = |length: usize| of_length.get(&length).copied().unwrap_or(0);
    let is_pile = |&(&width, &n): &(&usize, &usize)| {
        let below = (1..=3).map(|less| count(width.saturating_sub(less))).max().unwrap_or(0);
        let longer: usize = of_length.range(width + 1..).map(|(_, n)| n).sum();
        n >= PILE_NAMES_MIN && n >= PILE_TIMES_MIN * below && longer * LONGER_ONE_IN <= n
    };
    of_length.iter().rev().find(is_pile).map(|(&width, _)| width)
}

/// A name in folded letters and digits with single spaces between its words, nothing taken off: beginnings stay beginnings.
pub fn spelled(name: &str) -> String {
    let folded = fold(&name.replace("&amp;", "&"));
    let words: Vec<&str> = folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(at: usize, name: &str) -> Record {
        Record {
            key: format!("{at:016}"),
            origin: Origin::Line,
            source_name: "ledger".into(),
            vendor_id: String::new(),
            name: name.into(),
            organisation_number: String::new(),
            line_count: 1,
            more: None,
        }
    }

    #[test]
    fn only_a_pile_of_names_says_that_the_field_ends() {
        let whole = ["Bravida AB", "Norrlands Bygg AB", "Hem AB", "Skola 3", "Lunds Transport AB", "Dala Energi AB"];
        for (piled, longer, expect) in [(0, 0, 0), (4, 0, 0), (5, 0, 5), (5, 1, 0), (9, 1, 9)] {
            let cut = (0..piled).map(|i| format!("Kommunalforbundet Norra Del{i}"));
            let longer = (0..longer).map(|i| format!("Forvaltningen for {i} in all its words"));
            let names: Vec<String> = whole.iter().map(|n| (*n).to_string()).chain(cut).chain(longer).collect();
            let records: Vec<Record> = names.iter().enumerate().map(|(i, n)| record(i, n)).collect();
            let found = super::names(&records);
            assert_eq!(found.len(), expect, "{piled} of one length");
            assert!(found.iter().all(|c| c.letters == 28));
        }
    }

    #[test]
    fn a_name_cut_at_a_space_ends_with_a_whole_word() {
        let names = (0..6).map(|i| format!("Kommunalforbundet Norra Del{i}")).chain(["Bergslagens Bygg och Maskin".to_string()]);
        let records: Vec<Record> = names.enumerate().map(|(i, n)| record(i, &n)).collect();
        assert_eq!(super::names(&records)[6].spelled, "bergslagens bygg och maskin ");
    }
}
