//! One junction: its arms, its ways, its signals.

use super::check::Checker;
use super::check_network::Plan;
use super::check_objects::{phases, signal};
use super::raw_road::{RawControl, RawFailure, RawStart};
use crate::road::{
    Arm, End, Junction, LaneKind, Link, Programme, Road, RoadId, SignalKind, join, wrap_angle,
};
use std::f64::consts::FRAC_PI_4;

/// From a stop line to the junction's edge, m.
const STOP_LINE: f64 = 1.0;
/// Heights of a junction's arms may differ by this, m.
const LEVEL: f64 = 0.5;

/// The junction, and its connecting roads added to `roads`.
pub(super) fn check(
    c: &mut Checker,
    plan: &Plan,
    roads: &mut Vec<Road>,
    j: usize,
) -> Option<Junction> {
    let before = c.count();
    let raw = &plan.junctions[j];
    let path = format!("junctions[{j}]");
    let centre = plan.centres[j]?;
    let ends = [End::Start, End::End];
    let mut arms: Vec<Arm> = plan
        .links
        .iter()
        .enumerate()
        .flat_map(|(i, links)| ends.into_iter().zip(links).map(move |(e, l)| (i, e, *l)))
        .filter(|(_, _, link)| *link == Some(Link::Junction(j as u32)))
        .map(|(i, end, _)| Arm {
            road: RoadId(i as u32),
            end,
            rank: 0,
        })
        .collect();
    if arms.len() < 2 {
        c.fail(
            &format!("{path}.name"),
            format!(
                "a junction with two arms or more (roads that start: Arm(junction: \"{}\", ...))",
                raw.name
            ),
            arms.len(),
        );
        return None;
    }
    // Counter-clockwise from the junction's own direction.
    arms.sort_by(|a, b| {
        let angle = |arm: &Arm| wrap_angle(arm.heading(roads) - centre.yaw);
        angle(a).total_cmp(&angle(b))
    });
    level(c, plan, &arms, roads);
    room(c, plan, &path, &arms, roads, j);
    ranks(c, plan, &path, &raw.control, &mut arms);
    if c.count() != before {
        return None;
    }
    if !arms.iter().any(|a| !a.lanes(roads, true).is_empty()) {
        c.fail(&path, "a junction that some lane leads to", "none");
        return None;
    }
    let first = roads.len();
    let junction = match join(roads, &raw.name, j as u32, centre, raw.radius, &arms) {
        Ok(junction) => junction,
        Err((a, b)) => {
            let name = |arm: Arm| plan.names[arm.road.0 as usize].clone();
            c.fail(
                &format!("{path}.radius"),
                format!("room for a way from \"{}\" to \"{}\"", name(a), name(b)),
                raw.radius,
            );
            return None;
        }
    };
    for way in &roads[first..] {
        let length = way.length();
        let far = (0..=20).any(|i| {
            let p = way.line.pose(length * f64::from(i) / 20.0);
            libm::hypot(p.x - centre.x, p.y - centre.y) > 1.5 * raw.radius + 5.0
        });
        if far || length > 6.0 * raw.radius + 10.0 {
            c.fail(
                &format!("{path}.radius"),
                "a junction large enough for its lanes",
                format!("{} m, with a roundabout way \"{}\"", raw.radius, way.name),
            );
            return None;
        }
        let radius = 1.0 / way.line.sharpest(0.0, way.length()).max(1e-9);
        if radius < plan.turning {
            c.fail(
                &format!("{path}.radius"),
                format!(
                    "a radius with room for bends of {:.1} m, the least the ego can turn in",
                    plan.turning
                ),
                format!("{} m, and {radius:.1} m in \"{}\"", raw.radius, way.name),
            );
            return None;
        }
    }
    signals(c, plan, &path, &raw.control, &raw.name, &arms, roads);
    Some(junction)
}

/// All arms meet at one height, without roll.
fn level(c: &mut Checker, plan: &Plan, arms: &[Arm], roads: &[Road]) {
    let height = |arm: &Arm| {
        let road = &roads[arm.road.0 as usize];
        let s = arm.s(roads);
        (road.elevation.value(s), road.superelevation.value(s))
    };
    // The road that is first in the file says how high the junction lies.
    let Some(lead) = arms.iter().min_by_key(|a| a.road) else {
        return;
    };
    let (first, _) = height(lead);
    for arm in arms {
        let path = &plan.roads[arm.road.0 as usize].0;
        let (z, roll) = height(arm);
        if (z - first).abs() > LEVEL {
            c.fail(
                &format!("{path}.elevation"),
                format!(
                    "{first:.2} m at the junction, as \"{}\" has it",
                    plan.names[lead.road.0 as usize]
                ),
                format!("{z:.2} m"),
            );
        }
        if roll.abs() > 0.002 {
            c.fail(
                &format!("{path}.superelevation"),
                "0 degrees at the junction",
                format!("{:.1}", roll.to_degrees()),
            );
        }
    }
}

/// Arms fit side by side around the junction.
fn room(c: &mut Checker, plan: &Plan, path: &str, arms: &[Arm], roads: &[Road], j: usize) {
    let raw = &plan.junctions[j];
    // Left and right edge of each arm's mouth as angles about the centre, seen outwards.
    let mouths: Vec<(f64, f64)> = arms
        .iter()
        .map(|arm| {
            let road = &roads[arm.road.0 as usize];
            let section = road.section(arm.s(roads));
            // Sidewalks may meet at the corner.
            let wide = |lanes: &[crate::road::Lane]| {
                let paved = lanes.iter().filter(|l| l.kind != LaneKind::Sidewalk);
                paved.map(|l| l.width.value(arm.s(roads))).sum::<f64>()
            };
            let shift = road.lane_offset.value(arm.s(roads));
            let (left, right) = (shift + wide(&section.left), shift - wide(&section.right));
            let (left, right) = match arm.end {
                End::Start => (left, right),
                End::End => (-right, -left),
            };
            let out = arm.heading(roads);
            (
                out + libm::atan2(right, raw.radius),
                out + libm::atan2(left, raw.radius),
            )
        })
        .collect();
    for (arm, (right, left)) in arms.iter().zip(&mouths) {
        let out = arm.heading(roads);
        let widest = libm::tan((left - out).max(out - right)) * raw.radius;
        if widest > 1.2 * raw.radius {
            c.fail(
                &format!("{path}.radius"),
                format!(
                    "at least {:.1} m, for \"{}\" reaches {widest:.1} m to one side",
                    widest / 1.2,
                    plan.names[arm.road.0 as usize]
                ),
                raw.radius,
            );
            return;
        }
    }
    for i in 0..arms.len() {
        for k in i + 1..arms.len() {
            let (a, b) = (mouths[i], mouths[k]);
            let gap = wrap_angle((b.0 + b.1) / 2.0 - (a.0 + a.1) / 2.0).abs();
            let needed = (a.1 - a.0) / 2.0 + (b.1 - b.0) / 2.0;
            if gap >= needed {
                continue;
            }
            let (i, k) = (arms[i].road.0 as usize, arms[k].road.0 as usize);
            let (name, other) = (&plan.names[i.max(k)], &plan.names[i.min(k)]);
            if gap >= 0.7 {
                c.fail(
                    &format!("{path}.radius"),
                    format!("a junction large enough for \"{name}\" beside \"{other}\""),
                    raw.radius,
                );
            } else {
                let (path, raw) = &plan.roads[i.max(k)];
                let field = match &raw.start {
                    RawStart::Arm { junction, .. } if *junction == plan.junctions[j].name => {
                        "start.angle_deg"
                    }
                    _ => "end",
                };
                c.fail(
                    &format!("{path}.{field}"),
                    format!(
                        "an arm beside \"{other}\" (at least {:.0} degrees from it)",
                        needed.to_degrees().ceil()
                    ),
                    format!(
                        "{:.0} degrees from it, on top of each other",
                        gap.to_degrees()
                    ),
                );
            }
            return;
        }
    }
}

/// Who goes first, by arm.
fn ranks(c: &mut Checker, plan: &Plan, path: &str, control: &RawControl, arms: &mut [Arm]) {
    let (named, first, field) = match control {
        RawControl::PriorityRoad(names) => (names, true, "control.0"),
        RawControl::Lights { priority, .. } => (priority, true, "control.priority"),
        RawControl::Yield(names) | RawControl::Stop(names) => (names, false, "control.0"),
        RawControl::RightBeforeLeft | RawControl::AllWayStop => return,
    };
    let all: Vec<&str> = arms
        .iter()
        .map(|a| plan.names[a.road.0 as usize].as_str())
        .collect();
    for (i, name) in named.iter().enumerate() {
        if !all.contains(&name.as_str()) {
            c.fail(
                &format!("{path}.{field}[{i}]"),
                format!("an arm of this junction: {}", all.join(", ")),
                format!("\"{name}\""),
            );
        }
    }
    if named.is_empty() && !matches!(control, RawControl::Lights { .. }) {
        c.fail(&format!("{path}.{field}"), "at least one arm", "none");
    }
    for arm in arms {
        let is_named = named.contains(&plan.names[arm.road.0 as usize]);
        arm.rank = u8::from(is_named == first);
    }
}

/// Signals at the stop lines of all arms that lead in.
fn signals(
    c: &mut Checker,
    plan: &Plan,
    path: &str,
    control: &RawControl,
    name: &str,
    arms: &[Arm],
    roads: &mut [Road],
) {
    let signs = arms.iter().any(|a| a.rank != arms[0].rank);
    let headings: Vec<f64> = arms.iter().map(|a| a.heading(roads)).collect();
    let inwards: Vec<bool> = arms
        .iter()
        .map(|a| !a.lanes(roads, true).is_empty())
        .collect();
    let mut put = |arm: &Arm, what: &str, kind: SignalKind| {
        let s = match arm.end {
            End::Start => STOP_LINE,
            End::End => arm.s(roads) - STOP_LINE,
        };
        let road = &mut roads[arm.road.0 as usize];
        let name = format!("{name}: {what} {}", road.name);
        let made = signal(road, name, s, arm.end == End::End, kind);
        road.signals.push(made);
    };
    let entering = || arms.iter().zip(&headings).zip(&inwards).filter(|x| *x.1);
    match control {
        RawControl::RightBeforeLeft => {}
        RawControl::AllWayStop => entering().for_each(|x| put(x.0.0, "stop", SignalKind::Stop)),
        RawControl::PriorityRoad(_) | RawControl::Yield(_) | RawControl::Stop(_) => {
            let stop = matches!(control, RawControl::Stop(_));
            for ((arm, _), _) in entering() {
                match (arm.rank, stop) {
                    (0, true) => put(arm, "stop", SignalKind::Stop),
                    (0, false) => put(arm, "yield", SignalKind::Yield),
                    _ => put(arm, "priority", SignalKind::Priority),
                }
            }
        }
        RawControl::Lights {
            green,
            offset,
            failure,
            programmes,
            ..
        } => {
            let path = format!("{path}.control");
            c.range(&format!("{path}.green"), *green, 5.0, 600.0, "s");
            c.range(&format!("{path}.offset"), *offset, -3600.0, 3600.0, "s");
            if let Some(RawFailure { at, shows }) = failure {
                c.range(&format!("{path}.failure.at"), *at, 0.0, 1e6, "s");
                if !shows.out_of_order() {
                    c.fail(
                        &format!("{path}.failure.shows"),
                        "Flashing or Dark",
                        format!("{shows:?}"),
                    );
                }
            }
            for (i, p) in programmes.iter().enumerate() {
                phases(c, &format!("{path}.programmes[{i}].phases"), &p.phases);
                for (k, road) in p.roads.iter().enumerate() {
                    let known = arms.iter().any(|a| plan.names[a.road.0 as usize] == *road);
                    if !known {
                        c.fail(
                            &format!("{path}.programmes[{i}].roads[{k}]"),
                            "an arm of this junction",
                            format!("\"{road}\""),
                        );
                    }
                }
            }
            for ((arm, heading), _) in entering() {
                let name = &plan.names[arm.road.0 as usize];
                let own = programmes.iter().find(|p| p.roads.contains(name));
                if own.is_none() && !programmes.is_empty() {
                    c.fail(
                        &format!("{path}.programmes"),
                        format!("a programme for \"{name}\", too"),
                        "none",
                    );
                }
                // Along the first arm's line, or across it.
                let across = wrap_angle(2.0 * (heading - headings[0])).abs() > 2.0 * FRAC_PI_4;
                let mut programme = Programme::two_phase(*green, across);
                if let Some(own) = own {
                    programme.phases.clone_from(&own.phases);
                    programme.offset = 0.0;
                }
                programme.offset += offset;
                programme.failure = failure.map(|f| (f.at, f.shows));
                put(arm, "light", SignalKind::Light(programme));
                if signs && arm.rank == 0 {
                    put(arm, "yield", SignalKind::Yield);
                } else if signs {
                    put(arm, "priority", SignalKind::Priority);
                }
            }
        }
    }
}
