//! People spread over cells once, as who simulates data does: one by one where they are few and
//! the cells many, else by one binomial number a cell.

use super::alias::Alias;
use super::counter::Counter;

/// Cells that people are spread over.
#[derive(Clone, Debug)]
pub struct Cells {
    /// Of each cell the chance of those who are in no cell before it.
    chances: Vec<f64>,
    /// Where there are many cells, so that few people are drawn one by one.
    alias: Option<Alias>,
}

/// From so many cells on it pays to draw people one by one, if there are few.
const MANY_CELLS: usize = 16;

/// So many people a cell, on average, are few.
const FEW_PEOPLE: u64 = 32;

/// The share of a cell; one that is missing, negative or not finite is 0.
pub(super) fn share(share: &f64) -> f64 {
    if share.is_finite() && *share > 0.0 { *share } else { 0.0 }
}

/// Of each cell the chance of those who are in no cell before it.
pub(super) fn chances(shares: &[f64]) -> Vec<f64> {
    let mut chances: Vec<f64> = shares.iter().map(share).collect();
    // Sums from the end: the last share over what is left is then exactly 1.
    let mut sum = 0.0;
    for chance in chances.iter_mut().rev() {
        sum += *chance;
        *chance = if sum > 0.0 { *chance / sum } else { 0.0 };
    }
    chances
}

impl Cells {
    /// Cells with chances in proportion to `shares`, which need not sum to 1. A share
    /// that is missing, negative or not finite counts as 0; where all are 0 nobody is
    /// placed.
    pub fn new(shares: &[f64]) -> Cells {
        let known: Vec<f64> = shares.iter().map(share).collect();
        let sum: f64 = known.iter().sum();
        let alias = (known.len() >= MANY_CELLS && sum > 0.0 && sum.is_finite()).then(|| Alias::new(&known));
        Cells { chances: chances(shares), alias }
    }
}

impl Counter {
    /// Spreads `n` people over cells. Cells without a chance get nobody.
    pub fn multinomial(&mut self, n: u64, cells: &Cells) -> Vec<u64> {
        if let Some(alias) = cells.alias.as_ref().filter(|_| n <= FEW_PEOPLE * cells.chances.len() as u64) {
            let mut counts = vec![0.0; cells.chances.len()];
            alias.place(self, n, &mut counts);
            return counts.into_iter().map(|count| count as u64).collect();
        }
        let mut left = n;
        let mut draw = |chance: &f64| {
            let count = self.binomial(left, *chance);
            left -= count;
            count
        };
        cells.chances.iter().map(&mut draw).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread<const N: usize>(counter: &mut Counter, n: u64, shares: &[f64; N]) -> [u64; N] {
        counter.multinomial(n, &Cells::new(shares)).try_into().expect("a count for each cell")
    }

    #[test]
    fn multinomial_places_everyone_where_there_is_a_share() {
        let mut counter = Counter::new(2, 0);
        let mut sums = [0u64; 5];
        for _ in 0..20_000 {
            let cells: [u64; 5] = spread(&mut counter, 100, &[0.2, 0.0, 0.5, 1e-30, f64::NAN]);
            assert_eq!(cells.iter().sum::<u64>(), 100);
            sums.iter_mut().zip(cells).for_each(|(sum, cell)| *sum += cell);
        }
        assert!((sums[0] as f64 / 2e6 - 2.0 / 7.0).abs() < 0.002 && sums[1] + sums[3] + sums[4] == 0, "{sums:?}");
        assert_eq!(spread(&mut counter, 7, &[0.0, 0.0]), [0, 0]);
        assert_eq!(spread(&mut counter, 7, &[1.0]), [7]);
    }

    /// χ² of drawn counts in many cells, one by one and by binomial numbers.
    #[test]
    fn few_people_and_many_are_spread_by_their_chances() {
        let shares: [f64; 20] = std::array::from_fn(|cell| if cell % 7 == 3 { 0.0 } else { 1.0 + cell as f64 });
        let whole: f64 = shares.iter().sum();
        for (n, times) in [(30u64, 20_000u64), (5_000, 200)] {
            let mut counter = Counter::new(5, n);
            let (mut sums, mut squares) = ([0u64; 20], 0.0);
            for _ in 0..times {
                let drawn: [u64; 20] = spread(&mut counter, n, &shares);
                assert_eq!(drawn.iter().sum::<u64>(), n);
                sums.iter_mut().zip(drawn).for_each(|(sum, drawn)| *sum += drawn);
                squares += (drawn[19] as f64 - n as f64 * 20.0 / whole).powi(2);
            }
            let off = |(share, sum): (&f64, &u64)| {
                let expected = share / whole * (n * times) as f64;
                if *share > 0.0 { (*sum as f64 - expected).powi(2) / expected } else { *sum as f64 * 1e9 }
            };
            // 16 degrees of freedom: beyond 40 once in a thousand.
            assert!(shares.iter().zip(&sums).map(off).sum::<f64>() < 40.0, "{sums:?}");
            let p = 20.0 / whole;
            let variance = squares / times as f64 / (n as f64 * p * (1.0 - p));
            assert!((variance - 1.0).abs() < 0.3, "{variance}");
        }
    }

    #[test]
    fn the_draws_never_change() {
        let mut counter = Counter::new(1, 0);
        let few: [u64; 4] = spread(&mut counter, 1000, &[1.0, 2.0, 3.0, 4.0]);
        let many: [u64; 16] = spread(&mut counter, 20, &[1.0; 16]);
        assert_eq!(few, [101, 196, 318, 385]);
        assert_eq!(many.iter().sum::<u64>(), 20);
    }
}
