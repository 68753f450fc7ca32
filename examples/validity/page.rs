//! The page: tables, and how numbers are written in them.

/// A table with a title and a remark.
#[derive(Clone, Debug)]
pub struct Table {
    title: String,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(title: &str, head: &[&str]) -> Table {
        Table { title: title.to_string(), head: head.iter().map(ToString::to_string).collect(), rows: Vec::new() }
    }

    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// As Markdown; the first column is text, the others are numbers.
    pub fn markdown(&self) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let rule: Vec<String> =
            self.head.iter().enumerate().map(|(at, _)| if at == 0 { "---" } else { "---:" }.to_string()).collect();
        let rows: String = self.rows.iter().map(|row| line(row)).collect();
        format!("### {}\n\n{}{}{rows}\n", self.title, line(&self.head), line(&rule))
    }
}

/// A share in per cent, with one digit.
pub fn percent(share: f64) -> String {
    format!("{:.1}", 100.0 * share)
}

/// The standard error of a share of so many runs.
pub fn simulation_error(share: f64, runs: u64) -> f64 {
    (share * (1.0 - share) / runs.max(1) as f64).sqrt()
}

/// What is wanted, and what was found.
#[derive(Clone, Debug)]
pub struct Aim {
    pub wanted: String,
    pub found: String,
    pub met: bool,
}

pub fn aims(aims: &[Aim]) -> String {
    let mut table = Table::new("Aims", &["", "aim", "found"]);
    for aim in aims {
        let mark = if aim.met { "**met**" } else { "**missed**" };
        table.row(vec![mark.to_string(), aim.wanted.clone(), aim.found.clone()]);
    }
    table.markdown().replacen("### Aims\n\n", "", 1).replace("---:", "---")
}
