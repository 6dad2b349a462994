//! The own lane, the own place on the map, and the next traffic light.

use super::report::{LaneReport, LightReport};
use super::{EgoTruth, Eyesight, FaultKind, Perception, World};
use crate::road::{Path, Pose2};

/// Without markings the place across the lane comes from satellites and the map: its error wanders
/// with this standard deviation, m, and this time constant, s. Assumptions; RTK is better, plain
/// GNSS worse.
const DRIFT: f64 = 0.35;
const DRIFT_TIME: f64 = 6.0;
/// A light's colour can be told at this share of the camera's range.
const LIGHT_RANGE: f64 = 0.6;

impl Perception {
    pub(super) fn sense_lane(
        &mut self,
        world: &World,
        path: &Path,
        ego: &EgoTruth,
        sight: &Eyesight,
        time: f64,
        dt: f64,
    ) {
        let network = world.network;
        let here = ego.located;
        let limit = self.settings.lane_range * (sight.camera / self.settings.range).min(1.0);
        let place = |d: f64| world.place(path, here.d + d);
        let mut range = world.weather.air.visible_range(place, limit);
        // Markings are followed as far as they go without a gap.
        let marked = |d: f64| {
            let (road, s) = place(d);
            network.road(road).marked(s)
        };
        let mut d = 0.0;
        while d < range {
            if !marked(d) {
                range = d;
                break;
            }
            d += 2.5;
        }
        // A wandering error (Ornstein-Uhlenbeck) that markings take away.
        let kick = self.normal();
        let keep = libm::exp(-dt / DRIFT_TIME);
        self.lane_drift = self.lane_drift * keep + DRIFT * libm::sqrt(1.0 - keep * keep) * kick;
        let unsure = 1.0 - (range / 15.0).clamp(0.0, 1.0);
        let shift: f64 = world
            .faults
            .iter()
            .filter(|f| f.active(time))
            .map(|f| match f.what {
                FaultKind::LaneShift { by } => by,
                _ => 0.0,
            })
            .sum();
        let (n_across, n_yaw) = (self.normal(), self.normal());
        // The lane seems further left by `shift`: we seem further right.
        let error = self.settings.lane_noise * n_across + unsure * self.lane_drift - shift;
        let turn = 0.002 * n_yaw;
        let left = ego.yaw - here.heading + std::f64::consts::FRAC_PI_2;
        self.report.pose = Pose2 {
            x: ego.x + error * libm::cos(left),
            y: ego.y + error * libm::sin(left),
            yaw: ego.yaw + turn,
        };
        self.report.lane = LaneReport {
            at: here.at,
            width: network.width(here.at),
            offset: here.offset + error,
            heading: here.heading + turn,
            range,
        };
    }

    /// The nearest light ahead on our way (or just behind its stop line).
    pub(super) fn sense_light(
        &mut self,
        world: &World,
        path: &Path,
        ego: &EgoTruth,
        sight: &Eyesight,
        time: f64,
    ) {
        let from = ego.located.d;
        let next = world.network.next_light(path, from - 3.0, from + 150.0);
        self.report.light = next.map(|(d, _, programme)| {
            let distance = d - from - ego.nose;
            let readable = distance < sight.camera * LIGHT_RANGE;
            LightReport {
                distance,
                shows: readable.then(|| programme.light(time)),
            }
        });
    }
}
