//! The report: one static page, readable without a script.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use sha2::{Digest, Sha256};

use super::FormatError;
use crate::catalogue::{Metric, bases};
use crate::judge::Verdict;
use crate::report::chart::{self, Chart, Section};
use crate::report::{
    Release, ReleasedDivision, ReleasedEstimate, ReleasedFinding, ReleasedPractice, ReleasedWithin, Row, words,
};

/// The style sheet of the page; the only style that its policy allows.
const STYLE: &str = include_str!("../../../reports/templates/report.css");

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'r> {
    release: &'r Release,
    headline: String,
    style: &'static str,
    style_hash: String,
    fail: Vec<FindingLine>,
    open: Vec<FindingLine>,
    none: Vec<FindingLine>,
    pass: Vec<FindingLine>,
    forests: Vec<&'r Chart>,
    calibrations: Vec<&'r Chart>,
    proxies: Vec<&'r Chart>,
    trends: Vec<&'r Chart>,
    attributes: Vec<DivisionTable<'r>>,
    intersections: Vec<DivisionTable<'r>>,
    exclusions: Vec<(String, Vec<(String, String)>)>,
    methods: Vec<(&'static str, &'static str)>,
    glossary: Vec<Entry>,
    changes: Vec<(String, bool)>,
    level: String,
}

struct FindingLine {
    rule: String,
    basis: String,
    who: String,
    metric: String,
    found: String,
    expected: String,
    n: String,
    p: String,
    note: String,
    warning: bool,
}

struct DivisionTable<'r> {
    division: &'r ReleasedDivision,
    metrics: Vec<String>,
    rows: Vec<GroupLine>,
    comparisons: Vec<ComparisonLine>,
    withheld: usize,
    summaries: Vec<(String, String)>,
    figures: Vec<Figures>,
    others: Vec<(String, Vec<Cell>)>,
}

/// A table of its own beside those of rates.
struct Figures {
    title: &'static str,
    note: &'static str,
    columns: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

struct GroupLine {
    group: String,
    note: &'static str,
    n: String,
    share: String,
    cells: Vec<Cell>,
}

/// A number, and its interval on a line of its own.
#[derive(Default)]
struct Cell {
    value: String,
    interval: String,
}

struct ComparisonLine {
    group: String,
    metric: String,
    found: String,
    p: String,
}

struct Entry {
    id: String,
    title: String,
    asks: String,
    formula: String,
    source: &'static str,
}

/// The page.
///
/// # Errors
/// When the template cannot be filled, which would be a fault of the program.
pub fn write(release: &Release) -> Result<String, FormatError> {
    let charts = chart::all(release);
    let of = |section| charts.iter().filter(|chart| chart.section == section).collect::<Vec<_>>();
    let lines = |verdict| {
        let findings = release.findings.iter().filter(|finding| finding.verdict == verdict);
        findings.map(|finding| line(finding, release)).collect::<Vec<_>>()
    };
    let (intersections, attributes): (Vec<_>, Vec<_>) = release
        .divisions
        .iter()
        .map(|division| table(division, release))
        .partition(|t| t.division.attribute.contains('*'));
    let page = Page {
        release,
        headline: words::headline(release),
        style: STYLE,
        style_hash: base64(&Sha256::digest(STYLE.as_bytes())),
        fail: lines(Verdict::Fail),
        open: lines(Verdict::Inconclusive),
        none: lines(Verdict::NotEvaluated),
        pass: lines(Verdict::Pass),
        forests: of(Section::Forest),
        calibrations: of(Section::Calibration),
        proxies: of(Section::Proxies),
        trends: of(Section::Trend),
        attributes,
        intersections,
        exclusions: exclusions(release),
        methods: methods(release),
        glossary: glossary(release),
        changes: changes(release),
        level: format!("{} %", words::number(release.confidence * 100.0)),
    };
    let text = page.render().map_err(|error| FormatError::new("HTML", error))?;
    // Names come from data, and a page must not hold control characters.
    Ok(text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect())
}

fn line(finding: &ReleasedFinding, release: &Release) -> FindingLine {
    let rule = release.rules.iter().find(|rule| rule.id == finding.rule);
    FindingLine {
        rule: finding.rule.clone(),
        basis: rule.and_then(|rule| rule.basis.clone()).unwrap_or_default(),
        who: words::whom(finding),
        metric: finding.measurement.metric.clone(),
        found: words::found(finding),
        expected: words::tolerance(finding),
        n: finding.measurement.n.map(|n| n.to_string()).unwrap_or_default(),
        p: match (finding.measurement.p, finding.measurement.p_adjusted) {
            (Some(raw), Some(adjusted)) => format!("{} ({})", words::p_value(raw), words::p_value(adjusted)),
            _ => String::new(),
        },
        note: words::open_question(finding, release.min_group_size),
        warning: finding.level == "warn",
    }
}

/// The columns of a group table: the bases that say most, as far as measured.
const GROUP_COLUMNS: [&str; 16] = [
    "selection_rate",
    "base_rate",
    "tpr",
    "fpr",
    "ppv",
    "mean_score",
    "auc",
    "mean_error",
    "mae",
    "coverage",
    "class_accuracy",
    "macro_recall",
    "top_k_share",
    "skew_at_k",
    "exposure",
    "flip_rate",
];

fn table<'r>(division: &'r ReleasedDivision, release: &'r Release) -> DivisionTable<'r> {
    let rows: Vec<&Row> = release
        .measurements
        .iter()
        .filter(|row| row.attribute == division.attribute && row.stratum.is_empty())
        .collect();
    let of_classes = classes(&rows);
    let rows: Vec<&Row> = rows.into_iter().filter(|row| row.class.is_empty()).collect();
    let base: BTreeMap<(&str, &str), &Row> = rows
        .iter()
        .filter(|row| row.reference.is_empty() && !row.group.is_empty())
        .map(|row| ((row.group.as_str(), row.metric.as_str()), *row))
        .collect();
    let metrics: Vec<String> =
        GROUP_COLUMNS.iter().filter(|id| rows.iter().any(|row| row.metric == **id)).map(|id| id.to_string()).collect();
    let groups = division.groups.iter().map(|group| GroupLine {
        group: group.group.clone(),
        note: match (group.missing, group.too_small, division.reference.as_deref() == Some(group.group.as_str())) {
            (true, ..) => "not recorded",
            (_, true, _) => "too small to judge",
            (_, _, true) => "reference",
            _ => "",
        },
        n: group.n.value().map_or("withheld".into(), |n| n.to_string()),
        share: group.share.value().map_or("withheld".into(), words::percent),
        cells: metrics
            .iter()
            .map(|metric| {
                base.get(&(group.group.as_str(), metric.as_str())).map(|row| Cell::of(row)).unwrap_or_default()
            })
            .collect(),
    });
    let judged: Vec<&str> = release.rules.iter().map(|rule| rule.metric.as_str()).collect();
    const COMPARED: [&str; 13] = [
        "selection_rate.difference",
        "selection_rate.ratio",
        "base_rate.difference",
        "tpr.difference",
        "fpr.difference",
        "selection_rate.mantel_haenszel_odds_ratio",
        "selection_rate.mantel_haenszel_difference",
        "mean_score.difference",
        "mean_error.difference",
        "mae.difference",
        "class_accuracy.difference",
        "exposure.ratio",
        "flip_rate.difference",
    ];
    let comparisons = rows
        .iter()
        .filter(|row| !row.reference.is_empty() && !row.suppressed)
        .filter(|row| COMPARED.contains(&row.metric.as_str()) || judged.contains(&row.metric.as_str()))
        .map(|row| ComparisonLine {
            group: format!("{} against {}", row.group, row.reference),
            metric: row.metric.clone(),
            found: Cell::of(row).text(),
            p: row.p.map(words::p_value).unwrap_or_default(),
        });
    let withheld = rows.iter().filter(|row| !row.reference.is_empty() && row.suppressed);
    let withheld: BTreeSet<&str> = withheld.map(|row| row.group.as_str()).collect();
    const SUMMED: [&str; 8] = [
        "selection_rate.max_difference",
        "selection_rate.min_ratio",
        "equalized_odds_difference",
        "theil_index.between",
        "theil_index.within",
        "skew_at_k.worst",
        "skew_at_k.largest",
        "ndkl",
    ];
    let summaries = rows
        .iter()
        .filter(|row| row.group.is_empty())
        .filter(|row| SUMMED.contains(&row.metric.as_str()) || judged.contains(&row.metric.as_str()))
        .map(|row| (row.metric.clone(), Cell::of(row).text()));
    DivisionTable {
        figures: [practice(division), within(division), estimates(division), of_classes]
            .into_iter()
            .filter(|figures| !figures.rows.is_empty())
            .collect(),
        others: others(division, &base),
        division,
        rows: groups.collect(),
        comparisons: comparisons.collect(),
        withheld: withheld.len(),
        summaries: summaries.collect(),
        metrics,
    }
}

/// The figures of employment practice by group.
fn practice(division: &ReleasedDivision) -> Figures {
    let p = |p: Option<f64>| p.map(words::p_value).unwrap_or_default();
    let line = |line: &ReleasedPractice| {
        vec![
            line.group.clone(),
            line.standard_deviations.map(words::number).unwrap_or_default(),
            p(line.fisher_p),
            p(line.mid_p),
            words::number(line.shortfall),
            words::number(line.shortfall_pooled),
            words::number(line.cohens_h),
        ]
    };
    Figures {
        title: "Employment practice",
        note: "Selections against the reference (against everyone else where that is everyone): distance from parity in standard deviations, exact tests, and how many selections the group is short of the reference’s rate and of the rate of both together (negative: ahead).",
        columns: &[
            "Group",
            "Standard deviations",
            "Fisher p",
            "Mid-p",
            "Shortfall",
            "Shortfall, pooled rate",
            "Cohen’s h",
        ],
        rows: division.practice.iter().map(line).collect(),
    }
}

/// What strata say of each gap.
fn within(division: &ReleasedDivision) -> Figures {
    let part = |value: Option<f64>| value.map_or_else(|| "no stratum has both".into(), words::number);
    let line = |line: &ReleasedWithin| {
        vec![
            line.group.clone(),
            line.metric.clone(),
            words::number(line.gap),
            part(line.composition),
            part(line.rates),
            line.homogeneity_p.map(words::p_value).unwrap_or_default(),
        ]
    };
    Figures {
        title: "The gap within strata",
        note: "The gap is the sum of two parts: that groups are spread differently over the strata, and that rates differ within them (Kitagawa 1955). The last column tests whether the odds ratio is the same in all strata.",
        columns: &[
            "Group",
            "Metric",
            "Gap",
            "By spread over strata",
            "By rates within strata",
            "p of equal odds ratios",
        ],
        rows: division.within_strata.iter().map(line).collect(),
    }
}

/// Numbers by chances beside those by the likeliest level.
fn estimates(division: &ReleasedDivision) -> Figures {
    let line = |line: &ReleasedEstimate| {
        vec![
            line.group.clone(),
            line.metric.clone(),
            words::number(line.weighted),
            words::number(line.thresholded),
            words::number(line.gap),
            words::errs(line.weighted_errs),
            words::errs(line.thresholded_errs),
        ]
    };
    Figures {
        title: "Estimated groups",
        note: "Groups are estimated, not recorded. Weighting by the chances is right if, among people with the same chances, the outcome does not depend on the group. If it goes with the group among them as it does between people with different chances, the weighted number errs as the last but one column says: it is too near to parity. If it goes the other way, it errs on the other side. The likeliest level mixes groups; how it errs where the weighted number is right is the difference and the last column (Chen et al. 2019). The two columns hold under different assumptions: the truth need not lie between both numbers. Intervals of comparisons are wider than need be, since everyone is on both sides in part.",
        columns: &[
            "Group",
            "Metric",
            "Weighted by chances",
            "Likeliest level",
            "Difference",
            "Weighted errs, if it goes on within",
            "Likeliest errs, if weighted is right",
        ],
        rows: division.estimates.iter().map(line).collect(),
    }
}

/// Each class against the others, by group.
fn classes(rows: &[&Row]) -> Figures {
    let of = |row: &Row, metric: &str| {
        let twin = rows.iter().find(|r| {
            (&r.class, &r.group, r.metric.as_str(), r.reference.is_empty()) == (&row.class, &row.group, metric, true)
        });
        twin.map(|row| Cell::of(row).text()).unwrap_or_default()
    };
    let recalls = rows.iter().filter(|row| {
        !row.class.is_empty() && !row.group.is_empty() && row.metric == "tpr" && row.reference.is_empty()
    });
    Figures {
        title: "Classes",
        note: "Each class against all others.",
        columns: &["Class", "Group", "Told to be of it, of those who are (tpr)", "Are of it, of those told so (ppv)"],
        rows: recalls.map(|row| vec![row.class.clone(), row.group.clone(), of(row, "tpr"), of(row, "ppv")]).collect(),
    }
}

/// More groups than this, and their other numbers are left to the table of all numbers.
const MOST_COLUMNS: usize = 8;

/// The numbers of groups that stand in no other table, by metric.
fn others(division: &ReleasedDivision, base: &BTreeMap<(&str, &str), &Row>) -> Vec<(String, Vec<Cell>)> {
    if division.attribute.contains('*') || division.groups.len() > MOST_COLUMNS {
        return Vec::new();
    }
    let mut lines = Vec::new();
    for metric in bases().map(|base| base.id).filter(|id| !GROUP_COLUMNS.contains(id)) {
        let rows: Vec<Option<&&Row>> =
            division.groups.iter().map(|group| base.get(&(group.group.as_str(), metric))).collect();
        if rows.iter().flatten().any(|row| row.value.is_some()) {
            let cells = rows.iter().map(|row| row.map(|row| Cell::of(row)).unwrap_or_default()).collect();
            lines.push((metric.to_string(), cells));
        }
    }
    lines
}

impl Cell {
    /// A number with its interval, or why there is none.
    fn of(row: &Row) -> Cell {
        let value = match (row.suppressed, row.value, row.undefined) {
            (true, ..) => "withheld".into(),
            (false, Some(value), _) => words::number(value),
            (false, None, Some(why)) => format!("none: {}", why.sentence()),
            (false, None, None) => String::new(),
        };
        Cell { value, interval: words::interval(row.low, row.high).unwrap_or_default() }
    }

    fn text(&self) -> String {
        [self.value.as_str(), self.interval.as_str()].join(" ").trim_end().to_string()
    }
}

/// A metric's id with places where a line may end. Ids are the catalogue's:
/// letters, digits, dots and underscores.
fn breakable(id: &str) -> String {
    id.replace('.', ".<wbr>").replace('_', "_<wbr>")
}

fn exclusions(release: &Release) -> Vec<(String, Vec<(String, String)>)> {
    let excluded = release.exclusions.iter();
    excluded
        .map(|exclusion| {
            let rows = exclusion.by_group.iter().map(|by| {
                let count = by.rows.value().map_or("withheld".to_string(), |rows| rows.to_string());
                (format!("{}: {}", by.attribute, by.group), count)
            });
            (format!("{} {}", words::counted(exclusion.rows), words::exclusion(exclusion.what)), rows.collect())
        })
        .collect()
}

fn changes(release: &Release) -> Vec<(String, bool)> {
    let changes = release.over_time.iter().flat_map(|history| &history.changes);
    changes.map(|change| (words::change(change), change.beyond_chance)).collect()
}

/// The interval methods and tests behind the numbers, in a fixed order.
fn methods(release: &Release) -> Vec<(&'static str, &'static str)> {
    let intervals: BTreeSet<_> = release.measurements.iter().filter_map(|row| row.method).collect();
    let tests: BTreeSet<_> = release.measurements.iter().filter_map(|row| row.test).collect();
    intervals.into_iter().map(words::method).chain(tests.into_iter().map(words::test)).collect()
}

/// What was judged or stands in a table of the page.
fn glossary(release: &Release) -> Vec<Entry> {
    let judged = release.rules.iter().map(|rule| rule.metric.as_str());
    let mut ids: Vec<&str> = judged.chain(GROUP_COLUMNS).collect();
    ids.retain(|id| release.measurements.iter().any(|row| row.metric == *id));
    let mut seen = BTreeSet::new();
    ids.into_iter()
        .filter(|id| seen.insert(id.to_string()))
        .filter_map(|id| Metric::parse(id).ok())
        .map(|metric| Entry {
            id: metric.id(),
            title: metric.title(),
            asks: metric.asks(),
            formula: metric.formula(),
            source: metric.source().full,
        })
        .collect()
}

/// Standard base64, for the hash of the style sheet.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0u32, |word, byte| (word << 8) | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for position in 0..4 {
            if position <= chunk.len() {
                text.push(char::from(ALPHABET[(word >> (18 - 6 * position)) as usize & 63]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    /// RFC 4648, section 10.
    #[test]
    fn base64_as_in_the_standard() {
        for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }
}
