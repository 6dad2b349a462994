//! Tyre forces: magic formula, combined slip, friction of the road.
//!
//! H. B. Pacejka, *Tyre and Vehicle Dynamics* (3rd ed. 2012): the formula in chapter 4, transient
//! slip in chapters 7 and 8. Axes as ISO 8855: a positive slip gives a positive force.

use super::TyreCurve;
use serde::{Deserialize, Serialize};

/// What the road is covered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Surface {
    Dry,
    Wet,
    Snow,
    Ice,
}

impl Surface {
    /// Friction as a share of that of dry asphalt, -.
    ///
    /// Round figures inside the ranges of J. Y. Wong, *Theory of Ground Vehicles*, table 1.3
    /// (peak: dry asphalt 0.8-0.9, wet 0.5-0.7, packed snow 0.2, ice 0.1), snow at the upper end
    /// for a winter tyre. One factor for the peak in every direction; the slope of the curve at
    /// zero slip, which is the carcass's, stays.
    pub fn friction(self) -> f32 {
        match self {
            Surface::Dry => 1.0,
            Surface::Wet => 0.7,
            Surface::Snow => 0.3,
            Surface::Ice => 0.12,
        }
    }
}

/// Normalised magic formula: force over peak force at `x` = stiffness times slip over peak force.
/// sin(C atan(Bs - E(Bs - atan Bs))) with Bs = x / C.
fn magic(shape: f64, curvature: f64, x: f64) -> f64 {
    let bs = x / shape;
    let bent = if curvature == 0.0 {
        bs
    } else {
        bs - curvature * (bs - libm::atan(bs))
    };
    libm::sin(shape * libm::atan(bent))
}

/// Normalised slip at the peak of the curve: where C atan(...) is a right angle.
pub(super) fn peak_slip(curve: &TyreCurve) -> f64 {
    let (shape, curvature) = (f64::from(curve.shape), f64::from(curve.curvature));
    let goal = libm::tan(std::f64::consts::FRAC_PI_2 / shape);
    // The left side grows with x for every curvature below 1: halve an interval that holds it.
    let (mut low, mut high) = (0.0, 1000.0);
    for _ in 0..60 {
        let x = 0.5 * (low + high);
        if x - curvature * (x - libm::atan(x)) < goal {
            low = x;
        } else {
            high = x;
        }
    }
    low * shape
}

/// A tyre under a load on a road: stiffness (N per unit slip) and peak force (N), both ways.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Loaded {
    pub stiffness: [f64; 2],
    pub peak: [f64; 2],
    pub shape: [f64; 2],
    pub curvature: [f64; 2],
}

impl Loaded {
    /// Force along and across the wheel, N, for the slips along and across, -.
    ///
    /// Combined slip by normalising (Pacejka's similarity method), with a fourth-power norm of the
    /// two normalised slips: their length goes into both curves, and each direction gets its
    /// share. With the plain length a little drive would cost the side more than the weighting
    /// functions measured on tyres say; what that leaves beyond the friction ellipse is cut.
    /// In one direction alone each curve comes out as it is.
    pub fn force(&self, slip: [f64; 2]) -> [f64; 2] {
        if self.peak[0] <= 0.0 || self.peak[1] <= 0.0 {
            return [0.0; 2];
        }
        let x = [
            self.stiffness[0] * slip[0] / self.peak[0],
            self.stiffness[1] * slip[1] / self.peak[1],
        ];
        let squares = [x[0] * x[0], x[1] * x[1]];
        let length = (squares[0] * squares[0] + squares[1] * squares[1])
            .sqrt()
            .sqrt();
        if length < 1e-6 {
            return [self.stiffness[0] * slip[0], self.stiffness[1] * slip[1]];
        }
        // In shares of the peak.
        let share: [f64; 2] = std::array::from_fn(|i| {
            magic(self.shape[i], self.curvature[i], length) * x[i] / length
        });
        let over = (share[0] * share[0] + share[1] * share[1]).max(1.0).sqrt();
        [0, 1].map(|i| self.peak[i] * share[i] / over)
    }

    /// Length of the normalised slip, -; 1 where the straight continuation of the curve's start
    /// would reach the peak force.
    pub fn normalised(&self, slip: [f64; 2]) -> f64 {
        if self.peak[0] <= 0.0 || self.peak[1] <= 0.0 {
            return 0.0;
        }
        let x = self.stiffness[0] * slip[0] / self.peak[0];
        let y = self.stiffness[1] * slip[1] / self.peak[1];
        (x * x + y * y).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve() -> TyreCurve {
        TyreCurve {
            friction: 1.1739,
            shape: 1.6411,
            curvature: 0.46403,
            relaxation: 0.1,
        }
    }

    fn loaded() -> Loaded {
        Loaded {
            stiffness: [66_909.0, 65_760.0],
            peak: [3521.7, 3146.7],
            shape: [1.6411, 1.3507],
            curvature: [0.46403, -0.0074722],
        }
    }

    #[test]
    fn the_peak_is_where_the_curve_is_highest() {
        let at = peak_slip(&curve());
        let value = |x| magic(1.6411, 0.46403, x);
        assert!((value(at) - 1.0).abs() < 1e-9);
        assert!(value(at * 0.9) < 1.0 && value(at * 1.1) < 1.0);
    }

    #[test]
    fn pure_slip_is_the_magic_formula() {
        // By hand: D sin(C atan(Bs - E(Bs - atan Bs))), B = stiffness / (C D).
        let [fx, fy] = loaded().force([0.05, 0.0]);
        let b = 66_909.0 / (1.6411 * 3521.7) * 0.05;
        let by_hand: f64 =
            3521.7 * libm::sin(1.6411 * libm::atan(b - 0.46403 * (b - libm::atan(b))));
        assert!((fx - by_hand).abs() < 1e-6 && fy == 0.0, "{fx} {by_hand}");
        let [_, small] = loaded().force([0.0, 1e-5]);
        assert!((small / 0.6576 - 1.0).abs() < 1e-3, "{small}");
    }

    #[test]
    fn no_combination_exceeds_the_peaks() {
        for i in 0..200 {
            for j in 0..200 {
                let slip = [f64::from(i) * 0.01 - 1.0, f64::from(j) * 0.02 - 2.0];
                let [fx, fy] = loaded().force(slip);
                let (u, v) = (fx / 3521.7, fy / 3146.7);
                assert!(u * u + v * v <= 1.0 + 1e-9, "{slip:?}");
                assert!(fx * slip[0] >= 0.0 && fy * slip[1] >= 0.0, "{slip:?}");
            }
        }
    }
}
