//! The unknown people who take an index of inequality to its ends.

use super::lot::{share_of, with};
use crate::catalogue::{FN, FP, Inequality, NOBODY, Outcomes, TN, TP};
use crate::measure::base::inequality_of;
use crate::measure::part::Part;

/// Who has a benefit of 0, 1 and 2.
const BY_BENEFIT: [Outcomes; 3] = [FN, TP.or(TN), FP];

/// With no more combinations than so many all are tried.
const MOST_TRIED: f64 = 4_096.0;

/// How many weights of people are tried at once on the way to an end.
const STEPS: usize = 64;

/// A group with the unknown people who take its index up, or down, as far as they can.
///
/// Everyone without benefit raises every index, so at an end all or none of them
/// belong to the group. Indices do not change if every benefit has as many times the
/// people: where someone is without, no number of people with 1 and with 2 is best
/// unless one of the two is at its end (Euler's theorem on homogeneous functions),
/// and where nobody is, only their proportion matters, which is the same at an end.
/// So one of both is at its end, and the other is searched: as weights that need not
/// be those of whole people, which makes it a bound. With few people all numbers are
/// tried.
pub(super) fn pushed(index: Inequality, part: &Part, unknown: &Part, up: bool) -> Option<Part> {
    let own = BY_BENEFIT.map(|set| part.cell(set).weight.value());
    let more = BY_BENEFIT.map(|set| unknown.cell(set).weight.value());
    let whole = BY_BENEFIT.iter().all(|set| {
        let cell = unknown.cell(*set);
        cell.weight.value() == cell.n as f64
    });
    let without = if up { more[0] } else { 0.0 };
    let height = |ones: f64, twos: f64| {
        let found = inequality_of(index, &[own[0] + without, own[1] + ones, own[2] + twos]);
        found.map(|value| if up { value } else { -value })
    };
    let mut best: Option<(f64, [f64; 2])> = None;
    let mut try_one = |ones: f64, twos: f64| {
        let value = height(ones, twos);
        if let Some(value) = value
            && best.is_none_or(|(most, _)| value > most)
        {
            best = Some((value, [ones, twos]));
        }
        value
    };
    if whole && (more[1] + 1.0) * (more[2] + 1.0) <= MOST_TRIED {
        for ones in 0..=more[1] as u64 {
            (0..=more[2] as u64).for_each(|twos| {
                try_one(ones as f64, twos as f64);
            });
        }
    } else {
        for end in [0.0, more[1]] {
            search(more[2], |twos| try_one(end, twos));
        }
        for end in [0.0, more[2]] {
            search(more[1], |ones| try_one(ones, end));
        }
    }
    let (_, [ones, twos]) = best?;
    let mut taken = with(part, unknown, if up { FN } else { NOBODY });
    for (set, people, of) in [(BY_BENEFIT[1], ones, more[1]), (BY_BENEFIT[2], twos, more[2])] {
        if people > 0.0 {
            for (stratum, outcome, cell) in unknown.tally.iter().filter(|(_, outcome, _)| set.contains(*outcome)) {
                taken.tally.cell_mut(stratum, outcome).merge(&share_of(cell, people / of));
            }
        }
    }
    Some(taken)
}

/// Tries weights of people from nobody to all, ever closer around the best.
fn search(all: f64, mut height: impl FnMut(f64) -> Option<f64>) {
    let (mut low, mut high) = (0.0, all);
    loop {
        let step = (high - low) / STEPS as f64;
        let mut best: Option<(f64, f64)> = None;
        for place in (0..=STEPS).map(|at| low + step * at as f64).chain([high]) {
            if let Some(value) = height(place)
                && best.is_none_or(|(most, _)| value > most)
            {
                best = Some((value, place));
            }
        }
        let Some((_, place)) = best else { return };
        if step <= all * 1e-9 {
            return;
        }
        (low, high) = ((place - step).max(0.0), (place + step).min(all));
    }
}
