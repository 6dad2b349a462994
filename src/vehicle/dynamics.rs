//! Forces on a vehicle: four sprung wheels, tyres with a friction ellipse, drive, brakes, drag.
//!
//! A first model, without wheel spin, relaxation or camber. It is applied once per 10 ms tick to a
//! rigid body, so every term is written to be stable at that step, also at a standstill.
//!
//! Body axes: x forward, y left, z up, origin at the centre of gravity. The road is z = 0.

use super::VehicleSpec;
use glam::{Quat, Vec2, Vec3};

pub const GRAVITY: f32 = 9.81;
const AIR_DENSITY: f32 = 1.2;
/// Peak friction of a dry road, -.
const DRY_FRICTION: f32 = 0.95;
/// Shape factor of the lateral magic formula for a passenger-car tyre (Pacejka), -.
const SHAPE: f32 = 1.3;
/// Slip angles are taken as if the wheel rolled at least this fast, m/s: below it, a slip angle
/// is ill-defined and lateral damping over a 10 ms step would overshoot.
const SLIP_SPEED_FLOOR: f32 = 3.0;

/// What the actuators are asked to do.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Controls {
    /// Road-wheel angle of the front wheels, rad, positive to the left.
    pub steer: f32,
    /// 0 to 1.
    pub accelerator: f32,
    /// 0 to 1.
    pub brake: f32,
}

impl Controls {
    /// `self` limited to the vehicle's range and, for the steering, to how fast it can turn from
    /// `last` within `dt` s. Numbers that are not finite count as zero.
    pub fn limited(self, last: Controls, spec: &VehicleSpec, dt: f32) -> Controls {
        let finite = |x: f32| if x.is_finite() { x } else { 0.0 };
        let s = spec.steering;
        let target = finite(self.steer).clamp(-s.max_wheel_angle, s.max_wheel_angle);
        let step = s.max_rate * dt;
        Controls {
            steer: target.clamp(last.steer - step, last.steer + step),
            accelerator: finite(self.accelerator).clamp(0.0, 1.0),
            brake: finite(self.brake).clamp(0.0, 1.0),
        }
    }
}

/// State of the rigid body, world axes.
#[derive(Clone, Copy, Debug)]
pub struct BodyState {
    /// Of the centre of gravity, m.
    pub position: Vec3,
    pub rotation: Quat,
    /// m/s.
    pub velocity: Vec3,
    /// rad/s.
    pub angular_velocity: Vec3,
}

/// Force through the centre of gravity, N, and torque about it, N m; world axes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Wrench {
    pub force: Vec3,
    pub torque: Vec3,
}

/// Height of the centre of gravity at rest, m: the springs are laid out so that it is `cg_height`.
fn spring_rest_deflection(spec: &VehicleSpec, front: bool) -> f32 {
    let share = if front {
        spec.cg_to_rear_axle
    } else {
        spec.cg_to_front_axle
    } / spec.wheelbase();
    spec.mass * GRAVITY * share / 2.0 / spec.suspension.stiffness
}

/// All forces on the vehicle but gravity and contacts, over a step of `dt` s.
pub fn wrench(spec: &VehicleSpec, controls: Controls, body: &BodyState, dt: f32) -> Wrench {
    let up = body.rotation * Vec3::Z;
    let forward = body.rotation * Vec3::X;
    let heading = Vec2::new(forward.x, forward.y).normalize_or(Vec2::X);
    let speed = body.velocity.dot(forward);

    let mut out = Wrench::default();
    // On its roof or its side no wheel reaches the road.
    if up.z > 0.3 {
        let drive = drive_force(spec, controls.accelerator, speed);
        let brake =
            controls.brake * spec.max_brake_force + spec.rolling_resistance * spec.mass * GRAVITY;
        for front in [true, false] {
            for side in [1.0_f32, -1.0] {
                add_wheel(
                    &mut out,
                    spec,
                    body,
                    up,
                    heading,
                    dt,
                    Wheel {
                        front,
                        side,
                        steer: if front { controls.steer } else { 0.0 },
                        // Front-wheel drive; brakes follow the static load.
                        drive: if front { drive / 2.0 } else { 0.0 },
                        brake,
                    },
                );
            }
        }
    }
    out.force -= 0.5 * AIR_DENSITY * spec.drag_area * body.velocity.length() * body.velocity;
    out
}

/// Force at the driven wheels for an accelerator position, N.
pub fn drive_force(spec: &VehicleSpec, accelerator: f32, speed: f32) -> f32 {
    accelerator
        * spec
            .drive
            .max_force
            .min(spec.drive.max_power / speed.max(1.0))
}

/// Accelerator and brake that give this acceleration (m/s2) at this speed on the level.
pub fn pedals(spec: &VehicleSpec, acceleration: f32, speed: f32) -> (f32, f32) {
    let resistance = 0.5 * AIR_DENSITY * spec.drag_area * speed * speed
        + spec.rolling_resistance * spec.mass * GRAVITY;
    let force = spec.mass * acceleration + resistance;
    if force >= 0.0 {
        let full = drive_force(spec, 1.0, speed);
        ((force / full).min(1.0), 0.0)
    } else {
        (0.0, (-force / spec.max_brake_force).min(1.0))
    }
}

struct Wheel {
    front: bool,
    /// +1 left, -1 right.
    side: f32,
    steer: f32,
    drive: f32,
    /// Brake force of the whole vehicle, N.
    brake: f32,
}

fn add_wheel(
    out: &mut Wrench,
    spec: &VehicleSpec,
    body: &BodyState,
    up: Vec3,
    heading: Vec2,
    dt: f32,
    wheel: Wheel,
) {
    let (x, axle_stiffness, load_share) = if wheel.front {
        (
            spec.cg_to_front_axle,
            spec.cornering_stiffness.front,
            spec.cg_to_rear_axle / spec.wheelbase() / 2.0,
        )
    } else {
        (
            -spec.cg_to_rear_axle,
            spec.cornering_stiffness.rear,
            spec.cg_to_front_axle / spec.wheelbase() / 2.0,
        )
    };
    // Spring: from a mount at the height of the centre of gravity down to the road.
    let mount = body.rotation * Vec3::new(x, wheel.side * spec.track / 2.0, 0.0);
    let height = (body.position.z + mount.z) / up.z;
    let deflection = spec.cg_height + spring_rest_deflection(spec, wheel.front) - height;
    let mount_velocity = body.velocity + body.angular_velocity.cross(mount);
    let load =
        spec.suspension.stiffness * deflection - spec.suspension.damping * mount_velocity.dot(up);
    if deflection <= 0.0 || load <= 0.0 {
        return;
    }

    // Tyre: velocities of the contact point along and across the wheel's plane.
    let contact = mount - up * height;
    let v = body.velocity + body.angular_velocity.cross(contact);
    let (sin, cos) = (libm::sinf(wheel.steer), libm::cosf(wheel.steer));
    let along = Vec2::new(
        heading.x * cos - heading.y * sin,
        heading.y * cos + heading.x * sin,
    );
    let across = Vec2::new(-along.y, along.x);
    let ground = Vec2::new(v.x, v.y);
    let (v_along, v_across) = (ground.dot(along), ground.dot(across));

    let grip = DRY_FRICTION * load;
    let carried = spec.mass * load_share;
    // A brake opposes motion but never reverses it within the step: that bound is what holds a
    // stopped vehicle without chatter.
    let stopping = (v_along * carried / dt).abs();
    let braking = (wheel.brake * load_share).min(stopping) * v_along.signum();
    let longitudinal = (wheel.drive - braking).clamp(-grip, grip);

    let slip = libm::atan2f(v_across, v_along.abs().max(SLIP_SPEED_FLOOR));
    let stiffness = axle_stiffness / 2.0;
    let b = stiffness / (SHAPE * grip);
    let pure = -grip * libm::sinf(SHAPE * libm::atanf(b * slip));
    // Friction ellipse: what the tyre spends lengthwise it lacks sideways.
    let left = (1.0 - (longitudinal / grip) * (longitudinal / grip))
        .max(0.0)
        .sqrt();
    let lateral = pure * left;

    let plane = along * longitudinal + across * lateral;
    let tyre = Vec3::new(plane.x, plane.y, 0.0);
    let spring = up * load;
    out.force += spring + tyre;
    out.torque += mount.cross(spring) + contact.cross(tyre);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vehicle::profile;

    fn at_rest(spec: &VehicleSpec) -> BodyState {
        BodyState {
            position: Vec3::new(0.0, 0.0, spec.cg_height),
            rotation: Quat::IDENTITY,
            velocity: Vec3::ZERO,
            angular_velocity: Vec3::ZERO,
        }
    }

    #[test]
    fn the_springs_carry_the_weight_at_rest() {
        for name in crate::vehicle::profile_names() {
            let spec = profile(name).expect("profile");
            let w = wrench(&spec, Controls::default(), &at_rest(&spec), 0.01);
            let weight = spec.mass * GRAVITY;
            assert!((w.force.z - weight).abs() < weight * 1e-4, "{name}");
            assert!(w.torque.length() < weight * 1e-3, "{name}: {}", w.torque);
            assert!(w.force.x.abs() < 1e-3 && w.force.y.abs() < 1e-3);
        }
    }

    #[test]
    fn pedals_invert_the_longitudinal_forces() {
        let spec = profile("saloon").expect("profile");
        for (acceleration, speed) in [(1.0, 10.0), (0.0, 30.0), (-2.0, 25.0), (-4.0, 20.0)] {
            let (accelerator, brake) = pedals(&spec, acceleration, speed);
            let controls = Controls {
                steer: 0.0,
                accelerator,
                brake,
            };
            let mut body = at_rest(&spec);
            body.velocity.x = speed;
            let got = wrench(&spec, controls, &body, 0.01).force.x / spec.mass;
            assert!(
                (got - acceleration).abs() < 0.05,
                "wanted {acceleration}, got {got}"
            );
        }
    }

    #[test]
    fn a_full_brake_is_limited_by_grip() {
        let spec = profile("saloon").expect("profile");
        let mut body = at_rest(&spec);
        body.velocity.x = 30.0;
        let controls = Controls {
            brake: 1.0,
            ..Default::default()
        };
        let deceleration = -wrench(&spec, controls, &body, 0.01).force.x / spec.mass;
        let grip = DRY_FRICTION * GRAVITY;
        assert!(
            deceleration <= grip * 1.1 && deceleration > grip * 0.85,
            "{deceleration}"
        );
    }

    #[test]
    fn steering_left_turns_left() {
        let spec = profile("saloon").expect("profile");
        let mut body = at_rest(&spec);
        body.velocity.x = 20.0;
        let controls = Controls {
            steer: 0.02,
            ..Default::default()
        };
        let w = wrench(&spec, controls, &body, 0.01);
        assert!(w.force.y > 0.0 && w.torque.z > 0.0);
    }

    #[test]
    fn nonsense_controls_become_harmless() {
        let spec = profile("saloon").expect("profile");
        let bad = Controls {
            steer: f32::NAN,
            accelerator: f32::INFINITY,
            brake: -3.0,
        };
        let got = bad.limited(Controls::default(), &spec, 0.01);
        assert_eq!(got, Controls::default());
    }
}
