//! The carriageway: asphalt and markings, as ribbons along the reference line.
//!
//! Markings follow German motorways (RMS, RAA): lane lines 6 m long with gaps of 12 m, edge lines
//! solid. They lie a little above the asphalt, so that the depth buffer can tell them apart.

use super::shape::{Shape, Tint, shaded, tint};
use crate::road::{Road, RoadPoint};
use bevy::math::Vec3;
use std::ops::Range;

/// Length of a ribbon's pieces, m: short enough that a 200 m bend has no visible corners.
pub const STEP: f64 = 4.0;
/// The road is drawn this far beyond either end, where it goes on straight, m.
pub const BEYOND: f64 = 900.0;
/// Pavement left of the reference line, m: room for the edge line.
pub const LEFT_MARGIN: f64 = 1.0;

const DASH: f64 = 6.0;
pub const DASH_AND_GAP: f64 = 18.0;
const LANE_LINE: f64 = 0.15;
const EDGE_LINE: f64 = 0.25;
const MARKING_HEIGHT: f64 = 0.015;

/// A line across the road: offsets left and right of the reference line (OpenDRIVE t), m, and the
/// height of either.
#[derive(Clone, Copy, Debug)]
pub struct Across {
    pub left: (f64, f64),
    pub right: (f64, f64),
}

impl Across {
    /// Between two offsets, all at one height.
    pub fn flat(left: f64, right: f64, height: f64) -> Self {
        Self {
            left: (left, height),
            right: (right, height),
        }
    }
}

/// The right edge of the pavement, m (OpenDRIVE t). A road without a shoulder still has room for
/// its edge line.
pub fn pavement_edge(road: &Road) -> f64 {
    road.right_edge() - road.shoulder_width.max(0.4)
}

/// A point over the road, in world axes.
pub fn over(road: &Road, s: f64, (t, height): (f64, f64)) -> Vec3 {
    let p = road.pose(RoadPoint { s, t });
    Vec3::new(p.x as f32, p.y as f32, height as f32)
}

/// A strip along the road in pieces of equal length, coloured by its place.
pub fn ribbon(
    shape: &mut Shape,
    road: &Road,
    along: Range<f64>,
    across: Across,
    colour: impl Fn(f64) -> Tint,
) {
    let pieces = ((along.end - along.start) / STEP).ceil().max(1.0) as u32;
    let length = (along.end - along.start) / f64::from(pieces);
    let mut last = None;
    for i in 0..=pieces {
        let s = along.start + f64::from(i) * length;
        let tint = colour(s);
        let left = shape.vertex(over(road, s, across.left), Vec3::Z, tint);
        let right = shape.vertex(over(road, s, across.right), Vec3::Z, tint);
        if let Some((last_left, last_right)) = last {
            shape.triangle([last_left, last_right, right]);
            shape.triangle([last_left, right, left]);
        }
        last = Some((left, right));
    }
}

/// A number from 0 to 1 that depends on a place and looks random. Not for anything that counts.
pub fn speckle(place: f64, kind: u32) -> f32 {
    let mut h = (place.floor() as i64 as u32)
        .wrapping_mul(0x9E37_79B1)
        .wrapping_add(kind.wrapping_mul(0x85EB_CA77));
    h ^= h >> 15;
    h = h.wrapping_mul(0x2C1B_3C6D);
    h ^= h >> 12;
    h = h.wrapping_mul(0x297A_2D39);
    h ^= h >> 15;
    (h & 0xFFFF) as f32 / 65535.0
}

/// Asphalt and markings of a stretch. It should begin where a dash begins, or a dash is cut.
pub fn carriageway(road: &Road, all: Range<f64>) -> Shape {
    let mut shape = Shape::default();
    let asphalt = tint(0.33, 0.335, 0.345);
    let worn = tint(0.30, 0.305, 0.315);
    let edge = pavement_edge(road);
    let lanes = f64::from(road.lanes);

    // One ribbon a lane, with slightly different wear, and darker tracks where wheels run.
    let patched =
        |kind: u32, base: Tint| move |s: f64| shaded(base, 0.92 + 0.14 * speckle(s / 12.0, kind));
    let margin = Across::flat(LEFT_MARGIN, 0.0, 0.0);
    ribbon(&mut shape, road, all.clone(), margin, patched(90, asphalt));
    let shoulder = Across::flat(road.right_edge(), edge, 0.0);
    ribbon(
        &mut shape,
        road,
        all.clone(),
        shoulder,
        patched(91, asphalt),
    );
    for lane in 0..road.lanes {
        let left = -f64::from(lane) * road.lane_width;
        let cuts = [0.0, 0.15, 0.35, 0.65, 0.85, 1.0].map(|part| left - part * road.lane_width);
        for (i, pair) in cuts.windows(2).enumerate() {
            let base = if i % 2 == 1 { worn } else { asphalt };
            let strip = Across::flat(pair[0], pair[1], 0.0);
            ribbon(&mut shape, road, all.clone(), strip, patched(lane, base));
        }
    }

    let white = tint(0.93, 0.93, 0.91);
    let line = |left: f64, width: f64| Across::flat(left, left - width, MARKING_HEIGHT);
    ribbon(
        &mut shape,
        road,
        all.clone(),
        line(EDGE_LINE, EDGE_LINE),
        |_| white,
    );
    let right_line = line(road.right_edge(), EDGE_LINE);
    ribbon(&mut shape, road, all.clone(), right_line, |_| white);
    let mut s = all.start;
    while s < all.end {
        let mut lane = 1.0;
        while lane < lanes {
            let left = -lane * road.lane_width + LANE_LINE / 2.0;
            ribbon(&mut shape, road, s..s + DASH, line(left, LANE_LINE), |_| {
                white
            });
            lane += 1.0;
        }
        s += DASH_AND_GAP;
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::road::{Element, ReferenceLine};

    fn road(elements: &[Element]) -> Road {
        Road {
            line: ReferenceLine::new(elements),
            lanes: 2,
            lane_width: 3.75,
            shoulder_width: 2.5,
            speed_limit: 30.0,
        }
    }

    #[test]
    fn a_ribbon_has_two_vertices_a_cut_and_lies_between_its_offsets() {
        let road = road(&[Element::Straight { length: 100.0 }]);
        let mut shape = Shape::default();
        ribbon(
            &mut shape,
            &road,
            0.0..40.0,
            Across::flat(0.0, -3.75, 0.01),
            |_| [1.0; 4],
        );
        assert_eq!(shape.positions().len(), 2 * 11);
        assert_eq!(shape.indices().len(), 6 * 10);
        for p in shape.positions() {
            assert!(p.y == 0.0 || p.y == -3.75, "{p}");
            assert_eq!(p.z, 0.01);
        }
        assert_eq!(shape.positions()[21], Vec3::new(40.0, -3.75, 0.01));
    }

    #[test]
    fn ribbons_look_up() {
        let road = road(&[Element::Curve {
            radius: -300.0,
            length: 200.0,
        }]);
        let shape = carriageway(&road, 0.0..180.0);
        for t in shape.indices().chunks(3) {
            let [a, b, c] = [0, 1, 2].map(|i| shape.positions()[t[i] as usize]);
            assert!((b - a).cross(c - a).z > 0.0);
        }
    }

    #[test]
    fn a_bend_keeps_its_radius() {
        let road = road(&[Element::Curve {
            radius: 200.0,
            length: 300.0,
        }]);
        let mut shape = Shape::default();
        ribbon(
            &mut shape,
            &road,
            0.0..300.0,
            Across::flat(0.0, -5.0, 0.0),
            |_| [1.0; 4],
        );
        for (i, p) in shape.positions().iter().enumerate() {
            let radius = if i % 2 == 0 { 200.0 } else { 205.0 };
            let r = p.x.hypot(p.y - 200.0);
            assert!((r - radius).abs() < 1e-2, "{p}: {r}");
        }
    }

    #[test]
    fn speckles_spread_over_their_range() {
        let mean = (0..1000).map(|i| speckle(f64::from(i), 3)).sum::<f32>() / 1000.0;
        assert!((0.45..0.55).contains(&mean), "{mean}");
    }
}
