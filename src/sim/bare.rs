//! The same bodies under the physics engine alone: what a tick costs before any work of ours.
//! For the benchmark; see `benches/tick.rs`.

use super::{DT, schedule, spawn};
use crate::scenario::Scenario;
use crate::traffic::Traffic;
use bevy::ecs::schedule::{ScheduleLabel, SingleThreadedExecutor};
use bevy::prelude::*;
use bevy_rapier3d::prelude::*;

#[derive(ScheduleLabel, Clone, Debug, PartialEq, Eq, Hash)]
struct BareTick;

/// Which of bevy_rapier's systems run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Systems {
    /// Those that the simulation uses.
    Needed,
    /// All of bevy_rapier's default set-up.
    Default,
}

/// A world in which bodies fly on under no force.
pub struct Bare(App);

impl Bare {
    pub fn new(scenario: &Scenario, systems: Systems) -> Self {
        let mut app = App::new();
        let mut plain = Schedule::new(BareTick);
        plain.set_executor(SingleThreadedExecutor::new());
        app.add_schedule(plain);
        match systems {
            Systems::Needed => schedule::physics(&mut app, BareTick.intern()),
            Systems::Default => {
                app.add_plugins((
                    TransformPlugin,
                    RapierPhysicsPlugin::<NoUserData>::default().in_schedule(BareTick),
                ))
                .insert_resource(TimestepMode::Fixed {
                    dt: DT as f32,
                    substeps: 1,
                })
                .init_resource::<Time>();
                app.world_mut().run_schedule(PreStartup);
            }
        }
        let traffic = Traffic::new(&scenario.network, &scenario.traffic, 1);
        spawn::bodies(app.world_mut(), scenario, &traffic);
        let ego = app.world().resource::<spawn::Fleet>().ego;
        // Without wheels it would fall; without gravity it flies on like the others.
        app.world_mut().entity_mut(ego).insert(GravityScale(0.0));
        Self(app)
    }

    pub fn step(&mut self) {
        self.0.world_mut().run_schedule(BareTick);
    }
}
