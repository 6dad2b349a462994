//! Faults that a scenario scripts: dirt, failures, ghosts, blindness, wrong confidence.

use super::sensors::Sensor;
use crate::road_user::RoadUser;
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

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum FaultKind {
    /// A sensor keeps `left` of its range, 0 to 1. The vehicle notices: confidence falls. The dirt
    /// builds up over 3 s.
    Dirt { sensor: Sensor, left: f64 },
    /// A sensor delivers nothing. The vehicle notices.
    Failure { sensor: Sensor },
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

    /// Share of this sensor's range that the fault leaves, 0 to 1.
    pub(super) fn leaves(&self, sensor: Sensor, time: f64) -> f64 {
        if !self.active(time) {
            return 1.0;
        }
        match &self.what {
            FaultKind::Dirt { sensor: s, left } if *s == sensor => {
                let grown = ((time - self.at) / BUILD_UP).clamp(0.0, 1.0);
                1.0 - grown * (1.0 - left)
            }
            FaultKind::Failure { sensor: s } if *s == sensor => 0.0,
            _ => 1.0,
        }
    }
}
