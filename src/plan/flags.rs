//! Command-line flags → draft. Each flag has its key in the file; flags win.

use super::draft::Draft;
use super::problem::{At, Place, Problems};
use super::{
    Attribute, ClassesRole, Cross, DecisionRole, Demographics, Features, ForecastRole, Hash, LabelRole, OnInconclusive,
    Reading, Reference, Rule, ScoreRole, Severity, Side, Unknown, Values,
};
use crate::catalogue::{Metric, Needs, Role};

/// Settings as they stand on a command line, not yet understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flags {
    /// `--decision COLUMN=VALUE` or `SCORE>=NUMBER`.
    pub decision: Option<String>,
    /// `--label COLUMN=VALUE`.
    pub label: Option<String>,
    /// `--score COLUMN`.
    pub score: Option<String>,
    /// `--weight COLUMN`.
    pub weight: Option<String>,
    /// `--count COLUMN`.
    pub count: Option<String>,
    /// `--stratum COLUMN`.
    pub strata: Vec<String>,
    /// `--features A,B`.
    pub features: Vec<String>,
    /// `--cluster COLUMN`.
    pub cluster: Option<String>,
    /// `--counterfactual COLUMN=VALUE`.
    pub counterfactual: Option<String>,
    /// `--forecast PREDICTED,ACTUAL`.
    pub forecast: Option<String>,
    /// `--classes PREDICTED,ACTUAL`.
    pub classes: Option<String>,
    /// `--query COLUMN`.
    pub query: Option<String>,
    /// `--rank COLUMN`.
    pub rank: Option<String>,
    /// `--top-k NUMBER`.
    pub top_k: Option<u64>,
    /// `--attribute COLUMN`.
    pub attributes: Vec<String>,
    /// `--bins COLUMN=25,40,60`.
    pub bins: Vec<String>,
    /// `--cross A,B`.
    pub crosses: Vec<String>,
    /// `--reference COLUMN=LEVEL`.
    pub references: Vec<String>,
    /// `--demographics FILE`.
    pub demographics: Option<String>,
    /// `--on COLUMN`.
    pub on: Option<String>,
    /// `--rule 'METRIC >= NUMBER'`.
    pub rules: Vec<String>,
    /// `--unknown ignore|worst`, for every rule.
    pub unknown: Option<Unknown>,
    /// `--delimiter CHARACTER`.
    pub delimiter: Option<String>,
    /// `--hash blake3|sha256`.
    pub hash: Option<Hash>,
    /// `--confidence NUMBER`.
    pub confidence: Option<f64>,
    /// `--min-cell NUMBER`.
    pub min_cell: Option<u64>,
    /// `--min-group-size NUMBER`.
    pub min_group_size: Option<u64>,
    /// `--seed NUMBER`.
    pub seed: Option<u64>,
    /// `--resamples NUMBER`.
    pub resamples: Option<u64>,
    /// `--bayes`.
    pub bayes: bool,
    /// `--title TEXT`.
    pub title: Option<String>,
    /// `--store FILE`.
    pub store: Option<String>,
    /// `--on-inconclusive fail|warn|pass`.
    pub on_inconclusive: Option<OnInconclusive>,
}

/// Lays the flags over what the file said.
pub(super) fn apply(flags: &Flags, draft: &mut Draft, problems: &mut Problems) {
    scalars(flags, draft);
    roles(flags, draft, problems);
    attributes(flags, draft, problems);
    for text in &flags.rules {
        draft.rules.extend(rule(text, problems));
    }
    if let Some(unknown) = flags.unknown {
        draft.rules.iter_mut().for_each(|at| at.value.unknown = unknown);
    }
    match (&flags.demographics, &flags.on) {
        (Some(path), Some(on)) => {
            let role = Demographics { paths: vec![path.into()], on: on.clone() };
            draft.demographics = Some(At::new(role, Place::Flag("--demographics")));
            draft.demographics_from_flag = true;
        }
        (None, None) => {}
        (Some(_), None) => problems.add(&Place::Flag("--demographics"), "name the column both files share with --on"),
        (None, Some(_)) => problems.add(&Place::Flag("--on"), "name the second file with --demographics"),
    }
}

fn roles(flags: &Flags, draft: &mut Draft, problems: &mut Problems) {
    let written = Needs::when(&[
        (Role::Decision, flags.decision.is_some()),
        (Role::Label, flags.label.is_some()),
        (Role::Score, flags.score.is_some()),
        (Role::Counterfactual, flags.counterfactual.is_some()),
        (Role::Forecast, flags.forecast.is_some()),
        (Role::Classes, flags.classes.is_some()),
    ]);
    draft.written = draft.written.and(written);
    if let Some(text) = &flags.decision {
        draft.decision = decision(text, problems);
    }
    if let Some(text) = &flags.label {
        draft.label = outcome(text, "--label", "repaid=yes", problems);
    }
    if let Some(text) = &flags.counterfactual {
        draft.counterfactual = outcome(text, "--counterfactual", "decision_if_other=yes", problems);
    }
    if let Some(text) = &flags.forecast {
        draft.forecast = pair(text, "--forecast", problems).map(|at| {
            let (predicted, actual) = at.value;
            At::new(ForecastRole { predicted, actual, range: (None, None) }, at.place)
        });
    }
    if let Some(text) = &flags.classes {
        draft.classes = pair(text, "--classes", problems).map(|at| {
            let (predicted, actual) = at.value;
            At::new(ClassesRole { predicted, actual }, at.place)
        });
    }
}

/// `COLUMN=FAVOURABLE`.
fn outcome(text: &str, flag: &'static str, example: &str, problems: &mut Problems) -> Option<At<LabelRole>> {
    let place = Place::Flag(flag);
    let Some((column, value)) = text.split_once('=') else {
        problems.add(&place, format!("`{text}` must be COLUMN=FAVOURABLE, such as {example}"));
        return None;
    };
    let role = LabelRole { column: column.trim().into(), favourable: Values::listed(value), unfavourable: None };
    Some(At::new(role, place))
}

/// `PREDICTED,ACTUAL`.
fn pair(text: &str, flag: &'static str, problems: &mut Problems) -> Option<At<(String, String)>> {
    let place = Place::Flag(flag);
    match text.split(',').map(str::trim).collect::<Vec<_>>()[..] {
        [predicted, actual] if !predicted.is_empty() && !actual.is_empty() => {
            Some(At::new((predicted.into(), actual.into()), place))
        }
        _ => {
            problems.add(&place, format!("`{text}` must be PREDICTED,ACTUAL: two columns, such as yhat,y"));
            None
        }
    }
}

fn scalars(flags: &Flags, draft: &mut Draft) {
    let at = |text: &Option<String>, flag| text.clone().map(|text| At::new(text, Place::Flag(flag)));
    if let Some(score) = at(&flags.score, "--score") {
        let role = ScoreRole { column: score.value, higher: Side::Favourable };
        draft.score = Some(At::new(role, score.place));
    }
    draft.weight = at(&flags.weight, "--weight").or(draft.weight.take());
    draft.count = at(&flags.count, "--count").or(draft.count.take());
    draft.cluster = at(&flags.cluster, "--cluster").or(draft.cluster.take());
    draft.query = at(&flags.query, "--query").or(draft.query.take());
    draft.rank = at(&flags.rank, "--rank").or(draft.rank.take());
    draft.delimiter = at(&flags.delimiter, "--delimiter").or(draft.delimiter.take());
    draft.hash = flags.hash.or(draft.hash);
    draft.store = at(&flags.store, "--store").or(draft.store.take());
    draft.title = flags.title.clone().or(draft.title.take());
    if !flags.strata.is_empty() {
        draft.strata = flags.strata.iter().map(|s| At::new(s.clone(), Place::Flag("--stratum"))).collect();
    }
    if !flags.features.is_empty() {
        draft.features = Some(Features { include: flags.features.clone(), ..Features::default() });
    }
    let whole = |value: Option<u64>, flag| value.map(|value| At::new(value, Place::Flag(flag)));
    draft.min_cell = whole(flags.min_cell, "--min-cell").or(draft.min_cell.take());
    draft.min_group_size = whole(flags.min_group_size, "--min-group-size").or(draft.min_group_size.take());
    draft.seed = whole(flags.seed, "--seed").or(draft.seed.take());
    draft.resamples = whole(flags.resamples, "--resamples").or(draft.resamples.take());
    draft.top_k = whole(flags.top_k, "--top-k").or(draft.top_k.take());
    draft.bayes |= flags.bayes;
    let confidence = flags.confidence.map(|value| At::new(value, Place::Flag("--confidence")));
    draft.confidence = confidence.or(draft.confidence.take());
    draft.on_inconclusive = flags.on_inconclusive.or(draft.on_inconclusive);
}

fn attributes(flags: &Flags, draft: &mut Draft, problems: &mut Problems) {
    if !flags.attributes.is_empty() {
        let known = std::mem::take(&mut draft.attributes);
        for column in &flags.attributes {
            let attribute = known.iter().find(|at| at.value.column == *column).cloned().unwrap_or_else(|| {
                let attribute = Attribute { column: column.clone(), ..Attribute::default() };
                At::new(attribute, Place::Flag("--attribute"))
            });
            draft.attributes.push(attribute);
        }
    }
    if !flags.crosses.is_empty() {
        draft.crosses = flags
            .crosses
            .iter()
            .map(|text| {
                let attributes = text.split(',').map(|column| column.trim().to_string()).collect();
                At::new(Cross { attributes, reference: Reference::Largest }, Place::Flag("--cross"))
            })
            .collect();
    }
    for text in &flags.bins {
        let place = Place::Flag("--bins");
        let parsed = text.split_once('=').and_then(|(column, numbers)| {
            let numbers: Option<Vec<f64>> = numbers.split(',').map(|n| n.trim().parse().ok()).collect();
            numbers.filter(|n| n.windows(2).all(|w| w[0] < w[1])).map(|numbers| (column.trim(), numbers))
        });
        let Some((column, numbers)) = parsed else {
            problems.add(&place, format!("`{text}` must be COLUMN=NUMBERS that rise, such as age=25,40,60"));
            continue;
        };
        match draft.attributes.iter_mut().find(|at| at.value.column == column) {
            Some(at) => at.value.bins = Some(numbers),
            None => draft
                .attributes
                .push(At::new(Attribute { column: column.into(), bins: Some(numbers), ..Attribute::default() }, place)),
        }
    }
    for text in &flags.references {
        let place = Place::Flag("--reference");
        let Some((name, level)) = text.split_once('=') else {
            problems.add(&place, format!("`{text}` must be ATTRIBUTE=LEVEL, such as race=White"));
            continue;
        };
        let attribute = draft.attributes.iter_mut().find(|at| at.value.column == name);
        let cross = draft.crosses.iter_mut().find(|at| at.value.name() == name);
        match (attribute, cross) {
            (Some(at), _) => at.value.reference = Reference::parse(level),
            (None, Some(at)) => at.value.reference = Reference::parse(level),
            (None, None) => problems.add(&place, format!("`{name}` is not an attribute of this audit")),
        }
    }
}

fn decision(text: &str, problems: &mut Problems) -> Option<At<DecisionRole>> {
    let place = Place::Flag("--decision");
    let by_score = [(">=", Side::Favourable), ("<", Side::Unfavourable)].into_iter().find_map(|(sign, above)| {
        let (column, threshold) = text.split_once(sign)?;
        let threshold: f64 = threshold.trim().parse().ok().filter(|t: &f64| t.is_finite())?;
        Some(DecisionRole::Threshold { column: column.trim().into(), threshold, above })
    });
    let strange = by_score.is_none() && (text.contains("<=") || text.contains('>') && !text.contains(">="));
    let role = by_score.filter(|_| !strange).or_else(|| {
        if strange {
            return None;
        }
        let (column, value) = text.split_once('=')?;
        Some(DecisionRole::Column { column: column.trim().into(), favourable: Values::listed(value) })
    });
    if role.is_none() {
        problems.add(
            &place,
            format!("`{text}` must be COLUMN=FAVOURABLE, such as hired=yes, or SCORE>=NUMBER, such as 'p>=0.5'"),
        );
    }
    role.map(|role| At::new(role, place))
}

fn rule(text: &str, problems: &mut Problems) -> Option<At<Rule>> {
    let place = Place::Flag("--rule");
    let parsed = [">=", "<="].into_iter().find_map(|sign| {
        let (metric, bound) = text.split_once(sign)?;
        let bound: f64 = bound.trim().parse().ok().filter(|b: &f64| b.is_finite())?;
        Some((metric.trim(), sign, bound))
    });
    let Some((id, sign, bound)) = parsed else {
        problems.add(&place, format!("`{text}` must be METRIC >= NUMBER or METRIC <= NUMBER"));
        return None;
    };
    let metric = match Metric::parse(id) {
        Ok(metric) => metric,
        Err(unknown) => {
            problems.add(&place, format!("{unknown} (`evenhand metrics` lists all)"));
            return None;
        }
    };
    let (at_least, at_most) = if sign == ">=" { (Some(bound), None) } else { (None, Some(bound)) };
    let rule = Rule {
        id: format!("{id} {sign} {bound}"),
        metric,
        attributes: Vec::new(),
        groups: Vec::new(),
        at_least,
        at_most,
        severity: Severity::Error,
        reading: Reading::Interval,
        unknown: Unknown::Ignore,
        class: None,
        basis: None,
    };
    Some(At::new(rule, place))
}
