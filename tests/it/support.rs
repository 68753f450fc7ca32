//! What every test needs: the binary, fixtures, audits of small tables.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, OnceLock};

use evenhand::report::Row;
use evenhand::{Plan, Provenance, Release, audit};

/// A path within the repository.
pub fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

pub fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of all fixtures, in order.
pub fn fixtures() -> Vec<String> {
    let folders = std::fs::read_dir(at("fixtures")).expect("fixtures").map(|entry| entry.expect("an entry"));
    let mut names: Vec<String> = folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// A folder of data that lies beside the repository on some machines only.
/// Where it is not, the test that asked says so; `fixtures.rs` and the unit
/// tests cover the same ground.
pub fn shared(part: &str) -> Option<PathBuf> {
    let path = at("../shared").join(part);
    if !path.exists() {
        println!("skipped: {part} is not on this machine");
        return None;
    }
    Some(path)
}

/// The plan of a fixture.
pub fn plan(name: &str) -> Plan {
    let folder = at("fixtures").join(name);
    let text = read(&folder.join("evenhand.toml"));
    Plan::from_text(&text, "evenhand.toml", &folder, &Default::default()).expect(name)
}

/// Audits of all fixtures, each made once for all tests.
type Made = LazyLock<BTreeMap<String, OnceLock<Release>>>;

fn blank() -> BTreeMap<String, OnceLock<Release>> {
    fixtures().into_iter().map(|name| (name, OnceLock::new())).collect()
}

/// The audit of a fixture by its own plan.
pub fn published(name: &str) -> &'static Release {
    static MADE: Made = LazyLock::new(blank);
    MADE[name].get_or_init(|| fixture(name, |_| {}))
}

/// The audit of a fixture with nothing withheld.
pub fn unsuppressed(name: &str) -> &'static Release {
    static MADE: Made = LazyLock::new(blank);
    MADE[name].get_or_init(|| fixture(name, |plan| plan.min_cell = 0))
}

/// The audit of a fixture, its plan changed first.
pub fn fixture(name: &str, change: impl FnOnce(&mut Plan)) -> Release {
    let mut plan = plan(name);
    change(&mut plan);
    audit(plan, Provenance::default()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A temporary folder with a data file in it.
pub struct Table {
    pub folder: tempfile::TempDir,
}

impl Table {
    pub fn new(csv: &str) -> Table {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("data.csv"), csv).expect("written");
        Table { folder }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Audits it by a plan that names it `data.csv`.
    pub fn audit(&self, plan: &str) -> Release {
        let plan = Plan::from_text(plan, "plan.toml", self.path(), &Default::default()).expect("a valid plan");
        audit(plan, Provenance::default()).expect("readable data")
    }
}

/// A plan for `data.csv` with group, decision and label.
pub const PLAN: &str = r#"
[audit]
min_group_size = 1
[data]
path = "data.csv"
[roles]
decision = { column = "decision", favourable = "yes" }
label = { column = "label", favourable = "yes" }
[[attribute]]
column = "group"
reference = "a"
[privacy]
min_cell = 0
"#;

/// Rows of group, decision, label: so many times each.
pub fn rows(cells: &[(&str, &str, &str, usize)]) -> String {
    let mut csv = String::from("group,decision,label\n");
    for (group, decision, label, times) in cells {
        csv.push_str(&format!("{group},{decision},{label}\n").repeat(*times));
    }
    csv
}

/// The row of a measurement over all strata.
pub fn row<'r>(release: &'r Release, attribute: &str, group: &str, metric: &str) -> &'r Row {
    find(release, attribute, group, metric).unwrap_or_else(|| panic!("no row {attribute} {group} {metric}"))
}

pub fn find<'r>(release: &'r Release, attribute: &str, group: &str, metric: &str) -> Option<&'r Row> {
    release
        .measurements
        .iter()
        .find(|row| row.attribute == attribute && row.group == group && row.metric == metric && row.stratum.is_empty())
}

/// What a run of the binary came to.
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// Runs the binary in a folder, at a fixed time.
pub fn run_in(folder: &Path, arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_evenhand"))
        .args(arguments)
        .current_dir(folder)
        .env("SOURCE_DATE_EPOCH", "1767225600")
        .env("COLUMNS", "100")
        .output()
        .expect("the binary runs");
    Run {
        code: output.status.code().expect("it was not killed"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// Runs the binary in the repository.
pub fn run(arguments: &[&str]) -> Run {
    run_in(&at(""), arguments)
}

pub fn close(found: f64, wanted: f64, tolerance: f64) -> bool {
    (found - wanted).abs() <= tolerance
}
