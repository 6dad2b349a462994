//! What each function claims in a report, how likely that is right, and whether it is.
//!
//! The claims are those of docs/perception.md. Where a claim is about anywhere (a place on the way
//! to stop, a place in the preview) one is drawn, from a stream of its own, so that judging never
//! changes driving.

use super::confidence::{Belief, Function, stopping_distance};
use super::detect::detection_probability;
use super::report::{Class, Track};
use super::sensors::Cause;
use super::{Claim, EgoTruth, GHOSTS_FROM, Perception, Trust};
use crate::road::Path;
use crate::vehicle::sensors::Sensor;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use std::collections::VecDeque;

/// Preview that lane keeping needs, s, and its least, m.
const LANE_PREVIEW: f64 = 2.0;
const LEAST_PREVIEW: f64 = 10.0;
/// The lane is known if it is known to this, m.
const LANE_KNOWN: f64 = 0.15;
/// The own place is known if it is known to this, m.
const ALONG_KNOWN: f64 = 1.5;
const ACROSS_KNOWN: f64 = 0.5;
/// A prediction is right within this, m, after this time, s.
const PREDICTED: f64 = 1.5;
const AHEAD: f64 = 1.0;
/// Tracks farther than this make no claim of their own, m.
const CLAIMED: f64 = 60.0;
/// Tracks farther off our lane than this do not matter to the whole, m.
const BESIDE: f64 = 3.0;
/// Confidence in a light that is out of order or cannot be made out, -: about one in three aspects.
/// And the distance from which one out of order counts, m.
const UNREADABLE: f64 = 0.3;
const LIGHT_MATTERS: f64 = 80.0;
/// Places on the way to stop that the mean is taken over.
const PLACES: u32 = 16;
/// A track is of a thing that is within this many standard deviations, or this close, m.
const GATE: f64 = 3.5;
const CLOSE: f64 = 2.0;

/// How often somebody does within a second what a constant velocity does not foresee, -, by class,
/// and by how much then, m (standard deviation in each direction). Measured in tests/it/calibration.rs.
fn manoeuvres(class: Class) -> (f64, f64) {
    match class {
        Class::Vehicle => (0.005, 2.0),
        Class::TwoWheeler => (0.01, 1.5),
        Class::Pedestrian => (0.02, 1.0),
        Class::Animal => (0.1, 3.0),
        Class::Obstacle => (0.0, 0.0),
    }
}

/// A prediction that waits for its second to pass.
#[derive(Clone, Copy, Debug)]
struct Pending {
    due: f64,
    track: u32,
    /// The thing it is about.
    thing: u32,
    place: [f64; 2],
    reported: f64,
    correct: f64,
}

/// Draws and waits, for claims only.
#[derive(Debug)]
pub struct Judge {
    rng: ChaCha8Rng,
    pending: VecDeque<Pending>,
}

impl Judge {
    pub fn new(rng: ChaCha8Rng) -> Self {
        Self {
            rng,
            pending: VecDeque::new(),
        }
    }

    fn uniform(&mut self) -> f64 {
        self.rng.random()
    }

    fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.rng)
    }
}

/// Probability that a normal error is smaller than `within`.
fn within(mean: f64, sd: f64, within: f64) -> f64 {
    let scale = (sd * std::f64::consts::SQRT_2).max(1e-9);
    0.5 * (libm::erf((within - mean) / scale) + libm::erf((within + mean) / scale))
}

/// Probability that an error with this variance in each of two directions is smaller than
/// `within` (Rayleigh).
fn within_circle(variance: f64, within: f64) -> f64 {
    1.0 - libm::exp(-within * within / (2.0 * variance.max(1e-9)))
}

/// It stands where the whole depends on it.
fn matters(track: &Track, needed: f64) -> bool {
    (0.0..needed).contains(&track.gap) && track.offset.abs() < BESIDE
}

impl Perception {
    /// Probability that one cycle's scans detect a standing vehicle this far ahead of the bumper, m.
    fn chance_ahead(&self, ego: &EgoTruth, ahead: f64) -> f64 {
        let contrast = self.depths.contrast(ego.nose + ahead);
        let missed: f64 = self
            .eyes
            .iter()
            .filter(|eye| eye.looks_ahead && eye.spec.kind != Sensor::Radar)
            .map(|eye| {
                let distance = (ego.nose + ahead - eye.spec.x).max(0.0);
                1.0 - super::detect::BEST * detection_probability(distance, eye.range, contrast)
            })
            .product();
        1.0 - missed
    }

    /// What the functions come to, in the order in which the first of equals counts as the weakest.
    pub(super) fn beliefs(&self, path: &Path, ego: &EgoTruth) -> [(Function, Belief); 6] {
        [
            (Function::FreeSpace, self.free_space(path, ego)),
            (Function::Lanes, self.lanes(ego)),
            (Function::Objects, self.objects(ego)),
            (Function::Signals, self.signals(ego)),
            (Function::Localisation, self.localisation()),
            (Function::Prediction, self.prediction(ego)),
        ]
    }

    fn free_space(&self, path: &Path, ego: &EgoTruth) -> Belief {
        let needed = stopping_distance(ego.speed);
        let step = needed / f64::from(PLACES);
        let sum: f64 = (0..PLACES)
            .map(|i| self.chance_ahead(ego, (f64::from(i) + 0.5) * step))
            .sum();
        let believed = sum / f64::from(PLACES);
        Belief {
            believed,
            correct: if self.unseen_in_the_way(path, ego, needed) {
                0.0
            } else {
                believed
            },
            cause: self.sight.cause,
        }
    }

    /// Something stands in the way that a scripted blindness hides.
    fn unseen_in_the_way(&self, path: &Path, ego: &EgoTruth, needed: f64) -> bool {
        self.near.iter().filter(|n| n.blind).any(|n| {
            let found = path.project(n.truth.x, n.truth.y, BESIDE);
            found.is_some_and(|(d, _)| (0.0..needed).contains(&(d - ego.located.d - ego.nose)))
        })
    }

    /// Share of the preview over which markings are seen.
    fn marked_share(&self, ego: &EgoTruth) -> f64 {
        let preview = (ego.speed * LANE_PREVIEW).max(LEAST_PREVIEW);
        (self.report.lane.range / preview).min(1.0)
    }

    fn lanes(&self, ego: &EgoTruth) -> Belief {
        let seen = self.marked_share(ego);
        let marks = self.suite.lane_noise;
        let map = libm::sqrt(self.localiser.variance);
        let chance = |mean_marks, mean_map| {
            seen * within(mean_marks, marks, LANE_KNOWN)
                + (1.0 - seen) * within(mean_map, map, LANE_KNOWN)
        };
        Belief {
            believed: chance(0.0, 0.0),
            correct: chance(self.error.mean_marks, self.error.mean_map),
            cause: self.why_no_markings(),
        }
    }

    fn why_no_markings(&self) -> Cause {
        if self.gap_in_markings || self.sight.camera_cause == Cause::None {
            Cause::Markings
        } else {
            self.sight.camera_cause
        }
    }

    fn objects(&self, ego: &EgoTruth) -> Belief {
        let needed = stopping_distance(ego.speed);
        let (mut believed, mut correct) = (1.0_f64, 1.0_f64);
        for track in self.report.tracks.iter().filter(|t| matters(t, needed)) {
            let p = track.existence * track.class_probability;
            believed = believed.min(p);
            correct = correct.min(if track.id >= GHOSTS_FROM { 0.0 } else { p });
        }
        Belief {
            believed,
            correct,
            cause: Cause::Object,
        }
    }

    fn signals(&self, ego: &EgoTruth) -> Belief {
        let needed = stopping_distance(ego.speed);
        let believed = self.report.light.map_or(1.0, |light| {
            let near = (-1.0..LIGHT_MATTERS).contains(&light.distance);
            match light.shows {
                Some(shows) if near && shows.out_of_order() => UNREADABLE,
                // Too close to stop comfortably, and still not readable.
                None if (0.0..needed).contains(&light.distance) => UNREADABLE,
                _ => 1.0,
            }
        });
        Belief {
            believed,
            correct: believed,
            cause: Cause::Signal,
        }
    }

    fn localisation(&self) -> Belief {
        let (sd, error) = (self.report.pose_sd, &self.error);
        let chance = |along, across| {
            within(along, sd.along, ALONG_KNOWN) * within(across, sd.across, ACROSS_KNOWN)
        };
        Belief {
            believed: chance(0.0, 0.0),
            correct: chance(error.mean_along, error.mean_across),
            cause: if self.localiser.fixed {
                self.why_no_markings()
            } else {
                Cause::Gnss
            },
        }
    }

    fn prediction(&self, ego: &EgoTruth) -> Belief {
        let needed = stopping_distance(ego.speed);
        let chances = self.report.tracks.iter().zip(&self.predictable);
        let believed = chances
            .filter(|(t, _)| matters(t, needed) && t.existence >= 0.5)
            .map(|(_, chance)| *chance)
            .fold(1.0, f64::min);
        Belief {
            believed,
            correct: believed,
            cause: Cause::Motion,
        }
    }

    /// Probability that a track will be where a constant velocity takes it.
    pub(super) fn predictable(class: Class, variance: f64) -> f64 {
        let (often, by) = manoeuvres(class);
        (1.0 - often) * within_circle(variance, PREDICTED)
            + often * within_circle(variance + by * by, PREDICTED)
    }

    /// Makes and judges this report's claims.
    pub(super) fn judge(&mut self, ego: &EgoTruth, time: f64) {
        self.claims.clear();
        self.judge_predictions(ego, time);
        self.judge_objects(ego);
        let trust = |function: Function| self.report.confidence.functions[function as usize];
        let needed = stopping_distance(ego.speed);

        let free = trust(Function::FreeSpace);
        let (place, chance) = (self.judge.uniform() * needed, self.judge.uniform());
        let detected = free.correct > 0.0 && chance < self.chance_ahead(ego, place);

        let seen = self.marked_share(ego);
        let (place, n) = (self.judge.uniform(), self.judge.normal());
        let off = if place < seen {
            self.error.mean_marks + self.suite.lane_noise * n
        } else {
            self.error.map
        };
        let known = off.abs() < LANE_KNOWN;

        let told = self.judge.uniform() < trust(Function::Signals).correct;
        let placed = self.error.along.abs() < ALONG_KNOWN && self.error.across.abs() < ACROSS_KNOWN;
        for (function, right) in [
            (Function::FreeSpace, detected),
            (Function::Lanes, known),
            (Function::Signals, told),
            (Function::Localisation, placed),
        ] {
            if function == Function::Signals && self.report.light.is_none() {
                continue;
            }
            let Trust {
                reported, correct, ..
            } = trust(function);
            self.claims.push(Claim {
                function,
                track: None,
                reported,
                correct,
                right,
            });
        }
    }

    /// Every track close by: it exists and is of its class.
    fn judge_objects(&mut self, ego: &EgoTruth) {
        let (dx, dy) = (self.report.pose.x - ego.x, self.report.pose.y - ego.y);
        for track in &self.report.tracks {
            // Tracks are placed by where we think we are; the truth is not.
            let (x, y) = (track.x - dx, track.y - dy);
            if libm::hypot(x - ego.x, y - ego.y) > CLAIMED {
                continue;
            }
            let sd = libm::sqrt(0.5 * (track.sxx + track.syy));
            let gate = (GATE * sd).max(CLOSE);
            let right = self.near.iter().any(|n| {
                n.tracked
                    && n.class == track.class
                    && libm::hypot(n.truth.x - x, n.truth.y - y) < gate
            });
            let ghost = track.id >= GHOSTS_FROM;
            self.claims.push(Claim {
                function: Function::Objects,
                track: Some(track.id),
                reported: track.reported,
                correct: if ghost {
                    0.0
                } else {
                    track.existence * track.class_probability
                },
                right,
            });
        }
    }

    /// Predictions of a second ago, and new ones.
    fn judge_predictions(&mut self, ego: &EgoTruth, time: f64) {
        while let Some(p) = self.judge.pending.front().copied() {
            if p.due > time + 1e-6 {
                break;
            }
            self.judge.pending.pop_front();
            let Some(n) = self.near.iter().find(|n| n.truth.id == p.thing) else {
                continue;
            };
            let off = libm::hypot(n.truth.x - p.place[0], n.truth.y - p.place[1]);
            self.claims.push(Claim {
                function: Function::Prediction,
                track: Some(p.track),
                reported: p.reported,
                correct: p.correct,
                right: off < PREDICTED,
            });
        }
        let settings = &self.settings;
        for (track, correct) in self.tracker.tracks.iter().map(|t| {
            let chance = Self::predictable(t.class().0, t.motion.variance_in(AHEAD));
            (t, chance)
        }) {
            let [x, y] = track.motion.place;
            if track.existence < 0.5 || libm::hypot(x - ego.x, y - ego.y) > CLAIMED {
                continue;
            }
            let Some(thing) = track.source.and_then(|i| self.near.get(i)) else {
                continue;
            };
            let v = track.motion.speed;
            self.judge.pending.push_back(Pending {
                due: time + AHEAD,
                track: track.id,
                thing: thing.truth.id,
                place: [x + AHEAD * v[0], y + AHEAD * v[1]],
                reported: settings
                    .reported(Function::Prediction, correct)
                    .max(self.least),
                correct,
            });
        }
    }

    /// For how long ahead a prediction is.
    pub(super) const AHEAD: f64 = AHEAD;
}
