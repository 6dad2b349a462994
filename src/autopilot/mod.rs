//! The automation's driving: keep the lane, keep the distance, stop at minimal risk.
//!
//! It acts on a perception [`Report`] and the vehicle's own speed, never on the truth.

use crate::perception::Report;
use crate::vehicle::VehicleSpec;
use crate::vehicle::dynamics::{Controls, pedals};
use serde::{Deserialize, Serialize};

/// How the automation drives.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AutopilotSettings {
    /// Speed it aims for, m/s; the road's limit if smaller.
    pub speed: f64,
    /// Added to the minimum time gap of UN R157, s.
    pub extra_gap: f64,
    /// Largest comfortable acceleration, m/s2.
    pub acceleration: f64,
    /// Largest comfortable deceleration, m/s2.
    pub deceleration: f64,
    /// Largest deceleration it can ask for, m/s2; over 5 m/s2 is an emergency manoeuvre (UN R157).
    pub max_deceleration: f64,
    /// Deceleration of a minimal-risk manoeuvre, m/s2; UN R157 allows at most 4.
    pub minimal_risk_deceleration: f64,
    /// Limit on the change of acceleration, m/s3, outside an emergency.
    pub jerk: f64,
}

impl Default for AutopilotSettings {
    fn default() -> Self {
        Self {
            speed: 130.0 / 3.6,
            extra_gap: 0.2,
            acceleration: 1.5,
            deceleration: 2.0,
            max_deceleration: 7.0,
            minimal_risk_deceleration: 3.0,
            jerk: 2.5,
        }
    }
}

/// What the automation is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    Drive,
    /// Go on without speeding up: what is ahead may be more than is seen.
    Hold,
    /// Stop in the lane.
    MinimalRisk,
}

/// Own motion, from the vehicle's own sensors.
#[derive(Clone, Copy, Debug, Default)]
pub struct Odometry {
    /// m/s.
    pub speed: f64,
}

/// Standstill gap, m.
const STANDSTILL_GAP: f64 = 4.0;
/// Half width in which a track counts as in our lane, share of the lane width.
const IN_LANE: f64 = 0.5;

#[derive(Debug)]
pub struct Autopilot {
    settings: AutopilotSettings,
    /// Acceleration asked for last, m/s2.
    acceleration: f64,
}

impl Autopilot {
    pub fn new(settings: AutopilotSettings) -> Self {
        Self {
            settings,
            acceleration: 0.0,
        }
    }

    /// Starts smoothly from what the vehicle is doing now (after a hand-back), m/s2.
    pub fn engage(&mut self, acceleration: f64) {
        self.acceleration = acceleration;
    }

    /// Controls for the next `dt` s. `limit` is the speed limit, m/s.
    pub fn drive(
        &mut self,
        task: Task,
        report: &Report,
        own: Odometry,
        limit: f64,
        spec: &VehicleSpec,
        dt: f64,
    ) -> Controls {
        let wanted = self.longitudinal(task, report, own, limit);
        let step = self.settings.jerk * dt;
        // Comfort yields when hard braking is needed.
        let down = if wanted < -self.settings.deceleration - 1.0 {
            12.65 * dt
        } else {
            step
        };
        self.acceleration = wanted.clamp(self.acceleration - down, self.acceleration + step);
        let (accelerator, brake) = if task == Task::MinimalRisk && own.speed < 0.3 {
            // Stopped: hold the brake, and start from rest if ever asked to drive again.
            self.acceleration = 0.0;
            (0.0, 0.4)
        } else {
            pedals(spec, self.acceleration as f32, own.speed as f32)
        };
        Controls {
            steer: steer(report, own.speed, spec),
            accelerator,
            brake,
        }
    }

    fn longitudinal(&self, task: Task, report: &Report, own: Odometry, limit: f64) -> f64 {
        let s = &self.settings;
        let v = own.speed;
        let target = s.speed.min(limit);
        let free = (s.acceleration * (1.0 - fourth_power(v / target))).max(-s.deceleration);
        let lane = &report.lane;
        let mut wanted = free;
        for track in &report.tracks {
            let beside = (track.t - lane.centre).abs() > IN_LANE * lane.width;
            if beside || track.gap < -STANDSTILL_GAP || track.existence < 0.5 {
                continue;
            }
            wanted = wanted.min(self.follow(v, track.gap, track.speed));
        }
        match task {
            Task::Drive => wanted,
            Task::Hold => wanted.min(0.0),
            Task::MinimalRisk => wanted.min(-s.minimal_risk_deceleration),
        }
    }

    /// Intelligent Driver Model towards a vehicle ahead (Treiber et al. 2000), m/s2.
    fn follow(&self, v: f64, gap: f64, lead: f64) -> f64 {
        let s = &self.settings;
        let time_gap = minimum_time_gap(v) + s.extra_gap;
        let closing = v * (v - lead) / (2.0 * (s.acceleration * s.deceleration).sqrt());
        let desired = STANDSTILL_GAP + (v * time_gap + closing).max(0.0);
        let ratio = desired / gap.max(0.5);
        (s.acceleration * (1.0 - ratio * ratio)).max(-s.max_deceleration)
    }
}

fn fourth_power(x: f64) -> f64 {
    (x * x) * (x * x)
}

/// Minimum time gap of UN R157 (table in 5.2.3.3), s, at a speed in m/s.
pub fn minimum_time_gap(speed: f64) -> f64 {
    const TABLE: [(f64, f64); 7] = [
        (7.2, 1.0),
        (10.0, 1.1),
        (20.0, 1.2),
        (30.0, 1.3),
        (40.0, 1.4),
        (50.0, 1.5),
        (60.0, 1.6),
    ];
    let kmh = speed * 3.6;
    let above = TABLE.partition_point(|row| row.0 <= kmh);
    match above {
        0 => TABLE[0].1,
        n if n == TABLE.len() => TABLE[n - 1].1,
        n => {
            let ((v0, t0), (v1, t1)) = (TABLE[n - 1], TABLE[n]);
            t0 + (t1 - t0) * (kmh - v0) / (v1 - v0)
        }
    }
}

/// Road-wheel angle that keeps the lane: the bend's own angle plus pure pursuit of the centre.
fn steer(report: &Report, speed: f64, spec: &VehicleSpec) -> f32 {
    let lane = &report.lane;
    let preview = (speed * 1.1).max(8.0);
    let correction = -2.0 * (lane.offset + preview * lane.heading) / (preview * preview);
    spec.steer_for((lane.curvature + correction) as f32, speed as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::perception::Track;
    use crate::vehicle::profile;

    fn report(track: Option<Track>) -> Report {
        let mut report = Report::default();
        report.lane.lane = -2;
        report.lane.centre = -5.25;
        report.lane.width = 3.5;
        report.tracks.extend(track);
        report
    }

    fn ahead(gap: f64, speed: f64) -> Option<Track> {
        Some(Track {
            id: 1,
            gap,
            t: -5.25,
            speed,
            existence: 1.0,
        })
    }

    fn settle(task: Task, report: &Report, speed: f64) -> f64 {
        let spec = profile("saloon").expect("profile");
        let mut pilot = Autopilot::new(AutopilotSettings::default());
        for _ in 0..500 {
            pilot.drive(task, report, Odometry { speed }, 30.0, &spec, 0.01);
        }
        pilot.acceleration
    }

    #[test]
    fn it_speeds_up_on_a_free_road_and_brakes_for_a_slow_vehicle() {
        assert!(settle(Task::Drive, &report(None), 20.0) > 0.5);
        assert!(settle(Task::Drive, &report(ahead(30.0, 15.0)), 25.0) < -2.0);
    }

    #[test]
    fn a_vehicle_in_the_next_lane_is_left_alone() {
        let mut other = ahead(10.0, 5.0);
        if let Some(track) = &mut other {
            track.t = -1.75;
        }
        assert!(settle(Task::Drive, &report(other), 20.0) > 0.5);
    }

    #[test]
    fn a_minimal_risk_manoeuvre_stays_within_four_metres_per_second_squared() {
        let a = settle(Task::MinimalRisk, &report(None), 25.0);
        assert!((-4.0..=-2.5).contains(&a), "{a}");
    }

    #[test]
    fn the_gap_table_is_that_of_un_r157() {
        for (kmh, gap) in [
            (0.0, 1.0),
            (7.2, 1.0),
            (10.0, 1.1),
            (35.0, 1.35),
            (60.0, 1.6),
            (130.0, 1.6),
        ] {
            assert!((minimum_time_gap(kmh / 3.6) - gap).abs() < 1e-9, "{kmh}");
        }
    }

    #[test]
    fn it_steers_back_to_the_centre() {
        let spec = profile("saloon").expect("profile");
        let mut off = report(None);
        off.lane.offset = 0.5;
        assert!(steer(&off, 20.0, &spec) < 0.0);
        off.lane.offset = -0.5;
        assert!(steer(&off, 20.0, &spec) > 0.0);
    }
}
