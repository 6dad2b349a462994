//! Statistics for studies of takeovers: each room is one question a reviewer asks.
//!
//! - [`describe`]: what do these numbers look like? Mean, spread, quartiles.
//! - [`proportion`]: how often, and how sure are we? Intervals and exact tests of counts.
//! - [`survival`]: how long until, when some never did? Kaplan-Meier, log-rank.
//! - [`bootstrap`]: how sure are we of any figure, without a formula for it?
//! - [`compare`]: do groups or conditions differ?
//! - [`effect`]: by how much?
//! - [`correct`]: was the question asked too often? Corrections for many tests.
//! - [`fit`]: which distribution do the times follow?
//! - [`correlate`]: do two measures go together?
//! - [`mixed`]: how much of it lies between people?
//!
//! Three rules hold everywhere. Numbers that are not finite are ignored and counted as `left_out`.
//! What cannot be estimated is `None`, never a NaN. Chance comes from a seed in the arguments.

pub mod bootstrap;
pub mod compare;
pub mod correct;
pub mod correlate;
pub mod describe;
mod distribution;
pub mod effect;
pub mod fit;
mod linear;
pub mod mixed;
mod noncentral;
pub mod proportion;
mod root;
pub mod survival;

use serde::Serialize;

/// A confidence interval; both ends are finite, and `low` is not above `high`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Lower end, in the unit of the estimate.
    pub low: f64,
    /// Upper end, in the unit of the estimate.
    pub high: f64,
    /// Confidence, such as 0.95.
    pub level: f64,
}

impl Interval {
    /// The interval from `low` to `high`; None where an end is not finite, or rounding has turned it round.
    fn new(low: f64, high: f64, level: f64) -> Option<Self> {
        let known = low.is_finite() && high.is_finite() && low <= high;
        known.then_some(Self { low, high, level })
    }

    /// Estimate plus and minus a margin.
    fn around(middle: f64, margin: f64, level: f64) -> Option<Self> {
        Self::new(middle - margin, middle + margin, level)
    }
}

/// The finite ones among these numbers, and how many were left out.
fn finite(xs: &[f64]) -> (Vec<f64>, usize) {
    let kept: Vec<f64> = xs.iter().copied().filter(|x| x.is_finite()).collect();
    let left_out = xs.len() - kept.len();
    (kept, left_out)
}

/// The pairs of which both numbers are finite, and how many were left out.
fn finite_pairs(pairs: &[(f64, f64)]) -> (Vec<(f64, f64)>, usize) {
    let both = |p: &(f64, f64)| p.0.is_finite() && p.1.is_finite();
    let kept: Vec<(f64, f64)> = pairs.iter().copied().filter(both).collect();
    let left_out = pairs.len() - kept.len();
    (kept, left_out)
}

/// `x` if it is finite.
fn known(x: f64) -> Option<f64> {
    x.is_finite().then_some(x)
}

/// Whether this is a confidence level: between 0 and 1, both excluded.
fn is_level(level: f64) -> bool {
    level > 0.0 && level < 1.0
}

/// Ascending copy of finite numbers.
fn sorted(xs: &[f64]) -> Vec<f64> {
    let mut xs = xs.to_vec();
    xs.sort_by(f64::total_cmp);
    xs
}

#[cfg(test)]
#[path = "hostile_tests.rs"]
mod hostile;

#[cfg(test)]
mod check {
    /// Fails unless `got` agrees with a reference value to the given relative precision.
    #[track_caller]
    pub fn close(got: f64, want: f64, relative: f64) {
        let scale = want.abs().max(1e-300);
        assert!(
            (got - want).abs() <= relative * scale,
            "got {got:.12e}, reference {want:.12e}"
        );
    }
}
