//! The road: reference lines, lanes, junctions, signals; from the world to the road and back.
//!
//! The model is OpenDRIVE's (ASAM OpenDRIVE 1.7), so that real maps fit. `s` runs along a road's
//! reference line in metres, `t` across it, positive to the left. Lanes right of the line have
//! negative ids and run along it: -1 touches the line (the fast lane of a motorway), -2 is the next
//! to the right. Lanes left of it have positive ids and run against it. World axes are ISO 8855: x,
//! y on the ground, z up, yaw counter-clockwise from x.
//!
//! Drivers do not care which way a reference line runs. For them there is the lane graph:
//! [`LanePos`] is a place on a lane, `d` m after its entry in the direction of travel, and
//! [`Network`] moves it along, beside and back into the world.
//!
//! What is absent on purpose: traffic, weather, and anything that changes with time. A light's
//! programme is a function of time, and the time comes from outside.

mod build;
mod geometry;
mod graph;
mod index;
mod junction;
mod lanes;
mod locator;
mod network;
mod path;
mod profile;
mod reference_line;
mod signals;

pub use crate::surface::Surface;
#[cfg(test)]
pub use build::two_lanes;
pub use build::{CrossSection, Taper, lane, road, sections};
pub use junction::{Arm, join};
pub use lanes::{Lane, LaneKind, LaneSection, Mark};
pub use locator::{Located, Locator};
pub use network::{
    Conflict, End, Junction, LaneId, LaneNode, LanePos, Link, Network, Object, ObjectKind, Patch,
    Road, Stretch,
};
pub use path::{Path, PathPoint, Route};
pub use profile::{Cubic, Profile};
pub use reference_line::{Element, ReferenceLine};
pub use signals::{Light, Programme, Signal, SignalKind};

use serde::{Deserialize, Serialize};

/// A point of the plane and a direction: m, m, rad.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pose2 {
    pub x: f64,
    pub y: f64,
    pub yaw: f64,
}

/// A place on the road's surface in world coordinates, m, and its directions, rad: yaw, pitch
/// (positive nose down) and roll (positive left side up), as ISO 8855 turns them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pose3 {
    pub x: f64,
    pub y: f64,
    pub z: f64,
    pub yaw: f64,
    pub pitch: f64,
    pub roll: f64,
}

/// A road of a network, by its index.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct RoadId(pub u32);

/// A place in road coordinates: m along the reference line, m to its left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct RoadPoint {
    pub road: RoadId,
    pub s: f64,
    pub t: f64,
}

/// An angle folded into (-pi, pi], rad.
pub fn wrap_angle(angle: f64) -> f64 {
    use std::f64::consts::PI;
    let folded = libm::fmod(angle + PI, 2.0 * PI);
    if folded <= 0.0 {
        folded + PI
    } else {
        folded - PI
    }
}

#[cfg(test)]
mod tests;
