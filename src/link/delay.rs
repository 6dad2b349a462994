//! What comes on top of the least delay: a log-normal whose logarithm wanders.
//!
//! The latent z is a Gauss-Markov process (an Ornstein-Uhlenbeck process seen at steps): standard
//! normal at every time, correlation exp(-dt / tau) over dt. With the mean m and the spread s,
//!
//! ```text
//! delay = least + m exp(s z - s^2 / 2)
//! ```
//!
//! has the mean least + m whatever the spread. A path is a function of time: the same seed gives the
//! same path, however often and in whatever order it is asked.

use super::settings::{Conditions, LinkSettings};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use std::collections::VecDeque;

/// A standard normal value that wanders, constant within a step.
#[derive(Debug)]
pub struct Wander {
    rng: ChaCha8Rng,
    /// s.
    step: f64,
    /// The latest steps, and the number of the first of them.
    values: VecDeque<f64>,
    first: u64,
    /// Correlation time, s, under some conditions.
    memory: fn(&Conditions) -> f64,
}

/// Steps that are remembered: 20 s of delays. Nothing asks for more.
const REMEMBERED: usize = 2048;

impl Wander {
    pub fn new(rng: ChaCha8Rng, step: f64, memory: fn(&Conditions) -> f64) -> Self {
        Self {
            rng,
            step,
            values: VecDeque::new(),
            first: 0,
            memory,
        }
    }

    /// The value at a time, s since the start of the run.
    pub fn at(&mut self, settings: &LinkSettings, time: f64) -> f64 {
        let wanted = (time / self.step + 1e-6).max(0.0) as u64;
        loop {
            let next = self.first + self.values.len() as u64;
            if wanted < next {
                break;
            }
            let normal: f64 = StandardNormal.sample(&mut self.rng);
            let value = self.values.back().map_or(normal, |last| {
                let tau = (self.memory)(settings.at(next as f64 * self.step));
                let kept = if tau > 0.0 {
                    libm::exp(-self.step / tau)
                } else {
                    0.0
                };
                kept * last + libm::sqrt(1.0 - kept * kept) * normal
            });
            self.values.push_back(value);
            if self.values.len() > REMEMBERED {
                self.values.pop_front();
                self.first += 1;
            }
        }
        let index = wanted.saturating_sub(self.first) as usize;
        self.values.get(index).copied().unwrap_or_default()
    }
}

/// A log-normal value of this mean and spread at a standard normal z.
pub fn log_normal(mean: f64, spread: f64, z: f64) -> f64 {
    mean * libm::exp(spread * z - spread * spread / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::presets::Preset;
    use crate::random::{Purpose, stream};

    fn wander(tau_ms: f64) -> (LinkSettings, Wander) {
        let mut settings = LinkSettings::of(Preset::FourG);
        settings.start.jitter_correlation_ms = tau_ms;
        let rng = stream(5, Purpose::LinkDelayDown);
        let memory = |c: &Conditions| c.jitter_correlation_ms / 1000.0;
        (settings, Wander::new(rng, 0.01, memory))
    }

    #[test]
    fn the_latent_is_standard_normal_and_forgets_as_it_says() {
        let (settings, mut z) = wander(50.0);
        let n = 400_000;
        let values: Vec<f64> = (0..n)
            .map(|i| z.at(&settings, f64::from(i) * 0.01))
            .collect();
        let count = f64::from(n);
        let mean = values.iter().sum::<f64>() / count;
        let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / count;
        // Neighbours share 0.82: the sample is worth n (1 - r) / (1 + r) independent ones.
        let kept = (-0.2_f64).exp();
        let worth = count * (1.0 - kept) / (1.0 + kept);
        assert!(mean.abs() < 4.0 / worth.sqrt(), "{mean}");
        assert!(
            (variance - 1.0).abs() < 4.0 * (2.0 / worth).sqrt(),
            "{variance}"
        );
        for lag in [1_usize, 5] {
            let pairs = values.iter().zip(&values[lag..]);
            let got = pairs.map(|(a, b)| a * b).sum::<f64>() / (count * variance);
            let expected = (-0.2 * lag as f64).exp();
            assert!(
                (got - expected).abs() < 0.01,
                "lag {lag}: {got}, not {expected}"
            );
        }
    }

    #[test]
    fn a_path_is_a_function_of_time() {
        let (settings, mut a) = wander(200.0);
        let (_, mut b) = wander(200.0);
        let late = b.at(&settings, 3.0);
        let forwards: Vec<f64> = (0..400)
            .map(|i| a.at(&settings, f64::from(i) * 0.01))
            .collect();
        let backwards = (0..400).rev().map(|i| b.at(&settings, f64::from(i) * 0.01));
        let mut backwards: Vec<f64> = backwards.collect();
        backwards.reverse();
        assert_eq!(forwards, backwards);
        assert_eq!(late, forwards[300]);
    }

    #[test]
    fn the_log_normal_has_the_mean_it_is_given() {
        let (settings, mut z) = wander(0.0);
        let n = 200_000;
        let sum: f64 = (0..n)
            .map(|i| log_normal(20.0, 0.7, z.at(&settings, f64::from(i) * 0.01)))
            .sum();
        let mean = sum / f64::from(n);
        // Standard deviation 20 sqrt(exp(0.49) - 1) = 15.9.
        assert!(
            (mean - 20.0).abs() < 4.0 * 15.9 / f64::from(n).sqrt(),
            "{mean}"
        );
    }
}
