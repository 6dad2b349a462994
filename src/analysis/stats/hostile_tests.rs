//! Whatever goes in, nothing that is not a finite number comes out, and nothing panics.

use super::{
    bootstrap::{self, Options},
    compare::*,
    correct::{Correction, correct},
    correlate::{line, pearson, spearman},
    describe::{Summary, mean_interval, quantile},
    effect::*,
    fit::{Family, fit, goodness},
    mixed::variance_components,
    proportion::*,
    survival::*,
};
use std::fmt::Debug;

/// Sets of numbers that have broken such code before.
fn samples() -> Vec<Vec<f64>> {
    let big = f64::MAX;
    vec![
        vec![],
        vec![0.0],
        vec![-0.0, 0.0],
        vec![1.0; 3],
        vec![0.1; 60],
        vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY],
        vec![1.0, f64::NAN, 2.0],
        vec![big, big, -big],
        vec![big, big / 2.0, big / 3.0, big / 5.0, big / 7.0],
        vec![1e200, 2e200, 3e200, 1e200, 4e200, 6e200],
        vec![f64::MIN_POSITIVE, 5e-324, 0.0],
        vec![1e-200, 2e-200, 3e-200, 1e-201, 7e-200],
        vec![1e-300, 1.0, 1e300],
        vec![1.0, 1.0 + f64::EPSILON, 1.0 - f64::EPSILON / 2.0, 1.0, 1.0],
        vec![1e15, 1e15 + 1.0, 1e15 + 2.0, 1e15 + 4.0, 1e15 + 7.0],
        vec![-5.0, -3.0, 2.0, 8.0, 9.5, 9.5],
        (0..55).map(|i| f64::from(i * i % 17)).collect(),
        (1..=12).map(f64::from).collect(),
    ]
}

#[track_caller]
fn fine(x: impl Debug) {
    let text = format!("{x:?}");
    // "inf" alone would be found in words.
    assert!(
        !text.contains("NaN") && !text.contains(": inf") && !text.contains("-inf"),
        "{text}"
    );
    assert!(
        !text.contains("(inf") && !text.contains("[inf") && !text.contains(", inf"),
        "{text}"
    );
}

fn few() -> Options {
    Options {
        resamples: 40,
        ..Options::default()
    }
}

#[test]
fn one_sample_at_a_time() {
    for xs in samples() {
        fine(Summary::of(&xs));
        fine(mean_interval(&xs, 0.95));
        fine(quantile(&xs, 0.3));
        fine(correct(&xs, Correction::Holm));
        fine(correct(&xs, Correction::BenjaminiHochberg));
        fine(bootstrap::one_sample(&xs, super::describe::mean, &few()));
        fine(bootstrap::clusters(
            &[xs.clone(), xs.clone(), vec![1.0]],
            super::describe::sd,
            &few(),
        ));
        fine(variance_components(
            &[xs.clone(), vec![1.0, 2.0], xs.clone()],
            0.95,
        ));
        fine(variance_components(&[xs.clone(), xs], 0.95));
    }
}

#[test]
fn two_samples_at_a_time() {
    let difference = |a: &[f64], b: &[f64]| Some(a.first()? - b.first()?);
    for xs in samples() {
        for ys in samples() {
            fine(welch(&xs, &ys));
            fine(mann_whitney(&xs, &ys));
            fine(permutation(&xs, &ys, difference, 30, 1));
            fine(kruskal_wallis(&[&xs, &ys, &xs]));
            fine(friedman(&[&xs, &ys, &xs]));
            fine(cohens_d(&xs, &ys, 0.95));
            fine(hedges_g(&xs, &ys, 0.95));
            fine(cliffs_delta(&xs, &ys, 0.95));
            fine(auc(&xs, &ys, 0.95));
            fine(shift(&xs, &ys, 0.95));
            let pairs: Vec<(f64, f64)> = xs.iter().copied().zip(ys.iter().copied()).collect();
            fine(paired_t(&pairs));
            fine(signed_rank(&pairs));
            fine(sign_flip(&pairs, 30, 1));
            fine(paired_d(&pairs, 0.95));
            fine(rank_biserial(&pairs));
            fine(paired_shift(&pairs, 0.95));
            fine(pearson(&pairs, 0.95));
            fine(spearman(&pairs, 0.95));
            fine(line(&pairs, 0.95));
        }
    }
}

#[test]
fn times() {
    for xs in samples() {
        for every in [1, 2, 5] {
            let of = |(i, x): (usize, &f64)| Observation {
                time: *x,
                event: i % every == 0,
            };
            let cases: Vec<Observation> = xs.iter().enumerate().map(of).collect();
            if let Some(curve) = Curve::of(&cases, 0.95) {
                fine(&curve);
                fine((
                    curve.median(),
                    curve.quantile(0.9),
                    curve.at_risk_at(f64::NAN),
                ));
                fine(
                    [0.5, 1e3, 1e300, f64::NAN]
                        .map(|t| (curve.restricted_mean(t), curve.survival_at(t))),
                );
            }
            let other = vec![
                Observation::event(1.0),
                Observation::event(2.0),
                Observation::censored(9.0),
            ];
            for weight in [Weight::LogRank, Weight::PetoPeto, Weight::Gehan] {
                fine(log_rank(
                    &[cases.clone(), other.clone(), cases.clone()],
                    weight,
                ));
            }
            for family in Family::ALL {
                let Ok(best) = fit(family, &cases) else {
                    continue;
                };
                fine(&best);
                fine(goodness(&best, &cases, 3, 1));
                let d = best.distribution;
                fine(
                    [-1.0, 0.0, 1e-300, 1.0, 1e300, f64::NAN]
                        .map(|x| (d.pdf(x), d.cdf(x), d.survival(x))),
                );
                fine(([1e-12, 0.5, 1.0 - 1e-12].map(|p| d.quantile(p)), d.mean()));
            }
        }
    }
}

#[test]
fn counts() {
    let numbers = [0, 1, 2, 50, 5000];
    for events1 in numbers {
        for n1 in numbers {
            fine(wilson(events1, n1, 0.95));
            for events2 in numbers {
                for n2 in numbers {
                    let counts = Counts {
                        events1,
                        n1,
                        events2,
                        n2,
                    };
                    fine((
                        difference(counts, 0.95),
                        odds_ratio(counts, 0.95),
                        risk_ratio(counts, 0.95),
                    ));
                    fine(fisher(counts));
                    let (both, first_only, second_only, neither) = (events1, n1, events2, n2);
                    fine(mcnemar(PairedCounts {
                        both,
                        first_only,
                        second_only,
                        neither,
                    }));
                }
            }
        }
    }
}
