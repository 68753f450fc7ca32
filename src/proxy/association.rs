//! One feature against one attribute, from their table.
//!
//! Strength ranks, not p: with enough people everything is significant.
//! Missing groups and missing values are left out.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::{Association, Strength};
use crate::cells::{Cell, Distribution, FeatureTable, Group, Histogram, Ledger, Level, together};
use crate::plan::Plan;
use crate::stats::{Moments, ScoreBin, auc, benjamini_hochberg, chi_square, correlation_ratio, cramers_v_corrected};

pub(super) fn all(ledger: &Ledger, plan: &Plan) -> Vec<Association> {
    let legitimate = plan.roles.features.as_ref().map(|f| f.legitimate.as_slice()).unwrap_or_default();
    let mut pairs: Vec<Association> = ledger
        .features
        .par_iter()
        .map(|((feature, attribute), table)| Association {
            feature: feature.clone(),
            attribute: attribute.clone(),
            kind: table.kind(),
            legitimate: legitimate.contains(feature),
            ..match table {
                FeatureTable::Categorical(cells) => categorical(cells),
                FeatureTable::Numeric(histogram) => numeric(histogram),
            }
        })
        .collect();
    let tested: Vec<usize> = (0..pairs.len()).filter(|&at| pairs[at].p.is_some()).collect();
    let raw: Vec<f64> = tested.iter().filter_map(|&at| pairs[at].p).collect();
    for (at, adjusted) in tested.into_iter().zip(benjamini_hochberg(&raw)) {
        pairs[at].p_adjusted = Some(adjusted);
    }
    pairs.sort_by(|a, b| {
        let strength = |pair: &Association| pair.strength.unwrap_or(-1.0);
        strength(b).total_cmp(&strength(a)).then_with(|| (&a.feature, &a.attribute).cmp(&(&b.feature, &b.attribute)))
    });
    pairs
}

fn blank(measure: Strength, kind: crate::cells::FeatureKind, n: u64) -> Association {
    Association {
        feature: String::new(),
        attribute: String::new(),
        kind,
        legitimate: false,
        measure,
        strength: None,
        best_told: None,
        p: None,
        p_adjusted: None,
        n,
    }
}

fn categorical(cells: &BTreeMap<(Group, Level), Cell>) -> Association {
    let kept: Vec<(&(Group, Level), &Cell)> =
        cells.iter().filter(|((group, level), _)| !group.is_missing() && *level != Level::Missing).collect();
    let groups: BTreeSet<&Group> = kept.iter().map(|((group, _), _)| group).collect();
    let levels: Vec<&Level> = kept.iter().map(|((_, level), _)| level).collect::<BTreeSet<_>>().into_iter().collect();
    let mut people = Cell::default();
    kept.iter().for_each(|(_, cell)| people.merge(cell));
    // Weighted tables are brought to the effective number of people.
    let scale = if people.weight.value() > 0.0 { people.effective() / people.weight.value() } else { 0.0 };
    let table: Vec<Vec<f64>> = groups
        .into_iter()
        .map(|group| {
            let weight = |level: &&Level| {
                cells.get(&(group.clone(), (*level).clone())).map_or(0.0, |cell| cell.weight.value() * scale)
            };
            levels.iter().map(weight).collect()
        })
        .collect();
    Association {
        strength: cramers_v_corrected(&table),
        p: chi_square(&table).map(|test| test.p),
        ..blank(Strength::CramersV, crate::cells::FeatureKind::Categorical, people.n)
    }
}

fn numeric(histogram: &Histogram<Group>) -> Association {
    let kept: Vec<(&Group, &Distribution)> = histogram.parts().filter(|(group, _)| !group.is_missing()).collect();
    let moments: Vec<Moments> = kept
        .iter()
        .filter_map(|(_, part)| {
            let (n, weight, sum) = (part.cell.effective(), part.cell.weight.value(), part.sum.value());
            match part.spread(histogram.grid()) {
                Some(spread) => Moments::from_spread(n, weight, sum, spread),
                None => Moments::from_sums(n, weight, sum, part.sum_of_squares.value()),
            }
        })
        .collect();
    let ratio = correlation_ratio(&moments);
    let mut everyone = Distribution::default();
    kept.iter().for_each(|(_, part)| everyone.merge(part));
    let mut best: Option<(Group, f64)> = None;
    for (group, part) in &kept {
        let told = tells(part, &everyone).map(|area| area.max(1.0 - area));
        if let Some(area) = told
            && best.as_ref().is_none_or(|(_, most)| area > *most)
        {
            best = Some(((*group).clone(), area));
        }
    }
    Association {
        strength: ratio.map(|ratio| ratio.eta_squared.sqrt()),
        best_told: best,
        p: ratio.map(|ratio| ratio.p),
        ..blank(Strength::CorrelationRatio, crate::cells::FeatureKind::Numeric, everyone.cell.n)
    }
}

/// The area under the curve of the number for one group against all others.
fn tells(group: &Distribution, everyone: &Distribution) -> Option<f64> {
    let mut others = everyone.bins.clone();
    others.take(&group.bins);
    let bins: Vec<ScoreBin> =
        together(&group.bins, &others).map(|(_, positives, negatives)| ScoreBin { positives, negatives }).collect();
    auc(&bins, 1.0, 1.0).map(|found| found.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str) -> Group {
        Group::single(Level::value(name))
    }

    /// By hand: a has 1, 2; b has 3, 4: between 4, within 1, η² = 4/5; b is always above.
    #[test]
    fn numbers_by_hand() {
        let people = [("a", 1.0), ("a", 2.0), ("b", 3.0), ("b", 4.0)];
        let histogram = Histogram::gathered(people.map(|(name, value)| (group(name), value, 1.0, 1)));
        let found = numeric(&histogram);
        assert!((found.strength.expect("varies") - 0.8f64.sqrt()).abs() < 1e-12);
        assert_eq!(found.best_told, Some((group("a"), 1.0)));
    }

    #[test]
    fn missing_is_left_out() {
        let mut cells = BTreeMap::new();
        for (name, level, n) in [("a", "x", 20), ("a", "y", 20), ("b", "x", 20), ("b", "y", 20)] {
            cells.entry((group(name), Level::value(level))).or_insert_with(Cell::default).add(1.0, n);
        }
        cells.entry((Group::single(Level::Missing), Level::value("x"))).or_insert_with(Cell::default).add(1.0, 99);
        let found = categorical(&cells);
        assert_eq!((found.strength, found.n), (Some(0.0), 80));
    }
}
