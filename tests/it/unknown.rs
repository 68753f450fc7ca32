//! People without a recorded group: the worst and the best case of every judged
//! metric, against all ways in which they may belong, tried one by one.

use std::collections::BTreeMap;

use evenhand::Release;
use evenhand::judge::Verdict;

use crate::support::{PLAN, Table, find, rows};

fn rules(metrics: &[&str]) -> String {
    metrics.iter().map(|metric| format!("[[rule]]\nmetric = \"{metric}\"\nat_most = 0.5\n")).collect()
}

/// The smallest and the largest value of each metric and group.
type Ends = BTreeMap<(String, String), (f64, f64)>;

fn widen(ends: &mut Ends, release: &Release, metrics: &[&str]) {
    for metric in metrics {
        for group in ["", "b", "c"] {
            if let Some(value) = find(release, "group", group, metric).and_then(|row| row.value) {
                let end = ends.entry((metric.to_string(), group.to_string())).or_insert((value, value));
                *end = (end.0.min(value), end.1.max(value));
            }
        }
    }
}

/// Asserts that the ranges hold all values, and that those not said to be bounds are reached.
fn assert_ranges(release: &Release, ends: &Ends, bounds: &[&str], upper: &[&str]) {
    let mut seen = 0;
    for ((metric, group), (low, high)) in ends {
        let is =
            |m: &&evenhand::report::ReleasedFinding| m.measurement.metric == *metric && m.measurement.group == *group;
        let finding = release.findings.iter().find(is).unwrap_or_else(|| panic!("no finding {metric} {group}"));
        let (found_low, found_high) = match (finding.unknown_low, finding.unknown_high) {
            (Some(low), Some(high)) => (low, high),
            none => panic!("{metric} {group} has no range: {none:?}"),
        };
        assert!(
            found_low <= low + 1e-9 && found_high >= high - 1e-9,
            "{metric} {group}: {found_low} to {found_high} does not hold {low} to {high}"
        );
        if !bounds.contains(&metric.as_str()) {
            let low_reached = (found_low - low).abs() < 1e-9 || upper.contains(&metric.as_str());
            assert!(
                low_reached && (found_high - high).abs() < 1e-9,
                "{metric} {group}: {found_low} to {found_high} is wider than {low} to {high}"
            );
        }
        seen += 1;
    }
    assert!(seen > 0);
}

/// Label and decision: two of three groups, and everyone else.
#[test]
fn counts_by_enumeration() {
    const METRICS: [&str; 36] = [
        "gini",
        "theil_index",
        "generalized_entropy",
        "atkinson",
        "gini.difference",
        "theil_index.max_difference",
        "tpr",
        "ppv",
        "f1",
        "mcc",
        "balanced_accuracy",
        "mean_benefit",
        "qualified_per_selected",
        "false_negatives_per_false_positive",
        "share",
        "demographic_disparity",
        "demographic_disparity_labels",
        "f1.difference",
        "mcc.difference",
        "balanced_accuracy.ratio",
        "selection_rate.odds_ratio",
        "fpr.cohens_h",
        "qualified_per_selected.ratio",
        "share.imbalance",
        "label_distribution.kl",
        "decision_distribution.js",
        "decision_distribution.total_variation",
        "average_odds_difference",
        "average_absolute_odds_difference",
        "equalized_odds_difference",
        "equalized_odds_ratio",
        "selection_rate.worst",
        "fpr.worst",
        "tpr.std",
        "mcc.max_difference",
        "f1.min_ratio",
    ];
    // Summaries are bounds: two ends need not be reached at once. So are comparisons of
    // quotients whose sides would both have the true positives.
    const BOUNDS: [&str; 8] = [
        "gini.difference",
        "theil_index.max_difference",
        "qualified_per_selected.ratio",
        "equalized_odds_ratio",
        "selection_rate.worst",
        "fpr.worst",
        "tpr.std",
        "f1.min_ratio",
    ];
    // Where shares may be equal the lower end is 0, which whole people may just miss.
    const UPPER: [&str; 6] = [
        "label_distribution.kl",
        "decision_distribution.js",
        "decision_distribution.total_variation",
        "average_absolute_odds_difference",
        "equalized_odds_difference",
        "mcc.max_difference",
    ];
    let known = [("a", [30, 12, 14, 25]), ("b", [22, 15, 16, 20])];
    const OUTCOMES: [(&str, &str); 4] = [("yes", "yes"), ("yes", "no"), ("no", "yes"), ("no", "no")];
    let unknown = [2, 2, 1, 2];
    let table = |of_a: [usize; 4], of_b: [usize; 4], nobody: [usize; 4]| {
        let mut cells = Vec::new();
        for (at, (decision, label)) in OUTCOMES.into_iter().enumerate() {
            cells.push(("a", decision, label, known[0].1[at] + of_a[at]));
            cells.push(("b", decision, label, known[1].1[at] + of_b[at]));
            cells.push(("", decision, label, nobody[at]));
        }
        rows(&cells)
    };
    let plan = format!("{PLAN}{}", rules(&METRICS)).replace("[audit]", "[audit]\nresamples = 100");
    let mut ends = Ends::new();
    let ways: Vec<usize> = unknown.iter().map(|n| n + 1).collect();
    for way in 0..ways.iter().product() {
        let mut left = way;
        let to_a: [usize; 4] = std::array::from_fn(|at| {
            let taken = left % ways[at];
            left /= ways[at];
            taken
        });
        let to_b = std::array::from_fn(|at| unknown[at] - to_a[at]);
        let release = Table::new(&table(to_a, to_b, [0; 4])).audit(&plan);
        widen(&mut ends, &release, &METRICS);
    }
    let observed = Table::new(&table([0; 4], [0; 4], unknown)).audit(&plan);
    assert_ranges(&observed, &ends, &BOUNDS, &UPPER);
}

/// Scores: of six people without a group each belongs to one of two.
#[test]
fn scores_by_enumeration() {
    const METRICS: [&str; 16] = [
        "ece",
        "brier_reliability",
        "brier_uncertainty",
        "ks",
        "auc_of_qualified",
        "auc_of_unqualified",
        "score_distribution.ks",
        "mean_score.standardized_difference",
        "mean_score",
        "brier",
        "log_loss",
        "auc",
        "calibration_ratio",
        "mean_score.difference",
        "brier.ratio",
        "auc.max_difference",
    ];
    // Two groups do not reach the ends of means together: who lies between both is wanted by both.
    const BOUNDS: [&str; 4] =
        ["mean_score.difference", "brier.ratio", "auc.max_difference", "mean_score.standardized_difference"];
    // A part of a person, or distributions that are the same, may be the lower end.
    const UPPER: [&str; 4] = ["ece", "brier_reliability", "ks", "score_distribution.ks"];
    let known = |group: &str, shift: f64| -> String {
        (0..60)
            .map(|at| {
                let score = (0.1 + shift + 0.8 * f64::from(at * 37 % 60) / 60.0).min(0.95);
                let label = if f64::from(at * 23 % 60) / 60.0 < score { "yes" } else { "no" };
                format!("{group},{score:.3},{label}\n")
            })
            .collect()
    };
    let unknown = [(0.95, "no"), (0.12, "yes"), (0.5, "no"), (0.56, "yes"), (0.35, "no"), (0.85, "yes")];
    let table = |way: Option<usize>| {
        let mut csv = String::from("group,score,label\n") + &known("a", 0.0) + &known("b", 0.08);
        for (at, (score, label)) in unknown.iter().enumerate() {
            let group = way.map_or("", |way| if way >> at & 1 == 1 { "b" } else { "a" });
            csv.push_str(&format!("{group},{score},{label}\n"));
        }
        Table::new(&csv)
    };
    let plan = format!("{PLAN}{}", rules(&METRICS)).replace("[audit]", "[audit]\nresamples = 100").replace(
        "decision = { column = \"decision\", favourable = \"yes\" }",
        "score = { column = \"score\", higher = \"favourable\" }",
    );
    for higher in ["favourable", "unfavourable"] {
        let plan = plan.replace("higher = \"favourable\"", &format!("higher = \"{higher}\""));
        let mut ends = Ends::new();
        (0..1 << unknown.len()).for_each(|way| widen(&mut ends, &table(Some(way)).audit(&plan), &METRICS));
        assert_ranges(&table(None).audit(&plan), &ends, &BOUNDS, &UPPER);
    }
}

/// Each of some rows, last of all their group, to every one of two groups in turn.
fn by_row(header: &str, known: &str, unknown: &[&str], plan: &str, metrics: &[&str], bounds: &[&str]) {
    let table = |way: Option<usize>| {
        let rows = unknown.iter().enumerate().map(|(at, row)| {
            let group = way.map_or("", |way| if way >> at & 1 == 1 { "b" } else { "a" });
            format!("{group},{row}\n")
        });
        Table::new(&format!("group,{header}\n{known}{}", rows.collect::<String>()))
    };
    let mut ends = Ends::new();
    (0..1 << unknown.len()).for_each(|way| widen(&mut ends, &table(Some(way)).audit(plan), metrics));
    assert_ranges(&table(None).audit(plan), &ends, bounds, &[]);
}

/// A plan with other roles than decision and label, and rules on metrics.
fn plan_of(roles: &str, metrics: &[&str]) -> String {
    let head = PLAN.split("[roles]").next().expect("a head");
    let tail = PLAN.split("[[attribute]]").nth(1).expect("an attribute");
    format!("{head}[roles]\n{roles}\n[[attribute]]{tail}{}", rules(metrics))
        .replace("[audit]", "[audit]\nresamples = 100")
}

/// Classes, of which one only unknown people have.
#[test]
fn classes_by_enumeration() {
    const METRICS: [&str; 5] =
        ["class_accuracy", "macro_recall", "macro_precision", "macro_f1", "macro_recall.difference"];
    let mut known = String::new();
    for (group, people) in [("a", [9, 3, 2, 8, 2, 7]), ("b", [7, 4, 3, 6, 4, 5])] {
        let pairs = [("x", "x"), ("x", "y"), ("y", "x"), ("y", "y"), ("z", "x"), ("z", "z")];
        for ((actual, told), people) in pairs.into_iter().zip(people) {
            known += &format!("{group},{told},{actual}\n").repeat(people);
        }
    }
    let unknown = ["x,x", "y,x", "z,z", "w,w", "x,w", "y,y", "z,y"];
    let plan = plan_of("classes = { predicted = \"told\", actual = \"is\" }", &METRICS);
    by_row("told,is", &known, &unknown, &plan, &METRICS, &["macro_recall.difference"]);
}

/// Where nobody is without a benefit, only the mix of one and two counts, and the end
/// need not have all of either. A group that has an index only with unknown people makes
/// a summary of all groups uncertain in a way that no range tells.
#[test]
fn mixed_benefits_by_enumeration() {
    const METRICS: [&str; 4] = ["theil_index", "gini", "atkinson", "generalized_entropy"];
    let roles = "decision = { column = \"decision\", favourable = \"yes\" }\nlabel = { column = \"label\", favourable = \"yes\" }";
    let plan = plan_of(roles, &METRICS);
    let known = "a,yes,yes\na,yes,yes\nb,yes,yes\nb,yes,no\nb,no,no\n";
    let unknown = ["yes,no", "yes,no", "yes,yes", "no,no", "yes,no"];
    by_row("decision,label", known, &unknown, &plan, &METRICS, &[]);
    let csv = format!("group,decision,label\n{known}c,no,yes\n,yes,yes\n");
    let release = Table::new(&csv).audit(&plan_of(roles, &["gini.worst"]));
    assert_eq!(release.findings[0].unknown_low, None);
}

/// Predicted numbers: only sums of errors are known, and all ranges are bounds.
#[test]
fn errors_by_enumeration() {
    const METRICS: [&str; 7] =
        ["mean_error", "mae", "rmse", "r2", "mae.difference", "rmse.ratio", "mean_error.max_difference"];
    let known: String = (0..40)
        .map(|at| {
            let actual = f64::from(at * 17 % 40);
            let told = actual + f64::from(at * 7 % 11) - 5.0;
            format!("{},{told},{actual}\n", if at % 2 == 0 { "a" } else { "b" })
        })
        .collect();
    let unknown = ["30,10", "12,14", "8,8", "5,30", "21,20", "40,39.5"];
    let plan = plan_of("forecast = { predicted = \"told\", actual = \"is\" }", &METRICS);
    by_row("told,is", &known, &unknown, &plan, &METRICS, &METRICS);
}

/// Ranked lists: the share of the first places is reached, all else a bound.
#[test]
fn places_by_enumeration() {
    const METRICS: [&str; 5] = ["top_k_share", "skew_at_k", "exposure", "exposure.ratio", "top_k_share.min_ratio"];
    const BOUNDS: [&str; 4] = ["skew_at_k", "exposure", "exposure.ratio", "top_k_share.min_ratio"];
    let known = "a,x,1\nb,x,3\na,x,5\nb,x,6\nb,y,2\na,y,3\na,y,4\nb,z,1\na,z,2\nb,z,4\nb,z,5\n";
    let unknown = ["x,2", "x,4", "y,1", "y,5", "z,3"];
    let plan = plan_of("query = \"list\"\nrank = \"place\"\ntop_k = 3", &METRICS);
    by_row("list,place", known, &unknown, &plan, &METRICS, &BOUNDS);
    // Everyone has all first places, whoever they are.
    const AGAINST_ALL: [&str; 2] = ["top_k_share.difference", "exposure.ratio"];
    let plan = plan_of("query = \"list\"\nrank = \"place\"\ntop_k = 3", &AGAINST_ALL);
    let plan = plan.replace("reference = \"a\"", "reference = \"overall\"");
    by_row("list,place", known, &unknown, &plan, &AGAINST_ALL, &AGAINST_ALL);
}

/// Within strata, of which one has unknown people of one group alone.
#[test]
fn strata_by_enumeration() {
    const METRICS: [&str; 3] = [
        "selection_rate.mantel_haenszel_difference",
        "selection_rate.mantel_haenszel_odds_ratio",
        "tpr.mantel_haenszel_difference",
    ];
    let mut known = String::new();
    for (group, stratum, people) in
        [("a", "s", [9, 6, 5, 4]), ("b", "s", [4, 5, 7, 6]), ("a", "t", [3, 4, 8, 7]), ("b", "t", [2, 3, 9, 9])]
    {
        let pairs = [("yes", "yes"), ("yes", "no"), ("no", "yes"), ("no", "no")];
        for ((decision, label), people) in pairs.into_iter().zip(people) {
            known += &format!("{group},{stratum},{decision},{label}\n").repeat(people);
        }
    }
    let unknown = ["s,yes,yes", "s,no,yes", "t,yes,no", "t,yes,yes", "t,no,no", "s,no,yes"];
    let roles = "decision = { column = \"decision\", favourable = \"yes\" }\nlabel = { column = \"label\", favourable = \"yes\" }\nstrata = [\"dept\"]";
    let plan = plan_of(roles, &METRICS);
    by_row("dept,decision,label", &known, &unknown, &plan, &METRICS, &[]);
}

/// One end of a mean holds those above a score, and there may be one of them: the
/// verdict goes by it, but it is not printed. Ends of counts that are shown are.
#[test]
fn ends_that_would_tell_of_one_person_are_withheld() {
    let mut csv = String::from("group,decision,label,score\n");
    for (group, people) in [("a", 90), ("b", 80), ("", 30)] {
        for at in 0..people {
            let yes = |one: bool| if one { "yes" } else { "no" };
            csv.push_str(&format!(
                "{group},{},{},{}\n",
                yes(at % 2 == 0),
                yes(at % 3 == 0),
                0.3 + f64::from(at % 40) / 100.0
            ));
        }
    }
    let metrics = ["selection_rate.ratio", "average_odds_difference", "mean_score.difference"];
    let rules = metrics.map(|metric| {
        format!(
            "[[rule]]\nmetric = \"{metric}\"\nat_most = {}\nunknown = \"worst\"\n",
            if metric.ends_with("ratio") { 9 } else { 1 }
        )
    });
    let plan =
        PLAN.replace("min_cell = 0", "min_cell = 5").replace("[[attribute]]", "score = \"score\"\n[[attribute]]");
    let release = Table::new(&csv).audit(&format!("{plan}{}", rules.concat()));
    let shown = |at: usize| (release.findings[at].unknown_low.is_some(), release.findings[at].verdict);
    assert_eq!(shown(0), (true, Verdict::Pass));
    assert_eq!(shown(1), (true, Verdict::Pass));
    assert_eq!(shown(2), (false, Verdict::Pass));
}

fn judged(csv: &str, plan: &str, metric: &str, more: &str) -> Vec<evenhand::report::ReleasedFinding> {
    let rule = format!("[[rule]]\nmetric = \"{metric}\"\n{more}\nunknown = \"worst\"\n");
    Table::new(csv).audit(&format!("{plan}{rule}")).findings
}

/// With the unknown people another group may be the highest, with which all are then compared.
#[test]
fn the_highest_group_may_be_another() {
    let csv = rows(&[
        ("a", "yes", "yes", 500),
        ("a", "no", "no", 500),
        ("b", "yes", "no", 49),
        ("b", "no", "yes", 51),
        ("c", "yes", "yes", 450),
        ("c", "no", "no", 550),
        ("", "yes", "yes", 50),
    ]);
    let plan = PLAN.replace("reference = \"a\"", "reference = \"highest\"");
    let found = judged(&csv, &plan, "selection_rate.ratio", "at_least = 0.5");
    let of_c = found.iter().find(|finding| finding.measurement.group == "c").expect("c");
    // All fifty in b: 99 of 150; c stays at 450 of 1,000.
    let lowest = 0.45 / (99.0 / 150.0);
    assert!(of_c.unknown_low.expect("a range") <= lowest + 1e-12, "{:?}", of_c.unknown_low);
}

/// So may the largest.
#[test]
fn the_largest_group_may_be_another() {
    let csv = rows(&[
        ("a", "yes", "yes", 50),
        ("a", "no", "no", 50),
        ("b", "yes", "no", 19),
        ("b", "no", "yes", 76),
        ("c", "yes", "yes", 40),
        ("c", "no", "no", 40),
        ("", "no", "yes", 10),
    ]);
    let found = judged(
        &csv,
        &PLAN.replace("reference = \"a\"", "reference = \"largest\""),
        "selection_rate.difference",
        "at_most = 0.9",
    );
    let of_c = found.iter().find(|finding| finding.measurement.group == "c").expect("c");
    // Against b with all ten: 19 of 105; against a, c with all ten: 40 of 90.
    assert!((of_c.unknown_high.expect("a range") - (0.5 - 19.0 / 105.0)).abs() < 1e-12, "{of_c:?}");
    assert!((of_c.unknown_low.expect("a range") - (40.0 / 90.0 - 0.5)).abs() < 1e-12, "{of_c:?}");
}

/// A group of which nobody is selected does not take the worst case away.
#[test]
fn a_rate_of_zero_has_a_worst_case() {
    let csv = rows(&[
        ("a", "yes", "yes", 500),
        ("a", "no", "no", 500),
        ("b", "no", "yes", 1000),
        ("", "yes", "yes", 5),
        ("", "no", "yes", 5),
    ]);
    let [finding] = &judged(&csv, PLAN, "selection_rate.min_ratio", "at_least = 0.8")[..] else { panic!("one") };
    assert_eq!((finding.verdict, finding.unknown_low), (Verdict::Fail, Some(0.0)));
    let plan = PLAN.replace("reference = \"a\"", "reference = \"b\"");
    let [finding] = &judged(&csv, &plan, "selection_rate.ratio", "at_most = 1.25")[..] else { panic!("one") };
    // Over nobody there is no bound above; the lowest is 500 of 1,005 over 5 of 1,005.
    let lowest = (500.0 / 1005.0) / (5.0 / 1005.0);
    assert!((finding.unknown_low.expect("a range") - lowest).abs() < 1e-9, "{finding:?}");
}

/// A row without weight has no part in a worst case, however bad its score.
#[test]
fn nobody_moves_nothing() {
    let mut csv = String::from("group,score,label,w\n");
    for at in 0..60 {
        let label = if at % 3 == 0 { "yes" } else { "no" };
        csv.push_str(&format!("{},{},{label},1.5\n", if at % 2 == 0 { "a" } else { "b" }, 0.2 + f64::from(at) / 100.0));
    }
    csv.push_str(",0.01,yes,1.5\n,0.02,yes,1.5\n,0.97,no,1.5\n");
    let plan =
        PLAN.replace("decision = { column = \"decision\", favourable = \"yes\" }", "score = \"score\"\nweight = \"w\"");
    let with = csv.clone() + ",0,yes,0\n";
    let ends = |csv: &str| {
        let found = judged(csv, &plan, "log_loss", "at_most = 2");
        found.iter().map(|finding| (finding.unknown_low, finding.unknown_high)).collect::<Vec<_>>()
    };
    assert_eq!(ends(&csv), ends(&with));
}

/// Everyone, as a reference, holds the unknown people with their scores too; of bins
/// whose borders move with the people no worst case is known, and a rule says so.
#[test]
fn what_has_a_worst_case_and_what_has_none() {
    let mut csv = String::from("group,decision,label,score\n");
    for at in 0..200 {
        let group = ["a", "b", "b", "a", ""][at % 5];
        let label = if at % 3 == 0 { "yes" } else { "no" };
        csv.push_str(&format!("{group},{label},{label},{}\n", (at * 37 % 100) as f64 / 100.0));
    }
    let plan = PLAN.replace("[[attribute]]", "score = \"score\"\n[[attribute]]");
    let overall = plan.replace("reference = \"a\"", "reference = \"overall\"");
    for metric in ["mean_score.difference", "auc.difference", "brier.ratio"] {
        assert!(judged(&csv, &overall, metric, "at_most = 1").iter().all(|f| f.unknown_low.is_some()), "{metric}");
    }
    for (metric, more) in
        [("ece_equal_mass", "at_most = 0.9"), ("score_distribution.wasserstein", "at_most = 0.9\non = \"point\"")]
    {
        for finding in judged(&csv, &plan, metric, more) {
            assert_eq!(finding.verdict, Verdict::Inconclusive, "{metric}");
            assert_eq!(finding.reason, Some(evenhand::judge::Reason::NoWorstCase), "{metric}");
        }
    }
}

/// Unknown people come in clusters too: 400 of them in four clusters are few.
#[test]
fn unknown_people_are_clustered_too() {
    let mut csv = String::from("group,decision,label,team\n");
    for team in 0..20 {
        for (group, yes) in [("a", team % 2 == 0), ("b", team % 2 == 1)] {
            let decision = if yes { "yes" } else { "no" };
            csv.push_str(&format!("{group},{decision},yes,{group}{team}\n").repeat(5));
        }
    }
    let recorded = |group: &str| {
        (0..4).fold(csv.clone(), |csv, team| {
            let decision = if team < 2 { "yes" } else { "no" };
            csv + &format!("{group},{decision},yes,x{team}\n").repeat(100)
        })
    };
    let plan = PLAN.replace("[[attribute]]", "cluster = \"team\"\n[[attribute]]");
    let found = judged(&recorded(""), &plan, "selection_rate", "at_most = 0.95");
    let of_b = found.iter().find(|finding| finding.measurement.group == "b").expect("b");
    // Had only the selected ones belonged to b, as two clusters of a hundred:
    let csv = csv.clone() + &"b,yes,yes,x0\n".repeat(100) + &"b,yes,yes,x1\n".repeat(100);
    let known = Table::new(&csv).audit(&plan);
    let row = find(&known, "group", "b", "selection_rate").expect("b");
    assert!((of_b.unknown_high.expect("a range") - row.value.expect("a rate")).abs() < 1e-12);
    assert!((of_b.worst_case_high.expect("bounded") - row.high.expect("bounded")).abs() < 0.02, "{of_b:?} {row:?}");
}

/// Scores in clusters: each cluster counts as one person, as many as are of equal size.
#[test]
fn scores_of_unknown_people_are_clustered_too() {
    let mut csv = String::from("group,label,score,team\n");
    for at in 0..240 {
        let (group, label) = (["a", "b", ""][at % 3], if at * 7 % 5 < 2 { "yes" } else { "no" });
        csv.push_str(&format!("{group},{label},{},{}\n", (at * 37 % 97) as f64 / 97.0, at / 24));
    }
    let roles = "score = \"score\"\nlabel = { column = \"label\", favourable = \"yes\" }";
    let metrics = ["mean_score", "auc", "brier", "ece", "score_distribution.ks"];
    let ends = |roles: &str| {
        let release = Table::new(&csv).audit(&plan_of(roles, &metrics));
        let of = |finding: &evenhand::report::ReleasedFinding| {
            let [low, high] = [finding.worst_case_low, finding.worst_case_high].map(|end| end.expect("bounded"));
            (finding.measurement.metric.clone(), finding.unknown_low, finding.unknown_high, high - low)
        };
        release.findings.iter().map(of).collect::<Vec<_>>()
    };
    let (alone, clustered) = (ends(roles), ends(&format!("{roles}\ncluster = \"team\"")));
    assert!(alone.len() == 9 && clustered.len() == 9);
    for (alone, clustered) in alone.into_iter().zip(clustered) {
        assert_eq!((&alone.0, alone.1, alone.2), (&clustered.0, clustered.1, clustered.2));
        assert!(clustered.3 > alone.3, "{alone:?} {clustered:?}");
    }
}

/// What a withheld worst case made of a verdict does not tell of it either.
#[test]
fn no_error_tells_of_the_withheld() {
    let mut csv =
        rows(&[("a", "yes", "yes", 300), ("a", "no", "no", 100), ("b", "yes", "no", 50), ("b", "no", "yes", 350)]);
    csv.push_str(&rows(&[("", "yes", "yes", 1), ("", "no", "yes", 2)]).replace("group,decision,label\n", ""));
    let plan = PLAN.replace("min_cell = 0", "min_cell = 5");
    let [finding] = &judged(&csv, &plan, "selection_rate.ratio", "at_least = 0.8")[..] else { panic!("one") };
    assert_eq!(finding.verdict, Verdict::Fail);
    assert!(finding.worst_case_withheld && finding.unknown_low.is_none());
    assert!(finding.p_outside.is_none() && finding.p_outside_adjusted.is_none() && finding.settled_by.is_none());
}
