//! Quality of driving and of takeovers: pure functions of evenly sampled signals.
//!
//! - [`filter`]: Butterworth filters, forward and backward (no phase shift);
//! - [`acceleration`]: greatest accelerations, braking, jerk;
//! - [`lateral`]: place in the lane, SDLP, lane departures; [`line_crossing`]: time to line crossing;
//! - [`steering`]: angles and rates of the wheel; [`reversals`]: steering reversal rate;
//!   [`entropy`]: steering entropy;
//! - [`conflict`]: time to collision, time gap, deceleration needed, post-encroachment time;
//! - [`detection`]: sensitivity and bias of yes and no, with intervals.
//!
//! Signals are `&[f64]` with their sample rate in Hz: sample i is at i / rate seconds. A `mask` says
//! which samples count (say, those in which a person drives); none means all. Every sample stands for
//! 1 / rate seconds, so `seconds` of a result is its `n` / rate. A sample that is not a number is
//! missing: it doesn't count, and a filter refuses a signal that has one. `None` means "cannot be
//! told", and the documentation of each function says when. No function returns NaN or infinity.

pub mod acceleration;
pub mod conflict;
pub mod detection;
pub mod entropy;
pub mod filter;
mod kinematics;
pub mod lateral;
pub mod line_crossing;
mod normal;
#[cfg(test)]
mod reference;
pub mod reversals;
mod samples;
pub mod steering;
#[cfg(test)]
mod tests;
