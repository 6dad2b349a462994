//! The simulated world: a headless Bevy app with Rapier physics, stepped one tick at a time.
//!
//! Tick k is the instant k x 10 ms. [`Simulation::step`] goes from one tick to the next: decisions
//! are taken, and events stamped, at the tick it starts from; the [`Frame`] it returns shows the
//! tick it arrives at. The order inside a step stands in [`schedule`].
//!
//! Same binary, scenario, seed and commands: same bits. So there is one thread, one order, no
//! iteration over hash maps, no clock, and every step is hashed.

mod act;
pub mod bare;
mod decide;
mod judge;
mod others;
mod publish;
pub mod schedule;
mod sense;
mod spawn;
mod whereabouts;

use crate::command::{Arrived, Command};
use crate::frame::{End, Frame};
use crate::perception::Claim;
use crate::scenario::{Scenario, parse_policy};
use crate::takeover::change::Change;
use crate::takeover::event::{Event, TimedEvent};
use crate::takeover::policy::Inputs;
use bevy::prelude::*;
use std::sync::Arc;

/// Ticks per second.
pub const TICK_HZ: u64 = 100;
/// s per tick.
pub const DT: f64 = 1.0 / TICK_HZ as f64;

/// A running simulation.
pub struct Simulation {
    world: World,
    seed: u64,
}

/// The tick a step starts from.
#[derive(Resource, Clone, Copy, Debug, Default)]
struct Now {
    tick: u64,
}

impl Now {
    /// s since the start of the run.
    fn time(self) -> f64 {
        self.tick as f64 / TICK_HZ as f64
    }
}

/// The scenario, for all systems.
#[derive(Resource, Clone, Deref)]
struct Given(Arc<Scenario>);

/// The command this step was given.
#[derive(Resource, Clone, Copy, Debug, Default)]
struct Received(Arrived);

/// Events of this step, in order.
#[derive(Resource, Debug, Default)]
struct Happened(Vec<TimedEvent>);

impl Happened {
    fn push(&mut self, now: Now, event: Event) {
        self.0.push(TimedEvent {
            tick: now.tick,
            time: now.time(),
            event,
        });
    }
}

/// Why the run is over, once it is.
#[derive(Resource, Clone, Copy, Debug, Default)]
struct Ended(Option<End>);

/// What the last step arrived at.
#[derive(Resource, Debug, Default)]
struct Published(Frame);

impl Simulation {
    /// The world of a scenario at tick 0.
    pub fn new(scenario: Arc<Scenario>, seed: u64) -> Self {
        let mut app = App::new();
        app.insert_resource(Given(scenario))
            .init_resource::<Now>()
            .init_resource::<Received>()
            .init_resource::<Happened>()
            .init_resource::<Ended>()
            .init_resource::<Published>()
            .init_resource::<whereabouts::Whereabouts>();
        schedule::plugin(&mut app);
        others::plugin(&mut app, seed);
        spawn::plugin(&mut app);
        sense::plugin(&mut app, seed);
        decide::plugin(&mut app);
        act::plugin(&mut app);
        judge::plugin(&mut app);
        publish::plugin(&mut app);
        app.finish();
        app.cleanup();
        // The app was only there to build the world, which can move to another thread.
        let mut world = std::mem::take(app.world_mut());
        publish::first_frame(&mut world);
        Self { world, seed }
    }

    /// What it was made from: with the same commands the same run.
    pub fn origin(&self) -> (Arc<Scenario>, u64) {
        (self.world.resource::<Given>().0.clone(), self.seed)
    }

    /// Names of the others, in the order of the frames' bodies.
    pub fn names(&self) -> Vec<String> {
        self.world.resource::<others::Others>().traffic.names()
    }

    /// One tick with a command that was sent just now: returns what leaves the vehicle.
    pub fn step(&mut self, command: Command) -> &Frame {
        self.step_with(Arrived {
            command,
            ..Arrived::default()
        })
    }

    /// One tick: takes the command that has arrived at the vehicle, returns what leaves it.
    pub fn step_with(&mut self, arrived: Arrived) -> &Frame {
        self.world.resource_mut::<Received>().0 = arrived;
        self.world.run_schedule(schedule::Tick);
        self.frame()
    }

    /// From now on the automation drives alone: no request is raised, one that waits is dropped
    /// without a word, commands are ignored, no minimal-risk manoeuvre begins (one that runs goes
    /// on). What the referee asks of a copy of a run, to see what would have happened.
    pub fn go_alone(&mut self) {
        let given = self.world.resource::<Given>();
        let (settings, control) = (given.authority, given.control);
        self.world
            .resource_mut::<decide::Mind>()
            .go_alone(settings, control);
    }

    /// Changes the vehicle in the middle of a run: what a fork does at its tick.
    ///
    /// # Errors
    /// In words, if the policy cannot work here.
    pub fn change(&mut self, change: &Change) -> Result<(), String> {
        let given = self.world.resource::<Given>().0.clone();
        let policy = match &change.policy {
            Some(text) => Some(parse_policy(text, &given.network)?.build(&given.network)),
            None => None,
        };
        if change.alone {
            self.go_alone();
        }
        let mut mind = self.world.resource_mut::<decide::Mind>();
        mind.change(policy, change.request);
        Ok(())
    }

    /// What the latest perception report claims, judged by the truth. For tools: nothing of it goes
    /// down the link.
    pub fn claims(&self) -> &[Claim] {
        self.world.resource::<sense::Eyes>().perception.claims()
    }

    /// What the takeover policy decided by in the last step; none before the first.
    pub fn inputs(&self) -> Option<&Inputs> {
        self.world.resource::<decide::Mind>().inputs.as_ref()
    }

    /// The latest frame; before the first step, that of tick 0.
    pub fn frame(&self) -> &Frame {
        &self.world.resource::<Published>().0
    }
}
