//! One distribution of times: density, share, quantile, draw.

use super::{
    super::{distribution::normal_quantile, is_level, known, root::bisect},
    Family, ex_gaussian,
    special::ln_normal_upper,
    wald,
};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use std::f64::consts::PI;

/// A distribution of times. Spreads, tau, drift and threshold are above zero.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub enum Distribution {
    /// ln(time) is normal.
    LogNormal {
        /// Mean of ln(time): exp(mu) is the median.
        mu: f64,
        /// Standard deviation of ln(time), without unit.
        sigma: f64,
    },
    /// Normal plus exponential.
    ExGaussian {
        /// Mean of the normal part, s.
        mu: f64,
        /// Standard deviation of the normal part, s.
        sigma: f64,
        /// Mean of the exponential part, s: the slow tail.
        tau: f64,
    },
    /// First passage of an accumulator with unit noise, after a delay.
    ShiftedWald {
        /// Mean growth of the evidence, 1/sqrt(s).
        drift: f64,
        /// Evidence at which one acts, sqrt(s).
        threshold: f64,
        /// What is not deciding: seeing and moving, s.
        shift: f64,
    },
}

impl Distribution {
    /// From parameters in the order of [`Family::parameter_names`]. None unless there are as many as the
    /// family has, all finite, and above zero where they must be.
    pub fn new(family: Family, parameters: &[f64]) -> Option<Self> {
        if parameters.iter().any(|p| !p.is_finite()) {
            return None;
        }
        match (family, parameters) {
            (Family::LogNormal, &[mu, sigma]) => {
                (sigma > 0.0).then_some(Self::LogNormal { mu, sigma })
            }
            (Family::ExGaussian, &[mu, sigma, tau]) => {
                (sigma > 0.0 && tau > 0.0).then_some(Self::ExGaussian { mu, sigma, tau })
            }
            (Family::ShiftedWald, &[drift, threshold, shift]) => (drift > 0.0 && threshold > 0.0)
                .then_some(Self::ShiftedWald {
                    drift,
                    threshold,
                    shift,
                }),
            _ => None,
        }
    }

    /// Its family.
    pub fn family(&self) -> Family {
        match self {
            Self::LogNormal { .. } => Family::LogNormal,
            Self::ExGaussian { .. } => Family::ExGaussian,
            Self::ShiftedWald { .. } => Family::ShiftedWald,
        }
    }

    /// Parameters in the order of [`Family::parameter_names`].
    pub fn parameters(&self) -> Vec<f64> {
        match *self {
            Self::LogNormal { mu, sigma } => vec![mu, sigma],
            Self::ExGaussian { mu, sigma, tau } => vec![mu, sigma, tau],
            Self::ShiftedWald {
                drift,
                threshold,
                shift,
            } => vec![drift, threshold, shift],
        }
    }

    /// ln of the density at `x`; minus infinity where it is zero.
    pub(super) fn ln_density(&self, x: f64) -> f64 {
        match *self {
            Self::LogNormal { mu, sigma } => {
                if x <= 0.0 {
                    return f64::NEG_INFINITY;
                }
                let z = (x.ln() - mu) / sigma;
                -0.5 * z * z - (x * sigma).ln() - 0.5 * (2.0 * PI).ln()
            }
            Self::ExGaussian { mu, sigma, tau } => ex_gaussian::ln_density(x, mu, sigma, tau),
            Self::ShiftedWald {
                drift,
                threshold,
                shift,
            } => wald::ln_density(x - shift, drift, threshold),
        }
    }

    /// ln of the share beyond `x`.
    pub(super) fn ln_survival(&self, x: f64) -> f64 {
        match *self {
            Self::LogNormal { mu, sigma } => {
                if x <= 0.0 {
                    return 0.0;
                }
                ln_normal_upper((x.ln() - mu) / sigma)
            }
            Self::ExGaussian { mu, sigma, tau } => ex_gaussian::ln_survival(x, mu, sigma, tau),
            Self::ShiftedWald {
                drift,
                threshold,
                shift,
            } => wald::ln_survival(x - shift, drift, threshold),
        }
    }

    /// Density at `x`, 1/s. None unless `x` is finite.
    pub fn pdf(&self, x: f64) -> Option<f64> {
        known(x).and_then(|x| known(self.ln_density(x).exp()))
    }

    /// Share of times up to `x`. None unless `x` is finite.
    pub fn cdf(&self, x: f64) -> Option<f64> {
        known(x).and_then(|x| known(self.share(x)))
    }

    /// Share of times beyond `x`. None unless `x` is finite.
    pub fn survival(&self, x: f64) -> Option<f64> {
        known(x).and_then(|x| known(self.ln_survival(x).exp()))
    }

    pub(super) fn share(&self, x: f64) -> f64 {
        match *self {
            Self::LogNormal { mu, sigma } => {
                if x <= 0.0 {
                    return 0.0;
                }
                ln_normal_upper((mu - x.ln()) / sigma).exp()
            }
            Self::ExGaussian { mu, sigma, tau } => ex_gaussian::cdf(x, mu, sigma, tau),
            Self::ShiftedWald {
                drift,
                threshold,
                shift,
            } => wald::cdf(x - shift, drift, threshold),
        }
    }

    /// Time up to which this share lies, s. None unless 0 < `p` < 1.
    pub fn quantile(&self, p: f64) -> Option<f64> {
        if !is_level(p) {
            return None;
        }
        let (start, scale) = match *self {
            Self::LogNormal { mu, sigma } => return known((mu + sigma * normal_quantile(p)).exp()),
            Self::ExGaussian { mu, sigma, tau } => (mu, sigma + tau),
            Self::ShiftedWald {
                drift,
                threshold,
                shift,
            } => (shift, threshold / drift),
        };
        // Above one half the share beyond is the smaller number, and so the more precise.
        let miss = |x: f64| {
            if p > 0.5 {
                (1.0 - p) - self.ln_survival(x).exp()
            } else {
                self.share(x) - p
            }
        };
        // Bounds that double until they hold the quantile.
        let widths = (0..100).map(|k| scale * 2.0_f64.powi(k));
        let high = widths
            .clone()
            .map(|w| start + w)
            .find(|x| miss(*x) >= 0.0)?;
        let low = widths.map(|w| start - w).find(|x| miss(*x) <= 0.0)?;
        bisect(low, high, miss)
    }

    /// Mean, s.
    pub fn mean(&self) -> Option<f64> {
        known(match *self {
            Self::LogNormal { mu, sigma } => (mu + 0.5 * sigma * sigma).exp(),
            Self::ExGaussian { mu, tau, .. } => mu + tau,
            Self::ShiftedWald {
                drift,
                threshold,
                shift,
            } => shift + threshold / drift,
        })
    }

    /// One time at random.
    pub(super) fn draw(&self, rng: &mut ChaCha8Rng) -> f64 {
        // Uniform between 0 and 1, both excluded.
        let mut uniform = || loop {
            let u: f64 = rng.random();
            if u > 0.0 {
                break u;
            }
        };
        match *self {
            Self::LogNormal { mu, sigma } => (mu + sigma * normal_quantile(uniform())).exp(),
            Self::ExGaussian { mu, sigma, tau } => {
                mu + sigma * normal_quantile(uniform()) - tau * uniform().ln()
            }
            Self::ShiftedWald {
                drift,
                threshold,
                shift,
            } => {
                // Michael, Schucany and Haas (1976): one of the two roots, at random.
                let mean = threshold / drift;
                let ratio = normal_quantile(uniform()).powi(2) / (drift * threshold);
                let root = mean * (1.0 + 0.5 * ratio - (ratio + 0.25 * ratio * ratio).sqrt());
                let first = uniform() <= mean / (mean + root);
                shift + if first { root } else { mean * mean / root }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::check::close;
    use super::*;
    use rand_chacha::rand_core::SeedableRng;

    const LOG_NORMAL: Distribution = Distribution::LogNormal {
        mu: 0.8,
        sigma: 0.5,
    };
    const EX_GAUSSIAN: Distribution = Distribution::ExGaussian {
        mu: 1.5,
        sigma: 0.4,
        tau: 0.9,
    };
    const WALD: Distribution = Distribution::ShiftedWald {
        drift: 1.2,
        threshold: 2.4,
        shift: 0.6,
    };

    #[track_caller]
    fn agrees(d: Distribution, x: f64, pdf: f64, cdf: f64, survival: f64, p90: f64) {
        close(d.pdf(x).unwrap(), pdf, 1e-11);
        close(d.cdf(x).unwrap(), cdf, 1e-11);
        close(d.survival(x).unwrap(), survival, 1e-11);
        close(d.quantile(0.9).unwrap(), p90, 1e-9);
        close(d.cdf(d.quantile(0.01).unwrap()).unwrap(), 0.01, 1e-10);
    }

    #[test]
    fn agree_with_scipy() {
        // scipy 1.17.1: pdf(3), cdf(3), sf(3), ppf(.9) of
        // stats.lognorm(0.5, scale=exp(0.8)), exponnorm(0.9/0.4, 1.5, 0.4), invgauss(2/5.76, 0.6, 5.76)
        agrees(
            LOG_NORMAL,
            3.0,
            0.22251912206575972,
            0.7248212738502979,
            0.27517872614970207,
            4.223971430516484,
        );
        agrees(
            EX_GAUSSIAN,
            3.0,
            0.23153718944455026,
            0.791528112214704,
            0.20847188778529602,
            3.661215447906553,
        );
        agrees(
            WALD,
            3.0,
            0.24544732868313585,
            0.7254102511967074,
            0.27458974880329257,
            4.116558417244073,
        );
    }

    #[test]
    fn draws_follow_the_distribution() {
        for d in [LOG_NORMAL, EX_GAUSSIAN, WALD] {
            let mut rng = ChaCha8Rng::seed_from_u64(5);
            let mut xs: Vec<f64> = (0..4000).map(|_| d.draw(&mut rng)).collect();
            xs.sort_by(f64::total_cmp);
            let gap = |(i, x): (usize, &f64)| (d.share(*x) - (i as f64 + 0.5) / 4000.0).abs();
            let largest = xs.iter().enumerate().map(gap).fold(0.0, f64::max);
            // Kolmogorov's 1 % point.
            assert!(largest < 1.63 / 4000.0_f64.sqrt(), "{d:?}: {largest}");
        }
    }

    #[test]
    fn nothing_infinite_comes_out() {
        assert_eq!(LOG_NORMAL.pdf(f64::NAN), None);
        assert_eq!(LOG_NORMAL.cdf(f64::INFINITY), None);
        assert_eq!(WALD.quantile(0.0), None);
        assert_eq!(LOG_NORMAL.pdf(-1.0), Some(0.0));
        assert_eq!(WALD.survival(0.5), Some(1.0));
        assert_eq!(Distribution::new(Family::LogNormal, &[0.0, 0.0]), None);
        assert_eq!(Distribution::new(Family::LogNormal, &[0.0]), None);
        assert_eq!(
            Distribution::new(Family::ExGaussian, &[0.0, 1.0, f64::NAN]),
            None
        );
    }

    #[test]
    fn parameters_go_there_and_back() {
        for d in [LOG_NORMAL, EX_GAUSSIAN, WALD] {
            assert_eq!(Distribution::new(d.family(), &d.parameters()), Some(d));
        }
        close(WALD.mean().unwrap(), 2.6, 1e-15);
    }
}
