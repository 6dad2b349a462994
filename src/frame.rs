//! What goes down the link: everything an operator can see or hear, once a tick.
//!
//! The station draws frames and nothing else; it cannot look into the simulated world.

use crate::autopilot::PlanPoint;
use crate::perception::{Confidence, PoseSd, SECTORS, Track};
use crate::referee::Judged;
use crate::road::Light;
use crate::road_user::RoadUser;
use crate::takeover::alert::watch::Seen;
use crate::takeover::event::{Authority, TimedEvent};
use crate::takeover::source::Source;
use glam::{Quat, Vec3};

/// One tick, as it leaves the vehicle.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    pub tick: u64,
    /// s since the start of the run.
    pub time: f64,
    /// Hash of the run up to and with this tick.
    pub hash: u64,
    /// What the cameras show: the ego first, then the others in the scenario's order.
    pub bodies: Vec<BodyView>,
    /// Meteorological optical range around the ego, m.
    pub visibility: f64,
    /// Rain rate around the ego, in the open, mm/h.
    pub rain: f64,
    pub ego: EgoView,
    pub confidence: Confidence,
    pub tracks: Vec<Track>,
    pub sight: SightView,
    /// Where the automation means to go, or would if it drove.
    pub plan: Vec<PlanPoint>,
    /// What the traffic lights show, in the order of [`crate::road::Network::lights`].
    pub lights: Vec<Light>,
    pub authority: Authority,
    /// Who moves the actuators.
    pub source: Source,
    /// How fast a remote operator may go for the link's sake, m/s; none: no cap.
    pub speed_cap: Option<f64>,
    pub request: Option<RequestView>,
    /// The vehicle offers to take control back.
    pub offers: bool,
    /// What the referee measured: truth, for the record. Nobody at the station sees it.
    pub judged: Judged,
    /// What happened in this tick, in order.
    pub events: Vec<TimedEvent>,
    /// The run is over after this frame, for this reason.
    pub ended: Option<End>,
}

impl Frame {
    /// All of it that there may be an alert for, but for the events.
    pub fn seen(&self) -> Seen {
        Seen {
            time: self.time,
            authority: self.authority,
            request: self.request.map(|r| (r.id, r.escalated)),
            offers: self.offers,
            ended: self.ended.is_some(),
        }
    }
}

/// A vehicle as the cameras show it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BodyView {
    pub kind: RoadUser,
    /// Centre of gravity, m; world axes x, y on the ground, z up.
    pub position: Vec3,
    /// Turns body axes (x forward, y left, z up) into world axes.
    pub rotation: Quat,
    /// Of the centre of gravity, m/s.
    pub velocity: Vec3,
    /// rad/s.
    pub angular_velocity: Vec3,
    /// Length, width, height, m.
    pub size: Vec3,
    /// From the centre of gravity to the point of the road below the body's middle (at rest),
    /// body axes, m.
    pub to_middle: Vec3,
    pub brake_lights: bool,
    pub hazard_lights: bool,
    /// Direction indicator: 1 left, -1 right, 0 none.
    pub indicator: i8,
}

/// How well the vehicle sees, apart from others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SightView {
    /// Free road is seen this far, m.
    pub visible_range: f64,
    /// Lane markings are seen this far, m, and as a share of what a clear day shows, 0 to 1.
    pub lane_range: f64,
    pub lane_quality: f64,
    pub pose_sd: PoseSd,
    /// Free distance by sector, m: [`crate::perception::Report::free`].
    pub free: [f64; SECTORS],
}

impl Default for SightView {
    fn default() -> Self {
        Self {
            visible_range: 0.0,
            lane_range: 0.0,
            lane_quality: 0.0,
            pose_sd: PoseSd::default(),
            free: [0.0; SECTORS],
        }
    }
}

/// The ego's own instruments.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EgoView {
    /// m/s.
    pub speed: f64,
    /// m/s2, along the vehicle.
    pub acceleration: f64,
    /// Along the road, m.
    pub s: f64,
    /// Left of the lane's centre, m.
    pub offset: f64,
    /// Across the lane, m/s, positive to the left.
    pub lateral_speed: f64,
    /// Steering-wheel angle in force, rad, positive to the left.
    pub wheel: f64,
    /// Pedals in force, 0 to 1.
    pub accelerator: f64,
    pub brake: f64,
    /// m/s.
    pub speed_limit: f64,
}

/// A request that waits for its answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RequestView {
    pub id: u32,
    pub reason: crate::takeover::reason::Reason,
    /// s since the start of the run.
    pub raised: f64,
    /// When the minimal-risk manoeuvre begins, s.
    pub deadline: f64,
    pub escalated: bool,
}

/// Why a run is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// It went on for the scenario's full duration.
    Completed,
    /// The road ended.
    RoadEnd,
    /// The vehicle stands after a minimal-risk manoeuvre.
    MinimalRiskStandstill,
    /// It left the paved road.
    LeftRoad,
    /// It collided.
    Collision,
    /// Somebody stopped it: Ctrl-C, or the window was closed.
    Interrupted,
}

impl End {
    /// As a person reads it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::RoadEnd => "reached the end of the road",
            Self::MinimalRiskStandstill => "minimal-risk standstill",
            Self::LeftRoad => "left the road",
            Self::Collision => "collision",
            Self::Interrupted => "interrupted",
        }
    }
}
