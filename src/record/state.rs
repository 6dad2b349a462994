//! One tick as a record holds it, and how finely.

use crate::frame::{BodyView, Frame};
use crate::takeover::event::Authority;
use crate::takeover::reason::Reason;
use crate::takeover::source::Source;

/// A rigid body at a tick. Position and velocity are those of the centre of gravity, world axes; the
/// rotation is a unit quaternion from body axes to world axes. Units: m, m/s, rad/s.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Body {
    pub x: f32,
    pub y: f32,
    pub z: f32,
    pub qx: f32,
    pub qy: f32,
    pub qz: f32,
    pub qw: f32,
    pub vx: f32,
    pub vy: f32,
    pub vz: f32,
    pub wx: f32,
    pub wy: f32,
    pub wz: f32,
    /// Lamps: [`lamps`].
    pub lamps: u32,
}

/// A request that waits for its answer at a tick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OpenRequest {
    pub id: u32,
    pub reason: Reason,
    /// s.
    pub raised: f64,
    /// s.
    pub deadline: f64,
    pub escalated: bool,
}

/// The world at a tick, as a record holds it: rounded as [`grain`] says. Units as in
/// [`crate::frame::Frame`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    pub tick: u64,
    /// Over all bits of this tick, unrounded.
    pub hash: u64,
    /// [`Authority`] by its place in [`Authority::ALL`].
    pub authority: i32,
    /// The ego first, then the others in the order of the scenario, crowds last.
    pub bodies: Vec<Body>,
    pub speed: f32,
    pub acceleration: f32,
    pub s: f64,
    pub offset: f64,
    pub lateral_speed: f64,
    pub wheel: f32,
    pub accelerator: f32,
    pub brake: f32,
    /// When it was computed, s on the session clock; 0 in a run faster than real time.
    pub wall_s: f64,
    /// [`Source::number`].
    pub source: i32,
    /// An operator's share of the steering, 0 to 1, while [`State::source`] is shared.
    pub share: f32,
    pub speed_cap: Option<f64>,
    /// m/s; 0 in logs of format 1.
    pub speed_limit: f64,
    /// Rain around the ego, mm/h; 0 in logs of format 1.
    pub rain: f64,
    /// Confidence over all, 0 to 1; none in logs of format 1, whose perception has it.
    pub confidence: Option<f64>,
    /// ... and of planning, which changes with every tick.
    pub planning: Option<f64>,
    pub request: Option<OpenRequest>,
    pub offers: bool,
    pub ttc: Option<f64>,
    pub ttc_with: Option<u32>,
    pub gap: Option<f64>,
    pub gap_with: Option<u32>,
    pub pet: Option<f64>,
    pub pet_with: Option<u32>,
}

/// How finely a record keeps numbers: so many parts of a unit. What is live is rounded by the same
/// function where a run is summed up, so that a record gives the same sums.
pub mod grain {
    /// Of m, for the ego and distances: 0.1 mm.
    pub const LENGTH: f64 = 1e4;
    /// Of m/s: 0.1 mm/s.
    pub const SPEED: f64 = 1e4;
    /// Of m/s2: 1 mm/s2.
    pub const ACCELERATION: f64 = 1e3;
    /// Of a quaternion's part, of rad, of rad/s, of a pedal: 0.01 thousandths.
    pub const PART: f64 = 1e5;
    /// Of s, for measures of the referee and for deadlines: 0.1 ms.
    pub const TIME: f64 = 1e4;
    /// Of s, of the wall clock: 10 us.
    pub const WALL: f64 = 1e5;
    /// Of mm/h.
    pub const RAIN: f64 = 1e3;

    /// A whole number of grains.
    pub fn grains(value: f64, per_unit: f64) -> i64 {
        // A cast saturates, and takes "not a number" for 0.
        (value * per_unit).round() as i64
    }

    /// That many grains, in units.
    pub fn value(grains: i64, per_unit: f64) -> f64 {
        grains as f64 / per_unit
    }

    /// As a record has it.
    pub fn rounded(exact: f64, per_unit: f64) -> f64 {
        value(grains(exact, per_unit), per_unit)
    }
}

/// Lamps of a body as bits.
pub mod lamps {
    pub const BRAKE: u32 = 1;
    pub const HAZARD: u32 = 2;
    pub const LEFT: u32 = 4;
    pub const RIGHT: u32 = 8;
}

impl Body {
    pub fn of(view: &BodyView) -> Self {
        let mut shown = 0;
        for (on, lamp) in [
            (view.brake_lights, lamps::BRAKE),
            (view.hazard_lights, lamps::HAZARD),
            (view.indicator > 0, lamps::LEFT),
            (view.indicator < 0, lamps::RIGHT),
        ] {
            shown |= if on { lamp } else { 0 };
        }
        Self {
            x: view.position.x,
            y: view.position.y,
            z: view.position.z,
            qx: view.rotation.x,
            qy: view.rotation.y,
            qz: view.rotation.z,
            qw: view.rotation.w,
            vx: view.velocity.x,
            vy: view.velocity.y,
            vz: view.velocity.z,
            wx: view.angular_velocity.x,
            wy: view.angular_velocity.y,
            wz: view.angular_velocity.z,
            lamps: shown,
        }
    }

    /// 1 left, -1 right, 0 none.
    pub fn indicator(&self) -> i8 {
        i8::from(self.lamps & lamps::LEFT != 0) - i8::from(self.lamps & lamps::RIGHT != 0)
    }
}

impl State {
    /// All of a frame that a record keeps, not rounded yet. Allocations are used again.
    pub fn fill(&mut self, frame: &Frame, wall_s: f64) {
        self.tick = frame.tick;
        self.hash = frame.hash;
        self.authority = frame.authority as i32;
        self.bodies.clear();
        self.bodies.extend(frame.bodies.iter().map(Body::of));
        let ego = &frame.ego;
        self.speed = ego.speed as f32;
        self.acceleration = ego.acceleration as f32;
        self.s = ego.s;
        self.offset = ego.offset;
        self.lateral_speed = ego.lateral_speed;
        self.wheel = ego.wheel as f32;
        self.accelerator = ego.accelerator as f32;
        self.brake = ego.brake as f32;
        self.wall_s = wall_s;
        self.source = frame.source.number();
        self.share = match frame.source {
            Source::Shared { weight } => weight,
            _ => 0.0,
        };
        self.speed_cap = frame.speed_cap;
        self.speed_limit = ego.speed_limit;
        self.rain = frame.rain;
        self.confidence = Some(frame.confidence.overall);
        self.planning = Some(frame.confidence.of(crate::perception::Function::Planning));
        self.request = frame.request.map(|r| OpenRequest {
            id: r.id,
            reason: r.reason,
            raised: r.raised,
            deadline: r.deadline,
            escalated: r.escalated,
        });
        self.offers = frame.offers;
        let judged = &frame.judged;
        (self.ttc, self.ttc_with) = (judged.ttc, judged.ttc_with);
        (self.gap, self.gap_with) = (judged.gap, judged.gap_with);
        (self.pet, self.pet_with) = (judged.pet, judged.pet_with);
    }

    pub fn authority_kind(&self) -> Authority {
        let index = usize::try_from(self.authority).unwrap_or_default();
        Authority::ALL.get(index).copied().unwrap_or_default()
    }

    /// Who moves the actuators.
    pub fn source_kind(&self) -> Source {
        match self.source {
            1 => Source::Bridge,
            2 => Source::Operator,
            3 => Source::Shared { weight: self.share },
            _ => Source::Automation,
        }
    }
}
