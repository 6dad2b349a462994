//! One participant as metrics see it: all of their runs and takeovers, and what they said.

use super::rows::{Arm, RunRow, TakeoverRow};
use super::stats::survival::Observation;
use std::collections::BTreeMap;

/// A participant, and everything that is on record of them.
pub struct Person<'a> {
    pub id: &'a str,
    pub runs: Vec<&'a RunRow>,
    /// Scores of questionnaires and secondary tasks, by name; of several conditions their mean.
    pub scores: BTreeMap<String, f64>,
    /// Level of all intervals.
    pub level: f64,
}

impl<'a> Person<'a> {
    /// Those of these runs, by their codes. Runs without one are nobody's.
    pub fn all(runs: &'a [RunRow], level: f64) -> Vec<Self> {
        let mut people: BTreeMap<&str, Vec<&RunRow>> = BTreeMap::new();
        // With nobody at the desk a run is nobody's.
        for run in runs.iter().filter(|r| r.origin.arm == Arm::Team) {
            if let Some(id) = run.origin.participant.as_deref() {
                people.entry(id).or_default().push(run);
            }
        }
        let person = |(id, runs)| Self {
            id,
            runs,
            scores: BTreeMap::new(),
            level,
        };
        people.into_iter().map(person).collect()
    }

    pub fn takeovers(&self) -> impl Iterator<Item = &'a TakeoverRow> + '_ {
        self.runs.iter().flat_map(|r| &r.takeovers)
    }

    /// Reaction times, censored ones included.
    pub fn observations(&self) -> Vec<Observation> {
        self.takeovers()
            .filter_map(TakeoverRow::observation)
            .collect()
    }

    /// Reaction times of the requests that were answered, s.
    pub fn reactions(&self) -> Vec<f64> {
        self.takeovers()
            .filter_map(|t| t.number("reaction_time_s"))
            .collect()
    }

    /// Mean of a metric of takeovers; none if no takeover has it.
    pub fn mean_of(&self, name: &str) -> Option<f64> {
        let all: Vec<f64> = self.takeovers().filter_map(|t| t.number(name)).collect();
        super::stats::describe::mean(&all)
    }

    /// Sum of a metric of runs.
    pub fn sum_of(&self, name: &str) -> f64 {
        self.runs.iter().filter_map(|r| r.number(name)).sum()
    }
}

impl TakeoverRow {
    /// For survival analysis; none if nobody asked.
    pub fn observation(&self) -> Option<Observation> {
        self.observed
            .map(|(time, event)| Observation { time, event })
    }
}
