//! The catalogue as people and machines see it: every face is a fold over the
//! one definition.

use evenhand::catalogue::{Metric, NOTIONS, bases};
use evenhand::report::Release;

use crate::support::{at, fixtures, published, read, run, unsuppressed};

#[test]
fn metrics_lists_every_metric_and_every_notion() {
    let listed = run(&["metrics"]);
    assert_eq!(listed.code, 0);
    for id in Metric::all().map(|metric| metric.id()).chain(NOTIONS.iter().map(|notion| notion.id.to_string())) {
        assert!(listed.out.lines().any(|line| line.split_whitespace().next() == Some(&id)), "{id} is not listed");
    }
    let some = run(&["metrics", "selection_rate"]);
    insta::assert_snapshot!(some.out);
    let none = run(&["metrics", "wibble"]);
    assert_eq!((none.code, none.out.as_str()), (2, ""));
    insta::assert_snapshot!(none.err, @"error: no metric's id contains `wibble`");
}

#[test]
fn explain_explains_everything() {
    for metric in Metric::all() {
        let explained = run(&["explain", &metric.id()]);
        assert_eq!(explained.code, 0, "{}", metric.id());
        for part in ["title", "asks", "formula", "needs", "range", "source"] {
            assert!(explained.out.lines().any(|line| line.starts_with(part)), "{}: no {part}", metric.id());
        }
        assert!(!explained.out.contains("inf") && !explained.out.contains("NaN"), "{}", explained.out);
    }
    insta::assert_snapshot!("explain_tpr_difference", run(&["explain", "tpr.difference"]).out);
    insta::assert_snapshot!("explain_notion", run(&["explain", "equalized_odds_difference"]).out);
    let slip = run(&["explain", "selection_rat.ratio"]);
    assert_eq!(slip.code, 2);
    insta::assert_snapshot!(slip.err, @"error: no metric is called `selection_rat.ratio`; did you mean `selection_rate.ratio`?");
}

/// Every metric has a number in some fixture, and an interval too, unless none
/// can be.
#[test]
fn every_metric_is_seen_in_a_fixture() {
    let releases: Vec<&Release> = fixtures().iter().map(|name| unsuppressed(name)).collect();
    for metric in Metric::all() {
        let id = metric.id();
        let rows = || releases.iter().flat_map(|release| &release.measurements).filter(|row| row.metric == id);
        assert!(rows().any(|row| row.value.is_some()), "no fixture has a number for {id}");
        let can_have_interval = rows().any(|row| row.method.is_some());
        // One wrong no makes it infinite, and that none was seen does not exclude one: draws from
        // the posterior have no upper end. The part between groups looks at their means alone.
        let known_without = id.starts_with("mean_log_deviation") && id != "mean_log_deviation.between";
        assert!(can_have_interval != known_without, "{id}: interval {can_have_interval}");
    }
}

#[test]
fn ids_and_sources_are_in_order() {
    for base in bases() {
        assert!(base.id.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit()), "{}", base.id);
        assert!(base.asks.ends_with('?'), "{}", base.id);
        assert!(base.source.full.len() > base.source.short.len(), "{}", base.id);
    }
}

/// `evenhand schema` is the committed schema, and every audit follows it.
#[test]
fn the_schema_is_committed_and_holds() {
    let schema = run(&["schema"]);
    let path = at("reports/schema.json");
    if std::env::var_os("UPDATE_GALLERY").is_some() {
        std::fs::write(&path, &schema.out).expect("written");
    }
    assert_eq!(schema.out, read(&path), "renew reports/schema.json with UPDATE_GALLERY=1 cargo test");
    let schema: serde_json::Value = serde_json::from_str(&schema.out).expect("JSON");
    let known: Vec<&String> = schema["properties"].as_object().expect("properties").keys().collect();
    let release = published("hostile-names");
    let document = serde_json::to_value(release).expect("serialisable");
    let written: Vec<&String> = document.as_object().expect("an object").keys().collect();
    let (mut known, mut written) = (known, written);
    known.sort();
    written.sort();
    assert_eq!(known, written);
    assert_eq!(serde_json::from_value::<Release>(document).expect("it reads again"), *release);
}
