//! Other road users: names, places, manoeuvres that can happen, crowds that fit.

use super::check::{Checker, LONGEST, TOP_SPEED};
use super::check_actions::Cast;
use super::raw::RawScenario;
use super::raw_traffic::{RawAction, RawTraffic};
use super::{check_actions, check_circles, check_flow};
use crate::road::{LaneId, LanePos, Network, RoadId, RoadPoint};
use crate::road_user::RoadUser;
use crate::traffic::{Actor, DriverSettings, MOST_USERS, Outline, Place, Plan, Shape, SpeedStep};
use crate::vehicle::VehicleSpec;

/// Boxes at the start must be this far apart, m.
const APART: f64 = 0.1;
/// Users off the road must be this near to it, m.
const NEAR: f64 = 50.0;

/// All others, as far as they are sound.
pub(super) fn traffic(
    c: &mut Checker,
    raw: &RawScenario,
    network: Option<&Network>,
    ego: Option<(LanePos, &VehicleSpec)>,
) -> Plan {
    let count = raw.traffic.len() + raw.flow.iter().map(|f| f.count.min(1 << 20)).sum::<usize>();
    if count > MOST_USERS {
        let path = if raw.flow.is_empty() {
            "traffic"
        } else {
            "flow"
        };
        c.fail(
            path,
            format!("at most {MOST_USERS} road users in all"),
            count,
        );
    }
    let cast = Cast {
        raw: &raw.traffic,
        network,
        ego: ego.map(|e| e.0),
        duration: raw.duration,
    };
    let mut plan = Plan::default();
    let mut all_sound = true;
    for (i, user) in raw.traffic.iter().enumerate() {
        let actor = actor(c, i, user, raw, network, &cast);
        all_sound &= actor.is_some();
        plan.actors.extend(actor);
    }
    check_circles::cycles(c, &raw.traffic);
    // Some may have failed already; then places by index would be off.
    if let (Some(network), true) = (network, all_sound) {
        overlaps(c, network, ego, &plan.actors);
    }
    for (i, flow) in raw.flow.iter().enumerate() {
        if count <= MOST_USERS {
            plan.flows.extend(check_flow::crowd(
                c,
                i,
                flow,
                raw,
                network,
                ego,
                &plan.actors,
            ));
        }
    }
    plan
}

/// The road of this name, or the first.
pub(super) fn road(
    c: &mut Checker,
    path: &str,
    name: Option<&String>,
    network: Option<&Network>,
) -> Option<RoadId> {
    let network = network?;
    let Some(name) = name else {
        return Some(RoadId(0));
    };
    let found = network.road_named(name);
    if found.is_none() {
        c.fail(path, road_names(network), format!("\"{name}\""));
    }
    found
}

fn road_names(network: &Network) -> String {
    const SHOWN: usize = 12;
    let names: Vec<_> = network.roads.iter().map(|r| r.name.as_str()).collect();
    if names.len() > SHOWN {
        format!("a road of this network: {}, ...", names[..SHOWN].join(", "))
    } else {
        format!("a road of this network: {}", names.join(", "))
    }
}

/// The driving lanes of a road at a place, for people.
pub(super) fn lane_names(network: &Network, road: RoadId, s: f64) -> String {
    let road_ = network.road(road);
    let ids: Vec<String> = road_
        .section(s)
        .ids()
        .filter(|id| network.lane_pos(road, *id, s).is_some())
        .map(|id| id.to_string())
        .collect();
    format!("a driving lane there: {}", ids.join(", "))
}

fn actor(
    c: &mut Checker,
    i: usize,
    user: &RawTraffic,
    raw: &RawScenario,
    network: Option<&Network>,
    cast: &Cast,
) -> Option<Actor> {
    let path = format!("traffic[{i}]");
    let before = c.problems.len();
    name(c, &path, i, user, raw);
    let shape = shape(c, &path, user);
    c.range(&format!("{path}.speed"), user.speed, 0.0, TOP_SPEED, "m/s");
    c.range(&format!("{path}.offset"), user.offset, -10.0, 10.0, "m");
    c.range(
        &format!("{path}.heading_deg"),
        user.heading_deg,
        -180.0,
        180.0,
        "degrees",
    );
    let kind = shape.map_or(RoadUser::Car, |s| s.kind);
    let place = place(c, &path, user, kind, network);
    let on_lane = (user.lane.is_some() || user.t.is_none()) && kind.drives();
    if !on_lane {
        for (field, given) in [
            ("speed", user.speed != 0.0),
            ("driver", user.driver.is_some()),
            ("script", !user.script.is_empty()),
        ] {
            if given {
                c.fail(
                    &format!("{path}.{field}"),
                    "a road user on a lane, with wheels; others stand until an action moves them",
                    field,
                );
            }
        }
    }
    if let Some(driver) = &user.driver {
        driver_settings(c, &format!("{path}.driver"), driver);
    }
    let script = script(c, &path, user, raw);
    let goals = goals(c, &path, user, network);
    let mut actions = Vec::new();
    for (k, action) in user.actions.iter().enumerate() {
        action_name(c, &path, k, action, user);
        actions.extend(check_actions::action(c, cast, (i, k), kind, on_lane, place));
    }
    if c.problems.len() != before {
        return None;
    }
    Some(Actor {
        name: user.name.clone(),
        shape: shape?,
        place: place?,
        speed: user.speed,
        driver: user.driver,
        blind: user.blind.unwrap_or(user.driver.is_none()),
        script,
        actions,
        hazards: user.hazards,
        goals,
    })
}

fn name(c: &mut Checker, path: &str, i: usize, user: &RawTraffic, raw: &RawScenario) {
    let path = format!("{path}.name");
    let name = user.name.trim();
    if name.is_empty() || name == "ego" || name.contains(char::is_control) {
        c.fail(&path, "a name other than \"ego\"", format!("{name:?}"));
    } else if raw.traffic[..i].iter().any(|o| o.name == user.name) {
        c.fail(&path, "a name not used before", format!("\"{name}\""));
    }
}

fn action_name(c: &mut Checker, path: &str, k: usize, action: &RawAction, user: &RawTraffic) {
    let path = format!("{path}.actions[{k}].name");
    let name = action.name.trim();
    if name.is_empty() || name.contains(char::is_control) {
        c.fail(&path, "a name", format!("{name:?}"));
    } else if user.actions[..k].iter().any(|o| o.name == action.name) {
        c.fail(
            &path,
            "a name that no other action of this road user has",
            format!("\"{name}\""),
        );
    }
}

fn shape(c: &mut Checker, path: &str, user: &RawTraffic) -> Option<Shape> {
    match (&user.vehicle, user.kind) {
        (Some(_), Some(kind)) => {
            c.fail(
                &format!("{path}.kind"),
                "either a vehicle or a kind, not both",
                format!("{kind:?}"),
            );
            None
        }
        (None, Some(kind)) => Some(Shape::of(kind)),
        (Some(name), None) => {
            let spec = c.vehicle(&format!("{path}.vehicle"), name)?;
            Some(Shape::of_vehicle(&spec))
        }
        (None, None) => {
            let spec = c.vehicle(&format!("{path}.vehicle"), "saloon")?;
            Some(Shape::of_vehicle(&spec))
        }
    }
}

fn place(
    c: &mut Checker,
    path: &str,
    user: &RawTraffic,
    kind: RoadUser,
    network: Option<&Network>,
) -> Option<Place> {
    let id = road(c, &format!("{path}.road"), user.road.as_ref(), network);
    match (user.lane, user.t) {
        (Some(_), Some(t)) => {
            c.fail(&format!("{path}.t"), "either a lane or t, not both", t);
            return None;
        }
        (None, None) => {
            c.fail(path, "a lane, or t for a place off the lanes", "neither");
            return None;
        }
        _ => {}
    }
    let (network, id) = (network?, id?);
    let road = network.road(id);
    let length = road.length();
    c.range(
        &format!("{path}.s"),
        user.s,
        0.0,
        length,
        "m along the road",
    );
    if !(0.0..=length).contains(&user.s) {
        return None;
    }
    let heading = user.heading_deg.to_radians();
    if let Some(t) = user.t {
        let (left, right) = road.full_width(user.s);
        c.range(
            &format!("{path}.t"),
            t,
            right - NEAR,
            left + NEAR,
            "m across the road",
        );
        let point = RoadPoint {
            road: id,
            s: user.s,
            t,
        };
        return Some(Place::Road { point, heading });
    }
    let lane = user.lane?;
    let Some(at) = network.lane_pos(id, lane, user.s) else {
        c.fail(
            &format!("{path}.lane"),
            lane_names(network, id, user.s),
            lane,
        );
        return None;
    };
    if kind.drives() {
        if heading != 0.0 {
            c.fail(
                &format!("{path}.heading_deg"),
                "t instead of a lane: on a lane one looks along it",
                user.heading_deg,
            );
        }
        return Some(Place::Lane {
            at,
            offset: user.offset,
        });
    }
    // Who walks is not bound to the lane it stands on.
    let turned = if lane > 0 { std::f64::consts::PI } else { 0.0 };
    Some(Place::Road {
        point: network.road_point(at, user.offset),
        heading: heading + turned,
    })
}

fn script(c: &mut Checker, path: &str, user: &RawTraffic, raw: &RawScenario) -> Vec<SpeedStep> {
    let mut script: Vec<SpeedStep> = Vec::new();
    for (k, step) in user.script.iter().enumerate() {
        let path = format!("{path}.script[{k}]");
        let earliest = script.last().map_or(0.0, |s| s.at.min(raw.duration));
        let latest = raw.duration.clamp(1.0, LONGEST);
        let latest = if latest.is_nan() { LONGEST } else { latest };
        c.range(
            &format!("{path}.at"),
            step.at,
            earliest,
            latest,
            "s, in order",
        );
        c.range(&format!("{path}.speed"), step.speed, 0.0, TOP_SPEED, "m/s");
        c.range(&format!("{path}.rate"), step.rate, 0.1, 9.0, "m/s2");
        script.push(SpeedStep {
            at: step.at,
            speed: step.speed,
            rate: step.rate,
        });
    }
    script
}

fn goals(c: &mut Checker, path: &str, user: &RawTraffic, network: Option<&Network>) -> Vec<LaneId> {
    let (Some(name), Some(net)) = (&user.to, network) else {
        return Vec::new();
    };
    let Some(id) = road(c, &format!("{path}.to"), Some(name), network) else {
        return Vec::new();
    };
    let lanes = net.lanes().iter().enumerate();
    // The lanes at either end of that road, each in its direction of travel.
    lanes
        .filter(|(_, l)| l.road == id)
        .filter(|(_, l)| l.next.iter().all(|n| net.lane(*n).road != id))
        .map(|(k, _)| LaneId(k as u32))
        .collect()
}

pub(super) fn driver_settings(c: &mut Checker, path: &str, d: &DriverSettings) {
    if let Some(speed) = d.desired_speed {
        c.range(
            &format!("{path}.desired_speed"),
            speed,
            0.5,
            TOP_SPEED,
            "m/s",
        );
    }
    for (field, value, low, high, unit) in [
        ("speed_factor", d.speed_factor, 0.1, 2.0, ""),
        ("time_gap", d.time_gap, 0.1, 10.0, "s"),
        ("min_gap", d.min_gap, 0.5, 20.0, "m"),
        ("acceleration", d.acceleration, 0.1, 6.0, "m/s2"),
        ("deceleration", d.deceleration, 0.3, 8.0, "m/s2"),
        ("exponent", d.exponent, 1.0, 20.0, ""),
        (
            "max_deceleration",
            d.max_deceleration,
            d.deceleration.max(0.3),
            12.0,
            "m/s2 (not below deceleration)",
        ),
        (
            "lateral_acceleration",
            d.lateral_acceleration,
            0.3,
            8.0,
            "m/s2",
        ),
        ("politeness", d.politeness, 0.0, 1.0, ""),
        ("threshold", d.threshold, 0.0, 5.0, "m/s2"),
        ("safe_deceleration", d.safe_deceleration, 0.5, 9.0, "m/s2"),
        ("keep_right", d.keep_right, -3.0, 3.0, "m/s2"),
        ("lane_change_time", d.lane_change_time, 1.0, 15.0, "s"),
        ("crossing_margin", d.crossing_margin, 0.0, 10.0, "s"),
    ] {
        c.range(&format!("{path}.{field}"), value, low, high, unit);
    }
}

/// Box of somebody at the start.
pub(super) fn outline(network: &Network, actor: &Actor) -> Outline {
    let pose = match actor.place {
        Place::Lane { at, offset } => network.lane_pose(at, offset),
        Place::Road { point, heading } => {
            let mut pose = network.pose(point);
            pose.yaw += heading;
            pose
        }
    };
    Outline {
        x: pose.x,
        y: pose.y,
        yaw: pose.yaw,
        length: actor.shape.length,
        width: actor.shape.width,
    }
}

fn overlaps(
    c: &mut Checker,
    network: &Network,
    ego: Option<(LanePos, &VehicleSpec)>,
    actors: &[Actor],
) {
    let mut placed: Vec<(&str, Outline)> = Vec::new();
    for road in &network.roads {
        for object in &road.objects {
            let pose = road.pose(object.s, object.t);
            placed.push((
                &object.name,
                Outline {
                    x: pose.x,
                    y: pose.y,
                    yaw: pose.yaw + object.heading,
                    length: object.size[0],
                    width: object.size[1],
                },
            ));
        }
    }
    if let Some((at, spec)) = ego {
        let pose = network.lane_pose(at, 0.0);
        let own = Outline {
            x: pose.x,
            y: pose.y,
            yaw: pose.yaw,
            length: f64::from(spec.length),
            width: f64::from(spec.width),
        };
        if let Some((name, _)) = placed.iter().find(|(_, o)| o.meets(&own, 0.0)) {
            c.fail(
                "ego.s",
                format!("a place clear of \"{name}\""),
                "one that overlaps with it",
            );
        }
        placed.push(("ego", own));
    }
    for (i, actor) in actors.iter().enumerate() {
        let own = outline(network, actor);
        if let Some((name, _)) = placed.iter().find(|(_, o)| o.meets(&own, APART)) {
            c.fail(
                &format!("traffic[{i}].s"),
                format!("a place clear of \"{name}\""),
                "one that overlaps with it",
            );
        }
        placed.push((&actor.name, own));
    }
}
