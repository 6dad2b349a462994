//! What if: the same world from a moment of a record on, with something else in it.
//!
//! The recorded commands bring a new simulation to that moment, bit for bit (the tick's hash says so);
//! from there on somebody else gives them, or the vehicle is changed. A fork writes a record of its own,
//! from tick 0, that repeats like any other.

use super::outcome::{Outcome, Watch};
use super::recorded::Recorded;
use crate::command::Arrived;
use crate::frame::End;
use crate::operator::Operator;
use crate::record::{Entry, RecordError, Recorder, RunEnd};
use crate::scenario::Scenario;
use crate::session::fork::NoVerdict;
use crate::session::{Session, Stop};
use crate::takeover::change::{Asked, Change, Fork};
use crate::takeover::event::Event;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

/// Who gives the commands from the fork on.
pub enum Who {
    /// The commands of the record, so many ticks later than they were (earlier if negative).
    Recorded { later: i64 },
    /// Whoever this is, over the scenario's link.
    Operator(Box<dyn Operator>),
}

/// A fork to be driven.
pub struct Plan {
    /// As a table names it.
    pub name: String,
    /// The scenario, with another link, other alerts or another vehicle in it, if so chosen.
    pub scenario: Arc<Scenario>,
    pub fork: Fork,
    pub who: Who,
    /// So many ticks after the fork at most.
    pub at_most: Option<u64>,
}

/// Why there is no fork.
#[derive(Debug, thiserror::Error)]
pub enum ForkError {
    #[error("{}: {why}", path.display())]
    Differs { path: PathBuf, why: NoVerdict },
    #[error("{}: cannot be forked at tick {tick}: its commands are on record up to tick {last} only", path.display())]
    Beyond { path: PathBuf, tick: u64, last: u64 },
    #[error("cannot change that: {0}")]
    Change(String),
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error("stopped before the fork was over")]
    Stopped,
}

/// What a fork came to.
pub struct Forked {
    pub outcome: Outcome,
    pub hash: u64,
    pub ticks: u64,
    /// Its own record, if one was kept.
    pub log: Option<PathBuf>,
}

/// A request of the record, and the moment that it is moved to.
///
/// # Errors
/// In words: there is none after the fork, or it would come before it.
pub fn shifted(recorded: &Recorded, from: u64, later: i64) -> Result<(Asked, u64), String> {
    let found = recorded.events.iter().find_map(|e| match e.event {
        Event::RequestRaised { reason, .. } if e.tick >= from => Some((e.tick, reason)),
        _ => None,
    });
    let (was, reason) = found.ok_or("there is no request at or after the fork to be moved")?;
    let tick = was.checked_add_signed(later).filter(|t| *t >= from);
    let tick = tick.ok_or_else(|| {
        let at = was as f64 / 100.0;
        format!(
            "the request at {at:.2} s would come at {:.2} s, before the fork at {:.2} s; fork earlier (--at)",
            at + later as f64 / 100.0,
            from as f64 / 100.0
        )
    })?;
    Ok((Asked { tick, reason }, was))
}

/// Commands of the record that had been sent before the fork and arrive after it.
fn under_way(recorded: &Recorded, from: u64) -> VecDeque<Arrived> {
    let start = from as f64 / 100.0;
    let later = recorded.commands.iter().enumerate().skip(from as usize);
    let sent_before = later.take_while(|(tick, c)| *tick as f64 / 100.0 - c.age < start - 1e-9);
    sent_before.map(|(_, c)| *c).collect()
}

/// A session that has been brought to the fork: the operator goes on from here.
///
/// # Errors
/// If the run does not repeat, or the fork lies beyond it.
pub fn prepare(
    recorded: &Recorded,
    scenario: &Arc<Scenario>,
    fork: &Fork,
    operator: Box<dyn Operator>,
    recorder: Option<Recorder>,
    mut see: impl FnMut(&Session),
) -> Result<Session, ForkError> {
    let (tick, last) = (fork.tick, recorded.ticks());
    if tick > last {
        let path = recorded.path.clone();
        return Err(ForkError::Beyond { path, tick, last });
    }
    // A fork of a fork is changed where that one was, too.
    let mut session = match &recorded.info.fork {
        Some(before) if before.change != Change::default() && before.tick < tick => {
            let nested = "the log is itself a fork that changed the vehicle; fork the log it came from, or at that fork's moment";
            return Err(ForkError::Change(nested.into()));
        }
        _ => Session::fork(scenario, recorded.info.seed, fork, operator, recorder),
    }
    .map_err(ForkError::Change)?;
    let mut told = recorded.told.iter().peekable();
    for (i, arrived) in recorded.commands[..tick as usize].iter().enumerate() {
        while let Some((_, entry)) = told.next_if(|t| t.0 <= i as u64) {
            session.retell(entry);
        }
        let got = session.relive(*arrived).hash;
        let expected = recorded.hashes[i];
        if got != expected && fork.vehicle.is_none() {
            let why = NoVerdict::Differs {
                tick: i as u64 + 1,
                expected,
                got,
            };
            return Err(ForkError::Differs {
                path: recorded.path.clone(),
                why,
            });
        }
        see(&session);
        if session.ended().is_some() {
            break;
        }
    }
    let last = (tick as usize)
        .checked_sub(1)
        .and_then(|i| recorded.commands.get(i));
    session.go_on(last.copied().unwrap_or_default(), under_way(recorded, tick));
    Ok(session)
}

/// Drives a fork to its end.
///
/// # Errors
/// As [`prepare`], or if `stop` is requested.
pub fn drive(
    recorded: &Recorded,
    plan: Plan,
    recorder: Option<Recorder>,
    stop: &Stop,
) -> Result<Forked, ForkError> {
    let log = recorder.as_ref().map(|r| r.path().to_path_buf());
    let names: Vec<String> = {
        let traffic = crate::traffic::Traffic::new(
            &plan.scenario.network,
            &plan.scenario.traffic,
            recorded.info.seed,
        );
        traffic.names()
    };
    let from = plan.fork.tick;
    let mut watch = Watch::new(plan.name, &plan.scenario, &names, from);
    let (operator, later): (Box<dyn Operator>, Option<i64>) = match plan.who {
        Who::Operator(operator) => (operator, None),
        Who::Recorded { later } => (Box::new(crate::operator::Nobody), Some(later)),
    };
    let mut session = prepare(
        recorded,
        &plan.scenario,
        &plan.fork,
        operator,
        recorder,
        |s| watch.frame(s.frame()),
    )?;
    let until = plan.at_most.map_or(u64::MAX, |n| from.saturating_add(n));
    // What was under way, and what a person did, comes as it came.
    let mut told = recorded
        .told
        .iter()
        .filter(|t| t.0 > from || later.is_some() && t.0 == from)
        .peekable();
    let end = loop {
        if let Some(end) = session.ended() {
            break Some(end);
        }
        if session.frame().tick >= until {
            break None;
        }
        if session.frame().tick.is_multiple_of(500) && stop.requested() {
            return Err(ForkError::Stopped);
        }
        match later {
            None => {
                session.tick(0.0);
            }
            Some(later) => {
                let tick = session.frame().tick;
                while let Some((_, entry)) =
                    told.next_if(|t| t.0.saturating_add_signed(later) <= tick)
                {
                    session.retell(&moved(entry, later));
                }
                let then = tick.checked_add_signed(-later).unwrap_or_default();
                let Some(arrived) = recorded.commands.get(then as usize) else {
                    // Nobody knows what would have been done after it.
                    break None;
                };
                session.relive(*arrived);
            }
        }
        watch.frame(session.frame());
    };
    // Verdicts are for the fork's own record.
    if log.is_some()
        && let Err(NoVerdict::Stopped) = session.judge(stop)
    {
        return Err(ForkError::Stopped);
    }
    let (hash, ticks) = (session.frame().hash, session.frame().tick);
    let (account, recorder) = session.finish();
    if let Some(recorder) = recorder {
        let end = RunEnd {
            outcome: end.unwrap_or(End::Interrupted),
            ticks,
            state_hash: format!("{hash:016x}"),
            seal: None,
        };
        recorder.finish(&end)?;
    }
    Ok(Forked {
        outcome: watch.finish_with(end, &account.takeovers),
        hash,
        ticks,
        log,
    })
}

/// The same, so many ticks later.
fn moved(entry: &Entry, later: i64) -> Entry {
    let mut entry = entry.clone();
    let s = later as f64 / 100.0;
    match &mut entry {
        Entry::Input(input) => input.time_ns += later * 10_000_000,
        Entry::Presented(alert) => {
            alert.submitted += s;
            alert.presented += s;
        }
        Entry::Link(view) => view.time += s,
        Entry::Video(view) => {
            view.captured += s;
            view.arrived += s;
        }
        Entry::Drawn(drawn) => {
            drawn.captured += s;
            drawn.presented += s;
        }
        Entry::Event(event) => {
            event.time += s;
            event.tick = event.tick.saturating_add_signed(later);
        }
        _ => {}
    }
    entry
}
