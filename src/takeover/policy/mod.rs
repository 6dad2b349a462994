//! When to ask: policies, behind one trait.
//!
//! A policy sees [`Inputs`] once a tick and says whether, at this moment, there is a reason to ask for a
//! person. What becomes of that is the authority machine's matter. `docs/policies.md` has each policy's
//! formula and fields. Scenarios choose them by [`PolicySettings`].

mod combined;
mod domain;
mod latch;
mod planned;
mod settings;
mod severe_failure;
mod silent;
mod threshold;
mod time_to_limit;

pub use domain::DomainSettings;
pub use planned::PlannedSettings;
pub use settings::{PolicyKind, PolicySettings};
pub use severe_failure::SevereFailureSettings;
pub use threshold::ThresholdSettings;
pub use time_to_limit::TimeToLimitSettings;

use super::reason::Reason;
use crate::perception::{Confidence, Function};
use crate::road::RoadId;
use serde::{Deserialize, Serialize};

/// How far ahead the map is looked at for its end, m.
pub const MAP_AHEAD: f64 = 1000.0;

/// What policies decide by: only what the vehicle itself knows. Recorded with every request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
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
    /// Road left on the map or the route, m; more than [`MAP_AHEAD`] are as much as that.
    pub map_left: f64,
}

impl Inputs {
    /// Time to the end of the map at the present speed, s; none while no end is in sight or nothing
    /// moves.
    fn time_to_map_end(&self) -> Option<f64> {
        (self.map_left < MAP_AHEAD && self.speed > STANDING).then(|| self.map_left / self.speed)
    }
}

/// Slower than this no time of arrival is worth naming, m/s.
const STANDING: f64 = 0.1;

/// A policy wants a person.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    pub reason: Reason,
    /// Time until the limit as the vehicle estimates it, s; none if it cannot tell.
    pub budget: Option<f64>,
    /// Nothing can be waited for: minimal risk at once (UN R157, severe failure).
    pub severe: bool,
}

impl Verdict {
    fn because(reason: Reason, budget: Option<f64>) -> Self {
        Self {
            reason,
            budget,
            severe: false,
        }
    }
}

/// Decides when to ask. One call for each tick.
pub trait Policy: std::fmt::Debug + Send + Sync {
    /// The reason to ask that there is at this moment, if there is one.
    fn step(&mut self, now: &Inputs) -> Option<Verdict>;

    /// All reasons to ask that there are, the first one first. Instead of `step`, not beside it.
    fn all(&mut self, now: &Inputs) -> Vec<Verdict> {
        self.step(now).into_iter().collect()
    }
}

/// A confidence that a policy watches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Signal {
    /// The smallest of all, smoothed.
    #[default]
    Overall,
    FreeSpace,
    Lanes,
    Objects,
    Signals,
    Planning,
    Localisation,
    Prediction,
}

impl Signal {
    fn function(self) -> Option<Function> {
        match self {
            Self::Overall => None,
            Self::FreeSpace => Some(Function::FreeSpace),
            Self::Lanes => Some(Function::Lanes),
            Self::Objects => Some(Function::Objects),
            Self::Signals => Some(Function::Signals),
            Self::Planning => Some(Function::Planning),
            Self::Localisation => Some(Function::Localisation),
            Self::Prediction => Some(Function::Prediction),
        }
    }

    /// As reported, 0 to 1.
    fn of(self, confidence: &Confidence) -> f64 {
        self.function()
            .map_or(confidence.overall, |f| confidence.of(f))
    }

    /// Why one asks when it is low.
    fn reason(self, confidence: &Confidence) -> Reason {
        self.function().unwrap_or(confidence.weakest).into()
    }
}

#[cfg(test)]
mod tests;
