//! Which is larger, how often: Cliff's delta, the area under the curve, matched-pairs rank-biserial.

use super::{
    super::{Interval, compare::signed_rank, distribution::t_critical, finite, is_level, sorted},
    Effect, Measure,
};

/// Cliff's delta: P(x > y) - P(x < y), from -1 to 1.
///
/// Cliff's (1996) asymmetric interval with the unbiased variance, but not less than its lower bound
/// (1 - delta^2) / (n m - 1), and with t (Feng and Cliff 2004). If the groups do not overlap, the other
/// end is approximate. None if a group is empty; no interval for a group of one.
pub fn cliffs_delta(xs: &[f64], ys: &[f64], level: f64) -> Option<Effect> {
    let (xs, out_x) = finite(xs);
    let (ys, out_y) = finite(ys);
    if xs.is_empty() || ys.is_empty() || !is_level(level) {
        return None;
    }
    // How far each number dominates the other group: its row or column of the dominance matrix.
    let rows = dominances(&xs, &ys);
    let columns: Vec<f64> = dominances(&ys, &xs).iter().map(|d| -d).collect();
    let delta = rows.iter().sum::<f64>() / xs.len() as f64;
    Some(Effect {
        measure: Measure::CliffsDelta,
        n: xs.len() + ys.len(),
        groups: vec![xs.len(), ys.len()],
        left_out: out_x + out_y,
        estimate: delta,
        interval: interval(delta, &rows, &columns, unequal(&xs, &ys), level),
    })
}

/// Common-language effect, or area under the ROC curve: P(x > y) + P(x = y) / 2, from 0 to 1. Estimate
/// and interval are those of [`cliffs_delta`], moved to that scale.
pub fn auc(xs: &[f64], ys: &[f64], level: f64) -> Option<Effect> {
    let delta = cliffs_delta(xs, ys, level)?;
    let moved = |d: f64| 0.5 * (d + 1.0);
    Some(Effect {
        measure: Measure::Auc,
        estimate: moved(delta.estimate),
        interval: delta
            .interval
            .and_then(|i| Interval::new(moved(i.low), moved(i.high), level)),
        ..delta
    })
}

/// Matched-pairs rank-biserial correlation (Kerby 2014): of the ranks of Wilcoxon's test, share for
/// first > second less share against. Pairs without a difference are not used and not counted in n.
/// No interval: bootstrap it. None without a pair that differs.
pub fn rank_biserial(pairs: &[(f64, f64)]) -> Option<Effect> {
    let test = signed_rank(pairs)?;
    let n = test.n as f64;
    Some(Effect {
        measure: Measure::RankBiserial,
        n: test.n,
        groups: test.groups,
        left_out: test.left_out,
        estimate: 4.0 * test.statistic / (n * (n + 1.0)) - 1.0,
        interval: None,
    })
}

/// For each x: share of ys below it less share above.
fn dominances(xs: &[f64], ys: &[f64]) -> Vec<f64> {
    let ys = sorted(ys);
    let of = |x: &f64| {
        let below = ys.partition_point(|y| y < x);
        let not_above = ys.partition_point(|y| y <= x);
        (below as f64 - (ys.len() - not_above) as f64) / ys.len() as f64
    };
    xs.iter().map(of).collect()
}

/// Number of pairs that are not equal.
fn unequal(xs: &[f64], ys: &[f64]) -> f64 {
    let ys = sorted(ys);
    let equal = |x: &f64| ys.partition_point(|y| y <= x) - ys.partition_point(|y| y < x);
    let ties: usize = xs.iter().map(equal).sum();
    (xs.len() * ys.len() - ties) as f64
}

fn interval(
    delta: f64,
    rows: &[f64],
    columns: &[f64],
    unequal: f64,
    level: f64,
) -> Option<Interval> {
    let (n, m) = (rows.len() as f64, columns.len() as f64);
    if rows.len() < 2 || columns.len() < 2 {
        return None;
    }
    let t = t_critical(level, n + m - 2.0)?;
    // Groups that do not overlap: as if one pair in so many were undecided, or there would be no spread.
    let d = if delta.abs() < 1.0 {
        delta
    } else {
        delta * (1.0 - 1.0 / (n * m))
    };
    let around = |ds: &[f64]| ds.iter().map(|x| (x - d).powi(2)).sum::<f64>();
    // The sum over all cells of (cell - d)^2; a cell is -1, 0 or 1.
    let cells = unequal - 2.0 * d * delta * n * m + n * m * d * d;
    let unbiased =
        (m * m * around(rows) + n * n * around(columns) - cells) / (n * m * (n - 1.0) * (m - 1.0));
    let variance = unbiased.max((1.0 - d * d) / (n * m - 1.0));
    let room = 1.0 - d * d;
    let margin = t * variance.sqrt() * (room * room + t * t * variance).sqrt();
    let scale = room + t * t * variance;
    let low = if delta <= -1.0 {
        -1.0
    } else {
        (d * room - margin) / scale
    };
    let high = if delta >= 1.0 {
        1.0
    } else {
        (d * room + margin) / scale
    };
    Interval::new(low, high, level)
}

#[cfg(test)]
mod tests {
    use super::super::super::check::close;
    use super::super::sample::{A, B, PAIRS, TIED_A, TIED_B};
    use super::*;

    #[track_caller]
    fn agrees(xs: &[f64], ys: &[f64], estimate: f64, low: f64, high: f64) {
        let got = cliffs_delta(xs, ys, 0.95).unwrap();
        close(got.estimate, estimate, 1e-11);
        close(got.interval.unwrap().low, low, 1e-10);
        close(got.interval.unwrap().high, high, 1e-10);
    }

    #[test]
    fn delta_agrees_with_the_whole_matrix_in_r() {
        // R 4.2.2: dm <- sign(outer(x, y, "-")), the formulas over all its cells
        agrees(
            &A,
            &B,
            -0.722222222222222,
            -0.929821846182845,
            -0.165927898712364,
        );
        agrees(
            &TIED_A,
            &TIED_B,
            -0.589285714285714,
            -0.887008415340389,
            0.0545210580775109,
        );
    }

    #[test]
    fn delta_agrees_with_effsize() {
        // R, effsize: the package's own tests/testCliff.Rout.save
        let xs = [10.0, 20.0, 20.0, 20.0, 30.0, 30.0, 30.0, 40.0, 50.0, 100.0];
        let ys = [10.0, 20.0, 30.0, 40.0, 40.0, 50.0];
        let got = cliffs_delta(&xs, &ys, 0.95).unwrap();
        assert!((got.estimate + 0.06666667).abs() < 1e-8);
        assert!((got.interval.unwrap().low + 0.6082254).abs() < 1e-7);
        assert!((got.interval.unwrap().high - 0.5172431).abs() < 1e-7);
    }

    #[test]
    fn auc_is_u_over_all_pairs() {
        // U = 10 of 72, see compare::rank_sum.
        let got = auc(&A, &B, 0.95).unwrap();
        close(got.estimate, 10.0 / 72.0, 1e-12);
        let delta = cliffs_delta(&A, &B, 0.95).unwrap().interval.unwrap();
        close(got.interval.unwrap().low, 0.5 * (delta.low + 1.0), 1e-12);
    }

    #[test]
    fn groups_that_do_not_overlap() {
        let got = cliffs_delta(&[4.0, 5.0, 6.0], &[1.0, 2.0, 3.0], 0.95).unwrap();
        let interval = got.interval.unwrap();
        assert_eq!((got.estimate, interval.high), (1.0, 1.0));
        assert!(interval.low > -1.0 && interval.low < 1.0);
        let got = cliffs_delta(&[1.0, 2.0], &[3.0, 4.0], 0.95).unwrap();
        assert_eq!((got.estimate, got.interval.unwrap().low), (-1.0, -1.0));
    }

    #[test]
    fn equal_groups_have_no_effect() {
        let got = cliffs_delta(&[1.0, 1.0], &[1.0, 1.0], 0.95).unwrap();
        let interval = got.interval.unwrap();
        assert_eq!(got.estimate, 0.0);
        assert!(interval.low < 0.0 && interval.high > 0.0);
        assert_eq!(
            cliffs_delta(&[1.0], &[1.0, 2.0], 0.95).unwrap().interval,
            None
        );
        assert_eq!(cliffs_delta(&[], &[1.0], 0.95), None);
    }

    #[test]
    fn rank_biserial_by_hand() {
        // V = 8 of 55: 8/55 for, 47/55 against.
        close(rank_biserial(&PAIRS).unwrap().estimate, -39.0 / 55.0, 1e-12);
        assert_eq!(rank_biserial(&[(1.0, 1.0)]), None);
        assert_eq!(rank_biserial(&[(2.0, 1.0)]).unwrap().estimate, 1.0);
    }
}
