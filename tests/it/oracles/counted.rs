//! Answers of the statistics on the counts of a case: 2×2 tables, scores,
//! benefits.

use std::collections::BTreeMap;

use evenhand::catalogue::{FN, FP, Outcomes, REJECTED, SELECTED, TN, TP};
use evenhand::cells::{Distribution, Frame, Grid, Group, Histogram, Tally};
use evenhand::stats::*;

use super::answer::Answer;
use super::case::{Audited, Case, Question, Whom};
use super::strata;

/// Ours, and where peers are known to take another step, ours after that step.
pub struct Counted {
    pub answer: Answer,
    pub steps: Vec<(&'static str, Answer)>,
}

impl From<Answer> for Counted {
    fn from(answer: Answer) -> Counted {
        Counted { answer, steps: Vec::new() }
    }
}

impl Counted {
    fn number(number: f64) -> Counted {
        Answer::number(number).into()
    }

    pub fn maybe(number: Option<f64>) -> Counted {
        Answer::maybe(number).into()
    }

    pub fn but(mut self, step: &'static str, after: Option<f64>) -> Counted {
        self.steps.extend(after.map(|number| (step, Answer::Number(number))));
        self
    }
}

pub fn group<'f>(frame: &'f Frame, name: &str) -> Option<(&'f Group, &'f Tally)> {
    frame.groups.iter().find(|(group, _)| group.to_string() == name)
}

pub fn count(tally: &Tally, set: Outcomes) -> u64 {
    tally.sum(|_, outcome| set.contains(outcome)).n
}

/// Selected and rejected people of both sides.
fn table(frame: &Frame, one: &str, two: &str) -> Option<[u64; 4]> {
    let of = |name| group(frame, name).map(|(_, tally)| [SELECTED, REJECTED].map(|set| count(tally, set)));
    let ([a, b], [c, d]) = (of(one)?, of(two)?);
    Some([a, b, c, d])
}

/// Everyone with a group, but for one.
fn rest(frame: &Frame, name: &str) -> Tally {
    let mut all = Tally::default();
    for (group, tally) in &frame.groups {
        if !group.is_missing() && group.to_string() != name {
            all.merge(tally);
        }
    }
    all
}

pub fn answer(case: &Case, question: &Question) -> Option<Counted> {
    if question.metric == "kish_n_eff" {
        let audit = case.audit(case.config["weight"].is_string(), Whom::Reference);
        return Some(Counted::maybe(audit.row(&question.attribute, &question.group, "selection_rate")?.n_eff));
    }
    let frame = case.frame(&question.attribute)?;
    match question.whom() {
        Whom::Rest => against_the_rest(frame, question),
        Whom::Overall => None,
        Whom::Reference if question.reference.is_none() => of_a_group(case, frame, question),
        Whom::Reference => {
            let reference = case.reference(&question.attribute);
            if question.metric == "reweighing_two_groups" {
                return two_weights(case, question, &reference);
            }
            if question.metric == "between_two_groups_generalized_entropy" {
                let (_, of_reference) = group(frame, &reference)?;
                let sides = [benefits(of_reference), benefits(&rest(frame, &reference))];
                let alpha = alpha(question.params)?;
                return Some(between_sides(Answer::maybe(between_groups(&sides, alpha)), &sides, alpha));
            }
            let table = table(frame, &question.group, &reference)?;
            of_a_table(table, question)
                .or_else(|| strata::answer(frame, question, &reference))
                .or_else(|| {
                    of_scores(&frame.scores.clone().rekey(|(group, _)| group.to_string()), question, &reference)
                })
                .or_else(|| adjusted(frame, question, &reference))
        }
    }
}

fn of_a_group(case: &Case, frame: &Frame, question: &Question) -> Option<Counted> {
    let tally = group(frame, &question.group).map(|(_, tally)| tally);
    let counted = |set| Some(Counted::number(count(tally?, set) as f64));
    match (question.metric, question.params) {
        ("tp", _) => counted(TP),
        ("fp", _) => counted(FP),
        ("fn", _) => counted(FN),
        ("tn", _) => counted(TN),
        ("count", _) if !question.weighted => Some(Counted::number(tally?.total().n as f64)),
        ("count", _) => {
            let row = case.audit(true, Whom::Reference).row(&question.attribute, &question.group, "selection_rate")?;
            Some(Counted::maybe(row.denominator))
        }
        ("selection_rate_ci95", method) => {
            let (selected, rejected) = (count(tally?, SELECTED) as f64, count(tally?, REJECTED) as f64);
            let rate = Proportion::new(selected, selected + rejected)?;
            let interval = match method {
                "wilson" => wilson(rate, Level::P95),
                "clopper_pearson" => clopper_pearson(rate, Level::P95),
                "jeffreys" => jeffreys(rate, Level::P95),
                _ => return None,
            };
            Some(Answer::interval(Some(interval)).into())
        }
        ("chi2_all_groups" | "chi2_all_groups_p", _) => {
            let groups = frame.groups.iter().filter(|(group, _)| !group.is_missing());
            let rows = groups.map(|(_, tally)| [SELECTED, REJECTED].map(|set| count(tally, set) as f64).to_vec());
            let test = chi_square(&rows.collect::<Vec<_>>());
            let part = |test: ChiSquare| if question.metric.ends_with("_p") { test.p } else { test.statistic };
            Some(Counted::maybe(test.map(part)))
        }
        ("ece", "left_closed") => {
            let (group, _) = group(frame, &question.group)?;
            // 3 · 0.1 is a little above 0.3.
            let edges: Vec<f64> = (1..10).map(|i| f64::from(i) / 10.0).collect();
            let multiples: Vec<f64> = (1..10).map(|i| f64::from(i) * 0.1).collect();
            let announced = announced(frame, group);
            let ours =
                case.audit(question.weighted, Whom::Reference).value(&question.attribute, &question.group, "ece")?;
            let left = |edges: &[f64]| Some(calibration_error(&announced, edges));
            let found = Counted::from(ours).but("with an edge in the bin above it", left(&edges));
            Some(found.but("with an edge in the bin above it, at rounded multiples of 0.1", left(&multiples)))
        }
        ("generalized_entropy" | "theil_index" | "coefficient_of_variation", params) => {
            let people = benefits(&rest(frame, ""));
            if question.metric == "coefficient_of_variation" {
                return Some(Counted::maybe(coefficient_of_variation(&people)));
            }
            let alpha = if question.metric == "theil_index" { 1.0 } else { alpha(params)? };
            Some(Counted::maybe(generalized_entropy(&people, alpha)))
        }
        ("reweighing_factor", label) => {
            let release = &case.audit(question.weighted, Whom::Reference).release;
            let table = release.reweighing.iter().find(|table| table.attribute == question.attribute)?;
            let weight = table.weights.iter().find(|weight| weight.group == question.group)?;
            Some(Counted::maybe(if label == "label=1" { weight.favourable } else { weight.unfavourable }))
        }
        _ => None,
    }
}

pub fn alpha(params: &str) -> Option<f64> {
    params.strip_prefix("alpha=")?.parse().ok()
}

/// The part between sides. At α = 0 both flavours of AIF360 divide it by the mean once more.
pub fn between_sides(between: Answer, sides: &[Vec<(f64, f64)>], alpha: f64) -> Counted {
    let index = between_groups(sides, alpha).filter(|_| alpha == 0.0);
    let over_mean = index.zip(mean(&sides.concat())).map(|(index, mean)| index / mean);
    Counted::from(between).but("over the mean", over_mean)
}

/// The benefits of each group.
pub fn benefits_by_group(case: &Case, attribute: &str) -> Vec<Vec<(f64, f64)>> {
    let groups = case.frame(attribute).into_iter().flat_map(|frame| &frame.groups);
    groups.filter(|(group, _)| !group.is_missing()).map(|(_, tally)| benefits(tally)).collect()
}

/// Benefit d − y + 1 of each person, with how many have it.
fn benefits(tally: &Tally) -> Vec<(f64, f64)> {
    [(TP.or(TN), 1.0), (FP, 2.0), (FN, 0.0)].map(|(set, benefit)| (benefit, count(tally, set) as f64)).to_vec()
}

fn mean(people: &[(f64, f64)]) -> Option<f64> {
    let (sum, weight) = people.iter().fold((0.0, 0.0), |(s, w), (benefit, weight)| (s + benefit * weight, w + weight));
    (sum > 0.0).then(|| sum / weight)
}

/// Scores with the weights of those with and without the label.
fn announced(frame: &Frame, group: &Group) -> Vec<(f64, [f64; 2])> {
    use evenhand::cells::Label;
    let mut bins: BTreeMap<i64, [f64; 2]> = BTreeMap::new();
    for (at, label) in [Label::Favourable, Label::Unfavourable].into_iter().enumerate() {
        for (bin, weight) in frame.scores.part(&(group.clone(), label)).iter().flat_map(|part| part.bins.iter()) {
            bins.entry(bin).or_default()[at] = weight;
        }
    }
    bins.into_iter().map(|(bin, weights)| (Grid::Exact.centre(bin), weights)).collect()
}

/// The calibration error with an edge in the bin above it, which we do not offer.
fn calibration_error(announced: &[(f64, [f64; 2])], edges: &[f64]) -> f64 {
    let mut gaps = vec![0.0; edges.len() + 1];
    for (score, [yes, no]) in announced {
        gaps[edges.partition_point(|edge| edge <= score)] += score * (yes + no) - yes;
    }
    let whole: f64 = announced.iter().map(|(_, [yes, no])| yes + no).sum();
    gaps.iter().map(|gap| gap.abs()).sum::<f64>() / whole
}

fn two_weights(case: &Case, question: &Question, reference: &str) -> Option<Counted> {
    let mut ledger = case.ledger_of(question.weighted).clone();
    let frame = ledger.frame(&question.attribute)?;
    let (name, of_reference) = group(frame, reference)?;
    let word = |level: &str| Group::single(evenhand::cells::Level::value(level));
    let mut two = Frame { columns: vec!["side".to_string()], ..Frame::default() };
    two.groups.insert(word("reference"), of_reference.clone());
    two.groups.insert(word("rest"), rest(frame, &name.to_string()));
    ledger.frames = vec![two];
    let tables = evenhand::remedy::reweighings(&ledger);
    let weight = |side, favourable| tables.first()?.weight(&word(side), favourable);
    let sides = [("reference", true), ("reference", false), ("rest", true), ("rest", false)];
    let weights = sides.map(|(side, favourable)| Answer::maybe(weight(side, favourable)));
    Some(Answer::List(weights.to_vec()).into())
}

fn of_a_table(table: [u64; 4], question: &Question) -> Option<Counted> {
    let counts = table.map(|count| count as f64);
    let [a, b, c, d] = counts;
    let (one, two) = (Proportion::new(a, a + b)?, Proportion::new(c, c + d)?);
    let rows = [vec![a, b], vec![c, d]];
    let level = Level::P95;
    let chi = |test: Option<ChiSquare>| {
        Counted::maybe(test.map(|test| if question.metric.ends_with("_p") { test.p } else { test.statistic }))
    };
    let interval = |interval| Some(Answer::interval(interval).into());
    Some(match (question.metric, question.params) {
        ("table", _) => Answer::List(rows.iter().map(|row| Answer::numbers(row)).collect()).into(),
        ("two_prop_z", _) => Counted::maybe(pooled_z(one, two).map(|test| test.z)),
        ("two_prop_z_p", _) => Counted::maybe(pooled_z(one, two).map(|test| test.p)),
        ("chi2" | "chi2_p", "uncorrected") => chi(chi_square(&rows)),
        ("chi2" | "chi2_p", "yates") => chi(yates_chi_square(counts)),
        ("g_test", _) => chi(g_test(&rows)),
        ("fisher_p", _) => Counted::number(fisher_two_sided(table)),
        ("phi", _) => Counted::maybe(phi(counts)),
        ("cohen_h", _) => Counted::number(cohens_h(one, two)),
        ("odds_ratio", "conditional") => match conditional_odds_ratio(table) {
            Some(ratio) => Counted::number(ratio),
            // No bound, or one table only.
            None if conditional_odds_ratio_interval(table, level).low > 0.0 => Answer::Infinite.into(),
            None => Answer::Nothing.into(),
        },
        ("odds_ratio_ci95", "exact_conditional") => {
            return interval(Some(conditional_odds_ratio_interval(table, level)));
        }
        ("odds_ratio_ci95", "woolf_logit" | "woolf_logit_shift_half_when_zero") => {
            let filled = counts.map(|count| if count == 0.0 { 0.5 } else { count });
            let [one_filled, two_filled] =
                [[filled[0], filled[1]], [filled[2], filled[3]]].map(|[yes, no]| Proportion::new(yes, yes + no));
            let after = Answer::interval(Some(odds_ratio_interval(one_filled?, two_filled?, level)));
            Counted {
                answer: Answer::interval(Some(odds_ratio_interval(one, two, level))),
                steps: vec![("with ½ in the empty cell alone, and two ends", after)],
            }
        }
        ("risk_ratio_ci95", "katz_log") => return interval(katz_ratio(one, two, level)),
        ("risk_ratio_ci95", "score_miettinen_nurminen") => {
            return interval(miettinen_nurminen_ratio(one, two, level));
        }
        ("risk_difference_ci95", method) => {
            return interval(Some(match method {
                "wald" => wald_difference(one, two, level),
                "newcombe_wilson" => newcombe(one, two, level),
                "score_miettinen_nurminen" => miettinen_nurminen_difference(one, two, level),
                "score_mee" => mee_difference(one, two, level),
                _ => return None,
            }));
        }
        _ => return None,
    })
}

/// The p-values of all groups against the reference, adjusted together; those
/// without one are left out of the family.
fn adjusted(frame: &Frame, question: &Question, reference: &str) -> Option<Counted> {
    let adjust = match (question.metric, question.params) {
        ("adjusted_p", "holm") => holm,
        ("adjusted_p", "benjamini_hochberg") => benjamini_hochberg,
        _ => return None,
    };
    let groups = frame.groups.keys().filter(|group| !group.is_missing()).map(ToString::to_string);
    let family: Vec<(String, f64)> = groups
        .filter(|group| group != reference)
        .filter_map(|group| {
            let [a, b, c, d] = table(frame, &group, reference)?.map(|count| count as f64);
            Some((group, pooled_z(Proportion::new(a, a + b)?, Proportion::new(c, c + d)?)?.p))
        })
        .collect();
    let found = adjust(&family.iter().map(|(_, p)| *p).collect::<Vec<_>>());
    let at = family.iter().position(|(group, _)| *group == question.group)?;
    Some(Counted::number(found[at]))
}

pub fn moments(part: &Distribution) -> Option<Moments> {
    let weight = part.cell.weight.value();
    Moments::from_spread(part.cell.effective(), weight, part.sum.value(), part.spread(Grid::Exact)?)
}

/// Scores of a group as positives, of the reference as negatives.
fn of_scores(scores: &Histogram<String>, question: &Question, reference: &str) -> Option<Counted> {
    let (one, two) = (scores.part(&question.group)?, scores.part(&reference.to_string())?);
    let mut bins: BTreeMap<i64, ScoreBin> = BTreeMap::new();
    one.bins.iter().for_each(|(bin, weight)| bins.entry(bin).or_default().positives += weight);
    two.bins.iter().for_each(|(bin, weight)| bins.entry(bin).or_default().negatives += weight);
    let bins: Vec<ScoreBin> = bins.into_values().collect();
    let (m, n) = (one.cell.n as f64, two.cell.n as f64);
    Some(match (question.metric, question.params) {
        ("ks_score_p", "asymp") => Counted::maybe(kolmogorov_smirnov(&bins, m, n).map(|test| test.p)),
        ("mannwhitney_p", _) => {
            let test = mann_whitney(&bins, m, n);
            let corrected = test.filter(|test| test.z != 0.0).map(|test| {
                let distance = (test.u - m * n / 2.0).abs();
                two_sided_p((distance - 0.5) / (distance / test.z.abs())).min(1.0)
            });
            Counted::maybe(test.map(|test| test.p)).but("with a continuity correction of ½ in U", corrected)
        }
        ("welch_t", _) => Counted::maybe(welch(moments(one)?, moments(two)?).map(|test| test.t)),
        _ => return None,
    })
}

fn against_the_rest(frame: &Frame, question: &Question) -> Option<Counted> {
    let (_, own) = group(frame, &question.group)?;
    let rest = rest(frame, &question.group);
    let rate = |tally: &Tally| {
        let (selected, rejected) = (count(tally, SELECTED) as f64, count(tally, REJECTED) as f64);
        Proportion::new(selected, selected + rejected)
    };
    let (one, two) = (rate(own)?, rate(&rest)?);
    let test = pooled_z(one, two);
    let of = |rate: Proportion| Moments::from_sums(rate.trials(), rate.trials(), rate.successes(), rate.successes());
    Some(match question.metric {
        "cohen_d" => {
            let (one, two) = (of(one)?, of(two)?);
            let biased = |side: Moments| Moments { variance: side.variance * (side.n - 1.0) / side.n, ..side };
            Counted::maybe(standardized_mean_difference(one, two))
                .but("with variances over n in the pooled one", standardized_mean_difference(biased(one), biased(two)))
        }
        "z_test_diff" => Counted::maybe(test.map(|test| test.z)),
        _ => return None,
    })
}

/// The p of the row where it comes from the test that the peer ran, and the
/// intervals of the audit where they are by the peer's method.
pub fn in_the_audit(audit: &Audited, question: &Question) -> Option<Answer> {
    use evenhand::measure::{Method, TestMethod};
    let row = |id| audit.row(&question.attribute, &question.group, id);
    let p = |id, method| row(id).filter(|row| row.test == Some(method)).map(|row| Answer::maybe(row.p));
    let interval = |id, method| row(id).filter(|row| row.method == Some(method)).map(Answer::interval_of);
    const POOLED: &str = "selection_rate.mantel_haenszel_odds_ratio";
    match (question.metric, question.params) {
        ("two_prop_z_p", _) => p("selection_rate.difference", TestMethod::PooledZ),
        ("fisher_p", _) => p("selection_rate.difference", TestMethod::Fisher),
        ("cmh_p", "all strata") => p(POOLED, TestMethod::CochranMantelHaenszel),
        ("chi2_all_groups_p", _) => p("selection_rate.std", TestMethod::ChiSquare),
        ("selection_rate_ci95", "wilson") => interval("selection_rate", Method::Wilson),
        ("risk_difference_ci95", "newcombe_wilson") => interval("selection_rate.difference", Method::Newcombe),
        ("risk_ratio_ci95", "score_miettinen_nurminen") => interval("selection_rate.ratio", Method::MiettinenNurminen),
        ("odds_ratio_ci95", "woolf_logit_shift_half_when_zero") => interval("selection_rate.odds_ratio", Method::Woolf),
        ("mh_odds_ratio_ci95", "all strata") => interval(POOLED, Method::RobinsBreslowGreenland),
        _ => None,
    }
}
