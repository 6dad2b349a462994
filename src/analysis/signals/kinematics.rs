//! Time to cover a distance.

use super::samples::finite;

/// Smallest t > 0 with distance = speed t + acceleration t² / 2, for a distance above zero (m, m/s,
/// m/s²). None if it is never covered. Written so that nothing cancels.
pub(super) fn time_to_cover(distance: f64, speed: f64, acceleration: f64) -> Option<f64> {
    if acceleration == 0.0 {
        return (speed > 0.0).then(|| finite(distance / speed))?;
    }
    let square = speed * speed + 2.0 * acceleration * distance;
    if !square.is_finite() || square < 0.0 {
        return None;
    }
    let root = libm::sqrt(square);
    if speed >= 0.0 {
        (speed + root > 0.0).then(|| finite(2.0 * distance / (speed + root)))?
    } else {
        // Away first; only an acceleration towards it brings it back.
        (acceleration > 0.0).then(|| finite((root - speed) / acceleration))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_motion() {
        let near = |t: Option<f64>, want: f64| (t.unwrap_or(-1.0) - want).abs() < 1e-12;
        assert!(near(time_to_cover(3.0, 1.5, 0.0), 2.0));
        // 4 = t²/2 * 2
        assert!(near(time_to_cover(4.0, 0.0, 2.0), 2.0));
        // 3 = 4t - t²/2*2: t = 1 (and 3)
        assert!(near(time_to_cover(3.0, 4.0, -2.0), 1.0));
        // 3 = -2t + t²: t = 3
        assert!(near(time_to_cover(3.0, -2.0, 2.0), 3.0));
        // Turns round before it gets there.
        assert_eq!(time_to_cover(5.0, 4.0, -2.0), None);
        assert_eq!(time_to_cover(5.0, 0.0, 0.0), None);
        assert_eq!(time_to_cover(5.0, -1.0, 0.0), None);
        assert_eq!(time_to_cover(5.0, -1.0, -1.0), None);
        assert_eq!(time_to_cover(5.0, f64::MAX, 1.0), None);
        assert_eq!(time_to_cover(f64::MAX, 1e-300, 0.0), None);
        // A square of this speed is 0.
        assert_eq!(time_to_cover(1e-190, 1e-200, 0.0), Some(1e10));
    }
}
