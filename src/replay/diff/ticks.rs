//! A record's ticks one after the other, chunk by chunk.

use super::Side;
use crate::record::messages::{Command, State};
use crate::record::{Entry, Missing, Stream};
use crate::takeover::event::TimedEvent;

/// A tick, and what led to it.
pub struct Tick {
    pub state: State,
    pub command: Option<Command>,
    /// 0 to 1; none if nothing was reported yet.
    pub confidence: Option<f64>,
}

pub struct Ticks {
    stream: Stream,
    next_chunk: usize,
    entries: std::vec::IntoIter<Entry>,
    missing: Missing,
    command: Option<Command>,
    /// Of the latest report.
    reported: Option<f64>,
    events: Vec<TimedEvent>,
    last: u64,
}

/// What is known when all has been read.
pub struct Read {
    pub side: Side,
    pub events: Vec<TimedEvent>,
}

impl Ticks {
    pub fn new(stream: Stream) -> Self {
        Self {
            stream,
            next_chunk: 0,
            entries: Vec::new().into_iter(),
            missing: Missing::default(),
            command: None,
            reported: None,
            events: Vec::new(),
            last: 0,
        }
    }

    /// The next tick; one that comes out of its order is left out, and told.
    pub fn next(&mut self) -> Option<Tick> {
        loop {
            let Some(entry) = self.entries.next() else {
                if self.next_chunk >= self.stream.chunks() {
                    return None;
                }
                match self.stream.chunk(self.next_chunk, true) {
                    Ok(entries) => self.entries = entries.into_iter(),
                    Err(why) => self.missing.note(why),
                }
                self.next_chunk += 1;
                continue;
            };
            self.missing.entry(&entry);
            match entry {
                Entry::Command(command) => self.command = Some(command),
                Entry::Perception(report) => self.reported = Some(report.confidence.into()),
                Entry::Event(event) => self.events.push(event),
                Entry::State(state) if state.tick > self.last => {
                    self.last = state.tick;
                    let due = |c: &Command| c.tick.checked_add(1) == Some(state.tick);
                    return Some(Tick {
                        command: self.command.take().filter(due),
                        confidence: state.confidence.or(self.reported),
                        state,
                    });
                }
                _ => {}
            }
        }
    }

    pub fn finish(self) -> Read {
        let stream = self.stream;
        let holes = self.missing.finish(stream.end.as_ref().map(|e| e.ticks));
        let lost: Vec<_> = holes.into_iter().chain(stream.lost.clone()).collect();
        let side = Side {
            log: stream.path().to_path_buf(),
            scenario: stream.info.scenario,
            seed: stream.info.seed,
            operator: stream.info.operator,
            ticks: self.last,
            sim_time_s: self.last as f64 / stream.info.tick_hz as f64,
            ended: stream.end.map(|e| e.outcome),
            lost: (!lost.is_empty()).then(|| lost.join("; ")),
        };
        Read {
            side,
            events: self.events,
        }
    }
}
