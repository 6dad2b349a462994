//! A threshold on confidence, with hysteresis and dwell.

use super::{Inputs, Policy, Verdict};
use serde::{Deserialize, Serialize};

/// Settings of the threshold policy.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PolicySettings {
    /// Doubt begins when overall confidence is below this, 0 to 1 ...
    pub raise_below: f64,
    /// ... for this long, s.
    pub raise_dwell: f64,
    /// Doubt ends when overall confidence is above this, 0 to 1; at least `raise_below` ...
    pub release_above: f64,
    /// ... for this long, s.
    pub release_dwell: f64,
}

impl Default for PolicySettings {
    fn default() -> Self {
        Self {
            raise_below: 0.55,
            raise_dwell: 0.5,
            release_above: 0.75,
            release_dwell: 2.0,
        }
    }
}

/// The policy: remembers whether the vehicle doubts, and since when that is in question.
#[derive(Clone, Copy, Debug)]
pub struct Threshold {
    settings: PolicySettings,
    doubting: bool,
    /// Since when confidence has been on the other side of the relevant limit, s.
    crossed_at: Option<f64>,
}

impl Threshold {
    pub fn new(settings: PolicySettings) -> Self {
        Self {
            settings,
            doubting: false,
            crossed_at: None,
        }
    }

    /// Takes in the overall confidence at `time` and says whether the vehicle doubts.
    fn look(&mut self, confidence: f64, time: f64) -> bool {
        let s = &self.settings;
        let (crossed, dwell) = if self.doubting {
            (confidence > s.release_above, s.release_dwell)
        } else {
            (confidence < s.raise_below, s.raise_dwell)
        };
        if !crossed {
            self.crossed_at = None;
        } else {
            let since = *self.crossed_at.get_or_insert(time);
            if time - since >= dwell - 1e-9 {
                self.doubting = !self.doubting;
                self.crossed_at = None;
            }
        }
        self.doubting
    }
}

impl Policy for Threshold {
    fn step(&mut self, now: &Inputs) -> Option<Verdict> {
        self.look(now.confidence.overall, now.time)
            .then_some(Verdict {
                reason: now.confidence.weakest.into(),
                budget: None,
                severe: false,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Times at which doubt begins and ends for a confidence given as a function of time.
    fn changes(confidence: impl Fn(f64) -> f64) -> Vec<(f64, bool)> {
        let mut policy = Threshold::new(PolicySettings::default());
        let mut out = Vec::new();
        let mut last = false;
        for tick in 0..3000 {
            let t = f64::from(tick) * 0.01;
            let now = policy.look(confidence(t), t);
            if now != last {
                out.push((t, now));
                last = now;
            }
        }
        out
    }

    #[test]
    fn it_waits_for_the_dwell_in_both_directions() {
        let dip = |t: f64| if (5.0..15.0).contains(&t) { 0.3 } else { 0.95 };
        assert_eq!(changes(dip), vec![(5.5, true), (17.0, false)]);
    }

    #[test]
    fn a_short_dip_raises_nothing() {
        let dip = |t: f64| if (5.0..5.4).contains(&t) { 0.1 } else { 0.95 };
        assert_eq!(changes(dip), vec![]);
    }

    #[test]
    fn between_the_limits_nothing_changes() {
        let dip = |t: f64| {
            if t < 5.0 {
                0.95
            } else if t < 10.0 {
                0.3
            } else {
                0.65
            }
        };
        assert_eq!(changes(dip), vec![(5.5, true)]);
    }
}
