//! The other road users as bodies: traffic says where each is at the end of a tick, and its body
//! gets the velocity that brings it there. One that was hit slides as the physics engine has it.

use super::schedule::{Step, Tick};
use super::sense::yaw;
use super::spawn::{Body, EGO, FIXED, Fleet, OTHERS, state};
use super::{DT, Given, Happened, Now};
use crate::road::{LanePos, Network, Object, Pose3, RoadPoint};
use crate::scenario::Scenario;
use crate::takeover::event::Event;
use crate::traffic::{Ego, Milestone, Shape, Traffic};
use crate::vehicle::VehicleSpec;
use crate::vehicle::dynamics::BodyState;
use bevy::prelude::*;
use bevy_rapier3d::prelude::*;

/// Share of a body's distance from its path that is made up for in a tick. Rounding to 32 bits
/// adds some of it in each; making up for all at once would show in the velocities.
const CATCH_UP: f64 = 0.3;
/// Vanished bodies are kept out of sight here, m, one beside the other.
const AWAY: Vec3 = Vec3::new(-100_000.0, -100_000.0, -1000.0);

/// All others, and what is known of them between ticks.
#[derive(Resource)]
pub struct Others {
    pub traffic: Traffic,
    /// Where the ego was last found.
    place: RoadPoint,
    milestones: Vec<Milestone>,
    /// Bodies that have been put away.
    away: Vec<bool>,
}

pub(super) fn plugin(app: &mut App, seed: u64) {
    let given = app.world().resource::<Given>();
    let traffic = Traffic::new(&given.network, &given.traffic, seed);
    let place = start(&given.network, given.ego_start);
    let away = vec![false; traffic.len()];
    app.insert_resource(Others {
        traffic,
        place,
        milestones: Vec::new(),
        away,
    })
    .add_systems(Tick, drive.in_set(Step::Script));
}

fn start(network: &Network, at: LanePos) -> RoadPoint {
    network.road_point(at, 0.0)
}

/// From the road's surface to the middle of the box, m.
fn middle_height(shape: &Shape) -> f64 {
    (shape.clearance + shape.height) / 2.0
}

/// A body for each of them.
pub(super) fn spawn(world: &mut World, traffic: &Traffic) -> Vec<Entity> {
    (0..traffic.len())
        .map(|i| {
            let shape = traffic.shape(i);
            body(world, &shape, traffic.pose(i), traffic.velocity(i))
        })
        .collect()
}

fn body(world: &mut World, shape: &Shape, pose: Pose3, velocity: [f64; 3]) -> Entity {
    let middle = middle_height(shape);
    let centre_of_gravity = Vec3::new(
        shape.cg_forward as f32,
        0.0,
        (shape.cg_height - middle) as f32,
    );
    let transform = Transform {
        translation: Vec3::new(pose.x as f32, pose.y as f32, (pose.z + middle) as f32),
        rotation: Quat::from_rotation_z(pose.yaw as f32),
        ..Default::default()
    };
    let (length, width) = (shape.length as f32, shape.width as f32);
    let height = (shape.height - shape.clearance) as f32;
    let mass = shape.mass as f32;
    let about = |a: f32, b: f32| mass * (a * a + b * b) / 12.0;
    world
        .spawn((
            RigidBody::Dynamic,
            Collider::cuboid(length / 2.0, width / 2.0, height / 2.0),
            ColliderMassProperties::Density(0.0),
            AdditionalMassProperties::MassProperties(MassProperties {
                local_center_of_mass: centre_of_gravity,
                mass,
                principal_inertia_local_frame: Quat::IDENTITY,
                principal_inertia: Vec3::new(
                    about(width, height),
                    about(length, height),
                    shape.yaw_inertia as f32,
                ),
            }),
            Velocity::linear(vec3(velocity)),
            ActiveEvents::COLLISION_EVENTS,
            Friction::coefficient(0.4),
            Restitution::coefficient(0.1),
            CollisionGroups::new(OTHERS, EGO | OTHERS | FIXED),
            // They stay upright; traffic and friction move them along the surface.
            LockedAxes::ROTATION_LOCKED_X | LockedAxes::ROTATION_LOCKED_Y,
            GravityScale(0.0),
            (
                Body { centre_of_gravity },
                transform,
                GlobalTransform::from(transform),
            ),
        ))
        .id()
}

/// What stands fixed on or beside the roads: boxes; cones only tell that they were touched.
pub(super) fn objects(world: &mut World, scenario: &Scenario) -> Vec<(Entity, String, bool)> {
    let mut spawned = Vec::new();
    for road in &scenario.network.roads {
        for object in &road.objects {
            let pose = road.pose(object.s, object.t);
            let entity = fixed(world, object, pose);
            spawned.push((entity, object.name.clone(), object.kind.solid()));
        }
    }
    spawned
}

fn fixed(world: &mut World, object: &Object, pose: Pose3) -> Entity {
    let [length, width, height] = object.size;
    let transform = Transform {
        translation: Vec3::new(pose.x as f32, pose.y as f32, (pose.z + height / 2.0) as f32),
        rotation: Quat::from_rotation_z((pose.yaw + object.heading) as f32),
        ..Default::default()
    };
    let mut entity = world.spawn((
        RigidBody::Fixed,
        Collider::cuboid(
            (length / 2.0) as f32,
            (width / 2.0) as f32,
            (height / 2.0) as f32,
        ),
        Friction::coefficient(0.4),
        Restitution::coefficient(0.1),
        CollisionGroups::new(FIXED, EGO | OTHERS),
        transform,
        GlobalTransform::from(transform),
    ));
    if !object.kind.solid() {
        entity.insert((Sensor, CollisionGroups::new(FIXED, EGO)));
    }
    entity.id()
}

/// The ego as others see it.
fn ego_seen(spec: &VehicleSpec, body: &BodyState, place: RoadPoint) -> Ego {
    let middle =
        body.position + body.rotation * Vec3::new(spec.cg_to_middle(), 0.0, -spec.cg_height);
    Ego {
        x: f64::from(middle.x),
        y: f64::from(middle.y),
        z: f64::from(middle.z),
        yaw: yaw(body),
        vx: f64::from(body.velocity.x),
        vy: f64::from(body.velocity.y),
        length: f64::from(spec.length),
        width: f64::from(spec.width),
        place,
    }
}

fn drive(
    now: Res<Now>,
    given: Res<Given>,
    fleet: Res<Fleet>,
    mut others: ResMut<Others>,
    mut happened: ResMut<Happened>,
    mut bodies: Query<(&Body, &mut Transform, &mut GlobalTransform, &mut Velocity)>,
) {
    let others = &mut *others;
    let Ok((body, transform, _, velocity)) = bodies.get(fleet.ego) else {
        return;
    };
    let ego = state((body, transform, velocity));
    let network = &given.network;
    let mut ego = ego_seen(&given.ego, &ego, others.place);
    ego.place = network.locate_near(ego.x, ego.y, ego.place);
    others.place = ego.place;
    others
        .traffic
        .step(network, &ego, now.time(), DT, &mut others.milestones);
    for m in others.milestones.drain(..) {
        happened.push(
            *now,
            Event::Action {
                user: m.user,
                action: m.action,
                phase: m.phase,
            },
        );
    }
    for (i, entity) in fleet.actors.iter().enumerate() {
        if others.away[i] {
            continue;
        }
        let Ok((body, mut transform, mut global, mut velocity)) = bodies.get_mut(*entity) else {
            continue;
        };
        let traffic = &mut others.traffic;
        let wanted = if !traffic.present(i) {
            others.away[i] = true;
            transform.translation = AWAY - Vec3::new(i as f32 * 30.0, 0.0, 0.0);
            *global = GlobalTransform::from(*transform);
            Velocity::zero()
        } else if traffic.struck(i) {
            slide(traffic, i, network, &transform, &velocity)
        } else {
            towards(traffic, i, body, &transform)
        };
        // Bodies that stand are left alone: the physics engine lets them sleep.
        if *velocity != wanted {
            *velocity = wanted;
        }
    }
}

/// Velocity that brings a body to its place at the end of the tick.
fn towards(traffic: &Traffic, i: usize, body: &Body, transform: &Transform) -> Velocity {
    let (pose, velocity, spin) = (traffic.pose(i), traffic.velocity(i), traffic.yaw_rate(i));
    if velocity == [0.0; 3] && spin == 0.0 {
        return Velocity::zero();
    }
    let shape = traffic.shape(i);
    // The engine's velocity is that of the centre of gravity.
    let forward = shape.cg_forward;
    let before = pose.yaw - spin * DT;
    let (ahead, swing) = if forward == 0.0 {
        ([0.0; 2], [0.0; 3])
    } else {
        let now = [libm::cos(pose.yaw), libm::sin(pose.yaw)];
        let then = [libm::cos(before), libm::sin(before)];
        let rate = |k: usize| forward * (now[k] - then[k]) / DT;
        (now.map(|x| forward * x), [rate(0), rate(1), 0.0])
    };
    let target = [
        pose.x + ahead[0],
        pose.y + ahead[1],
        pose.z + middle_height(&shape) + f64::from(body.centre_of_gravity.z),
    ];
    let actual = transform.translation + transform.rotation * body.centre_of_gravity;
    let actual = [actual.x, actual.y, actual.z].map(f64::from);
    let mut linear = [0.0; 3];
    for k in 0..3 {
        let exact = velocity[k] + swing[k];
        let off = target[k] - (actual[k] + exact * DT);
        linear[k] = exact + CATCH_UP * off / DT;
    }
    let turned = crate::road::wrap_angle(before - heading(transform));
    Velocity {
        linear: vec3(linear),
        angular: Vec3::new(0.0, 0.0, (spin + CATCH_UP * turned / DT) as f32),
    }
}

/// Velocity of a body that was hit after another tick of sliding.
fn slide(
    traffic: &mut Traffic,
    i: usize,
    network: &Network,
    transform: &Transform,
    velocity: &Velocity,
) -> Velocity {
    let p = transform.translation;
    let middle = middle_height(&traffic.shape(i));
    let at = Pose3 {
        x: f64::from(p.x),
        y: f64::from(p.y),
        z: f64::from(p.z) - middle,
        yaw: heading(transform),
        pitch: 0.0,
        roll: 0.0,
    };
    let v = velocity.linear;
    let v = [v.x, v.y, v.z].map(f64::from);
    let (linear, spin) = traffic.slide(i, network, at, v, f64::from(velocity.angular.z), DT);
    Velocity {
        linear: vec3(linear),
        angular: Vec3::new(0.0, 0.0, spin as f32),
    }
}

fn heading(transform: &Transform) -> f64 {
    let forward = transform.rotation * Vec3::X;
    libm::atan2(f64::from(forward.y), f64::from(forward.x))
}

fn vec3(v: [f64; 3]) -> Vec3 {
    Vec3::new(v[0] as f32, v[1] as f32, v[2] as f32)
}
