//! Past practice: which contract lines of the same kind were bought under. The weakest evidence, asked only where nothing else tells contracts apart.
//!
//! Only suppliers whose contracts overlap in time are counted, so that memory is 32 bytes for each kind of line of theirs.

use rustc_hash::FxHashMap;

use super::index::Parameters;

/// What a line has in common with others, the closest first; a key is `None` when the line lacks what it is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Keys {
    /// Supplier and the number that stands in the order column, which leads to no contract by itself.
    pub number: Option<u64>,
    /// Supplier, unit, account and amount.
    pub amount: Option<u64>,
    /// Supplier, unit, account and category.
    pub kind: Option<u64>,
}

impl Keys {
    fn each(self) -> impl Iterator<Item = u64> {
        [self.number, self.amount, self.kind].into_iter().flatten()
    }
}

/// Lines by key and contract.
#[derive(Debug, Default)]
pub struct Practice {
    counts: FxHashMap<u64, Vec<(u32, u32)>>,
}

impl Practice {
    /// Counts a line that was bought under a contract.
    pub fn add(&mut self, keys: Keys, contract: u32) {
        for key in keys.each() {
            self.count(key, contract, 1);
        }
    }

    fn count(&mut self, key: u64, contract: u32, lines: u32) {
        let counts = self.counts.entry(key).or_default();
        match counts.iter_mut().find(|(c, _)| *c == contract) {
            Some((_, n)) => *n += lines,
            None => counts.push((contract, lines)),
        }
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: Practice) {
        for (key, counts) in other.counts {
            for (contract, lines) in counts {
                self.count(key, contract, lines);
            }
        }
    }

    /// The contract among `candidates` that nearly all lines of the same kind were bought under, with their number. One line is enough where a number or an
    /// amount is shared; a mere kind must have been bought often.
    pub fn choose(&self, keys: Keys, candidates: &[u32], p: &Parameters) -> Option<(u32, u32)> {
        let often = u32::try_from(p.practice_lines_min).unwrap_or(u32::MAX);
        for (key, lines_min) in [(keys.number, 1), (keys.amount, 1), (keys.kind, often)] {
            let counts = key.and_then(|k| self.counts.get(&k)).map_or(&[][..], Vec::as_slice);
            let all: u64 = counts.iter().map(|&(_, n)| u64::from(n)).sum();
            let best = counts.iter().filter(|(c, _)| candidates.contains(c)).max_by_key(|&&(c, n)| (n, std::cmp::Reverse(c)));
            if let Some(&(contract, n)) = best
                && n >= lines_min
                && f64::from(n) >= p.practice_share_min * all as f64
            {
                return Some((contract, n));
            }
        }
        None
    }
}
