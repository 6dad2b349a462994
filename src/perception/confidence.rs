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
}

impl Function {
    /// As it is written in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::FreeSpace => "free_space",
            Self::Lanes => "lanes",
            Self::Objects => "objects",
            Self::Signals => "signals",
        }
    }

    /// As a person reads it.
    pub fn label(self) -> &'static str {
        match self {
            Self::FreeSpace => "free road ahead",
            Self::Lanes => "lane markings",
            Self::Objects => "objects",
            Self::Signals => "traffic lights",
        }
    }
}

/// Reported confidence, each 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Confidence {
    pub overall: f64,
    pub free_space: f64,
    pub lanes: f64,
    pub objects: f64,
    pub signals: f64,
    /// The function that limits the overall value.
    pub weakest: Function,
    /// What takes most of it away; [`Cause::None`] while nothing much does.
    pub cause: Cause,
}

impl Default for Confidence {
    fn default() -> Self {
        Self {
            overall: 1.0,
            free_space: 1.0,
            lanes: 1.0,
            objects: 1.0,
            signals: 1.0,
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
        Self {
            overall,
            free_space,
            lanes,
            objects,
            signals,
            weakest: weakest.1,
            cause: if weakest.0 < 0.9 {
                weakest.2
            } else {
                Cause::None
            },
        }
    }

    /// No value is reported below this.
    pub(super) fn raise_to(&mut self, least: f64) {
        for value in [
            &mut self.overall,
            &mut self.free_space,
            &mut self.lanes,
            &mut self.objects,
            &mut self.signals,
        ] {
            *value = value.max(least);
        }
    }
}
