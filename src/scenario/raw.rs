//! A scenario as it is written: every field, its unit and its default. Nothing is checked here.

use super::raw_road::{RawJunction, RawRoad};
use super::raw_traffic::{RawFlow, RawTraffic};
use crate::autopilot::AutopilotSettings;
use crate::frame::End;
use crate::link::settings::RawLink;
use crate::perception::{ConfidenceSettings, Fault};
use crate::referee::RefereeSettings;
use crate::takeover::alert::settings::RawAlerts;
use crate::takeover::authority::{AuthoritySettings, Control};
use crate::takeover::intent::IntentSettings;
use crate::takeover::timeline::StabilisedSettings;
use crate::vehicle::sensors::SensorSpec;
use ron::value::RawValue;
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawScenario {
    /// One line for lists.
    pub title: String,
    /// What it is for, in a sentence or two.
    #[serde(default)]
    pub purpose: String,
    /// What is dangerous, in a sentence.
    #[serde(default)]
    pub hazard: String,
    /// The takeover that it provokes, in a sentence.
    #[serde(default)]
    pub provokes: String,
    /// From the request (or, without one, from when the hazard can be seen) to the latest moment at
    /// which a takeover still avoids it, as the author expects it, s.
    #[serde(default)]
    pub time_budget: Option<f64>,
    /// How it ends with nobody at the desk. Tests hold scenarios to it.
    #[serde(default)]
    pub without_operator: Option<End>,
    /// s. The run ends after this time at the latest.
    pub duration: f64,
    /// The only road, ...
    #[serde(default)]
    pub road: Option<RawRoad>,
    /// ... or several, and what joins them.
    #[serde(default)]
    pub roads: Vec<RawRoad>,
    #[serde(default)]
    pub junctions: Vec<RawJunction>,
    #[serde(default)]
    pub weather: RawWeather,
    pub ego: RawEgo,
    #[serde(default)]
    pub traffic: Vec<RawTraffic>,
    #[serde(default)]
    pub flow: Vec<RawFlow>,
    /// Changes to what the vehicle senses with.
    #[serde(default)]
    pub sensors: RawSensors,
    #[serde(default)]
    pub confidence: ConfidenceSettings,
    /// What goes wrong with the sensors, and when.
    #[serde(default)]
    pub faults: Vec<Fault>,
    #[serde(default)]
    pub autopilot: AutopilotSettings,
    /// One policy by its name, or a list of such; read by `check_policy`, which can tell which it is.
    #[serde(default)]
    pub policy: Option<Box<RawValue>>,
    #[serde(default)]
    pub authority: AuthoritySettings,
    /// How an operator in command drives.
    #[serde(default)]
    pub control: Control,
    #[serde(default)]
    pub intent: IntentSettings,
    #[serde(default)]
    pub stabilised: StabilisedSettings,
    #[serde(default)]
    pub link: RawLink,
    /// What counts as danger, and as asking in time.
    #[serde(default)]
    pub referee: RefereeSettings,
    /// How the operator is alerted.
    #[serde(default)]
    pub alerts: RawAlerts,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawSensors {
    /// Instead of the sensors of the vehicle's profile.
    pub suite: Option<Vec<SensorSpec>>,
    /// To all cameras of it, ...
    pub camera: RawSensorChange,
    pub lidar: RawSensorChange,
    pub radar: RawSensorChange,
    /// As in a vehicle's profile.
    pub lane_range: Option<f64>,
    pub lane_noise: Option<f64>,
    pub gnss_noise: Option<f64>,
    pub gnss_correlation: Option<f64>,
    pub odometry_noise: Option<f64>,
}

/// A change to all sensors of a kind, in the units of [`SensorSpec`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawSensorChange {
    pub range: Option<f64>,
    pub field_of_view_deg: Option<f64>,
    pub rate: Option<u32>,
    pub latency_ms: Option<f64>,
    pub range_noise: Option<f64>,
    pub bearing_noise_deg: Option<f64>,
    pub speed_noise: Option<f64>,
    pub clutter: Option<f64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawWeather {
    /// Meteorological optical range in clear air, m.
    pub visibility: f64,
    pub fog: Vec<RawFog>,
    /// Rain rate, mm/h.
    pub rain: f64,
    /// Stretches of road with heavier rain.
    pub showers: Vec<RawShower>,
    /// Direction towards the sun, degrees counter-clockwise from the world's x axis, along which
    /// the first road begins.
    pub sun_azimuth_deg: f64,
    /// Height of the sun above the horizon, degrees; negative at night.
    pub sun_elevation_deg: f64,
    /// Share of the sky that clouds cover, 0 to 1.
    pub cloud: f64,
}

impl Default for RawWeather {
    fn default() -> Self {
        Self {
            visibility: 10_000.0,
            fog: Vec::new(),
            rain: 0.0,
            showers: Vec::new(),
            sun_azimuth_deg: 120.0,
            sun_elevation_deg: 40.0,
            cloud: 0.3,
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawShower {
    /// Name of the road; the first one by default.
    #[serde(default)]
    pub road: Option<String>,
    /// Begin along the road, m.
    pub from: f64,
    /// End along the road, m.
    pub to: f64,
    /// Rain rate inside, mm/h.
    pub rain: f64,
    /// Length over which the rain sets in before `from` and fades after `to`, m.
    #[serde(default = "fog_edge")]
    pub edge: f64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawFog {
    /// Of which road; the first if not said.
    #[serde(default)]
    pub road: Option<String>,
    /// Begin along the road, m.
    pub from: f64,
    /// End along the road, m.
    pub to: f64,
    /// Meteorological optical range inside, m.
    pub visibility: f64,
    /// Length over which the fog thickens before `from` and thins after `to`, m.
    #[serde(default = "fog_edge")]
    pub edge: f64,
}

fn fog_edge() -> f64 {
    100.0
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawEgo {
    /// A profile in `assets/vehicles/`, by name.
    #[serde(default = "saloon")]
    pub vehicle: String,
    /// The first if not said.
    #[serde(default)]
    pub road: Option<String>,
    /// Lane id: negative along the road's line, positive against it.
    pub lane: i32,
    /// Start along the road, m.
    pub s: f64,
    /// Start speed, m/s.
    pub speed: f64,
    /// The road at whose end (the one away from here) the automation wants to arrive. Without it
    /// takes the lanes that turn least.
    #[serde(default)]
    pub destination: Option<String>,
}

fn saloon() -> String {
    "saloon".into()
}
