//! Verdicts as Markdown tables, for a pull request or a wiki.

use std::fmt::Write;

use super::terminal::clean;
use crate::report::{Release, ReleasedFinding, words};

/// The sentence, a table of findings by verdict, and the groups.
pub fn write(release: &Release) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "# {}\n\n{}\n", safe(&release.title), words::headline(release));
    for (verdict, title) in words::HEADINGS {
        let findings: Vec<&ReleasedFinding> = release.findings.iter().filter(|f| f.verdict == verdict).collect();
        if findings.is_empty() {
            continue;
        }
        let _ = writeln!(
            text,
            "## {title}\n\n| rule | who | metric | found | expected | n | note |\n|---|---|---|---|---|---|---|"
        );
        for finding in findings {
            let _ = writeln!(
                text,
                "| {} | {} | `{}` | {} | {} | {} | {} |",
                safe(&finding.rule),
                safe(&words::whom(finding)),
                finding.measurement.metric,
                words::found(finding),
                words::tolerance(finding),
                finding.measurement.n.map(|n| n.to_string()).unwrap_or_default(),
                words::open_question(finding, release.min_group_size)
            );
        }
        text.push('\n');
    }
    for sentence in release.divisions.iter().flat_map(|division| &division.reversals) {
        let _ = writeln!(text, "> {}\n", safe(sentence));
    }
    let _ = writeln!(text, "{}", words::rows(&release.intake));
    for exclusion in &release.exclusions {
        let _ = writeln!(text, "- {} {}", words::counted(exclusion.rows), words::exclusion(exclusion.what));
    }
    text
}

/// A name that cannot break the table, nor become markup.
fn safe(text: &str) -> String {
    let mut escaped = String::new();
    for c in clean(text).chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '#' | '!' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    escaped
}
