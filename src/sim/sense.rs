//! Sense: the truth goes into perception, and only its report comes out.

use super::others::Others;
use super::schedule::{Step, Tick};
use super::spawn::{BodyQuery, Fleet, state};
use super::{DT, Given, Now};
use crate::perception::{ActorTruth, EgoTruth, Perception, TICKS_PER_REPORT};
use crate::random::{Purpose, stream};
use crate::road::Road;
use crate::traffic::Shape;
use crate::vehicle::VehicleSpec;
use crate::vehicle::dynamics::BodyState;
use bevy::prelude::*;

#[derive(Resource)]
pub struct Eyes {
    pub perception: Perception,
    truth: Vec<ActorTruth>,
}

pub(super) fn plugin(app: &mut App, seed: u64) {
    let settings = app.world().resource::<Given>().sensors;
    app.insert_resource(Eyes {
        perception: Perception::new(settings, stream(seed, Purpose::Sensors)),
        truth: Vec::new(),
    })
    .add_systems(Tick, sense.in_set(Step::Sense));
}

fn sense(
    now: Res<Now>,
    given: Res<Given>,
    fleet: Res<Fleet>,
    others: Res<Others>,
    mut eyes: ResMut<Eyes>,
    bodies: Query<BodyQuery>,
) {
    if !now.tick.is_multiple_of(TICKS_PER_REPORT) {
        return;
    }
    let Ok(ego) = bodies.get(fleet.ego) else {
        return;
    };
    let eyes = &mut *eyes;
    eyes.truth.clear();
    for (i, entity) in fleet.actors.iter().enumerate() {
        if others.traffic.present(i)
            && let Ok(body) = bodies.get(*entity)
        {
            eyes.truth.push(actor_truth(
                i as u32,
                &given.network.roads[0],
                &others.traffic.shape(i),
                &state(body),
            ));
        }
    }
    let ego = ego_truth(&given.ego, &state(ego));
    let dt = TICKS_PER_REPORT as f64 * DT;
    eyes.perception.sense(
        &given.network.roads[0],
        &given.weather.air,
        &ego,
        &eyes.truth,
        dt,
    );
}

/// Yaw of a body, rad.
pub fn yaw(body: &BodyState) -> f64 {
    let forward = body.rotation * Vec3::X;
    libm::atan2(f64::from(forward.y), f64::from(forward.x))
}

fn ego_truth(spec: &VehicleSpec, body: &BodyState) -> EgoTruth {
    EgoTruth {
        x: f64::from(body.position.x),
        y: f64::from(body.position.y),
        yaw: yaw(body),
        speed: f64::from(body.velocity.dot(body.rotation * Vec3::X)),
        nose: f64::from(spec.cg_to_front_axle + spec.front_overhang),
    }
}

fn actor_truth(id: u32, road: &Road, shape: &Shape, body: &BodyState) -> ActorTruth {
    let middle = body.position + body.rotation * Vec3::new(-shape.cg_forward as f32, 0.0, 0.0);
    let (x, y) = (f64::from(middle.x), f64::from(middle.y));
    let direction = road.line.pose(road.line.nearest(x, y).0).yaw;
    let along = f64::from(body.velocity.x) * libm::cos(direction)
        + f64::from(body.velocity.y) * libm::sin(direction);
    ActorTruth {
        id,
        x,
        y,
        speed: along,
        length: shape.length,
    }
}
