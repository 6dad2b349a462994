//! Scenarios: what a RON file says, checked once, as a valid type.
//!
//! `raw.rs` documents every field with its unit and default, and so does `docs/scenario.md`. An error names file, line, field, what was expected and what was found.

mod check;
mod check_junction;
mod check_network;
mod check_objects;
mod check_overlaps;
mod check_road;
mod raw;
mod raw_road;

use crate::autopilot::AutopilotSettings;
use crate::link::LinkSettings;
use crate::perception::weather::Weather;
use crate::perception::{Fault, SensorSettings};
use crate::road::{LanePos, Network, RoadId, Route};
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
    pub network: Network,
    pub weather: Weather,
    pub ego: VehicleSpec,
    pub ego_start: LanePos,
    /// Where the automation goes; the lanes that turn least without one.
    pub route: Option<Route>,
    /// m/s.
    pub ego_speed: f64,
    pub actors: Vec<Actor>,
    pub sensors: SensorSettings,
    pub faults: Vec<Fault>,
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
    pub road: RoadId,
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
        serde_json::json!({
            "duration": self.duration,
            "weather": self.weather,
            "ego": {
                "start": self.ego_start,
                "speed": self.ego_speed,
                "vehicle": self.ego,
            },
            "traffic": traffic,
            "sensors": self.sensors,
            "faults": self.faults,
            "autopilot": self.autopilot,
            "policy": self.policy,
            "authority": self.authority,
            "intent": self.intent,
            "stabilised": self.stabilised,
            "link": self.link,
        })
    }
}
