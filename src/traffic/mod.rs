//! How other road users move: for now, drivers that keep their lane and follow a speed script.
//!
//! A driver sees the road itself, not perception: traffic is part of the stimulus, so it must do
//! the same whatever the ego's sensors make of it.

use glam::{Vec2, Vec3};
use serde::Serialize;

use crate::road::{Road, wrap_angle};
use crate::vehicle::VehicleSpec;
use crate::vehicle::dynamics::{BodyState, GRAVITY, Wrench};

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

/// A scripted driver.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Driver {
    pub lane: i32,
    /// m/s, until the first step.
    pub initial_speed: f64,
    /// Sorted by time.
    pub script: Vec<SpeedStep>,
    /// Once hit, the driver brakes to a stop and no longer steers.
    pub crashed: bool,
}

/// Share of the grip a driver uses at most, -.
const GRIP: f32 = 0.9;
/// Deceleration after a crash, m/s2.
const CRASH_BRAKE: f32 = 6.0;

impl Driver {
    /// Acceleration asked for at time `t` (s) and speed `v` (m/s), m/s2.
    fn acceleration(&self, t: f64, v: f64) -> f64 {
        let step = self.script.iter().rev().find(|s| s.at <= t);
        let (target, rate) = step.map_or((self.initial_speed, 2.0), |s| (s.speed, s.rate));
        // A quarter of a second to close the last bit, so that the target is reached smoothly.
        ((target - v) / 0.25).clamp(-rate, rate)
    }

    /// Its brake lights are on at time `t`, s.
    pub fn brakes(&self, t: f64, body: &BodyState) -> bool {
        let speed = f64::from(body.velocity.length());
        self.crashed || self.acceleration(t, speed) < -0.7
    }

    /// Force and torque for the next step of `dt` s. The body is held level by the engine.
    pub fn drive(
        &self,
        t: f64,
        road: &Road,
        spec: &VehicleSpec,
        body: &BodyState,
        dt: f32,
    ) -> Wrench {
        let forward = body.rotation * Vec3::X;
        let ahead = Vec2::new(forward.x, forward.y).normalize_or(Vec2::X);
        let left = Vec2::new(-ahead.y, ahead.x);
        let velocity = Vec2::new(body.velocity.x, body.velocity.y);
        let (speed, drift) = (velocity.dot(ahead), velocity.dot(left));
        let spin = body.angular_velocity.z;

        let (acceleration, turn) = if self.crashed {
            // Sliding: friction against whatever motion is left, never reversing it.
            let slow = |v: f32| -v.signum() * (v.abs() / dt).min(CRASH_BRAKE);
            (slow(speed), -spin / dt * 0.05)
        } else {
            let (s, across) = road
                .line
                .nearest(f64::from(body.position.x), f64::from(body.position.y));
            let preview = (speed * 1.0).max(6.0);
            let yaw = libm::atan2(f64::from(ahead.y), f64::from(ahead.x));
            let direction = road.line.pose(s).yaw;
            let off = across - road.centre(self.lane, s).unwrap_or(0.0);
            let heading = wrap_angle(yaw - direction);
            let aim = -off / f64::from(preview) - heading;
            let rate = f64::from(speed) * (road.line.curvature(s) + aim / f64::from(preview));
            let a = self.acceleration(t, f64::from(speed)) as f32;
            (a, ((rate as f32 - spin) / dt * 0.2).clamp(-5.0, 5.0))
        };
        // Tyres turn the velocity with the body: cancel the drift, up to the grip.
        let grip = GRIP * GRAVITY;
        let sideways = if self.crashed {
            -drift.signum() * (drift.abs() / dt).min(CRASH_BRAKE)
        } else {
            (-drift / dt * 0.5 + speed * spin).clamp(-grip, grip)
        };
        let plane = (ahead * acceleration + left * sideways) * spec.mass;
        Wrench {
            force: Vec3::new(plane.x, plane.y, 0.0),
            torque: Vec3::new(0.0, 0.0, spec.inertia.yaw * turn),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_sets_speed_and_rate_from_its_time_on() {
        let driver = Driver {
            lane: -1,
            initial_speed: 20.0,
            script: vec![SpeedStep {
                at: 5.0,
                speed: 10.0,
                rate: 3.0,
            }],
            crashed: false,
        };
        assert_eq!(driver.acceleration(4.9, 20.0), 0.0);
        assert_eq!(driver.acceleration(5.0, 20.0), -3.0);
        assert_eq!(driver.acceleration(9.0, 10.0), 0.0);
    }
}
