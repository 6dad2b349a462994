//! When to ask: policies, behind one trait.

mod threshold;

pub use threshold::{PolicySettings, Threshold};

use super::reason::Reason;
use crate::perception::Confidence;
use crate::road::RoadId;
use serde::{Deserialize, Serialize};

/// What policies decide by: only what the vehicle itself knows. Recorded with every request.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inputs {
    /// s since the start of the run.
    pub time: f64,
    /// As reported, the planner's included.
    pub confidence: Confidence,
    /// m/s.
    pub speed: f64,
    /// Free road is seen this far, m.
    pub visible_range: f64,
    /// Rain rate by the wipers' sensor, mm/h.
    pub rain: f64,
    /// Outdoor brightness, 0 (night) to 1 (day).
    pub daylight: f64,
    /// Friction as a share of dry asphalt's.
    pub friction: f64,
    /// Where it believes to be: the road, and how far along it, m.
    pub road: RoadId,
    pub s: f64,
    /// m/s.
    pub speed_limit: f64,
    /// Road left on the map or the route, m; more than 1000 m are 1000.
    pub map_left: f64,
}

/// A policy wants a person.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    pub reason: Reason,
    /// Time until the limit as the vehicle estimates it, s; none if it cannot tell.
    pub budget: Option<f64>,
    /// Nothing can be waited for: minimal risk at once (UN R157, severe failure).
    pub severe: bool,
}

/// Decides when to ask. One call for each tick.
pub trait Policy: std::fmt::Debug + Send + Sync {
    /// The reason to ask that there is at this moment, if there is one.
    fn step(&mut self, now: &Inputs) -> Option<Verdict>;
}
