//! A planned request: a place at which a person is to take over is known beforehand (UN R157, planned
//! transition demand).

use super::{Inputs, Policy, STANDING, Verdict};
use crate::road::{Network, RoadId};
use crate::takeover::reason::Reason;
use serde::{Deserialize, Serialize};

/// The place, and how long before it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedSettings {
    /// Name of the road; the first without it.
    #[serde(default)]
    pub road: Option<String>,
    /// The place along it, m.
    pub s: f64,
    /// It asks when the place is reached within this time at the present speed, s.
    #[serde(default = "ten")]
    pub before: f64,
    /// Behind this place along the same road, m, it is content again; never without it.
    #[serde(default)]
    pub until: Option<f64>,
}

/// UN R157: a manoeuvre may begin 10 s after the demand.
fn ten() -> f64 {
    10.0
}

#[derive(Clone, Debug)]
pub(super) struct Planned {
    settings: PlannedSettings,
    road: Option<RoadId>,
    /// Where along the road the vehicle was last, m; none elsewhere.
    last: Option<f64>,
    /// It goes along the road's line (1) or against it (-1); 0 before that can be told.
    direction: f64,
    asking: bool,
}

impl Planned {
    pub fn new(settings: &PlannedSettings, network: &Network) -> Self {
        let mut roads = network.roads.iter();
        let road = roads.position(|r| {
            r.junction.is_none() && settings.road.as_ref().is_none_or(|name| *name == r.name)
        });
        Self {
            settings: settings.clone(),
            road: road.map(|i| RoadId(i as u32)),
            last: None,
            direction: 0.0,
            asking: false,
        }
    }
}

impl Policy for Planned {
    fn step(&mut self, now: &Inputs) -> Option<Verdict> {
        let s = &self.settings;
        if self.road != Some(now.road) {
            self.last = None;
            return self
                .asking
                .then_some(Verdict::because(Reason::Planned, Some(0.0)));
        }
        let moved = self.last.map_or(0.0, |last| now.s - last);
        if moved != 0.0 {
            self.direction = moved.signum();
        }
        self.last = Some(now.s);
        let left = (s.s - now.s) * self.direction;
        // A place that lies behind at the start is not one to ask before.
        let ahead = self.direction != 0.0 && left >= 0.0;
        if ahead && left <= s.before * now.speed {
            self.asking = true;
        }
        if s.until
            .is_some_and(|end| (end - now.s) * self.direction < 0.0)
        {
            self.asking = false;
        }
        self.asking.then(|| {
            let budget = if left <= 0.0 {
                Some(0.0)
            } else {
                (now.speed > STANDING).then(|| left / now.speed)
            };
            Verdict::because(Reason::Planned, budget)
        })
    }
}
