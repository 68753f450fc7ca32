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
#[serde(from = "BTreeMap<i16, i128>", into = "BTreeMap<i16, i128>")]
pub struct Exact {
    limbs: Limbs,
}

/// Limbs with their amounts, none of which is 0. Most sums have one.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Limbs {
    /// No limb, or one; the amount in two halves, which need less space.
    One(i16, u64, i64),
    /// Two or more.
    Many(BTreeMap<i16, i128>),
}

impl Default for Limbs {
    fn default() -> Limbs {
        Limbs::ZERO
    }
}

impl Limbs {
    const ZERO: Limbs = Limbs::One(0, 0, 0);

    fn one(limb: i16, amount: i128) -> Limbs {
        if amount == 0 { Limbs::ZERO } else { Limbs::One(limb, amount as u64, (amount >> 64) as i64) }
    }

    fn amount(low: u64, high: i64) -> i128 {
        (i128::from(high) << 64) | i128::from(low)
    }

    fn add(&mut self, limb: i16, more: i128) {
        match self {
            _ if more == 0 => {}
            Limbs::One(own, low, high) => {
                let amount = Limbs::amount(*low, *high);
                *self = match amount {
                    0 => Limbs::one(limb, more),
                    _ if *own == limb => Limbs::one(limb, amount.saturating_add(more)),
                    _ => Limbs::Many(BTreeMap::from([(*own, amount), (limb, more)])),
                };
            }
            Limbs::Many(all) => {
                let slot = all.entry(limb).or_insert(0);
                *slot = slot.saturating_add(more);
                if *slot == 0 {
                    all.remove(&limb);
                    if let Some((only, amount)) = all.first_key_value().filter(|_| all.len() == 1) {
                        *self = Limbs::one(*only, *amount);
                    }
                }
            }
        }
    }

    fn each(&self, mut each: impl FnMut(i16, i128)) {
        match self {
            Limbs::One(limb, low, high) => match Limbs::amount(*low, *high) {
                0 => {}
                amount => each(*limb, amount),
            },
            Limbs::Many(all) => all.iter().for_each(|(limb, amount)| each(*limb, *amount)),
        }
    }
}

impl From<BTreeMap<i16, i128>> for Exact {
    fn from(limbs: BTreeMap<i16, i128>) -> Exact {
        let mut sum = Exact::ZERO;
        limbs.into_iter().for_each(|(limb, amount)| sum.limbs.add(limb, amount));
        sum
    }
}

impl From<Exact> for BTreeMap<i16, i128> {
    fn from(sum: Exact) -> BTreeMap<i16, i128> {
        let mut limbs = BTreeMap::new();
        sum.limbs.each(|limb, amount| {
            limbs.insert(limb, amount);
        });
        limbs
    }
}

/// The limb in which 1 is 2⁶⁴.
const ONES: i16 = -2;

/// A finite number as a limb and an amount of it.
#[inline]
fn split(value: f64) -> (i16, i128) {
    let bits = value.to_bits();
    let raw_exponent = ((bits >> 52) & 0x7ff) as i32;
    let fraction = (bits & ((1u64 << 52) - 1)) as i128;
    let (mantissa, exponent) = match raw_exponent {
        0 => (fraction, -1074),
        e => (fraction | (1i128 << 52), e - 1075),
    };
    let signed = if value < 0.0 { -mantissa } else { mantissa };
    (exponent.div_euclid(32) as i16, signed << exponent.rem_euclid(32))
}

impl Exact {
    /// The sum of nothing.
    pub const ZERO: Exact = Exact { limbs: Limbs::ZERO };

    /// Adds one value, `times` over. Values that are not finite are ignored:
    /// whoever reads rows refuses them before.
    pub fn add(&mut self, value: f64, times: u64) {
        if value == 0.0 || !value.is_finite() || times == 0 {
            return;
        }
        let (limb, amount) = split(value);
        self.limbs.add(limb, amount.saturating_mul(i128::from(times)));
    }

    /// So many ones.
    pub fn count(n: i64) -> Exact {
        Exact { limbs: Limbs::one(ONES, i128::from(n) << 64) }
    }

    /// The number of ones, where nothing else was added.
    pub fn as_count(&self) -> Option<i64> {
        match self.limbs {
            Limbs::One(_, 0, 0) => Some(0),
            Limbs::One(ONES, 0, n) => Some(n),
            _ => None,
        }
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &Exact) {
        other.limbs.each(|limb, amount| self.limbs.add(limb, amount));
    }

    /// Takes another sum off.
    pub fn take(&mut self, other: &Exact) {
        other.limbs.each(|limb, amount| self.limbs.add(limb, -amount));
    }

    /// The sum as a float, within a few units in the last place.
    pub fn value(&self) -> f64 {
        if let Limbs::One(limb, low, high) = self.limbs {
            let amount = Limbs::amount(low, high);
            // What a float holds whole needs no carrying.
            if amount == 0 || (amount >> amount.trailing_zeros()).unsigned_abs() < 1 << 53 {
                return scaled(amount, limb);
            }
        }
        carried(&self.limbs)
    }

    /// Whether nothing but zeros was added (or everything cancelled).
    pub fn is_zero(&self) -> bool {
        self.limbs == Limbs::ZERO
    }
}

/// Many exact sums of one kind at once: limbs in their places, for adding fast.
#[derive(Clone, Debug)]
pub struct Summing {
    limbs: Box<[i128; LIMBS]>,
}

/// Limbs of finite numbers: from that of the smallest to that of the largest.
const LIMBS: usize = 65;

/// The limb of the smallest numbers.
const LOWEST: i16 = -34;

impl Default for Summing {
    fn default() -> Summing {
        Summing { limbs: Box::new([0; LIMBS]) }
    }
}

impl Summing {
    /// Adds one finite value, `times` over.
    #[inline]
    pub fn add(&mut self, value: f64, times: u64) {
        let (limb, amount) = split(value);
        let amount = if times == 1 { amount } else { amount.saturating_mul(i128::from(times)) };
        if let Some(slot) = self.limbs.get_mut((limb - LOWEST) as usize) {
            *slot = slot.saturating_add(amount);
        }
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &Summing) {
        self.limbs.iter_mut().zip(other.limbs.iter()).for_each(|(own, more)| *own = own.saturating_add(*more));
    }

    /// The sum so far.
    pub fn sum(&self) -> Exact {
        let mut sum = Exact::ZERO;
        let limbs = self.limbs.iter().enumerate();
        limbs.for_each(|(at, amount)| sum.limbs.add(at as i16 + LOWEST, *amount));
        sum
    }
}

/// The value of limbs. Carrying first keeps cancellation between limbs exact.
fn carried(limbs: &Limbs) -> f64 {
    let (mut digits, mut carry, mut position) = (Vec::new(), 0i128, None);
    let mut digit = |position: i16, amount: i128, carry: &mut i128| {
        let total = amount + *carry;
        *carry = total >> 32;
        digits.push((position, total - (*carry << 32)));
    };
    limbs.each(|limb, amount| {
        for between in position.unwrap_or(limb)..limb {
            digit(between, 0, &mut carry);
        }
        digit(limb, amount, &mut carry);
        position = Some(limb + 1);
    });
    let mut position = position.unwrap_or(0);
    while carry != 0 && carry != -1 {
        digit(position, 0, &mut carry);
        position += 1;
    }
    let highest = if carry == 0 { 0.0 } else { scaled(carry, position) };
    digits.iter().rev().fold(highest, |sum, (position, digit)| sum + scaled(*digit, *position))
}

/// `amount · 2^(32·limb)`, in two steps so that no power of two leaves the range.
fn scaled(amount: i128, limb: i16) -> f64 {
    let half = i64::from(limb) * 16;
    // Halves of the exponents of numbers are exponents of normal numbers.
    let power = f64::from_bits(((half + 1023).clamp(1, 2046) as u64) << 52);
    amount as f64 * power * power
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
    fn ones_are_counted() {
        let three: Exact = [1.0, 1.0, 1.0].into_iter().collect();
        assert_eq!(three, Exact::count(3));
        assert_eq!(three.as_count(), Some(3));
        assert_eq!(Exact::ZERO.as_count(), Some(0));
        let half: Exact = [0.5].into_iter().collect();
        assert_eq!(half.as_count(), None);
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
        fn summing_is_the_same(values in prop::collection::vec((prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO, 1..9u64), 0..60)) {
            let (mut fast, mut slow) = (Summing::default(), Exact::ZERO);
            for (value, times) in values {
                fast.add(value, times);
                slow.add(value, times);
            }
            prop_assert_eq!(fast.sum(), slow);
        }

        #[test]
        fn limbs_come_back(values in prop::collection::vec(prop::num::f64::NORMAL, 0..6)) {
            let sum: Exact = values.into_iter().collect();
            let text = serde_json::to_string(&sum).expect("serialised");
            prop_assert_eq!(serde_json::from_str::<Exact>(&text).expect("read"), sum);
        }

        #[test]
        fn whole_numbers_are_exact(values in prop::collection::vec(-1_000_000i64..1_000_000, 0..60)) {
            let sum: Exact = values.iter().map(|&v| v as f64).collect();
            prop_assert_eq!(sum.value(), values.iter().sum::<i64>() as f64);
        }
    }
}
