//! Manoeuvres: what they say, and whether they can happen at all.

use super::check::{Checker, TOP_SPEED};
use super::check_traffic::road;
use super::raw_traffic::{RawDo, RawTraffic, RawTrigger};
use crate::road::{LaneId, LanePos, Network, RoadId};
use crate::road_user::RoadUser;
use crate::traffic::{Action, Do, Place, Trigger, Whom};

/// Everybody a manoeuvre can be about.
pub(super) struct Cast<'a> {
    pub raw: &'a [RawTraffic],
    pub network: Option<&'a Network>,
    pub ego: Option<LanePos>,
    pub duration: f64,
}

/// Comfortable deceleration of `Stop`, m/s2.
const GENTLE: f64 = 2.5;
/// Points of a trajectory or path.
const MOST_POINTS: usize = 1000;

/// Action `k` of user `i`, as far as it is sound.
pub(super) fn action(
    c: &mut Checker,
    cast: &Cast,
    (i, k): (usize, usize),
    kind: RoadUser,
    on_lane: bool,
    place: Option<Place>,
) -> Option<Action> {
    let raw = &cast.raw[i].actions[k];
    let path = format!("traffic[{i}].actions[{k}]");
    let before = c.problems.len();
    let when = trigger(c, cast, (i, k), &format!("{path}.when"), &raw.when, place);
    let what = manoeuvre(
        c,
        cast,
        i,
        &format!("{path}.do"),
        (kind, on_lane),
        &raw.what,
    );
    (c.problems.len() == before).then_some(Action {
        name: raw.name.clone(),
        when: when?,
        what: what?,
    })
}

fn trigger(
    c: &mut Checker,
    cast: &Cast,
    (i, k): (usize, usize),
    path: &str,
    raw: &RawTrigger,
    place: Option<Place>,
) -> Option<Trigger> {
    match raw {
        RawTrigger::Time(at) => {
            c.range(path, *at, 0.0, cast.duration.max(0.0), "s, within the run");
            Some(Trigger::Time(*at))
        }
        RawTrigger::EgoWithin(distance) => {
            c.range(path, *distance, 0.1, 10_000.0, "m");
            Some(Trigger::EgoWithin(*distance))
        }
        RawTrigger::Ttc { below } => {
            c.range(&format!("{path}.below"), *below, 0.01, 100.0, "s");
            Some(Trigger::Ttc(*below))
        }
        RawTrigger::EgoAt { road: name, s } => {
            let id = spot(c, cast, path, name.as_ref(), *s)?;
            reached(c, cast, path, cast.ego, id, *s, "the ego");
            Some(Trigger::EgoAt { road: id, s: *s })
        }
        RawTrigger::SelfAt { road: name, s } => {
            let own = cast.raw[i].road.as_ref();
            let id = spot(c, cast, path, name.as_ref().or(own), *s)?;
            if let Some(Place::Lane { at, .. }) = place {
                reached(c, cast, path, Some(at), id, *s, "this road user");
            }
            Some(Trigger::SelfAt { road: id, s: *s })
        }
        RawTrigger::After { of, action, delay } => {
            c.range(
                &format!("{path}.delay"),
                *delay,
                0.0,
                cast.duration.max(0.0),
                "s, within the run",
            );
            let user = match of {
                None => i,
                Some(name) => named(c, cast, &format!("{path}.of"), name)?,
            };
            let actions = &cast.raw[user].actions;
            let Some(found) = actions.iter().position(|a| a.name == *action) else {
                let names: Vec<_> = actions.iter().map(|a| a.name.as_str()).collect();
                c.fail(
                    &format!("{path}.action"),
                    format!(
                        "an action of \"{}\": {}",
                        cast.raw[user].name,
                        names.join(", ")
                    ),
                    format!("\"{action}\""),
                );
                return None;
            };
            if (user, found) == (i, k) {
                c.fail(path, "an action other than itself", format!("\"{action}\""));
                return None;
            }
            if user == i && matches!(actions[found].what, RawDo::Vanish) {
                c.fail(
                    path,
                    "an action before this road user is gone",
                    format!("\"{action}\""),
                );
                return None;
            }
            Some(Trigger::After {
                user,
                action: found,
                delay: *delay,
            })
        }
        RawTrigger::All(parts) | RawTrigger::Any(parts) => {
            if parts.is_empty() {
                c.fail(path, "at least one trigger", "none");
                return None;
            }
            let mut out = Vec::with_capacity(parts.len());
            for (n, part) in parts.iter().enumerate() {
                let path = format!("{path}.0[{n}]");
                out.extend(trigger(c, cast, (i, k), &path, part, place));
            }
            if out.len() != parts.len() {
                return None;
            }
            Some(match raw {
                RawTrigger::All(_) => Trigger::All(out),
                _ => Trigger::Any(out),
            })
        }
    }
}

fn spot(c: &mut Checker, cast: &Cast, path: &str, name: Option<&String>, s: f64) -> Option<RoadId> {
    let id = road(c, &format!("{path}.road"), name, cast.network)?;
    let length = cast.network?.road(id).length();
    c.range(&format!("{path}.s"), s, 0.0, length, "m along the road");
    Some(id)
}

fn named(c: &mut Checker, cast: &Cast, path: &str, name: &str) -> Option<usize> {
    let found = cast.raw.iter().position(|u| u.name == name);
    if found.is_none() {
        let names: Vec<_> = cast.raw.iter().map(|u| u.name.as_str()).take(12).collect();
        c.fail(
            path,
            format!("the name of a road user: {}", names.join(", ")),
            format!("\"{name}\""),
        );
    }
    found
}

/// A place must lie ahead of who is to pass it.
fn reached(
    c: &mut Checker,
    cast: &Cast,
    path: &str,
    from: Option<LanePos>,
    road: RoadId,
    s: f64,
    who: &str,
) {
    let (Some(network), Some(from)) = (cast.network, from) else {
        return;
    };
    // Off the road altogether has a line of its own.
    if !(0.0..=network.road(road).length()).contains(&s) {
        return;
    }
    if !leads_to(network, from, road, s) {
        c.fail(
            &format!("{path}.s"),
            format!("a place that {who} comes to"),
            format!("{s} m, which no lane from its start leads to"),
        );
    }
}

/// Some way along the lanes leads from one place past another.
fn leads_to(network: &Network, from: LanePos, road: RoadId, s: f64) -> bool {
    let covers = |lane: LaneId, after: f64| {
        let node = network.lane(lane);
        let d = (s - node.enter_s) * node.sign();
        node.road == road && d > after && d <= node.length()
    };
    let mut seen = vec![false; network.lanes().len()];
    let mut open: Vec<LaneId> = Vec::new();
    for lane in beside(network, from.lane) {
        if covers(lane, from.d) {
            return true;
        }
        open.extend(&network.lane(lane).next);
    }
    while let Some(lane) = open.pop() {
        for lane in beside(network, lane) {
            if std::mem::replace(&mut seen[lane.0 as usize], true) {
                continue;
            }
            if covers(lane, -1e-9) {
                return true;
            }
            open.extend(&network.lane(lane).next);
        }
    }
    false
}

/// A lane and all beside it in the same direction.
fn beside(network: &Network, lane: LaneId) -> Vec<LaneId> {
    let mut all = vec![lane];
    let mut at = network.lane(lane).left;
    while let Some(l) = at {
        all.push(l);
        at = network.lane(l).left;
    }
    let mut at = network.lane(lane).right;
    while let Some(l) = at {
        all.push(l);
        at = network.lane(l).right;
    }
    all
}

fn manoeuvre(
    c: &mut Checker,
    cast: &Cast,
    i: usize,
    path: &str,
    (kind, on_lane): (RoadUser, bool),
    raw: &RawDo,
) -> Option<Do> {
    let user = &cast.raw[i];
    let needs_lane = matches!(
        raw,
        RawDo::Speed { .. }
            | RawDo::Profile(_)
            | RawDo::Brake { .. }
            | RawDo::Stop
            | RawDo::Drive
            | RawDo::ChangeLane { .. }
            | RawDo::CutIn { .. }
            | RawDo::CutOut { .. }
            | RawDo::Offset { .. }
    );
    if needs_lane && !on_lane {
        c.fail(
            path,
            "an action for who is off the lanes: Walk, Cross, Trajectory",
            label(raw),
        );
        return None;
    }
    let walks = matches!(
        raw,
        RawDo::Walk { .. } | RawDo::WalkOnRoad { .. } | RawDo::Cross { .. }
    );
    if walks && kind.drives() && kind != RoadUser::Cyclist {
        c.fail(
            path,
            "an action for what drives: Trajectory instead of walking",
            label(raw),
        );
        return None;
    }
    let over = |c: &mut Checker, over: f64| {
        c.range(&format!("{path}.over"), over, 0.5, 30.0, "s");
    };
    Some(match raw {
        RawDo::Speed { to, rate } => {
            c.range(&format!("{path}.to"), *to, 0.0, TOP_SPEED, "m/s");
            c.range(&format!("{path}.rate"), *rate, 0.1, 12.0, "m/s2");
            Do::Speed {
                to: *to,
                rate: *rate,
            }
        }
        RawDo::Profile(points) => {
            times(c, path, points.iter().map(|p| p.0));
            for (n, (_, speed)) in points.iter().enumerate() {
                c.range(&format!("{path}.0[{n}]"), *speed, 0.0, TOP_SPEED, "m/s");
            }
            Do::Profile(points.clone())
        }
        RawDo::Brake { decel } => {
            c.range(&format!("{path}.decel"), *decel, 0.1, 12.0, "m/s2");
            Do::Brake { decel: *decel }
        }
        RawDo::Stop => Do::Brake { decel: GENTLE },
        RawDo::Drive => {
            if user.driver.is_none() {
                c.fail(path, "a road user with a driver", "Drive");
            }
            Do::Drive
        }
        RawDo::ChangeLane { to, side, over: o } => {
            over(c, *o);
            match (to, side) {
                (Some(lane), None) => {
                    lane_exists(c, cast, path, user, *lane);
                    Do::ChangeTo {
                        lane: *lane,
                        over: *o,
                    }
                }
                (None, Some(side)) => Do::ChangeLane {
                    side: *side,
                    over: *o,
                },
                _ => {
                    c.fail(path, "either `to` or `side`", "both or neither");
                    return None;
                }
            }
        }
        RawDo::CutIn {
            of,
            gap,
            relative_speed,
            over: o,
        } => {
            over(c, *o);
            c.range(&format!("{path}.gap"), *gap, 0.5, 300.0, "m");
            c.range(
                &format!("{path}.relative_speed"),
                *relative_speed,
                -30.0,
                30.0,
                "m/s",
            );
            let whom = match of.as_deref() {
                None | Some("ego") => Whom::Ego,
                Some(name) => {
                    let found = named(c, cast, &format!("{path}.of"), name)?;
                    if found == i {
                        c.fail(
                            &format!("{path}.of"),
                            "somebody else",
                            format!("\"{name}\""),
                        );
                    }
                    Whom::User(found)
                }
            };
            Do::CutIn {
                whom,
                gap: *gap,
                relative_speed: *relative_speed,
                over: *o,
            }
        }
        RawDo::CutOut { side, gap, over: o } => {
            over(c, *o);
            if let Some(gap) = gap {
                c.range(&format!("{path}.gap"), *gap, 0.5, 300.0, "m");
            }
            Do::CutOut {
                side: *side,
                gap: *gap,
                over: *o,
            }
        }
        RawDo::Offset { to, over: o } => {
            over(c, *o);
            c.range(&format!("{path}.to"), *to, -10.0, 10.0, "m");
            Do::Offset { to: *to, over: *o }
        }
        RawDo::Trajectory(points) => {
            trajectory(c, path, points);
            Do::Trajectory(points.clone())
        }
        RawDo::TrajectoryOnRoad { road: name, points } => {
            trajectory(c, &format!("{path}.points"), points);
            let places = points.iter().map(|p| (p.1, p.2));
            let id = on_road(c, cast, path, name.as_ref().or(user.road.as_ref()), places)?;
            Do::TrajectoryOnRoad {
                road: id,
                points: points.clone(),
            }
        }
        RawDo::Walk { path: way, speed } => {
            walk(c, path, way, *speed);
            Do::Walk {
                path: way.clone(),
                speed: *speed,
            }
        }
        RawDo::WalkOnRoad {
            road: name,
            path: way,
            speed,
        } => {
            walk(c, path, way, *speed);
            let places = way.iter().copied();
            let id = on_road(c, cast, path, name.as_ref().or(user.road.as_ref()), places)?;
            Do::WalkOnRoad {
                road: id,
                path: way.clone(),
                speed: *speed,
            }
        }
        RawDo::Cross { speed } => {
            c.range(&format!("{path}.speed"), *speed, 0.1, 15.0, "m/s");
            Do::Cross { speed: *speed }
        }
        RawDo::Hazards(on) => Do::Hazards(*on),
        RawDo::Vanish => Do::Vanish,
    })
}

fn label(raw: &RawDo) -> String {
    let text = format!("{raw:?}");
    text.split([' ', '(', '{'])
        .next()
        .unwrap_or("it")
        .to_string()
}

fn lane_exists(c: &mut Checker, cast: &Cast, path: &str, user: &RawTraffic, lane: i32) {
    let Some(network) = cast.network else { return };
    let direction = user.lane.map_or(lane.signum(), i32::signum);
    let exists = network.lanes().iter().any(|l| l.lane == lane);
    if !exists || lane.signum() != direction {
        c.fail(
            &format!("{path}.to"),
            "a driving lane in the same direction",
            lane,
        );
    }
}

/// Times since the start of an action: each later than the one before, the first after 0.
fn times(c: &mut Checker, path: &str, times: impl ExactSizeIterator<Item = f64>) {
    if !(1..=MOST_POINTS).contains(&times.len()) {
        c.fail(path, format!("1 to {MOST_POINTS} points"), times.len());
        return;
    }
    let mut last = 0.0;
    for (n, t) in times.enumerate() {
        if !(t > last && t <= 7200.0) {
            c.fail(
                &format!("{path}.0[{n}]"),
                format!("a time after {last} s (time runs forwards from the action's start)"),
                format!("{t} s"),
            );
            return;
        }
        last = t;
    }
}

fn trajectory(c: &mut Checker, path: &str, points: &[(f64, f64, f64)]) {
    let before = c.problems.len();
    times(c, path, points.iter().map(|p| p.0));
    if c.problems.len() != before {
        return;
    }
    for (n, pair) in points.windows(2).enumerate() {
        let (a, b) = (pair[0], pair[1]);
        let speed = libm::hypot(b.1 - a.1, b.2 - a.2) / (b.0 - a.0);
        if speed.is_nan() || speed > TOP_SPEED {
            c.fail(
                &format!("{path}.0[{}]", n + 1),
                format!("a place that is reached with at most {TOP_SPEED} m/s"),
                format!("{speed:.1} m/s"),
            );
            return;
        }
    }
}

fn walk(c: &mut Checker, path: &str, way: &[(f64, f64)], speed: f64) {
    c.range(&format!("{path}.speed"), speed, 0.1, 15.0, "m/s");
    if !(1..=MOST_POINTS).contains(&way.len()) {
        c.fail(
            &format!("{path}.path"),
            format!("1 to {MOST_POINTS} points"),
            way.len(),
        );
    }
    if let Some(n) = way
        .iter()
        .position(|p| !(p.0.is_finite() && p.1.is_finite()))
    {
        c.fail(
            &format!("{path}.path[{n}]"),
            "numbers",
            format!("{:?}", way[n]),
        );
    }
}

fn on_road(
    c: &mut Checker,
    cast: &Cast,
    path: &str,
    name: Option<&String>,
    places: impl Iterator<Item = (f64, f64)>,
) -> Option<RoadId> {
    let id = road(c, &format!("{path}.road"), name, cast.network)?;
    let length = cast.network?.road(id).length();
    for (s, t) in places {
        if !((0.0..=length).contains(&s) && t.abs() <= 100.0) {
            c.fail(
                path,
                format!("places with s from 0 to {length} m and t from -100 to 100 m"),
                format!("({s}, {t})"),
            );
            return None;
        }
    }
    Some(id)
}
