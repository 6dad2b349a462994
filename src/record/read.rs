//! Reading a record, whole or damaged.

use super::schema::{self, Topic};
use super::{FORMAT, METADATA_JSON, RunEnd, RunInfo, SCENARIO_ATTACHMENT, SCRIPT_ATTACHMENT};
use crate::command::Input;
use crate::takeover::event::TimedEvent;
use mcap::read::{ChunkFlattener, Options};
use mcap::records::Record;
use prost::Message;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Why a file cannot be read as a record.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    #[error("{}: cannot read the log: {why}", path.display())]
    Unreadable { path: PathBuf, why: std::io::Error },
    #[error("{}: expected a log of takeover (MCAP), got {got}", path.display())]
    Foreign { path: PathBuf, got: String },
    #[error("{}: expected a log of format {FORMAT} or older, got format {got}; use a newer takeover", path.display())]
    Newer { path: PathBuf, got: u32 },
}

/// One message of a record.
#[derive(Clone, Debug)]
pub enum Entry {
    State(schema::State),
    Command(schema::Command),
    Perception(schema::Perception),
    Event(TimedEvent),
    Input(Input),
    Shown { request: u32, time: f64 },
}

/// A record in memory.
#[derive(Clone, Debug)]
pub struct Log {
    pub info: RunInfo,
    /// None if the program was killed before it could close the record.
    pub end: Option<RunEnd>,
    /// The scenario's text.
    pub scenario: String,
    /// The operator's script, if there was one.
    pub script: Option<String>,
    /// In the order in which they were written.
    pub entries: Vec<Entry>,
    /// What is missing or damaged, in words.
    pub lost: Option<String>,
}

impl Log {
    /// Reads a record. Damage does not stop it: all that can be read before it is returned, and
    /// [`Log::lost`] says what is not.
    ///
    /// # Errors
    /// If the file cannot be read or is not a record of this program.
    pub fn read(path: &Path) -> Result<Self, LogError> {
        let bytes = std::fs::read(path).map_err(|why| LogError::Unreadable {
            path: path.to_path_buf(),
            why,
        })?;
        let foreign = |got: String| LogError::Foreign {
            path: path.to_path_buf(),
            got,
        };
        if bytes.is_empty() {
            return Err(foreign("an empty file".into()));
        }
        if !bytes.starts_with(mcap::MAGIC) {
            return Err(foreign("a file of another kind".into()));
        }
        let mut parts = Parts::default();
        if let Err(why) = parts.gather(&bytes) {
            parts.lost = Some(why);
        }
        parts.lost = parts.lost.take().or_else(|| parts.gap());
        let Some(info) = parts.info else {
            return Err(foreign(match parts.lost {
                Some(why) => format!("a damaged file ({why})"),
                None => "an MCAP file without takeover's run information".into(),
            }));
        };
        if info.format > FORMAT {
            return Err(LogError::Newer {
                path: path.to_path_buf(),
                got: info.format,
            });
        }
        if parts.end.is_none() && parts.lost.is_none() {
            parts.lost =
                Some("the record was not closed; at most its last second is missing".into());
        }
        Ok(Self {
            info,
            end: parts.end,
            scenario: parts.scenario,
            script: parts.script,
            entries: parts.entries,
            lost: parts.lost,
        })
    }
}

#[derive(Default)]
struct Parts {
    info: Option<RunInfo>,
    end: Option<RunEnd>,
    scenario: String,
    script: Option<String>,
    entries: Vec<Entry>,
    lost: Option<String>,
    topics: BTreeMap<u16, Topic>,
}

impl Parts {
    /// The first ticks that are not there. A chunk whose very label is damaged looks to the reader
    /// like a record of a kind it does not know, and is passed over without a word.
    fn gap(&self) -> Option<String> {
        let mut next = 1;
        for entry in &self.entries {
            if let Entry::State(state) = entry {
                if state.tick != next {
                    return Some(format!(
                        "ticks {next} to {} are missing",
                        state.tick.max(1) - 1
                    ));
                }
                next += 1;
            }
        }
        let last = self.end.as_ref()?.ticks;
        (next <= last).then(|| format!("ticks {next} to {last} are missing"))
    }

    fn gather(&mut self, bytes: &[u8]) -> Result<(), String> {
        let records = ChunkFlattener::new_with_options(bytes, Options::IgnoreEndMagic.into())
            .map_err(|e| e.to_string())?;
        for record in records {
            match record.map_err(|e| format!("unreadable from here on: {e}"))? {
                Record::Channel(channel) => {
                    let topic = Topic::ALL.into_iter().find(|t| t.name() == channel.topic);
                    if let Some(topic) = topic {
                        self.topics.insert(channel.id, topic);
                    }
                }
                Record::Message { header, data } => {
                    if let Some(topic) = self.topics.get(&header.channel_id) {
                        self.entries.push(entry(*topic, &data)?);
                    }
                }
                Record::Metadata(m) if m.name == RunInfo::NAME => {
                    self.info = Some(from_metadata(&m.metadata)?);
                }
                Record::Metadata(m) if m.name == RunEnd::NAME => {
                    self.end = Some(from_metadata(&m.metadata)?);
                }
                Record::Attachment { header, data, .. } => {
                    let text = String::from_utf8_lossy(&data).into_owned();
                    match header.name.as_str() {
                        SCENARIO_ATTACHMENT => self.scenario = text,
                        SCRIPT_ATTACHMENT => self.script = Some(text),
                        _ => {}
                    }
                }
                // The summary repeats what has been read.
                Record::DataEnd(_) => break,
                _ => {}
            }
        }
        Ok(())
    }
}

fn entry(topic: Topic, data: &[u8]) -> Result<Entry, String> {
    #[derive(Deserialize)]
    struct Shown {
        request: u32,
        time: f64,
    }
    let damaged = |why: String| format!("a damaged message on {}: {why}", topic.name());
    let proto = |e: prost::DecodeError| damaged(e.to_string());
    let json = |e: serde_json::Error| damaged(e.to_string());
    Ok(match topic {
        Topic::State => Entry::State(schema::State::decode(data).map_err(proto)?),
        Topic::Command => Entry::Command(schema::Command::decode(data).map_err(proto)?),
        Topic::Perception => Entry::Perception(schema::Perception::decode(data).map_err(proto)?),
        Topic::Event => Entry::Event(serde_json::from_slice(data).map_err(json)?),
        Topic::Input => Entry::Input(serde_json::from_slice(data).map_err(json)?),
        Topic::Shown => {
            let shown: Shown = serde_json::from_slice(data).map_err(json)?;
            Entry::Shown {
                request: shown.request,
                time: shown.time,
            }
        }
    })
}

fn from_metadata<T: DeserializeOwned>(fields: &BTreeMap<String, String>) -> Result<T, String> {
    let text = fields.get(METADATA_JSON).map_or("", String::as_str);
    serde_json::from_str(text).map_err(|e| format!("damaged run information: {e}"))
}
