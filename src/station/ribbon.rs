//! Strips along a road: the one way in which everything long is drawn.

use super::shape::{Shape, Tint};
use crate::road::{Network, Road, RoadId};
use bevy::math::Vec3;
use std::ops::Range;

/// Length of a strip's pieces, m: short enough that a 200 m bend has no visible corners.
pub const STEP: f64 = 4.0;
/// The same inside a junction, where roads turn sharply.
const FINE_STEP: f64 = 1.5;

/// A road as it is drawn: with its index, and as far beyond its ends as the picture needs.
#[derive(Clone, Copy)]
pub struct Bed<'a> {
    pub network: &'a Network,
    pub id: RoadId,
    pub road: &'a Road,
    /// How far it goes on straight before its start and after its end, m.
    pub before: f64,
    pub after: f64,
}

impl Bed<'_> {
    /// All that is drawn of it, m.
    pub fn range(&self) -> Range<f64> {
        -self.before..self.road.length() + self.after
    }

    /// `s` on the road itself: past an end, lanes and heights stay what they are there.
    pub fn inside(&self, s: f64) -> f64 {
        s.clamp(0.0, self.road.length())
    }

    pub fn station(&self, s: f64) -> Station {
        self.station_in(s, 0.0..self.road.length())
    }

    /// A station whose lanes are those of `within`, even at its very end.
    fn station_in(&self, s: f64, within: Range<f64>) -> Station {
        let q = s.clamp(within.start, (within.end - 1e-6).max(within.start));
        let line = self.road.line.pose(s);
        let (left, right) = self.road.full_width(q);
        Station {
            s,
            q,
            x: line.x,
            y: line.y,
            sin: libm::sin(line.yaw),
            cos: libm::cos(line.yaw),
            height: self.road.elevation.value(q),
            tilt: libm::tan(self.road.superelevation.value(q)),
            left,
            right,
            light: 1.0,
        }
    }

    /// Stations along a stretch, in equal steps, the ends included. The stretch must lie within one
    /// lane section.
    pub fn stations(&self, along: Range<f64>) -> Vec<Station> {
        let step = if self.road.junction.is_some() {
            FINE_STEP
        } else {
            STEP
        };
        let pieces = ((along.end - along.start) / step - 1e-6).ceil().max(1.0) as u32;
        let length = (along.end - along.start) / f64::from(pieces);
        let i = self
            .road
            .section_at(self.inside((along.start + along.end) / 2.0));
        let from = self.road.sections[i].s;
        let to = self
            .road
            .sections
            .get(i + 1)
            .map_or(self.road.length(), |x| x.s);
        (0..=pieces)
            .map(|k| self.station_in(along.start + f64::from(k) * length, from..to))
            .collect()
    }
}

/// A place along a road, ready to be drawn across.
#[derive(Clone, Copy, Debug)]
pub struct Station {
    pub s: f64,
    /// Where on the road to ask for lanes: `s`, but within its section.
    pub q: f64,
    x: f64,
    y: f64,
    sin: f64,
    cos: f64,
    height: f64,
    tilt: f64,
    /// Edges of all lanes, m.
    pub left: f64,
    pub right: f64,
    /// How the sky lights it, 0 to 1: the fourth number of tints here.
    pub light: f32,
}

impl Station {
    /// A point `t` m left of the reference line and `lift` m above the surface there. Beside the
    /// road the ground goes on level.
    pub fn point(&self, (t, lift): (f64, f64)) -> Vec3 {
        let z = self.height + t.clamp(self.right, self.left) * self.tilt + lift;
        self.at(t, z)
    }

    /// A point at a height of its own, m.
    pub fn at(&self, t: f64, z: f64) -> Vec3 {
        Vec3::new(
            (self.x - t * self.sin) as f32,
            (self.y + t * self.cos) as f32,
            z as f32,
        )
    }

    /// Direction of the reference line, rad.
    pub fn yaw(&self) -> f64 {
        libm::atan2(self.sin, self.cos)
    }

    fn along(&self) -> Vec3 {
        Vec3::new(self.cos as f32, self.sin as f32, 0.0)
    }
}

/// A line across the road: (t, lift) of its left and its right end, m. A strip shows the side that
/// looks up when left is left: to look at the road from its left, let the lower end be left.
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

/// A strip over stations, coloured by its place.
pub fn ribbon(
    shape: &mut Shape,
    stations: &[Station],
    across: impl Fn(&Station) -> Across,
    colour: impl Fn(&Station) -> Tint,
) {
    ribbon_between(
        shape,
        stations,
        |station| {
            let across = across(station);
            (station.point(across.left), station.point(across.right))
        },
        colour,
    );
}

/// The same between points of any kind.
pub fn ribbon_between(
    shape: &mut Shape,
    stations: &[Station],
    ends: impl Fn(&Station) -> (Vec3, Vec3),
    colour: impl Fn(&Station) -> Tint,
) {
    let mut last = None;
    for station in stations {
        let mut tint = colour(station);
        if tint[3] <= 1.0 {
            tint[3] = station.light;
        }
        let (a, b) = ends(station);
        let normal = station.along().cross(a - b).normalize_or(Vec3::Z);
        let left = shape.vertex(a, normal, tint);
        let right = shape.vertex(b, normal, tint);
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

#[cfg(test)]
mod tests {
    use super::super::site::tests::one_way;
    use super::*;
    use crate::road::Element;

    #[test]
    fn a_ribbon_has_two_vertices_a_cut_and_lies_between_its_offsets() {
        let network = one_way(&[Element::Straight { length: 100.0 }]);
        let bed = super::super::site::bed(&network, RoadId(0));
        let mut shape = Shape::default();
        let across = |_: &Station| Across::flat(0.0, -3.75, 0.01);
        ribbon(&mut shape, &bed.stations(0.0..40.0), across, |_| [1.0; 4]);
        assert_eq!(shape.positions().len(), 2 * 11);
        assert_eq!(shape.indices().len(), 6 * 10);
        for p in shape.positions() {
            assert!(p.y == 0.0 || p.y == -3.75, "{p}");
            assert_eq!(p.z, 0.01);
        }
        assert_eq!(shape.positions()[21], Vec3::new(40.0, -3.75, 0.01));
    }

    #[test]
    fn a_bend_keeps_its_radius() {
        let network = one_way(&[Element::Curve {
            radius: 200.0,
            length: 300.0,
            transition: 0.0,
        }]);
        let bed = super::super::site::bed(&network, RoadId(0));
        let mut shape = Shape::default();
        let across = |_: &Station| Across::flat(0.0, -5.0, 0.0);
        ribbon(&mut shape, &bed.stations(0.0..300.0), across, |_| [1.0; 4]);
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
