//! From what is there to detections: who is seen by which sensor, how well, and what is seen that is
//! not there.

use super::atmosphere::{CONTRAST_LIMIT, Depths};
use super::faults::Fault;
use super::kalman::Mat2;
use super::report::Class;
use super::sensors::{Cause, Reach, Surroundings, reach};
use super::weather::Weather;
use super::{ActorTruth, EgoTruth};
use crate::road::wrap_angle;
use crate::vehicle::sensors::{FUSION_HZ, Sensor, SensorSpec};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// The best probability to detect something in one scan, -: no detector is perfect. An assumption.
pub const BEST: f64 = 0.97;
/// A radar's, of what moves.
const RADAR_BEST: f64 = 0.9;
/// A radar drops what moves slower than this over ground, m/s, as automotive radars do against
/// clutter.
const RADAR_MIN_SPEED: f64 = 1.5;
/// Sharpness of the detection limit: standard spread in ln(contrast), -.
const CONTRAST_SPREAD: f64 = 0.25;
/// Growth of a range's error with the distance, -.
const RANGE_NOISE_SHARE: f64 = 0.01;
/// Least error across, m: where a thing's middle is is not known better.
const ACROSS_NOISE: f64 = 0.05;
/// A thing less in view than this is not made out, -.
pub const IN_VIEW: f64 = 0.33;

/// Something in range.
#[derive(Clone, Copy, Debug)]
pub struct Near {
    pub distance: f64,
    pub truth: ActorTruth,
    pub class: Class,
    /// It is there to be tracked; others only hide things.
    pub tracked: bool,
    /// Enough of it is in view.
    pub in_view: bool,
    /// A scripted blindness hides it, and nobody knows.
    pub blind: bool,
}

/// What one sensor takes for a thing.
#[derive(Clone, Copy, Debug)]
pub struct Detection {
    /// m, world axes.
    pub place: [f64; 2],
    pub covariance: Mat2,
    /// m/s.
    pub speed: [f64; 2],
    /// Taken as exact: errors of orientation and size are left out.
    pub yaw: f64,
    pub length: f64,
    pub width: f64,
    pub class: Class,
}

/// One look of one sensor.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// s; none if the sensor did not look.
    pub taken: Option<f64>,
    pub detections: Vec<Detection>,
}

/// A sensor at work.
#[derive(Clone, Debug)]
pub struct Eye {
    pub spec: SensorSpec,
    /// Range that weather, light and faults leave, fog apart, m.
    pub range: f64,
    /// Why not more.
    pub cause: Cause,
    /// It looks straight ahead, and nothing covers it there.
    pub looks_ahead: bool,
    /// Scans on their way to the fusion: as many as its latency takes cycles, and one.
    scans: Vec<Scan>,
}

/// A place as one sensor sees it.
#[derive(Clone, Copy, Debug)]
struct Line {
    distance: f64,
    /// World direction from the sensor, rad.
    direction: f64,
    in_field: bool,
}

impl Eye {
    pub fn new(spec: SensorSpec) -> Self {
        let cycles = spec.latency_ms / 1000.0 * f64::from(FUSION_HZ);
        let slots = (cycles - 1e-6).ceil().max(0.0) as usize + 1;
        Self {
            range: spec.range,
            cause: Cause::None,
            looks_ahead: false,
            scans: vec![Scan::default(); slots],
            spec,
        }
    }

    /// What conditions leave of its range.
    pub fn adapt(&mut self, weather: &Weather, around: &Surroundings, faults: &[Fault], time: f64) {
        let mut strongest = 0.9;
        let mut r: Reach = reach(&self.spec, weather, around, &mut strongest);
        for fault in faults {
            let (left, cause) = fault.leaves(&self.spec, time);
            r = r.limited(left, cause, &mut strongest);
        }
        self.range = self.spec.range * r.share;
        self.cause = r.cause;
    }

    /// Half of its field of view, rad.
    fn half_field(&self) -> f64 {
        self.spec.field_of_view_deg.to_radians() / 2.0
    }

    /// This direction, rad to the left of straight ahead, is in its field of view.
    pub fn faces(&self, bearing: f64) -> bool {
        let off = wrap_angle(bearing - self.spec.heading_deg.to_radians());
        off.abs() <= self.half_field() + 1e-9
    }

    /// ... and nothing covers it there.
    pub fn looks(&self, bearing: f64, faults: &[Fault], time: f64) -> bool {
        self.faces(bearing) && !faults.iter().any(|f| f.covers(&self.spec, bearing, time))
    }

    fn line(&self, ego: &EgoTruth, place: [f64; 2], faults: &[Fault], time: f64) -> Line {
        let (sin, cos) = (libm::sin(ego.yaw), libm::cos(ego.yaw));
        let dx = place[0] - ego.x - self.spec.x * cos + self.spec.y * sin;
        let dy = place[1] - ego.y - self.spec.x * sin - self.spec.y * cos;
        let direction = libm::atan2(dy, dx);
        Line {
            distance: libm::hypot(dx, dy),
            direction,
            in_field: self.looks(direction - ego.yaw, faults, time),
        }
    }

    /// Probability that one scan detects a thing in view at a place.
    pub fn chance(
        &self,
        ego: &EgoTruth,
        thing: (Class, [f64; 2], f64),
        depths: &Depths,
        faults: &[Fault],
        time: f64,
    ) -> f64 {
        let (class, place, speed) = thing;
        let line = self.line(ego, place, faults, time);
        if !line.in_field {
            return 0.0;
        }
        match self.spec.kind {
            Sensor::Radar => {
                let moves =
                    speed > RADAR_MIN_SPEED && matches!(class, Class::Vehicle | Class::TwoWheeler);
                if moves && line.distance < self.range {
                    RADAR_BEST
                } else {
                    0.0
                }
            }
            Sensor::Camera | Sensor::Lidar => {
                let (dx, dy) = (place[0] - ego.x, place[1] - ego.y);
                let ahead = dx * libm::cos(ego.yaw) + dy * libm::sin(ego.yaw);
                let reach = self.range * made_out(class);
                BEST * detection_probability(line.distance, reach, depths.contrast(ahead))
            }
        }
    }

    /// How often it gives a thing its right class; else each other one is as likely. Assumptions.
    pub fn knows_class(&self) -> f64 {
        match self.spec.kind {
            Sensor::Camera => 0.9,
            Sensor::Lidar => 0.75,
            Sensor::Radar => 0.6,
        }
    }

    /// False detections per scan and square metre of its field of view.
    pub fn clutter_density(&self) -> f64 {
        let area = self.half_field() * self.spec.range * self.spec.range;
        (self.spec.clutter / area.max(1.0)).max(1e-9)
    }

    /// The scan that reaches the fusion in this cycle, with its age, s.
    pub fn arrives(&self, cycle: u64, time: f64) -> Option<(&Scan, f64)> {
        let slots = self.scans.len() as u64;
        let scan = &self.scans[((cycle + 1) % slots) as usize];
        scan.taken.map(|taken| (scan, time - taken))
    }

    /// Looks, if it is time to. `chances` are the probabilities to detect each of `near`, in their
    /// order, `stride` apart.
    pub fn look(
        &mut self,
        cycle: u64,
        time: f64,
        ego: &EgoTruth,
        near: &[Near],
        chances: impl Fn(usize) -> f64,
        rng: &mut ChaCha8Rng,
    ) {
        let slots = self.scans.len() as u64;
        let mut scan = std::mem::take(&mut self.scans[(cycle % slots) as usize]);
        scan.detections.clear();
        let due = cycle.is_multiple_of(u64::from(FUSION_HZ / self.spec.rate));
        scan.taken = due.then_some(time);
        if due {
            for (i, thing) in near.iter().enumerate() {
                // Drawn for everything in range, seen or not, so that what one thing's visibility
                // does to the stream is nothing.
                if thing.tracked && thing.distance < self.spec.range + 10.0 {
                    let seen = self.see(ego, thing, chances(i), rng);
                    scan.detections.extend(seen);
                }
            }
            scan.detections.extend(self.false_detection(ego, rng));
        }
        self.scans[(cycle % slots) as usize] = scan;
    }

    fn see(
        &self,
        ego: &EgoTruth,
        thing: &Near,
        chance: f64,
        rng: &mut ChaCha8Rng,
    ) -> Option<Detection> {
        let mut normal = || -> f64 { StandardNormal.sample(rng) };
        let (along, across) = (normal(), normal());
        let speed = [normal(), normal()];
        let (draw, which): (f64, f64) = (rng.random(), rng.random());
        if draw >= chance || thing.blind {
            return None;
        }
        let truth = &thing.truth;
        let line = self.line(ego, [truth.x, truth.y], &[], 0.0);
        let (sin, cos) = (libm::sin(line.direction), libm::cos(line.direction));
        let (sd_along, sd_across) = self.noise(line.distance);
        let (along, across) = (sd_along * along, sd_across * across);
        let noise = self.spec.speed_noise;
        Some(Detection {
            place: [
                truth.x + along * cos - across * sin,
                truth.y + along * sin + across * cos,
            ],
            covariance: Mat2::turned(sd_along * sd_along, sd_across * sd_across, cos, sin),
            speed: [truth.vx + noise * speed[0], truth.vy + noise * speed[1]],
            yaw: truth.yaw,
            length: truth.size[0],
            width: truth.size[1],
            class: mistaken(thing.class, self.knows_class(), which),
        })
    }

    /// Standard deviations along and across the line of sight at a distance, m.
    fn noise(&self, distance: f64) -> (f64, f64) {
        let bearing = self.spec.bearing_noise_deg.to_radians();
        (
            self.spec.range_noise + RANGE_NOISE_SHARE * distance,
            libm::hypot(ACROSS_NOISE, bearing * distance),
        )
    }

    /// Something that is not there, anywhere in the field of view.
    fn false_detection(&self, ego: &EgoTruth, rng: &mut ChaCha8Rng) -> Option<Detection> {
        let mut draw = || -> f64 { rng.random() };
        let (whether, r, b, which) = (draw(), draw(), draw(), draw());
        // A broken or covered sensor sees nothing, and nothing that is not there either.
        if whether >= self.spec.clutter || self.range <= 0.0 {
            return None;
        }
        let distance = self.range * libm::sqrt(r);
        let bearing = self.spec.heading_deg.to_radians() + self.half_field() * (2.0 * b - 1.0);
        let direction = ego.yaw + bearing;
        let (sin, cos) = (libm::sin(direction), libm::cos(direction));
        let (along, across) = self.noise(distance);
        let class = Class::ALL[((which * 5.0) as usize).min(4)];
        let (length, width) = match class {
            Class::Vehicle => (4.0, 1.8),
            Class::TwoWheeler => (1.8, 0.6),
            _ => (0.6, 0.6),
        };
        Some(Detection {
            place: [ego.x + distance * cos, ego.y + distance * sin],
            covariance: Mat2::turned(along * along, across * across, cos, sin),
            speed: [0.0, 0.0],
            yaw: ego.yaw,
            length,
            width,
            class,
        })
    }
}

/// The class that a sensor gives, by a uniform draw.
fn mistaken(class: Class, right: f64, draw: f64) -> Class {
    if draw < right {
        return class;
    }
    let others = Class::ALL.len() - 1;
    let n = ((draw - right) / (1.0 - right) * others as f64) as usize;
    let mut rest = Class::ALL.into_iter().filter(|c| *c != class);
    rest.nth(n.min(others - 1)).unwrap_or(class)
}

/// Small things are made out at a shorter distance: share of the range.
fn made_out(class: Class) -> f64 {
    match class {
        Class::Vehicle => 1.0,
        Class::TwoWheeler => 0.8,
        Class::Pedestrian | Class::Animal => 0.7,
        Class::Obstacle => 0.6,
    }
}

/// Probability that one reading of camera or lidar detects an object, apart from the sensor's own
/// best: one half at the end of their reach (m) in clear air, and one half at the limit of contrast.
pub fn detection_probability(distance: f64, reach: f64, contrast: f64) -> f64 {
    let clear = 12.0 * (1.0 - distance / reach.max(1e-3));
    let fog = (libm::log(contrast.max(1e-300)) - libm::log(CONTRAST_LIMIT)) / CONTRAST_SPREAD;
    1.0 / (1.0 + libm::exp(-clear.min(fog)))
}
