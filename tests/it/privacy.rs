//! Small cells: no count of people from 1 to below `min_cell` stands in an
//! output, and none follows from what stands there.

use std::collections::BTreeSet;

use evenhand::Release;
use evenhand::report::Shown;
use proptest::prelude::*;
use serde_json::Value as Json;

use crate::support::{PLAN, Table, fixture, fixtures, rows, run_in};

fn private(min_cell: u64) -> String {
    PLAN.replace("min_cell = 0", &format!("min_cell = {min_cell}"))
}

/// Whole numbers that a reader may take for counts of people: n, numerator,
/// denominator and the rest of it, of every row that is shown.
fn counts(release: &Release) -> BTreeSet<u64> {
    let whole = |x: f64| (x >= 0.0 && x.fract() == 0.0).then_some(x as u64);
    let mut found = BTreeSet::new();
    for row in &release.measurements {
        if row.reference.is_empty() {
            found.extend(row.n);
        }
        let (above, below) = (row.numerator.and_then(whole), row.denominator.and_then(whole));
        found.extend(above);
        found.extend(below);
        let rate = evenhand::catalogue::base(&row.metric).and_then(|base| base.rate());
        if let (Some(above), Some(below), Some(_)) = (above, below, rate) {
            found.extend(below.checked_sub(above));
        }
    }
    for group in release.divisions.iter().flat_map(|division| &division.groups) {
        found.extend(group.n.value());
    }
    found
}

#[test]
fn no_small_count_of_the_fixtures_is_published() {
    for name in fixtures() {
        let release = fixture(&name, |plan| {
            plan.min_cell = plan.min_cell.max(10);
            plan.roles.features = None;
        });
        if release.intake.weighted {
            continue;
        }
        let small: Vec<u64> = counts(&release).into_iter().filter(|n| (1..10).contains(n)).collect();
        assert!(small.is_empty(), "{name}: {small:?}");
        for exclusion in &release.exclusions {
            for by in &exclusion.by_group {
                assert!(by.rows.value().is_none_or(|rows| rows == 0 || rows >= 10), "{name}: {by:?}");
            }
        }
    }
}

/// Three of 404 people in a group, and the total known: the group's size does
/// not follow from those of the others.
#[test]
fn the_total_does_not_give_a_group_back() {
    let csv = rows(&[
        ("a", "yes", "yes", 100),
        ("a", "no", "no", 101),
        ("b", "yes", "no", 100),
        ("b", "no", "yes", 100),
        ("c", "yes", "yes", 3),
    ]);
    let release = Table::new(&csv).audit(&private(10));
    let sizes: Vec<Shown<u64>> = release.divisions[0].groups.iter().map(|group| group.n).collect();
    assert_eq!(release.intake.people, 404);
    assert_eq!(sizes.iter().filter(|n| n.value().is_none()).count(), 2, "{sizes:?}");
    assert_eq!(sizes[2], Shown::Withheld);
    // Nor does the remedy name it.
    assert!(release.reweighing[0].unmoved.is_empty());
    assert_eq!(release.reweighing[0].n_eff_after, Shown::Withheld);
}

/// One row of one group was left out: which group it was stays open.
#[test]
fn the_group_of_a_single_row_left_out_is_not_told() {
    let csv = rows(&[("a", "yes", "yes", 50), ("b", "no", "no", 50), ("b", "", "no", 1)]);
    let release = Table::new(&csv).audit(
        &private(10)
            .replace("[privacy]", "[[rule]]\nid = \"r\"\nmetric = \"selection_rate.ratio\"\nat_least = 0.8\n[privacy]"),
    );
    let [exclusion] = &release.exclusions[..] else { panic!("one kind of exclusion") };
    assert_eq!(exclusion.rows, 1);
    assert!(exclusion.by_group.len() == 2 && exclusion.by_group.iter().all(|by| by.rows == Shown::Withheld));
}

/// Zeros settle cells: a group whose people were all selected must not help to
/// find the few refused in another. Counts as in the Boston applications.
#[test]
fn zeros_do_not_give_cells_back() {
    let csv = rows(&[
        ("w", "yes", "m", 1245),
        ("w", "no", "m", 129),
        ("w", "yes", "f", 271),
        ("w", "no", "f", 25),
        ("w", "yes", "", 11),
        ("b", "yes", "m", 102),
        ("b", "no", "m", 42),
        ("b", "yes", "f", 31),
        ("b", "no", "f", 20),
        ("h", "yes", "m", 66),
        ("h", "no", "m", 21),
        ("h", "yes", "f", 17),
        ("h", "no", "f", 5),
    ]);
    let plan = private(10)
        .replace("label = { column = \"label\", favourable = \"yes\" }\n", "")
        .replace("reference = \"a\"", "reference = \"w\"")
        .replace(
            "[privacy]",
            "[[attribute]]\ncolumn = \"label\"\n[[cross]]\nattributes = [\"group\", \"label\"]\n[privacy]",
        );
    let release = Table::new(&csv).audit(&plan);
    let shown = |attribute: &str, group: &str| {
        crate::support::find(&release, attribute, group, "selection_rate").is_some_and(|row| !row.suppressed)
    };
    assert!(!shown("group*label", "h*f"));
    // 5 = 50 − 20 − 25, if all of these were known.
    let known = shown("label", "f") && shown("group*label", "b*f");
    let white = shown("group*label", "w*f")
        || (shown("group", "w") && shown("group*label", "w*m") && shown("label", "(missing)"));
    assert!(!(known && white));
}

/// Scores that are 0 or 1 must not say by their mean what the rate does not.
#[test]
fn two_valued_scores_tell_no_count() {
    let mut csv = String::from("group,decision,label,score\n");
    for i in 0..100 {
        csv.push_str(&format!(
            "a,{0},yes,{1}\nb,{2},no,{3}\n",
            if i < 3 { "yes" } else { "no" },
            u8::from(i < 3),
            if i < 40 { "yes" } else { "no" },
            u8::from(i < 40)
        ));
    }
    let release = Table::new(&csv).audit(&private(10).replace("[[attribute]]", "score = \"score\"\n[[attribute]]"));
    assert!(crate::support::row(&release, "group", "a", "mean_score").suppressed);
    assert!(crate::support::row(&release, "group", "a", "selection_rate").suppressed);
}

/// Three people of a group without a label: how many follows neither from the
/// denominators nor from what is said of rows.
#[test]
fn few_missing_labels_do_not_follow_from_denominators() {
    let csv = rows(&[
        ("a", "yes", "yes", 50),
        ("a", "no", "no", 50),
        ("a", "yes", "", 3),
        ("b", "yes", "yes", 50),
        ("b", "no", "no", 50),
        ("b", "yes", "", 20),
    ]);
    let release = Table::new(&csv).audit(&private(10));
    let of = |metric: &str| crate::support::row(&release, "group", "a", metric).denominator;
    assert_eq!(of("selection_rate"), Some(103.0));
    assert_eq!(of("base_rate"), None);
    let by: Vec<_> = release.exclusions[0].by_group.iter().map(|by| by.rows.value()).collect();
    assert_eq!(by, [None, None]);
}

/// All of a small group decided alike: not even that is told.
#[test]
fn a_small_group_is_not_told_by_its_zeros() {
    let csv = rows(&[("a", "yes", "yes", 60), ("a", "no", "no", 60), ("b", "no", "yes", 80), ("c", "no", "yes", 4)]);
    let release = Table::new(&csv).audit(&private(10));
    let told = release.measurements.iter().filter(|row| row.group == "c" && !row.suppressed);
    assert_eq!(told.map(|row| row.metric.clone()).collect::<Vec<_>>(), Vec::<String>::new());
}

/// A stratum column of identifiers: none of them is named.
#[test]
fn identifiers_as_strata_are_not_named() {
    let mut csv = String::from("group,decision,label,s\n");
    for i in 0..300 {
        csv.push_str(&format!("{},{},yes,person-{i}\n", ["a", "b"][i % 2], ["yes", "no", "no"][i % 3]));
    }
    let release = Table::new(&csv).audit(&private(10).replace("[[attribute]]", "strata = [\"s\"]\n[[attribute]]"));
    let text = serde_json::to_string(&release).expect("serialisable");
    assert!(!text.contains("person-") && text.contains("more than 100 strata"), "{:?}", release.warnings);
}

/// One row alone: nothing of it is shown but that it was read.
#[test]
fn a_single_row_is_not_published() {
    let release = Table::new(&rows(&[("a", "yes", "yes", 1)])).audit(&private(10));
    let told = release.measurements.iter().filter(|row| !row.suppressed);
    assert_eq!(told.map(|row| row.metric.clone()).collect::<Vec<_>>(), Vec::<String>::new());
}

/// A verdict on withheld numbers stays, and says nothing of the numbers.
#[test]
fn verdicts_stay_and_are_marked() {
    let csv = rows(&[("a", "yes", "yes", 97), ("a", "no", "yes", 3), ("b", "yes", "yes", 50), ("b", "no", "yes", 50)]);
    let rule = "[[rule]]\nid = \"r\"\nmetric = \"selection_rate.ratio\"\nat_least = 0.8\n";
    let release = Table::new(&csv).audit(&format!("{}{rule}", private(10)));
    let [finding] = &release.findings[..] else { panic!("one finding") };
    assert_eq!(finding.verdict, evenhand::judge::Verdict::Fail);
    assert!(finding.measurement.suppressed && finding.measurement.value.is_none() && finding.measurement.p.is_none());
    assert!(finding.settled_by.is_none() && finding.detectable_below.is_none());
}

/// What every written file holds of a hostile table: names, and no small cell.
#[test]
fn no_output_holds_a_row_or_a_key() {
    let table = Table::new(
        "id,group,decision,label,note\nsecret-key-1,a,yes,yes,private note\nsecret-key-2,b,no,no,other note\n",
    );
    let plan = PLAN.replace("[roles]", "key = \"id\"\n[roles]\nfeatures = { include = [\"note\"] }");
    std::fs::write(table.path().join("plan.toml"), plan.replace("min_cell = 0", "min_cell = 10")).expect("written");
    let run = run_in(table.path(), &["audit", "plan.toml", "--out", "out"]);
    assert_eq!(run.code, 0, "{}", run.err);
    for name in ["out/report.html", "out/audit.json", "out/metrics.csv"] {
        let text = std::fs::read_to_string(table.path().join(name)).expect("written");
        assert!(!text.contains("secret-key") && !text.contains("private note"), "{name}");
        assert!(!text.contains(&table.path().display().to_string()), "{name} names a folder");
    }
    let document: Json =
        serde_json::from_str(&std::fs::read_to_string(table.path().join("out/audit.json")).expect("written"))
            .expect("JSON");
    assert!(document["divisions"][0]["groups"].as_array().expect("groups").iter().all(|group| group["n"].is_null()));
}

/// What is hidden in a table of two attributes, by solving for it: every hidden
/// size has two tables that fit all that was published and differ in it.
fn sizes_that_fit(csv: &str) -> Vec<(u64, BTreeSet<u64>)> {
    let plan = private(10).replace(
        "[privacy]",
        "[[attribute]]\ncolumn = \"label\"\n[[cross]]\nattributes = [\"group\", \"label\"]\n[privacy]",
    );
    let release = Table::new(csv).audit(&plan.replace("label = { column = \"label\", favourable = \"yes\" }\n", ""));
    let open = Table::new(csv).audit(
        &plan
            .replace("min_cell = 10", "min_cell = 0")
            .replace("label = { column = \"label\", favourable = \"yes\" }\n", ""),
    );
    let size = |release: &Release, attribute: &str, group: &str| {
        let division = release.divisions.iter().find(|division| division.attribute == attribute).expect("a division");
        division.groups.iter().find(|size| size.group == group).and_then(|size| size.n.value())
    };
    let (groups, labels) = (["a", "b", "c"], ["no", "yes"]);
    let truth: Vec<u64> = groups
        .iter()
        .flat_map(|g| labels.map(|l| size(&open, "group*label", &format!("{g}*{l}")).unwrap_or(0)))
        .collect();
    let total: u64 = truth.iter().sum();
    // Move people between cells in every way that keeps what was published.
    let mut fits: Vec<BTreeSet<u64>> = vec![BTreeSet::new(); 6];
    let span = 12i64;
    let range = |at: usize| (0.max(truth[at] as i64 - span)..=truth[at] as i64 + span).map(|n| n as u64);
    for a in range(0) {
        for b in range(1) {
            for c in range(2) {
                for d in range(3) {
                    for e in range(4) {
                        let Some(f) = total.checked_sub(a + b + c + d + e) else { continue };
                        let cells = [a, b, c, d, e, f];
                        let same = |attribute: &str, group: &str, n: u64| {
                            size(&release, attribute, group).is_none_or(|shown| shown == n)
                        };
                        let groups_fit = (0..3).all(|g| same("group", groups[g], cells[2 * g] + cells[2 * g + 1]));
                        let labels_fit =
                            (0..2).all(|l| same("label", labels[l], cells[l] + cells[2 + l] + cells[4 + l]));
                        let crosses_fit = (0..3).all(|g| {
                            (0..2)
                                .all(|l| same("group*label", &format!("{}*{}", groups[g], labels[l]), cells[2 * g + l]))
                        });
                        if groups_fit && labels_fit && crosses_fit {
                            cells.iter().zip(&mut fits).for_each(|(n, fit)| _ = fit.insert(*n));
                        }
                    }
                }
            }
        }
    }
    truth.into_iter().zip(fits).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hidden_sizes_cannot_be_worked_out(sizes in prop::collection::vec(1..16usize, 6)) {
        let names = [("a", "no"), ("a", "yes"), ("b", "no"), ("b", "yes"), ("c", "no"), ("c", "yes")];
        let cells: Vec<(&str, &str, &str, usize)> =
            names.iter().zip(&sizes).flat_map(|((group, label), n)| [(*group, "yes", *label, *n), (*group, "no", *label, 20 * (n % 2))]).collect();
        for (truth, fits) in sizes_that_fit(&rows(&cells)) {
            prop_assert!(truth == 0 || truth >= 10 || fits.len() > 1, "{truth} follows: {fits:?}");
        }
    }
}
