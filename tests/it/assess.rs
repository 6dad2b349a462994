//! `takeover assess`: the tools that judge confidence and policies, from the command line.

use crate::common::{output, takeover};
use serde_json::Value;
use std::fs;
use takeover::assess::drive::watched;
use takeover::referee::LimitKind;
use takeover::scenario::Scenario;
use takeover::takeover::policy::PolicySettings;

fn json(arguments: &[&str]) -> Value {
    let (out, err, code) = output(takeover().arg("assess").args(arguments).arg("--json"));
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&out).expect("one json object on standard output")
}

/// A lorry stands in the lane, unseen at first; and a road on which nothing happens.
const BROKEN_DOWN: &str = "scenarios/broken_down.ron";
const SILENT_FAILURE: &str = "scenarios/silent_failure.ron";

#[test]
fn a_policy_is_judged_by_the_limits_it_asks_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("writable");
        path.display().to_string()
    };
    let planning = file("planning.ron", "Threshold(signal: Planning)");
    let silent = file("silent.ron", "Silent");
    let always = file(
        "always.ron",
        "[Domain(max_speed: 0.0, raise_dwell: 0.0, release_dwell: 60.0)]",
    );
    let out = json(&[
        "policy",
        BROKEN_DOWN,
        SILENT_FAILURE,
        "--seeds",
        "2",
        "--policy",
        &planning,
        "--policy",
        &silent,
        "--policy",
        &always,
    ]);
    let runs = out["runs"].as_array().expect("runs");
    assert_eq!(runs.len(), 4);
    assert_eq!(runs[0]["scenario"], "broken_down");
    assert_eq!(runs[3]["scenario"], "silent_failure");
    assert_eq!(
        (&runs[3]["seed"], &runs[3]["outcome"]),
        (&Value::from(2), &Value::from("collision"))
    );
    let kinds = |run: &Value| -> Vec<String> {
        let limits = run["limits"].as_array().expect("limits");
        let kinds = limits.iter().filter_map(|l| l["kind"].as_str());
        kinds.map(str::to_string).collect()
    };
    assert!(
        kinds(&runs[0]).contains(&"blocked".to_string()),
        "{}",
        runs[0]
    );
    assert!(
        kinds(&runs[2]).contains(&"collision".to_string()),
        "{}",
        runs[2]
    );

    let score = |i: usize, field: &str| out["policies"][i]["score"][field].clone();
    let policies = out["policies"].as_array().expect("policies");
    assert_eq!(policies.len(), 4, "the scenarios' own and three files");
    assert_eq!(score(0, "trials"), 4);
    // The lorry that blocks the way is asked about; the one that is not seen is not.
    for policy in [0, 1] {
        assert_eq!(
            (score(policy, "hits"), score(policy, "misses")),
            (2.into(), 2.into())
        );
        let lead = score(policy, "lead_s")["median"].as_f64().expect("a lead");
        assert!((4.0..=20.0).contains(&lead), "{lead}");
        assert_eq!(score(policy, "hits_of_trials"), 0.5);
        assert_eq!(score(policy, "hit_rate"), 0.5);
    }
    assert_eq!(
        (score(2, "hits"), score(2, "false_windows")),
        (0.into(), 0.into())
    );
    assert!(score(2, "d_prime").is_null());
    assert_eq!((score(3, "hits"), score(3, "misses")), (4.into(), 0.into()));
    assert_eq!(score(3, "false_windows"), score(3, "windows"));

    let points = out["roc"]["points"].as_array().expect("points");
    assert_eq!(points.len(), 19);
    let alarms = |p: &Value| p["score"]["alarms_of_windows"].as_f64().expect("a share");
    for pair in points.windows(2) {
        assert!(
            alarms(&pair[0]) <= alarms(&pair[1]),
            "a higher threshold asks more"
        );
    }
    let area = out["roc"]["area"].as_f64().expect("an area");
    assert!((0.0..=1.0).contains(&area));
}

#[test]
fn assessing_twice_gives_the_same_to_the_letter() {
    let run = || output(takeover().args(["assess", "policy", BROKEN_DOWN, "--seeds", "2"]));
    let (first, err, code) = run();
    assert_eq!(code, 0, "{err}");
    for words in [
        "trials begin with",
        "as in each scenario",
        "area under the ROC",
        "no way on",
    ] {
        assert!(first.contains(words), "{words} is missing in\n{first}");
    }
    assert_eq!(first, run().0);
}

#[test]
fn who_looks_on_changes_nothing_of_the_run() {
    let path = crate::common::project(BROKEN_DOWN);
    let scenario = Scenario::load(&path).unwrap_or_else(|e| panic!("{e}"));
    let both = [PolicySettings::default(), PolicySettings::silent()];
    let (alone, seen) = (watched(&scenario, 1, &[]), watched(&scenario, 1, &both));
    assert_eq!((alone.end, alone.duration), (seen.end, seen.duration));
    assert_eq!(alone.limits, seen.limits);
    assert_eq!(alone.limits[0].0.kind, LimitKind::Blocked);
    let (blocked, until) = &seen.limits[0];
    assert!(
        *until > blocked.time + 10.0,
        "it stands to the end: {until}"
    );
    assert_eq!((seen.asked[0].len(), seen.asked[1].len()), (1, 0));
}

#[test]
fn mistakes_are_told_with_what_would_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("bad.ron");
    let wrong = |text: &str| {
        fs::write(&file, text).expect("writable");
        let (_, err, code) = output(
            takeover()
                .args(["assess", "policy", BROKEN_DOWN, "--policy"])
                .arg(&file),
        );
        assert_eq!(code, 1, "{err}");
        err
    };
    let err = wrong("// mine\nThreshold(raise_below: 2.0, release_above: 1.0)");
    assert!(
        err.contains("bad.ron:2:24: raise_below: expected 0 to 1, got 2"),
        "{err}"
    );
    let err = wrong("[Threshold(), Planned(road: \"nowhere\", s: 10.0)]");
    assert!(err.contains("[1].road: expected a road: "), "{err}");
    let err = wrong("Threshold() Silent");
    assert!(err.contains("bad.ron:1:"), "{err}");

    for (arguments, words) in [
        (
            ["--horizon", "0"],
            "--horizon: expected 0.1 to 600 s, got 0",
        ),
        (
            ["--lead", "10"],
            "--lead: expected 0 s to less than the horizon (10 s), got 10",
        ),
        (["--seeds", "0"], "0 is not in 1..=10000"),
    ] {
        let (_, err, code) = output(
            takeover()
                .args(["assess", "policy", BROKEN_DOWN])
                .args(arguments),
        );
        assert_eq!(code, 2, "{err}");
        assert!(err.contains(words), "{err}");
    }
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).expect("a folder");
    let (_, err, code) = output(takeover().args(["assess", "calibration"]).arg(&empty));
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("no scenarios (*.ron) here"), "{err}");
}
