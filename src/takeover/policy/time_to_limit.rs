//! Predicted time to a limit: asks before confidence gets there, or before the map ends.
//!
//! Method: the least-squares line through the signal's values of the last `window` seconds. Where it
//! falls, the time to the limit is (value - limit) / -slope, with the line's value at this moment. The
//! map ends in (road left) / speed. The sooner one counts. A value at or below its limit is 0 s away.

use super::latch::Latch;
use super::{Inputs, Policy, Signal, Verdict};
use crate::takeover::reason::Reason;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Settings of the prediction.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TimeToLimitSettings {
    /// Which confidence it extrapolates.
    pub signal: Signal,
    /// The limit of that confidence, 0 to 1.
    pub limit: f64,
    /// The end of the map is a limit as well.
    pub map_end: bool,
    /// The slope is that of this time, s.
    pub window: f64,
    /// It asks when a limit is predicted within this time, s ...
    pub at_most: f64,
    /// ... for this long, s.
    pub raise_dwell: f64,
    /// It is content when none is predicted within this time, s; at least `at_most` ...
    pub release_above: f64,
    /// ... for this long, s.
    pub release_dwell: f64,
}

impl Default for TimeToLimitSettings {
    fn default() -> Self {
        Self {
            signal: Signal::Overall,
            limit: 0.55,
            map_end: true,
            window: 3.0,
            at_most: 8.0,
            raise_dwell: 0.5,
            release_above: 12.0,
            release_dwell: 2.0,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct TimeToLimit {
    settings: TimeToLimitSettings,
    /// Times and values of the window, the oldest first.
    samples: VecDeque<(f64, f64)>,
    asking: Latch,
    /// What was predicted last.
    reason: Reason,
}

impl TimeToLimit {
    pub fn new(settings: TimeToLimitSettings) -> Self {
        Self {
            settings,
            samples: VecDeque::new(),
            asking: Latch::new(settings.raise_dwell, settings.release_dwell),
            reason: Reason::default(),
        }
    }

    /// Time until the signal is at its limit, s; none if it does not fall.
    fn until_limit(&mut self, time: f64, value: f64) -> Option<f64> {
        let s = &self.settings;
        self.samples.push_back((time, value));
        while self
            .samples
            .front()
            .is_some_and(|first| first.0 < time - s.window - 1e-9)
        {
            self.samples.pop_front();
        }
        if value <= s.limit {
            return Some(0.0);
        }
        // A slope of less than half the window is mostly noise.
        let first = self.samples.front()?.0;
        if time - first < s.window / 2.0 {
            return None;
        }
        let (fitted, slope) = line(&self.samples, time);
        if slope >= -FLAT {
            return None;
        }
        Some(((fitted - s.limit) / -slope).max(0.0))
    }
}

/// Smaller slopes than this are none, 1/s: a thousandth in ten seconds.
const FLAT: f64 = 1e-4;

/// The least-squares line through the samples: its value at `time` and its slope per s.
fn line(samples: &VecDeque<(f64, f64)>, time: f64) -> (f64, f64) {
    let n = samples.len() as f64;
    // Relative to `time`, so that a long run costs no digits.
    let mean_t = samples.iter().map(|(t, _)| t - time).sum::<f64>() / n;
    let mean_v = samples.iter().map(|(_, v)| v).sum::<f64>() / n;
    let (mut tt, mut tv) = (0.0, 0.0);
    for (t, v) in samples {
        let dt = t - time - mean_t;
        tt += dt * dt;
        tv += dt * (v - mean_v);
    }
    let slope = if tt > 0.0 { tv / tt } else { 0.0 };
    (mean_v - slope * mean_t, slope)
}

impl Policy for TimeToLimit {
    fn step(&mut self, now: &Inputs) -> Option<Verdict> {
        let s = self.settings;
        let value = s.signal.of(&now.confidence);
        let mut soonest = self
            .until_limit(now.time, value)
            .map(|t| (t, s.signal.reason(&now.confidence)));
        if let Some(t) = now.time_to_map_end().filter(|_| s.map_end)
            && soonest.is_none_or(|(other, _)| t < other)
        {
            soonest = Some((t, Reason::MapEnd));
        }
        let within = |limit: f64| soonest.is_some_and(|(t, _)| t <= limit);
        let asking = self
            .asking
            .look(within(s.at_most), !within(s.release_above), now.time);
        // On the way back up the weakest function may be one that nobody doubts.
        if let Some((t, reason)) = soonest
            && t <= s.release_above
        {
            self.reason = reason;
        }
        asking.then(|| Verdict::because(self.reason, soonest.map(|(t, _)| t)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_the_one_of_least_squares() {
        // By hand: t = -2, -1, 0 and v = 3, 1, 2: slope -1/2, mean 2 at t = -1, so 1.5 at t = 0.
        let samples = VecDeque::from([(8.0, 3.0), (9.0, 1.0), (10.0, 2.0)]);
        assert_eq!(line(&samples, 10.0), (1.5, -0.5));
    }
}
