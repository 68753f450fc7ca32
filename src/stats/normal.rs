//! Normal and gamma numbers, as they are drawn ten thousand times for every interval.

use std::sync::LazyLock;

use super::counter::Counter;

/// Layers of equal area under the density.
const LAYERS: usize = 128;

/// Where the lowest layer turns into the tail, and the area of each layer, for so many of
/// them (Marsaglia & Tsang 2000; Doornik 2005, table 1).
const TAIL: f64 = 3.442_619_855_899;
const AREA: f64 = 9.912_563_035_262_17e-3;

/// exp(−x²/2), the density but for its scale.
fn density(x: f64) -> f64 {
    (-0.5 * x * x).exp()
}

/// The right ends of the layers from the lowest up, that of the lowest as if it had no
/// tail; and 0 above the last.
static ENDS: LazyLock<[f64; LAYERS + 1]> = LazyLock::new(|| {
    let mut ends = [0.0; LAYERS + 1];
    ends[0] = AREA / density(TAIL);
    ends[1] = TAIL;
    for at in 2..LAYERS {
        ends[at] = (-2.0 * (AREA / ends[at - 1] + density(ends[at - 1])).ln()).sqrt();
    }
    ends
});

impl Counter {
    /// A standard normal number, by the ziggurat (Marsaglia & Tsang 2000; with the layer and
    /// the place in it from different bits, as Doornik 2005 asks for).
    #[inline]
    pub fn normal(&mut self) -> f64 {
        let ends = &*ENDS;
        loop {
            let bits = self.next_u64();
            let layer = (bits % LAYERS as u64) as usize;
            // Between −1 and 1, and neither of them.
            let x = (((bits >> 12) as f64 + 0.5) / (1u64 << 51) as f64 - 1.0) * ends[layer];
            if x.abs() < ends[layer + 1] {
                return x;
            }
            if let Some(x) = self.beyond(layer, x) {
                return x;
            }
        }
    }

    /// The number where a layer sticks out of the density, and in the tail.
    #[cold]
    fn beyond(&mut self, layer: usize, x: f64) -> Option<f64> {
        if layer == 0 {
            loop {
                let (over, height) = (-self.uniform().ln() / TAIL, -self.uniform().ln());
                if 2.0 * height > over * over {
                    return Some((TAIL + over).copysign(x));
                }
            }
        }
        let (low, high) = (density(ENDS[layer]), density(ENDS[layer + 1]));
        (low + self.uniform() * (high - low) < density(x)).then_some(x)
    }
}

/// A gamma distribution of scale 1, of which many numbers are drawn.
#[derive(Clone, Copy, Debug)]
pub struct Gamma {
    d: f64,
    c: f64,
    /// Of a shape below 1 what is over one more.
    power: Option<f64>,
}

impl Gamma {
    /// With a shape above 0.
    pub fn new(shape: f64) -> Gamma {
        let (shape, power) = if shape < 1.0 { (shape + 1.0, Some(1.0 / shape)) } else { (shape, None) };
        let d = shape - 1.0 / 3.0;
        Gamma { d, c: 1.0 / (9.0 * d).sqrt(), power }
    }

    /// A number, by squeezed rejection (Marsaglia & Tsang 2000); of a shape below 1 from
    /// that of one more.
    #[inline]
    pub fn draw(&self, chance: &mut Counter) -> f64 {
        let drawn = self.above_one(chance);
        match self.power {
            None => drawn,
            // Jeffreys' ½, the usual one.
            Some(2.0) => drawn * chance.uniform().powi(2),
            Some(power) => drawn * chance.uniform().powf(power),
        }
    }

    #[inline]
    fn above_one(&self, chance: &mut Counter) -> f64 {
        loop {
            let x = chance.normal();
            let v = 1.0 + self.c * x;
            if v <= 0.0 {
                continue;
            }
            let (v, u, square) = (v * v * v, chance.uniform(), x * x);
            // The squeeze lies within the region of the logarithms, and spares them.
            if u < 1.0 - 0.0331 * square * square || u.ln() < 0.5 * square + self.d * (1.0 - v + v.ln()) {
                return self.d * v;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::distribution::{chi_square_survival, normal_cdf};

    /// All layers have the same area, and the topmost ends at the density's mode.
    #[test]
    fn layers_have_one_area() {
        let tail = (1.0 - normal_cdf(TAIL)) * (2.0 * std::f64::consts::PI).sqrt();
        assert!((TAIL * density(TAIL) + tail - AREA).abs() < 1e-12);
        for at in 1..LAYERS {
            let height = density(ENDS[at + 1]) - density(ENDS[at]);
            assert!((ENDS[at] * height / AREA - 1.0).abs() < 1e-8, "{at}");
        }
    }

    #[test]
    fn the_draws_never_change() {
        let mut chance = Counter::new(1, 0);
        let drawn =
            [chance.normal(), chance.normal(), Gamma::new(0.5).draw(&mut chance), Gamma::new(9.0).draw(&mut chance)];
        let known = [0.090_492_891_812, -0.266_702_176_174, 0.417_972_490_738, 6.078_206_595_752];
        assert!(drawn.iter().zip(known).all(|(drawn, known)| (drawn - known).abs() < 1e-11), "{drawn:?}");
    }

    /// χ² over 200 cells of equal chance, the outermost beyond 2.8; and the tail.
    #[test]
    fn normal_has_its_distribution() {
        const CELLS: usize = 200;
        let (draws, mut chance) = (2_000_000, Counter::new(3, 0));
        let (mut seen, mut tail) = ([0.0; CELLS], [0.0; 2]);
        for _ in 0..draws {
            let x = chance.normal();
            seen[((normal_cdf(x) * CELLS as f64) as usize).min(CELLS - 1)] += 1.0;
            tail[0] += f64::from(u8::from(x.abs() > 3.6));
            tail[1] += f64::from(u8::from(x < -4.2));
        }
        let expected = f64::from(draws) / CELLS as f64;
        let statistic: f64 = seen.iter().map(|seen| (seen - expected) * (seen - expected) / expected).sum();
        assert!(chi_square_survival(statistic, CELLS as f64 - 1.0) > 1e-3, "{statistic}");
        let wanted = [2.0 * normal_cdf(-3.6), normal_cdf(-4.2)].map(|share| share * f64::from(draws));
        assert!(tail.iter().zip(wanted).all(|(seen, wanted)| (seen - wanted).abs() < 4.0 * wanted.sqrt()), "{tail:?}");
    }

    /// χ² over cells of equal chance, by the distribution function as statrs has it.
    #[test]
    fn gamma_has_its_distribution() {
        const CELLS: usize = 100;
        for shape in [0.5, 0.8, 1.0, 3.7, 120.0, 4e6] {
            let (draws, mut chance, gamma) = (200_000, Counter::new(7, 1), Gamma::new(shape));
            let mut seen = [0.0; CELLS];
            for _ in 0..draws {
                let below = statrs::function::gamma::gamma_lr(shape, gamma.draw(&mut chance));
                seen[((below * CELLS as f64) as usize).min(CELLS - 1)] += 1.0;
            }
            let expected = f64::from(draws) / CELLS as f64;
            let statistic: f64 = seen.iter().map(|seen| (seen - expected) * (seen - expected) / expected).sum();
            assert!(chi_square_survival(statistic, CELLS as f64 - 1.0) > 1e-3, "{shape}: {statistic}");
        }
    }
}
