//! A severe failure: no optical sensor sees anything. There is nothing to wait for (UN R157).

use super::latch::Latch;
use super::{Inputs, Policy, Verdict};
use crate::takeover::reason::Reason;
use serde::{Deserialize, Serialize};

/// When perception counts as gone.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SevereFailureSettings {
    /// Free road is seen no farther than this, m ...
    pub visible_below: f64,
    /// ... for this long, s: longer than two lost reports, which come every 50 ms.
    pub dwell: f64,
}

impl Default for SevereFailureSettings {
    fn default() -> Self {
        Self {
            visible_below: 1.0,
            dwell: 0.2,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct SevereFailure {
    settings: SevereFailureSettings,
    failed: Latch,
}

impl SevereFailure {
    pub fn new(settings: SevereFailureSettings) -> Self {
        Self {
            settings,
            failed: Latch::new(settings.dwell, settings.dwell),
        }
    }
}

impl Policy for SevereFailure {
    fn step(&mut self, now: &Inputs) -> Option<Verdict> {
        let blind = now.visible_range < self.settings.visible_below;
        self.failed
            .look(blind, !blind, now.time)
            .then_some(Verdict {
                reason: Reason::SensorFailure,
                budget: Some(0.0),
                severe: true,
            })
    }
}
