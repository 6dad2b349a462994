//! Forces on a vehicle: suspension, tyres, wheels, drive, brakes and air, from controls and state.
//!
//! A [`Dynamics`] belongs to one vehicle and carries what has a memory: the wheels' spin, the
//! tyres' relaxed slips, pressure, torque and steering angle. Each tick it predicts the body in
//! sub-steps of about 2 ms and returns the mean force and torque, so an engine that applies them
//! once per tick ends at the velocity the sub-steps end at. `docs/vehicle.md` has the formulas.
//!
//! Body axes (ISO 8855): x forward, y left, z up, origin at the centre of gravity.

use super::suspension::{Contact, Plane, Springs, WHEELS};
use super::tyre::{Loaded, peak_slip};
use super::{TyreCurve, VehicleSpec};
use glam::{DQuat, DVec3, Quat, Vec3};

pub const GRAVITY: f32 = 9.81;
/// kg/m3.
const AIR_DENSITY: f32 = 1.2;
/// Longest sub-step, s.
const SUB_STEP: f64 = 0.002;
/// Longest step in one call, s: of a longer one, the mean over this much is given.
const LONGEST_STEP: f64 = 0.1;
/// Speeds beyond these are cut: no vehicle is meant to go there, and forces stay finite.
const TOP_SPEED: f64 = 200.0;
const TOP_SPIN: f64 = 50.0;
/// A contact's speed changes by at most this in a sub-step, m/s, but for collisions.
const MOST_CHANGE: f64 = 0.05;
/// Camber beyond this counts as this much, rad: tyres are not measured, and the square of camber in
/// the published grip is not meant, beyond some 6 degrees.
const MOST_CAMBER: f64 = 0.1;
/// Below this speed neither ABS nor traction control acts, m/s.
const SLIP_CONTROL_FROM: f64 = 1.0;
/// Time in which the slip controllers bring a wheel to the slip they want, s.
const SLIP_CONTROL_TIME: f64 = 0.03;
/// Slip they want, as a share of the slip at the peak of the curve: a little below, where force
/// is still 99 % of the peak and more is left for the side.
const SLIP_CONTROL_SHARE: f64 = 0.8;

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

impl BodyState {
    /// Level on the plane z = 0 at the world's origin, heading along x at `speed` m/s.
    pub fn level(spec: &VehicleSpec, speed: f32) -> Self {
        Self {
            position: Vec3::new(0.0, 0.0, spec.cg_height),
            rotation: Quat::IDENTITY,
            velocity: Vec3::new(speed, 0.0, 0.0),
            angular_velocity: Vec3::ZERO,
        }
    }
}

/// The road surface under a vehicle: a plane, world axes, and the friction at each wheel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ground {
    /// Any point of the plane, m; best one near the vehicle.
    pub point: Vec3,
    /// Upwards; its length does not matter.
    pub normal: Vec3,
    /// Front left, front right, rear left, rear right, as a share of dry asphalt's: 1 is dry
    /// (see [`Surface`](crate::surface::Surface)).
    pub friction: [f32; 4],
}

impl Ground {
    /// The plane z = 0, dry.
    pub fn flat() -> Self {
        Self {
            point: Vec3::ZERO,
            normal: Vec3::Z,
            friction: [1.0; 4],
        }
    }
}

/// Force through the centre of gravity, N, and torque about it, N m; world axes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Wrench {
    pub force: Vec3,
    pub torque: Vec3,
}

/// Force at the driven wheels for an accelerator position, N.
pub fn drive_force(spec: &VehicleSpec, accelerator: f32, speed: f32) -> f32 {
    accelerator
        * spec
            .drive
            .max_force
            .min(spec.drive.max_power / speed.max(1.0))
}

/// Drag and rolling resistance on the level at this speed (m/s), N.
pub fn resistance(spec: &VehicleSpec, speed: f32) -> f32 {
    0.5 * AIR_DENSITY * spec.drag_area * speed * speed
        + spec.rolling_resistance * spec.mass * GRAVITY
}

/// Accelerator and brake that give this acceleration (m/s2) at this speed on the level.
pub fn pedals(spec: &VehicleSpec, acceleration: f32, speed: f32) -> (f32, f32) {
    let force = spec.effective_mass() * acceleration + resistance(spec, speed);
    if force >= 0.0 {
        let full = drive_force(spec, 1.0, speed);
        ((force / full).min(1.0), 0.0)
    } else {
        (0.0, (-force / spec.brakes.max_force).min(1.0))
    }
}

/// A body between two sub-steps, world axes.
#[derive(Clone, Copy, Debug)]
pub(super) struct RigidBody {
    pub position: DVec3,
    pub rotation: DQuat,
    pub velocity: DVec3,
    /// Angular velocity, rad/s.
    pub spin: DVec3,
}

impl RigidBody {
    /// The body, if its numbers are sound.
    fn new(body: &BodyState) -> Option<Self> {
        let sound = body.position.is_finite()
            && body.rotation.is_finite()
            && body.velocity.is_finite()
            && body.angular_velocity.is_finite();
        let rotation = body.rotation.as_dquat();
        // A rotation has length 1 but for rounding.
        (sound && (0.5..2.0).contains(&rotation.length_squared())).then(|| Self {
            position: body.position.as_dvec3(),
            rotation: rotation.normalize(),
            velocity: body.velocity.as_dvec3().clamp_length_max(TOP_SPEED),
            spin: body.angular_velocity.as_dvec3().clamp_length_max(TOP_SPIN),
        })
    }

    /// Semi-implicit Euler, as the physics engine does it.
    fn advance(&mut self, force: DVec3, torque: DVec3, mass: f64, inertia: DVec3, h: f64) {
        self.velocity += (force / mass - DVec3::Z * f64::from(GRAVITY)) * h;
        let turned = self.rotation.inverse() * torque / inertia;
        self.spin += self.rotation * turned * h;
        self.velocity = self.velocity.clamp_length_max(TOP_SPEED);
        self.spin = self.spin.clamp_length_max(TOP_SPIN);
        self.position += self.velocity * h;
        let half = self.spin * (0.5 * h);
        let change = DQuat::from_xyzw(half.x, half.y, half.z, 0.0) * self.rotation;
        self.rotation = (self.rotation + change).normalize();
    }
}

/// One wheel's memory.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Wheel {
    /// rad/s, positive rolling forward.
    spin: f64,
    /// Relaxed slips along and across, -: deflection of the tyre over its relaxation length.
    slip: [f64; 2],
    /// Speed of the contact along the wheel at the last sub-step, m/s.
    speed: f64,
}

/// What a vehicle's forces remember from tick to tick.
#[derive(Clone, Debug, PartialEq)]
pub struct Dynamics {
    wheels: [Wheel; 4],
    /// Front wheels' angle, rad.
    steer: f64,
    /// Accelerator as the torque follows it, 0 to 1.
    throttle: f64,
    /// Brake pressure, 0 to 1.
    pressure: f64,
    /// Side force of each axle at the last sub-step, N.
    side_force: [f64; 2],
    /// Normalised slip at the longitudinal curve's peak, -.
    peak: f64,
}

/// A vehicle's constants in double precision, for one tick.
struct Constants {
    mass: f64,
    inertia: DVec3,
    springs: Springs,
    /// Load of one wheel at rest, front and rear, N.
    static_load: [f64; 2],
    /// Cornering stiffness over load, front and rear, 1/rad.
    cornering: [f64; 2],
    radius: f64,
    wheel_inertia: f64,
}

impl Constants {
    fn new(spec: &VehicleSpec) -> Self {
        let weight = f64::from(spec.mass) * f64::from(GRAVITY);
        let (a, b) = (
            f64::from(spec.cg_to_front_axle),
            f64::from(spec.cg_to_rear_axle),
        );
        let static_load = [weight * b / (a + b) / 2.0, weight * a / (a + b) / 2.0];
        let stiffness = [
            spec.cornering_stiffness.front,
            spec.cornering_stiffness.rear,
        ];
        Self {
            mass: f64::from(spec.mass),
            inertia: DVec3::new(
                f64::from(spec.inertia.roll),
                f64::from(spec.inertia.pitch),
                f64::from(spec.inertia.yaw),
            ),
            springs: Springs::new(spec, static_load),
            static_load,
            cornering: [0, 1].map(|i| f64::from(stiffness[i]) / 2.0 / static_load[i]),
            radius: f64::from(spec.wheel_radius),
            wheel_inertia: f64::from(spec.wheel_inertia),
        }
    }

    /// A tyre of axle `a` (0 front) at this contact, on a road of this friction.
    fn tyre(&self, spec: &VehicleSpec, a: usize, contact: &Contact, friction: f64) -> Loaded {
        let t = &spec.tyres;
        let load = contact.load;
        let both = |get: fn(&TyreCurve) -> f32| {
            [f64::from(get(&t.longitudinal)), f64::from(get(&t.lateral))]
        };
        // Heavily loaded tyres grip less for their load.
        let more = load / self.static_load[a] - 1.0;
        let left = (1.0 - f64::from(t.load_sensitivity) * more).clamp(0.3, 1.3);
        let grip = if a == 0 { 1.0 } else { f64::from(t.rear_grip) };
        let mut peak = both(|c| c.friction).map(|mu| mu * grip * left * friction * load);
        let camber = contact.camber.clamp(-MOST_CAMBER, MOST_CAMBER);
        peak[1] *= 1.0 + f64::from(t.camber_grip) * camber * camber;
        Loaded {
            stiffness: [
                f64::from(t.slip_stiffness) * load,
                self.cornering[a] * left * load,
            ],
            peak,
            shape: both(|c| c.shape),
            curvature: both(|c| c.curvature),
        }
    }
}

/// First-order lag over a step, implicit: stable whatever the time constant, 0 included.
fn follow(value: &mut f64, target: f64, lag: f32, h: f64) {
    *value += (target - *value) * h / (f64::from(lag) + h);
}

impl Dynamics {
    /// A vehicle rolling straight ahead at a steady `speed` (m/s) on the level.
    pub fn new(spec: &VehicleSpec, speed: f32) -> Self {
        let speed = if speed.is_finite() { speed } else { 0.0 };
        let throttle = if speed > 0.1 {
            pedals(spec, 0.0, speed).0
        } else {
            0.0
        };
        let wheel = Wheel {
            spin: f64::from(speed) / f64::from(spec.wheel_radius),
            slip: [0.0; 2],
            speed: f64::from(speed),
        };
        Self {
            wheels: [wheel; 4],
            steer: 0.0,
            throttle: f64::from(throttle),
            pressure: 0.0,
            side_force: [0.0; 2],
            peak: peak_slip(&spec.tyres.longitudinal),
        }
    }

    /// Nothing drives from now on, not even what is left of the torque.
    pub(super) fn release(&mut self) {
        self.throttle = 0.0;
    }

    /// Angle of the front wheels, rad, positive to the left.
    pub fn steer(&self) -> f32 {
        self.steer as f32
    }

    /// Spin of the wheels, rad/s: front left, front right, rear left, rear right.
    pub fn wheel_spins(&self) -> [f32; 4] {
        self.wheels.map(|w| w.spin as f32)
    }

    /// Mean wrench over the next `dt` s: everything but gravity and collisions. Controls and
    /// states that are no sound numbers give no force, and never one that is not finite.
    pub fn step(
        &mut self,
        spec: &VehicleSpec,
        controls: Controls,
        ground: &Ground,
        body: &BodyState,
        dt: f32,
    ) -> Wrench {
        let Some(mut body) = RigidBody::new(body) else {
            return Wrench::default();
        };
        if !(dt.is_finite() && dt > 0.0) {
            return Wrench::default();
        }
        // The steering's own rate limit is applied per sub-step.
        let controls = controls.limited(
            Controls {
                steer: self.steer as f32,
                ..controls
            },
            spec,
            dt,
        );
        let dt = f64::from(dt).min(LONGEST_STEP);
        // The small part keeps 0.01 s at five sub-steps whichever way it was rounded.
        let count = (dt / SUB_STEP - 1e-3).ceil().max(1.0);
        let h = dt / count;
        let constants = Constants::new(spec);
        let plane = Plane::new(ground);
        let steer_from = self.steer;
        let (mut force, mut torque) = (DVec3::ZERO, DVec3::ZERO);
        for i in 0..count as usize {
            let share = (i + 1) as f64 / count;
            self.steer = steer_from + (f64::from(controls.steer) - steer_from) * share;
            follow(
                &mut self.throttle,
                f64::from(controls.accelerator),
                spec.drive.lag,
                h,
            );
            follow(
                &mut self.pressure,
                f64::from(controls.brake),
                spec.brakes.lag,
                h,
            );
            let (f, t) = self.sub_step(spec, &constants, &plane, &body, h);
            body.advance(f, t, constants.mass, constants.inertia, h);
            force += f;
            torque += t;
        }
        Wrench {
            force: (force / count).as_vec3(),
            torque: (torque / count).as_vec3(),
        }
    }

    /// Force and torque now; moves wheels and tyres on by `h` s.
    fn sub_step(
        &mut self,
        spec: &VehicleSpec,
        constants: &Constants,
        plane: &Plane,
        body: &RigidBody,
        h: f64,
    ) -> (DVec3, DVec3) {
        let contacts = constants.springs.contacts(body, plane, self.side_force);
        // Drag acts at road level, where SAE J1594 puts it: what the air does to the wheel loads is
        // lift, counted apart, and taken as none.
        let drag = 0.5 * f64::from(AIR_DENSITY) * f64::from(spec.drag_area);
        let mut force = -body.velocity * (drag * body.velocity.length());
        let below = body.rotation * DVec3::NEG_Z * f64::from(spec.cg_height);
        let mut torque = below.cross(force);

        let front = f64::from(spec.drive.front_share);
        let spins = self.wheels.map(|w| w.spin);
        let driven = 0.5 * (front * (spins[0] + spins[1]) + (1.0 - front) * (spins[2] + spins[3]));
        let rim = (driven * constants.radius).max(1.0);
        let push = self.throttle
            * f64::from(spec.drive.max_force).min(f64::from(spec.drive.max_power) / rim);
        let press = self.pressure * f64::from(spec.brakes.max_force);
        let brake_front = f64::from(spec.brakes.front_share);

        let forward = body.rotation * DVec3::X;
        // Along the road; the wheel's plane turned in it by the steering.
        let ahead = (forward - plane.normal * forward.dot(plane.normal)).normalize_or(DVec3::X);
        let left = plane.normal.cross(ahead);
        let (sin, cos) = (libm::sin(self.steer), libm::cos(self.steer));
        let turned = (ahead * cos + left * sin, left * cos - ahead * sin);

        self.side_force = [0.0; 2];
        for (i, contact) in contacts.iter().enumerate() {
            let (is_front, _) = WHEELS[i];
            let (along, across) = if is_front { turned } else { (ahead, left) };
            let share = |front: f64| {
                if is_front {
                    front / 2.0
                } else {
                    (1.0 - front) / 2.0
                }
            };
            let asked = Asked {
                drive: push * share(front) * constants.radius,
                brake: press * share(brake_front) * constants.radius,
                slip_at_peak: self.peak,
            };
            let [fx, fy] = self.wheels[i].roll(
                spec,
                constants,
                usize::from(!is_front),
                contact,
                plane.friction[i],
                [contact.velocity.dot(along), contact.velocity.dot(across)],
                asked,
                h,
            );
            let plane_force = along * fx + across * fy;
            self.side_force[usize::from(!is_front)] += plane_force.dot(left);
            let all = plane_force + plane.normal * contact.load;
            force += all;
            torque += contact.arm.cross(all);
        }
        (force, torque)
    }
}

/// What drive and brakes ask of a wheel.
struct Asked {
    /// N m.
    drive: f64,
    /// N m, 0 or more.
    brake: f64,
    /// Normalised slip at the longitudinal curve's peak, -.
    slip_at_peak: f64,
}

impl Wheel {
    /// One sub-step of a wheel and its tyre: force along and across, N. `v` is the contact's
    /// velocity along and across the wheel, m/s.
    fn roll(
        &mut self,
        spec: &VehicleSpec,
        constants: &Constants,
        axle: usize,
        contact: &Contact,
        friction: f64,
        v: [f64; 2],
        asked: Asked,
        h: f64,
    ) -> [f64; 2] {
        let radius = constants.radius;
        let tyre = constants.tyre(spec, axle, contact, friction);
        let relaxation = [
            f64::from(spec.tyres.longitudinal.relaxation),
            f64::from(spec.tyres.lateral.relaxation),
        ];
        // How fast the contact slides, and how fast the tread runs through it.
        let slide = [v[0] - self.spin * radius, v[1]];
        let rolling = v[0].abs().max((self.spin * radius).abs());
        let over_ground = (v[0] * v[0] + v[1] * v[1]).sqrt();

        // Relaxation (Pacejka 7.2): sigma ds/dt = -slide - rolling s. Implicit in s, so exact at
        // rest and at speed alike; at rest it is a spring, which is what holds a parked vehicle.
        for i in 0..2 {
            self.slip[i] =
                (self.slip[i] - h * slide[i] / relaxation[i]) / (1.0 + h * rolling / relaxation[i]);
        }
        // A sliding tyre does not wind up: at rest not beyond the peak (Pacejka 8.6).
        let most = 3.0 + 5.0 * over_ground.max(rolling).min(10.0);
        let length = tyre.normalised(self.slip);
        if contact.load <= 0.0 || friction <= 0.0 {
            self.slip = [0.0; 2];
        } else if length > most {
            self.slip = self.slip.map(|s| s * most / length);
        }

        // The tyre's own damping, felt only near standstill where rolling gives none: half the
        // critical one for the mass the wheel carries.
        let fade = 1.0 / (1.0 + rolling * rolling);
        let damping: [f64; 2] = std::array::from_fn(|i| {
            if contact.load <= 0.0 {
                return 0.0;
            }
            let per_load = tyre.stiffness[i] / contact.load;
            fade * (relaxation[i] / (per_load * f64::from(GRAVITY))).sqrt()
        });
        let mut felt = [0, 1].map(|i| self.slip[i] - damping[i] * slide[i] / relaxation[i]);
        let camber = contact.camber.clamp(-MOST_CAMBER, MOST_CAMBER);
        felt[1] -= f64::from(spec.tyres.camber) * camber;
        let force = tyre.force(felt);

        // The slip controllers know what the tyre gives and steer towards the slip they want.
        let inertia = constants.wheel_inertia;
        // Of the static load, so that its sum is the same in a bend as straight ahead.
        let resistance = if contact.load > 0.0 {
            f64::from(spec.rolling_resistance) * constants.static_load[axle] * radius
        } else {
            0.0
        };
        let mut drive = asked.drive;
        let mut brake = asked.brake;
        if v[0] > SLIP_CONTROL_FROM && contact.load > 0.0 {
            let best = SLIP_CONTROL_SHARE * asked.slip_at_peak * tyre.peak[0] / tyre.stiffness[0];
            let hold = force[0] * radius;
            let towards = |slip: f64| {
                inertia * (v[0] * (1.0 + slip) / radius - self.spin) / SLIP_CONTROL_TIME
            };
            let best = best.min(0.9);
            brake = brake.min((-hold - towards(-best) - resistance).max(0.0));
            drive = drive.min((hold + towards(best) + resistance).max(0.0));
        }

        // Wheel spin, implicit in the tyre's force, which is stiff against the wheel's inertia: the
        // force changes with the spin, and with the contact's speed as that changed last.
        let slope = radius
            * radius
            * tyre.stiffness[0]
            * (h / (relaxation[0] + h * rolling) + damping[0] / relaxation[0]);
        let heavy = inertia + h * slope;
        let faster = (v[0] - self.speed).clamp(-MOST_CHANGE, MOST_CHANGE);
        self.speed = v[0];
        let pull = drive - radius * force[0] + slope * faster / radius;
        let free = self.spin + h * pull / heavy;
        // Brakes and rolling resistance oppose the spin and never reverse it.
        let opposing = brake + resistance;
        let stopped = h * opposing / heavy;
        self.spin = if free.abs() <= stopped {
            0.0
        } else {
            free - stopped.copysign(free)
        };
        self.spin = self.spin.clamp(-TOP_SPEED / radius, TOP_SPEED / radius);
        force
    }
}

#[cfg(test)]
mod tests;
