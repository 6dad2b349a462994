//! Distances and time gaps that rules call safe.

use super::samples::finite;
use serde::Serialize;

/// Settings of responsibility-sensitive safety (RSS).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rss {
    /// Time until the one behind responds, s.
    pub response: f64,
    /// Its greatest acceleration meanwhile, m/s².
    pub acceleration: f64,
    /// Its braking afterwards, at least this, m/s².
    pub braking: f64,
    /// Braking of the one ahead, at most this, m/s².
    pub lead_braking: f64,
}

/// Smallest safe gap, m (Shalev-Shwartz et al. 2017, definition 1): from there the one behind, at
/// `speed`, cannot touch the one ahead, at `lead_speed` (both m/s, forward), whatever either does
/// within the settings. 0 if any gap is safe. None if a braking is not above zero, or a number is
/// negative or not finite.
#[must_use]
pub fn rss_distance(speed: f64, lead_speed: f64, rss: Rss) -> Option<f64> {
    let Rss {
        response,
        acceleration,
        braking,
        lead_braking,
    } = rss;
    let sensible = |x: &f64| x.is_finite() && *x >= 0.0;
    if ![speed, lead_speed, response, acceleration]
        .iter()
        .all(sensible)
    {
        return None;
    }
    if !(braking > 0.0 && lead_braking > 0.0 && braking.is_finite() && lead_braking.is_finite()) {
        return None;
    }
    let faster = speed + response * acceleration;
    let reaction = speed * response + acceleration * response * response / 2.0;
    let gap = reaction + faster * faster / (2.0 * braking)
        - lead_speed * lead_speed / (2.0 * lead_braking);
    finite(gap.max(0.0))
}

/// Must a vehicle under UN R157 avoid a crash with one that cuts in? Yes if, at the moment the other
/// enters the lane, TTC > closing speed / (2 · 6 m/s²) + 0.35 s (UN R157, 5.2.5.2), or if they don't
/// close in. None on contact, or if a number is not finite. `gap` in m, `closing` in m/s.
#[must_use]
pub fn r157_cut_in_avoidable(gap: f64, closing: f64) -> Option<bool> {
    if !gap.is_finite() || !closing.is_finite() || gap <= 0.0 {
        return None;
    }
    Some(closing <= 0.0 || gap / closing > closing / (2.0 * 6.0) + 0.35)
}

/// Smallest time gap of UN R157 (5.2.3.3), s, at a speed in m/s: 1.0 at 7.2 km/h, 1.1 at 10 km/h, then
/// 0.1 more for each 10 km/h up to 1.6 at 60 km/h, with straight lines between. Below 7.2 km/h the rule
/// is a distance of 2 m, and above 60 km/h the original series of the regulation ends: none.
#[must_use]
pub fn r157_time_gap(speed: f64) -> Option<f64> {
    let kmh = speed * 3.6;
    // Rounding must not put the ends of the table outside it.
    if !(7.2 - 1e-9..=60.0 + 1e-9).contains(&kmh) {
        return None;
    }
    if kmh < 10.0 {
        return Some(1.0 + 0.1 * (kmh - 7.2) / 2.8);
    }
    Some(1.0 + 0.1 * kmh / 10.0)
}

#[cfg(test)]
mod tests {
    use super::super::reference::near;
    use super::*;

    const RSS: Rss = Rss {
        response: 1.0,
        acceleration: 2.0,
        braking: 4.0,
        lead_braking: 8.0,
    };

    #[test]
    fn rss_by_hand() {
        // 20 + 1 + 22² / 8 - 16² / 16 = 21 + 60.5 - 16
        assert_eq!(rss_distance(20.0, 16.0, RSS), Some(65.5));
        assert_eq!(rss_distance(0.0, 50.0, RSS), Some(0.0));
        assert_eq!(rss_distance(-1.0, 50.0, RSS), None);
        assert_eq!(rss_distance(1.0, f64::NAN, RSS), None);
        assert_eq!(
            rss_distance(
                1.0,
                1.0,
                Rss {
                    braking: 0.0,
                    ..RSS
                }
            ),
            None
        );
        assert_eq!(rss_distance(f64::MAX, 1.0, RSS), None);
    }

    #[test]
    fn cut_ins() {
        // Closing at 6 m/s: 0.85 s, 5.1 m.
        assert_eq!(r157_cut_in_avoidable(5.2, 6.0), Some(true));
        assert_eq!(r157_cut_in_avoidable(5.0, 6.0), Some(false));
        assert_eq!(r157_cut_in_avoidable(5.0, -6.0), Some(true));
        assert_eq!(r157_cut_in_avoidable(0.0, 6.0), None);
        assert_eq!(r157_cut_in_avoidable(5.0, f64::NAN), None);
    }

    #[test]
    fn time_gaps() {
        // UN R157's table, in km/h.
        for (kmh, gap) in [
            (7.2, 1.0),
            (10.0, 1.1),
            (20.0, 1.2),
            (30.0, 1.3),
            (40.0, 1.4),
            (50.0, 1.5),
            (60.0, 1.6),
        ] {
            near(r157_time_gap(kmh / 3.6).unwrap(), gap, 1e-12);
        }
        assert_eq!(
            (
                r157_time_gap(1.9),
                r157_time_gap(17.0),
                r157_time_gap(f64::NAN)
            ),
            (None, None, None)
        );
    }
}
