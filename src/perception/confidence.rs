//! How sure the vehicle is of what it sees, by function, and why not more.
//!
//! Confidence is the probability that a claim is right; docs/perception.md has the claim of each
//! function. What the vehicle believes of it and what is true differ by faults that nobody notices;
//! what it reports differs by the scenario's map and script ([`super::reported`]). The overall value
//! is the smallest that is reported, smoothed.

use super::reported::ConfidenceSettings;
use super::sensors::Cause;
use serde::{Deserialize, Serialize};

/// A task of perception.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    /// Is the road ahead free far enough to stop?
    #[default]
    FreeSpace,
    /// Where is the lane?
    Lanes,
    /// Are the objects real?
    Objects,
    /// What do the traffic lights say?
    Signals,
    /// Is there a way on that the automation can take?
    Planning,
    /// Where on the map is the vehicle?
    Localisation,
    /// Where will the others be?
    Prediction,
}

impl Function {
    /// In the order of [`Confidence::functions`], and of their numbers in records.
    pub const ALL: [Self; 7] = [
        Self::FreeSpace,
        Self::Lanes,
        Self::Objects,
        Self::Signals,
        Self::Planning,
        Self::Localisation,
        Self::Prediction,
    ];

    /// As it is written in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::FreeSpace => "free_space",
            Self::Lanes => "lanes",
            Self::Objects => "objects",
            Self::Signals => "signals",
            Self::Planning => "planning",
            Self::Localisation => "localisation",
            Self::Prediction => "prediction",
        }
    }

    /// As a person reads it.
    pub fn label(self) -> &'static str {
        match self {
            Self::FreeSpace => "free road ahead",
            Self::Lanes => "lane markings",
            Self::Objects => "objects",
            Self::Signals => "traffic lights",
            Self::Planning => "the way on",
            Self::Localisation => "own position",
            Self::Prediction => "what others will do",
        }
    }
}

/// How far one function can be relied upon.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trust {
    /// What the vehicle says, 0 to 1.
    pub reported: f64,
    /// What is true: the probability that the function is right, 0 to 1. Only what maps it to
    /// `reported`, the referee and the record look at it.
    pub correct: f64,
    /// What takes most of it away; [`Cause::None`] while nothing much does.
    pub cause: Cause,
}

impl Default for Trust {
    fn default() -> Self {
        Self {
            reported: 1.0,
            correct: 1.0,
            cause: Cause::None,
        }
    }
}

/// Confidence by function and overall.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Confidence {
    /// As it is reported, 0 to 1.
    pub overall: f64,
    /// By function, in the order of [`Function::ALL`].
    pub functions: [Trust; Function::ALL.len()],
    /// The function that limits the overall value.
    pub weakest: Function,
    /// What takes most of it away; [`Cause::None`] while nothing much does.
    pub cause: Cause,
    /// The overall value is a scenario's script: nothing else changes it.
    pub scripted: bool,
}

impl Default for Confidence {
    fn default() -> Self {
        Self {
            overall: 1.0,
            functions: [Trust::default(); Function::ALL.len()],
            weakest: Function::default(),
            cause: Cause::None,
            scripted: false,
        }
    }
}

/// Deceleration that free road is judged by, m/s2: the most a minimal-risk manoeuvre may use
/// (UN R157).
const STOPPING: f64 = 4.0;
/// Time before braking bites, s.
const RESPONSE: f64 = 0.75;
/// Margin to a stopped obstacle, m.
const MARGIN: f64 = 5.0;
/// Below this a cause is named, -.
const DOUBT: f64 = 0.9;
/// Time constant of the reported overall value, s.
const SMOOTHING: f64 = 0.3;
/// Standard deviation of its noise, -.
const NOISE: f64 = 0.01;

/// Road needed to stop from `speed` (m/s), m.
pub fn stopping_distance(speed: f64) -> f64 {
    speed * RESPONSE + speed * speed / (2.0 * STOPPING) + MARGIN
}

/// What one function comes to in a report.
#[derive(Clone, Copy, Debug)]
pub struct Belief {
    /// Probability of being right as far as the vehicle can know, 0 to 1.
    pub believed: f64,
    /// The true one: faults that nobody notices included.
    pub correct: f64,
    pub cause: Cause,
}

impl Confidence {
    /// The next report's, from the beliefs by function; `noise` is standard normal.
    pub(super) fn next(
        &self,
        beliefs: &[(Function, Belief)],
        settings: &ConfidenceSettings,
        time: f64,
        noise: f64,
        dt: f64,
    ) -> Self {
        let mut functions = [Trust::default(); Function::ALL.len()];
        let mut weakest = (f64::INFINITY, Function::default(), Cause::None);
        for &(function, belief) in beliefs {
            let scripted = settings.scripted(Some(function), time);
            let reported = scripted.unwrap_or_else(|| settings.reported(function, belief.believed));
            let cause = if reported < DOUBT {
                belief.cause
            } else {
                Cause::None
            };
            functions[function as usize] = Trust {
                reported,
                correct: belief.correct,
                cause,
            };
            if reported < weakest.0 {
                weakest = (reported, function, cause);
            }
        }
        let target = (weakest.0 + NOISE * noise).clamp(0.0, 1.0);
        let gain = 1.0 - libm::exp(-dt / SMOOTHING);
        Self {
            overall: self.overall + gain * (target - self.overall),
            functions,
            weakest: weakest.1,
            cause: weakest.2,
            scripted: false,
        }
    }

    /// What is reported for one function, 0 to 1.
    pub fn of(&self, function: Function) -> f64 {
        self.functions[function as usize].reported
    }

    /// The same with the autopilot's own confidence in its plan, 0 to 1.
    pub fn with_planning(self, planning: f64) -> Self {
        let mut out = self;
        out.functions[Function::Planning as usize] = Trust {
            reported: planning,
            correct: planning,
            cause: if planning < 0.9 {
                Cause::Blocked
            } else {
                Cause::None
            },
        };
        if planning < self.overall && !self.scripted {
            out.overall = planning;
            out.weakest = Function::Planning;
            out.cause = Cause::Blocked;
        }
        out
    }

    /// No value is reported below this.
    pub(super) fn raise_to(&mut self, least: f64) {
        self.overall = self.overall.max(least);
        for trust in &mut self.functions {
            trust.reported = trust.reported.max(least);
        }
    }
}
