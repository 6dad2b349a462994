//! The ex-Gaussian: a normal time (mu, sigma) plus an exponential one (mean tau).

use super::special::{erfcx, ln_normal_lower, ln_normal_upper, ln_sum};
use std::f64::consts::{FRAC_1_SQRT_2, LN_2};

/// ln of the density at `x`.
pub(super) fn ln_density(x: f64, mu: f64, sigma: f64, tau: f64) -> f64 {
    let z = (x - mu) / sigma;
    let ratio = sigma / tau;
    let reach = z - ratio;
    if reach < 0.0 {
        // exp(ratio^2 / 2 - ratio z) overflows against a normal tail; their product does not.
        return -0.5 * z * z + erfcx(-reach * FRAC_1_SQRT_2).ln() - LN_2 - tau.ln();
    }
    0.5 * ratio * ratio - ratio * z + ln_normal_lower(reach) - tau.ln()
}

/// ln of the share beyond `x`: normal tail plus tau times the density, both positive, so that nothing
/// cancels.
pub(super) fn ln_survival(x: f64, mu: f64, sigma: f64, tau: f64) -> f64 {
    let density = ln_density(x, mu, sigma, tau) + tau.ln();
    ln_sum(ln_normal_upper((x - mu) / sigma), density).min(0.0)
}

/// Share up to `x`.
pub(super) fn cdf(x: f64, mu: f64, sigma: f64, tau: f64) -> f64 {
    let z = (x - mu) / sigma;
    if z >= 0.0 {
        return -libm::expm1(ln_survival(x, mu, sigma, tau));
    }
    // Both terms are small: take out what they share before the difference.
    let reach = z - sigma / tau;
    let scaled = erfcx(-z * FRAC_1_SQRT_2) - erfcx(-reach * FRAC_1_SQRT_2);
    (0.5 * (-0.5 * z * z).exp() * scaled).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::super::super::check::close;
    use super::*;

    #[test]
    fn agree_with_mpmath() {
        // mpmath 1.4.1, 50 digits, from the formulas by erfc
        let all = |x, mu, sigma, tau, density, survival, share| {
            close(ln_density(x, mu, sigma, tau), density, 1e-12);
            close(ln_survival(x, mu, sigma, tau), survival, 1e-12);
            close(cdf(x, mu, sigma, tau), share, 1e-12);
        };
        all(
            3.0,
            1.5,
            0.4,
            0.9,
            -1.46301477280915,
            -1.567951077599732,
            0.791528112214704,
        );
        all(
            40.0,
            1.5,
            0.4,
            0.9,
            -42.57365183002119,
            -42.67901234567901,
            1.0,
        );
        all(
            -2.0,
            1.5,
            0.4,
            0.9,
            -41.32492551982647,
            -5.038542125003814e-20,
            5.038542125003814e-20,
        );
        all(
            1.2,
            1.0,
            0.5,
            0.01,
            -0.2981652463406856,
            -1.044123974796847,
            0.6479999547373051,
        );
        all(
            4.5,
            1.0,
            0.5,
            0.01,
            -24.57550856648581,
            -27.23081434460438,
            0.9999999999985079,
        );
        all(
            -1.0,
            1.0,
            0.5,
            0.01,
            -8.303095035793233,
            -2.919417950195378e-5,
            2.919375335604239e-5,
        );
    }

    #[test]
    fn tails_stay_finite() {
        for x in [-1e3, 0.0, 1e3, 1e5] {
            for (sigma, tau) in [(0.01, 10.0), (1.0, 1e-3), (1e-3, 1e-3)] {
                let (density, survival) = (
                    ln_density(x, 1.0, sigma, tau),
                    ln_survival(x, 1.0, sigma, tau),
                );
                assert!(
                    !density.is_nan() && density < f64::INFINITY,
                    "{x} {sigma} {tau}"
                );
                assert!(!survival.is_nan() && survival <= 0.0, "{x} {sigma} {tau}");
                assert!((0.0..=1.0).contains(&cdf(x, 1.0, sigma, tau)));
            }
        }
    }
}
