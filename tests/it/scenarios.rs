//! Scenario files: the ones we ship are sound, and each kind of mistake gets one clear line.

use crate::common::{output, project, takeover};
use std::fs;
use takeover::ron_file::Problem;
use takeover::scenario::Scenario;

fn fog_bank() -> String {
    fs::read_to_string(project("scenarios/fog_bank.ron")).expect("the scenario is there")
}

/// The only problem of the fog bank with one text replaced by another.
fn problem(from: &str, to: &str) -> Problem {
    let text = fog_bank();
    assert!(text.contains(from), "the scenario no longer has `{from}`");
    let problems = Scenario::parse(&text.replacen(from, to, 1)).expect_err("must be refused");
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.into_iter().next().expect("one")
}

/// Line of the first occurrence in the fog bank.
fn line_of(text: &str) -> usize {
    let all = fog_bank();
    let at = all.find(text).expect("present");
    all[..at].matches('\n').count() + 1
}

#[test]
fn every_shipped_scenario_is_sound() {
    let mut seen = 0;
    for entry in fs::read_dir(project("scenarios")).expect("the folder is there") {
        let path = entry.expect("readable").path();
        if path.extension().is_some_and(|e| e == "ron") {
            Scenario::load(&path).unwrap_or_else(|e| panic!("{e}"));
            seen += 1;
        }
    }
    assert!(seen >= 1);
}

#[test]
fn an_unknown_field_is_named_with_what_would_do() {
    let p = problem("shoulder_width: 2.5", "sholder_width: 2.5");
    assert_eq!(p.line, line_of("shoulder_width"));
    assert_eq!(p.field, "road.sholder_width");
    assert!(p.expected.contains("shoulder_width"), "{p:?}");
    assert!(p.got.contains("sholder_width"));
}

#[test]
fn a_value_out_of_range_is_named_with_the_range() {
    let p = problem("lanes: 2", "lanes: 0");
    assert_eq!(
        (p.line, p.field.as_str()),
        (line_of("lanes: 2"), "road.lanes")
    );
    assert_eq!((p.expected.as_str(), p.got.as_str()), ("1 to 8 lanes", "0"));

    let p = problem("speed: 23.0", "speed: -1.0");
    assert_eq!(
        (p.line, p.field.as_str()),
        (line_of("speed: 23.0"), "traffic[0].speed")
    );

    let p = problem("radius: 900.0", "radius: 3.0");
    assert_eq!(p.field, "road.line[1].radius");
}

#[test]
fn a_number_that_is_none_is_refused() {
    let p = problem("duration: 150.0", "duration: NaN");
    assert_eq!((p.field.as_str(), p.got.as_str()), ("duration", "NaN"));
}

#[test]
fn a_missing_reference_is_named_with_what_there_is() {
    let p = problem("vehicle: \"truck\"", "vehicle: \"tank\"");
    assert_eq!(p.field, "traffic[0].vehicle");
    assert!(p.expected.contains("saloon, shuttle, truck"), "{p:?}");
    assert_eq!(p.got, "\"tank\"");

    let p = problem(
        "vehicle: \"saloon\", lane: -2",
        "vehicle: \"saloon\", lane: -3",
    );
    assert_eq!((p.field.as_str(), p.got.as_str()), ("ego.lane", "-3"));
}

#[test]
fn a_missing_field_is_named() {
    let p = problem("duration: 150.0,", "");
    assert_eq!(p.field, "duration");
    assert!(p.expected.contains("no default"));
}

#[test]
fn a_wrong_type_is_named_with_what_was_found() {
    let p = problem("lane_width: 3.75", "lane_width: \"wide\"");
    assert_eq!(
        (p.line, p.field.as_str()),
        (line_of("lane_width"), "road.lane_width")
    );
    assert!(p.got.contains("\"wide\""), "{p:?}");
}

#[test]
fn actors_inside_each_other_and_names_used_twice_are_refused() {
    let p = problem("s: 105.0", "s: 31.0");
    assert_eq!(p.field, "traffic[0].s");
    assert!(p.expected.contains("\"ego\""));
    let p = problem("name: \"overtaking car\"", "name: \"lorry\"");
    assert_eq!(p.field, "traffic[1].name");
}

/// The only problem of the fog bank with this policy.
fn policy_problem(policy: &str) -> Problem {
    let p = problem(
        "    traffic: [",
        &format!("    policy: {policy},\n    traffic: ["),
    );
    assert_eq!(p.line, line_of("    traffic: ["), "{p:?}");
    p
}

#[test]
fn policies_that_cannot_work_are_refused_with_the_reason() {
    for (policy, field, expected, got) in [
        (
            "Threshold(raise_below: 0.8, release_above: 0.6)",
            "policy.release_above",
            "0.8 to 1 (not below raise_below)",
            "0.6",
        ),
        (
            "[Threshold(raise_dwell: -1.0)]",
            "policy[0].raise_dwell",
            "0 to 60 s",
            "-1",
        ),
        (
            "Threshold(raise_below: NaN)",
            "policy.raise_below",
            "0 to 1",
            "NaN",
        ),
        (
            "Threshold(signal: Sky)",
            "policy.signal",
            "one of Overall, FreeSpace, Lanes, Objects, Signals, Planning, Localisation, Prediction",
            "`Sky`",
        ),
        (
            "Threshold(raise_bellow: 0.5)",
            "policy.raise_bellow",
            "one of the fields signal, raise_below, raise_dwell, release_above, release_dwell",
            "an unknown field `raise_bellow`",
        ),
        (
            "Loud",
            "policy",
            "one of Threshold, TimeToLimit, Domain, Planned, SevereFailure, All, Silent",
            "`Loud`",
        ),
        (
            "(raise_below: 0.6)",
            "policy",
            "a policy by its name, such as Threshold(raise_below: 0.55), or a list of such",
            "a group without a name",
        ),
        (
            "[]",
            "policy",
            "at least one policy (Silent never asks)",
            "an empty list",
        ),
        (
            "[Threshold(), Silent]",
            "policy[1]",
            "Silent alone, or others without it",
            "Silent beside others",
        ),
        (
            "TimeToLimit(at_most: 8.0, release_above: 4.0)",
            "policy.release_above",
            "8 to 600 s (not below at_most)",
            "4",
        ),
        (
            "TimeToLimit(window: 0.0)",
            "policy.window",
            "0.2 to 60 s",
            "0",
        ),
        (
            "Domain()",
            "policy",
            "at least one limit of the domain, such as max_rain or min_visible_range",
            "none",
        ),
        (
            "Domain(max_rain: -2.0)",
            "policy.max_rain",
            "0 to 300 mm/h",
            "-2",
        ),
        (
            "Domain(min_speed: 20.0, max_speed: 10.0)",
            "policy.max_speed",
            "more than min_speed (20 m/s)",
            "10",
        ),
        (
            "[Threshold(), Domain(roads: [\"by-pass\"])]",
            "policy[1].roads[0]",
            "a road: road",
            "\"by-pass\"",
        ),
        (
            "Planned(road: \"by-pass\", s: 100.0)",
            "policy.road",
            "a road: road",
            "\"by-pass\"",
        ),
        (
            "Planned(before: 5.0)",
            "policy.s",
            "this field, which has no default",
            "nothing",
        ),
        (
            "SevereFailure(dwell: -0.1)",
            "policy.dwell",
            "0 to 60 s",
            "-0.1",
        ),
        (
            "All([Threshold(), Silent])",
            "policy.0[1]",
            "a policy that can ask",
            "Silent",
        ),
    ] {
        let p = policy_problem(policy);
        assert_eq!(
            (p.field.as_str(), p.expected.trim(), p.got.as_str()),
            (field, expected, got),
            "{policy}"
        );
    }
    let p = policy_problem("Planned(s: 90000.0)");
    assert_eq!(p.field, "policy.s");
    assert!(p.expected.ends_with("m along its road"), "{p:?}");
}

#[test]
fn every_way_to_write_policies_is_read() {
    use takeover::takeover::policy::PolicyKind;
    let kinds = |policy: &str| {
        let to = format!("    policy: {policy},\n    traffic: [");
        let text = fog_bank().replacen("    traffic: [", &to, 1);
        let scenario = Scenario::parse(&text).unwrap_or_else(|e| panic!("{policy}: {e:?}"));
        scenario.policy.0
    };
    assert_eq!(kinds("Silent"), [PolicyKind::Silent]);
    assert_eq!(
        kinds("Threshold()").len(),
        2,
        "and a watch for severe failures"
    );
    assert_eq!(kinds("/* one */ Threshold(raise_below: 0.6)").len(), 2);
    let all = kinds(
        "[
        Threshold(signal: Lanes, raise_below: 0.4), // a comment
        TimeToLimit(at_most: 6.0),
        Domain(max_rain: 20.0, roads: [\"road\"]),
        Planned(s: 2000.0, until: 2500.0),
        All([Threshold(), Domain(min_daylight: 0.1)]),
        SevereFailure(visible_below: 0.5),
    ]",
    );
    assert_eq!(all.len(), 6, "{all:?}");
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let p = problem(
        "    traffic: [",
        "    autopilot: (minimal_risk_deceleration: 6.0),\n    traffic: [",
    );
    assert!(p.expected.contains("UN R157"));
}

#[test]
fn a_field_missing_from_a_group_on_one_line_is_named_in_that_group() {
    let p = problem(
        "ego: (vehicle: \"saloon\", lane: -2, ",
        "ego: (vehicle: \"saloon\", ",
    );
    assert_eq!(p.field, "ego.lane");
    let p = problem("name: \"lorry\",", "");
    assert_eq!(p.field, "traffic[0].name");
}

#[test]
fn slips_of_the_pen_are_told_in_words() {
    for (from, to, expected) in [
        ("lanes: 2,", "lanes: -2,", "whole number"),
        ("lanes: 2,", "lanes: 2.5,", "whole number"),
        (
            "duration: 150.0,",
            "duration: 150.0, duration: 150.0,",
            "once",
        ),
        ("lane_width: 3.75,", "lane_width: 3.75", "comma"),
    ] {
        let p = problem(from, to);
        assert!(p.expected.contains(expected), "{p:?}");
        assert!(!p.expected.contains("Raw"), "{p:?}");
    }
    let text = fog_bank();
    let cut = text.trim_end().trim_end_matches(')');
    let problems = Scenario::parse(cut).expect_err("not closed");
    assert!(problems[0].expected.contains("bracket"), "{problems:?}");
    assert!(Scenario::parse(&"(".repeat(100_000)).is_err());
}

#[test]
fn a_mark_that_windows_editors_put_in_front_does_no_harm() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("marked.ron");
    let text = format!("\u{feff}{}", fog_bank()).replace('\n', "\r\n");
    fs::write(&path, text).expect("writable");
    Scenario::load(&path).unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn roads_on_which_a_place_is_not_one_place_are_refused() {
    let p = problem(
        "radius: 900.0, length: 550.0",
        "radius: 100.0, length: 350.0",
    );
    assert_eq!(p.field, "road.line[1].length");
    assert!(p.expected.contains("half a turn"));
    let circle = "Curve(radius: 150.0, length: 235.6), ".repeat(5);
    let p = problem("Curve(radius: 900.0, length: 550.0),", &circle);
    assert_eq!(p.field, "road.line");
    assert!(p.got.contains("itself"), "{p:?}");
}

#[test]
fn one_mistake_does_not_hide_the_others() {
    let text = fog_bank()
        .replace("lanes: 2,", "lanes: 20,")
        .replace("speed: 25.0", "speed: 999.0")
        .replace("rate: 2.5", "rate: 99.0");
    let problems = Scenario::parse(&text).expect_err("three mistakes");
    let fields: Vec<&str> = problems.iter().map(|p| p.field.as_str()).collect();
    assert_eq!(
        fields,
        ["road.lanes", "ego.speed", "traffic[0].script[0].rate"]
    );
}

#[test]
fn check_prints_one_line_for_each_mistake_and_fails() {
    let folder = tempfile::tempdir().expect("a folder");
    let bad = folder.path().join("bad.ron");
    fs::write(&bad, fog_bank().replace("lanes: 2", "lanes: 99")).expect("writable");
    let good = project("scenarios/fog_bank.ron");
    let (out, err, code) = output(takeover().arg("check").arg(&good).arg(&bad));
    assert_eq!(code, 1);
    assert!(out.contains("fog_bank.ron: fine"), "{out}");
    let line = line_of("lanes: 2");
    let expected = format!("bad.ron:{line}:16: road.lanes: expected 1 to 8 lanes, got 99");
    assert!(err.contains(&expected), "{err}");

    let (_, err, code) = output(takeover().arg("check").arg(folder.path().join("gone.ron")));
    assert_eq!(code, 1);
    assert!(err.contains("gone.ron: cannot read"), "{err}");
}

#[test]
fn list_has_a_line_for_each_scenario() {
    let (out, _, code) = output(takeover().arg("list"));
    assert_eq!(code, 0);
    assert!(
        out.contains("scenarios/fog_bank.ron        Fog bank on a motorway"),
        "{out}"
    );
    assert!(!out.contains("hazard"), "that is for --long: {out}");
    let (long, err, code) = output(takeover().args(["list", "--long"]));
    assert_eq!((code, err.as_str()), (0, ""));
    for text in [
        "scenarios/fog_bank.ron        Fog bank on a motorway, with a slowing lorry inside (150 s)\n",
        "    purpose           Confidence falls for a plain physical reason",
        "    hazard            A lorry slows to walking pace",
        "    provokes          A request when the free road",
        "    time budget       10 s\n",
        "    without operator  minimal-risk standstill\n",
    ] {
        assert!(long.contains(text), "no {text:?} in\n{long}");
    }
    assert!(
        long.lines().all(|line| line.chars().count() <= 100),
        "{long}"
    );
    let (_, err, code) = output(takeover().args(["list", "--dir", "/nowhere"]));
    assert_eq!(code, 1);
    assert!(err.contains("/nowhere") && err.contains("--dir"), "{err}");
}

#[test]
fn mistakes_about_sensors_and_confidence_are_named() {
    let sensor = "(name: \"c\", kind: Camera, range: 100.0, field_of_view_deg: 90.0)";
    for (group, field, expected, got) in [
        (
            "sensors: (lidar: (range: -1.0))",
            "sensors.lidar.range",
            "0 to 1000 m",
            "-1",
        ),
        (
            "sensors: (camera: (rate: 30))",
            "sensors.camera.rate",
            "20, 10, 5, 4, 2 or 1 Hz",
            "30",
        ),
        (
            "sensors: (gnss_noise: 0.0)",
            "sensors.gnss_noise",
            "0.005 to 50 m",
            "0",
        ),
        (
            "sensors: (suite: [SENSOR, SENSOR])",
            "sensors.suite[1].name",
            "another name for each sensor",
            "c",
        ),
        (
            "sensors: (suite: [SENSOR], lidar: (range: 50.0))",
            "sensors.lidar",
            "a lidar in sensors.suite to be changed",
            "none there",
        ),
        (
            "sensors: (suite: [SENSOR]), faults: [(at: 1.0, what: Failure(sensor: Named(\"x\")))]",
            "faults[0].what.sensor",
            "a sensor of the ego: Camera \"c\", or Gnss",
            "\"x\"",
        ),
        (
            "faults: [(at: 1.0, what: Dirt(sensor: Gnss, left: 0.5))]",
            "faults[0].what.sensor",
            "a sensor that looks: Camera, Lidar, Radar or Named",
            "Gnss",
        ),
        (
            "faults: [(at: 1.0, what: Blockage(sensor: Camera, from_deg: 20.0, to_deg: 10.0))]",
            "faults[0].what.to_deg",
            "more than from_deg (20), up to 180 degrees",
            "10",
        ),
        (
            "confidence: (map: Table([(0.0, 0.2), (0.5, 0.1)]))",
            "confidence.map",
            "a reported not below that before it (0.2)",
            "0.1",
        ),
        (
            "confidence: (map: Table([(0.5, 0.2), (0.5, 0.3)]))",
            "confidence.map",
            "a correct above that before it (0.5)",
            "0.5",
        ),
        (
            "confidence: (map: Logit(scale: 0.0))",
            "confidence.map.scale",
            "0.01 to 100",
            "0",
        ),
        (
            "confidence: (script: [(at: 5.0, lanes: 0.5), (at: 5.0, lanes: 0.6)])",
            "confidence.script[1].at",
            "more than that of the keyframe before (5 s)",
            "5",
        ),
        (
            "confidence: (script: [(at: 5.0)])",
            "confidence.script[0]",
            "a value: overall, or a function's",
            "only a time",
        ),
        (
            "confidence: (script: [(at: 5.0, objects: 1.5)])",
            "confidence.script[0].objects",
            "0 to 1",
            "1.5",
        ),
        (
            "confidence: (only: [planning])",
            "confidence.only",
            "functions of perception: free_space, lanes, objects, signals, localisation, prediction",
            "planning",
        ),
    ] {
        let group = format!("{}, ego: (", group.replace("SENSOR", sensor));
        let p = problem("ego: (", &group);
        let said = (p.field.as_str(), p.expected.trim(), p.got.as_str());
        assert_eq!(said, (field, expected, got));
    }
}

#[test]
fn another_vehicle_is_in_the_text_that_is_recorded() {
    let path = project("scenarios/fog_bank.ron");
    let scenario = Scenario::load(&path).expect("fine");
    let van = scenario.with_vehicle("van").expect("fits");
    assert!(van.text.contains("ego: (vehicle: \"van\", lane: -2"));
    assert_ne!(van.ego, scenario.ego);
    let again = Scenario::parse(&van.text).expect("a scenario by itself");
    assert_eq!(again.ego, van.ego);
    let why = scenario.with_vehicle("boat").expect_err("no such profile");
    assert!(why.contains("van") && why.contains("got `boat`"), "{why}");
    // A vehicle that the file leaves to its default.
    let text = "(ego: ( lane: -1))";
    let with = takeover::ron_file::with_value(text, "ego", "vehicle", "\"van\"");
    assert_eq!(
        with.as_deref(),
        Some("(ego: (vehicle: \"van\",  lane: -1))")
    );
    assert_eq!(
        takeover::ron_file::with_value("()", "ego", "vehicle", "1"),
        None
    );
}
