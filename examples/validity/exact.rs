//! Coverage of the intervals of rates, without simulation: the chance of every
//! possible sample is added up where its interval contains the truth.

use evenhand::stats::{
    Interval, Level, Proportion, clopper_pearson, cohens_h_interval, conditional_odds_ratio_interval, jeffreys,
    katz_ratio, koopman_ratio, miettinen_nurminen_difference, miettinen_nurminen_ratio, newcombe, odds_ratio_interval,
    wald_difference, wilson,
};
use rayon::prelude::*;

use crate::page::{Table, percent};

/// True rates.
const RATES: [f64; 6] = [0.05, 0.1, 0.3, 0.5, 0.7, 0.9];

/// The chances of 0 … n successes.
pub fn binomial(n: u64, p: f64) -> Vec<f64> {
    let (mut ln, odds) = (n as f64 * (-p).ln_1p(), (p / (1.0 - p)).ln());
    let chances = (0..=n).map(|x| {
        let chance = ln.exp();
        ln += ((n - x) as f64 / (x + 1) as f64).ln() + odds;
        chance
    });
    chances.collect()
}

fn of(x: u64, n: u64) -> Option<Proportion> {
    Proportion::new(x as f64, n as f64)
}

/// What one method does over a grid of truths.
#[derive(Clone, Debug)]
pub struct Exact {
    pub method: &'static str,
    /// Whether it is used unless another is asked for.
    pub default: bool,
    pub sizes: (u64, u64),
    pub mean: f64,
    pub lowest: f64,
    pub at: (f64, f64),
    /// Mean width, of the intervals that end.
    pub width: f64,
    /// Mean chance of no interval.
    pub none: f64,
}

type Single = fn(Proportion, Level) -> Interval;
const SINGLES: [(&str, bool, Single); 3] =
    [("Wilson", true, wilson), ("Clopper–Pearson", false, clopper_pearson), ("Jeffreys", false, jeffreys)];

pub fn singles() -> Vec<Exact> {
    let mut all = Vec::new();
    for (method, default, interval) in SINGLES {
        for n in [12, 30, 100, 400] {
            let made: Vec<Option<Interval>> =
                (0..=n).map(|x| of(x, n).map(|proportion| interval(proportion, Level::P95))).collect();
            let truths = RATES.map(|p| (p, p, p));
            let cells = |p: f64, _: f64| binomial(n, p).into_iter().zip(&made).map(|(c, i)| (c, *i)).collect();
            all.push(judged(method, default, (n, 0), &truths, cells));
        }
    }
    all
}

type Pair = fn(Proportion, Proportion, Level) -> Option<Interval>;
type True = fn(f64, f64) -> f64;

fn ratio(p: f64, q: f64) -> f64 {
    p / q
}

fn difference(p: f64, q: f64) -> f64 {
    p - q
}

fn odds(p: f64, q: f64) -> f64 {
    p / (1.0 - p) / (q / (1.0 - q))
}

fn effect(p: f64, q: f64) -> f64 {
    2.0 * (p.sqrt().asin() - q.sqrt().asin())
}

/// Method, whether it is the default, its interval, the truth, and the largest
/// group that it is worked out for.
const PAIRS: [(&str, bool, Pair, True, u64); 9] = [
    ("difference: Newcombe", true, |a, b, l| Some(newcombe(a, b, l)), difference, 400),
    ("difference: Miettinen–Nurminen", false, |a, b, l| Some(miettinen_nurminen_difference(a, b, l)), difference, 300),
    ("difference: Wald (not offered)", false, |a, b, l| Some(wald_difference(a, b, l)), difference, 400),
    ("ratio: Miettinen–Nurminen", true, miettinen_nurminen_ratio, ratio, 300),
    ("ratio: Koopman", false, koopman_ratio, ratio, 300),
    ("ratio: Katz", false, katz_ratio, ratio, 400),
    ("odds ratio: Woolf", true, |a, b, l| Some(odds_ratio_interval(a, b, l)), odds, 400),
    ("odds ratio: conditional exact", false, conditional, odds, 30),
    ("Cohen's h", true, |a, b, l| Some(cohens_h_interval(a, b, l)), effect, 400),
];

fn conditional(a: Proportion, b: Proportion, level: Level) -> Option<Interval> {
    let cells = [a.successes(), a.failures(), b.successes(), b.failures()].map(|count| count as u64);
    Some(conditional_odds_ratio_interval(cells, level))
}

pub fn pairs() -> Vec<Exact> {
    let sizes = [(12, 12), (30, 30), (100, 100), (30, 300), (400, 400)];
    let wanted: Vec<_> = PAIRS.iter().flat_map(|pair| sizes.map(|sizes| (pair, sizes))).collect();
    let done = wanted.into_par_iter().filter(|(pair, (n, m))| *n.max(m) <= pair.4);
    done.map(|((method, default, interval, truth, _), sizes)| pair(method, *default, *interval, *truth, sizes))
        .collect()
}

fn pair(method: &'static str, default: bool, interval: Pair, truth: True, (n, m): (u64, u64)) -> Exact {
    let made: Vec<Vec<Option<Interval>>> =
        (0..=n).map(|x| (0..=m).map(|y| interval(of(x, n)?, of(y, m)?, Level::P95)).collect()).collect();
    let truths: Vec<(f64, f64, f64)> = RATES.iter().flat_map(|p| RATES.map(|q| (*p, q, truth(*p, q)))).collect();
    let cells = |p: f64, q: f64| {
        let (first, second) = (binomial(n, p), binomial(m, q));
        let of_row = |(a, row): (&f64, &Vec<Option<Interval>>)| {
            second.iter().zip(row).map(|(b, interval)| (a * b, *interval)).collect::<Vec<_>>()
        };
        first.iter().zip(&made).flat_map(of_row).collect()
    };
    judged(method, default, (n, m), &truths, cells)
}

/// Coverage over truths (two rates and what is to be covered), from the chance
/// and the interval of every sample.
fn judged(
    method: &'static str,
    default: bool,
    sizes: (u64, u64),
    truths: &[(f64, f64, f64)],
    cells: impl Fn(f64, f64) -> Vec<(f64, Option<Interval>)>,
) -> Exact {
    let (mut mean, mut width, mut none, mut lowest, mut at) = (0.0, 0.0, 0.0, 1.0, (0.0, 0.0));
    for (p, q, truth) in truths {
        let (mut covered, mut made, mut wide, mut ends) = (0.0, 0.0, 0.0, 0.0);
        for (chance, interval) in cells(*p, *q) {
            let Some(Interval { low, high }) = interval else { continue };
            made += chance;
            let inside = low <= truth + 1e-9 * truth.abs() && truth - 1e-9 * truth.abs() <= high;
            covered += if inside { chance } else { 0.0 };
            if high.is_finite() {
                wide += chance * (high - low);
                ends += chance;
            }
        }
        let share = 1.0 / truths.len() as f64;
        mean += share * covered / made;
        width += share * wide / ends;
        none += share * (1.0 - made);
        if covered / made < lowest {
            (lowest, at) = (covered / made, (*p, *q));
        }
    }
    Exact { method, default, sizes, mean, lowest, at, width, none: none.max(0.0) }
}

/// The table of what was found.
pub fn table(title: &str, found: &[Exact]) -> Table {
    let mut table = Table::new(title, &["method", "people", "mean", "lowest", "at rates", "mean width", "no interval"]);
    for exact in found {
        let (n, m) = exact.sizes;
        let single = m == 0;
        table.row(vec![
            format!("{}{}", exact.method, if exact.default { " (default)" } else { "" }),
            if single { n.to_string() } else { format!("{n} and {m}") },
            percent(exact.mean),
            percent(exact.lowest),
            if single { format!("{}", exact.at.0) } else { format!("{} and {}", exact.at.0, exact.at.1) },
            format!("{:.3}", exact.width),
            percent(exact.none),
        ]);
    }
    table
}
