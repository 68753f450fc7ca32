//! Sums that do not depend on the order of the addends.
//!
//! Adding floating-point weights in another order changes the last bits, and
//! then the same people in two files, or on two threads, give different bytes.
//! [`Exact`] adds without rounding, so that merging is associative and
//! commutative to the last bit.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The exact sum of finite `f64` values.
///
/// A finite `f64` is `m · 2^e` with an integer `m` of at most 53 bits. The
/// addends are sorted by their exponent into limbs of 32 bits of range, and
/// each limb adds whole numbers in an `i128`: an addend takes at most 85 bits
/// of it, which leaves room for 2^42 addends. The limbs are a function of the
/// multiset of addends alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Exact {
    limbs: BTreeMap<i16, i128>,
}

impl Exact {
    /// The sum of nothing.
    pub const ZERO: Exact = Exact { limbs: BTreeMap::new() };

    /// Adds one value, `times` over. Values that are not finite are ignored:
    /// whoever reads rows refuses them before.
    pub fn add(&mut self, value: f64, times: u64) {
        if value == 0.0 || !value.is_finite() || times == 0 {
            return;
        }
        let bits = value.to_bits();
        let raw_exponent = ((bits >> 52) & 0x7ff) as i32;
        let fraction = (bits & ((1u64 << 52) - 1)) as i128;
        let (mantissa, exponent) = match raw_exponent {
            0 => (fraction, -1074),
            e => (fraction | (1i128 << 52), e - 1075),
        };
        let limb = exponent.div_euclid(32);
        let shift = exponent.rem_euclid(32);
        let signed = if value < 0.0 { -mantissa } else { mantissa };
        let slot = self.limbs.entry(limb as i16).or_insert(0);
        *slot = slot.saturating_add((signed << shift).saturating_mul(i128::from(times)));
        if *slot == 0 {
            self.limbs.remove(&(limb as i16));
        }
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &Exact) {
        for (&limb, &amount) in &other.limbs {
            let slot = self.limbs.entry(limb).or_insert(0);
            *slot = slot.saturating_add(amount);
            if *slot == 0 {
                self.limbs.remove(&limb);
            }
        }
    }

    /// The sum as a float, within a few units in the last place.
    pub fn value(&self) -> f64 {
        // Carrying first keeps cancellation between limbs exact.
        let mut carried: BTreeMap<i16, i128> = BTreeMap::new();
        let mut carry = 0i128;
        let mut position = match self.limbs.keys().next() {
            Some(&first) => first,
            None => return 0.0,
        };
        let last = self.limbs.keys().next_back().copied().unwrap_or(position);
        while position <= last || (carry != 0 && carry != -1) {
            let total = self.limbs.get(&position).copied().unwrap_or(0) + carry;
            carry = total >> 32;
            carried.insert(position, total - (carry << 32));
            position += 1;
        }
        let mut sum = if carry == 0 { 0.0 } else { scaled(carry, position) };
        for (&limb, &amount) in carried.iter().rev() {
            sum += scaled(amount, limb);
        }
        sum
    }

    /// Whether nothing but zeros was added (or everything cancelled).
    pub fn is_zero(&self) -> bool {
        self.limbs.is_empty()
    }
}

/// `amount · 2^(32·limb)`, in two steps so that no power of two leaves the range.
fn scaled(amount: i128, limb: i16) -> f64 {
    let half = i32::from(limb) * 16;
    amount as f64 * 2f64.powi(half) * 2f64.powi(half)
}

impl FromIterator<f64> for Exact {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut sum = Exact::ZERO;
        for value in values {
            sum.add(value, 1);
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tiny_and_huge_together() {
        let mut values = vec![1e12; 1000];
        values.extend(vec![1e-9; 1000]);
        let sum: Exact = values.into_iter().collect();
        assert_eq!(sum.value(), 1e15 + 1e-6);
    }

    #[test]
    fn cancellation_is_exact() {
        let sum: Exact = [1e300, 1.0, -1e300].into_iter().collect();
        assert_eq!(sum.value(), 1.0);
        let none: Exact = [0.1, -0.1].into_iter().collect();
        assert!(none.is_zero());
        assert_eq!(none.value(), 0.0);
        let negative: Exact = [-2.5, 1.0].into_iter().collect();
        assert_eq!(negative.value(), -1.5);
    }

    #[test]
    fn smallest_and_largest() {
        let small: Exact = [f64::from_bits(1)].into_iter().collect();
        assert_eq!(small.value(), f64::from_bits(1));
        let large: Exact = [f64::MAX].into_iter().collect();
        assert_eq!(large.value(), f64::MAX);
    }

    proptest! {
        #[test]
        fn order_changes_nothing(mut values in prop::collection::vec(-1e9..1e9f64, 0..60)) {
            let forward: Exact = values.iter().copied().collect();
            values.reverse();
            let backward: Exact = values.iter().copied().collect();
            prop_assert_eq!(&forward, &backward);
            let (left, right) = values.split_at(values.len() / 2);
            let mut merged: Exact = left.iter().copied().collect();
            merged.merge(&right.iter().copied().collect());
            prop_assert_eq!(&forward, &merged);
        }

        #[test]
        fn whole_numbers_are_exact(values in prop::collection::vec(-1_000_000i64..1_000_000, 0..60)) {
            let sum: Exact = values.iter().map(|&v| v as f64).collect();
            prop_assert_eq!(sum.value(), values.iter().sum::<i64>() as f64);
        }
    }
}
