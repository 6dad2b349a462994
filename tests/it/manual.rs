//! docs/scenario.md and the code say the same.

use crate::common::project;
use serde_json::Value;
use std::fs;
use takeover::scenario::Scenario;

fn manual() -> String {
    fs::read_to_string(project("docs/scenario.md")).expect("the manual is there")
}

/// The cells of the row that begins with this one.
fn row<'a>(manual: &'a str, first: &str) -> Option<Vec<&'a str>> {
    let start = format!("| `{first}` |");
    let line = manual.lines().find(|line| line.starts_with(&start))?;
    Some(line.trim_matches('|').split('|').map(str::trim).collect())
}

#[test]
fn every_setting_is_in_the_manual_with_its_default() {
    let text = "(title: \"t\", duration: 10.0, \
        road: (lanes: 1, speed_limit: 20.0, line: [Straight(length: 500.0)]), \
        ego: (lane: -1, s: 20.0, speed: 10.0))";
    let settings = Scenario::parse(text).expect("sound").settings(1);
    let manual = manual();
    let groups = [
        "sensors",
        "autopilot",
        "authority",
        "control",
        "intent",
        "stabilised",
        "link",
        "referee",
    ];
    for group in groups {
        let fields = leaves(group, &settings[group]);
        assert!(!fields.is_empty(), "{group}");
        for (name, value) in fields {
            // Sensors have a table of their own.
            if name == "sensors.suite" {
                continue;
            }
            let cells = row(&manual, &name).unwrap_or_else(|| panic!("no row for {name}"));
            let said = cells[2].trim_matches('`');
            let same = match &value {
                // As many digits as a person would write.
                Value::Number(n) => {
                    let (n, said) = (n.as_f64(), said.parse::<f64>());
                    let (n, said) = (n.expect("a number"), said.expect("a number"));
                    (n - said).abs() <= 5e-4 * n.abs()
                }
                Value::Bool(b) => said == b.to_string(),
                Value::String(s) => said == s,
                Value::Null => said == "none",
                Value::Array(list) => list.is_empty() && said == "none",
                Value::Object(_) => unreachable!("its leaves were taken"),
            };
            assert!(same, "{name} is {value}, and the manual says {said}");
        }
    }
}

/// A group's settings with their whole names.
fn leaves(name: &str, value: &Value) -> Vec<(String, Value)> {
    match value {
        Value::Object(fields) => {
            let inner = fields.iter();
            inner
                .flat_map(|(field, value)| leaves(&format!("{name}.{field}"), value))
                .collect()
        }
        value => vec![(name.to_string(), value.clone())],
    }
}

#[test]
fn every_field_of_every_policy_is_in_its_manual_with_its_default() {
    use takeover::takeover::policy::PolicySettings;
    let manual = fs::read_to_string(project("docs/policies.md")).expect("the manual is there");
    let text = "(title: \"t\", duration: 10.0, \
        road: (lanes: 1, speed_limit: 20.0, line: [Straight(length: 500.0)]), \
        ego: (lane: -1, s: 20.0, speed: 10.0), \
        policy: [Threshold(), TimeToLimit(), Domain(max_rain: 1.0), Planned(s: 0.0), SevereFailure()])";
    let scenario = Scenario::parse(text).expect("sound");
    let policies = scenario.settings(1)["policy"].clone();
    let mut rows = 0;
    for policy in policies.as_array().expect("a list") {
        let (kind, fields) = policy
            .as_object()
            .and_then(|o| o.iter().next())
            .expect("a policy");
        for (field, value) in fields.as_object().expect("fields") {
            let name = format!("{kind}.{field}");
            let cells = row(&manual, &name).unwrap_or_else(|| panic!("no row for {name}"));
            let said = cells[2].trim_matches('`');
            rows += 1;
            // What stands in the text above has no default, or is one of the limits that have none.
            let written = ["Domain.max_rain", "Planned.s"].contains(&name.as_str());
            let same = match value {
                _ if written => ["none", "required"].contains(&said),
                Value::Number(n) => said.parse::<f64>().ok() == n.as_f64(),
                Value::Bool(b) => said == b.to_string(),
                Value::String(s) => said == s,
                Value::Array(a) => a.is_empty() && said == "all",
                Value::Null => ["none", "the first"].contains(&said),
                Value::Object(_) => false,
            };
            assert!(same, "{name} is {value}, and the manual says {said}");
        }
    }
    let start = |line: &&str| {
        [
            "Threshold",
            "TimeToLimit",
            "Domain",
            "Planned",
            "SevereFailure",
        ]
        .iter()
        .any(|kind| line.starts_with(&format!("| `{kind}.")))
    };
    assert_eq!(
        manual.lines().filter(start).count(),
        rows,
        "rows without a field"
    );
    // The default of the whole.
    let manual = self::manual();
    let cells = row(&manual, "policy").expect("a row");
    let (before, _) = text.split_once("policy:").expect("there");
    let text = format!("{before} policy: {})", cells[2].trim_matches('`'));
    let scenario = Scenario::parse(&text).expect("sound");
    assert_eq!(scenario.policy, PolicySettings::default());
}

#[test]
fn the_default_suite_is_as_the_manual_says() {
    use takeover::vehicle::sensors::{SensorSpec, Suite};
    let manual = manual();
    for sensor in Suite::default().sensors {
        let cells = row(&manual, &sensor.name).unwrap_or_else(|| panic!("no {}", sensor.name));
        let said = |i: usize| cells[i].parse::<f64>().expect("a number");
        assert_eq!(cells[1], format!("{:?}", sensor.kind));
        let mut told = SensorSpec::new(&sensor.name, sensor.kind, said(2), said(3));
        told.rate = said(4) as u32;
        told.bearing_noise_deg = said(5);
        told.x = said(6);
        // All that the table leaves out is as by default.
        assert_eq!(told, sensor);
    }
    let plain = SensorSpec::new("", takeover::vehicle::sensors::Sensor::Camera, 1.0, 1.0);
    for (field, value) in [
        ("rate", f64::from(plain.rate)),
        ("latency_ms", plain.latency_ms),
        ("range_noise", plain.range_noise),
        ("bearing_noise_deg", plain.bearing_noise_deg),
        ("speed_noise", plain.speed_noise),
        ("clutter", plain.clutter),
    ] {
        let cells = row(&manual, field).unwrap_or_else(|| panic!("no row for {field}"));
        assert_eq!(cells[2].parse(), Ok(value), "{field}");
    }
}

#[test]
fn every_field_of_the_raw_form_is_in_the_manual() {
    let manual = manual();
    let raw = fs::read_to_string(project("src/scenario/raw.rs")).expect("the source is there");
    let faults = fs::read_to_string(project("src/perception/faults.rs")).expect("the source");
    let mut seen = 0;
    let sensors = fs::read_to_string(project("src/vehicle/sensors.rs")).expect("the source");
    let reported = fs::read_to_string(project("src/perception/reported.rs")).expect("the source");
    let all = raw.lines().chain(faults.lines());
    for line in all.chain(sensors.lines()).chain(reported.lines()) {
        let Some(rest) = line.trim().strip_prefix("pub ") else {
            continue;
        };
        let Some((name, _)) = rest.split_once(':') else {
            continue;
        };
        if !name.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
            continue;
        }
        // Settings have rows of their own.
        let there = manual.contains(&format!("`{name}`"))
            || manual.contains(&format!("`{name}."))
            || manual.contains(&format!(".{name}`"))
            || manual.contains(&format!("({name}: "));
        let within = manual.contains(&format!(", {name}: "));
        assert!(there || within, "no `{name}` in docs/scenario.md");
        seen += 1;
    }
    assert!(seen > 40, "fields are found: {seen}");
    for kind in [
        "Dirt",
        "Failure",
        "Blockage",
        "GnssJump",
        "Ghost",
        "Blind",
        "Overconfident",
        "LaneShift",
    ] {
        assert!(manual.contains(&format!("| `{kind}(")), "no fault {kind}");
    }
}

#[test]
fn the_library_s_table_has_every_scenario_as_its_file_says() {
    let manual = manual();
    let mut files = 0;
    for entry in fs::read_dir(project("scenarios")).expect("the folder is there") {
        let path = entry.expect("readable").path();
        if path.extension().is_none_or(|e| e != "ron") {
            continue;
        }
        files += 1;
        let scenario = Scenario::load(&path).unwrap_or_else(|e| panic!("{e}"));
        let name = path.file_stem().expect("a name").to_string_lossy();
        let cells = row(&manual, &name).unwrap_or_else(|| panic!("no row for {name}"));
        let end = serde_json::to_value(scenario.without_operator).expect("json");
        let end = end.as_str().expect("an outcome");
        assert_eq!(
            cells[1..],
            [
                scenario.title.as_str(),
                &scenario.hazard,
                &scenario.provokes,
                &scenario
                    .time_budget
                    .map_or("none".into(), |b| format!("{b} s")),
                &format!("`{end}`"),
            ],
            "{name}"
        );
        assert!(
            row(&manual, end).is_some(),
            "{end} is not under \"How a run ends\""
        );
    }
    let start = manual.find("## The library").expect("the section");
    let rows = manual[start..].lines().filter(|l| l.starts_with("| `"));
    assert_eq!(rows.count(), files, "rows without a file");
}
