//! Greatest accelerations and jerk.

use super::filter::Butterworth;
use super::samples::{counts, derivative, finite, fit, runs};
use serde::Serialize;

/// Cut-off of the low-pass before jerk is taken, Hz. No standard fixes it; 2 Hz keeps what drivers do
/// with wheel and pedals and drops what the road and the solver do to the body. State it with the
/// result.
pub const JERK_CUTOFF: f64 = 2.0;

/// Stretch over which UN R79 averages lateral jerk, s.
pub const R79_STRETCH: f64 = 0.5;

/// Greatest accelerations, m/s².
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Acceleration {
    /// Samples used.
    pub n: usize,
    /// Time they stand for, s.
    pub seconds: f64,
    /// max |a_x|, m/s².
    pub max_longitudinal: f64,
    /// max |a_y|, m/s².
    pub max_lateral: f64,
    /// max sqrt(a_x² + a_y²) at one instant, m/s².
    pub max_resultant: f64,
    /// Strongest deceleration, m/s², positive; 0 if there was none.
    pub max_braking: f64,
    /// Root mean square of the resultant, m/s².
    pub rms_resultant: f64,
}

/// Greatest accelerations, from those along (`ax`, positive forward) and across the vehicle (`ay`),
/// m/s². None if lengths differ, the rate is not above zero, or no sample counts. Source: ISO/TR
/// 21959-2 (measures of the quality of a takeover).
#[must_use]
pub fn acceleration(
    ax: &[f64],
    ay: &[f64],
    rate: f64,
    mask: Option<&[bool]>,
) -> Option<Acceleration> {
    if !fit(rate, mask, &[ax.len(), ay.len()]) {
        return None;
    }
    let mut out = Acceleration {
        n: 0,
        seconds: 0.0,
        max_longitudinal: 0.0,
        max_lateral: 0.0,
        max_resultant: 0.0,
        max_braking: 0.0,
        rms_resultant: 0.0,
    };
    let (mut squares, mut greatest) = (0.0, 0.0_f64);
    for (i, (x, y)) in ax.iter().zip(ay).enumerate() {
        let square = x * x + y * y;
        if !counts(mask, i) || !square.is_finite() {
            continue;
        }
        out.n += 1;
        out.max_longitudinal = out.max_longitudinal.max(x.abs());
        out.max_lateral = out.max_lateral.max(y.abs());
        out.max_braking = out.max_braking.max(-x);
        greatest = greatest.max(square);
        squares += square;
    }
    out.seconds = out.n as f64 / rate;
    out.max_resultant = libm::sqrt(greatest);
    out.rms_resultant = finite(libm::sqrt(squares / out.n as f64))?;
    Some(out)
}

/// Jerk: how fast an acceleration changes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Jerk {
    /// Samples used.
    pub n: usize,
    /// Time they stand for, s.
    pub seconds: f64,
    /// Cut-off of the low-pass, Hz.
    pub cutoff: f64,
    /// max |da/dt|, m/s³.
    pub max: f64,
    /// Root mean square, m/s³.
    pub rms: f64,
    /// Greatest |change of the unfiltered acceleration over 0.5 s| / 0.5 s, m/s³, as UN R79 averages
    /// jerk; none if no stretch of samples that count is that long.
    pub max_half_second: Option<f64>,
}

/// Jerk of one acceleration (m/s²): low-pass (second order, zero phase, `cutoff` Hz) over the whole
/// signal, central differences, then the samples that count. Within some 1 / `cutoff` s of the signal's
/// own ends the filter has not settled (a ramp's jerk is off by some 4 % there): give it more than what
/// counts. None if the signal is too short for the filter (9 samples or fewer), has a sample that is
/// not finite, or no sample counts.
#[must_use]
pub fn jerk(a: &[f64], rate: f64, cutoff: f64, mask: Option<&[bool]>) -> Option<Jerk> {
    if !fit(rate, mask, &[a.len()]) {
        return None;
    }
    let smooth = Butterworth::low_pass(2, cutoff, rate)?.zero_phase(a)?;
    let (mut n, mut max, mut squares) = (0_usize, 0.0_f64, 0.0);
    for (i, j) in derivative(&smooth, rate).into_iter().enumerate() {
        if counts(mask, i) {
            n += 1;
            max = max.max(j.abs());
            squares += j * j;
        }
    }
    Some(Jerk {
        n,
        seconds: n as f64 / rate,
        cutoff,
        max: finite(max)?,
        rms: finite(libm::sqrt(squares / n as f64))?,
        max_half_second: max_half_second(a, rate, mask),
    })
}

fn max_half_second(a: &[f64], rate: f64, mask: Option<&[bool]>) -> Option<f64> {
    let step = libm::round(R79_STRETCH * rate) as usize;
    if step == 0 {
        return None;
    }
    let stretch = step as f64 / rate;
    runs(a.len(), |i| counts(mask, i))
        .into_iter()
        .flat_map(|run| run.start + step..run.end)
        .map(|i| (a[i] - a[i - step]).abs() / stretch)
        .reduce(f64::max)
        .and_then(finite)
}

#[cfg(test)]
mod tests {
    use super::super::reference::{RATE, mask, near, sampled, steer};
    use super::*;
    use std::f64::consts::PI;

    #[test]
    fn by_hand() {
        let (ax, ay) = ([1.0, -3.0, 0.0, f64::NAN], [0.0, 4.0, -4.5, 9.0]);
        let a = acceleration(&ax, &ay, 2.0, None).unwrap();
        assert_eq!((a.n, a.seconds), (3, 1.5));
        assert_eq!((a.max_longitudinal, a.max_lateral), (3.0, 4.5));
        assert_eq!((a.max_resultant, a.max_braking), (5.0, 3.0));
        near(
            a.rms_resultant,
            ((1.0f64 + 25.0 + 20.25) / 3.0).sqrt(),
            1e-15,
        );
        let first = acceleration(&ax, &ay, 2.0, Some(&[true, false, false, false])).unwrap();
        assert_eq!(
            (first.n, first.max_longitudinal, first.max_braking),
            (1, 1.0, 0.0)
        );
        assert_eq!(acceleration(&ax, &ay, 2.0, Some(&[false; 4])), None);
        assert_eq!(acceleration(&ax, &ay[..3], 2.0, None), None);
        assert_eq!(acceleration(&[], &[], 2.0, None), None);
        assert_eq!(acceleration(&[f64::MAX], &[0.0], 2.0, None), None);
    }

    #[test]
    fn against_numpy() {
        let a = acceleration(
            &steer(),
            &sampled(3000, |t| 2.0 * libm::cos(2.0 * PI * 0.3 * t)),
            RATE,
            None,
        )
        .unwrap();
        // numpy 2.4.6: np.abs(x).max(), np.hypot(x, y).max(), (-x).max(), np.sqrt(np.mean(x*x + y*y))
        near(a.max_longitudinal, 11.586440768200957, 1e-12);
        near(a.max_lateral, 2.0, 1e-12);
        near(a.max_resultant, 11.649867155837331, 1e-12);
        near(a.max_braking, 11.586440768200957, 1e-12);
        near(a.rms_resultant, 6.220229095459427, 1e-12);
    }

    #[test]
    fn jerk_against_scipy() {
        // scipy 1.17.1: j = np.gradient(filtfilt(*butter(2, 2, fs=100), x), 0.01); |j|.max(), rms;
        // np.abs(x[50:] - x[:-50]).max() / 0.5
        let j = jerk(&steer(), RATE, 2.0, None).unwrap();
        near(j.max, 27.038043502784564, 1e-9);
        near(j.rms, 11.912567206173321, 1e-9);
        near(j.max_half_second.unwrap(), 21.921954234729718, 1e-12);
        let j = jerk(&steer(), RATE, 2.0, Some(&mask())).unwrap();
        assert_eq!((j.n, j.seconds, j.cutoff), (2250, 22.5, 2.0));
        near(j.rms, 12.146759391657401, 1e-9);
    }

    #[test]
    fn jerk_of_a_ramp_is_its_slope() {
        let ramp = sampled(400, |t| 3.0 * t);
        // Within a second of the ends the filter has not settled.
        let middle: Vec<bool> = (0..400).map(|i| (100..300).contains(&i)).collect();
        let j = jerk(&ramp, RATE, JERK_CUTOFF, Some(&middle)).unwrap();
        near(j.max, 3.0, 1e-3);
        near(j.rms, 3.0, 1e-3);
        near(j.max_half_second.unwrap(), 3.0, 1e-12);
        let still = jerk(&[2.0; 20], RATE, JERK_CUTOFF, None).unwrap();
        near(still.max, 0.0, 1e-9);
        // 20 samples are no half second.
        assert_eq!(still.max_half_second, None);
        assert_eq!(jerk(&ramp[..9], RATE, JERK_CUTOFF, None), None);
        assert_eq!(jerk(&ramp, RATE, JERK_CUTOFF, Some(&[false; 400])), None);
        assert_eq!(jerk(&[], RATE, JERK_CUTOFF, None), None);
    }

    #[test]
    fn half_seconds_do_not_reach_across_the_mask() {
        // A step of 4 at sample 6; rate 10, so half a second is 5 samples.
        let a: Vec<f64> = (0..12).map(|i| if i < 6 { 0.0 } else { 4.0 }).collect();
        let mut on = [true; 12];
        assert_eq!(max_half_second(&a, 10.0, Some(&on)), Some(8.0));
        on[6] = false;
        assert_eq!(max_half_second(&a, 10.0, Some(&on)), Some(0.0));
    }
}
