//! Workflow commands: each open or failed finding annotates the run.

use std::fmt::Write;

use super::terminal::clean;
use crate::judge::Verdict;
use crate::report::{Release, words};

/// One command for each finding that is not a pass, then the sentence.
pub fn write(release: &Release) -> String {
    let mut text = String::new();
    for finding in release.findings.iter().filter(|finding| finding.verdict != Verdict::Pass) {
        let command = match (finding.verdict, finding.level.as_str()) {
            (Verdict::Fail, "error") => "error",
            (Verdict::Inconclusive | Verdict::NotEvaluated, "error") if release.on_inconclusive == "fail" => "error",
            _ => "warning",
        };
        let title = format!("{}: {}", words::verdict(finding.verdict), finding.rule);
        let message = format!(
            "{}: {} {}; expected {}. {}",
            words::whom(finding),
            finding.measurement.metric,
            words::found_with_n(finding),
            words::tolerance(finding),
            words::open_question(finding, release.min_group_size)
        );
        let _ = writeln!(text, "::{command} title={}::{}", property(&title), data(message.trim_end()));
    }
    let _ = writeln!(text, "::notice title=evenhand::{}", data(&words::headline(release)));
    text
}

/// Escapes of the runner's command syntax.
fn data(text: &str) -> String {
    clean(text).replace('%', "%25")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
