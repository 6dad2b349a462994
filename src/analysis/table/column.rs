//! What a table's columns are: name, unit, kind, definition, source, what an empty cell means.

use super::{TableError, Value};
use serde::Serialize;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// A text that is mostly a literal.
type Words = Cow<'static, str>;

/// What kind of values a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A double.
    Float,
    /// A signed integer of 64 bits.
    Integer,
    /// True or false.
    Flag,
    /// Text in UTF-8.
    Text,
    /// An instant in UTC, to the microsecond.
    Time,
}

impl Kind {
    /// Its name, as the data dictionary has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Float => "float",
            Self::Integer => "integer",
            Self::Flag => "flag",
            Self::Text => "text",
            Self::Time => "time",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its name; ends in its unit: `reaction_time_s`.
    pub name: Words,
    /// `s`, `m/s`, `deg`; empty where there is none.
    pub unit: Words,
    /// What its values are.
    pub kind: Kind,
    /// What it is, in a sentence.
    pub definition: Words,
    /// The standard, paper or formula behind it; empty where it needs none.
    pub source: Words,
    /// What an empty cell means; empty where no cell is.
    pub missing: Words,
}

impl Column {
    /// A column without unit, source and empty cells.
    pub fn new(name: impl Into<Words>, kind: Kind, definition: impl Into<Words>) -> Self {
        Self {
            name: name.into(),
            unit: Words::default(),
            kind,
            definition: definition.into(),
            source: Words::default(),
            missing: Words::default(),
        }
    }

    /// A column of floats.
    pub fn float(name: impl Into<Words>, definition: impl Into<Words>) -> Self {
        Self::new(name, Kind::Float, definition)
    }

    /// A column of integers.
    pub fn integer(name: impl Into<Words>, definition: impl Into<Words>) -> Self {
        Self::new(name, Kind::Integer, definition)
    }

    /// A column of flags.
    pub fn flag(name: impl Into<Words>, definition: impl Into<Words>) -> Self {
        Self::new(name, Kind::Flag, definition)
    }

    /// A column of texts.
    pub fn text(name: impl Into<Words>, definition: impl Into<Words>) -> Self {
        Self::new(name, Kind::Text, definition)
    }

    /// A column of instants.
    pub fn time(name: impl Into<Words>, definition: impl Into<Words>) -> Self {
        Self::new(name, Kind::Time, definition)
    }

    /// The same in this unit.
    pub fn unit(mut self, unit: impl Into<Words>) -> Self {
        self.unit = unit.into();
        self
    }

    /// The same with the standard, paper or formula behind it.
    pub fn source(mut self, source: impl Into<Words>) -> Self {
        self.source = source.into();
        self
    }

    /// The same, and what an empty cell means.
    pub fn missing(mut self, missing: impl Into<Words>) -> Self {
        self.missing = missing.into();
        self
    }
}

/// What a table is, without its rows. A copy is cheap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Schema {
    /// Its name, and that of its file: `takeovers`.
    pub name: Words,
    /// What one row is, in a sentence.
    pub about: Words,
    #[serde(serialize_with = "as_list")]
    columns: Arc<[Column]>,
}

fn as_list<S: serde::Serializer>(columns: &Arc<[Column]>, to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(columns.iter())
}

impl Schema {
    /// A table of these columns. [`Schema::check`] says what is wrong with them, if anything.
    pub fn new(name: impl Into<Words>, about: impl Into<Words>, columns: Vec<Column>) -> Self {
        Self {
            name: name.into(),
            about: about.into(),
            columns: columns.into(),
        }
    }

    /// Its columns, in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Where this column is.
    pub fn index(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == column)
    }

    /// Whether it can be written: it has columns, each with a name of its own of `a-z`, `0-9` and `_`
    /// that ends in its unit, if it has one that can be spelt so.
    ///
    /// # Errors
    /// [`TableError::Schema`] names the table, the column and the reason.
    pub fn check(&self) -> Result<(), TableError> {
        let refuse = |column: &str, why: String| TableError::Schema {
            table: self.name.to_string(),
            column: column.to_owned(),
            why,
        };
        if self.columns.is_empty() {
            return Err(refuse("", "a table needs a column".to_owned()));
        }
        for (i, column) in self.columns.iter().enumerate() {
            let name = column.name.as_ref();
            let spelt = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(spelt) {
                let why = "a name is of a-z, 0-9 and _, and starts with a letter";
                return Err(refuse(name, why.to_owned()));
            }
            if self.columns[..i].iter().any(|c| c.name == name) {
                return Err(refuse(name, "two columns have this name".to_owned()));
            }
            let suffixes = suffixes(&column.unit);
            if !suffixes.is_empty() && !suffixes.iter().any(|s| name.ends_with(&format!("_{s}"))) {
                let expected = suffixes.join(" or _");
                let why = format!("its unit is {}: the name ends in _{expected}", column.unit);
                return Err(refuse(name, why));
            }
        }
        Ok(())
    }

    /// Whether a row fits: as many values as columns, each of its column's kind or missing.
    ///
    /// # Errors
    /// [`TableError::Count`] or [`TableError::Kind`]; `row` is its number, from 0, for the message.
    pub fn check_row(&self, row: u64, values: &[Value]) -> Result<(), TableError> {
        if values.len() != self.columns.len() {
            return Err(TableError::Count {
                table: self.name.to_string(),
                row,
                expected: self.columns.len(),
                got: values.len(),
            });
        }
        let misfit = self.columns.iter().zip(values);
        let mut misfit = misfit.filter(|(c, v)| v.kind().is_some_and(|kind| kind != c.kind));
        match misfit.next() {
            None => Ok(()),
            Some((column, value)) => Err(TableError::Kind {
                table: self.name.to_string(),
                row,
                column: column.name.to_string(),
                expected: column.kind,
                got: value.clone(),
            }),
        }
    }
}

/// How a unit may be spelt at the end of a name; none for a unit that we cannot spell.
fn suffixes(unit: &str) -> Vec<String> {
    let fixed: &[&str] = match unit {
        "" => &[],
        "m/s" => &["mps", "m_s"],
        "m/s²" | "m/s^2" => &["mps2", "m_s2"],
        "m/s³" | "m/s^3" => &["mps3", "m_s3"],
        "rad/s" => &["radps", "rad_s"],
        "deg/s" | "°/s" => &["degps", "deg_s"],
        "km/h" => &["kmh"],
        "1/s" => &["per_s", "hz"],
        "1/m" => &["per_m"],
        "1/h" => &["per_h"],
        "°" => &["deg"],
        "%" => &["percent"],
        "bit/s" => &["bps"],
        _ if unit.chars().all(|c| c.is_ascii_alphanumeric()) => return vec![unit.to_lowercase()],
        _ => &[],
    };
    fixed.iter().map(|&s| s.to_owned()).collect()
}
