//! The world that stands still: ground, roads and what is beside them.

use super::feed::Picture;
use super::quality::Quality;
use super::ribbon::Bed;
use super::runs::Begin;
use super::shape::Shape;
use super::site::{Site, has_sidewalk};
use super::skins::{Skin, Skins};
use super::surroundings::Reach;
use super::{axes, junctions, objects, road_mesh, signs, sky, surroundings, town, tunnels};
use crate::scenario::Scenario;
use bevy::light::NotShadowCaster;
use bevy::prelude::*;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// The scenario, for its roads, its weather, its limits and its title.
#[derive(Resource)]
pub struct Setting(pub Arc<Scenario>);

/// A piece of the world: the middle of it, in Bevy's axes, and how far it reaches from there, m.
#[derive(Component)]
struct Chunk(Vec3, f32);

/// Longest piece of a road in one chunk, m; a whole number of dashes and gaps, and of posts, fits
/// in. What is out of sight costs nothing.
const PIECE: f64 = 450.0;
/// Side of the squares whose pieces become one mesh, m.
const SQUARE: f32 = 400.0;
/// Half the side of the ground, m; farther than one sees in clear air.
const GROUND: f32 = 12_000.0;
/// A camera is at most so far ahead of its vehicle, on the ground, m.
const AHEAD: f32 = 30.0;
/// At this many times the visibility a thousandth of the contrast is left: nothing.
const UNSEEN: f32 = 2.3;

pub fn plugin(app: &mut App) {
    app.add_systems(Begin, spawn)
        .add_systems(Update, hide.in_set(super::Stage::Draw));
}

fn spawn(
    mut commands: Commands,
    setting: Res<Setting>,
    skins: Res<Skins>,
    quality: Res<Quality>,
    mut meshes: ResMut<Assets<Mesh>>,
) {
    let mut site = Site::new(&setting.0.network, &setting.0.weather);
    site.trees = quality.terms().trees;
    let plain = surroundings::plain(&site, GROUND);
    let mesh = Mesh3d(meshes.add(skins.mesh(&plain)));
    skins.dress(&mut commands.spawn((mesh, NotShadowCaster)), Skin::Ground);
    for shape in chunks(&site).into_values().filter(|s| !s.is_empty()) {
        let (low, high) = shape.bounds();
        let chunk = Chunk(
            axes::point((low + high) / 2.0),
            low.distance(high) / 2.0 + 50.0,
        );
        let mesh = Mesh3d(meshes.add(skins.mesh(&shape)));
        let mut chunk = commands.spawn((chunk, mesh, NotShadowCaster));
        skins.dress(&mut chunk, Skin::Ground);
    }
}

/// Everything, by squares of the ground.
fn chunks(site: &Site) -> BTreeMap<(i32, i32), Shape> {
    let mut chunks: BTreeMap<(i32, i32), Shape> = BTreeMap::new();
    let square = |p: Vec3| {
        let cell = (p.truncate() / SQUARE).floor();
        (cell.x as i32, cell.y as i32)
    };
    for bed in site.beds() {
        let reach = Reach::of(bed.road);
        for along in pieces(bed.range()) {
            let middle = bed
                .station((along.start + along.end) / 2.0)
                .point((0.0, 0.0));
            let shape = chunks.entry(square(middle)).or_default();
            piece(shape, site, &bed, &reach, along);
        }
    }
    for (i, junction) in site.network.junctions.iter().enumerate() {
        let middle = Vec3::new(junction.centre.x as f32, junction.centre.y as f32, 0.0);
        junctions::area(chunks.entry(square(middle)).or_default(), site, i);
    }
    chunks
}

/// A stretch in pieces that begin at whole multiples of their length.
pub fn pieces(all: Range<f64>) -> Vec<Range<f64>> {
    let mut pieces = Vec::new();
    let mut start = all.start;
    while start < all.end - 1e-6 {
        let end = (((start + 1e-6) / PIECE).floor() * PIECE + PIECE).min(all.end);
        pieces.push(start..end);
        start = end;
    }
    pieces
}

/// All of a stretch of a road.
fn piece(shape: &mut Shape, site: &Site, bed: &Bed, reach: &Reach, along: Range<f64>) {
    for part in sections(bed, along.clone()) {
        let mut stations = bed.stations(part.clone());
        if bed.road.junction.is_none() {
            surroundings::verges(shape, site, bed, reach, &stations);
        }
        for station in &mut stations {
            station.light = tunnels::skylight(bed.road, station.s);
            if site.night && has_sidewalk(bed.road, station.q) {
                station.light = station.light.min(1.0 - 0.75 * town::lamp_light(station.s));
            }
        }
        road_mesh::surface(shape, site, bed, &stations);
        road_mesh::marks(shape, bed, part.clone());
        road_mesh::patches(shape, site, bed, part.clone());
        surroundings::line_with(shape, site, bed, part);
    }
    road_mesh::stop_lines(shape, bed, along.clone());
    tunnels::tunnels(shape, site, bed, along.clone());
    town::line_with(shape, site, bed, along.clone());
    objects::objects(shape, site, bed, along.clone());
    signs::signs(shape, site, bed, along);
}

/// A stretch in parts that lie within one lane section each.
pub fn sections(bed: &Bed, along: Range<f64>) -> Vec<Range<f64>> {
    let starts = bed.road.sections.iter().skip(1).map(|section| section.s);
    let mut parts = Vec::new();
    let mut start = along.start;
    for end in starts.chain([along.end]) {
        let end = end.min(along.end);
        if end - start > 1e-3 {
            parts.push(start..end);
            start = end;
        }
    }
    parts
}

/// Leaves out what the fog hides anyway, and what is farther than the machine can afford.
fn hide(
    picture: Res<Picture>,
    quality: Res<Quality>,
    mut chunks: Query<(&Chunk, &mut Visibility)>,
) {
    let Some(frame) = &picture.scene else { return };
    // The vehicle's place and not the camera's, which follows later: a replay jumps.
    let Some(ego) = frame.bodies.first() else {
        return;
    };
    let here = axes::point(ego.position);
    let reach = AHEAD + (sky::seen_range(frame) * UNSEEN).min(quality.terms().distance);
    for (chunk, mut visibility) in &mut chunks {
        let near = chunk.0.distance(here) < reach + chunk.1;
        visibility.set_if_neq(if near {
            Visibility::Inherited
        } else {
            Visibility::Hidden
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::site::tests::{fair, one_way};
    use super::*;
    use crate::road::Element;

    #[test]
    fn pieces_and_sections_cover_a_road_once() {
        let parts = pieces(-900.0..3400.0);
        assert_eq!(parts.first(), Some(&(-900.0..-450.0)));
        assert_eq!(parts.last(), Some(&(3150.0..3400.0)));
        assert!(parts.windows(2).all(|p| p[0].end == p[1].start));
        let mut network = one_way(&[Element::Straight { length: 300.0 }]);
        let mut second = network.roads[0].sections[0].clone();
        second.s = 100.0;
        network.roads[0].sections.push(second);
        let bed = super::super::site::bed(&network, crate::road::RoadId(0));
        assert_eq!(sections(&bed, 0.0..300.0), [0.0..100.0, 100.0..300.0]);
        assert_eq!(sections(&bed, 150.0..300.0), [150.0..300.0]);
    }

    #[test]
    fn a_whole_road_comes_to_a_few_chunks() {
        let network = one_way(&[Element::Straight { length: 3000.0 }]);
        let chunks = chunks(&Site::new(&network, &fair()));
        assert!((8..=14).contains(&chunks.len()), "{}", chunks.len());
    }
}
