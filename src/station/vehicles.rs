//! The vehicles that move: put in place from every frame, by their index in it.

use super::feed::Picture;
use super::shape::{Shape, Tint, tint};
use super::skins::{Skin, Skins};
use super::{axes, cockpit, surroundings, vehicle_mesh};
use crate::frame::BodyView;
use bevy::light::{NotShadowCaster, NotShadowReceiver};
use bevy::prelude::*;

/// A vehicle's index in the frame's bodies; 0 is the ego.
#[derive(Component)]
pub struct Body(pub usize);

/// What of the ego is seen from outside only.
#[derive(Component)]
pub struct Exterior;

/// A group of lamps of one vehicle.
#[derive(Component)]
struct Lamps {
    body: usize,
    kind: LampKind,
}

#[derive(Clone, Copy, PartialEq)]
enum LampKind {
    Brake,
    Hazard,
}

#[derive(Resource)]
struct LampMaterials {
    brake: [Handle<StandardMaterial>; 2],
    hazard: [Handle<StandardMaterial>; 2],
}

/// Hazard lamps flash at this rate, Hz: within UN R6's 60 to 120 per minute.
const FLASHES: f64 = 1.5;

/// Colour of the ego's paint, also of its bonnet.
pub const EGO_PAINT: [f32; 3] = [0.55, 0.62, 0.70];

pub fn plugin(app: &mut App) {
    app.add_systems(Startup, make_lamps).add_systems(
        Update,
        (spawn, place, light).chain().in_set(super::Stage::Draw),
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
    let hazard = pair(Color::srgb(0.42, 0.20, 0.04), Color::srgb(1.0, 0.72, 0.10));
    commands.insert_resource(LampMaterials { brake, hazard });
}

fn paint(index: usize) -> Tint {
    const OTHERS: [[f32; 3]; 5] = [
        [0.16, 0.30, 0.55],
        [0.62, 0.13, 0.12],
        [0.88, 0.88, 0.86],
        [0.20, 0.36, 0.30],
        [0.30, 0.31, 0.33],
    ];
    let [r, g, b] = match index.checked_sub(1) {
        None => EGO_PAINT,
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
    mut done: Local<bool>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<StandardMaterial>>,
) {
    let Some(frame) = picture.frame.as_ref().filter(|_| !*done) else {
        return;
    };
    *done = true;
    let blob = materials.add(StandardMaterial {
        unlit: true,
        alpha_mode: AlphaMode::Blend,
        ..default()
    });
    for (index, body) in frame.bodies.iter().enumerate() {
        let shapes = vehicle_mesh::vehicle(body.kind, body.size, paint(index));
        let root = commands
            .spawn((Body(index), Transform::default(), Visibility::default()))
            .id();
        let hull = (Mesh3d(meshes.add(shapes.body.mesh())), ChildOf(root));
        let mut hull = commands.spawn(hull);
        skins.dress(&mut hull, Skin::Body);
        let mut parts = vec![hull.id()];
        let mut add = |part: &Shape, material: &Handle<StandardMaterial>| {
            commands
                .spawn((
                    Mesh3d(meshes.add(part.mesh())),
                    MeshMaterial3d(material.clone()),
                    ChildOf(root),
                ))
                .id()
        };
        let brake = add(&shapes.brake_lamps, &lamps.brake[0]);
        let hazard = add(&shapes.hazard_lamps, &lamps.hazard[0]);
        parts.extend([brake, hazard]);
        if skins.software {
            parts.push(add(&surroundings::blob(body.size / 2.0), &blob));
        }
        commands.entity(brake).insert((
            Lamps {
                body: index,
                kind: LampKind::Brake,
            },
            NotShadowCaster,
        ));
        commands.entity(hazard).insert((
            Lamps {
                body: index,
                kind: LampKind::Hazard,
            },
            NotShadowCaster,
        ));
        if index == 0 {
            for part in parts {
                commands.entity(part).insert((Exterior, NotShadowReceiver));
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

fn place(picture: Res<Picture>, mut bodies: Query<(&Body, &mut Transform)>) {
    let Some(frame) = &picture.frame else { return };
    for (body, mut transform) in &mut bodies {
        if let Some(view) = frame.bodies.get(body.0) {
            *transform = pose(view);
        }
    }
}

fn light(
    picture: Res<Picture>,
    materials: Res<LampMaterials>,
    mut lamps: Query<(&Lamps, &mut MeshMaterial3d<StandardMaterial>)>,
) {
    let Some(frame) = &picture.frame else { return };
    for (lamp, mut material) in &mut lamps {
        let Some(view) = frame.bodies.get(lamp.body) else {
            continue;
        };
        let (on, pair) = match lamp.kind {
            LampKind::Brake => (view.brake_lights, &materials.brake),
            LampKind::Hazard => (view.hazard_lights && flash(frame.time), &materials.hazard),
        };
        let wanted = &pair[usize::from(on)];
        if material.0 != *wanted {
            material.0 = wanted.clone();
        }
    }
}

/// Whether hazard lamps are lit at a time of the run: half of every period.
fn flash(time: f64) -> bool {
    (time * FLASHES).fract() < 0.5
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::road_user::RoadUser;

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
