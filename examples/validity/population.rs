//! Populations of which every number is known, because they are finite: a
//! list of kinds of people with their shares.

use evenhand::stats::Counter;

/// People who cannot be told apart.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    pub share: f64,
    pub label: bool,
    pub decision: bool,
    pub score: f64,
}

/// A population: kinds of people whose shares sum to one.
#[derive(Clone, Debug)]
pub struct Population {
    pub kinds: Vec<Kind>,
    cumulative: Vec<f64>,
}

/// How scores, labels and decisions hang together in a population.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    /// Scores have the density s^(rise − 1)·(1 − s)^(fall − 1).
    pub rise: f64,
    pub fall: f64,
    /// The log odds of the favourable label are slope·logit(score) + shift; a
    /// calibrated score has 1 and 0.
    pub slope: f64,
    pub shift: f64,
    /// Scores from here on get a yes; one in ten decisions is turned over.
    pub threshold: f64,
}

/// Distinct scores of a population.
const SCORES: usize = 40;

/// Decisions that do not follow the score.
const TURNED: f64 = 0.1;

impl Recipe {
    pub const CALIBRATED: Recipe = Recipe { rise: 2.0, fall: 2.0, slope: 1.0, shift: 0.0, threshold: 0.5 };
    pub const SHARP: Recipe = Recipe { rise: 0.35, fall: 0.7, slope: 1.0, shift: 0.0, threshold: 0.5 };
    pub const SKEWED: Recipe = Recipe { rise: 1.2, fall: 4.0, slope: 0.7, shift: -0.3, threshold: 0.3 };

    pub fn population(self) -> Population {
        let at = |i: usize| (i as f64 + 0.5) / SCORES as f64;
        let mass = |s: f64| s.powf(self.rise - 1.0) * (1.0 - s).powf(self.fall - 1.0);
        let whole: f64 = (0..SCORES).map(|i| mass(at(i))).sum();
        let mut kinds = Vec::new();
        for score in (0..SCORES).map(at) {
            let odds = (self.slope * (score / (1.0 - score)).ln() + self.shift).exp();
            let yes = if score >= self.threshold { 1.0 - TURNED } else { TURNED };
            for (label, of_label) in [(true, odds / (1.0 + odds)), (false, 1.0 / (1.0 + odds))] {
                for (decision, of_decision) in [(true, yes), (false, 1.0 - yes)] {
                    let share = mass(score) / whole * of_label * of_decision;
                    kinds.push(Kind { share, label, decision, score });
                }
            }
        }
        Population::of(kinds)
    }
}

impl Population {
    pub fn of(kinds: Vec<Kind>) -> Population {
        let mut sum = 0.0;
        let cumulative = kinds.iter().map(|kind| {
            sum += kind.share;
            sum
        });
        Population { cumulative: cumulative.collect(), kinds }
    }

    /// The same, with people who get a yes so many times rarer.
    pub fn with_rarer_yes(&self, times: f64) -> Population {
        let rarer = |kind: &Kind| if kind.decision { Kind { share: kind.share / times, ..*kind } } else { *kind };
        Population::of(self.kinds.iter().map(rarer).collect())
    }

    /// Several populations together, by their sizes.
    pub fn mixture(parts: &[(f64, &Population)]) -> Population {
        let whole: f64 = parts.iter().map(|(size, _)| size).sum();
        let kinds = parts.iter().flat_map(|(size, part)| {
            part.kinds.iter().map(move |kind| Kind { share: kind.share * size / whole, ..*kind })
        });
        Population::of(kinds.collect())
    }

    /// Label and decision alone: rates of yes among the qualified and the others.
    pub fn decisions(base_rate: f64, tpr: f64, fpr: f64) -> Population {
        let kind = |label: bool, decision: bool, share: f64| Kind { share, label, decision, score: 0.5 };
        Population::of(vec![
            kind(true, true, base_rate * tpr),
            kind(true, false, base_rate * (1.0 - tpr)),
            kind(false, true, (1.0 - base_rate) * fpr),
            kind(false, false, (1.0 - base_rate) * (1.0 - fpr)),
        ])
    }

    /// Somebody by lot.
    pub fn draw(&self, chance: &mut Counter) -> usize {
        let at = chance.uniform() * self.cumulative.last().copied().unwrap_or(1.0);
        self.cumulative.partition_point(|sum| *sum < at).min(self.kinds.len() - 1)
    }

    /// The share of people for whom something holds.
    pub fn share(&self, holds: impl Fn(&Kind) -> bool) -> f64 {
        self.mean(|kind| f64::from(u8::from(holds(kind))))
    }

    pub fn mean(&self, of: impl Fn(&Kind) -> f64) -> f64 {
        self.kinds.iter().map(|kind| kind.share * of(kind)).sum()
    }

    /// Scores in rising order with the shares of both labels.
    pub fn by_score(&self) -> Vec<(f64, f64, f64)> {
        let mut all: Vec<(f64, f64, f64)> = Vec::new();
        let mut kinds = self.kinds.clone();
        kinds.sort_by(|a, b| a.score.total_cmp(&b.score));
        for kind in kinds {
            let (one, two) = if kind.label { (kind.share, 0.0) } else { (0.0, kind.share) };
            match all.last_mut() {
                Some(last) if last.0 == kind.score => *last = (last.0, last.1 + one, last.2 + two),
                _ => all.push((kind.score, one, two)),
            }
        }
        all
    }
}
