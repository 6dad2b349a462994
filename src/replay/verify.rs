//! Runs a record again from its recorded commands and compares every tick.
//!
//! A run is its scenario, its seed and its commands. So a new simulation that is given the same
//! commands must arrive at the same bits; each tick's hash says whether it does. It makes no difference
//! who gave the commands: a person, a script or a model.

use crate::command::Arrived;
use crate::frame::Frame;
use crate::record::messages::{Body, State};
use crate::record::{Entry, LogError, Stream};
use crate::scenario::Scenario;
use crate::session::Stop;
use crate::session::again::Again;
use glam::{Quat, Vec3};
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;

/// Further apart than a record's own rounding, m.
const APART: f32 = 0.005;
/// After the first difference bodies are followed for so many ticks: until one is apart far enough to
/// be seen in a record.
const FOLLOWED: u64 = 1000;

/// What came of running a record again.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Rerun {
    /// Ticks that were compared and are the same, from the first.
    pub same_ticks: u64,
    /// Ticks on record.
    pub ticks: u64,
    pub differs: Option<Difference>,
    /// Why not all of it could be compared, in words.
    pub stopped: Option<String>,
}

/// Where a run and its record part.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The first tick whose hash differs.
    pub tick: u64,
    pub time_s: f64,
    /// Hashes, hex.
    pub recorded: String,
    pub got: String,
    /// What differs in that tick, in words; empty if a record's rounding hides it.
    pub what: Vec<String>,
    /// The body that is first seen to be elsewhere, in that tick or later.
    pub body: Option<BodyApart>,
}

/// A body that is not where it was.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BodyApart {
    pub name: String,
    pub tick: u64,
    pub time_s: f64,
    /// m.
    pub distance: f64,
    /// rad.
    pub turned: f64,
    /// m/s.
    pub speed_difference: f64,
}

/// Runs a record again. `tell` sees the tick that was reached and how many there may be.
///
/// # Errors
/// If the file cannot be read, or its scenario cannot be used.
pub fn rerun(
    path: &Path,
    scenario: &Arc<Scenario>,
    stop: &Stop,
    mut tell: impl FnMut(u64, Option<u64>),
) -> Result<Rerun, LogError> {
    let mut stream = Stream::scan(path)?;
    let fork = stream.info.fork.as_ref();
    let again = Again::new(scenario, stream.info.seed, fork);
    let mut again = again.map_err(|why| LogError::Foreign {
        path: path.to_path_buf(),
        got: format!("a fork whose change cannot be made: {why}"),
    })?;
    let mut names = vec!["ego".to_string()];
    names.extend(again.sim.names());
    let last = stream.end.as_ref().map(|e| e.ticks);
    let mut rerun = Rerun::default();
    let mut command: Option<Arrived> = None;
    for index in 0..stream.chunks() {
        let entries = match stream.chunk(index, true) {
            Ok(entries) => entries,
            Err(why) => {
                rerun.stopped.get_or_insert(why);
                continue;
            }
        };
        for entry in entries {
            match entry {
                Entry::Command(c) if c.tick == again.sim.frame().tick => {
                    command = Some(c.arrived())
                }
                Entry::State(state) => {
                    rerun.ticks += 1;
                    let due = again.sim.frame().tick + 1;
                    let Some(given) = command.take().filter(|_| state.tick == due) else {
                        if rerun.stopped.is_none() {
                            let why = format!(
                                "ticks from {due} on are missing: nothing after them can be compared"
                            );
                            rerun.stopped = Some(why);
                        }
                        continue;
                    };
                    compare(&mut rerun, again.step(given), &state, &names);
                }
                _ => {}
            }
        }
        let now = again.sim.frame().tick;
        tell(now, last);
        let seen = |d: &Difference| d.body.is_some() || now > d.tick + FOLLOWED;
        if rerun.differs.as_ref().is_some_and(seen) {
            break;
        }
        if stop.requested() {
            rerun.stopped = Some(format!("stopped after tick {now}"));
            break;
        }
    }
    Ok(rerun)
}

fn compare(rerun: &mut Rerun, frame: &Frame, state: &State, names: &[String]) {
    let bodies = frame.bodies.iter().map(Body::of);
    let apart = || {
        let pairs = bodies.clone().zip(&state.bodies).zip(names);
        let found = pairs.map(|((now, then), name)| apart(&now, then, name, frame));
        found
            .max_by(|a, b| a.distance.total_cmp(&b.distance))
            .filter(|b| b.distance > f64::from(APART))
    };
    match &mut rerun.differs {
        None if frame.hash == state.hash => rerun.same_ticks += 1,
        None => {
            rerun.differs = Some(Difference {
                tick: state.tick,
                time_s: frame.time,
                recorded: format!("{:016x}", state.hash),
                got: format!("{:016x}", frame.hash),
                what: what(frame, state),
                body: apart(),
            });
        }
        Some(known) => {
            if known.body.is_none() {
                known.body = apart();
            }
        }
    }
}

fn apart(now: &Body, then: &Body, name: &str, frame: &Frame) -> BodyApart {
    let vector = |x, y, z| Vec3::new(x, y, z);
    let turn = |b: &Body| Quat::from_xyzw(b.qx, b.qy, b.qz, b.qw).normalize();
    BodyApart {
        name: name.into(),
        tick: frame.tick,
        time_s: frame.time,
        distance: vector(now.x - then.x, now.y - then.y, now.z - then.z)
            .length()
            .into(),
        turned: turn(now).angle_between(turn(then)).into(),
        speed_difference: vector(now.vx - then.vx, now.vy - then.vy, now.vz - then.vz)
            .length()
            .into(),
    }
}

/// What is hashed besides the bodies, as far as a record shows it.
fn what(frame: &Frame, state: &State) -> Vec<String> {
    let mut what = Vec::new();
    let (now, then) = (frame.authority, state.authority_kind());
    if now != then {
        what.push(format!(
            "authority: recorded {}, got {}",
            then.label(),
            now.label()
        ));
    }
    let ego = &frame.ego;
    let numbers = [
        (
            "steering wheel",
            f64::from(state.wheel),
            ego.wheel,
            1e-4,
            "rad",
        ),
        (
            "accelerator",
            f64::from(state.accelerator),
            ego.accelerator,
            1e-4,
            "",
        ),
        ("brake", f64::from(state.brake), ego.brake, 1e-4, ""),
        ("speed", f64::from(state.speed), ego.speed, 1e-3, "m/s"),
        (
            "confidence",
            state.confidence.unwrap_or(frame.confidence.overall),
            frame.confidence.overall,
            1e-4,
            "",
        ),
    ];
    for (name, then, now, grain, unit) in numbers {
        if (then - now).abs() > grain {
            let unit = if unit.is_empty() {
                String::new()
            } else {
                format!(" {unit}")
            };
            what.push(format!(
                "{name}: recorded {then:.4}{unit}, got {now:.4}{unit}"
            ));
        }
    }
    what
}

impl Rerun {
    /// Every tick on record was compared and is the same.
    pub fn identical(&self) -> bool {
        self.differs.is_none() && self.stopped.is_none() && self.same_ticks == self.ticks
    }

    /// For a person, line by line.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        match &self.differs {
            None => lines.push(format!("identical over {} ticks", self.same_ticks)),
            Some(d) => {
                lines.push(format!(
                    "differs from tick {} on ({:.2} s): recorded hash {}, got {}; identical before, over {} ticks",
                    d.tick, d.time_s, d.recorded, d.got, self.same_ticks
                ));
                lines.extend(d.what.iter().map(|what| format!("  {what}")));
                lines.push(match &d.body {
                    Some(b) => format!(
                        "  {} is {:.3} m away at tick {} ({:.2} s), turned by {:.3} rad, {:.3} m/s apart",
                        b.name, b.distance, b.tick, b.time_s, b.turned, b.speed_difference
                    ),
                    None => "  no body is further away than a record's rounding (2 mm)".into(),
                });
            }
        }
        if let Some(why) = &self.stopped {
            lines.push(format!("not all of it could be compared: {why}"));
        }
        lines
    }
}
