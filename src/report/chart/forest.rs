//! Forest plots: for each judged metric every group's estimate, interval and
//! verdict against the tolerance.

use super::canvas::{Anchor, Axis, BAND, Canvas, HUES, INK, MUTED, Mark, fit};
use super::{Chart, Section, slug};
use crate::catalogue::Metric;
use crate::judge::{Reason, Verdict};
use crate::report::{Release, ReleasedFinding, ReleasedRule, words};

const WIDTH: i32 = 760;
const LABEL: i32 = 240;
/// Where the axis ends, and verdict and n begin.
const RIGHT: i32 = 560;
const ROW: i32 = 26;
const TOP: i32 = 40;

pub(super) fn all(release: &Release) -> Vec<Chart> {
    let rules = release.rules.iter().enumerate();
    rules
        .filter_map(|(number, rule)| {
            let findings: Vec<&ReleasedFinding> =
                release.findings.iter().filter(|f| f.rule == rule.id && f.measurement.value.is_some()).collect();
            (!findings.is_empty()).then(|| one(number + 1, rule, &findings, release))
        })
        .collect()
}

/// Shape and colour of a verdict.
fn look(verdict: Verdict) -> (Mark, plotters::style::RGBColor) {
    match verdict {
        Verdict::Pass => (Mark::Circle, HUES[2]),
        Verdict::Fail => (Mark::Diamond, HUES[1]),
        Verdict::Inconclusive => (Mark::Square, HUES[0]),
        Verdict::NotEvaluated => (Mark::Triangle, MUTED),
    }
}

fn one(number: usize, rule: &ReleasedRule, findings: &[&ReleasedFinding], release: &Release) -> Chart {
    let metric = Metric::parse(&rule.metric).ok();
    let logarithmic = metric.as_ref().is_some_and(Metric::is_ratio);
    let height = TOP + ROW * findings.len() as i32 + 56;
    let mut canvas = Canvas::new(WIDTH as u32, height as u32);
    let rows = findings.iter().map(|finding| &finding.measurement);
    let parity = metric.as_ref().and_then(Metric::ideal);
    let numbers = rows
        .flat_map(|row| [row.value, row.low, row.high])
        .chain(
            findings
                .iter()
                .flat_map(|finding| worst_case(finding).into_iter().flat_map(|(low, high)| [Some(low), high])),
        )
        .chain([rule.tolerance.at_least, rule.tolerance.at_most, parity])
        .flatten();
    let axis = Axis::over(numbers, logarithmic, LABEL, RIGHT);
    let bottom = TOP + ROW * findings.len() as i32;
    let low = rule.tolerance.at_least.map_or(LABEL, |bound| axis.at(bound));
    let high = rule.tolerance.at_most.map_or(RIGHT, |bound| axis.at(bound));
    canvas.area((low, TOP - 6), (high, bottom), BAND);
    canvas.text("tolerance", ((low + high) / 2, TOP - 16), 12.0, Anchor::Middle, MUTED);
    for tick in axis.ticks() {
        canvas.line(&[(axis.at(tick), bottom), (axis.at(tick), bottom + 5)], INK, 1);
        canvas.text(&words::number(tick), (axis.at(tick), bottom + 16), 12.0, Anchor::Middle, INK);
    }
    canvas.line(&[(LABEL, bottom), (RIGHT, bottom)], INK, 1);
    if let Some(parity) = parity {
        canvas.line(&[(axis.at(parity), TOP - 6), (axis.at(parity), bottom)], MUTED, 1);
    }
    let scale = if logarithmic { ", logarithmic scale" } else { "" };
    canvas.text(&format!("{}{scale}", rule.metric), ((LABEL + RIGHT) / 2, bottom + 38), 12.0, Anchor::Middle, INK);
    for (position, finding) in findings.iter().enumerate() {
        let y = TOP + ROW * position as i32 + ROW / 2;
        let row = &finding.measurement;
        let name =
            if row.group.is_empty() { row.attribute.clone() } else { format!("{}: {}", row.attribute, row.group) };
        canvas.text(&fit(&name, f64::from(LABEL - 24), 13.0), (LABEL - 14, y), 13.0, Anchor::Right, INK);
        let (mark, colour) = look(finding.verdict);
        let people = row.n.map(|n| format!(", n = {n}")).unwrap_or_default();
        let said = format!("{}{people}", words::verdict(finding.verdict));
        canvas.text(&said, (RIGHT + 14, y), 12.0, Anchor::Left, INK);
        if let Some((low, high)) = worst_case(finding) {
            canvas.line(&[(axis.at(low), y), (high.map_or(RIGHT, |high| axis.at(high)), y)], MUTED, 1);
        }
        if let Some(low) = row.low {
            let end = row.high.map_or(RIGHT, |high| axis.at(high));
            canvas.line(&[(axis.at(low), y), (end, y)], colour, 2);
        }
        if let Some(value) = row.value {
            canvas.mark(mark, (axis.at(value), y), colour);
        }
    }
    let title = format!("{}: {}", rule.id, metric.as_ref().map(Metric::title).unwrap_or_default());
    let id = slug("forest", number, &rule.id);
    let description = format!(
        "Estimates with {} % intervals against the tolerance, one line for each of {}. The table below has the same numbers.",
        words::number(release.confidence * 100.0),
        findings.len()
    );
    let (svg, inline) = canvas.finish(&id, &title, &description);
    Chart {
        id,
        title,
        how_to_read: how_to_read(findings),
        section: Section::Forest,
        about: rule.id.clone(),
        svg,
        inline,
        columns: ["who", "estimate", "interval", "n", "p (adjusted)", "verdict"].map(String::from).to_vec(),
        rows: findings.iter().map(|finding| table_row(finding)).collect(),
    }
}

/// The interval of the worst and the best case, where the rule goes by it.
fn worst_case(finding: &ReleasedFinding) -> Option<(f64, Option<f64>)> {
    let low = finding.worst_case_low.filter(|_| finding.unknown == "worst")?;
    Some((low, finding.worst_case_high))
}

/// What the marks and bars mean.
fn how_to_read(findings: &[&ReleasedFinding]) -> String {
    let mut text = String::from(
        "Each line is one group: the mark is the estimate, the bar its interval. A bar wholly inside the shaded tolerance passes (circle), wholly outside fails (diamond); one that reaches over the border cannot be decided (square). The thin vertical line is parity.",
    );
    let not_by_its_bar = |finding: &&ReleasedFinding| {
        let because =
            [Reason::WithinChanceOfMany, Reason::GroupTooSmall, Reason::ReferenceTooSmall, Reason::SomeGroupTooSmall];
        finding.reason.is_some_and(|reason| because.contains(&reason))
    };
    if findings.iter().any(not_by_its_bar) {
        text += " A bar outside may be chance among so many verdicts, and a group too small to judge: the square then stands for what the findings say.";
    }
    if findings.iter().any(|finding| worst_case(finding).is_some()) {
        text += " The thin bar reaches over the worst and the best case of people without a recorded group: the rule goes by it.";
    }
    if findings.iter().any(|finding| finding.worst_case_withheld) {
        text += " The rule goes by the worst and the best case of people without a recorded group, which are withheld.";
    }
    text
}

fn table_row(finding: &ReleasedFinding) -> Vec<String> {
    let row = &finding.measurement;
    vec![
        words::whom(finding),
        row.value.map(words::number).unwrap_or_default(),
        words::interval(row.low, row.high).unwrap_or_else(|| "none".into()),
        row.n.map(|n| n.to_string()).unwrap_or_default(),
        row.p_adjusted.map(words::p_value).unwrap_or_default(),
        words::verdict(finding.verdict).into(),
    ]
}
