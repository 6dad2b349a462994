//! Other road users: names, places, manoeuvres that can happen, crowds that fit.

use super::check::{Checker, LONGEST, TOP_SPEED};
use super::raw::RawScenario;
use super::raw_traffic::{RawAction, RawFlow, RawTraffic};
use super::{check_actions, check_actions::Cast};
use crate::road::{LaneId, LanePos, Network, RoadId, RoadPoint};
use crate::road_user::RoadUser;
use crate::traffic::{
    Actor, DriverSettings, Flow, MOST_USERS, Outline, Place, Plan, Shape, SpeedStep, flow_room,
};
use crate::vehicle::VehicleSpec;

/// Boxes at the start must be this far apart, m.
const APART: f64 = 0.1;
/// Users off the road must be this near to it, m.
const NEAR: f64 = 50.0;
/// Room kept around users that a crowd is placed among, m.
const ROOM: f64 = 3.0;

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
    check_actions::cycles(c, &raw.traffic);
    // Some may have failed already; then places by index would be off.
    if let (Some(network), true) = (network, all_sound) {
        overlaps(c, network, ego, &plan.actors);
    }
    for (i, flow) in raw.flow.iter().enumerate() {
        if count <= MOST_USERS {
            plan.flows
                .extend(crowd(c, i, flow, raw, network, ego, &plan.actors));
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
fn lane_names(network: &Network, road: RoadId, s: f64) -> String {
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

fn driver_settings(c: &mut Checker, path: &str, d: &DriverSettings) {
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
fn outline(network: &Network, actor: &Actor) -> Outline {
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
    if let Some((at, spec)) = ego {
        let pose = network.lane_pose(at, 0.0);
        placed.push((
            "ego",
            Outline {
                x: pose.x,
                y: pose.y,
                yaw: pose.yaw,
                length: f64::from(spec.length),
                width: f64::from(spec.width),
            },
        ));
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

fn crowd(
    c: &mut Checker,
    i: usize,
    raw: &RawFlow,
    scenario: &RawScenario,
    network: Option<&Network>,
    ego: Option<(LanePos, &VehicleSpec)>,
    actors: &[Actor],
) -> Option<Flow> {
    let path = format!("flow[{i}]");
    let before = c.problems.len();
    let name = raw.name.clone().unwrap_or(format!("flow {}", i + 1));
    if name.trim().is_empty() || name.contains(char::is_control) {
        c.fail(&format!("{path}.name"), "a name", format!("{name:?}"));
    }
    let taken = |n: &str| {
        scenario.flow[..i]
            .iter()
            .any(|f| f.name.as_deref() == Some(n))
    };
    let starts = |n: &str| n.strip_prefix(&name).is_some_and(|r| r.starts_with(' '));
    if taken(&name) || scenario.traffic.iter().any(|t| starts(&t.name)) {
        c.fail(
            &format!("{path}.name"),
            "a name that no other road user's begins with",
            format!("\"{name}\""),
        );
    }
    c.range(
        &format!("{path}.count"),
        raw.count as f64,
        1.0,
        MOST_USERS as f64,
        "road users",
    );
    if let Some(speed) = raw.speed {
        c.range(&format!("{path}.speed"), speed, 1.0, TOP_SPEED, "m/s");
    }
    c.range(
        &format!("{path}.speed_spread"),
        raw.speed_spread,
        0.0,
        0.3,
        "",
    );
    let total: f64 = raw.kinds.iter().map(|k| k.1).sum();
    if raw.kinds.iter().any(|k| k.1.is_nan() || k.1 < 0.0) || total.is_nan() || total <= 0.0 {
        c.fail(
            &format!("{path}.kinds"),
            "shares above 0",
            format!("{:?}", raw.kinds),
        );
    }
    if let Some(k) = raw.kinds.iter().position(|k| !k.0.drives()) {
        c.fail(
            &format!("{path}.kinds[{k}]"),
            "kinds that drive",
            format!("{:?}", raw.kinds[k].0),
        );
    }
    driver_settings(c, &format!("{path}.driver"), &raw.driver);
    let id = road(c, &format!("{path}.road"), raw.road.as_ref(), network);
    let (network, id) = (network?, id?);
    let length = network.road(id).length();
    let from = raw.from.unwrap_or(0.0);
    let to = raw.to.unwrap_or(length);
    c.range(
        &format!("{path}.from"),
        from,
        0.0,
        length,
        "m along the road",
    );
    c.range(
        &format!("{path}.to"),
        to,
        from.clamp(0.0, length),
        length,
        "m along the road, not before from",
    );
    if c.problems.len() != before {
        return None;
    }
    let mut taken: Vec<(LanePos, f64)> = Vec::new();
    let mut take = |at: LanePos, half: f64| taken.push((at, half + ROOM));
    if let Some((at, spec)) = ego {
        take(at, f64::from(spec.length) / 2.0);
    }
    for actor in actors {
        let box_ = outline(network, actor);
        let half = box_.length.max(box_.width) / 2.0;
        let point = match actor.place {
            Place::Lane { at, offset } => network.road_point(at, offset),
            Place::Road { point, .. } => point,
        };
        // Every lane that it may touch, wherever it is across.
        let node_at = |lane| network.lane_pos(point.road, lane, point.s);
        let road = network.road(point.road);
        for lane in road.section(point.s.clamp(0.0, road.length())).ids() {
            let near = road
                .edges(lane, point.s)
                .is_some_and(|(a, b)| point.t + half > a.min(b) && point.t - half < a.max(b));
            if let (Some(at), true) = (node_at(lane), near) {
                take(at, half);
            }
        }
    }
    let lanes = lanes_of(c, &path, raw, network, (id, from, to));
    let flow = Flow {
        name,
        count: raw.count,
        lanes,
        speed: raw.speed,
        speed_spread: raw.speed_spread,
        kinds: raw.kinds.clone(),
        driver: raw.driver,
        taken,
    };
    // Flows before this one on the same lanes take room too.
    let room = flow_room(&flow);
    if c.problems.len() == before && room < raw.count {
        c.fail(
            &format!("{path}.count"),
            format!("at most {room}, for whom there is room"),
            raw.count,
        );
    }
    let clash = scenario.flow[..i].iter().position(|other| {
        let same = other
            .road
            .as_ref()
            .map_or(Some(RoadId(0)), |n| network.road_named(n))
            == Some(id);
        let apart =
            other.to.unwrap_or(length) + 20.0 <= from || other.from.unwrap_or(0.0) >= to + 20.0;
        let lanes = match (&other.lanes, &raw.lanes) {
            (Some(a), Some(b)) => a.iter().any(|l| b.contains(l)),
            _ => true,
        };
        same && !apart && lanes
    });
    if let Some(k) = clash {
        c.fail(
            &path,
            format!("lanes and a stretch that flow[{k}] does not use (20 m between them)"),
            "one that it uses",
        );
    }
    (c.problems.len() == before).then_some(flow)
}

/// The lanes of a flow: each node of the lane graph between two places.
fn lanes_of(
    c: &mut Checker,
    path: &str,
    raw: &RawFlow,
    network: &Network,
    (id, from, to): (RoadId, f64, f64),
) -> Vec<(LanePos, f64)> {
    let wanted = |lane: i32| raw.lanes.as_ref().is_none_or(|l| l.contains(&lane));
    let mut lanes = Vec::new();
    for (k, node) in network.lanes().iter().enumerate() {
        if node.road != id || !wanted(node.lane) {
            continue;
        }
        let (a, b) = (
            node.enter_s.min(node.leave_s).max(from),
            node.enter_s.max(node.leave_s).min(to),
        );
        if b <= a {
            continue;
        }
        let d = |s: f64| (s - node.enter_s) * node.sign();
        let lane = LaneId(k as u32);
        let (first, last) = (d(a).min(d(b)), d(a).max(d(b)));
        // Bodies reach out of their lane's end: keep clear of the joint.
        const JOINT: f64 = 7.0;
        let first = if node.previous.is_empty() {
            first
        } else {
            first.max(JOINT)
        };
        let last = last.min(node.length() - JOINT);
        if last > first {
            lanes.push((LanePos { lane, d: first }, last));
        }
    }
    for (k, lane) in raw.lanes.iter().flatten().enumerate() {
        if !lanes
            .iter()
            .any(|(at, _)| network.lane(at.lane).lane == *lane)
        {
            c.fail(
                &format!("{path}.lanes[{k}]"),
                lane_names(network, id, (from + to) / 2.0),
                lane,
            );
        }
    }
    lanes
}
