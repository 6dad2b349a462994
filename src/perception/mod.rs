//! What the vehicle believes: tracks of others, its lane, how far it sees, and how sure it is.
//!
//! A first honest model. One forward sensor suite; every miss and error comes from range, contrast
//! in fog and a seeded stream. The autopilot and the takeover policy see a [`Report`] and nothing
//! else; the truth goes in here and to the referee only.

pub mod atmosphere;
mod confidence;
pub mod weather;

pub use confidence::{Confidence, Function, stopping_distance};

use crate::road::{Road, RoadPoint, wrap_angle};
use atmosphere::{Atmosphere, CONTRAST_LIMIT};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

/// The sensor suite's settings.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SensorSettings {
    /// Range in clear air, m.
    pub range: f64,
    /// Full horizontal field of view, degrees.
    pub field_of_view_deg: f64,
    /// Lane markings are seen at most this far, m.
    pub lane_range: f64,
    /// Standard deviation of a range reading near by, m; it grows by 1 % of the distance.
    pub range_noise: f64,
    /// Standard deviation of a speed reading, m/s.
    pub speed_noise: f64,
    /// Standard deviation of the lane offset reading, m.
    pub lane_noise: f64,
}

impl Default for SensorSettings {
    fn default() -> Self {
        Self {
            range: 180.0,
            field_of_view_deg: 120.0,
            lane_range: 80.0,
            range_noise: 0.2,
            speed_noise: 0.3,
            lane_noise: 0.03,
        }
    }
}

/// The sensors report every this many ticks: 20 Hz.
pub const TICKS_PER_REPORT: u64 = 5;

/// True state of the ego, for the sensors.
#[derive(Clone, Copy, Debug, Default)]
pub struct EgoTruth {
    pub x: f64,
    pub y: f64,
    pub yaw: f64,
    /// m/s.
    pub speed: f64,
    /// Centre of gravity to front bumper, m.
    pub nose: f64,
}

/// True state of another road user, for the sensors.
#[derive(Clone, Copy, Debug)]
pub struct ActorTruth {
    pub id: u32,
    /// Middle of the body, m.
    pub x: f64,
    pub y: f64,
    /// Speed along the road, m/s.
    pub speed: f64,
    pub length: f64,
}

/// What is believed of another road user.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Track {
    pub id: u32,
    /// From our front bumper to its rear bumper along the road, m; negative beside and behind.
    pub gap: f64,
    /// Across the road, m (OpenDRIVE t).
    pub t: f64,
    /// Along the road, m/s.
    pub speed: f64,
    /// Probability that it exists, 0 to 1.
    pub existence: f64,
}

/// What is believed of the own lane.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LaneReport {
    pub lane: i32,
    /// Its centre across the road, m (OpenDRIVE t).
    pub centre: f64,
    /// Its width, m.
    pub width: f64,
    /// Own position left of the lane's centre, m.
    pub offset: f64,
    /// Own heading left of the lane's, rad.
    pub heading: f64,
    /// Curvature at the preview point, 1/m.
    pub curvature: f64,
    /// Markings are seen this far, m.
    pub range: f64,
}

/// Everything the vehicle believes at one moment.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub tracks: Vec<Track>,
    pub lane: LaneReport,
    /// Free road is seen this far, m.
    pub visible_range: f64,
    pub confidence: Confidence,
}

/// The sensor suite and its trackers.
#[derive(Debug)]
pub struct Perception {
    settings: SensorSettings,
    rng: ChaCha8Rng,
    report: Report,
}

/// Tracks less likely than this are dropped.
const FORGET: f64 = 0.15;
/// Weight of a new reading in a track, -.
const TRACK_GAIN: f64 = 0.35;
/// Sharpness of the detection limit: standard spread in ln(contrast), -.
const CONTRAST_SPREAD: f64 = 0.25;

impl Perception {
    pub fn new(settings: SensorSettings, rng: ChaCha8Rng) -> Self {
        Self {
            settings,
            rng,
            report: Report::default(),
        }
    }

    pub fn report(&self) -> &Report {
        &self.report
    }

    /// One reading of all sensors. `dt` is the time since the last one, s.
    pub fn sense(
        &mut self,
        road: &Road,
        air: &Atmosphere,
        ego: &EgoTruth,
        actors: &[ActorTruth],
        dt: f64,
    ) {
        let here = place(road, ego.x, ego.y);
        self.sense_lane(road, air, ego, here);
        self.report.visible_range = air.visible_range(here.s, self.settings.range);
        for actor in actors {
            self.sense_actor(road, air, ego, here, actor, dt);
        }
        self.report.tracks.retain(|t| t.existence > FORGET);
        let noise = self.normal();
        let report = &mut self.report;
        report.confidence = report.confidence.next(report, ego.speed, noise, dt);
    }

    fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.rng)
    }

    fn sense_lane(&mut self, road: &Road, air: &Atmosphere, ego: &EgoTruth, here: RoadPoint) {
        let lane = -1 - (-here.t / 3.75).floor().clamp(0.0, 1.0) as i32;
        let centre = road.centre(lane, here.s).unwrap_or(0.0);
        let direction = road.line.pose(here.s).yaw;
        let preview = here.s + ego.speed * 0.3;
        self.report.lane = LaneReport {
            lane,
            centre,
            width: 3.75,
            offset: here.t - centre + self.settings.lane_noise * self.normal(),
            heading: wrap_angle(ego.yaw - direction) + 0.002 * self.normal(),
            curvature: road.line.curvature(preview),
            range: air.visible_range(here.s, self.settings.lane_range),
        };
    }

    fn sense_actor(
        &mut self,
        road: &Road,
        air: &Atmosphere,
        ego: &EgoTruth,
        here: RoadPoint,
        actor: &ActorTruth,
        dt: f64,
    ) {
        // Drawn for every actor, seen or not, so that one actor's visibility does not shift the
        // noise of the others.
        let (n_gap, n_t, n_speed) = (self.normal(), self.normal(), self.normal());
        let chance = rand::RngExt::random::<f64>(&mut self.rng);

        let there = place(road, actor.x, actor.y);
        let (dx, dy) = (actor.x - ego.x, actor.y - ego.y);
        let distance = libm::hypot(dx, dy);
        let bearing = wrap_angle(libm::atan2(dy, dx) - ego.yaw).to_degrees().abs();
        let seen = bearing <= self.settings.field_of_view_deg / 2.0
            && distance <= self.settings.range
            && chance < detection_probability(air.contrast(here.s, there.s - here.s));

        let gap = there.s - here.s - ego.nose - actor.length / 2.0;
        let spread = self.settings.range_noise + 0.01 * distance;
        let measured = Track {
            id: actor.id,
            gap: gap + spread * n_gap,
            t: there.t + 0.1 * n_t,
            speed: actor.speed + self.settings.speed_noise * n_speed,
            existence: 1.0,
        };
        let tracks = &mut self.report.tracks;
        match tracks.iter_mut().find(|t| t.id == actor.id) {
            Some(track) => {
                track.gap += (track.speed - ego.speed) * dt;
                if seen {
                    track.gap += TRACK_GAIN * (measured.gap - track.gap);
                    track.t += TRACK_GAIN * (measured.t - track.t);
                    track.speed += TRACK_GAIN * (measured.speed - track.speed);
                    track.existence += TRACK_GAIN * (1.0 - track.existence);
                } else {
                    track.existence *= 1.0 - TRACK_GAIN / 2.0;
                }
            }
            None if seen => tracks.push(Track {
                existence: TRACK_GAIN,
                ..measured
            }),
            None => {}
        }
    }
}

fn place(road: &Road, x: f64, y: f64) -> RoadPoint {
    let (s, t) = road.line.nearest(x, y);
    RoadPoint {
        road: crate::road::RoadId(0),
        s,
        t,
    }
}

/// Probability that one reading detects an object at this contrast: one half at the limit.
fn detection_probability(contrast: f64) -> f64 {
    let z = (libm::log(contrast) - libm::log(CONTRAST_LIMIT)) / CONTRAST_SPREAD;
    1.0 / (1.0 + libm::exp(-z))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, stream};
    use crate::road::{Element, ReferenceLine};

    fn setting(visibility: f64) -> (Road, Atmosphere) {
        let lanes = crate::road::CrossSection {
            right: 2,
            left: 0,
            lane_width: 3.75,
            shoulder: 2.5,
            sidewalk: 0.0,
        };
        let line = ReferenceLine::new(&[Element::Straight { length: 2000.0 }]);
        let road = crate::road::road("road", line, lanes.section(), 30.0);
        (
            road,
            Atmosphere {
                visibility,
                banks: Vec::new(),
            },
        )
    }

    fn look(visibility: f64, distance: f64) -> Report {
        let (road, air) = setting(visibility);
        let ego = EgoTruth {
            x: 100.0,
            y: -5.25,
            speed: 20.0,
            nose: 2.0,
            ..Default::default()
        };
        let actor = ActorTruth {
            id: 7,
            x: 100.0 + distance,
            y: -5.25,
            speed: 20.0,
            length: 4.0,
        };
        let mut eyes = Perception::new(SensorSettings::default(), stream(1, Purpose::Sensors));
        for _ in 0..40 {
            eyes.sense(&road, &air, &ego, &[actor], 0.05);
        }
        eyes.report().clone()
    }

    #[test]
    fn in_clear_air_a_car_ahead_is_tracked_closely() {
        let report = look(10_000.0, 60.0);
        let track = report.tracks[0];
        assert!(track.existence > 0.95);
        assert!((track.gap - 56.0).abs() < 1.5, "{}", track.gap);
        assert!((track.t - -5.25).abs() < 0.3);
        assert!(report.confidence.overall > 0.9, "{:?}", report.confidence);
    }

    #[test]
    fn fog_hides_what_lies_beyond_it_and_costs_confidence() {
        let report = look(40.0, 60.0);
        assert!(report.tracks.is_empty(), "{:?}", report.tracks);
        assert!(report.visible_range < 41.0);
        assert!(report.confidence.overall < 0.6, "{:?}", report.confidence);
        assert_eq!(report.confidence.weakest, Function::FreeSpace);
    }

    #[test]
    fn nothing_is_seen_behind() {
        assert!(look(10_000.0, -30.0).tracks.is_empty());
    }

    #[test]
    fn half_of_the_readings_detect_at_the_contrast_limit() {
        assert!((detection_probability(CONTRAST_LIMIT) - 0.5).abs() < 1e-12);
        assert!(detection_probability(0.5) > 0.999);
        assert!(detection_probability(0.005) < 0.001);
    }
}
