//! The referee's rules: what counts as danger, and by which measure. Pure: truth comes in as
//! arguments. `sim/judge` feeds it, `session/fork.rs` asks it what would have happened.
//! `docs/referee.md` has the definitions and their sources.

pub mod contact;
pub mod departure;
pub mod encounter;
mod footprint;
mod limit;
mod trail;
pub mod verdict;

pub use encounter::Judged;
pub use footprint::{Footprint, time_to_collision};
pub use limit::{Limit, LimitKind};

use serde::{Deserialize, Serialize};

/// A measure of how near a miss was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nearness {
    /// Time to collision.
    Ttc,
    /// Post-encroachment time.
    Pet,
}

impl Nearness {
    /// As a person reads it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Ttc => "time to collision",
            Self::Pet => "post-encroachment time",
        }
    }
}

/// A side of the vehicle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Left,
    Right,
}

impl Side {
    /// As a person reads it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
        }
    }

    /// 1 left, -1 right.
    pub fn sign(self) -> f64 {
        match self {
            Self::Left => 1.0,
            Self::Right => -1.0,
        }
    }
}

/// What the referee calls a limit, a near miss, and in time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RefereeSettings {
    /// A request was needed if, without it, a limit is met within this time, s.
    pub horizon: f64,
    /// ... and in time if it came at least this long before that limit, s.
    pub lead: f64,
    /// A time to collision below this is a near miss, s.
    pub near_miss_ttc: f64,
    /// A post-encroachment time below this is a near miss, s.
    pub near_miss_pet: f64,
    /// Braking harder than this is a limit, m/s2 (UN R157: over 5 is an emergency manoeuvre).
    pub hard_braking: f64,
    /// Standing without a way on for this long is a limit, s.
    pub blocked_for: f64,
}

impl Default for RefereeSettings {
    fn default() -> Self {
        Self {
            horizon: 20.0,
            lead: 4.0,
            near_miss_ttc: 1.5,
            near_miss_pet: 1.0,
            hard_braking: 5.0,
            blocked_for: 3.0,
        }
    }
}
