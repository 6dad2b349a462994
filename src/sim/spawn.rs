//! Bodies of the world: the ground, the ego, the others.

use super::Given;
use crate::road::{LanePos, RoadId};
use crate::scenario::Scenario;
use crate::vehicle::VehicleSpec;
use crate::vehicle::dynamics::BodyState;
use bevy::prelude::*;
use bevy_rapier3d::prelude::*;

/// All vehicles, in the scenario's order. Systems go through this list, never through a query's
/// own order, which depends on how entities happen to be stored.
#[derive(Resource, Debug)]
pub struct Fleet {
    pub ego: Entity,
    pub actors: Vec<Entity>,
}

/// A vehicle's body. Its origin is the middle of its box; physics turns about the centre of gravity.
#[derive(Component, Debug)]
pub struct Body {
    /// From the origin to the centre of gravity, body axes, m.
    centre_of_gravity: Vec3,
}

/// Components that make up a body's state.
pub type BodyQuery = (&'static Body, &'static Transform, &'static Velocity);

/// State of a body, as the vehicle dynamics want it.
pub fn state((body, transform, velocity): (&Body, &Transform, &Velocity)) -> BodyState {
    BodyState {
        position: transform.translation + transform.rotation * body.centre_of_gravity,
        rotation: transform.rotation,
        velocity: velocity.linear,
        angular_velocity: velocity.angular,
    }
}

const GROUND: Group = Group::GROUP_1;
const EGO: Group = Group::GROUP_2;
const OTHERS: Group = Group::GROUP_3;

pub(super) fn plugin(app: &mut App) {
    let scenario = app.world().resource::<Given>().0.clone();
    bodies(app.world_mut(), &scenario);
}

/// Spawns ground, ego and others. Also used by the benchmark of the bare physics tick.
pub fn bodies(world: &mut World, scenario: &Scenario) {
    // Wheels find the road by its equation; the ground is there for a vehicle on its roof.
    if let Some(plane) = Collider::halfspace(Vec3::Z) {
        world.spawn((
            RigidBody::Fixed,
            plane,
            GlobalTransform::from_xyz(0.0, 0.0, lowest(scenario)),
            Transform::from_xyz(0.0, 0.0, lowest(scenario)),
            CollisionGroups::new(GROUND, EGO),
        ));
    }
    let ego = vehicle(
        world,
        scenario,
        &scenario.ego,
        scenario.ego_start,
        scenario.ego_speed,
    );
    world
        .entity_mut(ego)
        .insert(CollisionGroups::new(EGO, GROUND | OTHERS));
    let actors = scenario.actors.iter().map(|actor| {
        let driver = &actor.driver;
        let id = vehicle(
            world,
            scenario,
            &actor.spec,
            scenario
                .network
                .lane_pos(RoadId(0), driver.lane, actor.s)
                .unwrap_or(scenario.ego_start),
            driver.initial_speed,
        );
        world.entity_mut(id).insert((
            CollisionGroups::new(OTHERS, EGO | OTHERS),
            // Others stay upright on the plane; their drivers push them along it.
            LockedAxes::TRANSLATION_LOCKED_Z
                | LockedAxes::ROTATION_LOCKED_X
                | LockedAxes::ROTATION_LOCKED_Y,
            GravityScale(0.0),
        ));
        id
    });
    let actors = actors.collect();
    world.insert_resource(Fleet { ego, actors });
}

/// Height of the plane below everything, m: the road's own where it is flat.
fn lowest(scenario: &Scenario) -> f32 {
    let network = &scenario.network;
    let heights = network.roads.iter().filter(|r| !r.is_flat()).flat_map(|r| {
        let pieces = (r.length() / 10.0).ceil();
        (0..=pieces as u32).map(move |i| {
            let s = r.length() * f64::from(i) / pieces;
            let (left, right) = r.full_width(s);
            r.height(s, left).min(r.height(s, right))
        })
    });
    // Where there are slopes it must not reach through the surface between two samples.
    heights.fold(f64::INFINITY, |a, b| a.min(b - 0.5)).min(0.0) as f32
}

fn vehicle(
    world: &mut World,
    scenario: &Scenario,
    spec: &VehicleSpec,
    start: LanePos,
    speed: f64,
) -> Entity {
    let at = scenario.network.lane_pose(start, 0.0);
    let box_height = spec.height - spec.ground_clearance;
    let middle_height = spec.ground_clearance + box_height / 2.0;
    let centre_of_gravity = Vec3::new(-spec.cg_to_middle(), 0.0, spec.cg_height - middle_height);
    let rotation = Quat::from_rotation_z(at.yaw as f32)
        * Quat::from_rotation_y(at.pitch as f32)
        * Quat::from_rotation_x(at.roll as f32);
    let transform = Transform {
        translation: Vec3::new(at.x as f32, at.y as f32, at.z as f32 + middle_height),
        rotation,
        ..Default::default()
    };
    world
        .spawn((
            RigidBody::Dynamic,
            Collider::cuboid(spec.length / 2.0, spec.width / 2.0, box_height / 2.0),
            ColliderMassProperties::Density(0.0),
            AdditionalMassProperties::MassProperties(MassProperties {
                local_center_of_mass: centre_of_gravity,
                mass: spec.mass,
                principal_inertia_local_frame: Quat::IDENTITY,
                principal_inertia: Vec3::new(
                    spec.inertia.roll,
                    spec.inertia.pitch,
                    spec.inertia.yaw,
                ),
            }),
            Velocity::linear(rotation * Vec3::new(speed as f32, 0.0, 0.0)),
            ExternalForce::default(),
            ActiveEvents::COLLISION_EVENTS,
            Friction::coefficient(0.4),
            Restitution::coefficient(0.1),
            Body { centre_of_gravity },
            transform,
            GlobalTransform::from(transform),
        ))
        .id()
}
