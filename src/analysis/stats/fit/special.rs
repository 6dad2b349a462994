//! Functions of the normal distribution that hold far out in its tails, where plain ones are 0 or 1.

use std::f64::consts::{FRAC_1_SQRT_2, LN_2, PI};

/// exp(x^2) erfc(x) for x >= 0, which neither overflows nor vanishes.
pub(super) fn erfcx(x: f64) -> f64 {
    if x < 6.0 {
        return (x * x).exp() * libm::erfc(x);
    }
    // Laplace's continued fraction, from the far end; 30 terms are more than enough from 6 on.
    let tail = (1..=30)
        .rev()
        .fold(0.0, |tail, k| f64::from(k) * 0.5 / (x + tail));
    1.0 / ((x + tail) * PI.sqrt())
}

/// ln P(Z > z) for a standard normal Z.
pub(super) fn ln_normal_upper(z: f64) -> f64 {
    if z > 0.0 {
        -0.5 * z * z + erfcx(z * FRAC_1_SQRT_2).ln() - LN_2
    } else {
        libm::log1p(-0.5 * libm::erfc(-z * FRAC_1_SQRT_2))
    }
}

/// ln P(Z < z) for a standard normal Z.
pub(super) fn ln_normal_lower(z: f64) -> f64 {
    ln_normal_upper(-z)
}

/// ln(exp(a) + exp(b)).
pub(super) fn ln_sum(a: f64, b: f64) -> f64 {
    let (high, low) = if a > b { (a, b) } else { (b, a) };
    if high == f64::NEG_INFINITY {
        return high;
    }
    high + libm::log1p((low - high).exp())
}

#[cfg(test)]
mod tests {
    use super::super::super::check::close;
    use super::*;

    #[test]
    fn agree_with_scipy() {
        // scipy 1.17.1: special.erfcx(x)
        close(erfcx(0.5), 0.6156903441929258, 1e-14);
        close(erfcx(5.9), 0.09430713614832703, 1e-13);
        close(erfcx(6.1), 0.09129430036868383, 1e-14);
        close(erfcx(1e3), 0.0005641893014533876, 1e-14);
        // special.log_ndtr(-z)
        close(ln_normal_upper(-3.0), -0.0013508099647481925, 1e-13);
        close(ln_normal_upper(1.0), -1.8410216450092634, 1e-14);
        close(ln_normal_upper(50.0), -1254.8313611394199, 1e-14);
        close(ln_normal_lower(-9.0), -43.62814911333212, 1e-14);
    }

    #[test]
    fn sums_in_logarithms() {
        close(ln_sum(0.0, 0.0), LN_2, 1e-15);
        close(
            ln_sum(-1000.0, -1001.0),
            -1000.0 + (1.0 + (-1.0_f64).exp()).ln(),
            1e-15,
        );
        assert_eq!(
            ln_sum(f64::NEG_INFINITY, f64::NEG_INFINITY),
            f64::NEG_INFINITY
        );
    }
}
