//! Names of groups and strata.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How the group of people with no recorded value is written.
pub const MISSING: &str = "(missing)";

/// One level of one attribute: a recorded value, or none recorded.
///
/// Missing sorts last, and a recorded value that happens to read `(missing)`
/// stays apart from it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The value as it stands in the data, trimmed.
    Value(String),
    /// No value recorded.
    Missing,
}

impl Level {
    /// A recorded value.
    pub fn value(text: impl Into<String>) -> Level {
        Level::Value(text.into())
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Level::Missing => f.write_str(MISSING),
            Level::Value(text) if text == MISSING => f.write_str("\\(missing)"),
            Level::Value(text) => f.write_str(text),
        }
    }
}

/// A group: one level for each column of its attribute (two or more for an
/// intersection). Written `Black*Female`; a `*` within a level of an
/// intersection is written `\*`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Group(pub Vec<Level>);

impl Group {
    /// A group of a single attribute.
    pub fn single(level: Level) -> Group {
        Group(vec![level])
    }

    /// Whether any of its levels is missing.
    pub fn is_missing(&self) -> bool {
        self.0.contains(&Level::Missing)
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_joined(&self.0, f)
    }
}

/// A stratum: one level for each stratum column; empty where there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stratum(pub Vec<Level>);

impl fmt::Display for Stratum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_joined(&self.0, f)
    }
}

fn write_joined(levels: &[Level], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if let [only] = levels {
        return write!(f, "{only}");
    }
    for (position, level) in levels.iter().enumerate() {
        if position > 0 {
            f.write_str("*")?;
        }
        f.write_str(&level.to_string().replace('*', "\\*"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorded_missing_is_not_the_missing() {
        assert_eq!(Level::Missing.to_string(), "(missing)");
        assert_eq!(Level::value("(missing)").to_string(), "\\(missing)");
    }

    #[test]
    fn intersections_stay_unambiguous() {
        let one = Group(vec![Level::value("a*b"), Level::value("c")]);
        let other = Group(vec![Level::value("a"), Level::value("b*c")]);
        assert_eq!(one.to_string(), "a\\*b*c");
        assert_ne!(one.to_string(), other.to_string());
    }
}
