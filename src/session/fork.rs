//! What would have happened without a person: the same run again up to a moment, and on from there
//! with the automation alone.
//!
//! A run is its scenario, its seed and its commands, so a new simulation that is given the same
//! commands arrives at the same world, bit for bit; the hash of the moment's tick proves it. It costs
//! one run up to the moment for each.

use super::again::Again;
use super::cases::Cases;
use super::limit::{LimitKind, LimitWatch};
use super::pace::Stop;
use crate::command::Command;
use crate::frame::End;
use crate::record::{Entry, Log};
use crate::referee::verdict::{Moment, RequestVerdict};
use crate::scenario::Scenario;
use crate::sim::DT;
use std::sync::Arc;

/// Why a run cannot be judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoVerdict {
    #[error(
        "run again, it is another one from tick {tick} on: expected hash {expected:016x}, got {got:016x}; it was recorded by another version of takeover or on another kind of machine"
    )]
    Differs { tick: u64, expected: u64, got: u64 },
    #[error("what was changed in this fork cannot be changed here: {0}")]
    Change(String),
    #[error("stopped before everything was judged; `takeover judge LOG` does it")]
    Stopped,
}

/// The verdicts on all moments of a run, in order.
///
/// # Errors
/// If the run cannot be repeated, or `stop` is requested.
pub fn verdicts(
    scenario: &Arc<Scenario>,
    seed: u64,
    cases: &Cases,
    stop: &Stop,
) -> Result<Vec<RequestVerdict>, NoVerdict> {
    cases
        .moments
        .iter()
        .map(|moment| verdict(scenario, seed, cases, moment, stop))
        .collect()
}

fn verdict(
    scenario: &Arc<Scenario>,
    seed: u64,
    cases: &Cases,
    moment: &Moment,
    stop: &Stop,
) -> Result<RequestVerdict, NoVerdict> {
    if stop.requested() {
        return Err(NoVerdict::Stopped);
    }
    let mut again = Again::new(scenario, seed, cases.fork.as_ref()).map_err(NoVerdict::Change)?;
    // What was met before is not the automation's doing from here on.
    let mut watch = LimitWatch::new(scenario);
    for arrived in cases.commands.iter().take(moment.tick as usize) {
        let frame = again.step(*arrived);
        watch.pass(frame);
        if frame.tick.is_multiple_of(1000) && stop.requested() {
            return Err(NoVerdict::Stopped);
        }
    }
    // What a fork changes at this very tick is as it was when it was judged.
    again.turn();
    let mut sim = again.sim;
    let (tick, got) = (sim.frame().tick, sim.frame().hash);
    if got != moment.hash {
        let expected = moment.hash;
        return Err(NoVerdict::Differs {
            tick,
            expected,
            got,
        });
    }
    let start = sim.frame().time;
    let settings = &scenario.referee;
    sim.go_alone();
    let mut alone = Vec::new();
    let mut now = start;
    while now - start < settings.horizon - DT / 2.0 {
        let frame = sim.step(Command::default());
        now = frame.time;
        alone.extend(watch.frame(frame));
        let crashed = alone.iter().any(|l| l.kind == LimitKind::Collision);
        // The scenario's duration is no limit to what would have been.
        if crashed || matches!(frame.ended, Some(End::RoadEnd | End::LeftRoad)) {
            break;
        }
    }
    Ok(RequestVerdict::new(
        settings,
        moment,
        start,
        now - start,
        &alone,
        &cases.limits,
    ))
}

/// Runs a log again, tick by tick, up to where it ends or breaks off.
///
/// # Errors
/// If the run is not the one on record.
pub fn replay(log: &Log, scenario: &Arc<Scenario>) -> Result<Cases, NoVerdict> {
    let fork = log.info.fork.as_ref();
    let mut again = Again::new(scenario, log.info.seed, fork).map_err(NoVerdict::Change)?;
    let mut cases = Cases::new(scenario, again.sim.frame());
    cases.fork = fork.cloned();
    let mut arrived = None;
    for entry in &log.entries {
        match entry {
            Entry::Command(c) if c.tick == again.sim.frame().tick => arrived = Some(c.arrived()),
            Entry::State(state) => {
                let Some(arrived) = arrived.take() else {
                    // Something is missing here; what came before can be judged.
                    break;
                };
                let frame = again.step(arrived);
                if (frame.tick, frame.hash) != (state.tick, state.hash) {
                    return Err(NoVerdict::Differs {
                        tick: state.tick,
                        expected: state.hash,
                        got: frame.hash,
                    });
                }
                cases.tick(arrived, frame);
            }
            _ => {}
        }
    }
    Ok(cases)
}
