//! Sense: the sensors read the world, 20 times a second.

use super::schedule::{Step, Tick};
use super::spawn::{BodyQuery, Fleet, state};
use super::whereabouts::Whereabouts;
use super::{DT, Given, Now};
use crate::perception::{ActorTruth, EgoTruth, Perception, TICKS_PER_REPORT, World};
use crate::random::{Purpose, stream};
use crate::vehicle::VehicleSpec;
use crate::vehicle::dynamics::BodyState;
use bevy::prelude::*;

#[derive(Resource)]
pub struct Eyes {
    pub perception: Perception,
    truth: Vec<ActorTruth>,
}

pub(super) fn plugin(app: &mut App, seed: u64) {
    let given = app.world().resource::<Given>();
    let rng = stream(seed, Purpose::Sensors);
    let perception = Perception::new(given.sensors, &given.network, rng);
    app.insert_resource(Eyes {
        perception,
        truth: Vec::new(),
    })
    .add_systems(Tick, sense.in_set(Step::Sense));
}

fn sense(
    now: Res<Now>,
    given: Res<Given>,
    fleet: Res<Fleet>,
    whereabouts: Res<Whereabouts>,
    mut eyes: ResMut<Eyes>,
    bodies: Query<BodyQuery>,
) {
    if !now.tick.is_multiple_of(TICKS_PER_REPORT) {
        return;
    }
    let (Ok(ego), Some(located)) = (bodies.get(fleet.ego).map(state), whereabouts.found) else {
        return;
    };
    let eyes = &mut *eyes;
    eyes.truth.clear();
    for (i, (entity, actor)) in fleet.actors.iter().zip(&given.actors).enumerate() {
        if let Ok(body) = bodies.get(*entity) {
            eyes.truth
                .push(actor_truth(i as u32, &actor.spec, &state(body)));
        }
    }
    let ego = EgoTruth {
        x: f64::from(ego.position.x),
        y: f64::from(ego.position.y),
        yaw: yaw(&ego),
        speed: f64::from(ego.velocity.dot(ego.rotation * Vec3::X)),
        nose: f64::from(given.ego.cg_to_front_axle + given.ego.front_overhang),
        located,
    };
    let world = World {
        network: &given.network,
        weather: &given.weather,
        faults: &given.faults,
    };
    let dt = TICKS_PER_REPORT as f64 * DT;
    let path = whereabouts.locator.path();
    eyes.perception
        .sense(&world, path, &ego, &eyes.truth, now.time(), dt);
}

/// Yaw of a body, rad.
pub fn yaw(body: &BodyState) -> f64 {
    let forward = body.rotation * Vec3::X;
    libm::atan2(f64::from(forward.y), f64::from(forward.x))
}

fn actor_truth(id: u32, spec: &VehicleSpec, body: &BodyState) -> ActorTruth {
    let middle = body.position + body.rotation * Vec3::new(spec.cg_to_middle(), 0.0, 0.0);
    ActorTruth {
        id,
        kind: spec.kind,
        x: f64::from(middle.x),
        y: f64::from(middle.y),
        yaw: yaw(body),
        vx: f64::from(body.velocity.x),
        vy: f64::from(body.velocity.y),
        size: [spec.length, spec.width, spec.height].map(f64::from),
    }
}
