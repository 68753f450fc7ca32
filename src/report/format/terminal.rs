//! A readable summary for a terminal: plain text, no colour.

use std::fmt::Write;

use crate::report::words;
use crate::report::{Release, ReleasedFinding, Row};

/// The summary: the sentence first, then what failed, then what is open, then
/// what passed, then who was audited and what was left out.
pub fn write(release: &Release) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}\n\n{}", clean(&release.title), words::headline(release));
    for (verdict, title) in words::HEADINGS {
        let findings: Vec<&ReleasedFinding> = release.findings.iter().filter(|f| f.verdict == verdict).collect();
        if findings.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{title}");
        for finding in findings {
            write_finding(&mut text, finding, release);
        }
    }
    write_groups(&mut text, release);
    for sentence in release.divisions.iter().flat_map(|division| &division.reversals) {
        let _ = writeln!(text, "\n{}", clean(sentence));
    }
    write_proxies(&mut text, release);
    write_rows(&mut text, release);
    text
}

fn write_finding(text: &mut String, finding: &ReleasedFinding, release: &Release) {
    let note = if finding.level == "warn" { " (warning)" } else { "" };
    let _ = writeln!(
        text,
        "  {:<13} {} · {}{note}",
        words::verdict(finding.verdict),
        clean(&finding.rule),
        clean(&words::whom(finding))
    );
    let _ = writeln!(
        text,
        "                {} {}; expected {}{}",
        finding.measurement.metric,
        words::found(finding),
        words::tolerance(finding),
        finding.measurement.n.map(|n| format!("; n = {n}")).unwrap_or_default()
    );
    let open = words::open_question(finding, release.min_group_size);
    if !open.is_empty() {
        let _ = writeln!(text, "                {open}");
    }
}

/// What a group is shown with, most telling first.
const MAIN: [&str; 7] =
    ["selection_rate", "base_rate", "mean_score", "class_accuracy", "mean_error", "top_k_share", "exposure"];

fn write_groups(text: &mut String, release: &Release) {
    for division in &release.divisions {
        let reference = division.reference.as_deref().map(|r| format!(", compared with {r}")).unwrap_or_default();
        let _ = writeln!(text, "\nGroups of {}{}", clean(&division.attribute), clean(&reference));
        // One number for each group: the first that is measured here.
        let measured = |id: &&str| {
            let here = |row: &&Row| row.attribute == division.attribute && row.class.is_empty();
            release.measurements.iter().filter(here).any(|row| row.metric == *id)
        };
        let main = MAIN.into_iter().find(measured);
        let title = main.map_or(String::new(), |main| main.replace('_', " "));
        let width = division.groups.iter().map(|group| clean(&group.group).chars().count()).max().unwrap_or(0).min(40);
        for group in &division.groups {
            let size = group.n.value().map_or("withheld".to_string(), |n| n.to_string());
            let row = release.measurements.iter().find(|row| {
                row.attribute == division.attribute
                    && row.group == group.group
                    && row.stratum.is_empty()
                    && row.class.is_empty()
                    && Some(row.metric.as_str()) == main
            });
            let found = match row {
                Some(row) if row.suppressed => "withheld".to_string(),
                Some(row) => match (row.value, row.undefined) {
                    (Some(value), _) => {
                        let interval = words::interval(row.low, row.high).unwrap_or_default();
                        format!("{} {interval}", words::number(value))
                    }
                    (None, Some(why)) => format!("no value: {}", why.sentence()),
                    (None, None) => String::new(),
                },
                None => String::new(),
            };
            let line = format!("  {:<width$}  n = {size:<9} {title} {found}", clean(&group.group));
            let _ = writeln!(text, "{}", line.trim_end());
        }
    }
}

fn write_proxies(text: &mut String, release: &Release) {
    let strongest: Vec<_> = release.proxies.iter().filter(|proxy| proxy.strength.is_some()).take(5).collect();
    if strongest.is_empty() {
        return;
    }
    let _ = writeln!(text, "\nStrongest associations of features with attributes");
    for proxy in strongest {
        let strength = proxy.strength.map(words::number).unwrap_or_default();
        let _ = writeln!(text, "  {strength:<7} {} with {}", clean(&proxy.feature), clean(&proxy.attribute));
    }
}

fn write_rows(text: &mut String, release: &Release) {
    let _ = writeln!(text, "\n{}", words::rows(&release.intake));
    for exclusion in &release.exclusions {
        let _ = writeln!(text, "  {} {}", words::counted(exclusion.rows), words::exclusion(exclusion.what));
    }
    for warning in &release.warnings {
        let _ = writeln!(text, "  note: {}", clean(warning));
    }
}

/// Names come from data: no control characters, no changes of direction.
pub(in crate::report) fn clean(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}' => '\u{fffd}',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect()
}
