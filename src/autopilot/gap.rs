//! How close is close: the minimum time gap of UN R157 and the Intelligent Driver Model.

use super::AutopilotSettings;

/// Gap to what stands ahead, m.
pub(super) const STANDSTILL_GAP: f64 = 4.0;

/// Minimum time gap of UN R157 (table in 5.2.3.3), s, at a speed in m/s.
pub fn minimum_time_gap(speed: f64) -> f64 {
    const TABLE: [(f64, f64); 7] = [
        (7.2, 1.0),
        (10.0, 1.1),
        (20.0, 1.2),
        (30.0, 1.3),
        (40.0, 1.4),
        (50.0, 1.5),
        (60.0, 1.6),
    ];
    let kmh = speed * 3.6;
    let above = TABLE.partition_point(|row| row.0 <= kmh);
    match above {
        0 => TABLE[0].1,
        n if n == TABLE.len() => TABLE[n - 1].1,
        n => {
            let ((v0, t0), (v1, t1)) = (TABLE[n - 1], TABLE[n]);
            t0 + (t1 - t0) * (kmh - v0) / (v1 - v0)
        }
    }
}

/// Acceleration towards a free road at `v` with a wish for `target` (m/s), m/s2: IDM's free term.
pub(super) fn free(s: &AutopilotSettings, v: f64, target: f64) -> f64 {
    let x = v / target.max(0.1);
    (s.acceleration * (1.0 - (x * x) * (x * x))).max(-s.deceleration)
}

/// Intelligent Driver Model towards something ahead (Treiber et al. 2000), m/s2.
pub(super) fn follow(s: &AutopilotSettings, v: f64, gap: f64, lead: f64) -> f64 {
    let time_gap = minimum_time_gap(v) + s.extra_gap;
    let closing = v * (v - lead) / (2.0 * (s.acceleration * s.deceleration).sqrt());
    let desired = STANDSTILL_GAP + (v * time_gap + closing).max(0.0);
    let ratio = desired / gap.max(0.5);
    (s.acceleration * (1.0 - ratio * ratio)).max(-s.max_deceleration)
}

/// Deceleration that just avoids closing in on something, m/s2, 0 if it does not come nearer.
pub(super) fn needed(v: f64, lead: f64, gap: f64) -> f64 {
    let closing = v - lead.max(0.0);
    if closing <= 0.0 {
        return 0.0;
    }
    closing * closing / (2.0 * gap.max(0.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gap_table_is_that_of_un_r157() {
        for (kmh, gap) in [
            (0.0, 1.0),
            (7.2, 1.0),
            (10.0, 1.1),
            (35.0, 1.35),
            (60.0, 1.6),
            (130.0, 1.6),
        ] {
            assert!((minimum_time_gap(kmh / 3.6) - gap).abs() < 1e-9, "{kmh}");
        }
    }

    #[test]
    fn the_needed_deceleration_is_that_of_uniform_braking() {
        assert_eq!(needed(20.0, 0.0, 50.0), 4.0);
        assert_eq!(needed(20.0, 25.0, 5.0), 0.0);
    }
}
