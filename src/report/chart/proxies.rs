//! The features that go most closely with an attribute.

use super::canvas::{Anchor, Axis, Canvas, HUES, INK, fit};
use super::{Chart, Section, slug};
use crate::proxy::Strength;
use crate::report::{Release, ReleasedProxy, words};

const WIDTH: i32 = 760;
const LABEL: i32 = 250;
const ROW: i32 = 26;
/// Bars in one chart.
const MOST: usize = 15;

pub(super) fn all(release: &Release) -> Vec<Chart> {
    let divisions = release.divisions.iter().enumerate();
    divisions
        .filter_map(|(number, division)| {
            let pairs: Vec<&ReleasedProxy> = release
                .proxies
                .iter()
                .filter(|proxy| proxy.attribute == division.attribute && proxy.strength.is_some())
                .collect();
            (!pairs.is_empty()).then(|| one(number + 1, &division.attribute, &pairs))
        })
        .collect()
}

fn one(number: usize, attribute: &str, pairs: &[&ReleasedProxy]) -> Chart {
    let drawn = &pairs[..pairs.len().min(MOST)];
    let bottom = 16 + ROW * drawn.len() as i32;
    let mut canvas = Canvas::new(WIDTH as u32, (bottom + 50) as u32);
    let axis = Axis::over([0.0, 1.0].into_iter(), false, LABEL, WIDTH - 60);
    for tick in [0.0, 0.2, 0.4, 0.6, 0.8, 1.0] {
        canvas.text(&words::number(tick), (axis.at(tick), bottom + 14), 12.0, Anchor::Middle, INK);
    }
    canvas.line(&[(axis.at(0.0), bottom), (axis.at(1.0), bottom)], INK, 1);
    canvas.text("strength of association", ((LABEL + WIDTH) / 2, bottom + 34), 12.0, Anchor::Middle, INK);
    for (position, pair) in drawn.iter().enumerate() {
        let y = 16 + ROW * position as i32 + ROW / 2;
        let strength = pair.strength.unwrap_or_default();
        canvas.text(&fit(&pair.feature, f64::from(LABEL - 24), 13.0), (LABEL - 14, y), 13.0, Anchor::Right, INK);
        canvas.area((axis.at(0.0), y - 8), (axis.at(strength).max(axis.at(0.0) + 1), y + 8), HUES[0]);
        canvas.text(&words::number(strength), (axis.at(strength) + 8, y), 12.0, Anchor::Left, INK);
    }
    let id = slug("proxies", number, attribute);
    let title = format!("Features that go with {attribute}");
    let (svg, inline) = canvas.finish(&id, &title, "Strength of association of each feature, strongest first.");
    let rows = pairs.iter().map(|pair| {
        vec![
            pair.feature.clone(),
            match pair.measure {
                Strength::CramersV => "Cramér's V (bias-corrected)".into(),
                Strength::CorrelationRatio => "correlation ratio".into(),
            },
            pair.strength.map(words::number).unwrap_or_default(),
            match (&pair.best_told, pair.auc) {
                (Some(group), Some(auc)) => format!("{group} ({})", words::number(auc)),
                _ => String::new(),
            },
            pair.p_adjusted.map(words::p_value).unwrap_or_default(),
            if pair.legitimate { "declared legitimate".into() } else { String::new() },
        ]
    });
    Chart {
        id,
        title,
        how_to_read: "The longer the bar, the better the feature alone tells people's group: 0 is not at all, 1 is wholly. A strong association makes a possible proxy, not a proof that decisions use it."
            .into(),
        section: Section::Proxies,
        about: attribute.to_string(),
        svg,
        inline,
        columns: ["feature", "measure", "strength", "group told best (AUC)", "p (adjusted)", "note"]
            .map(String::from)
            .to_vec(),
        rows: rows.collect(),
    }
}
