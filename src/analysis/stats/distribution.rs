//! Distribution functions behind the tests and intervals: normal, t, chi-squared, F.
//!
//! The hard functions come from `statrs` and `libm`; quantiles are sharpened by Newton steps.

use super::{is_level, root::bisect};
use statrs::function::{beta::beta_reg, erf::erfc_inv, gamma::gamma_ur};
use std::f64::consts::{FRAC_1_SQRT_2, PI, SQRT_2};

/// From here on a t distribution is as good as normal, and its own function loses digits.
const MANY: f64 = 1e6;

/// P(Z <= x) for a standard normal Z.
pub(super) fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// P(|Z| >= |z|) for a standard normal Z.
pub(super) fn normal_two_sided(z: f64) -> f64 {
    libm::erfc(z.abs() * FRAC_1_SQRT_2)
}

/// Density of the standard normal.
pub(super) fn normal_pdf(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * PI).sqrt()
}

/// z with P(Z <= z) = `p`, for 0 < p < 1.
pub(super) fn normal_quantile(p: f64) -> f64 {
    if p > 0.5 {
        return -normal_quantile(1.0 - p);
    }
    let mut z = -SQRT_2 * erfc_inv(2.0 * p);
    for _ in 0..2 {
        let density = normal_pdf(z);
        if density > 0.0 {
            z -= (normal_cdf(z) - p) / density;
        }
    }
    z
}

/// z such that P(|Z| <= z) = `level`; 1.96 for 0.95. None if `level` is not between 0 and 1.
pub(super) fn z_critical(level: f64) -> Option<f64> {
    is_level(level).then(|| -normal_quantile(0.5 * (1.0 - level)))
}

/// P(|T| >= |t|) for Student's t with `df` > 0 degrees of freedom.
pub(super) fn t_two_sided(t: f64, df: f64) -> f64 {
    if df > MANY {
        return normal_two_sided(t);
    }
    let x = df / (df + t * t);
    if x >= 1.0 {
        return 1.0;
    }
    beta_reg(0.5 * df, 0.5, x).clamp(0.0, 1.0)
}

/// t such that P(|T| <= t) = `level`. None if `level` is not between 0 and 1 or `df` is not above 0.
pub(super) fn t_critical(level: f64, df: f64) -> Option<f64> {
    if !is_level(level) || df.is_nan() || df <= 0.0 {
        return None;
    }
    if df > MANY {
        return z_critical(level);
    }
    // The search runs over t/(1 + t), which is between 0 and 1.
    let beyond = |u: f64| t_two_sided(u / (1.0 - u), df) - (1.0 - level);
    bisect(0.0, 1.0 - 1e-12, beyond).map(|u| u / (1.0 - u))
}

/// P(X >= x) for chi-squared with `df` > 0 degrees of freedom.
pub(super) fn chi2_upper(x: f64, df: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    gamma_ur(0.5 * df, 0.5 * x).clamp(0.0, 1.0)
}

/// P(X >= x) for F with `df1` and `df2` degrees of freedom.
pub(super) fn f_upper(x: f64, df1: f64, df2: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    let share = df2 / (df2 + df1 * x);
    beta_reg(0.5 * df2, 0.5 * df1, share.min(1.0)).clamp(0.0, 1.0)
}

/// x with P(X >= x) = `p` for F with `df1` and `df2` degrees of freedom. None unless 0 < p < 1.
pub(super) fn f_upper_quantile(p: f64, df1: f64, df2: f64) -> Option<f64> {
    if !is_level(p) {
        return None;
    }
    let beyond = |u: f64| f_upper(u / (1.0 - u), df1, df2) - p;
    bisect(0.0, 1.0 - 1e-12, beyond).map(|u| u / (1.0 - u))
}

/// ln of n over k.
pub(super) fn ln_choose(n: u64, k: u64) -> f64 {
    let ln_factorial = |m: u64| libm::lgamma(m as f64 + 1.0);
    ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k)
}

#[cfg(test)]
mod tests {
    use super::super::check::close;
    use super::*;

    // References: R 4.2.2.
    #[test]
    fn agrees_with_r() {
        close(normal_quantile(0.975), 1.959963984540054, 1e-14); // qnorm(0.975)
        close(normal_quantile(1e-10), -6.361340902404056, 1e-13); // qnorm(1e-10)
        close(normal_cdf(-8.0), 6.220960574271784e-16, 1e-12); // pnorm(-8)
        close(t_critical(0.95, 3.0).unwrap(), 3.182446305283708, 1e-12); // qt(.975, 3)
        close(t_critical(0.99, 17.4).unwrap(), 2.890012582555964, 1e-12); // qt(.995, 17.4)
        close(t_two_sided(5.0, 12.0), 3.093112112838881e-4, 1e-12); // 2 * pt(-5, 12)
        close(chi2_upper(23.7, 4.0), 9.17304485409774e-5, 1e-12); // pchisq(23.7, 4, lower = FALSE)
        close(f_upper(6.5, 3.0, 20.0), 3.008227410355455e-3, 1e-12); // pf(6.5, 3, 20, lower = FALSE)
        close(
            f_upper_quantile(0.025, 5.0, 18.0).unwrap(),
            3.381967805875243,
            1e-12,
        ); // qf(.975, 5, 18)
    }

    #[test]
    fn nonsense_has_no_quantile() {
        assert_eq!(z_critical(1.0), None);
        assert_eq!(z_critical(f64::NAN), None);
        assert_eq!(t_critical(0.95, 0.0), None);
        assert_eq!(f_upper_quantile(0.0, 1.0, 1.0), None);
    }
}
