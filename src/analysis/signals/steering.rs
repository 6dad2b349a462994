//! Angles and rates of the steering wheel.

use super::filter::Butterworth;
use super::reversals::turns;
use super::samples::{counts, derivative, finite, fit, runs};
use serde::Serialize;

/// What counts as rapid and as large.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Limits {
    /// Rapid: faster than this, °/s.
    pub rapid: f64,
    /// Large: a movement between turning points of more than this, degrees.
    pub large: f64,
    /// Low-pass before all else, Hz; none: raw.
    pub cutoff: Option<f64>,
}

/// 10 °/s, 10° and 2 Hz are our choice, after HASTE's rapid steering wheel turnings (Östlund et al.
/// 2004): no standard fixes them. They assume a wheel: set others for a gamepad.
impl Default for Limits {
    fn default() -> Self {
        Self {
            rapid: 10.0,
            large: 10.0,
            cutoff: Some(2.0),
        }
    }
}

/// What a wheel did.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Steering {
    /// Samples used.
    pub n: usize,
    /// Time they stand for, s.
    pub seconds: f64,
    /// Greatest |angle|, degrees.
    pub max_angle: f64,
    /// Greatest |rate|, °/s.
    pub max_rate: f64,
    /// Root mean square of the rate, °/s.
    pub rms_rate: f64,
    /// Rapid turnings: stretches without a break with a |rate| above the limit and one sign.
    pub rapid: usize,
    /// Large movements.
    pub large: usize,
    /// What was asked for.
    pub limits: Limits,
}

/// Angle (degrees) and rate of the wheel. Each stretch of samples that count is a signal of its own;
/// one with a sample that is not finite, of fewer than two samples, or too short for the low-pass (9
/// samples or fewer) is left out. None if nothing is left.
#[must_use]
pub fn steering(
    angle: &[f64],
    rate: f64,
    limits: Limits,
    mask: Option<&[bool]>,
) -> Option<Steering> {
    let sensible = limits.rapid.is_finite() && limits.large.is_finite();
    if !sensible || !fit(rate, mask, &[angle.len()]) {
        return None;
    }
    let filter = match limits.cutoff {
        Some(cutoff) => Some(Butterworth::low_pass(2, cutoff, rate)?),
        None => None,
    };
    let (mut n, mut squares) = (0_usize, 0.0);
    let (mut max_angle, mut max_rate) = (0.0_f64, 0.0_f64);
    let (mut rapid, mut large) = (0, 0);
    for run in runs(angle.len(), |i| counts(mask, i)) {
        let raw = &angle[run];
        let smooth = match &filter {
            Some(filter) => filter.zero_phase(raw),
            None => raw.iter().all(|x| x.is_finite()).then(|| raw.to_vec()),
        };
        let Some(smooth) = smooth.filter(|x| x.len() >= 2) else {
            continue;
        };
        let rates = derivative(&smooth, rate);
        n += smooth.len();
        max_angle = smooth.iter().fold(max_angle, |m, x| m.max(x.abs()));
        max_rate = rates.iter().fold(max_rate, |m, x| m.max(x.abs()));
        squares += rates.iter().map(|x| x * x).sum::<f64>();
        rapid += runs(rates.len(), |i| rates[i] > limits.rapid).len();
        rapid += runs(rates.len(), |i| rates[i] < -limits.rapid).len();
        large += turns(&smooth, limits.large);
    }
    (n > 0).then_some(())?;
    Some(Steering {
        n,
        seconds: n as f64 / rate,
        max_angle,
        max_rate: finite(max_rate)?,
        rms_rate: finite(libm::sqrt(squares / n as f64))?,
        rapid,
        large,
        limits,
    })
}

#[cfg(test)]
mod tests {
    use super::super::reference::{RATE, mask, near, steer};
    use super::*;

    #[test]
    fn by_hand() {
        // At 10 Hz; central differences: 0, 10, 20, 0, -20, -15, -10 °/s.
        let x = [0.0, 0.0, 2.0, 4.0, 2.0, 0.0, -1.0];
        let limits = Limits {
            rapid: 9.0,
            large: 3.5,
            cutoff: None,
        };
        let s = steering(&x, 10.0, limits, None).unwrap();
        assert_eq!(
            (s.n, s.seconds, s.max_angle, s.max_rate),
            (7, 0.7, 4.0, 20.0)
        );
        near(
            s.rms_rate,
            ((100.0f64 + 400.0 + 400.0 + 225.0 + 100.0) / 7.0).sqrt(),
            1e-12,
        );
        // Up and down are rapid. Turning points are 0, 4; the way down has no end yet.
        assert_eq!((s.rapid, s.large), (2, 1));
        assert_eq!(
            steering(
                &x,
                10.0,
                Limits {
                    rapid: 20.0,
                    ..limits
                },
                None
            )
            .unwrap()
            .rapid,
            0
        );
        assert_eq!(steering(&x[..1], 10.0, limits, None), None);
        assert_eq!(steering(&[], 10.0, limits, None), None);
        assert_eq!(steering(&x, 10.0, Limits::default(), None), None);
        assert_eq!(
            steering(
                &x,
                10.0,
                Limits {
                    rapid: f64::NAN,
                    ..limits
                },
                None
            ),
            None
        );
        assert_eq!(steering(&[f64::NAN; 3], 10.0, limits, None), None);
        let still = steering(&[3.0; 30], 10.0, Limits::default(), None).unwrap();
        assert_eq!((still.rapid, still.large), (0, 0));
    }

    #[test]
    fn against_scipy() {
        // scipy 1.17.1: y = filtfilt(*butter(2, 2, fs=100), x), np.gradient(y, 0.01), itertools.groupby
        let s = steering(&steer(), RATE, Limits::default(), None).unwrap();
        near(s.max_angle, 11.26971013189672, 1e-9);
        near(s.max_rate, 27.038043502784564, 1e-9);
        near(s.rms_rate, 11.912567206173321, 1e-9);
        assert_eq!((s.rapid, s.large), (16 + 18, 14));
        assert_eq!(
            steering(&steer(), RATE, Limits::default(), Some(&mask()))
                .unwrap()
                .n,
            2250
        );
    }
}
