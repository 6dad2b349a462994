//! What others can know of the road users: for bodies, frames and tests.

use super::Traffic;
use super::shape::Shape;
use super::user::{Mode, User};
use crate::road::{LanePos, Light, Pose3};
use crate::road_user::RoadUser;

/// Brake lights come on beyond this deceleration, m/s2 (UN R13-H: they must from 1.3, and may from
/// 0.7).
const BRAKE_LIGHTS: f64 = 0.7;

impl Traffic {
    /// Users in all: the scenario's own first, then those of its flows, in the file's order.
    pub fn len(&self) -> usize {
        self.users.len()
    }

    pub fn is_empty(&self) -> bool {
        self.users.is_empty()
    }

    /// Name of a user, as in events.
    pub fn name(&self, i: usize) -> &str {
        self.users.get(i).map_or("", |u| &u.name)
    }

    /// All names, in order.
    pub fn names(&self) -> Vec<String> {
        self.users.iter().map(|u| u.name.clone()).collect()
    }

    pub fn shape(&self, i: usize) -> Shape {
        self.users
            .get(i)
            .map_or_else(|| Shape::of(Default::default()), |u| u.shape)
    }

    /// Middle of the body on the road's surface.
    pub fn pose(&self, i: usize) -> Pose3 {
        self.users.get(i).map_or_else(Pose3::default, |u| u.pose)
    }

    /// World velocity of the last step, m/s.
    pub fn velocity(&self, i: usize) -> [f64; 3] {
        self.users.get(i).map_or([0.0; 3], |u| u.velocity)
    }

    /// rad/s.
    pub fn yaw_rate(&self, i: usize) -> f64 {
        self.users.get(i).map_or(0.0, |u| u.yaw_rate)
    }

    /// Along its own way, m/s.
    pub fn speed(&self, i: usize) -> f64 {
        self.users.get(i).map_or(0.0, |u| u.speed)
    }

    /// m/s2.
    pub fn acceleration(&self, i: usize) -> f64 {
        self.users.get(i).map_or(0.0, |u| u.acceleration)
    }

    /// Its place on a lane and how far left of the centre it is, m, if it keeps to one.
    pub fn lane(&self, i: usize) -> Option<(LanePos, f64)> {
        let on = self.users.get(i)?.on_lane()?;
        let at = LanePos {
            lane: on.lane,
            d: on.d,
        };
        Some((at, on.offset))
    }

    /// It is there; not vanished, not driven off the end of the road.
    pub fn present(&self, i: usize) -> bool {
        self.users.get(i).is_some_and(User::here)
    }

    /// It was hit.
    pub fn struck(&self, i: usize) -> bool {
        self.users
            .get(i)
            .is_some_and(|u| matches!(u.mode, Mode::Struck(_)))
    }

    pub fn brake_lights(&self, i: usize) -> bool {
        self.users.get(i).is_some_and(|u| {
            let motor = u.shape.kind.drives() && u.shape.kind != RoadUser::Cyclist;
            motor && u.here() && u.acceleration < -BRAKE_LIGHTS
        })
    }

    pub fn hazard_lights(&self, i: usize) -> bool {
        self.users.get(i).is_some_and(|u| u.hazards && u.here())
    }

    /// Direction indicator: 1 left, -1 right, 0 none.
    pub fn indicator(&self, i: usize) -> i8 {
        const BEFORE_TURN: f64 = 40.0;
        let Some(user) = self.users.get(i) else {
            return 0;
        };
        let Some(on) = user.on_lane() else { return 0 };
        if user.blind && user.speed == 0.0 {
            return 0;
        }
        if let Some(shift) = on.shift
            && shift.change != 0
            && shift.done < shift.over
        {
            return shift.change;
        }
        let here = self.tracks.indicator(on.lane);
        let soon = self.tracks.get(on.lane).length - on.d < BEFORE_TURN;
        match on.next {
            Some(next) if here == 0 && soon => self.tracks.indicator(next),
            _ => here,
        }
    }

    /// What the lights show after the last step, in the order of [`crate::road::Network::lights`].
    pub fn lights(&self) -> &[Light] {
        &self.lights
    }

    /// Kinds and sizes, for the record.
    pub fn settings(&self) -> serde_json::Value {
        let users = self
            .users
            .iter()
            .map(|u| serde_json::json!({"name": u.name, "shape": u.shape}));
        users.collect()
    }
}
