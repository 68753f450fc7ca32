//! One attribute or intersection, group by group.

mod class;
mod reference;

use std::collections::BTreeMap;
use std::sync::Arc;

use reference::Duel;

use super::base::{self, Look, Seat};
use super::compare::{Sides, compare};
use super::evidence::Evidence;
use super::part::{Part, whole_people};
use super::practice::practice;
use super::{
    Against, Audit, Division, GroupSize, Measured, Measurement, Measurements, Practice, Reversal, Unknown,
    WithinStrata, strata, summary, unknown,
};
use crate::catalogue::{Base, Comparison, Meaning, Metric, ShareValue, Summary, Value};
use crate::cells::{Cell, Frame, Group, Membership, Quantity, Why};
use crate::plan::Reference;
use crate::stats::{Resampling, all_pairs_p, hash64};

/// One frame being measured.
pub(super) struct FrameLook<'a> {
    audit: &'a Audit<'a>,
    frame: &'a Frame,
    name: String,
    look: Look<'a>,
}

/// The groups with a recorded level, each with everyone else.
struct Groups<'f> {
    names: Vec<&'f Group>,
    parts: Vec<Part>,
    rests: Vec<Part>,
}

impl Groups<'_> {
    fn seat(&self, at: usize, population: Option<f64>) -> Seat<'_> {
        Seat { part: &self.parts[at], rest: Some(&self.rests[at]), population }
    }
}

impl<'a> FrameLook<'a> {
    pub(super) fn new(audit: &'a Audit<'a>, frame: &'a Frame, look: Look<'a>) -> FrameLook<'a> {
        let name = frame.name();
        let resampling = Resampling { stream: hash64(0, name.as_bytes()), ..look.resampling };
        let exact = look.exact && whole_people(frame);
        FrameLook { audit, frame, name, look: Look { resampling, exact, ..look } }
    }

    /// The numbers of everyone, from any frame.
    pub(super) fn everyone(&self, into: &mut Measurements) {
        let part = Part::of(self.frame, |_| true);
        let number = |base: &&&Base| base.is_number() && !base.of_attribute() && !is_relative(base);
        for base in self.audit.known.iter().filter(number) {
            let measured = self.base(base, &Seat::alone(&part), None);
            into.all.push(Measurement { attribute: String::new(), ..self.place(measured, None, Metric::Base(base)) });
        }
        for class in &self.audit.classes {
            let part = part.of_class(class);
            for base in &self.audit.of_class {
                let measured = base::measure(base, &Seat::alone(&part), &self.look);
                let placed = self.place(measured, None, Metric::Base(base));
                into.all.push(Measurement { attribute: String::new(), class: Some(class.clone()), ..placed });
            }
        }
    }

    pub(super) fn measure(&self, reference: &Reference, into: &mut Measurements) {
        self.look.memory.clear();
        let groups = self.groups();
        let missing = self.missing();
        for (at, group) in groups.names.iter().enumerate() {
            self.of_group(group, &groups.seat(at, self.population(group)), missing.as_ref(), into);
        }
        for group in self.frame.groups.keys().filter(|group| group.is_missing()) {
            let part = Part::of(self.frame, |other| other == group);
            self.of_group(group, &Seat::alone(&part), None, into);
        }
        let (against, data_chosen) = self.reference(reference, &groups);
        let mut division = Division {
            attribute: self.name.clone(),
            groups: self.sizes(&groups),
            reference: against.clone(),
            data_chosen,
            reversals: Vec::new(),
            within: Vec::new(),
            practice: Vec::new(),
            membership: self.frame.membership,
        };
        if let Some(against) = &against {
            let duel = Duel { groups: &groups, against, data_chosen, missing: missing.as_ref() };
            self.comparisons(&duel, &mut division, into);
        }
        self.summaries(&groups, missing.as_ref(), into);
        self.of_attribute(into);
        self.within_strata(&groups, into);
        for class in &self.audit.classes {
            self.of_class(class, &groups, against.as_ref().filter(|_| !data_chosen), missing.as_ref(), into);
        }
        into.divisions.push(division);
    }

    fn groups(&self) -> Groups<'a> {
        let names: Vec<&Group> = self.frame.groups.keys().filter(|group| !group.is_missing()).collect();
        let parts: Vec<Part> = names.iter().map(|group| Part::of(self.frame, |other| other == *group)).collect();
        let rests = Part::rests(self.frame, &names, &parts);
        let numbered = |(id, part): (usize, Part)| Part { id: Some(id), ..part };
        let mut all: Vec<Part> = parts.into_iter().chain(rests).enumerate().map(numbered).collect();
        let rests = all.split_off(names.len());
        let parts = all;
        Groups { names, parts, rests }
    }

    /// The people without a recorded group, if there are any.
    fn missing(&self) -> Option<Part> {
        let part = Part::of(self.frame, Group::is_missing);
        base::anyone(&part).then_some(part)
    }

    fn population(&self, group: &Group) -> Option<f64> {
        let [column] = self.frame.columns.as_slice() else { return None };
        let attribute = self.audit.plan.attributes.iter().find(|attribute| attribute.column == *column)?;
        attribute.population.get(&group.to_string()).copied()
    }

    fn base(&self, base: &Base, seat: &Seat<'_>, group: Option<&Group>) -> Measured {
        match (base.value, self.audit.neighbourhood) {
            (Value::Consistency, Some(near)) => near.measure(&self.frame.columns, group),
            _ => base::measure(base, seat, &self.look),
        }
    }

    /// In its place, without its interval, which is made when all are there.
    fn place(&self, measured: Measured, group: Option<&Group>, metric: Metric) -> Measurement {
        Measurement {
            attribute: self.name.clone(),
            group: group.cloned(),
            stratum: None,
            class: None,
            metric,
            reference: None,
            quantity: measured.quantity,
            interval: None,
            level: self.look.level,
            n: measured.n,
            n_eff: measured.n_eff,
            numerator: measured.numerator,
            denominator: measured.denominator,
            test: measured.test,
            error_bound: measured.error_bound,
            unknown: None,
            without_small: None,
            evidence: measured.evidence,
            range: measured.range.unwrap_or(metric.range()),
            choice: self.look.choice,
        }
    }

    fn of_group(&self, group: &Group, seat: &Seat<'_>, missing: Option<&Part>, into: &mut Measurements) {
        let all = self.audit.known.iter().filter(|base| base.is_number() && !base.of_attribute());
        for base in all.filter(|base| self.concerns(base) && (seat.rest.is_some() || !is_relative(base))) {
            let metric = Metric::Base(base);
            let placed = self.place(self.base(base, seat, Some(group)), Some(group), metric);
            let unknown =
                self.judged(metric, missing).and_then(|missing| unknown::of_group(base, seat, missing, &self.look));
            into.all.push(Measurement { unknown, ..placed });
        }
    }

    /// Whether a metric has to do with this frame at all: a share of a
    /// population with one that has shares, places with one that was ranked.
    fn concerns(&self, base: &Base) -> bool {
        match base.value {
            Value::Share(ShareValue::LessPopulation | ShareValue::OverPopulation) => {
                let attributes = &self.audit.plan.attributes;
                let here = attributes.iter().find(|attribute| self.frame.columns == [attribute.column.clone()]);
                here.is_some_and(|attribute| !attribute.population.is_empty())
            }
            Value::Ranked(_) => !self.frame.rankings.is_empty(),
            _ => true,
        }
    }

    /// The people without a recorded group, where a rule is about the metric.
    fn judged<'m>(&self, metric: Metric, missing: Option<&'m Part>) -> Option<&'m Part> {
        missing.filter(|_| self.audit.plan.rules.iter().any(|rule| rule.metric == metric))
    }

    fn sizes(&self, groups: &Groups<'_>) -> Vec<GroupSize> {
        let whole = self.frame.everyone().total().weight.value();
        let mut known = groups.names.iter().zip(&groups.parts).peekable();
        let size = |group: &Group| match known.next_if(|(name, _)| **name == group) {
            Some((_, part)) => self.size(group, part, whole),
            None => self.size(group, &Part::of(self.frame, |other| other == group), whole),
        };
        self.frame.groups.keys().map(size).collect()
    }

    fn size(&self, group: &Group, part: &Part, whole: f64) -> GroupSize {
        let people = part.people();
        let has_label = self.audit.plan.roles.label.is_some();
        let calibration = match self.look.scale {
            Some(scale) if scale.probability && has_label => base::calibration(part, scale),
            _ => Vec::new(),
        };
        let n = people.n;
        GroupSize {
            group: group.clone(),
            n,
            n_eff: people.effective(),
            share: if whole > 0.0 { people.weight.value() / whole } else { 0.0 },
            too_small: n < self.audit.plan.min_group_size,
            told_by_chances: self.told_by_chances(&people, whole),
            calibration,
        }
    }

    fn told_by_chances(&self, people: &Cell, whole: f64) -> Option<f64> {
        let plain = self.frame.membership == Membership::Weighted && self.audit.plan.roles.weight.is_none();
        let share = people.weight.value() / whole;
        let told = (people.square.value() / whole - share * share) / (share * (1.0 - share));
        (plain && told.is_finite()).then(|| told.clamp(0.0, 1.0))
    }

    fn comparisons(&self, duel: &Duel<'_>, division: &mut Division, into: &mut Measurements) {
        let everyone = Part { id: Some(usize::MAX), ..Part::of(self.frame, |group| !group.is_missing()) };
        for (at, group) in duel.groups.names.iter().enumerate() {
            let Some(sides) = duel.sides(at, &everyone, |group| self.population(group)) else { continue };
            for base in self.audit.known.iter().filter(|base| self.concerns(base)) {
                for how in Comparison::ALL.into_iter().filter(|how| how.applies_to(base)) {
                    let metric = Metric::Compared(base, how);
                    let Some(measured) = self.compared(base, how, &sides, group, duel) else { continue };
                    let unknown = self.judged(metric, duel.missing).and_then(|missing| {
                        self.against_any(duel, at, &sides, |sides| {
                            unknown::of_comparison(base, how, sides, missing, &self.look)
                        })
                    });
                    self.push(duel, group, metric, measured, unknown, into);
                }
            }
            self.means(duel, at, &sides, into);
            if sides.apart.is_none() {
                division.reversals.extend(self.reversal(group, &sides));
                division.within.extend(self.gap_within(group, &sides));
            }
            division.practice.extend(self.practice(group, &sides));
        }
    }

    fn compared(
        &self,
        base: &Base,
        how: Comparison,
        sides: &Sides<'_>,
        group: &Group,
        duel: &Duel<'_>,
    ) -> Option<Measured> {
        if how.stratified() {
            let people = sides.group.part.people();
            return (!self.audit.plan.roles.strata.is_empty()).then(|| match duel.against {
                Against::Overall => Measured::undefined(Why::ReferenceContainsGroup, &people),
                _ => {
                    let pooled = strata::pool(base, sides.group.part, sides.reference.part, self.look.level);
                    strata::pooled(how, pooled.as_ref(), &people)
                }
            });
        }
        if let (Value::Consistency, Some(near)) = (base.value, self.audit.neighbourhood) {
            let Against::Group(reference) = duel.against else { return None };
            let (one, two) =
                (near.measure(&self.frame.columns, Some(group)), near.measure(&self.frame.columns, Some(reference)));
            return Some(super::compare::numbers(how, one, two));
        }
        Some(compare(base, how, sides, &self.look))
    }

    fn push(
        &self,
        duel: &Duel<'_>,
        group: &Group,
        metric: Metric,
        mut measured: Measured,
        unknown: Option<Unknown>,
        into: &mut Measurements,
    ) {
        let groups = duel.groups.names.len();
        if duel.data_chosen {
            measured.evidence = Evidence::Chosen(Box::new(measured.evidence), groups);
            if let Some(test) = &mut measured.test {
                let pairs = (groups * groups.saturating_sub(1) / 2).max(1) as f64;
                test.p = match (test.method, test.statistic) {
                    (super::TestMethod::PooledZ, Some(z)) => all_pairs_p(z, groups),
                    _ => (test.p * pairs).min(1.0),
                };
            }
        }
        let placed = self.place(measured, Some(group), metric);
        into.all.push(Measurement { reference: Some(duel.against.clone()), unknown, ..placed });
    }

    fn has(&self, base: &Base) -> bool {
        self.audit.known.iter().any(|known| known.id == base.id)
    }

    /// The composites that are the mean of two comparisons.
    fn means(&self, duel: &Duel<'_>, at: usize, sides: &Sides<'_>, into: &mut Measurements) {
        let group = duel.groups.names[at];
        let people = sides.group.part.people();
        for metric in Metric::all() {
            let Metric::Composite(notion) = metric else { continue };
            let Some((Metric::Compared(one, how), Metric::Compared(two, other))) = metric.parts() else { continue };
            if !self.has(one) || !self.has(two) {
                continue;
            }
            let absolute = matches!(notion.meaning, Meaning::MeanAbsolute(..));
            let (one, two) = (compare(one, how, sides, &self.look), compare(two, other, sides, &self.look));
            let measured = match (one.known(), two.known()) {
                (Some(one), Some(two)) => {
                    let mean = match absolute {
                        true => (one.value.abs() + two.value.abs()) / 2.0,
                        false => (one.value + two.value) / 2.0,
                    };
                    let evidence = Evidence::MeanOf { absolute, parts: Arc::new((one, two)) };
                    Measured { evidence, ..Measured::new(mean, &people) }
                }
                _ => {
                    let why = one.quantity.why().or(two.quantity.why()).unwrap_or(Why::UndefinedGroup);
                    Measured::undefined(why, &people)
                }
            };
            let unknown = self.judged(metric, duel.missing).and_then(|missing| {
                self.against_any(duel, at, sides, |sides| unknown::of_mean(&metric, sides, missing, &self.look))
            });
            self.push(duel, group, metric, measured, unknown, into);
        }
    }

    /// A worst case against the reference. Where that was chosen by looking at the
    /// rates, against any other group, since unknown people move the rates; where it is
    /// the largest group, against any that may be the largest with them.
    fn against_any(
        &self,
        duel: &Duel<'_>,
        at: usize,
        sides: &Sides<'_>,
        of: impl Fn(&Sides<'_>) -> Option<Unknown>,
    ) -> Option<Unknown> {
        let groups = duel.groups.names.len();
        let others = |may_be: &dyn Fn(usize) -> bool| -> Vec<Option<Unknown>> {
            let with_each = (0..groups).filter(|other| *other != at && may_be(*other)).map(|other| {
                let reference = duel.groups.seat(other, self.population(duel.groups.names[other]));
                of(&Sides { reference, ..*sides })
            });
            with_each.collect()
        };
        if duel.data_chosen {
            return unknown::chosen(others(&|_| true), groups);
        }
        if *self.audit.plan.reference(&self.frame.columns) != Reference::Largest {
            return of(sides);
        }
        let size = |at: usize| duel.groups.parts[at].people().n;
        let most = (0..groups).map(size).max().unwrap_or(0);
        let unknown = duel.missing.map_or(0, |missing| missing.people().n);
        // Of sizes nobody looks at rates: one pair of groups, not the worst of all.
        unknown::chosen(others(&|other| size(other) + unknown >= most), 2)
    }

    /// The selection rate, or whatever rate comes first.
    fn main_rate(&self) -> Option<&'static Base> {
        let known = || self.audit.known.iter().copied();
        known().find(|base| base.id == "selection_rate").or(known().find(|base| base.rate().is_some()))
    }

    /// Whether strata contradict the comparison of everyone.
    fn reversal(&self, group: &Group, sides: &Sides<'_>) -> Option<Reversal> {
        if self.audit.plan.roles.strata.is_empty() {
            return None;
        }
        let base = self.main_rate()?;
        let overall = compare(base, Comparison::Difference, sides, &self.look);
        let within = strata::pool(base, sides.group.part, sides.reference.part, self.look.level)?;
        let difference = overall.quantity.value()?;
        if difference * within.difference >= 0.0 {
            return None;
        }
        let alpha = self.look.level.alpha();
        let beyond_chance =
            within.found.test.is_some_and(|(_, p)| p < alpha) && overall.test.is_some_and(|test| test.p < alpha);
        let metric = base.id;
        Some(Reversal { group: group.clone(), metric, overall: difference, within: within.difference, beyond_chance })
    }

    /// What strata say of the gap between a group and its reference.
    fn gap_within(&self, group: &Group, sides: &Sides<'_>) -> Option<WithinStrata> {
        if self.audit.plan.roles.strata.is_empty() {
            return None;
        }
        let base = self.main_rate()?;
        let gap = compare(base, Comparison::Difference, sides, &self.look).quantity.value()?;
        let split = strata::split(base, sides.group.part, sides.reference.part);
        let pooled = strata::pool(base, sides.group.part, sides.reference.part, self.look.level);
        Some(WithinStrata {
            group: group.clone(),
            metric: base.id,
            gap,
            composition: split.map(|split| split.composition),
            rates: split.map(|split| split.rates),
            homogeneity: pooled.as_ref().and_then(strata::homogeneity),
        })
    }

    fn practice(&self, group: &Group, sides: &Sides<'_>) -> Option<Practice> {
        let base = self.audit.known.iter().find(|base| base.id == "selection_rate")?;
        practice(base.rate()?, group, sides, &self.look)
    }

    fn summaries(&self, groups: &Groups<'_>, missing: Option<&Part>, into: &mut Measurements) {
        let parts: Vec<&Part> = groups.parts.iter().collect();
        let seats: Vec<Seat<'_>> =
            (0..parts.len()).map(|at| groups.seat(at, self.population(groups.names[at]))).collect();
        let large = self.large(groups);
        let mut found: BTreeMap<String, (Measured, Option<Measured>)> = BTreeMap::new();
        for base in self.audit.known.iter().filter(|base| self.concerns(base)) {
            for summary in Summary::ALL.into_iter().filter(|summary| summary.applies_to(base)) {
                let metric = Metric::Summarised(base, summary);
                let number = |at: usize| self.base(base, &seats[at], Some(groups.names[at]));
                let measured = summary::summarise(base, summary, &seats, number, &self.look);
                let without_small = self.without_small(base, summary, &seats, large.as_deref(), number);
                let unknown = self
                    .judged(metric, missing)
                    .and_then(|missing| unknown::of_summary(base, summary, &seats, missing, &self.look));
                found.insert(metric.id(), (measured.clone(), without_small.clone()));
                let without_small = without_small.map(|of| (of.quantity, of.evidence));
                into.all.push(Measurement { unknown, without_small, ..self.place(measured, None, metric) });
            }
        }
        for metric in Metric::all() {
            let Some((one @ Metric::Summarised(..), two)) = metric.parts() else { continue };
            let (Some(a), Some(b)) = (found.get(&one.id()), found.get(&two.id())) else { continue };
            let unknown = self
                .judged(metric, missing)
                .and_then(|missing| unknown::of_extreme(&metric, &seats, missing, &self.look));
            let without_small = a.1.as_ref().zip(b.1.as_ref()).map(|(a, b)| {
                let both = extreme(&metric, a, b, &parts);
                (both.quantity, both.evidence)
            });
            let placed = self.place(extreme(&metric, &a.0, &b.0, &parts), None, metric);
            into.all.push(Measurement { unknown, without_small, ..placed });
        }
    }

    /// The places of the groups that are large enough to judge, where others are not.
    fn large(&self, groups: &Groups<'_>) -> Option<Vec<usize>> {
        let large = |at: &usize| groups.parts[*at].people().n >= self.audit.plan.min_group_size;
        let places: Vec<usize> = (0..groups.parts.len()).filter(large).collect();
        (places.len() < groups.parts.len()).then_some(places)
    }

    /// A summary of the groups that are large enough; only for a rule, which alone asks.
    fn without_small(
        &self,
        base: &'static Base,
        summary: Summary,
        seats: &[Seat<'_>],
        large: Option<&[usize]>,
        number: impl Fn(usize) -> Measured,
    ) -> Option<Measured> {
        let metric = Metric::Summarised(base, summary);
        let judged = self.audit.plan.rules.iter().any(|rule| rule.metric.is_or_holds(&metric));
        let large = large.filter(|_| judged)?;
        let seats: Vec<Seat<'_>> = large.iter().map(|at| seats[*at]).collect();
        Some(summary::summarise(base, summary, &seats, |at| number(large[at]), &self.look))
    }

    /// Numbers of the attribute as a whole.
    fn of_attribute(&self, into: &mut Measurements) {
        for base in self.audit.known.iter().filter(|base| base.of_attribute() && self.concerns(base)) {
            let measured = base::divergence(&self.frame.divergence);
            into.all.push(self.place(measured, None, Metric::Base(base)));
        }
    }

    /// The selection rate and the base rate in each stratum.
    fn within_strata(&self, groups: &Groups<'_>, into: &mut Measurements) {
        if self.audit.plan.roles.strata.is_empty() {
            return;
        }
        let bases = self.audit.known.iter().filter(|base| base.id == "selection_rate" || base.id == "base_rate");
        for base in bases {
            for (group, part) in groups.names.iter().zip(&groups.parts) {
                for stratum in strata::strata_of(part) {
                    let measured = base::measure(base, &Seat::alone(&part.within(&stratum)), &self.look);
                    let placed = self.place(measured, Some(group), Metric::Base(base));
                    into.all.push(Measurement { stratum: Some(stratum), ..placed });
                }
            }
        }
    }
}

/// Numbers that say how a group stands to everyone else.
fn is_relative(base: &Base) -> bool {
    use crate::catalogue::ScoreValue;
    matches!(
        base.value,
        Value::Share(_)
            | Value::Disparity(_)
            | Value::Ranked(_)
            | Value::Score(ScoreValue::AucOfQualified | ScoreValue::AucOfUnqualified)
    )
}

/// The larger or the smaller of two summaries.
fn extreme(metric: &Metric, one: &Measured, two: &Measured, parts: &[&Part]) -> Measured {
    let larger = matches!(metric, Metric::Composite(notion) if matches!(notion.meaning, Meaning::Larger(..)));
    let choose: fn(f64, f64) -> f64 = if larger { f64::max } else { f64::min };
    let mut people = Cell::default();
    parts.iter().for_each(|part| people.merge(&part.people()));
    match (one.known(), two.known()) {
        (Some(a), Some(b)) => {
            let value = choose(a.value, b.value);
            let evidence = Evidence::Extreme { larger, parts: Arc::new((a, b)) };
            Measured { evidence, ..Measured::new(value, &people) }
        }
        _ => {
            let why = one.quantity.why().or(two.quantity.why()).unwrap_or(Why::TooFewGroups);
            Measured { quantity: Quantity::Undefined(why), ..Measured::new(0.0, &people) }
        }
    }
}
