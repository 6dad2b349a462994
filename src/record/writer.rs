//! The thread behind a [`super::Recorder`]: packs, seals and writes.

use super::block::{Row, Ticks};
use super::file::{ChunkFile, Waiting};
use super::foxglove;
use super::layout::op;
use super::motion::Motion;
use super::schema::Topic;
use super::state::Body;
use super::{
    METADATA_JSON, RecordError, RunEnd, RunInfo, SCENARIO_ATTACHMENT, SCRIPT_ATTACHMENT,
    SETTINGS_ATTACHMENT, seal,
};
use crate::frame::BodyView;
use crate::scenario::Scenario;
use crate::takeover::event::TimedEvent;
use mcap::records::MessageHeader;
use mcap::write::{Metadata, NoSeek};
use mcap::{Attachment, Compression, McapError, WriteOptions};
use prost::Message;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A message, ready to be written.
pub(super) struct Told {
    pub topic: Topic,
    pub time_ns: u64,
    pub bytes: Vec<u8>,
}

/// Half a second of a run.
#[derive(Default)]
pub(super) struct Batch {
    pub rows: Vec<Row>,
    pub told: Vec<Told>,
    pub events: Vec<TimedEvent>,
    /// The bodies as first seen; in the first batch only.
    pub shapes: Option<Vec<BodyView>>,
}

pub(super) enum Job {
    Batch(Batch),
    Finish(RunEnd),
}

/// How a run came about.
pub(super) struct Head<'a> {
    pub info: &'a RunInfo,
    pub scenario: &'a Scenario,
    pub script: Option<&'a str>,
}

/// What went wrong, told to the run's own thread at once.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    any: AtomicBool,
    what: Mutex<What>,
}

#[derive(Debug, Default)]
struct What {
    failure: Option<String>,
    removed: bool,
    /// s of the run that are safely in the file.
    recorded_s: f64,
    head: String,
}

impl Trouble {
    fn what(&self) -> MutexGuard<'_, What> {
        self.what.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first failure is the one to tell.
    pub fn fail(&self, why: String) {
        self.what().failure.get_or_insert(why);
        self.any.store(true, Ordering::Release);
    }

    fn remove(&self, removed: bool) {
        self.what().removed = removed;
        self.any.fetch_or(removed, Ordering::AcqRel);
    }

    fn failed(&self) -> bool {
        self.any.load(Ordering::Acquire) && self.what().failure.is_some()
    }

    pub fn head(&self) -> String {
        self.what().head.clone()
    }

    pub fn error(&self, path: &Path) -> Option<RecordError> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        let what = self.what();
        let path = path.to_path_buf();
        match &what.failure {
            Some(why) => Some(RecordError::Write {
                path,
                recorded_s: what.recorded_s,
                why: why.clone(),
            }),
            None => what.removed.then_some(RecordError::Removed { path }),
        }
    }
}

/// Times before the run's start count as its start: MCAP knows no others.
pub(super) fn time_ns(time: f64) -> u64 {
    (time * 1e9).round().max(0.0) as u64
}

pub(super) struct Writer {
    path: PathBuf,
    mcap: mcap::Writer<NoSeek<Waiting>>,
    file: ChunkFile,
    channels: [u16; Topic::ALL.len()],
    sequences: [u32; Topic::ALL.len()],
    shapes: Vec<BodyView>,
    trouble: Arc<Trouble>,
}

impl Writer {
    pub fn create(path: &Path, head: &Head, trouble: Arc<Trouble>) -> Result<Self, RecordError> {
        let waiting = Waiting::default();
        let file = ChunkFile::new(create_new(path)?, waiting.clone());
        let failed = |why: McapError| RecordError::Create {
            path: path.to_path_buf(),
            why: std::io::Error::other(why),
        };
        let mut mcap = WriteOptions::new()
            .profile("takeover")
            .library(format!("takeover {}", env!("CARGO_PKG_VERSION")))
            .compression(Some(Compression::Zstd))
            // Half a second takes about a millisecond to pack, on a thread of its own.
            .compression_level(3)
            .compression_threads(0)
            // Chunks end when we say so, and are written in one go.
            .chunk_size(None)
            .disable_seeking(true)
            .create(NoSeek::new(waiting))
            .map_err(failed)?;
        let mut channels = [0; Topic::ALL.len()];
        for topic in Topic::written() {
            let (name, encoding, text, messages) = topic.schema();
            let schema = mcap.add_schema(name, encoding, text).map_err(failed)?;
            let none = BTreeMap::new();
            channels[topic as usize] = mcap
                .add_channel(schema, topic.name(), messages, &none)
                .map_err(failed)?;
        }
        let mut writer = Self {
            path: path.to_path_buf(),
            mcap,
            file,
            channels,
            sequences: [0; Topic::ALL.len()],
            shapes: Vec::new(),
            trouble,
        };
        let (topic, now, bytes) = foxglove::of_road(&head.scenario.network);
        writer.message(topic, now, &bytes);
        writer.metadata(RunInfo::NAME, head.info);
        writer.attach(SCENARIO_ATTACHMENT, &head.scenario.text);
        let settings = head.scenario.settings(head.info.seed);
        writer.attach(SETTINGS_ATTACHMENT, &settings.to_string());
        if let Some(script) = head.script {
            writer.attach(SCRIPT_ATTACHMENT, script);
        }
        writer.commit();
        let Some(RecordError::Write { why, .. }) = writer.trouble.error(path) else {
            return Ok(writer);
        };
        // Not even its head could be written: nobody misses an empty file.
        let _ = fs::remove_file(path);
        Err(RecordError::Create {
            path: path.to_path_buf(),
            why: std::io::Error::other(why),
        })
    }

    /// Writes what comes until there is no more, and closes the file.
    pub fn run(mut self, jobs: &Receiver<Job>) {
        for job in jobs {
            match job {
                Job::Batch(batch) => self.batch(batch),
                Job::Finish(end) => {
                    let seal = Some(seal::hex(&self.file.head()));
                    let end = RunEnd { seal, ..end };
                    self.metadata(RunEnd::NAME, &end);
                    self.commit();
                }
            }
        }
        self.close();
    }

    fn batch(&mut self, batch: Batch) {
        if let Some(shapes) = batch.shapes {
            self.shapes = shapes;
        }
        for told in &batch.told {
            self.message(told.topic, told.time_ns, &told.bytes);
        }
        if let (Some(first), Some(last)) = (batch.rows.first(), batch.rows.last()) {
            let (tick, until) = (first.state.tick, last.state.tick);
            let now = tick * 10_000_000;
            let ticks = Ticks::of(&batch.rows);
            self.message(Topic::Ticks, now, &ticks.encode_to_vec());
            let bodies: Vec<&[Body]> = batch.rows.iter().map(|r| &r.state.bodies[..]).collect();
            self.message(
                Topic::Motion,
                now,
                &Motion::of(tick, &bodies).encode_to_vec(),
            );
            let mut derived = Vec::new();
            for row in &batch.rows {
                foxglove::of_row(row, &self.shapes, &mut derived);
            }
            derived.extend(batch.events.iter().map(foxglove::of_event));
            for (topic, now, bytes) in derived {
                self.message(topic, now, &bytes);
            }
            self.commit();
            if !self.trouble.failed() {
                self.trouble.what().recorded_s = until as f64 / 100.0;
            }
        } else if !batch.told.is_empty() {
            self.commit();
        }
    }

    fn message(&mut self, topic: Topic, time_ns: u64, bytes: &[u8]) {
        let index = topic as usize;
        let header = MessageHeader {
            channel_id: self.channels[index],
            sequence: self.sequences[index],
            log_time: time_ns,
            publish_time: time_ns,
        };
        self.sequences[index] = self.sequences[index].wrapping_add(1);
        self.attempt(|mcap| mcap.write_to_known_channel(&header, bytes));
    }

    /// Field by field for people and tools, and once more as JSON, from which it is read back.
    fn metadata(&mut self, name: &str, content: &impl Serialize) {
        let value = serde_json::to_value(content).unwrap_or_default();
        let mut metadata = BTreeMap::from([(METADATA_JSON.to_string(), value.to_string())]);
        for (key, value) in value.as_object().into_iter().flatten() {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_string);
            metadata.insert(key.clone(), text);
        }
        let name = name.into();
        self.attempt(|mcap| mcap.write_metadata(&Metadata { name, metadata }));
    }

    fn attach(&mut self, name: &str, text: &str) {
        self.attempt(|mcap| {
            mcap.attach(&Attachment {
                log_time: 0,
                create_time: 0,
                name: name.into(),
                media_type: "text/plain".into(),
                data: Cow::Borrowed(text.as_bytes()),
            })
        });
    }

    /// Ends the chunk, seals it and writes it.
    fn commit(&mut self) {
        self.attempt(mcap::Writer::flush);
        let seal = self.file.next_seal();
        self.attempt(|mcap| mcap.write_private_record(op::SEAL, &seal, Default::default()));
        if self.trouble.failed() {
            return;
        }
        if let Err(why) = self.file.commit() {
            self.trouble.fail(why.to_string());
        }
        self.trouble.remove(!self.file.is_at(&self.path));
    }

    fn close(mut self) {
        self.trouble.what().head = seal::hex(&self.file.head());
        // Cutting back frees more than the few bytes that closing takes.
        if let Err(why) = self.file.close() {
            self.trouble.fail(format!("{why}, while closing"));
        }
        self.trouble.remove(!self.file.is_at(&self.path));
        // The crate would close the file in its own way; what it writes now goes nowhere.
        self.mcap.into_inner();
    }

    fn attempt(
        &mut self,
        write: impl FnOnce(&mut mcap::Writer<NoSeek<Waiting>>) -> Result<(), McapError>,
    ) {
        if self.trouble.failed() {
            return;
        }
        if let Err(error) = write(&mut self.mcap) {
            self.trouble.fail(match error {
                McapError::Io(why) => why.to_string(),
                other => other.to_string(),
            });
        }
    }
}

fn create_new(path: &Path) -> Result<File, RecordError> {
    let failed = |why| RecordError::Create {
        path: path.to_path_buf(),
        why,
    };
    if let Some(folder) = path.parent()
        && !folder.as_os_str().is_empty()
    {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    File::create_new(path).map_err(|why| match why.kind() {
        std::io::ErrorKind::AlreadyExists => RecordError::Exists {
            path: path.to_path_buf(),
        },
        _ => failed(why),
    })
}
