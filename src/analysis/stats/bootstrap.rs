//! How sure are we of a figure for which there is no formula? Resample, and see how it varies.
//!
//! What is resampled must be independent. Several takeovers of one person are not: use [`clusters`],
//! which resamples people, each with all of their takeovers.

use super::{
    Interval,
    describe::{of_sorted, sd},
    distribution::{normal_cdf, normal_quantile},
    finite, is_level, sorted,
};
use rand::RngExt;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use serde::Serialize;

/// How the interval is read off the resampled figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Method {
    /// Their quantiles.
    Percentile,
    /// Their quantiles, corrected for bias and skewness: Efron (1987), bias-corrected and accelerated.
    Bca,
}

/// How to resample.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Options {
    /// How the interval is read off.
    pub method: Method,
    /// Confidence, such as 0.95.
    pub level: f64,
    /// How many resamples; some thousands for an interval at 0.95.
    pub resamples: usize,
    /// Seed of the random numbers.
    pub seed: u64,
}

impl Default for Options {
    /// BCa at 0.95 from 5000 resamples.
    fn default() -> Self {
        Self {
            method: Method::Bca,
            level: 0.95,
            resamples: 5000,
            seed: 1,
        }
    }
}

/// A figure with its bootstrap interval.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bootstrap {
    /// Units that were resampled (numbers, pairs or people), in all samples.
    pub n: usize,
    /// Units in each sample.
    pub samples: Vec<usize>,
    /// Numbers that were not finite, and are ignored.
    pub left_out: usize,
    /// The figure of the data themselves.
    pub estimate: f64,
    /// Standard deviation of the resampled figures.
    pub standard_error: f64,
    /// The interval.
    pub interval: Interval,
    /// How it was read off: percentile where BCa was asked for but is not defined, because all resampled
    /// figures lie on one side of the estimate.
    pub method: Method,
    /// Resamples whose figure is known.
    pub resamples: usize,
    /// Resamples whose figure could not be computed; they are ignored.
    pub failed: usize,
    /// BCa's z0: median bias of the resampled figures, in standard deviations.
    pub bias: Option<f64>,
    /// BCa's acceleration, from leaving out one unit at a time; zero if that changes nothing.
    pub acceleration: Option<f64>,
}

/// Interval of a figure of one sample. `statistic` gets a resample of the finite numbers.
///
/// None, as for all functions here, where the figure of the data is not known, or is not known for more
/// than half of the resamples; for fewer than two units in a sample; or if the options are nonsense.
pub fn one_sample(
    xs: &[f64],
    statistic: impl Fn(&[f64]) -> Option<f64>,
    options: &Options,
) -> Option<Bootstrap> {
    let (xs, left_out) = finite(xs);
    let figure = |i: &[&[usize]]| statistic(&pick(&xs, i[0]));
    resample(&[xs.len()], left_out, figure, options)
}

/// Interval of a figure of two independent samples, such as a difference of medians.
pub fn two_samples(
    xs: &[f64],
    ys: &[f64],
    statistic: impl Fn(&[f64], &[f64]) -> Option<f64>,
    options: &Options,
) -> Option<Bootstrap> {
    let (xs, left_out_x) = finite(xs);
    let (ys, left_out_y) = finite(ys);
    let figure = |i: &[&[usize]]| statistic(&pick(&xs, i[0]), &pick(&ys, i[1]));
    resample(
        &[xs.len(), ys.len()],
        left_out_x + left_out_y,
        figure,
        options,
    )
}

/// Interval of a figure of numbers that belong to people: people are resampled, each with all of their
/// numbers. `statistic` gets the numbers of a resample in one row. People without a finite number are
/// not counted.
pub fn clusters(
    people: &[Vec<f64>],
    statistic: impl Fn(&[f64]) -> Option<f64>,
    options: &Options,
) -> Option<Bootstrap> {
    let (people, left_out) = finite_people(people);
    let figure = |i: &[&[usize]]| statistic(&rows(&people, i[0]));
    resample(&[people.len()], left_out, figure, options)
}

/// Interval of a figure of two independent groups of people, each with all of their numbers.
pub fn two_clusters(
    first: &[Vec<f64>],
    second: &[Vec<f64>],
    statistic: impl Fn(&[f64], &[f64]) -> Option<f64>,
    options: &Options,
) -> Option<Bootstrap> {
    let (first, left_out1) = finite_people(first);
    let (second, left_out2) = finite_people(second);
    let figure = |i: &[&[usize]]| statistic(&rows(&first, i[0]), &rows(&second, i[1]));
    let sizes = [first.len(), second.len()];
    resample(&sizes, left_out1 + left_out2, figure, options)
}

/// Interval of a figure of units of any kind, such as people in several conditions. Nothing is left out.
pub fn units<T>(
    units: &[T],
    statistic: impl Fn(&[&T]) -> Option<f64>,
    options: &Options,
) -> Option<Bootstrap> {
    let figure = |i: &[&[usize]]| {
        let chosen: Vec<&T> = i[0].iter().map(|k| &units[*k]).collect();
        statistic(&chosen)
    };
    resample(&[units.len()], 0, figure, options)
}

fn pick(xs: &[f64], places: &[usize]) -> Vec<f64> {
    places.iter().map(|k| xs[*k]).collect()
}

fn rows(people: &[Vec<f64>], places: &[usize]) -> Vec<f64> {
    places
        .iter()
        .flat_map(|k| people[*k].iter().copied())
        .collect()
}

/// People with their finite numbers, and how many numbers were left out.
fn finite_people(people: &[Vec<f64>]) -> (Vec<Vec<f64>>, usize) {
    let mut left_out = 0;
    let mut kept = Vec::new();
    for person in people {
        let (numbers, out) = finite(person);
        left_out += out;
        if !numbers.is_empty() {
            kept.push(numbers);
        }
    }
    (kept, left_out)
}

/// The bootstrap itself, on places in samples of these sizes.
fn resample(
    sizes: &[usize],
    left_out: usize,
    figure: impl Fn(&[&[usize]]) -> Option<f64>,
    options: &Options,
) -> Option<Bootstrap> {
    if sizes.iter().any(|n| *n < 2) || !is_level(options.level) || options.resamples < 2 {
        return None;
    }
    let figure = |places: &[Vec<usize>]| {
        let places: Vec<&[usize]> = places.iter().map(Vec::as_slice).collect();
        figure(&places).filter(|x| x.is_finite())
    };
    let all: Vec<Vec<usize>> = sizes.iter().map(|n| (0..*n).collect()).collect();
    let estimate = figure(&all)?;

    let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
    let mut figures = Vec::with_capacity(options.resamples);
    let mut places = all.clone();
    for _ in 0..options.resamples {
        for sample in &mut places {
            let n = sample.len();
            sample
                .iter_mut()
                .for_each(|place| *place = rng.random_range(0..n));
        }
        figures.extend(figure(&places));
    }
    let failed = options.resamples - figures.len();
    if figures.len() < 2 || failed > options.resamples / 2 {
        return None;
    }
    let figures = sorted(&figures);

    let bca = match options.method {
        Method::Percentile => None,
        Method::Bca => bias(&figures, estimate).zip(acceleration(&all, &figure)),
    };
    let tail = 0.5 * (1.0 - options.level);
    let (low, high) = match bca {
        None => (tail, 1.0 - tail),
        Some((bias, acceleration)) => {
            let share = |p| corrected_share(p, bias, acceleration);
            (share(tail)?, share(1.0 - tail)?)
        }
    };
    Some(Bootstrap {
        n: sizes.iter().sum(),
        samples: sizes.to_vec(),
        left_out,
        estimate,
        standard_error: sd(&figures)?,
        interval: Interval::new(
            of_sorted(&figures, low),
            of_sorted(&figures, high),
            options.level,
        )?,
        method: if bca.is_some() {
            Method::Bca
        } else {
            Method::Percentile
        },
        resamples: figures.len(),
        failed,
        bias: bca.map(|(bias, _)| bias),
        acceleration: bca.map(|(_, acceleration)| acceleration),
    })
}

/// z0: how far the estimate is from the middle of the figures (sorted). Those equal to it, but for
/// rounding, count half on either side. None if all figures lie on one side of it.
fn bias(figures: &[f64], estimate: f64) -> Option<f64> {
    let room = 1e-10 * sd(figures)?;
    let below = figures.partition_point(|x| *x < estimate - room);
    let not_above = figures.partition_point(|x| *x <= estimate + room);
    let share = (below + not_above) as f64 / (2 * figures.len()) as f64;
    is_level(share).then(|| normal_quantile(share))
}

/// BCa's acceleration by the jackknife: Efron and Tibshirani (1993), section 14.3, and for more than one
/// sample their equation 15.36. None where a figure without one unit is not known.
fn acceleration(all: &[Vec<usize>], figure: &impl Fn(&[Vec<usize>]) -> Option<f64>) -> Option<f64> {
    let (mut cubes, mut squares) = (0.0, 0.0);
    for (s, sample) in all.iter().enumerate() {
        let mut without = Vec::with_capacity(sample.len());
        for out in 0..sample.len() {
            let mut places = all.to_vec();
            places[s].remove(out);
            without.push(figure(&places)?);
        }
        let n = sample.len() as f64;
        let mean = without.iter().sum::<f64>() / n;
        for x in without {
            let influence = (n - 1.0) * (mean - x);
            squares += influence.powi(2) / n.powi(2);
            cubes += influence.powi(3) / n.powi(3);
        }
    }
    let acceleration = cubes / (6.0 * squares.powf(1.5));
    Some(if acceleration.is_finite() {
        acceleration
    } else {
        0.0
    })
}

/// Which quantile of the figures BCa takes instead of that of `p`.
fn corrected_share(p: f64, bias: f64, acceleration: f64) -> Option<f64> {
    let z = bias + normal_quantile(p);
    let share = normal_cdf(bias + z / (1.0 - acceleration * z));
    share.is_finite().then_some(share)
}

#[cfg(test)]
#[path = "bootstrap_tests.rs"]
mod tests;
