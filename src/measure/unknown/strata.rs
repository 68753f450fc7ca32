//! The unknown people who take a comparison within strata to its ends.

use std::collections::BTreeSet;

use super::lot::with;
use crate::catalogue::{Base, Comparison, NOBODY, Outcomes, Rate};
use crate::cells::{Stratum, Tally};
use crate::measure::base::Look;
use crate::measure::compare::Sides;
use crate::measure::evidence::Known;
use crate::measure::part::Part;
use crate::measure::strata::{pool, pooled, strata_of};

/// Weights of hits and misses of the group, and of the reference.
type Table = [f64; 4];

/// Both sides with the unknown people who take a pooled comparison up, or down, as
/// far as they can, and the number; none where it has no bound there.
///
/// It is a quotient of sums over strata, which is highest where the numerator less
/// the highest quotient times the denominator is (Dinkelbach 1967), stratum by
/// stratum. In each that is a linear fraction of the number of hits and of misses of
/// either side: it rises or falls with it, so that all or none of the unknown people
/// are taken. Whether both sides would have to take the same people is not asked: a bound.
pub(super) fn pushed(
    base: &Base,
    how: Comparison,
    sides: &Sides<'_>,
    unknown: &Part,
    up: bool,
    look: &Look<'_>,
) -> Option<Known> {
    let rate = base.rate()?;
    let (group, reference) = (sides.group.part, sides.reference.part);
    let strata: Vec<Stratum> = {
        let all = [group, reference, unknown].into_iter().flat_map(strata_of);
        all.collect::<BTreeSet<Stratum>>().into_iter().collect()
    };
    let weights = |part: &Part, stratum: &Stratum| {
        let part = part.within(stratum);
        sets(rate).map(|set| part.cell(set).weight.value())
    };
    let tables: Vec<(Table, [f64; 2])> = strata
        .iter()
        .map(|stratum| {
            let ([a, b], [c, d]) = (weights(group, stratum), weights(reference, stratum));
            ([a, b, c, d], weights(unknown, stratum))
        })
        .collect();
    let chosen = choose(how, &tables, up)?;
    let side = |part: &Part, at: usize| {
        let mut tally = Tally::default();
        for (stratum, taken) in strata.iter().zip(&chosen) {
            let kept = [0, 1].map(|set| if taken[2 * at + set] { sets(rate)[set] } else { NOBODY });
            let here = with(&part.within(stratum), &unknown.within(stratum), kept[0].or(kept[1]));
            here.tally.iter().for_each(|(stratum, outcome, cell)| tally.cell_mut(stratum, outcome).merge(cell));
        }
        Part { tally, ..with(part, unknown, rate.denominator()) }
    };
    let (group, reference) = (side(group, 0), side(reference, 1));
    let pool = pool(base, &group, &reference, look.level);
    pooled(how, pool.as_ref(), &group.people()).known()
}

/// Hits and misses.
fn sets(rate: Rate) -> [Outcomes; 2] {
    [rate.numerator(), rate.denominator().without(rate.numerator())]
}

/// Of each stratum which of the four counts takes the unknown people. None where the
/// comparison has no bound, or no stratum has both sides.
fn choose(how: Comparison, tables: &[(Table, [f64; 2])], up: bool) -> Option<Vec<[bool; 4]>> {
    let sum = |chosen: &[[bool; 4]]| {
        let each = tables.iter().zip(chosen).map(|((own, more), taken)| fraction(how, taking(*own, *more, *taken)));
        each.fold((0.0, 0.0), |sum, term| (sum.0 + term.0, sum.1 + term.1))
    };
    let mut chosen = vec![[false; 4]; tables.len()];
    let (above, below) = match sum(&chosen) {
        (_, 0.0) => sum(&vec![[true; 4]; tables.len()]),
        found => found,
    };
    let mut reached = if below > 0.0 { above / below } else { return None };
    for _ in 0..100 {
        chosen = tables.iter().map(|(own, more)| best(how, *own, *more, reached, up)).collect();
        let (above, below) = sum(&chosen);
        if below <= 0.0 {
            return None;
        }
        let next = above / below;
        if (next - reached).abs() <= 1e-15 * next.abs() {
            break;
        }
        reached = next;
    }
    Some(chosen)
}

fn taking(own: Table, more: [f64; 2], taken: [bool; 4]) -> Table {
    std::array::from_fn(|at| own[at] + if taken[at] { more[at % 2] } else { 0.0 })
}

/// What a stratum adds to numerator and denominator.
fn fraction(how: Comparison, [a, b, c, d]: Table) -> (f64, f64) {
    let (one, two) = (a + b, c + d);
    let all = one + two;
    if one <= 0.0 || two <= 0.0 {
        return (0.0, 0.0);
    }
    match how {
        Comparison::MantelHaenszelDifference => ((a * two - c * one) / all, one * two / all),
        _ => (a * d / all, b * c / all),
    }
}

fn best(how: Comparison, own: Table, more: [f64; 2], reached: f64, up: bool) -> [bool; 4] {
    let height = |taken: [bool; 4]| {
        let (above, below) = fraction(how, taking(own, more, taken));
        if up { above - reached * below } else { reached * below - above }
    };
    let ways = (0..16).map(|way: usize| std::array::from_fn(|at| way >> at & 1 == 1));
    let found = ways.max_by(|one, two| height(*one).total_cmp(&height(*two)));
    found.unwrap_or([false; 4])
}
