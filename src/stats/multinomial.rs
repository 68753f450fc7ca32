//! People spread over cells, again and again.
//!
//! Four ways, each where it is fastest: one by one (chances right to 2⁻³²), where
//! there are few people and many cells; from a table, where so many people are in few
//! cells each time; by one normal number a cell, where so many are in many cells each
//! time and many in each; else by one binomial number a cell.

use super::counter::{Bent, Counter};

/// Cells that people are spread over.
#[derive(Clone, Debug)]
pub struct Cells {
    /// Of each cell the chance of those who are in no cell before it.
    chances: Vec<f64>,
    /// Where there are many cells, so that few people are drawn one by one.
    alias: Option<Alias>,
    /// Where there are few, how many people the first cell gets of a number of them.
    first: Option<(u64, First)>,
    /// Where many of a number of people are in many cells.
    full: Option<(u64, Full)>,
}

/// From so many cells on it pays to draw people one by one, if there are few.
const MANY_CELLS: usize = 16;

/// So many people a cell, on average, are few.
const FEW_PEOPLE: u64 = 32;

/// Up to so many cells it pays to be prepared for the first.
const FEW_CELLS: usize = 3;

/// More people than so many are not looked up.
const TABLED_PEOPLE: u64 = 10_000_000;

/// From this variance on a table would be large, and a normal number is bent.
const BENT: f64 = 1_000.0;

impl Cells {
    /// Cells with chances in proportion to `shares`, which need not sum to 1. A share
    /// that is missing, negative or not finite counts as 0; where all are 0 nobody is
    /// placed.
    pub fn new(shares: &[f64]) -> Cells {
        let share = |share: &f64| if share.is_finite() && *share > 0.0 { *share } else { 0.0 };
        let shares: Vec<f64> = shares.iter().map(share).collect();
        let mut chances = shares.clone();
        // Sums from the end: the last share over what is left is then exactly 1.
        let mut sum = 0.0;
        for chance in chances.iter_mut().rev() {
            sum += *chance;
            *chance = if sum > 0.0 { *chance / sum } else { 0.0 };
        }
        let alias = (shares.len() >= MANY_CELLS && sum > 0.0 && sum.is_finite()).then(|| Alias::new(&shares, sum));
        Cells { chances, alias, first: None, full: None }
    }

    /// The same, prepared for spreading so many people thousands of times. Where many of
    /// them are in many cells counts are no whole numbers.
    pub fn for_people(shares: &[f64], people: u64) -> Cells {
        let cells = Cells::new(shares);
        let one_by_one = cells.one_by_one(people).is_some();
        let full = if one_by_one { None } else { Full::new(shares, people).map(|full| (people, full)) };
        let first = cells.chances.first().filter(|_| cells.chances.len() <= FEW_CELLS);
        let first = first.and_then(|chance| Some((people, First::new(people, *chance)?)));
        Cells { first, full, ..cells }
    }

    /// Where so many people are few.
    fn one_by_one(&self, people: u64) -> Option<&Alias> {
        self.alias.as_ref().filter(|_| people <= FEW_PEOPLE * self.chances.len() as u64)
    }
}

impl Counter {
    /// Spreads `n` people over cells.
    pub fn multinomial(&mut self, n: u64, cells: &Cells) -> Vec<u64> {
        let mut found = vec![0.0; cells.chances.len()];
        Counter::multinomials(std::array::from_mut(self), n, cells, [&mut found]);
        found.into_iter().map(|count| count as u64).collect()
    }

    /// Spreads `n` people over cells, once for each of several streams, into the counts of
    /// each. Cells without a chance get nobody.
    pub fn multinomials<const N: usize>(streams: &mut [Counter; N], n: u64, cells: &Cells, into: [&mut [f64]; N]) {
        let full = cells.full.as_ref().filter(|(people, _)| *people == n);
        match (cells.one_by_one(n), full) {
            (Some(alias), _) => {
                streams.iter_mut().zip(into).for_each(|(stream, counts)| alias.place(stream, n, counts))
            }
            (None, Some((_, full))) => full.place(streams, n, into),
            (None, None) => Counter::cell_by_cell(streams, n, cells, into),
        }
    }

    fn cell_by_cell<const N: usize>(streams: &mut [Counter; N], n: u64, cells: &Cells, mut into: [&mut [f64]; N]) {
        let mut left = [n; N];
        for (cell, chance) in cells.chances.iter().enumerate() {
            let first = cells.first.as_ref().filter(|(people, _)| cell == 0 && *people == n);
            for ((stream, left), counts) in streams.iter_mut().zip(&mut left).zip(&mut into) {
                let count = match first {
                    Some((_, first)) => first.draw(stream, n),
                    None => stream.binomial(*left, *chance),
                };
                *left -= count;
                counts[cell] = count as f64;
            }
        }
    }
}

/// Fewer cells with many people are not worth a way of their own.
const FEWEST_FULL: usize = 4;

/// Of fewer people numbers stay whole. A distance of distributions moves in steps of one
/// person; an interval that may end between two of them would leave out up to 2.7/√n more
/// of the truths that it leaves out (Smirnov's tail, 2·exp(−2·n·d²), half a step further).
const FEWEST_PEOPLE: u64 = 2_000;

/// From so many people on, as expected, a cell is full.
const MANY_PEOPLE: f64 = 32.0;

/// Cells many of which are full.
///
/// Each full cell is given a Poisson number, as a normal number bent to have its skewness
/// and kurtosis (Cornish & Fisher 1937), and what all have together too many or too few
/// is shared out by their chances. The means, variances, covariances and third cumulants
/// are those of multinomial numbers: taking the share of a cell off the sum of all leaves
/// its own spread within a given sum.
#[derive(Clone, Debug)]
struct Full {
    /// The other cells, each with its chance among those that are left.
    few: Vec<(usize, f64)>,
    many: Vec<FullCell>,
    /// How many people are expected in the full ones.
    expected: f64,
}

#[derive(Clone, Debug)]
struct FullCell {
    cell: usize,
    /// The share of those in full cells.
    share: f64,
    mean: f64,
    /// Of the Poisson number with that mean.
    deviation: f64,
}

impl Full {
    /// None where fewer than [`FEWEST_FULL`] cells are.
    fn new(shares: &[f64], people: u64) -> Option<Full> {
        let known = shares.iter().enumerate().filter(|(_, share)| share.is_finite() && **share > 0.0);
        let whole: f64 = known.clone().map(|(_, share)| share).sum();
        let mean = |share: f64| share / whole * people as f64;
        let (many, few): (Vec<_>, Vec<_>) = known.partition(|(_, share)| mean(**share) >= MANY_PEOPLE);
        let in_many: f64 = many.iter().map(|(_, share)| *share).sum();
        if many.len() < FEWEST_FULL || people < FEWEST_PEOPLE || !whole.is_finite() {
            return None;
        }
        let mut left = in_many;
        let mut few: Vec<(usize, f64)> = few
            .into_iter()
            .rev()
            .map(|(cell, share)| {
                left += share;
                (cell, share / left)
            })
            .collect();
        few.reverse();
        let full = |(cell, share): (usize, &f64)| {
            let mean = mean(*share);
            FullCell { cell, share: share / in_many, mean, deviation: mean.sqrt() }
        };
        Some(Full { few, many: many.into_iter().map(full).collect(), expected: mean(in_many) })
    }

    fn place<const N: usize>(&self, streams: &mut [Counter; N], n: u64, mut into: [&mut [f64]; N]) {
        let mut left = [n; N];
        into.iter_mut().for_each(|counts| counts.fill(0.0));
        for (cell, chance) in &self.few {
            for ((stream, left), counts) in streams.iter_mut().zip(&mut left).zip(&mut into) {
                let count = stream.binomial(*left, *chance);
                *left -= count;
                counts[*cell] = count as f64;
            }
        }
        let left = left.map(|left| left as f64);
        let times = left.map(|left| left / self.expected);
        let roots = times.map(f64::sqrt);
        let over = roots.map(|root| 1.0 / root);
        let mut sums = [0.0; N];
        for FullCell { cell, mean, deviation, .. } in &self.many {
            let inverse = 1.0 / deviation;
            for lane in 0..N {
                let deviations = (deviation * roots[lane], inverse * over[lane]);
                let count = bent_poisson(mean * times[lane], deviations, streams[lane].normal());
                into[lane][*cell] = count;
                sums[lane] += count;
            }
        }
        for FullCell { cell, share, .. } in &self.many {
            for lane in 0..N {
                into[lane][*cell] = (into[lane][*cell] - share * (sums[lane] - left[lane])).max(0.0);
            }
        }
    }
}

/// The Poisson number of a standard normal number, by mean, standard deviation and one over
/// that; not rounded.
#[inline]
fn bent_poisson(mean: f64, (deviation, inverse): (f64, f64), z: f64) -> f64 {
    let square = z * z;
    mean + z * (deviation + (1.0 - square) * inverse / 72.0) + (square - 1.0) / 6.0
}

/// Places of equal chance, each of which belongs to a cell up to a border, and beyond it
/// to another (Walker 1977; built as by Vose 1991). Chances are right to so many cells
/// of 2³².
#[derive(Clone, Debug)]
struct Alias {
    borders: Vec<(u32, u32)>,
}

impl Alias {
    fn new(shares: &[f64], sum: f64) -> Alias {
        let cells = shares.len() as f64;
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

    /// Places people one by one, two for every 64 random bits.
    fn place(&self, stream: &mut Counter, n: u64, counts: &mut [f64]) {
        counts.fill(0.0);
        for _ in 0..n / 2 {
            let bits = stream.next_u64();
            counts[self.cell((bits >> 32) as u32)] += 1.0;
            counts[self.cell(bits as u32)] += 1.0;
        }
        if n % 2 == 1 {
            counts[self.cell((stream.next_u64() >> 32) as u32)] += 1.0;
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

/// Binomial numbers of the same people again and again.
#[derive(Clone, Debug)]
enum First {
    Table(Table),
    /// Of those in the cell, or of the others where they are fewer.
    Bent {
        bent: Bent,
        others: bool,
    },
}

impl First {
    /// None where all people are in the cell, or none.
    fn new(people: u64, chance: f64) -> Option<First> {
        let variance = people as f64 * chance * (1.0 - chance);
        if !(chance > 0.0 && chance < 1.0) || people == 0 {
            None
        } else if variance >= BENT {
            let others = chance > 0.5;
            let rarer = if others { 1.0 - chance } else { chance };
            Some(First::Bent { bent: Bent::new(people as f64, rarer), others })
        } else {
            (people <= TABLED_PEOPLE).then(|| First::Table(Table::new(people, chance)))
        }
    }

    #[inline]
    fn draw(&self, stream: &mut Counter, people: u64) -> u64 {
        match self {
            First::Table(table) => table.find(stream.uniform()),
            First::Bent { bent, others } => {
                let found = bent.at(stream.normal()).min(people);
                if *others { people - found } else { found }
            }
        }
    }
}

/// The distribution function of a binomial number, and where to look in it.
#[derive(Clone, Debug)]
struct Table {
    lowest: u64,
    /// The chance of at most so many.
    below: Vec<f64>,
    /// By equal parts of the chance the first place that may be it.
    guide: Vec<u32>,
}

/// Chances so much below that of the mode are beyond doubles that are drawn.
const NOTHING: f64 = 1e-20;

impl Table {
    /// Of `n` people who succeed with a chance between 0 and 1, both excluded.
    fn new(n: u64, p: f64) -> Table {
        let odds = p / (1.0 - p);
        let mode = (((n + 1) as f64 * p) as u64).min(n);
        let up = |x: u64| odds * (n - x) as f64 / (x + 1) as f64;
        // Chances over that of the mode, downwards and upwards from it.
        let mut lower = Vec::new();
        let (mut x, mut chance) = (mode, 1.0);
        while x > 0 && chance > NOTHING {
            x -= 1;
            chance /= up(x);
            lower.push(chance);
        }
        let lowest = x;
        let mut chances: Vec<f64> = lower.into_iter().rev().chain([1.0]).collect();
        let (mut x, mut chance) = (mode, 1.0);
        while x < n && chance > NOTHING {
            chance *= up(x);
            x += 1;
            chances.push(chance);
        }
        let whole: f64 = chances.iter().sum();
        let mut sum = 0.0;
        let below: Vec<f64> = chances
            .iter()
            .map(|chance| {
                sum += chance / whole;
                sum
            })
            .collect();
        let parts = below.len();
        let mut at = 0;
        let guide = (0..parts).map(|part| {
            while at + 1 < parts && below[at] <= part as f64 / parts as f64 {
                at += 1;
            }
            at as u32
        });
        Table { lowest, guide: guide.collect(), below }
    }

    /// The number below or at which a uniform number lies.
    #[inline]
    fn find(&self, uniform: f64) -> u64 {
        let last = self.below.len() - 1;
        let mut at = self.guide[((uniform * self.guide.len() as f64) as usize).min(last)] as usize;
        while at < last && self.below[at] <= uniform {
            at += 1;
        }
        self.lowest + at as u64
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
    fn side_by_side_every_stream_is_as_alone() {
        let cells = Cells::new(&[400.0, 3.0, 900.0, 20.0]);
        let mut together = [Counter::new(1, 0), Counter::new(1, 1)];
        let mut found = [[0.0; 4]; 2];
        Counter::multinomials(&mut together, 5_000, &cells, found.each_mut().map(<[f64; 4]>::as_mut_slice));
        for (stream, found) in found.iter().enumerate() {
            let alone: [u64; 4] = spread(&mut Counter::new(1, stream as u64), 5_000, &[400.0, 3.0, 900.0, 20.0]);
            assert_eq!(found.map(|count| count as u64), alone);
        }
    }

    #[test]
    fn the_draws_never_change() {
        let mut counter = Counter::new(1, 0);
        let few: [u64; 4] = spread(&mut counter, 1000, &[1.0, 2.0, 3.0, 4.0]);
        let many: [u64; 16] = spread(&mut counter, 20, &[1.0; 16]);
        let pair = counter.multinomial(1000, &Cells::for_people(&[1.0, 3.0], 1000));
        assert_eq!((few, pair), ([101, 196, 318, 385], vec![296, 704]));
        assert_eq!(many, [2, 2, 4, 4, 0, 2, 0, 0, 1, 0, 0, 1, 0, 2, 0, 2]);
    }

    /// All cumulants of a Poisson number are its mean; by quadrature over normal numbers.
    #[test]
    fn a_bent_number_has_the_cumulants_of_a_poisson_number() {
        for mean in [32.0, 100.0, 5_000.0f64] {
            let deviation = mean.sqrt();
            let step = 1e-3;
            let grid = (-9_000..=9_000).map(|at| f64::from(at) * step);
            let points = grid.map(|z| {
                let density = (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt() * step;
                (bent_poisson(mean, (deviation, 1.0 / deviation), z), density)
            });
            let points: Vec<(f64, f64)> = points.collect();
            let centre: f64 = points.iter().map(|(x, density)| x * density).sum();
            let moment =
                |power| points.iter().map(|(x, density)| (x - centre).powi(power) * density).sum::<f64>() / mean;
            let (second, third, fourth) = (moment(2), moment(3), moment(4) - 3.0 * moment(2).powi(2) * mean);
            assert!((centre - mean).abs() < 1e-9 * mean, "{centre}");
            assert!((second - 1.0).abs() < 1e-4 && (third - 1.0).abs() < 3e-2, "{second} {third}");
            assert!((fourth - 1.0).abs() < 0.15, "{fourth}");
        }
    }

    /// What is prepared for many people is what is drawn for any.
    #[test]
    fn bent_numbers_are_those_of_any_people() {
        for shares in [[1.0, 3.0], [3.0, 1.0]] {
            let cells = [Cells::for_people(&shares, 90_000), Cells::new(&shares)];
            assert!(matches!(cells[0].first, Some((_, First::Bent { .. }))) && cells[1].first.is_none());
            let [prepared, any] = cells.map(|cells| {
                let mut counter = Counter::new(3, 0);
                (0..50).map(|_| counter.multinomial(90_000, &cells)).collect::<Vec<_>>()
            });
            assert_eq!(prepared, any);
        }
    }

    /// Moments by formula, and the distribution function of a cell as statrs has it. Of
    /// 40,000 draws a share is off by less than 0.01 but once in ten thousand times.
    #[test]
    fn full_cells_have_the_moments_and_the_distribution() {
        let shares = [0.1, 40.0, 2.0, 0.0, 36.0, f64::NAN, 250.0, 17.0, 656.0, 5.0, -3.0];
        let (n, whole) = (2_000u64, 1_006.1);
        let cells = Cells::for_people(&shares, n);
        let full = cells.full.as_ref().map(|(_, full)| (full.few.len(), full.many.len()));
        assert_eq!(full, Some((3, 5)));
        assert!(Cells::for_people(&shares, n - 1).full.is_none());
        let mut streams: [Counter; 4] = std::array::from_fn(|lane| Counter::new(11, lane as u64));
        let mut drawn = [[9.0; 11]; 4];
        let mut all: Vec<[f64; 11]> = Vec::new();
        for _ in 0..10_000 {
            Counter::multinomials(&mut streams, n, &cells, drawn.each_mut().map(<[f64; 11]>::as_mut_slice));
            all.extend(drawn);
        }
        let p = |cell: usize| if shares[cell] > 0.0 { shares[cell] / whole } else { 0.0 };
        let mean = |of: &dyn Fn(&[f64; 11]) -> f64| all.iter().map(of).sum::<f64>() / all.len() as f64;
        for one in 0..11 {
            let expected = n as f64 * p(one);
            let deviation = (expected * (1.0 - p(one))).sqrt();
            let off = move |counts: &[f64; 11]| counts[one] - expected;
            assert!(mean(&off).abs() <= 4.0 * deviation / 200.0, "{one}");
            for two in one..11 {
                let wanted = if one == two { deviation * deviation } else { -expected * p(two) };
                let found = mean(&|counts| off(counts) * (counts[two] - n as f64 * p(two)));
                let spread = deviation * (n as f64 * p(two) * (1.0 - p(two))).sqrt();
                assert!((found - wanted).abs() <= 8.0 * spread / 200.0, "{one} {two}: {found} {wanted}");
            }
            if shares[one] >= 17.0 {
                let skewness = mean(&|counts| (off(counts) / deviation).powi(3));
                assert!((skewness - (1.0 - 2.0 * p(one)) / deviation).abs() < 0.06, "{one}: {skewness}");
                let binomial = statrs::distribution::Binomial::new(p(one), n).expect("valid");
                for z in [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0] {
                    let most = (expected + z * deviation).round();
                    let found = mean(&|counts| f64::from(u8::from(counts[one] < most + 0.5)));
                    let wanted = statrs::distribution::DiscreteCDF::cdf(&binomial, most as u64);
                    assert!((found - wanted).abs() < 0.01, "{one} {z}: {found} {wanted}");
                }
            }
        }
        assert!(all.iter().all(|counts| (counts.iter().sum::<f64>() - n as f64).abs() < 1e-9));
    }

    /// Quantiles as scipy 1.17 has them (`binom.ppf`).
    #[test]
    fn a_table_holds_the_distribution() {
        for (n, p, quantiles) in [
            (1, 0.3, [0, 0, 0, 0, 1, 1]),
            (7, 0.999, [5, 7, 7, 7, 7, 7]),
            (40, 0.02, [0, 0, 0, 1, 2, 6]),
            (1_000, 0.5, [425, 469, 492, 500, 520, 559]),
            (3_000_000, 0.2, [596_709, 598_642, 599_637, 600_000, 600_888, 602_578]),
            (10_000_000, 1e-7, [0, 0, 0, 1, 2, 6]),
        ] {
            let table = Table::new(n, p);
            assert_eq!([1e-6, 0.025, 0.3, 0.5, 0.9, 0.9999].map(|share| table.find(share)), quantiles, "{n} {p}");
        }
    }
}
