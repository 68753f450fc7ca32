//! Calibration curves by group: what scores announce against what happened.

use super::canvas::{Anchor, Axis, Canvas, HUES, INK, MUTED, Mark, fit};
use super::{Chart, Section, slug};
use crate::report::{Release, ReleasedDivision, words};

const SIDE: i32 = 420;
const LEFT: i32 = 60;
const TOP: i32 = 20;

pub(super) fn all(release: &Release) -> Vec<Chart> {
    let divisions = release.divisions.iter().filter(|division| !division.calibration.is_empty());
    divisions.enumerate().map(|(number, division)| one(number + 1, division)).collect()
}

fn one(number: usize, division: &ReleasedDivision) -> Chart {
    // More than eight curves cannot be told apart; the table has them all.
    let drawn = &division.calibration[..division.calibration.len().min(8)];
    let legend = 24 * drawn.len() as i32;
    let mut canvas = Canvas::new((LEFT + SIDE + 30) as u32, (TOP + SIDE + 60 + legend) as u32);
    let across = Axis::over([0.0, 1.0].into_iter(), false, LEFT, LEFT + SIDE);
    let up = Axis::over([0.0, 1.0].into_iter(), false, TOP + SIDE, TOP);
    for tick in [0.0, 0.2, 0.4, 0.6, 0.8, 1.0] {
        canvas.text(&words::number(tick), (across.at(tick), TOP + SIDE + 16), 12.0, Anchor::Middle, INK);
        canvas.text(&words::number(tick), (LEFT - 10, up.at(tick)), 12.0, Anchor::Right, INK);
    }
    canvas.line(&[(LEFT, TOP), (LEFT, TOP + SIDE), (LEFT + SIDE, TOP + SIDE)], INK, 1);
    canvas.line(&[(across.at(0.0), up.at(0.0)), (across.at(1.0), up.at(1.0))], MUTED, 1);
    canvas.text("announced probability", (LEFT + SIDE / 2, TOP + SIDE + 38), 12.0, Anchor::Middle, INK);
    canvas.text("rate of favourable labels", (LEFT + 8, TOP - 8), 12.0, Anchor::Left, INK);
    for (position, curve) in drawn.iter().enumerate() {
        let (hue, mark) = (HUES[position % 4], Mark::ALL[(position + position / 4) % 4]);
        let points: Vec<(i32, i32)> =
            curve.bins.iter().map(|bin| (across.at(bin.mean_score), up.at(bin.rate))).collect();
        canvas.line(&points, hue, 2);
        points.iter().for_each(|point| canvas.mark(mark, *point, hue));
        let y = TOP + SIDE + 62 + 24 * position as i32;
        canvas.mark(mark, (LEFT + 6, y), hue);
        canvas.text(&fit(&curve.group, f64::from(SIDE - 30), 13.0), (LEFT + 22, y), 13.0, Anchor::Left, INK);
    }
    let id = slug("calibration", number, &division.attribute);
    let title = format!("Calibration by {}", division.attribute);
    let (svg, inline) =
        canvas.finish(&id, &title, "Announced probability against the observed rate, one curve for each group.");
    let rows = division.calibration.iter().flat_map(|curve| {
        curve.bins.iter().map(|bin| {
            vec![
                curve.group.clone(),
                format!("{}–{}", words::number(bin.low), words::number(bin.high)),
                words::number(bin.mean_score),
                words::number(bin.rate),
            ]
        })
    });
    Chart {
        id,
        title,
        how_to_read: "A group on the diagonal gets what its scores announce. Above it the scores are too low for the group, below it too high. Bins with few people are left out."
            .into(),
        section: Section::Calibration,
        about: division.attribute.clone(),
        svg,
        inline,
        columns: ["group", "bin", "mean announced", "observed rate"].map(String::from).to_vec(),
        rows: rows.collect(),
    }
}
