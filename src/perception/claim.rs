//! What perception claims, and whether it is so.
//!
//! Confidence is the probability of a claim. Every report makes claims, each with the confidence that
//! is reported for it, the true probability that it is right, and whether it was: so calibration can
//! be measured. Claims are for the referee and for tools; nothing that drives or decides sees them.

use super::confidence::Function;
use serde::{Deserialize, Serialize};

/// One claim of one report, judged by the truth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    pub function: Function,
    /// The track it is about, if it is about one.
    pub track: Option<u32>,
    /// Confidence as reported, 0 to 1.
    pub reported: f64,
    /// True probability that the claim is right, 0 to 1, as the sensor models have it.
    pub correct: f64,
    /// It was right.
    pub right: bool,
}
