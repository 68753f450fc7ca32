//! Some of many values in their order, without sorting them all.

/// The values of some ranks, which rise, of finite values. They are first spread over as many
/// places as there are of them, and only places with a value that is asked for are sorted.
pub(super) fn of_ranks(mut values: Vec<f64>, ranks: impl Iterator<Item = usize>) -> Vec<f64> {
    let (low, high) =
        values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (value.min(low), value.max(high)));
    let places = values.len();
    let scale = places as f64 / (high - low);
    if places < FEWEST_PLACES || !(scale > 0.0 && scale.is_finite()) {
        values.sort_unstable_by(f64::total_cmp);
        return ranks.map(|rank| values[rank]).collect();
    }
    let place = |value: f64| (((value - low) * scale) as usize).min(places - 1);
    // Of each place where it begins, and while they are spread where its next value comes.
    let mut begins = vec![0u32; places + 1];
    values.iter().for_each(|value| begins[place(*value) + 1] += 1);
    for at in 0..places {
        begins[at + 1] += begins[at];
    }
    let mut spread = vec![0.0; values.len()];
    for value in values {
        let next = &mut begins[place(value)];
        spread[*next as usize] = value;
        *next += 1;
    }
    // Where each place ends, now.
    let mut ends = begins.into_iter().map(|end| end as usize);
    let (mut begin, mut end) = (0, 0);
    let value = |rank| {
        while end <= rank {
            (begin, end) = (end, ends.next().unwrap_or(places));
            if end > rank {
                spread[begin..end].sort_unstable_by(f64::total_cmp);
            }
        }
        spread[rank]
    };
    ranks.map(value).collect()
}

/// Fewer places are not worth it.
const FEWEST_PLACES: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Counter;

    #[test]
    fn values_are_found_however_they_lie() {
        let mut counter = Counter::new(4, 0);
        for count in [0, 1, 2, 255, 256, 3_000] {
            let uniform: Vec<f64> = (0..count).map(|_| counter.uniform() - 0.5).collect();
            let bend = |of: fn(f64) -> f64| uniform.iter().map(|value| of(*value)).collect::<Vec<f64>>();
            for values in [
                bend(|value| value),
                bend(|value| (value * 9.0).round()),
                bend(|value| 1.0 / value),
                bend(|value| (700.0 * value).exp()),
                bend(|value| value * f64::MAX),
                bend(|value| if value > 0.49 { 1e300 } else { value }),
                bend(|value| value * 1e-310),
                bend(|_| 3.0),
            ] {
                let mut wanted = values.clone();
                wanted.sort_by(f64::total_cmp);
                assert_eq!(of_ranks(values.clone(), 0..count), wanted);
                let some = |rank: &usize| rank % 7 == 3 || *rank + 5 > count;
                let found = of_ranks(values, (0..count).filter(some));
                assert_eq!(found, (0..count).filter(some).map(|rank| wanted[rank]).collect::<Vec<f64>>());
            }
        }
    }
}
