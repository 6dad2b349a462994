//! Everything that moves: put in place from every frame, by its index in it.

use super::camera::OUTSIDE;
use super::feed::Picture;
use super::runs::{Memory, RunNumber};
use super::scene::Setting;
use super::shape::{Tint, tint};
use super::skins::{Skin, Skins};
use super::views::View;
use super::{axes, cockpit, site, sky, surroundings, tunnels, vehicle_mesh};
use crate::frame::BodyView;
use crate::road_user::RoadUser;
use bevy::camera::visibility::RenderLayers;
use bevy::light::{NotShadowCaster, NotShadowReceiver};
use bevy::prelude::*;

/// A vehicle's index in the frame's bodies; 0 is the ego.
#[derive(Component)]
pub struct Body(pub usize);

/// A group of lamps of one vehicle.
#[derive(Component)]
struct Lamps {
    body: usize,
    kind: LampKind,
}

#[derive(Clone, Copy, PartialEq)]
enum LampKind {
    Brake,
    Left,
    Right,
}

#[derive(Resource)]
struct LampMaterials {
    brake: [Handle<StandardMaterial>; 2],
    indicator: [Handle<StandardMaterial>; 2],
}

/// A hull, and whether it wears the material for tunnels.
#[derive(Component)]
struct Hull {
    body: usize,
    in_tunnel: bool,
}

/// How far the ego is in a tunnel, 0 to 1.
#[derive(Resource, Default)]
pub struct EgoTunnel(pub f32);

/// What is below this height is not in the world yet, or no more, m.
const UNDERGROUND: f32 = -50.0;

/// Hazard lamps and indicators flash at this rate, Hz: within UN R6's 60 to 120 per minute.
const FLASHES: f64 = 1.5;

/// Colour of the ego's paint, also of its bonnet.
pub const EGO_PAINT: [f32; 3] = [0.55, 0.62, 0.70];

pub fn plugin(app: &mut App) {
    app.init_resource::<EgoTunnel>()
        .add_systems(Startup, make_lamps)
        .add_systems(
            Update,
            (spawn, place, light, shade)
                .chain()
                .in_set(super::Stage::Draw),
        );
}

fn make_lamps(mut commands: Commands, mut materials: ResMut<Assets<StandardMaterial>>) {
    let mut pair = |off: Color, on: Color| {
        [(off, false), (on, true)].map(|(colour, unlit)| {
            materials.add(StandardMaterial {
                base_color: colour,
                unlit,
                perceptual_roughness: 0.4,
                ..default()
            })
        })
    };
    let brake = pair(Color::srgb(0.33, 0.03, 0.03), Color::srgb(1.0, 0.16, 0.10));
    let indicator = pair(Color::srgb(0.42, 0.20, 0.04), Color::srgb(1.0, 0.72, 0.10));
    commands.insert_resource(LampMaterials { brake, indicator });
}

fn paint(index: usize, kind: RoadUser) -> Tint {
    const OTHERS: [[f32; 3]; 5] = [
        [0.16, 0.30, 0.55],
        [0.62, 0.13, 0.12],
        [0.88, 0.88, 0.86],
        [0.20, 0.36, 0.30],
        [0.30, 0.31, 0.33],
    ];
    let [r, g, b] = match index.checked_sub(1) {
        None => EGO_PAINT,
        Some(_) if kind == RoadUser::Animal => [0.46, 0.31, 0.19],
        Some(_) if kind == RoadUser::Debris => [0.42, 0.34, 0.25],
        Some(i) => OTHERS[i % OTHERS.len()],
    };
    tint(r, g, b)
}

/// Makes the vehicles when the first frame tells what there is.
fn spawn(
    mut commands: Commands,
    picture: Res<Picture>,
    skins: Res<Skins>,
    lamps: Res<LampMaterials>,
    setting: Res<Setting>,
    run: Res<RunNumber>,
    mut done: Local<Memory<bool>>,
    mut meshes: ResMut<Assets<Mesh>>,
) {
    let done = done.of(*run);
    let Some(frame) = picture.scene.as_ref().filter(|_| !*done) else {
        return;
    };
    *done = true;
    let night = site::lamps_lit(&setting.0.weather);
    for (index, body) in frame.bodies.iter().enumerate() {
        let shapes = vehicle_mesh::road_user(body.kind, body.size, paint(index, body.kind), night);
        let root = commands
            .spawn((Body(index), Transform::default(), Visibility::default()))
            .id();
        let hull = (
            Hull {
                body: index,
                in_tunnel: false,
            },
            Mesh3d(meshes.add(skins.mesh(&shapes.body))),
            ChildOf(root),
        );
        let mut hull = commands.spawn(hull);
        skins.dress(&mut hull, Skin::Body);
        let mut parts = vec![hull.id()];
        for (shape, kind, material) in [
            (&shapes.brake, LampKind::Brake, &lamps.brake[0]),
            (&shapes.left, LampKind::Left, &lamps.indicator[0]),
            (&shapes.right, LampKind::Right, &lamps.indicator[0]),
        ] {
            if shape.is_empty() {
                continue;
            }
            let lamp = (
                Lamps { body: index, kind },
                Mesh3d(meshes.add(shape.mesh())),
                MeshMaterial3d(material.clone()),
                NotShadowCaster,
                ChildOf(root),
            );
            parts.push(commands.spawn(lamp).id());
        }
        if skins.plain_ones {
            let blob = (
                Mesh3d(meshes.add(surroundings::blob(body.size / 2.0).mesh())),
                MeshMaterial3d(skins.veil.clone()),
                ChildOf(root),
            );
            parts.push(commands.spawn(blob).id());
        }
        if index == 0 {
            for part in parts {
                commands
                    .entity(part)
                    .insert((RenderLayers::layer(OUTSIDE), NotShadowReceiver));
            }
            cockpit::spawn(&mut commands, root, body, &skins, &mut meshes);
        }
    }
}

/// The middle of a body on the ground, and its rotation, in Bevy's axes.
pub fn pose(body: &BodyView) -> Transform {
    Transform {
        translation: axes::point(body.position + body.rotation * body.to_middle),
        rotation: axes::turn(body.rotation),
        scale: Vec3::ONE,
    }
}

/// From above one must not see farther than the vehicle's own cameras do.
fn place(
    picture: Res<Picture>,
    view: Res<View>,
    mut bodies: Query<(&Body, &mut Transform, &mut Visibility)>,
) {
    let Some(frame) = &picture.scene else { return };
    let from = frame.bodies.first().map(|ego| ego.position);
    let farthest = if *view == View::Birdseye {
        sky::seen_range(frame)
    } else {
        f32::INFINITY
    };
    for (body, mut transform, mut visibility) in &mut bodies {
        if let Some(view) = frame.bodies.get(body.0) {
            *transform = pose(view);
            let unseen = from.is_some_and(|from| from.distance(view.position) > farthest);
            visibility.set_if_neq(if unseen || view.position.z < UNDERGROUND {
                Visibility::Hidden
            } else {
                Visibility::Inherited
            });
        }
    }
}

fn light(
    picture: Res<Picture>,
    materials: Res<LampMaterials>,
    mut lamps: Query<(&Lamps, &mut MeshMaterial3d<StandardMaterial>)>,
) {
    let Some(frame) = &picture.scene else { return };
    for (lamp, mut material) in &mut lamps {
        let Some(view) = frame.bodies.get(lamp.body) else {
            continue;
        };
        let blinks =
            |side: i8| (view.hazard_lights || view.indicator.signum() == side) && flash(frame.time);
        let (on, pair) = match lamp.kind {
            LampKind::Brake => (view.brake_lights, &materials.brake),
            LampKind::Left => (blinks(1), &materials.indicator),
            LampKind::Right => (blinks(-1), &materials.indicator),
        };
        let wanted = &pair[usize::from(on)];
        if material.0 != *wanted {
            material.0 = wanted.clone();
        }
    }
}

/// How much of the sky lights a place, 0 to 1.
fn skylight(setting: &Setting, view: &BodyView) -> f32 {
    let network = &setting.0.network;
    let p = view.position.as_dvec3();
    let at = network.locate(p.x, p.y, Some(p.z));
    let road = network.road(at.road);
    let (left, right) = road.full_width(at.s.clamp(0.0, road.length()));
    // A tunnel's walls are not far from the road.
    if at.t > left + 2.0 || at.t < right - 2.0 {
        return 1.0;
    }
    tunnels::skylight(road, at.s)
}

/// Puts what drives into a tunnel in the tunnel's light.
fn shade(
    picture: Res<Picture>,
    setting: Res<Setting>,
    skins: Res<Skins>,
    mut ego: ResMut<EgoTunnel>,
    mut commands: Commands,
    mut hulls: Query<(Entity, &mut Hull)>,
) {
    let roads = &setting.0.network.roads;
    let Some(frame) = &picture.scene else { return };
    if roads.iter().all(|road| road.tunnels.is_empty()) {
        return;
    }
    if let Some(view) = frame.bodies.first() {
        ego.0 = 1.0 - skylight(&setting, view);
    }
    for (entity, mut hull) in &mut hulls {
        let Some(view) = frame.bodies.get(hull.body) else {
            continue;
        };
        let inside = skylight(&setting, view) < 0.4;
        if inside != hull.in_tunnel {
            hull.in_tunnel = inside;
            let skin = if inside {
                Skin::BodyInTunnel
            } else {
                Skin::Body
            };
            skins.dress(&mut commands.entity(entity), skin);
        }
    }
}

/// Whether flashing lamps are lit at a time of the run: half of every period.
fn flash(time: f64) -> bool {
    (time * FLASHES).fract() < 0.5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hazard_lamps_are_lit_half_of_the_time() {
        let lit = (0..1000).filter(|i| flash(f64::from(*i) * 0.01)).count();
        assert!((490..=510).contains(&lit), "{lit}");
    }

    #[test]
    fn a_body_stands_on_the_ground_around_its_middle() {
        let body = BodyView {
            kind: RoadUser::Car,
            position: Vec3::new(10.0, 5.0, 0.55),
            rotation: Quat::from_rotation_z(std::f32::consts::FRAC_PI_2),
            velocity: Vec3::ZERO,
            angular_velocity: Vec3::ZERO,
            size: Vec3::new(4.6, 1.8, 1.45),
            to_middle: Vec3::new(-0.15, 0.0, -0.55),
            brake_lights: false,
            hazard_lights: false,
            indicator: 0,
        };
        let transform = pose(&body);
        assert!(transform.translation.distance(Vec3::new(10.0, 0.0, -4.85)) < 1e-5);
        // It heads along y, which is out of the picture.
        assert!((transform.rotation * Vec3::X).distance(Vec3::NEG_Z) < 1e-6);
    }
}
