//! Reweighing: weights under which label and group are independent.
//!
//! Kamiran & Calders (2012), Knowl. Inf. Syst. 33: w(g, y) = P(g)·P(y)/P(g, y),
//! on weighted shares. People without group or label keep the weight 1.

use crate::catalogue::{QUALIFIED, UNQUALIFIED};
use crate::cells::{Frame, Group, Label, LabelledRows, Ledger, Membership, RowWeights};

/// The weight of one group and label.
#[derive(Clone, Debug, PartialEq)]
pub struct Weight {
    /// The group.
    pub group: Group,
    /// Whether the label is favourable.
    pub favourable: bool,
    /// People.
    pub n: u64,
    /// The factor; none when nobody is in the cell.
    pub factor: Option<f64>,
}

/// The weights of one attribute, and what they do.
#[derive(Clone, Debug, PartialEq)]
pub struct Reweighing {
    /// The attribute or intersection.
    pub attribute: String,
    /// Two for each group.
    pub weights: Vec<Weight>,
    /// The base rate of each group before.
    pub before: Vec<(Group, Option<f64>)>,
    /// The base rate of everyone: that of each group after, unless one of its
    /// cells is empty.
    pub overall: f64,
    /// Groups without people of one label: no weight can level them.
    pub unmoved: Vec<Group>,
    /// Effective number of people before.
    pub n_eff_before: f64,
    /// Effective number of people after.
    pub n_eff_after: f64,
}

/// The weights of every attribute and intersection; none without a label.
pub fn reweighings(ledger: &Ledger) -> Vec<Reweighing> {
    let counted = ledger.frames.iter().filter(|frame| frame.membership != Membership::Weighted);
    counted.filter_map(reweigh).collect()
}

fn reweigh(frame: &Frame) -> Option<Reweighing> {
    let cells: Vec<(Group, [crate::cells::Cell; 2])> = frame
        .groups
        .iter()
        .filter(|(group, _)| !group.is_missing())
        .map(|(group, tally)| {
            let of = |set: crate::catalogue::Outcomes| tally.sum(|_, outcome| set.contains(outcome));
            (group.clone(), [of(QUALIFIED), of(UNQUALIFIED)])
        })
        .collect();
    let mut margins = [0.0; 2];
    for (_, both) in &cells {
        for (margin, cell) in margins.iter_mut().zip(both) {
            *margin += cell.weight.value();
        }
    }
    let whole: f64 = margins.iter().sum();
    if whole <= 0.0 {
        return None;
    }
    let mut result = Reweighing {
        attribute: frame.name(),
        weights: Vec::new(),
        before: Vec::new(),
        overall: margins[0] / whole,
        unmoved: Vec::new(),
        n_eff_before: 0.0,
        n_eff_after: 0.0,
    };
    let (mut before, mut after) = ((0.0, 0.0), (0.0, 0.0));
    for (group, both) in cells {
        let here: f64 = both.iter().map(|cell| cell.weight.value()).sum();
        result.before.push((group.clone(), (here > 0.0).then(|| both[0].weight.value() / here)));
        if here > 0.0 && both.iter().any(|cell| cell.weight.value() <= 0.0) {
            result.unmoved.push(group.clone());
        }
        for ((cell, margin), favourable) in both.iter().zip(margins).zip([true, false]) {
            let (weight, square) = (cell.weight.value(), cell.square.value());
            let factor = (weight > 0.0).then(|| here * margin / (whole * weight));
            let w = factor.unwrap_or(1.0);
            before = (before.0 + weight, before.1 + square);
            after = (after.0 + w * weight, after.1 + w * w * square);
            result.weights.push(Weight { group: group.clone(), favourable, n: cell.n, factor });
        }
    }
    let effective = |(weight, square): (f64, f64)| if square > 0.0 { weight * weight / square } else { 0.0 };
    result.n_eff_before = effective(before);
    result.n_eff_after = effective(after);
    Some(result)
}

/// The weight of each row by a table, in the order of the rows.
pub fn row_weights(table: &Reweighing, rows: LabelledRows) -> RowWeights {
    let factor = |(group, label): &(Group, Label)| match label {
        Label::Favourable => table.factor(group, true),
        Label::Unfavourable => table.factor(group, false),
        Label::Unknown => 1.0,
    };
    let factors: Vec<f64> = rows.kinds.iter().map(factor).collect();
    let factors = rows.of.iter().map(|kind| factors[*kind as usize]);
    let weights = match &rows.weights {
        None => factors.collect(),
        Some(own) => own.iter().zip(factors).map(|(own, factor)| own * factor).collect(),
    };
    RowWeights { keys: rows.keys, weights }
}

impl Reweighing {
    /// The factor of a group and label; none when nobody has both.
    pub fn weight(&self, group: &Group, favourable: bool) -> Option<f64> {
        self.weights.iter().find(|weight| weight.group == *group && weight.favourable == favourable)?.factor
    }

    /// The factor of a row; 1 for people without group or label.
    pub fn factor(&self, group: &Group, favourable: bool) -> f64 {
        self.weight(group, favourable).unwrap_or(1.0)
    }

    /// The base rate of a group under the weights; none when it has nobody.
    pub fn after(&self, group: &Group) -> Option<f64> {
        let (_, before) = self.before.iter().find(|(other, _)| other == group)?;
        if self.unmoved.contains(group) { *before } else { before.map(|_| self.overall) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cells::{Decision, Level, Outcome, Stratum, Tally};

    /// By hand: 6 of 8 and 2 of 12 qualify, so 8 of 20 overall; the weight of
    /// (a, yes) is (8/20)·(8/20)/(6/20) = 8/15.
    #[test]
    fn four_cells_by_hand() {
        let mut frame = Frame { columns: vec!["g".into()], ..Frame::default() };
        for (name, yes, no) in [("a", 6, 2), ("b", 2, 10)] {
            let mut tally = Tally::default();
            for (label, n) in [(Label::Favourable, yes), (Label::Unfavourable, no)] {
                let outcome = Outcome { label, decision: Decision::Unknown };
                tally.cell_mut(&Stratum::default(), outcome).add(1.0, n);
            }
            frame.groups.insert(Group::single(Level::value(name)), tally);
        }
        let found = reweigh(&frame).expect("labels");
        let a = Group::single(Level::value("a"));
        assert!((found.factor(&a, true) - 8.0 / 15.0).abs() < 1e-15);
        assert_eq!(found.after(&a), Some(0.4));
        assert_eq!(found.n_eff_before, 20.0);
        assert!(found.n_eff_after < 20.0);
    }
}
