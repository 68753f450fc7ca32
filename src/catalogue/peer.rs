//! What other tools call a metric, and where their conventions differ.

/// What another tool calls a metric, and where its convention differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The tool.
    pub tool: &'static str,
    /// Its name for it.
    pub name: &'static str,
    /// How its convention differs; empty where it does not.
    pub differs: &'static str,
}

/// The same number under another name.
pub(super) const fn same(tool: &'static str, name: &'static str) -> Peer {
    Peer { tool, name, differs: "" }
}

/// A number of the same idea by another convention.
pub(super) const fn differs(tool: &'static str, name: &'static str, differs: &'static str) -> Peer {
    Peer { tool, name, differs }
}

/// The conventions of a tool that hold for all its metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// With whom it compares a group.
    pub compares: &'static str,
    /// What it answers to 0/0, where here there is no value.
    pub zero: &'static str,
}

/// The tools that `explain` always speaks of.
pub const TOOLS: [Tool; 4] = [
    Tool {
        name: "AIF360",
        compares: "the unprivileged groups together with the privileged; differences are unprivileged less privileged",
        zero: "NaN, or 0 for predictive values",
    },
    Tool {
        name: "Fairlearn",
        compares: "the largest with the smallest group, or each with everyone",
        zero: "0, which then counts as the smallest",
    },
    Tool {
        name: "Aequitas",
        compares: "each group with a named one, the largest or the one with the smallest value, as ratios",
        zero: "NaN, and a disparity of 10 for x/0",
    },
    Tool {
        name: "SageMaker Clarify",
        compares: "a facet with everyone else, the facet being the disadvantaged; most differences are everyone else less facet",
        zero: "0, and infinity for x/0",
    },
];
