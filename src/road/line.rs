//! Reference lines: straights and arcs joined with equal direction.

use super::{Pose2, RoadPoint};
use serde::Deserialize;

/// One element of a reference line, as a scenario writes it.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Element {
    /// A straight of this length, m.
    Straight { length: f64 },
    /// An arc: radius in m, positive to the left and negative to the right; length along it, m.
    Curve { radius: f64, length: f64 },
}

impl Element {
    pub fn length(self) -> f64 {
        match self {
            Self::Straight { length } | Self::Curve { length, .. } => length,
        }
    }

    /// 1/m, positive to the left.
    pub fn curvature(self) -> f64 {
        match self {
            Self::Straight { .. } => 0.0,
            Self::Curve { radius, .. } => 1.0 / radius,
        }
    }
}

/// An element in its place.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Piece {
    s0: f64,
    start: Pose2,
    curvature: f64,
    length: f64,
}

/// Elements joined end to end. Before its start and past its end the line goes on straight, so
/// that every query has an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct ReferenceLine {
    pieces: Vec<Piece>,
    length: f64,
}

impl ReferenceLine {
    /// A line from the origin along x. `elements` must not be empty and lengths must be positive;
    /// the scenario's check sees to both.
    pub fn new(elements: &[Element]) -> Self {
        let mut pieces = Vec::with_capacity(elements.len());
        let mut s0 = 0.0;
        let mut start = Pose2::default();
        for element in elements {
            let piece = Piece {
                s0,
                start,
                curvature: element.curvature(),
                length: element.length(),
            };
            pieces.push(piece);
            s0 += piece.length;
            start = piece.pose(piece.length);
        }
        Self { pieces, length: s0 }
    }

    pub fn length(&self) -> f64 {
        self.length
    }

    pub fn pose(&self, s: f64) -> Pose2 {
        if s > self.length {
            let last = self.pieces[self.pieces.len() - 1];
            return straight_on(last.pose(last.length), s - self.length);
        }
        if s < 0.0 {
            return straight_on(self.pieces[0].start, s);
        }
        let piece = self.piece_at(s);
        piece.pose(s - piece.s0)
    }

    /// 1/m, positive to the left; 0 beyond the ends.
    pub fn curvature(&self, s: f64) -> f64 {
        if s < 0.0 || s > self.length {
            0.0
        } else {
            self.piece_at(s).curvature
        }
    }

    /// Nearest point of the line to a world position.
    pub fn locate(&self, x: f64, y: f64) -> RoadPoint {
        let mut best = RoadPoint {
            s: 0.0,
            t: f64::INFINITY,
        };
        let last = self.pieces.len() - 1;
        for (i, piece) in self.pieces.iter().enumerate() {
            let local = piece.locate(x, y);
            let low = if i == 0 { f64::NEG_INFINITY } else { 0.0 };
            let high = if i == last {
                f64::INFINITY
            } else {
                piece.length
            };
            // A position off an arc's end projects past it; the neighbour answers then.
            if (low..=high).contains(&local.s) && local.t.abs() < best.t.abs() {
                best = RoadPoint {
                    s: piece.s0 + local.s,
                    t: local.t,
                };
            }
        }
        best
    }

    fn piece_at(&self, s: f64) -> &Piece {
        let next = self.pieces.partition_point(|p| p.s0 <= s);
        &self.pieces[next.saturating_sub(1)]
    }
}

fn straight_on(from: Pose2, distance: f64) -> Pose2 {
    Pose2 {
        x: from.x + distance * libm::cos(from.yaw),
        y: from.y + distance * libm::sin(from.yaw),
        yaw: from.yaw,
    }
}

impl Piece {
    fn pose(&self, s: f64) -> Pose2 {
        if self.curvature == 0.0 {
            return straight_on(self.start, s);
        }
        let (k, yaw0) = (self.curvature, self.start.yaw);
        let yaw = yaw0 + k * s;
        Pose2 {
            x: self.start.x + (libm::sin(yaw) - libm::sin(yaw0)) / k,
            y: self.start.y - (libm::cos(yaw) - libm::cos(yaw0)) / k,
            yaw,
        }
    }

    fn locate(&self, x: f64, y: f64) -> RoadPoint {
        let (sin, cos) = (libm::sin(self.start.yaw), libm::cos(self.start.yaw));
        let (dx, dy) = (x - self.start.x, y - self.start.y);
        let (along, across) = (dx * cos + dy * sin, dy * cos - dx * sin);
        if self.curvature == 0.0 {
            return RoadPoint {
                s: along,
                t: across,
            };
        }
        // The arc's centre lies at (0, 1/k) in the start's axes; measure the angle around it.
        let radius = 1.0 / self.curvature;
        let turned = libm::atan2(along, (radius - across) * radius.signum());
        let distance = libm::hypot(along, radius - across);
        RoadPoint {
            s: turned * radius.abs(),
            t: radius - distance * radius.signum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s_bend() -> ReferenceLine {
        ReferenceLine::new(&[
            Element::Straight { length: 300.0 },
            Element::Curve {
                radius: 400.0,
                length: 250.0,
            },
            Element::Curve {
                radius: -600.0,
                length: 350.0,
            },
            Element::Straight { length: 500.0 },
        ])
    }

    #[test]
    fn a_quarter_circle_ends_where_geometry_says() {
        let quarter = std::f64::consts::FRAC_PI_2;
        let line = ReferenceLine::new(&[Element::Curve {
            radius: 100.0,
            length: 100.0 * quarter,
        }]);
        let end = line.pose(line.length());
        assert!((end.x - 100.0).abs() < 1e-9);
        assert!((end.y - 100.0).abs() < 1e-9);
        assert!((end.yaw - quarter).abs() < 1e-12);
    }

    #[test]
    fn there_and_back_agree_everywhere_also_past_the_ends() {
        let line = s_bend();
        let mut s = -50.0;
        while s < line.length() + 50.0 {
            for t in [-12.0, -3.5, 0.0, 4.0] {
                let p = line.pose(s);
                let (x, y) = (p.x - t * libm::sin(p.yaw), p.y + t * libm::cos(p.yaw));
                let back = line.locate(x, y);
                assert!(
                    (back.s - s).abs() < 1e-6 && (back.t - t).abs() < 1e-6,
                    "s {s} t {t} came back as {back:?}"
                );
            }
            s += 7.3;
        }
    }

    #[test]
    fn the_line_has_no_gaps_and_no_kinks() {
        let line = s_bend();
        let mut last = line.pose(0.0);
        let step = 0.01;
        let mut s = step;
        while s < line.length() {
            let next = line.pose(s);
            let moved = libm::hypot(next.x - last.x, next.y - last.y);
            assert!((moved - step).abs() < 1e-6, "at s {s} moved {moved}");
            assert!((next.yaw - last.yaw).abs() < step / 300.0);
            last = next;
            s += step;
        }
    }
}
