//! The noncentral t distribution: what t follows when there is an effect.

use super::{distribution::normal_cdf, root::bisect};
use statrs::function::beta::beta_reg;

/// Beyond this noncentrality the series has no first term left that a number can hold.
const LARGEST: f64 = 37.0;

/// P(T <= t) for noncentral t with `df` > 0 degrees of freedom and |`delta`| <= 37.
///
/// Lenth (1989), Algorithm AS 243, Applied Statistics 38.
fn cdf(t: f64, df: f64, delta: f64) -> f64 {
    if t < 0.0 {
        return 1.0 - cdf(-t, df, -delta);
    }
    let x = t * t / (df + t * t);
    let half = 0.5 * delta * delta;
    let mut sum = 0.0;
    if x > 0.0 {
        // Poisson weights, and their like at half-integers.
        let mut p = (-half).exp();
        let mut q = (-half).exp() * delta / (libm::tgamma(1.5) * std::f64::consts::SQRT_2);
        // The weights grow up to the middle of the series, and are soon nothing after it.
        let mut j = 0.0;
        while j < half || p.max(q.abs()) > 1e-17 {
            sum += p * beta_reg(j + 0.5, 0.5 * df, x) + q * beta_reg(j + 1.0, 0.5 * df, x);
            p *= half / (j + 1.0);
            q *= half / (j + 1.5);
            j += 1.0;
        }
    }
    normal_cdf(-delta) + 0.5 * sum
}

/// The noncentralities for which an observed t is just not too small and just not too large: a
/// confidence interval at `level`. None where it would reach beyond 37 on either side.
pub(super) fn noncentrality(t: f64, df: f64, level: f64) -> Option<(f64, f64)> {
    let tail = 0.5 * (1.0 - level);
    let above = |delta: f64, p: f64| delta.abs() <= LARGEST && cdf(t, df, delta) > p;
    let at = |p: f64| {
        // The share falls as the noncentrality grows: widen a bracket around t.
        let widths = (0..6).map(|k| 2.0_f64.powi(k));
        let low = widths.clone().map(|w| t - w).find(|low| above(*low, p))?;
        let high = widths
            .map(|w| t + w)
            .find(|high| high.abs() <= LARGEST && !above(*high, p))?;
        bisect(low, high, |delta| cdf(t, df, delta) - p)
    };
    Some((at(1.0 - tail)?, at(tail)?))
}

#[cfg(test)]
mod tests {
    use super::super::check::close;
    use super::*;

    #[test]
    fn agrees_with_r() {
        // R 4.2.2: pt(t, df, delta)
        close(cdf(2.0, 10.0, 1.0), 0.807611562530311, 1e-9);
        close(cdf(-1.0, 7.5, 0.5), 0.077367953594861, 1e-9);
        close(cdf(20.0, 40.0, 18.0), 0.776672869748345, 1e-9);
        close(cdf(0.0, 5.0, 1.0), 0.158655253931457, 1e-12);
    }

    #[test]
    fn noncentralities_agree_with_r() {
        // R 4.2.2: uniroot(function(d) pt(-2.4, 15, d) - p, c(-10, 10), tol = 1e-13)
        let (low, high) = noncentrality(-2.4, 15.0, 0.95).unwrap();
        close(low, -4.50346179533392, 1e-8);
        close(high, -0.229697005822172, 1e-8);
        assert_eq!(noncentrality(60.0, 15.0, 0.95), None);
    }
}
