//! Roads and networks in scenario files: each kind of mistake gets one clear line.

use crate::networks::{EGO, around, crossing, load, road};
use takeover::ron_file::Problem;
use takeover::scenario::Scenario;

/// The only problem.
fn problem(text: &str) -> Problem {
    let problems = Scenario::parse(text).expect_err("must be refused");
    assert_eq!(problems.len(), 1, "{problems:#?}");
    problems.into_iter().next().expect("one")
}

/// The field that is named, for each of these fields added to a sound road.
#[test]
fn figures_that_cannot_be_are_refused_at_their_place() {
    let cases = [
        (
            "elevation: [(100.0, 0.0), (120.0, 10.0)]",
            "road.elevation[1].1",
            "30 %",
            "75 %",
        ),
        (
            "elevation: [(300.0, 0.0), (200.0, 1.0)]",
            "road.elevation[1].0",
            "in order",
            "200",
        ),
        (
            "superelevation: [(0.0, 40.0)]",
            "road.superelevation[0].1",
            "degrees",
            "40",
        ),
        (
            "limits: [(1200.0, 20.0)]",
            "road.limits[0].0",
            "0 to 1000",
            "1200",
        ),
        (
            "tunnels: [(from: 900.0, to: 1200.0)]",
            "road.tunnels[0].to",
            "900 to 1000",
            "1200",
        ),
        (
            "unmarked: [(from: -5.0, to: 10.0)]",
            "road.unmarked[0].from",
            "0 to 1000",
            "-5",
        ),
        (
            "patches: [(from: 20.0, to: 10.0, surface: Ice)]",
            "road.patches[0].to",
            "20 to",
            "10",
        ),
        (
            "patches: [(from: 10.0, to: 20.0, left: -5.0, right: 0.0, surface: Ice)]",
            "road.patches[0].left",
            "more than right",
            "-5",
        ),
        (
            "objects: [Cones(from: 0.0, to: 2000.0, t_from: 0.0, t_to: 0.0)]",
            "road.objects[0].to",
            "0 to 1000",
            "2000",
        ),
        (
            "objects: [Tree(s: 1001.0, t: 9.0)]",
            "road.objects[0].s",
            "0 to 1000",
            "1001",
        ),
        (
            "objects: [Barrier(from: 10.0, to: 10.0, t: 9.0)]",
            "road.objects[0].to",
            "at least 10.1",
            "10",
        ),
        (
            "signals: [Stop(s: 1001.0)]",
            "road.signals[0].s",
            "0 to 1000",
            "1001",
        ),
        (
            "signals: [Stop(s: 100.0, along: false)]",
            "road.signals[0].along",
            "no oncoming",
            "false",
        ),
        (
            "signals: [Light(s: 100.0, phases: [(Red, 10.0)])]",
            "road.signals[0].phases",
            "green",
            "none",
        ),
        (
            "signals: [Light(s: 1.0, name: \"x\", phases: [(Green, 1.0)]), Light(s: 2.0, name: \"x\", phases: [(Green, 1.0)])]",
            "road.signals[1].name",
            "not used before",
            "\"x\"",
        ),
        ("median: 2.0", "road.median", "no oncoming", "2"),
        ("lane_width: 1.0", "road.lane_width", "2 to 8 m", "1"),
        ("oncoming: 9", "road.oncoming", "0 to 8", "9"),
        (
            "lane_ends: [(lane: -4, s: 100.0)]",
            "road.lane_ends[0].lane",
            "-1, -2, -3",
            "-4",
        ),
        (
            "lane_ends: [(lane: -1, s: 950.0)]",
            "road.lane_ends[0].s",
            "1 to 899",
            "950",
        ),
        (
            "lane_ends: [(lane: -2, s: 100.0), (lane: -2, s: 300.0)]",
            "road.lane_ends[1].s",
            "in turns",
            "300",
        ),
        (
            "lane_ends: [(lane: -2, s: 100.0), (lane: -1, s: 300.0)]",
            "road.lane_ends",
            "a driving lane",
            "none from 400",
        ),
        ("name: \"\"", "road.name", "a name", "\"\""),
        (
            "start: EndOf(\"moon\")",
            "road.start.0",
            "a road: road",
            "\"moon\"",
        ),
        (
            "start: Arm(junction: \"x\", angle_deg: 0.0)",
            "road.start.junction",
            "there are none",
            "\"x\"",
        ),
        (
            "start: EndOf(\"road\")",
            "road.start",
            "told from other",
            "itself",
        ),
    ];
    for (fields, field, expected, got) in cases {
        let p = problem(&road(fields));
        assert_eq!(p.field, field, "{fields}: {p:?}");
        assert!(p.expected.contains(expected), "{fields}: {p:?}");
        assert!(p.got.contains(got), "{fields}: {p:?}");
        // It points at something that is written, on the line of the road.
        assert_eq!(p.line, 4 + fields[..fields.len() - 1].matches('\n').count());
        assert!(p.column > 8, "{fields}: {p:?}");
    }
}

#[test]
fn lines_that_no_vehicle_can_follow_are_refused() {
    let line = |line: &str, fields: &str| {
        let text = format!(
            "road: (lanes: 2, speed_limit: 30.0, line: [Straight(length: 500.0), {line}], {fields})"
        );
        problem(&around(&text, EGO))
    };
    // A saloon turns in 2.7 m / tan(0.6) = 3.95 m; to the right there are 10 m of road inside.
    let p = line("Curve(radius: 3.9, length: 5.0)", "");
    assert_eq!(p.field, "road.line[1].radius");
    assert!(p.expected.contains("3.9 to"), "{p:?}");
    load(&road("").replace(
        "0)]",
        "0), Curve(radius: 4.0, length: 5.0), Straight(length: 90.0)]",
    ));
    let p = line("Curve(radius: -13.0, length: 5.0)", "");
    assert!(p.expected.starts_with("13.9 to"), "{p:?}");
    // And with oncoming lanes, on the left, too.
    let p = line("Curve(radius: 9.0, length: 5.0)", "oncoming: 1");
    assert!(p.expected.starts_with("10.2 to"), "{p:?}");

    let p = line("Curve(radius: 300.0, length: 100.0, transition: 60.0)", "");
    assert_eq!(p.field, "road.line[1].transition");
    assert!(p.expected.contains("0 to 50 m"), "{p:?}");
    let p = line("Spiral(length: 100.0, from: 0.0, to: 0.5)", "");
    assert_eq!(p.field, "road.line[1].to");
    // Stands still at p = 0.5: u' = 3 (2p - 1)2.
    let p = line(
        "Poly(u: (0.0, 30.0, -60.0, 40.0), v: (0.0, 0.0, 0.0, 0.0))",
        "",
    );
    assert_eq!(p.field, "road.line[1]");
    assert!(p.expected.contains("never stands still"), "{p:?}");
    // Folds back.
    let p = line(
        "Poly(u: (0.0, 100.0, -150.0, 60.0), v: (0.0, 0.0, 1.0, 0.0))",
        "",
    );
    assert_eq!(p.field, "road.line[1]");
    assert!(p.got.contains("fold"), "{p:?}");
    let p = line("Poly(u: (0.0, NaN, 0.0, 0.0), v: (0.0, 0.0, 1.0, 0.0))", "");
    assert_eq!(p.field, "road.line[1]");
}

/// Two roads with these fields, and what comes after them.
fn two(a: &str, b: &str, more: &str) -> String {
    around(
        &format!(
            "roads: [
(name: \"a\", lanes: 1, speed_limit: 20.0, line: [Straight(length: 300.0)], {a}),
(name: \"b\", speed_limit: 20.0, line: [Straight(length: 300.0)], {b}),
]{more}"
        ),
        EGO,
    )
}

#[test]
fn roads_that_do_not_fit_together_are_refused_at_their_place() {
    let arm = |deg: f64| format!("lanes: 1, start: Arm(junction: \"x\", angle_deg: {deg:?})");
    let x = |radius: f64, more: &str| {
        format!(", junctions: [(name: \"x\", at: EndOf(\"a\"), radius: {radius:?}{more})]")
    };
    let cases = [
        // Joints.
        (
            two("", "lanes: 2, start: EndOf(\"a\")", ""),
            "roads[1].start",
            "lanes as at the end",
            "a gap",
        ),
        (
            two("", "lanes: 1, lane_width: 3.0, start: EndOf(\"a\")", ""),
            "roads[1].start",
            "lanes as",
            "a gap",
        ),
        (
            two(
                "elevation: [(0.0, 1.0)]",
                "lanes: 1, start: EndOf(\"a\"), elevation: [(0.0, 0.0)]",
                "",
            ),
            "roads[1].start",
            "no step",
            "0.00 m",
        ),
        (
            two(
                "superelevation: [(0.0, 3.0)]",
                "lanes: 1, start: EndOf(\"a\"), superelevation: [(0.0, 0.0)]",
                "",
            ),
            "roads[1].start",
            "3.0 degrees",
            "0.0 degrees",
        ),
        (
            two("", "lanes: 1, start: EndOf(\"a\"), end: StartOf(\"a\")", ""),
            "roads[1].end",
            "two arcs",
            "no two arcs",
        ),
        (
            two(
                "end: StartOf(\"b\")",
                "lanes: 1, start: Pose(x: 303.0, y: 1.0)",
                "",
            ),
            "roads[0].end",
            "at least",
            "a radius of",
        ),
        (
            two(
                "",
                &arm(0.0),
                &x(12.0, "").replace("EndOf(\"a\")", "EndOf(\"b\")"),
            ),
            "roads[1].start",
            "told from",
            "itself",
        ),
        // Names.
        (
            two("", "lanes: 1, name: \"a\"", "").replacen("(name: \"b\", ", "(", 1),
            "roads[1].name",
            "not used before",
            "\"a\"",
        ),
        (
            two("", &arm(0.0), &x(12.0, "").replace("\"a\"", "\"c\"")),
            "junctions[0].at.0",
            "a road: a, b",
            "\"c\"",
        ),
        (
            two("", &arm(0.0).replace("\"x\"", "\"y\""), &x(12.0, "")),
            "roads[1].start.junction",
            "a junction: x",
            "\"y\"",
        ),
        // Overlaps.
        (
            two(
                "",
                "lanes: 1, start: Pose(x: 100.0, y: -50.0, heading_deg: 90.0)",
                "",
            ),
            "roads[1]",
            "keeps clear of \"a\"",
            "near 4",
        ),
        (
            two("", "lanes: 1, start: Pose(x: 0.0, y: 1.0)", ""),
            "roads[1]",
            "keeps clear",
            "near 0",
        ),
        // Junctions.
        (
            two(
                "",
                "lanes: 1",
                ", junctions: [(name: \"x\", at: Point(x: 0.0, y: 900.0), radius: 9.0)]",
            )
            .replace("lanes: 1)", "lanes: 1, start: Pose(x: 0.0, y: 99.0))"),
            "junctions[0].name",
            "two arms",
            "0",
        ),
        (
            two(
                "oncoming: 1",
                &format!("{}, oncoming: 1", arm(170.0)),
                &x(12.0, ""),
            ),
            "roads[1].start.angle_deg",
            "an arm beside \"a\"",
            "10 degrees",
        ),
        (
            two("", &arm(0.0).replace("1", "8"), &x(3.0, "")),
            "junctions[0].radius",
            "",
            "3",
        ),
        (
            two("", &arm(90.0), &x(5.0, "")),
            "junctions[0].radius",
            "",
            "5",
        ),
        (
            two(
                "elevation: [(0.0, 3.0)]",
                &format!("{}, elevation: [(0.0, 0.0)]", arm(0.0)),
                &x(12.0, ""),
            ),
            "roads[1].elevation",
            "at the junction",
            "0.00 m",
        ),
        (
            two("superelevation: [(0.0, 3.0)]", &arm(0.0), &x(12.0, "")),
            "roads[0].superelevation",
            "0 degrees",
            "3.0",
        ),
        (
            two("", &arm(0.0), &x(12.0, ", control: Yield([\"c\"])")),
            "junctions[0].control.0[0]",
            "an arm",
            "\"c\"",
        ),
        (
            two("", &arm(0.0), &x(12.0, ", control: Lights(green: 1.0)")),
            "junctions[0].control.green",
            "5 to",
            "1",
        ),
        (
            two(
                "",
                &arm(0.0),
                &x(12.0, ", control: Lights(failure: (at: 1.0, shows: Red))"),
            ),
            "junctions[0].control.failure.shows",
            "Flashing or Dark",
            "Red",
        ),
        (
            two(
                "",
                &arm(0.0),
                &x(
                    12.0,
                    ", control: Lights(programmes: [(roads: [\"a\"], phases: [(Red, 9.0)])])",
                ),
            ),
            "junctions[0].control.programmes[0].phases",
            "green",
            "none",
        ),
        (
            two("", &arm(0.0), &format!("{}, junctions: []", x(12.0, ""))),
            "junctions",
            "once",
            "twice",
        ),
        (
            two("", "lanes: 1, start: EndOf(\"a\")", &x(12.0, "")),
            "junctions[0].at",
            "leads to nothing else",
            "\"a\"",
        ),
    ];
    for (text, field, expected, got) in cases {
        let p = problem(&text);
        assert_eq!(p.field, field, "{p:?}\n{text}");
        assert!(p.expected.contains(expected), "{p:?}\n{text}");
        assert!(p.got.contains(got), "{p:?}\n{text}");
        let line = match field.as_bytes() {
            [.., b'0', b']'] | [b'r', b'o', b'a', b'd', b's', b'[', b'0', ..] => 5,
            [b'r', b'o', b'a', b'd', b's', ..] => 6,
            _ => 7,
        };
        if field.starts_with("roads") {
            assert_eq!(p.line, line, "{p:?}\n{text}");
        }
    }
}

#[test]
fn a_bridge_may_lead_over_a_road_and_a_low_one_may_not() {
    let over = |z: f64| {
        two(
            "",
            &format!(
                "lanes: 1, start: Pose(x: 100.0, y: -150.0, heading_deg: 90.0), elevation: [(0.0, {z:?})]"
            ),
            "",
        )
    };
    let s = load(&over(6.0));
    // Where they cross it is the height that tells which road it is.
    let n = &s.network;
    assert_eq!(n.roads_at(101.0, -1.0).len(), 2);
    assert_eq!(n.locate(101.0, -1.0, Some(0.3)).road.0, 0);
    assert_eq!(n.locate(101.0, -1.0, Some(6.3)).road.0, 1);
    assert_eq!(problem(&over(3.0)).field, "roads[1]");
}

#[test]
fn places_on_networks_are_checked() {
    for (from, to, field) in [
        ("road: \"south\"", "road: \"up\"", "ego.road"),
        ("lane: -1", "lane: 2", "ego.lane"),
        ("s: 10.0", "s: 201.0", "ego.s"),
        (
            "road: \"south\", lane: -1, s: 10.0",
            "road: \"south\", lane: 1, s: 40.0",
            "ego.s",
        ),
        (
            "destination: \"west\"",
            "destination: \"hell\"",
            "ego.destination",
        ),
    ] {
        let text =
            crossing("RightBeforeLeft").replace(&format!("ego: ({from}"), &format!("ego: ({to}"));
        let text = text.replacen(&format!("{from}, speed"), &format!("{to}, speed"), 1);
        let text = text.replace(&format!("{from})"), &format!("{to})"));
        let text = if from.starts_with("lane") {
            text.replace("\"south\", lane: -1", "\"south\", lane: 2")
        } else {
            text
        };
        let problems = Scenario::parse(&text).expect_err(to);
        assert!(
            problems.iter().any(|p| p.field == field),
            "{problems:?}\n{text}"
        );
    }
    // Nothing leads back from a dead end.
    let text = crossing("RightBeforeLeft").replace(
        "ego: (road: \"south\", lane: -1, s: 10.0",
        "ego: (road: \"south\", lane: 1, s: 190.0",
    );
    assert_eq!(problem(&text).field, "ego.destination");
}
