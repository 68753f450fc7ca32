//! When a number may be shown: what each metric tells about counts.

use super::super::guard::Sum;
use super::{Gate, Sums};
use crate::catalogue::{
    Base, Comparison, DistributionOf, EVERYONE, ForecastValue, Metric, Outcomes, QUALIFIED, REJECTED, Rate, SELECTED,
    ScoreValue, UNQUALIFIED, Value,
};
use crate::cells::{Cell, Frame, Group, Membership, Stratum};
use crate::measure::{Against, Measurement};

impl<'r> Gate<'r> {
    /// Whether a measurement may be shown; when it may, it counts as known.
    pub(in super::super) fn admit(&mut self, m: &Measurement) -> bool {
        if self.guard.is_none() {
            return true;
        }
        if m.class.is_some() {
            return self.admit_classes(m);
        }
        if let (Some(_), Metric::Base(base)) = (&m.stratum, m.metric) {
            return self.admit_strata(base, &m.attribute);
        }
        match m.metric {
            Metric::Base(base) => {
                let shown = self.admit_base(base, m);
                if shown {
                    self.shown.insert((m.attribute.clone(), m.group.clone(), base.id));
                }
                shown
            }
            Metric::Compared(base, how) => self.admit_comparison(base, how, m),
            Metric::Summarised(base, _) => self.all_groups_shown(base, m),
            Metric::Composite(_) => match m.metric.parts() {
                Some((Metric::Compared(a, how), Metric::Compared(b, other))) => {
                    self.admit_comparison(a, how, m) && self.admit_comparison(b, other, m)
                }
                Some((Metric::Summarised(a, _), Metric::Summarised(b, _))) => {
                    self.all_groups_shown(a, m) && self.all_groups_shown(b, m)
                }
                _ => false,
            },
        }
    }

    /// Whether a base metric of a group has been let through.
    pub(in super::super) fn is_shown(&self, attribute: &str, group: Option<&Group>, base: &'static str) -> bool {
        self.guard.is_none() || self.shown.contains(&(attribute.to_string(), group.cloned(), base))
    }

    /// Whether the worst and the best case of people without a recorded group may
    /// be shown: whether the counts that they tell are.
    pub(in super::super) fn worst_case_shown(&self, m: &Measurement) -> bool {
        if self.guard.is_none() {
            return true;
        }
        if m.class.is_some() {
            return self.admit_classes(m);
        }
        // Within strata the ends are made of the counts of every stratum.
        let stratified = matches!(m.metric, Metric::Compared(_, how) if how.stratified());
        !stratified && m.metric.bases().into_iter().all(|base| self.unrecorded_shown(base, &m.attribute))
    }

    /// Whether the groups of an attribute are estimated by chances.
    pub(in super::super) fn estimated(&self, attribute: &str) -> bool {
        let mut divisions = self.report.measurements.divisions.iter();
        divisions.any(|division| division.attribute == attribute && division.membership == Membership::Weighted)
    }

    /// Whether what a metric tells of people without a recorded group is shown.
    fn unrecorded_shown(&self, base: &'static Base, attribute: &str) -> bool {
        let Some(division) = self.report.measurements.divisions.iter().find(|d| d.attribute == attribute) else {
            return false;
        };
        let missing = || division.groups.iter().filter(|size| size.group.is_missing());
        let shown = |id| missing().all(|size| self.is_shown(attribute, Some(&size.group), id));
        match base.value {
            // An end holds those above or below a score: there may be one of them.
            Value::Score(_) | Value::Distribution(DistributionOf::Scores) => false,
            Value::Share(_) => missing().all(|size| self.sized.contains(&(attribute.to_string(), size.group.clone()))),
            // Its ends are made of the counts of every stratum.
            Value::Disparity(of) if of.conditional => false,
            Value::Disparity(of) if of.labels => shown("base_rate"),
            Value::Distribution(DistributionOf::Labels) => shown("base_rate"),
            Value::Disparity(_) | Value::Distribution(_) => shown("selection_rate"),
            _ => shown(base.id),
        }
    }

    fn admit_base(&mut self, base: &'static Base, m: &Measurement) -> bool {
        let at = self.frame_at(&m.attribute);
        let keep = |group: &Group| m.group.as_ref().is_none_or(|wanted| wanted == group);
        let known = |gate: &Self, id| gate.is_shown(&m.attribute, m.group.as_ref(), id);
        match base.value {
            Value::Rate(_) if !self.counted(at) => self.admit_estimate(m),
            Value::Rate(rate) => self.publish_rate(at, keep, m.stratum.as_ref(), rate),
            Value::Score(score) => self.admit_score(score, m),
            Value::Share(_) => self.admit_spread(m, &[EVERYONE]),
            Value::Disparity(of) if of.labels => self.admit_spread(m, &[QUALIFIED, UNQUALIFIED]),
            Value::Disparity(_) => self.admit_spread(m, &[SELECTED, REJECTED]),
            Value::BalancedAccuracy
            | Value::F1
            | Value::MatthewsCorrelation
            | Value::Quotient(..)
            | Value::Inequality(_) => known(self, "tpr") && known(self, "fpr"),
            Value::Forecast(ForecastValue::MeanError) => self.admit_sum(Sums::ForecastErrors, m, EVERYONE),
            Value::Forecast(ForecastValue::AbsoluteError) => self.admit_sum(Sums::AbsoluteForecastErrors, m, EVERYONE),
            Value::Forecast(ForecastValue::RootMeanSquare) => self.admit_sum(Sums::SquaredForecastErrors, m, EVERYONE),
            Value::Forecast(ForecastValue::Determination) => known(self, "rmse"),
            Value::Forecast(ForecastValue::Coverage) => {
                self.no_small_counts(m, |frame| frame.regressions.values().map(|r| (&r.covered, &r.ranged)).collect())
            }
            Value::Classes(_) => self.admit_classes(m),
            Value::Flip(_) => self.no_small_counts(m, |frame| {
                let flips = frame.flips.values();
                flips.flat_map(|f| [(&f.to_favourable, &f.all), (&f.to_unfavourable, &f.all)]).collect()
            }),
            Value::Ranked(_) => self.admit_ranked(m),
            Value::Consistency => !self.small(m.n),
            Value::Distribution(_) => false,
        }
    }

    fn admit_score(&mut self, score: ScoreValue, m: &Measurement) -> bool {
        let at = self.frame_at(&m.attribute);
        if !self.counted(at) {
            return self.sizes_shown(&m.attribute);
        }
        let labels = self.is_shown(&m.attribute, m.group.as_ref(), "base_rate");
        let labelled = QUALIFIED.or(UNQUALIFIED);
        match score {
            ScoreValue::Mean => self.admit_sum(Sums::Scores, m, EVERYONE),
            ScoreValue::Brier => labels && self.admit_sum(Sums::SquaredErrors, m, labelled),
            ScoreValue::LogLoss => labels && self.admit_sum(Sums::LogLosses, m, labelled),
            ScoreValue::CalibrationRatio => labels && self.admit_sum(Sums::LabelledScores, m, labelled),
            ScoreValue::Uncertainty => labels,
            ScoreValue::AucOfQualified | ScoreValue::AucOfUnqualified => {
                labels && self.is_shown("", None, "base_rate") && !self.tells_counts(at)
            }
            // These do not add up over groups.
            _ => labels && !self.tells_counts(at),
        }
    }

    /// A rate of people who belong to the group by a chance: the expected
    /// numbers are kept from being small.
    fn admit_estimate(&self, m: &Measurement) -> bool {
        let few = |people: f64| people.round() > 0.0 && people.round() < self.min_cell as f64;
        match (m.numerator, m.denominator) {
            (Some(part), Some(whole)) => !few(part) && !few(whole) && !few(whole - part),
            _ => self.sizes_shown(&m.attribute),
        }
    }

    fn sizes_shown(&self, attribute: &str) -> bool {
        let division = self.report.measurements.divisions.iter().find(|division| division.attribute == attribute);
        division.is_some_and(|division| {
            division.groups.iter().all(|size| self.sized.contains(&(attribute.to_string(), size.group.clone())))
        })
    }

    /// How a group stands to everyone with a recorded group: both become known.
    fn admit_spread(&mut self, m: &Measurement, sets: &[Outcomes]) -> bool {
        let at = self.frame_at(&m.attribute);
        if !self.counted(at) {
            return self.sizes_shown(&m.attribute);
        }
        let own = |group: &Group| m.group.as_ref().is_none_or(|wanted| wanted == group);
        let mut sums: Vec<Sum> = sets.iter().map(|set| self.sum(at, own, None, *set)).collect();
        sums.extend(sets.iter().map(|set| self.sum(at, |group| !group.is_missing(), None, *set)));
        !self.any_small(&sums) && self.publish(&sums)
    }

    /// Whether no group of the attribute has a small count: of (part, whole).
    fn no_small_counts<'f>(&self, m: &Measurement, counts: impl Fn(&'f Frame) -> Vec<(&'f Cell, &'f Cell)>) -> bool
    where
        'r: 'f,
    {
        let Some(frame) = self.frames().get(self.frame_at(&m.attribute)) else { return false };
        let small = |(part, whole): (&Cell, &Cell)| {
            self.small(part.n) || self.small(whole.n) || self.small(whole.n.saturating_sub(part.n))
        };
        !counts(frame).into_iter().any(small)
    }

    /// Several classes: all counts of the attribute are large enough, or none is shown.
    fn admit_classes(&self, m: &Measurement) -> bool {
        self.no_small_counts(m, |frame| frame.classes.values().map(|cell| (cell, cell)).collect())
    }

    fn admit_ranked(&self, m: &Measurement) -> bool {
        let Some(frame) = self.frames().get(self.frame_at(&m.attribute)) else { return false };
        frame.rankings.values().all(|ranking| {
            let rest = ranking.candidates.saturating_sub(ranking.in_top);
            ![ranking.candidates, ranking.in_top, rest].iter().any(|count| self.small(*count))
        })
    }

    /// A mean over some people: a sum that adds up over groups, and their number.
    fn admit_sum(&mut self, sums: Sums, m: &Measurement, people: Outcomes) -> bool {
        let at = self.frame_at(&m.attribute);
        if self.tells_counts(at) {
            return false;
        }
        let keep = |group: &Group| m.group.as_ref().is_none_or(|wanted| wanted == group);
        let unknowns =
            self.scores.iter().filter(|((other, frame, group), _)| *other == sums && *frame == at && keep(group));
        let sum = Sum { terms: unknowns.map(|(_, unknown)| (*unknown, 1)).collect(), value: None };
        let number = self.sum(at, keep, None, people);
        !self.any_small(std::slice::from_ref(&number)) && self.publish(&[sum, number])
    }

    fn all_groups_shown(&self, base: &'static Base, m: &Measurement) -> bool {
        let division = self.report.measurements.divisions.iter().find(|division| division.attribute == m.attribute);
        division.is_none_or(|division| {
            let mut compared = division.groups.iter().filter(|size| !size.group.is_missing());
            compared.all(|size| self.is_shown(&m.attribute, Some(&size.group), base.id))
        })
    }

    fn admit_comparison(&mut self, base: &'static Base, how: Comparison, m: &Measurement) -> bool {
        let id = match base.value {
            Value::Distribution(DistributionOf::Labels) => "base_rate",
            Value::Distribution(DistributionOf::Decisions) => "selection_rate",
            Value::Distribution(DistributionOf::Scores) => "mean_score",
            _ => base.id,
        };
        if !self.is_shown(&m.attribute, m.group.as_ref(), id) {
            return false;
        }
        let (Some(reference), Some(group)) = (&m.reference, &m.group) else { return false };
        let keep = |other: &Group| match reference {
            Against::Group(reference) => other == reference,
            Against::Overall => !other.is_missing(),
            Against::Rest => other != group && !other.is_missing(),
        };
        if let Against::Group(reference) = reference {
            return self.is_shown(&m.attribute, Some(reference), id);
        }
        let at = self.frame_at(&m.attribute);
        match (base.rate(), base.value) {
            _ if !self.counted(at) => self.sizes_shown(&m.attribute),
            (Some(rate), _) => self.publish_rate(at, keep, None, rate),
            // The share of a group and that of everyone else are one number.
            (None, Value::Share(_)) => how != Comparison::Ratio || self.is_shown(&m.attribute, Some(group), id),
            (None, _) => self.is_shown("", None, id),
        }
    }

    /// A part, a whole and the rest of it: refused when one of them is small.
    fn publish_rate(
        &mut self,
        at: usize,
        keep: impl Fn(&Group) -> bool,
        stratum: Option<&Stratum>,
        rate: Rate,
    ) -> bool {
        // Of few people not even a zero is told.
        let size = self.sum(at, &keep, stratum, EVERYONE);
        let sums = self.rate_sums(at, keep, stratum, rate);
        !self.any_small(&[size]) && !self.any_small(&sums) && self.publish(&sums)
    }

    fn rate_sums(&self, at: usize, keep: impl Fn(&Group) -> bool, stratum: Option<&Stratum>, rate: Rate) -> [Sum; 3] {
        [rate.numerator(), rate.denominator(), rate.complement().numerator()]
            .map(|set| self.sum(at, &keep, stratum, set))
    }

    /// Whether calibration curves of an attribute may be shown.
    pub(in super::super) fn admits_curves(&self, attribute: &str) -> bool {
        self.guard.is_none() || !self.tells_counts(self.frame_at(attribute))
    }

    /// The rates within strata of one attribute: all of them or none. A few
    /// withheld ones would follow from the pooled comparisons.
    fn admit_strata(&mut self, base: &'static Base, attribute: &str) -> bool {
        if let Some(admitted) = self.strata.get(&(attribute.to_string(), base.id)) {
            return *admitted;
        }
        let at = self.frame_at(attribute);
        let all = self.report.measurements.all.iter();
        let rows = all.filter(|m| m.attribute == attribute && m.stratum.is_some() && m.metric == Metric::Base(base));
        let sums: Option<Vec<[Sum; 3]>> = rows
            .map(|m| {
                let keep = |group: &Group| m.group.as_ref().is_none_or(|wanted| wanted == group);
                Some(self.rate_sums(at, keep, m.stratum.as_ref(), base.rate()?))
            })
            .collect();
        let sums: Vec<Sum> = sums.into_iter().flatten().flatten().collect();
        let admitted = self.by_strata && !self.any_small(&sums) && self.publish(&sums);
        self.strata.insert((attribute.to_string(), base.id), admitted);
        admitted
    }

    /// Whether the base rate of everyone with a recorded group may be shown.
    pub(in super::super) fn admit_levelled_rate(&mut self, attribute: &str) -> bool {
        let at = self.frame_at(attribute);
        let sums =
            [QUALIFIED, UNQUALIFIED, QUALIFIED.or(UNQUALIFIED)].map(|set| self.sum(at, |g| !g.is_missing(), None, set));
        self.guard.is_none() || !self.any_small(&sums) && self.publish(&sums)
    }
}
