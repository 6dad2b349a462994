//! The own lane, the own place on the map, and the next traffic light.

use super::report::{LaneReport, LightReport};
use super::{EgoTruth, Eyesight, FaultKind, Perception, World};
use crate::road::{Path, Pose2, SignalKind};

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
        let place = |d: f64| {
            let at = path.at(here.d + d).at;
            (network.lane(at.lane).road, network.s_of(at))
        };
        let mut range = world.weather.air.visible_range(place, limit);
        // Markings are followed as far as they go without a gap.
        let marked = |d: f64| {
            let (road, s) = place(d);
            let road = network.road(road);
            road.unmarked.is_empty() || road.marked(s)
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
        self.report.light = None;
        let network = world.network;
        let (from, to) = (ego.located.d - 3.0, ego.located.d + 150.0);
        let mut last = None;
        for p in path.points().iter().filter(|p| (from..to).contains(&p.d)) {
            let node = network.lane(p.at.lane);
            if last == Some(node.road) {
                continue;
            }
            last = Some(node.road);
            let s_here = network.s_of(p.at);
            for signal in &network.road(node.road).signals {
                let SignalKind::Light(programme) = &signal.kind else {
                    continue;
                };
                let d = p.d + (signal.s - s_here) * node.sign();
                if signal.along != (node.lane < 0) || !(from..to).contains(&d) {
                    continue;
                }
                let distance = d - ego.located.d - ego.nose;
                let readable = distance < sight.camera * LIGHT_RANGE;
                let nearer = self.report.light.is_none_or(|l| distance < l.distance);
                if nearer {
                    self.report.light = Some(LightReport {
                        distance,
                        shows: readable.then(|| programme.light(time)),
                    });
                }
            }
        }
    }
}
