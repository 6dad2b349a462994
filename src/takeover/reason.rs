//! Why the vehicle asks for a person.

use crate::perception::Function;
use serde::{Deserialize, Serialize};

/// The reason of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    // A function of perception or planning in doubt.
    #[default]
    FreeSpace,
    Lanes,
    Objects,
    Signals,
    Planning,
    Localisation,
    Prediction,
    // The vehicle leaves, or will leave, what it is made for (its operational design domain).
    Weather,
    Light,
    RoadType,
    Speed,
    MapEnd,
    /// A place at which a person is to take over, known beforehand.
    Planned,
    /// Perception delivers nothing at all.
    SensorFailure,
}

impl From<Function> for Reason {
    fn from(function: Function) -> Self {
        match function {
            Function::FreeSpace => Self::FreeSpace,
            Function::Lanes => Self::Lanes,
            Function::Objects => Self::Objects,
            Function::Signals => Self::Signals,
            Function::Planning => Self::Planning,
            Function::Localisation => Self::Localisation,
            Function::Prediction => Self::Prediction,
        }
    }
}

impl Reason {
    pub const ALL: [Self; 14] = [
        Self::FreeSpace,
        Self::Lanes,
        Self::Objects,
        Self::Signals,
        Self::Planning,
        Self::Localisation,
        Self::Prediction,
        Self::Weather,
        Self::Light,
        Self::RoadType,
        Self::Speed,
        Self::MapEnd,
        Self::Planned,
        Self::SensorFailure,
    ];

    /// As it is written in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::FreeSpace => "free_space",
            Self::Lanes => "lanes",
            Self::Objects => "objects",
            Self::Signals => "signals",
            Self::Planning => "planning",
            Self::Localisation => "localisation",
            Self::Prediction => "prediction",
            Self::Weather => "weather",
            Self::Light => "light",
            Self::RoadType => "road_type",
            Self::Speed => "speed",
            Self::MapEnd => "map_end",
            Self::Planned => "planned",
            Self::SensorFailure => "sensor_failure",
        }
    }

    /// As a person reads it after "takeover requested:".
    pub fn label(self) -> &'static str {
        match self {
            Self::FreeSpace => "free road ahead in doubt",
            Self::Lanes => "lane markings in doubt",
            Self::Objects => "objects in doubt",
            Self::Signals => "traffic lights in doubt",
            Self::Planning => "the way on in doubt",
            Self::Localisation => "own position in doubt",
            Self::Prediction => "what others will do in doubt",
            Self::Weather => "weather that it is not made for",
            Self::Light => "light that it is not made for",
            Self::RoadType => "a road that it is not made for",
            Self::Speed => "a speed that it is not made for",
            Self::MapEnd => "its map or route ends",
            Self::Planned => "a planned takeover",
            Self::SensorFailure => "its sensors have failed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_records() {
        for (i, reason) in Reason::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, i);
            let written = serde_json::to_value(reason).expect("a word");
            assert_eq!(written, reason.name());
        }
    }
}
