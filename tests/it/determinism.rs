//! Same input, same bytes: whatever the threads, the format of the file and
//! the order of the rows.

use std::process::Command;

use crate::support::{Table, at, run_in};

/// The files of an audit of a fixture, with so many threads.
fn files(fixture: &str, threads: &str) -> Vec<(String, Vec<u8>)> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out");
    let output = Command::new(env!("CARGO_BIN_EXE_evenhand"))
        .args(["audit", &format!("fixtures/{fixture}/evenhand.toml"), "--out"])
        .arg(&out)
        .current_dir(at(""))
        .env("SOURCE_DATE_EPOCH", "1767225600")
        .env("POLARS_MAX_THREADS", threads)
        .env("RAYON_NUM_THREADS", threads)
        .output()
        .expect("the binary runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read = |folder: &std::path::Path| -> Vec<std::path::PathBuf> {
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect()
    };
    let mut paths: Vec<_> = read(&out).into_iter().filter(|path| path.is_file()).collect();
    paths.extend(read(&out.join("charts")));
    paths.sort();
    let name = |path: &std::path::Path| path.strip_prefix(&out).expect("within").display().to_string();
    paths.iter().map(|path| (name(path), std::fs::read(path).expect("readable"))).collect()
}

#[test]
fn threads_change_no_byte() {
    let (one, four) = (files("german-credit", "1"), files("german-credit", "4"));
    assert!(one.len() > 5);
    for (one, four) in one.iter().zip(&four) {
        assert_eq!(one.0, four.0);
        assert!(one.1 == four.1, "{} differs", one.0);
    }
}

/// The clock reaches the provenance and nothing else.
#[test]
fn the_clock_stays_in_the_provenance() {
    let run = |seconds: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_evenhand"))
            .args(["gate", "fixtures/berkeley-1973/evenhand.toml", "--format", "json"])
            .current_dir(at(""))
            .env("SOURCE_DATE_EPOCH", seconds)
            .output()
            .expect("the binary runs");
        serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("JSON")
    };
    let (mut one, mut other) = (run("0"), run("1767225600"));
    assert_eq!(one["provenance"]["created"], "1970-01-01T00:00:00Z");
    assert_eq!(other["provenance"]["created"], "2026-01-01T00:00:00Z");
    one["provenance"]["created"].take();
    other["provenance"]["created"].take();
    assert_eq!(one, other);
}

/// A folder that was there keeps what is not ours, and loses charts that are stale.
#[test]
fn outputs_replace_outputs_and_nothing_else() {
    let table = Table::new("group,decision\na,yes\na,no\nb,yes\nb,no\n");
    let out = table.path().join("out");
    std::fs::create_dir_all(out.join("charts")).expect("made");
    std::fs::write(out.join("notes.txt"), "mine").expect("written");
    std::fs::write(out.join("charts/forest-9-old.svg"), "<svg/>").expect("written");
    let run = run_in(
        table.path(),
        &["audit", "data.csv", "--decision", "decision=yes", "--attribute", "group", "--out", "out"],
    );
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(std::fs::read_to_string(out.join("notes.txt")).expect("still there"), "mine");
    assert!(!out.join("charts/forest-9-old.svg").exists());
    assert!(out.join("report.html").exists() && out.join("audit.json").exists() && out.join("metrics.csv").exists());
}

/// Rows that are alike are understood once, unless each has a key: both count the same,
/// with blanks, missing values and rows that are left out.
#[test]
fn rows_alike_count_as_one_by_one() {
    let mut csv = String::from("id,group,decision,label,place\n");
    for at in 0..700 {
        let group = ["a", "b", " b", "", "c"][at % 5];
        let decision = ["yes", "no", "yes ", "", "no", "yes"][at * 7 % 6];
        let label = ["yes", "no", "", "no"][at * 11 % 4];
        csv.push_str(&format!("{at},{group},{decision},{label},{}\n", ["n", "s", ""][at % 3]));
    }
    let table = crate::support::Table::new(&csv);
    let plan = crate::support::PLAN.replace("[[attribute]]", "strata = [\"place\"]\n[[attribute]]");
    let (alike, each) = (table.audit(&plan), table.audit(&plan.replace("path =", "key = \"id\"\npath =")));
    assert_eq!(alike.measurements, each.measurements);
    assert_eq!((alike.intake, alike.exclusions), (each.intake, each.exclusions));
    assert_eq!(alike.warnings, each.warnings);
    assert!(
        alike.warnings.iter().any(|warning| warning.contains("140 of its values had blanks around them")),
        "{:?}",
        alike.warnings
    );
}

/// A value that is wrong is told with its own row, also where others are alike.
#[test]
fn a_wrong_row_among_many_alike_is_named() {
    let mut csv = String::from("group,decision,label\n") + &"a,yes,yes\nb,no,no\n".repeat(40);
    csv.push_str("a,yes,maybe\na,yes,perhaps\n");
    let table = crate::support::Table::new(&csv);
    let plan = crate::support::PLAN.replace(
        "label = { column = \"label\", favourable = \"yes\" }",
        "label = { column = \"label\", favourable = \"yes\", unfavourable = \"no\" }",
    );
    let plan = evenhand::Plan::from_text(&plan, "plan.toml", table.path(), &Default::default()).expect("valid");
    let error = evenhand::audit(plan, evenhand::Provenance::default()).expect_err("a wrong value").to_string();
    assert!(error.contains("maybe") && error.contains("81"), "{error}");
}
