//! What somebody who asks "what if" changes in a vehicle in the middle of a run.
//!
//! A run is its scenario, its seed and its commands; a fork of one is that and this, from a tick on. So it is
//! part of a fork's record, and a fork repeats like any other run.

use super::reason::Reason;
use serde::{Deserialize, Serialize};

/// What is different from a tick on. Commands are not part of it: they are on record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Change {
    /// Another policy: its text (RON), as in a scenario.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The automation drives alone: nobody is asked, nobody is listened to.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub alone: bool,
    /// The next request comes at this moment, whatever the policy says before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Asked>,
}

/// A request that somebody else than the policy raises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub tick: u64,
    pub reason: Reason,
}

/// A run that went on from another one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fork {
    /// The log it was forked from: name of the file.
    pub of: String,
    /// From this tick on it is another run.
    pub tick: u64,
    #[serde(default)]
    pub change: Change,
    /// It was driven from the start with another vehicle: it is another run from there on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vehicle: Option<String>,
}
