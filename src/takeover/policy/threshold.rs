//! A threshold on confidence, with hysteresis and dwell.

use super::latch::Latch;
use super::{Inputs, Policy, Signal, Verdict};
use crate::perception::Confidence;
use crate::takeover::reason::Reason;
use serde::{Deserialize, Serialize};

/// Settings of the threshold policy.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ThresholdSettings {
    /// Which confidence it watches.
    pub signal: Signal,
    /// It asks when that is below this, 0 to 1 ...
    pub raise_below: f64,
    /// ... for this long, s.
    pub raise_dwell: f64,
    /// It is content when that is above this, 0 to 1; at least `raise_below` ...
    pub release_above: f64,
    /// ... for this long, s.
    pub release_dwell: f64,
}

impl Default for ThresholdSettings {
    fn default() -> Self {
        Self {
            signal: Signal::Overall,
            raise_below: 0.55,
            raise_dwell: 0.5,
            release_above: 0.75,
            release_dwell: 2.0,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Threshold {
    settings: ThresholdSettings,
    doubting: Latch,
    /// It asked at the last look, ...
    asking: bool,
    /// ... for this reason.
    reason: Reason,
}

impl Threshold {
    pub fn new(settings: ThresholdSettings) -> Self {
        Self {
            settings,
            doubting: Latch::new(settings.raise_dwell, settings.release_dwell),
            asking: false,
            reason: settings.signal.reason(&Confidence::default()),
        }
    }
}

impl Policy for Threshold {
    fn step(&mut self, now: &Inputs) -> Option<Verdict> {
        let s = &self.settings;
        let value = s.signal.of(&now.confidence);
        let doubting = self
            .doubting
            .look(value < s.raise_below, value > s.release_above, now.time);
        // On the way back up the weakest function may be one that nobody doubts.
        let doubted = now.confidence.of(now.confidence.weakest) < s.raise_below;
        if !self.asking || s.signal != Signal::Overall || doubted {
            self.reason = s.signal.reason(&now.confidence);
        }
        self.asking = doubting;
        doubting.then(|| Verdict::because(self.reason, None))
    }
}
