//! One road user's state.

use super::model::DriverSettings;
use super::occupancy::Viewer;
use super::plan::{Action, SpeedStep, Whom};
use super::shape::{Outline, Shape};
use crate::road::{LaneId, Pose3, RoadPoint};

/// How it gets about.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Mode {
    Lane(OnLane),
    Plane(InPlane),
    /// It was hit; the physics engine moves it.
    Struck(RoadPoint),
    Gone,
}

/// On a lane.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct OnLane {
    pub lane: LaneId,
    /// Middle, m from the lane's entry.
    pub d: f64,
    /// Left of the lane's centre, m, and change of it, m/s.
    pub offset: f64,
    pub drift: f64,
    /// Where across the lane it likes to be, m.
    pub rest: f64,
    /// The lane it came from, while its tail is still there.
    pub from: Option<LaneId>,
    /// The lane it takes at the end of this one.
    pub next: Option<LaneId>,
    pub shift: Option<Shift>,
}

/// A smooth move across.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shift {
    pub from: f64,
    pub to: f64,
    /// s of it that are done.
    pub done: f64,
    pub over: f64,
    /// Index of the action that asked for it.
    pub by: Option<usize>,
    /// Into another lane, to the left (1) or right (-1); 0 if it stays in the lane.
    pub change: i8,
}

impl Shift {
    /// Offset, m, and its change per second of the move, m/s: least jerk (Flash and Hogan 1985).
    pub fn at(&self) -> (f64, f64) {
        let u = (self.done / self.over).clamp(0.0, 1.0);
        let part = u * u * u * (10.0 + u * (6.0 * u - 15.0));
        let rate = 30.0 * u * u * (1.0 - u) * (1.0 - u) / self.over;
        let way = self.to - self.from;
        (self.from + way * part, way * rate)
    }
}

/// Free in the plane.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct InPlane {
    pub place: RoadPoint,
    pub course: Option<Course>,
}

/// A way through the plane at given times.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Course {
    /// s since its start, x, y.
    pub knots: Vec<(f64, f64, f64)>,
    /// Velocity with which it begins, where it is smooth, m/s.
    pub start: [f64; 2],
    /// Round through the knots, or straight from one to the next.
    pub smooth: bool,
    /// s of the run.
    pub since: f64,
    pub by: usize,
}

impl Course {
    pub fn end(&self) -> f64 {
        self.since + self.knots.last().map_or(0.0, |k| k.0)
    }

    /// Place and velocity at a time of the run.
    pub fn at(&self, time: f64) -> (f64, f64, f64, f64) {
        let t = time - self.since;
        let n = self.knots.len();
        let i = self.knots.partition_point(|k| k.0 <= t).max(1) - 1;
        let i = i.min(n.saturating_sub(2));
        let (Some(a), Some(b)) = (self.knots.get(i), self.knots.get(i + 1)) else {
            return self
                .knots
                .first()
                .map_or((0.0, 0.0, 0.0, 0.0), |k| (k.1, k.2, 0.0, 0.0));
        };
        let h = (b.0 - a.0).max(1e-9);
        let u = ((t - a.0) / h).clamp(0.0, 1.0);
        let (dx, dy) = ((b.1 - a.1) / h, (b.2 - a.2) / h);
        if !self.smooth {
            return (a.1 + u * h * dx, a.2 + u * h * dy, dx, dy);
        }
        // Cubic through the knots; the velocity at a knot is that between its neighbours, and
        // at the first one what it was.
        let speed = |k: usize| {
            if k == 0 {
                return (self.start[0], self.start[1]);
            }
            let (p, q) = (
                &self.knots[k.saturating_sub(1)],
                &self.knots[(k + 1).min(n - 1)],
            );
            let h = (q.0 - p.0).max(1e-9);
            ((q.1 - p.1) / h, (q.2 - p.2) / h)
        };
        let (va, vb) = (speed(i), speed(i + 1));
        let v = 1.0 - u;
        let mix = |p: f64, q: f64, m: f64, n: f64| {
            let place = v * v * (1.0 + 2.0 * u) * p
                + u * u * (3.0 - 2.0 * u) * q
                + h * (u * v * v * m - u * u * v * n);
            let rate =
                6.0 * u * v * (q - p) / h + v * (1.0 - 3.0 * u) * m + u * (3.0 * u - 2.0) * n;
            (place, rate)
        };
        let (x, vx) = mix(a.1, b.1, va.0, vb.0);
        let (y, vy) = mix(a.2, b.2, va.1, vb.1);
        (x, y, vx, vy)
    }
}

/// What sets its speed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Control {
    /// The driver's model.
    Own,
    Hold {
        to: f64,
        rate: f64,
    },
    Profile {
        points: Vec<(f64, f64)>,
        since: f64,
        first: f64,
    },
    CutIn {
        whom: Whom,
        gap: f64,
        relative_speed: f64,
        /// s of the run.
        end: f64,
        over: f64,
    },
}

/// An action's progress.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Status {
    Waiting,
    Running,
    /// Since this time, s.
    Over(f64),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Task {
    pub action: Action,
    pub status: Status,
    /// What has happened already, for each leaf of the trigger.
    pub latches: Vec<bool>,
}

#[derive(Clone, Debug)]
pub(super) struct User {
    pub name: String,
    pub shape: Shape,
    pub driver: DriverSettings,
    /// Has a driver of its own.
    pub drives: bool,
    pub blind: bool,
    /// Index among the traffic's routes.
    pub route: Option<usize>,
    /// Draws turns at junctions; 0 goes straight on.
    pub number: u64,
    pub mode: Mode,
    pub pose: Pose3,
    /// World, m/s.
    pub velocity: [f64; 3],
    /// rad/s.
    pub yaw_rate: f64,
    /// Along its own way, m/s, and its change, m/s2.
    pub speed: f64,
    pub acceleration: f64,
    pub control: Control,
    /// Index of the action behind the control.
    pub control_by: Option<usize>,
    /// An action that waits for a gap to cut out.
    pub cutting_out: Option<usize>,
    pub script: Vec<SpeedStep>,
    pub script_next: usize,
    pub tasks: Vec<Task>,
    pub hazards: bool,
    /// From the last decision: what is ahead takes from the acceleration, m/s2.
    pub taken: f64,
    /// From the last decision: acceleration on the road ahead with nobody on it, m/s2.
    pub free: f64,
    /// When it last began to change lanes by itself, s.
    pub changed_at: f64,
    /// Where it was a tick ago, for places it passes.
    pub was: Option<RoadPoint>,
    pub waiting_since: Option<f64>,
    /// The stop sign it has stopped for: lane and line.
    pub stopped_for: Option<(LaneId, f64)>,
    /// The light it decided to pass although amber.
    pub passing: Option<(LaneId, f64)>,
}

impl User {
    pub fn outline(&self) -> Outline {
        Outline {
            x: self.pose.x,
            y: self.pose.y,
            yaw: self.pose.yaw,
            length: self.shape.length,
            width: self.shape.width,
        }
    }

    pub fn on_lane(&self) -> Option<&OnLane> {
        match &self.mode {
            Mode::Lane(on) => Some(on),
            _ => None,
        }
    }

    pub fn on_lane_mut(&mut self) -> Option<&mut OnLane> {
        match &mut self.mode {
            Mode::Lane(on) => Some(on),
            _ => None,
        }
    }

    pub fn here(&self) -> bool {
        self.mode != Mode::Gone
    }

    /// As it looks along its lane.
    pub fn viewer(&self, who: usize, on: &OnLane) -> Viewer {
        Viewer {
            who: who as u32,
            lane: on.lane,
            d: on.d,
            half: self.shape.length / 2.0,
            offset: on.offset,
            half_width: self.shape.width / 2.0,
        }
    }
}
