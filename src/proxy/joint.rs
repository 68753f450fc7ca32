//! All features together: how well can a model tell the attribute from them?
//!
//! A penalised logistic model for each group against all others, fitted on
//! four fifths of the sample and asked about the fifth it has not seen, five
//! times over. The same with shuffled groups says what chance alone would
//! give. Weights are left out: the question is what a model could know of a
//! row, not how many people it stands for.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use linfa::DatasetBase;
use linfa::prelude::Fit;
use linfa_linalg::cholesky::InverseC;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2, Axis, ShapeBuilder, s};
use rayon::prelude::*;

use super::{Joint, JointGroup};
use crate::cells::{FeatureKind, Group, Level, Matrix, Value};
use crate::plan::Plan;
use crate::stats::{Counter, ScoreBin, auc, auc_interval};

/// Folds of the cross-validation.
const FOLDS: usize = 5;
/// Shuffles behind the null.
const PERMUTATIONS: usize = 19;
/// The fit ends when its gradient, a sum over rows, is this small: ranks of
/// scores settle long before coefficients do.
const TOLERANCE: f64 = 1e-2;
/// Rows beyond this add time and no insight.
const MOST_ROWS: usize = 2_000;
/// Levels of a name that get a column of their own.
const MOST_LEVELS: usize = 20;
/// A group needs this many people on either side to be modelled.
const FEWEST: usize = 25;

pub(super) fn all(matrix: &Matrix, plan: &Plan) -> Vec<Joint> {
    if matrix.features.is_empty() {
        return Vec::new();
    }
    let rows = matrix.rows.len().min(MOST_ROWS);
    let coded = encode(matrix, rows);
    if coded.ncols() == 0 {
        return Vec::new();
    }
    let mut folds: Vec<usize> = (0..rows).map(|row| row % FOLDS).collect();
    Counter::new(plan.seed, 1).shuffle(&mut folds);
    let attributes = matrix.attributes.iter().enumerate();
    attributes
        .map(|(at, attribute)| {
            let levels: Vec<&Level> = matrix.rows[..rows].iter().map(|row| &row.levels[at]).collect();
            Joint {
                attribute: attribute.clone(),
                groups: groups(&levels, &coded, &folds, plan),
                rows: rows as u64,
                features: matrix.features.iter().map(|(name, _)| name.clone()).collect(),
                folds: FOLDS as u32,
                permutations: PERMUTATIONS as u32,
            }
        })
        .filter(|joint| !joint.groups.is_empty())
        .collect()
}

/// The groups of one attribute that are large enough, each told from all others.
fn groups(levels: &[&Level], coded: &Array2<f64>, folds: &[usize], plan: &Plan) -> Vec<JointGroup> {
    let known: Vec<usize> = (0..levels.len()).filter(|&row| *levels[row] != Level::Missing).collect();
    let mut counts: BTreeMap<&Level, usize> = BTreeMap::new();
    for &row in &known {
        *counts.entry(levels[row]).or_default() += 1;
    }
    // Of two groups each tells the other: one model is enough.
    let most = if counts.len() == 2 { 1 } else { counts.len() };
    let modelled = counts.iter().filter(|(_, n)| **n >= FEWEST && known.len() - **n >= FEWEST).take(most);
    let coded = coded.select(Axis(0), &known);
    let folds: Vec<usize> = known.iter().map(|&row| folds[row]).collect();
    let folds: Vec<Fold> = (0..FOLDS).map(|fold| Fold::new(&coded, &folds, fold)).collect();
    modelled
        .filter_map(|(level, _)| {
            let truth: Vec<bool> = known.iter().map(|&row| levels[row] == *level).collect();
            one_group(level, &truth, &folds, plan)
        })
        .collect()
}

fn one_group(level: &Level, truth: &[bool], folds: &[Fold], plan: &Plan) -> Option<JointGroup> {
    let share = truth.iter().filter(|yes| **yes).count() as f64 / truth.len() as f64;
    let starts: Vec<Start> = folds.iter().map(|fold| Start::new(fold, share)).collect::<Option<_>>()?;
    let told = |truth: &[bool]| area(&out_of_fold(truth, folds, &starts)?, truth);
    let found = told(truth)?;
    let (interval, _) = auc_interval(&found, plan.confidence);
    // Each shuffle has a stream of its own, so that threads change nothing.
    let nulls: Option<Vec<f64>> = (0..PERMUTATIONS)
        .into_par_iter()
        .map(|permutation| {
            let mut shuffled = truth.to_vec();
            Counter::new(plan.seed, 100 + permutation as u64).shuffle(&mut shuffled);
            told(&shuffled).map(|null| null.value)
        })
        .collect();
    let nulls = nulls?;
    let as_high = 1 + nulls.iter().filter(|null| **null >= found.value).count();
    Some(JointGroup {
        group: Group::single(level.clone()),
        n: truth.iter().filter(|yes| **yes).count() as u64,
        auc: found.value,
        low: interval.low,
        high: interval.high,
        null_highest: nulls.into_iter().fold(0.0, f64::max),
        p: as_high as f64 / (PERMUTATIONS + 1) as f64,
    })
}

/// One division of the rows into those that a model is fitted on and those
/// that it is asked about, in units of the former.
struct Fold {
    outside: Vec<usize>,
    inside: Vec<usize>,
    train: Array2<f64>,
    test: Array2<f64>,
    /// Products of columns of the former, summed over rows.
    products: Array2<f64>,
}

impl Fold {
    fn new(coded: &Array2<f64>, folds: &[usize], fold: usize) -> Fold {
        let (inside, outside): (Vec<usize>, Vec<usize>) = (0..folds.len()).partition(|&row| folds[row] == fold);
        let train = coded.select(Axis(0), &outside);
        let (mean, spread) = standard(&train);
        // Column by column in memory: the fit multiplies by the transpose.
        let scaled = |rows: &Array2<f64>| {
            let mut columns = Array2::zeros(rows.raw_dim().f());
            columns.assign(&((rows - &mean) / &spread));
            columns
        };
        let test = scaled(&coded.select(Axis(0), &inside));
        let train = scaled(&train);
        let products = train.t().dot(&train);
        Fold { train, test, outside, inside, products }
    }
}

/// The penalty on squared coefficients.
const PENALTY: f64 = 1.0;

/// Steps before the library's search.
const STEPS: usize = 40;

/// A model on its way to the end of a fit.
#[derive(Clone)]
struct Begun {
    coefficients: Array1<f64>,
    intercept: f64,
    /// Whether that is the end: its gradient is as small as asked for.
    settled: bool,
}

impl Begun {
    fn moved(&self, step: &Array1<f64>) -> Begun {
        let coefficients = self.coefficients.iter().zip(step).map(|(coefficient, step)| coefficient + step).collect();
        Begun { coefficients, intercept: self.intercept + step[self.coefficients.len()], settled: false }
    }

    /// The probability that the model gives each row. Column by column, as rows lie in memory.
    fn told(&self, rows: &Array2<f64>) -> Array1<f64> {
        let mut told = Array1::from_elem(rows.nrows(), self.intercept);
        for (column, coefficient) in rows.columns().into_iter().zip(&self.coefficients) {
            // Where the search starts, all are 0.
            if *coefficient != 0.0 {
                told.scaled_add(*coefficient, &column);
            }
        }
        told.mapv_inplace(|z| 1.0 / (1.0 + f64::exp(-z)));
        told
    }

    /// The gradient of the penalised likelihood, the intercept last.
    fn slope(&self, fold: &Fold, truth: &Array1<f64>) -> Array1<f64> {
        let off = truth - &self.told(&fold.train);
        let slope = fold.train.t().dot(&off) - &self.coefficients * PENALTY;
        slope.iter().copied().chain([off.sum()]).collect()
    }
}

/// Where fits start: a model that gives everyone the share of the group, and the inverse of
/// the second derivatives there. Where features tell little, as of shuffled groups, they
/// nearly hold to the end.
struct Start {
    share: f64,
    inverse: Array2<f64>,
}

impl Start {
    fn new(fold: &Fold, share: f64) -> Option<Start> {
        let rows = fold.train.nrows() as f64;
        let spread = share * (1.0 - share);
        // Columns have a mean of nothing: with the intercept they have no product.
        let inverse = inverse(&fold.products * spread, rows * spread)?;
        Some(Start { share, inverse })
    }

    /// The model after some steps, each of which tells how second derivatives change (BFGS;
    /// Nocedal & Wright 2006, eq. 6.17).
    fn towards(&self, fold: &Fold, targets: &Array1<bool>) -> Begun {
        let truth = targets.mapv(|yes| f64::from(u8::from(yes)));
        let columns = fold.train.ncols();
        let none = Begun { coefficients: Array1::zeros(columns), intercept: 0.0, settled: false };
        let mut next = Begun { intercept: (self.share / (1.0 - self.share)).ln(), ..none.clone() };
        let (mut best, mut least, mut slope) = (none, f64::INFINITY, Array1::zeros(columns + 1));
        let (mut step, mut inverse): (Array1<f64>, Array2<f64>) = (Array1::zeros(columns + 1), self.inverse.clone());
        for _ in 0..STEPS {
            let there = next.slope(fold, &truth);
            let size = there.dot(&there).sqrt();
            if size < least {
                learn(&mut inverse, &step, &(&slope - &there));
                (least, slope) = (size, there);
                best = Begun { settled: size < TOLERANCE, ..next };
                if best.settled {
                    break;
                }
                step = inverse.dot(&slope);
            } else if learn(&mut inverse, &step, &(&slope - &there)) {
                // Too far, which tells how second derivatives change, too.
                step = inverse.dot(&slope);
            } else {
                step *= 0.5;
            }
            next = best.moved(&step);
        }
        best
    }
}

/// Changes the inverse of second derivatives so that a step explains how the gradient fell;
/// false where nothing can be learned from it.
fn learn(inverse: &mut Array2<f64>, step: &Array1<f64>, fall: &Array1<f64>) -> bool {
    let along = step.dot(fall);
    if !(along > 0.0 && along.is_finite()) {
        return false;
    }
    let told = inverse.dot(fall);
    let times = (1.0 + fall.dot(&told) / along) / along;
    for (mut row, (step_here, told_here)) in inverse.rows_mut().into_iter().zip(step.iter().zip(&told)) {
        row.scaled_add(times * step_here - told_here / along, step);
        row.scaled_add(-step_here / along, &told);
    }
    true
}

/// The inverse of `products` with the penalty, and of that of the intercept.
fn inverse(products: Array2<f64>, of_intercept: f64) -> Option<Array2<f64>> {
    let columns = products.nrows();
    let mut all = Array2::zeros((columns + 1, columns + 1));
    all.slice_mut(s![..columns, ..columns]).assign(&(products + Array2::from_diag_elem(columns, PENALTY)));
    all[(columns, columns)] = of_intercept;
    all.invc().ok()
}

/// The probability of belonging to the group that a model gives each row it
/// was not fitted on.
fn out_of_fold(truth: &[bool], folds: &[Fold], starts: &[Start]) -> Option<Vec<f64>> {
    let mut scores = vec![0.0; truth.len()];
    for (fold, start) in folds.iter().zip(starts) {
        let targets: Array1<bool> = fold.outside.iter().map(|&row| truth[row]).collect();
        let yes = targets.iter().filter(|yes| **yes).count();
        if yes == 0 || yes == targets.len() {
            return None;
        }
        let begun = start.towards(fold, &targets);
        let told = if begun.settled { begun.told(&fold.test) } else { fitted(begun, fold, targets, yes)? };
        fold.inside.iter().zip(told).for_each(|(row, probability)| scores[*row] = probability);
    }
    Some(scores)
}

/// The probabilities of the rows of a fold once the fit has come to its end.
fn fitted(begun: Begun, fold: &Fold, targets: Array1<bool>, yes: usize) -> Option<Array1<f64>> {
    // The library tells the larger class, of two as large the one it meets first.
    let turned = match (2 * yes).cmp(&targets.len()) {
        Ordering::Less => true,
        Ordering::Equal => targets.first() == Some(&false),
        Ordering::Greater => false,
    };
    let parameters: Array1<f64> = begun.coefficients.iter().chain([&begun.intercept]).copied().collect();
    let model = LogisticRegression::default()
        .alpha(PENALTY)
        .gradient_tolerance(TOLERANCE)
        .max_iterations(60)
        .initial_params(if turned { -parameters } else { parameters });
    let model = model.fit(&DatasetBase::new(fold.train.view(), targets)).ok()?;
    // The names say which class it was in the end.
    let flipped = !model.labels().pos.class;
    let told = model.predict_probabilities(&fold.test);
    Some(if flipped { told.mapv(|probability| 1.0 - probability) } else { told })
}

fn standard(rows: &Array2<f64>) -> (Array1<f64>, Array1<f64>) {
    let mean = rows.mean_axis(Axis(0)).unwrap_or_else(|| Array1::zeros(rows.ncols()));
    let spread = rows.std_axis(Axis(0), 0.0).mapv(|s| if s > 1e-12 { s } else { 1.0 });
    (mean, spread)
}

fn area(scores: &[f64], truth: &[bool]) -> Option<crate::stats::Auc> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    let mut bins: Vec<ScoreBin> = Vec::new();
    let mut last = None;
    for row in order {
        if last != Some(scores[row]) {
            bins.push(ScoreBin::default());
            last = Some(scores[row]);
        }
        if let Some(bin) = bins.last_mut() {
            if truth[row] { bin.positives += 1.0 } else { bin.negatives += 1.0 }
        }
    }
    let positives = truth.iter().filter(|yes| **yes).count() as f64;
    auc(&bins, positives, truth.len() as f64 - positives)
}

/// Numbers as they are, missing ones at the mean with a column that says so;
/// names as one column for each of their commonest levels.
fn encode(matrix: &Matrix, rows: usize) -> Array2<f64> {
    let mut columns: Vec<Vec<f64>> = Vec::new();
    for (at, (_, kind)) in matrix.features.iter().enumerate() {
        let values: Vec<&Value> = matrix.rows[..rows].iter().map(|row| &row.values[at]).collect();
        match kind {
            FeatureKind::Numeric => {
                let number = |value: &Value| if let Value::Number(number) = value { Some(*number) } else { None };
                let known: Vec<f64> = values.iter().filter_map(|value| number(value)).collect();
                let mean = known.iter().sum::<f64>() / (known.len() as f64).max(1.0);
                columns.push(values.iter().map(|value| number(value).unwrap_or(mean)).collect());
                if known.len() < rows {
                    columns.push(values.iter().map(|value| f64::from(u8::from(number(value).is_none()))).collect());
                }
            }
            FeatureKind::Categorical => {
                let mut counts: BTreeMap<&Level, usize> = BTreeMap::new();
                for value in &values {
                    if let Value::Level(level) = value {
                        *counts.entry(level).or_default() += 1;
                    }
                }
                let mut common: Vec<(&Level, usize)> = counts.into_iter().collect();
                common.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
                // One level follows from the others.
                for (level, _) in common.iter().skip(1).take(MOST_LEVELS) {
                    let is = |value: &&Value| matches!(value, Value::Level(other) if other == *level);
                    columns.push(values.iter().map(|value| f64::from(u8::from(is(value)))).collect());
                }
            }
        }
    }
    columns.retain(|column| column.windows(2).any(|pair| pair[0] != pair[1]));
    let width = columns.len();
    Array2::from_shape_fn((rows, width), |(row, column)| columns[column][row])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cells::{Decision, Label, MatrixRow};
    use std::path::Path;

    fn sample(telling: bool) -> Matrix {
        let mut counter = Counter::new(3, 0);
        let rows = (0..400)
            .map(|row| {
                let a = row % 4 == 0;
                let noise = counter.below(1000) as f64;
                let value = if telling && a { noise + 600.0 } else { noise };
                MatrixRow {
                    hash: row,
                    levels: vec![Level::value(if a { "a" } else { "b" })],
                    label: Label::Unknown,
                    decision: Decision::Unknown,
                    weight: 1.0,
                    values: vec![Value::Number(value)],
                }
            })
            .collect();
        Matrix { attributes: vec!["g".into()], features: vec![("x".into(), FeatureKind::Numeric)], limit: 1000, rows }
    }

    fn found(telling: bool) -> JointGroup {
        let text = "[data]\npath = \"d.csv\"\n[roles]\nscore = \"s\"\n[[attribute]]\ncolumn = \"g\"\n";
        let plan = Plan::from_text(text, "plan", Path::new(""), &Default::default()).expect("valid");
        all(&sample(telling), &plan)[0].groups[0].clone()
    }

    #[test]
    fn a_telling_feature_stands_out_from_the_shuffled() {
        let told = found(true);
        assert!(told.auc > 0.85 && told.p == 0.05, "{told:?}");
        assert!(told.null_highest < 0.7);
    }

    /// The library's search from nothing ends where the steps do.
    #[test]
    fn steps_and_search_end_at_the_same_model() {
        let mut counter = Counter::new(5, 0);
        let coded = Array2::from_shape_fn((500, 3), |_| counter.below(1000) as f64);
        let folds: Vec<usize> = (0..500).map(|row| row % FOLDS).collect();
        let fold = Fold::new(&coded, &folds, 0);
        // From nothing told to much, from a rare group to a common one.
        for (border, noise) in [(1900.0, 1000), (1500.0, 300), (900.0, 2000), (400.0, 10)] {
            let is = |&row: &usize| coded[(row, 0)] + coded[(row, 1)] + (counter.below(noise) as f64) > border;
            let targets: Array1<bool> = fold.outside.iter().map(is).collect();
            let yes = targets.iter().filter(|yes| **yes).count();
            let start = Start::new(&fold, yes as f64 / targets.len() as f64).expect("a start");
            let begun = start.towards(&fold, &targets);
            assert!(begun.settled && yes > 5 && yes < 395, "{yes}");
            let nothing = Begun { coefficients: Array1::zeros(3), intercept: 0.0, settled: false };
            let searched = fitted(nothing, &fold, targets, yes).expect("a model");
            for (one, two) in begun.told(&fold.test).iter().zip(searched) {
                assert!((one - two).abs() < 1e-3, "{yes}: {one} {two}");
            }
        }
    }

    #[test]
    fn noise_does_not() {
        let noise = found(false);
        assert!(noise.low < 0.5 && noise.high > 0.5, "{noise:?}");
    }
}
