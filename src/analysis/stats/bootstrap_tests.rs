//! References: scipy 1.17.1 stats.bootstrap. Its random numbers are not ours, so it is given the figures
//! of the same resamples (bootstrap_result=..., rounded to nine places so that ties are ties), drawn by a
//! congruential generator that is written here.

use super::super::{
    check::close,
    describe::{mean, median, quantile},
};
use super::*;

const A: [f64; 9] = [2.1, 1.4, 3.3, 0.9, 2.7, 5.8, 1.9, 2.2, 1.1];
const B: [f64; 8] = [3.1, 4.6, 2.8, 6.2, 3.9, 2.3, 7.4, 3.6];

fn options(method: Method, seed: u64) -> Options {
    Options {
        method,
        level: 0.95,
        resamples: 4000,
        seed,
    }
}

fn difference(xs: &[f64], ys: &[f64]) -> Option<f64> {
    Some(mean(xs)? - mean(ys)?)
}

fn geometric(xs: &[f64]) -> Option<f64> {
    Some((xs.iter().map(|x| x.ln()).sum::<f64>() / xs.len() as f64).exp())
}

/// 1999 resamples of places in A and B, as the script for scipy draws them.
fn resamples() -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut state = 1_u64;
    let mut next = |n: u64| {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        ((state >> 33) % n) as usize
    };
    let mut draw = || {
        (
            (0..9).map(|_| next(9)).collect(),
            (0..8).map(|_| next(8)).collect(),
        )
    };
    (0..1999).map(|_| draw()).collect()
}

/// BCa's interval read off given figures by the parts of the real one.
fn read_off(
    figures: Vec<f64>,
    sizes: &[usize],
    level: f64,
    figure: impl Fn(&[Vec<usize>]) -> Option<f64>,
) -> (f64, f64) {
    let figures = sorted(&figures);
    let all: Vec<Vec<usize>> = sizes.iter().map(|n| (0..*n).collect()).collect();
    let bias = bias(&figures, figure(&all).unwrap()).unwrap();
    let acceleration = acceleration(&all, &figure).unwrap();
    let tail = 0.5 * (1.0 - level);
    let end = |p| of_sorted(&figures, corrected_share(p, bias, acceleration).unwrap());
    (end(tail), end(1.0 - tail))
}

#[test]
fn bca_agrees_with_scipy_on_the_same_resamples() {
    let figures = resamples()
        .iter()
        .map(|(i, _)| mean(&pick(&A, i)).unwrap())
        .collect();
    let (low, high) = read_off(figures, &[9], 0.95, |i| mean(&pick(&A, &i[0])));
    close(low, 1.688888889, 1e-8);
    close(high, 3.6549744079289885, 1e-8);

    let figures = resamples()
        .iter()
        .map(|(i, _)| geometric(&pick(&A, i)).unwrap())
        .collect();
    let (low, high) = read_off(figures, &[9], 0.9, |i| geometric(&pick(&A, &i[0])));
    close(low, 1.5206893410000002, 1e-8);
    close(high, 2.799648250004294, 1e-8);

    let of = |i: &[usize], j: &[usize]| difference(&pick(&A, i), &pick(&B, j));
    let figures = resamples().iter().map(|(i, j)| of(i, j).unwrap()).collect();
    let (low, high) = read_off(figures, &[9, 8], 0.95, |i| of(&i[0], &i[1]));
    close(low, -3.322965297990379, 1e-8);
    close(high, -0.3398600072662711, 1e-8);
}

#[test]
fn acceleration_agrees_with_scipy() {
    // scipy 1.17.1: the third result of stats._resampling._bca_interval
    let all: Vec<Vec<usize>> = vec![(0..9).collect(), (0..8).collect()];
    let one = acceleration(&all[..1], &|i: &[Vec<usize>]| mean(&pick(&A, &i[0]))).unwrap();
    close(one, 0.07675353653950112, 1e-10);
    let two = acceleration(&all, &|i: &[Vec<usize>]| {
        difference(&pick(&A, &i[0]), &pick(&B, &i[1]))
    })
    .unwrap();
    close(two, -0.002334173333373678, 1e-10);
}

#[track_caller]
fn near(got: &Bootstrap, low: f64, high: f64, standard_error: f64) {
    // 4000 resamples: ends vary by about 5 % of the standard error.
    let room = 0.2 * standard_error;
    assert!((got.interval.low - low).abs() < room, "{got:?}");
    assert!((got.interval.high - high).abs() < room, "{got:?}");
    assert!(
        (got.standard_error - standard_error).abs() < 0.05 * standard_error,
        "{got:?}"
    );
}

#[test]
fn whole_runs_come_close_to_scipy() {
    // stats.bootstrap(..., n_resamples=200000)
    let p = one_sample(&A, mean, &options(Method::Percentile, 1)).unwrap();
    near(&p, 1.5888888888888888, 3.3888888888888893, 0.46787);
    let b = one_sample(&A, mean, &options(Method::Bca, 1)).unwrap();
    near(&b, 1.7111111111111112, 3.7222222222222223, 0.46767);
    let p = two_samples(&A, &B, difference, &options(Method::Percentile, 1)).unwrap();
    near(&p, -3.3361111111111104, -0.39166666666666705, 0.749);
    let b = two_samples(&A, &B, difference, &options(Method::Bca, 1)).unwrap();
    near(&b, -3.3361111111111112, -0.41944444444444473, 0.74379);
    assert_eq!((b.n, b.samples, b.method), (17, vec![9, 8], Method::Bca));
}

#[test]
fn a_seed_gives_the_same_again() {
    let run = |seed| one_sample(&A, median, &options(Method::Bca, seed)).unwrap();
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

/// Six people with eight nearly equal numbers each: what varies lies between people.
fn people() -> Vec<Vec<f64>> {
    (0..6)
        .map(|p| (0..8).map(|k| f64::from(p) + 0.01 * f64::from(k)).collect())
        .collect()
}

#[test]
fn people_are_resampled_whole() {
    let by_person = clusters(&people(), mean, &options(Method::Percentile, 1)).unwrap();
    let by_row = one_sample(&people().concat(), mean, &options(Method::Percentile, 1)).unwrap();
    assert_eq!((by_person.n, by_row.n), (6, 48));
    // The means of people 0 ... 5 have variance 35/12; a sixth of that, or a 48th if rows were independent.
    let error = |n: f64| (35.0 / 12.0 / n).sqrt();
    assert!((by_person.standard_error / error(6.0) - 1.0).abs() < 0.05);
    assert!((by_row.standard_error / error(48.0) - 1.0).abs() < 0.05);
    let one_each: Vec<Vec<f64>> = A.iter().map(|x| vec![*x]).collect();
    let as_rows = one_sample(&A, mean, &options(Method::Bca, 3));
    assert_eq!(clusters(&one_each, mean, &options(Method::Bca, 3)), as_rows);
}

#[test]
fn groups_of_people_and_units() {
    let later: Vec<Vec<f64>> = people()
        .iter()
        .map(|p| p.iter().map(|x| x + 9.0).collect())
        .collect();
    let got = two_clusters(&people(), &later, difference, &options(Method::Bca, 1)).unwrap();
    close(got.estimate, -9.0, 1e-12);
    assert!(got.interval.low < -9.0 && got.interval.high > -9.0);
    // People in two conditions, of whom the second is one second slower: nothing varies.
    let both: Vec<(f64, f64)> = A.iter().map(|x| (*x, x + 1.0)).collect();
    let shift =
        |people: &[&(f64, f64)]| mean(&people.iter().map(|p| p.1 - p.0).collect::<Vec<_>>());
    let got = units(&both, shift, &options(Method::Bca, 1)).unwrap();
    close(got.interval.low, 1.0, 1e-12);
    close(got.interval.high, 1.0, 1e-12);
}

#[test]
fn equal_numbers_have_an_interval_of_one_point() {
    let got = one_sample(&[2.0; 5], mean, &options(Method::Bca, 1)).unwrap();
    assert_eq!(
        (got.interval.low, got.interval.high, got.standard_error),
        (2.0, 2.0, 0.0)
    );
    assert_eq!((got.bias, got.acceleration), (Some(0.0), Some(0.0)));
}

#[test]
fn falls_back_to_percentiles_where_bca_is_not_defined() {
    // No resample's figure is above the estimate, and fewer than half of them equal it.
    let distinct = |xs: &[f64]| {
        let mut xs = sorted(xs);
        xs.dedup();
        Some(xs.len() as f64)
    };
    let xs: Vec<f64> = (0..30).map(f64::from).collect();
    let got = one_sample(&xs, distinct, &options(Method::Bca, 1)).unwrap();
    assert_eq!((got.method, got.bias), (Method::Percentile, None));
}

#[test]
fn resamples_without_a_figure_are_counted() {
    // Not known where the smallest number is missing from the resample: (8/9)^9 = 35 % of them.
    let fussy = |xs: &[f64]| xs.contains(&0.9).then(|| mean(xs)).flatten();
    let got = one_sample(&A, fussy, &options(Method::Percentile, 1)).unwrap();
    assert_eq!(got.resamples + got.failed, 4000);
    assert!((got.failed as f64 / 4000.0 - 0.3464).abs() < 0.04);
    // More than half.
    let fussier = |xs: &[f64]| {
        (xs.contains(&0.9) && xs.contains(&5.8))
            .then(|| mean(xs))
            .flatten()
    };
    assert_eq!(
        one_sample(&A, fussier, &options(Method::Percentile, 1)),
        None
    );
}

#[test]
fn says_none_where_nothing_can_be_resampled() {
    let run = |xs: &[f64]| one_sample(xs, mean, &Options::default());
    assert_eq!(run(&[]), None);
    assert_eq!(run(&[1.0, f64::NAN]), None);
    assert_eq!(run(&[1.0, 2.0, f64::NAN]).unwrap().left_out, 1);
    assert_eq!(
        one_sample(&A, |_| Some(f64::NAN), &Options::default()),
        None
    );
    assert_eq!(
        one_sample(
            &A,
            mean,
            &Options {
                resamples: 0,
                ..Options::default()
            }
        ),
        None
    );
    assert_eq!(
        one_sample(
            &A,
            mean,
            &Options {
                level: 1.0,
                ..Options::default()
            }
        ),
        None
    );
    assert_eq!(
        two_samples(&A, &[1.0], difference, &Options::default()),
        None
    );
    assert_eq!(
        one_sample(&A, |xs| quantile(xs, 2.0), &Options::default()),
        None
    );
}
