//! How long until it happens, when for some it never did.
//!
//! A takeover that was missed is right-censored: we know that it took longer than the time seen, and
//! no more. Such cases are part of every figure here; a mean of the others alone would be too short.
//! Cases must be independent: several takeovers of one person are not. Take one of each person, or
//! compare within strata.
//!
//! - [`Curve`]: share of people who have not yet taken over, by time (Kaplan-Meier);
//! - [`log_rank()`]: do groups differ in it?
//! - [`restricted_difference`]: by how many seconds?

mod curve;
mod log_rank;

pub use curve::{
    Curve, RestrictedDifference, RestrictedMean, Step, TimeQuantile, restricted_difference,
};
pub use log_rank::{GroupCount, LogRank, Weight, log_rank, log_rank_stratified};

use serde::Serialize;

/// One case: how long it was watched, and whether it then happened.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Observation {
    /// Seconds (or any other unit) from the start, 0 or more.
    pub time: f64,
    /// True: it happened at `time`. False: it had not happened by `time` (right-censored).
    pub event: bool,
}

impl Observation {
    /// It happened at `time`.
    pub fn event(time: f64) -> Self {
        Self { time, event: true }
    }

    /// It had not happened by `time`.
    pub fn censored(time: f64) -> Self {
        Self { time, event: false }
    }
}

/// The observations whose time is finite and not negative, by time; and how many were left out.
pub(super) fn usable(observations: &[Observation]) -> (Vec<Observation>, usize) {
    let mut kept: Vec<Observation> = observations
        .iter()
        .copied()
        .filter(|o| o.time.is_finite() && o.time >= 0.0)
        .collect();
    kept.sort_by(|a, b| a.time.total_cmp(&b.time));
    let left_out = observations.len() - kept.len();
    (kept, left_out)
}

/// What happened at one time.
struct Moment {
    time: f64,
    events: usize,
    censored: usize,
}

/// The distinct times of sorted observations, in order. Whoever is censored at a time was still at
/// risk for the events of that time.
fn moments(sorted: &[Observation]) -> Vec<Moment> {
    let mut moments: Vec<Moment> = Vec::new();
    for o in sorted {
        let same = moments.last().is_some_and(|m| m.time == o.time);
        if !same {
            moments.push(Moment {
                time: o.time,
                events: 0,
                censored: 0,
            });
        }
        if let Some(moment) = moments.last_mut() {
            if o.event {
                moment.events += 1;
            } else {
                moment.censored += 1;
            }
        }
    }
    moments
}

#[cfg(test)]
mod sample {
    use super::Observation;

    /// Weeks in remission of children with leukaemia under placebo: Freireich et al. (1963), Blood 21.
    pub fn placebo() -> Vec<Observation> {
        [
            1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23,
        ]
        .map(|t| Observation::event(f64::from(t)))
        .to_vec()
    }

    /// The same under 6-mercaptopurine.
    pub fn mercaptopurine() -> Vec<Observation> {
        let events = [6, 6, 6, 7, 10, 13, 16, 22, 23];
        let censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35];
        let events = events.map(|t| Observation::event(f64::from(t)));
        let censored = censored.map(|t| Observation::censored(f64::from(t)));
        events.into_iter().chain(censored).collect()
    }
}
