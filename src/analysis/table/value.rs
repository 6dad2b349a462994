//! One cell.

use super::Kind;
use std::fmt;

/// One cell of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing is known; the column says what that means.
    Missing,
    /// A number. Not finite: written as missing.
    Float(f64),
    /// A whole number.
    Integer(i64),
    /// True or false.
    Flag(bool),
    /// Text. Empty: written as missing.
    Text(String),
    /// An instant: microseconds since 1970-01-01T00:00:00Z.
    Time(i64),
}

impl Value {
    /// A count; not for seeds and hashes, which need all 64 bits: those are texts.
    pub fn count(n: u64) -> Self {
        Self::Integer(i64::try_from(n).unwrap_or(i64::MAX))
    }

    /// Its kind; none where it is missing.
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Self::Missing => None,
            Self::Float(_) => Some(Kind::Float),
            Self::Integer(_) => Some(Kind::Integer),
            Self::Flag(_) => Some(Kind::Flag),
            Self::Text(_) => Some(Kind::Text),
            Self::Time(_) => Some(Kind::Time),
        }
    }

    /// A number that is not finite.
    pub fn is_not_finite(&self) -> bool {
        matches!(self, Self::Float(x) if !x.is_finite())
    }

    /// Whether its cell is empty in every format.
    pub fn is_missing(&self) -> bool {
        match self {
            Self::Missing => true,
            Self::Text(text) => text.is_empty(),
            _ => self.is_not_finite(),
        }
    }

    /// The number in it, of a float or an integer that is not missing.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Float(x) if x.is_finite() => Some(*x),
            Self::Integer(n) => Some(*n as f64),
            _ => None,
        }
    }

    /// The same, missing where its cell is empty.
    pub fn cleaned(self) -> Self {
        if self.is_missing() {
            Self::Missing
        } else {
            self
        }
    }
}

/// As in an error message.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("missing"),
            Self::Float(x) => write!(f, "float {x:?}"),
            Self::Integer(n) => write!(f, "integer {n}"),
            Self::Flag(b) => write!(f, "flag {b}"),
            Self::Text(text) => write!(f, "text {text:?}"),
            Self::Time(us) => write!(f, "time {}", super::rfc3339(*us)),
        }
    }
}

impl From<f64> for Value {
    fn from(x: f64) -> Self {
        Self::Float(x)
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Self::Integer(n)
    }
}

impl From<i32> for Value {
    fn from(n: i32) -> Self {
        Self::Integer(n.into())
    }
}

impl From<u32> for Value {
    fn from(n: u32) -> Self {
        Self::Integer(n.into())
    }
}

impl From<usize> for Value {
    fn from(n: usize) -> Self {
        Self::count(n as u64)
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Flag(b)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Missing, T::into)
    }
}
