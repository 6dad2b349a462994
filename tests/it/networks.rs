//! Roads and networks in scenario files: what they become.

use takeover::road::{End, Light, Link, SignalKind, Surface};
use takeover::scenario::Scenario;

/// A scenario with this in place of a road.
pub fn around(road: &str, ego: &str) -> String {
    format!("(\n title: \"a test\",\n duration: 60.0,\n {road},\n ego: ({ego}),\n)")
}

pub fn load(text: &str) -> Scenario {
    Scenario::parse(text).unwrap_or_else(|problems| panic!("{problems:#?}\n{text}"))
}

pub const EGO: &str = "lane: -1, s: 10.0, speed: 10.0";

/// One road of 1000 m with these fields, too.
pub fn road(fields: &str) -> String {
    around(
        &format!("road: (lanes: 2, speed_limit: 30.0, line: [Straight(length: 1000.0)], {fields})"),
        EGO,
    )
}

/// Four arms at a crossing.
pub fn crossing(control: &str) -> String {
    around(
        &format!(
            "roads: [
  (name: \"south\", lanes: 1, oncoming: 1, lane_width: 3.5, shoulder_width: 0.0, sidewalk: 2.0, speed_limit: 13.9, line: [Straight(length: 200.0)]),
  (name: \"north\", start: Arm(junction: \"crossing\", angle_deg: 0.0), lanes: 1, oncoming: 1, lane_width: 3.5, shoulder_width: 0.0, sidewalk: 2.0, speed_limit: 13.9, line: [Straight(length: 200.0)]),
  (name: \"west\", start: Arm(junction: \"crossing\", angle_deg: 90.0), lanes: 1, oncoming: 1, lane_width: 3.5, shoulder_width: 0.0, speed_limit: 13.9, line: [Straight(length: 200.0)]),
  (name: \"east\", start: Arm(junction: \"crossing\", angle_deg: -90.0), lanes: 1, oncoming: 1, lane_width: 3.5, shoulder_width: 0.0, speed_limit: 13.9, line: [Straight(length: 200.0)]),
 ],
 junctions: [(name: \"crossing\", at: EndOf(\"south\"), radius: 14.0, control: {control})]"
        ),
        "road: \"south\", lane: -1, s: 10.0, speed: 10.0, destination: \"west\"",
    )
}

#[test]
fn a_crossing_has_a_way_from_every_arm_to_every_other() {
    let s = load(&crossing("RightBeforeLeft"));
    let n = &s.network;
    let j = &n.junctions[0];
    assert_eq!(j.roads.len(), 12);
    // The ego arrives at the far end of "west".
    let route = s.route.as_ref().expect("a route");
    let last = n
        .advance(s.ego_start, 400.0, Some(route))
        .expect("lanes all the way");
    assert_eq!(n.road(n.lane(last.lane).road).name, "west");
    // Every way begins and ends on the lanes that it says, in place and direction.
    for way in &j.roads {
        let road = n.road(*way);
        let at = n.lane_pos(*way, -1, 0.0).expect("its lane");
        let node = n.lane(at.lane);
        assert_eq!(
            (node.previous.len(), node.next.len()),
            (1, 1),
            "{}",
            road.name
        );
        let before = n.lane(node.previous[0]);
        let end = n
            .lane_pos(before.road, before.lane, before.leave_s)
            .expect("there");
        let (p, q) = (n.lane_pose(end, 0.0), n.lane_pose(at, 0.0));
        assert!(libm::hypot(p.x - q.x, p.y - q.y) < 1e-6, "{}", road.name);
        assert!(takeover::road::wrap_angle(p.yaw - q.yaw).abs() < 1e-6);
        let after = n.lane(node.next[0]);
        let start = n
            .lane_pos(after.road, after.lane, after.enter_s)
            .expect("there");
        let out = n.lane_pos(*way, -1, road.length()).expect("its end");
        let (p, q) = (n.lane_pose(out, 0.0), n.lane_pose(start, 0.0));
        assert!(libm::hypot(p.x - q.x, p.y - q.y) < 1e-6, "{}", road.name);
        assert!(takeover::road::wrap_angle(p.yaw - q.yaw).abs() < 1e-6);
    }
}

/// Index of the way between two arms.
fn way(s: &Scenario, from: &str, to: &str) -> usize {
    let wanted = (format!(": {from} "), format!("to {to} "));
    let roads = &s.network.junctions[0].roads;
    roads
        .iter()
        .position(|id| {
            let name = &s.network.road(*id).name;
            name.contains(&wanted.0) && name.contains(&wanted.1)
        })
        .unwrap_or_else(|| panic!("no way from {from} to {to}"))
}

/// Whether who drives one way waits for who drives another; None if they do not meet.
fn waits(s: &Scenario, own: (&str, &str), other: (&str, &str)) -> Option<bool> {
    let j = &s.network.junctions[0];
    let other = j.roads[way(s, other.0, other.1)];
    j.conflicts[way(s, own.0, own.1)]
        .iter()
        .find(|c| c.other == other)
        .map(|c| c.give_way)
}

#[test]
fn of_two_ways_that_meet_exactly_one_waits() {
    for control in [
        "RightBeforeLeft",
        "AllWayStop",
        "PriorityRoad([\"south\", \"east\"])",
        "Yield([\"west\"])",
        "Lights()",
    ] {
        let s = load(&crossing(control));
        let j = &s.network.junctions[0];
        let mut pairs = 0;
        for (i, list) in j.conflicts.iter().enumerate() {
            for c in list {
                let k = j.roads.iter().position(|r| *r == c.other).expect("a way");
                let back: Vec<_> = j.conflicts[k]
                    .iter()
                    .filter(|b| b.other == j.roads[i])
                    .collect();
                assert_eq!(back.len(), 1);
                assert_ne!(back[0].give_way, c.give_way, "{control}");
                assert_eq!((back[0].own, back[0].theirs), (c.theirs, c.own));
                assert!(c.own.from < c.own.to && c.own.from >= 0.0);
                assert!(c.own.to <= s.network.road(j.roads[i]).length() + 1e-9);
                pairs += 1;
            }
        }
        // 4 x 3 ways: crossing straights and lefts, and merges.
        assert!(pairs >= 40, "{pairs}");
    }
}

#[test]
fn who_waits_is_as_the_law_has_it() {
    let s = load(&crossing("RightBeforeLeft"));
    let straight = ("south", "north");
    // East is on the right of who comes from the south.
    assert_eq!(waits(&s, straight, ("east", "west")), Some(true));
    assert_eq!(waits(&s, straight, ("west", "east")), Some(false));
    // A left turn waits for who comes towards him, even though neither is right of the other.
    assert_eq!(waits(&s, ("south", "west"), ("north", "south")), Some(true));
    assert_eq!(waits(&s, ("north", "east"), ("south", "north")), Some(true));
    assert_eq!(waits(&s, ("south", "west"), ("north", "west")), Some(true));
    // Opposite straights do not meet, nor do opposite right turns.
    assert_eq!(waits(&s, straight, ("north", "south")), None);
    assert_eq!(waits(&s, ("south", "east"), ("north", "west")), None);

    let s = load(&crossing("PriorityRoad([\"south\", \"north\"])"));
    assert_eq!(waits(&s, straight, ("east", "west")), Some(false));
    assert_eq!(waits(&s, ("east", "west"), straight), Some(true));
    assert_eq!(waits(&s, ("south", "west"), ("north", "south")), Some(true));
    let kinds = |name: &str| {
        let road = s.network.road(s.network.road_named(name).expect("there"));
        road.signals
            .iter()
            .map(|x| x.kind.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(kinds("east"), [SignalKind::Yield]);
    assert_eq!(kinds("south"), [SignalKind::Priority]);
}

#[test]
fn lights_stand_at_every_stop_line_and_never_let_crossing_arms_go_together() {
    let s = load(&crossing(
        "Lights(green: 15.0, offset: 3.0, failure: (at: 20.0, shows: Flashing))",
    ));
    let lights: Vec<_> = s.network.lights().collect();
    assert_eq!(lights.len(), 4);
    let shows = |name: &str, time: f64| {
        let road = s.network.road_named(name).expect("there");
        let light = lights.iter().find(|l| l.0 == road).expect("a light");
        light.2.light(time)
    };
    for tenth in 0..200 {
        let time = f64::from(tenth) / 10.0;
        assert_eq!(shows("south", time), shows("north", time));
        assert_eq!(shows("east", time), shows("west", time));
        let free = |name| matches!(shows(name, time), Light::Green | Light::Amber);
        assert!(!(free("south") && free("east")), "{time}");
    }
    assert_eq!(shows("south", 20.0), Light::Flashing);
    let (road, signal, _) = lights[0];
    assert_eq!((road.0, signal.s, signal.along), (0, 199.0, true));
    let east = s.network.road_named("east").expect("there");
    let (_, signal, _) = lights.iter().find(|l| l.0 == east).expect("its light");
    assert_eq!((signal.s, signal.along), (1.0, false));
}

#[test]
fn a_lane_that_ends_narrows_and_is_gone_and_may_begin_again() {
    let s = load(&road(
        "lane_ends: [(lane: -2, s: 300.0, length: 100.0)], lane_begins: [(lane: -2, s: 700.0, length: 50.0)]",
    ));
    let r = &s.network.roads[0];
    let width = |lane: i32, s: f64| r.edges(lane, s).map(|(a, b)| a - b);
    assert_eq!(width(-2, 200.0), Some(3.75));
    assert_eq!(width(-2, 350.0), Some(1.875));
    // Gone: -2 is the shoulder now.
    assert_eq!(width(-2, 500.0), Some(2.5));
    assert_eq!(width(-2, 725.0), Some(1.875));
    assert_eq!(width(-3, 900.0), Some(2.5));
    let n = &s.network;
    let at = n
        .lane_pos(n.road_named("road").expect("there"), -2, 100.0)
        .expect("a lane");
    assert_eq!(n.advance(at, 400.0, None), None, "it ends");
    let beside = n.beside(at, 1).expect("the left lane");
    let on = n.advance(beside, 800.0, None).expect("goes on");
    assert!((n.s_of(on) - 900.0).abs() < 1e-9);
}

#[test]
fn when_the_fast_lane_ends_the_others_go_straight_on() {
    let s = load(&around(
        "road: (lanes: 2, speed_limit: 30.0, line: [Straight(length: 1000.0)], lane_ends: [(lane: -1, s: 300.0, length: 100.0)])",
        "lane: -2, s: 10.0, speed: 10.0",
    ));
    let n = &s.network;
    for d in [0.0, 300.0, 350.0, 600.0] {
        let at = n.advance(s.ego_start, d, None).expect("goes on");
        let p = n.lane_pose(at, 0.0);
        assert!(
            (p.y + 5.625).abs() < 1e-9 && p.yaw.abs() < 1e-6,
            "{d}: {p:?}"
        );
    }
}

#[test]
fn everything_along_a_road_is_where_it_was_put() {
    let s = load(&road(
        "oncoming: 1, elevation: [(100.0, 0.0), (300.0, 8.0)], superelevation: [(0.0, 2.0)],
         limits: [(500.0, 20.0)], surface: Wet, patches: [(from: 50.0, to: 60.0, surface: Ice)],
         tunnels: [(from: 400.0, to: 450.0)], unmarked: [(from: 600.0, to: 650.0)],
         objects: [Cones(from: 700.0, to: 760.0, t_from: -4.0, t_to: -1.0, spacing: 20.0),
                   Barrier(from: 100.0, to: 150.0, t: -11.0), Building(s: 300.0, t: 30.0, size: (10.0, 8.0, 6.0)),
                   Tree(s: 320.0, t: 12.0)],
         signals: [Light(s: 900.0, phases: [(Green, 10.0), (Red, 10.0)])]",
    ));
    let r = &s.network.roads[0];
    assert!((r.elevation.value(200.0) - 4.0).abs() < 1e-9);
    assert!((r.height(400.0, 5.0) - 8.0 - 5.0 * libm::tan(2.0_f64.to_radians())).abs() < 1e-9);
    assert_eq!((r.limit(499.0), r.limit(501.0)), (30.0, 20.0));
    assert_eq!(r.surface(55.0, 3.0), Surface::Ice);
    assert_eq!(r.surface(65.0, 3.0), Surface::Wet);
    assert!(r.in_tunnel(425.0) && !r.in_tunnel(451.0));
    assert!(!r.marked(601.0) && r.marked(599.0));
    let cones: Vec<_> = r.objects.iter().filter(|o| !o.kind.solid()).collect();
    assert_eq!(cones.len(), 4);
    assert_eq!((cones[1].s, cones[1].t), (720.0, -3.0));
    let barrier = r.objects.iter().filter(|o| o.name.contains("barrier"));
    assert!((barrier.map(|o| o.size[0]).sum::<f64>() - 50.0).abs() < 1.0);
    // A light, and a sign for either direction where the limit changes.
    let signs = r
        .signals
        .iter()
        .filter(|x| matches!(x.kind, SignalKind::Speed(_)));
    let signs: Vec<_> = signs.map(|x| (x.along, x.kind.clone())).collect();
    assert_eq!(
        signs,
        [
            (true, SignalKind::Speed(20.0)),
            (false, SignalKind::Speed(30.0))
        ]
    );
}

#[test]
fn roads_continue_each_other_and_close_to_a_loop() {
    let text = around(
        "roads: [
  (name: \"a\", lanes: 1, oncoming: 1, speed_limit: 20.0, line: [Straight(length: 300.0), Curve(radius: 80.0, length: 251.327)], elevation: [(0.0, 2.0)]),
  (name: \"b\", start: EndOf(\"a\"), end: StartOf(\"a\"), lanes: 1, oncoming: 1, speed_limit: 20.0, line: [Straight(length: 300.0)]),
 ]",
        "lane: -1, s: 10.0, speed: 10.0",
    );
    let s = load(&text);
    let n = &s.network;
    let (a, b) = (n.road_named("a").expect("a"), n.road_named("b").expect("b"));
    assert_eq!(n.road(a).before, Some(Link::Road(b, End::End)));
    assert_eq!(n.road(b).after, Some(Link::Road(a, End::Start)));
    assert_eq!(n.road(b).elevation.value(5.0), 2.0, "taken over");
    let round = n.length();
    for lane in [-1, 1] {
        let at = n.lane_pos(a, lane, 10.0).expect("a lane");
        let again = n.advance(at, round, None).expect("round and round");
        assert_eq!(again.lane, at.lane);
        assert!((again.d - at.d).abs() < 1e-6);
    }
}

#[test]
fn roads_between_two_junctions_need_no_line() {
    let arms = "lanes: 1, oncoming: 1, speed_limit: 13.9";
    let s = load(&around(
        &format!(
            "roads: [
  (name: \"in\", {arms}, line: [Straight(length: 100.0)]),
  (name: \"upper\", start: Arm(junction: \"a\", angle_deg: 45.0), end: Arm(junction: \"b\", angle_deg: 135.0), {arms}),
  (name: \"lower\", start: Arm(junction: \"a\", angle_deg: -45.0), end: Arm(junction: \"b\", angle_deg: -135.0), {arms}),
  (name: \"out\", start: Arm(junction: \"b\", angle_deg: 0.0), {arms}, line: [Straight(length: 100.0)]),
 ],
 junctions: [
  (name: \"a\", at: EndOf(\"in\"), radius: 20.0, control: PriorityRoad([\"in\", \"upper\"])),
  (name: \"b\", at: Point(x: 400.0, y: 0.0), radius: 20.0, control: Yield([\"lower\"])),
 ]"
        ),
        "road: \"in\", lane: -1, s: 10.0, speed: 10.0, destination: \"out\"",
    ));
    let end = s.network.advance(s.ego_start, 480.0, s.route.as_ref());
    let end = end.expect("through both junctions");
    assert_eq!(s.network.road(s.network.lane(end.lane).road).name, "out");
}
