//! Several files as one table: lists, patterns, folders, and what must be alike in
//! them; JSON lines; standard input.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use evenhand::cells::Exclusion;
use evenhand::report::Shown;
use evenhand::{Plan, Provenance, Release, audit};

use crate::inputs::{gzip, write_parquet};
use crate::support::{PLAN, at, read, run_in};

/// The German credit audit of other files.
fn german(paths: &[&Path]) -> Result<Release, String> {
    let mut plan = crate::support::plan("german-credit");
    plan.data.paths = paths.iter().map(|path| path.to_path_buf()).collect();
    audit(plan, Provenance::default()).map_err(|error| error.to_string())
}

/// The lines of the fixture in three parts, each with the header.
fn parts() -> [String; 3] {
    let text = read(&at("fixtures/german-credit/data.csv"));
    let (header, body) = text.split_once('\n').expect("a header");
    let lines: Vec<&str> = body.lines().collect();
    [&lines[..300], &lines[300..301], &lines[301..]].map(|part| format!("{header}\n{}\n", part.join("\n")))
}

fn same(one: &Release, other: &Release) {
    assert_eq!(one.measurements, other.measurements);
    assert_eq!(one.joint_proxies, other.joint_proxies);
}

#[test]
fn several_files_are_one_table() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name);
    let whole = german(&[&at("fixtures/german-credit/data.csv")]).expect("an audit");
    for (at, part) in parts().iter().enumerate() {
        std::fs::write(path(&format!("part-{at}.csv")), part).expect("written");
    }
    std::fs::write(path("_SUCCESS"), "").expect("written");
    let listed = german(&[&path("part-0.csv"), &path("part-1.csv"), &path("part-2.csv")]).expect("a list");
    let pattern = german(&[&path("part-?.csv")]).expect("a pattern");
    let of_folder = german(&[folder.path()]).expect("a folder");
    for found in [&listed, &pattern, &of_folder] {
        same(found, &whole);
        let names: Vec<&str> = found.provenance.inputs.iter().map(|input| input.name.as_str()).collect();
        assert_eq!(names, ["part-0.csv", "part-1.csv", "part-2.csv"]);
    }
    // Columns in another order, and another kind of file.
    let [_, one, _] = parts();
    let turned: String = one.lines().map(|line| line.rsplit(',').collect::<Vec<_>>().join(",") + "\n").collect();
    std::fs::write(path("part-1.csv"), turned).expect("written");
    std::fs::write(path("part-2.csv.gz"), gzip(parts()[2].as_bytes())).expect("written");
    // A file and what it is compressed are the same rows twice.
    for of in [folder.path(), &path("part-?.csv*")] {
        let message = german(&[of]).expect_err("refused").to_string();
        assert!(message.contains("part-2.csv.gz: lies beside a file of the same name"), "{message}");
    }
    std::fs::remove_file(path("part-2.csv")).expect("removed");
    same(&german(&[folder.path()]).expect("a folder"), &whole);
}

/// A pattern may be of folders, whose names are columns then too.
#[test]
fn patterns_of_folders() {
    let table = crate::support::Table::new("");
    std::fs::remove_file(table.path().join("data.csv")).expect("removed");
    for (month, rate) in [("2024-01", "yes"), ("2024-02", "no")] {
        let folder = table.path().join(format!("month={month}"));
        std::fs::create_dir(&folder).expect("made");
        std::fs::write(folder.join("a.csv"), format!("group,decision\na,{rate}\nb,yes\n")).expect("written");
    }
    let audit = |path: &str| {
        let run = ["audit", path, "--decision", "decision=yes", "--attribute", "month", "--out", "out"];
        let run = crate::support::run_in(table.path(), &run);
        assert_eq!(run.code, 0, "{}", run.err);
        read(&table.path().join("out/metrics.csv"))
    };
    let whole = audit("month=*/*.csv");
    assert!(whole.contains("month,2024-02,"));
    assert_eq!(audit("month=*"), whole);
}

/// What is wrong in one of several files is told with that file and its row.
#[test]
fn faults_have_their_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name);
    let write = |name: &str, text: &str| std::fs::write(path(name), text).expect("written");
    let plan = |text: &str| Plan::from_text(text, "plan", folder.path(), &Default::default()).expect("valid");
    let message = |text: &str| audit(plan(text), Provenance::default()).expect_err("refused").to_string();
    let weighted = PLAN.replace("data.csv", "*.csv").replace("[[attribute]]", "weight = \"w\"\n[[attribute]]");
    write("a.csv", "group,decision,label,w\na,yes,yes,1\nb,no,no,1\n");
    write("b.csv", "group,decision,label,w\na,yes,yes,1\nb,no,no,x\n");
    assert!(message(&weighted).contains("b.csv: row 2, column `w`: \"x\" is not a weight"), "{}", message(&weighted));
    write("b.csv", "group,decision,label,w\na,yes,yes,1\nb,no,no,-1\n");
    assert!(message(&weighted).contains("b.csv: row 2, column `w`: the weight -1 is negative"));
    write("b.csv", "group,decision,label\na,yes,yes\n");
    let found = message(&weighted);
    assert!(found.contains("b.csv: column `w`: there is no such column") && found.contains("a.csv"), "{found}");
    assert!(message(&PLAN.replace("data.csv", "*.parquet")).contains("no file has such a name"));
    std::fs::create_dir(path("empty")).expect("made");
    assert!(message(&PLAN.replace("data.csv", "empty")).contains("is a directory without data files"));
}

/// Nobody counts twice: a file that is named twice is refused, and a folder that links
/// back to itself is read once.
#[cfg(unix)]
#[test]
fn no_file_is_read_twice() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir(path("data")).expect("made");
    std::fs::copy(at("fixtures/german-credit/data.csv"), path("data/a.csv")).expect("copied");
    std::os::unix::fs::symlink(path("data"), path("data/again")).expect("linked");
    let whole = german(&[&at("fixtures/german-credit/data.csv")]).expect("an audit");
    same(&german(&[&path("data")]).expect("a folder"), &whole);
    let message = german(&[&path("data/a.csv"), &path("data/again/a.csv")]).expect_err("refused");
    assert!(message.contains("a.csv: is named twice"), "{message}");
}

/// What is no number is no value where words are wanted: not a decision of its own, nor a group.
#[test]
fn nan_is_missing() {
    use polars::prelude::*;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let decisions = [1.0, 0.0, f64::NAN, 1.0, 1.0, 0.0];
    let mut frame = df!("g" => [1.5f32, 1.5, 1.5, 2.5, 2.5, f32::NAN], "d" => decisions).expect("a frame");
    let file = std::fs::File::create(folder.path().join("a.parquet")).expect("made");
    ParquetWriter::new(file).finish(&mut frame).expect("written");
    let text = "[audit]\nmin_group_size = 1\n[privacy]\nmin_cell = 0\n[data]\npath = \"a.parquet\"\n[roles]\ndecision = { column = \"d\", favourable = 1 }\n[[attribute]]\ncolumn = \"g\"\n";
    let plan = Plan::from_text(text, "plan", folder.path(), &Default::default()).expect("valid");
    let release = audit(plan, Provenance::default()).expect("read");
    let rate = |group| crate::support::row(&release, "g", group, "selection_rate").value;
    assert_eq!(["1.5", "2.5", "(missing)"].map(rate), [Some(0.5), Some(1.0), Some(0.0)]);
}

/// A column of names is written alike in all files: 1 in one and 1.0 in another are not.
#[test]
fn types_that_drift_are_told() {
    use polars::prelude::*;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, column: Column| {
        let decisions = Column::new("d".into(), ["yes", "no"]);
        let mut frame = DataFrame::new_infer_height(vec![column, decisions]).expect("a frame");
        let file = std::fs::File::create(folder.path().join(name)).expect("made");
        ParquetWriter::new(file).finish(&mut frame).expect("written");
    };
    write("a.parquet", Column::new("g".into(), [1i64, 2]));
    let text = "[audit]\nmin_group_size = 1\n[data]\npath = \"*.parquet\"\n[roles]\ndecision = { column = \"d\", favourable = \"yes\" }\n[[attribute]]\ncolumn = \"g\"\n";
    let run = || {
        let plan = Plan::from_text(text, "plan", folder.path(), &Default::default()).expect("valid");
        audit(plan, Provenance::default()).map_err(|error| error.to_string())
    };
    write("b.parquet", Column::new("g".into(), [1i32, 2]));
    assert!(run().is_ok());
    write("b.parquet", Column::new("g".into(), [1.0, 2.0]));
    let message = run().expect_err("refused");
    assert!(message.contains("b.parquet: column `g`: holds numbers with a point, and whole numbers in"), "{message}");
    write("b.parquet", Column::new("g".into(), [1i32, 2]).cast(&DataType::Date).expect("dates"));
    assert!(run().expect_err("refused").contains("b.parquet: column `g`: holds dates, and whole numbers in"));
    // A part in which nobody has a value may have no type.
    write("b.parquet", Column::full_null("g".into(), 2, &DataType::Null));
    let groups = run().expect("read").divisions[0].groups.iter().map(|group| group.group.clone()).collect::<Vec<_>>();
    assert_eq!(groups, ["1", "2", "(missing)"]);
    let list = Series::new("g".into(), [Series::new("".into(), [1i64]), Series::new("".into(), [2i64])]);
    write("b.parquet", list.into());
    assert!(run().expect_err("refused").contains("b.parquet: column `g`: holds list"));
    write("b.parquet", Column::new("g".into(), [1.0, 2.0]));
    // A text says how a whole number is written, and nothing of points.
    let mixed = text
        .replace("\"*.parquet\"", "[\"a.csv\", \"a.parquet\"]")
        .replace("[audit]", "[privacy]\nmin_cell = 1\n[audit]");
    let run = |text: &str| {
        let plan = Plan::from_text(text, "plan", folder.path(), &Default::default()).expect("valid");
        audit(plan, Provenance::default()).map_err(|error| error.to_string())
    };
    std::fs::write(folder.path().join("a.csv"), "d,g\nyes,1\nno,3\n").expect("written");
    let release = run(&mixed).expect("an audit");
    let groups = release.divisions[0].groups.iter();
    let sizes: Vec<(&str, Shown<u64>)> = groups.map(|group| (group.group.as_str(), group.n)).collect();
    assert_eq!(sizes, [("1", Shown::Value(2)), ("2", Shown::Value(1)), ("3", Shown::Value(1))]);
    // Unless it is written with one there.
    std::fs::write(folder.path().join("a.csv"), "d,g\nyes,1.0\nno,3\n").expect("written");
    let warned = "column `g`: \"1\" and \"1.0\" are one number and two values";
    let warnings = run(&mixed).expect("an audit").warnings;
    assert!(warnings.iter().any(|warning| warning.starts_with(warned)), "{warnings:?}");
    let message = run(&mixed.replace("a.parquet", "b.parquet")).expect_err("refused");
    assert!(message.contains("a.csv: column `g`: holds plain text, and numbers with a point in "), "{message}");
}

/// Folders such as `group=a` are columns of all their rows.
#[test]
fn folders_are_columns() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (group, rows) in [("a", "yes\nno\n"), ("b", "yes\n"), ("__HIVE_DEFAULT_PARTITION__", "no\n")] {
        let inner = folder.path().join(format!("data/group={group}"));
        std::fs::create_dir_all(&inner).expect("made");
        std::fs::write(inner.join("part.csv"), format!("decision\n{rows}")).expect("written");
    }
    let text = PLAN.replace("data.csv", "data").replace("label = { column = \"label\", favourable = \"yes\" }\n", "");
    let plan = |text: &str| Plan::from_text(text, "plan", folder.path(), &Default::default()).expect("valid");
    for path in ["data", "data/*/*.csv"] {
        let release =
            audit(plan(&text.replace("\"data\"", &format!("\"{path}\""))), Provenance::default()).expect(path);
        let groups = &release.divisions[0].groups;
        let sizes: Vec<(&str, Shown<u64>)> = groups.iter().map(|group| (group.group.as_str(), group.n)).collect();
        assert_eq!(sizes, [("a", Shown::Value(2)), ("b", Shown::Value(1)), ("(missing)", Shown::Value(1))]);
    }
}

fn json_lines() -> String {
    let text = read(&at("fixtures/german-credit/data.csv"));
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let object = |line: &str| {
        let pairs = header.iter().zip(line.split(',')).map(|(name, value)| match value.parse::<i64>() {
            Ok(number) => format!("\"{name}\":{number}"),
            Err(_) if value.is_empty() => format!("\"{name}\":null"),
            Err(_) => format!("\"{name}\":\"{value}\""),
        });
        format!("{{{}}}\n", pairs.collect::<Vec<_>>().join(","))
    };
    lines.map(object).collect()
}

#[test]
fn objects_a_line() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name);
    let whole = german(&[&at("fixtures/german-credit/data.csv")]).expect("an audit");
    std::fs::write(path("a.jsonl"), json_lines()).expect("written");
    std::fs::write(path("a.ndjson.gz"), gzip(json_lines().as_bytes())).expect("written");
    std::fs::write(path("a.jsonl.zst"), zstd::encode_all(json_lines().as_bytes(), 3).expect("in memory"))
        .expect("written");
    for name in ["a.jsonl", "a.ndjson.gz", "a.jsonl.zst"] {
        same(&german(&[&path(name)]).expect(name), &whole);
    }
    for (text, fault) in [
        ("{\"group\":\"a\"}\n{\"group\":\n{\"group\":\"a\"}\n", "line 2 ends before its object does"),
        ("{\"group\":\"a\"}\n{\"group\":}\n", "line 2, column 10: not JSON"),
        ("[1]\n", "line 1 is no JSON object"),
        ("{\"group\":\"a\",\"decision\":[1],\"label\":\"yes\"}\n", "line 1: `decision` holds a list or an object"),
    ] {
        let message = objects(text.as_bytes()).expect_err("refused");
        assert!(message.contains(fault), "{message}");
    }
    let message = objects(b"{\"group\":\"a\"}\n{\"group\":\"M\xfcnchen\"}\n").expect_err("refused");
    assert!(message.contains("line 2 is not UTF-8 text (byte 26)") && message.contains("iconv"), "{message}");
    assert!(objects(b"\xff\xfe{\0").expect_err("refused").contains("UTF-16"));
}

/// The audit of JSON lines.
fn objects(text: &[u8]) -> Result<Release, String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("b.jsonl"), text).expect("written");
    let plan = PLAN.replace("data.csv", "b.jsonl");
    let plan = Plan::from_text(&plan, "plan", folder.path(), &Default::default()).expect("valid");
    audit(plan, Provenance::default()).map_err(|error| error.to_string())
}

/// A name that the first objects lack is a column all the same.
#[test]
fn names_that_come_late_are_columns() {
    let mut text = "{\"group\":\"a\",\"decision\":\"yes\",\"more\":{\"decision\":1}}\n".repeat(3_000);
    text += "{\"label\":\"yes\",\"decision\":\"no\",\"group\":\"b\"}\n";
    let release = objects(text.as_bytes()).expect("an audit");
    let labels = release.exclusions.iter().find(|found| found.what == Exclusion::MissingLabel).expect("noted");
    assert_eq!((release.intake.rows, labels.rows), (3_001, 3_000));
}

/// Standard input of any kind, told apart by how it begins.
#[test]
fn standard_input() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let parquet = folder.path().join("a.parquet");
    write_parquet(&parquet);
    let plan = read(&at("fixtures/german-credit/evenhand.toml")).replace("\"data.csv\"", "\"-\"");
    std::fs::write(folder.path().join("plan.toml"), plan).expect("written");
    let csv = std::fs::read(at("fixtures/german-credit/data.csv")).expect("a fixture");
    let json = json_lines().into_bytes();
    let inputs = [csv.clone(), gzip(&csv), std::fs::read(&parquet).expect("read"), gzip(&json), json];
    let run = |input: &[u8]| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_evenhand"))
            .current_dir(folder.path())
            .args(["audit", "plan.toml"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("runs");
        child.stdin.take().expect("piped").write_all(input).expect("taken");
        let output = child.wait_with_output().expect("ends");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let first = run(&inputs[0]);
    assert_eq!(first.0, Some(0), "{}", first.2);
    for input in &inputs[1..] {
        assert_eq!(run(input), first);
    }
    assert!(run(b"").2.contains("standard input: the file is empty"));
}

/// As a system names it, and not twice.
#[cfg(unix)]
#[test]
fn standard_input_by_its_other_name() {
    let data = || std::fs::File::open(at("fixtures/german-credit/data.csv")).expect("a fixture");
    let run = |arguments: &[&str]| {
        let mut evenhand = Command::new(env!("CARGO_BIN_EXE_evenhand"));
        evenhand.args(["audit", "--decision", "credit=good", "--attribute", "sex"]).args(arguments);
        let done = evenhand.stdin(data()).output().expect("runs");
        (done.status.code(), done.stdout, String::from_utf8_lossy(&done.stderr).into_owned())
    };
    let plain = run(&["-"]);
    assert_eq!(plain.0, Some(0), "{}", plain.2);
    assert_eq!(run(&["/dev/stdin"]), plain);
    let (code, _, said) = run(&["-", "--demographics", "/dev/stdin", "--on", "id"]);
    assert!(code == Some(1) && said.contains("standard input: can be read once, and is asked for again"), "{said}");
}

/// What came by standard input is people's data: no copy stays when the run is refused.
#[test]
fn no_copy_of_standard_input_stays() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let input = temporary.path().join("input.csv");
    std::fs::write(&input, format!("group,decision\n{}", "a,yes\nb,no\n".repeat(200_000))).expect("written");
    let copies = temporary.path().join("copies");
    std::fs::create_dir(&copies).expect("made");
    for _ in 0..5 {
        let output = Command::new(env!("CARGO_BIN_EXE_evenhand"))
            .env("TMPDIR", &copies)
            .args(["audit", "-", "--attribute", "group", "--decision", "absent=yes"])
            .stdin(std::fs::File::open(&input).expect("opened"))
            .output()
            .expect("runs");
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(std::fs::read_dir(&copies).expect("a folder").count(), 0);
    }
}

/// An interruption ends the program and leaves nothing behind.
#[cfg(unix)]
#[test]
fn interrupted() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129), ("QUIT", 131)] {
        leaves_nothing(signal, code);
    }
}

#[cfg(unix)]
fn leaves_nothing(signal: &str, code: i32) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let temporary = folder.path().join("temporary");
    std::fs::create_dir(&temporary).expect("made");
    let mut child = Command::new(env!("CARGO_BIN_EXE_evenhand"))
        .current_dir(folder.path())
        .env("TMPDIR", &temporary)
        .args(["audit", "-", "--attribute", "group", "--decision", "decision=yes", "--out", "out"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("runs");
    let mut input = child.stdin.take().expect("piped");
    input.write_all(b"group,decision\na,yes\n").expect("taken");
    input.flush().expect("taken");
    let spooled = || std::fs::read_dir(&temporary).expect("a folder").count();
    for _ in 0..1_000 {
        if spooled() > 0 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert_eq!(spooled(), 1);
    Command::new("sh").args(["-c", &format!("kill -{signal} {}", child.id())]).status().expect("sent");
    assert_eq!(child.wait().expect("ends").code(), Some(code));
    assert_eq!((spooled(), folder.path().join("out").exists()), (0, false));
    let mut said = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().expect("piped"), &mut said).expect("told");
    assert_eq!(said, "interrupted: nothing half-written is left\n");
    drop(input);
}

/// Whenever it is stopped, a review has its audit and its report, or neither, and says which;
/// and nothing of its own lies about.
#[cfg(unix)]
#[test]
fn an_interrupted_review_is_whole_or_was_none() {
    use std::io::Read;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let rows: String = (0..4_000).map(|at| format!("{},{}\n", at % 40, at % 3 % 2)).collect();
    std::fs::write(folder.path().join("d.csv"), format!("g,d\n{rows}")).expect("written");
    let review = ["review", "d.csv", "--decision", "d=1", "--attribute", "g", "--store", "h.db", "--out", "out"];
    let start = std::time::Instant::now();
    assert_eq!(run_in(folder.path(), &review).code, 0);
    let whole = start.elapsed();
    let audits = || {
        let history = rusqlite::Connection::open(folder.path().join("h.db")).expect("a history");
        history.query_row("SELECT count(*) FROM audit", [], |row| row.get::<_, i64>(0)).expect("counted")
    };
    let report =
        || std::fs::metadata(folder.path().join("out/report.html")).and_then(|file| file.modified()).expect("a report");
    for moment in 0..24 {
        let before = (audits(), report());
        let mut command = Command::new(env!("CARGO_BIN_EXE_evenhand"));
        command.current_dir(folder.path()).args(review).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("runs");
        std::thread::sleep(whole * (moment + 6) / 26);
        Command::new("sh").args(["-c", &format!("kill -INT {} 2>&-", child.id())]).status().expect("sent");
        let code = child.wait().expect("ends").code();
        let mut said = String::new();
        child.stderr.take().expect("piped").read_to_string(&mut said).expect("told");
        let placed = match (code, said.as_str()) {
            (Some(0), "") | (Some(130), "interrupted after the outputs were put in place\n") => true,
            // On a slow machine it may not have come to listen yet.
            (Some(130), "interrupted: nothing half-written is left\n") | (None, "") => false,
            other => panic!("{other:?}"),
        };
        assert_eq!((audits() - before.0, report() != before.1), (i64::from(placed), placed), "{moment}: {said}");
        let hidden = |entry: std::io::Result<std::fs::DirEntry>| {
            entry.is_ok_and(|entry| entry.file_name().as_encoded_bytes()[0] == b'.')
        };
        let left = |inner: &str| std::fs::read_dir(folder.path().join(inner)).expect("a folder").any(hidden);
        assert!(!left("") && !left("out"), "{moment}: {said}");
    }
}

/// A gate whose pipe nobody reads can be stopped.
#[cfg(unix)]
#[test]
fn a_pipe_without_a_reader_can_be_interrupted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("d.csv"), "g,d\na,1\nb,0\n").expect("written");
    assert!(Command::new("mkfifo").arg(folder.path().join("p")).status().expect("made").success());
    let gate = ["gate", "d.csv", "--decision", "d=1", "--attribute", "g", "--rule", "selection_rate.ratio >= 0.8"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_evenhand"));
    command.current_dir(folder.path()).args(gate).args(["--output", "p", "--out", "out"]);
    let mut child = command.stderr(Stdio::null()).spawn().expect("runs");
    std::thread::sleep(std::time::Duration::from_millis(700));
    Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status().expect("sent");
    let ended = (0..400).find_map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        child.try_wait().expect("asked")
    });
    if ended.is_none() {
        child.kill().expect("killed");
    }
    assert_eq!(ended.and_then(|status| status.code()), Some(130));
    assert!(!folder.path().join("out").exists());
}

/// Folders say the same of all kinds of files: what `write_to_dataset` and its like make.
#[test]
fn partitions_of_typed_files_are_columns() {
    use polars::prelude::*;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut frame = df!("g" => ["a", "b", "a", "b"], "d" => [1i64, 0, 1, 1]).expect("a frame");
    for state in ["x", "y"] {
        for kind in ["parquet", "arrow"] {
            let part = folder.path().join(kind).join(format!("state={state}"));
            std::fs::create_dir_all(&part).expect("made");
            let file = std::fs::File::create(part.join(format!("p.{kind}"))).expect("made");
            match kind {
                "parquet" => ParquetWriter::new(file).finish(&mut frame).map(|_| ()).expect("written"),
                _ => IpcWriter::new(file).finish(&mut frame).expect("written"),
            }
        }
    }
    for kind in ["parquet", "arrow"] {
        let text = format!(
            "[data]\npath = \"{kind}\"\n[roles]\ndecision = {{ column = \"d\", favourable = \"1\" }}\n[[attribute]]\ncolumn = \"state\"\n[[attribute]]\ncolumn = \"g\"\n"
        );
        let plan = Plan::from_text(&text, "plan", folder.path(), &Default::default()).expect("valid");
        let ledger = evenhand::tally::run(&plan).unwrap_or_else(|error| panic!("{kind}: {error}")).ledger;
        let sizes = |at: usize| ledger.frames[at].groups.values().map(|tally| tally.total().n).collect::<Vec<_>>();
        assert_eq!((sizes(0), sizes(1)), (vec![4, 4], vec![4, 4]), "{kind}");
    }
}

/// A row with a field too many is refused wherever it is, and not read with its columns
/// shifted: in the file, compressed, and from standard input.
#[test]
fn a_field_too_many_is_refused_far_down() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for extra in ["40000,Smith, John,B,yes,0", "40000,Smith,B,yes,0,1"] {
        let mut csv = String::from("id,name,g,dec,x\n");
        (0..40_000).for_each(|at| csv.push_str(&format!("{at},Smith,A,yes,0\n")));
        csv += extra;
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("d.csv"), &csv).expect("written");
        std::fs::write(path("d.csv.gz"), gzip(csv.as_bytes())).expect("written");
        for (name, stdin) in [("d.csv", None), ("d.csv.gz", None), ("-", Some("d.csv"))] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_evenhand"));
            command.current_dir(folder.path()).args(["audit", name, "--decision", "dec=yes", "--attribute", "g"]);
            if let Some(file) = stdin {
                command.stdin(std::fs::File::open(path(file)).expect("opened"));
            }
            let done = command.output().expect("the binary");
            let said = String::from_utf8_lossy(&done.stderr);
            assert_eq!(done.status.code(), Some(1), "{name}: {said}");
            assert!(said.contains("line 40002 has 6 fields, and the header 5"), "{name}: {said}");
        }
    }
}
