//! Reaction times of a group of takeovers: survival with the missed ones censored, means and medians with intervals,
//! fitted distributions, and how much of the variance lies between people.

use super::rows::{RunRow, TakeoverRow};
use super::settings::Settings;
use super::stats::bootstrap::{self, Bootstrap, Method, Options};
use super::stats::describe::{self, Summary};
use super::stats::fit::{self, Family, Fit, Goodness, NotFitted, goodness};
use super::stats::mixed::{VarianceComponents, variance_components};
use super::stats::survival::{Curve, Observation, TimeQuantile};
use serde::Serialize;
use std::collections::BTreeMap;

/// More times than this are not fitted again and again: the goodness of fit costs some thousands of fits.
const MOST_FITTED: usize = 500;
/// Resamples of a goodness of fit at most.
const MOST_REFITS: usize = 200;
/// Bootstraps of more numbers than this are no news: the interval is as good as the t interval.
const MOST_RESAMPLED: usize = 5000;

/// Reaction times of a group.
#[derive(Clone, Debug, Serialize)]
pub struct Reaction {
    /// The level of a factor, or `all`.
    pub name: String,
    /// Requests: those with a reaction, those without (censored), and takeovers that nobody asked for, which have no
    /// reaction time and are left out.
    pub requests: usize,
    pub answered: usize,
    pub censored: usize,
    pub unprompted_left_out: usize,
    /// With the censored ones.
    pub curve: Option<Curve>,
    pub median: Option<TimeQuantile>,
    /// Of the answered ones alone: too short where there are censored ones.
    pub summary: Option<Summary>,
    /// Mean and median of the answered ones; participants are resampled, with all of their times, if there are any.
    pub mean: Option<Bootstrap>,
    pub by_participant: bool,
    pub fits: Vec<Fitted>,
    /// Between and within participants; none with fewer than two of them.
    pub components: Option<VarianceComponents>,
}

/// A family, fitted.
#[derive(Clone, Debug, Serialize)]
pub struct Fitted {
    pub family: Family,
    pub fit: Result<Fit, NotFitted>,
    /// None with censored times, without a fit, or for more than some hundred times.
    pub goodness: Option<Goodness>,
}

/// Takeovers with the participant and the run that they are of.
pub type Owned<'a> = (&'a RunRow, &'a TakeoverRow);

impl Reaction {
    pub fn of(name: &str, takeovers: &[Owned<'_>], settings: &Settings) -> Self {
        let observed: Vec<Observation> =
            takeovers.iter().filter_map(|t| t.1.observation()).collect();
        let answered: Vec<f64> = observed
            .iter()
            .filter(|o| o.event)
            .map(|o| o.time)
            .collect();
        let curve = Curve::of(&observed, settings.level);
        let people = by_participant(takeovers);
        let options = Options {
            method: Method::Bca,
            level: settings.level,
            resamples: settings.resamples,
            seed: settings.seed,
        };
        let coded: usize = people.iter().map(Vec::len).sum();
        // With some that are nobody's the figures would be of different takeovers.
        let clustered = people.len() > 1 && coded == answered.len();
        let mean = match () {
            () if answered.len() > MOST_RESAMPLED => None,
            () if clustered => bootstrap::clusters(&people, describe::mean, &options),
            () => bootstrap::one_sample(&answered, describe::mean, &options),
        };
        let fits = Family::ALL.map(|family| {
            let fit = match observed.len() {
                n if n > MOST_FITTED * 20 => Err(NotFitted::NoOptimum),
                _ => fit::fit(family, &observed),
            };
            let few = observed.len() <= MOST_FITTED;
            let goodness = fit.as_ref().ok().filter(|_| few).and_then(|fit| {
                goodness(
                    fit,
                    &observed,
                    settings.resamples.min(MOST_REFITS),
                    settings.seed,
                )
            });
            Fitted {
                family,
                fit,
                goodness,
            }
        });
        Self {
            name: name.into(),
            requests: observed.len(),
            answered: answered.len(),
            censored: observed.len() - answered.len(),
            unprompted_left_out: takeovers.len() - observed.len(),
            median: curve.as_ref().map(Curve::median),
            curve,
            summary: Summary::of(&answered),
            mean,
            by_participant: clustered,
            fits: fits.to_vec(),
            components: clustered
                .then(|| variance_components(&people, settings.level))
                .flatten(),
        }
    }
}

/// Reaction times of each participant; empty if nobody has a code.
fn by_participant(takeovers: &[Owned<'_>]) -> Vec<Vec<f64>> {
    let mut people: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (run, takeover) in takeovers {
        let time = takeover.observation().filter(|o| o.event).map(|o| o.time);
        if let Some((id, time)) = run.origin.participant.as_deref().zip(time) {
            people.entry(id).or_default().push(time);
        }
    }
    people.into_values().collect()
}
