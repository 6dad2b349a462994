//! Other road users as a scenario writes them: every field, its unit and its default.
//! `docs/traffic.md` explains them. Nothing is checked here.

use crate::road_user::RoadUser;
use crate::traffic::{DriverSettings, Side};
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawTraffic {
    /// Unique; shown in events.
    pub name: String,
    /// A profile in `assets/vehicles/`, by name. Without this and `kind`: the saloon.
    pub vehicle: Option<String>,
    /// A kind with built-in size and mass, instead of a profile.
    pub kind: Option<RoadUser>,
    /// Name of the road; the first one by default.
    pub road: Option<String>,
    /// Lane id. Either this or `t`.
    pub lane: Option<i32>,
    /// Left of the reference line, m: anywhere on or beside the road, off the lanes.
    pub t: Option<f64>,
    /// Start along the road, m.
    pub s: f64,
    /// Left of the lane's centre in the direction of travel, m.
    #[serde(default)]
    pub offset: f64,
    /// With `t`: direction against that of the road, degrees, positive to the left.
    #[serde(default)]
    pub heading_deg: f64,
    /// Start speed, m/s. Not with `t`, nor for pedestrians, animals and debris: they stand.
    #[serde(default)]
    pub speed: f64,
    /// Drives by itself.
    pub driver: Option<DriverSettings>,
    /// Reacts to nobody. True by default without a `driver`, false with one.
    pub blind: Option<bool>,
    /// Changes of speed, in order of time.
    #[serde(default)]
    pub script: Vec<RawSpeedStep>,
    /// Manoeuvres.
    #[serde(default)]
    pub actions: Vec<RawAction>,
    /// Hazard lights from the start.
    #[serde(default)]
    pub hazards: bool,
    /// Name of a road that a driver wants to get to the end of.
    pub to: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawSpeedStep {
    /// s since the start of the run.
    pub at: f64,
    /// m/s to reach.
    pub speed: f64,
    /// m/s2 on the way.
    #[serde(default = "rate")]
    pub rate: f64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawAction {
    /// Unique for its road user; shown in events.
    pub name: String,
    pub when: RawTrigger,
    #[serde(rename = "do")]
    pub what: RawDo,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum RawTrigger {
    /// s since the start of the run.
    Time(f64),
    /// The ego's middle is at most this far from this user's, m, straight.
    EgoWithin(f64),
    /// The ego would meet this user in less than this, s.
    Ttc {
        below: f64,
    },
    /// The ego has passed this place.
    EgoAt {
        road: Option<String>,
        s: f64,
    },
    /// This user has passed this place.
    SelfAt {
        road: Option<String>,
        s: f64,
    },
    /// An action is over; by default one of the same user.
    After {
        of: Option<String>,
        action: String,
        /// s.
        #[serde(default)]
        delay: f64,
    },
    All(Vec<RawTrigger>),
    Any(Vec<RawTrigger>),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum RawDo {
    /// To this speed, m/s, at this rate, m/s2.
    Speed {
        to: f64,
        #[serde(default = "rate")]
        rate: f64,
    },
    /// (s since the action's start, m/s), linear between.
    Profile(Vec<(f64, f64)>),
    /// To a standstill, m/s2.
    Brake {
        #[serde(default = "hard")]
        decel: f64,
    },
    /// To a standstill, gently (2.5 m/s2).
    Stop,
    /// Back to the driver's own speed.
    Drive,
    /// To the lane with this id, or to the one beside; s for each lane.
    ChangeLane {
        to: Option<i32>,
        side: Option<Side>,
        #[serde(default = "change_time")]
        over: f64,
    },
    /// In front of somebody in the lane beside.
    CutIn {
        /// The ego by default.
        of: Option<String>,
        /// Their front to this user's rear at the end, m.
        gap: f64,
        /// Own speed less theirs at the end, m/s.
        #[serde(default)]
        relative_speed: f64,
        /// Duration of the lane change, s.
        #[serde(default = "change_time")]
        over: f64,
    },
    /// Out of the lane, once what is ahead is at most `gap` m away; at once without one.
    CutOut {
        side: Side,
        gap: Option<f64>,
        #[serde(default = "change_time")]
        over: f64,
    },
    /// To this far left of the lane's centre, m, in this time, s.
    Offset {
        to: f64,
        #[serde(default = "change_time")]
        over: f64,
    },
    /// (s since the action's start, x, y in m), smooth through all of them.
    Trajectory(Vec<(f64, f64, f64)>),
    /// (s since the action's start, s along the road, t across it).
    TrajectoryOnRoad {
        road: Option<String>,
        points: Vec<(f64, f64, f64)>,
    },
    /// (x, y), straight from place to place, m/s.
    Walk {
        path: Vec<(f64, f64)>,
        #[serde(default = "walking")]
        speed: f64,
    },
    /// (s, t) on a road.
    WalkOnRoad {
        road: Option<String>,
        path: Vec<(f64, f64)>,
        #[serde(default = "walking")]
        speed: f64,
    },
    /// Straight across the road.
    Cross {
        #[serde(default = "walking")]
        speed: f64,
    },
    Hazards(bool),
    Vanish,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawFlow {
    /// Its users are called by this and a number; "flow 1" and so on by default.
    pub name: Option<String>,
    /// Users.
    pub count: usize,
    /// The first road by default.
    pub road: Option<String>,
    /// Lane ids; all driving lanes by default.
    pub lanes: Option<Vec<i32>>,
    /// Along the road, m; all of it by default.
    pub from: Option<f64>,
    pub to: Option<f64>,
    /// Mean desired and start speed, m/s; the limit by default.
    pub speed: Option<f64>,
    /// Standard deviation of the desired speeds over their mean, -.
    #[serde(default = "spread")]
    pub speed_spread: f64,
    /// Kinds and shares.
    #[serde(default = "kinds")]
    pub kinds: Vec<(RoadUser, f64)>,
    #[serde(default)]
    pub driver: DriverSettings,
}

fn rate() -> f64 {
    2.0
}

fn hard() -> f64 {
    7.0
}

fn change_time() -> f64 {
    3.0
}

fn walking() -> f64 {
    1.4
}

fn spread() -> f64 {
    0.08
}

fn kinds() -> Vec<(RoadUser, f64)> {
    vec![
        (RoadUser::Car, 0.8),
        (RoadUser::Van, 0.08),
        (RoadUser::Truck, 0.12),
    ]
}
