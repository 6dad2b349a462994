//! A monitor of the operational design domain (ODD: SAE J3016, ISO 34503): asks when the vehicle is
//! outside of the conditions that it is made for, whatever its confidence.

use super::latch::Latch;
use super::{Inputs, MAP_AHEAD, Policy, Verdict};
use crate::road::{Network, RoadId};
use crate::takeover::reason::Reason;
use serde::{Deserialize, Serialize};

/// The domain's limits. Those that are not given do not limit it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DomainSettings {
    /// Rain rate, mm/h.
    pub max_rain: Option<f64>,
    /// Friction as a share of dry asphalt's, 0 to 1.
    pub min_friction: Option<f64>,
    /// Free road is seen at least this far, m.
    pub min_visible_range: Option<f64>,
    /// Outdoor brightness, 0 to 1.
    pub min_daylight: Option<f64>,
    /// Names of the roads that belong to it; all if there are none. In a junction counts the road that
    /// the vehicle came from.
    pub roads: Vec<String>,
    /// m/s.
    pub min_speed: Option<f64>,
    /// m/s.
    pub max_speed: Option<f64>,
    /// Road left on the map or the route, m.
    pub min_map_left: Option<f64>,
    /// It asks when the vehicle has been outside for this long, s.
    pub raise_dwell: f64,
    /// It is content when all values have been inside by this share of their limits ...
    pub margin: f64,
    /// ... for this long, s.
    pub release_dwell: f64,
}

impl Default for DomainSettings {
    fn default() -> Self {
        Self {
            max_rain: None,
            min_friction: None,
            min_visible_range: None,
            min_daylight: None,
            roads: Vec::new(),
            min_speed: None,
            max_speed: None,
            min_map_left: None,
            raise_dwell: 0.5,
            margin: 0.1,
            release_dwell: 2.0,
        }
    }
}

impl DomainSettings {
    /// The reason for which `now` is outside of the limits, moved inwards by a share of themselves. The
    /// first in the order of the fields.
    fn outside(&self, now: &Inputs, on_road: bool, inwards: f64) -> Option<Reason> {
        let above = |value: f64, max: Option<f64>| max.is_some_and(|m| value > m * (1.0 - inwards));
        let below = |value: f64, min: Option<f64>| min.is_some_and(|m| value < m * (1.0 + inwards));
        // No farther inwards than a value can get.
        let below_most = |value: f64, min: Option<f64>, most: f64| {
            min.is_some_and(|m| value < (m * (1.0 + inwards)).min(most.max(m)))
        };
        if above(now.rain, self.max_rain)
            || below_most(now.friction, self.min_friction, 1.0)
            || below(now.visible_range, self.min_visible_range)
        {
            Some(Reason::Weather)
        } else if below_most(now.daylight, self.min_daylight, 1.0) {
            Some(Reason::Light)
        } else if !on_road {
            Some(Reason::RoadType)
        } else if below(now.speed, self.min_speed) || above(now.speed, self.max_speed) {
            Some(Reason::Speed)
        } else if below_most(now.map_left, self.min_map_left, MAP_AHEAD) {
            Some(Reason::MapEnd)
        } else {
            None
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Domain {
    settings: DomainSettings,
    /// By road: it belongs to the domain; none inside of junctions.
    allowed: Vec<Option<bool>>,
    /// The latest road outside of junctions belongs to it.
    on_road: bool,
    asking: Latch,
    reason: Reason,
}

impl Domain {
    pub fn new(settings: &DomainSettings, network: &Network) -> Self {
        let names = &settings.roads;
        let allowed = network.roads.iter().map(|road| {
            let named = names.is_empty() || names.contains(&road.name);
            road.junction.is_none().then_some(named)
        });
        Self {
            allowed: allowed.collect(),
            on_road: true,
            asking: Latch::new(settings.raise_dwell, settings.release_dwell),
            reason: Reason::Weather,
            settings: settings.clone(),
        }
    }

    fn allows(&self, road: RoadId) -> Option<bool> {
        self.allowed.get(road.0 as usize).copied().flatten()
    }
}

impl Policy for Domain {
    fn step(&mut self, now: &Inputs) -> Option<Verdict> {
        self.on_road = self.allows(now.road).unwrap_or(self.on_road);
        let s = &self.settings;
        let outside = s.outside(now, self.on_road, 0.0);
        let clearly_inside = s.outside(now, self.on_road, s.margin).is_none();
        let asking = self
            .asking
            .look(outside.is_some(), clearly_inside, now.time);
        self.reason = outside.unwrap_or(self.reason);
        asking.then(|| {
            // Of the other limits nobody can say what follows behind them.
            let budget = (self.reason == Reason::MapEnd)
                .then(|| now.time_to_map_end())
                .flatten();
            Verdict::because(self.reason, budget)
        })
    }
}
