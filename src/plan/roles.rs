//! What the columns of the outputs mean.

/// What the columns mean.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Roles {
    /// What was decided.
    pub decision: Option<DecisionRole>,
    /// What turned out to be true.
    pub label: Option<LabelRole>,
    /// The score behind the decision.
    pub score: Option<ScoreRole>,
    /// Analytic weights.
    pub weight: Option<String>,
    /// How many people a row stands for.
    pub count: Option<String>,
    /// Columns within whose levels groups are compared too.
    pub strata: Vec<String>,
    /// Columns that might stand in for an attribute.
    pub features: Option<Features>,
    /// Rows with the same value here are not independent: the same person, the same household.
    pub cluster: Option<String>,
    /// What would have been decided had the attribute been another.
    pub counterfactual: Option<LabelRole>,
    /// A predicted number and the true one.
    pub forecast: Option<ForecastRole>,
    /// One of several classes, predicted and true.
    pub classes: Option<ClassesRole>,
    /// Ranked lists.
    pub ranking: Option<RankingRole>,
}

/// A predicted number and the true one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForecastRole {
    /// The column with the predicted number.
    pub predicted: String,
    /// The column with the true number.
    pub actual: String,
    /// The columns with the ends of the predicted range; none has no end there.
    pub range: (Option<String>, Option<String>),
}

impl ForecastRole {
    /// Whether a range is predicted.
    pub fn has_range(&self) -> bool {
        self.range != (None, None)
    }
}

/// One of several classes, predicted and true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassesRole {
    /// The column with the predicted class.
    pub predicted: String,
    /// The column with the true class.
    pub actual: String,
}

/// Ranked lists. Each row is one candidate, whatever its weight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RankingRole {
    /// The column that says which list a row is in.
    pub query: String,
    /// The column with the place, 1 being the first; without it the score decides.
    pub place: Option<String>,
    /// How many places are the top of a list.
    pub top: u64,
}

/// Values as they stand in the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Values(pub Vec<String>);

impl Values {
    /// Values separated by `|`.
    pub(crate) fn listed(text: &str) -> Values {
        Values(text.split('|').map(|value| value.trim().to_string()).collect())
    }

    /// Whether a text of the data is one of them: the same text, the same
    /// number (`1` is `1.0`), or the same truth value (`true` is `True`).
    pub fn contains(&self, text: &str) -> bool {
        self.0.iter().any(|value| is_same(value, text))
    }
}

/// Whether a text of the data is a value of the plan: the same text, number or truth value.
pub(crate) fn is_same(value: &str, text: &str) -> bool {
    value == text
        || number(value).is_some_and(|value| number(text) == Some(value))
        || (["true", "false"].iter().any(|truth| value.eq_ignore_ascii_case(truth)) && text.eq_ignore_ascii_case(value))
}

/// The number that a text is, if texts may be told to be the same by it: from 2^53 on
/// different whole numbers have the same double.
pub(crate) fn number(text: &str) -> Option<f64> {
    const FIRST_ALIKE: f64 = 9_007_199_254_740_992.0;
    text.parse::<f64>().ok().filter(|number| number.abs() < FIRST_ALIKE).map(|number| number + 0.0)
}

/// Good or bad for the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Good.
    Favourable,
    /// Bad.
    Unfavourable,
}

/// How the decision is found.
#[derive(Clone, Debug, PartialEq)]
pub enum DecisionRole {
    /// In a column.
    Column {
        /// The column.
        column: String,
        /// The values that are a yes.
        favourable: Values,
    },
    /// By a threshold on a score.
    Threshold {
        /// The score column.
        column: String,
        /// The threshold.
        threshold: f64,
        /// What a score at or above the threshold means for the person.
        above: Side,
    },
}

/// The true outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelRole {
    /// The column.
    pub column: String,
    /// The values that are favourable.
    pub favourable: Values,
    /// The values that are not; needed where there are more than two.
    pub unfavourable: Option<Values>,
}

/// The score.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreRole {
    /// The column.
    pub column: String,
    /// What a high score means for the person.
    pub higher: Side,
}

/// Columns that might stand in for an attribute.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Features {
    /// Names, or `*` for every column without another role.
    pub include: Vec<String>,
    /// Names to leave out.
    pub exclude: Vec<String>,
    /// Names whose use is declared justified; shown apart.
    pub legitimate: Vec<String>,
    /// Numbers that are codes.
    pub categorical: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_number_is_the_same_value() {
        let favourable = |value: &str, text: &str| Values(vec![value.to_string()]).contains(text);
        assert!(favourable("1", "1.0") && favourable("-0", "0") && favourable("1e400", "1e400"));
        assert!(favourable("9007199254740991", "9007199254740991.0"));
        assert!(!favourable("9007199254740993", "9007199254740992"));
        assert!(!favourable("1e400", "1e500") && !favourable("NaN", "nan"));
    }

    #[test]
    fn numbers_and_truth_values_meet_however_they_are_written() {
        for (value, text) in [("1", "1.0"), ("true", "True"), ("True", "true"), ("FALSE", "False"), ("yes", "yes")] {
            assert!(is_same(value, text) && is_same(text, value), "{value} {text}");
        }
        let others = [("yes", "Yes"), ("true", "1"), ("True", "truth"), ("9007199254740992", "9007199254740993")];
        for (value, text) in others {
            assert!(!is_same(value, text) && !is_same(text, value), "{value} {text}");
        }
    }
}
