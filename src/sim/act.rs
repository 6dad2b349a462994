//! Act: the party in authority moves the actuators, and the actuators make forces.

use super::decide::Mind;
use super::schedule::{Step, Tick};
use super::spawn::{Body, BodyQuery, Fleet, state};
use super::whereabouts::Whereabouts;
use super::{DT, Given, Received};
use crate::command::Command;
use crate::road::Located;
use crate::surface::Surface;
use crate::takeover::latency::limited;
use crate::takeover::source::Handover;
use crate::vehicle::VehicleSpec;
use crate::vehicle::dynamics::{Controls, Dynamics, Ground, Wrench};
use bevy::prelude::*;
use bevy_rapier3d::prelude::*;

/// The ego's controls in force.
#[derive(Resource, Clone, Copy, Debug, Default)]
pub struct Actuators(pub Controls);

/// Where the controls are on their way from one source to the next.
#[derive(Resource, Clone, Copy, Debug, Default)]
struct Between(Handover);

/// What the ego's forces remember from tick to tick.
#[derive(Resource, Debug)]
struct Chassis(Dynamics);

pub(super) fn plugin(app: &mut App) {
    let given = app.world().resource::<Given>();
    let chassis = Chassis(Dynamics::new(&given.ego, given.ego_speed as f32));
    app.init_resource::<Actuators>()
        .init_resource::<Between>()
        .insert_resource(chassis)
        .add_systems(Tick, drive_ego.in_set(Step::Act));
}

fn apply(force: &mut ExternalForce, wrench: Wrench) {
    force.force = wrench.force;
    force.torque = wrench.torque;
}

fn drive_ego(
    given: Res<Given>,
    fleet: Res<Fleet>,
    mind: Res<Mind>,
    received: Res<Received>,
    whereabouts: Res<Whereabouts>,
    mut actuators: ResMut<Actuators>,
    mut between: ResMut<Between>,
    mut chassis: ResMut<Chassis>,
    mut bodies: Query<(BodyQuery, &mut ExternalForce), With<Body>>,
) {
    let Ok((body, mut force)) = bodies.get_mut(fleet.ego) else {
        return;
    };
    let spec = &given.ego;
    let body = state(body);
    let ground = match whereabouts.found {
        Some(here) => ground(&given, &here, spec),
        None => Ground::flat(),
    };
    let mut operator = operator_controls(&received.0.command, spec);
    if let Some(cap) = mind.speed_cap {
        let speed = f64::from(body.velocity.dot(body.rotation * Vec3::X));
        operator = limited(operator, cap, speed, spec);
    }
    let wanted = between.0.step(
        mind.source,
        mind.source.controls(operator, mind.automation),
        actuators.0,
        &given.authority,
        spec.steering.ratio,
        DT,
    );
    actuators.0 = wanted.limited(actuators.0, spec, DT as f32);
    let wrench = chassis.0.step(spec, actuators.0, &ground, &body, DT as f32);
    apply(&mut force, wrench);
}

/// The road under the ego: the plane that touches its surface below the centre of gravity (a wheel
/// is off by some millimetres where the road curves upwards), and what each wheel stands on.
fn ground(given: &Given, here: &Located, spec: &VehicleSpec) -> Ground {
    let p = here.point;
    let road = given.network.road(p.road);
    let mut ground = Ground::flat();
    if !road.is_flat() {
        let pose = road.pose(p.s, p.t);
        let turn = Quat::from_rotation_z(pose.yaw as f32)
            * Quat::from_rotation_y(pose.pitch as f32)
            * Quat::from_rotation_x(pose.roll as f32);
        ground.point = Vec3::new(pose.x as f32, pose.y as f32, pose.z as f32);
        ground.normal = turn * Vec3::Z;
    }
    let covered = road.in_tunnel(p.s);
    let wet = |surface: Surface| given.weather.friction(surface, (p.road, p.s), covered);
    if road.patches.is_empty() {
        ground.friction = [wet(road.surface); 4];
        return ground;
    }
    let along = given.network.lane(here.at.lane).sign();
    let (sin, cos) = (libm::sin(here.heading), libm::cos(here.heading));
    let (front, rear) = (
        f64::from(spec.cg_to_front_axle),
        -f64::from(spec.cg_to_rear_axle),
    );
    let half = f64::from(spec.track) / 2.0;
    let wheels = [(front, half), (front, -half), (rear, half), (rear, -half)];
    ground.friction = wheels.map(|(x, y)| {
        let s = p.s + along * (x * cos - y * sin);
        let t = p.t + along * (x * sin + y * cos);
        wet(road.surface(s, t))
    });
    ground
}

/// What an operator's command asks of the actuators.
fn operator_controls(command: &Command, spec: &VehicleSpec) -> Controls {
    Controls {
        steer: command.wheel / spec.steering.ratio,
        accelerator: command.accelerator,
        brake: command.brake,
    }
}
