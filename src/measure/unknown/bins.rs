//! The unknown people who take a distance of scores and rates in bins to its ends.

use std::collections::HashMap;

use super::scores::{Taken, relabelled, taking};
use crate::measure::base::{CALIBRATION_BINS, announced, width_bin};
use crate::measure::part::{Part, Scale, by_score};
use crate::measure::scores::Scores;

/// What is summed over bins: of D = Σw·(label − score) and n = Σw, both of one bin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gap {
    /// |D|, of which the calibration error is made.
    Plain,
    /// D²/n, of which the reliability is made.
    Squared,
}

/// D and n.
type Sums = (f64, f64);

impl Gap {
    fn of(self, (distance, people): Sums) -> f64 {
        match self {
            Gap::Plain => distance.abs(),
            Gap::Squared if people > 0.0 => distance * distance / people,
            Gap::Squared => 0.0,
        }
    }

    /// The parts of someone with the distance `d` and a weight at which gap − least·n
    /// may be smallest: where its derivative is 0.
    fn turns(self, (distance, people): Sums, d: f64, weight: f64, least: f64) -> [f64; 2] {
        match self {
            Gap::Plain => [-distance / (weight * d), f64::NAN],
            Gap::Squared => {
                let root = (d * d - least).sqrt();
                // D/n where one person more leaves gap − least·n as it is.
                [d + root, d - root].map(|ratio| (ratio * people - distance) / (weight * (d - ratio)))
            }
        }
    }
}

/// Unknown people with one score and label.
struct Alike {
    bin: i64,
    label: bool,
    d: f64,
    weight: f64,
}

/// The first so many of a bin in rising or falling order of d, and a part of the next.
#[derive(Clone, Copy)]
struct Choice {
    falling: bool,
    whole: usize,
    part: f64,
}

/// A group with the unknown people who take its gap up, or down, as far as they can.
///
/// A quotient Σ gap / Σ n is highest where Σ gap − q·Σ n is, at the highest quotient q
/// (Dinkelbach 1967); this falls apart into bins. A gap is the largest of several
/// functions that are linear in D and n, so that those who belong to an end have the
/// lowest or the highest d of their bin. Of those at its border a part may be best for
/// the lowest gap, which makes it a bound where people are whole.
pub(super) fn pushed(gap: Gap, part: &Part, unknown: &Part, scale: Scale, up: bool) -> Option<Part> {
    let (here, others) = (part.scores(), unknown.scores());
    let mut own = [(0.0, 0.0); CALIBRATION_BINS];
    for (at, alike) in people(&here, scale) {
        own[at] = added(own[at], &alike, 1.0);
    }
    let mut more: [Vec<Alike>; CALIBRATION_BINS] = Default::default();
    people(&others, scale).for_each(|(at, alike)| more[at].push(alike));
    more.iter_mut().for_each(|bin| bin.sort_by(|one, two| one.d.total_cmp(&two.d)));
    let all: Vec<Sums> = own
        .iter()
        .zip(&more)
        .map(|(own, more)| more.iter().fold(*own, |sums, alike| added(sums, alike, 1.0)))
        .collect();
    let quotient = |bins: &[Sums]| {
        let people: f64 = bins.iter().map(|(_, n)| n).sum();
        (people > 0.0).then(|| bins.iter().map(|sums| gap.of(*sums)).sum::<f64>() / people)
    };
    let mut reached = quotient(&own).or(quotient(&all))?;
    let mut chosen = Vec::new();
    for _ in 0..100 {
        let best: Vec<(Sums, Choice)> =
            own.iter().zip(&more).map(|(own, more)| best_of(gap, *own, more, reached, up)).collect();
        let next = quotient(&best.iter().map(|(sums, _)| *sums).collect::<Vec<_>>());
        chosen = best.into_iter().map(|(_, choice)| choice).collect();
        match next {
            Some(next) if (next - reached).abs() > 1e-15 => reached = next,
            _ => break,
        }
    }
    let mut taken: HashMap<(i64, bool), f64> = HashMap::new();
    for (choice, more) in chosen.iter().zip(&more) {
        let order: Vec<&Alike> = if choice.falling { more.iter().rev().collect() } else { more.iter().collect() };
        for (at, alike) in order.into_iter().enumerate().take(choice.whole + 1) {
            taken.insert((alike.bin, alike.label), if at < choice.whole { 1.0 } else { choice.part });
        }
    }
    let share =
        |label: bool| move |taken: &HashMap<(i64, bool), f64>, bin| taken.get(&(bin, label)).copied().unwrap_or(0.0);
    let [favourable, unfavourable] =
        [(true, &here.favourable, &others.favourable), (false, &here.unfavourable, &others.unfavourable)]
            .map(|(label, own, more)| taking(own, more, scale, |bin| Taken(share(label)(&taken, bin))));
    Some(relabelled(part, favourable, unfavourable))
}

/// Everyone with a score and a label, alike together, each with the bin of the score.
fn people(scores: &Scores, scale: Scale) -> impl Iterator<Item = (usize, Alike)> + '_ {
    by_score(&scores.favourable, &scores.unfavourable).flat_map(move |(bin, favourable, unfavourable)| {
        let p = announced(scale.grid.centre(bin), scale);
        let alike =
            move |label: bool, weight| (width_bin(p), Alike { bin, label, d: f64::from(u8::from(label)) - p, weight });
        [alike(true, favourable), alike(false, unfavourable)].into_iter().filter(|(_, alike)| alike.weight > 0.0)
    })
}

fn added((distance, people): Sums, alike: &Alike, part: f64) -> Sums {
    (distance + part * alike.weight * alike.d, people + part * alike.weight)
}

/// Those of one bin with whom gap − reached·n is largest, or smallest.
fn best_of(gap: Gap, own: Sums, more: &[Alike], reached: f64, up: bool) -> (Sums, Choice) {
    let height = |sums: Sums| {
        let value = gap.of(sums) - reached * sums.1;
        if up { value } else { -value }
    };
    let mut best = (own, Choice { falling: false, whole: 0, part: 0.0 });
    let mut consider = |sums: Sums, choice: Choice| {
        if height(sums) > height(best.0) {
            best = (sums, choice);
        }
    };
    for falling in [false, true] {
        let mut sums = own;
        for whole in 0..more.len() {
            let next = if falling { &more[more.len() - 1 - whole] } else { &more[whole] };
            if !up {
                let turns = gap.turns(sums, next.d, next.weight, reached).into_iter();
                for part in turns.filter(|part| *part > 0.0 && *part < 1.0) {
                    consider(added(sums, next, part), Choice { falling, whole, part });
                }
            }
            sums = added(sums, next, 1.0);
            consider(sums, Choice { falling, whole: whole + 1, part: 0.0 });
        }
    }
    best
}
