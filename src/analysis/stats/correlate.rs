//! Do two measures go together? Correlation, and a straight line through them.

use super::{
    Interval,
    compare::{has_ties, ranks},
    describe::mean,
    distribution::{t_critical, t_two_sided, z_critical},
    finite_pairs, is_level, known,
};
use serde::Serialize;

/// Which correlation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Kind {
    /// Of the numbers: how nearly they lie on a straight line.
    Pearson,
    /// Of their ranks: how nearly one always rises, or falls, with the other.
    Spearman,
}

/// A correlation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Correlation {
    /// Which.
    pub kind: Kind,
    /// Pairs.
    pub n: usize,
    /// Pairs of which a number is not finite, which are ignored.
    pub left_out: usize,
    /// Between -1 and 1.
    pub r: f64,
    /// Two-sided p value of no correlation. None for fewer than three pairs.
    pub p: Option<f64>,
    /// Whether p comes from all orders of the ranks (Spearman, up to nine pairs without ties) rather
    /// than from the t distribution.
    pub exact: bool,
    /// Fisher's z interval. For Spearman with Bonett and Wright's (2000) wider standard error. None for
    /// fewer than four pairs, and if r is -1 or 1.
    pub interval: Option<Interval>,
}

/// Up to so many pairs every order of the ranks is tried (as R does).
const EXACT_UP_TO: usize = 9;

/// Pearson's correlation; p from t with n - 2 degrees of freedom. None for fewer than two pairs, or if
/// one measure does not vary.
pub fn pearson(pairs: &[(f64, f64)], level: f64) -> Option<Correlation> {
    let (pairs, left_out) = finite_pairs(pairs);
    let r = product_moment(&pairs)?;
    Some(Correlation {
        kind: Kind::Pearson,
        n: pairs.len(),
        left_out,
        r,
        p: p_from_t(r, pairs.len()),
        exact: false,
        interval: fisher(r, pairs.len(), 1.0, level),
    })
}

/// Spearman's rank correlation. None for fewer than two pairs, or if one measure does not vary.
pub fn spearman(pairs: &[(f64, f64)], level: f64) -> Option<Correlation> {
    let (pairs, left_out) = finite_pairs(pairs);
    let (xs, ys): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let ranked: Vec<(f64, f64)> = ranks(&xs).into_iter().zip(ranks(&ys)).collect();
    let r = product_moment(&ranked)?;
    let n = pairs.len();
    let exact = (3..=EXACT_UP_TO).contains(&n) && !has_ties(&xs) && !has_ties(&ys);
    Some(Correlation {
        kind: Kind::Spearman,
        n,
        left_out,
        r,
        p: if exact {
            Some(exact_p(&ranked))
        } else {
            p_from_t(r, n)
        },
        exact,
        interval: fisher(r, n, 1.0 + r * r / 2.0, level),
    })
}

fn product_moment(pairs: &[(f64, f64)]) -> Option<f64> {
    let m = Moments::of(pairs)?;
    let r = known(m.xy / (m.xx.sqrt() * m.yy.sqrt()))?;
    // Straight but for rounding is straight.
    Some(if 1.0 - r.abs() < 1e-14 { r.signum() } else { r })
}

/// Sums of squares and products around the means.
struct Moments {
    x: f64,
    y: f64,
    xx: f64,
    yy: f64,
    xy: f64,
}

impl Moments {
    fn of(pairs: &[(f64, f64)]) -> Option<Self> {
        let (xs, ys): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
        let (x, y) = (mean(&xs)?, mean(&ys)?);
        let sum = |f: fn(f64, f64) -> f64| pairs.iter().map(|(a, b)| f(a - x, b - y)).sum();
        Some(Self {
            x,
            y,
            xx: sum(|a, _| a * a),
            yy: sum(|_, b| b * b),
            xy: sum(|a, b| a * b),
        })
    }
}

fn p_from_t(r: f64, n: usize) -> Option<f64> {
    if n < 3 {
        return None;
    }
    let df = n as f64 - 2.0;
    let t = r * (df / (1.0 - r * r)).sqrt();
    Some(if t.is_finite() {
        t_two_sided(t, df)
    } else {
        0.0
    })
}

/// tanh(atanh r +- z sqrt(inflation / (n - 3))).
fn fisher(r: f64, n: usize, inflation: f64, level: f64) -> Option<Interval> {
    if n < 4 {
        return None;
    }
    let margin = z_critical(level)? * (inflation / (n as f64 - 3.0)).sqrt();
    let centre = known(libm::atanh(r))?;
    Interval::new(
        libm::tanh(centre - margin),
        libm::tanh(centre + margin),
        level,
    )
}

/// Share of all orders of the second ranks whose correlation is at least as far from zero.
fn exact_p(ranked: &[(f64, f64)]) -> f64 {
    let n = ranked.len();
    let mean = (n as f64 + 1.0) / 2.0;
    let xs: Vec<f64> = ranked.iter().map(|(x, _)| x - mean).collect();
    let mut ys: Vec<f64> = ranked.iter().map(|(_, y)| y - mean).collect();
    let product = |ys: &[f64]| xs.iter().zip(ys).map(|(x, y)| x * y).sum::<f64>().abs();
    let limit = product(&ys) - 1e-9;
    let (mut extreme, mut tried) = (0_u32, 0_u32);
    every_order(&mut ys, n, &mut |ys| {
        tried += 1;
        extreme += u32::from(product(ys) >= limit);
    });
    f64::from(extreme) / f64::from(tried)
}

/// Calls `visit` with each order of the first `k` numbers (Heap's algorithm).
fn every_order(ys: &mut [f64], k: usize, visit: &mut impl FnMut(&[f64])) {
    if k <= 1 {
        visit(ys);
        return;
    }
    for i in 0..k {
        every_order(ys, k - 1, visit);
        ys.swap(if k.is_multiple_of(2) { i } else { 0 }, k - 1);
    }
}

/// A coefficient of a line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Coefficient {
    /// Least-squares estimate.
    pub estimate: f64,
    /// Standard error.
    pub standard_error: f64,
    /// t interval.
    pub interval: Interval,
    /// Two-sided p value of it being zero. None if the line fits without error and it is zero.
    pub p: Option<f64>,
}

/// Straight line y = intercept + slope x.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// Pairs.
    pub n: usize,
    /// Pairs of which a number is not finite, which are ignored.
    pub left_out: usize,
    /// y where x is zero.
    pub intercept: Coefficient,
    /// y for each unit of x.
    pub slope: Coefficient,
    /// Degrees of freedom, n - 2.
    pub df: f64,
    /// Standard deviation of y around the line.
    pub residual_sd: f64,
    /// Share of the variance of y that the line takes up. None if y does not vary.
    pub r_squared: Option<f64>,
}

/// Least-squares line through (x, y). None for fewer than three pairs, or if x does not vary.
pub fn line(pairs: &[(f64, f64)], level: f64) -> Option<Line> {
    let (pairs, left_out) = finite_pairs(pairs);
    if pairs.len() < 3 || !is_level(level) {
        return None;
    }
    let n = pairs.len() as f64;
    let m = Moments::of(&pairs)?;
    if m.xx <= 0.0 {
        return None;
    }
    let slope = m.xy / m.xx;
    let intercept = m.y - slope * m.x;
    let residuals = pairs.iter().map(|(x, y)| y - m.y - slope * (x - m.x));
    let left: f64 = residuals.map(|e| e * e).sum();
    let df = n - 2.0;
    let residual_sd = (left / df).sqrt();
    let t = t_critical(level, df)?;
    let coefficient = |estimate: f64, standard_error: f64| {
        let ratio = estimate / standard_error;
        Some(Coefficient {
            estimate: known(estimate)?,
            standard_error,
            interval: Interval::around(estimate, t * standard_error, level)?,
            p: match ratio {
                ratio if ratio.is_nan() => None,
                ratio if ratio.is_infinite() => Some(0.0),
                ratio => Some(t_two_sided(ratio, df)),
            },
        })
    };
    Some(Line {
        n: pairs.len(),
        left_out,
        intercept: coefficient(intercept, residual_sd * (1.0 / n + m.x * m.x / m.xx).sqrt())?,
        slope: coefficient(slope, residual_sd / m.xx.sqrt())?,
        df,
        residual_sd,
        r_squared: (m.yy > 0.0).then(|| 1.0 - left / m.yy),
    })
}

#[cfg(test)]
mod tests {
    use super::super::check::close;
    use super::*;

    const PAIRS: [(f64, f64); 10] = [
        (2.1, 3.0),
        (1.4, 1.9),
        (3.3, 2.6),
        (0.9, 2.05),
        (2.7, 4.3),
        (5.8, 5.4),
        (1.9, 3.2),
        (2.2, 2.5),
        (1.1, 3.5),
        (3.0, 3.1),
    ];

    #[test]
    fn pearson_agrees_with_r() {
        // R 4.2.2: cor.test(x, y)
        let c = pearson(&PAIRS, 0.95).unwrap();
        close(c.r, 0.746279089322137, 1e-11);
        close(c.p.unwrap(), 0.0131726102647376, 1e-10);
        close(c.interval.unwrap().low, 0.220048509847248, 1e-10);
        close(c.interval.unwrap().high, 0.936068422010586, 1e-10);
    }

    #[test]
    fn spearman_agrees_with_r_and_scipy() {
        // R 4.2.2: cor.test(x, y, method = "spearman", exact = TRUE) on the first eight pairs
        let c = spearman(&PAIRS[..8], 0.95).unwrap();
        assert!(c.exact);
        close(c.r, 0.690476190476191, 1e-11);
        close(c.p.unwrap(), 0.0693948412698413, 1e-10);
        // scipy 1.17.1: stats.spearmanr(x, y) on all
        let c = spearman(&PAIRS, 0.95).unwrap();
        assert!(!c.exact);
        close(c.r, 0.442424242424242, 1e-11);
        close(c.p.unwrap(), 0.200422686711942, 1e-10);
        // Bonett and Wright by hand: tanh(atanh(r) -+ 1.959964 sqrt((1 + r^2/2) / 7))
        close(c.interval.unwrap().low, -0.292191268953792, 1e-9);
        close(c.interval.unwrap().high, 0.848687644365704, 1e-9);
    }

    #[test]
    fn the_line_agrees_with_r() {
        // R 4.2.2: summary(lm(y ~ x)), confint
        let l = line(&PAIRS, 0.95).unwrap();
        close(l.intercept.estimate, 1.80023725446921, 1e-11);
        close(l.intercept.standard_error, 0.487933687651651, 1e-11);
        close(l.slope.estimate, 0.555230633414257, 1e-11);
        close(l.slope.standard_error, 0.1750903094836, 1e-11);
        close(l.slope.p.unwrap(), 0.0131726102647376, 1e-10);
        close(l.slope.interval.low, 0.151471655710898, 1e-10);
        close(l.residual_sd, 0.745399568683831, 1e-11);
        close(l.r_squared.unwrap(), 0.556932479159478, 1e-11);
    }

    #[test]
    fn a_perfect_line_has_no_error() {
        let pairs = [(1.0, 2.0), (2.0, 4.0), (3.0, 6.0), (4.0, 8.0)];
        let l = line(&pairs, 0.95).unwrap();
        assert_eq!(
            (l.slope.estimate, l.slope.p, l.r_squared),
            (2.0, Some(0.0), Some(1.0))
        );
        let c = pearson(&pairs, 0.95).unwrap();
        assert_eq!((c.r, c.p, c.interval), (1.0, Some(0.0), None));
        let c = spearman(&pairs, 0.95).unwrap();
        // Two of 24 orders are monotone.
        close(c.p.unwrap(), 2.0 / 24.0, 1e-12);
    }

    #[test]
    fn few_or_constant_pairs() {
        assert_eq!(pearson(&[], 0.95), None);
        assert_eq!(pearson(&[(1.0, 2.0), (1.0, 3.0)], 0.95), None);
        let two = pearson(&[(1.0, 2.0), (2.0, 3.0), (f64::NAN, 1.0)], 0.95).unwrap();
        assert_eq!(
            (two.n, two.left_out, two.p, two.interval),
            (2, 1, None, None)
        );
        assert_eq!(line(&[(1.0, 1.0), (2.0, 2.0)], 0.95), None);
        assert_eq!(line(&[(1.0, 1.0), (1.0, 2.0), (1.0, 3.0)], 0.95), None);
        let flat = line(&[(1.0, 2.0), (2.0, 2.0), (3.0, 2.0)], 0.95).unwrap();
        assert_eq!(
            (flat.slope.estimate, flat.slope.p, flat.r_squared),
            (0.0, None, None)
        );
    }

    #[test]
    fn tries_every_order_once() {
        let mut seen = Vec::new();
        every_order(&mut [1.0, 2.0, 3.0, 4.0], 4, &mut |ys| {
            seen.push(ys.to_vec())
        });
        seen.sort_by(|a, b| a.partial_cmp(b).unwrap());
        seen.dedup();
        assert_eq!(seen.len(), 24);
    }
}
