//! Reading a record, whole or damaged.

use super::schema::{self, Topic};
use super::{FORMAT, METADATA_JSON, RunEnd, RunInfo, SCENARIO_ATTACHMENT, SCRIPT_ATTACHMENT};
use crate::command::Input;
use crate::link::view::{Drawn, LinkView, VideoView};
use crate::referee::verdict::RequestVerdict;
use crate::takeover::alert::Presented;
use crate::takeover::event::TimedEvent;
use mcap::McapError;
use mcap::records::Record;
use mcap::sans_io::linear_reader::{LinearReadEvent, LinearReader, LinearReaderOptions};
use prost::Message;
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
    Presented(Presented),
    Verdict(RequestVerdict),
    Link(LinkView),
    Video(VideoView),
    Drawn(Drawn),
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
            // A writer that fails closes what it has; one that is killed cannot.
            let closed = bytes.ends_with(mcap::MAGIC);
            parts.lost = Some(if closed {
                "the record breaks off before the run's end: writing it failed".into()
            } else {
                "the record was not closed: the program was killed; at most its last second is missing".into()
            });
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
        let sound = sound_length(bytes);
        self.gather_sound(&bytes[..sound])?;
        if sound < bytes.len() {
            return Err(format!("damaged at byte {sound} of {}", bytes.len()));
        }
        Ok(())
    }

    fn gather_sound(&mut self, mut bytes: &[u8]) -> Result<(), String> {
        let options = LinearReaderOptions::default()
            .with_skip_end_magic(true)
            // A chunk is checked before anything in it is believed.
            .with_prevalidate_chunk_crcs(true)
            .with_record_length_limit(LARGEST_CHUNK as usize);
        let mut reader = LinearReader::new_with_options(options);
        let damaged = |e: McapError| format!("unreadable from here on: {e}");
        while let Some(event) = reader.next_event() {
            match event.map_err(damaged)? {
                LinearReadEvent::ReadRequest(wanted) => {
                    let (now, later) = bytes.split_at(wanted.min(bytes.len()));
                    reader.insert(now.len()).copy_from_slice(now);
                    reader.notify_read(now.len());
                    bytes = later;
                }
                // The summary after it repeats what has been read.
                LinearReadEvent::Record {
                    opcode: DATA_END, ..
                } => break,
                LinearReadEvent::Record { opcode, data } => {
                    if opcode == ATTACHMENT && !attachment_fits(data) {
                        return Err("a damaged attachment".into());
                    }
                    self.take(mcap::parse_record(opcode, data).map_err(damaged)?)?;
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, record: Record) -> Result<(), String> {
        match record {
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
            _ => {}
        }
        Ok(())
    }
}

// Opcodes of MCAP.
const CHUNK: u8 = 0x06;
const ATTACHMENT: u8 = 0x09;
const DATA_END: u8 = 0x0F;

/// Little-endian number at an offset.
fn number<const BYTES: usize>(bytes: &[u8], at: usize) -> Option<u64> {
    let field = bytes.get(at..at.checked_add(BYTES)?)?;
    Some(field.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b)))
}

/// An attachment's fields fit into it: two times, two texts, the data's length, the data, a CRC.
/// The `mcap` crate takes the CRC's room for granted.
fn attachment_fits(body: &[u8]) -> bool {
    let end = || {
        let name = 16 + 4 + number::<4>(body, 16)?;
        let media = name + 4 + number::<4>(body, name as usize)?;
        let data = number::<8>(body, media as usize)?;
        media.checked_add(8)?.checked_add(data)?.checked_add(4)
    };
    end() == Some(body.len() as u64)
}

/// Largest chunk that is believed, bytes. Ours hold half a second: some 100 kB.
const LARGEST_CHUNK: u64 = 64 << 20;

/// How far the file's records fit into it. The `mcap` crate reserves whatever memory a length
/// field asks for, so a single flipped bit could ask for more than there is; such a record, and
/// what follows, is left out before the crate sees it.
fn sound_length(bytes: &[u8]) -> usize {
    let mut at = mcap::MAGIC.len();
    while at + mcap::MAGIC.len() < bytes.len() {
        // Opcode, length, content; a chunk's content starts with two times and its full size.
        let Some(length) = number::<8>(bytes, at + 1) else {
            return at;
        };
        let left = (bytes.len() - at - 9) as u64;
        let too_large = bytes[at] == CHUNK
            && number::<8>(bytes, at + 9 + 16).is_none_or(|size| size > LARGEST_CHUNK);
        if length > left || too_large {
            return at;
        }
        at += 9 + length as usize;
    }
    bytes.len()
}

fn entry(topic: Topic, data: &[u8]) -> Result<Entry, String> {
    let damaged = |why: String| format!("a damaged message on {}: {why}", topic.name());
    let proto = |e: prost::DecodeError| damaged(e.to_string());
    let json = |e: serde_json::Error| damaged(e.to_string());
    Ok(match topic {
        Topic::State => Entry::State(schema::State::decode(data).map_err(proto)?),
        Topic::Command => Entry::Command(schema::Command::decode(data).map_err(proto)?),
        Topic::Perception => Entry::Perception(schema::Perception::decode(data).map_err(proto)?),
        Topic::Event => Entry::Event(serde_json::from_slice(data).map_err(json)?),
        Topic::Input => Entry::Input(serde_json::from_slice(data).map_err(json)?),
        Topic::Verdict => Entry::Verdict(serde_json::from_slice(data).map_err(json)?),
        Topic::Link => Entry::Link(serde_json::from_slice(data).map_err(json)?),
        Topic::Video => Entry::Video(serde_json::from_slice(data).map_err(json)?),
        Topic::Drawn => Entry::Drawn(serde_json::from_slice(data).map_err(json)?),
        Topic::Shown => Entry::Presented(serde_json::from_slice(data).map_err(json)?),
    })
}

fn from_metadata<T: DeserializeOwned>(fields: &BTreeMap<String, String>) -> Result<T, String> {
    let text = fields.get(METADATA_JSON).map_or("", String::as_str);
    serde_json::from_str(text).map_err(|e| format!("damaged run information: {e}"))
}
