//! The world that stands still: ground, road and what is beside it.

use super::feed::Picture;
use super::skins::{Skin, Skins};
use super::{axes, road_mesh, surroundings};
use crate::scenario::Scenario;
use bevy::light::NotShadowCaster;
use bevy::prelude::*;
use std::sync::Arc;

/// The scenario, for its road, its limits and its title.
#[derive(Resource)]
pub struct Setting(pub Arc<Scenario>);

/// What the machine can afford.
#[derive(Clone, Copy, Debug, Resource)]
pub struct Quality {
    /// A processor draws, not a graphics card: no shadows, no smoothing of edges, plain materials.
    pub software: bool,
}

/// A piece of the road with all that is beside it; the middle of it, in Bevy's axes.
#[derive(Component)]
struct Chunk(Vec3);

/// Length of a chunk along the road, m. What is out of sight costs nothing; a whole number of
/// dashes and gaps, and of posts, fits in.
const CHUNK: f64 = 450.0;
/// Half the side of the ground, m; farther than one sees in clear air.
const GROUND: f32 = 12_000.0;
/// At this many times the visibility a thousandth of the contrast is left: nothing.
const UNSEEN: f32 = 2.3;

pub fn plugin(app: &mut App) {
    app.add_systems(Startup, spawn)
        .add_systems(Update, hide.in_set(super::Stage::Draw));
}

fn spawn(
    mut commands: Commands,
    setting: Res<Setting>,
    skins: Res<Skins>,
    mut meshes: ResMut<Assets<Mesh>>,
) {
    let road = &setting.0.road;
    let plain = surroundings::plain(GROUND);
    let mesh = Mesh3d(meshes.add(plain.mesh()));
    skins.dress(&mut commands.spawn((mesh, NotShadowCaster)), Skin::Ground);
    let chunks = ((road.length() + 2.0 * road_mesh::BEYOND) / CHUNK).ceil() as u32;
    for i in 0..chunks {
        let start = -road_mesh::BEYOND + f64::from(i) * CHUNK;
        let along = start..start + CHUNK;
        let mut shape = road_mesh::carriageway(road, along.clone());
        surroundings::line_with(&mut shape, road, along);
        let middle = axes::point(road_mesh::over(road, start + CHUNK / 2.0, (0.0, 0.0)));
        let mesh = Mesh3d(meshes.add(shape.mesh()));
        let mut chunk = commands.spawn((Chunk(middle), mesh, NotShadowCaster));
        skins.dress(&mut chunk, Skin::Ground);
    }
}

/// Leaves out what the fog hides anyway.
fn hide(
    picture: Res<Picture>,
    camera: Single<&Transform, With<Camera3d>>,
    mut chunks: Query<(&Chunk, &mut Visibility)>,
) {
    let Some(frame) = &picture.frame else { return };
    let reach = frame.visibility as f32 * UNSEEN + CHUNK as f32 / 2.0 + 100.0;
    for (chunk, mut visibility) in &mut chunks {
        visibility.set_if_neq(if chunk.0.distance(camera.translation) < reach {
            Visibility::Inherited
        } else {
            Visibility::Hidden
        });
    }
}
