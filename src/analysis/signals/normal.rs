//! The standard normal distribution.

use std::f64::consts::PI;

/// z of a two-sided interval of 95 %.
pub(super) const Z_95: f64 = 1.959_963_984_540_054;

/// Density at `z`.
pub(super) fn density(z: f64) -> f64 {
    libm::exp(-z * z / 2.0) / libm::sqrt(2.0 * PI)
}

/// z with P(Z < z) = `p`; none unless 0 < p < 1.
pub(super) fn quantile(p: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0) {
        return None;
    }
    Some(crate::assess::normal::quantile(p))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_as_scipy() {
        // scipy 1.17.1: scipy.stats.norm.ppf(p)
        for (p, z) in [
            (0.5, 0.0),
            (0.975, 1.959963984540054),
            (0.9, 1.2815515655446004),
            (0.3, -0.5244005127080409),
            (1e-3, -3.090232306167813),
            (1e-12, -7.034483825301131),
            (1e-300, -37.0470962993612),
        ] {
            let got = quantile(p).unwrap();
            assert!(
                (got - z).abs() <= 1e-12 * (1.0 + z.abs()),
                "{p}: {got} is not {z}"
            );
        }
        assert_eq!(quantile(0.0), None);
        assert_eq!(quantile(1.0), None);
        assert_eq!(quantile(f64::NAN), None);
    }
}
