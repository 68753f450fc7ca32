//! The same rows in every kind of file, in one file or two, give the same audit.

use std::io::Write;
use std::path::Path;

use evenhand::cells::Exclusion;
use evenhand::plan::Flags;
use evenhand::{Plan, Provenance, Release, audit};
use polars::prelude::*;

use crate::support::{PLAN, Table, at, fixture, read, row};

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("in memory");
    encoder.finish().expect("in memory")
}

/// The fixture with numbers where all of a column are.
fn frame() -> DataFrame {
    let mut reader = csv::Reader::from_path(at("fixtures/german-credit/data.csv")).expect("a fixture");
    let names: Vec<String> = reader.headers().expect("a header").iter().map(str::to_string).collect();
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("rows");
    let columns = names.iter().enumerate().map(|(at, name)| {
        let texts: Vec<&str> = rows.iter().map(|row| &row[at]).collect();
        match texts.iter().map(|text| text.parse().ok()).collect::<Option<Vec<i64>>>() {
            Some(numbers) => Column::new(name.into(), numbers),
            None => Column::new(name.into(), texts),
        }
    });
    let frame = DataFrame::new(rows.len(), columns.collect()).expect("a frame");
    let numbers = ["age", "duration_months", "credit_amount"];
    assert!(numbers.iter().all(|name| frame.column(name).expect("a column").dtype().is_primitive_numeric()));
    frame
}

pub fn write_parquet(path: &Path) {
    ParquetWriter::new(std::fs::File::create(path).expect("made")).finish(&mut frame()).expect("written");
}

/// The German credit audit of another file.
fn german(path: &Path) -> Release {
    let mut plan = crate::support::plan("german-credit");
    plan.data.paths = vec![path.to_path_buf()];
    let mut release = audit(plan, Provenance::default()).unwrap_or_else(|error| panic!("{error}"));
    release.provenance.inputs.clear();
    release
}

#[test]
fn every_kind_of_file_gives_the_same_audit() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let csv = std::fs::read(at("fixtures/german-credit/data.csv")).expect("a fixture");
    let path = |name: &str| folder.path().join(name);
    let text = String::from_utf8(csv.clone()).expect("UTF-8");
    std::fs::write(path("a.csv.gz"), gzip(&csv)).expect("written");
    std::fs::write(path("a.csv.zst"), zstd::encode_all(&csv[..], 3).expect("in memory")).expect("written");
    std::fs::write(path("a.tsv"), text.replace(',', "\t")).expect("written");
    std::fs::write(path("crlf.csv"), format!("\u{feff}{}", text.replace('\n', "\r\n"))).expect("written");
    write_parquet(&path("a.parquet"));
    IpcWriter::new(std::fs::File::create(path("a.arrow")).expect("made")).finish(&mut frame()).expect("written");
    std::fs::copy(path("a.arrow"), path("a.feather")).expect("copied");
    let whole = german(&at("fixtures/german-credit/data.csv"));
    for name in ["a.csv.gz", "a.csv.zst", "a.tsv", "crlf.csv", "a.parquet", "a.arrow", "a.feather"] {
        let other = german(&path(name));
        assert_eq!(other.measurements, whole.measurements, "{name}");
        assert_eq!(other.proxies, whole.proxies, "{name}");
        assert_eq!(other.joint_proxies, whole.joint_proxies, "{name}");
    }
}

#[test]
fn other_delimiters_by_the_plan() {
    let table = Table::new("group;decision;label\na;yes;yes\na;no;no\nb;yes;no\n");
    let release = table.audit(&PLAN.replace("path = \"data.csv\"", "path = \"data.csv\"\ndelimiter = \";\""));
    assert_eq!(row(&release, "group", "a", "selection_rate").value, Some(0.5));
}

/// Labels by value, not by spelling of the number: 1 is 1.0, true is True;
/// codes with leading zeros stay codes; blanks around values are taken off and told.
#[test]
fn values_as_they_stand_in_files() {
    let table = Table::new("group,decision,label\n01,1.0,True\n1,1,true\n01 ,0,False\n");
    let plan = PLAN
        .replace("favourable = \"yes\" }\nlabel", "favourable = 1 }\nlabel")
        .replace("\"yes\"", "true")
        .replace("\"a\"", "\"01\"");
    let release = table.audit(&plan);
    assert_eq!(row(&release, "group", "01", "selection_rate").value, Some(0.5));
    assert_eq!(row(&release, "group", "1", "tpr").value, Some(1.0));
    assert!(
        release.warnings.iter().any(|warning| warning.contains("1 of its values had blanks around them")),
        "{:?}",
        release.warnings
    );
}

/// What reads like a favourable value and is none is told.
#[test]
fn other_spellings_are_told() {
    let table = Table::new("group,decision,label\na,yes,yes\na,Yes,no\nb,no,yes\nb,1,no\nb,y.e.s,no\n");
    let release = table.audit(PLAN);
    for value in ["Yes", "1", "y.e.s"] {
        let told = format!("\"{value}\" counts as not favourable, and reads like \"yes\"");
        assert!(release.warnings.iter().any(|warning| warning.contains(&told)), "{value}: {:?}", release.warnings);
    }
    assert!(!release.warnings.iter().any(|warning| warning.contains("\"no\" counts")));
    assert_eq!(row(&release, "group", "a", "selection_rate").value, Some(0.5));
    // A longer form of the same word; and a slip in the plan.
    let table = Table::new("group,decision,label\na,approved,yes\na,approve,no\nb,disapproved,yes\nb,denied,no\n");
    let plan = |favourable: &str| PLAN.replacen("favourable = \"yes\"", &format!("favourable = {favourable}"), 1);
    let notes = |favourable: &str| table.audit(&plan(favourable)).warnings.join("\n");
    let found = notes("\"approve\"");
    assert!(found.contains("\"approved\" counts as not favourable, and reads like"), "{found}");
    assert!(!found.contains("\"disapproved\" counts") && !found.contains("never occurs"), "{found}");
    let found = notes("[\"approve\", \"aproved\", \"yes\"]");
    assert!(found.contains("\"aproved\" never occurs, and \"approved\", which is near it"), "{found}");
    assert!(!found.contains("\"yes\" never"), "{found}");
}

/// Where a stray word first is stands on standard error only: outputs do not depend on the
/// order of rows.
#[test]
fn the_first_row_of_a_stray_word_is_told() {
    let mut lines: Vec<String> = (0..600).map(|at| format!("{},{}\n", ["a", "b"][at % 2], at % 3 % 2)).collect();
    lines[410] = "a,oops\n".into();
    let folder = tempfile::tempdir().expect("a folder");
    let told = |lines: &[String], name: &str| {
        std::fs::write(folder.path().join("d.csv"), format!("group,pred\n{}", lines.concat())).expect("written");
        let audit = ["audit", "d.csv", "--decision", "pred=1", "--attribute", "group", "--out", name];
        let run = crate::support::run_in(folder.path(), &audit);
        let written = |file: &str| read(&folder.path().join(name).join(file));
        assert!(["report.html", "audit.json"].iter().all(|file| !written(file).contains("in row ")), "{name}");
        (run.err, written("metrics.csv"))
    };
    let (found, metrics) = told(&lines, "one");
    assert!(found.contains("note: column `pred` (decision)"), "{found}");
    assert!(found.contains("\"0\" in row 1, \"oops\" in row 411"), "{found}");
    lines.reverse();
    let (found, same) = told(&lines, "two");
    assert!(found.contains("\"oops\" in row 190"), "{found}");
    assert_eq!(metrics, same);
    lines[189] = "a,1\n".into();
    assert_eq!(told(&lines, "three").0, "");
}

/// Words for "no value" are values until the plan says otherwise, and suspicious.
#[test]
fn missing_words_are_declared() {
    let table = Table::new("group,decision,label\na,yes,yes\nNA,yes,no\n,no,no\n");
    let release = table.audit(PLAN);
    assert_eq!(
        release.divisions[0].groups.iter().map(|g| g.group.as_str()).collect::<Vec<_>>(),
        ["NA", "a", "(missing)"]
    );
    assert!(release.warnings.iter().any(|warning| warning.contains("\"NA\" is a value of its own")));
    let release = table.audit(&PLAN.replace("path =", "missing = [\"NA\"]\npath ="));
    assert_eq!(release.divisions[0].groups.len(), 2);
}

/// A quote within a field stands for itself, and no row is lost up to the next one.
#[test]
fn quotes_within_fields() {
    let rows = |note: &str| format!("a,yes,{note},yes\nb,no,,no\n").repeat(20) + "a,no,x,no\n";
    let text = |note: &str| format!("group,decision,note,label\n{}{}", rows("x"), rows(note));
    let whole = Table::new(&text("x")).audit(PLAN);
    for note in ["5\" disk", "say \\\"hi", "\"abc\"d", "\"abc\" d\"", "\"a \"\"b\n\"c"] {
        let release = Table::new(&text(note)).audit(PLAN);
        assert_eq!(release.measurements, whole.measurements, "{note}");
        assert_eq!(release.divisions, whole.divisions, "{note}");
    }
}

/// With such a quote or without: what is a row is the same, in front of it and behind.
#[test]
fn lines_are_the_same_with_stray_quotes() {
    let rows = "a,yes,x,yes\nb,no,y,no\n".repeat(20);
    for before in ["", "\u{feff}", "\n\n", "\u{feff}\n"] {
        for header in ["group,decision,note,label", "\"group\",decision,\"no,\nte\",label"] {
            for end in ["\n", "\r\n"] {
                let text = |note: &str| {
                    format!("{before}{header}\n{rows}\n\n{rows}a,no,{note},yes\nb,yes\n").replace('\n', end)
                };
                let audit = |note: &str| Table::new(&text(note)).audit(PLAN);
                let (plain, stray) = (audit("x"), audit("5\" disk"));
                assert_eq!(plain.measurements, stray.measurements, "{before:?} {header:?} {end:?}");
                assert_eq!(plain.warnings, stray.warnings, "{before:?} {header:?} {end:?}");
                assert_eq!(plain.intake, stray.intake, "{before:?} {header:?} {end:?}");
            }
        }
    }
}

/// A number that is another name of three groups tells them without error.
#[test]
fn a_feature_that_is_the_group() {
    let rows = (0..300).map(|at| format!("{},{},yes,{}\n", ["a", "b", "c"][at % 3], ["yes", "no"][at / 3 % 2], at % 3));
    let table = Table::new(&format!("group,decision,label,code\n{}", rows.collect::<String>()));
    let release = table.audit(&PLAN.replace("[roles]", "[roles]\nfeatures = { include = [\"code\"] }"));
    let proxy = &release.proxies[0];
    assert_eq!((proxy.feature.as_str(), proxy.strength), ("code", Some(1.0)));
}

/// A feature of very many numbers is measured; wherever among them stands a name, or a number
/// that is too long for one, it is not.
#[test]
fn one_odd_value_counts_wherever_it_stands() {
    const ROWS: usize = 140_000;
    let plan =
        PLAN.replace("[roles]", "[roles]\nfeatures = { include = [\"x\"] }").replace("[data]", "[data]\nkey = \"id\"");
    let audit = |odd: Option<(usize, &str)>| {
        let row = |at: usize| {
            let x = odd.filter(|(place, _)| *place == at).map_or(format!("{at}.5"), |(_, text)| text.to_string());
            format!("{at},{},{},yes,{x}\n", ["a", "b"][at % 2], ["yes", "no"][at / 2 % 2])
        };
        let rows: String = (0..ROWS).map(row).collect();
        Table::new(&format!("id,group,decision,label,x\n{rows}")).audit(&plan)
    };
    assert_eq!(audit(None).proxies.len(), 1);
    let long = format!("{}1", "0".repeat(1_100));
    for text in ["name", &long] {
        for place in [0, ROWS / 2, ROWS - 1] {
            let release = audit(Some((place, text)));
            let told =
                release.warnings.iter().any(|warning| warning.starts_with("feature `x` has too many different names"));
            assert!(told && release.proxies.is_empty(), "{place}: {:?}", release.warnings);
        }
    }
}

/// Lines with too few fields are told; what they lack is missing.
#[test]
fn short_lines_are_told() {
    let release = Table::new("decision,label,group\nyes,yes,a\nno,no,b\nyes\nno,no\n").audit(PLAN);
    let told = "2 rows have fewer fields than the header (first: line 4 of data.csv): what they lack counts as missing";
    assert!(release.warnings.iter().any(|warning| warning == told), "{:?}", release.warnings);
    let table = Table::new("id,decision,label\n1,yes,yes\n2,no,no\n");
    std::fs::write(table.path().join("people.csv"), "id,group\n1,a\n2\n").expect("written");
    let plan = PLAN
        .replace("path = \"data.csv\"", "path = \"data.csv\"\ndemographics = { path = \"people.csv\", on = \"id\" }");
    let release = table.audit(&plan);
    assert!(release.warnings.iter().any(|warning| warning.contains("line 3 of people.csv")), "{:?}", release.warnings);
}

/// Of two files that both say to what group people belong, which one counts is told.
#[test]
fn a_column_in_both_files_is_told() {
    let people = "path = \"data.csv\"\ndemographics = { path = \"people.csv\", on = \"id\" }";
    let plan = PLAN.replace("path = \"data.csv\"", people);
    let groups = |outputs: &str| {
        let table = Table::new(outputs);
        std::fs::write(table.path().join("people.csv"), "id,group\n1,a\n2,b\n").expect("written");
        let release = table.audit(&plan);
        let told =
            release.warnings.iter().any(|warning| warning.contains("`group` is in the outputs and in the demog"));
        (release.divisions[0].groups.iter().map(|group| group.group.clone()).collect::<Vec<_>>(), told)
    };
    let of_people = vec!["a".to_string(), "b".to_string()];
    assert_eq!(groups("id,decision,label,group\n1,yes,yes,x\n2,no,no,y\n"), (of_people.clone(), true));
    assert_eq!(groups("id,decision,label\n1,yes,yes\n2,no,no\n"), (of_people, false));
}

/// Columns that nobody asks for may have no name, the same name or any type.
#[test]
fn columns_that_are_not_needed() {
    let plain = "group,decision,label\na,yes,yes\nb,no,no\n";
    let whole = Table::new(plain).audit(PLAN);
    let index = Table::new(",x,group,decision,x,label,\n0,1,a,yes,1,yes,\n1,2,b,no,1,no,\n").audit(PLAN);
    assert_eq!(index.measurements, whole.measurements);
    let table = Table::new(plain);
    let halves = Series::new("half".into(), [0.5f32, 1.5]).cast(&DataType::Float16).expect("cast");
    let lists = Series::new("list".into(), [Series::new("".into(), [1, 2]), Series::new("".into(), [3, 4])]);
    let arrays = lists.cast(&DataType::Array(Box::new(DataType::Int32), 2)).expect("cast").with_name("array".into());
    let mut frame = df!("group" => ["a", "b"], "decision" => ["yes", "no"], "label" => ["yes", "no"]).expect("a frame");
    for column in [halves, lists, arrays] {
        frame.with_column(column.into_column()).expect("as long");
    }
    let file = std::fs::File::create(table.path().join("data.parquet")).expect("made");
    ParquetWriter::new(file).finish(&mut frame).expect("written");
    let release = table.audit(&PLAN.replace("data.csv", "data.parquet"));
    assert_eq!(release.measurements, whole.measurements);
}

/// Folders say values with `%20` where a name may not have a blank.
#[test]
fn folders_say_values_as_written() {
    let table = Table::new("");
    for (folder, decision) in [("group=a%20b", "yes"), ("group=c%2Fd", "no")] {
        let folder = table.path().join("data").join(folder);
        std::fs::create_dir_all(&folder).expect("made");
        std::fs::write(folder.join("part.csv"), format!("decision,label\n{decision},yes\n")).expect("written");
    }
    let release = table.audit(&PLAN.replace("data.csv", "data"));
    let groups: Vec<&str> = release.divisions[0].groups.iter().map(|group| group.group.as_str()).collect();
    assert_eq!(groups, ["a b", "c/d"]);
}

/// Two files: what each side has more than the other is counted, by group
/// where it is known; a repeated key of the outputs counts each time.
#[test]
fn joins_lose_nothing_silently() {
    let table = Table::new("id,decision,label\n1,yes,yes\n2,no,yes\n2,yes,yes\n3,yes,no\n9,no,no\n9,no,no\n,yes,no\n");
    std::fs::write(table.path().join("people.csv"), "label,id,group\nx,1,a\nx,2,b\nx,3,a\nx,4,b\nx,5,\n")
        .expect("written");
    let plan = PLAN
        .replace("path = \"data.csv\"", "path = \"data.csv\"\ndemographics = { path = \"people.csv\", on = \"id\" }");
    let release = table.audit(&plan);
    let of = |what| release.exclusions.iter().find(|exclusion| exclusion.what == what).expect("noted");
    assert_eq!((release.intake.rows, release.intake.used, release.intake.demographics), (7, 7, Some(5)));
    assert_eq!(of(Exclusion::NoDemographics).rows, 3);
    // One is among the demographics, one is not.
    assert_eq!(of(Exclusion::RepeatedKey).rows, 2);
    let unheard = of(Exclusion::NoOutputs);
    let by_group: Vec<(&str, Option<u64>)> =
        unheard.by_group.iter().map(|by| (by.group.as_str(), by.rows.value())).collect();
    assert_eq!((unheard.rows, by_group), (2, vec![("a", Some(0)), ("b", Some(1)), ("(missing)", Some(1))]));
    let sizes: Vec<_> = release.divisions[0].groups.iter().map(|g| (g.group.as_str(), g.n.value())).collect();
    assert_eq!(sizes, [("a", Some(2)), ("b", Some(2)), ("(missing)", Some(3))]);
    assert!(
        release.warnings.iter().any(|warning| warning.starts_with("1 key of the outputs")),
        "{:?}",
        release.warnings
    );
}

/// One file or two, the same people: the same numbers.
#[test]
fn one_file_or_two() {
    let people = read(&at("fixtures/adult-two-files/people.csv"));
    let by_id: std::collections::HashMap<&str, &str> = people.lines().filter_map(|line| line.split_once(',')).collect();
    let outputs = read(&at("fixtures/adult-two-files/outputs.csv"));
    let joined: String = outputs
        .lines()
        .map(|line| format!("{line},{}\n", by_id.get(line.split(',').next().unwrap_or_default()).unwrap_or(&",,")))
        .collect();
    let table = Table::new(&joined);
    let text = read(&at("fixtures/adult-two-files/evenhand.toml"));
    let one: String = text
        .lines()
        .filter(|line| !line.starts_with("demographics") && !line.starts_with("features"))
        .map(|line| format!("{}\n", line.replace("outputs.csv", "data.csv")))
        .collect();
    let (one, two) = (table.audit(&one), fixture("adult-two-files", |plan| plan.roles.features = None));
    assert_eq!(one.measurements, two.measurements);
}

/// Rows without what an audit needs are left out, counted, and told by group.
#[test]
fn rows_left_out_are_counted() {
    let table = Table::new(
        "group,decision,label,score,w\na,yes,yes,0.5,1\na,,yes,0.5,1\nb,no,,0.5,1\nb,no,no,,1\nb,yes,no,0.1,\n",
    );
    let plan = PLAN.replace("[[attribute]]", "score = \"score\"\nweight = \"w\"\n[[attribute]]");
    let release = table.audit(&plan);
    let found: Vec<(Exclusion, u64, bool)> = release.exclusions.iter().map(|e| (e.what, e.rows, e.kept)).collect();
    let wanted = [
        (Exclusion::MissingDecision, 1, false),
        (Exclusion::MissingScore, 1, false),
        (Exclusion::MissingWeight, 1, false),
        (Exclusion::MissingLabel, 1, true),
    ];
    assert_eq!(found, wanted);
    assert_eq!((release.intake.rows, release.intake.used), (5, 2));
}

/// Flags name the same plan as a file, and win over it.
#[test]
fn flags_and_file_say_the_same() {
    let table = Table::new(&crate::support::rows(&[
        ("a", "yes", "yes", 30),
        ("a", "no", "no", 20),
        ("b", "yes", "no", 10),
        ("b", "no", "yes", 40),
    ]));
    let rule = "[[rule]]\nid = \"selection_rate.ratio >= 0.8\"\nmetric = \"selection_rate.ratio\"\nat_least = 0.8\n";
    let by_file = table.audit(&format!("{PLAN}{rule}"));
    let text = |text: &str| Some(text.to_string());
    let flags = Flags {
        decision: text("decision=yes"),
        label: text("label=yes"),
        attributes: vec!["group".into()],
        references: vec!["group=a".into()],
        rules: vec!["selection_rate.ratio >= 0.8".into()],
        min_cell: Some(0),
        min_group_size: Some(1),
        ..Flags::default()
    };
    let by_flags = Plan::from_flags(&table.path().join("data.csv"), &flags).expect("valid");
    assert_eq!(audit(by_flags, Provenance::default()).expect("readable"), by_file);
    let over = Flags { references: vec!["group=b".into()], ..Flags::default() };
    let over = Plan::from_text(PLAN, "plan", table.path(), &over).expect("valid");
    let release = audit(over, Provenance::default()).expect("readable");
    assert_eq!(release.divisions[0].reference.as_deref(), Some("b"));
}

/// Columns whose names a reader could take for a pattern or a path.
#[test]
fn odd_column_names() {
    let table = Table::new("^group$,dec.*,\"a,b\"\nx,yes,1\ny,no,2\n");
    let plan = "[audit]\nmin_group_size = 1\n[data]\npath = \"data.csv\"\n[roles]\ndecision = { column = \"dec.*\", favourable = \"yes\" }\nfeatures = { include = [\"*\"] }\n[[attribute]]\ncolumn = \"^group$\"\n[privacy]\nmin_cell = 0\n";
    let release = table.audit(plan);
    assert_eq!(row(&release, "^group$", "x", "selection_rate").value, Some(1.0));
    assert_eq!(release.proxies[0].feature, "a,b");
}

/// Weights from 1e-9 to 1e12 in one file are summed to the last digit.
#[test]
fn tiny_and_huge_weights_together() {
    let mut csv = String::from("group,decision,label,w\n");
    for i in 0..1000 {
        csv.push_str(&format!(
            "a,{},yes,{}\n",
            if i % 2 == 0 { "yes" } else { "no" },
            if i % 4 < 2 { "1e-9" } else { "1e12" }
        ));
    }
    let release = Table::new(&csv).audit(&PLAN.replace("[[attribute]]", "weight = \"w\"\n[[attribute]]"));
    let row = row(&release, "group", "a", "selection_rate");
    assert_eq!((row.value, row.denominator), (Some(0.5), Some(500.0 * 1e12 + 500.0 * 1e-9)));
}

/// A join in which nothing matches is a mistake, not an audit of (missing).
#[test]
fn a_join_without_a_match_is_refused() {
    let table = Table::new("id,decision,label\n1.0,yes,yes\n2.0,no,no\n");
    std::fs::write(table.path().join("people.csv"), "id,group\n1,a\n2,b\n").expect("written");
    let plan = PLAN
        .replace("path = \"data.csv\"", "path = \"data.csv\"\ndemographics = { path = \"people.csv\", on = \"id\" }");
    let plan = Plan::from_text(&plan, "plan", table.path(), &Flags::default()).expect("valid");
    let error = audit(plan, Provenance::default()).expect_err("nothing matches").to_string();
    assert!(error.contains("none of its keys is among the demographics"), "{error}");
}

/// Types that analysts' files have: small integers, decimals, categories,
/// dates, booleans; and those that hold neither numbers nor names are named.
#[test]
fn types_of_parquet() {
    let table = Table::new("");
    let small = Column::new("label".into(), [1u8, 0, 1, 0]);
    let column = |name: &str, dtype: DataType| {
        let texts = Column::new(name.into(), ["1.50", "2.50", "1.50", "2.50"]);
        texts.cast(&dtype).expect("castable")
    };
    let group = Column::new("group".into(), ["a", "a", "b", "b"]);
    let group = group.cast(&DataType::from_categories(Categories::global())).expect("castable");
    let score = column("score", DataType::Float64).cast(&DataType::Decimal(10, 2)).expect("castable");
    let flag = Column::new("decision".into(), [true, false, true, false]);
    let list = Column::new(
        "list".into(),
        [
            Series::new("".into(), [1i64]),
            Series::new("".into(), [2i64]),
            Series::new("".into(), [3i64]),
            Series::new("".into(), [4i64]),
        ],
    );
    let mut frame = DataFrame::new(4, vec![small, group, score, flag, list]).expect("a frame");
    let path = table.path().join("data.parquet");
    ParquetWriter::new(std::fs::File::create(&path).expect("made")).finish(&mut frame).expect("written");
    let plan = "[audit]\nmin_group_size = 1\n[data]\npath = \"data.parquet\"\n[roles]\ndecision = { column = \"decision\", favourable = true }\nlabel = { column = \"label\", favourable = 1 }\nscore = \"score\"\n[[attribute]]\ncolumn = \"group\"\n[privacy]\nmin_cell = 0\n";
    let release = table.audit(plan);
    assert_eq!(row(&release, "group", "a", "tpr").value, Some(1.0));
    assert_eq!(row(&release, "group", "b", "mean_score").value, Some(2.0));
    let plan = plan.replace("score = \"score\"", "features = { include = [\"list\"] }");
    let plan = Plan::from_text(&plan, "plan", table.path(), &Flags::default()).expect("valid");
    let error = audit(plan, Provenance::default()).expect_err("lists are no feature").to_string();
    assert!(error.contains("column `list`: holds list[i64]"), "{error}");
}

/// NaN is how many tools write that there is no number: a feature with one is told by its
/// numbers all the same.
#[test]
fn numbers_that_are_none_are_missing() {
    let table = Table::new("");
    let path = table.path().join("data.parquet");
    let release = |odd: [Option<f64>; 2], more: usize| {
        let rows = 3_000 + more;
        let of = |at: usize| ["a", "b"][at % 2];
        let mut numbers: Vec<Option<f64>> = (0..rows).map(|at| Some((at % 2 * 40 + at % 97) as f64 / 8.0)).collect();
        // With so many different ones they are counted as numbers from some row on.
        (0..more).for_each(|at| numbers[3_000 + at] = Some((at % 2) as f64 + at as f64 / 1e6));
        (numbers[7], numbers[rows - 5]) = (odd[0], odd[1]);
        let mut frame = polars::df!(
            "group" => (0..rows).map(of).collect::<Vec<_>>(),
            "decision" => (0..rows).map(|at| ["yes", "no"][at / 2 % 2]).collect::<Vec<_>>(),
            "label" => (0..rows).map(|at| ["yes", "no"][at / 3 % 2]).collect::<Vec<_>>(),
            "income" => numbers,
        )
        .expect("a frame");
        ParquetWriter::new(std::fs::File::create(&path).expect("made")).finish(&mut frame).expect("written");
        let plan = PLAN
            .replace("data.csv", "data.parquet")
            .replace("[roles]", "[roles]\nfeatures = { include = [\"income\"] }");
        table.audit(&plan)
    };
    for more in [0, 70_000] {
        let wanted = release([None, None], more);
        let found = release([Some(f64::NAN), Some(f64::INFINITY)], more);
        assert_eq!(found.proxies, wanted.proxies);
        let told = "feature `income`: 2 values are NaN or infinite, and counted as missing".to_string();
        assert!(found.warnings.contains(&told) && !wanted.warnings.contains(&told), "{:?}", found.warnings);
    }
    // A number beyond what squares can hold is none, whether it comes early or late.
    for odd in [[Some(1e200), None], [None, Some(1e200)]] {
        let warnings = release(odd, 70_000).warnings;
        assert!(warnings.iter().any(|w| w.contains("`income` has too many different names")), "{warnings:?}");
    }
}

/// A feature of long texts is no feature, however the rows are counted.
#[test]
fn long_texts_are_no_feature() {
    let long = "x".repeat(1_001);
    let mut csv = String::from("id,group,decision,label,essay\n");
    for at in 0..100 {
        let essay = if at == 70 { &long } else { "short" };
        csv += &format!("{at},{},{},yes,{essay}\n", ["a", "b"][at % 2], ["yes", "no"][at / 2 % 2]);
    }
    let table = Table::new(&csv);
    let plan = PLAN.replace("[roles]", "[roles]\nfeatures = { include = [\"essay\"] }");
    for more in ["", "cluster = \"id\"\n"] {
        let release = table.audit(&plan.replace("[roles]\n", &format!("[roles]\n{more}")));
        assert!(release.warnings.iter().any(|w| w.contains("`essay` has too many different names")), "{more}");
        assert!(!format!("{:?}", release.proxies).contains("xxx"), "{more}");
    }
}

/// A word among numbers makes names of them, which is told.
#[test]
fn a_word_among_numbers_is_told() {
    let mut csv = String::from("group,decision,label,income\n");
    for at in 0..100 {
        let income = if at == 50 { "n/a".to_string() } else { (at % 40).to_string() };
        csv += &format!("{},{},yes,{income}\n", ["a", "b"][at % 2], ["yes", "no"][at / 2 % 2]);
    }
    let table = Table::new(&csv);
    let plan = PLAN.replace("[roles]", "[roles]\nfeatures = { include = [\"income\"] }");
    let told =
        |plan: &str| table.audit(plan).warnings.iter().any(|w| w.contains("such as `n/a`: if that means no value"));
    assert!(told(&plan));
    assert!(!told(&plan.replace("path = \"data.csv\"", "path = \"data.csv\"\nmissing = [\"n/a\"]")));
}

/// Words that are neither yes nor no are counted as no, and told.
#[test]
fn other_values_of_a_decision_are_told() {
    let table = Table::new("group,decision,label\na,yes,yes\na,NA,no\nb,no,yes\nb,maybe,no\n");
    let warnings = table.audit(PLAN).warnings;
    assert!(warnings.iter().any(|w| w.contains("column `decision`: \"NA\" is a value of its own")), "{warnings:?}");
    assert!(
        warnings
            .iter()
            .any(|w| w.contains("(decision) has 4 values; \"NA\", \"maybe\", \"no\" count as not favourable")),
        "{warnings:?}"
    );
}

/// An identifier-like number, large and close together, is no proxy.
#[test]
fn large_numbers_keep_their_spread() {
    let mut csv = String::from("group,decision,label,serial\n");
    for i in 0..200 {
        csv.push_str(&format!("{},yes,yes,{}\n", if i % 2 == 0 { "a" } else { "b" }, 1_000_000_000 + i * 37 % 100));
    }
    let release =
        Table::new(&csv).audit(&PLAN.replace("[[attribute]]", "features = { include = [\"serial\"] }\n[[attribute]]"));
    assert!(release.proxies[0].strength.expect("it varies") < 0.2, "{:?}", release.proxies);
}

/// An intersection is compared with a group that has the named levels.
#[test]
fn intersections_keep_named_references() {
    let table = Table::new(&crate::support::rows(&[
        ("a", "yes", "x", 5),
        ("a", "no", "y", 5),
        ("b", "yes", "x", 50),
        ("b", "no", "y", 6),
    ]));
    let plan = PLAN.replace("label = { column = \"label\", favourable = \"yes\" }\n", "").replace(
        "[privacy]",
        "[[attribute]]\ncolumn = \"label\"\n[[cross]]\nattributes = [\"group\", \"label\"]\n[privacy]",
    );
    let release = table.audit(&plan);
    let cross = release.divisions.iter().find(|division| division.attribute == "group*label").expect("a cross");
    assert_eq!(cross.reference.as_deref(), Some("a*x"));
}

/// More different scores than are kept one by one, and one far away: areas stay
/// right to the digits that the note promises.
#[test]
fn many_scores_and_an_outlier() {
    let n = 70_000u32;
    let score = |i: u32| f64::from(i.wrapping_mul(2_654_435_761) >> 5) / f64::from(1u32 << 27);
    let favourable = |i: u32| score(i) + score(i ^ 0x5555) > 1.0;
    let mut csv = String::from("group,decision,label,score\n");
    for i in 0..n {
        let shown = if i == 7 { 1e9 } else { score(i) };
        csv.push_str(&format!("a,yes,{},{shown}\n", if favourable(i) { "yes" } else { "no" }));
    }
    let release = Table::new(&csv).audit(&PLAN.replace("[[attribute]]", "score = \"score\"\n[[attribute]]"));
    let mut pairs: Vec<(f64, bool)> = (0..n).map(|i| (if i == 7 { 1e9 } else { score(i) }, favourable(i))).collect();
    pairs.sort_by(|x, y| x.0.total_cmp(&y.0));
    let (mut below, mut won, mut yes) = (0.0, 0.0, 0.0);
    for (_, favourable) in &pairs {
        if *favourable {
            won += below;
            yes += 1.0;
        } else {
            below += 1.0;
        }
    }
    let found = row(&release, "group", "a", "auc").value.expect("an area");
    assert!((found - won / (yes * below)).abs() < 2e-5, "{found} is not {}", won / (yes * below));
    assert!(release.warnings.iter().any(|w| w.contains("different scores")), "{:?}", release.warnings);
}
