//! Traffic in scenario files: every form is read, and every mistake gets one line where it is.

use takeover::ron_file::Problem;
use takeover::scenario::Scenario;
use takeover::traffic::{Do, Traffic, Trigger, Whom};

/// A two-lane motorway of 3000 m, the ego at 100 m in lane -2, and this.
fn text(rest: &str) -> String {
    format!(
        "(
    title: \"t\",
    duration: 100.0,
    road: (lanes: 2, lane_width: 3.5, speed_limit: 30.0, line: [Straight(length: 3000.0)]),
    ego: (lane: -2, s: 100.0, speed: 20.0),
{rest}
)"
    )
}

fn car(rest: &str) -> String {
    format!(
        "    traffic: [\n        (name: \"a\", lane: -1, s: 200.0, speed: 20.0,\n{rest}\n        ),\n    ],"
    )
}

fn with_action(when: &str, what: &str) -> String {
    car(&format!(
        "        actions: [\n            (name: \"x\", when: {when}, do: {what}),\n        ]"
    ))
}

fn sound(rest: &str) -> Scenario {
    Scenario::parse(&text(rest)).unwrap_or_else(|e| panic!("{rest}: {e:?}"))
}

/// The only problem.
fn problem(rest: &str) -> Problem {
    let problems = Scenario::parse(&text(rest)).expect_err(rest);
    assert_eq!(problems.len(), 1, "{rest}: {problems:?}");
    problems.into_iter().next().expect("one")
}

/// The only problem: its field, and something it expects or got.
fn refused(rest: &str, field: &str, says: &str) {
    let p = problem(rest);
    assert_eq!(p.field, field, "{p:?}");
    let all = format!("expected {}, got {}", p.expected, p.got);
    assert!(all.contains(says), "{all}");
    // Not at the file's beginning: where it is written.
    assert!(p.line > 5, "{p:?}");
}

#[test]
fn every_form_is_read() {
    let s = sound(
        r#"    traffic: [
        (name: "free", vehicle: "truck", lane: -2, s: 300.0, speed: 22.0, driver: ()),
        (name: "own way", lane: -1, s: 350.0, speed: 25.0,
         driver: (desired_speed: 27.0, time_gap: 1.2, politeness: 0.5, lane_changes: false),
         actions: [
            (name: "in", when: Ttc(below: 4.0), do: CutIn(gap: 12.0, over: 2.5)),
            (name: "brake", when: After(action: "in", delay: 1.0), do: Brake(decel: 6.0)),
            (name: "on", when: After(action: "brake", delay: 2.0), do: Drive),
         ]),
        (name: "scripted", kind: Van, lane: -1, s: 500.0, speed: 20.0, blind: false,
         script: [(at: 10.0, speed: 15.0)],
         actions: [
            (name: "profile", when: Time(20.0), do: Profile([(1.0, 10.0), (5.0, 20.0)])),
            (name: "right", when: All([EgoWithin(60.0), Time(30.0)]), do: ChangeLane(side: Right)),
            (name: "left", when: Any([EgoAt(s: 900.0), SelfAt(road: "road", s: 1500.0)]),
             do: ChangeLane(to: -1, over: 4.0)),
            (name: "out", when: After(of: "own way", action: "on"), do: CutOut(side: Right, gap: 25.0)),
            (name: "aside", when: Time(50.0), do: Offset(to: 0.5, over: 2.0)),
            (name: "flash", when: Time(51.0), do: Hazards(true)),
            (name: "slow", when: Time(52.0), do: Speed(to: 10.0, rate: 3.0)),
            (name: "stop", when: Time(60.0), do: Stop),
            (name: "swerve", when: Time(70.0), do: TrajectoryOnRoad(points: [(2.0, 1700.0, -2.0), (4.0, 1740.0, -5.0)])),
            (name: "gone", when: Time(80.0), do: Vanish),
         ]),
        (name: "broken down", lane: -2, s: 900.0, offset: -2.2, hazards: true),
        (name: "walker", kind: Pedestrian, t: -11.0, s: 1000.0, heading_deg: 90.0,
         actions: [(name: "cross", when: EgoWithin(80.0), do: Cross(speed: 1.2))]),
        (name: "deer", kind: Animal, t: 4.0, s: 1100.0,
         actions: [(name: "run", when: Time(20.0), do: Walk(path: [(1100.0, -3.0), (1120.0, -20.0)], speed: 6.0)),
                   (name: "back", when: Time(60.0), do: WalkOnRoad(path: [(1100.0, 4.0)], speed: 6.0))]),
        (name: "crate", kind: Debris, lane: -2, s: 1200.0, offset: 0.4,
         actions: [(name: "roll", when: Time(1.0), do: Trajectory([(2.0, 1203.0, -6.0)]))]),
    ],
    flow: [(count: 60, lanes: [-1, -2], from: 1300.0, to: 2900.0, speed_spread: 0.1,
            kinds: [(Car, 8), (Truck, 1), (Bus, 1)])],"#,
    );
    assert_eq!(s.traffic.actors.len(), 7);
    assert_eq!(s.traffic.len(), 67);
    let own = &s.traffic.actors[1];
    assert_eq!(own.actions[0].when, Trigger::Ttc(4.0));
    let Do::CutIn {
        whom, gap, over, ..
    } = own.actions[0].what
    else {
        panic!("{own:?}")
    };
    assert_eq!((whom, gap, over), (Whom::Ego, 12.0, 2.5));
    let after = Trigger::After {
        user: 1,
        action: 2,
        delay: 0.0,
    };
    assert_eq!(s.traffic.actors[2].actions[3].when, after);
    assert!(!s.traffic.actors[1].blind && s.traffic.actors[3].blind);
    assert!(!s.traffic.actors[2].blind, "asked for");
}

#[test]
fn crowds_stand_at_legal_places_that_the_seed_decides() {
    let s = sound(
        "    traffic: [(name: \"a\", lane: -1, s: 200.0, speed: 20.0)],
    flow: [(count: 150, speed_spread: 0.1), ],",
    );
    let place = |seed| {
        let t = Traffic::new(&s.network, &s.traffic, seed);
        let places: Vec<_> = (0..t.len())
            .map(|i| t.lane(i).expect("on a lane"))
            .collect();
        for (i, (a, _)) in places.iter().enumerate() {
            let half = |k: usize| t.shape(k).length / 2.0;
            for (k, (b, _)) in places[..i].iter().enumerate() {
                let apart = (a.d - b.d).abs() - half(i) - half(k);
                assert!(a.lane != b.lane || apart >= 2.0 - 1e-9, "{apart} m");
            }
            // The ego, 4.6 m long, at 100 m in lane -2.
            let ego =
                s.network.lane(a.lane).lane == -2 && (a.d - 100.0).abs() < 2.3 + half(i) + 2.0;
            assert!(!ego);
        }
        assert_eq!(t.name(0), "a");
        assert_eq!(t.name(150), "flow 1 150");
        places
    };
    assert_eq!(place(1), place(1));
    assert_ne!(place(1), place(2));
}

#[test]
fn unknown_names_are_told_with_those_there_are() {
    refused(
        &car("        vehicle: \"tank\""),
        "traffic[0].vehicle",
        "saloon",
    );
    refused(&car("        road: \"nowhere\""), "traffic[0].road", "road");
    refused(
        "    traffic: [\n\n        (name: \"a\", lane: -3, s: 200.0),],",
        "traffic[0].lane",
        "-1, -2",
    );
    refused(
        &with_action("After(action: \"y\")", "Stop"),
        "traffic[0].actions[0].when.action",
        "\"y\"",
    );
    refused(
        &with_action("After(of: \"b\", action: \"x\")", "Stop"),
        "traffic[0].actions[0].when.of",
        "\"b\"",
    );
    refused(
        &with_action("EgoAt(road: \"nowhere\", s: 500.0)", "Stop"),
        "traffic[0].actions[0].when.road",
        "nowhere",
    );
    refused(
        &with_action("Time(1.0)", "CutIn(of: \"b\", gap: 9.0)"),
        "traffic[0].actions[0].do.of",
        "\"b\"",
    );
    refused(
        &with_action("Time(1.0)", "ChangeLane(to: -5)"),
        "traffic[0].actions[0].do.to",
        "-5",
    );
    refused(
        &car("        to: \"nowhere\", driver: ()"),
        "traffic[0].to",
        "nowhere",
    );
    let p = problem(&car("        kind: Tank"));
    assert!(p.expected.contains("Pedestrian"), "{p:?}");
    let p = problem(&with_action("Soon", "Stop"));
    assert!(p.expected.contains("EgoWithin"), "{p:?}");
    let p = problem(&with_action("Time(1.0)", "Fly"));
    assert!(p.expected.contains("CutOut"), "{p:?}");
}

#[test]
fn triggers_that_can_never_fire_are_refused() {
    let when = "traffic[0].actions[0].when";
    let stop = |when: &str| with_action(when, "Stop");
    refused(&stop("Time(100.5)"), when, "within the run");
    refused(&stop("Time(-1.0)"), when, "-1");
    refused(&stop("EgoWithin(-5.0)"), when, "-5");
    refused(&stop("Ttc(below: 0.0)"), &format!("{when}.below"), "0");
    refused(&stop("EgoAt(s: 3500.0)"), &format!("{when}.s"), "3500");
    // Behind their starts.
    refused(
        &stop("EgoAt(s: 50.0)"),
        &format!("{when}.s"),
        "the ego comes to",
    );
    refused(
        &stop("SelfAt(s: 150.0)"),
        &format!("{when}.s"),
        "this road user comes to",
    );
    refused(&stop("After(action: \"x\")"), when, "other than itself");
    refused(&stop("Any([])"), when, "at least one");
    refused(
        &stop("All([Time(1.0), EgoWithin(-1.0)])"),
        &format!("{when}.0[1]"),
        "-1",
    );
    refused(
        &car(
            "        actions: [(name: \"v\", when: Time(1.0), do: Vanish),
            (name: \"x\", when: After(action: \"v\"), do: Stop)]",
        ),
        "traffic[0].actions[1].when",
        "gone",
    );
}

#[test]
fn circles_of_after_are_found_and_what_can_break_them_is_not() {
    let circle = |first: &str| {
        car(&format!(
            "        actions: [(name: \"x\", when: {first}, do: Stop),
            (name: \"y\", when: After(action: \"x\"), do: Stop),
            (name: \"z\", when: After(action: \"y\"), do: Stop)]"
        ))
    };
    let problems = Scenario::parse(&text(&circle("After(action: \"y\")"))).expect_err("a circle");
    let fields: Vec<_> = problems.iter().map(|p| p.field.as_str()).collect();
    // Those in the circle; z only waits for it.
    assert_eq!(
        fields,
        ["traffic[0].actions[0].when", "traffic[0].actions[1].when"]
    );
    sound(&circle("Any([After(action: \"y\"), Time(5.0)])"));
    let problems = Scenario::parse(&text(&circle("All([After(action: \"y\"), Time(5.0)])")));
    assert_eq!(problems.expect_err("a circle").len(), 2);
}

#[test]
fn who_starts_inside_a_barrier_is_refused() {
    let text = crate::networks::road("objects: [Barrier(from: 5.0, to: 15.0, t: -1.9)]");
    let problems = Scenario::parse(&text).expect_err("the ego stands in it");
    assert_eq!(problems[0].field, "ego.s");
    assert!(problems[0].expected.contains("barrier"), "{problems:?}");
}

#[test]
fn bodies_inside_each_other_are_refused_in_whatever_lane() {
    let pair = |b: &str| {
        format!("    traffic: [(name: \"a\", lane: -1, s: 200.0),\n        (name: \"b\", {b}),],")
    };
    refused(&pair("lane: -1, s: 203.0"), "traffic[1].s", "\"a\"");
    refused(
        &pair("lane: -2, s: 200.0, offset: 2.5"),
        "traffic[1].s",
        "\"a\"",
    );
    refused(
        &pair("kind: Pedestrian, t: -1.5, s: 201.0"),
        "traffic[1].s",
        "\"a\"",
    );
    refused(&pair("lane: -2, s: 103.0"), "traffic[1].s", "\"ego\"");
    sound(&pair("lane: -2, s: 200.0"));
    sound(&pair("lane: -1, s: 205.0"));
}

#[test]
fn numbers_out_of_range_and_wrong_company_are_refused() {
    let what = "traffic[0].actions[0].do";
    let act = |what: &str| with_action("Time(1.0)", what);
    refused(&act("Speed(to: 99.0)"), &format!("{what}.to"), "70");
    refused(
        &act("Speed(to: 9.0, rate: 0.0)"),
        &format!("{what}.rate"),
        "12",
    );
    refused(&act("Brake(decel: 20.0)"), &format!("{what}.decel"), "12");
    refused(
        &act("ChangeLane(side: Left, over: 0.1)"),
        &format!("{what}.over"),
        "0.5",
    );
    refused(&act("ChangeLane()"), what, "either");
    refused(&act("CutIn(gap: -3.0)"), &format!("{what}.gap"), "-3");
    refused(
        &act("CutIn(of: \"a\", gap: 3.0)"),
        &format!("{what}.of"),
        "somebody else",
    );
    refused(&act("Offset(to: 12.0)"), &format!("{what}.to"), "10");
    refused(&act("Trajectory([])"), what, "points");
    refused(
        &act("Trajectory([(1.0, 210.0, -2.0), (0.5, 220.0, -2.0)])"),
        &format!("{what}.0[1]"),
        "time runs forwards",
    );
    refused(
        &act("Trajectory([(1.0, 210.0, -2.0), (1.1, 260.0, -2.0)])"),
        &format!("{what}.0[1]"),
        "500.0 m/s",
    );
    refused(&act("Cross()"), what, "Trajectory");
    refused(&act("Drive"), what, "a driver");
    refused(
        &car("        kind: Van, vehicle: \"saloon\""),
        "traffic[0].kind",
        "not both",
    );
    refused(&car("        t: 3.0"), "traffic[0].t", "not both");
    refused(
        &car("        driver: (time_gap: 0.0)"),
        "traffic[0].driver.time_gap",
        "0.1",
    );
    refused(
        "    traffic: [\n\n (name: \"p\", kind: Pedestrian, lane: -1, s: 200.0, speed: 2.0)],",
        "traffic[0].speed",
        "stand until",
    );
    refused(
        "    traffic: [\n\n (name: \"p\", kind: Pedestrian, lane: -1, s: 200.0,
            actions: [(name: \"x\", when: Time(1.0), do: Stop)])],",
        "traffic[0].actions[0].do",
        "off the lanes",
    );
    refused(
        "    traffic: [\n\n        (name: \"a\", s: 200.0),],",
        "traffic[0]",
        "neither",
    );
    let twice = "(name: \"x\", when: Time(1.0), do: Stop)";
    refused(
        &car(&format!("        actions: [{twice}, {twice}]")),
        "traffic[0].actions[1].name",
        "no other action",
    );
}

#[test]
fn crowds_that_do_not_fit_are_refused() {
    let flow = |rest: &str| format!("    flow: [\n\n        ({rest}),\n    ],");
    refused(&flow("count: 501"), "flow", "at most 500");
    refused(
        &flow("count: 50, from: 500.0, to: 600.0"),
        "flow[0].count",
        "there is room",
    );
    refused(&flow("count: 5, lanes: [-3]"), "flow[0].lanes[0]", "-1, -2");
    refused(
        &flow("count: 5, from: 500.0, to: 400.0"),
        "flow[0].to",
        "not before",
    );
    refused(&flow("count: 5, kinds: []"), "flow[0].kinds", "shares");
    refused(
        &flow("count: 5, kinds: [(Car, 1), (Animal, 1)]"),
        "flow[0].kinds[1]",
        "drive",
    );
    refused(&flow("count: 0"), "flow[0].count", "1");
    refused(&flow("count: 5), (count: 5"), "flow[1]", "flow[0]");
    sound(&flow("count: 500, kinds: [(Car, 1)]"));
}
