//! What stands beside the road: grass, guard rail, delineator posts, trees.
//!
//! Decoration with a purpose: without things that pass by, nobody can judge speed or distance, and
//! fog has nothing to hide. Nothing in here exists for the simulation.

use super::road_mesh::{Across, LEFT_MARGIN, over, pavement_edge, ribbon, speckle};
use super::shape::{Shape, Tint, shaded, tint};
use crate::road::{Road, RoadPoint};
use bevy::math::{Quat, Vec3};
use std::ops::Range;

/// Delineator posts stand this far apart, m, as on German motorways.
const POST_SPACING: f64 = 50.0;
/// Height of the ground that reaches to the horizon, m: below all verges.
pub const GROUND_HEIGHT: f64 = -0.9;

fn grass() -> Tint {
    tint(0.40, 0.49, 0.27)
}

/// The ground that reaches to the horizon.
pub fn plain(half: f32) -> Shape {
    let mut shape = Shape::default();
    let corner = |x: f32, y: f32| Vec3::new(x * half, y * half, GROUND_HEIGHT as f32);
    let corners = [
        corner(-1.0, -1.0),
        corner(1.0, -1.0),
        corner(1.0, 1.0),
        corner(-1.0, 1.0),
    ];
    shape.quad(corners, shaded(grass(), 0.93));
    shape
}

/// Grass on both sides, in bands that grow wider with distance from the road.
fn verges(shape: &mut Shape, road: &Road, all: Range<f64>) {
    // Bands must not reach a bend's centre.
    let reach = (tightest_radius(road) * 0.6).min(60.0);
    let bands = [
        (0.0, -0.02),
        (1.5, -0.12),
        (5.0, -0.5),
        (14.0, -0.7),
        (30.0, -0.8),
        (60.0, -0.85),
    ];
    for (i, pair) in bands.windows(2).enumerate() {
        let ((near, near_height), (far, far_height)) = (pair[0], pair[1]);
        if near >= reach {
            break;
        }
        let far = far.min(reach);
        let patch = 10.0 + 6.0 * i as f64;
        let kind = 10 + i as u32;
        let colour = |side: u32| {
            move |s: f64| shaded(grass(), 0.80 + 0.34 * speckle(s / patch, kind + 50 * side))
        };
        let (left, right) = (LEFT_MARGIN, pavement_edge(road));
        let on_left = Across {
            left: (left + far, far_height),
            right: (left + near, near_height),
        };
        ribbon(shape, road, all.clone(), on_left, colour(0));
        let on_right = Across {
            left: (right - near, near_height),
            right: (right - far, far_height),
        };
        ribbon(shape, road, all.clone(), on_right, colour(1));
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

/// Adds what stands beside a stretch of the road.
pub fn line_with(shape: &mut Shape, road: &Road, along: Range<f64>) {
    verges(shape, road, along.clone());
    guard_rail(shape, road, along.clone());
    posts(shape, road, along.clone());
    trees(shape, road, along);
}

fn guard_rail(shape: &mut Shape, road: &Road, along: Range<f64>) {
    let steel = tint(0.66, 0.68, 0.70);
    let t = LEFT_MARGIN + 0.7;
    let band = |front: f64, low: f64, high: f64| Across {
        left: (front, high),
        right: (front - 0.001, low),
    };
    // Two faces with an edge between them catch the light differently, like the real profile.
    let lower = band(t, 0.45, 0.60);
    let upper = band(t + 0.06, 0.60, 0.75);
    ribbon(shape, road, along.clone(), lower, |_| shaded(steel, 0.78));
    ribbon(shape, road, along.clone(), upper, |_| steel);
    let mut s = along.start;
    while s < along.end {
        upright(shape, road, s, t + 0.1, (0.06, 0.7), shaded(steel, 0.6));
        s += POST_SPACING / 12.5;
    }
}

fn posts(shape: &mut Shape, road: &Road, along: Range<f64>) {
    let mut s = (along.start / POST_SPACING).ceil() * POST_SPACING;
    while s < along.end {
        let t = pavement_edge(road) - 0.8;
        upright(shape, road, s, t, (0.10, 1.0), tint(0.92, 0.92, 0.90));
        let band = over(road, s, (t, 0.72));
        let dark = Vec3::new(0.056, 0.056, 0.11);
        shape.slab(band - dark, band + dark, tint(0.08, 0.08, 0.08));
        let lens = Vec3::new(0.06, 0.03, 0.07);
        shape.slab(band - lens, band + lens, tint(0.95, 0.75, 0.35));
        s += POST_SPACING;
    }
}

fn upright(
    shape: &mut Shape,
    road: &Road,
    s: f64,
    t: f64,
    (width, height): (f32, f32),
    tint: Tint,
) {
    let foot = over(road, s, (t, -0.2));
    let half = width / 2.0;
    shape.slab(
        foot - Vec3::new(half, half, 0.0),
        foot + Vec3::new(half, half, height + 0.2),
        tint,
    );
}

fn trees(shape: &mut Shape, road: &Road, along: Range<f64>) {
    let spacing = 9.0;
    let mut s = along.start;
    while s < along.end {
        s += spacing;
        for (side, edge) in [(1.0, LEFT_MARGIN), (-1.0, pavement_edge(road))] {
            let kind = if side > 0.0 { 200 } else { 300 };
            // Groves and gaps: some stretches have many trees, some none.
            let grove = speckle(s / 140.0, kind);
            if speckle(s, kind + 1) > 0.15 + 0.75 * grove * grove {
                continue;
            }
            let away = 16.0 + 34.0 * f64::from(speckle(s, kind + 2));
            let t = edge + side * away;
            let foot = over(road, s, (t, GROUND_HEIGHT));
            // Where the road bends back, the other side of it may be here.
            let near: RoadPoint = road.locate(f64::from(foot.x), f64::from(foot.y));
            if near.t < LEFT_MARGIN + 12.0 && near.t > pavement_edge(road) - 12.0 {
                continue;
            }
            tree(shape, foot, s, kind);
        }
    }
}

/// A trunk and a crown of a few faces; conifers and broad-leaved trees in turn.
fn tree(shape: &mut Shape, foot: Vec3, s: f64, kind: u32) {
    let height = 6.0 + 6.0 * speckle(s, kind + 3);
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
    use super::*;
    use crate::road::{Element, ReferenceLine};

    fn s_bend() -> Road {
        Road {
            line: ReferenceLine::new(&[
                Element::Straight { length: 300.0 },
                Element::Curve {
                    radius: 60.0,
                    length: 150.0,
                },
                Element::Straight { length: 300.0 },
            ]),
            lanes: 2,
            lane_width: 3.5,
            shoulder_width: 2.0,
            speed_limit: 25.0,
        }
    }

    #[test]
    fn nothing_tall_stands_on_the_pavement() {
        let road = s_bend();
        let mut shape = Shape::default();
        line_with(&mut shape, &road, -900.0..1800.0);
        let tall: Vec<Vec3> = shape
            .positions()
            .iter()
            .copied()
            .filter(|p| p.z > 1.2)
            .collect();
        assert!(tall.len() > 1000);
        for p in tall {
            let at = road.locate(f64::from(p.x), f64::from(p.y));
            assert!(
                at.t > LEFT_MARGIN + 5.0 || at.t < pavement_edge(&road) - 5.0,
                "a tree hangs over the road at s {} t {}",
                at.s,
                at.t
            );
        }
    }

    #[test]
    fn verges_do_not_fold_over_in_a_tight_bend() {
        let road = s_bend();
        assert!((tightest_radius(&road) - 60.0).abs() < 1e-6);
        let mut shape = Shape::default();
        verges(&mut shape, &road, 0.0..750.0);
        for t in shape.indices().chunks(3) {
            let [a, b, c] = [0, 1, 2].map(|i| shape.positions()[t[i] as usize]);
            assert!((b - a).cross(c - a).z > 0.0);
        }
    }
}
