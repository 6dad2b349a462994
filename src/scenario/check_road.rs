//! One road: its figures checked, then built in its place.

use super::check::{Checker, TOP_SPEED};
use super::raw_road::{RawObject, RawRoad, RawSignal};
use crate::road::{
    CrossSection, Element, Lane, LaneKind, LaneSection, Light, Mark, Object, ObjectKind, Patch,
    Profile, Programme, ReferenceLine, Road, Signal, SignalKind, Stretch, Taper, lane,
};
use std::f64::consts::PI;

/// Elements of a reference line.
const MOST_ELEMENTS: usize = 1000;
/// m. A single road, and a road of a network.
const SHORTEST_ROAD: f64 = 100.0;
const SHORTEST_PART: f64 = 10.0;
/// m.
const LONGEST_ELEMENT: f64 = 100_000.0;
/// Steepest way up or down, -.
const STEEPEST: f64 = 0.3;
/// Most single things that one row of objects may stand for.
const MOST_IN_ROW: f64 = 2000.0;

/// The cross section with all lanes that the road has anywhere.
pub(super) fn cross_section(r: &RawRoad) -> LaneSection {
    let mut full = CrossSection {
        right: r.lanes,
        left: r.oncoming,
        lane_width: r.lane_width,
        shoulder: r.shoulder_width,
        sidewalk: r.sidewalk,
    }
    .section();
    for side in [&mut full.left, &mut full.right] {
        let last = side.iter().rposition(|l| l.kind == LaneKind::Driving);
        for (i, lane) in side.iter_mut().enumerate() {
            let mark = match last {
                Some(last) if i < last => r.lane_mark,
                Some(last) if i == last => r.edge_mark,
                _ => None,
            };
            lane.mark = mark.unwrap_or(lane.mark);
        }
    }
    if r.median > 0.0 {
        let strip = lane(LaneKind::Verge, r.median, Mark::Solid);
        full.left.insert(0, strip);
        full.centre_mark = Mark::Solid;
    }
    full.centre_mark = r.centre_mark.unwrap_or(full.centre_mark);
    full
}

/// Everything that can be told without knowing where the road lies. `turning` is the ego's
/// smallest turning radius, m.
pub(super) fn figures(c: &mut Checker, path: &str, r: &RawRoad, turning: f64) {
    let at = |field: &str| format!("{path}.{field}");
    c.range(&at("lanes"), f64::from(r.lanes), 1.0, 8.0, "lanes");
    c.range(&at("oncoming"), f64::from(r.oncoming), 0.0, 8.0, "lanes");
    c.range(&at("lane_width"), r.lane_width, 2.0, 8.0, "m");
    c.range(&at("shoulder_width"), r.shoulder_width, 0.0, 10.0, "m");
    c.range(&at("sidewalk"), r.sidewalk, 0.0, 20.0, "m");
    c.range(&at("median"), r.median, 0.0, 50.0, "m");
    if r.median > 0.0 && r.oncoming == 0 {
        c.fail(
            &at("median"),
            "none, as there are no oncoming lanes",
            r.median,
        );
    }
    c.range(&at("speed_limit"), r.speed_limit, 1.0, TOP_SPEED, "m/s");
    line(c, path, r, turning);
}

fn line(c: &mut Checker, path: &str, r: &RawRoad, turning: f64) {
    let closed = r.end.is_some();
    let least = usize::from(!closed);
    if !(least..=MOST_ELEMENTS).contains(&r.line.len()) {
        c.fail(
            &format!("{path}.line"),
            format!("{least} to {MOST_ELEMENTS} elements"),
            r.line.len(),
        );
    }
    let length: f64 = r.line.iter().map(Element::length).sum();
    let shortest = if path == "road" {
        SHORTEST_ROAD
    } else {
        SHORTEST_PART
    };
    if length < shortest && !closed {
        c.fail(
            &format!("{path}.line"),
            format!("at least {shortest} m in all"),
            format!("{length} m"),
        );
    }
    // The line turns about a point on one side; all of the road must stay on this side of it, and
    // its innermost edge must still be wide enough for the ego.
    let full = cross_section(r);
    let side = |lanes: &[Lane]| lanes.iter().map(|l| l.width.value(0.0)).sum::<f64>();
    let (left, right) = (side(&full.left), side(&full.right));
    let least = |k: f64| turning + if k > 0.0 { left } else { right };
    for (i, element) in r.line.iter().enumerate() {
        let path = format!("{path}.line[{i}]");
        let words = |least: f64| {
            format!(
                "{least:.1} to 1000000 m, negative to the right (the bend must leave room for the lanes inside it and for the vehicle to turn)"
            )
        };
        match *element {
            Element::Straight { length } => {
                c.range(&at_length(&path), length, 0.1, LONGEST_ELEMENT, "m");
            }
            Element::Curve {
                radius,
                length,
                transition,
            } => {
                c.range(&at_length(&path), length, 0.1, LONGEST_ELEMENT, "m");
                let least = least(radius);
                if !(radius.abs() >= least && radius.abs() <= 1e6) {
                    c.fail(&format!("{path}.radius"), words(least), radius);
                } else if length / radius.abs() > PI {
                    c.fail(
                        &at_length(&path),
                        format!("at most {:.1} m (half a turn)", PI * radius.abs()),
                        length,
                    );
                }
                if !(0.0..=length / 2.0).contains(&transition) {
                    c.fail(
                        &format!("{path}.transition"),
                        format!("0 to {} m (half the curve)", length / 2.0),
                        transition,
                    );
                }
            }
            Element::Spiral { length, from, to } => {
                c.range(&at_length(&path), length, 0.1, LONGEST_ELEMENT, "m");
                for (name, k) in [("from", from), ("to", to)] {
                    let most = 1.0 / least(k);
                    if !(k.abs() <= most) {
                        c.fail(
                            &format!("{path}.{name}"),
                            format!("a curvature of {:.5} to {most:.5} 1/m", -most),
                            k,
                        );
                    }
                }
                let turns = length * from.abs().max(to.abs());
                if turns > 2.0 * PI {
                    c.fail(
                        &at_length(&path),
                        "a clothoid that turns less than once",
                        format!("one of {length} m"),
                    );
                }
            }
            Element::Poly { u, v } => poly(c, &path, element, [u, v], least),
        }
    }
}

fn at_length(path: &str) -> String {
    format!("{path}.length")
}

fn poly(
    c: &mut Checker,
    path: &str,
    element: &Element,
    [u, v]: [[f64; 4]; 2],
    least: impl Fn(f64) -> f64,
) {
    if !u.iter().chain(&v).all(|x| x.abs() <= LONGEST_ELEMENT) {
        c.fail(
            path,
            format!("coefficients up to {LONGEST_ELEMENT} m"),
            "more",
        );
        return;
    }
    let length = element.length();
    if length < 0.1 {
        c.fail(
            path,
            "a cubic of at least 0.1 m that never stands still",
            "one that stands still",
        );
        return;
    }
    let line = ReferenceLine::new(std::slice::from_ref(element));
    // A cubic that folds back turns sharply somewhere: in a cusp, or in a tight loop.
    for i in 0..=1000 {
        let s = length * f64::from(i) / 1000.0;
        let k = line.curvature(s);
        if k.is_nan() || k.abs() * least(k) > 1.0 {
            c.fail(
                path,
                format!("a cubic with a radius of at least {:.1} m", least(k)),
                format!("a fold with {:.2} m after {s:.1} m", 1.0 / k.abs()),
            );
            return;
        }
    }
}

/// What a road takes over from the one that it continues, if it does not say itself.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Inherited {
    /// m.
    pub z: f64,
    /// rad.
    pub roll: f64,
}

/// The road in its place, with everything along it checked against its length.
pub(super) fn build(
    c: &mut Checker,
    path: &str,
    r: &RawRoad,
    name: &str,
    line: ReferenceLine,
    from: Inherited,
) -> Road {
    let length = line.length();
    let mut road = crate::road::road(name, line, cross_section(r), r.speed_limit);
    road.elevation = match r.elevation.is_empty() {
        true if from.z == 0.0 => Profile::default(),
        true => Profile::constant(from.z),
        false => Profile::eased(&r.elevation),
    };
    let rolls: Vec<_> = r
        .superelevation
        .iter()
        .map(|(s, deg)| (*s, deg.to_radians()))
        .collect();
    road.superelevation = match rolls.is_empty() {
        true if from.roll == 0.0 => Profile::default(),
        true => Profile::constant(from.roll),
        false => Profile::eased(&rolls),
    };
    elevations(c, path, r, length);
    points(
        c,
        &format!("{path}.superelevation"),
        &r.superelevation,
        length,
    );
    for (i, p) in r.superelevation.iter().enumerate() {
        let path = format!("{path}.superelevation[{i}].1");
        c.range(&path, p.1, -15.0, 15.0, "degrees");
    }
    points(c, &format!("{path}.lane_offset"), &r.lane_offset, length);
    for (i, p) in r.lane_offset.iter().enumerate() {
        let path = format!("{path}.lane_offset[{i}].1");
        c.range(&path, p.1, -20.0, 20.0, "m");
    }
    road.lane_offset = Profile::eased(&r.lane_offset);
    points(c, &format!("{path}.limits"), &r.limits, length);
    for (i, (s, limit)) in r.limits.iter().enumerate() {
        c.range(
            &format!("{path}.limits[{i}].1"),
            *limit,
            1.0,
            TOP_SPEED,
            "m/s",
        );
        if *s <= 0.0 {
            road.limits.clear();
        }
        road.limits.push((s.max(0.0), *limit));
    }
    road.surface = r.surface;
    for (i, p) in r.patches.iter().enumerate() {
        let path = format!("{path}.patches[{i}]");
        stretch(c, &path, p.from, p.to, length);
        let (left, right) = (p.left.unwrap_or(100.0), p.right.unwrap_or(-100.0));
        if !(right < left) {
            c.fail(
                &format!("{path}.left"),
                format!("more than right ({right} m)"),
                left,
            );
        }
        road.patches.push(Patch {
            from: p.from,
            to: p.to,
            left,
            right,
            surface: p.surface,
        });
    }
    for (field, raw, valid) in [
        ("tunnels", &r.tunnels, &mut road.tunnels),
        ("unmarked", &r.unmarked, &mut road.unmarked),
    ] {
        for (i, x) in raw.iter().enumerate() {
            stretch(c, &format!("{path}.{field}[{i}]"), x.from, x.to, length);
            valid.push(Stretch {
                from: x.from,
                to: x.to,
            });
        }
    }
    tapers(c, path, r, &mut road);
    signals(c, path, r, &mut road);
    objects(c, path, r, &mut road);
    road
}

/// Points along the road must be on it and in order.
fn points(c: &mut Checker, path: &str, points: &[(f64, f64)], length: f64) {
    let mut earliest = 0.0;
    for (i, (s, _)) in points.iter().enumerate() {
        let order = if i == 0 { "m" } else { "m, in order" };
        c.range(&format!("{path}[{i}].0"), *s, earliest, length, order);
        earliest = s + 0.1;
    }
}

fn elevations(c: &mut Checker, path: &str, r: &RawRoad, length: f64) {
    let path = format!("{path}.elevation");
    points(c, &path, &r.elevation, length);
    for (i, p) in r.elevation.iter().enumerate() {
        let path = format!("{path}[{i}].1");
        c.range(&path, p.1, -5000.0, 9000.0, "m");
        let Some(last) = i.checked_sub(1).map(|i| r.elevation[i]) else {
            continue;
        };
        // An eased rise is steepest in its middle, by half more than on average.
        let steepest = 1.5 * (p.1 - last.1).abs() / (p.0 - last.0);
        if steepest > STEEPEST {
            c.fail(
                &path,
                format!(
                    "{:.1} to {:.1} m (at most 30 % between the points, 1.5 times the mean)",
                    last.1 - STEEPEST * (p.0 - last.0) / 1.5,
                    last.1 + STEEPEST * (p.0 - last.0) / 1.5,
                ),
                format!("{} ({:.0} %)", p.1, 100.0 * steepest),
            );
        }
    }
}

fn stretch(c: &mut Checker, path: &str, from: f64, to: f64, length: f64) {
    c.range(&format!("{path}.from"), from, 0.0, length, "m");
    // Where `from` is wrong already, half of `to`'s range would be nonsense.
    let from = if from.is_nan() { 0.0 } else { from };
    c.range(
        &format!("{path}.to"),
        to,
        from.clamp(0.0, length),
        length,
        "m",
    );
}

fn tapers(c: &mut Checker, path: &str, r: &RawRoad, road: &mut Road) {
    let before = c.count();
    let length = road.length();
    let full = cross_section(r);
    let mut all: Vec<(Taper, String)> = Vec::new();
    for (field, raw, begins) in [
        ("lane_ends", &r.lane_ends, false),
        ("lane_begins", &r.lane_begins, true),
    ] {
        for (i, t) in raw.iter().enumerate() {
            let path = format!("{path}.{field}[{i}]");
            if full.lane(t.lane).is_none() {
                let ids: Vec<String> = full.ids().map(|id| id.to_string()).collect();
                c.fail(
                    &format!("{path}.lane"),
                    format!("a lane of this road: {}", ids.join(", ")),
                    t.lane,
                );
            }
            c.range(&format!("{path}.length"), t.length, 1.0, 10_000.0, "m");
            let most = (length - t.length - 1.0).max(1.0);
            c.range(&format!("{path}.s"), t.s, 1.0, most, "m");
            let taper = Taper {
                lane: t.lane,
                s: t.s,
                length: t.length,
                begins,
            };
            all.push((taper, path));
        }
    }
    if c.count() != before || all.is_empty() {
        return;
    }
    all.sort_by(|a, b| a.0.s.total_cmp(&b.0.s));
    for (i, (taper, path)) in all.iter().enumerate() {
        let earlier = all[..i].iter().rfind(|x| x.0.lane == taper.lane);
        let Some((earlier, _)) = earlier else {
            continue;
        };
        if earlier.begins == taper.begins || earlier.s + earlier.length > taper.s {
            c.fail(
                &format!("{path}.s"),
                format!(
                    "lane {} to end and begin in turns, one after the other",
                    taper.lane
                ),
                taper.s,
            );
            return;
        }
    }
    let tapers: Vec<Taper> = all.iter().map(|x| x.0).collect();
    road.sections = crate::road::sections(&full, &tapers);
    for (s, i) in road.sections.iter().map(|x| (x.s, x)) {
        let driving = |l: &Lane| l.kind == LaneKind::Driving;
        if !i.right.iter().any(driving) && r.oncoming == 0 || i.right.is_empty() {
            c.fail(
                &format!("{path}.lane_ends"),
                "a driving lane to be left everywhere",
                format!("none from {s} m on"),
            );
            return;
        }
    }
    // Without oncoming lanes, nothing holds the others where they are when the innermost one
    // narrows; they go straight on.
    if full.left.is_empty() {
        let points: Vec<(f64, f64)> = tapers
            .iter()
            .filter(|t| t.lane == -1)
            .flat_map(|t| {
                let (a, b) = if t.begins {
                    (-r.lane_width, 0.0)
                } else {
                    (0.0, -r.lane_width)
                };
                [(t.s, a), (t.s + t.length, b)]
            })
            .collect();
        road.lane_offset = Profile::sum(&road.lane_offset, 1.0, &Profile::eased(&points));
    }
}

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

fn signals(c: &mut Checker, path: &str, r: &RawRoad, road: &mut Road) {
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

fn objects(c: &mut Checker, path: &str, r: &RawRoad, road: &mut Road) {
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
