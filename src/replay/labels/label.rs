//! One label: what it is about and what it says.

use super::{LabelError, wrong};
use crate::replay::taxonomy::Taxonomy;
use crate::session::tally::Account;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Longest note, bytes.
const LONGEST_NOTE: usize = 10_000;

/// What a label is about. Numbers count from 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Target {
    /// The whole run.
    Run,
    /// A takeover, or a request that nobody answered: as `inspect` numbers them.
    Takeover { number: u32 },
    /// An event: its place among the log's events.
    Event { number: u32 },
    /// From a time of the run to a later one, s.
    Span { from_s: f64, to_s: f64 },
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run => write!(f, "run"),
            Self::Takeover { number } => write!(f, "takeover {number}"),
            Self::Event { number } => write!(f, "event {number}"),
            Self::Span { from_s, to_s } => write!(f, "span {from_s}..{to_s} s"),
        }
    }
}

/// What there is to label in a log.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    pub takeovers: usize,
    pub events: usize,
    /// s.
    pub length: f64,
}

impl Extent {
    pub fn of(account: &Account) -> Self {
        Self {
            takeovers: account.takeovers.len(),
            events: account.events.len(),
            length: account.time,
        }
    }
}

impl Target {
    /// # Errors
    /// If there is no such thing in the log.
    pub fn within(self, extent: &Extent) -> Result<(), LabelError> {
        let counted = |what, number: u32, there: usize| {
            if (1..=there).contains(&(number as usize)) {
                return Ok(());
            }
            let expected = match there {
                0 => "another target: this log has none".to_string(),
                1 => "1: this log has one".to_string(),
                n => format!("1 to {n}"),
            };
            Err(wrong(what, expected, number.to_string()))
        };
        match self {
            Self::Run => Ok(()),
            Self::Takeover { number } => counted("takeover", number, extent.takeovers),
            Self::Event { number } => counted("event", number, extent.events),
            Self::Span { from_s, to_s } if from_s >= 0.0 && from_s < to_s => {
                if to_s <= extent.length {
                    return Ok(());
                }
                let expected = format!("a span within the run's {:.2} s", extent.length);
                Err(wrong("span", expected, format!("{from_s}..{to_s}")))
            }
            Self::Span { from_s, to_s } => Err(wrong(
                "span",
                "FROM..TO in s, from a time of the run to a later one",
                format!("{from_s}..{to_s}"),
            )),
        }
    }
}

/// Was it needed?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Needed {
    Yes,
    No,
    Unsure,
}

impl Needed {
    pub const ALL: [Self; 3] = [Self::Yes, Self::No, Self::Unsure];

    pub fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unsure => "unsure",
        }
    }
}

/// What the quality's figures mean, from the lowest of each step: the TOC rating, one global rating
/// from 1 to 10 by trained raters (Naujoks et al. 2018; anchors from memory).
pub const QUALITY: [(u8, &str); 5] = [
    (1, "perfect"),
    (2, "imprecision"),
    (4, "driving errors"),
    (7, "endangerment"),
    (10, "uncontrollable"),
];

/// The anchor of a quality, 1 to 10.
pub fn anchor(quality: u8) -> &'static str {
    let step = QUALITY.iter().rev().find(|(least, _)| quality >= *least);
    step.map_or("", |(_, meaning)| meaning)
}

/// What a rater says about a target: as much of it as they have an answer for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Label {
    pub target: Target,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needed: Option<Needed>,
    /// Code of a taxonomy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Name of the taxonomy that the cause is from; filled in by `Labels::add`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taxonomy: Option<String>,
    /// TOC rating, 1 (perfect) to 10 (uncontrollable): [`QUALITY`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Label {
    /// A label that says nothing yet.
    pub fn about(target: Target) -> Self {
        Self {
            target,
            needed: None,
            cause: None,
            taxonomy: None,
            quality: None,
            note: None,
        }
    }

    pub(super) fn check(&self, taxonomy: &Taxonomy) -> Result<(), LabelError> {
        if let Target::Span { from_s, to_s } = self.target
            && !(from_s >= 0.0 && from_s < to_s && to_s.is_finite())
        {
            let expected = "FROM..TO in s, from a time of the run to a later one";
            return Err(wrong("span", expected, format!("{from_s}..{to_s}")));
        }
        if let Some(quality) = self.quality
            && !(1..=10).contains(&quality)
        {
            let expected = "1 (perfect) to 10 (uncontrollable)";
            return Err(wrong("quality", expected, quality.to_string()));
        }
        if let Some(code) = &self.cause
            && taxonomy.find(code).is_none()
        {
            let expected = format!("a cause of `{}`: {}", taxonomy.name, taxonomy.codes());
            return Err(wrong("cause", expected, format!("`{code}`")));
        }
        if let Some(note) = &self.note
            && (note.trim().is_empty() || note.len() > LONGEST_NOTE)
        {
            let expected = format!("1 to {LONGEST_NOTE} bytes of text");
            return Err(wrong(
                "note",
                expected,
                format!("{} bytes", note.trim().len()),
            ));
        }
        let says = [
            self.needed.is_some(),
            self.cause.is_some(),
            self.quality.is_some(),
            self.note.is_some(),
        ];
        if says == [false; 4] {
            let expected = "at least one of needed, cause, quality, note";
            return Err(wrong("label", expected, "none of them"));
        }
        Ok(())
    }
}
