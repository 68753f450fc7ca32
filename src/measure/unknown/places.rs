//! Bounds of places in ranked lists: of the unknown people only sums over lists are
//! known.

use crate::catalogue::RankedValue;
use crate::cells::{Exact, Ranking, RatioSums};
use crate::measure::part::Part;

/// A group with unknown people who take its number at least as far up, or down, as any
/// of them can.
///
/// The share of the first places is highest with all unknown people who have one. The
/// exposure of a person lies between 0 and 1: with a sum of A it is highest where it is
/// that of A people, and lowest where it is that of A people who are left.
pub(super) fn pushed(value: RankedValue, part: &Part, unknown: &Part, up: bool) -> Option<Part> {
    let (own, more) = (&part.ranking, &unknown.ranking);
    let nothing = 0.0;
    let ranking = match value {
        RankedValue::TopShare => {
            let added = if up { more.top.a.value() } else { nothing };
            // Over lists, of which there are as many whoever is in them.
            let lists = RatioSums {
                b: exact(own.top.units as f64),
                ab: own.top.a.clone(),
                bb: exact(own.top.units as f64),
                ..own.top.clone()
            };
            let top = with(&lists, (added, nothing), (more.top.aa.value(), nothing));
            Ranking { top, ..own.clone() }
        }
        RankedValue::Skew => {
            let added = if up { (more.top.a.value(), nothing) } else { (nothing, more.top.b.value()) };
            Ranking { top: with(&own.top, added, (more.top.aa.value(), more.top.bb.value())), ..own.clone() }
        }
        RankedValue::Exposure => {
            let (sum, people) = (more.exposure.a.value(), more.exposure.b.value());
            let added = if up { (sum, sum) } else { (nothing, (people - sum).max(0.0)) };
            let squares = (more.exposure.aa.value(), more.exposure.bb.value());
            Ranking { exposure: with(&own.exposure, added, squares), ..own.clone() }
        }
        RankedValue::Divergence => return None,
    };
    Some(Part { id: None, ranking, ..part.clone() })
}

/// The places of a group and of all unknown people.
pub(super) fn joined(own: &Ranking, more: &Ranking) -> Ranking {
    let all = |own: &RatioSums, more: &RatioSums| {
        with(own, (more.a.value(), more.b.value()), (more.aa.value(), more.bb.value()))
    };
    Ranking {
        candidates: own.candidates + more.candidates,
        in_top: own.in_top + more.in_top,
        top: all(&own.top, &more.top),
        exposure: all(&own.exposure, &more.exposure),
    }
}

fn exact(value: f64) -> Exact {
    [value].into_iter().collect()
}

/// Sums over lists with what is added to both, and squares such that Σ(a − r·b)² with
/// their quotient r is as large as it can be with people who add so much (Minkowski).
fn with(own: &RatioSums, added: (f64, f64), squares: (f64, f64)) -> RatioSums {
    let (a, b) = (own.a.value() + added.0, own.b.value() + added.1);
    let ratio = a / b;
    let spread = |aa: f64, ab: f64, bb: f64| (aa - 2.0 * ratio * ab + ratio * ratio * bb).max(0.0);
    let of_own = spread(own.aa.value(), own.ab.value(), own.bb.value()).sqrt();
    let of_added = squares.0.sqrt() + ratio * squares.1.sqrt();
    let (ab, bb) = (own.ab.value(), own.bb.value());
    let aa = (of_own + of_added).powi(2) + 2.0 * ratio * ab - ratio * ratio * bb;
    RatioSums { a: exact(a), b: exact(b), aa: exact(aa), ..own.clone() }
}
