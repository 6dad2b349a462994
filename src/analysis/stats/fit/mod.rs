//! Which distribution do the times follow? Maximum likelihood, with right-censored times in it.
//!
//! - [`Distribution`]: log-normal, ex-Gaussian, shifted Wald: density, shares, quantiles, draws;
//! - [`fit()`]: the parameters that make the data most likely, and how likely that is;
//! - [`goodness()`]: could the data have come from the fitted distribution at all?
//!
//! Compare families by AICc or BIC: smaller is better, a difference below 2 says little.

mod distribution;
mod estimate;
mod ex_gaussian;
mod goodness;
mod nelder_mead;
mod special;
mod wald;

pub use distribution::Distribution;
pub use estimate::{Fit, Parameter, fit};
pub use goodness::{Goodness, goodness};

use serde::Serialize;

/// A family of distributions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Family {
    /// The logarithm of the time is normal.
    LogNormal,
    /// A normal time plus an exponential one.
    ExGaussian,
    /// Time at which a noisy accumulator reaches its threshold, after a fixed delay.
    ShiftedWald,
}

impl Family {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::LogNormal, Self::ExGaussian, Self::ShiftedWald];

    /// Its name for tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::LogNormal => "log-normal",
            Self::ExGaussian => "ex-Gaussian",
            Self::ShiftedWald => "shifted Wald",
        }
    }

    /// Names of its parameters, in the order of the formulas.
    pub fn parameter_names(self) -> &'static [&'static str] {
        match self {
            Self::LogNormal => &["mu", "sigma"],
            Self::ExGaussian => &["mu", "sigma", "tau"],
            Self::ShiftedWald => &["drift", "threshold", "shift"],
        }
    }
}

/// Why there is no fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum NotFitted {
    /// Fewer events than parameters plus one.
    TooFewEvents,
    /// All events at one time.
    NoSpread,
    /// The likelihood has no finite maximum that the search could find.
    NoOptimum,
}

impl std::fmt::Display for NotFitted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::TooFewEvents => "not estimable: fewer events than parameters plus one",
            Self::NoSpread => "not estimable: all events at one time",
            Self::NoOptimum => "not estimable: the likelihood has no finite maximum",
        })
    }
}

/// Drawn times in seconds, for the tests.
#[cfg(test)]
mod sample {
    use super::super::survival::Observation;

    pub const EX_GAUSSIAN: [f64; 40] = [
        0.98, 1.21, 3.22, 1.79, 1.65, 2.65, 2.67, 1.88, 1.71, 1.21, 5.37, 1.82, 1.98, 2.06, 1.49,
        2.51, 3.34, 2.09, 2.61, 2.17, 2.5, 1.01, 2.4, 4.0, 1.68, 0.69, 6.08, 1.94, 1.72, 0.58,
        1.86, 2.22, 1.24, 1.96, 1.61, 2.48, 1.88, 1.77, 0.93, 1.64,
    ];
    pub const WALD: [f64; 40] = [
        1.35, 0.95, 0.95, 1.37, 0.96, 1.66, 2.3, 0.99, 6.35, 2.32, 2.85, 1.54, 1.0, 1.9, 1.28,
        2.34, 1.0, 2.11, 1.19, 1.27, 3.46, 1.3, 1.32, 3.13, 1.66, 0.87, 1.62, 1.19, 1.89, 1.05,
        1.56, 3.23, 1.14, 1.92, 1.17, 1.28, 0.87, 1.1, 2.32, 1.25,
    ];

    /// All of them seen to happen.
    pub fn all(times: &[f64]) -> Vec<Observation> {
        times.iter().map(|t| Observation::event(*t)).collect()
    }

    /// Every fifth of them censored.
    pub fn some(times: &[f64]) -> Vec<Observation> {
        let of = |(i, t): (usize, &f64)| Observation {
            time: *t,
            event: i % 5 != 4,
        };
        times.iter().enumerate().map(of).collect()
    }
}
