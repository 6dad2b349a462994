//! Junctions: the paved area between the roads that lead in.
//!
//! Connecting roads are drawn like all roads; below them lie the hull around them and the circle
//! that counts as carriageway, so that there are no holes, and below these a hull around the
//! sidewalks that end there.

use super::ribbon::STEP;
use super::road_mesh::{asphalt, paving, weathered};
use super::shape::{Shape, shaded};
use super::site::{Site, has_sidewalk};
use crate::road::{Junction, Link, Network, Road, Surface};
use bevy::math::{Vec2, Vec3};

/// How far below the road the areas lie, m: out of reach of the depth buffer's rounding.
const HULL_BELOW: f32 = 0.012;
const CIRCLE_BELOW: f32 = 0.024;
const CORNER_SIDES: u32 = 40;

/// Circles around everything a junction paves: middle and radius, m.
pub fn circles(network: &Network) -> Vec<(Vec3, f64)> {
    let around = |(i, junction): (usize, &Junction)| {
        let middle = middle(network, junction);
        let reach = mouths(network, i as u32, true)
            .iter()
            .chain(&ways(network, junction))
            .map(|p| f64::from(p.distance(middle)))
            .fold(junction.radius, f64::max);
        (middle, reach)
    };
    network.junctions.iter().enumerate().map(around).collect()
}

fn middle(network: &Network, junction: &Junction) -> Vec3 {
    let (x, y) = (junction.centre.x, junction.centre.y);
    let heights: Vec<f64> = junction
        .roads
        .iter()
        .map(|id| network.road(*id))
        .map(|road| road.height(road.length() / 2.0, 0.0))
        .collect();
    let z = heights.iter().sum::<f64>() / heights.len().max(1) as f64;
    Vec3::new(x as f32, y as f32, z as f32)
}

/// Edges of the connecting roads' carriageways.
fn ways(network: &Network, junction: &Junction) -> Vec<Vec3> {
    let mut points = Vec::new();
    for id in &junction.roads {
        let road = network.road(*id);
        let steps = (road.length() / STEP).ceil().max(1.0);
        for i in 0..=steps as u32 {
            let s = road.length() * f64::from(i) / steps;
            let (left, right) = road.carriageway(s);
            for t in [left, right] {
                let p = road.pose(s, t);
                points.push(Vec3::new(p.x as f32, p.y as f32, p.z as f32));
            }
        }
    }
    points
}

/// Where roads lead into the junction: the ends of their carriageways, or of all their lanes.
fn mouths(network: &Network, junction: u32, all: bool) -> Vec<Vec3> {
    let mut points = Vec::new();
    for road in &network.roads {
        let ends = [(road.before, 0.0), (road.after, road.length())];
        for (link, s) in ends {
            if link != Some(Link::Junction(junction)) {
                continue;
            }
            let (left, right) = if all {
                road.full_width(s)
            } else {
                road.carriageway(s)
            };
            for t in [left, right] {
                let p = road.pose(s, t);
                points.push(Vec3::new(p.x as f32, p.y as f32, p.z as f32));
            }
        }
    }
    points
}

/// Draws a junction's area.
pub fn area(shape: &mut Shape, site: &Site, index: usize) {
    let network = site.network;
    let Some(junction) = network.junctions.get(index) else {
        return;
    };
    // Ramps that only part and join need no area: there the ways themselves are all there is.
    if junction.conflicts.iter().all(Vec::is_empty) {
        return;
    }
    let surface = junction
        .roads
        .first()
        .map_or(Surface::Dry, |id| network.road(*id).surface);
    let colour = weathered(asphalt(), surface, site.wet);
    let middle = middle(network, junction);
    let mut inner = mouths(network, index as u32, false);
    inner.extend(ways(network, junction));
    let corners: Vec<Vec3> = (0..CORNER_SIDES)
        .map(|i| {
            let angle = std::f32::consts::TAU * i as f32 / CORNER_SIDES as f32;
            let out = Vec3::new(angle.cos(), angle.sin(), 0.0) * junction.radius as f32;
            let p = middle + out;
            let z = nearest_height(&inner, p).unwrap_or(middle.z);
            p.with_z(z)
        })
        .collect();
    apron(shape, site, middle, &inner, junction.radius as f32);
    plate(shape, middle, &corners, -CIRCLE_BELOW, colour);
    plate(shape, middle, &hull(inner), -HULL_BELOW, colour);
    let walked = network.roads.iter().any(|road| {
        (road.before == Some(Link::Junction(index as u32)) && has_sidewalk(road, 0.0))
            || (road.after == Some(Link::Junction(index as u32))
                && has_sidewalk(road, road.length()))
    });
    if walked {
        let outer = hull(mouths(network, index as u32, true));
        let lift = -2.0 * CIRCLE_BELOW;
        plate(shape, middle, &outer, lift, shaded(paving(), 0.95));
    }
}

/// Grass in the corners between the roads. Where roads climb it must end at once, or it would lie
/// over those that lead down.
fn apron(shape: &mut Shape, site: &Site, middle: Vec3, inner: &[Vec3], radius: f32) {
    let flat = site.network.roads.iter().all(Road::is_flat);
    let reach = inner
        .iter()
        .map(|p| p.truncate().distance(middle.truncate()))
        .fold(radius, f32::max);
    let rings = if flat {
        [(reach + 4.0, -0.07), (reach + 30.0, -0.75)]
    } else {
        [(reach, -0.07), (reach + 2.0, -0.4)]
    };
    let ring = |(out, lift): (f32, f32)| -> Vec<Vec3> {
        (0..CORNER_SIDES)
            .map(|i| {
                let angle = std::f32::consts::TAU * i as f32 / CORNER_SIDES as f32;
                let p = middle + Vec3::new(angle.cos(), angle.sin(), 0.0) * out;
                p.with_z(nearest_height(inner, p).unwrap_or(middle.z) + lift)
            })
            .collect()
    };
    let colour = shaded(site.grass, 0.97);
    let [near, far] = rings.map(ring);
    plate(shape, middle - Vec3::Z * 0.07, &near, 0.0, colour);
    for i in 0..near.len() {
        let j = (i + 1) % near.len();
        shape.quad([near[i], far[i], far[j], near[j]], colour);
    }
}

fn nearest_height(points: &[Vec3], p: Vec3) -> Option<f32> {
    let away = |q: &Vec3| q.truncate().distance_squared(p.truncate());
    points
        .iter()
        .min_by(|a, b| away(a).total_cmp(&away(b)))
        .map(|q| q.z)
}

/// A fan around a middle.
fn plate(shape: &mut Shape, middle: Vec3, corners: &[Vec3], lift: f32, colour: [f32; 4]) {
    if corners.len() < 3 {
        return;
    }
    let raised = |p: Vec3| p + Vec3::Z * lift;
    let centre = shape.vertex(raised(middle), Vec3::Z, colour);
    let ring: Vec<u32> = corners
        .iter()
        .map(|p| shape.vertex(raised(*p), Vec3::Z, colour))
        .collect();
    for (i, corner) in ring.iter().enumerate() {
        shape.triangle([centre, *corner, ring[(i + 1) % ring.len()]]);
    }
}

/// The convex hull, counter-clockwise as seen from above (Andrew's monotone chain).
fn hull(mut points: Vec<Vec3>) -> Vec<Vec3> {
    points.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    points.dedup_by(|a, b| a.truncate().distance(b.truncate()) < 0.01);
    if points.len() < 3 {
        return points;
    }
    let turn = |a: Vec3, b: Vec3, c: Vec3| -> f32 {
        let (u, v): (Vec2, Vec2) = ((b - a).truncate(), (c - a).truncate());
        u.perp_dot(v)
    };
    let half = |points: &mut dyn Iterator<Item = Vec3>| {
        let mut chain: Vec<Vec3> = Vec::new();
        for p in points {
            while let [.., a, b] = chain[..]
                && turn(a, b, p) <= 0.0
            {
                chain.pop();
            }
            chain.push(p);
        }
        chain.pop();
        chain
    };
    let mut around = half(&mut points.iter().copied());
    around.extend(half(&mut points.iter().rev().copied()));
    around
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hull_goes_around_counter_clockwise_and_leaves_out_what_is_inside() {
        let p = |x: f32, y: f32| Vec3::new(x, y, 0.0);
        let around = hull(vec![
            p(0.0, 0.0),
            p(4.0, 0.0),
            p(2.0, 1.0),
            p(4.0, 3.0),
            p(0.0, 3.0),
            p(2.0, 0.0),
        ]);
        assert_eq!(around, [p(0.0, 0.0), p(4.0, 0.0), p(4.0, 3.0), p(0.0, 3.0)]);
        let mut shape = Shape::default();
        plate(&mut shape, p(2.0, 1.5), &around, 0.0, [1.0; 4]);
        for t in shape.indices().chunks(3) {
            let [a, b, c] = [0, 1, 2].map(|i| shape.positions()[t[i] as usize]);
            assert!((b - a).cross(c - a).z > 0.0);
        }
    }
}
