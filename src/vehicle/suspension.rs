//! Wheel loads: springs, dampers, anti-roll bars and the geometry of the links, between the body
//! and a plane road. Wheels have no mass of their own here: what the road pushes on a tyre is what
//! the body gets.

use super::dynamics::{Ground, RigidBody};
use super::{AxleSuspension, VehicleSpec};
use glam::{DQuat, DVec3};

/// Front left, front right, rear left, rear right: (front, side), side 1 on the left.
pub(super) const WHEELS: [(bool, f64); 4] =
    [(true, 1.0), (true, -1.0), (false, 1.0), (false, -1.0)];

/// A wheel carries at most this many times its static load, so that a fall from any height or a
/// body far under the road stays finite, -.
const MOST_LOAD: f64 = 8.0;
/// Below this cosine between the body's up and the road's normal no wheel reaches the road, -.
const ON_ITS_SIDE: f64 = 0.3;

/// The road's plane in double precision, with a unit normal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plane {
    pub point: DVec3,
    pub normal: DVec3,
    pub friction: [f64; 4],
}

impl Plane {
    pub fn new(ground: &Ground) -> Self {
        let normal = ground.normal.as_dvec3();
        let point = ground.point.as_dvec3();
        Self {
            point: if point.is_finite() {
                point
            } else {
                DVec3::ZERO
            },
            normal: if normal.is_finite() {
                normal.normalize_or(DVec3::Z)
            } else {
                DVec3::Z
            },
            friction: ground.friction.map(|f| {
                if f.is_finite() {
                    f64::from(f).clamp(0.0, 2.0)
                } else {
                    1.0
                }
            }),
        }
    }
}

/// One axle's constants in double precision.
#[derive(Clone, Copy, Debug)]
struct Axle {
    /// From the centre of gravity, positive forward, m.
    x: f64,
    /// Load of one wheel at rest on the level, N.
    static_load: f64,
    stiffness: f64,
    damping: f64,
    /// Load moved across the axle per difference in deflection, N/m.
    bar: f64,
    roll_centre: f64,
    camber: f64,
}

/// The suspension of a vehicle, ready to use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Springs {
    axles: [Axle; 2],
    half_track: f64,
    cg_height: f64,
}

/// One wheel on the road.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Contact {
    /// N, along the road's normal; 0 in the air.
    pub load: f64,
    /// From the centre of gravity to the contact, m.
    pub arm: DVec3,
    /// Velocity of the body at the contact, along the road at the height of the roll centre, m/s.
    pub velocity: DVec3,
    /// Slip angle that stands for the wheel's camber, before the tyre's factor: the camber, rad.
    pub camber: f64,
}

impl Springs {
    pub fn new(spec: &VehicleSpec, static_loads: [f64; 2]) -> Self {
        let track = f64::from(spec.track);
        let axle = |x: f32, load: f64, s: &AxleSuspension| Axle {
            x: f64::from(x),
            static_load: load,
            stiffness: f64::from(s.stiffness),
            damping: f64::from(s.damping),
            bar: f64::from(s.anti_roll) / (track * track),
            roll_centre: f64::from(s.roll_centre),
            camber: f64::from(s.camber),
        };
        Self {
            axles: [
                axle(
                    spec.cg_to_front_axle,
                    static_loads[0],
                    &spec.suspension.front,
                ),
                axle(
                    -spec.cg_to_rear_axle,
                    static_loads[1],
                    &spec.suspension.rear,
                ),
            ],
            half_track: track / 2.0,
            cg_height: f64::from(spec.cg_height),
        }
    }

    /// The four contacts. `side_force` is that of each axle at the last sub-step, N: the share of
    /// it that goes through the roll centre moves load at once, without roll.
    pub fn contacts(&self, body: &RigidBody, plane: &Plane, side_force: [f64; 2]) -> [Contact; 4] {
        let mut out = [Contact::default(); 4];
        let q: DQuat = body.rotation;
        let (forward, left, up) = (q * DVec3::X, q * DVec3::Y, q * DVec3::Z);
        let normal = plane.normal;
        let lean = up.dot(normal);
        if lean < ON_ITS_SIDE {
            return out;
        }
        let height = (body.position - plane.point).dot(normal);
        // Left side up is a positive roll.
        let roll = libm::asin(left.dot(normal).clamp(-1.0, 1.0));
        for (a, axle) in self.axles.iter().enumerate() {
            let mut deflection = [0.0; 2];
            for s in 0..2 {
                let (_, side) = WHEELS[2 * a + s];
                let mount = forward * axle.x + left * (side * self.half_track);
                // However deep under the road, the wheel is not far above the body.
                let leg = ((height + mount.dot(normal)) / lean).max(-self.cg_height);
                let contact = &mut out[2 * a + s];
                contact.arm = mount - up * leg;
                contact.camber = roll * axle.camber;
                deflection[s] = axle.static_load / axle.stiffness + self.cg_height - leg;
            }
            let bar = axle.bar * (deflection[0].max(0.0) - deflection[1].max(0.0));
            // A side force to the left at the height of the roll centre loads the right wheel.
            let links = side_force[a] * axle.roll_centre / (2.0 * self.half_track);
            for s in 0..2 {
                let contact = &mut out[2 * a + s];
                if deflection[s] <= 0.0 {
                    continue;
                }
                let (_, side) = WHEELS[2 * a + s];
                let velocity = body.velocity + body.spin.cross(contact.arm);
                let closing = -velocity.dot(normal) / lean;
                let load =
                    axle.stiffness * deflection[s] + axle.damping * closing + side * (bar - links);
                contact.load = load.clamp(0.0, MOST_LOAD * axle.static_load);
                // What roll does to the contact's sideways motion depends on the links as well.
                let at = body.velocity + body.spin.cross(contact.arm + up * axle.roll_centre);
                contact.velocity = at - normal * at.dot(normal);
            }
        }
        out
    }
}
