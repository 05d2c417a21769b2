//! Sets of records that are one supplier so far: a union–find that refuses what must not meet.

use rustc_hash::FxHashMap;

/// Why two sets became one.
#[derive(Debug, Clone, PartialEq)]
pub struct Merge {
    /// How the link is named in `link_method`.
    pub method: Method,
    /// Probability that it is right.
    pub score: f32,
    /// In words, for the record that was explained by it.
    pub evidence: String,
}

/// What made a link, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// A person's verdict.
    Override,
    /// An identifier with right check digits.
    Identifier,
    /// The vendor master or the buyer's own vendor number.
    Master,
    /// The name.
    Name,
    /// Nothing: the record is alone.
    Alone,
}

impl Method {
    /// The word in the column `link_method`.
    pub const fn word(self) -> &'static str {
        match self {
            Method::Override => "override",
            Method::Identifier => "identifier",
            Method::Master => "master",
            Method::Name => "name",
            Method::Alone => "alone",
        }
    }
}

/// The sets. Elements are records by position. Everything follows from the order of the unions, which callers keep free of
/// the order of the input.
pub struct Sets {
    parent: Vec<u32>,
    members: Vec<Vec<u32>>,
    /// Number of the anchor (a valid identifier) of each root; 0 = none.
    anchor: Vec<u32>,
    /// Records that must stay apart from each root's set.
    apart: FxHashMap<u32, Vec<u32>>,
    merges: Vec<Merge>,
    /// Merges that explain each record's place.
    via: Vec<Vec<u32>>,
}

impl Sets {
    /// Each record alone, with its anchor.
    pub fn new(anchor: Vec<u32>) -> Sets {
        let n = anchor.len() as u32;
        Sets {
            parent: (0..n).collect(),
            members: (0..n).map(|i| vec![i]).collect(),
            anchor,
            apart: FxHashMap::default(),
            merges: Vec::new(),
            via: vec![Vec::new(); n as usize],
        }
    }

    /// The root of a record's set.
    pub fn find(&self, record: u32) -> u32 {
        self.parent[record as usize]
    }

    /// The anchor of a record's set; 0 = none.
    pub fn anchor(&self, record: u32) -> u32 {
        self.anchor[self.find(record) as usize]
    }

    /// Members of a root's set.
    pub fn members(&self, root: u32) -> &[u32] {
        &self.members[root as usize]
    }

    /// Roots, smallest first.
    pub fn roots(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.parent.len() as u32).filter(|i| self.parent[*i as usize] == *i)
    }

    /// The merges that explain a record's place, first to last.
    pub fn why(&self, record: u32) -> impl Iterator<Item = &Merge> {
        self.via[record as usize].iter().map(|m| &self.merges[*m as usize])
    }

    /// Forbids that the sets of two records ever meet.
    pub fn keep_apart(&mut self, a: u32, b: u32) {
        let (ra, rb) = (self.find(a), self.find(b));
        self.apart.entry(ra).or_default().push(b);
        self.apart.entry(rb).or_default().push(a);
    }

    /// Whether the sets of two records may become one: no verdict against it, and not two different anchors.
    pub fn may_meet(&self, a: u32, b: u32) -> bool {
        let (ra, rb) = (self.find(a), self.find(b));
        let (x, y) = (self.anchor[ra as usize], self.anchor[rb as usize]);
        (x == 0 || y == 0 || x == y) && !self.is_kept_apart(ra, rb)
    }

    /// Whether a verdict keeps two roots apart.
    pub fn is_kept_apart(&self, a: u32, b: u32) -> bool {
        !self.apart.is_empty() && self.apart.get(&a).is_some_and(|list| list.iter().any(|r| self.find(*r) == b))
    }

    /// Makes one set of two unless that is forbidden; tells whether they are one now.
    pub fn unite(&mut self, a: u32, b: u32, merge: impl FnOnce() -> Merge) -> bool {
        self.find(a) == self.find(b) || self.may_meet(a, b) && self.join(a, b, merge())
    }

    /// Makes one set of two even when their anchors differ: a person's verdict.
    pub fn unite_by_verdict(&mut self, a: u32, b: u32, merge: impl FnOnce() -> Merge) -> bool {
        let (ra, rb) = (self.find(a), self.find(b));
        ra == rb || !self.is_kept_apart(ra, rb) && self.join(a, b, merge())
    }

    fn join(&mut self, a: u32, b: u32, merge: Merge) -> bool {
        let (ra, rb) = (self.find(a), self.find(b));
        let number = self.merges.len() as u32;
        self.merges.push(merge);
        // The smaller list moves: each record moves a logarithmic number of times.
        let size = |root: u32| self.members[root as usize].len();
        let (keep, gone) = if (size(ra), rb) >= (size(rb), ra) { (ra, rb) } else { (rb, ra) };
        // What is known by a number stands; what hangs on it is explained by the merge.
        for (own, other) in [(keep, gone), (gone, keep)] {
            let is_explained = self.anchor[own as usize] == 0;
            let is_centre = self.anchor[other as usize] == 0 && own == keep;
            if is_explained {
                for i in 0..self.members[own as usize].len() {
                    let record = self.members[own as usize][i] as usize;
                    if !is_centre || self.via[record].is_empty() {
                        self.via[record].push(number);
                    }
                }
            }
        }
        let (x, y) = (self.anchor[keep as usize], self.anchor[gone as usize]);
        self.anchor[keep as usize] = if x == 0 || y == 0 { x.max(y) } else { x.min(y) };
        let moved = std::mem::take(&mut self.members[gone as usize]);
        // Every parent is a root: `find` is one step, and a read.
        for record in &moved {
            self.parent[*record as usize] = keep;
        }
        let kept = &mut self.members[keep as usize];
        kept.extend(moved);
        if let Some(list) = self.apart.remove(&gone) {
            self.apart.entry(keep).or_default().extend(list);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merge() -> Merge {
        Merge { method: Method::Name, score: 0.9, evidence: String::new() }
    }

    #[test]
    fn anchors_and_verdicts_keep_apart() {
        let mut sets = Sets::new(vec![1, 0, 2, 0, 0]);
        assert!(sets.unite(0, 1, merge));
        assert!(!sets.unite(1, 2, merge), "two anchors never meet");
        sets.keep_apart(3, 0);
        assert!(!sets.unite(3, 1, merge), "a verdict holds for the whole set");
        assert!(sets.unite(3, 4, merge));
        assert!(!sets.unite(4, 1, merge), "and for sets that grew");
        assert!(sets.unite_by_verdict(0, 2, merge));
        assert_eq!(sets.anchor(2), 1);
        assert_eq!(sets.why(0).count(), 0);
        assert_eq!(sets.why(1).count(), 1);
    }
}
