//! How often tests at 5 % reject what is true.

use evenhand::stats::{
    Counter, Moments, Proportion, ScoreBin, StratumTable, all_pairs_p, breslow_day_tarone, chi_square, fisher_mid_p,
    fisher_two_sided, g_test, kolmogorov_smirnov, mann_whitney, mantel_haenszel, pooled_z, welch,
};

use crate::coverage::{Book, many};
use crate::exact::binomial;
use crate::page::{Table, percent, simulation_error};

const RUNS: u64 = 10_000;

/// Tests of 2×2 tables, by adding up chances.
pub fn exact() -> Table {
    let mut table = Table::new("Two rates, exact", &["people", "rate", "pooled z", "Fisher", "mid-p"]);
    for (n, m) in [(12, 12), (30, 30), (100, 100), (30, 300)] {
        for p in [0.1, 0.3, 0.5] {
            let (first, second) = (binomial(n, p), binomial(m, p));
            let mut rejected = [0.0; 3];
            for (x, a) in (0..).zip(&first) {
                for (y, b) in (0..).zip(&second).filter(|(_, b)| *b * a > 1e-14) {
                    let cells = [x, n - x, y, m - y];
                    let z = of(x, n).zip(of(y, m)).and_then(|(a, b)| pooled_z(a, b)).map_or(1.0, |test| test.p);
                    for (sum, p) in rejected.iter_mut().zip([z, fisher_two_sided(cells), fisher_mid_p(cells)]) {
                        *sum += if p <= 0.05 { a * b } else { 0.0 };
                    }
                }
            }
            let mut row = vec![format!("{n} and {m}"), p.to_string()];
            row.extend(rejected.map(percent));
            table.row(row);
        }
    }
    table
}

fn of(x: u64, n: u64) -> Option<Proportion> {
    Proportion::new(x as f64, n as f64)
}

/// All other tests, by simulation. The second value is the highest share.
pub fn simulated(seed: u64) -> (Table, f64) {
    let book = many(seed, RUNS, |chance, book| {
        of_rates(chance, book);
        of_strata(chance, book);
        of_means(chance, book);
        of_ranks(chance, book);
    });
    let mut table = Table::new("Other tests, simulated", &["test", "rejected", "simulation error"]);
    let mut highest = 0.0f64;
    for (name, seen) in &book {
        let share = 1.0 - seen.coverage();
        highest = highest.max(share);
        table.row(vec![name.clone(), percent(share), percent(simulation_error(share, seen.with_interval))]);
    }
    (table, highest)
}

/// Notes a p-value; without one nothing is rejected.
fn note(book: &mut Book, name: &str, p: Option<f64>) {
    let kept = p.is_none_or(|p| p > 0.05);
    book.entry(name.to_string()).or_default().add(Some(if kept { (0.0, 0.0) } else { (1.0, 1.0) }), 0.0);
}

fn of_rates(chance: &mut Counter, book: &mut Book) {
    for n in [30, 100] {
        for k in [3, 10] {
            let hits: Vec<f64> = (0..k).map(|_| chance.binomial(n, 0.3) as f64).collect();
            let size = n as f64;
            let table: Vec<Vec<f64>> = hits.iter().map(|hits| vec![*hits, size - hits]).collect();
            note(book, &format!("χ², {k} groups of {n}"), chi_square(&table).map(|test| test.p));
            note(book, &format!("G, {k} groups of {n}"), g_test(&table).map(|test| test.p));
            let p = hits.iter().sum::<f64>() / (size * k as f64);
            let (low, high) = hits.iter().fold((size, 0.0f64), |(low, high), x| (low.min(*x), high.max(*x)));
            let z = (high - low) / size / (p * (1.0 - p) * 2.0 / size).sqrt();
            note(book, &format!("range of all pairs, {k} groups of {n}"), z.is_finite().then(|| all_pairs_p(z, k)));
        }
    }
}

fn of_strata(chance: &mut Counter, book: &mut Book) {
    for n in [15, 50] {
        let strata: Vec<StratumTable> = [0.1, 0.3, 0.5, 0.8]
            .iter()
            .map(|p| {
                let (a, c) = (chance.binomial(n, *p) as f64, chance.binomial(2 * n, *p) as f64);
                StratumTable { a, b: n as f64 - a, c, d: (2 * n) as f64 - c }
            })
            .collect();
        let found = mantel_haenszel(&strata, evenhand::stats::Level::P95);
        let name = |test: &str| format!("{test}, 4 strata of {n} and {}", 2 * n);
        note(book, &name("Cochran–Mantel–Haenszel"), found.and_then(|found| found.test).map(|(_, p)| p));
        let ratio = found.and_then(|found| found.odds_ratio);
        let homogeneity = ratio.and_then(|ratio| breslow_day_tarone(&strata, ratio));
        note(book, &name("Breslow–Day–Tarone"), homogeneity.map(|test| test.p));
    }
}

fn moments(numbers: &[f64]) -> Option<Moments> {
    let (sum, squares) = numbers.iter().fold((0.0, 0.0), |(s, q), x| (s + x, q + x * x));
    Moments::from_sums(numbers.len() as f64, numbers.len() as f64, sum, squares)
}

fn of_means(chance: &mut Counter, book: &mut Book) {
    for (n, m) in [(12, 12), (30, 300)] {
        let mut draw = |n: usize, spread: f64| -> Vec<f64> { (0..n).map(|_| spread * chance.normal()).collect() };
        let (one, two) = (draw(n, 3.0), draw(m, 1.0));
        let p = moments(&one).zip(moments(&two)).and_then(|(one, two)| welch(one, two)).map(|test| test.p);
        note(book, &format!("Welch, {n} and {m}, standard deviations 3 and 1"), p);
    }
}

fn of_ranks(chance: &mut Counter, book: &mut Book) {
    for (n, m, levels) in [(12, 12, 1_000_000), (30, 300, 1_000_000), (30, 30, 5)] {
        let mut drawn: Vec<(u64, f64)> =
            (0..n + m).map(|i| (chance.below(levels), if i < n { 1.0 } else { 0.0 })).collect();
        drawn.sort_by_key(|(score, _)| *score);
        let bins: Vec<ScoreBin> = drawn
            .chunk_by(|a, b| a.0 == b.0)
            .map(|tied| {
                let positives: f64 = tied.iter().map(|(_, one)| one).sum();
                ScoreBin { positives, negatives: tied.len() as f64 - positives }
            })
            .collect();
        let name = |test: &str| format!("{test}, {n} and {m}{}", if levels < 10 { ", five scores" } else { "" });
        note(book, &name("Mann–Whitney"), mann_whitney(&bins, n as f64, m as f64).map(|test| test.p));
        note(book, &name("Kolmogorov–Smirnov"), kolmogorov_smirnov(&bins, n as f64, m as f64).map(|test| test.p));
    }
}
