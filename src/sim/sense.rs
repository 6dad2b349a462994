//! Sense: the sensors read the world, 20 times a second.

use super::others::Others;
use super::schedule::{Step, Tick};
use super::spawn::{BodyQuery, Fleet, state};
use super::whereabouts::Whereabouts;
use super::{DT, Given, Now};
use crate::perception::{ActorTruth, EgoTruth, Perception, TICKS_PER_REPORT, World};
use crate::random::{Purpose, stream};
use crate::traffic::Shape;
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
    let probes = stream(seed, Purpose::Probes);
    let (suite, confidence) = (&given.sensors, &given.confidence);
    let perception = Perception::new(suite, confidence, &given.network, rng, probes);
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
    others: Res<Others>,
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
    for (i, entity) in fleet.actors.iter().enumerate() {
        if others.traffic.present(i)
            && let Ok(body) = bodies.get(*entity)
        {
            let shape = others.traffic.shape(i);
            eyes.truth.push(actor_truth(i as u32, &shape, &state(body)));
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

fn actor_truth(id: u32, shape: &Shape, body: &BodyState) -> ActorTruth {
    let middle = body.position + body.rotation * Vec3::new(-shape.cg_forward as f32, 0.0, 0.0);
    ActorTruth {
        id,
        kind: shape.kind,
        x: f64::from(middle.x),
        y: f64::from(middle.y),
        yaw: yaw(body),
        vx: f64::from(body.velocity.x),
        vy: f64::from(body.velocity.y),
        size: [shape.length, shape.width, shape.height],
    }
}
