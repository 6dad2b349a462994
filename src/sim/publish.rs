//! Record: the frame that leaves the vehicle, and the hash that pins the run down.

use super::act::Actuators;
use super::decide::Mind;
use super::judge::Conflicts;
use super::others::Others;
use super::schedule::{Step, Tick};
use super::sense::Eyes;
use super::spawn::{BodyQuery, Fleet, state};
use super::whereabouts::{self, Whereabouts};
use super::{DT, Ended, Given, Happened, Now, Published};
use crate::autopilot::plan;
use crate::frame::{BodyView, EgoView, Frame, RequestView, SightView};
use crate::road::Located;
use crate::takeover::event::Authority;
use crate::traffic::Traffic;
use crate::vehicle::VehicleSpec;
use crate::vehicle::dynamics::BodyState;
use bevy::ecs::system::RunSystemOnce;
use bevy::prelude::*;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Bytes of one tick's state, kept to save the allocation.
#[derive(Resource, Debug, Default)]
struct Scratch(Vec<u8>);

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Scratch>()
        .add_systems(Tick, (advance, publish).chain().in_set(Step::Record));
}

/// The frame of tick 0, before any step.
pub(super) fn first_frame(world: &mut World) {
    world
        .run_system_once(whereabouts::find)
        .and_then(|()| world.run_system_once(publish))
        .expect("the plugins of Simulation::new insert all resources");
}

/// The step arrives at the next tick.
fn advance(mut now: ResMut<Now>) {
    now.tick += 1;
}

fn publish(
    now: Res<Now>,
    given: Res<Given>,
    fleet: Res<Fleet>,
    bodies: Query<BodyQuery>,
    eyes: Res<Eyes>,
    whereabouts: Res<Whereabouts>,
    mind: Res<Mind>,
    actuators: Res<Actuators>,
    others: Res<Others>,
    happened: Res<Happened>,
    ended: Res<Ended>,
    conflicts: Res<Conflicts>,
    mut scratch: ResMut<Scratch>,
    mut published: ResMut<Published>,
) {
    let frame = &mut published.0;
    let bytes = &mut scratch.0;
    bytes.clear();
    let authority = mind.machine.state();
    let controls = actuators.0;
    frame.bodies.clear();

    let Ok(ego) = bodies.get(fleet.ego).map(state) else {
        return;
    };
    let mut view = view(&given.ego, &ego);
    view.brake_lights = controls.brake > 0.01;
    let lamps = mind.autopilot.lamps();
    view.hazard_lights = matches!(authority, Authority::MinimalRisk | Authority::Standstill);
    if authority != Authority::Operator {
        view.indicator = lamps.indicator;
    }
    frame.bodies.push(view);
    append(bytes, &ego);
    for (i, entity) in fleet.actors.iter().enumerate() {
        if let Ok(body) = bodies.get(*entity).map(state) {
            frame.bodies.push(other_view(&others.traffic, i, &body));
            append(bytes, &body);
        }
    }

    let report = eyes.perception.report();
    for value in [controls.steer, controls.accelerator, controls.brake] {
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend(report.confidence.overall.to_le_bytes());
    bytes.push(authority as u8);

    if let Some(located) = &whereabouts.found {
        ego_view(frame, &given, &ego, located);
        let here = located.point;
        frame.visibility = given.weather.air.visibility_at((here.road, here.s));
        frame.rain = given.weather.rain_at((here.road, here.s));
    }
    frame.ego.wheel = f64::from(controls.steer * given.ego.steering.ratio);
    frame.ego.accelerator = f64::from(controls.accelerator);
    frame.ego.brake = f64::from(controls.brake);
    frame.confidence = report.confidence.with_planning(mind.autopilot.planning());
    frame.tracks.clone_from(&report.tracks);
    frame.sight = SightView {
        visible_range: report.visible_range,
        lane_range: report.lane.range,
        lane_quality: report.lane.quality,
        pose_sd: report.pose_sd,
        free: report.free,
    };
    plan(&mind.autopilot, frame.ego.speed, &mut frame.plan);
    frame.lights.clear();
    frame.lights.extend(others.traffic.lights());
    frame.authority = authority;
    frame.source = mind.source;
    frame.speed_cap = mind.speed_cap;
    frame.offers = mind.machine.offers();
    frame.request = mind.machine.request().map(|r| RequestView {
        id: r.id,
        reason: r.reason,
        raised: r.raised,
        deadline: mind.machine.deadline().unwrap_or(r.raised),
        escalated: r.escalated,
    });
    frame.judged = conflicts.judged;
    frame.events.clone_from(&happened.0);
    frame.ended = ended.0;
    frame.tick = now.tick;
    frame.time = now.time();
    // Each hash takes in the one before: equal hashes mean equal runs up to here.
    frame.hash = xxh3_64_with_seed(bytes, frame.hash);
}

fn view(spec: &VehicleSpec, body: &BodyState) -> BodyView {
    BodyView {
        kind: spec.kind,
        position: body.position,
        rotation: body.rotation,
        velocity: body.velocity,
        angular_velocity: body.angular_velocity,
        size: Vec3::new(spec.length, spec.width, spec.height),
        to_middle: Vec3::new(spec.cg_to_middle(), 0.0, -spec.cg_height),
        brake_lights: false,
        hazard_lights: false,
        indicator: 0,
    }
}

fn other_view(traffic: &Traffic, i: usize, body: &BodyState) -> BodyView {
    let shape = traffic.shape(i);
    let (forward, up) = (shape.cg_forward as f32, shape.cg_height as f32);
    let (mut position, mut rotation) = (body.position, body.rotation);
    let pose = traffic.pose(i);
    if pose.pitch != 0.0 || pose.roll != 0.0 {
        // The body itself stays upright; what is seen of it follows the surface.
        let below = position - rotation * Vec3::new(forward, 0.0, 0.0) - Vec3::Z * up;
        rotation = rotation
            * Quat::from_rotation_y(pose.pitch as f32)
            * Quat::from_rotation_x(pose.roll as f32);
        position = below + rotation * Vec3::new(forward, 0.0, up);
    }
    BodyView {
        kind: shape.kind,
        position,
        rotation,
        velocity: body.velocity,
        angular_velocity: body.angular_velocity,
        size: Vec3::new(shape.length as f32, shape.width as f32, shape.height as f32),
        to_middle: Vec3::new(-forward, 0.0, -up),
        brake_lights: traffic.brake_lights(i),
        hazard_lights: traffic.hazard_lights(i),
        indicator: traffic.indicator(i),
    }
}

fn ego_view(frame: &mut Frame, given: &Given, ego: &BodyState, here: &Located) {
    let heading = here.heading;
    let forward = ego.rotation * Vec3::X;
    let speed = f64::from(ego.velocity.dot(forward));
    let drift = f64::from(ego.velocity.dot(ego.rotation * Vec3::Y));
    let acceleration = if frame.tick == 0 && frame.hash == 0 {
        0.0
    } else {
        (speed - frame.ego.speed) / DT
    };
    frame.ego = EgoView {
        speed,
        acceleration,
        s: here.point.s,
        offset: here.offset,
        lateral_speed: speed * libm::sin(heading) + drift * libm::cos(heading),
        speed_limit: given.network.limit(here.at),
        ..frame.ego
    };
}

fn append(bytes: &mut Vec<u8>, body: &BodyState) {
    let q = body.rotation;
    let vectors = [body.position, body.velocity, body.angular_velocity];
    for value in vectors
        .iter()
        .flat_map(|v| v.to_array())
        .chain(q.to_array())
    {
        bytes.extend(value.to_le_bytes());
    }
}
