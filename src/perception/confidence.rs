//! How sure the vehicle is of what it sees, by function, and why not more.
//!
//! Each function's confidence is what it has over what it needs: free road over the distance to
//! stop, lane markings over a two-second preview, the weakest nearby track's existence, a light
//! that can be read. The overall confidence is the smallest, smoothed as a tracker would.

use super::report::Report;
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
}

impl Default for Confidence {
    fn default() -> Self {
        Self {
            overall: 1.0,
            functions: [Trust::default(); Function::ALL.len()],
            weakest: Function::default(),
            cause: Cause::None,
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
/// Preview that lane keeping needs, s.
const LANE_PREVIEW: f64 = 2.0;
/// What is left of lane confidence by map and satellites alone, -.
const MAP_ONLY: f64 = 0.3;
/// Tracks farther off our lane than this do not matter, m.
const BESIDE: f64 = 3.0;
/// Confidence in a light that is out of order, -, and the distance from which that counts, m.
const OUT_OF_ORDER: f64 = 0.3;
const LIGHT_MATTERS: f64 = 80.0;
/// Time constant of the reported overall value, s.
const SMOOTHING: f64 = 0.3;
/// Standard deviation of its noise, -.
const NOISE: f64 = 0.01;

/// Road needed to stop from `speed` (m/s), m.
pub fn stopping_distance(speed: f64) -> f64 {
    speed * RESPONSE + speed * speed / (2.0 * STOPPING) + MARGIN
}

impl Confidence {
    pub(super) fn next(
        &self,
        report: &Report,
        speed: f64,
        sight: Cause,
        noise: f64,
        dt: f64,
    ) -> Self {
        let needed = stopping_distance(speed);
        let free_space = (report.visible_range / needed).min(1.0);
        let seen = (report.lane.range / (speed * LANE_PREVIEW).max(10.0)).min(1.0);
        let lanes = MAP_ONLY + (1.0 - MAP_ONLY) * seen;
        let objects = report
            .tracks
            .iter()
            .filter(|t| (0.0..needed).contains(&t.gap) && t.offset.abs() < BESIDE)
            .map(|t| t.existence)
            .fold(1.0, f64::min);
        let signals = report.light.map_or(1.0, |light| {
            let near = (-1.0..LIGHT_MATTERS).contains(&light.distance);
            match light.shows {
                Some(shows) if near && shows.out_of_order() => OUT_OF_ORDER,
                // Too close to stop comfortably, and still not readable.
                None if (0.0..needed).contains(&light.distance) => OUT_OF_ORDER,
                _ => 1.0,
            }
        });
        let mut weakest = (free_space, Function::FreeSpace, sight);
        let marks_end = if report.lane.range < 1.0 || sight == Cause::None {
            Cause::Markings
        } else {
            sight
        };
        for other in [
            (lanes, Function::Lanes, marks_end),
            (objects, Function::Objects, Cause::Object),
            (signals, Function::Signals, Cause::Signal),
        ] {
            if other.0 < weakest.0 {
                weakest = other;
            }
        }
        let target = (weakest.0 + NOISE * noise).clamp(0.0, 1.0);
        let gain = 1.0 - libm::exp(-dt / SMOOTHING);
        let overall = self.overall + gain * (target - self.overall);
        let mut functions = [Trust::default(); Function::ALL.len()];
        for (function, value, cause) in [
            (Function::FreeSpace, free_space, sight),
            (Function::Lanes, lanes, marks_end),
            (Function::Objects, objects, Cause::Object),
            (Function::Signals, signals, Cause::Signal),
        ] {
            functions[function as usize] = Trust {
                reported: value,
                correct: value,
                cause: if value < 0.9 { cause } else { Cause::None },
            };
        }
        Self {
            overall,
            functions,
            weakest: weakest.1,
            cause: if weakest.0 < 0.9 {
                weakest.2
            } else {
                Cause::None
            },
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
        if planning < self.overall {
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
