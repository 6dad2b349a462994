//! Who is there at the start, and where the ego goes.

use crate::road::{LanePos, Pose3, RoadPoint};
use crate::road_user::RoadUser;
use crate::scenario::Scenario;
use crate::traffic::Place;

/// Somebody or something at a place, to be named.
pub struct Spot {
    pub label: String,
    /// The name alone, for titles.
    pub name: String,
    pub point: RoadPoint,
    /// Where and in what direction it stands.
    pub pose: Pose3,
    /// It looks along its road's line (1) or against it (-1).
    pub sign: f64,
    /// Length and width, m.
    pub size: [f64; 2],
    pub ego: bool,
    /// It stands, lies or may walk into the road: a danger in itself.
    pub danger: bool,
}

/// The ego and all other road users where they start.
pub fn spots(scenario: &Scenario) -> Vec<Spot> {
    let network = &scenario.network;
    let kmh = |speed: f64| format!("{:.0} km/h", 3.6 * speed);
    let start = scenario.ego_start;
    let ego = Spot {
        label: format!("ego, {}", kmh(scenario.ego_speed)),
        name: "ego".into(),
        point: network.road_point(start, 0.0),
        pose: network.lane_pose(start, 0.0),
        sign: network.lane(start.lane).sign(),
        size: [
            f64::from(scenario.ego.length),
            f64::from(scenario.ego.width),
        ],
        ego: true,
        danger: false,
    };
    let others = scenario.traffic.actors.iter().map(|actor| {
        let kind = actor.shape.kind;
        // A driver who is at rest at the start drives off.
        let stands = actor.speed <= 0.0 && actor.driver.is_none();
        let pace = match (stands, kind) {
            (true, RoadUser::Debris) => "lies".into(),
            (true, _) => "stands".into(),
            _ => kmh(actor.speed),
        };
        let lamps = if actor.hazards { ", hazard lights" } else { "" };
        let (point, pose, sign) = match actor.place {
            Place::Lane { at, offset } => (
                network.road_point(at, offset),
                network.lane_pose(at, offset),
                network.lane(at.lane).sign(),
            ),
            Place::Road { point, heading } => {
                let mut pose = network.pose(point);
                pose.yaw += heading;
                (point, pose, libm::cos(heading).signum())
            }
        };
        Spot {
            label: format!("{} ({}, {pace}{lamps})", actor.name, kind.label()),
            name: actor.name.clone(),
            point,
            pose,
            sign,
            size: [actor.shape.length, actor.shape.width],
            ego: false,
            danger: stands || !kind.drives(),
        }
    });
    std::iter::once(ego).chain(others).collect()
}

/// The ego's way as far as its run can last at the limit, a place every `step` m.
pub fn way(scenario: &Scenario, step: f64) -> Vec<LanePos> {
    let network = &scenario.network;
    let mut way = vec![scenario.ego_start];
    let mut at = scenario.ego_start;
    let mut time = 0.0;
    // Whoever drives on in circles is drawn once round, or some.
    while time < scenario.duration && way.len() < 20_000 {
        let Some(next) = network.advance(at, step, scenario.route.as_ref()) else {
            break;
        };
        time += step / network.limit(next).min(scenario.autopilot.speed).max(1.0);
        way.push(next);
        at = next;
    }
    way
}
