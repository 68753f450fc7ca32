//! Which columns could stand in for an attribute: one by one, and together.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod association;
mod joint;

use crate::cells::{FeatureKind, Group, Ledger, Matrix};
use crate::plan::Plan;

/// How the strength of an association is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// Cramér's V with bias correction.
    CramersV,
    /// The correlation ratio η, the root of η².
    CorrelationRatio,
}

/// One feature against one attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct Association {
    /// The feature.
    pub feature: String,
    /// The attribute.
    pub attribute: String,
    /// Number or name.
    pub kind: FeatureKind,
    /// Declared justified in the plan.
    pub legitimate: bool,
    /// How the strength is measured.
    pub measure: Strength,
    /// The strength, in [0, 1]; none when the feature does not vary.
    pub strength: Option<f64>,
    /// For numbers: the group best told from all others by the feature alone,
    /// and how well: an area under the curve of at least ½.
    pub best_told: Option<(Group, f64)>,
    /// p of no association.
    pub p: Option<f64>,
    /// p after Benjamini and Hochberg's correction over all pairs.
    pub p_adjusted: Option<f64>,
    /// People with a value and a group.
    pub n: u64,
}

/// How well all features together tell an attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct Joint {
    /// The attribute.
    pub attribute: String,
    /// Group against all others: area under the curve out of fold.
    pub groups: Vec<JointGroup>,
    /// Rows of the sample.
    pub rows: u64,
    /// Features used.
    pub features: Vec<String>,
    /// Folds.
    pub folds: u32,
    /// Permutations behind the null.
    pub permutations: u32,
}

/// One group of a joint proxy.
#[derive(Clone, Debug, PartialEq)]
pub struct JointGroup {
    /// The group.
    pub group: Group,
    /// Its people in the sample.
    pub n: u64,
    /// Out-of-fold area under the curve.
    pub auc: f64,
    /// Its interval.
    pub low: f64,
    /// Its interval.
    pub high: f64,
    /// The largest area among the permuted.
    pub null_highest: f64,
    /// Share of permutations at least as high, the observed one counted.
    pub p: f64,
}

/// All proxies.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proxies {
    /// Pairs, strongest first.
    pub associations: Vec<Association>,
    /// Joint models, one for each attribute.
    pub joint: Vec<Joint>,
}

/// Every feature against every attribute, and all features together.
pub fn all(ledger: &Ledger, matrix: &Matrix, plan: &Plan) -> Proxies {
    Proxies { associations: association::all(ledger, plan), joint: joint::all(matrix, plan) }
}
