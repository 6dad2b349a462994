//! Scenarios: what a RON file says, checked once, as a valid type.
//!
//! `raw.rs` documents every field with its unit and default, and so does `docs/scenario.md`. An error names file, line, field, what was expected and what was found.

mod check;
mod check_actions;
mod check_circles;
mod check_flow;
mod check_junction;
mod check_link;
mod check_network;
mod check_objects;
mod check_overlaps;
mod check_perception;
mod check_policy;
mod check_referee;
mod check_road;
mod check_takeover;
mod check_traffic;
mod raw;
mod raw_road;
mod raw_traffic;

use crate::autopilot::AutopilotSettings;
use crate::frame::End;
use crate::link::settings::LinkSettings;
use crate::perception::weather::Weather;
use crate::perception::{ConfidenceSettings, Fault};
use crate::referee::RefereeSettings;
use crate::road::{LanePos, Network, Route};
use crate::ron_file::{self, FileError, Problem};
use crate::takeover::alert::settings::Alerts;
use crate::takeover::authority::{AuthoritySettings, Control};
use crate::takeover::intent::IntentSettings;
use crate::takeover::policy::PolicySettings;
use crate::takeover::timeline::StabilisedSettings;
use crate::traffic::{Plan, Traffic};
use crate::vehicle::VehicleSpec;
use crate::vehicle::sensors::Suite;
use std::path::Path;

/// A run ends this far before the end of the road, m.
pub const ROAD_END_MARGIN: f64 = 50.0;

/// A scenario that can be run.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub title: String,
    pub purpose: String,
    pub hazard: String,
    pub provokes: String,
    /// s.
    pub time_budget: Option<f64>,
    pub without_operator: Option<End>,
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
    pub traffic: Plan,
    pub sensors: Suite,
    pub confidence: ConfidenceSettings,
    pub faults: Vec<Fault>,
    pub autopilot: AutopilotSettings,
    pub policy: PolicySettings,
    pub authority: AuthoritySettings,
    /// How an operator in command drives.
    pub control: Control,
    pub intent: IntentSettings,
    pub stabilised: StabilisedSettings,
    pub link: LinkSettings,
    pub referee: RefereeSettings,
    /// How the operator is alerted.
    pub alerts: Alerts,
    /// The file's text, word for word, for the record.
    pub text: String,
}

/// Reads policies from a file of their own, in the form of a scenario's `policy`, and checks them for
/// these roads.
///
/// # Errors
/// If the file cannot be read, or has no policies that can work here.
pub fn load_policy(path: &Path, network: &Network) -> Result<PolicySettings, FileError> {
    ron_file::load(path, |text| policy(text, network))
}

/// The same of a text.
///
/// # Errors
/// The first thing that is wrong with it, in words.
pub fn parse_policy(text: &str, network: &Network) -> Result<PolicySettings, String> {
    policy(text, network).map_err(|problems| {
        problems.first().map_or_else(String::new, |p| {
            format!(
                "policy: {}: expected {}, got {}",
                p.field, p.expected, p.got
            )
        })
    })
}

fn policy(text: &str, network: &Network) -> Result<PolicySettings, Vec<Problem>> {
    let written = check_policy::parse(text, "")?;
    let mut c = check::Checker {
        problems: Vec::new(),
    };
    let policy = check_policy::check(&mut c, "", written, Some(network));
    if c.problems.is_empty() {
        return Ok(policy);
    }
    let problems = c.problems.into_iter().map(|(path, expected, got)| {
        Problem::at_path(text, path.trim_start_matches('.'), expected, got)
    });
    Err(problems.collect())
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

    /// The same with another vehicle: a profile by name. Its text says so, too, since the text is
    /// what a record is repeated from.
    ///
    /// # Errors
    /// One line: there is no such profile, or the scenario is impossible with it.
    pub fn with_vehicle(&self, profile: &str) -> Result<Self, String> {
        let known: Vec<_> = crate::vehicle::profile_names().collect();
        if !known.contains(&profile) {
            let known = known.join(", ");
            return Err(format!("vehicle: expected one of {known}, got `{profile}`"));
        }
        let text = ron_file::with_value(&self.text, "ego", "vehicle", &format!("\"{profile}\""));
        let text = text.ok_or("the scenario has no ego")?;
        Self::parse(&text).map_err(|problems| {
            let first = problems.first();
            let why = first.map_or(String::new(), |p| {
                format!("{}: expected {}, got {}", p.field, p.expected, p.got)
            });
            format!("the scenario does not go with the vehicle `{profile}`: {why}")
        })
    }

    /// Another link than that of the file.
    ///
    /// # Errors
    /// If the vehicle would take it for lost from the start, in words.
    pub fn change_link(&mut self, link: LinkSettings) -> Result<(), String> {
        if let Some(why) = check_link::unfit(&link, &self.authority) {
            return Err(why);
        }
        self.link = link;
        Ok(())
    }

    /// Every setting in force, defaults and vehicle profiles included, as JSON: what the text alone
    /// does not say, and a later version may default otherwise. With the seed that placed the
    /// crowds: `bodies` lists name, kind and size of all others in the order of the frames' bodies.
    pub fn settings(&self, seed: u64) -> serde_json::Value {
        serde_json::json!({
            "duration": self.duration,
            "time_budget": self.time_budget,
            "weather": self.weather,
            "ego": {
                "start": self.ego_start,
                "speed": self.ego_speed,
                "vehicle": self.ego,
            },
            "traffic": self.traffic,
            "bodies": Traffic::new(&self.network, &self.traffic, seed).settings(),
            "sensors": self.sensors,
            "confidence": self.confidence,
            "faults": self.faults,
            "autopilot": self.autopilot,
            "policy": self.policy,
            "authority": self.authority,
            "control": self.control,
            "intent": self.intent,
            "stabilised": self.stabilised,
            "link": self.link,
            "referee": self.referee,
            "alerts": self.alerts,
        })
    }
}
