//! Roads joined to a network: where each lies, what it leads to, junctions, and that nothing lies
//! on top of anything else.

use super::check::Checker;
use super::check_junction;
use super::check_overlaps;
use super::check_road::{self, Inherited};
use super::raw::RawScenario;
use super::raw_road::{RawAt, RawEnd, RawJunction, RawRoad, RawStart};
use crate::road::{
    Element, End, Lane, LaneKind, Link, Network, Pose2, ReferenceLine, Road, RoadId, wrap_angle,
};

/// What is being put together.
pub(super) struct Plan<'a> {
    /// Each road with its path in the file.
    pub roads: Vec<(String, &'a RawRoad)>,
    pub names: Vec<String>,
    pub junctions: &'a [RawJunction],
    /// Known as soon as what they depend on is.
    pub lines: Vec<Option<ReferenceLine>>,
    pub centres: Vec<Option<Pose2>>,
    /// Links of each road's start and end, and the path that says so.
    pub links: Vec<[Option<Link>; 2]>,
    /// Smallest turning radius of the ego, m.
    pub turning: f64,
}

/// The network of a scenario, if all of it is sound. `turning` in m.
pub(super) fn check(c: &mut Checker, raw: &RawScenario, turning: f64) -> Option<Network> {
    let before = c.count();
    let mut plan = gather(c, raw, turning);
    for (path, road) in plan.roads.clone() {
        check_road::figures(c, &path, road, turning);
    }
    names(c, &mut plan);
    if c.count() != before {
        return None;
    }
    let order = place(c, &mut plan)?;
    links(c, &mut plan);
    if c.count() != before {
        return None;
    }
    let mut roads = build(c, &plan, &order);
    if c.count() != before {
        return None;
    }
    joints(c, &plan, &mut roads);
    let mut junctions = Vec::new();
    for j in 0..plan.junctions.len() {
        junctions.extend(check_junction::check(c, &plan, &mut roads, j));
    }
    if c.count() != before {
        return None;
    }
    let network = Network::new(roads, junctions);
    check_overlaps::overlaps(c, &plan, &network);
    (c.count() == before).then_some(network)
}

fn gather<'a>(c: &mut Checker, raw: &'a RawScenario, turning: f64) -> Plan<'a> {
    let roads: Vec<(String, &RawRoad)> = match (&raw.road, raw.roads.as_slice()) {
        (Some(road), []) => vec![("road".into(), road)],
        (None, roads) => roads
            .iter()
            .enumerate()
            .map(|(i, r)| (format!("roads[{i}]"), r))
            .collect(),
        (Some(_), _) => {
            c.fail("roads", "either road or roads", "both");
            Vec::new()
        }
    };
    if roads.is_empty() && raw.road.is_none() {
        c.fail("road", "this field, or roads: [...]", "nothing");
    }
    let n = roads.len();
    Plan {
        names: roads
            .iter()
            .map(|(_, r)| r.name.clone().unwrap_or_else(|| "road".into()))
            .collect(),
        roads,
        junctions: &raw.junctions,
        lines: vec![None; n],
        centres: vec![None; raw.junctions.len()],
        links: vec![[None; 2]; n],
        turning,
    }
}

impl Plan<'_> {
    pub fn road(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n == name)
    }

    pub fn junction(&self, name: &str) -> Option<usize> {
        self.junctions.iter().position(|j| j.name == name)
    }

    /// Where an arm of a junction begins, looking outwards.
    fn arm(&self, junction: &str, angle_deg: f64) -> Option<Pose2> {
        let j = self.junction(junction)?;
        let centre = self.centres[j]?;
        let yaw = centre.yaw + angle_deg.to_radians();
        let radius = self.junctions[j].radius;
        Some(Pose2 {
            x: centre.x + radius * libm::cos(yaw),
            y: centre.y + radius * libm::sin(yaw),
            yaw,
        })
    }

    /// The pose at which a road starts, once it can be told.
    fn start(&self, i: usize) -> Option<Pose2> {
        match &self.roads[i].1.start {
            RawStart::Pose { x, y, heading_deg } => Some(Pose2 {
                x: *x,
                y: *y,
                yaw: heading_deg.to_radians(),
            }),
            RawStart::EndOf(other) => {
                let line = self.lines[self.road(other)?].as_ref()?;
                Some(line.pose(line.length()))
            }
            RawStart::Arm {
                junction,
                angle_deg,
            } => self.arm(junction, *angle_deg),
        }
    }
}

/// Names are there, used once, and those referred to exist.
fn names(c: &mut Checker, plan: &mut Plan) {
    let sound = |c: &mut Checker, path: String, name: &str, earlier: Vec<&str>| {
        if name.trim().is_empty() || name.contains(char::is_control) {
            c.fail(&path, "a name", format!("{name:?}"));
        } else if earlier.contains(&name) {
            c.fail(&path, "a name not used before", format!("\"{name}\""));
        }
    };
    for (i, (path, road)) in plan.roads.iter().enumerate() {
        let path = format!("{path}.name");
        if road.name.is_none() && plan.roads.len() > 1 {
            c.fail(&path, "a name, as there are several roads", "none");
            continue;
        }
        let earlier = plan.names[..i].iter().map(String::as_str).collect();
        sound(c, path, &plan.names[i], earlier);
    }
    for (i, j) in plan.junctions.iter().enumerate() {
        let earlier = plan.junctions[..i]
            .iter()
            .map(|j| j.name.as_str())
            .collect();
        sound(c, format!("junctions[{i}].name"), &j.name, earlier);
    }
    let known = |c: &mut Checker, path: String, kind: &str, name: &str, all: Vec<&str>| {
        if !all.contains(&name) {
            let expected = match all.is_empty() {
                true => format!("a {kind} (there are none)"),
                false => format!("a {kind}: {}", all.join(", ")),
            };
            c.fail(&path, expected, format!("\"{name}\""));
        }
    };
    let roads = || plan.names.iter().map(String::as_str).collect::<Vec<_>>();
    let junctions = || plan.junctions.iter().map(|j| j.name.as_str()).collect();
    let angle = |c: &mut Checker, path: String, deg: f64| {
        c.range(&format!("{path}.angle_deg"), deg, -360.0, 360.0, "degrees");
    };
    for (path, road) in &plan.roads {
        match &road.start {
            RawStart::Pose { x, y, heading_deg } => {
                for (field, value) in [("x", x), ("y", y)] {
                    c.range(&format!("{path}.start.{field}"), *value, -1e6, 1e6, "m");
                }
                let field = format!("{path}.start.heading_deg");
                c.range(&field, *heading_deg, -360.0, 360.0, "degrees");
            }
            RawStart::EndOf(other) => known(c, format!("{path}.start.0"), "road", other, roads()),
            RawStart::Arm {
                junction,
                angle_deg,
            } => {
                let field = format!("{path}.start.junction");
                known(c, field, "junction", junction, junctions());
                angle(c, format!("{path}.start"), *angle_deg);
            }
        }
        match &road.end {
            None => {}
            Some(RawEnd::StartOf(other)) => {
                known(c, format!("{path}.end.0"), "road", other, roads());
            }
            Some(RawEnd::Arm {
                junction,
                angle_deg,
            }) => {
                let field = format!("{path}.end.junction");
                known(c, field, "junction", junction, junctions());
                angle(c, format!("{path}.end"), *angle_deg);
            }
        }
    }
    for (i, j) in plan.junctions.iter().enumerate() {
        let path = format!("junctions[{i}]");
        c.range(&format!("{path}.radius"), j.radius, 2.0, 200.0, "m");
        match &j.at {
            RawAt::EndOf(road) => known(c, format!("{path}.at.0"), "road", road, roads()),
            RawAt::Point { x, y, heading_deg } => {
                c.range(&format!("{path}.at.x"), *x, -1e6, 1e6, "m");
                c.range(&format!("{path}.at.y"), *y, -1e6, 1e6, "m");
                let field = format!("{path}.at.heading_deg");
                c.range(&field, *heading_deg, -360.0, 360.0, "degrees");
            }
        }
    }
}

/// Finds where everything lies, in whatever order that takes; that order.
fn place(c: &mut Checker, plan: &mut Plan) -> Option<Vec<usize>> {
    let before = c.count();
    let mut order = Vec::new();
    let mut failed = vec![false; plan.roads.len()];
    loop {
        let mut progress = false;
        for j in 0..plan.junctions.len() {
            if plan.centres[j].is_some() {
                continue;
            }
            plan.centres[j] = match &plan.junctions[j].at {
                RawAt::Point { x, y, heading_deg } => Some(Pose2 {
                    x: *x,
                    y: *y,
                    yaw: heading_deg.to_radians(),
                }),
                RawAt::EndOf(road) => plan
                    .road(road)
                    .and_then(|r| plan.lines[r].as_ref())
                    .map(|line| line.pose(line.length() + plan.junctions[j].radius)),
            };
            progress |= plan.centres[j].is_some();
        }
        for i in 0..plan.roads.len() {
            if plan.lines[i].is_some() || failed[i] {
                continue;
            }
            let Some(start) = plan.start(i) else { continue };
            let (path, raw) = &plan.roads[i];
            let end = match &raw.end {
                None => None,
                Some(RawEnd::StartOf(other)) => {
                    match plan.road(other).and_then(|o| plan.start(o)) {
                        None => continue,
                        to => to,
                    }
                }
                Some(RawEnd::Arm {
                    junction,
                    angle_deg,
                }) => match plan.arm(junction, *angle_deg) {
                    None => continue,
                    Some(out) => Some(Pose2 {
                        yaw: out.yaw + std::f64::consts::PI,
                        ..out
                    }),
                },
            };
            let line = match end {
                None => Some(ReferenceLine::from_pose(start, &raw.line)),
                Some(to) => close(c, path, raw, start, to, plan.turning),
            };
            failed[i] = line.is_none();
            if line.is_some() {
                order.push(i);
            }
            plan.lines[i] = line;
            progress = true;
        }
        if !progress {
            break;
        }
    }
    if c.count() == before {
        for (i, (path, _)) in plan.roads.iter().enumerate() {
            if plan.lines[i].is_none() {
                c.fail(
                    &format!("{path}.start"),
                    "a place that can be told from other roads' places",
                    "one that depends on itself",
                );
            }
        }
    }
    (c.count() == before).then_some(order)
}

/// The line of a road that says where it leads.
fn close(
    c: &mut Checker,
    path: &str,
    raw: &RawRoad,
    start: Pose2,
    to: Pose2,
    turning: f64,
) -> Option<ReferenceLine> {
    let line = ReferenceLine::leading(start, &raw.line, to);
    let said: f64 = raw.line.iter().map(Element::length).sum();
    let full = check_road::cross_section(raw);
    let side = |lanes: &[Lane]| lanes.iter().map(|l| l.width.value(0.0)).sum::<f64>();
    let least = turning + side(&full.left).max(side(&full.right));
    let got = match &line {
        None => "no two arcs that lead there".into(),
        Some(line) => {
            let sharpest = line.sharpest(said + 1e-6, line.length());
            if sharpest * least <= 1.0 {
                return Some(line.clone());
            }
            format!("a radius of {:.2} m", 1.0 / sharpest)
        }
    };
    let at = if raw.line.is_empty() {
        start
    } else {
        let own = ReferenceLine::from_pose(start, &raw.line);
        own.pose(own.length())
    };
    c.fail(
        &format!("{path}.end"),
        format!(
            "a line that ends where two arcs of at least {least:.1} m lead on to ({:.2}, {:.2}) in direction {:.2} degrees",
            to.x,
            to.y,
            wrap_angle(to.yaw).to_degrees()
        ),
        format!(
            "{got}, from ({:.2}, {:.2}) in direction {:.2} degrees",
            at.x,
            at.y,
            wrap_angle(at.yaw).to_degrees()
        ),
    );
    None
}

/// What each road's ends lead to; nothing twice.
fn links(c: &mut Checker, plan: &mut Plan) {
    let mut set = Vec::new();
    for (i, (path, raw)) in plan.roads.iter().enumerate() {
        let own = RoadId(i as u32);
        match &raw.start {
            RawStart::Pose { .. } => {}
            RawStart::EndOf(other) => {
                if let Some(o) = plan.road(other) {
                    let field = format!("{path}.start");
                    set.push((i, 0, Link::Road(RoadId(o as u32), End::End), field.clone()));
                    set.push((o, 1, Link::Road(own, End::Start), field));
                }
            }
            RawStart::Arm { junction, .. } => {
                let j = plan.junction(junction).unwrap_or(0) as u32;
                set.push((i, 0, Link::Junction(j), format!("{path}.start")));
            }
        }
        match &raw.end {
            None => {}
            Some(RawEnd::StartOf(other)) => {
                if let Some(o) = plan.road(other) {
                    let field = format!("{path}.end");
                    set.push((
                        i,
                        1,
                        Link::Road(RoadId(o as u32), End::Start),
                        field.clone(),
                    ));
                    set.push((o, 0, Link::Road(own, End::End), field));
                }
            }
            Some(RawEnd::Arm { junction, .. }) => {
                let j = plan.junction(junction).unwrap_or(0) as u32;
                set.push((i, 1, Link::Junction(j), format!("{path}.end")));
            }
        }
    }
    for (j, raw) in plan.junctions.iter().enumerate() {
        if let RawAt::EndOf(road) = &raw.at
            && let Some(r) = plan.road(road)
        {
            set.push((r, 1, Link::Junction(j as u32), format!("junctions[{j}].at")));
        }
    }
    for (road, end, link, path) in set {
        let slot = &mut plan.links[road][end];
        if slot.is_some_and(|taken| taken != link) {
            let words = ["begins at nothing else", "leads to nothing else"][end];
            c.fail(
                &path,
                format!("a road that {words}"),
                format!("\"{}\", which does", plan.names[road]),
            );
        }
        *slot = Some(link);
    }
}

fn build(c: &mut Checker, plan: &Plan, order: &[usize]) -> Vec<Road> {
    let mut built: Vec<Option<Road>> = vec![None; plan.roads.len()];
    // Heights of junctions that lie at a road's end.
    for i in order {
        let (path, raw) = &plan.roads[*i];
        let Some(line) = plan.lines[*i].clone() else {
            continue;
        };
        let end_of = |name: &str| {
            let road = built[plan.road(name)?].as_ref()?;
            let end = road.length();
            Some(Inherited {
                z: road.elevation.value(end),
                roll: road.superelevation.value(end),
            })
        };
        let from = match &raw.start {
            RawStart::Pose { .. } => None,
            RawStart::EndOf(other) => end_of(other),
            RawStart::Arm { junction, .. } => {
                let at = plan.junction(junction).map(|j| &plan.junctions[j].at);
                match at {
                    Some(RawAt::EndOf(road)) => end_of(road).map(|x| Inherited { roll: 0.0, ..x }),
                    _ => None,
                }
            }
        };
        let name = &plan.names[*i];
        let road = check_road::build(c, path, raw, name, line, from.unwrap_or_default());
        built[*i] = Some(road);
    }
    built.into_iter().flatten().collect()
}

/// Where one road continues another: no step, no gap, lane by lane; and the lanes' links.
fn joints(c: &mut Checker, plan: &Plan, roads: &mut [Road]) {
    for i in 0..roads.len() {
        roads[i].before = plan.links[i][0];
        roads[i].after = plan.links[i][1];
        let Some(Link::Road(other, End::Start)) = roads[i].after else {
            continue;
        };
        let o = other.0 as usize;
        let path = match &plan.roads[i].1.end {
            Some(_) => format!("{}.end", plan.roads[i].0),
            None => format!("{}.start", plan.roads[o].0),
        };
        let (a, b) = (&roads[i], &roads[o]);
        let end = a.length();
        let ids: Vec<i32> = a.section(end).ids().collect();
        let lanes = |road: &Road, s: f64| {
            let section = road.section(s);
            let words = section.ids().filter_map(|id| {
                let (p, q) = road.edges(id, s)?;
                let kind = section.lane(id)?.kind;
                Some((id, kind, p, q))
            });
            words.collect::<Vec<_>>()
        };
        let (mine, theirs) = (lanes(a, end), lanes(b, 0.0));
        let same = mine.len() == theirs.len()
            && mine.iter().zip(&theirs).all(|(m, t)| {
                m.0 == t.0 && m.1 == t.1 && (m.2 - t.2).abs() < 0.01 && (m.3 - t.3).abs() < 0.01
            });
        if !same {
            let words = |lanes: &[(i32, LaneKind, f64, f64)]| {
                let all = lanes.iter().map(|(id, kind, p, q)| {
                    let (low, high) = (p.min(*q), p.max(*q));
                    format!("{id} {kind:?} {low:.2} to {high:.2} m")
                });
                all.collect::<Vec<_>>().join(", ")
            };
            c.fail(
                &path,
                format!(
                    "lanes as at the end of \"{}\" ({})",
                    plan.names[i],
                    words(&mine)
                ),
                format!("a gap (\"{}\" has {})", plan.names[o], words(&theirs)),
            );
            continue;
        }
        let step = b.elevation.value(0.0) - a.elevation.value(end);
        let twist = b.superelevation.value(0.0) - a.superelevation.value(end);
        if step.abs() > 0.01 || twist.abs() > 0.002 {
            c.fail(
                &path,
                format!(
                    "no step: \"{}\" ends at {:.2} m, {:.1} degrees",
                    plan.names[i],
                    a.elevation.value(end),
                    a.superelevation.value(end).to_degrees()
                ),
                format!(
                    "\"{}\" at {:.2} m, {:.1} degrees",
                    plan.names[o],
                    b.elevation.value(0.0),
                    b.superelevation.value(0.0).to_degrees()
                ),
            );
            continue;
        }
        for id in ids {
            if let Some(section) = roads[i].sections.last_mut()
                && let Some(lane) = section.lane_mut(id)
            {
                lane.next = Some(id);
            }
            if let Some(section) = roads[o].sections.first_mut()
                && let Some(lane) = section.lane_mut(id)
            {
                lane.previous = Some(id);
            }
        }
    }
}
