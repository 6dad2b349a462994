//! The order of a tick.

use super::Happened;
use bevy::ecs::schedule::{
    InternedScheduleLabel, LogLevel, ScheduleBuildSettings, ScheduleLabel, SingleThreadedExecutor,
};
use bevy::prelude::*;
use bevy_rapier3d::plugin::systems as rapier;
use bevy_rapier3d::prelude::*;

/// The schedule that one [`super::Simulation::step`] runs.
#[derive(ScheduleLabel, Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tick;

/// The parts of a tick. They run in this order, each to its end.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The operator's command arrives.
    Receive,
    /// The scenario's script moves others.
    Script,
    /// Sensors read the world.
    Sense,
    /// Policy, authority and autopilot decide.
    Decide,
    /// Actuators turn decisions into forces.
    Act,
    /// Rapier moves all bodies by one tick.
    Physics,
    /// The referee looks at the truth.
    Judge,
    /// The frame is made and hashed.
    Record,
}

pub(super) fn plugin(app: &mut App) {
    let mut schedule = Schedule::new(Tick);
    // One thread, and no two systems whose order is left open: both would cost repeatability.
    schedule
        .set_executor(SingleThreadedExecutor::new())
        .set_build_settings(ScheduleBuildSettings {
            ambiguity_detection: LogLevel::Error,
            ..Default::default()
        })
        .configure_sets(
            (
                Step::Receive,
                Step::Script,
                Step::Sense,
                Step::Decide,
                Step::Act,
                Step::Physics,
                Step::Judge,
                Step::Record,
            )
                .chain(),
        );
    app.add_schedule(schedule);
    app.add_systems(Tick, begin.in_set(Step::Receive));
    physics(app, Tick.intern());
}

/// bevy_rapier's own systems, those that this world needs, in one fixed order. Its default set-up
/// leaves the order of some open and runs joints, characters, hierarchies and interpolation too.
pub fn physics(app: &mut App, schedule: InternedScheduleLabel) {
    app.add_plugins(
        RapierPhysicsPlugin::<NoUserData>::default()
            .with_default_system_setup(false)
            .with_custom_initialization(RapierContextInitialization::NoAutomaticRapierContext)
            .in_schedule(schedule),
    )
    .insert_resource(TimestepMode::Fixed {
        dt: super::DT as f32,
        substeps: 1,
    })
    // Asked for by bevy_rapier's step, unused with a fixed time step.
    .init_resource::<Time>()
    .add_systems(
        schedule,
        (
            rapier::init_rigid_bodies,
            rapier::init_colliders,
            rapier::apply_rigid_body_user_changes,
            rapier::step_simulation::<NoUserData>,
            rapier::writeback_rigid_bodies,
        )
            .chain()
            .in_set(Step::Physics),
    );
    app.world_mut().spawn((
        RapierContextSimulation::default(),
        RapierConfiguration {
            gravity: Vec3::new(0.0, 0.0, -crate::vehicle::dynamics::GRAVITY),
            ..RapierConfiguration::new(1.0)
        },
        DefaultRapierContext,
    ));
}

/// A step begins: what happened in the last one is over.
fn begin(mut happened: ResMut<Happened>) {
    happened.0.clear();
}
