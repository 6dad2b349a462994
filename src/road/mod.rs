//! The road: a reference line of straights and arcs, and the lanes beside it.
//!
//! Conventions are OpenDRIVE's. `s` runs along the reference line in metres, `t` across it, positive
//! to the left. Lanes right of the line have negative ids: -1 touches the line (the fast lane of a
//! motorway), -2 is the next to the right. World axes are ISO 8855: x, y on the ground, z up, yaw
//! counter-clockwise from x; the line starts at the origin and heads along x.
//!
//! What is absent on purpose: traffic, weather, and anything that changes with time.

mod line;

pub use line::{Element, ReferenceLine};

/// A point of the road in world coordinates: m, m, rad.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pose2 {
    pub x: f64,
    pub y: f64,
    pub yaw: f64,
}

/// A point in road coordinates: m along the reference line, m to its left.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RoadPoint {
    pub s: f64,
    pub t: f64,
}

/// One carriageway with lanes of equal width right of its reference line.
#[derive(Clone, Debug, PartialEq)]
pub struct Road {
    pub line: ReferenceLine,
    /// Number of driving lanes; ids are -1 to `-lanes`.
    pub lanes: u32,
    /// m.
    pub lane_width: f64,
    /// Paved width right of the last lane, m.
    pub shoulder_width: f64,
    /// m/s.
    pub speed_limit: f64,
}

impl Road {
    /// Length of the reference line, m.
    pub fn length(&self) -> f64 {
        self.line.length()
    }

    pub fn has_lane(&self, lane: i32) -> bool {
        lane < 0 && lane.unsigned_abs() <= self.lanes
    }

    /// `t` of a lane's centre, m. `lane` must exist.
    pub fn lane_centre(&self, lane: i32) -> f64 {
        (f64::from(lane) + 0.5) * self.lane_width
    }

    /// The lane whose centre is nearest to `t`.
    pub fn nearest_lane(&self, t: f64) -> i32 {
        let index = (-t / self.lane_width).floor();
        -1 - index.clamp(0.0, f64::from(self.lanes - 1)) as i32
    }

    /// World pose of a road point; yaw is the road's direction there.
    pub fn pose(&self, p: RoadPoint) -> Pose2 {
        let line = self.line.pose(p.s);
        Pose2 {
            x: line.x - p.t * libm::sin(line.yaw),
            y: line.y + p.t * libm::cos(line.yaw),
            yaw: line.yaw,
        }
    }

    /// Road point of a world position: the nearest one on the reference line.
    pub fn locate(&self, x: f64, y: f64) -> RoadPoint {
        self.line.locate(x, y)
    }

    /// `t` of the right edge of the rightmost driving lane, m.
    pub fn right_edge(&self) -> f64 {
        -f64::from(self.lanes) * self.lane_width
    }
}

/// An angle folded into (-pi, pi], rad.
pub fn wrap_angle(angle: f64) -> f64 {
    use std::f64::consts::PI;
    let folded = libm::fmod(angle + PI, 2.0 * PI);
    if folded <= 0.0 {
        folded + PI
    } else {
        folded - PI
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn road() -> Road {
        Road {
            line: ReferenceLine::new(&[Element::Straight { length: 100.0 }]),
            lanes: 3,
            lane_width: 3.5,
            shoulder_width: 2.5,
            speed_limit: 30.0,
        }
    }

    #[test]
    fn lanes_count_from_the_reference_line_to_the_right() {
        let road = road();
        assert_eq!(road.lane_centre(-1), -1.75);
        assert_eq!(road.lane_centre(-3), -8.75);
        assert_eq!(road.nearest_lane(-1.75), -1);
        assert_eq!(road.nearest_lane(-8.0), -3);
        assert_eq!(road.nearest_lane(-40.0), -3);
        assert_eq!(road.nearest_lane(5.0), -1);
        assert!(road.has_lane(-3) && !road.has_lane(-4) && !road.has_lane(0));
    }

    #[test]
    fn wrapped_angles_stay_within_half_a_turn() {
        use std::f64::consts::PI;
        for (angle, expected) in [
            (0.0, 0.0),
            (3.0 * PI, PI),
            (-0.5, -0.5),
            (7.0, 7.0 - 2.0 * PI),
        ] {
            assert!((wrap_angle(angle) - expected).abs() < 1e-12, "{angle}");
        }
    }
}
