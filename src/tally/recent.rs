//! Codes of the values seen last, which are found without hashing what they hold.

/// The code of a place where no value is kept.
const UNKNOWN: u32 = u32::MAX;

/// What tells values apart.
pub(super) trait Key: Copy + Default + Eq {
    /// In 64 bits.
    fn mixed(self) -> u64;
}

impl Key for u64 {
    fn mixed(self) -> u64 {
        self
    }
}

impl Key for i64 {
    fn mixed(self) -> u64 {
        self as u64
    }
}

impl Key for u128 {
    fn mixed(self) -> u64 {
        self as u64 ^ (self >> 64) as u64
    }
}

/// One place for each of 2^`BITS` parts of all keys.
#[derive(Debug)]
pub(super) struct Recent<K, const BITS: u32> {
    /// None before the first is kept.
    codes: Vec<(K, u32)>,
}

impl<K, const BITS: u32> Default for Recent<K, BITS> {
    fn default() -> Recent<K, BITS> {
        Recent { codes: Vec::new() }
    }
}

impl<K: Key, const BITS: u32> Recent<K, BITS> {
    /// The code of a value by its key, if it was among the last.
    #[inline]
    pub(super) fn get(&self, key: K) -> Option<u32> {
        let (known, code) = *self.codes.get(self.place(key))?;
        (known == key && code != UNKNOWN).then_some(code)
    }

    /// Keeps a code; it is returned.
    #[inline]
    pub(super) fn keep(&mut self, key: K, code: u32) -> u32 {
        if self.codes.is_empty() {
            self.codes = vec![(K::default(), UNKNOWN); 1 << BITS];
        }
        let place = self.place(key);
        self.codes[place] = (key, code);
        code
    }

    #[inline]
    fn place(&self, key: K) -> usize {
        (key.mixed().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - BITS)) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_its_own_code_or_none() {
        let mut recent: Recent<u64, 4> = Recent::default();
        assert_eq!(recent.get(0), None);
        for key in 0..1_000 {
            assert_eq!(recent.keep(key, key as u32 + 1), key as u32 + 1);
            assert_eq!(recent.get(key), Some(key as u32 + 1));
        }
        let kept =
            (0..1_000).filter(|key| recent.get(*key).inspect(|code| assert_eq!(u64::from(*code), key + 1)).is_some());
        assert!((1..=16).contains(&kept.count()));
    }
}
