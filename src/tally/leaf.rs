//! People who are alike in all that is named: one place for each kind, whatever the
//! number of frames that they are counted in.

use hashbrown::HashMap;

use super::roles::Row;
use super::spread::Spreads;
use crate::cells::{Cell, Label, Outcome, Summing};

/// With more kinds of people than so many the places are emptied into the frames.
pub(super) const MOST_LEAVES: usize = 4_096;

/// What rows say in words.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    /// A code for each attribute.
    pub(super) groups: Vec<u32>,
    pub(super) stratum: u32,
    pub(super) outcome: Outcome,
    pub(super) counterfactual: Option<bool>,
    /// True and predicted class.
    pub(super) classes: Option<(u32, u32)>,
}

impl Kind {
    pub(super) fn of(groups: Vec<u32>, stratum: u32, row: &Row) -> Kind {
        Kind { groups, stratum, outcome: row.outcome, counterfactual: row.counterfactual, classes: row.classes }
    }
}

/// The people of a kind.
#[derive(Debug)]
struct Leaf {
    people: u64,
    /// Their weights and squared weights.
    weights: Option<Box<(Summing, Summing)>>,
    /// Where their scores are.
    scores: usize,
}

/// All kinds of people so far.
#[derive(Debug)]
pub(super) struct Leaves {
    weighted: bool,
    places: HashMap<Kind, usize>,
    leaves: Vec<Leaf>,
    score_places: HashMap<(Vec<u32>, Label), usize>,
    scores: Spreads,
}

impl Leaves {
    pub(super) fn new(weighted: bool) -> Leaves {
        Leaves {
            weighted,
            places: HashMap::new(),
            leaves: Vec::new(),
            score_places: HashMap::new(),
            scores: Spreads::new(weighted),
        }
    }

    /// The place of a kind of people.
    pub(super) fn place(&mut self, kind: &Kind) -> usize {
        if let Some(place) = self.places.get(kind) {
            return *place;
        }
        let next = self.score_places.len();
        let scores = *self.score_places.entry((kind.groups.clone(), kind.outcome.label)).or_insert(next);
        let weights = self.weighted.then(Default::default);
        self.leaves.push(Leaf { people: 0, weights, scores });
        self.places.insert(kind.clone(), self.leaves.len() - 1);
        self.leaves.len() - 1
    }

    /// Adds people: their place, the weight and the score of each, and how many they are. How
    /// many these are in all.
    pub(super) fn add_all(&mut self, people: impl Iterator<Item = (usize, f64, Option<f64>, u64)>) -> u64 {
        let mut all = 0;
        let scored = people.filter(|(.., times)| *times > 0).filter_map(|(place, weight, score, times)| {
            let leaf = &mut self.leaves[place];
            (all, leaf.people) = (all + times, leaf.people + times);
            if let Some(weights) = &mut leaf.weights {
                weights.0.add(weight, times);
                weights.1.add(weight * weight, times);
            }
            Some((leaf.scores, score?, weight, times))
        });
        self.scores.add_all(scored);
        all
    }

    /// To be called after every batch: whether there are too many kinds.
    pub(super) fn settle(&mut self) -> bool {
        self.scores.settle();
        self.leaves.len() > MOST_LEAVES
    }

    /// Every kind that has people; without weights their number alone.
    pub(super) fn cells(&self) -> impl Iterator<Item = (&Kind, Cell)> {
        let peopled = self.places.iter().map(|(kind, place)| (kind, &self.leaves[*place]));
        peopled.filter(|(_, leaf)| leaf.people > 0).map(|(kind, leaf)| {
            let (weight, square) = match &leaf.weights {
                Some(weights) => (weights.0.sum(), weights.1.sum()),
                None => Default::default(),
            };
            (kind, Cell { n: leaf.people, weight, square })
        })
    }

    /// The scores, and of every place of them the codes of attributes and the label.
    pub(super) fn scores(&self) -> (Vec<(&[u32], Label)>, &Spreads) {
        let mut of: Vec<(&[u32], Label)> = vec![(&[], Label::Unknown); self.score_places.len()];
        for ((groups, label), place) in &self.score_places {
            of[*place] = (groups, *label);
        }
        (of, &self.scores)
    }
}
