//! Place in the lane: deviation, its standard deviation (SDLP), lane departures.

use super::filter::Butterworth;
use super::samples::{Spread, counts, finite, fit, runs};
use serde::Serialize;

/// Cut-off of the high-pass of AIDE's SDLP, Hz (Östlund et al. 2005, AIDE D2.2.5).
pub const AIDE_CUTOFF: f64 = 0.1;

/// Lateral deviation from a line, usually the middle of the lane, m.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Deviation {
    /// Samples used.
    pub n: usize,
    /// Time they stand for, s.
    pub seconds: f64,
    /// Mean, with its sign: where the vehicle is kept, m.
    pub mean: f64,
    /// Mean of |deviation|, m.
    pub mean_absolute: f64,
    /// Greatest |deviation|, m.
    pub max_absolute: f64,
    /// Sample standard deviation, m: SDLP if the mask leaves out lane changes. None of one sample.
    pub sd: Option<f64>,
}

/// Deviation and SDLP (SAE J2944). `position` is in m from the line. Mask out lane changes and what
/// others drove: where the line jumps to another lane, so does the deviation. None if nothing counts.
#[must_use]
pub fn deviation(position: &[f64], rate: f64, mask: Option<&[bool]>) -> Option<Deviation> {
    if !fit(rate, mask, &[position.len()]) {
        return None;
    }
    let mut spread = Spread::default();
    let (mut sum, mut max) = (0.0, 0.0_f64);
    for (i, y) in position.iter().enumerate() {
        if counts(mask, i) && y.is_finite() {
            spread.add(*y);
            sum += y.abs();
            max = max.max(y.abs());
        }
    }
    let n = spread.n;
    // Nothing counts, or numbers are so great that their sum is none.
    let mean_absolute = finite(sum / n as f64)?;
    Some(Deviation {
        n,
        seconds: n as f64 / rate,
        mean: finite(spread.mean)?,
        mean_absolute,
        max_absolute: max,
        sd: spread.sd(),
    })
}

/// Standard deviation of lateral position.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Sdlp {
    /// Samples used.
    pub n: usize,
    /// Time they stand for, s.
    pub seconds: f64,
    /// m.
    pub sd: f64,
}

/// SDLP after a high-pass at [`AIDE_CUTOFF`] (second order, zero phase), so that stretches of different
/// length can be compared (AIDE's "modified" SDLP). Each stretch of samples that count is filtered by
/// itself, because the line may be another one before and after; stretches of 9 samples or fewer, or
/// with a sample that is not finite, are left out. A stretch much shorter than 10 s says little: the
/// filter takes out most of what is there. None if fewer than two samples are left.
#[must_use]
pub fn sdlp_high_passed(position: &[f64], rate: f64, mask: Option<&[bool]>) -> Option<Sdlp> {
    if !fit(rate, mask, &[position.len()]) {
        return None;
    }
    let filter = Butterworth::high_pass(2, AIDE_CUTOFF, rate)?;
    let mut spread = Spread::default();
    for run in runs(position.len(), |i| counts(mask, i)) {
        if let Some(fast) = filter.zero_phase(&position[run]) {
            fast.into_iter().for_each(|y| spread.add(y));
        }
    }
    Some(Sdlp {
        n: spread.n,
        seconds: spread.n as f64 / rate,
        sd: spread.sd()?,
    })
}

/// Which side of the vehicle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Left, as the driver sees it.
    Left,
    /// Right.
    Right,
}

/// Times at which a tyre was past the marking.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Departures {
    /// Samples used.
    pub n: usize,
    /// Time they stand for, s.
    pub seconds: f64,
    /// How often a tyre went past a marking: stretches without a break, also one that was there already
    /// at the start.
    pub count: usize,
    /// Time past a marking, s.
    pub duration: f64,
    /// How far past at most, m; 0 without a departure.
    pub max_excursion: f64,
    /// Side of the greatest excursion.
    pub side: Option<Side>,
    /// Start of the first, s from the signal's start.
    pub first: Option<f64>,
}

/// Lane departures (SAE J2944, lane departure of the tyre's outer edge): `left` and `right` are the
/// distances from the outer edge of the tyres to the marking of their side, m, negative past it. On the
/// line is not past it. None if nothing counts.
#[must_use]
pub fn departures(
    left: &[f64],
    right: &[f64],
    rate: f64,
    mask: Option<&[bool]>,
) -> Option<Departures> {
    if !fit(rate, mask, &[left.len(), right.len()]) {
        return None;
    }
    let known = |i: usize| counts(mask, i) && left[i].is_finite() && right[i].is_finite();
    let n = (0..left.len()).filter(|i| known(*i)).count();
    if n == 0 {
        return None;
    }
    let out = runs(left.len(), |i| known(i) && left[i].min(right[i]) < 0.0);
    let (mut max_excursion, mut side) = (0.0_f64, None);
    for i in out.iter().cloned().flatten() {
        let (past, at) = if left[i] < right[i] {
            (-left[i], Side::Left)
        } else {
            (-right[i], Side::Right)
        };
        if past > max_excursion {
            (max_excursion, side) = (past, Some(at));
        }
    }
    Some(Departures {
        n,
        seconds: n as f64 / rate,
        count: out.len(),
        duration: out.iter().map(ExactSizeIterator::len).sum::<usize>() as f64 / rate,
        max_excursion,
        side,
        first: out.first().map(|run| run.start as f64 / rate),
    })
}

#[cfg(test)]
mod tests {
    use super::super::reference::{RATE, lateral, mask, near};
    use super::*;

    #[test]
    fn deviation_by_hand() {
        let y = [1.0, -2.0, 4.0, f64::NAN, 100.0];
        let d = deviation(&y, 10.0, Some(&[true, true, true, true, false])).unwrap();
        assert_eq!((d.n, d.seconds, d.mean, d.max_absolute), (3, 0.3, 1.0, 4.0));
        near(d.mean_absolute, 7.0 / 3.0, 1e-15);
        // Squares 0 + 9 + 9, over 2.
        assert_eq!(d.sd, Some(3.0));
        assert_eq!(deviation(&[2.0], 10.0, None).unwrap().sd, None);
        assert_eq!(deviation(&[2.0; 9], 10.0, None).unwrap().sd, Some(0.0));
        assert_eq!(deviation(&[], 10.0, None), None);
    }

    #[test]
    fn deviation_against_numpy() {
        // numpy 2.4.6: y.mean(), np.abs(y).mean(), np.abs(y).max(), y.std(ddof=1), of all and of
        // y[mask]
        let d = deviation(&lateral(), RATE, None).unwrap();
        near(d.mean, 0.162588105329758, 1e-12);
        near(d.mean_absolute, 0.23339465846192425, 1e-12);
        near(d.max_absolute, 0.519124525539281, 1e-12);
        near(d.sd.unwrap(), 0.2187758535395542, 1e-12);
        let d = deviation(&lateral(), RATE, Some(&mask())).unwrap();
        near(d.mean, 0.16743717541707306, 1e-12);
        near(d.sd.unwrap(), 0.22252729601422497, 1e-12);
    }

    #[test]
    fn high_passed_against_scipy() {
        // scipy 1.17.1: filtfilt(*butter(2, 0.1, 'high', fs=100), y).std(ddof=1); with the mask, of its
        // stretches filtered one by one and put together.
        let s = sdlp_high_passed(&lateral(), RATE, None).unwrap();
        near(s.sd, 0.08283153973886688, 1e-9);
        let s = sdlp_high_passed(&lateral(), RATE, Some(&mask())).unwrap();
        assert_eq!(s.n, 2250);
        near(s.sd, 0.08287903765921978, 1e-9);
        assert_eq!(sdlp_high_passed(&[0.1; 9], RATE, None), None);
        near(
            sdlp_high_passed(&[0.1; 90], RATE, None).unwrap().sd,
            0.0,
            1e-9,
        );
    }

    #[test]
    fn departures_by_hand() {
        let left = [0.5, 0.0, -0.1, -0.3, 0.2, 0.4, 0.9, -0.2];
        let right = [0.5, 0.9, 1.0, 1.2, 0.6, -0.5, 0.1, 1.0];
        let d = departures(&left, &right, 10.0, None).unwrap();
        // Samples 2 and 3, sample 5, sample 7. Zero at sample 1 is on the line.
        assert_eq!((d.n, d.count), (8, 3));
        near(d.duration, 0.4, 1e-15);
        assert_eq!(
            (d.max_excursion, d.side, d.first),
            (0.5, Some(Side::Right), Some(0.2))
        );
        let on = [true, true, true, true, true, false, true, false];
        let d = departures(&left, &right, 10.0, Some(&on)).unwrap();
        assert_eq!(
            (d.n, d.count, d.max_excursion, d.side),
            (6, 1, 0.3, Some(Side::Left))
        );
        let kept = departures(&[0.5; 3], &[0.5; 3], 10.0, None).unwrap();
        assert_eq!(
            (
                kept.count,
                kept.duration,
                kept.max_excursion,
                kept.side,
                kept.first
            ),
            (0, 0.0, 0.0, None, None)
        );
        assert_eq!(departures(&[], &[], 10.0, None), None);
        assert_eq!(departures(&[f64::NAN], &[1.0], 10.0, None), None);
    }

    #[test]
    fn departures_against_numpy() {
        let left: Vec<f64> = lateral().iter().map(|y| 0.35 - y).collect();
        let right: Vec<f64> = lateral().iter().map(|y| 0.25 + y).collect();
        let d = departures(&left, &right, RATE, None).unwrap();
        // Python: itertools.groupby(np.minimum(left, right) < 0), its sum, -np.minimum(left,
        // right).min()
        assert_eq!(d.count, 4);
        near(d.duration, 7.76, 1e-12);
        near(d.max_excursion, 0.16912452553928103, 1e-12);
        near(d.first.unwrap(), 3.55, 1e-12);
    }
}
