//! A sheet to draw on, and how it becomes an accessible image.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Text and axes.
pub(super) const INK: RGBColor = RGBColor(0x1a, 0x1a, 0x1a);
/// Lines that only help.
pub(super) const MUTED: RGBColor = RGBColor(0x76, 0x76, 0x76);
/// The band of the tolerance.
pub(super) const BAND: RGBColor = RGBColor(0xd9, 0xe8, 0xe2);
/// The four hues that pass 3:1 on both themes.
pub(super) const HUES: [RGBColor; 4] =
    [RGBColor(0x00, 0x72, 0xb2), RGBColor(0xd5, 0x5e, 0x00), RGBColor(0x00, 0x9e, 0x73), RGBColor(0xcc, 0x79, 0xa7)];

/// The library draws text at its size divided by this.
const TEXT_SCALE: f64 = 1.24;
/// The mean width of a character, as a share of the text's size.
const CHARACTER: f64 = 0.56;

/// How the theme of the reader changes the colours of a file of its own.
const STYLE: &str = "text{font-family:system-ui,sans-serif}\
@media(prefers-color-scheme:dark){svg{background:#161616}[fill=\"#1A1A1A\"]{fill:#f0f0f0}[stroke=\"#1A1A1A\"]{stroke:#f0f0f0}\
[fill=\"#767676\"]{fill:#a0a0a0}[stroke=\"#767676\"]{stroke:#a0a0a0}[fill=\"#D9E8E2\"]{fill:#23392f}}";

/// What marks a point: never by colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Circle,
    Square,
    Diamond,
    Triangle,
}

impl Mark {
    pub(super) const ALL: [Mark; 4] = [Mark::Circle, Mark::Square, Mark::Diamond, Mark::Triangle];
}

/// Where a text stands relative to its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Left,
    Middle,
    Right,
}

/// One drawing instruction.
enum Stroke {
    Line(Vec<(i32, i32)>, RGBColor, u32),
    Box((i32, i32), (i32, i32), RGBColor),
    Shape(Mark, (i32, i32), i32, RGBColor),
    Text(String, (i32, i32), f64, Anchor, RGBColor),
}

/// A sheet of fixed size.
pub(super) struct Canvas {
    width: u32,
    height: u32,
    strokes: Vec<Stroke>,
}

impl Canvas {
    pub(super) fn new(width: u32, height: u32) -> Canvas {
        Canvas { width, height, strokes: Vec::new() }
    }

    pub(super) fn line(&mut self, points: &[(i32, i32)], colour: RGBColor, width: u32) {
        self.strokes.push(Stroke::Line(points.to_vec(), colour, width));
    }

    pub(super) fn area(&mut self, from: (i32, i32), to: (i32, i32), colour: RGBColor) {
        self.strokes.push(Stroke::Box(from, to, colour));
    }

    pub(super) fn mark(&mut self, mark: Mark, at: (i32, i32), colour: RGBColor) {
        self.strokes.push(Stroke::Shape(mark, at, 5, colour));
    }

    pub(super) fn text(&mut self, text: &str, at: (i32, i32), size: f64, anchor: Anchor, colour: RGBColor) {
        self.strokes.push(Stroke::Text(text.to_string(), at, size, anchor, colour));
    }

    /// The image twice: as a file of its own, and for a page with its own style.
    pub(super) fn finish(self, id: &str, title: &str, description: &str) -> (String, String) {
        let mut body = String::new();
        {
            let area = SVGBackend::with_string(&mut body, (self.width, self.height)).into_drawing_area();
            for stroke in &self.strokes {
                // Drawing into a text cannot fail.
                let _ = draw(&area, stroke);
            }
            let _ = area.present();
        }
        let inner = body
            .split_once('>')
            .map(|(_, rest)| rest.trim_end().trim_end_matches("</svg>").trim().to_string())
            .unwrap_or_default();
        // A narrow drawing must not be blown up to the width of the page.
        let class = if self.width < 600 { "chart narrow" } else { "chart" };
        let open = |namespace: &str, style: &str| {
            format!(
                "<svg{namespace} class=\"{class}\" viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\">{style}<title id=\"{id}-title\">{}</title><desc id=\"{id}-desc\">{}</desc>\n",
                self.width,
                self.height,
                escape(title),
                escape(description)
            )
        };
        let file = format!(
            "{}{inner}\n</svg>\n",
            open(" xmlns=\"http://www.w3.org/2000/svg\"", &format!("<style>{STYLE}</style>"))
        );
        (file, format!("{}{inner}\n</svg>\n", open("", "")))
    }
}

fn draw<B: DrawingBackend>(
    area: &DrawingArea<B, plotters::coord::Shift>,
    stroke: &Stroke,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    match stroke {
        Stroke::Line(points, colour, width) => {
            area.draw(&PathElement::new(points.clone(), colour.stroke_width(*width)))
        }
        Stroke::Box(from, to, colour) => area.draw(&Rectangle::new([*from, *to], colour.filled())),
        Stroke::Shape(mark, (x, y), size, colour) => match mark {
            Mark::Circle => area.draw(&Circle::new((*x, *y), *size, colour.filled())),
            Mark::Square => area
                .draw(&Rectangle::new([(x - size + 1, y - size + 1), (x + size - 1, y + size - 1)], colour.filled())),
            Mark::Diamond => area.draw(&Polygon::new(
                vec![(*x, y - size - 1), (x + size + 1, *y), (*x, y + size + 1), (x - size - 1, *y)],
                colour.filled(),
            )),
            Mark::Triangle => area.draw(&Polygon::new(
                vec![(*x, y - size - 1), (x + size + 1, y + size), (x - size - 1, y + size)],
                colour.filled(),
            )),
        },
        Stroke::Text(text, at, size, anchor, colour) => {
            let horizontal = match anchor {
                Anchor::Left => HPos::Left,
                Anchor::Middle => HPos::Center,
                Anchor::Right => HPos::Right,
            };
            let style = ("sans-serif", size * TEXT_SCALE).into_font().color(colour);
            area.draw(&Text::new(text.clone(), *at, style.pos(Pos::new(horizontal, VPos::Center))))
        }
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A name cut to what fits, without control characters or changes of direction.
pub(super) fn fit(text: &str, width: f64, size: f64) -> String {
    let clean = crate::report::format::terminal::clean(text);
    let most = (width / (size * CHARACTER)).floor().max(1.0) as usize;
    if clean.chars().count() <= most {
        return clean;
    }
    let mut cut: String = clean.chars().take(most.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// An axis: numbers to positions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    from: i32,
    to: i32,
    logarithmic: bool,
}

impl Axis {
    /// An axis over all the numbers, with a little room.
    pub(super) fn over(numbers: impl Iterator<Item = f64>, logarithmic: bool, from: i32, to: i32) -> Axis {
        let scale = |x: f64| if logarithmic { x.clamp(0.02, 50.0).ln() } else { x };
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for number in numbers.filter(|number| number.is_finite()).map(scale) {
            low = low.min(number);
            high = high.max(number);
        }
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        let room = ((high - low) * 0.06).max(if logarithmic { 0.05 } else { 0.005 });
        Axis { low: low - room, high: high + room, from, to, logarithmic }
    }

    /// The position of a number, kept on the axis.
    pub(super) fn at(self, number: f64) -> i32 {
        let scaled = if self.logarithmic { number.max(1e-9).ln() } else { number };
        let share = ((scaled - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        self.from + (share * f64::from(self.to - self.from)).round() as i32
    }

    /// A handful of round numbers on the axis.
    pub(super) fn ticks(self) -> Vec<f64> {
        if self.logarithmic {
            const ROUND: [f64; 15] = [0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0, 25.0];
            let inside = ROUND.into_iter().filter(|x| (self.low..=self.high).contains(&x.ln()));
            return spaced(inside.collect(), self);
        }
        let raw = (self.high - self.low) / 5.0;
        let unit = 10f64.powf(raw.log10().floor());
        let step = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|m| m * unit).find(|step| *step >= raw).unwrap_or(unit);
        let first = (self.low / step).ceil() as i64;
        let last = (self.high / step).floor() as i64;
        (first..=last).map(|k| k as f64 * step).collect()
    }
}

/// Ticks whose labels would touch are left out.
fn spaced(ticks: Vec<f64>, axis: Axis) -> Vec<f64> {
    let mut kept: Vec<f64> = Vec::new();
    for tick in ticks {
        if kept.last().is_none_or(|last| (axis.at(tick) - axis.at(*last)).abs() >= 36) {
            kept.push(tick);
        }
    }
    kept
}
