//! Group and label of every row, for a remedy that weighs rows.

use hashbrown::HashMap;

use crate::cells::{Group, Label, LabelledRows};

/// The rows so far; those of a kind have one code.
#[derive(Debug)]
pub(super) struct Recording {
    /// The attributes whose groups matter, by their places.
    attributes: Vec<usize>,
    codes: HashMap<(Vec<u32>, Label), u32>,
    kinds: Vec<(Vec<u32>, Label)>,
    of: Vec<u32>,
    keys: Option<Vec<Option<String>>>,
    weights: Option<Vec<f64>>,
}

impl Recording {
    pub(super) fn new(attributes: Vec<usize>, keyed: bool, weighted: bool) -> Recording {
        Recording {
            attributes,
            codes: HashMap::new(),
            kinds: Vec::new(),
            of: Vec::new(),
            keys: keyed.then(Vec::new),
            weights: weighted.then(Vec::new),
        }
    }

    /// The code of a group and label; `groups` has a code for each attribute.
    pub(super) fn kind(&mut self, groups: &[u32], label: Label) -> u32 {
        let kind = (self.attributes.iter().map(|&attribute| groups[attribute]).collect(), label);
        if let Some(code) = self.codes.get(&kind) {
            return *code;
        }
        let code = self.kinds.len() as u32;
        self.kinds.push(kind.clone());
        self.codes.insert(kind, code);
        code
    }

    /// Adds a row.
    pub(super) fn add(&mut self, kind: u32, key: Option<&str>, weight: f64) {
        self.of.push(kind);
        if let Some(keys) = &mut self.keys {
            keys.push(key.map(str::to_string));
        }
        if let Some(weights) = &mut self.weights {
            weights.push(weight);
        }
    }

    /// The rows, with the names of their groups.
    pub(super) fn finish(self, group: impl Fn(&[usize], &[u32]) -> Group) -> LabelledRows {
        let named = |(codes, label): &(Vec<u32>, Label)| (group(&self.attributes, codes), *label);
        let kinds = self.kinds.iter().map(named).collect();
        LabelledRows { kinds, of: self.of, keys: self.keys, weights: self.weights }
    }
}
