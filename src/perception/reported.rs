//! What is reported instead of what is so: a map that distorts confidence, and a script that
//! replaces it.

use super::confidence::{Confidence, Function};
use serde::{Deserialize, Serialize};

/// How the vehicle's doubt about itself is distorted or scripted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConfidenceSettings {
    /// From the probability of being right to the confidence that is reported.
    pub map: Map,
    /// The functions that the map is for; all without it.
    pub only: Vec<Function>,
    /// Values at times, linear in between and constant after the last; before the first, nothing is
    /// scripted.
    pub script: Vec<Keyframe>,
}

/// From the probability of being right to the confidence that is reported, both 0 to 1.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Map {
    /// As it is.
    #[default]
    Calibrated,
    /// `logit(reported) = scale x logit(correct) + shift`: overconfident with a shift above 0, or
    /// a scale above 1 where more right than wrong. Temperature scaling is `scale = 1 / T` (Guo et
    /// al. 2017, "On calibration of modern neural networks").
    Logit {
        #[serde(default = "one")]
        scale: f64,
        #[serde(default)]
        shift: f64,
    },
    /// Straight lines between points (correct, reported).
    Table(Vec<(f64, f64)>),
}

fn one() -> f64 {
    1.0
}

/// The logit form takes probabilities no closer to 0 or 1 than this.
const LOGIT_EDGE: f64 = 1e-3;

impl Map {
    pub fn of(&self, correct: f64) -> f64 {
        match self {
            Self::Calibrated => correct,
            Self::Logit { scale, shift } => {
                let p = correct.clamp(LOGIT_EDGE, 1.0 - LOGIT_EDGE);
                let logit = scale * libm::log(p / (1.0 - p)) + shift;
                1.0 / (1.0 + libm::exp(-logit))
            }
            Self::Table(points) => {
                let Some(last) = points.last() else {
                    return correct;
                };
                let Some(i) = points.iter().position(|p| p.0 >= correct) else {
                    return last.1;
                };
                let b = points[i];
                let Some(a) = i.checked_sub(1).map(|i| points[i]) else {
                    return b.1;
                };
                a.1 + (correct - a.0) / (b.0 - a.0) * (b.1 - a.1)
            }
        }
    }
}

/// Values from a time on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keyframe {
    /// s since the start.
    pub at: f64,
    pub overall: Option<f64>,
    pub free_space: Option<f64>,
    pub lanes: Option<f64>,
    pub objects: Option<f64>,
    pub signals: Option<f64>,
    pub localisation: Option<f64>,
    pub prediction: Option<f64>,
}

impl Keyframe {
    /// The functions that can be scripted; the way on is the automation's own matter.
    pub const FUNCTIONS: [Function; 6] = [
        Function::FreeSpace,
        Function::Lanes,
        Function::Objects,
        Function::Signals,
        Function::Localisation,
        Function::Prediction,
    ];

    /// What it says of a function; of the overall value, without one.
    pub fn of(&self, function: Option<Function>) -> Option<f64> {
        match function {
            None => self.overall,
            Some(Function::FreeSpace) => self.free_space,
            Some(Function::Lanes) => self.lanes,
            Some(Function::Objects) => self.objects,
            Some(Function::Signals) => self.signals,
            Some(Function::Localisation) => self.localisation,
            Some(Function::Prediction) => self.prediction,
            Some(Function::Planning) => None,
        }
    }
}

impl ConfidenceSettings {
    /// What is reported for a function that is right with this probability, as far as it knows.
    pub(super) fn reported(&self, function: Function, correct: f64) -> f64 {
        if self.only.is_empty() || self.only.contains(&function) {
            self.map.of(correct)
        } else {
            correct
        }
    }

    /// The scripted value of a function (or overall) at a time.
    pub(super) fn scripted(&self, function: Option<Function>, time: f64) -> Option<f64> {
        let mut last: Option<(f64, f64)> = None;
        for frame in &self.script {
            let Some(value) = frame.of(function) else {
                continue;
            };
            if frame.at > time {
                return last
                    .map(|(at, from)| from + (time - at) / (frame.at - at) * (value - from));
            }
            last = Some((frame.at, value));
        }
        last.map(|(_, value)| value)
    }

    /// Puts the script's overall value in place of the vehicle's own.
    pub(super) fn script_overall(&self, confidence: &mut Confidence, time: f64) {
        let scripted = self.scripted(None, time);
        confidence.scripted = scripted.is_some();
        if let Some(value) = scripted {
            confidence.overall = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_distort_as_they_say() {
        assert_eq!(Map::Calibrated.of(0.3), 0.3);
        let sharp = Map::Logit {
            scale: 2.0,
            shift: 0.0,
        };
        assert!((sharp.of(0.5) - 0.5).abs() < 1e-12);
        // odds 4 to 1 become 16 to 1
        assert!((sharp.of(0.8) - 16.0 / 17.0).abs() < 1e-12);
        let shifted = Map::Logit {
            scale: 1.0,
            shift: 2.0,
        };
        assert!(shifted.of(0.2) > 0.2 && shifted.of(1.0) < 1.0);
        let table = Map::Table(vec![(0.0, 0.5), (0.5, 0.9), (1.0, 1.0)]);
        for (correct, reported) in [
            (0.0, 0.5),
            (0.25, 0.7),
            (0.5, 0.9),
            (0.75, 0.95),
            (1.0, 1.0),
        ] {
            assert!((table.of(correct) - reported).abs() < 1e-12, "{correct}");
        }
    }

    #[test]
    fn a_script_goes_straight_from_keyframe_to_keyframe() {
        let frame = |at, overall| Keyframe {
            at,
            overall: Some(overall),
            ..Default::default()
        };
        let other = Keyframe {
            at: 22.0,
            lanes: Some(0.1),
            ..Default::default()
        };
        let settings = ConfidenceSettings {
            script: vec![frame(20.0, 0.9), other, frame(25.0, 0.4)],
            ..Default::default()
        };
        let at = |time| settings.scripted(None, time);
        assert_eq!(at(19.99), None);
        assert_eq!(at(20.0), Some(0.9));
        assert!((at(22.5).expect("scripted") - 0.65).abs() < 1e-12);
        assert_eq!(at(90.0), Some(0.4));
        assert_eq!(settings.scripted(Some(Function::Lanes), 21.0), None);
        assert_eq!(settings.scripted(Some(Function::Lanes), 30.0), Some(0.1));
    }
}
