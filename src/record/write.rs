//! Writing a record while the run goes on.

use super::file::ChunkFile;
use super::schema::{self, Topic};
use super::{
    METADATA_JSON, RunEnd, RunInfo, SCENARIO_ATTACHMENT, SCRIPT_ATTACHMENT, SETTINGS_ATTACHMENT,
};
use crate::command::{Arrived, Input};
use crate::frame::Frame;
use crate::link::view::{Drawn, LinkView, VideoView};
use crate::referee::verdict::RequestVerdict;
use crate::scenario::Scenario;
use crate::takeover::alert::Presented;
use crate::takeover::event::TimedEvent;
use mcap::records::MessageHeader;
use mcap::write::{Metadata, NoSeek};
use mcap::{Attachment, Compression, McapError, WriteOptions, Writer};
use prost::Message;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

/// A chunk is closed, and reaches the file, every this many ticks: killed at any moment, a run
/// loses at most half a second.
const TICKS_PER_CHUNK: u64 = 50;
const PERCEPTION_EVERY: u64 = crate::perception::TICKS_PER_REPORT;

/// Why a record cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error("{}: cannot create the record: {why}; choose another place with --out or --log", path.display())]
    Create { path: PathBuf, why: std::io::Error },
    #[error("{}: a file of this name exists, and records are never overwritten; choose another name", path.display())]
    Exists { path: PathBuf },
    #[error("{}: the record was removed while the run went on; nothing of it is left", path.display())]
    Removed { path: PathBuf },
    #[error("{}: the record stops here, after {recorded_s:.1} s: {why}; what was written before is kept", path.display())]
    Write {
        path: PathBuf,
        recorded_s: f64,
        why: String,
    },
}

/// A record being written.
///
/// After a failed write it stays usable and silently drops what follows: a run with a participant
/// must not stop because a disk is full. [`Recorder::failure`] tells, [`Recorder::finish`] reports.
pub struct Recorder {
    path: PathBuf,
    writer: Option<Writer<NoSeek<ChunkFile>>>,
    channels: [u16; Topic::ALL.len()],
    sequences: [u32; Topic::ALL.len()],
    state: schema::State,
    scratch: Vec<u8>,
    flushed_tick: u64,
    /// s of the run that are safely in the file.
    recorded_s: f64,
    failure: Option<String>,
}

impl Recorder {
    /// Creates the file (and the folder it is in) and writes how the run came about.
    ///
    /// # Errors
    /// If the file exists or cannot be written.
    pub fn create(
        path: &Path,
        info: &RunInfo,
        scenario: &Scenario,
        script: Option<&str>,
    ) -> Result<Self, RecordError> {
        let file = create_new(path)?;
        let failed = |why: McapError| RecordError::Create {
            path: path.to_path_buf(),
            why: std::io::Error::other(why),
        };
        let mut writer = WriteOptions::new()
            .profile("takeover")
            .library(format!("takeover {}", env!("CARGO_PKG_VERSION")))
            .compression(Some(Compression::Zstd))
            // The fastest level: a tick's budget is tens of microseconds.
            .compression_level(1)
            // No threads of its own: one run is one core's work.
            .compression_threads(0)
            // Chunks end when we say so, and are written in one go.
            .chunk_size(None)
            .disable_seeking(true)
            .create(NoSeek::new(ChunkFile::new(file)))
            .map_err(failed)?;
        let mut channels = [0; Topic::ALL.len()];
        for topic in Topic::ALL {
            let (name, encoding, text, messages) = topic.schema();
            let schema = writer.add_schema(name, encoding, text).map_err(failed)?;
            let none = BTreeMap::new();
            channels[topic as usize] = writer
                .add_channel(schema, topic.name(), messages, &none)
                .map_err(failed)?;
        }
        let mut recorder = Self {
            path: path.to_path_buf(),
            writer: Some(writer),
            channels,
            sequences: [0; Topic::ALL.len()],
            state: schema::State::default(),
            scratch: Vec::new(),
            flushed_tick: 0,
            recorded_s: 0.0,
            failure: None,
        };
        recorder.metadata(RunInfo::NAME, info);
        recorder.attach(SCENARIO_ATTACHMENT, &scenario.text);
        recorder.attach(
            SETTINGS_ATTACHMENT,
            &scenario.settings(info.seed).to_string(),
        );
        if let Some(script) = script {
            recorder.attach(SCRIPT_ATTACHMENT, script);
        }
        recorder.flush();
        let Some(why) = recorder.failure.take() else {
            return Ok(recorder);
        };
        // Not even its head could be written: nobody misses an empty file.
        let _ = fs::remove_file(path);
        Err(RecordError::Create {
            path: path.to_path_buf(),
            why: std::io::Error::other(why),
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What went wrong, if a write failed.
    pub fn failure(&self) -> Option<RecordError> {
        self.failure.as_ref().map(|why| RecordError::Write {
            path: self.path.clone(),
            recorded_s: self.recorded_s,
            why: why.clone(),
        })
    }

    /// The command that had arrived at the vehicle at a tick.
    pub fn command(&mut self, tick: u64, time: f64, command: &Arrived) {
        let message = schema::Command::new(tick, command);
        self.protobuf(Topic::Command, time, &message);
    }

    /// The tick that a step arrived at. `wall_s` is when, on the session clock.
    pub fn frame(&mut self, frame: &Frame, wall_s: f64) {
        // In order of time: events carry the tick the step started from.
        for event in &frame.events {
            self.json(Topic::Event, event.time, event);
        }
        let mut state = std::mem::take(&mut self.state);
        state.fill(frame, wall_s);
        self.protobuf(Topic::State, frame.time, &state);
        self.state = state;
        // Perception reads the world at every fifth tick; its report is in the next frame.
        if frame.tick % PERCEPTION_EVERY == 1 {
            self.protobuf(
                Topic::Perception,
                frame.time,
                &schema::Perception::new(frame),
            );
        }
        if frame.tick >= self.flushed_tick + TICKS_PER_CHUNK {
            self.flush();
            self.flushed_tick = frame.tick;
            if self.failure.is_none() {
                self.recorded_s = frame.time;
            }
        }
    }

    /// An event that is not in any frame: of the run itself, not in it.
    pub fn event(&mut self, event: &TimedEvent) {
        self.json(Topic::Event, event.time, event);
    }

    /// An operator's input, with its own time.
    pub fn input(&mut self, input: &Input) {
        self.json(Topic::Input, input.time_ns as f64 / 1e9, input);
    }

    /// A request reached the operator, one way or another.
    pub fn presented(&mut self, alert: &Presented) {
        self.json(Topic::Shown, alert.presented, alert);
    }

    /// What the operator's end knows of the link.
    pub fn link(&mut self, link: &LinkView) {
        self.json(Topic::Link, link.time, link);
    }

    /// A picture came to the operator's end.
    pub fn video(&mut self, video: &VideoView) {
        self.json(Topic::Video, video.arrived, video);
    }

    /// A picture was on the operator's screen.
    pub fn drawn(&mut self, drawn: &Drawn) {
        self.json(Topic::Drawn, drawn.presented, drawn);
    }

    /// What the referee says of a request, at the end of the run.
    pub fn verdict(&mut self, verdict: &RequestVerdict, now: f64) {
        self.json(Topic::Verdict, now, verdict);
    }

    /// Ends and closes the record.
    ///
    /// # Errors
    /// If anything could not be written, now or earlier. The file is readable all the same.
    pub fn finish(mut self, end: &RunEnd) -> Result<PathBuf, RecordError> {
        self.metadata(RunEnd::NAME, end);
        self.attempt(|writer| writer.finish().map(drop));
        if let Some(writer) = self.writer.take() {
            let mut file = writer.into_inner().into_inner();
            if self.failure.is_none()
                && let Err(why) = file.flush()
            {
                self.failure = Some(why.to_string());
            }
            if self.failure.is_some() {
                // Cutting back frees more than the few bytes that closing takes.
                if let Err(why) = file.close_after_failure() {
                    self.failure = Some(format!("{why}, while closing"));
                }
            }
        }
        match self.failure() {
            None => Ok(self.path),
            Some(error) => Err(error),
        }
    }

    fn flush(&mut self) {
        self.attempt(Writer::flush);
    }

    fn protobuf(&mut self, topic: Topic, time: f64, message: &impl Message) {
        let mut bytes = std::mem::take(&mut self.scratch);
        bytes.clear();
        // Writing to a Vec cannot fail: it grows.
        if message.encode(&mut bytes).is_ok() {
            self.message(topic, time, &bytes);
        }
        self.scratch = bytes;
    }

    fn json(&mut self, topic: Topic, time: f64, message: &impl Serialize) {
        match serde_json::to_vec(message) {
            Ok(bytes) => self.message(topic, time, &bytes),
            Err(why) => self.failure = Some(why.to_string()),
        }
    }

    fn message(&mut self, topic: Topic, time: f64, bytes: &[u8]) {
        let time_ns = (time * 1e9).round().max(0.0) as u64;
        let index = topic as usize;
        let header = MessageHeader {
            channel_id: self.channels[index],
            sequence: self.sequences[index],
            log_time: time_ns,
            publish_time: time_ns,
        };
        self.sequences[index] = self.sequences[index].wrapping_add(1);
        self.attempt(|writer| writer.write_to_known_channel(&header, bytes));
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
        self.attempt(|writer| writer.write_metadata(&Metadata { name, metadata }));
    }

    fn attach(&mut self, name: &str, text: &str) {
        self.attempt(|writer| {
            writer.attach(&Attachment {
                log_time: 0,
                create_time: 0,
                name: name.into(),
                media_type: "text/plain".into(),
                data: Cow::Borrowed(text.as_bytes()),
            })
        });
    }

    fn attempt(
        &mut self,
        write: impl FnOnce(&mut Writer<NoSeek<ChunkFile>>) -> Result<(), McapError>,
    ) {
        if self.failure.is_some() {
            return;
        }
        if let Some(writer) = &mut self.writer
            && let Err(error) = write(writer)
        {
            self.failure = Some(match error {
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
