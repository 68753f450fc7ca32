//! The figures of employment practice: standard deviations, exact tests,
//! shortfall, effect size (29 CFR 1607.4(D); Castaneda v. Partida 1977; Cohen 1988).

use super::Practice;
use super::base::Look;
use super::compare::{Sides, table};
use crate::catalogue::Rate;
use crate::cells::Group;
use crate::stats::{cohens_h, fisher_mid_p, fisher_two_sided, pooled_z};

/// The figures of one group; none where nobody is on a side.
pub(super) fn practice(rate: Rate, group: &Group, sides: &Sides<'_>, look: &Look<'_>) -> Option<Practice> {
    let (own, other) = (sides.group.part, sides.apart.unwrap_or(sides.reference.part));
    let of = |part: &super::part::Part| part.proportion(rate.numerator(), rate.denominator(), look.level);
    let (one, two) = (of(own)?, of(other)?);
    let weight = |part: &super::part::Part| {
        (part.cell(rate.numerator()).weight.value(), part.cell(rate.denominator()).weight.value())
    };
    let ((hits, all), (other_hits, other_all)) = (weight(own), weight(other));
    let counts = table(rate, own, other);
    Some(Practice {
        group: group.clone(),
        standard_deviations: pooled_z(one, two).map(|test| test.z),
        fisher_p: look.exact.then(|| fisher_two_sided(counts)),
        mid_p: look.exact.then(|| fisher_mid_p(counts)),
        shortfall: all * other_hits / other_all - hits,
        shortfall_pooled: all * (hits + other_hits) / (all + other_all) - hits,
        cohens_h: cohens_h(one, two),
    })
}
