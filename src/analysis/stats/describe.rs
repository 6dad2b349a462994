//! What numbers look like: centre, spread, quartiles, shape.

use super::{Interval, distribution::t_critical, finite, known, sorted};
use serde::Serialize;

/// Figures that describe one set of numbers, in their unit unless said otherwise.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// How many finite numbers.
    pub n: usize,
    /// How many were not finite, and are ignored.
    pub left_out: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation with n - 1. None for one number.
    pub sd: Option<f64>,
    /// Second quartile.
    pub median: f64,
    /// First quartile, as [`quantile`] defines it.
    pub q1: f64,
    /// Third quartile.
    pub q3: f64,
    /// Smallest.
    pub min: f64,
    /// Largest.
    pub max: f64,
    /// Adjusted Fisher-Pearson skewness G1, without unit: what SPSS, SAS and Excel give. None for
    /// fewer than three numbers, or if all are equal.
    pub skewness: Option<f64>,
    /// Geometric mean. None unless all numbers are above zero.
    pub geometric_mean: Option<f64>,
}

impl Summary {
    /// Describes the finite ones among `xs`. None if there are none, or if they overflow.
    pub fn of(xs: &[f64]) -> Option<Self> {
        let (xs, left_out) = finite(xs);
        let xs = sorted(&xs);
        let (min, max) = (*xs.first()?, *xs.last()?);
        Some(Self {
            n: xs.len(),
            left_out,
            mean: mean(&xs)?,
            sd: sd(&xs),
            median: known(of_sorted(&xs, 0.5))?,
            q1: known(of_sorted(&xs, 0.25))?,
            q3: known(of_sorted(&xs, 0.75))?,
            min,
            max,
            skewness: skewness(&xs),
            geometric_mean: geometric_mean(&xs),
        })
    }
}

/// A mean with its t interval.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MeanEstimate {
    /// How many finite numbers.
    pub n: usize,
    /// How many were not finite, and are ignored.
    pub left_out: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// Its standard error, sd / sqrt(n).
    pub standard_error: f64,
    /// Degrees of freedom, n - 1.
    pub df: f64,
    /// Student's t interval; assumes that means of n such numbers are nearly normal.
    pub interval: Interval,
}

/// Mean of the finite ones among `xs` with its t interval at `level` (such as 0.95).
/// None for fewer than two numbers.
pub fn mean_interval(xs: &[f64], level: f64) -> Option<MeanEstimate> {
    let (xs, left_out) = finite(xs);
    let n = xs.len() as f64;
    let mean = mean(&xs)?;
    let standard_error = sd(&xs)? / n.sqrt();
    let t = t_critical(level, n - 1.0)?;
    Some(MeanEstimate {
        n: xs.len(),
        left_out,
        mean,
        standard_error,
        df: n - 1.0,
        interval: Interval::around(mean, t * standard_error, level)?,
    })
}

/// Arithmetic mean of the finite ones among `xs`. None if there are none, or if their sum overflows.
pub fn mean(xs: &[f64]) -> Option<f64> {
    let (xs, _) = finite(xs);
    if xs.is_empty() {
        return None;
    }
    let n = xs.len() as f64;
    let first = xs.iter().sum::<f64>() / n;
    // What rounding took, put back: numbers that are all equal then have exactly their mean.
    known(first + xs.iter().map(|x| x - first).sum::<f64>() / n)
}

/// Standard deviation (n - 1) of the finite ones among `xs`. None for fewer than two.
pub fn sd(xs: &[f64]) -> Option<f64> {
    let (xs, _) = finite(xs);
    let mean = mean(&xs)?;
    if xs.len() < 2 {
        return None;
    }
    let squares: f64 = xs.iter().map(|x| (x - mean) * (x - mean)).sum();
    known((squares / (xs.len() as f64 - 1.0)).sqrt())
}

/// Median of the finite ones among `xs`. None if there are none.
pub fn median(xs: &[f64]) -> Option<f64> {
    quantile(xs, 0.5)
}

/// Quantile of the finite ones among `xs` for a probability 0 <= `p` <= 1. None if there are none.
///
/// Hyndman and Fan's (1996) type 7, the default of R and NumPy: linear between the order statistics
/// around (n - 1) p.
pub fn quantile(xs: &[f64], p: f64) -> Option<f64> {
    let (xs, _) = finite(xs);
    if xs.is_empty() || !(0.0..=1.0).contains(&p) {
        return None;
    }
    known(of_sorted(&sorted(&xs), p))
}

/// Quantile of numbers that are sorted, of which there is one at least.
pub(super) fn of_sorted(xs: &[f64], p: f64) -> f64 {
    let last = xs.len() - 1;
    let place = last as f64 * p;
    let below = (place.floor() as usize).min(last);
    let above = (below + 1).min(last);
    xs[below] + (place - below as f64) * (xs[above] - xs[below])
}

/// Adjusted Fisher-Pearson skewness. None for fewer than three numbers or no spread.
fn skewness(xs: &[f64]) -> Option<f64> {
    let n = xs.len() as f64;
    if xs.len() < 3 {
        return None;
    }
    let mean = mean(xs)?;
    let moment = |k: i32| xs.iter().map(|x| (x - mean).powi(k)).sum::<f64>() / n;
    let variance = moment(2);
    if variance <= 0.0 {
        return None;
    }
    known((n * (n - 1.0)).sqrt() / (n - 2.0) * moment(3) / variance.powf(1.5))
}

/// Geometric mean. None unless all numbers are above zero.
fn geometric_mean(xs: &[f64]) -> Option<f64> {
    if xs.iter().any(|x| *x <= 0.0) {
        return None;
    }
    let logs: Vec<f64> = xs.iter().map(|x| x.ln()).collect();
    known(mean(&logs)?.exp())
}

#[cfg(test)]
mod tests {
    use super::super::check::close;
    use super::*;

    /// Takeover times in seconds, invented.
    const X: [f64; 9] = [2.1, 1.4, 3.3, 0.9, 2.7, 5.8, 1.9, 2.2, 1.1];

    #[test]
    fn agrees_with_r_and_scipy() {
        let s = Summary::of(&X).unwrap();
        assert_eq!((s.n, s.left_out), (9, 0));
        // R 4.2.2: mean(x), sd(x), quantile(x)
        close(s.mean, 2.377777777777778, 1e-12);
        close(s.sd.unwrap(), 1.490618812589068, 1e-12);
        assert_eq!((s.q1, s.median, s.q3), (1.4, 2.1, 2.7));
        assert_eq!((s.min, s.max), (0.9, 5.8));
        // scipy 1.17.1: stats.skew(x, bias=False), stats.gmean(x)
        close(s.skewness.unwrap(), 1.6747080531571668, 1e-12);
        close(s.geometric_mean.unwrap(), 2.0461642875066315, 1e-12);
        // R 4.2.2: t.test(x)$conf.int
        let m = mean_interval(&X, 0.95).unwrap();
        close(m.interval.low, 1.231986729163273, 1e-12);
        close(m.interval.high, 3.523568826392283, 1e-12);
        assert_eq!(m.df, 8.0);
    }

    #[test]
    fn quantiles_are_type_7() {
        // R 4.2.2: quantile(c(1, 2, 3, 4, 10), c(.1, .9))
        close(
            quantile(&[10.0, 1.0, 2.0, 3.0, 4.0], 0.1).unwrap(),
            1.4,
            1e-14,
        );
        close(
            quantile(&[10.0, 1.0, 2.0, 3.0, 4.0], 0.9).unwrap(),
            7.6,
            1e-14,
        );
        assert_eq!(quantile(&[1.0, 2.0], 1.0), Some(2.0));
        assert_eq!(quantile(&[1.0], 1.5), None);
    }

    #[test]
    fn ignores_and_counts_what_is_not_finite() {
        let s = Summary::of(&[f64::NAN, 1.0, f64::INFINITY, 3.0]).unwrap();
        assert_eq!((s.n, s.left_out, s.mean), (2, 2, 2.0));
    }

    #[test]
    fn none_one_and_equal_numbers() {
        assert_eq!(Summary::of(&[]), None);
        assert_eq!(Summary::of(&[f64::NAN]), None);
        let one = Summary::of(&[0.1]).unwrap();
        assert_eq!((one.sd, one.skewness, one.median), (None, None, 0.1));
        assert_eq!(mean_interval(&[0.1], 0.95), None);
        let equal = Summary::of(&[0.1, 0.1, 0.1]).unwrap();
        assert_eq!(
            (equal.mean, equal.sd, equal.skewness),
            (0.1, Some(0.0), None)
        );
        assert_eq!(Summary::of(&[-1.0, 2.0]).unwrap().geometric_mean, None);
    }

    #[test]
    fn what_overflows_is_not_known() {
        assert_eq!(mean(&[f64::MAX, f64::MAX]), None);
        assert_eq!(mean_interval(&[1.0, 2.0], 1.0), None);
    }
}
