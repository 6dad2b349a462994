//! The line that is driven: a lane's centre line and an offset from it, and the steering along it.

use super::speed::Thought;
use super::{Knowledge, MinimalRisk, Odometry};
use crate::perception::{Class, Report};
use crate::road::{LaneKind, LanePos, Network, Path, Pose2, wrap_angle};
use crate::vehicle::VehicleSpec;

/// How far the path reaches back and ahead, its step, and when it is made anew, m.
const BEHIND: f64 = 40.0;
const AHEAD: f64 = 260.0;
const STEP: f64 = 2.5;
const RENEW: f64 = 180.0;
/// Nobody turns the wheels of a standing vehicle, m/s.
const STANDING: f64 = 0.2;
/// Room kept to what stands on or beside a shoulder, m.
const SHOULDER_ROOM: f64 = 0.2;
/// Farther than this off its line, the automation looks for a lane anew, m.
const LOST: f64 = 7.0;

/// A change of the offset from the lane's centre: level at both ends, without a jump in
/// acceleration (quintic in time).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Shift {
    from: f64,
    to: f64,
    /// s; 0 once it is over.
    lasts: f64,
    gone: f64,
}

impl Shift {
    fn at(&self, later: f64) -> f64 {
        if self.lasts <= 0.0 {
            return self.to;
        }
        let x = ((self.gone + later) / self.lasts).clamp(0.0, 1.0);
        let smooth = x * x * x * (10.0 + x * (6.0 * x - 15.0));
        self.from + (self.to - self.from) * smooth
    }

    fn rate(&self) -> f64 {
        if self.lasts <= 0.0 || self.gone >= self.lasts {
            return 0.0;
        }
        let x = (self.gone / self.lasts).clamp(0.0, 1.0);
        (self.to - self.from) * 30.0 * x * x * (1.0 - x) * (1.0 - x) / self.lasts
    }
}

/// The line and where we are on it.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub path: Path,
    /// Along the path, m.
    pub d: f64,
    /// Left of the path, m.
    pub offset: f64,
    /// Heading left of the path's, rad.
    heading: f64,
    shift: Shift,
    /// Sum of the deviation over time, m s: takes out what the steering model gets wrong.
    sum: f64,
    /// Road-wheel angle asked for last, rad: kept at a standstill.
    steered: f32,
    /// We have pulled over to a shoulder, or are about to.
    pub pulling_over: bool,
}

impl Line {
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// A person drives: wherever they are, that is where the line would start.
    pub fn stand_by(&mut self) {
        let width = if self.path.is_empty() {
            return;
        } else {
            self.path.at(self.d).width
        };
        if self.offset.abs() > width / 2.0 + 0.2 {
            self.forget();
            return;
        }
        self.shift = Shift {
            from: self.offset,
            to: 0.0,
            lasts: (2.0 * self.offset.abs()).clamp(0.5, 4.0),
            gone: 0.0,
        };
        self.sum = 0.0;
        self.pulling_over = false;
    }

    pub fn is_lost(&self) -> bool {
        self.path.is_empty()
    }

    /// Where we are on the lanes.
    pub fn at(&self) -> LanePos {
        self.path.at(self.d).at
    }

    /// Where the line will be relative to the path in `later` s, m.
    pub fn reference(&self, later: f64) -> f64 {
        self.shift.at(later)
    }

    /// Where the line will end up.
    pub fn aim(&self) -> f64 {
        self.shift.to
    }

    /// How far across the lane the vehicle is from there, m.
    pub fn off_aim(&self) -> f64 {
        (self.offset - self.shift.to).abs()
    }

    pub fn shifting(&self) -> bool {
        self.shift.lasts > 0.0 && self.shift.gone < self.shift.lasts
    }

    /// Finds the pose on the path; makes a new path where one is needed. False if there is no lane.
    pub fn locate(&mut self, known: &Knowledge, report: &Report, pose: Pose2) -> bool {
        let network = known.network;
        if !self.path.is_empty() && self.place(pose) {
            if self.path.end() - self.d < RENEW && !self.path.dead_end {
                let at = self.at();
                self.set_path(network, known, at);
                return self.place(pose);
            }
            return true;
        }
        let length = network.lane(report.lane.at.lane).length();
        let at = LanePos {
            d: report.lane.at.d.clamp(0.0, length),
            ..report.lane.at
        };
        self.set_path(network, known, at);
        self.sum = 0.0;
        let found = self.place(pose);
        if found {
            // Back to the middle without haste.
            self.shift = Shift {
                from: self.offset,
                to: 0.0,
                lasts: (2.0 * self.offset.abs()).clamp(0.5, 4.0),
                gone: 0.0,
            };
        }
        found
    }

    fn set_path(&mut self, network: &Network, known: &Knowledge, at: LanePos) {
        self.path = Path::new(network, at, BEHIND, AHEAD, STEP, known.route);
        self.d = 0.0;
    }

    fn place(&mut self, pose: Pose2) -> bool {
        let Some((d, offset)) = self.path.project_near(pose.x, pose.y, self.d, LOST) else {
            return false;
        };
        (self.d, self.offset) = (d, offset);
        self.heading = wrap_angle(pose.yaw - self.path.at(d).yaw);
        true
    }

    /// Takes the lane beside for our own, and moves over to its middle within `lasts` s.
    pub fn change_lane(&mut self, known: &Knowledge, side: i32, lasts: f64) -> bool {
        let network = known.network;
        let Some(beside) = network.beside(self.at(), side) else {
            return false;
        };
        let (old, new) = (self.path.at(self.d), network.lane_pose(beside, 0.0));
        let apart = libm::hypot(new.x - old.x, new.y - old.y);
        let offset = self.reference(0.0) - f64::from(side) * apart;
        self.set_path(network, known, beside);
        self.offset -= f64::from(side) * apart;
        self.shift = Shift {
            from: offset,
            to: 0.0,
            lasts,
            gone: 0.0,
        };
        true
    }

    /// Moves to another offset from the lane's centre.
    fn shift_to(&mut self, to: f64, lasts: f64) {
        if (self.shift.to - to).abs() < 0.02 {
            return;
        }
        self.shift = Shift {
            from: self.reference(0.0),
            to,
            lasts,
            gone: 0.0,
        };
    }

    /// Keeps away from what reaches into the lane, as far as the lane has room.
    pub fn give_room(&mut self, thought: &Thought) {
        if self.shifting() && self.shift.to == 0.0 && self.shift.from.abs() > 1.0 {
            return; // a lane change
        }
        let aim = thought.way_around().unwrap_or(0.0);
        let far = (aim - self.reference(0.0)).abs();
        self.shift_to(aim, (2.5 * far).clamp(1.5, 4.0));
    }

    /// To the shoulder, if that is wanted and possible.
    pub fn pull_over(&mut self, wish: MinimalRisk, thought: &Thought, report: &Report) {
        self.pulling_over = false;
        if wish != MinimalRisk::Shoulder {
            return;
        }
        let Some(target) = shoulder(thought, &self.path, self.d, report) else {
            return;
        };
        self.pulling_over = true;
        self.shift_to(target, 5.0);
    }

    /// Road-wheel angle along the line: the bend's own angle a little ahead, and a correction that
    /// leads back to the line over a preview distance (pure pursuit), with a slow integral.
    pub fn steer(&mut self, own: Odometry, spec: &VehicleSpec, dt: f64) -> f32 {
        if self.path.is_empty() {
            return 0.0;
        }
        self.shift.gone += dt;
        let v = own.speed.max(0.0);
        if v < STANDING {
            return self.steered;
        }
        let bend = self.path.at(self.d + 0.25 * v).curvature;
        let across = self.shift.rate() / v.max(3.0);
        let (off, turned) = (
            self.offset - self.reference(0.0),
            // Where it moves, not where it points.
            self.heading - libm::atan(across)
                + f64::from(spec.sideslip_for(self.path.at(self.d).curvature as f32, v as f32)),
        );
        let preview = (v * 0.9).max(6.0);
        if v > 1.0 && off.abs() < 1.0 {
            self.sum = (self.sum + off * dt).clamp(-2.0, 2.0);
        }
        let back = -2.0 * (off + preview * turned) / (preview * preview);
        let slow = -0.6 * self.sum / (preview * preview);
        self.steered = spec.steer_for((bend + back + slow) as f32, v as f32);
        self.steered
    }
}

/// Offset of a shoulder's middle from our lane's centre, if it is there, wide and free all the way
/// that a stop takes.
fn shoulder(thought: &Thought, path: &Path, d: f64, report: &Report) -> Option<f64> {
    let network = thought.known.network;
    let own_width = f64::from(thought.known.spec.width);
    let v = thought.own.speed;
    let stop = v * v / (2.0 * 1.5) + 20.0;
    let mut target: Option<f64> = None;
    let mut ahead = 0.0;
    while ahead <= stop {
        let p = path.at(d + ahead);
        let node = network.lane(p.at.lane);
        let road = network.road(node.road);
        let s = network.s_of(p.at);
        let outer = node.lane + node.lane.signum();
        let lane = road.lane(outer, s)?;
        let (a, b) = road.edges(outer, s)?;
        let width = (a - b).abs();
        if lane.kind != LaneKind::Shoulder || width < own_width + 0.1 {
            return None;
        }
        let centre = road.centre(node.lane, s)?;
        let middle = (a + b) / 2.0;
        // What the map knows to stand there or reach into it.
        let taken = road.objects.iter().any(|o| {
            (o.s - s).abs() < 6.0 + o.size[0] / 2.0
                && (o.t - middle).abs() < (own_width + o.size[1]) / 2.0 + SHOULDER_ROOM
        });
        if taken {
            return None;
        }
        let away = -(middle - centre).abs();
        target = Some(target.map_or(away, |t: f64| t.max(away)));
        ahead += 10.0;
    }
    let target = target?;
    let taken = report.tracks.iter().any(|t| {
        (-10.0..stop).contains(&t.gap)
            && t.existence > 0.3
            && (t.offset - target).abs() < (own_width + t.width) / 2.0 + 0.3
            && t.class != Class::Animal
    });
    (!taken).then_some(target)
}
