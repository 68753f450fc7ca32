//! How much of a gap is who is where, and how much is what happens there.

/// One side of a stratum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StratumSide {
    /// Weight of its people; their number when unweighted.
    pub weight: f64,
    /// Their effective number.
    pub people: f64,
    /// Their rate, in [0, 1]; without meaning where nobody is.
    pub rate: f64,
}

/// A gap of rates in two parts, which sum to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kitagawa {
    /// The first side's rate less the second's.
    pub difference: f64,
    /// The part that comes from being in other strata.
    pub composition: f64,
    /// Its standard error.
    pub composition_se: f64,
    /// The part that comes from other rates within strata.
    pub rates: f64,
    /// Its standard error.
    pub rates_se: f64,
    /// What of `composition` lies in strata where only one side has anyone.
    pub unmatched: f64,
}

/// Splits `first − second` over strata: with shares s and rates r,
/// composition = Σ (s₁ − s₂)·(r₁ + r₂)/2 and rates = Σ (s₁ + s₂)/2·(r₁ − r₂).
/// Their sum is the difference of the overall rates.
///
/// Where only one side has anyone, no difference of rates can be seen: the
/// missing rate is put equal to the other one, so that what the stratum adds is
/// composition wholly. That part is also given on its own, because it is a
/// convention and no observation.
///
/// Standard errors by the delta method: shares multinomial, rates binomial, the
/// sides independent. They are 0 where neither shares nor rates could vary.
/// `None` when no stratum has people of both sides: then no difference of rates
/// is seen anywhere, and a part of 0 would be the convention alone.
///
/// Kitagawa (1955), J. Am. Stat. Assoc. 50, 1168–1194.
pub fn kitagawa(strata: &[(StratumSide, StratumSide)]) -> Option<Kitagawa> {
    if !strata.iter().any(|(one, other)| one.weight > 0.0 && other.weight > 0.0) {
        return None;
    }
    let first = Side::of(strata.iter().map(|pair| pair.0))?;
    let second = Side::of(strata.iter().map(|pair| pair.1))?;
    let mut found =
        Kitagawa { difference: 0.0, composition: 0.0, composition_se: 0.0, rates: 0.0, rates_se: 0.0, unmatched: 0.0 };
    // Per stratum: both shares, and how composition and rates move with a share.
    let mut slopes = Vec::with_capacity(strata.len());
    let (mut composition_variance, mut rates_variance) = (0.0, 0.0);
    for (one, other) in strata {
        let (s1, s2) = (first.share(one), second.share(other));
        let (r1, r2) = match (s1 > 0.0, s2 > 0.0) {
            (true, true) => (one.rate, other.rate),
            (true, false) => (one.rate, one.rate),
            (false, true) => (other.rate, other.rate),
            (false, false) => continue,
        };
        let composition = (s1 - s2) * (r1 + r2) / 2.0;
        found.composition += composition;
        found.rates += (s1 + s2) / 2.0 * (r1 - r2);
        if s1 == 0.0 || s2 == 0.0 {
            // One rate, moved with the whole of its share.
            found.unmatched += composition;
            composition_variance += (s1 * s1) * rate_variance(one) + (s2 * s2) * rate_variance(other);
        } else {
            let both = rate_variance(one) + rate_variance(other);
            composition_variance += ((s1 - s2) / 2.0).powi(2) * both;
            rates_variance += ((s1 + s2) / 2.0).powi(2) * both;
        }
        slopes.push((s1, s2, (r1 + r2) / 2.0, (r1 - r2) / 2.0));
    }
    let composition_slopes: Vec<_> = slopes.iter().map(|&(s1, s2, mean, _)| (s1, s2, mean)).collect();
    let rates_slopes: Vec<_> = slopes.iter().map(|&(s1, s2, _, half)| (s1, s2, half)).collect();
    found.difference = found.composition + found.rates;
    found.composition_se = (composition_variance + share_variance(&composition_slopes, &first, &second)).sqrt();
    found.rates_se = (rates_variance + share_variance(&rates_slopes, &first, &second)).sqrt();
    Some(found)
}

/// A side's weight in all and its effective number.
struct Side {
    weight: f64,
    people: f64,
}

impl Side {
    /// `None` when nobody is there. Kish's number of all strata together.
    fn of(strata: impl Iterator<Item = StratumSide>) -> Option<Side> {
        let (mut weight, mut square) = (0.0, 0.0);
        for side in strata.filter(|side| side.weight > 0.0 && side.people > 0.0) {
            weight += side.weight;
            square += side.weight * side.weight / side.people;
        }
        (weight > 0.0 && weight.is_finite()).then(|| Side { weight, people: weight * weight / square })
    }

    fn share(&self, stratum: &StratumSide) -> f64 {
        if stratum.weight > 0.0 && stratum.people > 0.0 { stratum.weight / self.weight } else { 0.0 }
    }
}

/// The binomial variance of a rate; 0 where nobody is.
fn rate_variance(side: &StratumSide) -> f64 {
    if side.people > 0.0 && side.weight > 0.0 { (side.rate * (1.0 - side.rate)).max(0.0) / side.people } else { 0.0 }
}

/// The multinomial variance of Σ share·slope on both sides, from (s₁, s₂, slope).
fn share_variance(slopes: &[(f64, f64, f64)], first: &Side, second: &Side) -> f64 {
    let spread = |share: fn(&(f64, f64, f64)) -> f64| {
        let mean: f64 = slopes.iter().map(|part| share(part) * part.2).sum();
        slopes.iter().map(|part| share(part) * (part.2 - mean).powi(2)).sum::<f64>()
    };
    spread(|part| part.0) / first.people + spread(|part| part.1) / second.people
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn side(people: f64, successes: f64) -> StratumSide {
        StratumSide { weight: people, people, rate: if people > 0.0 { successes / people } else { 0.0 } }
    }

    /// By hand: shares (0.8, 0.2) and (0.4, 0.6), rates (0.5, 0.1) and (0.6, 0.2):
    /// composition 0.4·0.55 − 0.4·0.15 = 0.16, rates 0.6·(−0.1) + 0.4·(−0.1) = −0.1.
    #[test]
    fn two_strata_by_hand() {
        let found = kitagawa(&[(side(80., 40.), side(40., 24.)), (side(20., 2.), side(60., 12.))]).expect("both");
        assert!((found.composition - 0.16).abs() < 1e-15 && (found.rates + 0.1).abs() < 1e-15, "{found:?}");
        assert!((found.difference - (0.42 - 0.36)).abs() < 1e-15 && found.unmatched == 0.0);
    }

    /// Berkeley 1973: men less women; the gap is where people applied, against the rates.
    #[test]
    fn berkeley_is_composition() {
        let cells = [
            (825., 512., 108., 89.),
            (560., 353., 25., 17.),
            (325., 120., 593., 202.),
            (417., 138., 375., 131.),
            (191., 53., 393., 94.),
            (373., 22., 341., 24.),
        ];
        let strata = cells.map(|(n1, a, n2, c)| (side(n1, a), side(n2, c)));
        let found = kitagawa(&strata).expect("both");
        assert!((found.difference - (1198. / 2691. - 557. / 1835.)).abs() < 1e-14);
        assert!(found.composition > found.difference && found.rates < 0.0, "{found:?}");
        // 200,000 multinomial and binomial draws in numpy.
        assert!((found.composition_se / 0.01301 - 1.0).abs() < 0.02, "{found:?}");
        assert!((found.rates_se / 0.01737 - 1.0).abs() < 0.02, "{found:?}");
    }

    /// A stratum with one side only is composition, and said to be a convention.
    #[test]
    fn one_side_only() {
        let found = kitagawa(&[(side(50., 20.), side(100., 30.)), (side(50., 40.), side(0., 0.))]).expect("both");
        assert!((found.unmatched - 0.5 * 0.8).abs() < 1e-15);
        assert!((found.difference - (0.6 - 0.3)).abs() < 1e-15, "{found:?}");
        assert!((found.rates - 0.75 * 0.1).abs() < 1e-15, "{found:?}");
    }

    /// Where rates cross and where a side is missing; 400,000 multinomial and binomial draws in numpy.
    #[test]
    fn standard_errors_by_simulation() {
        let crossing = [(side(400., 360.), side(700., 140.)), (side(600., 60.), side(300., 240.))];
        let missing = [(side(500., 200.), side(1000., 300.)), (side(500., 400.), side(0., 0.))];
        for (strata, composition, rates) in [(crossing, 0.00550258, 0.0222861), (missing, 0.0131428, 0.0197314)] {
            let found = kitagawa(&strata).expect("both");
            assert!((found.composition_se / composition - 1.0).abs() < 0.01, "{found:?}");
            assert!((found.rates_se / rates - 1.0).abs() < 0.01, "{found:?}");
        }
    }

    #[test]
    fn nobody_on_a_side() {
        assert_eq!(kitagawa(&[]), None);
        assert_eq!(kitagawa(&[(side(5., 2.), side(0., 0.))]), None);
    }

    /// Rates within strata cannot be told apart where each stratum has one side.
    #[test]
    fn no_stratum_in_common() {
        assert_eq!(kitagawa(&[(side(9., 5.), side(0., 0.)), (side(0., 0.), side(7., 1.))]), None);
    }

    proptest! {
        #[test]
        fn parts_sum_and_swapping_negates(
            cells in prop::collection::vec((0u32..60, 0u32..60, 0u32..60, 0u32..60), 1..6)
        ) {
            let of = |a: u32, b: u32| side(f64::from(a + b), f64::from(a));
            let strata: Vec<_> = cells.iter().map(|&(a, b, c, d)| (of(a, b), of(c, d))).collect();
            let swapped: Vec<_> = strata.iter().map(|&(one, other)| (other, one)).collect();
            let (Some(found), Some(back)) = (kitagawa(&strata), kitagawa(&swapped)) else { return Ok(()) };
            let rate = |sides: Vec<(u32, u32)>| {
                let (yes, no) = sides.iter().fold((0, 0), |sum, (a, b)| (sum.0 + a, sum.1 + b));
                f64::from(yes) / f64::from(yes + no)
            };
            let (first, second) =
                (cells.iter().map(|cell| (cell.0, cell.1)), cells.iter().map(|cell| (cell.2, cell.3)));
            let gap = rate(first.collect()) - rate(second.collect());
            prop_assert!((found.composition + found.rates - gap).abs() < 1e-12);
            prop_assert!((found.composition + back.composition).abs() < 1e-12);
            prop_assert!((found.rates + back.rates).abs() < 1e-12);
            prop_assert!((found.rates_se - back.rates_se).abs() < 1e-12 && found.composition_se.is_finite());
        }
    }
}
