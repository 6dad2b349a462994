//! A record as far as running it again needs it: commands, and what was told of the operator's end.

use super::reel::ReelError;
use crate::command::Arrived;
use crate::record::{Entry, RunEnd, RunInfo, Stream};
use crate::scenario::Scenario;
use crate::takeover::event::{Event, TimedEvent};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A record, read once.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub path: PathBuf,
    pub info: RunInfo,
    pub end: Option<RunEnd>,
    pub scenario: Arc<Scenario>,
    pub settings: Option<String>,
    pub script: Option<String>,
    /// By tick, from 0, as far as there is no gap: the command of the step that leaves it.
    pub commands: Vec<Arrived>,
    /// Hash of the tick that each step arrived at.
    pub hashes: Vec<u64>,
    /// What is not in the world and came to be before a command: its tick, the entry.
    pub told: Vec<(u64, Entry)>,
    pub events: Vec<TimedEvent>,
    /// What is missing or damaged, in words.
    pub lost: Option<String>,
}

impl Recorded {
    /// # Errors
    /// If the file is no record, or its scenario cannot be used.
    pub fn read(path: &Path) -> Result<Self, ReelError> {
        let mut stream = Stream::scan(path)?;
        let scenario = super::reel::scenario_of(&stream)?;
        let (mut commands, mut hashes) = (Vec::new(), Vec::new());
        let (mut told, mut events) = (Vec::new(), Vec::new());
        let (mut due, mut whole) = (None, true);
        let lost = stream.each(false, |entry| match entry {
            Entry::Command(c) => due = Some((c.tick, c.arrived())),
            Entry::State(state) => match due.take() {
                Some((tick, arrived)) if whole && tick == commands.len() as u64 => {
                    commands.push(arrived);
                    hashes.push(state.hash);
                }
                _ => whole = false,
            },
            Entry::Event(event) => {
                if matches!(event.event, Event::Paused | Event::Resumed { .. }) {
                    told.push((commands.len() as u64, Entry::Event(event.clone())));
                }
                events.push(event);
            }
            Entry::Perception(_) | Entry::Plan(_) | Entry::Verdict(_) => {}
            other => told.push((commands.len() as u64, other)),
        });
        Ok(Self {
            path: path.to_path_buf(),
            info: stream.info,
            end: stream.end,
            scenario,
            settings: stream.settings,
            script: stream.script,
            commands,
            hashes,
            told,
            events,
            lost,
        })
    }

    /// Ticks that can be run again.
    pub fn ticks(&self) -> u64 {
        self.commands.len() as u64
    }
}
