//! The proving ground: standard manoeuvres in the open loop, on a plane road, without an engine.
//!
//! The body moves as the physics engine moves it: once per tick of 10 ms, semi-implicit Euler,
//! under the mean wrench and gravity. So what is measured here is what drives in the simulation,
//! collisions aside.

use super::VehicleSpec;
use super::dynamics::{BodyState, Controls, Dynamics, GRAVITY, Ground, Wrench, pedals};
use glam::{DQuat, DVec3};
use std::f64::consts::TAU;

/// s.
pub const TICK: f64 = 0.01;
/// Road-wheel rate of a step steer, rad/s.
pub const STEP_RATE: f64 = 0.2;
/// s: a step steer and full braking begin here.
const START: f64 = 1.0;
/// Sine steer: from, until, s, and frequency, Hz.
const SINE: (f64, f64, f64) = (0.5, 4.5, 0.5);

/// An open-loop manoeuvre; angles are road-wheel angles, rad, positive to the left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Manoeuvre {
    /// At 0.2 rad/s from t = 1 s up to the angle.
    StepSteer { angle: f64 },
    /// 0.5 Hz of this amplitude from 0.5 to 4.5 s.
    SineSteer { amplitude: f64 },
    /// Full brake from t = 1 s.
    Brake,
    /// No pedals at all.
    Coast,
    /// Full accelerator from the start.
    Accelerate,
}

impl Manoeuvre {
    /// Road-wheel angle at time `t` (s), rad.
    pub fn steer(self, t: f64) -> f64 {
        match self {
            Self::StepSteer { angle } => (STEP_RATE * (t - START))
                .clamp(0.0, angle.abs())
                .copysign(angle),
            Self::SineSteer { amplitude } => {
                let (from, until, frequency) = SINE;
                if (from..until).contains(&t) {
                    amplitude * libm::sin(TAU * frequency * (t - from))
                } else {
                    0.0
                }
            }
            Self::Brake | Self::Coast | Self::Accelerate => 0.0,
        }
    }

    /// Fastest the road wheels turn in it, rad/s.
    pub fn steer_rate(self) -> f64 {
        match self {
            Self::StepSteer { .. } => STEP_RATE,
            Self::SineSteer { amplitude } => TAU * SINE.2 * amplitude.abs(),
            Self::Brake | Self::Coast | Self::Accelerate => 0.0,
        }
    }

    /// It is driven at constant speed: see [`Drive::run`].
    fn steers(self) -> bool {
        matches!(self, Self::StepSteer { .. } | Self::SineSteer { .. })
    }

    /// Controls for the tick from `t` to `t + TICK`, at forward speed `v` m/s.
    fn controls(self, spec: &VehicleSpec, t: f64, v: f64) -> Controls {
        // Half a tick early: 1.00 s is a tick's start however it was rounded.
        let begun = t > START - TICK / 2.0;
        let (accelerator, brake) = match self {
            Self::Coast => (0.0, 0.0),
            Self::Accelerate => (1.0, 0.0),
            Self::Brake if begun => (0.0, 1.0),
            Self::Brake if v > 0.05 => pedals(spec, 0.0, v as f32),
            Self::Brake | Self::StepSteer { .. } | Self::SineSteer { .. } => (0.0, 0.0),
        };
        Controls {
            // The steering arrives at its angle at the end of the tick.
            steer: self.steer(t + TICK) as f32,
            accelerator,
            brake,
        }
    }
}

/// Motion at one instant. World axes: the vehicle starts at the origin heading along x.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// s.
    pub time: f64,
    /// Of the centre of gravity, m.
    pub x: f64,
    pub y: f64,
    /// rad, counted on beyond a full turn.
    pub yaw: f64,
    /// Road-wheel angle, rad.
    pub steer: f64,
    /// Speed of the centre of gravity along and across the heading, m/s.
    pub vx: f64,
    pub vy: f64,
    /// About the vertical, rad/s.
    pub yaw_rate: f64,
    /// Acceleration of the centre of gravity along and across the heading, m/s2.
    pub ax: f64,
    pub ay: f64,
    /// To the right side positive, rad.
    pub roll: f64,
}

/// A vehicle on the proving ground.
#[derive(Clone, Debug)]
pub struct Drive {
    spec: VehicleSpec,
    ground: Ground,
    dynamics: Dynamics,
    // What the engine keeps in single precision is handed over in single precision; the path is
    // kept in double so that long runs print smoothly.
    position: DVec3,
    rotation: DQuat,
    velocity: DVec3,
    spin: DVec3,
    yaw: f64,
    ticks: u64,
    force: DVec3,
}

impl Drive {
    /// Standing on its springs, rolling straight ahead at `speed` m/s.
    pub fn new(spec: &VehicleSpec, ground: Ground, speed: f64) -> Self {
        let normal = ground.normal.as_dvec3().normalize_or(DVec3::Z);
        let rotation = DQuat::from_rotation_arc(DVec3::Z, normal);
        Self {
            spec: spec.clone(),
            ground,
            dynamics: Dynamics::new(spec, speed as f32),
            position: ground.point.as_dvec3() + normal * f64::from(spec.cg_height),
            rotation,
            velocity: rotation * DVec3::new(speed, 0.0, 0.0),
            spin: DVec3::ZERO,
            yaw: 0.0,
            ticks: 0,
            force: DVec3::new(0.0, 0.0, f64::from(spec.mass * GRAVITY)),
        }
    }

    pub fn body(&self) -> BodyState {
        BodyState {
            position: self.position.as_vec3(),
            rotation: self.rotation.as_quat(),
            velocity: self.velocity.as_vec3(),
            angular_velocity: self.spin.as_vec3(),
        }
    }

    pub fn dynamics(&self) -> &Dynamics {
        &self.dynamics
    }

    /// s since the start.
    pub fn time(&self) -> f64 {
        self.ticks as f64 * TICK
    }

    /// Speed of the centre of gravity, m/s.
    pub fn speed(&self) -> f64 {
        self.velocity.length()
    }

    /// The mean wrench of the next tick, and the motion it gives.
    pub fn step(&mut self, controls: Controls) -> Wrench {
        let spec = &self.spec;
        let body = self.body();
        let wrench = self
            .dynamics
            .step(spec, controls, &self.ground, &body, TICK as f32);
        let inertia = DVec3::new(
            f64::from(spec.inertia.roll),
            f64::from(spec.inertia.pitch),
            f64::from(spec.inertia.yaw),
        );
        self.force = wrench.force.as_dvec3();
        let gravity = DVec3::Z * f64::from(GRAVITY);
        self.velocity += (self.force / f64::from(spec.mass) - gravity) * TICK;
        let torque = self.rotation.inverse() * wrench.torque.as_dvec3();
        self.spin += self.rotation * (torque / inertia) * TICK;
        self.position += self.velocity * TICK;
        let half = self.spin * (0.5 * TICK);
        let change = DQuat::from_xyzw(half.x, half.y, half.z, 0.0) * self.rotation;
        let before = self.heading();
        self.rotation = (self.rotation + change).normalize();
        let turned = self.heading() - before;
        self.yaw += turned - TAU * libm::round(turned / TAU);
        self.ticks += 1;
        wrench
    }

    fn heading(&self) -> f64 {
        let forward = self.rotation * DVec3::X;
        libm::atan2(forward.y, forward.x)
    }

    pub fn sample(&self) -> Sample {
        let forward = self.rotation * DVec3::X;
        let ahead = DVec3::new(forward.x, forward.y, 0.0).normalize_or(DVec3::X);
        let left = DVec3::Z.cross(ahead);
        let side = self.rotation * DVec3::Y;
        Sample {
            time: self.time(),
            x: self.position.x,
            y: self.position.y,
            yaw: self.yaw,
            steer: f64::from(self.dynamics.steer()),
            vx: self.velocity.dot(ahead),
            vy: self.velocity.dot(left),
            yaw_rate: self.spin.z,
            ax: self.force.dot(ahead) / f64::from(self.spec.mass),
            ay: self.force.dot(left) / f64::from(self.spec.mass),
            roll: libm::asin(side.z.clamp(-1.0, 1.0)),
        }
    }

    /// Runs a manoeuvre for `duration` s, a braking until standstill if that is earlier, and
    /// gives a sample every `every` ticks, the start included.
    ///
    /// Constant speed means that nothing but the bend slows the vehicle: the steering manoeuvres
    /// are driven without drag, rolling resistance and drive. That is how the reference
    /// manoeuvres are defined, and it keeps a drive force, whose size nobody measured for these
    /// cars, from using up grip.
    pub fn run(mut self, manoeuvre: Manoeuvre, duration: f64, every: u64) -> Vec<Sample> {
        if manoeuvre.steers() {
            self.spec.drag_area = 0.0;
            self.spec.rolling_resistance = 0.0;
            self.dynamics.release();
        }
        let ticks = libm::round(duration / TICK).max(0.0) as u64;
        let mut samples = vec![self.sample()];
        while self.ticks < ticks {
            let now = self.sample();
            if manoeuvre == Manoeuvre::Brake
                && self.time() > START + TICK
                && self.ticks.is_multiple_of(every)
                && self.speed() < 0.01
            {
                break;
            }
            self.step(manoeuvre.controls(&self.spec, self.time(), now.vx));
            if self.ticks.is_multiple_of(every) {
                samples.push(self.sample());
            }
        }
        samples
    }
}
