//! The same people spread over the same cells, thousands of times.
//!
//! Five ways, each where it is fastest. Of few people each is placed by itself. Of more in
//! many cells nearly all are, with one Poisson number a cell, and the rest by themselves;
//! of many in many full cells each is given one normal number, bent. Two or three cells
//! take numbers from a table, all else is one binomial number a cell.

use super::alias::{Alias, Numbers, halves};
use super::counter::{Bent, Counter};
use super::multinomial::{chances, share};

/// A number of people and the cells that they are spread over.
#[derive(Clone, Debug)]
pub(super) struct Spread {
    people: u64,
    way: Way,
}

#[derive(Clone, Debug)]
enum Way {
    Two(First),
    OneByOne(Alias),
    Topped(Topped),
    Full(Full),
    CellByCell(CellByCell),
}

/// Up to so many cells it pays to be prepared for the first.
const FEW_CELLS: usize = 3;

impl Spread {
    /// Cells with chances in proportion to `shares`, which need not sum to 1. A share that is
    /// missing, negative or not finite counts as 0; where all are 0 nobody is placed. Where
    /// many people are in many cells counts are no whole numbers.
    pub(super) fn new(shares: &[f64], people: u64) -> Spread {
        let known: Vec<f64> = shares.iter().map(share).collect();
        let sum: f64 = known.iter().sum();
        let way = match known.as_slice() {
            [one, other] => First::new(people, one / (one + other)).map(Way::Two),
            cells if cells.len() <= FEW_CELLS || !(sum > 0.0 && sum.is_finite()) => None,
            cells if is_many(cells, people) => Full::new(cells, sum, people).map(Way::Full),
            cells => Some(match Topped::new(cells, sum, people) {
                Some(topped) => Way::Topped(topped),
                None => Way::OneByOne(Alias::new(cells)),
            }),
        };
        let way = way.unwrap_or_else(|| Way::CellByCell(CellByCell::new(&known, people)));
        Spread { people, way }
    }

    /// Spreads them once for each of several streams, into the counts of each. Cells without
    /// a chance get nobody.
    pub(super) fn draw<const N: usize>(&self, streams: &mut [Counter; N], mut into: [&mut [f64]; N]) {
        into.iter_mut().for_each(|counts| counts.fill(0.0));
        let each = streams.iter_mut().zip(&mut into);
        match &self.way {
            Way::Two(first) => each.for_each(|(stream, counts)| first.place(stream, self.people, counts)),
            Way::OneByOne(alias) => each.for_each(|(stream, counts)| alias.place(stream, self.people, counts)),
            Way::Topped(topped) => each.for_each(|(stream, counts)| topped.place(stream, self.people, counts)),
            Way::Full(full) => full.place(streams, self.people, into),
            Way::CellByCell(cells) => cells.place(streams, self.people, into),
        }
    }
}

/// Whether people are so many that they are not spread one by one, nor from tables.
fn is_many(shares: &[f64], people: u64) -> bool {
    let peopled = shares.iter().filter(|share| **share > 0.0).count();
    people >= FEWEST_PEOPLE && people as f64 >= MANY_PEOPLE * peopled as f64
}

/// Numbers of many cells, each from a table, and people who are placed after them.
///
/// Poisson numbers are multinomial given their sum, and multinomial numbers of the same
/// chances add up to such: those of a sum of at most all people and those of the people left,
/// placed one by one, are exactly those of all. A mean sum of a standard deviation less than
/// all leaves 1.3 of these on average, and is drawn anew once in six times.
#[derive(Clone, Debug)]
struct Topped {
    cells: Vec<(usize, Numbers)>,
    alias: Alias,
}

/// So many people are placed in the time of a look into the table of a cell.
const LOOK: f64 = 1.5;

/// Standard deviations that are left to be placed, with the sums that are too large.
const LEFT: f64 = 1.3;
const AGAIN: f64 = 1.19;

impl Topped {
    /// None where people placed by themselves take less time.
    fn new(shares: &[f64], sum: f64, people: u64) -> Option<Topped> {
        let n = people as f64;
        let drawn = n - n.sqrt();
        let peopled = shares.iter().enumerate().filter(|(_, share)| **share > 0.0);
        if AGAIN * LOOK * peopled.clone().count() as f64 + LEFT * n.sqrt() >= n {
            return None;
        }
        // A mean that is nothing in doubles is that of a cell that nobody comes to.
        let table = |(cell, share): (usize, &f64)| {
            let mean = share / sum * drawn;
            (mean > 0.0).then(|| (cell, Numbers::poisson(mean)))
        };
        Some(Topped { cells: peopled.filter_map(table).collect(), alias: Alias::new(shares) })
    }

    fn place(&self, stream: &mut Counter, people: u64, counts: &mut [f64]) {
        let left = loop {
            let mut sum = 0;
            for pair in self.cells.chunks(2) {
                for ((cell, numbers), bits) in pair.iter().zip(halves(stream.next_u64())) {
                    let number = numbers.of(bits);
                    counts[*cell] = number as f64;
                    sum += number;
                }
            }
            if sum <= people {
                break people - sum;
            }
        };
        self.alias.place(stream, left, counts);
    }
}

/// One binomial number a cell, of those who are in no cell before it.
#[derive(Clone, Debug)]
struct CellByCell {
    chances: Vec<f64>,
    /// Where there are few cells, how many people the first gets.
    first: Option<First>,
}

impl CellByCell {
    fn new(shares: &[f64], people: u64) -> CellByCell {
        let chances = chances(shares);
        let first = chances.first().filter(|_| chances.len() <= FEW_CELLS);
        CellByCell { first: first.and_then(|chance| First::new(people, *chance)), chances }
    }

    fn place<const N: usize>(&self, streams: &mut [Counter; N], people: u64, mut into: [&mut [f64]; N]) {
        let mut left = [people; N];
        for (cell, chance) in self.chances.iter().enumerate() {
            let first = self.first.as_ref().filter(|_| cell == 0);
            for ((stream, left), counts) in streams.iter_mut().zip(&mut left).zip(&mut into) {
                let count = match first {
                    Some(first) => first.draw(stream, people),
                    None => stream.binomial(*left, *chance),
                };
                *left -= count;
                counts[cell] = count as f64;
            }
        }
    }
}

/// More people than so many are not looked up.
const TABLED_PEOPLE: u64 = 10_000_000;

/// From this variance on a table would be large, and a normal number is bent.
const BENT: f64 = 1_000.0;

/// Binomial numbers of the same people again and again.
#[derive(Clone, Debug)]
enum First {
    Table(Numbers),
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
            (people <= TABLED_PEOPLE).then(|| First::Table(Numbers::binomial(people, chance)))
        }
    }

    /// The people of two cells.
    #[inline]
    fn place(&self, stream: &mut Counter, people: u64, counts: &mut [f64]) {
        let count = self.draw(stream, people);
        counts.iter_mut().zip([count, people - count]).for_each(|(cell, count)| *cell = count as f64);
    }

    #[inline]
    fn draw(&self, stream: &mut Counter, people: u64) -> u64 {
        match self {
            First::Table(numbers) => numbers.of(halves(stream.next_u64())[0]),
            First::Bent { bent, others } => {
                let found = bent.at(stream.normal()).min(people);
                if *others { people - found } else { found }
            }
        }
    }
}

/// Fewer cells with many people are not worth a way of their own.
const FEWEST_FULL: usize = 4;

/// Of fewer people numbers stay whole, and of more so many would be placed after the tables that
/// a normal number for each cell takes less time. A distance of distributions moves
/// in steps of one person; an interval that may end between two of them leaves out up to
/// 2.7/√n more of the truths that it leaves out (Smirnov's tail, 2·exp(−2·n·d²), half a step
/// further).
const FEWEST_PEOPLE: u64 = 10_000;

/// From so many people on, as expected, a cell is full; where there are fewer to each, on
/// average, tables are small however many people there are.
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
    fn new(shares: &[f64], whole: f64, people: u64) -> Option<Full> {
        let known = shares.iter().enumerate().filter(|(_, share)| **share > 0.0);
        let mean = |share: f64| share / whole * people as f64;
        let (many, few): (Vec<_>, Vec<_>) = known.partition(|(_, share)| mean(**share) >= MANY_PEOPLE);
        let in_many: f64 = many.iter().map(|(_, share)| *share).sum();
        if many.len() < FEWEST_FULL {
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

#[cfg(test)]
mod tests {
    use super::*;

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

    fn draws<const N: usize>(shares: &[f64; N], people: u64, times: usize) -> Vec<[f64; N]> {
        let spread = Spread::new(shares, people);
        let mut streams: [Counter; 4] = std::array::from_fn(|lane| Counter::new(11, lane as u64));
        let mut drawn = [[9.0; N]; 4];
        let mut all = Vec::new();
        for _ in 0..times / 4 {
            spread.draw(&mut streams, drawn.each_mut().map(<[f64; N]>::as_mut_slice));
            all.extend(drawn);
        }
        all
    }

    fn way(shares: &[f64], people: u64) -> &'static str {
        match Spread::new(shares, people).way {
            Way::Two(_) => "two",
            Way::OneByOne(_) => "one by one",
            Way::Topped(_) => "topped",
            Way::Full(_) => "full",
            Way::CellByCell(_) => "cell by cell",
        }
    }

    #[test]
    fn thin_cells_are_not_walked_one_by_one() {
        for (cells, people, wanted) in [
            (2_500, 79_000, "topped"),
            (2_500, 81_000, "full"),
            (400, 11_000, "topped"),
            (312, 10_000, "full"),
            (312, 9_000, "topped"),
            (2_500, 2_000, "one by one"),
            (3, 2_000, "cell by cell"),
        ] {
            assert_eq!(way(&vec![1.0; cells], people), wanted, "{cells} {people}");
        }
    }

    /// Moments by formula, and the distribution function of a cell as statrs has it. Of
    /// 40,000 draws a share is off by less than 0.01 but once in ten thousand times.
    fn is_multinomial<const N: usize>(shares: [f64; N], n: u64, way: &str) {
        assert_eq!(self::way(&shares, n), way);
        let whole: f64 = shares.iter().filter(|share| **share > 0.0).sum();
        let all = draws(&shares, n, 40_000);
        let p = |cell: usize| if shares[cell] > 0.0 { shares[cell] / whole } else { 0.0 };
        let mean = |of: &dyn Fn(&[f64; N]) -> f64| all.iter().map(of).sum::<f64>() / all.len() as f64;
        for one in 0..N {
            let expected = n as f64 * p(one);
            let deviation = (expected * (1.0 - p(one))).sqrt();
            let off = move |counts: &[f64; N]| counts[one] - expected;
            assert!(mean(&off).abs() <= 4.0 * deviation / 200.0, "{n} {one}");
            for two in one..N {
                let wanted = if one == two { deviation * deviation } else { -expected * p(two) };
                let found = mean(&|counts| off(counts) * (counts[two] - n as f64 * p(two)));
                let spread = deviation * (n as f64 * p(two) * (1.0 - p(two))).sqrt();
                // Of cells with hardly anyone fourth moments are large.
                let rare = if expected.min(n as f64 * p(two)) < 1.0 { 0.02 } else { 0.0 };
                assert!((found - wanted).abs() <= 8.0 * spread / 200.0 + rare, "{n} {one} {two}: {found} {wanted}");
            }
            if expected > 1.0 {
                let skewness = mean(&|counts| (off(counts) / deviation).powi(3));
                assert!((skewness - (1.0 - 2.0 * p(one)) / deviation).abs() < 0.06, "{n} {one}: {skewness}");
                let binomial = statrs::distribution::Binomial::new(p(one), n).expect("valid");
                for z in [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0] {
                    let most = (expected + z * deviation).round().max(0.0);
                    let found = mean(&|counts| f64::from(u8::from(counts[one] < most + 0.5)));
                    let wanted = statrs::distribution::DiscreteCDF::cdf(&binomial, most as u64);
                    assert!((found - wanted).abs() < 0.01, "{n} {one} {z}: {found} {wanted}");
                }
            }
        }
        assert!(all.iter().all(|counts| (counts.iter().sum::<f64>() - n as f64).abs() < 1e-9));
        assert!(way == "full" || all.iter().flatten().all(|count| count.fract() == 0.0));
    }

    #[test]
    fn cells_have_the_moments_and_the_distribution_of_multinomial_numbers() {
        let shares = [0.1, 40.0, 2.0, 0.0, 36.0, f64::NAN, 250.0, 17.0, 656.0, 5.0, -3.0];
        for (n, way) in [(8, "one by one"), (60, "topped"), (2_001, "topped"), (9_999, "topped"), (10_000, "full")] {
            is_multinomial(shares, n, way);
        }
        for n in [60, 2_001, 50_000] {
            is_multinomial([3.0, 1.0], n, "two");
            is_multinomial([2.0, 7.0, 1.0], n, "cell by cell");
        }
        is_multinomial([3.0, 900.0, 2.0, 1.0, 1.0], 20_000, "cell by cell");
    }

    /// χ² over all ways to spread 30 people over four cells, by the definition of the chances.
    #[test]
    fn topped_numbers_are_multinomial_together() {
        let (shares, n, times) = ([1.0, 2.0, 3.0, 4.0], 30u64, 400_000);
        assert_eq!(way(&shares, n), "topped");
        let mut seen = std::collections::HashMap::<[u64; 4], f64>::new();
        for counts in draws(&shares, n, times) {
            *seen.entry(counts.map(|count| count as u64)).or_default() += 1.0;
        }
        let ln_chance = |counts: [u64; 4]| {
            let cells = counts.iter().zip(shares);
            let ln = |(count, share): (&u64, f64)| {
                *count as f64 * (share / 10.0).ln() - statrs::function::factorial::ln_factorial(*count)
            };
            statrs::function::factorial::ln_factorial(n) + cells.map(ln).sum::<f64>()
        };
        let (mut statistic, mut cells, mut rare) = (0.0, 0.0, [0.0; 2]);
        for a in 0..=n {
            for b in 0..=n - a {
                for c in 0..=n - a - b {
                    let counts = [a, b, c, n - a - b - c];
                    let wanted = ln_chance(counts).exp() * times as f64;
                    let found = seen.get(&counts).copied().unwrap_or(0.0);
                    if wanted >= 10.0 {
                        statistic += (found - wanted).powi(2) / wanted;
                        cells += 1.0;
                    } else {
                        rare = [rare[0] + found, rare[1] + wanted];
                    }
                }
            }
        }
        statistic += (rare[0] - rare[1]).powi(2) / rare[1];
        let tail = super::super::distribution::chi_square_survival(statistic, cells);
        assert!(cells > 500.0 && tail > 1e-3, "χ² = {statistic} on {cells} cells, p = {tail}");
    }

    #[test]
    fn nobody_no_cell_and_one_cell() {
        assert_eq!(way(&[3.0, 900.0, 2.0, 1.0, 1.0], 20_000), "cell by cell");
        for (shares, people, wanted) in [
            ([0.0; 5], 70, [0.0; 5]),
            ([0.0, f64::INFINITY, 0.0, -2.0, 0.0], 70, [0.0; 5]),
            ([0.0, 3.0, 0.0, 0.0, 0.0], 70, [0.0, 70.0, 0.0, 0.0, 0.0]),
            ([0.0, 3.0, 0.0, 0.0, 0.0], 70_000, [0.0, 70_000.0, 0.0, 0.0, 0.0]),
            ([1.0, 3.0, 0.0, 1e-320, 0.0], 0, [0.0; 5]),
        ] {
            assert!(draws(&shares, people, 8).iter().all(|counts| *counts == wanted), "{shares:?} {people}");
        }
        let sums = draws(&[1e-320, 1e-310, 0.0, 0.0, 1.0], 70, 8).into_iter().map(|counts| counts.iter().sum::<f64>());
        assert!(sums.into_iter().all(|sum| sum == 70.0));
    }

    #[test]
    fn side_by_side_every_stream_is_as_alone() {
        for people in [5, 900, 20_000] {
            let spread = Spread::new(&[400.0, 3.0, 900.0, 20.0, 250.0, 300.0], people);
            let mut together = [Counter::new(1, 0), Counter::new(1, 1)];
            let mut found = [[0.0; 6]; 2];
            spread.draw(&mut together, found.each_mut().map(<[f64; 6]>::as_mut_slice));
            for (stream, found) in found.iter().enumerate() {
                let mut alone = [0.0; 6];
                spread.draw(&mut [Counter::new(1, stream as u64)], [&mut alone]);
                assert_eq!(*found, alone);
            }
        }
    }

    /// What is prepared for a large number is what is drawn for any.
    #[test]
    fn bent_numbers_are_those_of_any_people() {
        for shares in [[1.0, 3.0], [3.0, 1.0]] {
            let spread = Spread::new(&shares, 90_000);
            assert!(matches!(spread.way, Way::Two(First::Bent { .. })));
            let (mut stream, mut any) = (Counter::new(3, 0), Counter::new(3, 0));
            for _ in 0..50 {
                let mut counts = [0.0; 2];
                spread.draw(std::array::from_mut(&mut stream), [&mut counts]);
                assert_eq!(counts[0] as u64, any.binomial(90_000, shares[0] / 4.0));
            }
        }
    }
}
