//! Where the own vehicle is by now: what the operator sees is old by the link's delay.
//!
//! The newest frame is carried on with constant turn rate and acceleration (CTRA; Schubert et al.
//! 2008, "Comparison and evaluation of advanced motion models for vehicle tracking"):
//!
//! ```text
//! v(t) = v + a t,   yaw(t) = yaw + w t
//! x(t) = x + [ v(t) sin yaw(t) - v sin yaw ] / w + a [ cos yaw(t) - cos yaw ] / w2
//! y(t) = y + [ v cos yaw - v(t) cos yaw(t) ] / w + a [ sin yaw(t) - sin yaw ] / w2
//! ```
//!
//! and straight on where `w` is next to nothing. A vehicle that brakes to a stop stays there.

use crate::frame::Frame;
use bevy::math::{Quat, Vec2, Vec3};

/// Below this delay the own place is where one sees it, s: three pictures at 60 a second.
pub const LEAST_DELAY: f64 = 0.05;
/// Nobody can say where the vehicle is after more than this, s.
const LONGEST: f64 = 3.0;
/// Turn rates below this are straight on, rad/s.
const STRAIGHT: f32 = 1e-3;
/// Braking that the mark counts with, m/s2: hard, but short of what dry asphalt gives.
const BRAKING: f32 = 6.0;

/// A place and its motion on the ground.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Motion {
    pub at: Vec2,
    /// rad.
    pub yaw: f32,
    /// m/s, along the heading.
    pub speed: f32,
    /// rad/s, positive to the left.
    pub turn: f32,
    /// m/s2, along the heading.
    pub acceleration: f32,
}

impl Motion {
    pub fn after(&self, seconds: f32) -> Self {
        let Self {
            at,
            yaw,
            speed: v,
            turn: w,
            acceleration: a,
        } = *self;
        // Until it stands, if it does.
        let t = if a < 0.0 {
            seconds.min((v / -a).max(0.0))
        } else {
            seconds
        };
        let (later, speed) = (yaw + w * t, v + a * t);
        let moved = if w.abs() < STRAIGHT {
            Vec2::from_angle(yaw) * (v * t + a * t * t / 2.0)
        } else {
            let (s0, c0) = yaw.sin_cos();
            let (s1, c1) = later.sin_cos();
            Vec2::new(
                (speed * s1 - v * s0) / w + a * (c1 - c0) / (w * w),
                (v * c0 - speed * c1) / w + a * (s1 - s0) / (w * w),
            )
        };
        Self {
            at: at + moved,
            yaw: later,
            speed: speed.max(0.0),
            turn: w,
            acceleration: a,
        }
    }
}

/// The own vehicle's motion as a frame has it: the middle of its body.
pub fn motion(frame: &Frame) -> Option<Motion> {
    let ego = frame.bodies.first()?;
    let middle = ego.position + ego.rotation * ego.to_middle;
    let ahead = ego.rotation * Vec3::X;
    Some(Motion {
        at: middle.truncate(),
        yaw: ahead.y.atan2(ahead.x),
        speed: frame.ego.speed as f32,
        turn: ego.angular_velocity.z,
        acceleration: frame.ego.acceleration as f32,
    })
}

/// What is drawn on the road of the vehicle's own future: lines, world axes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ahead {
    /// Its outline where it is now.
    pub outline: Vec<[Vec3; 2]>,
    /// A line across its way where it would stand, braked now.
    pub stop: Option<[Vec3; 2]>,
}

/// Where the vehicle is by now, `delay` s after a frame, and where it would stop if the operator
/// braked now: the command travels as long again. Nothing while the delay does not matter.
pub fn ahead(frame: &Frame, delay: f64) -> Ahead {
    let (Some(ego), Some(then)) = (frame.bodies.first(), motion(frame)) else {
        return Ahead::default();
    };
    if !(LEAST_DELAY..=LONGEST).contains(&delay) {
        return Ahead::default();
    }
    let ground = (ego.position + ego.rotation * ego.to_middle).z + 0.05;
    // Up and down the hill as the body is inclined.
    let slope = {
        let ahead = ego.rotation * Vec3::X;
        ahead.z / ahead.truncate().length().max(1e-3)
    };
    let on_road = |p: Vec2| p.extend(ground + slope * p.distance(then.at));
    let now = then.after(delay as f32);
    let half = ego.size.truncate() / 2.0;
    let turn = Quat::from_rotation_z(now.yaw);
    let corners = [(1.0, 1.0), (1.0, -1.0), (-1.0, -1.0), (-1.0, 1.0)].map(|(a, b)| {
        let out = turn * Vec3::new(a * half.x, b * half.y, 0.0);
        on_road(now.at + out.truncate())
    });
    let outline = (0..4).map(|i| [corners[i], corners[(i + 1) % 4]]).collect();
    let reached = now.after(delay as f32);
    let braked = Motion {
        acceleration: -BRAKING,
        ..reached
    }
    .after(f32::MAX);
    let front = braked.at + Vec2::from_angle(braked.yaw) * half.x;
    let left = Vec2::from_angle(braked.yaw).perp() * half.y;
    Ahead {
        outline,
        stop: (now.speed > 1.0).then(|| [on_road(front + left), on_road(front - left)]),
    }
}

#[cfg(test)]
mod tests {
    use super::super::camera::tests::car;
    use super::*;

    const START: Motion = Motion {
        at: Vec2::new(10.0, -4.0),
        yaw: 0.4,
        speed: 14.0,
        turn: 0.25,
        acceleration: 1.5,
    };

    /// In ten thousand small steps.
    fn stepped(mut m: Motion, seconds: f64) -> Motion {
        let steps = 10_000;
        let dt = seconds / f64::from(steps);
        let (mut x, mut y) = (f64::from(m.at.x), f64::from(m.at.y));
        let (mut yaw, mut v) = (f64::from(m.yaw), f64::from(m.speed));
        for _ in 0..steps {
            let half = yaw + f64::from(m.turn) * dt / 2.0;
            let middle = (v + f64::from(m.acceleration) * dt / 2.0).max(0.0);
            x += middle * half.cos() * dt;
            y += middle * half.sin() * dt;
            if v > 0.0 {
                yaw += f64::from(m.turn) * dt;
            }
            v = (v + f64::from(m.acceleration) * dt).max(0.0);
        }
        m.at = Vec2::new(x as f32, y as f32);
        m.yaw = yaw as f32;
        m.speed = v as f32;
        m
    }

    #[test]
    fn the_closed_form_agrees_with_small_steps() {
        for (turn, acceleration, seconds) in [
            (0.25, 1.5, 1.2),
            (-0.4, -2.0, 0.8),
            (0.0, 3.0, 2.0),
            (5e-4, -1.0, 1.0),
            (0.3, -6.0, 5.0),
        ] {
            let start = Motion {
                turn,
                acceleration,
                ..START
            };
            let (closed, small) = (start.after(seconds), stepped(start, f64::from(seconds)));
            assert!(closed.at.distance(small.at) < 0.02, "{closed:?} {small:?}");
            assert!(
                (closed.yaw - small.yaw).abs() < 2e-3,
                "{closed:?} {small:?}"
            );
            assert!((closed.speed - small.speed).abs() < 0.01);
        }
    }

    #[test]
    fn a_ghost_is_as_far_ahead_as_the_delay_and_the_stop_farther() {
        let mut frame = Frame {
            bodies: vec![car()],
            ..Frame::default()
        };
        frame.ego.speed = 20.0;
        assert_eq!(ahead(&frame, 0.0), Ahead::default());
        assert_eq!(ahead(&frame, 60.0), Ahead::default(), "nobody knows");
        let shown = ahead(&frame, 0.3);
        let xs: Vec<f32> = shown.outline.iter().map(|l| l[0].x).collect();
        let middle = xs.iter().sum::<f32>() / 4.0;
        assert!((middle - 6.0).abs() < 1e-3, "{xs:?}");
        let size = car().size;
        let length = xs.iter().copied().fold(0.0, f32::max) - middle;
        assert!((length - size.x / 2.0).abs() < 1e-3);
        // 12 m of delay there and back, 400 / 12 m of braking, half a car.
        let stop = shown.stop.expect("it moves")[0];
        let wanted = 12.0 + 400.0 / 12.0 + size.x / 2.0;
        assert!((stop.x - wanted).abs() < 0.01, "{stop} {wanted}");
        assert!((stop.y.abs() - size.y / 2.0).abs() < 1e-3);
    }
}
