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
    std::fs::create_dir(table.path().join("folder")).expect("made");
    said.push(refused(&table, &[&["audit", "folder"], &USUAL[..]].concat(), 1));
    said.push(refused(&table, &[&["audit", "*.parquet"], &USUAL[..]].concat(), 1));
    said.push(refused(&table, &["audit", "nowhere.toml"], 2));
    said.push(refused(&table, &[&["audit", "/dev/zero"], &USUAL[..]].concat(), 1));
    said.push(about("data.xlsx", b"x", &[]));
    said.push(about("empty.csv", b"", &[]));
    said.push(about("header.csv", b"group,decision\n", &[]));
    said.push(about("twice.csv", b"group,decision,group\na,yes,b\n", &[]));
    said.push(about("nameless.csv", b",,\na,yes,b\n", &[]));
    said.push(about("spreadsheet.csv", b"sep=,\ngroup,decision\na,yes\n", &[]));
    said.push(about("wide.csv", b"g\0r\0,\0d\0", &[]));
    said.push(about("packed.csv", &crate::inputs::gzip(b"group,decision\na,yes\n"), &[]));
    said.push(about("plain.csv.gz", b"group,decision\na,yes\n", &[]));
    said.push(about("columns.csv", b"PAR1....PAR1", &[]));
    said.push(about("text.parquet", b"group,decision\na,yes\n", &[]));
    said.push(about("stream.arrow", b"\xff\xff\xff\xff\0\0\0\0", &[]));
    said.push(about("one.feather", b"FEA1\0\0\0\0", &[]));
    said.push(about("rows.json", b"[{\"group\": \"a\"}]", &[]));
    said.push(about("semicolon.csv", b"group;decision\na;yes\n", &[]));
    said.push(about("quote.csv", b"group,decision\na,yes\nb,\"no\n", &[]));
    let unclosed = format!("\"group,decision\n{}", "a,yes\n".repeat(300));
    said.push(about("unclosed.csv", unclosed.as_bytes(), &[]));
    said.push(about("ragged.csv", b"group,decision\na,yes\nb,no,more\n", &[]));
    said.push(about("latin.csv", b"group,decision\nM\xfcnchen,yes\n", &[]));
    said.push(about("macintosh.csv", b"group,decision\ra,yes\rb,no\r", &[]));
    insta::assert_snapshot!("files_that_cannot_be_read", said.join("\n\n"));
}

#[test]
fn damaged_and_truncated_files() {
    let mut said: Vec<String> = Vec::new();
    let text = std::fs::read(at("fixtures/german-credit/data.csv")).expect("a fixture");
    said.push(about("cut.parquet", &[b"PAR1", &text[..100]].concat(), &[]));
    let table = Table::new(CSV);
    crate::inputs::write_parquet(&table.path().join("whole.parquet"));
    let whole = std::fs::read(table.path().join("whole.parquet")).expect("written");
    let message = about("cut.parquet", &whole[..whole.len() - 20], &[]);
    assert!(message.starts_with("error: cut.parquet: cannot be read as Parquet"), "{message}");
    let message = about("cut.arrow", &[b"ARROW1\0\0", &whole[..40]].concat(), &[]);
    assert!(message.starts_with("error: cut.arrow: cannot be read as Arrow IPC"), "{message}");
    // Of a broken page the column is told, and the rows.
    let rows = [1, 2, 3].map(|row| if row == 2 { "a" } else { "b" });
    let mut frame = polars::df!("group" => rows, "decision" => ["yes", "no", "no"]).expect("a frame");
    let mut broken = Vec::new();
    polars::prelude::ParquetWriter::new(&mut broken).finish(&mut frame).expect("written");
    broken[4..8].copy_from_slice(&[0xff; 4]);
    let message = about("broken.parquet", &broken, &[]);
    let told = "error: broken.parquet: cannot be read as Parquet: column `group`, in rows 1 to 3: ";
    assert!(message.starts_with(told), "{message}");
    let zipped = crate::inputs::gzip(&text);
    let message = about("cut.csv.gz", &zipped[..zipped.len() / 2], &[]);
    assert!(message.starts_with("error: cut.csv.gz: "), "{message}");
    // A changed byte is no fault of the text.
    let random = |row: u64| row.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    let word = |row: u64| if random(row) % 3 == 0 { "yes" } else { "no" };
    let rows =
        (1..3_000).map(|row| format!("{},{},{}\n", ["a", "b"][random(row) as usize % 2], word(row), random(row)));
    let zipped =
        crate::inputs::gzip(["group,decision,id\n".to_string()].into_iter().chain(rows).collect::<String>().as_bytes());
    for place in (0..20).map(|part| 200 + part * (zipped.len() - 400) / 20) {
        let mut changed = zipped.clone();
        changed[place] ^= 0x55;
        let name = if place % 2 == 0 { "changed.csv.gz" } else { "CHANGED.CSV.GZ" };
        let message = about(name, &changed, &[]);
        assert!(message.contains("it is damaged or cut short; copy it again"), "{place}: {message}");
    }
    // However much there is behind a few bytes, little of it is looked at.
    let long = ["group,decision\n".as_bytes(), &b"x".repeat(1 << 27)].concat();
    let message = about("line.csv.gz", &crate::inputs::gzip(&long), &[]);
    assert!(message.contains("line 2 has more than 67108864 bytes"), "{message}");
    let message = about("header.csv.gz", &crate::inputs::gzip(&long[15..]), &[]);
    assert!(message.contains("line 1 has more than 16777216 bytes, which is no header"), "{message}");
    let name = ["group,decision\na,yes\n", &"x".repeat(5_000), ",no\n"].concat();
    let message = about("name.csv", name.as_bytes(), &[]);
    assert_eq!(
        message,
        "error: name.csv: row 2, column `group`: a value of 5000 bytes, of which no more than 1000 are a name"
    );
    insta::assert_snapshot!("damaged_and_truncated_files", said.join("\n\n"));
}

#[test]
fn columns_and_values_that_do_not_fit() {
    let mut said = vec![about("data.csv", CSV.as_bytes(), &["--label", "lable=1"])];
    said.push(about("data.csv", CSV.as_bytes(), &["--attribute", "gruop"]));
    said.push(about("data.csv", CSV.as_bytes(), &["--stratum", "region"]));
    said.push(about("data.csv", b"group,decision,\"b\x1b[1mc\n\"\na,yes,1\n", &["--stratum", "region"]));
    // Without a header the first row is somebody's.
    said.push(about("data.csv", b"Ann Smith,1970-01-02,yes\nBo Li,1971-03-04,no\n", &[]));
    said.push(about("data.csv", CSV.as_bytes(), &["--label", "label=2"]));
    said.push(about("data.csv", CSV.as_bytes(), &["--score", "group"]));
    said.push(about("data.csv", CSV.as_bytes(), &["--bins", "decision=1,2"]));
    let table = Table::new(CSV);
    let arguments = ["audit", "data.csv", "--decision", "decision=Yess", "--attribute", "group", "--out", "out"];
    said.push(refused(&table, &arguments, 1));
    let words = Table::new("group,decision\na,true\nb,false\n");
    said.push(refused(&words, &["audit", "data.csv", "--decision", "decision=1", "--attribute", "group"], 1));
    let pairs = (0..50).flat_map(|one| (0..41).map(move |two| format!("a{one},yes,b{two}\n")));
    let many = format!("group,decision,other\n{}", pairs.collect::<String>());
    said.push(about("many.csv", many.as_bytes(), &["--attribute", "other", "--cross", "group,other"]));
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
    let remedy =
        [&["remedy", "reweigh", "absent.csv", "--label", "label=1"], &USUAL[..], &["--out", "w.json"]].concat();
    said.push(refused(&table, &remedy, 1));
    // It is said before any data are read, which may take long.
    for arguments in [
        &["audit", "absent.csv", "--out", "file"][..],
        &["review", "absent.csv", "--store", "h.db", "--out", "file"],
        &["gate", "absent.csv", "--rule", "selection_rate.ratio >= 0.8", "--out", "file"],
        &["gate", "absent.csv", "--rule", "selection_rate.ratio >= 0.8", "--output", "file/within"],
    ] {
        let message = refused(&table, &[arguments, &USUAL[..]].concat(), 1);
        assert!(message.contains("is a file, not a directory") && !message.contains("absent"), "{message}");
    }
    let early = |arguments: &[&str]| refused(&table, &[arguments, &USUAL[..]].concat(), 1);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere", table.path().join("link")).expect("linked");
        let message = early(&["audit", "absent.csv", "--out", "link"]);
        assert_eq!(message, "error: link: is a link that leads nowhere");
        let gate = ["gate", "absent.csv", "--rule", "selection_rate.ratio >= 0.8", "--output", "link"];
        assert_eq!(early(&gate), "error: link: is a link that leads nowhere");
    }
    std::fs::create_dir_all(table.path().join("one/report.html")).expect("made");
    assert_eq!(early(&["audit", "absent.csv", "--out", "one"]), "error: one/report.html: is a directory");
    std::fs::create_dir(table.path().join("two")).expect("made");
    std::fs::write(table.path().join("two/charts"), "mine").expect("written");
    let message = early(&["audit", "absent.csv", "--out", "two"]);
    assert_eq!(message, "error: two/charts: is a file, not a directory");
    assert!(early(&["audit", "absent.csv", "--out", &"0".repeat(300)]).contains("name too long"));
    assert!(early(&["review", "absent.csv", "--store", "file"]).contains("is not a history of audits"));
    let onto = ["gate", "absent.csv", "--rule", "selection_rate.ratio >= 0.8", "--output", "."];
    assert!(refused(&table, &[&onto[..], &USUAL[..]].concat(), 1).starts_with("error: .: is a directory"));
    let store = [&["review", "data.csv", "--store", "file"], &USUAL[..]].concat();
    assert!(refused(&table, &store, 1).starts_with("error: file: is not a history of audits"));
    insta::assert_snapshot!("places_that_cannot_be_written", said.join("\n\n"));
}

/// A plan of `data.csv` with these roles and with more behind them.
fn about_roles(roles: &str, more: &str) -> String {
    let text = format!("[data]\npath = \"data.csv\"\n[roles]\n{roles}\n[[attribute]]\ncolumn = \"group\"\n{more}");
    about_plan(&text, 2)
}

const DECISION: &str = "decision = { column = \"decision\", favourable = \"yes\" }";

#[test]
fn roles_that_do_not_fit_together() {
    let mut said = vec![about_roles("rank = \"place\"\ntop_k = 0", "")];
    said.push(about_roles("query = \"q\"\ntop_k = 0", ""));
    said.push(about_roles("query = \"q\"\nrank = \"q\"\nstrata = [\"s\", \"s\"]", ""));
    said.push(about_roles("score = \"s\"\ncounterfactual = { column = \"other\", favourable = \"yes\" }", ""));
    said.push(about_roles(&format!("{DECISION}\ncounterfactual = {{ column = \"decision\" }}"), ""));
    let same = "counterfactual = { column = \"decision\", favourable = \"yes\" }";
    said.push(about_roles(&format!("{DECISION}\n{same}"), ""));
    said.push(about_roles(
        "forecast = { predicted = \"y\", actual = \"y\", low = \"l\", high = \"l\" }\nclasses = { predicted = \"c\", actual = \"c\" }",
        "",
    ));
    said.push(about_roles(
        "forecast = { predicted = \"y\" }\nclasses = { actual = \"c\", truth = \"d\" }\nquery = 3",
        "",
    ));
    said.push(about_roles("label = { column = \"label\", favourable = [1, 2], unfavourable = [0, 1.0] }", ""));
    said.push(about_roles(DECISION, "[audit]\nresamples = 99\nbayes = \"yes\"\n"));
    insta::assert_snapshot!("roles_that_do_not_fit_together", said.join("\n\n"));
}

#[test]
fn attributes_that_are_estimated_or_compared_with_a_population() {
    let attribute = |more: &str| about_roles(DECISION, &format!("[[attribute]]\ncolumn = \"race\"\n{more}"));
    const CHANCES: &str = "probabilities = { White = \"p_white\", Black = \"p_black\" }\n";
    let mut said = vec![attribute("threshold = 0.5\n")];
    said.push(attribute("probabilities = { White = \"p_white\" }\nthreshold = 1.5\n"));
    said.push(attribute("probabilities = { White = \"p\", Black = \"p\" }\n"));
    said.push(attribute("probabilities = { White = 0.5, Black = \"p\" }\n"));
    said.push(attribute(&format!("{CHANCES}bins = [1, 2]\nreference = \"Whit\"\n")));
    said.push(attribute(&format!("{CHANCES}[[cross]]\nattributes = [\"group\", \"race\"]\n")));
    said.push(attribute("population = { White = 0.6, Black = 0.3 }\n"));
    said.push(attribute("population = { White = 1.0, Black = 0 }\n"));
    said.push(attribute("population = { White = \"most\" }\n"));
    said.push(attribute("population = 0.5\n"));
    insta::assert_snapshot!("attributes_that_are_estimated_or_compared_with_a_population", said.join("\n\n"));
}

#[test]
fn rules_about_classes_and_unknown_groups() {
    let rule =
        |metric: &str, more: &str| format!("[[rule]]\nid = \"r\"\nmetric = \"{metric}\"\nat_least = 0.8\n{more}");
    const CLASSES: &str = "classes = { predicted = \"decision\", actual = \"label\" }";
    let mut said = vec![about_roles(CLASSES, &rule("tpr.ratio", ""))];
    said.push(about_roles(&format!("{CLASSES}\n{DECISION}"), &rule("tpr.ratio", "")));
    said.push(about_roles(DECISION, &rule("selection_rate.ratio", "class = \"cat\"\n")));
    said.push(about_roles(CLASSES, &rule("auc.ratio", "class = \"cat\"\n")));
    said.push(about_roles(CLASSES, &rule("auc.ratio", "")));
    said.push(about_roles(DECISION, &rule("selection_rate.ratio", "class = [\"cat\"]\nunknown = \"best\"\n")));
    insta::assert_snapshot!("rules_about_classes_and_unknown_groups", said.join("\n\n"));
}

#[test]
fn flags_of_further_roles_that_are_wrong() {
    let table = Table::new(CSV);
    let flags =
        |more: &[&str]| refused(&table, &[&["audit", "data.csv"], &USUAL[..], more, &["--out", "out"]].concat(), 2);
    let mut said = vec![flags(&["--forecast", "yhat", "--classes", "a,b,c", "--counterfactual", "other"])];
    said.push(flags(&["--rank", "place", "--top-k", "3", "--resamples", "5"]));
    said.push(flags(&["--unknown", "best"]));
    insta::assert_snapshot!("flags_of_further_roles_that_are_wrong", said.join("\n\n"));
}

#[test]
fn values_that_further_roles_refuse() {
    let mut said: Vec<String> = Vec::new();
    let mut about = |csv: &str, more: &[&str]| said.push(about("data.csv", csv.as_bytes(), more));
    let labels = "group,decision,label\na,yes,paid\nb,no,late\nb,no,default\n";
    about(labels, &["--label", "label=paid"]);
    about("group,decision,person\na,yes,p\nb,no,p\n", &["--cluster", "person"]);
    about("group,decision,person\na,yes,p\nb,no,p\n", &["--cluster", "persn"]);
    about("group,decision,s,person\na,yes,1e60,p\nb,no,1,q\n", &["--cluster", "person", "--score", "s"]);
    about("group,decision,other\na,yes,YES\nb,no,no\n", &["--counterfactual", "other=yes"]);
    about("group,decision,yhat,y\na,yes,1,2\nb,no,many,2\n", &["--forecast", "yhat,y"]);
    about("group,decision,yhat,y\na,yes,1.0,1\nb,no,2.0,2\n", &["--classes", "yhat,y"]);
    let classes: String = (0..60).map(|class| format!("a,yes,c{class},c{class}\n")).collect();
    about(&format!("group,decision,yhat,y\n{classes}"), &["--classes", "yhat,y"]);
    let levels: String = (0..=200).map(|level| format!("g{level},yes\n")).collect();
    about(&format!("group,decision\n{levels}"), &[]);
    let list = ["--query", "q", "--rank", "place"];
    about("group,decision,q,place\na,yes,x,1\nb,no,y,1\nb,no,x,1\n", &list);
    about("group,decision,q,place\na,yes,x,0\n", &list);
    about("group,decision,q,place\na,yes,x,1.5\n", &list);
    about("group,decision,q,place,n\na,yes,x,1,2\n", &[&list[..], &["--count", "n"]].concat());
    insta::assert_snapshot!("values_that_further_roles_refuse", said.join("\n\n"));
}

/// What a plan names and flags cannot.
#[test]
fn values_that_a_plan_refuses() {
    let about = |csv: &str, roles: &str, attribute: &str| {
        let table = Table::new(csv);
        let plan = format!("[data]\npath = \"data.csv\"\n[roles]\n{DECISION}\n{roles}\n[[attribute]]\n{attribute}\n");
        std::fs::write(table.path().join("plan.toml"), plan).expect("written");
        refused(&table, &["audit", "plan.toml", "--out", "out"], 1)
    };
    let label = "label = { column = \"label\", favourable = \"paid\", unfavourable = \"late\" }";
    let mut said = vec![about("group,decision,label\na,yes,paid\nb,no,default\n", label, "column = \"group\"")];
    let range = "forecast = { predicted = \"yhat\", actual = \"y\", low = \"low\", high = \"high\" }";
    said.push(about("group,decision,yhat,y,low,high\na,yes,1,2,3,2\n", range, "column = \"group\""));
    let chances = "column = \"race\"\nprobabilities = { White = \"w\", Black = \"b\" }";
    for row in ["0.5,", "-0.5,1.5", "1.2,-0.2", "0.5,0.4", "half,0.5"] {
        said.push(about(&format!("decision,w,b\nyes,0.5,0.5\nno,{row}\n"), "", chances));
    }
    said.push(about("decision,w\nyes,0.5\n", "", chances));
    insta::assert_snapshot!("values_that_a_plan_refuses", said.join("\n\n"));
}

/// Where nothing more can be written, as on a full disk, it is said, and nothing is left:
/// not of a report, not of weights, not of what came by standard input.
#[cfg(unix)]
#[test]
fn outputs_that_do_not_fit() {
    let folder = tempfile::tempdir().expect("a folder");
    let (plan, data) = (at("fixtures/german-credit/evenhand.toml"), at("fixtures/german-credit/data.csv"));
    let arguments = [
        ("64", format!("audit {} --out out", plan.display()), "out: File too large"),
        ("16", format!("review {} --store h.db", plan.display()), "h.db: cannot be written"),
        ("4", format!("remedy reweigh {} --for sex --out w.csv", plan.display()), "w.csv: File too large"),
        (
            "4",
            format!("audit - --decision credit=good --attribute sex < {}", data.display()),
            "make room, or set TMPDIR",
        ),
    ];
    for (blocks, arguments, what) in arguments {
        // A file may have so many blocks, and what is beyond them is an error and no signal.
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; {} {arguments}", env!("CARGO_BIN_EXE_evenhand"));
        let mut shell = std::process::Command::new("bash");
        shell.args(["-c", &script]).current_dir(folder.path()).env("TMPDIR", folder.path());
        let done = shell.output().expect("a shell");
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.code() == Some(1) && said.contains(what), "{arguments}: {:?} {said}", done.status);
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0, "{arguments}");
    }
}

/// A review whose history cannot grow leaves no report of an audit that it does not keep.
#[cfg(unix)]
#[test]
fn a_review_leaves_both_history_and_report_or_neither() {
    let folder = tempfile::tempdir().expect("a folder");
    let review = |limit: &str, out: &str| {
        let plan = at("fixtures/german-credit/evenhand.toml");
        let arguments = format!("review {} --store h.db --out {out}", plan.display());
        let script = format!("trap '' XFSZ; ulimit -f {limit}; {} {arguments}", env!("CARGO_BIN_EXE_evenhand"));
        let mut shell = std::process::Command::new("bash");
        shell.args(["-c", &script]).current_dir(folder.path()).output().expect("a shell")
    };
    for _ in 0..3 {
        assert_eq!(review("unlimited", "out").status.code(), Some(0));
    }
    let history = || std::fs::read(folder.path().join("h.db")).expect("a history");
    let (before, done) = (history(), review("200", "late"));
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.code() == Some(1) && said.contains("h.db: cannot be written"), "{:?} {said}", done.status);
    assert!(!folder.path().join("late").exists() && history() == before);
    assert_eq!(review("unlimited", "late").status.code(), Some(0));
    assert!(folder.path().join("late/report.html").exists() && history() != before);
}

/// A report that cannot be put in its place leaves no audit in the history: run again, it
/// would be kept twice.
#[test]
fn a_review_without_its_report_is_not_kept() {
    let table =
        Table::new(&crate::support::rows(&[("a", "yes", "1", 600), ("a", "no", "1", 400), ("b", "yes", "1", 700)]));
    let review =
        ["review", "data.csv", "--store", "h.db", "--out", "out", "--rule", "selection_rate.difference >= -0.1"];
    let review = || run_in(table.path(), &[&review[..], &USUAL[..]].concat());
    assert_eq!(review().code, 0);
    let mut charts = std::fs::read_dir(table.path().join("out/charts")).expect("charts");
    let chart = charts.next().expect("a chart").expect("an entry").path();
    std::fs::remove_file(&chart).expect("removed");
    std::fs::create_dir_all(chart.join("within")).expect("made");
    for _ in 0..2 {
        let run = review();
        assert!(run.code == 1 && run.out.is_empty() && run.err.contains(".svg"), "{}{}", run.out, run.err);
    }
    std::fs::remove_dir_all(&chart).expect("removed");
    let run = review();
    assert!(run.code == 0 && run.out.contains("2 audits in the history"), "{}{}", run.out, run.err);
}

/// The file of a gate may lie in its folder, which need not be there, under a name of its own.
#[test]
fn a_gate_writes_its_file_into_its_folder() {
    let table = Table::new(CSV);
    let rule = ["--rule", "selection_rate.ratio >= 0.8", "--format", "junit"];
    let gate = |output: &str| {
        let run = [&["gate", "data.csv", "--out", "res", "--output", output], &rule[..], &USUAL[..]].concat();
        run_in(table.path(), &run)
    };
    for output in ["res/audit.json", "res/report.html", "res/charts/a.svg", "res", "./res/metrics.csv"] {
        let run = gate(output);
        assert!(run.code == 2 && run.err.contains("is an output of --out as well"), "{output}: {}", run.err);
        assert!(!table.path().join("res").exists());
    }
    for _ in 0..2 {
        let run = gate("res/more/gate.xml");
        assert!([0, 10, 11].contains(&run.code), "{}", run.err);
        let read = |name: &str| crate::support::read(&table.path().join("res").join(name));
        assert!(read("more/gate.xml").contains("<testsuite") && read("report.html").contains("<html"));
    }
    let run = gate("res/../beside.xml");
    assert!([0, 10, 11].contains(&run.code) && table.path().join("beside.xml").exists(), "{}", run.err);
}

/// An output that is a link is written where it leads, a pipe is written to, and a new file
/// is for everyone whom the system's settings allow.
#[cfg(unix)]
#[test]
fn outputs_are_written_where_they_are() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let plan = at("fixtures/german-credit/evenhand.toml");
    let evenhand = |arguments: &str| {
        let script = format!(
            "umask 022; {} {}",
            env!("CARGO_BIN_EXE_evenhand"),
            arguments.replace("PLAN", &plan.to_string_lossy())
        );
        let done = std::process::Command::new("bash").args(["-c", &script]).current_dir(folder.path()).output();
        let done = done.expect("a shell");
        assert!(done.status.code().is_some_and(|code| [0, 11].contains(&code)), "{done:?}");
        done
    };
    std::fs::write(path("real.csv"), "before").expect("written");
    std::fs::set_permissions(path("real.csv"), std::fs::Permissions::from_mode(0o640)).expect("set");
    symlink("real.csv", path("link.csv")).expect("linked");
    evenhand("remedy reweigh PLAN --for sex --out link.csv");
    evenhand("remedy reweigh PLAN --for sex --out new.csv");
    assert!(path("link.csv").symlink_metadata().expect("there").is_symlink());
    let text = |name: &str| std::fs::read_to_string(path(name)).expect("there");
    assert!(text("real.csv") == text("new.csv") && text("new.csv").lines().count() == 1001);
    let mode = |name: &str| std::fs::metadata(path(name)).expect("there").permissions().mode() & 0o777;
    assert_eq!((mode("real.csv"), mode("new.csv")), (0o640, 0o644));
    let done = evenhand(
        "gate PLAN --output /dev/stdout > piped; mkfifo pipe; cat pipe > through & EH gate PLAN --output pipe; wait"
            .replace("EH", env!("CARGO_BIN_EXE_evenhand"))
            .as_str(),
    );
    assert!(text("through").len() > 100 && text("piped").contains(text("through").trim()), "{done:?}");
    use std::os::unix::fs::FileTypeExt;
    assert!(path("pipe").metadata().expect("there").file_type().is_fifo());
    // A folder that is there is written within itself, and nothing else stays.
    std::fs::create_dir(path("out")).expect("made");
    evenhand("audit PLAN --out out");
    let mut names: Vec<String> = std::fs::read_dir(path("out"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["audit.json", "charts", "metrics.csv", "report.html"]);
}
