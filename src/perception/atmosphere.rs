//! How far one can see: fog along the road, as meteorological optical range.
//!
//! Contrast decays as `exp(-sigma d)` (Koschmieder). The meteorological optical range (MOR) is the
//! distance at which 5 % is left (WMO-No. 8), so `sigma = 2.996 / MOR`.

use crate::road::RoadId;
use serde::Serialize;

/// A road and a distance along it, m.
pub type Place = (RoadId, f64);

/// `-ln 0.05`.
const LN_20: f64 = 2.995_732_273_553_991;
/// Contrast below which an object cannot be told from the fog, -. The definition of MOR.
pub const CONTRAST_LIMIT: f64 = 0.05;
/// Sampling step along a line of sight, m.
const STEP: f64 = 5.0;

/// A stretch of the road in fog.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FogBank {
    pub road: RoadId,
    /// Along the road, m.
    pub from: f64,
    pub to: f64,
    /// MOR inside, m.
    pub visibility: f64,
    /// Over this length at either end, outside of `from..to`, the fog thickens, m.
    pub edge: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Atmosphere {
    /// MOR outside any bank, m.
    pub visibility: f64,
    pub banks: Vec<FogBank>,
}

impl Atmosphere {
    /// Extinction coefficient at a place, 1/m.
    fn extinction(&self, place: Place) -> f64 {
        let clear = LN_20 / self.visibility;
        self.banks.iter().fold(clear, |sigma, bank| {
            if bank.road != place.0 {
                return sigma;
            }
            let s = place.1;
            let outside = (bank.from - s).max(s - bank.to).max(0.0);
            let density = if bank.edge > 0.0 {
                (1.0 - outside / bank.edge).max(0.0)
            } else if outside > 0.0 {
                0.0
            } else {
                1.0
            };
            sigma.max(clear + density * (LN_20 / bank.visibility - clear))
        })
    }

    /// MOR at a place on the road, m.
    pub fn visibility_at(&self, place: Place) -> f64 {
        LN_20 / self.extinction(place)
    }

    /// Contrast left of something `distance` m ahead (or behind, if negative), 0 to 1. `place` says
    /// where one is so far ahead along the road. The line of sight is taken along the road, which
    /// is right to the accuracy of a fog bank's edge as long as bends are wide.
    pub fn contrast(&self, place: impl Fn(f64) -> Place, distance: f64) -> f64 {
        if self.banks.is_empty() {
            return libm::exp(-LN_20 / self.visibility * distance.abs());
        }
        let steps = (distance.abs() / STEP).ceil().max(1.0);
        let step = distance / steps;
        let mut depth = 0.0;
        for i in 0..steps as u32 {
            depth += self.extinction(place((f64::from(i) + 0.5) * step));
        }
        libm::exp(-depth * step.abs())
    }

    /// How far ahead contrast stays above the limit, m, at most `limit`.
    pub fn visible_range(&self, place: impl Fn(f64) -> Place, limit: f64) -> f64 {
        if self.banks.is_empty() {
            return self.visibility.min(limit);
        }
        let mut depth = 0.0;
        let mut distance = 0.0;
        while distance < limit {
            let sigma = self.extinction(place(distance + STEP / 2.0));
            if depth + sigma * STEP >= LN_20 {
                return (distance + (LN_20 - depth) / sigma).min(limit);
            }
            depth += sigma * STEP;
            distance += STEP;
        }
        limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(s: f64) -> impl Fn(f64) -> Place {
        move |d| (RoadId(0), s + d)
    }

    fn bank() -> Atmosphere {
        Atmosphere {
            visibility: 10_000.0,
            banks: vec![FogBank {
                road: RoadId(0),
                from: 500.0,
                to: 800.0,
                visibility: 50.0,
                edge: 100.0,
            }],
        }
    }

    #[test]
    fn inside_the_bank_the_visible_range_is_its_mor() {
        assert!((bank().visible_range(from(600.0), 300.0) - 50.0).abs() < 0.5);
        assert!((bank().contrast(from(600.0), 50.0) - CONTRAST_LIMIT).abs() < 1e-3);
    }

    #[test]
    fn far_from_the_bank_the_sensor_limit_rules() {
        assert_eq!(bank().visible_range(from(0.0), 200.0), 200.0);
    }

    #[test]
    fn from_outside_one_sees_only_a_little_way_into_the_bank() {
        let range = bank().visible_range(from(400.0), 300.0);
        assert!(range > 50.0 && range < 150.0, "{range}");
    }

    #[test]
    fn the_edge_thickens_steadily() {
        let air = bank();
        let mut last = air.visibility_at((RoadId(0), 399.0));
        for s in (400..=500).step_by(10) {
            let now = air.visibility_at((RoadId(0), f64::from(s)));
            assert!(now <= last);
            last = now;
        }
        assert!((last - 50.0).abs() < 1e-9);
    }
}
