//! Time to line crossing (TLC): how long until a tyre reaches a marking.

use super::kinematics::time_to_cover;
use super::samples::{counts, fit};
use serde::Serialize;

/// A TLC below this is critical, s (a usual choice, no standard).
pub const CRITICAL: f64 = 1.0;

/// Time to line crossing, s, at constant lateral velocity: d / |v|. `left` and `right` are distances
/// from the outer edge of the tyres to the marking of their side, m; `velocity` is m/s to the left. 0
/// on a line or past it. None if the vehicle doesn't move sideways, or a number is not finite.
#[must_use]
pub fn first_order(left: f64, right: f64, velocity: f64) -> Option<f64> {
    second_order(left, right, velocity, 0.0)
}

/// Time to line crossing, s, at constant lateral acceleration (m/s² to the left): the smallest positive
/// t with d = v t + a t² / 2, of both sides (van Winsum et al. 2000). 0 on a line or past it. None if
/// no line is ever reached, or a number is not finite.
#[must_use]
pub fn second_order(left: f64, right: f64, velocity: f64, acceleration: f64) -> Option<f64> {
    if ![left, right, velocity, acceleration]
        .iter()
        .all(|x| x.is_finite())
    {
        return None;
    }
    if left.min(right) <= 0.0 {
        return Some(0.0);
    }
    let to_left = time_to_cover(left, velocity, acceleration);
    let to_right = time_to_cover(right, -velocity, -acceleration);
    [to_left, to_right].into_iter().flatten().reduce(f64::min)
}

/// TLC over a stretch of driving.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LineCrossing {
    /// Samples used.
    pub n: usize,
    /// Time they stand for, s.
    pub seconds: f64,
    /// Samples at which a line would be reached.
    pub defined: usize,
    /// Smallest TLC, s; none if no line would ever be reached.
    pub min: Option<f64>,
    /// When that was, s from the signal's start.
    pub min_at: Option<f64>,
    /// What counts as critical, s.
    pub critical: f64,
    /// Share of time with a TLC below `critical`. Time without any TLC counts as not below.
    pub share_below: f64,
}

/// TLC at every sample. Distances and velocity as for [`first_order`]; without `acceleration` it is the
/// first order's. None if lengths differ or nothing counts.
#[must_use]
pub fn line_crossing(
    left: &[f64],
    right: &[f64],
    velocity: &[f64],
    acceleration: Option<&[f64]>,
    rate: f64,
    critical: f64,
    mask: Option<&[bool]>,
) -> Option<LineCrossing> {
    let n = acceleration.map_or(left.len(), <[f64]>::len);
    if !fit(rate, mask, &[left.len(), right.len(), velocity.len(), n]) || !critical.is_finite() {
        return None;
    }
    let (mut used, mut defined, mut below) = (0_usize, 0, 0_usize);
    let mut min: Option<(f64, usize)> = None;
    for i in (0..n).filter(|i| counts(mask, *i)) {
        let a = acceleration.map_or(0.0, |a| a[i]);
        if ![left[i], right[i], velocity[i], a]
            .iter()
            .all(|x| x.is_finite())
        {
            continue;
        }
        used += 1;
        if let Some(t) = second_order(left[i], right[i], velocity[i], a) {
            defined += 1;
            below += usize::from(t < critical);
            if min.is_none_or(|(least, _)| t < least) {
                min = Some((t, i));
            }
        }
    }
    (used > 0).then(|| LineCrossing {
        n: used,
        seconds: used as f64 / rate,
        defined,
        min: min.map(|(t, _)| t),
        min_at: min.map(|(_, i)| i as f64 / rate),
        critical,
        share_below: below as f64 / used as f64,
    })
}

#[cfg(test)]
mod tests {
    use super::super::reference::{RATE, lateral, near, sampled};
    use super::*;
    use std::f64::consts::PI;

    #[test]
    fn one_instant() {
        assert_eq!(first_order(0.6, 1.0, 0.3), Some(2.0));
        assert_eq!(first_order(0.6, 1.0, -0.5), Some(2.0));
        assert_eq!(first_order(0.6, 1.0, 0.0), None);
        assert_eq!(first_order(-0.1, 1.0, -0.5), Some(0.0));
        assert_eq!(first_order(0.6, 0.0, 0.0), Some(0.0));
        assert_eq!(first_order(f64::NAN, 1.0, 1.0), None);
        // To the left 0.5 = t - t²/2 has no root before it turns at 0.5 m; it comes just there, t = 1.
        near(second_order(0.5, 4.0, 1.0, -1.0).unwrap(), 1.0, 1e-7);
        // 0.6 m is out of reach; back and over to the right: -4 = t - t²/2, t = 4.
        near(second_order(0.6, 4.0, 1.0, -1.0).unwrap(), 4.0, 1e-12);
        assert_eq!(second_order(0.6, 4.0, 0.0, 0.0), None);
    }

    #[test]
    fn against_numpy() {
        let left: Vec<f64> = lateral().iter().map(|y| 0.35 - y + 0.4).collect();
        let right: Vec<f64> = lateral().iter().map(|y| 0.25 + y + 0.4).collect();
        let (w, u) = (2.0 * PI * 0.05, 2.0 * PI * 0.23);
        let v = sampled(3000, |t| {
            0.3 * w * libm::cos(w * t) + 0.12 * u * libm::cos(u * t + 1.0)
        });
        let a = sampled(3000, |t| {
            -0.3 * w * w * libm::sin(w * t) - 0.12 * u * u * libm::sin(u * t + 1.0)
        });
        // numpy 2.4.6: least positive real root of np.roots([a / 2, v, -left]) and np.roots([a / 2, v,
        // right])
        let first = line_crossing(&left, &right, &v, None, RATE, 2.5, None).unwrap();
        assert_eq!(
            (first.n, first.defined, first.min_at),
            (3000, 3000, Some(3.9))
        );
        near(first.min.unwrap(), 1.6761101960368034, 1e-10);
        near(first.share_below, 0.11333333333333333, 1e-12);
        let second = line_crossing(&left, &right, &v, Some(&a), RATE, 2.5, None).unwrap();
        near(second.min.unwrap(), 1.6137869454481761, 1e-10);
        assert_eq!((second.defined, second.min_at), (3000, Some(3.22)));
        near(second.share_below, 0.26966666666666667, 1e-12);
    }

    #[test]
    fn stretches() {
        let (left, right) = ([1.0, 0.5, 0.2, 9.0], [1.0, 1.5, 1.8, 9.0]);
        let v = [0.0, 0.25, 0.25, 90.0];
        let l = line_crossing(
            &left,
            &right,
            &v,
            None,
            10.0,
            CRITICAL,
            Some(&[true, true, true, false]),
        )
        .unwrap();
        assert_eq!(
            (l.n, l.defined, l.min, l.min_at),
            (3, 2, Some(0.8), Some(0.2))
        );
        near(l.share_below, 1.0 / 3.0, 1e-15);
        let still = line_crossing(&[1.0], &[1.0], &[0.0], None, 10.0, CRITICAL, None).unwrap();
        assert_eq!((still.min, still.share_below), (None, 0.0));
        assert_eq!(
            line_crossing(&[], &[], &[], None, 10.0, CRITICAL, None),
            None
        );
        assert_eq!(
            line_crossing(&left, &right, &v[..3], None, 10.0, CRITICAL, None),
            None
        );
        assert_eq!(
            line_crossing(&left, &right, &v, Some(&v[..3]), 10.0, CRITICAL, None),
            None
        );
    }
}
