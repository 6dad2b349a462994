//! Where somebody was in the last seconds, for the post-encroachment time.
//!
//! PET is the time between one road user leaving the place where two ways cross or join and the
//! other one entering it. Here the ways are the boxes that were swept: the moment at which one's
//! box first touches what the other has swept is its entry; the latest moment at which the other's
//! box was there is the exit. For ways that cross at a right angle this is the textbook's PET of
//! the conflict area.

use super::footprint::Footprint;
use std::collections::VecDeque;

/// Larger times are no encounter, s.
pub const LONGEST: f64 = 3.0;
/// Between two poses of a trail, s; the PET is right to within as much.
pub const STEP: f64 = 0.05;

/// One's poses of the last [`LONGEST`] s, one each [`STEP`], the newest last.
#[derive(Clone, Debug, Default)]
pub struct Trail {
    poses: VecDeque<Footprint>,
    /// Radius of the circle around the box, m.
    radius: f64,
}

impl Trail {
    const POSES: usize = (LONGEST / STEP) as usize;

    /// Goes on to where it is now. One that begins is taken to have come as it goes: so that who
    /// follows in the same lane from the start has not just entered.
    pub fn push(&mut self, now: &Footprint, velocity: [f64; 2]) {
        if self.poses.is_empty() {
            self.radius = now.radius();
            for k in (1..Self::POSES).rev() {
                let ago = k as f64 * STEP;
                self.poses.push_back(Footprint {
                    x: now.x - velocity[0] * ago,
                    y: now.y - velocity[1] * ago,
                    ..*now
                });
            }
        } else if self.poses.len() == Self::POSES {
            self.poses.pop_front();
        }
        self.poses.push_back(*now);
    }

    pub fn clear(&mut self) {
        self.poses.clear();
    }

    /// How long ago it left the place where `other` is now, s; none if it was not there. The exit is
    /// up to one step after the last pose that was there, and the entry up to one step before this
    /// look: in the mean the two are one step nearer than the poses say.
    pub fn left(&self, other: &Footprint) -> Option<f64> {
        let near = self.radius + other.radius();
        let found = self.poses.iter().rev().position(|pose| {
            let (dx, dy) = (pose.x - other.x, pose.y - other.y);
            dx * dx + dy * dy < near * near && pose.overlaps(other)
        })?;
        Some(found.saturating_sub(1) as f64 * STEP)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::{FRAC_PI_2, PI};

    /// PET of the second, a car 4 m by 2 m, after the first: both by their pose at a time.
    fn pet(
        first: impl Fn(f64) -> Footprint,
        second: impl Fn(f64) -> Footprint,
        until: f64,
    ) -> Option<f64> {
        let mut trail = Trail::default();
        let mut inside = true;
        for k in 0..(until / STEP) as u32 {
            let t = f64::from(k) * STEP;
            let (now, then) = (first(t), first(t + 0.01));
            let v = [(then.x - now.x) / 0.01, (then.y - now.y) / 0.01];
            trail.push(&now, v);
            let left = trail.left(&second(t));
            if left.is_some() && !inside {
                return left;
            }
            inside = left.is_some();
        }
        None
    }

    fn car(x: f64, y: f64, yaw: f64) -> Footprint {
        Footprint::new(x, y, yaw, 4.0, 2.0)
    }

    #[test]
    fn crossing_is_from_the_exit_of_one_to_the_entry_of_the_other() {
        // The first leaves the crossing (x = 1) with its rear after (20 + 1 + 2) / 10 = 2.3 s. The
        // second's front reaches y = -1 after (d - 1 - 2) / 10 s.
        let first = |t: f64| car(-20.0 + 10.0 * t, 0.0, 0.0);
        let second = |d: f64| move |t: f64| car(0.0, -d + 10.0 * t, FRAC_PI_2);
        for (d, expected) in [(32.0, 0.6), (38.0, 1.2), (45.0, 1.9)] {
            let found = pet(first, second(d), 8.0).expect("they cross");
            assert!((found - expected).abs() < 0.051, "{found}, not {expected}");
        }
        assert_eq!(pet(first, second(70.0), 12.0), None, "4.4 s are none");
    }

    #[test]
    fn joining_is_the_time_gap_where_the_ways_meet() {
        // Beside each other in two lanes at 20 m/s, bumper to bumper 16 m: a time gap of 0.8 s. The
        // second moves over at 1 m/s.
        let first = |t: f64| car(20.0 + 20.0 * t, 0.0, 0.0);
        let second = |t: f64| car(20.0 * t, (3.5 - t).max(0.0), 0.0);
        let found = pet(first, second, 5.0).expect("joins");
        assert!((found - 0.8).abs() < 0.051, "{found}");
    }

    #[test]
    fn following_and_passing_by_are_no_encounters() {
        let first = |t: f64| car(20.0 + 20.0 * t, 0.0, 0.0);
        // From the start, closing in slowly from 0.8 s.
        assert_eq!(pet(first, |t| car(20.5 * t, 0.0, 0.0), 10.0), None);
        // Catching up from 5 s behind: noticed where the trail begins, far from critical.
        let far = pet(first, |t| car(-90.0 + 25.0 * t, 0.0, 0.0), 15.0);
        assert!(far.is_some_and(|f| f > 2.8), "{far:?}");
        // The other way in the other lane.
        let oncoming = |t: f64| car(200.0 - 20.0 * t, 3.25, PI);
        assert_eq!(pet(first, oncoming, 10.0), None);
    }
}
