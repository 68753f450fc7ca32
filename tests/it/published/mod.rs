//! Tables from the literature, through the public functions and through the audit.

mod audits;
mod data;
mod examples;
mod numbers;

use evenhand::stats::{Level, Proportion, StratumTable, mantel_haenszel, newcombe};

use crate::support::{PLAN, Table, close, row};

/// Newcombe (1998), Stat. Med. 17, table II, method 10.
#[test]
fn newcombe_table_two() {
    for ((a, m), (b, n), low, high) in [
        ((56.0, 70.0), (48.0, 80.0), 0.0524, 0.3339),
        ((9.0, 10.0), (3.0, 10.0), 0.1705, 0.8090),
        ((5.0, 56.0), (0.0, 29.0), -0.0381, 0.1926),
        ((10.0, 10.0), (0.0, 20.0), 0.6791, 1.0),
    ] {
        let one = Proportion::new(a, m).expect("valid");
        let two = Proportion::new(b, n).expect("valid");
        let found = newcombe(one, two, Level::P95);
        assert!(close(found.low, low, 6e-5) && close(found.high, high, 6e-5), "{a}/{m} − {b}/{n}: {found:?}");
        let swapped = newcombe(two, one, Level::P95);
        assert!(close(swapped.low, -found.high, 1e-12) && close(swapped.high, -found.low, 1e-12));
    }
}

/// Mantel (1963), penicillin and rabbits; R's `mantelhaen.test(Rabbits)`. Two
/// of the five strata tell nothing.
#[test]
fn rabbits() {
    let tables = [(0., 0., 6., 5.), (3., 0., 3., 6.), (6., 2., 0., 4.), (5., 6., 1., 0.), (2., 5., 0., 0.)];
    let tables = tables.map(|(a, b, c, d)| StratumTable { a, b, c, d });
    let found = mantel_haenszel(&tables, Level::P95).expect("informative");
    assert!(close(found.odds_ratio.expect("bounded"), 7.0, 1e-12));
    let interval = found.odds_ratio_interval.expect("bounded");
    assert!(close(interval.low, 1.026713, 5e-7) && close(interval.high, 47.725133, 5e-6), "{interval:?}");
}

/// The worked example of Fairlearn's guide: 18 rows, three groups.
#[test]
fn fairlearn_eighteen_rows() {
    let label = "011110101000111111";
    let decision = "001011100111100110";
    let group = "bbabbcccaacabccbcc";
    let mut csv = String::from("group,decision,label\n");
    for ((g, d), l) in group.chars().zip(decision.chars()).zip(label.chars()) {
        let word = |bit| if bit == '1' { "yes" } else { "no" };
        csv.push_str(&format!("{g},{},{}\n", word(d), word(l)));
    }
    let release = Table::new(&csv).audit(PLAN);
    for (group, metric, value) in [
        ("a", "tpr", 0.5),
        ("a", "fpr", 1.0),
        ("a", "selection_rate", 0.75),
        ("", "selection_rate.max_difference", 0.25),
        ("", "selection_rate.min_ratio", 2.0 / 3.0),
        ("", "equalized_odds_difference", 1.0),
    ] {
        let found = row(&release, "group", group, metric).value.expect(metric);
        assert!(close(found, value, 1e-12), "{group} {metric}: {found}");
    }
}

/// Uniform Guidelines, Q&A 10 and 19: four fifths exactly is no adverse impact.
#[test]
fn exactly_four_fifths_passes_by_the_letter() {
    let csv = crate::support::rows(&[
        ("a", "yes", "yes", 60),
        ("a", "no", "yes", 40),
        ("b", "yes", "yes", 48),
        ("b", "no", "yes", 52),
    ]);
    let rule = "[[rule]]\nid = \"four-fifths\"\nmetric = \"disparate_impact\"\nat_least = 0.8\non = \"point\"\n";
    let release = Table::new(&csv).audit(&format!("{PLAN}{rule}"));
    let [finding] = &release.findings[..] else { panic!("one finding") };
    assert_eq!(finding.measurement.value, Some(0.8));
    assert_eq!(finding.verdict, evenhand::judge::Verdict::Pass);
    assert_eq!(finding.by_interval, Some(evenhand::judge::Verdict::Inconclusive));
}
