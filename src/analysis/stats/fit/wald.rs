//! The shifted Wald (inverse Gaussian): when an accumulator with this drift and unit noise first
//! reaches its threshold, later by a shift.
//!
//! Density at t = x - shift: threshold / sqrt(2 pi t^3) exp(-(threshold - drift t)^2 / (2 t)).
//! Anders, Alario and Van Maanen (2016), Psychological Methods 21.

use super::special::{erfcx, ln_normal_upper};
use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// ln of the density at t = x - shift.
pub(super) fn ln_density(t: f64, drift: f64, threshold: f64) -> f64 {
    if t <= 0.0 {
        return f64::NEG_INFINITY;
    }
    let miss = threshold - drift * t;
    threshold.ln() - 0.5 * (2.0 * PI).ln() - 1.5 * t.ln() - miss * miss / (2.0 * t)
}

/// ln of the share beyond t = x - shift.
pub(super) fn ln_survival(t: f64, drift: f64, threshold: f64) -> f64 {
    if t <= 0.0 {
        return 0.0;
    }
    let root = t.sqrt();
    let past = (drift * t - threshold) / root;
    let sum = (drift * t + threshold) / root;
    if past > 0.0 {
        // Two nearly equal tails: take out what they share before the difference.
        let scaled = erfcx(past * FRAC_1_SQRT_2) - erfcx(sum * FRAC_1_SQRT_2);
        -0.5 * past * past + (0.5 * scaled).ln()
    } else {
        libm::log1p(-cdf(t, drift, threshold)).min(0.0)
    }
}

/// Share up to t = x - shift.
pub(super) fn cdf(t: f64, drift: f64, threshold: f64) -> f64 {
    if t <= 0.0 {
        return 0.0;
    }
    let root = t.sqrt();
    let past = (drift * t - threshold) / root;
    let sum = (drift * t + threshold) / root;
    if past > 0.0 {
        return -libm::expm1(ln_survival(t, drift, threshold));
    }
    let mirrored = 0.5 * (-0.5 * past * past).exp() * erfcx(sum * FRAC_1_SQRT_2);
    (ln_normal_upper(-past).exp() + mirrored).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::super::super::check::close;
    use super::*;

    #[test]
    fn agree_with_mpmath() {
        // mpmath 1.4.1, 50 digits, from the formulas by erfc
        let all = |t, drift, threshold, density, survival, share| {
            close(ln_density(t, drift, threshold), density, 1e-12);
            close(ln_survival(t, drift, threshold), survival, 1e-12);
            close(cdf(t, drift, threshold), share, 1e-12);
        };
        all(
            2.4,
            1.2,
            2.4,
            -1.404672901881623,
            -1.292477117724224,
            0.7254102511967076,
        );
        all(
            0.1,
            1.2,
            2.4,
            -22.5815921563597,
            -5.337181714817409e-13,
            5.337181714815984e-13,
        );
        all(60.0, 1.2, 2.4, -46.55298663918392, -46.2568645616859, 1.0);
        all(
            3.0,
            20.0,
            60.0,
            1.527487596015263,
            -0.7047280546474337,
            0.5057570369410492,
        );
        all(5.0, 20.0, 60.0, -159.2387508396337, -164.0948525159892, 1.0);
    }

    #[test]
    fn nothing_happens_before_the_shift() {
        assert_eq!(ln_density(0.0, 1.0, 2.0), f64::NEG_INFINITY);
        assert_eq!(
            (ln_survival(-1.0, 1.0, 2.0), cdf(0.0, 1.0, 2.0)),
            (0.0, 0.0)
        );
    }
}
