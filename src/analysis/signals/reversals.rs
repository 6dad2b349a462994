//! Steering reversal rate (SRR): how often per minute the wheel turns back by more than a gap.

use super::filter::Butterworth;
use super::samples::{counts, finite, fit, runs};
use serde::Serialize;

/// Settings of the metric.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Setting {
    /// Cut-off of the low-pass, Hz.
    pub cutoff: f64,
    /// Smallest turn that counts, degrees.
    pub gap: f64,
}

/// Sensitive to visual load: 0.6 Hz, 3° (Markkula & Engström 2006).
pub const VISUAL: Setting = Setting {
    cutoff: 0.6,
    gap: 3.0,
};

/// Sensitive to cognitive load: 2 Hz, 0.1° (Markkula & Engström 2006).
pub const COGNITIVE: Setting = Setting {
    cutoff: 2.0,
    gap: 0.1,
};

/// Steering reversals.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ReversalRate {
    /// Samples used.
    pub n: usize,
    /// Time from the first to the last sample of each stretch, added up, s. As the standard's
    /// implementation has it, that is one sample less than `n` / rate for each stretch.
    pub seconds: f64,
    /// Reversals, up and down.
    pub count: usize,
    /// Reversals per minute.
    pub per_minute: f64,
    /// What was asked for.
    pub setting: Setting,
}

/// Steering reversal rate of a wheel angle in degrees (SAE J2944; Markkula & Engström 2006): low-pass
/// of second order, zero phase; places where the derivative is zero or changes its sign; upward turns
/// of more than the gap between them, and the same of the mirrored signal.
///
/// Each stretch of samples that count is a signal of its own. Stretches of 9 samples or fewer, or with
/// a sample that is not finite, are left out. None if nothing is left or the setting makes no sense.
#[must_use]
pub fn reversal_rate(
    angle: &[f64],
    rate: f64,
    setting: Setting,
    mask: Option<&[bool]>,
) -> Option<ReversalRate> {
    let sensible = setting.gap.is_finite() && setting.gap >= 0.0;
    if !sensible || !fit(rate, mask, &[angle.len()]) {
        return None;
    }
    let filter = Butterworth::low_pass(2, setting.cutoff, rate)?;
    let (mut n, mut steps, mut count) = (0, 0_usize, 0_usize);
    for run in runs(angle.len(), |i| counts(mask, i)) {
        if let Some(smooth) = filter.zero_phase(&angle[run]) {
            n += smooth.len();
            steps += smooth.len() - 1;
            count += turns(&smooth, setting.gap);
        }
    }
    if steps == 0 {
        return None;
    }
    let seconds = steps as f64 / rate;
    let per_minute = finite(60.0 * count as f64 / seconds)?;
    Some(ReversalRate {
        n,
        seconds,
        count,
        per_minute,
        setting,
    })
}

/// Movements, up and down, of more than `gap` between turning points.
pub(super) fn turns(x: &[f64], gap: f64) -> usize {
    // The first sample counts as a turning point, the last doesn't.
    let turning: Vec<f64> = (0..x.len().saturating_sub(1))
        .filter(|&i| {
            let before = if i == 0 { 0.0 } else { x[i] - x[i - 1] };
            let after = x[i + 1] - x[i];
            before == 0.0 || (before > 0.0 && after < 0.0) || (before < 0.0 && after > 0.0)
        })
        .map(|i| x[i])
        .collect();
    upward(turning.iter().copied(), gap) + upward(turning.iter().map(|v| -v), gap)
}

fn upward(turning: impl Iterator<Item = f64>, gap: f64) -> usize {
    let mut count = 0;
    let mut from = None;
    for here in turning {
        let start = *from.get_or_insert(here);
        if here - start > gap {
            count += 1;
            from = Some(here);
        } else if here <= start {
            from = Some(here);
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::super::reference::{RATE, mask, near, sampled, steer};
    use super::*;
    use std::f64::consts::PI;

    #[test]
    fn turns_by_hand() {
        // Turning points: 0 (start), 5, 1, 2, -4; the last sample is none.
        let x = [0.0, 3.0, 5.0, 1.0, 2.0, 0.0, -4.0, 9.0];
        // Up by more than 3: 0 to 5, then down to -4 moves the start; 9 is not a turning point. Down: 5
        // to 1, 1 to -4.
        assert_eq!(turns(&x, 3.0), 3);
        // 5 to 1 is not more than 4, so it goes on to -4.
        assert_eq!(turns(&x, 4.0), 2);
        assert_eq!(turns(&x, 9.0), 0);
        // Up: 0 to 5, 1 to 2. Down: 5 to 1, 2 to -4.
        assert_eq!(turns(&x, 0.5), 4);
        assert_eq!(turns(&[], 0.5), 0);
        assert_eq!(turns(&[1.0], 0.5), 0);
        assert_eq!(turns(&[1.0; 20], 0.0), 0);
    }

    #[test]
    fn a_sine_turns_twice_a_period() {
        // 60 s of 0.25 Hz: 30 turning points after the start; the last one is followed by one more
        // movement, which has no end. 10° of amplitude: all movements count at 3°.
        let x = sampled(6001, |t| 10.0 * libm::sin(2.0 * PI * 0.25 * t));
        let r = reversal_rate(&x, RATE, VISUAL, None).unwrap();
        assert_eq!((r.count, r.seconds, r.per_minute), (30, 60.0, 30.0));
        // An amplitude of 1.4° swings by 2.8° at most.
        let x = sampled(6001, |t| 1.4 * libm::sin(2.0 * PI * 0.25 * t));
        assert_eq!(reversal_rate(&x, RATE, VISUAL, None).unwrap().count, 0);
        assert_eq!(reversal_rate(&x, RATE, COGNITIVE, None).unwrap().count, 30);
    }

    #[test]
    fn against_an_independent_implementation() {
        // Python on scipy 1.17.1: filtfilt(*butter(2, cutoff, fs=100), x), np.sign(np.diff()), loop
        // over pairs of extrema as in SAE J2944 (see domain-reference 2); with the mask, stretch by
        // stretch.
        let r = reversal_rate(&steer(), RATE, VISUAL, None).unwrap();
        assert_eq!((r.n, r.count), (3000, 12));
        near(r.per_minute, 24.008002667555854, 1e-12);
        let r = reversal_rate(&steer(), RATE, COGNITIVE, None).unwrap();
        assert_eq!(r.count, 42);
        near(r.per_minute, 84.02800933644549, 1e-12);
        let r = reversal_rate(&steer(), RATE, COGNITIVE, Some(&mask())).unwrap();
        assert_eq!((r.n, r.count), (2250, 32));
        near(r.seconds, 22.45, 1e-12);
        near(r.per_minute, 85.52338530066815, 1e-12);
    }

    #[test]
    fn nothing_to_count() {
        assert_eq!(reversal_rate(&[0.0; 9], RATE, VISUAL, None), None);
        assert_eq!(reversal_rate(&[], RATE, VISUAL, None), None);
        assert_eq!(
            reversal_rate(&[0.0; 500], RATE, VISUAL, None)
                .unwrap()
                .count,
            0
        );
        assert_eq!(
            reversal_rate(
                &[0.0; 50],
                RATE,
                Setting {
                    cutoff: 0.6,
                    gap: f64::NAN
                },
                None
            ),
            None
        );
        assert_eq!(reversal_rate(&[0.0; 50], 1.0, VISUAL, None), None);
    }
}
