//! Faults that a scenario scripts: dirt, failures, ghosts, blindness, wrong confidence.

use super::sensors::Cause;
use crate::road::wrap_angle;
use crate::road_user::RoadUser;
use crate::vehicle::sensors::{Sensor, SensorSpec};
use serde::{Deserialize, Serialize};

/// One fault and when it is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// s since the start of the run.
    pub at: f64,
    /// s; to the end of the run without it.
    #[serde(default)]
    pub until: Option<f64>,
    pub what: FaultKind,
}

/// The sensors that something happens to: all of a kind, or one by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    Camera,
    Lidar,
    Radar,
    /// The satellite receiver.
    Gnss,
    Named(String),
}

impl Target {
    pub fn is(&self, sensor: &SensorSpec) -> bool {
        match self {
            Self::Camera => sensor.kind == Sensor::Camera,
            Self::Lidar => sensor.kind == Sensor::Lidar,
            Self::Radar => sensor.kind == Sensor::Radar,
            Self::Gnss => false,
            Self::Named(name) => *name == sensor.name,
        }
    }
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum FaultKind {
    /// A sensor keeps `left` of its range, 0 to 1. The vehicle notices: confidence falls. The dirt
    /// builds up over 3 s.
    Dirt { sensor: Target, left: f64 },
    /// A sensor delivers nothing. The vehicle notices.
    Failure { sensor: Target },
    /// Something covers a part of a sensor's view, between two bearings from straight ahead, degrees
    /// to the left. The vehicle notices.
    Blockage {
        sensor: Target,
        from_deg: f64,
        to_deg: f64,
    },
    /// Satellites put the vehicle off by this much, m in world axes: a reflected signal, a spoofed
    /// one. Nobody notices.
    GnssJump { by_x: f64, by_y: f64 },
    /// Something that is not there is seen, `ahead` m ahead on the own lane at the start, moving at
    /// `speed` m/s along it. Its existence probability hovers about `existence`.
    Ghost {
        ahead: f64,
        #[serde(default)]
        speed: f64,
        #[serde(default = "ghost_existence")]
        existence: f64,
    },
    /// Road users of these kinds are not seen. Nobody notices: a silent failure.
    Blind { to: Vec<RoadUser> },
    /// Objects are seen, but reported confidence stays at least at this, 0 to 1: overconfidence.
    Overconfident { at_least: f64 },
    /// The map's lane and the real one differ: the lane seems `by` m further left than it is.
    LaneShift { by: f64 },
}

fn ghost_existence() -> f64 {
    0.5
}

/// Dirt builds up over this time, s.
const BUILD_UP: f64 = 3.0;

impl Fault {
    pub fn active(&self, time: f64) -> bool {
        time >= self.at && self.until.is_none_or(|end| time < end)
    }

    /// Share of this sensor's range that the fault leaves, 0 to 1, and its name as a cause.
    pub(super) fn leaves(&self, spec: &SensorSpec, time: f64) -> (f64, Cause) {
        if !self.active(time) {
            return (1.0, Cause::None);
        }
        match &self.what {
            FaultKind::Dirt { sensor, left } if sensor.is(spec) => {
                let grown = ((time - self.at) / BUILD_UP).clamp(0.0, 1.0);
                (1.0 - grown * (1.0 - left), Cause::Dirt)
            }
            FaultKind::Failure { sensor } if sensor.is(spec) => (0.0, Cause::Failure),
            _ => (1.0, Cause::None),
        }
    }

    /// It covers this sensor's view in this direction, rad to the left of straight ahead.
    pub(super) fn covers(&self, spec: &SensorSpec, bearing: f64, time: f64) -> bool {
        match &self.what {
            FaultKind::Blockage {
                sensor,
                from_deg,
                to_deg,
            } if sensor.is(spec) && self.active(time) => {
                let bearing = wrap_angle(bearing).to_degrees();
                (*from_deg..=*to_deg).contains(&bearing)
            }
            _ => false,
        }
    }

    /// No satellites.
    pub(super) fn takes_gnss(&self, time: f64) -> bool {
        let gnss = FaultKind::Failure {
            sensor: Target::Gnss,
        };
        self.active(time) && self.what == gnss
    }
}
