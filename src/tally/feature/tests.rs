//! However rows are counted, by batch or one by one, the tables are the same.

use polars::prelude::Series;
use proptest::prelude::*;

use super::super::intern::GROUPS;
use super::*;

/// What rows have in common, however they are counted.
struct People {
    coders: [Coder; 2],
    joints: TupleInterner,
    of_rows: Vec<u32>,
    weights: Option<Vec<f64>>,
    times: Option<Vec<u64>>,
}

impl People {
    /// Rows with their groups; `None` for rows that are left out.
    fn new(groups: &[Option<(usize, usize)>], weighted: bool, counted: bool) -> People {
        let mut coders = ["a", "b"].map(|column| Coder::new(column, None, GROUPS, &[]));
        let mut joints = TupleInterner::default();
        let code = |groups: &Option<(usize, usize)>| {
            let Some((a, b)) = groups else { return NOBODY };
            joints.code(&[coders[0].known(&a.to_string()), coders[1].known(&b.to_string())])
        };
        let of_rows: Vec<u32> = groups.iter().map(code).collect();
        let rows = groups.len();
        let weights = weighted.then(|| (0..rows).map(|row| [0.5, 1.25, 3.0][row % 3]).collect());
        let times = counted.then(|| (0..rows).map(|row| [1, 3, 0, 4, 2][row % 5]).collect());
        People { coders, joints, of_rows, weights, times }
    }

    fn counter(&self) -> FeatureCounter {
        FeatureCounter::new("f", false, 2, self.weights.is_some(), &["NA".to_string()])
    }

    fn finish(&self, counter: FeatureCounter) -> (Option<FeatureKind>, Vec<String>, Vec<FeatureTable>) {
        let (kind, warnings) = (counter.kind(), counter.warnings());
        (kind, warnings, counter.finish(&self.coders.each_ref(), &self.joints))
    }

    fn by_batch(&self, values: &Series, batch: usize) -> (Option<FeatureKind>, Vec<String>, Vec<FeatureTable>) {
        let mut counter = self.counter();
        for first in (0..values.len()).step_by(batch) {
            let part = values.slice(first as i64, batch);
            let here = first..first + part.len();
            let rows = Rows {
                joints: &self.of_rows[here.clone()],
                weights: self.weights.as_ref().map(|weights| &weights[here.clone()]),
                times: self.times.as_ref().map(|times| &times[here.clone()]),
            };
            counter.add_rows(&Column::of(&part).expect("readable"), &rows, &self.joints);
        }
        self.finish(counter)
    }

    fn one_by_one(&self, values: &Series) -> (Option<FeatureKind>, Vec<String>, Vec<FeatureTable>) {
        let mut counter = self.counter();
        let column = Column::of(values).expect("readable");
        for (row, joint) in self.of_rows.iter().enumerate() {
            let times = self.times.as_ref().map_or(1, |times| times[row]);
            if *joint != NOBODY && times > 0 {
                let weight = self.weights.as_ref().map_or(1.0, |weights| weights[row]);
                counter.add(&column, row, self.joints.tuple(*joint), (weight, times));
            }
        }
        counter.settle();
        self.finish(counter)
    }
}

/// A column of one of the kinds that there are, of values that are often alike.
fn column(kind: usize, picks: &[usize]) -> Series {
    let long = "x".repeat(LONGEST_NAME + 1);
    let words = ["1", "2.5", " 2.5", "NA", "", "-0", "x", "1e400", long.as_str()];
    match kind {
        0 => picks.iter().map(|pick| words.get(*pick).copied()).collect(),
        1 => picks.iter().map(|pick| words[..6].get(*pick).copied()).collect(),
        2 => picks.iter().map(|pick| [1.5, -0.0, f64::NAN, f64::INFINITY].get(*pick).copied()).collect(),
        3 => picks.iter().map(|pick| (*pick < 7).then_some(*pick as i64)).collect(),
        _ => picks.iter().map(|pick| (*pick < 8).then_some(pick % 2 == 0)).collect(),
    }
}

proptest! {
    #[test]
    fn batches_are_rows(
        rows in prop::collection::vec((prop::option::of((0usize..3, 0usize..2)), 0usize..10), 1..60),
        kind in 0usize..5,
        (weighted, counted) in (any::<bool>(), any::<bool>()),
        batch in 1usize..60,
    ) {
        let (groups, picks): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
        let people = People::new(&groups, weighted, counted);
        let values = column(kind, &picks);
        prop_assert_eq!(people.by_batch(&values, batch), people.one_by_one(&values));
    }
}

/// Beyond so many different values numbers become histograms, and names too many.
#[test]
fn batches_are_rows_where_there_are_too_many_values_to_keep() {
    let rows = EXACT_VALUES * 2;
    let groups: Vec<_> = (0..rows).map(|row| (row % 7 != 0).then_some((row % 3, row % 2))).collect();
    let numbers: Series = (0..rows).map(|row| Some(row as f64 / 7.0)).collect();
    let whole: Series = (0..rows).map(|row| (row % 5 != 0).then_some(row as i64 * 3)).collect();
    let texts: Series = (0..rows).map(|row| Some((row as f64 / 7.0).to_string())).collect();
    let names: Series = (0..rows).map(|row| Some(format!("n{row}"))).collect();
    // A name behind that many numbers.
    let odd: Series = (0..rows).map(|row| Some(if row == rows - 2 { "x".into() } else { row.to_string() })).collect();
    for (weighted, counted) in [(false, false), (true, true)] {
        let people = People::new(&groups, weighted, counted);
        for (values, tables) in [(&numbers, 2), (&whole, 2), (&texts, 2), (&names, 0), (&odd, 0)] {
            let found = people.by_batch(values, 10_000);
            assert_eq!(found.2.len(), tables);
            assert_eq!(found, people.one_by_one(values));
        }
    }
}
