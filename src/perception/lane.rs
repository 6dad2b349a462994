//! The own lane, the own place on the map, and the next traffic light.

use super::report::{LaneReport, LightReport, PoseSd};
use super::{EgoTruth, FaultKind, Perception, World};
use crate::road::{Path, Pose2};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// A light's colour can be told at this share of the camera's range.
const LIGHT_RANGE: f64 = 0.6;
/// Markings seen this far make the place across the lane independent of satellites, m.
const MARKS_ENOUGH: f64 = 15.0;
/// Landmarks along the road (signs, poles, stop lines) that cameras or lidars match with the map leave
/// this share of the error along it, -; where they see this far, m. Assumptions.
const LANDMARKS: f64 = 0.5;
const LANDMARKS_SEEN: f64 = 20.0;
/// Standard deviation of the heading, rad.
const HEADING_NOISE: f64 = 0.002;

/// The place by satellites and odometry: its error and how large that is known to be.
///
/// With satellites an Ornstein-Uhlenbeck process along and across, whose stationary spread is the
/// receiver's noise. Without them a random walk by the way that is driven. The variance that is
/// carried along is that of the error, so what is said of the place is true.
#[derive(Clone, Debug)]
pub struct Localiser {
    /// m.
    pub along: f64,
    pub across: f64,
    /// m2, of each.
    pub variance: f64,
    /// Satellites are received.
    pub fixed: bool,
}

impl Localiser {
    pub fn new(noise: f64, rng: &mut ChaCha8Rng) -> Self {
        let mut normal = || -> f64 { StandardNormal.sample(rng) };
        Self {
            along: noise * normal(),
            across: noise * normal(),
            variance: noise * noise,
            fixed: true,
        }
    }
}

/// Errors of the reported place, m: what a scripted fault adds, and nobody knows, included.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlaceError {
    pub along: f64,
    pub across: f64,
    /// Means of both: what faults add to the wander.
    pub mean_along: f64,
    pub mean_across: f64,
    /// ... to the place across by satellites alone, and its error, m.
    pub mean_map: f64,
    pub map: f64,
    /// ... to the place across by markings alone.
    pub mean_marks: f64,
}

impl Perception {
    fn localise(&mut self, gnss: bool, speed: f64, dt: f64) {
        let kicks = [self.normal(), self.normal()];
        let suite = &self.suite;
        let l = &mut self.localiser;
        l.fixed = gnss;
        let (keep, variance) = if gnss {
            let keep = libm::exp(-dt / suite.gnss_correlation);
            let noise = suite.gnss_noise * suite.gnss_noise;
            (keep, noise * (1.0 - keep * keep))
        } else {
            let noise = suite.odometry_noise * suite.odometry_noise;
            (1.0, noise * speed.abs() * dt)
        };
        let kick = libm::sqrt(variance);
        l.along = keep * l.along + kick * kicks[0];
        l.across = keep * l.across + kick * kicks[1];
        l.variance = keep * keep * l.variance + variance;
    }

    /// Where we are: on the map and in the lane.
    pub(super) fn sense_lane(
        &mut self,
        world: &World,
        path: &Path,
        ego: &EgoTruth,
        time: f64,
        dt: f64,
    ) {
        let active = || world.faults.iter().filter(|f| f.active(time));
        let gnss = !self.was_in_tunnel && !active().any(|f| f.takes_gnss(time));
        self.localise(gnss, ego.speed, dt);
        let network = world.network;
        let here = ego.located;
        let limit = self.suite.lane_range * self.sight.camera_share;
        let place = |d: f64| world.place(path, here.d + d);
        let mut range = if self.was_in_tunnel {
            limit
        } else {
            world.weather.air.visible_range(place, limit)
        };
        // Markings are followed as far as they go without a gap.
        let marked = |d: f64| {
            let (road, s) = place(d);
            network.road(road).marked(s)
        };
        let mut d = 0.0;
        self.gap_in_markings = false;
        while d < range {
            if !marked(d) {
                range = d;
                self.gap_in_markings = true;
                break;
            }
            d += 2.5;
        }
        let unsure = 1.0 - (range / MARKS_ENOUGH).clamp(0.0, 1.0);
        let (mut shift, mut jump) = (0.0, [0.0, 0.0]);
        for fault in active() {
            match fault.what {
                FaultKind::LaneShift { by } => shift += by,
                FaultKind::GnssJump { by_x, by_y } if gnss => {
                    jump = [jump[0] + by_x, jump[1] + by_y];
                }
                _ => {}
            }
        }
        let (n_across, n_yaw) = (self.normal(), self.normal());
        let lane_yaw = ego.yaw - here.heading;
        let (sin, cos) = (libm::sin(lane_yaw), libm::cos(lane_yaw));
        let jump_along = jump[0] * cos + jump[1] * sin;
        let jump_across = jump[1] * cos - jump[0] * sin;
        let noise = self.suite.lane_noise;
        let l = &self.localiser;
        let along_left = if self.report.visible_range < LANDMARKS_SEEN {
            1.0
        } else {
            LANDMARKS
        };
        // The lane seems further left by `shift`: we seem further right.
        self.error = PlaceError {
            along: along_left * (l.along + jump_along),
            across: noise * n_across + unsure * (l.across + jump_across) - shift,
            mean_along: along_left * jump_along,
            mean_across: unsure * jump_across - shift,
            mean_map: jump_across - shift,
            map: l.across + jump_across - shift,
            mean_marks: -shift,
        };
        let (along, error) = (self.error.along, self.error.across);
        let turn = HEADING_NOISE * n_yaw;
        self.report.pose = Pose2 {
            x: ego.x + along * cos - error * sin,
            y: ego.y + along * sin + error * cos,
            yaw: ego.yaw + turn,
        };
        self.report.pose_sd = PoseSd {
            along: along_left * libm::sqrt(l.variance),
            across: libm::sqrt(noise * noise + unsure * unsure * l.variance),
            heading: HEADING_NOISE,
        };
        self.report.lane = LaneReport {
            at: here.at,
            width: network.width(here.at),
            offset: here.offset + error,
            heading: here.heading + turn,
            range,
            quality: (range / self.suite.lane_range).clamp(0.0, 1.0),
        };
    }

    /// The nearest light ahead on our way (or just behind its stop line).
    pub(super) fn sense_light(&mut self, world: &World, path: &Path, ego: &EgoTruth, time: f64) {
        let from = ego.located.d;
        let camera = self.sight.camera;
        let next = world.network.next_light(path, from - 3.0, from + 150.0);
        self.report.light = next.map(|(d, _, programme)| {
            let distance = d - from - ego.nose;
            let readable = distance < camera * LIGHT_RANGE;
            LightReport {
                distance,
                shows: readable.then(|| programme.light(time)),
            }
        });
    }
}
