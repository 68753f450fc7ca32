//! The commands as a user runs them: help, outputs, exit codes, formats.

use std::path::Path;

use crate::support::{Table, at, read, rows, run, run_in};

/// Every command's help is a snapshot: a change is seen by the reader of the change.
#[test]
fn help_says_what_there_is() {
    for command in [
        &["--help"][..],
        &["init", "--help"],
        &["audit", "--help"],
        &["gate", "--help"],
        &["review", "--help"],
        &["remedy", "reweigh", "--help"],
        &["metrics", "--help"],
        &["explain", "--help"],
    ] {
        let help = run(command);
        assert_eq!((help.code, help.err.as_str()), (0, ""));
        let name = command[..command.len() - 1].join("_");
        insta::assert_snapshot!(format!("help_{name}"), help.out);
    }
    assert_eq!(run(&["wibble"]).code, 2);
    assert_eq!(run(&[]).code, 2);
    assert!(run(&["--version"]).out.starts_with("evenhand "));
}

/// Two groups, alike, apart or too few to tell.
fn gate(group: &str, yes: usize, no: usize, more: &[&str]) -> crate::support::Run {
    let table = Table::new(&rows(&[
        ("a", "yes", "yes", 500),
        ("a", "no", "yes", 500),
        (group, "yes", "yes", yes),
        (group, "no", "yes", no),
    ]));
    let usual = [
        "gate",
        "data.csv",
        "--decision",
        "decision=yes",
        "--attribute",
        "group",
        "--reference",
        "group=a",
        "--rule",
        "selection_rate.ratio >= 0.8",
    ];
    run_in(table.path(), &[&usual[..], more].concat())
}

#[test]
fn the_exit_code_of_a_gate() {
    assert_eq!(gate("b", 500, 500, &[]).code, 0);
    let failed = gate("b", 200, 800, &[]);
    assert_eq!(failed.code, 10);
    for part in ["fail", "selection_rate.ratio 0.4 [", "expected at least 0.8", "n = 1000"] {
        assert!(failed.out.contains(part), "{part}: {}", failed.out);
    }
    let open = gate("b", 42, 50, &[]);
    assert_eq!(open.code, 11);
    assert!(open.out.contains("would settle it") && open.out.contains("80 % power"), "{}", open.out);
    assert_eq!(gate("b", 42, 50, &["--on-inconclusive", "warn"]).code, 0);
    assert_eq!(gate("b", 42, 50, &["--on-inconclusive", "pass"]).code, 0);
    assert_eq!(gate("b", 200, 800, &["--on-inconclusive", "pass"]).code, 10);
    // Only one group: nothing to work on is no pass.
    assert_eq!(gate("a", 10, 10, &[]).code, 11);
}

/// A group without a value must not pass by being left out of a summary.
#[test]
fn an_undefined_group_does_not_pass_in_a_summary() {
    let table = Table::new(&rows(&[
        ("a", "yes", "yes", 400),
        ("a", "no", "yes", 400),
        ("b", "yes", "yes", 400),
        ("b", "no", "yes", 400),
        ("c", "yes", "no", 300),
    ]));
    let run = run_in(
        table.path(),
        &[
            "gate",
            "data.csv",
            "--decision",
            "decision=yes",
            "--label",
            "label=yes",
            "--attribute",
            "group",
            "--rule",
            "tpr.max_difference <= 0.2",
        ],
    );
    assert_eq!(run.code, 11, "{}", run.out);
    assert!(run.out.contains("A group has no value, so this sums up the others only."), "{}", run.out);
}

#[test]
fn a_warning_does_not_fail_a_gate() {
    let table = Table::new(&rows(&[
        ("a", "yes", "yes", 500),
        ("a", "no", "yes", 500),
        ("b", "yes", "yes", 200),
        ("b", "no", "yes", 800),
    ]));
    let plan = "[data]\npath = \"data.csv\"\n[roles]\ndecision = { column = \"decision\", favourable = \"yes\" }\n[[attribute]]\ncolumn = \"group\"\n[[rule]]\nid = \"gap\"\nmetric = \"selection_rate.difference\"\nat_least = -0.1\nlevel = \"warn\"\n";
    std::fs::write(table.path().join("plan.toml"), plan).expect("written");
    let run = run_in(table.path(), &["gate", "plan.toml"]);
    assert_eq!(run.code, 0);
    assert!(run.out.contains("(warning)"), "{}", run.out);
}

/// Pinned to a fixture: what a pipeline shows.
#[test]
fn formats_for_pipelines() {
    for format in ["github", "markdown", "junit", "terminal"] {
        for fixture in ["berkeley-1973", "hostile-names"] {
            let plan = format!("fixtures/{fixture}/evenhand.toml");
            let run = run(&["gate", &plan, "--format", format]);
            assert_eq!(run.code, if fixture == "berkeley-1973" { 10 } else { 11 });
            insta::assert_snapshot!(format!("{format}_{fixture}"), run.out);
        }
    }
}

/// The first format goes to the file, the others to the terminal.
#[test]
fn several_formats_at_once() {
    let table = Table::new(&rows(&[
        ("a", "yes", "yes", 50),
        ("a", "no", "yes", 50),
        ("b", "yes", "yes", 50),
        ("b", "no", "yes", 50),
    ]));
    let run = run_in(
        table.path(),
        &[
            "gate",
            "data.csv",
            "--decision",
            "decision=yes",
            "--attribute",
            "group",
            "--rule",
            "selection_rate.ratio >= 0.5",
            "--format",
            "junit,markdown",
            "--output",
            "tests.xml",
            "--out",
            "out",
        ],
    );
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(read(&table.path().join("tests.xml")).starts_with("<?xml"));
    assert!(run.out.starts_with("# ") && table.path().join("out/report.html").exists());
}

#[test]
fn init_writes_a_plan_that_runs() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::copy(at("fixtures/boston-mortgage/data.csv"), folder.path().join("loans.csv")).expect("copied");
    let run = run_in(folder.path(), &["init", "loans.csv"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    insta::assert_snapshot!("init_boston", read(&folder.path().join("evenhand.toml")));
    let again = run_in(folder.path(), &["init", "loans.csv"]);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("is already there: --force replaces it"));
    assert_eq!(run_in(folder.path(), &["init", "loans.csv", "--force"]).code, 0);
    // With no argument the plan here is the one.
    let audit = run_in(folder.path(), &["audit"]);
    assert_eq!(audit.code, 0, "{}", audit.err);
    assert!(audit.out.contains("four-fifths · race: Black against White"), "{}", audit.out);
}

/// A history of two: the first has nothing to compare with, the second says
/// what changed and whether it is more than chance.
#[test]
fn a_review_keeps_history_and_sees_change() {
    let table = Table::new("");
    let write = |yes: usize| {
        let csv = rows(&[
            ("a", "yes", "yes", 600),
            ("a", "no", "yes", 400),
            ("b", "yes", "yes", yes),
            ("b", "no", "yes", 1000 - yes),
        ]);
        std::fs::write(table.path().join("data.csv"), csv).expect("written");
    };
    let review = || {
        run_in(
            table.path(),
            &[
                "review",
                "data.csv",
                "--decision",
                "decision=yes",
                "--attribute",
                "group",
                "--reference",
                "group=a",
                "--rule",
                "selection_rate.difference >= -0.1",
                "--store",
                "history.db",
                "--out",
                "out",
            ],
        )
    };
    write(590);
    let first = review();
    assert_eq!(first.code, 0, "{}", first.err);
    assert!(first.out.contains("first audit in the history"));
    assert!(
        !table
            .path()
            .join("out/charts")
            .read_dir()
            .expect("charts")
            .any(|chart| { chart.expect("an entry").file_name().to_string_lossy().starts_with("trend") })
    );
    write(580);
    let second = review();
    assert!(
        second.out.contains("2 audits in the history") && second.out.contains("no change beyond chance"),
        "{}",
        second.out
    );
    write(400);
    let third = review();
    assert!(third.out.contains("3 audits in the history") && third.out.contains("— beyond chance"), "{}", third.out);
    assert!(
        third.out.contains("group: b, selection_rate.difference: from −0.02 to −0.2, a change of −0.18"),
        "{}",
        third.out
    );
    assert!(table.path().join("out/charts/trend-1-selection-rate-difference-b.svg").exists());
    let html = read(&table.path().join("out/report.html"));
    assert!(html.contains("id=\"over-time\"") && html.contains("beyond chance"));
}

/// Every stage says how long it took, and how much it had to do.
#[test]
fn what_took_how_long() {
    let plan = "fixtures/adult-two-files/evenhand.toml";
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out").display().to_string();
    let run = crate::support::run(&["audit", plan, "-v", "--out", &out]);
    let stages: Vec<(&str, String)> = run
        .err
        .lines()
        .map(|line| {
            let (stage, rest) = line.split_once(' ').expect("a stage");
            let (seconds, work) = rest.trim().split_once(" s  ").expect("seconds");
            assert!(seconds.parse::<f64>().is_ok_and(|seconds| seconds >= 0.0), "{line}");
            (stage, work.to_string())
        })
        .collect();
    let rows = read(&at("fixtures/adult-two-files/outputs.csv")).lines().count() - 1;
    let found = |stage: &str| stages.iter().find(|(name, _)| *name == stage).map(|(_, work)| work.replace(',', ""));
    assert_eq!(found("counting"), Some(format!("{rows} rows")), "{}", run.err);
    let number = |stage: &str, of: &str| -> usize {
        let work = found(stage).unwrap_or_else(|| panic!("{stage}: {}", run.err));
        work.strip_suffix(of).and_then(|number| number.trim().parse().ok()).unwrap_or_else(|| panic!("{work}"))
    };
    let csv = read(&folder.path().join("out/metrics.csv"));
    assert_eq!(number("withholding", "numbers"), csv.lines().count() - 1);
    assert!(number("measuring", "numbers") >= number("withholding", "numbers"));
    assert!(number("demographics", "rows") > 0 && number("naming", "groups") > 0 && number("files", "files") >= 3);
    assert_eq!((number("hashing", "files"), stages.len()), (2, 10));
    let weights = folder.path().join("w.csv").display().to_string();
    let run = crate::support::run(&["remedy", "reweigh", plan, "--for", "sex", "-v", "--out", &weights]);
    let written = run.err.lines().find(|line| line.starts_with("files")).map(|line| line.replace(',', ""));
    assert!(written.is_some_and(|line| line.ends_with(&format!("  {rows} rows"))), "{}", run.err);
}

/// One weight for each row, in order, as CSV and Parquet; under them the rates are equal.
#[test]
fn remedy_writes_weights() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = |name: &str| folder.path().join(name).display().to_string();
    let plan = "fixtures/adult-two-files/evenhand.toml";
    let csv = run(&["remedy", "reweigh", plan, "--for", "sex", "--out", &out("w.csv")]);
    assert_eq!((csv.code, csv.err.as_str()), (0, ""));
    assert!(csv.out.contains("3491 weights written") && csv.out.contains("Effective number of people"), "{}", csv.out);
    let weights = read(Path::new(&out("w.csv")));
    assert!(weights.starts_with("person_id,sample_weight\nP10000,"), "{}", &weights[..60]);
    assert_eq!(weights.lines().count(), 3492);
    assert_eq!(run(&["remedy", "reweigh", plan, "--for", "sex", "--out", &out("w.parquet")]).code, 0);
    let bytes = std::fs::read(out("w.parquet")).expect("written");
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    let which = run(&["remedy", "reweigh", plan, "--out", &out("x.csv")]);
    assert_eq!(which.code, 2);
    assert!(which.err.contains("say --for which attribute: sex, race, age, sex*race"), "{}", which.err);
}

/// The document can be read by what `serde` and the public API give.
#[test]
fn a_saved_document_reads_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out").display().to_string();
    assert_eq!(run(&["audit", "fixtures/score-ties/evenhand.toml", "--out", &out]).code, 0);
    let text = read(&folder.path().join("out/audit.json"));
    let release = evenhand::report::format::json::read(&text).expect("a document");
    assert_eq!(evenhand::report::format::json::write(&release).expect("written"), text);
}

/// A reader that stops reading is no failure.
#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_error() {
    let command = format!("{} metrics | head -n 1", env!("CARGO_BIN_EXE_evenhand"));
    let output = std::process::Command::new("sh").args(["-c", &command]).output().expect("a shell");
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}
