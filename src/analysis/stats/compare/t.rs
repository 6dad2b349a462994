//! Tests of means: Welch's t for two groups, Student's t for pairs.

use super::{
    super::{
        describe::{mean, sd},
        distribution::t_two_sided,
        finite, finite_pairs,
    },
    Comparison, Reference, Test,
};

/// Do the means of two groups differ? Welch's t (1947): spreads may be unequal. The statistic is
/// positive if `xs` are larger.
///
/// None for fewer than two numbers in a group, or if neither group varies.
pub fn welch(xs: &[f64], ys: &[f64]) -> Option<Comparison> {
    let (xs, out_x) = finite(xs);
    let (ys, out_y) = finite(ys);
    let (nx, ny) = (xs.len() as f64, ys.len() as f64);
    let (vx, vy) = (sd(&xs)?.powi(2) / nx, sd(&ys)?.powi(2) / ny);
    let difference = mean(&xs)? - mean(&ys)?;
    let t = difference / (vx + vy).sqrt();
    let df = (vx + vy).powi(2) / (vx * vx / (nx - 1.0) + vy * vy / (ny - 1.0));
    if !t.is_finite() || !df.is_finite() {
        return None;
    }
    Some(Comparison {
        test: Test::Welch,
        reference: Reference::T,
        n: xs.len() + ys.len(),
        groups: vec![xs.len(), ys.len()],
        left_out: out_x + out_y,
        zeros: 0,
        statistic: t,
        df: Some(df),
        p: t_two_sided(t, df),
    })
}

/// Is the mean of the differences first - second zero? Student's t (1908).
///
/// None for fewer than two pairs, or if all differences are equal.
pub fn paired_t(pairs: &[(f64, f64)]) -> Option<Comparison> {
    let (pairs, left_out) = finite_pairs(pairs);
    let differences: Vec<f64> = pairs.iter().map(|(a, b)| a - b).collect();
    let n = pairs.len() as f64;
    let t = mean(&differences)? / (sd(&differences)? / n.sqrt());
    if !t.is_finite() {
        return None;
    }
    Some(Comparison {
        test: Test::PairedT,
        reference: Reference::T,
        n: pairs.len(),
        groups: vec![pairs.len()],
        left_out,
        zeros: 0,
        statistic: t,
        df: Some(n - 1.0),
        p: t_two_sided(t, n - 1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::check::close;
    use super::super::sample::{A, B, PAIRS};
    use super::*;

    #[test]
    fn welch_agrees_with_r() {
        // R 4.2.2: t.test(a, b)
        let t = welch(&A, &B).unwrap();
        close(t.statistic, -2.33759685622195, 1e-11);
        close(t.df.unwrap(), 13.8571568648269, 1e-11);
        close(t.p, 0.0349455123536409, 1e-10);
        assert_eq!((t.n, t.groups), (17, vec![9, 8]));
    }

    #[test]
    fn paired_agrees_with_r() {
        // R 4.2.2: t.test(x, y, paired = TRUE)
        let t = paired_t(&PAIRS).unwrap();
        close(t.statistic, -2.39366165925231, 1e-11);
        close(t.p, 0.0403146568095744, 1e-10);
        assert_eq!((t.n, t.df), (10, Some(9.0)));
    }

    #[test]
    fn leaves_out_what_is_not_finite() {
        let t = welch(&[1.0, 2.0, f64::NAN], &[4.0, 6.0]).unwrap();
        assert_eq!((t.n, t.left_out), (4, 1));
        let t = paired_t(&[(1.0, 2.0), (2.0, f64::INFINITY), (3.0, 5.0)]).unwrap();
        assert_eq!((t.n, t.left_out), (2, 1));
    }

    #[test]
    fn says_none_where_nothing_varies() {
        assert_eq!(welch(&[1.0, 1.0], &[2.0, 2.0]), None);
        assert_eq!(welch(&[1.0], &[2.0, 3.0]), None);
        assert_eq!(paired_t(&[(1.0, 2.0), (2.0, 3.0)]), None);
        assert_eq!(paired_t(&[]), None);
    }
}
