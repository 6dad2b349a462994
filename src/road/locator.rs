//! Follows a moving vehicle along its lanes, so that it is found again at little cost and stays on
//! its way where several lie on top of each other, as they do in junctions.

use super::network::{LanePos, Network};
use super::path::{Path, Route};
use super::{RoadPoint, wrap_angle};

/// How far the path reaches back and ahead, and its step, m.
const BEHIND: f64 = 40.0;
const AHEAD: f64 = 260.0;
const STEP: f64 = 2.5;
/// A new path is made when less than this is left of it, m.
const RENEW: f64 = 200.0;
/// Farther than this off the path, the vehicle is looked for anew, m.
const LOST: f64 = 8.0;

/// Where a vehicle is, seen from its lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Located {
    pub point: RoadPoint,
    pub at: LanePos,
    /// Along [`Locator::path`], m.
    pub d: f64,
    /// Left of the lane's centre, m.
    pub offset: f64,
    /// Heading left of the lane's, rad.
    pub heading: f64,
}

/// Remembers where a vehicle was, and the path of its lane ahead.
#[derive(Clone, Debug, Default)]
pub struct Locator {
    path: Path,
    d: f64,
    point: Option<RoadPoint>,
}

impl Locator {
    /// The centre line of the lane that the vehicle was last found in.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Finds the vehicle. None if the network has no driving lane where it is.
    pub fn update(
        &mut self,
        network: &Network,
        route: Option<&Route>,
        x: f64,
        y: f64,
        yaw: f64,
    ) -> Option<Located> {
        if let Some(found) = self.on_path(network, x, y, yaw)
            && found.offset.abs() <= network.width(found.at) / 2.0 + 0.05
        {
            let left = self.path.end() - found.d;
            if left < RENEW && !self.path.dead_end {
                self.renew(network, route, found.at);
                return self.on_path(network, x, y, yaw).or(Some(found));
            }
            return Some(found);
        }
        self.renew(network, route, self.elsewhere(network, x, y)?);
        self.on_path(network, x, y, yaw)
    }

    /// The lane for a vehicle that has left its path: beside it, or wherever the network finds it.
    fn elsewhere(&self, network: &Network, x: f64, y: f64) -> Option<LanePos> {
        if !self.path.is_empty()
            && let Some((d, offset)) = self.path.project_near(x, y, self.d, LOST)
        {
            let here = self.path.at(d).at;
            let side = if offset > 0.0 { 1 } else { -1 };
            let beside = network.beside(here, side);
            // Off the outermost lane it is still that lane's vehicle, until it is lost.
            return Some(beside.unwrap_or(here));
        }
        let found = match self.point {
            Some(hint) => network.locate_near(x, y, hint),
            None => network.locate(x, y, None),
        };
        network.snap(found).map(|s| s.0)
    }

    fn renew(&mut self, network: &Network, route: Option<&Route>, at: LanePos) {
        let length = network.lane(at.lane).length();
        let at = LanePos {
            d: at.d.clamp(0.0, length),
            ..at
        };
        self.path = Path::new(network, at, BEHIND, AHEAD, STEP, route);
        self.d = 0.0;
    }

    fn on_path(&mut self, network: &Network, x: f64, y: f64, yaw: f64) -> Option<Located> {
        if self.path.is_empty() {
            return None;
        }
        let (d, _) = self
            .path
            .project_near(x, y, self.d, LOST)
            .or_else(|| self.path.project(x, y, LOST))?;
        self.d = d;
        let at = self.path.at(d).at;
        // The samples are chords; the road itself knows better.
        let node = network.lane(at.lane);
        let road = network.road(node.road);
        let s = network.s_of(at);
        let (s, t, _) = road.line.nearest_within(x, y, s - 3.0, s + 3.0);
        let inside = s.clamp(0.0, road.length());
        let centre = road.centre(node.lane, inside)?;
        let point = RoadPoint {
            road: node.road,
            s,
            t,
        };
        self.point = Some(point);
        Some(Located {
            point,
            at,
            d,
            offset: (t - centre) * node.sign(),
            heading: wrap_angle(yaw - network.lane_pose(at, 0.0).yaw),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Element, RoadId, two_lanes};
    use super::*;

    #[test]
    fn a_vehicle_is_followed_through_a_lane_change_in_a_bend() {
        let network = two_lanes(&[
            Element::Straight { length: 200.0 },
            Element::Curve {
                radius: 300.0,
                length: 400.0,
                transition: 80.0,
            },
            Element::Straight { length: 300.0 },
        ]);
        let mut locator = Locator::default();
        let mut s = 10.0;
        while s < 880.0 {
            // From the right lane to the left one between 300 and 400 m.
            let t = -5.25 + 3.5 * ((s - 300.0) / 100.0_f64).clamp(0.0, 1.0);
            let p = network.road(RoadId(0)).pose(s, t);
            let found = locator
                .update(&network, None, p.x, p.y, p.yaw)
                .expect("on the road");
            assert!((found.point.s - s).abs() < 1e-6 && (found.point.t - t).abs() < 1e-6);
            let node = network.lane(found.at.lane);
            let centre = network
                .road(RoadId(0))
                .centre(node.lane, s)
                .expect("a lane");
            assert!((found.offset - (t - centre)).abs() < 1e-6);
            assert!(found.offset.abs() < 1.81, "{s}: {found:?}");
            assert!(found.heading.abs() < 0.02, "{s}: {found:?}");
            s += 0.7;
        }
    }
}
