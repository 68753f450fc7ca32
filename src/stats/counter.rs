//! Chance that is the same everywhere: a generator that counts, and a hash.
//!
//! Libraries change their generators between versions; whatever reaches an
//! output is drawn here. The mixing is SplitMix64 (Steele, Lea & Flood 2014).

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// A stream of numbers that is a function of seed, stream and position.
#[derive(Clone, Debug)]
pub struct Counter {
    state: u64,
}

impl Counter {
    /// The stream `stream` of a seed.
    pub fn new(seed: u64, stream: u64) -> Counter {
        Counter { state: mix(seed ^ mix(stream.wrapping_mul(STEP).wrapping_add(STEP))) }
    }

    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        mix(self.state)
    }

    /// A whole number below `n`, each equally likely; 0 for n = 0.
    pub fn below(&mut self, n: u64) -> u64 {
        if n == 0 {
            return 0;
        }
        // Refuse the remainder that would favour small numbers.
        let limit = u64::MAX - u64::MAX % n;
        loop {
            let draw = self.next_u64();
            if draw < limit {
                return draw % n;
            }
        }
    }

    /// Puts a slice in random order (Fisher–Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u64 + 1) as usize);
        }
    }
}

/// A hash of bytes under a seed: FNV-1a, then mixed. Stable for ever.
pub fn hash64(seed: u64, bytes: &[u8]) -> u64 {
    let fnv = bytes.iter().fold(0xcbf2_9ce4_8422_2325u64 ^ mix(seed), |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    });
    mix(fnv ^ bytes.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_never_changes() {
        let mut counter = Counter::new(1, 0);
        let first = [counter.next_u64(), counter.next_u64()];
        let mut again = Counter::new(1, 0);
        assert_eq!(first, [again.next_u64(), again.next_u64()]);
        assert_ne!(Counter::new(1, 1).next_u64(), first[0]);
        assert_ne!(Counter::new(2, 0).next_u64(), first[0]);
    }

    #[test]
    fn below_is_even() {
        let mut counter = Counter::new(7, 0);
        let mut seen = [0u32; 6];
        for _ in 0..60_000 {
            seen[counter.below(6) as usize] += 1;
        }
        assert!(seen.iter().all(|&count| (9_600..10_400).contains(&count)), "{seen:?}");
    }

    #[test]
    fn the_hash_depends_on_seed_and_bytes() {
        assert_ne!(hash64(1, b"a"), hash64(2, b"a"));
        assert_ne!(hash64(1, b"a"), hash64(1, b"b"));
        assert_ne!(hash64(1, b""), hash64(1, b"\0"));
    }
}
