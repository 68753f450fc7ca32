//! What a metric needs to be in the plan.

/// Something that the plan may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// What was decided.
    Decision,
    /// What turned out to be true.
    Label,
    /// The score behind the decision.
    Score,
    /// Columns within whose levels groups are compared.
    Stratum,
    /// A predicted number and the true one.
    Forecast,
    /// The ends of a predicted range.
    Range,
    /// One of several classes, predicted and true.
    Classes,
    /// The list that a row is in.
    Query,
    /// What would have been decided had the attribute been another.
    Counterfactual,
    /// Columns that describe the person.
    Features,
    /// Shares of a population to compare with.
    Population,
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 11] = [
        Role::Decision,
        Role::Label,
        Role::Score,
        Role::Stratum,
        Role::Forecast,
        Role::Range,
        Role::Classes,
        Role::Query,
        Role::Counterfactual,
        Role::Features,
        Role::Population,
    ];

    /// The role in one or two words, as messages call it.
    pub fn words(self) -> &'static str {
        match self {
            Role::Decision => "decision",
            Role::Label => "label",
            Role::Score => "score",
            Role::Stratum => "stratum column",
            Role::Forecast => "forecast",
            Role::Range => "forecast with a predicted range",
            Role::Classes => "classes",
            Role::Query => "query",
            Role::Counterfactual => "counterfactual",
            Role::Features => "features",
            Role::Population => "population",
        }
    }
}

/// A set of roles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs(u16);

impl Needs {
    /// The set of some roles.
    pub const fn of(roles: &[Role]) -> Needs {
        let mut set = 0;
        let mut at = 0;
        while at < roles.len() {
            set |= 1 << roles[at] as u16;
            at += 1;
        }
        Needs(set)
    }

    /// The roles of a list whose condition holds.
    pub fn when(conditions: &[(Role, bool)]) -> Needs {
        let held = conditions.iter().filter(|(_, holds)| *holds).map(|(role, _)| *role);
        Needs::of(&held.collect::<Vec<_>>())
    }

    /// What both together need.
    pub const fn and(self, other: Needs) -> Needs {
        Needs(self.0 | other.0)
    }

    /// Whether nothing in it is lacking in `other`.
    pub const fn within(self, other: Needs) -> bool {
        self.0 & !other.0 == 0
    }

    /// Whether the two have nothing in common.
    pub const fn disjoint(self, other: Needs) -> bool {
        self.0 & other.0 == 0
    }

    /// Whether a role is not among them.
    pub const fn lacks(self, role: Role) -> bool {
        self.0 & (1 << role as u16) == 0
    }

    /// What of it is lacking in `other`.
    pub fn lacking(self, other: Needs) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| !self.lacks(*role) && other.lacks(*role))
    }

    /// The needs in words.
    pub fn words(self) -> String {
        self.lacking(Needs::default()).map(Role::words).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_roles() {
        let both = Needs::of(&[Role::Label, Role::Decision]);
        assert_eq!(both.words(), "decision, label");
        assert!(Needs::of(&[Role::Label]).within(both) && !both.within(Needs::of(&[Role::Label])));
        assert_eq!(both.lacking(Needs::of(&[Role::Label])).collect::<Vec<_>>(), [Role::Decision]);
    }
}
