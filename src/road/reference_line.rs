//! Reference lines: straights, arcs, clothoids and cubics joined with equal direction.

use super::Pose2;
use super::geometry::{Curve, Poly, placed, seen_from};
use serde::Deserialize;

/// One element of a reference line, as a scenario writes it.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Element {
    /// A straight of this length, m.
    Straight { length: f64 },
    /// A bend: radius in m, positive to the left and negative to the right; length along it, m.
    /// With a `transition` (m) its curvature grows from and falls to zero over that length at
    /// either end (clothoids); both are part of `length`.
    Curve {
        radius: f64,
        length: f64,
        #[serde(default)]
        transition: f64,
    },
    /// A clothoid: length, m, and curvature at its start and end, 1/m, positive to the left.
    Spiral { length: f64, from: f64, to: f64 },
    /// A parametric cubic u(p), v(p), p from 0 to 1 (OpenDRIVE's paramPoly3, normalised), m.
    Poly { u: [f64; 4], v: [f64; 4] },
}

impl Element {
    /// m. 0 for a cubic that has no direction somewhere.
    pub fn length(&self) -> f64 {
        match self {
            Self::Straight { length }
            | Self::Curve { length, .. }
            | Self::Spiral { length, .. } => *length,
            Self::Poly { u, v } => Poly::new(*u, *v).map_or(0.0, |p| p.length()),
        }
    }

    /// Curves and their lengths.
    fn curves(&self) -> Vec<(Curve, f64)> {
        match *self {
            Self::Straight { length } => vec![(Curve::Line, length)],
            Self::Curve {
                radius,
                length,
                transition,
            } => {
                let k = 1.0 / radius;
                let arc = (Curve::Arc(k), length - 2.0 * transition);
                if transition <= 0.0 {
                    return vec![arc];
                }
                let into = (Curve::Spiral(0.0, k / transition), transition);
                let out = (Curve::Spiral(k, -k / transition), transition);
                if arc.1 > 1e-9 {
                    vec![into, arc, out]
                } else {
                    vec![into, out]
                }
            }
            Self::Spiral { length, from, to } => {
                vec![(spiral(from, (to - from) / length), length)]
            }
            Self::Poly { u, v } => Poly::new(u, v)
                .map(|p| {
                    let length = p.length();
                    (Curve::Poly(Box::new(p)), length)
                })
                .into_iter()
                .collect(),
        }
    }
}

fn spiral(k: f64, rate: f64) -> Curve {
    if rate == 0.0 {
        arc(k)
    } else {
        Curve::Spiral(k, rate)
    }
}

fn arc(k: f64) -> Curve {
    // Beyond a radius of a million km an arc is a straight, and 1/k loses its digits.
    if k.abs() < 1e-9 {
        Curve::Line
    } else {
        Curve::Arc(k)
    }
}

/// A curve in its place.
#[derive(Clone, Debug, PartialEq)]
struct Piece {
    s0: f64,
    start: Pose2,
    curve: Curve,
    length: f64,
}

/// Curves joined end to end. Before its start and past its end the line goes on straight, so that
/// every query has an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct ReferenceLine {
    pieces: Vec<Piece>,
    length: f64,
}

impl ReferenceLine {
    /// A line from the origin along x. `elements` must not be empty and lengths must be positive;
    /// the scenario's check sees to both.
    pub fn new(elements: &[Element]) -> Self {
        Self::from_pose(Pose2::default(), elements)
    }

    /// The same, from a pose.
    pub fn from_pose(start: Pose2, elements: &[Element]) -> Self {
        Self::of_curves(start, elements.iter().flat_map(Element::curves))
    }

    /// Two arcs from one pose to another; see `geometry.rs`. None if there are none.
    pub fn between(from: Pose2, to: Pose2) -> Option<Self> {
        let arcs = super::geometry::biarc(from, to)?;
        let curves = arcs.into_iter().filter(|a| a.1 > 1e-9);
        Some(Self::of_curves(from, curves.map(|(k, l)| (arc(k), l))))
    }

    /// From a pose through elements, which may be none, and on to another pose by two arcs, if it
    /// is not reached yet. None if no arcs lead there.
    pub fn leading(start: Pose2, elements: &[Element], to: Pose2) -> Option<Self> {
        let mut line = Self::from_pose(start, elements);
        let reached = match line.pieces.is_empty() {
            true => start,
            false => line.pose(line.length),
        };
        let gap = libm::hypot(to.x - reached.x, to.y - reached.y);
        let turn = super::wrap_angle(to.yaw - reached.yaw).abs();
        if gap < 1e-3 && turn < 1e-3 {
            return (!line.pieces.is_empty()).then_some(line);
        }
        let mut rest = Self::between(reached, to)?;
        for piece in &mut rest.pieces {
            piece.s0 += line.length;
        }
        line.length += rest.length;
        line.pieces.append(&mut rest.pieces);
        Some(line)
    }

    /// Sharpest curvature within a stretch, 1/m: that of its curves' ends and of samples between.
    pub fn sharpest(&self, from: f64, to: f64) -> f64 {
        let mut sharpest = 0.0_f64;
        for piece in &self.pieces {
            for i in 0..=32 {
                let inside = piece.length * f64::from(i) / 32.0;
                if (from..=to).contains(&(piece.s0 + inside)) {
                    sharpest = sharpest.max(piece.curve.curvature(inside).abs());
                }
            }
        }
        sharpest
    }

    fn of_curves(mut start: Pose2, curves: impl Iterator<Item = (Curve, f64)>) -> Self {
        let mut pieces = Vec::new();
        let mut s0 = 0.0;
        for (curve, length) in curves {
            let end = placed(start, curve.pose(length));
            pieces.push(Piece {
                s0,
                start,
                curve,
                length,
            });
            s0 += length;
            start = end;
        }
        Self { pieces, length: s0 }
    }

    /// m.
    pub fn length(&self) -> f64 {
        self.length
    }

    /// Direction at `s`, not folded: it may pass half a turn.
    pub fn pose(&self, s: f64) -> Pose2 {
        let piece = &self.pieces[self.index_at(s)];
        let inside = (s - piece.s0).clamp(0.0, piece.length);
        let pose = placed(piece.start, piece.curve.pose(inside));
        let beyond = s - piece.s0 - inside;
        if beyond == 0.0 {
            return pose;
        }
        Pose2 {
            x: pose.x + beyond * libm::cos(pose.yaw),
            y: pose.y + beyond * libm::sin(pose.yaw),
            yaw: pose.yaw,
        }
    }

    /// 1/m, positive to the left; 0 beyond the ends.
    pub fn curvature(&self, s: f64) -> f64 {
        if s < 0.0 || s > self.length {
            return 0.0;
        }
        let piece = &self.pieces[self.index_at(s)];
        piece
            .curve
            .curvature((s - piece.s0).clamp(0.0, piece.length))
    }

    /// Nearest point of the whole line: (s, t), t to the left. Looks at every curve; where there is
    /// an idea of the place, [`Self::nearest_within`] is quicker.
    pub fn nearest(&self, x: f64, y: f64) -> (f64, f64) {
        let (s, t, _) = self.nearest_of(0..self.pieces.len(), x, y);
        (s, t)
    }

    /// Nearest point with `s` about `from..to` (curves that touch it are looked at as a whole):
    /// (s, t, how far the place lies past the end of those curves, m).
    pub fn nearest_within(&self, x: f64, y: f64, from: f64, to: f64) -> (f64, f64, f64) {
        self.nearest_of(self.index_at(from)..self.index_at(to) + 1, x, y)
    }

    fn nearest_of(&self, range: std::ops::Range<usize>, x: f64, y: f64) -> (f64, f64, f64) {
        let mut best = (0.0, 0.0, 0.0, f64::INFINITY);
        for i in range {
            let piece = &self.pieces[i];
            let (px, py) = seen_from(piece.start, x, y);
            let (s, _) = piece.curve.nearest(px, py, piece.length);
            // Off a curve's end its end is what is nearest, or the straight on from there.
            let mut s = s.clamp(0.0, piece.length);
            let end = piece.curve.pose(s);
            let (mut along, across) = seen_from(end, px, py);
            let before = i == 0 && s == 0.0 && along < 0.0;
            let after = i + 1 == self.pieces.len() && s == piece.length && along > 0.0;
            if before || after {
                s += along;
                along = 0.0;
            }
            let distance = libm::hypot(along, across);
            if distance < best.3 {
                best = (piece.s0 + s, across, along.abs(), distance);
            }
        }
        (best.0, best.1, best.2)
    }

    /// Index of the curve at `s`; the first or last beyond the ends.
    fn index_at(&self, s: f64) -> usize {
        self.pieces.partition_point(|p| p.s0 <= s).max(1) - 1
    }

    /// Where curves begin, m, for those who walk along the line.
    pub fn joints(&self) -> impl Iterator<Item = f64> {
        self.pieces.iter().map(|p| p.s0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn winding() -> ReferenceLine {
        ReferenceLine::new(&[
            Element::Straight { length: 300.0 },
            Element::Curve {
                radius: 400.0,
                length: 250.0,
                transition: 80.0,
            },
            Element::Curve {
                radius: -600.0,
                length: 350.0,
                transition: 0.0,
            },
            Element::Spiral {
                length: 100.0,
                from: 0.0,
                to: 0.004,
            },
            Element::Poly {
                u: [0.0, 120.0, 0.0, -8.0],
                v: [0.0, 0.0, 20.0, 0.0],
            },
        ])
    }

    #[test]
    fn a_quarter_circle_ends_where_geometry_says() {
        let quarter = std::f64::consts::FRAC_PI_2;
        let line = ReferenceLine::new(&[Element::Curve {
            radius: 100.0,
            length: 100.0 * quarter,
            transition: 0.0,
        }]);
        let end = line.pose(line.length());
        assert!((end.x - 100.0).abs() < 1e-9);
        assert!((end.y - 100.0).abs() < 1e-9);
        assert!((end.yaw - quarter).abs() < 1e-12);
    }

    #[test]
    fn there_and_back_agree_everywhere_also_past_the_ends() {
        let line = winding();
        let mut s = -50.0;
        while s < line.length() + 50.0 {
            for t in [-12.0, -3.5, 0.0, 4.0] {
                let p = line.pose(s);
                let (x, y) = (p.x - t * libm::sin(p.yaw), p.y + t * libm::cos(p.yaw));
                let (s2, t2) = line.nearest(x, y);
                assert!(
                    (s2 - s).abs() < 1e-6 && (t2 - t).abs() < 1e-6,
                    "s {s} t {t} came back as {s2} {t2}"
                );
            }
            s += 7.3;
        }
    }

    #[test]
    fn the_line_has_no_gaps_and_no_kinks() {
        let line = winding();
        let mut last = line.pose(0.0);
        let step = 0.01;
        let mut s = step;
        while s < line.length() {
            let next = line.pose(s);
            let moved = libm::hypot(next.x - last.x, next.y - last.y);
            assert!((moved - step).abs() < 1e-6, "at s {s} moved {moved}");
            assert!((next.yaw - last.yaw).abs() < step / 50.0);
            last = next;
            s += step;
        }
    }

    #[test]
    fn a_bend_with_transitions_starts_and_ends_straight() {
        let line = winding();
        assert!(line.curvature(300.001).abs() < 1e-6);
        assert!((line.curvature(400.0) - 1.0 / 400.0).abs() < 1e-12);
        assert!(line.curvature(549.999).abs() < 1e-6);
    }
}
