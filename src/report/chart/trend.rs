//! Judged numbers over time.

use super::canvas::{Anchor, Axis, Canvas, HUES, INK, MUTED, Mark};
use super::{Chart, Section, slug};
use crate::catalogue::Metric;
use crate::report::{Release, Trend, words};

const WIDTH: i32 = 760;
const HEIGHT: i32 = 260;
const LEFT: i32 = 70;

pub(super) fn all(release: &Release) -> Vec<Chart> {
    let trends = release.over_time.iter().flat_map(|history| &history.trends);
    trends
        .filter(|trend| trend.points.len() > 1 && trend.points.iter().any(|point| point.value.is_some()))
        .enumerate()
        .map(|(number, trend)| one(number + 1, trend))
        .collect()
}

fn one(number: usize, trend: &Trend) -> Chart {
    let metric = Metric::parse(&trend.metric).ok();
    let mut canvas = Canvas::new(WIDTH as u32, HEIGHT as u32);
    let (top, bottom) = (16, HEIGHT - 50);
    let parity = metric.as_ref().and_then(Metric::ideal);
    let numbers = trend.points.iter().flat_map(|point| [point.value, point.low, point.high]).chain([parity]).flatten();
    let up = Axis::over(numbers, metric.as_ref().is_some_and(Metric::is_ratio), bottom, top);
    let last = trend.points.len() as i32 - 1;
    let x = |position: usize| LEFT + 30 + (WIDTH - LEFT - 90) * position as i32 / last.max(1);
    for tick in up.ticks() {
        canvas.text(&words::number(tick), (LEFT - 10, up.at(tick)), 12.0, Anchor::Right, INK);
        canvas.line(&[(LEFT - 4, up.at(tick)), (LEFT, up.at(tick))], INK, 1);
    }
    canvas.line(&[(LEFT, top), (LEFT, bottom), (WIDTH - 30, bottom)], INK, 1);
    if let Some(parity) = parity {
        canvas.line(&[(LEFT, up.at(parity)), (WIDTH - 30, up.at(parity))], MUTED, 1);
    }
    let mut line = Vec::new();
    let every = (trend.points.len() / 6).max(1);
    for (position, point) in trend.points.iter().enumerate() {
        if let (Some(low), Some(high)) = (point.low, point.high) {
            canvas.line(&[(x(position), up.at(low)), (x(position), up.at(high))], HUES[0], 2);
        }
        if let Some(value) = point.value {
            line.push((x(position), up.at(value)));
        }
        if position % every == 0 || position as i32 == last {
            let date = point.created.split('T').next().unwrap_or_default();
            canvas.text(date, (x(position), bottom + 18), 12.0, Anchor::Middle, INK);
        }
    }
    canvas.line(&line, HUES[0], 1);
    line.iter().for_each(|point| canvas.mark(Mark::Circle, *point, HUES[0]));
    let who = match (trend.group.as_str(), trend.reference.as_str()) {
        ("", _) => trend.attribute.clone(),
        (group, "") => format!("{}: {group}", trend.attribute),
        (group, reference) => format!("{}: {group} against {reference}", trend.attribute),
    };
    let title = format!("{} over time, {who}", trend.metric);
    let id = slug("trend", number, &format!("{}-{}", trend.metric, trend.group));
    let (svg, inline) = canvas.finish(&id, &title, "Estimate and interval of each audit, oldest first.");
    let rows = trend.points.iter().map(|point| {
        vec![
            point.created.clone(),
            point.value.map(words::number).unwrap_or_else(|| "none".into()),
            words::interval(point.low, point.high).unwrap_or_default(),
        ]
    });
    Chart {
        id,
        title,
        how_to_read: "Each mark is one audit with its interval; the thin line is parity. Intervals of two audits that overlap do not show that nothing changed: the table of changes says what is beyond chance."
            .into(),
        section: Section::Trend,
        about: who,
        svg,
        inline,
        columns: ["audit", "estimate", "interval"].map(String::from).to_vec(),
        rows: rows.collect(),
    }
}
