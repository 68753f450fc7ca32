//! With whom a group is compared.

use super::{FrameLook, Groups};
use crate::catalogue::base as base_metric;
use crate::cells::Group;
use crate::measure::Against;
use crate::measure::base::{self, Seat};
use crate::measure::compare::Sides;
use crate::measure::part::Part;
use crate::plan::Reference;

impl FrameLook<'_> {
    /// Whether a group has the reference level of every attribute that names
    /// one: the largest of those is what an intersection is compared with.
    fn has_named_levels(&self, group: &Group) -> bool {
        self.frame.columns.iter().zip(&group.0).all(|(column, level)| {
            let attribute = self.audit.plan.attributes.iter().find(|attribute| attribute.column == *column);
            match attribute.map(|attribute| &attribute.reference) {
                Some(Reference::Level(name)) => level.to_string() == *name,
                _ => true,
            }
        })
    }

    pub(super) fn reference(&self, wanted: &Reference, groups: &Groups<'_>) -> (Option<Against>, bool) {
        let first_largest = |pick: &dyn Fn(&Group, &Part) -> Option<f64>| {
            let mut best: Option<(f64, &Group)> = None;
            for (group, part) in groups.names.iter().zip(&groups.parts) {
                if let Some(value) = pick(group, part)
                    && best.is_none_or(|(most, _)| value > most)
                {
                    best = Some((value, group));
                }
            }
            best.map(|(_, group)| Against::Group(group.clone()))
        };
        match wanted {
            Reference::Overall => (Some(Against::Overall), false),
            Reference::Rest => (Some(Against::Rest), false),
            Reference::Largest => {
                let size = |_: &Group, part: &Part| Some(part.people().n as f64);
                let named = |group: &Group, part: &Part| size(group, part).filter(|_| self.has_named_levels(group));
                (first_largest(&named).or_else(|| first_largest(&size)), false)
            }
            Reference::Highest => {
                let known = |id| self.audit.known.iter().copied().find(|base| base.id == id);
                let base = known("selection_rate").or(base_metric("base_rate"));
                let rate = |_: &Group, part: &Part| {
                    let large = part.people().n >= self.audit.plan.min_group_size;
                    let base = base.filter(|_| large)?;
                    base::measure(base, &Seat::alone(part), &self.look).quantity.value()
                };
                (first_largest(&rate), true)
            }
            Reference::Level(name) => {
                let found = groups.names.iter().find(|group| group.to_string() == *name);
                (found.map(|group| Against::Group((*group).clone())), false)
            }
        }
    }
}

/// Groups and what each is compared with.
pub(super) struct Duel<'d> {
    pub(super) groups: &'d Groups<'d>,
    pub(super) against: &'d Against,
    pub(super) data_chosen: bool,
    pub(super) missing: Option<&'d Part>,
}

impl Duel<'_> {
    /// The sides of one group; none for the reference itself.
    pub(super) fn sides<'s>(
        &'s self,
        at: usize,
        everyone: &'s Part,
        population: impl Fn(&Group) -> Option<f64>,
    ) -> Option<Sides<'s>> {
        let group = self.groups.seat(at, population(self.groups.names[at]));
        let reference = match self.against {
            Against::Group(reference) if reference == self.groups.names[at] => return None,
            Against::Group(reference) => {
                let place = self.groups.names.iter().position(|name| *name == reference)?;
                self.groups.seat(place, population(reference))
            }
            Against::Overall => Seat::alone(everyone),
            Against::Rest => {
                Seat { part: &self.groups.rests[at], rest: Some(&self.groups.parts[at]), population: None }
            }
        };
        let apart = (*self.against == Against::Overall).then_some(&self.groups.rests[at]);
        Some(Sides { group, reference, apart })
    }
}
