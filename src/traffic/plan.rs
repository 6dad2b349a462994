//! What a scenario says about others, checked: who is there, what they do and when, and crowds.

use super::model::DriverSettings;
use super::shape::Shape;
use crate::road::{LanePos, Pose3, RoadId, RoadPoint};
use crate::road_user::RoadUser;
use serde::{Deserialize, Serialize};

/// Users of one scenario, flows included.
pub const MOST_USERS: usize = 500;

/// All others of a scenario.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Plan {
    pub actors: Vec<Actor>,
    pub flows: Vec<Flow>,
}

impl Plan {
    /// Users in all.
    pub fn len(&self) -> usize {
        self.actors.len() + self.flows.iter().map(|f| f.count).sum::<usize>()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One step of a speed script: from `at` s on, change towards `speed` with at most `rate`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SpeedStep {
    /// s since the start of the run.
    pub at: f64,
    /// m/s.
    pub speed: f64,
    /// m/s2, positive.
    pub rate: f64,
}

/// Where somebody starts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub enum Place {
    /// On a lane, and this far left of its centre, m.
    Lane { at: LanePos, offset: f64 },
    /// Anywhere on a road, turned against it by `heading`, rad.
    Road { point: RoadPoint, heading: f64 },
}

/// One road user by name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Actor {
    pub name: String,
    pub shape: Shape,
    pub place: Place,
    /// m/s.
    pub speed: f64,
    /// Drives by itself; without, it does what its script and actions say and nothing else.
    pub driver: Option<DriverSettings>,
    /// Does not react to anybody and to no light.
    pub blind: bool,
    /// Sorted by time.
    pub script: Vec<SpeedStep>,
    pub actions: Vec<Action>,
    pub hazards: bool,
    /// Lanes it wants to reach.
    pub goals: Vec<crate::road::LaneId>,
}

/// A scripted manoeuvre.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Action {
    pub name: String,
    pub when: Trigger,
    pub what: Do,
}

/// When an action starts. Time, places and ends of actions count from when they happened; distance
/// and time to collision count while they hold.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Trigger {
    /// From this time of the run on, s.
    Time(f64),
    /// The middles of the ego and of this user are at most this far apart, m, straight.
    EgoWithin(f64),
    /// The ego would meet this user in less than this, s, if both went on as they do.
    Ttc(f64),
    /// The ego's middle has passed this place.
    EgoAt {
        road: RoadId,
        s: f64,
    },
    /// This user's middle has passed this place.
    SelfAt {
        road: RoadId,
        s: f64,
    },
    /// An action is over for this long, s.
    After {
        user: usize,
        action: usize,
        delay: f64,
    },
    All(Vec<Trigger>),
    Any(Vec<Trigger>),
}

/// To one's left or right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Side {
    Left,
    Right,
}

impl Side {
    /// 1 for left, -1 for right.
    pub fn sign(self) -> i32 {
        match self {
            Self::Left => 1,
            Self::Right => -1,
        }
    }
}

/// Whom a manoeuvre is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Whom {
    Ego,
    User(usize),
}

/// What an action does. Speeds m/s, accelerations m/s2, lengths m, durations s.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Do {
    /// Change to this speed and keep it.
    Speed {
        to: f64,
        rate: f64,
    },
    /// Speeds at times since the start of the action, linear between.
    Profile(Vec<(f64, f64)>),
    /// Brake to a standstill, and stay.
    Brake {
        decel: f64,
    },
    /// Back to the driver's own speed.
    Drive,
    /// To the lane with this id.
    ChangeTo {
        lane: i32,
        over: f64,
    },
    /// To the lane beside.
    ChangeLane {
        side: Side,
        over: f64,
    },
    /// In front of somebody in the lane beside: the gap from their front to one's own rear, and
    /// one's own speed less theirs, both at the end.
    CutIn {
        whom: Whom,
        gap: f64,
        relative_speed: f64,
        over: f64,
    },
    /// Out of the lane, once what is ahead is this near.
    CutOut {
        side: Side,
        gap: Option<f64>,
        over: f64,
    },
    /// Left of the lane's centre.
    Offset {
        to: f64,
        over: f64,
    },
    /// Through places in the plane at times since the start of the action.
    Trajectory(Vec<(f64, f64, f64)>),
    /// The same in road coordinates: time, s, t.
    TrajectoryOnRoad {
        road: RoadId,
        points: Vec<(f64, f64, f64)>,
    },
    /// At a constant speed from place to place.
    Walk {
        path: Vec<(f64, f64)>,
        speed: f64,
    },
    /// The same in road coordinates.
    WalkOnRoad {
        road: RoadId,
        path: Vec<(f64, f64)>,
        speed: f64,
    },
    /// Straight across the road to the other side.
    Cross {
        speed: f64,
    },
    Hazards(bool),
    /// Be gone.
    Vanish,
}

/// A crowd of drivers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Flow {
    pub name: String,
    pub count: usize,
    /// Where they may start: lanes, each with its first and last place (`d`), m.
    pub lanes: Vec<(LanePos, f64)>,
    /// m/s; without one what the limit says.
    pub speed: Option<f64>,
    /// Standard deviation of the desired speeds over their mean, -.
    pub speed_spread: f64,
    /// Kinds and their shares.
    pub kinds: Vec<(RoadUser, f64)>,
    pub driver: DriverSettings,
    /// Places that are taken, as lane, middle and the half length to keep clear, m.
    pub taken: Vec<(LanePos, f64)>,
}

/// What others can see of the ego.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ego {
    /// Middle of its body, m.
    pub x: f64,
    pub y: f64,
    pub z: f64,
    pub yaw: f64,
    /// Velocity of its body, m/s.
    pub vx: f64,
    pub vy: f64,
    pub length: f64,
    pub width: f64,
    /// Where that is on the network.
    pub place: RoadPoint,
}

impl Ego {
    /// m/s along its own axis.
    pub fn speed(&self) -> f64 {
        self.vx * libm::cos(self.yaw) + self.vy * libm::sin(self.yaw)
    }

    /// Standing at a pose.
    pub fn standing(pose: Pose3, length: f64, width: f64, place: RoadPoint) -> Self {
        Self {
            x: pose.x,
            y: pose.y,
            z: pose.z,
            yaw: pose.yaw,
            vx: 0.0,
            vy: 0.0,
            length,
            width,
            place,
        }
    }
}

/// How far an action has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Started,
    /// It did what it was to do.
    Ended,
    /// It could not, or another one took its place, or its user was hit.
    Aborted,
}

impl Phase {
    /// As a person reads it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Ended => "ended",
            Self::Aborted => "aborted",
        }
    }
}

/// An action began or is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Milestone {
    /// Names of the road user and of its action.
    pub user: String,
    pub action: String,
    pub phase: Phase,
}
