//! What an analysis is made with: thresholds, windows, horizons. All of it stands in the report.

use crate::scenario::Scenario;
use crate::takeover::intent::IntentSettings;
use crate::takeover::timeline::StabilisedSettings;
use serde::{Deserialize, Serialize};

/// Settings of an analysis. What is none is taken from each log's own scenario, as the vehicle had it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Change of the steering wheel that counts as taking over, degrees.
    pub steering_deg: Option<f32>,
    /// ... of the brake pedal and of the accelerator, 0 to 1.
    pub brake: Option<f32>,
    pub accelerator: Option<f32>,
    /// An axis must be beyond its threshold for this long, s.
    pub dwell_s: Option<f64>,
    /// Control is stable within this distance of the lane's centre, m, ...
    pub stable_offset_m: Option<f64>,
    /// ... slower across than this, m/s, ...
    pub stable_speed_mps: Option<f64>,
    /// ... for this long, s.
    pub stable_hold_s: Option<f64>,
    /// Driving is judged for at most this long from the takeover on, s.
    pub window_s: f64,
    /// Time to collision below which time is exposed, s (TET and TIT).
    pub ttc_s: f64,
    /// Acceleration is low-passed at this before its derivative is taken, Hz.
    pub jerk_cutoff_hz: f64,
    /// A request is for a limit within this time, s; none: the referee's of each scenario.
    pub horizon_s: Option<f64>,
    /// ... and must come this long before it, s.
    pub lead_s: Option<f64>,
    /// Level of confidence of all intervals, 0 to 1.
    pub level: f64,
    /// Resamples of every bootstrap.
    pub resamples: usize,
    /// Seed of everything drawn: bootstraps, permutations, simulated queues.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            steering_deg: None,
            brake: None,
            accelerator: None,
            dwell_s: None,
            stable_offset_m: None,
            stable_speed_mps: None,
            stable_hold_s: None,
            window_s: 30.0,
            ttc_s: 3.0,
            jerk_cutoff_hz: 2.0,
            horizon_s: None,
            lead_s: None,
            level: 0.95,
            resamples: 2000,
            seed: 1,
        }
    }
}

impl Settings {
    /// A threshold other than the vehicle's is asked for.
    pub fn other_thresholds(&self) -> bool {
        self.steering_deg.is_some()
            || self.brake.is_some()
            || self.accelerator.is_some()
            || self.dwell_s.is_some()
    }

    /// What counts as taking over, for every kind of device.
    pub fn intent(&self, scenario: &Scenario) -> IntentSettings {
        let mut intent = scenario.intent;
        for kind in [
            &mut intent.program,
            &mut intent.keyboard,
            &mut intent.gamepad,
            &mut intent.wheel,
        ] {
            kind.steering_deg = self.steering_deg.unwrap_or(kind.steering_deg);
            kind.brake = self.brake.unwrap_or(kind.brake);
            kind.accelerator = self.accelerator.unwrap_or(kind.accelerator);
            kind.dwell = self.dwell_s.unwrap_or(kind.dwell);
        }
        intent
    }

    pub fn stabilised(&self, scenario: &Scenario) -> StabilisedSettings {
        let s = scenario.stabilised;
        StabilisedSettings {
            offset: self.stable_offset_m.unwrap_or(s.offset),
            lateral_speed: self.stable_speed_mps.unwrap_or(s.lateral_speed),
            hold: self.stable_hold_s.unwrap_or(s.hold),
        }
    }
}
