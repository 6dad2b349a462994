//! What stands along a road: signals and objects.

use super::check::Checker;
use super::check_road::stretch;
use super::raw_road::{RawObject, RawRoad, RawSignal};
use crate::road::{Light, Object, ObjectKind, Programme, Road, Signal, SignalKind};

/// Most single things that one row of objects may stand for.
const MOST_IN_ROW: f64 = 2000.0;

/// Where a signal stands: half a metre outside of the asphalt, on its driver's right.
fn beside(road: &Road, s: f64, along: bool) -> f64 {
    let (left, right) = road.carriageway(s);
    if along { right - 0.5 } else { left + 0.5 }
}

/// A signal of a road at its own side.
pub(super) fn signal(road: &Road, name: String, s: f64, along: bool, kind: SignalKind) -> Signal {
    Signal {
        name,
        s,
        t: beside(road, s, along),
        along,
        kind,
    }
}

/// A light's cycle must show green at some time, and take time.
pub(super) fn phases(c: &mut Checker, path: &str, phases: &[(Light, f64)]) {
    for (i, p) in phases.iter().enumerate() {
        c.range(&format!("{path}[{i}].1"), p.1, 0.1, 3600.0, "s");
    }
    if !phases.iter().any(|p| p.0 == Light::Green) {
        c.fail(
            path,
            "a programme with a green phase",
            if phases.is_empty() { "nothing" } else { "none" },
        );
    }
}

pub(super) fn signals(c: &mut Checker, path: &str, r: &RawRoad, road: &mut Road) {
    let length = road.length();
    for (i, raw) in r.signals.iter().enumerate() {
        let path = format!("{path}.signals[{i}]");
        let (s, along, name, kind) = match raw {
            RawSignal::Light {
                s,
                name,
                along,
                phases: shown,
                offset,
                failure,
            } => {
                phases(c, &format!("{path}.phases"), shown);
                c.range(&format!("{path}.offset"), *offset, -3600.0, 3600.0, "s");
                let programme = Programme {
                    phases: shown.clone(),
                    offset: *offset,
                    failure: failure.map(|f| (f.at, f.shows)),
                };
                let name = name
                    .clone()
                    .unwrap_or_else(|| format!("{} light {i}", road.name));
                (*s, *along, name, SignalKind::Light(programme))
            }
            RawSignal::Stop { s, along } => (
                *s,
                *along,
                format!("{} stop {i}", road.name),
                SignalKind::Stop,
            ),
            RawSignal::Yield { s, along } => (
                *s,
                *along,
                format!("{} yield {i}", road.name),
                SignalKind::Yield,
            ),
            RawSignal::Priority { s, along } => (
                *s,
                *along,
                format!("{} priority {i}", road.name),
                SignalKind::Priority,
            ),
        };
        c.range(&format!("{path}.s"), s, 0.0, length, "m");
        if !along && r.oncoming == 0 {
            c.fail(
                &format!("{path}.along"),
                "true, as there are no oncoming lanes",
                along,
            );
        }
        if road.signals.iter().any(|x| x.name == name) {
            c.fail(
                &format!("{path}.name"),
                "a name not used before",
                format!("\"{name}\""),
            );
        }
        let made = signal(road, name, s, along, kind);
        road.signals.push(made);
    }
    // A sign where the limit changes, for either direction.
    for i in 1..road.limits.len() {
        let (s, after) = road.limits[i];
        let before = road.limits[i - 1].1;
        let mut signs = vec![(true, after)];
        if r.oncoming > 0 {
            signs.push((false, before));
        }
        for (along, limit) in signs {
            let name = format!(
                "{} limit {s} {}",
                road.name,
                if along { "along" } else { "against" }
            );
            let made = signal(road, name, s, along, SignalKind::Speed(limit));
            road.signals.push(made);
        }
    }
}

pub(super) fn objects(c: &mut Checker, path: &str, r: &RawRoad, road: &mut Road) {
    let length = road.length();
    for (i, raw) in r.objects.iter().enumerate() {
        let path = format!("{path}.objects[{i}]");
        let before = c.count();
        let across = |c: &mut Checker, field: &str, t: f64| {
            c.range(&format!("{path}.{field}"), t, -500.0, 500.0, "m");
        };
        match *raw {
            RawObject::Cones {
                from,
                to,
                t_from,
                t_to,
                spacing,
            } => {
                stretch(c, &path, from, to, length);
                across(c, "t_from", t_from);
                across(c, "t_to", t_to);
                let least = ((to - from) / MOST_IN_ROW).max(0.5);
                c.range(&format!("{path}.spacing"), spacing, least, 1000.0, "m");
                if c.count() != before {
                    continue;
                }
                let n = ((to - from) / spacing + 1e-9).floor() as u32;
                for k in 0..=n {
                    let s = from + spacing * f64::from(k);
                    let part = if to > from {
                        (s - from) / (to - from)
                    } else {
                        0.0
                    };
                    let t = t_from + part * (t_to - t_from);
                    // TL-Leitkegel: 0.75 m high on a square foot.
                    single(road, ObjectKind::Cone, s, t, 0.0, [0.4, 0.4, 0.75]);
                }
            }
            RawObject::Barrier { from, to, t, t_to } => {
                stretch(c, &path, from, to, length);
                across(c, "t", t);
                across(c, "t_to", t_to.unwrap_or(t));
                if c.count() == before {
                    let (a, b) = ((from, t), (to, t_to.unwrap_or(t)));
                    wall(c, &path, road, ObjectKind::Barrier, a, b, [0.6, 0.8]);
                }
            }
            RawObject::GuardRail { from, to, t, t_to } => {
                stretch(c, &path, from, to, length);
                across(c, "t", t);
                across(c, "t_to", t_to.unwrap_or(t));
                if c.count() == before {
                    let (a, b) = ((from, t), (to, t_to.unwrap_or(t)));
                    wall(c, &path, road, ObjectKind::GuardRail, a, b, [0.3, 0.75]);
                }
            }
            RawObject::Building {
                s,
                t,
                size,
                heading_deg,
            } => {
                c.range(&format!("{path}.s"), s, 0.0, length, "m");
                across(c, "t", t);
                for (k, x) in [size.0, size.1, size.2].into_iter().enumerate() {
                    c.range(&format!("{path}.size.{k}"), x, 0.1, 1000.0, "m");
                }
                let size = [size.0, size.1, size.2];
                let heading = heading_deg.to_radians();
                single(road, ObjectKind::Building, s, t, heading, size);
            }
            RawObject::Tree { s, t, height } => {
                c.range(&format!("{path}.s"), s, 0.0, length, "m");
                across(c, "t", t);
                c.range(&format!("{path}.height"), height, 0.5, 60.0, "m");
                // Its trunk: what a car meets.
                single(road, ObjectKind::Tree, s, t, 0.0, [0.5, 0.5, height]);
            }
            RawObject::Pole { s, t, height } => {
                c.range(&format!("{path}.s"), s, 0.0, length, "m");
                across(c, "t", t);
                c.range(&format!("{path}.height"), height, 0.5, 60.0, "m");
                single(road, ObjectKind::Pole, s, t, 0.0, [0.15, 0.15, height]);
            }
        }
    }
}

fn single(road: &mut Road, kind: ObjectKind, s: f64, t: f64, heading: f64, size: [f64; 3]) {
    let n = road.objects.len();
    let name = format!("{} {} {n}", road.name, format!("{kind:?}").to_lowercase());
    road.objects.push(Object {
        kind,
        name,
        s,
        t,
        heading,
        size,
    });
}

/// A wall from one road point to another, in straight pieces that follow the road to 5 cm and
/// touch each other. Width and height in m.
fn wall(
    c: &mut Checker,
    path: &str,
    road: &mut Road,
    kind: ObjectKind,
    from: (f64, f64),
    to: (f64, f64),
    [width, height]: [f64; 2],
) {
    let whole = to.0 - from.0;
    if whole < 0.1 {
        c.fail(
            &format!("{path}.to"),
            format!("at least {} m", from.0 + 0.1),
            to.0,
        );
        return;
    }
    let sharpest = road.line.sharpest(from.0, to.0).max(
        // A stretch between two samples of the line.
        road.line.curvature((from.0 + to.0) / 2.0).abs(),
    );
    // A chord of length c leaves a circle by c2 k / 8.
    let piece = libm::sqrt(8.0 * 0.05 / sharpest.max(1e-6)).clamp(1.0, 20.0);
    let n = (whole / piece).ceil();
    if n > MOST_IN_ROW {
        let most = from.0 + piece * MOST_IN_ROW;
        c.range(&format!("{path}.to"), to.0, from.0, most, "m, in one piece");
        return;
    }
    let at = |i: f64| (from.0 + whole * i / n, from.1 + (to.1 - from.1) * i / n);
    for i in 0..n as u32 {
        let ((s0, t0), (s1, t1)) = (at(f64::from(i)), at(f64::from(i) + 1.0));
        let (p, q) = (road.pose(s0, t0), road.pose(s1, t1));
        let (x, y) = ((p.x + q.x) / 2.0, (p.y + q.y) / 2.0);
        let (s, t, _) = road.line.nearest_within(x, y, s0, s1);
        let chord = libm::atan2(q.y - p.y, q.x - p.x);
        let heading = crate::road::wrap_angle(chord - road.line.pose(s).yaw);
        let length = libm::hypot(q.x - p.x, q.y - p.y);
        single(road, kind, s, t, heading, [length, width, height]);
    }
}
