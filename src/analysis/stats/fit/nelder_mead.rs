//! Nelder and Mead's simplex search (1965): downhill without derivatives.

/// Where a search ended.
#[derive(Clone, Debug)]
pub(super) struct Minimum {
    pub at: Vec<f64>,
    pub value: f64,
}

/// Searches for a minimum of `f` from `start`, with first steps of this size along each axis, until values
/// agree to this relative precision. It starts anew from where it ended until that gains nothing, since a
/// simplex can collapse too early. Where `f` is not a number it counts as very high.
pub(super) fn minimise(
    f: &impl Fn(&[f64]) -> f64,
    start: &[f64],
    step: f64,
    precision: f64,
) -> Minimum {
    let mut best = descend(f, start, step, precision);
    for _ in 0..8 {
        let again = descend(f, &best.at, 0.2 * step, precision);
        let gain = best.value - again.value;
        if again.value < best.value {
            best = again;
        }
        if gain.is_nan() || gain <= 1e3 * precision * (1.0 + best.value.abs()) {
            break;
        }
    }
    best
}

fn descend(f: &impl Fn(&[f64]) -> f64, start: &[f64], step: f64, precision: f64) -> Minimum {
    let n = start.len();
    let look = |at: Vec<f64>| {
        let value = f(&at);
        let value = if value.is_nan() { f64::INFINITY } else { value };
        Minimum { at, value }
    };
    let mut simplex = vec![look(start.to_vec())];
    for axis in 0..n {
        let mut at = start.to_vec();
        at[axis] += step;
        simplex.push(look(at));
    }
    for _ in 0..400 * n {
        simplex.sort_by(|a, b| a.value.total_cmp(&b.value));
        let (best, worst) = (&simplex[0], &simplex[n]);
        let size = simplex
            .iter()
            .flat_map(|p| p.at.iter().zip(&best.at))
            .map(|(a, b)| (a - b).abs());
        if worst.value - best.value <= precision * (1.0 + best.value.abs())
            && size.fold(0.0, f64::max) < precision.sqrt()
        {
            break;
        }
        let centre: Vec<f64> = (0..n)
            .map(|axis| simplex[..n].iter().map(|p| p.at[axis]).sum::<f64>() / n as f64)
            .collect();
        // The worst corner, moved along the line through the centre.
        let moved = |by: f64| {
            let at = centre
                .iter()
                .zip(&worst.at)
                .map(|(c, w)| c + by * (c - w))
                .collect();
            look(at)
        };
        let reflected = moved(1.0);
        let next = if reflected.value < best.value {
            let expanded = moved(2.0);
            if expanded.value < reflected.value {
                expanded
            } else {
                reflected
            }
        } else if reflected.value < simplex[n - 1].value {
            reflected
        } else {
            let contracted = if reflected.value < worst.value {
                moved(0.5)
            } else {
                moved(-0.5)
            };
            if contracted.value < reflected.value.min(worst.value) {
                contracted
            } else {
                let towards = best.at.clone();
                for corner in &mut simplex[1..] {
                    let at = corner
                        .at
                        .iter()
                        .zip(&towards)
                        .map(|(a, b)| 0.5 * (a + b))
                        .collect();
                    *corner = look(at);
                }
                continue;
            }
        };
        simplex[n] = next;
    }
    simplex.sort_by(|a, b| a.value.total_cmp(&b.value));
    simplex.swap_remove(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_end_of_rosenbrocks_valley() {
        let valley = |x: &[f64]| (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2);
        let end = minimise(&valley, &[-1.2, 1.0], 0.5, 1e-14);
        assert!((end.at[0] - 1.0).abs() < 1e-5 && (end.at[1] - 1.0).abs() < 1e-5);
    }

    #[test]
    fn keeps_away_from_what_is_not_a_number() {
        let end = minimise(&|x: &[f64]| x[0] - x[0].ln(), &[0.5], 1.0, 1e-14);
        assert!((end.at[0] - 1.0).abs() < 1e-5);
        assert_eq!(
            minimise(&|_: &[f64]| f64::NAN, &[0.0], 1.0, 1e-14).value,
            f64::INFINITY
        );
    }
}
