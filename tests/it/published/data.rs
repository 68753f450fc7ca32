//! The data behind published numbers, and audits of them.

use std::io::Read;
use std::path::{Path, PathBuf};

use evenhand::report::Row;
use evenhand::{Plan, Provenance, Release, audit};

use crate::support::Table;

/// A CSV file, plain or compressed, row by row.
pub struct Source {
    head: Vec<String>,
    rows: Vec<csv::StringRecord>,
}

/// One row of it.
#[derive(Clone, Copy)]
pub struct Line<'s> {
    head: &'s [String],
    record: &'s csv::StringRecord,
}

impl Line<'_> {
    pub fn field(&self, name: &str) -> &str {
        let at = self.head.iter().position(|column| column == name).unwrap_or_else(|| panic!("no column {name}"));
        &self.record[at]
    }

    pub fn number(&self, name: &str) -> f64 {
        self.field(name).parse().unwrap_or_else(|_| panic!("{name} is no number: {}", self.field(name)))
    }

    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.record.iter()
    }
}

impl Source {
    pub fn open(path: &Path) -> Source {
        let file = std::fs::File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let compressed = path.extension().is_some_and(|extension| extension == "gz");
        let text: Box<dyn Read> =
            if compressed { Box::new(flate2::read::GzDecoder::new(file)) } else { Box::new(file) };
        let mut reader = csv::Reader::from_reader(text);
        let head = reader.headers().expect("a head").iter().map(str::to_string).collect();
        Source { head, rows: reader.records().map(|row| row.expect("a row")).collect() }
    }

    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.rows.iter().map(|record| Line { head: &self.head, record })
    }

    /// A data file of the rows that `make` gives fields for.
    pub fn table<const N: usize>(&self, names: [&str; N], make: impl Fn(Line) -> Option<[String; N]>) -> Table {
        let mut text = csv::Writer::from_writer(Vec::new());
        text.write_record(names).expect("written");
        for fields in self.lines().filter_map(make) {
            text.write_record(fields).expect("written");
        }
        let bytes = text.into_inner().expect("written");
        Table::new(&String::from_utf8(bytes).expect("UTF-8"))
    }
}

/// An audit of `data.csv` in a folder, or of the path given, by the rest of a plan.
pub struct Audited(pub Release);

impl Audited {
    pub fn new(folder: &Path, plan: &str) -> Audited {
        Audited::of_file("data.csv".into(), folder, plan)
    }

    pub fn of_file(path: PathBuf, folder: &Path, plan: &str) -> Audited {
        let path = path.display();
        let text =
            format!("[audit]\nmin_group_size = 1\n[data]\npath = '{path}'\n[privacy]\nmin_cell = 0\n[roles]\n{plan}");
        let mut plan = Plan::from_text(&text, "plan.toml", folder, &Default::default()).expect("a valid plan");
        // No published number here is resampled.
        plan.resamples = 100;
        Audited(audit(plan, Provenance::default()).expect("readable data"))
    }

    pub fn row(&self, attribute: &str, group: &str, metric: &str) -> &Row {
        crate::support::row(&self.0, attribute, group, metric)
    }

    pub fn value(&self, attribute: &str, group: &str, metric: &str) -> f64 {
        self.row(attribute, group, metric).value.unwrap_or_else(|| panic!("no value of {metric} for {group}"))
    }

    /// People, or weight, in the numerator of a rate.
    pub fn count(&self, attribute: &str, group: &str, metric: &str) -> f64 {
        self.row(attribute, group, metric).numerator.expect("a rate")
    }

    pub fn people(&self, attribute: &str, group: &str) -> f64 {
        let mut groups = self.0.divisions.iter().filter(|d| d.attribute == attribute).flat_map(|d| &d.groups);
        let found = groups.find(|size| size.group == group).unwrap_or_else(|| panic!("no group {group}"));
        found.n.value().expect("shown") as f64
    }
}
