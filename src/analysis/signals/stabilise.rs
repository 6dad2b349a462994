//! When a signal settles.

use super::samples::{Spread, counts, fit};
use serde::Serialize;

/// From `low` to `high`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Band {
    /// Lower edge.
    pub low: f64,
    /// Upper edge.
    pub high: f64,
}

impl Band {
    /// Mean ± `k` sample standard deviations of what a person does when nothing disturbs. None of fewer
    /// than two samples, or if `k` is negative. A baseline that never moves gives a band of no width.
    #[must_use]
    pub fn of_baseline(baseline: &[f64], k: f64, mask: Option<&[bool]>) -> Option<Self> {
        let sensible = k.is_finite() && k >= 0.0;
        if !sensible || !fit(1.0, mask, &[baseline.len()]) {
            return None;
        }
        let samples = baseline
            .iter()
            .enumerate()
            .filter(|(i, x)| counts(mask, *i) && x.is_finite());
        let spread: Spread = samples.map(|(_, x)| *x).collect();
        let reach = k * spread.sd()?;
        let (low, high) = (spread.mean - reach, spread.mean + reach);
        (low.is_finite() && high.is_finite()).then_some(Self { low, high })
    }

    fn holds(&self, x: f64) -> bool {
        x >= self.low && x <= self.high
    }
}

/// Whether a signal settled, for survival analysis.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Stabilisation {
    /// Settled.
    At {
        /// s after the start that was asked for.
        seconds: f64,
    },
    /// Not settled before the signal ended (right-censored): if it did, then no earlier than this.
    Not {
        /// s after the start that was asked for. A signal that ends inside the band, but has not been
        /// there for long enough, is censored where it went in.
        after: f64,
    },
}

/// First time, from `from` (s from the signal's start) on, from which the signal is inside the band for
/// `hold` s without a break. No norm says what settled is (there is no agreed threshold): state band
/// and hold with the result. A sample that is not finite is outside. None if `from` is not within the
/// signal, or an argument makes no sense.
#[must_use]
pub fn stabilisation(
    x: &[f64],
    rate: f64,
    from: f64,
    band: Band,
    hold: f64,
) -> Option<Stabilisation> {
    let sensible = from.is_finite() && from >= 0.0 && hold.is_finite() && hold >= 0.0;
    if !sensible || !fit(rate, None, &[x.len()]) {
        return None;
    }
    // The first sample that is not before `from`; rounding must not skip one that is on it.
    let start = libm::ceil(from * rate - 1e-9) as usize;
    if start >= x.len() {
        return None;
    }
    let steps = libm::ceil(hold * rate - 1e-9) as usize;
    let mut inside = None;
    for (i, x) in x.iter().enumerate().skip(start) {
        if !band.holds(*x) {
            inside = None;
            continue;
        }
        let since = *inside.get_or_insert(i);
        if i - since >= steps {
            return Some(Stabilisation::At {
                seconds: (since - start) as f64 / rate,
            });
        }
    }
    let end = inside.unwrap_or(x.len() - 1);
    Some(Stabilisation::Not {
        after: (end - start) as f64 / rate,
    })
}

#[cfg(test)]
mod tests {
    use super::super::reference::{RATE, near, sampled};
    use super::*;

    const BAND: Band = Band {
        low: -1.0,
        high: 1.0,
    };

    #[test]
    fn by_hand() {
        let x = [0.0, 3.0, 1.0, 2.0, 0.5, -1.0, 0.0, 0.0, 4.0, 0.0];
        // Inside at 0, 2, 4 to 7, 9. At 10 Hz, 0.3 s are four samples.
        let at = |from, hold| stabilisation(&x, 10.0, from, BAND, hold).unwrap();
        assert_eq!(at(0.0, 0.0), Stabilisation::At { seconds: 0.0 });
        assert_eq!(at(0.0, 0.3), Stabilisation::At { seconds: 0.4 });
        assert_eq!(at(0.1, 0.3), Stabilisation::At { seconds: 0.3 });
        // Starts within the stretch that is inside: only three samples of it are left.
        assert_eq!(at(0.5, 0.3), Stabilisation::Not { after: 0.4 });
        // Inside again at the end, but not for long: it may have settled there.
        assert_eq!(at(0.0, 0.4), Stabilisation::Not { after: 0.9 });
        // The signal ends inside the stretch from 4 on.
        let inside = stabilisation(&x[..8], 10.0, 0.0, BAND, 0.4).unwrap();
        assert_eq!(inside, Stabilisation::Not { after: 0.4 });
        // Out at the end.
        let out = stabilisation(&x[..9], 10.0, 0.0, BAND, 0.4).unwrap();
        assert_eq!(out, Stabilisation::Not { after: 0.8 });
    }

    #[test]
    fn what_makes_no_sense() {
        assert_eq!(stabilisation(&[], 10.0, 0.0, BAND, 0.1), None);
        assert_eq!(stabilisation(&[0.0], 10.0, 0.1, BAND, 0.1), None);
        assert_eq!(stabilisation(&[0.0], 10.0, -0.1, BAND, 0.1), None);
        assert_eq!(stabilisation(&[0.0], 10.0, 0.0, BAND, f64::NAN), None);
        assert_eq!(
            stabilisation(&[0.0], 10.0, 0.0, BAND, 0.0),
            Some(Stabilisation::At { seconds: 0.0 })
        );
        let lost = [0.0, f64::NAN, 0.0];
        assert_eq!(
            stabilisation(&lost, 10.0, 0.0, BAND, 0.2),
            Some(Stabilisation::Not { after: 0.2 })
        );
    }

    #[test]
    fn against_a_search_of_every_window() {
        // Python: first i with np.all(|x[i:i + hold + 1]| <= 0.2), x = 3 exp(-0.4 t) cos(2 t), from 1 s
        let x = sampled(2000, |t| 3.0 * libm::exp(-0.4 * t) * libm::cos(2.0 * t));
        let band = Band {
            low: -0.2,
            high: 0.2,
        };
        assert_eq!(
            stabilisation(&x, RATE, 1.0, band, 2.0),
            Some(Stabilisation::At { seconds: 5.51 })
        );
        assert_eq!(
            stabilisation(&x, RATE, 1.0, band, 0.2),
            Some(Stabilisation::At { seconds: 2.78 })
        );
        // numpy 2.4.6: b.mean() -+ 2 * b.std(ddof=1)
        let baseline = sampled(2000, |t| 0.1 * libm::sin(3.0 * t) + 0.02);
        let band = Band::of_baseline(&baseline, 2.0, None).unwrap();
        near(band.low, -0.11769859436117387, 1e-12);
        near(band.high, 0.1642213900497127, 1e-12);
        assert_eq!(
            stabilisation(&x, RATE, 1.0, band, 1.0),
            Some(Stabilisation::At { seconds: 7.0 })
        );
    }

    #[test]
    fn bands_of_small_baselines() {
        assert_eq!(Band::of_baseline(&[], 2.0, None), None);
        assert_eq!(Band::of_baseline(&[1.0], 2.0, None), None);
        assert_eq!(Band::of_baseline(&[1.0, 2.0], -1.0, None), None);
        assert_eq!(
            Band::of_baseline(&[1.0; 4], 2.0, None),
            Some(Band {
                low: 1.0,
                high: 1.0
            })
        );
        let masked = Band::of_baseline(&[1.0, 3.0, 50.0], 0.0, Some(&[true, true, false]));
        assert_eq!(
            masked,
            Some(Band {
                low: 2.0,
                high: 2.0
            })
        );
    }
}
