//! Numbers and cells by a single look into a table.

use super::counter::Counter;

/// Places of equal chance, each of which belongs to a cell up to a border, and beyond it
/// to another (Walker 1977; built as by Vose 1991). Chances are right to so many cells
/// of 2³².
#[derive(Clone, Debug)]
pub(super) struct Alias {
    borders: Vec<(u32, u32)>,
}

impl Alias {
    /// Chances in proportion to `shares`, which are finite, none negative and one above 0.
    pub(super) fn new(shares: &[f64]) -> Alias {
        let (cells, sum) = (shares.len() as f64, shares.iter().sum::<f64>());
        let mut left: Vec<f64> = shares.iter().map(|share| share / sum * cells).collect();
        let mut borders: Vec<(u32, u32)> = (0..shares.len() as u32).map(|cell| (u32::MAX, cell)).collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..shares.len()).partition(|cell| left[*cell] < 1.0);
        while let (Some(few), Some(&many)) = (small.pop(), large.last()) {
            // Whole numbers from 0 to 2³² − 1 below the border.
            borders[few] = ((left[few] * 2f64.powi(32)) as u32, many as u32);
            left[many] -= 1.0 - left[few];
            if left[many] < 1.0 {
                large.pop();
                small.push(many);
            }
        }
        // Rounding leaves some with a place of their own; nobody goes to an empty one.
        let peopled = shares.iter().position(|share| *share > 0.0).unwrap_or(0) as u32;
        for cell in small.into_iter().filter(|cell| shares[*cell] <= 0.0) {
            borders[cell] = (0, peopled);
        }
        Alias { borders }
    }

    /// Places further people one by one, two for every 64 random bits.
    pub(super) fn place(&self, stream: &mut Counter, n: u64, counts: &mut [f64]) {
        for _ in 0..n / 2 {
            let [one, two] = halves(stream.next_u64());
            counts[self.cell(one)] += 1.0;
            counts[self.cell(two)] += 1.0;
        }
        if n % 2 == 1 {
            counts[self.cell(halves(stream.next_u64())[0])] += 1.0;
        }
    }

    /// The cell of 32 random bits: times the number of places they are a place, and how
    /// far it is to the next.
    #[inline]
    fn cell(&self, bits: u32) -> usize {
        let product = u64::from(bits) * self.borders.len() as u64;
        let (place, within) = ((product >> 32) as usize, product as u32);
        let (border, other) = self.borders[place];
        // Beyond the border of a place of its own is the same cell.
        std::hint::select_unpredictable(within < border, place, other as usize)
    }
}

/// 64 random bits as twice 32.
#[inline]
pub(super) fn halves(bits: u64) -> [u32; 2] {
    [(bits >> 32) as u32, bits as u32]
}

/// A distribution of whole numbers. Chances are right to some 2⁻³², and so much of a
/// tail is left out.
#[derive(Clone, Debug)]
pub(super) struct Numbers {
    lowest: u64,
    alias: Alias,
}

/// Chances so much below that of the mode are never drawn.
const NOTHING: f64 = 1e-12;

impl Numbers {
    /// How many of `n` people succeed who do with a chance between 0 and 1, both excluded.
    pub(super) fn binomial(n: u64, p: f64) -> Numbers {
        let odds = p / (1.0 - p);
        let mode = (((n + 1) as f64 * p) as u64).min(n);
        Numbers::around(mode, n, |x| odds * (n - x) as f64 / (x + 1) as f64)
    }

    /// Poisson's, with a mean above 0.
    pub(super) fn poisson(mean: f64) -> Numbers {
        Numbers::around(mean as u64, u64::MAX, |x| mean / (x + 1) as f64)
    }

    /// From the mode outwards: `next` is the chance of x + 1 over that of x, for x below
    /// the highest.
    fn around(mode: u64, highest: u64, next: impl Fn(u64) -> f64) -> Numbers {
        let mut chances = Vec::new();
        let (mut lowest, mut chance) = (mode, 1.0);
        while lowest > 0 && chance > NOTHING {
            lowest -= 1;
            chance /= next(lowest);
            chances.push(chance);
        }
        chances.reverse();
        chances.push(1.0);
        let (mut x, mut chance) = (mode, 1.0);
        while x < highest && chance > NOTHING {
            chance *= next(x);
            x += 1;
            chances.push(chance);
        }
        Numbers { lowest, alias: Alias::new(&chances) }
    }

    /// The number of 32 random bits.
    #[inline]
    pub(super) fn of(&self, bits: u32) -> u64 {
        self.lowest + self.alias.cell(bits) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{Binomial, Discrete, Poisson};

    /// The chances as the table has them.
    fn chances(alias: &Alias) -> Vec<f64> {
        let places = alias.borders.len();
        let mut found = vec![0.0; places];
        for (place, (border, other)) in alias.borders.iter().enumerate() {
            let own = f64::from(*border) / 2f64.powi(32);
            found[place] += own / places as f64;
            found[*other as usize] += (1.0 - own) / places as f64;
        }
        found
    }

    fn alike(numbers: &Numbers, wanted: impl Fn(u64) -> f64) {
        let mut left = 1.0;
        for (x, found) in (numbers.lowest..).zip(chances(&numbers.alias)) {
            // Of many trials statrs is off by as much.
            assert!((found - wanted(x)).abs() < 1e-8, "{x}: {found} is not {}", wanted(x));
            left -= wanted(x);
        }
        assert!(left.abs() < 1e-7, "{left}");
    }

    #[test]
    fn numbers_have_their_chances() {
        for (n, p) in [(1, 0.3), (7, 0.999), (40, 0.02), (1_000, 0.5), (1_000_000, 1e-4), (10_000_000, 1e-7)] {
            let statrs = Binomial::new(p, n).expect("valid");
            alike(&Numbers::binomial(n, p), |x| statrs.pmf(x));
        }
        for mean in [1e-9, 0.2, 1.0, 17.3, 250.0, 4_000.0] {
            let statrs = Poisson::new(mean).expect("valid");
            alike(&Numbers::poisson(mean), |x| statrs.pmf(x));
        }
    }

    #[test]
    fn a_cell_without_a_share_gets_nobody() {
        for shares in [vec![0.0, 2.0, 0.0, 1e-30, 5.0], vec![1.0, 0.0], vec![3.0; 7], vec![1.0]] {
            let found = chances(&Alias::new(&shares));
            let whole: f64 = shares.iter().sum();
            for (found, share) in found.iter().zip(&shares) {
                assert!((found - share / whole).abs() < 1e-9 && (*share > 0.0 || *found == 0.0), "{found} {share}");
            }
        }
    }
}
