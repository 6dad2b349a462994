//! What a device's controls are for, and how they feel.
//!
//! A profile is a file (RON, `raw` has the form; docs/devices.md explains each field), or is made
//! up from what a device without one has (`generic`). It does two things to a reading: it scales
//! it to -1..1 or 0..1 (the value that is recorded beside the raw one), and it shapes that by dead
//! zone and curve into what becomes the command.

use super::codes::{EV_ABS, EV_KEY};
use super::force::{Force, smooth};
use super::layout::Role;
use crate::command::DeviceKind;
use serde::Deserialize;

mod generic;
mod library;
mod raw;
#[cfg(test)]
mod tests;
mod write;

pub use library::{Library, Origin, Profiled, USERS_FOLDER};
pub use write::{Draft, DraftAxis};

/// A kind of device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Kind {
    Gamepad,
    Wheel,
    Joystick,
    Keyboard,
}

impl Kind {
    /// What the vehicle's thresholds are told. A joystick has a pad's noise.
    pub fn device(self) -> DeviceKind {
        match self {
            Self::Gamepad | Self::Joystick => DeviceKind::Gamepad,
            Self::Wheel => DeviceKind::Wheel,
            Self::Keyboard => DeviceKind::Keyboard,
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Gamepad => "gamepad",
            Self::Wheel => "steering wheel",
            Self::Joystick => "joystick",
            Self::Keyboard => "keyboard",
        }
    }
}

/// A profile that has been read and checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    pub name: String,
    pub kind: Kind,
    pub(super) matches: Vec<Match>,
    pub axes: Vec<Axis>,
    pub buttons: Vec<(u32, Role)>,
    pub steering: Steering,
    pub keys: Keys,
    pub force: Force,
}

/// Which devices a profile is for. Every part that is given must fit.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Match {
    pub name: Option<String>,
    pub vendor: Option<u16>,
    pub product: Option<u16>,
}

/// One axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Packed.
    pub code: u32,
    pub role: Role,
    /// Lowest, resting and highest reading; none: as the kernel says, resting in the middle.
    pub range: Option<[i32; 3]>,
    pub inverted: bool,
    pub shape: Shape,
}

/// From a scaled reading to a part of full deflection.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Part of the way from rest that reads 0, 0 to below 1.
    pub dead_zone: f32,
    pub curve: Curve,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Curve {
    /// way^exponent.
    Exponent(f32),
    /// Straight lines through (way, out), from (0, 0) to (1, 1), both rising.
    Points(Vec<(f32, f32)>),
}

impl Shape {
    /// A thumb stick's: a dead zone, then fine near the centre and coarse at the end.
    pub const STICK: Self = Self {
        dead_zone: 0.1,
        curve: Curve::Exponent(1.5),
    };
    /// A trigger's or pedal's.
    pub const PEDAL: Self = Self {
        dead_zone: 0.03,
        curve: Curve::Exponent(1.0),
    };
    /// A steering wheel's: nothing.
    pub const WHEEL: Self = Self {
        dead_zone: 0.0,
        curve: Curve::Exponent(1.0),
    };

    /// -1..1 or 0..1. Continuous at the edge of the dead zone, so that no step is felt there.
    pub fn apply(&self, value: f32) -> f32 {
        let way = ((value.abs() - self.dead_zone) / (1.0 - self.dead_zone)).clamp(0.0, 1.0);
        if way == 0.0 {
            return 0.0;
        }
        let out = match &self.curve {
            Curve::Exponent(exponent) => libm::powf(way, *exponent),
            Curve::Points(points) => along(points, way),
        };
        out.copysign(value)
    }
}

fn along(points: &[(f32, f32)], way: f32) -> f32 {
    let mut from = (0.0, 0.0);
    for &to in points.iter().chain(&[(1.0, 1.0)]) {
        if way <= to.0 {
            let span = (to.0 - from.0).max(f32::EPSILON);
            return from.1 + (to.1 - from.1) * (way - from.0) / span;
        }
        from = to;
    }
    1.0
}

/// How a deflection becomes an angle of the vehicle's steering wheel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Steering {
    /// Angle at full deflection while the vehicle stands, rad.
    pub full: f32,
    /// At this speed (m/s) and above, full deflection is this angle, rad. None: always `full`.
    pub fast: Option<(f32, f32)>,
}

impl Steering {
    /// Angle at full deflection at this speed, rad. Goes from one to the other without a corner.
    pub fn full_at(&self, speed: f32) -> f32 {
        match self.fast {
            Some((fast, full)) => self.full + (full - self.full) * smooth(speed.abs() / fast),
            None => self.full,
        }
    }
}

/// How fast held keys turn the virtual wheel, rad/s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Keys {
    pub turn: f32,
    /// Back to straight once no steering key is held, or towards it when the other one is.
    pub back: f32,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            turn: 1.5,
            back: 3.0,
        }
    }
}

impl Keys {
    /// Virtual wheel angle `dt_s` seconds later, rad, while steering keys are held or not; `full`
    /// is the most it turns, rad.
    pub fn wheel(&self, wheel: f32, left: bool, right: bool, full: f32, dt_s: f32) -> f32 {
        let target = match (left, right) {
            (true, false) => full,
            (false, true) => -full,
            _ => 0.0,
        };
        let mut left_s = dt_s.max(0.0);
        let mut wheel = wheel;
        // Towards straight first, at its own rate, then on to the target with what time is left.
        if wheel * target <= 0.0 {
            let to_straight_s = wheel.abs() / self.back;
            if to_straight_s > left_s {
                return wheel - self.back.copysign(wheel) * left_s;
            }
            left_s -= to_straight_s;
            wheel = 0.0;
        }
        let way = self.turn * left_s;
        wheel + (target - wheel).clamp(-way, way)
    }
}

impl Profile {
    /// What a packed code is for.
    pub fn role(&self, code: u32) -> Role {
        let listed = if code & 0xffff_0000 == EV_ABS {
            self.axes.iter().find(|a| a.code == code).map(|a| a.role)
        } else if code & 0xffff_0000 == EV_KEY {
            self.buttons.iter().find(|b| b.0 == code).map(|b| b.1)
        } else {
            None
        };
        listed.unwrap_or_else(|| generic::menu_role(code))
    }

    /// A raw reading of an axis: 0..1 for a pedal, else -1..1 with right and up positive. `kernel`
    /// is the range that the driver gives. An axis without a range reads 0.
    pub fn scale(&self, code: u32, raw: i32, kernel: (i32, i32)) -> f32 {
        let axis = self.axes.iter().find(|a| a.code == code);
        let (role, range) = axis.map_or((self.role(code), None), |a| (a.role, a.range));
        let inverted = axis.map_or_else(|| generic::points_down(code), |a| a.inverted);
        let [min, centre, max] = range.map_or_else(
            || {
                let (min, max) = (f64::from(kernel.0), f64::from(kernel.1));
                [min, (min + max) / 2.0, max]
            },
            |range| range.map(f64::from),
        );
        if max <= min {
            return 0.0;
        }
        let raw = f64::from(raw).clamp(min, max);
        if matches!(role, Role::Accelerator | Role::Brake) {
            let part = (raw - min) / (max - min);
            return if inverted { 1.0 - part } else { part } as f32;
        }
        let side = if raw < centre {
            centre - min
        } else {
            max - centre
        };
        let both_ways = if side > 0.0 {
            (raw - centre) / side
        } else {
            0.0
        };
        if inverted {
            -both_ways as f32
        } else {
            both_ways as f32
        }
    }

    /// A scaled reading after dead zone and curve.
    pub fn shaped(&self, code: u32, role: Role, value: f32) -> f32 {
        match self.axes.iter().find(|a| a.code == code && a.role == role) {
            Some(axis) => axis.shape.apply(value),
            None => generic::shape(self.kind, role).apply(value),
        }
    }

    /// The axis for this, if there is one.
    pub fn axis(&self, role: Role) -> Option<&Axis> {
        self.axes.iter().find(|a| a.role == role)
    }
}
