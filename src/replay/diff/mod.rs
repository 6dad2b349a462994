//! Where and when two runs part: settings, events, trajectories.
//!
//! A record rounds what it keeps (the ego's place to 0.1 mm, the others' to within 1.5 mm) but not its hashes.
//! So two worlds are the same as long as their hashes are, and bodies are apart only beyond a tolerance.

mod events;
mod motion;
mod text;
mod ticks;

pub use events::{EventDifference, Events};
pub use motion::{Apart, BodyApart, Confidence, Far, Motion, Parted, Span};

use super::environment::{Unlike, compare};
use crate::frame::End;
use crate::record::{LogError, Stream};
use crate::traffic::Traffic;
use serde::Serialize;
use serde_json::Value;
use std::path::{Path, PathBuf};
use ticks::Ticks;

/// Why two records cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum DiffError {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(
        "the two cannot be compared tick by tick: {} has {} ticks per second, {} has {}; expected the same",
        a.display(), a_hz, b.display(), b_hz
    )]
    Rate {
        a: PathBuf,
        a_hz: u64,
        b: PathBuf,
        b_hz: u64,
    },
}

/// A tick and its time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Moment {
    pub tick: u64,
    pub time_s: f64,
}

/// One of the two.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Side {
    pub log: PathBuf,
    pub scenario: String,
    pub seed: u64,
    pub operator: String,
    /// The last tick on record.
    pub ticks: u64,
    pub sim_time_s: f64,
    /// Null if it was cut short.
    pub ended: Option<End>,
    /// What is missing or damaged, in words.
    pub lost: Option<String>,
}

/// The first line of a text that is another one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    pub line: usize,
    /// None if it has no such line.
    pub a: Option<String>,
    pub b: Option<String>,
}

/// All that is different between two runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diff {
    pub a: Side,
    pub b: Side,
    /// The same world in every tick, and as many of them.
    pub identical: bool,
    /// How they came about, but for when: who drove, which version, what ended them.
    pub run: Vec<Unlike>,
    /// Where the scenarios' texts first differ.
    pub scenario: Option<Line>,
    /// ... and those of the operators' scripts.
    pub script: Option<Line>,
    /// Settings in force.
    pub settings: Vec<Unlike>,
    pub events: Events,
    pub motion: Motion,
    /// What one should know of this comparison, one line each.
    pub notes: Vec<String>,
}

impl Diff {
    /// Other settings, other events, or another world. How a run came about does not count.
    pub fn differs(&self) -> bool {
        !self.identical
            || self.scenario.is_some()
            || self.script.is_some()
            || !self.settings.is_empty()
            || !self.events.differ.is_empty()
    }

    /// What is missing of one or both, by its name.
    pub fn lost(&self) -> impl Iterator<Item = (&Path, &str)> {
        let sides = [&self.a, &self.b].into_iter();
        sides.filter_map(|side| Some((side.log.as_path(), side.lost.as_deref()?)))
    }

    /// For a person, line by line.
    pub fn lines(&self) -> Vec<String> {
        text::lines(self)
    }
}

/// Compares two records. Both are read chunk by chunk, side by side.
///
/// # Errors
/// If one cannot be read, or they have different ticks.
pub fn diff(a: &Path, b: &Path) -> Result<Diff, DiffError> {
    let (a_path, b_path) = (a, b);
    let (a, b) = (Stream::scan(a)?, Stream::scan(b)?);
    let hz = a.info.tick_hz;
    if hz != b.info.tick_hz {
        return Err(DiffError::Rate {
            a: a_path.into(),
            a_hz: hz,
            b: b_path.into(),
            b_hz: b.info.tick_hz,
        });
    }
    let mut notes = Vec::new();
    let settings = settings(&a, &b, &mut notes);
    let (a_names, b_names) = names(&a, &b, &mut notes);
    let mut run = Vec::new();
    compare("", &how(&a), &how(&b), &mut run);
    let scenario = first_line(Some(&a.scenario), Some(&b.scenario));
    let script = first_line(a.script.as_deref(), b.script.as_deref());

    let (mut a, mut b) = (Ticks::new(a), Ticks::new(b));
    let mut watch = motion::Watch::new(&a_names, &b_names, hz);
    let (mut of_a, mut of_b) = (a.next(), b.next());
    loop {
        match (&of_a, &of_b) {
            (None, None) => break,
            (Some(x), Some(y)) if x.state.tick == y.state.tick => {
                watch.both(x, y);
                (of_a, of_b) = (a.next(), b.next());
            }
            (Some(x), y) if y.as_ref().is_none_or(|y| x.state.tick < y.state.tick) => {
                watch.only_a();
                of_a = a.next();
            }
            _ => {
                watch.only_b();
                of_b = b.next();
            }
        }
    }
    let (a, b) = (a.finish(), b.finish());
    let motion = watch.finish(&mut notes);
    let only = motion.only_a_ticks + motion.only_b_ticks;
    let identical = motion.ticks > 0 && motion.same_ticks == motion.ticks && only == 0;
    Ok(Diff {
        identical,
        run,
        scenario,
        script,
        settings,
        events: events::compare_events(&a.events, &b.events, hz),
        motion,
        notes,
        a: a.side,
        b: b.side,
    })
}

/// Names of the bodies of both, the ego first. Numbers if one of the scenarios cannot be used: then they
/// must not be mistaken for names.
fn names(a: &Stream, b: &Stream, notes: &mut Vec<String>) -> (Vec<String>, Vec<String>) {
    let of = |stream: &Stream| match super::reel::scenario_of(stream) {
        Ok(scenario) => {
            let others = Traffic::new(&scenario.network, &scenario.traffic, stream.info.seed);
            let ego = std::iter::once("ego".to_string());
            Ok(ego.chain(others.names()).collect())
        }
        Err(why) => Err(format!("{why}; bodies are compared by their number")),
    };
    match (of(a), of(b)) {
        (Ok(a), Ok(b)) => (a, b),
        (a, b) => {
            notes.extend([a.err(), b.err()].into_iter().flatten());
            (Vec::new(), Vec::new())
        }
    }
}

fn settings(a: &Stream, b: &Stream, notes: &mut Vec<String>) -> Vec<Unlike> {
    let mut read = |stream: &Stream| {
        let path = stream.path().display();
        let Some(text) = &stream.settings else {
            notes.push(format!("{path}: no settings on record"));
            return None;
        };
        match serde_json::from_str::<Value>(text) {
            Ok(value) => Some(value),
            Err(why) => {
                notes.push(format!("{path}: its settings cannot be read: {why}"));
                None
            }
        }
    };
    let mut found = Vec::new();
    if let (Some(a), Some(b)) = (read(a), read(b)) {
        compare("", &a, &b, &mut found);
    }
    found
}

/// How a run came about and ended, but for its date, and what depends on that.
fn how(stream: &Stream) -> Value {
    let mut info = serde_json::to_value(&stream.info).unwrap_or_default();
    if let Some(info) = info.as_object_mut() {
        info.remove("started_ns");
        let ended = stream.end.as_ref().map(|e| e.outcome);
        info.insert("ended".into(), serde_json::json!(ended));
    }
    info
}

fn first_line(a: Option<&str>, b: Option<&str>) -> Option<Line> {
    let (mut a, mut b) = (a.unwrap_or_default().lines(), b.unwrap_or_default().lines());
    for line in 1.. {
        match (a.next(), b.next()) {
            (None, None) => break,
            (x, y) if x == y => {}
            (x, y) => {
                let (a, b) = (x.map(str::to_string), y.map(str::to_string));
                return Some(Line { line, a, b });
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_differ_from_a_line_on_or_where_one_ends() {
        let found = |a, b| first_line(a, b).map(|l| (l.line, l.a, l.b));
        assert_eq!(found(None, None), None);
        assert_eq!(found(Some("x\ny\n"), Some("x\ny\n")), None);
        let (x, z) = (Some("y".to_string()), Some("z".to_string()));
        assert_eq!(found(Some("x\ny\n"), Some("x\nz")), Some((2, x.clone(), z)));
        assert_eq!(found(Some("y"), None), Some((1, x, None)));
    }
}
