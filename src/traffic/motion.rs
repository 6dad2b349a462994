//! One tick of motion: speed from what controls it, then the place, then the pose.

use super::Traffic;
use super::plan::{Ego, Whom};
use super::user::{Control, InPlane, Mode, OnLane, User};
use crate::road::{LaneId, Network, Pose3, RoadPoint, wrap_angle};

/// Below this speed a vehicle moves sideways more slowly than asked for, m/s: it cannot move
/// sideways on the spot.
const SIDEWAYS: f64 = 2.0;
/// Hardest acceleration of a cut-in, m/s2.
const CUT_IN: f64 = 6.0;
/// Who leaves the lanes turns no faster than this, rad/s: about as a person turns round.
const TURN_RATE: f64 = 6.0;
/// A cut-in's last moment, s: from then on it goes along with the other.
const LAST_MOMENT: f64 = 0.03;

impl Traffic {
    /// Acceleration of a user for the next step, m/s2.
    pub(super) fn push(&self, i: usize, ego: &Ego, time: f64, dt: f64) -> f64 {
        let user = &self.users[i];
        let v = user.speed;
        let towards = |to: f64, rate: f64| ((to - v) / dt).clamp(-rate, rate);
        let (wanted, rate) = match &user.control {
            Control::Own => {
                let most = user.driver.max_deceleration;
                return (user.free - user.taken).max(-most);
            }
            Control::Hold { to, rate } => (towards(*to, *rate), *rate),
            Control::Profile {
                points,
                since,
                first,
            } => {
                let target = profile(points, *first, time + dt - since);
                (towards(target, 20.0), 20.0)
            }
            Control::CutIn {
                whom,
                gap,
                relative_speed,
                end,
                ..
            } => {
                let a = self
                    .cut_in(i, *whom, ego, *gap, *relative_speed, end - time)
                    .unwrap_or(0.0);
                return a.clamp(-CUT_IN, CUT_IN);
            }
        };
        if user.blind {
            return wanted;
        }
        let bound = user.driver.acceleration.max(rate) - user.taken;
        wanted.min(bound.max(-user.driver.max_deceleration))
    }

    /// Acceleration that closes a gap and a difference of speed in `left` s: the cubic through
    /// both, planned anew in every tick.
    fn cut_in(
        &self,
        i: usize,
        whom: Whom,
        ego: &Ego,
        gap: f64,
        relative_speed: f64,
        left: f64,
    ) -> Option<f64> {
        let (now, speed, acceleration) = self.gap_to(i, whom, ego)?;
        if left < LAST_MOMENT {
            return Some(acceleration);
        }
        let rate = self.users[i].speed - speed;
        let a = cubic(gap - now, rate, relative_speed, left).0;
        Some(acceleration + a)
    }

    /// Gap from somebody's front to this user's rear along the lanes, m, and their speed and
    /// acceleration.
    pub(super) fn gap_to(&self, i: usize, whom: Whom, ego: &Ego) -> Option<(f64, f64, f64)> {
        let own = self.users[i].on_lane()?;
        let half = self.users[i].shape.length / 2.0;
        let (at, d, other_half, speed, acceleration) = match whom {
            Whom::Ego => {
                let (at, _) = self.ego_lane?;
                (
                    at.lane,
                    at.d,
                    ego.length / 2.0,
                    ego.speed(),
                    self.ego_acceleration,
                )
            }
            Whom::User(k) => {
                let other = self.users.get(k)?;
                let on = other.on_lane()?;
                (
                    on.lane,
                    on.d,
                    other.shape.length / 2.0,
                    other.speed,
                    other.acceleration,
                )
            }
        };
        let ahead = self.along((at, d), (own.lane, own.d))?;
        Some((ahead - half - other_half, speed, acceleration))
    }

    /// How far ahead of one place another is along the lanes, m; lanes beside each other count as
    /// one. None if neither leads to the other within a few hundred metres.
    pub(super) fn along(&self, from: (LaneId, f64), to: (LaneId, f64)) -> Option<f64> {
        if let Some(ahead) = self.onwards(from, to) {
            return Some(ahead);
        }
        self.onwards(to, from).map(|x| -x)
    }

    fn onwards(&self, from: (LaneId, f64), to: (LaneId, f64)) -> Option<f64> {
        let mut lane = from.0;
        let mut start = -from.1;
        for _ in 0..32 {
            if self.same_section(lane, to.0) {
                return Some(start + to.1);
            }
            start += self.tracks.get(lane).length;
            if start > 500.0 {
                return None;
            }
            lane = self.tracks.follow(lane, None, 0)?;
        }
        None
    }

    fn same_section(&self, a: LaneId, b: LaneId) -> bool {
        let beside = |side: fn(&super::track::Track) -> Option<LaneId>| {
            let mut at = Some(a);
            while let Some(lane) = at {
                if lane == b {
                    return true;
                }
                at = side(self.tracks.get(lane));
            }
            false
        };
        beside(|t| t.left) || beside(|t| t.right)
    }

    /// Moves a user by one step.
    pub(super) fn advance(&mut self, i: usize, network: &Network, time: f64, dt: f64) {
        let before = self.users[i].pose;
        match &self.users[i].mode {
            Mode::Lane(_) => self.advance_on_lane(i, dt),
            Mode::Plane(plane) => {
                if plane.course.is_none() {
                    let user = &mut self.users[i];
                    user.velocity = [0.0; 3];
                    user.yaw_rate = 0.0;
                    user.speed = 0.0;
                    user.acceleration = 0.0;
                    return;
                }
                advance_in_plane(&mut self.users[i], network, time + dt, dt);
            }
            Mode::Struck(_) | Mode::Gone => return,
        }
        let user = &mut self.users[i];
        let after = user.pose;
        user.velocity = [
            (after.x - before.x) / dt,
            (after.y - before.y) / dt,
            (after.z - before.z) / dt,
        ];
        user.yaw_rate = wrap_angle(after.yaw - before.yaw) / dt;
    }

    fn advance_on_lane(&mut self, i: usize, dt: f64) {
        let user = &self.users[i];
        let Mode::Lane(on) = &user.mode else { return };
        let (v, a) = (user.speed, user.acceleration);
        let speed = (v + a * dt).max(0.0);
        let way = if speed > 0.0 {
            (v + speed) / 2.0 * dt
        } else if a < 0.0 {
            // It stops within the step.
            v * v / (-2.0 * a)
        } else {
            0.0
        };
        let mut on = on.clone();
        let spot = self.tracks.get(on.lane).at(on.d);
        // Metres driven per metre of lane: less on the inside of a bend.
        let length =
            (spot.dp[0] * spot.dp[0] + spot.dp[1] * spot.dp[1] + spot.dp[2] * spot.dp[2]).sqrt();
        let scale = length * (1.0 - on.offset * spot.curvature).max(0.1);
        on.d += way / scale.max(0.05);
        let mut stopped = false;
        let mut gone = false;
        for _ in 0..16 {
            let track = self.tracks.get(on.lane);
            if on.d <= track.length {
                break;
            }
            match on.next {
                Some(next) => {
                    on.d -= track.length;
                    on.from = Some(on.lane);
                    on.lane = next;
                    on.next = self.next_lane_from(user, next);
                }
                None => {
                    gone = track.last;
                    stopped = !track.last;
                    on.d = track.length;
                    break;
                }
            }
        }
        if on.d - user.shape.length / 2.0 > 0.0 {
            on.from = None;
        }
        let user = &mut self.users[i];
        on.drift = 0.0;
        if let Some(shift) = &mut on.shift {
            let pace = (speed / SIDEWAYS).min(1.0);
            shift.done = (shift.done + dt * pace).min(shift.over);
            let (offset, rate) = shift.at();
            on.offset = offset;
            on.drift = rate * pace;
        }
        user.speed = if stopped { 0.0 } else { speed };
        if user.speed == 0.0 && a < 0.0 {
            user.acceleration = 0.0;
        }
        if gone {
            user.mode = Mode::Gone;
            return;
        }
        user.pose = pose_on_lane(self.tracks.get(on.lane).at(on.d), &on, user.speed);
        user.mode = Mode::Lane(on);
    }
}

/// Pose on a lane at a speed.
pub(super) fn pose_on_lane(spot: super::track::Spot, on: &OnLane, speed: f64) -> Pose3 {
    let flat = libm::hypot(spot.dp[0], spot.dp[1]).max(1e-9);
    let turned = if on.drift == 0.0 {
        0.0
    } else {
        libm::atan2(on.drift, speed.max(SIDEWAYS))
    };
    Pose3 {
        x: spot.p[0] + on.offset * spot.n[0],
        y: spot.p[1] + on.offset * spot.n[1],
        z: spot.p[2] + on.offset * spot.tilt,
        yaw: wrap_angle(libm::atan2(spot.dp[1], spot.dp[0]) + turned),
        pitch: if spot.dp[2] == 0.0 {
            0.0
        } else {
            -libm::atan2(spot.dp[2], flat)
        },
        roll: if spot.tilt == 0.0 {
            0.0
        } else {
            libm::atan(spot.tilt)
        },
    }
}

fn advance_in_plane(user: &mut User, network: &Network, time: f64, dt: f64) {
    let Mode::Plane(InPlane { place, course }) = &mut user.mode else {
        return;
    };
    let Some(course) = course else { return };
    let (x, y, vx, vy) = course.at(time);
    let speed = libm::hypot(vx, vy);
    *place = network.locate_near(x, y, *place);
    let turn = if speed > 0.05 {
        wrap_angle(libm::atan2(vy, vx) - user.pose.yaw)
    } else {
        0.0
    };
    let yaw = wrap_angle(user.pose.yaw + turn.clamp(-TURN_RATE * dt, TURN_RATE * dt));
    let surface = surface(network, *place, yaw);
    user.acceleration = if user.shape.kind.drives() {
        (speed - user.speed) / dt
    } else {
        0.0
    };
    user.speed = speed;
    user.pose = Pose3 { x, y, ..surface };
}

/// Height and slopes of the surface at a place for a body with this yaw.
pub(super) fn surface(network: &Network, place: RoadPoint, yaw: f64) -> Pose3 {
    let road = network.road(place.road);
    let mut pose = network.pose(place);
    if road.is_flat() {
        pose.yaw = yaw;
        return pose;
    }
    let turned = wrap_angle(yaw - pose.yaw);
    let (c, s) = (libm::cos(turned), libm::sin(turned));
    let (pitch, roll) = (pose.pitch, pose.roll);
    pose.pitch = pitch * c - roll * s;
    pose.roll = roll * c + pitch * s;
    pose.yaw = yaw;
    pose
}

/// Speed of a profile at `t` s: from `first` at 0, linear between its points.
fn profile(points: &[(f64, f64)], first: f64, t: f64) -> f64 {
    let i = points.partition_point(|p| p.0 <= t);
    let (t0, v0) = i.checked_sub(1).map_or((0.0, first), |k| points[k]);
    let Some((t1, v1)) = points.get(i) else {
        return v0;
    };
    v0 + (v1 - v0) * ((t - t0) / (t1 - t0).max(1e-9)).clamp(0.0, 1.0)
}

/// Acceleration now and at the end of the cubic that covers `way` in `time`, from one speed to
/// another.
pub(super) fn cubic(way: f64, from: f64, to: f64, time: f64) -> (f64, f64) {
    let base = 6.0 * way / (time * time);
    (
        base - (4.0 * from + 2.0 * to) / time,
        (2.0 * from + 4.0 * to) / time - base,
    )
}
