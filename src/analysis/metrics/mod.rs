//! The metrics, by what they are about. Each is declared once; [`super::metric::all`] lists them.

pub mod control;
pub mod participant;
pub mod request;
pub mod run;
pub mod safety;
pub mod time;

use super::case::microseconds;
use super::table::Value;

/// A number, or nothing.
pub(super) fn float(value: Option<f64>) -> Value {
    value.map_or(Value::Missing, Value::Float)
}

/// A difference of two times, if both are known.
pub(super) fn between(from: Option<f64>, to: Option<f64>) -> Value {
    float(from.zip(to).map(|(from, to)| microseconds(to - from)))
}

pub(super) fn count(value: usize) -> Value {
    Value::Integer(value as i64)
}

pub(super) fn flag(value: Option<bool>) -> Value {
    value.map_or(Value::Missing, Value::Flag)
}

pub(super) fn text(value: Option<impl Into<String>>) -> Value {
    value.map_or(Value::Missing, |v| Value::Text(v.into()))
}
