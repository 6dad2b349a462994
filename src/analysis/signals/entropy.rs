//! Steering entropy: how hard steering is to predict from the three samples before (Nakayama et al.
//! 1999).

use super::samples::{counts, finite, fit, runs};
use serde::Serialize;
use std::ops::Range;

/// Time between samples, s.
pub const STEP: f64 = 0.15;

/// Edges between the nine bins, in alphas to either side.
const EDGES: [f64; 4] = [0.5, 1.0, 2.5, 5.0];

/// How well a person's steering can be predicted when nothing else is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Baseline {
    /// Errors of prediction used.
    pub n: usize,
    /// Time they stand for, s.
    pub seconds: f64,
    /// 90 % of the errors are no greater than this; in the unit of the angle.
    pub alpha: f64,
}

/// Alpha from a stretch of undisturbed driving: the 90th percentile of |error| (between order
/// statistics by linear interpolation, as `numpy.percentile`). Prediction: 2.5 a₋₁ - 2 a₋₂ + 0.5 a₋₃,
/// at samples 150 ms apart by linear interpolation. Each stretch of samples that count is predicted by
/// itself; samples that are not finite break a stretch in two.
///
/// None if there is no error (a stretch shorter than 0.45 s), or if alpha is 0: a wheel that stands
/// still 90 % of the time, as a gamepad's does, has no scale to measure by.
#[must_use]
pub fn baseline(angle: &[f64], rate: f64, mask: Option<&[bool]>) -> Option<Baseline> {
    let mut errors = errors(angle, rate, mask)?;
    errors.iter_mut().for_each(|e| *e = e.abs());
    errors.sort_by(f64::total_cmp);
    let place = 0.9 * (errors.len() - 1) as f64;
    let (i, part) = (place as usize, place.fract());
    let low = errors[i];
    let high = errors.get(i + 1).copied().unwrap_or(low);
    let alpha = finite(low + part * (high - low))?;
    let n = errors.len();
    (alpha > 0.0).then_some(Baseline {
        n,
        seconds: n as f64 * STEP,
        alpha,
    })
}

/// Steering entropy of a stretch of driving.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Entropy {
    /// Errors of prediction used.
    pub n: usize,
    /// Time they stand for, s.
    pub seconds: f64,
    /// H = -Σ p log₉ p: 0 if all errors are in one bin, 1 if they are spread evenly over all nine.
    pub entropy: f64,
    /// Share of errors in each bin, from far below to far above. Errors on an edge go to the outer bin.
    pub shares: [f64; 9],
}

/// Steering entropy with the alpha of the same person's [`baseline`], in the same unit. None if alpha
/// is not above zero or there is no error.
#[must_use]
pub fn entropy(angle: &[f64], rate: f64, alpha: f64, mask: Option<&[bool]>) -> Option<Entropy> {
    if !(alpha.is_finite() && alpha > 0.0) {
        return None;
    }
    let errors = errors(angle, rate, mask)?;
    let n = errors.len();
    let mut bins = [0_usize; 9];
    for e in errors {
        let out = EDGES.iter().filter(|edge| e.abs() >= *edge * alpha).count();
        bins[if e < 0.0 { 4 - out } else { 4 + out }] += 1;
    }
    let shares = bins.map(|k| k as f64 / n as f64);
    let entropy: f64 = shares
        .iter()
        .filter(|p| **p > 0.0)
        .map(|p| -p * libm::log(*p))
        .sum();
    // Never -0.
    let entropy = (entropy / libm::log(9.0)).max(0.0);
    Some(Entropy {
        n,
        seconds: n as f64 * STEP,
        entropy,
        shares,
    })
}

/// Errors of prediction; none if there aren't any.
fn errors(angle: &[f64], rate: f64, mask: Option<&[bool]>) -> Option<Vec<f64>> {
    if !fit(rate, mask, &[angle.len()]) {
        return None;
    }
    let mut errors = Vec::new();
    for run in runs(angle.len(), |i| counts(mask, i) && angle[i].is_finite()) {
        let x = resampled(angle, run, rate);
        let error = |w: &[f64]| w[3] - (2.5 * w[2] - 2.0 * w[1] + 0.5 * w[0]);
        errors.extend(x.windows(4).map(error).filter(|e| e.is_finite()));
    }
    (!errors.is_empty()).then_some(errors)
}

/// The stretch at samples [`STEP`] apart, from its first on.
fn resampled(x: &[f64], run: Range<usize>, rate: f64) -> Vec<f64> {
    let x = &x[run];
    let last = x.len() - 1;
    // A last sample that is missed by rounding alone is still there.
    let steps = libm::floor(last as f64 / (STEP * rate) + 1e-9) as usize;
    (0..=steps)
        .map(|k| {
            let place = (k as f64 * STEP * rate).min(last as f64);
            let i = place as usize;
            match x.get(i + 1) {
                Some(next) => x[i] + place.fract() * (next - x[i]),
                None => x[i],
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::reference::{RATE, mask, near, sampled, steer, steer_at};
    use super::*;
    use std::f64::consts::PI;

    #[test]
    fn by_hand() {
        // One sample for each 150 ms. Errors of a single peak of 1: 1, -2.5, 2, -0.5, then 0.
        let x = [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0];
        let rate = 1.0 / STEP;
        let want = [1.0, -2.5, 2.0, -0.5, 0.0];
        errors(&x, rate, None)
            .unwrap()
            .iter()
            .zip(want)
            .for_each(|(e, w)| near(*e, w, 1e-12));
        // |errors| 0, 0.5, 1, 2, 2.5: 90 % is at place 3.6.
        let b = baseline(&x, rate, None).unwrap();
        assert_eq!(b.n, 5);
        near(b.alpha, 2.3, 1e-12);
        // With alpha 1: 1 is on an edge and goes out, -2.5 too; 2, -0.5 (on an edge), 0.
        let e = entropy(&x, rate, 1.0, None).unwrap();
        assert_eq!(e.shares, [0.0, 0.2, 0.0, 0.2, 0.2, 0.0, 0.4, 0.0, 0.0]);
        let want = -(3.0 * 0.2 * 0.2f64.ln() + 0.4 * 0.4f64.ln()) / 9f64.ln();
        near(e.entropy, want, 1e-12);
    }

    #[test]
    fn a_mirrored_drive_has_the_same_entropy() {
        let mirrored: Vec<f64> = steer().iter().map(|x| -x).collect();
        let (a, b) = (
            entropy(&steer(), RATE, 1.0, None).unwrap(),
            entropy(&mirrored, RATE, 1.0, None).unwrap(),
        );
        near(a.entropy, b.entropy, 1e-12);
        assert_eq!(a.shares[2], b.shares[6]);
    }

    #[test]
    fn against_numpy() {
        // numpy 2.4.6: np.interp at np.arange(0, T, 0.15), errors by slices, np.percentile(|e|, 90),
        // np.histogram over the nine bins
        let b = baseline(&steer(), RATE, None).unwrap();
        assert_eq!(b.n, 197);
        near(b.alpha, 2.383733335687268, 1e-11);
        let counts = |e: &Entropy| e.shares.map(|p| libm::round(p * e.n as f64) as usize);
        let own = entropy(&steer(), RATE, b.alpha, None).unwrap();
        assert_eq!(counts(&own), [0, 0, 9, 24, 128, 25, 11, 0, 0]);
        near(own.entropy, 0.5009416197590606, 1e-12);
        // With a secondary task: x + 2 sin(2π 1.1 t) sin²(2π 0.05 t)
        let more = sampled(3000, |t| {
            let slow = libm::sin(2.0 * PI * 0.05 * t);
            2.0 * libm::sin(2.0 * PI * 1.1 * t) * slow * slow
        });
        let x: Vec<f64> = steer().iter().zip(more).map(|(x, m)| x + m).collect();
        let task = entropy(&x, RATE, b.alpha, None).unwrap();
        assert_eq!(counts(&task), [0, 0, 12, 26, 112, 37, 10, 0, 0]);
        near(task.entropy, 0.5571404675768905, 1e-12);
        let masked = entropy(&x, RATE, b.alpha, Some(&mask())).unwrap();
        assert_eq!(
            (masked.n, counts(&masked)),
            (137, [0, 0, 8, 21, 75, 28, 5, 0, 0])
        );
        near(masked.entropy, 0.5591206204653393, 1e-12);
    }

    #[test]
    fn other_rates() {
        let b = baseline(&steer_at(1000, 60.0), 60.0, None).unwrap();
        assert_eq!(b.n, 109);
        near(b.alpha, 2.2578082284839005, 1e-11);
        // 150 ms are 10.5 samples: every other one is between two.
        let b = baseline(&steer_at(1000, 70.0), 70.0, None).unwrap();
        assert_eq!(b.n, 93);
        near(b.alpha, 2.3468603544009583, 1e-11);
    }

    #[test]
    fn nothing_to_measure() {
        // Three steps are 0.45 s, 46 samples.
        assert_eq!(baseline(&steer()[..45], RATE, None), None);
        assert_eq!(baseline(&steer()[..46], RATE, None).unwrap().n, 1);
        assert_eq!(baseline(&[], RATE, None), None);
        assert_eq!(baseline(&[7.0; 500], RATE, None), None);
        assert_eq!(entropy(&steer(), RATE, 0.0, None), None);
        assert_eq!(entropy(&steer(), RATE, f64::NAN, None), None);
        assert_eq!(entropy(&steer(), RATE, 1.0, Some(&[false; 3000])), None);
        let still = entropy(&[7.0; 500], RATE, 1.0, None).unwrap();
        assert_eq!(still.entropy, 0.0);
        // A gap breaks the stretch: 1000 + 1999 samples give 64 + 131 errors instead of 197.
        let mut x = steer();
        x[1000] = f64::NAN;
        assert_eq!(entropy(&x, RATE, 1.0, None).unwrap().n, 64 + 131);
    }
}
