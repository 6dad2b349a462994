//! How sure the vehicle is of what it sees, by function.
//!
//! Each function's confidence is what it has over what it needs: free road over the distance to
//! stop, lane markings over a two-second preview, and the weakest nearby track's existence. The
//! overall confidence is the smallest, smoothed as a tracker would.

use super::Report;
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
}

impl Function {
    /// As it is written in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::FreeSpace => "free_space",
            Self::Lanes => "lanes",
            Self::Objects => "objects",
        }
    }

    /// As a person reads it.
    pub fn label(self) -> &'static str {
        match self {
            Self::FreeSpace => "free road ahead",
            Self::Lanes => "lane markings",
            Self::Objects => "objects",
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
    /// The function that limits the overall value.
    pub weakest: Function,
}

impl Default for Confidence {
    fn default() -> Self {
        Self {
            overall: 1.0,
            free_space: 1.0,
            lanes: 1.0,
            objects: 1.0,
            weakest: Function::default(),
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
/// Time constant of the reported overall value, s.
const SMOOTHING: f64 = 0.3;
/// Standard deviation of its noise, -.
const NOISE: f64 = 0.01;

/// Road needed to stop from `speed` (m/s), m.
pub fn stopping_distance(speed: f64) -> f64 {
    speed * RESPONSE + speed * speed / (2.0 * STOPPING) + MARGIN
}

impl Confidence {
    pub(super) fn next(&self, report: &Report, speed: f64, noise: f64, dt: f64) -> Self {
        let needed = stopping_distance(speed);
        let free_space = (report.visible_range / needed).min(1.0);
        let lanes = (report.lane.range / (speed * LANE_PREVIEW).max(1.0)).min(1.0);
        let objects = report
            .tracks
            .iter()
            .filter(|t| (0.0..needed).contains(&t.gap))
            .map(|t| t.existence)
            .fold(1.0, f64::min);
        let mut weakest = (free_space, Function::FreeSpace);
        for other in [(lanes, Function::Lanes), (objects, Function::Objects)] {
            if other.0 < weakest.0 {
                weakest = other;
            }
        }
        let target = (weakest.0 + NOISE * noise).clamp(0.0, 1.0);
        let gain = 1.0 - libm::exp(-dt / SMOOTHING);
        Self {
            overall: self.overall + gain * (target - self.overall),
            free_space,
            lanes,
            objects,
            weakest: weakest.1,
        }
    }
}
