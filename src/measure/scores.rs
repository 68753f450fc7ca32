//! The scores of some people, by label.

use std::cell::RefCell;
use std::rc::Rc;

use crate::cells::{Cell, Distribution, Frame, Group, Label};

/// Scores by label.
#[derive(Clone, Debug, Default)]
pub(super) struct Scores {
    pub(super) favourable: Distribution,
    pub(super) unfavourable: Distribution,
    pub(super) unlabelled: Distribution,
}

impl Scores {
    /// Adds those of a group.
    pub(super) fn add(&mut self, frame: &Frame, group: &Group) {
        for (label, into) in [
            (Label::Favourable, &mut self.favourable),
            (Label::Unfavourable, &mut self.unfavourable),
            (Label::Unknown, &mut self.unlabelled),
        ] {
            if let Some(scores) = frame.scores.part(&(group.clone(), label)) {
                into.merge(scores);
            }
        }
    }

    /// Those of both.
    pub(super) fn with(&self, more: &Scores) -> Scores {
        let mut all = self.clone();
        all.favourable.merge(&more.favourable);
        all.unfavourable.merge(&more.unfavourable);
        all.unlabelled.merge(&more.unlabelled);
        all
    }

    /// Those of everyone else.
    fn without(&self, part: &Scores) -> Scores {
        Scores {
            favourable: self.favourable.without(&part.favourable),
            unfavourable: self.unfavourable.without(&part.unfavourable),
            unlabelled: self.unlabelled.without(&part.unlabelled),
        }
    }

    /// Of everyone, labelled or not.
    pub(super) fn everyone(&self) -> Distribution {
        let mut all = self.favourable.clone();
        all.merge(&self.unfavourable);
        all.merge(&self.unlabelled);
        all
    }

    /// People with a label.
    pub(super) fn labelled(&self) -> Cell {
        let mut all = self.favourable.cell.clone();
        all.merge(&self.unfavourable.cell);
        all
    }
}

/// Scores that are there, or are made when they are looked at.
#[derive(Clone, Debug)]
pub(super) enum Held {
    These(Rc<Scores>),
    /// Of everyone outside a group. With many groups to hold them all would take as
    /// many times the scores of everyone.
    Others {
        of: Rc<Everyone>,
        group: Rc<Scores>,
    },
}

/// The scores of all groups together, and those outside one of them, which were looked
/// at last.
#[derive(Debug)]
pub(super) struct Everyone {
    all: Scores,
    last: RefCell<Option<(Rc<Scores>, Rc<Scores>)>>,
}

impl Everyone {
    pub(super) fn new(all: Scores) -> Rc<Everyone> {
        Rc::new(Everyone { all, last: RefCell::default() })
    }

    fn without(&self, group: &Rc<Scores>) -> Rc<Scores> {
        let mut last = self.last.borrow_mut();
        match last.as_ref().filter(|(of, _)| Rc::ptr_eq(of, group)) {
            Some((_, found)) => Rc::clone(found),
            None => {
                // The one before goes first.
                *last = None;
                let found = Rc::new(self.all.without(group));
                *last = Some((Rc::clone(group), Rc::clone(&found)));
                found
            }
        }
    }
}

impl Held {
    pub(super) fn scores(&self) -> Rc<Scores> {
        match self {
            Held::These(scores) => Rc::clone(scores),
            Held::Others { of, group } => of.without(group),
        }
    }
}

impl Default for Held {
    fn default() -> Held {
        Held::from(Scores::default())
    }
}

impl From<Scores> for Held {
    fn from(scores: Scores) -> Held {
        Held::These(Rc::new(scores))
    }
}
