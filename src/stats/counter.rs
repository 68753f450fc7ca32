//! Chance that is the same everywhere: a generator that counts, and a hash.
//!
//! Libraries change their generators between versions; whatever reaches an
//! output is drawn here. The mixing is SplitMix64 (Steele, Lea & Flood 2014).
//! What a release draws for a seed is drawn for ever: the order in which the
//! numbers below are used up is part of every published interval.

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// A stream of numbers that is a function of seed, stream and position.
#[derive(Clone, Debug)]
pub struct Counter {
    state: u64,
}

impl Counter {
    /// The stream `stream` of a seed.
    pub fn new(seed: u64, stream: u64) -> Counter {
        Counter { state: mix(seed ^ mix(stream.wrapping_mul(STEP).wrapping_add(STEP))) }
    }

    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        mix(self.state)
    }

    /// A whole number below `n`, each equally likely; 0 for n = 0.
    pub fn below(&mut self, n: u64) -> u64 {
        if n == 0 {
            return 0;
        }
        // Refuse the remainder that would favour small numbers.
        let limit = u64::MAX - u64::MAX % n;
        loop {
            let draw = self.next_u64();
            if draw < limit {
                return draw % n;
            }
        }
    }

    /// Puts a slice in random order (Fisher–Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u64 + 1) as usize);
        }
    }

    /// A number strictly between 0 and 1: the middle of one of 2⁵² equal parts.
    pub fn uniform(&mut self) -> f64 {
        ((self.next_u64() >> 12) as f64 + 0.5) / (1u64 << 52) as f64
    }

    /// How many of `n` independent trials succeed, each with chance `p`. Its cost does
    /// not grow with n. Exact in distribution up to a variance of 30; beyond it the
    /// chance of at most k is off by less than 2·10⁻⁵. 0 where p is not above 0 (or no
    /// number), n where it is not below 1. Beyond 2⁵³ trials the last digits are those
    /// of a double.
    pub fn binomial(&mut self, n: u64, p: f64) -> u64 {
        if n == 0 || p.is_nan() || p <= 0.0 {
            0
        } else if p >= 1.0 {
            n
        } else if p > 0.5 {
            n - self.rare(n, 1.0 - p)
        } else {
            self.rare(n, p)
        }
    }

    /// A binomial number for p ≤ ½.
    fn rare(&mut self, n: u64, p: f64) -> u64 {
        let (trials, mean) = (n as f64, n as f64 * p);
        let found = if mean < FEW {
            self.by_inversion(trials, p)
        } else if mean * (1.0 - p) < MANY {
            self.by_rejection(trials, p)
        } else {
            Bent::new(trials, p).at(self.normal())
        };
        found.min(n)
    }

    /// Walks up the chances of 0, 1, 2, … until they exceed a uniform number
    /// (BINV of Kachitvichyanukul & Schmeiser 1988). For n·p < 10.
    fn by_inversion(&mut self, n: f64, p: f64) -> u64 {
        let odds = p / (1.0 - p);
        let none = (n * (-p).ln_1p()).exp();
        loop {
            let (mut left, mut chance) = (self.uniform(), none);
            for x in 0..OUT_OF_REACH {
                if left <= chance {
                    return x;
                }
                left -= chance;
                chance *= odds * (n - x as f64) / (x as f64 + 1.0);
            }
        }
    }

    /// BTRS, transformed rejection with a squeeze (Hörmann 1993, J. Stat.
    /// Comput. Simul. 46, 101–110). For n·p ≥ 10 and p ≤ ½.
    fn by_rejection(&mut self, n: f64, p: f64) -> u64 {
        let spread = (n * p * (1.0 - p)).sqrt();
        let b = 1.15 + 2.53 * spread;
        let a = -0.0873 + 0.0248 * b + 0.01 * p;
        let (centre, squeeze) = (n * p + 0.5, 0.92 - 4.2 / b);
        loop {
            let (u, v) = (self.uniform() - 0.5, self.uniform());
            let edge = 0.5 - u.abs();
            let place = (2.0 * a / edge + b) * u + centre;
            // Whole numbers by truncation, which is the same from 0 on and needs no call.
            let k = place as u64 as f64;
            if place.is_nan() || place < 0.0 || k > n {
                continue;
            }
            if edge >= 0.07 && v <= squeeze {
                return k as u64;
            }
            let scale = (2.83 + 5.1 / b) * spread;
            let mode = ((n + 1.0) * p).floor();
            let bar = (v * scale / (a / (edge * edge) + b)).ln();
            if bar <= ln_chance_over_mode(n, p, mode, k) {
                return k as u64;
            }
        }
    }
}

/// From this n·p on numbers are drawn by rejection.
const FEW: f64 = 10.0;

/// From this n·p·(1 − p) on a normal number is bent into one.
const MANY: f64 = 30.0;

/// Binomial numbers of many people as bent normal numbers: each has as much below it as
/// the standard normal number that it is made of, by the expansion of Cornish & Fisher
/// (1937) to the fourth cumulant. What is rounded has less variance by 1/12, and a fourth
/// cumulant larger by 1/120 (Sheppard).
#[derive(Clone, Copy, Debug)]
pub(super) struct Bent {
    mean: f64,
    /// The third and the fourth cumulant.
    third: f64,
    fourth: f64,
    /// One over the variance.
    over: f64,
    spread: f64,
}

impl Bent {
    /// Of `n` trials with a chance of at most ½.
    #[inline]
    pub(super) fn new(n: f64, p: f64) -> Bent {
        let exact = n * p * (1.0 - p);
        let variance = exact - 1.0 / 12.0;
        let (third, fourth) = (exact * (1.0 - 2.0 * p), exact * (1.0 - 6.0 * p * (1.0 - p)) + 1.0 / 120.0);
        Bent { mean: n * p, third, fourth, over: 1.0 / variance, spread: variance.sqrt() }
    }

    /// The number of a standard normal number; it may lie beyond the trials.
    #[inline]
    pub(super) fn at(&self, x: f64) -> u64 {
        let Bent { mean, third, fourth, over, spread } = *self;
        let (skewness, square) = (third * over, x * x);
        let bent = fourth / 24.0 * (square - 3.0) - skewness * third / 36.0 * (2.0 * square - 5.0);
        let off = x * (spread + bent * over * over * spread) + skewness / 6.0 * (square - 1.0);
        // Whole numbers by truncation; below 0 it is 0.
        (mean + off + 0.5) as u64
    }
}

/// With n·p < 10 so many successes have a chance below 1e−60: to get there is
/// rounding, and the draw is made anew.
const OUT_OF_REACH: u64 = 110;

/// ln of the chance of `k` over that of the `mode`.
fn ln_chance_over_mode(n: f64, p: f64, mode: f64, k: f64) -> f64 {
    let odds = p / (1.0 - p);
    (mode + 0.5) * ((mode + 1.0) / (odds * (n - mode + 1.0))).ln()
        + (n + 1.0) * ((k - mode) / (n - k + 1.0)).ln_1p()
        + (k + 0.5) * (odds * (n - k + 1.0) / (k + 1.0)).ln()
        + stirling(mode)
        + stirling(n - mode)
        - stirling(k)
        - stirling(n - k)
}

/// What Stirling's formula leaves of ln k!, in the form
/// ln k! − ½·ln 2π − (k + ½)·ln(k + 1) + (k + 1).
fn stirling(k: f64) -> f64 {
    const FIRST: [f64; 10] = [
        0.081_061_466_795_327_26,
        0.041_340_695_955_409_29,
        0.027_677_925_684_998_34,
        0.020_790_672_103_765_093,
        0.016_644_691_189_821_193,
        0.013_876_128_823_070_748,
        0.011_896_709_945_891_77,
        0.010_411_265_261_972_096,
        0.009_255_462_182_712_733,
        0.008_330_563_433_362_87,
    ];
    if let Some(known) = FIRST.get(k as usize) {
        return *known;
    }
    let next = k + 1.0;
    let square = next * next;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / 1680.0 / square) / square) / square) / next
}

/// A hash of bytes under a seed: FNV-1a, then mixed. Stable for ever.
pub fn hash64(seed: u64, bytes: &[u8]) -> u64 {
    let fnv = bytes.iter().fold(0xcbf2_9ce4_8422_2325u64 ^ mix(seed), |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    });
    mix(fnv ^ bytes.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_never_changes() {
        let mut counter = Counter::new(1, 0);
        let first = [counter.next_u64(), counter.next_u64()];
        let mut again = Counter::new(1, 0);
        assert_eq!(first, [again.next_u64(), again.next_u64()]);
        assert_ne!(Counter::new(1, 1).next_u64(), first[0]);
        assert_ne!(Counter::new(2, 0).next_u64(), first[0]);
    }

    #[test]
    fn below_is_even() {
        let mut counter = Counter::new(7, 0);
        let mut seen = [0u32; 6];
        for _ in 0..60_000 {
            seen[counter.below(6) as usize] += 1;
        }
        assert!(seen.iter().all(|&count| (9_600..10_400).contains(&count)), "{seen:?}");
    }

    #[test]
    fn the_hash_depends_on_seed_and_bytes() {
        assert_ne!(hash64(1, b"a"), hash64(2, b"a"));
        assert_ne!(hash64(1, b"a"), hash64(1, b"b"));
        assert_ne!(hash64(1, b""), hash64(1, b"\0"));
    }

    /// From the first release on these numbers are in reports: a change here is a mistake.
    #[test]
    fn the_draws_never_change() {
        let mut counter = Counter::new(1, 0);
        assert_eq!(counter.uniform(), 0.522_554_051_144_450_1);
        assert_eq!([10, 100, 1000].map(|n| counter.binomial(n, 0.3)), [2, 40, 296]);
        assert_eq!([1_000_000, 1_000_000_000].map(|n| counter.binomial(n, 0.7)), [700_451, 700_011_911]);
    }

    #[test]
    fn uniform_stays_inside() {
        assert!(((u64::MAX >> 12) as f64 + 0.5) / ((1u64 << 52) as f64) < 1.0);
    }

    #[test]
    fn no_trials_no_chance_and_certainty() {
        let mut counter = Counter::new(5, 0);
        assert_eq!([(0, 0.5), (9, 0.0), (9, -1.0), (9, f64::NAN)].map(|(n, p)| counter.binomial(n, p)), [0; 4]);
        assert_eq!([(9, 1.0), (u64::MAX, 2.0)].map(|(n, p)| counter.binomial(n, p)), [9, u64::MAX]);
        assert!(counter.binomial(u64::MAX, 0.5) > 0);
        assert!(counter.binomial(u64::MAX, 1e-19) < 110);
    }

    /// From the definition of the chances: χ² over cells of 20 expected draws.
    #[test]
    fn binomial_has_its_distribution() {
        let draws = 500_000u64;
        for (n, p) in [(1, 0.3), (7, 0.5), (40, 0.2), (19, 0.52), (20, 0.5), (25, 0.5), (50, 0.21), (1000, 0.03)]
            .into_iter()
            .chain([(1000, 0.77), (300, 0.0001), (10_000, 0.4), (3_000_000, 0.000_01), (2_000_000, 0.999)])
        {
            let mut counter = Counter::new(11, n);
            let mut seen = std::collections::BTreeMap::<u64, f64>::new();
            (0..draws).for_each(|_| *seen.entry(counter.binomial(n, p)).or_default() += 1.0);
            let (low, high) = (*seen.keys().min().expect("draws"), *seen.keys().max().expect("draws"));
            let (mut statistic, mut cells, mut found, mut wanted, mut all) = (0.0, 0.0, 0.0, 0.0, 0.0);
            for k in low..=high {
                let chance = statrs::function::factorial::ln_binomial(n, k) + k as f64 * p.ln();
                wanted += draws as f64 * (chance + (n - k) as f64 * (-p).ln_1p()).exp();
                found += seen.get(&k).copied().unwrap_or(0.0);
                if wanted >= 20.0 {
                    statistic += (found - wanted).powi(2) / wanted;
                    (all, cells, found, wanted) = (all + wanted, cells + 1.0, 0.0, 0.0);
                }
            }
            let left = draws as f64 - all;
            assert!(left.abs() < 60.0, "n = {n}, p = {p}: {left} out of reach");
            let tail = super::super::distribution::chi_square_survival(statistic, cells - 1.0);
            assert!(tail > 1e-3 || cells < 2.0, "n = {n}, p = {p}: χ² = {statistic} on {cells} cells, p = {tail}");
        }
    }

    /// With so many trials the number is Poisson's: mean and variance are 20.
    #[test]
    fn a_rare_success_of_very_many_trials() {
        let (draws, n) = (40_000, 1u64 << 60);
        let mut counter = Counter::new(3, 1);
        let found: Vec<f64> = (0..draws).map(|_| counter.binomial(n, 20.0 / n as f64) as f64).collect();
        let mean = found.iter().sum::<f64>() / f64::from(draws);
        let variance = found.iter().map(|k| (k - 20.0).powi(2)).sum::<f64>() / f64::from(draws);
        assert!((mean - 20.0).abs() < 0.1 && (variance - 20.0).abs() < 0.7, "{mean} {variance}");
    }

    /// From the definition: each chance over the one before.
    #[test]
    fn chances_over_the_mode_are_exact() {
        for (n, p) in [(25u64, 0.45f64), (120, 0.1), (1000, 0.3)] {
            let mode = ((n + 1) as f64 * p).floor();
            let mut wanted = 0.0;
            for k in mode as u64..=n {
                let found = ln_chance_over_mode(n as f64, p, mode, k as f64);
                assert!((found - wanted).abs() < 1e-9, "n = {n}, k = {k}: {found} is not {wanted}");
                wanted += ((n - k) as f64 / (k + 1) as f64 * p / (1.0 - p)).ln();
            }
        }
    }

    #[test]
    fn stirling_by_definition() {
        let mut ln_factorial = 0.0;
        for k in 0..40u32 {
            ln_factorial += f64::from(k.max(1)).ln();
            let (k, next) = (f64::from(k), f64::from(k) + 1.0);
            let wanted = ln_factorial - 0.5 * (2.0 * std::f64::consts::PI).ln() - (k + 0.5) * next.ln() + next;
            assert!((stirling(k) - wanted).abs() < 1e-11, "{k}: {} is not {wanted}", stirling(k));
        }
    }

    /// Quantiles as scipy 1.17 has them (`binom.ppf(norm.cdf(x), n, p)`).
    #[test]
    fn a_normal_number_is_bent_into_a_binomial_one() {
        for (n, p, quantiles) in [
            (400.0, 0.5, [155, 180, 193, 201, 213, 237]),
            (1_000.0, 0.3, [236, 271, 290, 301, 319, 354]),
            (100_000.0, 0.0011, [66, 90, 103, 111, 124, 151]),
            (1_000_000.0, 0.2, [198_202, 199_200, 199_720, 200_040, 200_520, 201_481]),
            (10_000_000.0, 1e-4, [861, 937, 978, 1_003, 1_041, 1_119]),
            (3e9, 0.4, [1_199_879_253, 1_199_946_334, 1_199_981_217, 1_200_002_683, 1_200_034_883, 1_200_099_282]),
        ] {
            assert_eq!([-4.5, -2.0, -0.7, 0.1, 1.3, 3.7].map(|x| Bent::new(n, p).at(x)), quantiles, "{n} {p}");
        }
        // Far beyond what is drawn it stays a number of people.
        assert!([-40.0, 40.0].iter().all(|x| Bent::new(1_000.0, 0.2).at(*x) < 100_000));
    }

    /// By the definition: sums of chances, against the place where the next number begins.
    #[test]
    fn a_bent_number_has_nearly_its_chances() {
        for (n, p) in [(130.0, 0.4), (320.0, 0.105), (3e6, 1.1e-5), (126.0, 0.5), (1e4, 0.02)] {
            let (mut chance, mut below) = (f64::exp(n * f64::ln_1p(-p)), 0.0);
            for k in 0..(2.0 * n * p) as u64 {
                below += chance;
                chance *= p / (1.0 - p) * (n - k as f64) / (k as f64 + 1.0);
                let (mut low, mut high) = (-9.0, 9.0);
                for _ in 0..50 {
                    let middle = (low + high) / 2.0;
                    if Bent::new(n, p).at(middle) > k { high = middle } else { low = middle }
                }
                let off = super::super::distribution::normal_cdf(low) - below;
                assert!(off.abs() < 2e-5, "n = {n}, p = {p}, k = {k}: {off}");
            }
        }
    }
}
