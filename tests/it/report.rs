//! The report as a document: safe, whole, readable, and careful in its words.

use evenhand::report::chart;
use evenhand::report::format::{FORMATS, html};

use crate::support::{fixtures, published};

fn page(name: &str) -> String {
    html::write(published(name)).expect("a page")
}

/// No script, no link out, a policy that allows the one style sheet and nothing else.
#[test]
fn the_page_can_do_nothing() {
    for name in fixtures() {
        let page = page(&name);
        assert!(page.contains("default-src 'none'; style-src 'sha256-"), "{name}: no policy");
        let lower = page.to_lowercase();
        const FORBIDDEN: [&str; 11] = [
            "<script",
            "javascript:",
            " style=\"",
            "onload=",
            "onclick=",
            "<iframe",
            "<link",
            "@import",
            "url(",
            "src=",
            "href=\"http",
        ];
        for forbidden in FORBIDDEN {
            assert!(!lower.contains(forbidden), "{name} holds {forbidden}");
        }
        assert!(page.len() < 300_000, "{name}: {} bytes", page.len());
    }
}

/// Hostile names are text: escaped in the page, the charts, Markdown and CSV.
#[test]
fn hostile_names_stay_text() {
    let release = published("hostile-names");
    let page = page("hostile-names");
    assert!(
        page.contains("&#60;script&#62;alert(1)&#60;/script&#62;")
            || page.contains("&lt;script&gt;alert(1)&lt;/script&gt;")
    );
    assert!(page.contains("&#38;amp; 😀") || page.contains("&amp;amp; 😀"));
    for chart in chart::all(release) {
        assert!(!chart.svg.contains("<script") && !chart.svg.contains('\u{202e}'), "{}", chart.id);
    }
    for format in FORMATS.iter().filter(|format| format.name != "json" && format.name != "csv") {
        let text = (format.write)(release).expect(format.name);
        assert!(!text.contains('\u{202e}'), "{} keeps a change of direction", format.name);
        if matches!(format.name, "markdown" | "junit") {
            assert!(!text.contains("<script"), "{} keeps markup", format.name);
        }
    }
    let table = evenhand::report::format::csv::write(release).expect("a table");
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    assert_eq!(reader.headers().expect("a header").iter().collect::<Vec<_>>(), evenhand::report::Row::COLUMNS);
    for record in reader.records() {
        let group = record.expect("a record")[1].to_string();
        assert!(!group.starts_with(['=', '+', '@']), "{group} would run as a formula");
    }
}

/// Every chart is a named image with the table that says the same.
#[test]
fn every_chart_has_title_description_and_table() {
    let mut kinds = std::collections::BTreeSet::new();
    for name in fixtures() {
        let release = published(&name);
        let page = html::write(release).expect("a page");
        let charts = chart::all(release);
        let ids: std::collections::BTreeSet<&String> = charts.iter().map(|chart| &chart.id).collect();
        assert_eq!(ids.len(), charts.len(), "{name}: two charts of one name");
        for chart in &charts {
            kinds.insert(chart.id.split('-').next().unwrap_or_default().to_string());
            for svg in [&chart.svg, &chart.inline] {
                assert!(svg.contains("role=\"img\"") && svg.contains("viewBox=\"0 0 "), "{name} {}", chart.id);
                assert!(svg.contains(&format!("<title id=\"{}-title\">", chart.id)) && svg.contains("<desc"));
                assert!(!svg.contains(" width=\"760\" height") && !svg.contains("NaN") && !svg.contains("inf"));
            }
            assert!(!chart.rows.is_empty() && chart.rows.iter().all(|row| row.len() == chart.columns.len()));
            assert!(!chart.how_to_read.is_empty());
            assert!(page.contains(&format!("<figure id=\"{}\">", chart.id)), "{name}: {} is not on the page", chart.id);
        }
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["calibration", "forest", "proxies"]);
}

/// The order of the report, the verdict first.
#[test]
fn the_page_is_in_order() {
    let page = page("adult-two-files");
    let parts = [
        "class=\"headline\"",
        "id=\"audited\"",
        "id=\"findings\"",
        "id=\"groups\"",
        "id=\"intersections\"",
        "id=\"calibration\"",
        "id=\"proxies\"",
        "id=\"remedies\"",
        "id=\"methods\"",
        "id=\"limits\"",
        "id=\"provenance\"",
    ];
    let places: Vec<usize> = parts.iter().map(|part| page.find(part).unwrap_or_else(|| panic!("no {part}"))).collect();
    assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "{places:?}");
}

/// The tool reports disparity and evidence. It never says that a model is fair,
/// unbiased, legal or compliant.
#[test]
fn words_that_are_never_said() {
    const NEVER: [&str; 7] =
        ["is fair", "unbiased", "is legal", "compliant", "non-discriminatory", "debias", " proves"];
    for name in fixtures() {
        let release = published(&name);
        let mut texts = vec![("HTML", html::write(release).expect("a page"))];
        texts.extend(FORMATS.iter().map(|format| (format.name, (format.write)(release).expect(format.name))));
        for (format, text) in texts {
            let lower = text.to_lowercase();
            for word in NEVER {
                assert!(!lower.contains(word), "{name} as {format} says “{word}”");
            }
        }
    }
}

/// Undefined is said with its reason, never as NaN, infinity or an empty cell.
#[test]
fn undefined_is_said() {
    let page = page("empty-cell");
    assert!(page.contains("nobody in the group is in the denominator (0/0)"));
    assert!(page.contains("the reference rate is zero, so the ratio has no bound"));
    for name in fixtures() {
        let release = published(&name);
        for format in FORMATS {
            let text = (format.write)(release).expect(format.name);
            for bad in ["NaN", "inf,", "Infinity", "None", "Some("] {
                assert!(!text.contains(bad), "{name} as {} holds {bad}", format.name);
            }
        }
    }
}

#[test]
fn the_headline_counts_verdicts() {
    let page = page("berkeley-1973");
    assert!(
        page.contains("Of 2 checks: 1 check found a disparity outside the tolerance; 1 check could not be decided")
    );
    assert!(page.contains("Pooled and stratified comparisons point in opposite directions"));
}
