//! All features together: how well can a model tell the attribute from them?
//!
//! A penalised logistic model for each group against all others, fitted on
//! four fifths of the sample and asked about the fifth it has not seen, five
//! times over. The same with shuffled groups says what chance alone would
//! give. Weights are left out: the question is what a model could know of a
//! row, not how many people it stands for.

use std::collections::BTreeMap;

use linfa::prelude::Fit;
use linfa::{Dataset, DatasetBase};
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2, Axis};

use super::{Joint, JointGroup};
use crate::cells::{FeatureKind, Group, Level, Matrix, Value};
use crate::plan::Plan;
use crate::stats::{Counter, ScoreBin, auc, auc_interval};

/// Folds of the cross-validation.
const FOLDS: usize = 5;
/// Shuffles behind the null.
const PERMUTATIONS: usize = 19;
/// Rows beyond this add time and no insight.
const MOST_ROWS: usize = 4_000;
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
            let mut counts: BTreeMap<&Level, usize> = BTreeMap::new();
            for level in &levels {
                *counts.entry(level).or_default() += 1;
            }
            let known = rows - counts.get(&Level::Missing).copied().unwrap_or(0);
            let modelled = counts
                .iter()
                .filter(|(level, n)| ***level != Level::Missing && **n >= FEWEST && known - **n >= FEWEST);
            // Of two groups each tells the other: one model is enough.
            let groups: Vec<&Level> = modelled.map(|(level, _)| *level).collect();
            let groups = if counts.keys().filter(|level| ***level != Level::Missing).count() == 2 {
                groups.into_iter().take(1).collect()
            } else {
                groups
            };
            Joint {
                attribute: attribute.clone(),
                groups: groups
                    .into_iter()
                    .filter_map(|level| one_group(level, &levels, &coded, &folds, plan))
                    .collect(),
                rows: rows as u64,
                features: matrix.features.iter().map(|(name, _)| name.clone()).collect(),
                folds: FOLDS as u32,
                permutations: PERMUTATIONS as u32,
            }
        })
        .filter(|joint| !joint.groups.is_empty())
        .collect()
}

fn one_group(level: &Level, levels: &[&Level], coded: &Array2<f64>, folds: &[usize], plan: &Plan) -> Option<JointGroup> {
    let known: Vec<usize> = (0..levels.len()).filter(|&row| *levels[row] != Level::Missing).collect();
    let truth: Vec<bool> = known.iter().map(|&row| levels[row] == level).collect();
    let folds: Vec<usize> = known.iter().map(|&row| folds[row]).collect();
    let coded = coded.select(Axis(0), &known);
    let found = area(&out_of_fold(&coded, &truth, &folds)?, &truth)?;
    let interval = auc_interval(&found, plan.confidence)?;
    let mut highest: f64 = 0.0;
    let mut as_high = 1;
    for permutation in 0..PERMUTATIONS {
        let mut shuffled = truth.clone();
        Counter::new(plan.seed, 100 + permutation as u64).shuffle(&mut shuffled);
        let null = out_of_fold(&coded, &shuffled, &folds).and_then(|scores| area(&scores, &shuffled))?;
        highest = highest.max(null.value);
        as_high += usize::from(null.value >= found.value);
    }
    Some(JointGroup {
        group: Group::single(level.clone()),
        n: truth.iter().filter(|yes| **yes).count() as u64,
        auc: found.value,
        low: interval.low,
        high: interval.high,
        null_highest: highest,
        p: as_high as f64 / (PERMUTATIONS + 1) as f64,
    })
}

/// The probability of belonging to the group that a model gives each row it
/// was not fitted on.
fn out_of_fold(coded: &Array2<f64>, truth: &[bool], folds: &[usize]) -> Option<Vec<f64>> {
    let mut scores = vec![0.0; truth.len()];
    for fold in 0..FOLDS {
        let (inside, outside): (Vec<usize>, Vec<usize>) = (0..truth.len()).partition(|&row| folds[row] == fold);
        let train = coded.select(Axis(0), &outside);
        let (mean, spread) = standard(&train);
        let scaled = |rows: &Array2<f64>| (rows - &mean) / &spread;
        let targets: Array1<bool> = outside.iter().map(|&row| truth[row]).collect();
        let dataset: DatasetBase<_, _> = Dataset::new(scaled(&train), targets);
        let model = LogisticRegression::default().alpha(1.0).max_iterations(60).fit(&dataset).ok()?;
        let test = scaled(&coded.select(Axis(0), &inside));
        let probabilities = model.predict_probabilities(&test);
        // The library calls the larger class positive; the names say which it was.
        let flipped = !model.labels().pos.class;
        for (row, probability) in inside.iter().zip(probabilities) {
            scores[*row] = if flipped { 1.0 - probability } else { probability };
        }
    }
    Some(scores)
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
        Matrix {
            attributes: vec!["g".into()],
            features: vec![("x".into(), FeatureKind::Numeric)],
            limit: 1000,
            rows,
        }
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

    #[test]
    fn noise_does_not() {
        let noise = found(false);
        assert!(noise.low < 0.5 && noise.high > 0.5, "{noise:?}");
    }
}
