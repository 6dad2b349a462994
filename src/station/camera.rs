//! Two views: from the driver's seat, and from behind the car. Key C changes between them.

use super::cockpit::{self, Interior};
use super::feed::Picture;
use super::quality::Quality;
use super::runs::Begin;
use super::scene::Setting;
use super::sky;
use super::vehicles::{Exterior, pose};
use crate::frame::BodyView;
use bevy::core_pipeline::tonemapping::{DebandDither, Tonemapping};
use bevy::light::cluster::ClusterConfig;
use bevy::prelude::*;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Resource)]
pub enum View {
    #[default]
    Driver,
    Chase,
}

/// Angle of view from top to bottom, degrees.
const VIEW_ANGLE: f32 = 50.0;
/// Behind the sky, m.
const FAR: f32 = 16_000.0;

pub fn plugin(app: &mut App) {
    app.init_resource::<View>()
        .add_systems(Begin, spawn)
        .add_systems(
            Update,
            (change, follow, show).chain().in_set(super::Stage::Finish),
        );
}

fn spawn(mut commands: Commands, quality: Res<Quality>, setting: Res<Setting>) {
    commands.spawn((
        Camera3d::default(),
        Projection::Perspective(PerspectiveProjection {
            fov: VIEW_ANGLE.to_radians(),
            near: 0.15,
            far: FAR,
            ..default()
        }),
        // No tone mapping: the fog's and the sky's colours come out exactly as given.
        Tonemapping::None,
        DebandDither::Disabled,
        Msaa::from_samples(quality.terms().samples),
        ClusterConfig::Single,
        sky::fog(&setting.0.weather, 10_000.0),
        Transform::from_xyz(0.0, 2.0, 0.0).looking_to(Vec3::X, Vec3::Y),
    ));
}

fn change(keys: Res<ButtonInput<KeyCode>>, mut view: ResMut<View>) {
    if keys.just_pressed(KeyCode::KeyC) {
        *view = match *view {
            View::Driver => View::Chase,
            View::Chase => View::Driver,
        };
    }
}

pub fn follow(
    picture: Res<Picture>,
    view: Res<View>,
    camera: Single<&mut Transform, (With<Camera3d>, Without<sky::Sky>)>,
    sky: Single<&mut Transform, With<sky::Sky>>,
) {
    let Some(ego) = picture.scene.as_ref().and_then(|f| f.bodies.first()) else {
        return;
    };
    let mut camera = camera.into_inner();
    *camera = match *view {
        View::Driver => from_seat(ego),
        View::Chase => from_behind(ego),
    };
    sky.into_inner().translation = camera.translation;
}

fn from_seat(ego: &BodyView) -> Transform {
    let body = pose(ego);
    let at = body.transform_point(super::axes::point(cockpit::eye(ego.size)));
    let up = body.rotation * Vec3::Y;
    // A little downwards: more road, less sky.
    let ahead = body.rotation * Vec3::new(1.0, -0.035, 0.0);
    Transform::from_translation(at).looking_to(ahead, up)
}

/// Level, whatever the car's body does.
fn from_behind(ego: &BodyView) -> Transform {
    let body = pose(ego);
    let ahead = body.rotation * Vec3::X;
    let level = Vec3::new(ahead.x, 0.0, ahead.z).normalize_or(Vec3::X);
    let at = body.translation - level * (2.1 * ego.size.x) + Vec3::Y * 3.3;
    Transform::from_translation(at).looking_at(body.translation + level * 9.0 + Vec3::Y, Vec3::Y)
}

/// From the seat one sees the interior, from behind the exterior.
fn show(
    view: Res<View>,
    mut inside: Query<&mut Visibility, (With<Interior>, Without<Exterior>)>,
    mut outside: Query<&mut Visibility, (With<Exterior>, Without<Interior>)>,
) {
    let shown = |yes: bool| {
        if yes {
            Visibility::Inherited
        } else {
            Visibility::Hidden
        }
    };
    for mut visibility in &mut inside {
        visibility.set_if_neq(shown(*view == View::Driver));
    }
    for mut visibility in &mut outside {
        visibility.set_if_neq(shown(*view == View::Chase));
    }
}
