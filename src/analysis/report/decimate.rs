//! Long lines with fewer points that look the same.

/// Points of a line in pixels, thinned: first the lowest and highest of each column of one pixel, so that no
/// spike is lost, then all that stand within a quarter pixel of the line through their neighbours
/// (Douglas and Peucker 1973); coarser when more than `limit` remain.
pub(super) fn thin(points: &[(f64, f64)], limit: usize) -> Vec<(f64, f64)> {
    let mut kept = columns(points, 1.0);
    let mut tolerance = 0.25;
    let mut width = 1.0;
    loop {
        let simple = simplify(&kept, tolerance);
        if simple.len() <= limit.max(2) || width > 64.0 {
            return simple;
        }
        tolerance *= 1.6;
        width *= 1.6;
        kept = columns(&kept, width);
    }
}

/// First, lowest, highest and last point of each column. Lines that go back and forth are left as they are
/// within a column only as far as these four tell.
fn columns(points: &[(f64, f64)], width: f64) -> Vec<(f64, f64)> {
    let mut out = Vec::with_capacity(points.len().min(4096));
    let mut begin = 0;
    while begin < points.len() {
        let column = (points[begin].0 / width).floor();
        let mut end = begin + 1;
        while end < points.len() && (points[end].0 / width).floor() == column {
            end += 1;
        }
        let group = &points[begin..end];
        if group.len() <= 4 {
            out.extend_from_slice(group);
        } else {
            let (mut low, mut high) = (0, 0);
            for (i, p) in group.iter().enumerate() {
                if p.1 < group[low].1 {
                    low = i;
                }
                if p.1 > group[high].1 {
                    high = i;
                }
            }
            let mut keep = [0, low, high, group.len() - 1];
            keep.sort_unstable();
            let mut last = None;
            for i in keep {
                if last != Some(i) {
                    out.push(group[i]);
                }
                last = Some(i);
            }
        }
        begin = end;
    }
    out
}

fn simplify(points: &[(f64, f64)], tolerance: f64) -> Vec<(f64, f64)> {
    if points.len() < 3 {
        return points.to_vec();
    }
    let mut keep = vec![false; points.len()];
    keep[0] = true;
    keep[points.len() - 1] = true;
    let mut open = vec![(0, points.len() - 1)];
    while let Some((a, b)) = open.pop() {
        let farthest = (a + 1..b)
            .map(|i| (i, distance(points[i], points[a], points[b])))
            .max_by(|p, q| p.1.total_cmp(&q.1));
        if let Some((i, d)) = farthest
            && d > tolerance
        {
            keep[i] = true;
            open.push((a, i));
            open.push((i, b));
        }
    }
    points
        .iter()
        .zip(keep)
        .filter(|(_, keep)| *keep)
        .map(|(p, _)| *p)
        .collect()
}

/// From a point to the piece of line between two others.
fn distance(p: (f64, f64), a: (f64, f64), b: (f64, f64)) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx * dx + dy * dy;
    let t = if length > 0.0 {
        (((p.0 - a.0) * dx + (p.1 - a.1) * dy) / length).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (p.0 - a.0 - t * dx).hypot(p.1 - a.1 - t * dy)
}

/// Pieces of a line between values that are not finite.
pub(super) fn pieces(points: &[(f64, f64)]) -> Vec<Vec<(f64, f64)>> {
    points
        .split(|p| !p.0.is_finite() || !p.1.is_finite())
        .filter(|piece| !piece.is_empty())
        .map(<[(f64, f64)]>::to_vec)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spike_survives_and_a_straight_line_is_two_points() {
        let straight: Vec<_> = (0..10_000).map(|i| (f64::from(i) * 0.05, 3.0)).collect();
        assert_eq!(thin(&straight, 400), [(0.0, 3.0), (9999.0 * 0.05, 3.0)]);
        let mut spike = straight;
        spike[5000].1 = 90.0;
        let thinned = thin(&spike, 400);
        assert!(
            thinned.iter().any(|p| p.1 == 90.0) && thinned.len() < 10,
            "{thinned:?}"
        );
    }

    #[test]
    fn noise_stays_below_the_limit_and_keeps_its_extremes() {
        let noise: Vec<_> = (0..60_000u32)
            .map(|i| {
                (
                    f64::from(i) * 0.01,
                    f64::from(i.wrapping_mul(2_654_435_761) >> 16) / 655.36,
                )
            })
            .collect();
        let thinned = thin(&noise, 300);
        assert!(thinned.len() <= 300, "{}", thinned.len());
        let top = |points: &[(f64, f64)]| points.iter().map(|p| p.1).fold(f64::MIN, f64::max);
        assert!(top(&noise) - top(&thinned) < 3.0);
    }

    #[test]
    fn gaps_part_a_line() {
        let points = [
            (0.0, 1.0),
            (1.0, f64::NAN),
            (2.0, 1.0),
            (3.0, 2.0),
            (4.0, f64::INFINITY),
        ];
        assert_eq!(
            pieces(&points),
            [vec![(0.0, 1.0)], vec![(2.0, 1.0), (3.0, 2.0)]]
        );
        assert!(thin(&[], 10).is_empty());
    }
}
