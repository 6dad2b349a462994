//! How long something takes: a law, or what was measured.

use super::{LONGEST_S, NoAnswer, SHORTEST_S};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1, StandardNormal};

/// How long something takes, in seconds.
#[derive(Clone, Debug, PartialEq)]
pub enum Law {
    /// Always the same, s.
    Constant(f64),
    /// Exponential with this mean, s.
    Exponential(f64),
    /// Log-normal with this mean, s, and this coefficient of variation (standard deviation / mean).
    LogNormal {
        /// Mean, s.
        mean_s: f64,
        /// Standard deviation divided by the mean.
        cv: f64,
    },
    /// One of these, s, each as likely as the others (bootstrap).
    Measured(Vec<f64>),
}

impl Law {
    /// Mean, s; none of no measurements, and where a time is negative or not finite.
    pub fn mean_s(&self) -> Option<f64> {
        let time = |x: f64| (x.is_finite() && x >= 0.0).then_some(x);
        match self {
            Self::Constant(x) | Self::Exponential(x) => time(*x),
            Self::LogNormal { mean_s, cv } => time(*cv).and_then(|_| time(*mean_s)),
            Self::Measured(times) => {
                for &x in times {
                    time(x)?;
                }
                mean(times)
            }
        }
    }

    /// Squared coefficient of variation: variance / mean²; none where the mean is unknown or zero. Of
    /// measured times it is the variance of the draws, with n below it: the law is the sample itself.
    pub fn scv(&self) -> Option<f64> {
        let mean_s = self.mean_s().filter(|&m| m > 0.0)?;
        match self {
            Self::Constant(_) => Some(0.0),
            Self::Exponential(_) => Some(1.0),
            Self::LogNormal { cv, .. } => finite(cv * cv),
            Self::Measured(times) => {
                let squares = times.iter().map(|x| (x / mean_s - 1.0).powi(2));
                finite(squares.sum::<f64>() / times.len() as f64)
            }
        }
    }

    /// A source of draws; none where [`Law::mean_s`] is none.
    pub(super) fn draws(&self) -> Option<Draws<'_>> {
        self.mean_s()?;
        Some(match self {
            Self::Constant(x) => Draws::Constant(*x),
            Self::Exponential(mean_s) => Draws::Exponential(*mean_s),
            Self::LogNormal { mean_s, cv } => {
                let squared = (cv * cv).ln_1p();
                Draws::LogNormal {
                    scale: mean_s * (-squared / 2.0).exp(),
                    sigma: squared.sqrt(),
                }
            }
            Self::Measured(times) => Draws::Measured {
                times,
                longest: times.iter().copied().fold(0.0, f64::max),
            },
        })
    }

    /// The mean of the gaps between a vehicle's requests.
    pub(super) fn gap_s(&self) -> Result<f64, NoAnswer> {
        match self.mean_s() {
            // No time at all between requests: there is no rate to count with.
            None | Some(0.0) => Err(NoAnswer::RateUnknown),
            Some(mean_s) => in_range(mean_s, "the gap between requests"),
        }
    }

    /// The mean of the service times.
    pub(super) fn service_s(&self) -> Result<f64, NoAnswer> {
        match self.mean_s() {
            None => Err(NoAnswer::ServiceUnknown),
            Some(0.0) => Err(NoAnswer::ServiceZero),
            Some(mean_s) => in_range(mean_s, "the service time"),
        }
    }
}

/// A time that we can compute with.
pub(super) fn in_range(time_s: f64, what: &'static str) -> Result<f64, NoAnswer> {
    if (SHORTEST_S..=LONGEST_S).contains(&time_s) {
        Ok(time_s)
    } else {
        Err(NoAnswer::OutOfRange { what })
    }
}

/// The mean; none of nothing.
fn mean(times: &[f64]) -> Option<f64> {
    finite(times.iter().sum::<f64>() / times.len() as f64)
}

fn finite(x: f64) -> Option<f64> {
    x.is_finite().then_some(x)
}

/// A law whose numbers are known to be good.
#[derive(Clone, Copy, Debug)]
pub(super) enum Draws<'a> {
    Constant(f64),
    Exponential(f64),
    LogNormal { scale: f64, sigma: f64 },
    Measured { times: &'a [f64], longest: f64 },
}

impl Draws<'_> {
    /// One draw, s.
    pub fn draw(&self, rng: &mut ChaCha8Rng) -> f64 {
        match self {
            Self::Constant(x) => *x,
            Self::Exponential(mean_s) => {
                let x: f64 = Exp1.sample(rng);
                mean_s * x
            }
            Self::LogNormal { scale, sigma } => {
                let z: f64 = StandardNormal.sample(rng);
                scale * (sigma * z).exp()
            }
            Self::Measured { times, .. } => times[rng.random_range(0..times.len())],
        }
    }

    /// How long what has been going on for ever still goes on, s: it is a long one with a chance that
    /// grows with its length, and somewhere in it. The mean is not zero.
    pub fn remaining(&self, rng: &mut ChaCha8Rng) -> f64 {
        let whole = match self {
            Self::Constant(x) => *x,
            // It has no memory.
            Self::Exponential(_) => return self.draw(rng),
            Self::LogNormal { sigma, .. } => self.draw(rng) * (sigma * sigma).exp(),
            Self::Measured { longest, .. } => loop {
                let x = self.draw(rng);
                if rng.random::<f64>() * longest < x {
                    break x;
                }
            },
        };
        whole * rng.random::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::rand_core::SeedableRng;

    #[test]
    fn moments_by_hand() {
        // Mean 60, variance (1600 + 1600 + 6400) / 3 = 3200: 3200 / 3600.
        let law = Law::Measured(vec![20.0, 20.0, 140.0]);
        assert_eq!(law.mean_s(), Some(60.0));
        assert!((law.scv().unwrap() - 8.0 / 9.0).abs() < 1e-12);
        assert_eq!(Law::Measured(vec![5.0]).scv(), Some(0.0));
        assert_eq!(Law::Measured(vec![]).mean_s(), None);
        assert_eq!(Law::Measured(vec![1.0, f64::INFINITY]).mean_s(), None);
        assert_eq!(Law::Measured(vec![1.0, -1.0]).mean_s(), None);
        assert_eq!(Law::Measured(vec![f64::MAX; 3]).mean_s(), None);
        assert_eq!(Law::Constant(0.0).scv(), None);
        assert_eq!(Law::Exponential(3.0).scv(), Some(1.0));
        let spread = |cv| Law::LogNormal { mean_s: 2.0, cv };
        assert_eq!(spread(0.5).scv(), Some(0.25));
        assert_eq!(spread(f64::NAN).mean_s(), None);
        assert_eq!(spread(1e200).scv(), None);
    }

    #[test]
    fn draws_have_the_moments_of_their_law() {
        let n = 200_000;
        for law in [
            Law::Constant(7.0),
            Law::Exponential(7.0),
            Law::LogNormal {
                mean_s: 7.0,
                cv: 0.6,
            },
            Law::Measured(vec![1.0, 2.0, 18.0]),
        ] {
            let mut rng = ChaCha8Rng::seed_from_u64(1);
            let draws = law.draws().unwrap();
            let times: Vec<f64> = (0..n).map(|_| draws.draw(&mut rng)).collect();
            assert!(times.iter().all(|x| x.is_finite() && *x >= 0.0));
            // Five standard errors of the mean.
            let scv = law.scv().unwrap();
            let error = 5.0 * 7.0 * (scv / f64::from(n)).sqrt() + 1e-9;
            let drawn = Law::Measured(times);
            assert!((drawn.mean_s().unwrap() - 7.0).abs() < error, "{law:?}");
            assert!((drawn.scv().unwrap() - scv).abs() < 0.03, "{law:?}");
        }
        assert!(Law::Measured(vec![]).draws().is_none());
    }

    // Renewal theory: the mean of what remains is E[X²] / 2 E[X] = mean (1 + scv) / 2.
    #[test]
    fn what_remains_has_its_mean() {
        let n = 200_000;
        for law in [
            Law::Constant(7.0),
            Law::Exponential(7.0),
            Law::LogNormal {
                mean_s: 7.0,
                cv: 0.6,
            },
            Law::Measured(vec![0.0, 3.0, 18.0]),
        ] {
            let mut rng = ChaCha8Rng::seed_from_u64(2);
            let draws = law.draws().unwrap();
            let times = Law::Measured((0..n).map(|_| draws.remaining(&mut rng)).collect());
            let expected = 7.0 * (1.0 + law.scv().unwrap()) / 2.0;
            assert!(
                (times.mean_s().unwrap() / expected - 1.0).abs() < 0.015,
                "{law:?}"
            );
        }
    }
}
