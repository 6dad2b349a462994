//! The automation's driving: follow the route in its lane, keep the distance, obey lights and right
//! of way, get around what is in the way, stop at minimal risk.
//!
//! It acts on a perception [`Report`], its own speed and yaw rate, and the map; never on the truth.
//! With every report (20 Hz) it thinks: which lane, which way around obstacles, what acceleration.
//! Every tick it steers along its line and moves its acceleration towards what it wants.

mod gap;
mod lane_change;
mod lateral;
mod plan;
mod right_of_way;
mod speed;

pub use gap::minimum_time_gap;
pub use plan::{PlanPoint, STEP as PLAN_STEP, plan};

use crate::perception::Report;
use crate::road::{Network, Pose2, Route, wrap_angle};
use crate::vehicle::VehicleSpec;
use crate::vehicle::dynamics::{Controls, pedals};
use lane_change::LaneChange;
use lateral::Line;
use right_of_way::RightOfWay;
use serde::{Deserialize, Serialize};

/// How a minimal-risk manoeuvre ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum MinimalRisk {
    /// A stop in the lane.
    #[default]
    InLane,
    /// A stop on the hard shoulder if there is one, wide enough and free; else in the lane.
    Shoulder,
}

/// How the automation drives.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AutopilotSettings {
    /// Speed it aims for, m/s; the road's limit if smaller.
    pub speed: f64,
    /// Added to the minimum time gap of UN R157, s.
    pub extra_gap: f64,
    /// Largest comfortable acceleration, m/s2.
    pub acceleration: f64,
    /// Largest comfortable deceleration, m/s2.
    pub deceleration: f64,
    /// Largest deceleration it can ask for, m/s2; over 5 m/s2 is an emergency manoeuvre (UN R157).
    pub max_deceleration: f64,
    /// Deceleration of a minimal-risk manoeuvre, m/s2; UN R157 allows at most 4.
    pub minimal_risk_deceleration: f64,
    /// Limit on the change of acceleration, m/s3, outside an emergency.
    pub jerk: f64,
    /// Largest comfortable acceleration across, m/s2: bends are taken no faster.
    pub lateral_acceleration: f64,
    pub minimal_risk: MinimalRisk,
    /// It may change lanes: for its route, and around what blocks its lane.
    pub lane_changes: bool,
    /// It also changes lanes to pass those that are slower than it would like to be.
    pub overtake: bool,
}

impl Default for AutopilotSettings {
    fn default() -> Self {
        Self {
            speed: 130.0 / 3.6,
            extra_gap: 0.2,
            acceleration: 1.5,
            deceleration: 2.0,
            max_deceleration: 8.0,
            minimal_risk_deceleration: 3.0,
            jerk: 2.5,
            lateral_acceleration: 2.5,
            minimal_risk: MinimalRisk::InLane,
            lane_changes: true,
            overtake: false,
        }
    }
}

/// What the automation is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    Drive,
    /// Go on without speeding up or changing lanes: what is ahead may be more than is seen.
    Hold,
    /// Stop at minimal risk.
    MinimalRisk,
    /// A person drives: keep up with where the vehicle is.
    StandBy,
}

/// Own motion, from the vehicle's own sensors.
#[derive(Clone, Copy, Debug, Default)]
pub struct Odometry {
    /// m/s.
    pub speed: f64,
    /// rad/s.
    pub yaw_rate: f64,
}

/// What the automation knows besides its report.
#[derive(Clone, Copy, Debug)]
pub struct Knowledge<'a> {
    pub network: &'a Network,
    pub route: Option<&'a Route>,
    pub spec: &'a VehicleSpec,
}

/// What the automation does with the vehicle's lamps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lamps {
    pub hazards: bool,
    /// 1 left, -1 right.
    pub indicator: i8,
}

#[derive(Debug)]
pub struct Autopilot {
    settings: AutopilotSettings,
    /// Where it believes to be: the last report, moved on by odometry.
    pose: Pose2,
    line: Line,
    change: LaneChange,
    way: RightOfWay,
    /// Acceleration wanted since the last report, m/s2.
    wanted: f64,
    /// ... and asked for now.
    acceleration: f64,
    /// The wanted acceleration is an emergency's: comfort does not count.
    emergency: bool,
    /// Stand still, brake held.
    hold: bool,
    lamps: Lamps,
    last_task: Task,
    /// For how long there has been no way on, s.
    stuck: f64,
    /// For how long the vehicle has been far from where it means to be, s.
    astray: f64,
}

/// Braking builds up this fast in an emergency, m/s3 (UN R157's careful driver, annex 4).
const EMERGENCY_JERK: f64 = 12.65;
/// Farther than this from its line the vehicle is not where it means to be, m: it slides, or is
/// pushed.
const OFF_LINE: f64 = 0.7;
/// Acceleration worth setting out for from a standstill, m/s2.
const SET_OUT: f64 = 0.4;
/// Weight of a reported pose against the own one that odometry moves on, -: with 20 reports a second
/// the own pose follows within a third of a second.
const POSE_GAIN: f64 = 0.15;
/// ... unless they are this far apart, m.
const POSE_JUMP: f64 = 2.0;
/// A blocked way is a doubt after this long, s.
const STUCK: f64 = 1.0;
/// Slower than this counts as standing, m/s.
const STANDING: f64 = 0.3;

impl Autopilot {
    pub fn new(settings: AutopilotSettings) -> Self {
        Self {
            settings,
            pose: Pose2::default(),
            line: Line::default(),
            change: LaneChange::default(),
            way: RightOfWay::default(),
            wanted: 0.0,
            acceleration: 0.0,
            emergency: false,
            hold: false,
            lamps: Lamps::default(),
            last_task: Task::Drive,
            stuck: 0.0,
            astray: 0.0,
        }
    }

    /// Starts smoothly from what the vehicle is doing now (after a hand-back), m/s2.
    pub fn engage(&mut self, acceleration: f64) {
        self.acceleration = acceleration;
        self.line.forget();
        self.change = LaneChange::default();
    }

    /// Confidence in its own plan, 0 to 1: low once something has stood in the way for a while that
    /// it can neither pass nor expect to move, or once the vehicle does not go where it is steered.
    pub fn planning(&self) -> f64 {
        if self.stuck >= STUCK || self.astray >= STUCK {
            0.2
        } else {
            1.0
        }
    }

    pub fn lamps(&self) -> Lamps {
        self.lamps
    }

    /// Controls for the next `dt` s. `news` is there when the sensors have just reported.
    pub fn drive(
        &mut self,
        task: Task,
        report: &Report,
        news: bool,
        own: Odometry,
        known: &Knowledge,
        dt: f64,
    ) -> Controls {
        self.move_on(own, dt);
        if self.line.is_lost() {
            self.pose = report.pose;
        } else if news {
            self.correct(report.pose);
        }
        if task == Task::StandBy {
            self.line.stand_by();
            self.change = LaneChange::default();
            // Should it have to step in, it starts from coasting, not from what it would have done.
            self.acceleration = 0.0;
        }
        if !self.line.locate(known, report, self.pose) {
            // No lane to be seen on the map: straight on, and slowly to a stop.
            self.wanted = -self.settings.minimal_risk_deceleration;
        } else if news || task != self.last_task {
            self.think(task, report, own, known);
        }
        self.last_task = task;
        let steer = self.line.steer(own, known.spec, dt);
        let (accelerator, brake) = self.pedals(own, known.spec, dt);
        Controls {
            steer,
            accelerator,
            brake,
        }
    }

    /// Takes a reported pose in: most of its noise is not worth a turn of the wheel.
    fn correct(&mut self, seen: Pose2) {
        let p = &mut self.pose;
        let (dx, dy) = (seen.x - p.x, seen.y - p.y);
        if libm::hypot(dx, dy) > POSE_JUMP {
            *p = seen;
            return;
        }
        p.x += POSE_GAIN * dx;
        p.y += POSE_GAIN * dy;
        p.yaw += POSE_GAIN * wrap_angle(seen.yaw - p.yaw);
    }

    fn move_on(&mut self, own: Odometry, dt: f64) {
        let p = &mut self.pose;
        p.yaw += own.yaw_rate * dt;
        p.x += own.speed * dt * libm::cos(p.yaw);
        p.y += own.speed * dt * libm::sin(p.yaw);
    }

    fn think(&mut self, task: Task, report: &Report, own: Odometry, known: &Knowledge) {
        let settings = self.settings;
        let mut thought = speed::Thought::new(&settings, report, own, known, &self.line);
        let was = (self.line.aim(), self.line.offset);
        if task == Task::MinimalRisk {
            if self.last_task != Task::MinimalRisk {
                self.change = LaneChange::default();
                self.line.pull_over(settings.minimal_risk, &thought, report);
            }
        } else if task == Task::Drive {
            self.change
                .think(&settings, &thought, &mut self.line, report);
            self.line.give_room(&thought);
        }
        if (self.line.aim(), self.line.offset) != was {
            // From another line everything looks different.
            thought = speed::Thought::new(&settings, report, own, known, &self.line);
        }
        // Also while a person drives: it takes the vehicle back only if it knows a way on.
        self.stuck = if self.change.no_way_on(&thought, &self.line, report) {
            self.stuck + lane_change::PERIOD
        } else {
            0.0
        };
        let off = (self.line.offset - self.line.reference(0.0)).abs();
        self.astray = if task != Task::StandBy && off > OFF_LINE && own.speed > STANDING {
            self.astray + lane_change::PERIOD
        } else {
            0.0
        };
        let stop = self.way.stop_line(&thought, report);
        let (wanted, emergency) = thought.acceleration(task, stop);
        (self.wanted, self.emergency) = (wanted, emergency);
        self.hold = match task {
            Task::MinimalRisk => own.speed < STANDING,
            // Backwards is never meant: on ice, uphill.
            _ if own.speed < -STANDING => true,
            // Once it stands it stays until there is something to drive for.
            _ => own.speed < STANDING && wanted <= if self.hold { SET_OUT } else { 0.05 },
        };
        let indicator = match self.change.indicator() {
            0 => self.way.turning(&thought),
            side => side,
        };
        self.lamps = Lamps {
            hazards: task == Task::MinimalRisk,
            indicator: if task == Task::MinimalRisk {
                0
            } else {
                indicator
            },
        };
    }

    fn pedals(&mut self, own: Odometry, spec: &VehicleSpec, dt: f64) -> (f32, f32) {
        let step = self.settings.jerk * dt;
        let down = if self.emergency || self.wanted < -self.settings.deceleration - 1.0 {
            EMERGENCY_JERK * dt
        } else {
            step
        };
        self.acceleration = self
            .wanted
            .clamp(self.acceleration - down, self.acceleration + step);
        if self.hold {
            // Stopped: hold the brake, and start from rest when it goes on.
            self.acceleration = self.acceleration.min(0.0);
            (0.0, 0.4)
        } else {
            pedals(spec, self.acceleration as f32, own.speed as f32)
        }
    }
}

#[cfg(test)]
mod tests;
