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
