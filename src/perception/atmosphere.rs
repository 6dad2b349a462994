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

    /// How far ahead contrast stays above the limit, m, at most `limit`. `place` says where one is so
    /// far ahead along the road: the line of sight is taken along it, which is right to the accuracy
    /// of a fog bank's edge as long as bends are wide.
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

/// Optical depth along the way ahead and behind, marched once and looked up for every object.
#[derive(Clone, Debug, Default)]
pub struct Depths {
    /// After each step, from 0 on.
    ahead: Vec<f64>,
    behind: Vec<f64>,
}

impl Depths {
    /// Marches this far ahead and behind, m.
    pub fn march(&mut self, air: &Atmosphere, place: impl Fn(f64) -> Place, reach: [f64; 2]) {
        for (depths, sign, reach) in [
            (&mut self.ahead, 1.0, reach[0]),
            (&mut self.behind, -1.0, reach[1]),
        ] {
            depths.clear();
            let mut depth = 0.0;
            depths.push(depth);
            if air.banks.is_empty() {
                depths.push(LN_20 / air.visibility * STEP);
                continue;
            }
            let steps = (reach / STEP).ceil().max(1.0) as u32;
            for i in 0..steps {
                depth += STEP * air.extinction(place(sign * (f64::from(i) + 0.5) * STEP));
                depths.push(depth);
            }
        }
    }

    /// Clear air, as inside of a tunnel.
    pub fn clear(&mut self) {
        for depths in [&mut self.ahead, &mut self.behind] {
            depths.clear();
            depths.extend([0.0, 0.0]);
        }
    }

    /// Contrast left of something `distance` m ahead (or behind, if negative), 0 to 1. Beyond what
    /// was marched the last step goes on.
    pub fn contrast(&self, distance: f64) -> f64 {
        let depths = if distance < 0.0 {
            &self.behind
        } else {
            &self.ahead
        };
        let steps = distance.abs() / STEP;
        let i = (steps as usize).min(depths.len().saturating_sub(2));
        let (Some(a), Some(b)) = (depths.get(i), depths.get(i + 1)) else {
            return 1.0;
        };
        libm::exp(-(a + (steps - i as f64) * (b - a)))
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
        let mut depths = Depths::default();
        depths.march(&bank(), from(600.0), [100.0, 50.0]);
        assert!((depths.contrast(50.0) - CONTRAST_LIMIT).abs() < 1e-3);
        assert!((depths.contrast(-50.0) - CONTRAST_LIMIT).abs() < 1e-3);
        depths.march(&bank(), from(350.0), [100.0, 50.0]);
        assert!(depths.contrast(-50.0) > 0.95, "clear behind");
        assert!(depths.contrast(100.0) < depths.contrast(50.0));
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
