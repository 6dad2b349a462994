//! Tools that judge perception and takeover policies over many runs.
//!
//! - [`calibration`]: does reported confidence say how often a claim is right?
//! - [`detection`]: does a policy ask when it should, and only then? (signal detection theory)
//! - [`normal`]: the normal distribution's quantiles, which that needs;
//! - `drive`: the runs that both look at.
//!
//! `docs/policies.md` defines every figure. The statistics are pure; only `drive` needs the simulation.

pub mod calibration;
pub mod detection;
#[cfg(feature = "sim")]
pub mod drive;
pub mod normal;
