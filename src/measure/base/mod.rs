//! One base metric for one part of the people.

mod calibration;
mod forecast;
mod inequality;
mod people;
mod score;

pub use calibration::CalibrationBin;
pub(super) use calibration::{CALIBRATION_BINS, announced, calibration, width_bin};
pub(super) use inequality::{of_weights as inequality_of, split};
pub(super) use people::{anyone, divergence};
pub(super) use score::{coarse_bins, cumulative_gaps};

use std::cell::{Ref, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use super::distribution;
use super::evidence::{Evidence, Known, Of, Scale as ErrorScale};
use super::part::{Part, Scale};
use super::{Measured, Method};
use crate::catalogue::{Base, FN, FP, Outcomes, TN, TP, Value};
use crate::cells::{Cell, Distribution, Quantity, Why};
use crate::stats::{Counter, Intervals, Level, Replicates, Resampling, posterior};

/// What was found before in a frame: resampling is what takes time.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// Numbers by part and metric, each of which is used in several comparisons.
    measured: RefCell<HashMap<(usize, &'static str), Measured>>,
    /// Draws of all indices of inequality, by the bits of effective counts.
    benefits: RefCell<HashMap<[u64; 3], inequality::Drawn>>,
    /// Evidence of the parts of indices within or between groups, by the bits of what
    /// they are made of.
    splits: RefCell<HashMap<(bool, Vec<u64>), inequality::Split>>,
    /// Scores of everyone of the parts that were looked at last, labelled or not.
    everyone: Lately<Distribution>,
    /// What their scores announced.
    forecasts: Lately<calibration::Forecasts>,
    /// Evidence of gaps of two distribution functions, likewise.
    gaps: RefCell<HashMap<Vec<u64>, [Evidence; 2]>>,
    /// Evidence of what is made of bins of scores, likewise.
    binned: RefCell<HashMap<(bool, Vec<u64>), calibration::Binned>>,
    /// Normal numbers, for as many groups as were asked for at most.
    normals: RefCell<Normals>,
}

/// How many sides a comparison has: a group, its reference, and those outside the group.
const SIDES: usize = 3;

/// What was made of the parts that were looked at last: with many groups that of all
/// would take more room than it saves time.
#[derive(Debug)]
struct Lately<T>(RefCell<VecDeque<(usize, Rc<T>)>>);

impl<T> Default for Lately<T> {
    fn default() -> Lately<T> {
        Lately(RefCell::default())
    }
}

impl<T> Lately<T> {
    fn of(&self, part: Option<usize>, make: impl FnOnce() -> T) -> Rc<T> {
        let Some(id) = part else { return Rc::new(make()) };
        let mut known = self.0.borrow_mut();
        let place = known.iter().position(|(of, _)| *of == id);
        let found = match place.and_then(|place| known.remove(place)) {
            Some((_, found)) => found,
            None => Rc::new(make()),
        };
        known.truncate(SIDES - 1);
        known.push_front((id, Rc::clone(&found)));
        found
    }

    fn clear(&self) {
        self.0.borrow_mut().clear();
    }
}

/// The first normal numbers of a stream, and where it stands.
#[derive(Debug, Default)]
struct Normals {
    drawn: Vec<f64>,
    chance: Option<Counter>,
}

/// Numbers as a key.
fn bits<'n>(numbers: impl Iterator<Item = &'n f64>) -> Vec<u64> {
    numbers.map(|number| number.to_bits()).collect()
}

impl Memory {
    pub(super) fn clear(&self) {
        self.measured.borrow_mut().clear();
        self.benefits.borrow_mut().clear();
        self.splits.borrow_mut().clear();
        self.everyone.clear();
        self.forecasts.clear();
        self.gaps.borrow_mut().clear();
        self.binned.borrow_mut().clear();
        *self.normals.borrow_mut() = Normals::default();
    }

    /// The scores of everyone of a part, labelled or not.
    pub(super) fn everyone(&self, part: &Part) -> Rc<Distribution> {
        self.everyone.of(part.id, || part.scores().everyone())
    }

    /// The largest gap of two distribution functions and the area between them.
    pub(super) fn gaps(&self, sides: &[Vec<f64>; 2], centres: &[f64], how: Resampling) -> [Evidence; 2] {
        let key = bits(sides[0].iter().chain(&sides[1]).chain(centres));
        self.gaps.borrow_mut().entry(key).or_insert_with(|| distribution::gaps(sides, centres, how)).clone()
    }

    /// Normal numbers of the stream of the frame, for each resample one of every group.
    pub(super) fn normals(&self, groups: usize, how: Resampling) -> Ref<'_, [f64]> {
        let wanted = groups * how.resamples as usize;
        {
            let mut known = self.normals.borrow_mut();
            let Normals { drawn, chance } = &mut *known;
            let chance = chance.get_or_insert_with(|| Counter::new(how.seed, how.stream));
            drawn.reserve_exact(wanted.saturating_sub(drawn.len()));
            drawn.extend((drawn.len()..wanted).map(|_| chance.normal()));
        }
        Ref::map(self.normals.borrow(), |known| &known.drawn[..wanted])
    }
}

/// How numbers are looked at: what scores mean, and how intervals are made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look<'a> {
    pub(super) memory: &'a Memory,
    pub(super) scale: Option<Scale>,
    pub(super) level: Level,
    pub(super) choice: Intervals,
    pub(super) resampling: Resampling,
    /// Whether people were counted one by one, so that exact tests apply.
    pub(super) exact: bool,
}

/// The people that a number is about, and those around them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seat<'p> {
    pub(super) part: &'p Part,
    /// Everyone else with a recorded group.
    pub(super) rest: Option<&'p Part>,
    /// The group's share of a population.
    pub(super) population: Option<f64>,
}

impl<'p> Seat<'p> {
    pub(super) fn alone(part: &'p Part) -> Seat<'p> {
        Seat { part, rest: None, population: None }
    }
}

pub(super) fn measure(base: &Base, seat: &Seat<'_>, look: &Look<'_>) -> Measured {
    let Some(id) = seat.part.id else { return fresh(base, seat, look) };
    if let Some(found) = look.memory.measured.borrow().get(&(id, base.id)) {
        return found.clone();
    }
    let measured = fresh(base, seat, look);
    look.memory.measured.borrow_mut().insert((id, base.id), measured.clone());
    measured
}

fn fresh(base: &Base, seat: &Seat<'_>, look: &Look<'_>) -> Measured {
    let measured = of_value(base.value, seat, look);
    Measured { range: measured.range.or(Some(base.range())), ..measured }
}

fn of_value(value: Value, seat: &Seat<'_>, look: &Look<'_>) -> Measured {
    let part = seat.part;
    match value {
        Value::Rate(rate) => rate_of(part, (rate.numerator(), rate.denominator()), look),
        Value::Quotient(numerator, denominator) => quotient(numerator, denominator, part, look),
        Value::BalancedAccuracy => balanced_accuracy(part, look),
        Value::F1 => f1(part, look),
        Value::MatthewsCorrelation => matthews(part, look),
        Value::Score(value) => match look.scale {
            Some(scale) => score::measure(value, seat, scale, look),
            None => Measured::undefined(Why::EmptyGroup, &Cell::default()),
        },
        Value::Share(share) => people::share(share, seat),
        Value::Disparity(of) => people::disparity(of, seat),
        Value::Inequality(index) => inequality::measure(index, part, look),
        Value::Forecast(value) => forecast::measure(value, part),
        Value::Classes(value) => people::classes(value, part, look),
        Value::Ranked(value) => people::ranked(value, part),
        Value::Flip(flip) => people::flip(flip, part),
        // Of a sample of rows, not of cells: measured elsewhere.
        Value::Consistency | Value::Distribution(_) => Measured::undefined(Why::EmptyGroup, &Cell::default()),
    }
}

pub(super) fn empty(cell: &Cell) -> Why {
    if cell.n > 0 { Why::ZeroWeight } else { Why::EmptyDenominator }
}

/// Everyone with a label and a decision.
pub(super) const LABELLED: Outcomes = TP.or(FP).or(FN).or(TN);

fn rate_of(part: &Part, (numerator, denominator): (Outcomes, Outcomes), look: &Look<'_>) -> Measured {
    let (above, below) = (part.cell(numerator), part.cell(denominator));
    let Some(proportion) = part.proportion(numerator, denominator, look.level) else {
        return Measured::undefined(empty(&below), &below);
    };
    let value = above.weight.value() / below.weight.value();
    Measured {
        evidence: Evidence::Proportion(proportion, Of::Itself),
        numerator: Some(above.weight.value()),
        denominator: Some(below.weight.value()),
        n_eff: if part.clusters.is_some() { proportion.trials() } else { below.effective() },
        ..Measured::new(value, &below)
    }
}

/// A quotient of two sets that share nobody is the odds of one among both, such
/// as FN/FP. Where they share people, as (TP + FP)/(TP + FN) does its true
/// positives, the spread comes from those who are in one of them only.
fn quotient(numerator: Outcomes, denominator: Outcomes, part: &Part, look: &Look<'_>) -> Measured {
    let labelled = part.cell(LABELLED);
    let above = part.cell(numerator).weight.value();
    let below = part.cell(denominator).weight.value();
    if below <= 0.0 {
        let why = if above > 0.0 { Why::ZeroDenominator } else { empty(&part.cell(denominator)) };
        return Measured::undefined(why, &labelled);
    }
    let evidence = if numerator.without(denominator) == numerator {
        let share = part.proportion(numerator, numerator.or(denominator), look.level);
        share.map_or(Evidence::None, |share| Evidence::Proportion(share, Of::Odds))
    } else {
        let in_one = numerator.without(denominator).or(denominator.without(numerator));
        let people = part.proportion(in_one, LABELLED, look.level).map_or(labelled.effective(), |p| p.trials());
        let per_person = people / labelled.weight.value();
        let discordant = part.cell(in_one).weight.value();
        let se = (discordant / (above * below * per_person)).sqrt();
        match above > 0.0 && discordant > 0.0 {
            true => Evidence::Error { scale: ErrorScale::Log, se, df: None, method: Method::PairedLog },
            false => Evidence::None,
        }
    };
    Measured { evidence, numerator: Some(above), denominator: Some(below), ..Measured::new(above / below, &labelled) }
}

fn balanced_accuracy(part: &Part, look: &Look<'_>) -> Measured {
    let labelled = part.cell(LABELLED);
    let of = |hit: Outcomes, miss| part.proportion(hit, hit.or(miss), look.level);
    match (of(TP, FN), of(TN, FP)) {
        (Some(tpr), Some(tnr)) => {
            let value = (tpr.estimate() + tnr.estimate()) / 2.0;
            Measured { evidence: Evidence::MeanOfTwo(tpr, tnr), ..Measured::new(value, &labelled) }
        }
        _ if labelled.n == 0 => Measured::undefined(Why::EmptyDenominator, &labelled),
        _ => Measured::undefined(Why::OneClass, &labelled),
    }
}

/// The Jaccard share q = TP/(TP + FP + FN) is a proportion, and F1 = 2q/(1 + q).
fn f1(part: &Part, look: &Look<'_>) -> Measured {
    let (hits, all) = (part.cell(TP), part.cell(TP.or(FP).or(FN)));
    let Some(share) = part.proportion(TP, TP.or(FP).or(FN), look.level) else {
        return Measured::undefined(empty(&all), &all);
    };
    let (hits, all) = (hits.weight.value(), all.weight.value());
    let labelled = part.cell(LABELLED);
    Measured { evidence: Evidence::Proportion(share, Of::F1), ..Measured::new(2.0 * hits / (hits + all), &labelled) }
}

fn matthews(part: &Part, look: &Look<'_>) -> Measured {
    let labelled = part.cell(LABELLED);
    let cells = [TP, FP, FN, TN].map(|set| part.cell(set).weight.value());
    let Some(value) = correlation(&cells) else {
        let [tp, fp, fn_, tn] = cells;
        let one_label = tp + fn_ <= 0.0 || tn + fp <= 0.0;
        let why = match labelled.n {
            0 => Why::EmptyDenominator,
            _ if one_label => Why::OneClass,
            _ => Why::Constant,
        };
        return Measured::undefined(why, &labelled);
    };
    let counts = effective_counts(&cells, people(part, &labelled));
    let drawn = posterior(&[counts], look.resampling, |parts| correlation(&parts[0]));
    Measured { evidence: Evidence::posterior(drawn), ..Measured::new(value, &labelled) }
}

/// (TP·TN − FP·FN) / √((TP + FP)·(TP + FN)·(TN + FP)·(TN + FN)) of [TP, FP, FN, TN].
fn correlation(cells: &[f64]) -> Option<f64> {
    let [tp, fp, fn_, tn] = cells else { return None };
    let spread = ((tp + fp) * (tp + fn_)).sqrt() * ((tn + fp) * (tn + fn_)).sqrt();
    (spread > 0.0).then(|| ((tp * tn - fp * fn_) / spread).clamp(-1.0, 1.0))
}

/// Weights of cells as effective numbers of people. The last digits, which the
/// scale of weights changes, are cut: chance turns on them.
pub(super) fn effective_counts(weights: &[f64], people: f64) -> Vec<f64> {
    let whole: f64 = weights.iter().sum();
    let count = |weight: &f64| if whole > 0.0 { (weight / whole * people * DIGITS).round() / DIGITS } else { 0.0 };
    weights.iter().map(count).collect()
}

/// Effective numbers of people are told apart to 2⁻²⁰ of a person.
const DIGITS: f64 = 1_048_576.0;

/// The effective number of some people of a part. With clusters, where nothing
/// is known of how alike the numbers of a cluster are, each counts as one person.
pub(super) fn people(part: &Part, cell: &Cell) -> f64 {
    match &part.clusters {
        None => cell.effective(),
        Some(clusters) => cell.effective().min(clusters.clusters as f64),
    }
}

impl Evidence {
    pub(super) fn resampled(drawn: Replicates) -> Evidence {
        Evidence::Resampled(Arc::new(drawn))
    }

    pub(super) fn posterior(drawn: Replicates) -> Evidence {
        Evidence::Posterior { drawn: Arc::new(drawn), turned: false }
    }

    pub(super) fn distance(drawn: [Replicates; 2], squared: bool) -> Evidence {
        Evidence::Distance { drawn: Arc::new(drawn), squared }
    }
}

impl Measured {
    /// The number with its evidence, if there is a number.
    pub(super) fn known(&self) -> Option<Known> {
        match self.quantity {
            Quantity::Value(value) => {
                let range = self.range.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
                Some(Known { value, evidence: self.evidence.clone(), range })
            }
            Quantity::Undefined(_) => None,
        }
    }
}
