//! Boxes in the plane: how far apart, and when they would touch.

use libm::{cos, hypot, sin};

/// The outline of a road user seen from above: a box with a direction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Footprint {
    /// Its middle, m.
    pub x: f64,
    pub y: f64,
    /// Unit vector along it.
    pub dir: [f64; 2],
    /// Half its length and width, m.
    pub half: [f64; 2],
}

impl Footprint {
    pub fn new(x: f64, y: f64, yaw: f64, length: f64, width: f64) -> Self {
        Self {
            x,
            y,
            dir: [cos(yaw), sin(yaw)],
            half: [length / 2.0, width / 2.0],
        }
    }

    /// Radius of the circle around it, m.
    pub fn radius(&self) -> f64 {
        hypot(self.half[0], self.half[1])
    }

    fn axes(&self) -> [[f64; 2]; 2] {
        let [c, s] = self.dir;
        [[c, s], [-s, c]]
    }

    /// Half its extent along a unit vector, m.
    fn reach(&self, axis: [f64; 2]) -> f64 {
        let [c, s] = self.dir;
        let along = c * axis[0] + s * axis[1];
        let across = c * axis[1] - s * axis[0];
        along.abs() * self.half[0] + across.abs() * self.half[1]
    }

    /// The two overlap.
    pub fn overlaps(&self, other: &Self) -> bool {
        let apart = [other.x - self.x, other.y - self.y];
        self.axes().into_iter().chain(other.axes()).all(|axis| {
            let distance = (apart[0] * axis[0] + apart[1] * axis[1]).abs();
            distance < self.reach(axis) + other.reach(axis)
        })
    }

    /// Least distance between the two, m; 0 if they overlap. Two boxes that do not overlap are
    /// nearest at a corner of one of them.
    pub fn gap(&self, other: &Self) -> f64 {
        if self.overlaps(other) {
            return 0.0;
        }
        let corners = |a: &Self, b: &Self| {
            a.corners()
                .into_iter()
                .map(|p| b.distance_to(p))
                .fold(f64::INFINITY, f64::min)
        };
        corners(self, other).min(corners(other, self))
    }

    fn corners(&self) -> [[f64; 2]; 4] {
        let ([c, s], [l, w]) = (self.dir, self.half);
        [(l, w), (l, -w), (-l, w), (-l, -w)]
            .map(|(a, b)| [self.x + a * c - b * s, self.y + a * s + b * c])
    }

    /// From the box to a point outside, m.
    fn distance_to(&self, [x, y]: [f64; 2]) -> f64 {
        let ([c, s], (dx, dy)) = (self.dir, (x - self.x, y - self.y));
        let along = ((dx * c + dy * s).abs() - self.half[0]).max(0.0);
        let across = ((dy * c - dx * s).abs() - self.half[1]).max(0.0);
        hypot(along, across)
    }
}

/// s until two boxes touch if both keep their velocities (m/s) and directions; 0 if they overlap,
/// none if they never touch. Along each of the four axes of the two boxes their shadows overlap
/// during one interval; the boxes touch when the last of these begins, if none has ended by then.
pub fn time_to_collision(a: &Footprint, va: [f64; 2], b: &Footprint, vb: [f64; 2]) -> Option<f64> {
    let apart = [b.x - a.x, b.y - a.y];
    let towards = [vb[0] - va[0], vb[1] - va[1]];
    let (mut enter, mut leave) = (0.0_f64, f64::INFINITY);
    for axis in a.axes().into_iter().chain(b.axes()) {
        let distance = apart[0] * axis[0] + apart[1] * axis[1];
        let speed = towards[0] * axis[0] + towards[1] * axis[1];
        let reach = a.reach(axis) + b.reach(axis);
        if speed.abs() < 1e-9 {
            if distance.abs() >= reach {
                return None;
            }
            continue;
        }
        let (t0, t1) = ((-reach - distance) / speed, (reach - distance) / speed);
        enter = enter.max(t0.min(t1));
        leave = leave.min(t0.max(t1));
        if enter >= leave {
            return None;
        }
    }
    Some(enter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::{FRAC_PI_2, PI};

    /// 4 m by 2 m.
    fn car(x: f64, y: f64, yaw: f64) -> Footprint {
        Footprint::new(x, y, yaw, 4.0, 2.0)
    }

    fn ttc(a: Footprint, va: [f64; 2], b: Footprint, vb: [f64; 2]) -> Option<f64> {
        let found = time_to_collision(&a, va, &b, vb);
        let back = time_to_collision(&b, vb, &a, va);
        assert_eq!(
            found.map(|t| (t * 1e9).round()),
            back.map(|t| (t * 1e9).round()),
            "the same from both sides"
        );
        found
    }

    fn near(found: Option<f64>, expected: f64) {
        let t = found.expect("they meet");
        assert!((t - expected).abs() < 1e-9, "{t}, not {expected}");
    }

    #[test]
    fn following_is_the_gap_over_the_closing_speed() {
        // Middles 34 m apart, 30 m between the bumpers, 20 against 5 m/s: 2 s.
        let (ego, lead) = (car(0.0, 0.0, 0.0), car(34.0, 0.5, 0.0));
        near(ttc(ego, [20.0, 0.0], lead, [5.0, 0.0]), 2.0);
        assert_eq!(ttc(ego, [20.0, 0.0], lead, [20.0, 0.0]), None);
        assert_eq!(ttc(ego, [20.0, 0.0], lead, [25.0, 0.0]), None);
        assert!((ego.gap(&lead) - 30.0).abs() < 1e-12);
    }

    #[test]
    fn head_on_closes_with_the_sum_of_speeds() {
        let (ego, other) = (car(0.0, 0.0, 0.0), car(64.0, 0.0, PI));
        near(ttc(ego, [20.0, 0.0], other, [-10.0, 0.0]), 2.0);
    }

    #[test]
    fn who_passes_in_the_next_lane_is_never_met() {
        // 3.25 m between the middles: 1.25 m between the sides.
        for yaw in [0.0, PI] {
            let other = car(40.0, 3.25, yaw);
            let v = [20.0 * cos(yaw), 0.0];
            assert_eq!(ttc(car(0.0, 0.0, 0.0), [25.0, 0.0], other, v), None);
        }
        // Drifting over at 0.5 m/s: the sides touch after 2.5 s, if they are still beside each other.
        let ego = car(0.0, 0.0, 0.0);
        near(ttc(ego, [20.0, 0.5], car(1.0, 3.25, 0.0), [20.0, 0.0]), 2.5);
        assert_eq!(
            ttc(ego, [20.0, 0.5], car(1.0, 3.25, PI), [-20.0, 0.0]),
            None
        );
    }

    #[test]
    fn crossing_meets_when_the_later_one_is_there_before_the_first_has_gone() {
        // The ego reaches x = 30 - 1 (the side of the other) with its front after (29 - 2) / 10 =
        // 2.7 s, and leaves x = 31 with its rear after 3.3 s. The other comes from y = -d.
        let ego = car(0.0, 0.0, 0.0);
        let from = |d: f64, v: f64| {
            let other = car(30.0, -d, FRAC_PI_2);
            ttc(ego, [10.0, 0.0], other, [0.0, v])
        };
        // Its front reaches y = -1 after (23 - 1 - 2) / 10 = 2.0 s, its rear y = 1 after 2.6 s.
        assert_eq!(from(23.0, 10.0), None, "gone before");
        // ... after 2.5 s and 3.1 s: the ego's front meets its side after 2.7 s.
        near(from(28.0, 10.0), 2.7);
        // ... after 3.0 s: its front meets the ego's side then.
        near(from(33.0, 10.0), 3.0);
        assert_eq!(from(37.0, 10.0), None, "3.4 s: the ego has gone");
    }

    #[test]
    fn turned_boxes_have_corners() {
        // A square of side 2 on its corner: its half diagonal, 1.414 m, points at the other.
        let square = Footprint::new(10.0, 0.0, PI / 4.0, 2.0, 2.0);
        let ego = car(0.0, 0.0, 0.0);
        let gap = 10.0 - 2.0 - std::f64::consts::SQRT_2;
        assert!((ego.gap(&square) - gap).abs() < 1e-12);
        near(ttc(ego, [2.0, 0.0], square, [0.0, 0.0]), gap / 2.0);
        assert!(ego.overlaps(&car(3.9, 0.0, 0.0)) && !ego.overlaps(&car(4.1, 0.0, 0.0)));
        // Corner to corner: 3 and 4 m apart along the axes.
        assert!((ego.gap(&car(7.0, 6.0, 0.0)) - 5.0).abs() < 1e-12);
        assert_eq!(
            ttc(ego, [1.0, 0.0], car(1.0, 0.0, 0.3), [0.0, 0.0]),
            Some(0.0)
        );
    }
}
