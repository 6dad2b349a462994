//! What is beside the road in the country: grass, guard rail, delineator posts, trees.
//!
//! Decoration with a purpose: without things that pass by, nobody can judge speed or distance, and
//! fog has nothing to hide. Nothing in here exists for the simulation.

use super::ribbon::{Across, Bed, Station, ribbon, ribbon_between, speckle};
use super::road_mesh::made;
use super::shape::{Shape, Tint, shaded, tint};
use super::site::{Site, in_town};
use crate::road::Road;
use bevy::math::{Quat, Vec3};
use std::ops::Range;

/// Delineator posts stand this far apart, m, as on German motorways.
const POST_SPACING: f64 = 50.0;
/// A one-way road this fast has a guard rail on its left, m/s.
const FAST: f64 = 60.5 / 3.6;
/// Grass beside the road: distance from its edge and height over it, m.
const BANDS: [(f64, f64); 6] = [
    (0.0, -0.02),
    (1.5, -0.12),
    (5.0, -0.5),
    (14.0, -0.7),
    (30.0, -0.8),
    (60.0, -0.85),
];
/// Where the ground beside a road that is not level comes down to the plain, m from its edge.
const SKIRT: f64 = 140.0;

/// The ground that reaches to the horizon.
pub fn plain(site: &Site, half: f32) -> Shape {
    let mut shape = Shape::default();
    let corner = |x: f32, y: f32| Vec3::new(x * half, y * half, site.ground as f32);
    let corners = [
        corner(-1.0, -1.0),
        corner(1.0, -1.0),
        corner(1.0, 1.0),
        corner(-1.0, 1.0),
    ];
    shape.quad(corners, shaded(site.grass, 0.93));
    shape
}

/// How far the ground of a road may reach on either side, m.
pub struct Reach(f64);

impl Reach {
    /// Bands must not reach a bend's centre.
    pub fn of(road: &Road) -> Self {
        Self(tightest_radius(road) * 0.6)
    }
}

/// m; large if the road is straight.
fn tightest_radius(road: &Road) -> f64 {
    let mut sharpest: f64 = 1e-6;
    let mut s = 0.0;
    while s <= road.length() {
        sharpest = sharpest.max(road.line.curvature(s).abs());
        s += 5.0;
    }
    1.0 / sharpest
}

/// Grass on both sides, in bands that grow wider with distance from the road. Where another road
/// is, there is none.
pub fn verges(shape: &mut Shape, site: &Site, bed: &Bed, reach: &Reach, stations: &[Station]) {
    let lone = site.network.roads.len() == 1;
    let flat = site.network.roads.iter().all(Road::is_flat);
    // Of several roads the ground of each ends early, and the plain or a skirt does the rest.
    let most = if lone { 60.0 } else { 30.0 };
    let reach_m = reach.0.min(most);
    for side in [1.0, -1.0] {
        let edge = |station: &Station| {
            let (left, right) = made(bed, station);
            if side > 0.0 { left } else { right }
        };
        let strip = |near: (f64, f64), far: (f64, f64)| {
            move |station: &Station| {
                let (near, far) = (
                    (edge(station) + side * near.0, near.1),
                    (edge(station) + side * far.0, far.1),
                );
                if side > 0.0 {
                    (station.point(far), station.point(near))
                } else {
                    (station.point(near), station.point(far))
                }
            }
        };
        let mut outermost = (0.0, 0.0);
        for (i, pair) in BANDS.windows(2).enumerate() {
            let (near, mut far) = (pair[0], pair[1]);
            if near.0 >= reach_m {
                break;
            }
            far.0 = far.0.min(reach_m);
            outermost = far;
            let patch = 10.0 + 6.0 * i as f64;
            let kind = 10 + i as u32 + if side > 0.0 { 0 } else { 50 };
            let colour = move |station: &Station| {
                shaded(site.grass, 0.80 + 0.34 * speckle(station.s / patch, kind))
            };
            let free = |station: &Station| {
                // In a tunnel there are walls instead, and a hill from there on.
                if near.0 < 5.0 && bed.road.in_tunnel(station.s) {
                    return false;
                }
                let outer = station.point((edge(station) + side * far.0, 0.0));
                lone || flat || !site.others_near(bed.id, outer, 0.5)
            };
            for part in runs(stations, free) {
                ribbon_between(shape, part, strip(near, far), colour);
            }
        }
        if flat || reach.0 < SKIRT || outermost.0 < 14.0 {
            continue;
        }
        let skirt = |station: &Station| {
            let near = station.point((edge(station) + side * outermost.0, outermost.1));
            let far = station.at(edge(station) + side * SKIRT, site.ground - 0.3);
            if side > 0.0 { (far, near) } else { (near, far) }
        };
        let free = |station: &Station| {
            let at = |t: f64| station.point((edge(station) + side * t, 0.0));
            lone || ![40.0, 80.0, SKIRT]
                .iter()
                .any(|t| site.others_near(bed.id, at(*t), 3.0))
        };
        let colour =
            |station: &Station| shaded(site.grass, 0.84 + 0.2 * speckle(station.s / 40.0, 19));
        for part in runs(stations, free) {
            ribbon_between(shape, part, skirt, colour);
        }
    }
}

/// The longest parts of which every station, but for the ends, fulfils a condition.
fn runs(stations: &[Station], mut free: impl FnMut(&Station) -> bool) -> Vec<&[Station]> {
    let mut parts = Vec::new();
    let mut start = None;
    for (i, station) in stations.iter().enumerate() {
        match (free(station), start) {
            (true, None) => start = Some(i),
            (false, Some(from)) => {
                parts.push(&stations[from..i]);
                start = None;
            }
            _ => {}
        }
    }
    if let Some(from) = start {
        parts.push(&stations[from..]);
    }
    parts.retain(|part| part.len() > 1);
    parts
}

/// What stands beside a stretch of a road in the country.
pub fn line_with(shape: &mut Shape, site: &Site, bed: &Bed, along: Range<f64>) {
    if bed.road.junction.is_some() {
        return;
    }
    let middle = bed.inside((along.start + along.end) / 2.0);
    if in_town(bed.road, middle) {
        return;
    }
    let section = bed.road.section(middle);
    if section.left.is_empty() && bed.road.limit(middle) > FAST {
        guard_rail(shape, site, bed, along.clone());
    }
    posts(shape, site, bed, along.clone());
    trees(shape, site, bed, along);
}

fn guard_rail(shape: &mut Shape, site: &Site, bed: &Bed, along: Range<f64>) {
    let steel = tint(0.66, 0.68, 0.70);
    let at = |station: &Station| made(bed, station).0 + 0.7;
    // Two faces with an edge between them catch the light differently, like the real profile.
    let lower = |station: &Station| Across {
        left: (at(station), 0.60),
        right: (at(station) - 0.03, 0.45),
    };
    let upper = |station: &Station| Across {
        left: (at(station) + 0.06, 0.75),
        right: (at(station) + 0.03, 0.60),
    };
    let stations = bed.stations(along.clone());
    let free = |station: &Station| {
        !bed.road.in_tunnel(station.s)
            && !site.others_near(bed.id, station.point((at(station), 0.0)), 1.0)
    };
    for part in runs(&stations, free) {
        ribbon(shape, part, lower, |_| shaded(steel, 0.78));
        ribbon(shape, part, upper, |_| steel);
        for post in part {
            let foot = (at(post) + 0.1, -0.2);
            upright(shape, post, foot, (0.06, 0.9), shaded(steel, 0.6));
        }
    }
}

fn posts(shape: &mut Shape, site: &Site, bed: &Bed, along: Range<f64>) {
    let mut s = (along.start / POST_SPACING).ceil() * POST_SPACING;
    while s < along.end {
        let station = bed.station(s);
        let (left, right) = made(bed, &station);
        let section = bed.road.section(station.q);
        let sides = [
            (!section.left.is_empty(), left + 0.8),
            (!section.right.is_empty(), right - 0.8),
        ];
        for (wanted, t) in sides {
            let foot = station.point((t, -0.2));
            if !wanted || bed.road.in_tunnel(s) || !site.clear(foot, 0.3) {
                continue;
            }
            upright(
                shape,
                &station,
                (t, -0.2),
                (0.10, 1.2),
                tint(0.92, 0.92, 0.90),
            );
            let band = station.point((t, 0.72));
            let dark = Vec3::new(0.056, 0.056, 0.11);
            shape.slab(band - dark, band + dark, tint(0.08, 0.08, 0.08));
            let lens = Vec3::new(0.06, 0.03, 0.07);
            shape.slab(band - lens, band + lens, tint(0.95, 0.75, 0.35));
        }
        s += POST_SPACING;
    }
}

/// A square post. Its height counts from its foot.
pub fn upright(
    shape: &mut Shape,
    station: &Station,
    foot: (f64, f64),
    (width, height): (f32, f32),
    tint: Tint,
) {
    let foot = station.point(foot);
    let half = width / 2.0;
    shape.slab(
        foot - Vec3::new(half, half, 0.0),
        foot + Vec3::new(half, half, height),
        tint,
    );
}

fn trees(shape: &mut Shape, site: &Site, bed: &Bed, along: Range<f64>) {
    let spacing = 9.0;
    let mut s = along.start;
    while s < along.end {
        s += spacing;
        let station = bed.station(s);
        let (left, right) = made(bed, &station);
        for (side, edge) in [(1.0, left), (-1.0, right)] {
            let kind = if side > 0.0 { 200 } else { 300 };
            // Groves and gaps: some stretches have many trees, some none.
            let grove = speckle(s / 140.0, kind);
            if speckle(s, kind + 1) > 0.15 + 0.75 * grove * grove
                || speckle(s, kind + 7) >= site.trees
                || bed.road.in_tunnel(s)
            {
                continue;
            }
            let most = if site.network.roads.len() == 1 {
                34.0
            } else {
                16.0
            };
            let away = 12.0 + most * f64::from(speckle(s, kind + 2));
            let foot = station.point((edge + side * away, -1.0));
            if site.clear(foot, 9.0) {
                let height = 6.0 + 6.0 * speckle(s, kind + 3);
                tree(shape, foot, height, s, kind);
            }
        }
    }
}

/// A trunk and a crown of a few faces; conifers and broad-leaved trees in turn.
pub fn tree(shape: &mut Shape, foot: Vec3, height: f32, s: f64, kind: u32) {
    let leaves = shaded(tint(0.24, 0.36, 0.17), 0.75 + 0.6 * speckle(s, kind + 4));
    let trunk = Vec3::new(0.16, 0.16, 0.0);
    shape.slab(
        foot - trunk,
        foot + trunk + Vec3::Z * (0.35 * height),
        tint(0.29, 0.22, 0.16),
    );
    let rings: &[(f32, f32)] = if speckle(s, kind + 5) < 0.4 {
        &[(0.15, 0.20), (0.22, 0.24), (1.0, 0.0)]
    } else {
        &[
            (0.22, 0.10),
            (0.38, 0.27),
            (0.65, 0.30),
            (0.88, 0.18),
            (1.0, 0.0),
        ]
    };
    let turned = speckle(s, kind + 6) * 3.0;
    for pair in rings.windows(2) {
        crown(shape, foot, height, (pair[0], pair[1]), turned, leaves);
    }
}

fn crown(
    shape: &mut Shape,
    foot: Vec3,
    height: f32,
    (lower, upper): ((f32, f32), (f32, f32)),
    turned: f32,
    leaves: Tint,
) {
    const SIDES: u8 = 7;
    let at = |(up, out): (f32, f32), side: u8| {
        let angle = turned + std::f32::consts::TAU * f32::from(side) / f32::from(SIDES);
        foot + Quat::from_rotation_z(angle) * Vec3::X * (out * height) + Vec3::Z * (up * height)
    };
    // Faces lower down and away from the sun are darker; cheap, and it still reads as a crown.
    for side in 0..SIDES {
        let light = 0.8 + 0.3 * lower.0 + 0.08 * f32::from(side % 3);
        shape.quad(
            [
                at(lower, side),
                at(lower, side + 1),
                at(upper, side + 1),
                at(upper, side),
            ],
            shaded(leaves, light),
        );
    }
}

/// A soft dark patch that stands for a shadow where shadows are too dear.
pub fn blob(half: Vec3) -> Shape {
    const SIDES: u8 = 20;
    let mut shape = Shape::default();
    let centre = shape.vertex(Vec3::Z * 0.03, Vec3::Z, [0.0, 0.0, 0.0, 0.75]);
    let ring = |shape: &mut Shape, scale: f32, alpha: f32| -> Vec<u32> {
        (0..=SIDES)
            .map(|i| {
                let angle = std::f32::consts::TAU * f32::from(i) / f32::from(SIDES);
                // A squircle: rounder than the vehicle, squarer than an ellipse.
                let (sin, cos) = angle.sin_cos();
                let square = |v: f32| v.signum() * v.abs().powf(0.5);
                let at = Vec3::new(
                    square(cos) * half.x * scale,
                    square(sin) * half.y * scale,
                    0.03,
                );
                shape.vertex(at, Vec3::Z, [0.0, 0.0, 0.0, alpha])
            })
            .collect()
    };
    let inner = ring(&mut shape, 0.85, 0.7);
    let outer = ring(&mut shape, 1.2, 0.0);
    for i in 0..usize::from(SIDES) {
        shape.triangle([centre, inner[i], inner[i + 1]]);
        shape.triangle([inner[i], outer[i], outer[i + 1]]);
        shape.triangle([inner[i], outer[i + 1], inner[i + 1]]);
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::super::site::tests::{fair, one_way};
    use super::*;
    use crate::road::{Element, Network, RoadId};

    fn s_bend() -> Network {
        one_way(&[
            Element::Straight { length: 300.0 },
            Element::Curve {
                radius: 60.0,
                length: 150.0,
                transition: 0.0,
            },
            Element::Straight { length: 300.0 },
        ])
    }

    #[test]
    fn nothing_tall_stands_on_the_pavement() {
        let network = s_bend();
        let site = Site::new(&network, &fair());
        let mut shape = Shape::default();
        line_with(&mut shape, &site, &site.bed(RoadId(0)), -900.0..1650.0);
        let tall: Vec<Vec3> = shape
            .positions()
            .iter()
            .copied()
            .filter(|p| p.z > 1.2)
            .collect();
        assert!(tall.len() > 1000);
        for p in tall {
            assert!(site.clear(p, 5.0), "a tree hangs over the road at {p}");
        }
    }

    #[test]
    fn verges_do_not_fold_over_in_a_tight_bend() {
        let network = s_bend();
        assert!((tightest_radius(&network.roads[0]) - 60.0).abs() < 1e-6);
        let site = Site::new(&network, &fair());
        let bed = site.bed(RoadId(0));
        let mut shape = Shape::default();
        let reach = Reach::of(bed.road);
        verges(&mut shape, &site, &bed, &reach, &bed.stations(0.0..750.0));
        for t in shape.indices().chunks(3) {
            let [a, b, c] = [0, 1, 2].map(|i| shape.positions()[t[i] as usize]);
            assert!((b - a).cross(c - a).z > 0.0);
        }
    }
}
