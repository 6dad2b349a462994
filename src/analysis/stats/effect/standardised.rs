//! Differences in standard deviations: Cohen's d, Hedges' g, d_z.

use super::{
    super::{
        Interval,
        describe::{mean, sd},
        finite, finite_pairs, is_level,
        noncentral::noncentrality,
    },
    Effect, Measure,
};

/// Cohen's d: difference of means over the pooled standard deviation. Interval from noncentral t, exact
/// for normal groups of equal spread; None for effects so large that t is beyond 30 or so.
///
/// None for an empty group, fewer than three numbers in all, or no spread.
pub fn cohens_d(xs: &[f64], ys: &[f64], level: f64) -> Option<Effect> {
    pooled(xs, ys, level, false)
}

/// Hedges' g: Cohen's d and its interval times the exact factor that takes out the bias of small samples
/// (Hedges 1981). None as [`cohens_d`], and for fewer than four numbers.
pub fn hedges_g(xs: &[f64], ys: &[f64], level: f64) -> Option<Effect> {
    pooled(xs, ys, level, true)
}

fn pooled(xs: &[f64], ys: &[f64], level: f64, corrected: bool) -> Option<Effect> {
    let (xs, out_x) = finite(xs);
    let (ys, out_y) = finite(ys);
    let (nx, ny) = (xs.len() as f64, ys.len() as f64);
    let df = nx + ny - 2.0;
    let difference = mean(&xs)? - mean(&ys)?;
    // One number alone has no spread to add.
    let squares = |zs: &[f64]| sd(zs).map_or(0.0, |s| s * s * (zs.len() as f64 - 1.0));
    let pooled_sd = ((squares(&xs) + squares(&ys)) / df).sqrt();
    let d = difference / pooled_sd;
    let factor = if corrected {
        small_sample_factor(df)?
    } else {
        1.0
    };
    if !d.is_finite() || !is_level(level) {
        return None;
    }
    let per_t = (1.0 / nx + 1.0 / ny).sqrt();
    Some(Effect {
        measure: if corrected {
            Measure::HedgesG
        } else {
            Measure::CohensD
        },
        n: xs.len() + ys.len(),
        groups: vec![xs.len(), ys.len()],
        left_out: out_x + out_y,
        estimate: d * factor,
        interval: interval(d, df, per_t, factor, level),
    })
}

/// d_z: mean of the differences first - second over their standard deviation. Interval as [`cohens_d`].
/// None for fewer than two pairs, or if all differences are equal.
pub fn paired_d(pairs: &[(f64, f64)], level: f64) -> Option<Effect> {
    let (pairs, left_out) = finite_pairs(pairs);
    let differences: Vec<f64> = pairs.iter().map(|(a, b)| a - b).collect();
    let n = pairs.len() as f64;
    let d = mean(&differences)? / sd(&differences)?;
    if !d.is_finite() || !is_level(level) {
        return None;
    }
    Some(Effect {
        measure: Measure::PairedD,
        n: pairs.len(),
        groups: vec![pairs.len()],
        left_out,
        estimate: d,
        interval: interval(d, n - 1.0, 1.0 / n.sqrt(), 1.0, level),
    })
}

/// An interval for t's noncentrality, brought to the scale of d.
fn interval(d: f64, df: f64, per_t: f64, factor: f64, level: f64) -> Option<Interval> {
    let (low, high) = noncentrality(d / per_t, df, level)?;
    Interval::new(low * per_t * factor, high * per_t * factor, level)
}

/// Gamma(df/2) / (sqrt(df/2) Gamma((df - 1)/2)). None for df <= 1.
fn small_sample_factor(df: f64) -> Option<f64> {
    let ln = libm::lgamma(0.5 * df) - 0.5 * (0.5 * df).ln() - libm::lgamma(0.5 * (df - 1.0));
    (df > 1.0).then(|| ln.exp())
}

#[cfg(test)]
mod tests {
    use super::super::super::check::close;
    use super::super::sample::{A, B, PAIRS};
    use super::*;

    #[track_caller]
    fn agrees(got: Effect, estimate: f64, low: f64, high: f64) {
        close(got.estimate, estimate, 1e-11);
        close(got.interval.unwrap().low, low, 1e-8);
        close(got.interval.unwrap().high, high, 1e-8);
    }

    // References: R 4.2.2: means and var by hand, pt(t, df, ncp) inverted by uniroot(tol = 1e-14).
    #[test]
    fn agree_with_r() {
        agrees(
            cohens_d(&A, &B, 0.95).unwrap(),
            -1.14756418476762,
            -2.16722828827937,
            -0.0957802647313968,
        );
        agrees(
            hedges_g(&A, &B, 0.95).unwrap(),
            -1.0890471180777,
            -2.05671608864741,
            -0.0908961979286322,
        );
        agrees(
            paired_d(&PAIRS, 0.95).unwrap(),
            -0.756942279105514,
            -1.45030835577656,
            -0.0321230073481007,
        );
    }

    #[test]
    fn one_number_against_many_has_the_spread_of_the_many() {
        let d = cohens_d(&[4.0], &[1.0, 2.0, 3.0], 0.95).unwrap();
        close(d.estimate, 2.0, 1e-12);
    }

    #[test]
    fn an_effect_too_large_for_an_interval_is_still_an_effect() {
        let d = cohens_d(&[1000.0, 1001.0, 1002.0], &[1.0, 2.0, 3.0], 0.95).unwrap();
        close(d.estimate, 999.0, 1e-12);
        assert_eq!(d.interval, None);
    }

    #[test]
    fn says_none_where_nothing_varies() {
        assert_eq!(cohens_d(&[1.0, 1.0], &[2.0, 2.0], 0.95), None);
        assert_eq!(cohens_d(&[1.0], &[2.0], 0.95), None);
        assert_eq!(cohens_d(&[], &[2.0, 3.0, 4.0], 0.95), None);
        assert_eq!(hedges_g(&[1.0, 2.0], &[3.0], 0.95), None);
        assert_eq!(paired_d(&[(1.0, 2.0), (3.0, 4.0)], 0.95), None);
    }

    #[test]
    fn leaves_out_what_is_not_finite() {
        let d = cohens_d(&[1.0, 2.0, f64::NAN], &[3.0, 5.0], 0.95).unwrap();
        assert_eq!((d.n, d.left_out), (4, 1));
    }
}
