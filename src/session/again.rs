//! A run again: a new simulation that is given the commands of a record arrives at the same world, bit
//! for bit, and so does that of a fork if it is changed where the fork was.

use crate::command::Arrived;
use crate::frame::Frame;
use crate::scenario::Scenario;
use crate::sim::Simulation;
use crate::takeover::change::Fork;
use std::sync::Arc;

/// A simulation that is changed at the tick of its fork, if it is one.
pub struct Again {
    pub sim: Simulation,
    fork: Option<Fork>,
}

impl Again {
    /// At tick 0.
    ///
    /// # Errors
    /// In words, if the fork's change cannot be made in this scenario.
    pub fn new(scenario: &Arc<Scenario>, seed: u64, fork: Option<&Fork>) -> Result<Self, String> {
        if let Some(policy) = fork.and_then(|f| f.change.policy.as_ref()) {
            crate::scenario::parse_policy(policy, &scenario.network)?;
        }
        Ok(Self {
            sim: Simulation::new(Arc::clone(scenario), seed),
            fork: fork.cloned(),
        })
    }

    /// Without a fork.
    pub fn of(sim: Simulation) -> Self {
        Self { sim, fork: None }
    }

    /// The next tick.
    pub fn step(&mut self, arrived: Arrived) -> &Frame {
        self.turn();
        self.sim.step_with(arrived)
    }

    /// Changes what changes at this tick.
    pub fn turn(&mut self) {
        let now = self.sim.frame().tick;
        if let Some(fork) = self.fork.take_if(|f| f.tick == now) {
            // It was tried when this was made.
            let _ = self.sim.change(&fork.change);
        }
    }
}
