//! The drivers' models: how hard to speed up (IDM) and whether to change lanes (MOBIL).
//!
//! - IDM: Treiber, Hennecke and Helbing, Congested traffic states in empirical observations and
//!   microscopic simulations, Phys. Rev. E 62 (2000) 1805. Above the desired speed the free term is
//!   that of the improved IDM (Treiber and Kesting, Traffic Flow Dynamics, 2013, 11.3.7), so that
//!   a lower limit does not make a driver stand on the brake.
//! - MOBIL: Kesting, Treiber and Helbing, General lane-changing model MOBIL for car-following
//!   models, Transportation Research Record 1999 (2007) 86.

use serde::{Deserialize, Serialize};

/// A driver's parameters. Defaults: IDM as in Kesting, Treiber and Helbing 2010 (Enhanced IDM,
/// table 1); MOBIL as in the paper above; the rest is assumed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DriverSettings {
    /// Desired speed, m/s; without one the speed limit times `speed_factor`.
    pub desired_speed: Option<f64>,
    /// Desired speed over the speed limit, -.
    pub speed_factor: f64,
    /// Desired time gap T, s.
    pub time_gap: f64,
    /// Gap at standstill s0, m.
    pub min_gap: f64,
    /// Acceleration a, m/s2. Trucks, buses and cyclists have a share of it.
    pub acceleration: f64,
    /// Comfortable deceleration b, m/s2.
    pub deceleration: f64,
    /// Acceleration exponent delta, -.
    pub exponent: f64,
    /// Hardest braking, m/s2.
    pub max_deceleration: f64,
    /// Lateral acceleration accepted in bends, m/s2.
    pub lateral_acceleration: f64,
    /// Changes lanes by itself.
    pub lane_changes: bool,
    /// What others' disadvantage weighs, 0 to 1 (p).
    pub politeness: f64,
    /// Advantage that makes a lane change worth while, m/s2.
    pub threshold: f64,
    /// Deceleration that a lane change may impose on the new follower, m/s2 (b_safe).
    pub safe_deceleration: f64,
    /// Bonus for the right lane, m/s2 (a_bias).
    pub keep_right: f64,
    /// Duration of a lane change, s.
    pub lane_change_time: f64,
    /// Safety margin before and after another vehicle when crossing its way, s.
    pub crossing_margin: f64,
}

impl Default for DriverSettings {
    fn default() -> Self {
        Self {
            desired_speed: None,
            speed_factor: 1.0,
            time_gap: 1.5,
            min_gap: 2.0,
            acceleration: 1.4,
            deceleration: 2.0,
            exponent: 4.0,
            max_deceleration: 8.0,
            lateral_acceleration: 2.0,
            lane_changes: true,
            politeness: 0.2,
            threshold: 0.1,
            safe_deceleration: 4.0,
            keep_right: 0.3,
            lane_change_time: 4.0,
            crossing_margin: 1.5,
        }
    }
}

/// What is ahead: gap from bumper to bumper, m, and its speed, m/s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lead {
    pub gap: f64,
    pub speed: f64,
}

/// Gaps are taken to be at least this long, m: a vehicle that touches another still has a number.
const SHORTEST_GAP: f64 = 0.1;

impl DriverSettings {
    /// `x` to the power of the exponent; the usual one without a logarithm.
    fn power(&self, x: f64) -> f64 {
        if self.exponent == 4.0 {
            (x * x) * (x * x)
        } else {
            libm::pow(x, self.exponent)
        }
    }

    /// Acceleration on a free road at speed `v` with desired speed `v0`, m/s2.
    pub fn free(&self, v: f64, v0: f64) -> f64 {
        let v0 = v0.max(0.01);
        if v <= v0 {
            self.acceleration * (1.0 - self.power(v / v0))
        } else {
            let exponent = self.acceleration * self.exponent / self.deceleration;
            -self.deceleration * (1.0 - libm::pow(v0 / v, exponent))
        }
    }

    /// Desired gap s* at speed `v` to something at speed `lead`, m.
    pub fn desired_gap(&self, v: f64, lead: f64) -> f64 {
        let braking = 2.0 * (self.acceleration * self.deceleration).sqrt();
        self.min_gap + (v * self.time_gap + v * (v - lead) / braking).max(0.0)
    }

    /// What is ahead takes this from the acceleration, m/s2 (not negative).
    pub fn interaction(&self, v: f64, lead: Lead) -> f64 {
        let ratio = self.desired_gap(v, lead.speed) / lead.gap.max(SHORTEST_GAP);
        self.acceleration * ratio * ratio
    }

    /// IDM: acceleration, m/s2, not below the hardest braking.
    pub fn idm(&self, v: f64, v0: f64, lead: Option<Lead>) -> f64 {
        let taken = lead.map_or(0.0, |lead| self.interaction(v, lead));
        (self.free(v, v0) - taken).max(-self.max_deceleration)
    }

    /// Gap at which IDM neither speeds up nor slows down behind something as fast, m.
    pub fn equilibrium_gap(&self, v: f64, v0: f64) -> f64 {
        (self.min_gap + v * self.time_gap) / (1.0 - self.power(v / v0)).max(1e-9).sqrt()
    }
}

/// Accelerations before and after a lane change, m/s2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    pub own: (f64, f64),
    /// Who would be behind in the new lane.
    pub new_follower: (f64, f64),
    /// Who is behind now.
    pub old_follower: (f64, f64),
    /// To the right.
    pub right: bool,
    /// Extra advantage of the new lane: it leads where one wants to go, m/s2.
    pub need: f64,
}

impl DriverSettings {
    /// MOBIL: the lane change is safe.
    pub fn safe(&self, c: &Change) -> bool {
        c.new_follower.1 >= -self.safe_deceleration && c.own.1 >= -self.safe_deceleration
    }

    /// MOBIL: advantage beyond the threshold, m/s2; worth while if positive.
    pub fn advantage(&self, c: &Change) -> f64 {
        let gain = |x: (f64, f64)| x.1 - x.0;
        // The asymmetric rule (Kesting et al. 2007): of the followers only the one on the left lane
        // counts, so that nobody moves left to let somebody pass on the right. Where a lane ends,
        // both do.
        let others = if c.need != 0.0 {
            gain(c.new_follower) + gain(c.old_follower)
        } else if c.right {
            gain(c.old_follower)
        } else {
            gain(c.new_follower)
        };
        let bias = if c.right {
            self.keep_right
        } else {
            -self.keep_right
        };
        gain(c.own) + self.politeness * others + bias + c.need - self.threshold
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_the_equilibrium_gap_nothing_changes() {
        let driver = DriverSettings::default();
        for (v, v0) in [(0.0, 30.0), (10.0, 30.0), (25.0, 30.0)] {
            let gap = driver.equilibrium_gap(v, v0);
            let a = driver.idm(v, v0, Some(Lead { gap, speed: v }));
            assert!(a.abs() < 1e-12, "{v}: {a}");
            // Nearer brakes, farther speeds up.
            let with = |gap| driver.idm(v, v0, Some(Lead { gap, speed: v }));
            assert!(with(0.9 * gap) < -0.01 && with(1.1 * gap) > 0.01);
        }
        // The closed form by hand: (2 + 10 * 1.5) / sqrt(1 - (1/3)^4).
        let expected = 17.0 / (1.0_f64 - 1.0 / 81.0).sqrt();
        assert!((driver.equilibrium_gap(10.0, 30.0) - expected).abs() < 1e-12);
    }

    #[test]
    fn above_the_desired_speed_braking_is_comfortable_and_continuous() {
        let driver = DriverSettings::default();
        assert!(driver.free(20.0, 20.0).abs() < 1e-12);
        assert!(driver.free(20.001, 20.0).abs() < 1e-2);
        for v in [21.0, 30.0, 60.0] {
            let a = driver.free(v, 20.0);
            assert!((-driver.deceleration..0.0).contains(&a), "{a}");
        }
    }

    #[test]
    fn politeness_gives_up_an_advantage_that_costs_others_more() {
        let change = Change {
            own: (0.0, 0.6),
            new_follower: (0.0, -1.5),
            old_follower: (0.0, 0.0),
            right: false,
            need: 0.0,
        };
        let with = |politeness| DriverSettings {
            politeness,
            keep_right: 0.0,
            ..Default::default()
        };
        assert!(with(0.0).advantage(&change) > 0.0, "an egoist goes");
        assert!(with(1.0).advantage(&change) < 0.0, "a polite driver stays");
        let last = (0..=10).map(|p| with(f64::from(p) / 10.0).advantage(&change));
        assert!(last.is_sorted_by(|a, b| a > b), "each bit of it counts");
        // A relieved old follower draws the other way.
        let relief = Change {
            old_follower: (-1.0, 0.0),
            new_follower: (0.0, 0.0),
            own: (0.0, 0.0),
            right: true,
            ..change
        };
        assert!(with(1.0).advantage(&relief) > 0.0);
        assert!(with(0.0).advantage(&relief) < 0.0);
        // To the left it does not: who is faster passes on the left, and the slow stay right.
        let leftwards = Change {
            right: false,
            ..relief
        };
        assert!(with(1.0).advantage(&leftwards) < 0.0);
    }

    #[test]
    fn keeping_right_favours_the_right_and_safety_comes_first() {
        let driver = DriverSettings::default();
        let change = Change {
            own: (0.0, 0.2),
            new_follower: (0.0, 0.0),
            old_follower: (0.0, 0.0),
            right: true,
            need: 0.0,
        };
        assert!(driver.advantage(&change) > 0.0);
        let left = Change {
            right: false,
            ..change
        };
        assert!(driver.advantage(&left) < 0.0);
        assert!(driver.safe(&change));
        let pushed = Change {
            new_follower: (0.0, -4.1),
            ..change
        };
        assert!(!driver.safe(&pushed));
    }
}
