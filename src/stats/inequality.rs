//! How unequally benefits are spread over people.
//!
//! People are pairs (benefit, weight); what a benefit is, is not known here.
//! Every index is relative (a unit of benefit changes nothing), 0 when all have
//! the same, and counts weights as shares of people, so that scaling them
//! changes nothing. All are `None` unless weights are finite and not negative,
//! benefits finite, and their mean positive; who has no weight does not count.
//!
//! Peers differ in places. AIF360 0.6 divides the logarithm by the mean once
//! more at α = 0 than its own formula says. Its between-group index gives every
//! person the mean of the group, as here, but 0 to people in no listed group.
//! Holistic AI 1.0 makes the coefficient of variation 2·√GE(2), which is too
//! large by √2.

use std::borrow::{Borrow, Cow};

/// The people who count, their weight in all, and a mean to compare with.
#[derive(Clone, Debug)]
pub struct Benefits<'p> {
    each: Cow<'p, [(f64, f64)]>,
    weight: f64,
    mean: f64,
}

impl Benefits<'_> {
    /// Pairs of a benefit and the weight of those who have it. `None` unless their mean
    /// is positive.
    pub fn new(people: &[(f64, f64)]) -> Option<Benefits<'_>> {
        let valid = |(benefit, weight): &(f64, f64)| benefit.is_finite() && weight.is_finite() && *weight >= 0.0;
        let described = Benefits::of(people);
        (people.iter().all(valid) && described.mean > 0.0 && described.mean.is_finite()).then_some(described)
    }

    /// With their own mean, whatever it is.
    fn of(people: &[(f64, f64)]) -> Benefits<'_> {
        let counts = |(_, weight): &(f64, f64)| *weight > 0.0;
        let each: Cow<'_, [(f64, f64)]> = match people.iter().all(counts) {
            true => Cow::Borrowed(people),
            false => Cow::Owned(people.iter().copied().filter(counts).collect()),
        };
        let weight = each.iter().map(|(_, weight)| weight).sum();
        let mut described = Benefits { each, weight, mean: 0.0 };
        described.mean = described.mean_of(|benefit| benefit);
        described
    }

    fn mean_of(&self, of: impl Fn(f64) -> f64) -> f64 {
        self.each.iter().map(|(benefit, weight)| weight / self.weight * of(*benefit)).sum()
    }

    fn least(&self) -> f64 {
        self.each.iter().map(|(benefit, _)| *benefit).fold(f64::INFINITY, f64::min)
    }

    /// As [`generalized_entropy`].
    pub fn entropy(&self, alpha: f64) -> Option<f64> {
        let mut sum = 0.0;
        for (benefit, weight) in self.each.iter() {
            sum += weight / self.weight * part(benefit / self.mean, alpha)?;
        }
        sum.is_finite().then_some(sum)
    }

    /// As [`gini`].
    pub fn gini(&self) -> Option<f64> {
        if self.least() < 0.0 {
            return None;
        }
        let mut each = Cow::Borrowed(self.each.as_ref());
        if !each.is_sorted_by(|one, other| one.0 <= other.0) {
            each.to_mut().sort_by(|one, other| one.0.total_cmp(&other.0));
        }
        let (mut below, mut area) = (0.0, 0.0);
        for pair in each.windows(2) {
            below += pair[0].1 / self.weight;
            area += (pair[1].0 - pair[0].0) / self.mean * below * (1.0 - below).max(0.0);
        }
        area.is_finite().then_some(area.clamp(0.0, 1.0))
    }

    /// As [`atkinson`].
    pub fn atkinson(&self, epsilon: f64) -> Option<f64> {
        let (least, mean) = (self.least(), self.mean);
        if !(least >= 0.0 && epsilon >= 0.0 && epsilon.is_finite()) {
            return None;
        }
        let power = 1.0 - epsilon;
        if power <= 0.0 && least == 0.0 {
            return Some(1.0);
        }
        if power == 0.5 {
            // Roots over 1, which keep their digits where all have about the same.
            let over = self.mean_of(|benefit| (benefit / mean - 1.0) / ((benefit / mean).sqrt() + 1.0));
            return Some((over.abs() * (2.0 + over)).clamp(0.0, 1.0));
        }
        // Relative to the least when powers are negative: none can then overflow.
        let unit = if power < 0.0 { least } else { mean };
        let logarithm = if power == 0.0 {
            self.mean_of(|benefit| (benefit / unit).ln())
        } else {
            self.mean_of(|benefit| (power * (benefit / unit).ln()).exp_m1()).ln_1p() / power
        };
        Some((1.0 - unit / mean * logarithm.exp()).clamp(0.0, 1.0))
    }
}

/// What a person with `r` times the mean adds to GE(α). Written so that no one
/// adds less than 0: α·(r − 1) has mean 0 and may be taken away. `None` where
/// the index has no finite value.
fn part(r: f64, alpha: f64) -> Option<f64> {
    let over = r - 1.0;
    let value = if alpha == 2.0 {
        over * over / 2.0
    } else if r < 0.0 || r == 0.0 && alpha <= 0.0 {
        return None;
    } else if alpha == 0.0 {
        over - r.ln()
    } else if alpha == 1.0 {
        if r > 0.0 { r * r.ln() - over } else { 1.0 }
    } else if alpha > 0.5 {
        // Keeps its digits near 1, where both parts of the divisor vanish.
        let power = if r > 0.0 { r * ((alpha - 1.0) * r.ln()).exp_m1() } else { 0.0 };
        (power - (alpha - 1.0) * over) / (alpha * (alpha - 1.0))
    } else {
        ((alpha * r.ln()).exp_m1() - alpha * over) / (alpha * (alpha - 1.0))
    };
    value.is_finite().then_some(value.max(0.0))
}

/// The generalized entropy index of benefits b with mean μ:
///
/// - α = 0: mean of ln(μ/b), the mean log deviation; `None` when a benefit is
///   not positive, since one person without any makes it infinite;
/// - α = 1: mean of (b/μ)·ln(b/μ), Theil's index, with 0·ln 0 = 0;
/// - α = 2: half the squared coefficient of variation;
/// - else: (mean of (b/μ)^α − 1)/(α(α − 1)).
///
/// From 0 up; Theil's index to ln of (all people ÷ those who have everything).
/// The larger α, the more it looks at those who have much. `None` too when a
/// benefit is negative, except at α = 2. Shorrocks (1980), Econometrica 48;
/// Speicher et al. (2018) for benefits of decisions.
///
/// For example 0.1 at α = 2 says that benefits differ from their mean by
/// √(2·0.1) = 45 % of it, in root mean square.
pub fn generalized_entropy(people: &[(f64, f64)], alpha: f64) -> Option<f64> {
    Benefits::new(people)?.entropy(alpha)
}

/// An index split by group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decomposition {
    /// The index of all people.
    pub total: f64,
    /// What would be left if everyone had the mean of their group.
    pub between: f64,
    /// What would be left if all groups had the same mean.
    pub within: f64,
}

/// The generalized entropy index split into a part between groups and one
/// within, which sum to the whole:
/// within = Σ_g (W_g/W)·(μ_g/μ)^α·GE_g(α), between = GE(α) of the group means.
///
/// Both parts are from 0 up. Groups without weight do not count. A group where
/// nobody has anything has no inequality within. `None` where the index of all
/// people is. Shorrocks (1980, 1984).
pub fn decompose(groups: &[Vec<(f64, f64)>], alpha: f64) -> Option<Decomposition> {
    let total = generalized_entropy(&groups.concat(), alpha)?;
    let between = between_groups(groups, alpha)?;
    let [within] = within_groups(groups, [alpha]);
    Some(Decomposition { total, between, within: within? })
}

/// The parts within groups of the indices with several α, as [`decompose`] has them.
pub fn within_groups<G: Borrow<[(f64, f64)]>, const N: usize>(groups: &[G], alphas: [f64; N]) -> [Option<f64>; N] {
    let everyone = groups.concat();
    let Some(all) = Benefits::new(&everyone) else { return [None; N] };
    let groups = with_means(groups);
    let (least, most) = (all.least(), all.each.iter().map(|(benefit, _)| *benefit).fold(0.0, f64::max));
    alphas.map(|alpha| {
        // Who has least or most decides whether the index has a value.
        part(least / all.mean, alpha).and(part(most / all.mean, alpha))?;
        let of = |group: &Benefits<'_>| Some(group.weight / all.weight * within_group(group, all.mean, alpha)?);
        groups.iter().map(of).sum::<Option<f64>>().filter(|within| within.is_finite())
    })
}

/// The index of the means of groups, which is the part between them. It needs
/// no benefit of every single person: at α = 0 it has a value wherever every
/// group has some benefit, also where the index of all people has none.
pub fn between_groups(groups: &[Vec<(f64, f64)>], alpha: f64) -> Option<f64> {
    let [between] = between_groups_of(groups, [alpha]);
    between
}

/// The same with several α.
pub fn between_groups_of<G: Borrow<[(f64, f64)]>, const N: usize>(groups: &[G], alphas: [f64; N]) -> [Option<f64>; N] {
    if Benefits::new(&groups.concat()).is_none() {
        return [None; N];
    }
    let means: Vec<(f64, f64)> = with_means(groups).iter().map(|group| (group.mean, group.weight)).collect();
    alphas.map(|alpha| generalized_entropy(&means, alpha))
}

/// The groups that have weight.
fn with_means<G: Borrow<[(f64, f64)]>>(groups: &[G]) -> Vec<Benefits<'_>> {
    groups.iter().map(|group| Benefits::of(group.borrow())).filter(|people| people.weight > 0.0).collect()
}

/// (μ_g/μ)^α·GE_g(α).
fn within_group(group: &Benefits, mean: f64, alpha: f64) -> Option<f64> {
    if alpha == 2.0 {
        // Also where the mean of the group is not positive.
        return Some(group.mean_of(|benefit| ((benefit - group.mean) / mean).powi(2) / 2.0));
    }
    if group.mean <= 0.0 {
        return Some(0.0);
    }
    let over_mean = if alpha == 1.0 { group.mean / mean } else { (group.mean / mean).powf(alpha) };
    Some(over_mean * group.entropy(alpha)?)
}

/// Standard deviation over mean, with the variance of the people given (over
/// W, not W − 1). From 0 up; √(2·GE(2)).
pub fn coefficient_of_variation(people: &[(f64, f64)]) -> Option<f64> {
    Some((2.0 * generalized_entropy(people, 2.0)?).sqrt())
}

/// Gini's coefficient: the mean absolute difference of two people drawn with
/// replacement, over twice the mean; computed as ∫F(1 − F)/μ, so that ties need
/// no care. In [0, 1): 0.25 says that two people differ by half of the mean on
/// average. `None` when a benefit is negative. No correction for small
/// samples. Gini (1912).
pub fn gini(people: &[(f64, f64)]) -> Option<f64> {
    Benefits::new(people)?.gini()
}

/// Atkinson's index: the share of all benefit that could be given up for an
/// equal spread, at aversion ε ≥ 0:
/// 1 − (mean of (b/μ)^(1−ε))^(1/(1−ε)); at ε = 1, 1 − geometric mean/mean.
///
/// In [0, 1]. 0 at ε = 0. From ε = 1 on one person without benefit makes it 1.
/// `None` when a benefit is negative, or ε negative or not finite. Atkinson
/// (1970), J. Econ. Theory 2.
pub fn atkinson(people: &[(f64, f64)], epsilon: f64) -> Option<f64> {
    Benefits::new(people)?.atkinson(epsilon)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn each(benefits: &[f64]) -> Vec<(f64, f64)> {
        benefits.iter().map(|&benefit| (benefit, 1.0)).collect()
    }

    fn close(found: Option<f64>, wanted: f64) {
        let found = found.expect("defined");
        assert!((found - wanted).abs() <= 1e-13, "{found} is not {wanted}");
    }

    /// By hand: 1, 2, 3 have mean 2; and 3, 1 in shares ¼ and ¾ mean 1.5.
    #[test]
    fn by_hand() {
        let people = each(&[1.0, 2.0, 3.0]);
        close(generalized_entropy(&people, 2.0), 1.0 / 12.0);
        close(generalized_entropy(&people, 0.0), (8.0f64 / 6.0).ln() / 3.0);
        close(generalized_entropy(&people, 1.0), (0.5 * 0.5f64.ln() + 1.5 * 1.5f64.ln()) / 3.0);
        close(generalized_entropy(&people, 3.0), (36.0 / 24.0 - 1.0) / 6.0);
        close(generalized_entropy(&people, -1.0), ((2.0 + 1.0 + 2.0 / 3.0) / 3.0 - 1.0) / 2.0);
        close(coefficient_of_variation(&people), (2.0f64 / 3.0).sqrt() / 2.0);
        close(gini(&people), 2.0 / 9.0);
        close(atkinson(&people, 1.0), 1.0 - 6.0f64.cbrt() / 2.0);
        close(atkinson(&people, 2.0), 1.0 - 3.0 / (11.0 / 6.0) / 2.0);
        assert!(atkinson(&each(&[1.0, 1.0]), 0.5).is_some_and(|none| none == 0.0 && none.is_sign_positive()));
        close(gini(&[(3.0, 0.5), (1.0, 1.5)]), 0.25 * 0.75 * 2.0 / 1.5);
    }

    /// AIF360 0.6.1, `generalized_entropy_index` of 0 0 1 1 1 2 2 1; at α = 0
    /// of 1 1 2 2, where it must be multiplied by the mean 1.5.
    #[test]
    fn as_aif360_has_it() {
        let people = each(&[0.0, 0.0, 1.0, 1.0, 1.0, 2.0, 2.0, 1.0]);
        for (alpha, wanted) in [(0.5, 0.5857864376269049), (1.0, 0.34657359027997264), (2.0, 0.25), (3.0, 0.25)] {
            close(generalized_entropy(&people, alpha), wanted);
        }
        close(generalized_entropy(&each(&[1.0, 1.0, 2.0, 2.0]), 0.0), 0.03926101188546119 * 1.5);
        close(coefficient_of_variation(&people), std::f64::consts::FRAC_1_SQRT_2);
        let groups = [people[..4].to_vec(), people[4..].to_vec()];
        close(decompose(&groups, 1.0).map(|parts| parts.between), 0.130812035941137);
        close(decompose(&groups, 2.0).map(|parts| parts.between), 0.125);
    }

    /// Speicher et al. (2018): nobody of one group has anything.
    #[test]
    fn a_group_with_nothing_has_no_inequality_within() {
        let found = decompose(&[each(&[0.0, 0.0]), each(&[1.0, 1.0])], 1.0).expect("defined");
        assert!((found.between - 2.0f64.ln()).abs() < 1e-15 && found.within == 0.0);
        let negative = decompose(&[each(&[-1.0, -2.0]), each(&[4.0, 5.0]), vec![]], 2.0).expect("defined");
        assert!((negative.between + negative.within - negative.total).abs() < 1e-13);
    }

    #[test]
    fn zero_negative_and_nobody() {
        let zero = each(&[0.0, 1.0]);
        assert_eq!(generalized_entropy(&zero, 0.0), None);
        assert_eq!(generalized_entropy(&zero, -1.0), None);
        close(generalized_entropy(&zero, 1.0), 2.0f64.ln());
        assert_eq!([1.0, 1.5].map(|epsilon| atkinson(&zero, epsilon)), [Some(1.0); 2]);
        close(atkinson(&zero, 0.5), 0.5);
        close(atkinson(&zero, 0.0), 0.0);
        assert_eq!(atkinson(&zero, -0.5), None);
        let negative = each(&[-1.0, 4.0]);
        assert_eq!([0.0, 1.0, 3.0].map(|alpha| generalized_entropy(&negative, alpha)), [None; 3]);
        close(generalized_entropy(&negative, 2.0), (2.5f64 / 1.5).powi(2) / 2.0);
        assert_eq!((gini(&negative), atkinson(&negative, 1.0)), (None, None));
        for none in [vec![], each(&[0.0, 0.0]), vec![(1.0, 0.0)], vec![(1.0, -1.0), (1.0, 3.0)], each(&[f64::NAN])] {
            assert_eq!((generalized_entropy(&none, 2.0), gini(&none), atkinson(&none, 1.0)), (None, None, None));
            assert_eq!(decompose(&[none], 1.0), None);
        }
        close(generalized_entropy(&[(1.0, 1.0), (0.0, 0.0)], 0.0), 0.0);
        assert_eq!(generalized_entropy(&zero, f64::NAN), None);
    }

    /// The limit of great aversion is 1 − least/mean.
    #[test]
    fn great_aversion_looks_at_the_least() {
        let found = atkinson(&each(&[1.0, 2.0, 3.0]), 1e6).expect("defined");
        assert!((found - 0.5).abs() < 1e-5);
    }

    fn groups() -> impl Strategy<Value = Vec<Vec<(f64, f64)>>> {
        prop::collection::vec(prop::collection::vec((0.01..9.0f64, 0.01..5.0f64), 1..6), 1..5)
    }

    proptest! {
        #[test]
        fn the_parts_sum_to_the_whole(groups in groups(), alpha in -1.0..3.0f64, special in 0..6usize) {
            let alpha = [0.0, 1.0, 2.0].get(special).copied().unwrap_or(alpha);
            let found = decompose(&groups, alpha).expect("positive benefits");
            prop_assert!(found.total >= 0.0 && found.between >= 0.0 && found.within >= 0.0);
            prop_assert!((found.between + found.within - found.total).abs() <= 1e-12 * found.total.max(1.0));
        }

        #[test]
        fn units_copies_and_scale_of_weights_change_nothing(
            groups in groups(), alpha in -1.0..3.0f64, unit in 0.1..9.0f64,
        ) {
            let people = groups.concat();
            let scaled: Vec<_> = people.iter().map(|(b, w)| (b * unit, w / unit)).collect();
            let copies: Vec<_> = people.iter().flat_map(|&(b, w)| [(b, w / 3.0); 3]).collect();
            let all = |p: &[(f64, f64)]| {
                [generalized_entropy(p, alpha), gini(p), atkinson(p, alpha.abs()), coefficient_of_variation(p)]
            };
            for ((one, two), three) in all(&people).iter().zip(all(&scaled)).zip(all(&copies)) {
                let (one, two, three) = (one.expect("value"), two.expect("value"), three.expect("value"));
                let near = 1e-10 * one.max(1.0);
                prop_assert!((one - two).abs() < near && (one - three).abs() < near);
            }
        }

        /// From the definition: all pairs.
        #[test]
        fn gini_by_pairs(people in prop::collection::vec((0u8..5, 0.1..3.0f64), 1..9)) {
            let people: Vec<(f64, f64)> = people.iter().map(|&(b, w)| (f64::from(b), w)).collect();
            if let Some(Benefits { weight, mean, .. }) = Benefits::new(&people) {
                let pairs = people.iter().flat_map(|one| people.iter().map(move |two| (one, two)));
                let sum: f64 = pairs.map(|(one, two)| one.1 * two.1 * (one.0 - two.0).abs()).sum();
                let wanted = sum / (2.0 * weight * weight * mean);
                prop_assert!((gini(&people).expect("defined") - wanted).abs() < 1e-12);
            }
        }
    }
}
