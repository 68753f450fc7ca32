//! Bad input: one clear message, the right exit code, and nothing written.

use std::path::Path;

use crate::support::{Table, at, run_in};

const CSV: &str = "group,decision,label,score,weight\na,yes,1,0.5,1\nb,no,0,0.4,2\n";
const USUAL: [&str; 4] = ["--decision", "decision=yes", "--attribute", "group"];

/// What a run says that must fail with `code` and leave the folder as it was.
fn refused(table: &Table, arguments: &[&str], code: i32) -> String {
    let files = || {
        let mut names: Vec<String> = std::fs::read_dir(table.path())
            .expect("the folder")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    let before = files();
    let run = run_in(table.path(), arguments);
    assert_eq!(files(), before, "something was written");
    assert_eq!(run.code, code, "{}{}", run.out, run.err);
    assert_eq!(run.out, "", "something was printed as if it had worked");
    run.err.replace(&table.path().display().to_string(), "<folder>").trim_end().to_string()
}

/// The message about a data file, audited with the usual flags and more.
fn about(name: &str, bytes: &[u8], more: &[&str]) -> String {
    let table = Table::new(CSV);
    std::fs::write(table.path().join(name), bytes).expect("written");
    let arguments = [&["audit", name], &USUAL[..], more, &["--out", "out"]].concat();
    refused(&table, &arguments, 1)
}

/// The message about a plan file.
fn about_plan(plan: &str, code: i32) -> String {
    let table = Table::new(CSV);
    std::fs::write(table.path().join("plan.toml"), plan).expect("written");
    refused(&table, &["audit", "plan.toml", "--out", "out"], code)
}

#[test]
fn files_that_cannot_be_read() {
    let mut said: Vec<String> = Vec::new();
    let table = Table::new(CSV);
    let missing = refused(&table, &[&["audit", "nowhere.csv"], &USUAL[..], &["--out", "out"]].concat(), 1);
    said.push(missing);
    said.push(refused(&table, &[&["audit", "."], &USUAL[..]].concat(), 1));
    said.push(refused(&table, &["audit", "nowhere.toml"], 2));
    said.push(about("data.xlsx", b"x", &[]));
    said.push(about("empty.csv", b"", &[]));
    said.push(about("header.csv", b"group,decision\n", &[]));
    said.push(about("twice.csv", b"group,decision,group\na,yes,b\n", &[]));
    said.push(about("nameless.csv", b"group,,decision\na,yes,b\n", &[]));
    said.push(about("semicolon.csv", b"group;decision\na;yes\n", &[]));
    said.push(about("quote.csv", b"group,decision\na,yes\nb,\"no\n", &[]));
    said.push(about("ragged.csv", b"group,decision\na,yes\nb,no,more\n", &[]));
    said.push(about("latin.csv", b"group,decision\nM\xfcnchen,yes\n", &[]));
    insta::assert_snapshot!("files_that_cannot_be_read", said.join("\n\n"));
}

#[test]
fn damaged_and_truncated_files() {
    let mut said: Vec<String> = Vec::new();
    let text = std::fs::read(at("fixtures/german-credit/data.csv")).expect("a fixture");
    said.push(about("cut.parquet", &text[..100], &[]));
    let table = Table::new(CSV);
    crate::inputs::write_parquet(&table.path().join("whole.parquet"));
    let whole = std::fs::read(table.path().join("whole.parquet")).expect("written");
    let message = about("cut.parquet", &whole[..whole.len() - 20], &[]);
    assert!(message.starts_with("error: cut.parquet: cannot be read as Parquet"), "{message}");
    let message = about("cut.arrow", &whole[..40], &[]);
    assert!(message.starts_with("error: cut.arrow: cannot be read as Arrow IPC"), "{message}");
    let zipped = crate::inputs::gzip(&text);
    let message = about("cut.csv.gz", &zipped[..zipped.len() / 2], &[]);
    assert!(message.starts_with("error: cut.csv.gz: "), "{message}");
    insta::assert_snapshot!("damaged_and_truncated_files", said.join("\n\n"));
}

#[test]
fn columns_and_values_that_do_not_fit() {
    let mut said = vec![about("data.csv", CSV.as_bytes(), &["--label", "lable=1"])];
    said.push(about("data.csv", CSV.as_bytes(), &["--attribute", "gruop"]));
    said.push(about("data.csv", CSV.as_bytes(), &["--stratum", "region"]));
    said.push(about("data.csv", CSV.as_bytes(), &["--label", "label=2"]));
    said.push(about("data.csv", CSV.as_bytes(), &["--score", "group"]));
    said.push(about("data.csv", CSV.as_bytes(), &["--bins", "decision=1,2"]));
    let table = Table::new(CSV);
    let arguments = ["audit", "data.csv", "--decision", "decision=Yess", "--attribute", "group", "--out", "out"];
    said.push(refused(&table, &arguments, 1));
    insta::assert_snapshot!("columns_and_values_that_do_not_fit", said.join("\n\n"));
}

#[test]
fn weights_and_counts_that_are_none() {
    let mut said: Vec<String> = Vec::new();
    let with = |value: &str| format!("group,decision,w\na,yes,1\nb,no,{value}\n");
    for (value, flag) in [
        ("NaN", "--weight"),
        ("inf", "--weight"),
        ("-2", "--weight"),
        ("heavy", "--weight"),
        ("1.5", "--count"),
        ("-1", "--count"),
    ] {
        let message = about("w.csv", with(value).as_bytes(), &[flag, "w"]);
        said.push(message);
    }
    insta::assert_snapshot!("weights_and_counts_that_are_none", said.join("\n\n"));
}

#[test]
fn joins_that_cannot_be_made() {
    let mut said: Vec<String> = Vec::new();
    let joined = |people: &str, on: &str| {
        let table = Table::new("id,decision\n1,yes\n2,no\n");
        std::fs::write(table.path().join("people.csv"), people).expect("written");
        refused(
            &table,
            &[&["audit", "data.csv"], &USUAL[..], &["--demographics", "people.csv", "--on", on, "--out", "out"]]
                .concat(),
            1,
        )
    };
    said.push(joined("id,group\n1,a\n2,b\n1,b\n", "id"));
    said.push(joined("idd,group\n1,a\n2,b\n", "id"));
    said.push(joined("id,groop\n1,a\n2,b\n", "id"));
    insta::assert_snapshot!("joins_that_cannot_be_made", said.join("\n\n"));
}

#[test]
fn plans_report_every_mistake_with_its_place() {
    let mut said = vec![about_plan(
        "[data]\npath = \"data.csv\"\nmising = [\"NA\"]\n\n[roles]\ndecision = { column = \"decision\" }\n\n[[attribute]]\ncolumn = \"group\"\n\n[[rule]]\nid = \"gap\"\nmetric = \"selection_rat.difference\"\nat_least = -0.1\n",
        2,
    )];
    said.push(about_plan(
            "[audit]\nconfidence = 95\n[data]\npath = 3\ndelimiter = \"ab\"\n[roles]\nlabel = { column = \"label\", favourable = 1 }\n[[attribute]]\ncolumn = \"group\"\nbins = [40, 25]\n[[attribute]]\ncolumn = \"group\"\n[[cross]]\nattributes = [\"group\"]\n[[rule]]\nid = \"a\"\nmetric = \"tpr.difference\"\n[[rule]]\nid = \"a\"\nmetric = \"base_rate.ratio\"\nat_least = 2\nat_most = 1\nattributes = [\"grup\"]\nlevel = \"fatal\"\n[privacy]\nmin_cel = 3\n[review]\nevery = \"monthly\"\n",
            2,
        )
    );
    said.push(about_plan(
        "[data]\npath = \"data.csv\"\n[roles]\ndecision = { score = \"score\", threshold = 0.5 }\nscore = { column = \"score\", higher = \"unfavourable\" }\n[[attribute]]\ncolumn = \"group\"\n[[rule]]\nid = \"\"\nmetric = \"auc.ratio\"\nat_least = 0.9\n",
        2,
    ));
    said.push(about_plan("[data\npath = \"data.csv\"\n", 2));
    said.push(about_plan("[data]\npath = \"data.csv\"\n", 2));
    insta::assert_snapshot!("plans_report_every_mistake_with_its_place", said.join("\n\n"));
}

#[test]
fn flags_that_are_wrong() {
    let mut said: Vec<String> = Vec::new();
    let table = Table::new(CSV);
    let flags = |more: &[&str]| refused(&table, &[&["audit", "data.csv"], more, &["--out", "out"]].concat(), 2);
    said.push(flags(&[]));
    said.push(flags(&[
        "--decision",
        "nonsense",
        "--attribute",
        "group",
        "--rule",
        "selection_rate.ratio > 0.8",
        "--rule",
        "tpr.difference >= 0",
        "--bins",
        "age=3,2",
        "--reference",
        "sex=f",
        "--on",
        "id",
        "--confidence",
        "2",
    ]));
    let gate = refused(&table, &[&["gate", "data.csv"], &USUAL[..]].concat(), 2);
    said.push(gate);
    let review = refused(&table, &[&["review", "data.csv"], &USUAL[..]].concat(), 2);
    said.push(review);
    let remedy = refused(&table, &[&["remedy", "reweigh", "data.csv"], &USUAL[..], &["--out", "w.csv"]].concat(), 2);
    said.push(remedy);
    insta::assert_snapshot!("flags_that_are_wrong", said.join("\n\n"));
}

/// Numbers that squares and sums would lose, and outputs over inputs.
#[test]
fn numbers_beyond_reach_and_outputs_over_inputs() {
    let with = |value: &str| format!("group,decision,w\na,yes,1\nb,no,{value}\n");
    let mut said = vec![about("w.csv", with("1e308").as_bytes(), &["--weight", "w"])];
    said.push(about("w.csv", with("1e-300").as_bytes(), &["--weight", "w"]));
    let table = Table::new(CSV);
    let over = [&["remedy", "reweigh", "data.csv", "--label", "label=1"], &USUAL[..], &["--out", "data.csv"]].concat();
    said.push(refused(&table, &over, 2));
    let gate = ["gate", "data.csv", "--rule", "selection_rate.ratio >= 0.8", "--output", "./data.csv"];
    said.push(refused(&table, &[&gate, &USUAL[..]].concat(), 2));
    std::fs::write(table.path().join("metrics.csv"), CSV).expect("written");
    said.push(refused(&table, &[&["audit", "metrics.csv"], &USUAL[..], &["--out", "."]].concat(), 2));
    said.push(refused(&table, &["init", "data.csv", "--out", "data.csv", "--force"], 2));
    std::fs::write(table.path().join("plan.toml"), "[data]\npath = \"data.csv\"\n").expect("written");
    let plan = [&["gate", "plan.toml", "--rule", "selection_rate.ratio >= 0.8", "--output", "plan.toml"], &USUAL[..]];
    said.push(refused(&table, &plan.concat(), 2));

    insta::assert_snapshot!("numbers_beyond_reach_and_outputs_over_inputs", said.join("\n\n"));
}

#[test]
fn places_that_cannot_be_written() {
    let mut said: Vec<String> = Vec::new();
    let table = Table::new(CSV);
    std::fs::write(table.path().join("file"), "x").expect("written");
    let out = |folder: &str| refused(&table, &[&["audit", "data.csv"], &USUAL[..], &["--out", folder]].concat(), 1);
    said.push(out("file"));
    said.push(out("file/within"));
    if Path::new("/proc").exists() {
        assert!(out("/proc/evenhand").starts_with("error: /proc/evenhand: "));
    }
    let remedy =
        [&["remedy", "reweigh", "data.csv", "--label", "label=1"], &USUAL[..], &["--out", "nowhere/w.csv"]].concat();
    let message = refused(&table, &remedy, 1);
    assert!(message.starts_with("error: nowhere/w.csv: "), "{message}");
    let remedy = [&["remedy", "reweigh", "data.csv", "--label", "label=1"], &USUAL[..], &["--out", "w.json"]].concat();
    said.push(refused(&table, &remedy, 1));
    let store = [&["review", "data.csv", "--store", "file"], &USUAL[..]].concat();
    assert!(refused(&table, &store, 1).starts_with("error: file: is not a history of audits"));
    insta::assert_snapshot!("places_that_cannot_be_written", said.join("\n\n"));
}
