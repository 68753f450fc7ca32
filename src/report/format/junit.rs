//! A test report in JUnit's XML: one case for each finding.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::FormatError;
use super::terminal::clean;
use crate::judge::Verdict;
use crate::report::{Release, words};

/// A failed finding of level error fails its case; what could not be decided is
/// an error where the plan does not allow that, and else skipped, as the exit
/// code of the gate has it.
pub fn write(release: &Release) -> Result<String, FormatError> {
    let mut suite = TestSuite::new(clean(&release.title));
    for finding in &release.findings {
        let mut status = match (finding.verdict, finding.level.as_str()) {
            (Verdict::Pass, _) => TestCaseStatus::success(),
            (Verdict::Fail, "error") => TestCaseStatus::non_success(NonSuccessKind::Failure),
            (_, "error") if release.on_inconclusive == "fail" => TestCaseStatus::non_success(NonSuccessKind::Error),
            _ => TestCaseStatus::skipped(),
        };
        if finding.verdict != Verdict::Pass {
            let message = format!(
                "{}: {} {}; expected {}. {}",
                words::verdict(finding.verdict),
                finding.measurement.metric,
                words::found_with_n(finding),
                words::tolerance(finding),
                words::open_question(finding, release.min_group_size)
            );
            status.set_message(clean(message.trim_end()));
        }
        let name = format!("{} · {}", clean(&finding.rule), clean(&words::whom(finding)));
        let mut case = TestCase::new(name, status);
        case.set_classname("evenhand");
        suite.add_test_case(case);
    }
    let mut report = Report::new("evenhand");
    report.add_test_suite(suite);
    report.to_string().map_err(|error| FormatError::new("JUnit XML", error))
}
