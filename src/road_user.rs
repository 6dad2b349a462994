//! Kinds of road users: what they are for drawing, for perception and for crash severity.

use serde::{Deserialize, Serialize};

/// Anything on the road that is not part of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum RoadUser {
    #[default]
    Car,
    Van,
    Truck,
    Bus,
    /// A driverless pod for passengers.
    Shuttle,
    Motorcycle,
    Cyclist,
    Pedestrian,
    Animal,
    /// Lost cargo, a tyre, a branch.
    Debris,
}

impl RoadUser {
    pub const ALL: [Self; 10] = [
        Self::Car,
        Self::Van,
        Self::Truck,
        Self::Bus,
        Self::Shuttle,
        Self::Motorcycle,
        Self::Cyclist,
        Self::Pedestrian,
        Self::Animal,
        Self::Debris,
    ];

    /// As a person reads it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Car => "car",
            Self::Van => "van",
            Self::Truck => "truck",
            Self::Bus => "bus",
            Self::Shuttle => "shuttle",
            Self::Motorcycle => "motorcycle",
            Self::Cyclist => "cyclist",
            Self::Pedestrian => "pedestrian",
            Self::Animal => "animal",
            Self::Debris => "debris",
        }
    }

    /// A person without a shell around them.
    pub fn vulnerable(self) -> bool {
        matches!(self, Self::Motorcycle | Self::Cyclist | Self::Pedestrian)
    }

    /// It has wheels and a driver, and keeps to lanes.
    pub fn drives(self) -> bool {
        !matches!(self, Self::Pedestrian | Self::Animal | Self::Debris)
    }
}
