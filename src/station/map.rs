//! The map: roads as the scenario has them, and on them what the vehicle believes, heading up.
//!
//! Nothing here is seen by a camera: tracks and free space are the vehicle's own, so what it misses
//! is missing. The camera is that of [`super::views::View::Map`]; everything lies on its layer.

use super::camera::MAP;
use super::feed::Picture;
use super::ribbon::{Across, Bed, ribbon};
use super::road_mesh;
use super::runs::Begin;
use super::scene::{Setting, pieces, sections};
use super::shape::{Shape, Tint, tint};
use super::site::Site;
use super::skins::Skins;
use super::views::View;
use super::{axes, doubts};
use crate::frame::{BodyView, Frame};
use crate::perception::{Class, SECTORS, Track};
use crate::road::LaneKind;
use bevy::camera::visibility::{NoFrustumCulling, RenderLayers};
use bevy::light::{NotShadowCaster, NotShadowReceiver};
use bevy::prelude::*;

/// What is seen from top to bottom, m.
pub const HEIGHT: f32 = 140.0;
/// The vehicle is this far below the middle, m.
pub const AHEAD: f32 = 40.0;
/// Colour of what is no road.
pub const GROUND: Color = Color::srgb(0.10, 0.125, 0.15);
/// What believes lies over the roads, m: what is nearer to the camera is drawn later.
const OVER: f32 = 6.0;
/// Velocities are drawn as the way of so many seconds.
const WAY: f32 = 2.0;

#[derive(Component)]
struct Believed;

pub fn plugin(app: &mut App) {
    app.add_systems(Begin, spawn)
        .add_systems(Update, follow.in_set(super::Stage::Draw));
}

fn spawn(
    mut commands: Commands,
    setting: Res<Setting>,
    skins: Res<Skins>,
    mut meshes: ResMut<Assets<Mesh>>,
) {
    let site = Site::new(&setting.0.network, &setting.0.weather);
    let mut layer = |shape: &Shape| {
        (
            Mesh3d(meshes.add(shape.mesh())),
            MeshMaterial3d(skins.veil.clone()),
            RenderLayers::layer(MAP),
            NoFrustumCulling,
            NotShadowCaster,
            NotShadowReceiver,
        )
    };
    commands.spawn(layer(&roads(&site)));
    commands.spawn((Believed, layer(&Shape::default()), Transform::default()));
}

fn colour(kind: LaneKind) -> Option<Tint> {
    Some(match kind {
        LaneKind::Driving => tint(0.30, 0.32, 0.35),
        LaneKind::Shoulder | LaneKind::Parking => tint(0.24, 0.26, 0.28),
        LaneKind::Cycle => tint(0.36, 0.25, 0.22),
        LaneKind::Sidewalk => tint(0.40, 0.40, 0.40),
        LaneKind::Verge => return None,
    })
}

/// All lanes, and their markings over them.
fn roads(site: &Site) -> Shape {
    let mut shape = Shape::default();
    for bed in site.beds() {
        for_parts(&bed, |part| {
            let stations = bed.stations(part);
            let Some(middle) = stations.get(stations.len() / 2) else {
                return;
            };
            for id in bed.road.section(middle.q).ids() {
                let Some(tint) = bed.road.lane(id, middle.q).and_then(|l| colour(l.kind)) else {
                    continue;
                };
                let across = |station: &super::ribbon::Station| {
                    let (a, b) = bed.road.edges(id, station.q).unwrap_or_default();
                    Across::flat(a.max(b), a.min(b), 0.0)
                };
                ribbon(&mut shape, &stations, across, |_| tint);
            }
        });
    }
    for bed in site.beds() {
        for_parts(&bed, |part| road_mesh::marks(&mut shape, &bed, part));
        road_mesh::stop_lines(&mut shape, &bed, bed.range());
    }
    shape
}

fn for_parts(bed: &Bed, mut each: impl FnMut(std::ops::Range<f64>)) {
    for along in pieces(bed.range()) {
        for part in sections(bed, along) {
            each(part);
        }
    }
}

/// What the vehicle believes, around its own place.
fn believed(frame: &Frame, ego: &BodyView) -> Shape {
    let mut shape = Shape::default();
    let origin = ego.position;
    free_space(&mut shape, frame, ego);
    let flat = |x: f64, y: f64| Vec3::new(x as f32 - origin.x, y as f32 - origin.y, 0.0);
    let green = with_alpha(tint(0.0, 0.72, 0.54), 0.9);
    for pair in frame.plan.windows(2) {
        let at = |p: Vec3| (p - origin).with_z(0.0);
        stripe(
            &mut shape,
            at(pair[0].position),
            at(pair[1].position),
            1.0,
            green,
        );
    }
    for track in &frame.tracks {
        let middle = flat(track.x, track.y);
        let shade = shade(track);
        let half = Vec2::new(track.length as f32, track.width as f32).max(Vec2::splat(0.9)) / 2.0;
        let ahead = Vec3::new(track.yaw.cos() as f32, track.yaw.sin() as f32, 0.0);
        let left = Vec3::new(-ahead.y, ahead.x, 0.0);
        // What is hardly believed is hardly there.
        let tint = with_alpha(shade, 0.25 + 0.75 * track.existence as f32);
        let corners = [(1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (1.0, -1.0)]
            .map(|(a, b)| middle + ahead * (a * half.x) + left * (b * half.y));
        shape.quad(corners, tint);
        let way = Vec3::new(track.vx as f32, track.vy as f32, 0.0) * WAY;
        if way.length() > 1.0 {
            stripe(
                &mut shape,
                middle,
                middle + way,
                0.35,
                with_alpha(shade, 0.8),
            );
        }
        if doubts::doubt(track).is_some() {
            ellipse(&mut shape, middle, track, with_alpha(shade, 0.9));
        }
    }
    arrow(&mut shape, ego);
    shape
}

/// Pale and dark, never by hue alone: the shapes differ in size, too.
fn shade(track: &Track) -> Tint {
    match track.class {
        Class::Vehicle => tint(0.337, 0.706, 0.914),
        Class::TwoWheeler => tint(0.8, 0.475, 0.655),
        Class::Pedestrian | Class::Animal => tint(0.941, 0.894, 0.259),
        Class::Obstacle => tint(0.902, 0.624, 0.0),
    }
}

fn with_alpha([r, g, b, _]: Tint, alpha: f32) -> Tint {
    [r, g, b, alpha]
}

/// As far as each sector is free.
fn free_space(shape: &mut Shape, frame: &Frame, ego: &BodyView) {
    let pale = with_alpha(tint(0.65, 0.80, 0.95), 0.06);
    let yaw = heading(ego);
    let middle = shape.vertex(Vec3::ZERO, Vec3::Z, pale);
    let step = std::f32::consts::TAU / SECTORS as f32;
    for (i, free) in frame.sight.free.iter().enumerate() {
        // The first sector is about straight ahead.
        let rim = [-0.5, 0.5].map(|half| {
            let angle = yaw + (i as f32 + half) * step;
            let at = Vec3::new(angle.cos(), angle.sin(), 0.0) * (*free as f32);
            shape.vertex(at, Vec3::Z, pale)
        });
        shape.triangle([middle, rim[0], rim[1]]);
    }
}

fn heading(ego: &BodyView) -> f32 {
    let ahead = ego.rotation * Vec3::X;
    ahead.y.atan2(ahead.x)
}

/// A straight line of some width, m.
fn stripe(shape: &mut Shape, from: Vec3, to: Vec3, width: f32, tint: Tint) {
    let Some(along) = (to - from).try_normalize() else {
        return;
    };
    let left = Vec3::new(-along.y, along.x, 0.0) * (width / 2.0);
    shape.quad([from - left, to - left, to + left, from + left], tint);
}

/// Where the track is with 95 %: two standard deviations or so (2.448) along the axes.
fn ellipse(shape: &mut Shape, middle: Vec3, track: &Track, tint: Tint) {
    const SIDES: u32 = 24;
    let (a, b, c) = (track.sxx as f32, track.sxy as f32, track.syy as f32);
    // Cholesky: the circle, stretched.
    let l11 = a.max(1e-4).sqrt();
    let l21 = b / l11;
    let l22 = (c - l21 * l21).max(1e-4).sqrt();
    let at = |i: u32| {
        let (sin, cos) = (std::f32::consts::TAU * i as f32 / SIDES as f32).sin_cos();
        middle + 2.448 * Vec3::new(l11 * cos, l21 * cos + l22 * sin, 0.0)
    };
    for i in 0..SIDES {
        stripe(shape, at(i), at(i + 1), 0.4, tint);
    }
}

/// The own vehicle.
fn arrow(shape: &mut Shape, ego: &BodyView) {
    let turn = Quat::from_rotation_z(heading(ego));
    let half = Vec2::new(ego.size.x * 0.75, ego.size.y * 0.85);
    let at = |x: f32, y: f32| turn * Vec3::new(x * half.x, y * half.y, 0.0);
    let white = tint(0.97, 0.98, 1.0);
    let corners = [at(1.0, 0.0), at(-1.0, 1.0), at(-0.6, 0.0), at(-1.0, -1.0)];
    let [tip, left, notch, right] = corners.map(|p| shape.vertex(p, Vec3::Z, white));
    shape.triangle([tip, left, notch]);
    shape.triangle([tip, notch, right]);
}

fn follow(
    picture: Res<Picture>,
    view: Res<View>,
    mut meshes: ResMut<Assets<Mesh>>,
    believed_of: Single<(&Mesh3d, &mut Transform), With<Believed>>,
) {
    let Some(frame) = picture.frame.as_ref().filter(|_| *view == View::Map) else {
        return;
    };
    let Some(ego) = frame.bodies.first() else {
        return;
    };
    let (mesh, mut transform) = believed_of.into_inner();
    transform.translation = axes::point(ego.position + Vec3::Z * OVER);
    if let Some(mut mesh) = meshes.get_mut(&mesh.0) {
        *mesh = believed(frame, ego).mesh();
    }
}

#[cfg(test)]
mod tests {
    use super::super::camera::tests::car;
    use super::super::site::tests::{fair, one_way};
    use super::*;
    use crate::autopilot::PlanPoint;
    use crate::road::Element;

    #[test]
    fn the_map_has_the_road_and_what_is_believed_but_no_bodies() {
        let network = one_way(&[Element::Straight { length: 600.0 }]);
        let (low, high) = roads(&Site::new(&network, &fair())).bounds();
        assert!(low.x <= 0.0 && high.x >= 600.0 && high.y - low.y > 6.0);
        let mut frame = Frame {
            bodies: vec![car(), car()],
            ..Frame::default()
        };
        frame.bodies[1].position.x = 90.0;
        let lone = believed(&frame, &frame.bodies[0]);
        assert!(lone.bounds().1.x < 10.0, "a body that nobody has tracked");
        frame.tracks.push(Track {
            x: 60.0,
            y: 3.5,
            length: 4.0,
            width: 2.0,
            existence: 1.0,
            reported: 1.0,
            class_probability: 1.0,
            ..Track::default()
        });
        let tracked = believed(&frame, &frame.bodies[0]);
        assert!((tracked.bounds().1.x - 62.0).abs() < 1e-3);
        frame.plan = [0.0, 80.0]
            .map(|x| PlanPoint {
                after: 0.0,
                position: Vec3::new(x, 0.0, 0.0),
                speed: 20.0,
            })
            .to_vec();
        let planned = believed(&frame, &frame.bodies[0]);
        assert!((planned.bounds().1.x - 80.0).abs() < 1e-3);
    }
}
