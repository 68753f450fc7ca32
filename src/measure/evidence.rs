//! What an interval is made of, kept with the number.
//!
//! The level of an interval depends on how many numbers are looked at
//! together: all pairs of groups, all findings of an audit. So a measurement
//! keeps its evidence, and gives an interval at any level that is asked for.

use std::sync::Arc;

use super::{Method, distribution, pairs};
use crate::catalogue::{Comparison, Worse};
use crate::stats::{
    AreaMethod, Auc, Estimate, Interval, Intervals, Level, Moments, Proportion, Replicates, StratumTable,
    all_pairs_level, auc_interval, cohens_h_interval, each_level, mantel_haenszel, mover_difference, mover_mean,
    mover_ratio, odds_ratio_interval, skewed_t_interval, smd_interval, student_level, t_interval, welch_interval,
};

/// An interval and how it was made.
pub(crate) type Sure = Option<(Interval, Method)>;

/// A number with what its interval is made of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Known {
    pub(crate) value: f64,
    pub(crate) evidence: Evidence,
    /// Where it may lie.
    pub(crate) range: (f64, f64),
}

/// A function of a proportion that rises with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Of {
    /// The proportion itself.
    Itself,
    /// Its odds.
    Odds,
    /// F1 of the Jaccard share: 2q/(1 + q).
    F1,
    /// q·(1 − q) where the proportion is at most a half; not monotone elsewhere.
    Variance,
    /// `times`·q + `plus`, `times` of either sign.
    Linear { times: f64, plus: f64 },
}

/// A scale on which an estimate is about normal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Scale {
    Plain,
    Log,
    /// What is left to 1, as the unexplained share of R², on the log scale.
    LogRest,
}

/// What an interval is made of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Evidence {
    /// Nothing: there is no interval.
    None,
    /// A function of a proportion.
    Proportion(Proportion, Of),
    /// The mean of two proportions of different people.
    MeanOfTwo(Proportion, Proportion),
    /// A mean.
    Mean(Moments),
    /// The mean of a loss, with its skewness.
    Loss(Moments, f64),
    /// The root of the mean of a loss, with the skewness of the loss.
    RootOfLoss(Moments, f64),
    /// An area under the curve.
    /// With how far off scores that were taken as one can make it: no chance, so it widens
    /// every interval by as much.
    Area(Auc, f64),
    /// A standard error on a scale; with degrees of freedom where they are few.
    Error { scale: Scale, se: f64, df: Option<f64>, method: Method },
    /// Resampled values.
    Resampled(Arc<Replicates>),
    /// Values that the shares of cells may give; `turned` where chance alone moves
    /// the estimate upward.
    Posterior { drawn: Arc<Replicates>, turned: bool },
    /// A distance over resamples, and how far each lies from the sample; both
    /// as roots where the number is the square of a distance.
    Distance { drawn: Arc<[Replicates; 2]>, squared: bool },
    /// A linear combination of others: coefficient and part.
    Combination(Arc<Vec<(f64, Known)>>),
    /// A comparison of two that share nobody.
    Pair(Comparison, Arc<(Known, Known)>),
    /// A difference of means in standard deviations.
    Standardized(Moments, Moments),
    /// A distance of two distributions over yes and no.
    OfTwoShares { how: Comparison, reference: Proportion, group: Proportion },
    /// A rate against that of everyone, of whom the group is the given share.
    OfWhole { how: Comparison, group: Proportion, rest: Proportion, share: f64 },
    /// A comparison of two that share people or lists: the ends of both.
    Ends(Comparison, Arc<(Known, Known)>),
    /// Tables of strata, pooled.
    Strata(Comparison, Arc<Vec<StratumTable>>),
    /// One of all pairs of so many groups, chosen by looking.
    Chosen(Box<Evidence>, usize),
    /// The largest difference or smallest ratio among all pairs.
    AllPairs(Comparison, Arc<Vec<Known>>),
    /// The worst of several.
    Worst(Worse, Arc<Vec<Known>>),
    /// The mean of two, or of their absolute values.
    MeanOf { absolute: bool, parts: Arc<(Known, Known)> },
    /// The larger or the smaller of two that are uncertain together.
    Extreme { larger: bool, parts: Arc<(Known, Known)> },
}

impl Evidence {
    /// The interval around `value` at a level.
    pub(crate) fn at(&self, value: f64, level: Level, choice: &Intervals) -> Sure {
        match self {
            Evidence::None => None,
            Evidence::Proportion(proportion, of) => Some(of_proportion(*proportion, *of, level, choice)),
            Evidence::MeanOfTwo(one, two) => Some((mover_mean(one.wilson(level), two.wilson(level)), Method::Mover)),
            Evidence::Mean(moments) => Some((t_interval(*moments, level)?, Method::StudentT)),
            Evidence::Loss(moments, skewness) => {
                Some((skewed_t_interval(*moments, *skewness, level)?, Method::StudentSkewed))
            }
            Evidence::RootOfLoss(moments, skewness) => {
                let root = |square: f64| square.max(0.0).sqrt();
                Some((skewed_t_interval(*moments, *skewness, level)?.map(root), Method::StudentSkewed))
            }
            Evidence::Area(auc, off) => {
                let (interval, method) = auc_interval(auc, level);
                let method = match method {
                    AreaMethod::DeLong => Method::DeLong,
                    AreaMethod::Newcombe => Method::NewcombeArea,
                };
                let widened = Interval::new(interval.low - off, interval.high + off);
                Some((widened.clamp(0.0, 1.0), method))
            }
            Evidence::Error { scale, se, df, method } => {
                let level = df.map_or(Some(level), |df| student_level(level, df))?;
                Some((by_error(value, *scale, *se, level)?, *method))
            }
            Evidence::Resampled(drawn) => Some((drawn.percentile(level)?, Method::BootstrapPercentile)),
            Evidence::Posterior { drawn, turned: false } => Some((drawn.percentile(level)?, Method::JeffreysCells)),
            Evidence::Posterior { drawn, turned: true } => {
                Some((drawn.basic(value, level)?, Method::JeffreysCellsTurned))
            }
            Evidence::Distance { drawn, squared } => {
                let [values, apart] = &**drawn;
                let interval = match squared {
                    true => values.distance(apart, value.max(0.0).sqrt(), level)?.map(|root| root * root),
                    false => values.distance(apart, value, level)?,
                };
                Some((interval, Method::BootstrapDistance))
            }
            Evidence::Combination(parts) => combination(parts, level, choice),
            Evidence::Pair(how, sides) => pair(*how, &sides.0, &sides.1, level, choice),
            Evidence::OfTwoShares { how, reference, group } => {
                Some((distribution::of_two_shares(*how, *reference, *group, level), Method::ScoreDistance))
            }
            Evidence::Standardized(one, two) => Some((smd_interval(*one, *two, level)?, Method::HedgesOlkin)),
            Evidence::OfWhole { how, group, rest, share } => of_whole(*how, *group, *rest, *share, level, choice),
            Evidence::Ends(how, sides) => {
                ends_of_both(*how, sides.0.estimate(level, choice)?, sides.1.estimate(level, choice)?)
            }
            Evidence::Strata(how, tables) => {
                let found = mantel_haenszel(tables, level)?;
                // Of effective numbers of people; it lies around the number of the weights.
                match how {
                    Comparison::MantelHaenszelDifference => {
                        let shift = value - found.difference;
                        Some((found.difference_interval?.map(|end| end + shift).clamp(-1.0, 1.0), Method::Sato))
                    }
                    _ => {
                        let times = value / found.odds_ratio?;
                        Some((found.odds_ratio_interval?.map(|end| end * times), Method::RobinsBreslowGreenland))
                    }
                }
            }
            Evidence::Chosen(inner, groups) => {
                let (interval, _) = inner.at(value, all_pairs_level(level, *groups), choice)?;
                Some((interval, Method::AllPairs))
            }
            Evidence::AllPairs(how, groups) => Some((pairs::furthest(*how, groups, level, choice)?, Method::AllPairs)),
            Evidence::Worst(worse, groups) => Some((worst(*worse, groups, level, choice)?, Method::AllGroups)),
            Evidence::MeanOf { absolute, parts } => {
                let (one, two) = (&parts.0, &parts.1);
                if !*absolute {
                    return Some((
                        mover_mean(one.estimate(level, choice)?, two.estimate(level, choice)?),
                        Method::Mover,
                    ));
                }
                // The mean of absolute values is the largest of ±one ± two: both
                // combinations must hold together, half of the error each.
                let both = level.bonferroni(2);
                let (one, two) = (one.estimate(both, choice)?, two.estimate(both, choice)?);
                let same = absolute_of(mover_mean(one, two));
                let opposite = absolute_of(mover_mean(one, negative(two)));
                let ends = Interval::new(same.low.max(opposite.low), same.high.max(opposite.high));
                Some((ends, Method::AllPairs))
            }
            Evidence::Extreme { larger, parts } => {
                // Both must hold together: half of the error each.
                let both = level.bonferroni(2);
                let of = |known: &Known| known.evidence.at(known.value, both, choice).map(|(interval, _)| interval);
                let (one, two) = (of(&parts.0)?, of(&parts.1)?);
                let choose: fn(f64, f64) -> f64 = if *larger { f64::max } else { f64::min };
                Some((Interval::new(choose(one.low, two.low), choose(one.high, two.high)), Method::AllPairs))
            }
        }
    }

    /// The same of so many times the people; `None` where that is not known.
    pub(crate) fn scaled(&self, times: f64) -> Option<Evidence> {
        let more = |p: &Proportion| Proportion::new(p.successes() * times, p.trials() * times);
        let of = |known: &Known| Some(Known { evidence: known.evidence.scaled(times)?, ..known.clone() });
        let pair = |parts: &(Known, Known)| Some(Arc::new((of(&parts.0)?, of(&parts.1)?)));
        let all = |parts: &[Known]| Some(Arc::new(parts.iter().map(of).collect::<Option<Vec<Known>>>()?));
        let larger = |moments: &Moments| Moments { n: moments.n * times, ..*moments };
        Some(match self {
            Evidence::Proportion(p, function) => Evidence::Proportion(more(p)?, *function),
            Evidence::MeanOfTwo(one, two) => Evidence::MeanOfTwo(more(one)?, more(two)?),
            Evidence::Mean(moments) => Evidence::Mean(larger(moments)),
            Evidence::Loss(moments, skewness) => Evidence::Loss(larger(moments), *skewness),
            Evidence::RootOfLoss(moments, skewness) => Evidence::RootOfLoss(larger(moments), *skewness),
            Evidence::Error { scale, se, df, method } => Evidence::Error {
                scale: *scale,
                se: se / times.sqrt(),
                df: df.map(|df| (df + 1.0) * times - 1.0),
                method: *method,
            },
            Evidence::Pair(how, parts) => Evidence::Pair(*how, pair(parts)?),
            Evidence::Ends(how, parts) => Evidence::Ends(*how, pair(parts)?),
            Evidence::OfTwoShares { how, reference, group } => {
                Evidence::OfTwoShares { how: *how, reference: more(reference)?, group: more(group)? }
            }
            Evidence::Standardized(one, two) => Evidence::Standardized(larger(one), larger(two)),
            Evidence::OfWhole { how, group, rest, share } => {
                Evidence::OfWhole { how: *how, group: more(group)?, rest: more(rest)?, share: *share }
            }
            Evidence::Chosen(inner, groups) => Evidence::Chosen(Box::new(inner.scaled(times)?), *groups),
            Evidence::AllPairs(how, parts) => Evidence::AllPairs(*how, all(parts)?),
            Evidence::Worst(worse, parts) => Evidence::Worst(*worse, all(parts)?),
            Evidence::MeanOf { absolute, parts } => Evidence::MeanOf { absolute: *absolute, parts: pair(parts)? },
            Evidence::Extreme { larger, parts } => Evidence::Extreme { larger: *larger, parts: pair(parts)? },
            Evidence::None
            | Evidence::Area(..)
            | Evidence::Resampled(_)
            | Evidence::Posterior { .. }
            | Evidence::Distance { .. }
            | Evidence::Combination(_)
            | Evidence::Strata(..) => return None,
        })
    }

    /// Whether it comes from ranked lists, which groups share.
    pub(super) fn is_over_lists(&self) -> bool {
        matches!(self, Evidence::Error { method: Method::OverLists, .. })
    }

    /// The moments behind a mean.
    pub(crate) fn moments(&self) -> Option<Moments> {
        match self {
            Evidence::Mean(moments) | Evidence::Loss(moments, _) => Some(*moments),
            _ => None,
        }
    }

    /// The proportion behind a rate.
    pub(crate) fn proportion(&self) -> Option<Proportion> {
        match self {
            Evidence::Proportion(proportion, Of::Itself) => Some(*proportion),
            _ => None,
        }
    }
}

impl Known {
    /// The number with its interval at a level.
    pub(crate) fn estimate(&self, level: Level, choice: &Intervals) -> Option<Estimate> {
        let (interval, _) = self.evidence.at(self.value, level, choice)?;
        let interval = interval.clamp(self.range.0, self.range.1);
        Some(Estimate { value: self.value, interval: interval.around(self.value) })
    }
}

fn of_proportion(proportion: Proportion, of: Of, level: Level, choice: &Intervals) -> (Interval, Method) {
    let interval = choice.proportion.interval(proportion, level);
    let named = Method::of_proportion(choice.proportion);
    match of {
        Of::Itself => (interval, named),
        Of::Odds => (interval.map(|q| q / (1.0 - q)), Method::ProportionOdds),
        Of::F1 => (interval.map(|q| 2.0 * q / (1.0 + q)), Method::ProportionJaccard),
        Of::Linear { times, plus } => {
            let ends = interval.map(|q| times * q + plus);
            (Interval::new(ends.low.min(ends.high), ends.low.max(ends.high)), named)
        }
        Of::Variance => {
            let spread = |q: f64| q * (1.0 - q);
            let (a, b) = (spread(interval.low), spread(interval.high));
            let high = if interval.contains(0.5) { 0.25 } else { a.max(b) };
            (Interval::new(a.min(b), high), named)
        }
    }
}

fn by_error(value: f64, scale: Scale, se: f64, level: Level) -> Option<Interval> {
    let half = level.z() * se;
    match scale {
        Scale::Plain => Some(Interval::new(value - half, value + half)),
        Scale::Log if value > 0.0 => Some(Interval::new((value.ln() - half).exp(), (value.ln() + half).exp())),
        Scale::LogRest if value < 1.0 => {
            let (rest, half) = (1.0 - value, half / (1.0 - value));
            Some(Interval::new(1.0 - rest * half.exp(), 1.0 - rest * (-half).exp()))
        }
        Scale::Log | Scale::LogRest => None,
    }
}

/// The combination of estimates that do not depend on each other, by the
/// distances of their ends (MOVER).
fn combination(parts: &[(f64, Known)], level: Level, choice: &Intervals) -> Sure {
    let (mut centre, mut below, mut above) = (0.0, 0.0, 0.0);
    for (coefficient, known) in parts {
        let Estimate { value, interval } = known.estimate(level, choice)?;
        let (down, up) = (coefficient * (value - interval.low), coefficient * (interval.high - value));
        let (down, up) = if *coefficient < 0.0 { (-up, -down) } else { (down, up) };
        centre += coefficient * value;
        below += down * down;
        above += up * up;
    }
    Some((Interval::new(centre - below.sqrt(), centre + above.sqrt()), Method::Mover))
}

/// The interval of a comparison of two that share nobody.
pub(super) fn pair(how: Comparison, one: &Known, two: &Known, level: Level, choice: &Intervals) -> Sure {
    if let (Some(first), Some(second)) = (one.evidence.proportion(), two.evidence.proportion()) {
        return match how {
            Comparison::Difference => {
                Some((choice.difference.interval(first, second, level), Method::of_difference(choice.difference)))
            }
            Comparison::Ratio => Some((choice.ratio.interval(first, second, level)?, Method::of_ratio(choice.ratio))),
            Comparison::OddsRatio => Some((odds_ratio_interval(first, second, level), Method::Woolf)),
            Comparison::CohensH => Some((cohens_h_interval(first, second, level), Method::Arcsine)),
            _ => None,
        };
    }
    if let (Comparison::Difference, Some(first), Some(second)) = (how, one.evidence.moments(), two.evidence.moments()) {
        return Some((welch_interval(first, second, level)?, Method::Welch));
    }
    let over_lists = one.evidence.is_over_lists() && two.evidence.is_over_lists();
    of_estimates(how, over_lists, one.estimate(level, choice)?, two.estimate(level, choice)?)
}

/// The interval of a comparison of two numbers that are known by their intervals alone.
pub(super) fn of_estimates(how: Comparison, over_lists: bool, one: Estimate, two: Estimate) -> Sure {
    match how {
        // Who gains a place takes it from another: chance moves the two apart.
        _ if over_lists => ends_of_both(how, one, two),
        Comparison::Difference => Some((mover_difference(one, two), Method::Mover)),
        Comparison::Ratio => Some((mover_ratio(one, two)?, Method::Mover)),
        _ => None,
    }
}

/// Whatever two numbers share, the standard error of their difference is no
/// larger than the sum of theirs; so are the ends put together.
fn ends_of_both(
    how: Comparison,
    Estimate { interval: a, .. }: Estimate,
    Estimate { interval: b, .. }: Estimate,
) -> Sure {
    match how {
        Comparison::Difference => Some((Interval::new(a.low - b.high, a.high - b.low), Method::EndsOfBoth)),
        Comparison::Ratio if a.low >= 0.0 && b.high > 0.0 => {
            let high = if b.low > 0.0 { a.high / b.low } else { f64::INFINITY };
            Some((Interval::new(a.low / b.high, high), Method::EndsOfBoth))
        }
        _ => None,
    }
}

/// The interval of a rate against that of everyone, from the comparison with
/// the rest. With a share s of everyone, group − overall = (1 − s)·(group −
/// rest), and group/overall = r/(s·r + 1 − s) with r = group/rest; s is taken
/// as known.
fn of_whole(
    how: Comparison,
    group: Proportion,
    rest: Proportion,
    share: f64,
    level: Level,
    choice: &Intervals,
) -> Sure {
    let against = |group: Proportion, rest: Proportion, share: f64| {
        let of = |r: f64| if r.is_infinite() { 1.0 / share } else { r / (share * r + 1.0 - share) };
        Some(choice.ratio.interval(group, rest, level)?.map(of))
    };
    match how {
        Comparison::Difference => {
            let interval = choice.difference.interval(group, rest, level);
            Some((interval.map(|d| (1.0 - share) * d), Method::of_difference(choice.difference)))
        }
        Comparison::Ratio => Some((against(group, rest, share)?, Method::of_ratio(choice.ratio))),
        // The odds ratio is the ratio of the yeses over that of the noes.
        Comparison::OddsRatio => {
            let failures = |p: Proportion| Proportion::new(p.failures(), p.trials());
            let (yes, no) = (against(group, rest, share)?, against(failures(group)?, failures(rest)?, share)?);
            let high = if no.low > 0.0 { yes.high / no.low } else { f64::INFINITY };
            Some((Interval::new(yes.low / no.high, high), Method::of_ratio(choice.ratio)))
        }
        // The difference on the arcsine scale is that of the shares, bent: its ends are those of the rates.
        Comparison::CohensH => {
            let all = share * group.estimate() + (1.0 - share) * rest.estimate();
            let bent = |p: f64| 2.0 * p.clamp(0.0, 1.0).sqrt().asin();
            let difference = choice.difference.interval(group, rest, level).map(|d| (1.0 - share) * d);
            Some((difference.map(|d| bent(all + d) - bent(all)), Method::Arcsine))
        }
        _ => None,
    }
}

/// A ratio to zero has no number; the other way round it is 0.
pub(super) fn ratio_to_zero(one: &Known, two: &Known, level: Level, choice: &Intervals) -> Option<Interval> {
    if one.value == 0.0 && two.value == 0.0 {
        return Some(Interval::new(0.0, f64::INFINITY));
    }
    let (interval, _) = pair(Comparison::Ratio, two, one, level, choice)?;
    let turned = interval.map(inverse);
    Some(Interval::new(turned.low.min(turned.high), turned.low.max(turned.high)))
}

pub(super) fn inverse(ratio: f64) -> f64 {
    if ratio == 0.0 { f64::INFINITY } else { 1.0 / ratio }
}

fn worst(worse: Worse, groups: &[Known], level: Level, choice: &Intervals) -> Option<Interval> {
    let level = each_level(level, groups.len());
    let each: Option<Vec<Interval>> =
        groups.iter().map(|known| known.estimate(level, choice).map(|estimate| estimate.interval)).collect();
    let choose: fn(f64, f64) -> f64 = if worse == Worse::Lower { f64::min } else { f64::max };
    each?.into_iter().reduce(|a, b| Interval::new(choose(a.low, b.low), choose(a.high, b.high)))
}

/// Of an interval of a number, that of its absolute value.
fn absolute_of(interval: Interval) -> Interval {
    let (low, high) = (interval.low.abs().min(interval.high.abs()), interval.low.abs().max(interval.high.abs()));
    Interval::new(if interval.contains(0.0) { 0.0 } else { low }, high)
}

fn negative(of: Estimate) -> Estimate {
    Estimate { value: -of.value, interval: of.interval.map(|end| -end) }
}
