//! One class of several against the rest.

use super::{Duel, FrameLook, Groups};
use crate::catalogue::{Comparison, Metric, Summary};
use crate::cells::{Group, Level as ClassLevel};
use crate::measure::base::{self, Seat};
use crate::measure::compare::compare;
use crate::measure::part::Part;
use crate::measure::{Against, Measured, Measurement, Measurements, summary, unknown};

impl FrameLook<'_> {
    /// Rates of groups, comparisons, summaries.
    pub(super) fn of_class(
        &self,
        class: &ClassLevel,
        all: &Groups<'_>,
        against: Option<&Against>,
        missing: Option<&Part>,
        into: &mut Measurements,
    ) {
        self.look.memory.clear();
        let of = |part: &Part| part.of_class(class);
        let groups = Groups {
            names: all.names.clone(),
            parts: all.parts.iter().map(of).collect(),
            rests: all.rests.iter().map(of).collect(),
        };
        let large = self.large(all);
        let missing = missing.map(of);
        let missing = missing.as_ref();
        let push = |measured: Measured, unknown, group: Option<&Group>, metric, reference, into: &mut Measurements| {
            let placed = self.place(measured, group, metric);
            into.all.push(Measurement { class: Some(class.clone()), reference, unknown, ..placed });
        };
        let seats: Vec<Seat<'_>> = (0..groups.parts.len()).map(|at| groups.seat(at, None)).collect();
        for base in &self.audit.of_class {
            let metric = Metric::Base(base);
            for (group, seat) in groups.names.iter().zip(&seats) {
                let unknown =
                    self.judged(metric, missing).and_then(|missing| unknown::of_group(base, seat, missing, &self.look));
                push(base::measure(base, seat, &self.look), unknown, Some(group), metric, None, into);
            }
            for summary in Summary::ALL.into_iter().filter(|summary| summary.applies_to(base)) {
                let metric = Metric::Summarised(base, summary);
                let number = |at: usize| base::measure(base, &seats[at], &self.look);
                let measured = summary::summarise(base, summary, &seats, number, &self.look);
                let unknown = self
                    .judged(metric, missing)
                    .and_then(|missing| unknown::of_summary(base, summary, &seats, missing, &self.look));
                let without_small = self.without_small(base, summary, &seats, large.as_deref(), number);
                let without_small = without_small.map(|of| (of.quantity, of.evidence));
                let placed = self.place(measured, None, metric);
                into.all.push(Measurement { class: Some(class.clone()), unknown, without_small, ..placed });
            }
        }
        let Some(against) = against else { return };
        let duel = Duel { groups: &groups, against, data_chosen: false, missing };
        let everyone = Part::of(self.frame, |group| !group.is_missing()).of_class(class);
        for (at, group) in groups.names.iter().enumerate() {
            let Some(sides) = duel.sides(at, &everyone, |_| None) else { continue };
            for base in &self.audit.of_class {
                for how in Comparison::ALL.into_iter().filter(|how| how.applies_to(base) && !how.stratified()) {
                    let metric = Metric::Compared(base, how);
                    let measured = compare(base, how, &sides, &self.look);
                    let unknown = self
                        .judged(metric, missing)
                        .and_then(|missing| unknown::of_comparison(base, how, &sides, missing, &self.look));
                    push(measured, unknown, Some(group), metric, Some(against.clone()), into);
                }
            }
        }
    }
}
