//! From detections to tracks.
//!
//! Each track is a constant-velocity Kalman filter with a probability of existence (a Bernoulli
//! track, as in the integrated probabilistic data association of Musicki, Evans and Stankovic, 1994,
//! with the nearest detection instead of all) and probabilities of class. Detections go to tracks by
//! Mahalanobis distance inside a gate, nearest first; sure tracks choose before new ones.
//!
//! The filter knows the true probability of detection, occlusion included: as good as a vehicle that
//! keeps track of what hides what.

use super::atmosphere::Depths;
use super::detect::{Detection, Eye, Near};
use super::faults::Fault;
use super::kalman::Motion;
use super::report::{Class, Track};
use super::{EgoTruth, wrap_angle};

/// Square of the Mahalanobis distance within which 99.9 % of a track's detections lie (chi squared,
/// two degrees of freedom).
const GATE2: f64 = 13.8;
/// Within this square a detection outside of the gate is the track's own outlier, not another thing.
const OUTLIER2: f64 = 60.0;
/// No detection farther from a track than this is its own, m.
const FAR: f64 = 15.0;
/// Probability that a first detection is real: new things are rarer than false detections. Measured
/// over the library (tests/it/calibration.rs).
const BORN: f64 = 0.29;
/// No track is more certain than this, and less than that it is dropped, -.
const CERTAIN: f64 = 0.999;
const FORGET: f64 = 0.03;
/// With less than this chance to be detected in a cycle a track is out of sight, -, and it is kept
/// for so long, s.
const OUT_OF_SIGHT: f64 = 0.2;
const COAST: f64 = 0.8;
/// A position less certain than this is none, m (standard deviation).
const LOST: f64 = 4.0;
/// Tracks this close to a thing may be of it, m.
const SOURCE: f64 = 4.0;
/// How likely the classes are before anything is known, in the order of [`Class::ALL`].
const PRIOR: [f64; 5] = [0.6, 0.1, 0.1, 0.05, 0.15];
/// What no amount of readings rules out, -.
const CLASS_FLOOR: f64 = 2e-3;

/// A track with what stands behind it.
#[derive(Clone, Debug)]
pub struct Tracked {
    pub id: u32,
    pub motion: Motion,
    pub existence: f64,
    classes: [f64; 5],
    pub yaw: f64,
    pub length: f64,
    pub width: f64,
    unseen: f64,
    /// The thing nearest to it, by its place among those near: for the probability of detection.
    pub source: Option<usize>,
}

impl Tracked {
    pub fn class(&self) -> (Class, f64) {
        let mut best = 0;
        for i in 1..self.classes.len() {
            if self.classes[i] > self.classes[best] {
                best = i;
            }
        }
        (Class::ALL[best], self.classes[best])
    }

    fn take_class(&mut self, seen: Class, right: f64) {
        let wrong = (1.0 - right) / 4.0;
        let mut sum = 0.0;
        for (p, class) in self.classes.iter_mut().zip(Class::ALL) {
            *p *= if class == seen { right } else { wrong };
            sum += *p;
        }
        for p in &mut self.classes {
            *p = (1.0 - CLASS_FLOOR) * *p / sum + CLASS_FLOOR / 5.0;
        }
    }

    /// As it goes out.
    pub fn track(&self) -> Track {
        let (class, class_probability) = self.class();
        let m = &self.motion;
        Track {
            id: self.id,
            class,
            class_probability,
            x: m.place[0],
            y: m.place[1],
            vx: m.speed[0],
            vy: m.speed[1],
            sxx: m.pp.0[0],
            sxy: m.pp.0[1],
            syy: m.pp.0[3],
            yaw: self.yaw,
            length: self.length,
            width: self.width,
            existence: self.existence,
            ..Default::default()
        }
    }
}

/// White noise of acceleration by class, m2/s3: between following a braking car closely and being
/// calm. Assumptions.
fn agility(class: Class) -> f64 {
    match class {
        Class::Vehicle | Class::TwoWheeler | Class::Animal => 0.6,
        Class::Pedestrian => 0.3,
        Class::Obstacle => 0.02,
    }
}

#[derive(Clone, Debug, Default)]
pub struct Tracker {
    pub tracks: Vec<Tracked>,
    next: u32,
    /// Candidate pairs of a scan: unsure tracks last, cost, track, detection.
    pairs: Vec<(bool, f64, usize, usize)>,
    of_track: Vec<Option<usize>>,
    of_detection: Vec<bool>,
}

/// What the tracker knows of the conditions.
pub struct Conditions<'a> {
    pub ego: &'a EgoTruth,
    pub near: &'a [Near],
    /// Probability of each sensor to detect each of `near`, `eyes` apart.
    pub chances: &'a [f64],
    pub eyes: &'a [Eye],
    pub depths: &'a Depths,
    pub faults: &'a [Fault],
    pub time: f64,
}

impl Conditions<'_> {
    fn chance(&self, track: &Tracked, eye: usize) -> f64 {
        match track.source {
            Some(i) => self.chances[i * self.eyes.len() + eye],
            None => {
                let v = track.motion.speed;
                let thing = (track.class().0, track.motion.place, libm::hypot(v[0], v[1]));
                self.eyes[eye].chance(self.ego, thing, self.depths, self.faults, self.time)
            }
        }
    }
}

impl Tracker {
    /// Moves all on to now, takes in what arrives in this cycle, and drops what is gone.
    pub fn cycle(&mut self, c: &Conditions, cycle: u64, dt: f64) {
        for track in &mut self.tracks {
            track.motion.predict(dt, agility(track.class().0));
            let [x, y] = track.motion.place;
            let off = |n: &Near| libm::hypot(n.truth.x - x, n.truth.y - y);
            let things = c.near.iter().enumerate().filter(|(_, n)| n.tracked);
            track.source = things
                .map(|(i, n)| (i, off(n)))
                .filter(|(_, d)| *d < SOURCE)
                .min_by(|a, b| a.1.total_cmp(&b.1))
                .map(|(i, _)| i);
        }
        for eye in 0..c.eyes.len() {
            if let Some((scan, age)) = c.eyes[eye].arrives(cycle, c.time) {
                self.take(c, eye, &scan.detections, age);
            }
        }
        for track in &mut self.tracks {
            let missed: f64 = (0..c.eyes.len())
                .map(|eye| 1.0 - c.chance(track, eye))
                .product();
            track.unseen = if 1.0 - missed < OUT_OF_SIGHT {
                track.unseen + dt
            } else {
                0.0
            };
        }
        self.tracks.retain(|t| {
            t.existence > FORGET && t.unseen < COAST && t.motion.variance_in(0.0) < LOST * LOST
        });
    }

    /// Takes one scan in.
    fn take(&mut self, c: &Conditions, eye: usize, detections: &[Detection], age: f64) {
        self.associate(detections, age);
        let sensor = &c.eyes[eye];
        let noise = sensor.spec.speed_noise * sensor.spec.speed_noise;
        for i in 0..self.of_track.len() {
            let track = &mut self.tracks[i];
            let chance = c.chance(track, eye);
            let r = track.existence;
            let Some(d) = self.of_track[i] else {
                track.existence = (1.0 - chance) * r / (1.0 - chance * r).max(1e-9);
                continue;
            };
            let seen = &detections[d];
            let innovation = track.motion.compare(seen.place, seen.covariance, age);
            // It was seen, so it cannot have been all that unlikely.
            let likely = chance.max(0.05) * innovation.density() / sensor.clutter_density();
            track.existence = (likely * r / (1.0 - r + likely * r)).min(CERTAIN);
            track.motion.take_place(&innovation);
            track.motion.take_speed(seen.speed, noise);
            track.take_class(seen.class, sensor.knows_class());
            track.yaw = seen.yaw;
            track.length = seen.length;
            track.width = seen.width;
        }
        let known = self.of_track.len();
        for (d, seen) in detections.iter().enumerate() {
            if self.of_detection[d] || self.is_outlier(known, seen, age) {
                continue;
            }
            self.born(seen, noise, age, sensor.knows_class());
        }
    }

    /// Who gets which detection: the nearest pairs first, tracks that are sure before the others.
    fn associate(&mut self, detections: &[Detection], age: f64) {
        self.pairs.clear();
        for (i, track) in self.tracks.iter().enumerate() {
            let [x, y] = track.motion.place;
            for (d, seen) in detections.iter().enumerate() {
                if (seen.place[0] - x).abs() > FAR || (seen.place[1] - y).abs() > FAR {
                    continue;
                }
                let innovation = track.motion.compare(seen.place, seen.covariance, age);
                let distance2 = innovation.distance2();
                if distance2 < GATE2 {
                    let cost = distance2 + innovation.spread();
                    self.pairs.push((track.existence < 0.5, cost, i, d));
                }
            }
        }
        self.pairs.sort_unstable_by(|a, b| {
            a.0.cmp(&b.0)
                .then(a.1.total_cmp(&b.1))
                .then(a.2.cmp(&b.2))
                .then(a.3.cmp(&b.3))
        });
        self.of_track.clear();
        self.of_track.resize(self.tracks.len(), None);
        self.of_detection.clear();
        self.of_detection.resize(detections.len(), false);
        for &(_, _, i, d) in &self.pairs {
            if self.of_track[i].is_none() && !self.of_detection[d] {
                self.of_track[i] = Some(d);
                self.of_detection[d] = true;
            }
        }
    }

    /// A sure track that got nothing is close by: a reading far off its mark, not another thing.
    fn is_outlier(&self, known: usize, seen: &Detection, age: f64) -> bool {
        self.tracks[..known].iter().enumerate().any(|(i, track)| {
            let [x, y] = track.motion.place;
            self.of_track[i].is_none()
                && track.existence >= 0.5
                && (seen.place[0] - x).abs() < FAR
                && (seen.place[1] - y).abs() < FAR
                && track
                    .motion
                    .compare(seen.place, seen.covariance, age)
                    .distance2()
                    < OUTLIER2
        })
    }

    fn born(&mut self, seen: &Detection, speed_noise: f64, age: f64, knows_class: f64) {
        let mut motion = Motion {
            place: seen.place,
            speed: seen.speed,
            pp: seen.covariance,
            vv: super::kalman::Mat2::diagonal(speed_noise),
            ..Default::default()
        };
        motion.predict(age, agility(seen.class));
        self.next += 1;
        let mut track = Tracked {
            id: self.next,
            motion,
            existence: BORN,
            classes: PRIOR,
            yaw: wrap_angle(seen.yaw),
            length: seen.length,
            width: seen.width,
            unseen: 0.0,
            source: None,
        };
        track.take_class(seen.class, knows_class);
        self.tracks.push(track);
    }
}
