//! Writing a record while the run goes on.
//!
//! [`Recorder`] takes ticks and messages in and hands them over half a second at a time; a thread of its
//! own packs, seals and writes them ([`super::writer`]). So no tick waits for a disk.

use super::block::Row;
use super::schema::{self, Topic};
use super::state::State;
use super::writer::{self, Batch, Head, Job, Told, Trouble, Writer};
use super::{RunEnd, RunInfo};
use crate::command::{Arrived, Input};
use crate::frame::Frame;
use crate::link::view::{Drawn, LinkView, VideoView};
use crate::referee::verdict::RequestVerdict;
use crate::scenario::Scenario;
use crate::takeover::alert::Presented;
use crate::takeover::event::TimedEvent;
use prost::Message;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;

/// A chunk is closed, and reaches the file, every this many ticks: killed at any moment, a run
/// loses at most half a second and what the disk had not taken yet.
pub(super) const TICKS_PER_CHUNK: u64 = 50;
const PERCEPTION_EVERY: u64 = crate::perception::TICKS_PER_REPORT;
/// Free distances by sector, and plans: every so many ticks.
const FREE_EVERY: u64 = 2 * PERCEPTION_EVERY;
const PLAN_EVERY: u64 = 20;
/// Chunks that may wait while a run is faster than real time. In real time any number may: it is the
/// disk that is slow, and a person must not feel it.
const WAITING: usize = 32;

/// Why a record cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error("{}: cannot create the record: {why}; choose another place with --out or --log", path.display())]
    Create { path: PathBuf, why: std::io::Error },
    #[error("{}: a file of this name exists, and records are never overwritten; choose another name", path.display())]
    Exists { path: PathBuf },
    #[error("{}: the record was removed or moved while the run went on; it is no longer there", path.display())]
    Removed { path: PathBuf },
    #[error("{}: the record stops here, after {recorded_s:.1} s: {why}; what was written before is kept", path.display())]
    Write {
        path: PathBuf,
        recorded_s: f64,
        why: String,
    },
}

/// The way to the thread.
enum To {
    Unbounded(Sender<Job>),
    Bounded(SyncSender<Job>),
}

impl To {
    fn send(&self, job: Job) {
        // The thread ends only with its record; then there is nothing more to write.
        let _ = match self {
            Self::Unbounded(to) => to.send(job),
            Self::Bounded(to) => to.send(job),
        };
    }
}

/// A record being written.
///
/// After a failed write it stays usable and drops what follows: whether a run with a participant
/// goes on when a disk is full is for those who run it to say. [`Recorder::failure`] tells at once,
/// [`Recorder::finish`] reports.
pub struct Recorder {
    path: PathBuf,
    to: Option<To>,
    thread: Option<JoinHandle<()>>,
    trouble: Arc<Trouble>,
    batch: Batch,
    /// The command of the step that is under way.
    row: Row,
    flushed_tick: u64,
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
        let trouble = Arc::new(Trouble::default());
        let head = Head {
            info,
            scenario,
            script,
        };
        let writer = Writer::create(path, &head, Arc::clone(&trouble))?;
        let (to, jobs) = if info.pace == "realtime" {
            let (to, jobs) = channel();
            (To::Unbounded(to), jobs)
        } else {
            let (to, jobs) = sync_channel(WAITING);
            (To::Bounded(to), jobs)
        };
        let thread = std::thread::Builder::new()
            .name("record".into())
            .spawn(move || writer.run(&jobs))
            .map_err(|why| RecordError::Create {
                path: path.to_path_buf(),
                why,
            })?;
        Ok(Self {
            path: path.to_path_buf(),
            to: Some(to),
            thread: Some(thread),
            trouble,
            batch: Batch::default(),
            row: Row::default(),
            flushed_tick: 0,
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What went wrong, if a write failed, or the file is not where it was.
    pub fn failure(&self) -> Option<RecordError> {
        self.trouble.error(&self.path)
    }

    /// The command that had arrived at the vehicle at a tick.
    pub fn command(&mut self, tick: u64, command: &Arrived) {
        self.row.command = schema::Command::new(tick, command);
        self.row.before_command = self.batch.told.len() as u32;
    }

    /// The tick that a step arrived at. `wall_s` is when, on the session clock.
    pub fn frame(&mut self, frame: &Frame, wall_s: f64) {
        // In order of time: events carry the tick the step started from.
        for event in &frame.events {
            self.event(event);
        }
        if self.batch.shapes.is_none() && self.flushed_tick == 0 {
            self.batch.shapes = Some(frame.bodies.clone());
        }
        let mut state = State::default();
        state.fill(frame, wall_s);
        let row = Row {
            state,
            before_state: self.batch.told.len() as u32,
            ..std::mem::take(&mut self.row)
        };
        self.batch.rows.push(row);
        // Perception reads the world at every fifth tick; its report is in the next frame.
        if frame.tick % PERCEPTION_EVERY == 1 {
            let free = frame.tick % FREE_EVERY == 1;
            let report = schema::Perception::new(frame, free);
            self.tell(Topic::Perception, frame.time, report.encode_to_vec());
        }
        if frame.tick % PLAN_EVERY == 1 {
            let plan = schema::Plan::new(frame);
            self.tell(Topic::Plan, frame.time, plan.encode_to_vec());
        }
        if frame.tick >= self.flushed_tick + TICKS_PER_CHUNK {
            self.hand_over();
            self.flushed_tick = frame.tick;
        }
    }

    /// An event: of a frame, or of the run itself.
    pub fn event(&mut self, event: &TimedEvent) {
        self.json(Topic::Event, event.time, event);
        self.batch.events.push(event.clone());
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

    /// Ends and closes the record; the head of its chain of hashes, as it is written.
    ///
    /// # Errors
    /// If anything could not be written, now or earlier. The file is readable all the same.
    pub fn finish(mut self, end: &RunEnd) -> Result<String, RecordError> {
        self.hand_over();
        self.send(Job::Finish(end.clone()));
        self.join();
        match self.failure() {
            None => Ok(self.trouble.head()),
            Some(error) => Err(error),
        }
    }

    fn send(&mut self, job: Job) {
        if let Some(to) = &self.to {
            to.send(job);
        }
    }

    fn hand_over(&mut self) {
        let batch = std::mem::take(&mut self.batch);
        self.batch.rows.reserve(TICKS_PER_CHUNK as usize);
        self.send(Job::Batch(batch));
    }

    /// Waits until all that was handed over is written.
    fn join(&mut self) {
        self.to = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            self.trouble
                .fail("the thread that writes it stopped; this is a bug".into());
        }
    }

    fn json(&mut self, topic: Topic, time: f64, message: &impl Serialize) {
        match serde_json::to_vec(message) {
            Ok(bytes) => self.tell(topic, time, bytes),
            Err(why) => self.trouble.fail(why.to_string()),
        }
    }

    fn tell(&mut self, topic: Topic, time: f64, bytes: Vec<u8>) {
        let time_ns = writer::time_ns(time);
        self.batch.told.push(Told {
            topic,
            time_ns,
            bytes,
        });
    }
}

impl Drop for Recorder {
    /// A record that nobody finished is closed all the same, without an end.
    fn drop(&mut self) {
        if self.thread.is_some() {
            self.hand_over();
            self.join();
        }
    }
}
