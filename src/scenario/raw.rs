//! A scenario as it is written: every field, its unit and its default. Nothing is checked here.

use super::raw_traffic::{RawFlow, RawTraffic};
use crate::autopilot::AutopilotSettings;
use crate::link::LinkSettings;
use crate::perception::SensorSettings;
use crate::road::Element;
use crate::takeover::authority::AuthoritySettings;
use crate::takeover::intent::IntentSettings;
use crate::takeover::policy::PolicySettings;
use crate::takeover::timeline::StabilisedSettings;
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawScenario {
    /// One line for lists.
    pub title: String,
    /// What it is for, in a sentence or two.
    #[serde(default)]
    pub purpose: String,
    /// s. The run ends after this time at the latest.
    pub duration: f64,
    pub road: RawRoad,
    #[serde(default)]
    pub weather: RawWeather,
    pub ego: RawEgo,
    #[serde(default)]
    pub traffic: Vec<RawTraffic>,
    #[serde(default)]
    pub flow: Vec<RawFlow>,
    #[serde(default)]
    pub sensors: SensorSettings,
    #[serde(default)]
    pub autopilot: AutopilotSettings,
    #[serde(default)]
    pub policy: PolicySettings,
    #[serde(default)]
    pub authority: AuthoritySettings,
    #[serde(default)]
    pub intent: IntentSettings,
    #[serde(default)]
    pub stabilised: StabilisedSettings,
    #[serde(default)]
    pub link: LinkSettings,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRoad {
    /// Driving lanes, 1 to 8. Ids run from -1 at the reference line to -lanes at the right.
    pub lanes: u32,
    /// m.
    #[serde(default = "lane_width")]
    pub lane_width: f64,
    /// Hard shoulder right of the last lane, m.
    #[serde(default = "shoulder_width")]
    pub shoulder_width: f64,
    /// m/s.
    pub speed_limit: f64,
    /// The reference line, from the origin along x.
    pub line: Vec<Element>,
}

fn lane_width() -> f64 {
    3.75
}

fn shoulder_width() -> f64 {
    2.5
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawWeather {
    /// Meteorological optical range in clear air, m.
    pub visibility: f64,
    pub fog: Vec<RawFog>,
}

impl Default for RawWeather {
    fn default() -> Self {
        Self {
            visibility: 10_000.0,
            fog: Vec::new(),
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawFog {
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
    /// Lane id, negative.
    pub lane: i32,
    /// Start along the road, m.
    pub s: f64,
    /// Start speed, m/s.
    pub speed: f64,
}

fn saloon() -> String {
    "saloon".into()
}
