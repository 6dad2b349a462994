//! Hodges and Lehmann: by how many seconds are the numbers of one group above those of the other?

use super::{
    super::{
        Interval,
        compare::{has_ties, rank_sum_ways, signed_rank_ways},
        describe::of_sorted,
        distribution::z_critical,
        finite, finite_pairs, is_level, known,
    },
    Effect, Measure,
};

/// Up to so many cases in a group the exact distribution is used, as R does.
const EXACT_BELOW: usize = 50;

/// Hodges and Lehmann's (1963) shift: median of all differences x - y. Its interval belongs to the
/// Mann-Whitney test: exact for fewer than 50 numbers in each group and no ties, else by the normal
/// approximation with continuity correction (conservative with ties).
///
/// None if a group is empty or the numbers overflow. No interval where so few numbers can't give that level.
pub fn shift(xs: &[f64], ys: &[f64], level: f64) -> Option<Effect> {
    let (xs, out_x) = finite(xs);
    let (ys, out_y) = finite(ys);
    let (n, m) = (xs.len(), ys.len());
    if n == 0 || m == 0 || !is_level(level) {
        return None;
    }
    let mut differences: Vec<f64> = xs
        .iter()
        .flat_map(|x| ys.iter().map(move |y| x - y))
        .collect();
    differences.sort_by(f64::total_cmp);

    let all = [xs.as_slice(), ys.as_slice()].concat();
    let exact = n < EXACT_BELOW && m < EXACT_BELOW && !has_ties(&all);
    let place = if exact {
        exact_place(&rank_sum_ways(n, m), level)
    } else {
        let (n, m) = (n as f64, m as f64);
        normal_place(n * m, n * m * (n + m + 1.0) / 12.0, level)
    };
    Some(Effect {
        measure: Measure::Shift,
        n: n + m,
        groups: vec![n, m],
        left_out: out_x + out_y,
        estimate: known(of_sorted(&differences, 0.5))?,
        interval: between(&differences, place, level),
    })
}

/// Hodges and Lehmann's pseudomedian of the differences first - second: median of the means of all pairs
/// of them. Its interval belongs to the signed rank test; as [`shift`]. Pairs without a difference are
/// used (R leaves them out). None without pairs.
pub fn paired_shift(pairs: &[(f64, f64)], level: f64) -> Option<Effect> {
    let (pairs, left_out) = finite_pairs(pairs);
    let differences: Vec<f64> = pairs.iter().map(|(a, b)| a - b).collect();
    let n = differences.len();
    if n == 0 || !is_level(level) {
        return None;
    }
    let mut means: Vec<f64> = (0..n)
        .flat_map(|i| {
            differences[i..]
                .iter()
                .map(|d| 0.5 * (d + differences[i]))
                .collect::<Vec<_>>()
        })
        .collect();
    means.sort_by(f64::total_cmp);

    let sizes: Vec<f64> = differences.iter().map(|d| d.abs()).collect();
    let exact = n < EXACT_BELOW && !has_ties(&sizes) && !sizes.contains(&0.0);
    let place = if exact {
        exact_place(&signed_rank_ways(n), level)
    } else {
        let n = n as f64;
        normal_place(
            n * (n + 1.0) / 2.0,
            n * (n + 1.0) * (2.0 * n + 1.0) / 24.0,
            level,
        )
    };
    Some(Effect {
        measure: Measure::PairedShift,
        n,
        groups: vec![n],
        left_out,
        estimate: known(of_sorted(&means, 0.5))?,
        interval: between(&means, place, level),
    })
}

/// Which difference from either end bounds the interval, counted from 1: the smallest statistic that
/// the test does not reject. None if it rejects none, so that no bound exists.
fn exact_place(ways: &[f64], level: f64) -> Option<usize> {
    let total: f64 = ways.iter().sum();
    let tail = 0.5 * (1.0 - level);
    let mut sum = 0.0;
    for (statistic, count) in ways.iter().enumerate() {
        sum += count;
        // A little tolerance, so that rounding does not move an exact tail.
        if sum / total >= tail * (1.0 - 1e-12) {
            let all_kept = statistic == 0 && sum / total > tail * (1.0 + 1e-12);
            return (!all_kept).then_some(statistic.max(1));
        }
    }
    None
}

/// The same from the normal approximation of a statistic between 0 and `top`.
fn normal_place(top: f64, variance: f64, level: f64) -> Option<usize> {
    let place = (0.5 * top - 0.5 - z_critical(level)? * variance.sqrt()).ceil();
    (place >= 1.0).then_some(place as usize)
}

/// From the `place`-th smallest to the `place`-th largest.
fn between(sorted: &[f64], place: Option<usize>, level: f64) -> Option<Interval> {
    let place = place?;
    let low = sorted.get(place - 1)?;
    let high = sorted.get(sorted.len().checked_sub(place)?)?;
    Interval::new(*low, *high, level)
}

#[cfg(test)]
mod tests {
    use super::super::super::check::close;
    use super::super::sample::{A, B, PAIRS, TIED_A, TIED_B};
    use super::*;

    #[track_caller]
    fn agrees(got: Effect, estimate: f64, low: f64, high: f64, precision: f64) {
        let interval = got.interval.unwrap();
        assert!(
            (got.estimate - estimate).abs() <= precision,
            "{}",
            got.estimate
        );
        assert!((interval.low - low).abs() <= precision, "{}", interval.low);
        assert!(
            (interval.high - high).abs() <= precision,
            "{}",
            interval.high
        );
    }

    #[test]
    fn exact_agree_with_r() {
        // R 4.2.2: wilcox.test(a, b, conf.int = TRUE), and with paired = TRUE
        agrees(shift(&A, &B, 0.95).unwrap(), -1.7, -3.5, -0.4, 1e-12);
        agrees(
            paired_shift(&PAIRS, 0.95).unwrap(),
            -0.7,
            -1.375,
            -0.05,
            1e-12,
        );
    }

    #[test]
    fn normal_agree_with_r() {
        // R 4.2.2, the same; R searches to 1e-4 only.
        agrees(
            shift(&TIED_A, &TIED_B, 0.95).unwrap(),
            -1.5,
            -2.5,
            0.0,
            1e-4,
        );
        // x <- ((1:60)^1.5) %% 7; y <- ((1:55)^1.3) %% 8 + 0.01; estimates: median(outer(x, y, "-")) and
        // median of the Walsh averages, as R's own search for them stops early
        let xs: Vec<f64> = (1..=60).map(|i| f64::from(i).powf(1.5) % 7.0).collect();
        let ys: Vec<f64> = (1..=55)
            .map(|i| f64::from(i).powf(1.3) % 8.0 + 0.01)
            .collect();
        let got = shift(&xs, &ys, 0.95).unwrap();
        close(got.estimate, -0.509203293140226, 1e-9);
        agrees(got, -0.5092033, -1.279998, 0.286618, 1e-4);
        let pairs: Vec<(f64, f64)> = xs.into_iter().zip(ys).collect();
        let got = paired_shift(&pairs, 0.95).unwrap();
        close(got.estimate, -0.46919320238131, 1e-9);
        agrees(got, -0.4691932, -1.583671, 0.505763, 1e-4);
    }

    #[test]
    fn few_numbers_have_no_interval() {
        // Of three and three numbers the most extreme order has probability 1/20.
        let got = shift(&[1.0, 2.0, 3.0], &[4.5, 5.7, 6.9], 0.95).unwrap();
        assert_eq!(got.interval, None);
        close(got.estimate, -3.7, 1e-12);
        assert_eq!(
            shift(&[1.0, 2.0, 3.0], &[4.5, 5.7, 6.9], 0.9)
                .unwrap()
                .interval
                .unwrap()
                .low,
            -5.9
        );
        assert_eq!(paired_shift(&[(2.0, 1.0)], 0.95).unwrap().interval, None);
        assert_eq!(shift(&[], &[1.0], 0.95), None);
        assert_eq!(paired_shift(&[(f64::NAN, 1.0)], 0.95), None);
    }

    #[test]
    fn equal_numbers_are_not_shifted() {
        let got = shift(&[2.0; 12], &[2.0; 12], 0.95).unwrap();
        let interval = got.interval.unwrap();
        assert_eq!((got.estimate, interval.low, interval.high), (0.0, 0.0, 0.0));
    }
}
