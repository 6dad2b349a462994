//! Goodness of fit: could these times have come from the fitted distribution?

use super::{
    super::{known, survival::Observation},
    Distribution, Family, Fit,
    estimate::refit,
};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use serde::Serialize;

/// How far the data are from a fitted distribution, and how often chance alone takes them as far.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Goodness {
    /// Which family was fitted.
    pub family: Family,
    /// Times.
    pub n: usize,
    /// Times not finite or not above zero, which are ignored.
    pub left_out: usize,
    /// Kolmogorov and Smirnov's D: largest gap between shares of the data and of the distribution.
    pub kolmogorov_smirnov: f64,
    /// Its p value.
    pub kolmogorov_smirnov_p: f64,
    /// Anderson and Darling's A squared, which looks at the tails too.
    pub anderson_darling: f64,
    /// Its p value.
    pub anderson_darling_p: f64,
    /// Samples drawn for the p values.
    pub resamples: usize,
    /// Samples to which the family could not be fitted; they are ignored.
    pub failed: usize,
}

/// Compares data with the distribution that was fitted to them.
///
/// Tables of D and A squared do not hold where parameters come from the same data (Lilliefors 1967). So p is
/// from a parametric bootstrap: draw a sample from the fit, fit the family to it, measure, and again
/// (Stute and others 1993); p = (1 + as far or further) / (1 + resamples).
///
/// None for censored data, no times, no resamples, or if more than half of the samples cannot be fitted.
pub fn goodness(
    fit: &Fit,
    observations: &[Observation],
    resamples: usize,
    seed: u64,
) -> Option<Goodness> {
    let usable = |o: &&Observation| o.time.is_finite() && o.time > 0.0;
    let kept: Vec<&Observation> = observations.iter().filter(usable).collect();
    if kept.is_empty() || kept.iter().any(|o| !o.event) {
        return None;
    }
    let n = kept.len();
    let times = kept.iter().map(|o| o.time).collect();
    let observed = Gap::of(times, &fit.distribution);

    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut failed, mut further_ks, mut further_ad) = (0, 0_usize, 0_usize);
    for _ in 0..resamples {
        let times: Vec<f64> = (0..n).map(|_| fit.distribution.draw(&mut rng)).collect();
        let sample: Vec<Observation> = times.iter().map(|t| Observation::event(*t)).collect();
        let Some(own) = refit(&fit.distribution, &sample) else {
            failed += 1;
            continue;
        };
        let gap = Gap::of(times, &own);
        further_ks += usize::from(gap.kolmogorov_smirnov >= observed.kolmogorov_smirnov);
        further_ad += usize::from(gap.anderson_darling >= observed.anderson_darling);
    }
    let fitted = resamples - failed;
    if fitted == 0 || failed > resamples / 2 {
        return None;
    }
    let p = |further: usize| (further + 1) as f64 / (fitted + 1) as f64;
    Some(Goodness {
        family: fit.family,
        n,
        left_out: observations.len() - n,
        kolmogorov_smirnov: known(observed.kolmogorov_smirnov)?,
        kolmogorov_smirnov_p: p(further_ks),
        anderson_darling: known(observed.anderson_darling)?,
        anderson_darling_p: p(further_ad),
        resamples,
        failed,
    })
}

struct Gap {
    kolmogorov_smirnov: f64,
    anderson_darling: f64,
}

impl Gap {
    fn of(mut times: Vec<f64>, d: &Distribution) -> Self {
        times.sort_by(f64::total_cmp);
        let n = times.len() as f64;
        let (mut largest, mut sum) = (0.0_f64, 0.0);
        for (i, (low, high)) in times.iter().zip(times.iter().rev()).enumerate() {
            let (i, share) = (i as f64, d.share(*low));
            largest = largest.max(share - i / n).max((i + 1.0) / n - share);
            // A share too small to be written counts as the smallest that can be.
            let ln_share = share.max(f64::MIN_POSITIVE).ln();
            sum += (2.0 * i + 1.0) * (ln_share + d.ln_survival(*high).max(f64::MIN));
        }
        Self {
            kolmogorov_smirnov: largest,
            anderson_darling: -n - sum / n,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::check::close;
    use super::super::fit;
    use super::*;
    use rand_chacha::rand_core::SeedableRng;

    fn events(times: &[f64]) -> Vec<Observation> {
        times.iter().map(|t| Observation::event(*t)).collect()
    }

    const TIMES: [f64; 9] = [2.1, 1.4, 3.3, 0.9, 2.7, 5.8, 1.9, 2.2, 1.1];

    #[test]
    fn gaps_agree_with_scipy() {
        // scipy 1.17.1: stats.kstest(x, cdf).statistic; A squared from its formula with cdf and sf;
        // cdf of stats.lognorm(0.5, scale=exp(0.8)), exponnorm(0.9/0.4, 1.5, 0.4)
        let gap = Gap::of(
            TIMES.to_vec(),
            &Distribution::LogNormal {
                mu: 0.8,
                sigma: 0.5,
            },
        );
        close(gap.kolmogorov_smirnov, 0.17587554266776534, 1e-11);
        close(gap.anderson_darling, 0.36521957155359885, 1e-11);
        let gap = Gap::of(
            TIMES.to_vec(),
            &Distribution::ExGaussian {
                mu: 1.5,
                sigma: 0.4,
                tau: 0.9,
            },
        );
        close(gap.kolmogorov_smirnov, 0.23265206453599602, 1e-11);
        close(gap.anderson_darling, 0.915777209813097, 1e-11);
    }

    #[test]
    fn p_agrees_with_scipy() {
        // scipy 1.17.1: stats.goodness_of_fit(stats.norm, ln x, statistic="ks" or "ad",
        // n_mc_samples=99999): the logarithms against a fitted normal
        let p = |times: &[f64]| {
            let data = events(times);
            let best = fit(Family::LogNormal, &data).unwrap();
            let g = goodness(&best, &data, 1999, 1).unwrap();
            assert_eq!((g.n, g.failed), (times.len(), 0));
            (g.kolmogorov_smirnov_p, g.anderson_darling_p)
        };
        let two_heaps = p(&[1.0, 1.05, 1.1, 1.15, 1.2, 5.0, 5.2, 5.4, 5.6, 1.02]);
        assert!((two_heaps.0 - 0.0016).abs() < 0.004 && (two_heaps.1 - 0.0005).abs() < 0.003);
        // Four standard errors of a share of 1999 draws.
        let (ks, ad) = p(&super::super::sample::EX_GAUSSIAN);
        assert!((ks - 0.0417).abs() < 0.018, "{ks}");
        assert!((ad - 0.0847).abs() < 0.025, "{ad}");
        let (ks, ad) = p(&super::super::sample::WALD);
        assert!((ks - 0.0167).abs() < 0.012, "{ks}");
        assert!((ad - 0.0160).abs() < 0.012, "{ad}");
    }

    #[test]
    fn finds_out_a_wrong_family_and_accepts_the_right_one() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let truth = Distribution::ExGaussian {
            mu: 1.0,
            sigma: 0.1,
            tau: 2.0,
        };
        let times: Vec<f64> = (0..150)
            .map(|_| truth.draw(&mut rng))
            .filter(|t| *t > 0.0)
            .collect();
        let data = events(&times);
        let p = |family| {
            let best = fit(family, &data).unwrap();
            goodness(&best, &data, 99, 1).unwrap().anderson_darling_p
        };
        assert!(p(Family::ExGaussian) > 0.05);
        assert!(p(Family::LogNormal) < 0.05);
    }

    #[test]
    fn a_seed_gives_the_same_again() {
        let data = events(&TIMES);
        let best = fit(Family::ShiftedWald, &data).unwrap();
        assert_eq!(goodness(&best, &data, 20, 9), goodness(&best, &data, 20, 9));
    }

    #[test]
    fn says_none_for_censored_or_no_data() {
        let mut data = events(&TIMES);
        let best = fit(Family::LogNormal, &data).unwrap();
        assert_eq!(goodness(&best, &[], 99, 1), None);
        assert_eq!(goodness(&best, &data, 0, 1), None);
        data.push(Observation::censored(7.0));
        assert_eq!(goodness(&best, &data, 99, 1), None);
    }
}
