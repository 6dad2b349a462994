//! What all that is drawn beside a road must know: the network, the light, and where nothing may
//! stand.

use super::ribbon::Bed;
use super::road_mesh::grass;
use super::shape::{Tint, blend, tint};
use crate::perception::weather::Weather;
use crate::road::{LaneKind, Network, Road, RoadId, Surface};
use bevy::math::Vec3;

/// A road that leads nowhere is drawn this far beyond its end, where it goes on straight, m.
const BEYOND: f64 = 900.0;
/// The ground that reaches to the horizon lies this far below the lowest road, m: below all verges.
const GROUND_BELOW: f64 = 0.9;
/// Up to this limit a road counts as one in a town, m/s (60 km/h).
const TOWN_LIMIT: f64 = 60.5 / 3.6;
/// Below this daylight lamps are lit.
const LAMPS_BELOW: f64 = 0.45;

/// Network and weather, as far as decoration goes.
pub struct Site<'a> {
    pub network: &'a Network,
    /// Lamps and windows are lit.
    pub night: bool,
    /// How wet rain makes dry asphalt, 0 to 1.
    pub wet: f32,
    /// Colour of the ground beside the roads.
    pub grass: Tint,
    /// Height of the far plain, m.
    pub ground: f64,
    /// Share of the trees that are drawn.
    pub trees: f32,
    junctions: Vec<(Vec3, f64)>,
    /// By road: how far it is drawn beyond its ends, m.
    beyond: Vec<(f64, f64)>,
}

impl<'a> Site<'a> {
    pub fn new(network: &'a Network, weather: &Weather) -> Self {
        let mut lowest = f64::INFINITY;
        for road in &network.roads {
            let mut s = 0.0;
            while s <= road.length() {
                let (left, right) = road.full_width(s);
                lowest = lowest.min(road.height(s, left)).min(road.height(s, right));
                s += 20.0;
            }
        }
        let lowest = if lowest.is_finite() { lowest } else { 0.0 };
        Self {
            network,
            night: lamps_lit(weather),
            wet: (weather.most_rain() / 2.0).clamp(0.0, 1.0) as f32,
            grass: if network.roads.iter().all(|road| snowed(road.surface)) {
                blend(grass(), tint(0.88, 0.90, 0.93), 0.8)
            } else {
                grass()
            },
            ground: lowest - GROUND_BELOW,
            trees: 1.0,
            junctions: super::junctions::circles(network),
            beyond: (0..network.roads.len() as u32)
                .map(|i| bed(network, RoadId(i)))
                .map(|bed| (bed.before, bed.after))
                .collect(),
        }
    }

    /// A road as it is drawn.
    pub fn bed(&self, id: RoadId) -> Bed<'a> {
        let (before, after) = self.beyond[id.0 as usize];
        Bed {
            network: self.network,
            id,
            road: self.network.road(id),
            before,
            after,
        }
    }

    pub fn beds(&self) -> impl Iterator<Item = Bed<'a>> {
        (0..self.beyond.len() as u32).map(|i| self.bed(RoadId(i)))
    }

    /// No road or junction is nearer than `margin` m.
    pub fn clear(&self, p: Vec3, margin: f64) -> bool {
        self.apart(p) > margin
    }

    /// From a place to the nearest road's lanes or junction, m; negative on one.
    fn apart(&self, p: Vec3) -> f64 {
        let (x, y, z) = (f64::from(p.x), f64::from(p.y), f64::from(p.z));
        let at = self.network.locate(x, y, Some(z));
        let bed = self.bed(at.road);
        let (left, right) = bed.road.full_width(bed.inside(at.s));
        let range = bed.range();
        let across = (right - at.t).max(at.t - left);
        let along = (range.start - at.s).max(at.s - range.end).max(0.0);
        let road = if along > 0.0 {
            libm::hypot(along, across.max(0.0))
        } else {
            across
        };
        self.junctions.iter().fold(road, |least, (middle, radius)| {
            least.min(f64::from(middle.truncate().distance(p.truncate())) - radius)
        })
    }

    /// No vehicle may drive nearer than `margin` m to this place.
    pub fn off_carriageways(&self, p: Vec3, margin: f64) -> bool {
        let (x, y, z) = (f64::from(p.x), f64::from(p.y), f64::from(p.z));
        let at = self.network.locate(x, y, Some(z));
        let bed = self.bed(at.road);
        let (left, right) = bed.road.carriageway(bed.inside(at.s));
        let beside = at.t > left + margin || at.t < right - margin;
        let beyond = !bed.range().contains(&at.s);
        (beside || beyond)
            && self.network.junctions.iter().all(|junction| {
                let (dx, dy) = (x - junction.centre.x, y - junction.centre.y);
                libm::hypot(dx, dy) > junction.radius + margin
            })
    }

    /// Another road than this one, or a junction, is nearer than `margin` m.
    pub fn others_near(&self, id: RoadId, p: Vec3, margin: f64) -> bool {
        if self.network.roads.len() == 1 {
            return false;
        }
        let at = self
            .network
            .locate(f64::from(p.x), f64::from(p.y), Some(f64::from(p.z)));
        (at.road != id && !self.clear(p, margin))
            || self.junctions.iter().any(|(middle, radius)| {
                f64::from(middle.truncate().distance(p.truncate())) < radius + margin
            })
    }
}

/// Whether vehicles and streets have their lamps on.
pub fn lamps_lit(weather: &Weather) -> bool {
    weather.daylight() < LAMPS_BELOW
}

/// A road as it is drawn.
pub fn bed(network: &Network, id: RoadId) -> Bed<'_> {
    let road = network.road(id);
    let beyond = |linked: bool, end: f64, sign: f64| {
        if linked || road.junction.is_some() {
            return 0.0;
        }
        if network.roads.len() == 1 {
            return BEYOND;
        }
        // It stops before it would meet another road.
        let mut free = 0.0;
        while free < BEYOND {
            let p = road.pose(end + sign * (free + 40.0), 0.0);
            if network.locate(p.x, p.y, Some(road.height(end, 0.0))).road != id {
                break;
            }
            free += 18.0;
        }
        free
    };
    Bed {
        network,
        id,
        road,
        before: beyond(road.before.is_some(), 0.0, -1.0),
        after: beyond(road.after.is_some(), road.length(), 1.0),
    }
}

/// The road leads through a town there: it has a sidewalk, or a low limit.
pub fn in_town(road: &Road, s: f64) -> bool {
    has_sidewalk(road, s) || road.limit(s) <= TOWN_LIMIT
}

pub fn has_sidewalk(road: &Road, s: f64) -> bool {
    let section = road.section(s);
    let mut lanes = section.left.iter().chain(&section.right);
    lanes.any(|lane| lane.kind == LaneKind::Sidewalk)
}

/// The surface hides paint.
pub fn snowed(surface: Surface) -> bool {
    surface == Surface::Snow
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::perception::atmosphere::Atmosphere;
    use crate::perception::weather::Sun;
    use crate::road::{CrossSection, Element, ReferenceLine, road};

    /// A carriageway of two lanes.
    pub fn one_way(elements: &[Element]) -> Network {
        let lanes = CrossSection {
            right: 2,
            left: 0,
            lane_width: 3.75,
            shoulder: 2.5,
            sidewalk: 0.0,
        };
        let line = ReferenceLine::new(elements);
        Network::new(vec![road("main", line, lanes.section(), 30.0)], Vec::new())
    }

    /// The same, with lanes in both directions and sidewalks.
    pub fn street(elements: &[Element]) -> Network {
        let lanes = CrossSection {
            right: 1,
            left: 1,
            lane_width: 3.25,
            shoulder: 0.0,
            sidewalk: 2.5,
        };
        let line = ReferenceLine::new(elements);
        Network::new(
            vec![road("street", line, lanes.section(), 13.9)],
            Vec::new(),
        )
    }

    pub fn fair() -> Weather {
        Weather {
            air: Atmosphere {
                visibility: 10_000.0,
                banks: Vec::new(),
            },
            rain: 0.0,
            showers: Vec::new(),
            sun: Sun {
                azimuth_deg: 142.0,
                elevation_deg: 38.0,
            },
            cloud: 0.0,
        }
    }

    #[test]
    fn a_place_beside_a_road_is_clear_and_one_beyond_its_end_is_not() {
        let network = one_way(&[Element::Straight { length: 200.0 }]);
        let site = Site::new(&network, &fair());
        assert!(site.clear(Vec3::new(100.0, 20.0, 0.0), 10.0));
        assert!(!site.clear(Vec3::new(100.0, -5.0, 0.0), 0.0));
        assert!(!site.clear(Vec3::new(-300.0, -5.0, 0.0), 0.0), "drawn on");
        assert!((site.ground + 0.9).abs() < 1e-9);
    }
}
