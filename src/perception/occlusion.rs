//! Who hides whom: a horizon of bearings, filled from near to far.

use crate::road::wrap_angle;
use std::f64::consts::PI;

/// Bearings per turn: a quarter of a degree each, 0.4 m at 100 m.
const BINS: usize = 1440;
/// Something must be at least this much of a target's height to hide it, -: one sees a lorry over a
/// car, and not a car behind a lorry.
const HIDES: f32 = 0.8;

/// A box on the ground as seen from the sensor.
#[derive(Clone, Copy, Debug)]
pub struct Outline {
    pub x: f64,
    pub y: f64,
    pub yaw: f64,
    pub length: f64,
    pub width: f64,
    pub height: f64,
}

/// For every bearing, the height of the tallest thing in front so far.
#[derive(Clone, Debug)]
pub struct Horizon {
    tallest: Vec<f32>,
}

impl Default for Horizon {
    fn default() -> Self {
        Self {
            tallest: vec![0.0; BINS],
        }
    }
}

impl Horizon {
    pub fn clear(&mut self) {
        self.tallest.fill(0.0);
    }

    /// Share of a box that is in view, 0 to 1, from `(x, y)`; then it hides what comes after it.
    /// Boxes must come in order of distance.
    pub fn show(&mut self, x: f64, y: f64, thing: &Outline) -> f64 {
        let (dx, dy) = (thing.x - x, thing.y - y);
        let middle = libm::atan2(dy, dx);
        let (sin, cos) = (libm::sin(thing.yaw), libm::cos(thing.yaw));
        let (mut low, mut high) = (0.0_f64, 0.0_f64);
        for (a, b) in [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)] {
            let (u, v) = (a * thing.length / 2.0, b * thing.width / 2.0);
            let corner = libm::atan2(dy + u * sin + v * cos, dx + u * cos - v * sin);
            let off = wrap_angle(corner - middle);
            low = low.min(off);
            high = high.max(off);
        }
        let bin = |angle: f64| (angle / (2.0 * PI) * BINS as f64).floor() as i64;
        let (first, last) = (bin(middle + low), bin(middle + high));
        let height = thing.height as f32;
        let (mut seen, mut all) = (0_u32, 0_u32);
        for i in first..=last {
            let slot = &mut self.tallest[i.rem_euclid(BINS as i64) as usize];
            all += 1;
            if *slot < HIDES * height {
                seen += 1;
            }
            *slot = slot.max(height);
        }
        f64::from(seen) / f64::from(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn car(x: f64, y: f64) -> Outline {
        Outline {
            x,
            y,
            yaw: 0.0,
            length: 4.6,
            width: 1.8,
            height: 1.45,
        }
    }

    #[test]
    fn a_lorry_hides_the_car_before_it_and_not_the_other_way_round() {
        let lorry = |x: f64| Outline {
            length: 9.0,
            width: 2.5,
            height: 3.4,
            ..car(x, 0.0)
        };
        let mut horizon = Horizon::default();
        assert_eq!(horizon.show(0.0, 0.0, &lorry(20.0)), 1.0);
        assert_eq!(horizon.show(0.0, 0.0, &car(50.0, 0.0)), 0.0);
        assert!(horizon.show(0.0, 0.0, &car(50.0, 8.0)) > 0.9);
        horizon.clear();
        horizon.show(0.0, 0.0, &car(20.0, 0.0));
        assert_eq!(horizon.show(0.0, 0.0, &lorry(50.0)), 1.0);
    }

    #[test]
    fn half_hidden_is_half_seen_also_across_the_seam_behind() {
        let mut horizon = Horizon::default();
        horizon.show(0.0, 0.0, &car(-20.0, 1.0));
        let share = horizon.show(0.0, 0.0, &car(-40.0, 0.0));
        assert!((0.3..0.7).contains(&share), "{share}");
    }
}
