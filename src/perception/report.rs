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

/// Everything the vehicle believes at one moment.
#[derive(Clone, Debug)]
pub struct Report {
    pub tracks: Vec<Track>,
    pub lane: LaneReport,
    /// Where the centre of gravity is, world axes.
    pub pose: Pose2,
    pub light: Option<LightReport>,
    /// Free road is seen this far, m.
    pub visible_range: f64,
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
            light: None,
            visible_range: 0.0,
            friction: 1.0,
            confidence: Confidence::default(),
        }
    }
}
