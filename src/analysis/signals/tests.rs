//! What holds for all of them: whatever goes in, no result has a number in it that is not one.

use super::*;

/// Signals that have broken something somewhere.
fn odd() -> Vec<Vec<f64>> {
    let (big, tiny, nan, inf) = (f64::MAX, f64::MIN_POSITIVE, f64::NAN, f64::INFINITY);
    let mut all = vec![vec![], vec![0.0], vec![nan], vec![inf], vec![big]];
    for values in [
        vec![0.0],
        vec![-0.0, 0.0],
        vec![3.0],
        vec![big],
        vec![big, -big],
        vec![tiny, -tiny],
        vec![tiny, 1e-300, 0.0],
        vec![1e160, -1e160],
        vec![nan, 1.0],
        vec![1.0, inf, -inf],
        vec![1.0, 2.0, 4.0, -7.0, 0.5],
        vec![0.2, 0.9, 1.0, 0.0],
    ] {
        all.extend([2, 9, 10, 40, 200].map(|n| values.iter().copied().cycle().take(n).collect()));
    }
    all
}

#[track_caller]
fn clean(result: impl std::fmt::Debug) {
    let text = format!("{result:?}");
    assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
}

#[test]
fn of_one_signal() {
    for x in odd() {
        let alternate: Vec<bool> = (0..x.len()).map(|i| i % 23 != 7).collect();
        for mask in [None, Some(alternate.as_slice())] {
            clean(acceleration::acceleration(&x, &x, 100.0, mask));
            clean(acceleration::jerk(&x, 100.0, 2.0, mask));
            clean(lateral::deviation(&x, 100.0, mask));
            clean(lateral::sdlp_high_passed(&x, 100.0, mask));
            clean(lateral::departures(&x, &x, 100.0, mask));
            clean(line_crossing::line_crossing(
                &x,
                &x,
                &x,
                Some(&x),
                100.0,
                1.0,
                mask,
            ));
            for setting in [reversals::VISUAL, reversals::COGNITIVE] {
                clean(reversals::reversal_rate(&x, 100.0, setting, mask));
            }
            for cutoff in [None, Some(2.0)] {
                let limits = steering::Limits {
                    cutoff,
                    ..steering::Limits::default()
                };
                clean(steering::steering(&x, 100.0, limits, mask));
            }
            let baseline = entropy::baseline(&x, 100.0, mask);
            clean(baseline);
            let alpha = baseline.map_or(1.0, |b| b.alpha);
            clean(entropy::entropy(&x, 100.0, alpha, mask));
        }
    }
}

#[test]
fn of_two_vehicles() {
    for x in odd() {
        for y in odd().into_iter().filter(|y| y.len() == x.len()) {
            let lead = |(gap, speed): (&f64, &f64)| {
                Some(conflict::Lead {
                    gap: *gap,
                    speed: *speed,
                    length: Some(*speed),
                    acceleration: Some(*gap),
                })
            };
            let leads: Vec<_> = x.iter().zip(&y).map(lead).collect();
            clean(conflict::conflict(
                &leads,
                &y,
                Some(&x),
                100.0,
                &[1.5, f64::INFINITY],
                None,
            ));
            clean(line_crossing::line_crossing(
                &x,
                &x,
                &y,
                Some(&x),
                100.0,
                1.0,
                None,
            ));
        }
    }
}
