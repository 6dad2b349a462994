//! From run to run in one window: what belongs to a run goes with it.
//!
//! A window can only be opened once in the life of a program, so a run must leave nothing behind.
//! What is spawned belongs to the run unless it says that it is [`Lasting`]; [`Begin`] is run once
//! for each run and makes it anew; what a system remembers for itself is kept in a [`Memory`].

use super::annunciator::{self, Ends};
use super::feed::{Feed, Picture, Stop};
use super::presented::{Shown, Uplink};
use super::scene::Setting;
use super::sound::Volume;
use super::{skins, sky};
use crate::scenario::Scenario;
use crate::session::live::Live;
use bevy::ecs::schedule::ScheduleLabel;
use bevy::platform::cell::SyncCell;
use bevy::prelude::*;
use bevy::render::extract_resource::ExtractResource;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Run once at the start of each run, when [`Setting`] and the feed are there.
#[derive(ScheduleLabel, Clone, Debug, PartialEq, Eq, Hash)]
pub struct Begin;

/// Stays when a run is cleared away.
#[derive(Component)]
pub struct Lasting;

/// Counts the runs of this window, from 1; 0 before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Resource, ExtractResource)]
pub struct RunNumber(pub u32);

/// What a system remembers of one run, for its `Local`: forgotten in the next.
#[derive(Default)]
pub struct Memory<T> {
    run: RunNumber,
    value: T,
}

impl<T: Default> Memory<T> {
    pub fn of(&mut self, run: RunNumber) -> &mut T {
        if self.run != run {
            *self = Self {
                run,
                value: T::default(),
            };
        }
        &mut self.value
    }
}

/// Begins a run; what is left of the one before is cleared away.
pub fn begin(world: &mut World, live: Live) {
    clear(world);
    let vehicle = annunciator::spawn(Ends {
        vehicle: live.vehicle,
        alerts: live.scenario.alerts,
        clock: live.clock,
        report: live.operator.clone(),
        haptics: live.haptics,
        volume: world.get_resource_or_init::<Volume>().clone(),
    });
    world.insert_resource(Uplink::new(live.clock, live.pauses.clone(), live.operator));
    world.insert_resource(Stop(live.stop));
    world.insert_resource(Feed {
        vehicle: SyncCell::new(vehicle),
        summary: SyncCell::new(live.summary),
    });
    set(world, live.scenario);
}

/// Makes the scene of a scenario, for a run or a replay.
pub fn set(world: &mut World, scenario: Arc<Scenario>) {
    world.insert_resource(ClearColor(sky::clear_colour(&scenario.weather)));
    world.insert_resource(Setting(scenario));
    world.resource_mut::<RunNumber>().0 += 1;
    skins::prepare(world);
    world.run_schedule(Begin);
}

/// Ends the run if it goes on, and clears away all that belongs to it.
pub fn clear(world: &mut World) {
    if let Some(stop) = world.remove_resource::<Stop>() {
        stop.0.store(true, Ordering::Relaxed);
    }
    world.remove_resource::<Feed>();
    world.remove_resource::<Setting>();
    world.remove_resource::<Uplink>();
    world.insert_resource(Picture::default());
    world.insert_resource(Shown::default());
    type OfRun = (
        Or<(With<Transform>, With<Node>)>,
        Without<ChildOf>,
        Without<Lasting>,
    );
    let mut of_run = world.query_filtered::<Entity, OfRun>();
    let gone: Vec<Entity> = of_run.iter(world).collect();
    for entity in gone {
        world.despawn(entity);
    }
}

/// Condition of all systems that need a run.
pub fn running(setting: Option<Res<Setting>>) -> bool {
    setting.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_forgotten_in_the_next_run() {
        let mut memory = Memory::<Option<u8>>::default();
        *memory.of(RunNumber(1)) = Some(3);
        assert_eq!(*memory.of(RunNumber(1)), Some(3));
        assert_eq!(*memory.of(RunNumber(2)), None);
    }

    #[test]
    fn what_lasts_is_left_when_a_run_is_cleared_away() {
        let mut world = World::new();
        let menu = world.spawn((Node::default(), Lasting)).id();
        let button = world.spawn((Node::default(), ChildOf(menu))).id();
        let tree = world.spawn(Transform::default()).id();
        let leaf = world.spawn((Transform::default(), ChildOf(tree))).id();
        let other = world.spawn_empty().id();
        clear(&mut world);
        for (entity, stays) in [
            (menu, true),
            (button, true),
            (tree, false),
            (leaf, false),
            (other, true),
        ] {
            assert_eq!(world.get_entity(entity).is_ok(), stays);
        }
    }
}
