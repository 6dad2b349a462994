//! From what a record holds to a cell.

use super::super::table::Value;
use crate::record::messages::Body;
use glam::{EulerRot, Quat};
use serde::Serialize;

/// A single-precision number as the shortest decimal number that is still the same in single precision: 10.1, not
/// 10.100000381469727. Exact, if seven places behind the point do not do.
pub fn decimal(x: f32) -> f64 {
    let exact = f64::from(x);
    let short = |per_unit: f64| (exact * per_unit).round() / per_unit;
    let same = |candidate: &f64| *candidate as f32 == x;
    // What records are rounded to, and what fits into single precision.
    let short = [1e4, 1e5, 1e7].map(short).into_iter().find(same);
    // Without the sign of zero.
    short.unwrap_or(exact) + 0.0
}

pub fn float(x: f32) -> Value {
    Value::Float(decimal(x))
}

/// Radians as degrees.
pub fn degrees(rad: f32) -> Value {
    Value::Float(f64::from(rad).to_degrees())
}

/// A variant without fields, as records write it.
pub fn word(variant: &impl Serialize) -> Value {
    match serde_json::to_value(variant) {
        Ok(serde_json::Value::String(word)) => Value::Text(word),
        _ => Value::Missing,
    }
}

/// A number of one of these, as a record has it, by name; missing if a newer record knows more of them.
pub fn numbered<T: Serialize>(number: i32, all: &[T]) -> Value {
    let known = usize::try_from(number).ok().and_then(|i| all.get(i));
    known.map_or(Value::Missing, word)
}

/// Anything as JSON text.
pub fn json(value: &impl Serialize) -> Value {
    serde_json::to_string(value).map_or(Value::Missing, Value::Text)
}

/// Heading from the x axis to the left, pitch (nose down) and roll (to the right), degrees: rotations about z, then the new
/// y, then the new x axis (ISO 8855).
pub fn angles(b: &Body) -> [f64; 3] {
    let rotation = Quat::from_xyzw(b.qx, b.qy, b.qz, b.qw).normalize();
    let (yaw, pitch, roll) = rotation.as_dquat().to_euler(EulerRot::ZYX);
    [yaw, pitch, roll].map(f64::to_degrees)
}

/// `left`, `right`; missing if neither blinks.
pub fn indicator(b: &Body) -> Value {
    match b.indicator() {
        0 => Value::Missing,
        side if side > 0 => "left".into(),
        _ => "right".into(),
    }
}
