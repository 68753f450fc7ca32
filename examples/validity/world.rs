//! Worlds from which samples are drawn, and the ledger of a sample.

use std::collections::BTreeMap;
use std::path::Path;

use evenhand::cells::{
    Decision, Exact, Frame, Group, Histogram, Intake, Label, Ledger, Level, Outcome, Stratum, Summand,
};
use evenhand::plan::{Flags, Plan};
use evenhand::stats::{Cells, Counter};

use crate::population::{Kind, Population};

/// Several decisions of one person, and how alike they are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clustering {
    /// The largest cluster; sizes from 1 on are equally likely.
    pub largest: u64,
    /// The correlation within a cluster.
    pub alike: f64,
}

/// Groups to be sampled, and how.
#[derive(Clone, Debug)]
pub struct World {
    /// People of each group (clusters, where there are any).
    pub groups: Vec<(u64, Population)>,
    /// The coefficient of variation of the weights; none for no weights.
    pub weights: Option<f64>,
    /// How many times rarer people with a yes are in the sample than in truth, for
    /// which their weights make up; 1 for none.
    pub rarer: f64,
    pub clusters: Option<Clustering>,
    /// Whether chance also moves people between groups.
    pub random_sizes: bool,
}

impl World {
    pub fn of(groups: Vec<(u64, Population)>) -> World {
        World { groups, weights: None, rarer: 1.0, clusters: None, random_sizes: false }
    }

    /// The same groups with `n` people each.
    pub fn sized(&self, n: u64) -> World {
        World { groups: self.groups.iter().map(|(_, people)| (n, people.clone())).collect(), ..self.clone() }
    }

    pub fn group(at: usize) -> Group {
        Group::single(Level::value(format!("{at:02}")))
    }

    /// The plan that asks for everything the world has.
    pub fn plan(&self, scores: bool, rules: &str) -> Plan {
        let score = if scores { "score = \"score\"\n" } else { "" };
        let weight = if self.weighted() { "weight = \"weight\"\n" } else { "" };
        let text = format!(
            "[audit]\nmin_group_size = 1\n[data]\npath = \"d.csv\"\n[roles]\n\
             decision = {{ column = \"d\", favourable = \"1\" }}\nlabel = {{ column = \"y\", favourable = \"1\" }}\n\
             {score}{weight}[[attribute]]\ncolumn = \"g\"\nreference = \"00\"\n{rules}"
        );
        let mut plan = plan_of(&text);
        plan.roles.cluster = self.clusters.map(|_| "person".to_string());
        plan
    }

    /// A sample.
    pub fn sample(&self, scores: bool, chance: &mut Counter) -> Ledger {
        let mut frame = Frame { columns: vec!["g".to_string()], ..Frame::default() };
        let mut people = 0;
        for (at, (n, population)) in self.sizes(chance).into_iter().zip(self.groups.iter().map(|(_, p)| p)).enumerate()
        {
            people += self.fill(&mut frame, at, (n, population), scores, chance);
        }
        let weighted = self.weighted();
        Ledger {
            intake: Intake { rows: people, used: people, people, weighted, ..Intake::default() },
            frames: vec![frame],
            ..Ledger::default()
        }
    }

    fn weighted(&self) -> bool {
        self.weights.is_some() || self.rarer != 1.0
    }

    fn sizes(&self, chance: &mut Counter) -> Vec<u64> {
        let mut sizes: Vec<u64> = self.groups.iter().map(|(n, _)| *n).collect();
        if self.random_sizes {
            let shares: Vec<f64> = sizes.iter().map(|n| *n as f64).collect();
            let whole = sizes.iter().sum();
            sizes = chance.multinomial(whole, &Cells::new(&shares));
        }
        sizes
    }

    /// Counts the people of one group into a frame.
    fn fill(
        &self,
        frame: &mut Frame,
        at: usize,
        (n, population): (u64, &Population),
        scores: bool,
        chance: &mut Counter,
    ) -> u64 {
        let group = World::group(at);
        let population = &population.with_rarer_yes(self.rarer);
        let mut people = 0;
        frame.groups.entry(group.clone()).or_default();
        let mut scored = Vec::new();
        for _ in 0..n {
            let size = self.clusters.map_or(1, |clusters| 1 + chance.below(clusters.largest));
            let model = population.draw(chance);
            let alike = self.clusters.map_or(0.0, |clusters| clusters.alike.sqrt());
            let mut sums: BTreeMap<Summand, Exact> = BTreeMap::new();
            for _ in 0..size {
                let copies = self.clusters.is_some() && chance.uniform() < alike;
                let drawn = if copies || self.clusters.is_none() { model } else { population.draw(chance) };
                let kind = &population.kinds[drawn];
                let weight = self.weight(chance) * if kind.decision { self.rarer } else { 1.0 };
                count(frame, &group, kind, weight);
                if scores {
                    scored.push(((group.clone(), outcome(kind).label), kind.score, weight, 1));
                }
                if self.clusters.is_some() {
                    add_up(&mut sums, kind, weight);
                }
                people += 1;
            }
            if self.clusters.is_some() {
                for key in [Some(group.clone()), None] {
                    frame.clusters.entry(key).or_default().add(&sums);
                }
            }
        }
        frame.scores.absorb(Histogram::gathered(scored));
        people
    }

    /// A weight with mean 1, from the lognormal distribution.
    fn weight(&self, chance: &mut Counter) -> f64 {
        match self.weights {
            None => 1.0,
            Some(variation) => {
                let spread = (1.0 + variation * variation).ln();
                (spread.sqrt() * chance.normal() - spread / 2.0).exp()
            }
        }
    }
}

/// A plan from its text, which is ours and therefore valid.
pub fn plan_of(text: &str) -> Plan {
    match Plan::from_text(text, "validity", Path::new(""), &Flags::default()) {
        Ok(plan) => plan,
        Err(error) => panic!("the plan of a simulation is wrong: {error}\n{text}"),
    }
}

fn outcome(kind: &Kind) -> Outcome {
    Outcome {
        label: if kind.label { Label::Favourable } else { Label::Unfavourable },
        decision: if kind.decision { Decision::Favourable } else { Decision::Unfavourable },
    }
}

fn count(frame: &mut Frame, group: &Group, kind: &Kind, weight: f64) {
    let tally = frame.groups.entry(group.clone()).or_default();
    tally.cell_mut(&Stratum::default(), outcome(kind)).add(weight, 1);
}

fn add_up(sums: &mut BTreeMap<Summand, Exact>, kind: &Kind, weight: f64) {
    let outcome = outcome(kind);
    sums.entry(Summand::Weight(outcome)).or_default().add(weight, 1);
    sums.entry(Summand::Score(outcome.label)).or_default().add(weight * kind.score, 1);
    sums.entry(Summand::SquaredScore(outcome.label)).or_default().add(weight * kind.score * kind.score, 1);
}
