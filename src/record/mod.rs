//! The record of a run: one MCAP file with everything that is needed to run it again.
//!
//! `docs/record.md` describes it channel by channel. [`Recorder`] writes, [`Log`] and [`Stream`] read; all
//! know nothing of Bevy.
//!
//! | file | holds |
//! |---|---|
//! | `state` | one tick as a record holds it, and how finely |
//! | `schema`, `*.proto`, `*.schema.json` | channels and their messages |
//! | `block`, `motion` | half a second of ticks as columns; how the others moved in it |
//! | `foxglove` | the same once more for other tools: scene, transforms, messages, curves |
//! | `layout`, `ending`, `seal` | how the file is laid out; what closes it; the chain of hashes |
//! | `write`, `writer`, `file` | writing: the run's end of it, a thread, the file itself |
//! | `chunk`, `stream`, `read` | reading: a chunk, a file chunk by chunk, all of a file |
//! | `check`, `recover` | is every byte as it was written; a clean file from one that broke off |

pub mod block;
pub mod check;
mod chunk;
mod ending;
mod file;
mod foxglove;
mod layout;
pub mod motion;
mod read;
pub mod recover;
mod schema;
mod seal;
mod state;
mod stream;
mod write;
mod writer;

pub use read::{Log, LogError};
pub use schema::{FORMAT, Topic};
pub use state::grain;
pub use stream::{Entry, Missing, Stream};
pub use write::{RecordError, Recorder};

/// Decoded messages.
pub mod messages {
    pub use super::schema::{Command, Perception, Plan, Track};
    pub use super::state::{Body, OpenRequest, State, lamps};
}

use crate::takeover::change::Fork;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a run came about: the record's first metadata, name [`RunInfo::NAME`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunInfo {
    /// Layout of the record, [`FORMAT`].
    pub format: u32,
    /// Version of this program.
    pub version: String,
    /// What it was built for: architecture, operating system, tier.
    pub platform: String,
    /// Path of the scenario as it was given. Its text is the attachment [`SCENARIO_ATTACHMENT`].
    pub scenario: String,
    pub seed: u64,
    /// `human`, `model`, `none` or `script:FILE`.
    pub operator: String,
    /// `fast` (as fast as possible) or `realtime`.
    pub pace: String,
    /// Start of the run, ns since the Unix epoch.
    pub started_ns: i64,
    /// Ticks per second.
    pub tick_hz: u64,
    /// Preset or file whose link was used instead of the scenario's. The attachment
    /// [`SETTINGS_ATTACHMENT`] has it field by field.
    #[serde(default)]
    pub link: Option<String>,
    /// It went on from another run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fork: Option<Fork>,
    /// Who took part: a study's code, never a name; none outside of studies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<String>,
    /// Conditions of the study that it belongs to: factor and level.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub conditions: BTreeMap<String, String>,
}

impl RunInfo {
    pub const NAME: &str = "takeover.run";
}

/// How a run ended: the record's last metadata, name [`RunEnd::NAME`]. Missing if the program was
/// killed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunEnd {
    pub outcome: crate::frame::End,
    pub ticks: u64,
    /// Hash of the last tick, hex.
    pub state_hash: String,
    /// Head of the chain of hashes over all that comes before this, hex; none in format 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
}

impl RunEnd {
    pub const NAME: &str = "takeover.end";
}

/// Name of the attachment that holds the scenario's text.
pub const SCENARIO_ATTACHMENT: &str = "scenario.ron";
/// Name of the attachment with every setting in force, defaults included.
pub const SETTINGS_ATTACHMENT: &str = "settings.json";
/// Name of the attachment that holds the operator's script, if one was used.
pub const SCRIPT_ATTACHMENT: &str = "operator.ron";
/// Field of a metadata record that holds all of it as JSON.
const METADATA_JSON: &str = "json";
