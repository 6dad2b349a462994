//! Crowds: lanes, stretches, and whether there is room.

use super::check::{Checker, TOP_SPEED};
use super::check_traffic::{driver_settings, lane_names, outline, road};
use super::raw::RawScenario;
use super::raw_traffic::RawFlow;
use crate::road::{LaneId, LanePos, Network, RoadId};
use crate::traffic::{Actor, Flow, MOST_USERS, Place, flow_room};
use crate::vehicle::VehicleSpec;

/// Room kept around users that a crowd is placed among, m.
const ROOM: f64 = 3.0;

pub(super) fn crowd(
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
