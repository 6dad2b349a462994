//! Scenarios: what a RON file says, checked once, as a valid type.
//!
//! `raw.rs` documents every field with its unit and default, and so does `docs/scenario.md`. An error names file, line, field, what was expected and what was found.

mod check;
mod raw;

use crate::autopilot::AutopilotSettings;
use crate::link::LinkSettings;
use crate::perception::SensorSettings;
use crate::perception::atmosphere::Atmosphere;
use crate::road::Road;
use crate::ron_file::{self, FileError, Problem};
use crate::takeover::authority::AuthoritySettings;
use crate::takeover::intent::IntentSettings;
use crate::takeover::policy::PolicySettings;
use crate::takeover::timeline::StabilisedSettings;
use crate::traffic::Driver;
use crate::vehicle::VehicleSpec;
use std::path::Path;

/// A run ends this far before the end of the road, m.
pub const ROAD_END_MARGIN: f64 = 50.0;

/// A scenario that can be run.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub title: String,
    pub purpose: String,
    /// s.
    pub duration: f64,
    pub road: Road,
    pub air: Atmosphere,
    pub ego: VehicleSpec,
    pub ego_lane: i32,
    /// m.
    pub ego_s: f64,
    /// m/s.
    pub ego_speed: f64,
    pub actors: Vec<Actor>,
    pub sensors: SensorSettings,
    pub autopilot: AutopilotSettings,
    pub policy: PolicySettings,
    pub authority: AuthoritySettings,
    pub intent: IntentSettings,
    pub stabilised: StabilisedSettings,
    pub link: LinkSettings,
    /// The file's text, word for word, for the record.
    pub text: String,
}

/// Another road user.
#[derive(Clone, Debug)]
pub struct Actor {
    pub name: String,
    pub spec: VehicleSpec,
    /// Start along the road, m.
    pub s: f64,
    pub driver: Driver,
}

impl Scenario {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// If it cannot be read, is not a scenario, or says something impossible.
    pub fn load(path: &Path) -> Result<Self, FileError> {
        ron_file::load(path, Self::parse)
    }

    /// Checks a text.
    ///
    /// # Errors
    /// Everything that is wrong with it; at least one problem.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        check::check(ron_file::parse(text)?, text)
    }

    /// Every setting in force, defaults and vehicle profiles included, as JSON: what the text alone
    /// does not say, and a later version may default otherwise.
    pub fn settings(&self) -> serde_json::Value {
        let traffic: Vec<_> = self
            .actors
            .iter()
            .map(|a| serde_json::json!({"name": a.name, "s": a.s, "driver": a.driver, "vehicle": a.spec}))
            .collect();
        let road = &self.road;
        serde_json::json!({
            "duration": self.duration,
            "road": {
                "lanes": road.lanes,
                "lane_width": road.lane_width,
                "shoulder_width": road.shoulder_width,
                "speed_limit": road.speed_limit,
            },
            "weather": self.air,
            "ego": {
                "lane": self.ego_lane,
                "s": self.ego_s,
                "speed": self.ego_speed,
                "vehicle": self.ego,
            },
            "traffic": traffic,
            "sensors": self.sensors,
            "autopilot": self.autopilot,
            "policy": self.policy,
            "authority": self.authority,
            "intent": self.intent,
            "stabilised": self.stabilised,
            "link": self.link,
        })
    }
}
