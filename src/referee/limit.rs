//! Limits: what a takeover is there to prevent.

use serde::{Deserialize, Serialize};

/// Kinds of limits, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitKind {
    /// It met another road user or an object.
    Collision,
    /// It left the paved road.
    LeftRoad,
    /// A tyre went over a lane marking without a lane change.
    LaneDeparture,
    /// Another road user was missed by too little time.
    NearMiss,
    /// It braked as in an emergency.
    HardBraking,
    /// It stands and knows no way on.
    Blocked,
}

impl LimitKind {
    pub const ALL: [Self; 6] = [
        Self::Collision,
        Self::LeftRoad,
        Self::LaneDeparture,
        Self::NearMiss,
        Self::HardBraking,
        Self::Blocked,
    ];

    /// As a person reads it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Collision => "collision",
            Self::LeftRoad => "left the road",
            Self::LaneDeparture => "lane departure",
            Self::NearMiss => "near miss",
            Self::HardBraking => "emergency braking",
            Self::Blocked => "no way on",
        }
    }
}

/// A limit that was met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    pub kind: LimitKind,
    /// When it began, s since the start of the run.
    pub time: f64,
    /// Name of the other one, if there is one.
    pub with: Option<String>,
}

impl Limit {
    /// As a person reads it.
    pub fn describe(&self) -> String {
        match &self.with {
            Some(with) => format!("{} with {with}", self.kind.label()),
            None => self.kind.label().into(),
        }
    }
}
