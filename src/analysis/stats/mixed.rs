//! How much of the variance lies between people, and how much within each of them?
//!
//! One-way random effects: number = mean + person + rest. Larger models (conditions, covariates) are for
//! R or Python; the tables that `takeover analyze` writes are made for them.

use super::{
    Interval,
    distribution::{f_upper, f_upper_quantile},
    finite, is_level, known,
};
use serde::Serialize;

/// Variance between and within people.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Components {
    /// Variance of people around the mean, in the unit squared. Zero if the estimate would be negative.
    pub between: f64,
    /// Variance of one person's numbers around their own mean.
    pub within: f64,
    /// Intraclass correlation ICC(1): share of the variance that lies between people, 0 to 1.
    pub share_between: f64,
}

/// Where the variance lies.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VarianceComponents {
    /// Numbers.
    pub n: usize,
    /// People with at least one number.
    pub people: usize,
    /// Numbers that are not finite, which are ignored.
    pub left_out: usize,
    /// Numbers for each person, in the sense of the formulas: n0, a little below the mean count if
    /// people have unequally many.
    pub per_person: f64,
    /// Mean of all numbers.
    pub mean: f64,
    /// By the analysis of variance: mean squares set equal to what is expected of them.
    pub anova: Components,
    /// ICC(1) of Shrout and Fleiss (1979) as it comes, which may be negative: people then differ less
    /// than chance would have it.
    pub icc: f64,
    /// Its interval, from F: exact if all have equally many normal numbers, otherwise approximate (n0 in
    /// place of the count).
    pub icc_interval: Interval,
    /// F of people against the rest.
    pub f: f64,
    /// Its degrees of freedom.
    pub df: (f64, f64),
    /// Probability of so large an F if people did not differ.
    pub p: f64,
    /// By restricted maximum likelihood, which mixed-model programs report.
    pub reml: Components,
}

/// Splits the variance of numbers that belong to people: one row for each person, of any length.
///
/// None for fewer than two people, if nobody has two numbers, or if no person's numbers vary.
pub fn variance_components(people: &[Vec<f64>], level: f64) -> Option<VarianceComponents> {
    let kept: Vec<(Vec<f64>, usize)> = people.iter().map(|p| finite(p)).collect();
    let left_out = kept.iter().map(|(_, out)| out).sum();
    let groups: Vec<Group> = kept.iter().filter_map(|(xs, _)| Group::of(xs)).collect();
    let k = groups.len() as f64;
    let n: f64 = groups.iter().map(|g| g.n).sum();
    if groups.len() < 2 || n <= k || !is_level(level) {
        return None;
    }

    let mean = groups.iter().map(|g| g.n * g.mean).sum::<f64>() / n;
    let n0 = (n - groups.iter().map(|g| g.n * g.n).sum::<f64>() / n) / (k - 1.0);
    let between: f64 = groups.iter().map(|g| g.n * (g.mean - mean).powi(2)).sum();
    let within: f64 = groups.iter().map(|g| g.squares).sum();
    let (df1, df2) = (k - 1.0, n - k);
    let (msb, msw) = (between / df1, within / df2);
    if msw <= 0.0 {
        return None;
    }
    let f = known(msb / msw)?;

    let tail = 0.5 * (1.0 - level);
    let icc_at = |ratio: f64| (ratio - 1.0) / (ratio + n0 - 1.0);
    let low = icc_at(f / f_upper_quantile(tail, df1, df2)?);
    let high = icc_at(f * f_upper_quantile(tail, df2, df1)?);
    Some(VarianceComponents {
        n: n as usize,
        people: groups.len(),
        left_out,
        per_person: n0,
        mean: known(mean)?,
        anova: components(((msb - msw) / n0).max(0.0), msw),
        icc: known(icc_at(f))?,
        icc_interval: Interval::new(low, high, level)?,
        f,
        df: (df1, df2),
        p: f_upper(f, df1, df2),
        reml: reml(&groups, within, n)?,
    })
}

fn components(between: f64, within: f64) -> Components {
    Components {
        between,
        within,
        share_between: between / (between + within),
    }
}

/// One person.
struct Group {
    n: f64,
    mean: f64,
    /// Sum of squares around the mean.
    squares: f64,
}

impl Group {
    fn of(xs: &[f64]) -> Option<Self> {
        let mean = super::describe::mean(xs)?;
        Some(Self {
            n: xs.len() as f64,
            mean,
            squares: xs.iter().map(|x| (x - mean).powi(2)).sum(),
        })
    }
}

/// Restricted maximum likelihood over the one ratio between / within that is left once the mean and the
/// variance within are at their best.
fn reml(groups: &[Group], within: f64, n: f64) -> Option<Components> {
    // For a ratio: the variance within, and minus twice the log-likelihood but for constants.
    let profile = |ratio: f64| {
        let weights: Vec<f64> = groups.iter().map(|g| g.n / (1.0 + g.n * ratio)).collect();
        let total: f64 = weights.iter().sum();
        let mean = groups
            .iter()
            .zip(&weights)
            .map(|(g, w)| w * g.mean)
            .sum::<f64>()
            / total;
        let spread: f64 = groups
            .iter()
            .zip(&weights)
            .map(|(g, w)| w * (g.mean - mean).powi(2))
            .sum();
        let variance = (within + spread) / (n - 1.0);
        let logs: f64 = groups.iter().map(|g| (1.0 + g.n * ratio).ln()).sum();
        (variance, (n - 1.0) * variance.ln() + logs + total.ln())
    };
    let deviance = |share: f64| profile(share / (1.0 - share)).1;
    let share = minimum(deviance)?;
    let (variance, _) = profile(share / (1.0 - share));
    let between = variance * share / (1.0 - share);
    (between.is_finite() && variance > 0.0).then(|| components(between, variance))
}

/// Where a function of a share in [0, 1) is smallest: best of a grid, then golden section around it.
fn minimum(f: impl Fn(f64) -> f64) -> Option<f64> {
    const STEPS: usize = 400;
    let at = |i: usize| i as f64 / STEPS as f64;
    let best = (0..STEPS).min_by(|a, b| f(at(*a)).total_cmp(&f(at(*b))))?;
    let (mut low, mut high) = (at(best.saturating_sub(1)), at(best + 1).min(1.0 - 1e-12));
    let golden = 0.5 * (5.0_f64.sqrt() - 1.0);
    for _ in 0..100 {
        let (a, b) = (high - golden * (high - low), low + golden * (high - low));
        if f(a) <= f(b) {
            high = b;
        } else {
            low = a;
        }
    }
    let middle = 0.5 * (low + high);
    // A minimum at the edge is at the edge, which the search only comes near.
    Some(if middle < 1e-9 || f(0.0) <= f(middle) {
        0.0
    } else {
        middle
    })
}

#[cfg(test)]
mod tests {
    use super::super::check::close;
    use super::*;

    /// Invented takeover times of five people.
    fn unequal() -> Vec<Vec<f64>> {
        vec![
            vec![2.1, 1.4, 3.3, 2.2],
            vec![3.1, 4.6, 2.8],
            vec![1.5, 2.0, 2.0, 2.5, 3.0],
            vec![5.8, 6.2],
            vec![3.9, 2.3, 3.6, 4.0],
        ]
    }

    fn equal() -> Vec<Vec<f64>> {
        vec![
            vec![2.1, 1.4, 3.3],
            vec![3.1, 4.6, 2.8],
            vec![1.5, 2.0, 2.6],
            vec![5.8, 6.2, 4.9],
        ]
    }

    #[test]
    fn agrees_with_r_for_unequal_numbers() {
        let v = variance_components(&unequal(), 0.95).unwrap();
        assert_eq!((v.n, v.people), (18, 5));
        // R 4.2.2: anova(lm(x ~ person))
        close(v.f, 11.5745477105347, 1e-11);
        close(v.p, 0.000315797433148593, 1e-10);
        close(v.anova.within, 0.533846153846153, 1e-11);
        // n0 and ICC(1) from those mean squares, in R
        close(v.per_person, 3.52777777777778, 1e-11);
        close(v.icc, 0.749844252233331, 1e-11);
        close(v.icc_interval.low, 0.349644715000772, 1e-9);
        close(v.icc_interval.high, 0.965882199580128, 1e-9);
        // nlme 3.1-162: VarCorr(lme(x ~ 1, random = ~ 1 | person))
        close(v.reml.between, 2.10166912237014, 1e-6);
        close(v.reml.within, 0.537790132902733, 1e-6);
    }

    #[test]
    fn both_ways_agree_for_equal_numbers() {
        let v = variance_components(&equal(), 0.95).unwrap();
        close(v.reml.between, v.anova.between, 1e-6);
        close(v.reml.within, v.anova.within, 1e-6);
        close(v.icc, v.anova.share_between, 1e-12);
        assert_eq!(v.per_person, 3.0);
        // nlme 3.1-162
        close(v.reml.between, 2.4976849883075, 1e-6);
        close(v.reml.within, 0.65000001716587, 1e-6);
    }

    #[test]
    fn people_who_do_not_differ_have_no_variance_between() {
        let v =
            variance_components(&[vec![1.0, 3.0], vec![1.0, 3.0], vec![3.0, 1.0]], 0.95).unwrap();
        assert_eq!((v.anova.between, v.reml.between), (0.0, 0.0));
        close(v.icc, -1.0, 1e-12);
        close(v.reml.within, 6.0 / 5.0, 1e-12);
        assert_eq!(v.p, 1.0);
    }

    #[test]
    fn leaves_out_numbers_and_people() {
        let mut people = equal();
        people[0].push(f64::NAN);
        people.push(vec![f64::INFINITY]);
        people.push(vec![]);
        let v = variance_components(&people, 0.95).unwrap();
        assert_eq!((v.n, v.people, v.left_out), (12, 4, 2));
    }

    #[test]
    fn says_none_where_nothing_can_be_split() {
        assert_eq!(variance_components(&[], 0.95), None);
        assert_eq!(variance_components(&[vec![1.0, 2.0]], 0.95), None);
        assert_eq!(variance_components(&[vec![1.0], vec![2.0]], 0.95), None);
        assert_eq!(
            variance_components(&[vec![1.0, 1.0], vec![2.0, 2.0]], 0.95),
            None
        );
    }
}
