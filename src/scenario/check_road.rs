//! One road: its figures checked, then built in its place.

use super::check::{Checker, TOP_SPEED};
use super::check_objects;
use super::raw_road::RawRoad;
use crate::road::{
    CrossSection, Element, Lane, LaneKind, LaneSection, Mark, Patch, Profile, ReferenceLine, Road,
    Stretch, Taper, lane,
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
                let sharpest = from.abs().max(to.abs());
                if length * sharpest > 2.0 * PI && sharpest * turning <= 1.0 {
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
    check_objects::signals(c, path, r, &mut road);
    check_objects::objects(c, path, r, &mut road);
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

pub(super) fn stretch(c: &mut Checker, path: &str, from: f64, to: f64, length: f64) {
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
