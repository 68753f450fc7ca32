//! Evidence → sentences. The one place where an audit's findings get words.

use super::release::{Change, OverTime, Release, ReleasedFinding, ReleasedReweighing, Shown, Side};
use crate::cells::{Exclusion, Intake};
use crate::judge::{POWER, Reason, Verdict};
use crate::measure::{Division, Method, Reversal, TestMethod};

/// A number for people: four significant digits, no exponent for ordinary sizes.
pub fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let size = value.abs();
    let digits = if size >= 1000.0 { 0 } else { (3 - size.log10().floor() as i32).clamp(0, 6) as usize };
    let text = format!("{value:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text.trim_start_matches('-') == "0" { "0".into() } else { text.replace('-', "−") }
}

/// A p-value for people.
pub fn p_value(p: f64) -> String {
    if p < 0.0001 { "< 0.0001".into() } else { format!("{p:.4}") }
}

/// A share for people: `12.3 %`.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// The word of a verdict.
pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Inconclusive => "inconclusive",
        Verdict::NotEvaluated => "not evaluated",
    }
}

/// Verdicts in the order of reporting, each with the heading of its findings.
pub const HEADINGS: [(Verdict, &str); 4] = [
    (Verdict::Fail, "Outside the tolerance"),
    (Verdict::Inconclusive, "Could not be decided"),
    (Verdict::NotEvaluated, "Nothing to work on"),
    (Verdict::Pass, "Within the tolerance"),
];

/// So many rows.
pub fn counted(rows: u64) -> String {
    if rows == 1 { "1 row".into() } else { format!("{rows} rows") }
}

/// How many rows were read and audited.
pub fn rows(intake: &Intake) -> String {
    let people = if intake.counted { format!(", standing for {} people", intake.people) } else { String::new() };
    format!("{} read, {} audited{people}.", counted(intake.rows), intake.used)
}

/// The name of an interval method, and where it comes from.
pub fn method(method: Method) -> (&'static str, &'static str) {
    match method {
        Method::Wilson => ("Wilson score interval", "Wilson (1927), J. Am. Stat. Assoc. 22"),
        Method::ClopperPearson => ("Clopper–Pearson exact interval", "Clopper & Pearson (1934), Biometrika 26"),
        Method::Jeffreys => ("Jeffreys interval", "Brown, Cai & DasGupta (2001), Stat. Sci. 16"),
        Method::ProportionOdds => ("interval of a share, as odds", "Wilson (1927), J. Am. Stat. Assoc. 22"),
        Method::ProportionJaccard => ("interval of TP/(TP + FP + FN), as F1", "Wilson (1927), J. Am. Stat. Assoc. 22"),
        Method::Newcombe => {
            ("Newcombe hybrid score interval of a difference", "Newcombe (1998), Stat. Med. 17, method 10")
        }
        Method::MiettinenNurminen => {
            ("Miettinen–Nurminen score interval of a ratio", "Miettinen & Nurminen (1985), Stat. Med. 4")
        }
        Method::MiettinenNurminenDifference => {
            ("Miettinen–Nurminen score interval of a difference", "Miettinen & Nurminen (1985), Stat. Med. 4")
        }
        Method::Koopman => ("Koopman score interval of a ratio", "Koopman (1984), Biometrics 40"),
        Method::Katz => ("Katz log interval of a ratio", "Katz et al. (1978), Biometrics 34"),
        Method::Arcsine => ("interval of Cohen’s h on the arcsine scale", "Cohen (1988)"),
        Method::ScoreDistance => (
            "distance of shares from the Miettinen–Nurminen interval of their difference",
            "Miettinen & Nurminen (1985), Stat. Med. 4",
        ),
        Method::HedgesOlkin => ("large-sample interval of a standardized difference", "Hedges & Olkin (1985)"),
        Method::Linearised => {
            ("Student t interval with a linearised standard error", "Liang & Zeger (1986), Biometrika 73")
        }
        Method::OverLists => {
            ("Student t interval of a quotient over lists, with a linearised standard error", "Cochran (1977), ch. 6")
        }
        Method::EndsOfBoth => (
            "ends of both intervals, where the two share people or lists and so are not independent",
            "Bonferroni; wider than need be",
        ),
        Method::BootstrapPercentile => ("bootstrap percentile interval over cells", "Efron (1979), Ann. Stat. 7"),
        Method::JeffreysCells => {
            ("percentile interval over cells with Jeffreys' prior", "Brown, Cai & DasGupta (2001), Stat. Sci. 16")
        }
        Method::BootstrapDistance => (
            "bootstrap interval of a distance, by the triangle inequality",
            "Efron & Tibshirani (1993); Davison & Hinkley (1997)",
        ),
        Method::JeffreysCellsTurned => (
            "interval over cells with Jeffreys' prior, turned over at the estimate, which allows for bias",
            "Davison & Hinkley (1997), eq. 5.6; Brown, Cai & DasGupta (2001)",
        ),
        Method::Woolf => {
            ("Woolf interval of an odds ratio", "Woolf (1955), Ann. Hum. Genet. 19; Haldane (1956), ibid. 20")
        }
        Method::Mover => {
            ("interval from the intervals of the parts (MOVER)", "Donner & Zou (2012), Stat. Methods Med. Res. 21")
        }
        Method::StudentSkewed => ("Student t interval corrected for skewness", "Hall (1992), J. R. Stat. Soc. B 54"),
        Method::StudentT => ("Student t interval of a mean", "Student (1908), Biometrika 6"),
        Method::Welch => ("Welch interval of a difference of means", "Welch (1947), Biometrika 34"),
        Method::DeLong => {
            ("DeLong interval of an area, on the logit scale", "DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44")
        }
        Method::NewcombeArea => (
            "Newcombe and DeLong intervals of an area together, where few people have one of the labels",
            "Newcombe (2006), Stat. Med. 25, method 5",
        ),
        Method::PairedLog => {
            ("log interval of a ratio of two shares of the same people", "Nam & Blackwelder (2002), Stat. Med. 21")
        }
        Method::Sato => ("Sato interval of a difference within strata", "Sato (1989), Biometrics 45"),
        Method::RobinsBreslowGreenland => (
            "Robins–Breslow–Greenland interval of an odds ratio within strata",
            "Robins, Breslow & Greenland (1986), Biometrics 42",
        ),
        Method::AllPairs => (
            "intervals of all pairs of groups that hold together (Tukey–Kramer)",
            "Kramer (1956), Biometrics 12; Hayter (1984), Ann. Stat. 12",
        ),
        Method::AllGroups => {
            ("intervals of all groups that hold together (Šidák)", "Šidák (1967), J. Am. Stat. Assoc. 62")
        }
    }
}

/// The name of a test, and where it comes from.
pub fn test(test: TestMethod) -> (&'static str, &'static str) {
    match test {
        TestMethod::PooledZ => ("pooled two-proportion z-test", "Fleiss, Levin & Paik (2003)"),
        TestMethod::Fisher => ("Fisher’s exact test, where an expected count is under 5", "Fisher (1935)"),
        TestMethod::ChiSquare => ("χ² test of equal rates in all groups", "Pearson (1900)"),
        TestMethod::CochranMantelHaenszel => {
            ("Cochran–Mantel–Haenszel test", "Cochran (1954); Mantel & Haenszel (1959)")
        }
        TestMethod::Welch => ("Welch t-test", "Welch (1947), Biometrika 34"),
        TestMethod::AllPairs => (
            "largest difference of a pair against the studentised range of so many groups",
            "Tukey (1953); Hayter (1984), Ann. Stat. 12",
        ),
        TestMethod::KolmogorovSmirnov => ("Kolmogorov–Smirnov test", "Smirnov (1948), Ann. Math. Stat. 19"),
        TestMethod::BreslowDayTarone => {
            ("Breslow–Day test of equal odds ratios, with Tarone’s correction", "Tarone (1985), Biometrika 72")
        }
        TestMethod::Inverted => {
            ("the error at which the interval touches parity", "Casella & Berger (2002), Statistical Inference, 9.2")
        }
        TestMethod::Tolerance => (
            "the error at which the interval of the worst group, which holds for all groups at once, touches the tolerance",
            "Casella & Berger (2002), Statistical Inference, 9.2; Šidák (1967)",
        ),
        TestMethod::HosmerLemeshow => {
            ("Hosmer–Lemeshow test that the rates in bins are those announced", "Hosmer & Lemeshow (1980)")
        }
        TestMethod::CalibrationInTheLarge => (
            "z-test that as many labels were favourable as announced",
            "Cox (1958), Biometrika 45; Spiegelhalter (1986)",
        ),
    }
}

/// On which side of the truth an estimate lies.
pub fn errs(side: Option<Side>) -> String {
    match side {
        Some(Side::Low) => "too low",
        Some(Side::High) => "too high",
        None => "",
    }
    .to_string()
}

/// The band of a rule in words.
pub fn tolerance(finding: &ReleasedFinding) -> String {
    match (finding.tolerance.at_least, finding.tolerance.at_most) {
        (Some(low), Some(high)) => format!("between {} and {}", number(low), number(high)),
        (Some(low), None) => format!("at least {}", number(low)),
        (None, Some(high)) => format!("at most {}", number(high)),
        (None, None) => "anything".into(),
    }
}

/// What was found, with its interval: `0.62 [0.55, 0.70]`.
pub fn found(finding: &ReleasedFinding) -> String {
    let row = &finding.measurement;
    if row.suppressed {
        return "withheld (small counts)".into();
    }
    match (row.value, row.undefined) {
        (Some(value), _) => match interval(row.low, row.high) {
            Some(interval) => format!("{} {interval}", number(value)),
            None => number(value),
        },
        (None, Some(why)) => format!("no value: {}", why.sentence()),
        (None, None) => "nothing to measure".into(),
    }
}

/// What was found, with its interval and the number of people.
pub fn found_with_n(finding: &ReleasedFinding) -> String {
    let people = finding.measurement.n.map(|n| format!(" (n = {n})")).unwrap_or_default();
    format!("{}{people}", found(finding))
}

/// An interval in words; a missing upper end has no bound.
pub fn interval(low: Option<f64>, high: Option<f64>) -> Option<String> {
    match (low, high) {
        (Some(low), Some(high)) => Some(format!("[{}, {}]", number(low), number(high))),
        (Some(low), None) => Some(format!("[{}, no bound]", number(low))),
        _ => None,
    }
}

/// Who was compared with whom: `race: Black against White`.
pub fn whom(finding: &ReleasedFinding) -> String {
    let row = &finding.measurement;
    let mut text = row.attribute.clone();
    if !row.group.is_empty() {
        text = format!("{text}: {}", row.group);
    }
    if !row.reference.is_empty() {
        text = format!("{text} against {}", row.reference);
    }
    if !row.class.is_empty() {
        text = format!("{text}, class {}", row.class);
    }
    text
}

/// So few decisions are worth a word.
const NEAR: u64 = 10;

/// Why a finding is undecided, what would settle it, and how near it was.
pub fn open_question(finding: &ReleasedFinding, min_group_size: u64) -> String {
    let mut sentences = Vec::new();
    match finding.reason {
        None => {}
        Some(Reason::Straddles) if finding.unknown == "worst" && finding.unknown_low.is_some() => sentences.push(
            "With the interval of the worst and of the best case it reaches over the border of the tolerance.".into(),
        ),
        Some(Reason::Straddles) => sentences.push("The interval reaches over the border of the tolerance.".to_string()),
        Some(Reason::SomeGroupUndefined) => {
            sentences.push("A group has no value, so this sums up the others only.".to_string());
        }
        Some(Reason::SomeGroupTooSmall) => sentences.push(format!(
            "It fails only with a group of fewer than {min_group_size} people, which is too small to judge."
        )),
        Some(Reason::Undefined(why)) => sentences.push(format!("There is no value: {}.", why.sentence())),
        Some(Reason::NoInterval) => sentences.push(
            "No interval could be made: nothing varies, there is a single list or cluster, several groups share the lists, or the metric has none. Only a rule on the estimate (on = \"point\") can judge it.".into(),
        ),
        Some(Reason::GroupTooSmall) => {
            sentences.push(format!("The group has fewer than {min_group_size} people, too few to judge."));
        }
        Some(Reason::ReferenceTooSmall) => {
            sentences.push(format!("The reference group has fewer than {min_group_size} people, too few to judge."));
        }
        Some(Reason::NoSuchClass) => sentences.push("The data have no such class.".into()),
        Some(Reason::NoSuchGroup) => sentences.push("The data have no such group.".into()),
        Some(Reason::ChancesTellLittle) => sentences.push(
            "The groups are estimated, and the chances hardly tell who is in them: a disparity could not have been seen."
                .into(),
        ),
        Some(Reason::NoSuchReference) => sentences.push("The data do not have the reference group.".into()),
        Some(Reason::NothingToCompare) => sentences.push("There are no two groups to compare.".into()),
        Some(Reason::WithinChanceOfMany) => sentences.push(
            "The interval lies outside the tolerance, but among so many verdicts one such may be chance (Holm).".into(),
        ),
        Some(Reason::NoWorstCase) => {
            sentences.push("People without a recorded group have no worst case for this metric.".into());
        }
    }
    if let (Some(low), Some(high)) = (finding.unknown_low, finding.unknown_high) {
        let whole = interval(finding.worst_case_low, finding.worst_case_high);
        sentences.push(format!(
            "Wherever the people without a recorded group belong, it lies between {} and {}{}{}.",
            number(low),
            if high.is_finite() { number(high) } else { "no bound".into() },
            whole.map(|whole| format!(", with intervals {whole}")).unwrap_or_default(),
            if finding.unknown == "worst" { ", and the rule goes by that" } else { "" }
        ));
    }
    if finding.estimated && finding.measurement.value.is_some() {
        sentences.push(
            "The groups are estimated: it holds as far as, among people with the same chances, the outcome does not depend on the group."
                .into(),
        );
    }
    if finding.worst_case_withheld {
        sentences.push("The rule goes by the worst and the best case of people without a recorded group, which are withheld since they tell of few people.".into());
    }
    if kept_open(finding) {
        sentences.push("Only recording the groups of those people can settle it.".into());
    }
    if let Some(probability) = finding.probability {
        sentences.push(format!("The probability that the tolerance is broken is {} (Jeffreys).", percent(probability)));
    }
    if let Some(moves) = finding.moves.filter(|moves| *moves <= NEAR) {
        let decisions = if moves == 1 { "1 yes".to_string() } else { format!("{moves} yeses") };
        sentences
            .push(format!("{decisions} given to the other side instead would carry the estimate over the border."));
    }
    if let Some(by_interval) = finding.by_interval
        && by_interval != finding.verdict
    {
        sentences.push(format!("By the estimate alone; by the interval it is {}.", verdict(by_interval)));
    }
    if let Some(people) = finding.settled_by {
        let (whom, growing) = match finding.measurement.group.is_empty() {
            true => ("in all groups together", "all growing alike"),
            false => ("for this group", "with all groups growing alike"),
        };
        sentences.push(format!(
            "About n = {people} {whom}, {growing} and the estimates staying as they are, would settle it."
        ));
    }
    let detectable: Vec<String> = [
        finding.detectable_below.map(|value| format!("{} or less", number(value))),
        finding.detectable_above.map(|value| format!("{} or more", number(value))),
    ]
    .into_iter()
    .flatten()
    .collect();
    let judged = [Some(finding.verdict), finding.by_interval];
    let told = judged.contains(&Some(Verdict::Inconclusive)) || judged.contains(&Some(Verdict::Pass));
    if !detectable.is_empty() && told {
        let joined = detectable.join(", or ");
        let power = POWER * 100.0;
        sentences.push(format!(
            "To be told from parity with {power:.0} % power in a sample of this size it has to be {joined}."
        ));
    }
    sentences.join(" ")
}

/// Whether the worst and the best case lie on different sides of the tolerance, so
/// that no number of people settles it.
fn kept_open(finding: &ReleasedFinding) -> bool {
    // Below, within, or above the tolerance.
    let side = |value: f64| {
        let below = finding.tolerance.at_least.is_some_and(|low| value < low);
        (below, finding.tolerance.at_most.is_some_and(|high| value > high))
    };
    let ends = finding.unknown_low.zip(finding.unknown_high);
    finding.unknown == "worst"
        && finding.verdict == Verdict::Inconclusive
        && ends.is_some_and(|(low, high)| side(low) != side(high))
}

/// The verdict of the whole audit in one sentence or two.
pub fn headline(release: &Release) -> String {
    let findings = &release.findings;
    if findings.is_empty() {
        return "No rules were given, so nothing was judged; the measurements follow.".into();
    }
    let count = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
    let (fail, open, none, pass) =
        (count(Verdict::Fail), count(Verdict::Inconclusive), count(Verdict::NotEvaluated), count(Verdict::Pass));
    let checks = |n: usize| if n == 1 { "1 check".to_string() } else { format!("{n} checks") };
    let mut parts = Vec::new();
    if fail > 0 {
        parts.push(format!("{} found a disparity outside the tolerance", checks(fail)));
    }
    if open > 0 {
        parts.push(format!("{} could not be decided with these data", checks(open)));
    }
    if none > 0 {
        parts.push(format!("{} had nothing to work on", checks(none)));
    }
    if pass > 0 {
        parts.push(format!("{} stayed within the tolerance", checks(pass)));
    }
    format!("Of {}: {}.", checks(findings.len()), parts.join("; "))
}

/// What befell rows, in words.
pub fn exclusion(what: Exclusion) -> &'static str {
    match what {
        Exclusion::MissingDecision => "without a decision: left out",
        Exclusion::MissingScore => "without a score: left out",
        Exclusion::MissingWeight => "without a weight: left out",
        Exclusion::MissingCount => "without a count: left out",
        Exclusion::MissingLabel => "without a label: used only where no label is needed",
        Exclusion::NoDemographics => "with a key that is not among the demographics: counted as (missing)",
        Exclusion::NoOutputs => "of demographics without model outputs: not audited",
        Exclusion::RepeatedKey => "with a key that occurred before: each counted",
    }
}

/// What reweighing does to one attribute, and its price.
pub fn reweighing(table: &ReleasedReweighing) -> String {
    let rate = match table.base_rate_after {
        Shown::Value(rate) => format!("Base rate under the weights: {} in every group", percent(rate)),
        Shown::Withheld => "Under the weights the base rate is the same in every group".into(),
    };
    let except = match table.unmoved.as_slice() {
        [] => String::new(),
        groups => format!(", except {}, where everyone has the same label", groups.join(", ")),
    };
    let people = match (table.n_eff_before, table.n_eff_after) {
        (Shown::Value(before), Shown::Value(after)) => format!("{} before, {} after", number(before), number(after)),
        _ => "withheld (small counts)".into(),
    };
    format!("{rate}{except}. Effective number of people: {people}.")
}

/// Strata that contradict the comparison of everyone.
pub(super) fn reversal(reversal: &Reversal, division: &Division, strata: &[String], known: bool) -> String {
    let reference = division.reference.as_ref().map(ToString::to_string).unwrap_or_default();
    let direction = |difference: f64| if difference < 0.0 { "lower" } else { "higher" };
    let amount = |difference: f64| match known {
        true => format!(" by {} points", number(difference.abs() * 100.0)),
        false => String::new(),
    };
    let by = strata.join(" and ");
    let name = if reversal.beyond_chance {
        "This is Simpson's paradox: both differences are beyond chance."
    } else {
        "At least one of the two differences is within chance, so this is a sign of Simpson's paradox, not proof of it."
    };
    format!(
        "Pooled and stratified comparisons point in opposite directions: over all, the {} of {} is {}{} than that of {reference}, but among people of the same {by} it is {}{}. {name}",
        reversal.metric.replace('_', " "),
        reversal.group,
        direction(reversal.overall),
        amount(reversal.overall),
        direction(reversal.within),
        amount(reversal.within),
    )
}

/// One change in words.
pub fn change(change: &Change) -> String {
    let who = [change.attribute.as_str(), change.group.as_str()].join(": ");
    let values = match (change.before, change.now) {
        (Some(before), Some(now)) => format!("from {} to {}", number(before), number(now)),
        (None, Some(now)) => format!("new: {}", number(now)),
        (Some(before), None) => format!("no value now; it was {}", number(before)),
        (None, None) => "no value".into(),
    };
    let difference = change.difference.map(|difference| {
        let interval = interval(change.low, change.high).unwrap_or_default();
        format!(", a change of {} {interval}", number(difference))
    });
    let metric = if change.class.is_empty() { String::new() } else { format!(" of class {}", change.class) };
    format!("{who}, {}{metric}: {values}{}", change.metric, difference.unwrap_or_default())
}

/// Why the comparison with the audit before may not mean what it seems to.
pub fn cautions(history: &OverTime) -> Vec<&'static str> {
    let mut cautions = Vec::new();
    if history.plan_changed {
        cautions.push("The plan or its flags have changed since, so a change may be one of the question.");
    }
    match history.same_data {
        Some(false) => {}
        Some(true) => cautions.push("It was of the same data, so the two are not independent."),
        None => cautions.push(
            "Its files were told by another hash, so whether it was of the same data, and the two not independent, is not known.",
        ),
    }
    cautions
}

/// What earlier audits say, in sentences.
pub fn over_time(history: &OverTime) -> String {
    let Some(previous) = &history.previous else {
        return "This is the first audit in the history; the next one will be compared with it.".into();
    };
    let beyond: Vec<&Change> = history.changes.iter().filter(|change| change.beyond_chance).collect();
    let caution = cautions(history).join(" ");
    let mut text = format!("{} audits in the history; compared with the one of {previous}: ", history.audits);
    if beyond.is_empty() {
        text.push_str("no change beyond chance.");
    } else {
        text.push_str(&format!(
            "{} beyond chance.",
            if beyond.len() == 1 { "1 change".into() } else { format!("{} changes", beyond.len()) }
        ));
    }
    if !caution.is_empty() {
        text.push_str(&format!(" {caution}"));
    }
    for found in &history.changes {
        text.push_str(&format!("\n  {}{}", change(found), if found.beyond_chance { " — beyond chance" } else { "" }));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        for (value, text) in [
            (0.0, "0"),
            (0.123456, "0.1235"),
            (12.34567, "12.35"),
            (-0.5, "−0.5"),
            (1234.5, "1234"),
            (1e-9, "0"),
            (2.0, "2"),
        ] {
            assert_eq!(number(value), text);
        }
        assert_eq!(p_value(1e-9), "< 0.0001");
    }
}
