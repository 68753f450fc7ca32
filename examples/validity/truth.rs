//! What the numbers are in a population, from their definitions. Nothing here
//! calls the code whose intervals are judged.

use evenhand::catalogue::{Base, Comparison, Meaning, Metric, Summary, Worse};

use crate::population::{Kind, Population};

/// The groups of a world with their expected sizes.
pub type Groups<'w> = [(f64, &'w Population)];

/// The true value of a metric for a group (or, for a summary, of all), where
/// the reference is the first group.
pub fn truth(metric: Metric, group: Option<usize>, groups: &Groups<'_>) -> Option<f64> {
    let value = match (metric, group) {
        (Metric::Base(base), Some(group)) => of_base(base.id, group, groups)?,
        (Metric::Compared(base, how), Some(group)) => compared(base, how, group, groups)?,
        (Metric::Summarised(base, summary), None) => summarised(base, summary, groups)?,
        (Metric::Composite(notion), _) => {
            let (one, two) = metric.parts()?;
            let (a, b) = (truth(one, group, groups)?, truth(two, group, groups)?);
            match notion.meaning {
                Meaning::Larger(..) => a.max(b),
                Meaning::Smaller(..) => a.min(b),
                Meaning::Mean(..) => (a + b) / 2.0,
                Meaning::MeanAbsolute(..) => (a.abs() + b.abs()) / 2.0,
                Meaning::Alias(_) => return None,
            }
        }
        _ => return None,
    };
    value.is_finite().then_some(value)
}

fn of_base(id: &str, group: usize, groups: &Groups<'_>) -> Option<f64> {
    let own = groups[group].1;
    let others: Vec<(f64, &Population)> =
        groups.iter().enumerate().filter(|(at, _)| *at != group).map(|(_, other)| *other).collect();
    let rest = Population::mixture(&others);
    match id {
        "auc_of_qualified" => Some(area(own, &rest)),
        "auc_of_unqualified" => Some(area(&rest, own)),
        "demographic_disparity" => Some(disparity(group, groups, |kind| kind.decision)),
        "demographic_disparity_labels" => Some(disparity(group, groups, |kind| kind.label)),
        _ => of_rate(id, own).or_else(|| of_score(id, own)).or_else(|| of_benefit(id, own)),
    }
}

/// The group's share among the noes less its share among the yeses.
fn disparity(group: usize, groups: &Groups<'_>, yes: impl Fn(&Kind) -> bool) -> f64 {
    let among = |of: &dyn Fn(&Kind) -> bool| {
        let all: f64 = groups.iter().map(|(n, population)| n * population.share(of)).sum();
        groups[group].0 * groups[group].1.share(of) / all
    };
    among(&|kind| !yes(kind)) - among(&|kind| yes(kind))
}

fn of_rate(id: &str, people: &Population) -> Option<f64> {
    let p = |label: bool, decision: bool| people.share(|kind| kind.label == label && kind.decision == decision);
    let (tp, fn_, fp, tn) = (p(true, true), p(true, false), p(false, true), p(false, false));
    Some(match id {
        "selection_rate" => tp + fp,
        "base_rate" => tp + fn_,
        "tpr" => tp / (tp + fn_),
        "fnr" => fn_ / (tp + fn_),
        "fpr" => fp / (fp + tn),
        "tnr" => tn / (fp + tn),
        "ppv" => tp / (tp + fp),
        "fdr" => fp / (tp + fp),
        "npv" => tn / (tn + fn_),
        "for" => fn_ / (tn + fn_),
        "accuracy" => tp + tn,
        "error_rate" => fp + fn_,
        "balanced_accuracy" => (tp / (tp + fn_) + tn / (fp + tn)) / 2.0,
        "f1" => 2.0 * tp / (2.0 * tp + fp + fn_),
        "mcc" => (tp * tn - fp * fn_) / ((tp + fp) * (tp + fn_) * (tn + fp) * (tn + fn_)).sqrt(),
        "predicted_prevalence_ratio" => (tp + fp) / (tp + fn_),
        "false_negatives_per_false_positive" => fn_ / fp,
        "qualified_per_selected" => (tp + fn_) / (tp + fp),
        "unqualified_per_rejected" => (fp + tn) / (fn_ + tn),
        _ => return None,
    })
}

fn of_score(id: &str, people: &Population) -> Option<f64> {
    let y = |kind: &Kind| f64::from(u8::from(kind.label));
    let rate = people.share(|kind| kind.label);
    Some(match id {
        "mean_score" => people.mean(|kind| kind.score),
        "auc" => area(people, people),
        "brier" => people.mean(|kind| (kind.score - y(kind)).powi(2)),
        "log_loss" => people.mean(|kind| -(if kind.label { kind.score } else { 1.0 - kind.score }).ln()),
        "brier_uncertainty" => rate * (1.0 - rate),
        "calibration_ratio" => rate / people.mean(|kind| kind.score),
        "ks" => separation(people),
        "ece" => over_bins(&equal_width(people), |mass, score, own| mass * (score - own).abs()),
        "ece_equal_mass" => over_bins(&equal_mass(people), |mass, score, own| mass * (score - own).abs()),
        "brier_reliability" => over_bins(&equal_width(people), |mass, score, own| mass * (score - own).powi(2)),
        "brier_resolution" => over_bins(&equal_width(people), |mass, _, own| mass * (own - rate).powi(2)),
        _ => return None,
    })
}

/// The chance that a qualified person of one scores above an unqualified one of
/// another; ties count one half.
fn area(upper: &Population, lower: &Population) -> f64 {
    let (yes, no) = (upper.share(|kind| kind.label), lower.share(|kind| !kind.label));
    let mut sum = 0.0;
    for one in upper.kinds.iter().filter(|kind| kind.label) {
        for two in lower.kinds.iter().filter(|kind| !kind.label) {
            let wins = if one.score > two.score {
                1.0
            } else if one.score == two.score {
                0.5
            } else {
                0.0
            };
            sum += one.share * two.share * wins;
        }
    }
    sum / (yes * no)
}

fn separation(people: &Population) -> f64 {
    let yes = people.share(|kind| kind.label);
    let (mut a, mut b, mut largest) = (0.0, 0.0, 0.0f64);
    for (_, one, two) in people.by_score() {
        a += one / yes;
        b += two / (1.0 - yes);
        largest = largest.max((a - b).abs());
    }
    largest
}

/// Bins with their mass, sum of scores and mass of the favourable.
type Bins = [(f64, f64, f64); 10];

fn equal_width(people: &Population) -> Bins {
    let mut bins = Bins::default();
    for (score, one, two) in people.by_score() {
        let at = ((score * 10.0).ceil() as usize).clamp(1, 10) - 1;
        let (mass, sum, own) = bins[at];
        bins[at] = (mass + one + two, sum + score * (one + two), own + one);
    }
    bins
}

fn equal_mass(people: &Population) -> Bins {
    let mut bins = Bins::default();
    let mut below = 0.0;
    for (score, one, two) in people.by_score() {
        let at = (((below + (one + two) / 2.0) * 10.0) as usize).min(9);
        below += one + two;
        let (mass, sum, own) = bins[at];
        bins[at] = (mass + one + two, sum + score * (one + two), own + one);
    }
    bins
}

fn over_bins(bins: &Bins, of: impl Fn(f64, f64, f64) -> f64) -> f64 {
    bins.iter().filter(|(mass, ..)| *mass > 0.0).map(|(mass, sum, own)| of(*mass, sum / mass, own / mass)).sum()
}

/// Shares of the people with benefit 0, 1, 2: decision − label + 1.
fn benefits(people: &Population) -> [f64; 3] {
    let benefit = |kind: &Kind| usize::from(kind.decision) + 1 - usize::from(kind.label);
    [0, 1, 2].map(|b| people.share(|kind| benefit(kind) == b))
}

fn of_benefit(id: &str, people: &Population) -> Option<f64> {
    let shares = benefits(people);
    let mean = shares[1] + 2.0 * shares[2];
    let of = |f: &dyn Fn(f64) -> f64| (0..3).map(|b| shares[b] * f(b as f64 / mean)).sum::<f64>();
    let x_ln_x = |x: f64| if x > 0.0 { x * x.ln() } else { 0.0 };
    Some(match id {
        "mean_benefit" => mean,
        "theil_index" => of(&x_ln_x),
        "generalized_entropy" => of(&|x| (x * x - 1.0) / 2.0),
        "gini" => {
            let pairs = (0..3).flat_map(|a| (0..3).map(move |b| (a, b)));
            pairs.map(|(a, b)| shares[a] * shares[b] * (a as f64 - b as f64).abs()).sum::<f64>() / (2.0 * mean)
        }
        "atkinson" => 1.0 - of(&f64::sqrt).powi(2),
        _ => return None,
    })
}

fn compared(base: &Base, how: Comparison, group: usize, groups: &Groups<'_>) -> Option<f64> {
    if let Some(found) = distances(base.id, how, groups[group].1, groups[0].1) {
        return Some(found);
    }
    let (a, b) = (of_base(base.id, group, groups)?, of_base(base.id, 0, groups)?);
    match how {
        Comparison::Difference => Some(a - b),
        Comparison::Ratio => Some(a / b),
        Comparison::OddsRatio => Some(a / (1.0 - a) / (b / (1.0 - b))),
        Comparison::CohensH => Some(2.0 * (a.sqrt().asin() - b.sqrt().asin())),
        Comparison::StandardizedDifference if base.id == "mean_score" => {
            let variance = |people: &Population, mean: f64| people.mean(|kind| (kind.score - mean).powi(2));
            let ((n, one), (m, two)) = (groups[group], groups[0]);
            let pooled = ((n - 1.0) * variance(one, a) + (m - 1.0) * variance(two, b)) / (n + m - 2.0);
            Some((a - b) / pooled.sqrt())
        }
        _ => None,
    }
}

/// Distances of distributions of a group and its reference.
fn distances(id: &str, how: Comparison, group: &Population, reference: &Population) -> Option<f64> {
    let of = |people: &Population| match id {
        "label_distribution" => Some(people.share(|kind| kind.label)),
        "decision_distribution" => Some(people.share(|kind| kind.decision)),
        _ => None,
    };
    if id == "score_distribution" {
        return score_distance(how, group, reference);
    }
    let (q, p) = (of(group)?, of(reference)?);
    let kl = |p: f64, q: f64| p * (p / q).ln() + (1.0 - p) * ((1.0 - p) / (1.0 - q)).ln();
    let middle = (p + q) / 2.0;
    Some(match how {
        Comparison::KullbackLeibler => kl(p, q),
        Comparison::JensenShannon => (kl(p, middle) + kl(q, middle)) / 2.0,
        Comparison::Euclidean => (p - q).abs() * 2f64.sqrt(),
        Comparison::TotalVariation | Comparison::KolmogorovSmirnov => (p - q).abs(),
        _ => return None,
    })
}

fn score_distance(how: Comparison, group: &Population, reference: &Population) -> Option<f64> {
    let (mut gap, mut largest, mut area, mut last) = (0.0f64, 0.0f64, 0.0, 0.0);
    for (one, two) in group.by_score().iter().zip(reference.by_score()) {
        area += gap.abs() * (one.0 - last);
        last = one.0;
        gap += one.1 + one.2 - two.1 - two.2;
        largest = largest.max(gap.abs());
    }
    if how == Comparison::PopulationStability {
        return stability(group, reference);
    }
    match how {
        Comparison::KolmogorovSmirnov => Some(largest),
        Comparison::Wasserstein => Some(area),
        _ => None,
    }
}

/// Σ(p − q)·ln(p/q) over tenths of the reference.
fn stability(group: &Population, reference: &Population) -> Option<f64> {
    let mut bins = [(0.0, 0.0); 10];
    let mut below = 0.0f64;
    for (own, other) in group.by_score().iter().zip(reference.by_score()) {
        let at = ((below * 10.0 + 1e-9) as usize).min(9);
        bins[at] = (bins[at].0 + own.1 + own.2, bins[at].1 + other.1 + other.2);
        below += other.1 + other.2;
    }
    let used = bins.iter().filter(|(q, p)| q + p > 0.0);
    Some(used.map(|(q, p)| (p - q) * (p / q).ln()).sum())
}

fn summarised(base: &Base, summary: Summary, groups: &Groups<'_>) -> Option<f64> {
    if matches!(summary, Summary::Between | Summary::Within) {
        return split(base.id, summary, groups);
    }
    let all: Vec<f64> = (0..groups.len()).map(|at| of_base(base.id, at, groups)).collect::<Option<_>>()?;
    let (low, high) = all.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    Some(match summary {
        Summary::MaxDifference => high - low,
        Summary::MinRatio => low / high,
        Summary::Worst if base.worse == Worse::Lower => low,
        Summary::Worst | Summary::Largest => high,
        _ => (all.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / all.len() as f64).sqrt(),
    })
}

/// An index within groups and between them: between is the index of a world in
/// which everyone has the mean benefit of their group.
fn split(id: &str, summary: Summary, groups: &Groups<'_>) -> Option<f64> {
    let whole = of_benefit(id, &Population::mixture(groups))?;
    let size: f64 = groups.iter().map(|(n, _)| n).sum();
    let means: Vec<(f64, f64)> = groups
        .iter()
        .map(|(n, people)| Some((n / size, of_benefit("mean_benefit", people)?)))
        .collect::<Option<_>>()?;
    let mean: f64 = means.iter().map(|(share, own)| share * own).sum();
    let of = |f: &dyn Fn(f64) -> f64| means.iter().map(|(share, own)| share * f(own / mean)).sum::<f64>();
    let between = match id {
        "theil_index" => of(&|x| x * x.ln()),
        "generalized_entropy" => of(&|x| (x * x - 1.0) / 2.0),
        _ => return None,
    };
    Some(if summary == Summary::Between { between } else { whole - between })
}
