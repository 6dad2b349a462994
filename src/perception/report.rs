//! What the vehicle believes, as it goes to the autopilot, the policy and the operator.

use super::confidence::Confidence;
use crate::road::{LanePos, Light, Pose2};
use crate::road_user::RoadUser;
use serde::{Deserialize, Serialize};

/// What a track is taken for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    #[default]
    Vehicle,
    TwoWheeler,
    Pedestrian,
    Animal,
    /// Anything fixed or lost: cones, barriers, cargo.
    Obstacle,
}

impl Class {
    pub const ALL: [Self; 5] = [
        Self::Vehicle,
        Self::TwoWheeler,
        Self::Pedestrian,
        Self::Animal,
        Self::Obstacle,
    ];

    /// May set out in any direction at any time.
    pub fn roams(self) -> bool {
        matches!(self, Self::Pedestrian | Self::Animal)
    }
}

impl From<RoadUser> for Class {
    fn from(kind: RoadUser) -> Self {
        match kind {
            RoadUser::Motorcycle | RoadUser::Cyclist => Self::TwoWheeler,
            RoadUser::Pedestrian => Self::Pedestrian,
            RoadUser::Animal => Self::Animal,
            RoadUser::Debris => Self::Obstacle,
            _ => Self::Vehicle,
        }
    }
}

/// What is believed of another road user or obstacle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Track {
    pub id: u32,
    pub class: Class,
    /// Its middle, m, world axes.
    pub x: f64,
    pub y: f64,
    /// m/s, world axes.
    pub vx: f64,
    pub vy: f64,
    /// Heading, rad.
    pub yaw: f64,
    /// m.
    pub length: f64,
    pub width: f64,
    /// From our front bumper to its nearest point along our lane, m; negative beside and behind.
    pub gap: f64,
    /// Left of our lane's centre line, m; far to the side it is the straight-line distance.
    pub offset: f64,
    /// Along our lane, m/s.
    pub speed: f64,
    /// Probability that it exists, 0 to 1.
    pub existence: f64,
    /// Probability that it is of this class, 0 to 1.
    pub class_probability: f64,
    /// Covariance of its place relative to us, m2, world axes.
    pub sxx: f64,
    pub sxy: f64,
    pub syy: f64,
    /// Confidence that is reported for it, 0 to 1: that it exists and is of this class.
    pub reported: f64,
}

/// What is believed of the own lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LaneReport {
    /// Where we are on the map.
    pub at: LanePos,
    /// m.
    pub width: f64,
    /// Own position left of the lane's centre, m.
    pub offset: f64,
    /// Own heading left of the lane's, rad.
    pub heading: f64,
    /// Markings are seen this far, m.
    pub range: f64,
    /// ... as a share of what a clear day shows, 0 to 1.
    pub quality: f64,
}

impl Default for LaneReport {
    fn default() -> Self {
        Self {
            at: LanePos {
                lane: crate::road::LaneId(0),
                d: 0.0,
            },
            width: 3.5,
            offset: 0.0,
            heading: 0.0,
            range: 0.0,
            quality: 0.0,
        }
    }
}

/// The next traffic light on our way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LightReport {
    /// From our front bumper to its stop line, m; negative once passed.
    pub distance: f64,
    /// None if it cannot be made out yet.
    pub shows: Option<Light>,
}

/// How well the own place is known: standard deviations.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PoseSd {
    /// Along and across the lane, m.
    pub along: f64,
    pub across: f64,
    /// rad.
    pub heading: f64,
}

/// Sectors of the free space around the vehicle, ten degrees each.
pub const SECTORS: usize = 36;

/// Everything the vehicle believes at one moment.
#[derive(Clone, Debug)]
pub struct Report {
    pub tracks: Vec<Track>,
    pub lane: LaneReport,
    /// Where the centre of gravity is, world axes.
    pub pose: Pose2,
    pub pose_sd: PoseSd,
    pub light: Option<LightReport>,
    /// Free road is seen this far, m.
    pub visible_range: f64,
    /// Free distance from the centre of gravity by sector, m, the first one about straight ahead,
    /// then to the left: to the nearest track or to the end of sight.
    pub free: [f64; SECTORS],
    /// Friction here as a share of dry asphalt's: from the wheels' slip, the wipers and the weather
    /// service. A patch is noticed once the vehicle is on it.
    pub friction: f64,
    pub confidence: Confidence,
}

impl Default for Report {
    fn default() -> Self {
        Self {
            tracks: Vec::new(),
            lane: LaneReport::default(),
            pose: Pose2::default(),
            pose_sd: PoseSd::default(),
            light: None,
            visible_range: 0.0,
            free: [0.0; SECTORS],
            friction: 1.0,
            confidence: Confidence::default(),
        }
    }
}
