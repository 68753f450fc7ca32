//! `ARCHITECTURE.md` against the sources: which folder names which, where each
//! crate is at home, what its invariants forbid. Reads text, not syntax trees:
//! paths that start with `crate::` or with a crate, comments left out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const DOCUMENT: &str = "ARCHITECTURE.md";

/// Where a text may not stand, and what to do instead.
const FORBIDDEN: [(&str, &str, &str); 3] = [
    ("stats/ measure/ judge/ proxy/ remedy/", "Result<", "return `Undefined(why)` or an `Option`"),
    (
        "report/format/ report/chart/",
        "crate::cells crate::measure crate::plan crate::tally &Report",
        "take a `Release`",
    ),
    (
        "plan/ tally/ measure/ judge/ report/ history/ audit.rs",
        "SystemTime Timestamp::now",
        "only `cli` knows the time",
    ),
];

fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(at(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn section(heading: &str) -> String {
    let found = read(DOCUMENT).split("\n## ").find(|part| part.starts_with(heading)).map(str::to_string);
    found.unwrap_or_else(|| panic!("{DOCUMENT} has no heading `## {heading}`: write it"))
}

/// What stands between backticks.
fn ticked(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_string).collect()
}

/// The rows under `## Layers`: name, "home of", "may use".
fn table() -> BTreeMap<String, (String, Vec<String>)> {
    let row = |line: &str| match line.trim_matches('|').split('|').collect::<Vec<_>>()[..] {
        [folder, _, home, uses] => (ticked(folder).concat(), (home.to_string(), ticked(uses))),
        _ => panic!("{DOCUMENT}: write four cells, folder, sentence, home of, may use, in: {line}"),
    };
    section("Layers").lines().filter(|line| line.starts_with("| `")).map(row).collect()
}

/// Path and code of every file of src that belongs to a row.
fn sources() -> BTreeMap<String, String> {
    let (mut folders, mut files) = (vec![at("src")], BTreeMap::new());
    while let Some(folder) = folders.pop() {
        for path in folder.read_dir().expect("a folder").map(|entry| entry.expect("an entry").path()) {
            let name = path.strip_prefix(at("src")).expect("within src").display().to_string().replace('\\', "/");
            if path.is_dir() {
                folders.push(path);
            } else if name != "lib.rs" {
                let text = read(&format!("src/{name}"));
                let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
                files.insert(name, code.collect::<Vec<_>>().join("\n"));
            }
        }
    }
    files
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What code names after `crate::`, or in the group that follows.
fn folders_named(code: &str) -> BTreeSet<String> {
    let first = |path: &str| path.trim().chars().take_while(|c| in_word(*c)).collect::<String>();
    let named = code.split("crate::").skip(1).flat_map(|path| {
        let Some(group) = path.strip_prefix('{') else { return vec![first(path)] };
        let outer = group.chars().scan(1, |depth, c| {
            *depth += i32::from(c == '{') - i32::from(c == '}');
            (*depth > 0).then_some(if *depth > 1 { ' ' } else { c })
        });
        outer.collect::<String>().split(',').map(first).collect()
    });
    // The root passes the recipe on; a part may be one file instead of a folder.
    let part = |name: String| match name.as_str() {
        "audit" | "reweigh" => "audit.rs".to_string(),
        _ if at(&format!("src/{name}.rs")).is_file() => format!("{name}.rs"),
        _ => name,
    };
    named.filter(|name| !name.is_empty()).map(part).collect()
}

/// Whether code names an external crate, and not a module of the same name.
fn names_crate(code: &str, name: &str) -> bool {
    let mut imports = code.split(';').filter_map(|statement| Some(statement.rsplit_once("use ")?.1));
    let own = |path: &str| path.starts_with("crate::") || path.starts_with("super::") || path.starts_with("self::");
    let module = imports.any(|path| own(path) && path.split(|c| !in_word(c)).any(|word| word == name));
    let named = code.match_indices(name).any(|(start, _)| {
        let (before, after) = (&code[..start], &code[start + name.len()..]);
        let root = before.strip_suffix("::").unwrap_or(before);
        !root.ends_with(in_word) && (after.starts_with("::") || before.ends_with("use ") && !after.starts_with(in_word))
    });
    named && !module && !code.contains(&format!("mod {name};"))
}

fn check(problems: Vec<String>) {
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn folders_use_only_what_their_row_allows() {
    let (rows, mut problems) = (table(), Vec::new());
    let stale = rows.keys().filter(|name| !at("src").join(name).exists());
    problems.extend(stale.map(|name| format!("{DOCUMENT}: src has no `{name}`: take its row out")));
    for (path, code) in sources() {
        let folder = path.split('/').next().unwrap_or(&path);
        let Some((_, uses)) = rows.get(folder) else {
            problems.push(format!("{DOCUMENT}: write a row for `{folder}`, where src/{path} is, under Layers"));
            continue;
        };
        let excess = folders_named(&code).into_iter().filter(|name| name != folder && !uses.contains(name));
        let say = |name| format!("src/{path} names `{name}`: do without, or add it to \"may use\" of `{folder}`");
        problems.extend(excess.map(say));
    }
    check(problems);
}

#[test]
fn crates_stay_in_their_home() {
    let (sources, mut homes) = (sources(), BTreeMap::new());
    for (folder, (home, _)) in table() {
        for entry in home.split(',').map(ticked).filter(|entry| !entry.is_empty()) {
            let home = entry[1..].iter().fold(folder.clone(), |path, part| format!("{path}/{part}"));
            homes.insert(entry[0].clone(), home);
        }
    }
    let free =
        section("Layers").lines().filter(|line| line.starts_with("Free for all:")).flat_map(ticked).collect::<Vec<_>>();
    homes.extend(free.into_iter().map(|name| (name, String::new())));
    let manifest: toml::Table = read("Cargo.toml").parse().expect("a manifest");
    let homeless =
        manifest["dependencies"].as_table().expect("a table").keys().filter(|name| !homes.contains_key(*name));
    let say = |name| format!("{DOCUMENT}: write `{name}` into \"home of\" of a row, or behind \"Free for all:\"");
    let mut problems: Vec<String> = homeless.map(say).collect();
    for (name, home) in &homes {
        let users = sources.iter().filter(|(_, code)| names_crate(code, &name.replace('-', "_"))).map(|(path, _)| path);
        let (inside, outside): (Vec<_>, Vec<_>) = users.partition(|path| Path::new(path).starts_with(home));
        problems
            .extend(outside.iter().map(|path| format!("src/{path} names `{name}`: move that to src/{home}, its home")));
        if inside.is_empty() {
            problems.push(format!("no file of src/{home} names `{name}`: take it out of {DOCUMENT} and Cargo.toml"));
        }
    }
    check(problems);
}

#[test]
fn what_an_invariant_forbids_is_absent() {
    let (sources, mut problems) = (sources(), Vec::new());
    for (places, texts, instead) in FORBIDDEN {
        for (path, code) in sources.iter().filter(|(path, _)| places.split(' ').any(|place| path.starts_with(place))) {
            let found = texts.split(' ').filter(|text| code.contains(text));
            problems.extend(found.map(|text| format!("src/{path} holds `{text}`: {instead}")));
        }
    }
    check(problems);
}

#[test]
fn every_test_that_the_document_names_exists() {
    let named = ticked(&section("Invariants")).into_iter().filter(|name| name.contains(".rs"));
    let absent = named.filter(|name| match name.split_once("::") {
        Some((file, test)) => !at(file).is_file() || !read(file).contains(&format!("fn {test}(")),
        None => !at(name).is_file(),
    });
    check(absent.map(|name| format!("{DOCUMENT}: there is no `{name}`: write it, or take the sentence out")).collect());
}
