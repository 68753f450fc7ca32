//! The committed table of disagreements: who says what, and who is right.

use serde::Deserialize;

use super::answer::Answer;

/// One kind of disagreement.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// Metrics, as the peers' answers name them.
    pub metrics: Vec<String>,
    /// Peers; all when empty.
    #[serde(default)]
    pub peers: Vec<String>,
    /// Parameters; all when empty.
    #[serde(default)]
    pub params: Vec<String>,
    /// What the peer says: `number`, `0`, `nothing` and so on, or `error`; anything when empty.
    #[serde(default)]
    pub they: Vec<String>,
    /// What we say; `no such number` when it is not in the catalogue.
    pub we: Vec<String>,
    /// The step that makes our answer theirs, checked to 1e-9.
    #[serde(default)]
    pub step: Option<String>,
    /// How many values.
    pub values: usize,
    /// What the peer does, what we do, and which is right.
    pub why: String,
}

/// One value on which the two differ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    pub metric: String,
    pub params: String,
    pub peer: String,
    pub they: String,
    pub we: String,
    pub step: Option<String>,
}

/// Ours when there is no such number.
pub const ABSENT: &str = "no such number";

impl Known {
    pub fn covers(&self, difference: &Difference) -> bool {
        let any = |list: &[String], word: &String| list.is_empty() || list.contains(word);
        self.metrics.contains(&difference.metric)
            && any(&self.peers, &difference.peer)
            && any(&self.params, &difference.params)
            && any(&self.they, &difference.they)
            && self.we.contains(&difference.we)
            && self.step == difference.step
    }
}

/// What a peer says, in a word.
pub fn word(answer: &Answer, raised: bool) -> String {
    if raised { "error".to_string() } else { answer.kind() }
}

#[derive(Deserialize)]
struct Table {
    disagreement: Vec<Known>,
}

pub fn table() -> Vec<Known> {
    let table: Table = toml::from_str(include_str!("disagreements.toml")).expect("a table of disagreements");
    table.disagreement
}
