//! Counter-based randomness: what a line is depends on the seed and its own place only, so that any part of the region can
//! be made alone, on any thread, and is always the same. Integers only: floats differ between maths libraries.

/// A stream of numbers that belongs to one place.
#[derive(Debug, Clone)]
pub struct Rng(u64);

/// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): every input bit reaches every output bit.
pub const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Rng {
    /// The stream of a place: the parts are, for instance, seed, topic, month and number.
    pub fn at(parts: &[u64]) -> Rng {
        let mut state = 0x9e37_79b9_7f4a_7c15;
        for part in parts {
            state = mix(state ^ part.wrapping_mul(0xd6e8_feb8_6659_fd93)).wrapping_add(0x9e37_79b9_7f4a_7c15);
        }
        Rng(state)
    }

    /// 64 random bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number from 0 to `n` − 1.
    pub fn below(&mut self, n: u64) -> u64 {
        // Multiply-shift; its bias is below n / 2^64.
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }

    /// An index into something of that length.
    pub fn index(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }

    /// A number from `from` to `to`, both included.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        from + self.below((to - from + 1) as u64) as i64
    }

    /// True in `per_mille` of a thousand draws.
    pub fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    /// One of the items.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.index(items.len())]
    }

    /// An index that prefers small numbers: the density falls roughly as 1/√i, a long tail of rare ones.
    pub fn tail_index(&mut self, len: usize) -> usize {
        let u = self.next() >> 32;
        let squared = (u * u) >> 32;
        ((squared * len as u64) >> 32) as usize
    }

    /// An amount whose logarithm is nearly normal: the median is `median`, and one in six exceeds four times that.
    pub fn long_tailed(&mut self, median: i64) -> i64 {
        // The count of ones among 64 random bits has mean 32 and deviation 4; each step is a factor √2.
        let step = i64::from(self.next().count_ones()) - 32;
        let mut value = median * self.between(8_409, 11_892) / 10_000;
        for _ in 0..step.unsigned_abs().min(20) {
            value = if step > 0 { value * 14_142 / 10_000 } else { value * 10_000 / 14_142 };
        }
        value.max(1)
    }
}

/// The next multiple of a step at or above an amount that is not negative.
pub const fn round_up(amount: i64, step: i64) -> i64 {
    (amount + step - 1) / step * step
}

/// The largest integer whose fifth power is at most `n`³: n^0.6 without floats.
pub fn power_three_fifths(n: u64) -> u64 {
    let cube = u128::from(n).pow(3);
    let (mut low, mut high) = (0u64, 1 << 25);
    while low < high {
        let middle = (low + high).div_ceil(2);
        if u128::from(middle).pow(5) <= cube { low = middle } else { high = middle - 1 }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_depend_on_every_part() {
        let first = |parts: &[u64]| Rng::at(parts).next();
        assert_eq!(first(&[1, 2, 3]), first(&[1, 2, 3]));
        for other in [[1, 2, 4], [1, 3, 3], [2, 2, 3], [2, 1, 3]] {
            assert_ne!(first(&[1, 2, 3]), first(&other));
        }
    }

    #[test]
    fn amounts_have_the_stated_tail() {
        let mut rng = Rng::at(&[7]);
        let mut drawn: Vec<i64> = (0..20_000).map(|_| rng.long_tailed(1_000_000)).collect();
        drawn.sort_unstable();
        let at = |share: usize| drawn[drawn.len() * share / 100];
        assert!((900_000..1_100_000).contains(&at(50)), "median {}", at(50));
        assert!((3_300_000..5_000_000).contains(&at(84)), "84 % {}", at(84));
    }

    #[test]
    fn three_fifths() {
        for (n, expect) in [(1, 1), (1_000, 63), (100_000, 1_000), (100_000_000, 63_095)] {
            assert_eq!(power_three_fifths(n), expect, "{n}");
        }
    }
}
